// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_STUDY_COMMAND_H
#define PLEDGESIM_CLI_STUDY_COMMAND_H

#include "command.h"
#include "pledgesim/prepare.h"
#include "pledgesim/results.h"
#include "terminal.h"

/* What tune, sweep, sensitivity, compare and stress share: a book, a scenario of it, axes, limits.
 */
struct ps_study_command {
    const struct ps_command *command;
    const char *isa;
    struct ps_book book; /* as written: the scenario, and what the manifest tells */
    struct ps_diags diags;
    const struct ps_scenario *scenario;
    char *texts[PS_BOX_AXES_MAX]; /* of the axes, which may point into them */
    struct ps_axis axes[PS_BOX_AXES_MAX];
    struct ps_constraint constraints[PS_CONSTRAINTS_MAX];
    struct ps_study study;
    int plausible;        /* no axis was named: all that act, over their plausible ranges */
    char id[PS_ID_BYTES]; /* of its row, and behind it the columns that the row sweeps */
    const char **sets;
    const char *only[1];
    struct ps_law_memo laws; /* shared by all that is simulated */
    struct ps_progress progress;
    double began, seconds; /* of the simulation */
};

/* What a command varies. */
enum ps_study_kind {
    PS_STUDY_SCENARIOS,  /* nothing: the scenarios of the book */
    PS_STUDY_STRESSED,   /* the world; constraints if any are given */
    PS_STUDY_MANY,       /* many axes */
    PS_STUDY_AXES,       /* up to four axes; constraints if any are given */
    PS_STUDY_CONSTRAINED /* the same, under constraints */
};

/* Reads options, book and scenario, and binds the axes; what is wrong is told. Not to be moved
 * afterwards. Free it whatever comes. */
enum ps_status ps_study_open(const struct ps_command *command, enum ps_study_kind kind,
                             struct ps_study_command *out) PS_MUST_CHECK;
void ps_study_free(struct ps_study_command *study);

/* A study of a scenario of a book that another command has loaded, over all plausible ranges that
 * act in it: for the report of `run`. Free it likewise. */
enum ps_status ps_study_beside(const struct ps_command *command, const char *isa,
                               const struct ps_scenario *scenario, struct ps_study_command *out)
    PS_MUST_CHECK;

/* Around the simulation: listens to signals, shows the bar; then tells what went wrong in it, if
 * anything did, and passes the status on. `found` is freed. */
void ps_study_begin(struct ps_study_command *study);
enum ps_status ps_study_end(struct ps_study_command *study, enum ps_status status,
                            struct ps_diags *found) PS_MUST_CHECK;

/* n variants did not reach the precision: PS_NOT_CONVERGED, told; only told when a preset asked. */
enum ps_status ps_study_imprecise(const struct ps_study_command *study, uint64_t n) PS_MUST_CHECK;

/* The results folder, when --out names one. `request` holds what is the command's own (tune, sweep
 * ..), the rest is filled in. */
typedef enum ps_status ps_study_write_fn(const struct ps_results_request *request,
                                         struct ps_outdir *dir);
enum ps_status ps_study_write(const struct ps_study_command *study, uint64_t worlds_drawn,
                              struct ps_results_request request, ps_study_write_fn *write)
    PS_MUST_CHECK;

#endif
