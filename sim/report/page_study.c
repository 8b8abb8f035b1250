// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/judgedtext.h"

/* What a sweep or a search found: sentences and tables. Variants are told by their axes. */

enum { ROWS_SHOWN = 100, POINT_BYTES = 320 };

struct place {
    char s[POINT_BYTES]; /* "pool_initial_wan=1278, leverage=8" */
};

static struct place place_of(const struct ps_study *study, const int64_t *at)
{
    struct place out = {""};
    size_t n = 0;
    for (int a = 0; a < study->axes_n && n < sizeof out.s; a++)
        n += (size_t)snprintf(out.s + n, sizeof out.s - n, "%s%s=%s", a > 0 ? ", " : "",
                              study->axes[a].name, ps_axis_value(&study->axes[a], at[a]).s);
    return out;
}

static struct place place_in_sweep(const struct ps_results_request *request, size_t p)
{
    int64_t at[PS_AXES_MAX] = {0};
    for (int a = 0; a < request->study->axes_n; a++)
        at[a] = ps_box_at(&request->sweep->box, request->study->axes_n, p, a);
    return place_of(request->study, at);
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

static void foot(const struct ps_page *page)
{
    (void)fputs("</tbody></table></div>", page->out);
}

/* ---- sweep ---- */

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
    (void)fputs("<p class=\"question\">", page->out);
    if (request->study->constraints_n > 0)
        ps_page_say(page, PS_WORD_SWEEP_ANSWER,
                    PS_PAGE_ARGS(ps_text_count(met).s, all.s, id, ps_text_count(open).s));
    else
        ps_page_say(page, PS_WORD_SWEEP_PLAIN, PS_PAGE_ARGS(all.s, id, ps_text_count(frontier).s));
    (void)fputs("</p>", page->out);
}

static struct ps_text chance_of(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    return ps_chance_text(&p);
}

static void sweep_row(const struct ps_page *page, size_t p)
{
    const struct ps_sweep *sweep = page->request->sweep;
    const struct ps_row *row = sweep->result.row[p];
    const int annual = sweep->result.scenario[p]->p.target_basis == PS_TARGET_ANNUAL;
    (void)fputs("<tr>", page->out);
    cell(page, "th scope=\"row\"", place_in_sweep(page->request, p).s);
    cell(page, "td class=\"n\"", chance_of(row, PS_M_DEPLETED).s);
    cell(page, "td class=\"n\"",
         chance_of(row, annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE).s);
    cell(page, "td class=\"n\"", ps_page_mean(page->lang, row, PS_M_REGISTERED).s);
    cell(page, "td class=\"n\"", ps_page_mean(page->lang, row, PS_M_FISCAL_NET_COST).s);
    cell(page, "td",
         page->request->study->constraints_n > 0
             ? ps_word_text(judgement_word(sweep->points[p].judgement), page->lang)
             : "");
    (void)fputs("</tr>", page->out);
}

/* The frontier; the chart's table and grid.csv have all variants. */
static void sweep_table(const struct ps_page *page)
{
    static const enum ps_word HEAD[] = {PS_WORD_VARIANT,    PS_WORD_DEPLETION, PS_WORD_TARGET,
                                        PS_WORD_REGISTERED, PS_WORD_COST,      PS_WORD_MET};
    const struct ps_sweep *sweep = page->request->sweep;
    int shown = 0;
    head(page, HEAD, sizeof HEAD / sizeof *HEAD);
    for (size_t p = 0; p < sweep->result.points_n && shown < ROWS_SHOWN; p++)
        if (sweep->points[p].frontier) {
            sweep_row(page, p);
            shown++;
        }
    foot(page);
}

/* ---- tune ---- */

static void constraint_table(const struct ps_page *page, const struct ps_tried *search,
                             const struct ps_tried *fresh)
{
    static const enum ps_word HEAD[] = {PS_WORD_CONSTRAINT, PS_WORD_SEARCHED, PS_WORD_FRESH,
                                        PS_WORD_MET};
    const struct ps_study *study = &page->request->tune->study;
    head(page, HEAD, sizeof HEAD / sizeof *HEAD);
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_constraint *constraint = &study->constraints[c];
        const struct ps_judged *last = fresh != NULL ? &fresh->judged[c] : &search->judged[c];
        (void)fputs("<tr>", page->out);
        cell(page, "th scope=\"row\"", constraint->text);
        cell(page, "td class=\"n\"", ps_judged_text(constraint, &search->judged[c]).s);
        cell(page, "td class=\"n\"", fresh == NULL ? "" : ps_judged_text(constraint, last).s);
        cell(page, "td", ps_word_text(judgement_word(last->judgement), page->lang));
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
            PS_PAGE_ARGS(id, place_of(&request->study, fresh->at).s,
                         ps_text_count(fresh->worlds_n).s,
                         ps_word_text(tuned->holds ? PS_WORD_TUNE_HOLDS : PS_WORD_TUNE_HOLDS_NOT,
                                      page->lang)));
        (void)fputs("</p>", page->out);
        const struct ps_tried *search = ps_tuned_find(tuned, fresh->at);
        constraint_table(page, search != NULL ? search : &tuned->tried[tuned->best], fresh);
    } else {
        const struct ps_tried *nearest = &tuned->tried[tuned->nearest];
        ps_page_say(page, PS_WORD_TUNE_NOT_FOUND,
                    PS_PAGE_ARGS(id, place_of(&request->study, nearest->at).s));
        (void)fputs("</p>", page->out);
        constraint_table(page, nearest, NULL);
    }
}

void ps_page_study(struct ps_page *page)
{
    if (page->request->sweep != NULL) {
        sweep_sentence(page);
        sweep_table(page);
    } else {
        tune_answer(page);
    }
}

/* ---- data ---- */

static json_t *numbers(const double *x, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        (void)json_array_append_new(out, json_real(x[i]));
    return out;
}

static json_t *axes_data(const struct ps_study *study)
{
    json_t *out = json_array();
    for (int a = 0; a < study->axes_n; a++)
        (void)json_array_append_new(out, json_pack("{s: s, s: b}", "name", study->axes[a].name,
                                                   "words", study->axes[a].words != NULL));
    return out;
}

static json_t *place_data(const struct ps_study *study, const int64_t *at)
{
    json_t *out = json_array();
    for (int a = 0; a < study->axes_n; a++)
        (void)json_array_append_new(out, json_string(ps_axis_value(&study->axes[a], at[a]).s));
    return out;
}

static json_t *chance_data(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    return json_pack("[I, I, f, f]", (json_int_t)p.hits_n, (json_int_t)p.worlds_n,
                     p.hits_n == p.worlds_n ? p.lower95 : p.lo95,
                     p.hits_n == 0 ? p.upper95 : p.hi95);
}

static json_t *mean_data(const struct ps_row *row, enum ps_measure measure)
{
    const double divisor = ps_measure_divisor(measure);
    const struct ps_interval i = ps_row_mean_interval(row, measure, 0.95);
    const double x[] = {ps_row_mean(row, measure).value / divisor, i.lo / divisor, i.hi / divisor};
    return numbers(x, 3);
}

static json_t *sweep_data(const struct ps_results_request *request)
{
    const struct ps_sweep *sweep = request->sweep;
    json_t *points = json_array();
    for (size_t p = 0; p < sweep->result.points_n; p++) {
        const struct ps_row *row = sweep->result.row[p];
        const int annual = sweep->result.scenario[p]->p.target_basis == PS_TARGET_ANNUAL;
        int64_t at[PS_AXES_MAX] = {0};
        for (int a = 0; a < request->study->axes_n; a++)
            at[a] = ps_box_at(&sweep->box, request->study->axes_n, p, a);
        (void)json_array_append_new(
            points,
            json_pack("{s: o, s: o, s: o, s: o, s: o, s: i, s: b}", "at",
                      place_data(request->study, at), "depletion", chance_data(row, PS_M_DEPLETED),
                      "target",
                      chance_data(row, annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE),
                      "registered", mean_data(row, PS_M_REGISTERED), "cost",
                      mean_data(row, PS_M_FISCAL_NET_COST), "judgement",
                      (int)sweep->points[p].judgement, "frontier", sweep->points[p].frontier));
    }
    return json_pack("{s: o, s: b, s: o}", "axes", axes_data(request->study), "judged",
                     request->study->constraints_n > 0, "points", points);
}

/* Of each constraint the value, the bound that counts and the limit; and the first two in words. */
static json_t *tried_data(const struct ps_study *study, const struct ps_tried *tried)
{
    json_t *judged = json_array(), *text = json_array();
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_metric *metric = &study->constraints[c].metric;
        const double divisor =
            metric->kind == PS_METRIC_MEAN ? ps_measure_divisor(metric->measure) : 1;
        const struct ps_judged *j = &tried->judged[c];
        const double x[] = {j->value.value / divisor,
                            (j->at_most ? j->value.upper : j->value.lower) / divisor,
                            j->limit / divisor};
        (void)json_array_append_new(judged, numbers(x, 3));
        (void)json_array_append_new(text, json_string(ps_judged_text(&study->constraints[c], j).s));
    }
    return json_pack("{s: o, s: I, s: i, s: o, s: o}", "at", place_data(study, tried->at), "worlds",
                     (json_int_t)tried->worlds_n, "judgement", (int)tried->judgement, "judged",
                     judged, "text", text);
}

static json_t *tune_data(const struct ps_results_request *request)
{
    const struct ps_study *study = &request->tune->study;
    json_t *constraints = json_array(), *points = json_array();
    for (int c = 0; c < study->constraints_n; c++)
        (void)json_array_append_new(
            constraints, json_pack("{s: s, s: b}", "text", study->constraints[c].text, "chance",
                                   study->constraints[c].metric.kind != PS_METRIC_MEAN));
    for (size_t i = 0; i < request->tuned->tried_n; i++)
        (void)json_array_append_new(points, tried_data(study, &request->tuned->tried[i]));
    return json_pack("{s: o, s: o, s: o}", "axes", axes_data(study), "constraints", constraints,
                     "points", points);
}

json_t *ps_page_study_data(const struct ps_page *page)
{
    return page->request->sweep != NULL ? sweep_data(page->request) : tune_data(page->request);
}
