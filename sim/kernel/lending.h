// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LENDING_H
#define PLEDGESIM_KERNEL_LENDING_H

#include "lanes.h"

/* Step 8, and the loans' own life: grants, instalments, ends. The hot part: vector loops over the
 * policies, branches only on what all lanes share. */

/* Lending room of every pool, once a month: it cannot change while loans are granted. */
static void rooms_update(struct ledger *g)
{
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *balance = pool_row(g, p, POOL_BALANCE), *due = pool_row(g, p, POOL_DUE);
        const double *leverage = crow(g->levels->leverage_ppm, p);
        const double *single = crow(g->levels->max_firm_ppm, 0);
        double *room = pool_row(g, p, POOL_ROOM), *one = pool_row(g, p, POOL_SINGLE);
        LANES
        {
            const double free = balance[l] > due[l] ? balance[l] - due[l] : 0;
            room[l] = lane_share(free, leverage[l]);
            one[l] = lane_share(free, single[l]);
        }
    }
}

static inline double tenor_inverse(int months)
{
    return 1. / months;
}

/* Instalment of an equal-principal loan, eq. (2.5): floor(A / n). */
static inline double instalment(double granted_wan, int months, double inverse)
{
    return lane_div(granted_wan * FEN_PER_WAN, months, inverse);
}

/* Part of an application's amount that counts as registered, fen: eq. (5.2). */
static inline double registered_fen(double granted_wan, double ratio_ppm, double share_ppm)
{
    return lane_muldiv(granted_wan * ratio_ppm, share_ppm, 1e6, 1e-6, 5e5);
}

static void register_grant(struct ledger *g, const struct ps_app *app, const double *granted)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    double *all = scratch_row(g, MONTH_REGISTERED), *first = scratch_row(g, MONTH_REGISTERED_FIRST);
    if (!(app->flags & PS_APP_RENEWAL)) {
        LANES all[l] += granted[l] * ratio[l];
        LANES first[l] += granted[l] * ratio[l];
    } else if (g->levels->renewal_share_any) {
        LANES all[l] += registered_fen(granted[l], ratio[l], share[l]);
    } else {
        LANES all[l] += granted[l] * ratio[l];
    }
}

/* Fees at grant: rnd(amount x rate x tenor / 12), outside the pool. */
static void fees_take(struct ledger *g, const struct ps_app *app, int product_i,
                      const double *granted)
{
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const int months = app->maturity - app->month;
    const double fee = (double)(product->guarantee_fee_ppm * months);
    const double premium = (double)(product->premium_ppm * months);
    double *fees = measure_row(g, PS_M_GUARANTEE_FEES), *premiums = measure_row(g, PS_M_PREMIUMS);
    double *cohort = cohort_row(g, g->year, product_i, COHORT_PREMIUMS);
    if (fee > 0)
        LANES fees[l] += lane_div(granted[l] * fee + 6, 12, 1. / 12);
    if (premium > 0)
        LANES
        {
            const double x = lane_div(granted[l] * premium + 6, 12, 1. / 12);
            premiums[l] += x;
            cohort[l] += x;
        }
}

/* The pool's due on a firm were its loans to default now: floor(a x share), a whole 万元. */
static void firm_due_add(struct ledger *g, const struct ps_app *app, int product_i,
                         const double *granted_wan, double sign)
{
    if (app->tape_firm == PS_NONE || !g->shape->products[product_i].in_pool)
        return;
    const double *share = crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_POOL);
    double *due = row(g->work->firm_due, app->tape_firm);
    LANES due[l] += sign * granted_wan[l] * share[l];
}

/* A granted loan enters the books. */
static void loan_enter(struct ledger *g, int app_i, const double *granted)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    double *all = scratch_row(g, ALL_BOOK);
    LANES all[l] += granted[l] * FEN_PER_WAN;
    if (product->in_pool) {
        const int group = group_of(g, app_i);
        double *book = pool_row(g, product->pool, POOL_BOOK);
        double *group_book = group_row(g, group, GROUP_BOOK);
        double *live = group_row(g, group, GROUP_LIVE);
        LANES
        {
            const double x = granted[l] * FEN_PER_WAN;
            book[l] += x;
            group_book[l] += x;
            live[l] += granted[l] > 0 ? 1. : 0.;
        }
    }
    if (app->flags & PS_APP_EQUAL) {
        const int months = app->maturity - app->month;
        const double inverse = tenor_inverse(months);
        double *sum = scratch_row(g, ALL_INSTALMENT);
        LANES sum[l] += instalment(granted[l], months, inverse);
        if (product->in_pool) {
            double *pool = pool_row(g, product->pool, POOL_INSTALMENT);
            double *group = group_row(g, group_of(g, app_i), GROUP_INSTALMENT);
            LANES pool[l] += instalment(granted[l], months, inverse);
            LANES group[l] += instalment(granted[l], months, inverse);
        }
    }
    firm_due_add(g, app, product_i, granted, 1);
}

/* Principal a loan still owes at the end of month t-1, fen. */
static inline double owed_fen(double granted_wan, int equal, int months, double inverse, int paid_n)
{
    const double a = granted_wan * FEN_PER_WAN;
    return equal ? a - instalment(granted_wan, months, inverse) * paid_n : a;
}

/* Interest a loan paid in its first n months: sum of outstanding x rate / 12, rounded once. */
static inline double interest_fen(double granted_wan, int equal, int months, double inverse, int n,
                                  double rate_ppm)
{
    double sum = granted_wan * FEN_PER_WAN * n;
    if (equal)
        sum -= instalment(granted_wan, months, inverse) * (n * (n - 1) / 2);
    return lane_month_rate(sum, rate_ppm);
}

/* A loan leaves the performing book, by maturity or default; `owed` receives what it still owed. */
static void loan_leave(struct ledger *g, int app_i, int interest_months, double *owed)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const double *granted = row(g->work->granted_wan, app_i);
    const int equal = (app->flags & PS_APP_EQUAL) != 0, months = app->maturity - app->month;
    const int paid_n = g->t - 1 - app->month;
    const double inverse = tenor_inverse(months);
    const double rate = (double)g->frame->segments[app->segment].loan_rate_ppm;
    double *all = scratch_row(g, ALL_BOOK), *interest = measure_row(g, PS_M_BANK_INTEREST);
    LANES owed[l] = owed_fen(granted[l], equal, months, inverse, paid_n);
    LANES all[l] -= owed[l];
    LANES interest[l] += interest_fen(granted[l], equal, months, inverse, interest_months, rate);
    if (product->in_pool) {
        const int group = group_of(g, app_i);
        double *book = pool_row(g, product->pool, POOL_BOOK);
        double *group_book = group_row(g, group, GROUP_BOOK);
        double *live = group_row(g, group, GROUP_LIVE);
        LANES
        {
            book[l] -= owed[l];
            group_book[l] -= owed[l];
            live[l] -= granted[l] > 0 ? 1. : 0.;
        }
    }
    if (equal) {
        double *sum = scratch_row(g, ALL_INSTALMENT);
        LANES sum[l] -= instalment(granted[l], months, inverse);
        if (product->in_pool) {
            double *pool = pool_row(g, product->pool, POOL_INSTALMENT);
            double *group = group_row(g, group_of(g, app_i), GROUP_INSTALMENT);
            LANES pool[l] -= instalment(granted[l], months, inverse);
            LANES group[l] -= instalment(granted[l], months, inverse);
        }
    }
    firm_due_add(g, app, product_i, granted, -1);
}

/* Scalar bookkeeping of the lanes that refused: rare enough to be looked at one by one. */
static void refusals_count(struct ledger *g, int app_i, double asked_wan, const double *reason)
{
    for (int l = 0; l < g->levels->lanes_n; l++) {
        if (reason[l] < 0)
            continue;
        measure_row(g, PS_M_REFUSED_N)[l] += 1;
        measure_row(g, PS_M_REFUSED)[l] += asked_wan * FEN_PER_WAN;
        measure_row(g, PS_M_REFUSED_CLOSED + (int)reason[l])[l] += asked_wan * FEN_PER_WAN;
        if (g->work->log && l == g->work->log->lane)
            log_line(g, PS_LOG_REFUSAL, app_i, (int)reason[l], asked_wan * FEN_PER_WAN, NULL, 0);
    }
}

/* The grant tests of one application in all lanes, in their order; reason[l] is the first that
 * fails, -1 when granted or when the chain never got here. */
static void grant_test(struct ledger *g, int app_i, double *restrict granted,
                       double *restrict reason)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const int cap_i = product_i * PS_FIRM_CLASS_N + firm_class_of(app);
    const double asked = app->amount_wan;
    const double *cap = crow(g->levels->loan_cap_wan, cap_i);
    const double *parent = app->parent == PS_NONE ? NULL : row(g->work->granted_wan, app->parent);
    const int64_t population = g->shape->firm_population_n;
    double asks[PS_LANES];
    if (parent)
        LANES asks[l] = parent[l] > 0 ? 1. : 0.;
    else
        LANES asks[l] = 1;
    const int trim = product->over_cap == PS_OVER_CAP_TRIM;
    LANES
    {
        granted[l] = trim && asked > cap[l] ? cap[l] : asked;
        reason[l] = granted[l] > cap[l] || granted[l] < 1 ? (double)PS_REFUSED_LOAN_CAP : -1.;
    }
    if (product->in_pool) {
        const int blocks = !(app->flags & PS_APP_RENEWAL) || g->shape->suspend_blocks_renewals;
        const double *status = group_row(g, group_of(g, app_i), GROUP_STATUS);
        const double *book = pool_row(g, product->pool, POOL_BOOK);
        const double *room = pool_row(g, product->pool, POOL_ROOM);
        LANES
        {
            double r = book[l] + granted[l] * FEN_PER_WAN <= room[l] ? -1.
                                                                     : (double)PS_REFUSED_LEVERAGE;
            r = blocks && status[l] == STATUS_SUSPENDED ? (double)PS_REFUSED_SUSPENDED : r;
            r = status[l] == STATUS_TERMINATED ? (double)PS_REFUSED_TERMINATED : r;
            reason[l] = reason[l] < 0 ? r : reason[l];
        }
        if (g->levels->max_firm_any) {
            const double *limit = crow(g->levels->max_firm_ppm, 0);
            const double *one = pool_row(g, product->pool, POOL_SINGLE);
            const double *share =
                crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_POOL);
            const double *firm_cap = crow(g->levels->firm_cap, cap_i);
            const double *other =
                app->tape_firm == PS_NONE ? NULL : row(g->work->firm_due, app->tape_firm);
            LANES
            {
                double due = granted[l] * share[l];
                due = due < firm_cap[l] ? due : firm_cap[l];
                due += other ? other[l] : 0;
                const int fails = limit[l] > 0 && due > one[l];
                const int later = reason[l] < 0 || reason[l] == PS_REFUSED_LEVERAGE;
                reason[l] = fails && later ? (double)PS_REFUSED_SINGLE_NAME : reason[l];
            }
        }
    }
    if (population && app->firm_rank >= population)
        LANES reason[l] = PS_REFUSED_POPULATION;
    if (g->t < product->open_from_month || g->t > product->open_to_month)
        LANES reason[l] = PS_REFUSED_CLOSED;
    LANES
    {
        granted[l] = asks[l] > 0 && reason[l] < 0 ? granted[l] : 0;
        reason[l] = asks[l] > 0 ? reason[l] : -1;
    }
}

static void grant_count(struct ledger *g, const struct ps_app *app, int product_i,
                        const double *granted)
{
    const struct ps_product_shape *product = &g->shape->products[product_i];
    double *lent = measure_row(g, PS_M_LENT), *n = measure_row(g, PS_M_GRANTS_N);
    LANES lent[l] += granted[l] * FEN_PER_WAN;
    LANES n[l] += granted[l] > 0 ? 1. : 0.;
    if (!(app->flags & PS_APP_RENEWAL)) {
        double *firms = measure_row(g, PS_M_FIRMS_N);
        LANES firms[l] += granted[l] > 0 ? 1. : 0.;
    }
    register_grant(g, app, granted);
    if (product->guarantee_fee_ppm || product->premium_ppm)
        fees_take(g, app, product_i, granted);
    if (g->shape->reguarantor_cap_ppm) {
        const double *share =
            crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_REGUARANTOR);
        double *sum = cohort_row(g, g->year, product_i, COHORT_GRANTED);
        LANES sum[l] += share[l] > 0 ? granted[l] * FEN_PER_WAN : 0;
    }
}

/* Step 8: this month's applications, in canonical order. */
static void lend(struct ledger *g)
{
    const uint32_t from = g->world->app_first[g->t], to = g->world->app_first[g->t + 1];
    if (from == to)
        return;
    rooms_update(g);
    for (uint32_t i = from; i < to; i++) {
        const struct ps_app *app = &g->world->apps[i];
        double *granted = row(g->work->granted_wan, (int)i);
        double reason[PS_LANES], refused[PS_LANES];
        grant_test(g, (int)i, granted, reason);
        LANES refused[l] = reason[l] >= 0 ? 1. : 0.;
        if (lanes_sum(refused) > 0)
            refusals_count(g, (int)i, app->amount_wan, reason);
        loan_enter(g, (int)i, granted);
        grant_count(g, app, g->schedule->product[i], granted);
        if (g->work->log && granted[g->work->log->lane] > 0)
            log_line(g, PS_LOG_GRANT, (int)i, 0, granted[g->work->log->lane] * FEN_PER_WAN, NULL,
                     0);
    }
}

#endif
