// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "book_internal.h"
#include "pledgesim/world.h"

/* Funds: sizes, months, and whose index their write-offs follow. */

static const struct ps_column_desc *column_of(const char *name)
{
    return ps_column_find(PS_TABLE_funds, name);
}

static int is_bad(const struct ps_rows *rows, size_t row, const char *name)
{
    return ps_rows_bad(rows, row, column_of(name));
}

static void tell(struct ps_load *load, const struct ps_rows *rows, size_t row, const char *name,
                 enum ps_diag_code code, const int64_t numbers[2])
{
    char text[2][24];
    (void)snprintf(text[0], sizeof text[0], "%" PRId64, numbers[0]);
    (void)snprintf(text[1], sizeof text[1], "%" PRId64, numbers[1]);
    const char *const args[] = {text[0], text[1], NULL};
    const struct ps_place place = ps_rows_place(load, rows, row, column_of(name));
    ps_load_tell(load, code, &place, NULL, args);
}

static void check_parts(struct ps_load *load, const struct ps_rows *rows, size_t i)
{
    const struct ps_funds_row *fund = ps_rows_at(rows, i);
    const int64_t numbers[] = {fund->investments_n, fund->size_wan};
    if (fund->size_wan > 0 && fund->size_wan < fund->investments_n &&
        !is_bad(rows, i, "size_wan") && !is_bad(rows, i, "investments_n")) {
        tell(load, rows, i, "size_wan", PS_DIAG_FUND_SMALL, numbers);
    }
}

static void check_cluster(struct ps_load *load, const struct ps_rows *rows, size_t i)
{
    const struct ps_funds_row *fund = ps_rows_at(rows, i);
    if (fund->correlation > 0 && fund->cluster_id[0] == '\0' && !is_bad(rows, i, "correlation") &&
        !is_bad(rows, i, "cluster_id")) {
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("correlation"));
        const char *const args[] = {fund->fund_id, NULL};
        ps_load_tell(load, PS_DIAG_FUND_CLUSTER, &place, NULL, args);
    }
}

static int check_within(struct ps_load *load, const struct ps_rows *rows, size_t i,
                        const char *name, int64_t month, int64_t horizon)
{
    const int64_t numbers[] = {horizon, 0};
    const int bad = is_bad(rows, i, name);
    if (!bad && month > horizon) {
        tell(load, rows, i, name, PS_DIAG_FUND_BEYOND, numbers);
    }
    return !bad && month <= horizon;
}

static void check_months(struct ps_load *load, const struct ps_case *c, size_t i)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_funds];
    const struct ps_funds_row *fund = ps_rows_at(rows, i);
    const int64_t horizon = c->p.horizon_months, last = horizon + c->p.runoff_months;
    const int begins = check_within(load, rows, i, "from_month", fund->from_month, horizon);
    const int ends = check_within(load, rows, i, "to_month", fund->to_month, horizon);
    if (!begins || !ends) {
        return;
    }
    if (fund->from_month > fund->to_month) {
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("to_month"));
        const char *const args[] = {"from_month", "to_month", NULL};
        ps_load_tell(load, PS_DIAG_MONTH_ORDER, &place, NULL, args);
        return;
    }
    if (fund->size_wan == 0 || is_bad(rows, i, "investments_n") || is_bad(rows, i, "hold_months")) {
        return;
    }
    const int n = (int)fund->investments_n;
    const int month = ps_investment_month((int)fund->from_month, (int)fund->to_month, n, n - 1);
    if (month + fund->hold_months > last) {
        char text[2][24];
        (void)snprintf(text[0], sizeof text[0], "%" PRId64, month + fund->hold_months);
        (void)snprintf(text[1], sizeof text[1], "%" PRId64, last);
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("hold_months"));
        ps_load_note(load, c, PS_DIAG_FUND_CUT, &place, text[0], text[1]);
    }
}

void ps_check_funds(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_funds];
    const int known = !ps_case_bad(c, ps_column_find(PS_TABLE_scenarios, "horizon_months")) &&
                      !ps_case_bad(c, ps_column_find(PS_TABLE_scenarios, "runoff_months"));
    for (size_t i = 0; i < rows->n; i++) {
        check_parts(load, rows, i);
        check_cluster(load, rows, i);
        if (known) {
            check_months(load, c, i);
        }
    }
}
