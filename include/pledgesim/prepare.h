// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PREPARE_H
#define PLEDGESIM_PREPARE_H

#include "pledgesim/diag.h"
#include "pledgesim/policy.h"
#include "pledgesim/scenario.h"
#include "pledgesim/world.h"

/* Everything that can fail happens here, once, before any world is drawn. */

/* Resolves the world part of a scenario. The plan owns its memory (free it). PS_INPUT with a
 * diagnostic when a PD is too high, the calibration has no solution, or a world could hold too many
 * loans. */
enum ps_status ps_world_prepare(const struct ps_scenario *scenario, uint64_t seed,
                                struct ps_diags *diags, struct ps_world_plan **out) PS_MUST_CHECK;
/* Tables of Beta laws that were computed for one plan and serve others: plans that are prepared one
 * after the other hold the same bytes with it and without. Zero-initialise. */
struct ps_law_memo {
    struct ps_law_entry *entries; /* malloc'd */
    size_t n;
};
void ps_law_memo_free(struct ps_law_memo *memo);

/* As ps_world_prepare, with a memo or NULL. */
enum ps_status ps_world_prepare_with(const struct ps_scenario *scenario, uint64_t seed,
                                     struct ps_law_memo *memo, struct ps_diags *diags,
                                     struct ps_world_plan **out) PS_MUST_CHECK;

/* Only what can refuse a scenario: the same diagnostics, and nothing kept. */
enum ps_status ps_world_check(const struct ps_scenario *scenario, struct ps_diags *diags)
    PS_MUST_CHECK;
void ps_world_plan_free(struct ps_world_plan *plan);

/* Do both scenarios have the same world input? Then their plans are equal, and one need not be
 * prepared (it takes some 60 ms). When not, the plans may still be equal. */
int ps_scenario_same_world(const struct ps_scenario *a, const struct ps_scenario *b);

/* Resolves the policy part of a scenario. */
enum ps_status ps_policy_prepare(const struct ps_scenario *scenario, struct ps_diags *diags,
                                 struct ps_policy *out) PS_MUST_CHECK;
void ps_policy_free(struct ps_policy *policy);

/* The row of vehicle i of a policy: new issues first, then transfers, both by id; those that are
 * off are left out. NULL after the last. */
const struct ps_vehicles_row *ps_vehicle_row(const struct ps_scenario *scenario, int vehicle);
/* The row of the trust that vehicle i is: trusts stand behind those, by id. Else NULL. */
const struct ps_trusts_row *ps_trust_row(const struct ps_scenario *scenario, int vehicle);

/* May the two run side by side in lanes: same shape and same products and banks of the tape. */
int ps_policy_same_shape(const struct ps_policy *a, const struct ps_policy *b);

/* Mean 12-month PD over the loans of the book, by integration over the index (no simulation):
 * printed beside the input. Loans: each tape loan in month 0, and new firms of months 1..T by their
 * mean number and the segments' shares. [0] mean of the input PDs after pd_multiplier, [1] mean of
 * what they face with the shifts and a fixed start. Both NaN when memory is out. */
void ps_world_mean_pd(const struct ps_world_plan *plan, const struct ps_scenario *scenario,
                      double pd_frac[2]);

#endif
