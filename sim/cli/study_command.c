// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "study_options.h"

/* How many boxes there will be is not known, so each is a bar of its own. */
static int watch(void *context, uint64_t done, uint64_t total)
{
    struct ps_study_command *study = context;
    ps_progress_show(&study->progress, done, total);
    return *study->command->stop->signal != 0;
}

static enum ps_status told(const struct ps_command *command, enum ps_status status,
                           struct ps_diags *found)
{
    if (status != PS_OK && found->errors_n > 0) {
        ps_diags_sort(found, 0);
        ps_show_diags(command, found);
    } else if (status == PS_INTERRUPTED) {
        ps_show_end(command, status, PS_SAY_STUDY_INTERRUPTED, NULL);
    } else if (status != PS_OK) {
        ps_show_failure(command, status, NULL);
    }
    ps_diags_free(found);
    return status;
}

static enum ps_status read_options(struct ps_study_command *out, enum ps_study_kind kind)
{
    const struct ps_command *command = out->command;
    if (kind == PS_STUDY_SCENARIOS) {
        return PS_OK;
    }
    if (kind == PS_STUDY_STRESSED) {
        return command->given[PS_OPT_ST].n > 0
                   ? ps_study_constraints(command, out->constraints, &out->study.constraints_n)
                   : PS_OK;
    }
    const int many = kind == PS_STUDY_MANY, most = many ? PS_BOX_AXES_MAX : PS_AXES_MAX;
    enum ps_status status =
        ps_study_axes(command, out->texts, out->axes, !many, most, &out->study.axes_n);
    if (status == PS_OK && (kind == PS_STUDY_CONSTRAINED || command->given[PS_OPT_ST].n > 0)) {
        status = ps_study_constraints(command, out->constraints, &out->study.constraints_n);
    }
    if (status == PS_OK && strcmp(command->operand, "-") == 0) {
        ps_complain(command->lang, PS_SAY_TUNE_STDIN, NULL);
        status = ps_status_raise(PS_USAGE);
    }
    return status;
}

/* Is the column of an axis given by a --set? */
static int is_set(const struct ps_command *command, const struct ps_axis *axis)
{
    const struct ps_given *sets = &command->given[PS_OPT_SET];
    for (size_t i = 0; i < sets->list_n; i++) {
        const size_t n = strcspn(sets->list[i], "=");
        if ((strlen(axis->column) == n && strncmp(sets->list[i], axis->column, n) == 0) ||
            (strlen(axis->name) == n && strncmp(sets->list[i], axis->name, n) == 0)) {
            return 1;
        }
    }
    return 0;
}

/* A column twice would give variants that nobody asked for. The ends of a tornado may lie about a
 * value that was set. */
static enum ps_status refuse_doubles(const struct ps_study_command *study, enum ps_study_kind kind)
{
    const struct ps_axis *axes = study->axes;
    for (int a = 0; a < study->study.axes_n; a++) {
        int twice = 0;
        for (int b = 0; b < a; b++) {
            twice |= strcmp(axes[a].column, axes[b].column) == 0;
        }
        if (twice || (kind != PS_STUDY_MANY && is_set(study->command, &axes[a]))) {
            ps_complain(study->command->lang, twice ? PS_SAY_TUNE_TWICE : PS_SAY_TUNE_SET_TOO,
                        PS_ARGS(axes[a].name));
            return ps_status_raise(PS_USAGE);
        }
    }
    return PS_OK;
}

/* The text up to the next @, which becomes its end; *rest: what follows, NULL when nothing does. */
static char *cut(char **rest)
{
    char *const first = *rest;
    *rest = strchr(first, '@');
    if (*rest != NULL) {
        *(*rest)++ = '\0';
    }
    return first;
}

/* A scenario of a sweep, "a@leverage=8@..", is its row with the swept columns set, behind what
 * --set says. `swept`: "leverage=8@..", or NULL. */
static enum ps_status pin_sweep(struct ps_study_command *out, char *swept)
{
    const struct ps_given *given = &out->command->given[PS_OPT_SET];
    size_t n = 0;
    out->sets = calloc(given->list_n + PS_ID_BYTES, sizeof *out->sets);
    if (out->sets == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (; n < given->list_n; n++) {
        out->sets[n] = given->list[n];
    }
    while (swept != NULL) {
        out->sets[n++] = cut(&swept);
    }
    out->study.book.sets = out->sets;
    out->study.book.sets_n = n;
    return PS_OK;
}

/* Warnings of axes that nothing reads join those of the book. */
static enum ps_status warn_of_idle(struct ps_study_command *out)
{
    const struct ps_command *command = out->command;
    struct ps_diags found = {0};
    const enum ps_status status = ps_axes_idle(&out->study, &found);
    if (found.n > 0 && command->given[PS_OPT_QUIET].n == 0) {
        ps_show_diags(command, &found);
    }
    for (size_t i = 0; i < found.n; i++) {
        const struct ps_diag *d = &found.items[i];
        const char *const args[] = {d->args[0], d->args[1], NULL};
        ps_diags_add(&out->diags, d->code, &d->place, d->value, args);
    }
    ps_diags_free(&found);
    return status;
}

/* Axes that were named without values, or for PS_STUDY_MANY not at all. */
static enum ps_status find_ranges(struct ps_study_command *out, enum ps_study_kind kind)
{
    const struct ps_command *command = out->command;
    struct ps_study *study = &out->study;
    if (kind == PS_STUDY_MANY && study->axes_n == 0) {
        out->plausible = 1;
        enum ps_status status = ps_axes_plausible(&study->book, out->scenario, out->axes,
                                                  PS_BOX_AXES_MAX, &study->axes_n);
        if (status == PS_OK && study->axes_n == 0) {
            ps_complain(command->lang, PS_SAY_TUNE_VARY_COUNT,
                        PS_ARGS(ps_text_count(PS_BOX_AXES_MAX).s));
            status = ps_status_raise(PS_USAGE);
        }
        return status;
    }
    for (int a = 0; a < study->axes_n; a++) {
        struct ps_axis *axis = &out->axes[a];
        if (axis->steps_n == 0) {
            const enum ps_axis_error error = ps_axis_plausible(out->scenario, axis);
            if (error != PS_AXIS_OK) {
                ps_complain(command->lang,
                            error == PS_AXIS_EMPTY ? PS_SAY_TUNE_VARY_NONE : PS_SAY_TUNE_VARY_RANGE,
                            PS_ARGS(axis->name));
                return ps_status_raise(PS_USAGE);
            }
        }
    }
    return PS_OK;
}

/* The study's book: the scenario alone. */
static enum ps_status pin(struct ps_study_command *out)
{
    const struct ps_command *command = out->command;
    struct ps_study *study = &out->study;
    memcpy(out->id, out->scenario->p.scenario_id, sizeof out->id);
    char *swept = out->id;
    out->only[0] = cut(&swept);
    study->book =
        (struct ps_book_request){.path = command->operand, .only = out->only, .only_n = 1};
    study->axes = out->axes;
    study->constraints = out->constraints;
    study->precision = command->given[PS_OPT_PRECISION_STUDY].real;
    study->seed = (uint64_t)command->given[PS_OPT_SEED].whole;
    study->threads_n = ps_command_threads(command);
    study->isa = out->isa;
    study->laws = &out->laws;
    study->progress = watch;
    study->context = out;
    return pin_sweep(out, swept);
}

static enum ps_status bind(struct ps_study_command *out, enum ps_study_kind kind)
{
    struct ps_study *study = &out->study;
    struct ps_diags found = {0};
    enum ps_status status = pin(out);
    if (status == PS_OK) {
        status = find_ranges(out, kind);
    }
    for (int a = 0; a < study->axes_n && status == PS_OK; a++) {
        status = ps_axis_bind(&study->book, &out->axes[a], &found);
    }
    return status == PS_USAGE ? status : told(out->command, status, &found);
}

enum ps_status ps_study_beside(const struct ps_command *command, const char *isa,
                               const struct ps_scenario *scenario, struct ps_study_command *out)
{
    *out = (struct ps_study_command){
        .command = command, .isa = isa, .scenario = scenario, .plausible = 1};
    const enum ps_status status = pin(out);
    return status == PS_OK ? ps_axes_plausible(&out->study.book, scenario, out->axes,
                                               PS_BOX_AXES_MAX, &out->study.axes_n)
                           : status;
}

enum ps_status ps_study_open(const struct ps_command *command, enum ps_study_kind kind,
                             struct ps_study_command *out)
{
    *out = (struct ps_study_command){.command = command};
    enum ps_status status = ps_command_isa(command, &out->isa);
    if (status == PS_OK) {
        status = read_options(out, kind);
    }
    if (status == PS_OK) {
        status = ps_command_book(command, &out->diags, &out->book);
    }
    if (status == PS_OK) {
        status = ps_command_scenario(command, &out->book, &out->scenario);
    }
    if (status == PS_OK) {
        status = bind(out, kind);
    }
    if (status == PS_OK) {
        status = refuse_doubles(out, kind);
    }
    return status == PS_OK ? warn_of_idle(out) : status;
}

void ps_study_free(struct ps_study_command *study)
{
    for (int a = 0; a < PS_BOX_AXES_MAX; a++) {
        free(study->texts[a]);
    }
    free(study->sets);
    ps_law_memo_free(&study->laws);
    ps_book_free(&study->book);
    ps_diags_free(&study->diags);
}

void ps_study_begin(struct ps_study_command *study)
{
    const struct ps_command *command = study->command;
    const struct ps_given *progress = &command->given[PS_OPT_PROGRESS];
    const int silent = command->given[PS_OPT_QUIET].n > 0;
    command->stop->listen();
    study->progress = ps_progress_begin(progress->n > 0 ? progress->text
                                        : silent        ? "off"
                                                        : "auto",
                                        command->lang);
    study->began = ps_clock();
}

enum ps_status ps_study_end(struct ps_study_command *study, enum ps_status status,
                            struct ps_diags *found)
{
    study->seconds = ps_clock() - study->began;
    ps_progress_end(&study->progress);
    return told(study->command, status, found);
}

enum ps_status ps_study_imprecise(const struct ps_study_command *study, uint64_t n)
{
    const struct ps_command *command = study->command;
    if (command->given[PS_OPT_PRECISION_STUDY].n == 0) {
        ps_preset_short(command, n);
        return PS_OK;
    }
    ps_show_end(command, PS_NOT_CONVERGED, PS_SAY_STUDY_NOT_CONVERGED, PS_ARGS(ps_text_count(n).s));
    return ps_status_raise(PS_NOT_CONVERGED);
}

enum ps_status ps_study_write(const struct ps_study_command *study, uint64_t worlds_drawn,
                              struct ps_results_request request, ps_study_write_fn *write)
{
    const struct ps_command *command = study->command;
    const struct ps_given *out = &command->given[PS_OPT_OUT_STUDY];
    struct ps_manifest_pair libraries[PS_LIBRARIES_MAX];
    const struct ps_kernel *kernel = ps_kernel_select(study->isa);
    const struct ps_engine_result ran = {.families_n = 1,
                                         .worlds_drawn = worlds_drawn,
                                         .threads_n = study->study.threads_n,
                                         .isa = kernel == NULL ? "" : kernel->name};
    struct ps_outdir *dir = NULL;
    struct ps_outerror err = {0};
    if (out->n == 0) {
        return PS_OK;
    }
    request.book = &study->book;
    request.result = &ran;
    request.warnings = &study->diags;
    request.lang = command->lang;
    request.seed = study->study.seed;
    request.book_path = command->operand;
    request.sets = (const char *const *)command->given[PS_OPT_SET].list;
    request.sets_n = command->given[PS_OPT_SET].list_n;
    request.command_line = command->argv;
    request.command_n = command->argc;
    request.compiler = ps_compiler();
    request.libraries = libraries;
    request.libraries_n = ps_libraries(libraries);
    request.engine_seconds = study->seconds;
    request.created_unix_s = (int64_t)time(NULL);
    enum ps_status status = ps_outdir_open(out->text, NULL, &dir, &err);
    if (status == PS_OK) {
        status = write(&request, dir);
    }
    if (status != PS_OK) {
        ps_show_failure(command, status, &err);
    } else if (command->given[PS_OPT_QUIET].n == 0) {
        ps_say_left_out(command->lang);
    }
    ps_outdir_free(dir);
    return status;
}
