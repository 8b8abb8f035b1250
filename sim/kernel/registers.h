// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_REGISTERS_H
#define PLEDGESIM_KERNEL_REGISTERS_H

#include "vectors.h"

/* What nearly every month and every loan touches, in registers: the only pool's balance, book and
 * live loans, and what is registered. Everything rarer lives in the rows of lanes.h; a step that
 * needs those of a register is run between registers_save and registers_load. With several pools or
 * with breakers by bank no step uses registers. */
struct registers {
    ps_vector balance[VECTORS], interest[VECTORS], book[VECTORS], live[VECTORS];
    ps_vector registered[VECTORS];
    ps_vector first[VECTORS], all_book[VECTORS]; /* full tier */
};

PS_KERNEL_INLINE void register_get(ps_vector *restrict r, const double *restrict from)
{
    VECS r[v] = vector_at(from, v);
}

PS_KERNEL_INLINE void register_put(const ps_vector *restrict r, double *restrict to)
{
    VECS vector_put(to, v, r[v]);
}

PS_KERNEL_INLINE void registers_load(const struct ledger *g, struct registers *r)
{
    register_get(r->balance, pool_row(g, 0, POOL_BALANCE));
    register_get(r->interest, pool_row(g, 0, POOL_INTEREST));
    register_get(r->book, group_row(g, 0, GROUP_BOOK));
    register_get(r->live, group_row(g, 0, GROUP_LIVE));
    register_get(r->registered, measure_row(g, PS_M_REGISTERED));
    register_get(r->first, measure_row(g, PS_M_REGISTERED_FIRST));
    register_get(r->all_book, scratch_row(g, ALL_BOOK));
}

PS_KERNEL_INLINE void registers_save(const struct ledger *g, const struct registers *r)
{
    register_put(r->balance, pool_row(g, 0, POOL_BALANCE));
    register_put(r->interest, pool_row(g, 0, POOL_INTEREST));
    register_put(r->book, group_row(g, 0, GROUP_BOOK));
    register_put(r->live, group_row(g, 0, GROUP_LIVE));
    register_put(r->registered, measure_row(g, PS_M_REGISTERED));
    register_put(r->first, measure_row(g, PS_M_REGISTERED_FIRST));
    register_put(r->all_book, scratch_row(g, ALL_BOOK));
}

/* A step on the rows. */
#define ON_ROWS(g, r, step)                                                                        \
    do {                                                                                           \
        registers_save(g, r);                                                                      \
        step;                                                                                      \
        registers_load(g, r);                                                                      \
    } while (0)

#endif
