// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_RUN_H
#define PLEDGESIM_CLI_RUN_H

#include "command.h"
#include "pledgesim/engine.h"

/* What the engine is asked for by the options of `run`. */
struct ps_engine_request ps_run_request(const struct ps_command *command,
                                        const struct ps_book *book, const char *isa, int threads_n);

/* What the engine refused (found) with the places it has in the book, added to `diags`; scenario:
 * the only one that was asked for, or SIZE_MAX. */
void ps_run_place_found(const struct ps_book *book, size_t scenario, struct ps_diags *found,
                        struct ps_diags *diags);

/* Shows what was added to `diags` since `before` was copied from it. */
void ps_run_show_found(const struct ps_command *command, const struct ps_diags *diags,
                       const struct ps_diags *before);

/* run --dry-run: tells time, memory and output size, from a short trial. */
enum ps_status ps_run_estimate(const struct ps_command *command, const struct ps_book *book,
                               struct ps_diags *diags, const char *isa, int threads_n)
    PS_MUST_CHECK;

#endif
