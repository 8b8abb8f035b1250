// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_HIST_H
#define PLEDGESIM_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pledgesim/accum.h"
#include "pledgesim/stats.h"

/*
 * Log-linear histogram of whole numbers, the distribution of one measure over the worlds of a run.
 *
 * With s = sub_bits and L = the power of two that `unit` reaches (at least s): zero has a bin of
 * its own; sizes 1 .. 2^L - 1 fall into 2^s equal bins, and each octave [2^e, 2^(e+1)), e >= L,
 * again into 2^s equal bins, so a bin is never wider than 2^-s of its values (0.39 % at s = 8, 1.6
 * % at s = 6). Negative values have the same bins, mirrored. What lies beyond the range asked for
 * is counted in an outer bin with its exact sum, never lost.
 *
 * With sums, a bin also keeps the sum and the largest of the offsets of its values from its edge
 * nearer to zero, in 32 bits each: exact while the bin is at most 2^32 wide (sizes below 2^(33 +
 * s): 220 亿元 in fen at s = 8), cut to 2^-32 of the bin above. All is integer and commutes:
 * merging in any order gives equal bits. At most 2^32 - 1 values.
 */
struct ps_hist_spec {
    unsigned sub_bits; /* 1..12: 2^sub_bits bins an octave */
    int64_t unit; /* >= 1: values below about this share the linear region; 1 for counts and fen */
    int64_t min_value; /* -PS_VALUE_MAX..0: what the negative half must reach, 0 for none */
    int64_t max_value; /* 1..PS_VALUE_MAX: what the positive half must reach */
    bool with_sums;    /* 16 bytes a bin instead of 4 */
};

/* A bin with sums: one place in memory, since a histogram is larger than the nearest caches. */
struct ps_hist_bin {
    uint64_t offset_sum;
    uint32_t offset_max;
    uint32_t count;
};

/* Ascending: [0] below the range, the bins, [last] above the range; in one of the two arrays. */
struct ps_hist {
    struct ps_hist_bin *bins; /* NULL without sums */
    uint32_t *counts;         /* NULL with sums */
    uint32_t zero;            /* index of the bin of zero; the bins below are 1..zero-1 */
    uint32_t last;            /* index of the bin above the range */
    unsigned sub_bits, linear_bits;
    uint64_t n;
    int64_t min, max; /* of all values; meaningless while n is 0 */
    ps_int128 outer_sum[2];
};

/* Bytes of memory a histogram needs; sub_bits 8, unit 1 万元, up to 40 亿元 with sums: 84 KB. */
size_t ps_hist_size(const struct ps_hist_spec *spec);

/*
 * Makes `h` an empty histogram in `memory`: ps_hist_size bytes, zero-filled, aligned to 8, the
 * caller's, outliving h. The memory is not touched, so pages of a fresh zero block stay unused
 * until a value falls there.
 */
void ps_hist_init(struct ps_hist *h, const struct ps_hist_spec *spec, void *memory);

/* Whether ps_hist_init has run: a zero-filled struct is no histogram. */
static inline bool ps_hist_kept(const struct ps_hist *h)
{
    return h->bins != NULL || h->counts != NULL;
}

/* How many values bin i holds. */
static inline uint32_t ps_hist_bin_count(const struct ps_hist *h, uint32_t i)
{
    return h->bins != NULL ? h->bins[i].count : h->counts[i];
}

/* A value outside the range; only ps_hist_add calls it. */
void ps_hist_add_outer(struct ps_hist *h, int64_t x);

/* Adds one value, |x| <= PS_VALUE_MAX. */
static inline void ps_hist_add(struct ps_hist *h, int64_t x)
{
    uint64_t size = x < 0 ? (uint64_t)-x : (uint64_t)x;
    unsigned octave = 63u - (unsigned)__builtin_clzll(size | (UINT64_C(1) << h->linear_bits));
    unsigned shift = octave - h->sub_bits;
    uint64_t steps = size >> shift;
    uint64_t bin = ((uint64_t)(octave - h->linear_bits) << h->sub_bits) + steps + (x != 0);
    uint64_t room = x < 0 ? h->zero : h->last - h->zero;
    h->n++;
    h->min = x < h->min ? x : h->min;
    h->max = x > h->max ? x : h->max;
    if (__builtin_expect(bin >= room, 0)) {
        ps_hist_add_outer(h, x);
        return;
    }
    uint64_t i = x < 0 ? h->zero - bin : h->zero + bin;
    if (h->bins == NULL) {
        h->counts[i]++;
        return;
    }
    uint64_t offset = size - (steps << shift);
    if (__builtin_expect(shift > 32, 0)) {
        offset >>= shift - 32;
    }
    struct ps_hist_bin *b = &h->bins[i];
    b->count++;
    b->offset_sum += offset;
    if (offset > b->offset_max) {
        b->offset_max = (uint32_t)offset;
    }
}

/* Adds many values, as ps_hist_add would one by one, but keeps the totals in registers. */
static inline void ps_hist_add_many(struct ps_hist *h, const int64_t *x, unsigned n)
{
    struct ps_hist all = *h;
    for (unsigned i = 0; i < n; i++) {
        ps_hist_add(&all, x[i]);
    }
    *h = all;
}

/*
 * Adds a strip in steps, so that a histogram, which is far away in memory, is visited once for many
 * strips. ps_hist_place finds for each value its index and its offset (NULL without sums); of `h`
 * it touches nothing but the outer sums, and these only for values outside the range. Later
 * ps_hist_count adds to the bins, strip by strip, and ps_hist_extend to the totals; until then, `h`
 * must not be read or merged. Requires h->last < 2^16.
 */
struct ps_hist_grid {
    double edge;     /* end of the linear region */
    double end;      /* values 0 .. end - 1 are placed fast */
    uint64_t octave; /* bins of an octave */
    uint64_t base;   /* what the leading bits of the end of the linear region exceed its bin by */
    unsigned cut;    /* bits of a double below the leading ones */
};

/* The same for all histograms of one spec. */
struct ps_hist_grid ps_hist_grid(const struct ps_hist *h);

void ps_hist_place(struct ps_hist *h, const struct ps_hist_grid *grid, const struct ps_strip *s,
                   uint16_t index[PS_STRIP], uint32_t offset[PS_STRIP]);

/* Adds n values between min and max to the totals. */
void ps_hist_extend(struct ps_hist *h, uint64_t n, int64_t min, int64_t max);

/* Adds to the bins of n <= PS_HIST_GROUP histograms, one strip each, fastest for a whole group; all
 * of them with sums, or none and offset NULL. */
enum { PS_HIST_GROUP = 8 };
void ps_hist_count(struct ps_hist *const *h, int n, uint16_t (*index)[PS_STRIP],
                   uint32_t (*offset)[PS_STRIP]);

/* Adds all values of `from` to `into`. Requires the same spec. Touches only bins between from's
 * extremes. */
void ps_hist_merge(struct ps_hist *into, const struct ps_hist *from);

/* How many values are exactly zero; and how many are below x. The latter is exact where x is the
 * edge of a bin or the bin of x holds one distinct value; else the bin's values count as spread
 * evenly about their mean. */
uint64_t ps_hist_zeros(const struct ps_hist *h);
uint64_t ps_hist_count_below(const struct ps_hist *h, int64_t x);

/* An order statistic read from bins. The sample's true one lies in [lo, hi], always. */
struct ps_hist_value {
    int64_t value, lo, hi;
};

/*
 * The rank-th smallest value, 1 <= rank <= n. The rule inside a bin of c values with mean m between
 * the edges a and b (b the largest value seen there): rank j of c is m + (2j - 1 - c)/c * min(m -
 * a, b - m), moved as little as needed to lie within half a bin of every value that count, sum and
 * largest value allow, and rounded to a whole number. Error: 0 if the bin has width 1, one value,
 * or one distinct value; never more than half a bin: 2^-(sub_bits+1) of the value (0.195 % at 256
 * bins an octave, 0.098 % at 512), in the linear region 2^-(sub_bits+1) of 2^L. A smooth density
 * stays well inside: 1e6 lognormal values at 256 bins, below 0.1 % at every level from 0.01 to
 * 0.9999 and 0.03 % from 0.1 to 0.99. Without sums, and where bins are wider than 2^32, m is the
 * middle of the bin or known to 2^-32 of it, and the bound is a whole bin. In an outer bin there is
 * no bound but [lo, hi].
 */
struct ps_hist_value ps_hist_order_statistic(const struct ps_hist *h, uint64_t rank);

/* The p-quantile: smallest x with F(x) >= p, the order statistic of ps_quantile_rank. Requires n
 * >= 1. */
struct ps_hist_value ps_hist_quantile(const struct ps_hist *h, double p);

/*
 * Values at the ranks of ps_quantile_ranks, each moved outwards to what its bin allows, so that the
 * coverage stated there holds for the binned values too. An end without bound is infinite. Requires
 * n >= 1 and ranks made for h->n.
 */
struct ps_interval ps_hist_rank_interval(const struct ps_hist *h, struct ps_ranks ranks);

/*
 * Expected shortfall: mean of the worst part of the values, the upper 1 - p (PS_TAIL_UPPER) or the
 * lower p (PS_TAIL_LOWER), the atom at the quantile q split so that the part weighs exactly that
 * much: upper: q + sum (x - q)+ / (n (1 - p)); lower: q - sum (q - x)+ / (n p) (Rockafellar and
 * Uryasev 2002). se = sd of (x - q)+ / ((1 - p) sqrt n), which counts the error of q to first
 * order; lower alike. Bins beyond that of q enter by their exact sums, the bin of q by the rule
 * above: the error of the result is below one bin times that bin's share of the tail, and nothing
 * but rounding where q's bin holds one distinct value. In se the spread inside a bin counts as even
 * about its mean; with e the mean excess over q, se is off by less than (bin width / e)^2 of
 * itself. NaN if the part is empty (p = 1, or p = 0 for the lower one) or n = 0; se NaN at n < 2.
 * Requires with_sums for the accuracy stated; without, each bin adds up to half its width.
 */
enum ps_tail { PS_TAIL_UPPER, PS_TAIL_LOWER };
struct ps_estimate ps_hist_shortfall(const struct ps_hist *h, double p, enum ps_tail tail);

/*
 * Exceedance curve for a chart: values with P(X > value) = 99, 95, 90, 80, .. 10, 5, 2, 1, 0.5,
 * 0.2, 0.1 % and so on downwards in steps 1-2-5, as far as ps_quantile_supported allows. Writes at
 * most PS_HIST_CURVE_MAX points; returns their number.
 */
#define PS_HIST_CURVE_MAX 40
struct ps_hist_point {
    double exceedance; /* probability */
    struct ps_hist_value value;
};
unsigned ps_hist_exceedance(const struct ps_hist *h,
                            struct ps_hist_point points[PS_HIST_CURVE_MAX]);

/*
 * Bars for a chart: at most 40 of equal width 1, 2 or 5 times a power of ten, edges multiples of
 * the width, from the bar of the 0.1 % quantile to that of the 99.9 % quantile. Bar i counts first
 * + i width <= x < first + (i+1) width (ps_hist_count_below); the counts with `below` and `above`
 * add up to n. No values, no bars.
 */
#define PS_HIST_BARS_MAX 40
struct ps_hist_bars {
    int64_t first, width;
    unsigned n;
    uint64_t below, above;
    uint64_t count[PS_HIST_BARS_MAX];
};
void ps_hist_bars(const struct ps_hist *h, struct ps_hist_bars *bars);

#endif
