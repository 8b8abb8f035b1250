// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_WORLDS_H
#define PLEDGESIM_KERNEL_WORLDS_H

#include "pledgesim/rng.h"
#include "pledgesim/world.h"

/* Lanes of worlds: every inner loop runs over PS_ECO worlds with a fixed trip count, so it becomes
 * vector code. */

enum { PS_ECO = PS_ECONOMY_LANES };

#define WORLDS _Pragma("omp simd") for (int l = 0; l < PS_ECO; l++)

/* The same in vector registers, for sums over rows: what a loop above reads and writes each time.
 */
typedef double ps_worlds __attribute__((vector_size(PS_WORDS_BYTES)));

enum { ECO_VECTOR = PS_WORDS_BYTES / 8, ECO_VECTORS = PS_ECO / ECO_VECTOR };

#define ECO_VECS _Pragma("GCC unroll 8") for (int v = 0; v < ECO_VECTORS; v++)

PS_KERNEL_INLINE ps_worlds worlds_at(const double *row, int v)
{
    ps_worlds x;
    memcpy(&x, row + v * ECO_VECTOR, sizeof x);
    return x;
}

PS_KERNEL_INLINE void worlds_put(double *row, int v, ps_worlds x)
{
    memcpy(row + v * ECO_VECTOR, &x, sizeof x);
}

_Static_assert(PS_ECO == PS_RNG_LANES, "one batch of counters draws one group of worlds");

#endif
