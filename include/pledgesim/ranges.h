// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RANGES_H
#define PLEDGESIM_RANGES_H

#include "pledgesim/tables.h"

/* The plausible ranges of ranges.def. */
struct ps_plausible {
    const char *column;     /* of scenarios.csv */
    const char *low, *high; /* see ranges.def */
    const char *mark;
    const char *doc[PS_LANG_N]; /* the reason */
};

/* All of them, in the order of ranges.def; *n receives their number. */
const struct ps_plausible *ps_plausible_all(size_t *n);

/* That of a column, by its name in either language; NULL when there is none. */
const struct ps_plausible *ps_plausible_find(const char *name);

/* The column it belongs to. */
const struct ps_column_desc *ps_plausible_column(const struct ps_plausible *range);

/* Its ends are shares of the scenario's own value. */
int ps_plausible_relative(const struct ps_plausible *range);

#endif
