// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "page.h"

/* Tables that read without JavaScript: the scenarios' decision figures, the parameters. */

static void head(const struct ps_page *page, const enum ps_word *words, size_t n)
{
    (void)fputs("<thead><tr>", page->out);
    for (size_t i = 0; i < n; i++) {
        (void)fputs("<th scope=\"col\">", page->out);
        ps_page_say(page, words[i], NULL);
        (void)fputs("</th>", page->out);
    }
    (void)fputs("</tr></thead>", page->out);
}

static void cell(const struct ps_page *page, const char *class, const char *text)
{
    (void)fprintf(page->out, "<td%s%s%s>", *class == '\0' ? "" : " class=\"", class,
                  *class == '\0' ? "" : "\"");
    ps_page_text(page, text);
    (void)fputs("</td>", page->out);
}

/* "411.1 [410.2, 412.0]": 万元 without its name, for columns that say it. */
static void mean_cell(const struct ps_page *page, const struct ps_row *row, enum ps_measure measure)
{
    struct ps_page_said amount = ps_page_mean(page->lang, row, measure);
    char *unit = strstr(amount.s, " 万元");
    if (unit != NULL)
        memmove(unit, unit + strlen(" 万元"), strlen(unit + strlen(" 万元")) + 1);
    cell(page, "n", amount.s);
}

void ps_page_decisions(struct ps_page *page)
{
    const int targets = ps_page_any_target(page);
    const enum ps_word with[] = {PS_WORD_SCENARIO, PS_WORD_VERDICT,    PS_WORD_DEPLETION,
                                 PS_WORD_TARGET,   PS_WORD_REGISTERED, PS_WORD_PAID,
                                 PS_WORD_COST};
    const enum ps_word without[] = {PS_WORD_SCENARIO, PS_WORD_VERDICT_CLAIMS, PS_WORD_DEPLETION,
                                    PS_WORD_PAID, PS_WORD_COST};
    const struct ps_book *book = page->request->book;
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>", page->out);
    head(page, targets ? with : without,
         targets ? sizeof with / sizeof *with : sizeof without / sizeof *without);
    (void)fputs("<tbody>", page->out);
    for (size_t i = 0; i < book->scenarios_n; i++) {
        const struct ps_scenario *s = &book->scenarios[i];
        const struct ps_figures *f = &page->figures[i];
        const struct ps_row *row = &page->request->result->rows[i].row;
        const struct ps_probability *target = ps_target_of(s, f);
        const enum ps_carries carries = ps_carries_of(&f->depletion, target);
        (void)fputs("<tr><th scope=\"row\">", page->out);
        ps_page_text(page, ps_scenario_name(s));
        (void)fputs("</th>", page->out);
        cell(page,
             carries == PS_CARRIES_YES    ? "good"
             : carries == PS_CARRIES_OPEN ? "open"
                                          : "bad",
             ps_carries_text(carries, page->lang));
        cell(page, "n", ps_chance_text(&f->depletion).s);
        if (targets) {
            cell(page, "n", ps_has_target(s) ? ps_chance_text(target).s : "–");
            mean_cell(page, row, PS_M_REGISTERED);
        }
        mean_cell(page, row, PS_M_COMPENSATION);
        mean_cell(page, row, PS_M_FISCAL_NET_COST);
        (void)fputs("</tr>", page->out);
    }
    (void)fputs("</tbody></table></div>", page->out);
}

/* ---- parameters ---- */

static void origin_cell(const struct ps_page *page, const char *origin)
{
    if (strcmp(origin, "default") == 0)
        cell(page, "", ps_word_text(PS_WORD_ORIGIN_DEFAULT, page->lang));
    else if (*origin == '=')
        cell(page, "", ps_page_said(page->lang, PS_WORD_ORIGIN_AS, PS_PAGE_ARGS(origin + 1)).s);
    else
        cell(page, "", origin);
}

/* One value; its row of the table where there are several. */
static void parameter_row(const struct ps_page *page, const struct ps_resolved *line, int with_row)
{
    const struct ps_column_desc *column = line->column;
    (void)fputs("<tr>", page->out);
    if (with_row)
        cell(page, "", line->row_id);
    (void)fputs("<th scope=\"row\">", page->out);
    ps_page_text(page, column->doc[page->lang]);
    (void)fputs("</th>", page->out);
    cell(page, "code", column->column);
    cell(page, "n", line->value);
    cell(page, "", ps_column_unit(column, page->lang));
    origin_cell(page, line->origin);
    /* The mark speaks of the preset, and of no other value. */
    cell(page, "", strcmp(line->origin, "default") == 0 ? column->mark : "");
    (void)fputs("</tr>", page->out);
}

static void parameter_head(const struct ps_page *page, int with_row)
{
    static const enum ps_word HEAD[] = {PS_WORD_ROW,   PS_WORD_PARAMETER, PS_WORD_COLUMN,
                                        PS_WORD_VALUE, PS_WORD_UNIT,      PS_WORD_ORIGIN,
                                        PS_WORD_MARK};
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>", page->out);
    head(page, HEAD + !with_row, sizeof HEAD / sizeof *HEAD - (size_t)!with_row);
    (void)fputs("<tbody>", page->out);
}

static int is_shown(const struct ps_resolved *line, enum ps_table table)
{
    return line->scenario == 0 && line->column->table == table;
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
    for (size_t i = 0; i < book->resolved_n; i++)
        if (is_shown(&book->resolved[i], table))
            parameter_row(page, &book->resolved[i], !scalars);
    (void)fputs("</tbody></table></div></details>", page->out);
}

/* Of the other scenarios, what their own cells or --set say. */
static int is_change(const struct ps_resolved *line, const struct ps_resolved *first)
{
    return line->scenario > 0 && line->column->table == PS_TABLE_scenarios && first != NULL &&
           strcmp(line->value, first->value) != 0 && line->column->scope != PS_SCOPE_NAME;
}

/* The value of the same column in the first scenario. */
static const struct ps_resolved *first_of(const struct ps_book *book,
                                          const struct ps_column_desc *column)
{
    for (size_t i = 0; i < book->resolved_n && book->resolved[i].scenario == 0; i++)
        if (book->resolved[i].column == column)
            return &book->resolved[i];
    return NULL;
}

static void changes(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_SCENARIO, PS_WORD_PARAMETER, PS_WORD_COLUMN,
                                        PS_WORD_VALUE,    PS_WORD_UNIT,      PS_WORD_ORIGIN};
    const struct ps_book *book = page->request->book;
    if (book->scenarios_n < 2)
        return;
    (void)fputs("<details><summary>", page->out);
    ps_page_say(page, PS_WORD_CHANGES, NULL);
    (void)fputs("</summary><div class=\"wide\" tabindex=\"0\"><table>", page->out);
    head(page, HEAD, sizeof HEAD / sizeof *HEAD);
    (void)fputs("<tbody>", page->out);
    for (size_t i = 0; i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (!is_change(line, first_of(book, line->column)))
            continue;
        (void)fputs("<tr><th scope=\"row\">", page->out);
        ps_page_text(page, ps_scenario_name(&book->scenarios[line->scenario]));
        (void)fputs("</th>", page->out);
        cell(page, "", line->column->doc[page->lang]);
        cell(page, "code", line->column->column);
        cell(page, "n", line->value);
        cell(page, "", ps_column_unit(line->column, page->lang));
        origin_cell(page, line->origin);
        (void)fputs("</tr>", page->out);
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
    for (int table = 0; table < PS_TABLE_N; table++)
        table_of(page, (enum ps_table)table);
    changes(page);
    warnings(page);
}
