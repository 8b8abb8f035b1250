// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"

/* Tables that read without JavaScript; here the scenarios' decision figures. */

void ps_page_head(const struct ps_page *page, const enum ps_word *words, size_t n)
{
    (void)fputs("<thead><tr>", page->out);
    for (size_t i = 0; i < n; i++) {
        (void)fputs("<th scope=\"col\">", page->out);
        ps_page_say(page, words[i], NULL);
        (void)fputs("</th>", page->out);
    }
    (void)fputs("</tr></thead>", page->out);
}

void ps_page_cell(const struct ps_page *page, const char *class, const char *text)
{
    (void)fprintf(page->out, "<td%s%s%s>", *class == '\0' ? "" : " class=\"", class,
                  *class == '\0' ? "" : "\"");
    ps_page_text(page, text);
    (void)fputs("</td>", page->out);
}

/* "411.1 [410.2, 412.0]": 万元 without its name, for columns that say it. */
void ps_page_mean_cell(const struct ps_page *page, const struct ps_row *row,
                       enum ps_measure measure)
{
    struct ps_page_said amount = ps_page_mean(page->lang, row, measure);
    char *unit = strstr(amount.s, " 万元");
    if (unit != NULL)
        memmove(unit, unit + strlen(" 万元"), strlen(unit + strlen(" 万元")) + 1);
    ps_page_cell(page, "n", amount.s);
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
    ps_page_head(page, targets ? with : without,
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
        ps_page_cell(page,
                     carries == PS_CARRIES_YES    ? "good"
                     : carries == PS_CARRIES_OPEN ? "open"
                                                  : "bad",
                     ps_carries_text(carries, page->lang));
        ps_page_cell(page, "n", ps_chance_text(&f->depletion).s);
        if (targets) {
            ps_page_cell(page, "n", ps_has_target(s) ? ps_chance_text(target).s : "–");
            ps_page_mean_cell(page, row, PS_M_REGISTERED);
        }
        ps_page_mean_cell(page, row, PS_M_COMPENSATION);
        ps_page_mean_cell(page, row, PS_M_FISCAL_NET_COST);
        (void)fputs("</tr>", page->out);
    }
    (void)fputs("</tbody></table></div>", page->out);
}
