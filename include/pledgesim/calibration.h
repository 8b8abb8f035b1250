// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CALIBRATION_H
#define PLEDGESIM_CALIBRATION_H

#include "pledgesim/models.h"

/* From annual probabilities to a monthly hazard that follows a slowly moving index (docs/model.md,
 * section 4, eq. (4.7) and (4.8)). */

/* Standard normal density, and 1 - exp(-t) for t >= 0 without cancellation. */
double ps_norm_density(double x);
double ps_one_minus_exp(double t);

/* The index on a uniform grid over [-9, 9] and its law from one block to the next, for the
 * trapezoid rule. Its step follows the two widths in sight: the standard deviation of the
 * innovation, and sqrt(1 - rho'), over which the conditional probability goes from 0 to 1. */
struct ps_index_grid {
    double phi_step, step;
    int n;    /* points */
    int band; /* a transition reaches this many points to either side of its mean */
    double *y;
    double *stationary; /* weight of each point under N(0, 1) */
    int *first;         /* first point that a transition from i reaches */
    double *transition; /* n rows of 2 band + 1 weights */
    double *work;       /* 4 n */
};

/* Lays out a grid for an index with autocorrelation phi_step (0 .. < 1) between blocks and for
 * rho' up to 1 - width^2; the step is at most 0.7 sqrt(1 - phi_step^2) and 0.3 width. PS_MEMORY.
 * Free with ps_index_grid_free, also after a failure. */
enum ps_status ps_index_grid_init(struct ps_index_grid *grid, double phi_step, double width)
    PS_MUST_CHECK;
void ps_index_grid_free(struct ps_index_grid *grid);

/* Sets the arrays u and v over the grid to what a loan faces from the start of a block on, given
 * what it faces from the next block on (all zero at its end): u = E(1 - exp(-H)), the probability
 * of default, and v = E(1 - exp(-H))^2, that of two loans. The block has `months` months of hazard
 * -ln(1 - Phi(a + b (Y + shift[i]))) / 12; shift NULL is no shift. v may be NULL. */
void ps_index_grid_back(const struct ps_index_grid *grid, double a, double b, int months,
                        const double *shift, double *u, double *v);

/* Expectation of f over N(mean, sd^2), sd not below that of the innovation. */
double ps_index_grid_mean(const struct ps_index_grid *grid, const double *f, double mean,
                          double sd);

/* What two loans of 12 months face, granted before month 1, index stationary, blocks of
 * step_months: pd[0] P(default), pd[1] P(both default). grid->phi_step is that of the block. */
void ps_index_grid_year(const struct ps_index_grid *grid, double a, double b, int step_months,
                        double pd[2]);

/* Eq. (3.2): phi_annual^(step / 12), autocorrelation between blocks. */
double ps_phi_step(double phi_annual, int step_months);

/* Eq. (4.1): a and b of Phi((Phi^-1(pd) - sqrt(rho) Y) / sqrt(1 - rho)), rho < 1. pd 0 gives
 * a = -50, b = 0: no hazard at all. */
void ps_probit_coefficients(double pd_frac, double rho, double *a, double *b);

/* The same for x = Phi^-1(pd), or what a model has in its place. */
void ps_probit_of_level(double x, double rho, double *a, double *b);

/* ---- eq. (4.7) ---- */

/* The year of two loans in some model with two knobs. P(default) rises with the level; at an equal
 * P(default) the joint probability rises with the spread, 0 .. < 1. */
struct ps_year {
    void *model;
    enum ps_status (*set_spread)(void *model, double spread);
    /* P(default), > 0, and into *joint (NULL: not asked for, and cheaper) P(both default). */
    double (*pd)(void *model, double level, double *joint);
    int either_way; /* the spread sought may also be less than the one to start from */
};

/* A joint probability that a larger spread would be needed for is out of reach: the grids would
 * take seconds. */
#define PS_SPREAD_MAX 0.999
#define PS_SPREAD_FALL 99.0 /* variances times 1/100 */

/* Solves for the level and the spread, from the values they hold, the spread upwards, or either
 * way (then down to -PS_SPREAD_FALL): relative error 1e-11 of both probabilities as `year` computes
 * them. PS_INPUT beyond PS_SPREAD_MAX, and when no level reaches the PD. */
enum ps_status ps_year_match(const struct ps_year *year, double pd_frac, double joint_pd,
                             double *level, double *spread) PS_MUST_CHECK;

/* The same by fewer years, to 1e-10, from values near by. *found is 0 where it strays: then search
 * as above. */
enum ps_status ps_year_match_quickly(const struct ps_year *year, double pd_frac, double joint_pd,
                                     double *level, double *spread, int *found) PS_MUST_CHECK;

/* The level alone, from the value it holds, at the spread that is set. PS_INPUT when none reaches
 * the PD. */
enum ps_status ps_year_level(const struct ps_year *year, double pd_frac, double *level)
    PS_MUST_CHECK;

/* Lays the grid out anew where sqrt(1 - rho) is below *width, for which it was made (at first 2 and
 * an empty grid). PS_MEMORY. */
enum ps_status ps_index_grid_fit(struct ps_index_grid *grid, const struct ps_calibration *c,
                                 double rho, double *width) PS_MUST_CHECK;

/* Solves for PD' and rho' such that a probit model reaches c->pd_frac and `joint_pd`: relative
 * error below 1e-6 up to rho' = 0.9, below 1e-4 beyond (there the clamp of p at 1 - 1e-12 is a kink
 * that a grid feels). Requires 0 < pd < 1, 0 < rho, step_months < 12. PS_INPUT when no rho' below
 * 0.999 reaches the joint probability; PS_MEMORY. */
enum ps_status ps_calibrate(const struct ps_calibration *c, double joint_pd,
                            struct ps_hazard_class *out) PS_MUST_CHECK;

#endif
