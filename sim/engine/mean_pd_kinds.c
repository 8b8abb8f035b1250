// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "mean_pd.h"
#include "pledgesim/kmath.h"
#include "prepare_parts.h"

static int later_of(int a, int b)
{
    return a > b ? a : b;
}

/* ---- Student t: the recursion under each S, mixed where a year ends ---- */

/* Months first..last of one block and one calendar year; `enters`: `last` is the last month of the
 * block that counts, so that u is still that of the next block. */
static void under_s(const struct ps_mean_pd *m, const struct ps_hazard_class *class, double s,
                    int first, int last, int enters, double *u)
{
    double shift[12];
    for (int t = first; t <= last; t++) {
        shift[t - first] = ps_mean_pd_shift(m->plan, t, class->cluster);
    }
    if (enters) {
        ps_index_grid_back(&m->grid, class->a * s, class->b, last - first + 1, shift, u, NULL);
        return;
    }
    for (int i = 0; i < m->grid.n; i++) {
        double hazard = 0;
        for (int t = first; t <= last; t++) {
            hazard +=
                ps_neg_log1m_norm_cdf(class->a * s + class->b * (m->grid.y[i] + shift[t - first]));
        }
        const double d = ps_one_minus_exp(hazard / 12);
        u[i] = d + (1 - d) * u[i];
    }
}

/* The same in the first block when its index is known. */
static double under_s_at_start(const struct ps_mean_pd *m, const struct ps_hazard_class *class,
                               double s, int first, int last, double u)
{
    double hazard = 0;
    for (int t = first; t <= last; t++) {
        hazard += ps_neg_log1m_norm_cdf(
            class->a * s +
            class->b * (m->plan->initial_index + ps_mean_pd_shift(m->plan, t, class->cluster)));
    }
    const double d = ps_one_minus_exp(hazard / 12);
    return d + (1 - d) * u;
}

/* Every S of the year after the mean over all S. */
static void mix(const struct ps_mean_pd *m, double *u, int stride)
{
    for (int i = 0; i < stride; i++) {
        double sum = 0;
        for (int s = 0; s < PS_MIXING_NODES; s++) {
            sum += m->mixing.weight[s] * u[s * stride + i];
        }
        for (int s = 0; s < PS_MIXING_NODES; s++) {
            u[s * stride + i] = sum;
        }
    }
}

double ps_mean_pd_mixed(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    const struct ps_world_plan *plan = m->plan;
    const int n = m->grid.n, step = plan->step_months;
    double at_start[PS_MIXING_NODES] = {0};
    int known = 0; /* the block at hand is the first, and its index is known */
    for (int i = 0; i < PS_MIXING_NODES * n; i++) {
        m->u[i] = 0;
    }
    for (int last = g + 12, first; last > g; last = first - 1) {
        const int block_first = (last - 1) / step * step + 1;
        const int year_first = last - (plan->start_month - 1 + last - 1) % 12;
        const int enters = last == g + 12 || last % step == 0;
        first = later_of(later_of(block_first, g + 1), plan->mixing_yearly ? year_first : 0);
        if (plan->mixing_yearly && last < g + 12 && (plan->start_month - 1 + last) % 12 == 0) {
            mix(m, known ? at_start : m->u, known ? 1 : n);
        }
        for (int s = 0; s < PS_MIXING_NODES; s++) {
            double *u = m->u + (size_t)s * (size_t)n;
            if (!plan->start_fixed || block_first > 1) {
                under_s(m, class, m->mixing.s[s], first, last, enters, u);
                continue;
            }
            if (!known && last < g + 12) {
                at_start[s] = ps_mean_pd_over_start(m, u, 1);
            }
            at_start[s] = under_s_at_start(m, class, m->mixing.s[s], first, last, at_start[s]);
        }
        known = plan->start_fixed && block_first == 1;
    }
    if (!known) {
        mix(m, m->u, n);
        return ps_mean_pd_over_start(m, m->u, g / step);
    }
    mix(m, at_start, 1);
    return at_start[0];
}

/* ---- gamma sectors: the same recursion over several indices ---- */

enum ps_status ps_mean_pd_lay_out(struct ps_mean_pd *m, const struct ps_hazard_class *class)
{
    ps_prepare_calibration(m->scenario, m->plan, class, &m->calibration);
    ps_mean_pd_free_capped(m);
    if (m->plan->capped && ps_mean_pd_capped_fits(m, class)) {
        return ps_mean_pd_lay_out_capped(m, class);
    }
    if (m->sectors.dims == class->sectors_n) {
        return PS_OK;
    }
    ps_sector_grid_free(&m->sectors);
    free(m->points);
    m->points = NULL;
    const enum ps_status status =
        ps_sector_grid_init(&m->sectors, class->sectors_n, m->plan->phi_step);
    if (status == PS_OK) {
        m->points = malloc(3 * (size_t)m->sectors.points_n * sizeof *m->points);
    }
    return status == PS_OK && m->points == NULL ? ps_status_raise(PS_MEMORY) : status;
}

/* A fixed start is a shift that fades: Y = phi^b start + L X, X from 0. */
double ps_mean_pd_fixed_part(const struct ps_world_plan *plan, int month)
{
    double level = plan->initial_index;
    for (int b = (month - 1) / plan->step_months; b > 0; b--) {
        level *= plan->phi_step;
    }
    return plan->start_fixed ? level : 0;
}

/* Adds the hazard of month t at each point. */
static void add_month(struct ps_mean_pd *m, const struct ps_hazard_class *class, double rate, int t)
{
    const int n = m->sectors.points_n;
    double *exposure = m->points, *hazard = m->points + n;
    double shift[PS_SECTORS_MAX];
    const double *curves[PS_SECTORS_MAX];
    for (int k = 0; k < class->sectors_n; k++) {
        shift[k] = ps_mean_pd_fixed_part(m->plan, t) +
                   ps_mean_pd_shift(m->plan, t, class->sectors[k].cluster);
        curves[k] = class->sectors[k].curve;
    }
    ps_sector_grid_exposure(&m->sectors, &m->calibration, curves, shift, exposure);
    for (int i = 0; i < n; i++) {
        hazard[i] += ps_sector_hazard(rate, exposure[i], m->plan->capped) / 12;
    }
}

double ps_mean_pd_sectors(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    if (m->capped.dims > 0) {
        return ps_mean_pd_capped(m, class, g);
    }
    const int n = m->sectors.points_n, step = m->plan->step_months;
    double *hazard = m->points + n, *u = hazard + n;
    double rate = class->own; /* the weights sum to 1 */
    for (int k = 0; k < class->sectors_n; k++) {
        rate += class->sectors[k].rate;
    }
    for (int i = 0; i < n; i++) {
        u[i] = 0;
    }
    for (int last = g + 12, first; last > g; last = first - 1) {
        first = later_of((last - 1) / step * step + 1, g + 1);
        for (int i = 0; i < n; i++) {
            hazard[i] = 0;
        }
        for (int t = first; t <= last; t++) {
            add_month(m, class, rate, t);
        }
        ps_sector_grid_back(&m->sectors, hazard, u, NULL);
    }
    return m->plan->start_fixed ? ps_sector_grid_mean_after(&m->sectors, u, g / step)
                                : ps_sector_grid_mean(&m->sectors, u);
}

/* ---- regime: the chain is stationary whatever the index does ---- */

double ps_mean_pd_regime(const struct ps_world_plan *plan, const struct ps_hazard_class *class)
{
    const double calm_d = ps_one_minus_exp(class->calm / 12);
    const double stress_d = ps_one_minus_exp(class->stress / 12);
    double calm = 0, stress = 0; /* P(default from a month on) by its state */
    for (int month = 12; month >= 1; month--) {
        const double after_calm = calm + plan->stress_enter * (stress - calm);
        const double after_stress = calm + plan->stress_stay * (stress - calm);
        calm = calm_d + (1 - calm_d) * after_calm;
        stress = stress_d + (1 - stress_d) * after_stress;
    }
    return calm + plan->stress_share * (stress - calm);
}
