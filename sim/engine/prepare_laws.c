// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "pledgesim/kmath.h"
#include "pledgesim/math.h"
#include "prepare_parts.h"

/* Laws as data: cuts of 32-bit uniforms, eq. (1.3), and quantile tables, eq. (1.5). */

#define TWO_32 4294967296.0
#define GUIDE_BITS_MAX 12

uint32_t ps_probability_cut(double p_frac, int *all)
{
    const double cut = ps_rnd(p_frac * TWO_32);
    *all = cut >= TWO_32;
    return *all ? UINT32_MAX : (uint32_t)cut;
}

/* Shared by all laws: cumulative[i] = P(value <= i), not decreasing, the last 1. */
static enum ps_status discrete_from_cumulative(struct ps_arena *arena, const double *cumulative,
                                               int n, struct ps_discrete *out)
{
    int last = 0; /* the first value whose cut is 2^32: nothing is drawn beyond it */
    while (last < n - 1 && ps_rnd(cumulative[last] * TWO_32) < TWO_32) {
        last++;
    }
    int bits = 1;
    while (bits < GUIDE_BITS_MAX && (1 << bits) < 2 * (last + 1)) {
        bits++;
    }
    const size_t cuts_n = last > 0 ? (size_t)last : 1;
    uint32_t *cut = ps_arena_take(arena, cuts_n * sizeof *cut);
    struct ps_guide *guide = ps_arena_take(arena, ((size_t)1 << bits) * sizeof *guide);
    if (cut == NULL || guide == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    cut[0] = UINT32_MAX; /* never read when there is one value */
    for (int i = 0; i < last; i++) {
        cut[i] = (uint32_t)ps_rnd(cumulative[i] * TWO_32);
    }
    const int shift = 32 - bits;
    int value = 0;
    for (uint32_t g = 0; g < (uint32_t)1 << bits; g++) {
        while (value < last && g << shift >= cut[value]) {
            value++;
        }
        guide[g].below = value < last ? cut[value] - 1 : UINT32_MAX;
        guide[g].value = (uint32_t)value & INT32_MAX;
        guide[g].more = value + 1 < last && cut[value + 1] >> shift == g;
    }
    *out = (struct ps_discrete){.cut = cut, .guide = guide, .values_n = last + 1, .shift = shift};
    return PS_OK;
}

enum ps_status ps_discrete_from_weights(struct ps_arena *arena, const double *weights, int n,
                                        struct ps_discrete *out)
{
    double *cumulative = malloc((size_t)n * sizeof *cumulative);
    if (cumulative == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
        sum += weights[i];
        cumulative[i] = sum;
    }
    for (int i = 0; i < n; i++) {
        cumulative[i] /= sum;
    }
    const enum ps_status status = discrete_from_cumulative(arena, cumulative, n, out);
    free(cumulative);
    return status;
}

/* Eq. (5.1a). */
enum ps_status ps_discrete_poisson(struct ps_arena *arena, double mean, struct ps_discrete *out)
{
    /* 14 standard deviations hold all that 32 bits can reach; the small means need the 40. */
    const int mode = (int)mean;
    const int n = mode + 40 + (int)(14 * sqrt(mean));
    double *weights = calloc((size_t)n, sizeof *weights);
    if (weights == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    /* From the mode outwards: exp(-mean) would be 0 for a large mean. */
    weights[mode] = 1;
    for (int k = mode; k > 0 && weights[k] > 1e-30; k--) {
        weights[k - 1] = weights[k] * k / mean;
    }
    for (int k = mode + 1; k < n && weights[k - 1] > 1e-30; k++) {
        weights[k] = weights[k - 1] * mean / k;
    }
    const enum ps_status status = ps_discrete_from_weights(arena, weights, n, out);
    free(weights);
    return status;
}

static enum ps_status discrete_constant(struct ps_arena *arena, struct ps_discrete *out)
{
    const double one = 1;
    return discrete_from_cumulative(arena, &one, 1, out);
}

/* P(lo < Z < x) for a standard normal Z, from the tail that keeps its digits. */
static double norm_between(double lo, double x)
{
    return lo > 0 ? ps_norm_tail(lo) - ps_norm_tail(x) : ps_norm_cdf(x) - ps_norm_cdf(lo);
}

/* Eq. (5.1b). */
enum ps_status ps_discrete_amount(struct ps_arena *arena, const struct ps_amount_spec *spec,
                                  struct ps_discrete *out, int64_t *first_wan)
{
    const double log_median = ps_log(spec->median_wan);
    double lo = 0, mass = 0;
    if (spec->sigma > 0) {
        lo = (ps_log((double)spec->min_wan) - log_median) / spec->sigma;
        mass = norm_between(lo, (ps_log((double)spec->max_wan) - log_median) / spec->sigma);
    }
    if (!(mass > 0)) {
        /* No spread, or all of the law outside the limits: the limit nearest to the median. */
        double wan = ps_rnd(spec->median_wan);
        wan = wan > (double)spec->min_wan ? wan : (double)spec->min_wan;
        *first_wan = wan < (double)spec->max_wan ? (int64_t)wan : spec->max_wan;
        return discrete_constant(arena, out);
    }
    const int n = (int)(spec->max_wan - spec->min_wan) + 1;
    double *cumulative = malloc((size_t)n * sizeof *cumulative);
    if (cumulative == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int i = 0; i < n - 1; i++) {
        const double up_to = (double)(spec->min_wan + i) + 0.5;
        cumulative[i] = norm_between(lo, (ps_log(up_to) - log_median) / spec->sigma) / mass;
    }
    cumulative[n - 1] = 1;
    *first_wan = spec->min_wan;
    const enum ps_status status = discrete_from_cumulative(arena, cumulative, n, out);
    free(cumulative);
    return status;
}

int ps_discrete_can_be(const struct ps_discrete *law, int i)
{
    const uint64_t from = i > 0 && i < law->values_n ? law->cut[i - 1] : 0;
    const uint64_t to = i < law->values_n - 1 ? law->cut[i] : UINT64_C(1) << 32;
    return i < law->values_n && from < to;
}

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

enum ps_status ps_quantiles_beta(struct ps_arena *arena, double mean_frac, double concentration,
                                 struct ps_quantiles *out)
{
    double *q = ps_arena_take(arena, (PS_QUANTILE_CELLS + 1) * sizeof *q);
    if (q == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    out->q = q;
    if (mean_frac <= 0) {
        for (int i = 0; i <= PS_QUANTILE_CELLS; i++) {
            q[i] = 0;
        }
        return PS_OK;
    }
    const double a = concentration * mean_frac, b = concentration * (1 - mean_frac);
    double inner = 0;
    for (int i = 1; i < PS_QUANTILE_CELLS; i++) {
        q[i] = ps_betainc_inv(a, b, (double)i / PS_QUANTILE_CELLS);
        inner += q[i];
    }
    /* E(X; X < x) = mean I_x(a + 1, b), which the first trapezoid is to match. */
    const double first_cell = mean_frac * ps_betainc(a + 1, b, q[1]);
    q[0] = clamp(2 * PS_QUANTILE_CELLS * first_cell - q[1], 0, q[1]);
    /* All trapezoids: PS_QUANTILE_CELLS mean = (q[0] + q[last]) / 2 + inner. */
    q[PS_QUANTILE_CELLS] =
        clamp(2 * (PS_QUANTILE_CELLS * mean_frac - inner) - q[0], q[PS_QUANTILE_CELLS - 1], 1);
    return PS_OK;
}

void ps_semidefinite_root(const double *r, int n, double *l)
{
    for (int i = 0; i < n; i++) {
        double row_variance = 0;
        for (int j = 0; j <= i; j++) {
            double rest = r[i * n + j], entry = 0;
            for (int k = 0; k < j; k++) {
                rest -= l[i * n + k] * l[j * n + k];
            }
            if (j == i) {
                entry = rest > 1e-12 ? sqrt(rest) : 0;
            } else if (l[j * n + j] > 0) {
                entry = rest / l[j * n + j];
            }
            l[i * n + j] = entry;
            row_variance += entry * entry;
        }
        for (int j = i + 1; j < n; j++) {
            l[i * n + j] = 0;
        }
        /* What rounding and dropped columns took from the variance. */
        const double scale = 1 / sqrt(row_variance);
        for (int j = 0; j <= i; j++) {
            l[i * n + j] *= scale;
        }
    }
}

uint64_t ps_loan_address(const char *id)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a, then the finaliser of SplitMix64 */
    for (; *id != '\0'; id++) {
        hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
    }
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return (hash ^ hash >> 31) | UINT64_C(1) << 63;
}
