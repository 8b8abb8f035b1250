// SPDX-License-Identifier: GPL-3.0-or-later
#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A grid of lines, then round after round what promises most: gaps between variants on a line, and
 * when no gap does, new lines about the best ones, ever closer. A round is one batch: all its
 * variants share their worlds, which is what costs. */

enum {
    ALONG = PS_AXES_MAX - 1, /* last in a key */
    ROUND_POINTS = 2 * PS_LANES_WIDE,
    ROUNDS_MAX = 100,
    GLANCE_LEAST = 8192 /* worlds: fewer are not divided */
};

/* By number of axes: places on a line, and on each other axis, at first. */
static const int POINTS_A_LINE[PS_AXES_MAX] = {PS_LANES_WIDE, 16, 13, 9};
static const int LINES_A_SIDE[PS_AXES_MAX] = {1, 13, 7, 5};

/* Lines about which others are looked at; for aims that are not the answer, one. */
static const int LINES_KEPT[PS_AXES_MAX] = {1, 6, 4, 2};

/* ---- lines ---- */

static int64_t steps_of(const struct search *s, int a)
{
    return s->request->study.axes[a].steps_n;
}

static int64_t stride_of(int64_t steps, int points)
{
    return points > 1 ? (steps + points - 2) / (points - 1) : steps + 1;
}

/* The spots of a line over its whole range, both ends among them. */
static enum ps_status want_line(const struct search *s, struct spot spot, struct spots *wanted)
{
    const int64_t steps = steps_of(s, s->along);
    const int64_t stride = stride_of(steps, POINTS_A_LINE[s->axes_n - 1]);
    enum ps_status status = PS_OK;
    spot.tried = NULL;
    for (int64_t at = 0; at < steps && status == PS_OK; at += stride) {
        spot.key[ALONG] = at;
        status = ps_spots_add(wanted, &spot);
    }
    spot.key[ALONG] = steps;
    return status == PS_OK ? ps_spots_add(wanted, &spot) : status;
}

/* Lines through all combinations of places on the other axes, from .. to in steps of stride, that
 * are not known; each also with the place `from` has along the line. */
static enum ps_status want_lines(const struct search *s, const int64_t from[PS_AXES_MAX],
                                 const int64_t to[ALONG], const int64_t stride[ALONG],
                                 const struct spots *known, struct spots *wanted)
{
    struct spot spot = {0};
    memcpy(spot.key, from, sizeof spot.key);
    for (;;) {
        int there = 0, k = 0;
        for (size_t i = 0; i < known->n && !there; i++) {
            there = ps_spots_in_line(&known->spot[i], &spot);
        }
        enum ps_status status = there ? PS_OK : want_line(s, spot, wanted);
        if (!there && status == PS_OK) {
            status = ps_spots_add(wanted, &spot);
        }
        if (status != PS_OK) {
            return status;
        }
        for (; k < ALONG; k++) {
            if (spot.key[k] < to[k]) {
                spot.key[k] = spot.key[k] + stride[k] < to[k] ? spot.key[k] + stride[k] : to[k];
                break;
            }
            spot.key[k] = from[k];
        }
        if (k == ALONG) {
            return PS_OK;
        }
    }
}

/* What the other axes span; their first strides. */
static void span(const struct search *s, int64_t to[ALONG], int64_t stride[ALONG])
{
    for (int k = 0; k < ALONG; k++) {
        to[k] = 0;
        stride[k] = 1;
    }
    for (int a = 0; a < s->axes_n; a++) {
        if (a != s->along) {
            to[ps_spot_place(s, a)] = steps_of(s, a);
            stride[ps_spot_place(s, a)] = stride_of(steps_of(s, a), LINES_A_SIDE[s->axes_n - 1]);
        }
    }
}

/* The first grid holds every variant there is. */
static int grid_is_all(const struct search *s)
{
    int all = 1;
    for (int a = 0; a < s->axes_n; a++) {
        const int *points = a == s->along ? POINTS_A_LINE : LINES_A_SIDE;
        all &= stride_of(steps_of(s, a), points[s->axes_n - 1]) <= 1;
    }
    return all;
}

uint64_t ps_search_glance(const struct search *s)
{
    const uint64_t all = s->request->worlds_n;
    return grid_is_all(s) || all < GLANCE_LEAST ? all : all / 4;
}

enum ps_status ps_search_begin(struct search *s)
{
    static const int64_t FROM[PS_AXES_MAX] = {0};
    int64_t to[ALONG], stride[ALONG];
    const struct spots none = {0};
    struct spots wanted = {0};
    for (int a = 1; a < s->axes_n; a++) {
        s->along = steps_of(s, a) > steps_of(s, s->along) ? a : s->along;
    }
    span(s, to, stride);
    enum ps_status status = want_lines(s, FROM, to, stride, &none, &wanted);
    if (status == PS_OK) {
        status = ps_search_try(s, &wanted, ps_search_glance(s), 0);
    }
    ps_spots_free(&wanted);
    return status;
}

/* ---- what is known, as one aim sees it ---- */

struct worth {
    unsigned fails; /* constraints not met; a gap both ends of which fail one holds nothing */
    double cost;    /* the less the better */
    double hopeful; /* cost, of fewer worlds with room for their error; HUGE_VAL: surely no good */
};

struct view {
    const struct spots *known;
    struct worth *worth; /* by spot */
    double bar;          /* to be beaten: the best that met everything */
};

const struct ps_tried *ps_search_glanced(const struct search *s, const struct aim *aim,
                                         uint64_t worlds_n)
{
    const struct ps_tried *best = NULL;
    for (size_t i = 0; i < s->out->tried_n; i++) {
        const struct ps_tried *t = &s->out->tried[i];
        if (!t->fresh && t->asked_n < worlds_n && ps_search_fails(s, aim, t) == 0 &&
            (best == NULL || ps_search_cost(s, t) < ps_search_cost(s, best))) {
            best = t;
        }
    }
    return best;
}

/* Nothing meets everything, or one constraint alone counts: the miss is what is made small. */
static void weigh_by_miss(const struct search *s, const struct aim *aim, uint64_t most_n,
                          struct view *view)
{
    for (size_t i = 0; i < view->known->n; i++) {
        const struct ps_tried *t = view->known->spot[i].tried;
        const double miss = ps_search_miss(s, aim, t);
        view->worth[i] = (struct worth){.cost = miss, .hopeful = miss};
        view->bar = t->asked_n == most_n && miss < view->bar ? miss : view->bar;
    }
}

/* Costs of fewer worlds are moved by how far that of the best of them moved, since all variants
 * share their worlds, and may be lower by the error of their difference to it. */
static void weigh_by_cost(const struct search *s, const struct aim *aim, uint64_t most_n,
                          struct view *view)
{
    const double z = 2;
    const struct ps_tried *ref = ps_search_glanced(s, aim, s->request->worlds_n);
    const struct ps_tried *now = ref != NULL ? ps_tuned_find(s->out, ref->at) : NULL;
    const double moved = ref != NULL ? ps_search_cost(s, now) - ps_search_cost(s, ref) : 0;
    double glanced = HUGE_VAL;
    for (size_t i = 0; i < view->known->n; i++) {
        const struct ps_tried *t = view->known->spot[i].tried;
        struct worth *w = &view->worth[i];
        const int few = t->asked_n < most_n;
        const enum ps_judgement judgement = ps_search_judge(s, aim, t);
        w->fails = ps_search_fails(s, aim, t);
        w->cost = ps_search_cost(s, t) + (few ? moved : 0);
        w->hopeful = judgement == PS_MISSED ? HUGE_VAL : w->cost;
        if (ref != NULL && t->asked_n == ref->asked_n) {
            w->hopeful -= z * ps_search_paired_se(s, t, ref);
        }
        if (few ? judgement == PS_MET : w->fails == 0) {
            double *least = few ? &glanced : &view->bar;
            *least = w->cost < *least ? w->cost : *least;
        }
    }
    view->bar = isfinite(view->bar) ? view->bar : glanced;
}

static enum ps_status view_of(const struct search *s, const struct aim *aim,
                              const struct spots *known, struct view *view)
{
    int met = 0;
    uint64_t most_n = 0;
    *view = (struct view){.known = known, .bar = HUGE_VAL};
    view->worth = calloc(known->n, sizeof *view->worth);
    if (view->worth == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < known->n; i++) {
        const struct ps_tried *t = known->spot[i].tried;
        most_n = t->asked_n > most_n ? t->asked_n : most_n;
        met |= aim->alone < 0 && ps_search_fails(s, aim, t) == 0;
    }
    (met ? weigh_by_cost : weigh_by_miss)(s, aim, most_n, view);
    return PS_OK;
}

/* Does the line go on from spot i to spot i + 1? */
static int goes_on(const struct view *view, size_t i)
{
    const struct spots *known = view->known;
    return i + 1 < known->n && ps_spots_in_line(&known->spot[i], &known->spot[i + 1]);
}

static double width(const struct view *view, size_t i)
{
    return (double)(view->known->spot[i + 1].key[ALONG] - view->known->spot[i].key[ALONG]);
}

/* How far below its ends the cost of the gap i .. i + 1 may go: where it turns at the lower end, a
 * quarter of the steeper side over the width, twice what a parabola can do; elsewhere nothing. */
static double turn(const struct view *view, size_t i)
{
    const struct worth *w = view->worth;
    const int right = w[i + 1].cost < w[i].cost;
    const size_t low = right ? i + 1 : i;
    double slope = fabs(w[i + 1].cost - w[i].cost) / width(view, i);
    if (right ? goes_on(view, low) : low > 0 && goes_on(view, low - 1)) {
        const size_t gap = right ? low : low - 1, beyond = right ? low + 1 : low - 1;
        const double other = (w[beyond].cost - w[low].cost) / width(view, gap);
        if (other < 0) {
            return 0;
        }
        slope = other > slope ? other : slope;
    }
    return slope * width(view, i) / 4;
}

/* The least cost that the gap i .. i + 1 may hold; HUGE_VAL: nothing. */
static double promise(const struct view *view, size_t i)
{
    const struct worth *a = &view->worth[i], *b = &view->worth[i + 1];
    if (!goes_on(view, i) || width(view, i) < 2 || (a->fails & b->fails) != 0) {
        return HUGE_VAL;
    }
    return fmin(a->cost, b->cost) - turn(view, i);
}

/* ---- where to look closer ---- */

/* A gap to divide, or a spot that had too few worlds. */
struct chance {
    double cost;
    size_t at;
    int gap;
};

static int chance_order(const void *a, const void *b)
{
    const struct chance *x = a, *y = b;
    const int by_cost = (x->cost > y->cost) - (x->cost < y->cost);
    return by_cost != 0 ? by_cost : (x->at > y->at) - (x->at < y->at);
}

/* Up to n spots inside a gap, in equal steps. */
static enum ps_status divide(const struct view *view, size_t i, int64_t n, struct spots *wanted)
{
    struct spot spot = view->known->spot[i];
    const int64_t from = spot.key[ALONG], to = view->known->spot[i + 1].key[ALONG];
    const int64_t stride = (to - from + n) / (n + 1);
    enum ps_status status = PS_OK;
    spot.tried = NULL;
    for (int64_t at = from + stride; at < to && status == PS_OK; at += stride) {
        spot.key[ALONG] = at;
        status = ps_spots_add(wanted, &spot);
    }
    return status;
}

/* The best chances to get below the bar, with about so many spots. */
static enum ps_status want_closer(const struct view *view, uint64_t worlds_n, size_t points_n,
                                  struct spots *wanted)
{
    const struct spots *known = view->known;
    struct chance *chances = malloc(2 * known->n * sizeof *chances);
    size_t n = 0;
    if (chances == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < known->n; i++) {
        const double gap = promise(view, i), spot = view->worth[i].hopeful;
        if (gap < view->bar) {
            chances[n++] = (struct chance){gap, i, 1};
        }
        if (known->spot[i].tried->asked_n < worlds_n && spot <= view->bar && isfinite(spot)) {
            chances[n++] = (struct chance){spot, i, 0};
        }
    }
    qsort(chances, n, sizeof *chances, chance_order);
    const size_t taken = n < points_n ? n : points_n;
    enum ps_status status = PS_OK;
    for (size_t k = 0; k < taken && status == PS_OK; k++) {
        struct spot spot = known->spot[chances[k].at];
        spot.tried = NULL;
        status = chances[k].gap ? divide(view, chances[k].at, (int64_t)(points_n / taken), wanted)
                                : ps_spots_add(wanted, &spot);
    }
    free(chances);
    return status;
}

/* The line of spot i ends before the spot returned; *best is what it has or promises, at spot *at.
 */
static size_t line_end(const struct view *view, size_t i, double *best, size_t *at)
{
    *best = HUGE_VAL;
    for (;; i++) {
        const double own = view->worth[i].fails == 0 ? view->worth[i].cost : HUGE_VAL;
        const double here = fmin(own, promise(view, i));
        if (here < *best) {
            *best = here;
            *at = i;
        }
        if (!goes_on(view, i)) {
            return i + 1;
        }
    }
}

/* New lines about the best ones, a stride to each side on every other axis. */
static enum ps_status want_about(const struct search *s, const struct view *view, int kept,
                                 const int64_t stride[ALONG], struct spots *wanted)
{
    int64_t end[ALONG], ignored[ALONG], from[PS_AXES_MAX], to[ALONG];
    enum ps_status status = PS_OK;
    double done = -HUGE_VAL; /* lines are taken in the order of cost, then of place */
    size_t done_at = 0;
    span(s, end, ignored);
    for (int n = 0; n < kept && status == PS_OK; n++) {
        size_t line = SIZE_MAX;
        double least = HUGE_VAL;
        for (size_t i = 0, next; i < view->known->n; i = next) {
            double best;
            size_t at = i;
            next = line_end(view, i, &best, &at);
            const int later = best > done || (best >= done && at > done_at);
            if (later && best < least) {
                line = at;
                least = best;
            }
        }
        if (line == SIZE_MAX) {
            break;
        }
        done = least;
        done_at = line;
        for (int k = 0; k < ALONG; k++) {
            const int64_t at = view->known->spot[line].key[k];
            from[k] = at > stride[k] ? at - stride[k] : 0;
            to[k] = at + stride[k] < end[k] ? at + stride[k] : end[k];
        }
        from[ALONG] = view->known->spot[line].key[ALONG];
        status = want_lines(s, from, to, stride, view->known, wanted);
    }
    return status;
}

/* Halves the strides; 0 when all are 1 already. */
static int halve(int64_t stride[ALONG])
{
    int wide = 0;
    for (int k = 0; k < ALONG; k++) {
        wide |= stride[k] > 1;
        stride[k] = (stride[k] + 1) / 2;
    }
    return wide;
}

/* What all aims want of one round: gaps and spots, else lines at the widest stride that is new. */
static enum ps_status want_round(struct search *s, const struct aim *aims, struct view *views,
                                 int aims_n, uint64_t worlds_n, int64_t *stride,
                                 const struct spots *known, struct spots *wanted)
{
    enum ps_status status = PS_OK;
    for (int i = 0; i < aims_n && status == PS_OK; i++) {
        const size_t points_n = i == 0 ? ROUND_POINTS : ROUND_POINTS / 8;
        status = view_of(s, &aims[i], known, &views[i]);
        if (status == PS_OK) {
            status = want_closer(&views[i], worlds_n, points_n, wanted);
        }
    }
    while (stride != NULL && wanted->n == 0 && status == PS_OK) {
        for (int i = 0; i < aims_n && status == PS_OK; i++) {
            const int kept = i == 0 ? LINES_KEPT[s->axes_n - 1] : 1;
            status = want_about(s, &views[i], kept, stride, wanted);
        }
        if (status == PS_OK && wanted->n == 0 && !halve(stride)) {
            break;
        }
    }
    return status;
}

enum ps_status ps_search_closer(struct search *s, const struct aim *aims, int aims_n,
                                uint64_t worlds_n, int lines)
{
    int64_t ignored[ALONG], stride[ALONG];
    enum ps_status status = PS_OK;
    size_t wanted_n = 1;
    span(s, ignored, stride);
    for (int round = 0; round < ROUNDS_MAX && wanted_n > 0 && status == PS_OK; round++) {
        struct spots known, wanted = {0};
        struct view views[PS_AIMS_MAX] = {0};
        status = ps_search_known(s, &known);
        if (status == PS_OK) {
            status = want_round(s, aims, views, aims_n, worlds_n, lines ? stride : NULL, &known,
                                &wanted);
        }
        wanted_n = wanted.n;
        if (status == PS_OK && wanted_n > 0) {
            status = ps_search_try(s, &wanted, worlds_n, 0);
        }
        for (int i = 0; i < aims_n; i++) {
            free(views[i].worth);
        }
        ps_spots_free(&known);
        ps_spots_free(&wanted);
    }
    return status;
}
