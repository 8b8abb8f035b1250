// SPDX-License-Identifier: GPL-3.0-or-later
// Rare depletion against exact laws (docs/model.md section 12): a static book of 100 loans whose
// pool is depleted in 1 of 100,000 worlds, by quadrature over the index (chapter 9). 200 seeds of
// 2,000 steered worlds; and numbers of the Bishan book that are known by its laws. Alpha 1e-9 a
// claim; the seeds are fixed here and are never changed to make a test pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "claim.h"
#include "fixture.h"
#include "oracle.h"
#include "pledgesim/exact.h"
#include "pledgesim/prepare.h"
#include "pledgesim/rare.h"
#include "sim/rare/pilot.h"
#include "testkit.h"

#define FEN_PER_WAN INT64_C(1000000)

enum { LOANS = 100, SEEDS = 200, FEW_SEEDS = 50, WORLDS_N = 25 * PS_TILT_CYCLE, SEED = 2027 };

enum { KEPT_N = 2 };
static const enum ps_measure KEPT[KEPT_N] = {PS_M_DEPLETED, PS_M_DEFAULTS_N};

static const int64_t POOL_WAN = 1330;
static const int64_t MILD_N = 8; /* defaults above it: about 5 % of the worlds */

struct book {
    struct ps_scenario *s;
    double depletion, mild; /* exact */
};

static struct book static_book(int64_t pool_wan)
{
    struct book b = {.s = ps_fixture_tape(LOANS)};
    struct ps_exact exact;
    double error;
    b.s->p.horizon_months = 12;
    b.s->p.runoff_months = 10;
    b.s->p.renewal_prob_frac = 0;
    b.s->p.factor_step_months = PS_STEP_12;
    b.s->pools[0].interest_ppm = 0;
    b.s->pools[0].initial_fen = pool_wan * FEN_PER_WAN;
    b.s->products[0].pay_mode = 1; /* net loss */
    b.s->products[0].pool_share_ppm = 700000;
    for (size_t i = 0; i < LOANS; i++) {
        b.s->loans[i].pd_frac = 0.03;
        b.s->loans[i].correlation = 0.08;
        b.s->loans[i].recovery_frac = 0.3;
    }
    assert_int_equal(ps_exact_solve(b.s, NULL, &exact), PS_OK);
    assert_int_equal(exact.reason[PS_EXACT_PAID], PS_EXACT_NONE);
    b.depletion = ps_exact_depletion(&exact, &error);
    assert_true(error < 1e-9);
    b.mild = ps_loss_above(&exact.defaults, MILD_N);
    ps_exact_free(&exact);
    return b;
}

static struct ps_engine_request request_of(const struct ps_scenario *s, uint64_t seed)
{
    return (struct ps_engine_request){.scenarios = s,
                                      .scenarios_n = 1,
                                      .worlds_n = WORLDS_N,
                                      .seed = seed,
                                      .threads_n = 1,
                                      .tier = PS_TIER_DECISION,
                                      .kept = KEPT,
                                      .kept_n = KEPT_N};
}

/* ---- many seeds under one tilt ---- */

/* Means over seeds, of what the weights make of both events, and of weights that are wrong. */
struct found {
    struct ps_oracle_mean weight, depletion, mild, without_nominal;
    uint64_t covered_n, half_covered_n; /* intervals that hold the exact value; of half the width */
};

static void seed_add(struct found *f, const struct book *b, const double *weights,
                     const int64_t *depleted, const int64_t *defaults)
{
    struct ps_weighted w = {0};
    double weight = 0, mild = 0, wrong = 0;
    for (uint64_t i = 0; i < WORLDS_N; i++) {
        const int is_mild = defaults[i] > MILD_N;
        ps_weighted_add(&w, ps_tilt_part(PS_RARE_FIRST + i), weights[i] * (double)depleted[i]);
        weight += weights[i] / WORLDS_N;
        mild += is_mild ? weights[i] / WORLDS_N : 0;
        /* PS_TILT_PARTS / sum, the 1 of the nominal part left out of the sum */
        wrong += is_mild ? 1 / (1 / weights[i] - 1. / PS_TILT_PARTS) / WORLDS_N : 0;
    }
    const struct ps_interval in = ps_weighted_interval(&w, 0.95);
    const double middle = 0.5 * (in.lo + in.hi), quarter = 0.25 * (in.hi - in.lo);
    f->covered_n += in.lo <= b->depletion && b->depletion <= in.hi;
    f->half_covered_n += fabs(b->depletion - middle) <= quarter;
    ps_oracle_add(&f->weight, weight);
    ps_oracle_add(&f->depletion, ps_weighted_mean(&w).value);
    ps_oracle_add(&f->mild, mild);
    ps_oracle_add(&f->without_nominal, wrong);
}

static struct found run_seeds(const struct book *b, const struct ps_tilt *tilt, int seeds_n)
{
    struct found f = {0};
    double *weights = malloc(WORLDS_N * sizeof *weights);
    int64_t *values = malloc(KEPT_N * WORLDS_N * sizeof *values);
    assert_non_null(weights);
    assert_non_null(values);
    for (uint64_t seed = 1; seed <= (uint64_t)seeds_n; seed++) {
        struct ps_engine_request request = request_of(b->s, seed);
        struct ps_engine_result result;
        request.first_world = PS_RARE_FIRST;
        request.tilt = tilt;
        request.weights = weights;
        request.values = values;
        ps_kit_engine(&request, &result);
        ps_engine_result_free(&result);
        seed_add(&f, b, weights, values, values + WORLDS_N);
    }
    free(weights);
    free(values);
    return f;
}

static void estimates_are_unbiased(void **state)
{
    (void)state;
    const struct book b = static_book(POOL_WAN);
    const struct ps_engine_request request = request_of(b.s, SEED);
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    struct ps_policy policy;
    struct ps_crises crises;
    uint64_t pilot_n;
    print_message("exact: depletion %.4g, more than %d defaults %.4g\n", b.depletion, (int)MILD_N,
                  b.mild);
    assert_int_equal(ps_world_prepare(b.s, SEED, &diags, &plan), PS_OK);
    assert_int_equal(ps_policy_prepare(b.s, &diags, &policy), PS_OK);
    assert_int_equal(ps_pilot_run(&request, plan, &policy, &crises, &pilot_n), PS_OK);
    const struct found f = run_seeds(&b, &crises.tilt, SEEDS);
    const double p = f.depletion.sum / SEEDS;
    print_message("estimate %.4g, exact %.4g\n", p, b.depletion);
    ps_claim_p("mean weight 1", ps_oracle_mean_is(&f.weight, 1));
    ps_claim_p("depletion 1e-5", ps_oracle_mean_is(&f.depletion, b.depletion));
    ps_power_p("depletion 3 % higher", ps_oracle_mean_is(&f.depletion, 1.03 * b.depletion));
    ps_claim_p("milder event", ps_oracle_mean_is(&f.mild, b.mild));
    ps_power_p("weights without the nominal part", ps_oracle_mean_is(&f.without_nominal, b.mild));
    ps_claim_p("intervals that hold it", ps_oracle_binomial(f.covered_n, SEEDS, 0.95));
    ps_power_p("intervals of half the width", ps_oracle_binomial(f.half_covered_n, SEEDS, 0.95));

    struct ps_tilt wrong = crises.tilt;
    memset(wrong.half_square, 0, sizeof wrong.half_square);
    const struct found without_square = run_seeds(&b, &wrong, FEW_SEEDS);
    ps_power_p("weights without half the square",
               ps_oracle_mean_is(&without_square.depletion, b.depletion));
    ps_power_p("their mean weight", ps_oracle_mean_is(&without_square.weight, 1));

    wrong = crises.tilt;
    memset(wrong.log_times, 0, sizeof wrong.log_times);
    const struct found without_times = run_seeds(&b, &wrong, FEW_SEEDS);
    ps_power_p("weights without the hazards' factors",
               ps_oracle_mean_is(&without_times.depletion, b.depletion));
    ps_crises_free(&crises);
    ps_policy_free(&policy);
    ps_world_plan_free(plan);
    ps_diags_free(&diags);
    ps_fixture_free(b.s);
}

/* ---- new firms, kinds and periods ---- */

enum { BISHAN_WORLDS_N = 400 * PS_TILT_CYCLE, LARGE_WAN = 800 };

/* Of worlds drawn by a tilt: their weights, and weighted: new firms that ask for a large loan under
 * the first quarter of products, and first loans of a year that default. */
struct seen {
    struct ps_oracle_mean weight, large, defaults, large_unweighted;
};

static void world_see(struct seen *seen, const struct ps_world *w)
{
    double large = 0, defaults = 0;
    for (int a = 0; a < w->apps_n; a++) {
        const struct ps_app *app = &w->apps[a];
        if (app->month == 0 || app->link > 0)
            continue;
        large += app->amount_wan >= LARGE_WAN && w->u_product[app->firm_rank] < 1u << 30;
        defaults += app->fate != PS_NONE && app->maturity == app->month + 12;
    }
    ps_oracle_add(&seen->weight, w->weight);
    ps_oracle_add(&seen->large, w->weight * large);
    ps_oracle_add(&seen->defaults, w->weight * defaults);
    ps_oracle_add(&seen->large_unweighted, large);
}

static struct seen see(const struct ps_scenario *s, const struct ps_tilt *tilt)
{
    static struct ps_tilt_counts counts[PS_TILE_WORLDS];
    struct seen seen = {0};
    struct ps_kit kit;
    ps_kit_open(&kit, s, SEED, NULL);
    kit.plan->tilt = tilt;
    for (int i = 0; i < PS_TILE_WORLDS; i++)
        kit.worlds.worlds[i].tilt_counts = &counts[i];
    for (uint64_t first = 0; first < BISHAN_WORLDS_N; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, PS_RARE_FIRST + first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++)
            world_see(&seen, &kit.worlds.worlds[i]);
    }
    ps_kit_close(&kit);
    return seen;
}

/* P(X < x) of the lognormal law before it is cut. */
static double amounts_below(double x)
{
    return gsl_cdf_ugaussian_P(log(x / 350));
}

/* By the book: 68 new firms, large ones by the truncated lognormal law; four in five first loans
 * run a year and default with their PD, whatever the index did in the years before. */
static void firms_and_periods_are_unbiased(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_engine_request request = request_of(s, SEED);
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    struct ps_policy policy;
    struct ps_crises crises;
    uint64_t pilot_n;
    double pd = 0, share = 0;
    for (size_t i = 0; i < s->segments_n; i++) {
        pd += s->segments[i].share_frac * s->segments[i].pd_frac;
        share += s->segments[i].share_frac;
    }
    const double all = amounts_below(1000) - amounts_below(20);
    const double large = 68 * 0.25 * (amounts_below(1000) - amounts_below(LARGE_WAN - 0.5)) / all;
    const double defaults = 68 * 0.8 * pd / share;
    s->pools[0].initial_fen = 2000 * FEN_PER_WAN;
    assert_int_equal(ps_world_prepare(s, SEED, &diags, &plan), PS_OK);
    assert_int_equal(ps_policy_prepare(s, &diags, &policy), PS_OK);
    assert_int_equal(ps_pilot_run(&request, plan, &policy, &crises, &pilot_n), PS_OK);
    const struct seen seen = see(s, &crises.tilt);
    print_message("large firms %.4g of %.4g (unweighted %.4g), defaults %.4g of %.4g\n",
                  seen.large.sum / seen.large.n, large, seen.large_unweighted.sum / seen.large.n,
                  seen.defaults.sum / seen.large.n, defaults);
    ps_claim_p("Bishan, mean weight 1", ps_oracle_mean_is(&seen.weight, 1));
    ps_claim_p("large new firms", ps_oracle_mean_is(&seen.large, large));
    ps_claim_p("defaults of loans of a year", ps_oracle_mean_is(&seen.defaults, defaults));
    ps_power_p("large firms without weights", ps_oracle_mean_is(&seen.large_unweighted, large));
    ps_power_p("10 % more defaults", ps_oracle_mean_is(&seen.defaults, 1.1 * defaults));

    struct ps_tilt wrong = crises.tilt;
    memset(wrong.log_kind, 0, sizeof wrong.log_kind);
    const struct seen without_kinds = see(s, &wrong);
    ps_power_p("weights without kinds, large firms",
               ps_oracle_mean_is(&without_kinds.large, large));
    wrong = crises.tilt;
    memset(wrong.log_times, 0, sizeof wrong.log_times);
    const struct seen without_times = see(s, &wrong);
    ps_power_p("weights without factors, defaults",
               ps_oracle_mean_is(&without_times.defaults, defaults));
    ps_crises_free(&crises);
    ps_policy_free(&policy);
    ps_world_plan_free(plan);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

/* ---- the whole way, and its refusals ---- */

static struct ps_rare_row run_all(const struct ps_scenario *s, uint64_t worlds_n)
{
    struct ps_engine_request request = request_of(s, SEED);
    struct ps_engine_result plain;
    struct ps_rare_row row;
    request.tier = PS_TIER_FULL;
    request.kept_n = 0;
    request.worlds_n = worlds_n;
    ps_kit_engine(&request, &plain);
    assert_int_equal(ps_rare_run(&request, &plain, &row), PS_OK);
    ps_engine_result_free(&plain);
    return row;
}

static void an_estimate_is_given(void **state)
{
    (void)state;
    const struct book b = static_book(POOL_WAN);
    const struct ps_rare_row row = run_all(b.s, 20000);
    const struct ps_estimate p = ps_weighted_mean(&row.depletion);
    assert_int_equal(row.verdict, PS_RARE_GIVEN);
    assert_int_equal(row.worlds_n, 20064); /* all parts alike */
    ps_claim_within("whole way, standard errors off", fabs(p.value - b.depletion) / p.se, 6.1);
    ps_power_beyond("half of it", fabs(p.value - b.depletion / 2) / p.se, 6.1);
    assert_true(ps_rare_gain(&row) > 20);
    ps_fixture_free(b.s);
}

static void what_cannot_be_told_is_refused(void **state)
{
    (void)state;
    struct book b = static_book(POOL_WAN);
    assert_int_equal(run_all(b.s, 80).verdict, PS_RARE_FEW);
    b.s->pools[0].initial_fen = 100000 * FEN_PER_WAN; /* more than all loans */
    assert_int_equal(run_all(b.s, 2000).verdict, PS_RARE_NO_DEATH);
    b.s->products[0].pool_share_ppm = 0;
    b.s->products[0].bank_share_ppm = 1000000;
    assert_int_equal(run_all(b.s, 2000).verdict, PS_RARE_NO_CLAIM);
    ps_fixture_free(b.s);
}

/* Loans to which next to nothing happens: hardly a world of the pilot's first level has a default
 * to learn from. */
static void defaults_no_plain_world_sees(void **state)
{
    (void)state;
    struct book b = static_book(POOL_WAN);
    struct ps_rare_row row;
    for (size_t i = 0; i < LOANS; i++) {
        b.s->loans[i].pd_frac = 1e-7;
        b.s->loans[i].correlation = 0;
    }
    b.s->pools[0].initial_fen = 30 * FEN_PER_WAN; /* less than a loan's loss */
    row = run_all(b.s, 20000);
    const struct ps_estimate p = ps_weighted_mean(&row.depletion);
    print_message("depletion %.4g +- %.2g\n", p.value, p.se);
    assert_int_equal(row.verdict, PS_RARE_GIVEN);
    ps_claim_within("by the PDs, standard errors off", fabs(p.value - LOANS * 1e-7) / p.se, 6.1);
    ps_power_beyond("half of it", fabs(p.value - LOANS * 0.5e-7) / p.se, 6.1);
    ps_fixture_free(b.s);
}

static void what_is_known_is_not_steered(void **state)
{
    (void)state;
    const struct book b = static_book(107);
    const struct ps_rare_row row = run_all(b.s, 20000);
    assert_int_equal(row.verdict, PS_RARE_PLAIN_SUFFICES);
    assert_int_equal(row.worlds_n, 0);
    ps_fixture_free(b.s);
}

/* A plain run that says something else: that of a smaller pool. */
static void contradiction_is_refused(void **state)
{
    (void)state;
    const struct book small = static_book(500), b = static_book(POOL_WAN);
    struct ps_engine_request request = request_of(small.s, SEED);
    struct ps_engine_result plain;
    struct ps_rare_row row;
    request.tier = PS_TIER_FULL;
    request.kept_n = 0;
    ps_kit_engine(&request, &plain);
    request.scenarios = b.s;
    assert_int_equal(ps_rare_run(&request, &plain, &row), PS_OK);
    assert_int_equal(row.verdict, PS_RARE_CONTRADICTED);
    ps_engine_result_free(&plain);
    ps_fixture_free(small.s);
    ps_fixture_free(b.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_unbiased),
        cmocka_unit_test(firms_and_periods_are_unbiased),
        cmocka_unit_test(an_estimate_is_given),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(defaults_no_plain_world_sees),
        cmocka_unit_test(what_is_known_is_not_steered),
        cmocka_unit_test(contradiction_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
