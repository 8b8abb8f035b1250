// SPDX-License-Identifier: GPL-3.0-or-later
#include "csv_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pledgesim/textfile.h"

/* ---- the row being read ---- */

void ps_raw_row_free(struct ps_raw_row *row)
{
    free(row->cells);
    free(row->text);
    *row = (struct ps_raw_row){0};
}

/* Drops blanks at both ends; line and column follow the first character that stays. */
static void trim(const char **text, size_t *n, struct ps_raw_cell *cell)
{
    for (size_t blank; (blank = ps_text_blank(*text, *n)) != 0;) {
        const char c = **text;
        *text += blank;
        *n -= blank;
        cell->column++;
        if (c == '\n' || (c == '\r' && !(*n > 0 && **text == '\n'))) {
            cell->line++;
            cell->column = 1;
        }
    }
    while (*n > 0) {
        size_t last = *n - 1;
        while (last > 0 && ((unsigned char)(*text)[last] & 0xC0) == 0x80) {
            last--;
        }
        if (ps_text_blank(*text + last, *n - last) == 0) {
            return;
        }
        *n = last;
    }
}

static enum ps_status grow(void **data, size_t *capacity, size_t needed, size_t item)
{
    if (needed <= *capacity) {
        return PS_OK;
    }
    size_t wanted = *capacity == 0 ? 64 : *capacity;
    while (wanted < needed) {
        wanted *= 2;
    }
    void *grown = realloc(*data, wanted * item);
    if (grown == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *data = grown;
    *capacity = wanted;
    return PS_OK;
}

enum ps_status ps_raw_row_add(struct ps_raw_row *row, const char *text, size_t n, long line,
                              long column, int quoted)
{
    struct ps_raw_cell cell = {.line = line, .column = column, .quoted = quoted};
    trim(&text, &n, &cell);
    row->n++;
    if (n > 0) {
        row->used_n = row->n;
    }
    if (row->n > PS_CSV_COLUMNS_MAX) {
        return PS_OK;
    }
    void *cells = row->cells, *buffer = row->text;
    enum ps_status status = grow(&cells, &row->capacity, row->n, sizeof *row->cells);
    row->cells = cells;
    if (status == PS_OK) {
        status = grow(&buffer, &row->text_capacity, row->text_n + n, 1);
        row->text = buffer;
    }
    if (status != PS_OK) {
        return status;
    }
    cell.start = row->text_n;
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\r') {
            row->text[row->text_n++] = text[i];
        } else if (i + 1 == n || text[i + 1] != '\n') {
            row->text[row->text_n++] = '\n';
        }
    }
    cell.n = row->text_n - cell.start;
    row->cells[row->n - 1] = cell;
    return PS_OK;
}

static void clear(struct ps_raw_row *row)
{
    row->n = row->used_n = row->text_n = 0;
}

/* ---- places ---- */

struct ps_place ps_csv_place_at(const struct ps_csv *csv, long line, long column, long row,
                                long field)
{
    const int known = line >= 1 && (size_t)line <= csv->lines_n;
    return (struct ps_place){.file = csv->name,
                             .line = line,
                             .column = column,
                             .row = row,
                             .field = field,
                             .source = known ? csv->lines[line - 1] : NULL};
}

struct ps_place ps_csv_place(const struct ps_csv *csv, const struct ps_cell *cell)
{
    return ps_csv_place_at(csv, cell->line, cell->column, cell->row, cell->field);
}

static struct ps_place place_of_raw(const struct ps_csv *csv, const struct ps_raw_row *row,
                                    size_t i)
{
    return ps_csv_place_at(csv, row->cells[i].line, row->cells[i].column, row->row, (long)i + 1);
}

/* ---- keeping a row ---- */

static int is_ascii(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] >= 0x80) {
            return 0;
        }
    }
    return 1;
}

static char *norm_of(struct ps_arena *arena, char *text, size_t n)
{
    if (is_ascii(text, n)) {
        return text;
    }
    char *norm = ps_text_norm(text, n);
    char *kept = norm == NULL ? NULL : ps_arena_copy(arena, norm, strlen(norm));
    free(norm);
    return kept;
}

static enum ps_status keep_row(struct ps_csv *csv, const struct ps_raw_row *row, size_t n,
                               struct ps_csv_row *out)
{
    struct ps_cell *cells = ps_arena_take(&csv->arena, n * sizeof *cells);
    if (cells == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ps_raw_cell *raw = &row->cells[i];
        char *text = ps_arena_copy(&csv->arena, row->text + raw->start, raw->n);
        char *norm = text == NULL ? NULL : norm_of(&csv->arena, text, raw->n);
        if (norm == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        cells[i] = (struct ps_cell){.text = text,
                                    .norm = norm,
                                    .line = raw->line,
                                    .column = raw->column,
                                    .row = row->row,
                                    .field = (long)i + 1,
                                    .quoted = raw->quoted};
    }
    *out = (struct ps_csv_row){.cells = cells, .line = cells[0].line};
    return PS_OK;
}

/* ---- header ---- */

/* A separator other than the comma leaves its mark in the names. */
static const char *wrong_separator(const struct ps_csv *csv, const struct ps_cell *cell)
{
    static const struct {
        const char *text, *shown;
    } SEPARATORS[] = {{"\t", "Tab"}, {";", "\";\""}, {"，", "\"，\""}, {"；", "\"；\""}};
    if (cell->quoted) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof SEPARATORS / sizeof *SEPARATORS; i++) {
        if (strstr(cell->text, SEPARATORS[i].text) != NULL) {
            return SEPARATORS[i].shown;
        }
    }
    return csv->columns_n == 1 && strchr(cell->text, '|') != NULL ? "\"|\"" : NULL;
}

/* Sheets break long names over lines; the break is no part of the name. */
static enum ps_status join_lines(struct ps_csv *csv, struct ps_cell *cell)
{
    if (strchr(cell->norm, '\n') == NULL) {
        return PS_OK;
    }
    char *norm = ps_arena_copy(&csv->arena, cell->norm, strlen(cell->norm));
    if (norm == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    char *end = norm;
    for (const char *p = cell->norm; *p != '\0'; p++) {
        if (*p != '\n') {
            *end++ = *p;
        }
    }
    *end = '\0';
    cell->norm = norm;
    return PS_OK;
}

static void check_name(const struct ps_csv *csv, size_t i, struct ps_diags *diags)
{
    const struct ps_cell *cell = &csv->header.cells[i];
    const struct ps_place place = ps_csv_place(csv, cell);
    char letters[32];
    if (*cell->norm == '\0') {
        const struct ps_place column = {.field = cell->field};
        ps_diags_add(diags, PS_DIAG_HEADER_EMPTY, &place, NULL,
                     (const char *const[]){ps_place_cell(&column, letters), NULL});
        return;
    }
    for (size_t k = 0; k < i; k++) {
        if (strcmp(csv->header.cells[k].norm, cell->norm) == 0) {
            const struct ps_place column = {.field = (long)k + 1};
            ps_diags_add(diags, PS_DIAG_HEADER_DUPLICATE, &place, cell->text,
                         (const char *const[]){ps_place_cell(&column, letters), NULL});
            return;
        }
    }
}

static enum ps_status take_header(struct ps_csv *csv, const struct ps_raw_row *row,
                                  struct ps_diags *diags)
{
    if (row->used_n > PS_CSV_COLUMNS_MAX) {
        const struct ps_place place = place_of_raw(csv, row, PS_CSV_COLUMNS_MAX - 1);
        ps_diags_add(diags, PS_DIAG_TOO_MANY_COLUMNS, &place, NULL,
                     (const char *const[]){"2000", NULL});
        return ps_status_raise(PS_INPUT);
    }
    enum ps_status status = keep_row(csv, row, row->used_n, &csv->header);
    if (status != PS_OK) {
        return status;
    }
    csv->columns_n = row->used_n;
    for (size_t i = 0; i < csv->columns_n; i++) {
        struct ps_cell *cell = &csv->header.cells[i];
        const char *separator = wrong_separator(csv, cell);
        if (separator != NULL) {
            const struct ps_place place = ps_csv_place(csv, cell);
            ps_diags_add(diags, PS_DIAG_SEPARATOR, &place, NULL,
                         (const char *const[]){separator, NULL});
            return ps_status_raise(PS_INPUT);
        }
        status = join_lines(csv, cell);
        if (status != PS_OK) {
            return status;
        }
        check_name(csv, i, diags);
    }
    return PS_OK;
}

/* ---- data rows ---- */

static int is_merge_mark(const struct ps_raw_row *row)
{
    const struct ps_raw_cell *cell = &row->cells[0];
    const char *text = row->text + cell->start;
    if (cell->n < 7 || cell->quoted) {
        return 0;
    }
    return memcmp(text, "<<<<<<<", 7) == 0 || memcmp(text, ">>>>>>>", 7) == 0 ||
           (cell->n == 7 && memcmp(text, "=======", 7) == 0);
}

static int has_fullwidth_comma(const struct ps_raw_row *row)
{
    static const char COMMA[] = "，";
    for (size_t i = 0; i + sizeof COMMA - 1 <= row->text_n; i++) {
        if (memcmp(row->text + i, COMMA, sizeof COMMA - 1) == 0) {
            return 1;
        }
    }
    return 0;
}

/* 1 when the row has as many cells as the header; else tells why not. */
static int check_width(const struct ps_csv *csv, const struct ps_raw_row *row,
                       struct ps_diags *diags)
{
    const size_t columns_n = csv->columns_n;
    if (row->n >= columns_n && row->used_n <= columns_n) {
        return 1;
    }
    char row_text[24], cells_text[24], columns_text[24];
    const int is_long = row->used_n > columns_n;
    (void)snprintf(row_text, sizeof row_text, "%ld", row->row);
    (void)snprintf(cells_text, sizeof cells_text, "%zu", is_long ? row->used_n : row->n);
    (void)snprintf(columns_text, sizeof columns_text, "%zu", columns_n);
    const char *const args[] = {row_text, cells_text, columns_text, NULL};
    if (is_long) {
        size_t extra = columns_n < PS_CSV_COLUMNS_MAX ? columns_n : PS_CSV_COLUMNS_MAX - 1;
        while (extra + 1 < row->n && extra + 1 < PS_CSV_COLUMNS_MAX && row->cells[extra].n == 0) {
            extra++;
        }
        const struct ps_place place = place_of_raw(csv, row, extra);
        ps_diags_add(diags, PS_DIAG_ROW_LONG, &place, NULL, args);
        return 0;
    }
    struct ps_place place = place_of_raw(csv, row, row->n - 1);
    if (place.source != NULL) {
        place.column = (long)ps_text_length(place.source, strlen(place.source)) + 1;
    }
    ps_diags_add(diags, has_fullwidth_comma(row) ? PS_DIAG_ROW_FULLWIDTH_COMMA : PS_DIAG_ROW_SHORT,
                 &place, NULL, args);
    return 0;
}

static int is_header_again(const struct ps_csv *csv, const struct ps_csv_row *row)
{
    for (size_t i = 0; i < csv->columns_n; i++) {
        if (strcmp(row->cells[i].text, csv->header.cells[i].text) != 0) {
            return 0;
        }
    }
    return csv->columns_n > 1;
}

static enum ps_status too_many(const struct ps_csv *csv, const struct ps_raw_row *row,
                               struct ps_diags *diags, const char *const args[])
{
    const struct ps_place place = place_of_raw(csv, row, 0);
    ps_diags_add(diags, PS_DIAG_TOO_MANY_ROWS, &place, NULL, args);
    return ps_status_raise(PS_INPUT);
}

static enum ps_status make_room(struct ps_csv *csv, const struct ps_raw_row *row,
                                struct ps_diags *diags)
{
    if (csv->rows_n == PS_CSV_ROWS_MAX) {
        return too_many(csv, row, diags, (const char *const[]){"1000000", "rows", "行记录", NULL});
    }
    if ((csv->rows_n + 1) * csv->columns_n > PS_CSV_CELLS_MAX) {
        return too_many(csv, row, diags,
                        (const char *const[]){"10000000", "cells", "个单元格", NULL});
    }
    /* Room doubles each time the number of rows reaches a power of two. */
    if ((csv->rows_n & (csv->rows_n - 1)) == 0) {
        const size_t capacity = csv->rows_n == 0 ? 1 : 2 * csv->rows_n;
        struct ps_csv_row *rows = realloc(csv->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        csv->rows = rows;
    }
    return PS_OK;
}

static enum ps_status take_data(struct ps_csv *csv, const struct ps_raw_row *row,
                                struct ps_diags *diags)
{
    if (is_merge_mark(row)) {
        const struct ps_place place = place_of_raw(csv, row, 0);
        ps_diags_add(diags, PS_DIAG_MERGE_MARK, &place, NULL, NULL);
        return PS_OK;
    }
    if (!check_width(csv, row, diags)) {
        return PS_OK;
    }
    struct ps_csv_row kept;
    enum ps_status status = make_room(csv, row, diags);
    if (status == PS_OK) {
        status = keep_row(csv, row, csv->columns_n, &kept);
    }
    if (status != PS_OK) {
        return status;
    }
    if (is_header_again(csv, &kept)) {
        const struct ps_place place = place_of_raw(csv, row, 0);
        ps_diags_add(diags, PS_DIAG_HEADER_REPEATED, &place, NULL, NULL);
        return PS_OK;
    }
    csv->rows[csv->rows_n++] = kept;
    return PS_OK;
}

/* "sep=," or "sep=;" above the header, which Excel understands. */
static int is_separator_line(const struct ps_raw_row *row)
{
    const struct ps_raw_cell *cell = &row->cells[0];
    return row->used_n == 1 && !cell->quoted && (cell->n == 4 || cell->n == 5) &&
           strncasecmp(row->text + cell->start, "sep=", 4) == 0;
}

enum ps_status ps_csv_take_row(struct ps_csv *csv, struct ps_raw_row *row, struct ps_diags *diags)
{
    enum ps_status status = PS_OK;
    if (row->used_n > 0 && csv->columns_n == 0 && is_separator_line(row)) {
        const struct ps_place place = place_of_raw(csv, row, 0);
        ps_diags_add(diags, PS_DIAG_SEPARATOR_LINE, &place, NULL, NULL);
    } else if (row->used_n > 0) {
        status = csv->columns_n == 0 ? take_header(csv, row, diags) : take_data(csv, row, diags);
    }
    clear(row);
    return status;
}
