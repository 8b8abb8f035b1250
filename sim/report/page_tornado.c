// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "page.h"
#include "pledgesim/figures.h"
#include "pledgesim/ranges.h"

/* The tornado of a run: one parameter at a time over its plausible range. */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* [difference, lower end, upper end, more than chance] at the low end, then at the high one. */
static json_t *ends_data(const struct ps_sensitivity *s, int m, int a)
{
    const double divisor = ps_metric_divisor(&s->study->metrics[m]);
    json_t *out = json_array();
    for (int end = 0; end < 2; end++) {
        const struct ps_verdict v = ps_tornado_end(s->tornado, m, a, end);
        (void)json_array_append_new(out, json_pack("[o, o, o, b]", number(v.value / divisor),
                                                   number(v.lo95 / divisor),
                                                   number(v.hi95 / divisor), v.real));
    }
    return out;
}

static json_t *bar_data(const struct ps_sensitivity *s, int a)
{
    const struct ps_axis *axis = &s->study->axes[a];
    const struct ps_plausible *range = ps_plausible_find(axis->column);
    const struct ps_column_desc *column = ps_plausible_column(range);
    return json_pack("{s: [s, s], s: [s, s], s: [s, s], s: s, s: [s, s], s: o, s: o, s: o}",
                     "label", column->doc[PS_LANG_ZH], column->doc[PS_LANG_EN], "ends",
                     ps_axis_value(axis, 0).s, ps_axis_value(axis, axis->steps_n).s, "unit",
                     ps_column_unit(column, PS_LANG_ZH), ps_column_unit(column, PS_LANG_EN), "mark",
                     range->mark, "reason", range->doc[PS_LANG_ZH], range->doc[PS_LANG_EN],
                     "depletion", ends_data(s, PS_PAGE_DEPLETION, a), "target",
                     ends_data(s, PS_PAGE_TARGET, a), "cost", ends_data(s, PS_PAGE_COST, a));
}

json_t *ps_page_tornado(const struct ps_sensitivity *s)
{
    if (s == NULL)
        return json_null();
    json_t *bars = json_array();
    for (int a = 0; a < s->study->axes_n; a++)
        (void)json_array_append_new(bars, bar_data(s, a));
    return json_pack("{s: I, s: o}", "worlds", (json_int_t)s->tornado->comparison.worlds_n, "bars",
                     bars);
}
