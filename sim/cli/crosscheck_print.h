// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_CROSSCHECK_PRINT_H
#define PLEDGESIM_CLI_CROSSCHECK_PRINT_H

#include "pledgesim/book.h"
#include "pledgesim/crosscheck.h"

/* Prints simulated means beside exact ones, where there are any; nothing for other books. */
enum ps_status ps_crosscheck_print(const struct ps_book *book, const struct ps_crosscheck *checks,
                                   enum ps_lang lang) PS_MUST_CHECK;

#endif
