// SPDX-License-Identifier: GPL-3.0-or-later
// The parameter table: every column has a field, a default that is read, and names that are unique.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/book/book_internal.h"
#include "pledgesim/models.h"
#include "pledgesim/ranges.h"

static size_t field_bytes(const struct ps_column_desc *column)
{
    switch (column->kind) {
    case PS_KIND_TEXT:
        return PS_LABEL_BYTES;
    case PS_KIND_ID:
    case PS_KIND_REF:
        return PS_ID_BYTES;
    default:
        return 8;
    }
}

/* A text that every column of the kind takes. */
static const char *sample(const struct ps_column_desc *column)
{
    size_t n = 0;
    if (column->kind == PS_KIND_CHOICE) {
        return ps_choice_list(column->choice, &n)[0].text;
    }
    return column->highest[0] != '\0' ? column->highest : "1";
}

static void for_each(void (*check)(const struct ps_table_desc *, const struct ps_column_desc *))
{
    for (int t = 0; t < PS_TABLE_N; t++) {
        const struct ps_table_desc *desc = ps_table_desc((enum ps_table)t);
        for (size_t i = 0; i < desc->columns_n; i++) {
            check(desc, &desc->columns[i]);
        }
    }
}

/* ---- defaults ---- */

static void check_default_is_read(const struct ps_table_desc *desc,
                                  const struct ps_column_desc *column)
{
    (void)desc;
    const char *preset = column->preset;
    if (preset[0] == '\0' || preset[0] == '=' || strcmp(preset, "-") == 0) {
        return;
    }
    struct ps_diags diags = {0};
    struct ps_value value;
    assert_true(ps_value_parse(column, PS_UNIT_NONE, preset, preset, NULL, &diags, &value));
    assert_int_equal(diags.n, 0);
    char text[PS_LABEL_BYTES];
    ps_value_text(column, &value, text);
    assert_string_equal(text, strcmp(preset, "rest") == 0 ? "" : preset);
}

static void test_each_default_is_read_and_written_as_it_stands(void **state)
{
    (void)state;
    for_each(check_default_is_read);
}

/* Every byte of every field is set, and no member of the struct lies between the fields. */
static void test_defaults_fill_the_whole_row(void **state)
{
    (void)state;
    for (int t = 0; t < PS_TABLE_N; t++) {
        const struct ps_table_desc *desc = ps_table_desc((enum ps_table)t);
        unsigned char *rows[2];
        for (int k = 0; k < 2; k++) {
            rows[k] = malloc(desc->row_bytes);
            assert_non_null(rows[k]);
            memset(rows[k], k == 0 ? 0xA5 : 0x5A, desc->row_bytes);
            for (size_t i = 0; i < desc->columns_n; i++) {
                const struct ps_column_desc *column = &desc->columns[i];
                struct ps_diags diags = {0};
                struct ps_value value = {0};
                if (column->preset[0] == '\0') {
                    assert_true(ps_value_parse(column, PS_UNIT_NONE, sample(column), sample(column),
                                               NULL, &diags, &value));
                } else if (column->preset[0] != '=') {
                    ps_value_preset(column, &value);
                }
                ps_value_store(column, &value, rows[k]);
                ps_diags_free(&diags);
            }
        }
        assert_memory_equal(rows[0], rows[1], desc->row_bytes);
        free(rows[0]);
        free(rows[1]);
    }
}

static void check_not_given(const struct ps_table_desc *desc, const struct ps_column_desc *column)
{
    (void)desc;
    struct ps_value value;
    char text[PS_LABEL_BYTES];
    if (strcmp(column->preset, "-") != 0) {
        return;
    }
    ps_value_preset(column, &value);
    if (ps_kind_is_text(column->kind)) {
        assert_string_equal(value.text, "");
    } else if (ps_kind_is_real(column->kind)) {
        assert_true(isnan(value.real));
    } else {
        assert_true(value.whole == PS_NOT_GIVEN);
    }
    ps_value_text(column, &value, text);
    assert_string_equal(text, "");
}

static void test_what_may_be_left_out_says_so(void **state)
{
    (void)state;
    for_each(check_not_given);
}

static void check_follows(const struct ps_table_desc *desc, const struct ps_column_desc *column)
{
    if (column->preset[0] != '=') {
        return;
    }
    const int of_segment = strcmp(column->preset, "=segment") == 0;
    const struct ps_column_desc *other =
        of_segment ? ps_column_find(PS_TABLE_segments, column->column)
                   : ps_column_find(PS_TABLE_scenarios, column->preset + 1);
    assert_non_null(other);
    assert_int_equal(other->kind, column->kind);
    assert_int_equal(other->choice, column->choice);
    assert_true(!of_segment || strcmp(desc->name, "loans") == 0);
    /* Tables are shared by what they follow, compared as numbers. */
    assert_true(of_segment || !ps_kind_is_text(column->kind));
}

static void test_followed_columns_exist_and_are_of_the_same_kind(void **state)
{
    (void)state;
    for_each(check_follows);
}

/* ---- shape ---- */

static void check_shape(const struct ps_table_desc *desc, const struct ps_column_desc *column)
{
    assert_true(column->offset + field_bytes(column) <= desc->row_bytes);
    assert_int_equal(column->kind == PS_KIND_CHOICE, column->choice != PS_CHOICE_none);
    assert_int_equal(column->kind == PS_KIND_REF, column->ref != PS_TABLE_N);
    assert_true(column->mark[0] == '[');
    assert_true(column->doc[PS_LANG_ZH][0] != '\0' && column->doc[PS_LANG_EN][0] != '\0');
    for (const char *p = column->column; *p != '\0'; p++) {
        assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_');
    }
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *other = &desc->columns[i];
        if (other != column) {
            assert_string_not_equal(other->column, column->column);
            assert_string_not_equal(other->doc[PS_LANG_ZH], column->doc[PS_LANG_ZH]);
            assert_true(other->offset != column->offset);
        }
    }
}

static void test_columns_have_names_docs_and_fields_of_their_own(void **state)
{
    (void)state;
    for_each(check_shape);
    for (int t = 0; t < PS_TABLE_N; t++) {
        assert_int_equal(ps_table_desc((enum ps_table)t)->columns[0].offset, 0);
    }
}

static void check_bounds(const struct ps_table_desc *desc, const struct ps_column_desc *column)
{
    (void)desc;
    const int is_number = ps_kind_is_real(column->kind) || column->kind == PS_KIND_COUNT ||
                          column->kind == PS_KIND_FEN || column->kind == PS_KIND_PPM ||
                          column->kind == PS_KIND_TIMES;
    assert_int_equal(is_number, column->lowest[0] != '\0');
    assert_int_equal(is_number, column->highest[0] != '\0');
    const char *const bounds[] = {column->lowest, column->highest};
    for (int i = 0; is_number && i < 2; i++) {
        struct ps_diags diags = {0};
        struct ps_value value;
        assert_true(
            ps_value_parse(column, PS_UNIT_NONE, bounds[i], bounds[i], NULL, &diags, &value));
        assert_int_equal(diags.errors_n, 0);
        ps_diags_free(&diags);
    }
}

static void test_numbers_and_only_numbers_have_bounds_and_take_them(void **state)
{
    (void)state;
    for_each(check_bounds);
}

/* ---- choices ---- */

static void test_choices_are_numbered_as_the_enums_say(void **state)
{
    (void)state;
    size_t n = 0;
#define PS_CHOICE(list, symbol, text_, en, zh)                                                     \
    assert_string_equal(ps_choice_list(PS_CHOICE_##list, &n)[symbol].text, text_);                 \
    assert_true((size_t)(symbol) < n);
#include "pledgesim/choices.def"
#undef PS_CHOICE
}

static void test_choices_of_the_registry_are_its_models_in_order(void **state)
{
    (void)state;
    size_t n = 0;
    int models_n = 0;
    const struct ps_choice_desc *choices = ps_choice_list(PS_CHOICE_dependence, &n);
    const struct ps_dependence *const *models = ps_models_dependence(&models_n);
    assert_int_equal(n, models_n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(choices[i].text, models[i]->model.name);
        assert_ptr_equal(ps_choice_doc(&choices[i], PS_LANG_ZH), models[i]->model.doc[PS_LANG_ZH]);
    }
    assert_non_null(ps_choice_list(PS_CHOICE_topup, &n));
    assert_int_equal(n, 3);
    assert_non_null(ps_choice_list(PS_CHOICE_pay_mode, &n));
    assert_int_equal(n, 2);
    assert_non_null(ps_choice_list(PS_CHOICE_breaker_metric, &n));
    assert_int_equal(n, 2);
    assert_null(ps_choice_list(PS_CHOICE_none, &n));
    assert_int_equal(n, 0);
}

/* ---- units and texts of values ---- */

static void check_value(const char *column_name, enum ps_table table, const char *text,
                        const char *written)
{
    const struct ps_column_desc *column = ps_column_find(table, column_name);
    struct ps_diags diags = {0};
    struct ps_value value;
    char out[PS_LABEL_BYTES];
    assert_non_null(column);
    assert_true(ps_value_parse(column, PS_UNIT_NONE, text, text, NULL, &diags, &value));
    ps_value_text(column, &value, out);
    assert_string_equal(out, written);
    ps_diags_free(&diags);
}

static void test_values_are_written_in_the_unit_of_their_column(void **state)
{
    (void)state;
    check_value("pool_initial_wan", PS_TABLE_scenarios, "1.5亿", "15000");
    check_value("pool_initial_wan", PS_TABLE_scenarios, "0.000001", "0.000001");
    check_value("pool_initial_wan", PS_TABLE_scenarios, "1000.50", "1000.5");
    check_value("pool_initial_wan", PS_TABLE_scenarios, "9999999.999999", "9999999.999999");
    check_value("pool_interest_pct", PS_TABLE_scenarios, "15‰", "1.5");
    check_value("leverage", PS_TABLE_scenarios, "10倍", "10");
    check_value("index_correlation", PS_TABLE_scenarios, "-0.10", "-0.1");
    check_value("index_correlation", PS_TABLE_scenarios, "1e-7", "0.0000001");
    check_value("runoff_months", PS_TABLE_scenarios, "5年", "60");
    check_value("pd_pct", PS_TABLE_segments, "7", "7");
    check_value("pd_pct", PS_TABLE_segments, "0.07%", "0.07");
    check_value("pd_pct", PS_TABLE_segments, "33.3333333333333", "33.3333333333333");
    check_value("share_pct", PS_TABLE_segments, "0", "0");
    check_value("year", PS_TABLE_demand, "2021年", "2021");
    check_value("factor_step_months", PS_TABLE_scenarios, "12", "12");
    check_value("carry_unpaid", PS_TABLE_scenarios, "yes", "1");
}

static void test_units_follow_from_names(void **state)
{
    (void)state;
    static const struct {
        enum ps_table table;
        const char *column, *zh;
    } ROWS[] = {
        {PS_TABLE_scenarios, "pool_initial_wan", "万元"}, {PS_TABLE_scenarios, "leverage", "倍"},
        {PS_TABLE_scenarios, "runoff_months", "个月"},    {PS_TABLE_scenarios, "start_month", "月"},
        {PS_TABLE_scenarios, "start_year", "年"},         {PS_TABLE_scenarios, "phi_annual", ""},
        {PS_TABLE_segments, "amount_median_wan", "万元"}, {PS_TABLE_segments, "pd_pct", "%"},
        {PS_TABLE_loans, "months_left", "个月"},          {PS_TABLE_banks, "bank_id", ""},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct ps_column_desc *column = ps_column_find(ROWS[i].table, ROWS[i].column);
        assert_non_null(column);
        assert_string_equal(ps_column_unit(column, PS_LANG_ZH), ROWS[i].zh);
    }
}

/* Of a number of its own column, inside its bounds, which differ; relative ones only of money. */
static void test_plausible_ranges_are_values_of_their_columns(void **state)
{
    (void)state;
    size_t n;
    const struct ps_plausible *ranges = ps_plausible_all(&n);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++) {
        const struct ps_column_desc *column = ps_plausible_column(&ranges[i]);
        assert_non_null(column);
        assert_ptr_equal(ps_plausible_find(ranges[i].column), &ranges[i]);
        assert_ptr_equal(ps_plausible_find(column->doc[PS_LANG_ZH]), &ranges[i]);
        assert_true(strstr(ranges[i].mark, "[assumption") == ranges[i].mark ||
                    strstr(ranges[i].mark, "[found: ") == ranges[i].mark);
        assert_true(ranges[i].doc[PS_LANG_ZH][0] != '\0' && ranges[i].doc[PS_LANG_EN][0] != '\0');
        if (ps_plausible_relative(&ranges[i])) {
            assert_int_equal(column->kind, PS_KIND_FEN);
            continue;
        }
        struct ps_diags diags = {0};
        struct ps_value low, high;
        assert_true(
            ps_value_parse(column, PS_UNIT_NONE, ranges[i].low, ranges[i].low, NULL, &diags, &low));
        assert_true(ps_value_parse(column, PS_UNIT_NONE, ranges[i].high, ranges[i].high, NULL,
                                   &diags, &high));
        assert_int_equal(diags.n, 0);
        assert_true(ps_kind_is_real(column->kind) ? low.real < high.real : low.whole < high.whole);
    }
    assert_null(ps_plausible_find("target_wan"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_default_is_read_and_written_as_it_stands),
        cmocka_unit_test(test_defaults_fill_the_whole_row),
        cmocka_unit_test(test_what_may_be_left_out_says_so),
        cmocka_unit_test(test_followed_columns_exist_and_are_of_the_same_kind),
        cmocka_unit_test(test_columns_have_names_docs_and_fields_of_their_own),
        cmocka_unit_test(test_numbers_and_only_numbers_have_bounds_and_take_them),
        cmocka_unit_test(test_choices_are_numbered_as_the_enums_say),
        cmocka_unit_test(test_choices_of_the_registry_are_its_models_in_order),
        cmocka_unit_test(test_values_are_written_in_the_unit_of_their_column),
        cmocka_unit_test(test_units_follow_from_names),
        cmocka_unit_test(test_plausible_ranges_are_values_of_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
