// SPDX-License-Identifier: GPL-3.0-or-later
/* The results folder in one piece: what it refuses, what it replaces, what it leaves behind.
 * Crashes and power cuts: test_outdir_crash.c, test_outdir_power.c. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outdir_set.h"

static void assert_refused(const char *path, enum ps_status status, enum ps_outreason reason)
{
    struct ps_outdir *dir;
    struct ps_outerror err;
    assert_int_equal(ps_outdir_open(path, NULL, &dir, &err), status);
    assert_null(dir);
    assert_int_equal(err.status, status);
    assert_int_equal(err.reason, reason);
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        char *text = ps_outerror_text(&err, (enum ps_lang)lang);
        char *hint = ps_outerror_hint(&err, (enum ps_lang)lang);
        assert_non_null(strstr(text, path));
        assert_true(strlen(hint) > 0);
        free(text);
        free(hint);
    }
}

static void test_first_set_makes_the_folders(void **state)
{
    struct place *place = *state;
    char deep[400];
    snprintf(deep, sizeof deep, "%s/a/b/", place->out);
    assert_int_equal(set_write(deep, NULL, &SET_OLD), PS_OK);
    assert_int_equal(set_judge(deep), SET_IS_OLD);
}

static void test_new_set_replaces_old_as_a_whole(void **state)
{
    struct place *place = *state;
    char mine[400];
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    snprintf(mine, sizeof mine, "%s/my notes.docx", place->out);
    set_put(mine, "mine");
    assert_int_equal(set_write(place->out, NULL, &SET_NEW), PS_OK);
    assert_int_equal(access(mine, F_OK), 0);
    assert_int_equal(unlink(mine), 0);
    assert_int_equal(set_judge(place->out), SET_IS_NEW);
}

static void test_abort_leaves_the_old_set(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "kept.csv", &file), PS_OK);
    assert_int_equal(ps_outfile_write(file, "half", 4), PS_OK);
    ps_outdir_abort(dir);
    ps_outdir_abort(dir);
    assert_int_equal(ps_outdir_commit(dir, "{}", 2), PS_BUG);
    ps_outdir_free(dir);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
    assert_int_equal(set_count_temps(place->out), 0);
}

static void test_abort_of_a_first_run_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    char deep[400];
    snprintf(deep, sizeof deep, "%s/a//b", place->out);
    assert_int_equal(ps_outdir_open(deep, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "kept.csv", &file), PS_OK);
    ps_outdir_free(dir);
    assert_int_equal(access(place->out, F_OK), -1);
    assert_int_equal(access(place->root, F_OK), 0);
}

static void test_foreign_folders_are_refused(void **state)
{
    struct place *place = *state;
    char path[400];
    assert_int_equal(mkdir(place->out, 0777), 0);
    snprintf(path, sizeof path, "%s/thesis.doc", place->out);
    set_put(path, "x");
    char hidden[400];
    snprintf(hidden, sizeof hidden, "%s/.tmp-not-ours", place->out);
    set_put(hidden, "x");
    assert_refused(place->out, PS_IO, PS_OUT_FOREIGN);
    assert_int_equal(set_count_entries(place->out), 2);
    unlink(hidden);
    unlink(path);

    snprintf(path, sizeof path, "%s/manifest.json", place->out);
    set_put(path, "{\"profile\": \"data-package\", \"resources\": []}");
    assert_refused(place->out, PS_IO, PS_OUT_OTHER_PROGRAM);
    set_put(path, "{\"pledgesim\": {\"format\": 1}, \"resour");
    assert_refused(place->out, PS_IO, PS_OUT_BAD_MANIFEST);
    /* A forged list must not lead out of the folder. */
    set_put(path, "{\"pledgesim\": {\"format\": 1}, \"resources\": [{\"path\": \"../victim\", "
                  "\"bytes\": 1, \"hash\": \"sha256:"
                  "0000000000000000000000000000000000000000000000000000000000000000\"}]}");
    assert_refused(place->out, PS_IO, PS_OUT_BAD_MANIFEST);
    assert_int_equal(set_count_entries(place->out), 1);
}

static void test_a_file_of_somebody_else_is_not_overwritten(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    char path[400];
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    snprintf(path, sizeof path, "%s/report.html", place->out);
    set_put(path, "mine");
    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "report.html", &file), PS_IO);
    assert_null(file);
    assert_int_equal(err.reason, PS_OUT_NAME_TAKEN);
    ps_outdir_free(dir);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_hidden_leftovers_do_not_make_a_folder_foreign(void **state)
{
    struct place *place = *state;
    char path[400];
    assert_int_equal(mkdir(place->out, 0777), 0);
    snprintf(path, sizeof path, "%s/.tmp-summary.csv", place->out);
    set_put(path, "half a fi");
    snprintf(path, sizeof path, "%s/.commit.new", place->out);
    set_put(path, "pledgesim-com");
    snprintf(path, sizeof path, "%s/.directory", place->out);
    set_put(path, "of a file manager");
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
    assert_int_equal(set_count_temps(place->out), 0);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_hostile_names_are_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "/etc/x",
        "\\\\host\\x",
        ".hidden",
        "-n",
        "_x",
        "a b",
        "a\n",
        "x.",
        "\x1b[2J",
        "基准.csv",
        "manifest.json",
        "kept.csv",
        "0123456789012345678901234567890123456789012345678901234567890.csv"};
    struct place *place = *state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct ps_outdir *dir;
        struct ps_outfile *file;
        struct ps_outerror err;
        assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
        assert_int_equal(ps_outdir_file(dir, "kept.csv", &file), PS_OK);
        assert_int_equal(ps_outdir_file(dir, BAD[i], &file), PS_BUG);
        assert_null(file);
        assert_int_equal(err.reason, PS_OUT_BAD_NAME);
        ps_outdir_free(dir);
    }
    assert_true(ps_filename_ok("worlds-0001.csv"));
    assert_true(ps_filename_ok("0123456789012345678901234567890123456789012345678901234567890123"));
}

static void test_order_of_calls_is_checked(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "kept.csv", &file), PS_OK);
    assert_int_equal(ps_outdir_commit(dir, "{}", 2), PS_BUG);
    assert_int_equal(err.reason, PS_OUT_MISUSE);
    ps_outdir_free(dir);

    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "kept.csv", &file), PS_OK);
    assert_int_equal(ps_outfile_close(file), PS_OK);
    assert_int_equal(ps_outfile_write(file, "x", 1), PS_BUG);
    assert_int_equal(ps_outfile_close(file), PS_BUG);
    ps_outdir_free(dir);
}

static void test_lock(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outerror err;
    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_refused(place->out, PS_LOCKED, PS_OUT_LOCKED);
    assert_int_equal(ps_status_exit_code(PS_LOCKED), 6);
    ps_outdir_free(dir);
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
}

static void test_sizes_and_digests(void **state)
{
    struct place *place = *state;
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    static char big[200000];
    memset(big, 'z', sizeof big);
    assert_int_equal(ps_outdir_open(place->out, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "abc.txt", &file), PS_OK);
    assert_int_equal(ps_outfile_write(file, "", 0), PS_OK);
    assert_int_equal(ps_outfile_write(file, "a", 1), PS_OK);
    assert_int_equal(ps_outfile_write(file, "bc", 2), PS_OK);
    assert_int_equal(ps_outfile_close(file), PS_OK);
    assert_int_equal(ps_outdir_file(dir, "big.bin", &file), PS_OK);
    for (size_t at = 0; at < sizeof big; at += 1000)
        assert_int_equal(ps_outfile_write(file, big + at, 1000), PS_OK);
    assert_int_equal(ps_outfile_write(file, big, sizeof big), PS_OK);
    assert_int_equal(ps_outfile_close(file), PS_OK);
    assert_int_equal(ps_outdir_files_n(dir), 2);
    const struct ps_filesum *sum = ps_outdir_sum(dir, 0);
    assert_int_equal(sum->bytes_n, 3);
    /* FIPS 180-4, the example "abc" */
    assert_string_equal(sum->sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct ps_sha256 sha;
    char hex[PS_SHA256_HEX_SIZE];
    ps_sha256_begin(&sha);
    ps_sha256_add(&sha, big, sizeof big);
    ps_sha256_add(&sha, big, sizeof big);
    ps_sha256_end(&sha, hex);
    assert_int_equal(ps_outdir_sum(dir, 1)->bytes_n, 2 * sizeof big);
    assert_string_equal(ps_outdir_sum(dir, 1)->sha256, hex);
    ps_outdir_free(dir);
}

static void test_verify_sees_every_change(void **state)
{
    struct place *place = *state;
    struct ps_outerror err;
    char path[400];
    assert_int_equal(mkdir(place->out, 0777), 0);
    assert_int_equal(ps_outdir_verify(place->out, &err), PS_INPUT);
    assert_int_equal(err.reason, PS_OUT_NO_RESULTS);
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(ps_outdir_verify(place->out, &err), PS_OK);
    snprintf(path, sizeof path, "%s/kept.csv", place->out);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "X", 1, 3), 1);
    close(fd);
    assert_int_equal(ps_outdir_verify(place->out, &err), PS_INPUT);
    assert_int_equal(err.reason, PS_OUT_DAMAGED);
    assert_non_null(strstr(err.path, "kept.csv"));
    unlink(path);
    assert_int_equal(ps_outdir_verify(place->out, &err), PS_INPUT);
    assert_int_equal(set_write(place->out, NULL, &SET_NEW), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_NEW);
}

/* Runs `body` in a child of its own and passes its exit code on; 99: skip. */
static int in_child(int (*body)(const char *out), const char *out)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(body(out));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int write_as_nobody(const char *out)
{
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
        return 99;
    struct ps_outdir *dir;
    struct ps_outerror err;
    enum ps_status status = ps_outdir_open(out, NULL, &dir, &err);
    return status == PS_IO && err.reason == PS_OUT_SYSTEM && err.errno_value == EACCES ? 0 : 1;
}

static void test_no_permission(void **state)
{
    struct place *place = *state;
    char below[400];
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(chmod(place->root, 0755), 0);
    assert_int_equal(chmod(place->out, 0555), 0);
    snprintf(below, sizeof below, "%s/new", place->out);
    int there = in_child(write_as_nobody, place->out);
    int new = in_child(write_as_nobody, below);
    assert_int_equal(chmod(place->out, 0755), 0);
    if (there == 99)
        skip();
    assert_int_equal(there, 0);
    assert_int_equal(new, 0);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
}

/* A limit of the file size stands for the full disk: write(2) first writes short, then fails. */
static int write_beyond_limit(const char *out)
{
    struct rlimit limit = {.rlim_cur = 5000, .rlim_max = 5000};
    struct ps_outdir *dir;
    struct ps_outfile *file;
    struct ps_outerror err;
    char block[4096] = {0};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || ps_outdir_open(out, NULL, &dir, &err) != PS_OK ||
        ps_outdir_file(dir, "kept.csv", &file) != PS_OK)
        return 1;
    enum ps_status status = PS_OK;
    for (int i = 0; i < 100 && status == PS_OK; i++)
        status = ps_outfile_write(file, block, sizeof block);
    if (status != PS_IO || err.errno_value != EFBIG || ps_outfile_close(file) != PS_IO)
        return 2;
    if (ps_outdir_commit(dir, "{}", 2) != PS_IO)
        return 3;
    ps_outdir_free(dir);
    return 0;
}

static void test_full_disk(void **state)
{
    struct place *place = *state;
    assert_int_equal(set_write(place->out, NULL, &SET_OLD), PS_OK);
    assert_int_equal(in_child(write_beyond_limit, place->out), 0);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
    assert_int_equal(set_count_temps(place->out), 0);
}

static void test_texts(void **state)
{
    (void)state;
    struct ps_outerror err = {.status = PS_IO,
                              .reason = PS_OUT_SYSTEM,
                              .op = PS_OUTOP_WRITE,
                              .errno_value = ENOSPC,
                              .path = "out/\x1b[2J.csv"};
    char *text = ps_outerror_text(&err, PS_LANG_EN);
    assert_string_equal(text, "cannot write out/?[2J.csv: no space left on the disk");
    free(text);
    text = ps_outerror_text(&err, PS_LANG_ZH);
    assert_string_equal(text, "无法写入 out/?[2J.csv：磁盘空间不足");
    free(text);
    err.unfinished = 1;
    char *hint = ps_outerror_hint(&err, PS_LANG_EN);
    assert_non_null(strstr(hint, "safe on disk"));
    free(hint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_set_makes_the_folders, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_new_set_replaces_old_as_a_whole, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_abort_leaves_the_old_set, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_abort_of_a_first_run_leaves_nothing, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_foreign_folders_are_refused, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_a_file_of_somebody_else_is_not_overwritten,
                                        place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_hidden_leftovers_do_not_make_a_folder_foreign,
                                        place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_hostile_names_are_refused, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_order_of_calls_is_checked, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_lock, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_sizes_and_digests, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_verify_sees_every_change, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_no_permission, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_full_disk, place_setup, place_teardown),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
