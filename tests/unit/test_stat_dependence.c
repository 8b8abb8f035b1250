// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of defaults under gamma sectors and regimes against their exact laws, as mixtures of
// binomials by quadrature or over all paths; and what holds for every model. Alpha 1e-9 a test; the
// seeds are fixed here and are never changed to make a test pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mixtures.h"
#include "pledgesim/prepare.h"
#include "testkit.h"

enum { SEED_GAMMA = 204, SEED_WEIGHTS = 205, SEED_REGIME = 206, SEED_MONTHLY = 207 };
enum { SEED_STRESS = 208, SEED_ZERO = 209 };

static const double PD = 0.03, NU = 8, VARIANCE = 0.6;

static void accepted(double p_value)
{
    assert_true(p_value >= PS_ORACLE_ALPHA);
}

static void rejected(double p_value)
{
    assert_true(p_value < PS_ORACLE_ALPHA);
}

/* ---- gamma ---- */

static void gamma_year_is_a_mixture_of_binomials(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(GAMMA, 0, 1, 0);
    s->p.sector_variance = VARIANCE;
    const struct ps_static_counts c = ps_static_count(s, SEED_GAMMA, 150000);
    double law[STATIC_LOANS + 1];
    ps_mixture_gamma(law, PD, VARIANCE);
    accepted(ps_static_fits(&c, law));
    ps_mixture_gamma(law, PD, VARIANCE * 1.15);
    rejected(ps_static_fits(&c, law));
    ps_mixture_gamma(law, PD * 1.05, VARIANCE);
    rejected(ps_static_fits(&c, law));
    ps_oracle_vasicek(law, STATIC_LOANS, PD, 0);
    rejected(ps_static_fits(&c, law));
    ps_fixture_free(s);
}

/* min(1, PD G): at PD 3 % and variance 0.6 the cap is out of sight. */
static void linear_link_is_proportional(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(GAMMA, 0, 1, 0);
    s->p.gamma_link = PS_LINK_LINEAR_CAPPED;
    const struct ps_static_counts c = ps_static_count(s, SEED_GAMMA, 100000);
    double law[STATIC_LOANS + 1], wrong[STATIC_LOANS + 1];
    ps_mixture_gamma_capped(law, PD, VARIANCE);
    accepted(ps_static_fits(&c, law));
    ps_mixture_gamma(wrong, PD, VARIANCE * 0.85);
    rejected(ps_static_fits(&c, wrong));
    ps_fixture_free(s);
}

static void add_weight(struct ps_scenario *s, size_t segment, size_t cluster, double weight,
                       double variance)
{
    struct ps_sector_weights_row *rows =
        realloc(s->sector_weights, (s->sector_weights_n + 1) * sizeof *rows);
    assert_non_null(rows);
    s->sector_weights = rows;
    struct ps_sector_weights_row *row = &rows[s->sector_weights_n++];
    *row = (struct ps_sector_weights_row){.weight_frac = weight, .variance = variance};
    snprintf(row->sector_weight_id, sizeof row->sector_weight_id, "w%zu", s->sector_weights_n);
    strcpy(row->segment_id, s->segments[segment].segment_id);
    strcpy(row->cluster_id, s->segments[cluster].cluster_id);
}

/* Law of all 100 loans when each has sectors (0.5, 0.3) of two clusters with indices correlated by
 * r, and 0.2 of its own. */
static void two_sector_law(double law[STATIC_LOANS + 1], double r, double v1, double w1)
{
    enum { SIDE = 120 };
    static double x[SIDE + 1][SIDE + 1], weight[SIDE + 1];
    const double h = 15.6 / SIDE, w0 = 0.8 - w1;
    for (int i = 0; i <= SIDE; i++)
        weight[i] = gsl_ran_ugaussian_pdf(-7.8 + i * h) * h;
    for (int i = 0; i <= SIDE; i++)
        for (int j = 0; j <= SIDE; j++) {
            const double a = -7.8 + i * h, b = r * a + sqrt(1 - r * r) * (-7.8 + j * h);
            x[i][j] = 0.2 + w0 * ps_mixture_gamma_factor(VARIANCE, a) +
                      w1 * ps_mixture_gamma_factor(v1, b);
        }
    double lo = 0, hi = 1;
    for (int k = 0; k < 60; k++) {
        double mean = 0;
        for (int i = 0; i <= SIDE; i++)
            for (int j = 0; j <= SIDE; j++)
                mean += weight[i] * weight[j] * -expm1(-(lo + hi) / 2 * x[i][j]);
        *(mean < PD ? &lo : &hi) = (lo + hi) / 2;
    }
    memset(law, 0, (STATIC_LOANS + 1) * sizeof *law);
    for (int i = 0; i <= SIDE; i++)
        for (int j = 0; j <= SIDE; j++)
            ps_static_add_binomial(law, weight[i] * weight[j], -expm1(-lo * x[i][j]));
}

static void sector_weights_mix_two_clusters(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(GAMMA, 0, 2, 0.4);
    for (size_t i = 0; i < s->loans_n; i++)
        strcpy(s->loans[i].segment_id, s->segments[0].segment_id);
    add_weight(s, 0, 0, 0.5, VARIANCE);
    add_weight(s, 0, 1, 0.3, 1.5);
    const struct ps_static_counts c = ps_static_count(s, SEED_WEIGHTS, 150000);
    double law[STATIC_LOANS + 1];
    two_sector_law(law, 0.4, 1.5, 0.3);
    accepted(ps_static_fits(&c, law));
    two_sector_law(law, 0.4, VARIANCE, 0.3);
    rejected(ps_static_fits(&c, law));
    two_sector_law(law, 0.0, 1.5, 0.3);
    rejected(ps_static_fits(&c, law));
    ps_mixture_gamma(law, PD, VARIANCE);
    rejected(ps_static_fits(&c, law));
    ps_fixture_free(s);
}

/* ---- regime ---- */

static void regime_year_walks_all_paths(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(REGIME, 0.1, 2, 0);
    s->p.calm_months = 24;
    s->p.stress_months = 6;
    s->p.stress_multiplier = 4;
    const struct ps_static_counts c = ps_static_count(s, SEED_REGIME, 150000);
    double law[STATIC_LOANS + 1];
    ps_mixture_regime(law, 24, 6, 4, PD);
    accepted(ps_static_fits(&c, law));
    ps_mixture_regime(law, 24, 6, 3.5, PD);
    rejected(ps_static_fits(&c, law));
    ps_mixture_regime(law, 24, 8, 4, PD);
    rejected(ps_static_fits(&c, law));
    ps_mixture_regime(law, 24, 6, 4, PD * 1.05);
    rejected(ps_static_fits(&c, law));
    ps_fixture_free(s);
}

/* Sales of pledges read an index that stress lowers; the index itself is the same one. */
static void stress_lowers_the_index_that_sales_read(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(REGIME, 0.1, 2, 0);
    s->p.factor_step_months = PS_STEP_1;
    struct ps_kit plain, shifted;
    s->p.stress_shift_sd = 0;
    ps_kit_open(&plain, s, SEED_STRESS, NULL);
    s->p.stress_shift_sd = 1.25;
    ps_kit_open(&shifted, s, SEED_STRESS, NULL);
    const double stress = plain.plan->classes[0].stress / 12;
    struct ps_oracle_mean share = {0};
    for (uint64_t first = 0; first < 64000; first += PS_TILE_WORLDS) {
        ps_kit_sample(&plain, first, PS_TILE_WORLDS);
        ps_kit_sample(&shifted, first, PS_TILE_WORLDS);
        for (int l = 0; l < PS_ECONOMY_LANES; l++) {
            int stressed = 0;
            for (int t = 1; t <= 12; t++) {
                const size_t at = (size_t)t * 2 * PS_ECONOMY_LANES + (size_t)l;
                const double *h = plain.worlds.hazard;
                const int now = h[at] - h[at - (size_t)2 * PS_ECONOMY_LANES] > 0.99 * stress;
                for (int c = 0; c < 2; c++) {
                    const double lower =
                        ps_kit_index(&plain, t, c)[l] - ps_kit_index(&shifted, t, c)[l];
                    assert_true(fabs(lower - (now ? 1.25 : 0)) < 1e-12);
                }
                stressed += now;
            }
            ps_oracle_add(&share, stressed / 12.);
        }
    }
    accepted(ps_oracle_mean_is(&share, 12. / 60));
    rejected(ps_oracle_mean_is(&share, 12.9 / 60));
    ps_kit_close(&plain);
    ps_kit_close(&shifted);
    ps_fixture_free(s);
}

/* ---- what holds for each ---- */

static double still_joint(int64_t dependence)
{
    const struct ps_calibration c = {.pd_frac = PD,
                                     .correlation = 0.1,
                                     .phi_annual = 0.5,
                                     .step_months = 1,
                                     .calibrate = 1,
                                     .t_nu = NU,
                                     .calm_months = 48,
                                     .stress_months = 12,
                                     .stress_multiplier = 3,
                                     .sectors_n = 1,
                                     .sectors = {{0, 1, VARIANCE}},
                                     .loading = {1}};
    int n;
    return ps_models_dependence(&n)[dependence]->joint_pd(&c);
}

/* The calibrated monthly models keep PD and joint PD (each a number that test_dependence has proved
 * against another way); power: uncalibrated ones, where the calibration does something, do not. */
static void monthly_models_keep_pd_and_joint_pd(void **state)
{
    (void)state;
    for (int64_t dependence = STUDENT_T; dependence <= REGIME; dependence++) {
        struct ps_scenario *s = ps_static_book(dependence, 0.1, 1, 0);
        s->p.factor_step_months = PS_STEP_1;
        s->p.phi_annual = 0.2;
        struct ps_static_counts c = ps_static_count(s, SEED_MONTHLY, 200000);
        const double joint = still_joint(dependence);
        accepted(ps_oracle_mean_is(&c.rate, PD));
        rejected(ps_oracle_mean_is(&c.rate, PD * 1.03));
        accepted(ps_oracle_mean_is(&c.pairs, joint));
        rejected(ps_oracle_mean_is(&c.pairs, joint * 1.1));
        if (dependence != REGIME) {
            s->p.correlation_basis = PS_BASIS_MONTHLY;
            c = ps_static_count(s, SEED_MONTHLY, 200000);
            rejected(ps_oracle_mean_is(&c.pairs, joint));
        }
        ps_fixture_free(s);
    }
}

/* PD 0 never defaults, whatever the economy does. */
static void pd_zero_never_defaults(void **state)
{
    (void)state;
    int models_n;
    (void)ps_models_dependence(&models_n);
    for (int64_t dependence = 0; dependence < models_n; dependence++) {
        struct ps_scenario *s = ps_static_book(dependence, 0.5, 2, 0.5);
        s->p.t_nu = 2.1;
        s->p.sector_variance = 4;
        s->p.stress_multiplier = 100;
        for (size_t i = 0; i < s->loans_n; i++)
            s->loans[i].pd_frac = 0;
        assert_int_equal(ps_static_count(s, SEED_ZERO, 32000).defaults[0], 32000);
        ps_fixture_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gamma_year_is_a_mixture_of_binomials),
        cmocka_unit_test(linear_link_is_proportional),
        cmocka_unit_test(sector_weights_mix_two_clusters),
        cmocka_unit_test(regime_year_walks_all_paths),
        cmocka_unit_test(stress_lowers_the_index_that_sales_read),
        cmocka_unit_test(monthly_models_keep_pd_and_joint_pd),
        cmocka_unit_test(pd_zero_never_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
