// SPDX-License-Identifier: GPL-3.0-or-later
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "naive.h"
#include "pledgesim/prepare.h"

static const int64_t FEN_PER_WAN = 1000000;

static int find(const char *ids, size_t row_bytes, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(ids + i * row_bytes, id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

#define FIND(rows, n, field, id) find((rows)[0].field, sizeof *(rows), (n), (id))

/* What the comparison leaves out. */
static const char *unsupported(const struct ps_scenario *s)
{
    const struct ps_scenarios_row *p = &s->p;
    if (s->pools_n != 1) {
        return "several pools";
    }
    if (p->carry_unpaid || p->stop_loss_yearly_fen || p->reguarantor_cap_ppm) {
        return "queue, stop-loss or re-guarantor's cap";
    }
    if (p->breaker_scope == PS_BREAKER_BANK) {
        return "a breaker by bank";
    }
    for (size_t i = 0; i < s->products_n; i++) {
        if (s->products[i].insurer_yearly_ppm || s->products[i].insurer_firm_rule ||
            s->products[i].insurer_excess == PS_EXCESS_POOL) {
            return "insurer's caps";
        }
    }
    for (size_t i = 0; i < s->loans_n; i++) {
        if (s->loans[i].firm_id[0] != '\0') {
            return "firms with several tape loans";
        }
    }
    return s->clusters_n > NAIVE_CLUSTERS_MAX ? "so many clusters" : NULL;
}

/* L of R = L L', also for a semidefinite R. */
static void fill_loading(const struct ps_scenario *s, struct naive_model *m)
{
    const int n = m->clusters_n;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double rest = s->index_correlation[i * n + j];
            for (int k = 0; k < j; k++) {
                rest -= m->loading[i][k] * m->loading[j][k];
            }
            if (i == j) {
                m->loading[i][i] = rest > 0 ? sqrt(rest) : 0;
            } else {
                m->loading[i][j] = m->loading[j][j] > 0 ? rest / m->loading[j][j] : 0;
            }
        }
    }
}

static void fill_time_and_economy(const struct ps_scenario *s, struct naive_model *m)
{
    const struct ps_scenarios_row *p = &s->p;
    static const int step[] = {[PS_STEP_1] = 1, [PS_STEP_3] = 3, [PS_STEP_12] = 12};
    m->horizon = (int)p->horizon_months;
    m->months_n = (int)(p->horizon_months + p->runoff_months);
    m->start_month = (int)p->start_month;
    m->clusters_n = (int)s->clusters_n;
    m->step_months = step[p->factor_step_months];
    m->phi = pow(p->phi_annual, m->step_months / 12.);
    m->innovation = sqrt(1 - m->phi * m->phi);
    m->start_fixed = p->index_start == PS_START_FIXED;
    m->initial_index = p->initial_index_sd;
    fill_loading(s, m);
    for (size_t i = 0; i < s->shocks_n; i++) {
        for (int64_t t = s->shocks[i].from_month; t <= s->shocks[i].to_month && t <= m->months_n;
             t++) {
            for (int c = 0; c < m->clusters_n; c++) {
                const int hit = strcmp(s->shocks[i].cluster_id, "all") == 0 ||
                                strcmp(s->shocks[i].cluster_id, s->cluster_ids[c]) == 0;
                m->shift[t][c] += hit ? s->shocks[i].shift_sd : 0;
            }
        }
    }
    for (int t = 1; t <= m->horizon; t++) {
        const int64_t year = p->start_year + (p->start_month - 1 + t - 1) / 12;
        for (size_t i = 0; i < s->demand_n; i++) {
            if (s->demand[i].year == year) {
                m->arrivals[t] = s->demand[i].new_firms_n * p->demand_multiplier / 12;
            }
        }
    }
}

static void fill_recovery(const struct ps_scenario *s, struct naive_model *m)
{
    const struct ps_scenarios_row *p = &s->p;
    m->maturity_share = p->maturity_share_frac;
    m->renewal_prob = p->renewal_prob_frac;
    m->npl_months = (int)p->npl_months;
    m->writeoff_months = (int)p->writeoff_months;
    m->disposal_median_months = p->disposal_median_months;
    m->disposal_sigma = p->disposal_sigma;
    m->freeze_months = (int)p->disposal_freeze_months;
    m->sale_frac = p->sale_prob_frac;
    m->sale_x = gsl_cdf_ugaussian_Pinv(p->sale_prob_frac);
    m->sale_sensitivity = p->sale_sensitivity;
    m->value_sensitivity = p->value_sensitivity;
    m->cost_frac = p->disposal_cost_frac;
    m->valuation = p->valuation_multiplier;
    m->cash_frac = p->cash_recovery_frac;
    m->cash_alpha = p->cash_concentration * p->cash_recovery_frac;
    m->cash_beta = p->cash_concentration * (1 - p->cash_recovery_frac);
    m->cure_prob = p->cure_prob_frac;
    m->ip_kinds_n = (int)s->ip_kinds_n;
    for (int i = 0; i < m->ip_kinds_n; i++) {
        const struct ps_ip_kinds_row *row = &s->ip_kinds[i];
        m->ip_kinds[i] = (struct naive_ip_kind){
            .ltv = row->ltv_frac,
            .price_alpha = p->price_concentration * row->price_mean_frac,
            .price_beta = p->price_concentration * (1 - row->price_mean_frac),
            .decay_pa = row->decay_pa,
            .volatility_pa = row->volatility_pa,
            .lapse_pa = row->lapse_pa};
    }
}

/* The hazard class with this input, as the calibration left it. */
static int class_of(const struct ps_world_plan *plan, int cluster, double pd, double correlation)
{
    for (int k = 0; k < plan->classes_n; k++) {
        if (plan->classes[k].cluster == cluster && plan->classes[k].pd_frac == pd &&
            plan->classes[k].correlation == correlation) {
            return k;
        }
    }
    abort();
}

static void fill_segments(const struct ps_scenario *s, const struct ps_world_plan *plan,
                          struct naive_model *m)
{
    m->classes_n = plan->classes_n;
    for (int k = 0; k < m->classes_n; k++) {
        m->classes[k] =
            (struct naive_class){plan->classes[k].a, plan->classes[k].b, plan->classes[k].cluster};
    }
    m->segments_n = (int)s->segments_n;
    double *share = malloc(s->segments_n * sizeof *share);
    for (size_t i = 0; share != NULL && i < s->segments_n; i++) {
        const struct ps_segments_row *row = &s->segments[i];
        const int cluster = find(s->cluster_ids[0], PS_ID_BYTES, s->clusters_n, row->cluster_id);
        struct naive_segment *g = &m->segments[i];
        *g = (struct naive_segment){
            .cluster = cluster,
            .class = class_of(plan, cluster, row->pd_frac * s->p.pd_multiplier, row->correlation),
            .ip_kind = FIND(s->ip_kinds, s->ip_kinds_n, ip_kind_id, row->ip_kind_id),
            .amount_median_wan = row->amount_median_wan,
            .amount_sigma = row->amount_sigma,
            .amount_min_wan = (double)row->amount_min_wan,
            .amount_max_wan = (double)row->amount_max_wan,
            .equal_frac = row->equal_principal_frac,
            .micro_frac = row->micro_frac,
            .rate_ppm = row->loan_rate_ppm};
        const double tenor[] = {row->tenor_6m_frac, row->tenor_12m_frac, row->tenor_24m_frac,
                                row->tenor_36m_frac};
        double sum = 0;
        for (int k = 0; k < NAIVE_TENORS; k++) {
            g->tenor_up_to[k] = sum += tenor[k];
        }
        share[i] = row->share_frac;
        m->equal_any |= row->equal_principal_frac > 0;
    }
    m->segment_law = share == NULL ? NULL : gsl_ran_discrete_preproc(s->segments_n, share);
    free(share);
}

static void fill_tape(const struct ps_scenario *s, const struct ps_world_plan *plan,
                      struct naive_model *m)
{
    m->tape_n = (int)s->loans_n;
    for (int i = 0; i < m->tape_n; i++) {
        const struct ps_loans_row *row = &s->loans[i];
        const int segment = FIND(s->segments, s->segments_n, segment_id, row->segment_id);
        const double amount = (double)(row->amount_wan * FEN_PER_WAN);
        m->tape[i] = (struct naive_tape_loan){
            .segment = segment,
            .class = class_of(plan, m->segments[segment].cluster, row->pd_frac * s->p.pd_multiplier,
                              row->correlation),
            .product = row->product_id[0] == '\0'
                           ? -1
                           : FIND(s->products, s->products_n, product_id, row->product_id),
            .amount_fen = row->amount_wan * FEN_PER_WAN,
            .months_left = (int)row->months_left,
            .age_months = (int)row->age_months,
            .equal = row->repayment == PS_REPAY_EQUAL,
            .pledged_per_yuan = row->pledged_value_fen == PS_NOT_GIVEN
                                    ? -1
                                    : (double)row->pledged_value_fen / amount,
            .recovery_frac = isnan(row->recovery_frac) ? -1 : row->recovery_frac};
        m->equal_any |= m->tape[i].equal;
    }
}

static void fill_caps(int64_t cap_fen[2], int64_t small_fen, int64_t micro_fen)
{
    cap_fen[0] = small_fen > 0 ? small_fen : INT64_MAX;
    cap_fen[1] = micro_fen > 0 ? micro_fen : cap_fen[0];
}

static void fill_products(const struct ps_scenario *s, struct naive_model *m)
{
    double sum = 0;
    m->products_n = (int)s->products_n;
    for (int i = 0; i < m->products_n; i++) {
        const struct ps_products_row *row = &s->products[i];
        sum += row->share_frac;
        m->products[i] = (struct naive_product){
            .up_to = sum,
            .pool_ppm = row->pool_share_ppm,
            .guarantor_ppm = row->guarantor_share_ppm,
            .insurer_ppm = row->insurer_share_ppm,
            .appraiser_ppm = row->appraiser_share_ppm,
            .reguarantor_ppm = row->reguarantor_share_ppm,
            .trigger_months = row->trigger_months,
            .pay_mode = (int)row->pay_mode,
            .claim_basis = (int)row->claim_basis,
            .recovery_order = (int)row->recovery_order,
            .over_cap = (int)row->over_cap,
            .open_from_month = (int)row->open_from_month,
            .open_to_month = row->open_to_month > 0 ? (int)row->open_to_month : m->horizon};
        fill_caps(m->products[i].loan_cap_fen, row->loan_cap_wan * FEN_PER_WAN,
                  row->loan_cap_micro_wan * FEN_PER_WAN);
        fill_caps(m->products[i].firm_cap_fen, row->firm_cap_fen, row->firm_cap_micro_fen);
    }
}

/* Place of a model in its list, by name: the lists may grow. */
static int topup_rule(int64_t i)
{
    int n;
    const char *name = ps_models_topup(&n)[i]->model.name;
    return strcmp(name, "fixed") == 0 ? 1 : strcmp(name, "target") == 0 ? 2 : 0;
}

static void fill_policy(const struct ps_scenario *s, struct naive_model *m)
{
    const struct ps_scenarios_row *p = &s->p;
    int n;
    m->initial_fen = s->pools[0].initial_fen;
    m->interest_ppm = s->pools[0].interest_ppm;
    m->leverage_ppm = s->pools[0].leverage_ppm;
    m->topup = topup_rule(s->pools[0].topup);
    m->topup_yearly_fen = s->pools[0].topup_yearly_fen;
    m->topup_target_fen = s->pools[0].topup_target_fen;
    for (size_t i = 0; i < s->topups_n; i++) {
        if (s->topups[i].month <= m->months_n) {
            m->named_topup_fen[s->topups[i].month] += s->topups[i].amount_fen;
        }
    }
    m->population = p->firm_population_n;
    m->max_firm_ppm = p->max_firm_liability_ppm;
    m->subsidy_ppm = p->subsidy_ppm;
    m->district_share = p->district_share_frac;
    m->breaker_on = p->breaker_scope == PS_BREAKER_POOL;
    m->breaker_by_compensation =
        strcmp(ps_models_breaker_metric(&n)[p->breaker_metric]->model.name, "compensation") == 0;
    m->review_months = (int)p->review_months;
    m->cooling_months = (int)p->cooling_months;
    m->blocks_renewals = (int)p->suspend_blocks_renewals;
    m->suspend_ppm = p->breaker_suspend_ppm;
    m->terminate_ppm = p->breaker_terminate_ppm;
    m->resume_ppm = p->breaker_resume_ppm;
    m->min_live = p->min_live_loans_n;
    m->min_npl = p->min_npl_loans_n;
    m->registered_before_fen = p->registered_before_fen;
    m->target_fen = p->target_fen;
    m->registered_ratio_ppm = p->registered_ratio_ppm;
    m->renewal_share_ppm = p->renewal_registration_share_ppm;
    fill_products(s, m);
}

struct naive_model *naive_model_new(const struct ps_scenario *scenario)
{
    const char *what = unsupported(scenario);
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    struct naive_model *m = NULL;
    if (what != NULL) {
        fprintf(stderr, "naive: not part of the comparison: %s\n", what);
        return NULL;
    }
    if (ps_world_prepare(scenario, 1, &diags, &plan) != PS_OK ||
        (m = calloc(1, sizeof *m)) == NULL) {
        goto out;
    }
    m->segments = calloc(scenario->segments_n, sizeof *m->segments);
    m->ip_kinds = calloc(scenario->ip_kinds_n, sizeof *m->ip_kinds);
    m->tape = calloc(scenario->loans_n + 1, sizeof *m->tape);
    if (m->segments == NULL || m->ip_kinds == NULL || m->tape == NULL) {
        naive_model_free(m);
        m = NULL;
        goto out;
    }
    fill_time_and_economy(scenario, m);
    fill_recovery(scenario, m);
    fill_segments(scenario, plan, m);
    fill_tape(scenario, plan, m);
    fill_policy(scenario, m);
out:
    ps_world_plan_free(plan);
    ps_diags_free(&diags);
    return m;
}

void naive_model_free(struct naive_model *m)
{
    if (m != NULL) {
        free(m->segments);
        free(m->ip_kinds);
        free(m->tape);
        gsl_ran_discrete_free(m->segment_law);
        free(m);
    }
}
