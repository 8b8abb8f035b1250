// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "prepare_parts.h"

/* A table of a Beta law takes some 5 ms, and few laws serve many plans. */

enum { ENTRIES_MAX = 64 };

struct ps_law_entry {
    double mean_frac, concentration;
    double q[PS_QUANTILE_CELLS + 1];
};

static const struct ps_law_entry *find(const struct ps_law_memo *memo, double mean_frac,
                                       double concentration)
{
    for (size_t i = 0; memo != NULL && i < memo->n; i++) {
        const struct ps_law_entry *entry = &memo->entries[i];
        if (entry->mean_frac == mean_frac && entry->concentration == concentration) {
            return entry;
        }
    }
    return NULL;
}

/* Without memory the law is only not remembered. */
static void remember(struct ps_law_memo *memo, double mean_frac, double concentration,
                     const double *q)
{
    if (memo == NULL || memo->n == ENTRIES_MAX) {
        return;
    }
    if (memo->entries == NULL) {
        memo->entries = malloc(ENTRIES_MAX * sizeof *memo->entries);
    }
    if (memo->entries != NULL) {
        struct ps_law_entry *entry = &memo->entries[memo->n++];
        entry->mean_frac = mean_frac;
        entry->concentration = concentration;
        memcpy(entry->q, q, sizeof entry->q);
    }
}

enum ps_status ps_law_memo_beta(struct ps_law_memo *memo, struct ps_arena *arena, double mean_frac,
                                double concentration, struct ps_quantiles *out)
{
    const struct ps_law_entry *known = find(memo, mean_frac, concentration);
    if (known == NULL) {
        const enum ps_status status = ps_quantiles_beta(arena, mean_frac, concentration, out);
        if (status == PS_OK) {
            remember(memo, mean_frac, concentration, out->q);
        }
        return status;
    }
    double *q = ps_arena_take(arena, sizeof known->q);
    if (q == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(q, known->q, sizeof known->q);
    out->q = q;
    return PS_OK;
}

void ps_law_memo_free(struct ps_law_memo *memo)
{
    free(memo->entries);
    *memo = (struct ps_law_memo){0};
}
