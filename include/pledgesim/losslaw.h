// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_LOSSLAW_H
#define PLEDGESIM_LOSSLAW_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/status.h"

/* The law of the loss of a fixed set of names that one index drives, without simulation
 * (docs/model.md, section 9). Own mathematics alone: the same bits on every machine. */

/* Whole units: fen, defaults, whatever the caller counts. */
struct ps_loss_name {
    double a, b; /* given the index y, the one-year probability of default is Phi(a + b y) */
    int months;  /* for which the name is watched, at least 1 */
    const double *shift; /* [months]: added to the index in each of them; NULL: nothing */
    int64_t loss;        /* when it defaults, >= 0 */
};

struct ps_loss_book {
    const struct ps_loss_name *names;
    size_t names_n;
    int index_known; /* the index is not drawn: it is `index` */
    double index;
};

/* Cell i is a loss of i x unit. Owned memory: free with ps_loss_law_free. */
struct ps_loss_law {
    double *p; /* probability of each cell */
    size_t cells_n;
    int64_t unit; /* greatest common divisor of the losses, or more when cells would be too many */
    int64_t rounding; /* a cell is off the true loss by at most this; 0: every cell is exact */
    double error;     /* of any distribution function: its change when the last step was halved */
    double mean, variance; /* by conditional moments: exact also where cells are rounded */
};

/* Cells of a law; and names times cells, which bounds its time to a second or so. */
enum { PS_LOSS_CELLS_MAX = 65536, PS_LOSS_WORK_MAX = 1 << 25 };

/* Eqs. (9.1) to (9.5). The total of the losses must stay below 2^53. PS_MEMORY. */
enum ps_status ps_loss_law(const struct ps_loss_book *book, struct ps_loss_law *law) PS_MUST_CHECK;
void ps_loss_law_free(struct ps_loss_law *law);

/* Eq. (9.1): P(default in its months | index y). */
double ps_loss_name_pd(const struct ps_loss_name *name, double y);

/* By how much the mean may be off for the quadrature: it is the integral of P(loss > x). */
double ps_loss_mean_error(const struct ps_loss_law *law);

/* P(loss > x), summed from the largest loss down. */
double ps_loss_above(const struct ps_loss_law *law, int64_t x);

/* Eq. (9.6): the smallest C with P(loss > C) <= eps, that is the quantile of level 1 - eps. Where
 * cells are rounded, C + rounding is enough for certain. */
int64_t ps_loss_cover(const struct ps_loss_law *law, double eps);

/* Eq. (9.7): mean and variance of min(loss, limit), from the cells. */
void ps_loss_limited(const struct ps_loss_law *law, int64_t limit, double *mean, double *variance);

#endif
