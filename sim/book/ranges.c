// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/ranges.h"

#include <string.h>

#include "book_internal.h"

static const struct ps_plausible RANGES[] = {
#define PS_PLAUSIBLE(column_, low_, high_, mark_, en, zh)                                          \
    {.column = #column_,                                                                           \
     .low = (low_),                                                                                \
     .high = (high_),                                                                              \
     .mark = (mark_),                                                                              \
     .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "pledgesim/ranges.def"
#undef PS_PLAUSIBLE
};

const struct ps_plausible *ps_plausible_all(size_t *n)
{
    *n = sizeof RANGES / sizeof *RANGES;
    return RANGES;
}

const struct ps_column_desc *ps_plausible_column(const struct ps_plausible *range)
{
    return ps_column_find(PS_TABLE_scenarios, range->column);
}

const struct ps_plausible *ps_plausible_find(const char *name)
{
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
        if (strcmp(RANGES[i].column, name) == 0 ||
            strcmp(ps_plausible_column(&RANGES[i])->doc[PS_LANG_ZH], name) == 0) {
            return &RANGES[i];
        }
    }
    return NULL;
}

int ps_plausible_relative(const struct ps_plausible *range)
{
    return strchr(range->low, '%') != NULL;
}
