// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/answer.h"
#include "write.h"

static void write_probability(struct ps_outcsv *csv, const struct ps_probability *p)
{
    ps_outcsv_double(csv, p->value);
    ps_outcsv_double(csv, p->lo95);
    ps_outcsv_double(csv, p->hi95);
}

/* By the reading of the scenario: what charts of several scenarios show. */
static void write_target(struct ps_outcsv *csv, const struct ps_scenario *scenario,
                         const struct ps_figures *f)
{
    if (ps_has_target(scenario)) {
        write_probability(csv, ps_target_of(scenario, f));
        return;
    }
    for (int i = 0; i < 3; i++)
        ps_outcsv_empty(csv);
}

static enum ps_status write_row(struct ps_outcsv *csv, const struct ps_scenario *scenario,
                                const struct ps_row_result *result)
{
    struct ps_figures f;
    ps_figures_read(scenario, result, &f);
    ps_outcsv_id(csv, scenario->p.scenario_id);
    ps_outcsv_text(csv, scenario->p.label);
    ps_outcsv_int(csv, (int64_t)f.worlds_n);
    ps_outcsv_bool(csv, f.converged);
    write_probability(csv, &f.depletion);
    write_probability(csv, &f.target_cumulative);
    write_probability(csv, &f.target_annual);
    for (int i = 0; i < PS_FIGURES_N; i++)
        ps_outcsv_double(csv, ps_figure_value(&f, i));
    ps_outcsv_double(csv, f.depletion.upper95);
    ps_outcsv_double(csv, f.target_cumulative.lower95);
    ps_outcsv_double(csv, f.target_annual.lower95);
    ps_outcsv_double(csv, f.depletion_plan.value);
    ps_outcsv_double(csv, f.target_cumulative_first.value);
    ps_outcsv_double(csv, f.target_annual_first.value);
    ps_outcsv_double(csv, f.ceiling_reaches_target_frac);
    ps_outcsv_text(csv, f.obstacle == PS_MEASURE_N ? "" : ps_measure_desc(f.obstacle)->name);
    ps_outcsv_fen_as_wan(csv, ps_pools_initial_fen(scenario));
    ps_outcsv_double(csv, result->mean_pd_frac[0]);
    ps_outcsv_double(csv, result->mean_pd_frac[1]);
    write_target(csv, scenario, &f);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_summary(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++)
        status = write_row(csv, &request->book->scenarios[i], &request->result->rows[i]);
    return status;
}
