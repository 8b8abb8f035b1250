// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/judgedtext.h"

/* What a sweep or a search found: sentences and tables. Variants are told by their axes. */

enum { ROWS_SHOWN = 100 };

/* "资金池初始规模 1278 万元、放大倍数上限 8 倍". */
static struct ps_page_said place_of(const struct ps_page *page, const struct ps_study *study,
                                    const int64_t *at)
{
    struct ps_page_said out = {""};
    size_t n = 0;
    for (int a = 0; a < study->axes_n && n < sizeof out.s; a++)
        n += (size_t)snprintf(out.s + n, sizeof out.s - n, "%s%s",
                              a > 0 ? ps_word_text(PS_WORD_LIST_COMMA, page->lang) : "",
                              ps_page_axis_at(page->lang, &study->axes[a], at[a]).s);
    return out;
}

/* Its places on the axes. */
static void places_in_sweep(const struct ps_page *page, size_t p, int64_t at[PS_AXES_MAX])
{
    const struct ps_results_request *request = page->request;
    for (int a = 0; a < request->study->axes_n; a++)
        at[a] = ps_box_at(&request->sweep->box, request->study->axes_n, p, a);
}

static struct ps_page_said place_in_sweep(const struct ps_page *page, size_t p)
{
    int64_t at[PS_AXES_MAX] = {0};
    places_in_sweep(page, p, at);
    return place_of(page, page->request->study, at);
}

static enum ps_word judgement_word(enum ps_judgement judgement)
{
    return judgement == PS_MET    ? PS_WORD_MET
           : judgement == PS_OPEN ? PS_WORD_MET_OPEN
                                  : PS_WORD_MISSED;
}

static void cell(const struct ps_page *page, const char *tag, const char *text)
{
    (void)fprintf(page->out, "<%s>", tag);
    ps_page_text(page, text);
    (void)fprintf(page->out, "</%.2s>", tag);
}

static void head(const struct ps_page *page, const enum ps_word *words, size_t n)
{
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table><thead><tr>", page->out);
    for (size_t i = 0; i < n; i++)
        cell(page, "th scope=\"col\"", ps_word_text(words[i], page->lang));
    (void)fputs("</tr></thead><tbody>", page->out);
}

/* With a line above that says what the table holds. */
static void titled(const struct ps_page *page, enum ps_word title, const enum ps_word *words,
                   size_t n)
{
    (void)fputs("<p class=\"of\">", page->out);
    ps_page_say(page, title, NULL);
    (void)fputs("</p>", page->out);
    head(page, words, n);
}

static void foot(const struct ps_page *page)
{
    (void)fputs("</tbody></table></div>", page->out);
}

/* ---- sweep ---- */

static struct ps_text chance_of(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    return ps_chance_text(&p);
}

/* What somebody may want most. */
enum aim { AIM_CHEAPEST, AIM_SAFEST, AIM_TARGET, AIM_REGISTERED, AIM_N };

static const enum ps_word AIMS[AIM_N] = {[AIM_CHEAPEST] = PS_WORD_AIM_CHEAPEST,
                                         [AIM_SAFEST] = PS_WORD_AIM_SAFEST,
                                         [AIM_TARGET] = PS_WORD_AIM_TARGET,
                                         [AIM_REGISTERED] = PS_WORD_AIM_REGISTERED};

static enum ps_measure target_of(const struct ps_sweep *sweep, size_t p)
{
    return sweep->result.scenario[p]->p.target_basis == PS_TARGET_ANNUAL ? PS_M_TARGET_ANNUAL
                                                                         : PS_M_TARGET_CUMULATIVE;
}

/* The smaller, the better. */
static double score(const struct ps_sweep *sweep, size_t p, enum aim aim)
{
    const struct ps_row *row = sweep->result.row[p];
    switch (aim) {
    case AIM_SAFEST:
        return ps_row_mean(row, PS_M_DEPLETED).value;
    case AIM_TARGET:
        return -ps_row_mean(row, target_of(sweep, p)).value;
    case AIM_REGISTERED:
        return -ps_row_mean(row, PS_M_REGISTERED).value;
    case AIM_CHEAPEST:
    case AIM_N:
        break;
    }
    return ps_row_mean(row, PS_M_FISCAL_NET_COST).value;
}

/* Is variant a before b? Of equals the cheaper, then the first. */
static int is_better(const struct ps_sweep *sweep, size_t a, size_t b, enum aim aim)
{
    const double by[] = {score(sweep, a, aim) - score(sweep, b, aim),
                         score(sweep, a, AIM_CHEAPEST) - score(sweep, b, AIM_CHEAPEST)};
    return by[0] != 0 ? by[0] < 0 : by[1] != 0 ? by[1] < 0 : a < b;
}

/* The best variant of those judged so; points_n: there is none. */
static size_t best_of(const struct ps_sweep *sweep, enum ps_judgement at_worst, enum aim aim)
{
    size_t best = sweep->result.points_n;
    for (size_t p = 0; p < sweep->result.points_n; p++)
        if (sweep->points[p].judgement <= at_worst &&
            (best == sweep->result.points_n || is_better(sweep, p, best, aim)))
            best = p;
    return best;
}

static void sweep_sentence(const struct ps_page *page)
{
    const struct ps_results_request *request = page->request;
    const struct ps_sweep *sweep = request->sweep;
    const char *const id = request->study->book.only[0];
    uint64_t met = 0, open = 0, frontier = 0;
    for (size_t p = 0; p < sweep->result.points_n; p++) {
        met += sweep->points[p].judgement == PS_MET;
        open += sweep->points[p].judgement == PS_OPEN;
        frontier += (uint64_t)sweep->points[p].frontier;
    }
    const struct ps_text all = ps_text_count(sweep->result.points_n);
    const size_t best = best_of(sweep, PS_MET, AIM_CHEAPEST);
    (void)fputs("<p class=\"question\">", page->out);
    if (request->study->constraints_n == 0)
        ps_page_say(page, PS_WORD_SWEEP_PLAIN, PS_PAGE_ARGS(all.s, id, ps_text_count(frontier).s));
    else if (met == 0)
        ps_page_say(page, PS_WORD_SWEEP_NONE, PS_PAGE_ARGS(all.s, id, ps_text_count(open).s));
    else
        ps_page_say(page, PS_WORD_SWEEP_ANSWER,
                    PS_PAGE_ARGS(ps_text_count(met).s, all.s, id, ps_text_count(open).s,
                                 place_in_sweep(page, best).s));
    (void)fputs("</p>", page->out);
}

static void sweep_row(const struct ps_page *page, const char *aim, size_t p)
{
    const struct ps_sweep *sweep = page->request->sweep;
    const struct ps_row *row = sweep->result.row[p];
    (void)fputs("<tr>", page->out);
    if (aim != NULL)
        cell(page, "th scope=\"row\"", aim);
    cell(page, aim == NULL ? "th scope=\"row\"" : "td class=\"name\"", place_in_sweep(page, p).s);
    cell(page, "td class=\"n\"", chance_of(row, PS_M_DEPLETED).s);
    cell(page, "td class=\"n\"", chance_of(row, target_of(sweep, p)).s);
    ps_page_mean_cell(page, row, PS_M_REGISTERED);
    ps_page_mean_cell(page, row, PS_M_FISCAL_NET_COST);
    cell(page, "td",
         page->request->study->constraints_n > 0
             ? ps_word_text(judgement_word(sweep->points[p].judgement), page->lang)
             : "");
    (void)fputs("</tr>", page->out);
}

/* Is a before b in the table: by judgement, then by cost. */
static int is_before(const struct ps_sweep *sweep, size_t a, size_t b)
{
    const int by = (int)sweep->points[a].judgement - (int)sweep->points[b].judgement;
    return by != 0 ? by < 0 : is_better(sweep, a, b, AIM_CHEAPEST);
}

/* The variant of the frontier that comes after `last` (points_n: the first); points_n at the end.
 */
static size_t next_of(const struct ps_sweep *sweep, size_t last)
{
    const size_t none = sweep->result.points_n;
    size_t next = none;
    for (size_t p = 0; p < none; p++)
        if (sweep->points[p].frontier && (last == none || is_before(sweep, last, p)) &&
            (next == none || is_before(sweep, p, next)))
            next = p;
    return next;
}

static void sweep_tables(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_AIM,    PS_WORD_VARIANT,    PS_WORD_DEPLETION,
                                        PS_WORD_TARGET, PS_WORD_REGISTERED, PS_WORD_COST,
                                        PS_WORD_MET};
    enum { HEAD_N = sizeof HEAD / sizeof *HEAD };
    const struct ps_sweep *sweep = page->request->sweep;
    const size_t none = sweep->result.points_n;
    enum ps_judgement at_worst = PS_MET;
    while (best_of(sweep, at_worst, AIM_CHEAPEST) == none)
        at_worst++;
    titled(page, PS_WORD_AIMS_INTRO, HEAD, HEAD_N);
    for (int aim = 0; aim < AIM_N; aim++)
        sweep_row(page, ps_word_text(AIMS[aim], page->lang),
                  best_of(sweep, at_worst, (enum aim)aim));
    foot(page);
    int64_t at[PS_AXES_MAX] = {0};
    places_in_sweep(page, best_of(sweep, at_worst, AIM_CHEAPEST), at);
    ps_page_variant(page, page->request->study, at);
    titled(page, PS_WORD_FRONTIER_TABLE, HEAD + 1, HEAD_N - 1);
    int shown = 0;
    for (size_t p = next_of(sweep, none); p != none && shown < ROWS_SHOWN; p = next_of(sweep, p)) {
        sweep_row(page, NULL, p);
        shown++;
    }
    foot(page);
}

/* ---- tune ---- */

/* The objective at another limit: where it would be then, and the difference. */
static struct ps_page_said price_text(const struct ps_page *page,
                                      const struct ps_constraint *constraint,
                                      const struct ps_price *price)
{
    const struct ps_tune_request *request = page->request->tune;
    const struct ps_tuned *tuned = page->request->tuned;
    const struct ps_objective *objective = &request->objective;
    const double now = tuned->tried[tuned->answer].objective.value;
    char there[64], change[64];
    if (!price->known)
        return (struct ps_page_said){"–"};
    if (objective->axis >= 0) {
        const struct ps_axis *axis = &request->study.axes[objective->axis];
        const double at = ps_axis_real(axis, price->objective);
        (void)snprintf(there, sizeof there, "%.*f", axis->scale, at);
        (void)snprintf(change, sizeof change, "%+.*f", axis->scale, at - ps_axis_real(axis, now));
    } else {
        const int mean = objective->metric.kind == PS_METRIC_MEAN;
        const double unit = mean ? ps_measure_divisor(objective->metric.measure) : 0.01;
        (void)snprintf(there, sizeof there, "%.2f%s", price->objective / unit, mean ? "" : " %");
        (void)snprintf(change, sizeof change, "%+.2f", (price->objective - now) / unit);
    }
    /* A quantile is judged by the share of worlds beyond its limit, which is what is a tenth off.
     */
    struct ps_metric limited = constraint->metric;
    if (limited.kind == PS_METRIC_QUANTILE)
        limited.kind = PS_METRIC_PROBABILITY;
    return ps_page_said(
        page->lang, PS_WORD_PRICE,
        PS_PAGE_ARGS(ps_page_limit(&limited, price->limit, page->lang).s, there, change));
}

static void constraint_table(const struct ps_page *page, const struct ps_tried *search,
                             const struct ps_tried *fresh)
{
    static const enum ps_word HEAD[] = {PS_WORD_CONSTRAINT, PS_WORD_SEARCHED, PS_WORD_FRESH,
                                        PS_WORD_MET,        PS_WORD_TIGHTER,  PS_WORD_LOOSER};
    const struct ps_study *study = &page->request->tune->study;
    const struct ps_tuned *tuned = page->request->tuned;
    head(page, HEAD, sizeof HEAD / sizeof *HEAD - (fresh == NULL ? 2 : 0));
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_constraint *constraint = &study->constraints[c];
        const struct ps_judged *last = fresh != NULL ? &fresh->judged[c] : &search->judged[c];
        (void)fputs("<tr>", page->out);
        cell(page, "th scope=\"row\"", ps_page_constraint(page->lang, constraint).s);
        cell(page, "td class=\"n\"", ps_judged_text(constraint, &search->judged[c]).s);
        cell(page, "td class=\"n\"", fresh == NULL ? "" : ps_judged_text(constraint, last).s);
        cell(page, "td", ps_word_text(judgement_word(last->judgement), page->lang));
        if (fresh != NULL) {
            cell(page, "td class=\"n\"", price_text(page, constraint, &tuned->tighter[c]).s);
            cell(page, "td class=\"n\"", price_text(page, constraint, &tuned->looser[c]).s);
        }
        (void)fputs("</tr>", page->out);
    }
    foot(page);
}

static void item(const struct ps_page *page, enum ps_word word, const char *const args[])
{
    (void)fputs("<li>", page->out);
    ps_page_say(page, word, args);
    (void)fputs("</li>", page->out);
}

/* The constraints that fail where the objective is better. */
static void binding_item(const struct ps_page *page)
{
    const struct ps_study *study = &page->request->tune->study;
    const struct ps_tuned *tuned = page->request->tuned;
    struct ps_page_said list = {""};
    size_t n = 0;
    for (int c = 0; c < study->constraints_n && n < sizeof list.s; c++)
        if (tuned->binding >> c & 1)
            n += (size_t)snprintf(list.s + n, sizeof list.s - n, "%s%s",
                                  n > 0 ? ps_word_text(PS_WORD_LIST_COMMA, page->lang) : "",
                                  ps_page_constraint(page->lang, &study->constraints[c]).s);
    item(page, n > 0 ? PS_WORD_TUNE_BINDS : PS_WORD_TUNE_BINDS_NONE, PS_PAGE_ARGS(list.s));
}

/* What the terminal says beside the answer. */
static void tune_items(const struct ps_page *page)
{
    const struct ps_tune_request *request = page->request->tune;
    const struct ps_tuned *tuned = page->request->tuned;
    (void)fputs("<ul class=\"sentences\">", page->out);
    for (int a = 0; a < request->study.axes_n; a++) {
        const struct ps_axis *axis = &request->study.axes[a];
        if (tuned->lowest[a] != tuned->highest[a])
            item(page, PS_WORD_TUNE_RANGE,
                 PS_PAGE_ARGS(ps_page_axis(page->lang, axis).s,
                              ps_axis_value(axis, tuned->lowest[a]).s,
                              ps_axis_value(axis, tuned->highest[a]).s));
    }
    binding_item(page);
    if (request->objective.axis < 0) {
        const struct ps_metric *metric = &request->objective.metric;
        const struct ps_metric_value *v = &tuned->tried[tuned->verified].objective;
        item(page, PS_WORD_TUNE_OBJECTIVE,
             PS_PAGE_ARGS(ps_page_figure(page->lang, metric).s, ps_metric_text(metric, v->value).s,
                          ps_metric_text(metric, v->lower).s, ps_metric_text(metric, v->upper).s));
    }
    for (int c = 0; c < request->study.constraints_n; c++) {
        const struct ps_constraint *constraint = &request->study.constraints[c];
        if (constraint->metric.kind == PS_METRIC_QUANTILE)
            item(page, PS_WORD_TUNE_QUANTILE,
                 PS_PAGE_ARGS(ps_page_constraint(page->lang, constraint).s,
                              ps_text_share(constraint->at_most ? 1 - constraint->metric.level
                                                                : constraint->metric.level)
                                  .s));
    }
    item(page, PS_WORD_TUNE_BOUNDS, PS_PAGE_ARGS(ps_text_real(100 * request->confidence, 0).s));
    if (!tuned->monotone)
        item(page, PS_WORD_TUNE_NOT_MONOTONE, NULL);
    (void)fputs("</ul>", page->out);
}

/* Nothing found: where each constraint by itself is met best. */
static void reach_table(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_ALONE, PS_WORD_BEST_REACHED, PS_WORD_VARIANT,
                                        PS_WORD_MET};
    const struct ps_study *study = &page->request->tune->study;
    const struct ps_tuned *tuned = page->request->tuned;
    head(page, HEAD, sizeof HEAD / sizeof *HEAD);
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_tried *best = &tuned->tried[tuned->reach[c]];
        (void)fputs("<tr>", page->out);
        cell(page, "th scope=\"row\"", ps_page_constraint(page->lang, &study->constraints[c]).s);
        cell(page, "td class=\"n\"", ps_judged_text(&study->constraints[c], &best->judged[c]).s);
        cell(page, "td", place_of(page, study, best->at).s);
        cell(page, "td", ps_word_text(judgement_word(best->judged[c].judgement), page->lang));
        (void)fputs("</tr>", page->out);
    }
    foot(page);
}

static void tune_answer(const struct ps_page *page)
{
    const struct ps_tune_request *request = page->request->tune;
    const struct ps_tuned *tuned = page->request->tuned;
    const char *const id = request->study.book.only[0];
    (void)fputs("<p class=\"question\">", page->out);
    if (tuned->found) {
        const struct ps_tried *fresh = &tuned->tried[tuned->verified];
        ps_page_say(
            page, PS_WORD_TUNE_FOUND,
            PS_PAGE_ARGS(id, place_of(page, &request->study, fresh->at).s,
                         ps_text_count(fresh->worlds_n).s,
                         ps_word_text(tuned->holds ? PS_WORD_TUNE_HOLDS : PS_WORD_TUNE_HOLDS_NOT,
                                      page->lang)));
        (void)fputs("</p>", page->out);
        const struct ps_tried *search = ps_tuned_find(tuned, fresh->at);
        constraint_table(page, search != NULL ? search : &tuned->tried[tuned->best], fresh);
        tune_items(page);
        ps_page_variant(page, &request->study, fresh->at);
    } else {
        const struct ps_tried *nearest = &tuned->tried[tuned->nearest];
        ps_page_say(page, PS_WORD_TUNE_NOT_FOUND,
                    PS_PAGE_ARGS(id, place_of(page, &request->study, nearest->at).s));
        (void)fputs("</p>", page->out);
        constraint_table(page, nearest, NULL);
        reach_table(page);
    }
}

void ps_page_study(struct ps_page *page)
{
    if (page->request->sweep != NULL) {
        sweep_sentence(page);
        sweep_tables(page);
    } else {
        tune_answer(page);
    }
}
