// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct answer {
    uint32_t ctr[4], key[2], out[4];
};

/* Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds. */
static const struct answer known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

enum { KNOWN_N = sizeof known / sizeof known[0] };

static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    for (int i = 0; i < KNOWN_N; i++) {
        uint32_t out[4];
        ps_philox(known[i].ctr, known[i].key[0], known[i].key[1], out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void philox_works_in_place(void **state)
{
    (void)state;
    uint32_t block[4] = {0, 0, 0, 0};
    ps_philox(block, 0, 0, block);
    assert_memory_equal(block, known[0].out, sizeof block);
}

static void lanes_equal_scalar_blocks(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 200; round++) {
        uint64_t x[4][PS_RNG_LANES];
        uint32_t ctr[PS_RNG_LANES][4];
        uint32_t key[4] = {round, round + 7, 0, 0};
        ps_philox(key, 1, 2, key);
        for (uint32_t lane = 0; lane < PS_RNG_LANES; lane++) {
            const uint32_t address[4] = {round, lane, 3, 4};
            ps_philox(address, 5, 6, ctr[lane]);
            for (int word = 0; word < 4; word++) {
                /* The extremes of a word belong in the sample too. */
                ctr[lane][word] = lane == 0 ? 0 : lane == 1 ? UINT32_MAX : ctr[lane][word];
                x[word][lane] = ctr[lane][word];
            }
        }
        struct ps_philox_keys keys;
        ps_philox_keys_init(&keys, (uint64_t)key[1] << 32 | key[0]);
        ps_philox_lanes(x[0], x[1], x[2], x[3], PS_RNG_LANES, &keys);
        for (int lane = 0; lane < PS_RNG_LANES; lane++) {
            uint32_t out[4];
            ps_philox(ctr[lane], key[0], key[1], out);
            for (int word = 0; word < 4; word++) {
                assert_int_equal(x[word][lane], out[word]);
            }
        }
    }
}

static void address_layout_is_frozen(void **state)
{
    (void)state;
    const uint64_t seed = 0x0123456789abcdefu;
    const uint64_t entity = 0x0000001600000021u;
    const uint32_t ctr[4] = {11, 0x21, 0x16, 0x05000007};
    uint32_t want[4], have[4];
    ps_philox(ctr, 0x89abcdef, 0x01234567, want);
    assert_int_equal(ps_rng_word3(PS_PURPOSE_LOAN, 7), 0x05000007);
    ps_rng_words(seed, 11, entity, 7, PS_PURPOSE_LOAN, have);
    assert_memory_equal(have, want, sizeof want);
    /* Each part of the address matters, the high halves too. */
    for (int part = 0; part < 7; part++) {
        ps_rng_words(seed + (part == 0) + ((uint64_t)(part == 1) << 32), 11u + (part == 2),
                     entity + (part == 3) + ((uint64_t)(part == 4) << 32), 7u + (part == 5),
                     part == 6 ? PS_PURPOSE_FIRM : PS_PURPOSE_LOAN, have);
        assert_memory_not_equal(have, want, sizeof want);
    }
}

static void purpose_numbers_are_frozen(void **state)
{
    (void)state;
    assert_int_equal(PS_PURPOSE_ECONOMY, 1);
    assert_int_equal(PS_PURPOSE_DEMAND, 2);
    assert_int_equal(PS_PURPOSE_FIRM, 3);
    assert_int_equal(PS_PURPOSE_FIRM_TERMS, 4);
    assert_int_equal(PS_PURPOSE_LOAN, 5);
    assert_int_equal(PS_PURPOSE_DISPOSAL, 6);
    assert_int_equal(PS_PURPOSE_RECOVERY, 7);
    assert_int_equal(PS_PURPOSE_T_MIXING, 8);
    assert_int_equal(PS_PURPOSE_REGIME, 9);
    assert_int_equal(PS_PURPOSE_ANCHOR, 10);
    assert_int_equal(PS_PURPOSE_UNCERTAINTY, 11);
    assert_int_equal(PS_PURPOSE_INVESTMENT, 12);
}

static void uniforms_stay_inside_the_open_interval(void **state)
{
    (void)state;
    assert_true(ps_u01_32(0) == 0x1p-33);
    assert_true(ps_u01_32(UINT32_MAX) == 1.0 - 0x1p-33);
    assert_true(ps_u01_32(0x80000000u) == 0.5 + 0x1p-33);
    assert_true(ps_u01_53(0, 0) == 0x1p-53);
    assert_true(ps_u01_53(UINT32_MAX, UINT32_MAX) == 1.0 - 0x1p-53);
    assert_true(ps_u01_53(0x80000000u, 0) == 0.5 + 0x1p-53);
    /* The low word begins where the high word ends. */
    assert_true(ps_u01_53(1, 0) - ps_u01_53(0, UINT32_MAX) == 0x1p-52);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(philox_works_in_place),
        cmocka_unit_test(lanes_equal_scalar_blocks),
        cmocka_unit_test(address_layout_is_frozen),
        cmocka_unit_test(purpose_numbers_are_frozen),
        cmocka_unit_test(uniforms_stay_inside_the_open_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
