// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_STUDY_OPTIONS_H
#define PLEDGESIM_CLI_STUDY_OPTIONS_H

#include "command.h"
#include "pledgesim/tune.h"

/* What tune and its like read from the command line: axes, constraints, objective. What is wrong is
 * told on standard error; PS_USAGE. */

/* texts: one a axis, NULL before; to be freed after the axes, also after failure. The axis of a
 * name alone has no values yet (steps_n 0): ps_axis_plausible. */
enum ps_status ps_study_axes(const struct ps_command *command, char **texts, struct ps_axis *axes,
                             int axes_min, int axes_max, int *axes_n) PS_MUST_CHECK;

enum ps_status ps_study_constraints(const struct ps_command *command,
                                    struct ps_constraint constraints[PS_CONSTRAINTS_MAX],
                                    int *constraints_n) PS_MUST_CHECK;

/* A figure by name or in words; with `ratios` also a ratio of means. */
enum ps_metric_error ps_study_metric(const char *text, int ratios, struct ps_metric *metric,
                                     const char **near) PS_MUST_CHECK;

/* The axis or figure of --minimize or --maximize; the first axis by default. */
enum ps_status ps_study_objective(const struct ps_command *command, const struct ps_axis *axes,
                                  int axes_n, struct ps_objective *objective) PS_MUST_CHECK;

#endif
