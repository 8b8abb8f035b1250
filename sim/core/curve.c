// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/curve.h"

#include "pledgesim/math.h"

void ps_curve_gamma(double variance, double curve[PS_CURVE_DOUBLES])
{
    for (int i = 0; i <= PS_CURVE_CELLS; i++) {
        double slope;
        curve[2 * i] =
            ps_gamma_log_quantile(1 / variance, i / PS_CURVE_PER_UNIT - PS_CURVE_END, &slope);
        curve[2 * i + 1] = slope / PS_CURVE_PER_UNIT;
    }
}
