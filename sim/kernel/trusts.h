// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_TRUSTS_H
#define PLEDGESIM_KERNEL_TRUSTS_H

#include "loans.h"

/* Trusts (docs/model.md section 10): money raised once that lends where the pool's rules stop the
 * banks, lends again what comes back, and is then repaid by rank. They stand last among the
 * vehicles; a loan of theirs is one that was taken from the banks on the day it was made. */

static int trusts_first(const struct ledger *g)
{
    return g->shape->vehicles_n - g->shape->trusts_n;
}

/* Did a trust, not a bank, make this loan in this lane? */
static inline int is_of_trust(const struct ledger *g, int app_i, int l)
{
    return g->shape->trusts_n && crow(g->work->taken, app_i)[l] > trusts_first(g);
}

/* The next month after t in which a trust moves money: every one from its raising on. */
static int trust_month_after(const struct ledger *g, int t)
{
    int next = PS_MONTHS_MAX + 1;
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const int month = g->shape->vehicles[v].month;
        const int soonest = month > t ? month : t + 1;
        next = soonest < next ? soonest : next;
    }
    return next;
}

/* What the subordinated piece of a trust holds. */
static void trust_piece(const struct ledger *g, int vehicle, const double *size, ROW piece)
{
    const double *ppm = crow(g->levels->subordinated_ppm, vehicle);
    LANES piece[l] = lane_share(size[l], ppm[l]);
}

/* ---- what happens to its loans ---- */

/* Eq. (10.16) for one trust: the lanes that want the amount and find it in cash get it. */
static void trust_lend(struct ledger *g, int vehicle, int app_i, const double *amount_wan,
                       ROW wants)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const int months = app->maturity - app->month, equal = app->flags & PS_APP_EQUAL;
    const double *most = crow(g->levels->max_loan_wan, vehicle);
    ROW taken = row(g->work->taken, app_i);
    ROW cash = vehicle_row(g, vehicle, VEHICLE_CASH);
    ROW book = vehicle_row(g, vehicle, VEHICLE_BOOK);
    ROW instalments = vehicle_row(g, vehicle, VEHICLE_INSTALMENT);
    ROW lent = measure_row(g, PS_M_TRUST_LENT);
    ROW n = measure_row(g, PS_M_TRUST_GRANTS_N);
    LANES
    {
        const double fen = amount_wan[l] * FEN_PER_WAN;
        const double able = fen <= cash[l] ? wants[l] : 0;
        const double lends = amount_wan[l] <= most[l] ? able : 0;
        taken[l] = lends > 0 ? vehicle + 1 : taken[l];
        wants[l] -= lends;
        cash[l] -= lends * fen;
        book[l] += lends * fen;
        instalments[l] += equal ? lends * instalment(amount_wan[l], months) : 0;
        lent[l] += lends * fen;
        n[l] += lends;
    }
}

static void trusts_register(struct ledger *g, const struct ps_app *app, const double *lent_wan)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    const double *share = crow(g->levels->renewal_share_ppm, 0);
    const double whole = app->flags & PS_APP_RENEWAL ? 0 : 1;
    ROW registered = measure_row(g, PS_M_TRUST_REGISTERED);
    LANES registered[l] += registered_fen(lent_wan[l], ratio[l], whole > 0 ? 1e6 : share[l]);
}

/* Eq. (10.16): trusts lend where a rule of the pool was the first to refuse; granted and reason
 * change there. */
static void trusts_lend(struct ledger *g, int app_i, ROW granted, ROW reason)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double asked = app->amount_wan;
    const int product_i = g->schedule->product[app_i];
    const double *cap =
        crow(g->levels->loan_cap_wan, product_i * PS_FIRM_CLASS_N + firm_class_of(app));
    double amount[PS_LANES], wants[PS_LANES], lent[PS_LANES];
    LANES
    {
        const double late = reason[l] <= PS_REFUSED_LEVERAGE ? 1 : 0;
        wants[l] = reason[l] >= PS_REFUSED_TERMINATED ? late : 0;
        amount[l] = asked < cap[l] ? asked : cap[l];
    }
    if (lanes_max(wants) <= 0)
        return;
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const struct ps_vehicle_shape *trust = &g->shape->vehicles[v];
        if (trust->month <= g->t && g->t <= trust->to_month && app->maturity <= trust->final_month)
            trust_lend(g, v, app_i, amount, wants);
    }
    const double *taken = crow(g->work->taken, app_i);
    LANES
    {
        lent[l] = taken[l] > 0 ? amount[l] : 0;
        granted[l] += lent[l];
        reason[l] = taken[l] > 0 ? -1 : reason[l];
    }
    trusts_register(g, app, lent);
    const struct ps_ledger_log *log = g->work->log;
    if (log && lent[log->lane] > 0)
        log_line(g, PS_LOG_TRUST_LOAN, app_i, (int)taken[log->lane] - 1,
                 lent[log->lane] * FEN_PER_WAN, NULL, 0);
}

/* A loan owing so much where a trust has it stops performing there; `repaid`: with that as cash. */
static void trusts_leave(struct ledger *g, int app_i, const double *owed, double repaid)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double *granted = granted_row(g, app_i), *taken = crow(g->work->taken, app_i);
    const int months = app->maturity - app->month, equal = app->flags & PS_APP_EQUAL;
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        ROW cash = vehicle_row(g, v, VEHICLE_CASH);
        ROW book = vehicle_row(g, v, VEHICLE_BOOK);
        ROW instalments = vehicle_row(g, v, VEHICLE_INSTALMENT);
        LANES
        {
            const double has = taken[l] == v + 1 ? 1 : 0;
            cash[l] += has * repaid * owed[l];
            book[l] -= has * owed[l];
            instalments[l] -= equal ? has * instalment(granted[l], months) : 0;
        }
    }
}

/* Step 3 */
static void trusts_default(struct ledger *g, int app_i, const double *exposure)
{
    if (g->shape->trusts_n)
        trusts_leave(g, app_i, exposure, 0);
}

/* Step 4 */
static void trusts_mature(struct ledger *g, int app_i)
{
    const struct ps_app *app = &g->world->apps[app_i];
    const double *granted = granted_row(g, app_i), *taken = crow(g->work->taken, app_i);
    const int months = app->maturity - app->month, equal = app->flags & PS_APP_EQUAL;
    const int trusts = trusts_first(g);
    double owed[PS_LANES];
    LANES owed[l] = taken[l] > trusts ? owed_fen(granted[l], equal, months, months - 1) : 0;
    trusts_leave(g, app_i, owed, 1);
    const struct ps_ledger_log *log = g->work->log;
    if (log && owed[log->lane] > 0)
        log_line(g, PS_LOG_TRUST_REPAID, app_i, (int)taken[log->lane] - 1, owed[log->lane], NULL,
                 0);
}

/* ---- its months ---- */

/* Eq. (10.15): a pool that cannot spare the piece it should hold keeps the trust from being raised.
 */
static void trust_raise(struct ledger *g, int vehicle)
{
    const struct ps_vehicle_shape *trust = &g->shape->vehicles[vehicle];
    const double of_pool = trust->holder == PS_HOLDER_POOL ? 1 : 0;
    const double of_treasury = trust->holder == PS_HOLDER_TREASURY ? 1 : 0;
    const double *wan = crow(g->levels->vehicle_size_wan, vehicle);
    const double *due = pool_row(g, trust->pool, POOL_DUE);
    ROW balance = pool_row(g, trust->pool, POOL_BALANCE);
    ROW placed = pool_row(g, trust->pool, POOL_PLACED);
    ROW size = vehicle_row(g, vehicle, VEHICLE_SIZE);
    ROW cash = vehicle_row(g, vehicle, VEHICLE_CASH);
    ROW raised = measure_row(g, PS_M_TRUST_RAISED);
    ROW outlay = measure_row(g, PS_M_FISCAL_OUTLAY);
    ROW flow = scratch_row(g, MONTH_FLOW);
    double piece[PS_LANES];
    LANES size[l] = wan[l] * FEN_PER_WAN;
    trust_piece(g, vehicle, size, piece);
    LANES
    {
        const double free = balance[l] - due[l] > 0 ? balance[l] - due[l] : 0;
        const double goes = of_pool * piece[l] <= free ? 1 : 0;
        piece[l] *= goes;
        size[l] *= goes;
        cash[l] = size[l];
        balance[l] -= of_pool * piece[l];
        placed[l] += of_pool * piece[l];
        outlay[l] += of_treasury * piece[l];
        flow[l] += (of_pool + of_treasury) * piece[l];
        raised[l] += size[l];
    }
    const struct ps_ledger_log *log = g->work->log;
    if (log && size[log->lane] > 0) {
        const double party[PS_PARTY_N] = {piece[log->lane], 0, size[log->lane] - piece[log->lane]};
        log_line(g, PS_LOG_TRUST_RAISED, vehicle, 0, size[log->lane], party, 1);
    }
}

/* Step 4 of a month for the loans that go on. */
static void trust_collect(struct ledger *g, int vehicle)
{
    const double *instalments = vehicle_row(g, vehicle, VEHICLE_INSTALMENT);
    ROW cash = vehicle_row(g, vehicle, VEHICLE_CASH);
    ROW book = vehicle_row(g, vehicle, VEHICLE_BOOK);
    LANES
    {
        cash[l] += instalments[l];
        book[l] -= instalments[l];
    }
}

/* Eq. (10.18) */
static void trust_pay(struct ledger *g, int vehicle)
{
    const struct ps_vehicle_shape *trust = &g->shape->vehicles[vehicle];
    const double of_pool = trust->holder == PS_HOLDER_POOL ? 1 : 0;
    const double is_public = trust->holder != PS_HOLDER_PRIVATE ? 1 : 0;
    const double final = g->t == trust->final_month ? 1 : 0;
    const double *size = vehicle_row(g, vehicle, VEHICLE_SIZE);
    ROW cash = vehicle_row(g, vehicle, VEHICLE_CASH);
    ROW senior = vehicle_row(g, vehicle, VEHICLE_SENIOR_PAID);
    ROW subordinated = vehicle_row(g, vehicle, VEHICLE_SUBORDINATED_PAID);
    ROW balance = pool_row(g, trust->pool, POOL_BALANCE);
    ROW placed = pool_row(g, trust->pool, POOL_PLACED);
    ROW late = measure_row(g, PS_M_TRUST_SENIOR_LATE);
    ROW flow = scratch_row(g, MONTH_FLOW);
    double piece[PS_LANES], first[PS_LANES], rest[PS_LANES];
    trust_piece(g, vehicle, size, piece);
    LANES
    {
        const double owed = size[l] - piece[l] - senior[l];
        first[l] = cash[l] < owed ? cash[l] : owed;
        rest[l] = cash[l] - first[l];
        senior[l] += first[l];
        subordinated[l] += rest[l];
        balance[l] += of_pool * rest[l];
        placed[l] -= of_pool * rest[l];
        flow[l] -= is_public * rest[l];
        late[l] += final * (owed - first[l]);
        cash[l] = 0;
    }
    const struct ps_ledger_log *log = g->work->log;
    if (log && first[log->lane] + rest[log->lane] > 0) {
        const double party[PS_PARTY_N] = {rest[log->lane], 0, first[log->lane]};
        log_line(g, PS_LOG_TRUST_PAYS, vehicle, 0, party[0] + party[2], party, 1);
    }
}

/* Between review and lending, in every month from the first raising on. */
static void trusts_run(struct ledger *g)
{
    g->trusts_lend = 0;
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const struct ps_vehicle_shape *trust = &g->shape->vehicles[v];
        if (g->t == trust->month)
            trust_raise(g, v);
        if (g->t > trust->month)
            trust_collect(g, v);
        if (g->t > trust->to_month)
            trust_pay(g, v);
        g->trusts_lend |= trust->month <= g->t && g->t <= trust->to_month;
    }
}

/* ---- the end ---- */

/* At the end of month T. */
static void trusts_plan_end(struct ledger *g)
{
    ROW outstanding = measure_row(g, PS_M_TRUST_OUTSTANDING);
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const double *book = vehicle_row(g, v, VEHICLE_BOOK);
        LANES outstanding[l] += book[l];
    }
}

/* Eq. (10.19) */
static void trusts_close(struct ledger *g)
{
    const double *late = measure_row(g, PS_M_TRUST_SENIOR_LATE);
    ROW any_late = measure_row(g, PS_M_TRUST_LATE);
    ROW fiscal = measure_row(g, PS_M_TRUST_FISCAL_LOSS);
    ROW of_pools = measure_row(g, PS_M_TRUST_POOL_LOSS);
    LANES any_late[l] = late[l] > 0 ? 1 : 0;
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const int holder = g->shape->vehicles[v].holder;
        const double *loss = vehicle_row(g, v, VEHICLE_LOSS);
        const double is_public = holder != PS_HOLDER_PRIVATE ? 1 : 0;
        const double of_pool = holder == PS_HOLDER_POOL ? 1 : 0;
        double piece[PS_LANES];
        trust_piece(g, v, vehicle_row(g, v, VEHICLE_SIZE), piece);
        LANES
        {
            const double lost = loss[l] < piece[l] ? loss[l] : piece[l];
            fiscal[l] += is_public * lost;
            of_pools[l] += of_pool * lost;
        }
    }
}

/* Eq. (10.20) */
static void trusts_check(const struct ledger *g, ROW wrong)
{
    for (int v = trusts_first(g); v < g->shape->vehicles_n; v++) {
        const double *size = vehicle_row(g, v, VEHICLE_SIZE),
                     *loss = vehicle_row(g, v, VEHICLE_LOSS);
        const double *senior = vehicle_row(g, v, VEHICLE_SENIOR_PAID);
        const double *subordinated = vehicle_row(g, v, VEHICLE_SUBORDINATED_PAID);
        const double *cash = vehicle_row(g, v, VEHICLE_CASH),
                     *book = vehicle_row(g, v, VEHICLE_BOOK);
        LANES
        {
            wrong[l] += senior[l] + subordinated[l] + loss[l] != size[l] ? 1. : 0.;
            wrong[l] += cash[l] != 0 || book[l] != 0 ? 1. : 0.;
        }
    }
}

#endif
