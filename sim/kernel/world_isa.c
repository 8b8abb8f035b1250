// SPDX-License-Identifier: GPL-3.0-or-later
#include "economy.h"
#include "fate.h"
#include "kernel.h"

/* Samples worlds (docs/model.md sections 4-6): economy of 16 worlds in lanes, then world by world
 * the loans, generation of renewals by generation, then the canonical order. Default times come
 * from inverting the cumulative hazard: one exponential a loan, whatever its length. */

/* The four words of each listed draft at (purpose, step), in batches of PS_RNG_LANES. */
struct batch {
    uint64_t x0[PS_RNG_LANES], x1[PS_RNG_LANES], x2[PS_RNG_LANES], x3[PS_RNG_LANES];
};

static void batch_draw(const struct ps_world_plan *plan, uint32_t world,
                       const struct ps_draft *drafts, const uint32_t *list, uint64_t word3,
                       struct batch *out)
{
    for (int l = 0; l < PS_RNG_LANES; l++) {
        const uint64_t entity = drafts[list[l]].entity;
        out->x0[l] = world;
        out->x1[l] = entity & 0xffffffffu;
        out->x2[l] = entity >> 32;
        out->x3[l] = word3;
    }
    ps_philox_lanes(out->x0, out->x1, out->x2, out->x3, (uint32_t)plan->seed,
                    (uint32_t)(plan->seed >> 32));
}

/* Roots of all chains, tape loans first, then new firms by (month, arrival). Returns their number
 * and lists them; the list is padded to whole batches with draft 0. */
static uint32_t draft_roots(const struct ps_world_plan *plan, uint32_t world,
                            struct ps_world_work *work)
{
    struct ps_draft *drafts = work->drafts;
    uint32_t n = 0;
    for (int i = 0; i < plan->tape_n; i++, n++)
        drafts[n] = (struct ps_draft){.entity = plan->tape[i].address, .tape = (uint16_t)i};
    for (int t0 = 1; t0 <= plan->horizon; t0 += PS_RNG_LANES) {
        struct batch u;
        for (int l = 0; l < PS_RNG_LANES; l++) {
            u.x0[l] = world;
            u.x1[l] = (uint64_t)(t0 + l);
            u.x2[l] = 0;
            u.x3[l] = ps_rng_word3(PS_PURPOSE_DEMAND, 0);
        }
        ps_philox_lanes(u.x0, u.x1, u.x2, u.x3, (uint32_t)plan->seed, (uint32_t)(plan->seed >> 32));
        for (int l = 0; l < PS_RNG_LANES && t0 + l <= plan->horizon; l++) {
            const int t = t0 + l;
            const int arrivals = discrete_draw(&plan->arrivals[t], (uint32_t)u.x0[l]);
            for (int k = 0; k < arrivals; k++, n++)
                drafts[n] = (struct ps_draft){.entity = (uint64_t)t << 32 | (uint32_t)k,
                                              .month = (uint16_t)t,
                                              .tape = PS_NONE};
        }
    }
    for (uint32_t i = 0; i < n; i++)
        work->list[i] = i;
    for (uint32_t i = n; i < n + PS_RNG_LANES; i++)
        work->list[i] = 0;
    return n;
}

/* What a firm is for life: segment, amount, class, repayment, product and bank numbers. */
static void draft_firms(const struct ps_world_plan *plan, uint32_t world,
                        struct ps_world_work *work, uint32_t n)
{
    struct ps_draft *drafts = work->drafts;
    for (uint32_t first = 0; first < n; first += PS_RNG_LANES) {
        struct batch u, v = {0};
        const uint32_t *list = work->list + first;
        batch_draw(plan, world, drafts, list, ps_rng_word3(PS_PURPOSE_FIRM, 0), &u);
        if (plan->terms_needed)
            batch_draw(plan, world, drafts, list, ps_rng_word3(PS_PURPOSE_FIRM_TERMS, 0), &v);
        for (uint32_t l = 0; l < PS_RNG_LANES && first + l < n; l++) {
            struct ps_draft *d = &drafts[first + l];
            const struct ps_tape_plan *tape = d->tape == PS_NONE ? NULL : &plan->tape[d->tape];
            d->segment =
                (uint16_t)(tape ? tape->segment : discrete_draw(&plan->segment, (uint32_t)u.x0[l]));
            const struct ps_segment_plan *s = &plan->segments[d->segment];
            d->klass = (uint16_t)(tape ? tape->klass : s->klass);
            d->amount_wan = tape ? tape->amount_wan
                                 : (uint32_t)(s->amount_min_wan +
                                              discrete_draw(&plan->amount_laws[s->amount_law],
                                                            (uint32_t)u.x1[l]));
            d->u_product = (uint32_t)u.x2[l];
            d->u_bank = (uint32_t)u.x3[l];
            d->root = first + l;
            const int equal =
                tape ? tape->equal_principal : s->equal_all || (uint32_t)v.x0[l] < s->equal_cut;
            const int micro = s->micro_all || (uint32_t)v.x1[l] < s->micro_cut;
            d->flags = (uint8_t)((equal ? PS_APP_EQUAL : 0) | (micro ? PS_APP_MICRO : 0));
        }
    }
}

/* Eq. (4.6): month of default of a loan granted in g that matures in m, or 0. */
static int default_month(const struct ps_world_plan *plan, const double *hazard, int g, int m,
                         double v, int equal_principal)
{
    const size_t stride = (size_t)plan->classes_n * PS_ECO;
    const double at_grant = hazard[(size_t)g * stride];
    const double total = hazard[(size_t)m * stride] - at_grant;
    if (v >= total) /* E = -ln(1 - v) >= v: most loans end here without a logarithm */
        return 0;
    const double e = -ps_log(1 - v);
    if (e > total)
        return 0;
    const double before = equal_principal ? 1 : 1 - plan->maturity_share;
    for (int u = g + 1; u < m; u++)
        if (before * (hazard[(size_t)u * stride] - at_grant) >= e)
            return u;
    return m;
}

/* One generation: tenor, fate and renewal of each listed loan. Fills list_next with the renewals
 * and returns the number of drafts after them. */
static uint32_t draft_generation(const struct ps_world_plan *plan, uint32_t world, int lane,
                                 struct ps_world_work *work, uint32_t n, uint32_t listed,
                                 uint32_t link, uint32_t *next_n)
{
    struct ps_draft *drafts = work->drafts;
    uint32_t *next = work->list_next;
    *next_n = 0;
    for (uint32_t first = 0; first < listed; first += PS_RNG_LANES) {
        struct batch u;
        const uint32_t *list = work->list + first;
        batch_draw(plan, world, drafts, list, ps_rng_word3(PS_PURPOSE_LOAN, link), &u);
        for (uint32_t l = 0; l < PS_RNG_LANES && first + l < listed; l++) {
            struct ps_draft *d = &drafts[list[l]];
            const int on_tape = link == 0 && d->tape != PS_NONE;
            const int tenor = on_tape ? plan->tape[d->tape].months_left
                                      : plan->tenor_months[discrete_draw(
                                            &plan->segments[d->segment].tenor, (uint32_t)u.x2[l])];
            const int g = d->month, m = g + tenor;
            const double *hazard = work->hazard + (size_t)d->klass * PS_ECO + (size_t)lane;
            const int tau = default_month(plan, hazard, g, m, ps_u01_53(u.x0[l], u.x1[l]),
                                          d->flags & PS_APP_EQUAL);
            d->maturity = (uint16_t)m;
            d->end = (uint16_t)(tau ? tau : m);
            d->defaults = tau != 0;
            if (tau || m > plan->horizon ||
                !(plan->renewal_all || (uint32_t)u.x3[l] < plan->renewal_cut))
                continue;
            drafts[n] = *d;
            drafts[n].month = (uint16_t)m;
            drafts[n].flags |= PS_APP_RENEWAL;
            drafts[n].child = 0;
            d->child = n;
            next[(*next_n)++] = n++;
        }
    }
    for (uint32_t i = *next_n; i < *next_n + PS_RNG_LANES; i++)
        next[i] = 0;
    return n;
}

static void app_place(const struct ps_world_plan *plan, const struct ps_draft *d, uint16_t parent,
                      uint32_t link, struct ps_app *app)
{
    const int firm = d->tape == PS_NONE ? -1 : plan->tape[d->tape].firm;
    *app = (struct ps_app){.amount_wan = d->amount_wan,
                           .u_product = d->u_product,
                           .u_bank = d->u_bank,
                           .firm_rank = d->root,
                           .month = d->month,
                           .maturity = d->maturity,
                           .end = d->end,
                           .parent = parent,
                           .segment = d->segment,
                           .fate = d->defaults ? 0 : PS_NONE,
                           .tape = d->tape,
                           .tape_firm = firm < 0 ? PS_NONE : (uint16_t)firm,
                           .flags = d->flags,
                           .link = (uint8_t)link};
}

/* Canonical order by counting: months, renewals before new firms, both by root. Walking chain by
 * chain in root order leaves each bucket sorted. */
static void order_apps(const struct ps_world_plan *plan, struct ps_world_work *work, uint32_t n,
                       uint32_t roots, struct ps_world *w)
{
    const struct ps_draft *drafts = work->drafts;
    const int horizon = plan->horizon;
    uint32_t *renewals = work->bucket, *roots_at = work->bucket + plan->months_n + 2;
    for (int t = 0; t <= horizon; t++)
        renewals[t] = roots_at[t] = 0;
    for (uint32_t i = 0; i < roots; i++)
        roots_at[drafts[i].month]++;
    for (uint32_t i = roots; i < n; i++)
        renewals[drafts[i].month]++;
    uint32_t at = 0;
    for (int t = 0; t <= horizon; t++) {
        const uint32_t first = at, renewed = renewals[t], fresh = roots_at[t];
        w->app_first[t] = first;
        renewals[t] = first;
        roots_at[t] = first + renewed;
        at = first + renewed + fresh;
    }
    w->app_first[horizon + 1] = at;
    w->apps_n = (int)n;
    for (uint32_t root = 0; root < roots; root++) {
        uint32_t place = roots_at[drafts[root].month]++;
        app_place(plan, &drafts[root], PS_NONE, 0, &w->apps[place]);
        uint32_t link = 1;
        for (uint32_t i = drafts[root].child; i; i = drafts[i].child, link++) {
            const uint16_t parent = (uint16_t)place;
            place = renewals[drafts[i].month]++;
            app_place(plan, &drafts[i], parent, link, &w->apps[place]);
        }
    }
}

static void order_ends(const struct ps_world_plan *plan, struct ps_world_work *work,
                       struct ps_world *w)
{
    uint32_t *at = work->bucket;
    for (int t = 0; t <= plan->months_n; t++)
        at[t] = 0;
    for (int i = 0; i < w->apps_n; i++)
        at[w->apps[i].end]++;
    uint32_t sum = 0;
    for (int t = 0; t <= plan->months_n; t++) {
        const uint32_t k = at[t];
        w->end_first[t] = at[t] = sum;
        sum += k;
    }
    w->end_first[plan->months_n + 1] = sum;
    for (int i = 0; i < w->apps_n; i++)
        w->ends[at[w->apps[i].end]++] = (uint16_t)i;
}

/* Numbers the fates in canonical order and materialises each: only defaulters cost anything. */
static void settle_fates(const struct ps_world_plan *plan, struct ps_world_work *work, int lane,
                         struct ps_world *w)
{
    w->fates_n = 0;
    for (int i = 0; i < w->apps_n; i++) {
        struct ps_app *app = &w->apps[i];
        if (app->fate == PS_NONE)
            continue;
        app->fate = (uint16_t)w->fates_n;
        struct ps_fate *fate = &w->fates[w->fates_n++];
        fate_materialise(plan, work->index + lane, w->number, app,
                         work->drafts[app->firm_rank].entity, fate);
        fate->app = (uint16_t)i;
    }
}

static void world_sample(const struct ps_world_plan *plan, uint64_t number, int lane,
                         struct ps_world_work *work, struct ps_world *w)
{
    const uint32_t world = (uint32_t)number;
    w->number = world;
    w->weight = 1;
    const uint32_t roots = draft_roots(plan, world, work);
    draft_firms(plan, world, work, roots);
    uint32_t n = roots, listed = roots;
    for (uint32_t link = 0; listed; link++) {
        uint32_t next_n;
        n = draft_generation(plan, world, lane, work, n, listed, link, &next_n);
        uint32_t *done = work->list;
        work->list = work->list_next;
        work->list_next = done;
        listed = next_n;
    }
    order_apps(plan, work, n, roots, w);
    order_ends(plan, work, w);
    settle_fates(plan, work, lane, w);
}

void PS_ISA(ps_world_sample)(const struct ps_world_plan *plan, uint64_t first, int n,
                             struct ps_world_work *work)
{
    for (int i = 0; i < n; i += PS_ECO) {
        economy_sample(plan, first + (uint64_t)i, work);
        for (int lane = 0; lane < PS_ECO && i + lane < n; lane++)
            world_sample(plan, first + (uint64_t)(i + lane), lane, work, &work->worlds[i + lane]);
    }
}
