// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/textfile.h"

/* Latest tables that are compared with a new one. Sharing only saves memory, and a sweep over a
 * value that a table follows would make every scenario look at all before it. */
enum { LOOK_BACK_MAX = 64 };

static void *row_at(struct ps_rows *rows, size_t row)
{
    return rows->bytes + row * ps_table_desc(rows->table)->row_bytes;
}

/* The file a case takes a table from: named in its row, else the regular one. NULL: none. */
static const struct ps_source *source_of(const struct ps_load *load, const struct ps_case *c,
                                         enum ps_table table)
{
    for (size_t s = 0; s < load->slots_n; s++) {
        const struct ps_item *item = c->line->items[s];
        if (load->slots[s].bind == PS_BIND_FILE && load->slots[s].table == table && item != NULL &&
            item->source != NULL) {
            return item->source;
        }
    }
    return load->regular[table];
}

static int is_overridden(const struct ps_load *load, const struct ps_case *c, enum ps_table table)
{
    for (size_t s = 0; s < load->slots_n; s++) {
        if (load->slots[s].bind == PS_BIND_OVERRIDE && load->slots[s].table == table &&
            c->line->items[s] != NULL) {
            return 1;
        }
    }
    return 0;
}

/* 1 when two cases give the columns that a table follows ("=name") the same values, from cells
 * that are equally good. */
static int follows_same(const struct ps_case *a, const struct ps_case *b, enum ps_table table)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    for (size_t i = 0; i < desc->columns_n; i++) {
        const char *preset = desc->columns[i].preset;
        if (preset[0] != '=' || strcmp(preset, "=segment") == 0) {
            continue;
        }
        const struct ps_column_desc *scalar = ps_column_find(PS_TABLE_scenarios, preset + 1);
        struct ps_value x = {0}, y = {0};
        ps_value_load(scalar, &a->p, &x);
        ps_value_load(scalar, &b->p, &y);
        if (x.whole != y.whole || x.real != y.real ||
            ps_case_bad(a, scalar) != ps_case_bad(b, scalar)) {
            return 0;
        }
    }
    return table != PS_TABLE_loans || a->tables[PS_TABLE_segments] == b->tables[PS_TABLE_segments];
}

/* ---- filling ---- */

static void fill_cell(const struct ps_case *c, struct ps_rows *rows, size_t row,
                      const struct ps_column_desc *column)
{
    struct ps_value value = {0};
    const size_t from = rows->from[row];
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    if (from != SIZE_MAX && ps_source_state(rows->source, from, column) == PS_CELL_GIVEN) {
        ps_value_load(column, rows->source->rows + from * desc->row_bytes, &value);
    } else if (column->preset[0] == '=') {
        const struct ps_column_desc *scalar =
            ps_column_find(PS_TABLE_scenarios, column->preset + 1);
        if (scalar != NULL) {
            ps_value_load(scalar, &c->p, &value);
        }
    } else if (column->preset[0] != '\0') {
        ps_value_preset(column, &value);
    }
    ps_value_store(column, &value, row_at(rows, row));
}

/* The one pool or bank of a book that names none. */
static void fill_default_row(struct ps_rows *rows)
{
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    struct ps_value value = {.real = 1};
    (void)snprintf(value.text, sizeof value.text, "%.*s", (int)strlen(desc->name) - 1, desc->name);
    ps_value_store(&desc->columns[0], &value, row_at(rows, 0));
    if (rows->table == PS_TABLE_banks) {
        ps_value_store(ps_column_find(PS_TABLE_banks, "share_pct"), &value, row_at(rows, 0));
    }
}

/* ---- overrides ---- */

/* The row that a header or --set names; SIZE_MAX when there is none. A name in a header went
 * through NFKC, an id in a table only through NFC. */
static enum ps_status find_row(struct ps_rows *rows, const char *wanted, size_t *found)
{
    *found = SIZE_MAX;
    for (size_t row = 0; row < rows->n && *found == SIZE_MAX; row++) {
        char id[PS_LABEL_BYTES];
        ps_row_id(rows->table, row_at(rows, row), id);
        char *norm = ps_text_norm(id, strlen(id));
        if (norm == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        if (strcmp(id, wanted) == 0 || strcmp(norm, wanted) == 0) {
            *found = row;
        }
        free(norm);
    }
    return PS_OK;
}

static void tell_no_row(struct ps_load *load, const struct ps_item *item, size_t slot,
                        struct ps_rows *rows)
{
    const struct ps_binding *binding = &load->slots[slot];
    char near[PS_LABEL_BYTES] = "-"; /* of a table without rows */
    size_t distance = SIZE_MAX;
    for (size_t row = 0; row < rows->n; row++) {
        struct ps_nearest offer = {0};
        char id[PS_LABEL_BYTES];
        ps_row_id(rows->table, row_at(rows, row), id);
        ps_nearest_offer(&offer, binding->row_id, id);
        if (offer.name != NULL && offer.distance < distance) {
            distance = offer.distance;
            memcpy(near, id, sizeof near);
        }
    }
    const struct ps_csv *csv = &load->scenarios->csv;
    const struct ps_place place = item->cell == NULL ? ps_item_place(load, item)
                                                     : ps_csv_place(csv, &csv->header.cells[slot]);
    const char *const args[] = {ps_table_desc(rows->table)->name, binding->row_id, near, NULL};
    ps_load_tell(load, PS_DIAG_OVERRIDE_ROW, &place, binding->name, args);
}

static enum ps_status apply_override(struct ps_load *load, const struct ps_case *c, size_t slot,
                                     struct ps_rows *rows)
{
    const struct ps_binding *binding = &load->slots[slot];
    const struct ps_item *item = c->line->items[slot];
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    size_t row = 0;
    const enum ps_status status = find_row(rows, binding->row_id, &row);
    if (status != PS_OK) {
        return status;
    }
    if (row == SIZE_MAX) {
        if (rows->source == NULL || !rows->source->broken) {
            tell_no_row(load, item, slot, rows);
        }
        return PS_OK;
    }
    if (!item->bad) {
        ps_value_store(binding->column, &item->values[c->picks[slot]], row_at(rows, row));
    }
    rows->overrides[row * desc->columns_n + (size_t)(binding->column - desc->columns)] = item;
    return PS_OK;
}

static enum ps_status apply_overrides(struct ps_load *load, const struct ps_case *c,
                                      struct ps_rows *rows)
{
    rows->overrides = ps_load_take(&load->scratch, rows->n * ps_table_desc(rows->table)->columns_n,
                                   sizeof *rows->overrides);
    if (rows->overrides == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    enum ps_status status = PS_OK;
    for (size_t s = 0; status == PS_OK && s < load->slots_n; s++) {
        if (load->slots[s].bind == PS_BIND_OVERRIDE && load->slots[s].table == rows->table &&
            c->line->items[s] != NULL) {
            status = apply_override(load, c, s, rows);
        }
    }
    return status;
}

/* ---- order ---- */

struct place_in_order {
    const void *row;
    size_t from;
    const struct ps_item **overrides;
};

static int compare_ids(const void *a, const void *b)
{
    const struct place_in_order *x = a;
    const struct place_in_order *y = b;
    return strcmp(x->row, y->row);
}

static int compare_years(const void *a, const void *b)
{
    const struct place_in_order *x = a;
    const struct place_in_order *y = b;
    const struct ps_demand_row *p = x->row;
    const struct ps_demand_row *q = y->row;
    return (p->year > q->year) - (p->year < q->year);
}

/* Sorts the rows by id: bytes, or number for years. */
static enum ps_status sort_rows(struct ps_load *load, struct ps_rows *rows)
{
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    struct place_in_order *order = ps_load_take(&load->scratch, rows->n, sizeof *order);
    unsigned char *bytes = ps_load_take(load->kept, rows->n, desc->row_bytes);
    const struct ps_item **overrides = NULL;
    if (rows->overrides != NULL) {
        overrides = ps_load_take(&load->scratch, rows->n * desc->columns_n, sizeof *overrides);
    }
    if (order == NULL || bytes == NULL || (rows->overrides != NULL && overrides == NULL)) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < rows->n; i++) {
        order[i].row = row_at(rows, i);
        order[i].from = rows->from[i];
        order[i].overrides = rows->overrides == NULL ? NULL : &rows->overrides[i * desc->columns_n];
    }
    if (rows->n > 0) {
        qsort(order, rows->n, sizeof *order,
              rows->table == PS_TABLE_demand ? compare_years : compare_ids);
    }
    for (size_t i = 0; i < rows->n; i++) {
        memcpy(bytes + i * desc->row_bytes, order[i].row, desc->row_bytes);
        rows->from[i] = order[i].from;
        if (overrides != NULL) {
            memcpy(&overrides[i * desc->columns_n], order[i].overrides,
                   desc->columns_n * sizeof *overrides);
        }
    }
    rows->bytes = bytes;
    rows->overrides = overrides;
    return PS_OK;
}

/* Empty "=segment" cells of the tape take the segment's own column of the same name. */
static void follow_segments(const struct ps_case *c, struct ps_rows *loans)
{
    const struct ps_table_desc *desc = ps_table_desc(PS_TABLE_loans);
    const struct ps_rows *segments = c->tables[PS_TABLE_segments];
    for (size_t i = 0; i < loans->n; i++) {
        struct ps_loans_row *loan = row_at(loans, i);
        const size_t segment = ps_rows_find(segments, loan->segment_id);
        for (size_t k = 0; segment != SIZE_MAX && k < desc->columns_n; k++) {
            const struct ps_column_desc *column = &desc->columns[k];
            if (strcmp(column->preset, "=segment") == 0 &&
                ps_rows_override(loans, i, column) == NULL &&
                ps_source_state(loans->source, loans->from[i], column) == PS_CELL_EMPTY) {
                struct ps_value value;
                ps_value_load(ps_column_find(PS_TABLE_segments, column->column),
                              ps_rows_at(segments, segment), &value);
                ps_value_store(column, &value, loan);
            }
        }
    }
}

/* ---- one table of one case ---- */

static enum ps_status make_rows(struct ps_load *load, const struct ps_case *c, struct ps_rows *rows)
{
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    const size_t source_n = rows->source == NULL ? 0 : rows->source->csv.rows_n;
    const int needs_default = source_n == 0 && (rows->source == NULL || !rows->source->broken) &&
                              (rows->table == PS_TABLE_pools || rows->table == PS_TABLE_banks);
    rows->n = needs_default ? 1 : source_n;
    rows->bytes = ps_load_take(&load->scratch, rows->n, desc->row_bytes);
    rows->from = ps_load_take(&load->scratch, rows->n, sizeof *rows->from);
    if (rows->bytes == NULL || rows->from == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < rows->n; i++) {
        rows->from[i] = needs_default ? SIZE_MAX : i;
        for (size_t k = 0; k < desc->columns_n; k++) {
            fill_cell(c, rows, i, &desc->columns[k]);
        }
    }
    if (needs_default) {
        fill_default_row(rows);
    }
    enum ps_status status = PS_OK;
    if (is_overridden(load, c, rows->table)) {
        status = apply_overrides(load, c, rows);
    }
    if (status == PS_OK && rows->table == PS_TABLE_products) {
        ps_rows_follow_schemes(rows);
    }
    if (status == PS_OK) {
        status = sort_rows(load, rows);
    }
    if (status == PS_OK && rows->table == PS_TABLE_loans) {
        follow_segments(c, rows);
    }
    return status;
}

enum ps_status ps_case_table(struct ps_load *load, struct ps_case *c, enum ps_table table)
{
    const struct ps_source *source = source_of(load, c, table);
    const int own = is_overridden(load, c, table);
    int looked_at = 0;
    for (const struct ps_rows *known = load->shared[table];
         !own && known != NULL && looked_at < LOOK_BACK_MAX; known = known->next, looked_at++) {
        if (known->source == source && known->overrides == NULL &&
            follows_same(known->first, c, table)) {
            c->tables[table] = known;
            return PS_OK;
        }
    }
    struct ps_rows *rows = ps_load_take(&load->scratch, 1, sizeof *rows);
    if (rows == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    rows->table = table;
    rows->source = source;
    rows->first = c;
    rows->next = load->shared[table];
    load->shared[table] = rows;
    c->tables[table] = rows;
    const enum ps_status status = make_rows(load, c, rows);
    if (status == PS_OK) {
        ps_check_table(load, rows);
    }
    return status;
}

enum ps_status ps_case_clusters(struct ps_load *load, struct ps_case *c)
{
    const struct ps_rows *segments = c->tables[PS_TABLE_segments];
    c->correlations = source_of(load, c, PS_TABLE_correlations);
    if (c->correlations != NULL && c->correlations->csv.columns_n == 0) {
        c->correlations = NULL; /* nothing could be read of it; told */
    }
    const double uniform = c->correlations != NULL ? 0 : c->p.index_correlation;
    for (const struct ps_clusters *known = load->clusters; known != NULL; known = known->next) {
        if (known->segments == segments && known->source == c->correlations &&
            !(known->uniform < uniform) && !(known->uniform > uniform)) {
            c->clusters = known;
            return PS_OK;
        }
    }
    struct ps_clusters *clusters = ps_load_take(&load->scratch, 1, sizeof *clusters);
    if (clusters == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    clusters->segments = segments;
    clusters->source = c->correlations;
    clusters->uniform = uniform;
    clusters->first = c;
    clusters->next = load->clusters;
    load->clusters = clusters;
    c->clusters = clusters;
    return ps_check_clusters(load, c, clusters);
}
