// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hist_sample.h"

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
        total += ps_hist_bin_count(h, i);
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
        assert_true(ps_hist_bin_count(&h, h.zero) == 1 && total_count(&h) == 12001);
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
    assert_true(h.n == 6 && ps_hist_bin_count(&h, 0) == 2 && ps_hist_bin_count(&h, h.last) == 3);
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
            const void *a = merged.bins != NULL ? (void *)merged.bins : merged.counts;
            const void *b = whole.bins != NULL ? (void *)whole.bins : whole.counts;
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
        cmocka_unit_test(test_unbounded_interval),
        cmocka_unit_test(test_merge_order),
        cmocka_unit_test(test_exceedance),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_count_below_is_monotone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
