// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's ledger against the reference ledger, to the fen, on books and policies at random.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "claim.h"
#include "fixture.h"
#include "ledger_reference.h"

enum { POLICIES = 12, WORLDS = 16, WORLDS_A_POLICY = 2 };
enum { SUPPORTED_MIN = 100, REVOLVED_MIN = 80, TRUST_LOST_MIN = 40 };

/* Changes a policy drawn at random; 0 when it is of no use. */
typedef int change_fn(struct ps_scenario *s);

/* How many evaluations had one pool support another; trusts that lent their money more than once;
 * trusts that lost some. */
struct seen {
    int supported_n, revolved_n, lost_n;
};

static struct seen books_agree(int books, change_fn *change)
{
    int differing = 0;
    struct seen seen = {0};
    uint64_t evaluations = 0;
    for (int b = 0; b < books; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 1000003 + 17};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit;
        ps_kit_open(&kit, s, (uint64_t)b, NULL);
        ps_kit_sample(&kit, 0, WORLDS);
        for (int p = 0; p < POLICIES; p++) {
            struct ps_policy policy;
            const struct ps_policy *const policies[] = {&policy};
            ps_random_policy(&dice, s);
            if (!change(s))
                continue;
            ps_kit_policy(s, &policy);
            for (int w = 0; w < WORLDS_A_POLICY; w++) {
                const int world = (p * WORLDS_A_POLICY + w) % WORLDS;
                char name[64];
                snprintf(name, sizeof name, "book %d policy %d world %d", b, p, world);
                differing +=
                    ps_reference_differs(&kit, &kit.worlds.worlds[world], policies, 1, 0,
                                         p % 2 ? PS_LANES_NARROW : PS_LANES_LONE, name) > 0;
                seen.supported_n += ps_measure_read(&kit.ledger, PS_M_SUPPORT, 0) > 0;
                const int64_t raised = ps_measure_read(&kit.ledger, PS_M_TRUST_RAISED, 0);
                seen.revolved_n += ps_measure_read(&kit.ledger, PS_M_TRUST_LENT, 0) > raised;
                seen.lost_n += ps_measure_read(&kit.ledger, PS_M_TRUST_FISCAL_LOSS, 0) > 0;
                evaluations++;
            }
            ps_policy_free(&policy);
        }
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
    ps_claim_equal("evaluations", evaluations, (uint64_t)differing);
    return seen;
}

static int as_it_is(struct ps_scenario *s)
{
    (void)s;
    return 1;
}

static void random_books_agree(void **state)
{
    (void)state;
    assert_true(books_agree(120, as_it_is).supported_n >= SUPPORTED_MIN);
}

/* One rich pool without the rules that look at single loans, which few policies drawn at random
 * leave off together: whole months are granted at once, renewals among them. */
static int usual(struct ps_scenario *s)
{
    s->p.breaker_scope = PS_BREAKER_POOL;
    s->p.max_firm_liability_ppm = s->p.reguarantor_cap_ppm = 0;
    s->p.renewal_registration_share_ppm = 1000000;
    s->pools[0].initial_fen = 10000 * INT64_C(1000000);
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].insurer_yearly_ppm = 0;
        s->products[i].loan_cap_wan = s->products[i].loan_cap_micro_wan = 0;
    }
    return s->pools_n == 1;
}

static void usual_months_agree(void **state)
{
    (void)state;
    (void)books_agree(40, usual);
}

/* Pools that refuse whatever is asked of them, and small trusts that lend again and again. */
static int refusing(struct ps_scenario *s)
{
    s->p.firm_population_n = 0;
    for (size_t i = 0; i < s->pools_n; i++)
        s->pools[i].leverage_ppm = 0;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].open_from_month = 1;
        s->products[i].open_to_month = 0;
    }
    for (size_t i = 0; i < s->trusts_n; i++) {
        s->trusts[i].size_wan = s->trusts[i].size_wan % 700;
        s->trusts[i].to_month = s->p.horizon_months;
        s->trusts[i].final_month = PS_NOT_GIVEN;
    }
    return s->trusts_n > 0;
}

static void busy_trusts_agree(void **state)
{
    (void)state;
    const struct seen seen = books_agree(40, refusing);
    assert_true(seen.revolved_n >= REVOLVED_MIN);
    assert_true(seen.lost_n >= TRUST_LOST_MIN);
}

/* Several policies of one shape side by side: each lane is its own ledger. */
static void every_lane_agrees(void **state)
{
    (void)state;
    enum { LANES_N = PS_LANES_WIDE };
    int differing = 0, lanes = 0;
    for (int b = 0; b < 20; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 7919 + 5};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit;
        struct ps_policy policy[LANES_N];
        const struct ps_policy *policies[LANES_N];
        const int n = (int)ps_dice_between(&dice, 1, LANES_N);
        const int width = n <= PS_LANES_NARROW && b % 2 ? PS_LANES_NARROW : PS_LANES_WIDE;
        ps_kit_open(&kit, s, (uint64_t)b, NULL);
        ps_kit_sample(&kit, 0, 1);
        for (int l = 0; l < n; l++) {
            ps_kit_policy(s, &policy[l]);
            policies[l] = &policy[l];
            assert_true(ps_policy_same_shape(policies[0], policies[l]));
            ps_random_levels(&dice, s);
        }
        for (int l = 0; l < n; l++) {
            char name[64];
            snprintf(name, sizeof name, "book %d, lane %d of %d", b, l, n);
            differing +=
                ps_reference_differs(&kit, &kit.worlds.worlds[0], policies, n, l, width, name) > 0;
        }
        for (int l = 0; l < n; l++)
            ps_policy_free(&policy[l]);
        lanes += n;
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
    ps_claim_equal("lanes", (uint64_t)lanes, (uint64_t)differing);
}

/* What lanes that differ in nothing but the size of the only pool came to. */
struct sizes_seen {
    int lanes_n, differing_n, depleted_n;
    int parted_n; /* worlds in which some lanes were depleted and others not */
};

enum { SIZES_N = 12 };

static void sizes_agree(struct ps_scenario *s, struct ps_kit *kit, int world,
                        const int64_t *initial_fen, struct sizes_seen *seen)
{
    struct ps_policy policy[SIZES_N];
    const struct ps_policy *policies[SIZES_N];
    int depleted_n = 0;
    for (int l = 0; l < SIZES_N; l++) {
        s->pools[0].initial_fen = initial_fen[l];
        ps_kit_policy(s, &policy[l]);
        policies[l] = &policy[l];
    }
    for (int l = 0; l < SIZES_N; l++) {
        char name[64];
        snprintf(name, sizeof name, "world %d, size %d", world, l);
        seen->differing_n += ps_reference_differs(kit, &kit->worlds.worlds[world], policies,
                                                  SIZES_N, l, PS_LANES_WIDE, name) > 0;
        depleted_n += ps_measure_read(&kit->ledger, PS_M_DEPLETED, l) > 0;
    }
    for (int l = 0; l < SIZES_N; l++)
        ps_policy_free(&policy[l]);
    seen->lanes_n += SIZES_N;
    seen->depleted_n += depleted_n;
    seen->parted_n += depleted_n > 0 && depleted_n < SIZES_N;
}

static void sizes_claim(const char *what, const struct sizes_seen *seen)
{
    ps_claim_equal(what, (uint64_t)seen->lanes_n, (uint64_t)seen->differing_n);
}

/* Plain rules and pools from a few 万元 up: most defaults are common to the lanes, and some lanes
 * cannot pay what others can. */
static void pool_sizes_agree(void **state)
{
    (void)state;
    enum { BOOKS = 200, DEPLETED_MIN = 100, PARTED_MIN = 30 };
    struct sizes_seen seen = {0};
    for (int b = 0; b < BOOKS; b++) {
        struct ps_dice dice = {.state = (uint64_t)b * 6007 + 3};
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit;
        int64_t initial_fen[SIZES_N];
        if (!usual(s)) {
            ps_fixture_free(s);
            continue;
        }
        s->p.carry_unpaid = s->p.subsidy_ppm = s->p.stop_loss_yearly_fen = 0;
        s->trusts_n = 0;
        for (size_t i = 0; i < s->products_n; i++)
            s->products[i].insurer_firm_rule = PS_FIRM_RULE_NONE;
        for (int l = 0; l < SIZES_N; l++)
            initial_fen[l] = (INT64_C(3000000) << l) + 7 * l;
        ps_kit_open(&kit, s, (uint64_t)b, NULL);
        ps_kit_sample(&kit, 0, 1);
        sizes_agree(s, &kit, 0, initial_fen, &seen);
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
    sizes_claim("lanes of random books that differ in the pool alone", &seen);
    assert_true(seen.depleted_n >= DEPLETED_MIN);
    assert_true(seen.parted_n >= PARTED_MIN);
}

/* Pools whose room runs out within the plan. */
static void room_runs_out_alike(void **state)
{
    (void)state;
    struct sizes_seen seen = {0};
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_sample(&kit, 0, WORLDS);
    for (int w = 0; w < WORLDS; w++) {
        int64_t initial_fen[SIZES_N];
        for (int l = 0; l < SIZES_N; l++)
            initial_fen[l] = (500 + 20 * w + l) * INT64_C(1000000);
        sizes_agree(s, &kit, w, initial_fen, &seen);
    }
    ps_kit_close(&kit);
    ps_fixture_free(s);
    sizes_claim("lanes of the Bishan book that differ in the pool alone", &seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_books_agree), cmocka_unit_test(usual_months_agree),
        cmocka_unit_test(busy_trusts_agree),  cmocka_unit_test(every_lane_agrees),
        cmocka_unit_test(pool_sizes_agree),   cmocka_unit_test(room_runs_out_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
