// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_VEHICLES_H
#define PLEDGESIM_KERNEL_VEHICLES_H

#include "funds.h"
#include "loans.h"
#include "trusts.h"

/* Securitisations beside the pools (docs/model.md section 10): new issues, whose loans stand in the
 * world, and transfers, which take loans off the books for good; and the losses of all vehicles,
 * trusts (trusts.h) too. A book without vehicles or funds comes here at its start and end only. */

/* The next month after t in which a vehicle is issued, a loan of a new issue fails or is disposed
 * of, or a trust or fund moves money; one beyond all months when none is. */
static int vehicle_month_after(const struct ledger *g, int t)
{
    int next = months_min(fund_month_after(g, t), trust_month_after(g, t), t);
    for (int v = 0; v < g->shape->vehicles_n; v++)
        next = months_min(next, g->shape->vehicles[v].month, t);
    for (int i = 0; i < g->world->issued_n; i++) {
        const struct ps_issued *x = &g->world->issued[i];
        if (x->app.fate != PS_NONE)
            next = months_min(months_min(next, x->fate.tau, t), x->fate.s, t);
    }
    return next;
}

static void vehicles_open(struct ledger *g)
{
    rows_zero(g->work->vehicle, g->shape->vehicles_n * VEHICLE_ROWS);
    if (g->shape->takers_n)
        rows_zero(g->work->taken, g->world->apps_n);
    rows_zero(g->work->fund, g->levels->funds_n * FUND_ROWS);
    g->vehicle_month = vehicle_month_after(g, 0);
}

/* ---- losses ---- */

/* Eq. (10.5): how a loss so far splits on the tranches of one lane. */
struct tranches {
    double subordinated, undertaking; /* what they can bear */
    double loss[3];                   /* subordinated, undertaking, senior */
};

static struct tranches tranches_take(const struct ledger *g, int vehicle, double loss, int l)
{
    const double size = vehicle_row(g, vehicle, VEHICLE_SIZE)[l];
    struct tranches t;
    t.subordinated = lane_share(size, crow(g->levels->subordinated_ppm, vehicle)[l]);
    t.undertaking = lane_share(size, crow(g->levels->undertaking_ppm, vehicle)[l]);
    t.loss[0] = loss < t.subordinated ? loss : t.subordinated;
    const double beyond = loss - t.loss[0];
    t.loss[1] = beyond < t.undertaking ? beyond : t.undertaking;
    t.loss[2] = beyond - t.loss[1];
    return t;
}

/* Loan `a` of the world's applications or of its issued loans cost the vehicle `loss` more. */
static void log_vehicle_loss(const struct ledger *g, int kind, int a, int vehicle, double loss)
{
    const int lane = g->work->log->lane;
    const double after = vehicle_row(g, vehicle, VEHICLE_LOSS)[lane];
    const struct tranches x = tranches_take(g, vehicle, after - loss, lane);
    const struct tranches y = tranches_take(g, vehicle, after, lane);
    double party[PS_PARTY_N] = {0};
    for (int j = 0; j < 3; j++)
        party[j] = y.loss[j] - x.loss[j];
    log_line(g, kind, a, vehicle, loss, party, 1);
}

static void vehicle_default(struct ledger *g, const double *exposure)
{
    ROW n = measure_row(g, PS_M_VEHICLES_DEFAULTS_N);
    ROW all = measure_row(g, PS_M_VEHICLES_EXPOSURE);
    LANES
    {
        n[l] += exposure[l] > 0 ? 1. : 0.;
        all[l] += exposure[l];
    }
}

/* Eq. (10.4) */
static void vehicle_recover(struct ledger *g, const struct ps_fate *fate, const double *granted_wan,
                            const double *exposure, ROW loss)
{
    ROW recovered = measure_row(g, PS_M_VEHICLES_RECOVERED);
    ROW all = measure_row(g, PS_M_VEHICLES_LOSS);
    double r[PS_LANES];
    recovery_of(fate, granted_wan, exposure, r, PS_LANES);
    LANES
    {
        loss[l] = exposure[l] - r[l];
        recovered[l] += r[l];
        all[l] += loss[l];
    }
}

/* ---- new issues ---- */

/* Eq. (5.2) for a whole issue: its loans are first loans. */
static inline double issue_registered_fen(const struct ledger *g, int vehicle, int l)
{
    return crow(g->levels->vehicle_size_wan, vehicle)[l] *
           crow(g->levels->registered_ratio_ppm, 0)[l];
}

static void issue_register(struct ledger *g, int vehicle)
{
    const double *wan = crow(g->levels->vehicle_size_wan, vehicle);
    ROW size = vehicle_row(g, vehicle, VEHICLE_SIZE);
    ROW all = measure_row(g, PS_M_REGISTERED);
    ROW first = measure_row(g, PS_M_REGISTERED_FIRST);
    ROW issued = measure_row(g, PS_M_VEHICLES_REGISTERED);
    LANES
    {
        const double x = issue_registered_fen(g, vehicle, l);
        size[l] = wan[l] * FEN_PER_WAN;
        all[l] += x;
        first[l] += x;
        issued[l] += x;
    }
}

static void issued_fail(struct ledger *g, int i)
{
    const double fen = g->world->issued[i].app.amount_wan * FEN_PER_WAN;
    double exposure[PS_LANES] = {0};
    LANES exposure[l] = fen;
    vehicle_default(g, exposure);
    if (g->work->log)
        log_line(g, PS_LOG_ISSUED_DEFAULT, i, (int)g->world->issued[i].issue, fen, NULL, 0);
}

static void issued_dispose(struct ledger *g, int i)
{
    const struct ps_issued *x = &g->world->issued[i];
    const double wan = x->app.amount_wan;
    double granted[PS_LANES], exposure[PS_LANES], loss[PS_LANES];
    LANES granted[l] = wan;
    LANES exposure[l] = wan * FEN_PER_WAN;
    vehicle_recover(g, &x->fate, granted, exposure, loss);
    ROW of_vehicle = vehicle_row(g, (int)x->issue, VEHICLE_LOSS);
    LANES of_vehicle[l] += loss[l];
    if (g->work->log)
        log_vehicle_loss(g, PS_LOG_ISSUED_LOSS, i, (int)x->issue, loss[g->work->log->lane]);
}

/* ---- transfers ---- */

static int transferable(const struct ledger *g, int app_i, int min_months_left)
{
    const struct ps_app *app = &g->world->apps[app_i];
    return app->end > g->t && app->maturity - g->t >= min_months_left &&
           g->shape->products[g->schedule->product[app_i]].in_pool && g->work->grants[app_i] != 0;
}

/* What one lane could hand over now; 0 when it has nothing of the loan any more. */
static double offered_fen(const struct ledger *g, int app_i, int l)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double granted = row(g->work->taken, app_i)[l] > 0 ? 0 : granted_row(g, app_i)[l];
    return owed_fen(granted, app->flags & PS_APP_EQUAL, app->maturity - app->month,
                    g->t - app->month);
}

/* Heap of loans, the largest first, equal ones in canonical order. */
static int offer_before(const struct ps_offer *a, const struct ps_offer *b)
{
    return a->fen != b->fen ? a->fen > b->fen : a->app < b->app;
}

static void offer_sift(struct ps_offer *heap, int n, int i)
{
    const struct ps_offer x = heap[i];
    for (int child = 2 * i + 1; child < n; child = 2 * i + 1) {
        child += child + 1 < n && offer_before(&heap[child + 1], &heap[child]);
        if (!offer_before(&heap[child], &x))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = x;
}

static int offers_heap(const struct ledger *g, int min_months_left, int l)
{
    struct ps_offer *heap = g->work->offers;
    int n = 0;
    for (int i = 0; i < (int)g->world->app_first[g->t]; i++) {
        if (!transferable(g, i, min_months_left))
            continue;
        heap[n] = (struct ps_offer){.fen = offered_fen(g, i, l), .app = i};
        n += heap[n].fen > 0;
    }
    for (int i = n / 2 - 1; i >= 0; i--)
        offer_sift(heap, n, i);
    return n;
}

/* Eq. (10.3): whole loans, the largest first, while they fit; those that do not are passed over. */
static void transfer_choose(struct ledger *g, int vehicle, int l)
{
    struct ps_offer *heap = g->work->offers;
    double left = crow(g->levels->vehicle_size_wan, vehicle)[l] * FEN_PER_WAN;
    for (int n = offers_heap(g, g->shape->vehicles[vehicle].min_months_left, l); n > 0;) {
        const struct ps_offer x = heap[0];
        heap[0] = heap[--n];
        offer_sift(heap, n, 0);
        if (x.fen <= left) {
            row(g->work->taken, x.app)[l] = vehicle + 1;
            left -= x.fen;
        }
    }
}

/* Takes a chosen loan off the books of the lanes that chose it. */
static void transfer_take(struct ledger *g, int vehicle, int app_i)
{
    const double *granted = granted_row(g, app_i), *taken = row(g->work->taken, app_i);
    const int months = g->t - g->world->apps[app_i].month;
    double part[PS_LANES], owed[PS_LANES];
    LANES part[l] = taken[l] == vehicle + 1 ? granted[l] : 0;
    if (lanes_max(part) <= 0)
        return;
    book_leave(g, app_i, part, months, months, owed);
    ROW size = vehicle_row(g, vehicle, VEHICLE_SIZE);
    ROW all = measure_row(g, PS_M_VEHICLES_TRANSFERRED);
    ROW released = measure_row(g, PS_M_RELEASED);
    LANES
    {
        size[l] += owed[l];
        all[l] += owed[l];
        released[l] += owed[l];
    }
    if (g->work->log && owed[g->work->log->lane] > 0)
        log_line(g, PS_LOG_TRANSFER, app_i, vehicle, owed[g->work->log->lane], NULL, 0);
}

static void transfer_run(struct ledger *g, int vehicle)
{
    for (int l = 0; l < g->levels->lanes_n; l++)
        transfer_choose(g, vehicle, l);
    for (int i = 0; i < (int)g->world->app_first[g->t]; i++)
        if (transferable(g, i, g->shape->vehicles[vehicle].min_months_left))
            transfer_take(g, vehicle, i);
}

/* What a defaulted loan owed to the vehicles that had taken it. */
static void taken_exposure(const struct ledger *g, int app_i, ROW exposure)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double *granted = granted_row(g, app_i), *taken = row(g->work->taken, app_i);
    const int months = app->maturity - app->month, equal = app->flags & PS_APP_EQUAL;
    const int paid_n = app->end - 1 - app->month;
    LANES exposure[l] = taken[l] > 0 ? owed_fen(granted[l], equal, months, paid_n) : 0;
}

/* Step 3 for a loan that a vehicle may have taken. */
static void taken_default(struct ledger *g, int app_i)
{
    double exposure[PS_LANES];
    taken_exposure(g, app_i, exposure);
    vehicle_default(g, exposure);
    trusts_default(g, app_i, exposure);
    const struct ps_ledger_log *log = g->work->log;
    if (log && exposure[log->lane] > 0)
        log_line(g, PS_LOG_TAKEN_DEFAULT, app_i, (int)row(g->work->taken, app_i)[log->lane] - 1,
                 exposure[log->lane], NULL, 0);
}

/* Step 2 for such a loan. */
static void taken_dispose(struct ledger *g, int fate)
{
    const int app_i = g->world->fates[fate].app, first = g->shape->vehicles_n;
    const double *taken = row(g->work->taken, app_i);
    double exposure[PS_LANES], loss[PS_LANES];
    taken_exposure(g, app_i, exposure);
    if (lanes_max(exposure) <= 0)
        return;
    vehicle_recover(g, &g->world->fates[fate], granted_row(g, app_i), exposure, loss);
    for (int v = first - g->shape->takers_n; v < first; v++) {
        ROW of_vehicle = vehicle_row(g, v, VEHICLE_LOSS);
        LANES of_vehicle[l] += taken[l] == v + 1 ? loss[l] : 0;
        if (g->shape->vehicles[v].kind != PS_VEHICLE_TRUST)
            continue;
        ROW cash = vehicle_row(g, v, VEHICLE_CASH); /* eq. (10.17) */
        LANES cash[l] += taken[l] == v + 1 ? exposure[l] - loss[l] : 0;
    }
    const struct ps_ledger_log *log = g->work->log;
    if (log && exposure[log->lane] > 0)
        log_vehicle_loss(g, PS_LOG_TAKEN_LOSS, app_i, (int)taken[log->lane] - 1, loss[log->lane]);
}

/* ---- the month ---- */

/* The treasury's subsidy at the issue: rnd(size x rate). */
static void issue_subsidise(struct ledger *g, int vehicle)
{
    const double *size = vehicle_row(g, vehicle, VEHICLE_SIZE);
    const double *ppm = crow(g->levels->issue_subsidy_ppm, vehicle);
    ROW subsidy = measure_row(g, PS_M_VEHICLES_SUBSIDY);
    ROW outlay = measure_row(g, PS_M_FISCAL_OUTLAY);
    ROW flow = scratch_row(g, MONTH_FLOW);
    LANES
    {
        const double x = lane_muldiv(size[l], ppm[l], 1e6, 1e-6, 5e5);
        subsidy[l] += x;
        outlay[l] += x;
        flow[l] += x;
    }
}

static void vehicle_issue(struct ledger *g, int vehicle)
{
    if (g->shape->vehicles[vehicle].kind == PS_VEHICLE_TRANSFER)
        transfer_run(g, vehicle);
    else
        issue_register(g, vehicle);
    issue_subsidise(g, vehicle);
    const struct ps_ledger_log *log = g->work->log;
    if (log)
        log_line(g, PS_LOG_ISSUE, vehicle, 0, vehicle_row(g, vehicle, VEHICLE_SIZE)[log->lane],
                 NULL, 0);
}

/* Between review and lending: what happens to the loans of new issues, then this month's issues. */
static void vehicles_run(struct ledger *g)
{
    for (int i = 0; i < g->world->issued_n; i++) {
        const struct ps_issued *x = &g->world->issued[i];
        if (x->app.fate != PS_NONE && x->fate.tau == g->t)
            issued_fail(g, i);
        if (x->app.fate != PS_NONE && x->fate.s == g->t)
            issued_dispose(g, i);
    }
    for (int v = 0; v < g->shape->vehicles_n - g->shape->trusts_n; v++)
        if (g->shape->vehicles[v].month == g->t)
            vehicle_issue(g, v);
    trusts_run(g);
    funds_run(g);
    g->vehicle_month = vehicle_month_after(g, g->t);
}

/* ---- the end ---- */

/* Adds a vehicle's tranches to the measures: eq. (10.6). */
static void vehicle_close(struct ledger *g, int vehicle, int l)
{
    const double loss = vehicle_row(g, vehicle, VEHICLE_LOSS)[l];
    const double size = vehicle_row(g, vehicle, VEHICLE_SIZE)[l];
    const struct tranches t = tranches_take(g, vehicle, loss, l);
    const double holds[3] = {t.subordinated, t.undertaking, size - t.subordinated};
    for (int j = 0; j < 3; j++) {
        measure_row(g, PS_M_LOSS_SUBORDINATED + j)[l] += t.loss[j];
        if (t.loss[j] > 0)
            measure_row(g, PS_M_SUBORDINATED_HIT + j)[l] = 1;
        if (t.loss[j] > 0 && t.loss[j] == holds[j])
            measure_row(g, PS_M_SUBORDINATED_GONE + j)[l] = 1;
    }
    if (crow(g->levels->undertaker_guarantor, vehicle)[l] > 0)
        measure_row(g, PS_M_UNDERTAKING_GUARANTOR)[l] += t.loss[1];
}

static void vehicles_close(struct ledger *g)
{
    double *ceiling = measure_row(g, PS_M_CEILING);
    for (int v = 0; v < g->shape->vehicles_n; v++)
        for (int l = 0; l < g->levels->lanes_n; l++) {
            vehicle_close(g, v, l);
            if (g->shape->vehicles[v].kind == PS_VEHICLE_ISSUE)
                ceiling[l] += issue_registered_fen(g, v, l);
        }
}

/* Vehicles' money must add up like the pools'. */
static void vehicles_check(const struct ledger *g, ROW wrong)
{
    const double *loss = measure_row(g, PS_M_VEHICLES_LOSS);
    const double *exposure = measure_row(g, PS_M_VEHICLES_EXPOSURE);
    const double *recovered = measure_row(g, PS_M_VEHICLES_RECOVERED);
    const double *subordinated = measure_row(g, PS_M_LOSS_SUBORDINATED);
    const double *undertaking = measure_row(g, PS_M_LOSS_UNDERTAKING);
    const double *senior = measure_row(g, PS_M_LOSS_SENIOR);
    for (int l = 0; l < g->levels->lanes_n; l++) {
        wrong[l] += loss[l] + recovered[l] != exposure[l] ? 1. : 0.;
        wrong[l] += subordinated[l] + undertaking[l] + senior[l] != loss[l] ? 1. : 0.;
    }
    for (int v = 0; v < g->shape->vehicles_n; v++)
        for (int l = 0; l < g->levels->lanes_n; l++)
            wrong[l] += vehicle_row(g, v, VEHICLE_LOSS)[l] > vehicle_row(g, v, VEHICLE_SIZE)[l];
    trusts_check(g, wrong);
}

#endif
