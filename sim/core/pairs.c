// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/pairs.h"

#include <math.h>

void ps_pairs_add_one(struct ps_pairs *pairs, uint64_t k, int64_t x, int64_t y)
{
    ps_moments_add(&pairs->sum[k % PS_PAIR_GROUPS], x + y);
    ps_moments_add(&pairs->difference[k % PS_PAIR_GROUPS], x - y);
}

void ps_pairs_add(struct ps_pairs *pairs, const double *x, int n)
{
    for (int i = 0; i + 1 < n; i += 2) {
        ps_pairs_add_one(pairs, (uint64_t)i / 2, (int64_t)x[i], (int64_t)x[i + 1]);
    }
}

void ps_pairs_merge(struct ps_pairs *into, const struct ps_pairs *from)
{
    for (int g = 0; g < PS_PAIR_GROUPS; g++) {
        ps_moments_merge(&into->sum[g], &from->sum[g]);
        ps_moments_merge(&into->difference[g], &from->difference[g]);
    }
}

/* All groups but `without`. */
static struct ps_moments merged(const struct ps_moments of[PS_PAIR_GROUPS], int without)
{
    struct ps_moments all = {0};
    for (int g = 0; g < PS_PAIR_GROUPS; g++) {
        if (g != without) {
            ps_moments_merge(&all, &of[g]);
        }
    }
    return all;
}

struct ps_moments ps_pairs_sums(const struct ps_pairs *pairs)
{
    return merged(pairs->sum, -1);
}

double ps_pairs_se(const struct ps_pairs *pairs)
{
    const struct ps_moments sums = ps_pairs_sums(pairs);
    return 0.5 * ps_moments_se(&sums);
}

static double share_without(const struct ps_pairs *pairs, int group)
{
    const struct ps_moments sum = merged(pairs->sum, group);
    const struct ps_moments difference = merged(pairs->difference, group);
    const double n = (double)difference.n, mean = ps_moments_mean(&difference);
    /* E d² about 0, its true mean */
    const double within = ps_moments_variance(&difference) * ((n - 1) / n) + mean * mean;
    const double between = ps_moments_variance(&sum);
    return (between - within) / (between + within);
}

struct ps_estimate ps_pairs_share(const struct ps_pairs *pairs)
{
    const double groups = PS_PAIR_GROUPS;
    double without[PS_PAIR_GROUPS], mean = 0, spread = 0;
    for (int g = 0; g < PS_PAIR_GROUPS; g++) {
        if (pairs->sum[g].n < 2) {
            return (struct ps_estimate){NAN, NAN};
        }
        without[g] = share_without(pairs, g);
        mean += without[g] / groups;
    }
    for (int g = 0; g < PS_PAIR_GROUPS; g++) {
        spread += (without[g] - mean) * (without[g] - mean);
    }
    return (struct ps_estimate){.value = share_without(pairs, -1),
                                .se = sqrt((groups - 1) / groups * spread)};
}

double ps_pairs_binomial_upper(uint64_t k, uint64_t n, double confidence)
{
    return ps_binomial_upper((k + 1) / 2, n / 2, confidence);
}

double ps_pairs_binomial_lower(uint64_t k, uint64_t n, double confidence)
{
    return ps_binomial_lower(k / 2, n / 2, confidence);
}

struct ps_interval ps_pairs_clopper_pearson(uint64_t k, uint64_t n, double confidence)
{
    const double one_sided = 0.5 + 0.5 * confidence;
    return (struct ps_interval){ps_pairs_binomial_lower(k, n, one_sided),
                                ps_pairs_binomial_upper(k, n, one_sided)};
}

struct ps_ranks ps_pairs_quantile_ranks(uint64_t n, double p, double confidence)
{
    const struct ps_ranks of_pairs = ps_quantile_ranks(n / 2, p, confidence);
    return (struct ps_ranks){.lo = 2 * of_pairs.lo,
                             .hi = of_pairs.hi > n / 2 ? n + 1 : 2 * of_pairs.hi};
}

double ps_pairs_se_bound(double se)
{
    return sqrt(2) * se;
}
