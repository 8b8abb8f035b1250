// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_REPORT_PAGE_H
#define PLEDGESIM_REPORT_PAGE_H

#include <stdio.h>

#include <jansson.h>

#include "pledgesim/answer.h"
#include "pledgesim/numtext.h"
#include "pledgesim/outlook.h"
#include "pledgesim/results.h"

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
};

/* Text with &, <, >, " and ' as entities; line feeds and other controls as blanks. */
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

/* ---- the blocks ---- */

ps_page_block ps_page_conclusion, ps_page_decisions, ps_page_parameters, ps_page_study,
    ps_page_rare;

/* Figures in words. */
struct ps_page_said ps_page_money(enum ps_lang lang, int64_t fen);
struct ps_page_said ps_page_amount(enum ps_lang lang, double wan, struct ps_interval wan_interval);
/* A mean; of what is 0 in every world, in how many it was not seen. */
struct ps_page_said ps_page_mean(enum ps_lang lang, const struct ps_row *row,
                                 enum ps_measure measure);

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
