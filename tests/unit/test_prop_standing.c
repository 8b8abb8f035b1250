// SPDX-License-Identifier: GPL-3.0-or-later
// Standing books: the way that draws many loans at once and keeps them as sums gives what the way
// of any book gives, bit by bit, in every instruction set.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/engine/family.h"
#include "fixture.h"
#include "testkit.h"

enum { BOOKS = 30, LOANS_MAX = 133 };

enum { MIXED = 8 }; /* a book of several products and banks */

static const char *const ISAS[] = {"base", "v3", "v4"};

/* A random book that only runs off, up to 133 loans: months, repayment, firms and recoveries of all
 * kinds, several products and banks, one pool. */
static struct ps_scenario *standing_book(int number)
{
    struct ps_dice dice = {.state = (uint64_t)number * 32452843 + 5};
    struct ps_scenario *s = ps_random_book(&dice);
    const size_t few = s->loans_n;
    if (few > 0) {
        const size_t n = few * (size_t)ps_dice_between(&dice, 1, LOANS_MAX / (int64_t)few);
        struct ps_loans_row *loans = calloc(n, sizeof *loans);
        assert_non_null(loans);
        for (size_t i = 0; i < n; i++) {
            loans[i] = s->loans[i % few];
            snprintf(loans[i].loan_id, sizeof loans[i].loan_id, "loan_%03zu", i);
            snprintf(loans[i].product_id, sizeof loans[i].product_id, "product_%zu",
                     i % s->products_n);
            snprintf(loans[i].bank_id, sizeof loans[i].bank_id, "bank_%zu", i % s->banks_n);
            if (i % few == 1) {
                loans[i].recovery_frac = 0.4;
                loans[i].recovery_sd_frac = i % 2 ? 0.2 : 0;
            }
        }
        free(s->loans);
        s->loans = loans;
        s->loans_n = n;
    }
    for (size_t i = 0; i < s->segments_n; i++)
        s->segments[i].micro_frac = i % 2 ? 1 : 0;
    for (size_t i = 0; i < s->products_n; i++)
        s->products[i].pool_id[0] = '\0';
    for (size_t i = 0; i < s->topups_n; i++)
        memcpy(s->topups[i].pool_id, s->pools[0].pool_id, sizeof s->topups[i].pool_id);
    static const int steps[] = {PS_STEP_1, PS_STEP_3, PS_STEP_12};
    s->p.factor_step_months = steps[number % 3];
    s->demand_n = 0;
    s->p.renewal_prob_frac = 0;
    s->p.moral_hazard = 0;
    s->vehicles_n = s->trusts_n = 0;
    s->pools_n = 1;
    s->pools[0].support_pool_id[0] = '\0';
    if (s->p.breaker_scope == PS_BREAKER_BANK)
        s->p.breaker_scope = PS_BREAKER_POOL;
    return s;
}

static int stands(const struct ps_engine_request *request)
{
    struct ps_diags diags = {0};
    struct family *families;
    int n;
    assert_int_equal(ps_families_build(request, &diags, &families, &n), PS_OK);
    assert_int_equal(n, 1);
    const int result = families[0].plan->standing;
    ps_families_free(families, n);
    ps_diags_free(&diags);
    return result;
}

/* A row is the same beside one that keeps the book from being a standing one. */
static void rows_do_not_know_how_they_were_drawn(void **state)
{
    (void)state;
    int tried = 0;
    for (int i = 0; i < BOOKS; i++) {
        struct ps_scenario *s = standing_book(i), two[2] = {*s, *s};
        two[1].p.breaker_scope = PS_BREAKER_BANK;
        struct ps_engine_request alone = {.scenarios = two,
                                          .scenarios_n = 1,
                                          .worlds_n = 107,
                                          .seed = (uint64_t)i,
                                          .threads_n = 1,
                                          .isa = i % 2 ? "base" : NULL,
                                          .tier = i % 5 ? PS_TIER_FULL : PS_TIER_DECISION};
        struct ps_engine_request pair = alone;
        pair.scenarios_n = 2;
        if (s->loans_n > 0) {
            struct ps_engine_result a, b;
            assert_true(stands(&alone));
            assert_false(stands(&pair));
            ps_kit_engine(&alone, &a);
            ps_kit_engine(&pair, &b);
            const char *difference = ps_rows_difference(&a.rows[0].row, &b.rows[0].row);
            assert_string_equal(difference != NULL ? difference : "nothing", "nothing");
            tried += a.rows[0].row.moments[PS_M_DEFAULTS_N].sum > 0;
            ps_engine_result_free(&b);
            ps_engine_result_free(&a);
        }
        ps_fixture_free(s);
    }
    assert_true(tried > BOOKS / 2);
}

/* Power: the comparison sees a single fen, and whatever else one more loan moves. */
static void a_row_that_differs_is_seen(void **state)
{
    (void)state;
    struct ps_scenario *s = standing_book(1);
    struct ps_engine_request request = {
        .scenarios = s, .scenarios_n = 1, .worlds_n = 64, .seed = 1, .tier = PS_TIER_FULL};
    struct ps_engine_result a, b;
    ps_kit_engine(&request, &a);
    s->loans[0].amount_wan++;
    ps_kit_engine(&request, &b);
    assert_non_null(ps_rows_difference(&a.rows[0].row, &b.rows[0].row));
    ps_engine_result_free(&b);
    ps_engine_result_free(&a);
    ps_fixture_free(s);
}

/* Both ways draw the same worlds, wherever they stand in a tile and whatever it held before. */
static void worlds_are_those_of_any_book(void **state)
{
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct ps_scenario *s = standing_book(i);
        for (size_t k = 0; s->loans_n > 0 && k < sizeof ISAS / sizeof *ISAS; k++) {
            static const uint64_t first[] = {0, 4294967264u, 77};
            struct ps_kit any, standing;
            if (ps_kernel_select(ISAS[k]) == NULL)
                continue;
            ps_kit_open(&any, s, 3, ISAS[k]);
            ps_kit_open(&standing, s, 3, ISAS[k]);
            standing.plan->standing = 1;
            ps_world_work_init(&standing.worlds, standing.plan, standing.world_memory);
            for (size_t j = 0; j < sizeof first / sizeof *first; j++) {
                const int n = j < 2 ? PS_TILE_WORLDS : 21;
                ps_kit_sample(&any, first[j], n);
                ps_kit_sample(&standing, first[j], n);
                for (int w = 0; w < n; w++) {
                    const struct ps_world *a = &any.worlds.worlds[w];
                    const struct ps_world *b = &standing.worlds.worlds[w];
                    assert_int_equal(a->number, b->number);
                    assert_int_equal(a->apps_n, b->apps_n);
                    assert_int_equal(a->fates_n, b->fates_n);
                    assert_memory_equal(a->fates, b->fates, (size_t)a->fates_n * sizeof *a->fates);
                    assert_memory_equal(a->apps, b->apps, (size_t)a->apps_n * sizeof *a->apps);
                }
            }
            ps_kit_close(&standing);
            ps_kit_close(&any);
        }
        ps_fixture_free(s);
    }
}

/* What a world draws of a loan beside its fate keeps a book from being a standing one. */
static void other_books_do_not_stand(void **state)
{
    (void)state;
    struct ps_scenario *s = standing_book(MIXED);
    const struct ps_scenario good = *s;
    struct ps_engine_request request = {.scenarios = s, .scenarios_n = 1, .worlds_n = 2, .seed = 1};
    assert_true(s->products_n > 1 && s->banks_n > 1);
    assert_true(stands(&request));
    s->p.renewal_prob_frac = 0.1;
    assert_false(stands(&request));
    *s = good;
    s->p.moral_hazard = 1;
    assert_false(stands(&request));
    *s = good;
    s->p.recovery_uncertainty_sigma = 0.1;
    assert_false(stands(&request));
    *s = good;
    s->p.breaker_scope = PS_BREAKER_BANK;
    assert_false(stands(&request));
    *s = good;
    s->segments[0].micro_frac = s->segments[1].micro_frac = 0.5;
    assert_false(stands(&request));
    s->segments[0].micro_frac = s->segments[1].micro_frac = 0;
    s->loans[0].product_id[0] = '\0';
    assert_false(stands(&request));
    snprintf(s->loans[0].product_id, sizeof s->loans[0].product_id, "product_0");
    s->loans[0].bank_id[0] = '\0';
    assert_false(stands(&request));
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_do_not_know_how_they_were_drawn),
        cmocka_unit_test(a_row_that_differs_is_seen),
        cmocka_unit_test(worlds_are_those_of_any_book),
        cmocka_unit_test(other_books_do_not_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
