// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <string.h>

#include "pledgesim/batches.h"
#include "pledgesim/folders.h"
#include "pledgesim/math.h"
#include "pledgesim/number.h"
#include "pledgesim/sections.h"

/* Below so many hits, or misses, of both together batches say too little about an event; so many
 * batches are wanted. */
enum { HITS_LEAST = 64, BATCHES_LEAST = 16 };

/* ---- cells ---- */

static double number_of(const struct ps_csv_row *row, size_t column)
{
    struct ps_decimal decimal;
    double x = (double)NAN;
    return ps_decimal_parse(row->cells[column].norm, &decimal) == PS_NUMBER_OK &&
                   decimal.unit == PS_UNIT_NONE &&
                   ps_decimal_to_double(&decimal, 0, &x) == PS_NUMBER_OK
               ? x
               : (double)NAN;
}

/* What metrics.csv says of a measure. */
struct figure {
    double mean, se, lo95, hi95;
    uint64_t worlds_n;
    int known;
};

static struct figure figure_of(const struct ps_folder *folder, const char *id,
                               enum ps_measure measure)
{
    enum { ID, METRIC, UNIT, MEAN, SD, SE, LO95, HI95, MIN, MAX, WORLDS };
    const struct ps_csv *csv = &folder->metrics;
    for (size_t r = 0; r < csv->rows_n && csv->columns_n > WORLDS; r++) {
        const struct ps_csv_row *row = &csv->rows[r];
        if (strcmp(row->cells[ID].text, id) == 0 &&
            strcmp(row->cells[METRIC].text, ps_measure_desc(measure)->name) == 0) {
            const double worlds = number_of(row, WORLDS);
            return (struct figure){.mean = number_of(row, MEAN),
                                   .se = number_of(row, SE),
                                   .lo95 = number_of(row, LO95),
                                   .hi95 = number_of(row, HI95),
                                   .worlds_n = worlds > 0 ? (uint64_t)worlds : 0,
                                   .known = worlds > 0};
        }
    }
    return (struct figure){.mean = (double)NAN};
}

/* What batches.csv says of it. */
struct batch {
    double mean[PS_BATCHES];
    uint64_t worlds_n[PS_BATCHES];
};

static int batches_of(const struct ps_folder *folder, const char *id, enum ps_measure measure,
                      struct batch *out)
{
    const struct ps_csv *csv = &folder->batches;
    const int place = ps_batched_place(measure);
    int n = 0;
    *out = (struct batch){0};
    for (size_t r = 0; r < csv->rows_n && place >= 0; r++) {
        const struct ps_csv_row *row = &csv->rows[r];
        const size_t column = 3 + (size_t)place;
        const double b = number_of(row, 1), worlds = number_of(row, 2);
        if (strcmp(row->cells[0].text, id) != 0 || column >= csv->columns_n ||
            !(b >= 0 && b < PS_BATCHES && worlds > 0)) {
            continue;
        }
        out->mean[(size_t)b] = number_of(row, column);
        out->worlds_n[(size_t)b] = (uint64_t)worlds;
        n++;
    }
    return n;
}

/* ---- the three ways ---- */

/* Eq. (11.12): the spread of the differences of batches. 0 when the same worlds are not in both. */
static int by_batches(const struct batch *x, const struct batch *y, struct ps_verdict *out)
{
    double total = 0, mean = 0, sum = 0;
    int n = 0;
    for (int b = 0; b < PS_BATCHES; b++) {
        if (x->worlds_n[b] != y->worlds_n[b]) {
            return 0;
        }
        n += x->worlds_n[b] > 0;
        total += (double)x->worlds_n[b];
        mean += (double)x->worlds_n[b] * (y->mean[b] - x->mean[b]);
    }
    if (n < BATCHES_LEAST) {
        return 0;
    }
    mean /= total;
    for (int b = 0; b < PS_BATCHES; b++) {
        const double weight = (double)x->worlds_n[b] / total;
        const double off = y->mean[b] - x->mean[b] - mean;
        sum += weight * weight * off * off;
    }
    const double freedom = n - 1;
    const double reach = ps_student_reach95(freedom);
    out->se = sqrt(sum * n / freedom);
    out->lo95 = out->value - reach * out->se;
    out->hi95 = out->value + reach * out->se;
    out->p_value = out->se > 0       ? ps_student_two_sided(out->value / out->se, freedom)
                   : out->value != 0 ? 0
                                     : 1;
    return 1;
}

/* Of k events in both, does each side have its part? Exact for rare events. */
static double rare_p_value(double kx, double ky, double part)
{
    /* P(K <= ky) and P(K >= ky), K ~ Binomial(kx + ky, part) */
    const double lower = kx > 0 ? ps_betainc(kx, ky + 1, 1 - part) : 1;
    const double upper = ky > 0 ? ps_betainc(ky, kx + 1, part) : 1;
    const double tail = lower < upper ? lower : upper;
    return tail < 0.5 ? 2 * tail : 1;
}

/* Events, or misses, of both together when there are few of them; else negative. */
static double few(const struct figure *x, const struct figure *y, double *kx, double *ky)
{
    const double nx = (double)x->worlds_n, ny = (double)y->worlds_n;
    const int misses = x->mean * nx + y->mean * ny > (nx + ny) / 2;
    *kx = round(nx * (misses ? 1 - x->mean : x->mean));
    *ky = round(ny * (misses ? 1 - y->mean : y->mean));
    return *kx + *ky < HITS_LEAST ? *kx + *ky : -1;
}

/* From the intervals of both; those of probabilities are exact, so the result reaches as far. */
static void by_intervals(const struct figure *x, const struct figure *y, enum ps_pairing pairing,
                         int flag, struct ps_verdict *out)
{
    const int sum = pairing == PS_BOUNDED;
    const double down_x = x->mean - x->lo95, up_x = x->hi95 - x->mean;
    const double down_y = y->mean - y->lo95, up_y = y->hi95 - y->mean;
    double kx, ky;
    out->se = sum ? x->se + y->se : sqrt(x->se * x->se + y->se * y->se);
    out->lo95 = out->value - (sum ? down_y + up_x : sqrt(down_y * down_y + up_x * up_x));
    out->hi95 = out->value + (sum ? up_y + down_x : sqrt(up_y * up_y + down_x * down_x));
    out->p_value = out->value != 0 ? 0 : 1;
    if (out->se > 0) {
        out->p_value = 2 * ps_norm_cdf(-fabs(out->value / out->se));
    }
    if (flag && few(x, y, &kx, &ky) >= 0) {
        /* The exact test wants independent worlds; else the intervals alone must tell. */
        const double part = (double)y->worlds_n / (double)(x->worlds_n + y->worlds_n);
        out->p_value = !sum                               ? rare_p_value(kx, ky, part)
                       : out->lo95 <= 0 && out->hi95 >= 0 ? 1
                                                          : out->p_value;
    }
}

struct ps_folder_difference ps_folders_compare(const struct ps_folder *base, const char *base_id,
                                               const struct ps_folder *other, const char *other_id,
                                               enum ps_measure measure, size_t comparisons_n)
{
    const struct figure x = figure_of(base, base_id, measure);
    const struct figure y = figure_of(other, other_id, measure);
    const int flag = ps_measure_desc(measure)->unit == PS_MU_FLAG;
    double kx, ky;
    struct ps_folder_difference out = {
        .base = x.mean,
        .other = y.mean,
        .worlds_n = x.worlds_n < y.worlds_n ? x.worlds_n : y.worlds_n,
        .pairing = strcmp(base->seed, other->seed) == 0 ? PS_BOUNDED : PS_UNPAIRED,
        .verdict = {.value = y.mean - x.mean, .p_value = 1, .correlation = (double)NAN}};
    struct ps_verdict *v = &out.verdict;
    if (!x.known || !y.known) {
        return out;
    }
    struct batch bx, by;
    const int common = !flag || few(&x, &y, &kx, &ky) < 0;
    if (out.pairing == PS_BOUNDED && batches_of(base, base_id, measure, &bx) > 0 &&
        batches_of(other, other_id, measure, &by) > 0 && by_batches(&bx, &by, v) &&
        (common || ps_verdict_same(v))) {
        out.pairing = PS_PAIRED;
    } else {
        by_intervals(&x, &y, out.pairing, flag, v);
    }
    v->real = v->p_value < 0.05 / (double)(comparisons_n > 0 ? comparisons_n : 1);
    return out;
}
