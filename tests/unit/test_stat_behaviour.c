// SPDX-License-Identifier: GPL-3.0-or-later
// Moral hazard, eq. (4.25), and the firms that take a product up, eq. (5.7). Alpha 1e-9 a test; the
// seeds are fixed here and are never changed to make a test pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "claim.h"
#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

enum { LOANS = 100, SEED_HAZARD = 201, SEED_TAKE_UP = 202 };

static const double PD = 0.03;

/* PD of a year when the hazard is `times` as high. */
static double pd_at(double times)
{
    return 1 - pow(1 - PD, times);
}

/* Independent loans of a year. Product 0, 30 % of them, covers 90 % of a loss, product 1 half. */
static struct ps_scenario *careless_book(void)
{
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    s->p.dependence = 1; /* independent */
    s->p.horizon_months = 12;
    s->p.runoff_months = 0;
    s->p.renewal_prob_frac = 0;
    s->p.moral_hazard = 4;
    s->p.coverage_ref_frac = 0.65;
    struct ps_products_row *two = calloc(2, sizeof *two);
    assert_non_null(two);
    two[0] = two[1] = s->products[0];
    free(s->products);
    s->products = two;
    s->products_n = 2;
    snprintf(two[1].product_id, sizeof two[1].product_id, "other");
    s->products[0].share_frac = 0.3;
    s->products[0].pool_share_ppm = 600000;
    s->products[0].guarantor_share_ppm = 300000;
    s->products[1].share_frac = 0.7;
    s->products[1].pool_share_ppm = 500000;
    s->products[1].guarantor_share_ppm = 0;
    for (size_t i = 0; i < LOANS; i++)
        s->loans[i].pd_frac = PD;
    return s;
}

struct tally {
    uint64_t loans_n[2], defaults_n[2];
};

/* Loans and defaults by product; worlds_n whole tiles. */
static struct tally tally(const struct ps_scenario *s, uint64_t worlds_n)
{
    struct tally out = {0};
    struct ps_kit kit;
    struct ps_policy policy;
    ps_kit_open(&kit, s, SEED_HAZARD, NULL);
    ps_kit_policy(s, &policy);
    for (uint64_t first = 0; first < worlds_n; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            for (int a = 0; a < w->apps_n; a++) {
                const int own = policy.tape_product[w->apps[a].tape];
                const int drawn = w->u_product[w->apps[a].firm_rank] >= policy.shape.product_cut[0];
                const int product = own >= 0 ? own : drawn;
                out.loans_n[product]++;
                out.defaults_n[product] += w->apps[a].fate != PS_NONE;
            }
        }
    }
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    return out;
}

/* Above the reference by 0.25 the hazard doubles; below it nothing changes. */
static void hazard_rises_with_coverage(void **state)
{
    (void)state;
    struct ps_scenario *s = careless_book();
    const struct tally t = tally(s, 40000);
    ps_claim_p("covered too much", ps_oracle_binomial(t.defaults_n[0], t.loans_n[0], pd_at(2)));
    ps_power_p("1.95 times", ps_oracle_binomial(t.defaults_n[0], t.loans_n[0], pd_at(1.95)));
    ps_claim_p("the others", ps_oracle_binomial(t.defaults_n[1], t.loans_n[1], PD));
    ps_power_p("1.05 times", ps_oracle_binomial(t.defaults_n[1], t.loans_n[1], pd_at(1.05)));
    ps_fixture_free(s);
}

/* A loan of the tape that names its product behaves by it, whatever its number. */
static void a_named_product_decides(void **state)
{
    (void)state;
    struct ps_scenario *s = careless_book();
    for (size_t i = 0; i < LOANS; i++)
        snprintf(s->loans[i].product_id, sizeof s->loans[i].product_id, "%s",
                 s->products[0].product_id);
    const struct tally t = tally(s, 3200);
    assert_int_equal(t.loans_n[1], 0);
    ps_claim_p("product named", ps_oracle_binomial(t.defaults_n[0], t.loans_n[0], pd_at(2)));
    ps_power_p("products mixed",
               ps_oracle_binomial(t.defaults_n[0], t.loans_n[0], pd_at(0.3 * 2 + 0.7)));
    ps_fixture_free(s);
}

/* In every world whoever defaults with careful banks defaults with careless ones, not later. */
static void careless_banks_save_nobody(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *careless = ps_fixture_bishan();
    struct ps_kit a, b;
    int more = 0;
    s->p.renewal_prob_frac = careless->p.renewal_prob_frac = 0;
    careless->p.moral_hazard = 3;
    ps_kit_open(&a, s, 5, NULL);
    ps_kit_open(&b, careless, 5, NULL);
    ps_kit_sample(&a, 0, PS_TILE_WORLDS);
    ps_kit_sample(&b, 0, PS_TILE_WORLDS);
    for (int i = 0; i < PS_TILE_WORLDS; i++) {
        const struct ps_world *x = &a.worlds.worlds[i], *y = &b.worlds.worlds[i];
        assert_int_equal(x->apps_n, y->apps_n);
        for (int k = 0; k < x->apps_n; k++) {
            assert_true(x->apps[k].fate == PS_NONE || y->apps[k].fate != PS_NONE);
            assert_true(y->apps[k].end <= x->apps[k].end);
        }
        more += y->fates_n - x->fates_n;
    }
    assert_true(more > 0);
    ps_kit_close(&b);
    ps_kit_close(&a);
    ps_fixture_free(careless);
    ps_fixture_free(s);
}

/* ---- who asks ---- */

/* Nothing is refused: firms of product 1 ask in 40 % of all cases, those of the others always, and
 * the ceiling loses what is not asked for. A lower share keeps a part of the same firms. */
static void a_share_of_firms_asks(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_policy policy, fewer;
    struct ps_kit kit;
    uint64_t firms_n = 0, ask_n = 0, served_n = 0;
    s->pools[0].initial_fen = INT64_C(10000000000000);
    for (size_t i = 0; i < s->products_n; i++)
        s->products[i].loan_cap_wan = s->products[i].loan_cap_micro_wan = 0;
    s->p.breaker_scope = PS_BREAKER_OFF;
    s->products[1].take_up_frac = 0.3;
    ps_kit_policy(s, &fewer);
    s->products[1].take_up_frac = 0.4;
    ps_kit_open(&kit, s, SEED_TAKE_UP, NULL);
    ps_kit_policy(s, &policy);
    for (int first = 0; first < 100 * PS_TILE_WORLDS; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, (uint64_t)first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            const uint32_t *cut = policy.shape.product_cut;
            uint64_t others_n = 0, asked_n = 0;
            for (int a = (int)w->app_first[1]; a < w->apps_n; a++) {
                const struct ps_app *app = &w->apps[a];
                if (app->link > 0 || app->tape != PS_NONE)
                    continue;
                const uint32_t u_product = w->u_product[app->firm_rank];
                if (u_product < cut[0] || u_product >= cut[1]) {
                    others_n++;
                    continue;
                }
                firms_n++;
                asked_n += ps_takes_up(&policy.shape, w, app, 1) != 0;
                assert_true(ps_takes_up(&policy.shape, w, app, 1) ||
                            !ps_takes_up(&fewer.shape, w, app, 1));
            }
            int64_t m[PS_MEASURE_N];
            ps_kit_measure(&kit, w, &policy, m);
            assert_int_equal(m[PS_M_FIRMS_N], others_n + asked_n);
            assert_int_equal(m[PS_M_REFUSED_N], 0);
            assert_int_equal(m[PS_M_REGISTERED] + m[PS_M_LOST_TAKE_UP], m[PS_M_CEILING]);
            ask_n += asked_n;
            served_n += (uint64_t)m[PS_M_FIRMS_N];
        }
    }
    assert_true(served_n > ask_n && firms_n > ask_n);
    ps_claim_p("firms that ask", ps_oracle_binomial(ask_n, firms_n, 0.4));
    ps_power_p("42 %", ps_oracle_binomial(ask_n, firms_n, 0.42));
    ps_policy_free(&fewer);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hazard_rises_with_coverage),
        cmocka_unit_test(a_named_product_decides),
        cmocka_unit_test(careless_banks_save_nobody),
        cmocka_unit_test(a_share_of_firms_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
