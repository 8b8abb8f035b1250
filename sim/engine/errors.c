// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/errors.h"
#include "pledgesim/stats.h"

double ps_mean_se(int paired, const struct ps_moments *m, const struct ps_pairs *pairs)
{
    if (!paired)
        return ps_moments_se(m);
    const double se = pairs ? ps_pairs_se(pairs) : (double)NAN;
    return isnan(se) ? ps_pairs_se_bound(ps_moments_se(m)) : se;
}

static const struct ps_pairs *pairs_of(const struct ps_row *row, enum ps_measure measure)
{
    return row->pairs ? &row->pairs[measure] : NULL;
}

struct ps_estimate ps_row_mean(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    return (struct ps_estimate){ps_moments_mean(m),
                                ps_mean_se(row->paired, m, pairs_of(row, measure))};
}

struct ps_interval ps_hits_interval(int paired, uint64_t hits_n, uint64_t worlds_n,
                                    double confidence)
{
    return paired ? ps_pairs_clopper_pearson(hits_n, worlds_n, confidence)
                  : ps_clopper_pearson(hits_n, worlds_n, confidence);
}

struct ps_interval ps_row_mean_interval(const struct ps_row *row, enum ps_measure measure,
                                        double confidence)
{
    const struct ps_moments *m = &row->moments[measure];
    return ps_measure_desc(measure)->unit == PS_MU_FLAG
               ? ps_hits_interval(row->paired, (uint64_t)m->sum, m->n, confidence)
               : ps_estimate_interval(ps_row_mean(row, measure), confidence);
}

struct ps_estimate ps_row_ratio(const struct ps_row *row, enum ps_ratio ratio)
{
    const struct ps_ratio_desc *desc = ps_ratio_desc(ratio);
    struct ps_estimate e = ps_ratio_of_means(&row->moments[desc->numerator],
                                             &row->moments[desc->denominator], &row->ratios[ratio]);
    if (row->pair_ratios) {
        const struct ps_moments y = ps_pairs_sums(&row->pairs[desc->numerator]);
        const struct ps_moments x = ps_pairs_sums(&row->pairs[desc->denominator]);
        e.se = ps_ratio_of_means(&y, &x, &row->pair_ratios[ratio]).se;
    }
    return e;
}

struct ps_estimate ps_row_parameter_share(const struct ps_row *row, enum ps_measure measure)
{
    return row->pairs ? ps_pairs_share(&row->pairs[measure])
                      : (struct ps_estimate){(double)NAN, (double)NAN};
}
