// SPDX-License-Identifier: GPL-3.0-or-later
// Figures by name, constraints, and how they are judged.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "pledgesim/metric.h"

static struct ps_constraint constraint(const char *text)
{
    struct ps_constraint c;
    const char *near;
    assert_int_equal(ps_constraint_parse(text, &c, &near), PS_METRIC_OK);
    return c;
}

static void names_are_those_of_the_summary(void **state)
{
    (void)state;
    struct ps_metric m;
    const char *near;
    assert_int_equal(ps_metric_parse("p_depletion", &m, &near), PS_METRIC_OK);
    assert_true(m.kind == PS_METRIC_PROBABILITY && m.measure == PS_M_DEPLETED);
    assert_int_equal(ps_metric_parse("fiscal_net_cost", &m, &near), PS_METRIC_OK);
    assert_true(m.kind == PS_METRIC_MEAN && m.measure == PS_M_FISCAL_NET_COST);
    assert_int_equal(ps_metric_parse("fiscal_net_cost_wan_mean", &m, &near), PS_METRIC_OK);
    assert_true(m.kind == PS_METRIC_MEAN && m.measure == PS_M_FISCAL_NET_COST);
    assert_int_equal(ps_metric_parse("npl_peak_q95", &m, &near), PS_METRIC_OK);
    assert_true(m.kind == PS_METRIC_QUANTILE && m.measure == PS_M_NPL_PEAK);
    assert_true(fabs(m.level - 0.95) < 1e-15);
    assert_int_equal(ps_metric_parse("compensation_gross_wan_q999", &m, &near), PS_METRIC_OK);
    assert_true(m.measure == PS_M_COMPENSATION && fabs(m.level - 0.999) < 1e-15);
}

/* However it is written, a figure has one name. */
static void a_figure_has_one_name(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"p_depletion", "p_depletion"},
        {"fiscal_net_cost_wan_mean", "fiscal_net_cost"},
        {"months_suspended_mean", "months_suspended"},
        {"compensation_gross_wan_q999", "compensation_gross_q999"},
        {"npl_peak_q95", "npl_peak_q95"}};
    struct ps_metric m;
    const char *near;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(ps_metric_parse(same[i][0], &m, &near), PS_METRIC_OK);
        assert_string_equal(m.name, same[i][1]);
    }
    assert_string_equal(ps_metric_of(PS_M_TARGET_ANNUAL).name, "p_target_annual");
    assert_string_equal(ps_metric_of(PS_M_LOSS).name, "loss_total");
}

/* Half the 95 % interval against the figure or its limit, whichever is larger; of a demand on a
 * probability, what is left of it. 400 hits of 1,000: the exact interval is 0.3695 .. 0.4311. */
static void precision_is_of_the_figure_or_its_limit(void **state)
{
    (void)state;
    struct ps_row row = {.worlds_n = 1000};
    row.moments[PS_M_DEPLETED] = (struct ps_moments){.n = 1000, .sum = 400};
    const double half =
        0.5 * (gsl_cdf_beta_Pinv(0.975, 401, 600) - gsl_cdf_beta_Pinv(0.025, 400, 601));
    const struct {
        const char *text;
        double scale;
    } CASES[] = {{"p_depletion<=1%", 0.4},
                 {"p_depletion<=80%", 0.8},
                 {"p_depletion>=80%", 0.6},
                 {"p_depletion>=10%", 0.9}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct ps_constraint c = constraint(CASES[i].text);
        assert_true(ps_constraint_precise(&c, &row, 1.001 * half / CASES[i].scale));
        assert_false(ps_constraint_precise(&c, &row, 0.999 * half / CASES[i].scale));
    }
    /* An event that never happened is known well enough once its bound is small beside the limit.
     */
    row.moments[PS_M_DEPLETED].sum = 0;
    const struct ps_constraint rare = constraint("p_depletion<=1%");
    assert_true(ps_constraint_precise(&rare, &row, 0.25));
    assert_false(ps_constraint_precise(&rare, &row, 0.1));
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "p_",
                                      "depletion",
                                      "p_fiscal_net_cost",
                                      "depletion_q95",
                                      "p_depletion_q95",
                                      "npl_peak_q9",
                                      "q95"};
    struct ps_metric m;
    const char *near;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ps_metric_parse(bad[i], &m, &near), PS_METRIC_UNKNOWN);
    assert_int_equal(ps_metric_parse("p_depletoin", &m, &near), PS_METRIC_UNKNOWN);
    assert_string_equal(near, "p_depletion");
}

static void limits_have_the_unit_of_the_figure(void **state)
{
    (void)state;
    assert_true(fabs(constraint("p_depletion<=1%").limit - 0.01) < 1e-18);
    assert_true(fabs(constraint("p_target_cumulative >= 80 %").limit - 0.8) < 1e-15);
    assert_true(constraint("fiscal_net_cost<=300").limit == 300e6);
    assert_true(constraint("fiscal_net_cost<=0.03亿元").limit == 300e6);
    assert_true(constraint("npl_peak_q95<=20%").limit == 200000);
    assert_true(constraint("months_suspended<=6").limit == 6);
    struct ps_constraint c;
    const char *near;
    assert_int_equal(ps_constraint_parse("p_depletion<1%", &c, &near), PS_METRIC_NO_COMPARISON);
    assert_int_equal(ps_constraint_parse("p_depletion", &c, &near), PS_METRIC_NO_COMPARISON);
    assert_int_equal(ps_constraint_parse("p_depletion<=many", &c, &near), PS_METRIC_BAD_NUMBER);
    assert_int_equal(ps_constraint_parse("p_depletion<=1万元", &c, &near), PS_METRIC_BAD_NUMBER);
    assert_int_equal(ps_constraint_parse("fiscal_net_cost<=3%", &c, &near), PS_METRIC_BAD_NUMBER);
    assert_int_equal(ps_constraint_parse("p_depletion<=101%", &c, &near), PS_METRIC_OUT_OF_RANGE);
    /* 20 for 20 % would always hold; a multiple may be 20. */
    assert_int_equal(ps_constraint_parse("npl_peak_q95<=20", &c, &near), PS_METRIC_OUT_OF_RANGE);
    assert_int_equal(ps_constraint_parse("idle_share>=-1%", &c, &near), PS_METRIC_OUT_OF_RANGE);
    assert_int_equal(ps_constraint_parse("npl_peak_q95<=20%", &c, &near), PS_METRIC_OK);
    assert_int_equal(ps_constraint_parse("leverage_achieved<=20", &c, &near), PS_METRIC_OK);
}

/* 1,000 worlds, k of them hits: the exact one-sided bounds, by the beta law. */
static void probabilities_are_judged_at_their_bound(void **state)
{
    (void)state;
    const struct ps_constraint c = constraint("p_depletion<=1%");
    int seen[3] = {0};
    for (int k = 3; k <= 17; k++) {
        struct ps_row row = {0};
        row.moments[PS_M_DEPLETED] = (struct ps_moments){.sum = k, .n = 1000};
        const struct ps_judged j = ps_constraint_judge(&c, &row, 0.95);
        const double upper = gsl_cdf_beta_Pinv(0.95, k + 1, 1000 - k);
        const double lower = gsl_cdf_beta_Pinv(0.05, k, 1000 - k + 1);
        assert_true(fabs(j.value.upper - upper) < 1e-7 && fabs(j.value.lower - lower) < 1e-7);
        assert_int_equal(j.judgement, upper <= 0.01 ? PS_MET : lower > 0.01 ? PS_MISSED : PS_OPEN);
        seen[j.judgement]++;
    }
    assert_true(seen[PS_MET] > 0 && seen[PS_OPEN] > 0 && seen[PS_MISSED] > 0);
}

/* A quantile is judged by the worlds beyond the limit: 95 % of worlds at or below it. */
static void quantiles_are_judged_by_the_worlds_beyond(void **state)
{
    (void)state;
    struct ps_constraint c = constraint("npl_peak_q95<=20%");
    c.watch = 0;
    const struct ps_watch watch = ps_constraint_watch(&c);
    assert_true(watch.measure == PS_M_NPL_PEAK && !watch.below && watch.threshold == 200000);
    struct ps_row row = {0};
    row.moments[PS_M_NPL_PEAK] = (struct ps_moments){.n = 1000};
    row.watched_n[0] = 30;
    assert_int_equal(ps_constraint_judge(&c, &row, 0.95).judgement, PS_MET);
    row.watched_n[0] = 45;
    assert_int_equal(ps_constraint_judge(&c, &row, 0.95).judgement, PS_OPEN);
    row.watched_n[0] = 70;
    assert_int_equal(ps_constraint_judge(&c, &row, 0.95).judgement, PS_MISSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_summary),
        cmocka_unit_test(a_figure_has_one_name),
        cmocka_unit_test(precision_is_of_the_figure_or_its_limit),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(limits_have_the_unit_of_the_figure),
        cmocka_unit_test(probabilities_are_judged_at_their_bound),
        cmocka_unit_test(quantiles_are_judged_by_the_worlds_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
