// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_MATH_H
#define PLEDGESIM_MATH_H

#include "pledgesim/kmath.h"

#include <stdint.h>

/*
 * Special functions for preparation and statistics, built on kmath.h alone: results depend neither
 * on the C library nor on GSL. Pure functions, no state. Relative error at most 1e-12 unless said
 * otherwise. An argument outside the stated domain, or NaN, gives NaN.
 */

/*
 * Phi^-1(p) by algorithm AS 241 (Wichura 1988), relative error about 1e-15, p in [0, 1].
 * p = 0 gives -infinity and p = 1 infinity; p below 2^-1022 counts as 2^-1022.
 */
double ps_norm_quantile(double p);

/*
 * P(X <= h, Y <= k) for standard normals of correlation rho in [-1, 1]; h and k may be infinite.
 * For rho < 0 the bound is on the absolute error (1e-15): the result is then a difference.
 */
double ps_bivariate_norm_cdf(double h, double k, double rho);

/* log Gamma(x) for x > 0, accurate to its relative error near the zeros 1 and 2 as well. */
double ps_lgamma(double x);

/* Regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1]. */
double ps_betainc(double a, double b, double x);

/* The x in [0, 1] with I_x(a, b) = p, for a, b > 0 and p in [0, 1]. */
double ps_betainc_inv(double a, double b, double p);

/*
 * log x with P(X <= x) = Phi(z) for a gamma variable X of mean 1 and this shape (variance
 * 1 / shape), |z| <= 37: a normal score in place of a probability keeps the digits of both tails.
 * *slope is its derivative in z. Relative error of the probability on z's side below
 * 1e-11 for shapes of 0.001 to 1,000. chi2_nu / nu has the shape nu / 2.
 */
double ps_gamma_log_quantile(double shape, double z, double *slope);

/* Student's t with nu > 0 degrees of freedom, not necessarily whole: P(T <= x), and the x with
 * P(T <= x) = p for p in (0, 1). */
double ps_t_cdf(double nu, double x);
double ps_t_quantile(double nu, double p);

#endif
