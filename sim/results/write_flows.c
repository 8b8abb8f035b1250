// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/answer.h"
#include "pledgesim/stats.h"
#include "write.h"

/* Where the money went: edges of a graph whose inner nodes, pool, default, vehicle, vehicle_default
 * and fund, neither make nor keep money. A trust is a vehicle. What pool, treasury and investors
 * put into a vehicle or a fund is told less what came back to them. */

enum known { NOTHING, TAPE, POOLS, ISSUES }; /* what the scenario alone says */

/* Signed measures; 0 ends a list. */
#define PLUS(measure) ((measure) + 1)
#define MINUS(measure) (-(measure)-1)

struct flow {
    const char *from, *to;
    const char *metric; /* NULL: the name of its only measure */
    enum known known;
    int terms[5];
};

static const struct flow FLOWS[] = {
    {"bank", "borrower", "outstanding_before", TAPE, {0}},
    {"bank", "borrower", NULL, NOTHING, {PLUS(PS_M_LENT)}},
    {"borrower",
     "bank",
     "principal_repaid",
     TAPE,
     {PLUS(PS_M_LENT), MINUS(PS_M_EXPOSURE), MINUS(PS_M_VEHICLES_TRANSFERRED)}},
    {"borrower", "bank", NULL, NOTHING, {PLUS(PS_M_BANK_INTEREST)}},
    {"borrower", "guarantor", NULL, NOTHING, {PLUS(PS_M_GUARANTEE_FEES)}},
    {"borrower", "insurer", NULL, NOTHING, {PLUS(PS_M_PREMIUMS)}},
    {"borrower", "default", NULL, NOTHING, {PLUS(PS_M_EXPOSURE)}},
    {"default", "recovery", NULL, NOTHING, {PLUS(PS_M_RECOVERED)}},
    {"default", "pool_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_POOL)}},
    {"default", "guarantor_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_GUARANTOR)}},
    {"default", "reguarantor_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_REGUARANTOR)}},
    {"default", "insurer_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_INSURER)}},
    {"default", "appraiser_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_APPRAISER)}},
    {"default", "bank_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_BANK)}},
    {"treasury", "pool", "pool_initial", POOLS, {0}},
    {"treasury", "pool", NULL, NOTHING, {PLUS(PS_M_TOPUPS)}},
    {"bank", "pool", NULL, NOTHING, {PLUS(PS_M_POOL_INTEREST)}},
    {"recovery", "pool", NULL, NOTHING, {PLUS(PS_M_RETURNED)}},
    {"pool", "bank", NULL, NOTHING, {PLUS(PS_M_COMPENSATION)}},
    {"pool", "pool_end", NULL, NOTHING, {PLUS(PS_M_POOL_END)}},
    {"treasury", "borrower", NULL, NOTHING, {PLUS(PS_M_SUBSIDY)}},
    {"vehicle", "borrower", "vehicles_issued", ISSUES, {0}},
    {"vehicle", "borrower", NULL, NOTHING, {PLUS(PS_M_TRUST_LENT)}},
    {"vehicle", "bank", NULL, NOTHING, {PLUS(PS_M_VEHICLES_TRANSFERRED)}},
    {"borrower",
     "vehicle",
     "vehicles_repaid",
     ISSUES,
     {PLUS(PS_M_TRUST_LENT), PLUS(PS_M_VEHICLES_TRANSFERRED), MINUS(PS_M_VEHICLES_EXPOSURE)}},
    {"borrower", "vehicle_default", NULL, NOTHING, {PLUS(PS_M_VEHICLES_EXPOSURE)}},
    {"vehicle_default", "vehicle", NULL, NOTHING, {PLUS(PS_M_VEHICLES_RECOVERED)}},
    {"vehicle_default", "subordinated_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_SUBORDINATED)}},
    {"vehicle_default", "undertaking_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_UNDERTAKING)}},
    {"vehicle_default", "senior_loss", NULL, NOTHING, {PLUS(PS_M_LOSS_SENIOR)}},
    {"pool", "vehicle", NULL, NOTHING, {PLUS(PS_M_TRUST_POOL_LOSS)}},
    {"treasury",
     "vehicle",
     "trust_treasury_loss",
     NOTHING,
     {PLUS(PS_M_TRUST_FISCAL_LOSS), MINUS(PS_M_TRUST_POOL_LOSS)}},
    {"investor",
     "vehicle",
     "vehicles_investor_loss",
     NOTHING,
     {PLUS(PS_M_LOSS_SUBORDINATED), PLUS(PS_M_LOSS_SENIOR), MINUS(PS_M_TRUST_FISCAL_LOSS)}},
    {"undertaker", "vehicle", "undertaking_paid", NOTHING, {PLUS(PS_M_LOSS_UNDERTAKING)}},
    {"treasury", "issuer", NULL, NOTHING, {PLUS(PS_M_VEHICLES_SUBSIDY)}},
    {"fund", "investment", NULL, NOTHING, {PLUS(PS_M_FUND_INVESTED)}},
    {"investment", "fund", NULL, NOTHING, {PLUS(PS_M_FUND_PROCEEDS)}},
    {"treasury", "fund", NULL, NOTHING, {PLUS(PS_M_FUND_FISCAL_COST)}},
    {"investor",
     "fund",
     "fund_investor_cost",
     NOTHING,
     {PLUS(PS_M_FUND_INVESTED), MINUS(PS_M_FUND_PROCEEDS), MINUS(PS_M_FUND_FISCAL_COST)}},
};

static double known_fen(enum known known, const struct ps_scenario *scenario)
{
    int64_t wan = 0;
    if (known == POOLS)
        return (double)ps_pools_initial_fen(scenario);
    for (size_t i = 0; known == TAPE && i < scenario->loans_n; i++)
        wan += scenario->loans[i].amount_wan;
    for (size_t i = 0; known == ISSUES && i < scenario->vehicles_n; i++)
        wan +=
            scenario->vehicles[i].abs_mode == PS_ABS_NEW_ISSUE ? scenario->vehicles[i].size_wan : 0;
    return (double)(wan * INT64_C(1000000));
}

static enum ps_measure measure_of(int term)
{
    return (enum ps_measure)((term < 0 ? -term : term) - 1);
}

static double mean_fen(const struct flow *flow, const struct ps_scenario *scenario,
                       const struct ps_row *row)
{
    ps_int128 sum = 0;
    for (const int *term = flow->terms; *term != 0; term++)
        sum += (*term < 0 ? -1 : 1) * row->moments[measure_of(*term)].sum;
    return known_fen(flow->known, scenario) + (double)sum / (double)row->worlds_n;
}

static void write_q95(struct ps_outcsv *csv, const struct ps_hist *h)
{
    if (h && ps_hist_kept(h) && ps_quantile_supported(h->n, 0.95))
        ps_outcsv_double(csv, (double)ps_hist_quantile(h, 0.95).value / 1e6);
    else
        ps_outcsv_empty(csv);
}

static enum ps_status write_scenario(struct ps_outcsv *csv, const struct ps_scenario *scenario,
                                     const struct ps_row *row)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < sizeof FLOWS / sizeof *FLOWS; i++) {
        const struct flow *flow = &FLOWS[i];
        const int one = flow->terms[0] != 0 && flow->terms[1] == 0; /* a measure as it is */
        const enum ps_measure measure = one ? measure_of(flow->terms[0]) : PS_MEASURE_N;
        ps_outcsv_id(csv, scenario->p.scenario_id);
        ps_outcsv_id(csv, flow->from);
        ps_outcsv_id(csv, flow->to);
        ps_outcsv_id(csv, flow->metric ? flow->metric : ps_measure_desc(measure)->name);
        ps_outcsv_double(csv, mean_fen(flow, scenario, row) / 1e6);
        write_q95(csv, one ? &row->hist[measure] : NULL);
        status = ps_outcsv_row_end(csv);
    }
    return status;
}

enum ps_status ps_write_flows(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++)
        status = write_scenario(csv, &request->book->scenarios[i], &request->result->rows[i].row);
    return status;
}
