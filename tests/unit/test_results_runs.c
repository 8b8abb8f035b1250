// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pledgesim/figures.h"
#include "results_run.h"

/* Results of runs that differ in what must not, or must, matter. */

enum { WORLDS_N = 2048 };

static void test_summary_alone_has_the_same_bytes(void **state)
{
    (void)state;
    struct run run;
    char *text;
    size_t n, file_n;
    simulate(&run, WORLDS_N, 1, NULL, PS_TIER_FULL);
    write_all(&run, WORLDS_N);
    const struct ps_results_request request = request_of(&run, WORLDS_N);
    assert_int_equal(ps_results_summary_csv(&request, &text, &n), PS_OK);
    char *bytes = sheet_bytes(run.folder, "summary.csv", &file_n);
    assert_int_equal(n, file_n);
    assert_memory_equal(text, bytes, n);
    free(text);
    free(bytes);
    drop(&run);
}

/* Threads and kernel copies show in the manifest alone. */
static void test_same_bytes_however_run(void **state)
{
    (void)state;
    struct run run, other;
    simulate(&run, WORLDS_N, 2, NULL, PS_TIER_FULL);
    write_all(&run, WORLDS_N);
    simulate(&other, WORLDS_N, 1, "base", PS_TIER_FULL);
    write_all(&other, WORLDS_N);
    for (int t = 0; t < PS_RESULT_N; t++) {
        if (!ps_results_of_run((enum ps_result_id)t)) {
            continue;
        }
        const struct ps_result_table desc = ps_result_table((enum ps_result_id)t);
        size_t a_n, b_n;
        char *a = sheet_bytes(run.folder, desc.file, &a_n);
        char *b = sheet_bytes(other.folder, desc.file, &b_n);
        assert_int_equal(a_n, b_n);
        assert_memory_equal(a, b, a_n);
        free(a);
        free(b);
    }
    drop(&other);
    drop(&run);
}

/* With a handful of worlds nothing is claimed that they cannot carry. */
static void test_few_worlds(void **state)
{
    (void)state;
    struct run run;
    simulate(&run, 15, 1, NULL, PS_TIER_FULL);
    write_all(&run, 15);
    struct sheet s = sheet_read(run.folder, "quantiles.csv");
    assert_int_equal(sheet_count(&s, SHEET_WHERE("note", "too_few_worlds")), s.rows_n - 1);
    assert_int_equal(sheet_count(&s, SHEET_WHERE("value", "")), s.rows_n - 1);
    sheet_free(&s);
    s = sheet_read(run.folder, "summary.csv");
    assert_string_equal(sheet_at(&s, 1, "compensation_gross_wan_q95"), "");
    assert_string_equal(sheet_at(&s, 1, "compensation_gross_wan_es99"), "");
    assert_int_not_equal(sheet_at(&s, 1, "compensation_gross_wan_mean")[0], '\0');
    sheet_free(&s);
    s = sheet_read(run.folder, "contributions.csv");
    assert_int_equal(sheet_count(&s, SHEET_WHERE("es99_contribution", "")), s.rows_n - 1);
    sheet_free(&s);
    drop(&run);
}

/* The decision tier keeps no distributions: its figures say so, and files are refused. */
static void test_decision_tier(void **state)
{
    (void)state;
    struct run run;
    struct ps_figures f;
    char *text;
    size_t n;
    simulate(&run, 1024, 1, NULL, PS_TIER_DECISION);
    ps_figures_read(&run.book.scenarios[0], &run.result.rows[0], &f);
    assert_int_equal(f.depletion.worlds_n, 1024);
    assert_true(f.compensation_gross_wan_mean > 0);
    assert_true(isnan(f.compensation_gross_wan_q99) && isnan(f.claim_rate));
    assert_true(isnan(f.ceiling_reaches_target_frac));
    const struct ps_results_request request = request_of(&run, 1024);
    assert_int_equal(ps_results_summary_csv(&request, &text, &n), PS_BUG);
    assert_null(text);
    drop(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summary_alone_has_the_same_bytes),
        cmocka_unit_test(test_same_bytes_however_run),
        cmocka_unit_test(test_few_worlds),
        cmocka_unit_test(test_decision_tier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
