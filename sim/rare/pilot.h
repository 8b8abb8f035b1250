// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RARE_PILOT_H
#define PLEDGESIM_RARE_PILOT_H

#include "crises.h"
#include "pledgesim/engine.h"

/* A tilt that depletes the pool of a scenario, learnt from worlds of its own. */

/* request: the one scenario, whose plan and policy these are. *drawn_n: how many worlds it took.
 * The tilt's memory is freed by ps_crises_free, also after an error. PS_MEMORY, PS_INTERRUPTED. */
enum ps_status ps_pilot_run(const struct ps_engine_request *request,
                            const struct ps_world_plan *plan, const struct ps_policy *policy,
                            struct ps_crises *crises, uint64_t *drawn_n) PS_MUST_CHECK;

#endif
