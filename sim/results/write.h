// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_WRITE_H
#define PLEDGESIM_RESULTS_WRITE_H

#include "pledgesim/outcsv.h"
#include "pledgesim/results.h"

/* One function a result file: writes the rows of all scenarios below the header line. PS_MEMORY,
 * PS_BUG, or what the sink says. */
typedef enum ps_status ps_write_fn(struct ps_outcsv *csv, const struct ps_results_request *request);

ps_write_fn ps_write_summary, ps_write_metrics, ps_write_quantiles, ps_write_histogram,
    ps_write_exceedance, ps_write_timeline, ps_write_years, ps_write_flows, ps_write_contributions,
    ps_write_convergence, ps_write_convergence_tuned, ps_write_convergence_swept, ps_write_resolved,
    ps_write_warnings, ps_write_exact_figures, ps_write_batches, ps_write_tune, ps_write_grid,
    ps_write_frontier, ps_write_compare, ps_write_tornado, ps_write_sobol, ps_write_stress,
    ps_write_reverse, ps_write_death_path, ps_write_rare;

/* The text of manifest.json for the files of `dir`, all closed; malloc'd. */
enum ps_status ps_write_manifest(const struct ps_results_request *request,
                                 const struct ps_outdir *dir, char **text, size_t *n) PS_MUST_CHECK;

/* By column of scenarios.csv: 1 when its value or origin is not the same in all scenarios of the
 * book. malloc'd; NULL when memory is out. */
unsigned char *ps_resolved_varying(const struct ps_book *book);

/* Whether this line is a scalar that all scenarios share: such lines are shown for the first only.
 */
int ps_resolved_repeats(const unsigned char *varying, const struct ps_resolved *line);

/* Cells that several files share. */

static inline const char *ps_write_id(const struct ps_results_request *request, size_t i)
{
    return request->book->scenarios[i].p.scenario_id;
}

/* scenario_id, metric, unit. */
void ps_write_key(struct ps_outcsv *csv, const char *scenario_id, const char *metric,
                  const char *unit);

/* A whole number of a measure in its unit, exact. */
void ps_write_exact(struct ps_outcsv *csv, enum ps_measure measure, int64_t value);

/* A figure derived from a measure's whole numbers. */
void ps_write_derived(struct ps_outcsv *csv, enum ps_measure measure, double value);

#endif
