// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

#include "../kernel/layout.h"

/* From evaluated worlds to sums: the tile of the full tier, and the few figures of the decision
 * tier. */

enum { PART_BITS = 5 };

static int slots_n(const struct row_tile *tile)
{
    return PS_MEASURE_N + 2 * tile->years_n + tile->fan_n;
}

static size_t tile_lay_out(struct row_tile *tile, const struct row_spec *spec, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    *tile = (struct row_tile){.years_n = spec->years_n, .months_n = spec->months_n};
    for (int p = 0; p < PS_PATH_N; p++)
        for (int t = 0; t <= spec->months_n; t++)
            tile->fan_n += ps_row_fan_kept(spec, p, t);
    tile->values = layout_take(&at, (size_t)slots_n(tile) * PS_TILE_WORLDS * PS_LANES_WIDE,
                               sizeof *tile->values);
    tile->fan_cell = layout_take(&at, (size_t)tile->fan_n, sizeof *tile->fan_cell);
    return layout_bytes(&at);
}

size_t ps_row_tile_bytes(const struct row_spec *spec)
{
    struct row_tile scratch;
    return tile_lay_out(&scratch, spec, NULL);
}

void ps_row_tile_init(struct row_tile *tile, const struct row_spec *spec, void *memory)
{
    int slot = 0;
    tile_lay_out(tile, spec, layout_align(memory));
    for (int p = 0; p < PS_PATH_N; p++)
        for (int t = 0; t <= spec->months_n; t++)
            if (ps_row_fan_kept(spec, p, t))
                tile->fan_cell[slot++] = p * (spec->months_n + 1) + t;
}

void ps_row_tile_start(struct row_tile *tile, int width, int lanes_n)
{
    tile->width = width;
    tile->lanes_n = lanes_n;
}

static int64_t *slot_at(const struct row_tile *tile, int slot, int lane)
{
    return tile->values + ((size_t)slot * (size_t)tile->width + (size_t)lane) * PS_TILE_WORLDS;
}

static void slot_take(struct row_tile *tile, int slot, const double *rows, int i, int world)
{
    const double *from = rows + (size_t)i * (size_t)tile->width;
    int64_t *to = slot_at(tile, slot, 0) + world;
    for (int l = 0; l < tile->lanes_n; l++)
        to[(size_t)l * PS_TILE_WORLDS] = (int64_t)from[l];
}

void ps_row_tile_take(struct row_tile *tile, const struct ps_ledger_work *work, int world)
{
    int slot = 0;
    for (int m = 0; m < PS_MEASURE_N; m++, slot++)
        slot_take(tile, slot, work->measure, m, world);
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (ps_measure_may_miss((enum ps_measure)m))
            for (int l = 0; l < tile->lanes_n; l++)
                slot_at(tile, m, l)[world] = ps_measure_read(work, (enum ps_measure)m, l);
    for (int y = 0; y < tile->years_n; y++, slot++)
        slot_take(tile, slot, work->year_registered, y, world);
    for (int y = 0; y < tile->years_n; y++, slot++)
        slot_take(tile, slot, work->year_compensation, y, world);
    for (int f = 0; f < tile->fan_n; f++, slot++)
        slot_take(tile, slot, work->path, tile->fan_cell[f], world);
}

static void measures_add(struct ps_row *row, const struct row_tile *tile, int lane, int n)
{
    for (int m = 0; m < PS_MEASURE_N; m++) {
        const int64_t *x = slot_at(tile, m, lane);
        int64_t given[PS_TILE_WORLDS];
        unsigned given_n = (unsigned)n;
        if (ps_measure_may_miss((enum ps_measure)m)) {
            given_n = 0;
            for (int w = 0; w < n; w++)
                if (x[w] != PS_NOT_GIVEN)
                    given[given_n++] = x[w];
            x = given;
        }
        ps_moments_add_many(&row->moments[m], x, given_n);
        if (ps_hist_kept(&row->hist[m]))
            ps_hist_add_many(&row->hist[m], x, given_n);
    }
    for (int r = 0; r < PS_RATIO_N; r++) {
        const struct ps_ratio_desc *ratio = ps_ratio_desc((enum ps_ratio)r);
        const int64_t *x = slot_at(tile, (int)ratio->denominator, lane);
        const int64_t *y = slot_at(tile, (int)ratio->numerator, lane);
        struct ps_comoments sum = row->ratios[r];
        for (int w = 0; w < n; w++)
            ps_comoments_add(&sum, x[w], y[w]);
        row->ratios[r] = sum;
    }
    const int64_t *depleted = slot_at(tile, PS_M_DEPLETED_MONTH, lane);
    const int64_t *reached = slot_at(tile, PS_M_TARGET_MONTH, lane);
    for (int w = 0; w < n; w++) {
        if (depleted[w] != PS_NOT_GIVEN)
            row->depleted_in_month[depleted[w]]++;
        if (reached[w] != PS_NOT_GIVEN)
            row->reached_in_month[reached[w]]++;
    }
}

void ps_row_tile_add(struct ps_row *row, const struct row_tile *tile, int lane, int n)
{
    int slot = PS_MEASURE_N;
    row->worlds_n += (uint64_t)n;
    measures_add(row, tile, lane, n);
    for (int y = 0; y < tile->years_n; y++, slot++)
        ps_moments_add_many(&row->year_registered[y], slot_at(tile, slot, lane), (unsigned)n);
    for (int y = 0; y < tile->years_n; y++, slot++) {
        ps_moments_add_many(&row->year_paid[y], slot_at(tile, slot, lane), (unsigned)n);
        ps_hist_add_many(&row->year_compensation[y], slot_at(tile, slot, lane), (unsigned)n);
    }
    for (int f = 0; f < tile->fan_n; f++, slot++) {
        const int64_t *x = slot_at(tile, slot, lane);
        ps_int128 sum = 0;
        ps_hist_add_many(&row->fan[tile->fan_cell[f]], x, (unsigned)n);
        for (int w = 0; w < n; w++)
            sum += x[w];
        row->path_sum[tile->fan_cell[f]] += sum;
    }
}

int ps_row_part_bin(int64_t total_fen)
{
    const uint64_t x = total_fen > 0 ? (uint64_t)total_fen : 0;
    const int octave = 63 - __builtin_clzll(x | ((uint64_t)1 << PART_BITS));
    const int shift = octave - PART_BITS;
    const int bin = (shift << PART_BITS) + (int)(x >> shift);
    return bin < PS_PART_BINS ? bin : PS_PART_BINS - 1;
}

/* Kept by bin of the world's total, so that the parts of a tail can be read off without drawing the
 * worlds again (Euler allocation of expected shortfall). */
void ps_row_members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule, const struct ps_segment_plan *segments,
                        int lane)
{
    const size_t width = (size_t)work->width, members = (size_t)row->member_first[PS_DIM_N];
    const int64_t total[PS_PART_N] = {ps_measure_read(work, PS_M_COMPENSATION, lane),
                                      ps_measure_read(work, PS_M_LOSS, lane)};
    int64_t *sum[PS_PART_N];
    for (int part = 0; part < PS_PART_N; part++) {
        const size_t bin = (size_t)(part * PS_PART_BINS + ps_row_part_bin(total[part]));
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

/* The measures marked DECISION, none of which can be missing. */
void ps_row_decision_add(struct ps_row *row, const struct ps_ledger_work *work, int lane)
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
    row->worlds_n++;
    for (size_t k = 0; k < sizeof KEPT / sizeof *KEPT; k++)
        ps_moments_add(&row->moments[KEPT[k]], (int64_t)at[(size_t)KEPT[k] * (size_t)work->width]);
}
