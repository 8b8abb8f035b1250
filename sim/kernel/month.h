// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_MONTH_H
#define PLEDGESIM_KERNEL_MONTH_H

#include "registers.h"

/* What every month costs even when nothing happens: interest at its start, balances and measures at
 * its end. As few passes over the lanes as can be: a world has 120 months but only a few events. */

/* Eq. (7.1) for one pool in rows. */
static void interest_credit(struct ledger *g, int p, ROW credited)
{
    ROW balance = pool_row(g, p, POOL_BALANCE);
    ROW interest = pool_row(g, p, POOL_INTEREST);
    const double *rate = crow(g->levels->interest_ppm, p);
    LANES
    {
        credited[l] = lane_month_rate(balance[l], rate[l]);
        balance[l] += credited[l];
        interest[l] += credited[l];
    }
}

/* Top-ups of the month: the yearly rule in January, and those that name the month. */
static void topups_pay(struct ledger *g, int p, int january)
{
    int models_n;
    const struct ps_topup *const *models = ps_models_topup(&models_n);
    ROW balance = pool_row(g, p, POOL_BALANCE);
    ROW funded = pool_row(g, p, POOL_FUNDED);
    ROW topups = measure_row(g, PS_M_TOPUPS);
    ROW outlay = measure_row(g, PS_M_FISCAL_OUTLAY);
    double paid_in[PS_LANES] = {0};
    if (january && g->t >= 13 && g->t <= g->frame->horizon) {
        const double *rule = crow(g->levels->topup_rule, p);
        const double *yearly = crow(g->levels->topup_yearly, p);
        const double *target = crow(g->levels->topup_target, p);
        for (int l = 0; l < g->levels->lanes_n; l++)
            paid_in[l] = (double)models[(int)rule[l]]->amount_fen(
                (int64_t)balance[l], (int64_t)yearly[l], (int64_t)target[l]);
    }
    if (g->levels->topups_any) {
        const double *named = crow(g->levels->topups, g->t * g->shape->pools_n + p);
        LANES paid_in[l] += named[l];
    }
    LANES
    {
        balance[l] += paid_in[l];
        funded[l] += paid_in[l];
        topups[l] += paid_in[l];
        outlay[l] += paid_in[l];
    }
    if (january)
        rows_copy(pool_row(g, p, POOL_STOP_LEFT), crow(g->levels->stop_loss, 0));
    if (g->work->log && paid_in[g->work->log->lane] > 0)
        log_line(g, PS_LOG_TOPUP, p, 0, paid_in[g->work->log->lane], NULL, 0);
}

static void pools_fund(struct ledger *g, int january)
{
    for (int p = 0; p < g->shape->pools_n; p++) {
        double credited[PS_LANES];
        interest_credit(g, p, credited);
        if (g->work->log)
            log_line(g, PS_LOG_INTEREST, p, 0, credited[g->work->log->lane], NULL, 0);
        if (january || g->levels->topups_any)
            topups_pay(g, p, january);
    }
}

/* The same for the only pool in a month without top-ups: nearly always. The half of lane_div is
 * added together with the six million. */
PS_KERNEL_INLINE void interest_only(struct ledger *g, struct registers *r)
{
    const double *rate = crow(g->levels->interest_ppm, 0);
    ps_vector credited[VECTORS];
    VECS
    {
        credited[v] = vector_floor((r->balance[v] * vector_at(rate, v) + 6000000.5) * (1 / 12e6));
        r->balance[v] += credited[v];
    }
    if (RARELY(g->work->log)) {
        double logged[PS_LANES];
        register_put(credited, logged);
        log_line(g, PS_LOG_INTEREST, 0, 0, logged[g->work->log->lane], NULL, 0);
    }
}

/* Step 1: interest on the last closing balance, then top-ups. */
PS_KERNEL_INLINE void month_fund(struct ledger *g, struct registers *r)
{
    const int january = g->calendar_month == 1;
    if (RARELY(!g->only_interest || (january && g->only_interest_but_january)))
        ON_ROWS(g, r, pools_fund(g, january));
    else
        interest_only(g, r);
}

/* Interest subsidies on all performing principal, paid by the treasury. */
static void subsidy_pay(struct ledger *g)
{
    const double *book = scratch_row(g, ALL_BOOK);
    ROW subsidy = measure_row(g, PS_M_SUBSIDY);
    ROW flow = scratch_row(g, MONTH_FLOW);
    ROW outlay = measure_row(g, PS_M_FISCAL_OUTLAY);
    const double rate = (double)g->shape->subsidy_ppm;
    LANES
    {
        const double x = lane_month_rate(book[l], rate);
        subsidy[l] += x;
        flow[l] += x;
        outlay[l] += x;
    }
}

/* Eq. (7.8): leverage x max(0, B - P), rounded down to a fen. */
PS_KERNEL_INLINE void room_take(const struct ledger *g, int pool, const ps_vector *balance,
                                ps_vector *room)
{
    const double *due = pool_row(g, pool, POOL_DUE);
    const double *leverage = crow(g->levels->leverage_ppm, pool);
    const double *times = crow(g->levels->leverage_times, pool);
    VECS
    {
        const ps_vector free = balance[v] - vector_at(due, v);
        room[v] = vector_where(VECTOR_COMPARE(free, vector_of(0), GT), free);
    }
    if (g->levels->leverage_whole)
        VECS room[v] *= vector_at(times, v);
    else
        VECS room[v] = vector_share(room[v], vector_at(leverage, v));
}

/* All pools at the end of the month. */
struct closing {
    ps_vector balance[VECTORS], book[VECTORS];
};

PS_KERNEL_INLINE void closing_take(const struct ledger *g, const struct registers *r,
                                   struct closing *c)
{
    if (g->registers) {
        VECS c->balance[v] = r->balance[v];
        VECS c->book[v] = r->book[v] + r->alike.book_fen;
        return;
    }
    VECS c->balance[v] = c->book[v] = vector_of(0);
    for (int p = 0; p < g->shape->pools_n; p++)
        VECS
        {
            c->balance[v] += vector_at(pool_row(g, p, POOL_BALANCE), v);
            c->book[v] += vector_at(book_row(g, p), v);
        }
}

/* Means over the plan: leverage in use and idle room. */
PS_KERNEL_INLINE void usage_measure(const struct ledger *g, const struct closing *c)
{
    ps_vector funded[VECTORS], room[VECTORS], one_room[VECTORS], balance[VECTORS];
    VECS funded[v] = room[v] = vector_of(0);
    for (int p = 0; p < g->shape->pools_n; p++) {
        register_get(balance, pool_row(g, p, POOL_BALANCE));
        if (g->registers)
            VECS balance[v] = c->balance[v];
        room_take(g, p, balance, one_room);
        VECS funded[v] += vector_at(pool_row(g, p, POOL_FUNDED), v);
        VECS room[v] += one_room[v];
    }
    ROW leverage = scratch_row(g, LEVERAGE_SUM);
    ROW idle = scratch_row(g, IDLE_SUM);
    ROW months = scratch_row(g, IDLE_MONTHS);
    const ps_vector one = vector_of(1), nil = vector_of(0);
    VECS
    {
        const ps_mask_of_lanes some = VECTOR_COMPARE(funded[v], nil, GT);
        const ps_mask_of_lanes open = VECTOR_COMPARE(room[v], nil, GT);
        const ps_vector used = c->book[v] / vector_select(some, funded[v], one);
        const ps_vector rest = room[v] - c->book[v];
        const ps_vector part = rest / vector_select(open, room[v], one);
        vector_put(leverage, v, vector_add_where(some, vector_at(leverage, v), used));
        vector_put(idle, v,
                   vector_add_where(VECTOR_COMPARE(rest, nil, GT), vector_at(idle, v), part));
        vector_put(months, v, vector_add_where(open, vector_at(months, v), one));
    }
}

/* What the month's flow of public money is worth today; a month without flow changes nothing. */
static void present_value_add(struct ledger *g)
{
    ROW flow = scratch_row(g, MONTH_FLOW);
    ROW value = measure_row(g, PS_M_FISCAL_PRESENT_VALUE);
    const double *discount = crow(g->levels->discount, g->t);
    LANES
    {
        value[l] += discount[l] * flow[l];
        flow[l] = 0;
    }
}

/* The month's place on the paths that are kept. */
PS_KERNEL_INLINE void paths_keep(struct ledger *g, const struct closing *c)
{
    const int stride = g->frame->months_n + 1, t = g->t;
    double *path = g->work->path;
    const double *before = crow(g->levels->registered_before, 0);
    const double *registered = measure_row(g, PS_M_REGISTERED);
    if (path_kept(g, PS_PATH_BALANCE))
        register_put(c->balance, row(path, PS_PATH_BALANCE * stride + t));
    if (path_kept(g, PS_PATH_BOOK))
        register_put(c->book, row(path, PS_PATH_BOOK * stride + t));
    if (path_kept(g, PS_PATH_REGISTERED))
        VECS vector_put(row(path, PS_PATH_REGISTERED * stride + t), v,
                        vector_at(before, v) + vector_at(registered, v));
    if (path_kept(g, PS_PATH_COMPENSATION))
        rows_copy(row(path, PS_PATH_COMPENSATION * stride + t), measure_row(g, PS_M_COMPENSATION));
}

/* The smallest closing balance: it can only have fallen in an eventful month. */
PS_KERNEL_INLINE void pool_min_measure(struct ledger *g, const struct closing *c)
{
    ROW min = measure_row(g, PS_M_POOL_MIN);
    VECS
    {
        const ps_vector low = vector_at(min, v);
        vector_put(min, v,
                   vector_select(VECTOR_COMPARE(c->balance[v], low, LT), c->balance[v], low));
    }
}

/* Step 9: subsidies, and what the full tier keeps of the closing balances. */
PS_KERNEL_INLINE void month_close(struct ledger *g, struct registers *r, int eventful, int full)
{
    if (RARELY(g->shape->subsidy_ppm)) {
        granted_settle(g, r);
        subsidy_pay(g);
    }
    if (!full)
        return;
    if (RARELY(eventful || g->shape->subsidy_ppm))
        present_value_add(g);
    struct closing c;
    closing_take(g, r, &c);
    paths_keep(g, &c);
    if (RARELY(eventful || g->t == 1))
        pool_min_measure(g, &c);
    if (g->t <= g->frame->horizon)
        usage_measure(g, &c);
}

#endif
