// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BENCH_CASES_H
#define PLEDGESIM_BENCH_CASES_H

#include "pledgesim/scenario.h"

/* The scenarios of the comparison: the Bishan baseline and variants that reach the rules it does
 * not use. NULL after a word on stderr when there is no such case. */
struct ps_scenario *bench_case(const char *name);
void bench_case_free(struct ps_scenario *scenario);

/* Policy k of a sweep of n over the size of the pool. It shares all tables of `base` but that of
 * the pools, which is `pool` (one row); with n = 1 it is `base` itself. */
struct ps_scenario bench_policy(const struct ps_scenario *base, int k, int n,
                                struct ps_pools_row *pool);

#endif
