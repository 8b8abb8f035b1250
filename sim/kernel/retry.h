// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_RETRY_H
#define PLEDGESIM_KERNEL_RETRY_H

#include "pledgesim/world.h"

/* Refused new firms that go on asking, eq. (5.6). The envelope holds each month's application with
 * a chain of renewals of its own; a policy takes the first that it grants. All of them stand at the
 * firm's one address: the draws are the same, only the months are later. */

/* Repeats the address of each new firm for the months in which it may ask again, from the last root
 * to the first, so that the roots of a firm stand together. Returns the number of roots. */
static uint32_t retry_spread(const struct ps_world_plan *plan, struct ps_world_work *work,
                             uint32_t n)
{
    const uint32_t tape_n = (uint32_t)plan->tape_n;
    uint32_t all = n;
    for (uint32_t i = tape_n; i < n; i++) {
        const int left = plan->horizon - (int)(work->entity[i] >> 32);
        all += (uint32_t)(left < plan->retry_months ? left : plan->retry_months);
    }
    for (uint32_t i = n, to = all; i-- > tape_n;) {
        const uint64_t entity = work->entity[i];
        const int left = plan->horizon - (int)(entity >> 32);
        for (int again = left < plan->retry_months ? left : plan->retry_months; again >= 0; again--)
            work->entity[--to] = entity;
    }
    return all;
}

/* Dates the repeated applications and gives them their firm's rank and numbers. Returns what they
 * ask for, which is no demand of its own. */
static uint64_t retry_date(const struct ps_world_plan *plan, struct ps_world_work *work, uint32_t n,
                           struct ps_world *w)
{
    uint64_t asked_wan = 0;
    uint32_t rank = 0;
    for (uint32_t root = 0; root < n; root++) {
        struct ps_draft *draft = &work->drafts[root];
        struct ps_app *firm = &work->firms[root];
        const int again =
            root > (uint32_t)plan->tape_n && work->entity[root] == work->entity[root - 1];
        if (!again) {
            work->firm_root[rank] = root;
            w->u_product[rank] = w->u_product[root];
            w->u_bank[rank] = w->u_bank[root];
            firm->firm_rank = (uint16_t)rank++;
            continue;
        }
        firm->firm_rank = (uint16_t)(rank - 1);
        firm->flags |= PS_APP_WAITED;
        draft->waits = (uint8_t)(work->drafts[root - 1].waits + 1);
        draft->month = (uint16_t)(draft->month + draft->waits);
        work->starts[2 * draft->month + 1]++;
        asked_wan += firm->amount_wan;
    }
    w->firms_n = (int)rank;
    return asked_wan;
}

/* What the renewals of chains that waited would ask for. */
static uint64_t retry_renewals_wan(const struct ps_world_work *work, uint32_t roots)
{
    uint64_t asked_wan = 0;
    for (uint32_t root = 0; root < roots; root++)
        if (work->firms[root].flags & PS_APP_WAITED)
            asked_wan += (uint64_t)(work->chain[root] - 1) * work->firms[root].amount_wan;
    return asked_wan;
}

#endif
