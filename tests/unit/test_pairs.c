// SPDX-License-Identifier: GPL-3.0-or-later
// Errors of worlds that come in pairs, against sums by hand and exact coverage.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "pledgesim/pairs.h"

enum { WORLDS = 4096 };

/* A few made-up values: x of a pair, then y, with `common` of the variance in common. */
static void fill(double *x, double common)
{
    uint64_t state = 12345;
    for (int i = 0; i < WORLDS; i += 2) {
        double u[3];
        for (int k = 0; k < 3; k++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            u[k] = (double)(state >> 40) - 8388608; /* even about 0 */
        }
        x[i] = floor(sqrt(common) * u[0] + sqrt(1 - common) * u[1]);
        x[i + 1] = floor(sqrt(common) * u[0] + sqrt(1 - common) * u[2]);
    }
}

static void add_all(struct ps_pairs *pairs, const double *x, int n)
{
    for (int i = 0; i < n; i += PS_STRIP)
        ps_pairs_add(pairs, x + i, n - i < PS_STRIP ? n - i : PS_STRIP);
}

/* Standard error and share of the first n worlds without group `without`, from their definitions.
 */
static double by_hand(const double *x, int n, int without, double *se)
{
    double sum = 0, sum_sq = 0, difference_sq = 0, pairs_n = 0;
    for (int i = 0; i + 1 < n; i += 2) {
        const double s = x[i] + x[i + 1], d = x[i] - x[i + 1];
        if (i / 2 % PS_PAIR_GROUPS == without)
            continue;
        pairs_n++;
        sum += s;
        sum_sq += s * s;
        difference_sq += d * d;
    }
    const double between = (sum_sq - sum * sum / pairs_n) / (pairs_n - 1);
    const double within = difference_sq / pairs_n;
    *se = sqrt(between / pairs_n) / 2;
    return (between - within) / (between + within);
}

static void test_error_and_share_by_hand(void **state)
{
    (void)state;
    static double x[WORLDS];
    static const double COMMON[] = {0, 0.3, 1};
    for (size_t c = 0; c < 3; c++) {
        fill(x, COMMON[c]);
        for (int n = WORLDS; n > WORLDS - 40; n -= 13) { /* odd numbers too */
            struct ps_pairs pairs = {0};
            double se, ignored, mean = 0, spread = 0, without[PS_PAIR_GROUPS];
            add_all(&pairs, x, n);
            const double share = by_hand(x, n, -1, &se);
            for (int g = 0; g < PS_PAIR_GROUPS; g++) {
                without[g] = by_hand(x, n, g, &ignored);
                mean += without[g] / PS_PAIR_GROUPS;
            }
            for (int g = 0; g < PS_PAIR_GROUPS; g++)
                spread += pow(without[g] - mean, 2);
            const struct ps_estimate found = ps_pairs_share(&pairs);
            assert_true(fabs(ps_pairs_se(&pairs) / se - 1) < 1e-12);
            assert_true(fabs(found.value - share) < 1e-12);
            assert_true(fabs(found.se - sqrt(15 / 16. * spread)) < 1e-12);
            assert_true(fabs(found.value - COMMON[c]) < 6.2 * found.se + 1e-9);
        }
    }
}

static void test_merging_is_adding(void **state)
{
    (void)state;
    static double x[WORLDS];
    static struct ps_pairs whole, parts[2];
    fill(x, 0.3);
    add_all(&whole, x, WORLDS);
    for (int i = 0; i < WORLDS; i += PS_STRIP)
        ps_pairs_add(&parts[i / PS_STRIP % 3 == 0], x + i, PS_STRIP);
    ps_pairs_merge(&parts[1], &parts[0]);
    assert_memory_equal(&whole, &parts[1], sizeof whole);
}

static void test_too_little_to_say(void **state)
{
    (void)state;
    static const double same[WORLDS] = {0};
    struct ps_pairs pairs = {0};
    assert_true(isnan(ps_pairs_se(&pairs)));
    add_all(&pairs, same, PS_STRIP);
    assert_true(isnan(ps_pairs_share(&pairs).value)); /* one pair a group */
    add_all(&pairs, same, WORLDS);
    assert_true(isnan(ps_pairs_share(&pairs).value)); /* nothing varies */
    assert_true(ps_pairs_se(&pairs) == 0);
}

/* ---- coverage of the bounds, exactly ---- */

enum { PAIRS = 60 };

/* P(k hits in PAIRS pairs), each world a hit with p, twins correlated by r. */
static void hits_law(double p, double r, double law[2 * PAIRS + 1])
{
    const double both = p * p + r * p * (1 - p);
    const double one_pair[3] = {1 - 2 * p + both, 2 * (p - both), both};
    memset(law, 0, (2 * PAIRS + 1) * sizeof *law);
    law[0] = 1;
    for (int i = 0; i < PAIRS; i++)
        for (int k = 2 * (i + 1); k >= 0; k--)
            law[k] = law[k] * one_pair[0] + (k > 0 ? law[k - 1] * one_pair[1] : 0) +
                     (k > 1 ? law[k - 2] * one_pair[2] : 0);
}

/* The interval of a probability covers it at every probability and correlation of twins; that of
 * independent worlds does not. */
static void test_probabilities_are_covered(void **state)
{
    (void)state;
    double law[2 * PAIRS + 1], worst = 1, worst_alone = 1;
    for (int i = 1; i < 200; i++)
        for (int c = 0; c <= 4; c++) {
            const double p = i / 200., r = c / 4.;
            double covered = 0, covered_alone = 0;
            hits_law(p, r, law);
            for (int k = 0; k <= 2 * PAIRS; k++) {
                const struct ps_interval pairs =
                    ps_pairs_clopper_pearson((uint64_t)k, 2 * PAIRS, 0.95);
                const struct ps_interval alone = ps_clopper_pearson((uint64_t)k, 2 * PAIRS, 0.95);
                covered += pairs.lo <= p && p <= pairs.hi ? law[k] : 0;
                covered_alone += alone.lo <= p && p <= alone.hi ? law[k] : 0;
            }
            worst = covered < worst ? covered : worst;
            worst_alone = covered_alone < worst_alone ? covered_alone : worst_alone;
        }
    assert_true(worst >= 0.95);
    assert_true(worst_alone < 0.86);
}

/* Likewise the ranks of a quantile: both sides miss it with 2.5 % at most. */
static void test_quantiles_are_covered(void **state)
{
    (void)state;
    double law[2 * PAIRS + 1], worst_alone = 0;
    for (int i = 1; i < 20; i++)
        for (int c = 0; c <= 4; c++) {
            const double p = i / 20.;
            const struct ps_ranks pairs = ps_pairs_quantile_ranks(2 * PAIRS, p, 0.95);
            const struct ps_ranks alone = ps_quantile_ranks(2 * PAIRS, p, 0.95);
            double below = 0, above = 0, below_alone = 0;
            hits_law(p, c / 4., law); /* how many values are not above the quantile */
            for (uint64_t k = 0; k <= 2 * PAIRS; k++) {
                below += k < pairs.lo ? law[k] : 0;
                above += k >= pairs.hi ? law[k] : 0;
                below_alone += k < alone.lo ? law[k] : 0;
            }
            assert_true(below <= 0.025 && above <= 0.025);
            worst_alone = below_alone > worst_alone ? below_alone : worst_alone;
        }
    assert_true(worst_alone > 0.06);
    const struct ps_ranks odd = ps_pairs_quantile_ranks(2 * PAIRS + 1, 0.999, 0.95);
    assert_int_equal(odd.hi, 2 * PAIRS + 2); /* no bound above */
}

static void test_ends(void **state)
{
    (void)state;
    assert_true(ps_pairs_binomial_lower(1, 1000, 0.95) == 0);
    assert_true(fabs(ps_pairs_binomial_upper(0, 1000, 0.95) - (1 - pow(0.05, 1. / 500))) < 1e-12);
    assert_true(ps_pairs_binomial_upper(1000, 1000, 0.95) == 1);
    assert_true(ps_pairs_binomial_upper(1001, 1001, 0.95) == 1);
    assert_true(ps_pairs_se_bound(3) == 3 * sqrt(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_and_share_by_hand),
        cmocka_unit_test(test_merging_is_adding),
        cmocka_unit_test(test_too_little_to_say),
        cmocka_unit_test(test_probabilities_are_covered),
        cmocka_unit_test(test_quantiles_are_covered),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
