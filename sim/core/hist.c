// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/hist.h"

#include <assert.h>
#include <math.h>

#include "hist_bins.h"

/* What is known of the values of one bin. */
struct bin {
    uint64_t count;
    int64_t low, high; /* every value lies in [low, high] */
    ps_int128 excess;  /* sum of (value - low); exact if `exact`, else to within the bin */
    bool exact;
    double rise;   /* mean - low */
    double spread; /* the values count as even over [mean - spread, mean + spread] */
};

struct layout {
    unsigned linear_bits;
    uint32_t below, above; /* bins of negative and of positive values */
};

static struct layout layout_of(const struct ps_hist_spec *spec)
{
    assert(spec->sub_bits >= 1 && spec->sub_bits <= 12 && spec->unit >= 1);
    assert(spec->min_value <= 0 && spec->min_value >= -PS_VALUE_MAX);
    assert(spec->max_value >= 1 && spec->max_value <= PS_VALUE_MAX);
    unsigned reach = 63u - (unsigned)__builtin_clzll((uint64_t)spec->unit);
    struct layout l = {.linear_bits = reach > spec->sub_bits ? reach : spec->sub_bits};
    l.above = bin_of_size(spec->sub_bits, l.linear_bits, (uint64_t)spec->max_value);
    if (spec->min_value < 0) {
        l.below = bin_of_size(spec->sub_bits, l.linear_bits, (uint64_t)-spec->min_value);
    }
    return l;
}

static uint32_t *count_at(struct ps_hist *h, uint32_t i)
{
    return h->bins != NULL ? &h->bins[i].count : &h->counts[i];
}

size_t ps_hist_size(const struct ps_hist_spec *spec)
{
    struct layout l = layout_of(spec);
    size_t bins = (size_t)l.below + l.above + 3;
    size_t bytes = bins * (spec->with_sums ? sizeof(struct ps_hist_bin) : sizeof(uint32_t));
    return (bytes + 7) / 8 * 8;
}

void ps_hist_init(struct ps_hist *h, const struct ps_hist_spec *spec, void *memory)
{
    struct layout l = layout_of(spec);
    uint32_t bins = l.below + l.above + 3;
    *h = (struct ps_hist){.zero = l.below + 1,
                          .last = bins - 1,
                          .sub_bits = spec->sub_bits,
                          .linear_bits = l.linear_bits,
                          .min = INT64_MAX,
                          .max = INT64_MIN};
    if (spec->with_sums) {
        h->bins = memory;
    } else {
        h->counts = memory;
    }
}

void ps_hist_add_outer(struct ps_hist *h, int64_t x)
{
    *count_at(h, x < 0 ? 0 : h->last) += 1;
    h->outer_sum[x > 0] += x;
}

void ps_hist_merge(struct ps_hist *into, const struct ps_hist *from)
{
    assert(into->zero == from->zero && into->last == from->last);
    assert(into->sub_bits == from->sub_bits && into->linear_bits == from->linear_bits);
    assert((into->bins == NULL) == (from->bins == NULL));
    if (from->n == 0) {
        return;
    }
    uint32_t first = index_of(from, from->min), last = index_of(from, from->max);
    for (uint32_t i = first; i <= last; i++) {
        if (ps_hist_bin_count(from, i) == 0) {
            continue;
        }
        *count_at(into, i) += ps_hist_bin_count(from, i);
        if (from->bins != NULL) {
            into->bins[i].offset_sum += from->bins[i].offset_sum;
            if (from->bins[i].offset_max > into->bins[i].offset_max) {
                into->bins[i].offset_max = from->bins[i].offset_max;
            }
        }
    }
    into->n += from->n;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
    into->outer_sum[0] += from->outer_sum[0];
    into->outer_sum[1] += from->outer_sum[1];
}

/* Fills low, high, excess and exact of an inner bin other than zero, still as sizes. */
static void inner_bin(const struct ps_hist *h, uint32_t i, struct bin *b)
{
    unsigned shift;
    uint64_t edge = bin_edge(h, i < h->zero ? h->zero - i : i - h->zero, &shift);
    int64_t widest = (int64_t)(UINT64_C(1) << shift) - 1;
    b->low = (int64_t)edge;
    if (h->bins == NULL) {
        b->low += edge == 0; /* zero has its own bin */
        b->high = (int64_t)edge + widest;
        b->excess = (ps_int128)b->count * (b->high - b->low) / 2;
        b->exact = b->low == b->high;
        return;
    }
    unsigned cut = shift > 32 ? shift - 32 : 0;
    b->high = b->low + (int64_t)((((uint64_t)h->bins[i].offset_max + 1) << cut) - 1);
    b->excess = (ps_int128)h->bins[i].offset_sum << cut;
    b->exact = cut == 0;
    if (edge == 0) {
        b->low = 1;
        b->excess -= b->count;
    }
}

/* The same values seen as their negatives. */
static void mirror(struct bin *b)
{
    int64_t low = b->low, high = b->high;
    b->excess = (ps_int128)b->count * (high - low) - b->excess;
    b->low = -high;
    b->high = -low;
}

/* Narrows [low, high] to the extremes of all values. */
static void narrow(const struct ps_hist *h, struct bin *b)
{
    if (h->min > b->low) {
        b->excess -= (ps_int128)b->count * (h->min - b->low);
        b->excess = b->excess < 0 ? 0 : b->excess;
        b->low = h->min;
    }
    b->high = h->max < b->high ? h->max : b->high;
    ps_int128 most = (ps_int128)b->count * (b->high - b->low);
    b->excess = b->excess > most ? most : b->excess;
}

static struct bin read_bin(const struct ps_hist *h, uint32_t i)
{
    struct bin b = {.count = ps_hist_bin_count(h, i), .exact = true};
    if (b.count == 0) {
        return b;
    }
    if (i == 0 || i == h->last) {
        /* The first size beyond the range is the edge of the bin that would follow. */
        unsigned shift;
        int64_t edge = (int64_t)bin_edge(h, i == 0 ? h->zero : h->last - h->zero, &shift);
        b.low = i == 0 ? h->min : edge;
        b.high = i == 0 ? -edge : h->max;
        b.excess = h->outer_sum[i != 0] - (ps_int128)b.count * b.low;
    } else if (i != h->zero) {
        inner_bin(h, i, &b);
        if (i < h->zero) {
            mirror(&b);
        }
    }
    narrow(h, &b);
    b.rise = (double)b.excess / (double)b.count;
    b.spread = fmin(b.rise, (double)(b.high - b.low) - b.rise);
    return b;
}

/* The rank-th smallest of the values of a bin, 1 <= rank <= count: the rule stated at
 * ps_hist_order_statistic. */
static struct ps_hist_value value_in_bin(const struct bin *b, uint64_t rank)
{
    struct ps_hist_value v = {.lo = b->low, .hi = b->high};
    if (b->exact) {
        /* The values above the rank are at most high each, those below at least low: the sum does
         * the rest. */
        ps_int128 width = b->high - b->low;
        ps_int128 short_of = b->excess - (ps_int128)(b->count - rank) * width;
        ps_int128 most = b->excess / (ps_int128)(b->count - rank + 1);
        if (short_of > 0) {
            v.lo += (int64_t)((short_of + (ps_int128)rank - 1) / (ps_int128)rank);
        }
        v.hi = most < width ? b->low + (int64_t)most : v.hi;
    }
    double count = (double)b->count, lo = (double)(v.lo - b->low), hi = (double)(v.hi - b->low);
    double rise = b->rise + (2 * (double)rank - 1 - count) / count * b->spread;
    if (b->exact) {
        double half = 0.5 * (double)(b->high - b->low);
        rise = fmin(fmax(rise, hi - half), lo + half);
    }
    v.value = b->low + (int64_t)floor(fmin(fmax(rise, lo), hi) + 0.5);
    return v;
}

/* Finds the bin of a rank; *rank becomes the rank within it. */
static uint32_t seek(const struct ps_hist *h, uint64_t *rank)
{
    assert(*rank >= 1 && *rank <= h->n);
    uint32_t i = index_of(h, h->min);
    while (*rank > ps_hist_bin_count(h, i)) {
        *rank -= ps_hist_bin_count(h, i++);
    }
    return i;
}

struct ps_hist_value ps_hist_order_statistic(const struct ps_hist *h, uint64_t rank)
{
    if (rank == 1) {
        return (struct ps_hist_value){h->min, h->min, h->min};
    }
    if (rank == h->n) {
        return (struct ps_hist_value){h->max, h->max, h->max};
    }
    struct bin b = read_bin(h, seek(h, &rank));
    return value_in_bin(&b, rank);
}

struct ps_hist_value ps_hist_quantile(const struct ps_hist *h, double p)
{
    return ps_hist_order_statistic(h, ps_quantile_rank(h->n, p));
}

struct ps_interval ps_hist_rank_interval(const struct ps_hist *h, struct ps_ranks ranks)
{
    struct ps_interval interval = {-INFINITY, INFINITY};
    if (ranks.lo >= 1) {
        interval.lo = (double)ps_hist_order_statistic(h, ranks.lo).lo;
    }
    if (ranks.hi <= h->n) {
        interval.hi = (double)ps_hist_order_statistic(h, ranks.hi).hi;
    }
    return interval;
}

uint64_t ps_hist_zeros(const struct ps_hist *h)
{
    return ps_hist_bin_count(h, h->zero);
}

uint64_t ps_hist_count_below(const struct ps_hist *h, int64_t x)
{
    if (h->n == 0 || x <= h->min) {
        return 0;
    }
    if (x > h->max) {
        return h->n;
    }
    uint64_t below = 0;
    uint32_t last = index_of(h, x);
    for (uint32_t i = index_of(h, h->min); i < last; i++) {
        below += ps_hist_bin_count(h, i);
    }
    struct bin b = read_bin(h, last);
    if (b.count == 0 || x <= b.low) {
        return below;
    }
    if (x > b.high) {
        return below + b.count;
    }
    /* Rank j is at mean + (2j - 1 - count)/count spread, rounded: how many of those are below x. */
    double count = (double)b.count, from_mean = (double)(x - b.low) - 0.5 - b.rise;
    double ranks = b.spread > 0 ? 0.5 * (from_mean / b.spread * count + count + 1)
                                : (from_mean > 0 ? count + 1 : 1);
    ranks = fmin(fmax(ceil(ranks) - 1, 0), count);
    return below + (uint64_t)ranks;
}

/* Sums over the values beyond the quantile, of their distance from it. */
struct beyond {
    double sum, sum_sq;
};

static void beyond_add(struct beyond *t, uint64_t values, double distance, double spread)
{
    double count = (double)values;
    t->sum += count * distance;
    t->sum_sq += count * (distance * distance + spread * spread / 3);
}

/* How far the mean of a bin lies below q. */
static double below_by(const struct bin *b, int64_t q)
{
    return (double)(q - b->low) - b->rise;
}

/* Upper tail: values of rank above `rank`, which is worth q. */
static struct beyond beyond_above(const struct ps_hist *h, uint64_t rank, int64_t q)
{
    struct beyond t = {0, 0};
    uint32_t i = seek(h, &rank);
    struct bin b = read_bin(h, i);
    double share = (double)(b.count - rank) / (double)b.count;
    /* The upper `share` of values even over mean -+ spread is even over mean + spread (1 - share)
     * -+ spread share. */
    double top = b.spread * (1 - share) - below_by(&b, q);
    beyond_add(&t, b.count - rank, top, b.spread * share);
    for (uint32_t last = index_of(h, h->max); i++ < last;) {
        if (ps_hist_bin_count(h, i) > 0) {
            b = read_bin(h, i);
            beyond_add(&t, b.count, -below_by(&b, q), b.spread);
        }
    }
    return t;
}

/* Lower tail: values of rank below `rank`. */
static struct beyond beyond_below(const struct ps_hist *h, uint64_t rank, int64_t q)
{
    struct beyond t = {0, 0};
    uint32_t split = seek(h, &rank);
    for (uint32_t i = index_of(h, h->min); i < split; i++) {
        if (ps_hist_bin_count(h, i) > 0) {
            struct bin b = read_bin(h, i);
            beyond_add(&t, b.count, below_by(&b, q), b.spread);
        }
    }
    struct bin b = read_bin(h, split);
    double share = (double)(rank - 1) / (double)b.count;
    beyond_add(&t, rank - 1, below_by(&b, q) + b.spread * (1 - share), b.spread * share);
    return t;
}

struct ps_estimate ps_hist_shortfall(const struct ps_hist *h, double p, enum ps_tail tail)
{
    uint64_t level = ps_level_ppb(p);
    uint64_t part = tail == PS_TAIL_UPPER ? PS_LEVEL_ONE - level : level;
    if (h->n == 0 || part == 0) {
        return (struct ps_estimate){NAN, NAN};
    }
    double n = (double)h->n, weight = (double)part / (double)PS_LEVEL_ONE;
    uint64_t rank = ps_quantile_rank(h->n, p);
    int64_t q = ps_hist_order_statistic(h, rank).value;
    struct beyond t = tail == PS_TAIL_UPPER ? beyond_above(h, rank, q) : beyond_below(h, rank, q);
    double mean_beyond = t.sum / (n * weight);
    double variance = fmax(0, t.sum_sq - t.sum * t.sum / n) / (n - 1);
    return (struct ps_estimate){.value = (double)q +
                                         (tail == PS_TAIL_UPPER ? mean_beyond : -mean_beyond),
                                .se = h->n < 2 ? NAN : sqrt(variance / n) / weight};
}

unsigned ps_hist_exceedance(const struct ps_hist *h, struct ps_hist_point points[PS_HIST_CURVE_MAX])
{
    static const uint64_t UPPER_PERCENT[] = {99, 95, 90, 80, 70, 60, 50, 40, 30, 20, 10};
    static const uint64_t STEPS[] = {5, 2, 1};
    enum { UPPER_N = sizeof UPPER_PERCENT / sizeof *UPPER_PERCENT, DECADES = 8 };
    unsigned n = 0;
    uint64_t decade = PS_LEVEL_ONE / 100;
    for (unsigned i = 0; i < UPPER_N + 3 * DECADES; i++) {
        uint64_t beyond = PS_LEVEL_ONE / 100;
        if (i < UPPER_N) {
            beyond *= UPPER_PERCENT[i];
        } else {
            beyond = STEPS[(i - UPPER_N) % 3] * decade;
            decade /= (i - UPPER_N) % 3 == 2 ? 10 : 1;
        }
        double one = (double)PS_LEVEL_ONE, p = (double)(PS_LEVEL_ONE - beyond) / one;
        if (ps_quantile_supported(h->n, p)) {
            points[n++] = (struct ps_hist_point){(double)beyond / one, ps_hist_quantile(h, p)};
        }
    }
    return n;
}

static int64_t floor_divide(int64_t x, int64_t by)
{
    return x / by - (x % by < 0);
}

void ps_hist_bars(const struct ps_hist *h, struct ps_hist_bars *bars)
{
    *bars = (struct ps_hist_bars){.width = 1};
    if (h->n == 0) {
        return;
    }
    int64_t low = ps_hist_quantile(h, 0.001).value, high = ps_hist_quantile(h, 0.999).value;
    int64_t first = low, last = high;
    for (int64_t power = 1, digit = 1; last - first >= PS_HIST_BARS_MAX;) {
        power *= digit == 5 ? 10 : 1;
        digit = digit == 1 ? 2 : digit == 2 ? 5 : 1;
        bars->width = digit * power;
        first = floor_divide(low, bars->width);
        last = floor_divide(high, bars->width);
    }
    bars->first = first * bars->width;
    bars->n = (unsigned)(last - first + 1);
    bars->below = ps_hist_count_below(h, bars->first);
    uint64_t counted = bars->below;
    for (unsigned i = 0; i < bars->n; i++) {
        uint64_t below = ps_hist_count_below(h, bars->first + (int64_t)(i + 1) * bars->width);
        bars->count[i] = below - counted;
        counted = below;
    }
    bars->above = h->n - counted;
}
