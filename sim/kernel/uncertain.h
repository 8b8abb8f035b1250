// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_UNCERTAIN_H
#define PLEDGESIM_KERNEL_UNCERTAIN_H

#include "worlds.h"

/* What nobody knows of the parameters themselves (docs/model.md section 4): multipliers of mean 1
 * on hazards, recoveries and demand, the same in worlds 2k and 2k + 1. */

/* Eq. (4.20): one of them in every world, from its normals. */
static inline void multiplier_read(const struct ps_multiplier_law *law, const double *restrict z,
                                   double *restrict multiplier)
{
    const double sigma = law->sigma, log_mean = law->log_mean, most = PS_UNCERTAIN_Z_MAX;
#pragma omp simd
    for (int l = 0; l < PS_ECO; l++) { /* vector loop */
        const double above = ps_select(ps_mask(z[l] > -most), z[l], -most);
        const double inside = ps_select(ps_mask(above < most), above, most);
        multiplier[l] = ps_exp(sigma * inside - log_mean);
    }
}

static inline void multipliers_draw(const struct ps_world_plan *plan, uint64_t first,
                                    double *restrict multiplier)
{
    uint64_t x0[PS_ECO], x1[PS_ECO], x2[PS_ECO], x3[PS_ECO];
    double z[PS_UNCERTAIN_N + 1][PS_ECO];
    for (int l = 0; l < PS_ECO; l++) {
        x0[l] = ((first + (uint64_t)l) & 0xffffffffu) >> 1;
        x1[l] = x2[l] = 0;
        x3[l] = ps_rng_word3(PS_PURPOSE_UNCERTAINTY, 0);
    }
    ps_philox_lanes(x0, x1, x2, x3, PS_ECO, &plan->keys);
    WORLDS /* vector loop */
        ps_normal_pair(x0[l], x1[l], &z[0][l], &z[1][l]);
    WORLDS /* vector loop */
        ps_normal_pair(x2[l], x3[l], &z[2][l], &z[3][l]);
    for (int i = 0; i < PS_UNCERTAIN_N; i++)
        multiplier_read(&plan->uncertain[i], z[i], multiplier + (size_t)i * PS_ECO);
}

/* Eq. (4.21): all cumulative hazards times the multiplier of their world. */
static inline void hazard_multiply(const struct ps_world_plan *plan,
                                   const double *restrict multiplier, double *restrict hazard)
{
    const double *restrict times = multiplier + (size_t)PS_UNCERTAIN_HAZARD * PS_ECO;
    const size_t n = ((size_t)plan->last_maturity + 1) * (size_t)plan->classes_n;
    for (size_t i = 0; i < n; i++) {
        double *restrict h = hazard + i * PS_ECO;
        WORLDS /* vector loop */
            h[l] *= times[l];
    }
}

#define PS_POISSON_PART 500.0 /* exp(-mean) keeps its digits, so does the sum */

/* The smallest k, at most `most`, with word < rnd(F(k) 2^32), F the Poisson law. */
static inline uint32_t poisson_invert(double mean, uint32_t word, uint32_t most)
{
    double mass = ps_exp(-mean), sum = mass;
    uint32_t k = 0;
    while (k < most && word >= ps_rnd(sum * 0x1p32)) {
        k++;
        mass *= mean / k;
        sum += mass;
    }
    return k;
}

/* Eq. (4.22): new firms of month t at the mean of this world, by the word of the month; large means
 * as a sum of parts, each with a word of its own. Never more than the law at the largest multiplier
 * can give. */
static inline uint32_t arrivals_draw(const struct ps_world_plan *plan, uint32_t world, int t,
                                     double multiplier, uint64_t word)
{
    const uint32_t most = (uint32_t)plan->arrivals[t].values_n - 1;
    const double mean = plan->arrivals_mean[t] * multiplier;
    const uint32_t parts = 1 + (uint32_t)(mean / PS_POISSON_PART);
    uint32_t n = poisson_invert(mean / parts, (uint32_t)word, most);
    for (uint32_t part = 1; part < parts; part++) {
        uint32_t words[4];
        ps_rng_words(plan->seed, world, (uint64_t)t, part, PS_PURPOSE_DEMAND, words);
        n += poisson_invert(mean / parts, words[0], most - n);
    }
    return n;
}

#endif
