// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

#include "../kernel/layout.h"

/* From evaluated worlds to sums, a tile at a time. */

_Static_assert((int)PS_STRIP == (int)PS_TILE_WORLDS, "a whole tile adds strips");

enum { QUEUE_TILES = 32 };

_Static_assert(PS_VALUE_MAX <= INT64_MAX / (QUEUE_TILES * PS_STRIP), "sums wait in 64 bits");

static const double MISSING = (double)PS_NOT_GIVEN;

/* Slots: measures, registered amounts and compensation by year, fans. */
static int year_slot(const struct row_tile *tile)
{
    return PS_MEASURE_N + tile->years_n;
}

static int fan_slot(const struct row_tile *tile)
{
    return PS_MEASURE_N + 2 * tile->years_n;
}

static int slots_n(const struct row_tile *tile)
{
    return fan_slot(tile) + tile->fan_n;
}

/* Doubles in an odd number of cache lines, at least n. */
static size_t odd_lines(size_t n)
{
    return (((n + 7) / 8) | 1) * 8;
}

/* Histograms that wait in the queue: not those of measures that may miss, which are never whole. */
static int queued(const struct row_tile *tile, int slot)
{
    if (slot < PS_MEASURE_N)
        return ps_row_measure_kept(slot) && !ps_measure_may_miss((enum ps_measure)slot);
    return slot >= year_slot(tile);
}

static void tile_count(struct row_tile *tile, const struct row_spec *spec)
{
    *tile = (struct row_tile){.years_n = spec->years_n, .months_n = spec->months_n};
    for (int p = 0; p < PS_PATH_N; p++)
        for (int t = 0; t <= spec->months_n; t++)
            tile->fan_n += ps_row_fan_kept(spec, p, t);
    for (int slot = 0; slot < slots_n(tile); slot++) {
        tile->places_n += queued(tile, slot);
        tile->sums_n += slot < fan_slot(tile) && queued(tile, slot);
    }
}

static size_t tile_lay_out(struct row_tile *tile, const struct row_spec *spec, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    tile_count(tile, spec);
    const size_t slots = (size_t)slots_n(tile);
    tile->world_step = odd_lines(slots);
    tile->lane_step = odd_lines(tile->world_step * PS_TILE_WORLDS);
    tile->values = layout_take(&at, PS_LANES_WIDE * tile->lane_step, sizeof *tile->values);
    tile->fan_cell = layout_take(&at, (size_t)tile->fan_n, sizeof *tile->fan_cell);
    tile->place = layout_take(&at, slots, sizeof *tile->place);
    tile->grid = layout_take(&at, (size_t)tile->places_n, sizeof *tile->grid);
    return layout_bytes(&at);
}

size_t ps_row_tile_bytes(const struct row_spec *spec)
{
    struct row_tile scratch;
    return tile_lay_out(&scratch, spec, NULL);
}

void ps_row_tile_init(struct row_tile *tile, const struct row_spec *spec, void *memory)
{
    int fan = 0, place = 0;
    tile_lay_out(tile, spec, layout_align(memory));
    for (int p = 0; p < PS_PATH_N; p++)
        for (int t = 0; t <= spec->months_n; t++)
            if (ps_row_fan_kept(spec, p, t))
                tile->fan_cell[fan++] = p * (spec->months_n + 1) + t;
    for (int slot = 0; slot < slots_n(tile); slot++)
        tile->place[slot] = queued(tile, slot) ? place++ : -1;
    for (int m = 0; m < PS_MEASURE_N; m++) {
        if (ps_measure_may_miss((enum ps_measure)m))
            tile->misses[tile->misses_n++] = m;
        tile->batch_place[m] = ps_batched_place((enum ps_measure)m);
    }
}

static size_t queue_lay_out(struct row_queue *queue, const struct row_spec *spec, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    struct row_tile tile;
    *queue = (struct row_queue){0};
    if (!spec->full)
        return layout_bytes(&at);
    tile_count(&tile, spec);
    const size_t places = (size_t)tile.places_n, sums = (size_t)tile.sums_n;
    queue->total = layout_take(&at, places, sizeof *queue->total);
    queue->index = layout_take(&at, QUEUE_TILES * places, sizeof *queue->index);
    queue->offset = layout_take(&at, QUEUE_TILES * sums, sizeof *queue->offset);
    return layout_bytes(&at);
}

size_t ps_row_queue_bytes(const struct row_spec *spec)
{
    struct row_queue scratch;
    return queue_lay_out(&scratch, spec, NULL);
}

void ps_row_queue_init(struct row_queue *queue, const struct row_spec *spec, void *memory)
{
    queue_lay_out(queue, spec, layout_align(memory));
}

void ps_row_tile_start(struct row_tile *tile, int lanes_n, uint64_t number)
{
    tile->lanes_n = lanes_n;
    tile->batch = (size_t)(number % PS_BATCHES);
}

static double *value_at(const struct row_tile *tile, int lane, int world, int slot)
{
    return tile->values + (size_t)lane * tile->lane_step + (size_t)world * tile->world_step + slot;
}

/* Takes the first n rows of the ledger in one lane; returns where the next slot is. */
static double *rows_take(double *to, const double *rows, int n, int width, int lane)
{
    for (int i = 0; i < n; i++)
        *to++ = rows[(size_t)i * (size_t)width + (size_t)lane];
    return to;
}

void ps_row_tile_take(struct row_tile *tile, const struct ps_ledger_work *work, int world)
{
    const int width = work->width;
    for (int l = 0; l < tile->lanes_n; l++) {
        double *const values = value_at(tile, l, world, 0);
        double *to = rows_take(values, work->measure, PS_MEASURE_N, width, l);
        to = rows_take(to, work->year_registered, tile->years_n, width, l);
        to = rows_take(to, work->year_compensation, tile->years_n, width, l);
        for (int f = 0; f < tile->fan_n; f++)
            *to++ = work->path[(size_t)tile->fan_cell[f] * (size_t)width + (size_t)l];
        for (int i = 0; i < tile->misses_n; i++) {
            const int m = tile->misses[i];
            values[m] = (double)ps_measure_read(work, (enum ps_measure)m, l);
        }
    }
}

/* Where a slot goes; NULL where nothing of the kind is kept. */
struct sinks {
    struct ps_moments *moments;
    struct ps_hist *hist;
    ps_int128 *sum;
};

static struct sinks sinks_of(struct ps_row *row, const struct row_tile *tile, int slot)
{
    if (slot < PS_MEASURE_N)
        return (struct sinks){.moments = &row->moments[slot],
                              .hist = ps_row_measure_kept(slot) ? &row->hist[slot] : NULL};
    if (slot < year_slot(tile))
        return (struct sinks){.moments = &row->year_registered[slot - PS_MEASURE_N]};
    if (slot < fan_slot(tile)) {
        const int y = slot - year_slot(tile);
        return (struct sinks){.moments = &row->year_paid[y], .hist = &row->year_compensation[y]};
    }
    const int cell = tile->fan_cell[slot - fan_slot(tile)];
    return (struct sinks){.hist = &row->fan[cell], .sum = &row->path_sum[cell]};
}

void ps_row_tile_grid(struct row_tile *tile, struct ps_row *row)
{
    for (int slot = 0; slot < slots_n(tile); slot++)
        if (tile->place[slot] >= 0)
            tile->grid[tile->place[slot]] = ps_hist_grid(sinks_of(row, tile, slot).hist);
}

enum { LINE = 8 }; /* slots that share a cache line */

/* Reads LINE slots at once and asks for the next ones; beyond the last one there is padding. */
static void strips_read(const struct row_tile *tile, int lane, int slot, struct ps_strip *s)
{
    const double *from = value_at(tile, lane, 0, slot);
    for (size_t w = 0; w < PS_STRIP; w++) {
        const double *line = from + w * tile->world_step;
        __builtin_prefetch(line + LINE);
        for (size_t k = 0; k < LINE; k++)
            s[k].x[w] = line[k];
    }
}

static void strip_read(const struct row_tile *tile, int lane, int slot, struct ps_strip *s)
{
    const double *from = value_at(tile, lane, 0, slot);
    for (size_t w = 0; w < PS_STRIP; w++)
        s->x[w] = from[w * tile->world_step];
}

/* Adds what n worlds gave of a slot: the last tile of a run, and measures that may miss. */
static void some_add(const struct sinks *to, const double *x, int n)
{
    int64_t given[PS_TILE_WORLDS];
    unsigned given_n = 0;
    for (int w = 0; w < n; w++)
        if (x[w] != MISSING)
            given[given_n++] = (int64_t)x[w];
    if (to->moments)
        ps_moments_add_many(to->moments, given, given_n);
    if (to->hist)
        ps_hist_add_many(to->hist, given, given_n);
    for (unsigned i = 0; to->sum && i < given_n; i++)
        *to->sum += given[i];
}

/* Adds a slot of a whole tile, in which no world lacks it. */
static void strip_add(const struct sinks *to, struct row_queue *queue, const struct row_tile *tile,
                      int place, struct ps_strip *s)
{
    ps_strip_range(s);
    if (to->moments)
        ps_moments_add_strip(to->moments, s);
    if (place < 0)
        return;
    struct row_total *total = &queue->total[place];
    const int fresh = queue->tiles_n == 0;
    total->min = fresh || s->min < total->min ? s->min : total->min;
    total->max = fresh || s->max > total->max ? s->max : total->max;
    if (to->sum)
        total->sum = (fresh ? 0 : total->sum) + ps_strip_sum(s);
    const int sums = place < tile->sums_n;
    ps_hist_place(to->hist, &tile->grid[place], s,
                  queue->index[queue->tiles_n * tile->places_n + place],
                  sums ? queue->offset[queue->tiles_n * tile->sums_n + place] : NULL);
}

static void ratios_add(struct ps_row *row, const struct row_tile *tile, int lane, int n)
{
    for (int r = 0; r < PS_RATIO_N; r++) {
        const struct ps_ratio_desc *ratio = ps_ratio_desc((enum ps_ratio)r);
        struct ps_strip x, y;
        strip_read(tile, lane, (int)ratio->denominator, &x);
        strip_read(tile, lane, (int)ratio->numerator, &y);
        if (n == PS_STRIP) {
            ps_strip_range(&x);
            ps_strip_range(&y);
            ps_comoments_add_strip(&row->ratios[r], &x, &y);
            continue;
        }
        for (int w = 0; w < n; w++)
            ps_comoments_add(&row->ratios[r], (int64_t)x.x[w], (int64_t)y.x[w]);
    }
}

/* Worlds 2k and 2k + 1 of the tile: their sums and differences, and the products of the sums. */
static void pairs_add(struct ps_row *row, const struct row_tile *tile, int lane, int n)
{
    struct ps_strip x, y;
    for (int m = 0; m < PS_MEASURE_N; m++) {
        if (ps_measure_may_miss((enum ps_measure)m))
            continue;
        strip_read(tile, lane, m, &x);
        ps_pairs_add(&row->pairs[m], x.x, n);
    }
    for (int r = 0; r < PS_RATIO_N; r++) {
        const struct ps_ratio_desc *ratio = ps_ratio_desc((enum ps_ratio)r);
        strip_read(tile, lane, (int)ratio->denominator, &x);
        strip_read(tile, lane, (int)ratio->numerator, &y);
        for (int i = 0; i + 1 < n; i += 2)
            ps_comoments_add(&row->pair_ratios[r], (int64_t)x.x[i] + (int64_t)x.x[i + 1],
                             (int64_t)y.x[i] + (int64_t)y.x[i + 1]);
    }
}

static void months_count(uint64_t *count, const struct row_tile *tile, int lane, int measure, int n)
{
    for (int w = 0; w < n; w++) {
        const double month = *value_at(tile, lane, w, measure);
        if (month != MISSING)
            count[(int)month]++;
    }
}

static void batch_add(struct ps_row *row, const struct row_tile *tile, int measure,
                      const struct ps_strip *s, int n)
{
    const int place = tile->batch_place[measure];
    int64_t sum = 0;
    if (place < 0)
        return;
    if (n == PS_STRIP)
        sum = ps_strip_sum(s);
    else
        for (int w = 0; w < n; w++)
            sum += (int64_t)s->x[w];
    row->batch_sum[tile->batch * PS_BATCHED_N + (size_t)place] += sum;
}

static void slot_add(struct ps_row *row, struct row_queue *queue, const struct row_tile *tile,
                     int slot, struct ps_strip *s, int n)
{
    const struct sinks to = sinks_of(row, tile, slot);
    const int may_miss = slot < PS_MEASURE_N && ps_measure_may_miss((enum ps_measure)slot);
    if (n < PS_STRIP || may_miss)
        some_add(&to, s->x, n);
    else
        strip_add(&to, queue, tile, tile->place[slot], s);
    if (slot < PS_MEASURE_N)
        batch_add(row, tile, slot, s, n);
}

void ps_row_tile_add(struct ps_row *row, struct row_queue *queue, const struct row_tile *tile,
                     int lane, int n)
{
    row->worlds_n += (uint64_t)n;
    row->batch_n[tile->batch] += (uint64_t)n;
    for (int slot = 0; slot < slots_n(tile); slot += LINE) {
        const int left = slots_n(tile) - slot;
        struct ps_strip s[LINE];
        strips_read(tile, lane, slot, s);
        for (int k = 0; k < LINE && k < left; k++)
            slot_add(row, queue, tile, slot + k, &s[k], n);
    }
    ratios_add(row, tile, lane, n);
    if (row->pairs)
        pairs_add(row, tile, lane, n);
    months_count(row->depleted_in_month, tile, lane, PS_M_DEPLETED_MONTH, n);
    months_count(row->reached_in_month, tile, lane, PS_M_TARGET_MONTH, n);
    if (n == PS_STRIP && ++queue->tiles_n == QUEUE_TILES)
        ps_row_flush(row, queue, tile);
}

/* Adds what waits at n places from `first` on, of histograms of one kind, and asks for what waits
 * at the next ones. */
static void group_flush(const struct row_queue *queue, const struct row_tile *tile,
                        struct ps_hist *const *h, int first, int n)
{
    const int sums = first < tile->sums_n;
    for (int i = 0; i < queue->tiles_n; i++) {
        uint16_t(*index)[PS_STRIP] = queue->index + i * tile->places_n + first;
        for (int k = 0; k < n; k++)
            __builtin_prefetch(index + n + k);
        ps_hist_count(h, n, index, sums ? queue->offset + i * tile->sums_n + first : NULL);
    }
}

static void total_add(const struct sinks *to, const struct row_total *total, int tiles_n)
{
    ps_hist_extend(to->hist, (uint64_t)tiles_n * PS_STRIP, (int64_t)total->min,
                   (int64_t)total->max);
    if (to->sum)
        *to->sum += total->sum;
}

void ps_row_flush(struct ps_row *row, struct row_queue *queue, const struct row_tile *tile)
{
    struct ps_hist *h[PS_HIST_GROUP];
    int n = 0;
    for (int slot = 0; queue->tiles_n > 0 && slot < slots_n(tile); slot++) {
        const int next = tile->place[slot] + 1;
        if (next == 0)
            continue;
        const struct sinks to = sinks_of(row, tile, slot);
        total_add(&to, &queue->total[next - 1], queue->tiles_n);
        h[n++] = to.hist;
        if (n == PS_HIST_GROUP || next == tile->sums_n || next == tile->places_n) {
            group_flush(queue, tile, h, next - n, n);
            n = 0;
        }
    }
    queue->tiles_n = 0;
}
