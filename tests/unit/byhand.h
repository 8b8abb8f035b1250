// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_BYHAND_H
#define PLEDGESIM_TEST_BYHAND_H

/* Books small enough to be worked out on paper: what the tests of the ledger by example share. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "ledger_reference.h"

#define WAN INT64_C(1000000)
#define ID(field, text) snprintf((field), sizeof(field), "%s", (text))

/* ---- books without chance: PD 0 or as good as 1, recovery 0 ---- */

/* n tape loans of 100 万元 that default at maturity, month 12, with a probability of 99 %; they are
 * claimed in month 15. Nothing is recovered, the pool earns nothing and bears all. */
static inline struct ps_scenario *doomed(size_t n)
{
    struct ps_scenario *s = ps_fixture_tape(n);
    s->p.dependence = 1; /* independent */
    s->p.maturity_share_frac = 1;
    s->p.renewal_prob_frac = 0;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < n; i++) {
        s->loans[i].pd_frac = 0.99;
        s->loans[i].recovery_frac = 0;
    }
    return s;
}

/* The same for loans that are granted: some n firms ask in the first year for 100 万元 over 12
 * months. They default at maturity and are claimed three months later. */
static inline struct ps_scenario *doomed_firms(size_t n)
{
    struct ps_scenario *s = doomed(0);
    struct ps_segments_row *segment = &s->segments[0];
    s->p.horizon_months = 12;
    s->p.sale_prob_frac = 0;
    s->p.cash_recovery_frac = 0;
    segment->pd_frac = 0.99;
    segment->tenor_12m_frac = 1;
    segment->tenor_24m_frac = segment->tenor_36m_frac = 0;
    segment->amount_sigma = 0;
    segment->amount_min_wan = segment->amount_max_wan = 100;
    s->demand = calloc(1, sizeof *s->demand);
    assert_non_null(s->demand);
    s->demand_n = 1;
    s->demand[0] = (struct ps_demand_row){.year = 2021, .new_firms_n = (double)n};
    return s;
}

struct outcome {
    int64_t m[PS_MEASURE_N];
    int defaults_n;
};

/* The first world with so many loans asked for (-1: any number) and so many defaults, under the
 * scenario's policy. The reference must agree. */
static inline struct outcome run_where(const struct ps_scenario *s, int asked, int defaults)
{
    struct ps_kit kit;
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy};
    struct outcome out = {.defaults_n = -1};
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
    int w = 0;
    while (w < PS_TILE_WORLDS && (kit.worlds.worlds[w].fates_n != defaults ||
                                  (asked >= 0 && kit.worlds.worlds[w].apps_n != asked)))
        w++;
    assert_in_range(w, 0, PS_TILE_WORLDS - 1);
    const struct ps_world *world = &kit.worlds.worlds[w];
    assert_int_equal(ps_reference_differs(&kit, world, policies, 1, 0, PS_LANES_NARROW, "ledger"),
                     0);
    for (int m = 0; m < PS_MEASURE_N; m++)
        out.m[m] = ps_measure_read(&kit.ledger, (enum ps_measure)m, 0);
    out.defaults_n = world->fates_n;
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    return out;
}

/* The first world under the scenario's policy, whatever it is. The reference must agree. */
static inline void run_first(const struct ps_scenario *s, int64_t m[PS_MEASURE_N])
{
    struct ps_kit kit;
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy};
    ps_kit_open(&kit, s, 5, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, 1);
    const struct ps_world *world = &kit.worlds.worlds[0];
    assert_int_equal(ps_reference_differs(&kit, world, policies, 1, 0, PS_LANES_NARROW, "ledger"),
                     0);
    ps_kit_measure(&kit, world, &policy, m);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
}

static inline struct outcome run_until(const struct ps_scenario *s, int defaults)
{
    return run_where(s, -1, defaults);
}

#endif
