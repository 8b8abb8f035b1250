// SPDX-License-Identifier: GPL-3.0-or-later
// Refused new firms that go on asking, eq. (5.6).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fixture.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { TENOR = 6, RETRY = 5, AMOUNT_WAN = 100, PLACES = 2 };

/* New firms alone, each asks for 100 万元 over six months and repays; the pool has room for two of
 * them at a time. */
static struct ps_scenario *narrow_door(void)
{
    struct ps_scenario *s = ps_fixture_bishan();
    s->p.dependence = 1; /* independent */
    s->p.renewal_prob_frac = 0;
    s->p.refused_retry_months = RETRY;
    s->p.registered_before_fen = 0;
    s->p.breaker_scope = PS_BREAKER_OFF;
    s->loans_n = 0;
    for (size_t i = 0; i < s->segments_n; i++) {
        struct ps_segments_row *row = &s->segments[i];
        row->pd_frac = 0;
        row->amount_min_wan = row->amount_max_wan = AMOUNT_WAN;
        row->tenor_6m_frac = 1;
        row->tenor_12m_frac = row->tenor_24m_frac = row->tenor_36m_frac = 0;
    }
    s->products_n = 1;
    s->products[0].share_frac = 1;
    s->products[0].loan_cap_wan = s->products[0].loan_cap_micro_wan = 0;
    s->pools[0].initial_fen = 10 * PLACES * WAN;
    s->pools[0].interest_ppm = 0;
    s->pools[0].leverage_ppm = 10000000;
    return s;
}

struct queue_outcome {
    int served_n, waited_n, refused_n; /* refused: when they first asked */
};

/* The same by hand: first come first served; who has asked for RETRY months more gives up. */
static struct queue_outcome by_hand(const struct ps_world *w, int horizon)
{
    struct queue_outcome out = {0};
    int *asked = calloc((size_t)w->apps_n + 1, sizeof *asked),
        *served = calloc((size_t)w->apps_n + 1, sizeof *served);
    int firms_n = 0;
    assert_non_null(asked);
    assert_non_null(served);
    for (int i = 0; i < w->apps_n; i++)
        if (!(w->apps[i].flags & PS_APP_WAITED))
            asked[firms_n++] = w->apps[i].month;
    for (int t = 1; t <= horizon; t++)
        for (int i = 0; i < firms_n && asked[i] <= t; i++) {
            int live = 0;
            for (int k = 0; k < firms_n; k++)
                live += served[k] > 0 && served[k] + TENOR > t;
            if (served[i] > 0 || asked[i] + RETRY < t)
                continue;
            out.refused_n += live >= PLACES && asked[i] == t;
            if (live >= PLACES)
                continue;
            served[i] = t;
            out.served_n++;
            out.waited_n += asked[i] < t;
        }
    free(asked);
    free(served);
    return out;
}

static void first_come_first_served(void **state)
{
    (void)state;
    struct ps_scenario *s = narrow_door();
    struct ps_kit kit;
    struct ps_policy policy;
    int waited = 0, gave_up = 0;
    ps_kit_open(&kit, s, 3, NULL);
    ps_kit_policy(s, &policy);
    ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
    for (int i = 0; i < PS_TILE_WORLDS; i++) {
        const struct ps_world *w = &kit.worlds.worlds[i];
        const struct queue_outcome hand = by_hand(w, kit.plan->horizon);
        int64_t m[PS_MEASURE_N];
        ps_kit_measure(&kit, w, &policy, m);
        assert_int_equal(m[PS_M_FIRMS_N], hand.served_n);
        assert_int_equal(m[PS_M_REGISTERED], hand.served_n * AMOUNT_WAN * WAN);
        assert_int_equal(m[PS_M_WAITED], hand.waited_n * AMOUNT_WAN * WAN);
        assert_int_equal(m[PS_M_REFUSED_N], hand.refused_n);
        assert_int_equal(m[PS_M_LOST_LEVERAGE], hand.refused_n * AMOUNT_WAN * WAN);
        waited += hand.waited_n;
        gave_up += hand.refused_n - hand.waited_n;
    }
    assert_true(waited > 100 && gave_up > 100);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* Nobody who waits is worse than without, and no firm gets two first loans. */
static void nobody_is_served_twice(void **state)
{
    (void)state;
    enum { LOG = 20000 };
    struct ps_dice dice = {11};
    int64_t waited = 0;
    for (int k = 0; k < 24; k++) {
        struct ps_scenario *s = ps_random_book(&dice);
        struct ps_kit kit;
        struct ps_policy policy;
        const struct ps_policy *const policies[] = {&policy};
        struct ps_ledger_log log = {.entries = calloc(LOG, sizeof *log.entries), .capacity = LOG};
        assert_non_null(log.entries);
        s->p.refused_retry_months = 1 + k % 6;
        ps_kit_open(&kit, s, 3, NULL);
        ps_kit_policy(s, &policy);
        ps_kit_sample(&kit, 0, 1);
        const struct ps_world *w = &kit.worlds.worlds[0];
        ps_kit_run(&kit, w, policies, 1, PS_LANES_NARROW, &log);
        assert_in_range(log.n, 0, LOG);
        unsigned char *firms = calloc((size_t)w->apps_n + 1, 1);
        assert_non_null(firms);
        for (int i = 0; i < log.n; i++) {
            const struct ps_app *app = &w->apps[log.entries[i].a];
            if (log.entries[i].kind == PS_LOG_GRANT && app->link == 0)
                assert_int_equal(firms[app->firm_rank]++, 0);
        }
        waited += ps_measure_read(&kit.ledger, PS_M_WAITED, 0);
        assert_int_equal(kit.ledger.violations, 0);
        free(firms);
        free(log.entries);
        ps_policy_free(&policy);
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
    assert_true(waited > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_first_served),
        cmocka_unit_test(nobody_is_served_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
