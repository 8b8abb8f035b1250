// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_DIAGPRINT_H
#define PLEDGESIM_DIAGPRINT_H

#include <stdio.h>

#include "pledgesim/diag.h"

#define PS_DIAGPRINT_LIMIT 20

struct ps_diag_style {
    enum ps_lang lang;
    int colour;   /* ANSI colours; only when the user's terminal wants them */
    size_t limit; /* at most so many are shown, then a count; 0 = all that are stored */
};

/* Shows the diagnostics as a compiler does, in their order (beyond the limit errors come first):
 *   F020 products.csv:3:9 (cell C3): error: "abc": rule
 *     hint: what to do
 *      3 | the source line, tabs expanded, cut around the caret when it is long
 *        |     ^~~
 * and one line of counts. Control, format and other invisible characters of the user's text are
 * shown as <U+001B>, bytes that are no UTF-8 as <0xFF>, so no text can command the terminal. */
void ps_diags_print(FILE *out, const struct ps_diags *diags, const struct ps_diag_style *style);

/* The same as one JSON object: {"diagnostics": [{"code", "severity", "file", "line", "column",
 * "cell", "value", "rule", "hint"}], "errors", "warnings", "notes"}; what is not known is null. All
 * stored problems are listed. PS_MEMORY, or PS_IO when writing failed. */
enum ps_status ps_diags_print_json(FILE *out, const struct ps_diags *diags, enum ps_lang lang)
    PS_MUST_CHECK;

/* Writes text with invisible characters and wrong bytes made visible; at most max_width terminal
 * columns, then "..."; 0 = no limit. For any text that comes from the user. */
void ps_print_shown(FILE *out, const char *text, size_t max_width);

#endif
