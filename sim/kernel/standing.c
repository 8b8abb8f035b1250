// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/ledger.h"

#define PS_LANES PS_LANES_NARROW
#include "instalments.h"

/* What the loans of a standing book do while none fails is the same in every world, so it is added
 * up once (engine/standing.c). A world takes out of it what it does differently. */

void ps_standing_add(struct ps_standing_month *to, const struct ps_standing_month *x, double sign)
{
    to->pool_fen += sign * x->pool_fen;
    to->pool_n += sign * x->pool_n;
    to->all_fen += sign * x->all_fen;
    to->interest_fen += sign * x->interest_fen;
    to->pool_instalment_fen += sign * x->pool_instalment_fen;
    to->all_instalment_fen += sign * x->all_instalment_fen;
}

double ps_standing_owed_fen(const struct ps_app *app, int months)
{
    return owed_fen(app->amount_wan, app->flags & PS_APP_EQUAL, app->maturity, months);
}

struct ps_standing_month ps_standing_leaves(const struct ps_world_plan *plan,
                                            const struct ps_app *app, int in_pool)
{
    const int equal = app->flags & PS_APP_EQUAL, months = app->maturity;
    const double wan = app->amount_wan, owed = ps_standing_owed_fen(app, months - 1);
    const double rate = (double)plan->segments[app->segment].loan_rate_ppm;
    const double part = equal ? instalment(wan, months) : 0;
    return (struct ps_standing_month){.pool_fen = in_pool ? owed : 0,
                                      .pool_n = in_pool ? 1 : 0,
                                      .all_fen = owed,
                                      .interest_fen =
                                          equal ? equal_interest_fen(wan, months, rate, months)
                                                : bullet_interest_fen(wan, rate, months),
                                      .pool_instalment_fen = in_pool ? part : 0,
                                      .all_instalment_fen = part};
}

void ps_standing_take_out(const struct ps_world_plan *plan, const struct ps_policy *policy,
                          const struct ps_world *world, struct ps_standing_month *leave)
{
    const struct ps_standing *s = policy->standing;
    for (int t = 0; t <= plan->months_n; t++)
        leave[t] = s->leave[t];
    for (int f = 0; f < world->fates_n; f++) {
        const int i = world->fates[f].app;
        const struct ps_app *app = &world->apps[i];
        const int in_pool = policy->shape.products[s->product[i]].in_pool;
        const struct ps_standing_month x = ps_standing_leaves(plan, app, in_pool);
        ps_standing_add(&leave[app->maturity], &x, -1);
    }
}
