// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pledgesim/results.h"
#include "run.h"
#include "study_options.h"
#include "terminal.h"
#include "tune_words.h"

/* One `tune`. */
struct tune {
    const struct ps_command *command;
    struct ps_book book; /* as written, for the id and the manifest */
    struct ps_diags diags;
    struct ps_axis axes[PS_AXES_MAX];
    struct ps_constraint constraints[PS_CONSTRAINTS_MAX];
    struct ps_tune_request request;
    struct ps_tuned tuned;
    const char *only[1];
    struct ps_progress progress;
    uint64_t rounds_done, total; /* worlds of finished boxes; the box that runs */
    double seconds;
};

/* How many boxes there will be is not known, so each is a bar of its own. */
static int watch(void *context, uint64_t done, uint64_t total)
{
    struct tune *tune = context;
    ps_progress_show(&tune->progress, done, total);
    return *tune->command->stop->signal != 0;
}

static enum ps_status read_options(struct tune *tune)
{
    const struct ps_command *command = tune->command;
    struct ps_study *study = &tune->request.study;
    enum ps_status status = ps_study_axes(command, tune->axes, &study->axes_n);
    if (status == PS_OK) {
        status = ps_study_constraints(command, tune->constraints, &study->constraints_n);
    }
    if (status == PS_OK) {
        status = ps_study_objective(command, tune->axes, study->axes_n, &tune->request.objective);
    }
    if (status == PS_OK && strcmp(command->operand, "-") == 0) {
        ps_complain(command->lang, PS_SAY_TUNE_STDIN, NULL);
        status = ps_status_raise(PS_USAGE);
    }
    return status;
}

/* Tells what went wrong, if anything did, and passes the status on. */
static enum ps_status told(const struct ps_command *command, enum ps_status status,
                           struct ps_diags *found)
{
    if (status != PS_OK && found->errors_n > 0) {
        ps_diags_sort(found);
        ps_show_diags(command, found);
    } else if (status != PS_OK) {
        ps_show_failure(command, status, NULL);
    }
    ps_diags_free(found);
    return status;
}

static enum ps_status ask(struct tune *tune, const struct ps_scenario *scenario, const char *isa)
{
    const struct ps_command *command = tune->command;
    const struct ps_given *sets = &command->given[PS_OPT_SET];
    struct ps_tune_request *request = &tune->request;
    struct ps_study *study = &request->study;
    struct ps_diags found = {0};
    tune->only[0] = scenario->p.scenario_id;
    study->book = (struct ps_book_request){.path = command->operand,
                                           .only = tune->only,
                                           .only_n = 1,
                                           .sets = (const char *const *)sets->list,
                                           .sets_n = sets->list_n};
    for (int a = 0; a < study->axes_n; a++) {
        const enum ps_status bound = ps_axis_bind(&study->book, &tune->axes[a], &found);
        if (bound != PS_OK) {
            return told(command, bound, &found);
        }
    }
    study->axes = tune->axes;
    study->constraints = tune->constraints;
    study->metrics = request->objective.axis < 0 ? &request->objective.metric : NULL;
    study->metrics_n = request->objective.axis < 0;
    study->seed = (uint64_t)command->given[PS_OPT_SEED].whole;
    study->threads_n = ps_command_threads(command);
    study->isa = isa;
    study->progress = watch;
    study->context = tune;
    request->worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole;
    request->confidence = (double)command->given[PS_OPT_CONFIDENCE].whole / 100;
    const struct ps_given *progress = &command->given[PS_OPT_PROGRESS];
    const int silent = command->given[PS_OPT_QUIET].n > 0;
    tune->progress = ps_progress_begin(progress->n > 0 ? progress->text
                                       : silent        ? "off"
                                                       : "auto",
                                       command->lang);
    const double began = ps_clock();
    const enum ps_status status = ps_tune_run(request, &found, &tune->tuned);
    tune->seconds = ps_clock() - began;
    ps_progress_end(&tune->progress);
    return told(command, status, &found);
}

static enum ps_status write_files(const struct tune *tune, const char *path, const char *isa)
{
    const struct ps_command *command = tune->command;
    struct ps_manifest_pair libraries[PS_LIBRARIES_MAX];
    struct ps_outdir *dir = NULL;
    struct ps_outerror err = {0};
    uint64_t worlds = 0;
    for (size_t i = 0; i < tune->tuned.tried_n; i++) {
        worlds += tune->tuned.tried[i].worlds_n;
    }
    const struct ps_kernel *kernel = ps_kernel_select(isa);
    const struct ps_engine_result ran = {.families_n = 1,
                                         .worlds_drawn = worlds,
                                         .threads_n = tune->request.study.threads_n,
                                         .isa = kernel == NULL ? "" : kernel->name};
    const struct ps_results_request request = {
        .book = &tune->book,
        .result = &ran,
        .warnings = &tune->diags,
        .tune = &tune->request,
        .tuned = &tune->tuned,
        .seed = tune->request.study.seed,
        .worlds_n = tune->request.worlds_n,
        .book_path = command->operand,
        .command_line = command->argv,
        .command_n = command->argc,
        .compiler = ps_compiler(),
        .libraries = libraries,
        .libraries_n = ps_libraries(libraries),
        .engine_seconds = tune->seconds,
        .created_unix_s = (int64_t)time(NULL),
    };
    enum ps_status status = ps_outdir_open(path, NULL, &dir, &err);
    if (status == PS_OK) {
        status = ps_results_write_tuned(&request, dir);
    }
    if (status != PS_OK) {
        ps_show_failure(command, status, &err);
    }
    ps_outdir_free(dir);
    return status;
}

static enum ps_status tune_scenario(struct tune *tune, const struct ps_scenario *scenario,
                                    const char *isa)
{
    const struct ps_command *command = tune->command;
    const struct ps_given *out = &command->given[PS_OPT_OUT_STUDY];
    command->stop->listen();
    enum ps_status status = ask(tune, scenario, isa);
    if (status == PS_OK && out->n > 0) {
        status = write_files(tune, out->text, isa);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        const struct ps_tune_story story = {.command = command,
                                            .scenario = scenario,
                                            .request = &tune->request,
                                            .tuned = &tune->tuned,
                                            .seconds = tune->seconds};
        status = ps_tune_tell(&story);
    }
    if (status == PS_OK && !(tune->tuned.found && tune->tuned.holds)) {
        status = ps_status_raise(PS_ANSWER_NO);
    }
    return status;
}

enum ps_status ps_cmd_tune(const struct ps_command *command)
{
    struct tune tune = {.command = command};
    const struct ps_scenario *scenario = NULL;
    const char *isa = NULL;
    enum ps_status status = ps_command_isa(command, &isa);
    if (status == PS_OK) {
        status = read_options(&tune);
    }
    if (status == PS_OK) {
        status = ps_command_book(command, &tune.diags, &tune.book);
    }
    if (status == PS_OK) {
        status = ps_command_scenario(command, &tune.book, &scenario);
    }
    if (status == PS_OK) {
        status = tune_scenario(&tune, scenario, isa);
    }
    ps_tuned_free(&tune.tuned);
    ps_book_free(&tune.book);
    ps_diags_free(&tune.diags);
    return status;
}
