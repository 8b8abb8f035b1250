// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_FOUR_LOANS_H
#define PLEDGESIM_TEST_FOUR_LOANS_H

#include "pledgesim/scenario.h"

/* A book small enough to write down everything that can happen: four tape loans that default at
 * maturity or not, 16 patterns, each run by hand and weighted by its exact probability. */

enum { PS_FOUR_LOANS = 4 };

/* Independent bullet loans whose whole hazard strikes at maturity; every pledge is sold some months
 * after it became non-performing. net: compensation after disposal. Free with ps_fixture_free. */
struct ps_scenario *ps_four_loans(int net);

struct ps_four_outcome {
    int64_t compensation, shortfall, pool_end;
    int depleted;
};

/* What happens when the loans of `pattern` default. */
struct ps_four_outcome ps_four_by_hand(int pattern, int net);

/* Its probability; the PD of loan `odd_one` times `factor`, -1: of none. */
double ps_four_weight(int pattern, int odd_one, double factor);

/* Means over all patterns. */
struct ps_four_expected {
    double compensation, square, shortfall, depletion;
};

struct ps_four_expected ps_four_enumerate(int net, int odd_one, double factor);

#endif
