// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_qrng.h>

#include "pledgesim/rng.h"
#include "pledgesim/sensitivity.h"

/* Sobol indices of a function of k independent uniform variables. */

enum { BOOTSTRAPS = 1000, BOOTSTRAP_KEY = 1 };

size_t ps_sobol_points_n(int k, int n)
{
    return (size_t)(k + 2) * (size_t)n;
}

enum ps_status ps_sobol_points(int k, int n, double *points)
{
    const size_t width = (size_t)k, block = (size_t)n * width;
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, 2 * (unsigned)k);
    if (sequence == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t j = 0; j < (size_t)n; j++) {
        double both[2 * PS_SOBOL_AXES_MAX];
        (void)gsl_qrng_get(sequence, both);
        memcpy(points + j * width, both, width * sizeof *both);
        memcpy(points + block + j * width, both + width, width * sizeof *both);
        for (size_t i = 0; i < width; i++) {
            double *mixed = points + (2 + i) * block + j * width;
            memcpy(mixed, both, width * sizeof *both);
            mixed[i] = both[width + i];
        }
    }
    gsl_qrng_free(sequence);
    return PS_OK;
}

/* Both indices of variable i from the base points listed in `pick`. The values are taken about
 * their mean, which steadies the first estimator. */
static void estimate(const double *values, int n, int i, const int *pick, double *first,
                     double *total)
{
    const double *a = values, *b = values + n, *mixed = values + (size_t)(2 + i) * (size_t)n;
    double mean = 0, square = 0, own = 0, with = 0;
    for (int j = 0; j < n; j++) {
        mean += (a[pick[j]] + b[pick[j]]) / (2 * n);
    }
    for (int j = 0; j < n; j++) {
        const double x = a[pick[j]] - mean, y = b[pick[j]] - mean, z = mixed[pick[j]] - mean;
        square += x * x + y * y;
        own += y * (z - x);
        with += (x - z) * (x - z);
    }
    const double variance = square / (2 * n);
    *first = own / n / variance;
    *total = with / (2 * n) / variance;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void interval(double *sample, double *lo, double *hi)
{
    qsort(sample, BOOTSTRAPS, sizeof *sample, by_size);
    *lo = sample[BOOTSTRAPS / 40 - 1];
    *hi = sample[BOOTSTRAPS - BOOTSTRAPS / 40];
}

/* Base points of bootstrap r, drawn with replacement. */
static void draw(int *pick, int n, int r)
{
    for (int j = 0; j < n; j += 4) {
        const uint32_t counter[4] = {(uint32_t)r, (uint32_t)j, 0, 0};
        uint32_t word[4];
        ps_philox(counter, BOOTSTRAP_KEY, 0, word);
        for (int q = 0; q < 4 && j + q < n; q++) {
            pick[j + q] = (int)((uint64_t)word[q] * (uint64_t)n >> 32);
        }
    }
}

enum ps_status ps_sobol_indices(const double *values, int k, int n, struct ps_sobol_index *out)
{
    int *pick = malloc((size_t)n * sizeof *pick);
    double *first = malloc(BOOTSTRAPS * sizeof *first), *total = malloc(BOOTSTRAPS * sizeof *total);
    enum ps_status status = PS_OK;
    if (pick == NULL || first == NULL || total == NULL) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    for (int i = 0; i < k; i++) {
        struct ps_sobol_index *index = &out[i];
        for (int j = 0; j < n; j++) {
            pick[j] = j;
        }
        estimate(values, n, i, pick, &index->first, &index->total);
        for (int r = 0; r < BOOTSTRAPS; r++) {
            draw(pick, n, r);
            estimate(values, n, i, pick, &first[r], &total[r]);
        }
        interval(first, &index->first_lo95, &index->first_hi95);
        interval(total, &index->total_lo95, &index->total_hi95);
        if (!isfinite(index->first)) {
            *index = (struct ps_sobol_index){(double)NAN, (double)NAN, (double)NAN,
                                             (double)NAN, (double)NAN, (double)NAN};
        }
    }
out:
    free(pick);
    free(first);
    free(total);
    return status;
}

/* ---- the variants ---- */

/* One point: each axis at the place nearest to its share of the range. */
static struct ps_box box_of(const struct ps_study *study, const double *point)
{
    struct ps_box box = {0};
    for (int a = 0; a < study->axes_n; a++) {
        const int64_t steps = study->axes[a].steps_n;
        const int64_t at = (int64_t)(point[a] * (double)(steps + 1));
        box.first[a] = at > steps ? steps : at;
        box.stride[a] = box.n[a] = 1;
    }
    return box;
}

enum ps_status ps_sobol_run(const struct ps_study *study, int n, uint64_t worlds_n,
                            struct ps_diags *diags, double *values)
{
    const size_t points_n = ps_sobol_points_n(study->axes_n, n);
    double *points = calloc(points_n * (size_t)study->axes_n, sizeof *points);
    struct ps_study_batch batch = {0};
    enum ps_status status =
        points == NULL ? ps_status_raise(PS_MEMORY) : ps_sobol_points(study->axes_n, n, points);
    for (size_t p = 0; status == PS_OK && p < points_n; p++) {
        const struct ps_box box = box_of(study, points + p * (size_t)study->axes_n);
        status = ps_study_batch_add(study, &box, diags, &batch);
    }
    if (status == PS_OK) {
        status = ps_study_batch_run(study, 0, worlds_n, NULL, diags, &batch);
    }
    for (int m = 0; status == PS_OK && m < study->metrics_n; m++) {
        for (size_t p = 0; p < points_n; p++) {
            values[(size_t)m * points_n + p] =
                ps_metric_read(&study->metrics[m], &batch.engine.rows[p].row, 0.95).value;
        }
    }
    ps_study_batch_free(&batch);
    free(points);
    return status;
}
