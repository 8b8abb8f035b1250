// SPDX-License-Identifier: GPL-3.0-or-later
#include "contributions.h"
#include "write.h"

static const char *const DIMENSIONS[PS_DIM_N] = {[PS_DIM_CLUSTER] = "cluster",
                                                 [PS_DIM_IP_KIND] = "ip_kind",
                                                 [PS_DIM_BANK] = "bank",
                                                 [PS_DIM_PRODUCT] = "product",
                                                 [PS_DIM_GROUP] = "group"};

static const char NO_GROUP[] = "(none)"; /* no id is written so */

struct table {
    struct ps_outcsv *csv;
    const struct ps_scenario *scenario;
    const struct ps_row *row;
    struct standpoint standpoint[PS_PART_N];
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
        tail_all += ps_contribution_of(&t->standpoint[part], i).es;
    }
    for (int i = first; status == PS_OK && i < end; i++) {
        const double sum = (double)row->members[i].sum_fen[part];
        const struct contribution c = ps_contribution_of(&t->standpoint[part], i);
        write_start(t, dimension, i, ps_measure_desc(ps_part_total(part))->name, "wan");
        ps_outcsv_double(t->csv, sum / worlds / 1e6);
        ps_outcsv_double(t->csv, sum / (double)all);
        ps_outcsv_double(t->csv, c.es / 1e6);
        ps_outcsv_double(t->csv, c.es / tail_all);
        ps_outcsv_double(t->csv, c.es_se / 1e6);
        ps_outcsv_double(t->csv, c.var / 1e6);
        ps_outcsv_double(t->csv, c.var / t->standpoint[part].window.var_fen);
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
        t->standpoint[part] = ps_standpoint_of(t->row, (enum ps_part)part);
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
