// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CROSSCHECK_H
#define PLEDGESIM_CROSSCHECK_H

#include "pledgesim/engine.h"
#include "pledgesim/exact.h"

/* Simulated figures beside the exact ones of the same scenario (docs/model.md, eq. (9.18)). */

enum ps_crosscheck_statistic {
    PS_CROSS_MEAN,  /* of a flag: the probability */
    PS_CROSS_ZERO,  /* P(value = 0) */
    PS_CROSS_ABOVE, /* P(value > threshold) */
    PS_CROSS_Q95,
    PS_CROSS_Q99,
    PS_CROSS_STATISTIC_N
};

/* Its name in exact.csv. */
const char *ps_crosscheck_statistic_name(enum ps_crosscheck_statistic statistic);

/* One figure. Values in the measure's whole unit (fen, counts) or probabilities; NaN: not there. */
struct ps_crosscheck_line {
    enum ps_measure measure;
    enum ps_crosscheck_statistic statistic;
    enum ps_exact_reason reason; /* PS_EXACT_NONE, or why there is nothing exact */
    double threshold;            /* of PS_CROSS_ABOVE */
    double simulated;
    double exact;
    double error; /* the exact figure is off by at most this */
    double se;    /* of the simulated figure, by the exact law */
    double z;     /* how far off it is; NaN where too few worlds lost anything, and of quantiles */
};

/* Beyond this size of z a figure is reported: by chance 6 in ten million, each. */
#define PS_CROSSCHECK_Z 5.0

enum { PS_CROSSCHECK_LINES_MAX = 16 };

struct ps_crosscheck {
    struct ps_crosscheck_line lines[PS_CROSSCHECK_LINES_MAX];
    int lines_n;
};

/* Compares a finished row of the full tier with the exact laws of `scenario`, with which it was
 * run. Of a scenario of which nothing is known exactly one line is left, with the reason.
 * memo may be NULL. */
enum ps_status ps_crosscheck(const struct ps_scenario *scenario, const struct ps_row *row,
                             struct ps_exact_memo *memo, struct ps_crosscheck *out) PS_MUST_CHECK;

/* z of `hits` in n worlds when each has the probability p: the normal deviate with the same chance
 * in one tail of the exact binomial law. `error`: p is known to so much only. */
double ps_crosscheck_hits_z(uint64_t hits, uint64_t n, double p, double error);

/* Adds a warning for each line whose |z| is beyond PS_CROSSCHECK_Z. */
void ps_crosscheck_warn(const struct ps_scenario *scenario, const struct ps_crosscheck *check,
                        struct ps_diags *diags);

#endif
