// SPDX-License-Identifier: GPL-3.0-or-later
#include "pilot.h"

#include <stdlib.h>

#include "pledgesim/rare.h"

/* Levels: the worst worlds of a level teach the tilt of the next, until depletions do. */

enum { KEPT_N = 2, DEPLETIONS_ENOUGH = 200 };

static const enum ps_measure KEPT[KEPT_N] = {PS_M_DEPLETED, PS_M_POOL_MIN};

static const double WORST_FIRST = 0.02; /* of the worlds as they are */
static const double WORST = 0.1;        /* of tilted worlds */

struct level {
    const struct ps_engine_request *request;
    struct ps_crises *crises;
    uint64_t first, n;
    int tilted;                    /* the first level is not */
    int64_t *values;               /* [row][KEPT_N][n] */
    double *weights;               /* [n] */
    struct ps_tilt_counts *counts; /* [n] */
    double *votes;                 /* [n], summed over rows */
    int rows_done;                 /* rows whose depletions teach, and rows that teach nothing */
};

struct place {
    int64_t depth; /* -1: depleted; else the lowest balance */
    uint64_t world;
};

static int deeper(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return (x->world > y->world) - (x->world < y->world);
}

static enum ps_status level_draw(struct level *l)
{
    struct ps_engine_request draw = *l->request;
    struct ps_engine_result result = {0};
    struct ps_diags none = {0};
    draw.tier = PS_TIER_DECISION;
    draw.first_world = l->first;
    draw.worlds_n = l->n;
    draw.kept = KEPT;
    draw.kept_n = KEPT_N;
    draw.values = l->values;
    draw.precision = 0;
    draw.tilt = &l->crises->tilt;
    draw.weights = l->weights;
    draw.tilt_counts = l->counts;
    const enum ps_status status = ps_engine_run(&draw, &none, &result);
    ps_engine_result_free(&result);
    ps_diags_free(&none);
    return status;
}

/* Depletions of a row in terms of equal ones, given that it sorted them to the front. */
static size_t depletions(const struct level *l, const struct place *places, double *effective_n)
{
    double sum = 0, square = 0;
    size_t n = 0;
    for (; n < l->n && places[n].depth < 0; n++) {
        const double w = l->weights[places[n].world];
        sum += w;
        square += w * w;
    }
    *effective_n = square > 0 ? sum * sum / square : 0;
    return n;
}

/* Eq. (12.8): a row's vote is shared by its depletions or, where these are too few, its worst
 * worlds. */
static void row_vote(struct level *l, size_t row, struct place *places)
{
    const int64_t *depleted = l->values + row * KEPT_N * l->n, *lowest = depleted + l->n;
    for (uint64_t i = 0; i < l->n; i++)
        places[i] = (struct place){.depth = depleted[i] ? -1 : lowest[i], .world = i};
    qsort(places, l->n, sizeof *places, deeper);
    double effective_n, sum = 0;
    size_t n = depletions(l, places, &effective_n);
    const int enough = effective_n >= DEPLETIONS_ENOUGH;
    if (!enough) {
        n = (size_t)((double)l->n * (l->tilted ? WORST : WORST_FIRST));
        if (places[n].depth == places[l->n - 1].depth) { /* nothing tells the worst ones apart */
            l->rows_done++;
            return;
        }
    }
    l->rows_done += enough;
    for (size_t i = 0; i < n; i++)
        sum += l->weights[places[i].world];
    for (size_t i = 0; i < n; i++)
        l->votes[places[i].world] += l->weights[places[i].world] / sum;
}

/* Fits the crises to all worlds with a vote. */
static enum ps_status level_learn(struct level *l)
{
    const size_t dims = (size_t)l->crises->dims_n;
    size_t n = 0;
    for (uint64_t i = 0; i < l->n; i++)
        n += l->votes[i] > 0;
    if (n == 0)
        return PS_OK;
    struct ps_crises_sample sample = {.scores = malloc(n * dims * sizeof(double)),
                                      .votes = malloc(n * sizeof(double)),
                                      .counts = malloc(n * sizeof *sample.counts)};
    enum ps_status status =
        sample.scores && sample.votes && sample.counts ? PS_OK : ps_status_raise(PS_MEMORY);
    for (uint64_t i = 0; status == PS_OK && i < l->n; i++)
        if (l->votes[i] > 0) {
            ps_crises_score(l->crises, (uint32_t)(l->first + i), sample.scores + sample.n * dims);
            sample.counts[sample.n] = l->counts[i];
            sample.votes[sample.n++] = l->votes[i];
        }
    if (status == PS_OK)
        status = ps_crises_fit(l->crises, &sample);
    free(sample.scores);
    free(sample.votes);
    free(sample.counts);
    return status;
}

static enum ps_status level_run(struct level *l)
{
    const size_t rows = l->request->scenarios_n, n = (size_t)l->n;
    struct place *places = malloc(n * sizeof *places);
    l->values = calloc(rows * KEPT_N * n, sizeof *l->values);
    l->weights = malloc(n * sizeof *l->weights);
    l->counts = malloc(n * sizeof *l->counts);
    l->votes = calloc(n, sizeof *l->votes);
    enum ps_status status = places && l->values && l->weights && l->counts && l->votes
                                ? level_draw(l)
                                : ps_status_raise(PS_MEMORY);
    for (size_t row = 0; status == PS_OK && row < rows; row++)
        row_vote(l, row, places);
    if (status == PS_OK)
        status = level_learn(l);
    free(places);
    free(l->values);
    free(l->weights);
    free(l->counts);
    free(l->votes);
    return status;
}

enum ps_status ps_pilot_run(const struct ps_engine_request *request,
                            const struct ps_world_plan *plan, struct ps_crises *crises,
                            uint64_t *drawn_n)
{
    enum ps_status status = ps_crises_init(crises, plan);
    int done = 0;
    *drawn_n = 0;
    for (int k = 0; status == PS_OK && !done && k < PILOT_LEVELS_MAX; k++) {
        struct level level = {.request = request,
                              .crises = crises,
                              .first = PS_RARE_FIRST_PILOT + *drawn_n,
                              .n = k == 0 ? PILOT_FIRST_WORLDS : PILOT_WORLDS,
                              .tilted = k > 0};
        status = level_run(&level);
        *drawn_n += level.n;
        done = level.rows_done == (int)request->scenarios_n;
    }
    return status;
}
