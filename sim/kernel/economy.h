// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_ECONOMY_H
#define PLEDGESIM_KERNEL_ECONOMY_H

#include "pledgesim/curve.h"

#include "anchors.h"
#include "tilt.h"
#include "uncertain.h"

/* The economy of PS_ECONOMY_LANES worlds at once (docs/model.md section 3). */

/* One normal for every cluster and world of the block, but those that no index reads: four clusters
 * share a Philox block. */
static inline void economy_normals(const struct ps_world_plan *plan, uint64_t first, int block,
                                   double *restrict normal)
{
    for (int c = 0; c < plan->factors_n; c += 4) {
        uint64_t x0[PS_ECO], x1[PS_ECO], x2[PS_ECO], x3[PS_ECO];
        for (int l = 0; l < PS_ECO; l++) {
            x0[l] = (first + (uint64_t)l) & 0xffffffffu;
            x1[l] = (uint64_t)(c / 4);
            x2[l] = 0;
            x3[l] = ps_rng_word3(PS_PURPOSE_ECONOMY, (uint32_t)block);
        }
        ps_philox_lanes(x0, x1, x2, x3, PS_ECO, &plan->keys);
        double *restrict z = normal + (size_t)c * PS_ECO;
        /* Loops of their own for the radii, with their long chain of steps: the processor works on
         * as many at once as fit its window. */
        double radius[PS_ECO], other[PS_ECO];
        WORLDS /* vector loop */
            radius[l] = ps_normal_radius(x0[l]);
        WORLDS /* vector loop */
            other[l] = ps_normal_radius(x2[l]);
        WORLDS /* vector loop */
            ps_normal_turn(radius[l], x1[l], &z[l], &z[PS_ECO + l]);
        WORLDS /* vector loop */
            ps_normal_turn(other[l], x3[l], &z[2 * PS_ECO + l], &z[3 * PS_ECO + l]);
    }
}

/* Eq. (3.1): Y_t = phi Y_(t-1) + sqrt(1 - phi^2) L e_t; the first block is stationary or fixed. */
static inline void economy_step(const struct ps_world_plan *plan, int block,
                                const double *restrict normal, double *restrict level)
{
    const struct ps_factor_load *loads = plan->loads;
    const double phi = block ? plan->phi_step : 0;
    const double innovation = block ? plan->innovation : 1;
    for (int c = 0; c < plan->clusters_n; c++) {
        double *restrict y = level + (size_t)c * PS_ECO;
        if (!block && plan->start_fixed) {
            for (int l = 0; l < PS_ECO; l++)
                y[l] = plan->initial_index;
            continue;
        }
        ps_worlds e[ECO_VECTORS] = {{0}};
        for (int i = plan->loads_first[c]; i < plan->loads_first[c + 1]; i++) {
            const double *restrict factor = normal + (size_t)loads[i].factor * PS_ECO;
            const double loading = loads[i].loading;
            ECO_VECS e[v] += loading * worlds_at(factor, v);
        }
        ECO_VECS worlds_put(y, v, phi * worlds_at(y, v) + innovation * e[v]);
    }
}

/* Eq. (4.4) for n classes in a row whose scores a + b y are all below -1; in place. Two loops: in
 * one the chain of steps would be too long for the processor to work on several at once. */
PS_KERNEL_APART void rates_below(double *restrict rate, int n)
{
    for (int k = 0; k < n; k++)
        WORLDS /* vector loop */
            rate[k * PS_ECO + l] = ps_norm_cdf_low(rate[k * PS_ECO + l]);
    for (int k = 0; k < n; k++)
        WORLDS /* vector loop */
            rate[k * PS_ECO + l] = ps_neg_log1m_small(rate[k * PS_ECO + l]) * (1. / 12);
}

/* The same for a class with any scores. */
PS_KERNEL_APART void rates_any(double *restrict rate)
{
    WORLDS /* vector loop */
        rate[l] = ps_neg_log1m_norm_cdf(rate[l]) * (1. / 12);
}

/* Scores of a class in all worlds; returns whether all are below -1. */
static inline int scores_below(const struct ps_hazard_class *class, const double *restrict y,
                               double *restrict score)
{
    const double a = class->a, b = class->b;
    uint64_t below = UINT64_MAX; /* its top bit */
#pragma omp simd reduction(& : below)
    for (int l = 0; l < PS_ECO; l++) { /* vector loop */
        score[l] = a + b * y[l];
        below &= ps_bits(score[l] + 1.0);
    }
    return (int)(below >> 63);
}

/* Hazards of all classes in a month with these indices. Most scores are below -1, so classes are
 * taken together up to one in which some world's is not. */
static inline void economy_rates(const struct ps_world_plan *plan, const double *restrict index,
                                 double *restrict rate)
{
    int from = 0;
    for (int k = 0; k < plan->classes_n; k++) {
        const struct ps_hazard_class *class = &plan->classes[k];
        double *restrict own = rate + (size_t)k * PS_ECO;
        if (scores_below(class, index + (size_t) class->cluster * PS_ECO, own))
            continue;
        rates_below(rate + (size_t)from * PS_ECO, k - from);
        rates_any(own);
        from = k + 1;
    }
    rates_below(rate + (size_t)from * PS_ECO, plan->classes_n - from);
}

/* ---- what all clusters share, by kind of hazard ---- */

/* The four words of the group's worlds at one step of a purpose. */
static inline void economy_words(const struct ps_world_plan *plan, uint64_t first,
                                 enum ps_purpose purpose, uint32_t step, uint64_t words[4][PS_ECO])
{
    for (int l = 0; l < PS_ECO; l++) {
        words[0][l] = (first + (uint64_t)l) & 0xffffffffu;
        words[1][l] = words[2][l] = 0;
        words[3][l] = ps_rng_word3(purpose, step);
    }
    ps_philox_lanes(words[0], words[1], words[2], words[3], PS_ECO, &plan->keys);
}

/* Eq. (4.11): S of a calendar year, numbered from 0. */
static inline void economy_mixing(const struct ps_world_plan *plan, uint64_t first, int year,
                                  double *restrict mixing)
{
    uint64_t words[4][PS_ECO];
    double score[PS_ECO], unused[PS_ECO];
    economy_words(plan, first, PS_PURPOSE_T_MIXING, (uint32_t)year, words);
    WORLDS /* vector loop */
        ps_normal_pair(words[0][l], words[1][l], &score[l], &unused[l]);
    for (int l = 0; l < PS_ECO; l++)
        mixing[l] = ps_exp(0.5 * ps_curve_at(plan->mixing, score[l]));
}

/* Eq. (4.17): 1 in stress, 0 in calm; enters as of the month before. Four months share a block.
 */
static inline void economy_regime(const struct ps_world_plan *plan, int t,
                                  uint64_t words[4][PS_ECO], double *restrict stress)
{
    const uint64_t *restrict word = words[(t - 1) % 4];
    const double enter = t == 1 ? plan->stress_share : plan->stress_enter;
    const double stay = t == 1 ? plan->stress_share : plan->stress_stay;
#pragma omp simd
    for (int l = 0; l < PS_ECO; l++) { /* vector loop */
        const double chance = enter + stress[l] * (stay - enter);
        stress[l] = ps_select(ps_mask(ps_u01_32(word[l]) < chance), 1.0, 0.0);
    }
}

/* ---- hazards of the further kinds, a month on ---- */

/* Eq. (4.10) */
static inline void hazard_mixed(const struct ps_hazard_class *class, const double *restrict y,
                                const double *restrict mixing, const double *restrict before,
                                double *restrict now)
{
    const double a = class->a, b = class->b;
    WORLDS /* vector loop */
        now[l] = before[l] + ps_neg_log1m_norm_cdf(a * mixing[l] + b * y[l]) * (1. / 12);
}

/* Eq. (4.13); `index` is the month's. */
static inline void hazard_sectors(const struct ps_world_plan *plan,
                                  const struct ps_hazard_class *class, const double *restrict index,
                                  const double *restrict before, double *restrict now)
{
    const double most = 27.631021115928547; /* -log(1e-12): p is clamped at 1 - 1e-12 */
    double x[PS_ECO];
    for (int l = 0; l < PS_ECO; l++)
        x[l] = class->own;
    for (int k = 0; k < class->sectors_n; k++) {
        const struct ps_sector_load *sector = &class->sectors[k];
        const double *restrict y = index + (size_t)sector->cluster * PS_ECO;
        const double rate = sector->rate, *curve = sector->curve;
        double log_g[PS_ECO];
        for (int l = 0; l < PS_ECO; l++)
            log_g[l] = ps_curve_at(curve, -y[l]);
        WORLDS /* vector loop */
            x[l] += rate * ps_exp(log_g[l]);
    }
    if (plan->capped) {
#pragma omp simd
        for (int l = 0; l < PS_ECO; l++) { /* vector loop */
            const double p = ps_select(ps_mask(x[l] < 1 - 1e-12), x[l], 1 - 1e-12);
            x[l] = -ps_log1p(-p);
        }
    }
    WORLDS /* vector loop */
        now[l] = before[l] + ps_select(ps_mask(x[l] < most), x[l], most) * (1. / 12);
}

/* Eq. (4.17) */
static inline void hazard_regime(const struct ps_hazard_class *class, const double *restrict stress,
                                 const double *restrict before, double *restrict now)
{
    const double calm = class->calm * (1. / 12), rise = (class->stress - class->calm) * (1. / 12);
    WORLDS /* vector loop */
        now[l] = before[l] + (calm + stress[l] * rise);
}

/* ---- all of it ---- */

/* What a month shares: S, or the state of the chain. */
struct shared {
    double mixing[PS_ECO], stress[PS_ECO];
    uint64_t words[4][PS_ECO];
};

static inline void economy_shared(const struct ps_world_plan *plan, uint64_t first, int t,
                                  enum ps_hazard_kind kind, struct shared *shared)
{
    const int month = plan->start_month - 1 + t - 1; /* 0 is January of the first year */
    if (kind == PS_HAZARD_MIXED && (t == 1 || (plan->mixing_yearly && month % 12 == 0)))
        economy_mixing(plan, first, plan->mixing_yearly ? month / 12 : 0, shared->mixing);
    if (kind == PS_HAZARD_REGIME) {
        if ((t - 1) % 4 == 0)
            economy_words(plan, first, PS_PURPOSE_REGIME, (uint32_t)(t - 1) / 4, shared->words);
        economy_regime(plan, t, shared->words, shared->stress);
    }
}

/* Y~ of a cluster and month: eq. (3.4), in stress (4.18). */
static inline void economy_index(const struct ps_world_plan *plan, enum ps_hazard_kind kind,
                                 double shift, const double *restrict y,
                                 const struct shared *shared, double *restrict out)
{
    if (kind == PS_HAZARD_REGIME) {
        const double d = plan->stress_shift;
        WORLDS /* vector loop */
            out[l] = y[l] + shift - d * shared->stress[l];
    } else {
        WORLDS /* vector loop */
            out[l] = y[l] + shift;
    }
}

/* Cumulative hazards of month t; `fresh`: its indices are not those of the month before. */
PS_KERNEL_INLINE void economy_hazards(const struct ps_world_plan *plan, enum ps_hazard_kind kind,
                                      int t, int fresh, const double *restrict index,
                                      const struct shared *shared, struct ps_world_work *work)
{
    const size_t n = (size_t)plan->classes_n * PS_ECO;
    double *restrict now = work->hazard + (size_t)t * n;
    const double *restrict before = now - n;
    if (kind == PS_HAZARD_PROBIT) {
        double *restrict rate = work->rate;
        if (fresh)
            economy_rates(plan, index, rate);
        for (int k = 0; k < plan->classes_n; k++)
            WORLDS /* vector loop */
                now[k * PS_ECO + l] = before[k * PS_ECO + l] + rate[k * PS_ECO + l];
        return;
    }
    for (int k = 0; k < plan->classes_n; k++, now += PS_ECO, before += PS_ECO) {
        const struct ps_hazard_class *class = &plan->classes[k];
        const double *restrict y = index + (size_t) class->cluster * PS_ECO;
        if (kind == PS_HAZARD_MIXED)
            hazard_mixed(class, y, shared->mixing, before, now);
        else if (kind == PS_HAZARD_SECTORS)
            hazard_sectors(plan, class, index, before, now);
        else
            hazard_regime(class, shared->stress, before, now);
    }
}

/* One copy a kind of hazard: `kind` is a constant where this is inlined. */
PS_KERNEL_INLINE void economy_of_kind(const struct ps_world_plan *plan, uint64_t first,
                                      struct ps_world_work *work, enum ps_hazard_kind kind)
{
    const int clusters_n = plan->clusters_n;
    double *restrict index = work->index;
    struct shared shared;
    for (int l = 0; l < PS_ECO; l++)
        shared.stress[l] = 0;
    for (int i = 0; i < clusters_n * PS_ECO; i++)
        index[i] = work->level[i] = 0;
    for (int i = 0; i < plan->classes_n * PS_ECO; i++)
        work->hazard[i] = 0;
    if (plan->anchors_n)
        anchors_draw(plan, first, work->failure);
    if (plan->tilt)
        tilt_begin(plan->tilt, work->exponent);
    for (int t = 1; t <= plan->months_n; t++) {
        const int block = (t - 1) / plan->step_months;
        if ((t - 1) % plan->step_months == 0) {
            economy_normals(plan, first, block, work->normal);
            if (plan->tilt)
                tilt_normals(plan->tilt, ps_tilt_part(first), block, work->normal, work->exponent);
            economy_step(plan, block, work->normal, work->level);
        }
        economy_shared(plan, first, t, kind, &shared);
        const int row = plan->index_row[t], fresh = row != plan->index_row[t - 1];
        double *restrict month = index + (size_t)row * (size_t)clusters_n * PS_ECO;
        for (int c = 0; fresh && c < clusters_n; c++)
            economy_index(plan, kind, plan->shift[t * clusters_n + c],
                          work->level + (size_t)c * PS_ECO, &shared, month + (size_t)c * PS_ECO);
        if (plan->anchors_n)
            anchors_shift(plan, t, work->failure, month);
        if (t <= plan->last_maturity)
            economy_hazards(plan, kind, t, fresh, month, &shared, work);
    }
    if (plan->uncertain_any) {
        multipliers_draw(plan, first, work->multiplier);
        hazard_multiply(plan, work->multiplier, work->hazard);
    }
}

/* Fills work->index and work->hazard for worlds first .. first + 15. Month 0 holds zero hazard; the
 * hazard ends with the last maturity that can be. */
static inline void economy_sample(const struct ps_world_plan *plan, uint64_t first,
                                  struct ps_world_work *work)
{
    switch (plan->hazard_kind) {
    case PS_HAZARD_PROBIT:
        economy_of_kind(plan, first, work, PS_HAZARD_PROBIT);
        break;
    case PS_HAZARD_MIXED:
        economy_of_kind(plan, first, work, PS_HAZARD_MIXED);
        break;
    case PS_HAZARD_SECTORS:
        economy_of_kind(plan, first, work, PS_HAZARD_SECTORS);
        break;
    case PS_HAZARD_REGIME:
        economy_of_kind(plan, first, work, PS_HAZARD_REGIME);
        break;
    }
}

#endif
