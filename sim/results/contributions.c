// SPDX-License-Identifier: GPL-3.0-or-later
#include "contributions.h"

#include <math.h>

#include "pledgesim/pairs.h"
#include "pledgesim/stats.h"

static const double TAIL_FRAC = 0.01;

/* Bins on either side are taken in until the window has so many worlds, or is so wide. */
enum { WINDOW_WORLDS = 400, WINDOW_SIDE_MAX = 4, WINDOW_LEAST = 10 };

static const enum ps_measure TOTALS[PS_PART_N] = {
    [PS_PART_COMPENSATION] = PS_M_COMPENSATION, [PS_PART_LOSS] = PS_M_LOSS};

enum ps_measure ps_part_total(enum ps_part part)
{
    return TOTALS[part];
}

/* Sums of one member over some worlds. */
struct sums {
    double n, x, square;
};

static struct tail tail_of(const struct ps_row *row, enum ps_part part)
{
    struct tail tail = {.worlds = (double)row->worlds_n * TAIL_FRAC, .bin = PS_PART_BINS};
    if (!ps_quantile_supported(row->worlds_n, 1 - TAIL_FRAC))
        return (struct tail){0};
    for (double left = tail.worlds; left > 0;) {
        const double n = (double)row->part_n[(int)part * PS_PART_BINS + --tail.bin];
        tail.share = n > left ? left / n : 1;
        left -= n;
    }
    return tail;
}

/* Bins from .. to, inclusive; exact until it is turned into doubles. */
static struct sums sums_of(const struct ps_row *row, enum ps_part part, int from, int to,
                           int member)
{
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    ps_int128 n = 0, x = 0, square = 0;
    for (int bin = from; bin <= to; bin++) {
        const size_t at = (size_t)part * PS_PART_BINS + (size_t)bin;
        n += row->part_n[at];
        x += row->part_sum[at * members + (size_t)member];
        square += row->part_square[at * members + (size_t)member];
    }
    return (struct sums){(double)n, (double)x, (double)square};
}

static struct sums tail_sums(const struct ps_row *row, enum ps_part part, const struct tail *tail,
                             int member)
{
    const struct sums whole = sums_of(row, part, tail->bin + 1, PS_PART_BINS - 1, member);
    const struct sums split = sums_of(row, part, tail->bin, tail->bin, member);
    return (struct sums){whole.n + tail->share * split.n, whole.x + tail->share * split.x,
                         whole.square + tail->share * split.square};
}

static struct window window_of(const struct ps_row *row, enum ps_part part)
{
    const uint64_t *n = row->part_n + (int)part * PS_PART_BINS;
    const uint64_t rank = ps_quantile_rank(row->worlds_n, 1 - TAIL_FRAC);
    uint64_t below = 0;
    int at = 0;
    if (!ps_quantile_supported(row->worlds_n, 1 - TAIL_FRAC))
        return (struct window){0};
    for (below = n[0]; below < rank; below += n[++at])
        ;
    struct window w = {.from = at, .to = at, .worlds = (double)n[at]};
    for (int side = 1; side <= WINDOW_SIDE_MAX && w.worlds < WINDOW_WORLDS; side++) {
        if (at >= side)
            w.worlds += (double)n[w.from = at - side];
        if (at + side < PS_PART_BINS)
            w.worlds += (double)n[w.to = at + side];
    }
    if (w.worlds < WINDOW_LEAST)
        return (struct window){0};
    w.var_fen = (double)ps_hist_quantile(&row->hist[TOTALS[part]], 1 - TAIL_FRAC).value;
    for (int i = row->member_first[PS_DIM_CLUSTER]; i < row->member_first[PS_DIM_CLUSTER + 1]; i++)
        w.total_fen += sums_of(row, part, w.from, w.to, i).x;
    return w;
}

struct standpoint ps_standpoint_of(const struct ps_row *row, enum ps_part part)
{
    return (struct standpoint){
        .row = row, .part = part, .tail = tail_of(row, part), .window = window_of(row, part)};
}

struct contribution ps_contribution_of(const struct standpoint *at, int member)
{
    const struct tail *tail = &at->tail;
    const struct window *window = &at->window;
    const double none = (double)NAN, worlds = (double)at->row->worlds_n;
    struct contribution c = {none, none, none, none};
    if (window->worlds > 0) {
        const struct sums s = sums_of(at->row, at->part, window->from, window->to, member);
        const double scale = window->total_fen > 0 ? window->var_fen * s.n / window->total_fen : 0;
        const double mean = s.x / s.n, variance = (s.square / s.n - mean * mean) / (s.n - 1);
        c.var = scale * mean;
        c.var_se = scale * sqrt(variance > 0 ? variance : 0);
    }
    if (tail->worlds > 0) {
        const struct sums s = tail_sums(at->row, at->part, tail, member);
        const double v = c.var >= 0 ? c.var : 0; /* with too few worlds at the point itself */
        const double mean = (s.x - v * s.n) / worlds;
        const double square = (s.square - 2 * v * s.x + v * v * s.n) / worlds;
        const double variance = (square - mean * mean) / worlds;
        c.es = s.x / tail->worlds;
        c.es_se = sqrt(variance > 0 ? variance : 0) / TAIL_FRAC;
    }
    if (at->row->paired) {
        c.var_se = ps_pairs_se_bound(c.var_se);
        c.es_se = ps_pairs_se_bound(c.es_se);
    }
    return c;
}
