// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/ledger.h"

/* What a policy's shape makes of a world before money moves: product and bank of each application,
 * and the tape of rare events. */

enum { EVENTS_PER_FATE = 4 };

/* How many cuts u has passed: no branch to guess wrong, shares are few. */
static int cut_read(const uint32_t *cut, int n, uint32_t u)
{
    int i = 0;
    for (int k = 0; k < n - 1; k++)
        i += u >= cut[k];
    return i;
}

static void map_apps(const struct ps_policy *policy, struct ps_schedule *s)
{
    const struct ps_shape *shape = &policy->shape;
    const struct ps_world *w = s->world;
    double first = 0, renewed = 0;
    for (int i = 0; i < w->apps_n; i++) {
        const struct ps_app *app = &w->apps[i];
        const int tape = app->tape != PS_NONE;
        const int product = tape ? policy->tape_product[app->tape] : -1;
        const int bank = tape ? policy->tape_bank[app->tape] : -1;
        s->product[i] = (uint8_t)(product >= 0 ? product
                                               : cut_read(shape->product_cut, shape->products_n,
                                                          app->u_product));
        s->bank[i] =
            (uint8_t)(bank >= 0 ? bank : cut_read(shape->bank_cut, shape->banks_n, app->u_bank));
        if (app->month)
            *(app->flags & PS_APP_RENEWAL ? &renewed : &first) += app->amount_wan;
    }
    s->asked_first_wan = first;
    s->asked_renewed_wan = renewed;
}

static int precedes(const struct ps_event *a, const struct ps_event *b)
{
    if (a->month != b->month)
        return a->month < b->month;
    if (a->step != b->step)
        return a->step < b->step;
    return a->fate < b->fate;
}

static void add_event(struct ps_schedule *s, int month, enum ps_event_step step, int fate)
{
    const struct ps_event e = {
        .month = (uint16_t)month, .fate = (uint16_t)fate, .step = (uint8_t)step};
    s->events[s->events_n++] = e;
}

static void sift_down(struct ps_event *e, int root, int n)
{
    for (int child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && precedes(&e[child], &e[child + 1]))
            child++;
        if (!precedes(&e[root], &e[child]))
            return;
        const struct ps_event swap = e[root];
        e[root] = e[child];
        e[child] = swap;
    }
}

/* Heap sort: no extra memory, no bad case; keys are distinct, so the order is one. */
static void sort_events(struct ps_event *e, int n)
{
    for (int root = n / 2 - 1; root >= 0; root--)
        sift_down(e, root, n);
    for (int last = n - 1; last > 0; last--) {
        const struct ps_event swap = e[0];
        e[0] = e[last];
        e[last] = swap;
        sift_down(e, 0, last);
    }
}

static void lay_events(const struct ps_world_plan *plan, const struct ps_policy *policy,
                       struct ps_schedule *s)
{
    const struct ps_world *w = s->world;
    int models_n;
    const struct ps_pay_mode *const *pay_modes = ps_models_pay_mode(&models_n);
    s->events_n = 0;
    for (int i = 0; i < w->fates_n; i++) {
        const struct ps_fate *f = &w->fates[i];
        const struct ps_product_shape *product = &policy->shape.products[s->product[f->app]];
        const int npl = f->tau + plan->npl_months;
        const int written_off = npl + policy->shape.writeoff_months;
        const int exit = f->s < written_off ? f->s : written_off;
        s->claim_month[i] = (uint16_t)pay_modes[product->pay_mode]->claim_month(
            f->tau, f->s, product->trigger_months, plan->months_n);
        add_event(s, f->s, f->s == f->tau ? PS_STEP_DISPOSAL_AT_ONCE : PS_STEP_DISPOSAL, i);
        add_event(s, s->claim_month[i], PS_STEP_CLAIM, i);
        if (product->in_pool && npl < exit && npl <= plan->months_n)
            add_event(s, npl, PS_STEP_NPL_ENTER, i);
        if (product->in_pool && exit <= plan->months_n)
            add_event(s, exit, PS_STEP_NPL_EXIT, i);
    }
    sort_events(s->events, s->events_n);
    s->events[s->events_n] = (struct ps_event){.month = 0xffff};
}

void ps_schedule_build(const struct ps_world_plan *plan, const struct ps_policy *policy,
                       const struct ps_world *world, struct ps_schedule *schedule)
{
    schedule->world = world;
    map_apps(policy, schedule);
    lay_events(plan, policy, schedule);
}

size_t ps_schedule_bytes(const struct ps_world_plan *plan)
{
    return plan->apps_max * (2 + sizeof(uint16_t) + EVENTS_PER_FATE * sizeof(struct ps_event)) +
           sizeof(struct ps_event) + 64;
}

void ps_schedule_init(struct ps_schedule *schedule, const struct ps_world_plan *plan, void *memory)
{
    unsigned char *p = memory;
    *schedule = (struct ps_schedule){0};
    schedule->events = (void *)p;
    p += (plan->apps_max * EVENTS_PER_FATE + 1) * sizeof(struct ps_event);
    schedule->claim_month = (void *)p;
    p += plan->apps_max * sizeof(uint16_t);
    schedule->product = p;
    schedule->bank = p + plan->apps_max;
}
