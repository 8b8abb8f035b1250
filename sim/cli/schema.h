// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_SCHEMA_H
#define PLEDGESIM_CLI_SCHEMA_H

#include "command.h"
#include "pledgesim/ranges.h"
#include "pledgesim/schemes.h"

/* A column's range or its choices, its default and its scope as one reads them. */
void ps_schema_range(const struct ps_column_desc *column, char text[160]);
/* Its unit; of amounts also whether they are whole. */
const char *ps_schema_unit(const struct ps_column_desc *column, enum ps_lang lang);
const char *ps_schema_preset(const struct ps_column_desc *column, enum ps_lang lang);
const char *ps_schema_scope(const struct ps_column_desc *column, enum ps_lang lang);

/* The dictionaries, in one language as plain text or in both as Markdown. `only`: one table of the
 * input; PS_TABLE_N: all of them and the models. */
enum ps_status ps_schema_inputs(enum ps_table only, enum ps_lang lang, int markdown) PS_MUST_CHECK;
enum ps_status ps_schema_results(enum ps_lang lang, int markdown) PS_MUST_CHECK;

/* The same as JSON. */
enum ps_status ps_schema_inputs_json(enum ps_table only) PS_MUST_CHECK;
enum ps_status ps_schema_results_json(void) PS_MUST_CHECK;

/* The official schemes that a product may name, and the operand that asks for them. */
#define PS_SCHEMA_SCHEMES "schemes"
enum ps_status ps_schema_schemes(enum ps_lang lang, int markdown) PS_MUST_CHECK;
enum ps_status ps_schema_schemes_json(void) PS_MUST_CHECK;
void ps_schema_scheme(const struct ps_scheme *scheme, enum ps_lang lang); /* one, for people */

#endif
