// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_OUTCSV_H
#define PLEDGESIM_OUTCSV_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/columns.h"
#include "pledgesim/status.h"

struct ps_outfile;

/* Where bytes go: a file of a results folder, standard output, or memory in a test. */
struct ps_sink {
    enum ps_status (*write)(void *context, const void *data, size_t n);
    void *context;
};

struct ps_sink ps_sink_of_file(struct ps_outfile *file);

/* Takes the cells of a table as they are instead of their CSV text: a sheet of the workbook. Row 0
 * is the first below the header. Empty cells, and numbers that are not finite, are left out. */
struct ps_cells {
    void (*text)(void *context, uint64_t row, size_t column, const char *text);
    void (*number)(void *context, uint64_t row, size_t column, double value);
    void *context;
};

/* Writes one CSV table cell by cell: UTF-8 with BOM, CRLF, '.' in numbers, whatever the locale.
 * The first failure sticks and turns later cells into no-ops, so that a row is written without
 * checks and asked for its status at its end. */
struct ps_outcsv {
    struct ps_sink sink;
    const struct ps_column *columns; /* borrowed */
    size_t columns_n;
    size_t cells_n; /* in the row so far */
    uint64_t rows_n;
    enum ps_status status;
    const struct ps_cells *cells; /* borrowed; NULL: the sink gets CSV */
};

/* Writes BOM and header line. */
enum ps_status ps_outcsv_begin(struct ps_outcsv *csv, struct ps_sink sink,
                               const struct ps_column *columns, size_t columns_n) PS_MUST_CHECK;

/* The same table for `cells`; nothing is written. */
struct ps_outcsv ps_outcsv_of_cells(const struct ps_cells *cells, const struct ps_column *columns,
                                    size_t columns_n);

/* The next cell of the row. One too many, or of another type than its column: PS_BUG. A number
 * column takes every kind of number, a column of any type takes an empty cell. */

/* UTF-8; NULL is empty. Quoted only where CSV needs it. A cell that a spreadsheet would run as a
 * formula (first character = + - @ TAB CR or their full-width forms) gets an apostrophe in front.
 */
void ps_outcsv_text(struct ps_outcsv *csv, const char *text);
/* The same for a key: NULL or "" is PS_BUG. */
void ps_outcsv_id(struct ps_outcsv *csv, const char *id);
void ps_outcsv_int(struct ps_outcsv *csv, int64_t value);
void ps_outcsv_bool(struct ps_outcsv *csv, int value);
/* Fen as 万元, exact: 123456789 is "123.456789", 1000000 is "1". */
void ps_outcsv_fen_as_wan(struct ps_outcsv *csv, int64_t fen);
/* Parts per million as percent, exact: 15000 is "1.5". */
void ps_outcsv_ppm_as_pct(struct ps_outcsv *csv, int64_t ppm);
/* At most 10 significant digits, see ps_format_double; not finite: an empty cell. */
void ps_outcsv_double(struct ps_outcsv *csv, double value);
void ps_outcsv_empty(struct ps_outcsv *csv);

/* Ends the row: the first failure so far, or PS_BUG when cells are missing. */
enum ps_status ps_outcsv_row_end(struct ps_outcsv *csv) PS_MUST_CHECK;

/* Ends the table: the first failure, or PS_BUG inside a row. The sink stays open. */
enum ps_status ps_outcsv_end(struct ps_outcsv *csv) PS_MUST_CHECK;

#define PS_NUMBER_TEXT_SIZE 48

/* value x 10^-scale (scale 0..18) as a plain decimal without trailing zeros. */
void ps_format_scaled(int64_t value, int scale, char text[PS_NUMBER_TEXT_SIZE]);

/* The double rounded to 10 significant digits (ties to even on its exact value), without trailing
 * zeros, as plain decimal from 1e-9 up to below 1e18 and as d.ddde-XX beyond. Never "-0"; "" when
 * not finite. */
void ps_format_double(double value, char text[PS_NUMBER_TEXT_SIZE]);

#endif
