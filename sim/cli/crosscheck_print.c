// SPDX-License-Identifier: GPL-3.0-or-later
#include "crosscheck_print.h"

#include <math.h>

#include "command.h"
#include "pledgesim/figures.h"
#include "terminal.h"

enum { NAME_WIDTH = 26, SCENARIOS_SHOWN = 40 };

static const struct {
    enum ps_measure measure;
    enum ps_message name;
} SHOWN[] = {{PS_M_DEFAULTS_N, PS_SAY_EXACT_DEFAULTS},
             {PS_M_LOSS, PS_SAY_EXACT_LOSS},
             {PS_M_COMPENSATION, PS_SAY_EXACT_COMPENSATION},
             {PS_M_DEPLETED, PS_SAY_EXACT_DEPLETION}};

static int is_known(const struct ps_crosscheck_line *line)
{
    return line->statistic == PS_CROSS_MEAN && line->reason == PS_EXACT_NONE;
}

static struct ps_text value_text(const struct ps_crosscheck_line *line, double value)
{
    if (line->measure == PS_M_DEPLETED) {
        return ps_text_share(value);
    }
    return ps_text_real(value / ps_measure_divisor(line->measure), 4);
}

static void add_line(struct ps_grid *grid, const char *name, const struct ps_crosscheck_line *line,
                     enum ps_lang lang)
{
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++) {
        if (SHOWN[i].measure == line->measure) {
            ps_grid_add(grid, name, NAME_WIDTH);
            ps_grid_add(grid, ps_message(SHOWN[i].name, lang), 0);
            ps_grid_add(grid, value_text(line, line->simulated).s, 0);
            ps_grid_add(grid, value_text(line, line->exact).s, 0);
            ps_grid_add(grid, isnan(line->z) ? "-" : ps_text_real(line->z, 2).s, 0);
        }
    }
}

enum ps_status ps_crosscheck_print(const struct ps_book *book, const struct ps_crosscheck *checks,
                                   enum ps_lang lang)
{
    static const enum ps_message HEADS[] = {PS_SAY_FIGURE_SCENARIO, PS_SAY_EXACT_FIGURE,
                                            PS_SAY_EXACT_SIMULATED, PS_SAY_EXACT_EXACT,
                                            PS_SAY_EXACT_Z};
    struct ps_grid grid = {.columns_n = sizeof HEADS / sizeof *HEADS, .right = 0x1c};
    size_t shown_n = 0;
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (size_t i = 0; i < book->scenarios_n && shown_n < SCENARIOS_SHOWN; i++) {
        const struct ps_scenarios_row *p = &book->scenarios[i].p;
        const char *name = *p->label != '\0' ? p->label : p->scenario_id;
        int known_n = 0;
        for (int k = 0; k < checks[i].lines_n; k++) {
            if (is_known(&checks[i].lines[k])) {
                add_line(&grid, known_n++ == 0 ? name : "", &checks[i].lines[k], lang);
            }
        }
        shown_n += known_n > 0;
    }
    enum ps_status status = PS_OK;
    if (shown_n > 0) {
        (void)putchar('\n');
        status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    }
    if (shown_n > 0 && status == PS_OK) {
        ps_say(stdout, lang, PS_SAY_EXACT_NOTE, PS_ARGS(ps_text_real(PS_CROSSCHECK_Z, 0).s));
    }
    ps_grid_free(&grid);
    return status;
}
