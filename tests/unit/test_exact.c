// SPDX-License-Identifier: GPL-3.0-or-later
// What can be had without simulation, and why not: every reason, amounts by hand, and the judgement
// of simulated figures with wrong inputs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "pledgesim/crosscheck.h"
#include "pledgesim/selftest.h"
#include "testkit.h"

#define FEN_PER_WAN INT64_C(1000000)

/* n loans of 100 万元 and 12 months in one year with one index, nothing recovered; a pool without
 * interest that bears all. */
static struct ps_scenario *static_book(size_t n)
{
    struct ps_scenario *s = ps_fixture_tape(n);
    s->p.horizon_months = 12;
    s->p.runoff_months = 6;
    s->p.renewal_prob_frac = 0;
    s->p.factor_step_months = PS_STEP_12;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < n; i++) {
        s->loans[i].recovery_frac = 0;
    }
    return s;
}

/* ---- reasons ---- */

static void change(struct ps_scenario *s, enum ps_exact_reason reason)
{
    static struct ps_demand_row demand = {.year = 2021, .new_firms_n = 1};
    static struct ps_anchors_row anchor = {.anchor_id = "a", .pd_frac = 0.1, .shift_months = 1};
    static struct ps_vehicles_row vehicle = {.vehicle_id = "v", .abs_mode = PS_ABS_TRANSFER};
    static struct ps_topups_row topup = {.month = 3, .amount_fen = 1};
    struct ps_loans_row *loan = &s->loans[1];
    struct ps_products_row *product = &s->products[0];
    switch (reason) {
    case PS_EXACT_NO_LOANS:
        s->loans_n = 0;
        break;
    case PS_EXACT_NEW_FIRMS:
        s->demand = &demand;
        s->demand_n = 1;
        break;
    case PS_EXACT_RENEWALS:
        s->p.renewal_prob_frac = 0.1;
        break;
    case PS_EXACT_MORAL_HAZARD:
        s->p.moral_hazard = 1;
        break;
    case PS_EXACT_ANCHORS:
        s->anchors = &anchor;
        s->anchors_n = 1;
        break;
    case PS_EXACT_UNCERTAINTY:
        s->p.pd_uncertainty_sigma = 0.1;
        break;
    case PS_EXACT_VEHICLES:
        s->vehicles = &vehicle;
        s->vehicles_n = 1;
        break;
    case PS_EXACT_DEPENDENCE:
        s->p.dependence = 2; /* Student t */
        break;
    case PS_EXACT_INDEX_MOVES:
        loan->months_left = 13;
        s->p.runoff_months = 7;
        break;
    case PS_EXACT_REPAYMENT:
        loan->repayment = PS_REPAY_EQUAL;
        break;
    case PS_EXACT_RECOVERY:
        loan->recovery_frac = (double)NAN;
        break;
    case PS_EXACT_CURES:
        s->p.cure_prob_frac = 0.1;
        break;
    case PS_EXACT_FIRM_CAP:
        product->firm_cap_fen = 50 * FEN_PER_WAN;
        memcpy(loan->firm_id, "one", 4);
        memcpy(s->loans[0].firm_id, "one", 4);
        break;
    case PS_EXACT_INSURER:
        product->pool_share_ppm = product->insurer_share_ppm = 500000;
        product->insurer_excess = PS_EXCESS_POOL;
        break;
    case PS_EXACT_STOP_LOSS:
        s->p.stop_loss_yearly_fen = FEN_PER_WAN;
        break;
    case PS_EXACT_CLAIM_TIME:
        loan->recovery_frac = 0.5;
        product->trigger_months = 4;
        s->p.runoff_months = 7;
        break;
    case PS_EXACT_RETURNS:
        loan->recovery_frac = 0.5;
        s->pools[0].initial_fen = 100 * FEN_PER_WAN;
        break;
    case PS_EXACT_MONEY_IN:
        s->topups = &topup;
        s->topups_n = 1;
        s->pools[0].initial_fen = 100 * FEN_PER_WAN;
        break;
    default:
        break;
    }
}

/* The first figure that the reason stops. */
static enum ps_exact_figure stops(enum ps_exact_reason reason)
{
    return reason <= PS_EXACT_CLUSTERS     ? PS_EXACT_DEFAULTS
           : reason <= PS_EXACT_CURES      ? PS_EXACT_LOSS
           : reason <= PS_EXACT_CLAIM_TIME ? PS_EXACT_DUE
                                           : PS_EXACT_PAID;
}

static void every_reason_is_seen(void **state)
{
    (void)state;
    static const enum ps_exact_reason SEEN[] = {
        PS_EXACT_DEPENDENCE,  PS_EXACT_ANCHORS,   PS_EXACT_UNCERTAINTY, PS_EXACT_VEHICLES,
        PS_EXACT_NO_LOANS,    PS_EXACT_NEW_FIRMS, PS_EXACT_RENEWALS,    PS_EXACT_MORAL_HAZARD,
        PS_EXACT_INDEX_MOVES, PS_EXACT_REPAYMENT, PS_EXACT_RECOVERY,    PS_EXACT_CURES,
        PS_EXACT_FIRM_CAP,    PS_EXACT_INSURER,   PS_EXACT_STOP_LOSS,   PS_EXACT_CLAIM_TIME,
        PS_EXACT_RETURNS,     PS_EXACT_MONEY_IN};
    for (size_t i = 0; i < sizeof SEEN / sizeof *SEEN; i++) {
        struct ps_scenario *s = static_book(4);
        const struct ps_scenario kept = *s;
        struct ps_exact exact;
        change(s, SEEN[i]);
        assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
        for (int f = 0; f < PS_EXACT_FIGURE_N; f++) {
            const enum ps_exact_reason wanted = f < (int)stops(SEEN[i]) ? PS_EXACT_NONE : SEEN[i];
            assert_int_equal(exact.reason[f], wanted);
        }
        ps_exact_free(&exact);
        s->demand = kept.demand; /* not the fixture's to free */
        s->topups = kept.topups;
        s->anchors = kept.anchors;
        s->vehicles = kept.vehicles;
        ps_fixture_free(s);
    }
}

/* A monthly index is no matter where nothing follows it; a loan beyond the year neither. */
static void an_index_that_moves_nothing(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(2);
    struct ps_exact exact;
    s->p.factor_step_months = PS_STEP_1;
    s->p.runoff_months = 30;
    s->loans[0].months_left = 36;
    s->loans[0].pd_frac = s->loans[1].pd_frac = 0.1;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_int_equal(exact.reason[PS_EXACT_DEFAULTS], PS_EXACT_INDEX_MOVES);
    for (int independent = 0; independent < 2; independent++) {
        s->p.dependence = independent;
        s->loans[0].correlation = s->loans[1].correlation = independent ? 0.1 : 0;
        ps_exact_free(&exact);
        assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
        assert_int_equal(exact.reason[PS_EXACT_DEFAULTS], PS_EXACT_NONE);
        assert_true(fabs(exact.defaults.p[0] - 0.9 * 0.9 * 0.9 * 0.9) < 1e-10);
    }
    ps_exact_free(&exact);
    ps_fixture_free(s);
}

static void several_indices(void **state)
{
    (void)state;
    for (int alike = 0; alike < 2; alike++) {
        struct ps_scenario *s = ps_fixture_bishan();
        struct ps_exact exact;
        s->demand_n = 0;
        s->p.renewal_prob_frac = 0;
        s->p.factor_step_months = PS_STEP_12;
        for (size_t i = 0; alike && i < s->clusters_n * s->clusters_n; i++) {
            s->index_correlation[i] = 1;
        }
        assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
        assert_int_equal(exact.reason[PS_EXACT_DEFAULTS],
                         alike ? PS_EXACT_NONE : PS_EXACT_CLUSTERS);
        ps_exact_free(&exact);
        ps_fixture_free(s);
    }
}

static void products_pools_and_numbers(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(3);
    struct ps_exact exact;
    struct ps_pools_row pools[2] = {s->pools[0], s->pools[0]}, *kept = s->pools;
    struct ps_products_row products[2] = {s->products[0], s->products[0]};
    struct ps_products_row *kept_products = s->products;
    memcpy(pools[1].pool_id, "second", 7);
    s->pools = pools;
    s->pools_n = 2;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_int_equal(exact.reason[PS_EXACT_DUE], PS_EXACT_POOLS);
    ps_exact_free(&exact);
    s->pools = kept;
    s->pools_n = 1;
    memcpy(products[1].product_id, "second", 7);
    s->products = products;
    s->products_n = 2;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_int_equal(exact.reason[PS_EXACT_DUE], PS_EXACT_PRODUCT);
    ps_exact_free(&exact);
    s->products = kept_products;
    s->products_n = 1;
    ps_fixture_free(s);
    s = static_book(2001);
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_int_equal(exact.reason[PS_EXACT_DEFAULTS], PS_EXACT_TOO_MANY_LOANS);
    ps_exact_free(&exact);
    ps_fixture_free(s);
}

/* ---- amounts ---- */

/* One loan of 301 万元, recovery 33.3333 %, pool share 70 %, interest of 3 months at 4.5 %. */
static void dues_by_hand(void **state)
{
    (void)state;
    enum { PREPAY, NET_LOSS };
    static const struct {
        int64_t pay_mode, basis, cap_fen, due_fen;
    } CASES[] = {{PREPAY, PS_CLAIM_PRINCIPAL, 0, 210700000},
                 {NET_LOSS, PS_CLAIM_PRINCIPAL, 0, 140466736},
                 {PREPAY, PS_CLAIM_INTEREST, 0, 213070375},
                 {NET_LOSS, PS_CLAIM_INTEREST, 0, 142837111},
                 {PREPAY, PS_CLAIM_PRINCIPAL, 150000000, 150000000}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct ps_scenario *s = static_book(1);
        struct ps_exact exact;
        s->loans[0].amount_wan = 301;
        s->loans[0].recovery_frac = 0.333333;
        s->products[0].pool_share_ppm = 700000;
        s->products[0].pay_mode = CASES[i].pay_mode;
        s->products[0].claim_basis = CASES[i].basis;
        s->products[0].firm_cap_fen = CASES[i].cap_fen;
        assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
        assert_int_equal(exact.reason[PS_EXACT_PAID], PS_EXACT_NONE);
        assert_int_equal(exact.loss.unit, 301000000 - 100333233);
        assert_int_equal(exact.due.unit, CASES[i].due_fen);
        ps_exact_free(&exact);
        ps_fixture_free(s);
    }
}

/* The smallest pool for a wanted risk, and the risk of the pool there is. */
static void pools_of_a_size(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(100);
    struct ps_exact exact;
    double error;
    for (size_t i = 0; i < 100; i++) {
        s->loans[i].pd_frac = 0.03;
        s->loans[i].correlation = 0.08;
    }
    s->products[0].pool_share_ppm = 700000;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    const int64_t pool_fen = ps_loss_cover(&exact.due, 0.01);
    assert_int_equal(pool_fen, 12 * 70 * FEN_PER_WAN);
    ps_exact_free(&exact);
    s->pools[0].initial_fen = pool_fen;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_true(ps_exact_depletion(&exact, &error) <= 0.01 && error < 1e-10);
    ps_exact_free(&exact);
    s->pools[0].initial_fen = pool_fen - 1;
    assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
    assert_true(ps_exact_depletion(&exact, &error) > 0.01);
    ps_exact_free(&exact);
    /* No money: nothing is paid, not a hair less than nothing. Unequal loans, so that sums of the
     * cells and of the names are rounded differently. */
    s->pools[0].initial_fen = 0;
    for (size_t i = 0; i < 10; i++) {
        double mean, variance;
        s->loans[i].amount_wan = 100 + (int64_t)i;
        assert_int_equal(ps_exact_solve(s, NULL, &exact), PS_OK);
        ps_exact_compensation(&exact, &mean, &variance, &error);
        assert_true(mean >= 0 && mean <= error && variance >= 0);
        ps_exact_free(&exact);
    }
    ps_fixture_free(s);
}

/* Whatever the law depends on is seen by the memo; a pool of another size needs no new law. */
static void a_memo_changes_nothing(void **state)
{
    (void)state;
    struct ps_exact_memo memo = {0};
    struct ps_shocks_row shock = {.cluster_id = "all", .from_month = 3, .to_month = 5};
    struct ps_scenario *s = static_book(5);
    shock.shift_sd = -2;
    for (int change = 0; change < 9; change++) {
        struct ps_exact exact, alone;
        const struct ps_scenario kept = *s;
        s->pools[0].initial_fen += change;
        s->loans[2].pd_frac *= change == 2 ? 2 : 1;
        s->loans[2].correlation *= change == 3 ? 2 : 1;
        s->loans[2].months_left -= change == 4;
        s->loans[2].amount_wan += change == 5;
        s->products[0].pool_share_ppm -= change == 6;
        s->shocks = &shock;
        s->shocks_n = change >= 7;
        s->p.index_start = change == 8 ? PS_START_FIXED : PS_START_STATIONARY;
        assert_int_equal(ps_exact_solve(s, &memo, &exact), PS_OK);
        assert_int_equal(ps_exact_solve(s, NULL, &alone), PS_OK);
        const struct ps_loss_law *a[] = {&exact.defaults, &exact.loss, &exact.due};
        const struct ps_loss_law *b[] = {&alone.defaults, &alone.loss, &alone.due};
        for (int k = 0; k < PS_EXACT_LAWS_N; k++) {
            assert_int_equal(a[k]->cells_n, b[k]->cells_n);
            assert_memory_equal(a[k]->p, b[k]->p, a[k]->cells_n * sizeof *a[k]->p);
            assert_true(a[k]->variance == b[k]->variance && a[k]->unit == b[k]->unit);
        }
        ps_exact_free(&exact);
        ps_exact_free(&alone);
        s->shocks = kept.shocks;
        s->shocks_n = kept.shocks_n;
    }
    ps_exact_memo_free(&memo);
    ps_fixture_free(s);
}

/* ---- judging simulated figures ---- */

/* z of hits against GSL's binomial law: the same chance in one tail. */
static void hits_by_the_binomial_law(void **state)
{
    (void)state;
    static const unsigned hits[] = {0, 1, 30, 60, 300};
    for (int i = 0; i < 5; i++) {
        const double p = 0.03, z = ps_crosscheck_hits_z(hits[i], 1000, p, 0);
        const double above = hits[i] > 0 ? gsl_cdf_binomial_Q(hits[i] - 1, p, 1000) : 1;
        const double below = gsl_cdf_binomial_P(hits[i], p, 1000);
        const double wanted = above < 0.5   ? gsl_cdf_ugaussian_Qinv(above)
                              : below < 0.5 ? gsl_cdf_ugaussian_Pinv(below)
                                            : 0;
        assert_true(fabs(z - wanted) < 1e-6 * (1 + fabs(wanted)));
    }
    /* One hit of a rare event is no wonder; an impossible one is. */
    assert_true(ps_crosscheck_hits_z(1, 200000, 1e-7, 0) < 3);
    assert_true(ps_crosscheck_hits_z(0, 200000, 1e-7, 0) < 1e-9);
    assert_true(ps_crosscheck_hits_z(1, 200000, 0, 0) > PS_CROSSCHECK_Z);
    assert_true(fabs(ps_crosscheck_hits_z(200000, 200000, 1, 0)) < 1e-9);
    /* What is not known about p counts for the figure. */
    assert_true(ps_crosscheck_hits_z(4000, 100000, 0.03, 0) > PS_CROSSCHECK_Z);
    assert_true(fabs(ps_crosscheck_hits_z(4000, 100000, 0.03, 0.011)) < 1e-9);
}

static void a_wrong_figure_is_warned_of(void **state)
{
    (void)state;
    struct ps_scenario scenario = {0};
    struct ps_diags diags = {0};
    struct ps_crosscheck check = {.lines = {{.measure = PS_M_LOSS, .z = 4.9},
                                            {.measure = PS_M_LOSS, .z = (double)NAN},
                                            {.measure = PS_M_DEPLETED, .z = -5.1}},
                                  .lines_n = 3};
    memcpy(scenario.p.scenario_id, "small", 6);
    ps_crosscheck_warn(&scenario, &check, &diags);
    assert_int_equal(diags.n, 1);
    assert_int_equal(diags.items[0].code, PS_DIAG_CROSSCHECK);
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        char *rule = ps_diag_rule(&diags.items[0], (enum ps_lang)lang);
        assert_non_null(strstr(rule, "small"));
        assert_non_null(strstr(rule, "depletion mean"));
        assert_non_null(strstr(rule, "-5.1"));
        free(rule);
    }
    ps_diags_free(&diags);
}

/* ---- selftest ---- */

static void selftest_passes_and_can_fail(void **state)
{
    (void)state;
    struct ps_selftest_line lines[PS_SELFTEST_N];
    const struct ps_selftest_request request = {.threads_n = 1};
    int simulated_n = 0;
    assert_int_equal(ps_selftest_run(&request, lines), PS_OK);
    for (int i = 0; i < PS_SELFTEST_N; i++) {
        const struct ps_selftest_desc *desc = ps_selftest_desc((enum ps_selftest_id)i);
        struct ps_selftest_line wrong = lines[i];
        assert_true(lines[i].passed);
        wrong.got += desc->tolerance * 2.1 + fabs(desc->expected) * 1e-9;
        assert_false(ps_selftest_passes(desc, &wrong));
        wrong.got = (double)NAN;
        assert_false(ps_selftest_passes(desc, &wrong));
        if (!isnan(lines[i].simulated)) {
            simulated_n++;
            wrong = lines[i];
            wrong.z = 6.2;
            assert_false(ps_selftest_passes(desc, &wrong));
            wrong.z = (double)NAN;
            assert_false(ps_selftest_passes(desc, &wrong));
        }
    }
    assert_int_equal(simulated_n, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_seen),
        cmocka_unit_test(an_index_that_moves_nothing),
        cmocka_unit_test(several_indices),
        cmocka_unit_test(products_pools_and_numbers),
        cmocka_unit_test(dues_by_hand),
        cmocka_unit_test(pools_of_a_size),
        cmocka_unit_test(a_memo_changes_nothing),
        cmocka_unit_test(hits_by_the_binomial_law),
        cmocka_unit_test(a_wrong_figure_is_warned_of),
        cmocka_unit_test(selftest_passes_and_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
