// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_PLAIN_H
#define PLEDGESIM_KERNEL_PLAIN_H

#include "lending.h"
#include "month.h"
#include "whole.h"

/* Lending to plain applications and the end of plain loans, in registers: nearly all loans. What
 * every lane grants in full is added up for the whole month before a register is touched. */

/* The loans in full that mature in a month. */
struct whole_leaving {
    struct ps_whole_sum sum;
    double interest_fen; /* full tier: paid over their lives */
};

/* A bullet loan that matures. */
PS_KERNEL_INLINE void plain_mature(struct ledger *g, struct registers *r,
                                   struct whole_leaving *whole, int app_i, const int full)
{
    const struct ps_plain *plain = &g->schedule->plain[app_i];
    const struct ps_app *app = &g->world->apps[app_i];
    const double *granted = crow(g->work->granted_wan, app_i);
    const double rate =
        full ? (double)(g->frame->segments[app->segment].loan_rate_ppm * (g->t - app->month)) : 0;
    if (g->work->grants[app_i] & PS_GRANTED_NONE)
        return;
    if (g->work->grants[app_i] & PS_GRANTED_WHOLE) {
        whole->sum = whole_add(whole->sum, plain, UINT64_MAX, 1);
        if (full)
            whole->interest_fen += lane_div(plain->asked_wan * rate + 6, 1. / 12);
        if (RARELY(g->work->log))
            log_line(g, PS_LOG_REPAID, app_i, 0, plain->asked_wan * FEN_PER_WAN, NULL, 0);
        return;
    }
    const double pool_fen = plain->flags & PS_PLAIN_IN_POOL ? FEN_PER_WAN : 0;
    const ps_vector one = vector_of(plain->flags & PS_PLAIN_IN_POOL);
    VECS
    {
        const ps_vector x = vector_at(granted, v);
        r->book[v] -= x * pool_fen;
        r->live[v] = vector_sub_where(VECTOR_COMPARE(x, vector_of(0), GT), r->live[v], one);
    }
    if (full || g->all_book)
        VECS r->all_book[v] -= vector_at(granted, v) * FEN_PER_WAN;
    if (full) {
        ROW interest = measure_row(g, PS_M_BANK_INTEREST);
        ROW released = measure_row(g, PS_M_RELEASED);
        LANES
        {
            interest[l] += lane_div(granted[l] * rate + 6, 1. / 12);
            released[l] += granted[l] * pool_fen;
        }
    }
    if (RARELY(g->work->log && granted[g->work->log->lane] > 0))
        log_line(g, PS_LOG_REPAID, app_i, 0, granted[g->work->log->lane] * FEN_PER_WAN, NULL, 0);
}

/* The month's whole loans that matured leave the books. */
PS_KERNEL_INLINE void whole_leave(struct ledger *g, struct registers *r,
                                  const struct whole_leaving *whole, const int full)
{
    const struct ps_whole_sum *sum = &whole->sum;
    VECS r->book[v] -= sum->pool_fen;
    VECS r->live[v] -= (double)sum->pool_n;
    if (full || g->all_book)
        VECS r->all_book[v] -= sum->all_wan * FEN_PER_WAN;
    if (full) {
        ROW interest = measure_row(g, PS_M_BANK_INTEREST);
        ROW released = measure_row(g, PS_M_RELEASED);
        LANES
        {
            interest[l] += whole->interest_fen;
            released[l] += sum->pool_fen;
        }
    }
}

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
    if (!RARELY(g->suspended_any))
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
    const int chain = !(g->work->grants[app->parent] & PS_GRANTED_WHOLE);
    const double *parent = crow(g->work->granted_wan, chain ? app->parent : (int)g->work->apps_max);
    const double *room = doors->room[app->flags & (PS_PLAIN_IN_POOL | PS_PLAIN_RENEWAL)];
    VECS pass[v] = VECTOR_COMPARE(vector_at(parent, v), vector_of(0), GT) &
                   VECTOR_COMPARE(r->book[v] + app->pool_fen, vector_at(room, v), LE);
    if (RARELY(doors->single) && app->flags & PS_PLAIN_IN_POOL) {
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

/* Grants a plain application where it passes. The full tier also notes why a lane refuses, and a
 * trust may lend instead, which is any_grant's business: there nothing is done, and 0 returned,
 * when a lane does not pass. */
PS_KERNEL_INLINE int plain_grant(struct ledger *g, struct registers *r, const struct doors *doors,
                                 int app_i, const int full)
{
    const struct ps_plain *app = &g->schedule->plain[app_i];
    const ps_vector asked = vector_of(app->asked_wan), pool_fen = vector_of(app->pool_fen);
    const ps_vector one = vector_of(app->flags & PS_PLAIN_IN_POOL);
    double *to = row(g->work->granted_wan, app_i);
    ps_mask_of_lanes pass[VECTORS], all;
    ps_vector granted[VECTORS];
    plain_test(g, r, doors, app, pass);
    all = pass[0];
    VECS all &= pass[v];
    if (!vector_all(all) && (full || g->trusts_lend))
        return 0;
    g->work->grants[app_i] = PS_GRANTED_ROW | (vector_all(all) ? PS_GRANTED_WHOLE : 0);
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
    if (full || g->cohorts)
        grant_count(g, app_i, crow(g->work->granted_wan, app_i));
    return 1;
}

/* Full tier: what grant_count counts, for whole loans. */
static void whole_count(struct ledger *g, int from, int to, const struct ps_whole_sum *whole)
{
    double fees_fen = 0, premiums_fen = 0, first_n = 0;
    const double loans_n = to - from;
    for (int i = from; i < to; i++) {
        const struct ps_app *app = &g->world->apps[i];
        const struct ps_product_shape *product = &g->shape->products[g->schedule->product[i]];
        const double asked = app->amount_wan;
        const int months = app->maturity - app->month;
        first_n += app->flags & PS_APP_RENEWAL ? 0 : 1;
        fees_fen += fee_fen(asked, product->guarantee_fee_ppm, months);
        premiums_fen += fee_fen(asked, product->premium_ppm, months);
        if (RARELY(g->work->log))
            log_line(g, PS_LOG_GRANT, i, 0, asked * FEN_PER_WAN, NULL, 0);
    }
    ROW lent = measure_row(g, PS_M_LENT);
    ROW n = measure_row(g, PS_M_GRANTS_N);
    ROW firms = measure_row(g, PS_M_FIRMS_N);
    ROW fees = measure_row(g, PS_M_GUARANTEE_FEES);
    ROW premiums = measure_row(g, PS_M_PREMIUMS);
    LANES
    {
        lent[l] += whole->all_wan * FEN_PER_WAN;
        n[l] += loans_n;
        firms[l] += first_n;
        fees[l] += fees_fen;
        premiums[l] += premiums_fen;
    }
}

/* Grants all of the month's applications at once when they fit in every lane: the book only grows
 * while loans are granted, so the last test includes the others, and a door closed to renewals is
 * closed to new firms. 0 when one may not fit. */
PS_KERNEL_INLINE int whole_grant(struct ledger *g, struct registers *r, const struct doors *doors,
                                 int from, int to, const int full)
{
    const struct ps_whole_sum whole = whole_asked(g, from, to);
    if (doors->single || g->cohorts || whole.others_n)
        return 0;
    const double *room = doors->room[PS_PLAIN_IN_POOL],
                 *ratio = crow(g->levels->registered_ratio_ppm, 0);
    ps_mask_of_lanes all = VECTOR_COMPARE(r->book[0] + whole.pool_fen, vector_at(room, 0), LE);
    VECS all &= VECTOR_COMPARE(r->book[v] + whole.pool_fen, vector_at(room, v), LE);
    if (!vector_all(all))
        return 0;
    VECS
    {
        r->book[v] += whole.pool_fen;
        r->live[v] += (double)whole.pool_n;
        r->registered[v] += whole.all_wan * vector_at(ratio, v);
        r->first[v] += whole.first_wan * vector_at(ratio, v);
    }
    if (full || g->all_book)
        VECS r->all_book[v] += whole.all_wan * FEN_PER_WAN;
    if (full)
        whole_count(g, from, to, &whole);
    return 1;
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
    if (g->registers && whole_grant(g, r, &doors, from, to, full))
        return;
    for (int i = from; i < to; i++) {
        const int asks_plainly = g->registers && plain[i].flags & PS_PLAIN_ASKS &&
                                 plain[i].asked_wan <= cap_wan[plain[i].cap];
        if (RARELY(g->work->grants[plain[i].parent] & PS_GRANTED_NONE))
            chain_lost(g, i);
        else if (RARELY(!asks_plainly) || RARELY(!plain_grant(g, r, &doors, i, full)))
            ON_ROWS(g, r, any_grant(g, i));
        whole_spoil(g, i);
    }
}

#endif
