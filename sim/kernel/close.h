// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_CLOSE_H
#define PLEDGESIM_KERNEL_CLOSE_H

#include "lending.h"
#include "vehicles.h"

/* The end of a world: measures known only then, and what must add up. */

static void pools_balance(const struct ledger *g, ROW sum)
{
    LANES sum[l] = 0;
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *balance = pool_row(g, p, POOL_BALANCE);
        LANES sum[l] += balance[l];
    }
}

/* Money and books that must add up at the end of every world, to the fen. */
static void conservation_check(struct ledger *g)
{
    double wrong[PS_LANES], support[PS_LANES];
    LANES wrong[l] = support[l] = 0;
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *end = pool_row(g, p, POOL_BALANCE), *low = pool_row(g, p, POOL_MIN);
        const double *funded = pool_row(g, p, POOL_FUNDED), *paid = pool_row(g, p, POOL_PAID);
        const double *interest = pool_row(g, p, POOL_INTEREST);
        const double *back = pool_row(g, p, POOL_RETURNED), *book = book_row(g, p);
        const double *due = pool_row(g, p, POOL_DUE);
        const double *received = pool_row(g, p, POOL_RECEIVED), *given = pool_row(g, p, POOL_GIVEN);
        const double *placed = pool_row(g, p, POOL_PLACED);
        LANES
        {
            const double own = funded[l] + interest[l] + back[l] - paid[l];
            wrong[l] += own + received[l] - given[l] - placed[l] != end[l] ? 1. : 0.;
            support[l] += received[l] - given[l];
            wrong[l] += low[l] < 0 ? 1. : 0.;
            wrong[l] += book[l] != 0 ? 1. : 0.;
            wrong[l] += due[l] != 0 ? 1. : 0.;
        }
    }
    const double *loss = measure_row(g, PS_M_LOSS), *recovered = measure_row(g, PS_M_RECOVERED);
    const double *exposure = measure_row(g, PS_M_EXPOSURE), *all = scratch_row(g, ALL_BOOK);
    double parties[PS_LANES];
    LANES parties[l] = 0;
    for (int j = 0; j < PS_PARTY_N; j++) {
        const double *x = measure_row(g, PS_M_LOSS_POOL + j);
        LANES parties[l] += x[l];
    }
    LANES
    {
        wrong[l] += parties[l] != loss[l] ? 1. : 0.;
        wrong[l] += loss[l] + recovered[l] != exposure[l] ? 1. : 0.;
        wrong[l] += all[l] != 0 ? 1. : 0.;
        wrong[l] += support[l] != 0 ? 1. : 0.;
    }
    vehicles_check(g, wrong);
    funds_check(g, wrong);
    if (g->full) {
        const double *ceiling = measure_row(g, PS_M_CEILING), *waited = measure_row(g, PS_M_WAITED);
        double reached[PS_LANES];
        rows_copy(reached, measure_row(g, PS_M_REGISTERED));
        for (int r = 0; r < PS_LOST_N; r++) {
            const double *lost = measure_row(g, PS_M_LOST_CLOSED + r);
            LANES reached[l] += lost[l];
        }
        LANES wrong[l] += reached[l] - waited[l] != ceiling[l] ? 1. : 0.;
    }
    for (int l = 0; l < g->levels->lanes_n; l++) /* empty lanes see no rare events */
        g->work->violations += wrong[l] > 0;
}

/* What months 1..T would register if nothing were refused, rounded loan by loan as grants are. */
static void ceiling_measure(const struct ledger *g, ROW ceiling)
{
    const double *before = crow(g->levels->registered_before, 0);
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    const double first = g->world->asked_first_wan, renewed = g->world->asked_renewed_wan;
    LANES ceiling[l] = before[l] + first * ratio[l];
    if (!g->levels->renewal_share_any) {
        LANES ceiling[l] += renewed * ratio[l];
        return;
    }
    for (int i = (int)g->world->app_first[1]; i < g->world->apps_n; i++) {
        const double amount = g->world->apps[i].amount_wan;
        const int flags = g->world->apps[i].flags;
        if ((flags & PS_APP_RENEWAL) && !(flags & PS_APP_WAITED))
            LANES ceiling[l] += registered_fen(amount, ratio[l], share[l]);
    }
}

/* Measures that are known only at the end. */
static void ledger_close(struct ledger *g)
{
    double *m_total = measure_row(g, PS_M_REGISTERED);
    double *m_first = measure_row(g, PS_M_REGISTERED_FIRST);
    double *m_flow = measure_row(g, PS_M_REGISTERED_FLOW);
    double *m_flow_first = measure_row(g, PS_M_REGISTERED_FLOW_FIRST);
    double *ceiling = measure_row(g, PS_M_CEILING), *gap = measure_row(g, PS_M_GAP_DEMAND);
    double *cumulative = measure_row(g, PS_M_TARGET_CUMULATIVE);
    double *cumulative_first = measure_row(g, PS_M_TARGET_CUMULATIVE_FIRST);
    double *annual = measure_row(g, PS_M_TARGET_ANNUAL);
    double *annual_first = measure_row(g, PS_M_TARGET_ANNUAL_FIRST);
    const double *before = crow(g->levels->registered_before, 0);
    const double *target = crow(g->levels->target, 0);
    for (int y = g->full ? year_of(g, g->frame->horizon) : 0; y > 0; y--) {
        ROW year = row(g->work->year_registered, y);
        const double *earlier = crow(g->work->year_registered, y - 1);
        LANES year[l] -= earlier[l];
    }
    pools_balance(g, measure_row(g, PS_M_POOL_END));
    ceiling_measure(g, ceiling);
    vehicles_close(g);
    trusts_close(g);
    funds_close(g);
    LANES
    {
        m_flow[l] = m_total[l] - m_flow[l]; /* until now what came before the last year */
        m_flow_first[l] = m_first[l] - m_flow_first[l];
        m_total[l] += before[l];
        m_first[l] += before[l];
        gap[l] = target[l] > ceiling[l] ? target[l] - ceiling[l] : 0;
        cumulative[l] = m_total[l] >= target[l] ? 1 : 0;
        cumulative_first[l] = m_first[l] >= target[l] ? 1 : 0;
        annual[l] = m_flow[l] >= target[l] ? 1 : 0;
        annual_first[l] = m_flow_first[l] >= target[l] ? 1 : 0;
    }
    const double *gross = measure_row(g, PS_M_COMPENSATION);
    const double *back = measure_row(g, PS_M_RETURNED), *subsidy = measure_row(g, PS_M_SUBSIDY);
    ROW earned = measure_row(g, PS_M_POOL_INTEREST);
    for (int p = 0; p < g->shape->pools_n; p++) {
        const double *interest = pool_row(g, p, POOL_INTEREST);
        LANES earned[l] += interest[l];
    }
    const double *issues = measure_row(g, PS_M_VEHICLES_SUBSIDY);
    const double *trusts = measure_row(g, PS_M_TRUST_FISCAL_LOSS);
    double *net = measure_row(g, PS_M_COMPENSATION_NET);
    double *cost = measure_row(g, PS_M_FISCAL_NET_COST);
    double *value = measure_row(g, PS_M_FISCAL_PRESENT_VALUE);
    double *leverage = measure_row(g, PS_M_LEVERAGE), *idle = measure_row(g, PS_M_IDLE);
    const double *leverage_sum = scratch_row(g, LEVERAGE_SUM), *idle_sum = scratch_row(g, IDLE_SUM);
    const double *idle_months = scratch_row(g, IDLE_MONTHS);
    const double *district = crow(g->levels->district_share, 0);
    const double horizon = g->frame->horizon;
    LANES
    {
        net[l] = gross[l] - back[l];
        cost[l] = ps_rnd((net[l] + subsidy[l] + issues[l] + trusts[l]) * district[l]);
    }
    if (!g->full)
        return;
    LANES
    {
        value[l] = ps_rnd(value[l] * district[l]);
        leverage[l] = ps_rnd(1e6 * (leverage_sum[l] / horizon));
        idle[l] = idle_months[l] > 0 ? ps_rnd(1e6 * (idle_sum[l] / idle_months[l])) : -1;
    }
}

#endif
