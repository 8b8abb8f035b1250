// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"

/* Eq. (4.2): defaults that know nothing of each other or of the economy; the hazard is the same
 * each month. */

static double joint_pd(const struct ps_calibration *c)
{
    return c->pd_frac * c->pd_frac;
}

static enum ps_status resolve(const struct ps_calibration *c, struct ps_hazard_class *out)
{
    out->pd_frac = out->pd_monthly_frac = c->pd_frac;
    out->correlation = c->correlation;
    out->correlation_monthly = 0;
    ps_probit_coefficients(c->pd_frac, 0, &out->a, &out->b);
    return PS_OK;
}

const struct ps_dependence ps_dependence_independent = {
    .model = {.name = "independent",
              .doc = {[PS_LANG_ZH] = "相互独立：违约与景气指数、与其他企业无关（相关系数不起作用）",
                      [PS_LANG_EN] =
                          "independent: defaults follow neither the index nor each other (the "
                          "correlation has no effect)"},
              .equation = "4.2"},
    .kind = PS_HAZARD_PROBIT,
    .resolve = resolve,
    .joint_pd = joint_pd,
};
