// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CAPPED_GRID_H
#define PLEDGESIM_CAPPED_GRID_H

#include "pledgesim/models.h"

/* Expectations over the paths of several indices when the hazard jumps: the capped link of gamma
 * sectors (docs/model.md, eq. (4.16a) to (4.16c)). A uniform grid in each dimension, as fine as the
 * innovations ask for. What a loan faces from the next block on is smooth on it; what it faces in
 * a block is not, and enters by its means over the surroundings of each point, which are
 * integrated piece by piece up to the cap. */

/* Points times points along the first axis. More would take many seconds: three clusters fit up to
 * a phi_annual of 0.5, two up to 0.96. */
#define PS_CAPPED_SIZE_MAX 3e7

struct ps_capped_axis {
    int n, row; /* points; weights of a transition */
    double step;
    double *mass;       /* [n] of the stationary law */
    int *first;         /* [n] first point that a transition from i reaches, may be negative */
    double *transition; /* [n][row], 0 outside the grid */
};

/* The axis along which all sectors rise together runs fastest; the other dimensions stand across
 * it and share one kind of axis. */
struct ps_capped_grid {
    int dims, points_n;
    int across_n;    /* lines along the first axis: points_n / along.n */
    double phi_step; /* between blocks */
    struct ps_capped_axis along, across;
    double load[PS_SECTORS_MAX][PS_SECTORS_MAX]; /* Y_k = sum of load[k][d] X_d, d 0 along */
    double *work;                                /* 2 points_n */
};

/* The months of a block that share a shift. */
struct ps_capped_part {
    double months, shift[PS_SECTORS_MAX]; /* added to Y_k */
};

/* The size of a grid. Infinite where sectors do not rise together. */
double ps_capped_size(const struct ps_calibration *c, double phi_step);

/* Whether the calibration of a class needs a grid larger than that. */
int ps_capped_too_fine(const struct ps_calibration *c);

/* Requires ps_capped_size <= PS_CAPPED_SIZE_MAX. PS_MEMORY. Free also after a failure. */
enum ps_status ps_capped_grid_init(struct ps_capped_grid *grid, const struct ps_calibration *c,
                                   double phi_step) PS_MUST_CHECK;
void ps_capped_grid_free(struct ps_capped_grid *grid);

/* Eq. (4.16b): means around each point of 1 - exp(-H) and of its square, H the hazard of the parts
 * of a block at PD' `rate`. */
void ps_capped_means(const struct ps_capped_grid *grid, const struct ps_calibration *c,
                     const double *const curves[], double rate, const struct ps_capped_part *parts,
                     int parts_n, double *d, double *d2);

/* 1 - exp(-H) itself where X = 0. */
double ps_capped_chance_at_zero(const struct ps_capped_grid *grid, const struct ps_calibration *c,
                                const double *const curves[], double rate,
                                const struct ps_capped_part *parts, int parts_n);

/* Eq. (4.16c): u and v at the start of a block (means around each point) from those of the next; v
 * may be NULL. */
void ps_capped_grid_back(const struct ps_capped_grid *grid, const double *d, const double *d2,
                         double *u, double *v);

/* Expectation under the stationary law, and `blocks` >= 1 blocks after X = 0. */
double ps_capped_grid_mean(const struct ps_capped_grid *grid, const double *f);
double ps_capped_grid_mean_after(const struct ps_capped_grid *grid, const double *f, int blocks);

#endif
