// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ENGINE_MEAN_PD_H
#define PLEDGESIM_ENGINE_MEAN_PD_H

#include "pledgesim/calibration.h"
#include "pledgesim/capped_grid.h"
#include "pledgesim/mixing.h"
#include "pledgesim/sector_grid.h"
#include "pledgesim/world.h"

struct ps_scenario;

/* The mean one-year PD (mean_pd.c) by kind of hazard (mean_pd_kinds.c). */

struct ps_mean_pd {
    const struct ps_world_plan *plan;
    const struct ps_scenario *scenario;
    struct ps_index_grid grid;
    double *u; /* grid.n; under each S where there is one */
    struct ps_mixing mixing;
    struct ps_sector_grid sectors; /* laid out for the class at hand */
    struct ps_calibration calibration;
    double *points; /* exposure, hazard and u, sectors.points_n each */
    /* The capped link, where its grid is not too large (else dims 0). */
    struct ps_capped_grid capped;
    int by_month, once; /* means of a block are kept by month; or for one block only */
    double *means;      /* u, squares, then the means of blocks, capped.points_n each */
    int *means_known;   /* of how many months each is */
};

/* What Y~ adds to Y; nothing beyond the last month. */
double ps_mean_pd_shift(const struct ps_world_plan *plan, int month, int cluster);

/* Expectation of u over the index of a block, given how the index starts; a fixed start has no law
 * in block 0. */
double ps_mean_pd_over_start(const struct ps_mean_pd *m, const double *u, int block);

/* P(default within 12 months) of a loan granted in month g. */
double ps_mean_pd_mixed(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g);
double ps_mean_pd_regime(const struct ps_world_plan *plan, const struct ps_hazard_class *class);

/* A fixed start is a shift that fades: what it adds to Y in a month. */
double ps_mean_pd_fixed_part(const struct ps_world_plan *plan, int month);

/* Sectors need the grid of the class laid out first. PS_MEMORY. */
enum ps_status ps_mean_pd_lay_out(struct ps_mean_pd *m, const struct ps_hazard_class *class)
    PS_MUST_CHECK;
double ps_mean_pd_sectors(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g);

/* The same for the capped link. */
int ps_mean_pd_capped_fits(const struct ps_mean_pd *m, const struct ps_hazard_class *class);
enum ps_status ps_mean_pd_lay_out_capped(struct ps_mean_pd *m, const struct ps_hazard_class *class)
    PS_MUST_CHECK;
double ps_mean_pd_capped(struct ps_mean_pd *m, const struct ps_hazard_class *class, int g);
void ps_mean_pd_free_capped(struct ps_mean_pd *m);

#endif
