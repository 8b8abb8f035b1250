// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_RUN_TORNADO_H
#define PLEDGESIM_CLI_RUN_TORNADO_H

#include "study_command.h"

/* The tornado in the report of `run`: the first scenario over all plausible ranges that act in it.
 */
struct ps_run_tornado {
    int found; /* else there is none: too few worlds, no book to read again, an impossible end */
    struct ps_study_command study;
    struct ps_metric metrics[3]; /* depletion, target by the scenario's reading, net cost */
    struct ps_tornado tornado;
    struct ps_sensitivity sensitivity;
};

enum { PS_RUN_TORNADO_WORLDS = 2000 }; /* at most */

/* request: the engine's of the run. Not to be moved afterwards; free it also after failure. */
enum ps_status ps_run_tornado(const struct ps_command *command, const struct ps_book *book,
                              const struct ps_engine_request *request, struct ps_run_tornado *out)
    PS_MUST_CHECK;
void ps_run_tornado_free(struct ps_run_tornado *tornado);

#endif
