// SPDX-License-Identifier: GPL-3.0-or-later
// Published formulas against their published tables, and against GSL.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "pledgesim/calibration.h"
#include "pledgesim/closedform.h"
#include "pledgesim/losslaw.h"

static void large_pool(void **state)
{
    (void)state;
    static const double pd[] = {0.001, 0.03, 0.5}, rho[] = {0.05, 0.2, 0.7},
                        level[] = {0.1, 0.9, 0.999};
    for (int i = 0; i < 27; i++) {
        const double p = pd[i % 3], r = rho[i / 3 % 3], a = level[i / 9];
        const double x = ps_large_pool_quantile(a, p, r);
        const double z = gsl_cdf_ugaussian_Pinv(p) + sqrt(r) * gsl_cdf_ugaussian_Pinv(a);
        assert_true(fabs(x / gsl_cdf_ugaussian_P(z / sqrt(1 - r)) - 1) < 1e-12);
        assert_true(fabs(ps_large_pool_cdf(x, p, r) - a) < 1e-10);
    }
    /* PD 50 %, correlation 0.5: uniform */
    assert_true(fabs(ps_large_pool_cdf(0.3, 0.5, 0.5) - 0.3) < 1e-14);
}

/* The loss rate of 2,000 equal loans is nearly that of the large pool, and nearer than that of 200.
 */
static void many_loans_come_near_it(void **state)
{
    (void)state;
    enum { MANY = 2000, SOME = 200 };
    static struct ps_loss_name names[MANY];
    double gap[2];
    for (int i = 0; i < MANY; i++) {
        names[i] = (struct ps_loss_name){.months = 12, .loss = 1};
        ps_probit_coefficients(0.03, 0.15, &names[i].a, &names[i].b);
    }
    for (int i = 0; i < 2; i++) {
        const struct ps_loss_book book = {.names = names, .names_n = i == 0 ? SOME : MANY};
        struct ps_loss_law law;
        assert_int_equal(ps_loss_law(&book, &law), PS_OK);
        const double rate = (double)ps_loss_cover(&law, 0.001) / (double)book.names_n;
        gap[i] = fabs(rate - ps_large_pool_quantile(0.999, 0.03, 0.15));
        ps_loss_law_free(&law);
    }
    assert_true(gap[1] < 0.0015 && gap[1] < gap[0]);
}

/* [found: Basel Committee, International convergence of capital measurement, June 2006, annex 5]
 * PD in %, risk weights in %: corporate, small firm with 5 million euro of sales, mortgage at LGD
 * 45 and 25 %, other retail at 45 and 85 %, revolving at 45 and 85 %. The printed table is not
 * rounded alike everywhere: some of its last digits are one off. */
static const double ANNEX[][9] = {
    {0.03, 14.44, 11.30, 4.15, 2.30, 4.45, 8.41, 0.98, 1.85},
    {0.05, 19.65, 15.39, 6.23, 3.46, 6.63, 12.52, 1.51, 2.86},
    {0.10, 29.65, 23.30, 10.69, 5.94, 11.16, 21.08, 2.71, 5.12},
    {0.25, 49.47, 39.01, 21.30, 11.83, 21.15, 39.96, 5.76, 10.88},
    {0.40, 62.72, 49.49, 29.94, 16.64, 28.42, 53.69, 8.41, 15.88},
    {0.50, 69.61, 54.91, 35.08, 19.49, 32.36, 61.13, 10.04, 18.97},
    {0.75, 82.78, 65.14, 46.46, 25.81, 40.10, 75.74, 13.80, 26.06},
    {1.00, 92.32, 72.40, 56.40, 31.33, 45.77, 86.46, 17.22, 32.53},
    {1.30, 100.95, 78.77, 67.00, 37.22, 50.80, 95.95, 21.02, 39.70},
    {1.50, 105.59, 82.11, 73.45, 40.80, 53.37, 100.81, 23.40, 44.19},
    {2.00, 114.86, 88.55, 87.94, 48.85, 57.99, 109.53, 28.92, 54.63},
    {2.50, 122.16, 93.43, 100.64, 55.91, 60.90, 115.03, 33.98, 64.18}};

static void risk_weights_of_annex_5(void **state)
{
    (void)state;
    static const struct ps_irb COLUMNS[] = {
        {PS_IRB_CORPORATE, 0, 0.45, 2.5, 50}, {PS_IRB_CORPORATE, 0, 0.45, 2.5, 5},
        {PS_IRB_MORTGAGE, 0, 0.45, 0, 0},     {PS_IRB_MORTGAGE, 0, 0.25, 0, 0},
        {PS_IRB_RETAIL, 0, 0.45, 0, 0},       {PS_IRB_RETAIL, 0, 0.85, 0, 0},
        {PS_IRB_REVOLVING, 0, 0.45, 0, 0},    {PS_IRB_REVOLVING, 0, 0.85, 0, 0}};
    for (size_t row = 0; row < sizeof ANNEX / sizeof *ANNEX; row++) {
        for (int column = 0; column < 8; column++) {
            struct ps_irb irb = COLUMNS[column];
            irb.pd = ANNEX[row][0] / 100;
            const double off = 100 * ps_irb_risk_weight(&irb) - ANNEX[row][column + 1];
            assert_true(fabs(off) < 0.01);
            irb.pd *= 1.01; /* power */
            assert_true(100 * ps_irb_risk_weight(&irb) - ANNEX[row][column + 1] - off > 0.004);
        }
    }
}

/* [found: Hull and White 2004, table 3, as quoted in the tests of QuantLib: basis points a year for
 * the n-th default of 10 names, intensity 1 %, 5 years, Gaussian copula of correlation 0, 0.3, 0.6;
 * recovery 40 %, interest 5 %]. Whole basis points; how premium accrues is not said there. */
static void baskets_of_table_3(void **state)
{
    (void)state;
    static const double TABLE[10][3] = {{603, 440, 293}, {98, 139, 137}, {12, 53, 79}, {1, 21, 49},
                                        {0, 8, 31},      {0, 3, 19},     {0, 1, 12},   {0, 0, 7},
                                        {0, 0, 3},       {0, 0, 1}};
    static const double RHO[] = {0, 0.3, 0.6};
    for (int column = 0; column < 3; column++) {
        struct ps_basket basket = {.names_n = 10,
                                   .hazard_pa = 0.01,
                                   .correlation = RHO[column],
                                   .recovery = 0.4,
                                   .rate_pa = 0.05,
                                   .years = 5};
        for (int n = 1; n <= 10; n++) {
            double spread, wrong;
            assert_int_equal(ps_basket_spread(&basket, n, &spread), PS_OK);
            assert_true(fabs(1e4 * spread - TABLE[n - 1][column]) < 1.2);
            basket.correlation = RHO[column] + 0.02; /* power, for the first to default */
            assert_int_equal(ps_basket_spread(&basket, n, &wrong), PS_OK);
            assert_true(n > 1 || fabs(1e4 * wrong - TABLE[n - 1][column]) > 1.2);
            basket.correlation = RHO[column];
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_pool),
        cmocka_unit_test(many_loans_come_near_it),
        cmocka_unit_test(risk_weights_of_annex_5),
        cmocka_unit_test(baskets_of_table_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
