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

static void recovery_take(const struct ledger *g, int fate, ROW r)
{
    const struct ps_fate *f = &g->world->fates[fate];
    recovery_of(f, granted_row(g, f->app), row(g->work->exposure, fate), r);
}

/* Eq. (7.7): what each non-bank party gets back of R; recoveries count against EAD only. */
static void recovery_split(const struct ledger *g, int fate, int64_t r, int l,
                           int64_t back[PS_PARTY_BANK])
{
    const int64_t claim = (int64_t)row(g->work->claimed, fate)[l];
    const int64_t ead = (int64_t)crow(g->work->exposure, fate)[l];
    int64_t paid[PS_PARTY_BANK], all = 0, rest = r, base = claim;
    for (int j = 0; j < PS_PARTY_BANK; j++) {
        paid[j] = (int64_t)paid_row(g, fate, j)[l];
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

/* What the parties get back in all lanes. Pro rata, the usual order, in one vector loop. */
static void recoveries_split(const struct ledger *g, int fate, const double *r,
                             double (*back)[PS_LANES])
{
    const int product_i = g->schedule->product[g->world->fates[fate].app];
    if (fate_product(g, fate)->recovery_order == PS_RECOVERY_PRO_RATA) {
        const double *claimed = row(g->work->claimed, fate);
        for (int j = 0; j < PS_PARTY_BANK; j++) {
            const double *paid = paid_row(g, fate, j);
            ROW b = back[j];
            if (!g->levels->pays[product_i][j]) {
                rows_zero(b, 1);
                continue;
            }
            LANES
            {
                const double base = claimed[l] > 0 ? claimed[l] : 1;
                b[l] = lane_ratio(r[l], paid[l], base);
            }
        }
        return;
    }
    rows_zero(back[0], PS_PARTY_BANK);
    for (int l = 0; l < g->levels->lanes_n; l++) {
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

static void pool_receive(struct ledger *g, int pool, const double *b)
{
    ROW balance = pool_row(g, pool, POOL_BALANCE);
    ROW to_pool = pool_row(g, pool, POOL_RETURNED);
    ROW returned = measure_row(g, PS_M_RETURNED);
    ROW flow = scratch_row(g, MONTH_FLOW);
    LANES
    {
        balance[l] += b[l];
        to_pool[l] += b[l];
        returned[l] += b[l];
        flow[l] -= b[l];
    }
}

/* Step 2: the disposal of one loan. What was claimed before is shared out; a claim still to come
 * will be on EAD - R. */
static void dispose(struct ledger *g, int fate)
{
    const struct ps_product_shape *product = fate_product(g, fate);
    const int claimed = g->schedule->claim_month[fate] < g->world->fates[fate].s;
    const double *exposure = row(g->work->exposure, fate);
    double r[PS_LANES], back[PS_PARTY_BANK][PS_LANES];
    recovery_take(g, fate, r);
    if (claimed)
        recoveries_split(g, fate, r, back);
    ROW bank = measure_row(g, PS_M_LOSS_BANK);
    ROW loss = row(g->work->loss, fate);
    ROW all = measure_row(g, PS_M_LOSS);
    ROW recovered = measure_row(g, PS_M_RECOVERED);
    LANES
    {
        bank[l] -= r[l];
        recovered[l] += r[l];
        loss[l] = exposure[l] - r[l];
        all[l] += loss[l];
    }
    const int product_i = g->schedule->product[g->world->fates[fate].app];
    for (int j = 0; claimed && j < PS_PARTY_BANK; j++) {
        if (!g->levels->pays[product_i][j])
            continue;
        ROW of_party = measure_row(g, PS_M_LOSS_POOL + j);
        const double *b = back[j];
        LANES
        {
            of_party[l] -= b[l];
            bank[l] += b[l];
        }
    }
    if (claimed)
        pool_receive(g, product->pool, back[PS_PARTY_POOL]);
    if (g->queued_any)
        queue_shrink(g, fate, r);
    if (RARELY(g->shape->takers_n))
        taken_dispose(g, fate);
    if (g->work->log && exposure[g->work->log->lane] > 0) {
        if (!claimed)
            rows_zero(back[0], PS_PARTY_BANK);
        log_disposal(g, fate, r, (const double(*)[PS_LANES])back);
    }
}

#endif
