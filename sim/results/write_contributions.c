// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/stats.h"
#include "write.h"

/* Who contributes how much. Euler contributions of part i of the total X (Tasche 1999): to the
 * expected shortfall E[X_i | X in the worst 1 %], to the value at risk E[X_i | X = VaR]. Parts are
 * kept by bins of X, 32 an octave. The tail is made of whole bins from the top, and of the bin at
 * the 99 % point the share that fills it up; what stands for X = VaR is that bin, with neighbours
 * when it holds few worlds. Eq. (8.11), (8.15) to (8.17). */

static const double TAIL_FRAC = 0.01;

/* Bins on either side are taken in until the window has so many worlds, or is so wide. */
enum { WINDOW_WORLDS = 400, WINDOW_SIDE_MAX = 4, WINDOW_LEAST = 10 };

static const enum ps_measure TOTALS[PS_PART_N] = {
    [PS_PART_COMPENSATION] = PS_M_COMPENSATION, [PS_PART_LOSS] = PS_M_LOSS};

static const char *const DIMENSIONS[PS_DIM_N] = {[PS_DIM_CLUSTER] = "cluster",
                                                 [PS_DIM_IP_KIND] = "ip_kind",
                                                 [PS_DIM_BANK] = "bank",
                                                 [PS_DIM_PRODUCT] = "product",
                                                 [PS_DIM_GROUP] = "group"};

static const char NO_GROUP[] = "-"; /* no id is written so */

/* Bins above `bin` belong to the tail, and of `bin` itself this share. */
struct tail {
    double worlds; /* 0: too few for a tail */
    double share;
    int bin;
};

/* Bins of worlds whose total is about the 99 % point. */
struct window {
    int from, to;              /* inclusive */
    double worlds;             /* 0: too few */
    double var_fen, total_fen; /* the 99 % point; sum of the totals in the window */
};

/* Sums of one member over some worlds. */
struct sums {
    double n, x, square;
};

struct table {
    struct ps_outcsv *csv;
    const struct ps_scenario *scenario;
    const struct ps_row *row;
    struct tail tail[PS_PART_N];
    struct window window[PS_PART_N];
};

static const char *member_id(const struct ps_scenario *s, enum ps_split dimension, int i)
{
    switch (dimension) {
    case PS_DIM_CLUSTER:
        return s->cluster_ids[i];
    case PS_DIM_IP_KIND:
        return s->ip_kinds[i].ip_kind_id;
    case PS_DIM_BANK:
        return s->banks[i].bank_id;
    case PS_DIM_GROUP:
        return s->group_ids[i][0] != '\0' ? s->group_ids[i] : NO_GROUP;
    case PS_DIM_PRODUCT:
    case PS_DIM_N:
        break;
    }
    return s->products[i].product_id;
}

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

/* Contributions of one member, fen; NaN where there are too few worlds. */
struct contribution {
    double es, es_se, var, var_se;
};

static struct contribution contribution_of(const struct table *t, enum ps_part part, int member)
{
    const struct tail *tail = &t->tail[part];
    const struct window *window = &t->window[part];
    const double none = (double)NAN, worlds = (double)t->row->worlds_n;
    struct contribution c = {none, none, none, none};
    if (window->worlds > 0) {
        const struct sums s = sums_of(t->row, part, window->from, window->to, member);
        const double scale = window->total_fen > 0 ? window->var_fen * s.n / window->total_fen : 0;
        const double mean = s.x / s.n, variance = (s.square / s.n - mean * mean) / (s.n - 1);
        c.var = scale * mean;
        c.var_se = scale * sqrt(variance > 0 ? variance : 0);
    }
    if (tail->worlds > 0) {
        const struct sums s = tail_sums(t->row, part, tail, member);
        const double v = c.var >= 0 ? c.var : 0; /* with too few worlds at the point itself */
        const double mean = (s.x - v * s.n) / worlds;
        const double square = (s.square - 2 * v * s.x + v * v * s.n) / worlds;
        const double variance = (square - mean * mean) / worlds;
        c.es = s.x / tail->worlds;
        c.es_se = sqrt(variance > 0 ? variance : 0) / TAIL_FRAC;
    }
    return c;
}

static void write_start(const struct table *t, enum ps_split dimension, int member,
                        const char *metric, const char *unit)
{
    const int i = member - t->row->member_first[dimension];
    ps_outcsv_id(t->csv, t->scenario->p.scenario_id);
    ps_outcsv_id(t->csv, DIMENSIONS[dimension]);
    ps_outcsv_id(t->csv, member_id(t->scenario, dimension, i));
    ps_outcsv_id(t->csv, metric);
    ps_outcsv_text(t->csv, unit);
}

static enum ps_status write_part(const struct table *t, enum ps_split dimension, enum ps_part part)
{
    const struct ps_row *row = t->row;
    const int first = row->member_first[dimension], end = row->member_first[dimension + 1];
    const double worlds = (double)row->worlds_n;
    enum ps_status status = PS_OK;
    ps_int128 all = 0;
    double tail_all = 0;
    for (int i = first; i < end; i++) {
        all += row->members[i].sum_fen[part];
        tail_all += contribution_of(t, part, i).es;
    }
    for (int i = first; status == PS_OK && i < end; i++) {
        const double sum = (double)row->members[i].sum_fen[part];
        const struct contribution c = contribution_of(t, part, i);
        write_start(t, dimension, i, ps_measure_desc(TOTALS[part])->name, "wan");
        ps_outcsv_double(t->csv, sum / worlds / 1e6);
        ps_outcsv_double(t->csv, sum / (double)all);
        ps_outcsv_double(t->csv, c.es / 1e6);
        ps_outcsv_double(t->csv, c.es / tail_all);
        ps_outcsv_double(t->csv, c.es_se / 1e6);
        ps_outcsv_double(t->csv, c.var / 1e6);
        ps_outcsv_double(t->csv, c.var / t->window[part].var_fen);
        ps_outcsv_double(t->csv, c.var_se / 1e6);
        status = ps_outcsv_row_end(t->csv);
    }
    return status;
}

static enum ps_status write_defaults(const struct table *t, enum ps_split dimension)
{
    const struct ps_row *row = t->row;
    const int first = row->member_first[dimension], end = row->member_first[dimension + 1];
    enum ps_status status = PS_OK;
    uint64_t all = 0;
    for (int i = first; i < end; i++)
        all += row->members[i].defaults_n;
    for (int i = first; status == PS_OK && i < end; i++) {
        const double n = (double)row->members[i].defaults_n;
        write_start(t, dimension, i, "defaults_n", "");
        ps_outcsv_double(t->csv, n / (double)row->worlds_n);
        ps_outcsv_double(t->csv, n / (double)all);
        for (int empty = 0; empty < 6; empty++)
            ps_outcsv_empty(t->csv);
        status = ps_outcsv_row_end(t->csv);
    }
    return status;
}

static enum ps_status write_scenario(struct table *t)
{
    enum ps_status status = PS_OK;
    for (int part = 0; part < PS_PART_N; part++) {
        t->tail[part] = tail_of(t->row, (enum ps_part)part);
        t->window[part] = window_of(t->row, (enum ps_part)part);
    }
    for (int d = 0; d < PS_DIM_N; d++) {
        for (int part = 0; status == PS_OK && part < PS_PART_N; part++)
            status = write_part(t, (enum ps_split)d, (enum ps_part)part);
        if (status == PS_OK)
            status = write_defaults(t, (enum ps_split)d);
    }
    return status;
}

enum ps_status ps_write_contributions(struct ps_outcsv *csv,
                                      const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++) {
        struct table table = {.csv = csv,
                              .scenario = &request->book->scenarios[i],
                              .row = &request->result->rows[i].row};
        status = write_scenario(&table);
    }
    return status;
}
