// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_STRESS_WORDS_H
#define PLEDGESIM_CLI_STRESS_WORDS_H

#include "command.h"
#include "pledgesim/results.h"

struct ps_stress_story {
    const struct ps_command *command;
    const struct ps_scenario *scenario;
    const struct ps_stressing *found;
    double seconds;
};

/* Prints the named stresses, how far each direction can go, and how the pool dies. */
enum ps_status ps_stress_tell(const struct ps_stress_story *story) PS_MUST_CHECK;

/* The last part: sim/cli/death_words.c. */
enum ps_status ps_death_tell(const struct ps_stress_story *story) PS_MUST_CHECK;

/* A label with the cluster that it names; malloc'd, NULL when memory is out. */
char *ps_stress_label(const char *label, const struct ps_scenario *scenario, int cluster);

#endif
