// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdio.h>

#include "compare_folders.h"
#include "pledgesim/figures.h"
#include "study_command.h"

enum { NAME_WIDTH = 24, LINES_SHOWN = 40 };

/* The measures of the printed table. */
static const enum ps_measure SHOWN[] = {PS_M_DEPLETED, PS_M_TARGET_CUMULATIVE, PS_M_REGISTERED,
                                        PS_M_COMPENSATION, PS_M_FISCAL_NET_COST};

static const enum ps_message HEADS[] = {PS_SAY_FIGURE_DEPLETION, PS_SAY_FIGURE_TARGET,
                                        PS_SAY_FIGURE_REGISTERED, PS_SAY_FIGURE_COMPENSATION,
                                        PS_SAY_FIGURE_FISCAL};

/* "+1.23 [1.10, 1.36]" in percentage points or 万元; "- [..]" when it may be chance. */
static void add_difference(struct ps_grid *grid, const struct ps_comparison *comparison,
                           size_t scenario, enum ps_measure measure, enum ps_lang lang)
{
    const int flag = ps_measure_desc(measure)->unit == PS_MU_FLAG;
    const struct ps_verdict v =
        ps_comparison_judge(comparison, scenario, ps_compared_place(measure),
                            (comparison->scenarios_n - 1) * PS_COMPARED_N);
    const double unit = flag ? 0.01 : ps_measure_divisor(measure);
    const int digits = flag ? 2 : 1;
    char text[96];
    if (ps_verdict_same(&v)) {
        (void)snprintf(text, sizeof text, "%s", ps_message(PS_SAY_COMPARE_SAME, lang));
    } else if (v.real) {
        (void)snprintf(text, sizeof text, "%+.*f [%.*f, %.*f]", digits, v.value / unit, digits,
                       v.lo95 / unit, digits, v.hi95 / unit);
    } else {
        (void)snprintf(text, sizeof text, "- [%.*f, %.*f]", digits, v.lo95 / unit, digits,
                       v.hi95 / unit);
    }
    ps_grid_add(grid, text, 0);
}

static enum ps_status tell(const struct ps_study_command *study,
                           const struct ps_comparison *comparison)
{
    const enum ps_lang lang = study->command->lang;
    const size_t columns = sizeof SHOWN / sizeof *SHOWN;
    struct ps_grid grid = {.columns_n = 1 + columns};
    size_t shown = 0, left = 0;
    ps_say(stdout, lang, PS_SAY_COMPARE_HEAD, PS_ARGS(study->scenario->p.scenario_id));
    ps_grid_add(&grid, ps_message(PS_SAY_FIGURE_SCENARIO, lang), 0);
    for (size_t i = 0; i < columns; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (size_t s = 0; s < comparison->scenarios_n; s++) {
        if (s == comparison->base) {
            continue;
        }
        if (shown == LINES_SHOWN) {
            left++;
            continue;
        }
        const struct ps_scenarios_row *p = &study->book.scenarios[s].p;
        ps_grid_add(&grid, *p->label != '\0' ? p->label : p->scenario_id, NAME_WIDTH);
        for (size_t i = 0; i < columns; i++) {
            add_difference(&grid, comparison, s, SHOWN[i], lang);
        }
        shown++;
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (left > 0) {
        ps_say(stdout, lang, PS_SAY_COMPARE_MORE, PS_ARGS(ps_text_count(left).s));
    }
    (void)fflush(stdout);
    ps_say(stderr, lang, PS_SAY_COMPARE_DONE,
           PS_ARGS(ps_text_count(comparison->scenarios_n).s, ps_text_count(comparison->worlds_n).s,
                   ps_text_seconds(study->seconds, lang).s,
                   ps_text_count((uint64_t)study->study.threads_n).s));
    return status;
}

static enum ps_status compare(struct ps_study_command *study, struct ps_comparison *comparison)
{
    const struct ps_command *command = study->command;
    const size_t base = (size_t)(study->scenario - study->book.scenarios);
    struct ps_diags found = {0};
    if (study->book.scenarios_n < 2) {
        ps_complain(command->lang, PS_SAY_COMPARE_ALONE, PS_ARGS(study->scenario->p.scenario_id));
        return ps_status_raise(PS_USAGE);
    }
    ps_study_begin(study);
    const struct ps_engine_request request = {.scenarios = study->book.scenarios,
                                              .scenarios_n = study->book.scenarios_n,
                                              .worlds_n =
                                                  (uint64_t)command->given[PS_OPT_WORLDS].whole,
                                              .seed = study->study.seed,
                                              .threads_n = study->study.threads_n,
                                              .isa = study->isa,
                                              .kept = ps_compared,
                                              .kept_n = PS_COMPARED_N,
                                              .progress = study->study.progress,
                                              .context = study->study.context};
    enum ps_status status =
        ps_study_end(study, ps_compare_run(&request, base, NULL, NULL, &found, comparison), &found);
    if (status == PS_OK) {
        const struct ps_results_request results = {.comparison = comparison,
                                                   .worlds_n = request.worlds_n};
        status = ps_study_write(study, request.worlds_n, results, ps_results_write_comparison);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        status = tell(study, comparison);
    }
    return status;
}

enum ps_status ps_cmd_compare(const struct ps_command *command)
{
    struct ps_study_command study;
    struct ps_comparison comparison = {0};
    if (command->second != NULL) {
        return ps_compare_folders(command);
    }
    enum ps_status status = ps_study_open(command, PS_STUDY_SCENARIOS, &study);
    if (status == PS_OK) {
        status = compare(&study, &comparison);
    }
    ps_comparison_free(&comparison);
    ps_study_free(&study);
    return status;
}
