// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/capped_grid.h"

#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/kmath.h"

#define GRID_END 6.5 /* a normal law has 8e-11 beyond */
#define REACH_SD 6.0
#define STEP_OVER_SD 0.6  /* what it costs is in chapter 4 */
#define STEP_MAX 0.4      /* the place of the cap bends from line to line */
#define TOGETHER_MIN 0.05 /* cosine of a sector and the common direction */

/* ---- directions ---- */

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < PS_SECTORS_MAX; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Turns X so that its first direction is the sum of the sectors' own and the others complete it.
 * Along the first every index rises, so that a line meets the cap once; and where it does moves
 * smoothly from line to line. Returns the number of dimensions, and the least cosine between a
 * sector and the first direction. */
static int turn(const struct ps_calibration *c, double load[][PS_SECTORS_MAX], double *cosine)
{
    double own[PS_SECTORS_MAX][PS_SECTORS_MAX] = {{0}}, basis[PS_SECTORS_MAX][PS_SECTORS_MAX];
    double sum[PS_SECTORS_MAX] = {0};
    int dims = 0;
    *cosine = 1;
    for (int k = 0; k < c->sectors_n; k++) {
        for (int d = 0; d < c->sectors_n; d++) {
            own[k][d] = c->loading[k * c->sectors_n + d];
            sum[d] += c->sectors[k].weight > 0 ? own[k][d] : 0;
        }
    }
    for (int k = -1; k < c->sectors_n && dims < PS_SECTORS_MAX; k++) {
        double rest[PS_SECTORS_MAX];
        if (k >= 0 && c->sectors[k].weight <= 0) {
            continue;
        }
        for (int i = 0; i < PS_SECTORS_MAX; i++) {
            rest[i] = k < 0 ? sum[i] : own[k][i];
        }
        for (int d = 0; d < dims; d++) {
            const double part = dot(rest, basis[d]);
            for (int i = 0; i < PS_SECTORS_MAX; i++) {
                rest[i] -= part * basis[d][i];
            }
        }
        const double size = sqrt(dot(rest, rest));
        if (size < 1e-6) {
            continue; /* a cluster that is met already */
        }
        for (int i = 0; i < PS_SECTORS_MAX; i++) {
            basis[dims][i] = rest[i] / size;
        }
        dims++;
    }
    for (int k = 0; k < c->sectors_n; k++) {
        for (int d = 0; d < dims; d++) {
            load[k][d] = dot(own[k], basis[d]);
        }
        if (c->sectors[k].weight > 0 && load[k][0] < *cosine) {
            *cosine = load[k][0];
        }
    }
    if (dot(sum, sum) < 1e-12) {
        *cosine = 0; /* sectors that cancel */
    }
    return dims;
}

/* From line to line the cap moves by up to the tangent of that angle; means that move so are read
 * without loss if the lines are so much closer. */
static double across_step(double along_step, double cosine)
{
    const double tangent = sqrt(1 / (cosine * cosine) - 1);
    return along_step / (tangent > 1 ? 0.5 * (1 + tangent) : 1);
}

static int axis_points(double step)
{
    return 2 * ((int)ps_floor(GRID_END / step) + 1) + 1; /* 0 is one of them */
}

static double along_step(double phi_step)
{
    const double step = STEP_OVER_SD * sqrt(1 - phi_step * phi_step);
    return step < STEP_MAX ? step : STEP_MAX;
}

double ps_capped_size(const struct ps_calibration *c, double phi_step)
{
    double load[PS_SECTORS_MAX][PS_SECTORS_MAX], cosine;
    const int dims = turn(c, load, &cosine);
    if (cosine < TOGETHER_MIN) {
        return (double)INFINITY;
    }
    const double step = along_step(phi_step);
    double size = (double)axis_points(step) * axis_points(step);
    for (int d = 1; d < dims; d++) {
        size *= axis_points(across_step(step, cosine));
    }
    return size;
}

int ps_capped_too_fine(const struct ps_calibration *c)
{
    const int moves = c->calibrate && c->step_months < 12;
    const double phi_step = moves ? ps_phi_step(c->phi_annual, c->step_months) : 0;
    return ps_capped_size(c, phi_step) > PS_CAPPED_SIZE_MAX;
}

/* ---- the grid ---- */

static enum ps_status axis_init(struct ps_capped_axis *axis, double step, double phi)
{
    const double sd = sqrt(1 - phi * phi);
    axis->n = axis_points(step);
    axis->step = 2 * GRID_END / (axis->n - 1);
    const int n = axis->n, band = (int)ps_floor(REACH_SD * sd / axis->step) + 1;
    axis->row = 2 * band + 1;
    axis->mass = malloc((size_t)n * sizeof *axis->mass);
    axis->first = malloc((size_t)n * sizeof *axis->first);
    axis->transition = malloc((size_t)n * (size_t)axis->row * sizeof *axis->transition);
    if (axis->mass == NULL || axis->first == NULL || axis->transition == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int i = 0; i < n; i++) {
        const double x = (i - n / 2) * axis->step;
        axis->mass[i] = ps_norm_density(x) * axis->step;
        axis->first[i] = (int)ps_floor(phi * x / axis->step + n / 2 + 0.5) - band;
        for (int k = 0; k < axis->row; k++) {
            const int j = axis->first[i] + k;
            const double to = (j - n / 2) * axis->step;
            axis->transition[(size_t)i * (size_t)axis->row + (size_t)k] =
                j >= 0 && j < n ? ps_norm_density((to - phi * x) / sd) * axis->step / sd : 0;
        }
    }
    return PS_OK;
}

static void axis_free(struct ps_capped_axis *axis)
{
    free(axis->mass);
    free(axis->first);
    free(axis->transition);
}

enum ps_status ps_capped_grid_init(struct ps_capped_grid *grid, const struct ps_calibration *c,
                                   double phi_step)
{
    double cosine;
    *grid = (struct ps_capped_grid){.phi_step = phi_step, .across_n = 1};
    grid->dims = turn(c, grid->load, &cosine);
    const double step = along_step(phi_step);
    enum ps_status status = axis_init(&grid->along, step, phi_step);
    if (status == PS_OK && grid->dims > 1) {
        status = axis_init(&grid->across, across_step(step, cosine), phi_step);
    }
    if (status != PS_OK) {
        return status;
    }
    for (int d = 1; d < grid->dims; d++) {
        grid->across_n *= grid->across.n;
    }
    grid->points_n = grid->across_n * grid->along.n;
    grid->work = malloc(2 * (size_t)grid->points_n * sizeof *grid->work);
    return grid->work == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

void ps_capped_grid_free(struct ps_capped_grid *grid)
{
    axis_free(&grid->along);
    axis_free(&grid->across);
    free(grid->work);
    *grid = (struct ps_capped_grid){0};
}

/* ---- the recursion ---- */

/* Four sums at a time, which a processor adds side by side. */
static double dot_run(const double *a, const double *b, int n)
{
    double s[4] = {0};
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int k = 0; k < 4; k++) {
            s[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < n; i++) {
        s[0] += a[i] * b[i];
    }
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* out[i] = sum of transition[i][j] f[j] along one axis, `stride` points between neighbours. */
static void step_along(const struct ps_capped_axis *axis, int stride, int points_n, const double *f,
                       double *out)
{
    for (int start = 0; start < points_n; start += axis->n * stride) {
        for (int i = 0; i < axis->n; i++) {
            const int first = axis->first[i];
            const int from = first < 0 ? -first : 0;
            const int to = first + axis->row > axis->n ? axis->n - first : axis->row;
            const double *weight = axis->transition + (size_t)i * (size_t)axis->row;
            double *row = out + start + i * stride;
            if (stride == 1) {
                row[0] = dot_run(weight + from, f + start + first + from, to - from);
                continue;
            }
            for (int k = 0; k < stride; k++) {
                row[k] = 0;
            }
            for (int j = from; j < to; j++) {
                const double *other = f + start + (first + j) * stride;
                for (int k = 0; k < stride; k++) {
                    row[k] += weight[j] * other[k];
                }
            }
        }
    }
}

/* f becomes E(f(X of the next block) | X). */
static void expect_next(const struct ps_capped_grid *grid, double *f)
{
    double *from = f, *to = grid->work;
    for (int d = 0, stride = 1; d < grid->dims; d++) {
        const struct ps_capped_axis *axis = d == 0 ? &grid->along : &grid->across;
        step_along(axis, stride, grid->points_n, from, to);
        stride *= axis->n;
        from = to;
        to = from == grid->work ? grid->work + grid->points_n : grid->work;
    }
    for (int i = 0; i < grid->points_n; i++) {
        f[i] = from[i];
    }
}

void ps_capped_grid_back(const struct ps_capped_grid *grid, const double *d, const double *d2,
                         double *u, double *v)
{
    expect_next(grid, u);
    if (v != NULL) {
        expect_next(grid, v);
    }
    for (int i = 0; i < grid->points_n; i++) {
        const double next_u = u[i], once = d[i], twice = d2[i];
        u[i] = once + (1 - once) * next_u;
        if (v != NULL) {
            v[i] = twice + 2 * (once - twice) * next_u + (1 - 2 * once + twice) * v[i];
        }
    }
}

/* ---- expectations ---- */

/* The sum of f times a product of weights, one for each dimension. */
static double weighted(const struct ps_capped_grid *grid, const double *along, const double *across,
                       const double *f)
{
    const int n = grid->along.n;
    double sum = 0;
    for (int line = 0; line < grid->across_n; line++) {
        double weight = 1;
        for (int d = 1, rest = line; d < grid->dims; d++, rest /= grid->across.n) {
            weight *= across[rest % grid->across.n];
        }
        sum += weight * dot_run(along, f + (size_t)line * (size_t)n, n);
    }
    return sum;
}

double ps_capped_grid_mean(const struct ps_capped_grid *grid, const double *f)
{
    return weighted(grid, grid->along.mass, grid->across.mass, f);
}

static void fill_masses(const struct ps_capped_axis *axis, double sd, double *mass)
{
    for (int i = 0; i < axis->n; i++) {
        mass[i] = ps_norm_density((i - axis->n / 2) * axis->step / sd) * axis->step / sd;
    }
}

double ps_capped_grid_mean_after(const struct ps_capped_grid *grid, const double *f, int blocks)
{
    double old = 1;
    for (int b = 0; b < blocks; b++) {
        old *= grid->phi_step * grid->phi_step;
    }
    double *along = grid->work, *across = grid->work + grid->along.n;
    fill_masses(&grid->along, sqrt(1 - old), along);
    if (grid->dims > 1) {
        fill_masses(&grid->across, sqrt(1 - old), across);
    }
    return weighted(grid, along, across, f);
}
