// SPDX-License-Identifier: GPL-3.0-or-later
// The calibrated monthly hazard reproduces annual PD and joint PD. The oracle is a forward
// recursion over the density of the index, on its own grid and with the C library's erfc and exp.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "claim.h"
#include "pledgesim/calibration.h"

static double norm_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double norm_density(double x)
{
    return exp(-0.5 * x * x) / sqrt(2 * acos(-1));
}

enum { POINTS = 700 };

/* E exp(-k sum of a year's hazards), by pushing the surviving mass through the months. */
static double year_survival(double a, double b, double phi, int step_months, int k)
{
    const double h = 17.0 / POINTS, sd = sqrt(1 - phi * phi);
    const int reach = (int)(8.5 * sd / h) + 1;
    double *mass = calloc(POINTS + 1, sizeof *mass), *next = calloc(POINTS + 1, sizeof *next);
    assert_non_null(mass);
    assert_non_null(next);
    for (int i = 0; i <= POINTS; i++) {
        mass[i] = norm_density(i * h - 8.5) * h;
    }
    for (int block = 0; block < 12 / step_months; block++) {
        for (int i = 0; i <= POINTS; i++) {
            const double p = fmin(norm_cdf(a + b * (i * h - 8.5)), 1 - 1e-12);
            mass[i] *= pow(1 - p, k * step_months / 12.0);
            next[i] = 0;
        }
        for (int i = 0; i <= POINTS; i++) {
            const double mean = phi * (i * h - 8.5);
            const int centre = (int)((mean + 8.5) / h);
            for (int j = centre - reach; j <= centre + reach; j++) {
                if (j >= 0 && j <= POINTS) {
                    next[j] += mass[i] * norm_density((j * h - 8.5 - mean) / sd) * h / sd;
                }
            }
        }
        double *done = mass;
        mass = next;
        next = done;
    }
    double sum = 0;
    for (int i = 0; i <= POINTS; i++) {
        sum += mass[i];
    }
    free(mass);
    free(next);
    return sum;
}

/* Phi2(x, x; rho) as the one-factor integral, or the joint PD of any probit model. */
static double one_factor_joint(double a, double b)
{
    double sum = 0;
    for (int i = -9000; i <= 9000; i++) {
        const double p = norm_cdf(a + b * i * 0.001);
        sum += p * p * norm_density(i * 0.001) * 0.001;
    }
    return sum;
}

static double joint_of(double pd, double rho)
{
    const struct ps_calibration c = {.pd_frac = pd, .correlation = rho};
    return ps_dependence_gaussian.joint_pd(&c);
}

static struct ps_hazard_class resolve(double pd, double rho, double phi, int step, int calibrate)
{
    const struct ps_calibration c = {.pd_frac = pd,
                                     .correlation = rho,
                                     .phi_annual = phi,
                                     .step_months = step,
                                     .calibrate = calibrate};
    struct ps_hazard_class class = {0};
    assert_int_equal(ps_dependence_gaussian.resolve(&c, &class), PS_OK);
    return class;
}

static void close_to(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected))) {
        fail_msg("%.12g is not within %g of %.12g", value, relative, expected);
    }
}

static void test_base_segment_has_its_known_values(void **state)
{
    (void)state;
    const struct ps_hazard_class class = resolve(0.03, 0.1, 0.5, 1, 1);
    assert_true(fabs(class.correlation_monthly - 0.1231) < 5e-5);
    assert_true(fabs(class.pd_monthly_frac - 0.029916) < 5e-7);
    const double x = class.a * sqrt(1 - class.correlation_monthly);
    close_to(norm_cdf(x), class.pd_monthly_frac, 1e-12);
    close_to(class.b, -sqrt(class.correlation_monthly / (1 - class.correlation_monthly)), 1e-12);
}

static void test_year_reproduces_pd_and_joint_pd(void **state)
{
    (void)state;
    static const double pds[] = {0.001, 0.03, 0.3}, rhos[] = {0.02, 0.1, 0.4},
                        phis[] = {0.2, 0.5, 0.9};
    static const int steps[] = {1, 3};
    double pd_error = 0, joint_error = 0;
    for (int i = 0; i < 54; i++) {
        const double pd = pds[i % 3], rho = rhos[i / 3 % 3], phi = phis[i / 9 % 3];
        const int step = steps[i / 27];
        const struct ps_hazard_class class = resolve(pd, rho, phi, step, 1);
        assert_true(class.correlation_monthly > rho);
        const double phi_step = pow(phi, step / 12.0);
        const double m1 = year_survival(class.a, class.b, phi_step, step, 1);
        const double m2 = year_survival(class.a, class.b, phi_step, step, 2);
        /* The oracle subtracts numbers near 1: 1e-14 of them is all it knows. */
        const double joint = joint_of(pd, rho);
        const double known = fabs(1 - 2 * m1 + m2 - joint) - 1e-14;
        pd_error = fmax(pd_error, fabs(1 - m1 - pd) / pd);
        joint_error = fmax(joint_error, known / joint);
    }
    ps_claim_rounding("relative error of the PD", pd_error, 1e-6);
    ps_claim_rounding("relative error of the joint PD", joint_error, 1e-6);
}

static void test_power_without_calibration_the_correlation_is_too_low(void **state)
{
    (void)state;
    const struct ps_hazard_class class = resolve(0.03, 0.1, 0.5, 1, 0);
    assert_true(class.correlation_monthly == 0.1 && class.pd_monthly_frac == 0.03);
    const double phi_step = pow(0.5, 1 / 12.0);
    const double m1 = year_survival(class.a, class.b, phi_step, 1, 1);
    const double m2 = year_survival(class.a, class.b, phi_step, 1, 2);
    const double joint = 1 - 2 * m1 + m2;
    const double short_of = 1 - joint / joint_of(0.03, 0.1);
    ps_power_beyond("part of the joint PD that is missing", short_of, 0.05);
    /* As low as a yearly correlation of 0.081. */
    assert_true(joint > joint_of(1 - m1, 0.0805));
    assert_true(joint < joint_of(1 - m1, 0.0815));
}

static void test_joint_pd_is_the_bivariate_normal(void **state)
{
    (void)state;
    static const double pds[] = {1e-6, 0.001, 0.03, 0.5, 0.95};
    double error = 0;
    for (int i = 0; i < 5; i++) {
        const double pd = pds[i];
        close_to(joint_of(pd, 0), pd * pd, 1e-11);
        close_to(joint_of(pd, 1), pd, 1e-11);
        double before = pd * pd;
        for (double rho = 0.1; rho < 0.95; rho += 0.1) {
            const double joint = joint_of(pd, rho);
            double a, b;
            ps_probit_coefficients(pd, rho, &a, &b);
            error = fmax(error, fabs(joint / one_factor_joint(a, b) - 1));
            assert_true(joint > before);
            before = joint;
        }
    }
    ps_claim_rounding("relative error of 45 joint PDs", error, 1e-9);
}

static void test_an_index_of_a_year_needs_no_calibration(void **state)
{
    (void)state;
    const struct ps_hazard_class class = resolve(0.03, 0.1, 0.5, 12, 1);
    assert_true(class.pd_monthly_frac == 0.03 && class.correlation_monthly == 0.1);
    struct ps_index_grid grid;
    double pd[2];
    assert_int_equal(ps_index_grid_init(&grid, 0.5, sqrt(0.9)), PS_OK);
    ps_index_grid_year(&grid, class.a, class.b, 12, pd);
    ps_index_grid_free(&grid);
    const double joint = joint_of(0.03, 0.1);
    ps_claim_rounding("relative error of the PD", pd[0] / 0.03 - 1, 1e-9);
    ps_claim_rounding("relative error of the joint PD", pd[1] / joint - 1, 1e-9);
}

static void test_limits(void **state)
{
    (void)state;
    struct ps_hazard_class class = resolve(0, 0.1, 0.5, 1, 1);
    assert_true(class.a == -50 && class.b == 0 && class.pd_monthly_frac == 0);
    class = resolve(0.03, 0, 0.5, 1, 1);
    assert_true(class.b == 0 && class.pd_monthly_frac == 0.03);
    close_to(norm_cdf(class.a), 0.03, 1e-12);
    /* White noise from month to month averages out: more monthly correlation is needed. */
    assert_true(resolve(0.03, 0.1, 0, 1, 1).correlation_monthly >
                resolve(0.03, 0.1, 0.5, 1, 1).correlation_monthly + 0.1);
    const struct ps_calibration c = {.pd_frac = 0.03, .correlation = 0.1, .step_months = 1};
    assert_int_equal(ps_dependence_independent.resolve(&c, &class), PS_OK);
    assert_true(class.b == 0);
    close_to(ps_dependence_independent.joint_pd(&c), 0.0009, 1e-12);
}

static void test_what_no_monthly_model_reaches_is_refused(void **state)
{
    (void)state;
    const struct ps_calibration c = {
        .pd_frac = 0.9, .correlation = 0.95, .phi_annual = 0, .step_months = 1, .calibrate = 1};
    struct ps_hazard_class class = {0};
    assert_int_equal(ps_dependence_gaussian.resolve(&c, &class), PS_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base_segment_has_its_known_values),
        cmocka_unit_test(test_year_reproduces_pd_and_joint_pd),
        cmocka_unit_test(test_power_without_calibration_the_correlation_is_too_low),
        cmocka_unit_test(test_joint_pd_is_the_bivariate_normal),
        cmocka_unit_test(test_an_index_of_a_year_needs_no_calibration),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_what_no_monthly_model_reaches_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
