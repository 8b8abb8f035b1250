// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_SEARCH_H
#define PLEDGESIM_TUNE_SEARCH_H

#include "pledgesim/tune.h"

/* Coarse to fine: a box over the whole range, then ever smaller boxes around the best variant,
 * until neighbours are one step apart. */

enum { PS_LEVELS_MAX = 40 };

/* Boxes of one stride and as many worlds, moved along or not: tried[from .. to - 1]. */
struct level {
    struct ps_box box; /* the last of them */
    size_t from, to;
    uint64_t worlds_n;
};

struct search {
    const struct ps_tune_request *request;
    struct ps_diags *diags;
    struct ps_tuned *out;
    int axes_n;
    struct level levels[PS_LEVELS_MAX]; /* of the search for the answer */
    int levels_n;
};

/* What is looked for: the best objective under limits of one's own, or the bound of one constraint
 * alone as far on the right side as can be. */
struct aim {
    double limit[PS_CONSTRAINTS_MAX];
    int alone; /* -1: all of them */
};

struct aim ps_search_aim(const struct search *s);

/* Of the constraints under the aim's limits, the worst. */
enum ps_judgement ps_search_judge(const struct search *s, const struct aim *aim,
                                  const struct ps_tried *tried);

/* Is objective a better than b? */
int ps_search_improves(const struct search *s, double a, double b);

/* By how much of its limit a bound is on the wrong side. */
double ps_search_overrun(const struct ps_judged *judged);

/* Runs a box and notes its variants. */
enum ps_status ps_search_box(struct search *s, const struct ps_box *box, uint64_t worlds_n,
                             int fresh) PS_MUST_CHECK;

/* The search for the answer: fills `levels`. */
enum ps_status ps_search_whole(struct search *s, size_t *best) PS_MUST_CHECK;

/* Another aim, from a level of that search on; what it tried is not tried again. With worlds_n
 * worlds a variant. `settled` is 0 when the boxes still moved when it was given up. */
enum ps_status ps_search_again(struct search *s, const struct aim *aim, const struct level *from,
                               uint64_t worlds_n, size_t *best, int *settled) PS_MUST_CHECK;

#endif
