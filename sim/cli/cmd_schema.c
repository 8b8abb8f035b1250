// SPDX-License-Identifier: GPL-3.0-or-later
#include "schema.h"

#include <string.h>

#include "pledgesim/columns.h"
#include "pledgesim/engine.h"
#include "pledgesim/nearest.h"
#include "pledgesim/outcsv.h"
#include "terminal.h"

static const enum ps_choice_list MODEL_LISTS[] = {PS_CHOICE_dependence, PS_CHOICE_topup,
                                                  PS_CHOICE_pay_mode, PS_CHOICE_breaker_metric};
static const char *const MODEL_NAMES[] = {"dependence", "topup", "pay_mode", "breaker_metric"};

void ps_schema_range(const struct ps_column_desc *column, char text[160])
{
    size_t at = 0;
    text[0] = '\0';
    if (column->choice == PS_CHOICE_scheme) {
        (void)snprintf(text, 160, "schema %s", PS_SCHEMA_SCHEMES);
    } else if (column->kind == PS_KIND_CHOICE) {
        size_t n = 0;
        const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
        for (size_t i = 0; i < n && at < 160; i++) {
            at += (size_t)snprintf(text + at, 160 - at, "%s%s", i > 0 ? "|" : "", choices[i].text);
        }
    } else if (column->kind == PS_KIND_BOOL) {
        (void)snprintf(text, 160, "0|1");
    } else if (column->kind == PS_KIND_REF) {
        (void)snprintf(text, 160, "%s.csv", ps_table_desc(column->ref)->name);
    } else if (*column->lowest != '\0' || *column->highest != '\0') {
        (void)snprintf(text, 160, "%s..%s", column->lowest, column->highest);
    }
}

const char *ps_schema_preset(const struct ps_column_desc *column, enum ps_lang lang)
{
    if (*column->preset == '\0') {
        return ps_message(PS_SAY_SCHEMA_REQUIRED, lang);
    }
    return strcmp(column->preset, "-") == 0 ? ps_message(PS_SAY_SCHEMA_OPTIONAL, lang)
                                            : column->preset;
}

const char *ps_schema_unit(const struct ps_column_desc *column, enum ps_lang lang)
{
    return column->kind == PS_KIND_COUNT && ps_column_dimension(column) == PS_DIMENSION_WAN
               ? ps_message(PS_SAY_UNIT_WHOLE_WAN, lang)
               : ps_column_unit(column, lang);
}

const char *ps_schema_scope(const struct ps_column_desc *column, enum ps_lang lang)
{
    static const enum ps_message NAMES[] = {[PS_SCOPE_NAME] = PS_SAY_SCOPE_NAME,
                                            [PS_SCOPE_WORLD] = PS_SAY_SCOPE_WORLD,
                                            [PS_SCOPE_POLICY] = PS_SAY_SCOPE_POLICY};
    return ps_message(NAMES[column->scope], lang);
}

/* Text of both languages, for Markdown, or of one. */
static void add_both(struct ps_grid *grid, const char *zh, const char *en, enum ps_lang lang,
                     int markdown)
{
    if (markdown) {
        ps_grid_add(grid, zh, 0);
        ps_grid_add(grid, en, 0);
    } else {
        ps_grid_add(grid, lang == PS_LANG_ZH ? zh : en, 0);
    }
}

static void add_heads(struct ps_grid *grid, const enum ps_message *heads, size_t n,
                      enum ps_lang lang, int markdown)
{
    for (size_t i = 0; i < n; i++) {
        char both[96];
        (void)snprintf(both, sizeof both, "%s / %s", ps_message(heads[i], PS_LANG_ZH),
                       ps_message(heads[i], PS_LANG_EN));
        ps_grid_add(grid, markdown ? both : ps_message(heads[i], lang), 0);
    }
    add_both(grid, "中文", "English", lang, markdown);
}

/* The heading of a table, and what it is. */
static void put_title(const char *name, const char *zh, const char *en, enum ps_lang lang,
                      int markdown)
{
    if (markdown) {
        (void)printf("\n## %s\n\n%s / %s\n\n", name, zh, en);
    } else {
        (void)printf("\n%s: %s\n", name, lang == PS_LANG_ZH ? zh : en);
    }
}

static enum ps_status finish(struct ps_grid *grid, int markdown)
{
    const enum ps_status status =
        ps_grid_print(stdout, grid, markdown ? PS_GRID_MARKDOWN : PS_GRID_ALIGNED);
    ps_grid_free(grid);
    return status;
}

/* ---- input ---- */

static enum ps_status put_table(const struct ps_table_desc *table, enum ps_lang lang, int markdown)
{
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_COLUMN,  PS_SAY_SCHEMA_UNIT,
                                            PS_SAY_SCHEMA_RANGE,   PS_SAY_SCHEMA_DEFAULT,
                                            PS_SAY_SCHEMA_CHANGES, PS_SAY_SCHEMA_BASIS};
    const size_t heads_n = sizeof HEADS / sizeof *HEADS;
    struct ps_grid grid = {.columns_n = heads_n + 1 + (size_t)markdown};
    char title[64];
    (void)snprintf(title, sizeof title, "%s.csv", table->name);
    put_title(title, table->doc[PS_LANG_ZH], table->doc[PS_LANG_EN], lang, markdown);
    add_heads(&grid, HEADS, heads_n, lang, markdown);
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct ps_column_desc *c = &table->columns[i];
        const enum ps_lang words = markdown ? PS_LANG_EN : lang;
        char range[160];
        ps_schema_range(c, range);
        ps_grid_add(&grid, c->column, 0);
        ps_grid_add(&grid, ps_schema_unit(c, words), 0);
        ps_grid_add(&grid, range, 0);
        ps_grid_add(&grid, ps_schema_preset(c, words), 0);
        ps_grid_add(&grid, ps_schema_scope(c, words), 0);
        ps_grid_add(&grid, c->mark, 0);
        add_both(&grid, c->doc[PS_LANG_ZH], c->doc[PS_LANG_EN], lang, markdown);
    }
    return finish(&grid, markdown);
}

static enum ps_status put_models(enum ps_lang lang, int markdown)
{
    struct ps_grid grid = {.columns_n = 2 + 1 + (size_t)markdown};
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_COLUMN, PS_SAY_SCHEMA_MODEL};
    put_title(ps_message(PS_SAY_SCHEMA_MODELS, markdown ? PS_LANG_EN : lang),
              ps_message(PS_SAY_SCHEMA_MODELS_DOC, PS_LANG_ZH),
              ps_message(PS_SAY_SCHEMA_MODELS_DOC, PS_LANG_EN), lang, markdown);
    add_heads(&grid, HEADS, 2, lang, markdown);
    for (size_t k = 0; k < sizeof MODEL_LISTS / sizeof *MODEL_LISTS; k++) {
        size_t n = 0;
        const struct ps_choice_desc *choices = ps_choice_list(MODEL_LISTS[k], &n);
        for (size_t i = 0; i < n; i++) {
            ps_grid_add(&grid, MODEL_NAMES[k], 0);
            ps_grid_add(&grid, choices[i].text, 0);
            add_both(&grid, ps_choice_doc(&choices[i], PS_LANG_ZH),
                     ps_choice_doc(&choices[i], PS_LANG_EN), lang, markdown);
        }
    }
    return finish(&grid, markdown);
}

static enum ps_status put_plausible(enum ps_lang lang, int markdown)
{
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_COLUMN, PS_SAY_SCHEMA_UNIT,
                                            PS_SAY_SCHEMA_PLAUSIBLE, PS_SAY_SCHEMA_BASIS};
    struct ps_grid grid = {.columns_n = 4 + 1 + (size_t)markdown};
    size_t n;
    const struct ps_plausible *ranges = ps_plausible_all(&n);
    put_title(ps_message(PS_SAY_SCHEMA_PLAUSIBLES, markdown ? PS_LANG_EN : lang),
              ps_message(PS_SAY_SCHEMA_PLAUSIBLES_DOC, PS_LANG_ZH),
              ps_message(PS_SAY_SCHEMA_PLAUSIBLES_DOC, PS_LANG_EN), lang, markdown);
    add_heads(&grid, HEADS, 4, lang, markdown);
    for (size_t i = 0; i < n; i++) {
        const struct ps_plausible *p = &ranges[i];
        char range[64];
        (void)snprintf(range, sizeof range, "%s..%s", p->low, p->high);
        ps_grid_add(&grid, p->column, 0);
        ps_grid_add(&grid,
                    ps_plausible_relative(p)
                        ? ""
                        : ps_column_unit(ps_plausible_column(p), markdown ? PS_LANG_EN : lang),
                    0);
        ps_grid_add(&grid, range, 0);
        ps_grid_add(&grid, p->mark, 0);
        add_both(&grid, p->doc[PS_LANG_ZH], p->doc[PS_LANG_EN], lang, markdown);
    }
    return finish(&grid, markdown);
}

enum ps_status ps_schema_inputs(enum ps_table only, enum ps_lang lang, int markdown)
{
    enum ps_status status = PS_OK;
    for (int i = 0; i < PS_TABLE_N && status == PS_OK; i++) {
        const enum ps_table table = (enum ps_table)i;
        if (only == PS_TABLE_N || only == table) {
            status = put_table(ps_table_desc(table), lang, markdown);
        }
        if (status == PS_OK && table == PS_TABLE_scenarios &&
            (only == PS_TABLE_N || only == table)) {
            status = put_plausible(lang, markdown);
        }
    }
    if (only != PS_TABLE_N) {
        return status;
    }
    if (status == PS_OK) {
        status = put_models(lang, markdown);
    }
    return status == PS_OK && markdown ? ps_schema_schemes(lang, markdown) : status;
}

/* ---- results ---- */

static enum ps_status put_result(const struct ps_result_table *table, enum ps_lang lang,
                                 int markdown)
{
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_COLUMN, PS_SAY_SCHEMA_TYPE,
                                            PS_SAY_SCHEMA_UNIT};
    struct ps_grid grid = {.columns_n = 3 + 1 + (size_t)markdown};
    put_title(table->file, table->zh, table->en, lang, markdown);
    add_heads(&grid, HEADS, 3, lang, markdown);
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct ps_column *c = &table->columns[i];
        ps_grid_add(&grid, c->name, 0);
        ps_grid_add(&grid, ps_column_type_name(c->type), 0);
        ps_grid_add(&grid, c->unit, 0);
        add_both(&grid, c->zh, c->en, lang, markdown);
    }
    return finish(&grid, markdown);
}

static enum ps_status put_measures(enum ps_lang lang, int markdown)
{
    struct ps_grid grid = {.columns_n = 1 + 1 + (size_t)markdown};
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_MEASURE};
    put_title(ps_message(PS_SAY_SCHEMA_MEASURES, markdown ? PS_LANG_EN : lang),
              ps_message(PS_SAY_SCHEMA_MEASURES_DOC, PS_LANG_ZH),
              ps_message(PS_SAY_SCHEMA_MEASURES_DOC, PS_LANG_EN), lang, markdown);
    add_heads(&grid, HEADS, 1, lang, markdown);
    for (int i = 0; i < PS_MEASURE_N; i++) {
        const struct ps_measure_desc *m = ps_measure_desc((enum ps_measure)i);
        ps_grid_add(&grid, m->name, 0);
        add_both(&grid, m->doc[PS_LANG_ZH], m->doc[PS_LANG_EN], lang, markdown);
    }
    for (int i = 0; i < PS_RATIO_N; i++) {
        const struct ps_ratio_desc *r = ps_ratio_desc((enum ps_ratio)i);
        ps_grid_add(&grid, r->name, 0);
        add_both(&grid, r->doc[PS_LANG_ZH], r->doc[PS_LANG_EN], lang, markdown);
    }
    return finish(&grid, markdown);
}

enum ps_status ps_schema_results(enum ps_lang lang, int markdown)
{
    enum ps_status status = PS_OK;
    for (int i = 0; i < PS_RESULT_N && status == PS_OK; i++) {
        const struct ps_result_table table = ps_result_table((enum ps_result_id)i);
        status = put_result(&table, lang, markdown);
    }
    return status == PS_OK ? put_measures(lang, markdown) : status;
}

/* ---- an empty table ---- */

static enum ps_status to_stdout(void *context, const void *data, size_t n)
{
    (void)context;
    return fwrite(data, 1, n, stdout) == n ? PS_OK : ps_status_raise(PS_IO);
}

enum { TEMPLATE_COLUMNS_MAX = 96 };

/* The header and one row: an id to change, and every default that a cell could hold. */
static enum ps_status put_template(const struct ps_table_desc *table)
{
    struct ps_column columns[TEMPLATE_COLUMNS_MAX];
    struct ps_outcsv csv;
    const struct ps_sink sink = {to_stdout, NULL};
    if (table->columns_n > TEMPLATE_COLUMNS_MAX) {
        return ps_status_raise(PS_BUG);
    }
    for (size_t i = 0; i < table->columns_n; i++) {
        columns[i] = (struct ps_column){table->columns[i].column, PS_COLUMN_string, "", "", ""};
    }
    enum ps_status status = ps_outcsv_begin(&csv, sink, columns, table->columns_n);
    if (status != PS_OK) {
        return status;
    }
    for (size_t i = 0; i < table->columns_n; i++) {
        const char *preset = table->columns[i].preset;
        const int computed = *preset == '=' || strcmp(preset, "-") == 0;
        ps_outcsv_text(&csv, computed ? "" : *preset == '\0' && i == 0 ? "change_me" : preset);
    }
    status = ps_outcsv_row_end(&csv);
    return status == PS_OK ? ps_outcsv_end(&csv) : status;
}

/* ---- the command ---- */

/* The table of a name; PS_USAGE, told, when there is none. */
static enum ps_status find_table(const char *name, enum ps_lang lang, enum ps_table *out)
{
    struct ps_nearest best = {0};
    for (int i = 0; i < PS_TABLE_N; i++) {
        const struct ps_table_desc *table = ps_table_desc((enum ps_table)i);
        if (strcmp(table->name, name) == 0) {
            *out = (enum ps_table)i;
            return PS_OK;
        }
        ps_nearest_offer(&best, name, table->name);
    }
    ps_nearest_offer(&best, name, PS_SCHEMA_SCHEMES);
    ps_complain(lang, PS_SAY_TABLE_UNKNOWN, PS_ARGS(name));
    const char *near = ps_nearest_name(&best, name);
    if (near != NULL) {
        ps_say(stderr, lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
    }
    return ps_status_raise(PS_USAGE);
}

/* Names the table that is asked for, by --template or as the operand: PS_TABLE_N for all. */
static enum ps_status asked_table(const struct ps_command *command, enum ps_table *out)
{
    const struct ps_given *given = command->given;
    const struct ps_given *template = &given[PS_OPT_TABLE_TEMPLATE];
    *out = PS_TABLE_N;
    if (command->operand != NULL && (template->n > 0 || given[PS_OPT_RESULTS].n > 0)) {
        ps_complain(command->lang, PS_SAY_OPERANDS_MANY, PS_ARGS(command->operand));
        ps_say(stderr, command->lang, PS_SAY_SEE_HELP_OF, PS_ARGS("schema"));
        return ps_status_raise(PS_USAGE);
    }
    const char *name = template->n > 0 ? template->text : command->operand;
    return name == NULL ? PS_OK : find_table(name, command->lang, out);
}

static enum ps_status done(const struct ps_command *command, enum ps_status status)
{
    if (status != PS_OK) {
        ps_show_failure(command, status, NULL);
    }
    return status;
}

enum ps_status ps_cmd_schema(const struct ps_command *command)
{
    const struct ps_given *given = command->given;
    const int results = given[PS_OPT_RESULTS].n > 0;
    enum ps_table table;
    if (given[PS_OPT_TABLE_TEMPLATE].n == 0 && !results && command->operand != NULL &&
        strcmp(command->operand, PS_SCHEMA_SCHEMES) == 0) {
        return done(command, given[PS_OPT_JSON_OUT].n > 0
                                 ? ps_schema_schemes_json()
                                 : ps_schema_schemes(command->lang, given[PS_OPT_MARKDOWN].n > 0));
    }
    enum ps_status status = asked_table(command, &table);
    if (status != PS_OK) {
        return status;
    }
    if (given[PS_OPT_TABLE_TEMPLATE].n > 0) {
        return put_template(ps_table_desc(table));
    }
    if (given[PS_OPT_JSON_OUT].n > 0) {
        status = results ? ps_schema_results_json() : ps_schema_inputs_json(table);
    } else {
        const int markdown = given[PS_OPT_MARKDOWN].n > 0;
        status = results ? ps_schema_results(command->lang, markdown)
                         : ps_schema_inputs(table, command->lang, markdown);
    }
    return done(command, status);
}
