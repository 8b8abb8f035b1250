// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_BREAKER_H
#define PLEDGESIM_KERNEL_BREAKER_H

#include "registers.h"

/* Steps 6 and 7: the NPL balance and the breaker (docs/model.md section 7, NPL and breaker). */

PS_KERNEL_INLINE void npl_event_over(struct ledger *g, const struct ps_event *e, const int over)
{
    const struct ps_fate *f = &g->world->fates[e->fate];
    const double *exposure = row(g->work->exposure, e->fate);
    const int group = group_of(g, f->app);
    const int was_npl = f->tau + g->frame->npl_months < e->month;
    double *npl = group_row(g, group, GROUP_NPL), *n = group_row(g, group, GROUP_NPL_N);
    double *defaulted = group_row(g, group, GROUP_DEFAULTED);
    if (e->step == PS_STEP_NPL_ENTER) {
        g->npl_loans_n++;
        LANES npl[l] += exposure[ITS_LANE(over)];
        LANES n[l] += exposure[ITS_LANE(over)] > 0 ? 1. : 0.;
        return;
    }
    LANES defaulted[l] -= exposure[ITS_LANE(over)];
    if (was_npl) {
        g->npl_loans_n--;
        LANES npl[l] -= exposure[ITS_LANE(over)];
        LANES n[l] -= exposure[ITS_LANE(over)] > 0 ? 1. : 0.;
    }
}

static void npl_event(struct ledger *g, const struct ps_event *e)
{
    if (is_common(g, e->fate))
        npl_event_over(g, e, 1);
    else
        npl_event_over(g, e, PS_LANES);
}

/* What a breaker's ratio is made of, for one group in all lanes. */
static void figure_take(const struct ledger *g, enum ps_breaker_figure figure, int group, ROW fen)
{
    const double *npl = group_row(g, group, GROUP_NPL), *book = group_row(g, group, GROUP_BOOK);
    const double *defaulted = group_row(g, group, GROUP_DEFAULTED);
    if (figure == PS_FIGURE_NPL || figure == PS_FIGURE_BOOK) {
        const double npl_only = figure == PS_FIGURE_NPL ? 1 : 0;
        LANES fen[l] = npl_only > 0 ? npl[l] : book[l] + defaulted[l];
        return;
    }
    const int from = g->by_bank ? 0 : group, to = g->by_bank ? g->shape->pools_n : group + 1;
    const double paid_only = figure == PS_FIGURE_COMPENSATION ? 1 : 0;
    LANES fen[l] = 0;
    for (int p = from; p < to; p++) {
        const double *paid = pool_row(g, p, POOL_PAID), *back = pool_row(g, p, POOL_RETURNED);
        const double *funded = pool_row(g, p, POOL_FUNDED);
        LANES fen[l] += paid_only > 0 ? paid[l] - back[l] : funded[l];
    }
}

static void log_review(const struct ledger *g, int group, const double *numerator,
                       const double *denominator)
{
    const int l = g->work->log->lane;
    log_line(g, PS_LOG_REVIEW, group, (int)group_row(g, group, GROUP_STATUS)[l],
             denominator[l] > 0 ? ps_rnd(1e6 * (numerator[l] / denominator[l])) : 0, NULL, 0);
}

/* One group at a review, eq. (7.9); judged is 1 where there are loans enough to judge by. */
static void group_review(struct ledger *g, const struct ps_breaker_metric *metric, int group,
                         const double *judged)
{
    const struct ps_lane_levels *levels = g->levels;
    double numerator[PS_LANES], denominator[PS_LANES];
    double warn[PS_LANES], suspend[PS_LANES], terminate[PS_LANES], resume[PS_LANES];
    figure_take(g, metric->numerator, group, numerator);
    figure_take(g, metric->denominator, group, denominator);
    if (g->full)
        ratio_reaches(numerator, denominator, levels->warn_ppm, warn);
    ratio_reaches(numerator, denominator, levels->suspend_ppm, suspend);
    ratio_reaches(numerator, denominator, levels->terminate_ppm, terminate);
    ratio_reaches(numerator, denominator, levels->resume_ppm, resume);
    ROW status = group_row(g, group, GROUP_STATUS);
    ROW since = group_row(g, group, GROUP_SINCE);
    ROW warnings = measure_row(g, PS_M_WARNINGS_N);
    const double t = g->t, cooling = g->shape->cooling_months;
    LANES
    {
        const double was = status[l];
        const double cooled = t - since[l] >= cooling ? 1 - judged[l] * resume[l] : 0;
        const double after_normal = judged[l] * suspend[l] > 0 ? STATUS_SUSPENDED : STATUS_NORMAL;
        const double after_suspended = cooled > 0 ? STATUS_NORMAL : STATUS_SUSPENDED;
        const double calm = was == STATUS_NORMAL ? after_normal : after_suspended;
        const double ends = was == STATUS_TERMINATED ? 1 : judged[l] * terminate[l];
        const double now = ends > 0 ? (double)STATUS_TERMINATED : calm;
        since[l] = was == STATUS_NORMAL ? (now == STATUS_SUSPENDED ? t : since[l]) : since[l];
        status[l] = now;
    }
    if (g->full)
        LANES warnings[l] += judged[l] * warn[l];
    if (g->work->log)
        log_review(g, group, numerator, denominator);
}

/* Step 7: reviews happen when t is a multiple of review_months. With too few non-performing loans
 * and without a suspension the NPL metric has nothing to say. */
static inline int review_due(struct ledger *g)
{
    if (g->t != g->review_month)
        return 0;
    g->review_month += g->shape->review_months;
    const int judged = g->npl_loans_n && g->npl_loans_n >= g->levels->min_npl_least;
    return judged || g->suspended_any || g->levels->always_judged || g->work->log;
}

static void breaker_review(struct ledger *g)
{
    int n;
    const struct ps_breaker_metric *metric = ps_models_breaker_metric(&n)[g->shape->breaker_metric];
    const ps_vector suspended = vector_of(STATUS_SUSPENDED);
    g->suspended_any = 0;
    for (int group = 0; group < g->groups_n; group++) {
        const double *live = group_row(g, group, GROUP_LIVE);
        const double *npl_n = group_row(g, group, GROUP_NPL_N);
        const double *status = group_row(g, group, GROUP_STATUS);
        const double *min_live = crow(g->levels->min_live, 0);
        const double *min_npl = crow(g->levels->min_npl, 0);
        double judged[PS_LANES];
        ps_mask_of_lanes concerns[VECTORS];
        VECS
        {
            const ps_mask_of_lanes enough =
                VECTOR_COMPARE(vector_at(live, v), vector_at(min_live, v), GE) &
                VECTOR_COMPARE(vector_at(npl_n, v), vector_at(min_npl, v), GE);
            vector_put(judged, v, vector_where(enough, vector_of(1)));
            concerns[v] = enough | VECTOR_COMPARE(vector_at(status, v), suspended, EQ);
        }
        if (lanes_of_masks(concerns) || g->work->log)
            group_review(g, metric, group, judged);
        g->suspended_any |= lanes_above_zero(status) != 0;
    }
}

/* Sums over the breaker groups: all in-pool loans. */
struct npl_book {
    ps_vector npl[VECTORS], book[VECTORS], live[VECTORS];
};

PS_KERNEL_INLINE void npl_book_take(const struct ledger *g, const struct registers *r,
                                    struct npl_book *b)
{
    VECS b->npl[v] = b->book[v] = b->live[v] = vector_of(0);
    for (int group = 0; group < g->groups_n; group++)
        VECS
        {
            b->npl[v] += vector_at(group_row(g, group, GROUP_NPL), v);
            b->book[v] += vector_at(group_row(g, group, GROUP_DEFAULTED), v);
            if (g->registers) {
                b->book[v] += r->book[v];
                b->live[v] += r->live[v];
            } else {
                b->book[v] += vector_at(group_row(g, group, GROUP_BOOK), v);
                b->live[v] += vector_at(group_row(g, group, GROUP_LIVE), v);
            }
        }
}

/* The NPL ratio of the whole in-pool book and its peak: full tier only. */
PS_KERNEL_INLINE void npl_measure(struct ledger *g, const struct registers *r)
{
    double *ratio = row(g->work->path, PS_PATH_NPL * (g->frame->months_n + 1) + g->t);
    double *peak = measure_row(g, PS_M_NPL_PEAK);
    const ps_vector nil = vector_of(0);
    const int peaks = g->t <= g->frame->horizon;
    ps_mask_of_lanes known[VECTORS];
    const int kept = path_kept(g, PS_PATH_NPL);
    if (kept && !g->npl_loans_n)
        rows_zero(ratio, 1);
    if (!g->npl_loans_n && (!peaks || g->peak_known))
        return; /* a ratio of 0 changes no peak */
    struct npl_book b;
    npl_book_take(g, r, &b);
    VECS
    {
        const ps_mask_of_lanes some = VECTOR_COMPARE(b.npl[v], nil, GT);
        const ps_vector part = b.npl[v] / vector_select(some, b.book[v], vector_of(1));
        const ps_vector ppm = vector_floor(part * 1e6 + 0.5), was = vector_at(peak, v);
        const ps_vector enough = vector_at(crow(g->levels->min_live, 0), v);
        const ps_mask_of_lanes counts =
            VECTOR_COMPARE(b.live[v], enough, GE) & VECTOR_COMPARE(ppm, was, GT);
        if (kept)
            vector_put(ratio, v, ppm);
        if (peaks)
            vector_put(peak, v, vector_select(counts, ppm, was));
    }
    VECS known[v] = VECTOR_COMPARE(vector_at(peak, v), nil, GE);
    g->peak_known = lanes_of_masks(known) == ALL_LANES;
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
