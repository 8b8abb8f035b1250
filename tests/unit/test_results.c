// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pledgesim/figures.h"
#include "results_run.h"

/* The result files of one small book (tests/golden/book): do they hang together? */

enum { WORLDS_N = 4096 };

static const char *const IDS[] = {"baseline", "ample", "short"};

enum { IDS_N = sizeof IDS / sizeof *IDS };

static int make_run(void **state)
{
    static struct run run;
    simulate(&run, WORLDS_N, 2, NULL, PS_TIER_FULL);
    write_all(&run, WORLDS_N);
    *state = &run;
    return 0;
}

static int drop_run(void **state)
{
    drop(*state);
    return 0;
}

static struct sheet table(void **state, enum ps_result_id id)
{
    const struct run *run = *state;
    return sheet_read(run->folder, ps_result_table(id).file);
}

/* Ten digits were written. */
static void assert_close(double a, double b, double relative)
{
    if (!(fabs(a - b) <= relative * fmax(fabs(a), fabs(b)) + 1e-9)) {
        fail_msg("%.12g is not %.12g", a, b);
    }
}

static void test_all_files_with_their_columns(void **state)
{
    for (int t = 0; t < PS_RESULT_N; t++) {
        if (!ps_results_of_run((enum ps_result_id)t)) {
            continue;
        }
        const struct ps_result_table desc = ps_result_table((enum ps_result_id)t);
        struct sheet s = table(state, (enum ps_result_id)t);
        assert_int_equal(s.columns_n, desc.columns_n);
        for (size_t c = 0; c < desc.columns_n; c++) {
            assert_string_equal(s.cells[c], desc.columns[c].name);
        }
        assert_true(s.rows_n > 1);
        sheet_free(&s);
    }
}

static void test_numbers_of_rows(void **state)
{
    static const struct {
        enum ps_result_id id;
        size_t a_scenario;
    } CASES[] = {{PS_RESULT_summary, 1},
                 {PS_RESULT_metrics, PS_MEASURE_N + PS_RATIO_N},
                 {PS_RESULT_quantiles, 12 * 12 + 5 * 5 + 2 * 3},
                 {PS_RESULT_flows, 39},
                 {PS_RESULT_convergence, 3 * 4}, /* 1,024, 2,048, 4,096 worlds */
                 {PS_RESULT_contributions, 3 * (4 + 5 + 4 + 3)}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct sheet s = table(state, CASES[i].id);
        for (size_t k = 0; k < IDS_N; k++) {
            assert_int_equal(sheet_count(&s, SHEET_WHERE("scenario_id", IDS[k])),
                             CASES[i].a_scenario);
        }
        sheet_free(&s);
    }
}

static const char *const FIGURES[PS_FIGURES_N] = {
#define PS_FIGURE(name, measure, statistic, level) #name,
#define PS_FIGURE_RATIO(name, ratio) #name,
#include "pledgesim/figures.def"
#undef PS_FIGURE_RATIO
#undef PS_FIGURE
};

/* The names that users were promised, in their order. */
static void test_summary_columns(void **state)
{
    static const char *const PROMISED[] = {"scenario_id",
                                           "label",
                                           "worlds",
                                           "converged",
                                           "p_depletion",
                                           "p_depletion_lo95",
                                           "p_depletion_hi95",
                                           "p_target_cumulative",
                                           "p_target_cumulative_lo95",
                                           "p_target_cumulative_hi95",
                                           "p_target_annual",
                                           "p_target_annual_lo95",
                                           "p_target_annual_hi95",
                                           "registered_total_wan_mean",
                                           "lent_total_wan_mean",
                                           "pool_min_wan_q05",
                                           "pool_end_wan_mean",
                                           "compensation_gross_wan_mean",
                                           "compensation_gross_wan_q95",
                                           "compensation_gross_wan_q99",
                                           "compensation_gross_wan_es99",
                                           "compensation_net_wan_mean",
                                           "shortfall_wan_mean",
                                           "loss_total_wan_mean",
                                           "loss_bank_wan_mean",
                                           "npl_peak_q95",
                                           "months_suspended_mean",
                                           "fiscal_net_cost_wan_mean",
                                           "leverage_achieved_mean",
                                           "defaults_n_mean",
                                           "refused_n_mean"};
    struct sheet s = table(state, PS_RESULT_summary);
    for (size_t c = 0; c < sizeof PROMISED / sizeof *PROMISED; c++) {
        assert_string_equal(s.cells[c], PROMISED[c]);
    }
    for (size_t i = 0; i < PS_FIGURES_N; i++) { /* figures.def and results.def agree */
        assert_int_equal(sheet_column(&s, FIGURES[i]), 13 + i);
    }
    assert_string_equal(sheet_at(&s, 3, "label"), "两年半, 补充资金");
    sheet_free(&s);
}

static void test_histogram_adds_up(void **state)
{
    struct sheet bars = table(state, PS_RESULT_histogram), all = table(state, PS_RESULT_metrics);
    for (size_t row = 1; row < all.rows_n; row++) {
        const char *const *where = SHEET_WHERE("scenario_id", sheet_at(&all, row, "scenario_id"),
                                               "metric", sheet_at(&all, row, "metric"));
        const size_t first = sheet_next(&bars, 0, where);
        if (first == 0) {
            continue;
        }
        assert_true(sheet_sum(&bars, "worlds_n", where) == sheet_number(&all, row, "worlds"));
        assert_close(sheet_sum(&bars, "share", where), 1, 1e-9);
        /* Bars join, and all values lie in some. */
        size_t last = first;
        for (size_t r = first; r != 0; last = r, r = sheet_next(&bars, r, where)) {
            if (r != first) {
                assert_string_equal(sheet_at(&bars, r, "bin_lo"), sheet_at(&bars, last, "bin_hi"));
            }
        }
        if (sheet_at(&bars, first, "bin_lo")[0] != '\0') {
            assert_true(sheet_number(&bars, first, "bin_lo") <= sheet_number(&all, row, "min"));
        }
        if (sheet_at(&bars, last, "bin_hi")[0] != '\0') {
            assert_true(sheet_number(&bars, last, "bin_hi") > sheet_number(&all, row, "max"));
        }
    }
    sheet_free(&bars);
    sheet_free(&all);
}

static void test_contributions_add_up(void **state)
{
    static const char *const DIMENSIONS[] = {"cluster", "ip_kind", "bank", "product"};
    static const char *const METRICS[] = {"compensation_gross", "loss_total", "defaults_n"};
    struct sheet parts = table(state, PS_RESULT_contributions);
    struct sheet all = table(state, PS_RESULT_metrics), tails = table(state, PS_RESULT_quantiles);
    for (size_t i = 0; i < IDS_N * 4 * 3; i++) {
        const char *id = IDS[i % IDS_N], *dimension = DIMENSIONS[i / IDS_N % 4];
        const char *metric = METRICS[i / IDS_N / 4];
        const char *const *where =
            SHEET_WHERE("scenario_id", id, "dimension", dimension, "metric", metric);
        const char *const *whole = SHEET_WHERE("scenario_id", id, "metric", metric);
        const double mean = sheet_number(&all, sheet_row(&all, whole), "mean");
        assert_close(sheet_sum(&parts, "mean", where), mean, 1e-8);
        assert_close(sheet_sum(&parts, "share", where), 1, 1e-8);
        if (strcmp(metric, "defaults_n") == 0) {
            continue;
        }
        const double es =
            sheet_number(&tails,
                         sheet_row(&tails, SHEET_WHERE("scenario_id", id, "metric", metric, "kind",
                                                       "es", "q_pct", "99")),
                         "value");
        const double sum = sheet_sum(&parts, "es99_contribution", where);
        assert_close(sum, es, 1.0 / 32);
        assert_true(fabs(sum - mean) > es / 32); /* the bound tells the tail from the mean */
        assert_close(sheet_sum(&parts, "es99_share", where), 1, 1e-8);
    }
    sheet_free(&parts);
    sheet_free(&all);
    sheet_free(&tails);
}

/* One figure, one text, in whatever file. */
static void test_files_agree(void **state)
{
    static const struct {
        const char *column, *metric, *kind, *q_pct;
    } QUANTILES[] = {{"pool_min_wan_q05", "pool_min", "quantile", "5"},
                     {"compensation_gross_wan_q95", "compensation_gross", "quantile", "95"},
                     {"compensation_gross_wan_q99", "compensation_gross", "quantile", "99"},
                     {"compensation_gross_wan_es99", "compensation_gross", "es", "99"},
                     {"npl_peak_q95", "npl_peak", "quantile", "95"}};
    static const struct {
        const char *column, *metric;
    } MEANS[] = {{"p_depletion", "depletion"},
                 {"p_target_cumulative", "target_cumulative"},
                 {"registered_total_wan_mean", "registered_total"},
                 {"fiscal_net_cost_wan_mean", "fiscal_net_cost"},
                 {"leverage_achieved_mean", "leverage_achieved"},
                 {"claim_rate", "claim_rate"},
                 {"mean_ticket_wan", "mean_ticket"}};
    struct sheet summary = table(state, PS_RESULT_summary);
    struct sheet tails = table(state, PS_RESULT_quantiles), all = table(state, PS_RESULT_metrics);
    for (size_t row = 1; row < summary.rows_n; row++) {
        const char *id = sheet_at(&summary, row, "scenario_id");
        for (size_t i = 0; i < sizeof QUANTILES / sizeof *QUANTILES; i++) {
            const size_t at = sheet_row(
                &tails, SHEET_WHERE("scenario_id", id, "metric", QUANTILES[i].metric, "kind",
                                    QUANTILES[i].kind, "q_pct", QUANTILES[i].q_pct));
            assert_string_equal(sheet_at(&tails, at, "value"),
                                sheet_at(&summary, row, QUANTILES[i].column));
        }
        for (size_t i = 0; i < sizeof MEANS / sizeof *MEANS; i++) {
            const size_t at =
                sheet_row(&all, SHEET_WHERE("scenario_id", id, "metric", MEANS[i].metric));
            assert_string_equal(sheet_at(&all, at, "mean"),
                                sheet_at(&summary, row, MEANS[i].column));
        }
    }
    sheet_free(&summary);
    sheet_free(&tails);
    sheet_free(&all);
}

/* What stands last in the files that go by time or by worlds is the figure of the summary. */
static void test_ends_agree(void **state)
{
    struct sheet summary = table(state, PS_RESULT_summary), years = table(state, PS_RESULT_years);
    struct sheet months = table(state, PS_RESULT_timeline);
    struct sheet course = table(state, PS_RESULT_convergence);
    for (size_t row = 1; row < summary.rows_n; row++) {
        const char *id = sheet_at(&summary, row, "scenario_id");
        const char *depletion = sheet_at(&summary, row, "p_depletion");
        const char *target = sheet_at(&summary, row, "p_target_cumulative");
        const char *const *of_id = SHEET_WHERE("scenario_id", id);
        size_t last = 0;
        for (size_t r = sheet_next(&years, 0, of_id); r != 0; r = sheet_next(&years, r, of_id)) {
            last = r;
        }
        assert_string_equal(sheet_at(&years, last, "p_depleted_by"), depletion);
        assert_string_equal(sheet_at(&years, last, "p_target_by"), target);
        assert_close(sheet_sum(&years, "p_depleted_in", of_id),
                     sheet_number(&summary, row, "p_depletion"), 1e-9);
        assert_close(sheet_sum(&years, "compensation_wan_mean", of_id),
                     sheet_number(&summary, row, "compensation_gross_wan_mean"), 1e-8);
        const char *end = strcmp(id, "short") == 0 ? "73" : "120";
        const char *const *balance =
            SHEET_WHERE("scenario_id", id, "metric", "pool_balance", "month", end);
        assert_string_equal(sheet_at(&months, sheet_row(&months, balance), "mean"),
                            sheet_at(&summary, row, "pool_end_wan_mean"));
        const char *const *depleted =
            SHEET_WHERE("scenario_id", id, "metric", "p_depleted_by", "month", end);
        assert_string_equal(sheet_at(&months, sheet_row(&months, depleted), "mean"), depletion);
        const char *const *final =
            SHEET_WHERE("scenario_id", id, "metric", "p_depletion", "worlds", "4096");
        const size_t at = sheet_row(&course, final);
        assert_string_equal(sheet_at(&course, at, "estimate"), depletion);
        assert_string_equal(sheet_at(&course, at, "hi95"),
                            sheet_at(&summary, row, "p_depletion_hi95"));
    }
    sheet_free(&summary);
    sheet_free(&years);
    sheet_free(&months);
    sheet_free(&course);
}

static void test_flows_lose_nothing(void **state)
{
    static const char *const NODES[] = {"pool", "default"};
    struct sheet s = table(state, PS_RESULT_flows);
    for (size_t k = 0; k < IDS_N; k++) {
        for (size_t i = 0; i < 2; i++) {
            const char *const *into = SHEET_WHERE("scenario_id", IDS[k], "to", NODES[i]);
            const char *const *out = SHEET_WHERE("scenario_id", IDS[k], "from", NODES[i]);
            assert_close(sheet_sum(&s, "mean_wan", into), sheet_sum(&s, "mean_wan", out), 1e-8);
        }
        const char *const *lent =
            SHEET_WHERE("scenario_id", IDS[k], "from", "bank", "to", "borrower");
        const char *const *repaid =
            SHEET_WHERE("scenario_id", IDS[k], "metric", "principal_repaid");
        const char *const *lost =
            SHEET_WHERE("scenario_id", IDS[k], "metric", "defaulted_exposure");
        assert_close(sheet_sum(&s, "mean_wan", lent),
                     sheet_sum(&s, "mean_wan", repaid) + sheet_sum(&s, "mean_wan", lost), 1e-8);
    }
    sheet_free(&s);
}

static void test_quantiles_are_ordered(void **state)
{
    struct sheet s = table(state, PS_RESULT_quantiles);
    for (size_t row = 1; row < s.rows_n; row++) {
        if (sheet_at(&s, row, "value")[0] == '\0') {
            assert_string_equal(sheet_at(&s, row, "note"), "too_few_worlds");
            continue;
        }
        const double value = sheet_number(&s, row, "value");
        assert_true(sheet_number(&s, row, "lo95") <= value);
        assert_true(sheet_number(&s, row, "hi95") >= value);
        const int follows = strcmp(sheet_at(&s, row, "kind"), "quantile") == 0 &&
                            strcmp(sheet_at(&s, row, "q_pct"), "1") != 0;
        if (follows) {
            assert_true(sheet_number(&s, row - 1, "value") <= value);
        }
    }
    /* Of 4,096 worlds 4 lie beyond 99.9 %, 20 beyond 99.5 %. */
    const char *const *q999 = SHEET_WHERE("scenario_id", "baseline", "metric", "loss_total", "kind",
                                          "quantile", "q_pct", "99.9");
    const char *const *q995 = SHEET_WHERE("scenario_id", "baseline", "metric", "loss_total", "kind",
                                          "quantile", "q_pct", "99.5");
    assert_string_equal(sheet_at(&s, sheet_row(&s, q999), "note"), "too_few_worlds");
    assert_string_equal(sheet_at(&s, sheet_row(&s, q995), "note"), "");
    sheet_free(&s);
}

static void test_exceedance_falls(void **state)
{
    struct sheet s = table(state, PS_RESULT_exceedance);
    for (size_t row = 1; row < s.rows_n; row++) {
        const double p = sheet_number(&s, row, "probability");
        assert_close(p, sheet_number(&s, row, "worlds_n") / WORLDS_N, 1e-9);
        assert_true(sheet_number(&s, row, "lo95") < p || p == 0);
        assert_true(sheet_number(&s, row, "hi95") > p || p == 1);
        if (row > 1 && strcmp(sheet_at(&s, row, "metric"), sheet_at(&s, row - 1, "metric")) == 0) {
            assert_true(sheet_number(&s, row - 1, "threshold") <
                        sheet_number(&s, row, "threshold"));
            assert_true(sheet_number(&s, row - 1, "probability") >= p);
        }
    }
    sheet_free(&s);
}

/* An event that never happened is told by its upper bound. */
static void test_zero_events(void **state)
{
    struct sheet s = table(state, PS_RESULT_summary);
    const size_t row = sheet_row(&s, SHEET_WHERE("scenario_id", "ample"));
    assert_string_equal(sheet_at(&s, row, "p_depletion"), "0");
    assert_string_equal(sheet_at(&s, row, "p_depletion_lo95"), "0");
    assert_close(sheet_number(&s, row, "p_depletion_hi95"), 1 - pow(0.025, 1.0 / WORLDS_N), 1e-9);
    assert_close(sheet_number(&s, row, "p_depletion_upper95"), 1 - pow(0.05, 1.0 / WORLDS_N), 1e-9);
    sheet_free(&s);
}

/* Scalars that all share are not repeated; what varies is there for every scenario. */
static void test_resolved(void **state)
{
    struct sheet s = table(state, PS_RESULT_scenarios_resolved);
    const char *const *first = SHEET_WHERE("scenario_id", "baseline", "table", "scenarios");
    assert_int_equal(sheet_count(&s, first), ps_table_desc(PS_TABLE_scenarios)->columns_n);
    const size_t reference =
        sheet_row(&s, SHEET_WHERE("scenario_id", "ample", "table", "scenarios", "row_id", "*"));
    assert_string_equal(sheet_at(&s, reference, "value"), "baseline");
    const size_t pool = sheet_row(&s, SHEET_WHERE("scenario_id", "ample", "table", "scenarios",
                                                  "parameter", "pool_initial_wan"));
    assert_string_equal(sheet_at(&s, pool, "value"), "50000");
    assert_string_equal(sheet_at(&s, pool, "unit"), "wan");
    assert_int_equal(
        sheet_count(&s, SHEET_WHERE("scenario_id", "ample", "parameter", "start_year")), 0);
    assert_int_equal(
        sheet_count(&s, SHEET_WHERE("scenario_id", "ample", "parameter", "horizon_months")), 1);
    assert_int_equal(
        sheet_count(&s, SHEET_WHERE("scenario_id", "short", "parameter", "horizon_months")), 1);
    sheet_free(&s);
}

/* Two of the three scenarios draw the same worlds. */
static void test_manifest(void **state)
{
    static const char *const PARTS[] = {"\"seed\": \"7\"",
                                        "\"worlds\": 4096",
                                        "\"worlds_drawn\": 8192",
                                        "\"families\": 2",
                                        "\"name\": \"pool_initial_wan\"",
                                        "\"value\": \"50000\"",
                                        "\"path\": \"years.csv\""};
    const struct run *run = *state;
    size_t n;
    char *text = sheet_bytes(run->folder, "manifest.json", &n);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        if (strstr(text, PARTS[i]) == NULL) {
            fail_msg("no %s", PARTS[i]);
        }
    }
    assert_null(strstr(text, "\"created\"")); /* no time was given */
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_files_with_their_columns),
        cmocka_unit_test(test_numbers_of_rows),
        cmocka_unit_test(test_summary_columns),
        cmocka_unit_test(test_histogram_adds_up),
        cmocka_unit_test(test_contributions_add_up),
        cmocka_unit_test(test_files_agree),
        cmocka_unit_test(test_ends_agree),
        cmocka_unit_test(test_flows_lose_nothing),
        cmocka_unit_test(test_quantiles_are_ordered),
        cmocka_unit_test(test_exceedance_falls),
        cmocka_unit_test(test_zero_events),
        cmocka_unit_test(test_resolved),
        cmocka_unit_test(test_manifest),
    };
    return cmocka_run_group_tests(tests, make_run, drop_run);
}
