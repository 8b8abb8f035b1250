// SPDX-License-Identifier: GPL-3.0-or-later
// Stresses on books whose answers are known exactly: where a binomial tail crosses its limit, how
// likely a year of the index is, how many loans default before the pool is empty.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "claim.h"
#include "pledgesim/death.h"
#include "pledgesim/prepare.h"
#include "pledgesim/reverse.h"
#include "static_book.h"

enum { WORLDS = 8192, SEED = 5, FEN_PER_WAN = 1000000 };

static const double PD = 0.03; /* of the static book */
/* Two-sided alpha of an interval whose ends are one-sided bounds. */
static const double CONFIDENCE = 1 - PS_ORACLE_ALPHA / 2;

struct question {
    struct ps_scenario *scenario;
    struct ps_constraint constraints[2];
    struct ps_stress_request request;
    struct ps_diags diags;
    struct ps_stress_table table;
    struct ps_trace trace;
    struct ps_reverse reverse;
};

/* Named stresses, then the search, on a scenario made by hand. */
static void ask(struct question *q, struct ps_scenario *scenario, const char *const *limits,
                int limits_n, double confidence)
{
    *q = (struct question){.scenario = scenario};
    for (int c = 0; c < limits_n; c++) {
        const char *near;
        assert_int_equal(ps_constraint_parse(limits[c], &q->constraints[c], &near), PS_METRIC_OK);
        q->constraints[c].watch = c;
    }
    q->request = (struct ps_stress_request){.study = {.constraints = q->constraints,
                                                      .constraints_n = limits_n,
                                                      .seed = SEED,
                                                      .threads_n = 1},
                                            .base = scenario,
                                            .confidence = confidence,
                                            .worlds_n = WORLDS};
    assert_int_equal(ps_stress_run(&q->request, &q->diags, &q->table), PS_OK);
    assert_int_equal(ps_trace_open(scenario, SEED, NULL, &q->diags, &q->trace), PS_OK);
    assert_int_equal(
        ps_reverse_run(&q->request, q->trace.plan, q->table.rows[0].judged, &q->diags, &q->reverse),
        PS_OK);
}

static void answered(struct question *q)
{
    ps_reverse_free(&q->reverse);
    ps_trace_free(&q->trace);
    ps_stress_table_free(&q->table);
    ps_diags_free(&q->diags);
    ps_fixture_free(q->scenario);
}

static const struct ps_reverse_line *line_of(const struct question *q, enum ps_stress_kind kind,
                                             int constraint)
{
    for (size_t i = 0; i < q->reverse.lines_n; i++) {
        const struct ps_reverse_line *line = &q->reverse.lines[i];
        if (line->direction.kind == kind && line->constraint == constraint) {
            return line;
        }
    }
    return NULL;
}

/* Where a rising function of the size reaches 1 %. */
static double root(double (*tail)(double size, unsigned k), unsigned k, double low, double high)
{
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        if (tail(middle, k) > 0.01) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return (low + high) / 2;
}

/* ---- reverse stress ---- */

/* More than k of 100 independent loans default. */
static double independent_tail(double times, unsigned k)
{
    return gsl_cdf_binomial_Q(k, PD * times, STATIC_LOANS);
}

static void the_multiplier_is_the_exact_one(void **state)
{
    (void)state;
    static const char *const limits[] = {"defaults_n_q99<=9", "defaults_n_q99<=2"};
    struct question q;
    ask(&q, ps_static_book(INDEPENDENT, 0, 1, 0), limits, 2, CONFIDENCE);
    const struct ps_reverse_line *line = line_of(&q, PS_STRESS_PD, 0);
    const double exact = root(independent_tail, 9, 1, 10), other = root(independent_tail, 8, 1, 10);
    assert_int_equal(line->outcome, PS_REVERSE_AT);
    assert_true(line->lo < line->size && line->size < line->hi && line->monotone);
    assert_true(isnan(line->plausibility)); /* no law of the PD's multiplier */
    const double half = (line->hi - line->lo) / 2, middle = (line->hi + line->lo) / 2;
    ps_claim_within("PD multiplier at which 9 defaults are exceeded in 1 %, off by in half widths",
                    (middle - exact) / half, 1);
    ps_power_beyond("the multiplier for 8 defaults", (middle - other) / half, 1);
    /* P(more than 2 defaults) is 58 % without stress. */
    assert_int_equal(line_of(&q, PS_STRESS_PD, 1)->outcome, PS_REVERSE_ALREADY);
    assert_true(line_of(&q, PS_STRESS_PD, 1)->size == 1);
    /* What is recovered changes no default, and nobody asks for a loan. */
    assert_int_equal(line_of(&q, PS_STRESS_RECOVERY, 0)->outcome, PS_REVERSE_NOT);
    assert_int_equal(line_of(&q, PS_STRESS_ECONOMY, 0)->outcome, PS_REVERSE_NOT);
    assert_null(line_of(&q, PS_STRESS_DEMAND, 0));
    assert_null(line_of(&q, PS_STRESS_CLUSTER, 0));
    answered(&q);
}

enum { SCORES = 90 };
static const double RHO = 0.1;

/* The same with one factor whose year is lower by `shift`. */
static double one_factor_tail(double shift, unsigned k)
{
    double sum = 0;
    for (int i = -SCORES; i <= SCORES; i++) {
        const double z = i * PS_SCORE_STEP;
        const double x = gsl_cdf_ugaussian_Pinv(PD) - sqrt(RHO) * (z - shift);
        sum += ps_static_weight(z) *
               gsl_cdf_binomial_Q(k, gsl_cdf_ugaussian_P(x / sqrt(1 - RHO)), STATIC_LOANS);
    }
    return sum;
}

static void the_shift_is_the_exact_one(void **state)
{
    (void)state;
    static const char *const limits[] = {"defaults_n_q99<=20"};
    struct question q;
    ask(&q, ps_static_book(GAUSSIAN, RHO, 1, 0), limits, 1, CONFIDENCE);
    const struct ps_reverse_line *line = line_of(&q, PS_STRESS_ECONOMY, 0);
    const double exact = root(one_factor_tail, 20, 0, 6), other = root(one_factor_tail, 14, 0, 6);
    assert_int_equal(line->outcome, PS_REVERSE_AT);
    const double half = (line->hi - line->lo) / 2, middle = (line->hi + line->lo) / 2;
    ps_claim_within("shift at which 20 defaults are exceeded in 1 %, off by in half widths",
                    (middle - exact) / half, 1);
    ps_power_beyond("the shift for 14 defaults", (middle - other) / half, 1);
    /* One index value a year, standard normal. */
    ps_claim_rounding("probability of such a year",
                      line->plausibility / gsl_cdf_ugaussian_P(-line->size) - 1, 1e-12);
    answered(&q);
}

/* Deterministic, and alike on any number of threads. */
static void threads_change_no_size(void **state)
{
    (void)state;
    static const char *const limits[] = {"defaults_n_q99<=20"};
    struct question q;
    struct ps_reverse two;
    ask(&q, ps_static_book(GAUSSIAN, RHO, 1, 0), limits, 1, 0.95);
    q.request.study.threads_n = 2;
    assert_int_equal(
        ps_reverse_run(&q.request, q.trace.plan, q.table.rows[0].judged, &q.diags, &two), PS_OK);
    assert_int_equal(two.lines_n, q.reverse.lines_n);
    for (size_t i = 0; i < two.lines_n; i++) {
        const struct ps_reverse_line *a = &two.lines[i], *b = &q.reverse.lines[i];
        assert_int_equal(a->outcome, b->outcome);
        assert_memory_equal(&a->size, &b->size, sizeof a->size);
        assert_memory_equal(&a->lo, &b->lo, sizeof a->lo);
        assert_memory_equal(&a->hi, &b->hi, sizeof a->hi);
    }
    ps_reverse_free(&two);
    answered(&q);
}

/* A PD cannot go beyond 99 %: the range ends before, and no named stress is refused. */
static void ranges_end_where_the_book_does(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(INDEPENDENT, 0, 1, 0);
    const struct ps_stress twice = {PS_STRESS_PD, -1, 2};
    assert_true(ps_stress_limit(s, PS_STRESS_PD) == 10);
    assert_true(ps_stress_possible(s, &twice));
    s->loans[7].pd_frac = 0.6;
    assert_true(fabs(ps_stress_limit(s, PS_STRESS_PD) - 0.99 / 0.6) < 1e-12);
    assert_false(ps_stress_possible(s, &twice));
    s->p.disposal_median_months = 120;
    assert_true(ps_stress_limit(s, PS_STRESS_DISPOSAL) == 2);
    ps_fixture_free(s);
}

/* ---- what a stress changes ---- */

static void only_what_is_named_changes(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_stressed out;
    s->loans[0].recovery_frac = 0.4;
    s->loans[0].recovery_sd_frac = 0.1;
    const struct ps_stress halved = {PS_STRESS_RECOVERY, -1, 0.5};
    assert_int_equal(ps_stress_apply(s, &halved, &out), PS_OK);
    assert_true(out.scenario.loans[0].recovery_frac == 0.2);
    assert_true(out.scenario.loans[0].recovery_sd_frac == 0.05);
    assert_true(isnan(out.scenario.loans[1].recovery_frac));
    assert_true(out.scenario.p.valuation_multiplier == 0.5 * s->p.valuation_multiplier);
    assert_true(s->loans[0].recovery_frac == 0.4);
    ps_stressed_free(&out);
    const struct ps_stress down = {PS_STRESS_CLUSTER, 1, 2};
    assert_int_equal(ps_stress_apply(s, &down, &out), PS_OK);
    assert_int_equal(out.scenario.shocks_n, s->shocks_n + 1);
    const struct ps_shocks_row *shock = &out.scenario.shocks[s->shocks_n];
    assert_string_equal(shock->cluster_id, s->cluster_ids[1]);
    assert_true(shock->shift_sd == -2 && shock->from_month == 25 && shock->to_month == 36);
    ps_stressed_free(&out);
    /* Nothing at all: the very same worlds. */
    const struct ps_stress none = {PS_STRESS_PD, -1, 1};
    assert_int_equal(ps_stress_apply(s, &none, &out), PS_OK);
    assert_true(ps_scenario_same_world(s, &out.scenario));
    ps_stressed_free(&out);
    ps_fixture_free(s);
}

/* ---- how likely ---- */

/* Share of worlds whose index, averaged over the middle year and the clusters, lies at least 0.8 sd
 * down; then of one cluster alone. */
static void a_bad_year_is_as_likely_as_told(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(GAUSSIAN, RHO, 2, 0.3);
    s->p.factor_step_months = PS_STEP_1;
    s->p.horizon_months = 36;
    struct ps_trace trace;
    struct ps_diags diags = {0};
    assert_int_equal(ps_trace_open(s, SEED, NULL, &diags, &trace), PS_OK);
    const struct ps_stress_window window = ps_stress_window(s);
    assert_true(window.from == 13 && window.to == 24);
    uint64_t all_n = 0, one_n = 0;
    for (uint32_t w = 0; w < WORLDS; w++) {
        double mean[2] = {0};
        assert_int_equal(ps_trace_world(&trace, w), PS_OK);
        for (int t = window.from; t <= window.to; t++) {
            mean[0] += trace.index[2 * t] / 12;
            mean[1] += trace.index[2 * t + 1] / 12;
        }
        all_n += (mean[0] + mean[1]) / 2 <= -0.8;
        one_n += mean[1] <= -0.8;
    }
    const struct ps_stress all = {PS_STRESS_ECONOMY, -1, 0.8}, one = {PS_STRESS_CLUSTER, 1, 0.8};
    ps_claim_p("a year of all clusters",
               ps_oracle_binomial(all_n, WORLDS, ps_stress_plausibility(trace.plan, &all)));
    ps_claim_p("a year of one cluster",
               ps_oracle_binomial(one_n, WORLDS, ps_stress_plausibility(trace.plan, &one)));
    ps_power_p("a single month instead of a year",
               ps_oracle_binomial(one_n, WORLDS, gsl_cdf_ugaussian_P(-0.8)));
    ps_trace_free(&trace);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

static void multipliers_are_as_likely_as_told(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(INDEPENDENT, 0, 1, 0);
    s->p.pd_uncertainty_sigma = 0.5;
    struct ps_trace trace;
    struct ps_diags diags = {0};
    assert_int_equal(ps_trace_open(s, SEED, NULL, &diags, &trace), PS_OK);
    uint64_t hits_n = 0;
    for (uint32_t w = 0; w < WORLDS; w++) {
        assert_int_equal(ps_trace_world(&trace, 2 * w), PS_OK); /* one of each pair */
        hits_n += trace.multiplier[PS_UNCERTAIN_HAZARD] >= 1.5;
    }
    const struct ps_stress worse = {PS_STRESS_PD, -1, 1.5}, never = {PS_STRESS_PD, -1, 10};
    const struct ps_stress demand = {PS_STRESS_DEMAND, -1, 0.5};
    ps_claim_p("a multiplier of 1.5",
               ps_oracle_binomial(hits_n, WORLDS, ps_stress_plausibility(trace.plan, &worse)));
    ps_power_p("a median instead of a mean of 1",
               ps_oracle_binomial(hits_n, WORLDS, gsl_cdf_ugaussian_Q(log(1.5) / 0.5)));
    assert_true(ps_stress_plausibility(trace.plan, &never) == 0); /* scores are cut at 4 */
    assert_true(isnan(ps_stress_plausibility(trace.plan, &demand)));
    ps_trace_free(&trace);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

/* ---- how the pool dies ---- */

/* 600 万元 for loans of 100 that recover nothing: dead by the seventh default. */
static struct ps_scenario *seven_are_too_many(void)
{
    struct ps_scenario *s = ps_static_book(INDEPENDENT, 0, 1, 0);
    s->pools[0].initial_fen = 600 * FEN_PER_WAN;
    s->pools[0].interest_ppm = 0;
    s->products[0].trigger_months = 0;
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].recovery_frac = 0;
    }
    return s;
}

static double summed(const struct ps_death *death, enum ps_death_group group,
                     enum ps_death_figure figure)
{
    double sum = 0;
    for (int t = 1; t <= death->months_n; t++) {
        const int slot = ps_death_slot(death, figure, -1);
        sum += ps_death_mean(death, ps_death_cell(death, group, slot, t)).value;
    }
    return sum;
}

static void the_dead_have_the_exact_defaults(void **state)
{
    (void)state;
    static const char *const limits[] = {"p_depletion<=1%"};
    struct question q;
    struct ps_death death;
    ask(&q, seven_are_too_many(), limits, 1, 0.95);
    assert_int_equal(
        ps_death_run(&q.trace, q.table.depleted, q.table.depleted_n, WORLDS, NULL, NULL, &death),
        PS_OK);
    double p = 0, mean = 0, square = 0;
    for (unsigned k = 7; k <= STATIC_LOANS; k++) {
        const double pdf = gsl_ran_binomial_pdf(k, PD, STATIC_LOANS);
        p += pdf;
        mean += k * pdf;
        square += (double)k * k * pdf;
    }
    mean /= p;
    const double sd = sqrt(square / p - mean * mean), n = (double)death.again_n;
    const double got = summed(&death, PS_DEATH_DIED, PS_DEATH_DEFAULTS);
    assert_true(death.again_n == death.died_n && death.died_n == q.table.depleted_n);
    ps_claim_p("deaths of the pool", ps_oracle_binomial(death.died_n, WORLDS, p));
    ps_claim_p("defaults where it died", 2 * gsl_cdf_ugaussian_Q(fabs(got - mean) / sd * sqrt(n)));
    ps_power_p("defaults of all worlds",
               2 * gsl_cdf_ugaussian_Q(fabs(got - STATIC_LOANS * PD) / sd * sqrt(n)));
    /* On the clock that ends with the pool everybody dies in the last month, nobody before. */
    const int slot = ps_death_slot(&death, PS_DEATH_DEATH, -1);
    const struct ps_death_cell *last =
        ps_death_cell(&death, PS_DEATH_BEFORE, slot, PS_DEATH_MONTHS);
    assert_true(last->n == death.again_n && last->sum == (double)death.again_n);
    assert_true(last[-1].sum == 0);
    /* Where it died it owes what it has and more, and pays all that it has. */
    assert_true(fabs(summed(&death, PS_DEATH_DIED, PS_DEATH_CLAIMS) - 100. * FEN_PER_WAN * got) <
                1);
    assert_true(fabs(summed(&death, PS_DEATH_DIED, PS_DEATH_PAID) - 6e8) < 1);
    ps_death_free(&death);
    answered(&q);
}

/* The paths are those of the run: months add up to the measures of the same worlds. */
static void paths_add_up_to_the_run(void **state)
{
    (void)state;
    static const char *const limits[] = {"p_depletion<=1%"};
    struct question q = {.scenario = ps_fixture_bishan()};
    struct ps_death death;
    struct ps_engine_result result;
    const char *near;
    static const enum ps_measure kept[] = {PS_M_DEFAULTS_N, PS_M_LENT, PS_M_RETURNED};
    enum { N = 512 };
    assert_int_equal(ps_constraint_parse(limits[0], &q.constraints[0], &near), PS_METRIC_OK);
    assert_int_equal(ps_trace_open(q.scenario, SEED, NULL, &q.diags, &q.trace), PS_OK);
    assert_int_equal(ps_death_run(&q.trace, NULL, 0, N, NULL, NULL, &death), PS_OK);
    const struct ps_engine_request request = {.scenarios = q.scenario,
                                              .scenarios_n = 1,
                                              .worlds_n = N,
                                              .seed = SEED,
                                              .threads_n = 1,
                                              .tier = PS_TIER_DECISION,
                                              .kept = kept,
                                              .kept_n = 3};
    assert_int_equal(ps_engine_run(&request, &q.diags, &result), PS_OK);
    const struct ps_moments *m = result.rows[0].row.moments;
    const struct {
        enum ps_death_figure figure;
        enum ps_measure measure;
    } pairs[] = {{PS_DEATH_DEFAULTS, PS_M_DEFAULTS_N},
                 {PS_DEATH_GRANTED, PS_M_LENT},
                 {PS_DEATH_PAID, PS_M_COMPENSATION},
                 {PS_DEATH_RECOVERED, PS_M_RETURNED},
                 {PS_DEATH_DEATH, PS_M_DEPLETED}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const double run = ps_moments_mean(&m[pairs[i].measure]);
        assert_true(fabs(summed(&death, PS_DEATH_ALL, pairs[i].figure) - run) <= 1e-9 * (1 + run));
    }
    assert_true(death.died_n == 0 && death.again_n == 0);
    ps_engine_result_free(&result);
    ps_death_free(&death);
    ps_trace_free(&q.trace);
    ps_diags_free(&q.diags);
    ps_fixture_free(q.scenario);
}

/* All loans in one of two clusters, or half of them in each. */
static int cluster_before_death(int together)
{
    static const char *const limits[] = {"p_depletion<=1%"};
    struct ps_scenario *s = ps_static_book(GAUSSIAN, 0.2, 2, 0);
    struct ps_diags diags = {0};
    struct ps_constraint constraint;
    const char *near;
    s->pools[0].initial_fen = 900 * FEN_PER_WAN;
    s->products[0].trigger_months = 0;
    for (size_t i = 0; i < s->loans_n && together; i++) {
        strcpy(s->loans[i].segment_id, s->segments[1].segment_id);
    }
    assert_int_equal(ps_constraint_parse(limits[0], &constraint, &near), PS_METRIC_OK);
    constraint.watch = 0;
    const struct ps_stress_request request = {
        .study = {.constraints = &constraint, .constraints_n = 1, .seed = SEED, .threads_n = 1},
        .base = s,
        .confidence = 0.95,
        .worlds_n = WORLDS / 4};
    struct ps_stress_table table;
    struct ps_trace trace;
    struct ps_death death;
    assert_int_equal(ps_stress_run(&request, &diags, &table), PS_OK);
    assert_int_equal(ps_trace_open(s, SEED, NULL, &diags, &trace), PS_OK);
    assert_int_equal(
        ps_death_run(&trace, table.depleted, table.depleted_n, WORLDS / 4, NULL, NULL, &death),
        PS_OK);
    assert_true(death.died_n > 20);
    const int cluster = ps_death_cluster(&death);
    ps_death_free(&death);
    ps_trace_free(&trace);
    ps_stress_table_free(&table);
    ps_diags_free(&diags);
    ps_fixture_free(s);
    return cluster;
}

static void a_hit_cluster_stands_out(void **state)
{
    (void)state;
    assert_int_equal(cluster_before_death(1), 1);
    assert_int_equal(cluster_before_death(0), -1);
}

static void quantiles_and_half_years(void **state)
{
    (void)state;
    int month[] = {2, 3, 8, 9, 9, 10, 30};
    const struct ps_death death = {.month = month, .again_n = 7};
    double share;
    assert_int_equal(ps_death_quantile(&death, 0.5), 9);
    assert_int_equal(ps_death_quantile(&death, 1), 30);
    /* Months 7 to 12 of a plan that begins in January, 5 to 10 of one that begins in March. */
    assert_int_equal(ps_death_half_year(&death, 1, &share), 1);
    assert_true(share == 4. / 7);
    assert_int_equal(ps_death_half_year(&death, 3, &share), 1);
    assert_int_equal(ps_death_half_year(&death, 6, &share), 2); /* month 2 is July */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_multiplier_is_the_exact_one),
        cmocka_unit_test(the_shift_is_the_exact_one),
        cmocka_unit_test(threads_change_no_size),
        cmocka_unit_test(ranges_end_where_the_book_does),
        cmocka_unit_test(only_what_is_named_changes),
        cmocka_unit_test(a_bad_year_is_as_likely_as_told),
        cmocka_unit_test(multipliers_are_as_likely_as_told),
        cmocka_unit_test(the_dead_have_the_exact_defaults),
        cmocka_unit_test(paths_add_up_to_the_run),
        cmocka_unit_test(a_hit_cluster_stands_out),
        cmocka_unit_test(quantiles_and_half_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
