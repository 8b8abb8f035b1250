// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_BESIDE_PRINT_H
#define PLEDGESIM_CLI_BESIDE_PRINT_H

#include "pledgesim/book.h"
#include "pledgesim/engine.h"

/* What securitisations, trusts and funds do, of the scenarios that have some: one table for the
 * first two, whose losses go by rank, one for funds. Full tier. */
enum ps_status ps_beside_print(const struct ps_book *book, const struct ps_engine_result *result,
                               enum ps_lang lang) PS_MUST_CHECK;

#endif
