// SPDX-License-Identifier: GPL-3.0-or-later
#include "decision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "pledgesim/figures.h"
#include "terminal.h"

enum { NAME_WIDTH = 26, REASONS_SHOWN = 3, LINES_SHOWN = 40 };

/* When a pool counts as carrying its target; both are judged by their 95 % intervals.
 * [assumption]: docs/model/8-measures.md. */
static const double TARGET_AT_LEAST = 0.80;
static const double DEPLETION_AT_MOST = 0.01;

/* A scenario and its figures. */
struct line {
    const struct ps_scenario *scenario;
    const struct ps_row_result *result;
    struct ps_figures figures;
};

static const char *name_of(const struct line *line)
{
    const struct ps_scenarios_row *p = &line->scenario->p;
    return *p->label != '\0' ? p->label : p->scenario_id;
}

/* Digits of a percentage behind the point: the last one is worth at most half of what the interval
 * leaves open to either side. */
static int digits_of(const struct ps_probability *p)
{
    const double half_width_pct = 50 * (p->hi95 - p->lo95);
    int digits_n = 0;
    for (double step = 1; step > half_width_pct / 2 && digits_n < 8; step /= 10) {
        digits_n++;
    }
    return digits_n;
}

struct ps_text ps_chance_text(const struct ps_probability *p)
{
    struct ps_text out;
    if (p->hits_n == 0) {
        (void)snprintf(out.s, sizeof out.s, "< %.40s", ps_text_share(p->upper95).s);
    } else if (p->hits_n == p->worlds_n) {
        (void)snprintf(out.s, sizeof out.s, "> %.40s", ps_text_share(p->lower95).s);
    } else {
        const int digits_n = digits_of(p);
        (void)snprintf(out.s, sizeof out.s, "%.*f %% [%.*f, %.*f]", digits_n, 100 * p->value,
                       digits_n, 100 * p->lo95, digits_n, 100 * p->hi95);
    }
    return out;
}

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
        ps_grid_add(&grid, name_of(&lines[i]), NAME_WIDTH);
        ps_grid_add(&grid, ps_chance_text(&f->depletion).s, 0);
        ps_grid_add(&grid, ps_chance_text(&f->target_cumulative).s, 0);
        ps_grid_add(&grid, ps_chance_text(&f->target_annual).s, 0);
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

/* The target by the reading that the scenario chose. */
static const struct ps_probability *target_of(const struct line *line)
{
    return line->scenario->p.target_basis == PS_TARGET_ANNUAL ? &line->figures.target_annual
                                                              : &line->figures.target_cumulative;
}

static enum ps_message verdict_of(const struct line *line)
{
    const struct ps_probability *target = target_of(line);
    const struct ps_probability *depletion = &line->figures.depletion;
    const int late = target->hi95 < TARGET_AT_LEAST;
    const int weak = depletion->lo95 > DEPLETION_AT_MOST;
    if (late && weak) {
        return PS_SAY_CARRIES_NEITHER;
    }
    if (late || weak) {
        return late ? PS_SAY_CARRIES_NOT_TARGET : PS_SAY_CARRIES_NOT_CLAIMS;
    }
    const int sure = target->lo95 >= TARGET_AT_LEAST && depletion->hi95 <= DEPLETION_AT_MOST;
    return sure ? PS_SAY_CARRIES : PS_SAY_CARRIES_OPEN;
}

struct reason {
    enum ps_message name;
    double wan;
};

static int by_amount(const void *a, const void *b)
{
    const struct reason *x = a;
    const struct reason *y = b;
    if (x->wan < y->wan || x->wan > y->wan) {
        return x->wan < y->wan ? 1 : -1;
    }
    return (x->name > y->name) - (x->name < y->name);
}

/* What is missing of the target for want of demand, and what refusals cost, the largest first. */
static void write_reasons(const struct ps_figures *f, enum ps_lang lang, FILE *out)
{
    struct reason reasons[] = {
        {PS_SAY_REASON_DEMAND, f->gap_demand_wan_mean},
        {PS_SAY_REASON_BREAKER, f->lost_suspended_wan_mean + f->lost_terminated_wan_mean},
        {PS_SAY_REASON_LEVERAGE, f->lost_leverage_wan_mean},
        {PS_SAY_REASON_SINGLE_NAME, f->lost_single_name_wan_mean},
        {PS_SAY_REASON_LOAN_CAP, f->lost_loan_cap_wan_mean},
        {PS_SAY_REASON_POPULATION, f->lost_population_wan_mean},
        {PS_SAY_REASON_CLOSED, f->lost_closed_wan_mean},
        {PS_SAY_REASON_TAKE_UP, f->lost_take_up_wan_mean},
    };
    const size_t n = sizeof reasons / sizeof *reasons;
    qsort(reasons, n, sizeof *reasons, by_amount);
    int shown_n = 0;
    for (size_t i = 0; i < n && shown_n < REASONS_SHOWN; i++) {
        if (!(reasons[i].wan >= 0.05)) { /* would show as 0.0 */
            break;
        }
        if (shown_n++ > 0) {
            (void)fputs(lang == PS_LANG_ZH ? "、" : ", ", out);
        }
        (void)fprintf(out, "%s %s", ps_message(reasons[i].name, lang),
                      ps_text_wan(reasons[i].wan).s);
    }
    if (shown_n == 0) {
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
        ps_grid_add(&grid, name_of(&lines[i]), NAME_WIDTH);
        add_message(&grid, verdict_of(&lines[i]), lang);
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
               PS_ARGS(ps_text_real(100 * TARGET_AT_LEAST, 0).s,
                       ps_text_real(100 * DEPLETION_AT_MOST, 0).s));
    }
    return status;
}

/* The first scenario in a sentence: it is the one that the others vary. */
static enum ps_status print_conclusion(const struct line *line, enum ps_lang lang)
{
    const struct ps_figures *f = &line->figures;
    int64_t pools_fen = 0;
    for (size_t i = 0; i < line->scenario->pools_n; i++) {
        pools_fen += line->scenario->pools[i].initial_fen;
    }
    char *reasons = reasons_text(f, lang);
    if (reasons == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    (void)putchar('\n');
    ps_say(stdout, lang, PS_SAY_CONCLUSION,
           PS_ARGS(name_of(line), ps_text_money(pools_fen).s,
                   ps_text_money(line->scenario->p.target_fen).s,
                   ps_message(verdict_of(line), lang), ps_chance_text(target_of(line)).s,
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
