// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RNG_H
#define PLEDGESIM_RNG_H

#include "pledgesim/kmath.h"
#include "pledgesim/philox.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/*
 * Random numbers by address. Every draw is a pure function of (seed, world, entity, step, purpose),
 * so no thread, batch or row order can change it, and a single world can be run again by number.
 *
 * Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; 2011),
 * eq. (1.1):
 *   key      the 64-bit seed, low word first
 *   counter  word 0 world, words 1 and 2 entity (64 bits), word 3 purpose << 24 | step
 * One address gives four 32-bit words.
 */

/* What a draw is for. The numbers are frozen: never reused, never renumbered. */
enum ps_purpose {
    PS_PURPOSE_ECONOMY = 1,
    PS_PURPOSE_DEMAND = 2,
    PS_PURPOSE_FIRM = 3,
    PS_PURPOSE_FIRM_TERMS = 4,
    PS_PURPOSE_LOAN = 5,
    PS_PURPOSE_DISPOSAL = 6,
    PS_PURPOSE_RECOVERY = 7,
    PS_PURPOSE_T_MIXING = 8,
    PS_PURPOSE_REGIME = 9,
    PS_PURPOSE_ANCHOR = 10,
    PS_PURPOSE_UNCERTAINTY = 11,
    PS_PURPOSE_INVESTMENT = 12
};

#define PS_RNG_LANES 16 /* counters of one batch */

/* One block: the four output words of one counter. ctr and out may be the same array. */
static inline void ps_philox(const uint32_t ctr[4], uint32_t k0, uint32_t k1, uint32_t out[4])
{
    uint32_t a = ctr[0], b = ctr[1], c = ctr[2], d = ctr[3];
    for (int round = 0; round < PS_PHILOX_ROUNDS; round++) {
        uint64_t m0 = (uint64_t)a * PS_PHILOX_M0;
        uint64_t m1 = (uint64_t)c * PS_PHILOX_M1;
        a = (uint32_t)(m1 >> 32) ^ b ^ k0;
        b = (uint32_t)m1;
        c = (uint32_t)(m0 >> 32) ^ d ^ k1;
        d = (uint32_t)m0;
        k0 += PS_PHILOX_W0;
        k1 += PS_PHILOX_W1;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

/* Counter word 3: purpose and step (below 2^24). */
static inline uint32_t ps_rng_word3(enum ps_purpose purpose, uint32_t step)
{
    return (uint32_t)purpose << 24 | step;
}

/* The four words at one address. */
static inline void ps_rng_words(uint64_t seed, uint32_t world, uint64_t entity, uint32_t step,
                                enum ps_purpose purpose, uint32_t out[4])
{
    const uint32_t ctr[4] = {world, (uint32_t)entity, (uint32_t)(entity >> 32),
                             ps_rng_word3(purpose, step)};
    ps_philox(ctr, (uint32_t)seed, (uint32_t)(seed >> 32), out);
}

/*
 * Words in vector lanes of 64 bits. The low halves' product is one instruction on x86, which no
 * compiler finds by itself; elsewhere the plain form does.
 */
#if defined(__AVX512F__)
#define PS_WORDS_BYTES 64
#define PS_WORDS_MUL(a, b) ((ps_words)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#elif defined(__AVX2__)
#define PS_WORDS_BYTES 32
#define PS_WORDS_MUL(a, b) ((ps_words)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#elif defined(__SSE2__)
#define PS_WORDS_BYTES 16
#define PS_WORDS_MUL(a, b) ((ps_words)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#else
#define PS_WORDS_BYTES 16
#define PS_WORDS_MUL(a, b) (((a)&0xffffffffu) * ((b)&0xffffffffu))
#endif
typedef uint64_t ps_words __attribute__((vector_size(PS_WORDS_BYTES)));

PS_KERNEL_INLINE ps_words ps_key_words(const uint64_t key[PS_KEY_COPIES])
{
#if PS_WORDS_BYTES <= 32
    ps_words words;
    memcpy(&words, key, sizeof words);
    return words;
#else
    return (ps_words){0} + key[0];
#endif
}

/*
 * The first n blocks of PS_RNG_LANES at least, in place: lane l enters with counter words x0[l] ..
 * x3[l] (each below 2^32, one word in 64 bits) and leaves with its four output words. Equal to
 * ps_philox() by lane. Lanes from n on leave as they came or as if n were larger.
 */
PS_KERNEL_INLINE void ps_philox_lanes(uint64_t *restrict x0, uint64_t *restrict x1,
                                      uint64_t *restrict x2, uint64_t *restrict x3, int n,
                                      const struct ps_philox_keys *keys)
{
    enum { WORDS = PS_WORDS_BYTES / 8 };
    const ps_words low = (ps_words){0} + 0xffffffffu;
    const ps_words m0 = (ps_words){0} + PS_PHILOX_M0, m1 = (ps_words){0} + PS_PHILOX_M1;
    for (int lane = 0; lane < n; lane += WORDS) {
        ps_words a, b, c, d;
        memcpy(&a, x0 + lane, sizeof a);
        memcpy(&b, x1 + lane, sizeof b);
        memcpy(&c, x2 + lane, sizeof c);
        memcpy(&d, x3 + lane, sizeof d);
#pragma GCC unroll 10
        for (int round = 0; round < PS_PHILOX_ROUNDS; round++) {
            const ps_words n0 = PS_WORDS_MUL(a, m0), n1 = PS_WORDS_MUL(c, m1);
            a = (n1 >> 32) ^ b ^ ps_key_words(keys->p[round]);
            b = n1;
            c = (n0 >> 32) ^ d ^ ps_key_words(keys->q[round]);
            d = n0;
        }
        /* The products read low halves only, so what piled up above them is cut off once. */
        a &= low;
        b &= low;
        c &= low;
        d &= low;
        memcpy(x0 + lane, &a, sizeof a);
        memcpy(x1 + lane, &b, sizeof b);
        memcpy(x2 + lane, &c, sizeof c);
        memcpy(x3 + lane, &d, sizeof d);
    }
}

/* Eq. (1.2): a 32-bit word (in either width) as a uniform in (0, 1), (v + 0.5) 2^-32. */
PS_KERNEL_INLINE double ps_u01_32(uint64_t v)
{
    return (ps_from_bits(v | PS_U52) - (0x1p52 - 0.5)) * 0x1p-32;
}

/*
 * Eq. (1.2): two 32-bit words as a uniform in (0, 1), one of the 2^52 odd multiples of 2^-53, from
 * the 52 leading bits. (53 bits and a half would need 54: the largest would round to 1.)
 */
PS_KERNEL_INLINE double ps_u01_53(uint64_t hi, uint64_t lo)
{
    return (ps_double_from_u52(hi << 20 | lo >> 12) + 0.5) * 0x1p-52;
}

#endif
