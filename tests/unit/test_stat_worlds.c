// SPDX-License-Identifier: GPL-3.0-or-later
// Demand, amounts, renewals and the index against the laws they are drawn from; recoveries are in
// test_stat_recovery.c. Alpha 1e-9 a test; the seeds are fixed here and never changed.
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
#include "fixture.h"
#include "oracle.h"
#include "pledgesim/engine.h"
#include "testkit.h"

enum { SEED_DEMAND = 301, SEED_AMOUNTS = 302, SEED_RENEWALS = 303, SEED_INDEX = 304 };

/* ---- demand ---- */

enum { YEARS = 5, FIRMS_MAX = 80, DEMAND_WORLDS = 40000 };

/* Worlds by the number of new firms of each calendar year. */
static void count_firms(uint64_t firms[YEARS][FIRMS_MAX])
{
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    s->p.renewal_prob_frac = 0;
    ps_kit_open(&kit, s, SEED_DEMAND, NULL);
    for (uint64_t first = 0; first < DEMAND_WORLDS; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            for (int y = 0; y < YEARS; y++) {
                const uint32_t from = w->app_first[12 * y + 1], to = w->app_first[12 * y + 13];
                firms[y][to - from < FIRMS_MAX ? to - from : FIRMS_MAX - 1]++;
            }
        }
    }
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

static double is_poisson(const uint64_t *count, double mean)
{
    double law[FIRMS_MAX];
    for (int k = 0; k < FIRMS_MAX; k++)
        law[k] = gsl_ran_poisson_pdf((unsigned)k, mean);
    return ps_oracle_chi_square(count, law, FIRMS_MAX, DEMAND_WORLDS);
}

/* The whole law of each year, so mean and variance too; their sums exactly. */
static void new_firms_of_a_year_are_poisson(void **state)
{
    (void)state;
    static const double mean[YEARS] = {6, 11, 14, 17, 20};
    static uint64_t firms[YEARS][FIRMS_MAX];
    double law = 1, total = 1, wrong = 0, more = 0;
    count_firms(firms);
    for (int y = 0; y < YEARS; y++) {
        uint64_t sum = 0;
        double square = 0;
        for (int k = 0; k < FIRMS_MAX; k++) {
            sum += firms[y][k] * (uint64_t)k;
            square += (double)firms[y][k] * pow(k - mean[y], 2);
        }
        law = fmin(law, is_poisson(firms[y], mean[y]));
        wrong = fmax(wrong, is_poisson(firms[y], mean[y] * 1.03));
        total = fmin(total, ps_oracle_poisson(sum, mean[y] * DEMAND_WORLDS));
        more = fmax(more, ps_oracle_poisson(sum, mean[y] * 1.03 * DEMAND_WORLDS));
        /* the fourth central moment of a Poisson law is m + 3 m^2 */
        const double variance = mean[y] + 2 * mean[y] * mean[y];
        assert_true(fabs(square / DEMAND_WORLDS - mean[y]) < 6.1 * sqrt(variance / DEMAND_WORLDS));
    }
    ps_claim_p("worst year, law", law);
    ps_power_p("mean 3 % higher", wrong);
    ps_claim_p("worst year, sum", total);
    ps_power_p("mean 3 % higher", more);
}

/* ---- amounts ---- */

enum { AMOUNT_MIN = 20, AMOUNT_MAX = 1000, AMOUNTS = AMOUNT_MAX - AMOUNT_MIN + 1 };

static uint64_t count_amounts(uint64_t count[AMOUNTS])
{
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    uint64_t n = 0;
    s->loans_n = 0;
    s->p.renewal_prob_frac = 0;
    ps_kit_open(&kit, s, SEED_AMOUNTS, NULL);
    for (uint64_t first = 0; first < 8000; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            for (int a = 0; a < w->apps_n; a++, n++) {
                assert_in_range(w->apps[a].amount_wan, AMOUNT_MIN, AMOUNT_MAX);
                count[w->apps[a].amount_wan - AMOUNT_MIN]++;
            }
        }
    }
    ps_kit_close(&kit);
    ps_fixture_free(s);
    return n;
}

/* P(lowest <= X < x) of the lognormal, before the truncation takes effect. */
static double below(double x, double median, double sigma)
{
    return gsl_cdf_ugaussian_P(log(x / median) / sigma) -
           gsl_cdf_ugaussian_P(log(AMOUNT_MIN / median) / sigma);
}

/* A lognormal between its limits, rounded to whole 万元; in cells 20 万元 wide, for power. */
static double is_lognormal(const uint64_t *count, uint64_t n, double median, double sigma)
{
    enum { WIDE = 20, CELLS = AMOUNTS / WIDE + 1 };
    double law[CELLS] = {0}, up_to = 0;
    uint64_t cell[CELLS] = {0};
    const double all = below(AMOUNT_MAX, median, sigma);
    for (int i = 0; i < AMOUNTS; i++) {
        const double next = i == AMOUNTS - 1 ? all : below(AMOUNT_MIN + i + 0.5, median, sigma);
        law[i / WIDE] += (next - up_to) / all;
        cell[i / WIDE] += count[i];
        up_to = next;
    }
    return ps_oracle_chi_square(cell, law, CELLS, n);
}

static void amounts_are_truncated_lognormal(void **state)
{
    (void)state;
    static uint64_t count[AMOUNTS];
    const uint64_t n = count_amounts(count);
    ps_claim_p("amounts", is_lognormal(count, n, 350, 1));
    assert_true(count[0] > 0 && count[AMOUNTS - 1] > 0);
    ps_power_p("median 360", is_lognormal(count, n, 360, 1));
    ps_power_p("sigma 1.05", is_lognormal(count, n, 350, 1.05));
}

/* ---- renewals ---- */

/* Every performing loan that matures within the plan asks with probability 0.6, tape loans too. */
static void renewals_come_as_often_as_they_should(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    uint64_t asked = 0, could = 0;
    ps_kit_open(&kit, s, SEED_RENEWALS, NULL);
    for (uint64_t first = 0; first < 8000; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            for (int a = 0; a < w->apps_n; a++) {
                could += w->apps[a].fate == PS_NONE && w->apps[a].maturity <= kit.plan->horizon;
                asked += w->apps[a].parent != PS_NONE;
            }
        }
    }
    ps_claim_p("renewals", ps_oracle_binomial(asked, could, 0.6));
    ps_power_p("61 %", ps_oracle_binomial(asked, could, 0.61));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- the index ---- */

/* Products of the index in two months and clusters, over worlds: E = r, variance 1 + r^2. */
struct pair {
    int cluster[2], month[2];
    double r;
    double sum;
};

static double has_product(const struct pair *pair, double r, double worlds)
{
    return 2 * gsl_cdf_ugaussian_Q(fabs(pair->sum / worlds - r) / sqrt((1 + r * r) / worlds));
}

static void add_products(const struct ps_kit *kit, struct pair *pairs, size_t n)
{
    for (size_t p = 0; p < n; p++)
        for (int l = 0; l < PS_ECONOMY_LANES; l++) {
            double product = 1;
            for (int k = 0; k < 2; k++)
                product *= ps_kit_index(kit, pairs[p].month[k], pairs[p].cluster[k])[l];
            pairs[p].sum += product;
        }
}

static void walk_index(const struct ps_scenario *s, uint64_t worlds, struct pair *pairs, size_t n)
{
    struct ps_kit kit;
    ps_kit_open(&kit, s, SEED_INDEX, NULL);
    for (uint64_t first = 0; first < worlds; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        add_products(&kit, pairs, n);
    }
    ps_kit_close(&kit);
}

/* phi_annual 0.5, clusters correlated by 0.5: variance 1 at the start and later, correlations in
 * one cluster after 1, 3 and 12 months, between clusters at once and after a year, over steps of a
 * month, a quarter and a year. */
static void index_has_its_correlations(void **state)
{
    (void)state;
    static const int steps[] = {1, 3, 12};
    enum { WORLDS_N = 160000 };
    double right = 1, wrong = 0;
    struct ps_scenario *s = ps_fixture_bishan();
    s->p.horizon_months = 48;
    s->p.runoff_months = 48;
    s->loans_n = s->demand_n = 0;
    for (int64_t step = PS_STEP_1; step <= PS_STEP_12; step++) {
        struct pair pairs[] = {
            {.cluster = {0, 0}, .month = {1, 1}, .r = 1},
            {.cluster = {3, 3}, .month = {48, 48}, .r = 1},
            {.cluster = {1, 1}, .month = {12, 24}, .r = 0.5},
            {.cluster = {2, 2}, .month = {10, 34}, .r = 0.25},
            {.cluster = {2, 2}, .month = {12, 13}, .r = pow(0.5, steps[step] / 12.)},
            {.cluster = {0, 1}, .month = {1, 1}, .r = 0.5},
            {.cluster = {2, 3}, .month = {40, 40}, .r = 0.5},
            {.cluster = {0, 3}, .month = {24, 36}, .r = 0.25},
        };
        const size_t n = sizeof pairs / sizeof *pairs;
        s->p.factor_step_months = step;
        walk_index(s, WORLDS_N, pairs, n);
        for (size_t p = 0; p < n; p++) {
            right = fmin(right, has_product(&pairs[p], pairs[p].r, WORLDS_N));
            wrong = fmax(wrong, has_product(&pairs[p], pairs[p].r - 0.04, WORLDS_N));
        }
    }
    ps_claim_p("worst of 24 correlations", right);
    ps_power_p("0.04 lower", wrong);
    ps_fixture_free(s);
}

/* A trace shows the index of its world, in steps of three months with a shock amid one. */
static void a_trace_has_the_index_of_its_world(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_shocks_row shock = {.from_month = 8, .to_month = 12, .shift_sd = -2};
    struct ps_diags diags = {0};
    struct ps_trace trace;
    struct ps_kit kit;
    enum { WORLD = 5 };
    s->p.factor_step_months = PS_STEP_3;
    strcpy(shock.cluster_id, s->cluster_ids[1]);
    struct ps_shocks_row *const none = s->shocks;
    s->shocks = &shock;
    s->shocks_n = 1;
    ps_kit_open(&kit, s, SEED_INDEX, NULL);
    ps_kit_sample(&kit, 0, PS_ECONOMY_LANES);
    assert_int_equal(ps_trace_run(s, SEED_INDEX, WORLD, NULL, &diags, &trace), PS_OK);
    const int n = kit.plan->clusters_n;
    for (int t = 0; t <= kit.plan->months_n; t++)
        for (int c = 0; c < n; c++)
            assert_true(trace.index[t * n + c] == ps_kit_index(&kit, t, c)[WORLD]);
    assert_true(trace.index[8 * n + 1] == trace.index[7 * n + 1] - 2);
    ps_trace_free(&trace);
    ps_kit_close(&kit);
    s->shocks = none;
    s->shocks_n = 0;
    ps_fixture_free(s);
}

/* Inside a block the index stands still; a fixed start is where it was put. */
static void index_stands_still_inside_a_block(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    s->p.factor_step_months = PS_STEP_3;
    s->p.index_start = PS_START_FIXED;
    s->p.initial_index_sd = -1.25;
    ps_kit_open(&kit, s, SEED_INDEX, NULL);
    ps_kit_sample(&kit, 0, PS_ECONOMY_LANES);
    for (int t = 1; t <= kit.plan->months_n; t++)
        for (int i = 0; i < kit.plan->clusters_n * PS_ECONOMY_LANES; i++) {
            const double now = ps_kit_index(&kit, t, 0)[i];
            const double before = ps_kit_index(&kit, t - 1, 0)[i];
            if (t <= 3)
                assert_true(now == -1.25);
            else
                assert_int_equal(now == before, (t - 1) % 3 != 0);
        }
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_firms_of_a_year_are_poisson),
        cmocka_unit_test(amounts_are_truncated_lognormal),
        cmocka_unit_test(renewals_come_as_often_as_they_should),
        cmocka_unit_test(index_has_its_correlations),
        cmocka_unit_test(index_stands_still_inside_a_block),
        cmocka_unit_test(a_trace_has_the_index_of_its_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
