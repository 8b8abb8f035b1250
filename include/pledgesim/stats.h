// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_STATS_H
#define PLEDGESIM_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "pledgesim/accum.h"

/*
 * Estimates with their errors. `confidence` is the two-sided level of an interval unless said
 * otherwise, in (0, 1), e.g. 0.95. NaN means not defined (too few worlds), an infinite end means no
 * bound.
 */

struct ps_interval {
    double lo, hi;
};

struct ps_estimate {
    double value;
    double se; /* standard error */
};

/* value -+ z se, z the normal quantile of (1 + confidence) / 2. */
struct ps_interval ps_estimate_interval(struct ps_estimate estimate, double confidence);

/*
 * Mean of a measure. Fed with the differences x - y of two measures of the same worlds it is the
 * paired difference: what the worlds have in common cancels before the error is taken.
 */
struct ps_estimate ps_mean(const struct ps_moments *m);
struct ps_interval ps_mean_interval(const struct ps_moments *m, double confidence);

/*
 * mean(y) / mean(x) with the delta-method error sqrt(sum (y - r x)^2 / (n (n-1))) / |mean(x)|, r
 * the ratio. The three arguments hold the same worlds. Ratios of a run are always this, never means
 * of ratios.
 */
struct ps_estimate ps_ratio_of_means(const struct ps_moments *y, const struct ps_moments *x,
                                     const struct ps_comoments *xy);

/*
 * Exact binomial interval (Clopper and Pearson 1934) of a probability of which k of n independent
 * worlds were hits. Both tails have (1 - confidence) / 2: coverage is at least `confidence` for
 * every probability. k = 0 gives [0, 1 - a^(1/n)] and k = n gives [a^(1/n), 1], a = (1 -
 * confidence) / 2. n = 0 gives [0, 1]. Requires k <= n.
 */
struct ps_interval ps_clopper_pearson(uint64_t k, uint64_t n, double confidence);

/*
 * One-sided bounds of the same kind, the whole 1 - confidence in one tail. No hit in n worlds gives
 * the upper bound 1 - (1 - confidence)^(1/n), about 3/n at 0.95 (the "rule of three"): what a
 * report prints for zero events.
 */
double ps_binomial_upper(uint64_t k, uint64_t n, double confidence);
double ps_binomial_lower(uint64_t k, uint64_t n, double confidence);

/* Half the width of `interval` over |value|: the precision that stopping rules look at. Infinite at
 * value 0. */
double ps_relative_half_width(struct ps_interval interval, double value);

/*
 * Worlds at checkpoint k of a precision run, 1024 * 2^k. Precision is judged at these counts only,
 * so that a row stops at the same count whatever runs beside it. Requires k <= 53.
 */
uint64_t ps_precision_checkpoint(unsigned k);

/*
 * A quantile level in parts per billion, p rounded to the nearest one. Ranks follow from it in
 * integers, so that 0.9 of 10 worlds is world 9 although the double 0.9 lies above nine tenths.
 * Requires 0 <= p <= 1.
 */
#define PS_LEVEL_ONE UINT64_C(1000000000)
uint64_t ps_level_ppb(double p);

/* Rank of the p-quantile of n values: ceil(n p), at least 1. The rank-th smallest is the smallest
 * x, F(x) >= p. */
uint64_t ps_quantile_rank(uint64_t n, double p);

/* Whether at least 10 of n worlds lie on each side: n p >= 10 and n (1 - p) >= 10. If not, print no
 * quantile. */
bool ps_quantile_supported(uint64_t n, double p);

/* Ranks of an order-statistic interval; lo = 0 means no lower bound, hi = n + 1 no upper bound. */
struct ps_ranks {
    uint64_t lo, hi;
};

/*
 * Ranks whose values enclose the true p-quantile of the law with probability >= confidence,
 * whatever the law (David and Nagaraja 2003, 7.1): with B ~ Binomial(n, p) and a = (1 - confidence)
 * / 2, lo = the largest l with P(B <= l - 1) <= a, hi = the smallest u with P(B >= u) <= a. The
 * binomial law is exact at every n (incomplete beta function), never its normal approximation.
 * Costs some 60 incomplete beta functions: call it once per (n, p), then read many measures at
 * these ranks.
 */
struct ps_ranks ps_quantile_ranks(uint64_t n, double p, double confidence);

#endif
