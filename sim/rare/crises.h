// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RARE_CRISES_H
#define PLEDGESIM_RARE_CRISES_H

#include <stddef.h>

#include "pledgesim/status.h"
#include "pledgesim/world.h"

/* From worlds in which the pool was depleted (or nearly) to the parts of a tilt: a mixture of laws
 * with shifted normals and multiplied hazards, fitted by cross-entropy. Shifts are constant over
 * half a year, so that a few hundred worlds can tell them from chance. */

struct ps_crises {
    const struct ps_world_plan *plan;
    int windows_n, window_steps; /* half-years, steps of the economy in each */
    int dims_n;                  /* windows x factors */
    double *shift;               /* [PS_TILT_PARTS][dims_n]; part 0 stays 0 */
    double *mean;                /* what tilt points to */
    struct ps_tilt tilt;
};

enum ps_status ps_crises_init(struct ps_crises *crises, const struct ps_world_plan *plan)
    PS_MUST_CHECK;
void ps_crises_free(struct ps_crises *crises);

/* The scaled sums of a world's normals by half-year and factor, standard normal when the world was
 * drawn by the plan's own law; it was drawn by crises->tilt. */
void ps_crises_score(const struct ps_crises *crises, uint32_t world, double *score);

/* Worlds to learn from. */
struct ps_crises_sample {
    size_t n;
    double *scores; /* [n][dims_n] */
    double *votes;  /* [n] */
    struct ps_tilt_counts *counts;
};

/* Fits the parts to the sample and makes the tilt. */
enum ps_status ps_crises_fit(struct ps_crises *crises, const struct ps_crises_sample *sample)
    PS_MUST_CHECK;

#endif
