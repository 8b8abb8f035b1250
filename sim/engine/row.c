// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

#include "../kernel/layout.h"

enum { MEASURE_BITS = 9, FAN_BITS = 6 };

int ps_row_measure_kept(int measure)
{
    const struct ps_measure_desc *desc = ps_measure_desc((enum ps_measure)measure);
    return desc->tier == PS_MT_HIST || (desc->tier == PS_MT_DECISION && desc->unit == PS_MU_FEN);
}

/* Half a bin is 0.098 % of a value. */
int ps_row_measure_spec(const struct row_spec *row, int measure, struct ps_hist_spec *spec)
{
    const int money = ps_measure_desc((enum ps_measure)measure)->unit == PS_MU_FEN;
    if (!ps_row_measure_kept(measure))
        return 0;
    *spec = (struct ps_hist_spec){.sub_bits = MEASURE_BITS,
                                  .unit = money ? 1000000 : 1,
                                  .max_value = money ? row->money_max_fen : INT64_C(1) << 24,
                                  .with_sums = true};
    /* Interest in claims can leave the bank with a gain, good exits the treasury. */
    if (measure == PS_M_LOSS_BANK || measure == PS_M_FUND_FISCAL_COST)
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
 * with the plan. */
int ps_row_fan_kept(const struct row_spec *row, int path, int t)
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
    if (spec->paired)
        row->pairs = layout_take(&at, PS_MEASURE_N, sizeof *row->pairs);
    if (spec->paired && spec->full)
        row->pair_ratios = layout_take(&at, PS_RATIO_N, sizeof *row->pair_ratios);
    if (spec->full || spec->batched) {
        const size_t sums = spec->full ? PS_BATCHED_N : 1;
        row->batch_sum = layout_take(&at, PS_BATCHES * sums, sizeof *row->batch_sum);
        row->batch_n = layout_take(&at, PS_BATCHES, sizeof *row->batch_n);
    }
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
    row->part_square =
        layout_take(&at, PS_PART_N * PS_PART_BINS * members, sizeof *row->part_square);
    row->part_now = layout_take(&at, PS_PART_N * members, sizeof *row->part_now);
    struct ps_hist_spec h;
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (ps_row_measure_spec(spec, m, &h))
            hist_place(&at, memory ? &row->hist[m] : NULL, &h);
    h = year_spec(spec);
    for (size_t y = 0; y < years; y++)
        hist_place(&at, memory ? &row->year_compensation[y] : NULL, &h);
    for (int p = 0; p < PS_PATH_N; p++) {
        h = fan_spec(spec, p);
        for (int t = 0; t <= spec->months_n; t++)
            if (ps_row_fan_kept(spec, p, t))
                hist_place(&at, memory ? &row->fan[(size_t)p * months + (size_t)t] : NULL, &h);
    }
    return layout_bytes(&at);
}

size_t ps_row_bytes(const struct row_spec *spec)
{
    struct ps_row scratch;
    return row_lay_out(&scratch, spec, NULL);
}

void ps_row_init(struct ps_row *row, const struct row_spec *spec, void *memory)
{
    *row = (struct ps_row){.paired = spec->paired,
                           .months_n = spec->months_n,
                           .horizon = spec->horizon,
                           .years_n = spec->years_n,
                           .start_year = spec->start_year};
    for (int d = 0; d <= PS_DIM_N; d++)
        row->member_first[d] = spec->member_first[d];
    row_lay_out(row, spec, layout_align(memory));
}

void ps_row_merge(struct ps_row *into, const struct ps_row *from)
{
    const size_t months = (size_t)into->months_n + 1;
    const size_t members = (size_t)into->member_first[PS_DIM_N];
    into->worlds_n += from->worlds_n;
    for (int m = 0; m < PS_MEASURE_N; m++)
        ps_moments_merge(&into->moments[m], &from->moments[m]);
    for (int m = 0; into->pairs && m < PS_MEASURE_N; m++)
        ps_pairs_merge(&into->pairs[m], &from->pairs[m]);
    for (int k = 0; k < PS_WATCHES_MAX; k++)
        into->watched_n[k] += from->watched_n[k];
    for (size_t i = 0; into->batch_sum && i < PS_BATCHES * (into->hist ? PS_BATCHED_N : 1); i++)
        into->batch_sum[i] += from->batch_sum[i];
    for (size_t b = 0; into->batch_n && b < PS_BATCHES; b++)
        into->batch_n[b] += from->batch_n[b];
    if (!into->hist)
        return;
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (ps_hist_kept(&into->hist[m]))
            ps_hist_merge(&into->hist[m], &from->hist[m]);
    for (int r = 0; r < PS_RATIO_N; r++)
        ps_comoments_merge(&into->ratios[r], &from->ratios[r]);
    for (int r = 0; into->pair_ratios && r < PS_RATIO_N; r++)
        ps_comoments_merge(&into->pair_ratios[r], &from->pair_ratios[r]);
    for (size_t i = 0; i < PS_PATH_N * months; i++) {
        into->path_sum[i] += from->path_sum[i];
        if (ps_hist_kept(&into->fan[i]))
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
        for (size_t i = bin * members; i < (bin + 1) * members; i++) {
            into->part_sum[i] += from->part_sum[i];
            into->part_square[i] += from->part_square[i];
        }
    }
}

int ps_row_has_vehicles(const struct ps_row *row)
{
    const struct ps_moments *m = row->moments;
    return m[PS_M_VEHICLES_REGISTERED].sum + m[PS_M_VEHICLES_TRANSFERRED].sum +
               m[PS_M_TRUST_RAISED].sum >
           0;
}

int ps_row_has_funds(const struct ps_row *row)
{
    return row->moments[PS_M_FUND_INVESTED].sum > 0;
}
