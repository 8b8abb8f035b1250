// SPDX-License-Identifier: GPL-3.0-or-later
// Trusts on small books whose outcome is known by hand. Random books: test_prop_ledger.c.
#include <stdlib.h>
#include <string.h>

#include "byhand.h"
#include "testkit.h"

/* ---- books ---- */

/* Firms that each ask for 100 万元 for a year, some 50 a month, and never default; a pool whose
 * leverage of 1 on 1,000 万元 lends to ten of them. One trust of 1,000 万元. */
static struct ps_scenario *crowded(void)
{
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_segments_row *segment = &s->segments[0];
    s->p.dependence = 1;
    s->p.sale_prob_frac = s->p.cash_recovery_frac = s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 12;
    s->p.discount_rate_frac = 0;
    s->p.registered_before_fen = 0;
    s->p.firm_population_n = 0;
    segment->pd_frac = 0;
    segment->amount_min_wan = segment->amount_max_wan = 100;
    segment->amount_median_wan = 100;
    segment->amount_sigma = 0;
    segment->tenor_12m_frac = 1;
    segment->tenor_24m_frac = segment->tenor_36m_frac = 0;
    s->pools[0].interest_ppm = 0;
    s->pools[0].leverage_ppm = 1000000;
    s->demand = calloc(2, sizeof *s->demand);
    assert_non_null(s->demand);
    s->demand_n = 2;
    for (size_t i = 0; i < s->demand_n; i++)
        s->demand[i] = (struct ps_demand_row){.year = 2021 + (int64_t)i, .new_firms_n = 600};
    s->trusts = calloc(2, sizeof *s->trusts);
    assert_non_null(s->trusts);
    s->trusts_n = 1;
    for (size_t i = 0; i < 2; i++)
        s->trusts[i] = (struct ps_trusts_row){.size_wan = 1000,
                                              .from_month = 1,
                                              .to_month = 12,
                                              .final_month = PS_NOT_GIVEN,
                                              .subordinated_ppm = 200000};
    strcpy(s->trusts[0].trust_id, "a");
    strcpy(s->trusts[1].trust_id, "b");
    return s;
}

/* All firms default, of whom nothing is recovered, and the pool lends to none. */
static struct ps_scenario *crowd_doomed(void)
{
    struct ps_scenario *s = crowded();
    s->segments[0].pd_frac = 0.99;
    s->pools[0].leverage_ppm = 0;
    return s;
}

static void run_and_free(struct ps_scenario *s, int64_t m[PS_MEASURE_N])
{
    run_first(s, m);
    ps_fixture_free(s);
}

#define ASSERT_WAN(measure, wan) assert_int_equal(m[PS_M_##measure], (wan)*WAN)

/* ---- lending ---- */

/* Ten loans of the pool, then ten of the trust in the same month, and then neither has room. */
static void lends_where_the_pool_refuses(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N], without[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->trusts[0].size_wan = 0;
    run_and_free(s, without);
    run_and_free(crowded(), m);
    ASSERT_WAN(TRUST_RAISED, 1000);
    ASSERT_WAN(TRUST_LENT, 1000);
    assert_int_equal(m[PS_M_TRUST_GRANTS_N], 10);
    ASSERT_WAN(TRUST_REGISTERED, 1000);
    ASSERT_WAN(TRUST_OUTSTANDING, 1000);
    ASSERT_WAN(REGISTERED, 2000);
    ASSERT_WAN(LENT, 1000);
    ASSERT_WAN(OUTSTANDING, 1000);
    assert_int_equal(m[PS_M_GRANTS_N], 10);
    assert_int_equal(m[PS_M_FIRMS_N], 10);
    ASSERT_WAN(RELEASED, 1000);
    assert_int_equal(m[PS_M_LOST_LEVERAGE], without[PS_M_LOST_LEVERAGE] - 1000 * WAN);
    assert_int_equal(m[PS_M_REFUSED_LEVERAGE], without[PS_M_REFUSED_LEVERAGE] - 1000 * WAN);
    assert_int_equal(m[PS_M_CEILING], without[PS_M_CEILING]);
    ASSERT_WAN(VEHICLES_LOSS, 0);
    ASSERT_WAN(TRUST_SENIOR_LATE, 0);
    assert_int_equal(without[PS_M_TRUST_RAISED] + without[PS_M_TRUST_LENT], 0);
}

/* Two years: the loans of month 1 come back in month 13 and are lent again; equal principal comes
 * back every month. */
static void what_comes_back_is_lent_again(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->p.horizon_months = s->trusts[0].to_month = 24;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 2000);
    ASSERT_WAN(TRUST_OUTSTANDING, 1000);
    /* ten loans pay 83.33 万元 a month: another in months 3, 4, 5, ..., eleven in a year or more */
    s = crowded();
    s->segments[0].equal_principal_frac = 1;
    run_and_free(s, m);
    assert_true(m[PS_M_TRUST_LENT] > 1900 * WAN);
    s = crowded(); /* nothing of month 2 and later */
    s->segments[0].equal_principal_frac = 1;
    s->trusts[0].to_month = 1;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 1000);
}

static void loans_end_with_the_trust_and_keep_to_its_limit(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->p.horizon_months = s->trusts[0].to_month = 24;
    s->trusts[0].final_month = 25; /* loans of month 13 end then, later ones beyond */
    s->trusts[0].from_month = 14;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 0);
    s = crowded();
    s->p.horizon_months = s->trusts[0].to_month = 24;
    s->trusts[0].final_month = 25;
    s->trusts[0].from_month = 13;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 1000);
    s = crowded();
    s->trusts[0].max_loan_wan = 99;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 0);
    s = crowded();
    s->trusts[0].max_loan_wan = 100;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 1000);
}

/* The first of two has 150 万元: one loan; the others are the second's. */
static void trusts_are_asked_in_their_order(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->trusts_n = 2;
    s->trusts[0].size_wan = 150;
    s->trusts[1].size_wan = 220;
    s->trusts[1].from_month = 3;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_RAISED, 370);
    ASSERT_WAN(TRUST_LENT, 300);
    ASSERT_WAN(TRUST_SENIOR_LATE, 0);
}

/* A firm the trust served asks again when it has repaid, and is no new firm then. */
static void its_firms_may_be_renewed(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->p.horizon_months = s->trusts[0].to_month = 24;
    s->p.renewal_prob_frac = 1;
    s->p.renewal_registration_share_ppm = 500000;
    s->pools[0].leverage_ppm = 0;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_LENT, 2000);
    ASSERT_WAN(TRUST_REGISTERED, 1500);
    ASSERT_WAN(REGISTERED_FIRST, 1000);
}

/* ---- who holds the subordinated piece ---- */

/* 200 of the pool's 1,000 万元: two loans of its banks fewer, ten of the trust more. */
static void the_pools_piece_costs_it_room(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->trusts[0].subordinated_by = PS_HOLDER_POOL;
    run_and_free(s, m);
    ASSERT_WAN(LENT, 800);
    ASSERT_WAN(TRUST_LENT, 1000);
    ASSERT_WAN(POOL_MIN, 800);
    ASSERT_WAN(POOL_PLAN_END, 800);
    ASSERT_WAN(POOL_END, 1000);
    ASSERT_WAN(FISCAL_OUTLAY, 1000);
    ASSERT_WAN(FISCAL_NET_COST, 0);
    ASSERT_WAN(FISCAL_PRESENT_VALUE, 0);
    s = crowded(); /* 1,200 it does not have */
    s->trusts[0].subordinated_by = PS_HOLDER_POOL;
    s->trusts[0].size_wan = 6000;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_RAISED, 0);
    ASSERT_WAN(TRUST_LENT, 0);
    ASSERT_WAN(LENT, 1000);
    s = crowded(); /* just 1,000 */
    s->trusts[0].subordinated_by = PS_HOLDER_POOL;
    s->trusts[0].size_wan = 5000;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_RAISED, 5000);
    ASSERT_WAN(LENT, 0);
    ASSERT_WAN(POOL_MIN, 0);
}

/* ---- losses ---- */

/* Everything is lost: 200 and 800. The treasury bears the 200, as money it put in. */
static void losses_go_by_rank(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowd_doomed();
    s->trusts[0].subordinated_by = PS_HOLDER_TREASURY;
    s->p.district_share_frac = 0.5;
    run_and_free(s, m);
    assert_int_equal(m[PS_M_VEHICLES_DEFAULTS_N], 10);
    ASSERT_WAN(VEHICLES_LOSS, 1000);
    ASSERT_WAN(LOSS_SUBORDINATED, 200);
    ASSERT_WAN(LOSS_SENIOR, 800);
    assert_int_equal(m[PS_M_SENIOR_GONE], 1);
    ASSERT_WAN(TRUST_SENIOR_LATE, 800);
    assert_int_equal(m[PS_M_TRUST_LATE], 1);
    ASSERT_WAN(TRUST_FISCAL_LOSS, 200);
    ASSERT_WAN(TRUST_POOL_LOSS, 0);
    ASSERT_WAN(FISCAL_OUTLAY, 1200);
    ASSERT_WAN(FISCAL_NET_COST, 100);
    ASSERT_WAN(FISCAL_PRESENT_VALUE, 100);
    assert_int_equal(m[PS_M_DEFAULTS_N] + m[PS_M_LOSS] + m[PS_M_COMPENSATION], 0);
    s = crowd_doomed();
    s->trusts[0].subordinated_by = PS_HOLDER_POOL;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_POOL_LOSS, 200);
    ASSERT_WAN(FISCAL_OUTLAY, 1000);
    ASSERT_WAN(FISCAL_NET_COST, 200);
    ASSERT_WAN(POOL_END, 800);
    s = crowd_doomed();
    run_and_free(s, m);
    ASSERT_WAN(LOSS_SUBORDINATED, 200);
    ASSERT_WAN(TRUST_FISCAL_LOSS, 0);
    ASSERT_WAN(FISCAL_NET_COST, 0);
}

/* Half is recovered, long after the final month: the senior piece is late by all and loses 300 of
 * its 800 in the end. */
static void recoveries_after_the_final_month_are_paid_by_rank(void **state)
{
    (void)state;
    int64_t m[PS_MEASURE_N];
    struct ps_scenario *s = crowd_doomed();
    s->p.disposal_freeze_months = 30;
    s->p.cash_recovery_frac = 0.5;
    s->p.cash_concentration = 10000;
    s->trusts[0].final_month = 14;
    run_and_free(s, m);
    ASSERT_WAN(TRUST_SENIOR_LATE, 800);
    ASSERT_WAN(LOSS_SUBORDINATED, 200);
    assert_in_range(m[PS_M_LOSS_SENIOR], 295 * WAN, 305 * WAN);
}

/* ---- what must add up ---- */

static int of_trust(const struct ps_kit *kit, int fate)
{
    const int app = kit->worlds.worlds[0].fates[fate].app;
    return kit->ledger.taken[(size_t)app * (size_t)kit->ledger.width] > 0;
}

/* A loan of the trust that never ends is missed. */
static void a_lost_disposal_is_seen(void **state)
{
    (void)state;
    struct ps_scenario *s = crowd_doomed();
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy, &policy};
    struct ps_kit kit;
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, 1);
    ps_kit_run(&kit, &kit.worlds.worlds[0], policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 0);
    struct ps_event *event = kit.schedule.events;
    while (event->step != PS_STEP_DISPOSAL || !of_trust(&kit, event->fate))
        event++;
    memmove(event, event + 1,
            (size_t)(kit.schedule.events + kit.schedule.events_n - event) * sizeof *event);
    kit.schedule.events_n--;
    ps_kit_ledger(&kit, policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 2);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* A trust that no firm meets, and one without a size, leave all else as it is. */
static void an_idle_trust_changes_nothing(void **state)
{
    (void)state;
    int64_t with[PS_MEASURE_N], without[PS_MEASURE_N];
    struct ps_scenario *s = crowded();
    s->pools[0].leverage_ppm = INT64_C(1000000000);
    run_first(s, with);
    s->trusts_n = 0;
    run_and_free(s, without);
    assert_int_equal(with[PS_M_TRUST_RAISED], 1000 * WAN);
    with[PS_M_TRUST_RAISED] = 0;
    assert_memory_equal(with, without, sizeof with);
}

/* Policies with and without a trust share their worlds. */
static void trusts_are_policy_alone(void **state)
{
    (void)state;
    struct ps_scenario *s = crowded();
    struct ps_scenario without = *s;
    without.trusts_n = 0;
    assert_true(ps_scenario_same_world(s, &without));
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lends_where_the_pool_refuses),
        cmocka_unit_test(what_comes_back_is_lent_again),
        cmocka_unit_test(loans_end_with_the_trust_and_keep_to_its_limit),
        cmocka_unit_test(trusts_are_asked_in_their_order),
        cmocka_unit_test(its_firms_may_be_renewed),
        cmocka_unit_test(the_pools_piece_costs_it_room),
        cmocka_unit_test(losses_go_by_rank),
        cmocka_unit_test(recoveries_after_the_final_month_are_paid_by_rank),
        cmocka_unit_test(a_lost_disposal_is_seen),
        cmocka_unit_test(an_idle_trust_changes_nothing),
        cmocka_unit_test(trusts_are_policy_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
