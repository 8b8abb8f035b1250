// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_H
#define PLEDGESIM_TUNE_H

#include "pledgesim/study.h"

/* The best variant of a scenario that meets constraints, docs/model.md section 11. All variants are
 * judged on the same worlds; a constraint holds when its unfavourable one-sided bound does. */

/* What is made small (or large): an axis, or a figure. */
struct ps_objective {
    int axis; /* -1: the metric */
    struct ps_metric metric;
    int maximise;
};

struct ps_tune_request {
    struct ps_study study;
    struct ps_objective objective;
    double confidence; /* one-sided, of each bound */
    uint64_t worlds_n; /* as many again, fresh ones, for the verification */
};

/* A variant that was looked at. */
struct ps_tried {
    int64_t at[PS_AXES_MAX]; /* places on the axes */
    uint64_t worlds_n;
    int fresh; /* verification: worlds that took no part in the search */
    struct ps_metric_value objective;
    struct ps_judged judged[PS_CONSTRAINTS_MAX];
    enum ps_judgement judgement; /* the worst of them */
};

/* The optimum when a constraint is a tenth tighter or looser; one axis only. */
struct ps_price {
    int known;
    double limit; /* the other limit, a tenth nearer to or farther from 0 or 1 */
    double axis;  /* place on the axis, between the places tried */
};

struct ps_tuned {
    struct ps_tried *tried; /* in the order of trial */
    size_t tried_n, capacity;
    int found;
    size_t best;             /* of the search */
    size_t verified;         /* the same variant, or one farther in, on fresh worlds */
    int holds;               /* the verified one meets everything on fresh worlds too */
    int64_t lowest, highest; /* one axis: where the optimum may lie by the sampling error */
    unsigned binding;        /* bit c: constraint c fails one step better */
    int monotone;            /* no variant is missed beyond one that is met, by their bounds */
    size_t nearest;          /* nothing found: the variant that misses least */
    struct ps_price tighter[PS_CONSTRAINTS_MAX], looser[PS_CONSTRAINTS_MAX];
};

/* PS_OK also when nothing meets the constraints (found is 0). Free it also after failure. */
enum ps_status ps_tune_run(const struct ps_tune_request *request, struct ps_diags *diags,
                           struct ps_tuned *out) PS_MUST_CHECK;

/* The variant at these places as the search saw it, with the most worlds; NULL when it did not. */
const struct ps_tried *ps_tuned_find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX]);

/* The constraint whose bound is farthest beyond its limit, or nearest to it, in parts of the limit.
 */
int ps_tried_tightest(const struct ps_tried *tried, int constraints_n);

void ps_tuned_free(struct ps_tuned *tuned);

#endif
