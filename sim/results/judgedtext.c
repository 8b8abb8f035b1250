// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/judgedtext.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pledgesim/figures.h"

struct ps_text ps_metric_text(const struct ps_metric *metric, double value)
{
    struct ps_text out;
    if (metric->kind == PS_METRIC_MEAN) {
        return ps_text_real(value / ps_measure_divisor(metric->measure), 2);
    }
    const double room = 100 * (value < 0.5 ? value : 1 - value);
    int digits_n = 2;
    for (double limit = 0.1; room > 0 && room < limit && digits_n < 8; limit /= 10) {
        digits_n++;
    }
    (void)snprintf(out.s, sizeof out.s, "%.*f %%", digits_n, 100 * value);
    return out;
}

/* The bound with as many more digits as tell it from the limit. */
static struct ps_text bound_text(const struct ps_metric *metric, double bound, double limit)
{
    struct ps_text out = ps_metric_text(metric, bound);
    const int mean = metric->kind == PS_METRIC_MEAN;
    const double unit = mean ? ps_measure_divisor(metric->measure) : 0.01;
    if (strcmp(out.s, ps_metric_text(metric, limit).s) == 0) {
        const double gap = fabs(bound - limit) / unit;
        int digits_n = 2;
        for (double last = 0.005; gap > 0 && gap <= last && digits_n < 6; last /= 10) {
            digits_n++;
        }
        (void)snprintf(out.s, sizeof out.s, "%.*f%s", digits_n, bound / unit, mean ? "" : " %");
    }
    return out;
}

struct ps_text ps_judged_text(const struct ps_constraint *c, const struct ps_judged *j)
{
    const struct ps_metric *metric = &c->metric;
    struct ps_text out;
    if (metric->kind != PS_METRIC_MEAN && (j->value.value <= 0 || j->value.value >= 1)) {
        const int never = j->value.value <= 0;
        (void)snprintf(out.s, sizeof out.s, "%s %.40s", never ? "<" : ">",
                       ps_metric_text(metric, never ? j->value.upper : j->value.lower).s);
    } else {
        (void)snprintf(
            out.s, sizeof out.s, "%.18s [%s %.18s]", ps_metric_text(metric, j->value.value).s,
            j->at_most ? "<=" : ">=",
            bound_text(metric, j->at_most ? j->value.upper : j->value.lower, j->limit).s);
    }
    return out;
}
