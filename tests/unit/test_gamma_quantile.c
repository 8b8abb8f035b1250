// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles of gamma, chi-square and Student's t against GSL, both tails; the curves made of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#include "pledgesim/curve.h"
#include "pledgesim/math.h"

static const double SHAPES[] = {0.001, 0.05, 0.3, 1, 1.05, 1.6667, 4, 15.25, 100, 500};

enum { SHAPES_N = sizeof SHAPES / sizeof SHAPES[0] };

static void within(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected))) {
        fail_msg("%.15g is not within %g of %.15g", value, relative, expected);
    }
}

/* The probability of the quantile on the side of the score: relative error below 1e-11. */
static void gamma_quantiles_keep_both_tails(void **state)
{
    (void)state;
    for (int k = 0; k < SHAPES_N; k++) {
        for (double z = -16; z <= 16; z += 0.43) {
            double slope;
            const double log_x = ps_gamma_log_quantile(SHAPES[k], z, &slope);
            const double x = SHAPES[k] * exp(log_x);
            assert_true(slope > 0);
            if (log_x < -600) {
                continue; /* no double holds it */
            }
            within(z > 0 ? gsl_cdf_gamma_Q(x, SHAPES[k], 1) : gsl_cdf_gamma_P(x, SHAPES[k], 1),
                   gsl_cdf_ugaussian_Q(fabs(z)), 1e-11);
        }
    }
}

/* chi2_nu / nu is a gamma variable of shape nu / 2; power: nu is not a whole number here. */
static void chi_square_quantiles_follow_gsl(void **state)
{
    (void)state;
    static const double nus[] = {2.1, 3.7, 8, 30.5};
    for (int k = 0; k < 4; k++) {
        for (double z = -6.5; z <= 6.5; z += 0.5) {
            double slope;
            const double ratio = exp(ps_gamma_log_quantile(nus[k] / 2, z, &slope));
            const double p = gsl_cdf_ugaussian_P(z), q = gsl_cdf_ugaussian_Q(z);
            within(ratio * nus[k],
                   z < 0 ? gsl_cdf_chisq_Pinv(p, nus[k]) : gsl_cdf_chisq_Qinv(q, nus[k]), 1e-8);
        }
    }
}

/* Between the nodes: 1e-9 for a variance of at most 1, 1e-7 up to 100. */
static void curves_run_through_the_quantiles(void **state)
{
    (void)state;
    static double curve[PS_CURVE_DOUBLES];
    for (int k = 1; k < SHAPES_N; k++) {
        ps_curve_gamma(1 / SHAPES[k], curve);
        const double bound = SHAPES[k] >= 1 ? 1e-9 : 1e-7;
        for (double z = -9; z <= 9; z += 0.0371) {
            double slope;
            const double log_x = ps_gamma_log_quantile(SHAPES[k], z, &slope);
            assert_true(fabs(ps_curve_at(curve, z) - log_x) <= bound * fmax(1, -log_x));
        }
        assert_true(ps_curve_at(curve, -20) == ps_curve_at(curve, -16));
        assert_true(fabs(ps_curve_at(curve, 20) - ps_curve_at(curve, 16)) < 1e-6);
    }
}

static void student_t_follows_gsl(void **state)
{
    (void)state;
    static const double nus[] = {2.1, 4.5, 8, 25},
                        ps[] = {1e-9, 1e-4, 0.03, 0.19, 0.21, 0.4, 0.499, 0.7, 0.97, 0.9999};
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 10; i++) {
            const double x = ps_t_quantile(nus[k], ps[i]);
            within(gsl_cdf_tdist_P(x, nus[k]), ps[i], 1e-10);
            within(ps_t_cdf(nus[k], x), ps[i], 1e-10);
        }
    }
}

static void outside_the_domain_there_is_none(void **state)
{
    (void)state;
    double slope;
    assert_true(isnan(ps_gamma_log_quantile(0, 0, &slope)) && isnan(slope));
    assert_true(isnan(ps_gamma_log_quantile(1, 38, &slope)));
    assert_true(isnan(ps_t_quantile(8, 0)) && isnan(ps_t_quantile(0, 0.5)));
    assert_true(isnan(ps_t_cdf(-1, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gamma_quantiles_keep_both_tails),
        cmocka_unit_test(chi_square_quantiles_follow_gsl),
        cmocka_unit_test(curves_run_through_the_quantiles),
        cmocka_unit_test(student_t_follows_gsl),
        cmocka_unit_test(outside_the_domain_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
