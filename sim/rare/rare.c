// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/rare.h"

#include <math.h>
#include <stdlib.h>

#include "pilot.h"
#include "pledgesim/errors.h"
#include "pledgesim/prepare.h"

/* Family by family: a pilot, then as many tilted worlds as the plain run had, then the checks. */

/* [assumption] below these no figure is printed. */
static const double EFFECTIVE_LEAST = 100;
static const double SHARE_MOST = 0.05;
static const double CHECK_CONFIDENCE = 0.999; /* both intervals; they must meet */
static const double WEIGHT_Z_MOST = 7;        /* by chance 3 in 10^12: a fault of the program */

enum { KEPT_N = 3, PLAIN_SUFFICES = 400, CHUNK_VALUES = 1 << 24, CHUNK_CYCLES_LEAST = 100 };

static const enum ps_measure KEPT[KEPT_N] = {PS_M_DEPLETED, PS_M_SHORTFALL, PS_M_COMPENSATION};

const struct ps_rare_verdict_desc *ps_rare_verdict_desc(enum ps_rare_verdict verdict)
{
    static const struct ps_rare_verdict_desc DESCS[PS_RARE_VERDICT_N] = {
#define PS_RARE_VERDICT(symbol, name, en, zh) {name, {[PS_LANG_EN] = en, [PS_LANG_ZH] = zh}},
#include "pledgesim/rare_verdicts.def"
#undef PS_RARE_VERDICT
    };
    return &DESCS[verdict];
}

/* Rows that share their worlds. */
struct family {
    const struct ps_engine_request *request;
    const struct ps_engine_result *plain;
    struct ps_rare_row *rows;      /* of the whole run */
    size_t *of;                    /* [n]: which row of the run */
    struct ps_scenario *scenarios; /* [n], borrowed contents */
    size_t n;
    unsigned char *paid; /* [n]: the pool paid something in some world */
    struct ps_world_plan *plan;
    struct ps_crises crises;
};

static const struct ps_row *plain_row(const struct family *f, size_t i)
{
    return &f->plain->rows[f->of[i]].row;
}

/* ---- what is prepared ---- */

/* Is there anything that a tilt can change? Hazards, or normals that some default depends on. */
static int can_steer(const struct ps_world_plan *plan)
{
    if (!plan->retry_months)
        return 1;
    for (int k = 0; k < plan->classes_n; k++) {
        const struct ps_hazard_class *class = &plan->classes[k];
        const int reads = plan->hazard_kind == PS_HAZARD_SECTORS  ? class->sectors_n > 0
                          : plan->hazard_kind == PS_HAZARD_REGIME ? 0
                                                                  : class->b != 0;
        if (reads)
            return plan->factors_n > 0;
    }
    return 0;
}

/* A compensation that about 1 % of the plain run's worlds reach, at the edge of a bin, so that they
 * are counted exactly; 0: they pay nothing. */
static void mild_choose(const struct ps_row *plain, struct ps_rare_row *row)
{
    const struct ps_hist *h = &plain->hist[PS_M_COMPENSATION];
    const uint64_t x = (uint64_t)ps_hist_quantile(h, 0.99).value;
    const unsigned octave = 63u - (unsigned)__builtin_clzll(x | (UINT64_C(1) << h->linear_bits));
    const unsigned shift = octave - h->sub_bits;
    row->mild_fen = (int64_t)(x >> shift << shift);
    row->mild_plain_n = plain->worlds_n - ps_hist_count_below(h, row->mild_fen);
}

/* The rows that the pilot asks: those of which plain sampling knows little, or else all. */
static size_t pilot_rows(const struct family *f, struct ps_scenario *asked)
{
    size_t wanted[2] = {0, f->n};
    for (size_t i = 0; i < f->n; i++)
        wanted[0] += plain_row(f, i)->moments[PS_M_DEPLETED].sum < PLAIN_SUFFICES;
    const int all = wanted[0] == 0;
    const size_t candidates = wanted[all];
    const size_t most = candidates < PILOT_ROWS_MAX ? candidates : PILOT_ROWS_MAX;
    size_t n = 0, seen = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (!all && plain_row(f, i)->moments[PS_M_DEPLETED].sum >= PLAIN_SUFFICES)
            continue;
        if (seen++ * most / candidates == n && n < most)
            asked[n++] = f->scenarios[i];
    }
    return n;
}

static enum ps_status learn(struct family *f, uint64_t *pilot_n)
{
    struct ps_scenario asked[PILOT_ROWS_MAX];
    struct ps_engine_request pilot = *f->request;
    pilot.scenarios = asked;
    pilot.scenarios_n = pilot_rows(f, asked);
    return ps_pilot_run(&pilot, f->plan, &f->crises, pilot_n);
}

/* ---- the worlds that count ---- */

/* What the worlds of one unit, `in_unit` of them, bring: the means of weighted values. */
static void unit_add(struct ps_rare_row *row, const double *weight, const int64_t *const *values,
                     uint64_t at, int in_unit, int part)
{
    double depleted = 0, shortfall = 0, mild = 0, weights = 0;
    for (uint64_t i = at; i < at + (uint64_t)in_unit; i++) {
        const double w = weight[i] / in_unit;
        weights += w;
        depleted += w * (double)values[0][i];
        shortfall += w * (double)values[1][i];
        mild += values[2][i] >= row->mild_fen ? w : 0;
    }
    ps_weighted_add(&row->weight, part, weights);
    ps_weighted_add(&row->depletion, part, depleted);
    ps_weighted_add(&row->shortfall_fen, part, shortfall);
    ps_weighted_add(&row->mild, part, mild);
}

static void chunk_add(struct family *f, const struct ps_engine_request *chunk)
{
    for (size_t i = 0; i < f->n; i++) {
        struct ps_rare_row *row = &f->rows[f->of[i]];
        const int in_unit = row->paired ? 2 : 1;
        const int64_t *values[KEPT_N];
        for (size_t k = 0; k < KEPT_N; k++)
            values[k] = chunk->values + (i * KEPT_N + k) * chunk->worlds_n;
        for (uint64_t at = 0; at < chunk->worlds_n; at += (uint64_t)in_unit) {
            const int part = ps_tilt_part(chunk->first_world + at);
            unit_add(row, chunk->weights, values, at, in_unit, part);
        }
        for (uint64_t at = 0; at < chunk->worlds_n && !f->paid[i]; at++)
            f->paid[i] = values[2][at] > 0 || values[0][at] > 0;
        row->worlds_n += chunk->worlds_n;
    }
}

static uint64_t chunk_worlds(const struct family *f)
{
    const size_t values = KEPT_N * (f->n > 0 ? f->n : 1);
    const uint64_t cycles = CHUNK_VALUES / values / PS_TILT_CYCLE;
    return (cycles < CHUNK_CYCLES_LEAST ? CHUNK_CYCLES_LEAST : cycles) * PS_TILT_CYCLE;
}

static enum ps_status draw(struct family *f)
{
    const uint64_t cycles = (f->request->worlds_n + PS_TILT_CYCLE - 1) / PS_TILT_CYCLE;
    const uint64_t total = cycles * PS_TILT_CYCLE, most = chunk_worlds(f);
    const uint64_t largest = total < most ? total : most;
    struct ps_engine_request chunk = *f->request;
    chunk.scenarios = f->scenarios;
    chunk.scenarios_n = f->n;
    chunk.tier = PS_TIER_DECISION;
    chunk.precision = 0;
    chunk.kept = KEPT;
    chunk.kept_n = KEPT_N;
    chunk.tilt = &f->crises.tilt;
    chunk.values = malloc(f->n * KEPT_N * largest * sizeof *chunk.values);
    chunk.weights = malloc(largest * sizeof *chunk.weights);
    enum ps_status status = chunk.values && chunk.weights ? PS_OK : ps_status_raise(PS_MEMORY);
    for (uint64_t at = 0; status == PS_OK && at < total; at += chunk.worlds_n) {
        struct ps_engine_result result = {0};
        struct ps_diags none = {0};
        chunk.first_world = PS_RARE_FIRST + at;
        chunk.worlds_n = total - at < most ? total - at : most;
        status = ps_engine_run(&chunk, &none, &result);
        if (status == PS_OK)
            chunk_add(f, &chunk);
        ps_engine_result_free(&result);
        ps_diags_free(&none);
    }
    free(chunk.values);
    free(chunk.weights);
    return status;
}

/* ---- the checks ---- */

static int meet(const struct ps_weighted *w, uint64_t plain_hits, const struct ps_row *plain)
{
    const struct ps_interval a = ps_weighted_interval(w, CHECK_CONFIDENCE);
    const struct ps_interval b =
        ps_hits_interval(plain->paired, plain_hits, plain->worlds_n, CHECK_CONFIDENCE);
    return a.lo <= b.hi && b.lo <= a.hi;
}

/* Eq. (12.9) */
static enum ps_rare_verdict judge(const struct ps_rare_row *row, const struct ps_row *plain,
                                  int paid)
{
    const uint64_t hits = (uint64_t)plain->moments[PS_M_DEPLETED].sum;
    if (!paid && hits == 0 && plain->moments[PS_M_COMPENSATION].sum == 0)
        return PS_RARE_NO_CLAIM;
    if (ps_weighted_effective_n(&row->depletion) == 0)
        return hits > 0 ? PS_RARE_CONTRADICTED : PS_RARE_NO_DEATH;
    if (!meet(&row->depletion, hits, plain) ||
        (row->mild_fen > 0 && !meet(&row->mild, row->mild_plain_n, plain)))
        return PS_RARE_CONTRADICTED;
    if (ps_weighted_effective_n(&row->depletion) < EFFECTIVE_LEAST)
        return PS_RARE_FEW;
    return ps_weighted_largest_share(&row->depletion) > SHARE_MOST ? PS_RARE_HEAVY : PS_RARE_GIVEN;
}

/* The mean of all weights is 1, whatever the tilt. */
static int weights_hold(const struct ps_rare_row *row)
{
    const struct ps_estimate mean = ps_weighted_mean(&row->weight);
    return fabs(mean.value - 1) <= WEIGHT_Z_MOST * mean.se + 1e-9;
}

double ps_rare_gain(const struct ps_rare_row *row)
{
    const struct ps_estimate p = ps_weighted_mean(&row->depletion);
    return p.value * (1 - p.value) / (p.se * p.se * (double)(row->worlds_n + row->pilot_n));
}

/* ---- families ---- */

static enum ps_status family_run(struct family *f)
{
    uint64_t pilot_n = 0;
    struct ps_diags none = {0};
    struct ps_world_plan *plan = NULL;
    enum ps_status status = ps_world_prepare(&f->scenarios[0], f->request->seed, &none, &plan);
    f->plan = plan;
    ps_diags_free(&none);
    if (status != PS_OK)
        return status;
    if (!can_steer(f->plan)) {
        for (size_t i = 0; i < f->n; i++)
            f->rows[f->of[i]].verdict = PS_RARE_NO_FACTOR;
        return PS_OK;
    }
    status = learn(f, &pilot_n);
    for (size_t i = 0; i < f->n; i++) {
        struct ps_rare_row *row = &f->rows[f->of[i]];
        row->paired = plain_row(f, i)->paired;
        row->pilot_n = pilot_n;
        mild_choose(plain_row(f, i), row);
    }
    if (status == PS_OK)
        status = draw(f);
    for (size_t i = 0; status == PS_OK && i < f->n; i++) {
        struct ps_rare_row *row = &f->rows[f->of[i]];
        row->verdict = judge(row, plain_row(f, i), f->paid[i]);
        if (!weights_hold(row))
            status = ps_status_raise(PS_BUG);
    }
    return status;
}

static void family_free(struct family *f)
{
    ps_crises_free(&f->crises);
    ps_world_plan_free(f->plan);
    free(f->of);
    free(f->scenarios);
    free(f->paid);
}

enum ps_status ps_rare_run(const struct ps_engine_request *request,
                           const struct ps_engine_result *plain, struct ps_rare_row *rows)
{
    enum ps_status status = PS_OK;
    const size_t n = request->scenarios_n;
    for (size_t k = 0; status == PS_OK && k < plain->families_n; k++) {
        struct family f = {.request = request, .plain = plain, .rows = rows};
        f.of = malloc(n * sizeof *f.of);
        f.scenarios = malloc(n * sizeof *f.scenarios);
        f.paid = calloc(n, 1);
        if (!f.of || !f.scenarios || !f.paid)
            status = ps_status_raise(PS_MEMORY);
        for (size_t i = 0; status == PS_OK && i < n; i++)
            if (plain->rows[i].family == k) {
                f.of[f.n] = i;
                f.scenarios[f.n++] = request->scenarios[i];
                rows[i] = (struct ps_rare_row){0};
            }
        if (status == PS_OK && f.n > 0)
            status = family_run(&f);
        family_free(&f);
    }
    return status;
}
