// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "pledgesim/prepare.h"

/* Does the sampler's input depend on this column? Ids order rows, join tables and address loans. */
static int matters(enum ps_table table, const struct ps_column_desc *column)
{
    return column->scope == PS_SCOPE_WORLD ||
           (table != PS_TABLE_scenarios && column->kind == PS_KIND_ID);
}

static int same_cell(const struct ps_column_desc *column, const char *a, const char *b)
{
    const char *x = a + column->offset, *y = b + column->offset;
    switch (column->kind) {
    case PS_KIND_ID:
    case PS_KIND_TEXT:
    case PS_KIND_REF:
        return strcmp(x, y) == 0;
    case PS_KIND_REAL:
    case PS_KIND_FRAC:
        return memcmp(x, y, sizeof(double)) == 0; /* not given (NaN) equals itself */
    default:
        return memcmp(x, y, sizeof(int64_t)) == 0;
    }
}

static int same_rows(enum ps_table table, const void *a, size_t a_n, const void *b, size_t b_n)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    if (a_n != b_n) {
        return 0;
    }
    for (size_t c = 0; c < desc->columns_n; c++) {
        if (!matters(table, &desc->columns[c])) {
            continue;
        }
        for (size_t i = 0; i < a_n; i++) {
            if (!same_cell(&desc->columns[c], (const char *)a + i * desc->row_bytes,
                           (const char *)b + i * desc->row_bytes)) {
                return 0;
            }
        }
    }
    return 1;
}

static size_t next_issue(const struct ps_scenario *s, size_t i)
{
    while (i < s->vehicles_n && s->vehicles[i].abs_mode != PS_ABS_NEW_ISSUE) {
        i++;
    }
    return i;
}

/* Only new issues bring firms of their own; other vehicles are the policy's. */
static int same_issues(const struct ps_scenario *a, const struct ps_scenario *b)
{
    size_t i = next_issue(a, 0), k = next_issue(b, 0);
    while (i < a->vehicles_n && k < b->vehicles_n &&
           same_rows(PS_TABLE_vehicles, &a->vehicles[i], 1, &b->vehicles[k], 1)) {
        i = next_issue(a, i + 1);
        k = next_issue(b, k + 1);
    }
    return i == a->vehicles_n && k == b->vehicles_n;
}

/* With moral hazard the hazard of a loan depends on its product, which is else the policy's. */
static int same_behaviour(const struct ps_scenario *a, const struct ps_scenario *b)
{
    if (a->p.moral_hazard <= 0) {
        return 1;
    }
    int same = a->products_n == b->products_n;
    for (size_t i = 0; same && i < a->products_n; i++) {
        const struct ps_products_row *x = &a->products[i], *y = &b->products[i];
        same = strcmp(x->product_id, y->product_id) == 0 && x->share_frac == y->share_frac &&
               x->pool_share_ppm == y->pool_share_ppm &&
               x->guarantor_share_ppm == y->guarantor_share_ppm &&
               x->reguarantor_share_ppm == y->reguarantor_share_ppm &&
               x->insurer_share_ppm == y->insurer_share_ppm &&
               x->appraiser_share_ppm == y->appraiser_share_ppm;
    }
    for (size_t i = 0; same && i < a->loans_n; i++) {
        same = strcmp(a->loans[i].product_id, b->loans[i].product_id) == 0;
    }
    return same;
}

int ps_scenario_same_world(const struct ps_scenario *a, const struct ps_scenario *b)
{
    return same_rows(PS_TABLE_scenarios, &a->p, 1, &b->p, 1) &&
           same_rows(PS_TABLE_segments, a->segments, a->segments_n, b->segments, b->segments_n) &&
           same_rows(PS_TABLE_ip_kinds, a->ip_kinds, a->ip_kinds_n, b->ip_kinds, b->ip_kinds_n) &&
           same_rows(PS_TABLE_demand, a->demand, a->demand_n, b->demand, b->demand_n) &&
           same_rows(PS_TABLE_shocks, a->shocks, a->shocks_n, b->shocks, b->shocks_n) &&
           same_rows(PS_TABLE_loans, a->loans, a->loans_n, b->loans, b->loans_n) &&
           same_rows(PS_TABLE_sector_weights, a->sector_weights, a->sector_weights_n,
                     b->sector_weights, b->sector_weights_n) &&
           same_rows(PS_TABLE_anchors, a->anchors, a->anchors_n, b->anchors, b->anchors_n) &&
           same_rows(PS_TABLE_funds, a->funds, a->funds_n, b->funds, b->funds_n) &&
           same_behaviour(a, b) && same_issues(a, b) && a->clusters_n == b->clusters_n &&
           memcmp(a->cluster_ids, b->cluster_ids, a->clusters_n * sizeof a->cluster_ids[0]) == 0 &&
           memcmp(a->index_correlation, b->index_correlation,
                  a->clusters_n * a->clusters_n * sizeof(double)) == 0;
}
