// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BENCH_CASES_H
#define PLEDGESIM_BENCH_CASES_H

#include "pledgesim/scenario.h"

/* The scenarios of the comparison: the Bishan baseline and variants that reach the rules it does not
 * use. Policy k of a sweep of n differs in the size of the pool only; with n = 1 the pool is the
 * case's own. NULL after a word on stderr when there is no such case. */
struct ps_scenario *bench_case(const char *name, int policy, int policies_n);
void bench_case_free(struct ps_scenario *scenario);

#endif
