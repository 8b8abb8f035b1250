// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/sections.h"

#include <math.h>
#include <stdlib.h>

#include "pledgesim/math.h"
#include "pledgesim/stats.h"
#include "pledgesim/tables.h"

/* Student's law as a beta law. */

double ps_student_reach95(double freedom)
{
    const double quantile = ps_betainc_inv(freedom / 2, 0.5, 0.05);
    return sqrt(freedom * (1 - quantile) / quantile);
}

double ps_student_two_sided(double t, double freedom)
{
    return ps_betainc(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/* ---- figures ---- */

static int section_of(uint64_t world)
{
    return (int)(world / PS_SECTION_TILE % PS_SECTIONS);
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double quantile(int64_t *x, uint64_t n, double level)
{
    if (n == 0) {
        return (double)NAN;
    }
    qsort(x, n, sizeof *x, by_value);
    return (double)x[ps_quantile_rank(n, level) - 1];
}

void ps_sections_quantile(const int64_t *x, uint64_t n, double level, int64_t *room,
                          struct ps_sections *out)
{
    uint64_t all = 0;
    for (int s = 0; s < PS_SECTIONS; s++) {
        const uint64_t first = all;
        for (uint64_t w = (uint64_t)s * PS_SECTION_TILE; w < n; w++) {
            if (section_of(w) != s) {
                w += (PS_SECTIONS - 1) * PS_SECTION_TILE - 1;
            } else if (x[w] != PS_NOT_GIVEN) {
                room[all++] = x[w];
            }
        }
        out->part[s] = quantile(room + first, all - first, level);
    }
    out->all = quantile(room, all, level);
}

void ps_sections_ratio(const int64_t *y, const int64_t *x, uint64_t n, struct ps_sections *out)
{
    ps_int128 above[PS_SECTIONS] = {0}, below[PS_SECTIONS] = {0}, all_above = 0, all_below = 0;
    for (uint64_t w = 0; w < n; w++) {
        if (y[w] != PS_NOT_GIVEN && x[w] != PS_NOT_GIVEN) {
            above[section_of(w)] += y[w];
            below[section_of(w)] += x[w];
        }
    }
    for (int s = 0; s < PS_SECTIONS; s++) {
        out->part[s] = below[s] != 0 ? (double)above[s] / (double)below[s] : (double)NAN;
        all_above += above[s];
        all_below += below[s];
    }
    out->all = all_below != 0 ? (double)all_above / (double)all_below : (double)NAN;
}

uint64_t ps_sections_worlds_least(double level)
{
    uint64_t n = PS_SECTIONS * PS_SECTION_TILE;
    while (!ps_quantile_supported(n / PS_SECTIONS, level)) {
        n += PS_SECTIONS * PS_SECTION_TILE;
    }
    return n;
}

/* ---- eq. (11.14) ---- */

struct ps_verdict ps_sections_judge(const struct ps_sections *base, const struct ps_sections *other,
                                    size_t comparisons_n)
{
    const double freedom = PS_SECTIONS - 1;
    double d[PS_SECTIONS], mean = 0, squares = 0;
    for (int s = 0; s < PS_SECTIONS; s++) {
        d[s] = other->part[s] - (base != NULL ? base->part[s] : 0);
        mean += d[s] / PS_SECTIONS;
    }
    for (int s = 0; s < PS_SECTIONS; s++) {
        squares += (d[s] - mean) * (d[s] - mean);
    }
    struct ps_verdict out = {.value = other->all - (base != NULL ? base->all : 0),
                             .se = sqrt(squares / freedom / PS_SECTIONS),
                             .correlation = (double)NAN};
    const double reach = ps_student_reach95(freedom) * out.se;
    out.lo95 = out.value - reach;
    out.hi95 = out.value + reach;
    out.p_value = out.se > 0       ? ps_student_two_sided(out.value / out.se, freedom)
                  : out.value != 0 ? 0
                                   : 1;
    out.real = out.p_value < 0.05 / (double)(comparisons_n > 0 ? comparisons_n : 1);
    return out;
}
