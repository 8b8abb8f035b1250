// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include <utf8proc.h>

#include "pledgesim/number.h"

/* Why a text is no number: each slip that people and programs make has its own test. */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether text starts with the lower-case word, whatever its case. */
static int starts(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++) {
        if (lower(*text) != *word) {
            return 0;
        }
    }
    return 1;
}

static int has_any(const char *text, const char *const parts[])
{
    for (; *parts != NULL; parts++) {
        if (strstr(text, *parts) != NULL) {
            return 1;
        }
    }
    return 0;
}

static int has_digit(const char *text)
{
    return text[strcspn(text, "0123456789")] != '\0';
}

static const char *skip_sign(const char *text)
{
    return text + (*text == '+' || *text == '-');
}

static int is_sheet_error(const char *text)
{
    return *text == '#';
}

static int is_formula(const char *text)
{
    return *text == '=' || *text == '@';
}

static int is_not_finite(const char *text)
{
    static const char *const WORDS[] = {"nan", "inf", "infinity", "null", "none", "na", "n/a"};
    text = skip_sign(text);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (starts(text, WORDS[i]) && text[strlen(WORDS[i])] == '\0') {
            return 1;
        }
    }
    return starts(text, "nan(") || starts(text, "1.#");
}

static int is_hex(const char *text)
{
    text = skip_sign(text);
    return text[0] == '0' && strchr("xbo", lower(text[1])) != NULL && text[1] != '\0' &&
           (is_digit(text[2]) || is_letter(text[2]));
}

static int is_accounting_negative(const char *text)
{
    const size_t n = strlen(text);
    return has_digit(text) && (*text == '(' || (is_digit(*text) && text[n - 1] == '-'));
}

static int has_currency(const char *text)
{
    static const char *const SIGNS[] = {"¥", "$", "€", "£", "RMB", "rmb", "CNY", "cny", NULL};
    return has_any(text, SIGNS);
}

static int has_wrong_point(const char *text)
{
    static const char *const POINTS[] = {"。", "·", "・", "•", NULL};
    return has_digit(text) && has_any(text, POINTS);
}

/* Where a leading number of ASCII digits, commas and points ends. */
static const char *number_end(const char *text)
{
    text = skip_sign(text);
    return text + strspn(text, "0123456789,.");
}

static int has_letter_for_digit(const char *text)
{
    const char *tail = number_end(text);
    if (!has_digit(text) || *tail == '\0') {
        return 0;
    }
    return tail[strspn(tail, "OolIi0123456789.,")] == '\0' || (is_letter(*tail) && has_digit(tail));
}

/* A code point that is a digit but not one of 0 to 9: other scripts, superscripts, circles. The
 * Chinese zero U+3007 is left to the Chinese numerals. */
static int has_foreign_digit(const char *text)
{
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    while (*p != '\0') {
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t n = utf8proc_iterate(p, -1, &code);
        if (n <= 0) {
            return 0;
        }
        const utf8proc_category_t category = utf8proc_category(code);
        if (code > 0x7F && code != 0x3007 &&
            (category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NO ||
             category == UTF8PROC_CATEGORY_NL)) {
            return 1;
        }
        p += n;
    }
    return 0;
}

static int has_unknown_unit(const char *text)
{
    const char *tail = number_end(text);
    const char *unit = tail + strspn(tail, " ");
    return is_digit(*skip_sign(text)) && *unit != '\0' && !has_digit(unit);
}

static int has_chinese_numeral(const char *text)
{
    static const char *const NUMERALS[] = {
        "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "零", "〇",
        "两", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "拾", "佰", "仟", NULL};
    return has_any(text, NUMERALS);
}

static int has_inner_space(const char *text)
{
    for (const char *p = strchr(text, ' '); p != NULL; p = strchr(p + 1, ' ')) {
        if (p > text && is_digit(p[-1]) && is_digit(p[strspn(p, " ")])) {
            return 1;
        }
    }
    return 0;
}

static int has_comma(const char *text)
{
    return has_digit(text) && strchr(text, ',') != NULL;
}

/* The first test that holds names the slip; the order goes from the particular to the general. */
static const struct {
    int (*holds)(const char *text);
    enum ps_diag_code code;
} SLIPS[] = {
    {is_sheet_error, PS_DIAG_NUMBER_SHEET_ERROR},
    {is_formula, PS_DIAG_NUMBER_FORMULA},
    {is_not_finite, PS_DIAG_NUMBER_NOT_FINITE},
    {is_hex, PS_DIAG_NUMBER_HEX},
    {is_accounting_negative, PS_DIAG_NUMBER_NEGATIVE},
    {has_currency, PS_DIAG_NUMBER_CURRENCY},
    {has_wrong_point, PS_DIAG_NUMBER_POINT},
    {has_letter_for_digit, PS_DIAG_NUMBER_LETTER},
    {has_foreign_digit, PS_DIAG_NUMBER_SCRIPT},
    {has_unknown_unit, PS_DIAG_NUMBER_UNIT},
    {has_chinese_numeral, PS_DIAG_NUMBER_CHINESE},
    {has_inner_space, PS_DIAG_NUMBER_SPACE},
    {has_comma, PS_DIAG_NUMBER_GROUPING},
};

enum ps_diag_code ps_number_diag(const char *norm, enum ps_number_error error)
{
    switch (error) {
    case PS_NUMBER_EMPTY:
        return PS_DIAG_NUMBER_EMPTY;
    case PS_NUMBER_TOO_LONG:
        return PS_DIAG_NUMBER_TOO_LONG;
    case PS_NUMBER_NOT_WHOLE:
        return PS_DIAG_NUMBER_NOT_WHOLE;
    case PS_NUMBER_OVERFLOW:
        return PS_DIAG_NUMBER_OVERFLOW;
    case PS_NUMBER_OK:
    case PS_NUMBER_SYNTAX:
        break;
    }
    for (size_t i = 0; i < sizeof SLIPS / sizeof *SLIPS; i++) {
        if (SLIPS[i].holds(norm)) {
            return SLIPS[i].code;
        }
    }
    return PS_DIAG_NUMBER_SYNTAX;
}
