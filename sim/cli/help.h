// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_HELP_H
#define PLEDGESIM_CLI_HELP_H

#include "command.h"

/* Writes the help of one command, or the overview for PS_VERB_HELP, to standard output. */
enum ps_status ps_help_print(enum ps_verb verb, enum ps_lang lang) PS_MUST_CHECK;

/* An option's default as shown to the user; "" when there is none to show. */
const char *ps_option_preset(const struct ps_option_desc *option);

/* The exit codes, for help, man page and `explain`: row i, or 0 when there are no more. */
struct ps_exit_code {
    int code;
    const char *doc[PS_LANG_N];
};
int ps_exit_code_row(size_t i, struct ps_exit_code *row);

/* The environment variables, likewise. */
struct ps_environment {
    const char *name;
    const char *doc[PS_LANG_N];
};
int ps_environment_row(size_t i, struct ps_environment *row);

#endif
