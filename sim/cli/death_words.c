// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/figures.h"
#include "stress_words.h"
#include "terminal.h"

enum { NAME_WIDTH = 46 };

/* "2024-05" */
static struct ps_text month_text(const struct ps_scenario *scenario, int month)
{
    const int at = (int)scenario->p.start_month - 1 + month - 1;
    struct ps_text out;
    (void)snprintf(out.s, sizeof out.s, "%d-%02d", (int)scenario->p.start_year + at / 12,
                   at % 12 + 1);
    return out;
}

/* When it happens. */
static enum ps_status tell_time(const struct ps_stress_story *story)
{
    const struct ps_death *death = story->found->death;
    const struct ps_scenario *scenario = story->scenario;
    double share;
    const int half = ps_death_half_year(death, (int)scenario->p.start_month, &share);
    const int at = ((int)scenario->p.start_month - 1) / 6 + half;
    char *name = ps_say_text(story->command->lang, at % 2 ? PS_SAY_DEATH_H2 : PS_SAY_DEATH_H1,
                             PS_ARGS(ps_text_real((double)(scenario->p.start_year + at / 2), 0).s));
    if (name == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_say(stdout, story->command->lang, PS_SAY_DEATH_WHEN,
           PS_ARGS(ps_text_count(death->died_n).s, ps_text_count(story->found->request->worlds_n).s,
                   month_text(scenario, ps_death_quantile(death, 0.5)).s,
                   month_text(scenario, ps_death_quantile(death, 0.05)).s,
                   month_text(scenario, ps_death_quantile(death, 0.95)).s, name,
                   ps_text_share(share).s));
    free(name);
    return PS_OK;
}

/* Without a minus before a zero. */
static struct ps_text plain_text(double value, int digits_n)
{
    const double least = digits_n == 1 ? 0.05 : 0.005;
    return ps_text_real(fabs(value) < least ? 0 : value, digits_n);
}

static void add_row(struct ps_grid *grid, const struct ps_stress_story *story,
                    enum ps_death_figure figure, int cluster)
{
    const struct ps_death *death = story->found->death;
    const struct ps_death_figure_desc *desc = ps_death_figure_desc(figure);
    const int slot = ps_death_slot(death, figure, cluster);
    const int money = strcmp(desc->unit, "wan") == 0;
    const double unit = money ? ps_measure_divisor(PS_M_LOSS) : 1;
    const int digits = money ? 1 : 2;
    const struct ps_estimate less = ps_death_mean(death, &death->year[slot]);
    char text[96];
    if (cluster < 0) {
        ps_grid_add(grid, desc->doc[story->command->lang], NAME_WIDTH);
    } else {
        (void)snprintf(text, sizeof text, "  %.80s", story->scenario->cluster_ids[cluster]);
        ps_grid_add(grid, text, NAME_WIDTH);
    }
    ps_grid_add(grid, plain_text((death->usual[slot] + less.value) / unit, digits).s, 0);
    ps_grid_add(grid, plain_text(death->usual[slot] / unit, digits).s, 0);
    if (isnan(less.se)) {
        (void)snprintf(text, sizeof text, "%+.*f", digits, less.value / unit);
    } else {
        const struct ps_interval interval = ps_estimate_interval(less, 0.95);
        (void)snprintf(text, sizeof text, "%+.*f [%.*f, %.*f]", digits, less.value / unit, digits,
                       interval.lo / unit, digits, interval.hi / unit);
    }
    ps_grid_add(grid, text, 0);
}

/* The year before beside the same months of all worlds. */
static enum ps_status print_year(const struct ps_stress_story *story)
{
    static const enum ps_message HEADS[] = {PS_SAY_DEATH_FIGURE, PS_SAY_DEATH_BEFORE,
                                            PS_SAY_DEATH_USUAL, PS_SAY_DEATH_LESS};
    const struct ps_death *death = story->found->death;
    struct ps_grid grid = {.columns_n = 4};
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], story->command->lang), 0);
    }
    for (int f = 0; f < PS_DEATH_DEATH; f++) {
        const int each = ps_death_figure_desc((enum ps_death_figure)f)->by_cluster &&
                         death->clusters_n > 1 && f != PS_DEATH_DEFAULTED;
        for (int c = -1; c < (each ? death->clusters_n : 0); c++) {
            add_row(&grid, story, (enum ps_death_figure)f, c);
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

enum ps_status ps_death_tell(const struct ps_stress_story *story)
{
    const enum ps_lang lang = story->command->lang;
    const struct ps_stressing *found = story->found;
    const struct ps_death *death = found->death;
    if (death->died_n == 0) {
        ps_say(stdout, lang, PS_SAY_DEATH_NONE, PS_ARGS(ps_text_count(found->request->worlds_n).s));
        return PS_OK;
    }
    enum ps_status status = tell_time(story);
    if (status == PS_OK) {
        status = print_year(story);
    }
    if (status != PS_OK) {
        return status;
    }
    const int cluster = ps_death_cluster(death);
    if (cluster >= 0) {
        ps_say(stdout, lang, PS_SAY_DEATH_CLUSTER, PS_ARGS(story->scenario->cluster_ids[cluster]));
    } else if (death->clusters_n > 1) {
        ps_say(stdout, lang, PS_SAY_DEATH_NO_CLUSTER, NULL);
    }
    if (death->again_n < death->died_n) {
        ps_say(stdout, lang, PS_SAY_DEATH_AGAIN, PS_ARGS(ps_text_count(death->again_n).s));
    }
    ps_say(stdout, lang, PS_SAY_DEATH_TRACE,
           PS_ARGS(story->command->operand, story->scenario->p.scenario_id,
                   ps_text_real((double)found->table->depleted[0], 0).s));
    return PS_OK;
}
