// SPDX-License-Identifier: GPL-3.0-or-later
#include "pilot.h"

#include <stdlib.h>

#include "pledgesim/rare.h"

/* Levels: the worlds that came nearest to depletion, of all levels so far, teach the law that the
 * next level is drawn by. */

enum {
    LEVELS_MAX = 4,
    FIRST_WORLDS = 32000, /* as they are */
    WORLDS = 16000,       /* of each further level */
    /* [assumption] worlds of a level that may teach: the nearest 2 and 10 % */
    FIRST_NEAREST = 640,
    NEAREST = 1600,
    SAMPLE_MAX = FIRST_NEAREST + (LEVELS_MAX - 1) * NEAREST,
    KEPT_N = 2
};

_Static_assert(FIRST_WORLDS + (LEVELS_MAX - 1) * WORLDS == PS_RARE_PILOT_MAX, "told in rare.h");

static const enum ps_measure KEPT[KEPT_N] = {PS_M_DEPLETED, PS_M_POOL_MIN};

/* [assumption] The nearest worlds teach, as many as tell as much as this number of equal ones, and
 * all depletions. These alone do, and the pilot ends, once they tell as much as the second number.
 */
static const double TEACHERS = 1000, DEPLETIONS_ENOUGH = 400;

/* How near to depletion a world came. */
struct place {
    int64_t lowest; /* balance; -1: depleted */
    float defaults; /* where the pool never pays, these tell worlds apart */
    uint32_t at;    /* which world of the level, or of the sample */
};

static int nearer(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->lowest != y->lowest)
        return x->lowest < y->lowest ? -1 : 1;
    if (x->defaults != y->defaults)
        return x->defaults > y->defaults ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

struct pilot {
    const struct ps_engine_request *request;
    int levels_n;
    struct ps_crises laws[LEVELS_MAX + 1]; /* of each level; by the last none was drawn */
    uint64_t worlds_n[LEVELS_MAX], drawn_n;
    /* The nearest worlds of all levels; with room for SAMPLE_MAX. */
    struct ps_crises_sample sample;
    double *density; /* of all levels' worlds together, over the plan's own law */
    struct place *near;
    /* Of one level, with room for FIRST_WORLDS. */
    int64_t *values; /* [KEPT_N][n] */
    double *weights;
    struct ps_tilt_counts *counts;
    struct place *places;
};

static enum ps_status pilot_open(struct pilot *p)
{
    const size_t dims = (size_t)p->laws[0].dims_n, n = SAMPLE_MAX;
    p->sample.scores = malloc((n * dims + 1) * sizeof *p->sample.scores);
    p->sample.votes = malloc(n * sizeof *p->sample.votes);
    p->sample.counts = malloc(n * sizeof *p->sample.counts);
    p->density = malloc(n * sizeof *p->density);
    p->near = malloc(n * sizeof *p->near);
    p->values = malloc(FIRST_WORLDS * KEPT_N * sizeof *p->values);
    p->weights = malloc(FIRST_WORLDS * sizeof *p->weights);
    p->counts = malloc(FIRST_WORLDS * sizeof *p->counts);
    p->places = malloc(FIRST_WORLDS * sizeof *p->places);
    return p->sample.scores && p->sample.votes && p->sample.counts && p->density && p->near &&
                   p->values && p->weights && p->counts && p->places
               ? PS_OK
               : ps_status_raise(PS_MEMORY);
}

static void pilot_close(struct pilot *p)
{
    for (int k = 0; k <= LEVELS_MAX; k++)
        ps_crises_free(&p->laws[k]);
    free(p->sample.scores);
    free(p->sample.votes);
    free(p->sample.counts);
    free(p->density);
    free(p->near);
    free(p->values);
    free(p->weights);
    free(p->counts);
    free(p->places);
}

static enum ps_status level_draw(const struct pilot *p, uint64_t n)
{
    struct ps_engine_request draw = *p->request;
    struct ps_engine_result result = {0};
    struct ps_diags none = {0};
    draw.tier = PS_TIER_DECISION;
    draw.first_world = PS_RARE_FIRST_PILOT + p->drawn_n;
    draw.worlds_n = n;
    draw.kept = KEPT;
    draw.kept_n = KEPT_N;
    draw.values = p->values;
    draw.precision = 0;
    draw.tilt = &p->laws[p->levels_n].tilt;
    draw.weights = p->weights;
    draw.tilt_counts = p->counts;
    const enum ps_status status = ps_engine_run(&draw, &none, &result);
    ps_engine_result_free(&result);
    ps_diags_free(&none);
    return status;
}

static float defaults_of(const struct ps_tilt_counts *counts)
{
    float sum = 0;
    for (int c = 0; c < PS_TILT_CELLS; c++)
        sum += counts->defaults[c];
    return sum;
}

static void level_sort(struct pilot *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++)
        p->places[i] = (struct place){.lowest = p->values[i] ? -1 : p->values[n + i],
                                      .defaults = defaults_of(&p->counts[i]),
                                      .at = i};
    qsort(p->places, n, sizeof *p->places, nearer);
}

/* What worlds of level k add to the density at a world of the sample. */
static double density_of(const struct pilot *p, int k, size_t i)
{
    const double *score = p->sample.scores + i * (size_t)p->laws[0].dims_n;
    return (double)p->worlds_n[k] * ps_crises_density(&p->laws[k], score, &p->sample.counts[i]);
}

/* Takes the nearest worlds of the level that was drawn last into the sample. */
static void level_keep(struct pilot *p, int nearest)
{
    struct ps_crises_sample *s = &p->sample;
    const int level = p->levels_n;
    for (size_t i = 0; i < s->n; i++)
        p->density[i] += density_of(p, level, i);
    for (int k = 0; k < nearest; k++) {
        const size_t i = s->n++;
        const struct place *place = &p->places[k];
        p->near[i] = *place;
        p->near[i].at = (uint32_t)i;
        s->counts[i] = p->counts[place->at];
        ps_crises_score(&p->laws[level], (uint32_t)(PS_RARE_FIRST_PILOT + p->drawn_n) + place->at,
                        s->scores + i * (size_t)p->laws[0].dims_n);
        p->density[i] = 0;
        for (int j = 0; j <= level; j++)
            p->density[i] += density_of(p, j, i);
    }
}

/* Eq. (12.8): votes for the nearest worlds, or for the depletions alone when these are enough.
 * Returns how many equal ones would tell as much as the depletions. */
static double vote(struct pilot *p)
{
    double sum = 0, square = 0, depletions = 0;
    qsort(p->near, p->sample.n, sizeof *p->near, nearer);
    for (size_t k = 0; k < p->sample.n; k++) {
        const int depleted = p->near[k].lowest < 0;
        const double enough = depletions < DEPLETIONS_ENOUGH ? TEACHERS : 0;
        const int teaches = depleted || square == 0 || sum * sum < enough * square;
        const double v = teaches ? 1 / p->density[p->near[k].at] : 0;
        sum += v;
        square += v * v;
        depletions = depleted ? sum * sum / square : depletions;
        p->sample.votes[p->near[k].at] = v;
    }
    for (size_t i = 0; i < p->sample.n; i++)
        p->sample.votes[i] /= sum;
    return depletions;
}

/* Is there no telling the nearest worlds of a level from the farthest? */
static int all_alike(const struct pilot *p, uint64_t n, int nearest)
{
    const struct place *last = &p->places[n - 1], *near = &p->places[nearest - 1];
    return near->lowest == last->lowest && near->defaults == last->defaults;
}

/* What multiplies the hazards so that a loan of each world of the level defaults on average. */
static double until_one_defaults(const struct pilot *p, uint64_t n)
{
    double hazard = 0;
    for (uint64_t i = 0; i < n; i++)
        for (int c = 0; c < PS_TILT_CELLS; c++)
            hazard += (double)p->counts[i].hazard[c];
    return hazard > 0 ? (double)n / hazard : 1;
}

/* Draws a level and learns the law of the next. */
static enum ps_status level_run(struct pilot *p, double *depletions)
{
    const int level = p->levels_n;
    struct ps_crises *next = &p->laws[level + 1];
    const uint64_t n = level > 0 ? WORLDS : FIRST_WORLDS;
    enum ps_status status = level_draw(p, n);
    if (status == PS_OK)
        status = ps_crises_init(next, p->laws[level].plan, p->laws[level].tilt.policy);
    if (status != PS_OK)
        return status;
    p->worlds_n[level] = n;
    level_sort(p, n);
    const int nearest = level > 0 ? NEAREST : FIRST_NEAREST, alike = all_alike(p, n, nearest);
    level_keep(p, alike ? 0 : nearest);
    p->drawn_n += n;
    p->levels_n++;
    if (alike) {
        ps_lessons_raise(next, until_one_defaults(p, n));
        return PS_OK;
    }
    *depletions = vote(p);
    return ps_crises_fit(next, &p->sample);
}

enum ps_status ps_pilot_run(const struct ps_engine_request *request,
                            const struct ps_world_plan *plan, const struct ps_policy *policy,
                            struct ps_crises *crises, uint64_t *drawn_n)
{
    struct pilot p = {.request = request};
    double depletions = 0;
    enum ps_status status = ps_crises_init(&p.laws[0], plan, policy);
    if (status == PS_OK)
        status = pilot_open(&p);
    while (status == PS_OK && p.levels_n < LEVELS_MAX && depletions < DEPLETIONS_ENOUGH)
        status = level_run(&p, &depletions);
    *drawn_n = p.drawn_n;
    *crises = p.laws[p.levels_n];
    p.laws[p.levels_n] = (struct ps_crises){0};
    pilot_close(&p);
    return status;
}
