// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CSV_INTERNAL_H
#define PLEDGESIM_CSV_INTERNAL_H

#include "pledgesim/csv.h"

/* Between the parser (csv.c) and the table it fills (csv_table.c). */

/* A cell of the row being read; its text lies in the row's text buffer. */
struct ps_raw_cell {
    size_t start, n; /* trimmed */
    long line, column;
    int quoted;
};

/* One row as it comes from the parser. Cells beyond PS_CSV_COLUMNS_MAX are counted, not kept. */
struct ps_raw_row {
    struct ps_raw_cell *cells;
    size_t n, capacity;
    size_t used_n; /* cells up to the last one that is not empty */
    char *text;
    size_t text_n, text_capacity;
    long row; /* spreadsheet row */
};

/* Adds a cell: n bytes that start at line, column. PS_MEMORY when memory is out. */
enum ps_status ps_raw_row_add(struct ps_raw_row *row, const char *text, size_t n, long line,
                              long column, int quoted) PS_MUST_CHECK;
void ps_raw_row_free(struct ps_raw_row *row);

/* Takes the finished row as header or data of the table, or drops it when it is empty or, with a
 * diagnostic, malformed. PS_INPUT: reading on makes no sense; PS_MEMORY. Empties `row`. */
enum ps_status ps_csv_take_row(struct ps_csv *csv, struct ps_raw_row *row, struct ps_diags *diags)
    PS_MUST_CHECK;

/* A place in the table that is no kept cell. */
struct ps_place ps_csv_place_at(const struct ps_csv *csv, long line, long column, long row,
                                long field);

#endif
