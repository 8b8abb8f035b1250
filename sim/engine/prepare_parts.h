// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PREPARE_PARTS_H
#define PLEDGESIM_PREPARE_PARTS_H

#include "pledgesim/arena.h"
#include "pledgesim/prepare.h"

/* Pieces of prepare. Memory comes from the plan's arena and goes with it. */

/* round(p 2^32) for the test u < cut; *all is set when the cut would be 2^32 itself. */
uint32_t ps_probability_cut(double p_frac, int *all);

/* Cuts of the running sum of shares. A cut of 2^32 is written as 2^32 - 1: a row behind it that has
 * no share is then met once in 2^32. */
void ps_share_cuts(uint32_t *cuts, const double *shares, size_t n);

/* The law of n values with the given weights (>= 0, not all 0; those not normalised). Values behind
 * the last that 32 bits can reach are left out. PS_MEMORY. */
enum ps_status ps_discrete_from_weights(struct ps_arena *arena, const double *weights, int n,
                                        struct ps_discrete *out) PS_MUST_CHECK;

/* Poisson numbers; mean 0 .. PS_APPS_MAX. */
enum ps_status ps_discrete_poisson(struct ps_arena *arena, double mean, struct ps_discrete *out)
    PS_MUST_CHECK;

/* A lognormal amount truncated to [min_wan, max_wan] and rounded to whole 万元. */
struct ps_amount_spec {
    double median_wan, sigma;
    int64_t min_wan, max_wan;
};

/* Value 0 of the law is *first_wan. */
enum ps_status ps_discrete_amount(struct ps_arena *arena, const struct ps_amount_spec *spec,
                                  struct ps_discrete *out, int64_t *first_wan) PS_MUST_CHECK;

/* Can value i be drawn at all? */
int ps_discrete_can_be(const struct ps_discrete *law, int i);

/* Beta(concentration mean, concentration (1 - mean)); mean 0 is the constant 0. The end points
 * are set so that the law, linear between the points, has the mean asked for: relative error below
 * 2e-6, at a concentration below 1 below 5e-5. */
enum ps_status ps_quantiles_beta(struct ps_arena *arena, double mean_frac, double concentration,
                                 struct ps_quantiles *out) PS_MUST_CHECK;

/* The same, from the memo (NULL: none) where it is known. */
enum ps_status ps_law_memo_beta(struct ps_law_memo *memo, struct ps_arena *arena, double mean_frac,
                                double concentration, struct ps_quantiles *out) PS_MUST_CHECK;

/* L with L L' = R for a semidefinite R (n x n, row major, unit diagonal), lower triangular; a
 * column without variance left is zero. l holds n x n. */
void ps_semidefinite_root(const double *r, int n, double *l);

/* Address of a tape loan: a hash of its id with the top bit set, which no new firm's address has.
 */
uint64_t ps_loan_address(const char *id);

/* Row of a table sorted by id that has this id; -1 when none. `ids` is the id of the first row, the
 * rows are `row_bytes` apart. */
int ps_find_id(const char *ids, size_t row_bytes, size_t n, const char *id);
int ps_find_cluster(const struct ps_scenario *scenario, const char *id);

/* Adds an error without a place: `value` is what is wrong, `a` and `b` fill {0} and {1} (each may
 * be NULL). Returns PS_INPUT. */
enum ps_status ps_prepare_refuse(struct ps_diags *diags, enum ps_diag_code code, const char *value,
                                 const char *const args[]) PS_MUST_CHECK;
/* Too many loans: so many by new firms with their renewals, so many by the tape with its own. */
enum ps_status ps_prepare_refuse_apps(struct ps_diags *diags, double firms, double tape)
    PS_MUST_CHECK;

/* The law of a multiplier with this sigma, and the largest it can be. */
struct ps_multiplier_law ps_multiplier_law(double sigma);
double ps_multiplier_max(const struct ps_multiplier_law *law);

/* Anchor firms and the laws of the multipliers. PS_MEMORY. */
enum ps_status ps_prepare_anchors(const struct ps_scenario *scenario, struct ps_arena *arena,
                                  struct ps_world_plan *plan) PS_MUST_CHECK;
void ps_prepare_uncertainty(const struct ps_scenario *scenario, struct ps_world_plan *plan);

/* The Beta law of a tape loan's recovery. */
struct ps_recovery_law {
    double mean_frac, sd_frac;
};

/* Different laws of the tape; writes the first PS_RECOVERY_LAWS_MAX of them and, unless tape is
 * NULL, each loan's own. */
int ps_prepare_recovery_laws(const struct ps_scenario *scenario,
                             struct ps_recovery_law laws[PS_RECOVERY_LAWS_MAX],
                             struct ps_tape_plan *tape);

/* Each fills its part of the plan and reads the parts above it. */
enum ps_status ps_prepare_classes(const struct ps_scenario *scenario, struct ps_arena *arena,
                                  struct ps_diags *diags, struct ps_world_plan *plan) PS_MUST_CHECK;
enum ps_status ps_prepare_segments(const struct ps_scenario *scenario, struct ps_arena *arena,
                                   struct ps_world_plan *plan) PS_MUST_CHECK;
enum ps_status ps_prepare_tape(const struct ps_scenario *scenario, struct ps_arena *arena,
                               struct ps_diags *diags, struct ps_world_plan *plan) PS_MUST_CHECK;

/* Sets issues, issues_n and issued_n. */
enum ps_status ps_prepare_issues(const struct ps_scenario *scenario, struct ps_arena *arena,
                                 struct ps_diags *diags, struct ps_world_plan *plan) PS_MUST_CHECK;
/* The policy's side of all vehicles, trusts among them. */
enum ps_status ps_prepare_vehicles(const struct ps_scenario *scenario, struct ps_policy *policy)
    PS_MUST_CHECK;

/* Sets funds, funds_n and investments_n; reads months_n. */
enum ps_status ps_prepare_funds(const struct ps_scenario *scenario, struct ps_arena *arena,
                                struct ps_diags *diags, struct ps_world_plan *plan) PS_MUST_CHECK;
/* The policy's side of them. */
void ps_prepare_fund_levels(const struct ps_scenario *scenario, struct ps_policy *policy);

/* Class of a loan of this segment, PD as written (before pd_multiplier). */
int ps_prepare_class_of(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                        int segment, double pd_frac, double correlation);

/* ---- the dependence model, prepare_dependence.c ---- */

const struct ps_dependence *ps_prepare_model(const struct ps_scenario *scenario);

/* Number of a segment's sectors among those that differ, 0 its own cluster alone (and where the
 * model has no sectors). Reads plan->hazard_kind. */
int ps_prepare_mix(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                   int segment);

/* What the model reads to resolve a class, whose key is set. */
void ps_prepare_calibration(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                            const struct ps_hazard_class *class, struct ps_calibration *out);

/* Curves of a resolved class with sectors. PS_MEMORY. */
enum ps_status ps_prepare_curves(struct ps_arena *arena, const struct ps_calibration *c,
                                 struct ps_hazard_class *class) PS_MUST_CHECK;

/* Fills hazard_kind and what its kind reads beside the classes. PS_MEMORY. */
enum ps_status ps_prepare_hazard_kind(const struct ps_scenario *scenario, struct ps_arena *arena,
                                      struct ps_world_plan *plan) PS_MUST_CHECK;

/* Mean number of new firms in a month (1..T), demand_multiplier included. */
double ps_prepare_new_firms(const struct ps_scenario *scenario, int month);

/* Moral hazard: multipliers by product, and the shares that lead to one. */
enum ps_status ps_prepare_behaviour(const struct ps_scenario *scenario, struct ps_arena *arena,
                                    struct ps_world_plan *plan) PS_MUST_CHECK;

/* Sets apps_max and last_maturity. PS_INPUT for too many loans; PS_BUG for loans that outlive the
 * simulation, which checks of the book have refused: the sampler relies on both. */
enum ps_status ps_prepare_bounds(struct ps_diags *diags, struct ps_world_plan *plan) PS_MUST_CHECK;

#endif
