// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/outcsv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pledgesim/outdir.h"

enum {
    DIGITS = 10,        /* significant, of derived statistics */
    PLAIN_EXP_MIN = -9, /* decimal exponents written without "e" */
    PLAIN_EXP_MAX = 17,
};

static enum ps_status write_to_file(void *context, const void *data, size_t n)
{
    return ps_outfile_write(context, data, n);
}

struct ps_sink ps_sink_of_file(struct ps_outfile *file)
{
    return (struct ps_sink){.write = write_to_file, .context = file};
}

static void put(struct ps_outcsv *csv, const char *bytes, size_t n)
{
    if (csv->status == PS_OK && n > 0 && csv->cells == NULL)
        csv->status = csv->sink.write(csv->sink.context, bytes, n);
}

/* Starts a cell: the comma before it, and the check that it belongs there. 0: do not write. */
static int next_cell(struct ps_outcsv *csv, unsigned types)
{
    if (csv->status != PS_OK)
        return 0;
    if (csv->cells_n >= csv->columns_n || !(types >> csv->columns[csv->cells_n].type & 1u)) {
        csv->status = ps_status_raise(PS_BUG);
        return 0;
    }
    if (csv->cells_n++ > 0)
        put(csv, ",", 1);
    return 1;
}

/* Number and text of the cell that next_cell began. */
static void put_number(struct ps_outcsv *csv, double value, const char *text)
{
    if (csv->cells == NULL)
        put(csv, text, strlen(text));
    else if (isfinite(value))
        csv->cells->number(csv->cells->context, csv->rows_n, csv->cells_n - 1, value);
}

static int runs_as_formula(const char *text)
{
    /* = + - @ in full width: U+FF1D U+FF0B U+FF0D U+FF20 */
    static const char *const WIDE[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"};
    if (text[0] != '\0' && strchr("=+-@\t\r", text[0]))
        return 1;
    for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++)
        if (strncmp(text, WIDE[i], 3) == 0)
            return 1;
    return 0;
}

static int needs_quotes(const char *text)
{
    size_t n = strlen(text);
    return strpbrk(text, ",\"\r\n") != NULL || (n > 0 && (text[0] == ' ' || text[n - 1] == ' '));
}

static void put_quoted(struct ps_outcsv *csv, const char *text)
{
    put(csv, "\"", 1);
    if (runs_as_formula(text))
        put(csv, "'", 1);
    for (;;) {
        size_t n = strcspn(text, "\"");
        put(csv, text, n);
        if (text[n] == '\0')
            break;
        put(csv, "\"\"", 2);
        text += n + 1;
    }
    put(csv, "\"", 1);
}

enum ps_status ps_outcsv_begin(struct ps_outcsv *csv, struct ps_sink sink,
                               const struct ps_column *columns, size_t columns_n)
{
    *csv = (struct ps_outcsv){.sink = sink, .columns = columns, .columns_n = columns_n};
    put(csv, "\xEF\xBB\xBF", 3);
    for (size_t i = 0; i < columns_n; i++) {
        if (i > 0)
            put(csv, ",", 1);
        put(csv, columns[i].name, strlen(columns[i].name));
    }
    put(csv, "\r\n", 2);
    return csv->status;
}

struct ps_outcsv ps_outcsv_of_cells(const struct ps_cells *cells, const struct ps_column *columns,
                                    size_t columns_n)
{
    return (struct ps_outcsv){.cells = cells, .columns = columns, .columns_n = columns_n};
}

void ps_outcsv_text(struct ps_outcsv *csv, const char *text)
{
    if (!next_cell(csv, 1u << PS_COLUMN_string) || !text)
        return;
    if (csv->cells != NULL)
        csv->cells->text(csv->cells->context, csv->rows_n, csv->cells_n - 1, text);
    else if (runs_as_formula(text) || needs_quotes(text))
        put_quoted(csv, text);
    else
        put(csv, text, strlen(text));
}

void ps_outcsv_id(struct ps_outcsv *csv, const char *id)
{
    if (csv->status == PS_OK && (!id || id[0] == '\0'))
        csv->status = ps_status_raise(PS_BUG);
    ps_outcsv_text(csv, id);
}

void ps_outcsv_int(struct ps_outcsv *csv, int64_t value)
{
    char text[PS_NUMBER_TEXT_SIZE];
    if (!next_cell(csv, 1u << PS_COLUMN_integer | 1u << PS_COLUMN_number))
        return;
    ps_format_scaled(value, 0, text);
    put_number(csv, (double)value, text);
}

void ps_outcsv_bool(struct ps_outcsv *csv, int value)
{
    if (!next_cell(csv, 1u << PS_COLUMN_boolean))
        return;
    put_number(csv, value != 0, value ? "true" : "false");
}

static void put_scaled(struct ps_outcsv *csv, int64_t value, int scale)
{
    char text[PS_NUMBER_TEXT_SIZE];
    if (!next_cell(csv, 1u << PS_COLUMN_number))
        return;
    ps_format_scaled(value, scale, text);
    put_number(csv, (double)value / (scale == 6 ? 1e6 : 1e4), text);
}

void ps_outcsv_fen_as_wan(struct ps_outcsv *csv, int64_t fen)
{
    put_scaled(csv, fen, 6);
}

void ps_outcsv_ppm_as_pct(struct ps_outcsv *csv, int64_t ppm)
{
    put_scaled(csv, ppm, 4);
}

void ps_outcsv_double(struct ps_outcsv *csv, double value)
{
    char text[PS_NUMBER_TEXT_SIZE];
    if (!next_cell(csv, 1u << PS_COLUMN_number))
        return;
    ps_format_double(value, text);
    put_number(csv, value, text);
}

void ps_outcsv_empty(struct ps_outcsv *csv)
{
    (void)next_cell(csv, ~0u);
}

enum ps_status ps_outcsv_row_end(struct ps_outcsv *csv)
{
    if (csv->status == PS_OK && csv->cells_n != csv->columns_n)
        csv->status = ps_status_raise(PS_BUG);
    put(csv, "\r\n", 2);
    csv->cells_n = 0;
    csv->rows_n++;
    return csv->status;
}

enum ps_status ps_outcsv_end(struct ps_outcsv *csv)
{
    if (csv->status == PS_OK && csv->cells_n != 0)
        csv->status = ps_status_raise(PS_BUG);
    return csv->status;
}

void ps_format_scaled(int64_t value, int scale, char text[PS_NUMBER_TEXT_SIZE])
{
    /* Unsigned, for INT64_MIN has no positive twin. */
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char reversed[PS_NUMBER_TEXT_SIZE];
    size_t n = 0;
    for (int place = 0; place < scale || rest > 0 || place == scale; place++) {
        char digit = (char)('0' + rest % 10);
        rest /= 10;
        int in_fraction = place < scale;
        if (in_fraction && n == 0 && digit == '0')
            continue; /* a trailing zero */
        if (place == scale && n > 0)
            reversed[n++] = '.';
        reversed[n++] = digit;
    }
    size_t at = 0;
    if (value < 0)
        text[at++] = '-';
    while (n > 0)
        text[at++] = reversed[--n];
    text[at] = '\0';
}

void ps_format_double(double value, char text[PS_NUMBER_TEXT_SIZE])
{
    char raw[PS_NUMBER_TEXT_SIZE];
    char digits[DIGITS + 1];
    int n = 0;
    text[0] = '\0';
    if (!isfinite(value))
        return;
    if (value == 0.0) {
        memcpy(text, "0", 2);
        return;
    }
    /* libc rounds correctly; only its digits and exponent are used, not its decimal point. */
    (void)snprintf(raw, sizeof raw, "%.*e", DIGITS - 1, fabs(value));
    const char *c = raw;
    for (; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    int negative_exp = c[1] == '-';
    int exponent = 0;
    for (c += 2; *c; c++)
        exponent = exponent * 10 + (*c - '0');
    exponent = negative_exp ? -exponent : exponent;
    while (n > 1 && digits[n - 1] == '0')
        n--;

    char *at = text;
    if (value < 0)
        *at++ = '-';
    int plain = exponent >= PLAIN_EXP_MIN && exponent <= PLAIN_EXP_MAX;
    int first = plain ? exponent : 0; /* power of ten of the digit in front */
    for (int power = first > 0 ? first : 0; power >= 0 || first - power < n; power--) {
        int i = first - power;
        if (power == -1)
            *at++ = '.';
        *at++ = i >= 0 && i < n ? digits[i] : '0';
    }
    *at = '\0';
    if (!plain)
        (void)snprintf(at, (size_t)(text + PS_NUMBER_TEXT_SIZE - at), "e%+03d", exponent);
}
