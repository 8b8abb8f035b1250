// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <string.h>

static int same_target(const struct ps_binding *a, const struct ps_binding *b)
{
    if (a->bind == PS_BIND_NOTHING || a->bind != b->bind || a->table != b->table) {
        return 0;
    }
    const int same_row = a->row_id == b->row_id || (a->row_id != NULL && b->row_id != NULL &&
                                                    strcmp(a->row_id, b->row_id) == 0);
    return a->column == b->column && same_row;
}

/* Refuses a column that another one before it names already. Equal texts were told when the file
 * was read. */
static void refuse_repeated(const struct ps_csv *csv, struct ps_binding *bindings, size_t i,
                            struct ps_diags *diags)
{
    for (size_t k = 0; k < i; k++) {
        if (!same_target(&bindings[i], &bindings[k])) {
            continue;
        }
        const struct ps_cell *cell = &csv->header.cells[i];
        if (strcmp(cell->norm, csv->header.cells[k].norm) != 0) {
            char first[32];
            const struct ps_place there = ps_csv_place(csv, &csv->header.cells[k]);
            const struct ps_place here = ps_csv_place(csv, cell);
            const char *const args[] = {bindings[i].name, ps_place_cell(&there, first), NULL};
            ps_diags_add(diags, PS_DIAG_COLUMN_TWICE, &here, cell->text, args);
        }
        bindings[i].bind = PS_BIND_NOTHING;
        return;
    }
}

static int is_named(const struct ps_binding *bindings, size_t n,
                    const struct ps_column_desc *column)
{
    for (size_t i = 0; i < n; i++) {
        if (bindings[i].column == column && bindings[i].row_id == NULL) {
            return 1;
        }
    }
    return 0;
}

static void tell_missing(enum ps_table table, const struct ps_csv *csv,
                         const struct ps_binding *bindings, struct ps_diags *diags)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    const struct ps_place place = ps_csv_place(csv, &csv->header.cells[0]);
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *column = &desc->columns[i];
        if (column->preset[0] == '\0' && !is_named(bindings, csv->columns_n, column)) {
            const char *const args[] = {column->column, column->doc[PS_LANG_ZH], NULL};
            ps_diags_add(diags, PS_DIAG_COLUMN_MISSING, &place, NULL, args);
        }
    }
}

/* In correlations.csv every column but the first is a cluster. */
static enum ps_status bind_cluster(struct ps_arena *arena, const struct ps_cell *cell,
                                   const struct ps_place *place, struct ps_diags *diags,
                                   struct ps_binding *out)
{
    char id[PS_ID_BYTES];
    *out = (struct ps_binding){.table = PS_TABLE_correlations};
    if (!ps_id_parse(cell->text, place, diags, id)) {
        return PS_OK;
    }
    out->bind = PS_BIND_CLUSTER;
    out->row_id = ps_arena_copy(arena, id, strlen(id));
    out->name = out->row_id;
    return out->row_id == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

enum ps_status ps_columns_bind(struct ps_arena *arena, enum ps_table table,
                               const struct ps_csv *csv, struct ps_diags *diags,
                               struct ps_binding **out)
{
    struct ps_binding *bindings = ps_load_take(arena, csv->columns_n, sizeof *bindings);
    if (bindings == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *out = bindings;
    for (size_t i = 0; i < csv->columns_n; i++) {
        const struct ps_cell *cell = &csv->header.cells[i];
        const struct ps_place place = ps_csv_place(csv, cell);
        enum ps_status status = PS_OK;
        if (cell->norm[0] == '\0') {
            bindings[i].bind = PS_BIND_NOTHING;
        } else if (table == PS_TABLE_correlations && i > 0) {
            status = bind_cluster(arena, cell, &place, diags, &bindings[i]);
        } else {
            status = ps_columns_bind_name(arena, table, cell->norm, &place, diags, &bindings[i]);
        }
        if (status != PS_OK) {
            return status;
        }
        refuse_repeated(csv, bindings, i, diags);
    }
    if (csv->columns_n > 0) {
        tell_missing(table, csv, bindings, diags);
    }
    return PS_OK;
}
