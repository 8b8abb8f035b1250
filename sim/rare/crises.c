// SPDX-License-Identifier: GPL-3.0-or-later
#include "crises.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/rng.h"

enum { WINDOW_MONTHS = 6 };

/* The most that the pool would pay for one loan. */
static double largest_stake_wan(const struct ps_world_plan *plan, const struct ps_policy *policy)
{
    double amount_wan = 0, most = 0;
    for (int i = 0; i < plan->segments_n; i++) {
        const struct ps_segment_plan *segment = &plan->segments[i];
        const int last = plan->amount_laws[segment->amount_law].values_n - 1;
        amount_wan = fmax(amount_wan, (double)(segment->amount_min_wan + last));
    }
    for (int i = 0; i < plan->tape_n; i++)
        amount_wan = fmax(amount_wan, plan->tape[i].amount_wan);
    for (int j = 0; j < policy->shape.products_n; j++)
        for (int c = 0; c < PS_FIRM_CLASS_N; c++)
            most = fmax(most, ps_pool_stake_wan(&policy->levels, j, c, amount_wan));
    return most;
}

enum ps_status ps_crises_init(struct ps_crises *crises, const struct ps_world_plan *plan,
                              const struct ps_policy *policy)
{
    const double most_wan = largest_stake_wan(plan, policy);
    const int steps = plan->step_months < WINDOW_MONTHS ? WINDOW_MONTHS / plan->step_months : 1;
    const int blocks_n = (plan->months_n + plan->step_months - 1) / plan->step_months;
    const size_t factors = (size_t)plan->factors_n;
    *crises = (struct ps_crises){
        .plan = plan,
        .windows_n = (blocks_n + steps - 1) / steps,
        .window_steps = steps,
        .tilt = {.policy = policy,
                 .class_wan = most_wan > 0 ? most_wan / (PS_TILT_CLASSES - 1) : 1,
                 .blocks_n = blocks_n,
                 .factors_n = plan->factors_n}};
    crises->dims_n = crises->windows_n * plan->factors_n;
    crises->shift = calloc((size_t)crises->dims_n * PS_TILT_PARTS + 1, sizeof(double));
    crises->mean = calloc((size_t)blocks_n * factors * PS_TILT_PARTS + 1, sizeof(double));
    crises->side = calloc(2 * factors + 1, sizeof(double));
    crises->tilt.mean = crises->mean;
    for (int j = 0; j < PS_TILT_PARTS; j++) {
        for (int c = 0; c < PS_TILT_CELLS; c++)
            crises->tilt.times[c][j] = 1;
        for (int k = 0; k < PS_TILT_KINDS; k++)
            crises->tilt.kind[k][j] = 1;
    }
    if (!crises->shift || !crises->mean || !crises->side)
        return ps_status_raise(PS_MEMORY);
    ps_lessons_apply(crises);
    return PS_OK;
}

void ps_crises_free(struct ps_crises *crises)
{
    free(crises->shift);
    free(crises->mean);
    free(crises->side);
    *crises = (struct ps_crises){0};
}

double ps_crises_window_scale(const struct ps_crises *crises, int window)
{
    const int left = crises->tilt.blocks_n - window * crises->window_steps;
    return 1 / sqrt((double)(left < crises->window_steps ? left : crises->window_steps));
}

void ps_crises_score(const struct ps_crises *crises, uint32_t world, double *score)
{
    const struct ps_world_plan *plan = crises->plan;
    const int factors = plan->factors_n, part = ps_tilt_part(world);
    memset(score, 0, (size_t)crises->dims_n * sizeof *score);
    for (int block = 0; block < crises->tilt.blocks_n; block++) {
        const int window = block / crises->window_steps;
        const double scale = ps_crises_window_scale(crises, window);
        const double *mean = crises->mean + (part * crises->tilt.blocks_n + block) * factors;
        for (int c = 0; c < factors; c += 4) {
            uint32_t words[4];
            double z[4];
            ps_rng_words(plan->seed, world, (uint64_t)(c / 4), (uint32_t)block, PS_PURPOSE_ECONOMY,
                         words);
            ps_normal_pair(words[0], words[1], &z[0], &z[1]);
            ps_normal_pair(words[2], words[3], &z[2], &z[3]);
            for (int k = c; k < factors && k < c + 4; k++)
                score[window * factors + k] += scale * (z[k - c] + mean[k]);
        }
    }
}
