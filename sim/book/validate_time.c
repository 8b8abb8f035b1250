// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MONTHS_MAX = 480 };

static const struct ps_column_desc *scalar(const char *name)
{
    return ps_column_find(PS_TABLE_scenarios, name);
}

/* ---- runoff ---- */

/* Months of the longest loan that may still be granted in the last month of lending. */
static int64_t longest_tenor(const struct ps_case *c)
{
    const struct ps_rows *segments = c->tables[PS_TABLE_segments];
    const int renews = c->tables[PS_TABLE_loans]->n > 0 && c->p.renewal_prob_frac > 0;
    int64_t months = 0;
    for (size_t i = 0; i < segments->n; i++) {
        const struct ps_segments_row *s = ps_rows_at(segments, i);
        const double shares[] = {s->tenor_6m_frac, s->tenor_12m_frac, s->tenor_24m_frac,
                                 s->tenor_36m_frac};
        static const int64_t TENORS[] = {6, 12, 24, 36};
        for (size_t k = 0; k < 4; k++) {
            months = shares[k] > 0 && TENORS[k] > months ? TENORS[k] : months;
        }
    }
    return c->tables[PS_TABLE_demand]->n > 0 || renews ? months : 0;
}

/* Months that the tape runs beyond the horizon; loans beyond the simulation are told on their own.
 */
static int64_t tape_overhang(const struct ps_case *c)
{
    int64_t months = 0;
    for (size_t i = 0; i < c->tables[PS_TABLE_loans]->n; i++) {
        const struct ps_loans_row *loan = ps_rows_at(c->tables[PS_TABLE_loans], i);
        const int64_t beyond = loan->months_left - c->p.horizon_months;
        months = beyond > months && beyond <= c->p.runoff_months ? beyond : months;
    }
    return months;
}

static int any_bad(const struct ps_rows *rows, const char *const names[])
{
    for (size_t k = 0; names[k] != NULL; k++) {
        const struct ps_column_desc *column = ps_column_find(rows->table, names[k]);
        for (size_t i = 0; i < rows->n; i++) {
            if (ps_rows_bad(rows, i, column)) {
                return 1;
            }
        }
    }
    return 0;
}

static void check_runoff(struct ps_load *load, const struct ps_case *c)
{
    static const char *const TENORS[] = {"tenor_6m_pct", "tenor_12m_pct", "tenor_24m_pct",
                                         "tenor_36m_pct", NULL};
    static const char *const TRIGGER[] = {"trigger_months", NULL};
    static const char *const LEFT[] = {"months_left", NULL};
    if (ps_case_bad(c, scalar("npl_months")) || any_bad(c->tables[PS_TABLE_segments], TENORS) ||
        any_bad(c->tables[PS_TABLE_products], TRIGGER) ||
        any_bad(c->tables[PS_TABLE_loans], LEFT)) {
        return;
    }
    const int64_t lent = longest_tenor(c);
    const int64_t tape = tape_overhang(c);
    const int64_t tenor = lent > tape ? lent : tape;
    int64_t trigger = 0;
    for (size_t i = 0; i < c->tables[PS_TABLE_products]->n; i++) {
        const struct ps_products_row *product = ps_rows_at(c->tables[PS_TABLE_products], i);
        trigger = product->trigger_months > trigger ? product->trigger_months : trigger;
    }
    const int64_t needed = tenor + c->p.npl_months + trigger;
    if (c->p.runoff_months >= needed) {
        return;
    }
    char text[4][24];
    (void)snprintf(text[0], sizeof text[0], "%" PRId64, needed);
    (void)snprintf(text[1], sizeof text[1], "%" PRId64, tenor);
    (void)snprintf(text[2], sizeof text[2], "%" PRId64, c->p.npl_months);
    (void)snprintf(text[3], sizeof text[3], "%" PRId64, trigger);
    const char *const args[] = {text[0], text[1], text[2], text[3], NULL};
    const struct ps_place place = ps_case_place(load, c, scalar("runoff_months"));
    ps_load_tell(load, PS_DIAG_RUNOFF_SHORT, &place, NULL, args);
}

/* ---- months that must lie within the simulation ---- */

static void check_months(struct ps_load *load, const struct ps_case *c, enum ps_table table,
                         const char *name)
{
    const struct ps_rows *rows = c->tables[table];
    const struct ps_column_desc *column = ps_column_find(table, name);
    const int64_t last = c->p.horizon_months + c->p.runoff_months;
    for (size_t i = 0; i < rows->n; i++) {
        struct ps_value value;
        ps_value_load(column, ps_rows_at(rows, i), &value);
        if (value.whole <= last || ps_rows_bad(rows, i, column)) {
            continue;
        }
        char text[24];
        (void)snprintf(text, sizeof text, "%" PRId64, last);
        const struct ps_place place = ps_rows_place(load, rows, i, column);
        const char *const args[] = {text, NULL};
        ps_load_tell(load, PS_DIAG_MONTH_BEYOND, &place, NULL, args);
    }
}

/* ---- years of demand ---- */

static int has_year(const struct ps_rows *demand, int64_t year)
{
    for (size_t i = 0; i < demand->n; i++) {
        const struct ps_demand_row *row = ps_rows_at(demand, i);
        if (row->year == year) {
            return 1;
        }
    }
    return 0;
}

/* "2024-2026, 2030": the years from first to last that have no row; "" when all have one. */
static void list_missing(const struct ps_rows *demand, int64_t first, int64_t last, char text[512])
{
    size_t n = 0;
    text[0] = '\0';
    for (int64_t year = first; year <= last && n < 512; year++) {
        int64_t end = year;
        while (end <= last && !has_year(demand, end)) {
            end++;
        }
        if (end == year) {
            continue;
        }
        n += (size_t)snprintf(text + n, 512 - n, "%s%" PRId64, n == 0 ? "" : ", ", year);
        if (end > year + 1 && n < 512) {
            n += (size_t)snprintf(text + n, 512 - n, "-%" PRId64, end - 1);
        }
        year = end;
    }
}

static void check_years(struct ps_load *load, const struct ps_case *c)
{
    static const char *const YEAR[] = {"year", NULL};
    const struct ps_rows *demand = c->tables[PS_TABLE_demand];
    if (demand->n == 0 || demand->source->broken || any_bad(demand, YEAR) ||
        ps_case_bad(c, scalar("start_year")) || ps_case_bad(c, scalar("start_month"))) {
        return;
    }
    const int64_t last = c->p.start_year + (c->p.start_month - 1 + c->p.horizon_months - 1) / 12;
    char text[512];
    list_missing(demand, c->p.start_year, last, text);
    if (text[0] != '\0') {
        const struct ps_place place =
            demand->source->built_in
                ? ps_case_place(load, c, scalar("horizon_months"))
                : ps_source_header(demand->source, ps_column_find(PS_TABLE_demand, "year"));
        const char *const args[] = {text, NULL};
        ps_load_tell(load, PS_DIAG_DEMAND_YEAR, &place, NULL, args);
    }
}

/* ---- vehicles ---- */

static void check_issues(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_vehicles];
    const struct ps_column_desc *month = ps_column_find(PS_TABLE_vehicles, "issue_month");
    const struct ps_column_desc *tenor = ps_column_find(PS_TABLE_vehicles, "tenor_months");
    const int64_t horizon = c->p.horizon_months, last = horizon + c->p.runoff_months;
    for (size_t i = 0; i < rows->n; i++) {
        const struct ps_vehicles_row *vehicle = ps_rows_at(rows, i);
        const int64_t maturity = vehicle->issue_month + vehicle->tenor_months;
        char text[2][24];
        const char *const args[] = {text[0], text[1], NULL};
        if (vehicle->abs_mode == PS_ABS_OFF || ps_rows_bad(rows, i, month)) {
            continue;
        }
        if (vehicle->issue_month > horizon) {
            const struct ps_place place = ps_rows_place(load, rows, i, month);
            (void)snprintf(text[0], sizeof text[0], "%" PRId64, horizon);
            text[1][0] = '\0';
            ps_load_tell(load, PS_DIAG_ISSUE_BEYOND, &place, NULL, args);
        } else if (vehicle->abs_mode == PS_ABS_NEW_ISSUE && maturity > last &&
                   !ps_rows_bad(rows, i, tenor)) {
            const struct ps_place place = ps_rows_place(load, rows, i, tenor);
            (void)snprintf(text[0], sizeof text[0], "%" PRId64, maturity);
            (void)snprintf(text[1], sizeof text[1], "%" PRId64, last);
            ps_load_tell(load, PS_DIAG_ISSUE_OUTLIVES, &place, NULL, args);
        }
    }
}

void ps_check_time(struct ps_load *load, const struct ps_case *c)
{
    if (ps_case_bad(c, scalar("horizon_months")) || ps_case_bad(c, scalar("runoff_months"))) {
        return;
    }
    if (c->p.horizon_months + c->p.runoff_months > MONTHS_MAX) {
        const struct ps_place place = ps_case_place(load, c, scalar("horizon_months"));
        const char *const args[] = {"480", NULL};
        ps_load_tell(load, PS_DIAG_MONTHS_TOO_MANY, &place, NULL, args);
    }
    check_months(load, c, PS_TABLE_topups, "month");
    check_months(load, c, PS_TABLE_shocks, "from_month");
    check_months(load, c, PS_TABLE_shocks, "to_month");
    check_months(load, c, PS_TABLE_loans, "months_left");
    check_issues(load, c);
    check_runoff(load, c);
    check_years(load, c);
}
