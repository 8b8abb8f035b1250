// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "pledgesim/answer.h"
#include "pledgesim/errors.h"
#include "pledgesim/numtext.h"
#include "pledgesim/outlook.h"
#include "pledgesim/pairs.h"
#include "pledgesim/version.h"
#include "workbook_sheet.h"

/* The first sheet of a run: the answer for the first scenario, which the others vary. */

static const double CONFIDENCE = 0.95;

/* What is told beside the two probabilities; level 0: the mean. */
static const struct {
    enum ps_measure measure;
    double level;
} FIGURES[] = {{PS_M_REGISTERED, 0},          {PS_M_COMPENSATION, 0},
               {PS_M_COMPENSATION, 0.95},     {PS_M_COMPENSATION, 0.99},
               {PS_M_POOL_MIN, 0.05},         {PS_M_POOL_END, 0},
               {PS_M_SHORTFALL, 0},           {PS_M_LOSS, 0},
               {PS_M_LOSS_BANK, 0},           {PS_M_NPL_PEAK, 0.95},
               {PS_M_MONTHS_SUSPENDED, 0},    {PS_M_REFUSED_N, 0},
               {PS_M_FISCAL_NET_COST, 0},     {PS_M_FISCAL_NET_COST, 0.95},
               {PS_M_FISCAL_PRESENT_VALUE, 0}};

/* What keeps the registered amount down. */
static const enum ps_measure OBSTACLES[] = {
    PS_M_GAP_DEMAND,      PS_M_LOST_LEVERAGE,    PS_M_LOST_SUSPENDED,
    PS_M_LOST_TERMINATED, PS_M_LOST_SINGLE_NAME, PS_M_LOST_LOAN_CAP,
    PS_M_LOST_POPULATION, PS_M_LOST_CLOSED,      PS_M_LOST_TAKE_UP};

struct page {
    struct ps_workbook *book;
    lxw_worksheet *sheet;
    const struct ps_scenario *scenario;
    const struct ps_row *row;
    lxw_row_t at;
};

static void text(struct page *page, lxw_col_t col, const char *words, enum ps_cell_style style)
{
    ps_workbook_text(page->book, page->sheet, page->at, col, words, style);
}

static void word(struct page *page, lxw_col_t col, enum ps_word which, enum ps_cell_style style)
{
    text(page, col, ps_word(which, page->book->lang), style);
}

static void number(struct page *page, lxw_col_t col, double value, enum ps_cell_style style)
{
    if (value - value == 0) /* finite */
        ps_workbook_number(page->book, page->sheet, page->at, col, value, style);
}

static void estimate(struct page *page, double value, double lo, double hi,
                     enum ps_cell_style style)
{
    number(page, 1, value, style);
    number(page, 2, lo, style == PS_STYLE_CHANCE ? PS_STYLE_SHARE : style);
    number(page, 3, hi, style == PS_STYLE_CHANCE ? PS_STYLE_SHARE : style);
    page->at++;
}

static void probability(struct page *page, const char *name, enum ps_cell_style style,
                        const struct ps_probability *p)
{
    text(page, 0, name, style);
    /* Without a hit the bound to quote is the one-sided one. */
    estimate(page, p->value, p->hits_n == p->worlds_n ? p->lower95 : p->lo95,
             p->hits_n == 0 ? p->upper95 : p->hi95, PS_STYLE_CHANCE);
}

static enum ps_cell_style style_of(enum ps_measure measure)
{
    switch (ps_measure_desc(measure)->unit) {
    case PS_MU_FEN:
        return PS_STYLE_MONEY;
    case PS_MU_PPM:
        return PS_STYLE_SHARE;
    case PS_MU_FLAG:
        return PS_STYLE_CHANCE;
    case PS_MU_MONTHS:
    case PS_MU_COUNT:
        break;
    }
    return PS_STYLE_DECIMAL;
}

static void mean(struct page *page, enum ps_measure measure)
{
    const double divisor = ps_measure_divisor(measure);
    const struct ps_estimate e = ps_row_mean(page->row, measure);
    const struct ps_interval interval = ps_row_mean_interval(page->row, measure, CONFIDENCE);
    const char *doc = ps_measure_desc(measure)->doc[page->book->lang];
    text(page, 0, ps_phrase(PS_WORD_MEAN, page->book->lang, doc, "").s, PS_STYLE_TEXT);
    estimate(page, e.value / divisor, interval.lo / divisor, interval.hi / divisor,
             style_of(measure));
}

static void quantile(struct page *page, enum ps_measure measure, double level)
{
    const struct ps_hist *h = &page->row->hist[measure];
    const double divisor = ps_measure_divisor(measure);
    char level_pct[16];
    if (!ps_quantile_supported(h->n, level))
        return;
    const struct ps_ranks ranks = page->row->paired
                                      ? ps_pairs_quantile_ranks(h->n, level, CONFIDENCE)
                                      : ps_quantile_ranks(h->n, level, CONFIDENCE);
    const struct ps_interval interval = ps_hist_rank_interval(h, ranks);
    (void)snprintf(level_pct, sizeof level_pct, "%.0f", 100 * level);
    text(page, 0,
         ps_phrase(PS_WORD_QUANTILE, page->book->lang,
                   ps_measure_desc(measure)->doc[page->book->lang], level_pct)
             .s,
         PS_STYLE_TEXT);
    estimate(page, (double)ps_hist_quantile(h, level).value / divisor, interval.lo / divisor,
             interval.hi / divisor, style_of(measure));
}

/* What the figures were made from. */
static void write_source(struct page *page)
{
    const struct ps_results_request *request = page->book->request;
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, request->seed);
    word(page, 0, PS_WORD_TITLE, PS_STYLE_TITLE);
    page->at++;
    const struct {
        enum ps_word name;
        const char *value;
    } facts[] = {{PS_WORD_VERSION, "pledgesim " PS_VERSION}, {PS_WORD_SEED, seed}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++, page->at++) {
        word(page, 0, facts[i].name, PS_STYLE_NOTE);
        text(page, 1, facts[i].value, PS_STYLE_NOTE);
    }
    word(page, 0, PS_WORD_WORLDS, PS_STYLE_NOTE);
    number(page, 1, (double)page->row->worlds_n, PS_STYLE_WHOLE);
    page->at += 2;
}

static void write_answer(struct page *page, const struct ps_figures *figures)
{
    const struct ps_probability *target = ps_target_of(page->scenario, figures);
    const int has_target = page->scenario->p.target_fen > 0;
    static const enum ps_word HEADS[] = {PS_WORD_QUESTION, PS_WORD_ESTIMATE, PS_WORD_LOWER,
                                         PS_WORD_UPPER};
    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++)
        word(page, (lxw_col_t)i, HEADS[i], PS_STYLE_HEAD);
    page->at++;
    word(page, 0, PS_WORD_SCENARIO, PS_STYLE_TEXT);
    text(page, 1, ps_scenario_name(page->scenario), PS_STYLE_STRONG);
    page->at++;
    word(page, 0, PS_WORD_POOL, PS_STYLE_TEXT);
    number(page, 1, (double)ps_pools_initial_fen(page->scenario) / 1e6, PS_STYLE_MONEY);
    page->at++;
    if (has_target) {
        word(page, 0, PS_WORD_TARGET, PS_STYLE_TEXT);
        number(page, 1, (double)page->scenario->p.target_fen / 1e6, PS_STYLE_MONEY);
        page->at++;
    }
    word(page, 0, PS_WORD_CARRIES, PS_STYLE_STRONG);
    text(page, 1, ps_carries_text(ps_carries_of(&figures->depletion, target), page->book->lang),
         PS_STYLE_STRONG);
    page->at++;
    if (has_target)
        probability(page, ps_word(PS_WORD_P_TARGET, page->book->lang), PS_STYLE_STRONG, target);
    probability(page, ps_word(PS_WORD_P_DEPLETION, page->book->lang), PS_STYLE_STRONG,
                &figures->depletion);
}

static void write_obstacles(struct page *page)
{
    int shown_n = 0;
    for (size_t i = 0; i < sizeof OBSTACLES / sizeof *OBSTACLES; i++) {
        if (page->row->moments[OBSTACLES[i]].sum <= 0)
            continue;
        if (shown_n++ == 0) {
            page->at++;
            word(page, 0, PS_WORD_OBSTACLES, PS_STYLE_HEAD);
            page->at++;
        }
        mean(page, OBSTACLES[i]);
    }
}

/* Both probabilities of a variant of the outlook; `of` says which variant. */
static void write_point(struct page *page, enum ps_word phrase, const char *of,
                        const struct ps_outlook_point *point)
{
    const enum ps_lang lang = page->book->lang;
    probability(page, ps_phrase(phrase, lang, ps_word(PS_WORD_P_DEPLETION, lang), of).s,
                PS_STYLE_TEXT, &point->depletion);
    if (page->scenario->p.target_fen > 0)
        probability(page, ps_phrase(phrase, lang, ps_word(PS_WORD_P_TARGET, lang), of).s,
                    PS_STYLE_TEXT, &point->target);
}

/* The safe size, and what becomes of the pool as it is under each stress of the report. */
static void write_outlook(struct page *page)
{
    const struct ps_outlook *o = page->book->request->outlook;
    const enum ps_lang lang = page->book->lang;
    if (o == NULL || o->sizes_n == 0)
        return;
    const int safe = ps_outlook_safe_size(o);
    page->at++;
    word(page, 0, PS_WORD_SAFE_HEAD, PS_STYLE_HEAD);
    page->at++;
    word(page, 0, PS_WORD_SAFE_SIZE, PS_STYLE_STRONG);
    if (safe >= 0)
        number(page, 1, (double)o->pool_fen[safe] / 1e6, PS_STYLE_MONEY);
    else
        text(page, 1,
             ps_phrase(PS_WORD_SAFE_NONE, lang, ps_text_money(o->pool_fen[o->sizes_n - 1]).s, "").s,
             PS_STYLE_STRONG);
    page->at++;
    if (safe >= 0)
        write_point(page, PS_WORD_SAFE_AT, "", &o->points[PS_TWIST_NONE][safe][o->leverage]);
    for (int t = PS_TWIST_NONE + 1; t < PS_TWIST_N; t++)
        if (o->worlds_n[t] > 0)
            write_point(page, PS_WORD_STRESSED, ps_twist_text((enum ps_twist)t, lang),
                        &o->points[t][o->size][o->leverage]);
}

static void write_notes(struct page *page)
{
    char least[16], most[16];
    (void)snprintf(least, sizeof least, "%.0f", 100 * PS_TARGET_AT_LEAST);
    (void)snprintf(most, sizeof most, "%.0f", 100 * PS_DEPLETION_AT_MOST);
    page->at++;
    word(page, 0, PS_WORD_NOTE_INTERVAL, PS_STYLE_NOTE);
    page->at++;
    word(page, 0, PS_WORD_NOTE_NEVER, PS_STYLE_NOTE);
    page->at++;
    text(page, 0, ps_phrase(PS_WORD_NOTE_CRITERION, page->book->lang, least, most).s,
         PS_STYLE_NOTE);
    page->at++;
    (void)snprintf(most, sizeof most, "%d", PS_WORKBOOK_SCENARIOS_MAX);
    text(page, 0, ps_phrase(PS_WORD_NOTE_FIRST, page->book->lang, most, "").s, PS_STYLE_NOTE);
}

lxw_row_t ps_workbook_conclusion(struct ps_workbook *book, lxw_worksheet *sheet)
{
    const struct ps_results_request *request = book->request;
    struct page page = {.book = book,
                        .sheet = sheet,
                        .scenario = &request->book->scenarios[0],
                        .row = &request->result->rows[0].row};
    struct ps_figures figures;
    ps_figures_read(page.scenario, &request->result->rows[0], &figures);
    ps_workbook_note(book,
                     worksheet_set_column(sheet, 0, 0, book->lang == PS_LANG_ZH ? 46 : 72, NULL));
    ps_workbook_note(book, worksheet_set_column(sheet, 1, 3, 17, NULL));
    ps_workbook_note(book, worksheet_set_column(sheet, 4, 5, 3, NULL));
    write_source(&page);
    worksheet_freeze_panes(sheet, page.at + 1, 1);
    write_answer(&page, &figures);
    for (size_t i = 0; i < sizeof FIGURES / sizeof *FIGURES; i++)
        if (FIGURES[i].level > 0)
            quantile(&page, FIGURES[i].measure, FIGURES[i].level);
        else
            mean(&page, FIGURES[i].measure);
    write_obstacles(&page);
    write_outlook(&page);
    write_notes(&page);
    return page.at;
}
