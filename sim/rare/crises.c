// SPDX-License-Identifier: GPL-3.0-or-later
#include "crises.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/rng.h"

enum { WINDOW_MONTHS = 6, ROUNDS = 5 };

enum ps_status ps_crises_init(struct ps_crises *crises, const struct ps_world_plan *plan)
{
    const int steps = plan->step_months < WINDOW_MONTHS ? WINDOW_MONTHS / plan->step_months : 1;
    const int blocks_n = (plan->months_n + plan->step_months - 1) / plan->step_months;
    const size_t factors = (size_t)plan->factors_n;
    *crises = (struct ps_crises){.plan = plan,
                                 .windows_n = (blocks_n + steps - 1) / steps,
                                 .window_steps = steps,
                                 .tilt = {.blocks_n = blocks_n, .factors_n = plan->factors_n}};
    crises->dims_n = crises->windows_n * plan->factors_n;
    crises->shift = calloc((size_t)crises->dims_n * PS_TILT_PARTS, sizeof(double));
    crises->mean = calloc((size_t)blocks_n * factors * PS_TILT_PARTS, sizeof(double));
    crises->tilt.mean = crises->mean;
    for (int j = 0; j < PS_TILT_PARTS; j++)
        for (int c = 0; c < PS_TILT_CELLS; c++)
            crises->tilt.times[j][c] = 1;
    return crises->shift && crises->mean ? PS_OK : ps_status_raise(PS_MEMORY);
}

void ps_crises_free(struct ps_crises *crises)
{
    free(crises->shift);
    free(crises->mean);
    *crises = (struct ps_crises){0};
}

/* The last half-year may have fewer steps. */
static double window_scale(const struct ps_crises *crises, int window)
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
        const double scale = window_scale(crises, window);
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

/* ---- the fit ---- */

struct fit {
    const struct ps_crises *crises;
    const struct ps_crises_sample *sample;
    size_t n;
    const double *votes;
    double *share; /* [n][PS_TILT_PARTS]: how much of a world belongs to a part */
};

static const double *score_of(const struct fit *fit, size_t i)
{
    return fit->sample->scores + i * (size_t)fit->crises->dims_n;
}

/* The half-year in which the index, seen from the side from which crises come, was at its worst. */
static int worst_window(const struct fit *fit, size_t i, const double *side)
{
    const struct ps_crises *crises = fit->crises;
    const int factors = crises->plan->factors_n;
    const double *score = score_of(fit, i);
    double keep = 1, index = 0, worst = -HUGE_VAL;
    int at = 0;
    for (int k = 0; k < crises->window_steps; k++)
        keep *= crises->plan->phi_step;
    for (int w = 0; w < crises->windows_n; w++) {
        index *= keep;
        for (int k = 0; k < factors; k++)
            index += side[k] * score[w * factors + k];
        if (index > worst) {
            worst = index;
            at = w;
        }
    }
    return at;
}

/* Worlds in the order of their worst half-year, cut into parts with equal votes. */
static enum ps_status share_by_time(struct fit *fit)
{
    const int factors = fit->crises->plan->factors_n, windows_n = fit->crises->windows_n;
    double *side = calloc((size_t)factors, sizeof *side), all = 0, before = 0;
    int *worst = malloc(fit->n * sizeof *worst);
    if (!side || !worst) {
        free(side);
        free(worst);
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < fit->n; i++) {
        all += fit->votes[i];
        for (int d = 0; d < fit->crises->dims_n; d++)
            side[d % factors] += fit->votes[i] * score_of(fit, i)[d];
    }
    for (size_t i = 0; i < fit->n; i++)
        worst[i] = worst_window(fit, i, side);
    for (int w = 0; w < windows_n; w++)
        for (size_t i = 0; i < fit->n; i++)
            if (worst[i] == w) {
                const double at = (before + fit->votes[i] / 2) / all;
                fit->share[i * PS_TILT_PARTS + 1 + (size_t)(at * (PS_TILT_PARTS - 1))] = 1;
                before += fit->votes[i];
            }
    free(side);
    free(worst);
    return PS_OK;
}

/* Votes for a part: their sum, and their number in terms of equal ones. */
struct mass {
    double sum, effective_n;
};

static double vote_of(const struct fit *fit, size_t i, int part)
{
    return fit->votes[i] * fit->share[i * PS_TILT_PARTS + (size_t)part];
}

static struct mass mass_of(const struct fit *fit, int part)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < fit->n; i++) {
        const double v = vote_of(fit, i, part);
        sum += v;
        square += v * v;
    }
    return (struct mass){sum, square > 0 ? sum * sum / square : 0};
}

/* Eq. (12.6): the mean score of a part's worlds, drawn to 0 where it may be chance. */
static void shift_learn(struct ps_crises *crises, const struct fit *fit, int part, struct mass mass)
{
    const size_t dims = (size_t)crises->dims_n;
    const double chance = 4 / mass.effective_n; /* the square of two standard errors */
    double *shift = crises->shift + (size_t)part * dims, square = 0;
    memset(shift, 0, dims * sizeof *shift);
    for (size_t i = 0; i < fit->n; i++) {
        const double v = vote_of(fit, i, part) / mass.sum;
        for (size_t d = 0; d < dims; d++)
            shift[d] += v * score_of(fit, i)[d];
    }
    for (size_t d = 0; d < dims; d++) {
        const double mean = shift[d];
        shift[d] = mean * mean > chance ? mean * (1 - chance / (mean * mean)) : 0;
        square += shift[d] * shift[d];
    }
    crises->tilt.half_square[part] = 0.5 * square;
}

/* Eq. (12.7): defaults of a part's worlds over the hazard they lived through, drawn to 1 by a few
 * defaults that are made up. Where firms ask again, several loans stand at one draw, and hazards
 * stay as they are. */
static void times_learn(struct ps_crises *crises, const struct fit *fit, int part, struct mass mass)
{
    const double made_up = 50;
    for (int c = 0; c < PS_TILT_CELLS && !crises->plan->retry_months; c++) {
        double defaults = 0, hazard = 0;
        for (size_t i = 0; i < fit->n; i++) {
            const double v = vote_of(fit, i, part) / mass.sum * mass.effective_n;
            defaults += v * fit->sample->counts[i].defaults[c];
            hazard += v * fit->sample->counts[i].hazard[c];
        }
        const double times = (defaults + made_up) / (hazard + made_up);
        crises->tilt.times[part][c] = times;
        crises->tilt.log_times[part][c] = ps_log(times);
    }
}

/* The exponent of (12.2) of world i for a part. */
static double exponent_of(const struct ps_crises *crises, const struct fit *fit, size_t i,
                          size_t part)
{
    const size_t dims = (size_t)crises->dims_n;
    const double *shift = crises->shift + part * dims, *score = score_of(fit, i);
    const struct ps_tilt_counts *counts = &fit->sample->counts[i];
    double exponent = -crises->tilt.half_square[part];
    for (size_t d = 0; d < dims; d++)
        exponent += shift[d] * score[d];
    for (int c = 0; c < PS_TILT_CELLS; c++)
        exponent += counts->defaults[c] * crises->tilt.log_times[part][c] -
                    counts->hazard[c] * (crises->tilt.times[part][c] - 1);
    return exponent;
}

/* Eq. (12.5): how much of each world belongs to each part. */
static void share_out(const struct ps_crises *crises, struct fit *fit)
{
    for (size_t i = 0; i < fit->n; i++) {
        double *share = fit->share + i * PS_TILT_PARTS, sum = 0, most = 0;
        for (size_t j = 0; j < PS_TILT_PARTS; j++) {
            share[j] = exponent_of(crises, fit, i, j);
            most = share[j] > most ? share[j] : most;
        }
        for (size_t j = 0; j < PS_TILT_PARTS; j++) {
            share[j] = ps_exp(share[j] - most);
            sum += share[j];
        }
        for (size_t j = 0; j < PS_TILT_PARTS; j++)
            share[j] /= sum;
    }
}

/* From shifts by half-year to the means of all steps. */
static void tilt_make(struct ps_crises *crises)
{
    const int factors = crises->plan->factors_n, blocks_n = crises->tilt.blocks_n;
    for (int j = 0; j < PS_TILT_PARTS; j++)
        for (int block = 0; block < blocks_n; block++)
            for (int k = 0; k < factors; k++) {
                const int window = block / crises->window_steps;
                crises->mean[(j * blocks_n + block) * factors + k] =
                    window_scale(crises, window) *
                    crises->shift[j * crises->dims_n + window * factors + k];
            }
}

enum ps_status ps_crises_fit(struct ps_crises *crises, const struct ps_crises_sample *sample)
{
    struct fit fit = {.crises = crises, .sample = sample, .n = sample->n, .votes = sample->votes};
    fit.share = calloc(fit.n * PS_TILT_PARTS, sizeof *fit.share);
    enum ps_status status = fit.share ? share_by_time(&fit) : ps_status_raise(PS_MEMORY);
    for (int round = 0; status == PS_OK && round < ROUNDS; round++) {
        for (int part = 1; part < PS_TILT_PARTS; part++) {
            const struct mass mass = mass_of(&fit, part);
            if (mass.effective_n > 0) {
                shift_learn(crises, &fit, part, mass);
                times_learn(crises, &fit, part, mass);
            }
        }
        share_out(crises, &fit);
    }
    if (status == PS_OK)
        tilt_make(crises);
    free(fit.share);
    return status;
}
