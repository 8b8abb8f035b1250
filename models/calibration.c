// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"

#include <stdlib.h>

#include "pledgesim/kmath.h"
#include "pledgesim/math.h"

#define GRID_END 9.0
#define STEP_OVER_SD 0.7    /* trapezoid rule, normal law: error 1e-17 */
#define STEP_OVER_WIDTH 0.3 /* the conditional probability is less smooth */
#define REACH_SD 9.0        /* a normal law has 1e-18 beyond it */
#define NORM_DENSITY_0 0.39894228040143267794
#define TOLERANCE 1e-11    /* of the logarithm of a probability */
#define LEVEL_STEP_MAX 1e4 /* a level so far away does not exist */

double ps_norm_density(double x)
{
    return NORM_DENSITY_0 * ps_exp(-0.5 * x * x);
}

double ps_one_minus_exp(double t)
{
    if (t > 0.05) {
        return 1 - ps_exp(-t);
    }
    double sum = 1;
    for (int k = 9; k >= 2; k--) {
        sum = 1 - t / k * sum;
    }
    return t * sum;
}

/* ---- the grid ---- */

static void fill_transitions(struct ps_index_grid *grid, double sd)
{
    const int row = 2 * grid->band + 1;
    for (int i = 0; i < grid->n; i++) {
        const double mean = grid->phi_step * grid->y[i];
        const int first = (int)ps_floor((mean + GRID_END) / grid->step + 0.5) - grid->band;
        grid->first[i] = first;
        for (int k = 0; k < row; k++) {
            const int j = first + k;
            const int inside = j >= 0 && j < grid->n;
            grid->transition[(size_t)i * (size_t)row + (size_t)k] =
                inside ? ps_norm_density((grid->y[j] - mean) / sd) * grid->step / sd : 0;
        }
    }
}

enum ps_status ps_index_grid_init(struct ps_index_grid *grid, double phi_step, double width)
{
    const double sd = sqrt(1 - phi_step * phi_step);
    const double by_sd = STEP_OVER_SD * sd, by_width = STEP_OVER_WIDTH * width;
    const double finest = by_sd < by_width ? by_sd : by_width;
    const int cells = (int)ps_floor(2 * GRID_END / finest) + 1;
    *grid =
        (struct ps_index_grid){.phi_step = phi_step, .step = 2 * GRID_END / cells, .n = cells + 1};
    grid->band = (int)ps_floor(REACH_SD * sd / grid->step) + 1;
    const size_t n = (size_t)grid->n, row = 2 * (size_t)grid->band + 1;
    grid->y = malloc(n * sizeof *grid->y);
    grid->stationary = malloc(n * sizeof *grid->stationary);
    grid->first = malloc(n * sizeof *grid->first);
    grid->transition = malloc(n * row * sizeof *grid->transition);
    grid->work = malloc(4 * n * sizeof *grid->work);
    if (grid->y == NULL || grid->stationary == NULL || grid->first == NULL ||
        grid->transition == NULL || grid->work == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int i = 0; i < grid->n; i++) {
        grid->y[i] = -GRID_END + i * grid->step;
        grid->stationary[i] = ps_norm_density(grid->y[i]) * grid->step;
    }
    fill_transitions(grid, sd);
    return PS_OK;
}

void ps_index_grid_free(struct ps_index_grid *grid)
{
    free(grid->y);
    free(grid->stationary);
    free(grid->first);
    free(grid->transition);
    free(grid->work);
    *grid = (struct ps_index_grid){0};
}

/* In eq. (4.8): E(f(Y of the next block) | Y = y[i] now) for all i. */
static void expect_next(const struct ps_index_grid *grid, const double *f, double *out)
{
    const int row = 2 * grid->band + 1;
    for (int i = 0; i < grid->n; i++) {
        const double *weight = grid->transition + (size_t)i * (size_t)row;
        const int first = grid->first[i];
        const int from = first < 0 ? -first : 0;
        const int to = first + row > grid->n ? grid->n - first : row;
        double sum = 0;
        for (int k = from; k < to; k++) {
            sum += weight[k] * f[first + k];
        }
        out[i] = sum;
    }
}

void ps_index_grid_back(const struct ps_index_grid *grid, double a, double b, int months,
                        const double *shift, double *u, double *v)
{
    double *next_u = grid->work, *next_v = grid->work + grid->n;
    expect_next(grid, u, next_u);
    if (v != NULL) {
        expect_next(grid, v, next_v);
    }
    for (int i = 0; i < grid->n; i++) {
        double hazard = 0;
        if (shift == NULL) {
            hazard = months * ps_neg_log1m_norm_cdf(a + b * grid->y[i]);
        } else {
            for (int m = 0; m < months; m++) {
                hazard += ps_neg_log1m_norm_cdf(a + b * (grid->y[i] + shift[m]));
            }
        }
        /* All terms positive, so that a joint probability of 1e-12 keeps its digits. */
        const double d = ps_one_minus_exp(hazard / 12), e = 1 - d;
        u[i] = d + e * next_u[i];
        if (v != NULL) {
            v[i] = d * d + 2 * d * e * next_u[i] + e * e * next_v[i];
        }
    }
}

double ps_index_grid_mean(const struct ps_index_grid *grid, const double *f, double mean, double sd)
{
    double sum = 0;
    for (int i = 0; i < grid->n; i++) {
        sum += f[i] * ps_norm_density((grid->y[i] - mean) / sd);
    }
    return sum * grid->step / sd;
}

static double stationary_mean(const struct ps_index_grid *grid, const double *f)
{
    double sum = 0;
    for (int i = 0; i < grid->n; i++) {
        sum += f[i] * grid->stationary[i];
    }
    return sum;
}

/* joint NULL: P(default) only, at half the price. */
static double year_pd(const struct ps_index_grid *grid, double a, double b, int step_months,
                      double *joint)
{
    double *u = grid->work + 2 * grid->n, *v = grid->work + 3 * grid->n;
    for (int i = 0; i < 2 * grid->n; i++) {
        u[i] = 0;
    }
    for (int block = 12 / step_months; block > 0; block--) {
        ps_index_grid_back(grid, a, b, step_months, NULL, u, joint == NULL ? NULL : v);
    }
    if (joint != NULL) {
        *joint = stationary_mean(grid, v);
    }
    return stationary_mean(grid, u);
}

void ps_index_grid_year(const struct ps_index_grid *grid, double a, double b, int step_months,
                        double pd[2])
{
    pd[0] = year_pd(grid, a, b, step_months, &pd[1]);
}

/* ---- coefficients ---- */

double ps_phi_step(double phi_annual, int step_months)
{
    if (phi_annual <= 0 || step_months == 12) {
        return phi_annual;
    }
    return ps_exp(ps_log(phi_annual) * step_months / 12);
}

void ps_probit_of_level(double x, double rho, double *a, double *b)
{
    *a = x / sqrt(1 - rho);
    *b = rho > 0 ? -sqrt(rho / (1 - rho)) : 0;
}

void ps_probit_coefficients(double pd_frac, double rho, double *a, double *b)
{
    if (pd_frac <= 0) {
        *a = -50;
        *b = 0;
        return;
    }
    ps_probit_of_level(ps_norm_quantile(pd_frac), rho, a, b);
}

/* ---- the solution of eq. (4.7): level for a given spread inside, spread outside ---- */

struct search {
    const struct ps_year *year;
    double pd_frac, joint_pd;
    double level; /* for the spread tried last */
    enum ps_status status;
};

struct point {
    double x, f;
};

typedef double search_fn(struct search *search, double x);

/* The root of an increasing f between lo and hi, f(lo) <= 0 <= f(hi): regula falsi that halves the
 * value of an end that stays (Illinois), so both ends close in. */
static double root_between(struct search *search, search_fn *f, struct point lo, struct point hi)
{
    double x = lo.x;
    int stayed = 0; /* which end the last step kept: -1 lo, 1 hi */
    for (int i = 0; i < 200 && search->status == PS_OK; i++) {
        if (lo.f >= 0) {
            return lo.x;
        }
        if (hi.f <= 0) {
            return hi.x;
        }
        x = lo.x + (hi.x - lo.x) * (lo.f / (lo.f - hi.f));
        if (x <= lo.x || x >= hi.x) {
            return x;
        }
        const double value = f(search, x);
        if (fabs(value) < TOLERANCE) {
            return x;
        }
        if (value < 0) {
            lo = (struct point){x, value};
            hi.f *= stayed == 1 ? 0.5 : 1;
            stayed = 1;
        } else {
            hi = (struct point){x, value};
            lo.f *= stayed == -1 ? 0.5 : 1;
            stayed = -1;
        }
    }
    return x;
}

static double pd_excess(struct search *search, double level)
{
    return ps_log(search->year->pd(search->year->model, level, NULL) / search->pd_frac);
}

/* Sets search->level so that P(default) = PD at the spread that is set. */
static void match_pd(struct search *search)
{
    struct point lo = {.x = search->level}, hi;
    lo.f = pd_excess(search, lo.x);
    hi = lo;
    for (double step = 0.01; lo.f > 0; step *= 4) {
        hi = lo;
        lo.x -= step;
        lo.f = pd_excess(search, lo.x);
    }
    for (double step = 0.01; hi.f < 0; step *= 4) {
        if (step > LEVEL_STEP_MAX) {
            search->status = ps_status_raise(PS_INPUT);
            return;
        }
        lo = hi;
        hi.x += step;
        hi.f = pd_excess(search, hi.x);
    }
    search->level = root_between(search, pd_excess, lo, hi);
}

static double joint_excess(struct search *search, double spread)
{
    search->status = search->year->set_spread(search->year->model, spread);
    if (search->status != PS_OK) {
        return 0;
    }
    match_pd(search);
    if (search->status != PS_OK) {
        return 0;
    }
    double joint;
    (void)search->year->pd(search->year->model, search->level, &joint);
    return ps_log(joint / search->joint_pd);
}

enum ps_status ps_year_level(const struct ps_year *year, double pd_frac, double *level)
{
    struct search search = {.year = year, .pd_frac = pd_frac, .level = *level};
    match_pd(&search);
    *level = search.level;
    return search.status;
}

enum ps_status ps_year_match(const struct ps_year *year, double pd_frac, double joint_pd,
                             double *level, double *spread)
{
    struct search search = {
        .year = year, .pd_frac = pd_frac, .joint_pd = joint_pd, .level = *level};
    /* A moving index averages out over the year, so the spread is at least that of a still one;
     * but for a cap, which a moving one meets more often. */
    struct point lo = {.x = *spread}, hi;
    lo.f = joint_excess(&search, lo.x);
    hi = lo;
    for (double part = 0.25; search.status == PS_OK && hi.f < 0; part = 0.5) {
        if (hi.x >= PS_SPREAD_MAX) {
            return ps_status_raise(PS_INPUT);
        }
        lo = hi;
        hi.x += part * (1 - hi.x);
        hi.x = hi.x < PS_SPREAD_MAX ? hi.x : PS_SPREAD_MAX;
        hi.f = joint_excess(&search, hi.x);
    }
    for (double part = 0.25; year->either_way && search.status == PS_OK && lo.f > 0; part = 1) {
        if (lo.x <= -PS_SPREAD_FALL) {
            return ps_status_raise(PS_INPUT);
        }
        hi = lo;
        lo.x -= part * (1 - lo.x);
        lo.f = joint_excess(&search, lo.x);
    }
    if (search.status == PS_OK) {
        *spread = root_between(&search, joint_excess, lo, hi);
    }
    if (search.status == PS_OK) {
        search.status = year->set_spread(year->model, *spread);
    }
    if (search.status == PS_OK) {
        match_pd(&search);
        *level = search.level;
    }
    return search.status;
}

/* ---- the year of a probit model: level Phi^-1(PD'), spread rho' ---- */

struct probit_year {
    const struct ps_calibration *c;
    struct ps_index_grid grid;
    double width; /* for which the grid was laid out */
    double rho;
};

enum ps_status ps_index_grid_fit(struct ps_index_grid *grid, const struct ps_calibration *c,
                                 double rho, double *width)
{
    if (sqrt(1 - rho) >= *width) {
        return PS_OK;
    }
    ps_index_grid_free(grid);
    *width = 0.8 * sqrt(1 - rho); /* some room, so that it is not laid out for each trial */
    return ps_index_grid_init(grid, ps_phi_step(c->phi_annual, c->step_months), *width);
}

static enum ps_status probit_set_spread(void *model, double rho)
{
    struct probit_year *year = model;
    year->rho = rho;
    return ps_index_grid_fit(&year->grid, year->c, rho, &year->width);
}

static double probit_pd(void *model, double x, double *joint)
{
    const struct probit_year *year = model;
    double a, b;
    ps_probit_of_level(x, year->rho, &a, &b);
    return year_pd(&year->grid, a, b, year->c->step_months, joint);
}

enum ps_status ps_calibrate(const struct ps_calibration *c, double joint_pd,
                            struct ps_hazard_class *out)
{
    struct probit_year model = {.c = c, .width = 2};
    const struct ps_year year = {.model = &model, .set_spread = probit_set_spread, .pd = probit_pd};
    double x = ps_norm_quantile(c->pd_frac), rho = c->correlation;
    const enum ps_status status = ps_year_match(&year, c->pd_frac, joint_pd, &x, &rho);
    if (status == PS_OK) {
        ps_probit_of_level(x, rho, &out->a, &out->b);
        out->pd_monthly_frac = ps_norm_cdf(x);
        out->correlation_monthly = rho;
    }
    ps_index_grid_free(&model.grid);
    return status;
}
