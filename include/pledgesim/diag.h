// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_DIAG_H
#define PLEDGESIM_DIAG_H

#include <stddef.h>

#include "pledgesim/status.h"

/* Diagnostics about input: collected, never printed here. One list (diagnostics.def) holds every
 * kind: its code, severity, rule, hint and long explanation in both languages. */

enum ps_severity { PS_NOTE, PS_WARNING, PS_ERROR };

enum ps_diag_code {
#define PS_DIAG(symbol, code, severity, rule_en, rule_zh, hint_en, hint_zh, explain_en,            \
                explain_zh)                                                                        \
    symbol,
#include "pledgesim/diagnostics.def"
#undef PS_DIAG
    PS_DIAG_N
};

struct ps_diag_kind {
    const char *code; /* e.g. "B012": stable, documented, never reused */
    enum ps_severity severity;
    const char *rule[PS_LANG_N]; /* "{0}", "{1}", ... are replaced by the arguments */
    const char *hint[PS_LANG_N];
    const char *explain[PS_LANG_N];
};

const struct ps_diag_kind *ps_diag_kind(enum ps_diag_code code);

/* The kind with a documented code such as "F020" (case does not matter); PS_DIAG_N when none. */
enum ps_diag_code ps_diag_find(const char *code);

/* Where in the input. line, column and field are 1-based; 0 means "not known". */
struct ps_place {
    const char *file;   /* as the user names it, e.g. "products.csv"; borrowed */
    long line;          /* physical line in the file */
    long column;        /* character (code point) in that line */
    long row;           /* spreadsheet row (equals line unless a quoted cell holds line breaks) */
    long field;         /* spreadsheet column: 1 = A */
    const char *source; /* the whole line as UTF-8 for the caret display, or NULL; borrowed */
};

struct ps_diag {
    enum ps_diag_code code;
    struct ps_place place; /* strings owned by the diagnostic */
    char *value;           /* the offending text, or NULL */
    char *args[5];         /* for {0}..{4} */
};

/* Of each severity the first PS_DIAGS_STORED problems are kept whole; the counts go on beyond them,
 * so that a million bad rows cannot exhaust the memory. */
#define PS_DIAGS_STORED 1000

struct ps_diags {
    struct ps_diag *items;
    size_t n, capacity;
    size_t errors_n, warnings_n, notes_n;
    int out_of_memory; /* set instead of losing a problem silently */
};

/* Adds one problem; place and texts are copied (texts longer than 16 KiB are cut at a character).
 * place and value may be NULL; args is a NULL-terminated list (at most five), may be NULL. Never
 * fails visibly: a failed allocation sets out_of_memory. */
void ps_diags_add(struct ps_diags *diags, enum ps_diag_code code, const struct ps_place *place,
                  const char *value, const char *const args[]);

/* What was added from `from` on and stands in one file stands in another. */
void ps_diags_move(struct ps_diags *diags, size_t from, const char *file, const char *to);

/* Takes out those that `drop` says. */
void ps_diags_drop(struct ps_diags *diags, int (*drop)(const void *of, const struct ps_diag *diag),
                   const void *of);

/* Stable order of those from `from` on: file, line, column, code. */
void ps_diags_sort(struct ps_diags *diags, size_t from);
void ps_diags_free(struct ps_diags *diags);

/* Rule or hint with its arguments filled in; malloc'd, NULL when memory is out. */
char *ps_diag_rule(const struct ps_diag *diag, enum ps_lang lang);
char *ps_diag_hint(const struct ps_diag *diag, enum ps_lang lang);

/* "C7" for field 3, row 7. buffer holds at least 32 bytes. */
const char *ps_place_cell(const struct ps_place *place, char buffer[32]);

#endif
