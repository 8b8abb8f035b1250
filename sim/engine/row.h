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


size_t row_bytes(const struct row_spec *spec);

/* Makes `row` empty in zero-filled memory of row_bytes(spec). */
void row_init(struct ps_row *row, const struct row_spec *spec, void *memory);

/* Adds one evaluated world: lane `lane` of `work`. */
void row_add(struct ps_row *row, const struct ps_ledger_work *work,
             const struct ps_schedule *schedule, const struct ps_segment_plan *segments, int lane);

/* Adds everything of `from`; both made from one spec. All sums are integers: order is free. */
void row_merge(struct ps_row *into, const struct ps_row *from);

/* Bin of a total in which parts are kept: 32 an octave. */
int row_part_bin(int64_t total_fen);

#endif
