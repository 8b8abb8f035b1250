// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "pledgesim/textfile.h"

int ps_choice_word(const char *choices, size_t i, char word[32])
{
    while (i > 0) {
        choices += strcspn(choices, "|");
        if (*choices == '\0') {
            return 0;
        }
        choices++;
        i--;
    }
    (void)snprintf(word, 32, "%.*s", (int)strcspn(choices, "|"), choices);
    return *word != '\0';
}

int ps_choice_has(const char *choices, const char *word)
{
    char one[32];
    for (size_t i = 0; ps_choice_word(choices, i, one); i++) {
        if (strcmp(one, word) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_utf8(const char *text)
{
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    utf8proc_int32_t code = 0;
    while (*p != '\0') {
        const utf8proc_ssize_t n = utf8proc_iterate(p, -1, &code);
        if (n <= 0) {
            return 0;
        }
        p += n;
    }
    return 1;
}

/* Full-width digits count as digits, as in books. */
static enum ps_number_error parse(const char *text, struct ps_decimal *out)
{
    if (!is_utf8(text)) {
        return PS_NUMBER_SYNTAX;
    }
    char *norm = ps_text_norm(text, strlen(text));
    const enum ps_number_error error =
        norm == NULL ? PS_NUMBER_SYNTAX : ps_decimal_parse(norm, out);
    free(norm);
    return error;
}

static enum ps_number_error whole_of(const char *text, int64_t *out)
{
    struct ps_decimal d;
    const enum ps_number_error error = parse(text, &d);
    if (error != PS_NUMBER_OK) {
        return error;
    }
    return d.unit == PS_UNIT_NONE ? ps_decimal_to_int(&d, 0, out) : PS_NUMBER_SYNTAX;
}

enum sign { SIGN_NONE, SIGN_WANTED, SIGN_FREE };

static enum ps_number_error fraction_of(const char *text, enum sign sign, double *out)
{
    struct ps_decimal d;
    const enum ps_number_error error = parse(text, &d);
    if (error != PS_NUMBER_OK) {
        return error;
    }
    if (d.unit != (sign == SIGN_WANTED ? PS_UNIT_PERCENT : PS_UNIT_NONE) &&
        (sign != SIGN_FREE || d.unit != PS_UNIT_PERCENT)) {
        return PS_NUMBER_SYNTAX;
    }
    return ps_decimal_to_double(&d, -2, out);
}

/* Says what the option wants instead of `text`. */
static enum ps_status refuse(enum ps_option option, const char *text, enum ps_lang lang)
{
    const struct ps_option_desc *o = ps_option_desc(option);
    switch (o->kind) {
    case PS_OPTION_WHOLE:
        ps_complain(lang, PS_SAY_WANT_WHOLE, PS_ARGS(o->name, text, o->lowest, o->highest));
        break;
    case PS_OPTION_PERCENT:
        ps_complain(lang, PS_SAY_WANT_PERCENT, PS_ARGS(o->name, text, o->lowest, o->highest));
        break;
    case PS_OPTION_LEVEL:
        ps_complain(lang, PS_SAY_WANT_LEVEL, PS_ARGS(o->name, text, o->lowest, o->highest));
        break;
    case PS_OPTION_CHOICE:
        ps_complain(lang, PS_SAY_WANT_CHOICE, PS_ARGS(o->name, text, o->argument[PS_LANG_EN]));
        break;
    default:
        ps_complain(lang, PS_SAY_WANT_TEXT, PS_ARGS(o->name, o->argument[lang]));
        break;
    }
    return ps_status_raise(PS_USAGE);
}

static enum ps_status append(struct ps_given *given, const char *text, size_t n)
{
    char **list = realloc(given->list, (given->list_n + 1) * sizeof *list);
    if (list == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    given->list = list;
    list[given->list_n] = strndup(text, n);
    if (list[given->list_n] == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    given->list_n++;
    return PS_OK;
}

static enum ps_status append_all(enum ps_option option, const char *text, enum ps_lang lang,
                                 struct ps_given *given)
{
    const char *part = text;
    for (;;) {
        const size_t n = strcspn(part, ",");
        size_t from = 0, to = n;
        while (from < to && part[from] == ' ') {
            from++;
        }
        while (to > from && part[to - 1] == ' ') {
            to--;
        }
        if (from == to) {
            return refuse(option, text, lang);
        }
        const enum ps_status status = append(given, part + from, to - from);
        if (status != PS_OK || part[n] == '\0') {
            return status;
        }
        part += n + 1;
    }
}

static int whole_fits(const struct ps_option_desc *o, const char *text, int64_t *out)
{
    int64_t lowest = 0, highest = 0;
    return whole_of(text, out) == PS_NUMBER_OK && whole_of(o->lowest, &lowest) == PS_NUMBER_OK &&
           whole_of(o->highest, &highest) == PS_NUMBER_OK && *out >= lowest && *out <= highest;
}

static int percent_fits(const struct ps_option_desc *o, const char *text, enum sign sign,
                        double *out)
{
    double lowest = 0, highest = 0;
    return fraction_of(text, sign, out) == PS_NUMBER_OK &&
           fraction_of(o->lowest, SIGN_NONE, &lowest) == PS_NUMBER_OK &&
           fraction_of(o->highest, SIGN_NONE, &highest) == PS_NUMBER_OK && *out >= lowest &&
           *out <= highest;
}

enum ps_status ps_option_value(enum ps_option option, const char *text, enum ps_lang lang,
                               struct ps_given *given)
{
    const struct ps_option_desc *o = ps_option_desc(option);
    int fits = 1;
    given->n++;
    given->text = text;
    switch (o->kind) {
    case PS_OPTION_FLAG:
        break;
    case PS_OPTION_TEXT:
        fits = *text != '\0';
        break;
    case PS_OPTION_LIST:
        return append_all(option, text, lang, given);
    case PS_OPTION_REPEAT:
        return *text == '\0' ? refuse(option, text, lang) : append(given, text, strlen(text));
    case PS_OPTION_WHOLE:
        fits = whole_fits(o, text, &given->whole);
        break;
    case PS_OPTION_PERCENT:
        fits = percent_fits(o, text, SIGN_WANTED, &given->real);
        break;
    case PS_OPTION_LEVEL:
        fits = percent_fits(o, text, SIGN_FREE, &given->real);
        break;
    case PS_OPTION_CHOICE:
        fits = ps_choice_has(o->argument[PS_LANG_EN], text);
        break;
    }
    return fits ? PS_OK : refuse(option, text, lang);
}
