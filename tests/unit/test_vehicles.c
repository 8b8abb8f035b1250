// SPDX-License-Identifier: GPL-3.0-or-later
// Securitisations on small books whose outcome is known by hand. Random books: test_prop_ledger.c;
// the firms of new issues: test_issues.c; laws of the tranches: test_stat_tranches.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "fixture.h"
#include "ledger_reference.h"

#define WAN INT64_C(1000000)

/* ---- books ---- */

/* A scenario whose vehicles are those of the test. */
static void give(struct ps_scenario *s, struct ps_vehicles_row *vehicles, size_t n)
{
    s->vehicles = vehicles;
    s->vehicles_n = n;
}

static void drop(struct ps_scenario *s)
{
    s->vehicles = NULL;
    ps_fixture_free(s);
}

/* Nothing but firms that default independently and of whom nothing is recovered. */
static struct ps_scenario *bare_firms(void)
{
    struct ps_scenario *s = ps_fixture_bare();
    s->p.dependence = 1;
    s->p.sale_prob_frac = 0;
    s->p.cash_recovery_frac = 0;
    s->segments[0].pd_frac = 0.1;
    return s;
}

/* 10 firms with 1,000 万元 each; 5 % subordinated. */
static struct ps_vehicles_row deal_of_ten(void)
{
    return (struct ps_vehicles_row){.vehicle_id = "deal",
                                    .abs_mode = PS_ABS_NEW_ISSUE,
                                    .issue_month = 1,
                                    .size_wan = 10000,
                                    .firms_n = 10,
                                    .tenor_months = 12,
                                    .subordinated_ppm = 50000};
}

static int issued_defaults(const struct ps_world *w)
{
    int n = 0;
    for (int i = 0; i < w->issued_n; i++)
        n += w->issued[i].app.fate != PS_NONE;
    return n;
}

struct outcome {
    int64_t m[PS_MEASURE_N];
};

/* The first world with so many defaults of tape loans and of issued loans, under the scenario's
 * policy. The reference must agree. */
static struct outcome run_until(const struct ps_scenario *s, int defaults, int issued)
{
    struct ps_kit kit;
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy};
    struct outcome out;
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
    const struct ps_world *w = kit.worlds.worlds;
    while (w < kit.worlds.worlds + PS_TILE_WORLDS &&
           (w->fates_n != defaults || issued_defaults(w) != issued))
        w++;
    assert_true(w < kit.worlds.worlds + PS_TILE_WORLDS);
    assert_int_equal(ps_reference_differs(&kit, w, policies, 1, 0, PS_LANES_NARROW, "vehicles"), 0);
    for (int m = 0; m < PS_MEASURE_N; m++)
        out.m[m] = ps_measure_read(&kit.ledger, (enum ps_measure)m, 0);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    return out;
}

static void assert_tranches(const struct outcome *out, int64_t subordinated, int64_t undertaking,
                            int64_t senior)
{
    assert_int_equal(out->m[PS_M_LOSS_SUBORDINATED], subordinated * WAN);
    assert_int_equal(out->m[PS_M_LOSS_UNDERTAKING], undertaking * WAN);
    assert_int_equal(out->m[PS_M_LOSS_SENIOR], senior * WAN);
    assert_int_equal(out->m[PS_M_SUBORDINATED_HIT], subordinated > 0);
    assert_int_equal(out->m[PS_M_UNDERTAKING_HIT], undertaking > 0);
    assert_int_equal(out->m[PS_M_SENIOR_HIT], senior > 0);
}

/* ---- new issues ---- */

/* 1 亿元 with 5 % subordinated: a default costs 1,000, the piece is 500; it is gone, and the other
 * 500 reach the senior piece. */
static void one_default_takes_the_subordinated_piece(void **state)
{
    (void)state;
    struct ps_scenario *s = bare_firms();
    struct ps_vehicles_row deal = deal_of_ten();
    give(s, &deal, 1);
    const struct outcome none = run_until(s, 0, 0), one = run_until(s, 0, 1);
    assert_tranches(&none, 0, 0, 0);
    assert_tranches(&one, 500, 0, 500);
    assert_int_equal(one.m[PS_M_SUBORDINATED_GONE], 1);
    assert_int_equal(one.m[PS_M_SENIOR_GONE], 0);
    assert_int_equal(one.m[PS_M_VEHICLES_EXPOSURE], 1000 * WAN);
    assert_int_equal(one.m[PS_M_VEHICLES_REGISTERED], 10000 * WAN);
    assert_int_equal(one.m[PS_M_REGISTERED], 12000 * WAN);
    assert_int_equal(one.m[PS_M_CEILING], 12000 * WAN);
    /* and nothing of it is the pool's or the banks' */
    assert_int_equal(one.m[PS_M_LENT] + one.m[PS_M_DEFAULTS_N] + one.m[PS_M_LOSS], 0);
    assert_int_equal(one.m[PS_M_COMPENSATION], 0);
    drop(s);
}

/* The undertaking pays beyond the subordinated piece, up to its limit of 10 %: 500 after one
 * default, 1,000 and no more after two. */
static void undertaking_pays_up_to_its_limit(void **state)
{
    (void)state;
    struct ps_scenario *s = bare_firms();
    struct ps_vehicles_row deal = deal_of_ten();
    deal.undertaking_ppm = 100000;
    give(s, &deal, 1);
    const struct outcome one = run_until(s, 0, 1), two = run_until(s, 0, 2);
    assert_tranches(&one, 500, 500, 0);
    assert_int_equal(one.m[PS_M_UNDERTAKING_GONE], 0);
    assert_tranches(&two, 500, 1000, 500);
    assert_int_equal(two.m[PS_M_UNDERTAKING_GONE], 1);
    assert_int_equal(two.m[PS_M_UNDERTAKING_GUARANTOR], 1000 * WAN);
    deal.undertaker = PS_UNDERTAKER_ORIGINATOR;
    assert_int_equal(run_until(s, 0, 2).m[PS_M_UNDERTAKING_GUARANTOR], 0);
    deal.undertaking_ppm = 150000; /* exactly what two defaults need */
    const struct outcome enough = run_until(s, 0, 2);
    assert_tranches(&enough, 500, 1500, 0);
    assert_int_equal(enough.m[PS_M_UNDERTAKING_GONE], 1);
    drop(s);
}

/* rnd(1 % of 1 亿元), in the month of the issue: cost, outlay and, discounted, present value. */
static void subsidy_is_paid_at_the_issue(void **state)
{
    (void)state;
    struct ps_scenario *s = bare_firms();
    struct ps_vehicles_row deal = deal_of_ten();
    s->segments[0].pd_frac = 0;
    s->p.discount_rate_frac = 0.21;
    deal.issue_subsidy_ppm = 10000;
    deal.issue_month = 24; /* factor 1.21^-2 */
    give(s, &deal, 1);
    const struct outcome out = run_until(s, 0, 0);
    assert_int_equal(out.m[PS_M_VEHICLES_SUBSIDY], 100 * WAN);
    assert_int_equal(out.m[PS_M_FISCAL_NET_COST], 100 * WAN);
    assert_int_equal(out.m[PS_M_FISCAL_OUTLAY], 1100 * WAN);
    assert_in_range(out.m[PS_M_FISCAL_PRESENT_VALUE], 68301345, 68301346);
    drop(s);
}

/* What an issue registers can reach the target in a month in which nobody asks for a loan. */
static void an_issue_reaches_the_target(void **state)
{
    (void)state;
    struct ps_scenario *s = bare_firms();
    struct ps_vehicles_row deal = deal_of_ten();
    s->segments[0].pd_frac = 0;
    s->p.target_fen = 12000 * WAN;
    deal.issue_month = 50;
    give(s, &deal, 1);
    struct outcome out = run_until(s, 0, 0);
    assert_int_equal(out.m[PS_M_TARGET_CUMULATIVE], 1);
    assert_int_equal(out.m[PS_M_TARGET_MONTH], 50);
    assert_int_equal(out.m[PS_M_REGISTERED_FLOW], 10000 * WAN);
    deal.abs_mode = PS_ABS_OFF;
    out = run_until(s, 0, 0);
    assert_int_equal(out.m[PS_M_TARGET_CUMULATIVE], 0);
    assert_int_equal(out.m[PS_M_REGISTERED], 2000 * WAN);
    drop(s);
}

/* ---- transfers ---- */

/* Tape loans of these amounts and months left that never default and are not renewed. */
static struct ps_scenario *stock(const int64_t (*loans)[2], size_t n)
{
    struct ps_scenario *s = ps_fixture_tape(n);
    s->p.dependence = 1;
    s->p.renewal_prob_frac = 0;
    s->p.npl_months = 0;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < n; i++) {
        s->loans[i].amount_wan = loans[i][0];
        s->loans[i].months_left = loans[i][1];
        s->loans[i].pd_frac = 0;
        s->loans[i].recovery_frac = 0;
    }
    return s;
}

static struct ps_vehicles_row transfer_of(int64_t size_wan, int64_t month, int64_t min_months_left)
{
    return (struct ps_vehicles_row){.vehicle_id = "stock",
                                    .abs_mode = PS_ABS_TRANSFER,
                                    .issue_month = month,
                                    .size_wan = size_wan,
                                    .min_months_left = min_months_left,
                                    .subordinated_ppm = 50000};
}

/* The largest first, whole loans; one that does not fit is passed over, one too short is not asked.
 */
static void largest_whole_loans_first(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}, {300, 24}, {200, 24}, {300, 24}, {250, 5}};
    static const struct {
        int64_t size_wan, min_months_left, taken_wan;
    } cases[] = {{300, 6, 300},   {599, 6, 500},  {600, 6, 600},  {650, 6, 600}, {700, 6, 700},
                 {800, 6, 800},   {9000, 6, 900}, {850, 4, 850},  {99, 6, 0},    {700, 12, 600},
                 {9000, 11, 900}, {9000, 24, 0},  {9000, 4, 1150}};
    struct ps_scenario *s = stock(loans, 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ps_vehicles_row stock_row =
            transfer_of(cases[i].size_wan, 1, cases[i].min_months_left);
        give(s, &stock_row, 1);
        const struct outcome out = run_until(s, 0, 0);
        assert_int_equal(out.m[PS_M_VEHICLES_TRANSFERRED], cases[i].taken_wan * WAN);
        assert_int_equal(out.m[PS_M_RELEASED], 1150 * WAN); /* each loan once, however it leaves */
    }
    drop(s);
}

/* Room for 100, full with one loan; another of 100 asks for renewal in month 12. Where the first is
 * transferred, be it in that month, the renewal fits. */
static void a_transfer_frees_room(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}, {100, 36}};
    struct ps_scenario *s = stock(loans, 2);
    s->p.renewal_prob_frac = 1;
    s->p.horizon_months = 12;
    s->pools[0].initial_fen = 10 * WAN;
    give(s, NULL, 0);
    assert_int_equal(run_until(s, 0, 0).m[PS_M_REFUSED_LEVERAGE], 100 * WAN);
    for (int64_t month = 1; month <= 12; month += 11) {
        struct ps_vehicles_row row = transfer_of(100, month, 13);
        give(s, &row, 1);
        const struct outcome out = run_until(s, 0, 0);
        assert_int_equal(out.m[PS_M_VEHICLES_TRANSFERRED], 100 * WAN);
        assert_int_equal(out.m[PS_M_REFUSED_LEVERAGE], 0);
        assert_int_equal(out.m[PS_M_OUTSTANDING], 100 * WAN); /* the renewal's */
    }
    drop(s);
}

/* A loan that was taken may ask for renewal as before: its firm repaid the vehicle. */
static void a_taken_loan_may_be_renewed(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}};
    struct ps_scenario *s = stock(loans, 1);
    struct ps_vehicles_row row = transfer_of(100, 3, 6);
    s->p.renewal_prob_frac = 1;
    s->p.horizon_months = 12;
    give(s, &row, 1);
    const struct outcome out = run_until(s, 0, 0);
    assert_int_equal(out.m[PS_M_GRANTS_N], 1);
    assert_int_equal(out.m[PS_M_REGISTERED], 2100 * WAN);
    drop(s);
}

/* A loan in equal instalments hands over what it still owes: 120 over 12 months, 70 after five. The
 * bank earned interest on 120, 110, .. 80: 500 万元 months at 4.5 %. */
static void instalments_end_with_the_transfer(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{120, 12}};
    struct ps_scenario *s = stock(loans, 1);
    struct ps_vehicles_row row = transfer_of(100, 5, 6);
    s->loans[0].repayment = PS_REPAY_EQUAL;
    give(s, &row, 1);
    const struct outcome out = run_until(s, 0, 0);
    assert_int_equal(out.m[PS_M_VEHICLES_TRANSFERRED], 70 * WAN);
    assert_int_equal(out.m[PS_M_BANK_INTEREST], 500 * WAN * 45 / 12000);
    drop(s);
}

/* Once taken, a loan is never claimed: its loss of 100 falls on 5 % subordinated, the rest on the
 * senior piece; the loan that stayed is claimed as ever. */
static void a_taken_loan_is_the_vehicles_loss(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}, {60, 12}};
    struct ps_scenario *s = stock(loans, 2);
    struct ps_vehicles_row row = transfer_of(100, 11, 1);
    s->p.maturity_share_frac = 1;
    s->loans[0].pd_frac = s->loans[1].pd_frac = 0.99;
    give(s, &row, 1);
    const struct outcome out = run_until(s, 2, 0);
    assert_tranches(&out, 5, 0, 95);
    assert_int_equal(out.m[PS_M_VEHICLES_DEFAULTS_N], 1);
    assert_int_equal(out.m[PS_M_DEFAULTS_N], 1);
    assert_int_equal(out.m[PS_M_LOSS], 60 * WAN);
    assert_int_equal(out.m[PS_M_COMPENSATION], 60 * WAN);
    drop(s);
}

/* Loans outside the pool are not taken: they use no room. */
static void only_in_pool_loans_are_taken(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}};
    struct ps_scenario *s = stock(loans, 1);
    struct ps_vehicles_row row = transfer_of(1000, 1, 6);
    s->products[0].pool_share_ppm = 0;
    s->products[0].bank_share_ppm = 1000000;
    give(s, &row, 1);
    assert_int_equal(run_until(s, 0, 0).m[PS_M_VEHICLES_TRANSFERRED], 0);
    drop(s);
}

/* ---- the check of the money is itself checked ---- */

/* A default whose disposal never comes is neither recovered nor lost. */
static void a_lost_disposal_is_seen(void **state)
{
    (void)state;
    struct ps_scenario *s = bare_firms();
    struct ps_vehicles_row deal = deal_of_ten();
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy, &policy};
    struct ps_kit kit;
    give(s, &deal, 1);
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
    struct ps_world *w = kit.worlds.worlds;
    while (issued_defaults(w) == 0)
        w++;
    ps_kit_run(&kit, w, policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 0);
    struct ps_issued *x = w->issued;
    while (x->app.fate == PS_NONE)
        x++;
    x->fate.s = (uint16_t)(kit.plan->months_n + 1);
    ps_kit_run(&kit, w, policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 2);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    drop(s);
}

/* A taken loan that matures on the books as well leaves them twice. */
static void a_loan_that_leaves_twice_is_seen(void **state)
{
    (void)state;
    static const int64_t loans[][2] = {{100, 12}};
    struct ps_scenario *s = stock(loans, 1);
    struct ps_vehicles_row row = transfer_of(100, 1, 6);
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy};
    struct ps_kit kit;
    give(s, &row, 1);
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, 1);
    ps_kit_run(&kit, &kit.worlds.worlds[0], policies, 1, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 0);
    const struct ps_month_sum *adds = &kit.schedule.plain[0].adds;
    struct ps_month_sum *end = &kit.schedule.ends[kit.worlds.worlds[0].apps[0].end];
    kit.schedule.plain[0].flags |= PS_PLAIN_MATURES;
    end->pool_fen += adds->pool_fen;
    end->pool_n += adds->pool_n;
    end->wan += adds->wan;
    ps_kit_ledger(&kit, policies, 1, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 1);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_default_takes_the_subordinated_piece),
        cmocka_unit_test(undertaking_pays_up_to_its_limit),
        cmocka_unit_test(subsidy_is_paid_at_the_issue),
        cmocka_unit_test(an_issue_reaches_the_target),
        cmocka_unit_test(largest_whole_loans_first),
        cmocka_unit_test(a_transfer_frees_room),
        cmocka_unit_test(a_taken_loan_may_be_renewed),
        cmocka_unit_test(instalments_end_with_the_transfer),
        cmocka_unit_test(a_taken_loan_is_the_vehicles_loss),
        cmocka_unit_test(only_in_pool_loans_are_taken),
        cmocka_unit_test(a_lost_disposal_is_seen),
        cmocka_unit_test(a_loan_that_leaves_twice_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
