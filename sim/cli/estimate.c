// SPDX-License-Identifier: GPL-3.0-or-later
#include "run.h"

#include <sys/resource.h>

#include "pledgesim/rare.h"
#include "pledgesim/workbook.h"

enum { TRIAL_WORLDS = 1024, TRIALS = 2 };

/* Bytes of the result files by what they grow with, as measured on the Bishan book. */
static const double BYTES_A_SCENARIO = 42e3;
static const double BYTES_A_MONTH = 150;
static const double BYTES_OF_WORKBOOK_A_SCENARIO = 21e3;

/* Times runs of 1 and 8 blocks of worlds: their difference is the price of a world, the rest is
 * preparation. */
static enum ps_status try_out(const struct ps_command *command, const struct ps_book *book,
                              struct ps_diags *diags, struct ps_engine_request *request,
                              double seconds[TRIALS])
{
    enum ps_status status = PS_OK;
    for (int i = 0; i < TRIALS && status == PS_OK; i++) {
        struct ps_engine_result result = {0};
        const struct ps_diags before = *diags;
        request->worlds_n = i == 0 ? TRIAL_WORLDS : 8 * TRIAL_WORLDS;
        const double began = ps_clock();
        struct ps_diags found = {0};
        status = ps_engine_run(request, &found, &result);
        seconds[i] = ps_clock() - began;
        ps_engine_result_free(&result);
        ps_run_place_found(book, SIZE_MAX, &found, diags);
        if (i == 0 || status != PS_OK) {
            ps_run_show_found(command, diags, &before);
        }
    }
    if (status != PS_OK && diags->errors_n == 0) {
        ps_show_failure(command, status, NULL);
    }
    return status;
}

enum ps_status ps_run_estimate(const struct ps_command *command, const struct ps_book *book,
                               struct ps_diags *diags, const char *isa, int threads_n)
{
    const enum ps_lang lang = command->lang;
    struct ps_engine_request request = ps_run_request(command, book, isa, threads_n);
    const double worlds_n = (double)request.worlds_n;
    double seconds[TRIALS] = {0};
    request.precision = 0;
    const enum ps_status status = try_out(command, book, diags, &request, seconds);
    if (status != PS_OK) {
        return status;
    }
    const double a_world = (seconds[1] - seconds[0]) / (7 * TRIAL_WORLDS);
    const double time = seconds[1] + (a_world > 0 ? a_world : 0) * (worlds_n - 8 * TRIAL_WORLDS);
    double bytes = 0;
    for (size_t i = 0; i < book->scenarios_n; i++) {
        const struct ps_scenarios_row *p = &book->scenarios[i].p;
        bytes += BYTES_A_SCENARIO + BYTES_A_MONTH * (double)(p->horizon_months + p->runoff_months);
        if (ps_workbook_library() != NULL && i < PS_WORKBOOK_SCENARIOS_MAX) {
            bytes += BYTES_OF_WORKBOOK_A_SCENARIO;
        }
    }
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    ps_say(stdout, lang, PS_SAY_ESTIMATE,
           PS_ARGS(ps_text_count(book->scenarios_n).s, ps_text_count((uint64_t)worlds_n).s,
                   ps_text_seconds(time, lang).s, ps_text_count((uint64_t)threads_n).s,
                   ps_text_bytes(1024.0 * (double)usage.ru_maxrss).s, ps_text_bytes(bytes).s));
    if (command->given[PS_OPT_RARE].n > 0) {
        ps_say(stdout, lang, PS_SAY_RARE_ESTIMATE,
               PS_ARGS(ps_text_count((uint64_t)worlds_n + PS_RARE_PILOT_MAX).s));
    }
    return PS_OK;
}
