// SPDX-License-Identifier: GPL-3.0-or-later
// The other models of dependence, and an anchor firm: defaults and losses of 100 loans within a
// year, and what a pool that bears 70 % can pay of them.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../unit/fixture.h"
#include "exact.h"

enum { SEED_STUDENT_T = 701, SEED_GAMMA, SEED_CAPPED, SEED_REGIME, SEED_ANCHOR };

static const double PD = 0.03, RHO = 0.08, NU = 8, VARIANCE = 0.6, CAPPED_PD = 0.1, CAPPED_V = 2;

/* A book, its law and a wrong one. */
struct model {
    const char *name, *wrong;
    uint64_t seed;
    double pd, rho, pool_wan;
    void (*set)(struct ps_scenario *);
    void (*law)(double *law);
    void (*wrong_law)(double *law);
};

/* ---- models ---- */

static void student_t(struct ps_scenario *s)
{
    s->p.dependence = STUDENT_T;
    s->p.t_nu = NU;
}

static void student_t_law(double *law)
{
    ps_mixture_student_t(law, PD, RHO, NU);
}

static void student_t_wrong(double *law)
{
    ps_mixture_student_t(law, PD, RHO, 9);
}

static void gamma_exp(struct ps_scenario *s)
{
    s->p.dependence = GAMMA;
    s->p.sector_variance = VARIANCE;
}

static void gamma_law(double *law)
{
    ps_mixture_gamma(law, PD, VARIANCE);
}

static void gamma_wrong(double *law)
{
    ps_mixture_gamma(law, PD, 1.1 * VARIANCE);
}

/* A PD and a variance at which the cap is often reached. */
static void gamma_capped(struct ps_scenario *s)
{
    s->p.dependence = GAMMA;
    s->p.gamma_link = PS_LINK_LINEAR_CAPPED;
    s->p.sector_variance = CAPPED_V;
}

static void capped_law(double *law)
{
    ps_mixture_gamma_capped(law, CAPPED_PD, CAPPED_V);
}

static void capped_wrong(double *law)
{
    ps_mixture_gamma(law, CAPPED_PD, CAPPED_V);
}

static void regime(struct ps_scenario *s)
{
    s->p.dependence = REGIME;
    s->p.calm_months = 24;
    s->p.stress_months = 6;
    s->p.stress_multiplier = 4;
}

static void regime_law(double *law)
{
    ps_mixture_regime(law, 24, 6, 4, PD);
}

static void regime_wrong(double *law)
{
    ps_mixture_regime(law, 24, 6, 3.5, PD);
}

/* ---- an anchor firm ---- */

/* It fails with 20 % a year, lowers the index of the cluster for six months, and every fifth loan
 * hangs on it. */
enum { WINDOW = 6, HANGING = 5 };

static const double ANCHOR_PD = 0.2, SHIFT = -1;

static void anchor(struct ps_scenario *s)
{
    s->p.dependence = GAUSSIAN;
    s->anchors = ps_exact_row(sizeof *s->anchors);
    s->anchors_n = 1;
    *s->anchors = (struct ps_anchors_row){
        .anchor_id = "oem", .pd_frac = ANCHOR_PD, .shift_sd = SHIFT, .shift_months = WINDOW};
    memcpy(s->anchors->cluster_id, s->cluster_ids[0], sizeof s->anchors->cluster_id);
    for (size_t i = 0; i < s->loans_n; i += HANGING)
        snprintf(s->loans[i].anchor_id, sizeof s->loans[i].anchor_id, "oem");
}

static double month_hazard(double y)
{
    const double x = gsl_cdf_ugaussian_Pinv(PD) - sqrt(RHO) * y;
    return -log1p(-gsl_cdf_ugaussian_P(x / sqrt(1 - RHO))) / EXACT_YEAR;
}

/* The sum over the month of failure, 13: not within the year, of the integral over the index; loans
 * that hang on it default with it. */
static void anchored(double *law, double shift, int hanging)
{
    memset(law, 0, (EXACT_LOANS + 1) * sizeof *law);
    for (double y = -8; y < 8.05; y += PS_SCORE_STEP) {
        const double calm = month_hazard(y), hit = month_hazard(y + shift);
        for (int a = 1; a <= EXACT_YEAR + 1; a++) {
            const int fails = a <= EXACT_YEAR, sure = fails ? hanging : 0;
            const int window = (int)fmin(WINDOW, EXACT_YEAR + 1 - a);
            const double chance =
                pow(1 - ANCHOR_PD, (a - 1) / 12.) - (fails ? pow(1 - ANCHOR_PD, a / 12.) : 0);
            const double p = -expm1(-(EXACT_YEAR - window) * calm - window * hit);
            for (int k = 0; k <= EXACT_LOANS - sure; k++)
                law[k + sure] +=
                    ps_static_weight(y) * chance *
                    gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)(EXACT_LOANS - sure));
        }
    }
}

static void anchor_law(double *law)
{
    anchored(law, SHIFT, EXACT_LOANS / HANGING);
}

static void anchor_wrong(double *law)
{
    anchored(law, 0.7 * SHIFT, EXACT_LOANS / HANGING);
}

/* ---- figures ---- */

static void expected_loss(struct ps_exact *x, const struct model *m, const double *law)
{
    static const double LOSS = EXACT_AMOUNT * (1 - EXACT_RECOVERY);
    struct ps_scenario *s = ps_exact_lossy(EXACT_FEW, m->pd, m->rho, m->pool_wan * EXACT_WAN);
    struct ps_engine_result result;
    char figure[96];
    double rate = 0;
    for (int k = 0; k <= EXACT_LOANS; k++)
        rate += law[k] * k / EXACT_LOANS;
    m->set(s);
    ps_exact_run(s, x->loss_worlds, m->seed, &result);
    snprintf(figure, sizeof figure, "%s: expected loss, fen", m->name);
    ps_exact_line(x, figure, EXACT_FEW * rate * LOSS, ps_exact_mean_of(&result, PS_M_LOSS),
                  "PD 1 % higher", EXACT_FEW * 1.01 * rate * LOSS);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

static void figures_of(struct ps_exact *x, const struct model *m)
{
    static const double DUE = 0.7 * EXACT_AMOUNT * (1 - EXACT_RECOVERY);
    struct ps_scenario *s = ps_exact_lossy(EXACT_LOANS, m->pd, m->rho, m->pool_wan * EXACT_WAN);
    struct ps_engine_result result;
    struct ps_exact_payout p, wrong;
    double law[EXACT_LOANS + 1], other[EXACT_LOANS + 1], value[EXACT_LOANS + 1];
    char figure[96];
    for (int k = 0; k <= EXACT_LOANS; k++)
        value[k] = k;
    m->law(law);
    m->wrong_law(other);
    ps_exact_pay(&p, law, DUE, m->pool_wan * EXACT_WAN);
    ps_exact_pay(&wrong, other, DUE, m->pool_wan * EXACT_WAN);
    expected_loss(x, m, law);
    m->set(s);
    ps_exact_run(s, x->worlds, m->seed, &result);
    snprintf(figure, sizeof figure, "%s: joint PD", m->name);
    ps_exact_line(x, figure, ps_exact_pairs(law), ps_exact_pairs_of(&result), m->wrong,
                  ps_exact_pairs(other));
    snprintf(figure, sizeof figure, "%s: expected shortfall 99 %%", m->name);
    ps_exact_line(x, figure, ps_exact_shortfall(law, value, EXACT_LOANS, 0.99),
                  ps_hist_shortfall(&result.rows[0].row.hist[PS_M_DEFAULTS_N], 0.99, PS_TAIL_UPPER),
                  m->wrong, ps_exact_shortfall(other, value, EXACT_LOANS, 0.99));
    snprintf(figure, sizeof figure, "%s: P(pool of %g 万元 cannot pay)", m->name, m->pool_wan);
    ps_exact_line(x, figure, p.depletion, ps_exact_flag(&result, PS_M_DEPLETED), m->wrong,
                  wrong.depletion);
    snprintf(figure, sizeof figure, "%s: its shortfall, fen", m->name);
    ps_exact_line(x, figure, ps_exact_mean(law, p.unpaid, EXACT_LOANS),
                  ps_exact_mean_of(&result, PS_M_SHORTFALL), m->wrong,
                  ps_exact_mean(other, wrong.unpaid, EXACT_LOANS));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

void ps_exact_dependence(struct ps_exact *x)
{
    const struct model models[] = {
        {"Student t, ν 8", "ν 9", SEED_STUDENT_T, PD, RHO, 600, student_t, student_t_law,
         student_t_wrong},
        {"Gamma, exponential link", "variance 10 % higher", SEED_GAMMA, PD, RHO, 600, gamma_exp,
         gamma_law, gamma_wrong},
        {"Gamma, capped link, PD 10 %", "exponential link", SEED_CAPPED, CAPPED_PD, RHO, 2500,
         gamma_capped, capped_law, capped_wrong},
        {"Regimes", "times 3.5 in stress, not 4", SEED_REGIME, PD, RHO, 400, regime, regime_law,
         regime_wrong},
        {"Anchor firm, 20 of 100 loans hang on it", "shift 0.7 of it", SEED_ANCHOR, PD, RHO, 1200,
         anchor, anchor_law, anchor_wrong},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        figures_of(x, &models[i]);
}
