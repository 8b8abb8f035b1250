// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_COMPARE_FOLDERS_H
#define PLEDGESIM_CLI_COMPARE_FOLDERS_H

#include "command.h"

/* compare DIR DIR. */
enum ps_status ps_compare_folders(const struct ps_command *command) PS_MUST_CHECK;

#endif
