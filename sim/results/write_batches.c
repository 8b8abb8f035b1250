// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/batches.h"
#include "pledgesim/figures.h"
#include "write.h"

/* Batches that some world is in. */
enum ps_status ps_write_batches(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < request->result->rows_n; i++) {
        const struct ps_row *row = &request->result->rows[i].row;
        for (size_t b = 0; b < PS_BATCHES && status == PS_OK; b++) {
            const double n = (double)row->batch_n[b];
            if (row->batch_n[b] == 0)
                continue;
            ps_outcsv_id(csv, ps_write_id(request, i));
            ps_outcsv_int(csv, (int64_t)b);
            ps_outcsv_int(csv, (int64_t)row->batch_n[b]);
            for (size_t k = 0; k < PS_BATCHED_N; k++)
                ps_outcsv_double(csv, (double)row->batch_sum[b * PS_BATCHED_N + k] / n /
                                          ps_measure_divisor(ps_batched[k]));
            status = ps_outcsv_row_end(csv);
        }
    }
    return status;
}
