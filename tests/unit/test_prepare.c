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

/* What the book's checks keep out is caught all the same: the sampler trusts the plan. */
static void caught(const struct ps_scenario *s)
{
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    assert_int_equal(ps_world_prepare(s, 7, &diags, &plan), PS_BUG);
    assert_null(plan);
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
    assert_true(plan->apps_max <= PS_APPS_MAX);
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
    caught(s); /* renewals in month 12 would outlive it */
    s->p.renewal_prob_frac = 0;
    struct ps_world_plan *plan = prepare(s);
    assert_int_equal(plan->apps_max, 20);
    ps_world_plan_free(plan);
    s->loans[3].months_left = 13;
    caught(s);
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
    caught(s);
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
    s->p.dependence = 3; /* gamma */
    s->p.sector_variance = 4;
    refused(s, PS_DIAG_NO_SECTOR_CALIBRATION);
    s->p.dependence = 0;
    s->p.factor_step_months = PS_STEP_12;
    ps_world_plan_free(prepare(s));
    s->p.horizon_months = 300;
    s->p.runoff_months = 181;
    caught(s);
    ps_fixture_free(s);
    s = ps_fixture_tape(PS_APPS_MAX + 1);
    refused(s, PS_DIAG_TOO_MANY_APPS);
    ps_fixture_free(s);
    s = ps_fixture_tape(PS_RECOVERY_LAWS_MAX + 1);
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].recovery_frac = 0.4;
        s->loans[i].recovery_sd_frac = 0.1 + (double)i / 10000;
    }
    refused(s, PS_DIAG_TOO_MANY_LAWS);
    s->loans_n = 1;
    s->groups_n = PS_GROUPS_MAX + 1;
    s->group_ids = calloc(s->groups_n, sizeof *s->group_ids);
    refused(s, PS_DIAG_TOO_MANY_GROUPS);
    free(s->group_ids);
    ps_fixture_free(s);
    s = ps_fixture_tape(2);
    strcpy(s->loans[1].loan_id, s->loans[0].loan_id); /* a true collision cannot be made here */
    refused(s, PS_DIAG_LOAN_ADDRESS_TAKEN);
    ps_fixture_free(s);
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
    assert_true(fabs(pd[1] - monthly) < 0.03 * monthly);
    ps_fixture_free(s);

    s = ps_fixture_bare(); /* nobody borrows: the segments themselves */
    mean_pd(s, pd);
    assert_true(fabs(pd[0] - 0.03) < 1e-15 && fabs(pd[1] - 0.03) < 1e-9);
    ps_fixture_free(s);
}

/* A plan prepared with what others left in a memo holds the same tables. */
static void test_a_memo_changes_no_table(void **state)
{
    (void)state;
    struct ps_scenario *a = ps_fixture_bishan(), *b = ps_fixture_bishan();
    struct ps_law_memo memo = {0};
    struct ps_diags diags = {0};
    b->p.cash_recovery_frac = 0.11; /* one table of its own, the others as a's */
    const struct ps_scenario *const all[] = {a, b, a};
    for (size_t i = 0; i < 3; i++) {
        struct ps_world_plan *with = NULL, *without = prepare(all[i]);
        assert_int_equal(ps_world_prepare_with(all[i], 7, &memo, &diags, &with), PS_OK);
        const size_t bytes = (PS_QUANTILE_CELLS + 1) * sizeof(double);
        assert_memory_equal(with->cash.q, without->cash.q, bytes);
        for (int k = 0; k < with->ip_kinds_n; k++)
            assert_memory_equal(with->ip_kinds[k].price.q, without->ip_kinds[k].price.q, bytes);
        ps_world_plan_free(with);
        ps_world_plan_free(without);
    }
    ps_law_memo_free(&memo);
    ps_fixture_free(a);
    ps_fixture_free(b);
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
        cmocka_unit_test(test_mean_pd),
        cmocka_unit_test(test_a_memo_changes_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
