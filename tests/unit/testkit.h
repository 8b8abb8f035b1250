// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_TESTKIT_H
#define PLEDGESIM_TEST_TESTKIT_H

#include "pledgesim/engine.h"
#include "pledgesim/prepare.h"

/* What the tests of worlds, ledger and engine share: drawing worlds and running policies on them
 * one at a time, and books and policies made at random. Link tests/fixture/testkit*.c. Like the
 * fixture, all of it stops the program where a test could not go on. */

/* ---- random numbers for inputs: SplitMix64 ---- */

struct ps_dice {
    uint64_t state;
};

uint64_t ps_dice_next(struct ps_dice *dice);
int64_t ps_dice_between(struct ps_dice *dice, int64_t lowest, int64_t highest); /* inclusive */
int ps_dice_chance(struct ps_dice *dice, double probability);
double ps_dice_unit(struct ps_dice *dice); /* [0, 1) */

/* ---- worlds and policies by hand ---- */

struct ps_kit {
    const struct ps_kernel *kernel;
    struct ps_world_plan *plan;
    int start_month;
    int decision;                /* run the decision tier, not the full one */
    struct ps_world_work worlds; /* worlds.worlds[i] is world first + i of the last ps_kit_sample */
    struct ps_schedule schedule;
    struct ps_ledger_work ledger;
    struct ps_lane_levels levels;
    void *world_memory, *schedule_memory, *ledger_memory, *levels_memory;
};

/* Prepares the world part of a scenario; isa NULL is the best copy. */
void ps_kit_open(struct ps_kit *kit, const struct ps_scenario *scenario, uint64_t seed,
                 const char *isa);
void ps_kit_close(struct ps_kit *kit);

/* Draws worlds first .. first + n - 1, n <= PS_TILE_WORLDS. */
void ps_kit_sample(struct ps_kit *kit, uint64_t first, int n);

/* The index of a cluster in a month, in the worlds of the last group of sixteen that was drawn. */
static inline const double *ps_kit_index(const struct ps_kit *kit, int month, int cluster)
{
    return ps_index_of(kit->plan, kit->worlds.index, month, cluster);
}

/* The policy part of a scenario; free it with ps_policy_free. */
void ps_kit_policy(const struct ps_scenario *scenario, struct ps_policy *policy);

/* Runs n policies of one shape side by side on a world, in lanes of the given width, on memory
 * filled with rubbish before. log may be NULL; log->lane says which policy is logged. */
void ps_kit_run(struct ps_kit *kit, const struct ps_world *world,
                const struct ps_policy *const *policies, int n, int width,
                struct ps_ledger_log *log);

/* The same on kit->schedule as it stands, which a test may have spoilt. */
void ps_kit_ledger(struct ps_kit *kit, const struct ps_policy *const *policies, int n, int width,
                   struct ps_ledger_log *log);

/* One policy on one world: its measures, PS_NOT_GIVEN where missing. */
void ps_kit_measure(struct ps_kit *kit, const struct ps_world *world,
                    const struct ps_policy *policy, int64_t measures[PS_MEASURE_N]);

/* ---- rows of the engine ---- */

/* Runs the engine and stops the program where it fails. Free the result. */
void ps_kit_engine(const struct ps_engine_request *request, struct ps_engine_result *result);

/* The first thing in which two rows differ in any bit, in words; NULL when they are the same:
 * moments, ratios, histograms, paths, years, members. */
const char *ps_rows_difference(const struct ps_row *a, const struct ps_row *b);

/* ---- books and policies at random ---- */

/* A book with small numbers of everything and many defaults. The world part is drawn here, so is a
 * first policy. Its limits are kept by ps_random_policy. Free with ps_fixture_free. */
struct ps_scenario *ps_random_book(struct ps_dice *dice);

/* Draws the policy part anew: products, pools, banks, rules and levels. */
void ps_random_policy(struct ps_dice *dice, struct ps_scenario *scenario);

/* Draws only levels anew (amounts, rates, thresholds): policies that share a shape. */
void ps_random_levels(struct ps_dice *dice, struct ps_scenario *scenario);

#endif
