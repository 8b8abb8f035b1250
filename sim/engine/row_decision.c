// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

#include "../kernel/layout.h"

/* Decision tier: a few measures of many policies. They wait for a tile of worlds, so that a row is
 * touched once a tile and adds strips. */

static const double MISSING = (double)PS_NOT_GIVEN;

/* Place of a measure among those that are kept; it is added when it is new. */
static int place_of(struct decision_tile *tile, enum ps_measure measure)
{
    int k = 0;
    while (k < tile->measures_n && tile->measure[k] != measure)
        k++;
    if (k == tile->measures_n)
        tile->measure[tile->measures_n++] = measure;
    return k;
}

/* The measures marked DECISION, none of which can be missing, and what the request asks for. */
static void measures_choose(struct decision_tile *tile, const struct ps_engine_request *request)
{
    *tile = (struct decision_tile){.watches_n = request->watches_n, .batched_place = -1};
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (ps_measure_desc((enum ps_measure)m)->tier == PS_MT_DECISION)
            place_of(tile, (enum ps_measure)m);
    tile->paired_n = tile->measures_n;
    for (int k = 0; k < request->kept_n; k++)
        place_of(tile, request->kept[k]);
    for (int k = 0; k < request->watches_n; k++) {
        tile->watch[k] = request->watches[k];
        tile->watch_place[k] = place_of(tile, request->watches[k].measure);
    }
    if (request->batched)
        tile->batched_place = place_of(tile, *request->batched);
}

static size_t tile_lay_out(struct decision_tile *tile, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    tile->values =
        layout_take(&at, (size_t)tile->measures_n * PS_TILE_WORLDS, sizeof *tile->values);
    tile->sums = layout_take(&at, (size_t)tile->measures_n, sizeof *tile->sums);
    return layout_bytes(&at);
}

size_t ps_decision_tile_bytes(const struct ps_engine_request *request)
{
    struct decision_tile scratch;
    measures_choose(&scratch, request);
    return tile_lay_out(&scratch, NULL);
}

void ps_decision_tile_init(struct decision_tile *tile, const struct ps_engine_request *request,
                           void *memory)
{
    measures_choose(tile, request);
    tile_lay_out(tile, layout_align(memory));
}

void ps_decision_tile_take(struct decision_tile *tile, const struct ps_ledger_work *work, int world)
{
    for (int k = 0; k < tile->measures_n; k++) {
        const enum ps_measure measure = tile->measure[k];
        const double *from = work->measure + (size_t)measure * (size_t)work->width;
        double *to = tile->values[(size_t)k * PS_TILE_WORLDS + (size_t)world];
        if (ps_measure_may_miss(measure))
            for (int l = 0; l < work->width; l++)
                to[l] = (double)ps_measure_read(work, measure, l);
        else
            for (int l = 0; l < work->width; l++)
                to[l] = from[l];
    }
}

void ps_decision_tile_sum(struct decision_tile *tile, int lanes_n)
{
    for (int k = 0; k < tile->measures_n; k++)
        if (!ps_measure_may_miss(tile->measure[k]))
            ps_strip_sums_take(
                &tile->sums[k],
                (const double(*)[PS_LANES_WIDE])tile->values + (size_t)k * PS_TILE_WORLDS, lanes_n);
}

void ps_row_decision_fetch(const struct ps_row *row, const struct decision_tile *tile)
{
    for (int k = 0; k < tile->measures_n; k++) {
        const struct ps_moments *moments = &row->moments[tile->measure[k]];
        __builtin_prefetch(moments, 1);
        __builtin_prefetch(&moments->max, 1); /* the next line of the cache, or the same */
    }
}

/* Adds n worlds one by one: the last tile of a run, and measures that may miss. */
static void some_add(struct ps_moments *moments, const double *x, int n)
{
    for (int w = 0; w < n; w++)
        if (x[w] != MISSING)
            ps_moments_add(moments, (int64_t)x[w]);
}

static uint64_t watched(const struct ps_watch *watch, const double *x, int n)
{
    uint64_t count = 0;
    for (int w = 0; w < n; w++) {
        const int64_t value = (int64_t)x[w];
        const int beyond = watch->below ? value < watch->threshold : value > watch->threshold;
        count += value != PS_NOT_GIVEN && beyond;
    }
    return count;
}

static void batch_add(struct ps_row *row, size_t batch, const double *x, int n)
{
    for (int w = 0; w < n; w++) {
        if (x[w] == MISSING)
            continue;
        row->batch_sum[batch] += (int64_t)x[w];
        row->batch_n[batch]++;
    }
}

/* One measure in n worlds of a lane. */
static void strip_gather(struct ps_strip *s, const struct decision_tile *tile, int k, int lane,
                         int n)
{
    for (int w = 0; w < n; w++)
        s->x[w] = tile->values[(size_t)k * PS_TILE_WORLDS + (size_t)w][lane];
}

static void moments_add(struct ps_moments *moments, const struct decision_tile *tile, int k,
                        int lane, int n)
{
    const int whole = n == PS_STRIP && !ps_measure_may_miss(tile->measure[k]);
    if (whole && ps_moments_add_sums(moments, &tile->sums[k], lane))
        return;
    struct ps_strip s;
    strip_gather(&s, tile, k, lane, n);
    if (!whole) {
        some_add(moments, s.x, n);
        return;
    }
    ps_strip_range(&s);
    ps_moments_add_strip(moments, &s);
}

/* What is kept of a measure besides its moments. */
static void extras_add(struct ps_row *row, const struct decision_tile *tile, int k, int lane, int n)
{
    struct ps_strip s;
    strip_gather(&s, tile, k, lane, n);
    if (row->pairs && k < tile->paired_n)
        ps_pairs_add(&row->pairs[tile->measure[k]], s.x, n);
    for (int i = 0; i < tile->watches_n; i++)
        if (tile->watch_place[i] == k)
            row->watched_n[i] += watched(&tile->watch[i], s.x, n);
    if (tile->batched_place == k)
        batch_add(row, tile->batch, s.x, n);
}

void ps_row_decision_add(struct ps_row *row, const struct decision_tile *tile, int lane, int n)
{
    const int extras = row->pairs || tile->watches_n > 0 || tile->batched_place >= 0;
    for (int k = 0; k < tile->measures_n; k++) {
        moments_add(&row->moments[tile->measure[k]], tile, k, lane, n);
        if (extras)
            extras_add(row, tile, k, lane, n);
    }
    row->worlds_n += (uint64_t)n;
}
