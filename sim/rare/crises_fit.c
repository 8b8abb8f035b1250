// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crises.h"
#include "pledgesim/kmath.h"

/* Expectation and maximisation: which part a world belongs to, and what each part's worlds say. */

enum { ROUNDS = 5 };

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
                fit->share[i * PS_TILT_PARTS + 1 + (size_t)(at * PS_TILT_CRISES)] = 1;
                before += fit->votes[i];
            }
    free(side);
    free(worst);
    return PS_OK;
}

static double vote_of(const struct fit *fit, size_t i, int part)
{
    return fit->votes[i] * fit->share[i * PS_TILT_PARTS + (size_t)part];
}

/* What a world says, at weight v. */
static void lesson_add(struct ps_lesson *lesson, double v, const double *score, int dims_n,
                       const struct ps_tilt_counts *counts)
{
    for (int d = 0; d < dims_n; d++)
        lesson->score[d] += v * score[d];
    for (int c = 0; c < PS_TILT_CELLS; c++) {
        lesson->defaults[c] += v * (double)counts->defaults[c];
        lesson->hazard[c] += v * (double)counts->hazard[c];
    }
    for (int k = 0; k < PS_TILT_KINDS; k++)
        lesson->firms[k] += v * (double)counts->firms[k];
}

/* What the worlds of a part say; `score` holds its means. */
static struct ps_lesson lesson_of(const struct fit *fit, int part, double *score)
{
    const int dims_n = fit->crises->dims_n;
    struct ps_lesson lesson = {.score = score};
    double sum = 0, square = 0;
    memset(score, 0, (size_t)dims_n * sizeof *score);
    for (size_t i = 0; i < fit->n; i++) {
        const double v = vote_of(fit, i, part);
        sum += v;
        square += v * v;
        if (v > 0)
            lesson_add(&lesson, v, score_of(fit, i), dims_n, &fit->sample->counts[i]);
    }
    lesson.effective_n = square > 0 ? sum * sum / square : 0;
    for (int d = 0; d < dims_n && sum > 0; d++)
        score[d] /= sum;
    const double times = sum > 0 ? lesson.effective_n / sum : 0;
    for (int c = 0; c < PS_TILT_CELLS; c++) {
        lesson.defaults[c] *= times;
        lesson.hazard[c] *= times;
    }
    for (int k = 0; k < PS_TILT_KINDS; k++)
        lesson.firms[k] *= times;
    return lesson;
}

/* The exponent x of a world for a part. */
static double exponent_of(const struct ps_crises *crises, const double *score,
                          const struct ps_tilt_counts *counts, size_t part)
{
    const size_t dims = (size_t)crises->dims_n;
    const double *shift = crises->shift + part * dims;
    double exponent = -crises->tilt.half_square[part];
    for (size_t d = 0; d < dims; d++)
        exponent += shift[d] * score[d];
    for (int c = 0; c < PS_TILT_CELLS; c++)
        exponent += (double)counts->defaults[c] * crises->tilt.log_times[c][part] -
                    (double)counts->hazard[c] * (crises->tilt.times[c][part] - 1);
    for (int k = 0; k < PS_TILT_KINDS; k++)
        exponent += (double)counts->firms[k] * crises->tilt.log_kind[k][part];
    return exponent;
}

double ps_crises_density(const struct ps_crises *crises, const double *score,
                         const struct ps_tilt_counts *counts)
{
    double sum = 0;
    for (size_t j = 0; j < PS_TILT_PARTS; j++)
        sum += ps_exp(exponent_of(crises, score, counts, j));
    return sum / PS_TILT_PARTS;
}

/* Eq. (12.5): how much of each world belongs to each part. */
static void share_out(const struct ps_crises *crises, struct fit *fit)
{
    for (size_t i = 0; i < fit->n; i++) {
        double *share = fit->share + i * PS_TILT_PARTS, sum = 0, most = 0;
        for (size_t j = 0; j <= PS_TILT_CRISES; j++) {
            share[j] = exponent_of(crises, score_of(fit, i), &fit->sample->counts[i], j);
            most = share[j] > most ? share[j] : most;
        }
        for (size_t j = 0; j <= PS_TILT_CRISES; j++) {
            share[j] = ps_exp(share[j] - most);
            sum += share[j];
        }
        for (size_t j = 0; j <= PS_TILT_CRISES; j++)
            share[j] /= sum;
    }
}

enum ps_status ps_crises_fit(struct ps_crises *crises, const struct ps_crises_sample *sample)
{
    struct fit fit = {.crises = crises, .sample = sample, .n = sample->n, .votes = sample->votes};
    const size_t dims = (size_t)crises->dims_n;
    double *scores = malloc((dims * PS_TILT_PARTS + 1) * sizeof *scores);
    fit.share = calloc(fit.n * PS_TILT_PARTS, sizeof *fit.share);
    enum ps_status status = scores && fit.share ? share_by_time(&fit) : ps_status_raise(PS_MEMORY);
    for (int round = 0; status == PS_OK && round < ROUNDS; round++) {
        struct ps_lesson lessons[PS_TILT_PARTS];
        for (int j = 0; j <= PS_TILT_CRISES; j++)
            lessons[j] = lesson_of(&fit, j, scores + (size_t)j * dims);
        ps_lessons_learn(crises, lessons);
        share_out(crises, &fit);
    }
    if (status == PS_OK)
        ps_lessons_apply(crises);
    free(scores);
    free(fit.share);
    return status;
}
