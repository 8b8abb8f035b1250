// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/batches.h"

const enum ps_measure ps_batched[PS_BATCHED_N] = {
#define PS_BATCHED(symbol) PS_M_##symbol,
#include "pledgesim/batches.def"
#undef PS_BATCHED
};

int ps_batched_place(enum ps_measure measure)
{
    for (int k = 0; k < PS_BATCHED_N; k++)
        if (ps_batched[k] == measure)
            return k;
    return -1;
}
