// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <utf8proc.h>

#include "pledgesim/diagprint.h"

/* Read from the environment: setlocale would change how the C library treats text. */
static int locale_is_utf8(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *value = getenv(NAMES[i]);
        if (value != NULL && *value != '\0') {
            const char *set = strchr(value, '.');
            return set != NULL &&
                   (strncasecmp(set, ".utf-8", 6) == 0 || strncasecmp(set, ".utf8", 5) == 0);
        }
    }
    return 0;
}

/* For a terminal that does not know its own size; 0 when COLUMNS says nothing sensible. */
static int columns_wanted(void)
{
    const char *text = getenv("COLUMNS");
    int n = 0;
    for (; text != NULL && *text >= '0' && *text <= '9' && n < 10000; text++) {
        n = 10 * n + *text - '0';
    }
    return text != NULL && *text == '\0' && n < 10000 ? n : 0;
}

struct ps_terminal ps_terminal_of(FILE *stream)
{
    struct ps_terminal terminal = {.utf8 = locale_is_utf8(), .width = 80};
    const int fd = fileno(stream);
    const char *type = getenv("TERM");
    const char *plain = getenv("NO_COLOR");
    terminal.tty = isatty(fd);
    terminal.colour = terminal.tty && type != NULL && *type != '\0' && strcmp(type, "dumb") != 0 &&
                      (plain == NULL || *plain == '\0');
    struct winsize size;
    if (terminal.tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        terminal.width = size.ws_col;
    } else if (terminal.tty) {
        const int wish = columns_wanted();
        terminal.width = wish > 0 ? wish : terminal.width;
    }
    return terminal;
}

size_t ps_screen_width(const char *text)
{
    size_t width = 0;
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    while (*p != '\0') {
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t n = utf8proc_iterate(p, -1, &code);
        if (n <= 0) {
            width++;
            p++;
            continue;
        }
        const int columns = utf8proc_charwidth(code);
        width += columns > 0 ? (size_t)columns : 0;
        p += n;
    }
    return width;
}

/* ---- tables ---- */

static char *shown(const char *text, size_t max_width)
{
    char *copy = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&copy, &n);
    if (out == NULL) {
        return NULL;
    }
    ps_print_shown(out, text, max_width);
    if (fclose(out) != 0) {
        free(copy);
        return NULL;
    }
    return copy;
}

void ps_grid_add(struct ps_grid *grid, const char *text, size_t max_width)
{
    if (grid->failed) {
        return;
    }
    if (grid->cells_n == grid->capacity) {
        const size_t capacity = grid->capacity == 0 ? 64 : 2 * grid->capacity;
        char **cells = realloc(grid->cells, capacity * sizeof *cells);
        if (cells == NULL) {
            grid->failed = 1;
            return;
        }
        grid->cells = cells;
        grid->capacity = capacity;
    }
    char *cell = shown(text == NULL ? "" : text, max_width);
    if (cell == NULL) {
        grid->failed = 1;
        return;
    }
    grid->cells[grid->cells_n++] = cell;
}

static void put_blanks(FILE *out, size_t n)
{
    for (; n > 0; n--) {
        (void)fputc(' ', out);
    }
}

static void print_cell(FILE *out, const struct ps_grid *grid, size_t first, size_t column,
                       const size_t *widths, int is_last)
{
    const char *cell = grid->cells[first + column];
    const size_t blanks = widths[column] - ps_screen_width(cell);
    const int right = (grid->right >> column & 1) != 0;
    if (right) {
        put_blanks(out, blanks);
    }
    (void)fputs(cell, out);
    if (!is_last) {
        put_blanks(out, (right ? 0 : blanks) + 2);
    }
}

/* The first column, and those from `from` up to `to`. */
static void print_aligned_row(FILE *out, const struct ps_grid *grid, size_t first,
                              const size_t *widths, size_t from, size_t to)
{
    /* Blanks behind the last text of a row are left out. */
    while (to > from && *grid->cells[first + to - 1] == '\0') {
        to--;
    }
    print_cell(out, grid, first, 0, widths, to == from);
    for (size_t i = from; i < to; i++) {
        print_cell(out, grid, first, i, widths, i + 1 == to);
    }
    (void)fputc('\n', out);
}

/* What is wider than a terminal goes on in another table below, with the first column again. */
static void print_aligned(FILE *out, const struct ps_grid *grid, const size_t *widths)
{
    const struct ps_terminal terminal = ps_terminal_of(out);
    const size_t width = terminal.tty ? (size_t)terminal.width : SIZE_MAX;
    size_t from = 1;
    do {
        size_t to = from, used = widths[0];
        while (to < grid->columns_n && (to == from || used + 2 + widths[to] <= width)) {
            used += 2 + widths[to++];
        }
        if (from > 1) {
            (void)fputc('\n', out);
        }
        for (size_t i = 0; i + grid->columns_n <= grid->cells_n; i += grid->columns_n) {
            print_aligned_row(out, grid, i, widths, from, to);
        }
        from = to;
    } while (from < grid->columns_n);
}

static void print_markdown_row(FILE *out, const struct ps_grid *grid, size_t first)
{
    for (size_t i = 0; i < grid->columns_n; i++) {
        (void)fputs(i == 0 ? "| " : " | ", out);
        for (const char *p = grid->cells[first + i]; *p != '\0'; p++) {
            if (*p == '|') {
                (void)fputc('\\', out);
            }
            (void)fputc(*p, out);
        }
    }
    (void)fputs(" |\n", out);
    if (first == 0) {
        for (size_t i = 0; i < grid->columns_n; i++) {
            (void)fputs((grid->right >> i & 1) != 0 ? "|---:" : "|---", out);
        }
        (void)fputs("|\n", out);
    }
}

enum ps_status ps_grid_print(FILE *out, const struct ps_grid *grid, enum ps_grid_style style)
{
    size_t *widths = calloc(grid->columns_n, sizeof *widths);
    if (grid->failed || widths == NULL) {
        free(widths);
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < grid->cells_n; i++) {
        const size_t width = ps_screen_width(grid->cells[i]);
        size_t *widest = &widths[i % grid->columns_n];
        *widest = width > *widest ? width : *widest;
    }
    if (style == PS_GRID_ALIGNED) {
        print_aligned(out, grid, widths);
    }
    for (size_t i = 0; style == PS_GRID_MARKDOWN && i + grid->columns_n <= grid->cells_n;
         i += grid->columns_n) {
        print_markdown_row(out, grid, i);
    }
    free(widths);
    return PS_OK;
}

void ps_grid_free(struct ps_grid *grid)
{
    for (size_t i = 0; i < grid->cells_n; i++) {
        free(grid->cells[i]);
    }
    free(grid->cells);
    *grid = (struct ps_grid){0};
}
