// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_ORACLE_H
#define PLEDGESIM_TEST_ORACLE_H

#include <stddef.h>
#include <stdint.h>

/* Statistical tests on fixed seeds, by GSL and libm alone: nothing here uses the program's own
 * mathematics. Each test of a simulation has alpha 1e-9 and a power line: the same data must reject
 * a wrong value that it names. A p-value of 1e-9 is 6.1 standard errors. */

#define PS_ORACLE_ALPHA 1e-9

/* Two-sided exact p-values, min(1, 2 min(P(X <= k), P(X >= k))), of k from Binomial(n, p) and from
 * Poisson(mean); n and k below 2^32. */
double ps_oracle_binomial(uint64_t k, uint64_t n, double p);
double ps_oracle_poisson(uint64_t k, double mean);

/* p-value of Pearson's chi-square of n cells with probabilities p (any rest is a last cell of its
 * own). Neighbours are pooled until 100 are expected, where the chi-square law holds well enough.
 */
double ps_oracle_chi_square(const uint64_t *count, const double *p, int n, uint64_t total);

/* Sums for the test of a mean. */
struct ps_oracle_mean {
    double n, sum, sum_sq;
};

void ps_oracle_add(struct ps_oracle_mean *m, double x);

/* Two-sided normal p-value of a mean, with the sample's own variance, or a known one. */
double ps_oracle_mean_is(const struct ps_oracle_mean *m, double mean);
double ps_oracle_mean_of(const struct ps_oracle_mean *m, double mean, double variance);

/* P(K = k), k = 0..n, of n loans with one-factor Gaussian dependence over one year: the integral
 * over the factor of Binomial(n, Phi((Phi^-1(pd) - sqrt(rho) z) / sqrt(1 - rho))). Error below
 * 1e-10. rho 0 is the binomial. */
void ps_oracle_vasicek(double *p, int n, double pd, double rho);

/* Phi2(x, x; rho), x = Phi^-1(pd): two of these loans both default. */
double ps_oracle_joint(double pd, double rho);

#endif
