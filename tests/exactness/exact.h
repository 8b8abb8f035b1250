// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_EXACT_H
#define PLEDGESIM_TEST_EXACT_H

#include "../unit/mixtures.h"
#include "../unit/testkit.h"
#include "pledgesim/stats.h"

/* Simulated figures beside their exact values: what `exactness` prints and judges. Exact values
 * come from tests/unit/oracle.h and mixtures.h (GSL and sums), never from the program's own
 * mathematics. */

enum { EXACT_LOANS = STATIC_LOANS, EXACT_YEAR = 12 };
enum { EXACT_FEW = 20 }; /* loans of a book that is simulated 10^7 times */

#define EXACT_WAN 1e6    /* fen */
#define EXACT_AMOUNT 1e8 /* fen, of a loan */
#define EXACT_RECOVERY 0.4

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

/* Runs a book on so many worlds, x->worlds or x->loss_worlds. */
void ps_exact_run(const struct ps_scenario *book, uint64_t worlds_n, uint64_t seed,
                  struct ps_engine_result *result);

/* Figures of a result: a mean; in what share of worlds a flag was set; a measure was at most so
 * much, or more (so much must be a value that it takes). */
struct ps_estimate ps_exact_mean_of(const struct ps_engine_result *result, enum ps_measure m);
struct ps_estimate ps_exact_flag(const struct ps_engine_result *result, enum ps_measure m);
struct ps_estimate ps_exact_at_most(const struct ps_engine_result *result, enum ps_measure m,
                                    double value);
struct ps_estimate ps_exact_above(const struct ps_engine_result *result, enum ps_measure m,
                                  double value);

/* Share of pairs of which both default, K (K - 1) / (n (n - 1)), of 100 loans. */
struct ps_estimate ps_exact_pairs_of(const struct ps_engine_result *result);

/* Memory of one row of a table, zero-filled, that ps_fixture_free gives back. */
void *ps_exact_row(size_t bytes);

/* Tape loans of 100 万元 for 12 months, watched for these 12 months, whose index stands still for
 * the year; rho below 0: independent. */
struct ps_scenario *ps_exact_book(int loans, double pd, double rho);

/* The same with a recovery of EXACT_RECOVERY; the pool bears 70 %. Net loss: every claim is made in
 * month 12, on what the recovery left. */
struct ps_scenario *ps_exact_lossy(int loans, double pd, double rho, double pool_fen);

/* What a pool pays, and leaves unpaid, when k of 100 loans default and each makes so much due: up
 * to its balance. Rounding a short payment down keeps less than 100 fen back, a millionth of a
 * standard error. */
struct ps_exact_payout {
    double paid[EXACT_LOANS + 1], unpaid[EXACT_LOANS + 1];
    double depletion; /* P(due > balance) */
};
void ps_exact_pay(struct ps_exact_payout *p, const double *law, double due_fen, double balance_fen);

/* Of a law of the number of 100 loans that default: P(K <= k), and the share of pairs that do. */
double ps_exact_up_to(const double *law, int k);
double ps_exact_pairs(const double *law);

/* Of a law on 0 .. n with values that rise: mean, and expected shortfall of the worst 1 - p, the
 * atom at the quantile split as eq. (8.10) says. */
double ps_exact_mean(const double *law, const double *value, int n);
double ps_exact_shortfall(const double *law, const double *value, int n, double p);

/* The books. */
void ps_exact_defaults(struct ps_exact *x);
void ps_exact_money(struct ps_exact *x);
void ps_exact_lending(struct ps_exact *x);
void ps_exact_dependence(struct ps_exact *x);
void ps_exact_sharing(struct ps_exact *x);
void ps_exact_vehicles(struct ps_exact *x);

#endif
