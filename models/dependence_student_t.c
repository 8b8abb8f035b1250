// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/math.h"
#include "pledgesim/mixing.h"

/* Student-t copula, eq. (4.10): the Gaussian one, with all latent values divided by a common
 * S = sqrt(chi2 / nu): extremes come together (Embrechts, McNeil, Straumann 2002; Demarta, McNeil
 * 2005). */

#define NO_HAZARD (-1e12) /* times the smallest S still far below -37.5 */

/* A year of blocks under one S. Level: t_nu^-1(PD'), spread: rho'. Functions of the index are held
 * for all S at once, [grid point][S]. */
struct t_year {
    const struct ps_calibration *c;
    struct ps_index_grid grid;
    double width; /* for which the grid was laid out */
    double rho;
    struct ps_mixing mixing;
    double *rows; /* d, u, v and two for work, n rows each */
};

enum { S_N = PS_MIXING_NODES };

static enum ps_status set_spread(void *model, double rho)
{
    struct t_year *year = model;
    const int before_n = year->grid.n;
    const enum ps_status status = ps_index_grid_fit(&year->grid, year->c, rho, &year->width);
    year->rho = rho;
    if (status != PS_OK || year->grid.n == before_n) {
        return status;
    }
    free(year->rows);
    year->rows = malloc(5 * (size_t)year->grid.n * S_N * sizeof *year->rows);
    return year->rows == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

static void expect_next(const struct ps_index_grid *grid, const double *f, double *out)
{
    const int row_n = 2 * grid->band + 1;
    for (int i = 0; i < grid->n; i++) {
        const double *weight = grid->transition + (size_t)i * (size_t)row_n;
        double sum[S_N] = {0};
        for (int k = 0; k < row_n; k++) {
            const int j = grid->first[i] + k;
            if (j < 0 || j >= grid->n) {
                continue;
            }
            const double *row = f + (size_t)j * S_N;
            for (int s = 0; s < S_N; s++) {
                sum[s] += weight[k] * row[s];
            }
        }
        for (int s = 0; s < S_N; s++) {
            out[(size_t)i * S_N + (size_t)s] = sum[s];
        }
    }
}

static double mean(const struct t_year *year, const double *f)
{
    double sum = 0;
    for (int i = 0; i < year->grid.n; i++) {
        double of_s = 0;
        for (int s = 0; s < S_N; s++) {
            of_s += year->mixing.weight[s] * f[(size_t)i * S_N + (size_t)s];
        }
        sum += year->grid.stationary[i] * of_s;
    }
    return sum;
}

/* d = 1 - exp(-hazard of a block) */
static void fill_block(const struct t_year *year, double x, double *d)
{
    double a, b;
    ps_probit_of_level(x, year->rho, &a, &b);
    for (int i = 0; i < year->grid.n; i++) {
        for (int s = 0; s < S_N; s++) {
            const double hazard =
                year->c->step_months *
                ps_neg_log1m_norm_cdf(a * year->mixing.s[s] + b * year->grid.y[i]);
            d[(size_t)i * S_N + (size_t)s] = ps_one_minus_exp(hazard / 12);
        }
    }
}

/* The recursion (4.8) under each S. */
static double year_pd(void *model, double x, double *joint)
{
    const struct t_year *year = model;
    const size_t n = (size_t)year->grid.n * S_N;
    double *d = year->rows, *u = d + n, *v = u + n, *next_u = v + n, *next_v = next_u + n;
    fill_block(year, x, d);
    for (size_t i = 0; i < 2 * n; i++) {
        u[i] = 0;
    }
    for (int block = 12 / year->c->step_months; block > 0; block--) {
        expect_next(&year->grid, u, next_u);
        if (joint != NULL) {
            expect_next(&year->grid, v, next_v);
        }
        for (size_t i = 0; i < n; i++) {
            const double e = 1 - d[i];
            u[i] = d[i] + e * next_u[i];
            if (joint != NULL) {
                v[i] = d[i] * d[i] + 2 * d[i] * e * next_u[i] + e * e * next_v[i];
            }
        }
    }
    if (joint != NULL) {
        *joint = mean(year, v);
    }
    return mean(year, u);
}

/* Eq. (4.12): the bivariate t distribution function on its diagonal. */
static double joint_pd(const struct ps_calibration *c)
{
    if (c->pd_frac <= 0) {
        return 0;
    }
    struct ps_mixing mixing;
    ps_mixing_nodes(c->t_nu, &mixing);
    const double x = ps_t_quantile(c->t_nu, c->pd_frac);
    double sum = 0;
    for (int s = 0; s < S_N; s++) {
        const double h = x * mixing.s[s];
        sum += mixing.weight[s] * ps_bivariate_norm_cdf(h, h, c->correlation);
    }
    return sum;
}

static enum ps_status match_year(const struct ps_calibration *c, double *x, double *rho)
{
    struct t_year model = {.c = c, .width = 2};
    const struct ps_year year = {.model = &model, .set_spread = set_spread, .pd = year_pd};
    ps_mixing_nodes(c->t_nu, &model.mixing);
    const enum ps_status status = ps_year_match(&year, c->pd_frac, joint_pd(c), x, rho);
    ps_index_grid_free(&model.grid);
    free(model.rows);
    return status;
}

static enum ps_status resolve(const struct ps_calibration *c, struct ps_hazard_class *out)
{
    out->pd_frac = out->pd_monthly_frac = c->pd_frac;
    out->correlation = out->correlation_monthly = c->correlation;
    if (c->pd_frac <= 0) {
        out->a = NO_HAZARD;
        out->b = 0;
        return PS_OK;
    }
    double x = ps_t_quantile(c->t_nu, c->pd_frac), rho = c->correlation;
    enum ps_status status = PS_OK;
    if (c->correlation > 0 && c->step_months < 12 && c->calibrate) {
        status = match_year(c, &x, &rho);
        out->pd_monthly_frac = ps_t_cdf(c->t_nu, x);
        out->correlation_monthly = rho;
    }
    ps_probit_of_level(x, rho, &out->a, &out->b);
    return status;
}

const struct ps_dependence ps_dependence_student_t = {
    .model = {.name = "student_t",
              .doc = {[PS_LANG_ZH] =
                          "学生t连接：在高斯连接上加入全部集群共同的年度冲击，极端年份多家同"
                          "时违约",
                      [PS_LANG_EN] =
                          "Student-t copula: the Gaussian one with a common shock to all "
                          "clusters each year, so that extremes come together"},
              .equation = "4.10"},
    .kind = PS_HAZARD_MIXED,
    .resolve = resolve,
    .joint_pd = joint_pd,
};
