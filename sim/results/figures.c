// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "pledgesim/stats.h"

static const double CONFIDENCE = 0.95;

enum statistic { MEAN, SE, QUANTILE, SHORTFALL, RATIO };

struct figure {
    int source; /* enum ps_measure, or enum ps_ratio */
    enum statistic statistic;
    double level;
    size_t offset;
};

static const struct figure FIGURES[PS_FIGURES_N] = {
#define PS_FIGURE(name, measure, statistic, level)                                                 \
    {PS_M_##measure, statistic, level, offsetof(struct ps_figures, name)},
#define PS_FIGURE_RATIO(name, ratio) {PS_R_##ratio, RATIO, 0, offsetof(struct ps_figures, name)},
#include "pledgesim/figures.def"
#undef PS_FIGURE_RATIO
#undef PS_FIGURE
};

struct ps_probability ps_probability_of(uint64_t hits_n, uint64_t worlds_n)
{
    const struct ps_interval both = ps_clopper_pearson(hits_n, worlds_n, CONFIDENCE);
    return (struct ps_probability){.hits_n = hits_n,
                                   .worlds_n = worlds_n,
                                   .value = (double)hits_n / (double)worlds_n,
                                   .lo95 = both.lo,
                                   .hi95 = both.hi,
                                   .lower95 = ps_binomial_lower(hits_n, worlds_n, CONFIDENCE),
                                   .upper95 = ps_binomial_upper(hits_n, worlds_n, CONFIDENCE)};
}

double ps_measure_divisor(enum ps_measure measure)
{
    const enum ps_measure_unit unit = ps_measure_desc(measure)->unit;
    return unit == PS_MU_FEN || unit == PS_MU_PPM ? 1e6 : 1;
}

double ps_ratio_divisor(enum ps_ratio ratio)
{
    return strcmp(ps_ratio_desc(ratio)->unit, "wan") == 0 ? 1e6 : 1;
}

const char *ps_measure_unit_name(enum ps_measure measure)
{
    switch (ps_measure_desc(measure)->unit) {
    case PS_MU_FEN:
        return "wan";
    case PS_MU_PPM:
        return measure == PS_M_LEVERAGE ? "times" : "frac";
    case PS_MU_FLAG:
        return "frac";
    case PS_MU_MONTHS:
        return "months";
    case PS_MU_COUNT:
        break;
    }
    return "";
}

double ps_figure_value(const struct ps_figures *figures, int i)
{
    return *(const double *)(const void *)((const char *)figures + FIGURES[i].offset);
}

static double distribution_figure(const struct ps_row *row, const struct figure *f)
{
    const struct ps_hist *h = row->hist ? &row->hist[f->source] : NULL;
    if (!h || !ps_hist_kept(h) || !ps_quantile_supported(h->n, f->level))
        return (double)NAN;
    return f->statistic == QUANTILE ? (double)ps_hist_quantile(h, f->level).value
                                    : ps_hist_shortfall(h, f->level, PS_TAIL_UPPER).value;
}

static double ratio_figure(const struct ps_row *row, enum ps_ratio ratio)
{
    const struct ps_ratio_desc *desc = ps_ratio_desc(ratio);
    const struct ps_estimate e = ps_ratio_of_means(
        &row->moments[desc->numerator], &row->moments[desc->denominator], &row->ratios[ratio]);
    return e.value / ps_ratio_divisor(ratio);
}

static double figure_of(const struct ps_row *row, const struct figure *f)
{
    if (f->statistic == RATIO)
        return ratio_figure(row, (enum ps_ratio)f->source);
    const struct ps_moments *m = &row->moments[f->source];
    const double x = f->statistic == MEAN ? ps_moments_mean(m)
                     : f->statistic == SE ? ps_moments_se(m)
                                          : distribution_figure(row, f);
    return x / ps_measure_divisor((enum ps_measure)f->source);
}

static enum ps_measure largest_obstacle(const struct ps_row *row)
{
    static const enum ps_measure CANDIDATES[] = {
        PS_M_GAP_DEMAND,       PS_M_LOST_CLOSED,     PS_M_LOST_POPULATION,
        PS_M_LOST_LOAN_CAP,    PS_M_LOST_TERMINATED, PS_M_LOST_SUSPENDED,
        PS_M_LOST_SINGLE_NAME, PS_M_LOST_LEVERAGE,   PS_M_LOST_TAKE_UP};
    enum ps_measure largest = PS_MEASURE_N;
    ps_int128 most = 0;
    for (size_t i = 0; i < sizeof CANDIDATES / sizeof *CANDIDATES; i++)
        if (row->moments[CANDIDATES[i]].sum > most) {
            largest = CANDIDATES[i];
            most = row->moments[largest].sum;
        }
    return largest;
}

static struct ps_probability flag(const struct ps_row *row, enum ps_measure measure)
{
    return ps_probability_of((uint64_t)row->moments[measure].sum, row->moments[measure].n);
}

void ps_figures_read(const struct ps_scenario *scenario, const struct ps_row_result *result,
                     struct ps_figures *figures)
{
    const struct ps_row *row = &result->row;
    *figures = (struct ps_figures){
        .worlds_n = row->worlds_n,
        .converged = result->converged,
        .depletion = flag(row, PS_M_DEPLETED),
        .target_cumulative = flag(row, PS_M_TARGET_CUMULATIVE),
        .target_annual = flag(row, PS_M_TARGET_ANNUAL),
        .depletion_plan = flag(row, PS_M_DEPLETED_PLAN),
        .target_cumulative_first = flag(row, PS_M_TARGET_CUMULATIVE_FIRST),
        .target_annual_first = flag(row, PS_M_TARGET_ANNUAL_FIRST),
        .ceiling_reaches_target_frac = (double)NAN,
        .lost_take_up_wan_mean = ps_moments_mean(&row->moments[PS_M_LOST_TAKE_UP]) /
                                 ps_measure_divisor(PS_M_LOST_TAKE_UP),
        .obstacle = largest_obstacle(row)};
    const struct ps_hist *ceiling = row->hist ? &row->hist[PS_M_CEILING] : NULL;
    if (ceiling && ceiling->n > 0)
        figures->ceiling_reaches_target_frac =
            1 - (double)ps_hist_count_below(ceiling, scenario->p.target_fen) / (double)ceiling->n;
    for (int i = 0; i < PS_FIGURES_N; i++) {
        double *to = (double *)(void *)((char *)figures + FIGURES[i].offset);
        *to = figure_of(row, &FIGURES[i]);
    }
}
