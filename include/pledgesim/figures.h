// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_FIGURES_H
#define PLEDGESIM_FIGURES_H

#include "pledgesim/engine.h"

/* The decision figures of one scenario row. summary.csv, the terminal and the report all read them
 * here, so that they show the same numbers. */

/* hits_n of worlds_n worlds. */
struct ps_probability {
    uint64_t hits_n, worlds_n;
    double value;
    double lo95, hi95;       /* exact two-sided interval (Clopper-Pearson) */
    double lower95, upper95; /* exact one-sided bounds, each alone with 95 %. No hit at all: upper95
                                is 1 - 0.05^(1/n), about 3/n, the figure to quote */
};

struct ps_probability ps_probability_of(uint64_t hits_n, uint64_t worlds_n);

/* NaN: not known (too few worlds for a quantile, a measure missing in all worlds, decision tier).
 * Names say the unit: _wan 万元, _n pieces, _mean months_... months; rates are fractions. */
struct ps_figures {
    uint64_t worlds_n;
    int converged;
    struct ps_probability depletion; /* months 1..N, run-off included */
    struct ps_probability target_cumulative, target_annual;
    struct ps_probability depletion_plan;                               /* months 1..T */
    struct ps_probability target_cumulative_first, target_annual_first; /* renewals not counted */
    double ceiling_reaches_target_frac; /* share of worlds in which demand alone, nothing refused,
                                           would meet the cumulative target; read from bins */
#define PS_FIGURE(name, measure, statistic, level) double name;
#define PS_FIGURE_RATIO(name, ratio) double name;
#include "pledgesim/figures.def"
#undef PS_FIGURE_RATIO
#undef PS_FIGURE
    double lost_take_up_wan_mean; /* of the ceiling, because firms do not ask */
    /* What keeps the registered amount down most, on average: GAP_DEMAND or one of LOST_CLOSED
     * .. LOST_TAKE_UP; PS_MEASURE_N when nothing does. Its doc says it in words. */
    enum ps_measure obstacle;
};

/* Reads the figures of a finished row. `scenario` is the one the row was run with. */
void ps_figures_read(const struct ps_scenario *scenario, const struct ps_row_result *result,
                     struct ps_figures *figures);

/* The figures of figures.def in its order: name and value; 0 <= i < PS_FIGURES_N. */
enum {
#define PS_FIGURE(name, measure, statistic, level) PS_FIGURE_INDEX_##name,
#define PS_FIGURE_RATIO(name, ratio) PS_FIGURE_INDEX_##name,
#include "pledgesim/figures.def"
#undef PS_FIGURE_RATIO
#undef PS_FIGURE
    PS_FIGURES_N
};

double ps_figure_value(const struct ps_figures *figures, int i);

/* What a measure's whole number is divided by for showing, and the unit then: fen to 万元 ("wan"),
 * ppm to a fraction ("frac") or "times", flags "frac", "months", counts "". */
double ps_measure_divisor(enum ps_measure measure);
const char *ps_measure_unit_name(enum ps_measure measure);
/* The same divisor for a ratio of means; its unit stands in its description. */
double ps_ratio_divisor(enum ps_ratio ratio);

#endif
