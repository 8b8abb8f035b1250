// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_STATIC_BOOK_H
#define PLEDGESIM_TEST_STATIC_BOOK_H

#include "fixture.h"
#include "oracle.h"

/* A book of 100 loans of one year, and how many of them default, against mixtures of binomials.
 * Link tests/fixture/static_book.c. Laws are arrays of STATIC_LOANS + 1 probabilities. */

enum { STATIC_LOANS = 100 };

/* Places of the models in the registry. */
enum { GAUSSIAN, INDEPENDENT, STUDENT_T, GAMMA, REGIME };

/* 100 loans of 12 months with PD 3 % in equal parts in n clusters, watched for these 12 months; one
 * index value for the year. */
struct ps_scenario *ps_static_book(int64_t dependence, double correlation, size_t clusters_n,
                                   double index_correlation);

struct ps_static_counts {
    uint64_t worlds;
    uint64_t defaults[STATIC_LOANS + 1]; /* worlds with so many */
    struct ps_oracle_mean rate;          /* defaulted share of a world's loans */
    struct ps_oracle_mean pairs;         /* share of pairs of which both default */
};

struct ps_static_counts ps_static_count(const struct ps_scenario *s, uint64_t seed,
                                        uint64_t worlds);

/* p-value of the counts under a law. */
double ps_static_fits(const struct ps_static_counts *c, const double *law);

/* Adds weight times Binomial(100, p). */
void ps_static_add_binomial(double *law, double weight, double p);

/* Weight of a score in trapezoid rules over the normal law with steps of PS_SCORE_STEP. */
#define PS_SCORE_STEP 0.1
double ps_static_weight(double z);

#endif
