// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/capped_grid.h"
#include "pledgesim/curve.h"
#include "pledgesim/math.h"
#include "pledgesim/sector_grid.h"

/* CreditRisk+ sectors (Credit Suisse Financial Products 1997), eq. (4.13): the hazard of a firm is
 * lambda (w_0 + sum of w_k G_k), G_k a gamma variable of mean 1 that its cluster's index drives.
 * The correlation plays no part: variances and weights say how defaults hang together. */

/* A year of blocks, or of one that stands still. Level: the logarithm of lambda' (or of PD');
 * spread s: all variances times 1 / (1 - s). The exponential link is smooth and needs few nodes;
 * the capped one has a grid of its own. */
struct gamma_year {
    const struct ps_calibration *c;
    int blocks;
    struct ps_sector_grid nodes;
    struct ps_capped_grid capped;
    int points_n;
    double *curves; /* PS_CURVE_DOUBLES a sector */
    const double *curve[PS_SECTORS_MAX];
    double *exposure; /* points_n; capped: unused */
    double *points;   /* u, v, and hazard (capped: both means of a block); points_n each */
};

static enum ps_status year_init(struct gamma_year *year, const struct ps_calibration *c, int blocks)
{
    *year = (struct gamma_year){.c = c, .blocks = blocks};
    const double phi = blocks > 1 ? ps_phi_step(c->phi_annual, c->step_months) : 0;
    const enum ps_status status = c->capped ? ps_capped_grid_init(&year->capped, c, phi)
                                            : ps_sector_grid_init(&year->nodes, c->sectors_n, phi);
    if (status != PS_OK) {
        return status;
    }
    year->points_n = c->capped ? year->capped.points_n : year->nodes.points_n;
    year->curves = malloc((size_t)c->sectors_n * PS_CURVE_DOUBLES * sizeof *year->curves);
    year->exposure = malloc((size_t)year->points_n * sizeof *year->exposure);
    year->points = malloc(4 * (size_t)year->points_n * sizeof *year->points);
    if (year->curves == NULL || year->exposure == NULL || year->points == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int k = 0; k < c->sectors_n; k++) {
        year->curve[k] = year->curves + (size_t)k * PS_CURVE_DOUBLES;
    }
    return PS_OK;
}

static void year_free(struct gamma_year *year)
{
    ps_sector_grid_free(&year->nodes);
    ps_capped_grid_free(&year->capped);
    free(year->curves);
    free(year->exposure);
    free(year->points);
}

static enum ps_status set_spread(void *model, double spread)
{
    struct gamma_year *year = model;
    for (int k = 0; k < year->c->sectors_n; k++) {
        ps_curve_gamma(year->c->sectors[k].variance / (1 - spread),
                       year->curves + (size_t)k * PS_CURVE_DOUBLES);
    }
    if (!year->c->capped) {
        ps_sector_grid_exposure(&year->nodes, year->c, year->curve, NULL, year->exposure);
    }
    return PS_OK;
}

static double nodes_pd(const struct gamma_year *year, double rate, double *joint)
{
    const int n = year->points_n;
    double *u = year->points, *v = joint == NULL ? NULL : u + n, *hazard = u + 2 * (size_t)n;
    for (int i = 0; i < n; i++) {
        hazard[i] = ps_sector_hazard(rate, year->exposure[i], 0) / year->blocks;
        u[i] = u[n + i] = 0;
    }
    for (int b = 0; b < year->blocks; b++) {
        ps_sector_grid_back(&year->nodes, hazard, u, v);
    }
    if (joint != NULL) {
        *joint = ps_sector_grid_mean(&year->nodes, v);
    }
    return ps_sector_grid_mean(&year->nodes, u);
}

static double capped_pd(const struct gamma_year *year, double rate, double *joint)
{
    const int n = year->points_n;
    double *u = year->points, *v = joint == NULL ? NULL : u + n, *d = u + 2 * (size_t)n;
    const struct ps_capped_part whole = {.months = 12.0 / year->blocks};
    ps_capped_means(&year->capped, year->c, year->curve, rate, &whole, 1, d, d + n);
    for (int i = 0; i < 2 * n; i++) {
        u[i] = d[i]; /* the last block: of two loans, the square */
    }
    for (int b = 1; b < year->blocks; b++) {
        ps_capped_grid_back(&year->capped, d, d + n, u, v);
    }
    if (joint != NULL) {
        *joint = ps_capped_grid_mean(&year->capped, v);
    }
    return ps_capped_grid_mean(&year->capped, u);
}

static double year_pd(void *model, double level, double *joint)
{
    const struct gamma_year *year = model;
    return (year->c->capped ? capped_pd : nodes_pd)(year, ps_exp(level), joint);
}

/* log lambda (or log PD) of a year whose indices stand still, and its joint probability: what the
 * calibration aims at. */
static enum ps_status still_year(const struct ps_calibration *c, double *level, double *joint)
{
    struct gamma_year model;
    const struct ps_year year = {.model = &model, .set_spread = set_spread, .pd = year_pd};
    enum ps_status status = year_init(&model, c, 1);
    if (status == PS_OK) {
        status = set_spread(&model, 0);
    }
    if (status == PS_OK) {
        *level = ps_log(c->capped ? c->pd_frac : -ps_log1p(-c->pd_frac));
        status = ps_year_level(&year, c->pd_frac, level);
        (void)year_pd(&model, *level, joint);
    }
    year_free(&model);
    return status;
}

static double joint_pd(const struct ps_calibration *c)
{
    double level, joint;
    if (c->pd_frac <= 0) {
        return 0;
    }
    if (c->capped && ps_capped_too_fine(c)) {
        return (double)NAN;
    }
    return still_year(c, &level, &joint) == PS_OK ? joint : (double)NAN;
}

static int moves(const struct ps_calibration *c)
{
    double most = 0;
    for (int k = 0; k < c->sectors_n; k++) {
        const double moved = c->sectors[k].weight * c->sectors[k].variance;
        most = moved > most ? moved : most;
    }
    return most > 0;
}

static enum ps_status match_year(const struct ps_calibration *c, double joint, double *level,
                                 double *spread)
{
    struct gamma_year model;
    const struct ps_year year = {
        .model = &model, .set_spread = set_spread, .pd = year_pd, .either_way = c->capped};
    enum ps_status status = year_init(&model, c, 12 / c->step_months);
    int found = 0;
    if (status == PS_OK && c->capped) {
        status = ps_year_match_quickly(&year, c->pd_frac, joint, level, spread, &found);
    }
    if (status == PS_OK && !found) {
        status = ps_year_match(&year, c->pd_frac, joint, level, spread);
    }
    year_free(&model);
    return status;
}

static enum ps_status resolve(const struct ps_calibration *c, struct ps_hazard_class *out)
{
    double level = 0, spread = 0, joint = 0, rate = 0, own = 1;
    out->pd_frac = c->pd_frac;
    out->correlation = c->correlation;
    out->correlation_monthly = 0;
    if (c->capped && ps_capped_too_fine(c)) {
        return ps_status_raise(PS_INPUT);
    }
    enum ps_status status = PS_OK;
    if (c->pd_frac > 0) {
        status = still_year(c, &level, &joint);
        if (status == PS_OK && c->calibrate && c->step_months < 12 && moves(c)) {
            status = match_year(c, joint, &level, &spread);
        }
        rate = ps_exp(level);
    }
    out->sectors_n = c->sectors_n;
    for (int k = 0; k < c->sectors_n; k++) {
        out->sectors[k] = (struct ps_sector_load){.cluster = c->sectors[k].cluster,
                                                  .rate = rate * c->sectors[k].weight};
        own -= c->sectors[k].weight;
    }
    out->own = own > 0 ? rate * own : 0;
    out->spread = 1 / (1 - spread);
    out->pd_monthly_frac = c->capped ? rate : ps_one_minus_exp(rate);
    return status;
}

const struct ps_dependence ps_dependence_gamma = {
    .model =
        {.name = "gamma",
         .doc = {[PS_LANG_ZH] = "伽马行业因子（CreditRisk+）：违约强度随集群的伽马因子成比例变"
                                "动，可按权重对应多个集群（相关系数不起作用）",
                 [PS_LANG_EN] =
                     "gamma sectors (CreditRisk+): hazards move in proportion to gamma factors "
                     "of one or several clusters, by weights (the correlation has no effect)"},
         .equation = "4.13"},
    .kind = PS_HAZARD_SECTORS,
    .resolve = resolve,
    .joint_pd = joint_pd,
};
