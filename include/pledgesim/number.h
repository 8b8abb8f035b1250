// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_NUMBER_H
#define PLEDGESIM_NUMBER_H

#include <stdint.h>

#include "pledgesim/diag.h"
#include "pledgesim/status.h"

/* The one place where text becomes a number. Grammar (after NFKC and trimming):
 *   number = [sign] digits-or-grouped [ "." digits ] [ exponent ] [ {" "} unit ]
 *   grouped = 1-3 digits { "," 3 digits };  sign = "+" | "-" | U+2212
 *   exponent = ( "e" | "E" ) [sign] digits
 *   unit = "%" | "‰" | "元" | "万" | "万元" | "亿" | "亿元" | "个月" | "月" | "年" | "倍"
 * nan, inf, hex, empty digits, a second point, digits of other scripts: refused. */
enum ps_unit {
    PS_UNIT_NONE,
    PS_UNIT_PERCENT,
    PS_UNIT_PERMILLE,
    PS_UNIT_YUAN,
    PS_UNIT_WAN,
    PS_UNIT_YI,
    PS_UNIT_MONTH,
    PS_UNIT_YEAR,
    PS_UNIT_TIMES
};

/* An exact decimal: mantissa x 10^-scale, at most 36 significant digits. */
struct ps_decimal {
    __extension__ __int128 mantissa;
    int scale; /* may be negative */
    enum ps_unit unit;
};

enum ps_number_error {
    PS_NUMBER_OK,
    PS_NUMBER_EMPTY,
    PS_NUMBER_SYNTAX,
    PS_NUMBER_TOO_LONG,
    PS_NUMBER_NOT_WHOLE,
    PS_NUMBER_OVERFLOW
};

/* Zeros that carry nothing are dropped ("1.500" has mantissa 15, scale 1). The unit is told, not
 * applied. PS_NUMBER_OVERFLOW: an exponent beyond +-999. */
enum ps_number_error ps_decimal_parse(const char *norm, struct ps_decimal *out) PS_MUST_CHECK;

/* value x 10^shift as an exact int64: PS_NUMBER_NOT_WHOLE when digits would be lost,
 * PS_NUMBER_OVERFLOW beyond int64. E.g. 3.14 万元 to fen: shift 6. */
enum ps_number_error ps_decimal_to_int(const struct ps_decimal *d, int shift, int64_t *out)
    PS_MUST_CHECK;

/* value x 10^shift as the nearest double (correctly rounded, independent of the locale);
 * PS_NUMBER_OVERFLOW when it is no normal double (too large, or nonzero below 2.3e-308). */
enum ps_number_error ps_decimal_to_double(const struct ps_decimal *d, int shift, double *out)
    PS_MUST_CHECK;

/* The diagnostic (N001...) that says best why `norm` was refused with `error`, which is not
 * PS_NUMBER_OK. Looks at the text for known slips: nan, 0x, #REF!, =1+2, 0,5, 壹佰, (100), ¥... */
enum ps_diag_code ps_number_diag(const char *norm, enum ps_number_error error);

#endif
