// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/weighted.h"

#include <math.h>

#include "pledgesim/math.h"

struct totals {
    double sum, square;
    uint64_t n;
};

static struct totals totals_of(const struct ps_weighted *w)
{
    struct totals all = {0};
    for (int j = 0; j < PS_TILT_PARTS; j++) {
        all.sum += w->sum[j];
        all.square += w->square[j];
        all.n += w->n[j];
    }
    return all;
}

struct ps_estimate ps_weighted_mean(const struct ps_weighted *w)
{
    const struct totals all = totals_of(w);
    double variance = 0; /* of the sum */
    for (int j = 0; j < PS_TILT_PARTS; j++) {
        const double n = (double)w->n[j];
        const double spread = w->square[j] - w->sum[j] * w->sum[j] / n;
        variance += spread > 0 ? spread * n / (n - 1) : 0;
    }
    return (struct ps_estimate){.value = all.sum / (double)all.n,
                                .se = sqrt(variance) / (double)all.n};
}

/* The quantile of a gamma variable with this mean and variance, at a normal score. */
static double gamma_quantile(double mean, double variance, double z)
{
    /* Beyond this shape the cube root of the variable is normal to 1e-6 (Wilson and Hilferty). */
    const double large = 1000, shape = mean * mean / variance;
    double slope;
    if (shape <= large) {
        return mean * ps_exp(ps_gamma_log_quantile(shape, z, &slope));
    }
    const double root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
    return mean * root * root * root;
}

struct ps_interval ps_weighted_interval(const struct ps_weighted *w, double confidence)
{
    const struct totals all = totals_of(w);
    const double n = (double)all.n, z = ps_norm_quantile(0.5 + confidence / 2);
    const double se = ps_weighted_mean(w).se * n, variance = se * se, most = w->largest;
    if (!(variance > 0)) {
        return (struct ps_interval){0, 1};
    }
    return (struct ps_interval){.lo = gamma_quantile(all.sum, variance, -z) / n,
                                .hi =
                                    gamma_quantile(all.sum + most, variance + most * most, z) / n};
}

double ps_weighted_effective_n(const struct ps_weighted *w)
{
    const struct totals all = totals_of(w);
    return all.square > 0 ? all.sum * all.sum / all.square : 0;
}

double ps_weighted_largest_share(const struct ps_weighted *w)
{
    const struct totals all = totals_of(w);
    return all.sum > 0 ? w->largest / all.sum : 0;
}
