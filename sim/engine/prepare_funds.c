// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/kmath.h"
#include "pledgesim/math.h"
#include "prepare_parts.h"

/* Funds (docs/model.md, section 10): what becomes of an investment is the world's, how much money
 * goes into it and whose that is, the policy's. */

#define ADDRESS_INVESTMENT_BITS 16

/* Eq. (10.9): the hash of the id, its last bits left to the number of the investment. */
static uint64_t fund_address(const char *id)
{
    return ps_loan_address(id) & ~((UINT64_C(1) << ADDRESS_INVESTMENT_BITS) - 1);
}

/* Phi^-1, with its ends. */
static double normal_score(double p_frac)
{
    return p_frac <= 0 ? -INFINITY : p_frac >= 1 ? INFINITY : ps_norm_quantile(p_frac);
}

static struct ps_fund_plan fund_of(const struct ps_scenario *scenario,
                                   const struct ps_funds_row *row)
{
    return (struct ps_fund_plan){
        .address = fund_address(row->fund_id),
        .investments_n = (int)row->investments_n,
        .from_month = (int)row->from_month,
        .to_month = (int)row->to_month,
        .hold_months = (int)row->hold_months,
        .cluster = row->correlation > 0 ? ps_find_cluster(scenario, row->cluster_id) : -1,
        .common = sqrt(row->correlation),
        .own = sqrt(1 - row->correlation),
        .write_off_x = normal_score(row->write_off_frac),
        .median = row->multiple_median,
        .sigma = row->multiple_sigma};
}

enum ps_status ps_prepare_funds(const struct ps_scenario *scenario, struct ps_arena *arena,
                                struct ps_diags *diags, struct ps_world_plan *plan)
{
    struct ps_fund_plan *funds = ps_arena_take(arena, scenario->funds_n * sizeof *funds);
    if (funds == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < scenario->funds_n; i++) {
        const struct ps_funds_row *row = &scenario->funds[i];
        funds[i] = fund_of(scenario, row);
        if (row->correlation > 0 && funds[i].cluster < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        for (size_t k = 0; k < i; k++) {
            if (funds[k].address == funds[i].address) {
                const char *const args[] = {scenario->funds[k].fund_id, row->fund_id, NULL};
                return ps_prepare_refuse(diags, PS_DIAG_FUND_ADDRESS_TAKEN, row->fund_id, args);
            }
        }
        plan->investments_n += funds[i].investments_n;
    }
    plan->funds = funds;
    plan->funds_n = (int)scenario->funds_n;
    return PS_OK;
}

void ps_prepare_fund_levels(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    for (size_t i = 0; i < scenario->funds_n; i++) {
        policy->levels.fund_size_wan[i] = scenario->funds[i].size_wan;
        policy->levels.fund_fiscal_ppm[i] = scenario->funds[i].fiscal_share_ppm;
    }
}
