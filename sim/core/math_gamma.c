// SPDX-License-Identifier: GPL-3.0-or-later
// The gamma function and the distributions that rest on it: beta, gamma, Poisson, Student's t.
#include "pledgesim/math.h"

#include <float.h>

#define HALF_LOG_2PI 0.91893853320467274178
#define INV_2PI 0.15915494309189533577

enum { TERMS_MAX = 1000000 }; /* of a series or continued fraction: about 10 sqrt(a) are needed */

/* log Gamma(2 + e) for |e| <= 0.5: (1 - Euler's constant) e + sum of (-1)^k (zeta(k) - 1) e^k / k
 */
static double lgamma_near_two(double e)
{
    static const double coefficient[27] = {
        0.42278433509846713939,    0.32246703342411321824,    -0.067352301053198095133,
        0.020580808427784547879,   -0.0073855510286739852663, 0.0028905103307415232858,
        -0.0011927539117032609771, 5.0966952474304242234e-4,  -2.2315475845357937976e-4,
        9.9457512781808533715e-5,  -4.49262367381331417e-5,   2.0507212775670691553e-5,
        -9.439488275268395904e-6,  4.3748667899074878042e-6,  -2.0392157538013662368e-6,
        9.5514121304074198329e-7,  -4.4924691987645660433e-7, 2.1207184805554665869e-7,
        -1.0043224823968099609e-7, 4.7698101693639805658e-8,  -2.271109460894316491e-8,
        1.0838659214896954091e-8,  -5.1834750419700466551e-9, 2.4836745438024783172e-9,
        -1.1921401405860912074e-9, 5.7313672416788620133e-10, -2.7595228851242331452e-10};
    double sum = 0.0;
    for (int i = 26; i >= 0; i--) {
        sum = coefficient[i] + e * sum;
    }
    return e * sum;
}

/* What Stirling's formula misses, log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), x >= 16 */
static double stirling_series(double x)
{
    double r = 1.0 / x;
    double z = r * r;
    double sum = -691.0 / 360360.0;
    sum = 1.0 / 1188.0 + z * sum;
    sum = -1.0 / 1680.0 + z * sum;
    sum = 1.0 / 1260.0 + z * sum;
    sum = -1.0 / 360.0 + z * sum;
    sum = 1.0 / 12.0 + z * sum;
    return r * sum;
}

double ps_lgamma(double x)
{
    if (!(x > 0.0)) {
        return NAN;
    }
    if (x < 0.5) {
        return lgamma_near_two(x) - ps_log1p(x) - ps_log(x);
    }
    if (x < 1.5) {
        return lgamma_near_two(x - 1.0) - ps_log1p(x - 1.0);
    }
    if (x < 16.0) {
        double product = 1.0;
        while (x > 2.5) {
            x -= 1.0;
            product *= x;
        }
        return lgamma_near_two(x - 2.0) + ps_log(product);
    }
    if (x > DBL_MAX) {
        return INFINITY;
    }
    double log_x = ps_log(x);
    return (x * (log_x - 1.0) - 0.5 * log_x) + (HALF_LOG_2PI + stirling_series(x));
}

/* What Stirling's formula misses, for any x > 0. */
static double stirling_error(double x)
{
    if (x >= 16.0) {
        return stirling_series(x);
    }
    return ps_lgamma(x) - ((x - 0.5) * ps_log(x) - x + HALF_LOG_2PI);
}

/*
 * The deviance x log(x / m) + m - x >= 0 for excess = m - x, without cancellation near m = x
 * (after Loader, Fast and accurate computation of binomial probabilities, 2000).
 */
static double deviance(double x, double m, double excess)
{
    double t = excess / x;
    if (fabs(t) > 0.5) {
        return excess + x * ps_log(x / m);
    }
    /* t - log(1 + t) with s = t / (2 + t): log(1 + t) = 2 (s + s^3 / 3 + ...) */
    double s = t / (2.0 + t);
    double z = s * s;
    double power = s * z;
    double sum = 0.0;
    for (int odd = 3; odd <= 41; odd += 2) {
        sum += power / odd;
        power *= z;
    }
    return x * (t * s - 2.0 * sum);
}

/* A cumulative distribution at one point. */
struct cumulative {
    double lower, upper; /* P(X <= v), P(X > v) */
    double log_slope;    /* v times the density: the derivative of lower in log v */
};

/* x^a y^b / B(a, b) for x + y = 1 */
static double beta_kernel(double a, double b, double x, double y)
{
    double n = a + b;
    double excess = b * x - a * y; /* n x - a = b - n y */
    double exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) -
                      deviance(a, n * x, excess) - deviance(b, n * y, -excess);
    return sqrt(INV_2PI * (a / n) * b) * ps_exp(exponent);
}

/* The continued fraction of I_x(a, b) (DLMF 8.17.22 in its step form), by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m <= TERMS_MAX; m++) {
        double before = value;
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for (int half = 0; half < 2; half++) {
            double numerator = half == 0 ? even : odd;
            d = 1.0 + numerator * d;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = 1.0 + numerator / c;
            c = fabs(c) < tiny ? tiny : c;
            value *= c * d;
        }
        if (fabs(value - before) <= 1e-16 * fabs(value)) {
            break;
        }
    }
    return value;
}

/* Beta(a, b) at x, with y = 1 - x given apart so that neither end loses digits. */
static struct cumulative beta_cumulative(double a, double b, double x, double y)
{
    if (x <= 0.0 || y <= 0.0) {
        return (struct cumulative){x <= 0.0 ? 0.0 : 1.0, x <= 0.0 ? 1.0 : 0.0, 0.0};
    }
    struct cumulative at;
    double kernel = beta_kernel(a, b, x, y);
    if (x <= (a + 1.0) / (a + b + 2.0)) {
        at.lower = kernel / a * beta_fraction(a, b, x);
        at.upper = 1.0 - at.lower;
    } else {
        at.upper = kernel / b * beta_fraction(b, a, y);
        at.lower = 1.0 - at.upper;
    }
    at.log_slope = kernel / y;
    return at;
}

double ps_betainc(double a, double b, double x)
{
    if (!(a > 0.0 && b > 0.0 && x >= 0.0 && x <= 1.0)) {
        return NAN;
    }
    return beta_cumulative(a, b, x, 1.0 - x).lower;
}

/*
 * The v <= 1/2 with I_v(a, b) = p and 1 - I_v(a, b) = q (p + q = 1). Newton's method for the log
 * of the smaller probability in log v, where both tails are nearly straight; a bracket guards it.
 */
static double solve_quantile(double a, double b, double p, double q, double start)
{
    double low = DBL_MIN, high = 0.5;
    double v = start;
    for (int i = 0; i < 200; i++) {
        struct cumulative at = beta_cumulative(a, b, v, 1.0 - v);
        int from_lower = p <= q;
        double have = from_lower ? at.lower : at.upper;
        double want = from_lower ? p : q;
        int too_high = from_lower ? have > want : have < want;
        *(too_high ? &high : &low) = v;
        double gap = ps_log(have / want) * have / at.log_slope;
        double next = v * ps_exp(from_lower ? -gap : gap);
        if (fabs(gap) <= 1e-15) {
            return next;
        }
        /* The negation also catches a NaN from a probability or density of 0. */
        if (!(have > 0.0 && next > low && next < high)) {
            next = sqrt(low) * sqrt(high);
        }
        if (next == v) {
            break;
        }
        v = next;
    }
    return v;
}

/* Sought from the end that x is nearer to: there it carries the precision. */
double ps_betainc_inv(double a, double b, double p)
{
    if (!(a > 0.0 && b > 0.0 && p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    if (p == 0.0 || p == 1.0) {
        return p;
    }
    const double q = 1.0 - p;
    const struct cumulative middle = beta_cumulative(a, b, 0.5, 0.5);
    const double mean = a / (a + b);
    if (p <= q ? p <= middle.lower : q >= middle.upper) {
        return solve_quantile(a, b, p, q, mean < 0.5 ? mean : 0.5);
    }
    return 1.0 - solve_quantile(b, a, q, p, mean > 0.5 ? 1.0 - mean : 0.5);
}
