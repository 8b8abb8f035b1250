// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLOSEDFORM_H
#define PLEDGESIM_CLOSEDFORM_H

#include "pledgesim/status.h"

/* Published formulas that the exact engine is held against (docs/model.md, section 9). */

/* Eq. (9.11): P(loss rate of a pool of very many small loans <= x), 0 < x, pd, rho < 1, and its
 * inverse. */
double ps_large_pool_cdf(double x, double pd, double rho);
double ps_large_pool_quantile(double level, double pd, double rho);

/* Exposure classes of the internal ratings-based approach (Basel Committee 2006). */
enum ps_irb_class { PS_IRB_CORPORATE, PS_IRB_MORTGAGE, PS_IRB_REVOLVING, PS_IRB_RETAIL };

struct ps_irb {
    enum ps_irb_class class;
    double pd, lgd;        /* fractions, 0 < pd < 1 */
    double maturity_years; /* corporate only */
    double
        sales_million_eur; /* corporate only; 50 and more: not a small firm, below 5 counts as 5 */
};

/* Eqs. (9.12), (9.13): asset correlation, and risk weight 12.5 K as a fraction of the exposure. */
double ps_irb_correlation(const struct ps_irb *irb);
double ps_irb_risk_weight(const struct ps_irb *irb);

/* A basket of equal names under a one-factor Gaussian copula. */
struct ps_basket {
    int names_n;
    double hazard_pa, correlation, recovery, rate_pa;
    int years;
};

/* Eq. (9.14): yearly premium for the n-th default of the basket, as a fraction: paid quarterly in
 * arrears until then, accrued at the default; a default counts in the middle of its quarter.
 * PS_MEMORY. */
enum ps_status ps_basket_spread(const struct ps_basket *basket, int n, double *spread)
    PS_MUST_CHECK;

#endif
