// SPDX-License-Identifier: GPL-3.0-or-later
// tests/bad/cases.csv: one case a line, each the book of tests/bad/base with up to three changes.
// The book must come to the exit code, the diagnostic and the place of the line, and to nothing
// else. A change is a file, how it changes and what it becomes:
//   file, hex         the whole file, as text with \n \r \t \\ or as bytes
//   line:3, append    one line; a line more
//   C2                one cell
//   column            a column more: header~row 2~row 3
//   delete            no such file
//   set, only, path   the option of that name; a path is relative to the book
// `also` lists further codes that must be told, anywhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pledgesim/book.h"
#include "pledgesim/csv.h"

enum { FILES_MAX = 16, LINES_MAX = 64, TEXT_MAX = 65536 };

struct file {
    char name[64];
    unsigned char *bytes;
    size_t n;
};

struct bad_case {
    struct file files[FILES_MAX];
    size_t files_n;
    char path[PATH_MAX]; /* "" = the folder itself */
    const char *set, *only;
};

static char *field(const struct ps_csv *csv, size_t row, size_t column)
{
    return csv->rows[row].cells[column].text;
}

/* ---- files ---- */

static struct file *find_file(struct bad_case *c, const char *name)
{
    for (size_t i = 0; i < c->files_n; i++) {
        if (strcmp(c->files[i].name, name) == 0) {
            return &c->files[i];
        }
    }
    assert_true(c->files_n < FILES_MAX);
    struct file *file = &c->files[c->files_n++];
    *file = (struct file){0};
    assert_true(strlen(name) < sizeof file->name);
    strcpy(file->name, name);
    return file;
}

static void set_bytes(struct file *file, const void *bytes, size_t n)
{
    unsigned char *copy = malloc(n + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    copy[n] = '\0';
    free(file->bytes);
    file->bytes = copy;
    file->n = n;
}

static void read_base(struct bad_case *c)
{
    DIR *dir = opendir("tests/bad/base");
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        static char text[TEXT_MAX];
        char path[PATH_MAX];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof path, "tests/bad/base/%s", entry->d_name);
        FILE *in = fopen(path, "rb");
        assert_non_null(in);
        const size_t n = fread(text, 1, sizeof text, in);
        assert_int_equal(fclose(in), 0);
        set_bytes(find_file(c, entry->d_name), text, n);
    }
    assert_int_equal(closedir(dir), 0);
}

static void remove_folder(const char *folder, const struct bad_case *c)
{
    for (size_t i = 0; i < c->files_n; i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%s", folder, c->files[i].name);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void write_folder(const char *folder, const struct bad_case *c)
{
    for (size_t i = 0; i < c->files_n; i++) {
        char path[PATH_MAX];
        if (c->files[i].bytes == NULL) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder, c->files[i].name);
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        assert_int_equal(fwrite(c->files[i].bytes, 1, c->files[i].n, out), c->files[i].n);
        assert_int_equal(fclose(out), 0);
    }
}

/* ---- changes ---- */

static void unescape(char *text)
{
    char *out = text;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
            *out++ = (char)(*p == 'n' ? '\n' : *p == 'r' ? '\r' : *p == 't' ? '\t' : *p);
        } else {
            *out++ = *p;
        }
    }
    *out = '\0';
}

static void set_hex(struct file *file, const char *hex)
{
    static unsigned char bytes[TEXT_MAX];
    size_t n = 0;
    for (; hex[2 * n] != '\0'; n++) {
        char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        bytes[n] = (unsigned char)strtoul(pair, NULL, 16);
    }
    set_bytes(file, bytes, n);
}

/* Splits at a character; returns the number of parts, which point into text. */
static size_t split(char *text, char at, char *parts[LINES_MAX])
{
    size_t n = 0;
    parts[n++] = text;
    for (char *p = text; *p != '\0'; p++) {
        if (*p == at) {
            *p = '\0';
            assert_true(n < LINES_MAX);
            parts[n++] = p + 1;
        }
    }
    return n;
}

static void add_text(char *all, const char *text)
{
    assert_true(strlen(all) + strlen(text) + 1 < TEXT_MAX);
    strcat(all, text);
}

/* One line with its cell (0-based) replaced. */
static void replace_cell(char *all, char *line, size_t cell, const char *what)
{
    char *cells[LINES_MAX];
    const size_t n = split(line, ',', cells);
    assert_true(cell < n);
    for (size_t i = 0; i < n; i++) {
        add_text(all, i == 0 ? "" : ",");
        add_text(all, i == cell ? what : cells[i]);
    }
}

static void change_lines(struct file *file, const char *how, char *what)
{
    static char all[TEXT_MAX];
    char *lines[LINES_MAX], *cells[LINES_MAX];
    size_t n = split((char *)file->bytes, '\n', lines);
    const size_t cells_n = strcmp(how, "column") == 0 ? split(what, '~', cells) : 0;
    const long line = strncmp(how, "line:", 5) == 0 ? strtol(how + 5, NULL, 10) : 0;
    const int is_cell = how[0] >= 'A' && how[0] <= 'Z';
    all[0] = '\0';
    n -= lines[n - 1][0] == '\0';
    for (size_t i = 0; i < n; i++) {
        if (is_cell && strtol(how + 1, NULL, 10) == (long)i + 1) {
            replace_cell(all, lines[i], (size_t)(how[0] - 'A'), what);
        } else {
            add_text(all, line == (long)i + 1 ? what : lines[i]);
        }
        if (cells_n > 0) {
            assert_true(i < cells_n);
            add_text(all, ",");
            add_text(all, cells[i]);
        }
        add_text(all, "\n");
    }
    if (strcmp(how, "append") == 0) {
        add_text(all, what);
        add_text(all, "\n");
    }
    set_bytes(file, all, strlen(all));
}

static void apply(struct bad_case *c, const char *name, const char *how, char *what)
{
    if (how[0] == '\0') {
        return;
    }
    if (strcmp(how, "set") == 0) {
        c->set = what;
    } else if (strcmp(how, "only") == 0) {
        c->only = what;
    } else if (strcmp(how, "path") == 0) {
        (void)snprintf(c->path, sizeof c->path, "%s", what);
    } else if (strcmp(how, "hex") == 0) {
        set_hex(find_file(c, name), what);
    } else {
        struct file *file = find_file(c, name);
        unescape(what);
        if (strcmp(how, "file") == 0) {
            set_bytes(file, what, strlen(what));
        } else if (strcmp(how, "delete") == 0) {
            free(file->bytes);
            file->bytes = NULL;
        } else {
            change_lines(file, how, what);
        }
    }
}

/* ---- one case ---- */

static int has_code(const struct ps_diags *diags, const char *code)
{
    for (size_t i = 0; i < diags->n; i++) {
        if (strcmp(ps_diag_kind(diags->items[i].code)->code, code) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The diagnostic asked for, at its place. */
static int has_diag(const struct ps_diags *diags, const struct ps_csv *cases, size_t row)
{
    for (size_t i = 0; i < diags->n; i++) {
        const struct ps_diag *diag = &diags->items[i];
        const char *file = diag->place.file == NULL ? "" : diag->place.file;
        const char *wanted = field(cases, row, 3);
        const size_t n = strlen(file);
        const size_t wanted_n = strlen(wanted);
        if (strcmp(ps_diag_kind(diag->code)->code, field(cases, row, 2)) == 0 && n >= wanted_n &&
            strcmp(file + n - wanted_n, wanted) == 0 &&
            diag->place.line == strtol(field(cases, row, 4), NULL, 10) &&
            diag->place.column == strtol(field(cases, row, 5), NULL, 10)) {
            return 1;
        }
    }
    return 0;
}

static int is_as_told(const struct ps_diags *diags, enum ps_status status,
                      const struct ps_csv *cases, size_t row)
{
    static char also[256];
    char *codes[LINES_MAX];
    (void)snprintf(also, sizeof also, "%s", field(cases, row, 6));
    const size_t also_n = also[0] == '\0' ? 0 : split(also, ' ', codes);
    const int has_main = field(cases, row, 2)[0] != '\0';
    int ok = ps_status_exit_code(status) == (int)strtol(field(cases, row, 1), NULL, 10) &&
             diags->n == also_n + (has_main ? 1 : 0);
    ok = ok && (!has_main || has_diag(diags, cases, row));
    for (size_t i = 0; i < also_n; i++) {
        ok = ok && has_code(diags, codes[i]);
    }
    return ok;
}

static void print_diags(const char *name, enum ps_status status, const struct ps_diags *diags)
{
    print_message("[ %s ] exit %d\n", name, ps_status_exit_code(status));
    for (size_t i = 0; i < diags->n; i++) {
        const struct ps_diag *diag = &diags->items[i];
        char *rule = ps_diag_rule(diag, PS_LANG_EN);
        print_message("    %s %s:%ld:%ld [%s] %s\n", ps_diag_kind(diag->code)->code,
                      diag->place.file, diag->place.line, diag->place.column,
                      diag->value == NULL ? "" : diag->value, rule == NULL ? "" : rule);
        free(rule);
    }
}

static int run_case(const struct ps_csv *cases, size_t row)
{
    struct bad_case c = {0};
    char folder[] = "/tmp/pledgesim-bad-XXXXXX";
    char path[2 * PATH_MAX];
    read_base(&c);
    apply(&c, field(cases, row, 7), field(cases, row, 8), field(cases, row, 9));
    apply(&c, field(cases, row, 10), field(cases, row, 11), field(cases, row, 12));
    apply(&c, field(cases, row, 13), field(cases, row, 14), field(cases, row, 15));
    assert_non_null(mkdtemp(folder));
    write_folder(folder, &c);
    (void)snprintf(path, sizeof path, "%s%s%s", c.path[0] == '/' ? "" : folder,
                   c.path[0] == '\0' || c.path[0] == '/' ? "" : "/", c.path);
    const struct ps_book_request request = {.path = path,
                                            .only = c.only == NULL ? NULL : &c.only,
                                            .only_n = c.only != NULL,
                                            .sets = &c.set,
                                            .sets_n = c.set != NULL};
    struct ps_diags diags = {0};
    struct ps_book book;
    const enum ps_status status = ps_book_load(&request, &diags, &book);
    const int ok = is_as_told(&diags, status, cases, row);
    if (!ok) {
        print_diags(field(cases, row, 0), status, &diags);
    }
    ps_book_free(&book);
    ps_diags_free(&diags);
    remove_folder(folder, &c);
    for (size_t i = 0; i < c.files_n; i++) {
        free(c.files[i].bytes);
    }
    return ok;
}

static void read_cases(struct ps_csv *cases)
{
    struct ps_diags diags = {0};
    assert_int_equal(ps_csv_read("tests/bad/cases.csv", "cases.csv", &diags, cases), PS_OK);
    assert_int_equal(cases->columns_n, 16);
    ps_diags_free(&diags);
}

static void test_every_case_is_told_exactly(void **state)
{
    (void)state;
    struct ps_csv cases;
    size_t failed_n = 0;
    read_cases(&cases);
    for (size_t i = 0; i < cases.rows_n; i++) {
        failed_n += !run_case(&cases, i);
    }
    print_message("%zu cases\n", cases.rows_n);
    assert_true(cases.rows_n >= 60);
    ps_csv_free(&cases);
    assert_int_equal(failed_n, 0);
}

/* Codes whose cases do not fit in a line: test_book.c has them; W101 is of a run, in test_exact.c.
 */
static int is_tested_elsewhere(const char *code)
{
    static const char *const CODES[] = {"T013", "M018", "W101"};
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        if (strcmp(code, CODES[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static void test_every_code_of_the_book_has_a_case(void **state)
{
    (void)state;
    struct ps_csv cases;
    size_t missing_n = 0;
    read_cases(&cases);
    for (int k = 0; k < PS_DIAG_N; k++) {
        const char *code = ps_diag_kind((enum ps_diag_code)k)->code;
        int seen = strchr("TVMW", code[0]) == NULL || is_tested_elsewhere(code);
        for (size_t i = 0; i < cases.rows_n && !seen; i++) {
            seen = strcmp(code, field(&cases, i, 2)) == 0;
        }
        if (!seen) {
            print_message("no case for %s\n", code);
            missing_n++;
        }
    }
    ps_csv_free(&cases);
    assert_int_equal(missing_n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_case_is_told_exactly),
        cmocka_unit_test(test_every_code_of_the_book_has_a_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
