// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_WORLDS_H
#define PLEDGESIM_KERNEL_WORLDS_H

#include "pledgesim/rng.h"
#include "pledgesim/world.h"

/* Lanes of worlds: every inner loop runs over PS_ECO worlds with a fixed trip count, so it becomes
 * vector code. */

enum { PS_ECO = PS_ECONOMY_LANES };

#define WORLDS _Pragma("omp simd") for (int l = 0; l < PS_ECO; l++)

_Static_assert(PS_ECO == PS_RNG_LANES, "one batch of counters draws one group of worlds");

#endif
