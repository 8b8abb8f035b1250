// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/errors.h"
#include "pledgesim/figures.h"
#include "write.h"

static const double CONFIDENCE = 0.95;

static enum ps_status write_measure(struct ps_outcsv *csv, const char *id, const struct ps_row *row,
                                    enum ps_measure measure)
{
    const struct ps_measure_desc *desc = ps_measure_desc(measure);
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_interval interval = ps_row_mean_interval(row, measure, CONFIDENCE);
    const struct ps_estimate share = ps_row_parameter_share(row, measure);
    ps_write_key(csv, id, desc->name, ps_measure_unit_name(measure));
    ps_write_derived(csv, measure, ps_moments_mean(m));
    ps_write_derived(csv, measure, ps_moments_sd(m));
    ps_write_derived(csv, measure, ps_row_mean(row, measure).se);
    ps_write_derived(csv, measure, interval.lo);
    ps_write_derived(csv, measure, interval.hi);
    if (m->n > 0) {
        ps_write_exact(csv, measure, m->min);
        ps_write_exact(csv, measure, m->max);
    } else {
        ps_outcsv_empty(csv);
        ps_outcsv_empty(csv);
    }
    ps_outcsv_int(csv, (int64_t)m->n);
    ps_outcsv_double(csv, share.value);
    ps_outcsv_double(csv, share.se);
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_ratio(struct ps_outcsv *csv, const char *id, const struct ps_row *row,
                                  enum ps_ratio ratio)
{
    const struct ps_ratio_desc *desc = ps_ratio_desc(ratio);
    const struct ps_estimate e = ps_row_ratio(row, ratio);
    const struct ps_interval interval = ps_estimate_interval(e, CONFIDENCE);
    const double divisor = ps_ratio_divisor(ratio);
    ps_write_key(csv, id, desc->name, desc->unit);
    ps_outcsv_double(csv, e.value / divisor);
    ps_outcsv_empty(csv);
    ps_outcsv_double(csv, e.se / divisor);
    ps_outcsv_double(csv, interval.lo / divisor);
    ps_outcsv_double(csv, interval.hi / divisor);
    ps_outcsv_empty(csv);
    ps_outcsv_empty(csv);
    ps_outcsv_int(csv, (int64_t)row->moments[desc->denominator].n);
    ps_outcsv_empty(csv);
    ps_outcsv_empty(csv);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_metrics(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++) {
        const struct ps_row *row = &request->result->rows[i].row;
        for (int m = 0; status == PS_OK && m < PS_MEASURE_N; m++)
            status = write_measure(csv, ps_write_id(request, i), row, (enum ps_measure)m);
        for (int r = 0; status == PS_OK && r < PS_RATIO_N; r++)
            status = write_ratio(csv, ps_write_id(request, i), row, (enum ps_ratio)r);
    }
    return status;
}
