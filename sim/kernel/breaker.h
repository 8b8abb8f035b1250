// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_BREAKER_H
#define PLEDGESIM_KERNEL_BREAKER_H

#include "lanes.h"

/* Steps 6 and 7: the NPL balance and the breaker (docs/model.md section 7, NPL and breaker). */

static void npl_event(struct ledger *g, const struct ps_event *e)
{
    const struct ps_fate *f = &g->world->fates[e->fate];
    const double *exposure = row(g->work->exposure, e->fate);
    const int group = group_of(g, f->app);
    const int was_npl = f->tau + g->frame->npl_months < e->month;
    double *npl = group_row(g, group, GROUP_NPL), *n = group_row(g, group, GROUP_NPL_N);
    double *defaulted = group_row(g, group, GROUP_DEFAULTED);
    if (e->step == PS_STEP_NPL_ENTER) {
        g->npl_loans_n++;
        LANES npl[l] += exposure[l];
        LANES n[l] += exposure[l] > 0 ? 1. : 0.;
        return;
    }
    LANES defaulted[l] -= exposure[l];
    if (was_npl) {
        g->npl_loans_n--;
        LANES npl[l] -= exposure[l];
        LANES n[l] -= exposure[l] > 0 ? 1. : 0.;
    }
}

static void reading_take(const struct ledger *g, int group, int l, struct ps_breaker_reading *r)
{
    *r =
        (struct ps_breaker_reading){.npl_fen = (int64_t)group_row(g, group, GROUP_NPL)[l],
                                    .book_fen = (int64_t)(group_row(g, group, GROUP_BOOK)[l] +
                                                          group_row(g, group, GROUP_DEFAULTED)[l])};
    const int from = g->by_bank ? 0 : group, to = g->by_bank ? g->shape->pools_n : group + 1;
    for (int p = from; p < to; p++) {
        r->compensation_fen +=
            (int64_t)(pool_row(g, p, POOL_PAID)[l] - pool_row(g, p, POOL_RETURNED)[l]);
        r->funded_fen += (int64_t)pool_row(g, p, POOL_FUNDED)[l];
    }
}

/* ratio >= threshold, exactly; 0/0 is 0. */
static inline int reaches(int64_t numerator, int64_t denominator, double threshold_ppm)
{
    if (denominator <= 0)
        return threshold_ppm <= 0;
    return (ps_int128)numerator * 1000000 >= (ps_int128)denominator * (int64_t)threshold_ppm;
}

/* One group in one lane at a review, eq. (7.9). */
static void group_review(struct ledger *g, const struct ps_breaker_metric *metric, int group, int l)
{
    const struct ps_lane_levels *levels = g->levels;
    double *status = &group_row(g, group, GROUP_STATUS)[l];
    double *since = &group_row(g, group, GROUP_SINCE)[l];
    struct ps_breaker_reading reading;
    int64_t numerator, denominator;
    reading_take(g, group, l, &reading);
    metric->ratio(&reading, &numerator, &denominator);
    const int judged = group_row(g, group, GROUP_LIVE)[l] >= levels->min_live[l] &&
                       group_row(g, group, GROUP_NPL_N)[l] >= levels->min_npl[l];
    if (judged && reaches(numerator, denominator, levels->warn_ppm[l]))
        measure_row(g, PS_M_WARNINGS_N)[l] += 1;
    if (*status < STATUS_TERMINATED && judged &&
        reaches(numerator, denominator, levels->terminate_ppm[l])) {
        *status = STATUS_TERMINATED;
    } else if (*status == STATUS_NORMAL && judged &&
               reaches(numerator, denominator, levels->suspend_ppm[l])) {
        *status = STATUS_SUSPENDED;
        *since = g->t;
    } else if (*status == STATUS_SUSPENDED && g->t - *since >= (double)g->shape->cooling_months &&
               !(judged && reaches(numerator, denominator, levels->resume_ppm[l]))) {
        *status = STATUS_NORMAL;
    }
    g->suspended_any |= *status > STATUS_NORMAL;
    if (g->work->log && l == g->work->log->lane)
        log_line(g, PS_LOG_REVIEW, group, (int)*status,
                 denominator > 0 ? ps_rnd(1e6 * ((double)numerator / (double)denominator)) : 0,
                 NULL, 0);
}

/* Step 7: reviews happen when t is a multiple of review_months. Without non-performing loans and
 * without a suspension the NPL metric has nothing to say. */
static inline int review_due(const struct ledger *g)
{
    const struct ps_shape *shape = g->shape;
    int n;
    if (shape->breaker_scope == PS_BREAKER_OFF || g->t % shape->review_months)
        return 0;
    return g->npl_loans_n || g->suspended_any || g->levels->judged_at_zero || g->work->log ||
           ps_models_breaker_metric(&n)[shape->breaker_metric] != &ps_breaker_metric_npl;
}

static void breaker_review(struct ledger *g)
{
    int n;
    const struct ps_breaker_metric *metric = ps_models_breaker_metric(&n)[g->shape->breaker_metric];
    g->suspended_any = 0;
    for (int group = 0; group < g->groups_n; group++) {
        const double *live = group_row(g, group, GROUP_LIVE);
        const double *npl_n = group_row(g, group, GROUP_NPL_N);
        const double *status = group_row(g, group, GROUP_STATUS);
        const double *min_live = crow(g->levels->min_live, 0);
        const double *min_npl = crow(g->levels->min_npl, 0);
        double concerns[PS_LANES];
        LANES
        {
            const double judged = live[l] >= min_live[l] ? (npl_n[l] >= min_npl[l] ? 1 : 0) : 0;
            concerns[l] = status[l] > 0 ? 1 : judged;
        }
        if (lanes_sum(concerns) == 0 && !g->work->log)
            continue;
        for (int l = 0; l < g->levels->lanes_n; l++)
            if (concerns[l] > 0 || g->work->log)
                group_review(g, metric, group, l);
    }
}

/* The NPL ratio of the whole in-pool book and its peak: full tier only. */
static void npl_measure(struct ledger *g, ROW ratio)
{
    double npl[PS_LANES], book[PS_LANES], live[PS_LANES];
    if (!g->npl_loans_n)
        LANES ratio[l] = 0;
    if (!g->npl_loans_n && (g->t > g->frame->horizon || g->peak_known))
        return; /* a ratio of 0 changes no peak */
    for (int group = 0; group < g->groups_n; group++) {
        const double *a = group_row(g, group, GROUP_NPL), *b = group_row(g, group, GROUP_BOOK);
        const double *c = group_row(g, group, GROUP_DEFAULTED);
        const double *d = group_row(g, group, GROUP_LIVE);
        if (group == 0)
            LANES npl[l] = book[l] = live[l] = 0;
        LANES
        {
            npl[l] += a[l];
            book[l] += b[l] + c[l];
            live[l] += d[l];
        }
    }
    LANES ratio[l] = npl[l] > 0 ? ps_rnd(1e6 * (npl[l] / book[l])) : 0;
    if (g->t > g->frame->horizon)
        return;
    ROW peak = measure_row(g, PS_M_NPL_PEAK);
    const double *min_live = crow(g->levels->min_live, 0);
    double missing[PS_LANES];
    LANES
    {
        const double now = live[l] >= min_live[l] ? ratio[l] : -1;
        peak[l] = now > peak[l] ? now : peak[l];
        missing[l] = peak[l] < 0 ? 1 : 0;
    }
    g->peak_known = lanes_sum(missing) == 0;
}

/* Months of the plan that begin lending under a suspension or a termination. */
static void suspension_count(struct ledger *g)
{
    double worst[PS_LANES];
    LANES worst[l] = 0;
    for (int group = 0; group < g->groups_n; group++) {
        const double *status = group_row(g, group, GROUP_STATUS);
        LANES worst[l] = status[l] > worst[l] ? status[l] : worst[l];
    }
    double *suspended = measure_row(g, PS_M_MONTHS_SUSPENDED);
    double *terminated = measure_row(g, PS_M_MONTHS_TERMINATED);
    LANES suspended[l] += worst[l] == STATUS_SUSPENDED ? 1. : 0.;
    LANES terminated[l] += worst[l] == STATUS_TERMINATED ? 1. : 0.;
}

#endif
