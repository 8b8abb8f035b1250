// SPDX-License-Identifier: GPL-3.0-or-later
#include "prices.h"

#include <math.h>
#include <stdlib.h>

/* What another limit would do to the answer: read between the variants of a line, or searched for
 * from the last but one level on. */

/* What fresh worlds added to the objective: other limits would be verified likewise. */
static double moved(const struct search *s)
{
    const struct ps_tuned *out = s->out;
    return out->tried[out->answer].objective.value - out->tried[out->best].objective.value;
}

/* ---- one axis, which is the objective: between the variants looked at ---- */

static int by_place(const void *a, const void *b)
{
    const struct ps_tried *x = a, *y = b;
    return (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

/* The unfavourable bound of constraint c, so that meeting it is being at most the limit. */
static double bound_of(const struct ps_tried *t, int c)
{
    return t->judged[c].at_most ? t->judged[c].value.upper : -t->judged[c].value.lower;
}

/* Where along the sorted variants, from the side of the best objective, constraint c is met at a
 * limit: a place, -HUGE_VAL when from the first on, HUGE_VAL when nowhere. */
static double met_from(const struct search *s, const struct ps_tried *sorted, size_t n, int c,
                       double limit)
{
    const double most = sorted[0].judged[c].at_most ? limit : -limit;
    const int down = s->request->objective.maximise;
    if (bound_of(&sorted[down ? n - 1 : 0], c) <= most) {
        return -HUGE_VAL;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        const struct ps_tried *a = &sorted[down ? n - 1 - i : i];
        const struct ps_tried *b = &sorted[down ? n - 2 - i : i + 1];
        const double x = bound_of(a, c), y = bound_of(b, c);
        if (y <= most) {
            const double step = (double)(b->at[0] - a->at[0]);
            return (double)a->at[0] + step * (x - most) / (x - y);
        }
    }
    return HUGE_VAL;
}

/* The optimum when constraint c has another limit and the others keep theirs. */
static struct ps_price price_on_line(const struct search *s, const struct ps_tried *sorted,
                                     size_t n, int c, double limit)
{
    struct ps_price price = {.limit = limit, .objective = -HUGE_VAL};
    const double sign = s->request->objective.maximise ? -1 : 1;
    for (int k = 0; k < s->request->study.constraints_n; k++) {
        const double own = sorted[0].judged[k].limit;
        double from = met_from(s, sorted, n, k, k == c ? limit : own);
        from = isfinite(from) ? sign * from : from;
        price.objective = from > price.objective ? from : price.objective;
    }
    price.known = isfinite(price.objective);
    /* The next place that can be chosen; as far from the answer as it is from the search's best. */
    price.objective = sign * ceil(price.objective - 1e-9) + moved(s);
    return price;
}

/* ---- otherwise ---- */

/* The last level with all worlds but the finest, or the finest. */
static const struct level *near_level(const struct search *s)
{
    const struct level *last = &s->levels[s->levels_n - 1];
    return s->levels_n > 1 && last[-1].worlds_n == last->worlds_n ? last - 1 : last;
}

static enum ps_status price_by_search(struct search *s, int c, double limit, struct ps_price *price)
{
    const struct ps_tried own = s->out->tried[s->out->best];
    struct aim aim = ps_search_aim(s);
    const int tighter = own.judged[c].at_most ? limit < aim.limit[c] : limit > aim.limit[c];
    aim.limit[c] = limit;
    *price =
        (struct ps_price){.limit = limit, .objective = own.objective.value + moved(s), .known = 1};
    /* Room to spare, or nothing that stood in the way: the answer stays. */
    if (tighter ? ps_search_judge(s, &aim, &own) == PS_MET : !(s->out->binding >> c & 1)) {
        return PS_OK;
    }
    size_t best = 0;
    int settled = 0;
    const enum ps_status status =
        ps_search_again(s, &aim, near_level(s), s->request->worlds_n, &best, &settled);
    if (status == PS_OK) {
        const struct ps_tried *found = &s->out->tried[best];
        price->known = settled && ps_search_judge(s, &aim, found) == PS_MET;
        price->objective = found->objective.value + moved(s);
    }
    return status;
}

/* ---- both ---- */

/* The limits a tenth nearer to and farther from 0 or 1: a demand of 80 % leaves 20 %. */
static void other_limits(const struct search *s, int c, double limit[2])
{
    const struct ps_judged *j = &s->out->tried[0].judged[c];
    const int share = s->request->study.constraints[c].metric.kind != PS_METRIC_MEAN;
    const double part = share && !j->at_most ? 0.1 * (1 - j->limit) : 0.1 * fabs(j->limit);
    limit[0] = j->limit + (j->at_most ? -part : part);
    limit[1] = j->limit + (j->at_most ? part : -part);
}

static enum ps_status prices_on_line(struct search *s)
{
    struct ps_tuned *out = s->out;
    struct ps_tried *sorted = malloc(out->tried_n * sizeof *sorted);
    size_t n = 0;
    if (sorted == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < out->tried_n; i++) {
        if (!out->tried[i].fresh) {
            sorted[n++] = out->tried[i];
        }
    }
    qsort(sorted, n, sizeof *sorted, by_place);
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        double limit[2];
        other_limits(s, c, limit);
        out->tighter[c] = price_on_line(s, sorted, n, c, limit[0]);
        out->looser[c] = price_on_line(s, sorted, n, c, limit[1]);
    }
    free(sorted);
    return PS_OK;
}

enum ps_status ps_search_prices(struct search *s)
{
    if (s->axes_n == 1 && s->request->objective.axis == 0) {
        return prices_on_line(s);
    }
    enum ps_status status = PS_OK;
    for (int c = 0; c < s->request->study.constraints_n && status == PS_OK; c++) {
        double limit[2];
        other_limits(s, c, limit);
        status = price_by_search(s, c, limit[0], &s->out->tighter[c]);
        if (status == PS_OK) {
            status = price_by_search(s, c, limit[1], &s->out->looser[c]);
        }
    }
    return status;
}
