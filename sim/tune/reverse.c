// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/reverse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/math.h"

/* Each direction is a line from 0 (no stress) to 1 (the end of its range). A first look at a
 * quarter of the worlds finds between which places a constraint stops holding; all worlds go there.
 */

enum {
    GRID = 6,         /* places of the first look */
    INSIDE = 3,       /* places put between the last that surely holds and the first that fails */
    ROUNDS = 4,       /* of that, at most */
    BATCH = 32,       /* variants prepared together */
    WORLDS_FEW = 2048 /* not worth a first look with fewer */
};

/* A place on the line and what was seen there. */
struct place {
    double at;
    uint64_t worlds_n;
    struct ps_judged judged[PS_CONSTRAINTS_MAX];
};

struct direction {
    struct ps_stress stress; /* the end of the range */
    struct place *places;    /* by `at`, the first is the base */
    size_t places_n, capacity;
};

struct wanted {
    size_t direction;
    double at;
};

struct search {
    const struct ps_stress_request *request;
    struct ps_diags *diags;
    struct direction *directions;
    size_t directions_n;
    struct wanted *wanted;
    size_t wanted_n, capacity;
    uint64_t variants_n;
};

/* ---- places ---- */

/* Times grow by equal factors, the rest by equal steps. */
static double size_at(const struct ps_stress *end, double at)
{
    const struct ps_stress_kind_desc *desc = ps_stress_kind_desc(end->kind);
    if (isnan(at)) {
        return at;
    }
    return desc->unit == PS_STRESS_TIMES ? ps_exp(at * ps_log(end->size)) : at * end->size;
}

static enum ps_status put_place(struct direction *d, const struct place *place)
{
    size_t i = 0;
    while (i < d->places_n && d->places[i].at < place->at) {
        i++;
    }
    if (i < d->places_n && d->places[i].at == place->at) {
        d->places[i] = *place;
        return PS_OK;
    }
    if (d->places_n == d->capacity) {
        const size_t capacity = 2 * d->capacity + 16;
        struct place *grown = realloc(d->places, capacity * sizeof *grown);
        if (grown == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        d->places = grown;
        d->capacity = capacity;
    }
    memmove(&d->places[i + 1], &d->places[i], (d->places_n - i) * sizeof *d->places);
    d->places[i] = *place;
    d->places_n++;
    return PS_OK;
}

static enum ps_status want(struct search *s, size_t direction, double at)
{
    for (size_t i = 0; i < s->wanted_n; i++) {
        if (s->wanted[i].direction == direction && s->wanted[i].at == at) {
            return PS_OK;
        }
    }
    if (s->wanted_n == s->capacity) {
        const size_t capacity = 2 * s->capacity + 64;
        struct wanted *grown = realloc(s->wanted, capacity * sizeof *grown);
        if (grown == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        s->wanted = grown;
        s->capacity = capacity;
    }
    s->wanted[s->wanted_n++] = (struct wanted){direction, at};
    return PS_OK;
}

/* Up to BATCH variants in one run of the engine. */
static enum ps_status evaluate(struct search *s, const struct wanted *wanted, size_t n,
                               uint64_t worlds_n)
{
    const struct ps_study *study = &s->request->study;
    struct ps_stressed stressed[BATCH] = {0};
    struct ps_scenario scenarios[BATCH];
    struct ps_engine_result result = {0};
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < n && status == PS_OK; i++) {
        struct ps_stress stress = s->directions[wanted[i].direction].stress;
        stress.size = size_at(&stress, wanted[i].at);
        status = ps_stress_apply(s->request->base, &stress, &stressed[i]);
        scenarios[i] = stressed[i].scenario;
    }
    if (status == PS_OK) {
        status = ps_study_simulate(study, scenarios, n, 0, worlds_n, NULL, s->diags, &result);
    }
    for (size_t i = 0; i < n && status == PS_OK; i++) {
        struct place place = {.at = wanted[i].at, .worlds_n = worlds_n};
        for (int c = 0; c < study->constraints_n; c++) {
            place.judged[c] = ps_constraint_judge(&study->constraints[c], &result.rows[i].row,
                                                  s->request->confidence);
        }
        status = put_place(&s->directions[wanted[i].direction], &place);
    }
    for (size_t i = 0; i < n; i++) {
        ps_stressed_free(&stressed[i]);
    }
    ps_engine_result_free(&result);
    return status;
}

static enum ps_status evaluate_wanted(struct search *s, uint64_t worlds_n)
{
    enum ps_status status = PS_OK;
    for (size_t at = 0; at < s->wanted_n && status == PS_OK; at += BATCH) {
        const size_t left = s->wanted_n - at;
        status = evaluate(s, s->wanted + at, left < BATCH ? left : BATCH, worlds_n);
    }
    s->variants_n += s->wanted_n;
    s->wanted_n = 0;
    return status;
}

/* ---- where a limit is crossed ---- */

enum reading { ESTIMATE, UNFAVOURABLE, FAVOURABLE };

/* How far a figure is on the wrong side of its limit. */
static double overrun(const struct ps_judged *j, enum reading reading)
{
    const double far = j->at_most ? j->value.upper : j->value.lower;
    const double near = j->at_most ? j->value.lower : j->value.upper;
    const double value = reading == ESTIMATE       ? j->value.value
                         : reading == UNFAVOURABLE ? far
                                                   : near;
    return j->at_most ? value - j->limit : j->limit - value;
}

/* Where it first gets there, read linearly between places that had all worlds; NaN: nowhere. */
static double crossing(const struct direction *d, int c, enum reading reading, uint64_t all)
{
    double at = 0, gap = 0;
    for (size_t i = 0; i < d->places_n; i++) {
        const struct place *place = &d->places[i];
        if (place->worlds_n < all) {
            continue;
        }
        const double now = overrun(&place->judged[c], reading);
        if (now > 0) {
            return i == 0 ? 0 : at + (place->at - at) * -gap / (now - gap);
        }
        at = place->at;
        gap = now;
    }
    return (double)NAN;
}

/* ---- the search ---- */

/* The last place that surely holds before the first that surely fails, or before the end; 0: there
 * is nothing to look for. */
static int find_hull(const struct direction *d, int c, size_t *from, size_t *to)
{
    size_t i = 0;
    while (i + 1 < d->places_n && d->places[i].judged[c].judgement != PS_MISSED) {
        i++;
    }
    *from = *to = i;
    while (*from > 0 && d->places[*from].judged[c].judgement != PS_MET) {
        (*from)--;
    }
    return *from < *to;
}

/* Ends and inside of a hull are known at all worlds, or what is missing is wanted. */
static enum ps_status want_hull(struct search *s, size_t direction, size_t from, size_t to)
{
    const struct direction *d = &s->directions[direction];
    const uint64_t all = s->request->worlds_n;
    const double a = d->places[from].at, b = d->places[to].at;
    const int ends = d->places[from].worlds_n == all && d->places[to].worlds_n == all;
    int inside = 0;
    enum ps_status status = PS_OK;
    for (size_t i = from + 1; i < to; i++) {
        inside += d->places[i].worlds_n == all;
    }
    if (ends && inside > 0) {
        return PS_OK;
    }
    if (d->places[from].worlds_n < all) {
        status = want(s, direction, a);
    }
    if (status == PS_OK && d->places[to].worlds_n < all) {
        status = want(s, direction, b);
    }
    for (int k = 1; k <= INSIDE && status == PS_OK; k++) {
        status = want(s, direction, a + (b - a) * k / (INSIDE + 1));
    }
    return status;
}

/* Once more where the estimate seems to cross: places about it are some way off. */
static enum ps_status sharpen(struct search *s)
{
    const uint64_t all = s->request->worlds_n;
    enum ps_status status = PS_OK;
    for (size_t d = 0; d < s->directions_n; d++) {
        for (int c = 0; c < s->request->study.constraints_n && status == PS_OK; c++) {
            const double at = crossing(&s->directions[d], c, ESTIMATE, all);
            if (at > 0) {
                status = want(s, d, at);
            }
        }
    }
    return status == PS_OK ? evaluate_wanted(s, all) : status;
}

static enum ps_status search(struct search *s)
{
    const uint64_t all = s->request->worlds_n, quarter = all / 4 & ~(uint64_t)1;
    enum ps_status status = PS_OK;
    for (size_t d = 0; d < s->directions_n && status == PS_OK; d++) {
        for (int k = 1; k <= GRID && status == PS_OK; k++) {
            status = want(s, d, (double)k / GRID);
        }
    }
    if (status == PS_OK) {
        status = evaluate_wanted(s, all < WORLDS_FEW ? all : quarter);
    }
    for (int round = 0; round < ROUNDS && status == PS_OK; round++) {
        for (size_t d = 0; d < s->directions_n && status == PS_OK; d++) {
            for (int c = 0; c < s->request->study.constraints_n && status == PS_OK; c++) {
                size_t from, to;
                if (find_hull(&s->directions[d], c, &from, &to)) {
                    status = want_hull(s, d, from, to);
                }
            }
        }
        if (s->wanted_n == 0) {
            break;
        }
        status = status == PS_OK ? evaluate_wanted(s, all) : status;
    }
    return status == PS_OK ? sharpen(s) : status;
}

/* ---- the answer ---- */

static int is_monotone(const struct direction *d, int c)
{
    int missed = 0;
    for (size_t i = 0; i < d->places_n; i++) {
        const enum ps_judgement judgement = d->places[i].judged[c].judgement;
        if (missed && judgement == PS_MET) {
            return 0;
        }
        missed |= judgement == PS_MISSED;
    }
    return 1;
}

static double plausibility(const struct ps_world_plan *plan, struct ps_stress stress, double size)
{
    stress.size = size;
    const double none = ps_stress_kind_desc(stress.kind)->none;
    return isnan(size) || size == none ? (double)NAN : ps_stress_plausibility(plan, &stress);
}

static struct ps_reverse_line answer(const struct search *s, const struct direction *d, int c,
                                     const struct ps_world_plan *plan)
{
    const uint64_t all = s->request->worlds_n;
    struct ps_reverse_line out = {
        .direction = d->stress, .constraint = c, .monotone = is_monotone(d, c)};
    const double at = crossing(d, c, ESTIMATE, all);
    out.size = size_at(&d->stress, at);
    out.lo = size_at(&d->stress, crossing(d, c, UNFAVOURABLE, all));
    out.hi = size_at(&d->stress, crossing(d, c, FAVOURABLE, all));
    out.outcome = isnan(at) ? PS_REVERSE_NOT : at > 0 ? PS_REVERSE_AT : PS_REVERSE_ALREADY;
    out.plausibility = plausibility(plan, d->stress, out.size);
    out.plausibility_lo = plausibility(plan, d->stress, out.hi);
    out.plausibility_hi = plausibility(plan, d->stress, out.lo);
    return out;
}

/* ---- directions ---- */

/* The end of the range: the farthest place of the grid whose worlds can be drawn. */
static int find_end(const struct ps_scenario *base, struct ps_stress *stress)
{
    const double none = ps_stress_kind_desc(stress->kind)->none;
    struct ps_stress end = *stress;
    end.size = ps_stress_limit(base, stress->kind);
    if (end.size <= none) {
        return 0;
    }
    for (int k = GRID; k > 0; k--) {
        stress->size = k == GRID ? end.size : size_at(&end, (double)k / GRID);
        if (ps_stress_possible(base, stress)) {
            return 1;
        }
    }
    return 0;
}

static enum ps_status add_direction(struct search *s, struct ps_stress stress,
                                    const struct ps_judged *base)
{
    struct place none = {.worlds_n = s->request->worlds_n};
    if (!find_end(s->request->base, &stress)) {
        return PS_OK;
    }
    memcpy(none.judged, base, (size_t)s->request->study.constraints_n * sizeof *base);
    struct direction *d = &s->directions[s->directions_n++];
    *d = (struct direction){.stress = stress};
    return put_place(d, &none);
}

static enum ps_status add_directions(struct search *s, const struct ps_judged *base)
{
    const int clusters_n = (int)s->request->base->clusters_n;
    s->directions = calloc(PS_STRESS_KIND_N + (size_t)clusters_n, sizeof *s->directions);
    enum ps_status status = s->directions == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (int kind = 0; kind < PS_STRESS_KIND_N && status == PS_OK; kind++) {
        const int each = kind == PS_STRESS_CLUSTER;
        for (int c = each ? 0 : -1; c < (each ? clusters_n : 0) && status == PS_OK; c++) {
            const struct ps_stress stress = {(enum ps_stress_kind)kind, c, 0};
            status = add_direction(s, stress, base);
        }
    }
    return status;
}

enum ps_status ps_reverse_run(const struct ps_stress_request *request,
                              const struct ps_world_plan *plan, const struct ps_judged *base,
                              struct ps_diags *diags, struct ps_reverse *out)
{
    const int constraints_n = request->study.constraints_n;
    struct search s = {.request = request, .diags = diags};
    *out = (struct ps_reverse){0};
    enum ps_status status = add_directions(&s, base);
    if (status == PS_OK) {
        status = search(&s);
    }
    if (status == PS_OK) {
        out->lines = calloc(s.directions_n * (size_t)constraints_n + 1, sizeof *out->lines);
        status = out->lines == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    }
    for (size_t d = 0; d < s.directions_n && status == PS_OK; d++) {
        for (int c = 0; c < constraints_n; c++) {
            out->lines[out->lines_n++] = answer(&s, &s.directions[d], c, plan);
        }
    }
    out->variants_n = s.variants_n;
    for (size_t d = 0; d < s.directions_n; d++) {
        free(s.directions[d].places);
    }
    free(s.directions);
    free(s.wanted);
    return status;
}

void ps_reverse_free(struct ps_reverse *reverse)
{
    free(reverse->lines);
    *reverse = (struct ps_reverse){0};
}
