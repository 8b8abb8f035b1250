// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_INSTALMENTS_H
#define PLEDGESIM_KERNEL_INSTALMENTS_H

#include "lanes.h"

/* What one loan pays, owes and earns. */

/* Instalment of an equal-principal loan, eq. (2.5): floor(A / n). */
static inline double instalment(double granted_wan, int months)
{
    return lane_div(granted_wan * FEN_PER_WAN, 1. / months);
}

/* Principal a loan still owes after n instalments, fen. */
static inline double owed_fen(double granted_wan, int equal, int months, int n)
{
    const double a = granted_wan * FEN_PER_WAN;
    return equal ? a - instalment(granted_wan, months) * n : a;
}

/* Interest a loan paid in its first n months: sum of outstanding x rate / 12, rounded once. For a
 * bullet loan of whole 万元 the fen cancel against the parts per million. */
static inline double bullet_interest_fen(double granted_wan, double rate_ppm, int n)
{
    return lane_div(granted_wan * (n * rate_ppm) + 6, 1. / 12);
}

static inline double equal_interest_fen(double granted_wan, int months, double rate_ppm, int n)
{
    const double sum =
        granted_wan * FEN_PER_WAN * n - instalment(granted_wan, months) * (n * (n - 1) / 2);
    return lane_month_rate(sum, rate_ppm);
}

#endif
