// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_CONTRIBUTIONS_H
#define PLEDGESIM_RESULTS_CONTRIBUTIONS_H

#include "pledgesim/engine.h"

/* Who contributes how much. Euler contributions of part i of the total X (Tasche 1999): to the
 * expected shortfall E[X_i | X in the worst 1 %], to the value at risk E[X_i | X = VaR]. Parts are
 * kept by bins of X, 32 an octave. The tail is made of whole bins from the top, and of the bin at
 * the 99 % point the share that fills it up; what stands for X = VaR is that bin, with neighbours
 * when it holds few worlds. Eq. (8.11), (8.15) to (8.17). */

/* The measure whose parts they are. */
enum ps_measure ps_part_total(enum ps_part part);

/* Bins above `bin` belong to the tail, and of `bin` itself this share. */
struct tail {
    double worlds; /* 0: too few for a tail */
    double share;
    int bin;
};

/* Bins of worlds whose total is about the 99 % point. */
struct window {
    int from, to;              /* inclusive */
    double worlds;             /* 0: too few */
    double var_fen, total_fen; /* the 99 % point; sum of the totals in the window */
};

/* Where the worlds of a row stand that count. */
struct standpoint {
    const struct ps_row *row;
    enum ps_part part;
    struct tail tail;
    struct window window;
};

/* Contributions of one member and their standard errors, fen; NaN where there are too few worlds.
 */
struct contribution {
    double es, es_se, var, var_se;
};

struct standpoint ps_standpoint_of(const struct ps_row *row, enum ps_part part);
struct contribution ps_contribution_of(const struct standpoint *at, int member);

#endif
