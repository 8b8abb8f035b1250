// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "../kernel/layout.h"
#include "family.h"

/* Standing books: the tape and nothing else, and nothing of a loan that a world would draw but its
 * fate. Their worlds are drawn by a kernel of their own and kept as sums; results are the same. */

/* Does some policy leave product or bank of a tape loan to a draw? */
static int mix_drawn(const struct ps_policy *policy)
{
    for (int i = 0; i < policy->tape_n; i++)
        if ((policy->tape_product[i] < 0 && policy->shape.products_n > 1) ||
            (policy->tape_bank[i] < 0 && policy->shape.banks_n > 1))
            return 1;
    return 0;
}

int ps_family_stands(const struct family *f)
{
    const struct ps_world_plan *plan = f->plan;
    if (plan->tape_n == 0 || plan->apps_max > (size_t)plan->tape_n)
        return 0; /* new firms or renewals */
    if (plan->behaviour.products_n > 0)
        return 0; /* hazards that follow the product */
    if (plan->anchors_n > 0 || plan->uncertain_any)
        return 0; /* defaults and recoveries that follow more than the loan's own draws */
    for (int i = 0; i < plan->tape_n; i++) {
        const struct ps_segment_plan *segment = &plan->segments[plan->tape[i].segment];
        if (!segment->micro_all && segment->micro_cut > 0)
            return 0;
    }
    for (int i = 0; i < f->rows_n; i++) {
        const struct ps_shape *shape = &f->policies[i].shape;
        if (shape->pools_n > 1 || shape->vehicles_n > 0 ||
            shape->breaker_scope == PS_BREAKER_BANK || mix_drawn(&f->policies[i]))
            return 0;
    }
    return 1;
}

static size_t lay_out(struct ps_standing *s, const struct ps_world_plan *plan, void *memory)
{
    struct layout at = {.base = memory, .at = 0};
    const size_t apps = (size_t)plan->tape_n;
    s->product = layout_take(&at, apps, sizeof *s->product);
    s->bank = layout_take(&at, apps, sizeof *s->bank);
    s->leave = layout_take(&at, (size_t)plan->months_n + 1, sizeof *s->leave);
    s->largest = layout_take(&at, apps, sizeof *s->largest);
    return layout_bytes(&at);
}

static int larger_first(const void *a, const void *b)
{
    const struct ps_standing_debt *x = a, *y = b;
    return x->fen != y->fen ? (x->fen < y->fen) - (x->fen > y->fen)
                            : (x->app > y->app) - (x->app < y->app);
}

/* Adds loan i to the sums. */
static void loan_add(struct ps_standing *s, const struct ps_world_plan *plan,
                     const struct ps_policy *policy, int i)
{
    const struct ps_app app = ps_standing_app(plan, i);
    const int product = policy->tape_product[i], bank = policy->tape_bank[i];
    s->product[i] = (uint8_t)(product < 0 ? 0 : product);
    s->bank[i] = (uint8_t)(bank < 0 ? 0 : bank);
    const int in_pool = policy->shape.products[s->product[i]].in_pool;
    struct ps_standing_month x = ps_standing_leaves(plan, &app, in_pool);
    ps_standing_add(&s->leave[app.maturity], &x, 1);
    x.all_fen = ps_standing_owed_fen(&app, 0);
    x.pool_fen = in_pool ? x.all_fen : 0;
    ps_standing_add(&s->leave[0], &x, 1);
    if (in_pool && app.maturity > plan->horizon)
        s->largest[s->largest_n++] = (struct ps_standing_debt){
            .fen = ps_standing_owed_fen(&app, plan->horizon), .app = (uint16_t)i};
}

struct ps_standing *ps_standing_new(const struct ps_world_plan *plan,
                                    const struct ps_policy *policy)
{
    struct ps_standing scratch;
    const size_t head = (sizeof scratch + 63) & ~(size_t)63;
    struct ps_standing *s = calloc(1, head + lay_out(&scratch, plan, NULL));
    if (!s)
        return NULL;
    lay_out(s, plan, layout_align((unsigned char *)s + head));
    for (int i = 0; i < plan->tape_n; i++)
        loan_add(s, plan, policy, i);
    qsort(s->largest, (size_t)s->largest_n, sizeof *s->largest, larger_first);
    return s;
}
