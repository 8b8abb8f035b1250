// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ANSWER_H
#define PLEDGESIM_ANSWER_H

#include "pledgesim/figures.h"

/* The answer to the question of the program: does a pool carry its target, and what stands in the
 * way? Equation (8.14) of docs/model.md. */

/* When a pool counts as carrying its target; both are judged by their 95 % intervals.
 * [assumption] */
#define PS_TARGET_AT_LEAST 0.80
#define PS_DEPLETION_AT_MOST 0.01

enum ps_carries {
#define PS_CARRIES(symbol, en, zh) PS_CARRIES_##symbol,
#define PS_REASON(symbol, en, zh)
#include "pledgesim/answer.def"
#undef PS_REASON
#undef PS_CARRIES
    PS_CARRIES_N
};

enum ps_reason {
#define PS_CARRIES(symbol, en, zh)
#define PS_REASON(symbol, en, zh) PS_REASON_##symbol,
#include "pledgesim/answer.def"
#undef PS_REASON
#undef PS_CARRIES
    PS_REASON_N
};

const char *ps_carries_text(enum ps_carries carries, enum ps_lang lang);
const char *ps_reason_text(enum ps_reason reason, enum ps_lang lang);

enum ps_carries ps_carries_of(const struct ps_probability *depletion,
                              const struct ps_probability *target);

/* A book without a target, as one of loans that are there already, asks for payment alone. */
int ps_has_target(const struct ps_scenario *scenario);

/* The probability of the target by the reading that the scenario chose. */
const struct ps_probability *ps_target_of(const struct ps_scenario *scenario,
                                          const struct ps_figures *figures);

/* What is missing of the target for want of demand, and what refusals cost: on average, in 万元,
 * the largest first; what would show as 0.0 is left out. Returns their number. */
struct ps_obstacle {
    enum ps_reason reason;
    double wan;
};
int ps_obstacles_of(const struct ps_figures *figures, struct ps_obstacle obstacles[PS_REASON_N]);

/* Initial money of all pools. */
int64_t ps_pools_initial_fen(const struct ps_scenario *scenario);

/* What people call a scenario. */
const char *ps_scenario_name(const struct ps_scenario *scenario);

#endif
