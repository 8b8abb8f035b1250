// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_DRAFT_H
#define PLEDGESIM_KERNEL_DRAFT_H

#include "behaviour.h"
#include "laws.h"

/* The loans of one world (docs/model.md, sections 4 and 5), before they are put in order: firms,
 * then their loans generation by generation. What is as good as a coin toss is computed, not
 * branched on: a wrong guess of the processor costs as much as the draw of a loan. */

/* Addresses of all roots, tape loans first, then new firms by (month, arrival). Counts them by
 * month and returns their number. */
static uint32_t draft_roots(const struct ps_world_plan *plan, uint32_t world,
                            struct ps_world_work *work)
{
    enum { AT_ONCE = 4 };
    uint64_t *entity = work->entity;
    uint32_t n = 0;
    for (int i = 0; i < plan->tape_n; i++)
        entity[n++] = plan->tape[i].address;
    work->starts[1] = n;
    for (int t0 = 1; t0 <= plan->horizon; t0 += PS_RNG_LANES) {
        uint64_t month[PS_RNG_LANES];
        struct batch u;
        for (int l = 0; l < PS_RNG_LANES; l++)
            month[l] = (uint64_t)(t0 + l);
        batch_draw(plan, world, month, ps_rng_word3(PS_PURPOSE_DEMAND, 0), &u);
        for (int l = 0; l < PS_RNG_LANES && t0 + l <= plan->horizon; l++) {
            const int t = t0 + l, arrivals = discrete_draw(&plan->arrivals[t], u.x0[l]);
            for (int k = 0; k == 0 || k < arrivals; k += AT_ONCE)
                for (int j = 0; j < AT_ONCE; j++)
                    entity[n + (uint32_t)(k + j)] = (uint64_t)t << 32 | (uint32_t)(k + j);
            work->starts[2 * t + 1] = (uint32_t)arrivals;
            n += (uint32_t)arrivals;
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
static uint64_t draft_firms(const struct ps_world_plan *plan, uint32_t world,
                            struct ps_world_work *work, uint32_t n)
{
    const uint32_t tape_n = (uint32_t)plan->tape_n;
    struct batch u, v = {0};
    uint64_t asked_wan = 0;
    for (uint32_t first = 0; first < n; first += PS_RNG_LANES) {
        const uint64_t *entity = work->entity + first;
        batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_FIRM, 0), &u);
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
    struct ps_draft *renewal = &work->drafts[n];
    const uint16_t month = work->drafts[i].maturity;
    *renewal = work->drafts[i];
    renewal->month = month;
    renewal->link++;
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

/* One generation, drafts first .. last - 1: tenor, fate and renewal of each. Appends the renewals
 * and returns the number of drafts after them. */
static uint32_t draft_generation(const struct ps_world_plan *plan, uint32_t world, int lane,
                                 uint32_t link, uint32_t first, uint32_t last,
                                 struct ps_world_work *work)
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
        for (uint32_t l = 0; l < batch_n; l++) {
            struct ps_draft *d = &work->drafts[first + l];
            int tau = 0;
            if (b.v[l] < b.total[l]) /* E = -ln(1 - v) >= v: most loans need no logarithm */
                tau = default_month(plan, work->hazard + lane, d, b.v[l], b.total[l],
                                    behaves ? b.times[l] : 1,
                                    work->firms[d->root].flags & PS_APP_EQUAL);
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

#endif
