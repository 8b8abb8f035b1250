// SPDX-License-Identifier: GPL-3.0-or-later
#define PS_LANES PS_LANES_NARROW /* nothing here looks at lanes */
#include "kernel.h"
#include "month_sums.h"
#include "pledgesim/rng.h"

/* What a policy's shape makes of a world before money moves: product and bank of each application,
 * and the tape of rare events. */

enum { STEPS_N = PS_EVENT_STEPS };

_Static_assert(PS_FIRMS_AT_ONCE <= PS_RNG_LANES,
               "numbers of firms are drawn and padded in batches");
_Static_assert(PS_APP_RENEWAL == 1, "it is a number too");

/* Which part of [0, 2^32) each of n numbers falls in (ps_part_of): the cuts it has passed are
 * counted, in batches of PS_FIRMS_AT_ONCE. */
static void parts_find(const uint32_t *restrict u, int n, const uint32_t *restrict cut, int parts_n,
                       uint8_t *restrict part)
{
    for (int first = 0; first < n; first += PS_FIRMS_AT_ONCE) {
        uint32_t passed[PS_FIRMS_AT_ONCE] = {0};
        for (int k = 0; k < parts_n - 1; k++)
            for (int l = 0; l < PS_FIRMS_AT_ONCE; l++)
                passed[l] += u[first + l] >= cut[k];
        for (int l = 0; l < PS_FIRMS_AT_ONCE; l++)
            part[first + l] = (uint8_t)passed[l];
    }
}

/* Product and bank of each firm, tape loans first: theirs may be given. */
static void map_firms(const struct ps_world_plan *plan, const struct ps_policy *policy,
                      struct ps_schedule *s)
{
    const struct ps_shape *shape = &policy->shape;
    const struct ps_world *w = s->world;
    parts_find(w->u_product, w->firms_n, shape->product_cut, shape->products_n, s->firm_product);
    parts_find(w->u_bank, w->firms_n, shape->bank_cut, shape->banks_n, s->firm_bank);
    for (int i = 0; i < plan->tape_n; i++) {
        if (policy->tape_product[i] >= 0)
            s->firm_product[i] = (uint8_t)policy->tape_product[i];
        if (policy->tape_bank[i] >= 0)
            s->firm_bank[i] = (uint8_t)policy->tape_bank[i];
    }
}

/* What an application's flags make of it, if its firm has no other tape loan and it does not
 * default. */
#define PLAIN_BY_FLAGS(f)                                                                          \
    (((f)&PS_APP_RENEWAL ? PS_PLAIN_RENEWAL : 0) | ((f)&PS_APP_EQUAL ? 0 : PS_PLAIN_MATURES) |     \
     ((f) & (PS_APP_EQUAL | PS_APP_WAITED) ? 0 : PS_PLAIN_ASKS))
#define PLAIN_BY_FLAGS_4(f)                                                                        \
    PLAIN_BY_FLAGS(f), PLAIN_BY_FLAGS((f) + 1), PLAIN_BY_FLAGS((f) + 2), PLAIN_BY_FLAGS((f) + 3)

static const uint8_t PLAIN[] = {PLAIN_BY_FLAGS_4(0), PLAIN_BY_FLAGS_4(4), PLAIN_BY_FLAGS_4(8),
                                PLAIN_BY_FLAGS_4(12)};
_Static_assert(sizeof PLAIN > (PS_APP_RENEWAL | PS_APP_EQUAL | PS_APP_MICRO | PS_APP_WAITED),
               "an entry for all flags");

static const double IS_FIRST[] = {1, 0}; /* by whether it renews */

/* What of an amount counts as in-pool principal, by product. */
struct pooled {
    double fen, n;
    uint8_t flag;
};

/* Whole words and no branches: this runs once an application, and what an application is like is as
 * good as a coin toss. */
static inline struct ps_plain plain_of(const struct ps_app *app, uint32_t product,
                                       const struct pooled *pooled, uint32_t no_parent)
{
    const double asked = app->amount_wan;
    const uint32_t flags = app->flags, renewal = flags & PS_APP_RENEWAL;
    const uint32_t defaults = app->fate != PS_NONE, shares = app->tape_firm != PS_NONE;
    const uint32_t plain = PLAIN[flags] & ~(defaults * PS_PLAIN_MATURES | shares * PS_PLAIN_ASKS);
    return (struct ps_plain){
        .adds = {.pool_fen = asked * pooled->fen,
                 .pool_n = pooled->n,
                 .wan = asked,
                 .first_wan = asked * IS_FIRST[renewal]},
        .parent = (uint16_t)(no_parent ^ ((no_parent ^ app->parent) & -renewal)),
        .flags = (uint8_t)(plain | pooled->flag),
        .cap = (uint8_t)(product * PS_FIRM_CLASS_N +
                         (flags & PS_APP_MICRO ? PS_FIRM_MICRO : PS_FIRM_SMALL))};
}

/* Product and bank of each application, and what is plain about it. */
PS_KERNEL_APART void map_apps(const struct ps_world_plan *plan, const struct ps_policy *policy,
                              struct ps_schedule *s)
{
    const struct ps_shape *shape = &policy->shape;
    const struct ps_app *restrict apps = s->world->apps;
    const uint8_t *restrict firm_product = s->firm_product, *restrict firm_bank = s->firm_bank;
    uint8_t *restrict product_of = s->product, *restrict bank_of = s->bank;
    struct ps_plain *restrict plain = s->plain;
    const int apps_n = s->world->apps_n;
    const uint32_t no_parent = (uint32_t)plan->apps_max;
    struct pooled pooled[PS_PRODUCTS_MAX];
    for (int j = 0; j < shape->products_n; j++)
        pooled[j] = shape->products[j].in_pool ? (struct pooled){1e6, 1, PS_PLAIN_IN_POOL}
                                               : (struct pooled){0};
    for (int i = 0; i < apps_n; i++) {
        const struct ps_app *app = &apps[i];
        const uint32_t product = firm_product[app->firm_rank];
        product_of[i] = (uint8_t)product;
        bank_of[i] = firm_bank[app->firm_rank];
        plain[i] = plain_of(app, product, &pooled[product], no_parent);
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
            !ps_takes_up(shape, s->world, app, s->product[i]))
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
PS_KERNEL_APART void lay_events(const struct ps_world_plan *plan, const struct ps_policy *policy,
                                struct ps_schedule *s)
{
    static const uint8_t STEP[STEPS_N] = {PS_STEP_DISPOSAL,         PS_STEP_DEFAULT,
                                          PS_STEP_DISPOSAL_AT_ONCE, PS_STEP_CLAIM,
                                          PS_STEP_NPL_ENTER,        PS_STEP_NPL_EXIT};
    const int fates_n = s->world->fates_n;
    uint32_t *at = s->month_first;
    uint16_t(*month)[STEPS_N] = s->fate_month;
    const int months_n = plan->months_n;
#pragma omp simd
    for (int t = 0; t <= months_n + 1; t++)
        at[t] = 0;
    for (int i = 0; i < fates_n; i++) {
        fate_months(plan, policy, s, i, month[i]);
        for (int k = 0; k < STEPS_N; k++)
            at[month[i][k]]++;
    }
    uint32_t sum = 0;
    for (int t = 1; t <= months_n; t++) {
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

void PS_ISA(ps_schedule_build)(const struct ps_world_plan *plan, const struct ps_policy *policy,
                               const struct ps_world *world, struct ps_schedule *schedule)
{
    schedule->world = world;
    schedule->standing = policy->standing;
    if (policy->standing) {
        schedule->product = policy->standing->product;
        schedule->bank = policy->standing->bank;
        ps_standing_take_out(plan, policy, world, schedule->leave);
    } else {
        map_firms(plan, policy, schedule);
        map_apps(plan, policy, schedule);
        close_doors(plan, &policy->shape, schedule);
        mark_transferable(&policy->shape, schedule);
        mark_trusted(&policy->shape, schedule);
        if (ps_has_one_book(&policy->shape))
            month_sums_take(plan, policy, schedule);
    }
    lay_events(plan, policy, schedule);
}
