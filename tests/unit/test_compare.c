// SPDX-License-Identifier: GPL-3.0-or-later
// Paired differences: equal to what the values themselves give, and judged by exact tests.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "fixture.h"
#include "pledgesim/compare.h"
#include "testkit.h"

enum { ROWS = 3, WORLDS = 20000, STEP = 640 };

/* The same worlds one by one through the ledger. */
static void differences_are_those_of_the_worlds(void **state)
{
    (void)state;
    struct ps_scenario *const base = ps_fixture_bishan(), *const large = ps_fixture_bishan();
    struct ps_scenario *const worse = ps_fixture_bishan();
    large->pools[0].initial_fen *= 2;
    worse->p.pd_multiplier = 1.5; /* draws its own worlds, by the same numbers */
    const struct ps_scenario rows[ROWS] = {*base, *large, *worse};
    const struct ps_engine_request request = {.scenarios = rows,
                                              .scenarios_n = ROWS,
                                              .worlds_n = STEP,
                                              .seed = 5,
                                              .threads_n = 2,
                                              .kept = ps_compared,
                                              .kept_n = PS_COMPARED_N};
    struct ps_comparison comparison;
    struct ps_diags diags = {0};
    assert_int_equal(ps_compare_run(&request, 0, NULL, NULL, &diags, &comparison), PS_OK);
    struct ps_kit kits[ROWS];
    struct ps_policy policies[ROWS];
    struct ps_moments difference[ROWS][PS_COMPARED_N] = {0};
    for (int r = 0; r < ROWS; r++) {
        ps_kit_open(&kits[r], &rows[r], 5, NULL);
        ps_kit_policy(&rows[r], &policies[r]);
    }
    for (uint64_t first = 0; first < STEP; first += PS_TILE_WORLDS) {
        for (int r = 0; r < ROWS; r++)
            ps_kit_sample(&kits[r], first, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++) {
            int64_t m[ROWS][PS_MEASURE_N];
            for (int r = 0; r < ROWS; r++)
                ps_kit_measure(&kits[r], &kits[r].worlds.worlds[w], &policies[r], m[r]);
            for (int r = 0; r < ROWS; r++)
                for (size_t k = 0; k < PS_COMPARED_N; k++) {
                    const int64_t x = m[0][ps_compared[k]], y = m[r][ps_compared[k]];
                    if (x != PS_NOT_GIVEN && y != PS_NOT_GIVEN)
                        ps_moments_add(&difference[r][k], y - x);
                }
        }
    }
    for (int r = 0; r < ROWS; r++)
        for (size_t k = 0; k < PS_COMPARED_N; k++) {
            const struct ps_moments *got =
                &comparison.differences[(size_t)r * PS_COMPARED_N + k].difference;
            assert_true(got->sum == difference[r][k].sum && got->n == difference[r][k].n);
            assert_true(got->sum_sq_low == difference[r][k].sum_sq_low);
        }
    for (int r = 0; r < ROWS; r++) {
        ps_policy_free(&policies[r]);
        ps_kit_close(&kits[r]);
    }
    ps_comparison_free(&comparison);
    ps_diags_free(&diags);
    ps_fixture_free(worse);
    ps_fixture_free(large);
    ps_fixture_free(base);
}

/* Chunks and threads change no bit. */
static void chunks_change_nothing(void **state)
{
    (void)state;
    struct ps_scenario *const base = ps_fixture_bishan(), *const large = ps_fixture_bishan();
    large->p.max_firm_liability_ppm = 500000;
    const struct ps_scenario rows[2] = {*base, *large};
    struct ps_engine_request request = {.scenarios = rows,
                                        .scenarios_n = 2,
                                        .worlds_n = WORLDS,
                                        .seed = 5,
                                        .threads_n = 1,
                                        .kept = ps_compared,
                                        .kept_n = PS_COMPARED_N};
    struct ps_comparison one, many;
    struct ps_diags diags = {0};
    assert_int_equal(ps_compare_run(&request, 0, NULL, NULL, &diags, &one), PS_OK);
    request.threads_n = 3;
    assert_int_equal(ps_compare_run(&request, 0, NULL, NULL, &diags, &many), PS_OK);
    const struct ps_difference *a =
        &one.differences[PS_COMPARED_N + ps_compared_place(PS_M_DEPLETED)];
    const struct ps_difference *b =
        &many.differences[PS_COMPARED_N + ps_compared_place(PS_M_DEPLETED)];
    assert_memory_equal(a, b, sizeof *a);
    assert_true(a->up_n + a->down_n > 0);
    /* The single-name limit makes the pool safer: that is real; the error is far below that of two
     * independent runs. */
    const struct ps_verdict v = ps_difference_judge(a, 1, 0, 1);
    assert_true(v.real && v.value < 0);
    const double apart =
        sqrt(ps_moments_variance(&a->base) / WORLDS + ps_moments_variance(&a->other) / WORLDS);
    assert_true(v.se < apart);
    ps_comparison_free(&one);
    ps_comparison_free(&many);
    ps_diags_free(&diags);
    ps_fixture_free(large);
    ps_fixture_free(base);
}

static void signs_are_tested_exactly(void **state)
{
    (void)state;
    static const uint64_t cases[][2] = {{0, 0}, {1, 0}, {5, 0}, {3, 9}, {40, 60}, {7, 7}, {0, 30}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint64_t up = cases[i][0], down = cases[i][1], n = up + down;
        const uint64_t fewer = up < down ? up : down;
        struct ps_difference d = {.up_n = up, .down_n = down};
        const double tail = gsl_cdf_binomial_P((unsigned)fewer, 0.5, (unsigned)n);
        const double expected = n == 0 ? 1 : 2 * tail < 1 ? 2 * tail : 1;
        assert_true(fabs(ps_difference_judge(&d, 1, 0, 1).p_value - expected) < 1e-9);
    }
    /* Five worlds one way and none the other: 6.25 %, not real; sixteen: real also among 40. */
    struct ps_difference few = {.up_n = 5}, many = {.up_n = 16};
    assert_false(ps_difference_judge(&few, 1, 0, 1).real);
    assert_true(ps_difference_judge(&many, 1, 0, 1).real);
    assert_true(ps_difference_judge(&many, 1, 0, 40).real);
    assert_false(ps_difference_judge(&many, 1, 0, 4000).real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_those_of_the_worlds),
        cmocka_unit_test(chunks_change_nothing),
        cmocka_unit_test(signs_are_tested_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
