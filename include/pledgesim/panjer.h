// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PANJER_H
#define PLEDGESIM_PANJER_H

#include <stddef.h>

#include "pledgesim/status.h"

/* CreditRisk+: Poisson defaults whose rates independent gamma sectors multiply (docs/model.md,
 * section 9). An obligor may default more than once in this model: its law is its own and not that
 * of the simulator. */

struct ps_panjer_sector {
    double variance;    /* of the sector's factor, which has mean 1; 0: a sector without a factor */
    const double *rate; /* [obligors_n]: mean number of defaults of each that the sector drives */
};

/* Eq. (9.9): p[n] = P(loss = n units), n < cells_n, what is missing to 1 lies beyond. units[i] >= 1
 * is what a default of obligor i costs. A sector's P(loss = 0) must be above 1e-300. PS_MEMORY. */
enum ps_status ps_panjer(const size_t *units, size_t obligors_n,
                         const struct ps_panjer_sector *sectors, size_t sectors_n, double *p,
                         size_t cells_n) PS_MUST_CHECK;

/* Eq. (9.10): the percentile as CreditRisk+ prints it, in units: between the last loss below the
 * level and the next one by a straight line. NaN when the cells do not reach the level. */
double ps_panjer_percentile(const double *p, size_t cells_n, double level);

#endif
