// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_unsigned;

void ps_decimal_format(const struct ps_decimal *d, char buffer[PS_LABEL_BYTES])
{
    char digits[64] = "";
    size_t n = 0;
    size_t at = 0;
    wide_unsigned rest = (wide_unsigned)(d->mantissa < 0 ? -d->mantissa : d->mantissa);
    int scale = rest == 0 ? 0 : d->scale;
    while (scale > 0 && rest % 10 == 0) {
        rest /= 10;
        scale--;
    }
    while (rest > 0 || n == 0) {
        digits[n++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    if (scale > 60 || scale < -60) {
        (void)snprintf(buffer, PS_LABEL_BYTES, "%.17ge%d", (double)d->mantissa, -scale);
        return;
    }
    if (d->mantissa < 0) {
        buffer[at++] = '-';
    }
    const int whole_digits = (int)n - (scale > 0 ? scale : 0);
    if (whole_digits <= 0) {
        buffer[at++] = '0';
    }
    for (int i = 0; i < whole_digits; i++) {
        buffer[at++] = digits[n - 1 - (size_t)i];
    }
    for (int i = scale; i < 0; i++) {
        buffer[at++] = '0';
    }
    if (scale > 0) {
        buffer[at++] = '.';
        for (int i = scale - 1; i >= 0; i--) {
            buffer[at++] = i < (int)n ? digits[i] : '0';
        }
    }
    buffer[at] = '\0';
}

/* The shortest decimal that is read back as the same double. */
static struct ps_decimal shortest(double x)
{
    struct ps_decimal d = {0};
    for (int digits = 1; digits <= 17; digits++) {
        char text[40];
        double back = 0;
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, x);
        if (ps_decimal_parse(text, &d) == PS_NUMBER_OK &&
            ps_decimal_to_double(&d, 0, &back) == PS_NUMBER_OK && back == x) {
            break;
        }
    }
    return d;
}

void ps_value_text(const struct ps_column_desc *column, const struct ps_value *value,
                   char buffer[PS_LABEL_BYTES])
{
    buffer[0] = '\0';
    if (ps_kind_is_text(column->kind)) {
        memcpy(buffer, value->text, sizeof value->text);
        return;
    }
    struct ps_decimal d = {0};
    if (ps_kind_is_real(column->kind)) {
        if (isnan(value->real)) {
            return;
        }
        d = shortest(value->real);
        d.scale += ps_value_shift(column->kind);
    } else if (value->whole == PS_NOT_GIVEN) {
        return;
    } else if (column->kind == PS_KIND_CHOICE) {
        size_t n = 0;
        const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
        (void)snprintf(buffer, PS_LABEL_BYTES, "%s", choices[value->whole].text);
        return;
    } else {
        d = (struct ps_decimal){.mantissa = value->whole, .scale = ps_value_shift(column->kind)};
    }
    ps_decimal_format(&d, buffer);
}

void ps_value_format(const struct ps_column_desc *column, const void *row,
                     char buffer[PS_LABEL_BYTES])
{
    struct ps_value value;
    ps_value_load(column, row, &value);
    ps_value_text(column, &value, buffer);
}

void ps_row_id(enum ps_table table, const void *row, char buffer[PS_LABEL_BYTES])
{
    ps_value_format(&ps_table_desc(table)->columns[0], row, buffer);
}
