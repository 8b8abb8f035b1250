// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t index_of(const struct ps_column_desc *column)
{
    return (size_t)(column - ps_table_desc(column->table)->columns);
}

struct ps_place ps_item_place(const struct ps_load *load, const struct ps_item *item)
{
    if (item->cell == NULL) {
        return (struct ps_place){.file = "--set"};
    }
    return ps_csv_place(&load->scenarios->csv, item->cell);
}

int ps_case_bad(const struct ps_case *c, const struct ps_column_desc *column)
{
    const struct ps_item *item = c->given[index_of(column)];
    return item != NULL && item->bad;
}

struct ps_place ps_case_place(const struct ps_load *load, const struct ps_case *c,
                              const struct ps_column_desc *column)
{
    const struct ps_item *item = column == NULL ? NULL : c->given[index_of(column)];
    if (item != NULL) {
        return ps_item_place(load, item);
    }
    return ps_source_place(load->scenarios, (size_t)(c->line - load->lines),
                           &ps_table_desc(PS_TABLE_scenarios)->columns[0]);
}

const void *ps_rows_at(const struct ps_rows *rows, size_t row)
{
    return rows->bytes + row * ps_table_desc(rows->table)->row_bytes;
}

size_t ps_rows_find(const struct ps_rows *rows, const char *id)
{
    size_t low = 0;
    size_t high = rows->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(ps_rows_at(rows, middle), id);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}

const struct ps_item *ps_rows_override(const struct ps_rows *rows, size_t row,
                                       const struct ps_column_desc *column)
{
    const size_t columns_n = ps_table_desc(rows->table)->columns_n;
    return rows->overrides == NULL ? NULL : rows->overrides[row * columns_n + index_of(column)];
}

/* The scenario's value that an empty cell takes ("=name"), or NULL. */
static const struct ps_column_desc *followed(const struct ps_column_desc *column)
{
    return column->preset[0] == '=' ? ps_column_find(PS_TABLE_scenarios, column->preset + 1) : NULL;
}

struct ps_place ps_rows_place(const struct ps_load *load, const struct ps_rows *rows, size_t row,
                              const struct ps_column_desc *column)
{
    const struct ps_item *item = ps_rows_override(rows, row, column);
    if (item != NULL) {
        return ps_item_place(load, item);
    }
    if (ps_rows_term(rows, row, column) != NULL) {
        return ps_rows_place(load, rows, row, ps_column_find(rows->table, "scheme"));
    }
    const size_t from = rows->from[row];
    const struct ps_column_desc *scalar = followed(column);
    const int given =
        from != SIZE_MAX && ps_source_state(rows->source, from, column) != PS_CELL_EMPTY;
    if (!given && scalar != NULL && rows->first->given[index_of(scalar)] != NULL) {
        return ps_case_place(load, rows->first, scalar);
    }
    return from != SIZE_MAX ? ps_source_place(rows->source, from, column)
                            : ps_case_place(load, rows->first, scalar);
}

int ps_rows_bad(const struct ps_rows *rows, size_t row, const struct ps_column_desc *column)
{
    const struct ps_item *item = ps_rows_override(rows, row, column);
    if (item != NULL) {
        return item->bad;
    }
    if (ps_rows_term(rows, row, column) != NULL) {
        return 0;
    }
    const size_t from = rows->from[row];
    const enum ps_cell_state state =
        from == SIZE_MAX ? PS_CELL_EMPTY : ps_source_state(rows->source, from, column);
    const struct ps_column_desc *scalar = followed(column);
    return state == PS_CELL_BAD ||
           (state == PS_CELL_EMPTY && scalar != NULL && ps_case_bad(rows->first, scalar));
}

void *ps_load_take(struct ps_arena *arena, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    void *taken = ps_arena_take(arena, bytes == 0 ? 1 : bytes);
    if (taken != NULL) {
        memset(taken, 0, bytes);
    }
    return taken;
}

static int same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int same_place(const struct ps_place *a, const struct ps_place *b)
{
    return a->line == b->line && a->column == b->column && same_text(a->file, b->file);
}

void ps_load_tell(struct ps_load *load, enum ps_diag_code code, const struct ps_place *place,
                  const char *value, const char *const args[])
{
    for (size_t i = 0; i < load->diags->n; i++) {
        const struct ps_diag *known = &load->diags->items[i];
        if (known->code == code && same_place(&known->place, place) &&
            same_text(known->value, value) &&
            same_text(known->args[0], args == NULL ? NULL : args[0]) &&
            (args == NULL || args[0] == NULL || same_text(known->args[1], args[1]))) {
            return;
        }
    }
    ps_diags_add(load->diags, code, place, value, args);
}

/* ---- what several scenarios share ---- */

enum { NAMED_MAX = 3 };

void ps_names_add(struct ps_names *names, const char *id)
{
    const size_t left = sizeof names->text - names->bytes;
    if (names->n++ < NAMED_MAX) {
        names->bytes += (size_t)snprintf(names->text + names->bytes, left, "%s%s",
                                         names->n > 1 ? ", " : "", id);
    }
}

void ps_names_end(struct ps_names *names)
{
    const size_t left = sizeof names->text - names->bytes;
    if (names->n > NAMED_MAX) {
        (void)snprintf(names->text + names->bytes, left, " (+%zu)", names->n - NAMED_MAX);
    }
}

struct ps_told {
    struct ps_told *next;
    enum ps_diag_code code;
    struct ps_place place;
    char args[2][PS_ID_BYTES];
    const struct ps_case *last;
    struct ps_names scenarios;
};

void ps_load_note(struct ps_load *load, const struct ps_case *c, enum ps_diag_code code,
                  const struct ps_place *place, const char *first, const char *second)
{
    struct ps_told **at = &load->told;
    while (*at != NULL && !((*at)->code == code && same_place(&(*at)->place, place))) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        *at = ps_load_take(&load->scratch, 1, sizeof **at);
        if (*at == NULL) {
            load->diags->out_of_memory = 1;
            return;
        }
        **at = (struct ps_told){.code = code, .place = *place};
        (void)snprintf((*at)->args[0], sizeof(*at)->args[0], "%s", first);
        (void)snprintf((*at)->args[1], sizeof(*at)->args[1], "%s", second);
    }
    if ((*at)->last != c) {
        ps_names_add(&(*at)->scenarios, c->p.scenario_id);
    }
    (*at)->last = c;
}

void ps_load_tell_noted(struct ps_load *load)
{
    for (struct ps_told *told = load->told; told != NULL; told = told->next) {
        ps_names_end(&told->scenarios);
        const char *const args[] = {told->args[0], told->args[1], told->scenarios.text, NULL};
        ps_diags_add(load->diags, told->code, &told->place, NULL, args);
    }
    load->told = NULL;
}
