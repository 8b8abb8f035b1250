// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"
#include "pledgesim/math.h"

/* A calm and a stressed economy that take turns, eq. (4.17): one chain for all clusters. Index and
 * correlation play no part in defaults. */

#define P_MAX (1 - 1e-12)
#define X_OF_P(p) (-ps_log1p(-(p)))

enum { CALM, STRESS, STATES };

struct regime_year {
    double stay[STATES], share[STATES], times[STATES];
};

static struct regime_year year_of(const struct ps_calibration *c)
{
    const double calm = c->calm_months, stress = c->stress_months;
    return (struct regime_year){.stay = {1 - 1 / calm, 1 - 1 / stress},
                                .share = {calm / (calm + stress), stress / (calm + stress)},
                                .times = {1, c->stress_multiplier}};
}

/* p of a state, PD' at the level log PD'. */
static double p_of(const struct regime_year *year, int state, double pd)
{
    const double p = year->times[state] * pd;
    return p < P_MAX ? p : P_MAX;
}

/* The recursion (4.8) over two states, twelve months, the first stationary. */
static double year_pd(void *model, double level, double *joint)
{
    const struct regime_year *year = model;
    double d[STATES], u[STATES] = {0}, v[STATES] = {0};
    for (int s = 0; s < STATES; s++) {
        d[s] = ps_one_minus_exp(X_OF_P(p_of(year, s, ps_exp(level))) / 12);
    }
    for (int month = 12; month >= 1; month--) {
        const double later_u[STATES] = {u[CALM], u[STRESS]}, later_v[STATES] = {v[CALM], v[STRESS]};
        for (int s = 0; s < STATES; s++) {
            const double stay = year->stay[s], e = 1 - d[s];
            const double next_u = stay * later_u[s] + (1 - stay) * later_u[!s];
            const double next_v = stay * later_v[s] + (1 - stay) * later_v[!s];
            u[s] = d[s] + e * next_u;
            v[s] = d[s] * d[s] + 2 * d[s] * e * next_u + e * e * next_v;
        }
    }
    if (joint != NULL) {
        *joint = year->share[CALM] * v[CALM] + year->share[STRESS] * v[STRESS];
    }
    return year->share[CALM] * u[CALM] + year->share[STRESS] * u[STRESS];
}

/* log PD': by the year's probability of default, or by the long-run mean of p. */
static enum ps_status solve(struct regime_year *model, const struct ps_calibration *c,
                            double *level)
{
    const struct ps_year year = {.model = model, .pd = year_pd};
    const double times = model->share[CALM] + model->share[STRESS] * model->times[STRESS];
    double pd = c->pd_frac / times;
    if (model->times[STRESS] * pd > 1) {
        pd = (c->pd_frac - model->share[STRESS]) / model->share[CALM];
    }
    *level = ps_log(pd);
    return c->calibrate ? ps_year_level(&year, c->pd_frac, level) : PS_OK;
}

/* What the chain gives; nothing is asked of it. */
static double joint_pd(const struct ps_calibration *c)
{
    double level, joint;
    struct regime_year model = year_of(c);
    if (c->pd_frac <= 0 || solve(&model, c, &level) != PS_OK) {
        return 0;
    }
    (void)year_pd(&model, level, &joint);
    return joint;
}

static enum ps_status resolve(const struct ps_calibration *c, struct ps_hazard_class *out)
{
    struct regime_year model = year_of(c);
    double level = 0, pd = 0;
    enum ps_status status = PS_OK;
    if (c->pd_frac > 0) {
        status = solve(&model, c, &level);
        pd = ps_exp(level);
    }
    out->pd_frac = c->pd_frac;
    out->correlation = c->correlation;
    out->correlation_monthly = 0;
    out->pd_monthly_frac = p_of(&model, CALM, pd);
    out->calm = X_OF_P(p_of(&model, CALM, pd));
    out->stress = X_OF_P(p_of(&model, STRESS, pd));
    return status;
}

const struct ps_dependence ps_dependence_regime = {
    .model = {.name = "regime",
              .doc = {[PS_LANG_ZH] =
                          "两状态转换：全部集群在平稳期与压力期之间同步切换，压力期违约率成"
                          "倍上升、处置变差（相关系数与景气指数不影响违约）",
                      [PS_LANG_EN] = "two regimes: all clusters switch together between calm and "
                                     "stress, with more defaults and worse sales in stress "
                                     "(correlation and index do not move defaults)"},
              .equation = "4.17"},
    .kind = PS_HAZARD_REGIME,
    .resolve = resolve,
    .joint_pd = joint_pd,
};
