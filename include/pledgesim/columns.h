// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_COLUMNS_H
#define PLEDGESIM_COLUMNS_H

#include <stddef.h>

/* The shape of the result files. The one list is results.def; from it come the headers of the CSV
 * files, the manifest's schemas and the column dictionary. */

/* Types as the Frictionless Table Schema calls them. */
enum ps_column_type { PS_COLUMN_string, PS_COLUMN_integer, PS_COLUMN_number, PS_COLUMN_boolean };

struct ps_column {
    const char *name;
    enum ps_column_type type;
    const char *unit; /* "wan", "pct", "months", ...; "" for none or "see the unit column" */
    const char *en, *zh;
};

enum ps_result_id {
#define PS_RESULT_FILE(name, key, en, zh) PS_RESULT_##name,
#define PS_RESULT_COLUMN(file, name, type, unit, en, zh)
#include "pledgesim/results.def"
#undef PS_RESULT_COLUMN
#undef PS_RESULT_FILE
    PS_RESULT_N
};

struct ps_result_table {
    const char *name; /* without ".csv" */
    const char *file; /* with ".csv" */
    const char *key;  /* columns that tell its rows apart, with blanks between them; "": none */
    const char *en, *zh;
    const struct ps_column *columns; /* static storage */
    size_t columns_n;
};

struct ps_result_table ps_result_table(enum ps_result_id id);

/* The type's name in a Table Schema; static storage. */
const char *ps_column_type_name(enum ps_column_type type);

#endif
