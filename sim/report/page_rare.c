// SPDX-License-Identifier: GPL-3.0-or-later
#include "page.h"
#include "pledgesim/rare.h"

/* What steered worlds say of a rare depletion (run --rare), beside plain sampling. */

static void cell(const struct ps_page *page, const char *text)
{
    (void)fputs("<td class=\"n\">", page->out);
    ps_page_text(page, text);
    (void)fputs("</td>", page->out);
}

/* The check at a milder event: "at 655.8 万元: 0.98 % and 1.01 %". */
static void check_cell(const struct ps_page *page, const struct ps_rare_row *rare,
                       uint64_t plain_worlds_n)
{
    const struct ps_page_said mild = ps_page_money(page->lang, rare->mild_fen);
    const double by_chance = (double)rare->mild_plain_n / (double)plain_worlds_n;
    (void)fputs("<td>", page->out);
    if (rare->worlds_n > 0 && rare->mild_fen > 0)
        ps_page_say(page, PS_WORD_RARE_MILD,
                    PS_PAGE_ARGS(mild.s, ps_text_share(ps_weighted_mean(&rare->mild).value).s,
                                 ps_text_share(by_chance).s));
    (void)fputs("</td>", page->out);
}

static void given_cells(const struct ps_page *page, const struct ps_rare_row *rare)
{
    const struct ps_estimate p = ps_weighted_mean(&rare->depletion);
    const struct ps_interval interval = ps_weighted_interval(&rare->depletion, 0.95);
    /* Neither never nor always: an estimate with its interval. */
    const struct ps_probability steered = {
        .hits_n = 1, .worlds_n = 2, .value = p.value, .lo95 = interval.lo, .hi95 = interval.hi};
    cell(page, ps_chance_text(&steered).s);
}

static void row(const struct ps_page *page, size_t i)
{
    const struct ps_rare_row *rare = &page->request->rare[i];
    const struct ps_row *plain = &page->request->result->rows[i].row;
    const struct ps_probability by_chance = ps_probability_of(
        (uint64_t)plain->moments[PS_M_DEPLETED].sum, plain->worlds_n, plain->paired);
    const int given = rare->verdict == PS_RARE_GIVEN;
    (void)fputs("<tr><th scope=\"row\">", page->out);
    ps_page_text(page, ps_scenario_name(&page->request->book->scenarios[i]));
    (void)fputs("</th>", page->out);
    if (given) {
        given_cells(page, rare);
    } else {
        (void)fputs("<td>", page->out);
        ps_page_text(page, ps_rare_verdict_desc(rare->verdict)->text[page->lang]);
        (void)fputs("</td>", page->out);
    }
    cell(page, ps_chance_text(&by_chance).s);
    cell(page, given ? ps_text_real(ps_rare_gain(rare), 1).s : "");
    cell(page, rare->worlds_n > 0 ? ps_text_count(rare->worlds_n).s : "");
    cell(page, given ? ps_text_real(ps_weighted_effective_n(&rare->depletion), 0).s : "");
    cell(page, given ? ps_text_share(ps_weighted_largest_share(&rare->depletion)).s : "");
    check_cell(page, rare, plain->worlds_n);
    (void)fputs("</tr>", page->out);
}

void ps_page_rare(struct ps_page *page)
{
    static const enum ps_word HEAD[] = {
        PS_WORD_SCENARIO,    PS_WORD_RARE_STEERED,   PS_WORD_RARE_PLAIN, PS_WORD_RARE_GAIN,
        PS_WORD_RARE_WORLDS, PS_WORD_RARE_EFFECTIVE, PS_WORD_RARE_SHARE, PS_WORD_RARE_CHECK};
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table><thead><tr>", page->out);
    for (size_t i = 0; i < sizeof HEAD / sizeof *HEAD; i++) {
        (void)fputs("<th scope=\"col\">", page->out);
        ps_page_text(page, ps_word_text(HEAD[i], page->lang));
        (void)fputs("</th>", page->out);
    }
    (void)fputs("</tr></thead><tbody>", page->out);
    for (size_t i = 0; i < page->request->book->scenarios_n; i++)
        row(page, i);
    (void)fputs("</tbody></table></div>", page->out);
}
