// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TESTS_BOOKFOLDER_H
#define PLEDGESIM_TESTS_BOOKFOLDER_H

/* Books for tests: loading, and folders made of tests/bad/base with other files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pledgesim/book.h"

static const char BASE[] = "tests/bad/base";

struct loaded {
    struct ps_diags diags;
    struct ps_book book;
    enum ps_status status;
};

static inline struct loaded load(const char *path, const char *only, const char *set)
{
    const struct ps_book_request request = {.path = path,
                                            .only = only == NULL ? NULL : &only,
                                            .only_n = only != NULL,
                                            .sets = &set,
                                            .sets_n = set != NULL};
    struct loaded l = {0};
    l.status = ps_book_load(&request, &l.diags, &l.book);
    return l;
}

static inline void unload(struct loaded *l)
{
    ps_book_free(&l->book);
    ps_diags_free(&l->diags);
}

static inline int told(const struct loaded *l, enum ps_diag_code code)
{
    int n = 0;
    for (size_t i = 0; i < l->diags.n; i++) {
        n += l->diags.items[i].code == code;
    }
    return n;
}

/* ---- folders made for a test ---- */

struct text_file {
    const char *name, *text;
};

/* The base book with some files replaced, in a new folder; "" takes a file away. */
static inline void make_folder(char folder[32], const struct text_file *files, size_t n)
{
    static const char *const NAMES[] = {"scenarios", "segments", "correlations", "ip_kinds",
                                        "products",  "pools",    "banks",        "demand",
                                        "topups",    "shocks",   "loans",        "anchors"};
    (void)snprintf(folder, 32, "/tmp/pledgesim-book-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        static char text[65536];
        char from[PATH_MAX], to[PATH_MAX];
        (void)snprintf(from, sizeof from, "%s/%s.csv", BASE, NAMES[i]);
        (void)snprintf(to, sizeof to, "%s/%s.csv", folder, NAMES[i]);
        FILE *in = fopen(from, "rb");
        assert_non_null(in);
        size_t bytes = fread(text, 1, sizeof text, in);
        assert_int_equal(fclose(in), 0);
        const char *use = text;
        for (size_t k = 0; k < n; k++) {
            if (strcmp(files[k].name, NAMES[i]) == 0) {
                use = files[k].text;
                bytes = strlen(use);
            }
        }
        if (bytes > 0) {
            FILE *out = fopen(to, "wb");
            assert_non_null(out);
            assert_int_equal(fwrite(use, 1, bytes, out), bytes);
            assert_int_equal(fclose(out), 0);
        }
    }
}

static inline void drop_folder(const char *folder)
{
    for (int t = 0; t < PS_TABLE_N; t++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%s.csv", folder,
                       ps_table_desc((enum ps_table)t)->name);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

#endif
