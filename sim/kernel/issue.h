// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_ISSUE_H
#define PLEDGESIM_KERNEL_ISSUE_H

#include "draft.h"
#include "fate.h"

/* The loans of new issues (docs/model.md section 10): firms that a securitisation brings along.
 * They are no applications, so nothing else of the world moves; books without vehicles have none.
 */

/* What a firm draws: segment and weight, then whether and when it defaults. */
static void issued_draw(const struct ps_world_plan *plan, const struct ps_issue_plan *issue,
                        int lane, const struct batch *firm, const struct batch *loan, int l,
                        const struct ps_world_work *work, struct ps_app *app, double *weight)
{
    double z, unused;
    const int segment =
        issue->segment >= 0 ? issue->segment : discrete_draw(&plan->segment, firm->x0[l]);
    const struct ps_draft d = {.month = (uint16_t)issue->month,
                               .maturity = (uint16_t)(issue->month + issue->tenor_months),
                               .segment = (uint16_t)segment,
                               .klass = (uint16_t)plan->segments[segment].klass};
    const double *hazard = work->hazard + lane;
    const size_t stride = (size_t)plan->classes_n * PS_ECONOMY_LANES;
    const double *own = hazard + (size_t)d.klass * PS_ECONOMY_LANES;
    const int tau = default_month(plan, hazard, &d, ps_u01_53(loan->x0[l], loan->x1[l]),
                                  own[d.maturity * stride] - own[d.month * stride], 1, 0);
    ps_normal_pair(firm->x1[l], firm->x2[l], &z, &unused);
    *weight = ps_exp(issue->amount_sigma * z);
    *app = (struct ps_app){.segment = d.segment,
                           .tape = PS_NONE,
                           .tape_firm = PS_NONE,
                           .month = d.month,
                           .maturity = d.maturity,
                           .end = tau ? (uint16_t)tau : d.maturity,
                           .fate = tau ? 0 : PS_NONE,
                           .parent = PS_NONE};
}

/* Eq. (10.2): whole 万元, at least one a firm, the rest by weight; they add up to the size. */
static void issued_share_out(const struct ps_issue_plan *issue, const double *weight,
                             struct ps_issued *issued)
{
    const double rest = (double)issue->size_wan - issue->firms_n;
    double all = 0, sum = 0, before = 0;
    for (int k = 0; k < issue->firms_n; k++)
        all += weight[k];
    for (int k = 0; k < issue->firms_n; k++) {
        sum += weight[k];
        const double until = ps_floor(rest * (sum / all));
        issued[k].app.amount_wan = (uint32_t)(1 + until - before);
        before = until;
    }
}

/* One issue; the fates of its defaults are handed on. */
static void issue_sample(const struct ps_world_plan *plan, int issue_i, int lane,
                         struct ps_world_work *work, const struct ps_world *w,
                         struct ps_issued *issued, struct fate_batch *fates)
{
    const struct ps_issue_plan *issue = &plan->issues[issue_i];
    for (int first = 0; first < issue->firms_n; first += PS_RNG_LANES) {
        const int left = issue->firms_n - first, n = left < PS_RNG_LANES ? left : PS_RNG_LANES;
        uint64_t entity[PS_RNG_LANES];
        struct batch firm, loan;
        for (int l = 0; l < PS_RNG_LANES; l++)
            entity[l] = issue->address + (uint64_t)(first + l);
        batch_draw(plan, w->number, entity, ps_rng_word3(PS_PURPOSE_FIRM, 0), n, &firm);
        batch_draw(plan, w->number, entity, ps_rng_word3(PS_PURPOSE_LOAN, 0), n, &loan);
        for (int l = 0; l < n; l++) {
            struct ps_issued *x = &issued[first + l];
            x->issue = (uint32_t)issue_i;
            issued_draw(plan, issue, lane, &firm, &loan, l, work, &x->app,
                        &work->weights[first + l]);
            if (x->app.fate != PS_NONE)
                fate_collect(plan, work, lane, w->number, entity[l], &x->app, &x->fate, fates);
        }
    }
    issued_share_out(issue, work->weights, issued);
}

static void issues_sample(const struct ps_world_plan *plan, int lane, struct ps_world_work *work,
                          struct ps_world *w, struct fate_batch *fates)
{
    for (int i = 0, first = 0; i < plan->issues_n; first += plan->issues[i++].firms_n)
        issue_sample(plan, i, lane, work, w, w->issued + first, fates);
}

#endif
