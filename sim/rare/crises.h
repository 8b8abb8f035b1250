// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RARE_CRISES_H
#define PLEDGESIM_RARE_CRISES_H

#include <stddef.h>

#include "pledgesim/policy.h"
#include "pledgesim/status.h"

/* From worlds in which the pool was depleted (or nearly) to the parts of a tilt: a mixture of laws
 * with shifted normals, multiplied hazards and other new firms, fitted by cross-entropy. What a few
 * hundred worlds cannot tell from chance would be variance of every weight: shifts are constant
 * over half a year and of one direction in a part, and all parts share what they say of kinds of
 * loans.
 */

struct ps_crises {
    const struct ps_world_plan *plan;
    int windows_n, window_steps; /* half-years, steps of the economy in each */
    int dims_n;                  /* windows x factors */
    double *shift;               /* [PS_TILT_PARTS][dims_n]; part 0 stays 0 */
    double *mean;                /* what tilt points to */
    double *side;                /* [2][factors_n], to work with */
    struct ps_tilt tilt;
};

/* The plan's own law, told in cells of what the policy's pool would pay; borrows both. */
enum ps_status ps_crises_init(struct ps_crises *crises, const struct ps_world_plan *plan,
                              const struct ps_policy *policy) PS_MUST_CHECK;
void ps_crises_free(struct ps_crises *crises);

/* The scaled sums of a world's normals by half-year and factor, standard normal when the world was
 * drawn by the plan's own law; it was drawn by crises->tilt. */
void ps_crises_score(const struct ps_crises *crises, uint32_t world, double *score);

/* What a sum of a half-year's normals is multiplied by: the last may have fewer steps. */
double ps_crises_window_scale(const struct ps_crises *crises, int window);

/* Density of the tilted law over the plan's own at a world: 1 over its weight. */
double ps_crises_density(const struct ps_crises *crises, const double *score,
                         const struct ps_tilt_counts *counts);

/* ---- lessons (lessons.c) ---- */

/* What the worlds of a part say, weighted by their votes. */
struct ps_lesson {
    double effective_n; /* of their votes, 0: nothing */
    double *score;      /* [dims_n] means */
    /* means times effective_n */
    double defaults[PS_TILT_CELLS], hazard[PS_TILT_CELLS], firms[PS_TILT_KINDS];
};

/* Eqs. (12.6), (12.7), (12.14a), lessons[PS_TILT_PARTS]; that of part 0 is not read. */
void ps_lessons_learn(struct ps_crises *crises, const struct ps_lesson *lessons);

/* Multiplies all hazards of the crises, when there is nothing else to learn. */
void ps_lessons_raise(struct ps_crises *crises, double times);

/* Makes of it what the kernel reads: means of all steps, chances of sizes and products. */
void ps_lessons_apply(struct ps_crises *crises);

/* ---- the fit (crises_fit.c) ---- */

/* Worlds to learn from, those with a vote of 0 aside. */
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
