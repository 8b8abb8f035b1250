// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/number.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 36
#define EXPONENT_MAX 999
#define MINUS_SIGN "\xE2\x88\x92" /* U+2212 */

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/* The significant digits read so far. */
struct digits {
    int128 value;
    int n;
    int too_long;
};

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void push_digit(struct digits *digits, char c)
{
    if (digits->n == 0 && c == '0') {
        return;
    }
    if (digits->n == DIGITS_MAX) {
        digits->too_long = 1;
        return;
    }
    digits->value = 10 * digits->value + (c - '0');
    digits->n++;
}

/* Reads an optional sign; returns -1 or +1. */
static int take_sign(const char **p)
{
    if (**p == '+') {
        (*p)++;
        return 1;
    }
    if (**p == '-') {
        (*p)++;
        return -1;
    }
    if (strncmp(*p, MINUS_SIGN, strlen(MINUS_SIGN)) == 0) {
        *p += strlen(MINUS_SIGN);
        return -1;
    }
    return 1;
}

/* The digits before the point, with a comma every three digits or with none. */
static enum ps_number_error take_whole(const char **p, struct digits *digits)
{
    const char *start = *p;
    for (; is_digit(**p); (*p)++) {
        push_digit(digits, **p);
    }
    if (**p != ',') {
        return PS_NUMBER_OK;
    }
    if (*p - start > 3) {
        return PS_NUMBER_SYNTAX;
    }
    while (**p == ',') {
        (*p)++;
        for (int i = 0; i < 3; i++, (*p)++) {
            if (!is_digit(**p)) {
                return PS_NUMBER_SYNTAX;
            }
            push_digit(digits, **p);
        }
    }
    return is_digit(**p) ? PS_NUMBER_SYNTAX : PS_NUMBER_OK;
}

/* The digits after the point. Zeros count only when another digit follows. */
static enum ps_number_error take_fraction(const char **p, struct digits *digits, int *scale)
{
    if (!is_digit(**p)) {
        return PS_NUMBER_SYNTAX;
    }
    int zeros = 0;
    for (; is_digit(**p); (*p)++) {
        if (**p == '0') {
            zeros++;
            continue;
        }
        *scale += zeros + 1;
        for (; zeros > 0 && !digits->too_long; zeros--) {
            push_digit(digits, '0');
        }
        zeros = 0;
        push_digit(digits, **p);
    }
    return PS_NUMBER_OK;
}

static enum ps_number_error take_exponent(const char **p, int *scale)
{
    const int sign = take_sign(p);
    if (!is_digit(**p)) {
        return PS_NUMBER_SYNTAX;
    }
    int exponent = 0;
    for (; is_digit(**p); (*p)++) {
        if (exponent <= EXPONENT_MAX) {
            exponent = 10 * exponent + (**p - '0');
        }
    }
    if (exponent > EXPONENT_MAX) {
        return PS_NUMBER_OVERFLOW;
    }
    *scale -= sign * exponent;
    return PS_NUMBER_OK;
}

static enum ps_number_error read_unit(const char *p, enum ps_unit *unit)
{
    static const struct {
        const char *text;
        enum ps_unit unit;
    } UNITS[] = {
        {"", PS_UNIT_NONE},    {"%", PS_UNIT_PERCENT}, {"‰", PS_UNIT_PERMILLE},
        {"元", PS_UNIT_YUAN},  {"万", PS_UNIT_WAN},    {"万元", PS_UNIT_WAN},
        {"亿", PS_UNIT_YI},    {"亿元", PS_UNIT_YI},   {"个月", PS_UNIT_MONTH},
        {"月", PS_UNIT_MONTH}, {"年", PS_UNIT_YEAR},   {"倍", PS_UNIT_TIMES},
    };
    p += strspn(p, " ");
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (strcmp(p, UNITS[i].text) == 0) {
            *unit = UNITS[i].unit;
            return PS_NUMBER_OK;
        }
    }
    return PS_NUMBER_SYNTAX;
}

enum ps_number_error ps_decimal_parse(const char *norm, struct ps_decimal *out)
{
    struct digits digits = {0};
    int scale = 0;
    enum ps_unit unit = PS_UNIT_NONE;
    const char *p = norm;
    const int sign = take_sign(&p);
    if (!is_digit(*p)) {
        return read_unit(p, &unit) == PS_NUMBER_OK ? PS_NUMBER_EMPTY : PS_NUMBER_SYNTAX;
    }
    enum ps_number_error error = take_whole(&p, &digits);
    if (error == PS_NUMBER_OK && *p == '.') {
        p++;
        error = take_fraction(&p, &digits, &scale);
    }
    /* Syntax is judged to the end before size, so that "1e9999x" is no overflow. */
    enum ps_number_error exponent_error = PS_NUMBER_OK;
    if (error == PS_NUMBER_OK && (*p == 'e' || *p == 'E')) {
        p++;
        exponent_error = take_exponent(&p, &scale);
        error = exponent_error == PS_NUMBER_SYNTAX ? PS_NUMBER_SYNTAX : PS_NUMBER_OK;
    }
    if (error == PS_NUMBER_OK) {
        error = read_unit(p, &unit);
    }
    if (error != PS_NUMBER_OK) {
        return error;
    }
    if (digits.too_long) {
        return PS_NUMBER_TOO_LONG;
    }
    if (exponent_error != PS_NUMBER_OK) {
        return exponent_error;
    }
    *out = (struct ps_decimal){.mantissa = sign * digits.value, .scale = scale, .unit = unit};
    return PS_NUMBER_OK;
}

enum ps_number_error ps_decimal_to_int(const struct ps_decimal *d, int shift, int64_t *out)
{
    int128 value = d->mantissa;
    if (value == 0) {
        *out = 0;
        return PS_NUMBER_OK;
    }
    int power = shift - d->scale;
    for (; power < 0; power++) {
        if (value % 10 != 0) {
            return PS_NUMBER_NOT_WHOLE;
        }
        value /= 10;
    }
    for (; power > 0; power--) {
        if (value > INT64_MAX || value < INT64_MIN) {
            return PS_NUMBER_OVERFLOW;
        }
        value *= 10;
    }
    if (value > INT64_MAX || value < INT64_MIN) {
        return PS_NUMBER_OVERFLOW;
    }
    *out = (int64_t)value;
    return PS_NUMBER_OK;
}

/* Writes the digits of a value below 10^39 that end before `end`; returns where they start. */
static char *write_digits(uint128 value, char *end)
{
    do {
        *--end = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value != 0);
    return end;
}

/* The text given to strtod is "digits e exponent" with no decimal point, so the locale cannot
 * matter; glibc rounds it correctly. */
enum ps_number_error ps_decimal_to_double(const struct ps_decimal *d, int shift, double *out)
{
    const int negative = d->mantissa < 0;
    const uint128 magnitude = negative ? -(uint128)d->mantissa : (uint128)d->mantissa;
    if (magnitude == 0) {
        *out = 0.0;
        return PS_NUMBER_OK;
    }
    const int64_t power = (int64_t)shift - d->scale;
    char text[80];
    char *p = text + sizeof text - 1;
    *p = '\0';
    p = write_digits((uint128)(power < 0 ? -power : power), p);
    if (power < 0) {
        *--p = '-';
    }
    *--p = 'e';
    p = write_digits(magnitude, p);
    const double value = strtod(p, NULL);
    if (!(value >= DBL_MIN && value <= DBL_MAX)) {
        return PS_NUMBER_OVERFLOW;
    }
    *out = negative ? -value : value;
    return PS_NUMBER_OK;
}
