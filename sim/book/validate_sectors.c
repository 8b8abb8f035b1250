// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <string.h>

#include "pledgesim/models.h"

/* Decimal shares add up in binary only up to a few ulp. */
static const double SUM_TOLERANCE = 1e-9;

static const struct ps_column_desc *column_of(const char *name)
{
    return ps_column_find(PS_TABLE_sector_weights, name);
}

static void check_cluster(struct ps_load *load, const struct ps_case *c, size_t i)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_sector_weights];
    const struct ps_sector_weights_row *row = ps_rows_at(rows, i);
    struct ps_nearest best = {0};
    int known = ps_rows_bad(rows, i, column_of("cluster_id"));
    for (size_t k = 0; k < c->clusters->n && !known; k++) {
        known = strcmp(row->cluster_id, c->clusters->ids[k]) == 0;
        ps_nearest_offer(&best, row->cluster_id, c->clusters->ids[k]);
    }
    if (!known) {
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("cluster_id"));
        const char *const args[] = {"segments (cluster_id)", best.name, NULL};
        ps_load_tell(load, PS_DIAG_REF_UNKNOWN, &place, row->cluster_id, args);
    }
}

/* A segment's rows up to this one, told at the first that goes too far. */
static void check_segment(struct ps_load *load, const struct ps_rows *rows, size_t i)
{
    const struct ps_sector_weights_row *row = ps_rows_at(rows, i);
    double before = 0;
    int n = 1;
    for (size_t k = 0; k < i; k++) {
        const struct ps_sector_weights_row *other = ps_rows_at(rows, k);
        if (strcmp(other->segment_id, row->segment_id) == 0) {
            before += ps_rows_bad(rows, k, column_of("weight_pct")) ? 0 : other->weight_frac;
            n++;
        }
    }
    const int bad = ps_rows_bad(rows, i, column_of("weight_pct"));
    if (!bad && before <= 1 + SUM_TOLERANCE && before + row->weight_frac > 1 + SUM_TOLERANCE) {
        char text[32];
        (void)snprintf(text, sizeof text, "%.10g", (before + row->weight_frac) * 100);
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("weight_pct"));
        const char *const args[] = {row->segment_id, text, NULL};
        ps_load_tell(load, PS_DIAG_SECTOR_SUM, &place, NULL, args);
    }
    if (n == PS_SECTORS_MAX + 1) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", PS_SECTORS_MAX);
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("segment_id"));
        const char *const args[] = {row->segment_id, text, NULL};
        ps_load_tell(load, PS_DIAG_SECTORS_TOO_MANY, &place, NULL, args);
    }
}

void ps_check_sectors(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_sector_weights];
    const int clusters_known = c->clusters->n > 0 && !(c->clusters->segments->source != NULL &&
                                                       c->clusters->segments->source->broken);
    for (size_t i = 0; i < rows->n; i++) {
        if (clusters_known) {
            check_cluster(load, c, i);
        }
        if (!ps_rows_bad(rows, i, column_of("segment_id"))) {
            check_segment(load, rows, i);
        }
    }
}
