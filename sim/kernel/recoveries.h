// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_RECOVERIES_H
#define PLEDGESIM_KERNEL_RECOVERIES_H

#include "vehicles.h"

/* Step 2: what a defaulted loan recovers and who gets it (docs/model.md sections 6 and 7). */

static inline double *paid_row(const struct ledger *g, int fate, int party)
{
    return row(g->work->paid, fate * PS_PARTY_BANK + party);
}

static const struct ps_product_shape *fate_product(const struct ledger *g, int fate)
{
    return &g->shape->products[g->schedule->product[g->world->fates[fate].app]];
}

PS_KERNEL_INLINE void recovery_take(const struct ledger *g, int fate, ROW r, const int n)
{
    const struct ps_fate *f = &g->world->fates[fate];
    const double asked = g->world->apps[f->app].amount_wan;
    const double *granted = n == PS_LANES ? granted_row(g, f->app) : &asked;
    recovery_of(f, granted, row(g->work->exposure, fate), r, n);
}

/* Eq. (7.7): what each non-bank party gets back of R; recoveries count against EAD only. */
static void recovery_split(const struct ledger *g, int fate, int64_t r, int l,
                           int64_t back[PS_PARTY_BANK])
{
    const int64_t claim = (int64_t)row(g->work->claimed, fate)[l];
    const int64_t ead = (int64_t)crow(g->work->exposure, fate)[l];
    const int *pays = g->levels->pays[g->schedule->product[g->world->fates[fate].app]];
    int64_t paid[PS_PARTY_BANK], all = 0, rest = r, base = claim;
    for (int j = 0; j < PS_PARTY_BANK; j++) {
        paid[j] = pays[j] ? (int64_t)paid_row(g, fate, j)[l] : 0;
        all += paid[j];
        back[j] = 0;
    }
    const int order = fate_product(g, fate)->recovery_order;
    int first = 0;
    if (order == PS_RECOVERY_BANK_FIRST) {
        rest -= int_min(r, ead > all ? ead - all : 0);
        base = all;
    } else if (order == PS_RECOVERY_POOL_FIRST) {
        back[PS_PARTY_POOL] = int_min(r, paid[PS_PARTY_POOL]);
        rest -= back[PS_PARTY_POOL];
        base = claim - paid[PS_PARTY_POOL];
        first = PS_PARTY_POOL + 1;
    }
    for (int j = first; j < PS_PARTY_BANK && base > 0; j++)
        back[j] = int_min(paid[j], int_muldiv(rest, paid[j], base));
}

static void log_disposal(const struct ledger *g, int fate, const double *r,
                         const double (*back)[PS_LANES])
{
    const int lane = g->work->log->lane;
    double party[PS_PARTY_N], rest = r[lane];
    for (int j = 0; j < PS_PARTY_BANK; j++) {
        party[j] = back[j][lane];
        rest -= party[j];
    }
    party[PS_PARTY_BANK] = rest;
    log_line(g, PS_LOG_DISPOSAL, fate, 0, r[lane], party, 1);
}

/* What the parties get back. Pro rata, the usual order, in one vector loop. */
PS_KERNEL_INLINE void recoveries_split(const struct ledger *g, int fate, const double *r,
                                       double (*back)[PS_LANES], const int n)
{
    const int product_i = g->schedule->product[g->world->fates[fate].app];
    if (fate_product(g, fate)->recovery_order == PS_RECOVERY_PRO_RATA) {
        const double *claimed = row(g->work->claimed, fate);
        for (int j = 0; j < PS_PARTY_BANK; j++) {
            const double *paid = paid_row(g, fate, j);
            ROW b = back[j];
            if (!g->levels->pays[product_i][j])
                continue;
            OVER(n)
            {
                const double base = claimed[l] > 0 ? claimed[l] : 1;
                b[l] = lane_ratio(r[l], paid[l], base);
            }
        }
        return;
    }
    rows_zero(back[0], PS_PARTY_BANK);
    for (int l = 0; l < (n == PS_LANES ? g->levels->lanes_n : n); l++) {
        int64_t each[PS_PARTY_BANK];
        if (row(g->work->exposure, fate)[l] <= 0)
            continue;
        recovery_split(g, fate, (int64_t)r[l], l, each);
        for (int j = 0; j < PS_PARTY_BANK; j++)
            back[j][l] = (double)each[j];
    }
}

/* At disposal a queued part shrinks to floor(queued x (EAD - R) / EAD). */
static void queue_shrink(struct ledger *g, int fate, const double *r)
{
    for (int l = 0; l < g->levels->lanes_n; l++) {
        double *waits = &row(g->work->queued, fate)[l];
        const int64_t ead = (int64_t)row(g->work->exposure, fate)[l];
        if (*waits <= 0)
            continue;
        const int64_t kept = int_muldiv((int64_t)*waits, ead - (int64_t)r[l], ead);
        measure_row(g, PS_M_SHORTFALL)[l] -= *waits - (double)kept;
        *waits = (double)kept;
    }
}

PS_KERNEL_INLINE void pool_receive(struct ledger *g, int pool, const double *b, const int n)
{
    ROW balance = pool_row(g, pool, POOL_BALANCE);
    ROW to_pool = pool_row(g, pool, POOL_RETURNED);
    ROW returned = measure_over(g, PS_M_RETURNED, n);
    ROW flow = scratch_row(g, MONTH_FLOW);
    LANES
    {
        balance[l] += b[ITS_LANE(n)];
        to_pool[l] += b[ITS_LANE(n)];
    }
    OVER(n) returned[l] += b[l];
    if (g->kept)
        LANES flow[l] -= b[ITS_LANE(n)];
}

PS_KERNEL_INLINE void dispose_over(struct ledger *g, int fate, const int n)
{
    const struct ps_product_shape *product = fate_product(g, fate);
    const int claimed = g->schedule->claim_month[fate] < g->world->fates[fate].s;
    const double *exposure = row(g->work->exposure, fate);
    double r[PS_LANES], back[PS_PARTY_BANK][PS_LANES];
    recovery_take(g, fate, r, n);
    if (g->work->log)
        rows_zero(back[0], PS_PARTY_BANK);
    if (claimed)
        recoveries_split(g, fate, r, back, n);
    ROW bank = measure_over(g, PS_M_LOSS_BANK, n);
    ROW loss = row(g->work->loss, fate);
    ROW all = measure_over(g, PS_M_LOSS, n);
    ROW recovered = measure_over(g, PS_M_RECOVERED, n);
    OVER(n)
    {
        bank[l] -= r[l];
        recovered[l] += r[l];
        all[l] += exposure[l] - r[l];
    }
    if (g->kept)
        OVER(n) loss[l] = exposure[l] - r[l];
    const int product_i = g->schedule->product[g->world->fates[fate].app];
    for (int j = 0; claimed && j < PS_PARTY_BANK; j++) {
        if (!g->levels->pays[product_i][j])
            continue;
        ROW of_party = measure_over(g, PS_M_LOSS_POOL + j, n);
        const double *b = back[j];
        OVER(n)
        {
            of_party[l] -= b[l];
            bank[l] += b[l];
        }
    }
    if (claimed)
        pool_receive(g, product->pool, back[PS_PARTY_POOL], n);
    if (g->queued_any)
        queue_shrink(g, fate, r);
    if (RARELY(g->shape->takers_n))
        taken_dispose(g, fate);
    if (g->work->log && exposure[g->work->log->lane] > 0)
        log_disposal(g, fate, r, (const double(*)[PS_LANES])back);
}

/* Step 2: the disposal of one loan. What was claimed before is shared out; a claim still to come
 * will be on EAD - R. */
static void dispose(struct ledger *g, int fate)
{
    if (is_common(g, fate))
        dispose_over(g, fate, 1);
    else
        dispose_over(g, fate, PS_LANES);
}

#endif
