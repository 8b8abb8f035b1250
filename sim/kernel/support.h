// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_SUPPORT_H
#define PLEDGESIM_KERNEL_SUPPORT_H

#include "recoveries.h"

/* Step 5: what the claims of a month come to, and one pool that helps another (docs/model.md
 * section 7). Rare, so lane by lane. [from, to) are the month's claims on the tape of events. */

/* Eq. (7.6): what a pool owes for the month's claims, cut by the stop-loss. Dues that were cut once
 * fit, so a second call finds nothing to cut. */
static int64_t month_due(struct ledger *g, int pool, int from, int to, int l)
{
    const struct ps_event *e = g->schedule->events;
    int64_t due = 0, sum = 0;
    for (int i = from; i < to; i++)
        if (fate_product(g, e[i].fate)->pool == pool)
            due += (int64_t)row(g->work->due, e[i].fate)[l];
    int64_t left = (int64_t)pool_row(g, pool, POOL_STOP_LEFT)[l];
    if (left < 0)
        left = 0;
    if (crow(g->levels->stop_loss, 0)[l] <= 0 || due <= left)
        return due;
    for (int i = from; i < to; i++) {
        double *d = &row(g->work->due, e[i].fate)[l];
        if (fate_product(g, e[i].fate)->pool != pool)
            continue;
        *d = (double)int_muldiv((int64_t)*d, left, due);
        sum += (int64_t)*d;
    }
    measure_row(g, PS_M_STOP_LOSS_N)[l]++;
    return sum;
}

/* Eq. (7.15): a pool that cannot pay the month's claims is helped by the one it names, out of what
 * that one's own claims of the month leave. */
static void support_pay(struct ledger *g, int pool, int from, int to, int l)
{
    const int helper = g->shape->support_pool[pool];
    double *balance = &pool_row(g, pool, POOL_BALANCE)[l];
    double *spare = &pool_row(g, helper, POOL_BALANCE)[l];
    double *received = &pool_row(g, pool, POOL_RECEIVED)[l];
    const double missing = (double)month_due(g, pool, from, to, l) - *balance;
    if (missing <= 0)
        return;
    const double can = *spare - (double)month_due(g, helper, from, to, l);
    const double may = crow(g->levels->support_limit, pool)[l] - *received;
    double x = missing < may ? missing : may;
    x = x < can ? x : can;
    if (x <= 0)
        return;
    *balance += x;
    *spare -= x;
    *received += x;
    pool_row(g, helper, POOL_GIVEN)[l] += x;
    measure_row(g, PS_M_SUPPORT)[l] += x;
    if (g->work->log && l == g->work->log->lane)
        log_line(g, PS_LOG_SUPPORT, pool, helper, x, NULL, 0);
}

/* All pools, in the order of their ids. */
static void supports_pay(struct ledger *g, int from, int to)
{
    for (int p = 0; p < g->shape->pools_n; p++)
        for (int l = 0; g->shape->support_pool[p] >= 0 && l < g->levels->lanes_n; l++)
            support_pay(g, p, from, to, l);
}

#endif
