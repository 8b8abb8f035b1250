// SPDX-License-Identifier: GPL-3.0-or-later
// One hash for the bits of every numerical function, whatever the compiler, level or instruction
// set. It changes only when a formula changes; then print it with PS_PRINT_BITS=1 and say why.
#include "pledgesim/math.h"
#include "pledgesim/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LANES = PS_RNG_LANES, BATCHES = 4096 };

/* FNV-1a, a byte at a time. */
static uint64_t hash_bits(uint64_t hash, uint64_t bits)
{
    for (int byte = 0; byte < 8; byte++) {
        hash = (hash ^ ((bits >> (8 * byte)) & 0xffu)) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t hash_lanes(uint64_t hash, const double x[LANES])
{
    for (int lane = 0; lane < LANES; lane++) {
        hash = hash_bits(hash, ps_bits(x[lane]));
    }
    return hash;
}

struct words {
    uint64_t w[4][LANES];
};

static void draw(uint32_t batch, struct words *words)
{
    for (uint32_t lane = 0; lane < LANES; lane++) {
        words->w[0][lane] = batch;
        words->w[1][lane] = lane;
        words->w[2][lane] = 0;
        words->w[3][lane] = 0;
    }
    struct ps_philox_keys keys;
    ps_philox_keys_init(&keys, (uint64_t)7 << 32 | 2024);
    ps_philox_lanes(words->w[0], words->w[1], words->w[2], words->w[3], LANES, &keys);
}

/* The kernel functions, in loops that the compiler may vectorise. */
static uint64_t kernel_hash(void)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t batch = 0; batch < BATCHES; batch++) {
        struct words words;
        double u[LANES], v[LANES], x[LANES], y[LANES];
        draw(batch, &words);
        for (int word = 0; word < 4; word++) {
            for (int lane = 0; lane < LANES; lane++) {
                hash = hash_bits(hash, words.w[word][lane]);
            }
        }
        for (int lane = 0; lane < LANES; lane++) {
            u[lane] = ps_u01_53(words.w[0][lane], words.w[1][lane]);
            v[lane] = ps_u01_32(words.w[2][lane]);
        }
        hash = hash_lanes(hash_lanes(hash, u), v);
        for (int lane = 0; lane < LANES; lane++) {
            ps_normal_pair(words.w[2][lane], words.w[3][lane], &x[lane], &y[lane]);
        }
        hash = hash_lanes(hash_lanes(hash, x), y);
        for (int lane = 0; lane < LANES; lane++) {
            x[lane] = ps_exp(1500.0 * (u[lane] - 0.5));
            y[lane] = ps_log(v[lane] * ps_exp(1400.0 * (u[lane] - 0.5)));
        }
        hash = hash_lanes(hash_lanes(hash, x), y);
        for (int lane = 0; lane < LANES; lane++) {
            x[lane] = ps_norm_cdf(50.0 * u[lane] - 40.0);
            y[lane] = ps_neg_log1m_norm_cdf(50.0 * u[lane] - 40.0);
        }
        hash = hash_lanes(hash_lanes(hash, x), y);
        for (int lane = 0; lane < LANES; lane++) {
            x[lane] = ps_log1p(v[lane] * v[lane] - u[lane]);
            y[lane] = ps_rnd(1e12 * (u[lane] - v[lane]));
        }
        hash = hash_lanes(hash_lanes(hash, x), y);
    }
    return hash;
}

/* The functions of preparation and statistics. */
static uint64_t prepare_hash(void)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t words[4];
        ps_rng_words(2024, i, 1, 2, PS_PURPOSE_ECONOMY, words);
        double p = ps_u01_53(words[0], words[1]);
        double u = ps_u01_32(words[2]);
        double a = ps_exp(12.0 * (u - 0.5));
        double b = ps_exp(12.0 * (ps_u01_32(words[3]) - 0.5));
        hash = hash_bits(hash, ps_bits(ps_norm_quantile(p)));
        hash = hash_bits(hash, ps_bits(ps_norm_quantile(p * ps_exp(-600.0 * u))));
        hash = hash_bits(hash, ps_bits(ps_bivariate_norm_cdf(9.0 * p - 6.0, a - b, 2.0 * u - 1.0)));
        hash = hash_bits(hash, ps_bits(ps_lgamma(a)));
        hash = hash_bits(hash, ps_bits(ps_betainc(a, b, p)));
        hash = hash_bits(hash, ps_bits(ps_betainc_inv(a, b, p)));
    }
    return hash;
}

static void check_hash(const char *name, uint64_t have, uint64_t want)
{
    if (getenv("PS_PRINT_BITS")) {
        printf("%s %016llx\n", name, (unsigned long long)have);
    }
    assert_int_equal(have, want);
}

static void kernel_bits_are_frozen(void **state)
{
    (void)state;
    check_hash("kernel", kernel_hash(), 0xca4e760122e2f39cu);
}

static void prepare_bits_are_frozen(void **state)
{
    (void)state;
    check_hash("prepare", prepare_hash(), 0x7422c1bfd0c5994bu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernel_bits_are_frozen),
        cmocka_unit_test(prepare_bits_are_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
