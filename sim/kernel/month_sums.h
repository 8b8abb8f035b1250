// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_MONTH_SUMS_H
#define PLEDGESIM_KERNEL_MONTH_SUMS_H

#include "instalments.h"
#include "pledgesim/ledger.h"

#include <string.h>

/* What the plain loans of a world come to month by month when all lanes treat them alike: then no
 * lane looks at a loan by itself. */

static void caps_take(const struct ps_policy *policy, struct ps_schedule *s)
{
    for (int j = 0; j < policy->shape.products_n; j++)
        for (int k = 0; k < PS_FIRM_CLASS_N; k++)
            s->asks_cap_wan[j * PS_FIRM_CLASS_N + k] = ps_loan_cap_wan(&policy->levels, j, k);
}

/* Interest of the loans that end plainly. */
static void interest_take(const struct ps_world_plan *plan, struct ps_schedule *s)
{
    const struct ps_app *restrict apps = s->world->apps;
    memset(s->ends_interest_fen, 0, ((size_t)plan->months_n + 1) * sizeof *s->ends_interest_fen);
    for (int i = 0; i < s->world->apps_n; i++) {
        const struct ps_app *app = &apps[i];
        const int matures = (s->plain[i].flags & PS_PLAIN_MATURES) != 0;
        s->ends_interest_fen[app->end * matures] +=
            bullet_interest_fen(app->amount_wan, (double)plan->segments[app->segment].loan_rate_ppm,
                                app->end - app->month);
    }
}

static inline void month_add(struct ps_month_sum *to, const struct ps_month_sum *x)
{
    to->pool_fen += x->pool_fen;
    to->pool_n += x->pool_n;
    to->wan += x->wan;
    to->first_wan += x->first_wan;
}

/* No branches: what a loan is like is as good as a coin toss. A loan that does not end plainly is
 * added to month 0, which nobody reads. */
PS_KERNEL_APART void month_sums_take(const struct ps_world_plan *plan,
                                     const struct ps_policy *policy, struct ps_schedule *s)
{
    const size_t months = (size_t)plan->months_n + 1;
    const struct ps_app *restrict apps = s->world->apps;
    const struct ps_plain *restrict plain = s->plain;
    struct ps_month_sum *restrict asks = s->asks, *restrict ends = s->ends;
    uint8_t *restrict asks_plain = s->asks_plain, *restrict ends_plain = s->ends_plain;
    const double *cap_wan = s->asks_cap_wan;
    const int apps_n = s->world->apps_n;
    caps_take(policy, s);
    memset(asks, 0, ((size_t)plan->horizon + 1) * sizeof *asks);
    memset(ends, 0, months * sizeof *ends);
    memset(asks_plain, 1, months);
    memset(ends_plain, 1, months);
    for (int i = 0; i < apps_n; i++) {
        const struct ps_plain *p = &plain[i];
        const uint32_t month = apps[i].month, end = apps[i].end;
        const uint32_t matures = (p->flags & PS_PLAIN_MATURES) != 0;
        const uint32_t asks_plainly = (p->flags & PS_PLAIN_ASKS) != 0;
        month_add(&asks[month], &p->adds);
        month_add(&ends[end & -matures], &p->adds);
        asks_plain[month] &= (uint8_t)(asks_plainly & (p->adds.wan <= cap_wan[p->cap]));
        ends_plain[end] &= (uint8_t)(matures | (apps[i].fate != PS_NONE));
    }
    if (!s->decision_only)
        interest_take(plan, s);
}

#endif
