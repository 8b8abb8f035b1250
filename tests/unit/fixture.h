// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_FIXTURE_H
#define PLEDGESIM_TEST_FIXTURE_H

#include "pledgesim/scenario.h"
#include "pledgesim/world.h"

/* Scenarios made by hand, for tests below the book layer. Link tests/fixture/fixture.c. */

/* The baseline of scenarios/bishan: 4 clusters x 5 IP kinds, 3 products, 4 banks, 6 tape loans.
 * Every row may be changed; array lengths may be lowered. Never NULL: a test program without memory
 * stops. */
struct ps_scenario *ps_fixture_bishan(void);

/* The same reduced to one cluster, one IP kind, one segment, one product with pool share 100 %, one
 * bank, no demand and no tape: the smallest valid book. */
struct ps_scenario *ps_fixture_bare(void);

/* A bare book with n tape loans loan_00000, ... of 100 万元, 12 months left, drawn like the
 * segment. */
struct ps_scenario *ps_fixture_tape(size_t n);

/* Equal plans draw equal worlds: compares everything the sampler reads, value by value. */
int ps_world_plan_equal(const struct ps_world_plan *a, const struct ps_world_plan *b);

void ps_fixture_free(struct ps_scenario *scenario);

#endif
