// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BATCHES_H
#define PLEDGESIM_BATCHES_H

#include "pledgesim/ledger.h"

/* Sums over fixed parts of the worlds, so that two runs of the same worlds can be compared by pairs
 * without keeping single worlds, eq. (11.12): tile number t (32 worlds) belongs to batch t mod
 * PS_BATCHES. Pairs of worlds (pairs.h) are never torn apart. */

enum { PS_BATCHES = 64 };

/* The measures that are kept, none of which may miss: columns of batches.csv in this order. */
enum ps_batched {
#define PS_BATCHED(symbol) PS_B_##symbol,
#include "pledgesim/batches.def"
#undef PS_BATCHED
    PS_BATCHED_N
};

extern const enum ps_measure ps_batched[PS_BATCHED_N];

/* Place of a measure in ps_batched, -1 when it is not kept. */
int ps_batched_place(enum ps_measure measure);

#endif
