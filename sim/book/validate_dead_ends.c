// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Warnings about values that are allowed but lead nowhere: a book that lends nothing, or a cell
 * that no rule reads. */

static const struct ps_column_desc *scalar(const char *name)
{
    return ps_column_find(PS_TABLE_scenarios, name);
}

static const struct ps_item *given(const struct ps_case *c, const char *name)
{
    return c->given[scalar(name) - ps_table_desc(PS_TABLE_scenarios)->columns];
}

static int is_choice(const struct ps_case *c, const char *name, const char *text)
{
    char value[PS_LABEL_BYTES];
    ps_value_format(scalar(name), &c->p, value);
    return strcmp(value, text) == 0;
}

/* Only of a value that the row itself or --set gives: what is inherited may well lie idle. */
static void tell_no_effect(struct ps_load *load, const struct ps_case *c, const char *name,
                           const char *because)
{
    const struct ps_item *item = given(c, name);
    const int own =
        item != NULL && (item->cell == NULL || item->cell->row == c->line->row->cells->row);
    if (own && !item->bad) {
        const struct ps_place place = ps_item_place(load, item);
        const char *const args[] = {name, because, NULL};
        ps_load_tell(load, PS_DIAG_NO_EFFECT, &place, item->text, args);
    }
}

/* ---- cells that nothing reads ---- */

/* A scalar that every row of a table replaces by its own cell. */
static void check_followers(struct ps_load *load, const struct ps_case *c, enum ps_table table)
{
    const struct ps_rows *rows = c->tables[table];
    const struct ps_table_desc *desc = ps_table_desc(table);
    for (size_t k = 0; k < desc->columns_n; k++) {
        const struct ps_column_desc *column = &desc->columns[k];
        size_t own_n = 0;
        for (size_t i = 0; i < rows->n; i++) {
            own_n += ps_rows_term(rows, i, column) != NULL ||
                     (rows->from[i] != SIZE_MAX &&
                      ps_source_state(rows->source, rows->from[i], column) != PS_CELL_EMPTY);
        }
        if (column->preset[0] == '=' && rows->n > 0 && own_n == rows->n) {
            char because[PS_NAME_BYTES];
            (void)snprintf(because, sizeof because, "%s: %s", rows->source->name, column->column);
            tell_no_effect(load, c, column->preset + 1, because);
        }
    }
}

/* Parameters of a dependence model that is not the one chosen. */
static void check_dependence(struct ps_load *load, const struct ps_case *c)
{
    static const struct {
        const char *column, *model;
    } owned[] = {
        {"t_nu", "student_t"},           {"t_mixing", "student_t"},
        {"sector_variance", "gamma"},    {"gamma_link", "gamma"},
        {"calm_months", "regime"},       {"stress_months", "regime"},
        {"stress_multiplier", "regime"}, {"stress_shift_sd", "regime"},
    };
    char chosen[PS_LABEL_BYTES], because[PS_LABEL_BYTES + 16];
    ps_value_format(scalar("dependence"), &c->p, chosen);
    (void)snprintf(because, sizeof because, "dependence = %s", chosen);
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++) {
        if (strcmp(owned[i].model, chosen) != 0) {
            tell_no_effect(load, c, owned[i].column, because);
        }
    }
}

static void check_unread(struct ps_load *load, const struct ps_case *c)
{
    check_dependence(load, c);
    const int no_rule = is_choice(c, "topup", "none");
    if (no_rule && c->p.topup_yearly_fen > 0) {
        tell_no_effect(load, c, "topup_yearly_wan", "topup = none");
    }
    if (!is_choice(c, "topup", "target") && c->p.topup_target_fen > 0) {
        tell_no_effect(load, c, "topup_target_wan", no_rule ? "topup = none" : "topup = fixed");
    }
    if (!no_rule && c->p.topup_yearly_fen == 0) {
        tell_no_effect(load, c, "topup", "topup_yearly_wan = 0");
    }
    if (c->p.index_start == PS_START_STATIONARY) {
        tell_no_effect(load, c, "initial_index_sd", "index_start = stationary");
    }
    if (c->p.breaker_scope == PS_BREAKER_OFF) {
        tell_no_effect(load, c, "breaker_suspend_pct", "breaker_scope = off");
    }
    if (c->correlations != NULL) {
        tell_no_effect(load, c, "index_correlation", c->correlations->name);
    }
    check_followers(load, c, PS_TABLE_pools);
    check_followers(load, c, PS_TABLE_products);
}

/* ---- lending that cannot happen ---- */

static int is_clean(const struct ps_rows *rows)
{
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    if (rows->source != NULL && rows->source->broken) {
        return 0;
    }
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t k = 0; k < desc->columns_n; k++) {
            if (ps_rows_bad(rows, i, &desc->columns[k])) {
                return 0;
            }
        }
    }
    return 1;
}

/* The pool bears a share, or what an insurer's caps leave. */
static int is_pooled(const struct ps_products_row *product)
{
    return product->pool_share_ppm > 0 ||
           (product->insurer_excess == PS_EXCESS_POOL && product->insurer_share_ppm > 0);
}

static void check_pools(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *products = c->tables[PS_TABLE_products];
    const struct ps_rows *pools = c->tables[PS_TABLE_pools];
    int shares = 0;
    if (!is_clean(products) || !is_clean(pools) || products->n == 0) {
        return;
    }
    for (size_t i = 0; i < products->n; i++) {
        const struct ps_products_row *product = ps_rows_at(products, i);
        shares |= is_pooled(product);
        if (pools->n > 1 && product->pool_id[0] == '\0' && is_pooled(product)) {
            const struct ps_pools_row *first = ps_rows_at(pools, 0);
            const struct ps_place place =
                ps_rows_place(load, products, i, ps_column_find(PS_TABLE_products, "pool_id"));
            const char *const args[] = {product->product_id, first->pool_id, NULL};
            ps_load_tell(load, PS_DIAG_POOL_ASSUMED, &place, NULL, args);
        }
    }
    if (!shares) {
        const struct ps_place place =
            ps_rows_place(load, products, 0, ps_column_find(PS_TABLE_products, "pool_share_pct"));
        ps_load_tell(load, PS_DIAG_POOL_SHARE_ZERO, &place, NULL, NULL);
    }
    for (size_t i = 0; shares && i < pools->n; i++) {
        const struct ps_pools_row *pool = ps_rows_at(pools, i);
        const int no_money = pool->initial_fen == 0 && pool->topup_yearly_fen == 0 &&
                             c->tables[PS_TABLE_topups]->n == 0;
        if (no_money || pool->leverage_ppm == 0) {
            const struct ps_place place = ps_rows_place(
                load, pools, i,
                ps_column_find(PS_TABLE_pools, no_money ? "initial_wan" : "leverage"));
            const char *const args[] = {pool->pool_id, NULL};
            ps_load_tell(load, PS_DIAG_POOL_CANNOT_LEND, &place, NULL, args);
        }
    }
}

static void check_products(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *products = c->tables[PS_TABLE_products];
    const struct ps_rows *segments = c->tables[PS_TABLE_segments];
    int64_t smallest_wan = INT64_MAX;
    if (!is_clean(products) || !is_clean(segments)) {
        return;
    }
    for (size_t i = 0; i < segments->n; i++) {
        const struct ps_segments_row *segment = ps_rows_at(segments, i);
        smallest_wan =
            segment->amount_min_wan < smallest_wan ? segment->amount_min_wan : smallest_wan;
    }
    for (size_t i = 0; i < products->n; i++) {
        const struct ps_products_row *product = ps_rows_at(products, i);
        const char *const args[] = {product->product_id, NULL};
        if (product->open_from_month > c->p.horizon_months) {
            const struct ps_place place = ps_rows_place(
                load, products, i, ps_column_find(PS_TABLE_products, "open_from_month"));
            ps_load_tell(load, PS_DIAG_PRODUCT_CLOSED, &place, NULL, args);
        }
        if (segments->n > 0 && product->over_cap == PS_OVER_CAP_REFUSE &&
            product->loan_cap_wan > 0 && product->loan_cap_wan < smallest_wan) {
            const struct ps_place place =
                ps_rows_place(load, products, i, ps_column_find(PS_TABLE_products, "loan_cap_wan"));
            ps_load_tell(load, PS_DIAG_CAP_BELOW_MIN, &place, NULL, args);
        }
    }
}

static void check_demand(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *demand = c->tables[PS_TABLE_demand];
    double firms = 0;
    if (demand->n == 0 || c->tables[PS_TABLE_loans]->n > 0 || !is_clean(demand) ||
        ps_case_bad(c, scalar("demand_multiplier"))) {
        return;
    }
    for (size_t i = 0; i < demand->n; i++) {
        const struct ps_demand_row *row = ps_rows_at(demand, i);
        firms += row->new_firms_n * c->p.demand_multiplier;
    }
    if (!(firms > 0)) {
        const int is_scalar = given(c, "demand_multiplier") != NULL;
        const struct ps_place place =
            is_scalar
                ? ps_case_place(load, c, scalar("demand_multiplier"))
                : ps_rows_place(load, demand, 0, ps_column_find(PS_TABLE_demand, "new_firms_n"));
        ps_load_tell(load, PS_DIAG_DEMAND_ZERO, &place, NULL, NULL);
    }
}

/* ---- a transfer that finds nothing to take ---- */

static void check_transfers(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *vehicles = c->tables[PS_TABLE_vehicles];
    const struct ps_rows *segments = c->tables[PS_TABLE_segments];
    const struct ps_rows *loans = c->tables[PS_TABLE_loans];
    int64_t smallest_wan = INT64_MAX;
    if (!is_clean(vehicles) || !is_clean(segments) || !is_clean(loans)) {
        return;
    }
    for (size_t i = 0; i < segments->n; i++) {
        const struct ps_segments_row *segment = ps_rows_at(segments, i);
        smallest_wan =
            segment->amount_min_wan < smallest_wan ? segment->amount_min_wan : smallest_wan;
    }
    for (size_t i = 0; i < loans->n; i++) {
        const struct ps_loans_row *loan = ps_rows_at(loans, i);
        smallest_wan = loan->amount_wan < smallest_wan ? loan->amount_wan : smallest_wan;
    }
    for (size_t i = 0; i < vehicles->n; i++) {
        const struct ps_vehicles_row *vehicle = ps_rows_at(vehicles, i);
        if (vehicle->abs_mode == PS_ABS_TRANSFER && vehicle->size_wan < smallest_wan) {
            const struct ps_place place =
                ps_rows_place(load, vehicles, i, ps_column_find(PS_TABLE_vehicles, "size_wan"));
            char text[24];
            (void)snprintf(text, sizeof text, "%" PRId64, smallest_wan);
            const char *const args[] = {text, NULL};
            ps_load_tell(load, PS_DIAG_TRANSFER_SMALL, &place, NULL, args);
        }
    }
}

/* ---- an anchor firm whose failure brings no default ---- */

static int hangs_on(const struct ps_rows *loans, const char *anchor_id)
{
    for (size_t i = 0; i < loans->n; i++) {
        const struct ps_loans_row *loan = ps_rows_at(loans, i);
        if (strcmp(loan->anchor_id, anchor_id) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The models whose defaults do not read the index. */
static void check_anchors(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *anchors = c->tables[PS_TABLE_anchors];
    const struct ps_rows *loans = c->tables[PS_TABLE_loans];
    const int blind =
        is_choice(c, "dependence", "independent") || is_choice(c, "dependence", "regime");
    if (!blind || !is_clean(anchors) || !is_clean(loans)) {
        return;
    }
    for (size_t i = 0; i < anchors->n; i++) {
        const struct ps_anchors_row *anchor = ps_rows_at(anchors, i);
        if (anchor->pd_frac > 0 && !hangs_on(loans, anchor->anchor_id)) {
            const struct ps_place place =
                ps_rows_place(load, anchors, i, ps_column_find(PS_TABLE_anchors, "shift_sd"));
            char model[PS_LABEL_BYTES];
            ps_value_format(scalar("dependence"), &c->p, model);
            ps_load_note(load, c, PS_DIAG_ANCHOR_IDLE, &place, model, anchor->anchor_id);
        }
    }
}

/* ---- a static portfolio ---- */

/* Without new firms the loans on the books are all there is; that they are renewed by default may
 * not be what is meant. */
static void check_static(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *demand = c->tables[PS_TABLE_demand];
    const struct ps_rows *loans = c->tables[PS_TABLE_loans];
    if (given(c, "renewal_prob_pct") != NULL || !is_clean(demand) || loans->source == NULL) {
        return;
    }
    for (size_t i = 0; i < demand->n; i++) {
        const struct ps_demand_row *row = ps_rows_at(demand, i);
        if (row->new_firms_n * c->p.demand_multiplier > 0) {
            return;
        }
    }
    for (size_t i = 0; i < loans->n; i++) {
        const struct ps_loans_row *loan = ps_rows_at(loans, i);
        if (loan->months_left <= c->p.horizon_months) {
            const struct ps_place place =
                ps_source_header(loans->source, ps_column_find(PS_TABLE_loans, "months_left"));
            const char *const args[] = {scalar("renewal_prob_pct")->preset, NULL};
            ps_load_tell(load, PS_DIAG_STATIC_RENEWED, &place, NULL, args);
            return;
        }
    }
}

void ps_check_dead_ends(struct ps_load *load, const struct ps_case *c)
{
    check_unread(load, c);
    check_pools(load, c);
    check_products(load, c);
    check_demand(load, c);
    check_transfers(load, c);
    check_anchors(load, c);
    check_static(load, c);
}
