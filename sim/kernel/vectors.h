// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_VECTORS_H
#define PLEDGESIM_KERNEL_VECTORS_H

#include "lanes.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* Rows of lanes in vector registers. The loops over lanes in lanes.h read and write memory; what
 * every loan touches is kept in local variables of these types instead, which is twice as fast. */

#if defined(__AVX512F__)
#define PS_VECTOR_BYTES 64
#elif defined(__AVX__)
#define PS_VECTOR_BYTES 32
#else
#define PS_VECTOR_BYTES 16
#endif

typedef double ps_vector __attribute__((vector_size(PS_VECTOR_BYTES)));
typedef int64_t ps_vector_mask __attribute__((vector_size(PS_VECTOR_BYTES))); /* all ones or 0 */

enum { VECTOR_LANES = PS_VECTOR_BYTES / 8, VECTORS = PS_LANES / VECTOR_LANES };

/* For each vector v of a row; the count is a constant, so nothing of the loop is left. */
#define VECS _Pragma("GCC unroll 16") for (int v = 0; v < VECTORS; v++)

PS_KERNEL_INLINE ps_vector vector_at(const double *rows, int v)
{
    ps_vector x;
    memcpy(&x, rows + v * VECTOR_LANES, sizeof x);
    return x;
}

PS_KERNEL_INLINE void vector_put(double *rows, int v, ps_vector x)
{
    memcpy(rows + v * VECTOR_LANES, &x, sizeof x);
}

PS_KERNEL_INLINE ps_vector vector_of(double x)
{
    return x - (ps_vector){0};
}

/* x where the mask is set, else 0. */
PS_KERNEL_INLINE ps_vector vector_where(ps_vector_mask mask, ps_vector x)
{
    return (ps_vector)((ps_vector_mask)x & mask);
}

PS_KERNEL_INLINE ps_vector vector_select(ps_vector_mask mask, ps_vector yes, ps_vector no)
{
    return (ps_vector)(((ps_vector_mask)yes & mask) | ((ps_vector_mask)no & ~mask));
}

/* floor(x) for 0 <= x < 2^51. */
PS_KERNEL_INLINE ps_vector vector_floor(ps_vector x)
{
#if defined(__AVX512F__)
    return (ps_vector)_mm512_roundscale_pd((__m512d)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif defined(__AVX__)
    return (ps_vector)_mm256_floor_pd((__m256d)x);
#else
    const ps_vector nearest = (x + 0x1.8p52) - 0x1.8p52;
    return nearest - vector_where(nearest > x, vector_of(1));
#endif
}

/* Whether the mask is set in any lane. */
PS_KERNEL_INLINE int vector_any(ps_vector_mask mask)
{
#if defined(__AVX512F__)
    return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX__)
    return _mm256_movemask_pd((__m256d)mask) != 0;
#elif defined(__SSE2__)
    return _mm_movemask_pd((__m128d)mask) != 0;
#else
    return (mask[0] | mask[1]) != 0;
#endif
}

/* lane_div, lane_muldiv of lanes.h for vectors. */
PS_KERNEL_INLINE ps_vector vector_div(ps_vector x, double inverse)
{
    return vector_floor((x + 0.5) * inverse);
}

PS_KERNEL_INLINE ps_vector vector_muldiv(ps_vector x, ps_vector num, double d, double inverse,
                                         double add)
{
    const ps_vector q = vector_div(x, inverse);
    return q * num + vector_div((x - q * d) * num + add, inverse);
}

/* A share of an amount, eq. (2.2). */
PS_KERNEL_INLINE ps_vector vector_share(ps_vector x, ps_vector ppm)
{
    return vector_muldiv(x, ppm, 1e6, 1e-6, 0);
}

#endif
