// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

#include "../kernel/layout.h"

enum { MEASURE_BITS = 9, FAN_BITS = 6, PART_BITS = 5 };

static const struct ps_ratio_desc RATIOS[PS_RATIO_N] = {
#define PS_RATIO(symbol, text, top, bottom, measured, en, zh)                                      \
    [PS_R_##symbol] = {.name = text,                                                               \
                       .numerator = PS_M_##top,                                                    \
                       .denominator = PS_M_##bottom,                                               \
                       .unit = measured,                                                           \
                       .doc = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/ratios.def"
#undef PS_RATIO
};

const struct ps_ratio_desc *ps_ratio_desc(enum ps_ratio ratio)
{
    return &RATIOS[ratio];
}

/* A histogram for every measure whose distribution is reported. Half a bin is 0.098 % of a value. */
static int measure_spec(const struct row_spec *row, int measure, struct ps_hist_spec *spec)
{
    const struct ps_measure_desc *desc = ps_measure_desc((enum ps_measure)measure);
    const int money = desc->unit == PS_MU_FEN;
    if (desc->tier != PS_MT_HIST && !(desc->tier == PS_MT_DECISION && money))
        return 0;
    *spec = (struct ps_hist_spec){.sub_bits = MEASURE_BITS,
                                  .unit = money ? 1000000 : 1,
                                  .max_value = money ? row->money_max_fen : INT64_C(1) << 24,
                                  .with_sums = true};
    if (measure == PS_M_LOSS_BANK) /* interest in claims can leave the bank with a gain */
        spec->min_value = -row->money_max_fen;
    return 1;
}

static struct ps_hist_spec fan_spec(const struct row_spec *row, int path)
{
    const int ratio = path == PS_PATH_NPL;
    return (struct ps_hist_spec){.sub_bits = FAN_BITS,
                                 .unit = ratio ? 1 : 1000000,
                                 .max_value = ratio ? 1 << 20 : row->money_max_fen};
}

static struct ps_hist_spec year_spec(const struct row_spec *row)
{
    return (struct ps_hist_spec){.sub_bits = FAN_BITS + 1,
                                 .unit = 1000000,
                                 .max_value = row->money_max_fen,
                                 .with_sums = true};
}

/* The balance by month within the plan, everything else by quarter; what only lending moves ends
 * with the plan. Means are kept for every month. */
static int fan_kept(const struct row_spec *row, int path, int t)
{
    const int ends = path == PS_PATH_REGISTERED || path == PS_PATH_NPL;
    if (t < 1 || (ends && t > row->horizon))
        return 0;
    return t % 3 == 0 || t == row->horizon || t == row->months_n ||
           (path == PS_PATH_BALANCE && t < row->horizon);
}

static void hist_place(struct layout *at, struct ps_hist *h, const struct ps_hist_spec *spec)
{
    void *memory = layout_take(at, 1, ps_hist_size(spec));
    if (memory)
        ps_hist_init(h, spec, memory);
}

static size_t row_lay_out(struct ps_row *row, const struct row_spec *spec, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t months = (size_t)spec->months_n + 1, years = (size_t)spec->years_n;
    const size_t members = (size_t)spec->member_first[PS_DIM_N];
    if (!spec->full)
        return layout_bytes(&at);
    row->hist = layout_take(&at, PS_MEASURE_N, sizeof *row->hist);
    row->fan = layout_take(&at, PS_PATH_N * months, sizeof *row->fan);
    row->path_sum = layout_take(&at, PS_PATH_N * months, sizeof *row->path_sum);
    row->year_registered = layout_take(&at, years, sizeof *row->year_registered);
    row->year_paid = layout_take(&at, years, sizeof *row->year_paid);
    row->year_compensation = layout_take(&at, years, sizeof *row->year_compensation);
    row->depleted_in_month = layout_take(&at, months, sizeof *row->depleted_in_month);
    row->reached_in_month = layout_take(&at, months, sizeof *row->reached_in_month);
    row->members = layout_take(&at, members, sizeof *row->members);
    row->part_n = layout_take(&at, PS_PART_N * PS_PART_BINS, sizeof *row->part_n);
    row->part_sum = layout_take(&at, PS_PART_N * PS_PART_BINS * members, sizeof *row->part_sum);
    struct ps_hist_spec h;
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (measure_spec(spec, m, &h))
            hist_place(&at, memory ? &row->hist[m] : NULL, &h);
    h = year_spec(spec);
    for (size_t y = 0; y < years; y++)
        hist_place(&at, memory ? &row->year_compensation[y] : NULL, &h);
    for (int p = 0; p < PS_PATH_N; p++) {
        h = fan_spec(spec, p);
        for (int t = 0; t <= spec->months_n; t++)
            if (fan_kept(spec, p, t))
                hist_place(&at, memory ? &row->fan[(size_t)p * months + (size_t)t] : NULL, &h);
    }
    return layout_bytes(&at);
}

size_t row_bytes(const struct row_spec *spec)
{
    struct ps_row scratch;
    return row_lay_out(&scratch, spec, NULL);
}

void row_init(struct ps_row *row, const struct row_spec *spec, void *memory)
{
    *row = (struct ps_row){.months_n = spec->months_n,
                           .horizon = spec->horizon,
                           .years_n = spec->years_n,
                           .start_year = spec->start_year};
    for (int d = 0; d <= PS_DIM_N; d++)
        row->member_first[d] = spec->member_first[d];
    row_lay_out(row, spec, layout_align(memory));
}

int row_part_bin(int64_t total_fen)
{
    const uint64_t x = total_fen > 0 ? (uint64_t)total_fen : 0;
    const int octave = 63 - __builtin_clzll(x | ((uint64_t)1 << PART_BITS));
    const int shift = octave - PART_BITS;
    const int bin = (shift << PART_BITS) + (int)(x >> shift);
    return bin < PS_PART_BINS ? bin : PS_PART_BINS - 1;
}

static void paths_add(struct ps_row *row, const struct ps_ledger_work *work, int lane)
{
    const size_t months = (size_t)row->months_n + 1, width = (size_t)work->width;
    for (size_t p = 0; p < PS_PATH_N; p++)
        for (size_t t = 1; t < months; t++) {
            const int64_t x = (int64_t)work->path[(p * months + t) * width + (size_t)lane];
            struct ps_hist *h = &row->fan[p * months + t];
            row->path_sum[p * months + t] += x;
            if (h->count)
                ps_hist_add(h, x);
        }
}

static void years_add(struct ps_row *row, const struct ps_ledger_work *work, int lane)
{
    const size_t width = (size_t)work->width;
    for (int y = 0; y < row->years_n; y++) {
        const size_t at = (size_t)y * width + (size_t)lane;
        ps_moments_add(&row->year_registered[y], (int64_t)work->year_registered[at]);
        ps_moments_add(&row->year_paid[y], (int64_t)work->year_compensation[at]);
        ps_hist_add(&row->year_compensation[y], (int64_t)work->year_compensation[at]);
    }
}

/* Splits compensation and loss by member; kept by bin of the world's total, so that the parts of a
 * tail can be read off without drawing the worlds again (Euler allocation of expected shortfall). */
static void members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule,
                        const struct ps_segment_plan *segments, const int64_t total[PS_PART_N],
                        int lane)
{
    const size_t width = (size_t)work->width, members = (size_t)row->member_first[PS_DIM_N];
    int64_t *sum[PS_PART_N];
    for (int part = 0; part < PS_PART_N; part++) {
        const size_t bin = (size_t)(part * PS_PART_BINS + row_part_bin(total[part]));
        row->part_n[bin]++;
        sum[part] = row->part_sum + bin * members;
    }
    const struct ps_world *w = schedule->world;
    for (int f = 0; f < w->fates_n; f++) {
        const size_t at = (size_t)f * width + (size_t)lane;
        const int64_t exposure = (int64_t)work->exposure[at];
        if (exposure == 0)
            continue;
        const int app = w->fates[f].app;
        const struct ps_segment_plan *segment = &segments[w->apps[app].segment];
        const int member[PS_DIM_N] = {segment->cluster, segment->ip_kind, schedule->bank[app],
                                      schedule->product[app]};
        const int64_t part_fen[PS_PART_N] = {
            (int64_t)work->paid[(size_t)f * PS_PARTY_BANK * width + (size_t)lane],
            (int64_t)work->loss[at]};
        for (int d = 0; d < PS_DIM_N; d++) {
            const int i = row->member_first[d] + member[d];
            struct ps_member *m = &row->members[i];
            m->defaults_n++;
            m->exposure_fen += exposure;
            for (int part = 0; part < PS_PART_N; part++) {
                m->sum_fen[part] += part_fen[part];
                sum[part][i] += part_fen[part];
            }
        }
    }
}

/* The decision tier: moments of the measures marked so, none of which can be missing. */
static void decision_add(struct ps_row *row, const struct ps_ledger_work *work, int lane)
{
#define PS_KEEP_DECISION(symbol) PS_M_##symbol,
#define PS_KEEP_FULL(symbol)
#define PS_KEEP_HIST(symbol)
#define PS_MEASURE(symbol, name, unit, tier, en, zh) PS_KEEP_##tier(symbol)
    static const int KEPT[] = {
#include "pledgesim/measures.def"
    };
#undef PS_MEASURE
    const double *at = work->measure + lane;
    for (size_t k = 0; k < sizeof KEPT / sizeof *KEPT; k++)
        ps_moments_add(&row->moments[KEPT[k]],
                       (int64_t)at[(size_t)KEPT[k] * (size_t)work->width]);
}

void row_add(struct ps_row *row, const struct ps_ledger_work *work,
             const struct ps_schedule *schedule, const struct ps_segment_plan *segments, int lane)
{
    row->worlds_n++;
    if (!row->hist) {
        decision_add(row, work, lane);
        return;
    }
    int64_t x[PS_MEASURE_N];
    for (int m = 0; m < PS_MEASURE_N; m++) {
        x[m] = ps_measure_read(work, (enum ps_measure)m, lane);
        if (x[m] == PS_NOT_GIVEN)
            continue;
        ps_moments_add(&row->moments[m], x[m]);
        if (row->hist[m].count)
            ps_hist_add(&row->hist[m], x[m]);
    }
    for (int r = 0; r < PS_RATIO_N; r++)
        ps_comoments_add(&row->ratios[r], x[RATIOS[r].denominator], x[RATIOS[r].numerator]);
    if (x[PS_M_DEPLETED_MONTH] != PS_NOT_GIVEN)
        row->depleted_in_month[x[PS_M_DEPLETED_MONTH]]++;
    if (x[PS_M_TARGET_MONTH] != PS_NOT_GIVEN)
        row->reached_in_month[x[PS_M_TARGET_MONTH]]++;
    paths_add(row, work, lane);
    years_add(row, work, lane);
    members_add(row, work, schedule, segments,
                (const int64_t[PS_PART_N]){x[PS_M_COMPENSATION], x[PS_M_LOSS]}, lane);
}

void row_merge(struct ps_row *into, const struct ps_row *from)
{
    const size_t months = (size_t)into->months_n + 1;
    const size_t members = (size_t)into->member_first[PS_DIM_N];
    into->worlds_n += from->worlds_n;
    for (int m = 0; m < PS_MEASURE_N; m++)
        ps_moments_merge(&into->moments[m], &from->moments[m]);
    if (!into->hist)
        return;
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (into->hist[m].count)
            ps_hist_merge(&into->hist[m], &from->hist[m]);
    for (int r = 0; r < PS_RATIO_N; r++)
        ps_comoments_merge(&into->ratios[r], &from->ratios[r]);
    for (size_t i = 0; i < PS_PATH_N * months; i++) {
        into->path_sum[i] += from->path_sum[i];
        if (into->fan[i].count)
            ps_hist_merge(&into->fan[i], &from->fan[i]);
    }
    for (int y = 0; y < into->years_n; y++) {
        ps_moments_merge(&into->year_registered[y], &from->year_registered[y]);
        ps_moments_merge(&into->year_paid[y], &from->year_paid[y]);
        ps_hist_merge(&into->year_compensation[y], &from->year_compensation[y]);
    }
    for (size_t t = 0; t < months; t++) {
        into->depleted_in_month[t] += from->depleted_in_month[t];
        into->reached_in_month[t] += from->reached_in_month[t];
    }
    for (size_t i = 0; i < members; i++) {
        struct ps_member *a = &into->members[i];
        const struct ps_member *b = &from->members[i];
        a->defaults_n += b->defaults_n;
        a->exposure_fen += b->exposure_fen;
        for (int part = 0; part < PS_PART_N; part++)
            a->sum_fen[part] += b->sum_fen[part];
    }
    for (size_t bin = 0; bin < PS_PART_N * PS_PART_BINS; bin++) {
        if (!from->part_n[bin]) /* pages that were never touched stay so */
            continue;
        into->part_n[bin] += from->part_n[bin];
        for (size_t i = 0; i < members; i++)
            into->part_sum[bin * members + i] += from->part_sum[bin * members + i];
    }
}
