// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/math.h"
#include "pledgesim/prepare.h"
#include "pledgesim/stress.h"

/* What a stress does to a scenario, and how likely the model thinks it is. */

static const struct ps_stress_kind_desc KINDS[] = {
#define PS_STRESS_KIND(symbol, name, none, most, unit, en, zh)                                     \
    {name, none, most, PS_STRESS_##unit, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/stress_kinds.def"
#undef PS_STRESS_KIND
};

const struct ps_stress_kind_desc *ps_stress_kind_desc(enum ps_stress_kind kind)
{
    return &KINDS[kind];
}

/* The year of the plan in which its middle lies. */
static struct ps_stress_window middle_year(int horizon, int months_n)
{
    const int from = 12 * (horizon / 24) + 1;
    return (struct ps_stress_window){from, from + 11 < months_n ? from + 11 : months_n};
}

struct ps_stress_window ps_stress_window(const struct ps_scenario *scenario)
{
    const int horizon = (int)scenario->p.horizon_months;
    return middle_year(horizon, horizon + (int)scenario->p.runoff_months);
}

/* ---- the change ---- */

/* One shock more, behind those that there are. */
static enum ps_status add_shock(const struct ps_scenario *base, const struct ps_stress *stress,
                                struct ps_stressed *out)
{
    const struct ps_stress_window window = ps_stress_window(base);
    const size_t n = base->shocks_n;
    out->shocks = calloc(n + 1, sizeof *out->shocks);
    if (out->shocks == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (n > 0) {
        memcpy(out->shocks, base->shocks, n * sizeof *out->shocks);
    }
    struct ps_shocks_row *shock = &out->shocks[n];
    (void)snprintf(shock->shock_id, sizeof shock->shock_id, "stress");
    (void)snprintf(shock->cluster_id, sizeof shock->cluster_id, "%s",
                   stress->kind == PS_STRESS_CLUSTER ? base->cluster_ids[stress->cluster] : "all");
    shock->from_month = window.from;
    shock->to_month = window.to;
    shock->shift_sd = -stress->size;
    out->scenario.shocks = out->shocks;
    out->scenario.shocks_n = n + 1;
    return PS_OK;
}

/* Less of everything that is recovered, also of what loans on the books are said to recover. The
 * spread shrinks with its mean, so that a Beta law remains one. */
static enum ps_status cut_recovery(const struct ps_scenario *base, double left,
                                   struct ps_stressed *out)
{
    out->scenario.p.valuation_multiplier *= left;
    out->scenario.p.cash_recovery_frac *= left;
    if (base->loans_n == 0) {
        return PS_OK;
    }
    out->loans = malloc(base->loans_n * sizeof *out->loans);
    if (out->loans == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(out->loans, base->loans, base->loans_n * sizeof *out->loans);
    for (size_t i = 0; i < base->loans_n; i++) {
        out->loans[i].recovery_frac *= left; /* not given stays not given */
        out->loans[i].recovery_sd_frac *= left;
    }
    out->scenario.loans = out->loans;
    return PS_OK;
}

enum ps_status ps_stress_apply(const struct ps_scenario *base, const struct ps_stress *stress,
                               struct ps_stressed *out)
{
    *out = (struct ps_stressed){.scenario = *base};
    struct ps_scenarios_row *p = &out->scenario.p;
    switch (stress->kind) {
    case PS_STRESS_ECONOMY:
    case PS_STRESS_CLUSTER:
        return add_shock(base, stress, out);
    case PS_STRESS_PD:
        p->pd_multiplier *= stress->size;
        return PS_OK;
    case PS_STRESS_COLLATERAL:
        p->valuation_multiplier *= 1 - stress->size;
        return PS_OK;
    case PS_STRESS_RECOVERY:
        return cut_recovery(base, 1 - stress->size, out);
    case PS_STRESS_DISPOSAL:
        p->disposal_median_months *= stress->size;
        return PS_OK;
    case PS_STRESS_DEMAND:
        p->demand_multiplier *= 1 - stress->size;
        return PS_OK;
    case PS_STRESS_KIND_N:
        break;
    }
    return ps_status_raise(PS_BUG);
}

void ps_stressed_free(struct ps_stressed *stressed)
{
    free(stressed->shocks);
    free(stressed->loans);
    *stressed = (struct ps_stressed){0};
}

/* ---- how far it can go ---- */

enum { DISPOSAL_MONTHS_MAX = 240 }; /* of disposal_median_months */
static const double PD_MAX = 0.99;

static double largest_pd(const struct ps_scenario *s)
{
    double most = 0;
    for (size_t i = 0; i < s->segments_n; i++) {
        most = fmax(most, s->segments[i].pd_frac);
    }
    for (size_t i = 0; i < s->loans_n; i++) {
        most = fmax(most, s->loans[i].pd_frac);
    }
    return most * s->p.pd_multiplier;
}

static int has_demand(const struct ps_scenario *s)
{
    double firms = 0;
    for (size_t i = 0; i < s->demand_n; i++) {
        firms += s->demand[i].new_firms_n;
    }
    return firms * s->p.demand_multiplier > 0;
}

double ps_stress_limit(const struct ps_scenario *base, enum ps_stress_kind kind)
{
    const struct ps_stress_kind_desc *desc = &KINDS[kind];
    double most = desc->most;
    if (kind == PS_STRESS_PD) {
        const double pd = largest_pd(base);
        most = pd > 0 ? fmin(most, PD_MAX / pd) : desc->none;
    } else if (kind == PS_STRESS_DISPOSAL) {
        most = fmin(most, DISPOSAL_MONTHS_MAX / base->p.disposal_median_months);
    } else if (kind == PS_STRESS_DEMAND && !has_demand(base)) {
        most = desc->none;
    } else if (kind == PS_STRESS_CLUSTER && base->clusters_n < 2) {
        most = desc->none; /* the economy is the cluster */
    }
    return fmax(most, desc->none);
}

int ps_stress_possible(const struct ps_scenario *base, const struct ps_stress *stress)
{
    const double limit = ps_stress_limit(base, stress->kind);
    if (limit <= KINDS[stress->kind].none || stress->size > limit) {
        return 0;
    }
    if (stress->kind != PS_STRESS_PD) {
        return 1;
    }
    struct ps_stressed stressed;
    struct ps_diags found = {0};
    const enum ps_status status = ps_stress_apply(base, stress, &stressed);
    const int possible = status == PS_OK && ps_world_check(&stressed.scenario, &found) == PS_OK;
    ps_stressed_free(&stressed);
    ps_diags_free(&found);
    return possible;
}

/* ---- how likely it is ---- */

/* Standard deviation of the mean index over n months of a plan in the long run, of a cluster or of
 * all clusters alike. */
static double year_sd(const struct ps_world_plan *plan, struct ps_stress_window window, int cluster)
{
    const int n = plan->clusters_n, months_n = window.to - window.from + 1;
    double across = cluster >= 0, along = 0;
    for (int k = 0; k < n && cluster < 0; k++) {
        double mean = 0;
        for (int c = 0; c < n; c++) {
            mean += plan->loading[c * n + k] / n;
        }
        across += mean * mean;
    }
    for (int s = window.from; s <= window.to; s++) {
        double correlation = 1;
        for (int t = s; t <= window.to; t++) {
            const int new_block = t > s && (t - 1) % plan->step_months == 0;
            correlation *= new_block ? plan->phi_step : 1;
            along += t > s ? 2 * correlation : correlation;
        }
    }
    return sqrt(across * along) / months_n;
}

/* P(multiplier >= times), of times below 1 P(multiplier <= times); none beyond the cut of the law.
 */
static double multiplier_share(const struct ps_multiplier_law *law, double times)
{
    if (law->sigma <= 0) {
        return (double)NAN;
    }
    const double score = times > 0 ? (ps_log(times) + law->log_mean) / law->sigma : -INFINITY;
    const double z = times < 1 ? -score : score;
    return z > PS_UNCERTAIN_Z_MAX ? 0 : ps_norm_cdf(-z);
}

double ps_stress_plausibility(const struct ps_world_plan *plan, const struct ps_stress *stress)
{
    const struct ps_stress_window window = middle_year(plan->horizon, plan->months_n);
    switch (stress->kind) {
    case PS_STRESS_ECONOMY:
        return ps_norm_cdf(-stress->size / year_sd(plan, window, -1));
    case PS_STRESS_CLUSTER:
        return ps_norm_cdf(-stress->size / year_sd(plan, window, stress->cluster));
    case PS_STRESS_PD:
        return multiplier_share(&plan->uncertain[PS_UNCERTAIN_HAZARD], stress->size);
    case PS_STRESS_RECOVERY:
        return multiplier_share(&plan->uncertain[PS_UNCERTAIN_RECOVERY], 1 - stress->size);
    case PS_STRESS_DEMAND:
        return multiplier_share(&plan->uncertain[PS_UNCERTAIN_DEMAND], 1 - stress->size);
    default:
        return (double)NAN;
    }
}
