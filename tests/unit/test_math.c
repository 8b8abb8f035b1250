// SPDX-License-Identifier: GPL-3.0-or-later
// Oracles: GSL, the C library and published values. Bounds are on the relative error.
#include "pledgesim/math.h"
#include "pledgesim/rng.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "claim.h"

#define check_close(have, want, bound) check_close_at(have, want, bound, #have, __LINE__)

static void check_close_at(double have, double want, double bound, const char *what, int line)
{
    double error = fabs(have - want);
    if (!(error <= bound * fabs(want) || have == want)) {
        fail_msg("line %d: %s = %.17g, not %.17g (relative error %.3g)", line, what, have, want,
                 error / fabs(want));
    }
}

/* A fixed stream of uniforms for scattered arguments. */
static double scatter(uint32_t i, uint32_t stream)
{
    uint32_t words[4];
    ps_rng_words(20240607, i, stream, 0, PS_PURPOSE_ECONOMY, words);
    return ps_u01_53(words[0], words[1]);
}

static double between(double low, double high, uint32_t i, uint32_t stream)
{
    return low + (high - low) * scatter(i, stream);
}

static void floor_and_rounding(void **state)
{
    (void)state;
    const double at[] = {0.0, -0.0, 0.5,        -0.5,        1.0,         -1.0,
                         1.5, 2.5,  -1.5,       -2.5,        0x1p-1074,   -0x1p-1074,
                         1e9, -1e9, 0.99999999, 0x1p51 - 1., -0x1p51 + 1, 0x1p51 - 0.5};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        assert_true(ps_floor(at[i]) == floor(at[i]));
    }
    for (uint32_t i = 0; i < 10000; i++) {
        double x = between(-1e6, 1e6, i, 1);
        assert_true(ps_floor(x) == floor(x));
        assert_true(ps_rnd(x) == floor(x + 0.5));
        double half = floor(x) + 0.5;
        assert_true(ps_rnd(half) == floor(half + 0.5));
    }
}

static void log_follows_the_c_library(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        double x = pow(10.0, between(-307.0, 308.0, i, 2));
        check_close(ps_log(x), log(x), 4e-16);
        x = between(0.5, 2.0, i, 3);
        check_close(ps_log(x), log(x), 4e-16);
        x = between(-1.0, 1.0, i, 4) * pow(10.0, between(-20.0, 0.0, i, 5));
        check_close(ps_log1p(x), log1p(x), 4e-16);
        x = pow(10.0, between(0.0, 300.0, i, 6));
        check_close(ps_log1p(x), log1p(x), 4e-16);
    }
    assert_true(ps_log(1.0) == 0.0);
    assert_true(ps_log1p(0.0) == 0.0);
    /* Below the range everything counts as the smallest normal number. */
    const double below[] = {0.0, 0x1p-1074, -1.0, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        assert_true(ps_log(below[i]) == ps_log(DBL_MIN));
    }
    check_close(ps_log(DBL_MIN), log(DBL_MIN), 4e-16);
    check_close(ps_log(DBL_MAX), log(DBL_MAX), 4e-16);
    check_close(ps_log(INFINITY), 1024.0 * log(2.0), 4e-16);
}

static void exp_follows_the_c_library(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        double x = between(-708.0, 708.0, i, 7);
        check_close(ps_exp(x), exp(x), 4e-16);
        x = between(-1.0, 1.0, i, 8);
        check_close(ps_exp(x), exp(x), 4e-16);
    }
    assert_true(ps_exp(0.0) == 1.0);
    check_close(ps_exp(1.0), 2.718281828459045235, 2e-16);
    check_close(ps_exp(-708.0), exp(-708.0), 4e-16);
    check_close(ps_exp(708.0), exp(708.0), 4e-16);
    /* It saturates outside. */
    check_close(ps_exp(708.1), exp(708.0), 2e-16);
    assert_true(ps_exp(708.1) >= ps_exp(708.0));
    assert_true(ps_exp(INFINITY) == ps_exp(708.1) && ps_exp(DBL_MAX) == ps_exp(708.1));
    assert_true(ps_exp(-708.1) == 0.0 && ps_exp(-INFINITY) == 0.0 && ps_exp(-DBL_MAX) == 0.0);
    for (uint32_t i = 0; i < 20000; i++) {
        double x = between(-708.0, 708.0, i, 9);
        check_close(ps_exp_short(x), exp(x), 5e-12);
    }
}

static void turns_follow_the_c_library(void **state)
{
    (void)state;
    const double turn = 6.283185307179586477;
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t words[4];
        ps_rng_words(1, i, 9, 0, PS_PURPOSE_ECONOMY, words);
        double c, s;
        ps_sincos2pi(words[0], &c, &s);
        /* The oracle's own argument is rounded: absolute error. */
        assert_true(fabs(c - cos(turn * (words[0] * 0x1p-32))) < 1.5e-15);
        assert_true(fabs(s - sin(turn * (words[0] * 0x1p-32))) < 1.5e-15);
    }
    const double exact[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    for (uint32_t quadrant = 0; quadrant < 4; quadrant++) {
        double c, s;
        ps_sincos2pi((uint64_t)quadrant << 30, &c, &s);
        assert_true(c == exact[quadrant][0] && s == exact[quadrant][1]);
    }
}

static void normal_pairs_are_box_muller(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t words[4];
        ps_rng_words(2, i, 9, 0, PS_PURPOSE_ECONOMY, words);
        double n0, n1, c, s;
        ps_normal_pair(words[0], words[1], &n0, &n1);
        ps_sincos2pi(words[1], &c, &s);
        double radius = sqrt(-2.0 * log(ps_u01_32(words[0])));
        check_close(n0, radius * c, 1e-15);
        check_close(n1, radius * s, 1e-15);
    }
    double n0, n1;
    ps_normal_pair(0, 0, &n0, &n1);
    check_close(n0, sqrt(66.0 * log(2.0)), 1e-15);
    assert_true(n1 == 0.0);
    ps_normal_pair(UINT32_MAX, 0, &n0, &n1);
    check_close(n0, 0x1p-16, 1e-9);
}

/*
 * The first four moments of 2^21 normals, each within 6.1 standard errors (alpha 1e-9 a moment).
 * Power: the same draws reject a standard deviation of 1.005 and a mean of 0.006.
 */
static void normal_pairs_have_normal_moments(void **state)
{
    (void)state;
    enum { PAIRS_N = 1 << 20 };
    const double n = 2.0 * PAIRS_N;
    double sum[5] = {0};
    for (uint32_t i = 0; i < PAIRS_N; i++) {
        uint32_t words[4];
        double x[2];
        ps_rng_words(3, i, 0, 0, PS_PURPOSE_ECONOMY, words);
        ps_normal_pair(words[0], words[1], &x[0], &x[1]);
        for (int j = 0; j < 2; j++) {
            double power = 1.0;
            for (int k = 1; k <= 4; k++) {
                power *= x[j];
                sum[k] += power;
            }
        }
    }
    const double want[5] = {1, 0, 1, 0, 3};
    const double variance[5] = {0, 1, 2, 15, 96};
    double worst = 0;
    for (int k = 1; k <= 4; k++) {
        worst = fmax(worst, fabs(sum[k] / n - want[k]) / sqrt(variance[k] / n));
    }
    ps_claim_within("standard errors of the worst moment", worst, 6.1);
    ps_power_beyond("mean 0.006", (sum[1] / n - 0.006) / sqrt(1.0 / n), 6.1);
    ps_power_beyond("sd 1.005", (sum[2] / n - 1.005 * 1.005) / sqrt(2.0 / n), 6.1);
}

static void norm_cdf_keeps_the_tail(void **state)
{
    (void)state;
    for (double x = -37.0; x <= 9.0; x += 0.00390625) {
        check_close(ps_norm_cdf(x), gsl_cdf_ugaussian_P(x), 1e-13);
    }
    for (double x = -3.0; x <= 3.0; x += 0.001) {
        assert_true(fabs(ps_norm_cdf(x) - 0.5 * erfc(-x * 0.70710678118654752440)) < 5e-16);
    }
    check_close(ps_norm_cdf(-1.0), 0.15865525393145705141, 1e-15);
    check_close(ps_norm_cdf(-10.0), 7.6198530241605260660e-24, 1e-15);
    check_close(ps_norm_cdf(-37.0), 5.7255712225245761e-300, 1e-14);
    assert_true(ps_norm_cdf(0.0) == 0.5 && ps_norm_cdf(-0.0) == 0.5);
    assert_true(ps_norm_cdf(0x1p-1074) == 0.5 && ps_norm_cdf(-0x1p-1074) == 0.5);
    assert_true(ps_norm_cdf(-38.0) == 0.0 && ps_norm_cdf(-INFINITY) == 0.0);
    assert_true(ps_norm_cdf(38.0) == 1.0 && ps_norm_cdf(INFINITY) == 1.0);
    assert_true(ps_norm_cdf(-DBL_MAX) == 0.0 && ps_norm_cdf(DBL_MAX) == 1.0);
}

static void norm_cdf_rises(void **state)
{
    (void)state;
    double before = 0.0;
    for (double x = -38.0; x <= 5.0; x += 0x1p-12) {
        double p = ps_norm_cdf(x);
        assert_true(p > before || (p == 0.0 && x < -37.5));
        before = p;
    }
    for (double x = 5.0; x <= 10.0; x += 0x1p-12) {
        double p = ps_norm_cdf(x);
        assert_true(p >= before && p <= 1.0);
        before = p;
    }
}

static void yearly_hazard_is_minus_log_of_survival(void **state)
{
    (void)state;
    for (double x = -37.0; x <= 7.0; x += 0.00390625) {
        double want = x < 0.0 ? -log1p(-gsl_cdf_ugaussian_P(x)) : -log(gsl_cdf_ugaussian_Q(x));
        check_close(ps_neg_log1m_norm_cdf(x), want, 4e-11);
    }
    double before = 0.0;
    for (double x = -37.25; x <= 7.03; x += 0x1p-12) {
        double h = ps_neg_log1m_norm_cdf(x);
        assert_true(h > before);
        assert_true(x >= -1.0 || ps_neg_log1m_small(ps_norm_cdf_low(x)) == h);
        before = h;
    }
    assert_true(ps_norm_cdf_low(-38.0) == 0.0);
    assert_true(ps_norm_cdf_low(-INFINITY) == 0.0);
    check_close(ps_neg_log1m_norm_cdf(0.0), log(2.0), 4e-11);
    /* p is clamped to [0, 1 - 1e-12]: PD 0 has no hazard at all. */
    check_close(ps_neg_log1m_norm_cdf(PS_NORM_X_MAX), -log(1e-12), 4e-11);
    assert_true(ps_neg_log1m_norm_cdf(INFINITY) == ps_neg_log1m_norm_cdf(PS_NORM_X_MAX));
    assert_true(ps_neg_log1m_norm_cdf(DBL_MAX) == ps_neg_log1m_norm_cdf(PS_NORM_X_MAX));
    assert_true(ps_neg_log1m_norm_cdf(-38.0) == 0.0 && ps_neg_log1m_norm_cdf(NAN) == 0.0);
    assert_true(ps_neg_log1m_norm_cdf(-DBL_MAX) == 0.0);
    assert_true(ps_neg_log1m_norm_cdf(ps_norm_quantile(0.0)) == 0.0);
}

static void norm_quantile_inverts_the_cdf(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        double p = scatter(i, 10);
        check_close(ps_norm_quantile(p), gsl_cdf_ugaussian_Pinv(p), 1e-14);
        check_close(ps_norm_cdf(ps_norm_quantile(p)), p, 1e-14);
        p = pow(10.0, between(-300.0, 0.0, i, 11));
        /* A relative error e of x moves Phi(x) by x^2 e. */
        check_close(ps_norm_cdf(ps_norm_quantile(p)), p, 1e-12);
        double x = between(-37.0, 5.0, i, 12);
        /* The rounding of p weighs more the smaller the density; near 0 it is absolute. */
        double back = ps_norm_quantile(ps_norm_cdf(x));
        assert_true(fabs(back - x) <= 1e-15 + (x < 2.0 ? 2e-14 : 1e-10) * fabs(x));
    }
    check_close(ps_norm_quantile(0.975), 1.9599639845400542355, 1e-15);
    check_close(ps_norm_quantile(1e-9), -5.9978070150076868716, 1e-15);
    check_close(ps_norm_quantile(1e-12), -PS_NORM_X_MAX, 1e-15);
    assert_true(ps_norm_quantile(0.5) == 0.0);
    assert_true(ps_norm_quantile(0.0) == -INFINITY && ps_norm_quantile(1.0) == INFINITY);
    assert_true(isfinite(ps_norm_quantile(0x1p-1074)));
    assert_true(isnan(ps_norm_quantile(-0.1)) && isnan(ps_norm_quantile(1.1)));
    assert_true(isnan(ps_norm_quantile(NAN)));
}

struct conditional {
    double k, rho;
};

static double conditional_density(double x, void *params)
{
    const struct conditional *c = params;
    double rest = sqrt((1.0 - c->rho) * (1.0 + c->rho));
    return exp(-0.5 * x * x) * 0.39894228040143267794 *
           gsl_cdf_ugaussian_P((c->k - c->rho * x) / rest);
}

static void bivariate_norm_follows_quadrature(void **state)
{
    (void)state;
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    assert_non_null(work);
    for (uint32_t i = 0; i < 300; i++) {
        double h = between(-6.0, 3.0, i, 13);
        double rho = between(-0.999, 0.999, i, 14);
        struct conditional c = {between(-6.0, 3.0, i, 15), rho};
        gsl_function f = {conditional_density, &c};
        double want, error;
        gsl_integration_qagil(&f, h, 1e-300, 1e-11, 1000, work, &want, &error);
        double have = ps_bivariate_norm_cdf(h, c.k, rho);
        assert_true(fabs(have - want) <= 1e-14 + 1e-10 * want);
        if (rho > 0.0) {
            check_close(have, want, 1e-10);
        }
    }
    gsl_integration_workspace_free(work);
}

static void bivariate_norm_has_its_closed_forms(void **state)
{
    (void)state;
    for (double rho = -1.0; rho <= 1.0; rho += 0.0625) {
        double want = 0.25 + asin(rho) * 0.15915494309189533577;
        assert_true(fabs(ps_bivariate_norm_cdf(0.0, 0.0, rho) - want) < 1e-15);
    }
    const double at[] = {-30.0, -10.0, -3.0, -1.0, -0.25, 0.0, 0.5, 2.0, 7.0};
    const int n = sizeof at / sizeof at[0];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double h = at[i], k = at[j];
            check_close(ps_bivariate_norm_cdf(h, k, 0.0), ps_norm_cdf(h) * ps_norm_cdf(k), 1e-15);
            check_close(ps_bivariate_norm_cdf(h, k, 1.0), ps_norm_cdf(h < k ? h : k), 1e-12);
            double lower = h + k > 0.0 ? ps_norm_cdf(h) - ps_norm_cdf(-k) : 0.0;
            assert_true(fabs(ps_bivariate_norm_cdf(h, k, -1.0) - lower) < 1e-15);
            check_close(ps_bivariate_norm_cdf(h, k, 0.7), ps_bivariate_norm_cdf(k, h, 0.7), 1e-14);
        }
        check_close(ps_bivariate_norm_cdf(at[i], INFINITY, 0.5), ps_norm_cdf(at[i]), 1e-14);
        assert_true(ps_bivariate_norm_cdf(at[i], -INFINITY, 0.5) < 1e-300);
    }
    /* Two values by quadrature with 40 digits. */
    check_close(ps_bivariate_norm_cdf(-19.77304032951179, -18.83182203252646, 0.18091948795104784),
                4.3756305022738952001e-141, 1e-13);
    check_close(ps_bivariate_norm_cdf(-17.541812104624125, -8.169760225729268, 0.919356939210688),
                3.4350650475771536e-69, 1e-13);
    assert_true(isnan(ps_bivariate_norm_cdf(0.0, 0.0, 1.5)));
    assert_true(isnan(ps_bivariate_norm_cdf(NAN, 0.0, 0.5)));
}

static void lgamma_follows_gsl(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        double x = pow(10.0, between(-300.0, 300.0, i, 16));
        check_close(ps_lgamma(x), gsl_sf_lngamma(x), 1e-12);
        x = between(0.0, 40.0, i, 17);
        check_close(ps_lgamma(x), gsl_sf_lngamma(x), 1e-12);
        x = 1.0 + between(-1e-3, 1e-3, i, 18);
        check_close(ps_lgamma(x), gsl_sf_lngamma(x), 1e-12);
        check_close(ps_lgamma(x + 1.0), gsl_sf_lngamma(x + 1.0), 1e-12);
    }
    assert_true(ps_lgamma(1.0) == 0.0 && ps_lgamma(2.0) == 0.0);
    check_close(ps_lgamma(0.5), 0.57236494292470008707, 1e-15);
    check_close(ps_lgamma(101.0), 363.73937555556349014, 1e-15); /* log 100! */
    assert_true(ps_lgamma(INFINITY) == INFINITY);
    assert_true(isnan(ps_lgamma(0.0)) && isnan(ps_lgamma(-0.5)) && isnan(ps_lgamma(NAN)));
}

static void betainc_follows_gsl(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        double a = pow(10.0, between(-2.0, 2.0, i, 19));
        double b = pow(10.0, between(-2.0, 2.0, i, 20));
        double x = scatter(i, 21);
        double want = gsl_sf_beta_inc(a, b, x);
        if (want > 1e-200) {
            check_close(ps_betainc(a, b, x), want, 2e-12);
        }
    }
    /* Closed forms: powers, and a binomial tail by its sum of 4 terms out of 50. */
    check_close(ps_betainc(3.0, 1.0, 0.3), 0.027, 1e-14);
    check_close(ps_betainc(1.0, 1000.0, 1e-9), 9.999995005001666e-7, 1e-13);
    double sum = 0.0;
    double term = pow(0.97, 50.0);
    for (int k = 0; k < 4; k++) {
        sum += term;
        term *= (50.0 - k) / (k + 1.0) * (0.03 / 0.97);
    }
    check_close(ps_betainc(47.0, 4.0, 0.97), sum, 1e-13);
    /* By 40 digits: a million trials, and far in the tail. */
    check_close(ps_betainc(336633.2391696821, 4849.315970818356, 0.9852514944524996),
                0.0037212625281357433, 1e-12);
    check_close(ps_betainc(849.0846538842454, 0.3358006439125077, 0.8413470433094661),
                2.862617288114032e-66, 1e-12);
    assert_true(ps_betainc(2.0, 3.0, 0.0) == 0.0 && ps_betainc(2.0, 3.0, 1.0) == 1.0);
    assert_true(isnan(ps_betainc(0.0, 1.0, 0.5)) && isnan(ps_betainc(1.0, 1.0, 1.5)));
}

static void betainc_inv_inverts(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        double a = pow(10.0, between(-1.0, 5.0, i, 22));
        double b = pow(10.0, between(-1.0, 5.0, i, 23));
        double p = i % 2 ? scatter(i, 24) : pow(10.0, between(-30.0, 0.0, i, 24));
        double x = ps_betainc_inv(a, b, p);
        if (x < 0.5) { /* above it the rounding of x itself may move p */
            check_close(ps_betainc(a, b, x), p, 1e-10);
        }
        assert_true(x >= 0.0 && x <= 1.0);
        double mirrored = 1.0 - ps_betainc_inv(b, a, 1.0 - p);
        assert_true(p < 0.01 || fabs(mirrored - x) < 1e-13);
    }
    /* Clopper and Pearson's interval for 0 and for 3 of 100 at 95 %. */
    check_close(ps_betainc_inv(1.0, 100.0, 0.975), 1.0 - pow(0.025, 0.01), 1e-12);
    check_close(ps_betainc_inv(3.0, 98.0, 0.025), 0.0062299713, 1e-7);
    check_close(ps_betainc_inv(4.0, 97.0, 0.975), 0.0851760498, 1e-7);
    check_close(ps_betainc_inv(2.5, 7.5, 0.6), gsl_cdf_beta_Pinv(0.6, 2.5, 7.5), 1e-9);
    check_close(ps_betainc_inv(3.0, 1.0, 0.027), 0.3, 1e-14);
    assert_true(ps_betainc_inv(2.0, 3.0, 0.0) == 0.0 && ps_betainc_inv(2.0, 3.0, 1.0) == 1.0);
    assert_true(isnan(ps_betainc_inv(2.0, 3.0, -0.5)) && isnan(ps_betainc_inv(0.0, 3.0, 0.5)));
}

int main(void)
{
    gsl_set_error_handler_off(); /* its underflows are results here */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floor_and_rounding),
        cmocka_unit_test(log_follows_the_c_library),
        cmocka_unit_test(exp_follows_the_c_library),
        cmocka_unit_test(turns_follow_the_c_library),
        cmocka_unit_test(normal_pairs_are_box_muller),
        cmocka_unit_test(normal_pairs_have_normal_moments),
        cmocka_unit_test(norm_cdf_keeps_the_tail),
        cmocka_unit_test(norm_cdf_rises),
        cmocka_unit_test(yearly_hazard_is_minus_log_of_survival),
        cmocka_unit_test(norm_quantile_inverts_the_cdf),
        cmocka_unit_test(bivariate_norm_follows_quadrature),
        cmocka_unit_test(bivariate_norm_has_its_closed_forms),
        cmocka_unit_test(lgamma_follows_gsl),
        cmocka_unit_test(betainc_follows_gsl),
        cmocka_unit_test(betainc_inv_inverts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
