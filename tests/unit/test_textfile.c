// SPDX-License-Identifier: GPL-3.0-or-later
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pledgesim/csv.h"
#include "pledgesim/textfile.h"

struct folder {
    char path[64];
    char file[96];
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return -1;
    }
    (void)strcpy(folder->path, "/tmp/pledgesim-test-XXXXXX");
    *state = folder;
    if (mkdtemp(folder->path) == NULL) {
        return -1;
    }
    (void)snprintf(folder->file, sizeof folder->file, "%s/t.csv", folder->path);
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    (void)unlink(folder->file);
    const int result = rmdir(folder->path);
    free(folder);
    return result;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Reading `path` gives this status and, unless it is PS_OK, this one diagnostic. */
static void expect(const char *path, enum ps_status status, enum ps_diag_code code)
{
    struct ps_diags diags = {0};
    struct ps_bytes bytes;
    assert_int_equal(ps_file_read(path, "t.csv", &diags, &bytes), status);
    assert_int_equal(diags.n, status == PS_OK ? 0 : 1);
    if (status != PS_OK) {
        assert_int_equal(diags.items[0].code, code);
        assert_string_equal(diags.items[0].place.file, "t.csv");
    }
    ps_bytes_free(&bytes);
    ps_diags_free(&diags);
}

static void test_kinds_of_files(void **state)
{
    const struct folder *folder = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/none.csv", folder->path);
    expect(path, PS_IO, PS_DIAG_FILE_MISSING);
    write_file(folder->file, "a\n1\n");
    (void)snprintf(path, sizeof path, "%s/below", folder->file);
    expect(path, PS_IO, PS_DIAG_FILE_MISSING);
    expect(folder->path, PS_INPUT, PS_DIAG_FILE_IS_FOLDER);
    expect("/dev/zero", PS_INPUT, PS_DIAG_FILE_NOT_REGULAR);
    expect("/proc/self/mem", PS_IO, PS_DIAG_FILE_READ);
    expect(folder->file, PS_OK, PS_DIAG_N);
}

/* A pipe nobody writes to must not block. */
static void test_pipe(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(mkfifo(folder->file, 0600), 0);
    expect(folder->file, PS_INPUT, PS_DIAG_FILE_NOT_REGULAR);
}

static void test_permission(void **state)
{
    const struct folder *folder = *state;
    write_file(folder->file, "a\n");
    assert_int_equal(chmod(folder->file, 0), 0);
    if (access(folder->file, R_OK) == 0) {
        skip(); /* the administrator may read all */
    }
    expect(folder->file, PS_IO, PS_DIAG_FILE_PERMISSION);
}

static void test_size(void **state)
{
    const struct folder *folder = *state;
    write_file(folder->file, "");
    assert_int_equal(truncate(folder->file, (off_t)PS_FILE_BYTES_MAX), 0);
    expect(folder->file, PS_OK, PS_DIAG_N);
    assert_int_equal(truncate(folder->file, (off_t)PS_FILE_BYTES_MAX + 1), 0);
    expect(folder->file, PS_INPUT, PS_DIAG_FILE_TOO_LARGE);
}

/* "-" is standard input, which may be a pipe. */
static void test_standard_input(void **state)
{
    (void)state;
    static const char TEXT[] = "a,b\n1,2\n";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], TEXT, sizeof TEXT - 1), sizeof TEXT - 1);
    assert_int_equal(close(ends[1]), 0);
    const int kept = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    struct ps_diags diags = {0};
    struct ps_csv csv;
    assert_int_equal(ps_csv_read("-", "stdin", &diags, &csv), PS_OK);
    assert_string_equal(csv.rows[0].cells[1].text, "2");
    assert_string_equal(csv.name, "stdin");
    ps_csv_free(&csv);
    ps_diags_free(&diags);
    if (kept >= 0) {
        assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
        (void)close(kept);
    }
    (void)close(ends[0]);
}

static void test_file_and_memory_agree(void **state)
{
    const struct folder *folder = *state;
    static const char TEXT[] = "编号,b\r\ns1,2\r\n";
    write_file(folder->file, TEXT);
    struct ps_diags diags = {0};
    struct ps_csv file, memory;
    assert_int_equal(ps_csv_read(folder->file, "t.csv", &diags, &file), PS_OK);
    assert_int_equal(ps_csv_parse(TEXT, sizeof TEXT - 1, "t.csv", &diags, &memory), PS_OK);
    assert_string_equal(file.sha256, memory.sha256);
    assert_int_equal(file.rows_n, memory.rows_n);
    assert_string_equal(file.rows[0].cells[0].text, memory.rows[0].cells[0].text);
    ps_csv_free(&file);
    ps_csv_free(&memory);
    ps_diags_free(&diags);
}

static void test_blank(void **state)
{
    (void)state;
    assert_int_equal(ps_text_blank("", 0), 0);
    assert_int_equal(ps_text_blank(" x", 2), 1);
    assert_int_equal(ps_text_blank("x ", 2), 0);
    assert_int_equal(ps_text_blank("\xE3\x80\x80", 3), 3);
    assert_int_equal(ps_text_blank("\xEF\xBB\xBF", 3), 3);
    assert_int_equal(ps_text_blank("\xC2\xA0", 2), 2);
    assert_int_equal(ps_text_blank("万", 3), 0);
}

static void test_length(void **state)
{
    (void)state;
    assert_int_equal(ps_text_length("a万\xF0\x9F\x98\x80", 8), 3);
    assert_int_equal(ps_text_length("", 0), 0);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_kinds_of_files),
        IN_FOLDER(test_pipe),
        IN_FOLDER(test_permission),
        IN_FOLDER(test_size),
        IN_FOLDER(test_file_and_memory_agree),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_blank),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
