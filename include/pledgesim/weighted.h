// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_WEIGHTED_H
#define PLEDGESIM_WEIGHTED_H

#include <stdint.h>

#include "pledgesim/stats.h"
#include "pledgesim/world.h"

/* Means of worlds that were drawn from the parts of a tilt and weigh what (12.3) says. A unit is a
 * world, or a pair of worlds where they come in pairs: units are independent. Zero-filled is empty.
 * Sums of doubles: worlds must be added in the order of their numbers. */

struct ps_weighted {
    double sum[PS_TILT_PARTS], square[PS_TILT_PARTS]; /* of units: weight x value */
    uint64_t n[PS_TILT_PARTS];                        /* units */
    double largest;                                   /* unit */
};

/* Adds one unit of a part: the weighted value, or the mean of those of a pair. */
static inline void ps_weighted_add(struct ps_weighted *w, int part, double x)
{
    w->sum[part] += x;
    w->square[part] += x * x;
    w->n[part]++;
    w->largest = x > w->largest ? x : w->largest;
}

/* Eq. (12.10): the mean, and its standard error from the spread within parts. */
struct ps_estimate ps_weighted_mean(const struct ps_weighted *w);

/* Eq. (12.11): an interval for the mean of values that are never negative, of which most are 0:
 * the gamma interval of Fay and Feuer (1997), with the largest unit that was seen. */
struct ps_interval ps_weighted_interval(const struct ps_weighted *w, double confidence);

/* Eq. (12.12): how many equal units would tell as much, and the largest unit's share of the sum;
 * both 0 without any. */
double ps_weighted_effective_n(const struct ps_weighted *w);
double ps_weighted_largest_share(const struct ps_weighted *w);

#endif
