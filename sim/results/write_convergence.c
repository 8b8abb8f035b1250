// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>

#include "pledgesim/figures.h"
#include "pledgesim/stats.h"
#include "write.h"

static const double CONFIDENCE = 0.95;

static enum ps_status write_line(struct ps_outcsv *csv, const char *id, uint64_t worlds,
                                 const char *metric, const char *unit, double value,
                                 struct ps_interval interval)
{
    ps_outcsv_id(csv, id);
    ps_outcsv_int(csv, (int64_t)worlds);
    ps_outcsv_id(csv, metric);
    ps_outcsv_text(csv, unit);
    ps_outcsv_double(csv, value);
    ps_outcsv_double(csv, interval.lo);
    ps_outcsv_double(csv, interval.hi);
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_checkpoint(struct ps_outcsv *csv, const char *id,
                                       const struct ps_checkpoint *c, int paired)
{
    const struct {
        const char *metric;
        uint64_t hits_n;
    } shares[] = {{"p_depletion", c->depleted_n},
                  {"p_target_cumulative", c->target_cumulative_n},
                  {"p_target_annual", c->target_annual_n}};
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < sizeof shares / sizeof *shares; i++) {
        const struct ps_probability p = ps_probability_of(shares[i].hits_n, c->worlds_n, paired);
        status = write_line(csv, id, c->worlds_n, shares[i].metric, "frac", p.value,
                            (struct ps_interval){p.lo95, p.hi95});
    }
    if (status != PS_OK)
        return status;
    const double divisor = ps_measure_divisor(PS_M_COMPENSATION);
    const struct ps_estimate mean = {c->compensation_mean_fen / divisor,
                                     c->compensation_se_fen / divisor};
    return write_line(csv, id, c->worlds_n, "compensation_gross_wan_mean", "wan", mean.value,
                      ps_estimate_interval(mean, CONFIDENCE));
}

enum ps_status ps_write_convergence(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++) {
        const struct ps_row_result *r = &request->result->rows[i];
        for (int k = 0; status == PS_OK && k < r->checkpoints_n; k++)
            status =
                write_checkpoint(csv, ps_write_id(request, i), &r->checkpoints[k], r->row.paired);
    }
    return status;
}

/* "scenario@column=value@..", as the book would call the variant. */
static void variant_id(const struct ps_results_request *request, const struct ps_tried *tried,
                       char id[PS_ID_BYTES])
{
    const struct ps_study *study = &request->tune->study;
    size_t n = (size_t)snprintf(id, PS_ID_BYTES, "%s", study->book.only[0]);
    for (int a = 0; a < study->axes_n && n < PS_ID_BYTES; a++) {
        n += (size_t)snprintf(id + n, PS_ID_BYTES - n, "@%s=%s", study->axes[a].column,
                              ps_axis_value(&study->axes[a], tried->at[a]).s);
    }
}

/* Of `tune`: the answer on fresh worlds. */
enum ps_status ps_write_convergence_tuned(struct ps_outcsv *csv,
                                          const struct ps_results_request *request)
{
    const struct ps_tried *tried = &request->tuned->tried[request->tuned->verified];
    const struct ps_settling *settling = tried->settling;
    char id[PS_ID_BYTES];
    enum ps_status status = PS_OK;
    variant_id(request, tried, id);
    for (int k = 0; status == PS_OK && request->tuned->found && k < settling->checkpoints_n; k++)
        status = write_checkpoint(csv, id, &settling->checkpoints[k], settling->paired);
    return status;
}

/* Of `sweep`: the frontier. */
enum ps_status ps_write_convergence_swept(struct ps_outcsv *csv,
                                          const struct ps_results_request *request)
{
    const struct ps_study_result *result = &request->sweep->result;
    enum ps_status status = PS_OK;
    for (size_t p = 0; p < result->points_n; p++) {
        const struct ps_row_result *r = result->found[p];
        const int wanted = request->sweep->points[p].frontier;
        for (int k = 0; status == PS_OK && wanted && k < r->checkpoints_n; k++)
            status = write_checkpoint(csv, result->scenario[p]->p.scenario_id, &r->checkpoints[k],
                                      r->row.paired);
    }
    return status;
}
