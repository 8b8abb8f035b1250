// SPDX-License-Identifier: GPL-3.0-or-later
#include "rare_print.h"

#include "command.h"
#include "pledgesim/answer.h"
#include "pledgesim/figures.h"
#include "terminal.h"

enum { NAME_WIDTH = 26, LINES_SHOWN = 40 };

static void add_row(struct ps_grid *grid, const char *name, const struct ps_rare_row *rare,
                    const struct ps_row *plain)
{
    const struct ps_estimate p = ps_weighted_mean(&rare->depletion);
    const struct ps_interval interval = ps_weighted_interval(&rare->depletion, 0.95);
    /* Neither never nor always: an estimate with its interval. */
    const struct ps_probability steered = {
        .hits_n = 1, .worlds_n = 2, .value = p.value, .lo95 = interval.lo, .hi95 = interval.hi};
    const struct ps_probability by_chance = ps_probability_of(
        (uint64_t)plain->moments[PS_M_DEPLETED].sum, plain->worlds_n, plain->paired);
    ps_grid_add(grid, name, NAME_WIDTH);
    ps_grid_add(grid, ps_chance_text(&steered).s, 0);
    ps_grid_add(grid, ps_chance_text(&by_chance).s, 0);
    ps_grid_add(grid, ps_text_real(ps_weighted_effective_n(&rare->depletion), 0).s, 0);
    ps_grid_add(grid, ps_text_share(ps_weighted_largest_share(&rare->depletion)).s, 0);
    ps_grid_add(grid, ps_text_real(ps_rare_gain(rare), 1).s, 0);
}

/* Why there are no figures: a line each, but for those that need none. */
static void tell_none(const struct ps_book *book, const struct ps_rare_row *rows, enum ps_lang lang)
{
    int told_n = 0;
    uint64_t known_n = 0;
    for (size_t i = 0; i < book->scenarios_n; i++) {
        const enum ps_rare_verdict verdict = rows[i].verdict;
        known_n += verdict == PS_RARE_PLAIN_SUFFICES;
        if (verdict == PS_RARE_GIVEN || verdict == PS_RARE_PLAIN_SUFFICES || told_n == LINES_SHOWN)
            continue;
        ps_say(stdout, lang, PS_SAY_RARE_NONE,
               PS_ARGS(ps_scenario_name(&book->scenarios[i]),
                       ps_rare_verdict_desc(verdict)->text[lang]));
        told_n++;
    }
    if (known_n > 0) {
        ps_say(stdout, lang, PS_SAY_RARE_KNOWN, PS_ARGS(ps_text_count(known_n).s));
    }
}

enum ps_status ps_rare_print(const struct ps_book *book, const struct ps_engine_result *plain,
                             const struct ps_rare_row *rows, enum ps_lang lang)
{
    static const enum ps_message HEADS[] = {PS_SAY_FIGURE_SCENARIO, PS_SAY_RARE_STEERED,
                                            PS_SAY_RARE_PLAIN,      PS_SAY_RARE_EFFECTIVE,
                                            PS_SAY_RARE_SHARE,      PS_SAY_RARE_GAIN};
    struct ps_grid grid = {.columns_n = sizeof HEADS / sizeof *HEADS, .right = 0x3e};
    int shown_n = 0;
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (size_t i = 0; i < book->scenarios_n && shown_n < LINES_SHOWN; i++) {
        if (rows[i].verdict == PS_RARE_GIVEN) {
            add_row(&grid, ps_scenario_name(&book->scenarios[i]), &rows[i], &plain->rows[i].row);
            shown_n++;
        }
    }
    enum ps_status status = PS_OK;
    (void)putchar('\n');
    if (shown_n > 0) {
        status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
        ps_say(stdout, lang, PS_SAY_RARE_NOTE, NULL);
    }
    ps_grid_free(&grid);
    tell_none(book, rows, lang);
    return status;
}
