// SPDX-License-Identifier: GPL-3.0-or-later
// The report's panel: its bytes lose nothing, and what it runs equals the engine bit for bit, for
// any policy it can be moved to. tests/panel does the same in WebAssembly.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/panel/contents.h"
#include "claim.h"
#include "fixture.h"
#include "pledgesim/errors.h"
#include "pledgesim/kmath.h"
#include "testkit.h"

enum { BOOKS = 24, MOVES = 3, WORLDS_N = 227, SEED = 5 };

static struct ps_panel_pack pack(const struct ps_scenario *scenarios, size_t n, size_t of)
{
    struct ps_diags diags = {0};
    struct ps_panel_pack packed;
    assert_int_equal(ps_panel_pack(scenarios, n, of, &diags, &packed), PS_OK);
    ps_diags_free(&diags);
    return packed;
}

static struct ps_panel *open(const struct ps_panel_pack *packed, const char *isa)
{
    const struct ps_kernel *k = ps_kernel_select(isa);
    const struct ps_panel_kernel kernel = {k->world_sample, k->schedule_build, k->ledger_narrow,
                                           PS_LANES_NARROW};
    struct ps_panel *panel;
    assert_int_equal(ps_panel_open(&kernel, packed->bytes, packed->bytes_n, &panel), PS_OK);
    return panel;
}

/* In a quarter of them worlds come in pairs. */
static struct ps_scenario *book(int number)
{
    struct ps_dice dice = {.state = (uint64_t)number * 49979687 + 3};
    struct ps_scenario *s = number == 0 ? ps_fixture_bishan() : ps_random_book(&dice);
    if (number % 4 == 1) {
        s->p.pd_uncertainty_sigma = s->p.demand_uncertainty_sigma = 0.3;
    }
    return s;
}

/* ---- bytes ---- */

static void bytes_lose_nothing(void **state)
{
    (void)state;
    for (int number = 0; number < BOOKS; number++) {
        struct ps_scenario *s = book(number);
        struct ps_panel_pack packed = pack(s, 1, 0);
        struct ps_arena arena = {0};
        struct ps_panel_contents contents = {0};
        unsigned char *again;
        size_t again_n;
        assert_int_equal(
            ps_carry_in(&contents, ps_panel_carry, packed.bytes, packed.bytes_n, &arena), PS_OK);
        struct ps_kit kit = {0};
        ps_kit_open(&kit, s, 0, NULL);
        assert_true(ps_world_plan_equal(&contents.worlds[0].plan, kit.plan));
        struct ps_policy policy;
        ps_kit_policy(s, &policy);
        assert_true(ps_policy_same_shape(&contents.policy, &policy));
        assert_int_equal(ps_carry_out(&contents, ps_panel_carry, &again, &again_n), PS_OK);
        assert_int_equal(again_n, packed.bytes_n);
        assert_memory_equal(again, packed.bytes, again_n);
        free(again);
        ps_policy_free(&policy);
        ps_kit_close(&kit);
        ps_arena_free(&arena);
        ps_panel_pack_free(&packed);
        ps_fixture_free(s);
    }
}

/* Cut off anywhere they are refused; with any byte spoilt they are refused or read, within their
 * memory. */
static void bytes_that_are_spoilt(void **state)
{
    (void)state;
    enum { SPOILT = 400 };
    struct ps_dice dice = {.state = 77};
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_panel_pack packed = pack(s, 1, 0);
    const struct ps_panel_kernel kernel = {0};
    for (int i = 0; i < SPOILT; i++) {
        struct ps_panel *panel;
        const size_t at = (size_t)ps_dice_between(&dice, 0, (int64_t)packed.bytes_n - 1);
        unsigned char *copy = malloc(packed.bytes_n); /* of just this size, for the sanitizer */
        assert_non_null(copy);
        memcpy(copy, packed.bytes, packed.bytes_n);
        assert_int_equal(ps_panel_open(&kernel, copy, i < 40 ? (size_t)i : at, &panel), PS_INPUT);
        ps_panel_free(panel);
        copy[at] ^= (unsigned char)ps_dice_between(&dice, 1, 255);
        const enum ps_status status = ps_panel_open(&kernel, copy, packed.bytes_n, &panel);
        assert_true(status == PS_OK || status == PS_INPUT);
        ps_panel_free(panel);
        free(copy);
    }
    /* The last piece begins with the format. */
    struct ps_panel_contents contents = {.format = ps_panel_format() + 1};
    unsigned char *other;
    size_t other_n;
    struct ps_panel *panel;
    assert_int_equal(ps_carry_out(&contents, ps_panel_carry, &other, &other_n), PS_OK);
    assert_int_equal(ps_panel_open(&kernel, other, other_n, &panel), PS_INPUT);
    ps_panel_free(panel);
    free(other);
    ps_panel_pack_free(&packed);
    ps_fixture_free(s);
}

/* ---- figures ---- */

static void assert_same_bits(double a, double b)
{
    assert_int_equal(ps_bits(a), ps_bits(b));
}

/* Of few worlds there is no quantile. */
static void assert_npl_peak(struct ps_panel_figure f, const struct ps_row *row)
{
    const struct ps_hist *h = &row->hist[PS_M_NPL_PEAK];
    if (!ps_quantile_supported(h->n, 0.95)) {
        assert_true(isnan(f.value) && isnan(f.lo) && isnan(f.hi));
        return;
    }
    const struct ps_ranks ranks =
        row->paired ? ps_pairs_quantile_ranks(h->n, 0.95, 0.9) : ps_quantile_ranks(h->n, 0.95, 0.9);
    const struct ps_interval interval = ps_hist_rank_interval(h, ranks);
    assert_same_bits(f.value, (double)ps_hist_quantile(h, 0.95).value / 1e6);
    assert_same_bits(f.lo, interval.lo / 1e6);
    assert_same_bits(f.hi, interval.hi / 1e6);
}

/* Runs the panel from where it was started and the engine on the scenario. */
static void assert_engine(struct ps_panel *panel, const struct ps_scenario *s, const char *isa)
{
    struct ps_engine_result result;
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = WORLDS_N,
                                              .seed = SEED,
                                              .threads_n = 1,
                                              .isa = isa,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, &result);
    const struct ps_row *row = &result.rows[0].row;
    assert_int_equal(ps_panel_run(panel, PS_TILE_WORLDS), PS_OK);
    assert_int_equal(ps_panel_run(panel, WORLDS_N - PS_TILE_WORLDS), PS_OK);
    int figure = 0;
    for (int m = 0; m < PS_MEASURE_N; m++) {
        const struct ps_measure_desc *desc = ps_measure_desc((enum ps_measure)m);
        if (desc->tier != PS_MT_DECISION) {
            continue;
        }
        const double units = desc->unit == PS_MU_FEN ? 1e6 : 1;
        const struct ps_interval interval = ps_row_mean_interval(row, (enum ps_measure)m, 0.9);
        const struct ps_panel_figure f = ps_panel_figure_of(panel, figure, 0.9);
        assert_string_equal(ps_panel_figure_name(figure), desc->name);
        assert_same_bits(f.value, ps_row_mean(row, (enum ps_measure)m).value / units);
        assert_same_bits(f.lo, interval.lo / units);
        assert_same_bits(f.hi, interval.hi / units);
        figure++;
    }
    assert_string_equal(ps_panel_figure_name(figure), "npl_peak_q95");
    assert_npl_peak(ps_panel_figure_of(panel, figure, 0.9), row);
    assert_int_equal(ps_panel_figures_n(), figure + 1);
    ps_engine_result_free(&result);
}

static int64_t stored(double value, double units)
{
    return (int64_t)ps_rnd(value * units);
}

/* A value that a cell could hold: in hundredths. */
static double draw(struct ps_dice *dice, const struct ps_panel_lever *lever, double most)
{
    const double highest = lever->highest < most ? lever->highest : most;
    return lever->lowest >= highest ? lever->lowest
                                    : (double)ps_dice_between(dice, (int64_t)(100 * lever->lowest),
                                                              (int64_t)(100 * highest)) /
                                          100;
}

/* Moves every lever, in `values` and in the scenario itself. */
static void move(struct ps_dice *dice, const struct ps_panel *panel, struct ps_scenario *s,
                 double values[PS_LEVER_N])
{
    static const double MOST[PS_LEVER_N] = {3000, 400, 30, 100, 1, 10, 10, 10, 10};
    int rules_n;
    const struct ps_topup *const *rules = ps_models_topup(&rules_n);
    for (int i = 0; i < PS_LEVER_N; i++) {
        values[i] = draw(dice, ps_panel_lever_of(panel, (enum ps_lever)i), MOST[i]);
    }
    values[PS_LEVER_BREAKER] = ps_dice_chance(dice, 0.7);
    values[PS_LEVER_SUSPEND] += 10;
    values[PS_LEVER_TERMINATE] += 20;
    for (size_t j = 0; j < s->products_n; j++) {
        char cell[PS_PANEL_CELL_BYTES];
        struct ps_products_row *product = &s->products[j];
        (void)snprintf(cell, sizeof cell, "products.%s.pool_share_pct", product->product_id);
        if (strcmp(cell, ps_panel_lever_of(panel, PS_LEVER_POOL_SHARE)->cell) != 0) {
            continue;
        }
        struct ps_pools_row *pool = s->pools;
        while (product->pool_id[0] != '\0' && strcmp(pool->pool_id, product->pool_id) != 0) {
            pool++;
        }
        product->pool_share_ppm = stored(values[PS_LEVER_POOL_SHARE], 1e4);
        pool->initial_fen = stored(values[PS_LEVER_POOL_INITIAL], 1e6);
        pool->leverage_ppm = stored(values[PS_LEVER_LEVERAGE], 1e6);
        pool->topup_yearly_fen = stored(values[PS_LEVER_TOPUP_YEARLY], 1e6);
        for (int r = 0; rules[pool->topup] == &ps_topup_none && r < rules_n; r++) {
            pool->topup = rules[r] == &ps_topup_fixed ? r : pool->topup;
        }
    }
    if (values[PS_LEVER_BREAKER] == 0) {
        s->p.breaker_scope = PS_BREAKER_OFF;
    } else if (s->p.breaker_scope == PS_BREAKER_OFF) {
        s->p.breaker_scope = PS_BREAKER_POOL;
    }
    s->p.breaker_warn_ppm = stored(values[PS_LEVER_WARN], 1e4);
    s->p.breaker_suspend_ppm = stored(values[PS_LEVER_SUSPEND], 1e4);
    s->p.breaker_terminate_ppm = stored(values[PS_LEVER_TERMINATE], 1e4);
    s->p.breaker_resume_ppm = stored(values[PS_LEVER_RESUME], 1e4);
}

static void figures_are_the_engines(void **state)
{
    (void)state;
    static const char *const ISAS[] = {"base", "v3", "v4"};
    uint64_t compared = 0, pooled = 0;
    for (int number = 0; number < BOOKS; number++) {
        struct ps_dice dice = {.state = (uint64_t)number};
        struct ps_scenario *s = book(number);
        struct ps_panel_pack packed = pack(s, 1, 0);
        const char *isa = ISAS[number % 3];
        isa = ps_kernel_select(isa) ? isa : NULL;
        struct ps_panel *panel = open(&packed, isa);
        assert_int_equal(ps_panel_start(panel, 0, SEED, NULL), PS_OK);
        assert_engine(panel, s, isa);
        const int64_t scope = s->p.breaker_scope;
        for (int i = 0; i < MOVES; i++) {
            double values[PS_LEVER_N];
            s->p.breaker_scope = scope;
            move(&dice, panel, s, values);
            assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_OK);
            assert_engine(panel, s, isa);
            compared++;
        }
        pooled += ps_panel_lever_of(panel, PS_LEVER_POOL_INITIAL)->highest > 0;
        ps_panel_free(panel);
        ps_panel_pack_free(&packed);
        ps_fixture_free(s);
    }
    assert_true(pooled > BOOKS / 2);
    ps_claim_equal("policies that a panel was moved to, beside the engine", compared, 0);
}

/* ---- what a panel has ---- */

static void stresses_differ_in_their_worlds_alone(void **state)
{
    (void)state;
    enum { PLAIN, OTHER_POOL, BAD, BAD_POOL, BAD_AGAIN, FROZEN, N };
    struct ps_scenario *base = ps_fixture_bishan(), s[N];
    struct ps_pools_row other = base->pools[0];
    other.initial_fen *= 2;
    for (int i = 0; i < N; i++) {
        s[i] = *base;
    }
    s[OTHER_POOL].pools = s[BAD_POOL].pools = &other;
    s[BAD].p.pd_multiplier = s[BAD_POOL].p.pd_multiplier = s[BAD_AGAIN].p.pd_multiplier = 2;
    s[FROZEN].p.disposal_freeze_months = 12;
    struct ps_panel_pack packed = pack(s, N, PLAIN), alone = pack(s, 1, PLAIN);
    assert_int_equal(packed.worlds_n, 3);
    assert_int_equal(packed.scenario[0], PLAIN);
    assert_int_equal(packed.scenario[1], BAD);
    assert_int_equal(packed.scenario[2], FROZEN);
    /* What worlds have in common is there once. */
    assert_true(packed.bytes_n < 2 * alone.bytes_n);
    struct ps_panel *panel = open(&packed, NULL);
    assert_int_equal(ps_panel_worlds_n(panel), 3);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(ps_panel_start(panel, k, SEED, NULL), PS_OK);
        assert_engine(panel, &s[packed.scenario[k]], NULL);
    }
    ps_panel_free(panel);
    ps_panel_pack_free(&alone);
    ps_panel_pack_free(&packed);
    packed = pack(s, N, OTHER_POOL);
    assert_int_equal(packed.worlds_n, 2);
    assert_int_equal(packed.scenario[1], BAD_POOL);
    ps_panel_pack_free(&packed);
    ps_fixture_free(base);
}

static void what_may_not_be_is_refused(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_panel_pack packed = pack(s, 1, 0);
    struct ps_panel *panel = open(&packed, NULL);
    double values[PS_LEVER_N];
    assert_int_equal(ps_panel_start(panel, 1, SEED, NULL), PS_USAGE);
    assert_int_equal(ps_panel_start(panel, -1, SEED, NULL), PS_USAGE);
    for (int i = 0; i < PS_LEVER_N; i++) {
        for (int k = 0; k < PS_LEVER_N; k++) {
            values[k] = packed.levers[k].value;
        }
        assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_OK);
        values[i] = packed.levers[i].highest + 1;
        assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_USAGE);
        values[i] = packed.levers[i].lowest - 1;
        assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_USAGE);
        values[i] = (double)NAN;
        assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_USAGE);
        values[i] = packed.levers[i].value;
    }
    values[PS_LEVER_SUSPEND] = values[PS_LEVER_TERMINATE] + 1;
    assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_USAGE);
    values[PS_LEVER_BREAKER] = 0;
    assert_int_equal(ps_panel_start(panel, 0, SEED, values), PS_OK);
    ps_panel_free(panel);
    ps_panel_pack_free(&packed);
    /* With moral hazard another share is other worlds. */
    s->p.moral_hazard = 1;
    packed = pack(s, 1, 0);
    assert_true(packed.levers[PS_LEVER_POOL_SHARE].lowest ==
                packed.levers[PS_LEVER_POOL_SHARE].highest);
    ps_panel_pack_free(&packed);
    /* Without a pooled product there is nothing that a pool could do. */
    for (size_t j = 0; j < s->products_n; j++) {
        s->products[j].pool_share_ppm = 0;
        s->products[j].insurer_excess = PS_EXCESS_BANK;
    }
    packed = pack(s, 1, 0);
    assert_true(packed.levers[PS_LEVER_POOL_INITIAL].highest == 0);
    panel = open(&packed, NULL);
    assert_int_equal(ps_panel_start(panel, 0, SEED, NULL), PS_OK);
    assert_engine(panel, s, NULL);
    ps_panel_free(panel);
    ps_panel_pack_free(&packed);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_lose_nothing),
                                       cmocka_unit_test(bytes_that_are_spoilt),
                                       cmocka_unit_test(figures_are_the_engines),
                                       cmocka_unit_test(stresses_differ_in_their_worlds_alone),
                                       cmocka_unit_test(what_may_not_be_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
