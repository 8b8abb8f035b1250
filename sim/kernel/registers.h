// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_REGISTERS_H
#define PLEDGESIM_KERNEL_REGISTERS_H

#include "vectors.h"

/* What nearly every month and every loan touches, in registers: the only pool's balance, book and
 * live loans, and what was granted. Everything rarer lives in the rows of lanes.h; a step that
 * needs those of a register is run between registers_save and registers_load. With several pools or
 * with breakers by bank no step uses registers. */

/* What happened in all lanes alike and waits to be added to each of them. */
struct alike {
    double book_fen, live_n;
    double granted_wan, first_wan, all_fen;
};

/* Less than any sum of loans can make up for. */
static const double UNKNOWN_FEN = -0x1p60;

struct registers {
    ps_vector balance[VECTORS]; /* since it was loaded it grew by interest alone */
    ps_vector book[VECTORS], live[VECTORS];
    ps_vector granted_wan[VECTORS]; /* since granted_settle */
    ps_vector first_wan[VECTORS];   /* of it to new firms: full tier */
    ps_vector all_fen[VECTORS];     /* what the book of all loans grew by: full tier, subsidies */
    struct alike alike;
    double slack_fen; /* every book has room for this much more, interest left out */
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
    register_get(r->book, group_row(g, 0, GROUP_BOOK));
    register_get(r->live, group_row(g, 0, GROUP_LIVE));
    r->slack_fen = UNKNOWN_FEN;
}

/* The books of the lanes as they are. */
PS_KERNEL_INLINE void books_settle(struct registers *r)
{
    VECS r->book[v] += r->alike.book_fen;
    VECS r->live[v] += r->alike.live_n;
    r->alike.book_fen = r->alike.live_n = 0;
}

PS_KERNEL_INLINE void registers_save(const struct ledger *g, struct registers *r)
{
    double *balance = pool_row(g, 0, POOL_BALANCE), *interest = pool_row(g, 0, POOL_INTEREST);
    VECS
    {
        const ps_vector earned = r->balance[v] - vector_at(balance, v);
        vector_put(interest, v, vector_at(interest, v) + earned);
        vector_put(balance, v, r->balance[v]);
    }
    books_settle(r);
    register_put(r->book, group_row(g, 0, GROUP_BOOK));
    register_put(r->live, group_row(g, 0, GROUP_LIVE));
}

/* A step on the rows. */
#define ON_ROWS(g, r, step)                                                                        \
    do {                                                                                           \
        registers_save(g, r);                                                                      \
        step;                                                                                      \
        registers_load(g, r);                                                                      \
    } while (0)

/* Loans that every lane has leave the books. */
PS_KERNEL_INLINE void alike_leave(const struct ledger *g, struct registers *r, double pool_fen,
                                  double pool_n, double all_fen)
{
    r->alike.book_fen -= pool_fen;
    r->slack_fen += pool_fen;
    r->alike.live_n -= pool_n;
    r->alike.all_fen -= g->all_book ? all_fen : 0;
}

PS_KERNEL_INLINE void granted_clear(struct registers *r)
{
    VECS r->granted_wan[v] = r->first_wan[v] = r->all_fen[v] = vector_of(0);
    r->alike.granted_wan = r->alike.first_wan = r->alike.all_fen = 0;
}

/* Adds what was granted since the last time to the measures and to the book of all loans: when
 * these are looked at. */
PS_KERNEL_INLINE void granted_settle(const struct ledger *g, struct registers *r)
{
    const double *ratio = crow(g->levels->registered_ratio_ppm, 0);
    double *all = measure_row(g, PS_M_REGISTERED), *first = measure_row(g, PS_M_REGISTERED_FIRST);
    double *book = scratch_row(g, ALL_BOOK);
    VECS
    {
        const ps_vector part = vector_at(ratio, v);
        const ps_vector wan = r->granted_wan[v] + r->alike.granted_wan;
        const ps_vector first_wan = r->first_wan[v] + r->alike.first_wan;
        vector_put(all, v, vector_at(all, v) + wan * part);
        vector_put(first, v, vector_at(first, v) + first_wan * part);
        vector_put(book, v, vector_at(book, v) + (r->all_fen[v] + r->alike.all_fen));
    }
    granted_clear(r);
}

#endif
