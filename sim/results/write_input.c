// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write.h"

/* scenarios_resolved.csv and warnings.csv: what the run was fed with. */

static const char *unit_of(const struct ps_column_desc *column)
{
    static const char *const UNITS[PS_DIMENSION_N] = {
        [PS_DIMENSION_NONE] = "",         [PS_DIMENSION_WAN] = "wan",
        [PS_DIMENSION_PERCENT] = "pct",   [PS_DIMENSION_TIMES] = "times",
        [PS_DIMENSION_MONTHS] = "months", [PS_DIMENSION_MONTH] = "month",
        [PS_DIMENSION_YEAR] = "year"};
    return UNITS[ps_column_dimension(column)];
}

static size_t scalar_index(const struct ps_resolved *line)
{
    return (size_t)(line->column - ps_table_desc(PS_TABLE_scenarios)->columns);
}

/* Names differ by their nature, and so do the cells they stand in; both are shown always. */
unsigned char *ps_resolved_varying(const struct ps_book *book)
{
    const size_t n = ps_table_desc(PS_TABLE_scenarios)->columns_n;
    unsigned char *varying = calloc(n, 1);
    const struct ps_resolved **first = calloc(n, sizeof *first);
    if (varying == NULL || first == NULL) {
        free(varying);
        free((void *)first);
        return NULL;
    }
    for (size_t i = 0; i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (line->column->table != PS_TABLE_scenarios)
            continue;
        const size_t k = scalar_index(line);
        if (first[k] == NULL)
            first[k] = line;
        varying[k] |= strcmp(first[k]->value, line->value) != 0 ||
                      strcmp(first[k]->origin, line->origin) != 0;
    }
    free((void *)first);
    return varying;
}

int ps_resolved_repeats(const unsigned char *varying, const struct ps_resolved *line)
{
    return line->scenario > 0 && line->column->table == PS_TABLE_scenarios &&
           !varying[scalar_index(line)];
}

static enum ps_status write_line(struct ps_outcsv *csv, const char *scenario_id,
                                 const struct ps_resolved *line)
{
    char origin[PS_LABEL_BYTES] = "";
    ps_outcsv_id(csv, scenario_id);
    ps_outcsv_id(csv, ps_table_desc(line->column->table)->name);
    ps_outcsv_text(csv, line->row_id);
    ps_outcsv_id(csv, line->column->column);
    ps_outcsv_text(csv, line->value);
    ps_outcsv_text(csv, unit_of(line->column));
    /* "=leverage": taken over from another column; without "=", which a spreadsheet would run. */
    const int copied = line->origin[0] == '=';
    if (copied)
        (void)snprintf(origin, sizeof origin, "as %s", line->origin + 1);
    ps_outcsv_text(csv, copied ? origin : line->origin);
    return ps_outcsv_row_end(csv);
}

/* Stands for the scalars that all scenarios share. */
static enum ps_status write_reference(struct ps_outcsv *csv, const struct ps_book *book, size_t i)
{
    struct ps_resolved line = {.column = ps_table_desc(PS_TABLE_scenarios)->columns};
    char star[] = "*", origin[] = "otherwise as scenario";
    line.row_id = star;
    line.value = book->scenarios[0].p.scenario_id;
    line.origin = origin;
    return write_line(csv, book->scenarios[i].p.scenario_id, &line);
}

enum ps_status ps_write_resolved(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    const struct ps_book *book = request->book;
    unsigned char *varying = ps_resolved_varying(book);
    enum ps_status status = varying == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    size_t scenario = 0;
    for (size_t i = 0; status == PS_OK && i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (line->scenario != scenario) {
            scenario = line->scenario;
            status = write_reference(csv, book, scenario);
        }
        if (status == PS_OK && !ps_resolved_repeats(varying, line))
            status = write_line(csv, ps_write_id(request, scenario), line);
    }
    free(varying);
    return status;
}

static void write_position(struct ps_outcsv *csv, long position)
{
    if (position > 0)
        ps_outcsv_int(csv, position);
    else
        ps_outcsv_empty(csv);
}

static enum ps_status write_warning(struct ps_outcsv *csv, const struct ps_diag *diag)
{
    const struct ps_diag_kind *kind = ps_diag_kind(diag->code);
    char *zh = ps_diag_rule(diag, PS_LANG_ZH), *en = ps_diag_rule(diag, PS_LANG_EN);
    char cell[32] = "";
    enum ps_status status = PS_OK;
    if (!zh || !en) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    ps_outcsv_id(csv, kind->code);
    ps_outcsv_id(csv, kind->severity == PS_NOTE ? "note" : "warning");
    ps_outcsv_text(csv, diag->place.file);
    write_position(csv, diag->place.line);
    write_position(csv, diag->place.column);
    if (diag->place.field > 0 && diag->place.row > 0)
        (void)ps_place_cell(&diag->place, cell);
    ps_outcsv_text(csv, cell);
    ps_outcsv_text(csv, diag->value);
    ps_outcsv_text(csv, zh);
    ps_outcsv_text(csv, en);
    status = ps_outcsv_row_end(csv);
out:
    free(zh);
    free(en);
    return status;
}

enum ps_status ps_write_warnings(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->warnings->n; i++)
        if (ps_diag_kind(request->warnings->items[i].code)->severity != PS_ERROR)
            status = write_warning(csv, &request->warnings->items[i]);
    return status;
}
