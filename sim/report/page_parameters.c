// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "page.h"

/* What the scenarios were run with, where each value stands and what it rests on. */

static const char SCHEME[] = "scheme ", BUILT_IN[] = "built-in ";

static void origin_cell(const struct ps_page *page, const char *origin)
{
    if (strcmp(origin, "default") == 0)
        ps_page_cell(page, "", ps_word_text(PS_WORD_ORIGIN_DEFAULT, page->lang));
    else if (strncmp(origin, SCHEME, strlen(SCHEME)) == 0)
        ps_page_cell(
            page, "",
            ps_page_said(page->lang, PS_WORD_ORIGIN_SCHEME, PS_PAGE_ARGS(origin + strlen(SCHEME)))
                .s);
    else if (strncmp(origin, BUILT_IN, strlen(BUILT_IN)) == 0)
        ps_page_cell(page, "",
                     ps_page_said(page->lang, PS_WORD_ORIGIN_BUILT_IN,
                                  PS_PAGE_ARGS(origin + strlen(BUILT_IN)))
                         .s);
    else if (*origin == '=')
        ps_page_cell(page, "",
                     ps_page_said(page->lang, PS_WORD_ORIGIN_AS, PS_PAGE_ARGS(origin + 1)).s);
    else
        ps_page_cell(page, "", origin);
}

/* How many rows of its table have this value, if all have, resting on the same; else 0. */
static uint64_t same_in_all(const struct ps_page *page, const struct ps_resolved *line)
{
    const struct ps_book *book = page->request->book;
    const struct ps_basis_text basis = ps_page_basis_of(page, line);
    uint64_t n = 0;
    for (size_t i = 0; i < book->resolved_n && book->resolved[i].scenario == 0; i++) {
        const struct ps_resolved *other = &book->resolved[i];
        if (other->column != line->column)
            continue;
        if (strcmp(other->value, line->value) != 0 ||
            strcmp(ps_page_basis_of(page, other).s, basis.s) != 0)
            return 0;
        n++;
    }
    return n;
}

/* One value, and where a table may have several, its row. */
static void parameter_row(const struct ps_page *page, const struct ps_resolved *line,
                          const char *row)
{
    const struct ps_column_desc *column = line->column;
    (void)fputs("<tr>", page->out);
    if (row != NULL)
        ps_page_cell(page, "", row);
    (void)fputs("<th scope=\"row\">", page->out);
    ps_page_text(page, column->doc[page->lang]);
    (void)fputs("</th>", page->out);
    ps_page_cell(page, "code", column->column);
    ps_page_cell(page, "n", line->value);
    ps_page_cell(page, "", ps_column_unit(column, page->lang));
    origin_cell(page, line->origin);
    ps_page_cell(page, "", ps_page_basis_of(page, line).s);
    (void)fputs("</tr>", page->out);
}

static int is_shown(const struct ps_resolved *line, enum ps_table table)
{
    return line->scenario == 0 && line->column->table == table;
}

/* A value that all rows of a table share stands once, with the first of them. */
static void table_rows(const struct ps_page *page, enum ps_table table)
{
    const struct ps_book *book = page->request->book;
    const struct ps_resolved *first = NULL;
    for (size_t i = 0; i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (!is_shown(line, table))
            continue;
        first = first == NULL ? line : first;
        const uint64_t same_n = table == PS_TABLE_scenarios ? 1 : same_in_all(page, line);
        if (table == PS_TABLE_scenarios)
            parameter_row(page, line, NULL);
        else if (same_n < 2)
            parameter_row(page, line, line->row_id);
        else if (strcmp(line->row_id, first->row_id) == 0)
            parameter_row(
                page, line,
                ps_page_said(page->lang, PS_WORD_ALL_ROWS, PS_PAGE_ARGS(ps_text_count(same_n).s))
                    .s);
    }
}

static void parameter_head(const struct ps_page *page, int with_row)
{
    static const enum ps_word HEAD[] = {PS_WORD_ROW,   PS_WORD_PARAMETER, PS_WORD_COLUMN,
                                        PS_WORD_VALUE, PS_WORD_UNIT,      PS_WORD_ORIGIN,
                                        PS_WORD_MARK};
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>", page->out);
    ps_page_head(page, HEAD + !with_row, sizeof HEAD / sizeof *HEAD - (size_t)!with_row);
    (void)fputs("<tbody>", page->out);
}

static void table_of(const struct ps_page *page, enum ps_table table)
{
    const struct ps_book *book = page->request->book;
    uint64_t n = 0;
    for (size_t i = 0; i < book->resolved_n; i++)
        n += (uint64_t)is_shown(&book->resolved[i], table);
    if (n == 0)
        return;
    const int scalars = table == PS_TABLE_scenarios;
    (void)fputs("<details><summary>", page->out);
    ps_page_say(page, PS_WORD_TABLE_OF,
                PS_PAGE_ARGS(ps_table_desc(table)->name, ps_text_count(n).s));
    (void)fputs("</summary>", page->out);
    parameter_head(page, !scalars);
    table_rows(page, table);
    (void)fputs("</tbody></table></div></details>", page->out);
}

/* ---- what the other scenarios change ---- */

/* The value of the same row and column in the first scenario, whose lines come first. */
static const struct ps_resolved *first_of(const struct ps_book *book,
                                          const struct ps_resolved *line)
{
    for (size_t i = 0; i < book->resolved_n && book->resolved[i].scenario == 0; i++) {
        const struct ps_resolved *first = &book->resolved[i];
        if (first->column == line->column && strcmp(first->row_id, line->row_id) == 0)
            return first;
    }
    return NULL;
}

/* Has the scenario whose lines begin at `from` the row that the line is of, or the whole table by
 * another scenario? */
static int has_row(const struct ps_book *book, size_t from, const struct ps_resolved *line)
{
    const size_t in = book->resolved[from].scenario;
    for (size_t i = from; i < book->resolved_n && book->resolved[i].scenario == in; i++) {
        const struct ps_resolved *own = &book->resolved[i];
        if (own->column->table == line->column->table &&
            (strcmp(own->row_id, "*") == 0 || strcmp(own->row_id, line->row_id) == 0))
            return 1;
    }
    return 0;
}

static int is_change(const struct ps_book *book, const struct ps_resolved *line)
{
    if (line->scenario == 0 || line->column->scope == PS_SCOPE_NAME)
        return 0;
    if (strcmp(line->row_id, "*") == 0)
        return strcmp(line->value, book->scenarios[0].p.scenario_id) != 0;
    const struct ps_resolved *first = first_of(book, line);
    /* What follows another value changes with it. */
    if (first != NULL && *line->origin == '=' && *first->origin == '=')
        return 0;
    /* Of a row that the first scenario has not, what it says itself. */
    return first == NULL ? strcmp(line->origin, "default") != 0 && *line->origin != '='
                         : strcmp(line->value, first->value) != 0;
}
static void change_begin(const struct ps_page *page, size_t scenario, const char *row_id)
{
    (void)fputs("<tr><th scope=\"row\">", page->out);
    ps_page_text(page, ps_scenario_name(&page->request->book->scenarios[scenario]));
    (void)fputs("</th>", page->out);
    ps_page_cell(page, "", row_id);
}

/* A table as a whole, or a row that went. */
static void change_of_table(const struct ps_page *page, size_t scenario, const char *row_id,
                            enum ps_table table, const char *value)
{
    change_begin(page, scenario, row_id);
    ps_page_cell(page, "", ps_table_desc(table)->doc[page->lang]);
    ps_page_cell(page, "code", ps_table_desc(table)->name);
    ps_page_cell(page, "n", "");
    ps_page_cell(page, "n", value);
    (void)fputs("<td></td><td></td></tr>", page->out);
}

static void change_of_value(const struct ps_page *page, const struct ps_resolved *line)
{
    const struct ps_resolved *first = first_of(page->request->book, line);
    if (strcmp(line->row_id, "*") == 0) {
        change_of_table(page, line->scenario, "", line->column->table,
                        ps_page_said(page->lang, PS_WORD_ORIGIN_AS, PS_PAGE_ARGS(line->value)).s);
        return;
    }
    change_begin(page, line->scenario, line->row_id);
    ps_page_cell(page, "", line->column->doc[page->lang]);
    ps_page_cell(page, "code", line->column->column);
    ps_page_cell(page, "n", first == NULL ? "" : first->value);
    ps_page_cell(page, "n", line->value);
    ps_page_cell(page, "", ps_column_unit(line->column, page->lang));
    origin_cell(page, line->origin);
    (void)fputs("</tr>", page->out);
}

/* What the scenario whose lines begin at `from` does not have of the first one's tables. */
static void changes_lost(const struct ps_page *page, size_t from)
{
    const struct ps_book *book = page->request->book;
    const size_t scenario = book->resolved[from].scenario;
    for (size_t i = 0; i < book->resolved_n && book->resolved[i].scenario == 0; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        /* The first value of each row. Of the tape only what an override changed is listed, and the
         * matrix stands with the first scenario that has it. */
        if (line->column->table == PS_TABLE_scenarios || line->column->table == PS_TABLE_loans ||
            line->column->table == PS_TABLE_correlations ||
            (i > 0 && book->resolved[i - 1].column->table == line->column->table &&
             strcmp(book->resolved[i - 1].row_id, line->row_id) == 0) ||
            has_row(book, from, line))
            continue;
        change_of_table(page, scenario, line->row_id, line->column->table,
                        ps_word_text(PS_WORD_CHANGE_GONE, page->lang));
    }
    if (book->scenarios[scenario].loans != book->scenarios[0].loans)
        change_of_table(page, scenario, "", PS_TABLE_loans,
                        ps_word_text(PS_WORD_CHANGE_TAPE, page->lang));
}

static void changes(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_SCENARIO, PS_WORD_ROW,       PS_WORD_PARAMETER,
                                        PS_WORD_COLUMN,   PS_WORD_FIRST_HAS, PS_WORD_VALUE,
                                        PS_WORD_UNIT,     PS_WORD_ORIGIN};
    const struct ps_book *book = page->request->book;
    if (book->scenarios_n < 2)
        return;
    (void)fputs("<details class=\"changes\"><summary>", page->out);
    ps_page_say(page, PS_WORD_CHANGES, NULL);
    (void)fputs("</summary><div class=\"wide\" tabindex=\"0\"><table>", page->out);
    ps_page_head(page, HEAD, sizeof HEAD / sizeof *HEAD);
    (void)fputs("<tbody>", page->out);
    for (size_t i = 0; i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (i > 0 && line->scenario > 0 && line->scenario != book->resolved[i - 1].scenario)
            changes_lost(page, i);
        if (is_change(book, line))
            change_of_value(page, line);
    }
    (void)fputs("</tbody></table></div></details>", page->out);
}

static void warnings(const struct ps_page *page)
{
    const struct ps_diags *diags = page->request->warnings;
    if (diags->n == 0)
        return;
    (void)fputs("<details><summary>", page->out);
    ps_page_say(page, PS_WORD_WARNINGS, NULL);
    (void)fputs("</summary><ul>", page->out);
    for (size_t i = 0; i < diags->n; i++) {
        const struct ps_diag *diag = &diags->items[i];
        char *rule = ps_diag_rule(diag, page->lang);
        char cell_name[32] = "";
        if (diag->place.field > 0 && diag->place.row > 0)
            (void)ps_place_cell(&diag->place, cell_name);
        (void)fputs("<li>", page->out);
        ps_page_text(page, ps_diag_kind(diag->code)->code);
        (void)fputs(" ", page->out);
        ps_page_text(page, diag->place.file == NULL ? "" : diag->place.file);
        (void)fputs(" ", page->out);
        ps_page_text(page, cell_name);
        (void)fputs(" ", page->out);
        ps_page_text(page, rule == NULL ? "" : rule);
        (void)fputs("</li>", page->out);
        free(rule);
    }
    (void)fputs("</ul></details>", page->out);
}

void ps_page_parameters(struct ps_page *page)
{
    ps_page_legend(page);
    for (int table = 0; table < PS_TABLE_N; table++)
        table_of(page, (enum ps_table)table);
    changes(page);
    warnings(page);
}
