// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/tables.h"

#include <string.h>

#include "pledgesim/models.h"

/* What follows from a kind as it is written in tables.def: "COUNT", "REF(pools)", "CHOICE(topup)".
 */
#define PS_KIND_REF(table) PS_KIND_REF
#define PS_KIND_CHOICE(list) PS_KIND_CHOICE

#define LIST_ID PS_CHOICE_none
#define LIST_TEXT PS_CHOICE_none
#define LIST_REF(table) PS_CHOICE_none
#define LIST_CHOICE(list) PS_CHOICE_##list
#define LIST_BOOL PS_CHOICE_none
#define LIST_COUNT PS_CHOICE_none
#define LIST_FEN PS_CHOICE_none
#define LIST_PPM PS_CHOICE_none
#define LIST_TIMES PS_CHOICE_none
#define LIST_REAL PS_CHOICE_none
#define LIST_FRAC PS_CHOICE_none

#define REF_ID PS_TABLE_N
#define REF_TEXT PS_TABLE_N
#define REF_REF(table) PS_TABLE_##table
#define REF_CHOICE(list) PS_TABLE_N
#define REF_BOOL PS_TABLE_N
#define REF_COUNT PS_TABLE_N
#define REF_FEN PS_TABLE_N
#define REF_PPM PS_TABLE_N
#define REF_TIMES PS_TABLE_N
#define REF_REAL PS_TABLE_N
#define REF_FRAC PS_TABLE_N

#define PS_TABLE(table_, min_rows_, en, zh)                                                        \
    typedef struct ps_##table_##_row row_##table_;                                                 \
    static const struct ps_column_desc COLUMNS_##table_[] = {
#define PS_COL(table_, field_, kind_, column_, lowest_, highest_, preset_, scope_, mark_, en, zh)  \
    {.table = PS_TABLE_##table_,                                                                   \
     .field = #field_,                                                                             \
     .column = (column_),                                                                          \
     .kind = PS_KIND_##kind_,                                                                      \
     .choice = LIST_##kind_,                                                                       \
     .ref = REF_##kind_,                                                                           \
     .offset = offsetof(row_##table_, field_),                                                     \
     .lowest = (lowest_),                                                                          \
     .highest = (highest_),                                                                        \
     .preset = (preset_),                                                                          \
     .scope = PS_SCOPE_##scope_,                                                                   \
     .mark = (mark_),                                                                              \
     .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#define PS_END(table_)                                                                             \
    }                                                                                              \
    ;
#include "pledgesim/tables.def"
#undef PS_TABLE
#undef PS_COL
#undef PS_END

static const struct ps_table_desc TABLES[PS_TABLE_N] = {
#define PS_TABLE(table_, min_rows_, en, zh)                                                        \
    [PS_TABLE_##table_] = {.name = #table_,                                                        \
                           .columns = COLUMNS_##table_,                                            \
                           .columns_n = sizeof COLUMNS_##table_ / sizeof COLUMNS_##table_[0],      \
                           .row_bytes = sizeof(row_##table_),                                      \
                           .min_rows = (min_rows_),                                                \
                           .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#define PS_COL(table_, field_, kind_, column_, lowest_, highest_, preset_, scope_, mark_, en, zh)
#define PS_END(table_)
#include "pledgesim/tables.def"
#undef PS_TABLE
#undef PS_COL
#undef PS_END
};

const struct ps_table_desc *ps_table_desc(enum ps_table table)
{
    return &TABLES[table];
}

/* Every choice of every list; the entries of a list stand together. LISTS says whose they are. */
static const struct ps_choice_desc CHOICES[] = {
#define PS_CHOICE(list, symbol, text_, en, zh)                                                     \
    {.text = (text_), .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "pledgesim/choices.def"
#undef PS_CHOICE
#define PS_MODEL(kind, name) {.text = #name, .model = &ps_##kind##_##name.model},
#include "models/models.def"
#undef PS_MODEL
#define PS_SCHEME(id, bank_pct, source, en, zh, note_en, note_zh)                                  \
    {.text = #id, .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#define PS_TERM(column, value, mark)
#define PS_SCHEME_END(id)
#include "pledgesim/schemes.def"
#undef PS_SCHEME
};

static const enum ps_choice_list LISTS[] = {
#define PS_CHOICE(list, symbol, text, en, zh) PS_CHOICE_##list,
#include "pledgesim/choices.def"
#undef PS_CHOICE
#define PS_MODEL(kind, name) PS_CHOICE_##kind,
#include "models/models.def"
#undef PS_MODEL
#define PS_SCHEME(id, bank_pct, source, en, zh, note_en, note_zh) PS_CHOICE_scheme,
#include "pledgesim/schemes.def"
#undef PS_SCHEME
#undef PS_TERM
#undef PS_SCHEME_END
};

const struct ps_choice_desc *ps_choice_list(enum ps_choice_list list, size_t *n)
{
    const size_t all = sizeof LISTS / sizeof LISTS[0];
    size_t first = 0;
    while (first < all && LISTS[first] != list) {
        first++;
    }
    size_t end = first;
    while (end < all && LISTS[end] == list) {
        end++;
    }
    *n = end - first;
    return *n == 0 ? NULL : &CHOICES[first];
}

const char *ps_choice_of_alias(enum ps_choice_list list, const char *word)
{
    static const struct {
        enum ps_choice_list list;
        const char *text, *alias;
    } ALIASES[] = {
#define PS_ALIAS(list_, text_, alias_) {PS_CHOICE_##list_, text_, alias_},
#include "pledgesim/aliases.def"
#undef PS_ALIAS
    };
    for (size_t i = 0; i < sizeof ALIASES / sizeof ALIASES[0]; i++) {
        if (ALIASES[i].list == list && strcmp(ALIASES[i].alias, word) == 0) {
            return ALIASES[i].text;
        }
    }
    return NULL;
}

const char *ps_choice_doc(const struct ps_choice_desc *choice, enum ps_lang lang)
{
    return choice->model != NULL ? choice->model->doc[lang] : choice->doc[lang];
}

static int ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text);
    const size_t end_n = strlen(end);
    return n >= end_n && strcmp(text + n - end_n, end) == 0;
}

enum ps_dimension ps_column_dimension(const struct ps_column_desc *column)
{
    const char *name = column->column;
    switch (column->kind) {
    case PS_KIND_FEN:
        return PS_DIMENSION_WAN;
    case PS_KIND_PPM:
    case PS_KIND_FRAC:
        return PS_DIMENSION_PERCENT;
    case PS_KIND_TIMES:
        return PS_DIMENSION_TIMES;
    case PS_KIND_COUNT:
    case PS_KIND_REAL:
        break;
    default:
        return PS_DIMENSION_NONE;
    }
    if (ends_with(name, "_wan")) {
        return PS_DIMENSION_WAN;
    }
    if (strstr(name, "months") != NULL) {
        return PS_DIMENSION_MONTHS;
    }
    if (ends_with(name, "month")) {
        return PS_DIMENSION_MONTH;
    }
    return ends_with(name, "year") ? PS_DIMENSION_YEAR : PS_DIMENSION_NONE;
}

const char *ps_column_unit(const struct ps_column_desc *column, enum ps_lang lang)
{
    static const char *const UNITS[PS_DIMENSION_N][PS_LANG_N] = {
        [PS_DIMENSION_NONE] = {[PS_LANG_ZH] = "", [PS_LANG_EN] = ""},
        [PS_DIMENSION_WAN] = {[PS_LANG_ZH] = "万元", [PS_LANG_EN] = "10,000 yuan"},
        [PS_DIMENSION_PERCENT] = {[PS_LANG_ZH] = "%", [PS_LANG_EN] = "%"},
        [PS_DIMENSION_TIMES] = {[PS_LANG_ZH] = "倍", [PS_LANG_EN] = "times"},
        [PS_DIMENSION_MONTHS] = {[PS_LANG_ZH] = "个月", [PS_LANG_EN] = "months"},
        [PS_DIMENSION_MONTH] = {[PS_LANG_ZH] = "月", [PS_LANG_EN] = "month"},
        [PS_DIMENSION_YEAR] = {[PS_LANG_ZH] = "年", [PS_LANG_EN] = "year"},
    };
    return UNITS[ps_column_dimension(column)][lang];
}
