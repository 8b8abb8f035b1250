// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/stats.h"
#include "write.h"

/* timeline.csv and years.csv. */

static const struct {
    const char *metric;
    int money;                 /* else ppm */
    int plan_step, after_step; /* months from point to point within the plan, and after it */
} PATHS[PS_PATH_N] = {[PS_PATH_BALANCE] = {"pool_balance", 1, 1, 3},
                      [PS_PATH_BOOK] = {"in_pool_principal", 1, 3, 12},
                      [PS_PATH_REGISTERED] = {"registered_cumulative", 1, 3, 12},
                      [PS_PATH_NPL] = {"npl_ratio", 0, 3, 12},
                      [PS_PATH_COMPENSATION] = {"compensation_cumulative", 1, 3, 12}};

static const double FAN[] = {0.05, 0.25, 0.5, 0.75, 0.95};

enum { FAN_N = sizeof FAN / sizeof *FAN, GRAIN_FEN = 10000 };

/* A row and where its months lie in the calendar. */
struct months {
    struct ps_outcsv *csv;
    const char *id;
    const struct ps_row *row;
    int start_month;
};

static int calendar_month(const struct months *m, int t)
{
    return (m->start_month - 1 + t - 1) % 12 + 1;
}

static int year_index(const struct months *m, int t)
{
    return (m->start_month - 1 + t - 1) / 12;
}

/* Points are every so many months, and the ends of plan and simulation; fans are kept there. */
static int is_point(const struct months *m, int t, int plan_step, int after_step)
{
    const int step = t <= m->row->horizon ? plan_step : after_step;
    return t % step == 0 || t == m->row->horizon || t == m->row->months_n;
}

static void write_month(const struct months *m, int t, const char *metric, const char *unit)
{
    ps_outcsv_id(m->csv, m->id);
    ps_outcsv_int(m->csv, t);
    ps_outcsv_int(m->csv, m->row->start_year + year_index(m, t));
    ps_outcsv_int(m->csv, calendar_month(m, t));
    ps_outcsv_id(m->csv, metric);
    ps_outcsv_text(m->csv, unit);
}

/* Nearest multiple of the grain; bins say no more. */
static int64_t rounded(int64_t fen)
{
    const int64_t half = fen < 0 ? -GRAIN_FEN / 2 : GRAIN_FEN / 2;
    return (fen + half) / GRAIN_FEN * GRAIN_FEN;
}

static enum ps_status write_fan(const struct months *m, int t, int path)
{
    const size_t at = (size_t)path * ((size_t)m->row->months_n + 1) + (size_t)t;
    const struct ps_hist *h = &m->row->fan[at];
    if (!ps_hist_kept(h))
        return PS_OK;
    write_month(m, t, PATHS[path].metric, PATHS[path].money ? "wan" : "frac");
    ps_outcsv_double(m->csv, (double)m->row->path_sum[at] / (double)m->row->worlds_n / 1e6);
    for (int i = 0; i < FAN_N; i++) {
        if (!ps_quantile_supported(h->n, FAN[i])) {
            ps_outcsv_empty(m->csv);
            continue;
        }
        const int64_t x = ps_hist_quantile(h, FAN[i]).value;
        ps_outcsv_fen_as_wan(m->csv, PATHS[path].money ? rounded(x) : x);
    }
    return ps_outcsv_row_end(m->csv);
}

static enum ps_status write_share(const struct months *m, int t, const char *metric, uint64_t n)
{
    write_month(m, t, metric, "frac");
    ps_outcsv_double(m->csv, (double)n / (double)m->row->worlds_n);
    for (int i = 0; i < FAN_N; i++)
        ps_outcsv_empty(m->csv);
    return ps_outcsv_row_end(m->csv);
}

static enum ps_status write_shares(const struct months *m, const char *metric,
                                   const uint64_t *in_month, int last)
{
    enum ps_status status = PS_OK;
    uint64_t n = in_month[0];
    for (int t = 1; status == PS_OK && t <= last; t++) {
        n += in_month[t];
        if (is_point(m, t, 3, 12))
            status = write_share(m, t, metric, n);
    }
    return status;
}

static enum ps_status write_months(const struct months *m)
{
    enum ps_status status = PS_OK;
    for (int path = 0; path < PS_PATH_N; path++)
        for (int t = 1; status == PS_OK && t <= m->row->months_n; t++)
            if (is_point(m, t, PATHS[path].plan_step, PATHS[path].after_step))
                status = write_fan(m, t, path);
    if (status == PS_OK)
        status = write_shares(m, "p_depleted_by", m->row->depleted_in_month, m->row->months_n);
    if (status == PS_OK)
        status = write_shares(m, "p_target_by", m->row->reached_in_month, m->row->horizon);
    return status;
}

static uint64_t in_year(const struct months *m, const uint64_t *in_month, int year)
{
    uint64_t n = year == 0 ? in_month[0] : 0;
    for (int t = 1; t <= m->row->months_n; t++)
        n += year_index(m, t) == year ? in_month[t] : 0;
    return n;
}

static enum ps_status write_year(const struct months *m, int year, const uint64_t by[2],
                                 uint64_t depleted_n)
{
    static const double LEVELS[] = {0.5, 0.95, 0.99};
    const struct ps_row *row = m->row;
    const double worlds = (double)row->worlds_n;
    const struct ps_hist *h = &row->year_compensation[year];
    int months_n = 0;
    for (int t = 1; t <= row->months_n; t++)
        months_n += year_index(m, t) == year;
    ps_outcsv_id(m->csv, m->id);
    ps_outcsv_int(m->csv, row->start_year + year);
    ps_outcsv_int(m->csv, months_n);
    ps_outcsv_double(m->csv, ps_moments_mean(&row->year_registered[year]) / 1e6);
    ps_outcsv_double(m->csv, ps_moments_mean(&row->year_paid[year]) / 1e6);
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++)
        if (ps_quantile_supported(h->n, LEVELS[i]))
            ps_outcsv_double(m->csv, (double)ps_hist_quantile(h, LEVELS[i]).value / 1e6);
        else
            ps_outcsv_empty(m->csv);
    ps_outcsv_double(m->csv, (double)depleted_n / worlds);
    ps_outcsv_double(m->csv, (double)by[0] / worlds);
    ps_outcsv_double(m->csv, (double)by[1] / worlds);
    return ps_outcsv_row_end(m->csv);
}

static enum ps_status write_years(const struct months *m)
{
    enum ps_status status = PS_OK;
    uint64_t by[2] = {0, 0};
    for (int year = 0; status == PS_OK && year < m->row->years_n; year++) {
        const uint64_t depleted_n = in_year(m, m->row->depleted_in_month, year);
        by[0] += depleted_n;
        by[1] += in_year(m, m->row->reached_in_month, year);
        status = write_year(m, year, by, depleted_n);
    }
    return status;
}

static struct months months_of(struct ps_outcsv *csv, const struct ps_results_request *request,
                               size_t i)
{
    return (struct months){.csv = csv,
                           .id = ps_write_id(request, i),
                           .row = &request->result->rows[i].row,
                           .start_month = (int)request->book->scenarios[i].p.start_month};
}

enum ps_status ps_write_timeline(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++) {
        const struct months m = months_of(csv, request, i);
        status = write_months(&m);
    }
    return status;
}

enum ps_status ps_write_years(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++) {
        const struct months m = months_of(csv, request, i);
        status = write_years(&m);
    }
    return status;
}
