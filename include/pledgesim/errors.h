// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ERRORS_H
#define PLEDGESIM_ERRORS_H

#include "pledgesim/engine.h"

/* Estimates of a row with their errors, whether its worlds are independent or come in pairs
 * (pairs.h). Whole numbers of the measure: fen, ppm, months, counts. */

/* Standard error of a mean: by pairs where worlds come in pairs, or bounded where no sums of pairs
 * are kept (pairs NULL or empty: measures that may miss). */
double ps_mean_se(int paired, const struct ps_moments *m, const struct ps_pairs *pairs);

struct ps_estimate ps_row_mean(const struct ps_row *row, enum ps_measure measure);
/* Binomial for a measure that is 0 or 1, normal for the others. */
struct ps_interval ps_row_mean_interval(const struct ps_row *row, enum ps_measure measure,
                                        double confidence);
struct ps_estimate ps_row_ratio(const struct ps_row *row, enum ps_ratio ratio);

/* Eq. (4.24): how much of the variance comes from parameters that are not known. NaN where that is
 * off or no sums of pairs are kept. */
struct ps_estimate ps_row_parameter_share(const struct ps_row *row, enum ps_measure measure);

/* Exact or, for worlds in pairs, bounded interval of a probability. */
struct ps_interval ps_hits_interval(int paired, uint64_t hits_n, uint64_t worlds_n,
                                    double confidence);

#endif
