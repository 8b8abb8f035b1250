// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ACCUM_H
#define PLEDGESIM_ACCUM_H

#include <stdint.h>

/*
 * Sums over worlds. Every measure of a world is a whole number (fen, ppm, months, counts), so every
 * sum here is an exact integer: adding and merging commute, and any order, thread count or machine
 * gives the same bits. A zero-filled struct is empty.
 */

__extension__ typedef __int128 ps_int128;
__extension__ typedef unsigned __int128 ps_uint128;

/* Largest size of a measure, |x| <= PS_VALUE_MAX < 2^53, so that a double also holds it exactly. */
#define PS_VALUE_MAX INT64_C(9000000000000000)

/*
 * Sums of one measure. The sum of squares has 192 bits: the squares of 2^21 values of 9e15 already
 * fill a signed 128-bit number. With it nothing overflows at any n: |sum| < 2^53 * 2^64 = 2^117 and
 * sum_sq < 2^106 * 2^64 = 2^170.
 */
struct ps_moments {
    ps_int128 sum;
    ps_uint128 sum_sq_low;
    uint64_t sum_sq_high; /* in units of 2^128 */
    uint64_t n;
    int64_t min, max; /* meaningless while n is 0 */
};

/* Sum of products of two measures x and y of the same worlds; in 192 bits, two's complement. */
struct ps_comoments {
    ps_uint128 sum_xy_low;
    int64_t sum_xy_high; /* in units of 2^128 */
    uint64_t n;
};

/* Adds one world. Requires |x| <= PS_VALUE_MAX. */
static inline void ps_moments_add(struct ps_moments *m, int64_t x)
{
    ps_uint128 square = (ps_uint128)((ps_int128)x * x);
    m->sum += x;
    m->sum_sq_low += square;
    m->sum_sq_high += m->sum_sq_low < square;
    m->min = m->n == 0 || x < m->min ? x : m->min;
    m->max = m->n == 0 || x > m->max ? x : m->max;
    m->n++;
}

/* Adds many worlds at once, keeping the sums in registers. */
static inline void ps_moments_add_many(struct ps_moments *m, const int64_t *x, unsigned n)
{
    struct ps_moments all = *m;
    for (unsigned i = 0; i < n; i++) {
        ps_moments_add(&all, x[i]);
    }
    *m = all;
}

/* Adds one world. Requires |x|, |y| <= PS_VALUE_MAX. */
static inline void ps_comoments_add(struct ps_comoments *c, int64_t x, int64_t y)
{
    ps_int128 product = (ps_int128)x * y;
    c->sum_xy_low += (ps_uint128)product;
    c->sum_xy_high += (c->sum_xy_low < (ps_uint128)product) - (product < 0);
    c->n++;
}

/*
 * A strip: one measure in 32 worlds, whole numbers with |x| <= PS_VALUE_MAX. Adding a strip equals
 * adding its values one by one: 32 of them, and 32 of their squares or products below 2^106, fit
 * into 64 and 128 bits, so the wide sums are touched once a strip.
 */
enum { PS_STRIP = 32 };

struct ps_strip {
    double x[PS_STRIP];
    double min, max;
};

/* Finds min and max from x; the functions below need them. */
void ps_strip_range(struct ps_strip *s);

int64_t ps_strip_sum(const struct ps_strip *s);
void ps_moments_add_strip(struct ps_moments *m, const struct ps_strip *s);
void ps_comoments_add_strip(struct ps_comoments *c, const struct ps_strip *x,
                            const struct ps_strip *y);

/* The strips of one measure in up to 32 policies side by side, and what each of them adds. */
enum { PS_STRIP_LANES = 32 };

struct ps_strip_sums {
    double min[PS_STRIP_LANES], max[PS_STRIP_LANES], sum[PS_STRIP_LANES];
    double high[PS_STRIP_LANES], mixed[PS_STRIP_LANES], low[PS_STRIP_LANES]; /* of the squares */
};

/* Sums the first `lanes_n` lanes of x[PS_STRIP]; other values of x must be finite, too. */
void ps_strip_sums_take(struct ps_strip_sums *s, const double (*x)[PS_STRIP_LANES], int lanes_n);

/* The same as ps_moments_add_strip of one lane. Returns 0, having done nothing, when its values are
 * too large for sums in doubles. */
int ps_moments_add_sums(struct ps_moments *m, const struct ps_strip_sums *s, int lane);

/* Adds all worlds of `from` to `into`; an empty one changes nothing. */
void ps_moments_merge(struct ps_moments *into, const struct ps_moments *from);
void ps_comoments_merge(struct ps_comoments *into, const struct ps_comoments *from);

/*
 * Sample mean; unbiased variance (n sum_sq - sum^2) / (n (n-1)), its numerator an exact integer,
 * then one division; its root; and the standard error of the mean, root of variance / n. Same bits
 * on every machine. NaN where not defined: the mean at n = 0, the others at n < 2.
 */
double ps_moments_mean(const struct ps_moments *m);
double ps_moments_variance(const struct ps_moments *m);
double ps_moments_sd(const struct ps_moments *m);
double ps_moments_se(const struct ps_moments *m);

/*
 * Unbiased covariance of x and y, exact up to the last division. The three arguments must hold the
 * same worlds; NaN when their counts differ or are below 2.
 */
double ps_comoments_covariance(const struct ps_comoments *xy, const struct ps_moments *x,
                               const struct ps_moments *y);

/*
 * Sum over worlds of (y - r x)^2 where r = sum y / sum x, the residual of a ratio of means. It
 * equals (sum_x^2 sum_yy - 2 sum_x sum_y sum_xy + sum_y^2 sum_xx) / sum_x^2; the numerator is an
 * exact integer of up to 2^406, so that a ratio near one does not lose its digits. NaN when counts
 * differ or sum_x is 0.
 */
double ps_comoments_ratio_residual(const struct ps_comoments *xy, const struct ps_moments *x,
                                   const struct ps_moments *y);

#endif
