// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pledgesim/book.h"
#include "pledgesim/outlook.h"

/* The report's outlook: variants made in memory are those that the book would make. */

enum { WORLDS = 1024, SEED = 7 };

static struct ps_outlook *look(const struct ps_book *book)
{
    struct ps_outlook *outlook = malloc(sizeof *outlook);
    const struct ps_engine_request request = {.scenarios = book->scenarios,
                                              .scenarios_n = book->scenarios_n,
                                              .worlds_n = WORLDS,
                                              .seed = SEED,
                                              .threads_n = 2};
    assert_non_null(outlook);
    assert_int_equal(ps_outlook_run(&request, outlook), PS_OK);
    return outlook;
}

static void load(struct ps_book *book, const char *const *sets, size_t sets_n)
{
    static const char *const only[] = {"baseline"};
    const struct ps_book_request request = {
        .path = "scenarios/bishan", .only = only, .only_n = 1, .sets = sets, .sets_n = sets_n};
    struct ps_diags diags = {0};
    assert_int_equal(ps_book_load(&request, &diags, book), PS_OK);
    ps_diags_free(&diags);
}

/* The point's counts beside those of a run of the book with these settings. */
static void same_as_book(const struct ps_outlook_point *point, const char *const *sets,
                         size_t sets_n)
{
    struct ps_book book = {0};
    struct ps_diags diags = {0};
    struct ps_engine_result result = {0};
    load(&book, sets, sets_n);
    const struct ps_engine_request request = {.scenarios = book.scenarios,
                                              .scenarios_n = 1,
                                              .worlds_n = WORLDS,
                                              .seed = SEED,
                                              .tier = PS_TIER_DECISION};
    assert_int_equal(ps_engine_run(&request, &diags, &result), PS_OK);
    const struct ps_moments *m = result.rows[0].row.moments;
    assert_int_equal(point->depletion.hits_n, (uint64_t)m[PS_M_DEPLETED].sum);
    assert_int_equal(point->target.hits_n, (uint64_t)m[PS_M_TARGET_CUMULATIVE].sum);
    assert_true(point->registered_fen.value == ps_moments_mean(&m[PS_M_REGISTERED]));
    assert_true(point->fiscal_cost_fen.value == ps_moments_mean(&m[PS_M_FISCAL_NET_COST]));
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    ps_book_free(&book);
}

static void variants_are_those_of_the_book(void **state)
{
    (void)state;
    struct ps_book book = {0};
    load(&book, NULL, 0);
    struct ps_outlook *o = look(&book);
    struct ps_outlook_point(*own)[PS_OUTLOOK_LEVERAGES] = o->points[PS_TWIST_NONE];
    same_as_book(&own[o->size][o->leverage], NULL, 0);
    assert_int_equal(o->pool_fen[0], INT64_C(400000000));
    assert_int_equal(o->leverage_ppm[0], 6000000);
    const char *const small[] = {"pool_initial_wan=400", "leverage=6"};
    same_as_book(&own[0][0], small, 2);
    for (int t = PS_TWIST_PD; t < PS_TWIST_N; t++) {
        const struct ps_text setting = ps_twist_setting(book.scenarios, (enum ps_twist)t);
        const char *const sets[] = {setting.s, "pool_initial_wan=500"};
        same_as_book(&o->points[t][o->size][o->leverage], sets, 1);
        same_as_book(&o->points[t][1][o->leverage], sets, 2);
    }
    free(o);
    ps_book_free(&book);
}

/* The slump is the one of scenarios/bishan/shocks_macro.csv: months 25 to 36, all clusters, -2. */
static void slump_is_that_of_the_book(void **state)
{
    (void)state;
    static const char *const sets[] = {"shocks_file=shocks_macro.csv"};
    struct ps_book book = {0};
    load(&book, NULL, 0);
    struct ps_outlook *o = look(&book);
    same_as_book(&o->points[PS_TWIST_ECONOMY][o->size][o->leverage], sets, 1);
    free(o);
    ps_book_free(&book);
}

/* Far too small and far too large pools: the sizes reach to where the answer is, and have the
 * figures that the book would give. */
static void sizes_reach_to_the_answer(void **state)
{
    (void)state;
    static const char *const OWN[] = {"pool_initial_wan=0", "pool_initial_wan=5",
                                      "pool_initial_wan=20", "pool_initial_wan=4000"};
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
        struct ps_book book = {0};
        load(&book, &OWN[i], 1);
        struct ps_outlook *o = look(&book);
        const int safe = ps_outlook_safe_size(o);
        assert_true(safe > 0);
        assert_true(o->pool_fen[safe] > INT64_C(1000000000));
        assert_true(o->pool_fen[safe] < INT64_C(2000000000));
        assert_int_equal(o->pool_fen[o->size], book.scenarios[0].pools[0].initial_fen);
        same_as_book(&o->points[PS_TWIST_NONE][o->size][o->leverage], &OWN[i], 1);
        free(o);
        ps_book_free(&book);
    }
}

/* Nothing tells how sizes divide among pools that hold nothing. */
static void several_empty_pools_have_no_outlook(void **state)
{
    (void)state;
    static const char *const only[] = {"two_pools"};
    static const char *const sets[] = {"pools.city.initial_wan=0", "pools.district.initial_wan=0"};
    const struct ps_book_request request = {
        .path = "scenarios/schemes", .only = only, .only_n = 1, .sets = sets, .sets_n = 2};
    struct ps_diags diags = {0};
    struct ps_book book = {0};
    assert_int_equal(ps_book_load(&request, &diags, &book), PS_OK);
    struct ps_outlook *o = look(&book);
    assert_int_equal(o->sizes_n, 0);
    assert_int_equal(ps_outlook_safe_size(o), -1);
    free(o);
    ps_diags_free(&diags);
    ps_book_free(&book);
}

static void safe_size_is_the_first_that_surely_carries(void **state)
{
    (void)state;
    struct ps_outlook *o = calloc(1, sizeof *o);
    assert_non_null(o);
    o->sizes_n = 3;
    o->leverages_n = 1;
    for (int i = 0; i < 3; i++) {
        struct ps_outlook_point *p = &o->points[PS_TWIST_NONE][i][0];
        p->target = ps_probability_of(9000, 10000, 0);
        p->depletion = ps_probability_of(i == 0 ? 200 : i == 1 ? 95 : 70, 10000, 0);
    }
    /* 0.95 % is below the threshold, but its interval is not. */
    assert_int_equal(ps_outlook_safe_size(o), 2);
    o->points[PS_TWIST_NONE][2][0].target = ps_probability_of(8010, 10000, 0);
    assert_int_equal(ps_outlook_safe_size(o), -1);
    free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_are_those_of_the_book),
        cmocka_unit_test(slump_is_that_of_the_book),
        cmocka_unit_test(sizes_reach_to_the_answer),
        cmocka_unit_test(several_empty_pools_have_no_outlook),
        cmocka_unit_test(safe_size_is_the_first_that_surely_carries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
