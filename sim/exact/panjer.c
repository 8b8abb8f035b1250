// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/panjer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/kmath.h"

/* Severities of one sector: weight[n] is the mean number of defaults that cost n units. */
static double sector_rates(const struct ps_panjer_sector *sector, const size_t *units,
                           size_t obligors_n, double *weight, size_t cells_n)
{
    double total = 0;
    memset(weight, 0, cells_n * sizeof *weight);
    for (size_t i = 0; i < obligors_n; i++) {
        total += sector->rate[i];
        if (units[i] < cells_n) {
            weight[units[i]] += sector->rate[i];
        }
    }
    return total;
}

/* Panjer's recursion f(n) = sum over j of (a + b j / n) s(j) f(n - j): with a gamma factor the
 * number of defaults is negative binomial, without one Poisson. s(j) = weight[j] / total. */
static void sector_law(const struct ps_panjer_sector *sector, double total, const double *weight,
                       double *f, size_t cells_n)
{
    const double spread = sector->variance * total;
    const double a = spread / (1 + spread);
    const double b = sector->variance > 0 ? (1 / sector->variance - 1) * a : total;
    f[0] = ps_exp(sector->variance > 0 ? -ps_log1p(spread) / sector->variance : -total);
    for (size_t n = 1; n < cells_n; n++) {
        double sum = 0;
        for (size_t j = 1; j <= n; j++) {
            sum += weight[j] > 0 ? (a + b * (double)j / (double)n) * weight[j] * f[n - j] : 0;
        }
        f[n] = total > 0 ? sum / total : 0;
    }
}

/* p <- the law of the sum of both. */
static void convolve(double *p, const double *f, double *work, size_t cells_n)
{
    for (size_t n = 0; n < cells_n; n++) {
        double sum = 0;
        for (size_t j = 0; j <= n; j++) {
            sum += p[j] * f[n - j];
        }
        work[n] = sum;
    }
    memcpy(p, work, cells_n * sizeof *p);
}

enum ps_status ps_panjer(const size_t *units, size_t obligors_n,
                         const struct ps_panjer_sector *sectors, size_t sectors_n, double *p,
                         size_t cells_n)
{
    double *weight = calloc(2 * cells_n, sizeof *weight);
    if (weight == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    double *f = weight + cells_n;
    for (size_t n = 0; n < cells_n; n++) {
        p[n] = n == 0;
    }
    for (size_t k = 0; k < sectors_n; k++) {
        const double total = sector_rates(&sectors[k], units, obligors_n, weight, cells_n);
        sector_law(&sectors[k], total, weight, f, cells_n);
        convolve(p, f, weight, cells_n);
    }
    free(weight);
    return PS_OK;
}

double ps_panjer_percentile(const double *p, size_t cells_n, double level)
{
    double below = 0;
    for (size_t n = 0; n < cells_n; n++) {
        if (below + p[n] >= level) {
            return n == 0 ? 0 : (double)(n - 1) + (level - below) / p[n];
        }
        below += p[n];
    }
    return (double)NAN;
}
