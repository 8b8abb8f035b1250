// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_RARE_PRINT_H
#define PLEDGESIM_CLI_RARE_PRINT_H

#include "pledgesim/book.h"
#include "pledgesim/rare.h"

/* Prints what `run --rare` found, beside plain sampling, and why rows have no figure. */
enum ps_status ps_rare_print(const struct ps_book *book, const struct ps_engine_result *plain,
                             const struct ps_rare_row *rows, enum ps_lang lang) PS_MUST_CHECK;

#endif
