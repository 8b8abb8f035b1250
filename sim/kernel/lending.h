// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LENDING_H
#define PLEDGESIM_KERNEL_LENDING_H

#include "loans.h"
#include "month.h"

/* Step 8: the grant tests. The hot part: vector loops over the policies, branches only on what all
 * lanes share. */

/* Lending rooms, once a month: they cannot change while loans are granted. Those of the open doors
 * tell a closed one by being negative. */
PS_KERNEL_INLINE void rooms_update(struct ledger *g, const struct registers *r)
{
    for (int p = 0; p < g->shape->pools_n; p++) {
        ps_vector balance[VECTORS], room[VECTORS];
        register_get(balance, pool_row(g, p, POOL_BALANCE));
        if (g->registers)
            VECS balance[v] = r->balance[v];
        room_take(g, p, balance, room);
        register_put(room, pool_row(g, p, POOL_ROOM));
        if (!g->levels->max_firm_any)
            continue;
        const double *due = pool_row(g, p, POOL_DUE);
        VECS
        {
            const ps_vector free = balance[v] - vector_at(due, v);
            const ps_vector limit = vector_at(crow(g->levels->max_firm_ppm, 0), v);
            const ps_vector nil = vector_of(0);
            const ps_vector one =
                vector_share(vector_where(VECTOR_COMPARE(free, nil, GT), free), limit);
            vector_put(pool_row(g, p, POOL_SINGLE), v,
                       vector_select(VECTOR_COMPARE(limit, nil, GT), one, vector_of(NO_LIMIT_FEN)));
        }
    }
    if (!g->suspended_any)
        return;
    const double *status = group_row(g, 0, GROUP_STATUS), *room = pool_row(g, 0, POOL_ROOM);
    const double closed_to_renewals =
        g->shape->suspend_blocks_renewals ? STATUS_SUSPENDED : STATUS_TERMINATED;
    VECS
    {
        const ps_vector s = vector_at(status, v), x = vector_at(room, v), no = vector_of(-1);
        const ps_mask_of_lanes new_firms = VECTOR_COMPARE(s, vector_of(STATUS_SUSPENDED), LT);
        const ps_mask_of_lanes renewals = VECTOR_COMPARE(s, vector_of(closed_to_renewals), LT);
        vector_put(scratch_row(g, OPEN_NEW), v, vector_select(new_firms, x, no));
        vector_put(scratch_row(g, OPEN_RENEWAL), v, vector_select(renewals, x, no));
    }
}

/* What was refused here and now, and why. */
static void refusals_count(struct ledger *g, int app_i, double asked_wan, const double *reason)
{
    const double fen = asked_wan * FEN_PER_WAN;
    ROW n = measure_row(g, PS_M_REFUSED_N);
    ROW all = measure_row(g, PS_M_REFUSED);
    LANES
    {
        n[l] += reason[l] >= 0 ? 1. : 0.;
        all[l] += reason[l] >= 0 ? fen : 0;
    }
    for (int r = 0; r < PS_REFUSED_N; r++) {
        ROW one = measure_row(g, PS_M_REFUSED_CLOSED + r);
        LANES one[l] += reason[l] == r ? fen : 0;
    }
    if (g->work->log && reason[g->work->log->lane] >= 0)
        log_line(g, PS_LOG_REFUSAL, app_i, (int)reason[g->work->log->lane], fen, NULL, 0);
}

static double lanes_max(const double *x)
{
    double max = x[0];
    _Pragma("omp simd reduction(max : max)") for (int l = 0; l < PS_LANES; l++) max =
        x[l] > max ? x[l] : max;
    return max;
}

/* Part of an application's amount that counts as registered, fen: eq. (5.2). */
static inline double registered_fen(double granted_wan, double ratio_ppm, double share_ppm)
{
    return lane_muldiv(granted_wan * ratio_ppm, share_ppm, 1e6, 1e-6, 5e5);
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
    const double *before = app->parent == PS_NONE ? reason : row(g->work->refusal, app->parent);
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
    for (int r = 0; r < PS_REFUSED_N; r++) {
        const double trimmed = r == PS_REFUSED_LOAN_CAP ? -1 : r; /* a granted loan has no reason */
        ROW one = measure_row(g, PS_M_LOST_CLOSED + r);
        LANES one[l] += refusal[l] == r ? lost[l] : (refusal[l] == trimmed ? lost[l] : 0);
    }
}

/* Which lanes still have this chain: all of them for a new firm. */
static void asks_take(const struct ledger *g, const struct ps_app *app, ROW asks)
{
    if (app->parent == PS_NONE) {
        LANES asks[l] = 1;
        return;
    }
    const double *parent = row(g->work->granted_wan, app->parent);
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
        const double *granted = row(g->work->granted_wan, (int)i);
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
    LANES
    {
        granted[l] = reason[l] < 0 ? asks[l] * granted[l] : 0;
        reason[l] = asks[l] > 0 ? reason[l] : -1;
    }
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

/* Fees at grant: rnd(amount x rate x tenor / 12), outside the pool. */
static void fees_take(struct ledger *g, const struct ps_app *app, int product_i,
                      const double *granted)
{
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const int months = app->maturity - app->month;
    const double fee = (double)(product->guarantee_fee_ppm * months);
    const double premium = (double)(product->premium_ppm * months);
    ROW fees = measure_row(g, PS_M_GUARANTEE_FEES);
    ROW premiums = measure_row(g, PS_M_PREMIUMS);
    if (fee > 0)
        LANES fees[l] += lane_div(granted[l] * fee + 6, 1. / 12);
    if (premium > 0)
        LANES premiums[l] += lane_div(granted[l] * premium + 6, 1. / 12);
    if (g->cohorts) {
        ROW cohort = cohort_row(g, g->year, product_i, COHORT_PREMIUMS);
        LANES cohort[l] += lane_div(granted[l] * premium + 6, 1. / 12);
    }
}

static void grant_count(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    const double *granted = crow(g->work->granted_wan, app_i);
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

/* Where the tests of this month's plain applications look. */
struct doors {
    const double *room[4]; /* by PS_PLAIN_IN_POOL and PS_PLAIN_RENEWAL; no limit outside the pool */
    const double *single;  /* NULL when no lane has a single-name limit */
};

PS_KERNEL_INLINE struct doors doors_open(const struct ledger *g)
{
    const double *room = pool_row(g, 0, POOL_ROOM), *no_limit = scratch_row(g, NO_LIMIT);
    return (struct doors){.room = {no_limit, g->suspended_any ? scratch_row(g, OPEN_NEW) : room,
                                   no_limit,
                                   g->suspended_any ? scratch_row(g, OPEN_RENEWAL) : room},
                          .single = g->levels->max_firm_any ? pool_row(g, 0, POOL_SINGLE) : NULL};
}

/* The lanes that grant a plain application: those that have its chain and pass the tests of
 * single-name limit, breaker and leverage; no cap is below the amount. */
PS_KERNEL_INLINE void plain_test(const struct ledger *g, const struct registers *r,
                                 const struct doors *doors, const struct ps_plain *app,
                                 ps_mask_of_lanes *pass)
{
    const double *parent = crow(g->work->granted_wan, app->parent);
    const double *room = doors->room[app->flags & (PS_PLAIN_IN_POOL | PS_PLAIN_RENEWAL)];
    VECS pass[v] = VECTOR_COMPARE(vector_at(parent, v), vector_of(0), GT) &
                   VECTOR_COMPARE(r->book[v] + app->pool_fen, vector_at(room, v), LE);
    if (doors->single && app->flags & PS_PLAIN_IN_POOL) {
        const int product = app->cap / PS_FIRM_CLASS_N;
        const double *share = crow(g->levels->share_ppm, product * PS_PARTY_BANK + PS_PARTY_POOL);
        const double *cap = crow(g->levels->firm_cap, app->cap);
        VECS
        {
            const ps_vector own = app->asked_wan * vector_at(share, v), most = vector_at(cap, v);
            const ps_vector due = vector_select(VECTOR_COMPARE(own, most, LT), own, most);
            pass[v] &= VECTOR_COMPARE(due, vector_at(doors->single, v), LE);
        }
    }
}

PS_KERNEL_INLINE void plain_register(const struct ledger *g, struct registers *r, int renewal,
                                     const ps_vector *granted)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    ps_vector x[VECTORS];
    VECS x[v] = granted[v] * vector_at(ratio, v);
    if (renewal && g->levels->renewal_share_any)
        VECS x[v] = vector_muldiv(x[v], vector_at(share, v), 1e6, 1e-6, 5e5);
    VECS r->registered[v] += x[v];
    if (!renewal)
        VECS r->first[v] += x[v];
}

/* Grants a plain application where it passes. In the full tier a refusal has its reason and its
 * loss noted, so there every lane must pass: 0 when one does not, and nothing is done. */
PS_KERNEL_INLINE int plain_grant(struct ledger *g, struct registers *r, const struct doors *doors,
                                 int app_i, const int full)
{
    const struct ps_plain *app = &g->schedule->plain[app_i];
    const ps_vector asked = vector_of(app->asked_wan), pool_fen = vector_of(app->pool_fen);
    const ps_vector one = vector_of(app->flags & PS_PLAIN_IN_POOL);
    double *to = row(g->work->granted_wan, app_i);
    ps_mask_of_lanes pass[VECTORS];
    ps_vector granted[VECTORS];
    plain_test(g, r, doors, app, pass);
    if (full) {
        ps_mask_of_lanes all = pass[0];
        VECS all &= pass[v];
        if (!vector_all(all))
            return 0;
        VECS vector_put(row(g->work->refusal, app_i), v, vector_of(-1));
    }
    VECS
    {
        granted[v] = vector_where(pass[v], asked);
        vector_put(to, v, granted[v]);
        r->book[v] = vector_add_where(pass[v], r->book[v], pool_fen);
        r->live[v] = vector_add_where(pass[v], r->live[v], one);
    }
    if (full || g->all_book)
        VECS r->all_book[v] += granted[v] * FEN_PER_WAN;
    plain_register(g, r, app->flags & PS_PLAIN_RENEWAL, granted);
    return 1;
}

/* Any application: every test, every book. */
static void any_grant(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    ROW granted = row(g->work->granted_wan, app_i);
    double reason[PS_LANES];
    grant_test(g, app_i, granted, reason);
    if (g->full && lanes_max(reason) >= 0)
        refusals_count(g, app_i, app->amount_wan, reason);
    if (g->full)
        losses_count(g, app_i, granted, reason);
    loan_enter(g, app_i, granted);
    register_grant(g, app, granted);
}

/* Step 8: this month's applications, in canonical order. */
PS_KERNEL_INLINE void lend(struct ledger *g, struct registers *r, const int full)
{
    const int from = (int)g->world->app_first[g->t], to = (int)g->world->app_first[g->t + 1];
    const struct ps_plain *plain = g->schedule->plain;
    const double *cap_wan = g->levels->loan_cap_min_wan;
    if (from == to)
        return;
    rooms_update(g, r);
    const struct doors doors = doors_open(g);
    for (int i = from; i < to; i++) {
        const int asks_plainly = g->registers && plain[i].flags & PS_PLAIN_ASKS &&
                                 plain[i].asked_wan <= cap_wan[plain[i].cap];
        if (!asks_plainly || !plain_grant(g, r, &doors, i, full))
            ON_ROWS(g, r, any_grant(g, i));
        if (full || g->cohorts)
            grant_count(g, i);
    }
}

#endif
