// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prepare_parts.h"

/* Who borrows: segments, the loans of month 0, and how many loans a world can hold at most
 * (docs/model.md, section 5). */

#define FEN_PER_WAN 1e6

/* ---- segments ---- */

static int same_amount(const struct ps_segments_row *a, const struct ps_segments_row *b)
{
    return a->amount_median_wan == b->amount_median_wan && a->amount_sigma == b->amount_sigma &&
           a->amount_min_wan == b->amount_min_wan && a->amount_max_wan == b->amount_max_wan;
}

/* The law of segment i's amount, shared with an earlier segment of the same numbers. */
static enum ps_status segment_amount(const struct ps_scenario *scenario, struct ps_arena *arena,
                                     size_t i, struct ps_segment_plan *segments,
                                     struct ps_discrete *laws, int *laws_n)
{
    const struct ps_segments_row *row = &scenario->segments[i];
    for (size_t k = 0; k < i; k++) {
        if (same_amount(&scenario->segments[k], row)) {
            segments[i].amount_law = segments[k].amount_law;
            segments[i].amount_min_wan = segments[k].amount_min_wan;
            return PS_OK;
        }
    }
    const struct ps_amount_spec spec = {.median_wan = row->amount_median_wan,
                                        .sigma = row->amount_sigma,
                                        .min_wan = row->amount_min_wan,
                                        .max_wan = row->amount_max_wan};
    segments[i].amount_law = *laws_n;
    return ps_discrete_amount(arena, &spec, &laws[(*laws_n)++], &segments[i].amount_min_wan);
}

static enum ps_status segment_prepare(const struct ps_scenario *scenario, struct ps_arena *arena,
                                      const struct ps_world_plan *plan,
                                      const struct ps_segments_row *row,
                                      struct ps_segment_plan *segment)
{
    *segment = (struct ps_segment_plan){.loan_rate_ppm = row->loan_rate_ppm};
    segment->cluster = ps_find_cluster(scenario, row->cluster_id);
    segment->ip_kind = ps_find_id(scenario->ip_kinds[0].ip_kind_id, sizeof *scenario->ip_kinds,
                                  scenario->ip_kinds_n, row->ip_kind_id);
    if (segment->cluster < 0 || segment->ip_kind < 0) {
        return ps_status_raise(PS_BUG); /* checked when the book was read */
    }
    segment->klass = ps_prepare_class_of(scenario, plan, (int)(row - scenario->segments),
                                         row->pd_frac, row->correlation);
    segment->equal_cut = ps_probability_cut(row->equal_principal_frac, &segment->equal_all);
    segment->micro_cut = ps_probability_cut(row->micro_frac, &segment->micro_all);
    const double tenors[PS_TENORS_N] = {row->tenor_6m_frac, row->tenor_12m_frac,
                                        row->tenor_24m_frac, row->tenor_36m_frac};
    struct ps_discrete law;
    const enum ps_status status = ps_discrete_from_weights(arena, tenors, PS_TENORS_N, &law);
    for (int i = 0; status == PS_OK && i < PS_TENORS_N - 1; i++) {
        segment->tenor_cut[i] = i < law.values_n - 1 ? law.cut[i] : UINT64_C(1) << 32;
    }
    return status;
}

enum ps_status ps_prepare_segments(const struct ps_scenario *scenario, struct ps_arena *arena,
                                   struct ps_world_plan *plan)
{
    static const int tenor_months[PS_TENORS_N] = {6, 12, 24, 36};
    const size_t n = scenario->segments_n;
    struct ps_segment_plan *segments = ps_arena_take(arena, n * sizeof *segments);
    struct ps_discrete *laws = ps_arena_take(arena, n * sizeof *laws);
    double *shares = ps_arena_take(arena, n * sizeof *shares);
    if (segments == NULL || laws == NULL || shares == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    double share_sum = 0;
    int laws_n = 0;
    for (size_t i = 0; i < n; i++) {
        shares[i] = scenario->segments[i].share_frac;
        share_sum += shares[i];
        enum ps_status status =
            segment_prepare(scenario, arena, plan, &scenario->segments[i], &segments[i]);
        if (status == PS_OK) {
            status = segment_amount(scenario, arena, i, segments, laws, &laws_n);
        }
        if (status != PS_OK) {
            return status;
        }
        plan->terms_needed |= segments[i].equal_cut > 0 || segments[i].micro_cut > 0;
    }
    if (share_sum <= 0) {
        shares[0] = 1; /* a book of tape loans only */
    }
    plan->segments = segments;
    plan->segments_n = (int)n;
    plan->amount_laws = laws;
    plan->tenor_months = tenor_months;
    return ps_discrete_from_weights(arena, shares, (int)n, &plan->segment);
}

/* ---- tape ---- */

struct firm_loan {
    const char *firm_id;
    int loan;
};

static int firm_order(const void *a, const void *b)
{
    const struct firm_loan *x = a, *y = b;
    const int order = strcmp(x->firm_id, y->firm_id);
    return order != 0 ? order : (x->loan > y->loan) - (x->loan < y->loan);
}

/* Numbers the firms with several loans, in the order of their ids. */
static enum ps_status number_firms(const struct ps_scenario *scenario, struct ps_tape_plan *tape,
                                   int *firms_n)
{
    const size_t n = scenario->loans_n;
    struct firm_loan *list = malloc((n > 0 ? n : 1) * sizeof *list);
    if (list == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    size_t named_n = 0;
    for (size_t i = 0; i < n; i++) {
        tape[i].firm = -1;
        if (scenario->loans[i].firm_id[0] != '\0') {
            list[named_n++] = (struct firm_loan){scenario->loans[i].firm_id, (int)i};
        }
    }
    qsort(list, named_n, sizeof *list, firm_order);
    for (size_t i = 0, end; i < named_n; i = end) {
        for (end = i + 1; end < named_n && strcmp(list[end].firm_id, list[i].firm_id) == 0; end++) {
        }
        if (end - i > 1) {
            for (size_t k = i; k < end; k++) {
                tape[list[k].loan].firm = *firms_n;
            }
            ++*firms_n;
        }
    }
    free(list);
    return PS_OK;
}

static int address_order(const void *a, const void *b)
{
    const struct ps_tape_plan *const *x = a, *const *y = b;
    return ((*x)->address > (*y)->address) - ((*x)->address < (*y)->address);
}

static enum ps_status check_addresses(const struct ps_scenario *scenario,
                                      const struct ps_tape_plan *tape, struct ps_diags *diags)
{
    const size_t n = scenario->loans_n;
    const struct ps_tape_plan **list = malloc((n > 0 ? n : 1) * sizeof *list);
    if (list == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        list[i] = &tape[i];
    }
    qsort(list, n, sizeof *list, address_order);
    enum ps_status status = PS_OK;
    for (size_t i = 1; i < n && status == PS_OK; i++) {
        if (list[i]->address == list[i - 1]->address) {
            const char *id = scenario->loans[list[i] - tape].loan_id;
            const char *const args[] = {scenario->loans[list[i - 1] - tape].loan_id, id, NULL};
            status = ps_prepare_refuse(diags, PS_DIAG_LOAN_ADDRESS_TAKEN, id, args);
        }
    }
    free(list);
    return status;
}

/* -1: none. */
static int find_anchor(const struct ps_scenario *scenario, const char *id)
{
    return id[0] == '\0' || scenario->anchors_n == 0
               ? -1
               : ps_find_id(scenario->anchors[0].anchor_id, sizeof *scenario->anchors,
                            scenario->anchors_n, id);
}

/* Numbers the different Beta laws of recoveries; laws past the limit are only counted. */
static int law_of(const struct ps_loans_row *loan, struct ps_recovery_law *laws, int *laws_n)
{
    if (isnan(loan->recovery_frac) || loan->recovery_sd_frac <= 0) {
        return -1;
    }
    for (int i = 0; i < *laws_n && i < PS_RECOVERY_LAWS_MAX; i++) {
        if (laws[i].mean_frac == loan->recovery_frac && laws[i].sd_frac == loan->recovery_sd_frac) {
            return i;
        }
    }
    if (*laws_n < PS_RECOVERY_LAWS_MAX) {
        laws[*laws_n] = (struct ps_recovery_law){loan->recovery_frac, loan->recovery_sd_frac};
    }
    return (*laws_n)++;
}

int ps_prepare_recovery_laws(const struct ps_scenario *scenario,
                             struct ps_recovery_law laws[PS_RECOVERY_LAWS_MAX],
                             struct ps_tape_plan *tape)
{
    int laws_n = 0;
    for (size_t i = 0; i < scenario->loans_n; i++) {
        const int law = law_of(&scenario->loans[i], laws, &laws_n);
        if (tape != NULL) {
            tape[i].recovery_law = law;
        }
    }
    return laws_n;
}

static enum ps_status refuse_more(struct ps_diags *diags, enum ps_diag_code code, size_t n,
                                  size_t limit)
{
    char counted[32], most[32];
    (void)snprintf(counted, sizeof counted, "%zu", n);
    (void)snprintf(most, sizeof most, "%zu", limit);
    const char *const args[] = {counted, most, NULL};
    return ps_prepare_refuse(diags, code, NULL, args);
}

/* What a tape may hold of groups and recovery laws. */
static enum ps_status check_kinds(const struct ps_scenario *scenario, struct ps_tape_plan *tape,
                                  struct ps_diags *diags)
{
    struct ps_recovery_law laws[PS_RECOVERY_LAWS_MAX];
    const int laws_n = ps_prepare_recovery_laws(scenario, laws, tape);
    if (scenario->groups_n > PS_GROUPS_MAX) {
        return refuse_more(diags, PS_DIAG_TOO_MANY_GROUPS, scenario->groups_n, PS_GROUPS_MAX);
    }
    if (laws_n > PS_RECOVERY_LAWS_MAX) {
        return refuse_more(diags, PS_DIAG_TOO_MANY_LAWS, (size_t)laws_n, PS_RECOVERY_LAWS_MAX);
    }
    return PS_OK;
}

static int group_of(const struct ps_scenario *scenario, const struct ps_loans_row *loan)
{
    return scenario->groups_n == 0 ? 0
                                   : ps_find_id(scenario->group_ids[0], sizeof *scenario->group_ids,
                                                scenario->groups_n, loan->group_id);
}

enum ps_status ps_prepare_tape(const struct ps_scenario *scenario, struct ps_arena *arena,
                               struct ps_diags *diags, struct ps_world_plan *plan)
{
    const size_t n = scenario->loans_n;
    struct ps_tape_plan *tape = ps_arena_take(arena, n * sizeof *tape);
    if (tape == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ps_loans_row *row = &scenario->loans[i];
        const int segment = ps_find_id(scenario->segments[0].segment_id, sizeof *scenario->segments,
                                       scenario->segments_n, row->segment_id);
        if (segment < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        const double amount_fen = (double)row->amount_wan * FEN_PER_WAN;
        const int valued = row->pledged_value_fen != PS_NOT_GIVEN;
        const int anchor = find_anchor(scenario, row->anchor_id);
        tape[i] = (struct ps_tape_plan){
            .address = ps_loan_address(row->loan_id),
            .segment = segment,
            .klass = ps_prepare_class_of(scenario, plan, segment, row->pd_frac, row->correlation),
            .amount_wan = (uint32_t)row->amount_wan,
            .months_left = (int)row->months_left,
            .age_months = (int)row->age_months,
            .equal_principal = row->repayment == PS_REPAY_EQUAL,
            .pledged_per_yuan = valued ? (double)row->pledged_value_fen / amount_fen : -1,
            .recovery_frac = isnan(row->recovery_frac) ? -1 : row->recovery_frac,
            .anchor = anchor,
            .group = group_of(scenario, row)};
        plan->anchored |= anchor >= 0;
    }
    plan->tape = tape;
    plan->tape_n = (int)n;
    enum ps_status status = number_firms(scenario, tape, &plan->tape_firms_n);
    if (status == PS_OK) {
        status = check_kinds(scenario, tape, diags);
    }
    return status == PS_OK ? check_addresses(scenario, tape, diags) : status;
}

/* ---- bounds ---- */

static int shortest_tenor(const struct ps_world_plan *plan, int segment)
{
    const uint64_t *cut = plan->segments[segment].tenor_cut;
    int i = 0;
    while (i < PS_TENORS_N - 1 && cut[i] == 0) {
        i++;
    }
    return plan->tenor_months[i];
}

static int longest_tenor(const struct ps_world_plan *plan, int segment)
{
    const uint64_t *cut = plan->segments[segment].tenor_cut;
    int i = PS_TENORS_N - 1;
    while (i > 0 && cut[i - 1] == UINT64_C(1) << 32) {
        i--;
    }
    return plan->tenor_months[i];
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

/* Applications a chain can hold after the one granted in month g. */
static size_t renewals_max(const struct ps_world_plan *plan, int g, int shortest)
{
    const int renewed = plan->renewal_all || plan->renewal_cut > 0;
    return renewed && g <= plan->horizon ? (size_t)((plan->horizon - g) / shortest) : 0;
}

static void add_firms(struct ps_world_plan *plan, int *last_maturity)
{
    int shortest = INT_MAX, longest = 0;
    for (int i = 0; i < plan->segments_n; i++) {
        if (!ps_discrete_can_be(&plan->segment, i)) {
            continue;
        }
        const int tenor = shortest_tenor(plan, i);
        shortest = tenor < shortest ? tenor : shortest;
        longest = max_int(longest, longest_tenor(plan, i));
    }
    for (int t = 1; t <= plan->horizon; t++) {
        const size_t firms = (size_t)plan->arrivals[t].values_n - 1;
        for (int g = t; g <= plan->horizon && g <= t + plan->retry_months; g++) {
            const size_t renewals = renewals_max(plan, g, shortest);
            if (firms > 0) {
                *last_maturity =
                    max_int(*last_maturity, (renewals > 0 ? plan->horizon : g) + longest);
            }
            plan->apps_max += firms * (1 + renewals);
        }
    }
}

static void add_tape(struct ps_world_plan *plan, int *last_maturity)
{
    for (int i = 0; i < plan->tape_n; i++) {
        const struct ps_tape_plan *loan = &plan->tape[i];
        const int left = loan->months_left;
        const int renewed = left <= plan->horizon && (plan->renewal_all || plan->renewal_cut > 0);
        *last_maturity = max_int(*last_maturity, left);
        if (renewed) {
            *last_maturity =
                max_int(*last_maturity, plan->horizon + longest_tenor(plan, loan->segment));
            plan->apps_max += 1 + renewals_max(plan, left, shortest_tenor(plan, loan->segment));
        }
        plan->apps_max++;
    }
}

static void add_issues(const struct ps_world_plan *plan, int *last_maturity)
{
    for (int i = 0; i < plan->issues_n; i++) {
        *last_maturity =
            max_int(*last_maturity, plan->issues[i].month + plan->issues[i].tenor_months);
    }
}

enum ps_status ps_prepare_bounds(struct ps_diags *diags, struct ps_world_plan *plan)
{
    int last_maturity = 0;
    add_firms(plan, &last_maturity);
    const size_t firms = plan->apps_max;
    add_tape(plan, &last_maturity);
    add_issues(plan, &last_maturity);
    if (plan->apps_max > PS_APPS_MAX) {
        return ps_prepare_refuse_apps(diags, (double)firms, (double)(plan->apps_max - firms));
    }
    if (last_maturity > plan->months_n) {
        return ps_status_raise(PS_BUG);
    }
    plan->last_maturity = last_maturity;
    return PS_OK;
}
