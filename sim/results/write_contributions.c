// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/stats.h"
#include "write.h"

/* Who contributes how much. Euler contribution of part i to the expected shortfall of the total X
 * (Tasche 1999): E[X_i | X in the worst 1 %]. Parts are kept by bins of X, so the tail is made of
 * whole bins from the top, and of the bin at the 99 % point the share that fills it up. */

static const double TAIL_FRAC = 0.01;

static const enum ps_measure TOTALS[PS_PART_N] = {
    [PS_PART_COMPENSATION] = PS_M_COMPENSATION, [PS_PART_LOSS] = PS_M_LOSS};

static const char *const DIMENSIONS[PS_DIM_N] = {[PS_DIM_CLUSTER] = "cluster",
                                                 [PS_DIM_IP_KIND] = "ip_kind",
                                                 [PS_DIM_BANK] = "bank",
                                                 [PS_DIM_PRODUCT] = "product"};

/* Bins above `bin` belong to the tail, and of `bin` itself this share. */
struct tail {
    double worlds; /* 0: too few for a tail */
    double share;
    int bin;
};

struct table {
    struct ps_outcsv *csv;
    const struct ps_scenario *scenario;
    const struct ps_row *row;
    struct tail tail[PS_PART_N];
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

/* Mean over the tail of one member's part; NaN without a tail. */
static double tail_mean_fen(const struct ps_row *row, enum ps_part part, const struct tail *tail,
                            int member)
{
    if (tail->worlds <= 0)
        return (double)NAN;
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    const int64_t *sum = row->part_sum + (size_t)part * PS_PART_BINS * members + (size_t)member;
    ps_int128 whole = 0;
    for (int bin = PS_PART_BINS - 1; bin > tail->bin; bin--)
        whole += sum[(size_t)bin * members];
    const double split = tail->share * (double)sum[(size_t)tail->bin * members];
    return ((double)whole + split) / tail->worlds;
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
        tail_all += tail_mean_fen(row, part, &t->tail[part], i);
    }
    for (int i = first; status == PS_OK && i < end; i++) {
        const double sum = (double)row->members[i].sum_fen[part];
        const double tail = tail_mean_fen(row, part, &t->tail[part], i);
        write_start(t, dimension, i, ps_measure_desc(TOTALS[part])->name, "wan");
        ps_outcsv_double(t->csv, sum / worlds / 1e6);
        ps_outcsv_double(t->csv, sum / (double)all);
        ps_outcsv_double(t->csv, tail / 1e6);
        ps_outcsv_double(t->csv, tail / tail_all);
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
        ps_outcsv_empty(t->csv);
        ps_outcsv_empty(t->csv);
        status = ps_outcsv_row_end(t->csv);
    }
    return status;
}

static enum ps_status write_scenario(struct table *t)
{
    enum ps_status status = PS_OK;
    for (int part = 0; part < PS_PART_N; part++)
        t->tail[part] = tail_of(t->row, (enum ps_part)part);
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
