// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_EXACT_H
#define PLEDGESIM_TEST_EXACT_H

#include "../unit/testkit.h"
#include "pledgesim/stats.h"

/* Simulated figures beside their exact values: what `exactness` prints and judges. Exact values
 * come from tests/unit/oracle.h (GSL and sums), never from the program's own mathematics. */

enum { EXACT_LOANS = 100, EXACT_YEAR = 12 };

struct ps_exact {
    uint64_t worlds;      /* a book */
    uint64_t loss_worlds; /* for expected losses */
    int figures_n, wrong_n;
};

/* One line of the table. The figure must lie within 4 standard errors of the exact value, and
 * beyond 6.1 (alpha 1e-9) of the value that a wrong model gives, wherever the two values are more
 * than 10.1 apart; a shorter run says "too few worlds". Without error (se 0) it must be equal. */
void ps_exact_line(struct ps_exact *x, const char *figure, double exact,
                   struct ps_estimate simulated, const char *wrong, double wrong_value);

/* Runs a book on x->worlds worlds, all figures kept; or only its sums on x->loss_worlds. */
void ps_exact_run(const struct ps_exact *x, const struct ps_scenario *book, uint64_t seed,
                  enum ps_tier tier, struct ps_engine_result *result);

/* The share of worlds in which something held; its standard error. */
struct ps_estimate ps_exact_share(uint64_t hits, uint64_t worlds);

/* Tape loans of 100 万元 for 12 months, watched for these 12 months, whose index stands still for
 * the year; rho below 0: independent. */
struct ps_scenario *ps_exact_book(int loans, double pd, double rho);

/* Of a law on 0 .. n with values that rise: mean, and expected shortfall of the worst 1 - p, the
 * atom at the quantile split as eq. (8.10) says. */
double ps_exact_mean(const double *law, const double *value, int n);
double ps_exact_shortfall(const double *law, const double *value, int n, double p);

/* The books. */
void ps_exact_defaults(struct ps_exact *x);
void ps_exact_money(struct ps_exact *x);
void ps_exact_lending(struct ps_exact *x);

#endif
