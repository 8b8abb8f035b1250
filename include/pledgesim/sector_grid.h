// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SECTOR_GRID_H
#define PLEDGESIM_SECTOR_GRID_H

#include "pledgesim/models.h"

/* Several cluster indices at once, for expectations over their paths (docs/model.md, eq. (4.16)).
 * Y = L X, X independent autoregressions of one and the same phi; each X on the nodes of
 * Gauss-Hermite quadrature, all combinations of them. The law of the next X given this one has the
 * Hermite polynomials as eigenfunctions, with eigenvalues phi^n, so the step from block to block is
 * exact for polynomials however close phi is to 1. The hazards of gamma sectors are smooth enough
 * for that; those of a probit model are not. */

enum { PS_SECTOR_NODES_MAX = 64 };

struct ps_sector_grid {
    int dims, nodes_n, points_n; /* points_n = nodes_n ^ dims; the last dimension runs fastest */
    double phi_step;
    double node[PS_SECTOR_NODES_MAX], weight[PS_SECTOR_NODES_MAX];
    double *polynomial; /* [nodes_n][nodes_n]: orthonormal Hermite polynomial n at node i */
    double *transition; /* [nodes_n][nodes_n]: weight of node j given node i */
    double *mass;       /* [points_n] under the stationary law */
    double *work;       /* 4 points_n */
};

/* dims 1 .. PS_SECTORS_MAX. PS_MEMORY. Free also after a failure. */
enum ps_status ps_sector_grid_init(struct ps_sector_grid *grid, int dims, double phi_step)
    PS_MUST_CHECK;
void ps_sector_grid_free(struct ps_sector_grid *grid);

/* Eq. (4.13): w_0 + sum of w_k G_k at each point; curves of the sectors, shift[k] is added to Y_k.
 */
void ps_sector_grid_exposure(const struct ps_sector_grid *grid, const struct ps_calibration *c,
                             const double *const curves[], const double *shift, double *exposure);

/* The hazard of a year, -ln(1 - p), at an exposure. */
double ps_sector_hazard(double rate, double exposure, int capped);

/* As ps_index_grid_back (calibration.h): u and v at the start of a block with these hazards from u
 * and v at the start of the next; v may be NULL. */
void ps_sector_grid_back(const struct ps_sector_grid *grid, const double *hazard, double *u,
                         double *v);

/* Expectation of f under the stationary law, and `blocks` blocks after X = 0. */
double ps_sector_grid_mean(const struct ps_sector_grid *grid, const double *f);
double ps_sector_grid_mean_after(const struct ps_sector_grid *grid, const double *f, int blocks);

#endif
