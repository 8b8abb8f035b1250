// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "claim.h"
#include "hist_sample.h"
#include "pledgesim/stats.h"

enum { BIG = 1000000 };

/* Amounts like the model's: lognormal, median 350 万元, sigma 1, in fen; 14 % exact zeros. Sorted
 * copy in `sorted`. */
static int64_t *lognormal_sample(struct ps_hist *h, struct ps_moments *m)
{
    int64_t *x = malloc(BIG * sizeof *x);
    assert_non_null(x);
    uint64_t seed = 12;
    for (int i = 0; i < BIG; i++) {
        double z = gsl_cdf_ugaussian_Pinv(uniform(&seed));
        x[i] = i % 50 < 7 ? 0 : (int64_t)floor(350e6 * exp(z));
        ps_moments_add(m, x[i]);
    }
    add_all(h, x, BIG);
    qsort(x, BIG, sizeof *x, compare);
    return x;
}

static double exact_upper_shortfall(const int64_t *sorted, uint64_t n, uint64_t level_ppb)
{
    uint64_t rank = (n * level_ppb + PS_LEVEL_ONE - 1) / PS_LEVEL_ONE;
    rank = rank > 0 ? rank : 1;
    ps_int128 sum = (ps_int128)(rank * PS_LEVEL_ONE - n * level_ppb) * sorted[rank - 1];
    for (uint64_t i = rank; i < n; i++) {
        sum += (ps_int128)PS_LEVEL_ONE * sorted[i];
    }
    return (double)sum / (double)((ps_int128)n * (PS_LEVEL_ONE - level_ppb));
}

static void test_against_sorting(void **state)
{
    (void)state;
    static const double P[] = {0.01, 0.1,   0.2,  0.5,   0.75,  0.9,
                               0.95, 0.975, 0.99, 0.995, 0.999, 0.9999};
    struct ps_hist h = new_hist(&MONEY);
    struct ps_moments m = {0};
    int64_t *x = lognormal_sample(&h, &m);
    double worst_off_by_one_permille = 0;
    for (size_t i = 0; i < sizeof P / sizeof *P; i++) {
        uint64_t rank = ps_quantile_rank(BIG, P[i]);
        double truth = (double)x[rank - 1], value = (double)ps_hist_quantile(&h, P[i]).value;
        double bound = P[i] >= 0.1 && P[i] <= 0.99 ? 3e-4 : 1e-3;
        assert_true(fabs(value - truth) <= bound * truth);
        double wrong = (double)x[rank - 1 - rank / 1000];
        worst_off_by_one_permille = fmax(worst_off_by_one_permille, fabs(value - wrong) / truth);

        double es = exact_upper_shortfall(x, BIG, ps_level_ppb(P[i]));
        assert_true(fabs(ps_hist_shortfall(&h, P[i], PS_TAIL_UPPER).value - es) <= 1e-6 * es);
    }
    assert_true(worst_off_by_one_permille >
                2e-3); /* power: a rank off by a thousandth is noticed */

    /* All of it is a tail too: sums of bins are the sum of the values. */
    double mean = ps_moments_mean(&m), se = ps_moments_se(&m);
    assert_true(fabs(ps_hist_shortfall(&h, 0, PS_TAIL_UPPER).value - mean) <= 1e-13 * mean);
    assert_true(fabs(ps_hist_shortfall(&h, 1, PS_TAIL_LOWER).value - mean) <= 1e-11 * mean);
    assert_true(fabs(ps_hist_shortfall(&h, 0, PS_TAIL_UPPER).se - se) <= 1e-5 * se);
    assert_true(isnan(ps_hist_shortfall(&h, 1, PS_TAIL_UPPER).value));
    assert_true(isnan(ps_hist_shortfall(&h, 0, PS_TAIL_LOWER).value));
    free(x);
    free_hist(&h);
}

/* Atoms at the quantile are split so that the tail weighs exactly 1 - p: integers over integers as
 * oracle. */
static void test_shortfall_with_atoms(void **state)
{
    (void)state;
    struct ps_hist h = new_hist(&COUNTS), mirrored = new_hist(&HUGE_RANGE);
    for (int i = 0; i < 100; i++) {
        int64_t x = i < 90 ? 0 : i < 98 ? 100 : 1000;
        ps_hist_add(&h, x);
        ps_hist_add(&mirrored, -x);
    }
    /* Worst 5 of 100: twice 1000, thrice 100. */
    assert_true(ps_hist_shortfall(&h, 0.95, PS_TAIL_UPPER).value == 460);
    assert_true(ps_hist_shortfall(&mirrored, 0.05, PS_TAIL_LOWER).value == -460);
    /* Worst 1.5, 2.5, 0.1 of 100. */
    assert_true(fabs(ps_hist_shortfall(&h, 0.985, PS_TAIL_UPPER).value - 1000) < 1e-10);
    assert_true(fabs(ps_hist_shortfall(&h, 0.975, PS_TAIL_UPPER).value - 820) < 1e-10);
    assert_true(fabs(ps_hist_shortfall(&h, 0.999, PS_TAIL_UPPER).value - 1000) < 1e-10);
    assert_true(fabs(ps_hist_shortfall(&h, 0.95, PS_TAIL_LOWER).value - 500.0 / 95) < 1e-12);
    free_hist(&h);
    free_hist(&mirrored);

    enum { N = 97 };
    uint64_t seed = 13;
    for (int trial = 0; trial < 300; trial++) {
        h = new_hist(&COUNTS);
        int64_t x[N];
        for (int i = 0; i < N; i++) {
            x[i] = (int64_t)(next_random(&seed) % 12) * 40; /* below 512: bins of width 1 */
        }
        add_all(&h, x, N);
        qsort(x, N, sizeof *x, compare);
        for (int i = 0; i < 20; i++) {
            uint64_t level = next_random(&seed) % PS_LEVEL_ONE;
            double truth = exact_upper_shortfall(x, N, level);
            double p = (double)level / (double)PS_LEVEL_ONE;
            double es = ps_hist_shortfall(&h, p, PS_TAIL_UPPER).value;
            assert_true(fabs(es - truth) <= 1e-12 * truth);
            assert_true(es >= (double)ps_hist_quantile(&h, p).value);
        }
        free_hist(&h);
    }
}

/* Evenly spaced values, 33 to a bin: what the rule assumes, so the split bin comes out too, on both
 * sides of zero. */
static void test_shortfall_inside_wide_bins(void **state)
{
    (void)state;
    enum { N = 1000 };
    const int64_t spacing = 1000000;
    for (int64_t sign = -1; sign <= 1; sign += 2) {
        struct ps_hist h = new_hist(&SIGNED);
        int64_t x[N], negative[N];
        for (int i = 0; i < N; i++) {
            x[i] = sign * INT64_C(10000000000) + i * spacing;
            negative[N - 1 - i] = -x[i];
        }
        add_all(&h, x, N);
        for (int k = 1; k < N; k++) {
            double p = (double)k / N;
            double q = (double)x[k - 1], upper = 0, square = 0;
            for (int i = k; i < N; i++) {
                double excess = (double)x[i] - q;
                upper += excess;
                square += excess * excess;
            }
            double se = sqrt((square - upper * upper / N) / (N - 1) / N) / (1 - p);
            struct ps_estimate es = ps_hist_shortfall(&h, p, PS_TAIL_UPPER);
            assert_true(fabs(es.value - (q + upper / (N - k))) <= 0.7 * (double)spacing);
            assert_true(k > 900 || fabs(es.se - se) <= 0.01 * se);
            double lower = -exact_upper_shortfall(negative, N, PS_LEVEL_ONE - ps_level_ppb(p));
            es = ps_hist_shortfall(&h, p, PS_TAIL_LOWER);
            assert_true(fabs(es.value - lower) <= 0.7 * (double)spacing);
        }
        free_hist(&h);
    }
}

static void test_shortfall_error_by_hand(void **state)
{
    (void)state;
    /* 1..10, p = 0.8: q = 8, excesses 1 and 2: variance (5 - 9/10) / 9, se sqrt(variance / 10) /
     * 0.2. */
    struct ps_hist h = new_hist(&COUNTS);
    add_all(&h, (int64_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10);
    struct ps_estimate upper = ps_hist_shortfall(&h, 0.8, PS_TAIL_UPPER);
    assert_true(fabs(upper.value - 9.5) < 1e-13);
    assert_true(fabs(upper.se - sqrt(4.1 / 9 / 10) / 0.2) < 1e-13);
    /* p = 0.3: q = 3, shortfalls 2 and 1: the same sums over 0.3. */
    struct ps_estimate lower = ps_hist_shortfall(&h, 0.3, PS_TAIL_LOWER);
    assert_true(fabs(lower.value - 2) < 1e-13);
    assert_true(fabs(lower.se - sqrt(4.1 / 9 / 10) / 0.3) < 1e-13);
    free_hist(&h);
}

/*
 * Exponential values, n = 2000, p = 0.95, 2000 samples. The true quantile is in the 95 % interval
 * about as often as the exact binomial law of the ranks says (alpha 1e-9), and the spread of the
 * shortfall is the error stated (25 %: beyond 7 sd). Must be rejected: the coverage of 90 % ranks,
 * and the error that forgets the quantile's own, which is smaller by the root of 2.
 */
static void test_coverage_on_fixed_seeds(void **state)
{
    (void)state;
    enum { N = 2000, SAMPLES = 2000 };
    struct ps_hist_spec spec = {12, 1, 0, INT64_C(1) << 40, true};
    struct ps_ranks ranks = ps_quantile_ranks(N, 0.95, 0.95),
                    narrow = ps_quantile_ranks(N, 0.95, 0.9);
    double truth = -log(0.05) * 1e9;
    unsigned hits = 0, narrow_hits = 0;
    double sum = 0, sum_sq = 0, sum_se_sq = 0;
    uint64_t seed = 14;
    struct ps_hist h = new_hist(&spec);
    for (int s = 0; s < SAMPLES; s++) {
        memset(h.bins, 0, ps_hist_size(&spec));
        ps_hist_init(&h, &spec, h.bins);
        for (int i = 0; i < N; i++) {
            ps_hist_add(&h, (int64_t)(-log(uniform(&seed)) * 1e9));
        }
        struct ps_interval ci = ps_hist_rank_interval(&h, ranks);
        hits += ci.lo <= truth && truth <= ci.hi;
        ci = ps_hist_rank_interval(&h, narrow);
        narrow_hits += ci.lo <= truth && truth <= ci.hi;
        struct ps_estimate es = ps_hist_shortfall(&h, 0.95, PS_TAIL_UPPER);
        double error = es.value - (truth + 1e9);
        sum += error;
        sum_sq += error * error;
        sum_se_sq += es.se * es.se;
    }
    free_hist(&h);
    double coverage = gsl_cdf_binomial_P((unsigned)ranks.hi - 1, 0.95, N) -
                      gsl_cdf_binomial_P((unsigned)ranks.lo - 1, 0.95, N);
    assert_true(coverage >= 0.95);
    struct ps_interval seen = ps_clopper_pearson(hits, SAMPLES, 1 - 1e-9);
    assert_true(seen.lo <= coverage && coverage <= seen.hi);
    seen = ps_clopper_pearson(narrow_hits, SAMPLES, 1 - 1e-9);
    assert_false(seen.lo <= coverage && coverage <= seen.hi);
    assert_true(fabs(sum / SAMPLES) < 6.1 * sqrt(sum_se_sq) / SAMPLES + 0.01e9);
    double ratio = sum_sq / sum_se_sq;
    ps_claim_within("variance of the shortfall over the one stated, less 1", ratio - 1, 0.25);
    ps_power_beyond("an error that forgets the quantile's own", 2 * ratio - 1, 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_shortfall_with_atoms),
        cmocka_unit_test(test_shortfall_inside_wide_bins),
        cmocka_unit_test(test_shortfall_error_by_hand),
        cmocka_unit_test(test_coverage_on_fixed_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
