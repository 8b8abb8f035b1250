// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_VECTORS_H
#define PLEDGESIM_KERNEL_VECTORS_H

#include "lanes.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* Rows of lanes in vector registers. The loops over lanes in lanes.h read and write memory; what
 * every loan touches is kept in local variables of these types instead, which is twice as fast. */

#if defined(PS_ONE_LANE)
#define PS_VECTOR_BYTES 8
#elif defined(__AVX512F__)
#define PS_VECTOR_BYTES 64
#elif defined(__AVX__)
#define PS_VECTOR_BYTES 32
#else
#define PS_VECTOR_BYTES 16
#endif

/* A vector, and one in a row. Not memcpy: a store that might change any object would make the
 * compiler load every pointer again after each loan. */
#if defined(PS_ONE_LANE)
typedef double ps_vector, ps_vector_in_row; /* a lone policy needs no vectors */
#else
typedef double ps_vector __attribute__((vector_size(PS_VECTOR_BYTES)));
typedef double ps_vector_in_row __attribute__((vector_size(PS_VECTOR_BYTES), aligned(8)));
#endif

enum { VECTOR_LANES = PS_VECTOR_BYTES / 8, VECTORS = PS_LANES / VECTOR_LANES };

/* For each vector v of a row; the count is a constant, so nothing of the loop is left. */
#define VECS _Pragma("GCC unroll 16") for (int v = 0; v < VECTORS; v++)

PS_KERNEL_INLINE ps_vector vector_at(const double *rows, int v)
{
    return *(const ps_vector_in_row *)(rows + v * VECTOR_LANES);
}

PS_KERNEL_INLINE void vector_put(double *rows, int v, ps_vector x)
{
    *(ps_vector_in_row *)(rows + v * VECTOR_LANES) = x;
}

PS_KERNEL_INLINE ps_vector vector_of(double x)
{
    return x - (ps_vector){0};
}

/* Which lanes: a mask register where there is one, else all bits of a lane set or none. */
#if defined(PS_ONE_LANE)

typedef uint64_t ps_mask_of_lanes;
#define VECTOR_COMPARE(a, b, relation) VECTOR_COMPARE_##relation(a, b)
#define VECTOR_COMPARE_GT(a, b) ps_mask((a) > (b))
#define VECTOR_COMPARE_GE(a, b) ps_mask((a) >= (b))
#define VECTOR_COMPARE_LT(a, b) ps_mask((a) < (b))
#define VECTOR_COMPARE_EQ(a, b) ps_mask((a) == (b))
#define VECTOR_COMPARE_LE(a, b) ps_mask((a) <= (b))

/* x where the mask is set, else 0. */
PS_KERNEL_INLINE ps_vector vector_where(ps_mask_of_lanes mask, ps_vector x)
{
    return ps_from_bits(ps_bits(x) & mask);
}

PS_KERNEL_INLINE ps_vector vector_select(ps_mask_of_lanes mask, ps_vector yes, ps_vector no)
{
    return ps_select(mask, yes, no);
}

/* a + x and a - x where the mask is set, else a. */
PS_KERNEL_INLINE ps_vector vector_add_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return a + vector_where(mask, x);
}

PS_KERNEL_INLINE ps_vector vector_sub_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return a - vector_where(mask, x);
}

/* The bits of a vector's lanes, and back. */
PS_KERNEL_INLINE uint32_t vector_bits(ps_mask_of_lanes mask)
{
    return mask & 1;
}

PS_KERNEL_INLINE ps_mask_of_lanes vector_mask(uint32_t bits)
{
    return ps_mask(bits & 1);
}

#elif defined(__AVX512F__)

typedef __mmask8 ps_mask_of_lanes;
#define VECTOR_COMPARE(a, b, relation)                                                             \
    _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_##relation##_OQ)

PS_KERNEL_INLINE ps_vector vector_where(ps_mask_of_lanes mask, ps_vector x)
{
    return (ps_vector)_mm512_maskz_mov_pd(mask, (__m512d)x);
}

PS_KERNEL_INLINE ps_vector vector_select(ps_mask_of_lanes mask, ps_vector yes, ps_vector no)
{
    return (ps_vector)_mm512_mask_mov_pd((__m512d)no, mask, (__m512d)yes);
}

PS_KERNEL_INLINE ps_vector vector_add_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return (ps_vector)_mm512_mask_add_pd((__m512d)a, mask, (__m512d)a, (__m512d)x);
}

PS_KERNEL_INLINE ps_vector vector_sub_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return (ps_vector)_mm512_mask_sub_pd((__m512d)a, mask, (__m512d)a, (__m512d)x);
}

PS_KERNEL_INLINE uint32_t vector_bits(ps_mask_of_lanes mask)
{
    return mask;
}

PS_KERNEL_INLINE ps_mask_of_lanes vector_mask(uint32_t bits)
{
    return (ps_mask_of_lanes)bits;
}

#else

typedef int64_t ps_mask_of_lanes __attribute__((vector_size(PS_VECTOR_BYTES)));
#define VECTOR_COMPARE(a, b, relation) VECTOR_COMPARE_##relation(a, b)
#define VECTOR_COMPARE_GT(a, b) ((ps_mask_of_lanes)((a) > (b)))
#define VECTOR_COMPARE_GE(a, b) ((ps_mask_of_lanes)((a) >= (b)))
#define VECTOR_COMPARE_LT(a, b) ((ps_mask_of_lanes)((a) < (b)))
#define VECTOR_COMPARE_EQ(a, b) ((ps_mask_of_lanes)((a) == (b)))
#define VECTOR_COMPARE_LE(a, b) ((ps_mask_of_lanes)((a) <= (b)))

PS_KERNEL_INLINE ps_vector vector_where(ps_mask_of_lanes mask, ps_vector x)
{
    return (ps_vector)((ps_mask_of_lanes)x & mask);
}

PS_KERNEL_INLINE ps_vector vector_select(ps_mask_of_lanes mask, ps_vector yes, ps_vector no)
{
    return (ps_vector)(((ps_mask_of_lanes)yes & mask) | ((ps_mask_of_lanes)no & ~mask));
}

PS_KERNEL_INLINE ps_vector vector_add_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return a + vector_where(mask, x);
}

PS_KERNEL_INLINE ps_vector vector_sub_where(ps_mask_of_lanes mask, ps_vector a, ps_vector x)
{
    return a - vector_where(mask, x);
}

PS_KERNEL_INLINE uint32_t vector_bits(ps_mask_of_lanes mask)
{
#if defined(__AVX__)
    return (uint32_t)_mm256_movemask_pd((__m256d)mask);
#elif defined(__SSE2__)
    return (uint32_t)_mm_movemask_pd((__m128d)mask);
#else
    return (uint32_t)((mask[0] & 1) | (mask[1] & 2));
#endif
}

PS_KERNEL_INLINE ps_mask_of_lanes vector_mask(uint32_t bits)
{
#if defined(__AVX__)
    const ps_mask_of_lanes bit = {1, 2, 4, 8};
    return (ps_mask_of_lanes)((((int64_t)bits + (ps_mask_of_lanes){0}) & bit) == bit);
#else
    return (ps_mask_of_lanes){-(int64_t)(bits & 1), -(int64_t)(bits >> 1 & 1)};
#endif
}

#endif

PS_KERNEL_INLINE uint32_t lanes_of_masks(const ps_mask_of_lanes *mask)
{
    uint32_t lanes = 0;
    VECS lanes |= vector_bits(mask[v]) << (v * VECTOR_LANES);
    return lanes;
}

PS_KERNEL_INLINE ps_mask_of_lanes mask_of_lanes(uint32_t lanes, int v)
{
    return vector_mask(lanes >> (v * VECTOR_LANES));
}

PS_KERNEL_INLINE uint32_t lanes_above_zero(const double *x)
{
    ps_mask_of_lanes above[VECTORS];
    VECS above[v] = VECTOR_COMPARE(vector_at(x, v), vector_of(0), GT);
    return lanes_of_masks(above);
}

PS_KERNEL_INLINE double vectors_min(const ps_vector *x)
{
    double each[PS_LANES];
    VECS vector_put(each, v, x[v]);
    return lanes_min(each);
}

/* floor(x) for 0 <= x < 2^51. */
PS_KERNEL_INLINE ps_vector vector_floor(ps_vector x)
{
#if defined(PS_ONE_LANE) && defined(__SSE4_1__)
    return floor(x); /* without ps_floor's care for -0, which interest would wait for each month */
#elif defined(PS_ONE_LANE)
    return ps_floor(x);
#elif defined(__AVX512F__)
    return (ps_vector)_mm512_roundscale_pd((__m512d)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif defined(__AVX__)
    return (ps_vector)_mm256_floor_pd((__m256d)x);
#else
    const ps_vector nearest = (x + 0x1.8p52) - 0x1.8p52;
    return nearest - vector_where(VECTOR_COMPARE(nearest, x, GT), vector_of(1));
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
