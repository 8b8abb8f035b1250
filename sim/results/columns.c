// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/columns.h"

struct table_row {
    const char *name, *file, *key, *en, *zh;
};

static const struct table_row TABLES[PS_RESULT_N] = {
#define PS_RESULT_FILE(name, key, en, zh) [PS_RESULT_##name] = {#name, #name ".csv", key, en, zh},
#define PS_RESULT_COLUMN(file, name, type, unit, en, zh)
#include "pledgesim/results.def"
#undef PS_RESULT_COLUMN
#undef PS_RESULT_FILE
};

/* All columns in one array, a file's columns side by side, and beside it the file of each. */
static const struct ps_column COLUMNS[] = {
#define PS_RESULT_FILE(name, key, en, zh)
#define PS_RESULT_COLUMN(file, name, type, unit, en, zh) {#name, PS_COLUMN_##type, unit, en, zh},
#include "pledgesim/results.def"
#undef PS_RESULT_COLUMN
#undef PS_RESULT_FILE
};

static const enum ps_result_id FILE_OF[] = {
#define PS_RESULT_FILE(name, key, en, zh)
#define PS_RESULT_COLUMN(file, name, type, unit, en, zh) PS_RESULT_##file,
#include "pledgesim/results.def"
#undef PS_RESULT_COLUMN
#undef PS_RESULT_FILE
};

enum { COLUMNS_N = sizeof COLUMNS / sizeof COLUMNS[0] };

struct ps_result_table ps_result_table(enum ps_result_id id)
{
    struct ps_result_table table = {.name = TABLES[id].name,
                                    .file = TABLES[id].file,
                                    .key = TABLES[id].key,
                                    .en = TABLES[id].en,
                                    .zh = TABLES[id].zh};
    size_t first = 0;
    while (first < COLUMNS_N && FILE_OF[first] != id)
        first++;
    size_t end = first;
    while (end < COLUMNS_N && FILE_OF[end] == id)
        end++;
    table.columns = &COLUMNS[first];
    table.columns_n = end - first;
    return table;
}

const char *ps_column_type_name(enum ps_column_type type)
{
    switch (type) {
    case PS_COLUMN_integer:
        return "integer";
    case PS_COLUMN_number:
        return "number";
    case PS_COLUMN_boolean:
        return "boolean";
    case PS_COLUMN_string:
        break;
    }
    return "string";
}
