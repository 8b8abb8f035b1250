// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LOANS_H
#define PLEDGESIM_KERNEL_LOANS_H

#include "instalments.h"

/* A granted loan's life on the books: entry, instalments, leaving by maturity or default. */

/* Adds sign times the instalment of a loan to the monthly sums. */
static void instalment_add(struct ledger *g, int app_i, const double *granted, double sign)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const struct ps_product_shape *product = &g->shape->products[g->schedule->product[app_i]];
    const int months = app->maturity - app->month;
    ROW all = scratch_row(g, ALL_INSTALMENT);
    g->instalments = 1;
    LANES all[l] += sign * instalment(granted[l], months);
    if (!product->in_pool)
        return;
    ROW pool = pool_row(g, product->pool, POOL_INSTALMENT);
    ROW group = group_row(g, group_of(g, app_i), GROUP_INSTALMENT);
    LANES pool[l] += sign * instalment(granted[l], months);
    LANES group[l] += sign * instalment(granted[l], months);
}

/* Adds sign times principal and count of an in-pool loan to the books it stands in. */
static void book_add(struct ledger *g, int app_i, const double *fen, const double *granted,
                     double sign)
{
    const int pool = g->shape->products[g->schedule->product[app_i]].pool;
    const int group = group_of(g, app_i);
    ROW book = group_row(g, group, GROUP_BOOK);
    ROW live = group_row(g, group, GROUP_LIVE);
    LANES
    {
        book[l] += sign * fen[l];
        live[l] += granted[l] > 0 ? sign : 0.;
    }
    if (g->by_bank) {
        ROW of_pool = pool_row(g, pool, POOL_BOOK);
        LANES of_pool[l] += sign * fen[l];
    }
}

/* Part of an application's amount that counts as registered, fen: eq. (5.2). */
static inline double registered_fen(double granted_wan, double ratio_ppm, double share_ppm)
{
    return lane_muldiv(granted_wan * ratio_ppm, share_ppm, 1e6, 1e-6, 5e5);
}

/* A granted loan enters the books. */
static void loan_enter(struct ledger *g, int app_i, const double *granted)
{
    const struct ps_app *app = &g->world->apps[app_i];
    double fen[PS_LANES];
    LANES fen[l] = granted[l] * FEN_PER_WAN;
    if (g->all_book) {
        ROW all = scratch_row(g, ALL_BOOK);
        LANES all[l] += fen[l];
    }
    if (g->shape->products[g->schedule->product[app_i]].in_pool)
        book_add(g, app_i, fen, granted, 1);
    if (app->flags & PS_APP_EQUAL)
        instalment_add(g, app_i, granted, 1);
}

/* Adds the interest a loan paid in its first n months. */
static void interest_add(struct ledger *g, const struct ps_app *app, const double *granted, int n)
{
    const double rate = (double)g->frame->segments[app->segment].loan_rate_ppm;
    const int months = app->maturity - app->month;
    ROW interest = measure_row(g, PS_M_BANK_INTEREST);
    if (app->flags & PS_APP_EQUAL)
        LANES interest[l] += equal_interest_fen(granted[l], months, rate, n);
    else
        LANES interest[l] += bullet_interest_fen(granted[l], rate, n);
}

/* A loan of these amounts leaves the performing book after paid_n instalments; `owed` receives what
 * it still owed. */
static void book_leave(struct ledger *g, int app_i, const double *granted, int paid_n,
                       int interest_months, ROW owed)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int product_i = g->schedule->product[app_i];
    if (app->flags & PS_APP_EQUAL) {
        LANES owed[l] = owed_fen(granted[l], 1, app->maturity - app->month, paid_n);
        instalment_add(g, app_i, granted, -1);
    } else {
        LANES owed[l] = granted[l] * FEN_PER_WAN;
    }
    if (g->all_book) {
        ROW all = scratch_row(g, ALL_BOOK);
        LANES all[l] -= owed[l];
    }
    if (g->full)
        interest_add(g, app, granted, interest_months);
    if (g->shape->products[product_i].in_pool)
        book_add(g, app_i, owed, granted, -1);
}

/* What the banks of the lanes granted an application and still have: 0 where a vehicle has it. */
static const double *kept_row(const struct ledger *g, int app_i, ROW kept)
{
    const double *granted = granted_row(g, app_i);
    if (!RARELY(g->shape->takers_n))
        return granted;
    const double *taken = crow(g->work->taken, app_i);
    LANES kept[l] = taken[l] > 0 ? 0 : granted[l];
    return kept;
}

/* A loan leaves by maturity or default. */
static void loan_leave(struct ledger *g, int app_i, int interest_months, ROW owed)
{
    double kept[PS_LANES];
    book_leave(g, app_i, kept_row(g, app_i, kept), g->t - 1 - g->world->apps[app_i].month,
               interest_months, owed);
}

/* Eq. (6.5): R = min(EAD, rnd(A x + b EAD)); a cured loan pays all. */
PS_KERNEL_INLINE void recovery_of(const struct ps_fate *f, const double *granted_wan,
                                  const double *exposure, ROW r, const int n)
{
    const double proceeds = f->proceeds_frac, cash = f->cash_frac;
    if (f->cured) {
        OVER(n) r[l] = exposure[l];
        return;
    }
    OVER(n)
    {
        const double x = ps_rnd(granted_wan[l] * FEN_PER_WAN * proceeds + exposure[l] * cash);
        r[l] = x < exposure[l] ? x : exposure[l];
    }
}

#endif
