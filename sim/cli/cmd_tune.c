// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_command.h"
#include "study_options.h"
#include "tune_words.h"

/* Places between the ends of a list of words mean nothing to a search. */
static enum ps_status refuse_words(const struct ps_study_command *study)
{
    for (int a = 0; a < study->study.axes_n; a++) {
        if (study->axes[a].words != NULL) {
            ps_complain(study->command->lang, PS_SAY_TUNE_WORDS, PS_ARGS(study->axes[a].name));
            return ps_status_raise(PS_USAGE);
        }
    }
    return PS_OK;
}

static enum ps_status tune(struct ps_study_command *study, struct ps_tune_request *request,
                           struct ps_tuned *tuned)
{
    const struct ps_command *command = study->command;
    struct ps_diags found = {0};
    uint64_t worlds = 0;
    ps_study_begin(study);
    enum ps_status status = ps_study_end(study, ps_tune_run(request, &found, tuned), &found);
    for (size_t i = 0; i < tuned->tried_n; i++) {
        worlds += tuned->tried[i].worlds_n;
    }
    if (status == PS_OK) {
        const struct ps_results_request results = {
            .tune = request, .tuned = tuned, .worlds_n = request->worlds_n};
        status = ps_study_write(study, worlds, results, ps_results_write_tuned);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        const struct ps_tune_story story = {.command = command,
                                            .scenario = study->scenario,
                                            .request = request,
                                            .tuned = tuned,
                                            .seconds = study->seconds};
        status = ps_tune_tell(&story);
    }
    if (status == PS_OK && !(tuned->found && tuned->holds)) {
        status = ps_status_raise(PS_ANSWER_NO);
    }
    if (status == PS_OK && !tuned->tried[tuned->verified].settling->converged) {
        status = ps_study_imprecise(study, 1);
    }
    return status;
}

enum ps_status ps_cmd_tune(const struct ps_command *command)
{
    struct ps_study_command study;
    struct ps_tune_request request = {0};
    struct ps_tuned tuned = {0};
    enum ps_status status = ps_study_open(command, PS_STUDY_CONSTRAINED, &study);
    if (status == PS_OK) {
        status = refuse_words(&study);
    }
    if (status == PS_OK) {
        status = ps_study_objective(command, study.axes, study.study.axes_n, &request.objective);
    }
    if (status == PS_OK) {
        request.study = study.study;
        request.study.metrics = request.objective.axis < 0 ? &request.objective.metric : NULL;
        request.study.metrics_n = request.objective.axis < 0;
        request.worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole;
        request.confidence = command->given[PS_OPT_CONFIDENCE].real;
        status = tune(&study, &request, &tuned);
    }
    ps_tuned_free(&tuned);
    ps_study_free(&study);
    return status;
}
