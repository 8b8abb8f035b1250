// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_DRAFT_H
#define PLEDGESIM_KERNEL_DRAFT_H

#include "anchors.h"
#include "behaviour.h"
#include "laws.h"
#include "tilt.h"
#include "uncertain.h"

/* The loans of one world (docs/model.md, sections 4 and 5), before they are put in order: firms,
 * then their loans generation by generation. What is as good as a coin toss is computed, not
 * branched on: a wrong guess of the processor costs as much as the draw of a loan. */

/* Lists the new firms of a month behind the first n roots; returns the number of all. */
static inline uint32_t month_roots(struct ps_world_work *work, int t, uint32_t arrivals, uint32_t n)
{
    enum { AT_ONCE = 4 };
    for (uint32_t k = 0; k == 0 || k < arrivals; k += AT_ONCE)
        for (uint32_t j = 0; j < AT_ONCE; j++)
            work->entity[n + k + j] = (uint64_t)t << 32 | (k + j);
    work->starts[2 * t + 1] = arrivals;
    return n + arrivals;
}

/* The words of the demand of months t0 .. t0 + PS_RNG_LANES - 1. */
static inline void demand_draw(const struct ps_world_plan *plan, uint32_t world, int t0,
                               struct batch *u)
{
    uint64_t month[PS_RNG_LANES];
    for (int l = 0; l < PS_RNG_LANES; l++)
        month[l] = (uint64_t)(t0 + l);
    batch_draw(plan, world, month, ps_rng_word3(PS_PURPOSE_DEMAND, 0), u);
}

/* New firms behind the first n roots, at the mean of this world; returns the number of all. */
static uint32_t uncertain_roots(const struct ps_world_plan *plan, uint32_t world, double multiplier,
                                struct ps_world_work *work, uint32_t n)
{
    struct batch u;
    for (int t0 = 1; t0 <= plan->horizon; t0 += PS_RNG_LANES) {
        demand_draw(plan, world, t0, &u);
        for (int l = 0; l < PS_RNG_LANES && t0 + l <= plan->horizon; l++)
            n = month_roots(work, t0 + l, arrivals_draw(plan, world, t0 + l, multiplier, u.x0[l]),
                            n);
    }
    return n;
}

/* Addresses of all roots, tape loans first, then new firms by (month, arrival). Counts them by
 * month and returns their number. */
static uint32_t draft_roots(const struct ps_world_plan *plan, uint32_t world, int lane,
                            struct ps_world_work *work)
{
    uint32_t n = 0;
    struct batch u;
    for (int i = 0; i < plan->tape_n; i++)
        work->entity[n++] = plan->tape[i].address;
    work->starts[1] = n;
    if (plan->arrivals_mean)
        return uncertain_roots(plan, world, work->multiplier[PS_UNCERTAIN_DEMAND * PS_ECO + lane],
                               work, n);
    for (int t0 = 1; t0 <= plan->horizon; t0 += PS_RNG_LANES) {
        demand_draw(plan, world, t0, &u);
        for (int l = 0; l < PS_RNG_LANES && t0 + l <= plan->horizon; l++) {
            const int arrivals = discrete_draw(&plan->arrivals[t0 + l], u.x0[l]);
            n = month_roots(work, t0 + l, (uint32_t)arrivals, n);
        }
    }
    return n;
}

/* A tape loan's firm: only product and bank are drawn, and whether it is a micro firm. */
static void firm_of_tape(const struct ps_world_plan *plan, uint32_t root, uint32_t u_micro,
                         struct ps_app *firm, struct ps_draft *draft)
{
    const struct ps_tape_plan *tape = &plan->tape[root];
    const struct ps_segment_plan *s = &plan->segments[tape->segment];
    const int micro = s->micro_all | (u_micro < s->micro_cut);
    firm->amount_wan = tape->amount_wan;
    firm->tape = (uint16_t)root;
    firm->tape_firm = tape->firm < 0 ? PS_NONE : (uint16_t)tape->firm;
    draft->month = 0;
    draft->segment = (uint16_t)tape->segment;
    draft->klass = (uint16_t)tape->klass;
    firm->flags =
        (uint8_t)((tape->equal_principal ? PS_APP_EQUAL : 0) | (micro ? PS_APP_MICRO : 0));
}

/* A new firm: segment and amount, and by the segment class, repayment and size. */
static void firm_drawn(const struct ps_world_plan *plan, const struct batch *u,
                       const struct batch *v, uint32_t l, struct ps_app *firm,
                       struct ps_draft *draft)
{
    const int segment = discrete_draw(&plan->segment, u->x0[l]);
    const struct ps_segment_plan *s = &plan->segments[segment];
    const int equal = s->equal_all | (v->x0[l] < s->equal_cut);
    const int micro = s->micro_all | (v->x1[l] < s->micro_cut);
    firm->amount_wan =
        (uint32_t)(s->amount_min_wan + discrete_draw(&plan->amount_laws[s->amount_law], u->x1[l]));
    firm->tape = firm->tape_firm = PS_NONE;
    draft->segment = (uint16_t)segment;
    draft->klass = (uint16_t)s->klass;
    firm->flags = (uint8_t)(equal * PS_APP_EQUAL | micro * PS_APP_MICRO);
}

/* What a firm is for life: segment, amount, class, repayment, product and bank numbers. Returns
 * what the new firms ask for in their first loans. */
static uint64_t draft_firms(const struct ps_world_plan *plan, uint32_t world, int lane,
                            struct ps_world_work *work, uint32_t n)
{
    const uint32_t tape_n = (uint32_t)plan->tape_n;
    struct batch u, v = {0};
    uint64_t asked_wan = 0;
    for (uint32_t first = 0; first < n; first += PS_RNG_LANES) {
        const uint64_t *entity = work->entity + first;
        batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_FIRM, 0), &u);
        if (plan->tilt)
            tilt_firms(plan, world, lane, first, n, &u, work);
        if (plan->terms_needed)
            batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_FIRM_TERMS, 0), &v);
        for (uint32_t l = 0; l < PS_RNG_LANES && first + l < n; l++) {
            const uint32_t root = first + l;
            struct ps_app *firm = &work->firms[root];
            struct ps_draft *draft = &work->drafts[root];
            firm->u_product = (uint32_t)u.x2[l];
            firm->u_bank = (uint32_t)u.x3[l];
            firm->firm_rank = draft->root = (uint16_t)root;
            draft->link = draft->waits = 0;
            if (root < tape_n) {
                firm_of_tape(plan, root, (uint32_t)v.x1[l], firm, draft);
            } else {
                draft->month = (uint16_t)(entity[l] >> 32);
                firm_drawn(plan, &u, &v, l, firm, draft);
                asked_wan += firm->amount_wan;
            }
            firm->segment = draft->segment;
        }
    }
    return asked_wan;
}

/* Eq. (4.6): month of default of a loan by E = -ln(1 - v), or 0 when E is above the whole hazard
 * `total` of its term. `hazard` is the world's lane, `times` what multiplies it. */
static int default_month(const struct ps_world_plan *plan, const double *hazard,
                         const struct ps_draft *d, double v, double total, double times,
                         int equal_principal)
{
    const double e = -ps_log(1 - v);
    if (e > total)
        return 0;
    const size_t stride = (size_t)plan->classes_n * PS_ECONOMY_LANES;
    hazard += (size_t)d->klass * PS_ECONOMY_LANES;
    const double at_grant = hazard[d->month * stride];
    const double before = times * (equal_principal ? 1 : 1 - plan->maturity_share);
    int u = d->maturity - 1;
    if (before * (hazard[(size_t)u * stride] - at_grant) < e)
        return d->maturity;
    for (u = d->month + 1; before * (hazard[(size_t)u * stride] - at_grant) < e; u++)
        ;
    return u;
}

/* The loan that renews draft i in its month of maturity if it is `wanted`: written anyway, counted
 * if so. */
static uint32_t append_renewal(struct ps_world_work *work, uint32_t i, uint32_t n, int wanted)
{
    const struct ps_draft *renewed = &work->drafts[i];
    struct ps_draft *renewal = &work->drafts[n];
    const uint16_t month = renewed->maturity;
    const uint8_t link = (uint8_t)(renewed->link + 1);
    *renewal = *renewed;
    renewal->month = month;
    renewal->link = link;
    work->entity[n] = work->entity[i];
    work->starts[2 * month] += (uint32_t)wanted;
    return n + (uint32_t)wanted;
}

/* What one batch of loans draws. */
struct loan_batch {
    struct batch u;
    double v[PS_RNG_LANES];     /* uniform of default */
    double total[PS_RNG_LANES]; /* hazard from grant to maturity */
    double times[PS_RNG_LANES]; /* what multiplied it, when behaviour does */
};

/* Draws n loans of a generation and sets their maturities. */
static void draft_terms(const struct ps_world_plan *plan, uint32_t world, int lane, uint32_t link,
                        uint32_t first, uint32_t n, const struct ps_world_work *work,
                        struct loan_batch *b)
{
    const uint32_t tape_n = link ? 0 : (uint32_t)plan->tape_n;
    const size_t stride = (size_t)plan->classes_n * PS_ECONOMY_LANES;
    batch_draw(plan, world, work->entity + first, ps_rng_word3(PS_PURPOSE_LOAN, link), &b->u);
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        b->v[l] = ps_u01_53(b->u.x0[l], b->u.x1[l]);
    for (uint32_t l = 0; l < n; l++) {
        struct ps_draft *d = &work->drafts[first + l];
        const int law = discrete_draw(&plan->segments[d->segment].tenor, b->u.x2[l]);
        const int tenor =
            first + l < tape_n ? plan->tape[first + l].months_left : plan->tenor_months[law];
        const int m = d->month + tenor;
        const double *hazard = work->hazard + (size_t)d->klass * PS_ECONOMY_LANES + lane;
        b->total[l] = hazard[(size_t)m * stride] - hazard[d->month * stride];
        d->maturity = (uint16_t)m;
    }
}

/* Careless banks: hazards by product. */
static void loans_behave(const struct ps_world_plan *plan, uint32_t first, uint32_t n,
                         const struct ps_world_work *work, struct loan_batch *b)
{
    for (uint32_t l = 0; l < n; l++) {
        b->times[l] = hazard_times(plan, &work->firms[work->drafts[first + l].root]);
        b->total[l] *= b->times[l];
    }
}

/* The default of a loan, tau on its own (0: none), if it may hang on an anchor firm. */
static int anchored_tau(const struct ps_world_plan *plan, const struct ps_world_work *work,
                        int lane, const struct ps_draft *d, int tau)
{
    const int anchor = d->root < plan->tape_n ? plan->tape[d->root].anchor : -1;
    if (anchor < 0)
        return tau;
    const double failure = work->failure[(size_t)anchor * PS_ECO + (size_t)lane];
    return anchored_default(failure, d->month, d->maturity, tau);
}

/* One generation, drafts first .. last - 1: tenor, fate and renewal of each. Appends the renewals
 * and returns the number of drafts after them. */
PS_KERNEL_INLINE uint32_t generation_run(const struct ps_world_plan *plan, uint32_t world, int lane,
                                         uint32_t link, uint32_t first, uint32_t last,
                                         struct ps_world_work *work, int anchored)
{
    const uint64_t renewal_cut = plan->renewal_all ? UINT64_MAX : plan->renewal_cut;
    const int behaves = plan->behaviour.products_n > 0;
    uint32_t n = last;
    for (; first < last; first += PS_RNG_LANES) {
        struct loan_batch b;
        const uint32_t batch_n = last - first < PS_RNG_LANES ? last - first : PS_RNG_LANES;
        draft_terms(plan, world, lane, link, first, batch_n, work, &b);
        if (behaves)
            loans_behave(plan, first, batch_n, work, &b);
        if (plan->tilt)
            tilt_loans(plan, world, lane, first, batch_n, b.total, b.v, work);
        for (uint32_t l = 0; l < batch_n; l++) {
            struct ps_draft *d = &work->drafts[first + l];
            int tau = 0;
            if (b.v[l] < b.total[l]) /* E = -ln(1 - v) >= v: most loans need no logarithm */
                tau = default_month(plan, work->hazard + lane, d, b.v[l], b.total[l],
                                    behaves ? b.times[l] : 1,
                                    work->firms[d->root].flags & PS_APP_EQUAL);
            if (anchored)
                tau = anchored_tau(plan, work, lane, d, tau);
            n = append_renewal(work, first + l, n,
                               !tau & (d->maturity <= plan->horizon) & (b.u.x3[l] < renewal_cut));
            d->end = tau ? (uint16_t)tau : d->maturity;
            d->fate = tau ? 0 : PS_NONE;
            work->chain[d->root] = link + 1;
            work->stops[d->end]++;
        }
    }
    return n;
}

/* Compiled twice: loans that hang on nobody are not asked. */
static uint32_t draft_generation(const struct ps_world_plan *plan, uint32_t world, int lane,
                                 uint32_t link, uint32_t first, uint32_t last,
                                 struct ps_world_work *work)
{
    return plan->anchored ? generation_run(plan, world, lane, link, first, last, work, 1)
                          : generation_run(plan, world, lane, link, first, last, work, 0);
}

#endif
