// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/rng.h"
#include "pledgesim/world.h"

#include "layout.h"

/* Memory of a sampling thread. */

static size_t lay_out(struct ps_world_work *w, const struct ps_world_plan *plan, void *memory)
{
    struct layout c = {.base = memory, .at = 0};
    const size_t months = (size_t)plan->months_n + 2, apps = plan->apps_max;
    const size_t clusters = (size_t)(plan->clusters_n + 3) / 4 * 4;
    const size_t lane = PS_ECONOMY_LANES * sizeof(double);
    const size_t rows = (size_t)plan->index_row[plan->months_n] + 1;
    w->index = layout_take(&c, rows * (size_t)plan->clusters_n, lane);
    w->hazard = layout_take(&c, months * (size_t)plan->classes_n, lane);
    w->normal = layout_take(&c, clusters, lane);
    w->level = layout_take(&c, clusters, lane);
    w->failure = layout_take(&c, (size_t)plan->anchors_n, lane);
    w->multiplier = layout_take(&c, PS_UNCERTAIN_N, lane);
    w->rate = layout_take(&c, (size_t)plan->classes_n, lane);
    /* Whole batches are drawn, and a draft is written before it is known to be wanted. */
    const size_t drafts = apps + PS_RNG_LANES;
    w->drafts = layout_take(&c, drafts, sizeof *w->drafts);
    w->entity = layout_take(&c, drafts, sizeof *w->entity);
    w->firms = layout_take(&c, apps, sizeof *w->firms);
    w->firm_root = layout_take(&c, plan->retry_months ? apps : 0, sizeof *w->firm_root);
    w->chain = layout_take(&c, apps, sizeof *w->chain);
    w->by_chain = layout_take(&c, apps, sizeof *w->by_chain);
    w->starts = layout_take(&c, 2 * months, sizeof *w->starts);
    w->weights = layout_take(&c, (size_t)plan->issued_n, sizeof *w->weights);
    for (int i = 0; i < PS_TILE_WORLDS; i++) {
        struct ps_world *world = &w->worlds[i];
        world->apps = layout_take(&c, apps, sizeof *world->apps);
        world->u_product = layout_take(&c, drafts, sizeof *world->u_product);
        world->u_bank = layout_take(&c, drafts, sizeof *world->u_bank);
        world->end_next = layout_take(&c, apps, sizeof *world->end_next);
        world->fates = layout_take(&c, apps, sizeof *world->fates);
        world->tilt_counts = layout_take(&c, plan->tilt ? 1 : 0, sizeof *world->tilt_counts);
        world->issued = layout_take(&c, (size_t)plan->issued_n, sizeof *world->issued);
        world->investments =
            layout_take(&c, (size_t)plan->investments_n, sizeof *world->investments);
        world->app_first = layout_take(&c, (size_t)plan->horizon + 2, sizeof *world->app_first);
        world->end_first = layout_take(&c, months, sizeof *world->end_first);
    }
    return layout_bytes(&c);
}

size_t ps_world_work_bytes(const struct ps_world_plan *plan)
{
    struct ps_world_work scratch;
    return lay_out(&scratch, plan, 0);
}

struct ps_app ps_standing_app(const struct ps_world_plan *plan, int i)
{
    const struct ps_tape_plan *tape = &plan->tape[i];
    const int micro = plan->segments[tape->segment].micro_all;
    return (struct ps_app){.amount_wan = tape->amount_wan,
                           .firm_rank = (uint16_t)i,
                           .segment = (uint16_t)tape->segment,
                           .tape = (uint16_t)i,
                           .tape_firm = tape->firm < 0 ? PS_NONE : (uint16_t)tape->firm,
                           .maturity = (uint16_t)tape->months_left,
                           .end = (uint16_t)tape->months_left,
                           .fate = PS_NONE,
                           .parent = PS_NONE,
                           .flags = (uint8_t)((tape->equal_principal ? PS_APP_EQUAL : 0) |
                                              (micro ? PS_APP_MICRO : 0))};
}

/* The worlds of a standing book before anybody fails. */
static void standing_init(struct ps_world_work *work, const struct ps_world_plan *plan)
{
    for (int i = 0; i < plan->tape_n; i++)
        work->entity[i] = plan->tape[i].address;
    for (int k = 0; k < PS_TILE_WORLDS; k++) {
        struct ps_world *w = &work->worlds[k];
        w->apps_n = w->firms_n = plan->tape_n;
        w->fates_n = 0;
        w->asked_first_wan = w->asked_renewed_wan = 0;
        for (int i = 0; i < plan->tape_n; i++)
            w->apps[i] = ps_standing_app(plan, i);
        for (int t = 0; t <= plan->horizon + 1; t++)
            w->app_first[t] = t ? (uint32_t)plan->tape_n : 0;
    }
}

void ps_world_work_init(struct ps_world_work *work, const struct ps_world_plan *plan, void *memory)
{
    lay_out(work, plan, layout_align(memory));
    for (int i = 0; i < PS_TILE_WORLDS; i++) {
        work->worlds[i].issued_n = plan->issued_n;
        work->worlds[i].investments_n = plan->investments_n;
    }
    if (plan->standing)
        standing_init(work, plan);
}
