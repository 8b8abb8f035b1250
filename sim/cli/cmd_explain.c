// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "help.h"
#include "pledgesim/columns.h"
#include "pledgesim/engine.h"
#include "pledgesim/nearest.h"
#include "schema.h"

/* One search through everything that has a name. */
struct search {
    const char *name;
    enum ps_lang lang;
    int found_n;
    struct ps_nearest best;
};

static int matches(struct search *search, const char *candidate)
{
    ps_nearest_offer(&search->best, search->name, candidate);
    return strcasecmp(search->name, candidate) == 0;
}

/* Blank line between two finds. */
static void begin(struct search *search)
{
    if (search->found_n++ > 0) {
        (void)putchar('\n');
    }
}

static void explain_code(struct search *search)
{
    const enum ps_diag_code code = ps_diag_find(search->name);
    for (int i = 0; i < PS_DIAG_N; i++) {
        ps_nearest_offer(&search->best, search->name, ps_diag_kind((enum ps_diag_code)i)->code);
    }
    if (code == PS_DIAG_N) {
        return;
    }
    static const enum ps_message SEVERITIES[] = {[PS_NOTE] = PS_SAY_SEVERITY_NOTE,
                                                 [PS_WARNING] = PS_SAY_SEVERITY_WARNING,
                                                 [PS_ERROR] = PS_SAY_SEVERITY_ERROR};
    const struct ps_diag_kind *kind = ps_diag_kind(code);
    char blank[] = "...";
    const struct ps_diag any = {.code = code, .args = {blank, blank, blank, blank, blank}};
    char *rule = ps_diag_rule(&any, search->lang);
    char *hint = ps_diag_hint(&any, search->lang);
    begin(search);
    ps_say(stdout, search->lang, PS_SAY_EXPLAIN_CODE,
           PS_ARGS(kind->code, ps_message(SEVERITIES[kind->severity], search->lang),
                   rule == NULL ? kind->rule[search->lang] : rule,
                   hint == NULL ? kind->hint[search->lang] : hint, kind->explain[search->lang]));
    free(rule);
    free(hint);
}

static void explain_table(struct search *search, const struct ps_table_desc *table)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s.csv", table->name);
    if (matches(search, table->name) || strcmp(search->name, file) == 0) {
        begin(search);
        ps_say(stdout, search->lang, PS_SAY_EXPLAIN_TABLE,
               PS_ARGS(file, table->doc[search->lang], table->name));
    }
}

/* A value of a list: a model of default dependence, a way to pay... */
static void explain_choice(struct search *search, const char *full,
                           const struct ps_column_desc *column)
{
    size_t n = 0;
    const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
    for (size_t i = 0; i < n; i++) {
        if (matches(search, choices[i].text)) {
            begin(search);
            ps_say(stdout, search->lang, PS_SAY_EXPLAIN_CHOICE,
                   PS_ARGS(full, choices[i].text, ps_choice_doc(&choices[i], search->lang)));
        }
    }
}

static void explain_schemes(struct search *search)
{
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    for (size_t i = 0; i < n; i++) {
        if (matches(search, schemes[i].id)) {
            begin(search);
            ps_schema_scheme(&schemes[i], search->lang);
        }
    }
}

static void explain_column(struct search *search, const struct ps_table_desc *table,
                           const struct ps_column_desc *column)
{
    char full[128];
    char range[160];
    (void)snprintf(full, sizeof full, "%s.%s", table->name, column->column);
    if (column->kind == PS_KIND_CHOICE) {
        explain_choice(search, full, column);
    }
    if (!matches(search, column->column) && !matches(search, full) &&
        strcmp(search->name, column->doc[PS_LANG_ZH]) != 0) {
        return;
    }
    const enum ps_lang lang = search->lang;
    const char *unit = ps_schema_unit(column, lang);
    ps_schema_range(column, range);
    begin(search);
    ps_say(stdout, lang, PS_SAY_EXPLAIN_COLUMN,
           PS_ARGS(full, column->doc[lang], *unit != '\0' ? unit : "-",
                   *range != '\0' ? range : "-", ps_schema_preset(column, lang),
                   ps_schema_scope(column, lang), column->mark));
    if (column->kind == PS_KIND_CHOICE) {
        size_t n = 0;
        const struct ps_choice_desc *choices = ps_choice_list(column->choice, &n);
        for (size_t i = 0; i < n; i++) {
            (void)printf("  %s: %s\n", choices[i].text, ps_choice_doc(&choices[i], lang));
        }
    }
}

static void explain_tables(struct search *search)
{
    for (int i = 0; i < PS_TABLE_N; i++) {
        const struct ps_table_desc *table = ps_table_desc((enum ps_table)i);
        explain_table(search, table);
        for (size_t k = 0; k < table->columns_n; k++) {
            explain_column(search, table, &table->columns[k]);
        }
    }
}

static void explain_results(struct search *search)
{
    for (int i = 0; i < PS_RESULT_N; i++) {
        const struct ps_result_table table = ps_result_table((enum ps_result_id)i);
        if (matches(search, table.file)) {
            begin(search);
            ps_say(stdout, search->lang, PS_SAY_EXPLAIN_FILE,
                   PS_ARGS(table.file, search->lang == PS_LANG_ZH ? table.zh : table.en));
        }
        for (size_t k = 0; k < table.columns_n; k++) {
            const struct ps_column *c = &table.columns[k];
            if (matches(search, c->name)) {
                begin(search);
                ps_say(stdout, search->lang, PS_SAY_EXPLAIN_RESULT,
                       PS_ARGS(table.file, c->name, search->lang == PS_LANG_ZH ? c->zh : c->en,
                               *c->unit != '\0' ? c->unit : "-"));
            }
        }
    }
}

static void explain_measures(struct search *search)
{
    for (int i = 0; i < PS_MEASURE_N; i++) {
        const struct ps_measure_desc *m = ps_measure_desc((enum ps_measure)i);
        if (matches(search, m->name)) {
            begin(search);
            ps_say(stdout, search->lang, PS_SAY_EXPLAIN_MEASURE,
                   PS_ARGS(m->name, m->doc[search->lang]));
        }
    }
    for (int i = 0; i < PS_RATIO_N; i++) {
        const struct ps_ratio_desc *r = ps_ratio_desc((enum ps_ratio)i);
        if (matches(search, r->name)) {
            begin(search);
            ps_say(stdout, search->lang, PS_SAY_EXPLAIN_MEASURE,
                   PS_ARGS(r->name, r->doc[search->lang]));
        }
    }
}

static void explain_exit_code(struct search *search)
{
    struct ps_exit_code row;
    for (size_t i = 0; ps_exit_code_row(i, &row); i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "%d", row.code);
        if (strcmp(code, search->name) == 0) {
            begin(search);
            ps_say(stdout, search->lang, PS_SAY_EXPLAIN_EXIT, PS_ARGS(code, row.doc[search->lang]));
        }
    }
}

enum ps_status ps_cmd_explain(const struct ps_command *command)
{
    struct search search = {.name = command->operand, .lang = command->lang};
    explain_code(&search);
    explain_tables(&search);
    explain_schemes(&search);
    explain_measures(&search);
    explain_results(&search);
    explain_exit_code(&search);
    if (search.found_n > 0) {
        return PS_OK;
    }
    ps_complain(command->lang, PS_SAY_NAME_UNKNOWN, PS_ARGS(search.name));
    const char *near = ps_nearest_name(&search.best, search.name);
    if (near != NULL) {
        ps_say(stderr, command->lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
    }
    return ps_status_raise(PS_USAGE);
}
