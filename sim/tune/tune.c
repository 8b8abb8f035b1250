// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prices.h"
#include "search.h"

/* The search, its verification on fresh worlds, and what is said about the answer. */

/* ---- what the search says about itself ---- */

/* One axis: 1 when the objective becomes worse towards higher values, -1 when towards lower ones;
 * of a figure by the ends of what was looked at. */
static int inward(const struct search *s)
{
    const struct ps_tuned *out = s->out;
    const struct ps_tried *low = &out->tried[0], *high = low;
    const int maximise = s->request->objective.maximise;
    for (size_t i = 1; i < out->tried_n; i++) {
        const struct ps_tried *t = &out->tried[i];
        low = !t->fresh && t->at[0] < low->at[0] ? t : low;
        high = !t->fresh && t->at[0] > high->at[0] ? t : high;
    }
    if (s->request->objective.axis == 0 || low->objective.value == high->objective.value) {
        return maximise ? -1 : 1;
    }
    return ps_search_improves(s, low->objective.value, high->objective.value) ? 1 : -1;
}

/* On one axis, by bounds at full worlds: is there a variant missed beyond one that is met, on the
 * side where more of the parameter should help? */
static int is_monotone(const struct search *s)
{
    const struct ps_tuned *out = s->out;
    if (s->axes_n > 1) {
        return 1;
    }
    const int down = inward(s) < 0;
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

/* One axis: the variants that may meet everything, by all worlds, and would be better than the
 * `answer`; as far as one that is missed, since what lies between was not looked at. */
static void find_interval(struct search *s, size_t answer)
{
    struct ps_tuned *out = s->out;
    const struct ps_tried *best = &out->tried[answer];
    out->lowest = out->highest = best->at[0];
    for (size_t i = 0; i < out->tried_n && s->axes_n == 1; i++) {
        const struct ps_tried *t = &out->tried[i];
        if (t->fresh || t->judgement == PS_MISSED || t->asked_n < s->request->worlds_n ||
            ps_search_improves(s, best->objective.value, t->objective.value)) {
            continue;
        }
        out->lowest = t->at[0] < out->lowest ? t->at[0] : out->lowest;
        out->highest = t->at[0] > out->highest ? t->at[0] : out->highest;
    }
    if (s->axes_n == 1) {
        const int down = inward(s) < 0;
        int64_t below = -1, above = s->request->study.axes[0].steps_n + 1;
        for (size_t i = 0; i < out->tried_n; i++) {
            const struct ps_tried *t = &out->tried[i];
            const int missed = !t->fresh && t->judgement == PS_MISSED;
            below = missed && t->at[0] < out->lowest && t->at[0] > below ? t->at[0] : below;
            above = missed && t->at[0] > out->highest && t->at[0] < above ? t->at[0] : above;
        }
        out->lowest = down ? out->lowest : below + 1;
        out->highest = down ? above - 1 : out->highest;
    }
}

static int64_t distance(const struct search *s, const struct ps_tried *a, const struct ps_tried *b)
{
    int64_t sum = 0;
    for (int k = 0; k < s->axes_n; k++) {
        sum += llabs(a->at[k] - b->at[k]);
    }
    return sum;
}

/* Constraints that variants with a better objective do not meet: neighbours, or any that was looked
 * at on fresh worlds. */
static void find_binding(struct search *s)
{
    struct ps_tuned *out = s->out;
    const struct ps_tried *answer = &out->tried[out->answer];
    for (size_t i = 0; i < out->tried_n; i++) {
        const struct ps_tried *t = &out->tried[i];
        const int looked_at = t->fresh || distance(s, t, answer) == 1;
        if (!looked_at || !ps_search_improves(s, t->objective.value, answer->objective.value)) {
            continue;
        }
        for (int c = 0; c < s->request->study.constraints_n; c++) {
            out->binding |= (unsigned)(t->judged[c].judgement != PS_MET) << c;
        }
    }
}

/* Nothing meets everything: how far each constraint by itself can be met. With several axes by a
 * quarter of the worlds. */
static enum ps_status find_reach(struct search *s)
{
    const uint64_t all = s->request->worlds_n;
    const uint64_t worlds_n = s->axes_n > 1 && all >= 8192 ? all / 4 : all;
    enum ps_status status = PS_OK;
    for (int c = 0; c < s->request->study.constraints_n && status == PS_OK; c++) {
        struct aim aim = ps_search_aim(s);
        int settled = 0;
        aim.alone = c;
        status = ps_search_again(s, &aim, &s->levels[0], worlds_n, &s->out->reach[c], &settled);
    }
    return status;
}

/* ---- fresh worlds ---- */

/* One axis: a variant and its neighbours on the worlds of the search. */
static enum ps_status try_around(struct search *s, size_t i)
{
    const int64_t at = s->out->tried[i].at[0], steps = s->request->study.axes[0].steps_n;
    const int64_t first = at > 0 ? at - 1 : 0, last = at < steps ? at + 1 : steps;
    const struct ps_box box = {.first = {first}, .stride = {1}, .n = {(int)(last - first) + 1}};
    return ps_search_box(s, &box, s->request->worlds_n, 0);
}

/* One axis: the answer of the search and up to eight values farther in, on worlds that took no part
 * in the choice; the first that meets everything there too. */
static enum ps_status verify_line(struct search *s)
{
    enum { FARTHER = 9 };
    struct ps_tuned *out = s->out;
    const int64_t best = out->tried[out->best].at[0], steps = s->request->study.axes[0].steps_n;
    const int in = inward(s);
    const int64_t room = in > 0 ? steps - best : best, gap = (out->highest - out->lowest) / 4;
    struct ps_box box = {.stride = {gap < 1 ? 1 : gap}};
    box.n[0] = (int)(room / box.stride[0] < FARTHER - 1 ? room / box.stride[0] + 1 : FARTHER);
    box.first[0] = in > 0 ? best : best - (box.n[0] - 1) * box.stride[0];
    const size_t from = out->tried_n;
    const enum ps_status status = ps_search_box(s, &box, s->request->worlds_n, 1);
    if (status != PS_OK) {
        return status;
    }
    const size_t n = out->tried_n - from;
    out->verified = in > 0 ? from : out->tried_n - 1;
    for (size_t i = 0; i < n && !out->holds; i++) {
        const size_t at = in > 0 ? from + i : out->tried_n - 1 - i;
        if (out->tried[at].judgement == PS_MET) {
            out->verified = at;
            out->holds = 1;
        }
    }
    return out->tried[out->verified].at[0] == best ? PS_OK : try_around(s, out->verified);
}

/* The variants `stride` steps about the best one, on every axis. */
static struct ps_box box_about(const struct search *s, int64_t stride)
{
    const struct ps_tried *best = &s->out->tried[s->out->best];
    struct ps_box box = {0};
    for (int a = 0; a < s->axes_n; a++) {
        const int down = best->at[a] >= stride;
        const int up = s->request->study.axes[a].steps_n - best->at[a] >= stride;
        box.first[a] = best->at[a] - (down ? stride : 0);
        box.stride[a] = stride;
        box.n[a] = 1 + down + up;
    }
    return box;
}

/* Of the fresh variants from `from` on that meet everything there and in the search: the best. */
static void take_verified(struct search *s, size_t from)
{
    struct ps_tuned *out = s->out;
    for (size_t i = from; i < out->tried_n; i++) {
        const struct ps_tried *t = &out->tried[i], *search = ps_tuned_find(out, t->at);
        const struct ps_tried *now = &out->tried[out->verified];
        if (distance(s, t, &out->tried[out->best]) == 0 && !out->holds) {
            out->verified = i;
            now = t;
        }
        if (!t->fresh || t->judgement != PS_MET || search == NULL || search->judgement != PS_MET) {
            continue;
        }
        const double x = search->objective.value;
        const struct ps_tried *held = out->holds ? ps_tuned_find(out, now->at) : NULL;
        if (held == NULL || ps_search_improves(s, x, held->objective.value)) {
            out->verified = i;
            out->holds = 1;
        }
    }
}

/* Several axes: the answer of the search and all about it, one step away, then three; the best of
 * those that meet everything on both sets of worlds. */
static enum ps_status verify_about(struct search *s)
{
    static const int64_t STRIDES[] = {1, 3};
    struct ps_tuned *out = s->out;
    out->verified = out->best;
    for (int i = 0; i < 2 && !out->holds; i++) {
        const struct ps_box box = box_about(s, STRIDES[i]);
        const size_t from = out->tried_n;
        enum ps_status status = ps_search_box(s, &box, s->request->worlds_n, 1);
        if (status == PS_OK) {
            status = ps_search_box(s, &box, s->request->worlds_n, 0);
        }
        if (status != PS_OK) {
            return status;
        }
        take_verified(s, from);
    }
    return PS_OK;
}

/* The record of the search at the variant that was verified. */
static void take_answer(struct ps_tuned *out)
{
    const struct ps_tried *answer = ps_tuned_find(out, out->tried[out->verified].at);
    out->answer = answer == NULL ? out->best : (size_t)(answer - out->tried);
}

enum ps_status ps_tune_run(const struct ps_tune_request *request, struct ps_diags *diags,
                           struct ps_tuned *out)
{
    *out = (struct ps_tuned){0};
    struct search s = {
        .request = request, .diags = diags, .out = out, .axes_n = request->study.axes_n};
    enum ps_status status = ps_search_whole(&s, &out->best);
    if (status != PS_OK) {
        return status;
    }
    out->nearest = out->best;
    out->found = out->tried[out->best].judgement == PS_MET;
    out->monotone = is_monotone(&s);
    if (!out->found) {
        return find_reach(&s);
    }
    find_interval(&s, out->best);
    status = s.axes_n == 1 ? verify_line(&s) : verify_about(&s);
    if (status != PS_OK) {
        return status;
    }
    take_answer(out);
    find_interval(&s, out->answer);
    find_binding(&s);
    return ps_search_prices(&s);
}

const struct ps_tried *ps_tuned_find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX])
{
    const struct ps_tried *found = NULL;
    for (size_t i = 0; i < tuned->tried_n; i++) {
        const struct ps_tried *t = &tuned->tried[i];
        if (!t->fresh && memcmp(t->at, at, sizeof t->at) == 0 &&
            (found == NULL || t->asked_n >= found->asked_n)) {
            found = t;
        }
    }
    return found;
}

int ps_tried_tightest(const struct ps_tried *tried, int constraints_n)
{
    int tightest = 0;
    for (int c = 1; c < constraints_n; c++) {
        if (ps_search_overrun(&tried->judged[c]) > ps_search_overrun(&tried->judged[tightest])) {
            tightest = c;
        }
    }
    return tightest;
}

void ps_tuned_free(struct ps_tuned *tuned)
{
    for (size_t i = 0; i < tuned->tried_n; i++) {
        free(tuned->tried[i].settling);
    }
    free(tuned->tried);
    *tuned = (struct ps_tuned){0};
}
