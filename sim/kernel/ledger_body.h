// SPDX-License-Identifier: GPL-3.0-or-later
/* The month, in its order (docs/model.md section 7). Included by ledger_lone_isa.c,
 * ledger_narrow_isa.c and ledger_wide_isa.c, which set PS_LANES and PS_LEDGER_RUN. */
#include "breaker.h"
#include "claims.h"
#include "close.h"
#include "defaults.h"
#include "kernel.h"
#include "lanes.h"
#include "lending.h"
#include "month.h"
#include "plain.h"
#include "standing_book.h"
#include "vehicles.h"

static void measures_open(struct ledger *g)
{
    for (int i = 0; i < g->work->opened_n; i++)
        rows_zero(measure_row(g, g->work->opened[i]), 1);
}

/* Arrays have room to be filled in whole vectors. */
static inline int filled(int n)
{
    return (n + PS_FILL - 1) / PS_FILL * PS_FILL;
}

/* Every lane grants everything, until one does not. */
static void grants_open(struct ledger *g)
{
    uint32_t *restrict grants = g->work->grants;
    uint8_t *restrict amounts = g->work->amounts, *restrict uneven = g->work->uneven;
    const int apps_n = filled(g->world->apps_n), months_n = filled(g->frame->months_n + 1);
    PS_SIMD for (int i = 0; i < apps_n; i++) grants[i] = ALL_LANES;
    PS_SIMD for (int i = 0; i < apps_n; i++) amounts[i] = PS_AMOUNTS_AWAITED;
    PS_SIMD for (int t = 0; t < months_n; t++) uneven[t] = 0;
    grants[g->work->apps_max] = ALL_LANES; /* of no parent */
}

/* Tape loans that are all plain. */
static void tape_enter(struct ledger *g)
{
    const struct ps_month_sum *tape = &g->schedule->asks[0];
    row_fill(group_row(g, 0, GROUP_BOOK), tape->pool_fen);
    row_fill(group_row(g, 0, GROUP_LIVE), tape->pool_n);
    row_fill(scratch_row(g, ALL_BOOK), g->all_book ? tape->wan * FEN_PER_WAN : 0);
}

/* The state before month 1: the pools funded, the tape loans on the books. */
static void ledger_open(struct ledger *g)
{
    struct ps_ledger_work *work = g->work;
    const struct ps_shape *shape = g->shape;
    measures_open(g);
    commons_open(g);
    rows_zero(work->scratch, SCRATCH_ROWS);
    rows_zero(work->pool, shape->pools_n * POOL_ROWS);
    rows_zero(work->group, g->groups_n * GROUP_ROWS);
    rows_zero(work->year_registered, g->full ? g->frame->years_n : 0);
    rows_zero(work->year_compensation, g->full ? g->frame->years_n : 0);
    if (g->cohorts)
        rows_zero(work->cohort, g->frame->years_n * shape->products_n * COHORT_ROWS);
    vehicles_open(g);
    LANES measure_row(g, PS_M_NPL_PEAK)[l] = -1;
    LANES measure_row(g, PS_M_POOL_MIN)[l] = 0x1p52;
    LANES scratch_row(g, NO_LIMIT)[l] = NO_LIMIT_FEN;
    grants_open(g);
    for (int p = 0; p < shape->pools_n; p++) {
        const double *initial = crow(g->levels->initial, p);
        rows_copy(pool_row(g, p, POOL_BALANCE), initial);
        rows_copy(pool_row(g, p, POOL_FUNDED), initial);
        rows_copy(pool_row(g, p, POOL_MIN), initial);
        rows_copy(pool_row(g, p, POOL_STOP_LEFT), crow(g->levels->stop_loss, 0));
        LANES measure_row(g, PS_M_FISCAL_OUTLAY)[l] += initial[l];
    }
    if (g->schedule->standing)
        standing_open(g);
    else if (g->registers && g->schedule->asks_plain[0])
        tape_enter(g);
    else
        for (uint32_t i = 0; i < g->world->app_first[1]; i++)
            loan_enter(g, (int)i, granted_row(g, (int)i));
    for (int j = 0; work->path && j < PS_PATH_N; j++)
        rows_zero(row(work->path, j * (g->frame->months_n + 1)), 1);
}

static void log_repaid(const struct ledger *g, int app_i, double fen)
{
    if (fen > 0)
        log_line(g, PS_LOG_REPAID, app_i, 0, fen, NULL, 0);
}

static void loan_mature(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    double owed[PS_LANES];
    loan_leave(g, app_i, g->t - app->month, owed);
    if (g->full && g->shape->products[g->schedule->product[app_i]].in_pool) {
        ROW released = measure_row(g, PS_M_RELEASED);
        LANES released[l] += owed[l];
    }
    if (RARELY(g->work->log))
        log_repaid(g, app_i, owed[g->work->log->lane]);
    if (RARELY(g->shape->trusts_n))
        trusts_mature(g, app_i);
}

/* Step 4 for the loans that go on: one sum of instalments a book. */
static void instalments_pay(struct ledger *g)
{
    ROW all = scratch_row(g, ALL_BOOK);
    ROW released = measure_row(g, PS_M_RELEASED);
    const double *instalments = scratch_row(g, ALL_INSTALMENT);
    if (g->all_book)
        LANES all[l] -= instalments[l];
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *part = pool_row(g, p, POOL_INSTALMENT);
        LANES released[l] += part[l];
        if (g->by_bank) {
            ROW book = pool_row(g, p, POOL_BOOK);
            LANES book[l] -= part[l];
        }
    }
    for (int group = 0; group < g->groups_n; group++) {
        ROW book = group_row(g, group, GROUP_BOOK);
        const double *part = group_row(g, group, GROUP_INSTALMENT);
        LANES book[l] -= part[l];
    }
}

/* Step 4: a plain loan whose month's sum has left the books. */
PS_KERNEL_INLINE void plain_mature(struct ledger *g, struct registers *r, int app_i, const int full)
{
    if (!is_whole(g, app_i)) {
        refused_return(g, r, app_i);
        if (full)
            refused_count(g, app_i);
    }
    if (RARELY(g->work->log))
        log_repaid(g, app_i, granted_row(g, app_i)[g->work->log->lane] * FEN_PER_WAN);
}

/* Step 4: loans that mature this month. */
PS_KERNEL_INLINE void loans_repay(struct ledger *g, struct registers *r, const int full)
{
    const struct ps_world *w = g->world;
    const struct ps_schedule *s = g->schedule;
    if (g->registers) {
        const struct ps_month_sum *ends = &s->ends[g->t];
        alike_leave(g, r, ends->pool_fen, ends->pool_n, ends->wan * FEN_PER_WAN);
        if (full && ends->wan > 0)
            ends_count(g, ends);
        if (!g->work->uneven[g->t] && s->ends_plain[g->t] && !g->work->log)
            return;
    }
    for (int app_i = w->end_first[g->t]; app_i != PS_NONE; app_i = w->end_next[app_i]) {
        if (!RARELY(!g->registers || !(s->plain[app_i].flags & PS_PLAIN_MATURES)))
            plain_mature(g, r, app_i, full);
        else if (w->apps[app_i].fate == PS_NONE)
            ON_ROWS(g, r, loan_mature(g, app_i));
    }
}

static void log_close(const struct ledger *g)
{
    const int lane = g->work->log->lane;
    for (int p = 0; p < g->shape->pools_n; p++) {
        double state[PS_PARTY_N] = {book_row(g, p)[lane],
                                    pool_row(g, p, POOL_DUE)[lane],
                                    0,
                                    0,
                                    measure_row(g, PS_M_REGISTERED)[lane],
                                    scratch_row(g, ALL_BOOK)[lane]};
        double live = 0;
        for (int group = 0; group < g->groups_n; group++) {
            if (!g->by_bank && group != p)
                continue;
            state[2] += group_row(g, group, GROUP_NPL)[lane];
            state[3] += group_row(g, group, GROUP_DEFAULTED)[lane];
            live += group_row(g, group, GROUP_LIVE)[lane];
        }
        log_line(g, PS_LOG_CLOSE, p, (int)live, pool_row(g, p, POOL_BALANCE)[lane], state, 1);
    }
}

/* The share of the ten largest performing in-pool loans in the in-pool principal. */
static void top_ten_measure(struct ledger *g)
{
    for (int l = 0; l < g->levels->lanes_n; l++) {
        double top[10] = {0}, all = 0, sum = 0;
        for (uint32_t i = 0; i < g->world->app_first[g->t + 1]; i++) {
            const struct ps_app *app = &g->world->apps[i];
            double kept[PS_LANES];
            if (app->end <= g->t || !g->shape->products[g->schedule->product[i]].in_pool)
                continue;
            const double granted = kept_row(g, (int)i, kept)[l];
            const int months = app->maturity - app->month;
            double x = owed_fen(granted, app->flags & PS_APP_EQUAL, months, g->t - app->month);
            all += x;
            for (int k = 0; k < 10 && x > top[9]; k++)
                if (x > top[k]) {
                    const double swap = top[k];
                    top[k] = x;
                    x = swap;
                }
        }
        for (int k = 0; k < 10; k++)
            sum += top[k];
        measure_row(g, PS_M_TOP_TEN)[l] = all > 0 ? ps_rnd(1e6 * (sum / all)) : -1;
    }
}

/* At the end of month T: balances and the largest loans. Full tier only. */
static void plan_end_measure(struct ledger *g)
{
    rows_copy(measure_row(g, PS_M_OUTSTANDING), scratch_row(g, ALL_BOOK));
    pools_balance(g, measure_row(g, PS_M_POOL_PLAN_END));
    trusts_plan_end(g);
    if (g->schedule->standing)
        standing_top_ten(g);
    else
        top_ten_measure(g);
}

static int event_is(const struct ledger *g, enum ps_event_step step)
{
    const struct ps_event *e = &g->schedule->events[g->event];
    return e->month == g->t && e->step == step;
}

/* Steps 2 and 3. */
static void disposals_and_defaults_run(struct ledger *g)
{
    const struct ps_event *e = g->schedule->events;
    for (; event_is(g, PS_STEP_DISPOSAL); g->event++)
        dispose(g, e[g->event].fate);
    for (; event_is(g, PS_STEP_DEFAULT); g->event++)
        loan_default(g, g->world->fates[e[g->event].fate].app);
}

/* Step 5, after the disposals of defaults of month N itself. */
static void claims_run(struct ledger *g)
{
    const struct ps_event *e = g->schedule->events;
    for (; event_is(g, PS_STEP_DISPOSAL_AT_ONCE); g->event++)
        dispose(g, e[g->event].fate);
    claims_pay(g);
}

/* Steps 5 and 6. The rows of the last are in no register. */
PS_KERNEL_INLINE void claims_and_npl_run(struct ledger *g, struct registers *r)
{
    const struct ps_event *e = g->schedule->events;
    if ((e[g->event].month == g->t && e[g->event].step <= PS_STEP_CLAIM) || g->queued_any)
        ON_ROWS(g, r, claims_run(g));
    for (; e[g->event].month == g->t; g->event++)
        npl_event(g, &e[g->event]);
}

/* What months 1..t registered, kept at the ends of years and a year before the end of the plan; the
 * amounts of single years are differences. */
static void registered_mark(struct ledger *g)
{
    const double *total = measure_row(g, PS_M_REGISTERED);
    if (g->full && (g->calendar_month == 12 || g->t == g->frame->horizon))
        rows_copy(row(g->work->year_registered, g->year), total);
    if (g->t == g->frame->horizon - 12) {
        rows_copy(measure_row(g, PS_M_REGISTERED_FLOW), total);
        rows_copy(measure_row(g, PS_M_REGISTERED_FLOW_FIRST),
                  measure_row(g, PS_M_REGISTERED_FIRST));
    }
}

/* Full tier: the month in which each lane reaches the cumulative target. */
static void target_note(struct ledger *g)
{
    const double *before = crow(g->levels->registered_before, 0);
    const double *target = crow(g->levels->target, 0);
    ROW reached = measure_row(g, PS_M_TARGET_MONTH);
    const double *registered = measure_row(g, PS_M_REGISTERED);
    VECS
    {
        const ps_vector total = vector_at(before, v) + vector_at(registered, v);
        const ps_mask_of_lanes met = VECTOR_COMPARE(total, vector_at(target, v), GE);
        const ps_vector known = vector_at(reached, v), now = vector_where(met, vector_of(g->t));
        const ps_mask_of_lanes earlier = VECTOR_COMPARE(known, vector_of(0), GT);
        vector_put(reached, v, vector_select(earlier, known, now));
    }
}

/* Step 7. */
PS_KERNEL_INLINE void review_run(struct ledger *g, struct registers *r)
{
    if (RARELY(review_due(g))) {
        registers_save(g, r);
        breaker_review(g);
    }
    if (RARELY(g->suspended_any))
        suspension_count(g);
}

/* Step 8; `issued`: a vehicle may have registered something. */
PS_KERNEL_INLINE void lend_run(struct ledger *g, struct registers *r, int issued, const int full)
{
    lend(g, r, full);
    const int marked = (full && (g->calendar_month == 12 || g->t == g->frame->horizon)) ||
                       g->t == g->frame->horizon - 12;
    /* When nothing was registered no target is newly reached. */
    const int noted =
        full && (g->t == 1 || issued || g->world->app_first[g->t] < g->world->app_first[g->t + 1]);
    if (noted || RARELY(marked))
        granted_settle(g, r);
    if (noted)
        target_note(g);
    if (RARELY(marked))
        registered_mark(g);
}

/* The month in its order. Rare steps work on the rows. */
PS_KERNEL_INLINE void month_run(struct ledger *g, struct registers *r, const int full)
{
    const int t = g->t;
    const struct ps_event *events = g->schedule->events;
    const int vehicles = t == g->vehicle_month, events_any = events[g->event].month == t;
    const int eventful = events_any || g->queued_any || vehicles;
    month_fund(g, r);
    if (RARELY(events_any) && events[g->event].step <= PS_STEP_DEFAULT)
        ON_ROWS(g, r, disposals_and_defaults_run(g));
    if (g->schedule->standing)
        standing_repay(g, r, full);
    else
        loans_repay(g, r, full);
    if (RARELY(g->instalments))
        ON_ROWS(g, r, instalments_pay(g));
    if (RARELY(events_any || g->queued_any))
        claims_and_npl_run(g, r);
    if (full) {
        books_settle(r);
        npl_measure(g, r);
    }
    if (t <= g->frame->horizon)
        review_run(g, r);
    if (RARELY(vehicles))
        ON_ROWS(g, r, vehicles_run(g));
    if (t <= g->frame->horizon)
        lend_run(g, r, vehicles, full);
    month_close(g, r, eventful, full);
    if (full && RARELY(t == g->frame->horizon)) {
        registers_save(g, r);
        granted_settle(g, r);
        plan_end_measure(g);
    }
    if (RARELY(g->work->log)) {
        registers_save(g, r);
        granted_settle(g, r);
        log_close(g);
    }
}

PS_KERNEL_INLINE void months_run(struct ledger *g, const int full)
{
    struct registers r;
    registers_load(g, &r);
    r.alike = (struct alike){0};
    granted_clear(&r);
    g->calendar_month = g->frame->start_month;
    for (g->t = 1; g->t <= g->frame->months_n; g->t++) {
        month_run(g, &r, full);
        g->year += g->calendar_month == 12;
        g->calendar_month = g->calendar_month == 12 ? 1 : g->calendar_month + 1;
    }
    registers_save(g, &r);
    granted_settle(g, &r);
    commons_settle(g);
}

void PS_ISA(PS_LEDGER_RUN)(const struct ps_ledger_frame *frame, const struct ps_shape *shape,
                           const struct ps_lane_levels *levels, const struct ps_schedule *schedule,
                           struct ps_ledger_work *work)
{
    struct ledger g = {.frame = frame,
                       .shape = shape,
                       .levels = levels,
                       .schedule = schedule,
                       .world = schedule->world,
                       .work = work,
                       .by_bank = shape->breaker_scope == PS_BREAKER_BANK,
                       .full = work->path != NULL};
    g.review_month = shape->breaker_scope == PS_BREAKER_OFF ? 0 : shape->review_months;
    g.groups_n = g.by_bank ? shape->banks_n : shape->pools_n;
    g.all_book = g.full || shape->subsidy_ppm > 0;
    g.cohorts = shape->reguarantor_cap_ppm > 0;
    int history = 0;
    for (int j = 0; j < shape->products_n; j++) {
        history |= shape->products[j].insurer_firm_rule != PS_FIRM_RULE_NONE;
        g.cohorts |= shape->products[j].insurer_yearly_ppm > 0;
        g.fees |= shape->products[j].guarantee_fee_ppm > 0 || shape->products[j].premium_ppm > 0;
    }
    g.registers = ps_has_one_book(shape);
    g.kept = g.full || work->log;
    g.commons = g.registers && !g.kept && !g.all_book && !history && !g.cohorts &&
                levels->claims_alike && !shape->carry_unpaid && !shape->takers_n &&
                !shape->trusts_n;
    g.grants_whole = grants_whole(&g);
    g.only_interest = g.registers && levels->interest_direct && !levels->topups_any;
    g.only_interest_but_january = levels->topup_yearly_any || levels->stop_loss_any;
    ledger_open(&g);
    if (g.full)
        months_run(&g, 1);
    else
        months_run(&g, 0);
    ledger_close(&g);
    conservation_check(&g);
}
