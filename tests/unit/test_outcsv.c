// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/outcsv.h"

#define BOM "\xEF\xBB\xBF"

struct memory {
    char bytes[4096];
    size_t n;
    int calls_until_failure; /* 0: never fails */
};

static enum ps_status write_to_memory(void *context, const void *data, size_t n)
{
    struct memory *memory = context;
    if (memory->calls_until_failure > 0 && --memory->calls_until_failure == 0)
        return PS_IO;
    assert_true(memory->n + n < sizeof memory->bytes);
    memcpy(memory->bytes + memory->n, data, n);
    memory->n += n;
    memory->bytes[memory->n] = '\0';
    return PS_OK;
}

static const struct ps_column COLUMNS[] = {
    {"id", PS_COLUMN_string, "", "", ""},
    {"n", PS_COLUMN_integer, "", "", ""},
    {"x", PS_COLUMN_number, "", "", ""},
    {"ok", PS_COLUMN_boolean, "", "", ""},
};

static void begin(struct ps_outcsv *csv, struct memory *memory, size_t columns_n)
{
    *memory = (struct memory){.n = 0};
    assert_int_equal(
        ps_outcsv_begin(csv, (struct ps_sink){write_to_memory, memory}, COLUMNS, columns_n), PS_OK);
}

static void test_table(void **state)
{
    (void)state;
    struct memory memory;
    struct ps_outcsv csv;
    begin(&csv, &memory, 4);
    ps_outcsv_id(&csv, "base");
    ps_outcsv_int(&csv, INT64_MIN);
    ps_outcsv_fen_as_wan(&csv, 123456789);
    ps_outcsv_bool(&csv, 1);
    assert_int_equal(ps_outcsv_row_end(&csv), PS_OK);
    ps_outcsv_text(&csv, NULL);
    ps_outcsv_empty(&csv);
    ps_outcsv_double(&csv, (double)NAN);
    ps_outcsv_bool(&csv, 0);
    assert_int_equal(ps_outcsv_row_end(&csv), PS_OK);
    assert_int_equal(ps_outcsv_end(&csv), PS_OK);
    assert_int_equal(csv.rows_n, 2);
    assert_string_equal(memory.bytes,
                        BOM "id,n,x,ok\r\nbase,-9223372036854775808,123.456789,true\r\n"
                            ",,,false\r\n");
}

static void test_text_cells(void **state)
{
    static const struct {
        const char *text, *cell;
    } CASES[] = {
        {"基准情景", "基准情景"},
        {"a b", "a b"},
        {"", ""},
        {" a", "\" a\""},
        {"a ", "\"a \""},
        {"a,b", "\"a,b\""},
        {"say \"no\"", "\"say \"\"no\"\"\""},
        {"\"", "\"\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"＝1", "\"'＝1\""},
        {"＋1", "\"'＋1\""},
        {"－1", "\"'－1\""},
        {"＠x", "\"'＠x\""},
        {"=cmd|' /C calc'!A0,\"x\"", "\"'=cmd|' /C calc'!A0,\"\"x\"\"\""},
        {"a=1", "a=1"},
        {"（甲）", "（甲）"}, /* shares its first two bytes with the full-width signs */
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct memory memory;
        struct ps_outcsv csv;
        char expected[256];
        begin(&csv, &memory, 1);
        ps_outcsv_text(&csv, CASES[i].text);
        assert_int_equal(ps_outcsv_row_end(&csv), PS_OK);
        snprintf(expected, sizeof expected, BOM "id\r\n%s\r\n", CASES[i].cell);
        assert_string_equal(memory.bytes, expected);
    }
}

static void assert_scaled(int64_t value, int scale, const char *expected)
{
    char text[PS_NUMBER_TEXT_SIZE];
    ps_format_scaled(value, scale, text);
    assert_string_equal(text, expected);
}

static void test_exact_decimals(void **state)
{
    (void)state;
    assert_scaled(0, 6, "0");
    assert_scaled(1, 6, "0.000001");
    assert_scaled(-1, 6, "-0.000001");
    assert_scaled(10, 6, "0.00001");
    assert_scaled(999999, 6, "0.999999");
    assert_scaled(1000000, 6, "1");
    assert_scaled(10000000, 6, "10");
    assert_scaled(100000000000, 6, "100000");
    assert_scaled(-1500000, 6, "-1.5");
    assert_scaled(123456789, 6, "123.456789");
    assert_scaled(9007199254740993, 6, "9007199254.740993"); /* no double holds it */
    assert_scaled(INT64_MAX, 6, "9223372036854.775807");
    assert_scaled(INT64_MIN, 6, "-9223372036854.775808");
    assert_scaled(15000, 4, "1.5");
    assert_scaled(1000000, 4, "100");
    assert_scaled(1, 4, "0.0001");
    assert_scaled(0, 0, "0");
    assert_scaled(100, 0, "100");
    assert_scaled(1, 18, "0.000000000000000001");
}

static void assert_double(double value, const char *expected)
{
    char text[PS_NUMBER_TEXT_SIZE];
    ps_format_double(value, text);
    assert_string_equal(text, expected);
}

static void test_doubles(void **state)
{
    (void)state;
    assert_double(0.0, "0");
    assert_double(-0.0, "0");
    assert_double(1.0, "1");
    assert_double(-1.5, "-1.5");
    assert_double(0.1, "0.1");
    assert_double(100.0, "100");
    assert_double(1.0 / 3.0, "0.3333333333");
    assert_double(2.0 / 3.0, "0.6666666667");
    assert_double(0.02651234567890123, "0.02651234568");
    assert_double(1234567890123.0, "1234567890000");
    assert_double(9999999999.9, "10000000000");
    assert_double(0.99999999999, "1");
    assert_double(1e-9, "0.000000001");
    assert_double(1.25e-9, "0.00000000125");
    assert_double(1e17, "100000000000000000");
    assert_double(1e18, "1e+18");
    assert_double(1.5e-10, "1.5e-10");
    assert_double(-2.5e300, "-2.5e+300");
    assert_double(5e-324, "4.940656458e-324");
    assert_double((double)INFINITY, "");
    assert_double(-(double)INFINITY, "");
    assert_double((double)NAN, "");
}

/* Where "%.10g" of the C library is plain it must say the same. */
static void test_doubles_against_libc(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char expected[64];
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value = ldexp((double)(int64_t)bits, -(int)(31 + bits % 40));
        if (fabs(value) < 1e-4)
            continue;
        snprintf(expected, sizeof expected, "%.10g", value);
        assert_double(value, expected);
    }
}

static void test_decimal_point_does_not_follow_the_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    assert_double(1.5, "1.5");
    assert_double(2.5e-20, "2.5e-20");
    assert_scaled(1500000, 6, "1.5");
    setlocale(LC_NUMERIC, "C");
}

static void test_shape_is_checked(void **state)
{
    (void)state;
    struct memory memory;
    struct ps_outcsv csv;
    begin(&csv, &memory, 2);
    ps_outcsv_text(&csv, "one missing");
    assert_int_equal(ps_outcsv_row_end(&csv), PS_BUG);

    begin(&csv, &memory, 1);
    ps_outcsv_text(&csv, "a");
    ps_outcsv_text(&csv, "one too many");
    assert_int_equal(ps_outcsv_row_end(&csv), PS_BUG);
    assert_int_equal(ps_outcsv_end(&csv), PS_BUG);

    begin(&csv, &memory, 2);
    ps_outcsv_int(&csv, 1); /* a string is due */
    ps_outcsv_text(&csv, "swapped");
    assert_int_equal(ps_outcsv_row_end(&csv), PS_BUG);

    begin(&csv, &memory, 2);
    ps_outcsv_text(&csv, "a");
    ps_outcsv_double(&csv, 1.5); /* an integer is due */
    assert_int_equal(ps_outcsv_row_end(&csv), PS_BUG);

    begin(&csv, &memory, 1);
    ps_outcsv_id(&csv, "");
    assert_int_equal(ps_outcsv_row_end(&csv), PS_BUG);

    begin(&csv, &memory, 2);
    ps_outcsv_text(&csv, "a");
    assert_int_equal(ps_outcsv_end(&csv), PS_BUG);
}

static void test_first_failure_sticks(void **state)
{
    (void)state;
    struct memory memory;
    struct ps_outcsv csv;
    begin(&csv, &memory, 1);
    memory.calls_until_failure = 1;
    size_t n = memory.n;
    ps_outcsv_text(&csv, "lost");
    ps_outcsv_text(&csv, "ignored");
    assert_int_equal(ps_outcsv_row_end(&csv), PS_IO);
    assert_int_equal(ps_outcsv_end(&csv), PS_IO);
    assert_int_equal(memory.n, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_text_cells),
        cmocka_unit_test(test_exact_decimals),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_doubles_against_libc),
        cmocka_unit_test(test_decimal_point_does_not_follow_the_locale),
        cmocka_unit_test(test_shape_is_checked),
        cmocka_unit_test(test_first_failure_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
