// SPDX-License-Identifier: GPL-3.0-or-later
// Funds: write-offs are binomial or follow the index of a cluster, multiples are lognormal.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "claim.h"
#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

enum { WORLDS = 40000 };

static const double WRITE_OFF = 0.4, MEDIAN = 1.5, SIGMA = 0.8;

/* Nothing but a fund of 1,000 万元 an investment, half of it the treasury's. */
static struct ps_scenario *fund_alone(struct ps_funds_row *fund, int64_t investments_n)
{
    struct ps_scenario *s = ps_fixture_bare();
    *fund = (struct ps_funds_row){.fund_id = "seed",
                                  .size_wan = 1000 * investments_n,
                                  .fiscal_share_ppm = 500000,
                                  .investments_n = investments_n,
                                  .from_month = 1,
                                  .to_month = s->p.horizon_months,
                                  .hold_months = 12,
                                  .write_off_frac = WRITE_OFF,
                                  .multiple_median = MEDIAN,
                                  .multiple_sigma = SIGMA};
    s->funds = fund;
    s->funds_n = 1;
    return s;
}

static void drop(struct ps_scenario *s)
{
    s->funds = NULL;
    ps_fixture_free(s);
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

static double total(const struct ps_row *row, enum ps_measure m)
{
    return (double)row->moments[m].sum;
}

/* Every investment of every world is written off by itself. */
static void write_offs_are_binomial(void **state)
{
    (void)state;
    enum { N = 10 };
    struct ps_funds_row fund;
    struct ps_scenario *s = fund_alone(&fund, N);
    struct ps_engine_result result;
    const struct ps_row *row = run(s, &result);
    const uint64_t k = (uint64_t)total(row, PS_M_FUND_WRITE_OFFS_N);
    ps_claim_p("write-offs of 400,000 investments at 40 %", ps_oracle_binomial(k, N * WORLDS, 0.4));
    ps_power_p("40.6 %", ps_oracle_binomial(k, N * WORLDS, 0.406));
    ps_engine_result_free(&result);
    drop(s);
}

/* Mean of proceeds and of the treasury's cost, with their exact variance: a multiple has mean
 * (1 - q) m e^(s²/2) and second moment (1 - q) m² e^(2 s²). */
static void proceeds_have_the_lognormal_mean(void **state)
{
    (void)state;
    enum { N = 10 };
    struct ps_funds_row fund;
    struct ps_scenario *s = fund_alone(&fund, N);
    struct ps_engine_result result;
    const struct ps_row *row = run(s, &result);
    const double mean = (1 - WRITE_OFF) * MEDIAN * exp(SIGMA * SIGMA / 2);
    const double square = (1 - WRITE_OFF) * MEDIAN * MEDIAN * exp(2 * SIGMA * SIGMA);
    const double variance = N * 1e6 * (square - mean * mean); /* 万元² */
    const double no_sigma = (1 - WRITE_OFF) * MEDIAN;
    const struct ps_oracle_mean proceeds = {.n = WORLDS,
                                            .sum = total(row, PS_M_FUND_PROCEEDS) / 1e6};
    const struct ps_oracle_mean cost = {.n = WORLDS,
                                        .sum = total(row, PS_M_FUND_FISCAL_COST) / 1e6};
    ps_claim_p("mean proceeds", ps_oracle_mean_of(&proceeds, N * 1000 * mean, variance));
    ps_power_p("the median for the mean",
               ps_oracle_mean_of(&proceeds, N * 1000 * no_sigma, variance));
    ps_claim_p("mean cost to the treasury",
               ps_oracle_mean_of(&cost, N * 500 * (1 - mean), variance / 4));
    ps_power_p("its share in losses only", ps_oracle_mean_of(&cost, 0, variance / 4));
    assert_true(total(row, PS_M_FUND_INVESTED) == 1e10 * WORLDS);
    ps_engine_result_free(&result);
    drop(s);
}

/* One investment that is not written off: ln(multiple) is normal. */
static void multiples_are_lognormal(void **state)
{
    (void)state;
    enum { CELLS = 20 };
    struct ps_funds_row fund;
    struct ps_scenario *s = fund_alone(&fund, 16);
    struct ps_kit kit;
    uint64_t count[CELLS] = {0}, n = 0;
    double p[CELLS], wrong[CELLS];
    fund.write_off_frac = 0;
    ps_kit_open(&kit, s, 77, NULL);
    for (int first = 0; first < 1600; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, (uint64_t)first, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++)
            for (int i = 0; i < 16; i++, n++) {
                const double z = log(kit.worlds.worlds[w].investments[i].multiple / MEDIAN) / SIGMA;
                const double cell = floor(z * 4 + CELLS / 2.);
                count[(int)fmin(fmax(cell, 0), CELLS - 1)]++;
            }
    }
    for (int i = 0; i < CELLS; i++) {
        const double from = i == 0 ? -INFINITY : (i - CELLS / 2.) / 4;
        const double to = i == CELLS - 1 ? INFINITY : (i + 1 - CELLS / 2.) / 4;
        p[i] = 0.5 * (erf(to / sqrt(2)) - erf(from / sqrt(2)));
        wrong[i] = 0.5 * (erf(to / (1.1 * sqrt(2))) - erf(from / (1.1 * sqrt(2))));
    }
    ps_claim_p("logs of 25,600 multiples", ps_oracle_chi_square(count, p, CELLS - 1, n));
    ps_power_p("a sigma a tenth larger", ps_oracle_chi_square(count, wrong, CELLS - 1, n));
    ps_kit_close(&kit);
    drop(s);
}

/* Two investments that exit in one month bring twice their money or nothing: the fund is below cost
 * just when both are written off. */
static void write_offs_follow_the_index(void **state)
{
    (void)state;
    struct ps_funds_row fund;
    struct ps_scenario *s = fund_alone(&fund, 2);
    struct ps_engine_result result;
    fund.to_month = fund.from_month;
    fund.multiple_median = 2;
    fund.multiple_sigma = 0;
    fund.correlation = 0.3;
    snprintf(fund.cluster_id, sizeof fund.cluster_id, "%s", s->cluster_ids[0]);
    const struct ps_row *row = run(s, &result);
    const uint64_t both = (uint64_t)total(row, PS_M_FUND_BELOW_COST);
    const uint64_t all = (uint64_t)total(row, PS_M_FUND_WRITE_OFFS_N);
    ps_claim_p("two investments both written off, correlation 0.3",
               ps_oracle_binomial(both, WORLDS, ps_oracle_joint(WRITE_OFF, 0.3)));
    ps_power_p("independent ones", ps_oracle_binomial(both, WORLDS, WRITE_OFF * WRITE_OFF));
    ps_power_p("correlation 0.2",
               ps_oracle_binomial(both, WORLDS, ps_oracle_joint(WRITE_OFF, 0.2)));
    /* The chance of each stays what it was; the two hang together, so their number varies more. */
    const struct ps_oracle_mean mean = {.n = WORLDS, .sum = (double)all};
    const double variance = 2 * WRITE_OFF * (1 - WRITE_OFF) +
                            2 * (ps_oracle_joint(WRITE_OFF, 0.3) - WRITE_OFF * WRITE_OFF);
    ps_claim_p("each at 40 %", ps_oracle_mean_of(&mean, 2 * WRITE_OFF, variance));
    ps_power_p("each at 42 %", ps_oracle_mean_of(&mean, 0.84, variance));
    ps_engine_result_free(&result);
    drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_offs_are_binomial),
        cmocka_unit_test(proceeds_have_the_lognormal_mean),
        cmocka_unit_test(multiples_are_lognormal),
        cmocka_unit_test(write_offs_follow_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
