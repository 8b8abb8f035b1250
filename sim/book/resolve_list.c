// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/schemes.h"

struct list {
    struct ps_load *load;
    struct ps_resolved *items; /* NULL while counting */
    size_t n;
    size_t scenario;
    char *empty, *preset;
    int failed; /* out of memory */
};

static const char DEFAULT[] = "default";

static char *keep(struct list *list, const char *text)
{
    char *copy = ps_arena_copy(list->load->kept, text, strlen(text));
    list->failed |= copy == NULL;
    return copy;
}

/* Texts that come again and again are kept once. */
static char *keep_common(struct list *list, char **common, const char *text)
{
    if (*common == NULL) {
        *common = keep(list, text);
    }
    return *common;
}

static void add(struct list *list, const struct ps_column_desc *column, const char *row_id,
                const char *value, const char *origin)
{
    if (list->items != NULL) {
        struct ps_resolved *item = &list->items[list->n];
        item->scenario = list->scenario;
        item->column = column;
        item->row_id = row_id[0] == '\0' ? keep_common(list, &list->empty, "") : keep(list, row_id);
        item->value = keep(list, value);
        item->origin = strcmp(origin, DEFAULT) == 0 ? keep_common(list, &list->preset, DEFAULT)
                                                    : keep(list, origin);
    }
    list->n++;
}

/* "products.csv!D3" */
static void cell_origin(const struct ps_csv *csv, const struct ps_cell *cell,
                        char origin[PS_NAME_BYTES])
{
    char text[32];
    const struct ps_place place = {.row = cell->row, .field = cell->field};
    (void)snprintf(origin, PS_NAME_BYTES, "%s!%s", csv->name, ps_place_cell(&place, text));
}

static void item_origin(const struct list *list, const struct ps_item *item,
                        char origin[PS_NAME_BYTES])
{
    if (item->cell == NULL) {
        (void)snprintf(origin, PS_NAME_BYTES, "--set");
    } else {
        cell_origin(&list->load->scenarios->csv, item->cell, origin);
    }
}

static void list_scalars(struct list *list, const struct ps_case *c)
{
    const struct ps_table_desc *desc = ps_table_desc(PS_TABLE_scenarios);
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *column = &desc->columns[i];
        char value[PS_LABEL_BYTES];
        char origin[PS_NAME_BYTES];
        (void)snprintf(origin, sizeof origin, "%s", DEFAULT);
        ps_value_format(column, &c->p, value);
        if (c->given[i] != NULL) {
            item_origin(list, c->given[i], origin);
        }
        for (size_t k = 0; k < list->load->scenarios->csv.columns_n; k++) {
            const struct ps_binding *binding = &list->load->slots[k];
            if (column->scope == PS_SCOPE_NAME && binding->bind == PS_BIND_VALUE &&
                binding->column == column && c->line->row->cells[k].norm[0] != '\0') {
                cell_origin(&list->load->scenarios->csv, &c->line->row->cells[k], origin);
            }
        }
        add(list, column, "", value, origin);
    }
}

static void cell_of_rows(const struct list *list, const struct ps_rows *rows, size_t row,
                         const struct ps_column_desc *column, char origin[PS_NAME_BYTES])
{
    const struct ps_item *item = ps_rows_override(rows, row, column);
    const size_t from = rows->from[row];
    const size_t index = (size_t)(column - ps_table_desc(rows->table)->columns);
    if (item != NULL) {
        item_origin(list, item, origin);
    } else if (from != SIZE_MAX && ps_source_state(rows->source, from, column) == PS_CELL_GIVEN) {
        cell_origin(&rows->source->csv,
                    &rows->source->csv.rows[from].cells[rows->source->field_of[index]], origin);
    } else if (ps_rows_term(rows, row, column) != NULL) {
        const struct ps_products_row *product = ps_rows_at(rows, row);
        size_t n = 0;
        (void)snprintf(origin, PS_NAME_BYTES, "scheme %s", ps_schemes(&n)[product->scheme].id);
    } else if (column->preset[0] == '=') {
        (void)snprintf(origin, PS_NAME_BYTES, "%s", column->preset);
    } else {
        (void)snprintf(origin, PS_NAME_BYTES, "%s", DEFAULT);
    }
}

static void list_rows(struct list *list, const struct ps_rows *rows)
{
    const struct ps_table_desc *desc = ps_table_desc(rows->table);
    for (size_t i = 0; i < rows->n; i++) {
        char id[PS_LABEL_BYTES];
        ps_row_id(rows->table, ps_rows_at(rows, i), id);
        for (size_t k = 1; k < desc->columns_n; k++) {
            const struct ps_column_desc *column = &desc->columns[k];
            /* The tape stands in the inputs by its digest; here only what was changed of it. */
            if (rows->table == PS_TABLE_loans && ps_rows_override(rows, i, column) == NULL) {
                continue;
            }
            char value[PS_LABEL_BYTES];
            char origin[PS_NAME_BYTES];
            ps_value_format(column, ps_rows_at(rows, i), value);
            cell_of_rows(list, rows, i, column, origin);
            add(list, column, id, value, origin);
        }
    }
}

/* A matrix as one value a row: its numbers in the order of the clusters. */
static void list_matrix(struct list *list, const struct ps_clusters *clusters)
{
    const struct ps_column_desc *column = &ps_table_desc(PS_TABLE_correlations)->columns[0];
    const struct ps_column_desc *number = ps_column_find(PS_TABLE_scenarios, "index_correlation");
    char *line = ps_load_take(&list->load->scratch, clusters->n, 32);
    list->failed |= line == NULL;
    for (size_t i = 0; line != NULL && i < clusters->n; i++) {
        size_t n = 0;
        for (size_t k = 0; k < clusters->n; k++) {
            char text[PS_LABEL_BYTES];
            const struct ps_value value = {.real = clusters->matrix[i * clusters->n + k]};
            ps_value_text(number, &value, text);
            n += (size_t)snprintf(line + n, 32 * clusters->n - n, "%s%.30s", k == 0 ? "" : " ",
                                  text);
        }
        add(list, column, clusters->ids[i], line, clusters->source->name);
    }
}

/* Everything of one case. A table that an earlier scenario holds too is one line that names it. */
static void list_case(struct list *list, const struct ps_case *c, const size_t *owners)
{
    list_scalars(list, c);
    for (int t = PS_TABLE_scenarios + 1; t < PS_TABLE_N; t++) {
        const struct ps_rows *rows = c->tables[t];
        if (t == PS_TABLE_correlations && c->correlations != NULL && c->clusters->first == c) {
            list_matrix(list, c->clusters);
        }
        if (rows == NULL || rows->n == 0) {
            continue;
        }
        if (owners[t] == list->scenario) {
            list_rows(list, rows);
        } else {
            add(list, &ps_table_desc((enum ps_table)t)->columns[0], "*",
                list->load->cases[owners[t]].p.scenario_id, "same table as scenario");
        }
    }
}

/* The first kept case with each of the tables of a case. */
static void find_owners(const struct ps_load *load, const struct ps_case *c, size_t *owners)
{
    for (int t = 0; t < PS_TABLE_N; t++) {
        owners[t] = c->tables[t] == NULL ? 0 : (size_t)(c->tables[t]->first - load->cases);
    }
}

static void list_all(struct list *list)
{
    for (size_t i = 0; i < list->load->cases_n; i++) {
        size_t owners[PS_TABLE_N];
        const struct ps_case *c = &list->load->cases[i];
        find_owners(list->load, c, owners);
        list->scenario = i;
        list_case(list, c, owners);
    }
}

static enum ps_status fill_resolved(struct ps_load *load)
{
    struct list counted = {.load = load};
    list_all(&counted);
    struct list list = {.load = load};
    list.items = ps_load_take(load->kept, counted.n, sizeof *list.items);
    if (list.items == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    list_all(&list);
    load->book->resolved = list.items;
    load->book->resolved_n = list.n;
    return list.failed ? ps_status_raise(PS_MEMORY) : PS_OK;
}

static enum ps_status fill_inputs(struct ps_load *load)
{
    size_t n = 0;
    for (const struct ps_source *s = load->sources; s != NULL; s = s->next) {
        n++;
    }
    struct ps_input_file *inputs = ps_load_take(load->kept, n, sizeof *inputs);
    if (inputs == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    load->book->inputs = inputs;
    load->book->inputs_n = n;
    /* Sources are linked last first. */
    for (const struct ps_source *s = load->sources; s != NULL; s = s->next) {
        struct ps_input_file *input = &inputs[--n];
        input->name = ps_arena_copy(load->kept, s->name, strlen(s->name));
        memcpy(input->sha256, s->csv.sha256, sizeof input->sha256);
        input->bytes_n = s->csv.bytes_n;
        if (input->name == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    return PS_OK;
}

static void fill_scenario(const struct ps_case *c, struct ps_scenario *out)
{
    out->p = c->p;
#define TAKE(table)                                                                                \
    out->table = (void *)c->tables[PS_TABLE_##table]->bytes;                                       \
    out->table##_n = c->tables[PS_TABLE_##table]->n
    TAKE(segments);
    TAKE(ip_kinds);
    TAKE(products);
    TAKE(pools);
    TAKE(banks);
    TAKE(demand);
    TAKE(topups);
    TAKE(shocks);
    TAKE(loans);
    TAKE(sector_weights);
    TAKE(anchors);
    TAKE(vehicles);
    TAKE(funds);
    TAKE(trusts);
#undef TAKE
    out->cluster_ids = c->clusters->ids;
    out->clusters_n = c->clusters->n;
    out->index_correlation = c->clusters->matrix;
}

static int id_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The groups of a table of loans. New firms have none. */
static enum ps_status list_groups(struct ps_load *load, struct ps_scenario *s)
{
    size_t labelled = 0, n = 0;
    for (size_t i = 0; i < s->loans_n; i++) {
        labelled += s->loans[i].group_id[0] != '\0';
    }
    if (labelled == 0) {
        return PS_OK;
    }
    char(*ids)[PS_ID_BYTES] = ps_load_take(load->kept, s->loans_n + 1, sizeof *ids);
    if (ids == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < s->loans_n; i++) {
        memcpy(ids[i], s->loans[i].group_id, sizeof *ids);
    }
    const size_t all = s->loans_n + (s->demand_n > 0);
    qsort(ids, all, sizeof *ids, id_order);
    for (size_t i = 0; i < all; i++) {
        if (n == 0 || strcmp(ids[n - 1], ids[i]) != 0) {
            memmove(ids[n++], ids[i], sizeof *ids);
        }
    }
    s->group_ids = ids;
    s->groups_n = n;
    return PS_OK;
}

enum ps_status ps_book_fill(struct ps_load *load)
{
    load->book->scenarios = ps_load_take(load->kept, load->cases_n, sizeof *load->book->scenarios);
    if (load->book->scenarios == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    load->book->scenarios_n = load->cases_n;
    for (size_t i = 0; i < load->cases_n; i++) {
        fill_scenario(&load->cases[i], &load->book->scenarios[i]);
        if (list_groups(load, &load->book->scenarios[i]) != PS_OK) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    const enum ps_status status = fill_resolved(load);
    return status == PS_OK ? fill_inputs(load) : status;
}
