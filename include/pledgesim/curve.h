// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CURVE_H
#define PLEDGESIM_CURVE_H

#include "pledgesim/kmath.h"

/*
 * The logarithm of a gamma variable of mean 1 as a function of a standard normal one, as a table:
 * smooth on the whole line, so that cubic pieces between values and slopes 1/32 apart give the
 * variable with a relative error below 1e-7 (1e-9 for a variance of at most 1). Scores beyond the
 * ends -16 and 16 count as the ends.
 */

enum { PS_CURVE_CELLS = 1024, PS_CURVE_DOUBLES = 2 * (PS_CURVE_CELLS + 1) };

#define PS_CURVE_END 16.0
#define PS_CURVE_PER_UNIT 32.0

/* Fills the curve of a gamma variable of mean 1 and this variance, > 0. */
void ps_curve_gamma(double variance, double curve[PS_CURVE_DOUBLES]);

/* Logarithm of the variable whose score is z. Node i of the curve holds the value and the slope
 * times the width of a cell. */
PS_KERNEL_INLINE double ps_curve_at(const double *curve, double z)
{
    const double last = PS_CURVE_CELLS - 0x1p-20;
    double x = (z + PS_CURVE_END) * PS_CURVE_PER_UNIT;
    x = ps_select(ps_mask(x > 0.0), x, 0.0);
    x = ps_select(ps_mask(x < last), x, last);
    const double cell = ps_floor(x);
    const double t = x - cell;
    const double *node = curve + 2 * (ps_bits(cell + 0x1p52) & 0x7ff);
    const double rise = node[2] - node[0];
    const double square = 3.0 * rise - 2.0 * node[1] - node[3];
    const double cube = node[1] + node[3] - 2.0 * rise;
    return node[0] + t * (node[1] + t * (square + t * cube));
}

#endif
