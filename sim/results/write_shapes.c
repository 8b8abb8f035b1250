// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"
#include "pledgesim/stats.h"
#include "write.h"

/* Histograms and exceedance curves. */

/* Compensation is the main chart and gets all bars, the others at most half of them. */
static const struct {
    enum ps_measure measure;
    int fine;
} HISTOGRAMS[] = {{PS_M_COMPENSATION, 1}, {PS_M_LOSS, 0},     {PS_M_POOL_MIN, 0},
                  {PS_M_REGISTERED, 0},   {PS_M_NPL_PEAK, 0}, {PS_M_DEFAULTS_N, 0}};

static const enum ps_measure CURVES[] = {PS_M_COMPENSATION, PS_M_LOSS, PS_M_SHORTFALL};

/* Bars twice as wide over the same values, edges again multiples of the width. */
static void bars_widen(const struct ps_hist *h, struct ps_hist_bars *bars)
{
    const int64_t end = bars->first + (int64_t)bars->n * bars->width;
    if (bars->first / bars->width % 2 != 0)
        bars->first -= bars->width;
    bars->width *= 2;
    bars->n = (unsigned)((end - bars->first + bars->width - 1) / bars->width);
    uint64_t counted = ps_hist_count_below(h, bars->first);
    bars->below = counted;
    for (unsigned i = 0; i < bars->n; i++) {
        const uint64_t below = ps_hist_count_below(h, bars->first + (i + 1) * bars->width);
        bars->count[i] = below - counted;
        counted = below;
    }
    bars->above = h->n - counted;
}

static enum ps_status write_bar(struct ps_outcsv *csv, const char *id, enum ps_measure measure,
                                const int64_t *lo, const int64_t *hi, uint64_t worlds, uint64_t n)
{
    ps_write_key(csv, id, ps_measure_desc(measure)->name, ps_measure_unit_name(measure));
    if (lo)
        ps_write_exact(csv, measure, *lo);
    else
        ps_outcsv_empty(csv);
    if (hi)
        ps_write_exact(csv, measure, *hi);
    else
        ps_outcsv_empty(csv);
    ps_outcsv_int(csv, (int64_t)worlds);
    ps_outcsv_double(csv, (double)worlds / (double)n);
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_bars(struct ps_outcsv *csv, const char *id, enum ps_measure measure,
                                 const struct ps_hist *h, int fine)
{
    struct ps_hist_bars bars;
    ps_hist_bars(h, &bars);
    if (!fine && bars.n > PS_HIST_BARS_MAX / 2)
        bars_widen(h, &bars);
    enum ps_status status = PS_OK;
    int64_t edge = bars.first;
    if (bars.below > 0)
        status = write_bar(csv, id, measure, NULL, &edge, bars.below, h->n);
    for (unsigned i = 0; status == PS_OK && i < bars.n; i++) {
        const int64_t lo = edge;
        edge += bars.width;
        status = write_bar(csv, id, measure, &lo, &edge, bars.count[i], h->n);
    }
    if (status == PS_OK && bars.above > 0)
        status = write_bar(csv, id, measure, &edge, NULL, bars.above, h->n);
    return status;
}

enum ps_status ps_write_histogram(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++)
        for (size_t k = 0; status == PS_OK && k < sizeof HISTOGRAMS / sizeof *HISTOGRAMS; k++) {
            const enum ps_measure measure = HISTOGRAMS[k].measure;
            status = write_bars(csv, ps_write_id(request, i), measure,
                                &request->result->rows[i].row.hist[measure], HISTOGRAMS[k].fine);
        }
    return status;
}

static enum ps_status write_point(struct ps_outcsv *csv, const char *id, enum ps_measure measure,
                                  const struct ps_row *row, int64_t threshold)
{
    const struct ps_hist *h = &row->hist[measure];
    const uint64_t above = h->n - ps_hist_count_below(h, threshold + 1);
    const struct ps_probability p = ps_probability_of(above, h->n, row->paired);
    ps_write_key(csv, id, ps_measure_desc(measure)->name, ps_measure_unit_name(measure));
    ps_write_exact(csv, measure, threshold);
    ps_outcsv_int(csv, (int64_t)above);
    ps_outcsv_double(csv, p.value);
    ps_outcsv_double(csv, p.lo95);
    ps_outcsv_double(csv, p.hi95);
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_curve(struct ps_outcsv *csv, const char *id, enum ps_measure measure,
                                  const struct ps_row *row)
{
    struct ps_hist_point points[PS_HIST_CURVE_MAX];
    const unsigned n = ps_hist_exceedance(&row->hist[measure], points);
    enum ps_status status = PS_OK;
    for (unsigned i = 0; status == PS_OK && i < n; i++)
        if (i == 0 || points[i].value.value != points[i - 1].value.value)
            status = write_point(csv, id, measure, row, points[i].value.value);
    return status;
}

enum ps_status ps_write_exceedance(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++)
        for (size_t k = 0; status == PS_OK && k < sizeof CURVES / sizeof *CURVES; k++)
            status =
                write_curve(csv, ps_write_id(request, i), CURVES[k], &request->result->rows[i].row);
    return status;
}
