// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters that are not known (docs/model.md section 4): the multipliers that two worlds share,
// what they do to defaults, recoveries and demand, and their share of the variance, against exact
// laws. Alpha 1e-9 a test; the seeds are fixed and never changed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "fixture.h"
#include "oracle.h"
#include "pledgesim/errors.h"
#include "testkit.h"

enum { SEED_LAW = 511, SEED_DEFAULTS = 512, SEED_DEMAND = 513, SEED_LARGE = 514, SEED_SPLIT = 515 };

static void accepted(double p_value)
{
    assert_true(p_value >= PS_ORACLE_ALPHA);
}

static void rejected(double p_value)
{
    assert_true(p_value < PS_ORACLE_ALPHA);
}

/* ---- the law of a multiplier: exp(sigma Z), Z normal cut at 4, over its mean ---- */

typedef double function(double m, void *context);

enum { STEPS = 2000 };
static const double CUT = 4;

/* E f(exp(sigma Z) / scale): trapezoids inside, an atom at each end. */
static double mixed(double sigma, double scale, function *f, void *context)
{
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const int end = i == 0 || i == STEPS;
        const double z = CUT * (2. * i / STEPS - 1), step = 2 * CUT / STEPS;
        const double weight = gsl_ran_ugaussian_pdf(z) * step * (end ? 0.5 : 1) +
                              (end ? gsl_cdf_ugaussian_Q(CUT) : 0);
        sum += weight * f(exp(sigma * z) / scale, context);
    }
    return sum;
}

static double power_of(double m, void *context)
{
    return pow(m, *(const double *)context);
}

/* E M^k */
static double moment(double sigma, double k)
{
    double one = 1;
    return mixed(sigma, mixed(sigma, 1, power_of, &one), power_of, &k);
}

static double expected(double sigma, function *f, void *context)
{
    double one = 1;
    return mixed(sigma, mixed(sigma, 1, power_of, &one), f, context);
}

static void oracle_is_nearly_lognormal(void **state)
{
    (void)state;
    assert_true(fabs(moment(0.3, 1) - 1) < 1e-12);
    assert_true(fabs(moment(0.3, 2) - exp(0.09)) < 2e-4);
    assert_true(moment(1, 2) < exp(1) - 0.01); /* the cut is seen where it should be */
}

/* ---- the draws ---- */

enum { LAW_WORLDS = 400000 };

/* Both worlds of a pair have the same multipliers, of mean 1 and as wide as asked; pairs and kinds
 * have nothing to do with each other. */
static void multipliers_have_their_law(void **state)
{
    (void)state;
    static const double sigma[PS_UNCERTAIN_N] = {0.3, 0.5, 1};
    struct ps_scenario *s = ps_fixture_tape(1);
    struct ps_kit kit;
    struct ps_oracle_mean of[PS_UNCERTAIN_N] = {{0}}, square[PS_UNCERTAIN_N] = {{0}};
    struct ps_oracle_mean kinds = {0}, pairs = {0};
    double before = 1;
    s->p.horizon_months = 12;
    s->p.runoff_months = 12;
    s->p.renewal_prob_frac = 0;
    s->p.pd_uncertainty_sigma = sigma[PS_UNCERTAIN_HAZARD];
    s->p.recovery_uncertainty_sigma = sigma[PS_UNCERTAIN_RECOVERY];
    s->p.demand_uncertainty_sigma = sigma[PS_UNCERTAIN_DEMAND];
    ps_kit_open(&kit, s, SEED_LAW, NULL);
    for (uint64_t first = 0; first < LAW_WORLDS; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        for (int i = 0; i < PS_ECONOMY_LANES; i += 2) {
            double m[PS_UNCERTAIN_N];
            for (int k = 0; k < PS_UNCERTAIN_N; k++) {
                const double *both = &kit.worlds.multiplier[k * PS_ECONOMY_LANES + i];
                assert_true(both[0] == both[1]);
                m[k] = both[0];
                ps_oracle_add(&of[k], m[k]);
                ps_oracle_add(&square[k], m[k] * m[k]);
            }
            ps_oracle_add(&kinds, m[0] * m[1]);
            ps_oracle_add(&pairs, m[0] * before);
            before = m[0];
        }
    }
    for (int k = 0; k < PS_UNCERTAIN_N; k++) {
        accepted(ps_oracle_mean_is(&of[k], 1));
        rejected(ps_oracle_mean_is(&of[k], exp(sigma[k] * sigma[k] / 2)));
        accepted(ps_oracle_mean_is(&square[k], moment(sigma[k], 2)));
        rejected(ps_oracle_mean_is(&square[k], moment(sigma[k] * 0.93, 2)));
    }
    accepted(ps_oracle_mean_is(&kinds, 1));
    accepted(ps_oracle_mean_is(&pairs, 1));
    rejected(ps_oracle_mean_is(&pairs, moment(sigma[0], 2)));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- defaults ---- */

enum { LOANS = 100, DEFAULT_WORLDS = 200000 };
static const double PD = 0.03, SIGMA = 0.5;

/* Independent loans of one year, all of the hazard spread evenly. */
static struct ps_scenario *year_of_loans(double sigma)
{
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    s->p.dependence = 1;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = 12;
    s->p.pd_uncertainty_sigma = sigma;
    for (size_t i = 0; i < LOANS; i++)
        s->loans[i].pd_frac = PD;
    return s;
}

/* P(default | m), its square, and P(k defaults | m). */
static double pd_given(double m, void *context)
{
    (void)context;
    return -expm1(m * log1p(-PD));
}

static double square_given(double m, void *context)
{
    return pow(pd_given(m, context), 2);
}

static double law_given(double m, void *context)
{
    const int *k = context;
    return gsl_ran_binomial_pdf((unsigned)*k, pd_given(m, NULL), LOANS);
}

static double is_mixture(const uint64_t *count, double sigma)
{
    double law[LOANS + 1];
    for (int k = 0; k <= LOANS; k++)
        law[k] = expected(sigma, law_given, &k);
    return ps_oracle_chi_square(count, law, LOANS + 1, DEFAULT_WORLDS / 2);
}

/* The whole law of the number of defaults, of one world a pair; its mean, a little below that of
 * the certain PD since 1 - exp(-m h) bends; and the covariance of a pair, which is the variance of
 * the PD times the loans squared. */
static void defaults_are_a_mixture(void **state)
{
    (void)state;
    static uint64_t count[LOANS + 1];
    const double mean = LOANS * expected(SIGMA, pd_given, NULL);
    const double covariance = LOANS * LOANS * expected(SIGMA, square_given, NULL) - mean * mean;
    struct ps_scenario *s = year_of_loans(SIGMA);
    struct ps_kit kit;
    struct ps_oracle_mean both = {0}, products = {0};
    ps_kit_open(&kit, s, SEED_DEFAULTS, NULL);
    for (uint64_t first = 0; first < DEFAULT_WORLDS; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i += 2) {
            const int x = kit.worlds.worlds[i].fates_n, y = kit.worlds.worlds[i + 1].fates_n;
            count[x]++;
            ps_oracle_add(&both, (x + y) / 2.);
            ps_oracle_add(&products, (x - mean) * (y - mean));
        }
    }
    assert_true(fabs(mean / LOANS - 0.0298735) < 1e-7); /* the figure of docs/model.md */
    accepted(is_mixture(count, SIGMA));
    rejected(is_mixture(count, 0));
    rejected(is_mixture(count, SIGMA * 0.93));
    accepted(ps_oracle_mean_is(&both, mean));
    rejected(ps_oracle_mean_is(&both, 1.02 * mean));
    accepted(ps_oracle_mean_is(&products, covariance));
    rejected(ps_oracle_mean_is(&products, 0.85 * covariance));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- recoveries ---- */

/* The recoveries of a world are those without uncertainty, all times its multiplier, and never
 * bring more than was owed. Fixed recoveries and cures stand. */
static void recoveries_are_multiplied(void **state)
{
    (void)state;
    struct ps_scenario *s = year_of_loans(0), *certain = year_of_loans(0);
    struct ps_kit kit, plain;
    struct ps_policy policy;
    int fates = 0, full = 0;
    s->p.recovery_uncertainty_sigma = 1;
    for (size_t i = 0; i < LOANS; i++)
        s->loans[i].pd_frac = certain->loans[i].pd_frac = 0.5;
    for (size_t i = 0; i < LOANS / 4; i++)
        s->loans[i].recovery_frac = certain->loans[i].recovery_frac = 0.4;
    s->p.cure_prob_frac = certain->p.cure_prob_frac = 0.1;
    ps_kit_open(&kit, s, SEED_DEFAULTS, NULL);
    ps_kit_open(&plain, certain, SEED_DEFAULTS, NULL);
    ps_kit_policy(s, &policy);
    for (uint64_t first = 0; first < 320; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        ps_kit_sample(&plain, first, PS_ECONOMY_LANES);
        for (int i = 0; i < PS_ECONOMY_LANES; i++) {
            const struct ps_world *x = &kit.worlds.worlds[i], *y = &plain.worlds.worlds[i];
            const double m = kit.worlds.multiplier[PS_UNCERTAIN_RECOVERY * PS_ECONOMY_LANES + i];
            int64_t measures[PS_MEASURE_N];
            assert_int_equal(x->fates_n, y->fates_n);
            for (int f = 0; f < x->fates_n; f++, fates++) {
                const struct ps_fate *a = &x->fates[f], *b = &y->fates[f];
                const double times = x->apps[a->app].tape < LOANS / 4 ? 1 : m;
                assert_true(a->proceeds_frac == b->proceeds_frac * times);
                assert_true(a->cash_frac == b->cash_frac * times);
                assert_int_equal(a->cured, b->cured);
                full += !a->cured && a->cash_frac + a->proceeds_frac > 1;
            }
            ps_kit_measure(&kit, x, &policy, measures);
            assert_true(measures[PS_M_RECOVERED] <= measures[PS_M_EXPOSURE]);
            assert_int_equal(measures[PS_M_LOSS],
                             measures[PS_M_EXPOSURE] - measures[PS_M_RECOVERED]);
        }
    }
    assert_true(fates > 10000 && full > 100);
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    ps_kit_close(&plain);
    ps_fixture_free(s);
    ps_fixture_free(certain);
}

/* ---- demand ---- */

enum { FIRMS_MAX = 200, DEMAND_WORLDS = 40000 };

static int firms_n(const struct ps_world *w, int from, int to)
{
    int n = 0;
    for (int i = 0; i < w->apps_n; i++)
        n += w->apps[i].month >= from && w->apps[i].month <= to && w->apps[i].link == 0;
    return n;
}

static double firms_given(double m, void *context)
{
    const double *k_and_mean = context;
    return gsl_ran_poisson_pdf((unsigned)k_and_mean[0], m * k_and_mean[1]);
}

static double is_mixed_poisson(const uint64_t *count, double sigma, double mean)
{
    double law[FIRMS_MAX];
    for (int k = 0; k < FIRMS_MAX; k++) {
        double k_and_mean[] = {k, mean};
        law[k] = expected(sigma, firms_given, k_and_mean);
    }
    return ps_oracle_chi_square(count, law, FIRMS_MAX, DEMAND_WORLDS / 2);
}

/* Two years of the Bishan book, whole law; and as moments, the covariance of the two worlds of a
 * pair and of the two years of a world: both are mean times mean times the variance of M. */
static void new_firms_are_mixed_poisson(void **state)
{
    (void)state;
    static uint64_t count[FIRMS_MAX];
    const double sigma = 0.4, spread = moment(sigma, 2) - 1;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    struct ps_oracle_mean of = {0}, twins = {0}, years = {0};
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 24;
    s->p.demand_uncertainty_sigma = sigma;
    ps_kit_open(&kit, s, SEED_DEMAND, NULL);
    for (uint64_t first = 0; first < DEMAND_WORLDS; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i += 2) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            const int x = firms_n(w, 13, 24), y = firms_n(w + 1, 13, 24), z = firms_n(w, 1, 12);
            count[x < FIRMS_MAX ? x : FIRMS_MAX - 1]++;
            ps_oracle_add(&of, x);
            ps_oracle_add(&twins, (x - 11) * (y - 11));
            ps_oracle_add(&years, (x - 11) * (z - 6));
        }
    }
    accepted(is_mixed_poisson(count, sigma, 11));
    rejected(is_mixed_poisson(count, 0, 11));
    rejected(is_mixed_poisson(count, sigma * 0.9, 11));
    accepted(ps_oracle_mean_is(&of, 11));
    rejected(ps_oracle_mean_is(&of, 11 * exp(sigma * sigma / 2)));
    accepted(ps_oracle_mean_is(&twins, 121 * spread));
    rejected(ps_oracle_mean_is(&twins, 121 * spread * 0.8));
    accepted(ps_oracle_mean_is(&years, 66 * spread));
    rejected(ps_oracle_mean_is(&years, 0));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* A multiplier that is all but 1 brings the firms of the plain book: the same inversion of the same
 * word. */
static void no_spread_draws_the_plain_firms(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *certain = ps_fixture_bishan();
    struct ps_kit kit, plain;
    s->p.demand_uncertainty_sigma = 1e-12;
    ps_kit_open(&kit, s, SEED_DEMAND, NULL);
    ps_kit_open(&plain, certain, SEED_DEMAND, NULL);
    for (uint64_t first = 0; first < 3200; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        ps_kit_sample(&plain, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *x = &kit.worlds.worlds[i], *y = &plain.worlds.worlds[i];
            assert_int_equal(x->apps_n, y->apps_n);
            assert_memory_equal(x->apps, y->apps, (size_t)x->apps_n * sizeof *x->apps);
        }
    }
    ps_kit_close(&kit);
    ps_kit_close(&plain);
    ps_fixture_free(s);
    ps_fixture_free(certain);
}

/* Months of so many firms that they are drawn as a sum of parts. */
static void large_months_keep_mean_and_variance(void **state)
{
    (void)state;
    enum { WORLDS_N = 8000 };
    const double sigma = 0.1, mean = 1000, spread = moment(sigma, 2) - 1;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit kit;
    struct ps_oracle_mean of = {0}, square = {0};
    s->loans_n = 0;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 1;
    s->demand[0].new_firms_n = 12 * mean;
    s->p.demand_uncertainty_sigma = sigma;
    ps_kit_open(&kit, s, SEED_LARGE, NULL);
    for (uint64_t first = 0; first < WORLDS_N; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i += 2) {
            const double x = kit.worlds.worlds[i].apps_n;
            ps_oracle_add(&of, x);
            ps_oracle_add(&square, (x - mean) * (x - mean));
        }
    }
    accepted(ps_oracle_mean_is(&of, mean));
    rejected(ps_oracle_mean_is(&of, mean * 1.015));
    accepted(ps_oracle_mean_is(&square, mean + mean * mean * spread));
    rejected(ps_oracle_mean_is(&square, mean * mean * spread * 0.8));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- the split of the variance ---- */

enum { SPLIT_WORLDS = 100000 };

static void run_split(const struct ps_scenario *s, int threads_n, enum ps_tier tier,
                      struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = SPLIT_WORLDS,
                                              .seed = SEED_SPLIT,
                                              .threads_n = threads_n,
                                              .tier = tier};
    ps_kit_engine(&request, result);
}

/* Share of the variance of the defaults that comes from the PD, and the standard error of their
 * mean: pairs are independent, the worlds of one are not. The bound of the share is the t quantile
 * of its 16 groups, that of the error 5 %, with 50,000 pairs more than 10 of its own errors. */
static void the_split_is_the_exact_one(void **state)
{
    (void)state;
    const double mean = LOANS * expected(SIGMA, pd_given, NULL);
    const double square = LOANS * LOANS * expected(SIGMA, square_given, NULL);
    const double from_pd = square - mean * mean;
    const double variance = from_pd + mean - square / LOANS;
    const double bound = gsl_cdf_tdist_Qinv(PS_ORACLE_ALPHA / 2, PS_PAIR_GROUPS - 1);
    struct ps_scenario *s = year_of_loans(SIGMA);
    struct ps_engine_result run, decision;
    run_split(s, 2, PS_TIER_FULL, &run);
    run_split(s, 1, PS_TIER_DECISION, &decision);
    const struct ps_row *row = &run.rows[0].row;
    const struct ps_estimate share = ps_row_parameter_share(row, PS_M_DEFAULTS_N);
    const struct ps_estimate defaults = ps_row_mean(row, PS_M_DEFAULTS_N);
    const double se = sqrt((variance + from_pd) / SPLIT_WORLDS);
    assert_true(fabs(share.value - from_pd / variance) < bound * share.se);
    assert_true(fabs(share.value - 0.7 * from_pd / variance) > bound * share.se);
    assert_true(share.value > bound * share.se);
    assert_true(fabs(defaults.value - mean) < 6.11 * se);
    assert_true(fabs(defaults.se / se - 1) < 0.05);
    assert_true(fabs(sqrt(variance / SPLIT_WORLDS) / se - 1) > 0.05); /* as if all were alone */
    /* Both tiers count pairs; where some worlds lack a measure its error is bounded from above. */
    const struct ps_estimate full = ps_row_mean(row, PS_M_COMPENSATION);
    const struct ps_estimate quick = ps_row_mean(&decision.rows[0].row, PS_M_COMPENSATION);
    assert_true(quick.value == full.value && quick.se == full.se);
    assert_true(ps_row_mean(row, PS_M_NPL_PEAK).se ==
                sqrt(2) * ps_moments_se(&row->moments[PS_M_NPL_PEAK]));
    assert_true(isnan(ps_row_parameter_share(row, PS_M_NPL_PEAK).value));
    ps_engine_result_free(&run);
    ps_engine_result_free(&decision);
    ps_fixture_free(s);
}

/* No uncertainty: nothing is split, and errors are those of independent worlds. */
static void certain_books_are_not_split(void **state)
{
    (void)state;
    struct ps_scenario *s = year_of_loans(0);
    struct ps_engine_result run;
    run_split(s, 1, PS_TIER_FULL, &run);
    const struct ps_row *row = &run.rows[0].row;
    assert_null(row->pairs);
    assert_false(row->paired);
    assert_true(isnan(ps_row_parameter_share(row, PS_M_DEFAULTS_N).value));
    assert_true(ps_row_mean(row, PS_M_DEFAULTS_N).se ==
                ps_moments_se(&row->moments[PS_M_DEFAULTS_N]));
    ps_engine_result_free(&run);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_is_nearly_lognormal),
        cmocka_unit_test(multipliers_have_their_law),
        cmocka_unit_test(defaults_are_a_mixture),
        cmocka_unit_test(recoveries_are_multiplied),
        cmocka_unit_test(new_firms_are_mixed_poisson),
        cmocka_unit_test(no_spread_draws_the_plain_firms),
        cmocka_unit_test(large_months_keep_mean_and_variance),
        cmocka_unit_test(the_split_is_the_exact_one),
        cmocka_unit_test(certain_books_are_not_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
