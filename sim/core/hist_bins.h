// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CORE_HIST_BINS_H
#define PLEDGESIM_CORE_HIST_BINS_H

#include "pledgesim/hist.h"

/* Which bin a value falls into, for the files that make up the histogram. */

/* Octave of a size; the linear region counts as the one before its end. */
static inline unsigned octave_of(unsigned linear_bits, uint64_t size)
{
    return 63u - (unsigned)__builtin_clzll(size | (UINT64_C(1) << linear_bits));
}

/* Number of the bin of a size >= 1, counted from 1 away from zero; the same arithmetic as
 * ps_hist_add. */
static inline uint32_t bin_of_size(unsigned sub_bits, unsigned linear_bits, uint64_t size)
{
    unsigned octave = octave_of(linear_bits, size);
    return (uint32_t)(((octave - linear_bits) << sub_bits) + (size >> (octave - sub_bits)) + 1);
}

/* Index of the bin of any value. */
static inline uint32_t index_of(const struct ps_hist *h, int64_t x)
{
    if (x == 0) {
        return h->zero;
    }
    uint32_t bin = bin_of_size(h->sub_bits, h->linear_bits, x < 0 ? (uint64_t)-x : (uint64_t)x);
    if (x < 0) {
        return bin < h->zero ? h->zero - bin : 0;
    }
    return bin < h->last - h->zero ? h->zero + bin : h->last;
}

/* Smallest size in bin number `bin` >= 1, and the binary width of the bin. */
static inline uint64_t bin_edge(const struct ps_hist *h, uint32_t bin, unsigned *shift)
{
    uint64_t slot = bin - 1;
    uint64_t octave = slot >> h->sub_bits;
    uint64_t steps = slot & ((UINT64_C(1) << h->sub_bits) - 1);
    *shift = h->linear_bits - h->sub_bits;
    if (octave == 0) {
        return steps << *shift;
    }
    *shift += (unsigned)octave - 1;
    return ((UINT64_C(1) << h->sub_bits) + steps) << *shift;
}

#endif
