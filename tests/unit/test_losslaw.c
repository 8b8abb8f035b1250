// SPDX-License-Identifier: GPL-3.0-or-later
// The law of losses against enumeration of all patterns, the binomial law and quadrature by GSL.
// The oracles use GSL and the C library alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "pledgesim/losslaw.h"
#include "testkit.h"

static void close_to(double x, double expected, double tolerance)
{
    if (!(fabs(x - expected) <= tolerance)) {
        print_message("%.16g is not %.16g\n", x, expected);
    }
    assert_true(fabs(x - expected) <= tolerance);
}

static void set_pd(struct ps_loss_name *name, double pd, double rho)
{
    name->a = gsl_cdf_ugaussian_Pinv(pd) / sqrt(1 - rho);
    name->b = -sqrt(rho / (1 - rho));
    name->months = 12;
    name->shift = NULL;
}

static struct ps_loss_law law_of(const struct ps_loss_name *names, size_t n)
{
    const struct ps_loss_book book = {.names = names, .names_n = n};
    struct ps_loss_law law;
    assert_int_equal(ps_loss_law(&book, &law), PS_OK);
    return law;
}

/* ---- all patterns ---- */

static double pd_at(const struct ps_loss_name *name, double y)
{
    double survive = 1;
    for (int t = 0; t < name->months; t++) {
        const double shift = name->shift == NULL ? 0 : name->shift[t];
        survive *= pow(gsl_cdf_ugaussian_Q(name->a + name->b * (y + shift)), 1. / 12);
    }
    return 1 - survive;
}

enum { NAMES_MAX = 10, POINTS = 1500 };

/* P(loss > x) given y, over all 2^n patterns. */
static double above_at(const struct ps_loss_name *names, int n, int64_t x, double y)
{
    double q[NAMES_MAX], sum = 0;
    for (int i = 0; i < n; i++) {
        q[i] = pd_at(&names[i], y);
    }
    for (unsigned pattern = 0; pattern < 1u << n; pattern++) {
        double p = 1;
        int64_t loss = 0;
        for (int i = 0; i < n; i++) {
            const int lost = (pattern >> i) & 1;
            p *= lost ? q[i] : 1 - q[i];
            loss += lost ? names[i].loss : 0;
        }
        sum += loss > x ? p : 0;
    }
    return sum;
}

static double above(const struct ps_loss_name *names, int n, int64_t x)
{
    double sum = 0;
    for (int i = 0; i <= POINTS; i++) {
        const double y = -8.5 + 17.0 * i / POINTS;
        sum += above_at(names, n, x, y) * gsl_ran_ugaussian_pdf(y) * 17 / POINTS;
    }
    return sum;
}

static void every_pattern_of_small_books(void **state)
{
    (void)state;
    struct ps_dice dice = {4711};
    for (int book = 0; book < 10; book++) {
        struct ps_loss_name names[NAMES_MAX];
        double shift[12];
        const int n = (int)ps_dice_between(&dice, 1, 6);
        int64_t total = 0;
        for (int t = 0; t < 12; t++) {
            shift[t] = t < 6 ? -1 : 0.5;
        }
        for (int i = 0; i < n; i++) {
            set_pd(&names[i], 0.005 + 0.3 * ps_dice_unit(&dice), 0.6 * ps_dice_unit(&dice));
            names[i].months = (int)ps_dice_between(&dice, 1, 12);
            names[i].shift = ps_dice_chance(&dice, 0.5) ? shift : NULL;
            names[i].loss = 3 * ps_dice_between(&dice, 0, 40);
            total += names[i].loss;
        }
        struct ps_loss_law law = law_of(names, (size_t)n);
        assert_true(law.rounding == 0 && law.unit % 3 == (total > 0 ? 0 : 1));
        for (int k = 0; k < 4; k++) {
            const int64_t x = ps_dice_between(&dice, 0, total);
            close_to(ps_loss_above(&law, x), above(names, n, x), 1e-10);
        }
        ps_loss_law_free(&law);
    }
}

/* Four loans, 1, 2, 3 and 5 lost, PD 1, 2, 5 and 10 %, correlation 0.2; figures from elsewhere. */
static void four_unequal_loans(void **state)
{
    (void)state;
    static const double pd[] = {0.01, 0.02, 0.05, 0.1};
    static const int64_t loss[] = {1, 2, 3, 5};
    struct ps_loss_name names[4];
    for (int i = 0; i < 4; i++) {
        set_pd(&names[i], pd[i], 0.2);
        names[i].loss = loss[i];
    }
    struct ps_loss_law law = law_of(names, 4);
    assert_int_equal(law.cells_n, 12);
    close_to(law.p[0], 0.8386915436017, 1e-11);
    close_to(law.p[11], 5.240350819148e-05, 1e-14);
    close_to(law.mean, 0.01 + 0.04 + 0.15 + 0.5, 1e-9);
    ps_loss_law_free(&law);
}

/* ---- equal loans ---- */

static void independent_loans_are_binomial(void **state)
{
    (void)state;
    enum { N = 200 };
    struct ps_loss_name names[N];
    for (int i = 0; i < N; i++) {
        set_pd(&names[i], 0.07, 0);
        names[i].loss = 7;
    }
    struct ps_loss_law law = law_of(names, N);
    assert_int_equal(law.cells_n, N + 1);
    for (unsigned k = 0; k <= N; k++) {
        close_to(law.p[k], gsl_ran_binomial_pdf(k, 0.07, N), 1e-11);
    }
    close_to(law.variance, 49 * N * 0.07 * 0.93, 1e-6);
    ps_loss_law_free(&law);
}

/* The figures of docs/model.md, and the whole law by the tests' own quadrature; power: another
 * correlation or PD gives another law. */
static void one_factor_year(void **state)
{
    (void)state;
    enum { N = 100 };
    struct ps_loss_name names[N];
    double vasicek[N + 1], wrong[N + 1];
    for (int i = 0; i < N; i++) {
        set_pd(&names[i], 0.03, 0.08);
        names[i].loss = 1;
    }
    struct ps_loss_law law = law_of(names, N);
    ps_oracle_vasicek(vasicek, N, 0.03, 0.08);
    for (int k = 0; k <= N; k++) {
        close_to(law.p[k], vasicek[k], 1e-11);
    }
    close_to(law.mean, 3, 1e-9);
    close_to(law.variance, 7.120859, 5e-7);
    close_to(law.p[0], 0.1409032, 5e-8);
    close_to(ps_loss_above(&law, 9), 0.02811882, 5e-9);
    assert_int_equal(ps_loss_cover(&law, 1 - 0.95), 8);
    assert_int_equal(ps_loss_cover(&law, 1 - 0.99), 12);
    assert_int_equal(ps_loss_cover(&law, 1 - 0.999), 17);
    assert_true(law.error <= 1e-11);
    ps_oracle_vasicek(wrong, N, 0.03, 0.081);
    assert_true(fabs(law.p[0] - wrong[0]) > 1e-4);
    ps_oracle_vasicek(wrong, N, 0.0301, 0.08);
    assert_true(fabs(law.p[0] - wrong[0]) > 1e-4);
    ps_loss_law_free(&law);
}

/* PD 50 %, correlation 0.5: given the index the PD is uniform, so every number is equally likely.
 * With 500 loans the law given the index is narrow, and the step must follow. */
static void uniform_numbers(void **state)
{
    (void)state;
    enum { N = 500 };
    static struct ps_loss_name names[N];
    for (int i = 0; i < N; i++) {
        set_pd(&names[i], 0.5, 0.5);
        names[i].loss = 1;
    }
    struct ps_loss_law law = law_of(names, N);
    for (int k = 0; k <= N; k++) {
        close_to(law.p[k], 1. / (N + 1), 1e-11);
    }
    assert_true(law.error <= 1e-11);
    ps_loss_law_free(&law);
}

/* High correlation is the hard case of the quadrature: all or nothing. */
static void quadrature_at_high_correlation(void **state)
{
    (void)state;
    enum { N = 20 };
    static const double rho[] = {0.5, 0.9, 0.99};
    for (int r = 0; r < 3; r++) {
        struct ps_loss_name names[N];
        double vasicek[N + 1];
        for (int i = 0; i < N; i++) {
            set_pd(&names[i], 0.05, rho[r]);
            names[i].loss = 1;
        }
        struct ps_loss_law law = law_of(names, N);
        ps_oracle_vasicek(vasicek, N, 0.05, rho[r]);
        for (int k = 0; k <= N; k++) {
            close_to(law.p[k], vasicek[k], 2e-11);
        }
        close_to(law.mean, N * 0.05, 1e-9);
        ps_loss_law_free(&law);
    }
}

/* ---- cells ---- */

/* Losses without a common divisor of any size: the cells are rounded, by no more than is said, and
 * the moments stay exact. */
static void rounding_is_bounded(void **state)
{
    (void)state;
    enum { N = 8 };
    struct ps_loss_name names[N];
    struct ps_dice dice = {99};
    double mean = 0;
    for (int i = 0; i < N; i++) {
        set_pd(&names[i], 0.1, 0.2);
        names[i].loss = ps_dice_between(&dice, 1000000, 9999999999) | 1;
        mean += 0.1 * (double)names[i].loss;
    }
    struct ps_loss_law law = law_of(names, N);
    assert_true(law.cells_n <= PS_LOSS_CELLS_MAX && law.unit > 1);
    assert_true(law.rounding > 0 && law.rounding <= N * (law.unit / 2 + 1));
    assert_true(fabs(law.mean / mean - 1) < 1e-10);
    for (int i = 0; i < N; i++) {
        const int64_t x = 5 * names[i].loss / 3;
        const double exact = above(names, N, x);
        assert_true(ps_loss_above(&law, x + law.rounding) <= exact + 1e-10);
        assert_true(ps_loss_above(&law, x - law.rounding) >= exact - 1e-10);
    }
    ps_loss_law_free(&law);
}

/* 2,000 names of odd losses would need ten million cells; the mean is exact all the same. */
static void many_odd_losses_are_bounded(void **state)
{
    (void)state;
    enum { N = 2000 };
    static struct ps_loss_name names[N];
    struct ps_dice dice = {98};
    double mean = 0;
    for (int i = 0; i < N; i++) {
        set_pd(&names[i], 0.03, 0);
        names[i].loss = ps_dice_between(&dice, 1000, 9999) | 1;
        mean += 0.03 * (double)names[i].loss;
    }
    struct ps_loss_law law = law_of(names, N);
    assert_true(law.cells_n * N <= PS_LOSS_WORK_MAX);
    assert_true(law.rounding > 0 && law.rounding <= N * (law.unit / 2 + 1));
    assert_true(fabs(law.mean / mean - 1) < 1e-10);
    const int64_t median = ps_loss_cover(&law, 0.5);
    assert_true(fabs((double)median - mean) < (double)law.rounding + 0.1 * sqrt(law.variance));
    ps_loss_law_free(&law);
}

/* Cover is the smallest amount that is enough, as a search over all amounts finds it; and the mean
 * of what a limit leaves. */
static void cover_and_limit(void **state)
{
    (void)state;
    struct ps_loss_name names[6];
    for (int i = 0; i < 6; i++) {
        set_pd(&names[i], 0.1 + 0.05 * i, 0.3);
        names[i].loss = 2 + 3 * i;
    }
    struct ps_loss_law law = law_of(names, 6);
    for (double eps = 0.9; eps > 1e-9; eps *= 0.4) {
        int64_t x = 0;
        while (ps_loss_above(&law, x) > eps) {
            x++;
        }
        assert_int_equal(ps_loss_cover(&law, eps), x);
    }
    assert_int_equal(ps_loss_cover(&law, 1), 0);
    double mean, variance, sum = 0;
    ps_loss_limited(&law, 11, &mean, &variance);
    for (int64_t x = 0; x < 11; x++) {
        sum += ps_loss_above(&law, x); /* E min(X, 11) = sum of P(X > x) */
    }
    close_to(mean, sum, 1e-13);
    assert_true(variance > 0 && variance < law.variance);
    ps_loss_limited(&law, INT64_MAX, &mean, &variance);
    close_to(mean, law.mean, 1e-10);
    close_to(variance, law.variance, 1e-9);
    ps_loss_law_free(&law);
}

static void a_known_index_and_nobody(void **state)
{
    (void)state;
    struct ps_loss_name name = {.loss = 5};
    set_pd(&name, 0.1, 0.3);
    const struct ps_loss_book known = {&name, 1, 1, -2}, nobody = {NULL, 0, 0, 0};
    struct ps_loss_law law;
    assert_int_equal(ps_loss_law(&known, &law), PS_OK);
    close_to(ps_loss_above(&law, 4), gsl_cdf_ugaussian_P(name.a - 2 * name.b), 1e-11);
    ps_loss_law_free(&law);
    assert_int_equal(ps_loss_law(&nobody, &law), PS_OK);
    assert_int_equal(law.cells_n, 1);
    close_to(law.p[0], 1, 0);
    ps_loss_law_free(&law);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_of_small_books),
        cmocka_unit_test(four_unequal_loans),
        cmocka_unit_test(independent_loans_are_binomial),
        cmocka_unit_test(one_factor_year),
        cmocka_unit_test(uniform_numbers),
        cmocka_unit_test(quadrature_at_high_correlation),
        cmocka_unit_test(rounding_is_bounded),
        cmocka_unit_test(many_odd_losses_are_bounded),
        cmocka_unit_test(cover_and_limit),
        cmocka_unit_test(a_known_index_and_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
