// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <string.h>

const struct ps_column_desc *ps_column_find(enum ps_table table, const char *name)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    for (size_t i = 0; i < desc->columns_n; i++) {
        if (strcmp(desc->columns[i].column, name) == 0) {
            return &desc->columns[i];
        }
    }
    return NULL;
}

/* A header text made comparable: no blanks, small ASCII letters. 0 when it is too long for a name.
 */
static int make_key(const char *norm, char key[PS_NAME_BYTES])
{
    size_t n = 0;
    for (const char *p = norm; *p != '\0'; p++) {
        if (*p == ' ') {
            continue;
        }
        if (n + 1 == PS_NAME_BYTES) {
            return 0;
        }
        key[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    }
    key[n] = '\0';
    return 1;
}

/* "alias(unit)" -> length of "alias"; the whole length when there are no brackets at the end. */
static size_t bare_length(const char *text)
{
    const size_t n = strlen(text);
    const char *open = strrchr(text, '(');
    return n > 0 && text[n - 1] == ')' && open != NULL && open != text ? (size_t)(open - text) : n;
}

struct match {
    const struct ps_column_desc *column;
    int by_name;      /* by its English name, whose suffix tells the unit already */
    const char *unit; /* text in the brackets with the closing one, or NULL */
};

static struct match match_key(enum ps_table table, const char *key)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    const size_t bare = bare_length(key);
    const int brackets = key[bare] != '\0';
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *column = &desc->columns[i];
        const char *alias = column->doc[PS_LANG_ZH];
        if (strcmp(key, column->column) == 0 || strcmp(key, alias) == 0) {
            return (struct match){.column = column};
        }
        const int by_name = strlen(column->column) == bare && !strncmp(key, column->column, bare);
        const int by_alias = bare_length(alias) == bare && !strncmp(key, alias, bare);
        if (by_name || by_alias) {
            return (struct match){column, by_name, brackets ? key + bare + 1 : NULL};
        }
    }
    return (struct match){0};
}

struct unit_text {
    const char *text;
    enum ps_unit unit;
    enum ps_dimension dimension;
    int own; /* the unit the column has anyway */
};

/* What may stand in the brackets of a header, and where. */
static const struct unit_text UNITS[] = {
    {"万元", PS_UNIT_WAN, PS_DIMENSION_WAN, 1},
    {"万", PS_UNIT_WAN, PS_DIMENSION_WAN, 1},
    {"人民币万元", PS_UNIT_WAN, PS_DIMENSION_WAN, 1},
    {"元", PS_UNIT_YUAN, PS_DIMENSION_WAN, 0},
    {"亿元", PS_UNIT_YI, PS_DIMENSION_WAN, 0},
    {"亿", PS_UNIT_YI, PS_DIMENSION_WAN, 0},
    {"%", PS_UNIT_PERCENT, PS_DIMENSION_PERCENT, 1},
    {"‰", PS_UNIT_PERMILLE, PS_DIMENSION_PERCENT, 0},
    {"倍", PS_UNIT_TIMES, PS_DIMENSION_TIMES, 1},
    {"月", PS_UNIT_MONTH, PS_DIMENSION_MONTHS, 1},
    {"个月", PS_UNIT_MONTH, PS_DIMENSION_MONTHS, 1},
    {"年", PS_UNIT_YEAR, PS_DIMENSION_MONTHS, 0},
    {"月", PS_UNIT_MONTH, PS_DIMENSION_MONTH, 1},
    {"年", PS_UNIT_YEAR, PS_DIMENSION_YEAR, 1},
    {"户", PS_UNIT_NONE, PS_DIMENSION_NONE, 1},
    {"家", PS_UNIT_NONE, PS_DIMENSION_NONE, 1},
    {"笔", PS_UNIT_NONE, PS_DIMENSION_NONE, 1},
    {"标准差", PS_UNIT_NONE, PS_DIMENSION_NONE, 1},
    {"sd", PS_UNIT_NONE, PS_DIMENSION_NONE, 1},
};

/* 0 when the brackets do not fit the column. */
static int read_unit(const struct match *m, enum ps_unit *unit)
{
    *unit = PS_UNIT_NONE;
    if (m->unit == NULL) {
        return 1;
    }
    const size_t n = strlen(m->unit) - 1;
    const enum ps_dimension dimension = ps_column_dimension(m->column);
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        const struct unit_text *known = &UNITS[i];
        if (known->dimension == dimension && strlen(known->text) == n &&
            memcmp(known->text, m->unit, n) == 0) {
            *unit = known->unit;
            return known->own || !m->by_name;
        }
    }
    return 0;
}

/* The column that is meant by a mistyped or shortened name, as the user would write it; or NULL. */
static const char *guess_column(enum ps_table table, const char *bare)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    struct ps_nearest best = {0};
    for (size_t i = 0; i < desc->columns_n; i++) {
        ps_nearest_offer(&best, bare, desc->columns[i].column);
        ps_nearest_offer(&best, bare, desc->columns[i].doc[PS_LANG_ZH]);
    }
    const char *near = ps_nearest_name(&best, bare);
    for (size_t i = 0; near == NULL && strlen(bare) >= 4 && i < desc->columns_n; i++) {
        const char *const names[] = {desc->columns[i].column, desc->columns[i].doc[PS_LANG_ZH]};
        for (size_t j = 0; near == NULL && j < sizeof names / sizeof *names; j++) {
            near = strncmp(names[j], bare, strlen(bare)) == 0 ? names[j] : NULL;
        }
    }
    return near;
}

/* Tells that no column has this name; binds the one that was meant, if that is plain, so that it is
 * not told as missing too. */
static void tell_unknown(enum ps_table table, const char *key, const struct ps_place *place,
                         const char *norm, struct ps_diags *diags, struct ps_binding *out)
{
    for (int other = 0; other < PS_TABLE_N; other++) {
        const struct match m = match_key((enum ps_table)other, key);
        if (other != (int)table && m.column != NULL && strcmp(key, "label") != 0) {
            const char *const args[] = {ps_table_desc((enum ps_table)other)->name, m.column->column,
                                        NULL};
            ps_diags_add(diags, PS_DIAG_COLUMN_ELSEWHERE, place, norm, args);
            return;
        }
    }
    const struct ps_table_desc *desc = ps_table_desc(table);
    char bare[PS_NAME_BYTES];
    (void)snprintf(bare, sizeof bare, "%.*s", (int)bare_length(key), key);
    const char *near = guess_column(table, bare);
    if (near != NULL) {
        out->column = match_key(table, near).column;
        const char *const args[] = {near, NULL};
        ps_diags_add(diags, PS_DIAG_COLUMN_UNKNOWN_NEAR, place, norm, args);
    } else {
        const char *const args[] = {desc->name, NULL};
        ps_diags_add(diags, PS_DIAG_COLUMN_UNKNOWN, place, norm, args);
    }
}

/* Binds a column of `table` by its key; out->column is set even when the unit is refused. */
static void bind_column(enum ps_table table, const char *key, const struct ps_place *place,
                        const char *norm, struct ps_diags *diags, struct ps_binding *out)
{
    const struct match m = match_key(table, key);
    if (m.column == NULL) {
        tell_unknown(table, key, place, norm, diags, out);
        return;
    }
    out->column = m.column;
    out->name = m.column->column;
    if (read_unit(&m, &out->unit)) {
        out->bind = PS_BIND_VALUE;
        return;
    }
    const char *const args[] = {m.column->column, ps_column_unit(m.column, PS_LANG_ZH),
                                ps_column_unit(m.column, PS_LANG_EN), NULL};
    ps_diags_add(diags, PS_DIAG_COLUMN_UNIT, place, norm, args);
}

static enum ps_table table_named(const char *name, size_t n)
{
    for (int i = 0; i < PS_TABLE_N; i++) {
        const char *known = ps_table_desc((enum ps_table)i)->name;
        if (strlen(known) == n && memcmp(known, name, n) == 0) {
            return (enum ps_table)i;
        }
    }
    return PS_TABLE_N;
}

/* "<table>.<row>.<column>". The row keeps its capital letters, so it is cut from `norm`. */
static enum ps_status bind_override(struct ps_arena *arena, const char *norm,
                                    const struct ps_place *place, struct ps_diags *diags,
                                    struct ps_binding *out)
{
    const char *first = strchr(norm, '.');
    const char *last = strrchr(norm, '.');
    char key[PS_NAME_BYTES];
    char row[PS_NAME_BYTES];
    if (!make_key(norm, key) || first == last) {
        ps_diags_add(diags, PS_DIAG_OVERRIDE_FORM, place, norm, NULL);
        return PS_OK;
    }
    const enum ps_table table = table_named(key, (size_t)(first - norm));
    if (table == PS_TABLE_N || table == PS_TABLE_scenarios || table == PS_TABLE_correlations) {
        ps_diags_add(diags, PS_DIAG_OVERRIDE_FORM, place, norm, NULL);
        return PS_OK;
    }
    bind_column(table, strrchr(key, '.') + 1, place, norm, diags, out);
    if (out->bind == PS_BIND_NOTHING) {
        return PS_OK;
    }
    out->bind = PS_BIND_NOTHING;
    if (out->column == &ps_table_desc(table)->columns[0]) {
        ps_diags_add(diags, PS_DIAG_OVERRIDE_FORM, place, norm, NULL);
        return PS_OK;
    }
    (void)snprintf(row, sizeof row, "%.*s", (int)(last - first - 1), first + 1);
    char id[PS_ID_BYTES];
    if (!ps_id_parse(row, place, diags, id)) {
        return PS_OK;
    }
    char name[PS_NAME_BYTES];
    const int n = snprintf(name, sizeof name, "%s.%s.%s", ps_table_desc(table)->name, id,
                           out->column->column);
    out->table = table;
    out->row_id = ps_arena_copy(arena, id, strlen(id));
    out->name = ps_arena_copy(arena, name, (size_t)n);
    out->bind = PS_BIND_OVERRIDE;
    return out->row_id == NULL || out->name == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

enum ps_status ps_columns_bind_name(struct ps_arena *arena, enum ps_table table, const char *norm,
                                    const struct ps_place *place, struct ps_diags *diags,
                                    struct ps_binding *out)
{
    *out = (struct ps_binding){.table = table};
    if (table == PS_TABLE_scenarios && strchr(norm, '.') != NULL) {
        return bind_override(arena, norm, place, diags, out);
    }
    char key[PS_NAME_BYTES];
    if (!make_key(norm, key)) {
        const char *const args[] = {ps_table_desc(table)->name, NULL};
        ps_diags_add(diags, PS_DIAG_COLUMN_UNKNOWN, place, norm, args);
        return PS_OK;
    }
    const size_t n = strlen(key);
    if (table == PS_TABLE_scenarios && n > 5 && strcmp(key + n - 5, "_file") == 0) {
        const enum ps_table meant = table_named(key, n - 5);
        if (meant != PS_TABLE_N && meant != PS_TABLE_scenarios) {
            out->bind = PS_BIND_FILE;
            out->table = meant;
            out->name = ps_arena_copy(arena, key, n);
            return out->name == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
        }
    }
    bind_column(table, key, place, norm, diags, out);
    return PS_OK;
}
