// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_TILT_H
#define PLEDGESIM_KERNEL_TILT_H

#include "worlds.h"

/* Worlds from a mixture of laws, and what they then weigh (docs/model.md section 12). */

static inline void tilt_begin(const struct ps_tilt *tilt, double exponent[PS_TILT_PARTS][PS_ECO])
{
    for (int j = 0; j < PS_TILT_PARTS; j++)
        WORLDS /* vector loop */
            exponent[j][l] = -tilt->half_square[j];
}

/* Eq. (12.2): shifts the normals of a step by the means of the part; every part's exponent goes on.
 */
static inline void tilt_normals(const struct ps_tilt *tilt, int part, int block,
                                double *restrict normal, double exponent[PS_TILT_PARTS][PS_ECO])
{
    const size_t n = (size_t)tilt->factors_n, step = (size_t)tilt->blocks_n * n;
    const double *mean = tilt->mean + (size_t)block * n;
    for (size_t k = 0; k < n; k++) {
        const double shift = mean[(size_t)part * step + k];
        double *restrict z = normal + k * PS_ECO;
        WORLDS /* vector loop */
            z[l] += shift;
        for (size_t j = 1; j < PS_TILT_PARTS; j++) {
            const double m = mean[j * step + k];
            double *restrict sum = exponent[j];
            WORLDS /* vector loop */
                sum[l] += m * z[l];
        }
    }
}

/* Eq. (12.3): density of the plan's own law over that of the mixture. */
static inline double tilt_weight(const struct ps_tilt *tilt, const struct ps_world_work *work,
                                 int lane)
{
    const struct ps_tilt_counts *counts = &work->tilt_counts;
    double sum = 1;
    for (int j = 1; j < PS_TILT_PARTS; j++) {
        double exponent = work->exponent[j][lane];
        for (int c = 0; c < PS_TILT_CELLS; c++)
            exponent += counts->defaults[c] * tilt->log_times[j][c] -
                        counts->hazard[c] * (tilt->times[j][c] - 1);
        sum += ps_exp(exponent);
    }
    return PS_TILT_PARTS / sum;
}

#endif
