// SPDX-License-Identifier: GPL-3.0-or-later
#include "tune_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/figures.h"
#include "pledgesim/outcsv.h"
#include "terminal.h"

/* "pool_initial_wan=1377, leverage=9", or " --set .." of each for the command line. */
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

static struct ps_text number_text(const struct ps_constraint *c, double value)
{
    struct ps_text out;
    if (c->metric.kind != PS_METRIC_MEAN) {
        (void)snprintf(out.s, sizeof out.s, "%.2f %%", 100 * value);
        return out;
    }
    return ps_text_real(value / ps_measure_divisor(c->metric.measure), 2);
}

/* "0.93 % [<= 0.97 %]": the estimate and the bound that counts. */
static void add_judged(struct ps_grid *grid, const struct ps_constraint *c,
                       const struct ps_judged *j)
{
    char text[128];
    (void)snprintf(
        text, sizeof text, "%s [%s %s]", number_text(c, j->value.value).s,
        j->at_most ? "<=" : ">=", number_text(c, j->at_most ? j->value.upper : j->value.lower).s);
    ps_grid_add(grid, text, 0);
}

/* Value of the axis at another limit, and the difference. */
static void add_price(struct ps_grid *grid, const struct ps_tune_story *story,
                      const struct ps_constraint *c, const struct ps_price *price)
{
    char text[160];
    if (!price->known) {
        ps_grid_add(grid, "-", 0);
        return;
    }
    const struct ps_axis *axis = &story->request->study.axes[0];
    const double there = ps_axis_real(axis, price->axis);
    const double here = ps_axis_real(axis, (double)story->tuned->tried[story->tuned->best].at[0]);
    (void)snprintf(text, sizeof text, "%s: %.*f (%+.*f)", number_text(c, price->limit).s,
                   axis->scale, there, axis->scale, there - here);
    ps_grid_add(grid, text, 0);
}

static enum ps_status print_constraints(const struct ps_tune_story *story,
                                        const struct ps_tried *search, const struct ps_tried *fresh)
{
    static const enum ps_message JUDGEMENTS[] = {
        [PS_MET] = PS_SAY_TUNE_MET, [PS_OPEN] = PS_SAY_TUNE_OPEN, [PS_MISSED] = PS_SAY_TUNE_MISSED};
    static const enum ps_message HEADS[] = {PS_SAY_TUNE_FIGURE_NAME, PS_SAY_TUNE_SEARCH,
                                            PS_SAY_TUNE_FRESH,       PS_SAY_TUNE_JUDGEMENT,
                                            PS_SAY_TUNE_TIGHTER,     PS_SAY_TUNE_LOOSER};
    const enum ps_lang lang = story->command->lang;
    const int priced = story->request->study.axes_n == 1 && story->request->objective.axis == 0;
    struct ps_grid grid = {.columns_n = priced ? 6 : 4};
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (int c = 0; c < story->request->study.constraints_n; c++) {
        const struct ps_constraint *constraint = &story->request->study.constraints[c];
        const struct ps_tried *last = fresh == NULL ? search : fresh;
        ps_grid_add(&grid, constraint->text, 0);
        add_judged(&grid, constraint, &search->judged[c]);
        if (fresh == NULL) {
            ps_grid_add(&grid, "-", 0);
        } else {
            add_judged(&grid, constraint, &fresh->judged[c]);
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
           story->tuned->binding ? PS_SAY_TUNE_BINDS : PS_SAY_TUNE_BINDS_NONE, PS_ARGS(text));
}

/* What fresh worlds said of the search's answer. */
static enum ps_status tell_verified(const struct ps_tune_story *story, const char *best)
{
    const struct ps_tuned *tuned = story->tuned;
    const enum ps_lang lang = story->command->lang;
    const struct ps_text worlds = ps_text_count(story->request->worlds_n);
    char *verified = variant_text(story, &tuned->tried[tuned->verified], 0);
    if (verified == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (!tuned->holds) {
        ps_say(stdout, lang, PS_SAY_TUNE_NOT_SURE, PS_ARGS(worlds.s));
    } else if (strcmp(verified, best) == 0) {
        ps_say(stdout, lang, PS_SAY_TUNE_HOLDS, PS_ARGS(worlds.s));
    } else {
        ps_say(stdout, lang, PS_SAY_TUNE_MOVED, PS_ARGS(worlds.s, best, verified));
    }
    free(verified);
    return PS_OK;
}

static enum ps_status tell_found(const struct ps_tune_story *story)
{
    const struct ps_tuned *tuned = story->tuned;
    const struct ps_study *study = &story->request->study;
    const enum ps_lang lang = story->command->lang;
    const struct ps_tried *best = &tuned->tried[tuned->best];
    const struct ps_tried *fresh = &tuned->tried[tuned->verified];
    char *text = variant_text(story, best, 0), *options = variant_text(story, fresh, 1);
    enum ps_status status = PS_OK;
    if (text == NULL || options == NULL) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    ps_say(stdout, lang, PS_SAY_TUNE_ANSWER, PS_ARGS(story->scenario->p.scenario_id, text));
    status = tell_verified(story, text);
    if (status == PS_OK) {
        status = print_constraints(story, best, fresh);
    }
    if (status != PS_OK) {
        goto out;
    }
    tell_binding(story);
    if (study->axes_n == 1 && tuned->lowest != tuned->highest) {
        ps_say(stdout, lang, PS_SAY_TUNE_INTERVAL,
               PS_ARGS(ps_axis_value(study->axes, tuned->lowest).s,
                       ps_axis_value(study->axes, tuned->highest).s));
    }
    ps_say(stdout, lang, PS_SAY_TUNE_COMMAND,
           PS_ARGS(story->command->operand, story->scenario->p.scenario_id, options));
out:
    free(text);
    free(options);
    return status;
}

static enum ps_status tell_nothing(const struct ps_tune_story *story)
{
    const struct ps_tried *nearest = &story->tuned->tried[story->tuned->nearest];
    char *text = variant_text(story, nearest, 0);
    if (text == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_say(stdout, story->command->lang, PS_SAY_TUNE_NOTHING,
           PS_ARGS(story->scenario->p.scenario_id, text));
    free(text);
    return print_constraints(story, nearest, NULL);
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
