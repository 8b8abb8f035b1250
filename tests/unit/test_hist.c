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

#include "pledgesim/hist.h"

static const struct ps_hist_spec MONEY = {8, 1000000, 0, INT64_C(1) << 40, true};
static const struct ps_hist_spec SIGNED = {8, 1000000, -(INT64_C(1) << 40), INT64_C(1) << 40, true};
static const struct ps_hist_spec FAN = {6, 1000000, -(INT64_C(1) << 40), INT64_C(1) << 40, false};
static const struct ps_hist_spec COUNTS = {8, 1, 0, 1000000, true};
static const struct ps_hist_spec HUGE_RANGE = {8, 1, -PS_VALUE_MAX, PS_VALUE_MAX, true};

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Uniform on (0, 1). */
static double uniform(uint64_t *state)
{
    return ((double)(next_random(state) >> 11) + 0.5) * 0x1p-53;
}

static struct ps_hist new_hist(const struct ps_hist_spec *spec)
{
    struct ps_hist h;
    void *memory = calloc(1, ps_hist_size(spec));
    assert_non_null(memory);
    ps_hist_init(&h, spec, memory);
    return h;
}

static void free_hist(struct ps_hist *h)
{
    free(h->offset_sum != NULL ? (void *)h->offset_sum : (void *)h->count);
}

static void add_all(struct ps_hist *h, const int64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ps_hist_add(h, x[i]);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Half of a bin at x, in whole units: what a value read from a bin may be off. */
static double half_bin(const struct ps_hist *h, int64_t x)
{
    double size = fabs((double)x), linear = ldexp(1, (int)h->linear_bits);
    int octave = size >= linear ? ilogb(size) : (int)h->linear_bits;
    double width = ldexp(1, octave - (int)h->sub_bits);
    return width == 1 ? 0 : 0.5 * width + 0.5;
}

static uint64_t total_count(const struct ps_hist *h)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i <= h->last; i++) {
        total += h->count[i];
    }
    return total;
}

static void test_size(void **state)
{
    (void)state;
    /* 21 octaves of 256 above the linear 256, one part bin, zero and two outer bins, 16 bytes each.
     */
    assert_int_equal(ps_hist_size(&MONEY), ((40 - 19 + 1) * 256 + 1 + 3) * 16);
    struct ps_hist_spec counts_only = MONEY;
    counts_only.with_sums = false;
    assert_int_equal(ps_hist_size(&counts_only), ((40 - 19 + 1) * 256 + 1 + 3) * 4);
    struct ps_hist_spec forty_hundred_million = MONEY;
    forty_hundred_million.max_value = INT64_C(400000000000);
    assert_in_range(ps_hist_size(&forty_hundred_million), 80000, 90000);
}

/* One value alone reads back exactly, wherever it falls: edges of bins and octaves, both signs,
 * beyond the range. */
static void check_alone(const struct ps_hist_spec *spec, int64_t x)
{
    struct ps_hist h = new_hist(spec);
    ps_hist_add(&h, x);
    ps_hist_add(&h, x);
    ps_hist_add(&h, x);
    for (uint64_t rank = 1; rank <= 3; rank++) {
        struct ps_hist_value v = ps_hist_order_statistic(&h, rank);
        assert_true(v.value == x && v.lo <= x && x <= v.hi);
    }
    assert_true(ps_hist_count_below(&h, x) == 0);
    assert_true(ps_hist_count_below(&h, x + 1) == 3);
    assert_true(total_count(&h) == 3);
    assert_true(ps_hist_zeros(&h) == (x == 0 ? 3 : 0));
    struct ps_estimate es = ps_hist_shortfall(&h, 0.5, PS_TAIL_UPPER);
    assert_true(es.value == (double)x && es.se == 0);
    free_hist(&h);
}

static void test_every_kind_of_value(void **state)
{
    (void)state;
    static const struct ps_hist_spec *const SPECS[] = {&MONEY, &SIGNED, &FAN, &COUNTS, &HUGE_RANGE};
    for (size_t s = 0; s < sizeof SPECS / sizeof *SPECS; s++) {
        check_alone(SPECS[s], 0);
        check_alone(SPECS[s], PS_VALUE_MAX);
        check_alone(SPECS[s], -PS_VALUE_MAX);
        for (int k = 0; k < 53; k++) {
            for (int64_t step = -1; step <= 1; step++) {
                int64_t x = (INT64_C(1) << k) + step;
                check_alone(SPECS[s], x);
                check_alone(SPECS[s], -x);
            }
        }
    }
}

/* Each whole number once: bins ascend with their values, and even spacing is what the rule assumes,
 * so that every value and count comes out exactly, with sums and without. */
static void test_bins_ascend(void **state)
{
    (void)state;
    for (int with_sums = 0; with_sums <= 1; with_sums++) {
        struct ps_hist_spec small = {3, 64, -5000, 5000, with_sums != 0};
        struct ps_hist h = new_hist(&small);
        for (int64_t x = -6000; x <= 6000; x++) {
            ps_hist_add(&h, x);
        }
        assert_true(h.count[h.zero] == 1 && total_count(&h) == 12001);
        for (int64_t x = -5119; x <= 5119; x++) {
            assert_true(ps_hist_order_statistic(&h, (uint64_t)(x + 6001)).value == x);
            assert_true(ps_hist_count_below(&h, x) == (uint64_t)(x + 6000));
        }
        free_hist(&h);
    }
}

static void test_outer_bins(void **state)
{
    (void)state;
    struct ps_hist_spec spec = {8, 1, 0, 1000, true};
    struct ps_hist h = new_hist(&spec);
    add_all(&h, (int64_t[]){-7, 500, 4000, PS_VALUE_MAX, 6000, -9}, 6);
    assert_true(h.n == 6 && h.count[0] == 2 && h.count[h.last] == 3);
    assert_true(h.outer_sum[0] == -16 && h.outer_sum[1] == (ps_int128)PS_VALUE_MAX + 10000);
    assert_true(h.min == -9 && h.max == PS_VALUE_MAX);
    struct ps_hist_value v = ps_hist_order_statistic(&h, 2);
    assert_true(v.lo <= -7 && -7 <= v.hi);
    assert_true(ps_hist_order_statistic(&h, 3).value == 500);
    v = ps_hist_order_statistic(&h, 4);
    assert_true(v.lo <= 4000 && 4000 <= v.hi && v.lo > 1000);
    assert_true(ps_hist_count_below(&h, 501) == 3 && ps_hist_count_below(&h, 0) == 2);
    free_hist(&h);
}

static void test_quantile_at_jumps(void **state)
{
    (void)state;
    static const double P[] = {0.9, 0.99, 0.999};
    static const int64_t RANK[3][3] = {{9, 10, 10}, {90, 99, 100}, {900, 990, 999}};
    int64_t n = 10;
    for (int i = 0; i < 3; i++, n *= 10) {
        struct ps_hist_spec spec = {12, 1, 0, 100000, true};
        struct ps_hist h = new_hist(&spec);
        for (int64_t x = n; x >= 1; x--) {
            ps_hist_add(&h, 3 * x);
        }
        for (int j = 0; j < 3; j++) {
            struct ps_hist_value v = ps_hist_quantile(&h, P[j]);
            assert_true(v.value == 3 * RANK[i][j] && v.lo == v.value && v.hi == v.value);
        }
        assert_true(ps_hist_quantile(&h, 0).value == 3 && ps_hist_quantile(&h, 1).value == 3 * n);
        free_hist(&h);
    }
}

/* Bins of one distinct value are exact, however wide the bin. */
static void test_atoms(void **state)
{
    (void)state;
    struct ps_hist h = new_hist(&MONEY);
    for (int i = 0; i < 1000; i++) {
        ps_hist_add(&h, i < 700 ? 0 : i < 980 ? INT64_C(90000000001) : INT64_C(100000000003));
    }
    assert_true(ps_hist_quantile(&h, 0.7).value == 0);
    assert_true(ps_hist_quantile(&h, 0.701).value == INT64_C(90000000001));
    assert_true(ps_hist_quantile(&h, 0.98).value == INT64_C(90000000001));
    struct ps_hist_value v = ps_hist_quantile(&h, 0.99);
    assert_true(v.value == INT64_C(100000000003) && v.lo == v.value && v.hi == v.value);
    assert_true(ps_hist_zeros(&h) == 700);
    assert_true(ps_hist_count_below(&h, INT64_C(90000000001)) == 700);
    assert_true(ps_hist_count_below(&h, INT64_C(90000000002)) == 980);
    free_hist(&h);
}

/* Whatever the values, each order statistic lies in the bracket given and within half a bin of the
 * value given. */
static void test_bracket_and_half_bin(void **state)
{
    (void)state;
    enum { N = 60 };
    static const struct ps_hist_spec *const SPECS[] = {&SIGNED, &HUGE_RANGE, &FAN};
    uint64_t seed = 11;
    for (int trial = 0; trial < 6000; trial++) {
        const struct ps_hist_spec *spec = SPECS[trial % 3];
        struct ps_hist h = new_hist(spec);
        int64_t x[N], centre = (int64_t)(next_random(&seed) >> (25 + next_random(&seed) % 30));
        centre = next_random(&seed) % 2 ? centre : -centre;
        int64_t step = 1 + llabs(centre) / 3000;
        unsigned distinct = 1 + (unsigned)(next_random(&seed) % 20);
        for (int i = 0; i < N; i++) {
            x[i] = centre +
                   step * (int64_t)(next_random(&seed) % 20 * (next_random(&seed) % distinct) / 20);
        }
        add_all(&h, x, N);
        qsort(x, N, sizeof *x, compare);
        assert_true(ps_hist_order_statistic(&h, 1).value == x[0]);
        assert_true(ps_hist_order_statistic(&h, N).value == x[N - 1]);
        double slack = spec->with_sums ? 1 : 2;
        for (uint64_t rank = 1; rank <= N; rank++) {
            struct ps_hist_value v = ps_hist_order_statistic(&h, rank);
            int64_t truth = x[rank - 1];
            assert_true(v.lo <= truth && truth <= v.hi && v.lo <= v.value && v.value <= v.hi);
            assert_true(fabs((double)(v.value - truth)) <= slack * half_bin(&h, truth));
        }
        free_hist(&h);
    }
}

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
        memset(h.offset_sum, 0, ps_hist_size(&spec));
        ps_hist_init(&h, &spec, h.offset_sum);
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
    assert_true(ratio > 0.75 && ratio < 1.25);
    assert_false(2 * ratio > 0.75 && 2 * ratio < 1.25);
}

static void test_unbounded_interval(void **state)
{
    (void)state;
    struct ps_hist h = new_hist(&COUNTS);
    add_all(&h, (int64_t[]){1, 2, 3, 4, 5}, 5);
    struct ps_interval ci = ps_hist_rank_interval(&h, ps_quantile_ranks(5, 0.99, 0.95));
    assert_true(isinf(ci.hi) && ci.lo == 4);
    ci = ps_hist_rank_interval(&h, ps_quantile_ranks(5, 0.01, 0.95));
    assert_true(isinf(ci.lo) && ci.hi == 2);
    free_hist(&h);
}

/* Parts merged in any order have the bytes of one pass. */
static void test_merge_order(void **state)
{
    (void)state;
    enum { PARTS = 12, N = 20000 };
    static const struct ps_hist_spec *const SPECS[] = {&SIGNED, &FAN, &COUNTS, &HUGE_RANGE};
    uint64_t seed = 15;
    for (size_t s = 0; s < sizeof SPECS / sizeof *SPECS; s++) {
        size_t size = ps_hist_size(SPECS[s]);
        struct ps_hist whole = new_hist(SPECS[s]), part[PARTS];
        for (int i = 0; i < PARTS; i++) {
            part[i] = new_hist(SPECS[s]);
        }
        for (int i = 0; i < N; i++) {
            int64_t x = (int64_t)(next_random(&seed) >> (12 + next_random(&seed) % 45));
            x = next_random(&seed) % 4 ? x : -x;
            ps_hist_add(&whole, x);
            ps_hist_add(&part[next_random(&seed) % (PARTS - 1)], x);
        }
        for (int trial = 0; trial < 20; trial++) {
            struct ps_hist merged = new_hist(SPECS[s]);
            for (int i = 0, at = trial; i < PARTS; i++, at += 5) {
                ps_hist_merge(&merged, &part[at % PARTS]);
            }
            assert_true(merged.n == whole.n && merged.min == whole.min && merged.max == whole.max);
            assert_memory_equal(merged.outer_sum, whole.outer_sum, sizeof whole.outer_sum);
            const void *a = merged.offset_sum != NULL ? (void *)merged.offset_sum : merged.count;
            const void *b = whole.offset_sum != NULL ? (void *)whole.offset_sum : whole.count;
            assert_memory_equal(a, b, size);
            free_hist(&merged);
        }
        assert_true(total_count(&whole) == N);
        free_hist(&whole);
        for (int i = 0; i < PARTS; i++) {
            free_hist(&part[i]);
        }
    }
}

static void test_exceedance(void **state)
{
    (void)state;
    struct ps_hist_spec spec = {12, 1, 0, 2000000, true};
    struct ps_hist h = new_hist(&spec);
    struct ps_hist_point points[PS_HIST_CURVE_MAX];
    assert_int_equal(ps_hist_exceedance(&h, points), 0);
    for (int64_t x = 1; x <= 100000; x++) {
        ps_hist_add(&h, x);
    }
    unsigned n = ps_hist_exceedance(&h, points);
    assert_int_equal(
        n,
        11 + 3 * 3); /* 99 .. 10 %, then 5, 2, 1 of three decades: 10 values lie beyond the last */
    static const double PERCENT[] = {99, 95, 90, 80, 70,  60,  50,  40,   30,   20,
                                     10, 5,  2,  1,  0.5, 0.2, 0.1, 0.05, 0.02, 0.01};
    for (unsigned i = 0; i < n; i++) {
        assert_true(fabs(points[i].exceedance - PERCENT[i] / 100) < 1e-15);
        assert_true(points[i].value.value == (int64_t)lround(100000 - 1000 * PERCENT[i]));
    }
    free_hist(&h);
}

static void check_bars(const struct ps_hist *h, struct ps_hist_bars *bars)
{
    ps_hist_bars(h, bars);
    assert_in_range(bars->n, 1, PS_HIST_BARS_MAX);
    uint64_t total = bars->below + bars->above;
    for (unsigned i = 0; i < bars->n; i++) {
        total += bars->count[i];
    }
    assert_true(total == h->n);
    assert_true(bars->first % bars->width == 0);
    int64_t digit = bars->width;
    while (digit % 10 == 0) {
        digit /= 10;
    }
    assert_true(digit == 1 || digit == 2 || digit == 5);
    assert_true((double)bars->below <= 0.001 * (double)h->n);
    assert_true((double)bars->above <= 0.001 * (double)h->n + 1);
}

static void test_bars(void **state)
{
    (void)state;
    struct ps_hist_bars bars;
    struct ps_hist h = new_hist(&SIGNED);
    ps_hist_bars(&h, &bars);
    assert_true(bars.n == 0 && bars.below == 0 && bars.above == 0);

    for (int i = 0; i < 10; i++) {
        ps_hist_add(&h, -5);
    }
    check_bars(&h, &bars);
    assert_true(bars.n == 1 && bars.first == -5 && bars.width == 1 && bars.count[0] == 10);
    free_hist(&h);

    h = new_hist(&COUNTS);
    for (int64_t x = 0; x < 1000; x++) {
        ps_hist_add(&h, x);
    }
    check_bars(&h, &bars);
    assert_true(bars.width == 50 && bars.n == 20 && bars.first == 0);
    for (unsigned i = 0; i < bars.n; i++) {
        assert_true(bars.count[i] == 50);
    }
    free_hist(&h);

    h = new_hist(&HUGE_RANGE);
    for (int64_t x = 0; x < 10000; x++) {
        ps_hist_add(&h, x < 5 ? -1000000000 : x >= 9997 ? 1000000000 : x % 100);
    }
    check_bars(&h, &bars);
    assert_true(bars.below == 5 && bars.above == 3 && bars.first == 0 && bars.width == 5);
    free_hist(&h);

    uint64_t seed = 16;
    for (int trial = 0; trial < 200; trial++) {
        h = new_hist(&HUGE_RANGE);
        int64_t scale =
            (int64_t)(next_random(&seed) >> (11 + next_random(&seed) % 50)) % PS_VALUE_MAX;
        for (int i = 0; i < 3000; i++) {
            double z = 2 * uniform(&seed) - 1;
            ps_hist_add(&h, (int64_t)((double)scale * z * z * z));
        }
        check_bars(&h, &bars);
        free_hist(&h);
    }
}

static void test_count_below_is_monotone(void **state)
{
    (void)state;
    struct ps_hist h = new_hist(&SIGNED);
    uint64_t seed = 17;
    for (int i = 0; i < 5000; i++) {
        ps_hist_add(&h, (int64_t)(next_random(&seed) % 40000000) - 20000000);
    }
    uint64_t before = 0;
    for (int64_t x = -21000000; x <= 21000000; x += 1009) {
        uint64_t below = ps_hist_count_below(&h, x);
        assert_true(below >= before && below <= h.n);
        before = below;
    }
    assert_true(before == h.n);
    free_hist(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_every_kind_of_value),
        cmocka_unit_test(test_bins_ascend),
        cmocka_unit_test(test_outer_bins),
        cmocka_unit_test(test_quantile_at_jumps),
        cmocka_unit_test(test_atoms),
        cmocka_unit_test(test_bracket_and_half_bin),
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_shortfall_with_atoms),
        cmocka_unit_test(test_shortfall_inside_wide_bins),
        cmocka_unit_test(test_shortfall_error_by_hand),
        cmocka_unit_test(test_coverage_on_fixed_seeds),
        cmocka_unit_test(test_unbounded_interval),
        cmocka_unit_test(test_merge_order),
        cmocka_unit_test(test_exceedance),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_count_below_is_monotone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
