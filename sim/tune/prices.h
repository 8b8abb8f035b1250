// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_PRICES_H
#define PLEDGESIM_TUNE_PRICES_H

#include "search.h"

/* Where the objective would be if one constraint were a tenth tighter or looser; needs the answer
 * and what binds. */
enum ps_status ps_search_prices(struct search *s) PS_MUST_CHECK;

#endif
