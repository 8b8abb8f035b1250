// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_MIXING_H
#define PLEDGESIM_MIXING_H

/* The common divisor S = sqrt(chi2_nu / nu) of the Student-t copula (docs/model.md, eq. (4.11)) as
 * nodes and weights: the trapezoid rule in its normal score, which is very exact for the smooth
 * functions of S in sight. */

enum { PS_MIXING_NODES = 28 };

struct ps_mixing {
    double s[PS_MIXING_NODES], weight[PS_MIXING_NODES]; /* the weights sum to 1 */
};

/* nu > 2, not necessarily whole. */
void ps_mixing_nodes(double nu, struct ps_mixing *mixing);

#endif
