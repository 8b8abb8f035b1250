// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_TERMINAL_H
#define PLEDGESIM_CLI_TERMINAL_H

#include <stdio.h>

#include "pledgesim/status.h"

/* What a stream can show. */
struct ps_terminal {
    int tty;
    int colour; /* a terminal that is not dumb, and NO_COLOR is not set */
    int utf8;   /* the locale's character set, by LC_ALL, LC_CTYPE, LANG */
    int width;  /* columns; 80 when not known */
};

struct ps_terminal ps_terminal_of(FILE *stream);

/* Columns of a text on the screen; wide characters count two. */
size_t ps_screen_width(const char *text);

/* A table of texts. Cells are added row by row; the first row is the header. */
struct ps_grid {
    size_t columns_n;
    unsigned right; /* bit i: column i is aligned to the right */
    char **cells;
    size_t cells_n, capacity;
    int failed; /* memory ran out: nothing will be printed */
};

enum ps_grid_style { PS_GRID_ALIGNED, PS_GRID_MARKDOWN };

/* Adds a cell; NULL is empty. Invisible characters are made visible; more than max_width columns
 * (0: no limit) are cut. */
void ps_grid_add(struct ps_grid *grid, const char *text, size_t max_width);

/* An aligned table is as narrow as the terminal: the columns that do not fit follow below, each
 * time with the first one. PS_MEMORY when a cell could not be added. */
enum ps_status ps_grid_print(FILE *out, const struct ps_grid *grid, enum ps_grid_style style)
    PS_MUST_CHECK;
void ps_grid_free(struct ps_grid *grid);

/* The bar of a running simulation on standard error. */
enum ps_progress_mode { PS_PROGRESS_OFF, PS_PROGRESS_BAR, PS_PROGRESS_JSON };

struct ps_progress {
    enum ps_progress_mode mode;
    enum ps_lang lang;
    struct ps_terminal terminal;
    double began, shown; /* seconds of ps_clock */
    int drawn;
};

/* `wanted`: "auto", "json" or "off". */
struct ps_progress ps_progress_begin(const char *wanted, enum ps_lang lang);
/* Shows how far it is, at most ten times a second. */
void ps_progress_show(struct ps_progress *progress, unsigned long long done,
                      unsigned long long total);
/* Takes the bar away. */
void ps_progress_end(struct ps_progress *progress);

#endif
