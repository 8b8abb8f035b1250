// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TESTS_RESULTS_RUN_H
#define PLEDGESIM_TESTS_RESULTS_RUN_H

/* A run of tests/golden/book, from the book to a folder of results. Include after <cmocka.h>, with
 * _DEFAULT_SOURCE. */

#include <dirent.h>
#include <unistd.h>

#include "pledgesim/results.h"
#include "sheet.h"

struct run {
    struct ps_diags diags;
    struct ps_book book;
    struct ps_engine_result result;
    struct ps_crosscheck checks[8]; /* of the full tier */
    char folder[64];
};

static inline struct ps_results_request request_of(const struct run *run, uint64_t worlds_n)
{
    static const char *const command[] = {"pledgesim", "run", "tests/golden/book"};
    return (struct ps_results_request){.book = &run->book,
                                       .result = &run->result,
                                       .checks = run->checks,
                                       .warnings = &run->diags,
                                       .seed = 7,
                                       .worlds_n = worlds_n,
                                       .book_path = "tests/golden/book",
                                       .command_line = command,
                                       .command_n = 3,
                                       .compiler = "a compiler",
                                       .created_unix_s = -1};
}

static inline void simulate(struct run *run, uint64_t worlds_n, int threads_n, const char *isa,
                            enum ps_tier tier)
{
    const struct ps_book_request book = {.path = "tests/golden/book"};
    *run = (struct run){0};
    assert_int_equal(ps_book_load(&book, &run->diags, &run->book), PS_OK);
    const struct ps_engine_request engine = {.scenarios = run->book.scenarios,
                                             .scenarios_n = run->book.scenarios_n,
                                             .worlds_n = worlds_n,
                                             .seed = 7,
                                             .threads_n = threads_n,
                                             .isa = isa,
                                             .tier = tier};
    assert_int_equal(ps_engine_run(&engine, &run->diags, &run->result), PS_OK);
    assert_true(run->book.scenarios_n <= sizeof run->checks / sizeof *run->checks);
    for (size_t i = 0; tier == PS_TIER_FULL && i < run->book.scenarios_n; i++) {
        assert_int_equal(
            ps_crosscheck(&run->book.scenarios[i], &run->result.rows[i].row, NULL, &run->checks[i]),
            PS_OK);
    }
}

static inline void write_all(struct run *run, uint64_t worlds_n)
{
    const struct ps_results_request request = request_of(run, worlds_n);
    struct ps_outdir *dir;
    struct ps_outerror err;
    snprintf(run->folder, sizeof run->folder, "/tmp/pledgesim-results-XXXXXX");
    assert_non_null(mkdtemp(run->folder));
    assert_int_equal(ps_outdir_open(run->folder, NULL, &dir, &err), PS_OK);
    assert_int_equal(ps_results_write(&request, dir), PS_OK);
    ps_outdir_free(dir);
    assert_int_equal(ps_outdir_verify(run->folder, &err), PS_OK);
}

static inline void drop(struct run *run)
{
    DIR *folder = run->folder[0] ? opendir(run->folder) : NULL;
    for (struct dirent *e = folder ? readdir(folder) : NULL; e != NULL; e = readdir(folder)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", run->folder, e->d_name);
        if (e->d_name[0] != '.' || strcmp(e->d_name, ".lock") == 0) {
            assert_int_equal(unlink(path), 0);
        }
    }
    if (folder != NULL) {
        closedir(folder);
        assert_int_equal(rmdir(run->folder), 0);
    }
    ps_engine_result_free(&run->result);
    ps_book_free(&run->book);
    ps_diags_free(&run->diags);
}

#endif
