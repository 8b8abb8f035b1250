// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prices.h"
#include "search.h"

/* The search, its verification on fresh worlds, and what is said about the answer. */

/* ---- what the search says about itself ---- */

/* On the line through a variant: the way to it from the nearest one that fails; up when none does.
 */
static int inward(const struct search *s, const struct ps_tried *from)
{
    const struct spot own = ps_spot_of(s, from);
    int64_t distance = INT64_MAX;
    int in = 1;
    for (size_t i = 0; i < s->out->tried_n; i++) {
        const struct ps_tried *t = &s->out->tried[i];
        const struct spot spot = ps_spot_of(s, t);
        const int64_t off = from->at[s->along] - t->at[s->along];
        if (!t->fresh && t->asked_n >= s->request->worlds_n && t->judgement != PS_MET && off != 0 &&
            llabs(off) < distance && ps_spots_in_line(&spot, &own)) {
            distance = llabs(off);
            in = off > 0 ? 1 : -1;
        }
    }
    return in;
}

/* Steps from the nearest variant on its line that is surely missed, on the side away from `in`; 0
 * when none is. */
static int64_t in_doubt(const struct search *s, const struct ps_tried *from, int in)
{
    const struct spot own = ps_spot_of(s, from);
    int64_t steps = 0;
    for (size_t i = 0; i < s->out->tried_n; i++) {
        const struct ps_tried *t = &s->out->tried[i];
        const struct spot spot = ps_spot_of(s, t);
        const int64_t off = in * (from->at[s->along] - t->at[s->along]);
        if (!t->fresh && t->judgement == PS_MISSED && ps_spots_in_line(&spot, &own) && off > 0 &&
            (steps == 0 || off < steps)) {
            steps = off;
        }
    }
    return steps;
}

/* On one axis, by bounds: is there a variant missed beyond one that is met, on the side where more
 * of the parameter should help? */
static int is_monotone(const struct search *s)
{
    const struct ps_tuned *out = s->out;
    if (s->axes_n > 1) {
        return 1;
    }
    const int in = inward(s, &out->tried[out->best]);
    for (size_t i = 0; i < out->tried_n; i++) {
        for (size_t k = 0; k < out->tried_n; k++) {
            const struct ps_tried *t = &out->tried[i], *farther = &out->tried[k];
            if (!t->fresh && !farther->fresh && in * (farther->at[0] - t->at[0]) > 0 &&
                t->judgement == PS_MET && farther->judgement == PS_MISSED) {
                return 0;
            }
        }
    }
    return 1;
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
        const int near = distance(s, t, answer) == 1 && t->asked_n >= s->request->worlds_n;
        if ((!t->fresh && !near) ||
            !ps_search_improves(s, t->objective.value, answer->objective.value)) {
            continue;
        }
        for (int c = 0; c < s->request->study.constraints_n; c++) {
            out->binding |= (unsigned)(t->judged[c].judgement != PS_MET) << c;
        }
    }
}

/* Nothing meets everything: how far each constraint by itself can be met. With several axes by the
 * worlds of the first look. */
static enum ps_status find_reach(struct search *s)
{
    const uint64_t worlds_n = s->axes_n > 1 ? ps_search_glance(s) : s->request->worlds_n;
    struct aim aims[PS_AIMS_MAX];
    const int n = s->request->study.constraints_n;
    for (int c = 0; c < n; c++) {
        aims[c] = ps_search_aim(s);
        aims[c].alone = c;
    }
    const enum ps_status status = ps_search_closer(s, aims, n, worlds_n, s->axes_n > 1);
    for (int c = 0; c < n && status == PS_OK; c++) {
        s->out->reach[c] = ps_search_best(s, &aims[c], worlds_n);
    }
    return status;
}

/* ---- fresh worlds ---- */

/* A variant and its neighbours, one step to each side on every axis. */
static enum ps_status want_around(const struct search *s, const struct ps_tried *tried,
                                  struct spots *wanted)
{
    enum ps_status status = PS_OK;
    for (int i = -1; i < 2 * s->axes_n && status == PS_OK; i++) {
        struct spot spot = ps_spot_of(s, tried);
        const int a = i < 0 ? 0 : i / 2;
        int64_t *place = &spot.key[ps_spot_place(s, a)];
        *place += i < 0 ? 0 : i % 2 ? 1 : -1;
        spot.tried = NULL;
        if (*place >= 0 && *place <= s->request->study.axes[a].steps_n) {
            status = ps_spots_add(wanted, &spot);
        }
    }
    return status;
}

/* Runs those of the wanted variants that one set of worlds has not seen. */
static enum ps_status try_unseen(struct search *s, const struct spots *wanted, int fresh)
{
    struct spots unseen = {0};
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < wanted->n && status == PS_OK; i++) {
        int64_t at[PS_AXES_MAX] = {0};
        for (int a = 0; a < s->axes_n; a++) {
            at[a] = wanted->spot[i].key[ps_spot_place(s, a)];
        }
        const struct ps_tried *seen =
            fresh ? ps_tuned_fresh(s->out, at) : ps_tuned_find(s->out, at);
        if (seen == NULL || seen->asked_n < s->request->worlds_n) {
            status = ps_spots_add(&unseen, &wanted->spot[i]);
        }
    }
    if (status == PS_OK && unseen.n > 0) {
        status = ps_search_try(s, &unseen, s->request->worlds_n, fresh);
    }
    ps_spots_free(&unseen);
    return status;
}

enum { FARTHER = 8 }; /* places farther in that are verified too */

/* Of the verified places on the line through the best, from there inwards, the first that meets
 * everything; the best itself when none does. */
static void choose(struct search *s, int64_t step)
{
    struct ps_tuned *out = s->out;
    int64_t at[PS_AXES_MAX];
    memcpy(at, out->tried[out->best].at, sizeof at);
    out->verified = (size_t)(ps_tuned_fresh(out, at) - out->tried);
    for (int i = -1; i <= FARTHER && !out->holds; i++) {
        const int64_t off = i < 0 ? 0 : i == 0 ? (step > 0 ? 1 : -1) : i * step;
        at[s->along] = out->tried[out->best].at[s->along] + off;
        const struct ps_tried *fresh = ps_tuned_fresh(out, at);
        if (fresh != NULL && fresh->judgement == PS_MET) {
            out->verified = (size_t)(fresh - out->tried);
            out->holds = 1;
        }
    }
}

/* The answer of the search and places farther in on its line, on worlds that took no part in the
 * choice; then both sets of worlds for the answer and its neighbours. */
static enum ps_status verify(struct search *s)
{
    struct ps_tuned *out = s->out;
    const struct ps_tried *best = &out->tried[out->best];
    const int64_t steps = s->request->study.axes[s->along].steps_n;
    const int in = inward(s, best);
    const int64_t quarter = in_doubt(s, best, in) / 4, step = in * (quarter > 1 ? quarter : 1);
    struct spots wanted = {0};
    enum ps_status status = want_around(s, best, &wanted);
    for (int i = 1; i <= FARTHER && status == PS_OK; i++) {
        struct spot spot = ps_spot_of(s, best);
        int64_t *place = &spot.key[ps_spot_place(s, s->along)];
        *place += i * step;
        spot.tried = NULL;
        if (*place >= 0 && *place <= steps) {
            status = ps_spots_add(&wanted, &spot);
        }
    }
    if (status == PS_OK) {
        status = ps_search_try(s, &wanted, s->request->worlds_n, 1);
    }
    if (status == PS_OK) {
        choose(s, step);
        wanted.n = 0;
        status = want_around(s, &out->tried[out->verified], &wanted);
    }
    for (int fresh = 0; fresh <= 1 && status == PS_OK; fresh++) {
        status = try_unseen(s, &wanted, fresh);
    }
    if (status == PS_OK) {
        const struct ps_tried *search = ps_tuned_find(out, out->tried[out->verified].at);
        out->answer = (size_t)(search - out->tried);
        out->holds &= search->judgement == PS_MET;
    }
    ps_spots_free(&wanted);
    return status;
}

/* ---- quantiles ---- */

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The order statistics of n values, some of which may be missing; sorts them. */
static struct ps_metric_value quantile_of(int64_t *value, uint64_t n, double level, int paired,
                                          double confidence)
{
    struct ps_metric_value none = {(double)NAN, -HUGE_VAL, HUGE_VAL};
    uint64_t given = 0;
    for (uint64_t w = 0; w < n; w++) {
        if (value[w] != PS_NOT_GIVEN) {
            value[given++] = value[w];
        }
    }
    if (given == 0) {
        return none;
    }
    qsort(value, given, sizeof *value, by_size);
    const double both = 2 * confidence - 1; /* each side errs by 1 - confidence */
    const struct ps_ranks ranks = paired ? ps_pairs_quantile_ranks(given, level, both)
                                         : ps_quantile_ranks(given, level, both);
    return (struct ps_metric_value){.value = (double)value[ps_quantile_rank(given, level) - 1],
                                    .lower = ranks.lo < 1 ? -HUGE_VAL : (double)value[ranks.lo - 1],
                                    .upper =
                                        ranks.hi > given ? HUGE_VAL : (double)value[ranks.hi - 1]};
}

/* A constraint on a quantile is judged by a share; the quantile itself needs the values of all
 * worlds of one variant. */
static enum ps_status find_quantiles(struct search *s, const struct ps_tried *tried)
{
    const struct ps_tune_request *request = s->request;
    const struct ps_constraint *constraints = request->study.constraints;
    const uint64_t first = tried->fresh ? request->worlds_n + request->worlds_n % 2 : 0;
    const size_t kept = (size_t)request->study.constraints_n + (size_t)request->study.metrics_n;
    struct ps_study study = request->study;
    struct ps_study_batch batch = {0};
    struct ps_box box = {0};
    int64_t *values = NULL;
    int any = 0;
    for (int c = 0; c < request->study.constraints_n; c++) {
        any |= constraints[c].metric.kind == PS_METRIC_QUANTILE;
    }
    if (!any) {
        return PS_OK;
    }
    for (int a = 0; a < s->axes_n; a++) {
        box.first[a] = tried->at[a];
        box.stride[a] = box.n[a] = 1;
    }
    study.precision = 0;
    values = calloc(kept * tried->worlds_n, sizeof *values);
    enum ps_status status = values == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    if (status == PS_OK) {
        status = ps_study_batch_add(&study, &box, s->diags, &batch);
    }
    if (status == PS_OK) {
        status = ps_study_batch_run(&study, first, tried->worlds_n, values, s->diags, &batch);
    }
    for (int c = 0; c < study.constraints_n && status == PS_OK; c++) {
        if (constraints[c].metric.kind == PS_METRIC_QUANTILE) {
            s->out->quantile[c] = quantile_of(values + (size_t)c * tried->worlds_n, tried->worlds_n,
                                              constraints[c].metric.level,
                                              batch.engine.rows[0].row.paired, request->confidence);
        }
    }
    ps_study_batch_free(&batch);
    free(values);
    return status;
}

/* ---- all together ---- */

enum ps_status ps_tune_run(const struct ps_tune_request *request, struct ps_diags *diags,
                           struct ps_tuned *out)
{
    *out = (struct ps_tuned){0};
    struct aim aims[PS_AIMS_MAX];
    int aims_n = 0;
    const uint64_t all = request->worlds_n;
    struct search s = {.request = request,
                       .study = request->study,
                       .batched = request->objective.metric.measure,
                       .diags = diags,
                       .out = out,
                       .axes_n = request->study.axes_n};
    s.study.batched = request->objective.axis < 0 ? &s.batched : NULL;
    enum ps_status status = ps_search_begin(&s);
    if (status == PS_OK) {
        aims_n = ps_search_aims(&s, aims);
    }
    /* What all worlds show can lead to new lines, at which fewer have a look first. */
    for (size_t tried_n = 0; tried_n < out->tried_n && status == PS_OK;) {
        if (s.axes_n > 1) {
            status = ps_search_closer(&s, aims, aims_n, ps_search_glance(&s), 1);
        }
        tried_n = out->tried_n;
        if (status == PS_OK) {
            status = ps_search_closer(&s, aims, aims_n, all, 0);
        }
    }
    if (status != PS_OK) {
        return status;
    }
    out->along = s.along;
    out->best = out->nearest = out->answer = ps_search_best(&s, &aims[0], all);
    out->found = out->tried[out->best].judgement == PS_MET;
    out->monotone = is_monotone(&s);
    if (!out->found) {
        status = find_reach(&s);
        return status == PS_OK ? find_quantiles(&s, &out->tried[out->nearest]) : status;
    }
    status = ps_search_interval(&s, out->best);
    if (status == PS_OK) {
        status = verify(&s);
    }
    if (status == PS_OK && out->answer != out->best) {
        status = ps_search_interval(&s, out->answer);
    }
    if (status != PS_OK) {
        return status;
    }
    find_binding(&s);
    ps_search_prices(&s, aims);
    return find_quantiles(&s, &out->tried[out->verified]);
}

/* The record with most worlds. */
static const struct ps_tried *find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX],
                                   int fresh)
{
    const struct ps_tried *found = NULL;
    for (size_t i = 0; i < tuned->tried_n; i++) {
        const struct ps_tried *t = &tuned->tried[i];
        if (t->fresh == fresh && memcmp(t->at, at, sizeof t->at) == 0 &&
            (found == NULL || t->asked_n >= found->asked_n)) {
            found = t;
        }
    }
    return found;
}

const struct ps_tried *ps_tuned_find(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX])
{
    return find(tuned, at, 0);
}

const struct ps_tried *ps_tuned_fresh(const struct ps_tuned *tuned, const int64_t at[PS_AXES_MAX])
{
    return find(tuned, at, 1);
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
        free(tuned->tried[i].batches);
    }
    free(tuned->tried);
    *tuned = (struct ps_tuned){0};
}
