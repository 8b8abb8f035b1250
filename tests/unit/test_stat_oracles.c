// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and months of defaults against their exact laws. Books of 100 tape loans of one segment;
// alpha 1e-9 a test; the seeds are fixed here and are never changed to make a test pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "claim.h"
#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

enum { LOANS = 100, YEAR = 12 };
enum { SEED_BINOMIAL = 101, SEED_FACTOR = 102, SEED_QUANTILES = 103, SEED_MONTHLY = 104 };
enum { SEED_TIMING = 105, SEED_EQUAL = 106 };

static const double PD = 0.03;

/* 100 loans of 12 months, watched for these 12 months; PD 3 %, nothing renewed. */
static struct ps_scenario *static_book(double correlation)
{
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    s->p.horizon_months = YEAR;
    s->p.runoff_months = 0;
    s->p.renewal_prob_frac = 0;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].pd_frac = PD;
        s->loans[i].correlation = correlation;
    }
    return s;
}

struct counts {
    uint64_t worlds;
    uint64_t defaults[LOANS + 1]; /* worlds with so many */
    uint64_t month[YEAR + 1];     /* loans that default in the month */
    struct ps_oracle_mean rate;   /* defaulted share of a world's loans */
    struct ps_oracle_mean pairs;  /* share of pairs of which both default */
};

static struct counts count(const struct ps_scenario *s, uint64_t seed, uint64_t worlds)
{
    struct counts c = {.worlds = worlds};
    struct ps_kit kit;
    ps_kit_open(&kit, s, seed, NULL);
    for (uint64_t first = 0; first < worlds; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            const double k = w->fates_n;
            c.defaults[w->fates_n]++;
            ps_oracle_add(&c.rate, k / LOANS);
            ps_oracle_add(&c.pairs, k * (k - 1) / (LOANS * (LOANS - 1)));
            for (int f = 0; f < w->fates_n; f++)
                c.month[w->fates[f].tau]++;
        }
    }
    ps_kit_close(&kit);
    return c;
}

static double follows(const struct counts *c, double pd, double rho)
{
    double law[LOANS + 1];
    ps_oracle_vasicek(law, LOANS, pd, rho);
    return ps_oracle_chi_square(c->defaults, law, LOANS + 1, c->worlds);
}

/* ---- how many ---- */

/* The oracle first: the figures of docs/model.md, which come from elsewhere. */
static void oracle_has_the_known_figures(void **state)
{
    (void)state;
    double law[LOANS + 1], mean = 0, square = 0, tail = 1;
    ps_oracle_vasicek(law, LOANS, PD, 0.08);
    for (int k = 0; k <= LOANS; k++) {
        mean += k * law[k];
        square += k * k * law[k];
        tail -= k < 10 ? law[k] : 0;
    }
    assert_true(fabs(mean - 3) < 1e-9);
    assert_true(fabs(square - mean * mean - 7.120859) < 5e-7);
    assert_true(fabs(law[0] - 0.1409032) < 5e-8);
    assert_true(fabs(tail - 0.02811882) < 5e-9);
    assert_true(fabs(LOANS * (LOANS - 1) * (ps_oracle_joint(PD, 0.08) - PD * PD) +
                     LOANS * PD * (1 - PD) - 7.120859) < 5e-7);
}

/* Independent loans: binomial. 100,000 worlds; P(default) is known to 0.2 %. */
static void independent_defaults_are_binomial(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(0.08);
    s->p.dependence = 1;
    const struct counts c = count(s, SEED_BINOMIAL, 100000);
    const uint64_t defaults = (uint64_t)(c.rate.sum * LOANS + 0.5);
    ps_claim_p("number of defaults", follows(&c, PD, 0));
    ps_power_p("PD 5 % higher", follows(&c, PD * 1.05, 0));
    ps_power_p("ρ 0.005", follows(&c, PD, 0.005));
    ps_claim_p("all defaults", ps_oracle_binomial(defaults, c.worlds * LOANS, PD));
    ps_power_p("PD 2 % higher", ps_oracle_binomial(defaults, c.worlds * LOANS, PD * 1.02));
    ps_fixture_free(s);
}

/* One index for the year: Vasicek's law exactly. */
static void one_factor_year_follows_vasicek(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(0.08);
    s->p.factor_step_months = PS_STEP_12;
    const struct counts c = count(s, SEED_FACTOR, 150000);
    ps_claim_p("number of defaults", follows(&c, PD, 0.08));
    ps_power_p("ρ 0.09", follows(&c, PD, 0.09));
    ps_power_p("ρ 0.07", follows(&c, PD, 0.07));
    ps_power_p("ρ 0", follows(&c, PD, 0));
    ps_power_p("PD 5 % higher", follows(&c, PD * 1.05, 0.08));
    ps_fixture_free(s);
}

/* The engine's quantiles of the same book: by the exact law 8, 12 and 17 defaults at 95, 99 and
 * 99.9 %. The first two lie more than 6.1 standard errors inside their steps, so they must come
 * out; the third is 0.75 below the end of its step, so the worlds up to 17 are counted instead. */
static void one_factor_year_has_the_known_quantiles(void **state)
{
    (void)state;
    static const double levels[] = {0.95, 0.99, 0.999};
    static const int64_t known[] = {8, 12, 17};
    enum { WORLDS_N = 100000 };
    struct ps_scenario *s = static_book(0.08);
    struct ps_engine_result result;
    s->p.factor_step_months = PS_STEP_12;
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = WORLDS_N,
                                              .seed = SEED_QUANTILES,
                                              .threads_n = 1,
                                              .tier = PS_TIER_FULL};
    double law[LOANS + 1], wrong[LOANS + 1], right = 1, other = 0;
    ps_kit_engine(&request, &result);
    const struct ps_hist *h = &result.rows[0].row.hist[PS_M_DEFAULTS_N];
    ps_oracle_vasicek(law, LOANS, PD, 0.08);
    ps_oracle_vasicek(wrong, LOANS, PD, 0.10);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        double below = 0, wrong_up_to = wrong[known[i]];
        for (int k = 0; k < known[i]; k++) {
            below += law[k];
            wrong_up_to += wrong[k];
        }
        const double se = sqrt(levels[i] * (1 - levels[i]) / WORLDS_N);
        const uint64_t up_to = ps_hist_count_below(h, known[i] + 1);
        assert_true(below < levels[i] && below + law[known[i]] > levels[i]);
        right = fmin(right, ps_oracle_binomial(up_to, WORLDS_N, below + law[known[i]]));
        other = fmax(other, ps_oracle_binomial(up_to, WORLDS_N, wrong_up_to));
        const int sure =
            below + law[known[i]] > levels[i] + 6.1 * se && below < levels[i] - 6.1 * se;
        assert_int_equal(sure, known[i] < 17);
        if (sure)
            assert_int_equal(ps_hist_quantile(h, levels[i]).value, known[i]);
    }
    ps_claim_p("worst of the worlds up to 8, 12, 17", right);
    ps_power_p("ρ 0.10", other);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* A monthly index, calibrated: P(default) and P(both default) of the year are those asked for.
 * Uncalibrated, the joint probability is 8 % too low. */
static void monthly_index_keeps_pd_and_joint_pd(void **state)
{
    (void)state;
    const double rho = 0.1;
    struct ps_scenario *s = static_book(rho);
    const struct counts calibrated = count(s, SEED_MONTHLY, 200000);
    ps_claim_p("PD", ps_oracle_mean_is(&calibrated.rate, PD));
    ps_power_p("PD 2 % higher", ps_oracle_mean_is(&calibrated.rate, PD * 1.02));
    ps_claim_p("joint PD", ps_oracle_mean_is(&calibrated.pairs, ps_oracle_joint(PD, rho)));
    ps_power_p("ρ 0.12", ps_oracle_mean_is(&calibrated.pairs, ps_oracle_joint(PD, rho + 0.02)));
    ps_power_p("ρ 0.08", ps_oracle_mean_is(&calibrated.pairs, ps_oracle_joint(PD, rho - 0.02)));
    s->p.correlation_basis = PS_BASIS_MONTHLY;
    const struct counts plain = count(s, SEED_MONTHLY, 200000);
    ps_power_p("without calibration", ps_oracle_mean_is(&plain.pairs, ps_oracle_joint(PD, rho)));
    ps_fixture_free(s);
}

/* ---- when ---- */

/* Months of default of loans that face a constant monthly hazard h: in month u with probability
 * exp(-w h (u - 1)) - exp(-w h u), the last month of the loan all that is left of exp(-12 h). */
static double falls_due(const struct counts *c, double pd, double maturity_share, int first)
{
    double law[YEAR + 1] = {0};
    const double h = -log(1 - pd) / YEAR, w = 1 - maturity_share;
    uint64_t in_time[YEAR];
    for (int u = 1; u <= YEAR; u++) {
        const double before = exp(-w * h * fmax(0, u - first));
        law[u - 1] = before - (u < YEAR ? exp(-w * h * fmax(0, u - first + 1)) : exp(-YEAR * h));
        in_time[u - 1] = c->month[u];
    }
    return ps_oracle_chi_square(in_time, law, YEAR, c->worlds * LOANS);
}

/* Half of a bullet loan's hazard waits for the maturity. */
static void bullet_loans_default_at_maturity(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(0);
    s->p.dependence = 1;
    for (size_t i = 0; i < LOANS; i++)
        s->loans[i].pd_frac = 0.3;
    const struct counts c = count(s, SEED_TIMING, 20000);
    ps_claim_p("months of default", falls_due(&c, 0.3, 0.5, 1));
    ps_power_p("maturity share 52 %", falls_due(&c, 0.3, 0.52, 1));
    ps_power_p("a month late", falls_due(&c, 0.3, 0.5, 2));
    ps_fixture_free(s);
}

/* Equal principal: no lump, whatever the share. */
static void equal_principal_loans_default_evenly(void **state)
{
    (void)state;
    struct ps_scenario *s = static_book(0);
    s->p.dependence = 1;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].pd_frac = 0.3;
        s->loans[i].repayment = PS_REPAY_EQUAL;
    }
    const struct counts c = count(s, SEED_EQUAL, 20000);
    ps_claim_p("months of default", falls_due(&c, 0.3, 0, 1));
    ps_power_p("maturity share 2 %", falls_due(&c, 0.3, 0.02, 1));
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_has_the_known_figures),
        cmocka_unit_test(independent_defaults_are_binomial),
        cmocka_unit_test(one_factor_year_follows_vasicek),
        cmocka_unit_test(one_factor_year_has_the_known_quantiles),
        cmocka_unit_test(monthly_index_keeps_pd_and_joint_pd),
        cmocka_unit_test(bullet_loans_default_at_maturity),
        cmocka_unit_test(equal_principal_loans_default_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
