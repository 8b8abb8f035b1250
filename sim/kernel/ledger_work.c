// SPDX-License-Identifier: GPL-3.0-or-later
#define PS_LANES PS_LANES_WIDE /* row counts only; widths are passed */
#include "lanes.h"
#include "layout.h"

#include <string.h>

/* Memory of an evaluation and the transposed levels of a group of policies. */

static int groups_max(const struct ps_shape *shape)
{
    return shape->banks_n > shape->pools_n ? shape->banks_n : shape->pools_n;
}

static size_t work_lay_out(struct ps_ledger_work *w, const struct ps_world_plan *plan,
                           const struct ps_shape *shape, int width, int full, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t lane = (size_t)width * sizeof(double), apps = plan->apps_max;
    const size_t months = (size_t)plan->months_n + 1;
    w->width = width;
    w->apps_max = apps;
    w->grants = layout_take(&at, apps + PS_FILL, sizeof *w->grants);
    w->granted_wan = layout_take(&at, apps, lane);
    w->amounts = layout_take(&at, apps + PS_FILL, sizeof *w->amounts);
    w->uneven = layout_take(&at, months + PS_FILL, sizeof *w->uneven);
    w->refusal = layout_take(&at, full ? apps : 0, lane);
    w->common = layout_take(&at, apps, sizeof *w->common);
    w->exposure = layout_take(&at, apps, lane);
    w->due = layout_take(&at, apps, lane);
    w->paid = layout_take(&at, apps * PS_PARTY_BANK, lane);
    w->claimed = layout_take(&at, apps, lane);
    w->loss = layout_take(&at, apps, lane);
    w->queued = layout_take(&at, apps, lane);
    w->pool = layout_take(&at, (size_t)shape->pools_n * POOL_ROWS, lane);
    w->group = layout_take(&at, (size_t)groups_max(shape) * GROUP_ROWS, lane);
    w->cohort =
        layout_take(&at, (size_t)PS_YEARS_MAX * (size_t)shape->products_n * COHORT_ROWS, lane);
    w->measure = layout_take(&at, PS_MEASURE_N, lane);
    w->opened = layout_take(&at, PS_MEASURE_N, sizeof *w->opened);
    w->common_measure = layout_take(&at, PS_MEASURE_N, sizeof *w->common_measure);
    w->year_registered = layout_take(&at, PS_YEARS_MAX, lane);
    w->year_compensation = layout_take(&at, PS_YEARS_MAX, lane);
    w->scratch = layout_take(&at, SCRATCH_ROWS, lane);
    w->vehicle = layout_take(&at, (size_t)shape->vehicles_n * VEHICLE_ROWS, lane);
    w->fund = layout_take(&at, (size_t)plan->funds_n * FUND_ROWS, lane);
    w->taken = layout_take(&at, shape->takers_n ? apps : 0, lane);
    w->offers = layout_take(&at, shape->takers_n ? apps : 0, sizeof *w->offers);
    w->path = full ? layout_take(&at, PS_PATH_N * months, lane) : 0;
    w->violations = 0;
    w->log = 0;
    return layout_bytes(&at);
}

struct ps_ledger_frame ps_ledger_frame_of(const struct ps_world_plan *plan, int start_month)
{
    return (struct ps_ledger_frame){.horizon = plan->horizon,
                                    .months_n = plan->months_n,
                                    .npl_months = plan->npl_months,
                                    .start_month = start_month,
                                    .years_n = (start_month - 1 + plan->months_n - 1) / 12 + 1,
                                    .segments = plan->segments};
}

size_t ps_ledger_work_bytes(const struct ps_world_plan *plan, const struct ps_shape *shape,
                            int width, int full)
{
    struct ps_ledger_work scratch;
    return work_lay_out(&scratch, plan, shape, width, full, 0);
}

static const struct ps_measure_desc MEASURES[PS_MEASURE_N] = {
#define PS_MEASURE(symbol, text, u, t, en, zh)                                                     \
    [PS_M_##symbol] = {.name = text,                                                               \
                       .unit = PS_MU_##u,                                                          \
                       .tier = PS_MT_##t,                                                          \
                       .doc = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/measures.def"
#undef PS_MEASURE
};

/* How many measures a world can change: those of vehicles and funds come last, and stay zero in a
 * book without any. */
static int measures_changed(const struct ps_world_plan *plan, const struct ps_shape *shape)
{
    const int some = shape->vehicles_n > 0 || plan->funds_n > 0;
    return some ? PS_MEASURE_N : PS_M_VEHICLES_REGISTERED;
}

/* The measures that the decision tier looks at: those it keeps, what they are made of, and what
 * must add up. Others hold anything there. */
static int looked_at(int measure)
{
    return MEASURES[measure].tier == PS_MT_DECISION || measure >= PS_M_VEHICLES_REGISTERED ||
           (measure >= PS_M_LOSS_POOL && measure <= PS_M_LOSS_BANK) || measure == PS_M_EXPOSURE ||
           measure == PS_M_RECOVERED || measure == PS_M_RETURNED || measure == PS_M_SUBSIDY ||
           measure == PS_M_REGISTERED_FLOW;
}

void ps_ledger_work_init(struct ps_ledger_work *work, const struct ps_world_plan *plan,
                         const struct ps_shape *shape, int width, int full, void *memory)
{
    work_lay_out(work, plan, shape, width, full, layout_align(memory));
    memset(work->measure, 0, PS_MEASURE_N * (size_t)width * sizeof *work->measure);
    work->opened_n = 0;
    for (int m = 0; m < measures_changed(plan, shape); m++)
        if (full || looked_at(m))
            work->opened[work->opened_n++] = (uint8_t)m;
}

static size_t levels_lay_out(struct ps_lane_levels *v, const struct ps_world_plan *plan,
                             const struct ps_shape *shape, int width, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t lane = (size_t)width * sizeof(double), pools = (size_t)shape->pools_n;
    const size_t products = (size_t)shape->products_n;
    v->initial = layout_take(&at, pools, lane);
    v->interest_ppm = layout_take(&at, pools, lane);
    v->leverage_ppm = layout_take(&at, pools, lane);
    v->leverage_times = layout_take(&at, pools, lane);
    v->topup_yearly = layout_take(&at, pools, lane);
    v->topup_target = layout_take(&at, pools, lane);
    v->topup_rule = layout_take(&at, pools, lane);
    v->support_limit = layout_take(&at, pools, lane);
    v->topups = layout_take(&at, ((size_t)plan->months_n + 1) * pools, lane);
    v->discount = layout_take(&at, (size_t)plan->months_n + 1, lane);
    v->share_ppm = layout_take(&at, products * PS_PARTY_BANK, lane);
    v->loan_cap_wan = layout_take(&at, products * PS_FIRM_CLASS_N, lane);
    v->firm_cap = layout_take(&at, products * PS_FIRM_CLASS_N, lane);
    double **const single[] = {&v->max_firm_ppm,
                               &v->stop_loss,
                               &v->warn_ppm,
                               &v->suspend_ppm,
                               &v->terminate_ppm,
                               &v->resume_ppm,
                               &v->min_live,
                               &v->min_npl,
                               &v->registered_before,
                               &v->target,
                               &v->registered_ratio_ppm,
                               &v->renewal_share_ppm,
                               &v->district_share};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        *single[i] = layout_take(&at, 1, lane);
    double **const by_vehicle[] = {&v->vehicle_size_wan,  &v->subordinated_ppm,
                                   &v->undertaking_ppm,   &v->undertaker_guarantor,
                                   &v->issue_subsidy_ppm, &v->max_loan_wan};
    for (size_t i = 0; i < sizeof by_vehicle / sizeof *by_vehicle; i++)
        *by_vehicle[i] = layout_take(&at, (size_t)shape->vehicles_n, lane);
    v->fund_size_wan = layout_take(&at, (size_t)plan->funds_n, lane);
    v->fund_fiscal_ppm = layout_take(&at, (size_t)plan->funds_n, lane);
    return layout_bytes(&at);
}

size_t ps_lane_levels_bytes(const struct ps_world_plan *plan, const struct ps_shape *shape,
                            int width)
{
    struct ps_lane_levels scratch;
    return levels_lay_out(&scratch, plan, shape, width, 0);
}

/* "No cap" as a double that every amount stays below and that converts back to an integer. */
static double cap_value(int64_t fen)
{
    return fen == INT64_MAX ? 0x1p52 : (double)fen;
}

double ps_loan_cap_wan(const struct ps_levels *levels, int product, int firm_class)
{
    return ps_floor(cap_value(levels->loan_cap_fen[product][firm_class]) / FEN_PER_WAN);
}

/* More than balance x ppm can reach: all that is ever paid in, at compound interest; what
 * recoveries return was paid out before. */
static double interest_bound(const struct ps_levels *from, int pool, int months_n)
{
    double fen = (double)from->pool_initial_fen[pool] + (double)from->topup_target_fen[pool];
    fen += (double)from->topup_yearly_fen[pool] * (months_n / 12 + 1);
    for (int i = 0; i < from->topups_n; i++)
        fen += (double)from->topups[i].amount_fen;
    const double ppm = (double)from->pool_interest_ppm[pool];
    return (fen + 1) * ps_exp(ppm * 1e-6 * (months_n / 12 + 1)) * (ppm + 1) + 6e6;
}

static void levels_fill(struct ps_lane_levels *v, const struct ps_world_plan *plan,
                        const struct ps_policy *policy, int width, int l)
{
    const struct ps_levels *from = &policy->levels;
    const struct ps_shape *shape = &policy->shape;
    int models_n;
#define AT(rows, i) (rows)[(size_t)(i) * (size_t)width + (size_t)l]
    for (int p = 0; p < shape->pools_n; p++) {
        AT(v->initial, p) = (double)from->pool_initial_fen[p];
        AT(v->interest_ppm, p) = (double)from->pool_interest_ppm[p];
        AT(v->leverage_ppm, p) = (double)from->pool_leverage_ppm[p];
        AT(v->leverage_times, p) = (double)(from->pool_leverage_ppm[p] / 1000000);
        v->leverage_whole &= from->pool_leverage_ppm[p] % 1000000 == 0;
        v->interest_direct &= interest_bound(from, p, plan->months_n) < 0x1p51;
        AT(v->topup_yearly, p) = (double)from->topup_yearly_fen[p];
        v->topup_yearly_any |= ps_models_topup(&models_n)[from->topup_rule[p]] != &ps_topup_none;
        AT(v->topup_rule, p) = from->topup_rule[p];
        AT(v->topup_target, p) = (double)from->topup_target_fen[p];
        AT(v->support_limit, p) = (double)from->support_limit_fen[p];
        v->support_any |= shape->support_pool[p] >= 0 && from->support_limit_fen[p] > 0;
    }
    for (int i = 0; i < (plan->months_n + 1) * shape->pools_n; i++)
        AT(v->topups, i) = 0;
    for (int i = 0; i < from->topups_n; i++)
        if (from->topups[i].month <= plan->months_n)
            AT(v->topups, from->topups[i].month * shape->pools_n + from->topups[i].pool) +=
                (double)from->topups[i].amount_fen;
    v->topups_any |= from->topups_n > 0;
    for (int j = 0; j < shape->products_n; j++) {
        for (int k = 0; k < PS_PARTY_BANK; k++)
            AT(v->share_ppm, j * PS_PARTY_BANK + k) = (double)from->share_ppm[j][k];
        v->pays[j][PS_PARTY_POOL] = 1; /* an insurer's excess may fall to it */
        for (int k = PS_PARTY_POOL + 1; k < PS_PARTY_BANK; k++)
            v->pays[j][k] |= from->share_ppm[j][k] > 0;
        for (int k = 0; k < PS_FIRM_CLASS_N; k++) {
            const int i = j * PS_FIRM_CLASS_N + k;
            const double cap = ps_loan_cap_wan(from, j, k);
            AT(v->loan_cap_wan, i) = cap;
            if (l == 0 || cap < v->loan_cap_min_wan[i])
                v->loan_cap_min_wan[i] = cap;
            AT(v->firm_cap, i) = cap_value(from->firm_cap_fen[j][k]);
        }
    }
    AT(v->max_firm_ppm, 0) = (double)from->max_firm_liability_ppm;
    v->max_firm_any |= from->max_firm_liability_ppm > 0;
    AT(v->stop_loss, 0) = (double)from->stop_loss_yearly_fen;
    v->stop_loss_any |= from->stop_loss_yearly_fen > 0;
    AT(v->warn_ppm, 0) = (double)from->warn_ppm;
    AT(v->suspend_ppm, 0) = (double)from->suspend_ppm;
    AT(v->terminate_ppm, 0) = (double)from->terminate_ppm;
    AT(v->resume_ppm, 0) = (double)from->resume_ppm;
    AT(v->min_live, 0) = (double)from->min_live_loans_n;
    AT(v->min_npl, 0) = (double)from->min_npl_loans_n;
    if (l == 0 || (double)from->min_npl_loans_n < v->min_npl_least)
        v->min_npl_least = (double)from->min_npl_loans_n;
    const struct ps_breaker_metric *metric =
        ps_models_breaker_metric(&models_n)[shape->breaker_metric];
    v->always_judged |=
        metric != &ps_breaker_metric_npl ||
        (from->min_npl_loans_n == 0 &&
         (from->warn_ppm == 0 || from->suspend_ppm == 0 || from->terminate_ppm == 0));
    AT(v->registered_before, 0) = (double)from->registered_before_fen;
    AT(v->target, 0) = (double)from->target_fen;
    AT(v->registered_ratio_ppm, 0) = (double)from->registered_ratio_ppm;
    AT(v->renewal_share_ppm, 0) = (double)from->renewal_registration_share_ppm;
    v->renewal_share_any |= from->renewal_registration_share_ppm != 1000000;
    AT(v->district_share, 0) = from->district_share_frac;
    for (int i = 0; i < shape->vehicles_n; i++) {
        AT(v->vehicle_size_wan, i) = (double)from->vehicle_size_wan[i];
        AT(v->subordinated_ppm, i) = (double)from->subordinated_ppm[i];
        AT(v->undertaking_ppm, i) = (double)from->undertaking_ppm[i];
        AT(v->undertaker_guarantor, i) = (double)from->undertaker_guarantor[i];
        AT(v->issue_subsidy_ppm, i) = (double)from->issue_subsidy_ppm[i];
        AT(v->max_loan_wan, i) =
            from->max_loan_wan[i] > 0 ? (double)from->max_loan_wan[i] : NO_LIMIT_FEN;
    }
    for (int i = 0; i < plan->funds_n; i++) {
        AT(v->fund_size_wan, i) = (double)from->fund_size_wan[i];
        AT(v->fund_fiscal_ppm, i) = (double)from->fund_fiscal_ppm[i];
    }
    const double month = ps_exp(-ps_log1p(from->discount_rate_frac) / 12);
    AT(v->discount, 0) = 1;
    for (int t = 1; t <= plan->months_n; t++)
        AT(v->discount, t) = AT(v->discount, t - 1) * month;
#undef AT
}

/* Whether two policies share out every claim alike. */
static int claims_equal(const struct ps_levels *a, const struct ps_levels *b)
{
    return memcmp(a->share_ppm, b->share_ppm, sizeof a->share_ppm) == 0 &&
           memcmp(a->firm_cap_fen, b->firm_cap_fen, sizeof a->firm_cap_fen) == 0;
}

void ps_lane_levels_init(struct ps_lane_levels *levels, const struct ps_world_plan *plan,
                         const struct ps_policy *const *policies, int n, int width, void *memory)
{
    *levels = (struct ps_lane_levels){
        .lanes_n = n, .leverage_whole = 1, .interest_direct = 1, .funds_n = plan->funds_n};
    levels_lay_out(levels, plan, &policies[0]->shape, width, layout_align(memory));
    for (int l = 0; l < width; l++)
        levels_fill(levels, plan, policies[l < n ? l : 0], width, l);
    levels->claims_alike = !levels->stop_loss_any && !levels->support_any;
    for (int i = 1; i < n; i++)
        levels->claims_alike &= claims_equal(&policies[0]->levels, &policies[i]->levels);
}

const struct ps_measure_desc *ps_measure_desc(enum ps_measure measure)
{
    return &MEASURES[measure];
}

int ps_measure_may_miss(enum ps_measure measure)
{
    return measure == PS_M_DEPLETED_MONTH || measure == PS_M_TARGET_MONTH ||
           measure == PS_M_NPL_PEAK || measure == PS_M_IDLE || measure == PS_M_TOP_TEN;
}

/* In the lanes a missing month is 0 and a missing ratio is negative. */
int64_t ps_measure_read(const struct ps_ledger_work *work, enum ps_measure measure, int lane)
{
    const double x = work->measure[(size_t)measure * (size_t)work->width + (size_t)lane];
    const int month = measure == PS_M_DEPLETED_MONTH || measure == PS_M_TARGET_MONTH;
    return ps_measure_may_miss(measure) && (month ? x == 0 : x < 0) ? PS_NOT_GIVEN : (int64_t)x;
}
