// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>

#include "mean_pd.h"
#include "pledgesim/kmath.h"
#include "prepare_parts.h"

/* The mean one-year PD that the book implies (docs/model.md, eq. (4.9)): over loans of 12 months,
 * of month 0 one for each tape loan, of months 1..T by the mean number of new firms and the
 * segments' shares. P(default) of each is integrated over the index from its grant month on, shifts
 * included, by the recursion that calibrates the classes. */

#define WIDTH_MIN 0.1 /* rho' 0.99: enough for a figure that is printed */

double ps_mean_pd_shift(const struct ps_world_plan *plan, int month, int cluster)
{
    return month <= plan->months_n ? plan->shift[month * plan->clusters_n + cluster] : 0;
}

/* Sets m->u to P(default in months from..to) given the index of the block that holds `from`. */
static void go_back(struct ps_mean_pd *m, const struct ps_hazard_class *class, int from, int to)
{
    const int step = m->plan->step_months;
    for (int i = 0; i < m->grid.n; i++) {
        m->u[i] = 0;
    }
    for (int last = to; last >= from;) {
        const int block_first = (last - 1) / step * step + 1;
        const int first = block_first > from ? block_first : from;
        double shift[12];
        for (int t = first; t <= last; t++) {
            shift[t - first] = ps_mean_pd_shift(m->plan, t, class->cluster);
        }
        ps_index_grid_back(&m->grid, class->a, class->b, last - first + 1, shift, m->u, NULL);
        last = first - 1;
    }
}

/* P(default within 12 months) of a loan granted in month g of the first block, whose index is
 * known. */
static double year_pd_from_start(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    const struct ps_world_plan *plan = m->plan;
    const double start = plan->initial_index;
    const int block_last = plan->step_months < g + 12 ? plan->step_months : g + 12;
    double hazard = 0;
    for (int t = g + 1; t <= block_last; t++) {
        hazard += ps_neg_log1m_norm_cdf(
            class->a + class->b * (start + ps_mean_pd_shift(plan, t, class->cluster)));
    }
    go_back(m, class, block_last + 1, g + 12);
    const double later =
        ps_index_grid_mean(&m->grid, m->u, plan->phi_step * start, plan->innovation);
    return 1 - ps_exp(-hazard / 12) * (1 - later);
}

double ps_mean_pd_over_start(const struct ps_mean_pd *m, const double *u, int block)
{
    const struct ps_world_plan *plan = m->plan;
    double mean = 0, variance = 1;
    if (plan->start_fixed) {
        mean = plan->initial_index;
        double old = 1;
        for (int i = 0; i < block; i++) {
            mean *= plan->phi_step;
            old *= plan->phi_step * plan->phi_step;
        }
        variance = 1 - old;
    }
    return ps_index_grid_mean(&m->grid, u, mean, sqrt(variance));
}

/* P(default within 12 months) of a loan granted in month g. */
static double probit_year(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    const int block = g / m->plan->step_months;
    if (m->plan->start_fixed && block == 0) {
        return year_pd_from_start(m, class, g);
    }
    go_back(m, class, g + 1, g + 12);
    return ps_mean_pd_over_start(m, m->u, block);
}

static double year_pd(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    switch (m->plan->hazard_kind) {
    case PS_HAZARD_MIXED:
        return ps_mean_pd_mixed(m, class, g);
    case PS_HAZARD_SECTORS:
        return ps_mean_pd_sectors(m, class, g);
    case PS_HAZARD_REGIME:
        return ps_mean_pd_regime(m->plan, class);
    default:
        return probit_year(m, class, g);
    }
}

static int shifted(const struct ps_world_plan *plan, const struct ps_hazard_class *class, int g)
{
    for (int t = g + 1; t <= g + 12; t++) {
        int any = ps_mean_pd_shift(plan, t, class->cluster) != 0;
        for (int k = 0; k < class->sectors_n; k++) {
            any |= ps_mean_pd_shift(plan, t, class->sectors[k].cluster) != 0;
        }
        if (any) {
            return 1;
        }
    }
    return 0;
}

/* Adds the loans of a class: weight[g] granted in month g. */
static void add_class(struct ps_mean_pd *m, const struct ps_hazard_class *class,
                      const double *weight, double sums[3])
{
    /* By place in the block, or in the year: what an unshifted stationary index gives. */
    double plain[12];
    const int period = m->plan->hazard_kind == PS_HAZARD_MIXED ? 12 : m->plan->step_months;
    for (int i = 0; i < 12; i++) {
        plain[i] = -1;
    }
    for (int g = 0; g <= m->plan->horizon; g++) {
        if (weight[g] <= 0) {
            continue;
        }
        const int place = g % period;
        double pd;
        if (m->plan->start_fixed || shifted(m->plan, class, g)) {
            pd = year_pd(m, class, g);
        } else {
            plain[place] = plain[place] >= 0 ? plain[place] : year_pd(m, class, g);
            pd = plain[place];
        }
        sums[0] += weight[g];
        sums[1] += weight[g] * class->pd_frac;
        sums[2] += weight[g] * pd;
    }
}

/* weight[class][g], g = 0..T */
static void fill_weights(const struct ps_world_plan *plan, const struct ps_scenario *scenario,
                         double *weight)
{
    const size_t row = (size_t)plan->horizon + 1;
    double firms = 0;
    for (int g = 1; g <= plan->horizon; g++) {
        firms += ps_prepare_new_firms(scenario, g);
    }
    for (int i = 0; i < plan->segments_n; i++) {
        double *of_class = weight + (size_t)plan->segments[i].klass * row;
        const double share = scenario->segments[i].share_frac;
        for (int g = 1; g <= plan->horizon; g++) {
            of_class[g] += share * ps_prepare_new_firms(scenario, g);
        }
        if (firms <= 0 && plan->tape_n == 0) {
            of_class[0] += share; /* nobody borrows: the segments as they stand */
        }
    }
    for (int i = 0; i < plan->tape_n; i++) {
        weight[(size_t)plan->tape[i].klass * row] += 1;
    }
}

void ps_world_mean_pd(const struct ps_world_plan *plan, const struct ps_scenario *scenario,
                      double pd_frac[2])
{
    struct ps_mean_pd m = {.plan = plan, .scenario = scenario};
    const size_t row = (size_t)plan->horizon + 1;
    double sums[3] = {0};
    double rho_max = 0;
    for (int k = 0; k < plan->classes_n; k++) {
        const double rho = plan->classes[k].correlation_monthly;
        rho_max = rho > rho_max ? rho : rho_max;
    }
    const double width = sqrt(1 - rho_max);
    double *weight = calloc((size_t)plan->classes_n * row, sizeof *weight);
    pd_frac[0] = pd_frac[1] = (double)NAN;
    if (weight == NULL || ps_index_grid_init(&m.grid, plan->phi_step,
                                             width > WIDTH_MIN ? width : WIDTH_MIN) != PS_OK) {
        goto out;
    }
    m.u = malloc(PS_MIXING_NODES * (size_t)m.grid.n * sizeof *m.u);
    if (m.u == NULL) {
        goto out;
    }
    if (plan->hazard_kind == PS_HAZARD_MIXED) {
        ps_mixing_nodes(scenario->p.t_nu, &m.mixing);
    }
    fill_weights(plan, scenario, weight);
    for (int k = 0; k < plan->classes_n; k++) {
        const struct ps_hazard_class *class = &plan->classes[k];
        if (plan->hazard_kind == PS_HAZARD_SECTORS && ps_mean_pd_lay_out(&m, class) != PS_OK) {
            goto out;
        }
        add_class(&m, class, weight + (size_t)k * row, sums);
    }
    pd_frac[0] = sums[1] / sums[0];
    pd_frac[1] = sums[2] / sums[0];
out:
    free(weight);
    free(m.u);
    ps_index_grid_free(&m.grid);
    ps_sector_grid_free(&m.sectors);
    ps_mean_pd_free_capped(&m);
    free(m.points);
}
