// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"
#include "write.h"

/* A probability is one whatever the measure counts. */
static double divisor_of(const struct ps_crosscheck_line *line)
{
    const int is_share = line->statistic == PS_CROSS_ZERO || line->statistic == PS_CROSS_ABOVE;
    return is_share ? 1 : ps_measure_divisor(line->measure);
}

static const char *unit_of(const struct ps_crosscheck_line *line)
{
    const int is_share = line->statistic == PS_CROSS_ZERO || line->statistic == PS_CROSS_ABOVE;
    return is_share ? "frac" : ps_measure_unit_name(line->measure);
}

static enum ps_status write_line(struct ps_outcsv *csv, const char *id,
                                 const struct ps_crosscheck_line *line)
{
    const double divisor = divisor_of(line);
    ps_outcsv_id(csv, id);
    ps_outcsv_id(csv, ps_measure_desc(line->measure)->name);
    ps_outcsv_id(csv, ps_crosscheck_statistic_name(line->statistic));
    ps_outcsv_text(csv, unit_of(line));
    ps_outcsv_double(csv, line->threshold);
    ps_outcsv_double(csv, line->simulated / divisor);
    ps_outcsv_double(csv, line->exact / divisor);
    ps_outcsv_double(csv, line->error / divisor);
    ps_outcsv_double(csv, line->se / divisor);
    ps_outcsv_double(csv, line->z);
    ps_outcsv_text(csv, ps_exact_reason_desc(line->reason)->name);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_exact_figures(struct ps_outcsv *csv,
                                      const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++) {
        const struct ps_crosscheck *check = &request->checks[i];
        for (int k = 0; status == PS_OK && k < check->lines_n; k++) {
            status = write_line(csv, ps_write_id(request, i), &check->lines[k]);
        }
    }
    return status;
}
