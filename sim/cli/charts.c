// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts.h"

#include <string.h>

#include "command.h"
#include "pledgesim/answer.h"
#include "pledgesim/stats.h"
#include "terminal.h"

enum {
    WIDTH_MIN = 40,
    WIDTH_MAX = 110,
    ROWS_MAX = 16,
    CHANCES_WIDTH_MIN = 72, /* below this the probabilities stand below the years, not beside */
    CHANCE_WIDTH = 24,
    YEARS_MAX = 64
};

static const char *const CYAN = "36";
static const char *const RED = "31";

/* Where the charts go, and for whom. */
struct canvas {
    struct ps_terminal terminal;
    int width;
    enum ps_lang lang;
    const struct ps_scenario *scenario;
    const struct ps_row *row;
};

static void colour_on(const struct canvas *c, const char *code)
{
    if (c->terminal.colour) {
        (void)printf("\033[%sm", code);
    }
}

static void colour_off(const struct canvas *c)
{
    if (c->terminal.colour) {
        (void)fputs("\033[0m", stdout);
    }
}

static void repeat(const char *sign, int n)
{
    for (; n > 0; n--) {
        (void)fputs(sign, stdout);
    }
}

/* A title with the scenario's name. */
static void title(const struct canvas *c, enum ps_message message)
{
    (void)putchar('\n');
    ps_say(stdout, c->lang, message, PS_ARGS(ps_scenario_name(c->scenario)));
}

/* ---- the histogram ---- */

/* The bars of h, as many as fit: the first and the last take all below and above. */
struct bars {
    int64_t first, width;
    int n;
    uint64_t count[ROWS_MAX];
    uint64_t most;
};

/* 1, 2, 5 times a power of ten, the next larger one. */
static int64_t wider(int64_t width)
{
    int64_t power = 1;
    while (power <= width / 10) {
        power *= 10;
    }
    return width / power == 2 ? 5 * power : 2 * width;
}

static struct bars read_bars(const struct ps_hist *h)
{
    struct ps_hist_bars fine;
    struct bars bars = {0};
    ps_hist_bars(h, &fine);
    const int64_t end = fine.first + (int64_t)fine.n * fine.width;
    for (bars.width = fine.width;; bars.width = wider(bars.width)) {
        const int64_t below = fine.first < 0 ? bars.width - 1 : 0;
        bars.first = (fine.first - below) / bars.width * bars.width;
        bars.n = (int)((end - bars.first + bars.width - 1) / bars.width);
        if (bars.n <= ROWS_MAX) {
            break;
        }
    }
    uint64_t counted = 0;
    for (int i = 0; i < bars.n; i++) {
        const uint64_t below =
            i + 1 < bars.n ? ps_hist_count_below(h, bars.first + (i + 1) * bars.width) : h->n;
        bars.count[i] = below - counted;
        bars.most = bars.count[i] > bars.most ? bars.count[i] : bars.most;
        counted = below;
    }
    return bars;
}

/* Returns the columns used. */
static int draw_bar(const struct canvas *c, uint64_t count, uint64_t most, int columns)
{
    static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int eighths = (int)(8.0 * columns * (double)count / (double)most + 0.5);
    const int full = eighths / 8;
    if (!c->terminal.utf8) {
        const int signs = full > 0 || count == 0 ? full : 1;
        repeat("#", signs);
        return signs;
    }
    const int rest = full == 0 && eighths == 0 && count > 0 ? 1 : eighths % 8;
    repeat("█", full);
    (void)fputs(EIGHTHS[rest], stdout);
    return full + (rest > 0);
}

static void print_histogram(const struct canvas *c)
{
    const struct ps_hist *h = &c->row->hist[PS_M_COMPENSATION];
    if (!ps_hist_kept(h) || h->n == 0) {
        return;
    }
    const struct bars bars = read_bars(h);
    const int64_t pool_fen = ps_pools_initial_fen(c->scenario);
    const struct ps_text last = ps_text_money(bars.first + (bars.n - 1) * bars.width);
    const int label = (int)strlen(last.s);
    const int columns = c->width - 2 * label - 13;
    title(c, PS_SAY_CHART_COMPENSATION);
    for (int i = 0; i < bars.n; i++) {
        const int64_t lo = bars.first + i * bars.width;
        const int marked = lo <= pool_fen && (pool_fen < lo + bars.width || i + 1 == bars.n);
        const struct ps_text share = bars.count[i] == 0
                                         ? (struct ps_text){"-"}
                                         : ps_text_share((double)bars.count[i] / (double)h->n);
        if (i + 1 < bars.n) {
            (void)printf("%*s-%-*s", label, ps_text_money(lo).s, label,
                         ps_text_money(lo + bars.width).s);
        } else {
            (void)printf("%*s+%*s", label, last.s, label, "");
        }
        (void)printf(" %9s ", share.s);
        colour_on(c, lo >= pool_fen ? RED : CYAN);
        const int used = draw_bar(c, bars.count[i], bars.most, columns);
        colour_off(c);
        if (marked) {
            const struct ps_text pool = ps_text_money(pool_fen);
            const char *const word = ps_message(PS_SAY_CHART_POOL, c->lang);
            const int wanted = 4 + (int)(ps_screen_width(word) + strlen(pool.s));
            (void)fputs(c->terminal.utf8 ? " ◀" : " <", stdout);
            if (used + wanted <= columns) {
                (void)printf(" %s %s", word, pool.s);
            }
        }
        (void)putchar('\n');
    }
}

/* ---- the fan ---- */

struct fan_year {
    int year, month; /* the last month of the year that is kept */
    int64_t fen[5];
    struct ps_probability depleted;
};

static const double FAN[5] = {0.05, 0.25, 0.5, 0.75, 0.95};

static const struct ps_hist *fan_at(const struct ps_row *row, int month)
{
    return &row->fan[(size_t)PS_PATH_BALANCE * ((size_t)row->months_n + 1) + (size_t)month];
}

/* Returns the number of years; 0 when the worlds are too few for the quantiles. */
static int read_years(const struct canvas *c, struct fan_year years[YEARS_MAX])
{
    const struct ps_row *row = c->row;
    const int before = (int)c->scenario->p.start_month - 1;
    uint64_t depleted_n = row->depleted_in_month[0];
    int n = 0;
    for (int t = 1; t <= row->months_n; t++) {
        const struct ps_hist *h = fan_at(row, t);
        const int year = row->start_year + (before + t - 1) / 12;
        depleted_n += row->depleted_in_month[t];
        if (!ps_hist_kept(h)) {
            continue;
        }
        if (!ps_quantile_supported(h->n, FAN[0])) {
            return 0;
        }
        if (n == 0 || years[n - 1].year != year) {
            if (n == YEARS_MAX) {
                break;
            }
            n++;
        }
        years[n - 1] = (struct fan_year){
            .year = year,
            .month = t,
            .depleted = ps_probability_of(depleted_n, row->worlds_n, row->paired)};
    }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 5; k++) {
            years[i].fen[k] = ps_hist_quantile(fan_at(row, years[i].month), FAN[k]).value;
        }
    }
    return n;
}

/* Returns the columns left. */
static int draw_year(const struct canvas *c, const struct fan_year *year, int64_t lowest,
                     int64_t highest, int columns)
{
    static const char *const SIGNS[2][3] = {{"-", "=", "|"}, {"─", "▒", "█"}};
    const char *const *signs = SIGNS[c->terminal.utf8 != 0];
    int at[5];
    for (int k = 0; k < 5; k++) {
        const double share = (double)(year->fen[k] - lowest) / (double)(highest - lowest);
        at[k] = (int)(share * (columns - 1) + 0.5);
    }
    repeat(" ", at[0]);
    colour_on(c, CYAN);
    for (int i = at[0]; i <= at[4]; i++) {
        (void)fputs(i == at[2] ? signs[2] : i >= at[1] && i <= at[3] ? signs[1] : signs[0], stdout);
    }
    colour_off(c);
    return columns - 1 - at[4];
}

static void print_fan(const struct canvas *c)
{
    struct fan_year years[YEARS_MAX];
    const int n = read_years(c, years);
    const int chances = c->width >= CHANCES_WIDTH_MIN;
    const int columns = c->width - 6 - (chances ? CHANCE_WIDTH : 0);
    int64_t lowest = 0, highest = 1;
    for (int i = 0; i < n; i++) {
        lowest = years[i].fen[0] < lowest ? years[i].fen[0] : lowest;
        highest = years[i].fen[4] > highest ? years[i].fen[4] : highest;
    }
    if (n == 0) {
        return;
    }
    title(c, PS_SAY_CHART_BALANCE);
    ps_say(stdout, c->lang, c->terminal.utf8 ? PS_SAY_CHART_FAN_KEY : PS_SAY_CHART_FAN_KEY_ASCII,
           NULL);
    const struct ps_text from = ps_text_money(lowest);
    const struct ps_text to = ps_text_wan((double)highest / 1e6);
    (void)printf("      %s%*s%s\n", from.s, columns - (int)(strlen(from.s) + strlen(to.s)), "",
                 to.s);
    for (int i = 0; i < n; i++) {
        (void)printf("%4d  ", years[i].year);
        const int left = draw_year(c, &years[i], lowest, highest, columns);
        if (chances) {
            (void)printf("%*s  ", left, "");
        } else {
            (void)fputs("\n      ", stdout);
        }
        (void)puts(ps_chance_text(&years[i].depleted).s);
    }
    ps_say(stdout, c->lang, chances ? PS_SAY_CHART_BY_THEN : PS_SAY_CHART_BY_THEN_BELOW, NULL);
}

void ps_charts_print(const struct ps_book *book, const struct ps_engine_result *result,
                     enum ps_lang lang)
{
    struct canvas canvas = {.terminal = ps_terminal_of(stdout),
                            .lang = lang,
                            .scenario = &book->scenarios[0],
                            .row = &result->rows[0].row};
    canvas.width = canvas.terminal.width < WIDTH_MAX ? canvas.terminal.width : WIDTH_MAX;
    if (canvas.terminal.tty && canvas.width >= WIDTH_MIN) {
        print_histogram(&canvas);
        print_fan(&canvas);
    }
}
