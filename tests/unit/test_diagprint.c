// SPDX-License-Identifier: GPL-3.0-or-later
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "pledgesim/diagprint.h"

static const struct ps_diag_style PLAIN_EN = {.lang = PS_LANG_EN, .limit = PS_DIAGPRINT_LIMIT};

/* The text of a closed memory stream, malloc'd. A copy: gcc 12 takes the stream's own buffer for
 * the address of the variable that holds it, and warns of dangling pointers. */
static char *taken(char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    free(text);
    return copy;
}

/* What is printed, malloc'd. */
static char *printed(const struct ps_diags *diags, const struct ps_diag_style *style)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    ps_diags_print(out, diags, style);
    assert_int_equal(fclose(out), 0);
    return taken(text);
}

static char *shown(const char *user_text, size_t max_width)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    ps_print_shown(out, user_text, max_width);
    assert_int_equal(fclose(out), 0);
    return taken(text);
}

static void expect_printed(const struct ps_place *place, const char *value,
                           const struct ps_diag_style *style, const char *expected)
{
    struct ps_diags diags = {0};
    ps_diags_add(&diags, PS_DIAG_NUMBER_SPACE, place, value, NULL);
    char *text = printed(&diags, style);
    assert_string_equal(text, expected);
    free(text);
    ps_diags_free(&diags);
}

#define RULE_EN "there is a space inside the number\n  hint: remove the space\n"
#define COUNT_EN "1 error, 0 warnings, 0 notes.\n"

static void test_whole(void **state)
{
    (void)state;
    const struct ps_place place = {
        .file = "p.csv", .line = 3, .column = 4, .row = 2, .field = 2, .source = "s1,1 000,x"};
    expect_printed(&place, "1 000", &PLAIN_EN,
                   "N017 p.csv:3:4 (cell B2): error: \"1 000\": " RULE_EN "     3 | s1,1 000,x\n"
                   "       |    ^~~~~\n" COUNT_EN);
    const struct ps_diag_style zh = {.lang = PS_LANG_ZH, .limit = PS_DIAGPRINT_LIMIT};
    expect_printed(&place, "1 000", &zh,
                   "N017 p.csv:3:4 (单元格 B2): 错误: “1 000”: 数字中间有空格\n"
                   "  提示: 请去掉空格\n"
                   "     3 | s1,1 000,x\n"
                   "       |    ^~~~~\n"
                   "共 1 个错误，0 个警告，0 条说明。\n");
    const struct ps_diag_style colour = {.lang = PS_LANG_EN, .colour = 1};
    expect_printed(&place, NULL, &colour,
                   "\033[1mN017\033[0m p.csv:3:4 (cell B2): \033[1;31merror\033[0m: " RULE_EN
                   "     3 | s1,1 000,x\n"
                   "       |    \033[1;32m^\033[0m\n" COUNT_EN);
    expect_printed(NULL, NULL, &PLAIN_EN, "N017: error: " RULE_EN COUNT_EN);
}

/* The caret stands below the right character: wide characters take two columns, combining marks
 * none, tabs go to the next stop, escapes are as long as they look. */
static void test_caret(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        long column;
        const char *value, *line, *caret;
    } CASES[] = {
        {"基准,1 0", 4, "1 0", "基准,1 0", "     ^~~"},
        {"\t1 0", 2, "1 0", "        1 0", "        ^~~"},
        {"ab\t基1 0", 5, "1 0", "ab      基1 0", "          ^~~"},
        {"e\xCC\x81,1 0", 4, "1 0", "e\xCC\x81,1 0", "  ^~~"},
        {"\033[31m,1 0", 7, "1 0", "<U+001B>[31m,1 0", "             ^~~"},
        {"\xE2\x80\xAE,1 0", 3, "1 0", "<U+202E>,1 0", "         ^~~"},
        {"\xFF,1 0", 3, "1 0", "<0xFF>,1 0", "       ^~~"},
        {"基", 1, "基", "基", "^~"},
        {"ab", 1, "zz", "ab", "^"},
        {"ab", 3, NULL, "ab", "  ^"},
        {"ab", 99, NULL, "ab", "  ^"},
        {"", 1, NULL, "", "^"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct ps_place place = {
            .line = 1, .column = CASES[i].column, .source = CASES[i].source};
        struct ps_diags diags = {0};
        ps_diags_add(&diags, PS_DIAG_NUMBER_SPACE, &place, CASES[i].value, NULL);
        char *text = printed(&diags, &PLAIN_EN);
        char expected[200];
        (void)snprintf(expected, sizeof expected, "     1 | %s\n       | %s\n", CASES[i].line,
                       CASES[i].caret);
        if (strstr(text, expected) == NULL) {
            fail_msg("case %zu:\n%s", i, text);
        }
        free(text);
        ps_diags_free(&diags);
    }
}

/* A long line is cut around the caret, which still points at the value. */
static void test_long_line(void **state)
{
    (void)state;
    for (size_t at = 0; at < 1000; at += 7) {
        char source[1004];
        memset(source, '.', 1000);
        memcpy(source + at, "<#>", 3);
        source[1003] = '\0';
        const struct ps_place place = {.line = 1, .column = (long)at + 1, .source = source};
        struct ps_diags diags = {0};
        ps_diags_add(&diags, PS_DIAG_NUMBER_SPACE, &place, "<#>", NULL);
        char *text = printed(&diags, &PLAIN_EN);
        const char *line = strstr(text, "     1 | ");
        assert_non_null(line);
        const char *caret = strchr(line, '\n') + 1;
        assert_true(caret - line < 120);
        const size_t caret_at = strcspn(caret, "^");
        assert_memory_equal(line + caret_at, "<#>", 3);
        assert_memory_equal(caret + caret_at, "^~~\n", 4);
        free(text);
        ps_diags_free(&diags);
    }
}

static void test_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max_width;
        const char *shown;
    } CASES[] = {
        {"plain 基准", 0, "plain 基准"},
        {"a\tb\nc\r\x7F", 0, "a<U+0009>b<U+000A>c<U+000D><U+007F>"},
        {"\033]0;title\a", 0, "<U+001B>]0;title<U+0007>"},
        {"\xC2\x9B"
         "31m",
         0, "<U+009B>31m"},
        {"a\xE2\x80\x8B"
         "b\xEF\xBB\xBF",
         0, "a<U+200B>b<U+FEFF>"},
        {"\xE2\x80\xA8", 0, "<U+2028>"},
        {"\xC0\x80x", 0, "<0xC0><0x80>x"},
        {"基准情景", 5, "基准..."},
        {"基准情景", 8, "基准情景"},
        {"", 5, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *text = shown(CASES[i].text, CASES[i].max_width);
        assert_string_equal(text, CASES[i].shown);
        free(text);
    }
}

/* Nothing a user writes, in any field, brings a control character to the terminal. */
static void test_no_control(void **state)
{
    (void)state;
    char evil[300];
    size_t n = 0;
    for (int c = 1; c < 256; c++) {
        evil[n++] = (char)c;
    }
    evil[n] = '\0';
    const struct ps_place place = {.file = evil, .line = 1, .column = 9, .source = evil};
    struct ps_diags diags = {0};
    ps_diags_add(&diags, PS_DIAG_ROW_SHORT, &place, evil,
                 (const char *const[]){evil, evil, evil, evil, NULL});
    char *text = printed(&diags, &PLAIN_EN);
    for (const char *p = text; *p != '\0'; p++) {
        assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        assert_true((unsigned char)*p < 0x7F);
    }
    free(text);
    ps_diags_free(&diags);
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part)) {
        n++;
    }
    return n;
}

/* Up to the limit, then a count; errors go before notes when not all fit. */
static void test_limit(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    for (int i = 0; i < 30; i++) {
        ps_diags_add(&diags, PS_DIAG_READ_AS_GB18030, NULL, NULL, NULL);
    }
    for (int i = 0; i < 5; i++) {
        ps_diags_add(&diags, PS_DIAG_NUMBER_SPACE, NULL, NULL, NULL);
    }
    char *text = printed(&diags, &PLAIN_EN);
    assert_int_equal(count_of(text, "N017: error"), 5);
    assert_int_equal(count_of(text, "I001: note"), 15);
    assert_true(strstr(text, "N017") < strstr(text, "I001"));
    assert_non_null(strstr(text, "5 errors, 0 warnings, 30 notes; 15 more not shown.\n"));
    free(text);
    const struct ps_diag_style all = {.lang = PS_LANG_ZH};
    text = printed(&diags, &all);
    assert_int_equal(count_of(text, "I001"), 30);
    assert_non_null(strstr(text, "共 5 个错误，0 个警告，30 条说明。\n"));
    free(text);
    ps_diags_free(&diags);
    text = printed(&diags, &PLAIN_EN);
    assert_string_equal(text, "");
    free(text);
}

static void test_json(void **state)
{
    (void)state;
    struct ps_diags diags = {0};
    const struct ps_place place = {
        .file = "\xFF.csv", .line = 3, .column = 4, .row = 2, .field = 27, .source = "x"};
    ps_diags_add(&diags, PS_DIAG_NUMBER_SPACE, &place, "1\033 \"0", NULL);
    ps_diags_add(&diags, PS_DIAG_READ_AS_CP936, NULL, NULL, NULL);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(ps_diags_print_json(out, &diags, PS_LANG_ZH), PS_OK);
    assert_int_equal(fclose(out), 0);
    assert_null(strchr(text, '\033'));
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    const char *code, *severity, *file, *cell, *value, *rule, *hint;
    json_int_t line, column;
    assert_int_equal(json_integer_value(json_object_get(document, "errors")), 1);
    assert_int_equal(json_integer_value(json_object_get(document, "notes")), 1);
    const json_t *list = json_object_get(document, "diagnostics");
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(json_unpack(json_array_get(list, 0), "{s:s,s:s,s:s,s:I,s:I,s:s,s:s,s:s,s:s!}",
                                 "code", &code, "severity", &severity, "file", &file, "line", &line,
                                 "column", &column, "cell", &cell, "value", &value, "rule", &rule,
                                 "hint", &hint),
                     0);
    assert_string_equal(code, "N017");
    assert_string_equal(severity, "error");
    assert_string_equal(file, "?.csv");
    assert_int_equal(line, 3);
    assert_int_equal(column, 4);
    assert_string_equal(cell, "AA2");
    assert_string_equal(value, "1\033 \"0");
    assert_string_equal(rule, "数字中间有空格");
    assert_string_equal(hint, "请去掉空格");
    assert_true(json_is_null(json_object_get(json_array_get(list, 1), "cell")));
    json_decref(document);
    free(text);
    ps_diags_free(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),      cmocka_unit_test(test_caret),
        cmocka_unit_test(test_long_line),  cmocka_unit_test(test_shown),
        cmocka_unit_test(test_no_control), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
