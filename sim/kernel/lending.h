// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LENDING_H
#define PLEDGESIM_KERNEL_LENDING_H

#include "trusts.h"
#include "vectors.h"

/* Step 8: the grant tests. The hot part: vector loops over the policies, branches only on what all
 * lanes share. */

/* The first loan of a chain that waited: it renews nothing. */
static inline int asks_again(const struct ps_app *app)
{
    return (app->flags & PS_APP_WAITED) && app->link == 0;
}

/* What was refused here and now, and why. A firm that asks again was counted when it first asked.
 */
static void refusals_count(struct ledger *g, int app_i, double asked_wan, const double *reason)
{
    const double fen = asks_again(&g->world->apps[app_i]) ? 0 : asked_wan * FEN_PER_WAN;
    const double once = asks_again(&g->world->apps[app_i]) ? 0 : 1;
    ROW n = measure_row(g, PS_M_REFUSED_N);
    ROW all = measure_row(g, PS_M_REFUSED);
    LANES
    {
        const double refused = reason[l] < 0 ? 0 : reason[l] == PS_NOT_ASKED ? 0 : 1;
        n[l] += refused > 0 ? once : 0.;
        all[l] += refused > 0 ? fen : 0;
    }
    for (int r = 0; r < PS_REFUSED_N; r++) {
        ROW one = measure_row(g, PS_M_REFUSED_CLOSED + r);
        LANES one[l] += reason[l] == r ? fen : 0;
    }
    if (g->work->log && reason[g->work->log->lane] >= 0 &&
        reason[g->work->log->lane] < PS_REFUSED_N)
        log_line(g, PS_LOG_REFUSAL, app_i, (int)reason[g->work->log->lane], asked_wan * FEN_PER_WAN,
                 NULL, 0);
}

/* Full tier: what this application costs the ceiling, by the refusal at the root of the loss: its
 * own, that of the chain it belongs to, or a trimmed amount. `reason` is this month's, -1 for none.
 */
static void losses_count(struct ledger *g, int app_i, const double *granted, const double *reason)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double asked = app->amount_wan, whole = app->flags & PS_APP_RENEWAL ? 0 : 1;
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    if (app->flags & PS_APP_WAITED)
        return; /* no part of the ceiling */
    const int chain = app->parent != PS_NONE && g->work->grants[app->parent] != ALL_LANES;
    const double *before = chain ? row(g->work->refusal, app->parent) : reason;
    ROW refusal = row(g->work->refusal, app_i);
    double lost[PS_LANES];
    LANES
    {
        refusal[l] = before[l] >= 0 ? before[l] : reason[l];
        lost[l] = granted[l] < asked ? 1 : 0;
    }
    if (lanes_sum(lost) == 0)
        return;
    if (g->levels->renewal_share_any)
        LANES
        {
            const double part = whole > 0 ? 1e6 : share[l];
            lost[l] =
                registered_fen(asked, ratio[l], part) - registered_fen(granted[l], ratio[l], part);
        }
    else
        LANES lost[l] = (asked - granted[l]) * ratio[l];
    for (int r = 0; r < PS_LOST_N; r++) {
        const double trimmed = r == PS_REFUSED_LOAN_CAP ? -1 : r; /* a granted loan has no reason */
        ROW one = measure_row(g, PS_M_LOST_CLOSED + r);
        LANES one[l] += refusal[l] == r ? lost[l] : (refusal[l] == trimmed ? lost[l] : 0);
    }
}

/* Which lanes still have this chain: all of them for a new firm, those that refused it each time
 * when it asks again. */
static void asks_take(const struct ledger *g, const struct ps_app *app, ROW asks)
{
    if (app->parent == PS_NONE || asks_again(app)) {
        LANES asks[l] = 1;
        for (; asks_again(app); app = &g->world->apps[app->parent]) {
            const double *before = granted_row(g, app->parent);
            LANES asks[l] = before[l] > 0 ? 0 : asks[l];
        }
        return;
    }
    const double *parent = granted_row(g, app->parent);
    LANES asks[l] = parent[l] > 0 ? 1. : 0.;
}

/* The pool's due on what else the firm owes now. Only a firm with several tape loans can have more
 * than one loan at a time. */
static void other_due_take(const struct ledger *g, const struct ps_app *app, ROW due)
{
    LANES due[l] = 0;
    if (app->tape_firm == PS_NONE)
        return;
    for (uint32_t i = 0; &g->world->apps[i] != app; i++) {
        const struct ps_app *a = &g->world->apps[i];
        const int product_i = g->schedule->product[i];
        if (a->tape_firm != app->tape_firm || a->end <= g->t ||
            !g->shape->products[product_i].in_pool)
            continue;
        double kept[PS_LANES];
        const double *granted = kept_row(g, (int)i, kept);
        const double *share = crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_POOL);
        const int equal = a->flags & PS_APP_EQUAL, months = a->maturity - a->month;
        const int paid_n = g->t - a->month;
        LANES due[l] += lane_share(owed_fen(granted[l], equal, months, paid_n), share[l]);
    }
}

/* Single-name limit: reason[l] becomes PS_REFUSED_SINGLE_NAME where only leverage may fail later.
 */
static void single_name_test(const struct ledger *g, const struct ps_app *app, int product_i,
                             const double *granted, ROW reason)
{
    const double *one = pool_row(g, g->shape->products[product_i].pool, POOL_SINGLE);
    const double *share = crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_POOL);
    const double *cap = crow(g->levels->firm_cap, product_i * PS_FIRM_CLASS_N + firm_class_of(app));
    double other[PS_LANES];
    other_due_take(g, app, other);
    LANES
    {
        const double own = granted[l] * share[l];
        const double due = (own < cap[l] ? own : cap[l]) + other[l];
        const double later = reason[l] < 0 ? 1 : reason[l] == PS_REFUSED_LEVERAGE ? 1 : 0;
        const double fails = due > one[l] ? later : 0;
        reason[l] = fails > 0 ? (double)PS_REFUSED_SINGLE_NAME : reason[l];
    }
}

/* The grant tests of one application in all lanes, in their order; reason[l] is the first that
 * fails, -1 when granted or when the chain never got here. */
static void grant_test(struct ledger *g, int app_i, ROW granted, ROW reason)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const double asked = app->amount_wan;
    const double *cap =
        crow(g->levels->loan_cap_wan, product_i * PS_FIRM_CLASS_N + firm_class_of(app));
    const int64_t population = g->shape->firm_population_n;
    double asks[PS_LANES];
    asks_take(g, app, asks);
    const double trim = product->over_cap == PS_OVER_CAP_TRIM ? 1 : 0;
    LANES
    {
        granted[l] = asked > cap[l] ? (trim > 0 ? cap[l] : asked) : asked;
        const double over = granted[l] > cap[l] ? 1 : granted[l] < 1 ? 1 : 0;
        reason[l] = over > 0 ? (double)PS_REFUSED_LOAN_CAP : -1.;
    }
    if (product->in_pool) {
        const double blocks =
            !(app->flags & PS_APP_RENEWAL) || g->shape->suspend_blocks_renewals ? 1 : 0;
        const double *status = group_row(g, group_of(g, app_i), GROUP_STATUS);
        const double *book = book_row(g, product->pool);
        const double *room = pool_row(g, product->pool, POOL_ROOM);
        LANES
        {
            double r =
                book[l] + granted[l] * FEN_PER_WAN <= room[l] ? -1. : (double)PS_REFUSED_LEVERAGE;
            r = blocks * status[l] == STATUS_SUSPENDED ? (double)PS_REFUSED_SUSPENDED : r;
            r = status[l] == STATUS_TERMINATED ? (double)PS_REFUSED_TERMINATED : r;
            reason[l] = reason[l] < 0 ? r : reason[l];
        }
        if (g->levels->max_firm_any)
            single_name_test(g, app, product_i, granted, reason);
    }
    if (population && app->firm_rank >= population)
        LANES reason[l] = PS_REFUSED_POPULATION;
    if (g->t < product->open_from_month || g->t > product->open_to_month)
        LANES reason[l] = PS_REFUSED_CLOSED;
    if (!ps_takes_up(g->shape, g->world, app, product_i))
        LANES reason[l] = PS_NOT_ASKED;
    LANES
    {
        granted[l] = reason[l] < 0 ? asks[l] * granted[l] : 0;
        reason[l] = asks[l] > 0 ? reason[l] : -1;
    }
}

/* Full tier: what a chain that waited registers. */
static void waited_count(struct ledger *g, const struct ps_app *app, const double *granted)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    const double whole = app->flags & PS_APP_RENEWAL ? 0 : 1;
    ROW waited = measure_row(g, PS_M_WAITED);
    LANES waited[l] += registered_fen(granted[l], ratio[l], whole > 0 ? 1e6 : share[l]);
}

static void register_grant(struct ledger *g, const struct ps_app *app, const double *granted)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    ROW all = measure_row(g, PS_M_REGISTERED);
    ROW first = measure_row(g, PS_M_REGISTERED_FIRST);
    if (!(app->flags & PS_APP_RENEWAL)) {
        LANES
        {
            const double x = granted[l] * ratio[l];
            first[l] += x;
            all[l] += x;
        }
    } else if (g->levels->renewal_share_any) {
        LANES all[l] += registered_fen(granted[l], ratio[l], share[l]);
    } else {
        LANES all[l] += granted[l] * ratio[l];
    }
}

/* rnd(amount x rate x months / 12). */
static inline double fee_fen(double granted_wan, int64_t rate_ppm, int months)
{
    return lane_div(granted_wan * (double)(rate_ppm * months) + 6, 1. / 12);
}

/* Fees at grant: rnd(amount x rate x tenor / 12), outside the pool. */
static void fees_take(struct ledger *g, const struct ps_app *app, int product_i,
                      const double *granted)
{
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const int months = app->maturity - app->month;
    const int64_t fee = product->guarantee_fee_ppm, premium = product->premium_ppm;
    ROW fees = measure_row(g, PS_M_GUARANTEE_FEES);
    ROW premiums = measure_row(g, PS_M_PREMIUMS);
    if (fee > 0)
        LANES fees[l] += fee_fen(granted[l], fee, months);
    if (premium > 0)
        LANES premiums[l] += fee_fen(granted[l], premium, months);
    if (g->cohorts) {
        ROW cohort = cohort_row(g, g->year, product_i, COHORT_PREMIUMS);
        LANES cohort[l] += fee_fen(granted[l], premium, months);
    }
}

/* What the banks granted. */
static void grant_count(struct ledger *g, int app_i, const double *granted)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    if (g->cohorts) {
        const double *share =
            crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_REGUARANTOR);
        ROW sum = cohort_row(g, g->year, product_i, COHORT_GRANTED);
        LANES sum[l] += share[l] > 0 ? granted[l] * FEN_PER_WAN : 0;
    }
    if ((g->full || g->cohorts) && (product->guarantee_fee_ppm || product->premium_ppm))
        fees_take(g, app, product_i, granted);
    if (!g->full)
        return;
    ROW lent = measure_row(g, PS_M_LENT);
    ROW n = measure_row(g, PS_M_GRANTS_N);
    ROW firms = measure_row(g, PS_M_FIRMS_N);
    const double new_firm = app->flags & PS_APP_RENEWAL ? 0 : 1;
    LANES
    {
        const double one = granted[l] > 0 ? 1. : 0.;
        lent[l] += granted[l] * FEN_PER_WAN;
        n[l] += one;
        firms[l] += new_firm * one;
    }
    if (g->work->log && granted[g->work->log->lane] > 0)
        log_line(g, PS_LOG_GRANT, app_i, 0, granted[g->work->log->lane] * FEN_PER_WAN, NULL, 0);
}

/* Which lanes granted an application. */
static inline void grants_note(struct ledger *g, int app_i, uint32_t lanes)
{
    g->work->grants[app_i] = lanes;
    g->work->uneven[g->world->apps[app_i].end] |= lanes != ALL_LANES;
}

/* Any application: every test, every book. */
static void any_grant(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    ROW granted = row(g->work->granted_wan, app_i);
    double reason[PS_LANES], kept[PS_LANES];
    grant_test(g, app_i, granted, reason);
    if (RARELY(g->trusts_lend))
        trusts_lend(g, app_i, granted, reason);
    grants_note(g, app_i, lanes_above_zero(granted));
    const int class_i = g->schedule->product[app_i] * PS_FIRM_CLASS_N + firm_class_of(app);
    if (app->amount_wan > g->levels->loan_cap_min_wan[class_i] || g->trusts_lend) {
        g->work->amounts[app_i] = PS_AMOUNTS_TRIMMED;
        g->work->uneven[app->end] = 1;
    } else {
        g->work->amounts[app_i] = PS_AMOUNTS_ASKED;
    }
    if (g->full && lanes_max(reason) >= 0)
        refusals_count(g, app_i, app->amount_wan, reason);
    if (g->full)
        losses_count(g, app_i, granted, reason);
    const double *of_banks = kept_row(g, app_i, kept);
    loan_enter(g, app_i, of_banks);
    register_grant(g, app, granted);
    if (g->full && app->flags & PS_APP_WAITED)
        waited_count(g, app, granted);
    if (g->full || g->cohorts)
        grant_count(g, app_i, of_banks);
}

/* A renewal whose chain no lane has any more. */
static void chain_lost(struct ledger *g, int app_i)
{
    double none[PS_LANES];
    grants_note(g, app_i, 0);
    LANES none[l] = -1;
    if (g->full)
        losses_count(g, app_i, granted_row(g, app_i), none);
}

#endif
