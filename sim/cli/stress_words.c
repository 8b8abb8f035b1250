// SPDX-License-Identifier: GPL-3.0-or-later
#include "stress_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "pledgesim/figures.h"
#include "terminal.h"

enum { NAME_WIDTH = 44, CONSTRAINTS_SHOWN = 4 };

char *ps_stress_label(const char *label, const struct ps_scenario *scenario, int cluster)
{
    const char *mark = strstr(label, "{0}");
    if (mark == NULL || cluster < 0) {
        return strdup(label);
    }
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return NULL;
    }
    (void)fprintf(out, "%.*s%s%s", (int)(mark - label), label, scenario->cluster_ids[cluster],
                  mark + strlen("{0}"));
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void add_label(struct ps_grid *grid, const struct ps_stress_story *story, const char *label,
                      int cluster)
{
    char *text = ps_stress_label(label, story->scenario, cluster);
    grid->failed |= text == NULL;
    ps_grid_add(grid, text, NAME_WIDTH);
    free(text);
}

/* ---- named stresses ---- */

static struct ps_text chance_of(const struct ps_stress_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->differences[ps_compared_place(measure)].other;
    const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
    return ps_chance_text(&p);
}

/* "+123.4 [120.1, 126.7]" in 万元. */
static void add_difference(struct ps_grid *grid, const struct ps_stress_story *story,
                           const struct ps_stress_row *row, enum ps_measure measure)
{
    const struct ps_stress_table *table = story->found->table;
    const double unit = ps_measure_divisor(measure);
    const struct ps_verdict v = ps_difference_judge(&row->differences[ps_compared_place(measure)],
                                                    0, row->paired || table->rows[0].paired,
                                                    (table->rows_n - 1) * PS_COMPARED_N);
    char text[96];
    if (row == table->rows) {
        (void)snprintf(text, sizeof text, "%s", "");
    } else if (ps_verdict_same(&v)) {
        (void)snprintf(text, sizeof text, "%s",
                       ps_message(PS_SAY_COMPARE_SAME, story->command->lang));
    } else if (v.real) {
        (void)snprintf(text, sizeof text, "%+.1f [%.1f, %.1f]", v.value / unit, v.lo95 / unit,
                       v.hi95 / unit);
    } else {
        (void)snprintf(text, sizeof text, "- [%.1f, %.1f]", v.lo95 / unit, v.hi95 / unit);
    }
    ps_grid_add(grid, text, 0);
}

static int constraints_shown(const struct ps_stress_story *story)
{
    const int n = story->found->request->study.constraints_n;
    return n < CONSTRAINTS_SHOWN ? n : CONSTRAINTS_SHOWN;
}

static enum ps_status print_named(const struct ps_stress_story *story)
{
    static const enum ps_message HEADS[] = {PS_SAY_STRESS_NAME, PS_SAY_FIGURE_DEPLETION,
                                            PS_SAY_FIGURE_TARGET, PS_SAY_STRESS_PAID,
                                            PS_SAY_STRESS_COST};
    static const enum ps_message WORDS[] = {[PS_MET] = PS_SAY_STRESS_HOLDS,
                                            [PS_OPEN] = PS_SAY_TUNE_OPEN,
                                            [PS_MISSED] = PS_SAY_STRESS_FAILS};
    const enum ps_lang lang = story->command->lang;
    const struct ps_stress_table *table = story->found->table;
    const enum ps_measure target = story->scenario->p.target_basis == PS_TARGET_ANNUAL
                                       ? PS_M_TARGET_ANNUAL
                                       : PS_M_TARGET_CUMULATIVE;
    const size_t heads_n = sizeof HEADS / sizeof *HEADS;
    const int shown = constraints_shown(story);
    struct ps_grid grid = {.columns_n = heads_n + (size_t)shown};
    for (size_t i = 0; i < heads_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (int c = 0; c < shown; c++) {
        ps_grid_add(&grid, story->found->request->study.constraints[c].text, 0);
    }
    for (size_t i = 0; i < table->rows_n; i++) {
        const struct ps_stress_row *row = &table->rows[i];
        add_label(&grid, story, row->label[lang], row->own != NULL ? -1 : row->stress.cluster);
        ps_grid_add(&grid, chance_of(row, PS_M_DEPLETED).s, 0);
        ps_grid_add(&grid, chance_of(row, target).s, 0);
        add_difference(&grid, story, row, PS_M_COMPENSATION);
        add_difference(&grid, story, row, PS_M_FISCAL_NET_COST);
        for (int c = 0; c < shown; c++) {
            ps_grid_add(&grid, ps_message(WORDS[row->judged[c].judgement], lang), 0);
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

/* ---- reverse stress ---- */

/* A size in its unit: 1.37, 2.1, 43 %. */
static struct ps_text size_text(const struct ps_reverse_line *line, double size)
{
    const enum ps_stress_unit unit = ps_stress_kind_desc(line->direction.kind)->unit;
    struct ps_text out;
    if (unit == PS_STRESS_LESS) {
        (void)snprintf(out.s, sizeof out.s, "%.0f %%", 100 * size);
        return out;
    }
    return ps_text_real(size, 2);
}

/* The end of a range without needless digits. */
static struct ps_text end_text(const struct ps_reverse_line *line)
{
    const double size = line->direction.size;
    struct ps_text out = size_text(line, size);
    if (ps_stress_kind_desc(line->direction.kind)->unit != PS_STRESS_LESS) {
        (void)snprintf(out.s, sizeof out.s, "%.3g", size);
    }
    return out;
}

/* Beyond one year in 100,000 the tail of a law says little. */
static struct ps_text chance_text(double chance)
{
    struct ps_text out = {"< 0.001 %"};
    return chance < 1e-5 ? out : ps_text_share(chance);
}

/* "1.37 [1.20, 1.55]"; an end that was not reached lies beyond the range. */
static void add_size(struct ps_grid *grid, const struct ps_reverse_line *line, enum ps_lang lang)
{
    const struct ps_text most = end_text(line);
    char text[160];
    if (line->outcome == PS_REVERSE_ALREADY) {
        ps_grid_add(grid, ps_message(PS_SAY_STRESS_ALREADY, lang), 0);
        return;
    }
    if (line->outcome == PS_REVERSE_NOT) {
        char *said = ps_say_text(lang, isnan(line->lo) ? PS_SAY_STRESS_NOT : PS_SAY_STRESS_PERHAPS,
                                 PS_ARGS(most.s));
        grid->failed |= said == NULL;
        ps_grid_add(grid, said, 0);
        free(said);
        return;
    }
    (void)snprintf(text, sizeof text, "%s [%s, %s%s]", size_text(line, line->size).s,
                   size_text(line, line->lo).s, isnan(line->hi) ? "> " : "",
                   isnan(line->hi) ? most.s : size_text(line, line->hi).s);
    ps_grid_add(grid, text, 0);
}

/* "8.3 % [6.9 %, 10 %]"; a dash when the model does not draw it. */
static void add_chance(struct ps_grid *grid, const struct ps_reverse_line *line)
{
    char text[160];
    if (line->outcome != PS_REVERSE_AT || isnan(line->plausibility)) {
        ps_grid_add(grid, "-", 0);
        return;
    }
    (void)snprintf(text, sizeof text, "%s [%s, %s]", chance_text(line->plausibility).s,
                   chance_text(isnan(line->plausibility_lo) ? 0 : line->plausibility_lo).s,
                   isnan(line->plausibility_hi) ? "-" : chance_text(line->plausibility_hi).s);
    ps_grid_add(grid, text, 0);
}

/* Does this constraint fail before the others of its direction? */
static int breaks_first(const struct ps_reverse *reverse, size_t i, int constraints_n)
{
    const struct ps_reverse_line *line = &reverse->lines[i];
    const size_t first = i - (size_t)line->constraint;
    int before = 0;
    for (size_t k = first; k < first + (size_t)constraints_n; k++) {
        const struct ps_reverse_line *other = &reverse->lines[k];
        before |= other->outcome == PS_REVERSE_ALREADY ||
                  (other->outcome == PS_REVERSE_AT && other->size < line->size);
    }
    return line->outcome == PS_REVERSE_AT && !before;
}

static enum ps_status print_reverse(const struct ps_stress_story *story)
{
    static const enum ps_message HEADS[] = {PS_SAY_STRESS_DIRECTION, PS_SAY_TUNE_FIGURE_NAME,
                                            PS_SAY_STRESS_SIZE, PS_SAY_STRESS_PLAUSIBLE,
                                            PS_SAY_STRESS_FIRST};
    const enum ps_lang lang = story->command->lang;
    const struct ps_reverse *reverse = story->found->reverse;
    const int constraints_n = story->found->request->study.constraints_n;
    const size_t columns = constraints_n > 1 ? 5 : 4;
    struct ps_grid grid = {.columns_n = columns};
    for (size_t i = 0; i < columns; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (size_t i = 0; i < reverse->lines_n; i++) {
        const struct ps_reverse_line *line = &reverse->lines[i];
        add_label(&grid, story, ps_stress_kind_desc(line->direction.kind)->doc[lang],
                  line->direction.cluster);
        ps_grid_add(&grid, story->found->request->study.constraints[line->constraint].text, 0);
        add_size(&grid, line, lang);
        add_chance(&grid, line);
        if (constraints_n > 1) {
            ps_grid_add(&grid,
                        breaks_first(reverse, i, constraints_n)
                            ? ps_message(PS_SAY_STRESS_FIRST_MARK, lang)
                            : "",
                        0);
        }
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

/* The line of a constraint whose failure the model finds most likely; NULL: none with a likelihood.
 */
static const struct ps_reverse_line *likeliest(const struct ps_reverse *reverse, int c, int *fails)
{
    const struct ps_reverse_line *best = NULL;
    *fails = 0;
    for (size_t i = 0; i < reverse->lines_n; i++) {
        const struct ps_reverse_line *line = &reverse->lines[i];
        if (line->constraint != c || line->outcome == PS_REVERSE_NOT) {
            continue;
        }
        *fails = 1;
        if (!isnan(line->plausibility) &&
            (best == NULL || line->plausibility > best->plausibility)) {
            best = line;
        }
    }
    return best;
}

/* One sentence a constraint. */
static enum ps_status tell_verdict(const struct ps_stress_story *story, int c)
{
    const enum ps_lang lang = story->command->lang;
    const struct ps_reverse *reverse = story->found->reverse;
    const char *constraint = story->found->request->study.constraints[c].text;
    const struct ps_judged *base = &story->found->table->rows[0].judged[c];
    int fails;
    const struct ps_reverse_line *line = likeliest(reverse, c, &fails);
    if (base->judgement != PS_MET) {
        ps_say(stdout, lang,
               base->judgement == PS_MISSED ? PS_SAY_STRESS_SAY_ALREADY : PS_SAY_STRESS_SAY_OPEN,
               PS_ARGS(constraint));
        return PS_OK;
    }
    if (line == NULL) {
        ps_say(stdout, lang, fails ? PS_SAY_STRESS_SAY_FAILS : PS_SAY_STRESS_SAY_HOLDS,
               PS_ARGS(constraint));
        return PS_OK;
    }
    char *label = ps_stress_label(ps_stress_kind_desc(line->direction.kind)->doc[lang],
                                  story->scenario, line->direction.cluster);
    if (label == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_say(stdout, lang, PS_SAY_STRESS_SAY_LIKELIEST,
           PS_ARGS(constraint, label, size_text(line, line->size).s,
                   chance_text(line->plausibility).s));
    free(label);
    return PS_OK;
}

static int all_monotone(const struct ps_reverse *reverse)
{
    int monotone = 1;
    for (size_t i = 0; i < reverse->lines_n; i++) {
        monotone &= reverse->lines[i].monotone;
    }
    return monotone;
}

enum ps_status ps_stress_tell(const struct ps_stress_story *story)
{
    const enum ps_lang lang = story->command->lang;
    const struct ps_stressing *found = story->found;
    const struct ps_stress_window window = ps_stress_window(story->scenario);
    ps_say(stdout, lang, PS_SAY_STRESS_HEAD,
           PS_ARGS(story->scenario->p.scenario_id, ps_text_count((uint64_t)window.from).s,
                   ps_text_count((uint64_t)window.to).s));
    enum ps_status status = print_named(story);
    if (status == PS_OK) {
        ps_say(stdout, lang, PS_SAY_STRESS_REVERSE, NULL);
        status = print_reverse(story);
    }
    for (int c = 0; c < found->request->study.constraints_n && status == PS_OK; c++) {
        status = tell_verdict(story, c);
    }
    if (status == PS_OK && !all_monotone(found->reverse)) {
        ps_say(stdout, lang, PS_SAY_STRESS_NOT_MONOTONE, NULL);
    }
    if (status == PS_OK) {
        status = ps_death_tell(story);
    }
    (void)fflush(stdout);
    if (status == PS_OK) {
        ps_say(stderr, lang, PS_SAY_STRESS_DONE,
               PS_ARGS(ps_text_count(found->table->rows_n - 1).s,
                       ps_text_count(found->reverse->variants_n).s,
                       ps_text_count(found->request->worlds_n).s,
                       ps_text_seconds(story->seconds, lang).s,
                       ps_text_count((uint64_t)found->request->study.threads_n).s));
    }
    return status;
}
