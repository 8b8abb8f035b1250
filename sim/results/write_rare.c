// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/figures.h"
#include "pledgesim/rare.h"
#include "write.h"

/* Not a number leaves the cell empty. */
static double known(const struct ps_rare_row *rare, double value)
{
    return rare->verdict == PS_RARE_GIVEN ? value : (double)NAN;
}

static void write_estimate(struct ps_outcsv *csv, const struct ps_rare_row *rare,
                           const struct ps_row *plain)
{
    const struct ps_estimate p = ps_weighted_mean(&rare->depletion);
    const struct ps_interval interval = ps_weighted_interval(&rare->depletion, 0.95);
    const struct ps_probability q = ps_probability_of((uint64_t)plain->moments[PS_M_DEPLETED].sum,
                                                      plain->worlds_n, plain->paired);
    ps_outcsv_double(csv, known(rare, p.value));
    ps_outcsv_double(csv, known(rare, p.se));
    ps_outcsv_double(csv, known(rare, interval.lo));
    ps_outcsv_double(csv, known(rare, interval.hi));
    ps_outcsv_double(csv, q.value);
    ps_outcsv_double(csv, q.lo95);
    ps_outcsv_double(csv, q.hi95);
    ps_outcsv_double(csv, ps_weighted_effective_n(&rare->depletion));
    ps_outcsv_double(csv, ps_weighted_largest_share(&rare->depletion));
    ps_outcsv_double(csv, known(rare, ps_rare_gain(rare)));
}

static enum ps_status write_line(struct ps_outcsv *csv, const char *id,
                                 const struct ps_rare_row *rare, const struct ps_row *plain)
{
    const double wan = ps_measure_divisor(PS_M_SHORTFALL);
    const struct ps_estimate shortfall = ps_weighted_mean(&rare->shortfall_fen);
    const struct ps_estimate mild = ps_weighted_mean(&rare->mild);
    const int checked = rare->worlds_n > 0 && rare->mild_fen > 0;
    ps_outcsv_id(csv, id);
    ps_outcsv_text(csv, ps_rare_verdict_desc(rare->verdict)->name);
    ps_outcsv_int(csv, (int64_t)rare->worlds_n);
    ps_outcsv_int(csv, (int64_t)rare->pilot_n);
    write_estimate(csv, rare, plain);
    ps_outcsv_double(csv, known(rare, shortfall.value / wan));
    ps_outcsv_double(csv, known(rare, shortfall.se / wan));
    ps_outcsv_double(csv, ps_moments_mean(&plain->moments[PS_M_SHORTFALL]) / wan);
    ps_outcsv_double(csv, checked ? (double)rare->mild_fen / wan : (double)NAN);
    ps_outcsv_double(csv, checked ? mild.value : (double)NAN);
    ps_outcsv_double(csv, checked ? mild.se : (double)NAN);
    ps_outcsv_double(csv,
                     checked ? (double)rare->mild_plain_n / (double)plain->worlds_n : (double)NAN);
    ps_outcsv_double(csv, rare->worlds_n > 0 ? ps_weighted_mean(&rare->weight).value : (double)NAN);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_rare(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < request->result->rows_n; i++) {
        status = write_line(csv, ps_write_id(request, i), &request->rare[i],
                            &request->result->rows[i].row);
    }
    return status;
}
