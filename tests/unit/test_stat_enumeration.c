// SPDX-License-Identifier: GPL-3.0-or-later
// A book small enough to write down everything that can happen: four tape loans that default at
// maturity or not, 16 patterns, each run by hand and weighted by its exact probability.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "claim.h"
#include "fixture.h"
#include "four_loans.h"
#include "oracle.h"
#include "testkit.h"

enum { LOANS = PS_FOUR_LOANS, PATTERNS = 1 << LOANS, SEED = 201 };

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
    const struct ps_four_outcome o = ps_four_by_hand(pattern_of(w), net);
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
        struct ps_scenario *s = ps_four_loans(net);
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
            law[p] = ps_four_weight(p, -1, 1);
            wrong[p] = ps_four_weight(p, 2, 1.05);
        }
        ps_claim_p("patterns", ps_oracle_chi_square(seen, law, PATTERNS, worlds));
        ps_power_p("a PD 5 % higher", ps_oracle_chi_square(seen, wrong, PATTERNS, worlds));
        ps_policy_free(&policy);
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
}

static double z_of(const struct ps_row *row, const struct ps_four_expected *e)
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
        struct ps_scenario *s = ps_four_loans(net);
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
        const struct ps_four_expected e = ps_four_enumerate(net, -1, 1),
                                      wrong = ps_four_enumerate(net, 0, 1.05);
        assert_true(e.depletion > 0.01 && e.depletion < 0.9);
        ps_claim_within("standard errors from the mean compensation", z_of(row, &e), 6.1);
        ps_power_beyond("a PD 5 % higher", z_of(row, &wrong), 6.1);
        ps_claim_p("depletion", ps_oracle_binomial(depleted, row->worlds_n, e.depletion));
        ps_power_p("a PD 5 % higher", ps_oracle_binomial(depleted, row->worlds_n, wrong.depletion));
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
