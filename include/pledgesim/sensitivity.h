// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SENSITIVITY_H
#define PLEDGESIM_SENSITIVITY_H

#include "pledgesim/sections.h"
#include "pledgesim/study.h"

/* How figures follow parameters: one at a time (tornado) and all together (Sobol indices).
 * Equations (11.8) to (11.10) of docs/model.md. */

enum { PS_SOBOL_AXES_MAX = 16, PS_SOBOL_POINTS_MIN = 8 };

/* ---- one at a time ---- */

/* Row 0 is the scenario itself, rows 1 + 2 a and 2 + 2 a have axis a at its lowest and highest
 * value, all else as it is; differences are world by world. */
struct ps_tornado {
    const struct ps_study *study;
    struct ps_book *books; /* one an axis */
    struct ps_scenario *rows;
    struct ps_comparison comparison;
    struct ps_sections *sections; /* [row][metric], of quantiles and ratios */
};

/* study: axes bound, up to PS_BOX_AXES_MAX of them; it outlives the tornado. Free it also after
 * failure. */
enum ps_status ps_tornado_run(const struct ps_study *study, const struct ps_scenario *base,
                              uint64_t worlds_n, struct ps_diags *diags, struct ps_tornado *out)
    PS_MUST_CHECK;
void ps_tornado_free(struct ps_tornado *tornado);

/* Metric m of the study with axis a at its lowest (end 0) or highest value (1) against the
 * scenario. */
struct ps_verdict ps_tornado_end(const struct ps_tornado *tornado, int m, int a, int end);

/* The scenario itself: value, se and interval; of a probability the exact one. */
struct ps_verdict ps_tornado_base(const struct ps_tornado *tornado, int m);

/* ---- all together ---- */

/* Points of the unit cube at which a function of k variables is needed: n base points in two
 * independent halves A and B of a Sobol sequence, and k mixtures of each pair: (k + 2) n in all.
 * Point 0 .. n-1: A; n .. 2n-1: B; (2 + i) n ..: A with variable i from B. */
size_t ps_sobol_points_n(int k, int n);
enum ps_status ps_sobol_points(int k, int n, double *points) PS_MUST_CHECK; /* [point][k] */

struct ps_sobol_index {
    double first, first_lo95,
        first_hi95; /* share of the variance that the variable explains alone */
    double total, total_lo95, total_hi95; /* with all it does together with others */
};

/* Indices from the values at these points (Saltelli 2010, Jansen 1999); intervals by 1,000
 * bootstrap samples of the base points, percentiles, always the same. A constant function has no
 * indices: NaN.
 */
enum ps_status ps_sobol_indices(const double *values, int k, int n, struct ps_sobol_index *out)
    PS_MUST_CHECK;

/* The values of metrics of the study over its axes: [metric][point]. Every point is a variant on
 * the same worlds. */
enum ps_status ps_sobol_run(const struct ps_study *study, int n, uint64_t worlds_n,
                            struct ps_diags *diags, double *values) PS_MUST_CHECK;

#endif
