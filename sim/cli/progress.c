// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

enum { BAR_COLUMNS = 30, BAR_LEAST = 5, BESIDES_BAR = 36 }; /* percentage and time left */

struct ps_progress ps_progress_begin(const char *wanted, enum ps_lang lang)
{
    struct ps_progress progress = {.lang = lang, .terminal = ps_terminal_of(stderr)};
    if (strcmp(wanted, "json") == 0) {
        progress.mode = PS_PROGRESS_JSON;
    } else if (strcmp(wanted, "auto") == 0 && progress.terminal.tty) {
        progress.mode = PS_PROGRESS_BAR;
    }
    progress.began = ps_clock();
    progress.shown = progress.began;
    return progress;
}

static void draw_bar(const struct ps_progress *progress, double share, double left_s)
{
    static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int utf8 = progress->terminal.utf8;
    const int room = progress->terminal.width - BESIDES_BAR;
    const int columns = room < BAR_LEAST ? BAR_LEAST : room < BAR_COLUMNS ? room : BAR_COLUMNS;
    const int steps = (int)(share * columns * 8);
    const int full = steps / 8;
    (void)fputs("\r[", stderr);
    for (int i = 0; i < full; i++) {
        (void)fputs(utf8 ? "█" : "#", stderr);
    }
    int used = full;
    if (utf8 && full < columns && steps % 8 != 0) {
        (void)fputs(EIGHTHS[steps % 8], stderr);
        used++;
    }
    (void)fprintf(stderr, "%*s] %5.1f %%  ", columns - used, "", 100 * share);
    if (left_s >= 0) {
        ps_say(stderr, progress->lang, PS_SAY_PROGRESS_LEFT,
               PS_ARGS(ps_text_seconds(left_s, progress->lang).s));
    }
    (void)fputs("\033[K", stderr);
}

void ps_progress_show(struct ps_progress *progress, unsigned long long done,
                      unsigned long long total)
{
    if (progress->mode == PS_PROGRESS_OFF || total == 0) {
        return;
    }
    const double now = ps_clock();
    if (now - progress->shown < 0.1 && done < total) {
        return;
    }
    progress->shown = now;
    progress->drawn = 1;
    const double spent = now - progress->began;
    const double share = (double)done / (double)total;
    const double left = done > 0 && spent > 0.5 ? spent * (1 - share) / share : -1;
    if (progress->mode == PS_PROGRESS_BAR) {
        draw_bar(progress, share, left);
    } else {
        (void)fprintf(stderr, "{\"progress\": {\"done\": %llu, \"total\": %llu, \"seconds\": %.1f",
                      done, total, spent);
        if (left >= 0) {
            (void)fprintf(stderr, ", \"seconds_left\": %.1f", left);
        }
        (void)fputs("}}\n", stderr);
    }
    (void)fflush(stderr);
}

void ps_progress_end(struct ps_progress *progress)
{
    if (progress->mode == PS_PROGRESS_BAR && progress->drawn) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    progress->mode = PS_PROGRESS_OFF;
}
