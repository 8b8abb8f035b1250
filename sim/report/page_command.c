// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/panel.h"
#include "pledgesim/study.h"

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

/* The pools that have money, and change with a total. */
struct moved {
    char cell[PS_AXES_MAX][PS_PANEL_CELL_BYTES];
    size_t pool[PS_AXES_MAX];
    size_t n, largest; /* n may be more than there is room for */
};

static struct moved moved_of(const struct ps_scenario *s)
{
    struct moved moved = {.n = 0};
    for (size_t i = 0; i < s->pools_n; i++) {
        if (s->pools[i].initial_fen == 0 && s->pools_n > 1)
            continue;
        if (moved.n < PS_AXES_MAX) {
            ps_panel_pool_cell(s, i, moved.cell[moved.n]);
            moved.pool[moved.n] = i;
            if (s->pools[i].initial_fen > s->pools[moved.pool[moved.largest]].initial_fen)
                moved.largest = moved.n;
        }
        moved.n++;
    }
    return moved;
}

/* What a pool holds where all change in proportion to this total, as the outlook has them. */
static int64_t part_of(const struct ps_scenario *s, size_t pool, int64_t total_fen)
{
    const double size = (double)total_fen / (double)ps_pools_initial_fen(s);
    return s->pools_n == 1 ? total_fen : (int64_t)((double)s->pools[pool].initial_fen * size);
}

/* The user's settings but those of cells that are searched. */
static void sets(const struct ps_page *page, const struct moved *moved)
{
    for (size_t i = 0; i < page->request->sets_n; i++) {
        const char *const setting = page->request->sets[i];
        int searched = 0;
        for (size_t k = 0; k < moved->n; k++) {
            const size_t n = strlen(moved->cell[k]);
            searched |= strncmp(setting, moved->cell[k], n) == 0 && setting[n] == '=';
        }
        if (searched)
            continue;
        ps_page_text(page, " --set ");
        ps_page_shell_word(page, setting);
    }
}

static void tune_command(const struct ps_page *page, const struct moved *moved, int64_t lo_fen,
                         int64_t hi_fen)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    ps_page_text(page, "pledgesim tune ");
    ps_page_shell_word(page, page->request->book_path);
    ps_page_text(page, " --id ");
    ps_page_shell_word(page, s->p.scenario_id);
    sets(page, moved);
    for (size_t k = 0; k < moved->n; k++) {
        const int64_t lo = part_of(s, moved->pool[k], lo_fen) / WAN_FEN;
        const int64_t hi = (part_of(s, moved->pool[k], hi_fen) + WAN_FEN - 1) / WAN_FEN;
        (void)fprintf(page->out, " --vary %s=%lld:%lld", moved->cell[k], (long long)lo,
                      (long long)(hi > lo ? hi : lo + 1));
    }
    ps_page_text(page, " --st 'p_depletion<=1%'");
    if (ps_has_target(s))
        ps_page_text(page, s->p.target_basis == PS_TARGET_ANNUAL
                               ? " --st 'p_target_annual>=80%'"
                               : " --st 'p_target_cumulative>=80%'");
    (void)fprintf(page->out, " --minimize %s -s %llu", moved->cell[moved->largest],
                  (unsigned long long)page->request->seed);
}

void ps_page_tune(const struct ps_page *page, int64_t lo_fen, int64_t hi_fen)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    const struct moved moved = moved_of(s);
    if (moved.n > PS_AXES_MAX)
        return; /* more than a search can move */
    if (s->pools_n > 1)
        ps_page_say(page, PS_WORD_TO_THE_WAN_OF_POOL,
                    PS_PAGE_ARGS(s->pools[moved.pool[moved.largest]].pool_id));
    else
        ps_page_say(page, PS_WORD_TO_THE_WAN, NULL);
    (void)fputs(" <code>", page->out);
    tune_command(page, &moved, lo_fen, hi_fen);
    (void)fputs("</code>", page->out);
}

void ps_page_variant(const struct ps_page *page, const struct ps_study *study, const int64_t *at)
{
    const struct ps_results_request *request = page->request;
    (void)fputs("<p class=\"of\">", page->out);
    ps_page_say(page, PS_WORD_VARIANT_COMMAND, NULL);
    (void)fputs(" <code>pledgesim run ", page->out);
    ps_page_shell_word(page, request->book_path);
    ps_page_text(page, " --only ");
    ps_page_shell_word(page, study->book.only[0]);
    for (size_t i = 0; i < request->sets_n; i++) {
        ps_page_text(page, " --set ");
        ps_page_shell_word(page, request->sets[i]);
    }
    for (int a = 0; a < study->axes_n; a++) {
        char cell[PS_AXIS_NAME_BYTES + sizeof(struct ps_axis_text)];
        (void)snprintf(cell, sizeof cell, "%s=%s", study->axes[a].column,
                       ps_axis_value(&study->axes[a], at[a]).s);
        ps_page_text(page, " --set ");
        ps_page_shell_word(page, cell);
    }
    (void)fprintf(page->out, " -n %llu -s %llu -o variant</code></p>",
                  (unsigned long long)request->worlds_n, (unsigned long long)request->seed);
}
