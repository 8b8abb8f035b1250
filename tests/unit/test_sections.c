// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles and ratios by sections of the worlds: the figures are those of all worlds, the error is
// the known one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "pledgesim/sections.h"
#include "pledgesim/stats.h"
#include "pledgesim/tables.h"

enum { N = 16 * 32 * 40, SEED = 3 };
static const double ALPHA = 1e-9, UNIT = 1e6, LEVEL = 0.9;

static void normals(unsigned long seed, int64_t *x)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (int i = 0; i < N; i++)
        x[i] = (int64_t)llround(UNIT * gsl_ran_ugaussian(rng));
    gsl_rng_free(rng);
}

static void student_is_that_of_gsl(void **state)
{
    (void)state;
    for (double freedom = 1; freedom < 80; freedom += 7) {
        const double reach = ps_student_reach95(freedom);
        assert_true(fabs(reach / gsl_cdf_tdist_Pinv(0.975, freedom) - 1) < 1e-9);
        assert_true(fabs(ps_student_two_sided(reach, freedom) - 0.05) < 1e-9);
        assert_true(fabs(ps_student_two_sided(-1.3, freedom) - 2 * gsl_cdf_tdist_Q(1.3, freedom)) <
                    1e-9);
    }
}

/* What both have in common cancels: a shift of every world is a shift of the quantile, without
 * error. */
static void a_shift_is_exact(void **state)
{
    (void)state;
    int64_t *x = malloc(3 * N * sizeof *x), *y = x + N, *room = y + N;
    struct ps_sections of_x, of_y;
    normals(SEED, x);
    for (int i = 0; i < N; i++)
        y[i] = x[i] - 12345;
    ps_sections_quantile(x, N, LEVEL, room, &of_x);
    ps_sections_quantile(y, N, LEVEL, room, &of_y);
    const struct ps_verdict v = ps_sections_judge(&of_x, &of_y, 1);
    assert_true(v.value == -12345 && v.se == 0 && v.real);
    const struct ps_verdict none = ps_sections_judge(&of_x, &of_x, 1);
    assert_true(ps_verdict_same(&none) && !none.real);
    /* Left out where not given. */
    for (int i = 0; i < N; i++)
        y[i] = i % 3 == 0 ? PS_NOT_GIVEN : 7;
    ps_sections_quantile(y, N, LEVEL, room, &of_y);
    assert_true(of_y.all == 7 && of_y.part[15] == 7);
    for (int i = 0; i < N; i++)
        y[i] = PS_NOT_GIVEN;
    ps_sections_quantile(y, N, LEVEL, room, &of_y);
    assert_true(isnan(of_y.all));
    free(x);
}

/*
 * Two independent normal samples, quantile at 0.9: 15 se^2 / sigma^2 is chi-square with 15 degrees
 * of freedom, sigma^2 = 2 p (1 - p) / (n f^2), f the density there. Power: the same data must
 * reject an error four times as large.
 */
static void the_error_is_the_known_one(void **state)
{
    (void)state;
    int64_t *x = malloc(3 * N * sizeof *x), *y = x + N, *room = y + N;
    struct ps_sections of_x, of_y;
    normals(SEED, x);
    normals(SEED + 1, y);
    ps_sections_quantile(x, N, LEVEL, room, &of_x);
    ps_sections_quantile(y, N, LEVEL, room, &of_y);
    const struct ps_verdict v = ps_sections_judge(&of_x, &of_y, 1);
    const double z = gsl_cdf_ugaussian_Pinv(LEVEL), f = gsl_ran_ugaussian_pdf(z);
    const double sigma = UNIT * sqrt(2 * LEVEL * (1 - LEVEL) / N) / f;
    const double chi = 15 * v.se * v.se / (sigma * sigma);
    const double lo = gsl_cdf_chisq_Pinv(ALPHA / 2, 15), hi = gsl_cdf_chisq_Qinv(ALPHA / 2, 15);
    assert_true(chi > lo && chi < hi);
    assert_true(16 * chi > hi); /* power */
    assert_true(fabs(v.value) < sigma * gsl_cdf_ugaussian_Qinv(ALPHA / 2));
    assert_true(fabs(of_x.all / UNIT - z) < sigma / UNIT * gsl_cdf_ugaussian_Qinv(ALPHA / 2));
    free(x);
}

/* A ratio of means is that of the row; its error agrees with the delta method to the spread of
 * chi-square. */
static void a_ratio_is_that_of_the_means(void **state)
{
    (void)state;
    int64_t *x = malloc(2 * N * sizeof *x), *y = x + N;
    struct ps_moments of_x = {0}, of_y = {0};
    struct ps_comoments both = {0};
    struct ps_sections ratio;
    normals(SEED, x);
    normals(SEED + 2, y);
    for (int i = 0; i < N; i++) {
        x[i] += 5000000;
        y[i] += x[i] / 2;
        ps_moments_add(&of_x, x[i]);
        ps_moments_add(&of_y, y[i]);
        ps_comoments_add(&both, y[i], x[i]);
    }
    ps_sections_ratio(y, x, N, &ratio);
    const struct ps_estimate known = ps_ratio_of_means(&of_y, &of_x, &both);
    const struct ps_verdict v = ps_sections_judge(NULL, &ratio, 1);
    assert_true(fabs(v.value / known.value - 1) < 1e-12);
    const double chi = 15 * v.se * v.se / (known.se * known.se);
    assert_true(chi > gsl_cdf_chisq_Pinv(ALPHA / 2, 15) && chi < gsl_cdf_chisq_Qinv(ALPHA / 2, 15));
    for (int i = 0; i < N; i++)
        x[i] = 0;
    ps_sections_ratio(y, x, N, &ratio);
    assert_true(isnan(ratio.all));
    free(x);
}

static void enough_worlds_lie_beyond(void **state)
{
    (void)state;
    assert_int_equal(ps_sections_worlds_least(0.5), 16 * 32);
    assert_int_equal(ps_sections_worlds_least(0.95), 3584); /* 16 sections of 224 */
    assert_true(ps_quantile_supported(ps_sections_worlds_least(0.999) / 16, 0.999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_is_that_of_gsl),
        cmocka_unit_test(a_shift_is_exact),
        cmocka_unit_test(the_error_is_the_known_one),
        cmocka_unit_test(a_ratio_is_that_of_the_means),
        cmocka_unit_test(enough_worlds_lie_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
