// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/manifest.h"

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const struct ps_filesum SUMMARY = {"summary.csv", 12345, SHA};
static const struct ps_filesum PAGE = {"Report.html", 99, SHA};
static const char *const ARGV[] = {"pledgesim", "run", "scenarios/bishan"};
static const struct ps_manifest_source INPUTS[] = {{"scenarios.csv", SHA, 77}};
static const struct ps_manifest_pair PARAMETERS[] = {{"pool_initial_wan", "1000"}};
static const struct ps_manifest_scenario SCENARIOS[] = {{"base", PARAMETERS, 1}};
static const struct ps_manifest_pair LIBRARIES[] = {{"gsl", "2.7.1"}};
static const struct ps_manifest_timing TIMINGS[] = {{"simulate", 1.25}};

static struct ps_manifest example(const struct ps_manifest_resource *resources, size_t n)
{
    return (struct ps_manifest){.book = "scenarios/bishan",
                                .version = "0.1.0",
                                .compiler = "gcc 12.2.0",
                                .isa = "v3",
                                .argv = ARGV,
                                .argv_n = 3,
                                .seed = UINT64_MAX,
                                .worlds_n = 100000,
                                .threads_n = 2,
                                .created_unix_s = 1767225600,
                                .resources = resources,
                                .resources_n = n,
                                .inputs = INPUTS,
                                .inputs_n = 1,
                                .scenarios = SCENARIOS,
                                .scenarios_n = 1,
                                .libraries = LIBRARIES,
                                .libraries_n = 1,
                                .timings = TIMINGS,
                                .timings_n = 1};
}

static json_t *built(const struct ps_manifest *manifest)
{
    char *text;
    size_t n;
    assert_int_equal(ps_manifest_build(manifest, &text, &n), PS_OK);
    assert_int_equal(strlen(text), n);
    assert_int_equal(text[n - 1], '\n');
    assert_int_equal(text[0], '{'); /* no BOM */
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    free(text);
    return root;
}

static const char *string_at(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    assert_non_null(value);
    return value;
}

/* What the Data Package, Resource, Tabular Resource and Table Schema specifications (v1) demand. */
static void assert_valid_package(const json_t *root)
{
    const json_t *resources = json_object_get(root, "resources");
    int tabular = strcmp(string_at(root, "profile"), "tabular-data-package") == 0;
    assert_true(json_array_size(resources) >= 1);
    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *resource = json_array_get(resources, i);
        const char *name = string_at(resource, "name");
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._/"), strlen(name));
        assert_true(json_is_integer(json_object_get(resource, "bytes")));
        assert_int_equal(strncmp(string_at(resource, "hash"), "sha256:", 7), 0);
        assert_null(strstr(string_at(resource, "path"), ".."));
        int table = strcmp(string_at(resource, "profile"), "tabular-data-resource") == 0;
        assert_true(table || !tabular);
        const json_t *fields = json_object_get(json_object_get(resource, "schema"), "fields");
        assert_int_equal(table, json_array_size(fields) > 0);
        for (size_t j = 0; j < json_array_size(fields); j++) {
            const json_t *field = json_array_get(fields, j);
            const char *type = string_at(field, "type");
            assert_true(strlen(string_at(field, "name")) > 0);
            assert_true(strlen(string_at(field, "description")) > 0);
            assert_true(strcmp(type, "string") == 0 || strcmp(type, "integer") == 0 ||
                        strcmp(type, "number") == 0 || strcmp(type, "boolean") == 0);
        }
    }
}

static void test_package(void **state)
{
    (void)state;
    struct ps_result_table table = ps_result_table(PS_RESULT_summary);
    struct ps_manifest_resource resources[] = {{.sum = &SUMMARY, .table = &table},
                                               {.sum = &PAGE, .en = "the report", .zh = "报告"}};
    struct ps_manifest manifest = example(resources, 2);
    json_t *root = built(&manifest);
    assert_valid_package(root);
    assert_string_equal(string_at(root, "profile"), "data-package");
    assert_string_equal(string_at(root, "created"), "2026-01-01T00:00:00Z");
    const json_t *own = json_object_get(root, "pledgesim");
    assert_string_equal(string_at(own, "seed"), "18446744073709551615");
    assert_int_equal(json_integer_value(json_object_get(own, "worlds")), 100000);
    assert_int_equal(json_array_size(json_object_get(own, "command")), 3);
    json_decref(root);

    manifest = example(resources, 1);
    root = built(&manifest);
    assert_valid_package(root);
    assert_string_equal(string_at(root, "profile"), "tabular-data-package");
    json_decref(root);
}

static void test_same_input_same_bytes(void **state)
{
    (void)state;
    struct ps_manifest_resource resource = {.sum = &PAGE};
    struct ps_manifest manifest = example(&resource, 1);
    char *a;
    char *b;
    size_t n;
    assert_int_equal(ps_manifest_build(&manifest, &a, &n), PS_OK);
    assert_int_equal(ps_manifest_build(&manifest, &b, &n), PS_OK);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void test_texts_of_any_bytes(void **state)
{
    static const struct {
        const char *book, *expected;
    } CASES[] = {
        {"重庆 \"璧山\"\n\x1b", "重庆 \"璧山\"\n\x1b"},
        {"b\xE9zier/\xB2\xE2", "b?zier/??"}, /* a GB18030 path */
        {"\xED\xA0\x80", "???"},             /* half a surrogate pair */
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ps_manifest_resource resource = {.sum = &PAGE};
        struct ps_manifest manifest = example(&resource, 1);
        manifest.book = CASES[i].book;
        json_t *root = built(&manifest);
        assert_string_equal(string_at(json_object_get(root, "pledgesim"), "book"),
                            CASES[i].expected);
        json_decref(root);
    }
}

static void assert_bug(const struct ps_manifest *manifest)
{
    char *text;
    size_t n;
    assert_int_equal(ps_manifest_build(manifest, &text, &n), PS_BUG);
    assert_null(text);
}

static void test_broken_contract(void **state)
{
    (void)state;
    struct ps_manifest_resource resource = {.sum = &PAGE};
    struct ps_manifest manifest = example(&resource, 0);
    assert_bug(&manifest);
    manifest = example(&resource, 1);
    manifest.version = NULL;
    assert_bug(&manifest);
    manifest = example(&resource, 1);
    struct ps_manifest_timing timing = {"simulate", (double)NAN};
    manifest.timings = &timing;
    assert_bug(&manifest);
    manifest = example(&resource, 1);
    struct ps_manifest_source input = {"scenarios.csv", "abc", 1};
    manifest.inputs = &input;
    assert_bug(&manifest);
    struct ps_filesum hostile = {"../x", 1, SHA};
    resource.sum = &hostile;
    manifest = example(&resource, 1);
    assert_bug(&manifest);
}

static void test_read_back(void **state)
{
    (void)state;
    struct ps_manifest_resource resources[] = {{.sum = &SUMMARY}, {.sum = &PAGE}};
    struct ps_manifest manifest = example(resources, 2);
    struct ps_manifest_listing listing;
    enum ps_manifest_kind kind;
    char *text;
    size_t n;
    assert_int_equal(ps_manifest_build(&manifest, &text, &n), PS_OK);
    assert_int_equal(ps_manifest_read(text, n, &listing, &kind), PS_OK);
    assert_int_equal(kind, PS_MANIFEST_OURS);
    assert_int_equal(listing.n, 2);
    const struct ps_filesum *sum = ps_manifest_find(&listing, "summary.csv");
    assert_non_null(sum);
    assert_int_equal(sum->bytes_n, 12345);
    assert_string_equal(sum->sha256, SHA);
    assert_null(ps_manifest_find(&listing, "flows.csv"));
    ps_manifest_listing_free(&listing);
    for (size_t cut = 0; cut + 1 < n; cut++) {
        assert_int_equal(ps_manifest_read(text, cut, &listing, &kind), PS_OK);
        assert_int_equal(kind, PS_MANIFEST_UNREADABLE);
        assert_int_equal(listing.n, 0);
    }
    free(text);
}

static void test_foreign_and_forged(void **state)
{
    static const struct {
        const char *text;
        enum ps_manifest_kind kind;
    } CASES[] = {
        {"{}", PS_MANIFEST_OTHER},
        {"[]", PS_MANIFEST_OTHER},
        {"{\"pledgesim\": 1, \"resources\": []}", PS_MANIFEST_OTHER},
        {"{\"pledgesim\": {}}", PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": []}", PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": [{\"path\": \"../x\", \"bytes\": 1, \"hash\": "
         "\"sha256:" SHA "\"}]}",
         PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": [{\"path\": \"manifest.json\", \"bytes\": 1, "
         "\"hash\": \"sha256:" SHA "\"}]}",
         PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": [{\"path\": \"x.csv\", \"bytes\": -1, \"hash\": "
         "\"sha256:" SHA "\"}]}",
         PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": [{\"path\": \"x.csv\", \"bytes\": 1, \"hash\": "
         "\"" SHA "\"}]}",
         PS_MANIFEST_UNREADABLE},
        {"{\"pledgesim\": {}, \"resources\": [{\"path\": \"x.csv\", \"bytes\": 1, \"hash\": "
         "\"sha256:" SHA "\"}]}",
         PS_MANIFEST_OURS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ps_manifest_listing listing;
        enum ps_manifest_kind kind;
        assert_int_equal(ps_manifest_read(CASES[i].text, strlen(CASES[i].text), &listing, &kind),
                         PS_OK);
        assert_int_equal(kind, CASES[i].kind);
        assert_int_equal(listing.n, kind == PS_MANIFEST_OURS);
        ps_manifest_listing_free(&listing);
    }
}

/* The list of result files: columns stand with their file, names are unique, nothing is left blank.
 */
static void test_result_tables(void **state)
{
    size_t columns_n = 0;
    size_t listed_n = 0;
    (void)state;
#define PS_RESULT_FILE(name, key, en, zh)
#define PS_RESULT_COLUMN(file, name, type, unit, en, zh) listed_n++;
#include "pledgesim/results.def"
#undef PS_RESULT_COLUMN
#undef PS_RESULT_FILE
    for (int id = 0; id < PS_RESULT_N; id++) {
        struct ps_result_table table = ps_result_table((enum ps_result_id)id);
        assert_true(table.columns_n > 0);
        assert_true(ps_filename_ok(table.file));
        assert_true(strlen(table.en) > 0 && strlen(table.zh) > 0);
        columns_n += table.columns_n;
        for (size_t i = 0; i < table.columns_n; i++) {
            assert_true(strlen(table.columns[i].en) > 0 && strlen(table.columns[i].zh) > 0);
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(table.columns[i].name, table.columns[j].name);
        }
    }
    assert_int_equal(columns_n, listed_n);
}

/* Readers rely on names and order: these may only grow at the end. */
static void test_summary_columns_are_fixed(void **state)
{
    static const char *const FIXED[] = {"scenario_id",
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
    (void)state;
    struct ps_result_table table = ps_result_table(PS_RESULT_summary);
    assert_string_equal(table.file, "summary.csv");
    assert_true(table.columns_n >= sizeof FIXED / sizeof FIXED[0]);
    for (size_t i = 0; i < sizeof FIXED / sizeof FIXED[0]; i++)
        assert_string_equal(table.columns[i].name, FIXED[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_same_input_same_bytes),
        cmocka_unit_test(test_texts_of_any_bytes),
        cmocka_unit_test(test_broken_contract),
        cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_foreign_and_forged),
        cmocka_unit_test(test_result_tables),
        cmocka_unit_test(test_summary_columns_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
