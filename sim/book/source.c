// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/embedded.h"

static size_t column_index(const struct ps_column_desc *column)
{
    return (size_t)(column - ps_table_desc(column->table)->columns);
}

enum ps_cell_state ps_source_state(const struct ps_source *source, size_t row,
                                   const struct ps_column_desc *column)
{
    const size_t columns_n = ps_table_desc(source->table)->columns_n;
    return (enum ps_cell_state)source->states[row * columns_n + column_index(column)];
}

struct ps_place ps_source_place(const struct ps_source *source, size_t row,
                                const struct ps_column_desc *column)
{
    const size_t own = source->field_of[column_index(column)];
    const size_t id = source->field_of[0] == SIZE_MAX ? 0 : source->field_of[0];
    return ps_csv_place(&source->csv, &source->csv.rows[row].cells[own == SIZE_MAX ? id : own]);
}

struct ps_place ps_source_header(const struct ps_source *source,
                                 const struct ps_column_desc *column)
{
    if (source->csv.columns_n == 0) {
        return (struct ps_place){.file = source->name};
    }
    const size_t field = column == NULL ? SIZE_MAX : source->field_of[column_index(column)];
    return ps_csv_place(&source->csv, &source->csv.header.cells[field == SIZE_MAX ? 0 : field]);
}

/* ---- ids ---- */

struct folded {
    const char *id;
    size_t row;
};

static int compare_folded(const void *a, const void *b)
{
    const struct folded *x = a;
    const struct folded *y = b;
    const int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

enum ps_status ps_source_unique(struct ps_load *load, const struct ps_source *source,
                                const char *const ids[])
{
    const size_t n = source->csv.rows_n;
    struct folded *all = ps_load_take(&load->scratch, n, sizeof *all);
    if (all == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct folded){ps_id_fold(&load->scratch, ids[i]), i};
        if (all[i].id == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    qsort(all, n, sizeof *all, compare_folded);
    const struct ps_column_desc *column = &ps_table_desc(source->table)->columns[0];
    for (size_t i = 1; i < n; i++) {
        if (all[i].id[0] == '\0' || strcmp(all[i].id, all[i - 1].id) != 0) {
            continue;
        }
        size_t first = i - 1;
        while (first > 0 && strcmp(all[first - 1].id, all[i].id) == 0) {
            first--;
        }
        char cell[32];
        const struct ps_place there = ps_source_place(source, all[first].row, column);
        const struct ps_place here = ps_source_place(source, all[i].row, column);
        const char *const args[] = {ps_place_cell(&there, cell), NULL};
        ps_diags_add(load->diags, PS_DIAG_ID_DUPLICATE, &here, ids[all[i].row], args);
    }
    return PS_OK;
}

static enum ps_status check_ids(struct ps_load *load, const struct ps_source *source)
{
    const struct ps_table_desc *desc = ps_table_desc(source->table);
    const char **ids = ps_load_take(&load->scratch, source->csv.rows_n, sizeof *ids);
    if (ids == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < source->csv.rows_n; i++) {
        char id[PS_LABEL_BYTES] = "";
        if (ps_source_state(source, i, &desc->columns[0]) == PS_CELL_GIVEN) {
            ps_row_id(source->table, source->rows + i * desc->row_bytes, id);
        }
        ids[i] = ps_arena_copy(&load->scratch, id, strlen(id));
        if (ids[i] == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    return ps_source_unique(load, source, ids);
}

/* ---- cells ---- */

/* A sweep outside scenarios.csv: a number would be refused anyway, but this says why. */
static int is_sweep(const struct ps_column_desc *column, const char *norm)
{
    if (ps_kind_is_text(column->kind)) {
        return 0;
    }
    const char *colon = strchr(norm, ':');
    return strchr(norm, '|') != NULL || (colon != NULL && strchr(colon + 1, ':') != NULL);
}

static enum ps_cell_state type_cell(struct ps_load *load, const struct ps_source *source,
                                    const struct ps_binding *binding,
                                    const struct ps_column_desc *column, const struct ps_cell *cell,
                                    struct ps_value *value)
{
    const struct ps_place place = ps_csv_place(&source->csv, cell);
    if (cell->norm[0] == '\0') {
        if (column->preset[0] != '\0') {
            return PS_CELL_EMPTY;
        }
        const char *const args[] = {column->column, column->doc[PS_LANG_ZH], NULL};
        ps_diags_add(load->diags, PS_DIAG_VALUE_MISSING, &place, NULL, args);
        return PS_CELL_BAD;
    }
    if (is_sweep(column, cell->norm)) {
        const char *const args[] = {ps_table_desc(source->table)->name, column->column, NULL};
        ps_diags_add(load->diags, PS_DIAG_SWEEP_ELSEWHERE, &place, cell->text, args);
        return PS_CELL_BAD;
    }
    return ps_value_parse(column, binding->unit, cell->text, cell->norm, &place, load->diags, value)
               ? PS_CELL_GIVEN
               : PS_CELL_BAD;
}

static void type_row(struct ps_load *load, struct ps_source *source, size_t row)
{
    const struct ps_table_desc *desc = ps_table_desc(source->table);
    unsigned char *states = source->states + row * desc->columns_n;
    for (size_t c = 0; c < desc->columns_n; c++) {
        const struct ps_column_desc *column = &desc->columns[c];
        const size_t field = source->field_of[c];
        struct ps_value value;
        enum ps_cell_state state = PS_CELL_EMPTY;
        if (field == SIZE_MAX) {
            state = column->preset[0] == '\0' ? PS_CELL_BAD : PS_CELL_EMPTY;
        } else if (source->bindings[field].bind == PS_BIND_NOTHING) {
            state = PS_CELL_BAD;
        } else {
            state = type_cell(load, source, &source->bindings[field], column,
                              &source->csv.rows[row].cells[field], &value);
        }
        if (state == PS_CELL_GIVEN) {
            ps_value_store(column, &value, source->rows + row * desc->row_bytes);
        }
        states[c] = (unsigned char)state;
    }
    for (size_t k = 0; source->matrix != NULL && k < source->csv.columns_n; k++) {
        double *entry = &source->matrix[row * source->csv.columns_n + k];
        struct ps_value value;
        *entry = NAN;
        if (source->bindings[k].bind == PS_BIND_CLUSTER) {
            struct ps_column_desc cell = *ps_column_find(PS_TABLE_scenarios, "index_correlation");
            cell.preset = "";
            if (type_cell(load, source, &source->bindings[k], &cell,
                          &source->csv.rows[row].cells[k], &value) == PS_CELL_GIVEN) {
                *entry = value.real;
            }
        }
    }
}

static size_t rows_max(enum ps_table table)
{
    switch (table) {
    case PS_TABLE_scenarios:
        return PS_SCENARIOS_MAX;
    case PS_TABLE_segments:
        return 1000;
    case PS_TABLE_correlations:
    case PS_TABLE_anchors:
        return 256;
    case PS_TABLE_sector_weights:
        return 4000;
    case PS_TABLE_products:
    case PS_TABLE_banks:
        return 64;
    case PS_TABLE_pools:
    case PS_TABLE_vehicles:
    case PS_TABLE_funds:
    case PS_TABLE_trusts:
        return 16;
    case PS_TABLE_topups:
        return 512;
    default:
        return 50000;
    }
}

static void check_size(struct ps_load *load, struct ps_source *source)
{
    const struct ps_table_desc *desc = ps_table_desc(source->table);
    char text[24];
    if (source->csv.rows_n > rows_max(source->table)) {
        const struct ps_place place =
            ps_source_place(source, rows_max(source->table), &desc->columns[0]);
        (void)snprintf(text, sizeof text, "%zu", rows_max(source->table));
        const char *const args[] = {desc->name, text, NULL};
        ps_diags_add(load->diags, PS_DIAG_ROWS_TOO_MANY, &place, NULL, args);
    }
    if (source->csv.rows_n < desc->min_rows && !source->broken) {
        const struct ps_place place = ps_source_header(source, NULL);
        const char *const args[] = {desc->name, NULL};
        ps_diags_add(load->diags, PS_DIAG_TABLE_EMPTY, &place, NULL, args);
        source->broken = 1;
    }
}

static enum ps_status type_rows(struct ps_load *load, struct ps_source *source)
{
    const struct ps_table_desc *desc = ps_table_desc(source->table);
    const size_t n = source->csv.rows_n;
    source->rows = ps_load_take(&load->scratch, n, desc->row_bytes);
    source->states = ps_load_take(&load->scratch, n, desc->columns_n);
    if (source->table == PS_TABLE_correlations) {
        source->matrix =
            ps_load_take(&load->scratch, n * source->csv.columns_n, sizeof *source->matrix);
    }
    if (source->rows == NULL || source->states == NULL ||
        (source->table == PS_TABLE_correlations && source->matrix == NULL)) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        type_row(load, source, i);
    }
    return check_ids(load, source);
}

/* ---- files ---- */

/* When nothing but the header could be read it is the header that is malformed, which was told. */
static enum ps_status bind_header(struct ps_load *load, struct ps_source *source)
{
    struct ps_diags quiet = {0};
    const int is_malformed = source->broken && source->csv.rows_n == 0;
    const enum ps_status status =
        ps_columns_bind(&load->scratch, source->table, &source->csv,
                        is_malformed ? &quiet : load->diags, &source->bindings);
    ps_diags_free(&quiet);
    return status;
}

static enum ps_status bind_columns(struct ps_load *load, struct ps_source *source)
{
    const struct ps_table_desc *desc = ps_table_desc(source->table);
    source->field_of = ps_load_take(&load->scratch, desc->columns_n, sizeof *source->field_of);
    if (source->field_of == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t c = 0; c < desc->columns_n; c++) {
        source->field_of[c] = SIZE_MAX;
    }
    const enum ps_status status = bind_header(load, source);
    for (size_t i = source->csv.columns_n; status == PS_OK && i-- > 0;) {
        const struct ps_binding *b = &source->bindings[i];
        if (b->column == NULL || b->column->table != source->table) {
            continue;
        }
        /* A refused column stands for the one it was meant to be, unless that is there too. */
        size_t *field = &source->field_of[column_index(b->column)];
        if (b->bind == PS_BIND_VALUE || (b->bind == PS_BIND_NOTHING && *field == SIZE_MAX)) {
            *field = i;
        }
    }
    return status;
}

static struct ps_source *new_source(struct ps_load *load, enum ps_table table, const char *name)
{
    struct ps_source *source = ps_load_take(&load->scratch, 1, sizeof *source);
    if (source != NULL) {
        source->table = table;
        source->name = ps_arena_copy(&load->scratch, name, strlen(name));
        source->next = load->sources;
        load->sources = source;
    }
    return source == NULL || source->name == NULL ? NULL : source;
}

/* Binds and types what was read. `read` is what reading came to. */
static enum ps_status finish(struct ps_load *load, struct ps_source *source, enum ps_status read)
{
    if (read != PS_OK && read != PS_INPUT && read != PS_IO) {
        return read;
    }
    /* Of a table it is what the book says that is wrong. */
    load->unreadable |= read == PS_IO && source->table == PS_TABLE_scenarios;
    source->broken = read != PS_OK;
    const enum ps_status status = bind_columns(load, source);
    if (status != PS_OK) {
        return status;
    }
    check_size(load, source);
    return source->table == PS_TABLE_scenarios ? PS_OK : type_rows(load, source);
}

enum ps_status ps_source_read(struct ps_load *load, enum ps_table table, const char *file,
                              struct ps_source **out)
{
    for (struct ps_source *known = load->sources; known != NULL; known = known->next) {
        if (known->table == table && !known->built_in && strcmp(known->name, file) == 0) {
            *out = known;
            return PS_OK;
        }
    }
    struct ps_source *source = new_source(load, table, file);
    if (source == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *out = source;
    if (load->request->built_in) {
        const struct ps_embedded_file *bytes = ps_builtin_find(load->folder, file);
        return bytes == NULL ? ps_status_raise(PS_BUG)
                             : finish(load, source,
                                      ps_csv_parse(bytes->bytes, bytes->size, source->name,
                                                   load->diags, &source->csv));
    }
    const size_t n = (load->folder == NULL ? 0 : strlen(load->folder)) + strlen(file) + 2;
    char *path = ps_load_take(&load->scratch, n, 1);
    if (path == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    (void)snprintf(path, n, "%s%s%s", load->folder == NULL ? "" : load->folder,
                   load->folder == NULL ? "" : "/", file);
    return finish(load, source, ps_csv_read(path, source->name, load->diags, &source->csv));
}

enum ps_status ps_source_builtin(struct ps_load *load, enum ps_table table, struct ps_source **out)
{
    *out = NULL;
    char name[64];
    (void)snprintf(name, sizeof name, "built-in %s.csv", ps_table_desc(table)->name);
    const struct ps_embedded_file *file = ps_builtin_find("bishan", name + sizeof "built-in " - 1);
    if (file == NULL) {
        return PS_OK;
    }
    struct ps_source *source = new_source(load, table, name);
    if (source == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *out = source;
    source->built_in = 1;
    return finish(load, source,
                  ps_csv_parse(file->bytes, file->size, source->name, load->diags, &source->csv));
}

void ps_source_free(struct ps_source *sources)
{
    for (; sources != NULL; sources = sources->next) {
        ps_csv_free(&sources->csv);
    }
}
