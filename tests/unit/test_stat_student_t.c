// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of defaults under the Student-t copula against their exact laws, as mixtures of binomials
// by quadrature. Alpha 1e-9 a test; the seeds are fixed here and are never changed to make a test
// pass.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mixtures.h"

enum { YEARS = 5, GROUP = 20 };
enum { SEED_T = 201, SEED_WORLD = 202, SEED_CHAIN = 203 };

static const double PD = 0.03, NU = 8;

static void accepted(double p_value)
{
    assert_true(p_value >= PS_ORACLE_ALPHA);
}

static void rejected(double p_value)
{
    assert_true(p_value < PS_ORACLE_ALPHA);
}

static double tail(const double law[STATIC_LOANS + 1], int from)
{
    double sum = 0;
    for (int k = from; k <= STATIC_LOANS; k++)
        sum += law[k];
    return sum;
}

static double p_given(double nu, double pd, double rho, double s, double y)
{
    return gsl_cdf_ugaussian_P((s * ps_mixture_t_threshold(nu, pd) - sqrt(rho) * y) /
                               sqrt(1 - rho));
}

/* 20 loans a year for five years, indices of the years correlated like phi^distance: the number of
 * defaults and the index of the year, year by year on a grid. */
enum { GRID = 81 };

static const double GRID_STEP = 0.2, PHI = 0.5;

static double grid_at(int i)
{
    return -8 + i * GRID_STEP;
}

/* group[i][k]: k of 20 default where the index is grid_at(i). */
static void five_years(double (*group)[GROUP + 1], double weight, double law[STATIC_LOANS + 1])
{
    static double mass[GRID][STATIC_LOANS + 1], next[GRID][STATIC_LOANS + 1];
    memset(mass, 0, sizeof mass);
    for (int i = 0; i < GRID; i++)
        mass[i][0] = gsl_ran_ugaussian_pdf(grid_at(i)) * GRID_STEP;
    for (int year = 0; year < YEARS; year++) {
        memset(next, 0, sizeof next);
        for (int i = 0; i < GRID; i++)
            for (int n = 0; n <= year * GROUP; n++)
                for (int k = 0; k <= GROUP; k++)
                    next[i][n + k] += mass[i][n] * group[i][k];
        memset(mass, 0, sizeof mass);
        for (int i = 0; i < GRID; i++)
            for (int j = 0; j < GRID; j++) {
                const double step =
                    gsl_ran_gaussian_pdf(grid_at(j) - PHI * grid_at(i), sqrt(1 - PHI * PHI));
                for (int n = 0; n <= (year + 1) * GROUP; n++)
                    mass[j][n] += step * GRID_STEP * next[i][n];
            }
    }
    for (int i = 0; i < GRID; i++)
        for (int n = 0; n <= STATIC_LOANS; n++)
            law[n] += weight * mass[i][n];
}

/* S once for all years, or one a year. */
static void loan_years_law(double law[STATIC_LOANS + 1], double nu, int once)
{
    static double group[GRID][GROUP + 1], mixed[GRID][GROUP + 1];
    memset(law, 0, (STATIC_LOANS + 1) * sizeof *law);
    memset(mixed, 0, sizeof mixed);
    for (int j = 0; j < GRID; j++) {
        const double s = ps_mixture_t_divisor(nu, grid_at(j));
        const double weight = gsl_ran_ugaussian_pdf(grid_at(j)) * GRID_STEP;
        for (int i = 0; i < GRID; i++)
            for (int k = 0; k <= GROUP; k++) {
                group[i][k] =
                    gsl_ran_binomial_pdf((unsigned)k, p_given(nu, PD, 0.1, s, grid_at(i)), GROUP);
                mixed[i][k] += weight * group[i][k];
            }
        if (once && weight > 1e-12)
            five_years(group, weight, law);
    }
    if (!once)
        five_years(mixed, 1, law);
}

/* ---- Student t ---- */

/* The oracle first. 100 loan-years, chance of ten defaults or more: the figures of docs/model.md,
 * and within 0.2 points the 3.1, 7.7 and 1.4 % of an older simulation. */
static void oracle_has_the_known_figures(void **state)
{
    (void)state;
    double law[STATIC_LOANS + 1], vasicek[STATIC_LOANS + 1];
    loan_years_law(law, NU, 0);
    assert_true(fabs(tail(law, 10) - 0.031021) < 5e-7);
    loan_years_law(law, NU, 1);
    assert_true(fabs(tail(law, 10) - 0.075494) < 5e-7);
    loan_years_law(law, (double)INFINITY, 0);
    assert_true(fabs(tail(law, 10) - 0.013755) < 5e-7);
    ps_mixture_student_t(law, PD, 0.08, (double)INFINITY);
    ps_oracle_vasicek(vasicek, STATIC_LOANS, PD, 0.08);
    for (int k = 0; k <= STATIC_LOANS; k++)
        assert_true(fabs(law[k] - vasicek[k]) < 1e-9);
}

/* A static year is the multivariate t. */
static void student_t_year_is_the_multivariate_t(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(STUDENT_T, 0.08, 1, 0);
    s->p.t_nu = NU;
    const struct ps_static_counts c = ps_static_count(s, SEED_T, 150000);
    double law[STATIC_LOANS + 1];
    ps_mixture_student_t(law, PD, 0.08, NU);
    accepted(ps_static_fits(&c, law));
    ps_mixture_student_t(law, PD, 0.08, 10);
    rejected(ps_static_fits(&c, law));
    ps_mixture_student_t(law, PD, 0.10, NU);
    rejected(ps_static_fits(&c, law));
    ps_mixture_student_t(law, PD * 1.05, 0.08, NU);
    rejected(ps_static_fits(&c, law));
    ps_oracle_vasicek(law, STATIC_LOANS, PD, 0.08);
    rejected(ps_static_fits(&c, law));
    ps_fixture_free(s);
}

/* 100 loan-years under one S: five clusters, correlated like five years, stand for them. */
static void one_s_for_all_makes_the_tail(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_static_book(STUDENT_T, 0.1, YEARS, 0);
    for (int i = 0; i < YEARS; i++)
        for (int k = 0; k < YEARS; k++)
            s->index_correlation[i * YEARS + k] = pow(PHI, abs(i - k));
    const struct ps_static_counts c = ps_static_count(s, SEED_WORLD, 100000);
    double law[STATIC_LOANS + 1];
    uint64_t many = 0;
    for (int k = 10; k <= STATIC_LOANS; k++)
        many += c.defaults[k];
    loan_years_law(law, NU, 1);
    accepted(ps_static_fits(&c, law));
    accepted(ps_oracle_binomial(many, c.worlds, tail(law, 10)));
    loan_years_law(law, NU, 0);
    rejected(ps_oracle_binomial(many, c.worlds, tail(law, 10)));
    loan_years_law(law, (double)INFINITY, 0);
    rejected(ps_oracle_binomial(many, c.worlds, tail(law, 10)));
    ps_fixture_free(s);
}

/* 20 loans renewed for five years while they perform: a chain of survivors. */
static void chain_law(double law[STATIC_LOANS + 1], int common)
{
    enum { SCORES = 161 };
    static double step[SCORES][GROUP + 1][GROUP + 1]; /* by S: from so many loans so many fail */
    double mixed[GROUP + 1][GROUP + 1] = {{0}};
    memset(law, 0, (STATIC_LOANS + 1) * sizeof *law);
    memset(step, 0, sizeof step);
    for (int i = 0; i < SCORES; i++) {
        const double z = -8 + i * PS_SCORE_STEP, s = ps_mixture_t_divisor(NU, z);
        for (double y = -8; y < 8.05; y += PS_SCORE_STEP) {
            const double p = p_given(NU, PD, 0.1, s, y);
            for (int n = 0; n <= GROUP; n++)
                for (int k = 0; k <= n; k++)
                    step[i][n][k] +=
                        ps_static_weight(y) * gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)n);
        }
        for (int n = 0; n <= GROUP; n++)
            for (int k = 0; k <= n; k++)
                mixed[n][k] += ps_static_weight(z) * step[i][n][k];
    }
    for (int i = 0; i < (common ? SCORES : 1); i++) {
        double left[GROUP + 1] = {0};
        left[GROUP] = 1;
        for (int year = 0; year < YEARS; year++) {
            double next[GROUP + 1] = {0};
            for (int n = 0; n <= GROUP; n++)
                for (int k = 0; k <= n; k++)
                    next[n - k] += left[n] * (common ? step[i][n][k] : mixed[n][k]);
            memcpy(left, next, sizeof left);
        }
        for (int n = 0; n <= GROUP; n++)
            law[GROUP - n] += (common ? ps_static_weight(-8 + i * PS_SCORE_STEP) : 1) * left[n];
    }
}

/* S is drawn each calendar year, or once a world. */
static void s_lasts_a_year_or_a_world(void **state)
{
    (void)state;
    double yearly[STATIC_LOANS + 1], once[STATIC_LOANS + 1];
    chain_law(yearly, 0);
    chain_law(once, 1);
    for (int64_t mixing = PS_MIXING_YEAR; mixing <= PS_MIXING_WORLD; mixing++) {
        struct ps_scenario *s = ps_static_book(STUDENT_T, 0.1, 1, 0);
        s->loans_n = GROUP;
        s->p.t_mixing = mixing;
        s->p.phi_annual = 0; /* a fresh index each year */
        s->p.horizon_months = 59;
        s->p.runoff_months = 13;
        s->p.renewal_prob_frac = 1;
        s->segments[0].tenor_12m_frac = 1;
        s->segments[0].tenor_6m_frac = s->segments[0].tenor_24m_frac = 0;
        s->segments[0].tenor_36m_frac = 0;
        const struct ps_static_counts c = ps_static_count(s, SEED_CHAIN, 100000);
        accepted(ps_static_fits(&c, mixing == PS_MIXING_YEAR ? yearly : once));
        rejected(ps_static_fits(&c, mixing == PS_MIXING_YEAR ? once : yearly));
        ps_fixture_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_has_the_known_figures),
        cmocka_unit_test(student_t_year_is_the_multivariate_t),
        cmocka_unit_test(one_s_for_all_makes_the_tail),
        cmocka_unit_test(s_lasts_a_year_or_a_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
