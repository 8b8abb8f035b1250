// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/outcsv.h"
#include "pledgesim/panel.h"

/* Command lines that the page shows. They are written word by word: a path or a setting may be
 * longer than any sentence. report/src/shell.js has the same rule for quotes. */

enum { WAN_FEN = 1000000 };

void ps_page_shell_word(const struct ps_page *page, const char *word)
{
    static const char PLAIN[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@:,=-";
    if (*word != '\0' && word[strspn(word, PLAIN)] == '\0') {
        ps_page_text(page, word);
        return;
    }
    ps_page_text(page, "'");
    for (; *word != '\0'; word++)
        ps_page_text(page, *word == '\'' ? "'\\''" : (const char[]){*word, '\0'});
    ps_page_text(page, "'");
}

/* The pool that a search moves: the one that holds most. */
static size_t searched_pool(const struct ps_scenario *s)
{
    size_t largest = 0;
    for (size_t i = 1; i < s->pools_n; i++)
        if (s->pools[i].initial_fen > s->pools[largest].initial_fen)
            largest = i;
    return largest;
}

/* What a pool holds where all change in proportion to this total, as the outlook has them. */
static int64_t part_of(const struct ps_scenario *s, size_t pool, int64_t total_fen)
{
    const double size = (double)total_fen / (double)ps_pools_initial_fen(s);
    return s->pools_n == 1 ? total_fen : (int64_t)((double)s->pools[pool].initial_fen * size);
}

static void set(const struct ps_page *page, const char *setting)
{
    ps_page_text(page, " --set ");
    ps_page_shell_word(page, setting);
}

/* The user's settings but that of the cell which is searched, then the other pools. */
static void sets(const struct ps_page *page, size_t searched, const char *cell, int64_t total_fen)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    const size_t n = strlen(cell);
    for (size_t i = 0; i < page->request->sets_n; i++)
        if (strncmp(page->request->sets[i], cell, n) != 0 || page->request->sets[i][n] != '=')
            set(page, page->request->sets[i]);
    for (size_t i = 0; i < s->pools_n; i++) {
        char other[PS_PANEL_CELL_BYTES], setting[PS_PANEL_CELL_BYTES + PS_NUMBER_TEXT_SIZE];
        char wan[PS_NUMBER_TEXT_SIZE];
        if (i == searched)
            continue;
        ps_panel_pool_cell(s, i, other);
        ps_format_scaled(part_of(s, i, total_fen), 6, wan);
        (void)snprintf(setting, sizeof setting, "%s=%s", other, wan);
        set(page, setting);
    }
}

static void tune_command(const struct ps_page *page, size_t searched, int64_t lo_fen,
                         int64_t hi_fen)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    const int64_t lo = part_of(s, searched, lo_fen) / WAN_FEN;
    const int64_t hi = (part_of(s, searched, hi_fen) + WAN_FEN - 1) / WAN_FEN;
    char cell[PS_PANEL_CELL_BYTES];
    ps_panel_pool_cell(s, searched, cell);
    ps_page_text(page, "pledgesim tune ");
    ps_page_shell_word(page, page->request->book_path);
    ps_page_text(page, " --id ");
    ps_page_shell_word(page, s->p.scenario_id);
    sets(page, searched, cell, hi_fen);
    (void)fprintf(page->out, " --vary %s=%lld:%lld", cell, (long long)lo,
                  (long long)(hi > lo ? hi : lo + 1));
    ps_page_text(page, " --st 'p_depletion<=1%'");
    if (ps_has_target(s))
        ps_page_text(page, s->p.target_basis == PS_TARGET_ANNUAL
                               ? " --st 'p_target_annual>=80%'"
                               : " --st 'p_target_cumulative>=80%'");
    (void)fprintf(page->out, " --minimize %s -s %llu", cell,
                  (unsigned long long)page->request->seed);
}

void ps_page_tune(const struct ps_page *page, int64_t lo_fen, int64_t hi_fen)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    const size_t searched = searched_pool(s);
    if (s->pools_n > 1)
        ps_page_say(page, PS_WORD_TO_THE_WAN_OF_POOL,
                    PS_PAGE_ARGS(s->pools[searched].pool_id, ps_page_money(page->lang, hi_fen).s));
    else
        ps_page_say(page, PS_WORD_TO_THE_WAN, NULL);
    (void)fputs(" <code>", page->out);
    tune_command(page, searched, lo_fen, hi_fen);
    (void)fputs("</code>", page->out);
}
