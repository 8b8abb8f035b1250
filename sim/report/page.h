// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_REPORT_PAGE_H
#define PLEDGESIM_REPORT_PAGE_H

#include <stdio.h>

#include <jansson.h>

#include "pledgesim/answer.h"
#include "pledgesim/numtext.h"
#include "pledgesim/outlook.h"
#include "pledgesim/results.h"
#include "pledgesim/sweep.h"
#include "pledgesim/tune.h"

/* Pieces of report.html. Text goes through ps_page_text or ps_page_say, which make it inert; what
 * is written otherwise is markup of this program. */

enum ps_word {
#define PS_WORD(symbol, en, zh) PS_WORD_##symbol,
#include "page_words.def"
#undef PS_WORD
    PS_WORD_N
};

const char *ps_word_key(enum ps_word word);
const char *ps_word_text(enum ps_word word, enum ps_lang lang);

/* What all writers share. */
struct ps_page {
    FILE *out;
    enum ps_lang lang; /* of the block being written */
    const struct ps_results_request *request;
    struct ps_figures *figures; /* one a scenario; NULL for sweep and tune, as is: */
    int *stress;                /* is it a stress: the policy of the first, other worlds? */
    uint64_t shipped;           /* bit i: input i of the book is as the program brings it along */
};

/* Text with &, <, >, " and ' as entities; line feeds and other controls as blanks. What turns the
 * direction of writing is kept to itself, but for the plain one, where no markup can be. */
void ps_page_plain(const struct ps_page *page, const char *text);
void ps_page_text(const struct ps_page *page, const char *text);

/* A word in the language of the block; arguments up to NULL, inert likewise. */
#define PS_PAGE_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
void ps_page_say(const struct ps_page *page, enum ps_word word, const char *const args[]);

/* The same as plain text, for use as an argument. */
struct ps_page_said {
    char s[1024];
};
struct ps_page_said ps_page_said(enum ps_lang lang, enum ps_word word, const char *const args[]);

/* A block in both languages, of which the page shows one. */
typedef void ps_page_block(struct ps_page *page);
void ps_page_both(struct ps_page *page, const char *tag, ps_page_block *block);
void ps_page_word(struct ps_page *page, const char *tag, enum ps_word word);

/* A word of a command line, in quotes where a shell would read more than the word; inert. */
void ps_page_shell_word(const struct ps_page *page, const char *word);

/* The search for the smallest size between two totals of the first scenario's pools, as a command.
 */
void ps_page_tune(const struct ps_page *page, int64_t lo_fen, int64_t hi_fen);

/* The run of a variant of a study as a command, with a folder for its results. */
void ps_page_variant(const struct ps_page *page, const struct ps_study *study, const int64_t *at);

/* ---- the blocks ---- */

ps_page_block ps_page_conclusion, ps_page_decisions, ps_page_parameters, ps_page_study,
    ps_page_rare;

/* Securitisations, trusts and funds, where a scenario has any. */
ps_page_block ps_page_vehicles;
int ps_page_has_vehicles(const struct ps_page *page);

/* A row of headings; a cell with a class, or "". */
void ps_page_head(const struct ps_page *page, const enum ps_word *words, size_t n);
void ps_page_cell(const struct ps_page *page, const char *class, const char *text);
/* 万元 without its name, for columns that say it. */
void ps_page_mean_cell(const struct ps_page *page, const struct ps_row *row,
                       enum ps_measure measure);

/* What a value rests on (basis.def), the weakest last. */
enum ps_basis {
#define PS_BASIS(symbol, key, en, zh, en_meaning, zh_meaning) PS_BASIS_##symbol,
#define PS_MARK_ZH(mark, zh)
#define PS_SHIPPED(file, row, column, mark)
#include "basis.def"
#undef PS_BASIS
#undef PS_MARK_ZH
#undef PS_SHIPPED
    PS_BASIS_N
};
struct ps_basis_text {
    enum ps_basis basis;
    char s[160]; /* in the language of the block; "" where the value follows another */
};
struct ps_basis_text ps_page_basis_of(const struct ps_page *page, const struct ps_resolved *line);
void ps_page_find_shipped(struct ps_page *page);

/* How many parameters are assumptions, in a sentence; and what the words mean. */
ps_page_block ps_page_basis, ps_page_legend;

/* Figures in words. */
struct ps_page_said ps_page_money(enum ps_lang lang, int64_t fen);
struct ps_page_said ps_page_amount(enum ps_lang lang, double wan, struct ps_interval wan_interval);
/* A mean; of what is 0 in every world, in how many it was not seen. */
struct ps_page_said ps_page_mean(enum ps_lang lang, const struct ps_row *row,
                                 enum ps_measure measure);

/* Names for a reader (page_names.c): the column of an axis, an axis at a place, a figure, a value
 * of a figure, a constraint. */
const struct ps_column_desc *ps_page_column(enum ps_table table, const char *name);
struct ps_page_said ps_page_axis(enum ps_lang lang, const struct ps_axis *axis);
struct ps_page_said ps_page_axis_at(enum ps_lang lang, const struct ps_axis *axis, int64_t at);
struct ps_page_said ps_page_figure(enum ps_lang lang, const struct ps_metric *metric);
struct ps_text ps_page_limit(const struct ps_metric *metric, double value, enum ps_lang lang);
struct ps_page_said ps_page_constraint(enum ps_lang lang, const struct ps_constraint *constraint);

/* What was worst of all that was tried, scenarios of the book with other worlds and twists. */
/* Has any scenario a target? */
int ps_page_any_target(const struct ps_page *page);

/* Is it 0 in every world? */
int ps_page_never(const struct ps_row *row, enum ps_measure measure);

/* Fills `stress`. PS_MEMORY, or what ps_panel_same_policy says. */
enum ps_status ps_page_find_stresses(struct ps_page *page) PS_MUST_CHECK;

/* The worst of the stresses that were tried, of the book and of the outlook. */
struct ps_page_worst {
    int tried;                   /* was there any? */
    const char *name[PS_LANG_N]; /* NULL: none was surely worse than the scenario as it is */
    struct ps_probability p;     /* under it, or as it is */
};
struct ps_page_worst ps_page_worst_depletion(const struct ps_page *page);
struct ps_page_worst ps_page_worst_target(const struct ps_page *page);

/* Why there is no outlook. */
enum ps_word ps_page_no_outlook(const struct ps_page *page);

/* The first scenario and its twists as bytes for the kernel, in base64, and which twist each set of
 * worlds is; null when they cannot be packed. */
json_t *ps_page_pack(const struct ps_page *page);

/* What a sweep or a search found; NULL when memory is out. */
json_t *ps_page_study_data(const struct ps_page *page);

/* The tornado of a run, whose metrics are these; null without one. */
enum { PS_PAGE_DEPLETION, PS_PAGE_TARGET, PS_PAGE_COST };
json_t *ps_page_tornado(const struct ps_sensitivity *sensitivity);

/* The figures behind the charts; NULL when memory is out. */
json_t *ps_page_data(const struct ps_page *page);

#endif
