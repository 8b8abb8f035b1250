// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/stats.h"

#include <math.h>

#include "pledgesim/math.h"

/* Fewer worlds than this beyond a quantile say too little about it. */
static const uint64_t WORLDS_BEYOND = 10;

struct ps_interval ps_estimate_interval(struct ps_estimate estimate, double confidence)
{
    double half = ps_norm_quantile(0.5 + 0.5 * confidence) * estimate.se;
    return (struct ps_interval){estimate.value - half, estimate.value + half};
}

struct ps_estimate ps_mean(const struct ps_moments *m)
{
    return (struct ps_estimate){ps_moments_mean(m), ps_moments_se(m)};
}

struct ps_interval ps_mean_interval(const struct ps_moments *m, double confidence)
{
    return ps_estimate_interval(ps_mean(m), confidence);
}

struct ps_estimate ps_ratio_of_means(const struct ps_moments *y, const struct ps_moments *x,
                                     const struct ps_comoments *xy)
{
    double residual = ps_comoments_ratio_residual(xy, x, y);
    if (isnan(residual)) {
        return (struct ps_estimate){NAN, NAN};
    }
    double n = (double)x->n, sum_x = (double)x->sum;
    double se = x->n < 2 ? NAN : sqrt(residual * n / (n - 1)) / fabs(sum_x);
    return (struct ps_estimate){(double)y->sum / sum_x, se};
}

double ps_binomial_upper(uint64_t k, uint64_t n, double confidence)
{
    if (k >= n) {
        return 1.0;
    }
    return ps_betainc_inv((double)k + 1, (double)(n - k), confidence);
}

double ps_binomial_lower(uint64_t k, uint64_t n, double confidence)
{
    if (k == 0) {
        return 0.0;
    }
    return ps_betainc_inv((double)k, (double)(n - k) + 1, 1 - confidence);
}

struct ps_interval ps_clopper_pearson(uint64_t k, uint64_t n, double confidence)
{
    double one_sided = 0.5 + 0.5 * confidence;
    return (struct ps_interval){ps_binomial_lower(k, n, one_sided),
                                ps_binomial_upper(k, n, one_sided)};
}

double ps_relative_half_width(struct ps_interval interval, double value)
{
    return value == 0 ? INFINITY : 0.5 * (interval.hi - interval.lo) / fabs(value);
}

uint64_t ps_precision_checkpoint(unsigned k)
{
    return UINT64_C(1024) << k;
}

uint64_t ps_level_ppb(double p)
{
    return (uint64_t)(p * (double)PS_LEVEL_ONE + 0.5);
}

uint64_t ps_quantile_rank(uint64_t n, double p)
{
    ps_uint128 scaled = (ps_uint128)n * ps_level_ppb(p);
    uint64_t rank = (uint64_t)((scaled + PS_LEVEL_ONE - 1) / PS_LEVEL_ONE);
    return rank > 0 ? rank : 1;
}

bool ps_quantile_supported(uint64_t n, double p)
{
    uint64_t level = ps_level_ppb(p);
    ps_uint128 needed = (ps_uint128)WORLDS_BEYOND * PS_LEVEL_ONE;
    return (ps_uint128)n * level >= needed && (ps_uint128)n * (PS_LEVEL_ONE - level) >= needed;
}

/* P(B <= k) and P(B >= k) of B ~ Binomial(n, p), q = 1 - p given apart to keep its digits. */
static double binomial_at_most(uint64_t k, uint64_t n, double q)
{
    return k >= n ? 1.0 : ps_betainc((double)(n - k), (double)k + 1, q);
}

static double binomial_at_least(uint64_t k, uint64_t n, double p)
{
    return k == 0 ? 1.0 : ps_betainc((double)k, (double)(n - k) + 1, p);
}

struct ps_ranks ps_quantile_ranks(uint64_t n, double p, double confidence)
{
    uint64_t level = ps_level_ppb(p);
    double one = (double)PS_LEVEL_ONE;
    double p_below = (double)level / one, p_above = (double)(PS_LEVEL_ONE - level) / one;
    double tail = 0.5 - 0.5 * confidence;
    struct ps_ranks ranks = {0, n + 1};
    /* Largest l in 0..n with l = 0 or P(B <= l - 1) <= tail. */
    for (uint64_t bad = n + 1; bad - ranks.lo > 1;) {
        uint64_t l = ranks.lo + (bad - ranks.lo) / 2;
        if (binomial_at_most(l - 1, n, p_above) <= tail) {
            ranks.lo = l;
        } else {
            bad = l;
        }
    }
    /* Smallest u in 1..n+1 with u = n + 1 or P(B >= u) <= tail. */
    for (uint64_t bad = 0; ranks.hi - bad > 1;) {
        uint64_t u = bad + (ranks.hi - bad) / 2;
        if (binomial_at_least(u, n, p_below) <= tail) {
            ranks.hi = u;
        } else {
            bad = u;
        }
    }
    return ranks;
}
