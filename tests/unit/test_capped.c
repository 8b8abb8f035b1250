// SPDX-License-Identifier: GPL-3.0-or-later
// The capped link of gamma sectors, calibrated over a year whose indices move: PD and joint PD
// against oracles that know where the cap is. On a line and on a plane the surviving mass is pushed
// forward through nodes that end at the cap; a still year is integrated by adaptive quadrature; and
// independent sectors of one scale add up to a gamma variable, so that three clusters must do what
// one does.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stdlib.h>

#include "claim.h"
#include "pledgesim/calibration.h"
#include "pledgesim/capped_grid.h"
#include "pledgesim/curve.h"
#include "pledgesim/math.h"
#include "pledgesim/sector_grid.h"

/* Keeps the largest relative error. */
static void note(double *worst, double ratio)
{
    const double error = fabs(ratio - 1);
    *worst = error <= *worst ? *worst : error; /* also what is no number */
}

/* The quantile itself is held against GSL in test_gamma_quantile; GSL has none for all shapes. */
static double g_of(double variance, double y)
{
    double slope;
    return exp(ps_gamma_log_quantile(1 / variance, -y, &slope));
}

/* ---- books: all rows of one cluster, or of two ---- */

struct book {
    double pd, phi;
    int step, rows_n;
    double weight[3], variance[3];
    double across[3]; /* of row k: Y = sqrt(1 - across^2) X + across Z */
};

static struct ps_calibration calibration_of(const struct book *b)
{
    struct ps_calibration c = {.pd_frac = b->pd,
                               .phi_annual = b->phi,
                               .step_months = b->step,
                               .calibrate = 1,
                               .capped = 1,
                               .sectors_n = b->rows_n};
    for (int k = 0; k < b->rows_n; k++) {
        c.sectors[k] = (struct ps_sector){k, b->weight[k], b->variance[k]};
        c.loading[k * b->rows_n] = sqrt(1 - b->across[k] * b->across[k]);
        if (b->rows_n > 1)
            c.loading[k * b->rows_n + 1] = b->across[k];
    }
    return c;
}

/* PD' X where X stands at x and Z at z. */
static double p_of(const struct book *b, double rate, double spread, double x, double z)
{
    double sum = 1;
    for (int k = 0; k < b->rows_n; k++) {
        const double y = sqrt(1 - b->across[k] * b->across[k]) * x + b->across[k] * z;
        sum += b->weight[k] * (g_of(b->variance[k] * spread, y) - 1);
    }
    return rate * sum;
}

static double survival(double p, int step)
{
    return pow(fmax(1 - p, 1e-12), step / 12.);
}

/* ---- nodes that end at the cap ---- */

enum { NODES_MAX = 1100 };

struct rule {
    int n;
    double x[NODES_MAX], weight[NODES_MAX];
};

static void add_panel(struct rule *rule, double from, double to, int order)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc((size_t)order);
    assert_true(rule->n + order <= NODES_MAX);
    for (int i = 0; i < order; i++, rule->n++)
        gsl_integration_glfixed_point(from, to, (size_t)i, &rule->x[rule->n],
                                      &rule->weight[rule->n], table);
    gsl_integration_glfixed_table_free(table);
}

static void add_panels(struct rule *rule, double from, double to, double width, int order)
{
    const int n = (int)ceil((to - from) / width);
    for (int i = 0; i < n; i++)
        add_panel(rule, from + (to - from) * i / n, from + (to - from) * (i + 1) / n, order);
}

/* -8..8 with halving panels above the cap at Z = z. */
static void fill_rule(struct rule *rule, const struct book *b, double rate, double spread, double z,
                      double width, int order)
{
    double capped = -8, free = 8;
    for (int i = 0; i < 70; i++) {
        const double middle = (capped + free) / 2;
        *(p_of(b, rate, spread, middle, z) >= 1 ? &capped : &free) = middle;
    }
    rule->n = 0;
    add_panels(rule, -8, free, width, order);
    double gap = fmin(width, 8 - free);
    add_panels(rule, free + gap, 8, width, order);
    for (int i = 0; i < 26; i++, gap /= 2)
        add_panel(rule, free + gap / 2, free + gap, order);
    add_panel(rule, free, free + gap, order);
}

/* P(default) and P(both default) of a year, by pushing mass forward on a line. */
static void push_line(const struct book *b, double rate, double spread, double pd[2])
{
    static struct rule rule;
    static double mass[2][NODES_MAX], next[2][NODES_MAX], stay[NODES_MAX];
    static double move[NODES_MAX][NODES_MAX]; /* from i to j */
    const double phi = pow(b->phi, b->step / 12.), sd = sqrt(1 - phi * phi);
    fill_rule(&rule, b, rate, spread, 0, fmin(1, 1.5 * sd), 10);
    for (int i = 0; i < rule.n; i++) {
        stay[i] = survival(p_of(b, rate, spread, rule.x[i], 0), b->step);
        mass[0][i] = mass[1][i] = gsl_ran_ugaussian_pdf(rule.x[i]) * rule.weight[i];
        for (int j = 0; j < rule.n; j++)
            move[i][j] = gsl_ran_gaussian_pdf(rule.x[j] - phi * rule.x[i], sd) * rule.weight[j];
    }
    double left[2] = {0};
    for (int block = 12 / b->step; block > 0; block--) {
        for (int i = 0; i < rule.n; i++) {
            mass[0][i] *= stay[i];
            mass[1][i] *= stay[i] * stay[i];
            left[0] += block == 1 ? mass[0][i] : 0;
            left[1] += block == 1 ? mass[1][i] : 0;
        }
        for (int k = 0; k < 2; k++) {
            for (int j = 0; j < rule.n; j++)
                next[k][j] = 0;
            for (int i = 0; i < rule.n; i++)
                for (int j = 0; j < rule.n; j++)
                    next[k][j] += mass[k][i] * move[i][j];
            for (int j = 0; j < rule.n; j++)
                mass[k][j] = next[k][j];
        }
    }
    pd[0] = 1 - left[0];
    pd[1] = 1 - 2 * left[0] + left[1];
}

/* ---- a still year ---- */

struct still {
    const struct book *book;
    double rate;
    int power;
};

static double still_integrand(double x, void *still)
{
    const struct still *s = still;
    return pow(fmin(1, p_of(s->book, s->rate, 1, x, 0)), s->power) * gsl_ran_ugaussian_pdf(x);
}

static double still_moment(const struct book *b, double rate, int power)
{
    struct still still = {b, rate, power};
    const gsl_function f = {still_integrand, &still};
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(500);
    double value, error;
    assert_int_equal(
        gsl_integration_qag(&f, -8, 8, 0, 1e-10, 500, GSL_INTEG_GAUSS61, space, &value, &error), 0);
    gsl_integration_workspace_free(space);
    return value;
}

static double still_excess(double level, void *book)
{
    const struct book *b = book;
    return still_moment(b, exp(level), 1) - b->pd;
}

/* PD2 of (4.14), by adaptive quadrature. */
static double still_joint(const struct book *b)
{
    struct book book = *b;
    gsl_function f = {still_excess, &book};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    double level = log(b->pd), change = 1;
    assert_int_equal(gsl_root_fsolver_set(solver, &f, level - 1, level + 4), 0);
    for (int i = 0; i < 100 && fabs(change) > 1e-9; i++) {
        assert_int_equal(gsl_root_fsolver_iterate(solver), 0);
        change = gsl_root_fsolver_root(solver) - level;
        level += change;
    }
    gsl_root_fsolver_free(solver);
    return still_moment(b, exp(level), 2);
}

/* ---- the nodes that the exponential link uses, as they were used for the cap as well ---- */

struct by_nodes {
    const struct ps_calibration *c;
    struct ps_sector_grid grid;
    double curves[PS_SECTORS_MAX][PS_CURVE_DOUBLES];
    double *exposure;
};

static enum ps_status nodes_spread(void *model, double spread)
{
    struct by_nodes *m = model;
    const double *curves[PS_SECTORS_MAX];
    for (int k = 0; k < m->c->sectors_n; k++) {
        ps_curve_gamma(m->c->sectors[k].variance / (1 - spread), m->curves[k]);
        curves[k] = m->curves[k];
    }
    ps_sector_grid_exposure(&m->grid, m->c, curves, NULL, m->exposure);
    return PS_OK;
}

static double nodes_pd(void *model, double level, double *joint)
{
    struct by_nodes *m = model;
    const int n = m->grid.points_n, blocks = 12 / m->c->step_months;
    double *hazard = m->exposure + n, *u = hazard + n, *v = u + n;
    for (int i = 0; i < n; i++) {
        hazard[i] = ps_sector_hazard(exp(level), m->exposure[i], 1) / blocks;
        u[i] = v[i] = 0;
    }
    for (int i = 0; i < blocks; i++)
        ps_sector_grid_back(&m->grid, hazard, u, v);
    if (joint != NULL)
        *joint = ps_sector_grid_mean(&m->grid, v);
    return ps_sector_grid_mean(&m->grid, u);
}

static void match_by_nodes(const struct ps_calibration *c, double joint, double *rate,
                           double *spread)
{
    static struct by_nodes m;
    m.c = c;
    assert_int_equal(
        ps_sector_grid_init(&m.grid, c->sectors_n, ps_phi_step(c->phi_annual, c->step_months)),
        PS_OK);
    m.exposure = malloc(4 * (size_t)m.grid.points_n * sizeof *m.exposure);
    const struct ps_year year = {.model = &m, .set_spread = nodes_spread, .pd = nodes_pd};
    double level = log(c->pd_frac), s = 0;
    assert_int_equal(ps_year_match(&year, c->pd_frac, joint, &level, &s), PS_OK);
    *rate = exp(level);
    *spread = 1 / (1 - s);
    free(m.exposure);
    ps_sector_grid_free(&m.grid);
}

/* ---- one cluster ---- */

static const struct book lines[] = {
    {0.03, 0.5, 1, 1, {1}, {0.6}, {0}},
    {0.2, 0.5, 1, 1, {1}, {0.2}, {0}},
    {0.2, 0.5, 1, 1, {1}, {2}, {0}},
    {0.6, 0.5, 1, 1, {1}, {2}, {0}},
    {0.6, 0.9, 1, 1, {0.7}, {4}, {0}},
    {0.06, 0, 1, 1, {1}, {2}, {0}},
    {0.2, 0, 1, 1, {1}, {2}, {0}},
    {0.3, 0.5, 3, 1, {1}, {0.6}, {0}},
    {0.3, 0.5, 1, 2, {0.5, 0.3}, {0.6, 2}, {0}},
    {0.06, 0, 1, 2, {0.6, 0.4}, {2, 0.67}, {0}},
    {0.3, 0, 1, 3, {0.5, 0.3, 0.2}, {4, 0.001, 0.6}, {0}},
    {0.95, 0.5, 1, 1, {1}, {0.6}, {0}},
};

static void one_cluster_reproduces_pd_and_joint_pd(void **state)
{
    (void)state;
    double worst[3] = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct ps_calibration c = calibration_of(&lines[i]);
        struct ps_hazard_class class = {0};
        double pd[2];
        assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
        push_line(&lines[i], class.pd_monthly_frac, class.spread, pd);
        const double joint = ps_dependence_gamma.joint_pd(&c);
        note(&worst[0], pd[0] / c.pd_frac);
        note(&worst[1], pd[1] / joint);
        note(&worst[2], joint / still_joint(&lines[i]));
    }
    ps_claim_rounding("PD, relative", worst[0], 1e-7);
    ps_claim_rounding("joint probability, relative", worst[1], 1e-6);
    ps_claim_rounding("joint probability of a still year, relative", worst[2], 1e-6);
}

/* Power: with the nodes of the exponential link both are far off. */
static void nodes_that_do_not_know_the_cap_are_told_apart(void **state)
{
    (void)state;
    static const int books[] = {2, 5, 6, 9};
    for (int i = 0; i < 4; i++) {
        const struct book *b = &lines[books[i]];
        const struct ps_calibration c = calibration_of(b);
        double rate, spread, pd[2];
        match_by_nodes(&c, ps_dependence_gamma.joint_pd(&c), &rate, &spread);
        push_line(b, rate, spread, pd);
        ps_power_beyond("by the nodes of (4.16), PD", pd[0] / c.pd_frac - 1, 1e-6);
        ps_power_beyond("by the nodes of (4.16), joint probability",
                        pd[1] / ps_dependence_gamma.joint_pd(&c) - 1, 1e-4);
    }
}

/* ---- two clusters, by quarters ---- */

enum { ACROSS = 40 };

struct plane {
    double z[ACROSS], weight[ACROSS];
    struct rule along[ACROSS];
    double mass[2][ACROSS][NODES_MAX], next[2][ACROSS][NODES_MAX], stay[ACROSS][NODES_MAX];
};

static void plane_step(struct plane *plane, double phi)
{
    const double sd = sqrt(1 - phi * phi);
    for (int a = 0; a < ACROSS; a++) {
        for (int j = 0; j < plane->along[a].n; j++) {
            double sum[2] = {0};
            for (int from = 0; from < ACROSS; from++) {
                const struct rule *rule = &plane->along[from];
                double line[2] = {0};
                for (int i = 0; i < rule->n; i++) {
                    const double t = (plane->along[a].x[j] - phi * rule->x[i]) / sd;
                    const double move = t * t < 60 ? exp(-0.5 * t * t) : 0;
                    line[0] += plane->mass[0][from][i] * move;
                    line[1] += plane->mass[1][from][i] * move;
                }
                const double move =
                    gsl_ran_gaussian_pdf(plane->z[a] - phi * plane->z[from], sd) / sd;
                sum[0] += line[0] * move;
                sum[1] += line[1] * move;
            }
            const double weight = plane->weight[a] * plane->along[a].weight[j] / sqrt(2 * M_PI);
            plane->next[0][a][j] = sum[0] * weight;
            plane->next[1][a][j] = sum[1] * weight;
        }
    }
}

/* The two axes of the oracle are X, the first cluster's index, and Z: other ones than those of the
 * program, which turns them. */
static void push_plane(const struct book *b, double rate, double spread, double pd[2])
{
    static struct plane plane;
    static struct rule across;
    const double phi = pow(b->phi, b->step / 12.);
    across.n = 0;
    add_panels(&across, -7, 7, 14. / 5, ACROSS / 5);
    for (int a = 0; a < ACROSS; a++) {
        struct rule *rule = &plane.along[a];
        plane.z[a] = across.x[a];
        plane.weight[a] = across.weight[a];
        fill_rule(rule, b, rate, spread, plane.z[a], 1.6, 6);
        for (int i = 0; i < rule->n; i++) {
            plane.stay[a][i] = survival(p_of(b, rate, spread, rule->x[i], plane.z[a]), b->step);
            plane.mass[0][a][i] = plane.mass[1][a][i] = gsl_ran_ugaussian_pdf(rule->x[i]) *
                                                        gsl_ran_ugaussian_pdf(plane.z[a]) *
                                                        rule->weight[i] * plane.weight[a];
        }
    }
    double left[2] = {0};
    for (int block = 12 / b->step; block > 0; block--) {
        for (int a = 0; a < ACROSS; a++)
            for (int i = 0; i < plane.along[a].n; i++) {
                plane.mass[0][a][i] *= plane.stay[a][i];
                plane.mass[1][a][i] *= plane.stay[a][i] * plane.stay[a][i];
                left[0] += block == 1 ? plane.mass[0][a][i] : 0;
                left[1] += block == 1 ? plane.mass[1][a][i] : 0;
            }
        if (block == 1)
            break;
        plane_step(&plane, phi);
        for (int k = 0; k < 2; k++)
            for (int a = 0; a < ACROSS; a++)
                for (int i = 0; i < plane.along[a].n; i++)
                    plane.mass[k][a][i] = plane.next[k][a][i];
    }
    pd[0] = 1 - left[0];
    pd[1] = 1 - 2 * left[0] + left[1];
}

static void two_clusters_reproduce_pd_and_joint_pd(void **state)
{
    (void)state;
    const struct book b = {0.3, 0.1, 3, 2, {0.5, 0.3}, {0.6, 1.2}, {0, 0.8}};
    const struct ps_calibration c = calibration_of(&b);
    struct ps_hazard_class class = {0};
    double pd[2];
    assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
    push_plane(&b, class.pd_monthly_frac, class.spread, pd);
    ps_claim_rounding("PD, relative", pd[0] / c.pd_frac - 1, 1e-7);
    ps_claim_rounding("joint probability, relative", pd[1] / ps_dependence_gamma.joint_pd(&c) - 1,
                      1e-6);
}

/* ---- sectors that add up ---- */

/* Independent gamma variables with equal weight times variance add up to one: w G of weight w_1 +
 * .. and shape 1/v_1 + ... With indices that keep nothing from month to month no more is asked. */
static void independent_sectors_of_one_scale_are_one_sector(void **state)
{
    (void)state;
    static const double pds[] = {0.06, 0.4, 0.2};
    static const double weights[3][3] = {{0.5, 0.25, 0}, {0.5, 0.5, 0}, {0.3, 0.2, 0.4}};
    double worst[3] = {0};
    for (int i = 0; i < 3; i++) {
        const double *weight = weights[i];
        struct ps_calibration c = {.pd_frac = pds[i],
                                   .step_months = 1,
                                   .calibrate = 1,
                                   .capped = 1,
                                   .sectors_n = i < 2 ? 2 : 3};
        double all = 0, shape = 0;
        for (int k = 0; k < c.sectors_n; k++) {
            const double variance = 0.6 / weight[k];
            c.sectors[k] = (struct ps_sector){k, weight[k], variance};
            c.loading[k * c.sectors_n + k] = 1;
            all += weight[k];
            shape += 1 / variance;
        }
        struct ps_calibration one = {.pd_frac = c.pd_frac,
                                     .step_months = 1,
                                     .calibrate = 1,
                                     .capped = 1,
                                     .sectors_n = 1,
                                     .sectors = {{0, all, 1 / shape}},
                                     .loading = {1}};
        struct ps_hazard_class many = {0}, single = {0};
        assert_int_equal(ps_dependence_gamma.resolve(&c, &many), PS_OK);
        assert_int_equal(ps_dependence_gamma.resolve(&one, &single), PS_OK);
        note(&worst[0], many.pd_monthly_frac / single.pd_monthly_frac);
        note(&worst[1], many.spread / single.spread);
        note(&worst[2], ps_dependence_gamma.joint_pd(&c) / ps_dependence_gamma.joint_pd(&one));
    }
    ps_claim_rounding("PD', relative", worst[0], 1e-7);
    ps_claim_rounding("factor of the variances, relative", worst[1], 1e-6);
    ps_claim_rounding("joint probability of a still year, relative", worst[2], 1e-7);
}

/* ---- what cannot be ---- */

static void grids_that_are_too_fine_are_refused(void **state)
{
    (void)state;
    struct ps_calibration c = {.pd_frac = 0.03,
                               .phi_annual = 0.8,
                               .step_months = 1,
                               .calibrate = 1,
                               .capped = 1,
                               .sectors_n = 3,
                               .sectors = {{0, 0.4, 0.6}, {1, 0.3, 0.6}, {2, 0.3, 0.6}},
                               .loading = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    struct ps_hazard_class class = {0};
    assert_true(ps_capped_too_fine(&c));
    assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_INPUT);
    c.calibrate = 0; /* nothing to calibrate over the months */
    assert_false(ps_capped_too_fine(&c));
    assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
    c.calibrate = 1;
    c.sectors_n = 2; /* of opposite indices */
    c.loading[0] = 1;
    c.loading[1] = c.loading[3] = 0;
    c.loading[2] = -1;
    assert_true(ps_capped_too_fine(&c));
    c.loading[2] = 0; /* of the same */
    c.loading[3] = 1;
    assert_false(ps_capped_too_fine(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cluster_reproduces_pd_and_joint_pd),
        cmocka_unit_test(nodes_that_do_not_know_the_cap_are_told_apart),
        cmocka_unit_test(two_clusters_reproduce_pd_and_joint_pd),
        cmocka_unit_test(independent_sectors_of_one_scale_are_one_sector),
        cmocka_unit_test(grids_that_are_too_fine_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
