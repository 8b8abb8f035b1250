// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdlib.h>
#include <string.h>

#include "pledgesim/textfile.h"

static const struct ps_place SET_PLACE = {.file = "--set"};

static int is_own_only(const struct ps_column_desc *column)
{
    return column->table == PS_TABLE_scenarios && column->scope == PS_SCOPE_NAME;
}

/* ---- --set ---- */

static int same_slot(const struct ps_binding *a, const struct ps_binding *b)
{
    const int same_row = a->row_id == NULL || b->row_id == NULL ? a->row_id == b->row_id
                                                                : strcmp(a->row_id, b->row_id) == 0;
    return a->bind == b->bind && a->table == b->table && a->column == b->column && same_row;
}

/* The slot of a binding; a new one when no column has it. */
static size_t slot_for(struct ps_load *load, const struct ps_binding *binding)
{
    for (size_t i = 0; i < load->slots_n; i++) {
        if (same_slot(&load->slots[i], binding)) {
            return i;
        }
    }
    load->slots[load->slots_n] = *binding;
    return load->slots_n++;
}

static enum ps_status set_item(struct ps_load *load, const char *name, const char *value,
                               const char *written)
{
    struct ps_binding binding;
    enum ps_status status = ps_columns_bind_name(&load->scratch, PS_TABLE_scenarios, name,
                                                 &SET_PLACE, load->diags, &binding);
    if (status != PS_OK || binding.bind == PS_BIND_NOTHING) {
        return status;
    }
    if (binding.bind == PS_BIND_VALUE && is_own_only(binding.column)) {
        ps_diags_add(load->diags, PS_DIAG_SET_NAME, &SET_PLACE, name, NULL);
        return PS_OK;
    }
    char *norm = ps_text_norm(value, strlen(value));
    struct ps_item *item = ps_load_take(&load->scratch, 1, sizeof *item);
    if (norm == NULL || item == NULL) {
        free(norm);
        return ps_status_raise(PS_MEMORY);
    }
    if (norm[0] == '\0') {
        ps_diags_add(load->diags, PS_DIAG_SET_FORM, &SET_PLACE, written, NULL);
        item->bad = 1;
    } else {
        status = ps_item_read(load, &binding, value, norm, &SET_PLACE, item);
    }
    free(norm);
    item->text = value;
    load->set_items[slot_for(load, &binding)] = item;
    return status;
}

static enum ps_status read_set(struct ps_load *load, const char *written)
{
    const char *equals = strchr(written, '=');
    if (equals == NULL || equals == written) {
        ps_diags_add(load->diags, PS_DIAG_SET_FORM, &SET_PLACE, written, NULL);
        return PS_OK;
    }
    char *name = ps_text_norm(written, (size_t)(equals - written));
    const char *value = equals + 1;
    value += strspn(value, " ");
    char *copy = ps_arena_copy(&load->scratch, value, strlen(value));
    if (name == NULL || copy == NULL) {
        free(name);
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t n = strlen(copy); n > 0 && copy[n - 1] == ' '; n--) {
        copy[n - 1] = '\0';
    }
    const enum ps_status status = set_item(load, name, copy, written);
    free(name);
    return status;
}

static enum ps_status make_slots(struct ps_load *load)
{
    const struct ps_source *source = load->scenarios;
    const struct ps_table_desc *desc = ps_table_desc(PS_TABLE_scenarios);
    const size_t most = source->csv.columns_n + load->request->sets_n;
    load->slots = ps_load_take(&load->scratch, most, sizeof *load->slots);
    load->set_items = ps_load_take(&load->scratch, most, sizeof *load->set_items);
    load->slot_of = ps_load_take(&load->scratch, desc->columns_n, sizeof *load->slot_of);
    if (load->slots == NULL || load->set_items == NULL || load->slot_of == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (source->csv.columns_n > 0) {
        memcpy(load->slots, source->bindings, source->csv.columns_n * sizeof *load->slots);
    }
    load->slots_n = source->csv.columns_n;
    for (size_t i = 0; i < load->request->sets_n; i++) {
        const enum ps_status status = read_set(load, load->request->sets[i]);
        if (status != PS_OK) {
            return status;
        }
    }
    for (size_t c = 0; c < desc->columns_n; c++) {
        load->slot_of[c] = SIZE_MAX;
    }
    for (size_t i = 0; i < load->slots_n; i++) {
        if (load->slots[i].bind == PS_BIND_VALUE) {
            load->slot_of[load->slots[i].column - desc->columns] = i;
        }
    }
    return PS_OK;
}

/* ---- rows ---- */

/* scenario_id, label and base of a row. */
static void read_name(struct ps_load *load, const struct ps_binding *binding,
                      const struct ps_cell *cell, struct ps_line *line)
{
    const struct ps_place place = ps_csv_place(&load->scenarios->csv, cell);
    struct ps_value value;
    if (!ps_value_parse(binding->column, PS_UNIT_NONE, cell->text, cell->norm, &place, load->diags,
                        &value)) {
        return;
    }
    if (strcmp(binding->name, "label") == 0) {
        memcpy(line->label, value.text, sizeof line->label);
    } else {
        memcpy(strcmp(binding->name, "base") == 0 ? line->base_id : line->id, value.text,
               sizeof line->id);
    }
}

static enum ps_status read_cell(struct ps_load *load, size_t slot, const struct ps_cell *cell,
                                struct ps_line *line)
{
    const struct ps_binding *binding = &load->slots[slot];
    const struct ps_place place = ps_csv_place(&load->scenarios->csv, cell);
    const int is_name = binding->bind == PS_BIND_VALUE && is_own_only(binding->column);
    if (cell->norm[0] == '\0') {
        if (is_name && binding->column->preset[0] == '\0') {
            const char *const args[] = {binding->column->column, binding->column->doc[PS_LANG_ZH],
                                        NULL};
            ps_diags_add(load->diags, PS_DIAG_VALUE_MISSING, &place, NULL, args);
        }
        return PS_OK;
    }
    if (binding->bind == PS_BIND_NOTHING || is_name) {
        if (is_name) {
            read_name(load, binding, cell, line);
        }
        return PS_OK;
    }
    struct ps_item *item = ps_load_take(&load->scratch, 1, sizeof *item);
    if (item == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    item->cell = cell;
    line->items[slot] = item;
    return ps_item_read(load, binding, cell->text, cell->norm, &place, item);
}

static enum ps_status read_rows(struct ps_load *load)
{
    const struct ps_csv *csv = &load->scenarios->csv;
    const char **ids = ps_load_take(&load->scratch, csv->rows_n, sizeof *ids);
    load->lines = ps_load_take(&load->scratch, csv->rows_n, sizeof *load->lines);
    if (ids == NULL || load->lines == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    load->lines_n = csv->rows_n < PS_SCENARIOS_MAX ? csv->rows_n : PS_SCENARIOS_MAX;
    for (size_t i = 0; i < load->lines_n; i++) {
        struct ps_line *line = &load->lines[i];
        line->row = &csv->rows[i];
        line->base = SIZE_MAX;
        line->items = ps_load_take(&load->scratch, load->slots_n, sizeof *line->items);
        if (line->items == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        for (size_t k = 0; k < csv->columns_n; k++) {
            const enum ps_status status = read_cell(load, k, &line->row->cells[k], line);
            if (status != PS_OK) {
                return status;
            }
        }
        ids[i] = line->id;
    }
    for (size_t i = load->lines_n; i < csv->rows_n; i++) {
        ids[i] = "";
    }
    return ps_source_unique(load, load->scenarios, ids);
}

/* ---- inheritance ---- */

static struct ps_place base_place(const struct ps_load *load, size_t line)
{
    const struct ps_column_desc *column = ps_column_find(PS_TABLE_scenarios, "base");
    return ps_source_place(load->scenarios, line, column);
}

/* A row whose id was refused may be the one that is meant; then nothing is told. */
static void find_base(struct ps_load *load, size_t i)
{
    struct ps_line *line = &load->lines[i];
    struct ps_nearest best = {0};
    int all_named = 1;
    if (line->base_id[0] == '\0') {
        return;
    }
    for (size_t k = 0; k < load->lines_n; k++) {
        if (strcmp(load->lines[k].id, line->base_id) == 0) {
            line->base = k;
            return;
        }
        all_named = all_named && load->lines[k].id[0] != '\0';
        if (load->lines[k].id[0] != '\0') {
            ps_nearest_offer(&best, line->base_id, load->lines[k].id);
        }
    }
    line->orphan = 1;
    if (all_named && !load->scenarios->broken) {
        const struct ps_place place = base_place(load, i);
        const char *const args[] = {best.name == NULL ? "" : best.name, NULL};
        ps_diags_add(load->diags, PS_DIAG_BASE_UNKNOWN, &place, line->base_id, args);
    }
}

/* Takes over what the base gives, base first. A circle is told at the row where it closes, and cut
 * there. The chain is walked with an explicit stack of rows linked by `base`. */
static void inherit(struct ps_load *load, size_t start)
{
    size_t depth = 0;
    for (size_t i = start; i != SIZE_MAX && load->lines[i].visit != 2; i = load->lines[i].base) {
        load->lines[i].visit = 1;
        depth++;
        const size_t base = load->lines[i].base;
        if (base != SIZE_MAX && load->lines[base].visit == 1) {
            const struct ps_place place = base_place(load, i);
            const char *const args[] = {load->lines[base].id, NULL};
            ps_diags_add(load->diags, PS_DIAG_BASE_CIRCLE, &place, load->lines[i].base_id, args);
            load->lines[i].base = SIZE_MAX;
            load->lines[i].orphan = 1;
        }
    }
    for (; depth > 0; depth--) {
        size_t i = start;
        for (size_t k = 1; k < depth; k++) {
            i = load->lines[i].base;
        }
        struct ps_line *line = &load->lines[i];
        line->orphan = line->orphan || (line->base != SIZE_MAX && load->lines[line->base].orphan);
        for (size_t s = 0; line->base != SIZE_MAX && s < load->slots_n; s++) {
            if (line->items[s] == NULL) {
                line->items[s] = load->lines[line->base].items[s];
            }
        }
        line->visit = 2;
    }
}

enum ps_status ps_lines_read(struct ps_load *load)
{
    enum ps_status status = make_slots(load);
    if (status == PS_OK) {
        status = read_rows(load);
    }
    if (status != PS_OK) {
        return status;
    }
    for (size_t i = 0; i < load->lines_n; i++) {
        find_base(load, i);
    }
    for (size_t i = 0; i < load->lines_n; i++) {
        inherit(load, i);
    }
    for (size_t i = 0; i < load->lines_n; i++) {
        for (size_t s = 0; s < load->slots_n; s++) {
            if (load->set_items[s] != NULL) {
                load->lines[i].items[s] = load->set_items[s];
            }
        }
    }
    return PS_OK;
}
