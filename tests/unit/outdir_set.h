// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TESTS_OUTDIR_SET_H
#define PLEDGESIM_TESTS_OUTDIR_SET_H

/* Two small sets of results and a judge that says which of them a folder shows. Shared by the tests
 * of the results folder; include after <cmocka.h>. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pledgesim/manifest.h"
#include "pledgesim/outdir.h"

struct set_file {
    const char *name, *bytes;
};

struct set {
    uint64_t seed; /* makes the manifests differ */
    struct set_file files[4];
    size_t n;
};

/* Between them: a file that changes, one that stays equal, one that goes, one that comes. */
static const struct set SET_OLD = {1,
                                   {{"kept.csv", "old bytes of kept\r\n"},
                                    {"same.csv", "equal in both\r\n"},
                                    {"goes.csv", "only in the old set\r\n"}},
                                   3};
static const struct set SET_NEW = {2,
                                   {{"kept.csv", "new bytes of kept, longer\r\n"},
                                    {"same.csv", "equal in both\r\n"},
                                    {"comes.csv", "only in the new set\r\n"}},
                                   3};

static inline char *set_path(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static inline void set_put(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(bytes, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static inline enum ps_status set_fill(struct ps_outdir *dir, const struct set *set)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < set->n && status == PS_OK; i++) {
        struct ps_outfile *file;
        const char *bytes = set->files[i].bytes;
        status = ps_outdir_file(dir, set->files[i].name, &file);
        if (status == PS_OK)
            status = ps_outfile_write(file, bytes, strlen(bytes));
        if (status == PS_OK)
            status = ps_outfile_close(file);
    }
    return status;
}

static inline char *set_manifest(const struct ps_filesum *const sums[], size_t n, uint64_t seed,
                                 size_t *text_n)
{
    struct ps_manifest_resource resources[4];
    char *text = NULL;
    for (size_t i = 0; i < n; i++)
        resources[i] = (struct ps_manifest_resource){.sum = sums[i]};
    struct ps_manifest manifest = {.book = "test",
                                   .version = "0",
                                   .compiler = "cc",
                                   .isa = "base",
                                   .seed = seed,
                                   .worlds_n = 1,
                                   .threads_n = 1,
                                   .created_unix_s = -1,
                                   .resources = resources,
                                   .resources_n = n};
    if (ps_manifest_build(&manifest, &text, text_n) != PS_OK)
        return NULL;
    return text;
}

/* A whole run: open, files, commit, free. */
static inline enum ps_status set_write(const char *path, const struct ps_outhook *hook,
                                       const struct set *set)
{
    struct ps_outdir *dir;
    struct ps_outerror err;
    enum ps_status status = ps_outdir_open(path, hook, &dir, &err);
    if (status == PS_OK)
        status = set_fill(dir, set);
    if (status == PS_OK) {
        const struct ps_filesum *sums[4];
        size_t n = 0;
        for (size_t i = 0; i < ps_outdir_files_n(dir); i++)
            sums[i] = ps_outdir_sum(dir, i);
        char *text = set_manifest(sums, ps_outdir_files_n(dir), set->seed, &n);
        status = text ? ps_outdir_commit(dir, text, n) : PS_MEMORY;
        free(text);
    }
    ps_outdir_free(dir);
    return status;
}

static inline int set_holds(const char *folder, const char *name, const char *bytes)
{
    char buffer[8192];
    char *path = set_path(folder, name);
    FILE *file = fopen(path, "rb");
    free(path);
    if (!file)
        return 0;
    size_t n = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    return n == strlen(bytes) && memcmp(buffer, bytes, n) == 0;
}

/* The folder shows this set, its manifest and no other visible file, byte for byte. */
static inline int set_is(const char *folder, const struct set *set)
{
    struct ps_filesum sums[4];
    const struct ps_filesum *pointers[4];
    size_t visible_n = 0;
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) {
        const char *bytes = set->files[i].bytes;
        if (!set_holds(folder, set->files[i].name, bytes))
            return 0;
        snprintf(sums[i].name, sizeof sums[i].name, "%s", set->files[i].name);
        sums[i].bytes_n = strlen(bytes);
        ps_sha256_of(bytes, strlen(bytes), sums[i].sha256);
        pointers[i] = &sums[i];
    }
    char *text = set_manifest(pointers, set->n, set->seed, &n);
    assert_non_null(text);
    int same = set_holds(folder, "manifest.json", text);
    free(text);
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;)
        visible_n += (size_t)(entry->d_name[0] != '.');
    closedir(stream);
    return same && visible_n == set->n + 1;
}

enum set_verdict { SET_IS_NOTHING, SET_IS_OLD, SET_IS_NEW, SET_IS_MIXED };

/* What a reader finds who verifies before he reads. */
static inline enum set_verdict set_judge(const char *folder)
{
    struct ps_outerror err;
    enum ps_status status = ps_outdir_verify(folder, &err);
    if (status == PS_OK)
        return set_is(folder, &SET_OLD)   ? SET_IS_OLD
               : set_is(folder, &SET_NEW) ? SET_IS_NEW
                                          : SET_IS_MIXED;
    int nothing = err.reason == PS_OUT_NO_RESULTS ||
                  (err.op == PS_OUTOP_OPEN_DIR && err.reason == PS_OUT_SYSTEM);
    return nothing ? SET_IS_NOTHING : SET_IS_MIXED;
}

static inline size_t set_count(const char *folder, int temps_only)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        const char *name = entry->d_name;
        int dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        int temp = strncmp(name, ".tmp-", 5) == 0 || strncmp(name, ".commit", 7) == 0;
        n += (size_t)(temps_only ? temp : !dots);
    }
    closedir(stream);
    return n;
}

static inline size_t set_count_temps(const char *folder)
{
    return set_count(folder, 1);
}

static inline size_t set_count_entries(const char *folder)
{
    return set_count(folder, 0);
}

static inline void set_remove_tree(const char *folder)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *path = set_path(folder, entry->d_name);
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            set_remove_tree(path);
        else
            unlink(path);
        free(path);
    }
    closedir(stream);
    rmdir(folder);
}

struct place {
    char root[256];
    char out[300];
    char copy[300];
};

/* A fresh folder for each test; out and copy are not made yet. In memory where that can be had: the
 * tests sync some ten thousand times, and none of them pulls a real plug. */
static inline int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    const char *tmp = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    if (!place)
        return -1;
    snprintf(place->root, sizeof place->root, "%s/ps-outdir-XXXXXX", tmp);
    if (!mkdtemp(place->root))
        return -1;
    snprintf(place->out, sizeof place->out, "%s/out", place->root);
    snprintf(place->copy, sizeof place->copy, "%s/copy", place->root);
    *state = place;
    return 0;
}

static inline int place_teardown(void **state)
{
    struct place *place = *state;
    set_remove_tree(place->root);
    free(place);
    return 0;
}

static inline void start_from(const char *out, int has_old)
{
    set_remove_tree(out);
    if (has_old)
        assert_int_equal(set_write(out, NULL, &SET_OLD), PS_OK);
    else
        assert_int_equal(mkdir(out, 0777), 0);
}

#endif
