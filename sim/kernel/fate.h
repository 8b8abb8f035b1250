// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_FATE_H
#define PLEDGESIM_KERNEL_FATE_H

#include "laws.h"

/* What becomes of defaulted loans (docs/model.md section 6), PS_RNG_LANES at once: a world has few,
 * so they are collected over a group of worlds. */

struct fate_batch {
    int n;
    const struct ps_app *app[PS_RNG_LANES];
    struct ps_fate *fate[PS_RNG_LANES];
    const double *index[PS_RNG_LANES]; /* Y~ of the loan's world and cluster */
    uint64_t world[PS_RNG_LANES], entity[PS_RNG_LANES];
    double multiplier[PS_RNG_LANES]; /* of recoveries, when uncertain */

    /* What the steps below hand on. Months are doubles: exact, and the lanes are as wide. */
    struct batch disposal, recovery;
    double tau[PS_RNG_LANES], ready[PS_RNG_LANES], state[PS_RNG_LANES];
    double to_lag[PS_RNG_LANES], to_value[PS_RNG_LANES]; /* normals */
    double month[PS_RNG_LANES];                          /* of disposal */
    uint64_t sold[PS_RNG_LANES];                         /* masks */
    double granted[PS_RNG_LANES]; /* month when the pledge was worth its value */
    double drift[PS_RNG_LANES], volatility[PS_RNG_LANES], lapse_pa[PS_RNG_LANES];
    double value[PS_RNG_LANES]; /* of the pledge, 0 when it brings nothing */
};

static const struct ps_tape_plan *tape_of(const struct ps_world_plan *plan,
                                          const struct ps_app *app)
{
    return app->tape != PS_NONE && app->link == 0 ? &plan->tape[app->tape] : 0;
}

static double index_at(const struct ps_world_plan *plan, const double *index, double month)
{
    return *ps_index_of(plan, index, (int)month, 0);
}

static void fates_draw(const struct ps_world_plan *plan, struct fate_batch *b)
{
    struct batch *u = &b->disposal, *v = &b->recovery;
    for (int l = 0; l < PS_RNG_LANES; l++) {
        const uint64_t link = l < b->n ? b->app[l]->link : 0;
        b->tau[l] = l < b->n ? b->app[l]->end : 0;
        u->x0[l] = v->x0[l] = b->world[l];
        u->x1[l] = v->x1[l] = b->entity[l] & 0xffffffffu;
        u->x2[l] = v->x2[l] = b->entity[l] >> 32;
        u->x3[l] = ps_rng_word3(PS_PURPOSE_DISPOSAL, 0) + link;
        v->x3[l] = ps_rng_word3(PS_PURPOSE_RECOVERY, 0) + link;
    }
    ps_philox_lanes(u->x0, u->x1, u->x2, u->x3, b->n, &plan->keys);
    ps_philox_lanes(v->x0, v->x1, v->x2, v->x3, b->n, &plan->keys);
}

/* Eq. (6.1): the month when the pledge can be sold, and the state of its cluster then. */
static void fates_ready(const struct ps_world_plan *plan, struct fate_batch *b)
{
    const double last = plan->months_n, sigma = plan->disposal_sigma;
    const double median = plan->disposal_median_months;
    const double wait = plan->npl_months + plan->disposal_freeze_months;
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) { /* vector loop */
        ps_normal_pair(b->disposal.x0[l], b->disposal.x1[l], &b->to_lag[l], &b->to_value[l]);
        const double lag = median * ps_exp(sigma * b->to_lag[l]);
        b->ready[l] = b->tau[l] + wait - ps_floor(-lag);
    }
    for (int l = 0; l < b->n; l++)
        b->state[l] = index_at(plan, b->index[l], b->ready[l] > last ? last : b->ready[l]);
}

/* Eq. (6.2): the round that sells, three months each, three at most. */
static void fates_sell(const struct ps_world_plan *plan, struct fate_batch *b)
{
    const double last = plan->months_n, x = plan->sale_x, sensitivity = plan->sale_sensitivity;
    const uint64_t fixed = plan->sale_never || plan->sale_always ? UINT64_MAX : 0;
    const double fixed_q = plan->sale_always ? 1 : 0;
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) { /* vector loop */
        const double q = ps_select(fixed, fixed_q, ps_norm_cdf(x + sensitivity * b->state[l]));
        const double sale = ps_u01_32(b->recovery.x0[l]);
        const double fail = 1 - q;
        const double later = ps_select(ps_mask(sale < 1 - fail * fail), 3.0, 6.0);
        const double month = b->ready[l] + ps_select(ps_mask(sale < q), 0.0, later);
        b->month[l] = ps_select(ps_mask(month > last), last, month);
        b->sold[l] = ps_mask(sale < 1 - fail * fail * fail);
    }
}

static void fates_look_up(const struct ps_world_plan *plan, struct fate_batch *b)
{
    for (int l = 0; l < b->n; l++) {
        const struct ps_app *app = b->app[l];
        const struct ps_tape_plan *tape = tape_of(plan, app);
        const struct ps_ip_kind_plan *kind = &plan->ip_kinds[plan->segments[app->segment].ip_kind];
        b->granted[l] = app->month - (tape ? tape->age_months : 0);
        b->state[l] = index_at(plan, b->index[l], b->month[l]);
        b->drift[l] = kind->drift;
        b->volatility[l] = kind->volatility;
        b->lapse_pa[l] = kind->lapse_pa;
    }
}

/* Eq. (6.3): value at disposal of a pledge worth 1 when the loan was granted. */
static void fates_value(const struct ps_world_plan *plan, struct fate_batch *b)
{
    const double beta = plan->value_sensitivity;
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) { /* vector loop */
        const double age = (b->month[l] - b->granted[l]) * (1. / 12);
        const double value =
            ps_exp(-b->drift[l] * age + b->volatility[l] * sqrt(age) * b->to_value[l] +
                   beta * b->state[l] - 0.5 * beta * beta);
        const uint64_t alive =
            ps_mask(ps_u01_32(b->disposal.x3[l]) < ps_exp(-b->lapse_pa[l] * age));
        b->value[l] = ps_select(b->sold[l] & alive, value, 0.0);
    }
}

/* Eq. (6.4) */
static void fate_write(const struct ps_world_plan *plan, const struct fate_batch *b, int l)
{
    const struct ps_app *app = b->app[l];
    const struct ps_tape_plan *tape = tape_of(plan, app);
    const struct ps_ip_kind_plan *kind = &plan->ip_kinds[plan->segments[app->segment].ip_kind];
    struct ps_fate *fate = b->fate[l];
    fate->tau = app->end;
    fate->s = (uint16_t)b->month[l];
    fate->cured = 0;
    fate->proceeds_frac = fate->cash_frac = 0;
    if (ps_u01_32(b->recovery.x2[l]) < plan->cure_prob) {
        const int s = app->end + 1 + (int)(b->recovery.x3[l] * 3 >> 32);
        fate->s = (uint16_t)(s > plan->months_n ? plan->months_n : s);
        fate->cured = 1;
    } else if (tape && tape->recovery_frac >= 0) {
        fate->cash_frac = tape->recovery_law < 0
                              ? tape->recovery_frac
                              : quantile_read(&plan->recovery_laws[tape->recovery_law],
                                              ps_u01_32(b->disposal.x2[l]));
    } else {
        const double scale = tape && tape->pledged_per_yuan >= 0
                                 ? kind->valued_per_yuan * tape->pledged_per_yuan
                                 : kind->value_per_yuan;
        fate->cash_frac = quantile_read(&plan->cash, ps_u01_32(b->disposal.x2[l]));
        fate->proceeds_frac =
            scale * b->value[l] * quantile_read(&kind->price, ps_u01_32(b->recovery.x1[l]));
        if (plan->uncertain_any) { /* eq. (4.22) */
            fate->cash_frac *= b->multiplier[l];
            fate->proceeds_frac *= b->multiplier[l];
        }
    }
}

/* Disposal month, net proceeds per yuan and cash fraction of the defaults collected in b, which is
 * empty afterwards. Dates count from tau. */
static void fates_materialise(const struct ps_world_plan *plan, struct fate_batch *b)
{
    fates_draw(plan, b);
    fates_ready(plan, b);
    fates_sell(plan, b);
    fates_look_up(plan, b);
    fates_value(plan, b);
    for (int l = 0; l < b->n; l++)
        fate_write(plan, b, l);
    b->n = 0;
}

/* Hands a defaulter on; a full batch is worked off. `lane` is that of its world. */
static inline void fate_collect(const struct ps_world_plan *plan, const struct ps_world_work *work,
                                int lane, uint32_t world, uint64_t entity, const struct ps_app *app,
                                struct ps_fate *fate, struct fate_batch *b)
{
    const size_t cluster = (size_t)plan->segments[app->segment].cluster;
    const int l = b->n++;
    b->app[l] = app;
    b->fate[l] = fate;
    b->index[l] = work->index + cluster * PS_ECONOMY_LANES + lane;
    b->world[l] = world;
    b->entity[l] = entity;
    if (plan->uncertain_any)
        b->multiplier[l] = work->multiplier[PS_UNCERTAIN_RECOVERY * PS_ECONOMY_LANES + lane];
    if (b->n == PS_RNG_LANES)
        fates_materialise(plan, b);
}

/* Numbers the fates and hands them on: only defaulters cost anything. */
static void collect_fates(const struct ps_world_plan *plan, const struct ps_world_work *work,
                          int lane, struct ps_world *w, struct fate_batch *batch)
{
    for (int i = 0; i < w->fates_n; i++) {
        struct ps_fate *fate = &w->fates[i];
        struct ps_app *app = &w->apps[fate->app];
        const int spread = plan->retry_months && !plan->standing;
        const uint32_t root = spread ? work->firm_root[app->firm_rank] : app->firm_rank;
        app->fate = (uint16_t)i;
        fate_collect(plan, work, lane, w->number, work->entity[root], app, fate, batch);
    }
}

#endif
