// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/ledger.h"

#include "layout.h"

/* What a policy's shape makes of a world before money moves: product and bank of each application,
 * and the tape of rare events. */

enum { STEPS_N = PS_EVENT_STEPS };

/* Cuts of a uniform, in fours: beyond the last one stand cuts that no u reaches. */
struct cuts {
    uint64_t at[PS_BANKS_MAX > PS_PRODUCTS_MAX ? PS_BANKS_MAX : PS_PRODUCTS_MAX];
    int n;
};

static void cuts_take(const uint32_t *cut, int n, struct cuts *c)
{
    c->n = (n - 1 + 3) / 4 * 4;
    for (int k = 0; k < c->n; k++)
        c->at[k] = k < n - 1 ? cut[k] : UINT64_C(1) << 32;
}

/* How many cuts u has passed: no branch to guess wrong, shares are few. */
static inline int cuts_passed(const struct cuts *c, uint32_t u)
{
    int i = 0;
    for (int k = 0; k < c->n; k += 4)
        i += (u >= c->at[k]) + (u >= c->at[k + 1]) + (u >= c->at[k + 2]) + (u >= c->at[k + 3]);
    return i;
}

/* Whole words and no branches: this runs once an application, and what an application is like is as
 * good as a coin toss. */
static inline struct ps_plain plain_of(const struct ps_world_plan *plan, const struct ps_app *app,
                                       uint32_t product, uint32_t in_pool)
{
    const double asked = app->amount_wan;
    const uint32_t flags = app->flags;
    const uint32_t bullet = !(flags & PS_APP_EQUAL), micro = (flags & PS_APP_MICRO) != 0;
    const uint32_t waited = (flags & PS_APP_WAITED) != 0;
    const uint32_t chain = (app->parent != PS_NONE) & (!waited | (app->link > 0));
    const uint32_t matures = bullet & (app->fate == PS_NONE);
    const uint32_t asks = bullet & (app->tape_firm == PS_NONE) & !waited;
    const uint32_t renewal = (flags & PS_APP_RENEWAL) != 0;
    const uint32_t none = (uint32_t)plan->apps_max;
    return (struct ps_plain){
        .asked_wan = asked,
        .pool_fen = asked * (in_pool * 1e6),
        .parent = (uint16_t)(none ^ ((none ^ app->parent) & -chain)),
        .flags = (uint8_t)(in_pool * PS_PLAIN_IN_POOL | renewal * PS_PLAIN_RENEWAL |
                           matures * PS_PLAIN_MATURES | asks * PS_PLAIN_ASKS),
        .cap = (uint8_t)(product * PS_FIRM_CLASS_N + (micro ? PS_FIRM_MICRO : PS_FIRM_SMALL))};
}

/* Product and bank of each application, and what is plain about it. */
static void map_apps(const struct ps_world_plan *plan, const struct ps_policy *policy,
                     struct ps_schedule *s)
{
    const struct ps_shape *shape = &policy->shape;
    const struct ps_app *restrict apps = s->world->apps;
    uint8_t *restrict product_of = s->product, *restrict bank_of = s->bank;
    struct ps_plain *restrict plain = s->plain;
    const int apps_n = s->world->apps_n;
    struct cuts products = {0}, banks = {0};
    uint8_t in_pool[PS_PRODUCTS_MAX] = {0};
    cuts_take(shape->product_cut, shape->products_n, &products);
    cuts_take(shape->bank_cut, shape->banks_n, &banks);
    for (int j = 0; j < shape->products_n; j++)
        in_pool[j] = shape->products[j].in_pool != 0;
    for (int i = 0; i < apps_n; i++) {
        const struct ps_app *app = &apps[i];
        int product = cuts_passed(&products, app->u_product);
        int bank = cuts_passed(&banks, app->u_bank);
        if (app->tape != PS_NONE) {
            const int own_product = policy->tape_product[app->tape];
            const int own_bank = policy->tape_bank[app->tape];
            product = own_product >= 0 ? own_product : product;
            bank = own_bank >= 0 ? own_bank : bank;
        }
        product_of[i] = (uint8_t)product;
        bank_of[i] = (uint8_t)bank;
        plain[i] = plain_of(plan, app, (uint32_t)product, in_pool[product]);
    }
}

/* Applications to a product not open in their month, from firms beyond the population, or never
 * made. */
static void close_doors(const struct ps_world_plan *plan, const struct ps_shape *shape,
                        struct ps_schedule *s)
{
    int any = shape->firm_population_n > 0 && s->world->apps_n > shape->firm_population_n;
    for (int j = 0; j < shape->products_n; j++)
        any |= shape->take_up_cut[j] != UINT32_MAX || shape->products[j].open_from_month > 1 ||
               shape->products[j].open_to_month < plan->horizon;
    for (int i = 0; any && i < s->world->apps_n; i++) {
        const struct ps_app *app = &s->world->apps[i];
        const struct ps_product_shape *product = &shape->products[s->product[i]];
        if (app->month < product->open_from_month || app->month > product->open_to_month ||
            (shape->firm_population_n && app->firm_rank >= shape->firm_population_n) ||
            !ps_takes_up(shape, app, s->product[i]))
            s->plain[i].flags &= (uint8_t)~PS_PLAIN_ASKS;
    }
}

/* A loan that a transfer may take ends otherwise than written in some lanes: it is not plain. */
static void mark_transferable(const struct ps_shape *shape, struct ps_schedule *s)
{
    const int trusts = shape->vehicles_n - shape->trusts_n;
    for (int v = shape->vehicles_n - shape->takers_n; v < trusts; v++) {
        const struct ps_vehicle_shape *vehicle = &shape->vehicles[v];
        for (int i = 0; i < s->world->apps_n; i++) {
            const struct ps_app *app = &s->world->apps[i];
            if (app->month < vehicle->month && app->end > vehicle->month &&
                app->maturity - vehicle->month >= vehicle->min_months_left)
                s->plain[i].flags &= (uint8_t)~PS_PLAIN_MATURES;
        }
    }
}

/* So does one that a trust may have made instead of a bank. */
static void mark_trusted(const struct ps_shape *shape, struct ps_schedule *s)
{
    for (int v = shape->vehicles_n - shape->trusts_n; v < shape->vehicles_n; v++) {
        const int from = shape->vehicles[v].month, to = shape->vehicles[v].to_month;
        for (int i = (int)s->world->app_first[from]; i < (int)s->world->app_first[to + 1]; i++)
            if (s->plain[i].flags & PS_PLAIN_IN_POOL)
                s->plain[i].flags &= (uint8_t)~PS_PLAIN_MATURES;
    }
}

/* Months of a fate's events by step; 0 = none. */
static void fate_months(const struct ps_world_plan *plan, const struct ps_policy *policy,
                        struct ps_schedule *s, int i, uint16_t month[STEPS_N])
{
    const struct ps_fate *f = &s->world->fates[i];
    const struct ps_product_shape *product = &policy->shape.products[s->product[f->app]];
    const int npl = f->tau + plan->npl_months;
    const int written_off = npl + policy->shape.writeoff_months;
    const int exit = f->s < written_off ? f->s : written_off;
    int models_n;
    const struct ps_pay_mode *mode = ps_models_pay_mode(&models_n)[product->pay_mode];
    s->claim_month[i] =
        (uint16_t)mode->claim_month(f->tau, f->s, product->trigger_months, plan->months_n);
    const int at_once = f->s == f->tau;
    month[0] = at_once ? 0 : f->s;
    month[1] = f->tau;
    month[2] = at_once ? f->s : 0;
    month[3] = s->claim_month[i];
    month[4] = product->in_pool && npl < exit && npl <= plan->months_n ? (uint16_t)npl : 0;
    month[5] = product->in_pool && exit <= plan->months_n ? (uint16_t)exit : 0;
}

/* The tape in order of month, step and fate: steps and fates are taken in order, months counted
 * first. */
static void lay_events(const struct ps_world_plan *plan, const struct ps_policy *policy,
                       struct ps_schedule *s)
{
    static const uint8_t STEP[STEPS_N] = {PS_STEP_DISPOSAL,         PS_STEP_DEFAULT,
                                          PS_STEP_DISPOSAL_AT_ONCE, PS_STEP_CLAIM,
                                          PS_STEP_NPL_ENTER,        PS_STEP_NPL_EXIT};
    const int fates_n = s->world->fates_n;
    uint32_t *at = s->month_first;
    uint16_t(*month)[STEPS_N] = s->fate_month;
    for (int t = 0; t <= plan->months_n + 1; t++)
        at[t] = 0;
    for (int i = 0; i < fates_n; i++) {
        fate_months(plan, policy, s, i, month[i]);
        for (int k = 0; k < STEPS_N; k++)
            at[month[i][k]]++;
    }
    uint32_t sum = 0;
    for (int t = 1; t <= plan->months_n; t++) {
        const uint32_t n = at[t];
        at[t] = sum;
        sum += n;
    }
    for (int k = 0; k < STEPS_N; k++)
        for (int i = 0; i < fates_n; i++)
            if (month[i][k])
                s->events[at[month[i][k]]++] =
                    (struct ps_event){.month = month[i][k], .fate = (uint16_t)i, .step = STEP[k]};
    s->events_n = (int)sum;
    s->events[sum] = (struct ps_event){.month = 0xffff};
}

void ps_schedule_build(const struct ps_world_plan *plan, const struct ps_policy *policy,
                       const struct ps_world *world, struct ps_schedule *schedule)
{
    schedule->world = world;
    schedule->standing = policy->standing;
    if (policy->standing) {
        schedule->product = policy->standing->product;
        schedule->bank = policy->standing->bank;
        ps_standing_take_out(plan, policy, world, schedule->leave);
    } else {
        map_apps(plan, policy, schedule);
        close_doors(plan, &policy->shape, schedule);
        mark_transferable(&policy->shape, schedule);
        mark_trusted(&policy->shape, schedule);
        if (ps_has_one_book(&policy->shape))
            ps_month_sums_take(plan, policy, schedule);
    }
    lay_events(plan, policy, schedule);
}

static size_t lay_out(struct ps_schedule *s, const struct ps_world_plan *plan, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t apps = plan->apps_max;
    s->events = layout_take(&at, apps * STEPS_N + 1, sizeof *s->events);
    s->fate_month = layout_take(&at, apps, sizeof *s->fate_month);
    s->month_first = layout_take(&at, (size_t)plan->months_n + 2, sizeof *s->month_first);
    s->claim_month = layout_take(&at, apps, sizeof *s->claim_month);
    s->product = layout_take(&at, apps, sizeof *s->product);
    s->bank = layout_take(&at, apps, sizeof *s->bank);
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
