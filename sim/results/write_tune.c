// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"
#include "write.h"

static const char *role_of(const struct ps_tuned *tuned, size_t i)
{
    if (tuned->tried[i].fresh) {
        return tuned->holds && i == tuned->verified ? "verified" : "verification";
    }
    return tuned->found && i == tuned->best ? "best" : "search";
}

/* Point, role, worlds and the values on the axes. */
static void write_point(struct ps_outcsv *csv, const struct ps_results_request *request, size_t i)
{
    const struct ps_study *study = &request->tune->study;
    const struct ps_tried *tried = &request->tuned->tried[i];
    ps_outcsv_int(csv, (int64_t)i);
    ps_outcsv_text(csv, role_of(request->tuned, i));
    ps_outcsv_int(csv, (int64_t)tried->worlds_n);
    for (int a = 0; a < PS_AXES_MAX; a++) {
        if (a >= study->axes_n) {
            ps_outcsv_empty(csv);
            ps_outcsv_empty(csv);
            continue;
        }
        ps_outcsv_text(csv, study->axes[a].name);
        ps_outcsv_double(csv, ps_axis_real(&study->axes[a], (double)tried->at[a]));
    }
}

static void write_value(struct ps_outcsv *csv, const char *unit,
                        const struct ps_metric_value *value, double divisor)
{
    ps_outcsv_text(csv, unit);
    ps_outcsv_double(csv, value->value / divisor);
    ps_outcsv_double(csv, value->lower / divisor);
    ps_outcsv_double(csv, value->upper / divisor);
}

static enum ps_status write_judged(struct ps_outcsv *csv, const struct ps_results_request *request,
                                   size_t i, int c)
{
    static const char *const JUDGEMENTS[] = {
        [PS_MET] = "met", [PS_OPEN] = "open", [PS_MISSED] = "missed"};
    const struct ps_constraint *constraint = &request->tune->study.constraints[c];
    const struct ps_judged *judged = &request->tuned->tried[i].judged[c];
    const int mean = constraint->metric.kind == PS_METRIC_MEAN;
    const double divisor = mean ? ps_measure_divisor(constraint->metric.measure) : 1;
    write_point(csv, request, i);
    ps_outcsv_id(csv, constraint->text);
    write_value(csv, mean ? ps_measure_unit_name(constraint->metric.measure) : "frac",
                &judged->value, divisor);
    ps_outcsv_double(csv, judged->limit / divisor);
    ps_outcsv_text(csv, JUDGEMENTS[judged->judgement]);
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_objective(struct ps_outcsv *csv,
                                      const struct ps_results_request *request, size_t i)
{
    const struct ps_objective *objective = &request->tune->objective;
    struct ps_metric_value value = request->tuned->tried[i].objective;
    write_point(csv, request, i);
    ps_outcsv_id(csv, "objective");
    if (objective->axis >= 0) {
        value.value = value.lower = value.upper =
            ps_axis_real(&request->tune->study.axes[objective->axis], value.value);
        write_value(csv, "", &value, 1);
    } else {
        const int mean = objective->metric.kind == PS_METRIC_MEAN;
        write_value(csv, mean ? ps_measure_unit_name(objective->metric.measure) : "frac", &value,
                    mean ? ps_measure_divisor(objective->metric.measure) : 1);
    }
    ps_outcsv_empty(csv);
    ps_outcsv_empty(csv);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_tune(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->tuned->tried_n; i++) {
        status = write_objective(csv, request, i);
        for (int c = 0; status == PS_OK && c < request->tune->study.constraints_n; c++) {
            status = write_judged(csv, request, i, c);
        }
    }
    return status;
}
