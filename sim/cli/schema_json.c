// SPDX-License-Identifier: GPL-3.0-or-later
#include "schema.h"

#include <jansson.h>

#include "pledgesim/columns.h"
#include "pledgesim/engine.h"

/* Adds `object` to `list`; 0 when memory is out. */
static int append(json_t *list, json_t *object)
{
    return object != NULL && json_array_append_new(list, object) == 0;
}

static enum ps_status print(json_t *document)
{
    if (document == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    const int failed = json_dumpf(document, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF;
    json_decref(document);
    return failed ? ps_status_raise(PS_IO) : PS_OK;
}

/* The whole as {name: list}, or NULL: takes `list` over. */
static json_t *wrap(const char *name, json_t *list, int fine)
{
    if (!fine) {
        json_decref(list);
        return NULL;
    }
    return json_pack("{s: o}", name, list);
}

static json_t *input_column(const struct ps_column_desc *c)
{
    char range[160];
    ps_schema_range(c, range);
    json_t *out =
        json_pack("{s: s, s: s, s: s, s: s, s: b, s: s, s: s, s: s, s: s}", "name", c->column,
                  "unit", ps_column_unit(c, PS_LANG_EN), "range", range, "default", c->preset,
                  "required", *c->preset == '\0', "scope", ps_schema_scope(c, PS_LANG_EN), "basis",
                  c->mark, "zh", c->doc[PS_LANG_ZH], "en", c->doc[PS_LANG_EN]);
    const struct ps_plausible *p =
        c->table == PS_TABLE_scenarios ? ps_plausible_find(c->column) : NULL;
    if (p != NULL && out != NULL &&
        json_object_set_new(out, "plausible",
                            json_pack("{s: s, s: s, s: s, s: s, s: s}", "low", p->low, "high",
                                      p->high, "basis", p->mark, "zh", p->doc[PS_LANG_ZH], "en",
                                      p->doc[PS_LANG_EN])) != 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

enum ps_status ps_schema_inputs_json(enum ps_table only)
{
    json_t *tables = json_array();
    int fine = tables != NULL;
    for (int i = 0; i < PS_TABLE_N && fine; i++) {
        const struct ps_table_desc *t = ps_table_desc((enum ps_table)i);
        if (only != PS_TABLE_N && only != (enum ps_table)i) {
            continue;
        }
        json_t *columns = json_array();
        fine = columns != NULL;
        for (size_t k = 0; k < t->columns_n && fine; k++) {
            fine = append(columns, input_column(&t->columns[k]));
        }
        fine = fine && append(tables, json_pack("{s: s, s: s, s: s, s: O}", "name", t->name, "zh",
                                                t->doc[PS_LANG_ZH], "en", t->doc[PS_LANG_EN],
                                                "columns", columns));
        json_decref(columns);
    }
    return print(wrap("tables", tables, fine));
}

static json_t *result_columns(const struct ps_result_table *t)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < t->columns_n && columns != NULL; i++) {
        const struct ps_column *c = &t->columns[i];
        if (!append(columns, json_pack("{s: s, s: s, s: s, s: s, s: s}", "name", c->name, "type",
                                       ps_column_type_name(c->type), "unit", c->unit, "zh", c->zh,
                                       "en", c->en))) {
            json_decref(columns);
            columns = NULL;
        }
    }
    return columns;
}

static int add_named(json_t *list, const char *name, const char *const doc[PS_LANG_N])
{
    return append(list, json_pack("{s: s, s: s, s: s}", "name", name, "zh", doc[PS_LANG_ZH], "en",
                                  doc[PS_LANG_EN]));
}

enum ps_status ps_schema_results_json(void)
{
    json_t *files = json_array();
    json_t *measures = json_array();
    int fine = files != NULL && measures != NULL;
    for (int i = 0; i < PS_RESULT_N && fine; i++) {
        const struct ps_result_table t = ps_result_table((enum ps_result_id)i);
        json_t *columns = result_columns(&t);
        fine =
            columns != NULL && append(files, json_pack("{s: s, s: s, s: s, s: O}", "name", t.file,
                                                       "zh", t.zh, "en", t.en, "columns", columns));
        json_decref(columns);
    }
    for (int i = 0; i < PS_MEASURE_N && fine; i++) {
        const struct ps_measure_desc *m = ps_measure_desc((enum ps_measure)i);
        fine = add_named(measures, m->name, m->doc);
    }
    for (int i = 0; i < PS_RATIO_N && fine; i++) {
        const struct ps_ratio_desc *r = ps_ratio_desc((enum ps_ratio)i);
        fine = add_named(measures, r->name, r->doc);
    }
    json_t *document =
        fine ? json_pack("{s: O, s: O}", "files", files, "measures", measures) : NULL;
    json_decref(files);
    json_decref(measures);
    return print(document);
}
