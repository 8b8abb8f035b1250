// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_STANDING_H
#define PLEDGESIM_KERNEL_STANDING_H

#include "draft.h"
#include "fate.h"
#include "worlds.h"

/* Worlds of a standing book (docs/model.md section 4): the same loans in every world, so only who
 * defaults is drawn, a loan in sixteen worlds at once. One block of random numbers a loan and
 * world, at the address it has in any book; a comparison drops nearly all of them, the rest go the
 * way of every loan. */

enum { STANDING_LOANS = 4 }; /* loans tested together: 64 bits of candidates */

_Static_assert(STANDING_LOANS *PS_RNG_LANES == 64, "a bit for every loan and world");

/* The two words of default of some loans, by loan and world. */
struct standing_words {
    uint64_t hi[STANDING_LOANS][PS_RNG_LANES], lo[STANDING_LOANS][PS_RNG_LANES];
};

static const uint64_t STANDING_BIT[PS_RNG_LANES] = {
    1 << 0, 1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
    1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};

/* Hazard of a tape loan to its maturity, in sixteen worlds. */
static inline const double *standing_hazard(const struct ps_world_plan *plan,
                                            const struct ps_world_work *work, int i)
{
    const struct ps_tape_plan *loan = &plan->tape[i];
    const size_t stride = (size_t)plan->classes_n * PS_ECONOMY_LANES;
    return work->hazard + (size_t)loan->months_left * stride +
           (size_t)loan->klass * PS_ECONOMY_LANES;
}

/* Draws loan i in the worlds from `first` on and marks those in which it may default, by bits from
 * `bit` on. The high word tells it: u52(hi, lo) > hi / 2^32, and E = -ln(1 - u52) >= u52. */
PS_KERNEL_INLINE void standing_draw(const struct ps_world_plan *plan,
                                    const struct ps_world_work *work, uint64_t first, int i,
                                    uint64_t *restrict hi, uint64_t *restrict lo,
                                    uint64_t *restrict marks, int bit)
{
    const double *restrict hazard = standing_hazard(plan, work, i);
    const uint64_t entity = work->entity[i];
    enum { WORDS = PS_WORDS_BYTES / 8 };
    uint64_t x2[PS_RNG_LANES], x3[PS_RNG_LANES];
    for (int l = 0; l < PS_RNG_LANES; l++) {
        hi[l] = (first + (uint64_t)l) & 0xffffffffu;
        lo[l] = entity & 0xffffffffu;
        x2[l] = entity >> 32;
        x3[l] = ps_rng_word3(PS_PURPOSE_LOAN, 0);
    }
    ps_philox_lanes(hi, lo, x2, x3, PS_RNG_LANES, &plan->keys);
    for (int l = 0; l < PS_RNG_LANES; l += WORDS) {
        ps_words word, bits, mark;
        ps_worlds most;
        memcpy(&word, hi + l, sizeof word);
        memcpy(&most, hazard + l, sizeof most);
        memcpy(&bits, STANDING_BIT + l, sizeof bits);
        memcpy(&mark, marks + l, sizeof mark);
        const ps_worlds least = ((ps_worlds)(word | PS_U52) - 0x1p52) * 0x1p-32;
        mark |= (ps_words)(least < most) & bits << bit;
        memcpy(marks + l, &mark, sizeof mark);
    }
}

/* Draws loans i .. i + n - 1; a bit for each loan and world. */
static inline uint64_t standing_candidates(const struct ps_world_plan *plan,
                                           const struct ps_world_work *work, uint64_t first, int i,
                                           int n, struct standing_words *words)
{
    uint64_t marks[PS_RNG_LANES] = {0}, bits = 0;
    for (int k = 0; k < n; k++)
        standing_draw(plan, work, first, i + k, words->hi[k], words->lo[k], marks,
                      k * PS_RNG_LANES);
#pragma omp simd reduction(| : bits)
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        bits |= marks[l];
    return bits;
}

/* Notes the default of loan i in a world, if it is one. */
static void standing_test(const struct ps_world_plan *plan, const struct ps_world_work *work,
                          struct ps_world *w, int lane, int i, double v)
{
    const struct ps_tape_plan *loan = &plan->tape[i];
    const struct ps_draft draft = {.maturity = (uint16_t)loan->months_left,
                                   .klass = (uint16_t)loan->klass};
    const double total = standing_hazard(plan, work, i)[lane];
    const int tau = v < total ? default_month(plan, work->hazard + lane, &draft, v, total, 1,
                                              loan->equal_principal)
                              : 0;
    w->apps[i].end = (uint16_t)(tau ? tau : loan->months_left);
    w->fates[w->fates_n].app = (uint16_t)i;
    w->fates_n += tau > 0;
}

/* Takes the defaults of its last use out of a world. */
static void standing_heal(struct ps_world *w, uint64_t number)
{
    for (int f = 0; f < w->fates_n; f++) {
        struct ps_app *app = &w->apps[w->fates[f].app];
        app->end = app->maturity;
        app->fate = PS_NONE;
    }
    w->fates_n = 0;
    w->number = (uint32_t)number;
    w->weight = 1;
}

/* Samples worlds first .. first + n - 1, n <= 16, whose economy is there. */
static void standing_sample(const struct ps_world_plan *plan, uint64_t first, int n,
                            const struct ps_world_work *work, struct ps_world *worlds,
                            struct fate_batch *batch)
{
    const uint64_t lanes = ((uint64_t)1 << n) - 1, wanted = lanes * 0x0001000100010001u;
    for (int l = 0; l < n; l++)
        standing_heal(&worlds[l], first + (uint64_t)l);
    for (int i = 0; i < plan->tape_n; i += STANDING_LOANS) {
        const int left = plan->tape_n - i;
        struct standing_words words;
        uint64_t bits =
            wanted & standing_candidates(plan, work, first, i,
                                         left < STANDING_LOANS ? left : STANDING_LOANS, &words);
        for (; bits; bits &= bits - 1) {
            const int at = __builtin_ctzll(bits), k = at / PS_RNG_LANES, l = at % PS_RNG_LANES;
            standing_test(plan, work, &worlds[l], l, i + k,
                          ps_u01_53(words.hi[k][l], words.lo[k][l]));
        }
    }
    for (int l = 0; l < n; l++)
        collect_fates(plan, work, l, &worlds[l], batch);
    if (batch->n > 0)
        fates_materialise(plan, batch);
}

#endif
