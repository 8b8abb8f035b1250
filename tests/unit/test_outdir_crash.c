// SPDX-License-Identifier: GPL-3.0-or-later
/* The promise of the results folder: whatever stops a run, a reader finds the old complete set or
 * the new one. Stopped here: at each step by the end of the process, twice over; by an error of
 * each step; by the loss of power, with every part of what was not yet on disk lost or kept. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "outdir_set.h"

enum { EXIT_AT_STEP = 42, EXIT_FAILED = 43 };

/* ---- The process ends at step k ---- */

struct fault {
    int step; /* counted so far */
    int at;   /* the step that fails */
    int forever;
    int errno_value; /* 0: end the process */
    enum ps_outop op;
};

static int fault_before(void *context, enum ps_outop op, const char *name, size_t *n)
{
    struct fault *fault = context;
    (void)name;
    (void)n;
    fault->step++;
    if (fault->step != fault->at && !(fault->forever && fault->step > fault->at))
        return 0;
    if (fault->errno_value == 0)
        _exit(EXIT_AT_STEP);
    if (fault->step == fault->at)
        fault->op = op;
    return fault->errno_value;
}

enum action { WRITE_NEW, RECOVER };

/* In a child that ends at step `at`. Returns 1 when it did, 0 when the action ended well before. */
static int crash_at(const char *out, enum action action, int at)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct fault fault = {.at = at};
        struct ps_outhook hook = {fault_before, &fault};
        struct ps_outerror err;
        enum ps_status status = action == WRITE_NEW ? set_write(out, &hook, &SET_NEW)
                                                    : ps_outdir_recover(out, &hook, &err);
        _exit(status == PS_OK ? 0 : EXIT_FAILED);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), EXIT_FAILED);
    return WEXITSTATUS(status) == EXIT_AT_STEP;
}

static void crash_everywhere(const char *out, int has_old)
{
    enum set_verdict before = has_old ? SET_IS_OLD : SET_IS_NOTHING;
    int reached_new = 0;
    int steps_n = 0;
    for (int k = 1;; k++) {
        start_from(out, has_old);
        if (!crash_at(out, WRITE_NEW, k))
            break;
        steps_n++;
        enum set_verdict verdict = set_judge(out);
        assert_true(verdict == before || verdict == SET_IS_NEW);
        assert_false(reached_new && verdict == before); /* one commit point, no way back */
        reached_new = verdict == SET_IS_NEW;
        assert_int_equal(set_write(out, NULL, &SET_NEW), PS_OK);
        assert_int_equal(set_judge(out), SET_IS_NEW);
        assert_int_equal(set_count_temps(out), 0);
    }
    assert_int_equal(set_judge(out), SET_IS_NEW);
    assert_true(reached_new);
    assert_true(steps_n > 30);
}

static void test_crash_at_each_step(void **state)
{
    const struct place *place = *state;
    crash_everywhere(place->out, 1);
}

static void test_crash_at_each_step_of_a_first_run(void **state)
{
    const struct place *place = *state;
    crash_everywhere(place->out, 0);
}

static void test_crash_in_recovery_after_a_crash(void **state)
{
    const struct place *place = *state;
    int pairs_n = 0;
    for (int k = 1, crashed = 1; crashed; k++) {
        for (int j = 1;; j++) {
            start_from(place->out, 1);
            crashed = crash_at(place->out, WRITE_NEW, k);
            if (!crashed || !crash_at(place->out, RECOVER, j))
                break;
            enum set_verdict verdict = set_judge(place->out);
            assert_true(verdict == SET_IS_OLD || verdict == SET_IS_NEW);
            pairs_n++;
        }
    }
    assert_true(pairs_n > 100);
}

/* ---- Step k fails ---- */

static void fail_everywhere(const char *out, int errno_value, int forever)
{
    int reached_new = 0;
    for (int k = 1;; k++) {
        struct fault fault = {.at = k, .forever = forever, .errno_value = errno_value};
        struct ps_outhook hook = {fault_before, &fault};
        start_from(out, 1);
        enum ps_status status = set_write(out, &hook, &SET_NEW);
        if (fault.step < k)
            break;
        int committed = set_count_temps(out) > 0;
        enum set_verdict verdict = set_judge(out);
        /* Told, and nothing left over unless the next reader completes it. */
        assert_int_equal(status, PS_IO);
        assert_true(verdict == SET_IS_NEW || (verdict == SET_IS_OLD && !committed && !reached_new));
        reached_new = verdict == SET_IS_NEW;
        assert_int_equal(set_count_temps(out), 0);
        assert_int_equal(set_write(out, NULL, &SET_NEW), PS_OK);
        assert_int_equal(set_judge(out), SET_IS_NEW);
    }
    assert_true(reached_new);
}

static void test_each_step_fails_once(void **state)
{
    const struct place *place = *state;
    fail_everywhere(place->out, EIO, 0);
}

static void test_each_step_fails_for_good(void **state)
{
    const struct place *place = *state;
    fail_everywhere(place->out, ENOSPC, 1);
}

/* A recovery that fails must not throw away what it needs. */
static void test_failed_recovery_can_be_repeated(void **state)
{
    const struct place *place = *state;
    for (int k = 1, crashed = 1; crashed; k++) {
        start_from(place->out, 1);
        crashed = crash_at(place->out, WRITE_NEW, k);
        for (int j = 1; j < 40; j++) {
            struct fault fault = {.at = j, .forever = 1, .errno_value = EIO};
            struct ps_outhook hook = {fault_before, &fault};
            (void)!set_write(place->out, &hook, &SET_OLD);
        }
        enum set_verdict verdict = set_judge(place->out);
        assert_true(verdict == SET_IS_OLD || verdict == SET_IS_NEW);
    }
}

static int interrupt_and_shorten(void *context, enum ps_outop op, const char *name, size_t *n)
{
    int *calls = context;
    (void)name;
    (*calls)++;
    if (op == PS_OUTOP_WRITE && *n > 3)
        *n = 3;
    int may = op == PS_OUTOP_WRITE || op == PS_OUTOP_SYNC || op == PS_OUTOP_READ ||
              op == PS_OUTOP_CREATE || op == PS_OUTOP_SYNC_DIR || op == PS_OUTOP_LOCK;
    return may && *calls % 2 ? EINTR : 0;
}

static void test_interrupted_and_short_calls_do_no_harm(void **state)
{
    const struct place *place = *state;
    int calls = 0;
    struct ps_outhook hook = {interrupt_and_shorten, &calls};
    assert_int_equal(set_write(place->out, &hook, &SET_OLD), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_OLD);
    assert_int_equal(set_write(place->out, &hook, &SET_NEW), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_NEW);
}

/* ---- A journal that cannot be trusted ---- */

static void crash_with_journal(const char *out, char *journal_path, size_t size)
{
    snprintf(journal_path, size, "%s/.commit", out);
    for (int k = 1;; k++) {
        start_from(out, 1);
        assert_true(crash_at(out, WRITE_NEW, k));
        if (access(journal_path, F_OK) == 0)
            return;
    }
}

static void test_a_damaged_journal_is_not_followed(void **state)
{
    const struct place *place = *state;
    char path[400];
    char bytes[4096];
    crash_with_journal(place->out, path, sizeof path);
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t i = 0; i < 2 * n; i++) {
        struct ps_outerror err;
        char copy[4096];
        memcpy(copy, bytes, n);
        copy[i % n] ^= 1;
        file = fopen(path, "wb");
        fwrite(copy, 1, i < n ? n : i - n, file); /* a flipped bit, then a cut at each length */
        fclose(file);
        assert_int_equal(ps_outdir_recover(place->out, NULL, &err), PS_INPUT);
        assert_int_equal(err.reason, PS_OUT_DAMAGED);
    }
    assert_int_equal(set_write(place->out, NULL, &SET_NEW), PS_OK);
    assert_int_equal(set_judge(place->out), SET_IS_NEW);
    assert_int_equal(set_count_temps(place->out), 0);
}

static void test_a_journal_without_its_files_is_not_followed(void **state)
{
    const struct place *place = *state;
    char path[400];
    struct ps_outerror err;
    crash_with_journal(place->out, path, sizeof path);
    snprintf(path, sizeof path, "%s/.tmp-comes.csv", place->out);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ps_outdir_recover(place->out, NULL, &err), PS_INPUT);
    assert_true(set_is(place->out, &SET_OLD)); /* all or nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_crash_at_each_step, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_crash_at_each_step_of_a_first_run, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_crash_in_recovery_after_a_crash, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_each_step_fails_once, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_each_step_fails_for_good, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_failed_recovery_can_be_repeated, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_interrupted_and_short_calls_do_no_harm, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_a_damaged_journal_is_not_followed, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(test_a_journal_without_its_files_is_not_followed,
                                        place_setup, place_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
