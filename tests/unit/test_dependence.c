// SPDX-License-Identifier: GPL-3.0-or-later
// Student t, gamma sectors and regimes: the calibrated monthly hazards reproduce annual PD and
// joint PD. The oracles push the surviving mass forward through the months, on their own grids and
// with the laws of GSL; for the chain they walk all paths of a year.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "pledgesim/calibration.h"

static void within(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected))) {
        fail_msg("%.12g is not within %g of %.12g", value, relative, expected);
    }
}

/* ---- a year of survival by pushing mass forward ---- */

enum { POINTS = 160 };

static const double END = 8;

static double point(int i)
{
    return -END + 2 * END * i / POINTS;
}

static double cell(void)
{
    return 2 * END / POINTS;
}

/* survive[k][i]: of k + 1 loans through one block at point i. sums[k]: through the year. */
static void push_line(double (*survive)[POINTS + 1], double phi, int blocks, double sums[2])
{
    static double step[POINTS + 1][POINTS + 1];
    const double sd = sqrt(1 - phi * phi);
    for (int i = 0; i <= POINTS; i++) {
        for (int j = 0; j <= POINTS; j++) {
            step[i][j] = gsl_ran_gaussian_pdf(point(j) - phi * point(i), sd) * cell();
        }
    }
    for (int k = 0; k < 2; k++) {
        double mass[POINTS + 1], next[POINTS + 1];
        for (int i = 0; i <= POINTS; i++) {
            mass[i] = gsl_ran_ugaussian_pdf(point(i)) * cell();
        }
        for (int b = 0; b < blocks; b++) {
            for (int j = 0; j <= POINTS; j++) {
                next[j] = 0;
            }
            for (int i = 0; i <= POINTS; i++) {
                const double through = mass[i] * survive[k][i];
                for (int j = 0; j <= POINTS; j++) {
                    next[j] += through * step[i][j];
                }
            }
            for (int j = 0; j <= POINTS; j++) {
                mass[j] = next[j];
            }
        }
        sums[k] = 0;
        for (int i = 0; i <= POINTS; i++) {
            sums[k] += mass[i];
        }
    }
}

/* ---- Student t ---- */

static double s_of(double nu, double z)
{
    return sqrt((z < 0 ? gsl_cdf_chisq_Pinv(gsl_cdf_ugaussian_P(z), nu)
                       : gsl_cdf_chisq_Qinv(gsl_cdf_ugaussian_Q(z), nu)) /
                nu);
}

static const double SCORE_STEP = 0.2;

/* The year under each S, then the mean over S. */
static void t_year(double a, double b, double nu, double phi, int step_months, double sums[2])
{
    static double survive[2][POINTS + 1];
    sums[0] = sums[1] = 0;
    for (double z = -7.4; z < 5.5; z += SCORE_STEP) {
        const double s = s_of(nu, z), weight = gsl_ran_ugaussian_pdf(z) * SCORE_STEP;
        double of_s[2];
        for (int i = 0; i <= POINTS; i++) {
            const double p = fmin(gsl_cdf_ugaussian_P(a * s + b * point(i)), 1 - 1e-12);
            survive[0][i] = pow(1 - p, step_months / 12.0);
            survive[1][i] = survive[0][i] * survive[0][i];
        }
        push_line(survive, phi, 12 / step_months, of_s);
        sums[0] += weight * (1 - of_s[0]);
        sums[1] += weight * (1 - 2 * of_s[0] + of_s[1]);
    }
}

static struct ps_calibration t_book(double pd, double rho, double nu, double phi, int step)
{
    return (struct ps_calibration){.pd_frac = pd,
                                   .correlation = rho,
                                   .t_nu = nu,
                                   .phi_annual = phi,
                                   .step_months = step,
                                   .calibrate = 1};
}

static void student_t_reproduces_pd_and_joint_pd(void **state)
{
    (void)state;
    static const struct {
        double pd, rho, nu, phi;
        int step;
    } books[] = {{0.03, 0.1, 8, 0.5, 1},
                 {0.03, 0.1, 8, 0.5, 3},
                 {0.003, 0.2, 4.5, 0.5, 1},
                 {0.3, 0.05, 3, 0.5, 1},
                 {0.03, 0.1, 30, 0.8, 1}};
    for (int i = 0; i < 5; i++) {
        const struct ps_calibration c =
            t_book(books[i].pd, books[i].rho, books[i].nu, books[i].phi, books[i].step);
        struct ps_hazard_class class = {0};
        double sums[2];
        assert_int_equal(ps_dependence_student_t.resolve(&c, &class), PS_OK);
        assert_true(class.correlation_monthly > c.correlation);
        t_year(class.a, class.b, c.t_nu, pow(c.phi_annual, c.step_months / 12.0), c.step_months,
               sums);
        within(sums[0], c.pd_frac, 1e-6);
        within(sums[1], ps_dependence_student_t.joint_pd(&c), 2e-6);
    }
}

/* Power: without calibration the joint probability is visibly too low. And S alone makes defaults
 * hang together where the correlation is 0. */
static void student_t_without_calibration_is_told_apart(void **state)
{
    (void)state;
    struct ps_calibration c = t_book(0.03, 0.1, 8, 0.5, 1);
    struct ps_hazard_class class = {0};
    double sums[2];
    c.calibrate = 0;
    assert_int_equal(ps_dependence_student_t.resolve(&c, &class), PS_OK);
    t_year(class.a, class.b, 8, pow(0.5, 1 / 12.0), 1, sums);
    assert_true(sums[1] < 0.97 * ps_dependence_student_t.joint_pd(&c));
    c.correlation = 0;
    assert_true(ps_dependence_student_t.joint_pd(&c) > 1.5 * 0.03 * 0.03);
}

/* The bivariate t on its diagonal, by integrating over S and the factor. */
static void student_t_joint_pd_is_the_bivariate_t(void **state)
{
    (void)state;
    static const double nus[] = {2.5, 8, 40};
    for (int k = 0; k < 3; k++) {
        const struct ps_calibration c = t_book(0.03, 0.1, nus[k], 0.5, 12);
        const double x = gsl_cdf_tdist_Pinv(0.03, nus[k]);
        double mean = 0, joint = 0;
        for (double z = -8; z <= 8; z += 0.05) {
            for (double y = -8; y <= 8; y += 0.1) {
                const double weight = gsl_ran_ugaussian_pdf(z) * gsl_ran_ugaussian_pdf(y) * 0.005;
                const double p =
                    gsl_cdf_ugaussian_P((s_of(nus[k], z) * x - sqrt(0.1) * y) / sqrt(0.9));
                mean += weight * p;
                joint += weight * p * p;
            }
        }
        within(mean, 0.03, 1e-7);
        within(ps_dependence_student_t.joint_pd(&c), joint, 1e-7);
    }
}

/* ---- gamma ---- */

static double g_of(double variance, double y)
{
    const double shape = 1 / variance;
    return variance * (y > 0 ? gsl_cdf_gamma_Pinv(gsl_cdf_ugaussian_Q(y), shape, 1)
                             : gsl_cdf_gamma_Qinv(gsl_cdf_ugaussian_P(y), shape, 1));
}

static struct ps_calibration gamma_book(double pd, double variance, double phi, int step)
{
    return (struct ps_calibration){.pd_frac = pd,
                                   .phi_annual = phi,
                                   .step_months = step,
                                   .calibrate = 1,
                                   .sectors_n = 1,
                                   .sectors = {{0, 1, variance}},
                                   .loading = {1}};
}

/* E exp(-k lambda G) = (1 + k lambda v)^(-1/v): PD gives lambda, lambda the joint probability. */
static double still_gamma_joint(double pd, double v)
{
    const double lambda = (pow(1 - pd, -v) - 1) / v;
    return 1 - 2 * (1 - pd) + pow(1 + 2 * lambda * v, -1 / v);
}

static void gamma_reproduces_pd_and_joint_pd(void **state)
{
    (void)state;
    static const struct {
        double pd, v, phi;
        int step;
    } books[] = {{0.03, 0.6, 0.5, 1}, {0.03, 0.6, 0.5, 3}, {0.001, 2, 0.5, 1},
                 {0.3, 0.2, 0.5, 1},  {0.3, 1, 0.2, 1},    {0.03, 0.6, 0.8, 1}};
    static double survive[2][POINTS + 1];
    for (int i = 0; i < 6; i++) {
        const struct ps_calibration c =
            gamma_book(books[i].pd, books[i].v, books[i].phi, books[i].step);
        struct ps_hazard_class class = {0};
        double sums[2];
        assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
        assert_true(class.spread > 1.01 && class.own == 0);
        for (int k = 0; k <= POINTS; k++) {
            const double x = class.sectors[0].rate * g_of(books[i].v * class.spread, point(k));
            survive[0][k] = exp(-x * books[i].step / 12);
            survive[1][k] = survive[0][k] * survive[0][k];
        }
        push_line(survive, pow(books[i].phi, books[i].step / 12.0), 12 / books[i].step, sums);
        const double joint = still_gamma_joint(books[i].pd, books[i].v);
        within(ps_dependence_gamma.joint_pd(&c), joint, 1e-7);
        within(1 - sums[0], books[i].pd, 1e-6);
        within(1 - 2 * sums[0] + sums[1], joint, 1e-6 + 1e-13 / joint);
    }
}

/* Power: what moves within the year averages out when nothing is solved. */
static void gamma_without_calibration_is_told_apart(void **state)
{
    (void)state;
    static double survive[2][POINTS + 1];
    struct ps_calibration c = gamma_book(0.03, 0.6, 0.5, 1);
    struct ps_hazard_class class = {0};
    double sums[2];
    c.calibrate = 0;
    assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
    assert_true(class.spread == 1);
    within(class.sectors[0].rate, (pow(0.97, -0.6) - 1) / 0.6, 1e-8);
    for (int k = 0; k <= POINTS; k++) {
        survive[0][k] = exp(-class.sectors[0].rate * g_of(0.6, point(k)) / 12);
        survive[1][k] = survive[0][k] * survive[0][k];
    }
    push_line(survive, pow(0.5, 1 / 12.0), 12, sums);
    assert_true(1 - 2 * sums[0] + sums[1] < 0.95 * still_gamma_joint(0.03, 0.6));
}

/* ---- two sectors of correlated clusters, a part of its own, on a square of points ---- */

enum { SIDE = 64 };

static double place(int i)
{
    return -7.2 + 14.4 * i / SIDE;
}

static void step_square(double (*step)[SIDE + 1], double (*mass)[SIDE + 1])
{
    static double half[SIDE + 1][SIDE + 1];
    for (int i = 0; i <= SIDE; i++) {
        for (int k = 0; k <= SIDE; k++) {
            half[i][k] = 0;
            for (int j = 0; j <= SIDE; j++) {
                half[i][k] += mass[i][j] * step[j][k];
            }
        }
    }
    for (int i = 0; i <= SIDE; i++) {
        for (int k = 0; k <= SIDE; k++) {
            mass[i][k] = 0;
            for (int j = 0; j <= SIDE; j++) {
                mass[i][k] += step[j][i] * half[j][k];
            }
        }
    }
}

/* E exp(-k hazard) of a year of `blocks`; x[i][j] is the yearly hazard where X = place(i), (j). */
static double square_year(double (*x)[SIDE + 1], double phi, int blocks, int k)
{
    static double step[SIDE + 1][SIDE + 1], mass[SIDE + 1][SIDE + 1];
    const double h = 14.4 / SIDE;
    double sum = 0;
    for (int i = 0; i <= SIDE; i++) {
        for (int j = 0; j <= SIDE; j++) {
            step[i][j] = gsl_ran_gaussian_pdf(place(j) - phi * place(i), sqrt(1 - phi * phi)) * h;
            mass[i][j] = gsl_ran_ugaussian_pdf(place(i)) * gsl_ran_ugaussian_pdf(place(j)) * h * h;
        }
    }
    for (int b = 0; b < blocks; b++) {
        for (int i = 0; i <= SIDE; i++) {
            for (int j = 0; j <= SIDE; j++) {
                mass[i][j] *= exp(-k * x[i][j] / blocks);
            }
        }
        if (b < blocks - 1) {
            step_square(step, mass);
        }
    }
    for (int i = 0; i <= SIDE; i++) {
        for (int j = 0; j <= SIDE; j++) {
            sum += mass[i][j];
        }
    }
    return sum;
}

static void two_gamma_sectors_reproduce_pd_and_joint_pd(void **state)
{
    (void)state;
    static double x[SIDE + 1][SIDE + 1];
    const struct ps_calibration c = {.pd_frac = 0.03,
                                     .phi_annual = 0.5,
                                     .step_months = 1,
                                     .calibrate = 1,
                                     .sectors_n = 2,
                                     .sectors = {{0, 0.5, 0.6}, {1, 0.3, 0.9}},
                                     .loading = {1, 0, 0.6, 0.8}};
    struct ps_hazard_class class = {0};
    assert_int_equal(ps_dependence_gamma.resolve(&c, &class), PS_OK);
    double rate = class.own + class.sectors[0].rate + class.sectors[1].rate;
    within(class.own, 0.2 * rate, 1e-12);
    for (int moving = 1; moving >= 0; moving--) {
        for (int i = 0; i <= SIDE; i++) {
            for (int j = 0; j <= SIDE; j++) {
                const double y0 = place(i), y1 = 0.6 * place(i) + 0.8 * place(j);
                const double spread = moving ? class.spread : 1;
                x[i][j] =
                    rate * (0.2 + 0.5 * g_of(0.6 * spread, y0) + 0.3 * g_of(0.9 * spread, y1));
            }
        }
        const double phi = moving ? pow(0.5, 1 / 12.0) : 0;
        const double m1 = square_year(x, phi, moving ? 12 : 1, 1);
        const double m2 = square_year(x, phi, moving ? 12 : 1, 2);
        if (moving) {
            within(1 - m1, 0.03, 1e-6);
            within(1 - 2 * m1 + m2, ps_dependence_gamma.joint_pd(&c), 1e-6);
        } else {
            /* The aim itself: the law of a year that stands still. */
            struct ps_calibration still = c;
            still.pd_frac = 1 - m1;
            within(ps_dependence_gamma.joint_pd(&still), 1 - 2 * m1 + m2, 1e-7);
        }
    }
}

/* ---- regime: all 4,096 paths of a year ---- */

static void all_paths(const struct ps_calibration *c, const struct ps_hazard_class *class,
                      double sums[2])
{
    const double share = c->stress_months / (c->calm_months + c->stress_months);
    sums[0] = sums[1] = 0;
    for (unsigned path = 0; path < 4096; path++) {
        double p = (path & 1) != 0 ? share : 1 - share, hazard = 0;
        for (int t = 0; t < 12; t++) {
            const int now = (path >> t & 1) != 0, next = (path >> (t + 1) & 1) != 0;
            const double leave = 1 / (now ? c->stress_months : c->calm_months);
            hazard += (now ? class->stress : class->calm) / 12;
            p *= t == 11 ? 1 : now == next ? 1 - leave : leave;
        }
        const double d = -expm1(-hazard);
        sums[0] += p * d;
        sums[1] += p * d * d;
    }
}

static void regime_reproduces_pd(void **state)
{
    (void)state;
    static const double pds[] = {0.001, 0.03, 0.6}, times[] = {1, 3, 20};
    for (int i = 0; i < 9; i++) {
        struct ps_calibration c = {.pd_frac = pds[i % 3],
                                   .step_months = 1,
                                   .calibrate = 1,
                                   .calm_months = 48,
                                   .stress_months = 7.5,
                                   .stress_multiplier = times[i / 3]};
        struct ps_hazard_class class = {0};
        double sums[2];
        assert_int_equal(ps_dependence_regime.resolve(&c, &class), PS_OK);
        all_paths(&c, &class, sums);
        within(sums[0], c.pd_frac, 1e-10);
        within(sums[1], ps_dependence_regime.joint_pd(&c), 1e-9);
        within(class.pd_monthly_frac, -expm1(-class.calm), 1e-9);
        if (class.stress < 20) {
            within(-expm1(-class.stress), times[i / 3] * class.pd_monthly_frac, 1e-9);
        }
        /* correlation_basis monthly: the long-run mean of p is the PD. */
        c.calibrate = 0;
        assert_int_equal(ps_dependence_regime.resolve(&c, &class), PS_OK);
        within((48 * -expm1(-class.calm) + 7.5 * -expm1(-class.stress)) / 55.5, c.pd_frac, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_t_reproduces_pd_and_joint_pd),
        cmocka_unit_test(student_t_without_calibration_is_told_apart),
        cmocka_unit_test(student_t_joint_pd_is_the_bivariate_t),
        cmocka_unit_test(gamma_reproduces_pd_and_joint_pd),
        cmocka_unit_test(gamma_without_calibration_is_told_apart),
        cmocka_unit_test(two_gamma_sectors_reproduce_pd_and_joint_pd),
        cmocka_unit_test(regime_reproduces_pd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
