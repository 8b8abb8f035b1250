// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/figures.h"
#include "write.h"

static void write_end(struct ps_outcsv *csv, const struct ps_verdict *v, double divisor)
{
    ps_outcsv_double(csv, v->value / divisor);
    ps_outcsv_double(csv, v->lo95 / divisor);
    ps_outcsv_double(csv, v->hi95 / divisor);
    ps_outcsv_bool(csv, v->real);
}

static enum ps_status write_bar(struct ps_outcsv *csv, const struct ps_sensitivity *s, int a, int m)
{
    const struct ps_axis *axis = &s->study->axes[a];
    const struct ps_metric *metric = &s->study->metrics[m];
    const double divisor = ps_metric_divisor(metric);
    const struct ps_verdict low = ps_tornado_end(s->tornado, m, a, 0);
    const struct ps_verdict high = ps_tornado_end(s->tornado, m, a, 1);
    ps_outcsv_id(csv, axis->name);
    ps_outcsv_text(csv, ps_axis_value(axis, 0).s);
    ps_outcsv_text(csv, ps_axis_value(axis, axis->steps_n).s);
    ps_outcsv_id(csv, metric->name);
    ps_outcsv_text(csv, ps_metric_unit(metric));
    ps_outcsv_double(csv, ps_tornado_base(s->tornado, m).value / divisor);
    write_end(csv, &low, divisor);
    write_end(csv, &high, divisor);
    ps_outcsv_double(csv, fabs(high.value - low.value) / divisor);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_tornado(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    const struct ps_sensitivity *s = request->sensitivity;
    enum ps_status status = PS_OK;
    for (int m = 0; m < s->study->metrics_n; m++) {
        for (int a = 0; a < s->study->axes_n && status == PS_OK; a++) {
            status = write_bar(csv, s, a, m);
        }
    }
    return status;
}

enum ps_status ps_write_sobol(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    const struct ps_sensitivity *s = request->sensitivity;
    const int axes_n = s->study->axes_n;
    enum ps_status status = PS_OK;
    for (int i = 0; i < s->study->metrics_n * axes_n && status == PS_OK; i++) {
        const struct ps_sobol_index *index = &s->sobol[i];
        ps_outcsv_id(csv, s->study->axes[i % axes_n].name);
        ps_outcsv_id(csv, s->study->metrics[i / axes_n].name);
        ps_outcsv_double(csv, index->first);
        ps_outcsv_double(csv, index->first_lo95);
        ps_outcsv_double(csv, index->first_hi95);
        ps_outcsv_double(csv, index->total);
        ps_outcsv_double(csv, index->total_lo95);
        ps_outcsv_double(csv, index->total_hi95);
        ps_outcsv_int(csv, s->samples_n);
        ps_outcsv_int(csv, (int64_t)ps_sobol_points_n(axes_n, s->samples_n));
        status = ps_outcsv_row_end(csv);
    }
    return status;
}
