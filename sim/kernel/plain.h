// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_PLAIN_H
#define PLEDGESIM_KERNEL_PLAIN_H

#include "lending.h"
#include "month.h"

/* Lending to plain applications and the end of plain loans, in registers: nearly all loans. What
 * every lane does in full is known for the whole month (month_sums.h): no lane looks at a loan. */

/* Principal in fen that lanes did not grant of a plain loan. */
PS_KERNEL_INLINE void refused_take(const struct ledger *g, int app_i, ps_vector *fen)
{
    const double asked = g->schedule->plain[app_i].adds.wan * FEN_PER_WAN;
    const double *granted = crow(g->work->granted_wan, app_i);
    if (RARELY(g->work->amounts[app_i] == PS_AMOUNTS_TRIMMED))
        VECS fen[v] = asked - vector_at(granted, v) * FEN_PER_WAN;
    else
        VECS fen[v] = vector_where(mask_of_lanes(~g->work->grants[app_i], v), vector_of(asked));
}

/* What left the books with the month's loans as if every lane had granted this one in full comes
 * back where it was not. */
PS_KERNEL_INLINE void refused_return(struct ledger *g, struct registers *r, int app_i)
{
    const struct ps_plain *plain = &g->schedule->plain[app_i];
    const double in_pool = plain->adds.pool_n;
    const uint32_t refused = ~g->work->grants[app_i];
    ps_vector fen[VECTORS];
    if (!g->work->grants[app_i]) {
        alike_leave(g, r, -plain->adds.pool_fen, -in_pool, -plain->adds.wan * FEN_PER_WAN);
        return;
    }
    refused_take(g, app_i, fen);
    r->slack_fen -= plain->adds.pool_fen;
    VECS
    {
        r->book[v] += fen[v] * in_pool;
        r->live[v] = vector_add_where(mask_of_lanes(refused, v), r->live[v], vector_of(in_pool));
    }
    if (g->all_book)
        VECS r->all_fen[v] += fen[v];
}

/* Whether all lanes granted what was asked for. */
static inline int is_whole(const struct ledger *g, int app_i)
{
    return g->work->grants[app_i] == ALL_LANES && g->work->amounts[app_i] != PS_AMOUNTS_TRIMMED;
}

/* Full tier: what the month's loans pay when they end, if all lanes granted them in full. */
PS_KERNEL_INLINE void ends_count(struct ledger *g, const struct ps_month_sum *ends)
{
    const double interest_fen = g->schedule->ends_interest_fen[g->t];
    ROW interest = measure_row(g, PS_M_BANK_INTEREST);
    ROW released = measure_row(g, PS_M_RELEASED);
    LANES
    {
        interest[l] += interest_fen;
        released[l] += ends->pool_fen;
    }
}

/* Full tier: less where this one was not. */
static void refused_count(struct ledger *g, int app_i)
{
    const struct ps_plain *plain = &g->schedule->plain[app_i];
    const struct ps_app *app = &g->world->apps[app_i];
    const double rate = (double)g->frame->segments[app->segment].loan_rate_ppm;
    const double pool_fen = plain->flags & PS_PLAIN_IN_POOL ? FEN_PER_WAN : 0;
    const int months = app->end - app->month;
    const double whole_fen = bullet_interest_fen(plain->adds.wan, rate, months);
    const double *granted = granted_row(g, app_i);
    ROW interest = measure_row(g, PS_M_BANK_INTEREST);
    ROW released = measure_row(g, PS_M_RELEASED);
    LANES
    {
        interest[l] -= whole_fen - bullet_interest_fen(granted[l], rate, months);
        released[l] -= plain->adds.pool_fen - granted[l] * pool_fen;
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
    const uint32_t chain = g->work->grants[app->parent];
    const double *room = doors->room[app->flags & (PS_PLAIN_IN_POOL | PS_PLAIN_RENEWAL)];
    const double added = r->alike.book_fen + app->adds.pool_fen;
    VECS pass[v] =
        mask_of_lanes(chain, v) & VECTOR_COMPARE(r->book[v] + added, vector_at(room, v), LE);
    if (RARELY(doors->single) && app->flags & PS_PLAIN_IN_POOL) {
        const int product = app->cap / PS_FIRM_CLASS_N;
        const double *share = crow(g->levels->share_ppm, product * PS_PARTY_BANK + PS_PARTY_POOL);
        const double *cap = crow(g->levels->firm_cap, app->cap);
        VECS
        {
            const ps_vector own = app->adds.wan * vector_at(share, v), most = vector_at(cap, v);
            const ps_vector due = vector_select(VECTOR_COMPARE(own, most, LT), own, most);
            pass[v] &= VECTOR_COMPARE(due, vector_at(doors->single, v), LE);
        }
    }
}

/* A renewal registers a share of its amount, rounded loan by loan. */
static void share_register(const struct ledger *g, int app_i)
{
    const double *granted = granted_row(g, app_i);
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    ROW all = measure_row(g, PS_M_REGISTERED);
    LANES all[l] += registered_fen(granted[l], ratio[l], share[l]);
}

/* Grants a plain application where it passes. The full tier also notes why a lane refuses, and a
 * trust may lend instead, which is any_grant's business: there nothing is done, and 0 returned,
 * when a lane does not pass. */
PS_KERNEL_INLINE int plain_grant(struct ledger *g, struct registers *r, const struct doors *doors,
                                 int app_i, const int full)
{
    const struct ps_plain *app = &g->schedule->plain[app_i];
    const ps_vector asked = vector_of(app->adds.wan), pool_fen = vector_of(app->adds.pool_fen);
    const ps_vector one = vector_of(app->adds.pool_n);
    const int renewal = app->flags & PS_PLAIN_RENEWAL;
    ps_mask_of_lanes pass[VECTORS];
    plain_test(g, r, doors, app, pass);
    const uint32_t lanes = lanes_of_masks(pass);
    if ((full || g->trusts_lend) && lanes != ALL_LANES)
        return 0;
    grants_note(g, app_i, lanes);
    VECS
    {
        r->book[v] = vector_add_where(pass[v], r->book[v], pool_fen);
        r->live[v] = vector_add_where(pass[v], r->live[v], one);
    }
    if (RARELY(renewal && g->levels->renewal_share_any))
        share_register(g, app_i);
    else
        VECS r->granted_wan[v] = vector_add_where(pass[v], r->granted_wan[v], asked);
    if (full && !renewal)
        VECS r->first_wan[v] = vector_add_where(pass[v], r->first_wan[v], asked);
    if (full || g->all_book)
        VECS r->all_fen[v] = vector_add_where(pass[v], r->all_fen[v], asked * FEN_PER_WAN);
    if (full || g->cohorts)
        grant_count(g, app_i, granted_row(g, app_i));
    return 1;
}

/* Full tier: fees_take for the month's loans in full. */
static void whole_fees_take(struct ledger *g, int from, int to)
{
    double fees_fen = 0, premiums_fen = 0;
    for (int i = from; i < to; i++) {
        const struct ps_app *app = &g->world->apps[i];
        const struct ps_product_shape *product = &g->shape->products[g->schedule->product[i]];
        const int months = app->maturity - app->month;
        fees_fen += fee_fen(app->amount_wan, product->guarantee_fee_ppm, months);
        premiums_fen += fee_fen(app->amount_wan, product->premium_ppm, months);
    }
    ROW fees = measure_row(g, PS_M_GUARANTEE_FEES);
    ROW premiums = measure_row(g, PS_M_PREMIUMS);
    LANES
    {
        fees[l] += fees_fen;
        premiums[l] += premiums_fen;
    }
}

/* Full tier: what grant_count counts, for the month's loans in full. */
static void whole_count(struct ledger *g, int from, int to, double wan)
{
    const struct ps_app *apps = g->world->apps;
    const double loans_n = to - from;
    int first_n = 0;
    for (int i = from; i < to; i++)
        first_n += !(apps[i].flags & PS_APP_RENEWAL);
    ROW lent = measure_row(g, PS_M_LENT);
    ROW n = measure_row(g, PS_M_GRANTS_N);
    ROW firms = measure_row(g, PS_M_FIRMS_N);
    LANES
    {
        lent[l] += wan * FEN_PER_WAN;
        n[l] += loans_n;
        firms[l] += first_n;
    }
    if (g->fees)
        whole_fees_take(g, from, to);
    for (int i = from; RARELY(g->work->log) && i < to; i++)
        log_line(g, PS_LOG_GRANT, i, 0, apps[i].amount_wan * FEN_PER_WAN, NULL, 0);
}

/* Whether the month's applications differ from lane to lane in nothing but the room for them. */
PS_KERNEL_INLINE int asks_alike(const struct ledger *g)
{
    const struct ps_month_sum *asks = &g->schedule->asks[g->t];
    return g->grants_whole && g->schedule->asks_plain[g->t] && !g->work->uneven[g->t] &&
           !(g->levels->renewal_share_any && asks->first_wan < asks->wan);
}

/* Whether all of the month's applications fit in every lane: the book only grows while loans are
 * granted, so the last test includes the others, and a door closed to renewals is closed to new
 * firms. */
PS_KERNEL_INLINE int whole_fits(const struct ledger *g, struct registers *r,
                                const struct doors *doors)
{
    const double *room = doors->room[PS_PLAIN_IN_POOL];
    const double added = r->alike.book_fen + g->schedule->asks[g->t].pool_fen;
    ps_vector left[VECTORS];
    ps_mask_of_lanes fits[VECTORS];
    VECS left[v] = vector_at(room, v) - (r->book[v] + added);
    VECS fits[v] = VECTOR_COMPARE(left[v], vector_of(0), GE);
    if (lanes_of_masks(fits) != ALL_LANES)
        return 0;
    r->slack_fen = vectors_min(left) + g->schedule->asks[g->t].pool_fen;
    return 1;
}

/* Grants all of the month's applications in every lane. */
PS_KERNEL_INLINE void whole_grant(struct ledger *g, struct registers *r, int from, int to,
                                  const int full)
{
    const struct ps_month_sum *asks = &g->schedule->asks[g->t];
    r->slack_fen -= asks->pool_fen;
    r->alike.book_fen += asks->pool_fen;
    r->alike.live_n += asks->pool_n;
    r->alike.granted_wan += asks->wan;
    r->alike.first_wan += asks->first_wan;
    r->alike.all_fen += g->all_book ? asks->wan * FEN_PER_WAN : 0;
    if (full)
        whole_count(g, from, to, asks->wan);
}

/* Whether the schedule's sums of asks hold for these lanes: no cap is lower than it thought, and
 * nothing looks at single loans. */
static int grants_whole(const struct ledger *g)
{
    const struct ps_schedule *s = g->schedule;
    int whole = g->registers && !s->standing && !g->levels->max_firm_any && !g->cohorts;
    for (int i = 0; whole && i < g->shape->products_n * PS_FIRM_CLASS_N; i++)
        whole = g->levels->loan_cap_min_wan[i] >= s->asks_cap_wan[i];
    return whole;
}

/* Step 8: this month's applications, in canonical order. */
PS_KERNEL_INLINE void lend(struct ledger *g, struct registers *r, const int full)
{
    const int from = (int)g->world->app_first[g->t], to = (int)g->world->app_first[g->t + 1];
    const struct ps_plain *plain = g->schedule->plain;
    const double *cap_wan = g->levels->loan_cap_min_wan;
    if (from == to)
        return;
    const int alike = asks_alike(g);
    if (alike && !g->suspended_any && g->schedule->asks[g->t].pool_fen <= r->slack_fen) {
        whole_grant(g, r, from, to, full);
        return;
    }
    rooms_update(g, r);
    const struct doors doors = doors_open(g);
    if (alike && whole_fits(g, r, &doors)) {
        whole_grant(g, r, from, to, full);
        return;
    }
    r->slack_fen = UNKNOWN_FEN;
    for (int i = from; i < to; i++) {
        const int asks_plainly = g->registers && plain[i].flags & PS_PLAIN_ASKS &&
                                 plain[i].adds.wan <= cap_wan[plain[i].cap];
        if (RARELY(!g->work->grants[plain[i].parent]))
            chain_lost(g, i);
        else if (RARELY(!asks_plainly) || RARELY(!plain_grant(g, r, &doors, i, full)))
            ON_ROWS(g, r, any_grant(g, i));
    }
}

#endif
