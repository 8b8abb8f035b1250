// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_WHOLE_H
#define PLEDGESIM_KERNEL_WHOLE_H

#include "lanes.h"

/* Loans in full. Most months grant every application in full, and what matures then was granted so.
 * For a lone policy, running sums over all loans of the world, taken in one straight pass, give
 * what such a month adds up to as a difference of two, whatever its number of loans; months in
 * which that is not so are marked as they become known. Many policies share a loop over the month's
 * loans. */
#if defined(PS_ONE_LANE)
enum { SUMS_RUN = 1 };
#else
enum { SUMS_RUN = 0 };
#endif

/* One loan more, if `counts` has all bits set, else (0) nothing of it. */
PS_KERNEL_INLINE struct ps_whole_sum whole_add(struct ps_whole_sum sum, const struct ps_plain *app,
                                               uint64_t counts, int plain)
{
    const uint64_t fresh = app->flags & PS_PLAIN_RENEWAL ? 0 : counts;
    sum.all_wan += ps_from_bits(ps_bits(app->asked_wan) & counts);
    sum.pool_fen += ps_from_bits(ps_bits(app->pool_fen) & counts);
    sum.first_wan += ps_from_bits(ps_bits(app->asked_wan) & fresh);
    sum.pool_n += app->flags & PS_PLAIN_IN_POOL & (uint32_t)counts;
    sum.others_n += !plain;
    return sum;
}

PS_KERNEL_INLINE struct ps_whole_sum whole_between(const struct ps_whole_sum *sums, uint32_t from,
                                                   uint32_t to)
{
    const struct ps_whole_sum *a = &sums[from], *b = &sums[to];
    return (struct ps_whole_sum){.all_wan = b->all_wan - a->all_wan,
                                 .pool_fen = b->pool_fen - a->pool_fen,
                                 .first_wan = b->first_wan - a->first_wan,
                                 .pool_n = b->pool_n - a->pool_n,
                                 .others_n = b->others_n - a->others_n};
}

/* Whether every lane would grant an application in full if its chain lives and there is room, and
 * nothing of it differs from lane to lane. */
PS_KERNEL_INLINE int asks_wholly(const struct ledger *g, const struct ps_plain *app)
{
    const int differ = g->levels->renewal_share_any ? PS_PLAIN_RENEWAL : 0;
    return ((app->flags & (PS_PLAIN_ASKS | differ)) == PS_PLAIN_ASKS) &
           (app->asked_wan <= g->levels->loan_cap_min_wan[app->cap]);
}

static void whole_asked_take(const struct ledger *g)
{
    const struct ps_plain *plain = g->schedule->plain;
    struct ps_whole_sum sum = {0}, *sums = g->work->asked;
    for (int i = 0; i < g->world->apps_n; i++) {
        sums[i] = sum;
        sum = whole_add(sum, &plain[i], UINT64_MAX, asks_wholly(g, &plain[i]));
    }
    sums[g->world->apps_n] = sum;
}

/* What the month's applications ask for; worth nothing when others_n is not 0. */
PS_KERNEL_INLINE struct ps_whole_sum whole_asked(const struct ledger *g, int from, int to)
{
    struct ps_whole_sum sum = {0};
    if (SUMS_RUN) {
        sum = whole_between(g->work->asked, (uint32_t)from, (uint32_t)to);
        sum.others_n += g->work->mixed[g->t];
        return sum;
    }
    for (int i = from; i < to && !sum.others_n; i++) {
        const struct ps_plain *app = &g->schedule->plain[i];
        const int lives = g->work->grants[app->parent] & PS_GRANTED_WHOLE;
        sum = whole_add(sum, app, UINT64_MAX, lives && asks_wholly(g, app));
    }
    return sum;
}

/* Loans that mature; those that default do not, and are looked after by the tape of events. */
static void whole_ended_take(const struct ledger *g)
{
    const struct ps_plain *plain = g->schedule->plain;
    const uint16_t *ends = g->world->ends;
    struct ps_whole_sum sum = {0}, *sums = g->work->ended;
    for (int k = 0; k < g->world->apps_n; k++) {
        const struct ps_plain *app = &plain[ends[k]];
        const uint64_t matures = app->flags & PS_PLAIN_MATURES ? UINT64_MAX : 0;
        sums[k] = sum;
        sum = whole_add(sum, app, matures, app->flags & (PS_PLAIN_MATURES | PS_PLAIN_DEFAULTS));
    }
    sums[g->world->apps_n] = sum;
}

static void months_unmix(const struct ledger *g)
{
    uint8_t *restrict mixed = g->work->mixed;
    const int months_n = g->frame->months_n;
    for (int t = 0; t <= months_n; t++)
        mixed[t] = 0;
}

/* Takes every loan for granted in full until it is known to be not. */
static void whole_open(const struct ledger *g)
{
    uint8_t *restrict grants = g->work->grants;
    const int apps_n = g->world->apps_n;
    for (int i = 0; i < apps_n; i++)
        grants[i] = PS_GRANTED_WHOLE;
    if (!SUMS_RUN || !g->registers)
        return;
    months_unmix(g);
    whole_asked_take(g);
    whole_ended_take(g);
}

/* A loan that some lane did not grant in full: neither the month in which it ends nor that of its
 * renewal is as it was summed up. */
static inline void whole_spoil(const struct ledger *g, int app_i)
{
    if (!SUMS_RUN || g->work->grants[app_i] & PS_GRANTED_WHOLE)
        return;
    const struct ps_app *app = &g->world->apps[app_i];
    g->work->mixed[app->end] = g->work->mixed[app->maturity] = 1;
}

#endif
