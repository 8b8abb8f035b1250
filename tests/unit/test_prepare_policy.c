// SPDX-License-Identifier: GPL-3.0-or-later
// The policy part of a scenario as the ledger will read it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "pledgesim/prepare.h"

#define WAN INT64_C(1000000)

static struct ps_policy *prepare(const struct ps_scenario *s)
{
    struct ps_diags diags = {0};
    struct ps_policy *policy = malloc(sizeof *policy);
    assert_non_null(policy);
    memset(policy, 0xa5, sizeof *policy); /* nothing may show through */
    assert_int_equal(ps_policy_prepare(s, &diags, policy), PS_OK);
    assert_int_equal(diags.errors_n, 0);
    ps_diags_free(&diags);
    return policy;
}

static void release(struct ps_policy *policy)
{
    ps_policy_free(policy);
    free(policy);
}

static void test_bishan_baseline(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_policy *policy = prepare(s);
    const struct ps_shape *shape = &policy->shape;
    const struct ps_levels *levels = &policy->levels;
    assert_int_equal(shape->products_n, 3);
    assert_int_equal(shape->pools_n, 1);
    assert_int_equal(shape->banks_n, 4);
    assert_int_equal(shape->breaker_scope, PS_BREAKER_POOL);
    /* direct 30 %, small and micro 50 %, insured 20 % */
    assert_int_equal(shape->product_cut[0], 1288490189u);
    assert_int_equal(shape->product_cut[1], 3435973837u);
    assert_int_equal(shape->product_cut[2], UINT32_MAX);
    assert_int_equal(shape->bank_cut[1], 0x80000000u);
    assert_true(shape->products[0].in_pool);
    assert_true(shape->products[1].in_pool);
    assert_false(shape->products[2].in_pool);
    assert_int_equal(shape->products[1].open_from_month, 1);
    assert_int_equal(shape->products[1].open_to_month, 60);
    assert_int_equal(levels->share_ppm[1][PS_PARTY_POOL], 300000);
    assert_int_equal(levels->share_ppm[1][PS_PARTY_GUARANTOR], 500000);
    assert_int_equal(levels->share_ppm[2][PS_PARTY_INSURER], 600000);
    assert_true(levels->loan_cap_fen[0][PS_FIRM_SMALL] == INT64_MAX);
    assert_true(levels->loan_cap_fen[0][PS_FIRM_MICRO] == INT64_MAX);
    assert_true(levels->loan_cap_fen[1][PS_FIRM_SMALL] == 1000 * WAN);
    assert_true(levels->loan_cap_fen[1][PS_FIRM_MICRO] == 50 * WAN);
    assert_true(levels->firm_cap_fen[1][PS_FIRM_SMALL] == 300 * WAN);
    assert_true(levels->firm_cap_fen[1][PS_FIRM_MICRO] == 15 * WAN);
    assert_true(levels->pool_initial_fen[0] == 1000 * WAN);
    assert_true(levels->target_fen == 30000 * WAN);
    assert_int_equal(policy->tape_n, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(policy->tape_product[i], -1);
        assert_int_equal(policy->tape_bank[i], -1);
    }
    release(policy);
    ps_fixture_free(s);
}

static void test_rules_of_products(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    s->products[2].insurer_excess = PS_EXCESS_POOL; /* insured: now the pool's business too */
    s->products[1].loan_cap_micro_wan = 0;
    s->products[0].loan_cap_micro_wan = 30;
    s->products[0].open_from_month = 13;
    s->products[0].open_to_month = 24;
    struct ps_policy *policy = prepare(s);
    assert_true(policy->shape.products[2].in_pool);
    assert_true(policy->levels.loan_cap_fen[1][PS_FIRM_MICRO] == 1000 * WAN);
    assert_true(policy->levels.loan_cap_fen[0][PS_FIRM_MICRO] == 30 * WAN);
    assert_true(policy->levels.loan_cap_fen[0][PS_FIRM_SMALL] == INT64_MAX);
    assert_int_equal(policy->shape.products[0].open_from_month, 13);
    assert_int_equal(policy->shape.products[0].open_to_month, 24);
    release(policy);
    s->products[2].insurer_share_ppm = 0;
    policy = prepare(s);
    assert_false(policy->shape.products[2].in_pool);
    release(policy);
    ps_fixture_free(s);
}

static void test_pools_and_topups(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    const struct ps_pools_row first = s->pools[0];
    free(s->pools);
    s->pools_n = 2;
    s->pools = calloc(2, sizeof *s->pools);
    s->topups_n = 3;
    s->topups = calloc(3, sizeof *s->topups);
    assert_non_null(s->pools);
    assert_non_null(s->topups);
    s->pools[0] = s->pools[1] = first;
    strcpy(s->pools[0].pool_id, "a");
    strcpy(s->pools[1].pool_id, "b");
    s->pools[1].topup = 2; /* target */
    s->pools[1].topup_yearly_fen = 100 * WAN;
    s->pools[1].topup_target_fen = 900 * WAN;
    strcpy(s->products[1].pool_id, "b");
    s->topups[0] = (struct ps_topups_row){.topup_id = "x", .pool_id = "b", .month = 20};
    s->topups[1] = (struct ps_topups_row){.topup_id = "y", .month = 20, .amount_fen = 7};
    s->topups[2] = (struct ps_topups_row){.topup_id = "z", .pool_id = "b", .month = 3};
    struct ps_policy *policy = prepare(s);
    assert_int_equal(policy->levels.topup_rule[0], 0);
    assert_int_equal(policy->levels.topup_rule[1], 2);
    assert_int_equal(policy->shape.products[0].pool, 0);
    assert_int_equal(policy->shape.products[1].pool, 1);
    assert_true(policy->levels.topup_target_fen[1] == 900 * WAN);
    const struct ps_topup_entry *entries = policy->levels.topups; /* by month, then pool */
    assert_int_equal(policy->levels.topups_n, 3);
    assert_int_equal(entries[0].month, 3);
    assert_int_equal(entries[1].month, 20);
    assert_int_equal(entries[1].pool, 0);
    assert_int_equal(entries[1].amount_fen, 7);
    assert_int_equal(entries[2].pool, 1);
    release(policy);
    ps_fixture_free(s);
}

static void test_tape_names_products_and_banks(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_policy *base = prepare(s);
    strcpy(s->loans[1].product_id, "insured");
    strcpy(s->loans[4].bank_id, "bank_c");
    struct ps_policy *named = prepare(s);
    assert_int_equal(named->tape_product[1], 2);
    assert_int_equal(named->tape_bank[4], 2);
    assert_int_equal(named->tape_product[4], -1);
    assert_false(ps_policy_same_shape(base, named));
    release(base);
    release(named);
    ps_fixture_free(s);
}

static void test_levels_share_a_shape_and_rules_do_not(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_policy *base = prepare(s);
    s->pools[0].initial_fen = 1500 * WAN;
    s->pools[0].leverage_ppm = 8000000;
    s->p.breaker_suspend_ppm = 50000;
    s->p.min_live_loans_n = 0;
    s->products[0].pool_share_ppm = 500000;
    s->products[1].firm_cap_fen = 0;
    struct ps_policy *other = prepare(s);
    assert_true(ps_policy_same_shape(base, other));
    assert_true(ps_policy_same_shape(base, base));
    release(other);
    s->products[0].pay_mode = 1;
    other = prepare(s);
    assert_false(ps_policy_same_shape(base, other));
    release(other);
    s->products[0].pay_mode = 0;
    s->products[0].share_frac = 0.31;
    s->products[1].share_frac = 0.49;
    other = prepare(s);
    assert_false(ps_policy_same_shape(base, other));
    release(other);
    release(base);
    ps_fixture_free(s);
}

static void test_tables_too_long_are_caught(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_diags diags = {0};
    struct ps_policy *policy = malloc(sizeof *policy);
    assert_non_null(policy);
    s->banks_n = PS_BANKS_MAX + 1;
    assert_int_equal(ps_policy_prepare(s, &diags, policy), PS_BUG);
    ps_policy_free(policy);
    free(policy);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bishan_baseline),
        cmocka_unit_test(test_rules_of_products),
        cmocka_unit_test(test_pools_and_topups),
        cmocka_unit_test(test_tape_names_products_and_banks),
        cmocka_unit_test(test_levels_share_a_shape_and_rules_do_not),
        cmocka_unit_test(test_tables_too_long_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
