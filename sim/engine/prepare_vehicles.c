// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare_parts.h"

/* Securitisations and trusts (docs/model.md, section 10). New issues stand first, in the order of
 * their ids: their firms belong to the world, whatever a policy does with them; then the transfers;
 * then the trusts. */

#define ADDRESS_FIRM_BITS 16

const struct ps_vehicles_row *ps_vehicle_row(const struct ps_scenario *scenario, int vehicle)
{
    static const int64_t ORDER[] = {PS_ABS_NEW_ISSUE, PS_ABS_TRANSFER};
    for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++) {
        for (size_t i = 0; i < scenario->vehicles_n; i++) {
            if (scenario->vehicles[i].abs_mode == ORDER[k] && vehicle-- == 0) {
                return &scenario->vehicles[i];
            }
        }
    }
    return NULL;
}

/* Eq. (10.1): the upper 46 bits of the id's hash behind the bits 01; a firm adds its number. */
static uint64_t issue_address(const char *id)
{
    const uint64_t top = UINT64_C(3) << 62, firms = (UINT64_C(1) << ADDRESS_FIRM_BITS) - 1;
    return (ps_loan_address(id) & ~top & ~firms) | UINT64_C(1) << 62;
}

static enum ps_status issue_prepare(const struct ps_scenario *scenario, struct ps_diags *diags,
                                    struct ps_issue_plan *issues, int i)
{
    const struct ps_vehicles_row *row = ps_vehicle_row(scenario, i);
    issues[i] = (struct ps_issue_plan){.address = issue_address(row->vehicle_id),
                                       .month = (int)row->issue_month,
                                       .tenor_months = (int)row->tenor_months,
                                       .size_wan = (uint32_t)row->size_wan,
                                       .firms_n = (int)row->firms_n,
                                       .segment = -1,
                                       .amount_sigma = row->amount_sigma};
    if (row->segment_id[0] != '\0') {
        issues[i].segment = ps_find_id(scenario->segments[0].segment_id, sizeof *scenario->segments,
                                       scenario->segments_n, row->segment_id);
        if (issues[i].segment < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
    }
    for (int k = 0; k < i; k++) {
        if (issues[k].address == issues[i].address) {
            const char *const args[] = {ps_vehicle_row(scenario, k)->vehicle_id, row->vehicle_id,
                                        NULL};
            return ps_prepare_refuse(diags, PS_DIAG_VEHICLE_ADDRESS_TAKEN, row->vehicle_id, args);
        }
    }
    return PS_OK;
}

enum ps_status ps_prepare_issues(const struct ps_scenario *scenario, struct ps_arena *arena,
                                 struct ps_diags *diags, struct ps_world_plan *plan)
{
    struct ps_issue_plan *issues = ps_arena_take(arena, scenario->vehicles_n * sizeof *issues);
    if (issues == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < scenario->vehicles_n; i++) {
        if (scenario->vehicles[i].abs_mode != PS_ABS_NEW_ISSUE) {
            continue;
        }
        const enum ps_status status = issue_prepare(scenario, diags, issues, plan->issues_n);
        if (status != PS_OK) {
            return status;
        }
        plan->issued_n += issues[plan->issues_n++].firms_n;
    }
    plan->issues = issues;
    return PS_OK;
}

const struct ps_trusts_row *ps_trust_row(const struct ps_scenario *scenario, int vehicle)
{
    int before = 0;
    while (ps_vehicle_row(scenario, before) != NULL) {
        before++;
    }
    return vehicle >= before && (size_t)(vehicle - before) < scenario->trusts_n
               ? &scenario->trusts[vehicle - before]
               : NULL;
}

static enum ps_status trusts_prepare(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    const struct ps_trusts_row *row;
    for (int i = policy->shape.vehicles_n; (row = ps_trust_row(scenario, i)) != NULL; i++) {
        const int pool = row->pool_id[0] == '\0'
                             ? 0
                             : ps_find_id(scenario->pools[0].pool_id, sizeof *scenario->pools,
                                          scenario->pools_n, row->pool_id);
        if (pool < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        const int64_t last = scenario->p.horizon_months + scenario->p.runoff_months;
        const int final = (int)(row->final_month == PS_NOT_GIVEN ? last : row->final_month);
        policy->shape.vehicles[i] = (struct ps_vehicle_shape){.kind = PS_VEHICLE_TRUST,
                                                              .month = (int)row->from_month,
                                                              .to_month = (int)row->to_month,
                                                              .final_month = final,
                                                              .holder = (int)row->subordinated_by,
                                                              .pool = pool};
        policy->shape.vehicles_n++;
        policy->shape.takers_n++;
        policy->shape.trusts_n++;
        policy->levels.vehicle_size_wan[i] = row->size_wan;
        policy->levels.subordinated_ppm[i] = row->subordinated_ppm;
        policy->levels.max_loan_wan[i] = row->max_loan_wan;
    }
    return PS_OK;
}

enum ps_status ps_prepare_vehicles(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    const struct ps_vehicles_row *row;
    for (int i = 0; (row = ps_vehicle_row(scenario, i)) != NULL; i++) {
        struct ps_vehicle_shape *vehicle = &policy->shape.vehicles[i];
        const int transfer = row->abs_mode == PS_ABS_TRANSFER;
        vehicle->month = (int)row->issue_month;
        vehicle->kind = transfer ? PS_VEHICLE_TRANSFER : PS_VEHICLE_ISSUE;
        vehicle->min_months_left = transfer ? (int)row->min_months_left : 0;
        policy->shape.vehicles_n++;
        policy->shape.takers_n += transfer;
        policy->levels.vehicle_size_wan[i] = row->size_wan;
        policy->levels.subordinated_ppm[i] = row->subordinated_ppm;
        policy->levels.undertaking_ppm[i] = row->undertaking_ppm;
        policy->levels.undertaker_guarantor[i] = row->undertaker == PS_UNDERTAKER_GUARANTOR;
        policy->levels.issue_subsidy_ppm[i] = row->issue_subsidy_ppm;
    }
    return trusts_prepare(scenario, policy);
}
