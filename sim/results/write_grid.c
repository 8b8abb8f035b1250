// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>

#include "pledgesim/answer.h"
#include "pledgesim/errors.h"
#include "pledgesim/figures.h"
#include "write.h"

/* The figures of the decision tier that a grid shows, each with its interval or error. */
static const enum ps_measure PROBABILITIES[] = {PS_M_DEPLETED, PS_M_TARGET_CUMULATIVE,
                                                PS_M_TARGET_ANNUAL};
static const enum ps_measure MEANS[] = {PS_M_REGISTERED,       PS_M_COMPENSATION,
                                        PS_M_SHORTFALL,        PS_M_LOSS,
                                        PS_M_MONTHS_SUSPENDED, PS_M_FISCAL_NET_COST};

static void write_axes(struct ps_outcsv *csv, const struct ps_results_request *request, size_t p)
{
    const struct ps_study *study = request->study;
    for (int a = 0; a < PS_AXES_MAX; a++) {
        if (a >= study->axes_n) {
            ps_outcsv_empty(csv);
            ps_outcsv_empty(csv);
            continue;
        }
        ps_outcsv_text(csv, study->axes[a].name);
        ps_outcsv_text(
            csv,
            ps_axis_value(&study->axes[a], ps_box_at(&request->sweep->box, study->axes_n, p, a)).s);
    }
}

static void write_figures(struct ps_outcsv *csv, const struct ps_row *row)
{
    for (size_t i = 0; i < sizeof PROBABILITIES / sizeof *PROBABILITIES; i++) {
        const struct ps_moments *m = &row->moments[PROBABILITIES[i]];
        const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
        ps_outcsv_double(csv, p.value);
        ps_outcsv_double(csv, p.lo95);
        ps_outcsv_double(csv, p.hi95);
    }
    for (size_t i = 0; i < sizeof MEANS / sizeof *MEANS; i++) {
        const double divisor = ps_measure_divisor(MEANS[i]);
        ps_outcsv_double(csv, ps_moments_mean(&row->moments[MEANS[i]]) / divisor);
        ps_outcsv_double(csv, ps_row_mean(row, MEANS[i]).se / divisor);
    }
}

/* The constraints that are not surely met. */
static void write_missed(struct ps_outcsv *csv, const struct ps_study *study, unsigned missed)
{
    char text[1024] = "";
    size_t n = 0;
    for (int c = 0; c < study->constraints_n; c++) {
        if (missed >> c & 1 && n < sizeof text) {
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? "; " : "",
                                  study->constraints[c].text);
        }
    }
    ps_outcsv_text(csv, text);
}

static void write_target(struct ps_outcsv *csv, const struct ps_scenario *scenario,
                         const struct ps_row *row)
{
    const int annual = scenario->p.target_basis == PS_TARGET_ANNUAL;
    if (ps_has_target(scenario)) {
        ps_outcsv_double(
            csv,
            ps_moments_mean(&row->moments[annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE]));
    } else {
        ps_outcsv_empty(csv);
    }
}

static enum ps_status write_point(struct ps_outcsv *csv, const struct ps_results_request *request,
                                  size_t p)
{
    static const char *const JUDGEMENTS[] = {
        [PS_MET] = "met", [PS_OPEN] = "open", [PS_MISSED] = "missed"};
    const struct ps_sweep *sweep = request->sweep;
    const struct ps_row *row = sweep->result.row[p];
    ps_outcsv_int(csv, (int64_t)p);
    ps_outcsv_id(csv, sweep->result.scenario[p]->p.scenario_id);
    write_axes(csv, request, p);
    ps_outcsv_int(csv, (int64_t)row->worlds_n);
    write_figures(csv, row);
    ps_outcsv_text(csv,
                   request->study->constraints_n > 0 ? JUDGEMENTS[sweep->points[p].judgement] : "");
    write_missed(csv, request->study, sweep->points[p].missed);
    ps_outcsv_bool(csv, sweep->points[p].frontier);
    write_target(csv, sweep->result.scenario[p], row);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_grid(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t p = 0; status == PS_OK && p < request->sweep->result.points_n; p++) {
        status = write_point(csv, request, p);
    }
    return status;
}

enum ps_status ps_write_frontier(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t p = 0; status == PS_OK && p < request->sweep->result.points_n; p++) {
        if (request->sweep->points[p].frontier) {
            status = write_point(csv, request, p);
        }
    }
    return status;
}
