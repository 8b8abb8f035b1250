// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TESTS_SHEET_H
#define PLEDGESIM_TESTS_SHEET_H

/* A result file read back, by an own small CSV reader. Include after <cmocka.h>. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sheet {
    char *text;   /* the bytes, cut into cells */
    char **cells; /* rows_n x columns_n, the header first */
    size_t rows_n, columns_n;
};

static inline char *sheet_bytes(const char *folder, const char *name, size_t *n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *n = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*n + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    assert_int_equal(fclose(file), 0);
    bytes[*n] = '\0';
    return bytes;
}

/* Takes one cell off *at; returns what ended it: ',' or '\n'. */
static inline char sheet_cell(char **at, char **cell)
{
    char *from = *at, *to = *at;
    *cell = to;
    int quoted = *from == '"';
    for (from += quoted; quoted || (*from != ',' && *from != '\r'); from++) {
        assert_int_not_equal(*from, '\0');
        if (quoted && *from == '"' && *++from != '"') {
            break;
        }
        *to++ = *from;
    }
    const char end = *from;
    *at = from + (end == '\r' ? 2 : 1);
    if (end == '\r') {
        assert_int_equal(from[1], '\n');
    }
    *to = '\0';
    return end == '\r' ? '\n' : ',';
}

static inline struct sheet sheet_read(const char *folder, const char *name)
{
    size_t n, cells_n = 0;
    struct sheet s = {.text = sheet_bytes(folder, name, &n)};
    assert_memory_equal(s.text, "\xEF\xBB\xBF", 3);
    s.cells = calloc(n, sizeof *s.cells); /* a cell has at least the byte that ends it */
    assert_non_null(s.cells);
    for (char *at = s.text + 3; *at;) {
        const char end = sheet_cell(&at, &s.cells[cells_n++]);
        s.columns_n = s.columns_n == 0 && end == '\n' ? cells_n : s.columns_n;
        if (end == '\n') {
            assert_int_equal(cells_n % s.columns_n, 0);
        }
    }
    s.rows_n = cells_n / s.columns_n;
    return s;
}

static inline void sheet_free(struct sheet *s)
{
    free(s->cells);
    free(s->text);
}

static inline size_t sheet_column(const struct sheet *s, const char *name)
{
    for (size_t c = 0; c < s->columns_n; c++) {
        if (strcmp(s->cells[c], name) == 0) {
            return c;
        }
    }
    fail_msg("no column %s", name);
    return 0;
}

static inline const char *sheet_at(const struct sheet *s, size_t row, const char *column)
{
    return s->cells[row * s->columns_n + sheet_column(s, column)];
}

static inline double sheet_number(const struct sheet *s, size_t row, const char *column)
{
    const char *text = sheet_at(s, row, column);
    char *end;
    assert_int_not_equal(*text, '\0');
    const double x = strtod(text, &end);
    assert_int_equal(*end, '\0');
    return x;
}

/* The next row after `row` whose named cells hold these texts: column, text, ..., NULL. 0: none. */
static inline size_t sheet_next(const struct sheet *s, size_t row, const char *const where[])
{
    while (++row < s->rows_n) {
        size_t i = 0;
        while (where[i] != NULL && strcmp(sheet_at(s, row, where[i]), where[i + 1]) == 0) {
            i += 2;
        }
        if (where[i] == NULL) {
            return row;
        }
    }
    return 0;
}

#define SHEET_WHERE(...)                                                                           \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* The only such row. */
static inline size_t sheet_row(const struct sheet *s, const char *const where[])
{
    const size_t row = sheet_next(s, 0, where);
    assert_int_not_equal(row, 0);
    assert_int_equal(sheet_next(s, row, where), 0);
    return row;
}

static inline size_t sheet_count(const struct sheet *s, const char *const where[])
{
    size_t n = 0;
    for (size_t row = sheet_next(s, 0, where); row != 0; row = sheet_next(s, row, where)) {
        n++;
    }
    return n;
}

static inline double sheet_sum(const struct sheet *s, const char *column, const char *const where[])
{
    double sum = 0;
    for (size_t row = sheet_next(s, 0, where); row != 0; row = sheet_next(s, row, where)) {
        sum += sheet_number(s, row, column);
    }
    return sum;
}

#endif
