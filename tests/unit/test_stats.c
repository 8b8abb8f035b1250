// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "pledgesim/stats.h"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fabs(expected))) {
        fail_msg("%.17g is not %.17g to within %g", value, expected, tolerance);
    }
}

static void test_clopper_pearson(void **state)
{
    (void)state;
    static const uint64_t N[] = {1, 2, 10, 97, 1024, 65536, 1000000};
    static const double CONFIDENCE[] = {0.5, 0.9, 0.95, 0.99, 0.999999};
    for (size_t i = 0; i < sizeof N / sizeof *N; i++) {
        for (size_t j = 0; j < sizeof CONFIDENCE / sizeof *CONFIDENCE; j++) {
            double n = (double)N[i], tail = 0.5 - 0.5 * CONFIDENCE[j];
            for (uint64_t k = 0; k <= N[i]; k += k < 20 ? 1 : k / 2) {
                double hits = (double)k;
                struct ps_interval ci = ps_clopper_pearson(k, N[i], CONFIDENCE[j]);
                /* Inverse by inverse: the ends must cut off just the tails of GSL's beta law. */
                if (k > 0) {
                    assert_close(gsl_cdf_beta_P(ci.lo, hits, n - hits + 1), tail, 1e-7);
                }
                if (k < N[i]) {
                    assert_close(gsl_cdf_beta_Q(ci.hi, hits + 1, n - hits), tail, 1e-7);
                }
            }
        }
    }
}

static void test_clopper_pearson_ends(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 2000000; n *= 7) {
        double root = 1 / (double)n;
        struct ps_interval none = ps_clopper_pearson(0, n, 0.95),
                           all = ps_clopper_pearson(n, n, 0.95);
        assert_true(none.lo == 0 && all.hi == 1);
        assert_close(none.hi, -expm1(log(0.025) * root), 1e-10);
        assert_close(all.lo, pow(0.025, root), 1e-10);
        assert_close(ps_binomial_upper(0, n, 0.95), -expm1(log(0.05) * root), 1e-10);
        assert_close(ps_binomial_lower(n, n, 0.95), pow(0.05, root), 1e-10);
    }
    assert_close(ps_binomial_upper(0, 100000, 0.95), 2.9957e-5, 1e-4);
    assert_true(ps_binomial_lower(0, 100, 0.95) == 0 && ps_binomial_upper(100, 100, 0.95) == 1);
    struct ps_interval empty = ps_clopper_pearson(0, 0, 0.95);
    assert_true(empty.lo == 0 && empty.hi == 1);
}

/* Lowest coverage over a grid of probabilities, by exact summation. */
static double lowest_coverage(struct ps_interval (*interval)(uint64_t, uint64_t), unsigned n)
{
    double lowest = 1;
    for (int i = 1; i < 1000; i++) {
        double p = i * 0.001, coverage = 0;
        for (unsigned k = 0; k <= n; k++) {
            struct ps_interval ci = interval(k, n);
            coverage += ci.lo <= p && p <= ci.hi ? gsl_ran_binomial_pdf(k, p, n) : 0;
        }
        lowest = fmin(lowest, coverage);
    }
    return lowest;
}

static struct ps_interval exact_95(uint64_t k, uint64_t n)
{
    return ps_clopper_pearson(k, n, 0.95);
}

/* The defect to notice: the rule of three's one-sided bound used as the end of a two-sided
 * interval. */
static struct ps_interval one_sided_ends_95(uint64_t k, uint64_t n)
{
    struct ps_interval ci = ps_clopper_pearson(k, n, 0.95);
    ci.lo = k == n ? ps_binomial_lower(k, n, 0.95) : ci.lo;
    ci.hi = k == 0 ? ps_binomial_upper(k, n, 0.95) : ci.hi;
    return ci;
}

static struct ps_interval normal_95(uint64_t k, uint64_t n)
{
    double p = (double)k / (double)n, half = 1.959963984540054 * sqrt(p * (1 - p) / (double)n);
    return (struct ps_interval){p - half, p + half};
}

static void test_clopper_pearson_coverage(void **state)
{
    (void)state;
    static const unsigned N[] = {5, 30, 100};
    for (size_t i = 0; i < sizeof N / sizeof *N; i++) {
        assert_true(lowest_coverage(exact_95, N[i]) >= 0.95 - 1e-12);
        assert_true(lowest_coverage(normal_95, N[i]) < 0.90);
    }
    assert_true(lowest_coverage(one_sided_ends_95, 100) < 0.945);
}

static void test_mean_and_difference(void **state)
{
    (void)state;
    struct ps_moments x = {0}, y = {0}, difference = {0};
    struct ps_comoments xy = {0};
    for (int64_t i = 0; i < 50; i++) {
        int64_t a = i * i % 37 * 1000, b = a - i % 3;
        ps_moments_add(&x, a);
        ps_moments_add(&y, b);
        ps_moments_add(&difference, a - b);
        ps_comoments_add(&xy, a, b);
    }
    struct ps_estimate e = ps_mean(&difference);
    assert_close(e.value, (17 * 0 + 17 * 1 + 16 * 2) / 50.0, 1e-15);
    double variance = ps_moments_variance(&x) + ps_moments_variance(&y) -
                      2 * ps_comoments_covariance(&xy, &x, &y);
    assert_close(e.se, sqrt(variance / 50), 1e-6);
    assert_true(e.se < 1e-3 * ps_mean(&x).se);

    struct ps_interval ci = ps_mean_interval(&difference, 0.95);
    assert_close(ci.hi - e.value, 1.9599639845400542 * e.se, 1e-12);
    assert_close(e.value - ci.lo, 1.9599639845400542 * e.se, 1e-12);
    struct ps_moments one = {0};
    ps_moments_add(&one, 3);
    assert_true(isnan(ps_mean_interval(&one, 0.95).lo));
}

/* x = 1 2 3, y = 2 3 7: r = 2, residuals 0 -1 1, se = sqrt(2 / (3 * 2)) / 2. */
static void test_ratio_of_means(void **state)
{
    (void)state;
    static const int64_t X[] = {1, 2, 3}, Y[] = {2, 3, 7};
    struct ps_moments x = {0}, y = {0}, zero = {0};
    struct ps_comoments xy = {0}, xz = {0};
    for (int i = 0; i < 3; i++) {
        ps_moments_add(&x, X[i]);
        ps_moments_add(&y, Y[i]);
        ps_moments_add(&zero, 0);
        ps_comoments_add(&xy, X[i], Y[i]);
        ps_comoments_add(&xz, 0, Y[i]);
    }
    struct ps_estimate r = ps_ratio_of_means(&y, &x, &xy);
    assert_close(r.value, 2, 1e-15);
    assert_close(r.se, sqrt(1.0 / 3) / 2, 1e-15);
    r = ps_ratio_of_means(&y, &zero, &xz);
    assert_true(isnan(r.value) && isnan(r.se));
}

static void test_precision(void **state)
{
    (void)state;
    assert_true(ps_precision_checkpoint(0) == 1024);
    assert_true(ps_precision_checkpoint(10) == 1048576);
    assert_close(ps_relative_half_width((struct ps_interval){0.01, 0.03}, 0.02), 0.5, 1e-15);
    assert_true(isinf(ps_relative_half_width((struct ps_interval){0, 0.03}, 0)));
}

/* At the jumps of F the quantile is the value at the jump, not the next one. */
static void test_quantile_rank(void **state)
{
    (void)state;
    for (uint64_t n = 10; n <= 1000000; n *= 10) {
        for (uint64_t k = 1; k <= n; k += n < 10000 ? 1 : 7) {
            double p = (double)k / (double)n;
            assert_true(ps_quantile_rank(n, p) == k);
            if (k < n) {
                assert_true(ps_quantile_rank(n, p + 1e-9) == k + 1);
                assert_true(ps_quantile_rank(n, p + 0.9 / (double)n) == k + 1);
            }
        }
    }
    static const struct {
        uint64_t n;
        double p;
        uint64_t rank;
    } CASES[] = {
        {10, 0.9, 9},
        {10, 0.99, 10},
        {10, 0.999, 10},
        {100, 0.9, 90},
        {100, 0.99, 99},
        {100, 0.999, 100},
        {1000, 0.9, 900},
        {1000, 0.99, 990},
        {1000, 0.999, 999},
        {1, 0.5, 1},
        {2, 0.5, 1},
        {3, 0.5, 2},
        {7, 0, 1},
        {7, 1, 7},
        {100, 0.07, 7},
        {1024, 0.95, 973},
        {100000, 0.9995, 99950},
        {UINT32_MAX, 1, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_true(ps_quantile_rank(CASES[i].n, CASES[i].p) == CASES[i].rank);
    }
}

static void test_quantile_supported(void **state)
{
    (void)state;
    assert_true(ps_quantile_supported(1000, 0.99) && !ps_quantile_supported(999, 0.99));
    assert_true(ps_quantile_supported(10000, 0.999) && !ps_quantile_supported(9999, 0.999));
    assert_true(ps_quantile_supported(1000, 0.01) && !ps_quantile_supported(999, 0.01));
    assert_true(ps_quantile_supported(20, 0.5) && !ps_quantile_supported(19, 0.5));
    assert_false(ps_quantile_supported(1000000, 1));
    assert_false(ps_quantile_supported(0, 0.5));
}

static void assert_ranks(uint64_t n, double p, double confidence)
{
    double tail = 0.5 - 0.5 * confidence, q = 1 - p;
    struct ps_ranks r = ps_quantile_ranks(n, p, confidence);
    unsigned size = (unsigned)n, lo = (unsigned)r.lo, hi = (unsigned)r.hi;
    assert_true(hi <= size + 1 && lo < hi);
    /* Each end is allowed, and the next one inwards is not. Slack: the error of the two incomplete
     * betas. */
    if (lo >= 1) {
        assert_true(gsl_cdf_binomial_P(lo - 1, p, size) <= tail * (1 + 1e-6));
    }
    assert_true(gsl_cdf_binomial_P(lo, p, size) > tail * (1 - 1e-6));
    if (hi <= size) {
        assert_true(gsl_cdf_binomial_P(size - hi, q, size) <= tail * (1 + 1e-6));
    }
    assert_true(gsl_cdf_binomial_P(size + 1 - hi, q, size) > tail * (1 - 1e-6));
}

static void test_quantile_ranks(void **state)
{
    (void)state;
    struct ps_ranks r = ps_quantile_ranks(10, 0.5, 0.95);
    assert_true(r.lo == 2 && r.hi == 9);
    r = ps_quantile_ranks(20, 0.99, 0.95); /* 0.99^20 = 0.82: no upper bound */
    assert_true(r.hi == 21);
    r = ps_quantile_ranks(20, 0.01, 0.95);
    assert_true(r.lo == 0);
    for (uint64_t n = 1; n <= 200; n++) {
        assert_ranks(n, 0.5, 0.95);
        assert_ranks(n, 0.99, 0.95);
        assert_ranks(n, 0.05, 0.99);
    }
    static const uint64_t N[] = {1024, 10000, 1000000, 100000000};
    for (size_t i = 0; i < sizeof N / sizeof *N; i++) {
        assert_ranks(N[i], 0.5, 0.95);
        assert_ranks(N[i], 0.999, 0.95);
        assert_ranks(N[i], 0.99, 1 - 1e-9);
    }
}

/* A continuous law is missed with P(B >= hi) above and P(B <= lo - 1) below: each within its half
 * of the error. Wrong value to reject: ranks from the normal approximation. */
static void test_quantile_ranks_coverage(void **state)
{
    (void)state;
    unsigned n = 10000;
    struct ps_ranks r = ps_quantile_ranks(n, 0.999, 0.95);
    double above = gsl_cdf_binomial_P(n - (unsigned)r.hi, 0.001, n);
    double below = gsl_cdf_binomial_P((unsigned)r.lo - 1, 0.999, n);
    assert_true(above <= 0.025 && below <= 0.025);
    double half = 1.959963984540054 * sqrt(n * 0.999 * 0.001);
    unsigned normal_hi = (unsigned)lround(n * 0.999 + half);
    unsigned normal_lo = (unsigned)lround(n * 0.999 - half);
    double normal_above = gsl_cdf_binomial_P(n - normal_hi, 0.001, n);
    double normal_below = gsl_cdf_binomial_P(normal_lo - 1, 0.999, n);
    assert_true(normal_above > 0.025 || normal_below > 0.025);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clopper_pearson),
        cmocka_unit_test(test_clopper_pearson_ends),
        cmocka_unit_test(test_clopper_pearson_coverage),
        cmocka_unit_test(test_mean_and_difference),
        cmocka_unit_test(test_ratio_of_means),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_quantile_rank),
        cmocka_unit_test(test_quantile_supported),
        cmocka_unit_test(test_quantile_ranks),
        cmocka_unit_test(test_quantile_ranks_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
