// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hist_sample.h"

/* Adding 32 values at once must leave the bits that adding them one by one leaves. */

/* Strips of all kinds: any size, ends of bins and octaves, one value only, with and without
 * negative values, and the zero that has a sign. */
static void strip_fill(struct ps_strip *s, uint64_t *seed)
{
    const uint64_t kind = next_random(seed) % 6;
    const unsigned bits = (unsigned)(next_random(seed) % 53);
    for (int i = 0; i < PS_STRIP; i++) {
        int64_t x = (int64_t)(next_random(seed) >> (11 + bits)) % PS_VALUE_MAX;
        if (kind == 1) {
            x = (INT64_C(1) << next_random(seed) % 53) + (int64_t)(next_random(seed) % 3) - 1;
        } else if (kind == 2 && i > 0) {
            x = (int64_t)s->x[0];
        } else if (kind == 3) {
            x = next_random(seed) % 2 ? PS_VALUE_MAX : PS_VALUE_MAX - 1;
        } else if (kind == 4) {
            x = next_random(seed) % 8 ? 0 : x;
        }
        s->x[i] = (double)(kind == 5 && next_random(seed) % 2 ? -x : x);
        if (x == 0 && next_random(seed) % 2) {
            s->x[i] = -0.0;
        }
    }
    ps_strip_range(s);
}

static void test_moments(void **state)
{
    (void)state;
    uint64_t seed = 21;
    struct ps_moments by_strip = {0}, by_value = {0};
    struct ps_comoments xy_by_strip = {0}, xy_by_value = {0};
    for (int trial = 0; trial < 20000; trial++) {
        struct ps_strip x, y;
        int64_t sum = 0;
        strip_fill(&x, &seed);
        strip_fill(&y, &seed);
        ps_moments_add_strip(&by_strip, &x);
        ps_comoments_add_strip(&xy_by_strip, &x, &y);
        for (int i = 0; i < PS_STRIP; i++) {
            sum += (int64_t)x.x[i];
            ps_moments_add(&by_value, (int64_t)x.x[i]);
            ps_comoments_add(&xy_by_value, (int64_t)x.x[i], (int64_t)y.x[i]);
        }
        assert_true(ps_strip_sum(&x) == sum);
        assert_memory_equal(&by_strip, &by_value, sizeof by_value);
        assert_memory_equal(&xy_by_strip, &xy_by_value, sizeof xy_by_value);
    }
}

/* Strips side by side: each lane alone, or refused because it is too large. */
static void test_lanes(void **state)
{
    (void)state;
    uint64_t seed = 22;
    int refused = 0, taken = 0;
    struct ps_moments by_lanes = {0}, by_value = {0};
    for (int trial = 0; trial < 1000; trial++) {
        static double x[PS_STRIP][PS_STRIP_LANES];
        static struct ps_strip strips[PS_STRIP_LANES];
        struct ps_strip_sums sums;
        for (int l = 0; l < PS_STRIP_LANES; l++) {
            strip_fill(&strips[l], &seed);
            for (int i = 0; i < PS_STRIP; i++)
                x[i][l] = strips[l].x[i];
        }
        const int lanes_n = 1 + trial % PS_STRIP_LANES;
        ps_strip_sums_take(&sums, (const double(*)[PS_STRIP_LANES])x, lanes_n);
        for (int l = 0; l < lanes_n; l++) {
            const struct ps_moments before = by_lanes;
            const int done = ps_moments_add_sums(&by_lanes, &sums, l);
            const int large = strips[l].max >= 0x1p48 || strips[l].min <= -0x1p48;
            assert_true(done == !large);
            if (large) {
                assert_memory_equal(&by_lanes, &before, sizeof before);
                ps_moments_add_strip(&by_lanes, &strips[l]);
            }
            for (int i = 0; i < PS_STRIP; i++)
                ps_moments_add(&by_value, (int64_t)strips[l].x[i]);
            assert_memory_equal(&by_lanes, &by_value, sizeof by_value);
            refused += large;
            taken += done;
        }
    }
    assert_true(refused > 1000 && taken > 1000);
}

/* The sum of squares carries into its third word: 2^21 squares of the largest value pass 2^128. */
static void test_largest(void **state)
{
    (void)state;
    struct ps_moments m = {0};
    struct ps_comoments c = {0};
    struct ps_strip up, down;
    for (int i = 0; i < PS_STRIP; i++) {
        up.x[i] = (double)(PS_VALUE_MAX - (i == 7)); /* not all equal: each is squared */
        down.x[i] = -up.x[i];
    }
    ps_strip_range(&up);
    ps_strip_range(&down);
    for (int i = 0; i < 1 << 18; i++) {
        ps_moments_add_strip(&m, &up);
        ps_comoments_add_strip(&c, &up, &down);
    }
    const ps_int128 top = PS_VALUE_MAX, less = PS_VALUE_MAX - 1;
    const ps_int128 strip = (PS_STRIP - 1) * top * top + less * less;
    /* 2^18 strips: the product with 2^18, split at bit 128 */
    assert_true(m.sum_sq_high == (uint64_t)(strip >> 110) && m.sum_sq_high > 0);
    assert_true(m.sum_sq_low == (ps_uint128)strip << 18);
    assert_true(c.sum_xy_high == -(int64_t)m.sum_sq_high - 1);
    assert_true(c.sum_xy_low == -m.sum_sq_low);
    assert_true(m.sum == (ps_int128)ps_strip_sum(&up) * (1 << 18));
}

static void assert_same_hist(const struct ps_hist *a, const struct ps_hist *b, size_t size)
{
    assert_true(a->n == b->n && a->min == b->min && a->max == b->max);
    assert_memory_equal(a->outer_sum, b->outer_sum, sizeof b->outer_sum);
    assert_memory_equal(a->bins != NULL ? (void *)a->bins : a->counts,
                        b->bins != NULL ? (void *)b->bins : b->counts, size);
}

/* Adds n strips, some at the end of what is placed fast, to n histograms, and the same values one
 * by one to others. */
static void group_add(struct ps_hist *by_strip, struct ps_hist *by_value, int n, uint64_t *seed)
{
    static uint16_t index[PS_HIST_GROUP][PS_STRIP];
    static uint32_t offset[PS_HIST_GROUP][PS_STRIP];
    struct ps_hist *group[PS_HIST_GROUP];
    const int sums = by_strip[0].bins != NULL;
    const struct ps_hist_grid grid = ps_hist_grid(&by_strip[0]);
    for (int k = 0; k < n; k++) {
        const int at_end = next_random(seed) % 8 == 0;
        struct ps_strip s;
        strip_fill(&s, seed);
        for (int i = 0; at_end && i < PS_STRIP; i++) {
            s.x[i] = grid.end - (double)(next_random(seed) % 3);
        }
        ps_strip_range(&s);
        group[k] = &by_strip[k];
        ps_hist_place(group[k], &grid, &s, index[k], sums ? offset[k] : NULL);
        ps_hist_extend(group[k], PS_STRIP, (int64_t)s.min, (int64_t)s.max);
        for (int i = 0; i < PS_STRIP; i++) {
            ps_hist_add(&by_value[k], (int64_t)s.x[i]);
        }
    }
    ps_hist_count(group, n, index, sums ? offset : NULL);
}

static void test_hist(void **state)
{
    (void)state;
    static const struct ps_hist_spec FINE = {9, 1000000, 0, INT64_C(1) << 52, true};
    static const struct ps_hist_spec PLAIN = {6, 1, 0, INT64_C(1) << 20, false};
    static const struct ps_hist_spec *const SPECS[] = {&MONEY,      &SIGNED, &FAN,  &COUNTS,
                                                       &HUGE_RANGE, &FINE,   &PLAIN};
    uint64_t seed = 22;
    for (size_t s = 0; s < sizeof SPECS / sizeof *SPECS; s++) {
        struct ps_hist by_strip[PS_HIST_GROUP], by_value[PS_HIST_GROUP];
        for (int k = 0; k < PS_HIST_GROUP; k++) {
            by_strip[k] = new_hist(SPECS[s]);
            by_value[k] = new_hist(SPECS[s]);
        }
        for (int trial = 0; trial < 2000; trial++) {
            group_add(by_strip, by_value, 1 + trial % PS_HIST_GROUP, &seed);
        }
        for (int k = 0; k < PS_HIST_GROUP; k++) {
            assert_same_hist(&by_strip[k], &by_value[k], ps_hist_size(SPECS[s]));
            free_hist(&by_strip[k]);
            free_hist(&by_value[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_hist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
