// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_DEFAULTS_H
#define PLEDGESIM_KERNEL_DEFAULTS_H

#include "claims.h"

/* Step 3: defaults. Most are of loans that all lanes granted in full: such a default is common to
 * them and counted once (lanes.h). */

/* The rows that are added to or looked at before anybody writes them. */
static void default_open(struct ledger *g, const struct ps_app *app)
{
    const int fate = app->fate;
    for (int j = 0; j < PS_PARTY_BANK; j++)
        if (g->kept || j == PS_PARTY_POOL || app->tape_firm != PS_NONE)
            rows_zero(paid_row(g, fate, j), 1);
    rows_zero(row(g->work->due, fate), 1);
    rows_zero(row(g->work->queued, fate), 1);
    if (!g->kept)
        return;
    rows_zero(row(g->work->claimed, fate), 1);
    rows_zero(row(g->work->loss, fate), 1);
}

/* Counts a default whose exposure is known, and what the pool owes for it until the claim. */
PS_KERNEL_INLINE void default_count(struct ledger *g, int app_i, const int n)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int fate = app->fate, product_i = g->schedule->product[app_i];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    ROW exposure = row(g->work->exposure, fate);
    ROW due = row(g->work->due, fate);
    double *count = measure_over(g, PS_M_DEFAULTS_N, n);
    double *all = measure_over(g, PS_M_EXPOSURE, n), *bank = measure_over(g, PS_M_LOSS_BANK, n);
    OVER(n)
    {
        count[l] += exposure[l] > 0 ? 1. : 0.;
        all[l] += exposure[l];
        bank[l] += exposure[l];
    }
    if (!product->in_pool)
        return;
    const double *share = crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + PS_PARTY_POOL);
    const double *cap = crow(g->levels->firm_cap, product_i * PS_FIRM_CLASS_N + firm_class_of(app));
    double base[PS_LANES];
    ROW pool_due = pool_row(g, product->pool, POOL_DUE);
    ROW defaulted = group_row(g, group_of(g, app_i), GROUP_DEFAULTED);
    claim_base_take(g, app, product, exposure, base, n);
    OVER(n)
    {
        const double x = lane_share(base[l], share[l]);
        due[l] = x < cap[l] ? x : cap[l];
    }
    LANES
    {
        pool_due[l] += due[ITS_LANE(n)];
        defaulted[l] += exposure[ITS_LANE(n)];
    }
}

/* What a common default adds to: these wait in numbers for the end of the world. */
static const uint8_t OF_COMMONS[] = {PS_M_DEFAULTS_N,    PS_M_EXPOSURE,      PS_M_COMPENSATION,
                                     PS_M_RETURNED,      PS_M_LOSS,          PS_M_RECOVERED,
                                     PS_M_LOSS_POOL,     PS_M_LOSS_POOL + 1, PS_M_LOSS_POOL + 2,
                                     PS_M_LOSS_POOL + 3, PS_M_LOSS_POOL + 4, PS_M_LOSS_BANK};
enum { OF_COMMONS_N = sizeof OF_COMMONS / sizeof *OF_COMMONS };

static void commons_open(struct ledger *g)
{
    for (int i = 0; i < OF_COMMONS_N; i++)
        g->work->common_measure[OF_COMMONS[i]] = 0;
}

static void commons_settle(struct ledger *g)
{
    for (int i = 0; g->commons && i < OF_COMMONS_N; i++) {
        const double x = g->work->common_measure[OF_COMMONS[i]];
        ROW all = measure_row(g, OF_COMMONS[i]);
        LANES all[l] += x;
    }
}

/* Whether a loan about to default is alike in all lanes: granted in full by all or by none, repaid
 * in one sum, of a firm without other loans. */
static int default_is_common(const struct ledger *g, int app_i)
{
    if (PS_LANES == 1 || !g->commons)
        return 0;
    const struct ps_app *app = &g->world->apps[app_i];
    const uint32_t lanes = g->work->grants[app_i];
    return (lanes == ALL_LANES || lanes == 0) && g->work->amounts[app_i] != PS_AMOUNTS_TRIMMED &&
           !(app->flags & PS_APP_EQUAL) && app->tape_firm == PS_NONE;
}

static void common_default(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double live = g->work->grants[app_i] ? 1 : 0;
    const double fen = live * app->amount_wan * FEN_PER_WAN;
    *row(g->work->exposure, app->fate) = fen;
    *row(g->work->due, app->fate) = 0;
    *paid_row(g, app->fate, PS_PARTY_POOL) = 0;
    if (g->shape->products[g->schedule->product[app_i]].in_pool) {
        ROW book = group_row(g, 0, GROUP_BOOK);
        ROW performing = group_row(g, 0, GROUP_LIVE);
        LANES
        {
            book[l] -= fen;
            performing[l] -= live;
        }
    }
    default_count(g, app_i, 1);
}

/* Step 3: a loan stops performing and its claim becomes due. */
static void loan_default(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int fate = app->fate;
    double *exposure = row(g->work->exposure, fate);
    g->work->common[fate] = (uint8_t)default_is_common(g, app_i);
    if (g->work->common[fate]) {
        common_default(g, app_i);
        return;
    }
    loan_leave(g, app_i, g->t - 1 - app->month, exposure);
    default_open(g, app);
    default_count(g, app_i, PS_LANES);
    if (g->work->log && exposure[g->work->log->lane] > 0)
        log_line(g, PS_LOG_DEFAULT, app_i, fate, exposure[g->work->log->lane], NULL, 0);
    if (RARELY(g->shape->takers_n))
        taken_default(g, app_i);
}

#endif
