// SPDX-License-Identifier: GPL-3.0-or-later
// Books that are right: what their cells become. What is wrong with books: test_bad.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bookfolder.h"

/* The resolved value of a cell; `row` is "" for scenarios.csv. */
static const struct ps_resolved *resolved(const struct loaded *l, size_t scenario,
                                          enum ps_table table, const char *row, const char *column)
{
    for (size_t i = 0; i < l->book.resolved_n; i++) {
        const struct ps_resolved *r = &l->book.resolved[i];
        if (r->scenario == scenario && r->column->table == table && strcmp(r->row_id, row) == 0 &&
            strcmp(r->column->column, column) == 0) {
            return r;
        }
    }
    fail_msg("nothing resolved for %s.%s", row, column);
    return NULL;
}

static void assert_resolved(const struct loaded *l, size_t scenario, enum ps_table table,
                            const char *row, const char *column, const char *value,
                            const char *origin)
{
    const struct ps_resolved *r = resolved(l, scenario, table, row, column);
    assert_string_equal(r->value, value);
    assert_string_equal(r->origin, origin);
}

/* ---- values ---- */

static void test_cells_become_typed_values(void **state)
{
    (void)state;
    struct loaded l = load(BASE, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.diags.n, 0);
    assert_string_equal(l.book.name, "base");
    assert_int_equal(l.book.scenarios_n, 2);
    const struct ps_scenario *s = &l.book.scenarios[0];
    assert_string_equal(s->p.scenario_id, "base");
    assert_string_equal(s->p.label, "基准");
    assert_int_equal(s->p.pool_initial_fen, 1000 * 1000000LL);
    assert_int_equal(s->p.leverage_ppm, 10000000);
    assert_int_equal(s->p.horizon_months, 24);
    assert_int_equal(s->p.pool_interest_ppm, 15000);
    assert_int_equal(s->p.breaker_scope, PS_BREAKER_POOL);
    assert_int_equal(s->segments_n, 2);
    assert_true(fabs(s->segments[0].pd_frac - 0.03) < 1e-18);
    assert_int_equal(s->products[0].pool_share_ppm, 700000);
    assert_int_equal(s->products[1].bank_share_ppm, 500000);
    assert_int_equal(s->loans_n, 1);
    assert_true(s->loans[0].pledged_value_fen == PS_NOT_GIVEN);
    assert_true(isnan(s->loans[0].recovery_frac));
    assert_int_equal(s->clusters_n, 2);
    assert_string_equal(s->cluster_ids[0], "equip");
    assert_true(fabs(s->index_correlation[1] - 0.5) < 1e-18);
    unload(&l);
}

static void test_empty_cells_take_what_they_follow(void **state)
{
    (void)state;
    struct loaded l = load(BASE, "base", "trigger_months=5");
    assert_int_equal(l.status, PS_OK);
    const struct ps_scenario *s = &l.book.scenarios[0];
    assert_int_equal(s->products[0].trigger_months, 5);
    assert_int_equal(s->pools[0].initial_fen, s->p.pool_initial_fen);
    assert_true(fabs(s->loans[0].pd_frac - 0.03) < 1e-18);
    assert_true(fabs(s->loans[0].correlation - 0.1) < 1e-18);
    assert_resolved(&l, 0, PS_TABLE_products, "direct", "trigger_months", "5", "=trigger_months");
    unload(&l);
}

static void test_a_row_inherits_from_its_base(void **state)
{
    (void)state;
    struct loaded l = load(BASE, NULL, NULL);
    const struct ps_scenario *more = &l.book.scenarios[1];
    assert_string_equal(more->p.base, "base");
    assert_int_equal(more->p.horizon_months, 24);
    assert_int_equal(more->p.pool_initial_fen, 2000 * 1000000LL);
    assert_resolved(&l, 1, PS_TABLE_scenarios, "", "horizon_months", "24", "scenarios.csv!D2");
    assert_resolved(&l, 1, PS_TABLE_scenarios, "", "pool_initial_wan", "2000", "scenarios.csv!F3");
    assert_resolved(&l, 1, PS_TABLE_scenarios, "", "pd_multiplier", "1", "default");
    assert_resolved(&l, 0, PS_TABLE_products, "three", "guarantor_share_pct", "20",
                    "products.csv!F3");
    assert_resolved(&l, 0, PS_TABLE_correlations, "soft", "cluster_id", "0.5 1",
                    "correlations.csv");
    unload(&l);
}

static void test_a_chain_of_bases_may_stand_in_any_order(void **state)
{
    (void)state;
    const struct text_file files[] = {{"scenarios", "scenario_id,base,horizon_months,leverage\n"
                                                    "c,b,,\nb,a,,7\na,,24,5\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios[0].p.leverage_ppm, 7000000);
    assert_int_equal(l.book.scenarios[0].p.horizon_months, 24);
    assert_int_equal(l.book.scenarios[2].p.leverage_ppm, 5000000);
    unload(&l);
    drop_folder(folder);
}

static void test_equal_tables_are_shared(void **state)
{
    (void)state;
    struct loaded l = load(BASE, NULL, NULL);
    assert_ptr_equal(l.book.scenarios[0].segments, l.book.scenarios[1].segments);
    assert_ptr_equal(l.book.scenarios[0].loans, l.book.scenarios[1].loans);
    assert_ptr_equal(l.book.scenarios[0].index_correlation, l.book.scenarios[1].index_correlation);
    assert_ptr_not_equal(l.book.scenarios[0].pools, l.book.scenarios[1].pools);
    assert_resolved(&l, 1, PS_TABLE_segments, "*", "segment_id", "base", "same table as scenario");
    unload(&l);
}

static void test_the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"banks", "share_pct,bank_id,label\n50,b2,乙行\n50,b1,甲行\n"},
        {"demand", "year,new_firms_n\n2022,11\n2021,6\n"},
        {"correlations", "cluster_id,soft,equip\nsoft,1,0.5\nequip,0.5,1\n"}};
    char folder[32];
    make_folder(folder, files, 3);
    struct loaded a = load(BASE, NULL, NULL);
    struct loaded b = load(folder, NULL, NULL);
    assert_int_equal(b.status, PS_OK);
    const struct ps_scenario *x = &a.book.scenarios[0];
    const struct ps_scenario *y = &b.book.scenarios[0];
    assert_memory_equal(x->banks, y->banks, 2 * sizeof *x->banks);
    assert_memory_equal(x->demand, y->demand, 2 * sizeof *x->demand);
    assert_memory_equal(x->index_correlation, y->index_correlation, 4 * sizeof(double));
    unload(&a);
    unload(&b);
    drop_folder(folder);
}

/* ---- sweeps, --set, --only ---- */

static void test_a_sweep_names_its_scenarios(void **state)
{
    (void)state;
    struct loaded l = load(BASE, "base", "pool_initial_wan=0.05亿:0.1亿:0.025亿");
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios_n, 3);
    assert_string_equal(l.book.scenarios[0].p.scenario_id, "base@pool_initial_wan=500");
    assert_string_equal(l.book.scenarios[1].p.scenario_id, "base@pool_initial_wan=750");
    assert_string_equal(l.book.scenarios[2].p.scenario_id, "base@pool_initial_wan=1000");
    assert_int_equal(l.book.scenarios[1].pools[0].initial_fen, 750 * 1000000LL);
    assert_resolved(&l, 1, PS_TABLE_scenarios, "", "pool_initial_wan", "750", "--set");
    unload(&l);
}

/* The text of the first argument of the first diagnostic of a kind. */
static const char *first_arg(const struct loaded *l, enum ps_diag_code code)
{
    for (size_t i = 0; i < l->diags.n; i++) {
        if (l->diags.items[i].code == code) {
            return l->diags.items[i].args[0];
        }
    }
    fail_msg("not told: %s", ps_diag_kind(code)->code);
    return "";
}

static void test_the_label_tells_what_was_swept(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"scenarios", "scenario_id,label,horizon_months,leverage,pay_mode\n"
                      "a,基准情景,24,8|10,先补偿|后补偿\n"
                      "b,,24,8|10,\n"
                      "c,单一,24,8,\n"
                      "d,长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长"
                      "长长长长长长长长长长长长长长长长长长长长长长长长长长,24,8|10,\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios_n, 9);
    const struct ps_scenario *s = l.book.scenarios;
    assert_string_equal(s[0].p.label, "基准情景 [leverage=8, pay_mode=prepay]");
    assert_string_equal(s[3].p.label, "基准情景 [leverage=10, pay_mode=net_loss]");
    assert_string_equal(s[4].p.label, "");
    assert_string_equal(s[6].p.label, "单一");
    const size_t n = strlen(s[8].p.label);
    assert_true(n < PS_LABEL_BYTES && n > PS_LABEL_BYTES - 4);
    assert_string_equal(s[8].p.label + n - strlen("长 [leverage=10]"), "长 [leverage=10]");
    unload(&l);
    drop_folder(folder);
}

static void test_short_words_stand_for_choices(void **state)
{
    (void)state;
    struct loaded l = load(BASE, "base", "topup=不补充|定额|补足");
    assert_int_equal(l.book.scenarios_n, 0); /* 补足 needs a balance: M014 */
    assert_int_equal(told(&l, PS_DIAG_CHOICE_UNKNOWN), 0);
    unload(&l);
    l = load(BASE, "base", "breaker_scope=关闭|全池|分银行");
    assert_int_equal(l.status, PS_OK);
    assert_string_equal(l.book.scenarios[0].p.scenario_id, "base@breaker_scope=off");
    assert_string_equal(l.book.scenarios[2].p.scenario_id, "base@breaker_scope=bank");
    unload(&l);
    l = load(BASE, "base", "pay_mode=先垫付");
    assert_non_null(strstr(first_arg(&l, PS_DIAG_CHOICE_UNKNOWN), "prepay（先补偿"));
    unload(&l);
#define PS_ALIAS(list, text, alias)                                                                \
    assert_string_equal(ps_choice_of_alias(PS_CHOICE_##list, alias), text);
#include "pledgesim/aliases.def"
#undef PS_ALIAS
}

static void test_missing_years_are_told_together(void **state)
{
    (void)state;
    const struct text_file files[] = {{"demand", "year,new_firms_n\n2021,6\n2025,6\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, "base", "horizon_months=84");
    assert_int_equal(told(&l, PS_DIAG_DEMAND_YEAR), 1);
    assert_string_equal(first_arg(&l, PS_DIAG_DEMAND_YEAR), "2022-2024, 2026-2027");
    unload(&l);
    drop_folder(folder);
}

static void test_sweeps_of_several_columns_make_a_grid(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"scenarios", "scenario_id,horizon_months,leverage,products.three.pool_share_pct,pay_mode\n"
                      "g,24,8|10,,prepay|net_loss\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, "products.direct.share_pct=70");
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios_n, 4);
    assert_string_equal(l.book.scenarios[0].p.scenario_id, "g@leverage=8@pay_mode=prepay");
    assert_string_equal(l.book.scenarios[1].p.scenario_id, "g@leverage=8@pay_mode=net_loss");
    assert_string_equal(l.book.scenarios[2].p.scenario_id, "g@leverage=10@pay_mode=prepay");
    unload(&l);
    l = load(folder, "g@leverage=10@pay_mode=prepay", NULL);
    assert_int_equal(l.book.scenarios_n, 1);
    assert_int_equal(l.book.scenarios[0].p.leverage_ppm, 10000000);
    unload(&l);
    drop_folder(folder);
}

static void test_set_is_last_and_ends_a_sweep(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"scenarios", "scenario_id,horizon_months,pool_initial_wan\na,24,500:5000:500\nb,24,7\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, "资金池初始规模（亿元）=0.3");
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios_n, 2);
    assert_int_equal(l.book.scenarios[0].p.pool_initial_fen, 3000 * 1000000LL);
    assert_int_equal(l.book.scenarios[1].p.pool_initial_fen, 3000 * 1000000LL);
    unload(&l);
    drop_folder(folder);
}

static void test_overrides_change_one_cell_of_one_scenario(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"scenarios", "scenario_id,horizon_months,demand.2022.新增企业数(户),loans.l1.amount_wan\n"
                      "a,24,,\nb,24,3.5,250\n"}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    assert_true(fabs(l.book.scenarios[0].demand[1].new_firms_n - 11) < 1e-12);
    assert_true(fabs(l.book.scenarios[1].demand[1].new_firms_n - 3.5) < 1e-12);
    assert_int_equal(l.book.scenarios[1].loans[0].amount_wan, 250);
    assert_resolved(&l, 1, PS_TABLE_demand, "2022", "new_firms_n", "3.5", "scenarios.csv!C3");
    assert_resolved(&l, 1, PS_TABLE_loans, "l1", "amount_wan", "250", "scenarios.csv!D3");
    unload(&l);
    drop_folder(folder);
}

/* ---- tables that are not there ---- */

static void test_a_file_alone_is_the_same_as_a_folder_with_it_alone(void **state)
{
    (void)state;
    struct loaded folder = load("scenarios/minimal", NULL, NULL);
    struct loaded file = load("scenarios/minimal/scenarios.csv", NULL, NULL);
    assert_int_equal(folder.status, PS_OK);
    assert_int_equal(file.status, PS_OK);
    assert_string_equal(folder.book.name, "minimal");
    assert_string_equal(file.book.name, "scenarios");
    assert_int_equal(told(&folder, PS_DIAG_TABLES_BUILT_IN), 1);
    assert_int_equal(told(&file, PS_DIAG_TABLES_BUILT_IN), 1);
    assert_int_equal(folder.diags.warnings_n, 0);
    assert_true(folder.book.scenarios_n > 0);
    const struct ps_scenario *a = &folder.book.scenarios[0];
    const struct ps_scenario *b = &file.book.scenarios[0];
    assert_true(a->segments_n > 0 && a->demand_n > 0 && a->loans_n > 0);
    assert_int_equal(a->segments_n, b->segments_n);
    assert_memory_equal(a->segments, b->segments, a->segments_n * sizeof *a->segments);
    unload(&folder);
    unload(&file);
}

static void test_a_tape_without_demand_is_a_static_book(void **state)
{
    (void)state;
    const struct text_file files[] = {{"demand", ""}};
    char folder[32];
    make_folder(folder, files, 1);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios[0].demand_n, 0);
    assert_int_equal(l.book.scenarios[0].loans_n, 1);
    assert_int_equal(told(&l, PS_DIAG_TABLES_EMPTY), 1);
    unload(&l);
    drop_folder(folder);
}

static void test_one_pool_and_one_bank_stand_in_for_absent_ones(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"pools", "pool_id\n"},
        {"banks", "bank_id,share_pct\n"},
        {"products", "product_id,share_pct,pool_share_pct\ndirect,100,70\n"},
        {"topups", ""},
        {"loans", "loan_id,segment_id,amount_wan,months_left\nl1,s1,100,6\n"}};
    char folder[32];
    make_folder(folder, files, 5);
    struct loaded l = load(folder, "base", NULL);
    assert_int_equal(l.status, PS_OK);
    const struct ps_scenario *s = &l.book.scenarios[0];
    assert_int_equal(s->pools_n, 1);
    assert_string_equal(s->pools[0].pool_id, "pool");
    assert_int_equal(s->pools[0].initial_fen, s->p.pool_initial_fen);
    assert_int_equal(s->pools[0].leverage_ppm, s->p.leverage_ppm);
    assert_int_equal(s->banks_n, 1);
    assert_string_equal(s->banks[0].bank_id, "bank");
    assert_true(s->banks[0].share_frac >= 1 && s->banks[0].share_frac <= 1);
    unload(&l);
    drop_folder(folder);
}

static void test_standard_input_is_a_book_but_has_no_folder(void **state)
{
    (void)state;
    char name[] = "/tmp/pledgesim-stdin-XXXXXX";
    static const char TEXT[] = "scenario_id,shocks_file\na,shocks.csv\n";
    const int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, TEXT, sizeof TEXT - 1), sizeof TEXT - 1);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(fd), 0);
    struct loaded l = load("-", NULL, NULL);
    assert_int_equal(l.status, PS_INPUT);
    assert_int_equal(l.diags.errors_n, 1);
    assert_int_equal(told(&l, PS_DIAG_FILE_STDIN), 1);
    unload(&l);
    assert_int_equal(unlink(name), 0);
}

/* ---- all problems at once ---- */

static void test_problems_of_all_tables_are_told_in_one_go(void **state)
{
    (void)state;
    const struct text_file files[] = {
        {"scenarios", "scenario_id,horizon_months,leverage\na,0,-1\n"},
        {"segments", "segment_id,cluster_id,ip_kind_id,share_pct,pd_pct\ns1,c,x,100,200\n"},
        {"banks", "bank_id,share_pct\nb1,50\nb1,50\n"},
        {"demand", "year,new_firm_n\n2021,6\n"},
        {"correlations", ""}};
    char folder[32];
    make_folder(folder, files, 5);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_INPUT);
    assert_int_equal(told(&l, PS_DIAG_VALUE_RANGE), 3);
    assert_int_equal(told(&l, PS_DIAG_REF_UNKNOWN), 1);
    assert_int_equal(told(&l, PS_DIAG_ID_DUPLICATE), 1);
    assert_int_equal(told(&l, PS_DIAG_COLUMN_UNKNOWN_NEAR), 1);
    assert_int_equal(l.diags.errors_n, 6);
    assert_null(l.book.scenarios);
    unload(&l);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_become_typed_values),
        cmocka_unit_test(test_empty_cells_take_what_they_follow),
        cmocka_unit_test(test_a_row_inherits_from_its_base),
        cmocka_unit_test(test_a_chain_of_bases_may_stand_in_any_order),
        cmocka_unit_test(test_equal_tables_are_shared),
        cmocka_unit_test(test_the_order_of_rows_does_not_matter),
        cmocka_unit_test(test_a_sweep_names_its_scenarios),
        cmocka_unit_test(test_the_label_tells_what_was_swept),
        cmocka_unit_test(test_short_words_stand_for_choices),
        cmocka_unit_test(test_missing_years_are_told_together),
        cmocka_unit_test(test_sweeps_of_several_columns_make_a_grid),
        cmocka_unit_test(test_set_is_last_and_ends_a_sweep),
        cmocka_unit_test(test_overrides_change_one_cell_of_one_scenario),
        cmocka_unit_test(test_a_file_alone_is_the_same_as_a_folder_with_it_alone),
        cmocka_unit_test(test_a_tape_without_demand_is_a_static_book),
        cmocka_unit_test(test_one_pool_and_one_bank_stand_in_for_absent_ones),
        cmocka_unit_test(test_standard_input_is_a_book_but_has_no_folder),
        cmocka_unit_test(test_problems_of_all_tables_are_told_in_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
