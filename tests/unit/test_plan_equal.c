// SPDX-License-Identifier: GPL-3.0-or-later
// Which scenarios share their worlds: all that differ in policy only.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "pledgesim/prepare.h"

static struct ps_world_plan *prepare(const struct ps_scenario *s)
{
    struct ps_diags diags = {0};
    struct ps_world_plan *plan = NULL;
    assert_int_equal(ps_world_prepare(s, 7, &diags, &plan), PS_OK);
    ps_diags_free(&diags);
    return plan;
}

static void add_shocks(struct ps_scenario *s, const struct ps_shocks_row *rows, size_t n)
{
    free(s->shocks);
    s->shocks = calloc(n, sizeof *rows);
    assert_non_null(s->shocks);
    memcpy(s->shocks, rows, n * sizeof *rows);
    s->shocks_n = n;
}

static void add_anchors(struct ps_scenario *s, const struct ps_anchors_row *rows, size_t n)
{
    free(s->anchors);
    s->anchors = calloc(n, sizeof *rows);
    assert_non_null(s->anchors);
    memcpy(s->anchors, rows, n * sizeof *rows);
    s->anchors_n = n;
}

typedef void change_fn(struct ps_scenario *s);

#define CHANGE(name, statement)                                                                    \
    static void name(struct ps_scenario *s)                                                        \
    {                                                                                              \
        statement;                                                                                 \
    }

CHANGE(change_horizon, s->p.horizon_months = 61)
CHANGE(change_runoff, s->p.runoff_months = 61)
CHANGE(change_phi, s->p.phi_annual = 0.51)
CHANGE(change_index_correlation, s->index_correlation[1] = s->index_correlation[4] = 0.4)
CHANGE(change_step, s->p.factor_step_months = PS_STEP_3)
CHANGE(change_start, s->p.index_start = PS_START_FIXED)
CHANGE(change_dependence, s->p.dependence = 1)
CHANGE(change_basis, s->p.correlation_basis = PS_BASIS_MONTHLY)
CHANGE(change_maturity, s->p.maturity_share_frac = 0.4)
CHANGE(change_pd_multiplier, s->p.pd_multiplier = 1.01)
CHANGE(change_demand, s->demand[4].new_firms_n = 21)
CHANGE(change_renewal, s->p.renewal_prob_frac = 0.61)
CHANGE(change_retry, s->p.refused_retry_months = 2)
CHANGE(change_moral_hazard, s->p.moral_hazard = 2)
CHANGE(change_npl_months, s->p.npl_months = 4)
CHANGE(change_disposal, s->p.disposal_median_months = 19)
CHANGE(change_disposal_sigma, s->p.disposal_sigma = 0.5)
CHANGE(change_freeze, s->p.disposal_freeze_months = 1)
CHANGE(change_sale, s->p.sale_prob_frac = 0.41)
CHANGE(change_sale_never, s->p.sale_prob_frac = 0)
CHANGE(change_sale_beta, s->p.sale_sensitivity = 0)
CHANGE(change_value_beta, s->p.value_sensitivity = 0)
CHANGE(change_price, s->p.price_concentration = 9)
CHANGE(change_cost, s->p.disposal_cost_frac = 0.11)
CHANGE(change_valuation, s->p.valuation_multiplier = 0.6)
CHANGE(change_cash, s->p.cash_recovery_frac = 0.08)
CHANGE(change_cure, s->p.cure_prob_frac = 0.01)
CHANGE(change_segment_pd, s->segments[7].pd_frac = 0.031)
CHANGE(change_segment_share, s->segments[7].share_frac *= 1.01)
CHANGE(change_amount, s->segments[7].amount_sigma = 0.9)
CHANGE(change_amount_constant, s->segments[7].amount_sigma = 0)
CHANGE(change_tenor, s->segments[7].tenor_24m_frac += 0.01)
CHANGE(change_rate, s->segments[7].loan_rate_ppm += 1)
CHANGE(change_equal, s->segments[7].equal_principal_frac = 1)
CHANGE(change_micro, s->segments[7].micro_frac = 0.5)
CHANGE(change_kind_of_segment, strcpy(s->segments[0].ip_kind_id, "utility"))
CHANGE(change_ltv, s->ip_kinds[0].ltv_frac = 0.2)
CHANGE(change_decay, s->ip_kinds[0].decay_pa = 0.13)
CHANGE(change_lapse, s->ip_kinds[0].lapse_pa = 0.04)
CHANGE(change_volatility, s->ip_kinds[0].volatility_pa = 0.5)
CHANGE(change_loan_id, strcpy(s->loans[5].loan_id, "tape_7"))
CHANGE(change_loan_amount, s->loans[5].amount_wan++)
CHANGE(change_loan_age, s->loans[5].age_months++)
CHANGE(change_loan_left, s->loans[5].months_left++)
CHANGE(change_loan_firm, strcpy(s->loans[5].firm_id, "x"); strcpy(s->loans[4].firm_id, "x"))
CHANGE(change_loan_recovery, s->loans[5].recovery_frac = 0.5)
CHANGE(change_loan_spread, s->loans[5].recovery_frac = 0.5; s->loans[5].recovery_sd_frac = 0.2)
CHANGE(change_loan_pledge, s->loans[5].pledged_value_fen = 1)
CHANGE(change_loan_number, s->loans_n = 5)

CHANGE(change_pd_uncertainty, s->p.pd_uncertainty_sigma = 0.1)
CHANGE(change_recovery_uncertainty, s->p.recovery_uncertainty_sigma = 0.1)
CHANGE(change_demand_uncertainty, s->p.demand_uncertainty_sigma = 0.1)

static const struct ps_anchors_row ANCHOR = {"oem", "", "nev", 0.03, -1, 6};

CHANGE(change_anchors, add_anchors(s, &ANCHOR, 1))
CHANGE(change_anchor_id, strcpy(s->anchors[0].anchor_id, "x"))
CHANGE(change_anchor_cluster, strcpy(s->anchors[0].cluster_id, "it"))
CHANGE(change_anchor_pd, s->anchors[0].pd_frac = 0.04)
CHANGE(change_anchor_shift, s->anchors[0].shift_sd = -2)
CHANGE(change_anchor_months, s->anchors[0].shift_months = 7)
CHANGE(change_anchored, strcpy(s->loans[5].anchor_id, "oem"))
static void give_vehicle(struct ps_scenario *s)
{
    s->vehicles = calloc(1, sizeof *s->vehicles);
    assert_non_null(s->vehicles);
    s->vehicles[0] = (struct ps_vehicles_row){.vehicle_id = "deal",
                                              .abs_mode = PS_ABS_NEW_ISSUE,
                                              .issue_month = 3,
                                              .size_wan = 100,
                                              .firms_n = 10,
                                              .tenor_months = 12};
    s->vehicles_n = 1;
}

CHANGE(change_vehicle_id, strcpy(s->vehicles[0].vehicle_id, "dial"))
CHANGE(change_vehicle_off, s->vehicles[0].abs_mode = PS_ABS_OFF)
CHANGE(change_vehicle_month, s->vehicles[0].issue_month++)
CHANGE(change_vehicle_size, s->vehicles[0].size_wan++)
CHANGE(change_vehicle_firms, s->vehicles[0].firms_n++)
CHANGE(change_vehicle_tenor, s->vehicles[0].tenor_months++)
CHANGE(change_vehicle_sigma, s->vehicles[0].amount_sigma = 0.1)
CHANGE(change_vehicle_segment, strcpy(s->vehicles[0].segment_id, s->segments[2].segment_id))

static void test_what_a_new_issue_is_makes_plans_differ(void **state)
{
    (void)state;
    static change_fn *const changes[] = {
        change_vehicle_id,    change_vehicle_off,   change_vehicle_month, change_vehicle_size,
        change_vehicle_firms, change_vehicle_tenor, change_vehicle_sigma, change_vehicle_segment};
    struct ps_scenario *untouched = ps_fixture_bishan();
    give_vehicle(untouched);
    struct ps_world_plan *base = prepare(untouched);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct ps_scenario *s = ps_fixture_bishan();
        give_vehicle(s);
        s->vehicles[0].subordinated_ppm = 7; /* the tranches are policy */
        s->vehicles[0].undertaking_ppm = 7;
        s->vehicles[0].undertaker = PS_UNDERTAKER_ORIGINATOR;
        s->vehicles[0].issue_subsidy_ppm = 7;
        assert_true(ps_scenario_same_world(untouched, s));
        changes[i](s);
        assert_false(ps_scenario_same_world(untouched, s));
        struct ps_world_plan *other = prepare(s);
        if (ps_world_plan_equal(base, other) || ps_world_plan_equal(other, base)) {
            fail_msg("change %zu makes no difference", i);
        }
        ps_world_plan_free(other);
        ps_fixture_free(s);
    }
    ps_world_plan_free(base);
    ps_fixture_free(untouched);
}

static void give_fund(struct ps_scenario *s)
{
    s->funds = calloc(1, sizeof *s->funds);
    assert_non_null(s->funds);
    s->funds[0] = (struct ps_funds_row){.fund_id = "seed",
                                        .size_wan = 1000,
                                        .investments_n = 10,
                                        .from_month = 3,
                                        .to_month = 30,
                                        .hold_months = 36,
                                        .write_off_frac = 0.4,
                                        .multiple_median = 1.5,
                                        .multiple_sigma = 0.8,
                                        .correlation = 0.2};
    strcpy(s->funds[0].cluster_id, s->cluster_ids[0]);
    s->funds_n = 1;
}

CHANGE(change_fund_id, strcpy(s->funds[0].fund_id, "sead"))
CHANGE(change_fund_none, s->funds_n = 0)
CHANGE(change_fund_n, s->funds[0].investments_n++)
CHANGE(change_fund_from, s->funds[0].from_month++)
CHANGE(change_fund_to, s->funds[0].to_month++)
CHANGE(change_fund_hold, s->funds[0].hold_months++)
CHANGE(change_fund_write_off, s->funds[0].write_off_frac = 0.41)
CHANGE(change_fund_median, s->funds[0].multiple_median = 1.6)
CHANGE(change_fund_sigma, s->funds[0].multiple_sigma = 0.7)
CHANGE(change_fund_cluster, strcpy(s->funds[0].cluster_id, s->cluster_ids[1]))
CHANGE(change_fund_correlation, s->funds[0].correlation = 0.3)

static void test_what_a_fund_draws_makes_plans_differ(void **state)
{
    (void)state;
    static change_fn *const changes[] = {
        change_fund_id,        change_fund_none,    change_fund_n,          change_fund_from,
        change_fund_to,        change_fund_hold,    change_fund_median,     change_fund_sigma,
        change_fund_write_off, change_fund_cluster, change_fund_correlation};
    struct ps_scenario *untouched = ps_fixture_bishan();
    give_fund(untouched);
    struct ps_world_plan *base = prepare(untouched);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct ps_scenario *s = ps_fixture_bishan();
        give_fund(s);
        s->funds[0].size_wan = 7; /* its money is policy */
        s->funds[0].fiscal_share_ppm = 7;
        assert_true(ps_scenario_same_world(untouched, s));
        changes[i](s);
        assert_false(ps_scenario_same_world(untouched, s));
        struct ps_world_plan *other = prepare(s);
        if (ps_world_plan_equal(base, other) || ps_world_plan_equal(other, base)) {
            fail_msg("change %zu makes no difference", i);
        }
        ps_world_plan_free(other);
        ps_fixture_free(s);
    }
    ps_world_plan_free(base);
    ps_fixture_free(untouched);
}

static void change_shocks(struct ps_scenario *s)
{
    const struct ps_shocks_row row = {"a", "all", 5, 5, -0.1};
    add_shocks(s, &row, 1);
}

CHANGE(change_t_nu, s->p.t_nu = 8.5)
CHANGE(change_t_mixing, s->p.t_mixing = PS_MIXING_WORLD)
CHANGE(change_start_month, s->p.start_month = 2)
CHANGE(change_variance, s->p.sector_variance = 0.5)
CHANGE(change_link, s->p.gamma_link = PS_LINK_LINEAR_CAPPED)
CHANGE(change_weight, s->sector_weights[0].weight_frac = 0.5)
CHANGE(change_weight_of_row, strcpy(s->sector_weights[1].segment_id, s->segments[2].segment_id))
CHANGE(change_weight_cluster, strcpy(s->sector_weights[0].cluster_id, s->cluster_ids[2]))
CHANGE(change_weight_variance, s->sector_weights[0].variance = 0.3)
CHANGE(change_weights_n, s->sector_weights_n = 1)
CHANGE(change_calm, s->p.calm_months = 49)
CHANGE(change_stress, s->p.stress_months = 13)
CHANGE(change_multiplier, s->p.stress_multiplier = 2.5)
CHANGE(change_stress_shift, s->p.stress_shift_sd = 1)

/* The Bishan book under a dependence model, the first two segments with sectors of their own. */
static struct ps_scenario *book_of(int64_t dependence)
{
    struct ps_scenario *s = ps_fixture_bishan();
    s->p.dependence = dependence;
    s->p.correlation_basis = dependence > 0 ? PS_BASIS_MONTHLY : PS_BASIS_ANNUAL;
    s->sector_weights = calloc(2, sizeof *s->sector_weights);
    assert_non_null(s->sector_weights);
    s->sector_weights_n = 2;
    for (int i = 0; i < 2; i++) {
        struct ps_sector_weights_row *row = &s->sector_weights[i];
        strcpy(row->sector_weight_id, i == 0 ? "a" : "b");
        strcpy(row->segment_id, s->segments[i].segment_id);
        strcpy(row->cluster_id, s->cluster_ids[i]);
        row->weight_frac = 0.6;
        row->variance = 0.6;
    }
    return s;
}

static void every_change_is_seen(int64_t dependence, change_fn *const changes[], size_t n)
{
    struct ps_scenario *untouched = book_of(dependence);
    struct ps_world_plan *base = prepare(untouched);
    for (size_t i = 0; i < n; i++) {
        struct ps_scenario *s = book_of(dependence);
        assert_true(ps_scenario_same_world(untouched, s));
        changes[i](s);
        assert_false(ps_scenario_same_world(untouched, s));
        struct ps_world_plan *other = prepare(s);
        if (ps_world_plan_equal(base, other) || ps_world_plan_equal(other, base)) {
            fail_msg("change %zu of model %d makes no difference", i, (int)dependence);
        }
        ps_world_plan_free(other);
        ps_fixture_free(s);
    }
    ps_world_plan_free(base);
    ps_fixture_free(untouched);
}

static void test_whatever_the_sampler_reads_makes_plans_differ(void **state)
{
    (void)state;
    static change_fn *const changes[] = {change_horizon,
                                         change_runoff,
                                         change_phi,
                                         change_index_correlation,
                                         change_step,
                                         change_start,
                                         change_dependence,
                                         change_basis,
                                         change_maturity,
                                         change_pd_multiplier,
                                         change_demand,
                                         change_renewal,
                                         change_retry,
                                         change_moral_hazard,
                                         change_npl_months,
                                         change_disposal,
                                         change_disposal_sigma,
                                         change_freeze,
                                         change_sale,
                                         change_sale_never,
                                         change_sale_beta,
                                         change_value_beta,
                                         change_price,
                                         change_cost,
                                         change_valuation,
                                         change_cash,
                                         change_cure,
                                         change_segment_pd,
                                         change_segment_share,
                                         change_amount,
                                         change_amount_constant,
                                         change_tenor,
                                         change_rate,
                                         change_equal,
                                         change_micro,
                                         change_kind_of_segment,
                                         change_ltv,
                                         change_decay,
                                         change_lapse,
                                         change_volatility,
                                         change_loan_id,
                                         change_loan_amount,
                                         change_loan_age,
                                         change_loan_left,
                                         change_loan_firm,
                                         change_loan_recovery,
                                         change_loan_spread,
                                         change_loan_pledge,
                                         change_loan_number,
                                         change_shocks,
                                         change_pd_uncertainty,
                                         change_recovery_uncertainty,
                                         change_demand_uncertainty,
                                         change_anchors};
    every_change_is_seen(0, changes, sizeof changes / sizeof changes[0]);
}

static void test_so_does_what_a_dependence_model_reads(void **state)
{
    (void)state;
    static change_fn *const student_t[] = {change_t_nu, change_t_mixing, change_start_month},
                            *const gamma[] = {change_variance,       change_link,
                                              change_weight,         change_weight_of_row,
                                              change_weight_cluster, change_weight_variance,
                                              change_weights_n},
                            *const regime[] = {change_calm, change_stress, change_multiplier,
                                               change_stress_shift};
    every_change_is_seen(2, student_t, sizeof student_t / sizeof student_t[0]);
    every_change_is_seen(3, gamma, sizeof gamma / sizeof gamma[0]);
    every_change_is_seen(4, regime, sizeof regime / sizeof regime[0]);
}

static void test_whatever_an_anchor_is_makes_plans_differ(void **state)
{
    (void)state;
    static change_fn *const changes[] = {change_anchor_id,     change_anchor_cluster,
                                         change_anchor_pd,     change_anchor_shift,
                                         change_anchor_months, change_anchored};
    struct ps_scenario *untouched = ps_fixture_bishan();
    add_anchors(untouched, &ANCHOR, 1);
    struct ps_world_plan *base = prepare(untouched);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct ps_scenario *s = ps_fixture_bishan();
        add_anchors(s, &ANCHOR, 1);
        strcpy(s->anchors[0].label, "a label is a name");
        assert_true(ps_scenario_same_world(untouched, s));
        changes[i](s);
        assert_false(ps_scenario_same_world(untouched, s));
        struct ps_world_plan *other = prepare(s);
        assert_false(ps_world_plan_equal(base, other));
        ps_world_plan_free(other);
        ps_fixture_free(s);
    }
    ps_world_plan_free(base);
    ps_fixture_free(untouched);
}

static void test_policy_and_row_order_make_no_difference(void **state)
{
    (void)state;
    const struct ps_shocks_row shocks[] = {{"a", "nev", 5, 8, -1}, {"b", "it", 7, 9, -0.5}};
    const struct ps_shocks_row turned[] = {{"b", "it", 7, 9, -0.5}, {"a", "nev", 5, 8, -1}};
    struct ps_scenario *s = ps_fixture_bishan();
    add_shocks(s, shocks, 2);
    struct ps_world_plan *base = prepare(s);
    struct ps_diags diags = {0};
    struct ps_world_plan *seeded;
    assert_int_equal(ps_world_prepare(s, 8, &diags, &seeded), PS_OK);
    assert_false(ps_world_plan_equal(base, seeded));
    struct ps_scenario *untouched = ps_fixture_bishan();
    add_shocks(untouched, shocks, 2);
    s->p.pool_initial_fen *= 2;
    s->p.firm_population_n = 5;
    s->p.trigger_months = 6;
    s->products[0].pool_share_ppm = 500000;
    assert_true(ps_scenario_same_world(untouched, s));
    ps_fixture_free(untouched);
    add_shocks(s, turned, 2);
    const struct ps_demand_row first = s->demand[0];
    s->demand[0] = s->demand[3];
    s->demand[3] = first;
    struct ps_world_plan *other = prepare(s);
    assert_true(ps_world_plan_equal(base, other));
    assert_true(ps_world_plan_equal(base, base));
    ps_world_plan_free(base);
    ps_world_plan_free(seeded);
    ps_world_plan_free(other);
    ps_fixture_free(s);
    ps_diags_free(&diags);
}

/* With careless banks the sharing of losses, else the policy's, decides who defaults. */
CHANGE(change_coverage, s->products[1].pool_share_ppm = 800000; s->products[1].bank_share_ppm = 0)
CHANGE(change_mix, s->products[1].share_frac = 0.7)
CHANGE(change_tape_product, strcpy(s->loans[2].product_id, s->products[0].product_id))

static void test_moral_hazard_makes_sharing_part_of_the_world(void **state)
{
    (void)state;
    static change_fn *const changes[] = {change_coverage, change_mix, change_tape_product};
    for (size_t i = 0; i < 2 * (sizeof changes / sizeof changes[0]); i++) {
        struct ps_scenario *a = ps_fixture_bishan(), *b = ps_fixture_bishan();
        const int careless = i % 2 == 1;
        a->p.moral_hazard = b->p.moral_hazard = careless ? 5 : 0;
        changes[i / 2](b);
        struct ps_world_plan *x = prepare(a), *y = prepare(b);
        assert_int_equal(ps_scenario_same_world(a, b), !careless);
        assert_int_equal(ps_world_plan_equal(x, y), !careless);
        ps_world_plan_free(x);
        ps_world_plan_free(y);
        ps_fixture_free(a);
        ps_fixture_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whatever_the_sampler_reads_makes_plans_differ),
        cmocka_unit_test(test_so_does_what_a_dependence_model_reads),
        cmocka_unit_test(test_whatever_an_anchor_is_makes_plans_differ),
        cmocka_unit_test(test_what_a_new_issue_is_makes_plans_differ),
        cmocka_unit_test(test_what_a_fund_draws_makes_plans_differ),
        cmocka_unit_test(test_policy_and_row_order_make_no_difference),
        cmocka_unit_test(test_moral_hazard_makes_sharing_part_of_the_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
