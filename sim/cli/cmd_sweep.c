// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>

#include "decision.h"
#include "study_command.h"

enum { LINES_SHOWN = 20 };

static void add_share(struct ps_grid *grid, const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    ps_grid_add(grid, ps_chance_text(&p).s, 0);
}

static void add_mean(struct ps_grid *grid, const struct ps_row *row, enum ps_measure measure)
{
    ps_grid_add(
        grid, ps_text_wan(ps_moments_mean(&row->moments[measure]) / ps_measure_divisor(measure)).s,
        0);
}

static void add_variant(struct ps_grid *grid, const struct ps_study *study,
                        const struct ps_sweep *sweep, size_t p)
{
    static const enum ps_message JUDGEMENTS[] = {
        [PS_MET] = PS_SAY_TUNE_MET, [PS_OPEN] = PS_SAY_TUNE_OPEN, [PS_MISSED] = PS_SAY_TUNE_MISSED};
    const struct ps_row *row = sweep->result.row[p];
    const int annual = sweep->result.scenario[p]->p.target_basis == PS_TARGET_ANNUAL;
    for (int a = 0; a < study->axes_n; a++) {
        ps_grid_add(
            grid, ps_axis_value(&study->axes[a], ps_box_at(&sweep->box, study->axes_n, p, a)).s, 0);
    }
    add_share(grid, row, PS_M_DEPLETED);
    add_share(grid, row, annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE);
    add_mean(grid, row, PS_M_REGISTERED);
    add_mean(grid, row, PS_M_FISCAL_NET_COST);
    ps_grid_add(grid,
                study->constraints_n > 0
                    ? ps_message(JUDGEMENTS[sweep->points[p].judgement],
                                 ((const struct ps_study_command *)study->context)->command->lang)
                    : "",
                0);
}

/* The frontier, feasible variants alone when there are constraints and any is feasible. */
static enum ps_status print_frontier(const struct ps_study_command *study,
                                     const struct ps_sweep *sweep, int feasible_only)
{
    const enum ps_lang lang = study->command->lang;
    static const enum ps_message HEADS[] = {PS_SAY_FIGURE_DEPLETION, PS_SAY_FIGURE_TARGET_EITHER,
                                            PS_SAY_FIGURE_REGISTERED, PS_SAY_FIGURE_FISCAL,
                                            PS_SAY_TUNE_JUDGEMENT};
    struct ps_grid grid = {.columns_n = (size_t)study->study.axes_n + 5};
    size_t left = 0;
    int shown = 0;
    for (int a = 0; a < study->study.axes_n; a++) {
        ps_grid_add(&grid, study->axes[a].name, 0);
    }
    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (size_t p = 0; p < sweep->result.points_n; p++) {
        const struct ps_sweep_point *point = &sweep->points[p];
        if (!point->frontier || (feasible_only && point->judgement != PS_MET)) {
            continue;
        }
        if (shown < LINES_SHOWN) {
            add_variant(&grid, &study->study, sweep, p);
            shown++;
        } else {
            left++;
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (status == PS_OK && left > 0) {
        ps_say(stdout, lang, PS_SAY_SWEEP_MORE, PS_ARGS(ps_text_count(left).s));
    }
    return status;
}

static enum ps_status tell(const struct ps_study_command *study, const struct ps_sweep *sweep,
                           uint64_t worlds_n)
{
    const enum ps_lang lang = study->command->lang;
    size_t met = 0, open = 0, frontier = 0;
    for (size_t p = 0; p < sweep->result.points_n; p++) {
        met += sweep->points[p].judgement == PS_MET;
        open += sweep->points[p].judgement == PS_OPEN;
        frontier += (size_t)sweep->points[p].frontier;
    }
    if (study->study.constraints_n > 0) {
        ps_say(stdout, lang, PS_SAY_SWEEP_FEASIBLE,
               PS_ARGS(study->scenario->p.scenario_id, ps_text_count(met).s,
                       ps_text_count(sweep->result.points_n).s, ps_text_count(open).s));
    }
    ps_say(stdout, lang, PS_SAY_SWEEP_FRONTIER, PS_ARGS(ps_text_count(frontier).s));
    const int feasible_only = study->study.constraints_n > 0 && met > 0;
    if (feasible_only) {
        ps_say(stdout, lang, PS_SAY_SWEEP_SURE, NULL);
    }
    const enum ps_status status = print_frontier(study, sweep, feasible_only);
    (void)fflush(stdout);
    ps_say(stderr, lang, PS_SAY_SWEEP_DONE,
           PS_ARGS(ps_text_count(sweep->result.points_n).s, ps_text_count(worlds_n).s,
                   ps_text_count(sweep->result.engine.worlds_drawn).s,
                   ps_text_seconds(study->seconds, lang).s,
                   ps_text_count((uint64_t)study->study.threads_n).s));
    return status;
}

static enum ps_status judge(const struct ps_study_command *study, const struct ps_sweep *sweep)
{
    uint64_t open_n = 0;
    for (size_t p = 0; p < sweep->result.points_n; p++) {
        open_n += !sweep->result.found[p]->converged;
    }
    return open_n == 0 ? PS_OK : ps_study_imprecise(study, open_n);
}

enum ps_status ps_cmd_sweep(const struct ps_command *command)
{
    struct ps_study_command study;
    struct ps_sweep sweep = {0};
    struct ps_diags found = {0};
    const uint64_t worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole;
    const double confidence = command->given[PS_OPT_CONFIDENCE].real;
    enum ps_status status = ps_study_open(command, PS_STUDY_AXES, &study);
    if (status == PS_OK) {
        ps_study_begin(&study);
        status = ps_study_end(
            &study, ps_sweep_run(&study.study, worlds_n, confidence, &found, &sweep), &found);
    }
    if (status == PS_OK) {
        const struct ps_results_request results = {
            .study = &study.study, .sweep = &sweep, .worlds_n = worlds_n};
        status = ps_study_write(&study, sweep.result.engine.worlds_drawn, results,
                                ps_results_write_sweep);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        status = tell(&study, &sweep, worlds_n);
    }
    if (status == PS_OK) {
        status = judge(&study, &sweep);
    }
    ps_sweep_free(&sweep);
    ps_study_free(&study);
    return status;
}
