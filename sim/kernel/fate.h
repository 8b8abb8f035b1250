// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_FATE_H
#define PLEDGESIM_KERNEL_FATE_H

#include "pledgesim/rng.h"
#include "pledgesim/world.h"

/* Reading laws, and what becomes of a defaulted loan (docs/model.md section 6). */

/* The value i with cut[i-1] <= u < cut[i]. */
static inline int discrete_draw(const struct ps_discrete *law, uint32_t u)
{
    int i = law->guide[u >> law->shift];
    while (i < law->values_n - 1 && u >= law->cut[i])
        i++;
    return i;
}

static inline double quantile_read(const struct ps_quantiles *law, double u)
{
    const double x = u * PS_QUANTILE_CELLS;
    const int i = (int)x;
    return law->q[i] + (x - i) * (law->q[i + 1] - law->q[i]);
}

static inline int clamp_month(double month, int last)
{
    return month > last ? last : (int)month;
}

/* Eq. (6.1)-(6.4): disposal month, net proceeds per yuan and cash fraction of the loan's default.
 * `index` is the world's lane of Y~. Dates count from tau. */
static inline void fate_materialise(const struct ps_world_plan *plan, const double *index,
                                    uint32_t world, const struct ps_app *app, uint64_t entity,
                                    struct ps_fate *fate)
{
    const int last = plan->months_n, tau = app->end;
    const struct ps_segment_plan *segment = &plan->segments[app->segment];
    const struct ps_ip_kind_plan *kind = &plan->ip_kinds[segment->ip_kind];
    const struct ps_tape_plan *tape =
        app->tape != PS_NONE && app->link == 0 ? &plan->tape[app->tape] : NULL;
    const size_t stride = (size_t)plan->clusters_n * PS_ECONOMY_LANES;
    const double *y = index + (size_t)segment->cluster * PS_ECONOMY_LANES;
    uint32_t u[4], v[4];
    ps_rng_words(plan->seed, world, entity, app->link, PS_PURPOSE_DISPOSAL, u);
    ps_rng_words(plan->seed, world, entity, app->link, PS_PURPOSE_RECOVERY, v);
    *fate = (struct ps_fate){.tau = (uint16_t)tau};
    if (ps_u01_32(v[2]) < plan->cure_prob) {
        fate->cured = 1;
        fate->s = (uint16_t)clamp_month(tau + 1 + (double)((uint64_t)v[3] * 3 >> 32), last);
        return;
    }

    double to_lag, to_value;
    ps_normal_pair(u[0], u[1], &to_lag, &to_value);
    const double lag = plan->disposal_median_months * ps_exp(plan->disposal_sigma * to_lag);
    const double ready = tau + plan->npl_months + plan->disposal_freeze_months - ps_floor(-lag);
    const double state = y[(size_t)clamp_month(ready, last) * stride];
    const double q = plan->sale_never ? 0
                     : plan->sale_always
                         ? 1
                         : ps_norm_cdf(plan->sale_x + plan->sale_sensitivity * state);
    const double sale = ps_u01_32(v[0]);
    const double fail = 1 - q;
    const int round = sale < q ? 1 : sale < 1 - fail * fail ? 2 : 3;
    const int sold = sale < 1 - fail * fail * fail;
    const int s = clamp_month(ready + 3 * (round - 1), last);
    fate->s = (uint16_t)s;
    if (tape && tape->recovery_frac >= 0) {
        fate->cash_frac = tape->recovery_frac;
        return;
    }
    fate->cash_frac = quantile_read(&plan->cash, ps_u01_32(u[2]));

    const double age = (s - app->month + (tape ? tape->age_months : 0)) * (1. / 12);
    const int lapsed = ps_u01_32(u[3]) >= ps_exp(-kind->lapse_pa * age);
    if (!sold || lapsed)
        return;
    const double beta = plan->value_sensitivity;
    const double value =
        ps_exp(-kind->drift * age + kind->volatility * __builtin_sqrt(age) * to_value +
               beta * y[(size_t)s * stride] - 0.5 * beta * beta);
    const double scale = tape && tape->pledged_per_yuan >= 0
                             ? kind->valued_per_yuan * tape->pledged_per_yuan
                             : kind->value_per_yuan;
    fate->proceeds_frac = scale * value * quantile_read(&kind->price, ps_u01_32(v[1]));
}

#endif
