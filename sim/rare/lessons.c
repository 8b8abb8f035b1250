// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <string.h>

#include "crises.h"
#include "pledgesim/kmath.h"

/* From what the worlds of the parts say to shifts, hazards and kinds of firms, each drawn to what
 * the plan's own law says as far as it may be chance [assumption: how far]. */

enum { ROUNDS = 20 };

/* ---- shifts ---- */

static double along(const double *row, const double *side, int n)
{
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += row[k] * side[k];
    return sum;
}

static void to_unit_length(double *side, int n)
{
    const double length = sqrt(along(side, side, n));
    for (int k = 0; k < n; k++)
        side[k] = length > 0 ? side[k] / length : 0;
}

/* The direction in which the means by half-year point, above all others: the first right singular
 * vector by power iteration from their sum; 0 when there is none. */
static const double *main_side(const struct ps_crises *crises, const double *means)
{
    const int n = crises->plan->factors_n;
    double *side = crises->side, *next = side + n;
    memset(side, 0, (size_t)n * sizeof *side);
    for (int d = 0; d < crises->dims_n; d++)
        side[d % n] += means[d];
    to_unit_length(side, n);
    for (int round = 1; round < ROUNDS; round++) {
        memset(next, 0, (size_t)n * sizeof *next);
        for (int w = 0; w < crises->windows_n; w++) {
            const double u = along(means + w * n, side, n);
            for (int k = 0; k < n; k++)
                next[k] += u * means[w * n + k];
        }
        memcpy(side, next, (size_t)n * sizeof *side);
        to_unit_length(side, n);
    }
    return side;
}

/* Eq. (12.6): the mean scores of a part's worlds along one direction, drawn to 0 where they may be
 * chance. */
static void shift_learn(struct ps_crises *crises, int part, const struct ps_lesson *lesson)
{
    const int n = crises->plan->factors_n;
    const double chance = 4 / lesson->effective_n; /* the square of two standard errors */
    const double *side = main_side(crises, lesson->score);
    double *shift = crises->shift + part * crises->dims_n, square = 0;
    for (int w = 0; w < crises->windows_n; w++) {
        const double mean = along(lesson->score + w * n, side, n);
        const double kept = mean * mean > chance ? mean - chance / mean : 0;
        for (int k = 0; k < n; k++)
            shift[w * n + k] = kept * side[k];
        square += kept * kept;
    }
    crises->tilt.half_square[part] = 0.5 * square;
}

/* ---- hazards ---- */

/* Factors of the hazard: of a class of loans in all parts, of a period in each. */
struct factors {
    double common; /* of all, to which made-up defaults draw the periods, and to 1 the classes */
    double class[PS_TILT_CLASSES], period[PS_TILT_PARTS][PS_TILT_PERIODS];
};

static const double MADE_UP_DEFAULTS = 20;

static void common_fit(struct factors *f, const struct ps_lesson *lessons)
{
    double defaults = 0, hazard = 0;
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        for (int c = 0; c < PS_TILT_CELLS; c++) {
            defaults += lessons[j].defaults[c];
            hazard += lessons[j].hazard[c];
        }
    f->common = defaults > 0 && hazard > 0 ? defaults / hazard : 1;
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        for (int p = 0; p < PS_TILT_PERIODS; p++)
            f->period[j][p] = f->common;
}

static void classes_fit(struct factors *f, const struct ps_lesson *lessons)
{
    for (int k = 0; k < PS_TILT_CLASSES; k++) {
        double defaults = MADE_UP_DEFAULTS, hazard = MADE_UP_DEFAULTS;
        for (int j = 1; j <= PS_TILT_CRISES; j++)
            for (int p = 0; p < PS_TILT_PERIODS; p++) {
                defaults += lessons[j].defaults[p * PS_TILT_CLASSES + k];
                hazard += f->period[j][p] * lessons[j].hazard[p * PS_TILT_CLASSES + k];
            }
        f->class[k] = defaults / hazard;
    }
}

static void periods_fit(struct factors *f, const struct ps_lesson *lessons)
{
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        for (int p = 0; p < PS_TILT_PERIODS; p++) {
            double defaults = MADE_UP_DEFAULTS, hazard = MADE_UP_DEFAULTS / f->common;
            for (int k = 0; k < PS_TILT_CLASSES; k++) {
                defaults += lessons[j].defaults[p * PS_TILT_CLASSES + k];
                hazard += f->class[k] * lessons[j].hazard[p * PS_TILT_CLASSES + k];
            }
            f->period[j][p] = defaults / hazard;
        }
}

/* Eq. (12.7): defaults over the hazard they lived through, as a product of two factors. */
static void times_learn(struct ps_crises *crises, const struct ps_lesson *lessons)
{
    struct factors f;
    common_fit(&f, lessons);
    for (int round = 0; round < ROUNDS; round++) {
        classes_fit(&f, lessons);
        periods_fit(&f, lessons);
    }
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        for (int c = 0; c < PS_TILT_CELLS; c++) {
            const double times = f.class[c % PS_TILT_CLASSES] * f.period[j][c / PS_TILT_CLASSES];
            crises->tilt.times[c][j] = times;
            crises->tilt.log_times[c][j] = ps_log(times);
        }
}

/* ---- new firms ---- */

static double chance_of_size(int size)
{
    return ps_tilt_size_from(size + 1) - ps_tilt_size_from(size);
}

static double chance_of_kind(int kind)
{
    return chance_of_size(kind / PS_TILT_PRODUCTS) / PS_TILT_PRODUCTS;
}

/* Eq. (12.14a): how much more often a kind of firm appears, drawn to 1 by made-up firms. */
static void firms_learn(struct ps_crises *crises, const struct ps_lesson *lessons)
{
    const double made_up = 50;
    double seen[PS_TILT_KINDS] = {0}, all = 0, density[PS_TILT_KINDS], total = 0;
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        for (int k = 0; k < PS_TILT_KINDS; k++) {
            seen[k] += lessons[j].firms[k];
            all += lessons[j].firms[k];
        }
    for (int k = 0; k < PS_TILT_KINDS; k++) {
        const double own = chance_of_kind(k);
        density[k] = (seen[k] + made_up) / (all * own + made_up);
        total += own * density[k];
    }
    for (int k = 0; k < PS_TILT_KINDS; k++)
        for (int j = 1; j <= PS_TILT_CRISES; j++) {
            crises->tilt.kind[k][j] = density[k] / total;
            crises->tilt.log_kind[k][j] = ps_log(density[k] / total);
        }
}

void ps_lessons_learn(struct ps_crises *crises, const struct ps_lesson *lessons)
{
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        if (lessons[j].effective_n > 0)
            shift_learn(crises, j, &lessons[j]);
    if (crises->plan->retry_months) /* several loans stand at one draw: chapter 12 */
        return;
    times_learn(crises, lessons);
    firms_learn(crises, lessons);
}

void ps_lessons_raise(struct ps_crises *crises, double times)
{
    if (crises->plan->retry_months)
        return;
    for (int c = 0; c < PS_TILT_CELLS; c++)
        for (int j = 1; j <= PS_TILT_CRISES; j++) {
            crises->tilt.times[c][j] = times;
            crises->tilt.log_times[c][j] = ps_log(times);
        }
    ps_lessons_apply(crises);
}

/* ---- half way ---- */

static double mean_of_crises(const double *parts)
{
    double sum = 0;
    for (int j = 1; j <= PS_TILT_CRISES; j++)
        sum += parts[j];
    return sum / PS_TILT_CRISES;
}

/* Eq. (12.7a): half of what the crises have in common. */
static void halfway_make(struct ps_crises *crises)
{
    struct ps_tilt *tilt = &crises->tilt;
    double parts[PS_TILT_PARTS], square = 0, total = 0;
    for (int d = 0; d < crises->dims_n; d++) {
        for (int j = 1; j <= PS_TILT_CRISES; j++)
            parts[j] = crises->shift[j * crises->dims_n + d];
        const double shift = 0.5 * mean_of_crises(parts);
        crises->shift[PS_TILT_HALFWAY * crises->dims_n + d] = shift;
        square += shift * shift;
    }
    tilt->half_square[PS_TILT_HALFWAY] = 0.5 * square;
    for (int c = 0; c < PS_TILT_CELLS; c++) {
        tilt->log_times[c][PS_TILT_HALFWAY] = 0.5 * mean_of_crises(tilt->log_times[c]);
        tilt->times[c][PS_TILT_HALFWAY] = ps_exp(tilt->log_times[c][PS_TILT_HALFWAY]);
    }
    for (int k = 0; k < PS_TILT_KINDS; k++) {
        tilt->kind[k][PS_TILT_HALFWAY] = sqrt(tilt->kind[k][1]);
        total += chance_of_kind(k) * tilt->kind[k][PS_TILT_HALFWAY];
    }
    for (int k = 0; k < PS_TILT_KINDS; k++) {
        tilt->kind[k][PS_TILT_HALFWAY] /= total;
        tilt->log_kind[k][PS_TILT_HALFWAY] = ps_log(tilt->kind[k][PS_TILT_HALFWAY]);
    }
}

/* ---- what the kernel reads ---- */

static void firms_apply(struct ps_tilt *tilt)
{
    for (int j = 0; j < PS_TILT_PARTS; j++)
        for (int size = 0; size < PS_TILT_SIZES; size++) {
            double *product = tilt->product[j] + size * PS_TILT_PRODUCTS, sum = 0;
            for (int i = 0; i < PS_TILT_PRODUCTS; i++)
                sum += tilt->kind[size * PS_TILT_PRODUCTS + i][j];
            for (int i = 0; i < PS_TILT_PRODUCTS; i++)
                product[i] = tilt->kind[size * PS_TILT_PRODUCTS + i][j] / sum;
            tilt->size[j][size] = chance_of_size(size) * sum / PS_TILT_PRODUCTS;
        }
}

void ps_lessons_apply(struct ps_crises *crises)
{
    halfway_make(crises);
    const int factors = crises->plan->factors_n, blocks_n = crises->tilt.blocks_n;
    for (int j = 0; j < PS_TILT_PARTS; j++)
        for (int block = 0; block < blocks_n; block++)
            for (int k = 0; k < factors; k++) {
                const int window = block / crises->window_steps;
                crises->mean[(j * blocks_n + block) * factors + k] =
                    ps_crises_window_scale(crises, window) *
                    crises->shift[j * crises->dims_n + window * factors + k];
            }
    firms_apply(&crises->tilt);
}
