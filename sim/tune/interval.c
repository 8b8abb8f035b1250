// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>

#include "pledgesim/math.h"
#include "search.h"

/* Which variants cannot be told from the answer, and what they span on each axis. */

enum {
    ALONG = PS_AXES_MAX - 1, /* last in a key */
    ROUNDS = 2,
    POINTS_A_GAP = PS_LANES_WIDE / 4
};

/* What lies farthest down and up the lines, and the gap beyond, if it is not closed. */
struct hull {
    int64_t low[PS_AXES_MAX], high[PS_AXES_MAX]; /* by place in a key */
    size_t gap_low, gap_high;                    /* gap i lies between spots i and i + 1 */
};

static const struct ps_tried *same_worlds(const struct search *s, const struct aim *aim,
                                          const struct ps_tried *answer, const struct ps_tried *t)
{
    if (t->asked_n == answer->asked_n) {
        return answer;
    }
    const struct ps_tried *glanced = ps_search_glanced(s, aim, answer->asked_n);
    return glanced != NULL ? glanced : answer;
}

/* Eq. (11.13): no constraint is surely missed, and the objective is not surely worse. */
static int may_be_best(const struct search *s, const struct aim *aim, const struct ps_tried *answer,
                       const struct ps_tried *t)
{
    const struct ps_tried *to = same_worlds(s, aim, answer, t);
    const double reach = ps_norm_quantile(s->request->confidence) * ps_search_paired_se(s, t, to);
    return ps_search_judge(s, aim, t) != PS_MISSED &&
           ps_search_cost(s, t) - ps_search_cost(s, to) <= reach;
}

/* May what lies between a candidate and a spot that is none be one? Not where the objective is the
 * axis of the line and becomes worse. */
static int open_towards(const struct search *s, const struct ps_tried *t,
                        const struct ps_tried *beyond)
{
    return s->request->objective.axis != s->along ||
           ps_search_cost(s, beyond) < ps_search_cost(s, t);
}

static void take_spot(const struct search *s, const struct spots *known, const char *candidate,
                      size_t i, struct hull *hull)
{
    const struct spot *spot = &known->spot[i];
    int64_t low = spot->key[ALONG], high = low;
    size_t gap_low = SIZE_MAX, gap_high = SIZE_MAX;
    if (i > 0 && ps_spots_in_line(spot - 1, spot) && !candidate[i - 1] &&
        open_towards(s, spot->tried, spot[-1].tried)) {
        low = spot[-1].key[ALONG] + 1;
        gap_low = i - 1;
    }
    if (i + 1 < known->n && ps_spots_in_line(spot, spot + 1) && !candidate[i + 1] &&
        open_towards(s, spot->tried, spot[1].tried)) {
        high = spot[1].key[ALONG] - 1;
        gap_high = i;
    }
    for (int k = 0; k < ALONG; k++) {
        hull->low[k] = spot->key[k] < hull->low[k] ? spot->key[k] : hull->low[k];
        hull->high[k] = spot->key[k] > hull->high[k] ? spot->key[k] : hull->high[k];
    }
    if (low < hull->low[ALONG]) {
        hull->low[ALONG] = low;
        hull->gap_low = gap_low;
    }
    if (high > hull->high[ALONG]) {
        hull->high[ALONG] = high;
        hull->gap_high = gap_high;
    }
}

/* On the other axes up to the next value that was looked at. */
static void widen(const struct spots *known, struct hull *hull)
{
    for (int k = 0; k < ALONG; k++) {
        int64_t below = INT64_MIN, above = INT64_MAX;
        for (size_t i = 0; i < known->n; i++) {
            const int64_t at = known->spot[i].key[k];
            below = at < hull->low[k] && at > below ? at : below;
            above = at > hull->high[k] && at < above ? at : above;
        }
        hull->low[k] = below == INT64_MIN ? hull->low[k] : below + 1;
        hull->high[k] = above == INT64_MAX ? hull->high[k] : above - 1;
    }
}

static enum ps_status hull_of(const struct search *s, const struct ps_tried *answer,
                              const struct spots *known, struct hull *hull)
{
    const struct aim aim = ps_search_aim(s);
    const struct spot own = ps_spot_of(s, answer);
    char *candidate = calloc(known->n, 1);
    if (candidate == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < known->n; i++) {
        candidate[i] = (char)may_be_best(s, &aim, answer, known->spot[i].tried);
    }
    *hull = (struct hull){.gap_low = SIZE_MAX, .gap_high = SIZE_MAX};
    for (int k = 0; k < PS_AXES_MAX; k++) {
        hull->low[k] = hull->high[k] = own.key[k];
    }
    for (size_t i = 0; i < known->n; i++) {
        if (candidate[i]) {
            take_spot(s, known, candidate, i, hull);
        }
    }
    widen(known, hull);
    free(candidate);
    return PS_OK;
}

/* Spots inside a gap at the rim that is wide beside the hull. */
static enum ps_status want_rim(const struct spots *known, size_t gap, const struct hull *hull,
                               struct spots *wanted)
{
    if (gap == SIZE_MAX) {
        return PS_OK;
    }
    struct spot spot = known->spot[gap];
    const int64_t from = spot.key[ALONG], to = known->spot[gap + 1].key[ALONG];
    const int64_t stride = (to - from + POINTS_A_GAP) / (POINTS_A_GAP + 1);
    enum ps_status status = PS_OK;
    spot.tried = NULL;
    if (8 * (to - from) <= hull->high[ALONG] - hull->low[ALONG]) {
        return PS_OK;
    }
    for (int64_t at = from + stride; at < to && status == PS_OK; at += stride) {
        spot.key[ALONG] = at;
        status = ps_spots_add(wanted, &spot);
    }
    return status;
}

enum ps_status ps_search_interval(struct search *s, size_t answer)
{
    /* An axis is judged by the bounds alone, and the search ended at their edge. */
    const int rounds = s->study.batched != NULL ? ROUNDS : 0;
    enum ps_status status = PS_OK;
    for (int round = 0, more = 1; more && status == PS_OK; round++) {
        struct hull hull = {0};
        struct spots known, wanted = {0};
        status = ps_search_known(s, &known);
        if (status == PS_OK) {
            status = hull_of(s, &s->out->tried[answer], &known, &hull);
        }
        if (status == PS_OK && round < rounds) {
            status = want_rim(&known, hull.gap_low, &hull, &wanted);
        }
        if (status == PS_OK && round < rounds) {
            status = want_rim(&known, hull.gap_high, &hull, &wanted);
        }
        for (int a = 0; a < s->axes_n && status == PS_OK; a++) {
            s->out->lowest[a] = hull.low[ps_spot_place(s, a)];
            s->out->highest[a] = hull.high[ps_spot_place(s, a)];
        }
        more = wanted.n > 0;
        if (status == PS_OK && more) {
            status = ps_search_try(s, &wanted, s->request->worlds_n, 0);
        }
        ps_spots_free(&known);
        ps_spots_free(&wanted);
    }
    return status;
}
