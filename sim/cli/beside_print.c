// SPDX-License-Identifier: GPL-3.0-or-later
#include "beside_print.h"

#include "command.h"
#include "pledgesim/answer.h"
#include "pledgesim/errors.h"
#include "pledgesim/numtext.h"
#include "terminal.h"

enum { NAME_WIDTH = 26, LINES_SHOWN = 40, COLUMNS_MAX = 7 };

/* A table: its columns by measure, an amount's mean or a flag's probability. */
struct beside {
    size_t columns_n;
    struct {
        enum ps_message head;
        enum ps_measure measure;
    } columns[COLUMNS_MAX];
    enum ps_message note;
};

static const struct beside VEHICLES = {
    .columns_n = 7,
    .columns = {{PS_SAY_BESIDE_REGISTERED, PS_M_VEHICLES_REGISTERED},
                {PS_SAY_BESIDE_TRANSFERRED, PS_M_VEHICLES_TRANSFERRED},
                {PS_SAY_BESIDE_TRUST_LENT, PS_M_TRUST_LENT},
                {PS_SAY_BESIDE_LOSS, PS_M_VEHICLES_LOSS},
                {PS_SAY_BESIDE_SUBORDINATED_HIT, PS_M_SUBORDINATED_HIT},
                {PS_SAY_BESIDE_SUBORDINATED_GONE, PS_M_SUBORDINATED_GONE},
                {PS_SAY_BESIDE_SENIOR_HIT, PS_M_SENIOR_HIT}},
    .note = PS_SAY_BESIDE_VEHICLES_NOTE};

static const struct beside FUNDS = {.columns_n = 4,
                                    .columns = {{PS_SAY_BESIDE_INVESTED, PS_M_FUND_INVESTED},
                                                {PS_SAY_BESIDE_PROCEEDS, PS_M_FUND_PROCEEDS},
                                                {PS_SAY_BESIDE_FUND_COST, PS_M_FUND_FISCAL_COST},
                                                {PS_SAY_BESIDE_BELOW_COST, PS_M_FUND_BELOW_COST}},
                                    .note = PS_SAY_BESIDE_FUNDS_NOTE};

static void add_cell(struct ps_grid *grid, const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    if (ps_measure_desc(measure)->unit == PS_MU_FLAG) {
        const struct ps_probability p = ps_probability_of((uint64_t)m->sum, m->n, row->paired);
        ps_grid_add(grid, ps_chance_text(&p).s, 0);
    } else {
        const double wan = ps_row_mean(row, measure).value / ps_measure_divisor(measure);
        ps_grid_add(grid, ps_text_wan(wan).s, 0);
    }
}

static enum ps_status print(const struct beside *table, int (*shown)(const struct ps_row *),
                            const struct ps_book *book, const struct ps_engine_result *result,
                            enum ps_lang lang)
{
    struct ps_grid grid = {.columns_n = table->columns_n + 1, .right = 0xfe};
    int shown_n = 0;
    ps_grid_add(&grid, ps_message(PS_SAY_FIGURE_SCENARIO, lang), 0);
    for (size_t k = 0; k < table->columns_n; k++) {
        ps_grid_add(&grid, ps_message(table->columns[k].head, lang), 0);
    }
    for (size_t i = 0; i < book->scenarios_n && shown_n < LINES_SHOWN; i++) {
        const struct ps_row *row = &result->rows[i].row;
        if (!shown(row)) {
            continue;
        }
        shown_n++;
        ps_grid_add(&grid, ps_scenario_name(&book->scenarios[i]), NAME_WIDTH);
        for (size_t k = 0; k < table->columns_n; k++) {
            add_cell(&grid, row, table->columns[k].measure);
        }
    }
    enum ps_status status = PS_OK;
    if (shown_n > 0) {
        (void)putchar('\n');
        status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
        ps_say(stdout, lang, table->note, NULL);
    }
    ps_grid_free(&grid);
    return status;
}

enum ps_status ps_beside_print(const struct ps_book *book, const struct ps_engine_result *result,
                               enum ps_lang lang)
{
    const enum ps_status status = print(&VEHICLES, ps_row_has_vehicles, book, result, lang);
    return status == PS_OK ? print(&FUNDS, ps_row_has_funds, book, result, lang) : status;
}
