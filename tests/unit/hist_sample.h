// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Histograms and samples for the tests of pledgesim/hist.h. Include cmocka.h first.
 */
#ifndef PLEDGESIM_TESTS_HIST_SAMPLE_H
#define PLEDGESIM_TESTS_HIST_SAMPLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/hist.h"

static const struct ps_hist_spec MONEY = {8, 1000000, 0, INT64_C(1) << 40, true};
static const struct ps_hist_spec SIGNED = {8, 1000000, -(INT64_C(1) << 40), INT64_C(1) << 40, true};
static const struct ps_hist_spec FAN = {6, 1000000, -(INT64_C(1) << 40), INT64_C(1) << 40, false};
static const struct ps_hist_spec COUNTS = {8, 1, 0, 1000000, true};
static const struct ps_hist_spec HUGE_RANGE = {8, 1, -PS_VALUE_MAX, PS_VALUE_MAX, true};

static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Uniform on (0, 1). */
static inline double uniform(uint64_t *state)
{
    return ((double)(next_random(state) >> 11) + 0.5) * 0x1p-53;
}

static inline struct ps_hist new_hist(const struct ps_hist_spec *spec)
{
    struct ps_hist h;
    void *memory = calloc(1, ps_hist_size(spec));
    assert_non_null(memory);
    ps_hist_init(&h, spec, memory);
    return h;
}

static inline void free_hist(struct ps_hist *h)
{
    free(h->bins != NULL ? (void *)h->bins : (void *)h->counts);
}

static inline void add_all(struct ps_hist *h, const int64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ps_hist_add(h, x[i]);
    }
}

static inline int compare(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

#endif
