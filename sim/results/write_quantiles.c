// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/figures.h"
#include "pledgesim/pairs.h"
#include "pledgesim/prepare.h"
#include "pledgesim/stats.h"
#include "write.h"

static const double CONFIDENCE = 0.95;

static const double LEVELS_PCT[] = {1, 5, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9};
static const double UPPER_PCT[] = {95, 97.5, 99, 99.5, 99.9};
static const double LOWER_PCT[] = {5, 2.5, 1};

enum {
    LEVELS_N = sizeof LEVELS_PCT / sizeof *LEVELS_PCT,
    UPPER_N = sizeof UPPER_PCT / sizeof *UPPER_PCT,
    LOWER_N = sizeof LOWER_PCT / sizeof *LOWER_PCT
};

/* The measures told in full, and which tail of theirs is the bad one. */
enum tail { NO_TAIL, UPPER_TAIL, LOWER_TAIL };

static const struct {
    enum ps_measure measure;
    enum tail tail;
} METRICS[] = {{PS_M_COMPENSATION, UPPER_TAIL},
               {PS_M_SHORTFALL, UPPER_TAIL},
               {PS_M_LOSS, UPPER_TAIL},
               {PS_M_LOSS_BANK, UPPER_TAIL},
               {PS_M_FISCAL_NET_COST, UPPER_TAIL},
               {PS_M_POOL_MIN, LOWER_TAIL},
               {PS_M_POOL_END, LOWER_TAIL},
               {PS_M_REGISTERED, NO_TAIL},
               {PS_M_REGISTERED_FLOW, NO_TAIL},
               {PS_M_LENT, NO_TAIL},
               {PS_M_NPL_PEAK, NO_TAIL},
               {PS_M_DEFAULTS_N, NO_TAIL},
               {PS_M_LOSS_SUBORDINATED, UPPER_TAIL},
               {PS_M_LOSS_UNDERTAKING, UPPER_TAIL},
               {PS_M_LOSS_SENIOR, UPPER_TAIL},
               {PS_M_FUND_FISCAL_COST, UPPER_TAIL},
               {PS_M_TRUST_SENIOR_LATE, UPPER_TAIL},
               {PS_M_TRUST_FISCAL_LOSS, UPPER_TAIL}};

enum { METRICS_N = sizeof METRICS / sizeof *METRICS };

/* Ranks of the intervals depend on the count alone and are dear: kept from row to row. */
struct ranks {
    uint64_t n;
    int paired;
    struct ps_ranks at[LEVELS_N];
};

/* [0] for all worlds of a row, [1] for measures that miss in some. */
struct table {
    struct ps_outcsv *csv;
    struct ranks cache[2];
};

static const struct ps_ranks *ranks_for(struct ranks *cache, uint64_t n, int paired)
{
    const int known = cache->n == n && cache->paired == paired;
    for (int i = 0; !known && i < LEVELS_N; i++) {
        const double p = LEVELS_PCT[i] / 100;
        cache->at[i] = paired ? ps_pairs_quantile_ranks(n, p, CONFIDENCE)
                              : ps_quantile_ranks(n, p, CONFIDENCE);
    }
    cache->n = n;
    cache->paired = paired;
    return cache->at;
}

static void write_start(struct ps_outcsv *csv, const char *id, enum ps_measure measure,
                        const char *kind, double level_pct)
{
    ps_write_key(csv, id, ps_measure_desc(measure)->name, ps_measure_unit_name(measure));
    ps_outcsv_id(csv, kind);
    ps_outcsv_double(csv, level_pct);
}

static enum ps_status write_too_few(struct ps_outcsv *csv)
{
    for (int i = 0; i < 4; i++)
        ps_outcsv_empty(csv);
    ps_outcsv_text(csv, "too_few_worlds");
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_levels(struct table *table, const char *id, enum ps_measure measure,
                                   const struct ps_row *row)
{
    struct ps_outcsv *csv = table->csv;
    const struct ps_hist *h = &row->hist[measure];
    const struct ps_ranks *ranks =
        ranks_for(&table->cache[h->n != row->worlds_n], h->n, row->paired);
    enum ps_status status = PS_OK;
    for (int i = 0; status == PS_OK && i < LEVELS_N; i++) {
        const double p = LEVELS_PCT[i] / 100;
        write_start(csv, id, measure, "quantile", LEVELS_PCT[i]);
        if (!ps_quantile_supported(h->n, p)) {
            status = write_too_few(csv);
            continue;
        }
        const struct ps_interval interval = ps_hist_rank_interval(h, ranks[i]);
        ps_write_derived(csv, measure, (double)ps_hist_quantile(h, p).value);
        ps_write_derived(csv, measure, interval.lo);
        ps_write_derived(csv, measure, interval.hi);
        ps_outcsv_empty(csv);
        ps_outcsv_empty(csv);
        status = ps_outcsv_row_end(csv);
    }
    return status;
}

static enum ps_status write_shortfall(struct ps_outcsv *csv, const char *id,
                                      enum ps_measure measure, const struct ps_row *row,
                                      enum ps_tail tail, double level_pct)
{
    const double p = level_pct / 100;
    const struct ps_hist *h = &row->hist[measure];
    write_start(csv, id, measure, tail == PS_TAIL_UPPER ? "es" : "es_lower", level_pct);
    if (!ps_quantile_supported(h->n, p))
        return write_too_few(csv);
    struct ps_estimate e = ps_hist_shortfall(h, p, tail);
    e.se = row->paired ? ps_pairs_se_bound(e.se) : e.se;
    const struct ps_interval interval = ps_estimate_interval(e, CONFIDENCE);
    ps_write_derived(csv, measure, e.value);
    ps_write_derived(csv, measure, interval.lo);
    ps_write_derived(csv, measure, interval.hi);
    ps_write_derived(csv, measure, e.se);
    ps_outcsv_empty(csv);
    return ps_outcsv_row_end(csv);
}

static int has_trust(const struct ps_scenario *scenario)
{
    for (size_t i = 0; i < scenario->trusts_n; i++)
        if (scenario->trusts[i].size_wan > 0)
            return 1;
    return 0;
}

/* Tranches, funds and trusts are told of only where there are any. */
static int is_told(enum ps_measure measure, const struct ps_scenario *scenario)
{
    switch (measure) {
    case PS_M_LOSS_SUBORDINATED:
    case PS_M_LOSS_UNDERTAKING:
    case PS_M_LOSS_SENIOR:
        return ps_vehicle_row(scenario, 0) != NULL || has_trust(scenario);
    case PS_M_TRUST_SENIOR_LATE:
    case PS_M_TRUST_FISCAL_LOSS:
        return has_trust(scenario);
    case PS_M_FUND_FISCAL_COST:
        for (size_t i = 0; i < scenario->funds_n; i++)
            if (scenario->funds[i].size_wan > 0)
                return 1;
        return 0;
    default:
        return 1;
    }
}

static enum ps_status write_scenario(struct table *table, const struct ps_scenario *scenario,
                                     const char *id, const struct ps_row *row)
{
    enum ps_status status = PS_OK;
    for (int k = 0; status == PS_OK && k < METRICS_N; k++) {
        const enum ps_measure measure = METRICS[k].measure;
        if (!is_told(measure, scenario))
            continue;
        status = write_levels(table, id, measure, row);
        for (int i = 0; METRICS[k].tail == UPPER_TAIL && status == PS_OK && i < UPPER_N; i++)
            status = write_shortfall(table->csv, id, measure, row, PS_TAIL_UPPER, UPPER_PCT[i]);
        for (int i = 0; METRICS[k].tail == LOWER_TAIL && status == PS_OK && i < LOWER_N; i++)
            status = write_shortfall(table->csv, id, measure, row, PS_TAIL_LOWER, LOWER_PCT[i]);
    }
    return status;
}

enum ps_status ps_write_quantiles(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    struct table table = {.csv = csv};
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++)
        status = write_scenario(&table, &request->book->scenarios[i], ps_write_id(request, i),
                                &request->result->rows[i].row);
    return status;
}
