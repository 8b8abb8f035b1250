// SPDX-License-Identifier: GPL-3.0-or-later
#include "draft.h"
#include "economy.h"
#include "fate.h"
#include "invest.h"
#include "issue.h"
#include "kernel.h"
#include "retry.h"
#include "standing.h"

/* Samples worlds (docs/model.md sections 4-6): economy of 16 worlds in lanes, then world by world
 * the loans, generation of renewals by generation, then the canonical order, then the fates of all
 * defaults. Default times come from inverting the cumulative hazard: one exponential a loan,
 * whatever its length. */

static uint32_t draft_loans(const struct ps_world_plan *plan, int lane, struct ps_world_work *work,
                            struct ps_world *w, uint32_t *roots)
{
    uint32_t *restrict starts = work->starts;
#pragma omp simd
    for (int t = 0; t < 2 * (plan->months_n + 1); t++)
        starts[t] = 0;
    *roots = draft_roots(plan, w->number, lane, work);
    if (plan->retry_months)
        *roots = retry_spread(plan, work, *roots);
    uint64_t asked_wan = draft_firms(plan, lane, work, *roots, w);
    if (plan->retry_months)
        asked_wan -= retry_date(plan, work, *roots, w);
    w->asked_first_wan = (double)asked_wan;
    uint32_t first = 0, n = *roots;
    for (uint32_t link = 0; first < n; link++) {
        const uint32_t last = n;
        n = draft_generation(plan, w, lane, link, first, last, work);
        first = last;
    }
    return n;
}

/* Lists the drafts chain after chain, in the order of roots; returns what renewals ask for. */
static uint64_t order_chains(struct ps_world_work *work, uint32_t n, uint32_t roots)
{
    uint32_t at = 0;
    uint64_t renewed_wan = 0;
    for (uint32_t root = 0; root < roots; root++) {
        const uint32_t length = work->chain[root];
        work->chain[root] = at;
        at += length;
        renewed_wan += (uint64_t)(length - 1) * work->firms[root].amount_wan;
    }
    for (uint32_t i = 0; i < n; i++)
        work->by_chain[work->chain[work->drafts[i].root] + work->drafts[i].link] = i;
    return renewed_wan;
}

/* From numbers of applications to first places. */
PS_KERNEL_APART void order_months(const struct ps_world_plan *plan, struct ps_world_work *work,
                                  struct ps_world *w)
{
    const int horizon = plan->horizon;
    uint32_t *restrict starts = work->starts, *restrict app_first = w->app_first;
    uint32_t at = 0;
    for (int t = 0; t <= horizon; t++) {
        const uint32_t renewed = starts[2 * t], fresh = starts[2 * t + 1];
        app_first[t] = starts[2 * t] = at;
        starts[2 * t + 1] = at + renewed;
        at += renewed + fresh;
    }
    app_first[horizon + 1] = at;
}

/* Canonical order by counting: months, renewals before new firms, both by root. Placing chain by
 * chain leaves each bucket sorted. No branches: whether a loan renews is as good as a coin toss. */
PS_KERNEL_INLINE void apps_place(struct ps_world_work *work, uint32_t n, struct ps_world *w,
                                 const int some_wait)
{
    const struct ps_draft *restrict drafts = work->drafts;
    const struct ps_app *restrict firms = work->firms;
    const uint32_t *restrict by_chain = work->by_chain;
    uint32_t *restrict starts = work->starts;
    struct ps_app *restrict apps = w->apps;
    uint32_t place = 0, first = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct ps_draft *d = &drafts[by_chain[i]];
        const struct ps_app *firm = &firms[d->root];
        const uint32_t renews = d->link != 0, waits = some_wait && d->waits != 0 && !renews;
        const uint32_t before = waits ? first : place | (renews - 1); /* PS_NONE: all bits set */
        place = starts[2 * d->month + (renews ^ 1)]++;
        first = renews ? first : place;
        struct ps_app *app = &apps[place];
        *app = *firm;
        app->parent = (uint16_t)before;
        app->flags = (uint8_t)(firm->flags | renews * PS_APP_RENEWAL);
        app->link = d->link;
        app->course = d->course;
    }
    w->apps_n = (int)n;
}

/* Compiled twice: where no firm waits, none is asked. */
PS_KERNEL_APART void place_apps(const struct ps_world_plan *plan, struct ps_world_work *work,
                                uint32_t n, struct ps_world *w)
{
    if (plan->retry_months)
        apps_place(work, n, w, 1);
    else
        apps_place(work, n, w, 0);
}

/* Links the ends of each month, from the last to the first, and lists defaults in the order of
 * applications. */
PS_KERNEL_APART void place_ends(const struct ps_world_plan *plan, struct ps_world *w)
{
    const struct ps_app *restrict apps = w->apps;
    struct ps_fate *restrict fates = w->fates;
    uint16_t *restrict first = w->end_first, *restrict next = w->end_next;
    const int apps_n = w->apps_n, months_n = plan->months_n;
    int fates_n = 0;
#pragma omp simd
    for (int t = 0; t <= months_n; t++)
        first[t] = PS_NONE;
    for (int i = apps_n - 1; i >= 0; i--) {
        next[i] = first[apps[i].end];
        first[apps[i].end] = (uint16_t)i;
    }
    for (int i = 0; i < apps_n; i++) {
        fates[fates_n].app = (uint16_t)i;
        fates_n += apps[i].fate != PS_NONE;
    }
    w->fates_n = fates_n;
}

static void world_sample(const struct ps_world_plan *plan, uint64_t number, int lane,
                         struct ps_world_work *work, struct ps_world *w, struct fate_batch *fates)
{
    uint32_t roots;
    w->number = (uint32_t)number;
    w->weight = 1;
    if (plan->tilt)
        work->tilt_counts = (struct ps_tilt_counts){0};
    const uint32_t n = draft_loans(plan, lane, work, w, &roots);
    if (plan->tilt) {
        w->weight = tilt_weight(work, lane);
        *w->tilt_counts = work->tilt_counts;
    }
    const uint64_t again_wan = plan->retry_months ? retry_renewals_wan(work, roots) : 0;
    w->asked_renewed_wan = (double)(order_chains(work, n, roots) - again_wan);
    order_months(plan, work, w);
    place_apps(plan, work, n, w);
    place_ends(plan, w);
    collect_fates(plan, work, lane, w, fates);
    issues_sample(plan, lane, work, w, fates);
}

void PS_ISA(ps_world_sample)(const struct ps_world_plan *plan, uint64_t first, int n,
                             struct ps_world_work *work)
{
    struct fate_batch fates = {0};
    for (int i = 0; i < n; i += PS_ECO) {
        economy_sample(plan, first + (uint64_t)i, work);
        if (plan->funds_n)
            funds_sample(plan, first + (uint64_t)i, n - i < PS_ECO ? n - i : PS_ECO, work,
                         &work->worlds[i]);
        if (plan->standing) {
            standing_sample(plan, first + (uint64_t)i, n - i < PS_ECO ? n - i : PS_ECO, work,
                            &work->worlds[i], &fates);
            continue;
        }
        for (int lane = 0; lane < PS_ECO && i + lane < n; lane++)
            world_sample(plan, first + (uint64_t)(i + lane), lane, work, &work->worlds[i + lane],
                         &fates);
        if (fates.n > 0)
            fates_materialise(plan, &fates);
    }
}
