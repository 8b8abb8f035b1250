// SPDX-License-Identifier: GPL-3.0-or-later
// The normal distribution beyond its distribution function: quantile and bivariate probability.
#include "pledgesim/math.h"

/* num(x) / den(x), two polynomials of degree 7 with the lowest coefficient first. */
static double ratio7(const double num[8], const double den[8], double x)
{
    double p = num[7];
    double q = den[7];
    for (int i = 6; i >= 0; i--) {
        p = num[i] + x * p;
        q = den[i] + x * q;
    }
    return p / q;
}

double ps_norm_quantile(double p)
{
    static const double centre_num[8] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                         1.9715909503065514427e3, 1.3731693765509461125e4,
                                         4.5921953931549871457e4, 6.7265770927008700853e4,
                                         3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double centre_den[8] = {1.0,
                                         4.2313330701600911252e1,
                                         6.8718700749205790830e2,
                                         5.3941960214247511077e3,
                                         2.1213794301586595867e4,
                                         3.9307895800092710610e4,
                                         2.8729085735721942674e4,
                                         5.2264952788528545610e3};
    static const double tail_num[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double tail_den[8] = {1.0,
                                       2.05319162663775882187e0,
                                       1.67638483018380384940e0,
                                       6.89767334985100004550e-1,
                                       1.48103976427480074590e-1,
                                       1.51986665636164571966e-2,
                                       5.47593808499534494600e-4,
                                       1.05075007164441684324e-9};
    static const double far_num[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double far_den[8] = {1.0,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};
    if (!(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    if (p == 0.0 || p == 1.0) {
        return p == 0.0 ? -INFINITY : INFINITY;
    }
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        return q * ratio7(centre_num, centre_den, 0.180625 - q * q);
    }
    double r = sqrt(-ps_log(q < 0.0 ? p : 1.0 - p));
    double x = r <= 5.0 ? ratio7(tail_num, tail_den, r - 1.6) : ratio7(far_num, far_den, r - 5.0);
    return q < 0.0 ? -x : x;
}

/*
 * Plackett's identity: the density at (h, k) is the derivative of the probability in rho. With
 * rho = tanh t the integrand over t has no singularity on [0, infinity):
 *   sech t exp(-(gap cosh^2 t + product (1 + exp(-2t))) / 2), gap = (h - k)^2, product = h k.
 */
struct plackett {
    double gap, product;
};

static double plackett_integrand(const struct plackett *f, double t)
{
    double u = ps_exp(-t);
    double v = 1.0 + u * u;
    double gap = f->gap * (v / (2.0 * u)) * (v / (2.0 * u));
    return 2.0 * u / v * ps_exp(-0.5 * (gap + f->product * v));
}

/* Gauss-Legendre with 20 nodes on [from, to]. */
static double plackett_gauss(const struct plackett *f, double from, double to)
{
    static const double node[10] = {0.076526521133497333755, 0.22778585114164507808,
                                    0.37370608871541956067,  0.510867001950827098,
                                    0.63605368072651502545,  0.74633190646015079261,
                                    0.83911697182221882339,  0.91223442825132590587,
                                    0.96397192727791379127,  0.99312859918509492479};
    static const double weight[10] = {0.1527533871307258507,   0.14917298647260374679,
                                      0.14209610931838205133,  0.1316886384491766269,
                                      0.11819453196151841731,  0.10193011981724043504,
                                      0.083276741576704748725, 0.06267204833410906357,
                                      0.040601429800386941331, 0.017614007139152118312};
    double middle = 0.5 * (from + to);
    double half = 0.5 * (to - from);
    double sum = 0.0;
    for (int i = 0; i < 10; i++) {
        double left = plackett_integrand(f, middle - half * node[i]);
        double right = plackett_integrand(f, middle + half * node[i]);
        sum += weight[i] * (left + right);
    }
    return half * sum;
}

/*
 * Halves the panel until its halves agree with it to 1e-11; their own error is then far smaller.
 * (A bound nearer to the rounding of an exponent in the hundreds would never be met.)
 */
static double plackett_panel(const struct plackett *f, double from, double to, double whole,
                             int depth)
{
    double middle = 0.5 * (from + to);
    double left = plackett_gauss(f, from, middle);
    double right = plackett_gauss(f, middle, to);
    if (depth == 0 || fabs(left + right - whole) <= 1e-11 * (left + right)) {
        return left + right;
    }
    return plackett_panel(f, from, middle, left, depth - 1) +
           plackett_panel(f, middle, to, right, depth - 1);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

double ps_bivariate_norm_cdf(double h, double k, double rho)
{
    /* Beyond this the density vanishes and the distribution function is 0 or 1. */
    const double x_max = 40.0;
    /* The tail of sech beyond this is below the rounding of any result. */
    const double t_max = 40.0;
    /* 2^-24 of the range; the steepest panel, exponent -745 over 40, needs 10 halvings. */
    const int depth_max = 24;
    if (!(rho >= -1.0 && rho <= 1.0) || h != h || k != k) {
        return NAN;
    }
    h = clamp(h, -x_max, x_max);
    k = clamp(k, -x_max, x_max);
    double sign = rho < 0.0 ? -1.0 : 1.0;
    double r = fabs(rho);
    double t = r < 1.0 ? clamp(0.5 * ps_log1p(2.0 * r / (1.0 - r)), 0.0, t_max) : t_max;
    struct plackett f = {(h - sign * k) * (h - sign * k), sign * h * k};
    double whole = plackett_gauss(&f, 0.0, t);
    double integral = plackett_panel(&f, 0.0, t, whole, depth_max);
    double p = ps_norm_cdf(h) * ps_norm_cdf(k) + sign * 0.15915494309189533577 * integral;
    return clamp(p, 0.0, 1.0);
}
