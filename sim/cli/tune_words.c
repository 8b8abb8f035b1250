// SPDX-License-Identifier: GPL-3.0-or-later
#include "tune_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure_names.h"
#include "pledgesim/figures.h"
#include "pledgesim/judgedtext.h"
#include "pledgesim/outcsv.h"
#include "terminal.h"

static const enum ps_message JUDGEMENTS[] = {
    [PS_MET] = PS_SAY_TUNE_MET, [PS_OPEN] = PS_SAY_TUNE_OPEN, [PS_MISSED] = PS_SAY_TUNE_MISSED};

/* "pool_initial_wan=1377, leverage=9", or for the command line " --set .." of each behind what was
 * set already. */
static char *variant_text(const struct ps_tune_story *story, const struct ps_tried *tried,
                          int as_options)
{
    const struct ps_study *study = &story->request->study;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; as_options && i < story->command->given[PS_OPT_SET].list_n; i++) {
        (void)fprintf(out, " --set %s", story->command->given[PS_OPT_SET].list[i]);
    }
    for (int a = 0; a < study->axes_n; a++) {
        (void)fprintf(out, "%s%s=%s",
                      as_options ? " --set "
                      : a > 0    ? ", "
                                 : "",
                      study->axes[a].name, ps_axis_value(&study->axes[a], tried->at[a]).s);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* What is known of the objective, a figure. */
static struct ps_text objective_text(const struct ps_metric *metric, const struct ps_tried *tried)
{
    struct ps_text out;
    const struct ps_metric_value *v = &tried->objective;
    if (metric->kind != PS_METRIC_MEAN && (v->value <= 0 || v->value >= 1)) {
        const int never = v->value <= 0;
        (void)snprintf(out.s, sizeof out.s, "%s %.40s", never ? "<" : ">",
                       ps_metric_text(metric, never ? v->upper : v->lower).s);
    } else {
        (void)snprintf(out.s, sizeof out.s, "%.14s [%.14s, %.14s]",
                       ps_metric_text(metric, v->value).s, ps_metric_text(metric, v->lower).s,
                       ps_metric_text(metric, v->upper).s);
    }
    return out;
}

/* The objective at another limit, and the difference. */
static void add_price(struct ps_grid *grid, const struct ps_tune_story *story,
                      const struct ps_constraint *c, const struct ps_price *price)
{
    const struct ps_objective *objective = &story->request->objective;
    const double now = story->tuned->tried[story->tuned->answer].objective.value;
    char text[160];
    if (!price->known) {
        ps_grid_add(grid, "-", 0);
    } else if (objective->axis >= 0) {
        const struct ps_axis *axis = &story->request->study.axes[objective->axis];
        const double there = ps_axis_real(axis, price->objective), here = ps_axis_real(axis, now);
        (void)snprintf(text, sizeof text, "%s: %.*f (%+.*f)",
                       ps_metric_text(&c->metric, price->limit).s, axis->scale, there, axis->scale,
                       there - here);
        ps_grid_add(grid, text, 0);
    } else {
        const int mean = objective->metric.kind == PS_METRIC_MEAN;
        const double unit = mean ? ps_measure_divisor(objective->metric.measure) : 0.01;
        (void)snprintf(text, sizeof text, "%s: %s (%+.2f)",
                       ps_metric_text(&c->metric, price->limit).s,
                       ps_metric_text(&objective->metric, price->objective).s,
                       (price->objective - now) / unit);
        ps_grid_add(grid, text, 0);
    }
}

static enum ps_status print_constraints(const struct ps_tune_story *story,
                                        const struct ps_tried *search, const struct ps_tried *fresh)
{
    static const enum ps_message HEADS[] = {PS_SAY_TUNE_FIGURE_NAME, PS_SAY_TUNE_SEARCH,
                                            PS_SAY_TUNE_FRESH,       PS_SAY_TUNE_JUDGEMENT,
                                            PS_SAY_TUNE_TIGHTER,     PS_SAY_TUNE_LOOSER};
    const enum ps_lang lang = story->command->lang;
    const int priced = fresh != NULL;
    struct ps_grid grid = {.columns_n = priced ? 6 : 4};
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (int c = 0; c < story->request->study.constraints_n; c++) {
        const struct ps_constraint *constraint = &story->request->study.constraints[c];
        const struct ps_tried *last = fresh == NULL ? search : fresh;
        ps_grid_add(&grid, constraint->text, 0);
        ps_grid_add(&grid, ps_judged_text(constraint, &search->judged[c]).s, 0);
        if (fresh == NULL) {
            ps_grid_add(&grid, "-", 0);
        } else {
            ps_grid_add(&grid, ps_judged_text(constraint, &fresh->judged[c]).s, 0);
        }
        ps_grid_add(&grid, ps_message(JUDGEMENTS[last->judged[c].judgement], lang), 0);
        if (priced) {
            add_price(&grid, story, constraint, &story->tuned->tighter[c]);
            add_price(&grid, story, constraint, &story->tuned->looser[c]);
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

/* "17.30 % [<= 17.61 %]", in the unit of the measure; no bound where too few worlds lie beyond. */
static struct ps_text quantile_text(const struct ps_constraint *c, const struct ps_metric_value *v)
{
    const double divisor = ps_measure_divisor(c->metric.measure);
    const int share = strcmp(ps_measure_unit_name(c->metric.measure), "frac") == 0;
    const double unit = share ? divisor / 100 : divisor;
    const double bound = c->at_most ? v->upper : v->lower;
    const char *const sign = share ? " %" : "";
    struct ps_text out = {"-"};
    if (isfinite(bound)) {
        (void)snprintf(out.s, sizeof out.s, "%.2f%s [%s %.2f%s]", v->value / unit, sign,
                       c->at_most ? "<=" : ">=", bound / unit, sign);
    } else if (isfinite(v->value)) {
        (void)snprintf(out.s, sizeof out.s, "%.2f%s", v->value / unit, sign);
    }
    return out;
}

/* A quantile is judged by the share of worlds beyond its limit. */
static void tell_quantiles(const struct ps_tune_story *story)
{
    for (int c = 0; c < story->request->study.constraints_n; c++) {
        const struct ps_constraint *constraint = &story->request->study.constraints[c];
        if (constraint->metric.kind == PS_METRIC_QUANTILE) {
            const double level = constraint->metric.level;
            ps_say(stdout, story->command->lang,
                   constraint->at_most ? PS_SAY_TUNE_ABOVE : PS_SAY_TUNE_BELOW,
                   PS_ARGS(constraint->text,
                           ps_text_share(constraint->at_most ? 1 - level : level).s,
                           quantile_text(constraint, &story->tuned->quantile[c]).s));
        }
    }
}

/* One step to each side on every axis: which constraint is nearest there to failing, by the fresh
 * worlds; met when both sets of worlds say so. */
static enum ps_status tell_neighbours(const struct ps_tune_story *story,
                                      const struct ps_tried *answer)
{
    const struct ps_study *study = &story->request->study;
    const struct ps_objective *objective = &story->request->objective;
    const enum ps_lang lang = story->command->lang;
    struct ps_grid grid = {.columns_n = objective->axis < 0 ? 6 : 5};
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_NEIGHBOUR, lang), 0);
    if (objective->axis < 0) {
        ps_grid_add(&grid, ps_figure_words(&objective->metric, lang).s, 0);
    }
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_TIGHTEST, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_SEARCH, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_FRESH, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_JUDGEMENT, lang), 0);
    for (int i = 0; i < 2 * study->axes_n; i++) {
        const int a = i / 2;
        int64_t at[PS_AXES_MAX];
        memcpy(at, answer->at, sizeof at);
        at[a] += i % 2 ? 1 : -1;
        const struct ps_tried *tried = ps_tuned_find(story->tuned, at);
        const struct ps_tried *fresh = ps_tuned_fresh(story->tuned, at);
        if (tried == NULL || fresh == NULL) {
            continue; /* beyond the range */
        }
        char name[PS_AXIS_NAME_BYTES + sizeof(struct ps_axis_text)];
        const enum ps_judgement worse =
            tried->judgement > fresh->judgement ? tried->judgement : fresh->judgement;
        const int c = ps_tried_tightest(fresh, study->constraints_n);
        (void)snprintf(name, sizeof name, "%s=%s", study->axes[a].name,
                       ps_axis_value(&study->axes[a], at[a]).s);
        ps_grid_add(&grid, name, 0);
        if (objective->axis < 0) {
            ps_grid_add(&grid, objective_text(&objective->metric, tried).s, 0);
        }
        ps_grid_add(&grid, study->constraints[c].text, 0);
        ps_grid_add(&grid, ps_judged_text(&study->constraints[c], &tried->judged[c]).s, 0);
        ps_grid_add(&grid, ps_judged_text(&study->constraints[c], &fresh->judged[c]).s, 0);
        ps_grid_add(&grid, ps_message(JUDGEMENTS[worse], lang), 0);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

/* Per cent, with the digits it has. */
static struct ps_text level_text(double level)
{
    struct ps_text out;
    (void)snprintf(out.s, sizeof out.s, "%.6g", 100 * level);
    return out;
}

/* Each bound errs by itself. */
static void tell_each(const struct ps_tune_story *story)
{
    const int n = story->request->study.constraints_n;
    const double error = 1 - story->request->confidence;
    if (n > 1) {
        const double joint = 1 - n * error;
        ps_say(
            stdout, story->command->lang, PS_SAY_TUNE_EACH,
            PS_ARGS(level_text(story->request->confidence).s, level_text(joint > 0 ? joint : 0).s));
    }
}

static int at_an_end(const struct ps_tune_story *story)
{
    const struct ps_study *study = &story->request->study;
    const struct ps_tried *best = &story->tuned->tried[story->tuned->best];
    int at_end = 0;
    for (int a = 0; a < study->axes_n; a++) {
        at_end |= best->at[a] == 0 || best->at[a] == study->axes[a].steps_n;
    }
    return at_end;
}

static void tell_binding(const struct ps_tune_story *story)
{
    char text[512] = "";
    size_t n = 0;
    for (int c = 0; c < story->request->study.constraints_n; c++) {
        if (story->tuned->binding >> c & 1) {
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? ", " : "",
                                  story->request->study.constraints[c].text);
            n = n < sizeof text ? n : sizeof text - 1;
        }
    }
    ps_say(stdout, story->command->lang,
           story->tuned->binding ? PS_SAY_TUNE_BINDS
           : at_an_end(story)    ? PS_SAY_TUNE_BINDS_NONE
                                 : PS_SAY_TUNE_BINDS_INSIDE,
           PS_ARGS(text));
}

/* What fresh worlds said: `best` is the search's answer, `verified` the one that holds on both. */
static void tell_verified(const struct ps_tune_story *story, const char *best, const char *verified)
{
    const enum ps_lang lang = story->command->lang;
    const struct ps_text worlds = ps_text_count(story->request->worlds_n);
    if (!story->tuned->holds) {
        ps_say(stdout, lang, PS_SAY_TUNE_NOT_SURE, PS_ARGS(worlds.s));
    } else if (strcmp(verified, best) == 0) {
        ps_say(stdout, lang, PS_SAY_TUNE_HOLDS, PS_ARGS(worlds.s));
    } else {
        ps_say(stdout, lang, PS_SAY_TUNE_MOVED, PS_ARGS(worlds.s, best));
    }
}

/* Where the optimum may lie by the sampling error. */
static void tell_interval(const struct ps_tune_story *story)
{
    const struct ps_study *study = &story->request->study;
    const struct ps_tuned *tuned = story->tuned;
    const enum ps_lang lang = story->command->lang;
    char text[PS_AXES_MAX * (PS_AXIS_NAME_BYTES + 2 * sizeof(struct ps_axis_text))];
    size_t n = 0;
    int wide = 0;
    for (int a = 0; a < study->axes_n; a++) {
        const struct ps_axis *axis = &study->axes[a];
        const int single = tuned->lowest[a] == tuned->highest[a];
        wide |= !single;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s=%s%s%s", a > 0 ? ", " : "",
                              axis->name, ps_axis_value(axis, tuned->lowest[a]).s,
                              single ? "" : "..",
                              single ? "" : ps_axis_value(axis, tuned->highest[a]).s);
    }
    if (wide && study->axes_n > 1) {
        ps_say(stdout, lang, PS_SAY_TUNE_INTERVALS, PS_ARGS(text));
    } else if (wide) {
        ps_say(stdout, lang, PS_SAY_TUNE_INTERVAL,
               PS_ARGS(ps_axis_value(study->axes, tuned->lowest[0]).s,
                       ps_axis_value(study->axes, tuned->highest[0]).s));
    }
}

static enum ps_status tell_found(const struct ps_tune_story *story)
{
    const struct ps_tuned *tuned = story->tuned;
    const struct ps_study *study = &story->request->study;
    const enum ps_lang lang = story->command->lang;
    const struct ps_tried *best = &tuned->tried[tuned->best];
    const struct ps_tried *fresh = &tuned->tried[tuned->verified];
    const struct ps_tried *answer = &tuned->tried[tuned->answer];
    char *found = variant_text(story, best, 0), *verified = variant_text(story, fresh, 0);
    char *options = variant_text(story, fresh, 1);
    enum ps_status status = PS_OK;
    if (found == NULL || verified == NULL || options == NULL) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    ps_say(stdout, lang,
           !tuned->holds                  ? PS_SAY_TUNE_ANSWER_UNSURE
           : strcmp(found, verified) != 0 ? PS_SAY_TUNE_ANSWER_NEAR
           : study->axes_n > 1            ? PS_SAY_TUNE_ANSWER_FOUND
                                          : PS_SAY_TUNE_ANSWER,
           PS_ARGS(story->scenario->p.scenario_id, tuned->holds ? verified : found));
    tell_verified(story, found, verified);
    status = print_constraints(story, answer, fresh);
    if (status != PS_OK) {
        goto out;
    }
    tell_quantiles(story);
    tell_each(story);
    if (story->request->objective.axis < 0) {
        const struct ps_metric *metric = &story->request->objective.metric;
        ps_say(stdout, lang, PS_SAY_TUNE_OBJECTIVE,
               PS_ARGS(ps_figure_words(metric, lang).s, objective_text(metric, answer).s,
                       objective_text(metric, fresh).s));
    }
    tell_binding(story);
    if (study->axes_n > 1) {
        ps_say(stdout, lang, PS_SAY_TUNE_LINES, PS_ARGS(study->axes[tuned->along].name));
    }
    status = tell_neighbours(story, answer);
    if (status != PS_OK) {
        goto out;
    }
    tell_interval(story);
    ps_say(stdout, lang, PS_SAY_TUNE_COMMAND,
           PS_ARGS(story->command->operand, story->scenario->p.scenario_id, options));
out:
    free(found);
    free(verified);
    free(options);
    return status;
}

/* Where each constraint by itself is met best, and what follows from it. */
static enum ps_status tell_reach(const struct ps_tune_story *story)
{
    const enum ps_lang lang = story->command->lang;
    const struct ps_study *study = &story->request->study;
    struct ps_grid grid = {.columns_n = 4};
    enum ps_message why = PS_SAY_TUNE_NOT_TOGETHER;
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_ALONE, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_BEST, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_WHERE, lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TUNE_JUDGEMENT, lang), 0);
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_tried *best = &story->tuned->tried[story->tuned->reach[c]];
        char *text = variant_text(story, best, 0);
        if (text == NULL) {
            ps_grid_free(&grid);
            return ps_status_raise(PS_MEMORY);
        }
        const enum ps_judgement judgement = best->judged[c].judgement;
        ps_grid_add(&grid, study->constraints[c].text, 0);
        ps_grid_add(&grid, ps_judged_text(&study->constraints[c], &best->judged[c]).s, 0);
        ps_grid_add(&grid, text, 0);
        ps_grid_add(&grid, ps_message(JUDGEMENTS[judgement], lang), 0);
        free(text);
        why = judgement == PS_MISSED                                 ? PS_SAY_TUNE_NOT_ALONE
              : judgement == PS_OPEN && why != PS_SAY_TUNE_NOT_ALONE ? PS_SAY_TUNE_OPEN_ALONE
                                                                     : why;
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    ps_say(stdout, lang, why, NULL);
    return status;
}

static enum ps_status tell_nothing(const struct ps_tune_story *story)
{
    const struct ps_tried *nearest = &story->tuned->tried[story->tuned->nearest];
    char *text = variant_text(story, nearest, 0);
    if (text == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_say(
        stdout, story->command->lang,
        nearest->judgement == PS_OPEN ? PS_SAY_TUNE_UNDECIDED : PS_SAY_TUNE_NOTHING,
        PS_ARGS(story->scenario->p.scenario_id, text, ps_text_count(story->request->worlds_n).s));
    free(text);
    const enum ps_status status = print_constraints(story, nearest, NULL);
    if (status != PS_OK) {
        return status;
    }
    tell_quantiles(story);
    return tell_reach(story);
}

enum ps_status ps_tune_tell(const struct ps_tune_story *story)
{
    const enum ps_lang lang = story->command->lang;
    const enum ps_status status = story->tuned->found ? tell_found(story) : tell_nothing(story);
    if (status != PS_OK) {
        return status;
    }
    if (!story->tuned->monotone) {
        ps_say(stdout, lang, PS_SAY_TUNE_NOT_MONOTONE, NULL);
    }
    (void)fflush(stdout);
    ps_say(stderr, lang, PS_SAY_TUNE_DONE,
           PS_ARGS(ps_text_count(story->tuned->tried_n).s,
                   ps_text_count(story->request->worlds_n).s,
                   ps_text_seconds(story->seconds, lang).s,
                   ps_text_count((uint64_t)story->request->study.threads_n).s));
    return PS_OK;
}
