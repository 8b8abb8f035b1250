// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ENGINE_ROW_H
#define PLEDGESIM_ENGINE_ROW_H

#include "pledgesim/engine.h"

/* What one thread keeps of one scenario row. */

/* Sizes that the memory of a row depends on; equal for all rows of a family. */
struct row_spec {
    int full;
    int months_n, horizon, years_n, start_year;
    int member_first[PS_DIM_N + 1];
    int64_t money_max_fen; /* range of the money histograms; beyond it values are still counted */
};

/* Values of a tile of worlds for a block of rows, kept until each row adds them up in one go: a
 * histogram is then touched 32 times in a row instead of once in 32 times.
 * values[slot][lane][world]; slots are the measures, the calendar years and the months in which a
 * fan is kept. */
struct row_tile {
    int64_t *values;
    int *fan_cell; /* cell of the paths by fan slot */
    int fan_n, years_n, months_n;
    int width, lanes_n; /* lanes of the kernel, and how many of them are policies */
};

size_t ps_row_bytes(const struct row_spec *spec);

/* Makes `row` empty in zero-filled memory of ps_row_bytes(spec). */
void ps_row_init(struct ps_row *row, const struct row_spec *spec, void *memory);

size_t ps_row_tile_bytes(const struct row_spec *spec);
void ps_row_tile_init(struct row_tile *tile, const struct row_spec *spec, void *memory);

/* Starts a tile for a block of lanes. */
void ps_row_tile_start(struct row_tile *tile, int width, int lanes_n);

/* Full tier: takes the measures and paths of world number `world` of the tile, all lanes. */
void ps_row_tile_take(struct row_tile *tile, const struct ps_ledger_work *work, int world);

/* Full tier: adds the tile's n worlds of one lane to its row. */
void ps_row_tile_add(struct ps_row *row, const struct row_tile *tile, int lane, int n);

/* Full tier: splits one world's compensation and loss by member. */
void ps_row_members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule, const struct ps_segment_plan *segments,
                        int lane);

/* Decision tier: adds one evaluated world. */
void ps_row_decision_add(struct ps_row *row, const struct ps_ledger_work *work, int lane);

/* Adds everything of `from`; both made from one spec. All sums are integers: order is free. */
void ps_row_merge(struct ps_row *into, const struct ps_row *from);

/* Whether a row keeps the distribution of path p in month t. */
int ps_row_fan_kept(const struct row_spec *spec, int path, int t);

/* Bin of a total in which parts are kept: 32 an octave. */
int ps_row_part_bin(int64_t total_fen);

#endif
