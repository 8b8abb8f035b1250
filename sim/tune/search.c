// SPDX-License-Identifier: GPL-3.0-or-later
#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One axis: as many as the ledger takes side by side. */
static const int POINTS_A_SIDE[PS_AXES_MAX] = {PS_LANES_WIDE, 13, 7, 5};

/* Moves of one box when the aim is not the answer itself. */
enum { MOVES_MAX = 8 };

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

static enum ps_status note_row(struct search *s, const struct ps_study_result *result,
                               const struct ps_box *box, size_t p, struct ps_tried tried)
{
    const struct ps_tune_request *request = s->request;
    const struct ps_row *row = result->row[p];
    for (int a = 0; a < s->axes_n; a++) {
        tried.at[a] = ps_box_at(box, s->axes_n, p, a);
    }
    for (int c = 0; c < request->study.constraints_n; c++) {
        tried.judged[c] =
            ps_constraint_judge(&request->study.constraints[c], row, request->confidence);
    }
    tried.judgement = worst(&tried, request->study.constraints_n);
    tried.objective = objective_of(s, &tried, row);
    tried.worlds_n = row->worlds_n;
    if (tried.fresh) {
        tried.settling = malloc(sizeof *tried.settling);
        if (tried.settling == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        const struct ps_row_result *found = result->found[p];
        *tried.settling = (struct ps_settling){.checkpoints_n = found->checkpoints_n,
                                               .paired = row->paired,
                                               .converged = found->converged};
        memcpy(tried.settling->checkpoints, found->checkpoints, sizeof found->checkpoints);
    }
    const enum ps_status status = note(s, &tried);
    if (status != PS_OK) {
        free(tried.settling);
    }
    return status;
}

enum ps_status ps_search_box(struct search *s, const struct ps_box *box, uint64_t worlds_n,
                             int fresh)
{
    const struct ps_tune_request *request = s->request;
    struct ps_study_result result;
    /* An even number, so that no pair of worlds is torn apart. */
    const uint64_t unused = request->worlds_n + request->worlds_n % 2;
    enum ps_status status =
        ps_study_run(&request->study, box, fresh ? unused : 0, worlds_n, s->diags, &result);
    for (size_t p = 0; status == PS_OK && p < result.points_n; p++) {
        const struct ps_tried tried = {.asked_n = worlds_n, .fresh = fresh};
        status = note_row(s, &result, box, p, tried);
    }
    ps_study_result_free(&result);
    return status;
}

/* ---- which is better ---- */

double ps_search_overrun(const struct ps_judged *j)
{
    const double over = j->at_most ? j->value.upper - j->limit : j->limit - j->value.lower;
    return over / (fabs(j->limit) > 0 ? fabs(j->limit) : 1);
}

struct aim ps_search_aim(const struct search *s)
{
    struct aim aim = {.alone = -1};
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        aim.limit[c] = s->out->tried[0].judged[c].limit;
    }
    return aim;
}

enum ps_judgement ps_search_judge(const struct search *s, const struct aim *aim,
                                  const struct ps_tried *tried)
{
    enum ps_judgement judgement = PS_MET;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        const struct ps_judged j = ps_judged_at(&tried->judged[c], aim->limit[c]);
        judgement = j.judgement > judgement ? j.judgement : judgement;
    }
    return judgement;
}

/* How far a variant is from what is aimed at: the largest miss of a bound, by its limit. */
static double miss(const struct search *s, const struct aim *aim, const struct ps_tried *tried)
{
    double most = 0;
    if (aim->alone >= 0) {
        return ps_search_overrun(&tried->judged[aim->alone]);
    }
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        const struct ps_judged j = ps_judged_at(&tried->judged[c], aim->limit[c]);
        const double over = ps_search_overrun(&j);
        most = over > most ? over : most;
    }
    return most;
}

int ps_search_improves(const struct search *s, double a, double b)
{
    return s->request->objective.maximise ? a > b : a < b;
}

/* Is a better than b: meets everything, then the objective; else the smaller miss. */
static int better(const struct search *s, const struct aim *aim, const struct ps_tried *a,
                  const struct ps_tried *b)
{
    const int met_a = aim->alone < 0 && ps_search_judge(s, aim, a) == PS_MET;
    const int met_b = aim->alone < 0 && ps_search_judge(s, aim, b) == PS_MET;
    if (met_a != met_b) {
        return met_a;
    }
    return met_a ? ps_search_improves(s, a->objective.value, b->objective.value)
                 : miss(s, aim, a) < miss(s, aim, b);
}

/* The best of a level and of what was tried from `from` on. */
static size_t best_of(const struct search *s, const struct aim *aim, const struct level *level,
                      size_t from)
{
    size_t best = level->from < level->to ? level->from : from;
    for (size_t i = best; i < s->out->tried_n; i++) {
        if ((i >= level->to && i < from) ||
            !better(s, aim, &s->out->tried[i], &s->out->tried[best])) {
            continue;
        }
        best = i;
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
        s->axes_n == 1 ? s->levels_n == 0 && !finest(s, box) : !nearly_finest(s, box);
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

/* Boxes of one stride count together, so a moved box cannot come back. */
static enum ps_status search_level(struct search *s, const struct aim *aim, struct level *level,
                                   int moves, size_t *best, int *settled)
{
    const size_t from = s->out->tried_n;
    for (;;) {
        *best = best_of(s, aim, level, from);
        if (!move_box(s, &level->box, &s->out->tried[*best])) {
            return PS_OK;
        }
        if (moves-- == 0) {
            *settled = 0;
            return PS_OK;
        }
        const enum ps_status status = ps_search_box(s, &level->box, level->worlds_n, 0);
        if (status != PS_OK) {
            return status;
        }
    }
}

enum ps_status ps_search_whole(struct search *s, size_t *best)
{
    struct ps_box box = whole_box(s);
    int settled = 1;
    for (;;) {
        struct level level = {.box = box, .from = s->out->tried_n, .worlds_n = worlds_of(s, &box)};
        const int coarse = s->levels_n == 0 && s->axes_n == 1 && !finest(s, &box);
        enum ps_status status = ps_search_box(s, &box, level.worlds_n, 0);
        if (status != PS_OK) {
            return status;
        }
        level.to = s->out->tried_n;
        const struct aim aim = ps_search_aim(s);
        status = search_level(s, &aim, &level, coarse ? 0 : INT32_MAX, best, &settled);
        level.to = s->out->tried_n;
        if (status == PS_OK && s->levels_n == PS_LEVELS_MAX) {
            status = ps_status_raise(PS_BUG);
        }
        if (status != PS_OK) {
            return status;
        }
        level.box = coarse ? box : level.box;
        s->levels[s->levels_n++] = level;
        if (finest(s, &level.box)) {
            return PS_OK;
        }
        box = closer_box(s, &level.box, &s->out->tried[*best]);
    }
}

enum ps_status ps_search_again(struct search *s, const struct aim *aim, const struct level *from,
                               uint64_t worlds_n, size_t *best, int *settled)
{
    struct level level = *from;
    *settled = 1;
    for (;;) {
        enum ps_status status = search_level(s, aim, &level, MOVES_MAX, best, settled);
        if (status != PS_OK || finest(s, &level.box)) {
            return status;
        }
        level = (struct level){.box = closer_box(s, &level.box, &s->out->tried[*best]),
                               .from = s->out->tried_n,
                               .worlds_n = worlds_n};
        status = ps_search_box(s, &level.box, worlds_n, 0);
        level.to = s->out->tried_n;
        if (status != PS_OK) {
            return status;
        }
    }
}
