// SPDX-License-Identifier: GPL-3.0-or-later
// Tranches of a new issue whose firms default independently and repay nothing or all: the number of
// losses is binomial, and each tranche's loss follows from it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { FIRMS = 10, WORLDS = 60000 };

static const double PD = 0.08, CURED = 0.25;

/* 1 亿元, 12 months: 5 % subordinated, an undertaking of 15 %. A loss is 1,000 万元. */
static struct ps_vehicles_row DEAL = {.vehicle_id = "deal",
                                      .abs_mode = PS_ABS_NEW_ISSUE,
                                      .issue_month = 7,
                                      .size_wan = 10000,
                                      .firms_n = FIRMS,
                                      .tenor_months = 12,
                                      .subordinated_ppm = 50000,
                                      .undertaking_ppm = 150000};

static struct ps_scenario *issue_alone(void)
{
    struct ps_scenario *s = ps_fixture_bare();
    s->p.dependence = 1;
    s->p.sale_prob_frac = 0;
    s->p.cash_recovery_frac = 0;
    s->p.cure_prob_frac = CURED;
    s->segments[0].pd_frac = PD;
    s->vehicles = &DEAL;
    s->vehicles_n = 1;
    return s;
}

/* P(k losses), k = 0..FIRMS. */
static void binomial(double p, double *of)
{
    for (int k = 0; k <= FIRMS; k++)
        of[k] = exp(lgamma(FIRMS + 1) - lgamma(k + 1) - lgamma(FIRMS - k + 1)) * pow(p, k) *
                pow(1 - p, FIRMS - k);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How k losses fall on subordinated piece, undertaking and senior piece, 万元. */
static void split(int k, int64_t part[3])
{
    const int64_t loss = 1000 * k;
    part[0] = least(loss, 500);
    part[1] = least(loss - part[0], 1500);
    part[2] = loss - part[0] - part[1];
}

static const struct ps_row *run(const struct ps_scenario *s, struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = WORLDS,
                                              .seed = 1007,
                                              .threads_n = 1,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, result);
    return &result->rows[0].row;
}

static uint64_t hits(const struct ps_row *row, enum ps_measure flag)
{
    return (uint64_t)row->moments[flag].sum;
}

/* Chances that a tranche is hit or gone, against sums of the binomial. */
static void chances_are_binomial(void **state)
{
    (void)state;
    static const struct {
        enum ps_measure flag;
        int from; /* losses that do it */
    } cases[] = {{PS_M_SUBORDINATED_HIT, 1},
                 {PS_M_SUBORDINATED_GONE, 1},
                 {PS_M_UNDERTAKING_HIT, 1},
                 {PS_M_UNDERTAKING_GONE, 2},
                 {PS_M_SENIOR_HIT, 3}};
    struct ps_scenario *s = issue_alone();
    struct ps_engine_result result;
    const struct ps_row *row = run(s, &result);
    double of[FIRMS + 1], wrong_of[FIRMS + 1];
    binomial(PD * (1 - CURED), of);
    binomial(PD, wrong_of); /* had nobody been cured */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double p = 0, wrong = 0;
        for (int k = cases[i].from; k <= FIRMS; k++) {
            p += of[k];
            wrong += wrong_of[k];
        }
        const uint64_t n = hits(row, cases[i].flag);
        assert_true(ps_oracle_binomial(n, WORLDS, p) > PS_ORACLE_ALPHA);
        assert_true(ps_oracle_binomial(n, WORLDS, wrong) < PS_ORACLE_ALPHA);
    }
    assert_int_equal(hits(row, PS_M_SENIOR_GONE), 0);
    ps_engine_result_free(&result);
    s->vehicles = NULL;
    ps_fixture_free(s);
}

/* Mean loss of each tranche, with its exact variance. */
static void mean_losses_are_binomial(void **state)
{
    (void)state;
    struct ps_scenario *s = issue_alone();
    struct ps_engine_result result;
    const struct ps_row *row = run(s, &result);
    double of[FIRMS + 1];
    binomial(PD * (1 - CURED), of);
    for (int j = 0; j < 3; j++) {
        const double got = (double)row->moments[PS_M_LOSS_SUBORDINATED + j].sum / 1e6 / WORLDS;
        double mean = 0, square = 0, fewer = 0; /* fewer: the subordinated piece absent */
        for (int k = 0; k <= FIRMS; k++) {
            int64_t part[3];
            split(k, part);
            mean += of[k] * (double)part[j];
            square += of[k] * (double)(part[j] * part[j]);
            fewer += of[k] * (double)(j == 0   ? 0
                                      : j == 1 ? least(1000 * k, 1500)
                                               : 1000 * k - least(1000 * k, 1500));
        }
        const struct ps_oracle_mean sample = {.n = WORLDS, .sum = got * WORLDS};
        const double variance = square - mean * mean;
        assert_true(ps_oracle_mean_of(&sample, mean, variance) > PS_ORACLE_ALPHA);
        assert_true(ps_oracle_mean_of(&sample, fewer, variance) < PS_ORACLE_ALPHA);
    }
    ps_engine_result_free(&result);
    s->vehicles = NULL;
    ps_fixture_free(s);
}

/* Firms of one cluster default together: with the Gaussian model the number of losses follows the
 * one-factor law, and the binomial is rejected. */
static void correlated_firms_follow_the_one_factor_law(void **state)
{
    (void)state;
    struct ps_scenario *s = issue_alone();
    struct ps_engine_result result;
    double of[FIRMS + 1], apart[FIRMS + 1];
    s->p.dependence = 0;
    s->p.cure_prob_frac = 0;
    s->p.factor_step_months = PS_STEP_12;
    s->p.maturity_share_frac = 0;
    s->segments[0].correlation = 0.3;
    DEAL.issue_month = 12; /* months 13 to 24: one value of the index */
    const struct ps_row *row = run(s, &result);
    ps_oracle_vasicek(of, FIRMS, PD, 0.3);
    binomial(PD, apart);
    double p = 0, wrong = 0;
    for (int k = 3; k <= FIRMS; k++) {
        p += of[k];
        wrong += apart[k];
    }
    assert_true(ps_oracle_binomial(hits(row, PS_M_SENIOR_HIT), WORLDS, p) > PS_ORACLE_ALPHA);
    assert_true(ps_oracle_binomial(hits(row, PS_M_SENIOR_HIT), WORLDS, wrong) < PS_ORACLE_ALPHA);
    ps_engine_result_free(&result);
    s->vehicles = NULL;
    ps_fixture_free(s);
}

/* Unequal parts: exp(sigma z) over their sum. Of two firms the first has the larger part half of
 * the time, and P(part < x) = Phi(ln(x / (1 - x)) / (sigma sqrt 2)). */
static void parts_follow_their_weights(void **state)
{
    (void)state;
    enum { TWO = 2, SIZE = 1000002, CELLS = 20 };
    static const double SIGMA = 0.6;
    struct ps_scenario *s = issue_alone();
    struct ps_vehicles_row deal = DEAL;
    struct ps_kit kit;
    uint64_t count[CELLS] = {0}, n = 0;
    double p[CELLS], wrong[CELLS];
    deal.firms_n = TWO;
    deal.size_wan = SIZE;
    deal.amount_sigma = SIGMA;
    s->vehicles = &deal;
    ps_kit_open(&kit, s, 77, NULL);
    for (; n < 20000; n += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, n, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++) {
            const double amount = kit.worlds.worlds[w].issued[0].app.amount_wan;
            count[(int)((amount - 1) / (SIZE - 1) * CELLS)]++;
        }
    }
    for (int i = 0; i < CELLS; i++) {
        const double x = (i + 1.) / CELLS, y = (double)i / CELLS;
        const double to = i == CELLS - 1 ? INFINITY : log(x / (1 - x));
        const double from = i == 0 ? -INFINITY : log(y / (1 - y));
        p[i] = 0.5 * (erf(to / (2 * SIGMA)) - erf(from / (2 * SIGMA)));
        wrong[i] = 0.5 * (erf(to / (2.2 * SIGMA)) - erf(from / (2.2 * SIGMA)));
    }
    assert_true(ps_oracle_chi_square(count, p, CELLS - 1, n) > PS_ORACLE_ALPHA);
    assert_true(ps_oracle_chi_square(count, wrong, CELLS - 1, n) < PS_ORACLE_ALPHA);
    ps_kit_close(&kit);
    s->vehicles = NULL;
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chances_are_binomial),
        cmocka_unit_test(mean_losses_are_binomial),
        cmocka_unit_test(correlated_firms_follow_the_one_factor_law),
        cmocka_unit_test(parts_follow_their_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
