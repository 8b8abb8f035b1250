// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_EXACT_H
#define PLEDGESIM_EXACT_H

#include "pledgesim/losslaw.h"
#include "pledgesim/scenario.h"

/* Which figures of a scenario can be had without simulation, and their laws (docs/model.md, section
 * 9). What is asked is sufficient, not necessary: a reason says that nothing is known, never that a
 * figure is wrong. */

enum ps_exact_reason {
#define PS_EXACT_REASON(symbol, name, en, zh) PS_EXACT_##symbol,
#include "pledgesim/exact_reasons.def"
#undef PS_EXACT_REASON
    PS_EXACT_REASON_N
};

struct ps_exact_reason_desc {
    const char *name;
    const char *doc[PS_LANG_N];
};

const struct ps_exact_reason_desc *ps_exact_reason_desc(enum ps_exact_reason reason);

/* The figures; each needs what the one before it needs, and more. */
enum ps_exact_figure {
    PS_EXACT_DEFAULTS, /* number of defaults */
    PS_EXACT_LOSS,     /* exposure less recoveries, fen */
    PS_EXACT_DUE,      /* what is due from the pool before the limit of its balance, fen */
    PS_EXACT_PAID,     /* whether it can be paid, and how much of it is */
    PS_EXACT_FIGURE_N
};

/* Owned memory: free with ps_exact_free. */
struct ps_exact {
    enum ps_exact_reason reason[PS_EXACT_FIGURE_N]; /* PS_EXACT_NONE: known */
    struct ps_loss_law defaults, loss, due;
    int64_t pool_fen; /* money in the pool at the start */
    size_t loans_n;
};

enum { PS_EXACT_LAWS_N = 3 };

/* The laws of the scenario solved before, taken over where nothing changed: a sweep of pool sizes
 * costs one scenario. Zeroed at first. */
struct ps_exact_memo {
    double *key[PS_EXACT_LAWS_N];
    size_t key_n[PS_EXACT_LAWS_N];
    struct ps_loss_law law[PS_EXACT_LAWS_N];
};

void ps_exact_memo_free(struct ps_exact_memo *memo);

/* Eqs. (9.15) to (9.17). memo may be NULL. A scenario that ps_world_prepare refuses is PS_INPUT.
 * PS_MEMORY. */
enum ps_status ps_exact_solve(const struct ps_scenario *scenario, struct ps_exact_memo *memo,
                              struct ps_exact *out) PS_MUST_CHECK;
void ps_exact_free(struct ps_exact *exact);

/* P(the pool once cannot pay), with what is not known about it (`error`); PS_EXACT_PAID known. */
double ps_exact_depletion(const struct ps_exact *exact, double *error);

/* Mean and variance of the compensation paid, and by how much the mean may be off: where the pool
 * runs dry, each claim may lose a fen to rounding. PS_EXACT_PAID known. */
void ps_exact_compensation(const struct ps_exact *exact, double *mean, double *variance,
                           double *error);

#endif
