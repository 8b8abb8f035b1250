// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "csv_internal.h"
#include "pledgesim/sha256.h"
#include "pledgesim/textfile.h"

/* libcsv knows no positions, so it is fed one byte a call while this reader counts lines,
 * characters and rows. CSV_STRICT alone would swallow an unclosed quote to the end of the file;
 * CSV_STRICT_FINI reports it. After an error csv_fini would hand over half a row: it is not called
 * then. */
struct reader {
    struct ps_csv *csv;
    struct ps_diags *diags;
    struct csv_parser parser;
    struct ps_raw_row pending;
    enum ps_status status;
    long line, column, row; /* of the byte being fed */
    int cell_open;          /* a character of the current cell has been seen */
    int cell_quoted;
    long cell_line, cell_column;
    size_t cell_bytes_n;
    int row_ended;
};

static void on_cell(void *text, size_t n, void *data)
{
    struct reader *r = data;
    if (r->status == PS_OK) {
        r->status = ps_raw_row_add(&r->pending, n == 0 ? "" : text, n, r->cell_line, r->cell_column,
                                   r->cell_quoted);
    }
    r->cell_open = 0;
    r->cell_quoted = 0;
    r->cell_bytes_n = 0;
}

static void on_row(int terminator, void *data)
{
    (void)terminator;
    struct reader *r = data;
    if (r->status == PS_OK) {
        r->pending.row = r->row;
        r->status = ps_csv_take_row(r->csv, &r->pending, r->diags);
    }
    r->row_ended = 1;
}

/* Notes where the current cell starts: its first character, or the separator of an empty one. */
static void follow_cell(struct reader *r, char c)
{
    if (r->cell_open) {
        r->cell_bytes_n++;
        return;
    }
    if (c == ' ' || c == '\t') {
        return;
    }
    r->cell_quoted = c == '"';
    r->cell_open = c != ',' && c != '\r' && c != '\n';
    r->cell_line = r->line;
    r->cell_column = r->column + r->cell_quoted;
    r->cell_bytes_n = 1;
}

static void tell(struct reader *r, enum ps_diag_code code, long line, long column,
                 const char *const args[])
{
    const struct ps_place place =
        ps_csv_place_at(r->csv, line, column, r->row, (long)r->pending.n + 1);
    ps_diags_add(r->diags, code, &place, NULL, args);
    r->status = ps_status_raise(PS_INPUT);
}

static void tell_unclosed(struct reader *r)
{
    char line[24], column[24];
    (void)snprintf(line, sizeof line, "%ld", r->cell_line);
    (void)snprintf(column, sizeof column, "%ld", r->cell_column - 1);
    tell(r, PS_DIAG_QUOTE_UNCLOSED, r->cell_line, r->cell_column - 1,
         (const char *const[]){line, column, NULL});
}

static void tell_parse_error(struct reader *r)
{
    if (csv_error(&r->parser) != CSV_EPARSE) {
        r->status = ps_status_raise(PS_MEMORY);
    } else if (!r->cell_quoted) {
        tell(r, PS_DIAG_QUOTE_INSIDE, r->line, r->column, NULL);
    } else if (r->cell_line != r->line) {
        tell_unclosed(r); /* the mark that closed it was meant to open another cell */
    } else {
        tell(r, PS_DIAG_QUOTE_AFTER, r->line, r->column, NULL);
    }
}

/* Counts lines and rows. A line break inside a quoted cell ends the line but not the row. */
static void pass_line_end(struct reader *r, char c, char before)
{
    const int second_half = c == '\n' && before == '\r';
    if (!second_half) {
        r->line++;
    }
    if (r->row_ended || (!r->cell_open && !second_half)) {
        r->row++;
    }
    r->column = 0;
}

static void feed(struct reader *r, char c, char before)
{
    if (((unsigned char)c & 0xC0) != 0x80) {
        r->column++;
    }
    if (r->cell_bytes_n > PS_CSV_CELL_BYTES_MAX) { /* before this byte, which may end the cell */
        tell(r, PS_DIAG_CELL_TOO_LONG, r->cell_line, r->cell_column,
             (const char *const[]){"64", NULL});
        return;
    }
    follow_cell(r, c);
    r->row_ended = 0;
    if (csv_parse(&r->parser, &c, 1, on_cell, on_row, r) != 1) {
        tell_parse_error(r);
    } else if (c == '\n' || c == '\r') {
        pass_line_end(r, c, before);
    }
}

static void finish(struct reader *r)
{
    if (!r->cell_open) {
        r->cell_line = r->line;
        r->cell_column = r->column + 1;
    }
    if (csv_fini(&r->parser, on_cell, on_row, r) == 0) {
        return;
    }
    if (csv_error(&r->parser) == CSV_EPARSE) {
        tell_unclosed(r);
    } else {
        r->status = ps_status_raise(PS_MEMORY);
    }
}

static enum ps_status parse(const struct ps_bytes *text, struct ps_csv *csv, struct ps_diags *diags)
{
    struct reader r = {.csv = csv, .diags = diags, .line = 1, .row = 1};
    if (csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return ps_status_raise(PS_MEMORY);
    }
    csv_set_blk_size(&r.parser, 4096);
    for (size_t i = 0; i < text->n && r.status == PS_OK; i++) {
        feed(&r, text->data[i], i == 0 ? '\0' : text->data[i - 1]);
    }
    if (r.status == PS_OK) {
        finish(&r);
    }
    csv_free(&r.parser);
    ps_raw_row_free(&r.pending);
    return r.status;
}

/* Keeps the physical lines for messages: LF, CRLF and CR end a line. */
static enum ps_status keep_lines(const struct ps_bytes *text, struct ps_csv *csv,
                                 struct ps_diags *diags)
{
    size_t n = 1;
    for (size_t i = 0; i < text->n; i++) {
        n += text->data[i] == '\n' || (text->data[i] == '\r' && text->data[i + 1] != '\n');
    }
    if (n > PS_CSV_LINES_MAX) {
        const struct ps_place place = {.file = csv->name};
        ps_diags_add(diags, PS_DIAG_TOO_MANY_ROWS, &place, NULL,
                     (const char *const[]){"4000000", "lines", "行文本", NULL});
        return ps_status_raise(PS_INPUT);
    }
    csv->lines = ps_arena_take(&csv->arena, n * sizeof *csv->lines);
    char *copy = ps_arena_copy(&csv->arena, text->data, text->n);
    if (csv->lines == NULL || copy == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    csv->lines[csv->lines_n++] = copy;
    for (size_t i = 0; i < text->n; i++) {
        if (copy[i] == '\r' && copy[i + 1] == '\n') {
            copy[i] = '\0';
        } else if (copy[i] == '\r' || copy[i] == '\n') {
            copy[i] = '\0';
            csv->lines[csv->lines_n++] = copy + i + 1;
        }
    }
    return PS_OK;
}

static enum ps_status begin(const char *name, struct ps_csv *csv)
{
    *csv = (struct ps_csv){.encoding = "UTF-8"};
    csv->name = ps_arena_copy(&csv->arena, name, strlen(name));
    return csv->name == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

/* Reads the table out of the raw bytes, which are freed. */
static enum ps_status read_table(struct ps_bytes *raw, struct ps_diags *diags, struct ps_csv *csv)
{
    const size_t errors_before = diags->errors_n;
    struct ps_bytes text = {0};
    csv->bytes_n = raw->n;
    ps_sha256_of(raw->data, raw->n, csv->sha256);
    enum ps_status status = ps_text_decode(csv->name, raw, diags, &text, &csv->encoding);
    ps_bytes_free(raw);
    if (status == PS_OK) {
        status = keep_lines(&text, csv, diags);
    }
    if (status == PS_OK) {
        status = parse(&text, csv, diags);
    }
    ps_bytes_free(&text);
    if (status == PS_OK && csv->columns_n == 0) {
        const struct ps_place place = {.file = csv->name};
        ps_diags_add(diags, PS_DIAG_FILE_EMPTY, &place, NULL, NULL);
    }
    if (status == PS_OK && diags->errors_n > errors_before) {
        status = ps_status_raise(PS_INPUT);
    }
    return diags->out_of_memory ? ps_status_raise(PS_MEMORY) : status;
}

enum ps_status ps_csv_read(const char *path, const char *name, struct ps_diags *diags,
                           struct ps_csv *csv)
{
    struct ps_bytes raw = {0};
    enum ps_status status = begin(name, csv);
    if (status == PS_OK) {
        status = ps_file_read(path, csv->name, diags, &raw);
    }
    if (status == PS_OK) {
        status = read_table(&raw, diags, csv);
    }
    ps_bytes_free(&raw);
    return status;
}

enum ps_status ps_csv_parse(const void *bytes, size_t n, const char *name, struct ps_diags *diags,
                            struct ps_csv *csv)
{
    struct ps_bytes raw = {0};
    enum ps_status status = begin(name, csv);
    if (status != PS_OK) {
        return status;
    }
    raw.data = malloc(n + 1);
    if (raw.data == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(raw.data, bytes, n);
    raw.data[n] = '\0';
    raw.n = n;
    return read_table(&raw, diags, csv);
}

void ps_csv_free(struct ps_csv *csv)
{
    free(csv->rows);
    ps_arena_free(&csv->arena);
    *csv = (struct ps_csv){0};
}

#define VERSION_PART(number) #number
#define VERSION_TEXT(major, minor, release)                                                        \
    VERSION_PART(major) "." VERSION_PART(minor) "." VERSION_PART(release)

const char *ps_csv_library_version(void)
{
    return VERSION_TEXT(CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
}
