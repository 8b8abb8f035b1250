// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pledgesim/world.h"

/* Sums of money stay exact in a double, and far from the end of int64. */
static const double MONEY_MAX_FEN = 9007199254740992.0; /* 2^53 */

static const struct ps_column_desc *scalar(const char *name)
{
    return ps_column_find(PS_TABLE_scenarios, name);
}

/* ---- breaker ---- */

static void check_below(struct ps_load *load, const struct ps_case *c, const char *low,
                        int64_t low_ppm, const char *high, int64_t high_ppm)
{
    if (low_ppm <= high_ppm || ps_case_bad(c, scalar(low)) || ps_case_bad(c, scalar(high))) {
        return;
    }
    const size_t index = (size_t)(scalar(low) - ps_table_desc(PS_TABLE_scenarios)->columns);
    const struct ps_place place =
        ps_case_place(load, c, scalar(c->given[index] != NULL ? low : high));
    const double ppm_per_percent = 1e4;
    char low_pct[32], high_pct[32];
    (void)snprintf(low_pct, sizeof low_pct, "%g", (double)low_ppm / ppm_per_percent);
    (void)snprintf(high_pct, sizeof high_pct, "%g", (double)high_ppm / ppm_per_percent);
    const char *const args[] = {low, low_pct, high, high_pct, NULL};
    ps_load_tell(load, PS_DIAG_BREAKER_ORDER, &place, NULL, args);
}

static void check_breaker(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_scenarios_row *p = &c->p;
    if (p->breaker_scope == PS_BREAKER_OFF) {
        return;
    }
    check_below(load, c, "breaker_resume_pct", p->breaker_resume_ppm, "breaker_suspend_pct",
                p->breaker_suspend_ppm);
    check_below(load, c, "breaker_warn_pct", p->breaker_warn_ppm, "breaker_suspend_pct",
                p->breaker_suspend_ppm);
    check_below(load, c, "breaker_suspend_pct", p->breaker_suspend_ppm, "breaker_terminate_pct",
                p->breaker_terminate_ppm);
}

/* ---- is there anything to simulate ---- */

static int is_broken(const struct ps_rows *rows)
{
    return rows->source != NULL && rows->source->broken;
}

static void check_lending(struct ps_load *load, const struct ps_case *c)
{
    const struct ps_rows *demand = c->tables[PS_TABLE_demand];
    const struct ps_rows *loans = c->tables[PS_TABLE_loans];
    if (demand->n == 0 && loans->n == 0 && !is_broken(demand) && !is_broken(loans)) {
        const struct ps_place place = ps_case_place(load, c, NULL);
        ps_load_tell(load, PS_DIAG_NOTHING_LENT, &place, NULL, NULL);
    }
}

/* ---- money ---- */

/* Upper bound in fen of everything that any sum of the scenario can hold: the pools with their
 * top-ups, the tape, vehicles, trusts, funds, and each expected firm borrowing the largest amount
 * every six months. */
static double money_bound(const struct ps_case *c)
{
    const double years = (double)(c->p.horizon_months + c->p.runoff_months) / 12 + 1;
    double fen = 0;
    double firms = 0;
    double amount_max_wan = 0;
    for (size_t i = 0; i < c->tables[PS_TABLE_pools]->n; i++) {
        const struct ps_pools_row *pool = ps_rows_at(c->tables[PS_TABLE_pools], i);
        fen += (double)pool->initial_fen + years * (double)pool->topup_yearly_fen;
    }
    for (size_t i = 0; i < c->tables[PS_TABLE_topups]->n; i++) {
        const struct ps_topups_row *topup = ps_rows_at(c->tables[PS_TABLE_topups], i);
        fen += (double)topup->amount_fen;
    }
    for (size_t i = 0; i < c->tables[PS_TABLE_demand]->n; i++) {
        const struct ps_demand_row *year = ps_rows_at(c->tables[PS_TABLE_demand], i);
        firms += year->new_firms_n * c->p.demand_multiplier;
    }
    firms *= exp(PS_UNCERTAIN_Z_MAX * c->p.demand_uncertainty_sigma);
    for (size_t i = 0; i < c->tables[PS_TABLE_segments]->n; i++) {
        const struct ps_segments_row *segment = ps_rows_at(c->tables[PS_TABLE_segments], i);
        const double amount = (double)segment->amount_max_wan;
        amount_max_wan = amount > amount_max_wan ? amount : amount_max_wan;
    }
    double lent_wan = firms * amount_max_wan;
    for (size_t i = 0; i < c->tables[PS_TABLE_loans]->n; i++) {
        const struct ps_loans_row *loan = ps_rows_at(c->tables[PS_TABLE_loans], i);
        lent_wan += (double)loan->amount_wan;
    }
    double issued_wan = 0;
    for (size_t i = 0; i < c->tables[PS_TABLE_vehicles]->n; i++) {
        const struct ps_vehicles_row *vehicle = ps_rows_at(c->tables[PS_TABLE_vehicles], i);
        issued_wan += (double)vehicle->size_wan;
    }
    for (size_t i = 0; i < c->tables[PS_TABLE_trusts]->n; i++) {
        const struct ps_trusts_row *trust = ps_rows_at(c->tables[PS_TABLE_trusts], i);
        issued_wan += (double)trust->size_wan;
    }
    double grown_wan = 0; /* funds at their largest multiple, whose normal is below 6.77 */
    for (size_t i = 0; i < c->tables[PS_TABLE_funds]->n; i++) {
        const struct ps_funds_row *fund = ps_rows_at(c->tables[PS_TABLE_funds], i);
        const double multiple = fund->multiple_median * exp(6.77 * fund->multiple_sigma);
        grown_wan += (double)fund->size_wan * (multiple > 1 ? multiple : 1);
    }
    const double chain = 1 + (double)c->p.horizon_months / 6;
    const double registered = (double)c->p.registered_ratio_ppm / 1e6;
    return fen + grown_wan * 1e6 +
           (lent_wan * chain + issued_wan) * 1e6 * (registered > 1 ? registered : 1);
}

static void check_money(struct ps_load *load, const struct ps_case *c)
{
    const double fen = money_bound(c);
    if (fen < MONEY_MAX_FEN) {
        return;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%.3g", fen / 1e10);
    const struct ps_place place = ps_case_place(load, c, NULL);
    const char *const args[] = {text, NULL};
    ps_load_tell(load, PS_DIAG_MONEY_TOO_LARGE, &place, NULL, args);
}

/* ---- clusters named by rows ---- */

/* Shocks, anchors and funds name a cluster; a shock may also name all, a fund none. */
static void check_named_clusters(struct ps_load *load, const struct ps_case *c, enum ps_table table)
{
    const struct ps_rows *rows = c->tables[table];
    const struct ps_column_desc *column = ps_column_find(table, "cluster_id");
    const struct ps_clusters *clusters = c->clusters;
    if (clusters->n == 0 || is_broken(clusters->segments)) {
        return;
    }
    for (size_t i = 0; i < rows->n; i++) {
        struct ps_value value;
        struct ps_nearest best = {0};
        ps_value_load(column, ps_rows_at(rows, i), &value);
        int known = ps_rows_bad(rows, i, column) ||
                    (table == PS_TABLE_shocks && strcmp(value.text, "all") == 0) ||
                    (table == PS_TABLE_funds && value.text[0] == '\0');
        for (size_t k = 0; k < clusters->n && !known; k++) {
            known = strcmp(value.text, clusters->ids[k]) == 0;
            ps_nearest_offer(&best, value.text, clusters->ids[k]);
        }
        if (!known) {
            const struct ps_place place = ps_rows_place(load, rows, i, column);
            const char *const args[] = {"segments (cluster_id)", best.name, NULL};
            ps_load_tell(load, PS_DIAG_REF_UNKNOWN, &place, value.text, args);
        }
    }
}

void ps_check_case(struct ps_load *load, const struct ps_case *c)
{
    check_breaker(load, c);
    check_lending(load, c);
    check_money(load, c);
    ps_check_sectors(load, c);
    check_named_clusters(load, c, PS_TABLE_shocks);
    check_named_clusters(load, c, PS_TABLE_anchors);
    check_named_clusters(load, c, PS_TABLE_funds);
    ps_check_funds(load, c);
    ps_check_trusts(load, c);
}
