// SPDX-License-Identifier: GPL-3.0-or-later
// Simulated books against their exact laws, every figure of the comparison: random static books,
// and one whose data must reject wrong inputs. alpha 1e-9 a figure; the seeds are fixed here and
// are never changed to make a test pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "fixture.h"
#include "pledgesim/crosscheck.h"
#include "testkit.h"

#define FEN_PER_WAN INT64_C(1000000)

enum { BOOKS = 24, WORLDS_N = 20000, SEED = 2026, YEAR = 12 };

/* 6.1 standard errors: alpha 1e-9. */
static const double BOUND = 6.1;

static struct ps_scenario *static_book(size_t n)
{
    struct ps_scenario *s = ps_fixture_tape(n);
    s->p.horizon_months = YEAR;
    s->p.runoff_months = 10;
    s->p.renewal_prob_frac = 0;
    s->p.factor_step_months = PS_STEP_12;
    s->pools[0].interest_ppm = 0;
    return s;
}

static void random_loans(struct ps_dice *dice, struct ps_scenario *s)
{
    const int recovered = ps_dice_chance(dice, 0.6);
    for (size_t i = 0; i < s->loans_n; i++) {
        struct ps_loans_row *loan = &s->loans[i];
        loan->amount_wan = 10 * ps_dice_between(dice, 1, 60);
        loan->months_left = ps_dice_between(dice, 1, YEAR);
        loan->pd_frac = 0.01 + 0.2 * ps_dice_unit(dice);
        loan->correlation = 0.4 * ps_dice_unit(dice);
        loan->recovery_frac = recovered ? 0.01 * (double)ps_dice_between(dice, 0, 90) : 0;
    }
}

/* All that the exact laws are said to know. */
static struct ps_scenario *random_book(struct ps_dice *dice, struct ps_shocks_row *shock)
{
    struct ps_scenario *s = static_book((size_t)ps_dice_between(dice, 2, 30));
    struct ps_products_row *product = &s->products[0];
    random_loans(dice, s);
    s->p.dependence = ps_dice_chance(dice, 0.25);
    s->p.index_start = ps_dice_chance(dice, 0.25) ? PS_START_FIXED : PS_START_STATIONARY;
    s->p.initial_index_sd = -1;
    s->p.maturity_share_frac = ps_dice_unit(dice);
    s->p.pd_multiplier = ps_dice_chance(dice, 0.3) ? 1.5 : 1;
    s->p.carry_unpaid = ps_dice_chance(dice, 0.3);
    *shock = (struct ps_shocks_row){.cluster_id = "all", .from_month = 4, .to_month = 9};
    shock->shift_sd = -1.5;
    s->shocks = shock;
    s->shocks_n = ps_dice_chance(dice, 0.5) ? 1 : 0;
    product->pool_share_ppm = ps_dice_between(dice, 3, 10) * 100000;
    product->bank_share_ppm = 1000000 - product->pool_share_ppm;
    product->pay_mode = ps_dice_chance(dice, 0.8);
    product->claim_basis = ps_dice_chance(dice, 0.3);
    product->firm_cap_fen = ps_dice_chance(dice, 0.5) ? 120 * FEN_PER_WAN : 0;
    s->pools[0].initial_fen = ps_dice_between(dice, 10, 400) * FEN_PER_WAN;
    return s;
}

static struct ps_engine_result simulate(const struct ps_scenario *s, uint64_t worlds_n)
{
    struct ps_engine_result result;
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = worlds_n,
                                              .seed = SEED,
                                              .threads_n = 1,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, &result);
    return result;
}

/* The largest |z|; *judged counts the figures that have one, *paid those of the pool. */
static double largest_z(const struct ps_scenario *s, const struct ps_row *row, int *judged,
                        int *paid)
{
    struct ps_crosscheck check;
    double largest = 0;
    assert_int_equal(ps_crosscheck(s, row, NULL, &check), PS_OK);
    for (int i = 0; i < check.lines_n; i++) {
        const struct ps_crosscheck_line *line = &check.lines[i];
        if (!isnan(line->z)) {
            *judged += 1;
            *paid += line->measure == PS_M_DEPLETED && line->exact > 0.001;
            largest = fmax(largest, fabs(line->z));
        }
    }
    return largest;
}

static void random_static_books(void **state)
{
    (void)state;
    struct ps_dice dice = {20260101};
    int judged = 0, paid = 0;
    for (int i = 0; i < BOOKS; i++) {
        struct ps_shocks_row shock;
        struct ps_scenario *s = random_book(&dice, &shock);
        struct ps_engine_result result = simulate(s, WORLDS_N);
        assert_true(largest_z(s, &result.rows[0].row, &judged, &paid) < BOUND);
        ps_engine_result_free(&result);
        s->shocks = NULL;
        ps_fixture_free(s);
    }
    print_message("%d figures judged, %d pools that can run dry\n", judged, paid);
    assert_true(judged >= 5 * BOOKS && paid >= BOOKS / 4);
}

/* The same worlds against the laws of books that differ in one number. */
static void wrong_inputs_are_rejected(void **state)
{
    (void)state;
    enum { LOANS = 100, MANY = 100000 };
    struct ps_scenario *s = static_book(LOANS);
    int judged = 0, paid = 0;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].pd_frac = 0.03;
        s->loans[i].correlation = 0.08;
        s->loans[i].recovery_frac = 0.3;
    }
    s->products[0].pay_mode = 1; /* net loss */
    s->products[0].pool_share_ppm = 700000;
    s->pools[0].initial_fen = 400 * FEN_PER_WAN;
    struct ps_engine_result result = simulate(s, MANY);
    const struct ps_row *row = &result.rows[0].row;
    assert_true(largest_z(s, row, &judged, &paid) < BOUND);
    for (int wrong = 0; wrong < 5; wrong++) {
        const struct ps_pools_row pool = s->pools[0];
        const struct ps_products_row product = s->products[0];
        for (size_t i = 0; i < LOANS; i++) {
            s->loans[i].pd_frac = wrong == 0 ? 0.031 : 0.03;
            s->loans[i].correlation = wrong == 1 ? 0.1 : 0.08;
            s->loans[i].recovery_frac = wrong == 2 ? 0.32 : 0.3;
        }
        s->products[0].pool_share_ppm -= wrong == 3 ? 20000 : 0;
        s->pools[0].initial_fen -= wrong == 4 ? 20 * FEN_PER_WAN : 0;
        assert_true(largest_z(s, row, &judged, &paid) > BOUND);
        s->pools[0] = pool;
        s->products[0] = product;
    }
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_static_books),
        cmocka_unit_test(wrong_inputs_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
