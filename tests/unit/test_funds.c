// SPDX-License-Identifier: GPL-3.0-or-later
// Funds worked out by hand: parts, months, gains and losses, and what they leave alone. Random
// books: test_prop_ledger.c; laws of the multiples: test_stat_funds.c.
#include <string.h>

#include "byhand.h"
#include "testkit.h"

/* A scenario whose funds are those of the test. */
static void give(struct ps_scenario *s, struct ps_funds_row *funds, size_t n)
{
    s->funds = funds;
    s->funds_n = n;
}

static void drop(struct ps_scenario *s)
{
    s->funds = NULL;
    ps_fixture_free(s);
}

/* Three investments of 100 万元 in all over months 1 to 60, held a year; every one brings half as
 * much again, and 60 % of the money is the treasury's. */
static struct ps_funds_row certain_fund(void)
{
    return (struct ps_funds_row){.fund_id = "seed",
                                 .size_wan = 100,
                                 .fiscal_share_ppm = 600000,
                                 .investments_n = 3,
                                 .from_month = 1,
                                 .to_month = 60,
                                 .hold_months = 12,
                                 .multiple_median = 1.5};
}

static void assert_fund(const int64_t m[PS_MEASURE_N], int64_t invested, int64_t proceeds,
                        int64_t cost)
{
    assert_int_equal(m[PS_M_FUND_INVESTED], invested * WAN);
    assert_int_equal(m[PS_M_FUND_PROCEEDS], proceeds * WAN);
    assert_int_equal(m[PS_M_FUND_FISCAL_COST], cost * WAN);
    assert_int_equal(m[PS_M_FUND_BELOW_COST], proceeds < invested);
}

/* Equal parts of whole 万元, evenly over the months, out after the holding or at the end. */
static void parts_and_months(void **state)
{
    (void)state;
    static const int months[] = {1, 21, 41}, exits[] = {49, 69, 72};
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_funds_row fund = certain_fund();
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy};
    struct ps_log_entry entries[1000];
    struct ps_ledger_log log = {.entries = entries, .capacity = 1000};
    struct ps_kit kit;
    s->p.horizon_months = 60;
    s->p.runoff_months = 12;
    fund.hold_months = 48;
    give(s, &fund, 1);
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, 1);
    const struct ps_world *world = &kit.worlds.worlds[0];
    assert_int_equal(world->investments_n, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world->investments[i].month, months[i]);
        assert_int_equal(world->investments[i].exit_month, exits[i]);
    }
    ps_kit_run(&kit, world, policies, 1, PS_LANES_NARROW, &log);
    int told = 0;
    for (int i = 0; i < log.n; i++) {
        const struct ps_log_entry *e = &entries[i];
        if (e->kind != PS_LOG_INVEST && e->kind != PS_LOG_EXIT)
            continue;
        const int64_t wan = e->a == 2 ? 34 : 33;
        told++;
        assert_int_equal(e->month, e->kind == PS_LOG_INVEST ? months[e->a] : exits[e->a]);
        assert_int_equal(e->amount_fen, e->kind == PS_LOG_INVEST ? wan * WAN : wan * WAN * 3 / 2);
    }
    assert_int_equal(told, 6);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    drop(s);
}

/* A gain is a negative cost; the treasury has its share of it. */
static void gains_and_losses_go_by_the_share(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_funds_row funds[2] = {certain_fund(), certain_fund()};
    int64_t m[PS_MEASURE_N];
    give(s, funds, 1);
    run_first(s, m);
    assert_fund(m, 100, 150, -30);
    assert_int_equal(m[PS_M_FUND_WRITE_OFFS_N], 0);
    funds[0].write_off_frac = 1;
    run_first(s, m);
    assert_fund(m, 100, 0, 60);
    assert_int_equal(m[PS_M_FUND_WRITE_OFFS_N], 3);
    ID(funds[1].fund_id, "seed_b");
    funds[1].fiscal_share_ppm = 1000000;
    funds[1].size_wan = 300;
    give(s, funds, 2);
    run_first(s, m);
    assert_fund(m, 400, 450, 60 - 150);
    drop(s);
}

/* A fund of no size does nothing and shares its worlds. */
static void no_size_no_fund(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare(), *other = ps_fixture_bare();
    struct ps_funds_row fund = certain_fund(), none = certain_fund();
    int64_t m[PS_MEASURE_N];
    none.size_wan = 0;
    none.fiscal_share_ppm = 0;
    none.write_off_frac = fund.write_off_frac = 1;
    give(s, &none, 1);
    give(other, &fund, 1);
    run_first(s, m);
    assert_fund(m, 0, 0, 0);
    assert_int_equal(m[PS_M_FUND_WRITE_OFFS_N], 0);
    assert_true(ps_scenario_same_world(s, other));
    drop(s);
    drop(other);
}

/* No draw and no figure of pools and loans moves when a fund stands beside them. */
static void funds_leave_the_rest_alone(void **state)
{
    (void)state;
    for (int book = 0; book < 12; book++) {
        struct ps_dice dice = {.state = (uint64_t)book * 7919 + 5};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_funds_row *own = s->funds, fund = certain_fund();
        int64_t with[PS_MEASURE_N], without[PS_MEASURE_N];
        fund.from_month = fund.to_month = s->p.horizon_months;
        fund.write_off_frac = 0.5;
        give(s, &fund, 1);
        run_first(s, with);
        give(s, &fund, 0);
        run_first(s, without);
        assert_true(with[PS_M_FUND_INVESTED] > 0);
        for (int m = 0; m < PS_M_FUND_INVESTED; m++)
            assert_int_equal(with[m], without[m]);
        s->funds = own;
        ps_fixture_free(s);
    }
}

/* More investments keep what the first of them bring; every instruction set draws the same. */
static void multiples_are_drawn_by_address(void **state)
{
    (void)state;
    static const char *const isas[] = {"base", "v3", "v4"};
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_funds_row fund = certain_fund();
    struct ps_kit few, many;
    fund.investments_n = 20;
    fund.from_month = fund.to_month = 7;
    fund.write_off_frac = 0.4;
    fund.multiple_sigma = 0.8;
    fund.correlation = 0.3;
    memcpy(fund.cluster_id, s->cluster_ids[1], sizeof fund.cluster_id);
    give(s, &fund, 1);
    ps_kit_open(&few, s, 9, "base");
    ps_kit_sample(&few, 0, PS_TILE_WORLDS);
    fund.investments_n = 37;
    for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
        if (ps_kernel_select(isas[k]) == NULL)
            continue;
        ps_kit_open(&many, s, 9, isas[k]);
        ps_kit_sample(&many, 0, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++)
            for (int i = 0; i < 20; i++)
                assert_true(few.worlds.worlds[w].investments[i].multiple ==
                            many.worlds.worlds[w].investments[i].multiple);
        ps_kit_close(&many);
    }
    ps_kit_close(&few);
    drop(s);
}

/* Addresses are frozen: the hash of a loan of that name, its last 16 bits the investment's. */
static void addresses_are_frozen(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_funds_row fund = certain_fund();
    struct ps_kit kit;
    give(s, &fund, 1);
    ps_kit_open(&kit, s, 1, NULL);
    assert_true(kit.plan->funds[0].address == UINT64_C(0xb044f362da850000));
    ps_kit_close(&kit);
    drop(s);
}

/* An investment that is never made is seen by the check of the money. */
static void a_lost_investment_is_seen(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_funds_row fund = certain_fund();
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy, &policy};
    struct ps_kit kit;
    give(s, &fund, 1);
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, 1);
    struct ps_world *world = &kit.worlds.worlds[0];
    ps_kit_run(&kit, world, policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 0);
    world->investments[1].month = (uint16_t)(kit.plan->months_n + 1);
    ps_kit_run(&kit, world, policies, 2, PS_LANES_NARROW, NULL);
    assert_int_equal(kit.ledger.violations, 2);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_and_months),
        cmocka_unit_test(gains_and_losses_go_by_the_share),
        cmocka_unit_test(no_size_no_fund),
        cmocka_unit_test(funds_leave_the_rest_alone),
        cmocka_unit_test(multiples_are_drawn_by_address),
        cmocka_unit_test(addresses_are_frozen),
        cmocka_unit_test(a_lost_investment_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
