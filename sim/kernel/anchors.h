// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_ANCHORS_H
#define PLEDGESIM_KERNEL_ANCHORS_H

#include "worlds.h"

/* Anchor firms outside the book (docs/model.md section 3). */

/* Eq. (3.5): the month in which each anchor fails, N + 1 for never, whatever was granted. */
static inline void anchors_draw(const struct ps_world_plan *plan, uint64_t first,
                                double *restrict failure)
{
    const double never = plan->months_n + 1;
    for (int a = 0; a < plan->anchors_n; a++) {
        const struct ps_anchor_plan *anchor = &plan->anchors[a];
        double *restrict month = failure + (size_t)a * PS_ECO;
        uint64_t x0[PS_ECO], x1[PS_ECO], x2[PS_ECO], x3[PS_ECO];
        for (int l = 0; l < PS_ECO; l++) {
            x0[l] = (first + (uint64_t)l) & 0xffffffffu;
            x1[l] = anchor->address & 0xffffffffu;
            x2[l] = anchor->address >> 32;
            x3[l] = ps_rng_word3(PS_PURPOSE_ANCHOR, 0);
        }
        ps_philox_lanes(x0, x1, x2, x3, PS_ECO, &plan->keys);
#pragma omp simd
        for (int l = 0; l < PS_ECO; l++) { /* vector loop */
            const double e = -ps_log(1 - ps_u01_53(x0[l], x1[l]));
            const uint64_t fails = ps_mask(e <= anchor->hazard * plan->months_n);
            const double wait = ps_select(fails, e, 0.0) / ps_select(fails, anchor->hazard, 1.0);
            month[l] = ps_select(fails, -ps_floor(-wait), never);
        }
    }
}

/* Eq. (3.6): adds to the index of its cluster in month t what an anchor shifts after its failure.
 */
static inline void anchor_shift(double shift, double from, double to, const double *restrict month,
                                double *restrict y)
{
    double hit[PS_ECO];
#pragma omp simd
    for (int l = 0; l < PS_ECO; l++) { /* vector loop */
        const uint64_t failed = ps_mask(month[l] > from) & ps_mask(month[l] <= to);
        hit[l] = ps_select(failed, shift, 0.0);
    }
    WORLDS /* vector loop */
        y[l] += hit[l];
}

/* All of them on the indices of month t, [clusters][PS_ECO]. */
static inline void anchors_shift(const struct ps_world_plan *plan, int t,
                                 const double *restrict failure, double *restrict index)
{
    for (int a = 0; a < plan->anchors_n; a++) {
        const struct ps_anchor_plan *anchor = &plan->anchors[a];
        anchor_shift(anchor->shift_sd, t - anchor->shift_months, t, failure + (size_t)a * PS_ECO,
                     index + (size_t)anchor->cluster * PS_ECO);
    }
}

/* Eq. (3.7): the month in which a loan on the books from month g to m defaults because its anchor
 * failed, or tau, its own (0: none), if that is earlier. */
static inline int anchored_default(double failure, int g, int m, int tau)
{
    const int hits = failure > g && failure <= m && (tau == 0 || failure < tau);
    return hits ? (int)failure : tau;
}

#endif
