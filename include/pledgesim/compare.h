// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_COMPARE_H
#define PLEDGESIM_COMPARE_H

#include "pledgesim/book.h"
#include "pledgesim/engine.h"

/* Differences between scenarios on the same worlds, docs/model.md section 11: what both have in
 * common cancels world by world before the error is taken. */

/* The measures that `compare` compares. */
extern const enum ps_measure ps_compared[];
enum { PS_COMPARED_N = 14 };

/* Place of a measure in ps_compared, which has it. */
size_t ps_compared_place(enum ps_measure measure);

/* One scenario against the base, one measure. */
struct ps_difference {
    struct ps_moments base, other; /* where both have a value */
    struct ps_moments difference;  /* other - base, world by world */
    uint64_t up_n, down_n;         /* worlds in which it is larger, smaller */
};

/* Adds a world; PS_NOT_GIVEN on either side leaves it out. */
void ps_difference_add(struct ps_difference *difference, int64_t base, int64_t other);

/* Is the difference more than chance? */
struct ps_verdict {
    double value, se, lo95, hi95; /* of the mean difference, in the measure's raw unit */
    double p_value;               /* two-sided; flags: exact sign test of the worlds that differ */
    int real;                     /* p_value < 0.05 / number of comparisons of the call */
    double correlation;           /* between both, over worlds; NaN when one never moves */
};

struct ps_comparison {
    size_t base;
    enum ps_measure measures[PS_MEASURE_N]; /* those kept by the request */
    size_t measures_n;
    struct ps_difference *differences; /* [scenario][measure] */
    size_t scenarios_n;
    uint64_t worlds_n;
    int paired; /* some scenario draws its worlds in pairs: errors are bounded accordingly */
};

/* Sees the values of worlds `first` .. + n - 1: [scenario][measure][world]. */
typedef void ps_compare_see(void *context, uint64_t first, const int64_t *values, uint64_t n);

/* Runs all scenarios of the request (its tier and values are set here) and compares each with
 * scenario `base` in the kept measures. `see` may be NULL. Free it also after failure. */
enum ps_status ps_compare_run(const struct ps_engine_request *request, size_t base,
                              ps_compare_see *see, void *context, struct ps_diags *diags,
                              struct ps_comparison *out) PS_MUST_CHECK;
void ps_comparison_free(struct ps_comparison *comparison);

/* Scenario `scenario` less the base in measure k; comparisons_n: how many are told together,
 * the bar of `real` is shared among them (Bonferroni). */
struct ps_verdict ps_comparison_judge(const struct ps_comparison *comparison, size_t scenario,
                                      size_t k, size_t comparisons_n);

/* The same for a difference by itself. */
struct ps_verdict ps_difference_judge(const struct ps_difference *difference, int is_flag,
                                      int paired, size_t comparisons_n);

/* Not one world differs. */
int ps_verdict_same(const struct ps_verdict *verdict);

#endif
