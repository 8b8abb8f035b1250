// SPDX-License-Identifier: GPL-3.0-or-later
#include "decision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "pledgesim/answer.h"
#include "terminal.h"

enum { NAME_WIDTH = 26, REASONS_SHOWN = 3, LINES_SHOWN = 40 };

/* A scenario and its figures. */
struct line {
    const struct ps_scenario *scenario;
    const struct ps_row_result *result;
    struct ps_figures figures;
};

/* ---- the table of figures ---- */

static void add_message(struct ps_grid *grid, enum ps_message message, enum ps_lang lang)
{
    ps_grid_add(grid, ps_message(message, lang), 0);
}

/* Not known (too few worlds) is a dash. */
static void add_wan(struct ps_grid *grid, double wan)
{
    ps_grid_add(grid, isfinite(wan) ? ps_text_wan(wan).s : "-", 0);
}

/* A table that would run off the screen ends here. */
static void tell_more(size_t n, enum ps_lang lang)
{
    if (n > LINES_SHOWN) {
        ps_say(stdout, lang, PS_SAY_FIGURE_MORE, PS_ARGS(ps_text_count(n - LINES_SHOWN).s));
    }
}

static enum ps_status print_figures(const struct line *lines, size_t n, enum ps_lang lang)
{
    static const enum ps_message HEADS[] = {PS_SAY_FIGURE_SCENARIO,     PS_SAY_FIGURE_DEPLETION,
                                            PS_SAY_FIGURE_TARGET,       PS_SAY_FIGURE_TARGET_ANNUAL,
                                            PS_SAY_FIGURE_COMPENSATION, PS_SAY_FIGURE_Q99,
                                            PS_SAY_FIGURE_FISCAL,       PS_SAY_FIGURE_REFUSED};
    struct ps_grid grid = {.columns_n = sizeof HEADS / sizeof *HEADS, .right = 0xfe};
    for (size_t i = 0; i < grid.columns_n; i++) {
        add_message(&grid, HEADS[i], lang);
    }
    for (size_t i = 0; i < n && i < LINES_SHOWN; i++) {
        const struct ps_figures *f = &lines[i].figures;
        ps_grid_add(&grid, ps_scenario_name(lines[i].scenario), NAME_WIDTH);
        ps_grid_add(&grid, ps_chance_text(&f->depletion).s, 0);
        const int has_target = ps_has_target(lines[i].scenario);
        ps_grid_add(&grid, has_target ? ps_chance_text(&f->target_cumulative).s : "-", 0);
        ps_grid_add(&grid, has_target ? ps_chance_text(&f->target_annual).s : "-", 0);
        add_wan(&grid, f->compensation_gross_wan_mean);
        add_wan(&grid, f->compensation_gross_wan_q99);
        add_wan(&grid, f->fiscal_net_cost_wan_mean);
        ps_grid_add(&grid, ps_text_real(f->refused_n_mean, 1).s, 0);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (status == PS_OK) {
        tell_more(n, lang);
        ps_say(stdout, lang, PS_SAY_FIGURE_UNITS, NULL);
    }
    return status;
}

/* ---- does the pool carry the target, and what binds ---- */

static const char *verdict_of(const struct line *line, enum ps_lang lang)
{
    const struct ps_figures *f = &line->figures;
    return ps_carries_text(ps_carries_of(&f->depletion, ps_target_of(line->scenario, f)), lang);
}

static void write_reasons(const struct ps_figures *f, enum ps_lang lang, FILE *out)
{
    struct ps_obstacle obstacles[PS_REASON_N];
    const int n = ps_obstacles_of(f, obstacles);
    for (int i = 0; i < n && i < REASONS_SHOWN; i++) {
        if (i > 0) {
            (void)fputs(lang == PS_LANG_ZH ? "、" : ", ", out);
        }
        (void)fprintf(out, "%s %s", ps_reason_text(obstacles[i].reason, lang),
                      ps_text_wan(obstacles[i].wan).s);
    }
    if (n == 0) {
        (void)fputs(ps_message(PS_SAY_REASON_NONE, lang), out);
    }
}

static char *reasons_text(const struct ps_figures *figures, enum ps_lang lang)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return NULL;
    }
    write_reasons(figures, lang, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static enum ps_status print_verdicts(const struct line *lines, size_t n, enum ps_lang lang)
{
    struct ps_grid grid = {.columns_n = 4};
    add_message(&grid, PS_SAY_FIGURE_SCENARIO, lang);
    add_message(&grid, PS_SAY_FIGURE_VERDICT, lang);
    add_message(&grid, PS_SAY_FIGURE_PD, lang);
    add_message(&grid, PS_SAY_FIGURE_REASONS, lang);
    for (size_t i = 0; i < n && i < LINES_SHOWN && !grid.failed; i++) {
        const double *pd_frac = lines[i].result->mean_pd_frac;
        char pd[64];
        char *reasons = reasons_text(&lines[i].figures, lang);
        grid.failed = reasons == NULL;
        (void)snprintf(pd, sizeof pd, "%.2f %% / %.2f %%", 100 * pd_frac[0], 100 * pd_frac[1]);
        ps_grid_add(&grid, ps_scenario_name(lines[i].scenario), NAME_WIDTH);
        ps_grid_add(&grid, verdict_of(&lines[i], lang), 0);
        ps_grid_add(&grid, pd, 0);
        ps_grid_add(&grid, reasons, 0);
        free(reasons);
    }
    (void)putchar('\n');
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (status == PS_OK) {
        tell_more(n, lang);
        ps_say(stdout, lang, PS_SAY_FIGURE_CRITERION,
               PS_ARGS(ps_text_real(100 * PS_TARGET_AT_LEAST, 0).s,
                       ps_text_real(100 * PS_DEPLETION_AT_MOST, 0).s));
    }
    return status;
}

/* The first scenario in a sentence: it is the one that the others vary. */
static enum ps_status print_conclusion(const struct line *line, enum ps_lang lang)
{
    const struct ps_figures *f = &line->figures;
    const struct ps_text pool = ps_text_money(ps_pools_initial_fen(line->scenario));
    (void)putchar('\n');
    if (!ps_has_target(line->scenario)) {
        ps_say(stdout, lang, PS_SAY_CONCLUSION_CLAIMS,
               PS_ARGS(ps_scenario_name(line->scenario), pool.s, verdict_of(line, lang),
                       ps_chance_text(&f->depletion).s));
        return PS_OK;
    }
    char *reasons = reasons_text(f, lang);
    if (reasons == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    ps_say(stdout, lang, PS_SAY_CONCLUSION,
           PS_ARGS(ps_scenario_name(line->scenario), pool.s,
                   ps_text_money(line->scenario->p.target_fen).s, verdict_of(line, lang),
                   ps_chance_text(ps_target_of(line->scenario, f)).s,
                   ps_chance_text(&f->depletion).s, reasons));
    free(reasons);
    return PS_OK;
}

enum ps_status ps_decision_print(const struct ps_book *book, const struct ps_engine_result *result,
                                 enum ps_lang lang)
{
    const size_t n = result->rows_n;
    struct line *lines = calloc(n, sizeof *lines);
    if (lines == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        lines[i].scenario = &book->scenarios[i];
        lines[i].result = &result->rows[i];
        ps_figures_read(lines[i].scenario, lines[i].result, &lines[i].figures);
    }
    enum ps_status status = print_figures(lines, n, lang);
    if (status == PS_OK) {
        status = print_verdicts(lines, n, lang);
    }
    if (status == PS_OK) {
        status = print_conclusion(&lines[0], lang);
    }
    free(lines);
    return status;
}
