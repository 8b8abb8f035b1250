// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of defaulted loans against the laws of docs/model.md section 6: months of disposal,
// sale rounds, proceeds, cash and cures. Alpha 1e-9 a test; the seeds are fixed and never changed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "claim.h"
#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

enum { LOANS = 40, NPL = 3 };
enum { SEED_LAG = 401, SEED_ROUNDS = 402, SEED_STATE = 403, SEED_PROCEEDS = 404, SEED_CURE = 405 };
enum { SEED_WAIT = 406 };

/* Independent tape loans, most of which default within their year; the run-off is long enough for
 * every disposal. The index moves neither values nor sales. */
static struct ps_scenario *doomed(size_t loans)
{
    struct ps_scenario *s = ps_fixture_tape(loans);
    s->p.dependence = 1;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = 240;
    s->p.value_sensitivity = s->p.sale_sensitivity = 0;
    for (size_t i = 0; i < loans; i++)
        s->loans[i].pd_frac = 0.9;
    return s;
}

typedef void on_fate_fn(const struct ps_kit *kit, const struct ps_fate *fate, void *context);

/* Calls back for every default of so many worlds. */
static void each_fate(const struct ps_scenario *s, uint64_t seed, uint64_t worlds,
                      on_fate_fn *on_fate, void *context)
{
    struct ps_kit kit;
    ps_kit_open(&kit, s, seed, NULL);
    for (uint64_t first = 0; first < worlds; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++)
            for (int f = 0; f < kit.worlds.worlds[i].fates_n; f++)
                on_fate(&kit, &kit.worlds.worlds[i].fates[f], context);
    }
    ps_kit_close(&kit);
}

/* ---- the month of disposal ---- */

enum { LAGS = 200 };

struct lags {
    uint64_t n, of[LAGS];
};

static void count_lag(const struct ps_kit *kit, const struct ps_fate *fate, void *context)
{
    struct lags *lags = context;
    const int lag = fate->s - fate->tau - NPL;
    (void)kit;
    assert_true(lag >= 1);
    lags->n++;
    lags->of[lag < LAGS ? lag : LAGS - 1]++;
}

static double is_lag(const struct lags *lags, double median, double sigma)
{
    double law[LAGS] = {0};
    for (int d = 1; d < LAGS; d++) /* the last cell holds all that is longer, too */
        law[d] = (d < LAGS - 1 ? gsl_cdf_ugaussian_P(log(d / median) / sigma) : 1) -
                 (d > 1 ? gsl_cdf_ugaussian_P(log((d - 1) / median) / sigma) : 0);
    return ps_oracle_chi_square(lags->of, law, LAGS, lags->n);
}

/* Sold in the first round: the lag is a lognormal rounded up, 9 to 36 months with 80 %. */
static void lags_are_lognormal(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(LOANS);
    struct lags lags = {0};
    uint64_t to_9 = 0, to_36 = 0;
    s->p.sale_prob_frac = 1;
    each_fate(s, SEED_LAG, 3200, count_lag, &lags);
    for (int d = 0; d <= 36; d++) {
        to_9 += d <= 9 ? lags.of[d] : 0;
        to_36 += lags.of[d];
    }
    ps_claim_p("lags", is_lag(&lags, 18, 0.54));
    ps_power_p("median 18.5", is_lag(&lags, 18.5, 0.54));
    ps_power_p("sigma 0.56", is_lag(&lags, 18, 0.56));
    ps_claim_p("up to 9 months",
               ps_oracle_binomial(to_9, lags.n, gsl_cdf_ugaussian_P(log(0.5) / 0.54)));
    ps_claim_p("up to 36 months",
               ps_oracle_binomial(to_36, lags.n, gsl_cdf_ugaussian_P(log(2) / 0.54)));
    ps_power_p("37 instead of 36",
               ps_oracle_binomial(to_36, lags.n, gsl_cdf_ugaussian_P(log(37 / 18.) / 0.54)));
    ps_fixture_free(s);
}

/* ---- sale rounds ---- */

enum { LAG = 4, ROUNDS = 4 }; /* the fourth: no round at all */

struct rounds {
    uint64_t n, of[ROUNDS];
};

static void count_round(const struct ps_kit *kit, const struct ps_fate *fate, void *context)
{
    struct rounds *rounds = context;
    const int months = fate->s - fate->tau - NPL - LAG;
    (void)kit;
    assert_true(months == 0 || months == 3 || months == 6);
    if (months < 6)
        assert_true(fate->proceeds_frac > 0);
    rounds->n++;
    rounds->of[fate->proceeds_frac > 0 ? months / 3 : 3]++;
}

static double has_chance(const struct rounds *rounds, double q)
{
    const double law[ROUNDS] = {q, (1 - q) * q, (1 - q) * (1 - q) * q, pow(1 - q, 3)};
    return ps_oracle_chi_square(rounds->of, law, ROUNDS, rounds->n);
}

static struct ps_scenario *auctioned(size_t loans)
{
    struct ps_scenario *s = doomed(loans);
    s->p.disposal_median_months = LAG;
    s->p.disposal_sigma = 0;
    s->ip_kinds[0].lapse_pa = 0;
    return s;
}

/* Three rounds three months apart, each successful with 40 %. */
static void sales_take_up_to_three_rounds(void **state)
{
    (void)state;
    struct ps_scenario *s = auctioned(LOANS);
    struct rounds rounds = {0};
    each_fate(s, SEED_ROUNDS, 3200, count_round, &rounds);
    ps_claim_p("rounds", has_chance(&rounds, 0.4));
    ps_power_p("41.5 %", has_chance(&rounds, 0.415));
    ps_fixture_free(s);
}

/* One loan a world, so that defaults are independent: with the index at work the first round
 * succeeds with Phi(Phi^-1(q) / sqrt(1 + q_beta^2)), in a slump of one sd everywhere with
 * Phi((Phi^-1(q) - q_beta) / sqrt(1 + q_beta^2)). */
static void sales_follow_the_index(void **state)
{
    (void)state;
    struct ps_scenario *s = auctioned(1);
    struct ps_shocks_row slump = {.cluster_id = "all", .from_month = 1, .to_month = 252};
    const double x = gsl_cdf_ugaussian_Pinv(0.4);
    s->p.sale_sensitivity = 1;
    s->shocks = &slump;
    s->shocks_n = 1;
    for (int k = 0; k <= 1; k++) {
        struct rounds rounds = {0};
        slump.shift_sd = -k;
        each_fate(s, SEED_STATE, 60000, count_round, &rounds);
        const double q = gsl_cdf_ugaussian_P((x - k) / sqrt(2));
        ps_claim_p(k ? "in a slump" : "index at work",
                   ps_oracle_binomial(rounds.of[0], rounds.n, q));
        ps_power_p("without the index",
                   ps_oracle_binomial(rounds.of[0], rounds.n, gsl_cdf_ugaussian_P(x - k)));
    }
    s->shocks = NULL;
    ps_fixture_free(s);
}

/* ---- proceeds ---- */

struct money {
    double value;   /* of the pledge at the start, for a yuan lent */
    double loss_pa; /* decay and lapse */
    double age_months;
    struct ps_oracle_mean proceeds, dearer, cash;
};

/* Given the month of sale, E S = value exp(-(decay + lapse) a) m (1 - cost), whatever the
 * volatility and beta: what a loan brings above that has mean 0. */
static void add_money(const struct ps_kit *kit, const struct ps_fate *fate, void *context)
{
    struct money *money = context;
    const double mean = money->value * exp(-money->loss_pa * (fate->s + money->age_months) / 12);
    (void)kit;
    ps_oracle_add(&money->proceeds, fate->proceeds_frac / mean - 1);
    ps_oracle_add(&money->dearer, fate->proceeds_frac / mean - 1.03);
    ps_oracle_add(&money->cash, fate->cash_frac);
}

static void check_money(const struct ps_scenario *s, uint64_t worlds, struct money *money)
{
    const struct ps_ip_kinds_row *kind = &s->ip_kinds[0];
    money->value *= kind->price_mean_frac * (1 - s->p.disposal_cost_frac);
    money->loss_pa = kind->decay_pa + kind->lapse_pa;
    each_fate(s, SEED_PROCEEDS, worlds, add_money, money);
    ps_claim_p("proceeds", ps_oracle_mean_is(&money->proceeds, 0));
    ps_power_p("3 % more", ps_oracle_mean_is(&money->dearer, 0));
    ps_claim_p("cash", ps_oracle_mean_is(&money->cash, 0.07));
    ps_power_p("cash 7.2 %", ps_oracle_mean_is(&money->cash, 0.072));
}

/* Loans as old as the book, their pledges valued by the LTV; one a world, for the index is at work
 * and loans that share it are not independent. */
static void proceeds_have_their_mean(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(1);
    struct money money = {.value = 1 / s->ip_kinds[0].ltv_frac};
    s->p.sale_prob_frac = 1;
    s->p.value_sensitivity = 0.3;
    check_money(s, 320000, &money);
    ps_fixture_free(s);
}

/* Loans that are 18 months old, their pledges appraised at three times the amount. */
static void proceeds_count_age_and_appraisal(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(LOANS);
    struct money money = {.value = 3, .age_months = 18};
    s->p.sale_prob_frac = 1;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].age_months = 18;
        s->loans[i].pledged_value_fen = s->loans[i].amount_wan * 3000000;
    }
    check_money(s, 8000, &money);
    ps_fixture_free(s);
}

/* Pledges that a round sold, in the month of that round, and as if all were sold in the first. */
struct sold {
    double value, decay_pa;
    struct ps_oracle_mean by_sale, by_first_round;
};

static void add_sold(const struct ps_kit *kit, const struct ps_fate *fate, void *context)
{
    struct sold *sold = context;
    const int first_round = fate->tau + NPL + LAG;
    (void)kit;
    if (fate->proceeds_frac <= 0)
        return;
    const double per_value = fate->proceeds_frac / sold->value;
    ps_oracle_add(&sold->by_sale, per_value * exp(sold->decay_pa * fate->s / 12));
    ps_oracle_add(&sold->by_first_round, per_value * exp(sold->decay_pa * first_round / 12));
}

/* A pledge that waits for a later round loses value until then. */
static void waiting_for_a_round_costs_value(void **state)
{
    (void)state;
    struct ps_scenario *s = auctioned(LOANS);
    struct ps_ip_kinds_row *kind = &s->ip_kinds[0];
    struct sold sold = {.decay_pa = kind->decay_pa = 0.5};
    sold.value = kind->price_mean_frac * (1 - s->p.disposal_cost_frac) / kind->ltv_frac;
    each_fate(s, SEED_WAIT, 8000, add_sold, &sold);
    ps_claim_p("proceeds", ps_oracle_mean_is(&sold.by_sale, 1));
    ps_power_p("age at the first round", ps_oracle_mean_is(&sold.by_first_round, 1));
    ps_fixture_free(s);
}

/* ---- cures ---- */

struct cures {
    uint64_t n, cured, months[3];
};

static void count_cure(const struct ps_kit *kit, const struct ps_fate *fate, void *context)
{
    struct cures *cures = context;
    const int months = fate->s - fate->tau;
    (void)kit;
    cures->n++;
    if (!fate->cured)
        return;
    assert_in_range(months, 1, 3);
    cures->cured++;
    cures->months[months - 1]++;
}

/* A fifth cures, within one to three months alike. */
static void cures_come_as_often_as_they_should(void **state)
{
    (void)state;
    static const double third[3] = {1 / 3., 1 / 3., 1 / 3.}, wrong[3] = {0.35, 0.325, 0.325};
    struct ps_scenario *s = doomed(LOANS);
    struct cures cures = {0};
    s->p.cure_prob_frac = 0.2;
    each_fate(s, SEED_CURE, 8000, count_cure, &cures);
    ps_claim_p("cured", ps_oracle_binomial(cures.cured, cures.n, 0.2));
    ps_power_p("20.7 %", ps_oracle_binomial(cures.cured, cures.n, 0.207));
    ps_claim_p("months", ps_oracle_chi_square(cures.months, third, 3, cures.cured));
    ps_power_p("months 35 : 32.5 : 32.5",
               ps_oracle_chi_square(cures.months, wrong, 3, cures.cured));
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lags_are_lognormal),
        cmocka_unit_test(sales_take_up_to_three_rounds),
        cmocka_unit_test(sales_follow_the_index),
        cmocka_unit_test(proceeds_have_their_mean),
        cmocka_unit_test(proceeds_count_age_and_appraisal),
        cmocka_unit_test(waiting_for_a_round_costs_value),
        cmocka_unit_test(cures_come_as_often_as_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
