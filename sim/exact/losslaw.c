// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/losslaw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/kmath.h"

/* ---- one name ---- */

double ps_loss_name_pd(const struct ps_loss_name *name, double y)
{
    double hazard = 0;
    if (name->shift == NULL) {
        hazard = name->months * ps_neg_log1m_norm_cdf(name->a + name->b * y);
    }
    for (int t = 0; name->shift != NULL && t < name->months; t++) {
        hazard += ps_neg_log1m_norm_cdf(name->a + name->b * (y + name->shift[t]));
    }
    return 1 - ps_exp(-hazard / 12);
}

/* ---- cells ---- */

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Names times cells is what a law costs at each index point. */
static int64_t cells_max(size_t names_n)
{
    const int64_t most = PS_LOSS_WORK_MAX / (names_n > 0 ? (int64_t)names_n : 1);
    return most < PS_LOSS_CELLS_MAX ? most : PS_LOSS_CELLS_MAX;
}

/* Chooses the unit; cells[i] is the number of units that name i loses. */
static void lay_cells(const struct ps_loss_book *book, struct ps_loss_law *law, size_t *cells)
{
    const int64_t most = cells_max(book->names_n);
    int64_t divisor = 0, total = 0;
    for (size_t i = 0; i < book->names_n; i++) {
        divisor = common_divisor(divisor, book->names[i].loss);
        total += book->names[i].loss;
    }
    law->unit = divisor > 0 ? divisor : 1;
    if (total / law->unit >= most) {
        /* Rounding to the nearest could need half a cell more a name. */
        const int64_t room = most - 1 - (int64_t)book->names_n / 2;
        law->unit = total / (room > 0 ? room : 1) + 1;
    }
    law->cells_n = 1;
    for (size_t i = 0; i < book->names_n; i++) {
        const int64_t loss = book->names[i].loss;
        const int64_t n = (loss + law->unit / 2) / law->unit;
        cells[i] = (size_t)n;
        law->cells_n += cells[i];
        law->rounding += llabs(loss - n * law->unit);
    }
}

/* ---- given the index ---- */

/* Cells low .. top of `now` hold the law of the names so far; what is below NEGLIGIBLE at either
 * end is left out, which also keeps the arithmetic away from subnormal numbers. */
struct band {
    double *now, *next;
    size_t low, top;
};

static const double NEGLIGIBLE = 1e-60;

static void add_scaled(double *restrict to, const double *restrict from, size_t n, double factor)
{
    for (size_t k = 0; k < n; k++) {
        to[k] += factor * from[k];
    }
}

/* Eq. (9.2): one name more. */
static void band_add(struct band *band, double q, size_t cells)
{
    const size_t low = band->low, n = band->top - low + 1;
    memset(band->next + low, 0, (n + cells) * sizeof *band->next);
    add_scaled(band->next + low, band->now + low, n, 1 - q);
    add_scaled(band->next + low + cells, band->now + low, n, q);
    double *old = band->now;
    band->now = band->next;
    band->next = old;
    band->top += cells;
    while (band->top > band->low && band->now[band->top] < NEGLIGIBLE) {
        band->top--;
    }
    while (band->low < band->top && band->now[band->low] < NEGLIGIBLE) {
        band->low++;
    }
}

/* ---- over the index ---- */

/* Sums over the index points so far, each times its weight. */
struct sums {
    const struct ps_loss_book *book;
    const size_t *cells;
    struct band band;
    double *p;
    double weight, mean, square;
};

static void sums_add(struct sums *s, double y, double weight)
{
    double mean = 0, variance = 0;
    s->band.low = s->band.top = 0;
    s->band.now[0] = 1;
    for (size_t i = 0; i < s->book->names_n; i++) {
        const double q = ps_loss_name_pd(&s->book->names[i], y);
        const double loss = (double)s->book->names[i].loss;
        mean += q * loss;
        variance += q * (1 - q) * loss * loss;
        if (s->cells[i] > 0) {
            band_add(&s->band, q, s->cells[i]);
        }
    }
    for (size_t k = s->band.low; k <= s->band.top; k++) {
        s->p[k] += weight * s->band.now[k];
    }
    s->weight += weight;
    s->mean += weight * mean;
    s->square += weight * (variance + mean * mean);
}

/* Takes the sums over as the law; returns the largest change of the distribution function. */
static double law_take(struct ps_loss_law *law, const struct sums *s)
{
    double below = 0, before = 0, change = 0;
    for (size_t k = 0; k < law->cells_n; k++) {
        before += law->p[k];
        law->p[k] = s->p[k] / s->weight;
        below += law->p[k];
        change = fmax(change, fabs(below - before));
    }
    law->mean = s->mean / s->weight;
    law->variance = fmax(0, s->square / s->weight - law->mean * law->mean);
    return change;
}

/* Eqs. (9.3), (9.4): the trapezoid rule over [-9, 9], whose error falls faster than any power of
 * the step; halved, each time with the new points alone, until the law stands still. */
static void integrate(struct sums *s, struct ps_loss_law *law)
{
    enum { FIRST = 64, LAST = 16384 };
    const double range = 9, enough = 1e-11;
    for (int n = FIRST; n <= LAST; n *= 2) {
        for (int i = n == FIRST ? 0 : 1; i <= n; i += n == FIRST ? 1 : 2) {
            const double y = -range + 2 * range * i / n;
            sums_add(s, y, ps_exp(-0.5 * y * y));
        }
        law->error = law_take(law, s);
        if (law->error <= enough) {
            break;
        }
    }
}

/* The index plays no part, or is known. */
static int one_point(const struct ps_loss_book *book)
{
    int moves = 0;
    for (size_t i = 0; i < book->names_n; i++) {
        moves |= book->names[i].b < 0 || book->names[i].b > 0;
    }
    return book->index_known || !moves;
}

enum ps_status ps_loss_law(const struct ps_loss_book *book, struct ps_loss_law *law)
{
    *law = (struct ps_loss_law){0};
    size_t *cells = calloc(book->names_n + 1, sizeof *cells);
    double *work = NULL;
    enum ps_status status = PS_OK;
    if (cells != NULL) {
        lay_cells(book, law, cells);
        law->p = calloc(law->cells_n, sizeof *law->p);
        work = calloc(3 * law->cells_n, sizeof *work);
    }
    if (cells == NULL || law->p == NULL || work == NULL) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    struct sums sums = {.book = book,
                        .cells = cells,
                        .band = {.now = work, .next = work + law->cells_n},
                        .p = work + 2 * law->cells_n};
    if (one_point(book)) {
        sums_add(&sums, book->index_known ? book->index : 0, 1);
        (void)law_take(law, &sums);
    } else {
        integrate(&sums, law);
    }
out:
    free(work);
    free(cells);
    if (status != PS_OK) {
        ps_loss_law_free(law);
    }
    return status;
}

void ps_loss_law_free(struct ps_loss_law *law)
{
    free(law->p);
    *law = (struct ps_loss_law){0};
}

/* ---- reading a law ---- */

double ps_loss_mean_error(const struct ps_loss_law *law)
{
    return law->error * (double)(law->cells_n - 1) * (double)law->unit;
}

double ps_loss_above(const struct ps_loss_law *law, int64_t x)
{
    double sum = 0;
    for (size_t i = law->cells_n; i-- > 0 && (int64_t)i * law->unit > x;) {
        sum += law->p[i];
    }
    return sum;
}

int64_t ps_loss_cover(const struct ps_loss_law *law, double eps)
{
    double above = 0;
    size_t i = law->cells_n - 1;
    while (i > 0 && above + law->p[i] <= eps) {
        above += law->p[i--];
    }
    return (int64_t)i * law->unit;
}

void ps_loss_limited(const struct ps_loss_law *law, int64_t limit, double *mean, double *variance)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < law->cells_n; i++) {
        const int64_t loss = (int64_t)i * law->unit;
        const double x = (double)(loss < limit ? loss : limit);
        sum += law->p[i] * x;
        square += law->p[i] * x * x;
    }
    *mean = sum;
    *variance = fmax(0, square - sum * sum);
}
