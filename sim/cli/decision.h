// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_DECISION_H
#define PLEDGESIM_CLI_DECISION_H

#include "command.h"
#include "pledgesim/book.h"
#include "pledgesim/engine.h"
#include "pledgesim/figures.h"

/* Prints what a decision needs: a table of figures, whether each pool carries its target, and what
 * is missing or refused on the way there. */
enum ps_status ps_decision_print(const struct ps_book *book, const struct ps_engine_result *result,
                                 enum ps_lang lang) PS_MUST_CHECK;

#endif
