// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char small_letter(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

int ps_kind_is_real(enum ps_kind kind)
{
    return kind == PS_KIND_REAL || kind == PS_KIND_FRAC;
}

int ps_kind_is_text(enum ps_kind kind)
{
    return kind == PS_KIND_ID || kind == PS_KIND_REF || kind == PS_KIND_TEXT;
}

int ps_value_shift(enum ps_kind kind)
{
    switch (kind) {
    case PS_KIND_FEN:
    case PS_KIND_TIMES:
        return 6;
    case PS_KIND_PPM:
        return 4;
    case PS_KIND_FRAC:
        return -2;
    default:
        return 0;
    }
}

/* ---- numbers ---- */

/* How a number with `unit` is brought to the unit its column is written in: x times 10^shift.
 * 0 when the unit does not fit the column. */
static int to_column_unit(enum ps_dimension dimension, enum ps_unit unit, int *times, int *shift)
{
    *times = 1;
    *shift = 0;
    if (unit == PS_UNIT_NONE) {
        return 1;
    }
    switch (dimension) {
    case PS_DIMENSION_WAN:
        *shift = unit == PS_UNIT_YUAN ? -4 : (unit == PS_UNIT_YI ? 4 : 0);
        return unit == PS_UNIT_YUAN || unit == PS_UNIT_WAN || unit == PS_UNIT_YI;
    case PS_DIMENSION_PERCENT:
        *shift = unit == PS_UNIT_PERMILLE ? -1 : 0;
        return unit == PS_UNIT_PERCENT || unit == PS_UNIT_PERMILLE;
    case PS_DIMENSION_TIMES:
        return unit == PS_UNIT_TIMES;
    case PS_DIMENSION_MONTHS:
        *times = unit == PS_UNIT_YEAR ? 12 : 1;
        return unit == PS_UNIT_MONTH || unit == PS_UNIT_YEAR;
    case PS_DIMENSION_MONTH:
        return unit == PS_UNIT_MONTH;
    case PS_DIMENSION_YEAR:
        return unit == PS_UNIT_YEAR;
    default:
        return 0;
    }
}

/* A decimal in the unit of the column -> the stored value. */
static enum ps_number_error to_stored(const struct ps_column_desc *column,
                                      const struct ps_decimal *d, struct ps_value *out)
{
    const int shift = ps_value_shift(column->kind);
    return ps_kind_is_real(column->kind) ? ps_decimal_to_double(d, shift, &out->real)
                                         : ps_decimal_to_int(d, shift, &out->whole);
}

/* -1 below the bounds, 1 above, 0 within. The bounds are part of the program and always numbers. */
static int compare_bounds(const struct ps_column_desc *column, const struct ps_value *value)
{
    const char *const bounds[2] = {column->lowest, column->highest};
    for (int i = 0; i < 2; i++) {
        struct ps_decimal d;
        struct ps_value bound = {0};
        if (bounds[i][0] == '\0' || ps_decimal_parse(bounds[i], &d) != PS_NUMBER_OK ||
            to_stored(column, &d, &bound) != PS_NUMBER_OK) {
            continue;
        }
        if (ps_kind_is_real(column->kind)) {
            if (i == 0 ? value->real < bound.real : value->real > bound.real) {
                return i == 0 ? -1 : 1;
            }
        } else if (i == 0 ? value->whole < bound.whole : value->whole > bound.whole) {
            return i == 0 ? -1 : 1;
        }
    }
    return 0;
}

static void tell_range(const struct ps_column_desc *column, const char *text,
                       const struct ps_place *place, struct ps_diags *diags)
{
    const char *unit = ps_column_unit(column, PS_LANG_EN);
    char with_blank[48] = ""; /* "0.99", but "36 months" and "5000 (unit: 10,000 yuan)" */
    if (isdigit((unsigned char)unit[0]))
        (void)snprintf(with_blank, sizeof with_blank, " (unit: %s)", unit);
    else if (unit[0] != '\0')
        (void)snprintf(with_blank, sizeof with_blank, " %s", unit);
    const char *const args[] = {column->lowest, column->highest, ps_column_unit(column, PS_LANG_ZH),
                                with_blank, NULL};
    ps_diags_add(diags, PS_DIAG_VALUE_RANGE, place, text, args);
}

/* Columns that must sum to 100: fractions there are told by the sum, and small shares are usual. */
static int is_summed(const struct ps_column_desc *column)
{
    return strcmp(column->column, "share_pct") == 0 || strncmp(column->column, "tenor_", 6) == 0;
}

/* A percentage that looks like a fraction: below 1 where shares up to 100 % are usual, below 0.1
 * where only low rates are. Writing the sign silences it. */
static void warn_of_fraction(const struct ps_column_desc *column, const struct ps_decimal *d,
                             const char *text, const struct ps_place *place, struct ps_diags *diags)
{
    double value = 0, highest = 0;
    struct ps_decimal bound;
    if (ps_column_dimension(column) != PS_DIMENSION_PERCENT || is_summed(column) ||
        d->unit != PS_UNIT_NONE || ps_decimal_to_double(d, 0, &value) != PS_NUMBER_OK ||
        ps_decimal_parse(column->highest, &bound) != PS_NUMBER_OK ||
        ps_decimal_to_double(&bound, 0, &highest) != PS_NUMBER_OK) {
        return;
    }
    if (value > 0 && value < (highest >= 99 ? 1 : 0.1)) {
        ps_diags_add(diags, PS_DIAG_PERCENT_FRACTION, place, text, NULL);
    }
}

static int same_word(const char *a, const char *b)
{
    while (*a != '\0' && small_letter(*a) == small_letter(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

/* A share that may be left to what the others leave, in words as by an empty cell. */
static int is_rest(const struct ps_column_desc *column, const char *norm)
{
    return strcmp(column->preset, "rest") == 0 &&
           (same_word(norm, column->preset) || strcmp(norm, "其余") == 0);
}

static int parse_number(const struct ps_column_desc *column, enum ps_unit header_unit,
                        const char *text, const char *norm, const struct ps_place *place,
                        struct ps_diags *diags, struct ps_value *out)
{
    struct ps_decimal d;
    if (is_rest(column, norm)) {
        out->whole = PS_NOT_GIVEN;
        return 1;
    }
    enum ps_number_error error = ps_decimal_parse(norm, &d);
    if (error != PS_NUMBER_OK) {
        ps_diags_add(diags, ps_number_diag(norm, error), place, text, NULL);
        return 0;
    }
    int times = 1;
    int shift = 0;
    const enum ps_unit unit = d.unit != PS_UNIT_NONE ? d.unit : header_unit;
    if (!to_column_unit(ps_column_dimension(column), unit, &times, &shift)) {
        const char *const args[] = {ps_column_unit(column, PS_LANG_ZH),
                                    ps_column_unit(column, PS_LANG_EN), NULL};
        ps_diags_add(diags, PS_DIAG_VALUE_UNIT, place, text, args);
        return 0;
    }
    d.mantissa *= times;
    d.scale -= shift;
    error = to_stored(column, &d, out);
    if (error == PS_NUMBER_NOT_WHOLE && column->kind == PS_KIND_COUNT &&
        ps_column_dimension(column) == PS_DIMENSION_WAN) {
        ps_diags_add(diags, PS_DIAG_NUMBER_WHOLE_WAN, place, text, NULL);
        return 0;
    }
    if (error == PS_NUMBER_OVERFLOW && d.mantissa != 0) {
        tell_range(column, text, place, diags);
        return 0;
    }
    if (error != PS_NUMBER_OK) {
        ps_diags_add(diags, ps_number_diag(norm, error), place, text, NULL);
        return 0;
    }
    if (compare_bounds(column, out) != 0) {
        tell_range(column, text, place, diags);
        return 0;
    }
    if (header_unit != PS_UNIT_PERMILLE) {
        warn_of_fraction(column, &d, text, place, diags);
    }
    return 1;
}

/* ---- words ---- */

/* Tells which words are allowed and what each means. */
static void tell_choices(const struct ps_column_desc *column, const char *text,
                         const struct ps_place *place, struct ps_diags *diags)
{
    static const char *const SIGNS[PS_LANG_N][3] = {
        [PS_LANG_ZH] = {"；", "（", "）"}, [PS_LANG_EN] = {"; ", " (", ")"}};
    char all[PS_LANG_N][1024] = {"", ""};
    size_t n = 0;
    const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        for (size_t i = 0, at = 0; i < n && at < sizeof all[lang]; i++) {
            at += (size_t)snprintf(all[lang] + at, sizeof all[lang] - at, "%s%s%s%s%s",
                                   i == 0 ? "" : SIGNS[lang][0], choices[i].text, SIGNS[lang][1],
                                   ps_choice_doc(&choices[i], (enum ps_lang)lang), SIGNS[lang][2]);
        }
    }
    const char *const args[] = {all[PS_LANG_ZH], all[PS_LANG_EN], NULL};
    ps_diags_add(diags, PS_DIAG_CHOICE_UNKNOWN, place, text, args);
}

static int parse_choice(const struct ps_column_desc *column, const char *text, const char *norm,
                        const struct ps_place *place, struct ps_diags *diags, struct ps_value *out)
{
    size_t n = 0;
    const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
    const char *meant = ps_choice_of_alias(column->choice, norm);
    for (size_t i = 0; i < n; i++) {
        if (same_word(meant == NULL ? norm : meant, choices[i].text) ||
            strcmp(norm, ps_choice_doc(&choices[i], PS_LANG_ZH)) == 0) {
            out->whole = (int64_t)i;
            return 1;
        }
    }
    if (column->choice == PS_CHOICE_scheme) {
        ps_schemes_tell_unknown(text, norm, place, diags); /* too many to list */
    } else {
        tell_choices(column, text, place, diags);
    }
    return 0;
}

static int parse_bool(const char *text, const char *norm, const struct ps_place *place,
                      struct ps_diags *diags, struct ps_value *out)
{
    static const char *const WORDS[2][4] = {{"0", "no", "false", "否"}, {"1", "yes", "true", "是"}};
    for (int value = 0; value < 2; value++) {
        for (int i = 0; i < 4; i++) {
            if (same_word(norm, WORDS[value][i])) {
                out->whole = value;
                return 1;
            }
        }
    }
    ps_diags_add(diags, PS_DIAG_BOOL_UNKNOWN, place, text, NULL);
    return 0;
}

static int parse_text(const char *text, const char *norm, const struct ps_place *place,
                      struct ps_diags *diags, struct ps_value *out)
{
    const size_t n = strlen(text);
    if (n >= PS_LABEL_BYTES) {
        ps_diags_add(diags, PS_DIAG_TEXT_LONG, place, text, NULL);
        return 0;
    }
    if (norm[0] != '\0' && strchr("=+-@", norm[0]) != NULL) {
        ps_diags_add(diags, PS_DIAG_LABEL_FORMULA, place, text, NULL);
    }
    memcpy(out->text, text, n + 1);
    return 1;
}

int ps_value_parse(const struct ps_column_desc *column, enum ps_unit header_unit, const char *text,
                   const char *norm, const struct ps_place *place, struct ps_diags *diags,
                   struct ps_value *out)
{
    *out = (struct ps_value){0};
    switch (column->kind) {
    case PS_KIND_ID:
    case PS_KIND_REF:
        return ps_id_parse(text, place, diags, out->text);
    case PS_KIND_TEXT:
        return parse_text(text, norm, place, diags, out);
    case PS_KIND_CHOICE:
        return parse_choice(column, text, norm, place, diags, out);
    case PS_KIND_BOOL:
        return parse_bool(text, norm, place, diags, out);
    default:
        return parse_number(column, header_unit, text, norm, place, diags, out);
    }
}

/* ---- rows ---- */

void ps_value_preset(const struct ps_column_desc *column, struct ps_value *out)
{
    if (strcmp(column->preset, "-") == 0) {
        *out = (struct ps_value){.whole = PS_NOT_GIVEN, .real = NAN};
        return;
    }
    /* A preset is part of the program; test_tables proves that each one is read. */
    struct ps_diags none = {0};
    (void)ps_value_parse(column, PS_UNIT_NONE, column->preset, column->preset, NULL, &none, out);
    ps_diags_free(&none);
}

void ps_value_store(const struct ps_column_desc *column, const struct ps_value *value, void *row)
{
    unsigned char *field = (unsigned char *)row + column->offset;
    if (column->kind == PS_KIND_TEXT) {
        memcpy(field, value->text, PS_LABEL_BYTES);
    } else if (ps_kind_is_text(column->kind)) {
        memcpy(field, value->text, PS_ID_BYTES);
    } else if (ps_kind_is_real(column->kind)) {
        memcpy(field, &value->real, sizeof value->real);
    } else {
        memcpy(field, &value->whole, sizeof value->whole);
    }
}

void ps_value_load(const struct ps_column_desc *column, const void *row, struct ps_value *value)
{
    const unsigned char *field = (const unsigned char *)row + column->offset;
    *value = (struct ps_value){0};
    if (column->kind == PS_KIND_TEXT) {
        memcpy(value->text, field, PS_LABEL_BYTES);
    } else if (ps_kind_is_text(column->kind)) {
        memcpy(value->text, field, PS_ID_BYTES);
    } else if (ps_kind_is_real(column->kind)) {
        memcpy(&value->real, field, sizeof value->real);
    } else {
        memcpy(&value->whole, field, sizeof value->whole);
    }
}
