// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/mixing.h"

#include "pledgesim/calibration.h"
#include "pledgesim/math.h"

/* Low scores count more: there S is small and defaults come together. */
#define SCORE_FIRST (-7.5)
#define SCORE_STEP 0.5

void ps_mixing_nodes(double nu, struct ps_mixing *mixing)
{
    double sum = 0;
    for (int i = 0; i < PS_MIXING_NODES; i++) {
        const double z = SCORE_FIRST + i * SCORE_STEP;
        double slope;
        mixing->s[i] = ps_exp(0.5 * ps_gamma_log_quantile(nu / 2, z, &slope));
        mixing->weight[i] = ps_norm_density(z) * SCORE_STEP;
        sum += mixing->weight[i];
    }
    for (int i = 0; i < PS_MIXING_NODES; i++) {
        mixing->weight[i] /= sum;
    }
}
