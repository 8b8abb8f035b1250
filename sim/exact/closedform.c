// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/closedform.h"

#include <math.h>
#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/losslaw.h"
#include "pledgesim/math.h"

/* ---- large pool ---- */

double ps_large_pool_cdf(double x, double pd, double rho)
{
    return ps_norm_cdf((sqrt(1 - rho) * ps_norm_quantile(x) - ps_norm_quantile(pd)) / sqrt(rho));
}

double ps_large_pool_quantile(double level, double pd, double rho)
{
    return ps_norm_cdf((ps_norm_quantile(pd) + sqrt(rho) * ps_norm_quantile(level)) /
                       sqrt(1 - rho));
}

/* ---- internal ratings ---- */

double ps_irb_correlation(const struct ps_irb *irb)
{
    /* Between a low and a high value, the nearer to the low one the larger the PD. */
    const double decay = irb->class == PS_IRB_CORPORATE ? 50 : 35;
    const double low = irb->class == PS_IRB_CORPORATE ? 0.12 : 0.03;
    const double high = irb->class == PS_IRB_CORPORATE ? 0.24 : 0.16;
    const double w = (1 - ps_exp(-decay * irb->pd)) / (1 - ps_exp(-decay));
    const double sales = fmin(50, fmax(5, irb->sales_million_eur));
    switch (irb->class) {
    case PS_IRB_CORPORATE:
        return low * w + high * (1 - w) - 0.04 * (1 - (sales - 5) / 45);
    case PS_IRB_MORTGAGE:
        return 0.15;
    case PS_IRB_REVOLVING:
        return 0.04;
    case PS_IRB_RETAIL:
        break;
    }
    return low * w + high * (1 - w);
}

double ps_irb_risk_weight(const struct ps_irb *irb)
{
    const double bad_year = ps_large_pool_quantile(0.999, irb->pd, ps_irb_correlation(irb));
    double k = irb->lgd * (bad_year - irb->pd);
    if (irb->class == PS_IRB_CORPORATE) {
        const double root = 0.11852 - 0.05478 * ps_log(irb->pd);
        const double b = root * root;
        k *= (1 + (irb->maturity_years - 2.5) * b) / (1 - 1.5 * b);
    }
    return 12.5 * k;
}

/* ---- n-th to default ---- */

/* P(at least n defaults by the end of each quarter), quarters 0 .. 4 years. */
static enum ps_status basket_defaults(const struct ps_basket *basket, int n, double *by_quarter)
{
    struct ps_loss_name *names = calloc((size_t)basket->names_n, sizeof *names);
    enum ps_status status = names == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    by_quarter[0] = 0;
    for (int q = 1; status == PS_OK && q <= 4 * basket->years; q++) {
        struct ps_loss_name name = {.months = 12, .loss = 1};
        ps_probit_coefficients(1 - ps_exp(-basket->hazard_pa * q / 4), basket->correlation, &name.a,
                               &name.b);
        for (int i = 0; i < basket->names_n; i++) {
            names[i] = name;
        }
        const struct ps_loss_book book = {.names = names, .names_n = (size_t)basket->names_n};
        struct ps_loss_law law;
        status = ps_loss_law(&book, &law);
        if (status == PS_OK) {
            by_quarter[q] = ps_loss_above(&law, n - 1);
            ps_loss_law_free(&law);
        }
    }
    free(names);
    return status;
}

enum ps_status ps_basket_spread(const struct ps_basket *basket, int n, double *spread)
{
    const int quarters = 4 * basket->years;
    double *defaulted = calloc((size_t)quarters + 1, sizeof *defaulted);
    if (defaulted == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    const enum ps_status status = basket_defaults(basket, n, defaulted);
    double paid_out = 0, paid_in = 0;
    for (int q = 1; status == PS_OK && q <= quarters; q++) {
        const double falls = defaulted[q] - defaulted[q - 1];
        const double middle = ps_exp(-basket->rate_pa * (q - 0.5) / 4);
        paid_out += (1 - basket->recovery) * falls * middle;
        paid_in += falls * middle / 8; /* half a quarter's accrued premium */
        paid_in += (1 - defaulted[q]) * ps_exp(-basket->rate_pa * q / 4) / 4;
    }
    free(defaulted);
    if (status == PS_OK) {
        *spread = paid_out / paid_in;
    }
    return status;
}
