// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KMATH_H
#define PLEDGESIM_KMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * Elementary functions of the kernel: branch-free and inline, so that a loop over lanes vectorises
 * on every instruction set; made of + - * / sqrt and integer operations only, so that every
 * compiler and instruction set gives the same bits. No libm call, no fused multiply-add.
 *
 * Build with -ffp-contract=off (the bits) and with -fno-math-errno -fno-trapping-math (the speed;
 * neither changes a value). sqrt() is then the machine instruction.
 */
#define PS_KERNEL_INLINE static inline __attribute__((always_inline))
/* A loop over loans in a function of its own has all registers to itself. */
#define PS_KERNEL_APART static __attribute__((noinline))

#define PS_LN2_HI 6.93147180369123816490e-01 /* 33 bits: k * PS_LN2_HI is exact for |k| < 2^20 */
#define PS_LN2_LO 1.90821492927058770002e-10

/* Phi^-1(1 - 1e-12): a probability of default is clamped to [0, 1 - 1e-12] (model, section 4). */
#define PS_NORM_X_MAX 7.0344838253011319

PS_KERNEL_INLINE uint64_t ps_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

PS_KERNEL_INLINE double ps_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* All ones if the condition holds, else 0. By way of a double: SSE2 has no other vector form. */
PS_KERNEL_INLINE uint64_t ps_mask(int condition)
{
    return ps_bits(condition ? ps_from_bits(UINT64_MAX) : 0.0);
}

/*
 * One of two values by a mask. A conditional expression would do, but compilers turn a chain of
 * them into branches and those into several copies of what follows. For the same reason functions
 * compute first and select at the end, each mask from the argument itself.
 */
PS_KERNEL_INLINE double ps_select(uint64_t mask, double yes, double no)
{
    return ps_from_bits((ps_bits(yes) & mask) | (ps_bits(no) & ~mask));
}

/* An integer v < 2^52 under these bits is the double 2^52 + v. */
#define PS_U52 0x4330000000000000u

/* The integer v < 2^52 as a double, exactly, without a conversion instruction. */
PS_KERNEL_INLINE double ps_double_from_u52(uint64_t v)
{
    return ps_from_bits(v | PS_U52) - 0x1p52;
}

PS_KERNEL_INLINE double ps_abs(double x)
{
    return ps_from_bits(ps_bits(x) & 0x7fffffffffffffffu);
}

/*
 * floor(x) for |x| < 2^51, never -0. Where there is no instruction for it, adding 1.5 * 2^52 rounds
 * to the nearest integer.
 */
PS_KERNEL_INLINE double ps_floor(double x)
{
#if defined(__SSE4_1__)
    return floor(x) + 0.0;
#else
    double nearest = (x + 0x1.8p52) - 0x1.8p52;
    return nearest - ps_select(ps_mask(nearest > x), 1.0, 0.0);
#endif
}

/* The model's rounding rule, eq. (2.1): rnd(x) = floor(x + 0.5) in doubles, for |x| < 2^51. */
PS_KERNEL_INLINE double ps_rnd(double x)
{
    return ps_floor(x + 0.5);
}

/* log(2^k (1 + f)) for sqrt(1/2) <= 1 + f < sqrt(2); the polynomial is that of fdlibm. */
PS_KERNEL_INLINE double ps_log_reduced(double f, double k)
{
    double s = f / (2.0 + f);
    double z = s * s;
    double w = z * z;
    double even = w * (3.999999999940941908e-01 +
                       w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = z * (6.666666666666735130e-01 +
                      w * (2.857142874366239149e-01 +
                           w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double half_square = 0.5 * f * f;
    double tail = s * (half_square + (even + odd)) + k * PS_LN2_LO;
    return k * PS_LN2_HI - ((half_square - tail) - f);
}

/* log(y + c) for a normal positive y and a correction c of at most an ulp or so of y. */
PS_KERNEL_INLINE double ps_log_sum(double y, double c)
{
    const uint64_t one = 0x3ff0000000000000u;
    const uint64_t sqrt_half = 0x3fe6a09e00000000u;
    uint64_t shifted = ps_bits(y) + (one - sqrt_half);
    uint64_t exponent = shifted & 0xfff0000000000000u;
    double k = ps_double_from_u52(exponent >> 52) - 1023.0;
    double m = ps_from_bits(ps_bits(y) + one - exponent);
    double scale = ps_from_bits(one + one - exponent);
    return ps_log_reduced((m - 1.0) + c * scale, k);
}

/* log(y / 2^scale) for a normal positive y; `scale` is a whole number. */
PS_KERNEL_INLINE double ps_log_scaled(double y, double scale)
{
    const uint64_t one = 0x3ff0000000000000u;
    const uint64_t sqrt_half = 0x3fe6a09e00000000u;
    uint64_t exponent = (ps_bits(y) + (one - sqrt_half)) & 0xfff0000000000000u;
    double k = ps_from_bits(exponent >> 52 | PS_U52) - (0x1p52 + 1023.0 + scale);
    double m = ps_from_bits(ps_bits(y) + one - exponent);
    return ps_log_reduced(m - 1.0, k);
}

/*
 * Natural logarithm, error below 1 ulp, for x in [DBL_MIN, DBL_MAX].
 * Anything below DBL_MIN (0, subnormal, negative, NaN) counts as DBL_MIN; infinity as 2^1024.
 */
PS_KERNEL_INLINE double ps_log(double x)
{
    return ps_log_scaled(ps_select(ps_mask(x > 0x1p-1022), x, 0x1p-1022), 0.0);
}

/* log(1 + x) to about an ulp, for x in [-1 + 2^-53, 2^1000]. */
PS_KERNEL_INLINE double ps_log1p(double x)
{
    double y = 1.0 + x;
    double big = y - 1.0;
    /* The part of 1 + x that rounding lost; which form is exact depends on the larger term. */
    double c = ps_select(ps_mask(x < 1.0), x - big, 1.0 - (y - x));
    return ps_log_sum(y, c);
}

/* exp(x + c) for |x| <= 708 and a correction |c| < 1e-4; error below 1 ulp or so. */
PS_KERNEL_INLINE double ps_exp_sum(double x, double c)
{
    double shifted = x * 1.44269504088896340736 + 0x1.8p52;
    double k = shifted - 0x1.8p52;
    double r = ((x - k * PS_LN2_HI) - k * PS_LN2_LO) + c;
    double r2 = r * r;
    /* (exp(r) - 1 - r) / r^2, minimax on |r| <= 0.3466, error 2e-17 */
    double q_even = 2.7620086435415094523e-7;
    q_even = 2.4801521299885588413e-5 + r2 * q_even;
    q_even = 1.3888888917211439565e-3 + r2 * q_even;
    q_even = 4.1666666666624131724e-2 + r2 * q_even;
    q_even = 5.000000000000001022e-1 + r2 * q_even;
    double q_odd = 2.5109940471743098932e-8;
    q_odd = 2.755724263209062887e-6 + r2 * q_odd;
    q_odd = 1.9841269886325228131e-4 + r2 * q_odd;
    q_odd = 8.3333333333222958181e-3 + r2 * q_odd;
    q_odd = 1.666666666666667445e-1 + r2 * q_odd;
    double q = q_even + r * q_odd;
    double p = 1.0 + (r + r2 * q);
    return ps_from_bits(ps_bits(p) + (ps_bits(shifted) << 52));
}

/*
 * exp(x), error below 1 ulp or so, for |x| <= 708; 0 below that range, exp(708) = 3e307 above it.
 * NaN gives one of these two by its sign.
 */
PS_KERNEL_INLINE double ps_exp(double x)
{
    const double largest = 0x1.586f6bf260cf1p1021; /* exp(708) */
    uint64_t inside = ps_mask(ps_abs(x) <= 708.0);
    uint64_t negative = 0u - (ps_bits(x) >> 63);
    double outside = ps_from_bits(ps_bits(largest) & ~negative);
    return ps_select(inside, ps_exp_sum(x, 0.0), outside);
}

/* cos and sin of 2 pi w / 2^32 for a 32-bit word w (held in 64 bits); absolute error < 2e-16. */
PS_KERNEL_INLINE void ps_sincos2pi(uint64_t w, double *cosine, double *sine)
{
    uint64_t turned = w + 0x20000000u;
    uint64_t quadrant = turned >> 30;
    double octant = ps_from_bits((turned & 0x3fffffffu) | PS_U52) - (0x1p52 + 0x1p29);
    double x = octant * 1.46291807926715968105e-09;
    double z = x * x;
    double s = 1.58969099521155010221e-10;
    s = -2.50507602534068634195e-08 + z * s;
    s = 2.75573137070700676789e-06 + z * s;
    s = -1.98412698298579493134e-04 + z * s;
    s = 8.33333333332248946124e-03 + z * s;
    s = -1.66666666666666324348e-01 + z * s;
    s = x + (x * z) * s;
    double c = -1.13596475577881948265e-11;
    c = 2.08757232129817482790e-09 + z * c;
    c = -2.75573143513906633035e-07 + z * c;
    c = 2.48015872894767294178e-05 + z * c;
    c = -1.38888888888741095749e-03 + z * c;
    c = 4.16666666666666019037e-02 + z * c;
    c = 1.0 - (0.5 * z - (z * z) * c);
    /* Odd quadrants exchange the two; the signs follow bit 1. */
    uint64_t swap = (ps_bits(s) ^ ps_bits(c)) & (0u - (quadrant & 1u));
    *sine = ps_from_bits((ps_bits(s) ^ swap) ^ ((quadrant & 2u) << 62));
    *cosine = ps_from_bits((ps_bits(c) ^ swap) ^ (((quadrant + 1u) & 2u) << 62));
}

/*
 * Eq. (1.4): two independent standard normals from two 32-bit words (Box and Muller), w0 the radius
 * and w1 the angle. The largest magnitude is 6.76 (radius word 0), the price of 32 bits. In two
 * steps for loops over many: the first is one long chain.
 */
PS_KERNEL_INLINE double ps_normal_radius(uint64_t w0)
{
    double y = ps_from_bits(w0 | PS_U52) - (0x1p52 - 0.5); /* w0 + 0.5 */
    return sqrt(-2.0 * ps_log_scaled(y, 32.0));
}

PS_KERNEL_INLINE void ps_normal_turn(double radius, uint64_t w1, double *n0, double *n1)
{
    double cosine, sine;
    ps_sincos2pi(w1, &cosine, &sine);
    *n0 = radius * cosine;
    *n1 = radius * sine;
}

PS_KERNEL_INLINE void ps_normal_pair(uint64_t w0, uint64_t w1, double *n0, double *n1)
{
    ps_normal_turn(ps_normal_radius(w0), w1, n0, n1);
}

/*
 * Mills' ratio with its factor: exp(z^2 / 2) Phi(-z) for z in [0, 40]. A rational minimax fit,
 * error 5e-17 on [0, 38]; every coefficient is positive, so nothing cancels.
 */
PS_KERNEL_INLINE double ps_mills(double z)
{
    double z2 = z * z;
    double p_even = 3.7001216533509586151e-5;
    p_even = 4.0700271652751475059e-3 + z2 * p_even;
    p_even = 9.7401784554797442181e-2 + z2 * p_even;
    p_even = 5.9311709093894911844e-1 + z2 * p_even;
    p_even = 4.9999999999999997568e-1 + z2 * p_even;
    double p_odd = 1.3744483659524471211e-6;
    p_odd = 4.8763019324164420805e-4 + z2 * p_odd;
    p_odd = 2.3531566395741387822e-2 + z2 * p_odd;
    p_odd = 2.8866930316655811895e-1 + z2 * p_odd;
    p_odd = 7.7423223685367226372e-1 + z2 * p_odd;
    double p = p_even + z * p_odd;
    double q_even = 3.4452311361281074508e-6;
    q_even = 1.2257528612928021791e-3 + z2 * q_even;
    q_even = 6.0200307288073642748e-2 + z2 * q_even;
    q_even = 7.8016161636983642531e-1 + z2 * q_even;
    q_even = 2.5583498507686040057 + z2 * q_even;
    q_even = 1.0 + z2 * q_even;
    double q_odd = 9.2748295556325377767e-5;
    q_odd = 1.0294793454702039058e-2 + z2 * q_odd;
    q_odd = 2.541666035474639875e-1 + z2 * q_odd;
    q_odd = 1.711393456402381176 + z2 * q_odd;
    q_odd = 2.3463490345102002718 + z2 * q_odd;
    double q = q_even + z * q_odd;
    return p / q;
}

/*
 * Phi(-z) for z >= 0 (infinity included), relative error about 1e-15; 0 beyond z = 37.5, where it
 * is below 5e-308. NaN gives 0.
 */
PS_KERNEL_INLINE double ps_norm_tail(double z)
{
    /* Split so that the leading square is exact: the exponent reaches 700. */
    double hi = ps_from_bits(ps_bits(z) & 0xfffffffff8000000u);
    double lo = z - hi;
    double density = ps_exp_sum(-0.5 * (hi * hi), -0.5 * (lo * (z + hi)));
    return ps_select(ps_mask(z <= 37.5), density * ps_mills(z), 0.0);
}

/* The standard normal distribution function, from the tail on either side of 0. */
PS_KERNEL_INLINE double ps_norm_cdf(double x)
{
    double tail = ps_norm_tail(ps_abs(x));
    uint64_t negative = ps_mask(x < 0.0);
    return ps_select(negative, tail, 1.0 - tail);
}

/* c0 + c1 x + c2 x^2 + c3 x^3 */
PS_KERNEL_INLINE double ps_cubic(double x, double c0, double c1, double c2, double c3)
{
    return c0 + x * (c1 + x * (c2 + x * c3));
}

/* exp(x) with relative error 5e-12 for |x| <= 708: the quick form, for hazards. */
PS_KERNEL_INLINE double ps_exp_short(double x)
{
    double shifted = x * 1.44269504088896340736 + 0x1.8p52;
    double k = shifted - 0x1.8p52;
    double r = (x - k * PS_LN2_HI) - k * PS_LN2_LO;
    double r2 = r * r;
    /* (exp(r) - 1 - r) / r^2, minimax on |r| <= 0.3466 */
    double even = ps_cubic(r2, 0.49999999999914608939, 4.1666666846957950782e-2,
                           1.3888825635338350688e-3, 2.4875349842728985215e-5);
    double odd =
        1.6666666719031623407e-1 + r2 * (8.3332984697349143744e-3 + r2 * 1.9899285066936922409e-4);
    double p = 1.0 + (r + r2 * (even + r * odd));
    return ps_from_bits(ps_bits(p) + (ps_bits(shifted) << 52));
}

/*
 * On the way to -log(1 - Phi(a)), by the piece that holds a: `low` is all ones for a < -1, else 0.
 * Both pieces share one rational function (minimax, with coefficients chosen by the piece): from -1
 * up it is the hazard itself; below -1 exp(a^2 / 2) Phi(a), and the result is p = Phi(a). Even and
 * odd powers apart keep the chains short.
 */
PS_KERNEL_INLINE double ps_hazard_piece(double a, uint64_t low)
{
    double z = a * a;
    double p_even_2 = ps_select(low, 1.8654316426125210586e-2,
                                0.20334810691633002873 + z * 5.0117015475822557356e-3);
    double p_odd_2 = ps_select(low, -1.7755217666909780868e-3,
                               4.1662925519726728461e-2 + z * 2.7443019239235388815e-4);
    double p_even =
        ps_select(low, 0.4999963717861652829, 0.69314718055856898337) +
        z * (ps_select(low, 0.31154639703579936343, 1.2166603156263291623) + z * p_even_2);
    double p_odd =
        ps_select(low, -0.57001048431934612681, 1.3728730194489022956) +
        z * (ps_select(low, -9.9451689181280658058e-2, 0.62686586706759797265) + z * p_odd_2);
    double q_even = ps_cubic(z, 1.0, ps_select(low, 1.6694189496771319125, 0.34116687534284417581),
                             ps_select(low, 0.25373940562709895466, 9.9856308468847735352e-3),
                             ps_select(low, 4.4505731264088639331e-3, -7.909342785929800857e-9));
    double q_odd = ps_select(low, -1.9378593290324322989, 0.82953299789865237209) +
                   z * (ps_select(low, -0.82767821257943130889, 7.8294955651668250706e-2) +
                        z * ps_select(low, -4.6759429047113305265e-2, 5.4949892417609993751e-4));
    double ratio = (p_even + a * p_odd) / (q_even + a * q_odd);
    return ps_select(low, ps_exp_short(-0.5 * z) * ratio, ratio);
}

/* -log(1 - p) = p s(p) for p < 0.16. */
PS_KERNEL_INLINE double ps_neg_log1m_small(double p)
{
    double p2 = p * p;
    double s_even = ps_cubic(p2, 0.99999999999741241222, 0.33333306273995635823,
                             0.19967503337438248945, 0.11312621732659484848);
    double s_odd = ps_cubic(p2, 0.50000000206890595045, 0.25001342555280279187,
                            0.17089002552600356384, 0.22792515048111019306);
    return p * (s_even + p * s_odd);
}

/*
 * Eq. (4.4): the cumulative hazard of a year, -log(1 - p) with p = min(Phi(x), 1 - 1e-12).
 * Relative error 4e-11, small p included; exactly 0 below x = -37.5, so PD 0 never defaults.
 */
PS_KERNEL_INLINE double ps_neg_log1m_norm_cdf(double x)
{
    double a = ps_select(ps_mask(x < PS_NORM_X_MAX), x, PS_NORM_X_MAX);
    uint64_t low = ps_mask(x < -1.0);
    double h = ps_hazard_piece(a, low);
    h = ps_select(low, ps_neg_log1m_small(h), h);
    return ps_select(ps_mask(x >= -37.5), h, 0.0);
}

/* p = Phi(x) for x < -1 only, where nothing need be chosen: hazards are mostly small. With
 * ps_neg_log1m_small after it the same bits as ps_neg_log1m_norm_cdf; both loops are short. */
PS_KERNEL_INLINE double ps_norm_cdf_low(double x)
{
    return ps_select(ps_mask(x >= -37.5), ps_hazard_piece(x, UINT64_MAX), 0.0);
}

#endif
