// SPDX-License-Identifier: GPL-3.0-or-later
#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/pairs.h"

/* Securitisations, trusts and funds: what they raised and lent, who of their holders loses how
 * much, and the target and the cost with and without them. */

static const double CONFIDENCE = 0.95, BAD_CASE = 0.99;

int ps_page_has_vehicles(const struct ps_page *page)
{
    const struct ps_engine_result *result = page->request->result;
    for (size_t i = 0; i < result->rows_n; i++)
        if (ps_row_has_vehicles(&result->rows[i].row) || ps_row_has_funds(&result->rows[i].row))
            return 1;
    return 0;
}

static void chance_cell(const struct ps_page *page, const struct ps_row *row,
                        enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    ps_page_cell(page, "n", ps_chance_text(&p).s);
}

/* The 99 % quantile with its interval. */
static void bad_cell(const struct ps_page *page, const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_hist *h = &row->hist[measure];
    const double divisor = ps_measure_divisor(measure);
    if (!ps_hist_kept(h) || !ps_quantile_supported(h->n, BAD_CASE)) {
        ps_page_cell(page, "n", "–");
        return;
    }
    const struct ps_interval at =
        ps_hist_rank_interval(h, row->paired ? ps_pairs_quantile_ranks(h->n, BAD_CASE, CONFIDENCE)
                                             : ps_quantile_ranks(h->n, BAD_CASE, CONFIDENCE));
    char text[160];
    (void)snprintf(text, sizeof text, "%s [%s, %s]",
                   ps_text_wan((double)ps_hist_quantile(h, BAD_CASE).value / divisor).s,
                   ps_text_wan(at.lo / divisor).s, ps_text_wan(at.hi / divisor).s);
    ps_page_cell(page, "n", text);
}

static void row_begin(const struct ps_page *page, size_t scenario)
{
    (void)fputs("<tr><th scope=\"row\">", page->out);
    ps_page_text(page, ps_scenario_name(&page->request->book->scenarios[scenario]));
    (void)fputs("</th>", page->out);
}

static void begin(const struct ps_page *page, enum ps_word title, const enum ps_word *words,
                  size_t n)
{
    (void)fputs("<h3>", page->out);
    ps_page_say(page, title, NULL);
    (void)fputs("</h3><div class=\"wide\" tabindex=\"0\"><table>", page->out);
    ps_page_head(page, words, n);
    (void)fputs("<tbody>", page->out);
}

static void end(const struct ps_page *page)
{
    (void)fputs("</tbody></table></div>", page->out);
}

/* What there may be, each as long as some scenario has any. */
static const struct {
    enum ps_word word;
    enum ps_measure measure;
} DONE[] = {{PS_WORD_ISSUED, PS_M_VEHICLES_REGISTERED},
            {PS_WORD_TAKEN_OVER, PS_M_VEHICLES_TRANSFERRED},
            {PS_WORD_TRUST_RAISED, PS_M_TRUST_RAISED},
            {PS_WORD_TRUST_LENT, PS_M_TRUST_LENT}};
enum { DONE_N = sizeof DONE / sizeof *DONE };

/* What they did, and the decision figures; the scenarios that have none are there to compare. */
static void effect_table(const struct ps_page *page)
{
    enum ps_word words[DONE_N + 4] = {PS_WORD_SCENARIO};
    enum ps_measure done[DONE_N];
    const struct ps_engine_result *result = page->request->result;
    size_t done_n = 0;
    for (size_t k = 0; k < DONE_N; k++)
        for (size_t i = 0; i < result->rows_n; i++)
            if (result->rows[i].row.moments[DONE[k].measure].sum > 0) {
                done[done_n++] = DONE[k].measure;
                words[done_n] = DONE[k].word;
                break;
            }
    words[done_n + 1] = PS_WORD_TARGET;
    words[done_n + 2] = PS_WORD_REGISTERED;
    words[done_n + 3] = PS_WORD_COST;
    begin(page, PS_WORD_VEHICLES_EFFECT, words, done_n + 4);
    for (size_t i = 0; i < result->rows_n; i++) {
        const struct ps_row *row = &result->rows[i].row;
        const int annual = page->request->book->scenarios[i].p.target_basis == PS_TARGET_ANNUAL;
        row_begin(page, i);
        for (size_t k = 0; k < done_n; k++)
            ps_page_mean_cell(page, row, done[k]);
        chance_cell(page, row, annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE);
        ps_page_mean_cell(page, row, PS_M_REGISTERED);
        ps_page_mean_cell(page, row, PS_M_FISCAL_NET_COST);
        (void)fputs("</tr>", page->out);
    }
    end(page);
}

static int has_undertaking(const struct ps_scenario *scenario)
{
    for (size_t i = 0; i < scenario->vehicles_n; i++)
        if (scenario->vehicles[i].undertaking_ppm > 0)
            return 1;
    return 0;
}

/* Who loses: the subordinated piece first, then the undertaking, then the senior piece. */
static void piece_table(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_SCENARIO,      PS_WORD_PIECE,
                                        PS_WORD_PIECE_HIT,     PS_WORD_PIECE_GONE,
                                        PS_WORD_EXPECTED_LOSS, PS_WORD_LOSS_99};
    static const struct {
        enum ps_word word;
        enum ps_measure hit, gone, loss;
    } PIECES[] = {
        {PS_WORD_SUBORDINATED, PS_M_SUBORDINATED_HIT, PS_M_SUBORDINATED_GONE,
         PS_M_LOSS_SUBORDINATED},
        {PS_WORD_UNDERTAKING, PS_M_UNDERTAKING_HIT, PS_M_UNDERTAKING_GONE, PS_M_LOSS_UNDERTAKING},
        {PS_WORD_SENIOR, PS_M_SENIOR_HIT, PS_M_SENIOR_GONE, PS_M_LOSS_SENIOR}};
    begin(page, PS_WORD_VEHICLES_PIECES, HEAD, sizeof HEAD / sizeof *HEAD);
    for (size_t i = 0; i < page->request->book->scenarios_n; i++) {
        const struct ps_row *row = &page->request->result->rows[i].row;
        for (size_t k = 0; ps_row_has_vehicles(row) && k < sizeof PIECES / sizeof *PIECES; k++) {
            if (PIECES[k].word == PS_WORD_UNDERTAKING &&
                !has_undertaking(&page->request->book->scenarios[i]))
                continue;
            row_begin(page, i);
            ps_page_cell(page, "", ps_word_text(PIECES[k].word, page->lang));
            chance_cell(page, row, PIECES[k].hit);
            chance_cell(page, row, PIECES[k].gone);
            ps_page_mean_cell(page, row, PIECES[k].loss);
            bad_cell(page, row, PIECES[k].loss);
            (void)fputs("</tr>", page->out);
        }
    }
    end(page);
}

static void fund_table(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_SCENARIO,      PS_WORD_FUND_INVESTED,
                                        PS_WORD_FUND_PROCEEDS, PS_WORD_FUND_BELOW,
                                        PS_WORD_FUND_COST,     PS_WORD_FUND_COST_99};
    begin(page, PS_WORD_FUNDS, HEAD, sizeof HEAD / sizeof *HEAD);
    for (size_t i = 0; i < page->request->book->scenarios_n; i++) {
        const struct ps_row *row = &page->request->result->rows[i].row;
        if (!ps_row_has_funds(row))
            continue;
        row_begin(page, i);
        ps_page_mean_cell(page, row, PS_M_FUND_INVESTED);
        ps_page_mean_cell(page, row, PS_M_FUND_PROCEEDS);
        chance_cell(page, row, PS_M_FUND_BELOW_COST);
        ps_page_mean_cell(page, row, PS_M_FUND_FISCAL_COST);
        bad_cell(page, row, PS_M_FUND_FISCAL_COST);
        (void)fputs("</tr>", page->out);
    }
    end(page);
}

void ps_page_vehicles(struct ps_page *page)
{
    const struct ps_engine_result *result = page->request->result;
    int vehicles = 0, funds = 0;
    for (size_t i = 0; i < result->rows_n; i++) {
        vehicles |= ps_row_has_vehicles(&result->rows[i].row);
        funds |= ps_row_has_funds(&result->rows[i].row);
    }
    if (vehicles) {
        piece_table(page);
        effect_table(page);
    }
    if (funds)
        fund_table(page);
}
