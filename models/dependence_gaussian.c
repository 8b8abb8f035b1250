// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"
#include "pledgesim/math.h"

/* One-factor Gaussian copula, eq. (4.1): a firm defaults within the year when
 * sqrt(rho) Y + sqrt(1 - rho) e falls below Phi^-1(PD) (Vasicek 1987). */

/* Eq. (4.3). */
static double joint_pd(const struct ps_calibration *c)
{
    if (c->pd_frac <= 0) {
        return 0;
    }
    const double x = ps_norm_quantile(c->pd_frac);
    return ps_bivariate_norm_cdf(x, x, c->correlation);
}

static enum ps_status resolve(const struct ps_calibration *c, struct ps_hazard_class *out)
{
    out->pd_frac = out->pd_monthly_frac = c->pd_frac;
    out->correlation = out->correlation_monthly = c->correlation;
    if (c->pd_frac <= 0 || c->correlation <= 0 || c->step_months == 12 || !c->calibrate) {
        ps_probit_coefficients(c->pd_frac, c->correlation, &out->a, &out->b);
        return PS_OK;
    }
    return ps_calibrate(c, joint_pd(c), out);
}

const struct ps_dependence ps_dependence_gaussian = {
    .model = {.name = "gaussian",
              .doc = {[PS_LANG_ZH] = "单因子高斯连接：同一集群的企业受同一景气指数影响",
                      [PS_LANG_EN] =
                          "one-factor Gaussian copula: firms of a cluster share its index"},
              .equation = "4.1"},
    .kind = PS_HAZARD_PROBIT,
    .resolve = resolve,
    .joint_pd = joint_pd,
};
