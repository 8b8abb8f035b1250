// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "figure_names.h"
#include "pledgesim/figures.h"
#include "study_command.h"
#include "study_options.h"

/* Indices known no better than this say too little. */
static const double WIDE = 0.3;

static const char *const DEFAULTS[] = {"p_depletion", "p_target_cumulative", "fiscal_net_cost"};

/* Sobol indices are of figures that a row of the engine holds; a quantile needs worlds beyond it.
 */
static enum ps_status read_metric(const struct ps_command *command, const char *text,
                                  struct ps_metric *metric)
{
    const uint64_t worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole;
    const char *near;
    if (ps_study_metric(text, 1, metric, &near) != PS_METRIC_OK) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_METRIC, PS_ARGS(text));
        if (near != NULL) {
            ps_say(stderr, command->lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
        }
        return ps_status_raise(PS_USAGE);
    }
    const int mean = metric->kind == PS_METRIC_PROBABILITY || metric->kind == PS_METRIC_MEAN;
    if (!mean && command->given[PS_OPT_SAMPLES].whole > 0) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_SOBOL_METRIC, PS_ARGS(text));
        return ps_status_raise(PS_USAGE);
    }
    const uint64_t least = metric->kind == PS_METRIC_QUANTILE
                               ? ps_sections_worlds_least(metric->level)
                               : PS_SECTIONS * PS_SECTION_TILE;
    if (!mean && worlds_n < least) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_FEW, PS_ARGS(text, ps_text_count(least).s));
        return ps_status_raise(PS_USAGE);
    }
    return PS_OK;
}

static enum ps_status read_metrics(const struct ps_command *command,
                                   struct ps_metric metrics[PS_METRICS_MAX], int *n)
{
    const struct ps_given *given = &command->given[PS_OPT_METRIC];
    const size_t defaults_n = sizeof DEFAULTS / sizeof *DEFAULTS;
    const size_t wanted = given->list_n > 0 ? given->list_n : defaults_n;
    enum ps_status status = PS_OK;
    if (wanted > PS_METRICS_MAX) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_METRICS,
                    PS_ARGS(ps_text_count(PS_METRICS_MAX).s));
        return ps_status_raise(PS_USAGE);
    }
    for (size_t i = 0; i < wanted && status == PS_OK; i++) {
        status =
            read_metric(command, given->list_n > 0 ? given->list[i] : DEFAULTS[i], &metrics[i]);
    }
    *n = (int)wanted;
    return status;
}

static int is_share(const struct ps_metric *metric)
{
    return strcmp(ps_metric_unit(metric), "frac") == 0;
}

/* Percentage points, or the unit of the figure. */
static double unit_of(const struct ps_metric *metric)
{
    return ps_metric_divisor(metric) * (is_share(metric) ? 0.01 : 1);
}

static void add_end(struct ps_grid *grid, const struct ps_verdict *v,
                    const struct ps_metric *metric, const char *at, enum ps_lang lang)
{
    const double unit = unit_of(metric);
    char text[128];
    if (!isfinite(v->value) || !isfinite(v->se)) {
        (void)snprintf(text, sizeof text, "%s: -", at);
    } else if (ps_verdict_same(v)) {
        (void)snprintf(text, sizeof text, "%s: %s", at, ps_message(PS_SAY_COMPARE_SAME, lang));
    } else if (v->real) {
        (void)snprintf(text, sizeof text, "%s: %+.2f [%.2f, %.2f]", at, v->value / unit,
                       v->lo95 / unit, v->hi95 / unit);
    } else {
        (void)snprintf(text, sizeof text, "%s: - [%.2f, %.2f]", at, v->lo95 / unit, v->hi95 / unit);
    }
    ps_grid_add(grid, text, 0);
}

struct bar {
    int axis;
    double swing;
    int same; /* not one world differs at either end */
};

static int by_swing(const void *a, const void *b)
{
    const struct bar *x = a, *y = b;
    if (x->swing != y->swing) {
        return x->swing < y->swing ? 1 : -1;
    }
    return (x->axis > y->axis) - (x->axis < y->axis);
}

/* The scenario as it is, with its interval. */
static struct ps_text base_text(const struct ps_sensitivity *s, int m)
{
    const struct ps_metric *metric = &s->study->metrics[m];
    const struct ps_comparison *c = &s->tornado->comparison;
    const struct ps_verdict v = ps_tornado_base(s->tornado, m);
    if (metric->kind == PS_METRIC_PROBABILITY) {
        const uint64_t n = c->worlds_n;
        const struct ps_probability p =
            ps_probability_of((uint64_t)(v.value * (double)n + 0.5), n, c->paired);
        return ps_chance_text(&p);
    }
    const double unit = unit_of(metric);
    struct ps_text out;
    (void)snprintf(out.s, sizeof out.s, "%.13s%s [%.13s, %.13s]", ps_text_real(v.value / unit, 2).s,
                   is_share(metric) ? " %" : "", ps_text_real(v.lo95 / unit, 2).s,
                   ps_text_real(v.hi95 / unit, 2).s);
    return out;
}

/* A share of a variance; a dash when the figure does not vary. */
static void add_index(struct ps_grid *grid, double value, double lo95, double hi95)
{
    char text[64] = "-";
    if (isfinite(value)) {
        (void)snprintf(text, sizeof text, "%.2f [%.2f, %.2f]", value, lo95, hi95);
    }
    ps_grid_add(grid, text, 0);
}

static void add_name(char *list, size_t bytes, const char *name, enum ps_lang lang)
{
    const size_t n = strlen(list);
    (void)snprintf(list + n, bytes - n, "%s%s", n > 0 ? ps_message(PS_SAY_LIST_COMMA, lang) : "",
                   name);
}

/* One figure's tornado, the longest bar first; of parameters that were not asked for by name those
 * that move nothing are only named. */
static enum ps_status print_tornado(const struct ps_study_command *study,
                                    const struct ps_sensitivity *s, int m)
{
    const enum ps_lang lang = study->command->lang;
    const struct ps_metric *metric = &s->study->metrics[m];
    struct ps_grid grid = {.columns_n = 3};
    struct bar bars[PS_BOX_AXES_MAX];
    char still[PS_BOX_AXES_MAX * PS_AXIS_NAME_BYTES] = "";
    ps_say(stdout, lang, PS_SAY_SENSITIVITY_HEAD,
           PS_ARGS(study->scenario->p.scenario_id, ps_figure_words(metric, lang).s,
                   base_text(s, m).s,
                   is_share(metric) ? ps_message(PS_SAY_SENSITIVITY_POINTS, lang) : ""));
    for (int a = 0; a < s->study->axes_n; a++) {
        const struct ps_verdict low = ps_tornado_end(s->tornado, m, a, 0);
        const struct ps_verdict high = ps_tornado_end(s->tornado, m, a, 1);
        bars[a] = (struct bar){a, fabs(high.value - low.value),
                               ps_verdict_same(&low) && ps_verdict_same(&high)};
    }
    qsort(bars, (size_t)s->study->axes_n, sizeof *bars, by_swing);
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_PARAMETER, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_LOW, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_HIGH, lang), 0);
    for (int i = 0; i < s->study->axes_n; i++) {
        const struct ps_axis *axis = &s->study->axes[bars[i].axis];
        if (study->plausible && bars[i].same) {
            add_name(still, sizeof still, axis->name, lang);
            continue;
        }
        ps_grid_add(&grid, axis->name, 0);
        for (int end = 0; end < 2; end++) {
            const struct ps_verdict v = ps_tornado_end(s->tornado, m, bars[i].axis, end);
            add_end(&grid, &v, metric, ps_axis_value(axis, end ? axis->steps_n : 0).s, lang);
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (*still != '\0') {
        ps_say(stdout, lang, PS_SAY_SENSITIVITY_STILL, PS_ARGS(still));
    }
    return status;
}

/* The widest interval of a figure's indices; 0 when it does not vary. */
static double widest(const struct ps_sensitivity *s, int m)
{
    double most = 0;
    for (int a = 0; a < s->study->axes_n; a++) {
        const struct ps_sobol_index *x = &s->sobol[m * s->study->axes_n + a];
        const double first = x->first_hi95 - x->first_lo95, total = x->total_hi95 - x->total_lo95;
        most = first > most ? first : most;
        most = total > most ? total : most;
    }
    return most;
}

static enum ps_status print_sobol(const struct ps_study_command *study,
                                  const struct ps_sensitivity *s, int m)
{
    const enum ps_lang lang = study->command->lang;
    const int axes_n = s->study->axes_n;
    struct ps_grid grid = {.columns_n = 3};
    ps_say(stdout, lang, PS_SAY_SENSITIVITY_SOBOL,
           PS_ARGS(ps_figure_words(&s->study->metrics[m], lang).s,
                   ps_text_count(ps_sobol_points_n(axes_n, s->samples_n)).s));
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_PARAMETER, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_FIRST, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_SENSITIVITY_TOTAL, lang), 0);
    for (int a = 0; a < axes_n; a++) {
        const struct ps_sobol_index *x = &s->sobol[m * axes_n + a];
        ps_grid_add(&grid, s->study->axes[a].name, 0);
        add_index(&grid, x->first, x->first_lo95, x->first_hi95);
        add_index(&grid, x->total, x->total_lo95, x->total_hi95);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (widest(s, m) > WIDE) {
        ps_say(stdout, lang, PS_SAY_SENSITIVITY_WIDE,
               PS_ARGS(ps_text_count((uint64_t)s->samples_n).s, ps_text_real(widest(s, m), 2).s));
    }
    return status;
}

static enum ps_status tell(const struct ps_study_command *study, const struct ps_sensitivity *s,
                           uint64_t worlds_n)
{
    enum ps_status status = PS_OK;
    if (study->plausible) {
        ps_say(stdout, study->command->lang, PS_SAY_SENSITIVITY_RANGES, NULL);
    }
    for (int m = 0; m < s->study->metrics_n && status == PS_OK; m++) {
        if (m > 0) {
            (void)putchar('\n');
        }
        status = print_tornado(study, s, m);
        if (status == PS_OK && s->sobol != NULL) {
            status = print_sobol(study, s, m);
        }
    }
    (void)fflush(stdout);
    const enum ps_lang lang = study->command->lang;
    ps_say(stderr, lang, PS_SAY_SENSITIVITY_DONE,
           PS_ARGS(ps_text_count((uint64_t)s->study->axes_n).s, ps_text_count(worlds_n).s,
                   ps_text_seconds(study->seconds, lang).s,
                   ps_text_count((uint64_t)study->study.threads_n).s));
    return status;
}

/* Values at all points, then the indices of each figure. */
static enum ps_status find_sobol(struct ps_study_command *study, int samples_n, uint64_t worlds_n,
                                 struct ps_diags *found, struct ps_sobol_index *indices)
{
    const int axes_n = study->study.axes_n, metrics_n = study->study.metrics_n;
    const size_t points_n = ps_sobol_points_n(axes_n, samples_n);
    double *values = malloc((size_t)metrics_n * points_n * sizeof *values);
    enum ps_status status = values == NULL
                                ? ps_status_raise(PS_MEMORY)
                                : ps_sobol_run(&study->study, samples_n, worlds_n, found, values);
    for (int m = 0; m < metrics_n && status == PS_OK; m++) {
        status = ps_sobol_indices(values + (size_t)m * points_n, axes_n, samples_n,
                                  indices + (size_t)m * (size_t)axes_n);
    }
    free(values);
    return status;
}

static enum ps_status examine(struct ps_study_command *study, struct ps_tornado *tornado,
                              struct ps_sobol_index *indices)
{
    const struct ps_command *command = study->command;
    const uint64_t worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole;
    const int samples_n = (int)command->given[PS_OPT_SAMPLES].whole;
    struct ps_diags found = {0};
    ps_study_begin(study);
    enum ps_status status =
        ps_tornado_run(&study->study, study->scenario, worlds_n, &found, tornado);
    if (status == PS_OK && samples_n > 0) {
        status = find_sobol(study, samples_n, worlds_n, &found, indices);
    }
    status = ps_study_end(study, status, &found);
    const struct ps_sensitivity s = {.study = &study->study,
                                     .tornado = tornado,
                                     .sobol = samples_n > 0 ? indices : NULL,
                                     .samples_n = samples_n};
    if (status == PS_OK) {
        const struct ps_results_request results = {.sensitivity = &s, .worlds_n = worlds_n};
        status = ps_study_write(study, worlds_n, results, ps_results_write_sensitivity);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        status = tell(study, &s, worlds_n);
    }
    return status;
}

enum ps_status ps_cmd_sensitivity(const struct ps_command *command)
{
    struct ps_study_command study;
    struct ps_metric metrics[PS_METRICS_MAX];
    struct ps_sobol_index indices[PS_METRICS_MAX * PS_SOBOL_AXES_MAX];
    struct ps_tornado tornado = {0};
    const uint64_t samples_n = (uint64_t)command->given[PS_OPT_SAMPLES].whole;
    enum ps_status status = ps_study_open(command, PS_STUDY_MANY, &study);
    if (status == PS_OK && samples_n > 0 && samples_n < PS_SOBOL_POINTS_MIN) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_SOBOL_FEW,
                    PS_ARGS(ps_text_count(samples_n).s));
        status = ps_status_raise(PS_USAGE);
    }
    if (status == PS_OK && samples_n > 0 && study.study.axes_n > PS_SOBOL_AXES_MAX) {
        ps_complain(command->lang, PS_SAY_SENSITIVITY_SOBOL_COUNT,
                    PS_ARGS(ps_text_count(PS_SOBOL_AXES_MAX).s));
        status = ps_status_raise(PS_USAGE);
    }
    if (status == PS_OK) {
        status = read_metrics(command, metrics, &study.study.metrics_n);
    }
    if (status == PS_OK) {
        study.study.metrics = metrics;
        status = examine(&study, &tornado, indices);
    }
    ps_tornado_free(&tornado);
    ps_study_free(&study);
    return status;
}
