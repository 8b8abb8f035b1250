// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/answer.h"
#include "pledgesim/stats.h"
#include "write.h"

/* Where the money went: edges of a graph whose inner nodes, pool and default, neither make nor keep
 * money. */

enum constant { OUTSTANDING_BEFORE, PRINCIPAL_REPAID, POOL_INITIAL, MEASURED };

static const struct {
    const char *from, *to;
    enum constant constant; /* known without a measure, or made of one */
    enum ps_measure measure;
    const char *metric; /* NULL: the measure's name */
} FLOWS[] = {
    {"bank", "borrower", OUTSTANDING_BEFORE, PS_MEASURE_N, "outstanding_before"},
    {"bank", "borrower", MEASURED, PS_M_LENT, NULL},
    {"borrower", "bank", PRINCIPAL_REPAID, PS_MEASURE_N, "principal_repaid"},
    {"borrower", "bank", MEASURED, PS_M_BANK_INTEREST, NULL},
    {"borrower", "guarantor", MEASURED, PS_M_GUARANTEE_FEES, NULL},
    {"borrower", "insurer", MEASURED, PS_M_PREMIUMS, NULL},
    {"borrower", "default", MEASURED, PS_M_EXPOSURE, NULL},
    {"default", "recovery", MEASURED, PS_M_RECOVERED, NULL},
    {"default", "pool_loss", MEASURED, PS_M_LOSS_POOL, NULL},
    {"default", "guarantor_loss", MEASURED, PS_M_LOSS_GUARANTOR, NULL},
    {"default", "reguarantor_loss", MEASURED, PS_M_LOSS_REGUARANTOR, NULL},
    {"default", "insurer_loss", MEASURED, PS_M_LOSS_INSURER, NULL},
    {"default", "appraiser_loss", MEASURED, PS_M_LOSS_APPRAISER, NULL},
    {"default", "bank_loss", MEASURED, PS_M_LOSS_BANK, NULL},
    {"treasury", "pool", POOL_INITIAL, PS_MEASURE_N, "pool_initial"},
    {"treasury", "pool", MEASURED, PS_M_TOPUPS, NULL},
    {"bank", "pool", MEASURED, PS_M_POOL_INTEREST, NULL},
    {"recovery", "pool", MEASURED, PS_M_RETURNED, NULL},
    {"pool", "bank", MEASURED, PS_M_COMPENSATION, NULL},
    {"pool", "pool_end", MEASURED, PS_M_POOL_END, NULL},
    {"treasury", "borrower", MEASURED, PS_M_SUBSIDY, NULL},
    {"vehicle", "bank", MEASURED, PS_M_VEHICLES_TRANSFERRED, NULL},
    {"borrower", "vehicle_default", MEASURED, PS_M_VEHICLES_EXPOSURE, NULL},
    {"vehicle_default", "vehicle", MEASURED, PS_M_VEHICLES_RECOVERED, NULL},
    {"vehicle_default", "subordinated_loss", MEASURED, PS_M_LOSS_SUBORDINATED, NULL},
    {"vehicle_default", "undertaking_loss", MEASURED, PS_M_LOSS_UNDERTAKING, NULL},
    {"vehicle_default", "senior_loss", MEASURED, PS_M_LOSS_SENIOR, NULL},
    {"treasury", "vehicle", MEASURED, PS_M_VEHICLES_SUBSIDY, NULL},
    {"fund", "investment", MEASURED, PS_M_FUND_INVESTED, NULL},
    {"investment", "fund", MEASURED, PS_M_FUND_PROCEEDS, NULL},
    {"trust", "borrower", MEASURED, PS_M_TRUST_LENT, NULL},
    {"pool", "subordinated_loss", MEASURED, PS_M_TRUST_POOL_LOSS, NULL},
};

static double constant_mean_fen(enum constant constant, const struct ps_scenario *scenario,
                                const struct ps_row *row)
{
    if (constant == POOL_INITIAL)
        return (double)ps_pools_initial_fen(scenario);
    int64_t tape_fen = 0;
    for (size_t i = 0; i < scenario->loans_n; i++)
        tape_fen += scenario->loans[i].amount_wan * INT64_C(1000000);
    const ps_int128 lent = row->moments[PS_M_LENT].sum, lost = row->moments[PS_M_EXPOSURE].sum;
    const ps_int128 sold = row->moments[PS_M_VEHICLES_TRANSFERRED].sum;
    const double repaid = (double)(lent - lost - sold) / (double)row->worlds_n;
    return (double)tape_fen + (constant == PRINCIPAL_REPAID ? repaid : 0);
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
        const int measured = FLOWS[i].constant == MEASURED;
        const enum ps_measure measure = FLOWS[i].measure;
        ps_outcsv_id(csv, scenario->p.scenario_id);
        ps_outcsv_id(csv, FLOWS[i].from);
        ps_outcsv_id(csv, FLOWS[i].to);
        ps_outcsv_id(csv, measured ? ps_measure_desc(measure)->name : FLOWS[i].metric);
        ps_outcsv_double(csv, (measured ? ps_moments_mean(&row->moments[measure])
                                        : constant_mean_fen(FLOWS[i].constant, scenario, row)) /
                                  1e6);
        write_q95(csv, measured ? &row->hist[measure] : NULL);
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
