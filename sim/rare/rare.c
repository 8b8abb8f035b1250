// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/rare.h"

#include <math.h>
#include <stdlib.h>

#include "pilot.h"
#include "pledgesim/errors.h"
#include "pledgesim/prepare.h"

/* Scenario by scenario, so that no figure depends on what stands beside it: a pilot, then as many
 * tilted worlds as were asked for, then the checks. */

/* [assumption] below these no figure is printed. */
static const double EFFECTIVE_LEAST = 100;
static const double SHARE_MOST = 0.05;
static const double CHECK_CONFIDENCE = 0.999; /* both intervals; they must meet */
static const double WEIGHT_Z_MOST = 7;        /* by chance 3 in 10^12: a fault of the program */

enum {
    KEPT_N = 3,
    PLAIN_SUFFICES = 400, /* depletions: plain sampling knows the probability to some 5 % */
    CHUNK_WORLDS = 32768 * PS_TILT_CYCLE
};

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

struct scenario {
    const struct ps_engine_request *request; /* of this scenario alone */
    const struct ps_row *plain;
    struct ps_rare_row *row;
    struct ps_world_plan *plan;
    struct ps_policy policy;
    struct ps_crises crises;
};

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

/* Does any loan lie with a product whose claims reach a pool, or can a vehicle call on one? */
static int pool_can_pay(const struct ps_policy *policy)
{
    const struct ps_shape *shape = &policy->shape;
    uint32_t from = 0;
    for (int j = 0; j < shape->products_n; j++) {
        const uint32_t to = j + 1 < shape->products_n ? shape->product_cut[j] : UINT32_MAX;
        if (shape->products[j].in_pool && to > from)
            return 1;
        from = to;
    }
    for (int i = 0; i < policy->tape_n; i++)
        if (policy->tape_product[i] >= 0 && shape->products[policy->tape_product[i]].in_pool)
            return 1;
    return shape->vehicles_n > 0;
}

static int is_rare(const struct ps_row *plain)
{
    return plain->moments[PS_M_DEPLETED].sum < PLAIN_SUFFICES;
}

/* Why no worlds are drawn; GIVEN: there is no such reason. */
static enum ps_rare_verdict needless(const struct scenario *s)
{
    if (!pool_can_pay(&s->policy))
        return PS_RARE_NO_CLAIM;
    if (!is_rare(s->plain))
        return PS_RARE_PLAIN_SUFFICES;
    return can_steer(s->plan) ? PS_RARE_GIVEN : PS_RARE_NO_FACTOR;
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

static void chunk_add(struct ps_rare_row *row, const struct ps_engine_request *chunk)
{
    const int in_unit = row->paired ? 2 : 1;
    const int64_t *values[KEPT_N];
    for (size_t k = 0; k < KEPT_N; k++)
        values[k] = chunk->values + k * chunk->worlds_n;
    for (uint64_t at = 0; at < chunk->worlds_n; at += (uint64_t)in_unit) {
        const int part = ps_tilt_part(chunk->first_world + at);
        unit_add(row, chunk->weights, values, at, in_unit, part);
    }
    row->worlds_n += chunk->worlds_n;
}

static enum ps_status draw(struct scenario *s)
{
    const uint64_t cycles = (s->request->worlds_n + PS_TILT_CYCLE - 1) / PS_TILT_CYCLE;
    const uint64_t total = cycles * PS_TILT_CYCLE;
    const uint64_t most = total < CHUNK_WORLDS ? total : CHUNK_WORLDS;
    struct ps_engine_request chunk = *s->request;
    chunk.tier = PS_TIER_DECISION;
    chunk.precision = 0;
    chunk.kept = KEPT;
    chunk.kept_n = KEPT_N;
    chunk.tilt = &s->crises.tilt;
    chunk.values = malloc(KEPT_N * most * sizeof *chunk.values);
    chunk.weights = malloc(most * sizeof *chunk.weights);
    enum ps_status status = chunk.values && chunk.weights ? PS_OK : ps_status_raise(PS_MEMORY);
    for (uint64_t at = 0; status == PS_OK && at < total; at += chunk.worlds_n) {
        struct ps_engine_result result = {0};
        struct ps_diags none = {0};
        chunk.first_world = PS_RARE_FIRST + at;
        chunk.worlds_n = total - at < most ? total - at : most;
        status = ps_engine_run(&chunk, &none, &result);
        if (status == PS_OK)
            chunk_add(s->row, &chunk);
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
static enum ps_rare_verdict judge(const struct ps_rare_row *row, const struct ps_row *plain)
{
    const uint64_t hits = (uint64_t)plain->moments[PS_M_DEPLETED].sum;
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

/* ---- progress ---- */

/* Worlds of all scenarios, from what the engine says of each of its runs. */
struct meter {
    int (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    uint64_t all, before;          /* worlds to do; of finished scenarios */
    uint64_t runs, done, of_total; /* of this one: in finished runs; in this run, and its total */
};

static int meter_progress(void *context, uint64_t done, uint64_t total)
{
    struct meter *m = context;
    if (done < m->done) /* another run has begun */
        m->runs += m->of_total;
    m->done = done;
    m->of_total = total;
    const uint64_t sum = m->before + m->runs + done;
    return m->progress(m->context, sum < m->all ? sum : m->all, m->all);
}

/* ---- scenarios ---- */

static enum ps_status prepare(struct scenario *s)
{
    const struct ps_scenario *scenario = s->request->scenarios;
    struct ps_diags none = {0};
    enum ps_status status =
        ps_world_prepare_with(scenario, s->request->seed, s->request->laws, &none, &s->plan);
    if (status == PS_OK)
        status = ps_policy_prepare(scenario, &none, &s->policy);
    ps_diags_free(&none);
    return status;
}

static enum ps_status steer(struct scenario *s)
{
    struct ps_rare_row *row = s->row;
    enum ps_status status =
        ps_pilot_run(s->request, s->plan, &s->policy, &s->crises, &row->pilot_n);
    row->paired = s->plain->paired;
    mild_choose(s->plain, row);
    if (status == PS_OK)
        status = draw(s);
    if (status != PS_OK)
        return status;
    row->verdict = judge(row, s->plain);
    return weights_hold(row) ? PS_OK : ps_status_raise(PS_BUG);
}

static enum ps_status scenario_run(struct scenario *s)
{
    enum ps_status status = prepare(s);
    if (status == PS_OK) {
        *s->row = (struct ps_rare_row){.verdict = needless(s)};
        if (s->row->verdict == PS_RARE_GIVEN)
            status = steer(s);
    }
    ps_crises_free(&s->crises);
    ps_policy_free(&s->policy);
    ps_world_plan_free(s->plan);
    return status;
}

enum ps_status ps_rare_run(const struct ps_engine_request *request,
                           const struct ps_engine_result *plain, struct ps_rare_row *rows)
{
    enum ps_status status = PS_OK;
    struct ps_law_memo memo = {0};
    const uint64_t most = request->worlds_n + PS_RARE_PILOT_MAX;
    struct meter meter = {.progress = request->progress, .context = request->context};
    for (size_t i = 0; i < request->scenarios_n; i++)
        meter.all += is_rare(&plain->rows[i].row) ? most : 0;
    for (size_t i = 0; status == PS_OK && i < request->scenarios_n; i++) {
        struct ps_engine_request alone = *request;
        if (request->progress) {
            alone.progress = meter_progress;
            alone.context = &meter;
        }
        alone.scenarios = &request->scenarios[i];
        alone.scenarios_n = 1;
        alone.laws = request->laws ? request->laws : &memo;
        struct scenario s = {.request = &alone, .plain = &plain->rows[i].row, .row = &rows[i]};
        status = scenario_run(&s);
        meter.before += is_rare(&plain->rows[i].row) ? most : 0;
        meter.runs = meter.done = 0;
    }
    ps_law_memo_free(&memo);
    return status;
}
