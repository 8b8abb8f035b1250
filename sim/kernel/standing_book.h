// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_STANDING_BOOK_H
#define PLEDGESIM_KERNEL_STANDING_BOOK_H

#include "loans.h"
#include "registers.h"

/* The loans of a standing book that do not default, as sums (standing.c): one pool, its own
 * breaker, so the books of pool and group are those of the registers. */

static void standing_instalments_add(struct ledger *g, const struct ps_standing_month *x,
                                     double sign)
{
    ROW pool = pool_row(g, 0, POOL_INSTALMENT);
    ROW group = group_row(g, 0, GROUP_INSTALMENT);
    ROW all = scratch_row(g, ALL_INSTALMENT);
    LANES
    {
        pool[l] += sign * x->pool_instalment_fen;
        group[l] += sign * x->pool_instalment_fen;
        all[l] += sign * x->all_instalment_fen;
    }
}

/* Month 0: all loans enter the books. */
static void standing_open(struct ledger *g)
{
    const struct ps_standing_month *enter = &g->schedule->standing->leave[0];
    ROW book = group_row(g, 0, GROUP_BOOK);
    ROW live = group_row(g, 0, GROUP_LIVE);
    ROW all = scratch_row(g, ALL_BOOK);
    LANES
    {
        book[l] = enter->pool_fen;
        live[l] = enter->pool_n;
        all[l] = g->all_book ? enter->all_fen : 0;
    }
    g->instalments = enter->all_instalment_fen > 0;
    standing_instalments_add(g, enter, 1);
}

/* Step 4: the loans that mature this month. */
PS_KERNEL_INLINE void standing_repay(struct ledger *g, struct registers *r, const int full)
{
    const struct ps_standing_month *leave = &g->schedule->leave[g->t];
    if (leave->all_fen <= 0)
        return;
    alike_leave(g, r, leave->pool_fen, leave->pool_n, leave->all_fen);
    if (full) {
        ROW interest = measure_row(g, PS_M_BANK_INTEREST);
        ROW released = measure_row(g, PS_M_RELEASED);
        LANES
        {
            interest[l] += leave->interest_fen;
            released[l] += leave->pool_fen;
        }
    }
    if (g->instalments)
        standing_instalments_add(g, leave, -1);
}

/* Month T: the largest loans that have not defaulted. */
static void standing_top_ten(struct ledger *g)
{
    const struct ps_standing *s = g->schedule->standing;
    const double *book = group_row(g, 0, GROUP_BOOK);
    ROW share = measure_row(g, PS_M_TOP_TEN);
    double sum = 0;
    for (int i = 0, n = 0; i < s->largest_n && n < 10; i++) {
        if (g->world->apps[s->largest[i].app].end <= g->t)
            continue;
        sum += s->largest[i].fen;
        n++;
    }
    LANES share[l] = book[l] > 0 ? ps_rnd(1e6 * (sum / book[l])) : -1;
}

#endif
