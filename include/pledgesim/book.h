// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BOOK_H
#define PLEDGESIM_BOOK_H

#include "pledgesim/arena.h"
#include "pledgesim/diag.h"
#include "pledgesim/scenario.h"

/* One value of a resolved scenario, for scenarios_resolved.csv, the manifest and `check`. A table
 * that an earlier scenario holds too is not repeated: one line with row_id "*", the id of that
 * scenario as value and the origin "same table as scenario" stands for it. Of loans.csv only cells
 * that an override changed are listed (the file stands in inputs). */
struct ps_resolved {
    size_t scenario; /* index in the book */
    const struct ps_column_desc *column;
    char *row_id; /* "" for scenarios.csv itself */
    char *value;  /* as a cell would hold it, in the column's unit */
    char *origin; /* "products.csv!D3", "scenarios.csv!F4", "built-in products.csv!D3", "--set",
                   * "default", "=trigger_months" (as the scenario's own), "=segment" */
};

struct ps_input_file {
    char *name;
    char sha256[65];
    size_t bytes_n;
};

/* A book: every scenario row (sweeps expanded), ready to prepare. Owns everything. Scenarios whose
 * tables are equal share their rows: never free or change the tables of one scenario. */
struct ps_book {
    char *name; /* base name of the folder or file: default results folder */
    struct ps_scenario *scenarios;
    size_t scenarios_n;
    struct ps_resolved *resolved; /* grouped by scenario, in table and column order */
    size_t resolved_n;
    struct ps_input_file *inputs;
    size_t inputs_n;
    struct ps_arena memory; /* holds all of the above */
    struct ps_load *load_;  /* what was read, for the places of what is found later */
};

struct ps_book_request {
    const char *path;        /* folder, one scenarios.csv, or "-" */
    int built_in;            /* path is the name of a folder inside the program (embedded.h) */
    const char *const *only; /* scenario ids to keep, or NULL; only_n of them */
    size_t only_n;
    const char *const *sets; /* "NAME=VALUE" overrides (also table.id.column), or NULL */
    size_t sets_n;
};

/* Reads and checks a whole book. Every problem of every table is in `diags`; PS_OK only when none
 * is an error. Nothing is computed or written otherwise. */
enum ps_status ps_book_load(const struct ps_book_request *request, struct ps_diags *diags,
                            struct ps_book *book) PS_MUST_CHECK;
/* Tries whether the worlds of every scenario can be prepared, each distinct one once: what a run
 * would refuse before it draws any. One diagnostic a cause, at the cell that matters, with the
 * scenarios concerned. scenario: the only one that is tried, or SIZE_MAX. PS_INPUT when something
 * was found. The book is one that loaded and was not copied. */
enum ps_status ps_book_try(const struct ps_book *book, size_t scenario, struct ps_diags *diags)
    PS_MUST_CHECK;
void ps_book_free(struct ps_book *book);

#endif
