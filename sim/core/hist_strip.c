// SPDX-License-Identifier: GPL-3.0-or-later
#include <assert.h>
#include <string.h>

#include "hist_bins.h"

/* Adding 32 values at once. */

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

struct ps_hist_grid ps_hist_grid(const struct ps_hist *h)
{
    unsigned shift;
    const uint64_t end = bin_edge(h, h->last - h->zero, &shift);
    const uint64_t exact = UINT64_C(1) << (33 + h->sub_bits); /* bins at most 2^32 wide */
    const unsigned cut = 52 - h->sub_bits;
    const double edge = (double)(UINT64_C(1) << h->linear_bits);
    assert(h->last <= UINT16_MAX);
    return (struct ps_hist_grid){.edge = edge,
                                 .end = (double)(end < exact ? end : exact),
                                 .octave = UINT64_C(1) << h->sub_bits,
                                 .base = (bits_of(edge) >> cut) - h->zero,
                                 .cut = cut};
}

/* Index and offset of any value, as in ps_hist_add. */
static uint16_t place_any(struct ps_hist *h, int64_t x, uint32_t *offset)
{
    const uint64_t size = x < 0 ? (uint64_t)-x : (uint64_t)x;
    const uint32_t i = index_of(h, x);
    uint64_t rest = 0;
    if (i == 0 || i == h->last) {
        h->outer_sum[x > 0] += x;
    } else {
        const unsigned shift = octave_of(h->linear_bits, size) - h->sub_bits;
        rest = size & ((UINT64_C(1) << shift) - 1);
        rest >>= shift > 32 ? shift - 32 : 0;
    }
    if (offset != NULL) {
        *offset = (uint32_t)rest;
    }
    return (uint16_t)i;
}

typedef double pair __attribute__((vector_size(16)));
typedef uint64_t pair_bits __attribute__((vector_size(16)));

/* Exponent and leading mantissa bits of a double are the number of its bin; the linear region is
 * read as one octave more, by adding its end to the value. The bits below are the offset, in bins
 * at most 2^32 wide; 2^52 moves a whole number into the low bits of a double. */
static void place_inner(const struct ps_hist_grid *g, const double *x, uint16_t *index,
                        uint32_t *offset)
{
    const uint64_t edge = bits_of(g->edge), leading = ~((UINT64_C(1) << g->cut) - 1);
    for (int i = 0; i < PS_STRIP; i += 2) {
        pair v;
        memcpy(&v, x + i, sizeof v);
        const pair_bits linear = (pair_bits)(v < g->edge);
        const pair y = v + (pair)(linear & edge);
        const pair_bits bin = ((pair_bits)y >> g->cut) - g->base + (~linear & g->octave);
        const pair_bits at = bin - (pair_bits)(v > 0);
        index[i] = (uint16_t)at[0];
        index[i + 1] = (uint16_t)at[1];
        if (offset != NULL) {
            const pair rest = y - (pair)((pair_bits)y & leading) + 0x1p52;
            offset[i] = (uint32_t)((pair_bits)rest)[0];
            offset[i + 1] = (uint32_t)((pair_bits)rest)[1];
        }
    }
}

void ps_hist_place(struct ps_hist *h, const struct ps_hist_grid *grid, const struct ps_strip *s,
                   uint16_t index[PS_STRIP], uint32_t offset[PS_STRIP])
{
    if (s->min >= 0 && s->max < grid->end) {
        place_inner(grid, s->x, index, offset);
        return;
    }
    for (int i = 0; i < PS_STRIP; i++) {
        index[i] = place_any(h, (int64_t)s->x[i], offset != NULL ? &offset[i] : NULL);
    }
}

void ps_hist_extend(struct ps_hist *h, uint64_t n, int64_t min, int64_t max)
{
    h->n += n;
    h->min = min < h->min ? min : h->min;
    h->max = max > h->max ? max : h->max;
}

static inline void count_plain(struct ps_hist *const *h, int n, uint16_t (*index)[PS_STRIP])
{
    uint32_t *counts[PS_HIST_GROUP];
    for (int k = 0; k < n; k++) {
        counts[k] = h[k]->counts;
    }
    for (int i = 0; i < PS_STRIP; i++) {
        for (int k = 0; k < n; k++) {
            counts[k][index[k][i]]++;
        }
    }
}

static inline void count_sums(struct ps_hist *const *h, int n, uint16_t (*index)[PS_STRIP],
                              uint32_t (*offset)[PS_STRIP])
{
    struct ps_hist_bin *bins[PS_HIST_GROUP];
    for (int k = 0; k < n; k++) {
        bins[k] = h[k]->bins;
    }
    for (int i = 0; i < PS_STRIP; i++) {
        for (int k = 0; k < n; k++) {
            struct ps_hist_bin *b = &bins[k][index[k][i]];
            const uint32_t rest = offset[k][i];
            b->count++;
            b->offset_sum += rest;
            b->offset_max = rest > b->offset_max ? rest : b->offset_max;
        }
    }
}

/* Values of one measure often fall into one bin again and again, and then each waits for the one
 * before; those of another histogram do not. Written out for whole groups. */
void ps_hist_count(struct ps_hist *const *h, int n, uint16_t (*index)[PS_STRIP],
                   uint32_t (*offset)[PS_STRIP])
{
    if (offset != NULL) {
        n == PS_HIST_GROUP ? count_sums(h, PS_HIST_GROUP, index, offset)
                           : count_sums(h, n, index, offset);
    } else {
        n == PS_HIST_GROUP ? count_plain(h, PS_HIST_GROUP, index) : count_plain(h, n, index);
    }
}
