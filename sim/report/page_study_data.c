// SPDX-License-Identifier: GPL-3.0-or-later
#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/judgedtext.h"

/* What a sweep or a search found, as JSON for the charts. */

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
        (void)json_array_append_new(out, json_pack("{s: s, s: [s, s], s: b}", "name",
                                                   study->axes[a].name, "label",
                                                   ps_page_axis(PS_LANG_ZH, &study->axes[a]).s,
                                                   ps_page_axis(PS_LANG_EN, &study->axes[a]).s,
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
            constraints, json_pack("{s: [s, s], s: b}", "label",
                                   ps_page_constraint(PS_LANG_ZH, &study->constraints[c]).s,
                                   ps_page_constraint(PS_LANG_EN, &study->constraints[c]).s,
                                   "chance", study->constraints[c].metric.kind != PS_METRIC_MEAN));
    for (size_t i = 0; i < request->tuned->tried_n; i++)
        (void)json_array_append_new(points, tried_data(study, &request->tuned->tried[i]));
    return json_pack("{s: o, s: o, s: o}", "axes", axes_data(study), "constraints", constraints,
                     "points", points);
}

json_t *ps_page_study_data(const struct ps_page *page)
{
    return page->request->sweep != NULL ? sweep_data(page->request) : tune_data(page->request);
}
