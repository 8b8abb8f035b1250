// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "book_internal.h"

/* Trusts: their months, and whether the pool that is to hold the subordinated piece can. */

static const struct ps_column_desc *column_of(const char *name)
{
    return ps_column_find(PS_TABLE_trusts, name);
}

static int is_bad(const struct ps_rows *rows, size_t row, const char *name)
{
    return ps_rows_bad(rows, row, column_of(name));
}

static void tell(struct ps_load *load, const struct ps_rows *rows, size_t row, const char *name,
                 enum ps_diag_code code, const char *first, const char *second)
{
    const char *const args[] = {first, second, NULL};
    const struct ps_place place = ps_rows_place(load, rows, row, column_of(name));
    ps_load_tell(load, code, &place, NULL, args);
}

static int check_within(struct ps_load *load, const struct ps_rows *rows, size_t i,
                        const char *name, int64_t month, int64_t horizon)
{
    char text[24];
    const int bad = is_bad(rows, i, name);
    (void)snprintf(text, sizeof text, "%" PRId64, horizon);
    if (!bad && month > horizon) {
        tell(load, rows, i, name, PS_DIAG_TRUST_BEYOND, text, NULL);
    }
    return !bad && month <= horizon;
}

static void check_months(struct ps_load *load, const struct ps_case *c, size_t i)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_trusts];
    const struct ps_trusts_row *trust = ps_rows_at(rows, i);
    const int64_t horizon = c->p.horizon_months, last = horizon + c->p.runoff_months;
    const int begins = check_within(load, rows, i, "from_month", trust->from_month, horizon);
    const int ends = check_within(load, rows, i, "to_month", trust->to_month, horizon);
    if (begins && ends && trust->from_month > trust->to_month) {
        tell(load, rows, i, "to_month", PS_DIAG_MONTH_ORDER, "from_month", "to_month");
        return;
    }
    const int64_t final = trust->final_month == PS_NOT_GIVEN ? last : trust->final_month;
    if (ends && !is_bad(rows, i, "final_month") && (final <= trust->to_month || final > last)) {
        char text[2][24];
        (void)snprintf(text[0], sizeof text[0], "%" PRId64, trust->to_month);
        (void)snprintf(text[1], sizeof text[1], "%" PRId64, last);
        tell(load, rows, i, "final_month", PS_DIAG_TRUST_FINAL, text[0], text[1]);
    }
}

/* All that a pool may get by a month from elsewhere than its own interest and recoveries. */
static double paid_in_fen(const struct ps_case *c, const struct ps_pools_row *pool, int64_t month)
{
    const struct ps_rows *topups = c->tables[PS_TABLE_topups];
    double fen = (double)pool->initial_fen;
    fen += (double)pool->topup_yearly_fen * (double)(month / 12 + 1);
    for (size_t i = 0; i < topups->n; i++) {
        const struct ps_topups_row *topup = ps_rows_at(topups, i);
        fen += topup->month <= month ? (double)topup->amount_fen : 0;
    }
    return fen;
}

static void check_holder(struct ps_load *load, const struct ps_case *c, size_t i)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_trusts], *pools = c->tables[PS_TABLE_pools];
    const struct ps_trusts_row *trust = ps_rows_at(rows, i);
    if (trust->subordinated_by != PS_HOLDER_POOL || trust->size_wan == 0 || pools->n == 0 ||
        is_bad(rows, i, "subordinated_by") || is_bad(rows, i, "size_wan") ||
        is_bad(rows, i, "pool_id") || is_bad(rows, i, "subordinated_pct") ||
        is_bad(rows, i, "from_month")) {
        return;
    }
    const size_t named = trust->pool_id[0] == '\0' ? 0 : ps_rows_find(pools, trust->pool_id);
    if (named == SIZE_MAX) {
        return; /* told as an unknown reference */
    }
    const struct ps_pools_row *pool = ps_rows_at(pools, named);
    if (pools->n > 1 && trust->pool_id[0] == '\0') {
        tell(load, rows, i, "pool_id", PS_DIAG_TRUST_POOL_ASSUMED, trust->trust_id, pool->pool_id);
    }
    const double piece_fen = (double)trust->size_wan * (double)trust->subordinated_ppm;
    const double most_fen = paid_in_fen(c, pool, trust->from_month);
    if (piece_fen > most_fen) {
        char text[2][24];
        (void)snprintf(text[0], sizeof text[0], "%.0f", piece_fen / 1e6);
        (void)snprintf(text[1], sizeof text[1], "%.0f", most_fen / 1e6);
        const struct ps_place place = ps_rows_place(load, rows, i, column_of("subordinated_by"));
        ps_load_note(load, c, PS_DIAG_TRUST_PIECE, &place, text[0], text[1]);
    }
}

void ps_check_trusts(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *rows = c->tables[PS_TABLE_trusts];
    const int known = !ps_case_bad(c, ps_column_find(PS_TABLE_scenarios, "horizon_months")) &&
                      !ps_case_bad(c, ps_column_find(PS_TABLE_scenarios, "runoff_months"));
    for (size_t i = 0; i < rows->n; i++) {
        if (known) {
            check_months(load, c, i);
        }
        check_holder(load, c, i);
    }
}
