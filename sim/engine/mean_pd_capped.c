// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "mean_pd.h"

/* The mean one-year PD under the capped link of gamma sectors: the recursion (4.16c), with the
 * hazard of each month as shocks and a fixed start make it. */

struct block {
    int parts_n;
    struct ps_capped_part parts[12];
};

static int moved(const struct ps_world_plan *plan, const struct ps_hazard_class *class)
{
    int any = plan->start_fixed;
    for (int t = 1; t <= plan->months_n; t++) {
        for (int k = 0; k < class->sectors_n; k++) {
            any |= ps_mean_pd_shift(plan, t, class->sectors[k].cluster) != 0;
        }
    }
    return any;
}

int ps_mean_pd_capped_fits(const struct ps_mean_pd *m, const struct ps_hazard_class *class)
{
    const int months = moved(m->plan, class) ? m->plan->horizon + 12 : 1;
    return months * ps_capped_size(&m->calibration, m->plan->phi_step) <= PS_CAPPED_SIZE_MAX;
}

void ps_mean_pd_free_capped(struct ps_mean_pd *m)
{
    ps_capped_grid_free(&m->capped);
    free(m->means);
    free(m->means_known);
    m->means = NULL;
    m->means_known = NULL;
}

enum ps_status ps_mean_pd_lay_out_capped(struct ps_mean_pd *m, const struct ps_hazard_class *class)
{
    ps_mean_pd_free_capped(m);
    const enum ps_status status =
        ps_capped_grid_init(&m->capped, &m->calibration, m->plan->phi_step);
    if (status != PS_OK) {
        return status;
    }
    const int moves = moved(m->plan, class);
    m->by_month = moves && m->plan->step_months == 1;
    m->once = moves && !m->by_month;
    const size_t months_n = m->by_month ? (size_t)m->plan->horizon + 13 : 1;
    const size_t points_n = (size_t)m->capped.points_n;
    m->means = malloc((months_n + 2) * points_n * sizeof *m->means); /* and u, and squares */
    m->means_known = calloc(months_n, sizeof *m->means_known);
    return m->means == NULL || m->means_known == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

static int same_shift(const struct ps_capped_part *a, const struct ps_capped_part *b)
{
    int same = 1;
    for (int k = 0; k < PS_SECTORS_MAX; k++) {
        same &= a->shift[k] == b->shift[k];
    }
    return same;
}

/* Months first..last of one block, those of the same shifts together. */
static void fill_block(const struct ps_mean_pd *m, const struct ps_hazard_class *class, int first,
                       int last, struct block *block)
{
    block->parts_n = 0;
    for (int t = first; t <= last; t++) {
        struct ps_capped_part part = {.months = 1};
        for (int k = 0; k < class->sectors_n; k++) {
            part.shift[k] = ps_mean_pd_fixed_part(m->plan, t) +
                            ps_mean_pd_shift(m->plan, t, class->sectors[k].cluster);
        }
        if (block->parts_n > 0 && same_shift(&block->parts[block->parts_n - 1], &part)) {
            block->parts[block->parts_n - 1].months++;
        } else {
            block->parts[block->parts_n++] = part;
        }
    }
}

double ps_mean_pd_capped(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g)
{
    const int step = m->plan->step_months, n = m->capped.points_n;
    double *u = m->means, *squares = u + n, rate = class->own; /* the weights sum to 1 */
    const double *curves[PS_SECTORS_MAX];
    for (int k = 0; k < class->sectors_n; k++) {
        rate += class->sectors[k].rate;
        curves[k] = class->sectors[k].curve;
    }
    for (int i = 0; i < n; i++) {
        u[i] = 0;
    }
    for (int last = g + 12, first; last > g; last = first - 1) {
        const int block_first = (last - 1) / step * step + 1;
        first = block_first > g ? block_first : g + 1;
        struct block block;
        fill_block(m, class, first, last, &block);
        if (m->plan->start_fixed && block_first == 1) {
            const double d = ps_capped_chance_at_zero(&m->capped, &m->calibration, curves, rate,
                                                      block.parts, block.parts_n);
            return d + (1 - d) * ps_capped_grid_mean_after(&m->capped, u, 1);
        }
        const int month = m->by_month ? first : 0, months = last - first + 1;
        double *d = squares + (size_t)(1 + month) * (size_t)n;
        if (m->once || m->means_known[month] != months) {
            ps_capped_means(&m->capped, &m->calibration, curves, rate, block.parts, block.parts_n,
                            d, squares);
            m->means_known[month] = months;
        }
        ps_capped_grid_back(&m->capped, d, squares, u, NULL);
    }
    return m->plan->start_fixed ? ps_capped_grid_mean_after(&m->capped, u, g / step)
                                : ps_capped_grid_mean(&m->capped, u);
}
