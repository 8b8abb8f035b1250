// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int ends_in_csv(const char *name)
{
    const size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".csv") == 0;
}

/* The ending of a file that a spreadsheet made and nothing here reads, or NULL. */
static const char *strange_ending(const char *name)
{
    static const char *const ENDINGS[] = {".csv", ".xlsx", ".xls", ".xlsm", ".et", ".ods"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        const size_t n = strlen(name), k = strlen(ENDINGS[i]);
        if (n > k && strcasecmp(name + n - k, ENDINGS[i]) == 0 && !ends_in_csv(name)) {
            return name + n - k;
        }
    }
    return NULL;
}

/* The table whose file this is, or PS_TABLE_N. */
static enum ps_table table_of_file(const char *name)
{
    for (int t = 0; t < PS_TABLE_N; t++) {
        const char *table = ps_table_desc((enum ps_table)t)->name;
        const size_t n = strlen(table);
        if (strncmp(name, table, n) == 0 && strcmp(name + n, ".csv") == 0) {
            return (enum ps_table)t;
        }
    }
    return PS_TABLE_N;
}

/* Notes the CSV files of a folder: tables by `found`, others in load->others. */
static enum ps_status scan(struct ps_load *load, const char *folder, unsigned char *found)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        const struct ps_place place = {.file = folder};
        const char *const args[] = {strerror(errno), NULL};
        ps_diags_add(load->diags, errno == EACCES ? PS_DIAG_FILE_PERMISSION : PS_DIAG_FILE_READ,
                     &place, NULL, args);
        load->unreadable = 1;
        return PS_OK;
    }
    enum ps_status status = PS_OK;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *name = entry->d_name;
        const enum ps_table table = table_of_file(name);
        if (table != PS_TABLE_N) {
            found[table] = 1;
        } else if (ends_in_csv(name) || strange_ending(name) != NULL) {
            struct ps_name **list = ends_in_csv(name) ? &load->others : &load->misnamed;
            struct ps_name *other = ps_load_take(&load->scratch, 1, sizeof *other);
            char *copy = ps_arena_copy(&load->scratch, name, strlen(name));
            if (other == NULL || copy == NULL) {
                status = ps_status_raise(PS_MEMORY);
                break;
            }
            *other = (struct ps_name){*list, copy};
            *list = other;
        }
    }
    (void)closedir(dir);
    return status;
}

/* Files that look like tables but have another ending: PRODUCTS.CSV always, a workbook when it is
 * named after a table that the book does not have. */
static void warn_of_misnamed(struct ps_load *load, const unsigned char *found)
{
    for (const struct ps_name *file = load->misnamed; file != NULL; file = file->next) {
        const struct ps_place place = {.file = file->name};
        const char *ending = strange_ending(file->name);
        const size_t stem = (size_t)(ending - file->name);
        const int is_csv = strcasecmp(ending, ".csv") == 0;
        int table = 0;
        while (table < PS_TABLE_N &&
               !(strlen(ps_table_desc((enum ps_table)table)->name) == stem &&
                 strncasecmp(file->name, ps_table_desc((enum ps_table)table)->name, stem) == 0)) {
            table++;
        }
        char wanted[512];
        const int is_table = table < PS_TABLE_N;
        (void)snprintf(wanted, sizeof wanted, "%.*s.csv", stem > 500 ? 500 : (int)stem,
                       is_table ? ps_table_desc((enum ps_table)table)->name : file->name);
        const char *const args[] = {wanted, NULL};
        if (is_csv) {
            ps_diags_add(load->diags, PS_DIAG_FILE_CAPITALS, &place, NULL, args);
        } else if (is_table && !found[table]) {
            ps_diags_add(load->diags, PS_DIAG_FILE_WORKBOOK, &place, NULL, args);
        }
    }
}

/* A file given alone, with tables beside it that will not be read: probably the folder was meant.
 */
static void warn_of_siblings(struct ps_load *load, const char *file, const unsigned char *found)
{
    char names[512] = "";
    for (int t = PS_TABLE_scenarios + 1; t < PS_TABLE_N; t++) {
        if (found[t]) {
            const size_t n = strlen(names);
            (void)snprintf(names + n, sizeof names - n, "%s%s.csv", n == 0 ? "" : ", ",
                           ps_table_desc((enum ps_table)t)->name);
        }
    }
    if (names[0] != '\0') {
        const struct ps_place place = {.file = file};
        const char *const args[] = {names, NULL};
        ps_diags_add(load->diags, PS_DIAG_SIBLINGS, &place, NULL, args);
    }
}

/* Which tables the built-in book stands in for when they are absent. */
static int falls_back(const struct ps_load *load, enum ps_table table, const unsigned char *found)
{
    switch (table) {
    case PS_TABLE_segments:
    case PS_TABLE_ip_kinds:
    case PS_TABLE_products:
    case PS_TABLE_banks:
        return 1;
    case PS_TABLE_demand:
        return load->alone || !found[PS_TABLE_loans]; /* a tape alone is a static book */
    default:
        return load->alone;
    }
}

static void add_name(char names[512], enum ps_table table)
{
    const size_t n = strlen(names);
    (void)snprintf(names + n, 512 - n, "%s%s", n == 0 ? "" : ", ", ps_table_desc(table)->name);
}

/* A stranger's book that silently runs on Bishan's tables would mislead: a warning. A file alone
 * asks for them: a note. */
static void note_absent(struct ps_load *load, const char *file, const char *built_in,
                        const char *empty)
{
    const struct ps_place place = {.file = file};
    const char *const built_in_args[] = {built_in, NULL};
    const char *const empty_args[] = {empty, NULL};
    if (built_in[0] != '\0') {
        ps_diags_add(load->diags,
                     load->alone ? PS_DIAG_TABLES_BUILT_IN : PS_DIAG_TABLES_BUILT_IN_BESIDE, &place,
                     NULL, built_in_args);
    }
    if (empty[0] != '\0') {
        ps_diags_add(load->diags, PS_DIAG_TABLES_EMPTY, &place, NULL, empty_args);
    }
}

static enum ps_status read_tables(struct ps_load *load, const char *scenarios,
                                  const unsigned char *found)
{
    enum ps_status status = ps_source_read(load, PS_TABLE_scenarios, scenarios, &load->scenarios);
    char built_in[512] = "", empty[512] = "";
    for (int i = PS_TABLE_scenarios + 1; status == PS_OK && i < PS_TABLE_N; i++) {
        const enum ps_table t = (enum ps_table)i;
        char file[64];
        (void)snprintf(file, sizeof file, "%s.csv", ps_table_desc(t)->name);
        if (!load->alone && found[t]) {
            status = ps_source_read(load, t, file, &load->regular[t]);
            continue;
        }
        if (falls_back(load, t, found)) {
            status = ps_source_builtin(load, t, &load->regular[t]);
        }
        if (load->regular[t] != NULL) {
            add_name(built_in, t);
        } else if (t != PS_TABLE_pools && t != PS_TABLE_banks && t != PS_TABLE_sector_weights &&
                   t != PS_TABLE_vehicles && t != PS_TABLE_funds && t != PS_TABLE_trusts) {
            add_name(empty, t); /* those have rows of their own when absent, or are an extra */
        }
    }
    if (status == PS_OK) {
        note_absent(load, scenarios, built_in, empty);
    }
    return status;
}

static enum ps_status read_folder(struct ps_load *load, const char *path)
{
    unsigned char found[PS_TABLE_N] = {0};
    load->folder = path;
    enum ps_status status = scan(load, path, found);
    if (status != PS_OK || load->unreadable) {
        return status;
    }
    warn_of_misnamed(load, found);
    if (!found[PS_TABLE_scenarios]) {
        const struct ps_place place = {.file = path};
        ps_diags_add(load->diags, PS_DIAG_BOOK_NO_SCENARIOS, &place, NULL, NULL);
        return PS_OK;
    }
    load->alone = 1;
    for (int t = PS_TABLE_scenarios + 1; t < PS_TABLE_N; t++) {
        load->alone = load->alone && !found[t];
    }
    return read_tables(load, "scenarios.csv", found);
}

static enum ps_status read_file(struct ps_load *load, const char *path)
{
    unsigned char found[PS_TABLE_N] = {0};
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;
    load->folder = slash == NULL   ? "."
                   : slash == path ? "/"
                                   : ps_arena_copy(&load->scratch, path, (size_t)(slash - path));
    if (load->folder == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    load->alone = 1;
    const enum ps_status status = scan(load, load->folder, found);
    if (status != PS_OK || load->unreadable) {
        return status;
    }
    load->others = NULL; /* not a book's folder: nothing in it is expected to be read */
    warn_of_siblings(load, file, found);
    return read_tables(load, file, found);
}

static enum ps_status read_built_in(struct ps_load *load, const char *name)
{
    unsigned char found[PS_TABLE_N] = {0};
    load->folder = name;
    for (int t = 0; t < PS_TABLE_N; t++) {
        char file[64];
        (void)snprintf(file, sizeof file, "%s.csv", ps_table_desc((enum ps_table)t)->name);
        found[t] = ps_builtin_find(name, file) != NULL;
    }
    return found[PS_TABLE_scenarios] ? read_tables(load, "scenarios.csv", found)
                                     : ps_status_raise(PS_BUG);
}

enum ps_status ps_folder_read(struct ps_load *load)
{
    const char *path = load->request->path;
    struct stat info;
    if (load->request->built_in) {
        return read_built_in(load, path);
    }
    if (strcmp(path, "-") == 0) {
        const unsigned char found[PS_TABLE_N] = {0};
        load->alone = 1;
        return read_tables(load, "-", found);
    }
    if (stat(path, &info) != 0) {
        const struct ps_place place = {.file = path};
        const char *const args[] = {strerror(errno), NULL};
        const int missing = errno == ENOENT || errno == ENOTDIR;
        ps_diags_add(load->diags, missing ? PS_DIAG_FILE_MISSING : PS_DIAG_FILE_READ, &place, NULL,
                     missing ? NULL : args);
        load->unreadable = 1;
        return PS_OK;
    }
    return S_ISDIR(info.st_mode) ? read_folder(load, path) : read_file(load, path);
}

void ps_folder_warn_unread(struct ps_load *load)
{
    for (const struct ps_name *other = load->others; other != NULL; other = other->next) {
        struct ps_nearest best = {0};
        int is_read = 0;
        for (const struct ps_source *s = load->sources; s != NULL; s = s->next) {
            is_read = is_read || strcmp(s->name, other->name) == 0;
        }
        for (int t = 0; t < PS_TABLE_N; t++) {
            ps_nearest_offer(&best, other->name, ps_table_desc((enum ps_table)t)->name);
        }
        if (!is_read) {
            const struct ps_place place = {.file = other->name};
            if (load->scenarios->broken) {
                continue; /* a row that could not be read may name it */
            }
            const char *const args[] = {best.name == NULL ? "" : best.name, NULL};
            ps_diags_add(load->diags, PS_DIAG_FILE_UNREAD, &place, NULL, args);
        }
    }
}
