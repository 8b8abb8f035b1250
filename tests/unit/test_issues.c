// SPDX-License-Identifier: GPL-3.0-or-later
// The firms that new issues bring into a world. What becomes of their money: test_vehicles.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "testkit.h"

/* A scenario whose vehicles are those of the test. */
static void give(struct ps_scenario *s, struct ps_vehicles_row *vehicles, size_t n)
{
    s->vehicles = vehicles;
    s->vehicles_n = n;
}

static void drop(struct ps_scenario *s)
{
    s->vehicles = NULL;
    ps_fixture_free(s);
}

/* Ten firms with 1,000 万元 each. */
static struct ps_vehicles_row deal_of_ten(void)
{
    return (struct ps_vehicles_row){.vehicle_id = "deal",
                                    .abs_mode = PS_ABS_NEW_ISSUE,
                                    .issue_month = 1,
                                    .size_wan = 10000,
                                    .firms_n = 10,
                                    .tenor_months = 12};
}

/* Whole 万元 that add up to the size, equal but for the rounding, and at least one each. */
static void amounts_add_up_to_the_size(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_vehicles_row deals[3] = {deal_of_ten(), deal_of_ten(), deal_of_ten()};
    snprintf(deals[1].vehicle_id, sizeof deals[1].vehicle_id, "uneven");
    snprintf(deals[2].vehicle_id, sizeof deals[2].vehicle_id, "wild");
    deals[1].firms_n = 12;
    deals[2].size_wan = 100;
    deals[2].firms_n = 90;
    deals[2].amount_sigma = 3;
    give(s, deals, 3);
    struct ps_kit kit;
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
    for (int w = 0; w < PS_TILE_WORLDS; w++) {
        const struct ps_world *world = &kit.worlds.worlds[w];
        int64_t sum[3] = {0};
        assert_int_equal(world->issued_n, 112);
        for (int i = 0; i < world->issued_n; i++) {
            const struct ps_issued *x = &world->issued[i];
            assert_true(x->app.amount_wan >= 1);
            assert_true(x->issue != 0 || x->app.amount_wan == 1000);
            assert_true(x->issue != 1 || x->app.amount_wan == 833 || x->app.amount_wan == 834);
            sum[x->issue] += x->app.amount_wan;
        }
        assert_int_equal(sum[0], 10000);
        assert_int_equal(sum[1], 10000);
        assert_int_equal(sum[2], 100);
    }
    ps_kit_close(&kit);
    drop(s);
}

/* Vehicles move no draw of the rest of a world, and a transfer needs no worlds of its own. */
static void vehicles_leave_the_world_alone(void **state)
{
    (void)state;
    struct ps_scenario *plain = ps_fixture_bishan(), *s = ps_fixture_bishan();
    struct ps_vehicles_row rows[2] = {deal_of_ten(),
                                      {.vehicle_id = "stock",
                                       .abs_mode = PS_ABS_TRANSFER,
                                       .issue_month = 20,
                                       .size_wan = 1000,
                                       .min_months_left = 6}};
    struct ps_kit a, b;
    rows[0].tenor_months = 60; /* outlives every other loan */
    give(s, rows, 2);
    assert_false(ps_scenario_same_world(plain, s));
    ps_kit_open(&a, plain, 9, NULL);
    ps_kit_open(&b, s, 9, NULL);
    ps_kit_sample(&a, 0, PS_TILE_WORLDS);
    ps_kit_sample(&b, 0, PS_TILE_WORLDS);
    for (int w = 0; w < PS_TILE_WORLDS; w++) {
        const struct ps_world *x = &a.worlds.worlds[w], *y = &b.worlds.worlds[w];
        assert_int_equal(x->apps_n, y->apps_n);
        assert_int_equal(x->fates_n, y->fates_n);
        assert_memory_equal(x->apps, y->apps, (size_t)x->apps_n * sizeof *x->apps);
        assert_memory_equal(x->fates, y->fates, (size_t)x->fates_n * sizeof *x->fates);
        assert_int_equal(x->issued_n, 0);
        assert_int_equal(y->issued_n, 10);
    }
    ps_kit_close(&a);
    ps_kit_close(&b);
    rows[0].abs_mode = PS_ABS_OFF;
    assert_true(ps_scenario_same_world(plain, s));
    give(s, rows + 1, 1);
    assert_true(ps_scenario_same_world(plain, s));
    drop(s);
    ps_fixture_free(plain);
}

/* A firm's fate follows from the vehicle's id and its own number. */
static void more_firms_keep_the_old_ones(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_vehicles_row few = deal_of_ten(), more = deal_of_ten();
    struct ps_kit a, b;
    more.firms_n = 40;
    more.size_wan = 40000;
    give(s, &few, 1);
    ps_kit_open(&a, s, 9, NULL);
    ps_kit_sample(&a, 0, PS_TILE_WORLDS);
    give(s, &more, 1);
    ps_kit_open(&b, s, 9, NULL);
    ps_kit_sample(&b, 0, PS_TILE_WORLDS);
    for (int w = 0; w < PS_TILE_WORLDS; w++)
        for (int i = 0; i < 10; i++)
            assert_memory_equal(&a.worlds.worlds[w].issued[i].app,
                                &b.worlds.worlds[w].issued[i].app, sizeof(struct ps_app));
    ps_kit_close(&a);
    ps_kit_close(&b);
    drop(s);
}

/* The same bits from every copy of the sampler. */
static void every_instruction_set_draws_the_same(void **state)
{
    (void)state;
    static const char *const isas[] = {"v3", "v4"};
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_vehicles_row deal = deal_of_ten();
    struct ps_kit base, other;
    deal.amount_sigma = 0.7;
    deal.firms_n = 45;
    give(s, &deal, 1);
    ps_kit_open(&base, s, 9, "base");
    ps_kit_sample(&base, 0, PS_TILE_WORLDS);
    for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
        if (ps_kernel_select(isas[k]) == NULL)
            continue;
        ps_kit_open(&other, s, 9, isas[k]);
        ps_kit_sample(&other, 0, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++)
            for (int i = 0; i < deal.firms_n; i++) {
                const struct ps_issued *x = &base.worlds.worlds[w].issued[i];
                const struct ps_issued *y = &other.worlds.worlds[w].issued[i];
                assert_memory_equal(&x->app, &y->app, sizeof x->app);
                if (x->app.fate != PS_NONE)
                    assert_memory_equal(&x->fate, &y->fate, sizeof x->fate);
            }
        ps_kit_close(&other);
    }
    ps_kit_close(&base);
    drop(s);
}

/* Addresses are frozen: top bits 01, then 46 bits of the id's hash, then the firm. */
static void addresses_are_frozen(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_vehicles_row deal = deal_of_ten();
    struct ps_kit kit;
    give(s, &deal, 1);
    ps_kit_open(&kit, s, 1, NULL);
    assert_true(kit.plan->issues[0].address == UINT64_C(0x67f331ce29a90000));
    ps_kit_close(&kit);
    drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_frozen),
        cmocka_unit_test(amounts_add_up_to_the_size),
        cmocka_unit_test(vehicles_leave_the_world_alone),
        cmocka_unit_test(more_firms_keep_the_old_ones),
        cmocka_unit_test(every_instruction_set_draws_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
