// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "pledgesim/calibration.h"
#include "pledgesim/kmath.h"
#include "pledgesim/math.h"
#include "prepare_parts.h"

/* From the world part of a scenario to the tables the sampler reads (docs/model.md, 3 to 6). */

enum { SEGMENTS_MAX = 65535 };

struct owner {
    struct ps_world_plan plan; /* first: what the caller holds */
    struct ps_arena arena;
};

/* ---- economy ---- */

static void fill_shift(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                       double *shift)
{
    const size_t clusters_n = (size_t)plan->clusters_n;
    for (size_t i = 0; i < ((size_t)plan->months_n + 1) * clusters_n; i++) {
        shift[i] = 0;
    }
    for (size_t i = 0; i < scenario->shocks_n; i++) {
        const struct ps_shocks_row *shock = &scenario->shocks[i];
        const int only = ps_find_cluster(scenario, shock->cluster_id); /* -1: "all" */
        for (int64_t t = shock->from_month; t <= shock->to_month && t <= plan->months_n; t++) {
            for (int c = 0; c < plan->clusters_n; c++) {
                if (only < 0 || c == only) {
                    shift[(size_t)t * clusters_n + (size_t)c] += shock->shift_sd;
                }
            }
        }
    }
}

/* L without its zeros, and how many of its columns are not empty. */
static void fill_loads(struct ps_world_plan *plan, struct ps_factor_load *loads, int *loads_first)
{
    const int n = plan->clusters_n;
    int at = 0;
    for (int c = 0; c < n; c++) {
        loads_first[c] = at;
        for (int k = 0; k < n; k++) {
            const double loading = plan->loading[c * n + k];
            if (loading != 0) {
                loads[at++] = (struct ps_factor_load){.loading = loading, .factor = k};
                plan->factors_n = k >= plan->factors_n ? k + 1 : plan->factors_n;
            }
        }
    }
    loads_first[n] = at;
    plan->loads = loads;
    plan->loads_first = loads_first;
}

/* Whether a month has the index of the month before in every cluster and world. */
static int index_stands(const struct ps_world_plan *plan, int t)
{
    const size_t n = (size_t)plan->clusters_n;
    const double *now = plan->shift + (size_t)t * n;
    if ((t - 1) % plan->step_months == 0 || plan->anchors_n > 0 ||
        plan->hazard_kind == PS_HAZARD_REGIME) {
        return 0;
    }
    return memcmp(now, now - n, n * sizeof *now) == 0;
}

static enum ps_status prepare_economy(const struct ps_scenario *scenario, struct ps_arena *arena,
                                      struct ps_world_plan *plan)
{
    static const int step_months[] = {[PS_STEP_1] = 1, [PS_STEP_3] = 3, [PS_STEP_12] = 12};
    const struct ps_scenarios_row *p = &scenario->p;
    const size_t n = scenario->clusters_n;
    plan->clusters_n = (int)n;
    plan->step_months = step_months[p->factor_step_months];
    plan->start_fixed = p->index_start == PS_START_FIXED;
    plan->initial_index = plan->start_fixed ? p->initial_index_sd : 0;
    plan->phi_step = ps_phi_step(p->phi_annual, plan->step_months);
    plan->innovation = sqrt(1 - plan->phi_step * plan->phi_step);
    double *loading = ps_arena_take(arena, n * n * sizeof *loading);
    double *shift = ps_arena_take(arena, ((size_t)plan->months_n + 1) * n * sizeof *shift);
    struct ps_factor_load *loads = ps_arena_take(arena, n * n * sizeof *loads);
    int *loads_first = ps_arena_take(arena, (n + 1) * sizeof *loads_first);
    if (loading == NULL || shift == NULL || loads == NULL || loads_first == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_semidefinite_root(scenario->index_correlation, (int)n, loading);
    fill_shift(scenario, plan, shift);
    plan->loading = loading;
    fill_loads(plan, loads, loads_first);
    plan->shift = shift;
    return PS_OK;
}

/* Once the model of dependence and the anchors are known. */
static enum ps_status prepare_index_rows(struct ps_arena *arena, struct ps_world_plan *plan)
{
    int *row = ps_arena_take(arena, ((size_t)plan->months_n + 1) * sizeof *row);
    if (row == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    row[0] = 0;
    for (int t = 1; t <= plan->months_n; t++) {
        row[t] = row[t - 1] + !index_stands(plan, t);
    }
    plan->index_row = row;
    return PS_OK;
}

/* ---- IP kinds and recovery ---- */

/* Tables of the Beta laws that tape loans give by mean and standard deviation. */
static enum ps_status prepare_recovery_laws(const struct ps_scenario *scenario,
                                            struct ps_law_memo *memo, struct ps_arena *arena,
                                            struct ps_world_plan *plan)
{
    struct ps_recovery_law laws[PS_RECOVERY_LAWS_MAX];
    const int n = ps_prepare_recovery_laws(scenario, laws, NULL);
    struct ps_quantiles *tables = ps_arena_take(arena, (size_t)n * sizeof *tables);
    if (tables == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int i = 0; i < n; i++) {
        const double m = laws[i].mean_frac, sd = laws[i].sd_frac;
        const enum ps_status status =
            ps_law_memo_beta(memo, arena, m, m * (1 - m) / (sd * sd) - 1, &tables[i]);
        if (status != PS_OK) {
            return status;
        }
    }
    plan->recovery_laws = tables;
    return PS_OK;
}

static enum ps_status prepare_recovery(const struct ps_scenario *scenario, struct ps_law_memo *memo,
                                       struct ps_arena *arena, struct ps_world_plan *plan)
{
    const struct ps_scenarios_row *p = &scenario->p;
    plan->npl_months = (int)p->npl_months;
    plan->disposal_median_months = p->disposal_median_months;
    plan->disposal_sigma = p->disposal_sigma;
    plan->disposal_freeze_months = (int)p->disposal_freeze_months;
    plan->sale_never = p->sale_prob_frac <= 0;
    plan->sale_always = p->sale_prob_frac >= 1;
    plan->sale_x = plan->sale_never || plan->sale_always ? 0 : ps_norm_quantile(p->sale_prob_frac);
    plan->sale_sensitivity = p->sale_sensitivity;
    plan->value_sensitivity = p->value_sensitivity;
    plan->cure_prob = p->cure_prob_frac;

    const size_t n = scenario->ip_kinds_n;
    struct ps_ip_kind_plan *kinds = ps_arena_take(arena, n * sizeof *kinds);
    if (kinds == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ps_ip_kinds_row *row = &scenario->ip_kinds[i];
        const double kept = p->valuation_multiplier * (1 - p->disposal_cost_frac);
        kinds[i] = (struct ps_ip_kind_plan){.value_per_yuan = kept / row->ltv_frac,
                                            .valued_per_yuan = kept,
                                            .drift = row->decay_pa +
                                                     row->volatility_pa * row->volatility_pa / 2,
                                            .volatility = row->volatility_pa,
                                            .lapse_pa = row->lapse_pa};
        for (size_t k = 0; k < i && kinds[i].price.q == NULL; k++) {
            if (scenario->ip_kinds[k].price_mean_frac == row->price_mean_frac) {
                kinds[i].price = kinds[k].price;
            }
        }
        if (kinds[i].price.q == NULL) {
            const enum ps_status status = ps_law_memo_beta(memo, arena, row->price_mean_frac,
                                                           p->price_concentration, &kinds[i].price);
            if (status != PS_OK) {
                return status;
            }
        }
    }
    plan->ip_kinds = kinds;
    plan->ip_kinds_n = (int)n;
    const enum ps_status status =
        ps_law_memo_beta(memo, arena, p->cash_recovery_frac, p->cash_concentration, &plan->cash);
    return status == PS_OK ? prepare_recovery_laws(scenario, memo, arena, plan) : status;
}

/* ---- demand ---- */

double ps_prepare_new_firms(const struct ps_scenario *scenario, int month)
{
    const int64_t year = scenario->p.start_year + (scenario->p.start_month - 1 + month - 1) / 12;
    for (size_t i = 0; i < scenario->demand_n; i++) {
        if (scenario->demand[i].year == year) {
            return scenario->demand[i].new_firms_n * scenario->p.demand_multiplier / 12;
        }
    }
    return 0;
}

static enum ps_status prepare_arrivals(const struct ps_scenario *scenario, struct ps_arena *arena,
                                       struct ps_diags *diags, struct ps_world_plan *plan)
{
    const size_t months = (size_t)plan->horizon + 1;
    const struct ps_multiplier_law *uncertain = &plan->uncertain[PS_UNCERTAIN_DEMAND];
    const double largest = ps_multiplier_max(uncertain);
    struct ps_discrete *arrivals = ps_arena_take(arena, months * sizeof *arrivals);
    double *means = ps_arena_take(arena, months * sizeof *means);
    if (arrivals == NULL || means == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    double mean = 0;
    for (int t = 0; t <= plan->horizon; t++) {
        const double before = mean;
        means[t] = t > 0 ? ps_prepare_new_firms(scenario, t) : 0;
        mean = means[t] * largest;
        if (t > 0 && mean == before) {
            arrivals[t] = arrivals[t - 1];
            continue;
        }
        if (mean > PS_APPS_MAX) {
            return ps_prepare_refuse_apps(diags, mean * plan->horizon, (double)scenario->loans_n);
        }
        const enum ps_status status = ps_discrete_poisson(arena, mean, &arrivals[t]);
        if (status != PS_OK) {
            return status;
        }
    }
    plan->arrivals = arrivals;
    plan->arrivals_mean = uncertain->sigma > 0 ? means : NULL;
    plan->renewal_cut = ps_probability_cut(scenario->p.renewal_prob_frac, &plan->renewal_all);
    return PS_OK;
}

/* ---- the whole ---- */

/* Sizes that 16-bit indices must hold. */
static enum ps_status check_limits(const struct ps_scenario *scenario, struct ps_diags *diags)
{
    if (scenario->p.horizon_months + scenario->p.runoff_months > PS_MONTHS_MAX ||
        scenario->segments_n > SEGMENTS_MAX) {
        return ps_status_raise(PS_BUG); /* checked when the book was read */
    }
    if (scenario->loans_n > PS_APPS_MAX) {
        double firms = 0;
        for (int t = 1; t <= scenario->p.horizon_months; t++) {
            firms += ps_prepare_new_firms(scenario, t);
        }
        return ps_prepare_refuse_apps(diags, firms, (double)scenario->loans_n);
    }
    return PS_OK;
}

/* All that can refuse a scenario. */
static enum ps_status prepare_refusable(const struct ps_scenario *scenario, struct ps_arena *arena,
                                        struct ps_diags *diags, struct ps_world_plan *plan)
{
    enum ps_status status = check_limits(scenario, diags);
    plan->horizon = (int)scenario->p.horizon_months;
    plan->months_n = plan->horizon + (int)scenario->p.runoff_months;
    plan->maturity_share = scenario->p.maturity_share_frac;
    plan->retry_months = (int)scenario->p.refused_retry_months;
    ps_prepare_uncertainty(scenario, plan);
    if (status == PS_OK) {
        status = prepare_economy(scenario, arena, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_anchors(scenario, arena, plan);
    }
    if (status == PS_OK) {
        status = prepare_arrivals(scenario, arena, diags, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_hazard_kind(scenario, arena, plan);
    }
    if (status == PS_OK) {
        status = prepare_index_rows(arena, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_classes(scenario, arena, diags, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_segments(scenario, arena, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_tape(scenario, arena, diags, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_issues(scenario, arena, diags, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_funds(scenario, arena, diags, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_behaviour(scenario, arena, plan);
    }
    if (status == PS_OK) {
        status = ps_prepare_bounds(diags, plan);
    }
    return status;
}

enum ps_status ps_world_check(const struct ps_scenario *scenario, struct ps_diags *diags)
{
    struct ps_arena arena = {0};
    struct ps_world_plan plan = {0};
    const enum ps_status status = prepare_refusable(scenario, &arena, diags, &plan);
    ps_arena_free(&arena);
    return status;
}

enum ps_status ps_world_prepare(const struct ps_scenario *scenario, uint64_t seed,
                                struct ps_diags *diags, struct ps_world_plan **out)
{
    return ps_world_prepare_with(scenario, seed, NULL, diags, out);
}

enum ps_status ps_world_prepare_with(const struct ps_scenario *scenario, uint64_t seed,
                                     struct ps_law_memo *memo, struct ps_diags *diags,
                                     struct ps_world_plan **out)
{
    *out = NULL;
    struct owner *owner = calloc(1, sizeof *owner);
    if (owner == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_world_plan_seed(&owner->plan, seed);
    enum ps_status status = prepare_refusable(scenario, &owner->arena, diags, &owner->plan);
    if (status == PS_OK) {
        status = prepare_recovery(scenario, memo, &owner->arena, &owner->plan);
    }
    if (status != PS_OK) {
        ps_world_plan_free(&owner->plan);
        return status;
    }
    *out = &owner->plan;
    return PS_OK;
}

void ps_world_plan_free(struct ps_world_plan *plan)
{
    if (plan != NULL) {
        struct owner *owner = (struct owner *)plan;
        ps_arena_free(&owner->arena);
        free(owner);
    }
}
