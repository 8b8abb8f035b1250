// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_MIXTURES_H
#define PLEDGESIM_TEST_MIXTURES_H

#include "static_book.h"

/* Laws of the number of defaults of 100 loans within one year in which the indices stand still, as
 * mixtures of binomials by quadrature or over all paths, by GSL alone. Laws are arrays of
 * STATIC_LOANS + 1 probabilities. */

/* S = sqrt(chi2 / nu) by its normal score, and the threshold t_nu^-1(pd); nu infinite is the
 * Gaussian model. */
double ps_mixture_t_divisor(double nu, double score);
double ps_mixture_t_threshold(double nu, double pd);

/* One S, one index. */
void ps_mixture_student_t(double *law, double pd, double rho, double nu);

/* A gamma variable of mean 1, high where the index y is low. */
double ps_mixture_gamma_factor(double variance, double y);

/* One gamma sector of weight 1: 1 - exp(-lambda G), and min(1, c G); lambda and c from the PD. */
void ps_mixture_gamma(double *law, double pd, double variance);
void ps_mixture_gamma_capped(double *law, double pd, double variance);

/* All paths of the chain of calm and stress through a year, mean lengths in months; p of calm from
 * the PD, times so much in stress. */
void ps_mixture_regime(double *law, double calm, double stress, double times, double pd);

#endif
