// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Coarse to fine: a box over the whole range, then ever smaller boxes around the best variant that
 * meets everything, until neighbours are one step apart; then fresh worlds. */

/* One axis: as many as the ledger takes side by side. */
static const int POINTS_A_SIDE[PS_AXES_MAX] = {PS_LANES_WIDE, 13, 7, 5};

struct search {
    const struct ps_tune_request *request;
    struct ps_diags *diags;
    struct ps_tuned *out;
    int axes_n;
};

/* ---- what was tried ---- */

static enum ps_judgement worst(const struct ps_tried *tried, int n)
{
    enum ps_judgement judgement = PS_MET;
    for (int c = 0; c < n; c++) {
        judgement = tried->judged[c].judgement > judgement ? tried->judged[c].judgement : judgement;
    }
    return judgement;
}

static struct ps_metric_value objective_of(const struct search *s, const struct ps_tried *tried,
                                           const struct ps_row *row)
{
    const struct ps_objective *o = &s->request->objective;
    if (o->axis < 0) {
        return ps_metric_read(&o->metric, row, s->request->confidence);
    }
    const double at = (double)tried->at[o->axis];
    return (struct ps_metric_value){at, at, at};
}

static enum ps_status note(struct search *s, const struct ps_tried *tried)
{
    struct ps_tuned *out = s->out;
    if (out->tried_n == out->capacity) {
        const size_t capacity = 2 * out->capacity + 256;
        struct ps_tried *grown = realloc(out->tried, capacity * sizeof *grown);
        if (grown == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        out->tried = grown;
        out->capacity = capacity;
    }
    out->tried[out->tried_n++] = *tried;
    return PS_OK;
}

/* Runs a box and notes its variants. */
static enum ps_status try_box(struct search *s, const struct ps_box *box, uint64_t worlds_n,
                              int fresh)
{
    const struct ps_tune_request *request = s->request;
    struct ps_study_result result;
    /* An even number, so that no pair of worlds is torn apart. */
    const uint64_t unused = request->worlds_n + request->worlds_n % 2;
    enum ps_status status =
        ps_study_run(&request->study, box, fresh ? unused : 0, worlds_n, s->diags, &result);
    for (size_t p = 0; status == PS_OK && p < result.points_n; p++) {
        struct ps_tried tried = {.worlds_n = worlds_n, .fresh = fresh};
        for (int a = 0; a < s->axes_n; a++) {
            tried.at[a] = ps_box_at(box, s->axes_n, p, a);
        }
        for (int c = 0; c < request->study.constraints_n; c++) {
            tried.judged[c] = ps_constraint_judge(&request->study.constraints[c], result.row[p],
                                                  request->confidence);
        }
        tried.judgement = worst(&tried, request->study.constraints_n);
        tried.objective = objective_of(s, &tried, result.row[p]);
        status = note(s, &tried);
    }
    ps_study_result_free(&result);
    return status;
}

/* By how much of its limit a bound is on the wrong side. */
static double overrun(const struct ps_judged *j)
{
    const double over = j->at_most ? j->value.upper - j->limit : j->limit - j->value.lower;
    return over / (fabs(j->limit) > 0 ? fabs(j->limit) : 1);
}

/* How far a variant is from meeting everything: the largest miss of a bound, by its limit. */
static double miss(const struct search *s, const struct ps_tried *tried)
{
    double most = 0;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        const double over = overrun(&tried->judged[c]);
        most = over > most ? over : most;
    }
    return most;
}

/* Is a better than b: meets everything, then the objective; else the smaller miss. */
static int better(const struct search *s, const struct ps_tried *a, const struct ps_tried *b)
{
    const int met_a = a->judgement == PS_MET, met_b = b->judgement == PS_MET;
    if (met_a != met_b) {
        return met_a;
    }
    if (!met_a) {
        return miss(s, a) < miss(s, b);
    }
    return s->request->objective.maximise ? a->objective.value > b->objective.value
                                          : a->objective.value < b->objective.value;
}

/* The best from `from` on. */
static size_t best_of(const struct search *s, size_t from)
{
    size_t best = from;
    for (size_t i = from + 1; i < s->out->tried_n; i++) {
        best = better(s, &s->out->tried[i], &s->out->tried[best]) ? i : best;
    }
    return best;
}

/* ---- boxes ---- */

static struct ps_box whole_box(const struct search *s)
{
    struct ps_box box = {0};
    const int side = POINTS_A_SIDE[s->axes_n - 1];
    for (int a = 0; a < s->axes_n; a++) {
        const int64_t steps = s->request->study.axes[a].steps_n;
        box.stride[a] = (steps + side - 2) / (side - 1);
        box.n[a] = (int)(steps / box.stride[a]) + 1; /* the last rest falls to a closer box */
    }
    return box;
}

/* Around a variant, one old stride to each side, cut at the ends of the range. */
static struct ps_box closer_box(const struct search *s, const struct ps_box *old,
                                const struct ps_tried *around)
{
    struct ps_box box = {0};
    const int side = POINTS_A_SIDE[s->axes_n - 1];
    for (int a = 0; a < s->axes_n; a++) {
        const int64_t steps = s->request->study.axes[a].steps_n;
        int64_t from = around->at[a] - old->stride[a], to = around->at[a] + old->stride[a];
        from = from < 0 ? 0 : from;
        to = to > steps ? steps : to;
        box.stride[a] = (to - from + side - 2) / (side - 1);
        box.stride[a] = box.stride[a] < 1 ? 1 : box.stride[a];
        box.first[a] = from;
        box.n[a] = (int)((to - from) / box.stride[a]) + 1;
    }
    return box;
}

static int finest(const struct search *s, const struct ps_box *box)
{
    int fine = 1;
    for (int a = 0; a < s->axes_n; a++) {
        fine &= box->stride[a] == 1;
    }
    return fine;
}

/* The box after this one is the finest. */
static int nearly_finest(const struct search *s, const struct ps_box *box)
{
    int near = 1;
    for (int a = 0; a < s->axes_n; a++) {
        near &= 2 * box->stride[a] <= POINTS_A_SIDE[s->axes_n - 1] - 1;
    }
    return near;
}

/* The first box only shows the way unless it is the last too, with several axes all but the last
 * two do: a quarter of the worlds. */
static uint64_t worlds_of(const struct search *s, const struct ps_box *box)
{
    const uint64_t all = s->request->worlds_n;
    const int shows_the_way =
        s->axes_n == 1 ? s->out->tried_n == 0 && !finest(s, box) : !nearly_finest(s, box);
    return shows_the_way && all >= 8192 ? all / 4 : all;
}

/* Moves a box along by whole strides so that a variant on its rim comes to lie inside, a box of one
 * or two by making it longer; 0 when there is none on the rim, or only at an end of the range. */
static int move_box(const struct search *s, struct ps_box *box, const struct ps_tried *best)
{
    int moved = 0;
    for (int a = 0; a < s->axes_n; a++) {
        const int64_t steps = s->request->study.axes[a].steps_n, stride = box->stride[a];
        const int64_t last = box->first[a] + (box->n[a] - 1) * stride;
        const int down = best->at[a] == box->first[a] && best->at[a] >= stride;
        const int up = best->at[a] == last && steps - last >= stride;
        if (!down && !up) {
            continue;
        }
        const int64_t room = down ? best->at[a] : steps - last;
        int64_t by = box->n[a] - 2;
        if (by < 1) {
            box->n[a]++;
            box->first[a] -= down ? stride : 0;
        } else {
            while (by * stride > room) {
                by--;
            }
            box->first[a] += down ? -by * stride : by * stride;
        }
        moved = 1;
    }
    return moved;
}

static enum ps_status narrow_down(struct search *s)
{
    struct ps_box box = whole_box(s);
    size_t from = s->out->tried_n;
    for (;;) {
        const enum ps_status status = try_box(s, &box, worlds_of(s, &box), 0);
        if (status != PS_OK) {
            return status;
        }
        /* Boxes of one stride and as many worlds count together, so a moved box cannot come back.
         */
        const size_t best = best_of(s, from);
        const int coarse = from == 0 && s->axes_n == 1 && !finest(s, &box);
        if (!coarse && move_box(s, &box, &s->out->tried[best])) {
            continue;
        }
        if (finest(s, &box)) {
            s->out->best = s->out->nearest = best;
            s->out->found = s->out->tried[best].judgement == PS_MET;
            return PS_OK;
        }
        box = closer_box(s, &box, &s->out->tried[best]);
        from = s->out->tried_n;
    }
}

/* ---- what the search says about itself ---- */

/* On one axis, by bounds at full worlds: is there a variant missed beyond one that is met, on the
 * side where more of the parameter should help? */
static int is_monotone(const struct search *s)
{
    const struct ps_tuned *out = s->out;
    if (s->axes_n > 1) {
        return 1;
    }
    const int down = s->request->objective.axis == 0 && s->request->objective.maximise;
    for (size_t i = 0; i < out->tried_n; i++) {
        for (size_t k = 0; k < out->tried_n; k++) {
            const int beyond = down ? out->tried[k].at[0] < out->tried[i].at[0]
                                    : out->tried[k].at[0] > out->tried[i].at[0];
            if (!out->tried[i].fresh && !out->tried[k].fresh && beyond &&
                out->tried[i].judgement == PS_MET && out->tried[k].judgement == PS_MISSED) {
                return 0;
            }
        }
    }
    return 1;
}

/* One axis: the variants that may meet everything, by all worlds, and would be better than the one
 * that does. */
static void find_interval(struct search *s)
{
    struct ps_tuned *out = s->out;
    const double sign = s->request->objective.maximise ? -1 : 1;
    const struct ps_tried *best = &out->tried[out->best];
    out->lowest = out->highest = best->at[0];
    for (size_t i = 0; i < out->tried_n && s->axes_n == 1; i++) {
        const struct ps_tried *t = &out->tried[i];
        if (t->fresh || t->judgement == PS_MISSED || t->worlds_n < s->request->worlds_n ||
            sign * t->objective.value > sign * best->objective.value) {
            continue;
        }
        out->lowest = t->at[0] < out->lowest ? t->at[0] : out->lowest;
        out->highest = t->at[0] > out->highest ? t->at[0] : out->highest;
    }
}

/* Constraints that the neighbours with a better objective do not meet. */
static void find_binding(struct search *s)
{
    struct ps_tuned *out = s->out;
    const struct ps_tried *best = &out->tried[out->best];
    for (size_t i = 0; i < out->tried_n; i++) {
        const struct ps_tried *t = &out->tried[i];
        int64_t distance = 0;
        for (int a = 0; a < s->axes_n; a++) {
            distance += llabs(t->at[a] - best->at[a]);
        }
        const int improves = s->request->objective.maximise
                                 ? t->objective.value > best->objective.value
                                 : t->objective.value < best->objective.value;
        for (int c = 0; c < s->request->study.constraints_n; c++) {
            if (!t->fresh && distance == 1 && improves && t->judged[c].judgement != PS_MET) {
                out->binding |= 1u << c;
            }
        }
    }
}

/* ---- prices: one axis ---- */

static int by_place(const void *a, const void *b)
{
    const struct ps_tried *x = a, *y = b;
    return (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

/* The unfavourable bound of constraint c, so that meeting it is being at most the limit. */
static double bound_of(const struct ps_tried *t, int c)
{
    return t->judged[c].at_most ? t->judged[c].value.upper : -t->judged[c].value.lower;
}

/* Where along the sorted variants, from the side of the best objective, constraint c is met at a
 * limit: a place, -HUGE_VAL when from the first on, HUGE_VAL when nowhere. */
static double met_from(const struct search *s, const struct ps_tried *sorted, size_t n, int c,
                       double limit)
{
    const double most = sorted[0].judged[c].at_most ? limit : -limit;
    const int down = s->request->objective.maximise;
    if (bound_of(&sorted[down ? n - 1 : 0], c) <= most) {
        return -HUGE_VAL;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        const struct ps_tried *a = &sorted[down ? n - 1 - i : i];
        const struct ps_tried *b = &sorted[down ? n - 2 - i : i + 1];
        const double x = bound_of(a, c), y = bound_of(b, c);
        if (y <= most) {
            const double step = (double)(b->at[0] - a->at[0]);
            return (double)a->at[0] + step * (x - most) / (x - y);
        }
    }
    return HUGE_VAL;
}

/* The optimum when constraint c has another limit and the others keep theirs. */
static struct ps_price price_at(const struct search *s, const struct ps_tried *sorted, size_t n,
                                int c, double limit)
{
    struct ps_price price = {.limit = limit, .axis = -HUGE_VAL};
    const double sign = s->request->objective.maximise ? -1 : 1;
    for (int k = 0; k < s->request->study.constraints_n; k++) {
        const double own = sorted[0].judged[k].limit;
        double from = met_from(s, sorted, n, k, k == c ? limit : own);
        from = isfinite(from) ? sign * from : from;
        price.axis = from > price.axis ? from : price.axis;
    }
    price.known = isfinite(price.axis);
    price.axis = sign * ceil(price.axis - 1e-9); /* the next place that can be chosen */
    return price;
}

static enum ps_status find_prices(struct search *s)
{
    struct ps_tuned *out = s->out;
    if (s->axes_n > 1 || s->request->objective.axis != 0) {
        return PS_OK;
    }
    struct ps_tried *sorted = malloc(out->tried_n * sizeof *sorted);
    if (sorted == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    size_t n = 0;
    for (size_t i = 0; i < out->tried_n; i++) {
        if (!out->tried[i].fresh) {
            sorted[n++] = out->tried[i];
        }
    }
    qsort(sorted, n, sizeof *sorted, by_place);
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        const struct ps_judged *j = &sorted[0].judged[c];
        const int share = s->request->study.constraints[c].metric.kind != PS_METRIC_MEAN;
        /* A demand of 80 % leaves 20 %: a tenth of what is left, either way. */
        const double part = share && !j->at_most ? 0.1 * (1 - j->limit) : 0.1 * fabs(j->limit);
        out->tighter[c] = price_at(s, sorted, n, c, j->limit + (j->at_most ? -part : part));
        out->looser[c] = price_at(s, sorted, n, c, j->limit + (j->at_most ? part : -part));
    }
    free(sorted);
    return PS_OK;
}

/* ---- fresh worlds ---- */

/* One axis: a variant and its neighbours on the worlds of the search. */
static enum ps_status try_around(struct search *s, size_t i)
{
    const int64_t at = s->out->tried[i].at[0], steps = s->request->study.axes[0].steps_n;
    const int64_t first = at > 0 ? at - 1 : 0, last = at < steps ? at + 1 : steps;
    const struct ps_box box = {.first = {first}, .stride = {1}, .n = {(int)(last - first) + 1}};
    return try_box(s, &box, s->request->worlds_n, 0);
}

/* Looks at the best variant and, on one axis, at some farther in, on worlds that took no part in
 * the choice; takes the first that meets everything there too. */
static enum ps_status verify(struct search *s)
{
    enum { FARTHER = 9 };
    struct ps_tuned *out = s->out;
    const struct ps_tried best = out->tried[out->best];
    const int inward = s->request->objective.maximise ? -1 : 1;
    struct ps_box box = {0};
    for (int a = 0; a < s->axes_n; a++) {
        box.first[a] = best.at[a];
        box.stride[a] = box.n[a] = 1;
    }
    if (s->axes_n == 1) {
        const int64_t steps = s->request->study.axes[0].steps_n;
        const int64_t room = inward > 0 ? steps - best.at[0] : best.at[0];
        const int64_t gap = (out->highest - out->lowest) / 4;
        box.stride[0] = gap < 1 ? 1 : gap;
        box.n[0] = (int)(room / box.stride[0] < FARTHER - 1 ? room / box.stride[0] + 1 : FARTHER);
        box.first[0] = inward > 0 ? best.at[0] : best.at[0] - (box.n[0] - 1) * box.stride[0];
    }
    const size_t from = out->tried_n;
    const enum ps_status status = try_box(s, &box, s->request->worlds_n, 1);
    if (status != PS_OK) {
        return status;
    }
    const size_t n = out->tried_n - from;
    out->verified = inward > 0 ? from : out->tried_n - 1;
    for (size_t i = 0; i < n && !out->holds; i++) {
        const size_t at = inward > 0 ? from + i : out->tried_n - 1 - i;
        if (out->tried[at].judgement == PS_MET) {
            out->verified = at;
            out->holds = 1;
        }
    }
    return out->tried[out->verified].at[0] == best.at[0] ? PS_OK : try_around(s, out->verified);
}

enum ps_status ps_tune_run(const struct ps_tune_request *request, struct ps_diags *diags,
                           struct ps_tuned *out)
{
    *out = (struct ps_tuned){0};
    struct search s = {
        .request = request, .diags = diags, .out = out, .axes_n = request->study.axes_n};
    enum ps_status status = narrow_down(&s);
    if (status != PS_OK) {
        return status;
    }
    out->monotone = is_monotone(&s);
    status = find_prices(&s);
    if (status != PS_OK || !out->found) {
        return status;
    }
    find_interval(&s);
    find_binding(&s);
    return verify(&s);
}

const struct ps_tried *ps_tuned_find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX])
{
    const struct ps_tried *found = NULL;
    for (size_t i = 0; i < tuned->tried_n; i++) {
        const struct ps_tried *t = &tuned->tried[i];
        if (!t->fresh && memcmp(t->at, at, sizeof t->at) == 0 &&
            (found == NULL || t->worlds_n >= found->worlds_n)) {
            found = t;
        }
    }
    return found;
}

int ps_tried_tightest(const struct ps_tried *tried, int constraints_n)
{
    int tightest = 0;
    for (int c = 1; c < constraints_n; c++) {
        if (overrun(&tried->judged[c]) > overrun(&tried->judged[tightest])) {
            tightest = c;
        }
    }
    return tightest;
}

void ps_tuned_free(struct ps_tuned *tuned)
{
    free(tuned->tried);
    *tuned = (struct ps_tuned){0};
}
