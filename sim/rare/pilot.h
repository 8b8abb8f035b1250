// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RARE_PILOT_H
#define PLEDGESIM_RARE_PILOT_H

#include "crises.h"
#include "pledgesim/engine.h"
#include "pledgesim/prepare.h"

/* A tilt that depletes the pools of a family of rows, learnt from worlds of its own. */

enum {
    PILOT_ROWS_MAX = 16,        /* rows that are asked; the others share what is learnt */
    PILOT_FIRST_WORLDS = 32000, /* as they are */
    PILOT_WORLDS = 16000,       /* of each further level, from the tilt so far */
    PILOT_LEVELS_MAX = 4
};

/* request: the rows to ask, at most PILOT_ROWS_MAX, which share their worlds. *drawn_n: how many
 * worlds it took. The tilt's memory is freed by ps_crises_free. */
enum ps_status ps_pilot_run(const struct ps_engine_request *request,
                            const struct ps_world_plan *plan, struct ps_crises *crises,
                            uint64_t *drawn_n) PS_MUST_CHECK;

#endif
