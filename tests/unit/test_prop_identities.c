// SPDX-License-Identifier: GPL-3.0-or-later
// Identities that need no oracle: what a change of the policy must do, or leave alone, in every
// world. Books and policies at random.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "claim.h"
#include "fixture.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { BOOKS = 24, POLICIES = 6, WORLDS_N = 6 };

/* Measures of one policy in each of the worlds drawn last. */
struct results {
    int64_t m[WORLDS_N][PS_MEASURE_N];
};

static void run(struct ps_kit *kit, const struct ps_scenario *s, struct results *r)
{
    struct ps_policy policy;
    ps_kit_policy(s, &policy);
    for (int w = 0; w < WORLDS_N; w++) {
        ps_kit_measure(kit, &kit->worlds.worlds[w], &policy, r->m[w]);
        assert_int_equal(kit->ledger.violations, 0);
    }
    ps_policy_free(&policy);
}

typedef void prepare_fn(struct ps_scenario *s);
typedef void check_fn(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice);

/* Calls back for several policies of each of many books; prepare changes a book before its worlds
 * are drawn. */
static void each_policy(prepare_fn *prepare, check_fn *check)
{
    for (int b = 0; b < BOOKS; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 32452843 + 29};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit;
        prepare(s);
        ps_kit_open(&kit, s, (uint64_t)b, NULL);
        ps_kit_sample(&kit, 0, WORLDS_N);
        for (int p = 0; p < POLICIES; p++) {
            ps_random_policy(&dice, s);
            check(&kit, s, &dice);
        }
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
    ps_claim_equal("worlds", (uint64_t)BOOKS * POLICIES * WORLDS_N, 0);
}

static void as_it_is(struct ps_scenario *s)
{
    (void)s;
}

/* ---- nothing to pay ---- */

static void no_defaults(struct ps_scenario *s)
{
    for (size_t i = 0; i < s->segments_n; i++)
        s->segments[i].pd_frac = 0;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].pd_frac = 0;
}

static int64_t initial_of(const struct ps_scenario *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->pools_n; i++)
        sum += s->pools[i].initial_fen;
    return sum;
}

/* The pool only grows: no compensation, nothing returned, no depletion. */
static void pool_is_untouched(struct ps_kit *kit, struct ps_scenario *s)
{
    struct results r;
    run(kit, s, &r);
    for (int w = 0; w < WORLDS_N; w++) {
        const int64_t *m = r.m[w];
        assert_int_equal(m[PS_M_COMPENSATION], 0);
        assert_int_equal(m[PS_M_RETURNED], 0);
        assert_int_equal(m[PS_M_LOSS_POOL], 0);
        assert_int_equal(m[PS_M_SHORTFALL], 0);
        assert_int_equal(m[PS_M_DEPLETED], 0);
        assert_int_equal(m[PS_M_POOL_END], initial_of(s) + m[PS_M_POOL_INTEREST] + m[PS_M_TOPUPS]);
    }
}

static void check_pd_zero(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    (void)dice;
    pool_is_untouched(kit, s);
    for (int w = 0; w < WORLDS_N; w++)
        assert_int_equal(kit->worlds.worlds[w].fates_n, 0);
}

static void pd_zero_makes_no_claim(void **state)
{
    (void)state;
    each_policy(no_defaults, check_pd_zero);
}

static void check_share_zero(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    (void)dice;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].bank_share_ppm += s->products[i].pool_share_ppm;
        s->products[i].pool_share_ppm = 0;
        s->products[i].insurer_excess = PS_EXCESS_BANK;
    }
    pool_is_untouched(kit, s);
}

static void a_pool_without_share_pays_nothing(void **state)
{
    (void)state;
    each_policy(as_it_is, check_share_zero);
}

/* ---- LGD 0 ---- */

static void all_cure(struct ps_scenario *s)
{
    s->p.cure_prob_frac = 1;
}

/* What is recovered in full costs nobody anything in the end. */
static void check_lgd_zero(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    struct results r;
    (void)dice;
    for (size_t i = 0; i < s->products_n; i++)
        s->products[i].claim_basis = PS_CLAIM_PRINCIPAL;
    run(kit, s, &r);
    for (int w = 0; w < WORLDS_N; w++) {
        assert_int_equal(r.m[w][PS_M_LOSS], 0);
        assert_int_equal(r.m[w][PS_M_COMPENSATION_NET], 0);
        for (int j = 0; j < PS_PARTY_N; j++)
            assert_int_equal(r.m[w][PS_M_LOSS_POOL + j], 0);
    }
}

static void lgd_zero_costs_nobody(void **state)
{
    (void)state;
    each_policy(all_cure, check_lgd_zero);
}

/* ---- a fixed book: loans of the tape alone, which no rule can refuse ---- */

static void tape_only(struct ps_scenario *s)
{
    s->p.demand_multiplier = 0;
    s->p.renewal_prob_frac = 0;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].pd_frac = 0.5;
}

static int64_t month_or_never(int64_t month)
{
    return month == PS_NOT_GIVEN ? INT64_MAX : month;
}

/* Worlds with a shortfall, and those that more money helped: the comparison must not be idle. */
static int short_n, helped_n;

/* No world is worse off: neither shortfall nor depletion, nor is it depleted sooner. */
static void not_worse(const struct results *rich, const struct results *poor)
{
    for (int w = 0; w < WORLDS_N; w++) {
        const int64_t *a = rich->m[w], *b = poor->m[w];
        assert_true(a[PS_M_SHORTFALL] <= b[PS_M_SHORTFALL]);
        assert_true(a[PS_M_DEPLETED] <= b[PS_M_DEPLETED]);
        assert_true(month_or_never(a[PS_M_DEPLETED_MONTH]) >=
                    month_or_never(b[PS_M_DEPLETED_MONTH]));
        assert_true(a[PS_M_COMPENSATION] >= b[PS_M_COMPENSATION]);
        assert_int_equal(a[PS_M_LOSS], b[PS_M_LOSS]);
        short_n += b[PS_M_SHORTFALL] > 0;
        helped_n += a[PS_M_SHORTFALL] < b[PS_M_SHORTFALL];
    }
}

static void check_more_money(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    struct results poor, rich;
    s->p.stop_loss_yearly_fen = 0;
    s->topups_n /= 2; /* room for one more */
    s->pools[0].initial_fen = ps_dice_between(dice, 0, 300 * WAN);
    run(kit, s, &poor);
    s->pools[0].initial_fen += ps_dice_between(dice, 1, 300 * WAN);
    run(kit, s, &rich);
    not_worse(&rich, &poor);
    poor = rich;
    s->topups[s->topups_n] = (struct ps_topups_row){
        .month = ps_dice_between(dice, 1, kit->plan->months_n),
        .amount_fen = ps_dice_between(dice, 1, 200 * WAN),
    };
    snprintf(s->topups[s->topups_n].pool_id, sizeof s->topups->pool_id, "%s", s->pools[0].pool_id);
    s->topups_n++;
    run(kit, s, &rich);
    not_worse(&rich, &poor);
}

static void more_money_harms_no_world(void **state)
{
    (void)state;
    each_policy(tape_only, check_more_money);
    ps_power_beyond("worlds with a shortfall", short_n, BOOKS * WORLDS_N);
    ps_power_beyond("worlds that more money helped", helped_n, BOOKS);
}

/* Pledges worth less: no world recovers more or loses less, and under prepay compensation paid
 * before the sale is the same. */
static void lower_values_help_no_world(void **state)
{
    (void)state;
    for (int b = 0; b < BOOKS; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 49979687 + 31};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit[2];
        struct results r[2];
        tape_only(s);
        for (int k = 0; k < 2; k++) {
            ps_kit_open(&kit[k], s, (uint64_t)b, NULL);
            ps_kit_sample(&kit[k], 0, WORLDS_N);
            run(&kit[k], s, &r[k]);
            s->p.valuation_multiplier *= 0.6;
        }
        for (int w = 0; w < WORLDS_N; w++) {
            assert_int_equal(r[0].m[w][PS_M_EXPOSURE], r[1].m[w][PS_M_EXPOSURE]);
            assert_true(r[0].m[w][PS_M_RECOVERED] >= r[1].m[w][PS_M_RECOVERED]);
            assert_true(r[0].m[w][PS_M_LOSS] <= r[1].m[w][PS_M_LOSS]);
        }
        for (int k = 0; k < 2; k++)
            ps_kit_close(&kit[k]);
        ps_fixture_free(s);
    }
    ps_claim_equal("worlds", (uint64_t)BOOKS * WORLDS_N, 0);
}

/* ---- scaling ---- */

enum { TIMES = 7 };

static void scale(struct ps_scenario *s)
{
    s->p.stop_loss_yearly_fen *= TIMES;
    s->p.reguarantor_other_book_fen *= TIMES;
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].amount_wan *= TIMES;
        if (s->loans[i].pledged_value_fen != PS_NOT_GIVEN)
            s->loans[i].pledged_value_fen *= TIMES;
    }
    for (size_t i = 0; i < s->pools_n; i++) {
        s->pools[i].initial_fen *= TIMES;
        s->pools[i].topup_yearly_fen *= TIMES;
        s->pools[i].topup_target_fen *= TIMES;
        s->pools[i].support_limit_fen *= TIMES;
    }
    for (size_t i = 0; i < s->topups_n; i++)
        s->topups[i].amount_fen *= TIMES;
    for (size_t i = 0; i < s->vehicles_n; i++)
        s->vehicles[i].size_wan *= TIMES;
    for (size_t i = 0; i < s->trusts_n; i++) {
        s->trusts[i].size_wan *= TIMES;
        s->trusts[i].max_loan_wan *= TIMES;
    }
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].firm_cap_fen *= TIMES;
        s->products[i].firm_cap_micro_fen *= TIMES;
        s->products[i].insurer_firm_limit_fen *= TIMES;
    }
}

/* Every split is cut to whole fen once, at the claim, by a short pool, at the sale and in the
 * queue: no figure of a world is further than that from TIMES what it was. */
static void amounts_scale(void **state)
{
    (void)state;
    static const int scaled[] = {
        PS_M_COMPENSATION,   PS_M_RETURNED,     PS_M_SHORTFALL,      PS_M_LOSS,      PS_M_LOSS_POOL,
        PS_M_LOSS_GUARANTOR, PS_M_LOSS_INSURER, PS_M_LOSS_APPRAISER, PS_M_LOSS_BANK, PS_M_POOL_END,
        PS_M_POOL_MIN,       PS_M_EXPOSURE,     PS_M_SUPPORT};
    for (int b = 0; b < 2 * BOOKS; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 67867967 + 37};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit[2];
        struct results r[2];
        tape_only(s);
        for (size_t i = 0; i < s->pools_n; i++)
            s->pools[i].interest_ppm = 0;
        for (int k = 0; k < 2; k++) {
            ps_kit_open(&kit[k], s, (uint64_t)b, NULL);
            ps_kit_sample(&kit[k], 0, WORLDS_N);
            run(&kit[k], s, &r[k]);
            scale(s);
        }
        for (int w = 0; w < WORLDS_N; w++) {
            const int64_t *one = r[0].m[w], *more = r[1].m[w];
            const int64_t splits = 8 * one[PS_M_DEFAULTS_N];
            assert_int_equal(one[PS_M_DEFAULTS_N], more[PS_M_DEFAULTS_N]);
            for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++)
                assert_true(llabs(more[scaled[i]] - TIMES * one[scaled[i]]) <= TIMES * splits);
        }
        for (int k = 0; k < 2; k++)
            ps_kit_close(&kit[k]);
        ps_fixture_free(s);
    }
    ps_claim_equal("worlds", (uint64_t)2 * BOOKS * WORLDS_N, 0);
}

/* ---- rules that never bind ---- */

static void same(const struct results *a, const struct results *b)
{
    assert_memory_equal(a, b, sizeof *a);
}

/* Each rule at a level out of reach is the rule off. */
static void check_idle_rules(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    const int64_t most = 10000000 * WAN;
    struct results before, after;
    struct ps_scenarios_row *p = &s->p;
    (void)dice;
    s->topups_n /= 2; /* room for one more */
    p->breaker_scope = PS_BREAKER_OFF;
    p->breaker_metric = 0; /* npl: never beyond 100 % */
    p->stop_loss_yearly_fen = p->firm_population_n = 0;
    for (size_t i = 0; i < s->products_n; i++) {
        struct ps_products_row *row = &s->products[i];
        row->loan_cap_wan = row->loan_cap_micro_wan = row->firm_cap_fen = row->firm_cap_micro_fen =
            0;
    }
    for (size_t i = 0; i < s->pools_n; i++) {
        s->pools[i].topup = 0;             /* none */
        s->pools[i].support_limit_fen = 0; /* none either, though a helper may be named */
    }
    run(kit, s, &before);
    p->breaker_scope = PS_BREAKER_POOL;
    p->breaker_warn_ppm = p->breaker_suspend_ppm = p->breaker_terminate_ppm = 1000001;
    run(kit, s, &after);
    same(&after, &before);
    p->breaker_scope = PS_BREAKER_BANK;
    run(kit, s, &after);
    same(&after, &before);
    p->stop_loss_yearly_fen = most;
    p->firm_population_n = 10000000;
    run(kit, s, &after);
    same(&after, &before);
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].loan_cap_wan = 1000000;
        s->products[i].firm_cap_fen = most;
        s->products[i].over_cap = PS_OVER_CAP_TRIM;
    }
    run(kit, s, &after);
    same(&after, &before);
    for (size_t i = 0; i < s->pools_n; i++) {
        s->pools[i].topup = (int64_t)(1 + i % 2); /* fixed, target */
        s->pools[i].topup_yearly_fen = 0;
        s->pools[i].support_limit_fen = most;
        s->pools[i].support_pool_id[0] = '\0';
    }
    s->topups[s->topups_n++] = (struct ps_topups_row){.month = 5};
    run(kit, s, &after);
    same(&after, &before);
}

static void rules_out_of_reach_change_nothing(void **state)
{
    (void)state;
    each_policy(as_it_is, check_idle_rules);
}

/* Without discounting the present value is the sum. */
static void check_discount_zero(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    struct results r;
    (void)dice;
    s->p.discount_rate_frac = 0;
    run(kit, s, &r);
    for (int w = 0; w < WORLDS_N; w++)
        assert_int_equal(r.m[w][PS_M_FISCAL_PRESENT_VALUE], r.m[w][PS_M_FISCAL_NET_COST]);
}

static void present_value_at_no_discount_is_the_sum(void **state)
{
    (void)state;
    each_policy(as_it_is, check_discount_zero);
}

/* ---- parts and wholes ---- */

/* The parties bear the loss; the reasons make up what was refused; what refusals cost and what was
 * registered make up the ceiling. */
static void check_sums(struct ps_kit *kit, struct ps_scenario *s, struct ps_dice *dice)
{
    struct results r;
    (void)dice;
    run(kit, s, &r);
    for (int w = 0; w < WORLDS_N; w++) {
        const int64_t *m = r.m[w];
        int64_t parties = 0, refused = 0, lost = 0;
        for (int j = 0; j < PS_PARTY_N; j++)
            parties += m[PS_M_LOSS_POOL + j];
        for (int j = 0; j < PS_REFUSED_N; j++)
            refused += m[PS_M_REFUSED_CLOSED + j];
        for (int j = 0; j < PS_LOST_N; j++)
            lost += m[PS_M_LOST_CLOSED + j];
        assert_int_equal(parties, m[PS_M_LOSS]);
        assert_int_equal(m[PS_M_LOSS] + m[PS_M_RECOVERED], m[PS_M_EXPOSURE]);
        assert_int_equal(m[PS_M_COMPENSATION] - m[PS_M_RETURNED], m[PS_M_LOSS_POOL]);
        assert_int_equal(refused, m[PS_M_REFUSED]);
        assert_int_equal(m[PS_M_REGISTERED] + lost - m[PS_M_WAITED], m[PS_M_CEILING]);
    }
}

static void parts_make_up_their_whole(void **state)
{
    (void)state;
    each_policy(as_it_is, check_sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pd_zero_makes_no_claim),
        cmocka_unit_test(a_pool_without_share_pays_nothing),
        cmocka_unit_test(lgd_zero_costs_nobody),
        cmocka_unit_test(more_money_harms_no_world),
        cmocka_unit_test(lower_values_help_no_world),
        cmocka_unit_test(amounts_scale),
        cmocka_unit_test(rules_out_of_reach_change_nothing),
        cmocka_unit_test(present_value_at_no_discount_is_the_sum),
        cmocka_unit_test(parts_make_up_their_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
