// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PAIRS_H
#define PLEDGESIM_PAIRS_H

#include "pledgesim/stats.h"

/*
 * Worlds that come in pairs (docs/model.md section 4): 2k and 2k + 1 share what is not known of the
 * parameters and nothing else. Pairs are independent, the worlds of one are not, so errors count
 * pairs. The covariance within pairs is the part of the variance that the parameters bring in.
 */

/* Sums of one measure over pairs, in groups for the error of the share: pair k belongs to group k
 * mod PS_PAIR_GROUPS. A world without its twin at the end of a run is left out. Zero-filled is
 * empty. */
enum { PS_PAIR_GROUPS = 16 };

struct ps_pairs {
    struct ps_moments sum[PS_PAIR_GROUPS];        /* x + y */
    struct ps_moments difference[PS_PAIR_GROUPS]; /* x - y */
};

/* Adds pair number k. */
void ps_pairs_add_one(struct ps_pairs *pairs, uint64_t k, int64_t x, int64_t y);
/* Adds the pairs of n worlds, the first of which has a number that is a multiple of PS_STRIP. */
void ps_pairs_add(struct ps_pairs *pairs, const double *x, int n);
void ps_pairs_merge(struct ps_pairs *into, const struct ps_pairs *from);

/* The sums of all groups; with those of another measure and their products they make a
 * ps_ratio_of_means whose error is right. */
struct ps_moments ps_pairs_sums(const struct ps_pairs *pairs);

/* Eq. (4.23): standard error of the mean over worlds. NaN below 2 pairs. */
double ps_pairs_se(const struct ps_pairs *pairs);

/* Eq. (4.24): the parameters' share of the variance, (var s - E d²) / (var s + E d²) with s = x + y
 * and d = x - y, below 0 by chance when they bring nothing; its error by leaving out one group at a
 * time. NaN when the measure does not vary, or below two pairs a group. */
struct ps_estimate ps_pairs_share(const struct ps_pairs *pairs);

/*
 * Binomial and order-statistic intervals: a pair counts as one world, with half its hits. Two
 * worlds tell at least as much as one, so the intervals are not too short by it; where the
 * parameters bring little they are too long, by up to a factor sqrt 2. k hits in n worlds.
 */
double ps_pairs_binomial_upper(uint64_t k, uint64_t n, double confidence);
double ps_pairs_binomial_lower(uint64_t k, uint64_t n, double confidence);
struct ps_interval ps_pairs_clopper_pearson(uint64_t k, uint64_t n, double confidence);
struct ps_ranks ps_pairs_quantile_ranks(uint64_t n, double p, double confidence);

/* Likewise for a standard error that took all worlds for independent. */
double ps_pairs_se_bound(double se);

#endif
