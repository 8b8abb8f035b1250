// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ENGINE_ROW_H
#define PLEDGESIM_ENGINE_ROW_H

#include "pledgesim/engine.h"

/* What one thread keeps of one scenario row. */

/* Sizes that the memory of a row depends on; equal for all rows of a family. */
struct row_spec {
    int full;
    int paired;      /* worlds come in pairs */
    int batched;     /* decision tier: one measure is added up by batches */
    int ledger_full; /* the ledger evaluates every measure */
    int months_n, horizon, years_n, start_year;
    int member_first[PS_DIM_N + 1];
    int64_t money_max_fen; /* range of the money histograms; beyond it values are still counted */
};

/* Values of a tile of worlds for a block of rows, kept until each row adds them up in one go.
 * values[lane][world][slot]; a slot is a measure, a calendar year or a month in which a fan is
 * kept. Worlds and lanes start an odd number of cache lines apart, so that the values of one slot
 * do not compete for the same places of the cache. */
struct row_tile {
    double *values;
    size_t world_step, lane_step;
    int *fan_cell;                 /* cell of the paths by fan slot */
    int *place;                    /* by slot: its place in the queue, -1 without one */
    struct ps_hist_grid *grid;     /* by place */
    int misses[PS_MEASURE_N];      /* the measures that may miss */
    int batch_place[PS_MEASURE_N]; /* by measure: its place in a batch, -1 without one */
    size_t batch;                  /* of this tile */
    int fan_n, years_n, months_n, misses_n;
    int places_n, sums_n; /* places; the first sums_n are of histograms with sums */
    int lanes_n;          /* policies of the block */
};

/* What the values of one place add up to while they wait. */
struct row_total {
    double min, max;
    int64_t sum; /* where a path's sum is kept */
};

/* What whole tiles add to the histograms of one row. These are far larger than the near caches:
 * here values wait until each histogram is visited once for many tiles. */
struct row_queue {
    struct row_total *total;      /* by place */
    uint16_t (*index)[PS_STRIP];  /* [tile][places_n] */
    uint32_t (*offset)[PS_STRIP]; /* [tile][sums_n] */
    int tiles_n;
};

/* Decision tier: what a tile of worlds gave of the few measures that are kept. */
struct decision_tile {
    enum ps_measure measure[PS_MEASURE_N]; /* by place */
    int measures_n;
    int paired_n; /* the first ones have sums of pairs, where worlds come in pairs */
    struct ps_watch watch[PS_WATCHES_MAX];
    int watch_place[PS_WATCHES_MAX];
    int watches_n;
    int batched_place;               /* of the measure that is added up by batches; -1: none */
    size_t batch;                    /* of this tile */
    double (*values)[PS_LANES_WIDE]; /* [place][world] */
};

size_t ps_row_bytes(const struct row_spec *spec);

/* Makes `row` empty in zero-filled memory of ps_row_bytes(spec). */
void ps_row_init(struct ps_row *row, const struct row_spec *spec, void *memory);

size_t ps_row_tile_bytes(const struct row_spec *spec);
void ps_row_tile_init(struct row_tile *tile, const struct row_spec *spec, void *memory);

/* Learns from one row how the histograms of all of them are cut. */
void ps_row_tile_grid(struct row_tile *tile, struct ps_row *row);

size_t ps_row_queue_bytes(const struct row_spec *spec);
void ps_row_queue_init(struct row_queue *queue, const struct row_spec *spec, void *memory);

/* Starts tile number `number` for a block of lanes. */
void ps_row_tile_start(struct row_tile *tile, int lanes_n, uint64_t number);

/* Full tier: takes the measures and paths of world number `world` of the tile, all lanes. */
void ps_row_tile_take(struct row_tile *tile, const struct ps_ledger_work *work, int world);

/* Full tier: adds the tile's n worlds of one lane to its row. The moments are there at once, the
 * histograms after ps_row_flush. */
void ps_row_tile_add(struct ps_row *row, struct row_queue *queue, const struct row_tile *tile,
                     int lane, int n);

/* Full tier: empties the queue of a row into its bins. */
void ps_row_flush(struct ps_row *row, struct row_queue *queue, const struct row_tile *tile);

/* Whether values of a measure go into a histogram. */
int ps_row_measure_kept(int measure);

/* The histogram of a measure that is kept; 0 for others. */
int ps_row_measure_spec(const struct row_spec *row, int measure, struct ps_hist_spec *spec);

/* Full tier: asks for the memory that ps_row_members_add of this world will need soon. */
void ps_row_members_fetch(const struct ps_row *row, const struct ps_ledger_work *work, int lane);

/* Full tier: splits one world's compensation and loss by member. */
void ps_row_members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule, const struct ps_world_plan *plan,
                        int lane);

size_t ps_decision_tile_bytes(const struct ps_engine_request *request);
void ps_decision_tile_init(struct decision_tile *tile, const struct ps_engine_request *request,
                           void *memory);

/* Decision tier: takes the measures of world number `world` of the tile, all lanes. */
void ps_decision_tile_take(struct decision_tile *tile, const struct ps_ledger_work *work,
                           int world);

/* Decision tier: asks for the memory that ps_row_decision_add will need soon. */
void ps_row_decision_fetch(const struct ps_row *row, const struct decision_tile *tile);

/* Decision tier: adds the tile's n worlds of one lane to its row. */
void ps_row_decision_add(struct ps_row *row, const struct decision_tile *tile, int lane, int n);

/* Adds everything of `from`; both made from one spec. All sums are integers: order is free. */
void ps_row_merge(struct ps_row *into, const struct ps_row *from);

/* Whether a row keeps the distribution of path p in month t. */
int ps_row_fan_kept(const struct row_spec *spec, int path, int t);

/* Bin of a total in which parts are kept: 32 an octave. */
int ps_row_part_bin(int64_t total_fen);

#endif
