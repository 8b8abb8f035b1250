// SPDX-License-Identifier: GPL-3.0-or-later
// The mean PD that is printed beside the input, under Student t, gamma sectors and regimes: shocks,
// a fixed start, a loan that spans two calendar years. The oracle pushes the surviving mass forward
// month by month, with the laws of GSL and the coefficients of the plan.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "fixture.h"
#include "pledgesim/prepare.h"

enum { STUDENT_T = 2, GAMMA, REGIME };
enum { POINTS = 160, SCORES = 66, YEAR = 12 };

static const double START = -1.4, SCORE_STEP = 0.2, NU = 5, VARIANCE = 0.7;

static double point(int i)
{
    return -8 + 0.1 * i;
}

static double s_at(int k)
{
    const double z = -7.4 + k * SCORE_STEP;
    return sqrt((z < 0 ? gsl_cdf_chisq_Pinv(gsl_cdf_ugaussian_P(z), NU)
                       : gsl_cdf_chisq_Qinv(gsl_cdf_ugaussian_Q(z), NU)) /
                NU);
}

static double weight_at(int k)
{
    return gsl_ran_ugaussian_pdf(-7.4 + k * SCORE_STEP) * SCORE_STEP;
}

/* exp(-hazard of a month) where the index stands at y and S is number k. */
static double month_survival(const struct ps_world_plan *plan, double y, int k)
{
    const struct ps_hazard_class *class = &plan->classes[plan->tape[0].klass];
    if (plan->hazard_kind == PS_HAZARD_MIXED)
        return pow(1 - gsl_cdf_ugaussian_P(class->a * s_at(k) + class->b * y), 1. / 12);
    const double v = VARIANCE * class->spread;
    const double g = v * (y > 0 ? gsl_cdf_gamma_Pinv(gsl_cdf_ugaussian_Q(y), 1 / v, 1)
                                : gsl_cdf_gamma_Qinv(gsl_cdf_ugaussian_P(y), 1 / v, 1));
    const double x = class->own + class->sectors[0].rate * g;
    return plan->capped ? pow(fmax(1 - x, 1e-12), 1. / 12) : exp(-x / 12);
}

/* Under the cap survival jumps: its mean over the cell around y. */
static double cell_survival(const struct ps_world_plan *plan, double y, int k)
{
    enum { PARTS = 20 };
    double sum = 0;
    if (!plan->capped)
        return month_survival(plan, y, k);
    for (int i = 0; i < PARTS; i++)
        sum += month_survival(plan, y + 0.1 * ((i + 0.5) / PARTS - 0.5), k);
    return sum / PARTS;
}

/* mass[k][i]: under S number k; the law of the next block. */
static void next_block(const struct ps_world_plan *plan, int known, double (*mass)[POINTS + 1],
                       int scores)
{
    static double step[POINTS + 1][POINTS + 1];
    for (int i = 0; i <= POINTS; i++)
        for (int j = 0; j <= POINTS; j++) {
            const double mean = plan->phi_step * (known ? START : point(i));
            step[i][j] = gsl_ran_gaussian_pdf(point(j) - mean, plan->innovation) * 0.1;
        }
    for (int k = 0; k < scores; k++) {
        double next[POINTS + 1] = {0};
        for (int i = 0; i <= POINTS; i++)
            for (int j = 0; j <= POINTS; j++)
                next[j] += mass[k][i] * step[i][j];
        for (int j = 0; j <= POINTS; j++)
            mass[k][j] = next[j];
    }
}

static void mix(double (*mass)[POINTS + 1], int scores)
{
    for (int i = 0; i <= POINTS; i++) {
        double sum = 0;
        for (int k = 0; k < scores; k++)
            sum += weight_at(k) * mass[k][i];
        for (int k = 0; k < scores; k++)
            mass[k][i] = sum;
    }
}

/* P(default) of a loan of months 1..12. With a known start all mass stands at point 0 at first. */
static double by_pushing(const struct ps_world_plan *plan)
{
    static double mass[SCORES][POINTS + 1];
    const int t_like = plan->hazard_kind == PS_HAZARD_MIXED, scores = t_like ? SCORES : 1;
    for (int k = 0; k < scores; k++)
        for (int i = 0; i <= POINTS; i++)
            mass[k][i] = plan->start_fixed ? i == 0 : gsl_ran_ugaussian_pdf(point(i)) * 0.1;
    for (int t = 1; t <= YEAR; t++) {
        const int known = plan->start_fixed && t <= plan->step_months;
        const double shift = plan->shift[t];
        if (t > 1 && (t - 1) % plan->step_months == 0)
            next_block(plan, plan->start_fixed && t - 1 == plan->step_months, mass, scores);
        if (t_like && plan->mixing_yearly && t > 1 && (plan->start_month + t - 2) % 12 == 0)
            mix(mass, scores);
        for (int k = 0; k < scores; k++)
            for (int i = 0; i <= (known ? 0 : POINTS); i++)
                mass[k][i] *= known ? month_survival(plan, START + shift, k)
                                    : cell_survival(plan, point(i) + shift, k);
    }
    if (t_like)
        mix(mass, scores);
    double left = 0;
    for (int i = 0; i <= POINTS; i++)
        left += mass[0][i];
    return 1 - left;
}

struct variant {
    int64_t step, start_month, mixing;
    int fixed, shocked, capped;
};

static void check(int64_t dependence, const struct variant *v)
{
    struct ps_scenario *s = ps_fixture_tape(1);
    struct ps_diags diags = {0};
    struct ps_world_plan *plan;
    const double pd_given = v->capped ? 0.2 : 0.04;
    double pd[2];
    s->p.dependence = dependence;
    s->p.factor_step_months = v->step;
    s->p.start_month = v->start_month;
    s->p.t_mixing = v->mixing;
    s->p.t_nu = NU;
    s->p.sector_variance = VARIANCE;
    s->p.index_start = v->fixed ? PS_START_FIXED : PS_START_STATIONARY;
    s->p.initial_index_sd = START;
    s->p.gamma_link = v->capped ? PS_LINK_LINEAR_CAPPED : PS_LINK_EXP;
    s->loans[0].pd_frac = pd_given;
    s->loans[0].correlation = 0.15;
    s->shocks = calloc(1, sizeof *s->shocks);
    assert_non_null(s->shocks);
    s->shocks[0] = (struct ps_shocks_row){"a", "all", 5, 8, -1.2};
    s->shocks_n = v->shocked ? 1 : 0;
    assert_int_equal(ps_world_prepare(s, 1, &diags, &plan), PS_OK);
    ps_world_mean_pd(plan, s, pd);
    assert_true(fabs(pd[0] - pd_given) < 1e-15);
    const double pushed = dependence == REGIME ? 0.04 : by_pushing(plan);
    if (!(fabs(pd[1] - pushed) <= (v->capped ? 2e-3 : 2e-6) * pushed))
        fail_msg("mean PD %.10g, by pushing %.10g (model %d, step %d)", pd[1], pushed,
                 (int)dependence, (int)v->step);
    if (dependence != REGIME && (v->fixed || v->shocked))
        assert_true(pd[1] > 1.125 * pd_given); /* a bad start or shock is seen */
    if (v->capped && !v->fixed && !v->shocked)
        assert_true(fabs(pd[1] / pd_given - 1) < 2e-6); /* also where the oracle is coarser */
    ps_world_plan_free(plan);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

static void stationary_calendar_years_give_the_input(void **state)
{
    (void)state;
    const struct variant plain = {PS_STEP_1, 1, PS_MIXING_YEAR, 0, 0, 0};
    for (int64_t dependence = STUDENT_T; dependence <= REGIME; dependence++)
        check(dependence, &plain);
}

/* A calendar year that ends inside a block, with and without an index that is known then. */
static void two_calendar_years_meet_two_s(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {PS_STEP_1, 6, PS_MIXING_YEAR, 0, 0, 0},  {PS_STEP_3, 6, PS_MIXING_YEAR, 0, 1, 0},
        {PS_STEP_3, 11, PS_MIXING_YEAR, 1, 1, 0}, {PS_STEP_12, 7, PS_MIXING_YEAR, 1, 1, 0},
        {PS_STEP_12, 7, PS_MIXING_YEAR, 0, 0, 0}, {PS_STEP_3, 6, PS_MIXING_WORLD, 1, 0, 0}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        check(STUDENT_T, &variants[i]);
}

static void sectors_and_regimes_under_shocks_and_fixed_starts(void **state)
{
    (void)state;
    static const struct variant variants[] = {{PS_STEP_1, 1, PS_MIXING_YEAR, 0, 1, 0},
                                              {PS_STEP_3, 1, PS_MIXING_YEAR, 1, 0, 0},
                                              {PS_STEP_12, 1, PS_MIXING_YEAR, 1, 1, 0}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        check(GAMMA, &variants[i]);
        check(REGIME, &variants[i]);
    }
}

static void the_capped_link_under_shocks_and_fixed_starts(void **state)
{
    (void)state;
    static const struct variant variants[] = {{PS_STEP_1, 1, PS_MIXING_YEAR, 0, 0, 1},
                                              {PS_STEP_1, 1, PS_MIXING_YEAR, 1, 1, 1},
                                              {PS_STEP_3, 1, PS_MIXING_YEAR, 0, 1, 1},
                                              {PS_STEP_3, 1, PS_MIXING_YEAR, 1, 0, 1},
                                              {PS_STEP_12, 1, PS_MIXING_YEAR, 1, 1, 1}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        check(GAMMA, &variants[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stationary_calendar_years_give_the_input),
        cmocka_unit_test(two_calendar_years_meet_two_s),
        cmocka_unit_test(sectors_and_regimes_under_shocks_and_fixed_starts),
        cmocka_unit_test(the_capped_link_under_shocks_and_fixed_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
