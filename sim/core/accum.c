// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/accum.h"

#include <math.h>
#include <string.h>

/* A whole number of 512 bits, two's complement, least limb first: room for sum_x^2 sum_yy (2^404).
 */
enum { LIMBS = 8 };
struct big {
    uint64_t limb[LIMBS];
};

static struct big big_from_parts(ps_uint128 low, int64_t high)
{
    struct big b = {.limb = {(uint64_t)low, (uint64_t)(low >> 64), (uint64_t)high}};
    for (int i = 3; i < LIMBS; i++) {
        b.limb[i] = high < 0 ? UINT64_MAX : 0;
    }
    return b;
}

static struct big big_from_int(ps_int128 x)
{
    return big_from_parts((ps_uint128)x, x < 0 ? -1 : 0);
}

static struct big big_sum_sq(const struct ps_moments *m)
{
    return big_from_parts(m->sum_sq_low, (int64_t)m->sum_sq_high);
}

/* Product modulo 2^512, which two's complement makes right for either sign. */
static struct big big_mul(struct big a, struct big b)
{
    struct big product = {0};
    for (int i = 0; i < LIMBS; i++) {
        uint64_t carry = 0;
        for (int j = 0; i + j < LIMBS; j++) {
            ps_uint128 t = (ps_uint128)a.limb[i] * b.limb[j] + product.limb[i + j] + carry;
            product.limb[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
    }
    return product;
}

static struct big big_sub(struct big a, struct big b)
{
    struct big difference;
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        ps_uint128 t = (ps_uint128)a.limb[i] - b.limb[i] - borrow;
        difference.limb[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return difference;
}

/* The nearest double, ties to even. */
static double big_to_double(struct big b)
{
    int negative = (int)(b.limb[LIMBS - 1] >> 63);
    if (negative) {
        b = big_sub((struct big){0}, b);
    }
    int top = LIMBS - 1;
    while (top > 0 && b.limb[top] == 0) {
        top--;
    }
    if (b.limb[top] == 0) {
        return 0.0;
    }
    /* The leading 64 bits; whatever is cut off below them is remembered in the last one, which only
     * rounds. */
    int shift = __builtin_clzll(b.limb[top]);
    uint64_t lead = b.limb[top] << shift;
    if (top > 0 && shift > 0) {
        lead |= b.limb[top - 1] >> (64 - shift);
    }
    uint64_t rest = top > 0 ? b.limb[top - 1] << shift : 0;
    for (int i = 0; i < top - 1; i++) {
        rest |= b.limb[i];
    }
    double x = ldexp((double)(lead | (rest != 0)), 64 * top - shift);
    return negative ? -x : x;
}

void ps_strip_range(struct ps_strip *s)
{
    double min = s->x[0], max = s->x[0];
#pragma omp simd reduction(min : min) reduction(max : max)
    for (int i = 0; i < PS_STRIP; i++) {
        min = s->x[i] < min ? s->x[i] : min;
        max = s->x[i] > max ? s->x[i] : max;
    }
    s->min = min;
    s->max = max;
}

/* Below this all sums of a strip are whole numbers of at most 2^53 in doubles too: exact, in any
 * order, and many at a time. Money of 2^48 fen is far beyond a district. */
static const double SMALL = 0x1p48;

static int are_small(double min, double max)
{
    return min > -SMALL && max < SMALL;
}

static int is_small(const struct ps_strip *s)
{
    return are_small(s->min, s->max);
}

int64_t ps_strip_sum(const struct ps_strip *s)
{
    if (s->min == s->max) {
        return PS_STRIP * (int64_t)s->min;
    }
    if (is_small(s)) {
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int i = 0; i < PS_STRIP; i++) {
            sum += s->x[i];
        }
        return (int64_t)sum;
    }
    int64_t sum = 0;
    for (int i = 0; i < PS_STRIP; i++) {
        sum += (int64_t)s->x[i];
    }
    return sum;
}

/* x = high 2^24 + low, both whole, |high| <= 2^24, |low| <= 2^23: the three sums of products stay
 * within 2^53. */
static const double PART = 0x1p24, ROUND = 0x1.8p52;

static ps_int128 parts_join(double high, double mixed, double low)
{
    return (ps_int128)(int64_t)high * ((int64_t)1 << 48) +
           (ps_int128)(int64_t)mixed * ((int64_t)1 << 24) + (int64_t)low;
}

static ps_int128 small_product(const struct ps_strip *a, const struct ps_strip *b)
{
    double high = 0, mixed = 0, low = 0;
#pragma omp simd reduction(+ : high, mixed, low)
    for (int i = 0; i < PS_STRIP; i++) {
        const double high_a = a->x[i] / PART + ROUND - ROUND, low_a = a->x[i] - high_a * PART;
        const double high_b = b->x[i] / PART + ROUND - ROUND, low_b = b->x[i] - high_b * PART;
        high += high_a * high_b;
        mixed += high_a * low_b + low_a * high_b;
        low += low_a * low_b;
    }
    return parts_join(high, mixed, low);
}

/* Sum of squares or products of strips; a measure is often the same in all worlds of a strip. */
static ps_int128 strip_product(const struct ps_strip *a, const struct ps_strip *b)
{
    if (a->min == a->max && b->min == b->max) {
        return (ps_int128)(int64_t)a->min * (int64_t)b->min * PS_STRIP;
    }
    if (is_small(a) && is_small(b)) {
        return small_product(a, b);
    }
    ps_int128 sum = 0;
    for (int i = 0; i < PS_STRIP; i++) {
        sum += (ps_int128)(int64_t)a->x[i] * (int64_t)b->x[i];
    }
    return sum;
}

static void strip_add(struct ps_moments *m, int64_t min, int64_t max, int64_t sum,
                      ps_uint128 squares)
{
    m->sum += sum;
    m->sum_sq_low += squares;
    m->sum_sq_high += m->sum_sq_low < squares;
    m->min = m->n == 0 || min < m->min ? min : m->min;
    m->max = m->n == 0 || max > m->max ? max : m->max;
    m->n += PS_STRIP;
}

void ps_moments_add_strip(struct ps_moments *m, const struct ps_strip *s)
{
    strip_add(m, (int64_t)s->min, (int64_t)s->max, ps_strip_sum(s),
              (ps_uint128)strip_product(s, s));
}

/* Lanes from..from + CHUNK - 1: as many as stay in registers. */
enum { CHUNK = 8 };

_Static_assert(PS_STRIP_LANES % CHUNK == 0, "whole chunks");

static void chunk_take(struct ps_strip_sums *s, const double (*x)[PS_STRIP_LANES], int from)
{
    double min[CHUNK], max[CHUNK], sum[CHUNK], high[CHUNK], mixed[CHUNK], low[CHUNK];
    for (int l = 0; l < CHUNK; l++) {
        min[l] = max[l] = x[0][from + l];
        sum[l] = high[l] = mixed[l] = low[l] = 0;
    }
    for (int i = 0; i < PS_STRIP; i++) {
#pragma omp simd
        for (int l = 0; l < CHUNK; l++) {
            const double value = x[i][from + l];
            const double upper = value / PART + ROUND - ROUND, lower = value - upper * PART;
            min[l] = value < min[l] ? value : min[l];
            max[l] = value > max[l] ? value : max[l];
            sum[l] += value;
            high[l] += upper * upper;
            mixed[l] += 2 * upper * lower;
            low[l] += lower * lower;
        }
    }
    memcpy(s->min + from, min, sizeof min);
    memcpy(s->max + from, max, sizeof max);
    memcpy(s->sum + from, sum, sizeof sum);
    memcpy(s->high + from, high, sizeof high);
    memcpy(s->mixed + from, mixed, sizeof mixed);
    memcpy(s->low + from, low, sizeof low);
}

void ps_strip_sums_take(struct ps_strip_sums *s, const double (*x)[PS_STRIP_LANES], int lanes_n)
{
    for (int from = 0; from < lanes_n; from += CHUNK) {
        chunk_take(s, x, from);
    }
}

int ps_moments_add_sums(struct ps_moments *m, const struct ps_strip_sums *s, int lane)
{
    if (!are_small(s->min[lane], s->max[lane])) {
        return 0;
    }
    strip_add(m, (int64_t)s->min[lane], (int64_t)s->max[lane], (int64_t)s->sum[lane],
              (ps_uint128)parts_join(s->high[lane], s->mixed[lane], s->low[lane]));
    return 1;
}

void ps_comoments_add_strip(struct ps_comoments *c, const struct ps_strip *x,
                            const struct ps_strip *y)
{
    const ps_int128 product = strip_product(x, y);
    c->sum_xy_low += (ps_uint128)product;
    c->sum_xy_high += (c->sum_xy_low < (ps_uint128)product) - (product < 0);
    c->n += PS_STRIP;
}

void ps_moments_merge(struct ps_moments *into, const struct ps_moments *from)
{
    if (from->n == 0) {
        return;
    }
    into->min = into->n == 0 || from->min < into->min ? from->min : into->min;
    into->max = into->n == 0 || from->max > into->max ? from->max : into->max;
    into->n += from->n;
    into->sum += from->sum;
    into->sum_sq_low += from->sum_sq_low;
    into->sum_sq_high += from->sum_sq_high + (into->sum_sq_low < from->sum_sq_low);
}

void ps_comoments_merge(struct ps_comoments *into, const struct ps_comoments *from)
{
    into->n += from->n;
    into->sum_xy_low += from->sum_xy_low;
    into->sum_xy_high += from->sum_xy_high + (into->sum_xy_low < from->sum_xy_low);
}

double ps_moments_mean(const struct ps_moments *m)
{
    return m->n == 0 ? NAN : (double)m->sum / (double)m->n;
}

/* (n sum_xy - sum_x sum_y) / (n (n - 1)) */
static double covariance(uint64_t n, struct big sum_xy, ps_int128 sum_x, ps_int128 sum_y)
{
    if (n < 2) {
        return NAN;
    }
    struct big numerator = big_sub(big_mul(big_from_parts(n, 0), sum_xy),
                                   big_mul(big_from_int(sum_x), big_from_int(sum_y)));
    return big_to_double(numerator) / (double)((ps_uint128)n * (n - 1));
}

double ps_moments_variance(const struct ps_moments *m)
{
    return covariance(m->n, big_sum_sq(m), m->sum, m->sum);
}

double ps_moments_sd(const struct ps_moments *m)
{
    return sqrt(ps_moments_variance(m));
}

double ps_moments_se(const struct ps_moments *m)
{
    return sqrt(ps_moments_variance(m) / (double)m->n);
}

double ps_comoments_covariance(const struct ps_comoments *xy, const struct ps_moments *x,
                               const struct ps_moments *y)
{
    if (xy->n != x->n || xy->n != y->n) {
        return NAN;
    }
    return covariance(xy->n, big_from_parts(xy->sum_xy_low, xy->sum_xy_high), x->sum, y->sum);
}

double ps_comoments_ratio_residual(const struct ps_comoments *xy, const struct ps_moments *x,
                                   const struct ps_moments *y)
{
    if (xy->n != x->n || xy->n != y->n || x->sum == 0) {
        return NAN;
    }
    struct big sum_x = big_from_int(x->sum), sum_y = big_from_int(y->sum);
    struct big sum_xy = big_from_parts(xy->sum_xy_low, xy->sum_xy_high);
    /* sum_x (sum_x sum_yy - sum_y sum_xy) - sum_y (sum_x sum_xy - sum_y sum_xx) */
    struct big first = big_sub(big_mul(sum_x, big_sum_sq(y)), big_mul(sum_y, sum_xy));
    struct big second = big_sub(big_mul(sum_x, sum_xy), big_mul(sum_y, big_sum_sq(x)));
    struct big numerator = big_sub(big_mul(sum_x, first), big_mul(sum_y, second));
    double divisor = (double)x->sum;
    return big_to_double(numerator) / divisor / divisor;
}
