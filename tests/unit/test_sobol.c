// SPDX-License-Identifier: GPL-3.0-or-later
// Sobol indices of functions whose indices are known, eqs. (11.9) and (11.10).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "pledgesim/sensitivity.h"

enum { K_MAX = 4 };

typedef double function(const double *u);

/* Ishigami and Homma 1990, a = 7, b = 0.1, variables uniform on [-pi, pi]. */
static double ishigami(const double *u)
{
    const double pi = acos(-1);
    const double x = pi * (2 * u[0] - 1), y = pi * (2 * u[1] - 1), z = pi * (2 * u[2] - 1);
    return sin(x) + 7 * sin(y) * sin(y) + 0.1 * z * z * z * z * sin(x);
}

/* Saltelli's g function with a = 0, 1, 9, 99: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1. */
static const double G[K_MAX] = {0, 1, 9, 99};

static double g_function(const double *u)
{
    double product = 1;
    for (int i = 0; i < K_MAX; i++)
        product *= (fabs(4 * u[i] - 2) + G[i]) / (1 + G[i]);
    return product;
}

static double constant(const double *u)
{
    (void)u;
    return 3;
}

static void indices_of(function *f, int k, int n, struct ps_sobol_index *out)
{
    const size_t points_n = ps_sobol_points_n(k, n);
    double *points = malloc(points_n * (size_t)k * sizeof *points);
    double *values = malloc(points_n * sizeof *values);
    assert_non_null(points);
    assert_non_null(values);
    assert_int_equal(ps_sobol_points(k, n, points), PS_OK);
    for (size_t p = 0; p < points_n; p++)
        values[p] = f(points + p * (size_t)k);
    assert_int_equal(ps_sobol_indices(values, k, n, out), PS_OK);
    free(values);
    free(points);
}

static void near(const struct ps_sobol_index *x, double first, double total, double error)
{
    assert_true(fabs(x->first - first) < error && fabs(x->total - total) < error);
    assert_true(x->first_lo95 <= first && first <= x->first_hi95);
    assert_true(x->total_lo95 <= total && total <= x->total_hi95);
}

static void ishigami_has_its_indices(void **state)
{
    (void)state;
    const double pi = acos(-1), b = 0.1, p4 = pi * pi * pi * pi, p8 = p4 * p4;
    const double v1 = 0.5 * (1 + b * p4 / 5) * (1 + b * p4 / 5), v2 = 49. / 8;
    const double v13 = b * b * p8 * (1. / 18 - 1. / 50), v = v1 + v2 + v13;
    struct ps_sobol_index x[3];
    indices_of(ishigami, 3, 2048, x);
    near(&x[0], v1 / v, (v1 + v13) / v, 0.02);
    near(&x[1], v2 / v, v2 / v, 0.02);
    near(&x[2], 0, v13 / v, 0.02);
    /* Power: the first variable's own share is not its total. */
    assert_true(x[0].first_hi95 < (v1 + v13) / v && x[0].total_lo95 > v1 / v);
}

static void the_g_function_has_its_indices(void **state)
{
    (void)state;
    double v[K_MAX], all = 1;
    for (int i = 0; i < K_MAX; i++) {
        v[i] = 1 / (3 * (1 + G[i]) * (1 + G[i]));
        all *= 1 + v[i];
    }
    struct ps_sobol_index x[K_MAX];
    indices_of(g_function, K_MAX, 4096, x);
    for (int i = 0; i < 2; i++)
        near(&x[i], v[i] / (all - 1), v[i] * (all / (1 + v[i])) / (all - 1), 0.03);
    assert_true(x[0].first > x[1].first && x[1].first > x[2].total && x[2].total > x[3].total);
}

static void a_constant_has_none(void **state)
{
    (void)state;
    struct ps_sobol_index x[2];
    indices_of(constant, 2, 16, x);
    assert_true(isnan(x[0].first) && isnan(x[1].total) && isnan(x[1].total_hi95));
}

static void intervals_narrow_with_samples(void **state)
{
    (void)state;
    struct ps_sobol_index few[3], many[3], again[3];
    indices_of(ishigami, 3, 64, few);
    indices_of(ishigami, 3, 1024, many);
    indices_of(ishigami, 3, 1024, again);
    for (int i = 0; i < 3; i++)
        assert_true(many[i].total_hi95 - many[i].total_lo95 <
                    few[i].total_hi95 - few[i].total_lo95);
    assert_memory_equal(many, again, sizeof many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ishigami_has_its_indices),
        cmocka_unit_test(the_g_function_has_its_indices),
        cmocka_unit_test(a_constant_has_none),
        cmocka_unit_test(intervals_narrow_with_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
