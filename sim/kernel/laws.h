// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LAWS_H
#define PLEDGESIM_KERNEL_LAWS_H

#include "pledgesim/rng.h"
#include "pledgesim/world.h"

/* Drawing by address in batches, and reading laws. */

/* The four words of PS_RNG_LANES addresses; of which the first n are drawn at least. */
struct batch {
    uint64_t x0[PS_RNG_LANES], x1[PS_RNG_LANES], x2[PS_RNG_LANES], x3[PS_RNG_LANES];
};

static inline void batch_draw(const struct ps_world_plan *plan, uint32_t world,
                              const uint64_t *restrict entity, uint32_t word3, int n,
                              struct batch *restrict out)
{
    for (int l = 0; l < PS_RNG_LANES; l++) {
        out->x0[l] = world;
        out->x1[l] = entity[l] & 0xffffffffu;
        out->x2[l] = entity[l] >> 32;
        out->x3[l] = word3;
    }
    ps_philox_lanes(out->x0, out->x1, out->x2, out->x3, n, &plan->keys);
}

/* The value i with cut[i-1] <= u < cut[i]. Which of the guide's two values it is no branch could
 * guess; that it is neither is rare. */
static inline int discrete_draw(const struct ps_discrete *law, uint64_t u)
{
    const struct ps_guide *guide = &law->guide[u >> law->shift];
    int i = (int)guide->value + (u > guide->below);
    if (__builtin_expect(guide->more, 0))
        while (i < law->values_n - 1 && u >= law->cut[i])
            i++;
    return i;
}

static inline double quantile_read(const struct ps_quantiles *law, double u)
{
    const double x = u * PS_QUANTILE_CELLS;
    const int i = (int)x;
    return law->q[i] + (x - i) * (law->q[i + 1] - law->q[i]);
}

#endif
