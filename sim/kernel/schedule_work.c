// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/ledger.h"

#include "layout.h"

/* Memory of a schedule. */

static size_t lay_out(struct ps_schedule *s, const struct ps_world_plan *plan, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t apps = plan->apps_max;
    s->events = layout_take(&at, apps * PS_EVENT_STEPS + 1, sizeof *s->events);
    s->fate_month = layout_take(&at, apps, sizeof *s->fate_month);
    s->month_first = layout_take(&at, (size_t)plan->months_n + 2, sizeof *s->month_first);
    s->claim_month = layout_take(&at, apps, sizeof *s->claim_month);
    s->product = layout_take(&at, apps, sizeof *s->product);
    s->bank = layout_take(&at, apps, sizeof *s->bank);
    s->firm_product = layout_take(&at, apps + PS_FIRMS_AT_ONCE, sizeof *s->firm_product);
    s->firm_bank = layout_take(&at, apps + PS_FIRMS_AT_ONCE, sizeof *s->firm_bank);
    s->plain = layout_take(&at, apps, sizeof *s->plain);
    s->leave = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->leave);
    s->asks = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->asks);
    s->ends = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->ends);
    s->ends_interest_fen =
        layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->ends_interest_fen);
    s->asks_plain = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->asks_plain);
    s->ends_plain = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->ends_plain);
    return layout_bytes(&at);
}

size_t ps_schedule_bytes(const struct ps_world_plan *plan)
{
    struct ps_schedule scratch;
    return lay_out(&scratch, plan, NULL);
}

void ps_schedule_init(struct ps_schedule *schedule, const struct ps_world_plan *plan, void *memory)
{
    *schedule = (struct ps_schedule){0};
    lay_out(schedule, plan, layout_align(memory));
}
