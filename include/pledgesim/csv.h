// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CSV_H
#define PLEDGESIM_CSV_H

#include <stddef.h>

#include "pledgesim/arena.h"
#include "pledgesim/diag.h"

#define PS_CSV_CELL_BYTES_MAX ((size_t)64 * 1024)
#define PS_CSV_COLUMNS_MAX ((size_t)2000)
#define PS_CSV_ROWS_MAX ((size_t)1000000)
#define PS_CSV_LINES_MAX ((size_t)4000000)
#define PS_CSV_CELLS_MAX ((size_t)10000000)

/* One cell: UTF-8, outer blanks and invisible characters trimmed, line breaks inside as "\n". text
 * is what the user wrote; norm is its NFKC form (full-width digits, letters and punctuation become
 * ASCII; in the header line breaks are dropped as well). Both belong to the table, may share memory
 * and are never NULL. */
struct ps_cell {
    char *text;
    char *norm;
    long line, column; /* 1-based position of its first character */
    long row, field;   /* spreadsheet position, 1-based */
    int quoted;        /* it was written between quotes */
};

struct ps_csv_row {
    struct ps_cell *cells; /* exactly as many as the header has */
    long line;
};

/* A whole table as text. */
struct ps_csv {
    char *name;           /* as shown in messages, e.g. "products.csv" */
    const char *encoding; /* "UTF-8", "UTF-8-BOM", "GB18030", "CP936" */
    struct ps_csv_row header;
    size_t columns_n;
    struct ps_csv_row *rows; /* blank lines and rows of empty cells are skipped */
    size_t rows_n;
    char **lines; /* the file's physical lines as UTF-8, for messages */
    size_t lines_n;
    char sha256[65]; /* of the raw bytes */
    size_t bytes_n;
    struct ps_arena arena; /* holds all text above */
};

/* Reads one CSV table (libcsv). Encodings: BOM -> valid UTF-8 -> GB18030 -> CP936, a note says
 * which when it is not UTF-8. Empty cells beyond the header's last name are dropped. A table of a
 * header alone is fine. All problems of form go to diags; PS_INPUT when there was one, PS_IO when
 * the file could not be read (also told in diags), PS_MEMORY. `path` "-" reads standard input. On
 * failure `csv` is still safe to free and holds what could be read. */
enum ps_status ps_csv_read(const char *path, const char *name, struct ps_diags *diags,
                           struct ps_csv *csv) PS_MUST_CHECK;

/* The same for a table in memory, such as a built-in one: n raw bytes, which are not kept. */
enum ps_status ps_csv_parse(const void *bytes, size_t n, const char *name, struct ps_diags *diags,
                            struct ps_csv *csv) PS_MUST_CHECK;

void ps_csv_free(struct ps_csv *csv);

/* The place of a cell for a diagnostic; borrows from the table. */
struct ps_place ps_csv_place(const struct ps_csv *csv, const struct ps_cell *cell);

/* Version of libcsv that the program was built with; static storage. */
const char *ps_csv_library_version(void);

#endif
