// SPDX-License-Identifier: GPL-3.0-or-later
// Laws as data: the cuts carry the probabilities they were made from, the tables the means.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "../../sim/engine/prepare_parts.h"
#include "pledgesim/math.h"

#define CUT (1.0 / 4294967296.0)

static double norm_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* GSL does not take a mean of 0. */
static double poisson_cdf(uint64_t k, double mean)
{
    return mean > 0 ? gsl_cdf_poisson_P((unsigned)k, mean) : 1;
}

/* Probability of a value, exactly, in units of 2^-32. */
static uint64_t width(const struct ps_discrete *law, int i)
{
    if (i >= law->values_n) {
        return 0;
    }
    const uint64_t from = i > 0 ? law->cut[i - 1] : 0;
    const uint64_t to = i < law->values_n - 1 ? law->cut[i] : UINT64_C(1) << 32;
    assert_true(to >= from);
    return to - from;
}

static double mean_of(const struct ps_discrete *law)
{
    double sum = 0;
    for (int i = 0; i < law->values_n; i++) {
        sum += i * ((double)width(law, i) * CUT);
    }
    return sum;
}

/* What the guide says of each part, by plain search. */
static void check_guide(const struct ps_discrete *law)
{
    assert_true(law->shift >= 1 && law->shift <= 31);
    int value = 0;
    for (uint64_t g = 0; g < UINT64_C(1) << (32 - law->shift); g++) {
        while (value < law->values_n - 1 && g << law->shift >= law->cut[value]) {
            value++;
        }
        const int one_more = value < law->values_n - 1;
        const int more = value < law->values_n - 2 && law->cut[value + 1] >> law->shift == g;
        assert_int_equal(law->guide[g].value, value);
        assert_int_equal(law->guide[g].below, one_more ? law->cut[value] - 1 : UINT32_MAX);
        assert_int_equal(law->guide[g].more, more);
    }
}

static void test_probability_cuts(void **state)
{
    (void)state;
    int all;
    assert_int_equal(ps_probability_cut(0, &all), 0);
    assert_false(all);
    assert_int_equal(ps_probability_cut(0.5, &all), 0x80000000u);
    assert_false(all);
    assert_int_equal(ps_probability_cut(0.6, &all), 2576980378u); /* 0.6 2^32 = 2576980377.6 */
    assert_false(all);
    (void)ps_probability_cut(1, &all);
    assert_true(all);
}

static void test_weights_become_exact_probabilities(void **state)
{
    (void)state;
    struct ps_arena arena = {0};
    struct ps_discrete law;
    static const double weights[] = {0, 0.8, 0.15, 0, 0.05, 0};
    assert_int_equal(ps_discrete_from_weights(&arena, weights, 6, &law), PS_OK);
    assert_int_equal(law.values_n, 5); /* nothing behind the last share */
    uint64_t sum = 0;
    for (int i = 0; i < 6; i++) {
        assert_true(fabs((double)width(&law, i) * CUT - weights[i]) <= CUT);
        assert_int_equal(ps_discrete_can_be(&law, i), weights[i] > 0);
        sum += width(&law, i);
    }
    assert_true(sum == UINT64_C(1) << 32);
    check_guide(&law);
    const double one = 7;
    assert_int_equal(ps_discrete_from_weights(&arena, &one, 1, &law), PS_OK);
    assert_int_equal(law.values_n, 1);
    check_guide(&law);
    ps_arena_free(&arena);
}

static void test_poisson_numbers(void **state)
{
    (void)state;
    static const double means[] = {0, 1e-6, 0.5, 1.6666666666666667, 20, 250, 5000};
    for (int m = 0; m < 7; m++) {
        struct ps_arena arena = {0};
        struct ps_discrete law;
        const double mean = means[m];
        assert_int_equal(ps_discrete_poisson(&arena, mean, &law), PS_OK);
        double cumulative = 0;
        for (int k = 0; k < law.values_n; k++) {
            cumulative += (double)width(&law, k) * CUT;
            assert_true(fabs(cumulative - poisson_cdf((uint64_t)k, mean)) <= CUT);
        }
        assert_true(fabs(mean_of(&law) - mean) <= 1e-7 * (1 + mean));
        /* The last value is the quantile that the largest uniform reaches. */
        if (mean > 0) {
            const uint64_t last = (uint64_t)law.values_n - 1;
            assert_true(1 - poisson_cdf(last, mean) < CUT);
            assert_true(last == 0 || 1 - poisson_cdf(last - 1, mean) > 0.4 * CUT);
        }
        check_guide(&law);
        ps_arena_free(&arena);
    }
}

/* E X of a lognormal truncated to [lo, hi], in closed form. */
static double truncated_mean(double median, double sigma, double lo, double hi)
{
    const double a = log(lo / median) / sigma, b = log(hi / median) / sigma;
    return median * exp(sigma * sigma / 2) * (norm_cdf(b - sigma) - norm_cdf(a - sigma)) /
           (norm_cdf(b) - norm_cdf(a));
}

static void test_amounts_follow_the_truncated_lognormal(void **state)
{
    (void)state;
    struct ps_arena arena = {0};
    struct ps_discrete law;
    int64_t first;
    const struct ps_amount_spec spec = {350, 1, 20, 1000};
    assert_int_equal(ps_discrete_amount(&arena, &spec, &law, &first), PS_OK);
    assert_int_equal(first, 20);
    assert_int_equal(law.values_n, 981);
    const double mass = norm_cdf(log(1000 / 350.)) - norm_cdf(log(20 / 350.));
    for (int i = 0; i <= 980; i++) {
        const double from = fmax(i + 19.5, 20), to = fmin(i + 20.5, 1000);
        const double p = (norm_cdf(log(to / 350)) - norm_cdf(log(from / 350))) / mass;
        assert_true(fabs((double)width(&law, i) * CUT - p) <= 2 * CUT);
    }
    /* Rounding to whole 万元 moves the mean by less than a hundredth; another median moves it more.
     */
    const double mean = mean_of(&law) + 20;
    assert_true(fabs(mean - truncated_mean(350, 1, 20, 1000)) < 0.01);
    assert_true(fabs(mean - truncated_mean(350.1, 1, 20, 1000)) > 0.01);
    check_guide(&law);
    ps_arena_free(&arena);
}

static void test_amounts_at_their_limits(void **state)
{
    (void)state;
    struct ps_arena arena = {0};
    struct ps_discrete law;
    int64_t first;
    static const struct {
        struct ps_amount_spec spec;
        int64_t constant_wan;
    } constants[] = {{{350.4, 0, 20, 1000}, 350},     {{350.5, 0, 20, 1000}, 351},
                     {{5, 0, 20, 1000}, 20},          {{5000, 0, 20, 1000}, 1000},
                     {{350, 0.01, 1000, 2000}, 1000}, {{3000, 0.001, 1, 20}, 20},
                     {{350, 1, 500, 500}, 500}};
    for (int i = 0; i < 7; i++) {
        assert_int_equal(ps_discrete_amount(&arena, &constants[i].spec, &law, &first), PS_OK);
        assert_int_equal(law.values_n, 1);
        assert_int_equal(first, constants[i].constant_wan);
    }
    /* All of the law in the far upper tail: 10.5 standard deviations and more. */
    const struct ps_amount_spec far = {350, 0.1, 1000, 2000};
    assert_int_equal(ps_discrete_amount(&arena, &far, &law, &first), PS_OK);
    assert_int_equal(first, 1000);
    const double slope = log(1000 / 350.) / 0.1 / (0.1 * 1000); /* of the log density */
    const double ratio = (double)width(&law, 2) / (double)width(&law, 1);
    assert_true(fabs(log(ratio) + slope) < 0.02 * slope);
    check_guide(&law);
    /* More values than 16 bits can name. */
    const struct ps_amount_spec wide = {50000, 2, 1, 100000};
    assert_int_equal(ps_discrete_amount(&arena, &wide, &law, &first), PS_OK);
    assert_true(law.values_n > 90000);
    check_guide(&law);
    ps_arena_free(&arena);
}

static void test_quantile_tables(void **state)
{
    (void)state;
    static const struct {
        double mean, concentration;
    } laws[] = {{0.12, 8}, {0.05, 8}, {0.25, 8}, {0.07, 8}, {0.5, 2}, {0.9, 30}, {0.001, 0.1}};
    for (int i = 0; i < 7; i++) {
        struct ps_arena arena = {0};
        struct ps_quantiles law;
        const double m = laws[i].mean, kappa = laws[i].concentration;
        assert_int_equal(ps_quantiles_beta(&arena, m, kappa, &law), PS_OK);
        double sum = 0;
        for (int k = 0; k < PS_QUANTILE_CELLS; k++) {
            assert_true(law.q[k] <= law.q[k + 1]);
            sum += (law.q[k] + law.q[k + 1]) / 2;
        }
        assert_true(law.q[0] >= 0 && law.q[PS_QUANTILE_CELLS] <= 1);
        assert_true(fabs(sum / PS_QUANTILE_CELLS - m) < (kappa < 1 ? 5e-5 : 2e-6) * m);
        if (kappa > 1) {
            const double median = law.q[PS_QUANTILE_CELLS / 2];
            assert_true(fabs(ps_betainc(kappa * m, kappa * (1 - m), median) - 0.5) < 1e-9);
        }
        ps_arena_free(&arena);
    }
    struct ps_arena arena = {0};
    struct ps_quantiles law;
    assert_int_equal(ps_quantiles_beta(&arena, 0, 8, &law), PS_OK);
    for (int k = 0; k <= PS_QUANTILE_CELLS; k++) {
        assert_true(law.q[k] == 0);
    }
    ps_arena_free(&arena);
}

static void check_root(const double *r, int n)
{
    double l[16];
    ps_semidefinite_root(r, n, l);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++) {
                sum += l[i * n + k] * l[j * n + k];
            }
            assert_true(fabs(sum - r[i * n + j]) < 1e-12);
            assert_true(j <= i || l[i * n + j] == 0);
        }
    }
}

static void test_semidefinite_roots(void **state)
{
    (void)state;
    static const double half[] = {1,   0.5, 0.5, 0.5, 0.5, 1,   0.5, 0.5,
                                  0.5, 0.5, 1,   0.5, 0.5, 0.5, 0.5, 1};
    static const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const double opposite[] = {1, -1, 0.3, -1, 1, -0.3, 0.3, -0.3, 1};
    /* x, y and (x + y) / sqrt(2): rank 2 in 3 dimensions */
    const double s = sqrt(0.5), rank_two[] = {1, 0, s, 0, 1, s, s, s, 1};
    check_root(half, 4);
    check_root(ones, 3);
    check_root(opposite, 3);
    check_root(rank_two, 3);
    check_root(ones, 1);
}

static void test_loan_addresses(void **state)
{
    (void)state;
    const uint64_t top = UINT64_C(1) << 63;
    assert_true(ps_loan_address("tape_1") & top);
    assert_true(ps_loan_address("tape_1") != ps_loan_address("tape_2"));
    assert_true(ps_loan_address("") & top);
    /* One letter turns about half of the bits. */
    const int turned = __builtin_popcountll(ps_loan_address("tape_1") ^ ps_loan_address("tape_2"));
    assert_true(turned > 16 && turned < 48);
    /* Frozen: another hash would give every book with a tape other worlds. */
    assert_true(ps_loan_address("tape_1") == UINT64_C(0x97043870d6d50cd4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probability_cuts),
        cmocka_unit_test(test_weights_become_exact_probabilities),
        cmocka_unit_test(test_poisson_numbers),
        cmocka_unit_test(test_amounts_follow_the_truncated_lognormal),
        cmocka_unit_test(test_amounts_at_their_limits),
        cmocka_unit_test(test_quantile_tables),
        cmocka_unit_test(test_semidefinite_roots),
        cmocka_unit_test(test_loan_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
