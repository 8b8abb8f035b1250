// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_MONTH_H
#define PLEDGESIM_KERNEL_MONTH_H

#include "lanes.h"

/* What every month costs even when nothing happens: interest at its start, balances and measures at
 * its end. As few passes over the lanes as can be: a world has 120 months but only a few events. */

static void interest_credit(struct ledger *g, int p, ROW credited)
{
    ROW balance = pool_row(g, p, POOL_BALANCE);
    ROW interest = pool_row(g, p, POOL_INTEREST);
    const double *rate = crow(g->levels->interest_ppm, p);
    if (g->levels->interest_direct)
        LANES
        {
            credited[l] = lane_div(balance[l] * rate[l] + 6e6, 12e6, 1 / 12e6);
            balance[l] += credited[l];
            interest[l] += credited[l];
        }
    else
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

/* Step 1: interest on the last closing balance, then top-ups. */
static void pool_fund(struct ledger *g, int january)
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

/* What the month registered, into totals, years and the flow of the last twelve months. */
static void month_register(struct ledger *g)
{
    if (g->t > 1 && g->world->app_first[g->t] == g->world->app_first[g->t + 1])
        return; /* nothing was registered, so no target is newly reached */
    ROW month = scratch_row(g, MONTH_REGISTERED);
    ROW first = scratch_row(g, MONTH_REGISTERED_FIRST);
    ROW total = measure_row(g, PS_M_REGISTERED);
    ROW total_first = measure_row(g, PS_M_REGISTERED_FIRST);
    ROW flow = measure_row(g, PS_M_REGISTERED_FLOW);
    ROW flow_first = measure_row(g, PS_M_REGISTERED_FLOW_FIRST);
    ROW reached = measure_row(g, PS_M_TARGET_MONTH);
    ROW year = row(g->work->year_registered, g->year);
    const double *before = crow(g->levels->registered_before, 0);
    const double *target = crow(g->levels->target, 0);
    const double t = g->t, last_year = g->t > g->frame->horizon - 12 ? 1 : 0;
    LANES
    {
        total[l] += month[l];
        total_first[l] += first[l];
        flow[l] += last_year * month[l];
        flow_first[l] += last_year * first[l];
        year[l] += month[l];
        const double met = before[l] + total[l] >= target[l] ? t : 0;
        reached[l] = reached[l] > 0 ? reached[l] : met;
        month[l] = 0;
        first[l] = 0;
    }
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

/* Sums over the pools at the end of the month. */
struct pools_sum {
    double balance[PS_LANES], book[PS_LANES], funded[PS_LANES];
};

static void pools_add_up(struct ledger *g, struct pools_sum *sum)
{
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *b = pool_row(g, p, POOL_BALANCE), *x = book_row(g, p);
        const double *f = pool_row(g, p, POOL_FUNDED);
        if (p == 0)
            LANES
            {
                sum->balance[l] = b[l];
                sum->book[l] = x[l];
                sum->funded[l] = f[l];
            }
        else
            LANES
            {
                sum->balance[l] += b[l];
                sum->book[l] += x[l];
                sum->funded[l] += f[l];
            }
    }
}

/* Means over the plan: leverage in use and idle room. */
static void usage_measure(struct ledger *g, const struct pools_sum *sum)
{
    double room[PS_LANES];
    LANES room[l] = 0;
    for (int p = 0; p < g->shape->pools_n; p++) {
        room_update(g, p);
        const double *r = pool_row(g, p, POOL_ROOM);
        LANES room[l] += r[l];
    }
    ROW leverage = scratch_row(g, LEVERAGE_SUM);
    ROW idle = scratch_row(g, IDLE_SUM);
    ROW months = scratch_row(g, IDLE_MONTHS);
    const double *book = sum->book, *funded = sum->funded;
    LANES
    {
        const double used = book[l] / (funded[l] > 0 ? funded[l] : 1);
        const double part = (room[l] - book[l]) / (room[l] > 0 ? room[l] : 1);
        leverage[l] += funded[l] > 0 ? used : 0;
        idle[l] += room[l] > book[l] ? part : 0;
        months[l] += room[l] > 0 ? 1. : 0.;
    }
}

/* Full tier: present value and the month's place on the paths. */
static void month_measure(struct ledger *g, const struct pools_sum *sum)
{
    const int stride = g->frame->months_n + 1, t = g->t;
    double *path = g->work->path;
    ROW discount = scratch_row(g, DISCOUNT);
    ROW flow = scratch_row(g, MONTH_FLOW);
    ROW value = measure_row(g, PS_M_FISCAL_PRESENT_VALUE);
    ROW balance = row(path, PS_PATH_BALANCE * stride + t);
    ROW book = row(path, PS_PATH_BOOK * stride + t);
    ROW total = row(path, PS_PATH_REGISTERED * stride + t);
    ROW paid = row(path, PS_PATH_COMPENSATION * stride + t);
    const double *factor = crow(g->levels->discount_month, 0);
    const double *before = crow(g->levels->registered_before, 0);
    const double *registered = measure_row(g, PS_M_REGISTERED);
    const double *gross = measure_row(g, PS_M_COMPENSATION);
    LANES
    {
        discount[l] *= factor[l];
        value[l] += discount[l] * flow[l];
        flow[l] = 0;
        balance[l] = sum->balance[l];
        book[l] = sum->book[l];
        total[l] = before[l] + registered[l];
        paid[l] = gross[l];
    }
    if (t <= g->frame->horizon)
        usage_measure(g, sum);
}

/* Step 9: subsidies, and what the full tier keeps of the closing balances. */
static void month_close(struct ledger *g)
{
    if (g->shape->subsidy_ppm)
        subsidy_pay(g);
    if (!g->full)
        return;
    struct pools_sum sum;
    ROW min = measure_row(g, PS_M_POOL_MIN);
    ROW end = measure_row(g, PS_M_POOL_END);
    pools_add_up(g, &sum);
    LANES
    {
        min[l] = sum.balance[l] < min[l] ? sum.balance[l] : min[l];
        end[l] = sum.balance[l];
    }
    month_measure(g, &sum);
}

#endif
