// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"
#include "pledgesim/metric.h"
#include "write.h"

static enum ps_status write_row(struct ps_outcsv *csv, const struct ps_results_request *request,
                                size_t scenario, size_t k)
{
    const struct ps_comparison *comparison = request->comparison;
    const enum ps_measure measure = ps_compared[k];
    const struct ps_difference *d = &comparison->differences[scenario * PS_COMPARED_N + k];
    const double divisor = ps_measure_divisor(measure);
    const struct ps_verdict v =
        ps_comparison_judge(comparison, scenario, k, (comparison->scenarios_n - 1) * PS_COMPARED_N);
    ps_outcsv_id(csv, ps_write_id(request, scenario));
    ps_outcsv_text(csv, ps_write_id(request, comparison->base));
    ps_outcsv_id(csv, ps_metric_of(measure).name);
    ps_outcsv_text(csv, ps_measure_unit_name(measure));
    ps_outcsv_double(csv, ps_moments_mean(&d->base) / divisor);
    ps_outcsv_double(csv, ps_moments_mean(&d->other) / divisor);
    ps_outcsv_double(csv, v.value / divisor);
    ps_outcsv_double(csv, v.se / divisor);
    ps_outcsv_double(csv, v.lo95 / divisor);
    ps_outcsv_double(csv, v.hi95 / divisor);
    ps_outcsv_double(csv, v.p_value);
    ps_outcsv_bool(csv, v.real);
    ps_outcsv_double(csv, v.correlation);
    ps_outcsv_int(csv, (int64_t)d->difference.n);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_compare(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t s = 0; status == PS_OK && s < request->comparison->scenarios_n; s++) {
        for (size_t k = 0; status == PS_OK && k < PS_COMPARED_N; k++) {
            if (s != request->comparison->base) {
                status = write_row(csv, request, s, k);
            }
        }
    }
    return status;
}
