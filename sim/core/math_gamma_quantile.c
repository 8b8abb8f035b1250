// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles of the gamma law (chi-square with it) by normal score, and Student's t.
#include "pledgesim/math.h"

#define INV_SQRT_2PI 0.39894228040143267794

enum { TERMS_MAX = 100000, STEPS_MAX = 300 };

/* log of a tail of Gamma(a) at x = exp(l), and its derivative in l. */
struct tail {
    double log_p, slope;
};

/* 1 + x / (a + 1) + x^2 / ((a + 1)(a + 2)) + ..: P(a, x) = x^a e^-x / Gamma(a + 1) times it. */
static double lower_series(double a, double x)
{
    double sum = 1, term = 1;
    for (int n = 1; n < TERMS_MAX && term > 1e-17 * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* The continued fraction of Q(a, x) Gamma(a) / (x^a e^-x) (DLMF 8.9.2), by Lentz's method, for
 * x >= a + 1. */
static double upper_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
    for (int n = 1; n < TERMS_MAX; n++) {
        const double numerator = -n * (n - a);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        const double factor = c * d;
        value *= factor;
        if (fabs(factor - 1) < 1e-16) {
            break;
        }
    }
    return value;
}

static struct tail lower_tail(double a, double log_gamma, double l)
{
    const double x = ps_exp(l), series = lower_series(a, x);
    return (struct tail){a * l - x - log_gamma - ps_log(a) + ps_log(series), a / series};
}

static struct tail upper_tail(double a, double log_gamma, double l)
{
    const double x = ps_exp(l), log_kernel = a * l - x - log_gamma;
    if (x >= a + 1) {
        const double fraction = upper_fraction(a, x);
        return (struct tail){log_kernel + ps_log(fraction), -1 / fraction};
    }
    const double kernel = ps_exp(log_kernel), upper = 1 - kernel / a * lower_series(a, x);
    return (struct tail){ps_log(upper), -kernel / upper};
}

/* Wilson and Hilferty's cube where it is good, else what the first term of the series gives. */
static double first_guess(double a, double log_gamma, double z, double log_lower)
{
    const double cube_root = 1 - 1 / (9 * a) + z / (3 * sqrt(a));
    const double first_term = (log_lower + log_gamma + ps_log(a)) / a;
    const double cubed = cube_root > 0.1 ? ps_log(a) + 3 * ps_log(cube_root) : first_term;
    return cubed > first_term ? cubed : first_term;
}

/* Newton's method for the logarithm of the tail on z's side in log x: concave, hence safe from the
 * steep side, where the first step lands. */
double ps_gamma_log_quantile(double shape, double z, double *slope)
{
    if (!(shape > 0.0 && fabs(z) <= 37.0)) {
        *slope = (double)NAN;
        return (double)NAN;
    }
    const double log_gamma = ps_lgamma(shape), wanted = ps_log(ps_norm_tail(fabs(z)));
    double l = first_guess(shape, log_gamma, z, ps_log(ps_norm_cdf(z)));
    struct tail at;
    for (int i = 0; i < STEPS_MAX; i++) {
        at = z > 0 ? upper_tail(shape, log_gamma, l) : lower_tail(shape, log_gamma, l);
        const double step = (wanted - at.log_p) / at.slope;
        l += step;
        if (fabs(step) <= 4e-16 * (1 + fabs(l))) {
            break;
        }
    }
    /* d log Phi(-|z|) / d|z| = -density / tail */
    *slope = INV_SQRT_2PI / ps_mills(fabs(z)) / fabs(at.slope);
    return l - ps_log(shape);
}

/* P(T <= -|x|) = I_y(nu / 2, 1 / 2) / 2 at y = nu / (nu + x^2). */
double ps_t_cdf(double nu, double x)
{
    if (!(nu > 0.0)) {
        return (double)NAN;
    }
    const double tail = 0.5 * ps_betainc(nu / 2, 0.5, nu / (nu + x * x));
    return x < 0 ? tail : 1 - tail;
}

/* From the end of the beta law that carries the digits: y small in the tail, 1 - y in the middle.
 */
double ps_t_quantile(double nu, double p)
{
    if (!(nu > 0.0 && p > 0.0 && p < 1.0)) {
        return (double)NAN;
    }
    const double tail = p < 0.5 ? p : 1 - p;
    double square; /* x^2 / nu */
    if (tail < 0.2) {
        const double y = ps_betainc_inv(nu / 2, 0.5, 2 * tail);
        square = (1 - y) / y;
    } else {
        const double rest = ps_betainc_inv(0.5, nu / 2, 1 - 2 * tail);
        square = rest / (1 - rest);
    }
    const double x = sqrt(nu * square);
    return p < 0.5 ? -x : x;
}
