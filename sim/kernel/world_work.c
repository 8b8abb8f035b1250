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
    w->index = layout_take(&c, months * (size_t)plan->clusters_n, lane);
    w->hazard = layout_take(&c, months * (size_t)plan->classes_n, lane);
    w->normal = layout_take(&c, clusters, lane);
    w->level = layout_take(&c, clusters, lane);
    /* Whole batches are drawn, and a draft is written before it is known to be wanted. */
    const size_t drafts = apps + PS_RNG_LANES;
    w->drafts = layout_take(&c, drafts, sizeof *w->drafts);
    w->entity = layout_take(&c, drafts, sizeof *w->entity);
    w->firms = layout_take(&c, apps, sizeof *w->firms);
    w->firm_root = layout_take(&c, plan->retry_months ? apps : 0, sizeof *w->firm_root);
    w->chain = layout_take(&c, apps, sizeof *w->chain);
    w->by_chain = layout_take(&c, apps, sizeof *w->by_chain);
    w->starts = layout_take(&c, 2 * months, sizeof *w->starts);
    w->stops = layout_take(&c, months, sizeof *w->stops);
    for (int i = 0; i < PS_TILE_WORLDS; i++) {
        struct ps_world *world = &w->worlds[i];
        world->apps = layout_take(&c, apps, sizeof *world->apps);
        world->ends = layout_take(&c, apps, sizeof *world->ends);
        world->fates = layout_take(&c, apps, sizeof *world->fates);
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

void ps_world_work_init(struct ps_world_work *work, const struct ps_world_plan *plan, void *memory)
{
    lay_out(work, plan, layout_align(memory));
}
