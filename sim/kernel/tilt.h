// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_TILT_H
#define PLEDGESIM_KERNEL_TILT_H

#include "laws.h"
#include "pledgesim/policy.h"
#include "worlds.h"

/* Worlds from a mixture of laws, and what they then weigh (docs/model.md section 12). */

static inline void tilt_begin(const struct ps_tilt *tilt, double exponent[PS_TILT_PARTS][PS_ECO])
{
    for (int j = 0; j < PS_TILT_PARTS; j++)
        WORLDS /* vector loop */
            exponent[j][l] = -tilt->half_square[j];
}

/* Eq. (12.2): shifts the normals of a step by the means of the part; every part's exponent goes on.
 */
static inline void tilt_normals(const struct ps_tilt *tilt, int part, int block,
                                double *restrict normal, double exponent[PS_TILT_PARTS][PS_ECO])
{
    const size_t n = (size_t)tilt->factors_n, step = (size_t)tilt->blocks_n * n;
    const double *mean = tilt->mean + (size_t)block * n;
    for (size_t k = 0; k < n; k++) {
        const double shift = mean[(size_t)part * step + k];
        double *restrict z = normal + k * PS_ECO;
        WORLDS /* vector loop */
            z[l] += shift;
        for (size_t j = 1; j < PS_TILT_PARTS; j++) {
            const double m = mean[j * step + k];
            double *restrict sum = exponent[j];
            WORLDS /* vector loop */
                sum[l] += m * z[l];
        }
    }
}

/* The cell of a loan that asks in `month`. Steering needs no more than what the pool would pay
 * about: behaviour, the insurer's excess and queues are left out. */
static inline int tilt_cell(const struct ps_world_plan *plan, const struct ps_world *w,
                            const struct ps_app *firm, int month)
{
    const struct ps_policy *policy = plan->tilt->policy;
    const struct ps_shape *shape = &policy->shape;
    const int own = firm->tape != PS_NONE ? policy->tape_product[firm->tape] : -1;
    const uint32_t u_product = w->u_product[firm->firm_rank];
    const int product =
        own >= 0 ? own : ps_part_of(u_product, shape->product_cut, shape->products_n);
    const int firm_class = firm->flags & PS_APP_MICRO ? PS_FIRM_MICRO : PS_FIRM_SMALL;
    const double stake_wan =
        ps_pool_stake_wan(&policy->levels, product, firm_class, firm->amount_wan);
    return ps_tilt_cell(ps_tilt_class(stake_wan, plan->tilt->class_wan), month, plan->horizon);
}

/* Eq. (12.4): the numbers of default of a batch of loans as they are under the world's part. */
static inline void tilt_loans(const struct ps_world_plan *plan, const struct ps_world *w, int lane,
                              uint32_t first, uint32_t n, const double *restrict total,
                              double *restrict v, struct ps_world_work *work)
{
    const struct ps_tilt *tilt = plan->tilt;
    struct ps_tilt_counts *counts = &work->tilt_counts;
    const int part = ps_tilt_part(w->number);
    double e[PS_RNG_LANES];
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        e[l] = -ps_log(1 - v[l]);
    for (uint32_t l = 0; l < n; l++) {
        const struct ps_draft *draft = &work->drafts[first + l];
        const struct ps_app *firm = &work->firms[draft->root];
        const int cell = tilt_cell(plan, w, firm, draft->month);
        const double *times = tilt->times[cell], *log_times = tilt->log_times[cell];
        const double until = e[l] / times[part];
        const int defaults = until < total[l];
        const double lived = defaults ? until : total[l];
        v[l] = defaults ? 1 - ps_exp(-until) : total[l]; /* none when v >= total */
        counts->defaults[cell] += (float)defaults;
        counts->hazard[cell] += (float)lived;
        for (int j = 1; j < PS_TILT_PARTS; j++)
            work->exponent[j][lane] += defaults * log_times[j] - lived * (times[j] - 1);
    }
}

/* Turns a uniform u into one of n kinds by their chances; returns where in it u lies, 0 .. < 1. */
static inline double tilt_pick(double u, const double *chance, int n, int *kind)
{
    int k = 0;
    for (; k < n - 1 && u >= chance[k]; k++)
        u -= chance[k];
    *kind = k;
    const double place = u / chance[k];
    return place < 1 - 1e-9 ? place : 1 - 1e-9;
}

/* Eq. (12.14): the numbers of amount and product of new firms, the first of them firm `first`. */
static inline void tilt_firms(const struct ps_world_plan *plan, uint32_t world, int lane,
                              uint32_t first, uint32_t n, struct batch *u,
                              struct ps_world_work *work)
{
    const struct ps_tilt *tilt = plan->tilt;
    const int part = ps_tilt_part(world);
    for (uint32_t l = 0; l < PS_RNG_LANES && first + l < n; l++) {
        if (first + l < (uint32_t)plan->tape_n)
            continue;
        if (part > 0) {
            int size, product;
            const double in_size =
                tilt_pick(ps_u01_32((uint32_t)u->x1[l]), tilt->size[part], PS_TILT_SIZES, &size);
            const double in_product = tilt_pick(ps_u01_32((uint32_t)u->x2[l]),
                                                tilt->product[part] + size * PS_TILT_PRODUCTS,
                                                PS_TILT_PRODUCTS, &product);
            const double from = ps_tilt_size_from(size), to = ps_tilt_size_from(size + 1);
            u->x1[l] = (uint64_t)((from + (to - from) * in_size) * 0x1p32);
            u->x2[l] = (uint64_t)((product + in_product) / PS_TILT_PRODUCTS * 0x1p32);
        }
        const int kind = ps_tilt_kind((uint32_t)u->x1[l], (uint32_t)u->x2[l]);
        work->tilt_counts.firms[kind]++;
        for (int j = 1; j < PS_TILT_PARTS; j++)
            work->exponent[j][lane] += tilt->log_kind[kind][j];
    }
}

/* Eq. (12.3): density of the plan's own law over that of the mixture. */
static inline double tilt_weight(const struct ps_world_work *work, int lane)
{
    double sum = 1;
    for (int j = 1; j < PS_TILT_PARTS; j++)
        sum += ps_exp(work->exponent[j][lane]);
    return PS_TILT_PARTS / sum;
}

#endif
