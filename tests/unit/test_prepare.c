// SPDX-License-Identifier: GPL-3.0-or-later
// The world part of a scenario as the sampler will read it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "pledgesim/prepare.h"

static struct ps_world_plan *prepare(const struct ps_scenario *s)
{
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    assert_int_equal(ps_world_prepare(s, 7, &diags, &plan), PS_OK);
    assert_int_equal(diags.errors_n, 0);
    ps_diags_free(&diags);
    return plan;
}

static void refused(const struct ps_scenario *s, enum ps_diag_code code)
{
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    assert_int_equal(ps_world_prepare(s, 7, &diags, &plan), PS_INPUT);
    assert_null(plan);
    assert_int_equal(diags.errors_n, 1);
    assert_int_equal(diags.items[0].code, code);
    char *rule = ps_diag_rule(&diags.items[0], PS_LANG_EN);
    assert_non_null(rule);
    assert_null(strchr(rule, '{')); /* all arguments filled in */
    free(rule);
    ps_diags_free(&diags);
}

static void add_shocks(struct ps_scenario *s, const struct ps_shocks_row *rows, size_t n)
{
    free(s->shocks);
    s->shocks = calloc(n, sizeof *rows);
    assert_non_null(s->shocks);
    memcpy(s->shocks, rows, n * sizeof *rows);
    s->shocks_n = n;
}

/* Months 1..T+N with a demand of n firms a year. */
static void set_demand(struct ps_scenario *s, double n)
{
    free(s->demand);
    s->demand_n = 31;
    s->demand = calloc(s->demand_n, sizeof *s->demand);
    assert_non_null(s->demand);
    for (size_t i = 0; i < s->demand_n; i++) {
        s->demand[i].year = s->p.start_year + (int64_t)i;
        s->demand[i].new_firms_n = n;
    }
}

static void test_bishan_baseline(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_world_plan *plan = prepare(s);
    assert_int_equal(plan->horizon, 60);
    assert_int_equal(plan->months_n, 120);
    assert_int_equal(plan->clusters_n, 4);
    assert_int_equal(plan->classes_n, 4); /* one a cluster, tape loans included */
    assert_int_equal(plan->segments_n, 20);
    assert_int_equal(plan->ip_kinds_n, 5);
    assert_int_equal(plan->tape_n, 6);
    assert_int_equal(plan->tape_firms_n, 0);
    assert_false(plan->terms_needed);
    assert_true(fabs(plan->phi_step - pow(0.5, 1 / 12.)) < 1e-15);
    assert_true(fabs(plan->innovation - sqrt(1 - pow(0.5, 1 / 6.))) < 1e-14);
    for (int i = 0; i < plan->segments_n; i++) {
        const struct ps_segment_plan *segment = &plan->segments[i];
        assert_int_equal(plan->classes[segment->klass].cluster, segment->cluster);
        assert_true(plan->classes[segment->klass].pd_frac == s->segments[i].pd_frac);
        assert_int_equal(segment->amount_law, 0); /* all alike, so one law */
    }
    const struct ps_ip_kind_plan *invention = &plan->ip_kinds[1];
    assert_true(fabs(invention->value_per_yuan - 0.9 / 0.25) < 1e-12);
    assert_true(fabs(invention->drift - (0.12 + 0.08)) < 1e-12);
    assert_true(invention->price.q == plan->ip_kinds[2].price.q); /* software: the same law */
    assert_true(fabs(plan->sale_x - -0.2533471031357997) < 1e-12);
    assert_true(plan->apps_max <= PS_APPS_MAX && plan->month_apps_max <= plan->apps_max);
    ps_world_plan_free(plan);
    ps_fixture_free(s);
}

static void test_demand_follows_calendar_years(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    s->p.start_month = 7; /* months 1..6 are 2021, 7..18 are 2022; 2026 has no row */
    struct ps_world_plan *plan = prepare(s);
    assert_int_equal(plan->arrivals[0].values_n, 1);
    assert_true(plan->arrivals[1].cut == plan->arrivals[6].cut);
    assert_true(plan->arrivals[6].cut != plan->arrivals[7].cut);
    assert_true(plan->arrivals[7].cut == plan->arrivals[18].cut);
    assert_true(fabs(plan->arrivals[7].cut[0] / 4294967296.0 - exp(-11 / 12.)) < 1e-9);
    assert_true(plan->arrivals[54].values_n > 1);
    assert_int_equal(plan->arrivals[55].values_n, 1);
    ps_world_plan_free(plan);
    ps_fixture_free(s);
}

static void test_shifts_add_up(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    const struct ps_shocks_row rows[] = {
        {"a", "all", 25, 36, -2}, {"b", "nev", 30, 48, -1}, {"c", "it", 118, 600, 0.5}};
    add_shocks(s, rows, 3);
    struct ps_world_plan *plan = prepare(s);
    /* clusters: equipment, health, it, nev */
    static const struct {
        int month, cluster;
        double shift;
    } expected[] = {{24, 0, 0},  {25, 0, -2},   {36, 1, -2},   {37, 0, 0},  {29, 3, -2},
                    {30, 3, -3}, {36, 3, -3},   {37, 3, -1},   {48, 3, -1}, {49, 3, 0},
                    {117, 2, 0}, {118, 2, 0.5}, {120, 2, 0.5}, {120, 3, 0}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(plan->shift[expected[i].month * 4 + expected[i].cluster] == expected[i].shift);
    }
    ps_world_plan_free(plan);
    ps_fixture_free(s);
}

static void test_tape_loans(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_tape(5);
    strcpy(s->loans[0].firm_id, "zeta");
    strcpy(s->loans[1].firm_id, "alone");
    strcpy(s->loans[2].firm_id, "beta");
    strcpy(s->loans[3].firm_id, "zeta");
    strcpy(s->loans[4].firm_id, "beta");
    s->loans[1].pd_frac = 0.05;
    s->loans[2].pledged_value_fen = 300 * INT64_C(1000000);
    s->loans[3].recovery_frac = 0;
    s->loans[4].repayment = PS_REPAY_EQUAL;
    struct ps_world_plan *plan = prepare(s);
    assert_int_equal(plan->tape_firms_n, 2);
    static const int firms[] = {1, -1, 0, 1, 0};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(plan->tape[i].firm, firms[i]);
        assert_true(plan->tape[i].address >> 63);
        assert_int_equal(plan->tape[i].equal_principal, i == 4);
        assert_true(plan->tape[i].recovery_frac == (i == 3 ? 0 : -1));
        assert_true(plan->tape[i].pledged_per_yuan == (i == 2 ? 3 : -1));
        assert_true(plan->classes[plan->tape[i].klass].pd_frac == (i == 1 ? 0.05 : 0.03));
    }
    assert_int_equal(plan->classes_n, 2);
    ps_world_plan_free(plan);
    ps_fixture_free(s);
}

static void test_static_book_needs_no_runoff(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_tape(20);
    s->p.horizon_months = 12;
    s->p.runoff_months = 0;
    refused(s, PS_DIAG_RUNOFF_TOO_SHORT); /* renewals in month 12 would outlive it */
    s->p.renewal_prob_frac = 0;
    struct ps_world_plan *plan = prepare(s);
    assert_int_equal(plan->apps_max, 20);
    assert_int_equal(plan->month_apps_max, 20);
    ps_world_plan_free(plan);
    s->loans[3].months_left = 13;
    refused(s, PS_DIAG_RUNOFF_TOO_SHORT);
    ps_fixture_free(s);
}

static void test_bound_on_loans_by_hand(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_tape(1); /* left 12, tenors 12..36 */
    s->p.horizon_months = 30;
    s->p.runoff_months = 36;
    struct ps_world_plan *plan = prepare(s);
    /* months 0, 12, 24 */
    assert_int_equal(plan->apps_max, 3);
    ps_world_plan_free(plan);
    s->p.runoff_months = 35;
    refused(s, PS_DIAG_RUNOFF_TOO_SHORT);
    s->segments[0].tenor_36m_frac = 0;
    plan = prepare(s);
    ps_world_plan_free(plan);
    s->segments[0].tenor_6m_frac = 0.05;
    plan = prepare(s);
    /* months 0, 12, 18, 24, 30 */
    assert_int_equal(plan->apps_max, 5);
    ps_world_plan_free(plan);
    ps_fixture_free(s);
}

static void test_large_books(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    set_demand(s, 3000);
    struct ps_world_plan *plan = prepare(s);
    assert_true(plan->apps_max <= PS_APPS_MAX);
    ps_world_plan_free(plan);
    set_demand(s, 3500);
    refused(s, PS_DIAG_TOO_MANY_APPS);
    set_demand(s, 100000);
    s->p.demand_multiplier = 1000;
    refused(s, PS_DIAG_TOO_MANY_APPS);
    ps_fixture_free(s);
}

static void test_refusals(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    s->p.pd_multiplier = 33.1;
    refused(s, PS_DIAG_PD_ABOVE_99);
    s->p.pd_multiplier = 33;
    ps_world_plan_free(prepare(s));
    s->p.phi_annual = 0;
    s->segments[0].correlation = 0.95;
    refused(s, PS_DIAG_NO_CALIBRATION);
    s->p.factor_step_months = PS_STEP_12;
    ps_world_plan_free(prepare(s));
    s->p.horizon_months = 300;
    s->p.runoff_months = 181;
    refused(s, PS_DIAG_TOO_MANY_MONTHS);
    ps_fixture_free(s);
    s = ps_fixture_tape(PS_APPS_MAX + 1);
    refused(s, PS_DIAG_TOO_MANY_APPS);
    ps_fixture_free(s);
    s = ps_fixture_tape(2);
    strcpy(s->loans[1].loan_id, s->loans[0].loan_id); /* a true collision cannot be made here */
    refused(s, PS_DIAG_LOAN_ADDRESS_TAKEN);
    ps_fixture_free(s);
}

/* ---- equality ---- */

typedef void change_fn(struct ps_scenario *s);

#define CHANGE(name, statement)                                                                    \
    static void name(struct ps_scenario *s)                                                        \
    {                                                                                              \
        statement;                                                                                 \
    }

CHANGE(change_horizon, s->p.horizon_months = 61)
CHANGE(change_runoff, s->p.runoff_months = 61)
CHANGE(change_phi, s->p.phi_annual = 0.51)
CHANGE(change_index_correlation, s->index_correlation[1] = s->index_correlation[4] = 0.4)
CHANGE(change_step, s->p.factor_step_months = PS_STEP_3)
CHANGE(change_start, s->p.index_start = PS_START_FIXED)
CHANGE(change_dependence, s->p.dependence = 1)
CHANGE(change_basis, s->p.correlation_basis = PS_BASIS_MONTHLY)
CHANGE(change_maturity, s->p.maturity_share_frac = 0.4)
CHANGE(change_pd_multiplier, s->p.pd_multiplier = 1.01)
CHANGE(change_demand, s->demand[4].new_firms_n = 21)
CHANGE(change_renewal, s->p.renewal_prob_frac = 0.61)
CHANGE(change_npl_months, s->p.npl_months = 4)
CHANGE(change_disposal, s->p.disposal_median_months = 19)
CHANGE(change_disposal_sigma, s->p.disposal_sigma = 0.5)
CHANGE(change_freeze, s->p.disposal_freeze_months = 1)
CHANGE(change_sale, s->p.sale_prob_frac = 0.41)
CHANGE(change_sale_never, s->p.sale_prob_frac = 0)
CHANGE(change_sale_beta, s->p.sale_sensitivity = 0)
CHANGE(change_value_beta, s->p.value_sensitivity = 0)
CHANGE(change_price, s->p.price_concentration = 9)
CHANGE(change_cost, s->p.disposal_cost_frac = 0.11)
CHANGE(change_valuation, s->p.valuation_multiplier = 0.6)
CHANGE(change_cash, s->p.cash_recovery_frac = 0.08)
CHANGE(change_cure, s->p.cure_prob_frac = 0.01)
CHANGE(change_segment_pd, s->segments[7].pd_frac = 0.031)
CHANGE(change_segment_share, s->segments[7].share_frac *= 1.01)
CHANGE(change_amount, s->segments[7].amount_sigma = 0.9)
CHANGE(change_amount_constant, s->segments[7].amount_sigma = 0)
CHANGE(change_tenor, s->segments[7].tenor_24m_frac += 0.01)
CHANGE(change_rate, s->segments[7].loan_rate_ppm += 1)
CHANGE(change_equal, s->segments[7].equal_principal_frac = 1)
CHANGE(change_micro, s->segments[7].micro_frac = 0.5)
CHANGE(change_kind_of_segment, strcpy(s->segments[0].ip_kind_id, "utility"))
CHANGE(change_ltv, s->ip_kinds[0].ltv_frac = 0.2)
CHANGE(change_decay, s->ip_kinds[0].decay_pa = 0.13)
CHANGE(change_lapse, s->ip_kinds[0].lapse_pa = 0.04)
CHANGE(change_volatility, s->ip_kinds[0].volatility_pa = 0.5)
CHANGE(change_loan_id, strcpy(s->loans[5].loan_id, "tape_7"))
CHANGE(change_loan_amount, s->loans[5].amount_wan++)
CHANGE(change_loan_age, s->loans[5].age_months++)
CHANGE(change_loan_left, s->loans[5].months_left++)
CHANGE(change_loan_firm, strcpy(s->loans[5].firm_id, "x"); strcpy(s->loans[4].firm_id, "x"))
CHANGE(change_loan_recovery, s->loans[5].recovery_frac = 0.5)
CHANGE(change_loan_pledge, s->loans[5].pledged_value_fen = 1)
CHANGE(change_loan_number, s->loans_n = 5)

static void change_shocks(struct ps_scenario *s)
{
    const struct ps_shocks_row row = {"a", "all", 5, 5, -0.1};
    add_shocks(s, &row, 1);
}

static void test_whatever_the_sampler_reads_makes_plans_differ(void **state)
{
    (void)state;
    static change_fn *const changes[] = {change_horizon,
                                         change_runoff,
                                         change_phi,
                                         change_index_correlation,
                                         change_step,
                                         change_start,
                                         change_dependence,
                                         change_basis,
                                         change_maturity,
                                         change_pd_multiplier,
                                         change_demand,
                                         change_renewal,
                                         change_npl_months,
                                         change_disposal,
                                         change_disposal_sigma,
                                         change_freeze,
                                         change_sale,
                                         change_sale_never,
                                         change_sale_beta,
                                         change_value_beta,
                                         change_price,
                                         change_cost,
                                         change_valuation,
                                         change_cash,
                                         change_cure,
                                         change_segment_pd,
                                         change_segment_share,
                                         change_amount,
                                         change_amount_constant,
                                         change_tenor,
                                         change_rate,
                                         change_equal,
                                         change_micro,
                                         change_kind_of_segment,
                                         change_ltv,
                                         change_decay,
                                         change_lapse,
                                         change_volatility,
                                         change_loan_id,
                                         change_loan_amount,
                                         change_loan_age,
                                         change_loan_left,
                                         change_loan_firm,
                                         change_loan_recovery,
                                         change_loan_pledge,
                                         change_loan_number,
                                         change_shocks};
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_world_plan *base = prepare(s);
    ps_fixture_free(s);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        s = ps_fixture_bishan();
        changes[i](s);
        struct ps_world_plan *other = prepare(s);
        if (ps_world_plan_equal(base, other) || ps_world_plan_equal(other, base)) {
            fail_msg("change %zu makes no difference", i);
        }
        ps_world_plan_free(other);
        ps_fixture_free(s);
    }
    ps_world_plan_free(base);
}

static void test_policy_and_row_order_make_no_difference(void **state)
{
    (void)state;
    const struct ps_shocks_row shocks[] = {{"a", "nev", 5, 8, -1}, {"b", "it", 7, 9, -0.5}};
    const struct ps_shocks_row turned[] = {{"b", "it", 7, 9, -0.5}, {"a", "nev", 5, 8, -1}};
    struct ps_scenario *s = ps_fixture_bishan();
    add_shocks(s, shocks, 2);
    struct ps_world_plan *base = prepare(s);
    struct ps_diags diags = {0};
    struct ps_world_plan *seeded;
    assert_int_equal(ps_world_prepare(s, 8, &diags, &seeded), PS_OK);
    assert_false(ps_world_plan_equal(base, seeded));
    add_shocks(s, turned, 2);
    const struct ps_demand_row first = s->demand[0];
    s->demand[0] = s->demand[3];
    s->demand[3] = first;
    s->p.pool_initial_fen *= 2;
    s->p.firm_population_n = 5;
    s->p.trigger_months = 6;
    s->products[0].pool_share_ppm = 500000;
    s->segments[3].amount_median_wan = 350.0;
    struct ps_world_plan *other = prepare(s);
    assert_true(ps_world_plan_equal(base, other));
    assert_true(ps_world_plan_equal(base, base));
    ps_world_plan_free(base);
    ps_world_plan_free(seeded);
    ps_world_plan_free(other);
    ps_fixture_free(s);
    ps_diags_free(&diags);
}

/* ---- mean PD ---- */

static void mean_pd(const struct ps_scenario *s, double pd_frac[2])
{
    struct ps_world_plan *plan = prepare(s);
    ps_world_mean_pd(plan, s, pd_frac);
    ps_world_plan_free(plan);
}

static double norm_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static void test_mean_pd(void **state)
{
    (void)state;
    const double x = -1.8807936081512509; /* Phi^-1(0.03) */
    double pd[2];
    struct ps_scenario *s = ps_fixture_bishan();
    mean_pd(s, pd);
    assert_true(pd[0] > 0.0307 && pd[0] < 0.0309); /* tape loans count once each */
    assert_true(fabs(pd[1] - pd[0]) < 1e-8 * pd[0]);
    ps_fixture_free(s);

    /* A shift of the whole year, one index value a year: Phi((x - rho^.5 (Y - 2)) / (1 - rho)^.5)
     * averages to Phi(x + 2 rho^.5). */
    s = ps_fixture_tape(3);
    s->p.factor_step_months = PS_STEP_12;
    const struct ps_shocks_row shock = {"a", "all", 1, 12, -2};
    add_shocks(s, &shock, 1);
    mean_pd(s, pd);
    assert_true(fabs(pd[0] - 0.03) < 1e-15);
    assert_true(fabs(pd[1] - norm_cdf(x + 2 * sqrt(0.1))) < 1e-8);

    /* A known first index: nothing left to average. */
    s->shocks_n = 0;
    s->p.index_start = PS_START_FIXED;
    s->p.initial_index_sd = -1;
    mean_pd(s, pd);
    assert_true(fabs(pd[1] - norm_cdf((x + sqrt(0.1)) / sqrt(0.9))) < 1e-9);

    /* New firms of month 12: all of their year lies in the second block, Y ~ N(phi y0, 1 - phi^2).
     */
    s->loans_n = 0;
    s->p.start_month = 1;
    s->p.horizon_months = 12;
    s->p.phi_annual = 0.5;
    set_demand(s, 0);
    s->demand[0].new_firms_n = 12;
    mean_pd(s, pd);
    const double first = norm_cdf((x + sqrt(0.1)) / sqrt(0.9));
    const double second = norm_cdf((x + 0.5 * sqrt(0.1)) / sqrt(0.9 + 0.1 * 0.75));
    assert_true(pd[1] > second && pd[1] < first); /* months 1..12 lie in between */

    /* Monthly steps: a start far above the mean lowers it, and step 1 and 3 nearly agree. */
    ps_fixture_free(s);
    s = ps_fixture_bishan();
    s->p.index_start = PS_START_FIXED;
    s->p.initial_index_sd = 2;
    mean_pd(s, pd);
    assert_true(pd[1] < pd[0] * 0.98);
    const double monthly = pd[1];
    s->p.factor_step_months = PS_STEP_3;
    mean_pd(s, pd);
    assert_true(fabs(pd[1] - monthly) < 0.01 * monthly);
    ps_fixture_free(s);

    s = ps_fixture_bare(); /* nobody borrows: the segments themselves */
    mean_pd(s, pd);
    assert_true(fabs(pd[0] - 0.03) < 1e-15 && fabs(pd[1] - 0.03) < 1e-9);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bishan_baseline),
        cmocka_unit_test(test_demand_follows_calendar_years),
        cmocka_unit_test(test_shifts_add_up),
        cmocka_unit_test(test_tape_loans),
        cmocka_unit_test(test_static_book_needs_no_runoff),
        cmocka_unit_test(test_bound_on_loans_by_hand),
        cmocka_unit_test(test_large_books),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_whatever_the_sampler_reads_makes_plans_differ),
        cmocka_unit_test(test_policy_and_row_order_make_no_difference),
        cmocka_unit_test(test_mean_pd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
