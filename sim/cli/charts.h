// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_CHARTS_H
#define PLEDGESIM_CLI_CHARTS_H

#include "pledgesim/book.h"
#include "pledgesim/engine.h"

/* When standard output is a terminal of at least 40 columns: how the compensation of the first
 * scenario is distributed, with the pool's initial money marked, and the fan of its balance by
 * year. Else nothing, so that what is piped stays a table. */
void ps_charts_print(const struct ps_book *book, const struct ps_engine_result *result,
                     enum ps_lang lang);

#endif
