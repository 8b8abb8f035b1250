// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pledgesim/diag.h"

/* Every kind is complete, its code unique and of the form "F001", and its severity that of its
 * section. */
static void test_kinds(void **state)
{
    (void)state;
    for (int i = 0; i < PS_DIAG_N; i++) {
        const struct ps_diag_kind *kind = ps_diag_kind((enum ps_diag_code)i);
        assert_int_equal(strlen(kind->code), 4);
        assert_in_range(kind->code[0], 'A', 'Z');
        assert_int_equal(strspn(kind->code + 1, "0123456789"), 3);
        const enum ps_severity severity = kind->code[0] == 'W'   ? PS_WARNING
                                          : kind->code[0] == 'I' ? PS_NOTE
                                                                 : PS_ERROR;
        assert_int_equal(kind->severity, severity);
        for (int lang = 0; lang < PS_LANG_N; lang++) {
            assert_true(*kind->rule[lang] != '\0');
            assert_true(*kind->hint[lang] != '\0');
            assert_true(*kind->explain[lang] != '\0');
        }
        assert_int_equal(ps_diag_find(kind->code), i);
    }
    assert_int_equal(ps_diag_find("f020"), PS_DIAG_ROW_SHORT);
    assert_int_equal(ps_diag_find("F02"), PS_DIAG_N);
    assert_int_equal(ps_diag_find("F0200"), PS_DIAG_N);
    assert_int_equal(ps_diag_find(""), PS_DIAG_N);
}

static void test_arguments(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    const struct ps_place place = {.file = "a.csv", .line = 3};
    ps_diags_add(&diags, PS_DIAG_ROW_SHORT, &place, "x",
                 (const char *const[]){"3", "{2}", "9", NULL});
    ps_diags_add(&diags, PS_DIAG_ROW_SHORT, NULL, NULL, NULL);
    char *text = ps_diag_rule(&diags.items[0], PS_LANG_EN);
    assert_string_equal(text, "row 3 has {2} cells, the header has 9");
    free(text);
    text = ps_diag_rule(&diags.items[0], PS_LANG_ZH);
    assert_string_equal(text, "第 3 行只有 {2} 个单元格，表头有 9 个");
    free(text);
    text = ps_diag_rule(&diags.items[1], PS_LANG_EN);
    assert_string_equal(text, "row  has  cells, the header has ");
    free(text);
    text = ps_diag_hint(&diags.items[0], PS_LANG_EN);
    assert_string_equal(text, ps_diag_kind(PS_DIAG_ROW_SHORT)->hint[PS_LANG_EN]);
    free(text);
    ps_diags_free(&diags);
    assert_int_equal(diags.n, 0);
}

/* What is added is copied: the caller's buffers may change. */
static void test_copies(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    char file[] = "a.csv", source[] = "1,2", value[] = "2";
    const struct ps_place place = {.file = file, .line = 1, .source = source};
    ps_diags_add(&diags, PS_DIAG_NUMBER_SYNTAX, &place, value, NULL);
    file[0] = source[0] = value[0] = '?';
    assert_string_equal(diags.items[0].place.file, "a.csv");
    assert_string_equal(diags.items[0].place.source, "1,2");
    assert_string_equal(diags.items[0].value, "2");
    ps_diags_free(&diags);
}

/* A long text is cut at a character: 16,384 is no multiple of three. */
static void test_long_text(void **state)
{
    (void)state;
    enum { N = 10000 };
    char *text = malloc(3 * N + 1);
    assert_non_null(text);
    for (size_t i = 0; i < N; i++) {
        memcpy(text + 3 * i, "万", 3);
    }
    text[3 * N] = '\0';
    struct ps_diags diags = {0};
    ps_diags_add(&diags, PS_DIAG_NUMBER_SYNTAX, NULL, text, NULL);
    assert_int_equal(strlen(diags.items[0].value), 16383);
    ps_diags_free(&diags);
    free(text);
}

static void add_at(struct ps_diags *diags, enum ps_diag_code code, const char *file, long line,
                   long column, const char *value)
{
    const struct ps_place place = {.file = file, .line = line, .column = column};
    ps_diags_add(diags, code, &place, value, NULL);
}

static void test_sort(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    add_at(&diags, PS_DIAG_NUMBER_SYNTAX, "b.csv", 1, 1, "7");
    add_at(&diags, PS_DIAG_NUMBER_SYNTAX, "a.csv", 10, 1, "6");
    add_at(&diags, PS_DIAG_NUMBER_SYNTAX, "a.csv", 2, 9, "5");
    add_at(&diags, PS_DIAG_NUMBER_SYNTAX, "a.csv", 2, 1, "3");
    add_at(&diags, PS_DIAG_ROW_SHORT, "a.csv", 2, 1, "2");
    add_at(&diags, PS_DIAG_NUMBER_SYNTAX, "a.csv", 2, 1, "4");
    add_at(&diags, PS_DIAG_FILE_EMPTY, NULL, 0, 0, "1");
    ps_diags_sort(&diags, 0);
    for (size_t i = 0; i < diags.n; i++) {
        assert_int_equal(diags.items[i].value[0], '1' + (int)i);
    }
    assert_int_equal(diags.n, 7);
    ps_diags_free(&diags);
}

/* Beyond the stored ones problems are counted, and notes never crowd out errors. */
static void test_flood(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    for (int i = 0; i < 3 * PS_DIAGS_STORED; i++) {
        ps_diags_add(&diags, PS_DIAG_READ_AS_GB18030, NULL, NULL, NULL);
    }
    ps_diags_add(&diags, PS_DIAG_FILE_EMPTY, NULL, NULL, NULL);
    assert_int_equal(diags.n, PS_DIAGS_STORED + 1);
    assert_int_equal(diags.notes_n, 3 * PS_DIAGS_STORED);
    assert_int_equal(diags.errors_n, 1);
    assert_int_equal(diags.items[diags.n - 1].code, PS_DIAG_FILE_EMPTY);
    assert_false(diags.out_of_memory);
    ps_diags_free(&diags);
}

static void test_cell_names(void **state)
{
    (void)state;
    static const struct {
        long field, row;
        const char *name;
    } CASES[] = {
        {1, 1, "A1"},    {3, 7, "C7"},     {26, 2, "Z2"},
        {27, 2, "AA2"},  {52, 2, "AZ2"},   {53, 2, "BA2"},
        {702, 9, "ZZ9"}, {703, 9, "AAA9"}, {16384, 1048576, "XFD1048576"},
        {3, 0, "C"},     {0, 0, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char buffer[32];
        const struct ps_place place = {.row = CASES[i].row, .field = CASES[i].field};
        assert_string_equal(ps_place_cell(&place, buffer), CASES[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_copies),     cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_sort),       cmocka_unit_test(test_flood),
        cmocka_unit_test(test_cell_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
