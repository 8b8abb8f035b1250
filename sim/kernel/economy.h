// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_ECONOMY_H
#define PLEDGESIM_KERNEL_ECONOMY_H

#include "pledgesim/rng.h"
#include "pledgesim/world.h"

/* The economy of PS_ECONOMY_LANES worlds at once (docs/model.md section 3): every inner loop runs
 * over worlds with a fixed trip count, so it becomes vector code. */

enum { PS_ECO = PS_ECONOMY_LANES };

#define WORLDS _Pragma("omp simd") for (int l = 0; l < PS_ECO; l++)

_Static_assert(PS_ECO == PS_RNG_LANES, "one batch of counters draws one group of worlds");

/* One normal for every cluster and world of the block, but those that no index reads: four clusters
 * share a Philox block. */
static inline void economy_normals(const struct ps_world_plan *plan, uint64_t first, int block,
                                   double *restrict normal)
{
    for (int c = 0; c < plan->factors_n; c += 4) {
        uint64_t x0[PS_ECO], x1[PS_ECO], x2[PS_ECO], x3[PS_ECO];
        for (int l = 0; l < PS_ECO; l++) {
            x0[l] = (first + (uint64_t)l) & 0xffffffffu;
            x1[l] = (uint64_t)(c / 4);
            x2[l] = 0;
            x3[l] = ps_rng_word3(PS_PURPOSE_ECONOMY, (uint32_t)block);
        }
        ps_philox_lanes(x0, x1, x2, x3, (uint32_t)plan->seed, (uint32_t)(plan->seed >> 32));
        double *restrict z = normal + (size_t)c * PS_ECO;
        WORLDS /* vector loop */
            ps_normal_pair(x0[l], x1[l], &z[l], &z[PS_ECO + l]);
        WORLDS /* vector loop */
            ps_normal_pair(x2[l], x3[l], &z[2 * PS_ECO + l], &z[3 * PS_ECO + l]);
    }
}

/* Eq. (3.1): Y_t = phi Y_(t-1) + sqrt(1 - phi^2) L e_t; the first block is stationary or fixed. */
static inline void economy_step(const struct ps_world_plan *plan, int block,
                                const double *restrict normal, double *restrict level)
{
    const int n = plan->clusters_n;
    const double phi = block ? plan->phi_step : 0;
    const double innovation = block ? plan->innovation : 1;
    for (int c = 0; c < n; c++) {
        double *restrict y = level + (size_t)c * PS_ECO;
        if (!block && plan->start_fixed) {
            for (int l = 0; l < PS_ECO; l++)
                y[l] = plan->initial_index;
            continue;
        }
        double e[PS_ECO] = {0};
        for (int k = 0; k < plan->factors_n; k++) {
            const double loading = plan->loading[c * n + k];
            const double *restrict z = normal + (size_t)k * PS_ECO;
            if (loading == 0)
                continue;
            WORLDS /* vector loop */
                e[l] += loading * z[l];
        }
        WORLDS /* vector loop */
            y[l] = phi * y[l] + innovation * e[l];
    }
}

/* Eq. (4.4): the class's hazard of a month. */
static inline void economy_hazard(const struct ps_hazard_class *class, const double *restrict y,
                                  double *restrict rate)
{
    const double a = class->a, b = class->b;
    uint64_t below = UINT64_MAX; /* its top bit: a + b y < -1 in all worlds */
#pragma omp simd reduction(& : below)
    for (int l = 0; l < PS_ECO; l++) /* vector loop */
        below &= ps_bits(a + b * y[l] + 1.0);
    if (below >> 63) {
        WORLDS /* vector loop */
            rate[l] = ps_neg_log1m_norm_cdf_low(a + b * y[l]) * (1. / 12);
    } else {
        WORLDS /* vector loop */
            rate[l] = ps_neg_log1m_norm_cdf(a + b * y[l]) * (1. / 12);
    }
}

/* Whether the month has the index of the month before in every cluster. */
static inline int index_stands(const struct ps_world_plan *plan, int t)
{
    if ((t - 1) % plan->step_months == 0)
        return 0;
    const double *now = plan->shift + (size_t)t * (size_t)plan->clusters_n;
    for (int c = 0; c < plan->clusters_n; c++)
        if (now[c] != now[c - plan->clusters_n])
            return 0;
    return 1;
}

/* Fills work->index and work->hazard for worlds first .. first + 15. Month 0 holds zero hazard; the
 * hazard ends with the last maturity that can be. */
static inline void economy_sample(const struct ps_world_plan *plan, uint64_t first,
                                  struct ps_world_work *work)
{
    const int clusters_n = plan->clusters_n, classes_n = plan->classes_n;
    double *restrict index = work->index, *restrict hazard = work->hazard;
    for (int i = 0; i < clusters_n * PS_ECO; i++)
        index[i] = work->level[i] = 0;
    for (int i = 0; i < classes_n * PS_ECO; i++)
        hazard[i] = 0;
    for (int t = 1; t <= plan->months_n; t++) {
        const int block = (t - 1) / plan->step_months;
        if ((t - 1) % plan->step_months == 0) {
            economy_normals(plan, first, block, work->normal);
            economy_step(plan, block, work->normal, work->level);
        }
        for (int c = 0; c < clusters_n; c++) {
            const double shift = plan->shift[t * clusters_n + c];
            const double *restrict y = work->level + (size_t)c * PS_ECO;
            double *restrict out = index + ((size_t)t * (size_t)clusters_n + (size_t)c) * PS_ECO;
            WORLDS /* vector loop */
                out[l] = y[l] + shift;
        }
        const int stands = index_stands(plan, t);
        for (int k = 0; k < classes_n && t <= plan->last_maturity; k++) {
            const struct ps_hazard_class *class = &plan->classes[k];
            const double *restrict y =
                index + ((size_t)t * (size_t)clusters_n + (size_t) class->cluster) * PS_ECO;
            double *restrict now = hazard + ((size_t)t * (size_t)classes_n + (size_t)k) * PS_ECO;
            double *restrict rate = work->rate + (size_t)k * PS_ECO;
            const double *restrict before = now - (size_t)classes_n * PS_ECO;
            if (!stands)
                economy_hazard(class, y, rate);
            WORLDS /* vector loop */
                now[l] = before[l] + rate[l];
        }
    }
}

#endif
