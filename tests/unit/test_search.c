// SPDX-License-Identifier: GPL-3.0-or-later
// The search against the whole grid, and the interval of the optimum against the true one, where
// both are known: ps_search_try (trial.c), which runs variants on worlds, is replaced by figures
// given as formulas with the noise of worlds that all variants share.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/tune/search.h"
#include "claim.h"
#include "pledgesim/math.h"
#include "pledgesim/stats.h"
#include "testkit.h"

enum { WORLDS = 20000, CONSTRAINTS = 2, SETS = 3 };

/* ---- figures by formula ---- */

/* x: places on the axes as parts of the range. A probability for each constraint, and a mean. */
struct landscape {
    const char *name;
    double (*p[CONSTRAINTS])(const double x[]);
    double (*mean)(const double x[]);
    double limit[CONSTRAINTS];
    int at_most[CONSTRAINTS];
    int constraints_n, objective_axis, maximise;
};

/* Safe with much of the first and little of the others, as a pool and its leverage. */
static double risk(const double x[])
{
    return 0.06 * exp(-4 * x[0] + 2 * x[1] + 0.7 * x[2]);
}

static double reach(const double x[])
{
    return 1 / (1 + exp(2.5 - 4 * x[0] - 3 * x[1] - x[2]));
}

static double cost(const double x[])
{
    return 100 * (1 - exp(-2 * x[0] - 0.9 * x[1] - 0.3 * x[2])) + 8 * x[1] + 2 * x[2];
}

/* Safe in two stretches of the first axis, the narrower of which has the lower cost; they move with
 * the second axis. */
static double islands(const double x[])
{
    const double a = (x[0] - 0.2 - 0.05 * x[1]) / 0.07, b = (x[0] - 0.75 + 0.1 * x[1]) / 0.15;
    return 0.04 * (1 - 0.9 * exp(-a * a) - 0.9 * exp(-b * b)) * (1 + 0.5 * x[1] + 0.3 * x[2]);
}

static double valley(const double x[])
{
    const double a = x[0] - 0.37, b = x[1] - 0.61, c = x[2] - 0.3;
    return 50 + 60 * a * a + 40 * b * b + 20 * a * b + 30 * c * c;
}

/* Two valleys across the second axis, the deeper one the narrower. */
static double valleys(const double x[])
{
    const double a = (x[1] - 0.2) / 0.3, b = (x[1] - 0.8) / 0.15;
    return 60 - 10 * exp(-a * a) - 14 * exp(-b * b) + 30 * (x[0] - 0.5) * (x[0] - 0.5) + 3 * x[2];
}

/* Rises and falls again along the first axis: safe inside only. */
static double inside(const double x[])
{
    const double a = (x[0] - 0.3 - 0.3 * x[1]) / 0.2;
    return 0.005 + 0.03 * (1 - exp(-a * a));
}

/* Along the edge of what is safe the cost hardly changes. */
static double edge(const double x[])
{
    return 0.03 * exp(-2 * x[0] - 1.5 * x[1] - 0.3 * x[2]);
}

static double slope(const double x[])
{
    return 40 + 20 * x[0] + 14.8 * x[1] + 4 * x[2];
}

static const struct landscape LANDSCAPES[] = {
    {"the first axis", {risk, reach}, NULL, {0.01, 0.6}, {1, 0}, 2, 0, 0},
    {"cost, one limit", {reach}, cost, {0.6}, {0}, 1, -1, 0},
    {"cost, two limits", {risk, reach}, cost, {0.02, 0.6}, {1, 0}, 2, -1, 0},
    {"the second axis, as large as can be", {risk, reach}, NULL, {0.01, 0.5}, {1, 0}, 2, 1, 1},
    {"a valley", {risk}, valley, {0.3}, {1}, 1, -1, 0},
    {"a valley, cut", {risk}, valley, {0.02}, {1}, 1, -1, 0},
    {"two valleys", {risk}, valleys, {0.3}, {1}, 1, -1, 0},
    {"two islands", {islands}, slope, {0.02}, {1}, 1, -1, 0},
    {"two islands, the largest", {islands}, NULL, {0.02}, {1}, 1, 0, 1},
    {"safe inside", {inside}, slope, {0.015}, {1}, 1, -1, 0},
    {"safe inside, dear", {inside}, slope, {0.015}, {1}, 1, -1, 1},
    {"along the edge", {edge}, slope, {0.01}, {1}, 1, -1, 0},
};

/* ---- worlds ---- */

/* The search's first quarter, all of the search's, the fresh ones. A world holds one number a
 * constraint, the same for all variants, and one for the mean. */
static struct {
    const struct landscape *land;
    double *uniform[SETS][CONSTRAINTS]; /* sorted */
    double noise[SETS][PS_BATCHES];     /* of the mean, by batches */
} world;

static const double SD = 150;

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int worlds_of_set(int set)
{
    return set == 0 ? WORLDS / 4 : WORLDS;
}

static void draw_worlds(uint64_t seed)
{
    struct ps_dice dice = {seed};
    for (int c = 0; c < CONSTRAINTS; c++) {
        double *u = malloc(2 * WORLDS * sizeof *u);
        assert_non_null(u);
        for (int w = 0; w < 2 * WORLDS; w++)
            u[w] = ps_dice_unit(&dice);
        for (int set = 0; set < SETS; set++) {
            const size_t n = (size_t)worlds_of_set(set);
            free(world.uniform[set][c]);
            world.uniform[set][c] = malloc(n * sizeof *u);
            assert_non_null(world.uniform[set][c]);
            memcpy(world.uniform[set][c], u + (set == 2 ? WORLDS : 0), n * sizeof *u);
            qsort(world.uniform[set][c], n, sizeof *u, by_size);
        }
        free(u);
    }
    for (int b = 0; b < PS_BATCHES; b++) {
        const double sd = SD / sqrt((double)WORLDS / PS_BATCHES);
        double z[SETS];
        for (int set = 0; set < SETS; set++)
            z[set] = ps_norm_quantile(ps_dice_unit(&dice) * (1 - 1e-12) + 1e-13);
        world.noise[0][b] = 2 * sd * z[0];
        world.noise[1][b] = sd * (z[0] / 2 + sqrt(0.75) * z[1]);
        world.noise[2][b] = sd * z[2];
    }
}

static void drop_worlds(void)
{
    for (int set = 0; set < SETS; set++)
        for (int c = 0; c < CONSTRAINTS; c++) {
            free(world.uniform[set][c]);
            world.uniform[set][c] = NULL;
        }
}

static uint64_t hits_below(const double *sorted, int n, double p)
{
    int low = 0, high = n;
    while (low < high) {
        const int mid = (low + high) / 2;
        if (sorted[mid] < p)
            low = mid + 1;
        else
            high = mid;
    }
    return (uint64_t)low;
}

static void parts(const struct search *s, const int64_t at[], double x[PS_AXES_MAX])
{
    for (int a = 0; a < PS_AXES_MAX; a++)
        x[a] = a < s->axes_n ? (double)at[a] / (double)s->request->study.axes[a].steps_n : 0;
}

/* The mean of the batches; *se its error. */
static double mean_of(const struct landscape *land, int set, const double x[], double *se,
                      struct ps_batch_means *batches)
{
    const double m = PS_BATCHES;
    double sum = 0, squares = 0;
    for (int b = 0; b < PS_BATCHES; b++) {
        /* The more of the first axis, the more it varies. */
        const double d = world.noise[set][b] * (1 + 0.3 * x[0] - 0.1 * x[1]);
        sum += d;
        squares += d * d;
        if (batches != NULL) {
            batches->worlds_n[b] = (uint64_t)worlds_of_set(set) / PS_BATCHES;
            batches->mean[b] = land->mean(x) + d;
        }
    }
    *se = sqrt((squares - sum * sum / m) / (m - 1) / m);
    return land->mean(x) + sum / m;
}

static int set_of(const struct ps_tried *t)
{
    return t->fresh ? 2 : t->asked_n < WORLDS ? 0 : 1;
}

static void find_objective(const struct search *s, struct ps_tried *t)
{
    const struct landscape *land = world.land;
    double x[PS_AXES_MAX], se = 0, value;
    parts(s, t->at, x);
    value = land->objective_axis >= 0 ? (double)t->at[land->objective_axis]
                                      : mean_of(land, set_of(t), x, &se, t->batches);
    t->objective = (struct ps_metric_value){value, value - 1.645 * se, value + 1.645 * se};
}

static void judge(const struct search *s, struct ps_tried *t)
{
    const struct landscape *land = world.land;
    const int set = set_of(t), n = worlds_of_set(set);
    double x[PS_AXES_MAX];
    parts(s, t->at, x);
    t->judgement = PS_MET;
    for (int c = 0; c < land->constraints_n; c++) {
        const uint64_t k = hits_below(world.uniform[set][c], n, land->p[c](x));
        const struct ps_judged j = {.limit = land->limit[c],
                                    .at_most = land->at_most[c],
                                    .value = {(double)k / n,
                                              ps_binomial_lower(k, (uint64_t)n, 0.95),
                                              ps_binomial_upper(k, (uint64_t)n, 0.95)}};
        t->judged[c] = ps_judged_at(&j, j.limit);
        t->judgement =
            t->judged[c].judgement > t->judgement ? t->judged[c].judgement : t->judgement;
    }
}

static void figures(const struct search *s, struct ps_tried *t)
{
    if (world.land->objective_axis < 0) {
        t->batches = calloc(1, sizeof *t->batches);
        assert_non_null(t->batches);
    }
    find_objective(s, t);
    judge(s, t);
}

enum ps_status ps_search_try(struct search *s, struct spots *wanted, uint64_t worlds_n, int fresh)
{
    struct ps_tuned *out = s->out;
    ps_spots_sort(wanted);
    if (out->tried_n + wanted->n > out->capacity) {
        out->capacity = 2 * (out->tried_n + wanted->n);
        out->tried = realloc(out->tried, out->capacity * sizeof *out->tried);
        assert_non_null(out->tried);
    }
    for (size_t i = 0; i < wanted->n; i++) {
        struct ps_tried *t = &out->tried[out->tried_n++];
        *t = (struct ps_tried){.asked_n = worlds_n, .worlds_n = worlds_n, .fresh = fresh};
        for (int a = 0; a < s->axes_n; a++)
            t->at[a] = wanted->spot[i].key[ps_spot_place(s, a)];
        figures(s, t);
    }
    return PS_OK;
}

/* ---- questions ---- */

static const struct ps_axis TWO[] = {{.step = 1, .steps_n = 300}, {.step = 1, .steps_n = 24}};
static const struct ps_axis THREE[] = {
    {.step = 1, .steps_n = 60}, {.step = 1, .steps_n = 12}, {.step = 1, .steps_n = 9}};

struct question {
    struct ps_constraint constraints[CONSTRAINTS];
    struct ps_tune_request request;
    struct ps_diags diags;
    struct ps_tuned tuned;
};

static void ask(struct question *q, const struct landscape *land, const struct ps_axis *axes,
                int axes_n, uint64_t seed)
{
    *q = (struct question){0};
    world.land = land;
    draw_worlds(seed);
    for (int c = 0; c < land->constraints_n; c++)
        q->constraints[c] = (struct ps_constraint){.metric = {.kind = PS_METRIC_PROBABILITY},
                                                   .at_most = land->at_most[c]};
    q->request = (struct ps_tune_request){
        .study = {.axes = axes,
                  .axes_n = axes_n,
                  .constraints = q->constraints,
                  .constraints_n = land->constraints_n},
        .objective = {.axis = land->objective_axis, .maximise = land->maximise},
        .confidence = 0.95,
        .worlds_n = WORLDS};
    assert_int_equal(ps_tune_run(&q->request, &q->diags, &q->tuned), PS_OK);
}

static void answered(struct question *q)
{
    ps_tuned_free(&q->tuned);
    ps_diags_free(&q->diags);
}

/* Calls look with every variant there is. */
static void each_variant(const struct search *s,
                         void (*look)(const struct search *, const int64_t[], void *), void *of)
{
    int64_t at[PS_AXES_MAX] = {0};
    for (int a = 0; a < s->axes_n;) {
        look(s, at, of);
        for (a = 0; a < s->axes_n && ++at[a] > s->request->study.axes[a].steps_n; a++)
            at[a] = 0;
    }
}

static struct search search_of(const struct question *q, struct ps_tuned *out,
                               enum ps_measure *batched)
{
    struct search s = {.request = &q->request, .out = out, .axes_n = q->request.study.axes_n};
    s.study.batched = q->request.objective.axis < 0 ? batched : NULL;
    return s;
}

/* The best of all variants on the worlds of the search; bounds take long, so they come last. */
static void keep_better(const struct search *s, const int64_t at[], void *of)
{
    struct ps_tried *best = of, t = {.asked_n = WORLDS, .worlds_n = WORLDS};
    memcpy(t.at, at, sizeof t.at);
    find_objective(s, &t);
    if (best->judgement == PS_MET && ps_search_cost(s, &t) >= ps_search_cost(s, best))
        return;
    for (int c = 0; c < world.land->constraints_n; c++) {
        double x[PS_AXES_MAX];
        parts(s, at, x);
        const double share =
            (double)hits_below(world.uniform[1][c], WORLDS, world.land->p[c](x)) / WORLDS;
        if (world.land->at_most[c] ? share > world.land->limit[c] : share < world.land->limit[c])
            return;
    }
    judge(s, &t);
    if (t.judgement == PS_MET)
        *best = t;
}

/* ---- the search ---- */

/* Of the first grid, the best that meets everything, however its variants fare with all worlds. */
static double first_grid(const struct search *s, const struct question *q, int side)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < q->tuned.tried_n; i++) {
        struct ps_tried t = {.asked_n = WORLDS, .worlds_n = WORLDS};
        int on_grid = 1;
        memcpy(t.at, q->tuned.tried[i].at, sizeof t.at);
        for (int a = 0; a < s->axes_n; a++) {
            const int64_t steps = q->request.study.axes[a].steps_n;
            on_grid &= t.at[a] % ((steps + side - 2) / (side - 1)) == 0;
        }
        if (!on_grid)
            continue;
        figures(s, &t);
        const double x = ps_search_cost(s, &t);
        least = t.judgement == PS_MET && x < least ? x : least;
        free(t.batches);
    }
    return least;
}

/* How often the answer of the search is worse than the best of all variants, both on the search's
 * worlds, by more than twice the error of their difference (an axis: at all). */
static void compare_with_grids(const struct ps_axis *axes, int axes_n, int side)
{
    enum { SEEDS = 4 };
    uint64_t compared = 0, worse = 0, grid_worse = 0;
    for (size_t l = 0; l < sizeof LANDSCAPES / sizeof *LANDSCAPES; l++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct question q;
            enum ps_measure batched = 0;
            ask(&q, &LANDSCAPES[l], axes, axes_n, 1000 * l + seed);
            struct search s = search_of(&q, &q.tuned, &batched);
            struct ps_tried best = {.judgement = PS_MISSED};
            each_variant(&s, keep_better, &best);
            assert_int_equal(best.judgement, PS_MET);
            assert_true(q.tuned.found);
            const struct ps_tried *found = &q.tuned.tried[q.tuned.best];
            figures(&s, &best);
            const double room = 2 * ps_search_paired_se(&s, found, &best);
            const double off = ps_search_cost(&s, found) - ps_search_cost(&s, &best);
            if (off > room + 1e-9)
                print_message("%s, seed %d: %g, room %g\n", LANDSCAPES[l].name, (int)seed, off,
                              room);
            compared++;
            worse += off > room + 1e-9;
            grid_worse += first_grid(&s, &q, side) - ps_search_cost(&s, &best) > room + 1e-9;
            free(best.batches);
            answered(&q);
        }
    }
    drop_worlds();
    ps_claim_equal("answers of the search within noise of the best of all variants", compared,
                   worse);
    ps_power_beyond("the first grid alone: answers that are worse", (double)grid_worse,
                    0.5 * (double)compared);
}

static void two_columns_are_as_good_as_all(void **state)
{
    (void)state;
    compare_with_grids(TWO, 2, 13);
}

static void three_columns_are_as_good_as_all(void **state)
{
    (void)state;
    compare_with_grids(THREE, 3, 7);
}

/* ---- the interval of the optimum ---- */

struct truth {
    int64_t at[PS_AXES_MAX];
    double least;
};

static void keep_true(const struct search *s, const int64_t at[], void *of)
{
    struct truth *best = of;
    const struct landscape *land = world.land;
    double x[PS_AXES_MAX];
    int holds = 1;
    parts(s, at, x);
    for (int c = 0; c < land->constraints_n; c++) {
        const double p = land->p[c](x);
        holds &= land->at_most[c] ? p <= land->limit[c] : p >= land->limit[c];
    }
    const double value =
        land->objective_axis < 0 ? land->mean(x) : (double)at[land->objective_axis];
    if (holds && (land->maximise ? -value : value) < best->least) {
        best->least = land->maximise ? -value : value;
        memcpy(best->at, at, sizeof best->at);
    }
}

/* Each bound errs with 5 %: those of the constraints at the optimum and at the answer, and that of
 * the difference of objectives. */
static void the_interval_holds_the_true_optimum(void **state)
{
    (void)state;
    enum { RUNS = 60 };
    static const size_t ASKED[] = {1, 2, 5};
    for (size_t l = 0; l < sizeof ASKED / sizeof *ASKED; l++) {
        const struct landscape *land = &LANDSCAPES[ASKED[l]];
        struct truth truth = {.least = HUGE_VAL};
        int covered = 0, point = 0;
        for (uint64_t seed = 1; seed <= RUNS; seed++) {
            struct question q;
            enum ps_measure batched = 0;
            ask(&q, land, TWO, 2, 77000 * (l + 1) + seed);
            struct search s = search_of(&q, &q.tuned, &batched);
            if (seed == 1)
                each_variant(&s, keep_true, &truth);
            int in = 1, equal = 1;
            for (int a = 0; a < 2; a++) {
                in &= q.tuned.lowest[a] <= truth.at[a] && truth.at[a] <= q.tuned.highest[a];
                equal &= q.tuned.tried[q.tuned.answer].at[a] == truth.at[a];
            }
            covered += in;
            point += equal;
            answered(&q);
        }
        const double least = 1 - 0.05 * (2 * land->constraints_n + 1);
        char text[96];
        (void)snprintf(text, sizeof text, "%s: optimum in the interval %d times of %d", land->name,
                       covered, RUNS);
        ps_claim_p(text, gsl_cdf_binomial_P((unsigned)covered, least, RUNS));
        ps_power_p("the answer taken for the optimum",
                   gsl_cdf_binomial_P((unsigned)point, least, RUNS));
    }
    drop_worlds();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_columns_are_as_good_as_all),
        cmocka_unit_test(three_columns_are_as_good_as_all),
        cmocka_unit_test(the_interval_holds_the_true_optimum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
