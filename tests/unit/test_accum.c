// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_statistics_double.h>

#include "pledgesim/accum.h"

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Any allowed value, of any size and sign. */
static int64_t random_value(uint64_t *state)
{
    int64_t x = (int64_t)(next_random(state) >> (11 + next_random(state) % 53)) % PS_VALUE_MAX;
    return next_random(state) % 2 ? x : -x;
}

static struct ps_moments moments_of(const int64_t *x, size_t n)
{
    struct ps_moments m = {0};
    for (size_t i = 0; i < n; i++) {
        ps_moments_add(&m, x[i]);
    }
    return m;
}

static struct ps_comoments comoments_of(const int64_t *x, const int64_t *y, size_t n)
{
    struct ps_comoments c = {0};
    for (size_t i = 0; i < n; i++) {
        ps_comoments_add(&c, x[i], y[i]);
    }
    return c;
}

/* 2^k copies of everything in m. */
static void double_moments(struct ps_moments *m, int k)
{
    for (; k > 0; k--) {
        struct ps_moments copy = *m;
        ps_moments_merge(m, &copy);
    }
}

static void test_few_values(void **state)
{
    (void)state;
    struct ps_moments m = {0};
    assert_true(isnan(ps_moments_mean(&m)));
    assert_true(isnan(ps_moments_variance(&m)));
    assert_true(isnan(ps_moments_se(&m)));
    ps_moments_add(&m, -5);
    assert_true(ps_moments_mean(&m) == -5);
    assert_true(m.min == -5 && m.max == -5 && m.n == 1);
    assert_true(isnan(ps_moments_variance(&m)));
    assert_true(isnan(ps_moments_sd(&m)));

    /* 1, 2, 4: mean 7/3, variance (3 * 21 - 49) / 6 = 7/3. */
    m = moments_of((int64_t[]){4, 1, 2}, 3);
    assert_true(ps_moments_mean(&m) == 7.0 / 3);
    assert_true(ps_moments_variance(&m) == 14.0 / 6);
    assert_true(ps_moments_sd(&m) == sqrt(14.0 / 6));
    assert_true(ps_moments_se(&m) == sqrt(14.0 / 6 / 3));
    assert_true(m.min == 1 && m.max == 4);
}

static void test_no_cancellation(void **state)
{
    (void)state;
    int64_t top = PS_VALUE_MAX;
    struct ps_moments m = moments_of((int64_t[]){top, top - 1, top - 2}, 3);
    assert_true(ps_moments_variance(&m) == 1);
    m = moments_of((int64_t[]){-top, 1 - top, 2 - top}, 3);
    assert_true(ps_moments_variance(&m) == 1);
    m = moments_of((int64_t[]){top, top, top}, 3);
    assert_true(ps_moments_variance(&m) == 0);
}

/* Two values 0 and d give variance d^2 / 2, 2^k copies of both 2^2k d^2 / (n (n - 1)): checks the
 * rounding of wide numbers against the compiler's conversion of d^2, which fits in 128 bits. */
static void test_rounding_of_wide_numbers(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        int64_t d = random_value(&seed);
        double square = (double)((ps_int128)d * d);
        struct ps_moments m = moments_of((int64_t[]){0, d}, 2);
        assert_true(ps_moments_variance(&m) == square / 2);
        int k = 1 + i % 61;
        double_moments(&m, k);
        double pairs = (double)((ps_uint128)m.n * (m.n - 1));
        assert_true(ps_moments_variance(&m) == ldexp(square, 2 * k) / pairs);
    }
}

/* 2^63 worlds at the largest value: more than any run has, and every sum still exact. */
static void test_no_overflow(void **state)
{
    (void)state;
    int64_t top = PS_VALUE_MAX;
    struct ps_moments m = moments_of(&top, 1);
    double_moments(&m, 63);
    assert_true(m.n == UINT64_C(1) << 63);
    assert_true(m.sum == (ps_int128)top * ((ps_int128)1 << 63));
    assert_true(ps_moments_mean(&m) == (double)top);
    assert_true(ps_moments_variance(&m) == 0);

    m = moments_of((int64_t[]){top, -top}, 2);
    double_moments(&m, 62);
    assert_true(m.sum == 0);
    assert_true(ps_moments_variance(&m) == (double)((ps_int128)top * top));

    struct ps_comoments c = comoments_of(&top, &(int64_t){-top}, 1);
    struct ps_moments x = moments_of(&top, 1), y = moments_of(&(int64_t){-top}, 1);
    for (int k = 0; k < 62; k++) {
        struct ps_comoments copy = c;
        ps_comoments_merge(&c, &copy);
    }
    double_moments(&x, 62);
    double_moments(&y, 62);
    assert_true(ps_comoments_covariance(&c, &x, &y) == 0);
    assert_true(ps_comoments_ratio_residual(&c, &x, &y) == 0);
}

static void test_against_gsl(void **state)
{
    (void)state;
    enum { N = 1000 };
    int64_t x[N], y[N];
    double dx[N], dy[N];
    uint64_t seed = 2;
    for (int i = 0; i < N; i++) {
        x[i] = (int64_t)(next_random(&seed) % 2000001) - 1000000;
        y[i] = x[i] / 2 - (int64_t)(next_random(&seed) % 1000000);
        dx[i] = (double)x[i];
        dy[i] = (double)y[i];
    }
    struct ps_moments mx = moments_of(x, N), my = moments_of(y, N);
    struct ps_comoments c = comoments_of(x, y, N);
    double variance = gsl_stats_variance(dx, 1, N);
    double covariance = gsl_stats_covariance(dx, 1, dy, 1, N);
    assert_true(fabs(ps_moments_mean(&mx) - gsl_stats_mean(dx, 1, N)) < 1e-9);
    assert_true(fabs(ps_moments_variance(&mx) / variance - 1) < 1e-12);
    assert_true(fabs(ps_comoments_covariance(&c, &mx, &my) / covariance - 1) < 1e-12);
    double r = ps_moments_mean(&my) / ps_moments_mean(&mx), residual = 0;
    for (int i = 0; i < N; i++) {
        residual += (dy[i] - r * dx[i]) * (dy[i] - r * dx[i]);
    }
    assert_true(fabs(ps_comoments_ratio_residual(&c, &mx, &my) / residual - 1) < 1e-10);
}

static void test_comoments(void **state)
{
    (void)state;
    int64_t x[] = {1, 1, 1}, y[] = {1, 2, 4}, z[] = {-3, -6, -12};
    struct ps_moments mx = moments_of(x, 3), my = moments_of(y, 3), mz = moments_of(z, 3);
    struct ps_comoments xy = comoments_of(x, y, 3), yz = comoments_of(y, z, 3);
    struct ps_comoments yy = comoments_of(y, y, 3);
    assert_true(ps_comoments_covariance(&xy, &mx, &my) == 0);
    assert_true(ps_comoments_covariance(&yz, &my, &mz) == -7);
    assert_true(ps_comoments_covariance(&yy, &my, &my) == ps_moments_variance(&my));
    assert_true(ps_comoments_ratio_residual(&xy, &mx, &my) == 14.0 / 3);
    assert_true(ps_comoments_ratio_residual(&yz, &my, &mz) == 0);
    struct ps_moments two = moments_of(y, 2), zeros = moments_of((int64_t[]){0, 0, 0}, 3);
    struct ps_comoments two_xy = comoments_of(x, y, 2);
    assert_true(isnan(ps_comoments_covariance(&xy, &two, &my)));
    assert_true(isnan(ps_comoments_covariance(&xy, &mx, &two)));
    assert_true(isnan(ps_comoments_covariance(&two_xy, &mx, &my)));
    assert_true(isnan(ps_comoments_ratio_residual(&xy, &two, &my)));
    assert_true(isnan(ps_comoments_ratio_residual(&xy, &mx, &two)));
    assert_true(isnan(ps_comoments_ratio_residual(&xy, &zeros, &my)));
}

static void test_merge_keeps_extremes(void **state)
{
    (void)state;
    struct ps_moments m = moments_of((int64_t[]){5}, 1);
    struct ps_moments above = moments_of((int64_t[]){7}, 1), empty = {0};
    struct ps_moments around = moments_of((int64_t[]){3, 9}, 2);
    ps_moments_merge(&m, &above);
    assert_true(m.min == 5 && m.max == 7);
    ps_moments_merge(&m, &empty);
    assert_true(m.min == 5 && m.max == 7 && m.n == 2);
    ps_moments_merge(&m, &around);
    assert_true(m.min == 3 && m.max == 9 && m.n == 4);
    ps_moments_merge(&empty, &above);
    assert_true(empty.min == 7 && empty.max == 7 && empty.n == 1);
    struct ps_moments below = moments_of((int64_t[]){-8}, 1);
    ps_moments_merge(&above, &below);
    assert_true(above.min == -8 && above.max == 7);
}

/* Blocks merged in any order, empty ones among them, give the bits of one pass. */
static void test_merge_order(void **state)
{
    (void)state;
    enum { N = 4096, BLOCKS = 64 };
    struct ps_moments whole = {0}, block[BLOCKS] = {{0}};
    struct ps_comoments whole_xy = {0}, block_xy[BLOCKS] = {{0}};
    uint64_t seed = 3;
    for (int i = 0; i < N; i++) {
        int64_t x = random_value(&seed), y = random_value(&seed);
        uint64_t b = next_random(&seed) % (BLOCKS - 8);
        ps_moments_add(&whole, x);
        ps_moments_add(&block[b], x);
        ps_comoments_add(&whole_xy, x, y);
        ps_comoments_add(&block_xy[b], x, y);
    }
    for (int trial = 0; trial < 100; trial++) {
        int order[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            uint64_t j = next_random(&seed) % (uint64_t)(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        struct ps_moments merged = {0};
        struct ps_comoments merged_xy = {0};
        for (int i = 0; i < BLOCKS; i++) {
            ps_moments_merge(&merged, &block[order[i]]);
            ps_comoments_merge(&merged_xy, &block_xy[order[i]]);
        }
        assert_memory_equal(&merged, &whole, sizeof whole);
        assert_memory_equal(&merged_xy, &whole_xy, sizeof whole_xy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_no_cancellation),
        cmocka_unit_test(test_rounding_of_wide_numbers),
        cmocka_unit_test(test_no_overflow),
        cmocka_unit_test(test_against_gsl),
        cmocka_unit_test(test_comoments),
        cmocka_unit_test(test_merge_keeps_extremes),
        cmocka_unit_test(test_merge_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
