// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_FUNDS_H
#define PLEDGESIM_KERNEL_FUNDS_H

#include "loans.h"

/* The money of funds (docs/model.md section 10). It meets that of pools and loans nowhere; the
 * worlds hold what each investment brings per yuan. */

static int months_min(int next, int month, int after)
{
    return month > after && month < next ? month : next;
}

/* The next month after t in which a fund invests or exits; one beyond all months when none is. */
static int fund_month_after(const struct ledger *g, int t)
{
    int next = PS_MONTHS_MAX + 1;
    for (int i = 0; i < g->world->investments_n; i++) {
        const struct ps_investment *x = &g->world->investments[i];
        next = months_min(months_min(next, x->month, t), x->exit_month, t);
    }
    return next;
}

/* Eq. (10.11): what goes into an investment, in whole 万元. */
static void investment_amount(const struct ledger *g, const struct ps_investment *x, ROW wan)
{
    const double *size = crow(g->levels->fund_size_wan, x->fund);
    const double before = x->number, until = x->number + 1., of = x->of;
    LANES wan[l] = ps_floor(size[l] * until / of) - ps_floor(size[l] * before / of);
}

static void fund_log(const struct ledger *g, int kind, int i, const double *fen, const double *wan)
{
    const struct ps_ledger_log *log = g->work->log;
    if (log && wan[log->lane] > 0)
        log_line(g, kind, i, g->world->investments[i].fund, fen[log->lane], NULL, 0);
}

static void fund_invest(struct ledger *g, int i)
{
    const struct ps_investment *x = &g->world->investments[i];
    ROW invested = fund_row(g, x->fund, FUND_INVESTED);
    double wan[PS_LANES], fen[PS_LANES];
    investment_amount(g, x, wan);
    LANES fen[l] = wan[l] * FEN_PER_WAN;
    LANES invested[l] += fen[l];
    fund_log(g, PS_LOG_INVEST, i, fen, wan);
}

/* Eq. (10.13) */
static void fund_exit(struct ledger *g, int i)
{
    const struct ps_investment *x = &g->world->investments[i];
    const double multiple = x->multiple, lost = multiple > 0 ? 0 : 1;
    ROW proceeds = fund_row(g, x->fund, FUND_PROCEEDS);
    ROW write_offs = measure_row(g, PS_M_FUND_WRITE_OFFS_N);
    double wan[PS_LANES], fen[PS_LANES];
    investment_amount(g, x, wan);
    LANES fen[l] = ps_rnd(wan[l] * FEN_PER_WAN * multiple);
    LANES proceeds[l] += fen[l];
    LANES write_offs[l] += wan[l] > 0 ? lost : 0;
    fund_log(g, PS_LOG_EXIT, i, fen, wan);
}

/* This month's investments and exits, fund after fund. */
static void funds_run(struct ledger *g)
{
    for (int i = 0; i < g->world->investments_n; i++) {
        if (g->world->investments[i].month == g->t)
            fund_invest(g, i);
        if (g->world->investments[i].exit_month == g->t)
            fund_exit(g, i);
    }
}

/* Eq. (10.14) */
static void funds_close(struct ledger *g)
{
    ROW invested = measure_row(g, PS_M_FUND_INVESTED);
    ROW proceeds = measure_row(g, PS_M_FUND_PROCEEDS);
    ROW cost = measure_row(g, PS_M_FUND_FISCAL_COST);
    ROW below = measure_row(g, PS_M_FUND_BELOW_COST);
    for (int f = 0; f < g->levels->funds_n; f++) {
        const double *in = fund_row(g, f, FUND_INVESTED), *out = fund_row(g, f, FUND_PROCEEDS);
        const double *ppm = crow(g->levels->fund_fiscal_ppm, f);
        LANES
        {
            invested[l] += in[l];
            proceeds[l] += out[l];
            cost[l] += ps_rnd((in[l] - out[l]) * (ppm[l] / 1e6));
            below[l] = proceeds[l] < invested[l] ? 1. : 0.;
        }
    }
}

/* Every fund has invested what it has, and all of it has come to an exit. */
static void funds_check(const struct ledger *g, ROW wrong)
{
    for (int f = 0; f < g->levels->funds_n; f++) {
        const double *in = fund_row(g, f, FUND_INVESTED), *out = fund_row(g, f, FUND_PROCEEDS);
        const double *size = crow(g->levels->fund_size_wan, f);
        LANES wrong[l] += in[l] != size[l] * FEN_PER_WAN || out[l] < 0 ? 1. : 0.;
    }
}

#endif
