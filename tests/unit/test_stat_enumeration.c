// SPDX-License-Identifier: GPL-3.0-or-later
// A book small enough to write down everything that can happen: four tape loans that default at
// maturity or not, 16 patterns, each run by hand and weighted by its exact probability.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { LOANS = 4, PATTERNS = 1 << LOANS, MONTHS = 24, TRIGGER = 2, NPL = 3, LAG = 4, SEED = 201 };

static const int64_t POOL = 30 * WAN, SHARE_PPM = 375000;

static const struct {
    int64_t amount_wan;
    int month;
    double pd, recovery;
} BOOK[LOANS] = {{121, 3, 0.5, 0.333}, {75, 3, 0.4, 0.55}, {40, 7, 0.6, 0}, {33, 12, 0.3, 0.811}};

/* Independent bullet loans whose whole hazard strikes at maturity; every pledge is sold LAG months
 * after it became non-performing. */
static struct ps_scenario *small_book(int pay_mode)
{
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    s->p.dependence = 1;
    s->p.horizon_months = MONTHS;
    s->p.runoff_months = 0;
    s->p.renewal_prob_frac = 0;
    s->p.maturity_share_frac = 1;
    s->p.npl_months = NPL;
    s->p.disposal_median_months = LAG;
    s->p.disposal_sigma = 0;
    s->p.sale_prob_frac = 1;
    s->pools[0].interest_ppm = 0;
    s->pools[0].initial_fen = POOL;
    s->products[0].pool_share_ppm = SHARE_PPM;
    s->products[0].bank_share_ppm = 1000000 - SHARE_PPM;
    s->products[0].trigger_months = TRIGGER;
    s->products[0].pay_mode = pay_mode;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].amount_wan = BOOK[i].amount_wan;
        s->loans[i].months_left = BOOK[i].month;
        s->loans[i].pd_frac = BOOK[i].pd;
        s->loans[i].recovery_frac = BOOK[i].recovery;
    }
    return s;
}

struct outcome {
    int64_t compensation, shortfall, pool_end;
    int depleted;
};

/* What happens when the loans of `pattern` default, by hand: net is compensation after disposal. */
static struct outcome by_hand(int pattern, int net)
{
    struct outcome o = {.pool_end = POOL};
    int64_t paid[LOANS] = {0};
    for (int t = 1; t <= MONTHS; t++) {
        int64_t due[LOANS] = {0}, sum = 0;
        for (int i = 0; i < LOANS; i++) {
            const int64_t ead = BOOK[i].amount_wan * WAN;
            const int64_t r = (int64_t)floor((double)ead * BOOK[i].recovery + 0.5);
            const int sale = BOOK[i].month + NPL + LAG;
            if (!(pattern >> i & 1))
                continue;
            if (t == sale && !net)
                o.pool_end += r * paid[i] / ead;
            if (t == (net ? sale : BOOK[i].month + TRIGGER))
                due[i] = (net ? ead - r : ead) * SHARE_PPM / 1000000;
            sum += due[i];
        }
        const int64_t balance = o.pool_end;
        o.depleted |= sum > balance;
        for (int i = 0; i < LOANS; i++) {
            const int64_t pay = sum > balance ? due[i] * balance / sum : due[i];
            paid[i] += pay;
            o.compensation += pay;
            o.shortfall += due[i] - pay;
            o.pool_end -= pay;
        }
    }
    return o;
}

/* Default within `month` months at a constant hazard of PD a year; `factor` multiplies one PD. */
static double weight_of(int pattern, int odd_one, double factor)
{
    double weight = 1;
    for (int i = 0; i < LOANS; i++) {
        const double pd = BOOK[i].pd * (i == odd_one ? factor : 1);
        const double p = 1 - pow(1 - pd, BOOK[i].month / 12.0);
        weight *= pattern >> i & 1 ? p : 1 - p;
    }
    return weight;
}

static int pattern_of(const struct ps_world *w)
{
    int pattern = 0;
    for (int f = 0; f < w->fates_n; f++)
        pattern |= 1 << w->apps[w->fates[f].app].tape;
    return pattern;
}

static void world_pays_what_its_pattern_pays(struct ps_kit *kit, const struct ps_policy *policy,
                                             const struct ps_world *w, int net)
{
    int64_t m[PS_MEASURE_N];
    const struct outcome o = by_hand(pattern_of(w), net);
    ps_kit_measure(kit, w, policy, m);
    assert_int_equal(m[PS_M_COMPENSATION], o.compensation);
    assert_int_equal(m[PS_M_SHORTFALL], o.shortfall);
    assert_int_equal(m[PS_M_POOL_END], o.pool_end);
    assert_int_equal(m[PS_M_DEPLETED], o.depleted);
}

/* To the fen in every world, and the patterns come as often as they should. */
static void every_pattern_by_hand(void **state)
{
    (void)state;
    for (int net = 0; net <= 1; net++) {
        struct ps_scenario *s = small_book(net);
        struct ps_kit kit;
        struct ps_policy policy;
        uint64_t seen[PATTERNS] = {0}, worlds = 0;
        double law[PATTERNS], wrong[PATTERNS];
        ps_kit_open(&kit, s, SEED, NULL);
        ps_kit_policy(s, &policy);
        for (uint64_t first = 0; first < 100000; first += PS_TILE_WORLDS) {
            ps_kit_sample(&kit, first, PS_TILE_WORLDS);
            for (int i = 0; i < PS_TILE_WORLDS; i++, worlds++) {
                const struct ps_world *w = &kit.worlds.worlds[i];
                if (seen[pattern_of(w)]++ < 20)
                    world_pays_what_its_pattern_pays(&kit, &policy, w, net);
            }
        }
        for (int p = 0; p < PATTERNS; p++) {
            assert_true(seen[p] > 0);
            law[p] = weight_of(p, -1, 1);
            wrong[p] = weight_of(p, 2, 1.05);
        }
        assert_true(ps_oracle_chi_square(seen, law, PATTERNS, worlds) >= PS_ORACLE_ALPHA);
        assert_true(ps_oracle_chi_square(seen, wrong, PATTERNS, worlds) < PS_ORACLE_ALPHA);
        ps_policy_free(&policy);
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
}

struct expected {
    double compensation, square, shortfall, depletion;
};

static struct expected enumerate(int net, int odd_one, double factor)
{
    struct expected e = {0};
    for (int p = 0; p < PATTERNS; p++) {
        const struct outcome o = by_hand(p, net);
        const double weight = weight_of(p, odd_one, factor), paid = (double)o.compensation;
        e.compensation += weight * paid;
        e.square += weight * paid * paid;
        e.shortfall += weight * (double)o.shortfall;
        e.depletion += weight * o.depleted;
    }
    return e;
}

static double z_of(const struct ps_row *row, const struct expected *e)
{
    const double variance = e->square - e->compensation * e->compensation;
    return fabs(ps_moments_mean(&row->moments[PS_M_COMPENSATION]) - e->compensation) /
           sqrt(variance / (double)row->worlds_n);
}

/* The engine's means and p_depletion; a PD 5 % higher on one of the loans must show. */
static void engine_means_by_enumeration(void **state)
{
    (void)state;
    for (int net = 0; net <= 1; net++) {
        struct ps_scenario *s = small_book(net);
        struct ps_engine_result result;
        const struct ps_engine_request request = {.scenarios = s,
                                                  .scenarios_n = 1,
                                                  .worlds_n = 300000,
                                                  .seed = SEED + 1,
                                                  .threads_n = 1,
                                                  .tier = PS_TIER_DECISION};
        ps_kit_engine(&request, &result);
        const struct ps_row *row = &result.rows[0].row;
        const uint64_t depleted = (uint64_t)row->moments[PS_M_DEPLETED].sum;
        const struct expected e = enumerate(net, -1, 1), wrong = enumerate(net, 0, 1.05);
        assert_true(e.depletion > 0.01 && e.depletion < 0.9);
        assert_true(z_of(row, &e) < 6.1);
        assert_true(z_of(row, &wrong) > 6.1);
        assert_true(ps_oracle_binomial(depleted, row->worlds_n, e.depletion) >= PS_ORACLE_ALPHA);
        assert_true(ps_oracle_binomial(depleted, row->worlds_n, wrong.depletion) < PS_ORACLE_ALPHA);
        ps_engine_result_free(&result);
        ps_fixture_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_by_hand),
        cmocka_unit_test(engine_means_by_enumeration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
