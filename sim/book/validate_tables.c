// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Decimal shares add up in binary only up to a few ulp. */
static const double SUM_TOLERANCE = 1e-9;

static int is_broken(const struct ps_rows *rows)
{
    return rows->source != NULL && rows->source->broken;
}

static int is_clean(const struct ps_rows *rows, const struct ps_column_desc *column)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (ps_rows_bad(rows, i, column)) {
            return 0;
        }
    }
    return 1;
}

static double real_at(const struct ps_rows *rows, size_t row, const struct ps_column_desc *column)
{
    struct ps_value value;
    ps_value_load(column, ps_rows_at(rows, row), &value);
    return value.real;
}

static int64_t whole_at(const struct ps_rows *rows, size_t row, const struct ps_column_desc *column)
{
    struct ps_value value;
    ps_value_load(column, ps_rows_at(rows, row), &value);
    return value.whole;
}

/* Written out in the file, by a scheme or by an override, not a default. */
static int is_given(const struct ps_rows *rows, size_t row, const struct ps_column_desc *column)
{
    return ps_rows_override(rows, row, column) != NULL || ps_rows_term(rows, row, column) != NULL ||
           (rows->from[row] != SIZE_MAX &&
            ps_source_state(rows->source, rows->from[row], column) != PS_CELL_EMPTY);
}

/* "99.5": a fraction as percent, short enough to read. */
static void percent_text(double fraction, char text[32])
{
    (void)snprintf(text, 32, "%.10g", fraction * 100);
}

/* ---- a column that sums to 100 % ---- */

static void check_shares(struct ps_load *load, const struct ps_rows *rows)
{
    const struct ps_column_desc *column = ps_column_find(rows->table, "share_pct");
    double sum = 0;
    if (rows->n == 0 || is_broken(rows) || !is_clean(rows, column)) {
        return;
    }
    struct ps_place place = {0};
    for (size_t i = 0; i < rows->n; i++) {
        sum += real_at(rows, i, column);
        if (ps_rows_override(rows, i, column) != NULL) {
            place = ps_rows_place(load, rows, i, column);
        }
    }
    if (fabs(sum - 1) <= SUM_TOLERANCE) {
        return;
    }
    if (place.file == NULL) {
        place = rows->source == NULL ? ps_rows_place(load, rows, 0, column)
                                     : ps_source_header(rows->source, column);
    }
    char text[32];
    percent_text(sum, text);
    const char *const args[] = {ps_table_desc(rows->table)->name, text, NULL};
    ps_load_tell(load, PS_DIAG_SHARE_SUM, &place, NULL, args);
}

/* ---- segments ---- */

/* The first of some columns of a row that was written, else the first. */
static struct ps_place first_given(const struct ps_load *load, const struct ps_rows *rows,
                                   size_t row, const char *const names[])
{
    for (size_t i = 0; names[i] != NULL; i++) {
        const struct ps_column_desc *column = ps_column_find(rows->table, names[i]);
        if (is_given(rows, row, column)) {
            return ps_rows_place(load, rows, row, column);
        }
    }
    return ps_rows_place(load, rows, row, ps_column_find(rows->table, names[0]));
}

static int any_bad(const struct ps_rows *rows, size_t row, const char *const names[])
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (ps_rows_bad(rows, row, ps_column_find(rows->table, names[i]))) {
            return 1;
        }
    }
    return 0;
}

static void check_tenors(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"tenor_6m_pct", "tenor_12m_pct", "tenor_24m_pct",
                                        "tenor_36m_pct", NULL};
    double sum = 0;
    if (any_bad(rows, row, NAMES)) {
        return;
    }
    for (size_t i = 0; NAMES[i] != NULL; i++) {
        sum += real_at(rows, row, ps_column_find(rows->table, NAMES[i]));
    }
    if (fabs(sum - 1) > SUM_TOLERANCE) {
        const struct ps_place place = first_given(load, rows, row, NAMES);
        char text[32];
        percent_text(sum, text);
        const char *const args[] = {text, NULL};
        ps_load_tell(load, PS_DIAG_TENOR_SUM, &place, NULL, args);
    }
}

static void check_amounts(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const BOUNDS[] = {"amount_max_wan", "amount_min_wan", NULL};
    static const char *const MEDIAN[] = {"amount_median_wan", "amount_min_wan", "amount_max_wan",
                                         NULL};
    const struct ps_segments_row *segment = ps_rows_at(rows, row);
    if (any_bad(rows, row, BOUNDS)) {
        return;
    }
    if (segment->amount_min_wan > segment->amount_max_wan) {
        const struct ps_place place = first_given(load, rows, row, BOUNDS);
        ps_load_tell(load, PS_DIAG_AMOUNT_ORDER, &place, NULL, NULL);
    } else if (!any_bad(rows, row, MEDIAN) &&
               (segment->amount_median_wan < (double)segment->amount_min_wan ||
                segment->amount_median_wan > (double)segment->amount_max_wan)) {
        const struct ps_place place = first_given(load, rows, row, MEDIAN);
        ps_load_tell(load, PS_DIAG_MEDIAN_OUTSIDE, &place, NULL, NULL);
    }
}

/* ---- products ---- */

static void check_parties(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"pool_share_pct",        "guarantor_share_pct",
                                        "reguarantor_share_pct", "insurer_share_pct",
                                        "appraiser_share_pct",   NULL};
    const struct ps_column_desc *bank = ps_column_find(rows->table, "bank_share_pct");
    const int64_t bank_ppm = whole_at(rows, row, bank);
    int64_t sum_ppm = 0;
    if (any_bad(rows, row, NAMES) || ps_rows_bad(rows, row, bank)) {
        return;
    }
    for (size_t i = 0; NAMES[i] != NULL; i++) {
        sum_ppm += whole_at(rows, row, ps_column_find(rows->table, NAMES[i]));
    }
    const int has_bank = bank_ppm != PS_NOT_GIVEN;
    const int64_t total_ppm = sum_ppm + (has_bank ? bank_ppm : 0);
    char text[32];
    percent_text((double)total_ppm / 1e6, text);
    const struct ps_products_row *product = ps_rows_at(rows, row);
    const char *const args[] = {text, product->product_id, rows->first->p.scenario_id, NULL};
    if (has_bank && total_ppm != 1000000) {
        struct ps_place place = ps_rows_place(load, rows, row, bank);
        for (size_t i = 0; NAMES[i] != NULL; i++) {
            const struct ps_item *item =
                ps_rows_override(rows, row, ps_column_find(rows->table, NAMES[i]));
            place = item != NULL ? ps_item_place(load, item) : place;
        }
        ps_load_tell(load, PS_DIAG_PARTY_SUM, &place, NULL, args);
    } else if (total_ppm > 1000000) {
        const struct ps_place place = first_given(load, rows, row, NAMES);
        ps_load_tell(load, PS_DIAG_PARTY_OVER, &place, NULL, args);
    }
}

/* Eq. (7.17): what public money may bear of a loss; the re-guarantee system is public too. */
static void check_public(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"pool_share_pct",
                                        "reguarantor_share_pct",
                                        "insurer_share_pct",
                                        "insurer_excess",
                                        "scheme",
                                        NULL};
    static const int64_t most_ppm = 800000;
    const struct ps_products_row *product = ps_rows_at(rows, row);
    if (any_bad(rows, row, NAMES)) {
        return;
    }
    const int64_t excess_ppm =
        product->insurer_excess == PS_EXCESS_POOL ? product->insurer_share_ppm : 0;
    const int64_t public_ppm =
        product->pool_share_ppm + product->reguarantor_share_ppm + excess_ppm;
    if (public_ppm > most_ppm && public_ppm <= 1000000) { /* more was told as an error */
        char text[32];
        percent_text((double)public_ppm / 1e6, text);
        const struct ps_place place = first_given(load, rows, row, NAMES);
        const char *const args[] = {text, product->product_id, NULL};
        ps_load_tell(load, PS_DIAG_PUBLIC_SHARE, &place, NULL, args);
    }
}

static void check_order(struct ps_load *load, const struct ps_rows *rows, size_t row,
                        const char *from, const char *to)
{
    const struct ps_column_desc *first = ps_column_find(rows->table, from);
    const struct ps_column_desc *last = ps_column_find(rows->table, to);
    const int64_t end = whole_at(rows, row, last);
    if (ps_rows_bad(rows, row, first) || ps_rows_bad(rows, row, last) || end == 0 ||
        whole_at(rows, row, first) <= end) {
        return;
    }
    const struct ps_place place = ps_rows_place(load, rows, row, last);
    const char *const args[] = {from, to, NULL};
    ps_load_tell(load, PS_DIAG_MONTH_ORDER, &place, NULL, args);
}

/* ---- loans ---- */

/* A recovery with a spread is a Beta law, whose concentration is kept as that of prices is. */
static void check_recovery(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"recovery_sd_pct", "recovery_pct", NULL};
    static const double LOWEST = 0.1, HIGHEST = 10000;
    const struct ps_loans_row *loan = ps_rows_at(rows, row);
    if (any_bad(rows, row, NAMES) || loan->recovery_sd_frac <= 0) {
        return;
    }
    const struct ps_place place =
        ps_rows_place(load, rows, row, ps_column_find(rows->table, NAMES[0]));
    if (isnan(loan->recovery_frac)) {
        ps_load_tell(load, PS_DIAG_RECOVERY_MEAN, &place, NULL, NULL);
        return;
    }
    const double spread = loan->recovery_frac * (1 - loan->recovery_frac);
    const double least = sqrt(spread / (HIGHEST + 1)), most = sqrt(spread / (LOWEST + 1));
    if (loan->recovery_sd_frac >= least && loan->recovery_sd_frac <= most) {
        return;
    }
    char mean[32], from[32], to[32];
    percent_text(loan->recovery_frac, mean);
    (void)snprintf(from, sizeof from, "%.3g", ceil(least * 1e5) / 1e3);
    (void)snprintf(to, sizeof to, "%.3g", floor(most * 1e4) / 1e2);
    const char *const args[] = {mean, from, to, NULL};
    ps_load_tell(load, PS_DIAG_RECOVERY_SPREAD, &place, NULL, args);
}

/* ---- pools ---- */

static void check_topup(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"topup", "topup_target_wan", NULL};
    const struct ps_pools_row *pool = ps_rows_at(rows, row);
    char rule[PS_LABEL_BYTES];
    if (any_bad(rows, row, NAMES)) {
        return;
    }
    ps_value_format(ps_column_find(rows->table, "topup"), pool, rule);
    if (strcmp(rule, "target") == 0 && pool->topup_target_fen == 0) {
        const struct ps_place place =
            ps_rows_place(load, rows, row, ps_column_find(rows->table, "topup"));
        ps_load_tell(load, PS_DIAG_TOPUP_TARGET, &place, NULL, NULL);
    }
}

/* The pool that helps another; SIZE_MAX: none, or none of this id (told as a reference). */
static size_t helper_of(const struct ps_rows *rows, size_t row)
{
    const struct ps_pools_row *pool = ps_rows_at(rows, row);
    const int named = pool->support_pool_id[0] != '\0' &&
                      !ps_rows_bad(rows, row, ps_column_find(rows->table, "support_pool_id"));
    return named ? ps_rows_find(rows, pool->support_pool_id) : SIZE_MAX;
}

/* A pool that would end up helping itself: told once a circle, where a scenario closes it or at its
 * first pool. */
static void check_circle(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    const struct ps_column_desc *column = ps_column_find(rows->table, "support_pool_id");
    const struct ps_pools_row *pool = ps_rows_at(rows, row);
    size_t told = row;
    char path[1024];
    size_t n = (size_t)snprintf(path, sizeof path, "%s", pool->pool_id);
    size_t at = row;
    for (size_t step = 0; step < rows->n; step++) {
        at = helper_of(rows, at);
        if (at == SIZE_MAX || at < row) {
            return;
        }
        const struct ps_pools_row *helper = ps_rows_at(rows, at);
        told = ps_rows_override(rows, at, column) != NULL ? at : told;
        n += (size_t)snprintf(path + n, sizeof path - n, " <- %s", helper->pool_id);
        if (n >= sizeof path) {
            n = sizeof path - 1;
        }
        if (at == row) {
            const struct ps_place place = ps_rows_place(load, rows, told, column);
            const char *const args[] = {path, NULL};
            ps_load_tell(load, PS_DIAG_SUPPORT_CIRCLE, &place, NULL, args);
            return;
        }
    }
}

static void check_support(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"support_pool_id", "support_limit_wan", NULL};
    const struct ps_pools_row *pool = ps_rows_at(rows, row);
    check_circle(load, rows, row);
    if (!any_bad(rows, row, NAMES) &&
        (pool->support_pool_id[0] != '\0') != (pool->support_limit_fen > 0)) {
        const struct ps_place place = first_given(load, rows, row, NAMES);
        const char *const args[] = {pool->pool_id, NULL};
        ps_load_tell(load, PS_DIAG_SUPPORT_HALF, &place, NULL, args);
    }
}

/* ---- vehicles ---- */

static void check_tranches(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"undertaking_pct", "subordinated_pct", NULL};
    const struct ps_vehicles_row *vehicle = ps_rows_at(rows, row);
    const int64_t sum_ppm = vehicle->subordinated_ppm + vehicle->undertaking_ppm;
    if (!any_bad(rows, row, NAMES) && sum_ppm > 1000000) {
        const struct ps_place place = first_given(load, rows, row, NAMES);
        char text[32];
        percent_text((double)sum_ppm / 1e6, text);
        const char *const args[] = {text, NULL};
        ps_load_tell(load, PS_DIAG_TRANCHES_OVER, &place, NULL, args);
    }
}

static void check_undertaker(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    const struct ps_column_desc *column = ps_column_find(rows->table, "undertaker");
    const struct ps_vehicles_row *vehicle = ps_rows_at(rows, row);
    if (!ps_rows_bad(rows, row, column) && (vehicle->undertaker == PS_UNDERTAKER_POOL ||
                                            vehicle->undertaker == PS_UNDERTAKER_BUREAU)) {
        char who[PS_LABEL_BYTES];
        ps_value_format(column, vehicle, who);
        const struct ps_place place = ps_rows_place(load, rows, row, column);
        ps_load_tell(load, PS_DIAG_UNDERTAKER_PUBLIC, &place, who, NULL);
    }
}

static void check_firms(struct ps_load *load, const struct ps_rows *rows, size_t row)
{
    static const char *const NAMES[] = {"size_wan", "firms_n", "abs_mode", NULL};
    const struct ps_vehicles_row *vehicle = ps_rows_at(rows, row);
    if (vehicle->abs_mode == PS_ABS_NEW_ISSUE && vehicle->size_wan < vehicle->firms_n &&
        !any_bad(rows, row, NAMES)) {
        const struct ps_place place = first_given(load, rows, row, NAMES);
        char text[2][24];
        (void)snprintf(text[0], sizeof text[0], "%" PRId64, vehicle->firms_n);
        (void)snprintf(text[1], sizeof text[1], "%" PRId64, vehicle->size_wan);
        const char *const args[] = {text[0], text[1], NULL};
        ps_load_tell(load, PS_DIAG_ISSUE_SMALL, &place, NULL, args);
    }
}

void ps_check_table(struct ps_load *load, const struct ps_rows *rows)
{
    switch (rows->table) {
    case PS_TABLE_segments:
    case PS_TABLE_products:
    case PS_TABLE_banks:
        check_shares(load, rows);
        break;
    default:
        break;
    }
    for (size_t i = 0; i < rows->n; i++) {
        switch (rows->table) {
        case PS_TABLE_segments:
            check_tenors(load, rows, i);
            check_amounts(load, rows, i);
            break;
        case PS_TABLE_products:
            check_parties(load, rows, i);
            check_public(load, rows, i);
            check_order(load, rows, i, "open_from_month", "open_to_month");
            break;
        case PS_TABLE_pools:
            check_topup(load, rows, i);
            check_support(load, rows, i);
            break;
        case PS_TABLE_vehicles:
            check_tranches(load, rows, i);
            check_undertaker(load, rows, i);
            check_firms(load, rows, i);
            break;
        case PS_TABLE_loans:
            check_recovery(load, rows, i);
            break;
        case PS_TABLE_shocks:
            check_order(load, rows, i, "from_month", "to_month");
            break;
        default:
            break;
        }
    }
}

/* ---- references ---- */

/* Up to five ids, the nearest first; a dash when there are none. */
static void list_ids(const struct ps_rows *target, const char *typed, char list[1024])
{
    struct ps_nearest best = {0};
    for (size_t i = 0; i < target->n; i++) {
        ps_nearest_offer(&best, typed, ps_rows_at(target, i));
    }
    const char *near = ps_nearest_name(&best, typed);
    size_t n = 0, listed = 0;
    (void)snprintf(list, 1024, "-");
    if (near != NULL) {
        n = (size_t)snprintf(list, 1024, "%s", near);
        listed++;
    }
    for (size_t i = 0; i < target->n && listed < 5; i++) {
        const char *id = ps_rows_at(target, i);
        if (near == NULL || strcmp(id, near) != 0) {
            n += (size_t)snprintf(list + n, 1024 - n, "%s%s", listed++ == 0 ? "" : ", ", id);
        }
    }
    if (listed < target->n) {
        (void)snprintf(list + n, 1024 - n, ", ...");
    }
}

static void check_column(struct ps_load *load, const struct ps_rows *rows,
                         const struct ps_column_desc *column, const struct ps_rows *target)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct ps_value value;
        ps_value_load(column, ps_rows_at(rows, i), &value);
        if (value.text[0] == '\0' || ps_rows_bad(rows, i, column) ||
            ps_rows_find(target, value.text) != SIZE_MAX) {
            continue;
        }
        char list[1024];
        list_ids(target, value.text, list);
        const struct ps_place place = ps_rows_place(load, rows, i, column);
        const char *const args[] = {ps_table_desc(column->ref)->name, list, NULL};
        ps_load_tell(load, PS_DIAG_REF_UNKNOWN, &place, value.text, args);
    }
}

/* 1 when these two files were compared before; ids and references do not depend on the case then.
 */
static int is_known_pair(struct ps_load *load, const struct ps_rows *rows,
                         const struct ps_rows *target)
{
    for (const struct ps_pair *pair = load->pairs; pair != NULL; pair = pair->next) {
        if (pair->from == rows->source && pair->to == target->source) {
            return rows->overrides == NULL;
        }
    }
    return 0;
}

enum ps_status ps_check_references(struct ps_load *load, const struct ps_case *c)
{
    for (int t = PS_TABLE_scenarios + 1; t < PS_TABLE_N; t++) {
        const struct ps_rows *rows = c->tables[t];
        const struct ps_table_desc *desc = ps_table_desc((enum ps_table)t);
        for (size_t k = 0; rows != NULL && k < desc->columns_n; k++) {
            const struct ps_column_desc *column = &desc->columns[k];
            const struct ps_rows *target =
                column->kind == PS_KIND_REF ? c->tables[column->ref] : NULL;
            if (target == NULL || is_broken(target) || is_known_pair(load, rows, target)) {
                continue;
            }
            check_column(load, rows, column, target);
            struct ps_pair *pair = ps_load_take(&load->scratch, 1, sizeof *pair);
            if (pair == NULL) {
                return ps_status_raise(PS_MEMORY);
            }
            *pair = (struct ps_pair){load->pairs, rows->source, target->source};
            load->pairs = pair;
        }
    }
    return PS_OK;
}
