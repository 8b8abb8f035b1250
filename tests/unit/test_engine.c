// SPDX-License-Identifier: GPL-3.0-or-later
// The engine: no thread count, batch, order or instruction set changes a bit of a row; stopping;
// and sums that must agree with each other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "claim.h"
#include "fixture.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { ROWS_MAX = 64 };

/* Rows that share the tables of one book, but for the pool and the first product. */
struct batch {
    struct ps_scenario *base;
    struct ps_scenario rows[ROWS_MAX];
    struct ps_pools_row pools[ROWS_MAX];
    struct ps_products_row products[ROWS_MAX][3];
    size_t n;
};

/* n pool sizes from 100 万元 in steps. */
static void batch_open(struct batch *b, size_t n, int64_t step_wan)
{
    *b = (struct batch){.base = ps_fixture_bishan(), .n = n};
    for (size_t i = 0; i < n; i++) {
        b->rows[i] = *b->base;
        b->pools[i] = b->base->pools[0];
        b->pools[i].initial_fen = (100 + (int64_t)i * step_wan) * WAN;
        memcpy(b->products[i], b->base->products, sizeof b->products[i]);
        b->rows[i].pools = &b->pools[i];
        b->rows[i].products = b->products[i];
    }
}

static void batch_close(struct batch *b)
{
    ps_fixture_free(b->base);
}

/* Rows of all kinds: three economies, one with uncertain parameters and one with an anchor firm,
 * several shapes, some of them side by side in lanes. */
static void batch_mix(struct batch *b)
{
    static struct ps_anchors_row anchor = {"oem", "", "nev", 0.2, -1, 12};
    batch_open(b, 10, 220);
    for (size_t i = 0; i < b->n; i++) {
        b->rows[i].p.pd_multiplier = i % 5 == 1 ? 2 : 1;
        b->rows[i].p.pd_uncertainty_sigma = i % 5 == 1 ? 0.5 : 0;
        b->rows[i].p.demand_uncertainty_sigma = i % 5 == 1 ? 0.3 : 0;
        b->rows[i].anchors = i % 5 == 3 ? &anchor : NULL;
        b->rows[i].anchors_n = i % 5 == 3;
        b->rows[i].p.renewal_prob_frac = i % 5 == 3 ? 0.8 : 0.6;
        b->rows[i].p.breaker_scope = i % 4 == 2 ? PS_BREAKER_BANK : PS_BREAKER_POOL;
        b->rows[i].p.carry_unpaid = i % 7 == 5;
        b->products[i][0].recovery_order = i % 3 == 2 ? PS_RECOVERY_POOL_FIRST : 0;
    }
}

static struct ps_engine_request request_of(const struct ps_scenario *rows, size_t n,
                                           uint64_t worlds)
{
    return (struct ps_engine_request){.scenarios = rows,
                                      .scenarios_n = n,
                                      .worlds_n = worlds,
                                      .seed = 20210101,
                                      .threads_n = 1,
                                      .tier = PS_TIER_FULL};
}

static void assert_same_results(const struct ps_row_result *a, const struct ps_row_result *b)
{
    const char *const difference = ps_rows_difference(&a->row, &b->row);
    assert_string_equal(difference != NULL ? difference : "nothing", "nothing");
    assert_int_equal(a->checkpoints_n, b->checkpoints_n);
    assert_memory_equal(a->checkpoints, b->checkpoints,
                        (size_t)a->checkpoints_n * sizeof *a->checkpoints);
    assert_int_equal(a->converged, b->converged);
    assert_memory_equal(a->mean_pd_frac, b->mean_pd_frac, sizeof a->mean_pd_frac);
}

static void assert_same_runs(const struct ps_engine_request *one,
                             const struct ps_engine_request *two)
{
    struct ps_engine_result a, b;
    ps_kit_engine(one, &a);
    ps_kit_engine(two, &b);
    assert_int_equal(a.rows_n, b.rows_n);
    for (size_t i = 0; i < a.rows_n; i++)
        assert_same_results(&a.rows[i], &b.rows[i]);
    ps_engine_result_free(&b);
    ps_engine_result_free(&a);
}

/* ---- what must not matter ---- */

static void threads_change_nothing(void **state)
{
    (void)state;
    static const int threads[] = {2, 3, 7};
    struct batch b;
    batch_mix(&b);
    const struct ps_engine_request one = request_of(b.rows, 2, 5000);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        struct ps_engine_request more = one;
        more.threads_n = threads[k];
        assert_same_runs(&one, &more);
    }
    ps_claim_equal("runs", sizeof threads / sizeof *threads, 0);
    batch_close(&b);
}

static void instruction_sets_change_nothing(void **state)
{
    (void)state;
    static const char *const isas[] = {"v3", "v4"};
    struct batch b;
    batch_mix(&b);
    struct ps_engine_request base = request_of(b.rows, b.n, 300);
    base.isa = "base";
    for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
        struct ps_engine_request other = base;
        other.isa = isas[k];
        if (ps_kernel_select(isas[k]) != NULL)
            assert_same_runs(&base, &other);
    }
    batch_close(&b);
}

static void a_row_alone_is_the_row_in_a_batch(void **state)
{
    (void)state;
    struct batch b;
    struct ps_engine_result all, alone;
    batch_mix(&b);
    const struct ps_engine_request request = request_of(b.rows, b.n, 1030);
    ps_kit_engine(&request, &all);
    assert_int_equal(all.families_n, 3);
    for (size_t i = 0; i < b.n; i++) {
        const struct ps_engine_request one = request_of(&b.rows[i], 1, 1030);
        ps_kit_engine(&one, &alone);
        assert_same_results(&all.rows[i], &alone.rows[0]);
        ps_engine_result_free(&alone);
    }
    ps_claim_equal("rows", b.n, 0);
    ps_engine_result_free(&all);
    batch_close(&b);
}

/* Power of the comparison: another seed, another pool, one world more. */
static void different_rows_are_told_apart(void **state)
{
    (void)state;
    struct batch b;
    struct ps_engine_result runs[3];
    batch_open(&b, 2, 1);
    for (int k = 0; k < 3; k++) {
        struct ps_engine_request request = request_of(b.rows, 2, k == 1 ? 201 : 200);
        request.seed += k == 2;
        ps_kit_engine(&request, &runs[k]);
    }
    const struct ps_row *row = &runs[0].rows[0].row;
    assert_non_null(ps_rows_difference(row, &runs[0].rows[1].row));
    assert_non_null(ps_rows_difference(row, &runs[1].rows[0].row));
    assert_non_null(ps_rows_difference(row, &runs[2].rows[0].row));
    for (int k = 0; k < 3; k++)
        ps_engine_result_free(&runs[k]);
    batch_close(&b);
}

static void pool_sizes_share_their_worlds(void **state)
{
    (void)state;
    struct batch b;
    struct ps_engine_result result;
    batch_open(&b, 64, 40);
    struct ps_engine_request request = request_of(b.rows, b.n, 2000);
    request.tier = PS_TIER_DECISION;
    ps_kit_engine(&request, &result);
    assert_int_equal(result.worlds_drawn, 2000);
    assert_int_equal(result.families_n, 1);
    for (size_t i = 0; i < b.n; i++) {
        assert_int_equal(result.rows[i].row.worlds_n, 2000);
        assert_int_equal(result.rows[i].family, 0);
    }
    assert_true(result.rows[63].row.moments[PS_M_DEPLETED].sum <
                result.rows[0].row.moments[PS_M_DEPLETED].sum);
    ps_engine_result_free(&result);
    batch_close(&b);
}

static void the_decision_tier_has_the_figures_of_the_full_tier(void **state)
{
    (void)state;
    struct batch b;
    struct ps_engine_result full, decision;
    batch_mix(&b);
    struct ps_engine_request request = request_of(b.rows, b.n, 1100);
    ps_kit_engine(&request, &full);
    request.tier = PS_TIER_DECISION;
    ps_kit_engine(&request, &decision);
    for (size_t i = 0; i < b.n; i++) {
        const struct ps_row_result *x = &full.rows[i], *y = &decision.rows[i];
        assert_null(y->row.hist);
        assert_memory_equal(x->checkpoints, y->checkpoints,
                            (size_t)x->checkpoints_n * sizeof *x->checkpoints);
        for (int m = 0; m < PS_MEASURE_N; m++)
            if (ps_measure_desc((enum ps_measure)m)->tier == PS_MT_DECISION)
                assert_memory_equal(&x->row.moments[m], &y->row.moments[m],
                                    sizeof x->row.moments[m]);
    }
    ps_engine_result_free(&decision);
    ps_engine_result_free(&full);
    batch_close(&b);
}

/* A measure that is asked for twice, by a figure and by two watches, is counted once. */
static void what_is_asked_twice_counts_once(void **state)
{
    (void)state;
    enum { WORLDS = 1000 };
    static const enum ps_measure kept[] = {PS_M_NPL_PEAK, PS_M_NPL_PEAK, PS_M_DEPLETED,
                                           PS_M_DEFAULTS_N};
    static const struct ps_watch watches[] = {
        {PS_M_NPL_PEAK, 0, 100000}, {PS_M_NPL_PEAK, 1, 100000}, {PS_M_COMPENSATION, 0, 0}};
    struct batch b;
    struct ps_engine_result full, decision;
    batch_mix(&b);
    struct ps_engine_request request = request_of(b.rows, b.n, WORLDS);
    ps_kit_engine(&request, &full);
    request.tier = PS_TIER_DECISION;
    request.kept = kept;
    request.kept_n = 4;
    request.watches = watches;
    request.watches_n = 3;
    ps_kit_engine(&request, &decision);
    for (size_t i = 0; i < b.n; i++) {
        const struct ps_row *x = &full.rows[i].row, *y = &decision.rows[i].row;
        for (size_t k = 0; k < 4; k++)
            assert_memory_equal(&x->moments[kept[k]], &y->moments[kept[k]],
                                sizeof x->moments[kept[k]]);
        assert_true(y->watched_n[0] + y->watched_n[1] <= y->moments[PS_M_NPL_PEAK].n);
        assert_true(y->watched_n[2] > 0 && y->watched_n[2] <= WORLDS);
    }
    ps_engine_result_free(&decision);
    ps_engine_result_free(&full);
    batch_close(&b);
}

/* Batches are parts of the worlds: they add up to the moments, and hold the worlds they should. */
static void batches_add_up(void **state)
{
    (void)state;
    enum { WORLDS = 2100 }; /* 65 tiles and a rest: batch 0 has two tiles, batch 1 the rest too */
    struct batch b;
    struct ps_engine_result result;
    batch_mix(&b);
    struct ps_engine_request request = request_of(b.rows, b.n, WORLDS);
    request.threads_n = 3;
    ps_kit_engine(&request, &result);
    for (size_t i = 0; i < b.n; i++) {
        const struct ps_row *row = &result.rows[i].row;
        uint64_t worlds = 0;
        for (size_t k = 0; k < PS_BATCHED_N; k++) {
            ps_int128 sum = 0;
            for (size_t at = 0; at < PS_BATCHES; at++)
                sum += row->batch_sum[at * PS_BATCHED_N + k];
            assert_true(sum == row->moments[ps_batched[k]].sum);
        }
        for (size_t at = 0; at < PS_BATCHES; at++)
            worlds += row->batch_n[at];
        assert_int_equal(worlds, WORLDS);
        assert_true(row->batch_n[0] == 64 && row->batch_n[1] == 52 && row->batch_n[2] == 32);
    }
    ps_engine_result_free(&result);
    batch_close(&b);
}

/* ---- where it stops ---- */

/* The first checkpoint of a longer run is the shorter run. */
static void the_first_worlds_of_a_longer_run_are_the_same(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_engine_result brief, longer;
    struct ps_engine_request request = request_of(s, 1, 1024);
    request.tier = PS_TIER_DECISION;
    ps_kit_engine(&request, &brief);
    request.worlds_n = 5000;
    ps_kit_engine(&request, &longer);
    assert_int_equal(longer.rows[0].checkpoints_n, 4); /* 1,024, 2,048, 4,096, 5,000 */
    assert_memory_equal(&longer.rows[0].checkpoints[0], &brief.rows[0].checkpoints[0],
                        sizeof brief.rows[0].checkpoints[0]);
    assert_int_equal(brief.rows[0].checkpoints[0].depleted_n,
                     brief.rows[0].row.moments[PS_M_DEPLETED].sum);
    assert_int_equal(longer.rows[0].checkpoints[3].worlds_n, 5000);
    ps_engine_result_free(&longer);
    ps_engine_result_free(&brief);
    ps_fixture_free(s);
}

/* Each row stops at its own checkpoint, 1,024 x 2^k worlds, as if it were alone; what never gets
 * precise runs to the end and says so. */
static void precision_stops_a_row_as_if_it_were_alone(void **state)
{
    (void)state;
    enum { MOST = 12000 };
    struct batch b;
    struct ps_engine_result all, alone;
    batch_open(&b, 6, 500); /* 100 .. 2,600 */
    struct ps_engine_request request = request_of(b.rows, b.n, MOST);
    request.tier = PS_TIER_DECISION;
    request.precision = 0.25;
    ps_kit_engine(&request, &all);
    uint64_t counts_n = 0;
    for (size_t i = 0; i < b.n; i++) {
        struct ps_engine_request one = request;
        one.scenarios = &b.rows[i];
        one.scenarios_n = 1;
        ps_kit_engine(&one, &alone);
        assert_same_results(&all.rows[i], &alone.rows[0]);
        assert_int_equal(alone.worlds_drawn, alone.rows[0].row.worlds_n);
        const uint64_t n = all.rows[i].row.worlds_n;
        assert_int_equal(all.rows[i].converged, n < MOST);
        assert_true(n == MOST || (n >= 1024 && (n & (n - 1)) == 0));
        counts_n += i > 0 && n != all.rows[i - 1].row.worlds_n;
        ps_engine_result_free(&alone);
    }
    ps_claim_equal("rows", b.n, 0);
    ps_power_beyond("changes of the number of worlds between rows", (double)counts_n, 1);
    assert_int_equal(all.rows[0].converged, 1);
    assert_int_equal(all.rows[b.n - 1].converged, 0);
    ps_engine_result_free(&all);
    batch_close(&b);
}

struct watch {
    uint64_t stop_at, done, total, calls;
};

static int on_progress(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    assert_true(done > watch->done && done <= total);
    watch->done = done;
    watch->total = total;
    watch->calls++;
    return done >= watch->stop_at;
}

static void progress_counts_and_interrupts(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_engine_result result;
    struct ps_diags diags = {0};
    struct watch watch = {.stop_at = UINT64_MAX};
    struct ps_engine_request request = request_of(s, 1, 5000);
    request.progress = on_progress;
    request.context = &watch;
    ps_kit_engine(&request, &result);
    assert_int_equal(watch.done, 5000);
    assert_int_equal(watch.total, 5000);
    assert_true(watch.calls > 1);
    ps_engine_result_free(&result);
    watch = (struct watch){.stop_at = 1500};
    assert_int_equal(ps_engine_run(&request, &diags, &result), PS_INTERRUPTED);
    assert_in_range(watch.done, 1500, 1500 + PS_TILE_WORLDS);
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

static void an_unknown_instruction_set_is_refused(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_engine_result result;
    struct ps_diags diags = {0};
    struct ps_engine_request request = request_of(s, 1, 100);
    request.isa = "v9";
    assert_int_equal(ps_engine_run(&request, &diags, &result), PS_USAGE);
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

/* ---- sums that must agree ---- */

static void check_members(const struct ps_row *row)
{
    static const enum ps_measure totals[PS_PART_N] = {PS_M_COMPENSATION, PS_M_LOSS};
    for (int d = 0; d < PS_DIM_N; d++) {
        ps_int128 sum[PS_PART_N] = {0}, exposure = 0;
        uint64_t defaults = 0;
        if (d == PS_DIM_GROUP && row->member_first[d] == row->member_first[d + 1])
            continue; /* no loan has a group */
        for (int i = row->member_first[d]; i < row->member_first[d + 1]; i++) {
            for (int part = 0; part < PS_PART_N; part++)
                sum[part] += row->members[i].sum_fen[part];
            exposure += row->members[i].exposure_fen;
            defaults += row->members[i].defaults_n;
        }
        for (int part = 0; part < PS_PART_N; part++)
            assert_true(sum[part] == row->moments[totals[part]].sum);
        assert_true(exposure == row->moments[PS_M_EXPOSURE].sum);
        assert_true((ps_int128)defaults == row->moments[PS_M_DEFAULTS_N].sum);
    }
}

static void check_row(const struct ps_row *row)
{
    const size_t last = (size_t)row->months_n, stride = last + 1;
    ps_int128 registered = 0, paid = 0;
    uint64_t depleted = 0, reached = 0;
    for (int m = 0; m < PS_MEASURE_N; m++)
        if (ps_hist_kept(&row->hist[m]))
            assert_int_equal(row->hist[m].n, row->moments[m].n);
    for (int y = 0; y < row->years_n; y++) {
        registered += row->year_registered[y].sum;
        paid += row->year_paid[y].sum;
        assert_int_equal(row->year_compensation[y].n, row->worlds_n);
    }
    for (size_t t = 0; t <= last; t++) {
        depleted += row->depleted_in_month[t];
        reached += row->reached_in_month[t];
    }
    assert_true(paid == row->moments[PS_M_COMPENSATION].sum);
    assert_true(registered + (ps_int128)row->worlds_n * 2000 * WAN ==
                row->moments[PS_M_REGISTERED].sum);
    assert_true((ps_int128)depleted == row->moments[PS_M_DEPLETED].sum);
    assert_true((ps_int128)reached == row->moments[PS_M_TARGET_CUMULATIVE].sum);
    assert_true(row->path_sum[PS_PATH_BALANCE * stride + last] == row->moments[PS_M_POOL_END].sum);
    assert_true(row->path_sum[PS_PATH_COMPENSATION * stride + last] ==
                row->moments[PS_M_COMPENSATION].sum);
    check_members(row);
}

static void parts_add_up_to_totals(void **state)
{
    (void)state;
    struct batch b;
    struct ps_engine_result result;
    batch_mix(&b);
    const struct ps_engine_request request = request_of(b.rows, b.n, 1100);
    ps_kit_engine(&request, &result);
    for (size_t i = 0; i < b.n; i++) {
        assert_int_equal(result.rows[i].row.worlds_n, 1100);
        check_row(&result.rows[i].row);
    }
    ps_engine_result_free(&result);
    batch_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(instruction_sets_change_nothing),
        cmocka_unit_test(a_row_alone_is_the_row_in_a_batch),
        cmocka_unit_test(different_rows_are_told_apart),
        cmocka_unit_test(pool_sizes_share_their_worlds),
        cmocka_unit_test(the_decision_tier_has_the_figures_of_the_full_tier),
        cmocka_unit_test(what_is_asked_twice_counts_once),
        cmocka_unit_test(batches_add_up),
        cmocka_unit_test(the_first_worlds_of_a_longer_run_are_the_same),
        cmocka_unit_test(precision_stops_a_row_as_if_it_were_alone),
        cmocka_unit_test(progress_counts_and_interrupts),
        cmocka_unit_test(an_unknown_instruction_set_is_refused),
        cmocka_unit_test(parts_add_up_to_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
