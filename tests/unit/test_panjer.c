// SPDX-License-Identifier: GPL-3.0-or-later
// Panjer's recursion against closed laws by GSL, moments of several sectors, and the published
// example.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_randist.h>
#include <math.h>

#include "pledgesim/panjer.h"

enum { CELLS = 400 };

/* Equal exposures, one sector: negative binomial with 1 / v successes of chance 1 / (1 + v mu). */
static void one_sector_is_negative_binomial(void **state)
{
    (void)state;
    static const size_t units[] = {2, 2, 2};
    static const double rate[] = {0.5, 1.5, 2}, variance[] = {0.1, 0.25, 1, 3};
    double p[CELLS];
    for (int i = 0; i < 4; i++) {
        const double v = variance[i];
        const struct ps_panjer_sector sector = {v, rate};
        assert_int_equal(ps_panjer(units, 3, &sector, 1, p, CELLS), PS_OK);
        for (unsigned k = 0; k < CELLS / 2; k++) {
            const double exact = gsl_ran_negative_binomial_pdf(k, 1 / (1 + 4 * v), 1 / v);
            assert_true(fabs(p[2 * k] - exact) <= 1e-12 * exact + 1e-300);
            assert_true(p[2 * k + 1] == 0);
        }
        /* power: another variance is seen */
        assert_true(fabs(p[0] - gsl_ran_negative_binomial_pdf(0, 1 / (1 + 4.1 * v), 1 / v)) > 1e-4);
    }
}

static void no_factor_is_poisson(void **state)
{
    (void)state;
    static const size_t units[] = {1, 1};
    static const double rate[] = {2, 3};
    const struct ps_panjer_sector sector = {0, rate};
    double p[CELLS];
    assert_int_equal(ps_panjer(units, 2, &sector, 1, p, CELLS), PS_OK);
    for (unsigned k = 0; k < 60; k++) {
        const double exact = gsl_ran_poisson_pdf(k, 5);
        assert_true(fabs(p[k] - exact) <= 1e-12 * exact);
    }
}

/* Mean and variance of unequal exposures over two sectors and a part of its own:
 * Var = sum c^2 rate + sum over sectors v (sum c rate)^2. */
static void several_sectors_have_their_moments(void **state)
{
    (void)state;
    static const size_t units[] = {1, 3, 4, 9};
    static const double first[] = {0.1, 0.2, 0, 0.05}, second[] = {0.3, 0, 0.1, 0.05},
                        own[] = {0.02, 0.1, 0.1, 0};
    const struct ps_panjer_sector sectors[] = {{0.5, first}, {1.2, second}, {0, own}};
    double p[CELLS], mean = 0, square = 0, total = 0, exact_mean = 0, exact_variance = 0;
    assert_int_equal(ps_panjer(units, 4, sectors, 3, p, CELLS), PS_OK);
    for (int n = 0; n < CELLS; n++) {
        total += p[n];
        mean += n * p[n];
        square += (double)n * n * p[n];
    }
    for (int k = 0; k < 3; k++) {
        double loss = 0;
        for (int i = 0; i < 4; i++) {
            loss += (double)units[i] * sectors[k].rate[i];
            exact_variance += (double)(units[i] * units[i]) * sectors[k].rate[i];
        }
        exact_mean += loss;
        exact_variance += sectors[k].variance * loss * loss;
    }
    assert_true(fabs(total - 1) < 1e-11);
    assert_true(fabs(mean - exact_mean) < 1e-8);
    assert_true(fabs(square - mean * mean - exact_variance) < 1e-6);
}

static void percentiles_lie_on_straight_lines(void **state)
{
    (void)state;
    static const double p[] = {0.5, 0.25, 0.25};
    assert_true(ps_panjer_percentile(p, 3, 0.4) == 0);
    assert_true(fabs(ps_panjer_percentile(p, 3, 0.5) - 0) < 1e-15);
    assert_true(fabs(ps_panjer_percentile(p, 3, 0.625) - 0.5) < 1e-15);
    assert_true(fabs(ps_panjer_percentile(p, 3, 0.75) - 1) < 1e-15);
    assert_true(isnan(ps_panjer_percentile(p, 2, 0.9)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sector_is_negative_binomial),
        cmocka_unit_test(no_factor_is_poisson),
        cmocka_unit_test(several_sectors_have_their_moments),
        cmocka_unit_test(percentiles_lie_on_straight_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
