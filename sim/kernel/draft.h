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

/* Lists the new firms of a month behind the first n roots, a vector of them at least; returns the
 * number of all. */
static inline uint32_t month_roots(struct ps_world_work *work, int t, uint32_t arrivals, uint32_t n)
{
    enum { WORDS = PS_WORDS_BYTES / 8 };
    static const uint64_t ARRIVAL[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    uint64_t *restrict entity = work->entity + n;
    ps_words next;
    memcpy(&next, ARRIVAL, sizeof next);
    next += (uint64_t)t << 32;
    uint32_t k = 0;
    do {
        memcpy(entity + k, &next, sizeof next);
        next += WORDS;
        k += WORDS;
    } while (k < arrivals);
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
    batch_draw(plan, world, month, ps_rng_word3(PS_PURPOSE_DEMAND, 0), PS_RNG_LANES, u);
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
PS_KERNEL_APART uint32_t draft_roots(const struct ps_world_plan *plan, uint32_t world, int lane,
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
    *firm = (struct ps_app){.amount_wan = tape->amount_wan,
                            .firm_rank = (uint16_t)root,
                            .segment = (uint16_t)tape->segment,
                            .tape = (uint16_t)root,
                            .tape_firm = tape->firm < 0 ? PS_NONE : (uint16_t)tape->firm,
                            .flags = (uint8_t)((tape->equal_principal ? PS_APP_EQUAL : 0) |
                                               (micro ? PS_APP_MICRO : 0))};
    *draft = (struct ps_draft){
        .root = (uint16_t)root, .segment = (uint16_t)tape->segment, .klass = (uint16_t)tape->klass};
}

/* New firms, lanes from .. to - 1 of a batch: segment and amount, and by the segment class,
 * repayment and size. Returns what they ask for. */
PS_KERNEL_APART uint64_t firms_drawn(const struct ps_world_plan *plan,
                                     const uint64_t *restrict entity,
                                     const struct batch *restrict u, const struct batch *restrict v,
                                     uint32_t first, uint32_t from, uint32_t to,
                                     struct ps_app *restrict firms,
                                     struct ps_draft *restrict drafts)
{
    uint64_t asked_wan = 0;
    for (uint32_t l = from; l < to; l++) {
        const int segment = discrete_draw(&plan->segment, u->x0[l]);
        const struct ps_segment_plan *s = &plan->segments[segment];
        const int equal = s->equal_all | (v->x0[l] < s->equal_cut);
        const int micro = s->micro_all | (v->x1[l] < s->micro_cut);
        const int more_wan = discrete_draw(&plan->amount_laws[s->amount_law], u->x1[l]);
        struct ps_app *firm = &firms[first + l];
        struct ps_draft *draft = &drafts[first + l];
        firm->amount_wan = (uint32_t)(s->amount_min_wan + more_wan);
        firm->firm_rank = draft->root = (uint16_t)(first + l);
        firm->segment = draft->segment = (uint16_t)segment;
        firm->tape = firm->tape_firm = PS_NONE;
        firm->flags = (uint8_t)(equal * PS_APP_EQUAL | micro * PS_APP_MICRO);
        draft->month = (uint16_t)(entity[l] >> 32);
        draft->klass = (uint16_t)s->klass;
        draft->link = draft->waits = 0;
        asked_wan += firm->amount_wan;
    }
    return asked_wan;
}

/* The numbers of product and bank of a batch of firms. */
static inline void batch_shares(const struct batch *u, uint32_t *restrict u_product,
                                uint32_t *restrict u_bank)
{
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        u_product[l] = (uint32_t)u->x2[l];
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        u_bank[l] = (uint32_t)u->x3[l];
}

/* What a firm is for life: segment, amount, class, repayment, product and bank numbers. Returns
 * what the new firms ask for in their first loans. */
PS_KERNEL_APART uint64_t draft_firms(const struct ps_world_plan *plan, int lane,
                                     struct ps_world_work *work, uint32_t n, struct ps_world *w)
{
    const uint32_t tape_n = (uint32_t)plan->tape_n, world = w->number;
    struct batch u, v = {0};
    uint64_t asked_wan = 0;
    w->firms_n = (int)n;
    for (uint32_t first = 0; first < n; first += PS_RNG_LANES) {
        const uint64_t *entity = work->entity + first;
        const uint32_t batch_n = n - first < PS_RNG_LANES ? n - first : PS_RNG_LANES;
        batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_FIRM, 0), (int)batch_n, &u);
        if (plan->tilt)
            tilt_firms(plan, world, lane, first, n, &u, work);
        if (plan->terms_needed)
            batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_FIRM_TERMS, 0), (int)batch_n,
                       &v);
        batch_shares(&u, w->u_product + first, w->u_bank + first);
        uint32_t l = 0;
        for (; l < batch_n && first + l < tape_n; l++)
            firm_of_tape(plan, first + l, (uint32_t)v.x1[l], &work->firms[first + l],
                         &work->drafts[first + l]);
        asked_wan +=
            firms_drawn(plan, entity, &u, &v, first, l, batch_n, work->firms, work->drafts);
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

/* What one batch of loans draws. */
struct loan_batch {
    struct batch u;
    double v[PS_RNG_LANES];     /* uniform of default */
    double total[PS_RNG_LANES]; /* hazard from grant to maturity */
    double times[PS_RNG_LANES]; /* what multiplied it, when behaviour does */
};

/* Its tenor in months, by how many cuts the number has passed. */
static inline int tenor_draw(const struct ps_world_plan *plan, int segment, uint64_t u)
{
    const uint64_t *restrict cut = plan->segments[segment].tenor_cut;
    int passed = 0;
#pragma GCC unroll 4
    for (int i = 0; i < PS_TENORS_N - 1; i++)
        passed += u >= cut[i];
    return plan->tenor_months[passed];
}

/* Draws n loans of a generation and sets their maturities. */
static void draft_terms(const struct ps_world_plan *plan, uint32_t world, int lane, uint32_t link,
                        uint32_t first, uint32_t n, const struct ps_world_work *work,
                        struct loan_batch *b)
{
    struct ps_draft *restrict drafts = work->drafts + first;
    const uint32_t tape_n = link ? 0 : (uint32_t)plan->tape_n;
    const size_t stride = (size_t)plan->classes_n * PS_ECONOMY_LANES;
    batch_draw(plan, world, work->entity + first, ps_rng_word3(PS_PURPOSE_LOAN, link), (int)n,
               &b->u);
#pragma omp simd
    for (int l = 0; l < PS_RNG_LANES; l++) /* vector loop */
        b->v[l] = ps_u01_53(b->u.x0[l], b->u.x1[l]);
    for (uint32_t l = 0; l < n; l++) {
        struct ps_draft *d = &drafts[l];
        const int m = d->month + (first + l < tape_n ? plan->tape[first + l].months_left
                                                     : tenor_draw(plan, d->segment, b->u.x2[l]));
        const double *hazard = work->hazard + (size_t)d->klass * PS_ECONOMY_LANES + lane;
        b->total[l] = hazard[(size_t)m * stride] - hazard[d->month * stride];
        d->maturity = (uint16_t)m;
    }
}

/* Careless banks: hazards by product. */
static void loans_behave(const struct ps_world_plan *plan, const struct ps_world *w, uint32_t first,
                         uint32_t n, const struct ps_world_work *work, struct loan_batch *b)
{
    for (uint32_t l = 0; l < n; l++) {
        const struct ps_app *firm = &work->firms[work->drafts[first + l].root];
        b->times[l] = hazard_times(plan, firm, w->u_product[firm->firm_rank]);
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

/* Ends of a batch of loans, and their renewals in the months of maturity, which are written behind
 * the n drafts there are: all of them, but only those that there will be are counted. Returns the
 * number of drafts. */
PS_KERNEL_APART uint32_t batch_ends(const struct ps_world_plan *plan, int lane, uint32_t link,
                                    uint32_t first, uint32_t batch_n, uint32_t n,
                                    const struct loan_batch *b, struct ps_world_work *work,
                                    int anchored)
{
    const uint64_t renewal_cut = plan->renewal_all ? UINT64_MAX : plan->renewal_cut;
    const int behaves = plan->behaviour.products_n > 0, horizon = plan->horizon;
    struct ps_draft *restrict drafts = work->drafts;
    uint64_t *restrict entity = work->entity;
    uint32_t *restrict starts = work->starts;
    uint32_t *restrict chain = work->chain;
    for (uint32_t l = 0; l < batch_n; l++) {
        struct ps_draft *d = &drafts[first + l], *renewal = &drafts[n];
        const uint16_t maturity = d->maturity;
        *renewal = *d;
        renewal->month = maturity;
        renewal->link = (uint8_t)(link + 1);
        entity[n] = entity[first + l];
        int tau = 0;
        if (b->v[l] < b->total[l]) /* E = -ln(1 - v) >= v: most loans need no logarithm */
            tau =
                default_month(plan, work->hazard + lane, d, b->v[l], b->total[l],
                              behaves ? b->times[l] : 1, work->firms[d->root].flags & PS_APP_EQUAL);
        if (anchored)
            tau = anchored_tau(plan, work, lane, d, tau);
        const uint32_t renews = !tau & (maturity <= horizon) & (b->u.x3[l] < renewal_cut);
        const uint16_t end = tau ? (uint16_t)tau : maturity;
        d->end = end;
        d->fate = tau ? 0 : PS_NONE;
        chain[d->root] = link + 1;
        starts[2 * maturity] += renews;
        n += renews;
    }
    return n;
}

/* One generation, drafts first .. last - 1: tenor, fate and renewal of each. Appends the renewals
 * and returns the number of drafts after them. */
PS_KERNEL_INLINE uint32_t generation_run(const struct ps_world_plan *plan, const struct ps_world *w,
                                         int lane, uint32_t link, uint32_t first, uint32_t last,
                                         struct ps_world_work *work, int anchored)
{
    uint32_t n = last;
    for (; first < last; first += PS_RNG_LANES) {
        struct loan_batch b;
        const uint32_t batch_n = last - first < PS_RNG_LANES ? last - first : PS_RNG_LANES;
        draft_terms(plan, w->number, lane, link, first, batch_n, work, &b);
        if (plan->behaviour.products_n > 0)
            loans_behave(plan, w, first, batch_n, work, &b);
        if (plan->tilt)
            tilt_loans(plan, w, lane, first, batch_n, b.total, b.v, work);
        n = batch_ends(plan, lane, link, first, batch_n, n, &b, work, anchored);
    }
    return n;
}

/* Each call gives the compiler a loop of its own: loans that hang on nobody are not asked. */
static uint32_t draft_generation(const struct ps_world_plan *plan, const struct ps_world *w,
                                 int lane, uint32_t link, uint32_t first, uint32_t last,
                                 struct ps_world_work *work)
{
    return plan->anchored ? generation_run(plan, w, lane, link, first, last, work, 1)
                          : generation_run(plan, w, lane, link, first, last, work, 0);
}

#endif
