// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/sector_grid.h"

#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/curve.h"

#define HAZARD_MAX 27.631021115928547 /* -log(1e-12): p is clamped at 1 - 1e-12 */

/* ---- nodes ---- */

/* Orthonormal Hermite polynomials 0 .. n of the standard normal weight at x. */
static void hermite(int n, double x, double *value)
{
    value[0] = 1;
    value[1] = x;
    for (int k = 1; k < n; k++) {
        value[k + 1] = (x * value[k] - sqrt(k) * value[k - 1]) / sqrt(k + 1.0);
    }
}

/* How many roots of polynomial n lie below x: sign changes of the sequence (Sturm). */
static int roots_below(int n, double x)
{
    double value[PS_SECTOR_NODES_MAX + 1];
    int changes = 0;
    hermite(n, x, value);
    for (int k = 1; k <= n; k++) {
        changes += (value[k] < 0) != (value[k - 1] < 0);
    }
    return n - changes;
}

/* Roots of polynomial n by bisection, to the last bit; weight 1 / sum of the squares there. */
static void fill_nodes(struct ps_sector_grid *grid)
{
    const int n = grid->nodes_n;
    for (int i = 0; i < n; i++) {
        double lo = -2 * sqrt(n + 1.0), hi = -lo;
        for (int k = 0; k < 100; k++) {
            const double middle = 0.5 * (lo + hi);
            *(roots_below(n, middle) > i ? &hi : &lo) = middle;
        }
        double value[PS_SECTOR_NODES_MAX + 1], sum = 0;
        grid->node[i] = 0.5 * (lo + hi);
        hermite(n, grid->node[i], value);
        for (int k = 0; k < n; k++) {
            grid->polynomial[i * n + k] = value[k];
            sum += value[k] * value[k];
        }
        grid->weight[i] = 1 / sum;
    }
}

static void fill_transition(struct ps_sector_grid *grid)
{
    const int n = grid->nodes_n;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0, power = 1;
            for (int k = 0; k < n; k++) {
                sum += power * grid->polynomial[i * n + k] * grid->polynomial[j * n + k];
                power *= grid->phi_step;
            }
            grid->transition[i * n + j] = sum * grid->weight[j];
        }
    }
}

/* The node of a point in each dimension. */
static void place_of(const struct ps_sector_grid *grid, int point, int place[PS_SECTORS_MAX])
{
    for (int d = grid->dims - 1; d >= 0; d--) {
        place[d] = point % grid->nodes_n;
        point /= grid->nodes_n;
    }
}

enum ps_status ps_sector_grid_init(struct ps_sector_grid *grid, int dims, double phi_step)
{
    static const int nodes[] = {[1] = 64, [2] = 32, [3] = 20};
    *grid = (struct ps_sector_grid){
        .dims = dims, .nodes_n = nodes[dims], .points_n = 1, .phi_step = phi_step};
    for (int d = 0; d < dims; d++) {
        grid->points_n *= grid->nodes_n;
    }
    const size_t points = (size_t)grid->points_n;
    const size_t square = (size_t)grid->nodes_n * (size_t)grid->nodes_n;
    grid->polynomial = malloc(square * sizeof *grid->polynomial);
    grid->transition = malloc(square * sizeof *grid->transition);
    grid->mass = malloc(points * sizeof *grid->mass);
    grid->work = malloc(4 * points * sizeof *grid->work);
    if (grid->polynomial == NULL || grid->transition == NULL || grid->mass == NULL ||
        grid->work == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    fill_nodes(grid);
    fill_transition(grid);
    for (int i = 0; i < grid->points_n; i++) {
        int place[PS_SECTORS_MAX];
        place_of(grid, i, place);
        grid->mass[i] = 1;
        for (int d = 0; d < dims; d++) {
            grid->mass[i] *= grid->weight[place[d]];
        }
    }
    return PS_OK;
}

void ps_sector_grid_free(struct ps_sector_grid *grid)
{
    free(grid->polynomial);
    free(grid->transition);
    free(grid->mass);
    free(grid->work);
    *grid = (struct ps_sector_grid){0};
}

/* ---- the recursion ---- */

/* out[i] = sum over j of transition[i][j] f[j] in one dimension, where `stride` points lie between
 * neighbours; the others stand still. */
static void step_along(const struct ps_sector_grid *grid, int stride, const double *f, double *out)
{
    const int n = grid->nodes_n, slab = n * stride;
    for (int first = 0; first < grid->points_n; first += slab) {
        for (int i = 0; i < n; i++) {
            double *row = out + first + i * stride;
            for (int k = 0; k < stride; k++) {
                row[k] = 0;
            }
            for (int j = 0; j < n; j++) {
                const double weight = grid->transition[i * n + j];
                const double *from = f + first + j * stride;
                for (int k = 0; k < stride; k++) {
                    row[k] += weight * from[k];
                }
            }
        }
    }
}

/* f becomes E(f(X of the next block) | X). */
static void expect_next(const struct ps_sector_grid *grid, double *f, double *work)
{
    for (int d = 0, stride = 1; d < grid->dims; d++, stride *= grid->nodes_n) {
        step_along(grid, stride, f, work);
        for (int i = 0; i < grid->points_n; i++) {
            f[i] = work[i];
        }
    }
}

void ps_sector_grid_back(const struct ps_sector_grid *grid, const double *hazard, double *u,
                         double *v)
{
    expect_next(grid, u, grid->work);
    if (v != NULL) {
        expect_next(grid, v, grid->work);
    }
    for (int i = 0; i < grid->points_n; i++) {
        const double d = ps_one_minus_exp(hazard[i]), e = 1 - d, next_u = u[i];
        u[i] = d + e * next_u;
        if (v != NULL) {
            v[i] = d * d + 2 * d * e * next_u + e * e * v[i];
        }
    }
}

double ps_sector_grid_mean(const struct ps_sector_grid *grid, const double *f)
{
    double sum = 0;
    for (int i = 0; i < grid->points_n; i++) {
        sum += grid->mass[i] * f[i];
    }
    return sum;
}

double ps_sector_grid_mean_after(const struct ps_sector_grid *grid, const double *f, int blocks)
{
    const int n = grid->nodes_n;
    double at_zero[PS_SECTOR_NODES_MAX + 1], factor[PS_SECTOR_NODES_MAX], decay = 1;
    hermite(n, 0, at_zero);
    for (int b = 0; b < blocks; b++) {
        decay *= grid->phi_step;
    }
    for (int i = 0; i < n; i++) {
        double power = 1;
        factor[i] = 0;
        for (int k = 0; k < n; k++) {
            factor[i] += power * at_zero[k] * grid->polynomial[i * n + k];
            power *= decay;
        }
    }
    double sum = 0;
    for (int i = 0; i < grid->points_n; i++) {
        int place[PS_SECTORS_MAX];
        double mass = grid->mass[i];
        place_of(grid, i, place);
        for (int d = 0; d < grid->dims; d++) {
            mass *= factor[place[d]];
        }
        sum += mass * f[i];
    }
    return sum;
}

/* ---- exposure ---- */

void ps_sector_grid_exposure(const struct ps_sector_grid *grid, const struct ps_calibration *c,
                             const double *const curves[], const double *shift, double *exposure)
{
    const int dims = grid->dims;
    double own = 1;
    for (int k = 0; k < dims; k++) {
        own -= c->sectors[k].weight;
    }
    own = own > 0 ? own : 0;
    for (int i = 0; i < grid->points_n; i++) {
        int place[PS_SECTORS_MAX];
        place_of(grid, i, place);
        exposure[i] = own;
        for (int k = 0; k < dims; k++) {
            double y = shift == NULL ? 0 : shift[k];
            for (int d = 0; d <= k; d++) {
                y += c->loading[k * dims + d] * grid->node[place[d]];
            }
            exposure[i] += c->sectors[k].weight * ps_exp(ps_curve_at(curves[k], -y));
        }
    }
}

double ps_sector_hazard(double rate, double exposure, int capped)
{
    const double x = rate * exposure;
    const double hazard = capped ? (x < 1 ? -ps_log1p(-x) : HAZARD_MAX) : x;
    return hazard < HAZARD_MAX ? hazard : HAZARD_MAX;
}
