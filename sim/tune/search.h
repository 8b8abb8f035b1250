// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_SEARCH_H
#define PLEDGESIM_TUNE_SEARCH_H

#include "pledgesim/tune.h"

/* Lines along one axis, all on the same worlds: tried.c keeps variants and what they are worth,
 * trial.c runs them, search.c decides where to look, interval.c what cannot be told from the
 * answer. */

struct search {
    const struct ps_tune_request *request;
    struct ps_study study; /* the request's; the objective, a figure, is added up by batches */
    enum ps_measure batched;
    struct ps_diags *diags;
    struct ps_tuned *out;
    int axes_n;
    int along; /* the axis of the lines: the one with most values */
};

enum { PS_AIMS_MAX = 1 + 2 * PS_CONSTRAINTS_MAX };

/* What is looked for: the best objective under limits of one's own, or the bound of one constraint
 * alone as far on the right side as can be. */
struct aim {
    double limit[PS_CONSTRAINTS_MAX];
    int alone; /* -1: all of them */
};

/* The other axes, then the place along the line: sorted by it, a line is in one piece. */
struct spot {
    int64_t key[PS_AXES_MAX];
    const struct ps_tried *tried; /* NULL: wanted */
};

struct spots {
    struct spot *spot;
    size_t n, capacity;
};

/* ---- tried.c ---- */

/* Axis a stands at this place of a spot's key. */
int ps_spot_place(const struct search *s, int axis);
struct spot ps_spot_of(const struct search *s, const struct ps_tried *tried);
int ps_spots_in_line(const struct spot *a, const struct spot *b);

enum ps_status ps_spots_add(struct spots *spots, const struct spot *spot) PS_MUST_CHECK;

/* Sorted; of equal ones that with most worlds stays. */
void ps_spots_sort(struct spots *spots);
void ps_spots_free(struct spots *spots);

/* What the search knows of each variant, by most worlds, sorted. To be freed also after failure. */
enum ps_status ps_search_known(const struct search *s, struct spots *known) PS_MUST_CHECK;

struct aim ps_search_aim(const struct search *s);

/* Of the constraints under the aim's limits, the worst. */
enum ps_judgement ps_search_judge(const struct search *s, const struct aim *aim,
                                  const struct ps_tried *tried);

/* Bit c: constraint c is not met, were the bounds as close as all worlds of the request make them.
 */
unsigned ps_search_fails(const struct search *s, const struct aim *aim,
                         const struct ps_tried *tried);

/* The largest overrun of a constraint, the bounds likewise. Below 0: room to spare. */
double ps_search_miss(const struct search *s, const struct aim *aim, const struct ps_tried *tried);

/* By how much of its limit a bound is on the wrong side. */
double ps_search_overrun(const struct ps_judged *judged);

/* The objective so that less is better. */
double ps_search_cost(const struct search *s, const struct ps_tried *tried);

/* Is objective a better than b? */
int ps_search_improves(const struct search *s, double a, double b);

/* Standard error of the difference of two objectives: paired by batches where they had the same
 * worlds; 0 when the objective is an axis. */
double ps_search_paired_se(const struct search *s, const struct ps_tried *a,
                           const struct ps_tried *b);

/* Of what the search tried with at least so many worlds, what serves an aim best. */
size_t ps_search_best(const struct search *s, const struct aim *aim, uint64_t worlds_n);

/* ---- trial.c ---- */

/* Runs what is wanted, all on the same worlds, and notes it. Sorts `wanted`. */
enum ps_status ps_search_try(struct search *s, struct spots *wanted, uint64_t worlds_n, int fresh)
    PS_MUST_CHECK;

/* ---- search.c ---- */

/* The best that seems to meet everything among what had fewer worlds than worlds_n; or NULL. */
const struct ps_tried *ps_search_glanced(const struct search *s, const struct aim *aim,
                                         uint64_t worlds_n);

/* Worlds of the first look. */
uint64_t ps_search_glance(const struct search *s);

/* The first look: a grid over all axes. */
enum ps_status ps_search_begin(struct search *s) PS_MUST_CHECK;

/* Looks closer with worlds_n worlds a variant until nothing promises more to any of the aims; with
 * `lines` on new lines too. */
enum ps_status ps_search_closer(struct search *s, const struct aim *aims, int aims_n,
                                uint64_t worlds_n, int lines) PS_MUST_CHECK;

/* ---- interval.c ---- */

/* Fills lowest and highest: eq. (11.13). */
enum ps_status ps_search_interval(struct search *s, size_t answer) PS_MUST_CHECK;

#endif
