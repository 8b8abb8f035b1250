// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_TUNE_WORDS_H
#define PLEDGESIM_CLI_TUNE_WORDS_H

#include "command.h"
#include "pledgesim/tune.h"

struct ps_tune_story {
    const struct ps_command *command;
    const struct ps_scenario *scenario;
    const struct ps_tune_request *request;
    const struct ps_tuned *tuned;
    double seconds;
};

/* Prints the answer, what each constraint looks like there, what binds and what a tenth more of it
 * costs. */
enum ps_status ps_tune_tell(const struct ps_tune_story *story) PS_MUST_CHECK;

#endif
