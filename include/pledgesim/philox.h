// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PHILOX_H
#define PLEDGESIM_PHILOX_H

#include <stdint.h>

/* The constants of Philox 4x32-10 (rng.h), and its keys. */

#define PS_PHILOX_M0 0xD2511F53u
#define PS_PHILOX_M1 0xCD9E8D57u
#define PS_PHILOX_W0 0x9E3779B9u
#define PS_PHILOX_W1 0xBB67AE85u
#define PS_PHILOX_ROUNDS 10

/* The keys of the rounds, for one seed, each as often as a vector of 32 bytes has lanes: read as a
 * vector it needs no step of its own. Longer vectors spread a single number themselves. */
enum { PS_KEY_COPIES = 4 };
struct ps_philox_keys {
    uint64_t p[PS_PHILOX_ROUNDS][PS_KEY_COPIES], q[PS_PHILOX_ROUNDS][PS_KEY_COPIES];
};

static inline void ps_philox_keys_init(struct ps_philox_keys *keys, uint64_t seed)
{
    for (int round = 0; round < PS_PHILOX_ROUNDS; round++)
        for (int i = 0; i < PS_KEY_COPIES; i++) {
            keys->p[round][i] = (seed & 0xffffffffu) + (uint64_t)round * PS_PHILOX_W0;
            keys->q[round][i] = (seed >> 32) + (uint64_t)round * PS_PHILOX_W1;
        }
}

#endif
