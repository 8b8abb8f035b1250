// SPDX-License-Identifier: GPL-3.0-or-later
// A policy is the same wherever it runs: alone in a kernel of one lane, or at any place of a group
// of up to 40, which the engine spreads over wide, narrow and lone kernels; in every instruction
// set.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "claim.h"
#include "fixture.h"
#include "testkit.h"

enum { BOOKS = 2, GROUP_MAX = 40, WORLDS_N = 34 };

/* Groups around each width of a kernel and of its strips. */
static const int SIZES[] = {2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 39, GROUP_MAX};

/* Rows of one shape: the tables that hold levels are copied for each. */
struct group {
    struct ps_scenario *book;
    struct ps_scenario rows[GROUP_MAX];
    struct ps_products_row products[GROUP_MAX][4];
    struct ps_pools_row pools[GROUP_MAX][3];
    struct ps_topups_row topups[GROUP_MAX][6];
    struct ps_vehicles_row vehicles[GROUP_MAX][4];
    struct ps_funds_row funds[GROUP_MAX][3];
    struct ps_trusts_row trusts[GROUP_MAX][3];
};

static void group_open(struct group *g, int number)
{
    struct ps_dice dice = {.state = (uint64_t)number * 104729 + 11};
    g->book = ps_random_book(&dice);
    for (int i = 0; i < GROUP_MAX; i++) {
        struct ps_scenario *row = &g->rows[i];
        *row = *g->book;
        memcpy(g->products[i], row->products, row->products_n * sizeof *row->products);
        memcpy(g->pools[i], row->pools, row->pools_n * sizeof *row->pools);
        memcpy(g->topups[i], row->topups, row->topups_n * sizeof *row->topups);
        memcpy(g->vehicles[i], row->vehicles, row->vehicles_n * sizeof *row->vehicles);
        memcpy(g->funds[i], row->funds, row->funds_n * sizeof *row->funds);
        memcpy(g->trusts[i], row->trusts, row->trusts_n * sizeof *row->trusts);
        row->products = g->products[i];
        row->pools = g->pools[i];
        row->topups = g->topups[i];
        row->vehicles = g->vehicles[i];
        row->funds = g->funds[i];
        row->trusts = g->trusts[i];
        ps_random_levels(&dice, g->book);
    }
}

static void run(const struct ps_scenario *rows, int n, enum ps_tier tier, const char *isa,
                struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = rows,
                                              .scenarios_n = (size_t)n,
                                              .worlds_n = WORLDS_N,
                                              .seed = 3,
                                              .threads_n = 1,
                                              .tier = tier,
                                              .isa = isa};
    ps_kit_engine(&request, result);
}

static void assert_same(const struct ps_row_result *a, const struct ps_row_result *b)
{
    const char *const difference = ps_rows_difference(&a->row, &b->row);
    assert_string_equal(difference != NULL ? difference : "nothing", "nothing");
}

static void any_place_in_any_group(void **state)
{
    (void)state;
    static struct group g;
    uint64_t places = 0;
    for (int number = 0; number < BOOKS; number++) {
        static struct ps_engine_result alone[GROUP_MAX];
        const enum ps_tier tier = number == 0 ? PS_TIER_FULL : PS_TIER_DECISION;
        group_open(&g, number);
        for (int i = 0; i < GROUP_MAX; i++)
            run(&g.rows[i], 1, tier, NULL, &alone[i]);
        for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
            const int n = SIZES[k];
            struct ps_engine_result together;
            run(g.rows + GROUP_MAX - n, n, tier, NULL, &together);
            assert_int_equal(together.families_n, 1);
            for (int i = 0; i < n; i++)
                assert_same(&together.rows[i], &alone[GROUP_MAX - n + i].rows[0]);
            places += (uint64_t)n;
            ps_engine_result_free(&together);
        }
        for (int i = 0; i < GROUP_MAX; i++)
            ps_engine_result_free(&alone[i]);
        ps_fixture_free(g.book);
    }
    ps_claim_equal("places", places, 0);
}

static void any_instruction_set(void **state)
{
    (void)state;
    static const char *const isas[] = {"v3", "v4"};
    static struct group g;
    for (int number = 0; number < 4 * BOOKS; number++) {
        struct ps_engine_result base, other;
        group_open(&g, 100 + number);
        run(g.rows, GROUP_MAX, PS_TIER_DECISION, "base", &base);
        for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
            if (ps_kernel_select(isas[k]) == NULL)
                continue;
            run(g.rows, GROUP_MAX, PS_TIER_DECISION, isas[k], &other);
            for (int i = 0; i < GROUP_MAX; i++)
                assert_same(&base.rows[i], &other.rows[i]);
            ps_engine_result_free(&other);
        }
        ps_engine_result_free(&base);
        ps_fixture_free(g.book);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_place_in_any_group),
        cmocka_unit_test(any_instruction_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
