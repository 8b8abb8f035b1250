// SPDX-License-Identifier: GPL-3.0-or-later
#include "run_tornado.h"

#include <string.h>

#include "pledgesim/outlook.h"

static enum ps_status draw(const struct ps_engine_request *request, const struct ps_scenario *first,
                           struct ps_run_tornado *out)
{
    const int annual = first->p.target_basis == PS_TARGET_ANNUAL;
    const uint64_t most = PS_RUN_TORNADO_WORLDS;
    struct ps_study *study = &out->study.study;
    struct ps_diags found = {0};
    out->metrics[0] = ps_metric_of(PS_M_DEPLETED);
    out->metrics[1] = ps_metric_of(annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE);
    out->metrics[2] = ps_metric_of(PS_M_FISCAL_NET_COST);
    study->metrics = out->metrics;
    study->metrics_n = sizeof out->metrics / sizeof *out->metrics;
    study->threads_n = request->threads_n;
    study->laws = request->laws;
    study->progress = request->progress;
    study->context = request->context;
    const enum ps_status status = ps_tornado_run(
        study, first, request->worlds_n < most ? request->worlds_n : most, &found, &out->tornado);
    out->sensitivity = (struct ps_sensitivity){.study = study, .tornado = &out->tornado};
    out->found = status == PS_OK;
    ps_diags_free(&found);
    return status == PS_INPUT ? PS_OK : status; /* an end may lie beyond a law */
}

enum ps_status ps_run_tornado(const struct ps_command *command, const struct ps_book *book,
                              const struct ps_engine_request *request, struct ps_run_tornado *out)
{
    if (strcmp(command->operand, "-") == 0 || request->worlds_n < PS_OUTLOOK_WORLDS_LEAST) {
        return PS_OK;
    }
    const enum ps_status status =
        ps_study_beside(command, request->isa, &book->scenarios[0], &out->study);
    return status == PS_OK && out->study.study.axes_n > 0 ? draw(request, &book->scenarios[0], out)
                                                          : status;
}

void ps_run_tornado_free(struct ps_run_tornado *tornado)
{
    ps_tornado_free(&tornado->tornado);
    ps_study_free(&tornado->study);
}
