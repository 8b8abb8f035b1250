// SPDX-License-Identifier: GPL-3.0-or-later
// Lane arithmetic against whole numbers of 128 bits.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "testkit.h"

#define PS_LANES PS_LANES_NARROW
#include "../../sim/kernel/lanes.h"

__extension__ typedef __int128 wide;

/* Quotients next to and at whole numbers, up to the bound. */
static void lane_div_is_exact(void **state)
{
    (void)state;
    static const int64_t divisors[] = {1, 3, 7, 12, 24, 36, 49, 120, 1000000, 12000000};
    struct ps_dice dice = {.state = 1};
    for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++)
        for (int n = 0; n < 100000; n++) {
            const int64_t d = divisors[i], last = (INT64_C(1) << 51) / d - 1;
            const int64_t q = ps_dice_between(&dice, 0, last) >> ps_dice_between(&dice, 0, 40);
            const int64_t rest[] = {0, d / 2, d - 1};
            for (int k = 0; k < 3; k++)
                assert_true(lane_div((double)(q * d + rest[k]), 1. / (double)d) == (double)q);
        }
}

/* Ratios next to the threshold, where products exceed 2^53, a sixth of them just at it: a ratio
 * that is met exactly needs a book of whole millions. */
static void ratio_reaches_is_exact(void **state)
{
    (void)state;
    struct ps_dice dice = {.state = 2};
    int reached_n = 0, missed_n = 0, met_n = 0;
    for (int n = 0; n < 100000; n++) {
        const int64_t millions = ps_dice_between(&dice, 1, (INT64_C(1) << 45) / 1000000);
        const int64_t book = millions * 1000000 + ps_dice_between(&dice, 0, 1);
        const int64_t ppm = ps_dice_between(&dice, 1, 1000000);
        const int64_t npl = (int64_t)((wide)book * ppm / 1000000) + ps_dice_between(&dice, -1, 1);
        double numerator[PS_LANES], denominator[PS_LANES], threshold[PS_LANES], reached[PS_LANES];
        for (int l = 0; l < PS_LANES; l++) {
            numerator[l] = (double)npl;
            denominator[l] = (double)book;
            threshold[l] = (double)ppm;
        }
        ratio_reaches(numerator, denominator, threshold, reached);
        const int want = (wide)npl * 1000000 >= (wide)book * ppm;
        for (int l = 0; l < PS_LANES; l++)
            assert_true(reached[l] == want);
        *(want ? &reached_n : &missed_n) += 1;
        met_n += (wide)npl * 1000000 == (wide)book * ppm;
    }
    assert_true(reached_n > 10000 && missed_n > 10000 && met_n > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lane_div_is_exact),
        cmocka_unit_test(ratio_reaches_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
