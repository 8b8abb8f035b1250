// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"
#include "pledgesim/kmath.h"

/* Both conditions of eq. (4.7) at once, by Broyden's method: some ten years in place of sixty. */

enum { STEPS_MAX = 20 };

#define TOLERANCE 1e-10
#define DIFFERENCE 1e-3
#define STEP_MAX 1.0

struct pair {
    double x, y;
};

/* Logarithms of what the year gives over what is sought, at a level and the logarithm of the factor
 * of the variances. */
static enum ps_status miss(const struct ps_year *year, struct pair aim, struct pair at,
                           struct pair *out)
{
    double joint;
    const enum ps_status status = year->set_spread(year->model, 1 - ps_exp(-at.y));
    if (status == PS_OK) {
        out->x = ps_log(year->pd(year->model, at.x, &joint) / aim.x);
        out->y = ps_log(joint / aim.y);
    }
    return status;
}

static double larger(struct pair p)
{
    return ps_abs(p.x) > ps_abs(p.y) ? ps_abs(p.x) : ps_abs(p.y);
}

/* The step that would meet both if the year were linear, slope[0] and [1] the changes by x and y;
 * shortened where it leads far away. */
static struct pair step_of(const struct pair slope[2], struct pair off)
{
    const double det = slope[0].x * slope[1].y - slope[1].x * slope[0].y;
    struct pair step = {(slope[1].x * off.y - slope[1].y * off.x) / det,
                        (slope[0].y * off.x - slope[0].x * off.y) / det};
    const double size = larger(step);
    if (size > STEP_MAX) {
        step = (struct pair){step.x * STEP_MAX / size, step.y * STEP_MAX / size};
    }
    return step;
}

/* The least change of the slopes that explains what the step did. */
static void explain(struct pair slope[2], struct pair step, struct pair did)
{
    const double square = step.x * step.x + step.y * step.y;
    const struct pair wrong = {did.x - slope[0].x * step.x - slope[1].x * step.y,
                               did.y - slope[0].y * step.x - slope[1].y * step.y};
    slope[0].x += wrong.x * step.x / square;
    slope[0].y += wrong.y * step.x / square;
    slope[1].x += wrong.x * step.y / square;
    slope[1].y += wrong.y * step.y / square;
}

enum ps_status ps_year_match_quickly(const struct ps_year *year, double pd_frac, double joint_pd,
                                     double *level, double *spread, int *found)
{
    const struct pair aim = {pd_frac, joint_pd};
    const double highest = -ps_log(1 - PS_SPREAD_MAX), lowest = -ps_log(1 + PS_SPREAD_FALL);
    struct pair at = {*level, -ps_log(1 - *spread)}, off, beside, slope[2];
    *found = 0;
    enum ps_status status = miss(year, aim, at, &off);
    if (status != PS_OK) {
        return status;
    }
    for (int i = 0; i < 2; i++) {
        const struct pair to = {at.x + (i == 0 ? DIFFERENCE : 0), at.y + (i == 1 ? DIFFERENCE : 0)};
        status = miss(year, aim, to, &beside);
        if (status != PS_OK) {
            return status;
        }
        slope[i] = (struct pair){(beside.x - off.x) / DIFFERENCE, (beside.y - off.y) / DIFFERENCE};
    }
    for (int i = 0; i < STEPS_MAX; i++) {
        if (larger(off) < TOLERANCE) {
            *level = at.x;
            *spread = 1 - ps_exp(-at.y);
            *found = 1;
            return PS_OK;
        }
        const struct pair step = step_of(slope, off);
        at = (struct pair){at.x + step.x, at.y + step.y};
        if (!(at.y > lowest && at.y < highest && larger(off) < (double)INFINITY)) {
            return PS_OK;
        }
        struct pair now;
        status = miss(year, aim, at, &now);
        if (status != PS_OK) {
            return status;
        }
        explain(slope, step, (struct pair){now.x - off.x, now.y - off.y});
        off = now;
    }
    return PS_OK;
}
