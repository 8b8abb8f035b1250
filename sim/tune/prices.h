// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_PRICES_H
#define PLEDGESIM_TUNE_PRICES_H

#include "search.h"

/* The aim of the search, and behind it for each constraint the same with its limit a tenth tighter
 * and a tenth looser; their number. */
int ps_search_aims(const struct search *s, struct aim aims[PS_AIMS_MAX]);

/* Where the objective would be under those limits; needs the answer. */
void ps_search_prices(struct search *s, const struct aim aims[PS_AIMS_MAX]);

#endif
