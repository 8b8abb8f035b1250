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

/* How the decision figures of a variant settled as worlds were added. */
struct ps_settling {
    struct ps_checkpoint checkpoints[PS_CHECKPOINTS_MAX];
    int checkpoints_n, paired;
    int converged; /* the study's precision was reached, or none was asked */
};

/* The objective, a figure, over fixed parts of the worlds. */
struct ps_batch_means {
    double mean[PS_BATCHES];
    uint64_t worlds_n[PS_BATCHES];
};

/* A variant that was looked at. */
struct ps_tried {
    int64_t at[PS_AXES_MAX]; /* places on the axes */
    uint64_t worlds_n;       /* that it had; fewer than asked_n where a precision was reached */
    uint64_t asked_n;
    struct ps_settling *settling;   /* of fresh worlds; owned by the ps_tuned */
    struct ps_batch_means *batches; /* NULL: the objective is an axis; owned likewise */
    int fresh;                      /* verification: worlds that took no part in the search */
    struct ps_metric_value objective;
    struct ps_judged judged[PS_CONSTRAINTS_MAX];
    enum ps_judgement judgement; /* the worst of them */
};

/* The optimum when a constraint is a tenth tighter or looser. */
struct ps_price {
    int known;
    double limit;     /* the other limit, a tenth nearer to or farther from 0 or 1 */
    double objective; /* place on the axis, or the figure */
};

struct ps_tuned {
    struct ps_tried *tried; /* in the order of trial */
    size_t tried_n, capacity;
    int found;
    size_t best;     /* of the search */
    size_t answer;   /* the search's record of the verified variant */
    size_t verified; /* the same variant, or one near it, on fresh worlds */
    int holds;       /* the verified one meets everything on fresh worlds too */
    int along;       /* the axis whose lines were searched */
    /* By axis: where the optimum may lie by the sampling error, eq. (11.13). */
    int64_t lowest[PS_AXES_MAX], highest[PS_AXES_MAX];
    /* Of the answer on fresh worlds, else of the nearest: quantiles under a constraint, with their
     * bounds; 0 for other constraints. */
    struct ps_metric_value quantile[PS_CONSTRAINTS_MAX];
    unsigned binding; /* bit c: constraint c fails where the objective is better */
    int monotone;     /* no variant is missed beyond one that is met, by their bounds */
    size_t nearest;   /* nothing found: the variant that misses least, */
    size_t reach[PS_CONSTRAINTS_MAX]; /* and where each constraint by itself is met best */
    struct ps_price tighter[PS_CONSTRAINTS_MAX], looser[PS_CONSTRAINTS_MAX];
};

/* PS_OK also when nothing meets the constraints (found is 0). Free it also after failure. */
enum ps_status ps_tune_run(const struct ps_tune_request *request, struct ps_diags *diags,
                           struct ps_tuned *out) PS_MUST_CHECK;

/* The variant at these places as the search saw it, with the most worlds; NULL when it did not. */
const struct ps_tried *ps_tuned_find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX]);

/* The same on the fresh worlds. */
const struct ps_tried *ps_tuned_fresh(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX]);

/* The constraint whose bound is farthest beyond its limit, or nearest to it, in parts of the limit.
 */
int ps_tried_tightest(const struct ps_tried *tried, int constraints_n);

void ps_tuned_free(struct ps_tuned *tuned);

#endif
