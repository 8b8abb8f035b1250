// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "beside_print.h"
#include "charts.h"
#include "crosscheck_print.h"
#include "decision.h"
#include "pledgesim/page.h"
#include "pledgesim/prepare.h"
#include "pledgesim/rare.h"
#include "pledgesim/results.h"
#include "rare_print.h"
#include "run.h"
#include "run_tornado.h"
#include "terminal.h"

/* Called from the engine: shows the progress, and passes on the wish to stop. */
struct watch {
    const volatile sig_atomic_t *signal;
    struct ps_progress progress;
    uint64_t total;
};

static int watch_progress(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    if (*watch->signal != 0) {
        return 1;
    }
    watch->total = total;
    ps_progress_show(&watch->progress, done, total);
    return 0;
}

struct ps_engine_request ps_run_request(const struct ps_command *command,
                                        const struct ps_book *book, const char *isa, int threads_n)
{
    return (struct ps_engine_request){
        .scenarios = book->scenarios,
        .scenarios_n = book->scenarios_n,
        .worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole,
        .seed = (uint64_t)command->given[PS_OPT_SEED].whole,
        .threads_n = threads_n,
        .isa = isa,
        .tier = PS_TIER_FULL,
        .precision = command->given[PS_OPT_PRECISION].real,
    };
}

/* The engine knows values alone; the book knows where they stand. */
void ps_run_place_found(const struct ps_book *book, size_t scenario, struct ps_diags *found,
                        struct ps_diags *diags)
{
    if (found->errors_n > 0 && ps_book_try(book, scenario, diags) != PS_INPUT) {
        for (size_t i = 0; i < found->n; i++) {
            const struct ps_diag *one = &found->items[i];
            const char *const args[] = {one->args[0], one->args[1], one->args[2], one->args[3],
                                        NULL};
            ps_diags_add(diags, one->code, NULL, one->value, args);
        }
    }
    ps_diags_free(found);
}

/* Problems that the engine found are told like those of the book. */
void ps_run_show_found(const struct ps_command *command, const struct ps_diags *diags,
                       const struct ps_diags *before)
{
    if (command->given[PS_OPT_JSON].n > 0) {
        ps_show_diags(command, diags);
    } else if (diags->n > before->n) {
        const struct ps_diags found = {
            .items = diags->items + before->n,
            .n = diags->n - before->n,
            .errors_n = diags->errors_n - before->errors_n,
            .warnings_n = diags->warnings_n - before->warnings_n,
            .notes_n = diags->notes_n - before->notes_n,
        };
        ps_show_diags(command, &found);
    }
}

/* One `run`, from the folder's lock to the committed results. */
struct run {
    const struct ps_command *command;
    const struct ps_book *book;
    struct ps_diags *diags;
    const char *out_path; /* "-": summary to standard output */
    struct ps_outdir *dir;
    struct ps_outerror err;
    struct ps_engine_result result;
    struct ps_law_memo laws;       /* shared by all that is simulated */
    struct ps_crosscheck *checks;  /* one a scenario */
    struct ps_outlook *outlook;    /* for the report; NULL: there will be none */
    struct ps_run_tornado tornado; /* likewise */
    struct ps_rare_row *rare;      /* one a scenario; NULL: not asked for */
    double load_seconds, engine_seconds, rare_seconds, exact_seconds;
};

/* What is known without simulation, beside what was simulated. */
static enum ps_status cross_check(struct run *run)
{
    const struct ps_book *book = run->book;
    const double began = ps_clock();
    struct ps_exact_memo memo = {0};
    enum ps_status status = PS_OK;
    run->checks = calloc(book->scenarios_n, sizeof *run->checks);
    if (run->checks == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < book->scenarios_n && status == PS_OK; i++) {
        status =
            ps_crosscheck(&book->scenarios[i], &run->result.rows[i].row, &memo, &run->checks[i]);
        ps_crosscheck_warn(&book->scenarios[i], &run->checks[i], run->diags);
        if (status == PS_OK && *run->command->stop->signal != 0) {
            status = ps_status_raise(PS_INTERRUPTED);
        }
    }
    ps_exact_memo_free(&memo);
    run->exact_seconds = ps_clock() - began;
    return status;
}

static int stop_wanted(void *context, uint64_t done, uint64_t total)
{
    const struct run *run = context;
    (void)done;
    (void)total;
    return *run->command->stop->signal != 0;
}

/* What the report shows beside the results. */
static enum ps_status look_out(struct run *run, struct ps_engine_request request)
{
    run->outlook = malloc(sizeof *run->outlook);
    if (run->outlook == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    request.progress = stop_wanted;
    request.context = run;
    const enum ps_status status = ps_outlook_run(&request, run->outlook);
    return status == PS_OK ? ps_run_tornado(run->command, run->book, &request, &run->tornado)
                           : status;
}

/* The steered worlds of --rare. */
static enum ps_status steer(struct run *run, const struct ps_engine_request *request)
{
    if (run->command->given[PS_OPT_RARE].n == 0) {
        return PS_OK;
    }
    const double began = ps_clock();
    run->rare = calloc(run->book->scenarios_n, sizeof *run->rare);
    const enum ps_status status = run->rare == NULL ? ps_status_raise(PS_MEMORY)
                                                    : ps_rare_run(request, &run->result, run->rare);
    run->rare_seconds = ps_clock() - began;
    return status;
}

static enum ps_status simulate(struct run *run, const char *isa, int threads_n)
{
    const struct ps_command *command = run->command;
    const struct ps_given *progress = &command->given[PS_OPT_PROGRESS];
    const int silent =
        command->given[PS_OPT_QUIET].n > 0 || (command->given[PS_OPT_JSON].n > 0 && !progress->n);
    const char *wanted = progress->n > 0 ? progress->text : silent ? "off" : "auto";
    struct watch watch = {.signal = command->stop->signal,
                          .progress = ps_progress_begin(wanted, command->lang)};
    struct ps_engine_request request = ps_run_request(command, run->book, isa, threads_n);
    request.laws = &run->laws;
    request.progress = watch_progress;
    request.context = &watch;
    const struct ps_diags before = *run->diags;
    const double began = ps_clock();
    struct ps_diags found = {0};
    enum ps_status status = ps_engine_run(&request, &found, &run->result);
    ps_run_place_found(run->book, SIZE_MAX, &found, run->diags);
    run->engine_seconds = ps_clock() - began;
    if (status == PS_OK) {
        status = steer(run, &request);
    }
    if (status == PS_OK) {
        ps_progress_show(&watch.progress, watch.total, watch.total);
    }
    ps_progress_end(&watch.progress);
    if (status == PS_OK && *command->stop->signal != 0) {
        status = ps_status_raise(PS_INTERRUPTED);
    }
    if (status == PS_OK) {
        status = cross_check(run);
    }
    if (status == PS_OK && run->dir != NULL && ps_page_available()) {
        status = look_out(run, request);
    }
    ps_run_show_found(command, run->diags, &before);
    if (status == PS_INTERRUPTED) {
        ps_show_end(command, status, PS_SAY_INTERRUPTED, PS_ARGS(run->out_path));
    } else if (status != PS_OK && run->diags->errors_n == 0) {
        ps_show_failure(command, status, NULL);
    }
    return status;
}

static enum ps_status write_results(struct run *run)
{
    const struct ps_command *command = run->command;
    struct ps_manifest_pair libraries[PS_LIBRARIES_MAX];
    const struct ps_results_request request = {
        .book = run->book,
        .result = &run->result,
        .checks = run->checks,
        .outlook = run->outlook,
        .sensitivity = run->tornado.found ? &run->tornado.sensitivity : NULL,
        .rare = run->rare,
        .warnings = run->diags,
        .lang = command->lang,
        .seed = (uint64_t)command->given[PS_OPT_SEED].whole,
        .worlds_n = (uint64_t)command->given[PS_OPT_WORLDS].whole,
        .book_path = command->operand,
        .sets = (const char *const *)command->given[PS_OPT_SET].list,
        .sets_n = command->given[PS_OPT_SET].list_n,
        .command_line = command->argv,
        .command_n = command->argc,
        .compiler = ps_compiler(),
        .libraries = libraries,
        .libraries_n = ps_libraries(libraries),
        .load_seconds = run->load_seconds,
        .engine_seconds = run->engine_seconds,
        .exact_seconds = run->exact_seconds,
        .created_unix_s = (int64_t)time(NULL),
    };
    if (run->dir != NULL) {
        return ps_results_write(&request, run->dir);
    }
    char *text = NULL;
    size_t n = 0;
    const enum ps_status status = ps_results_summary_csv(&request, &text, &n);
    if (status == PS_OK) {
        (void)fwrite(text, 1, n, stdout);
    }
    free(text);
    return status;
}

static enum ps_status tell(const struct run *run)
{
    const enum ps_lang lang = run->command->lang;
    const struct ps_engine_result *result = &run->result;
    const int to_folder = run->dir != NULL;
    if (run->command->given[PS_OPT_QUIET].n > 0) {
        return PS_OK;
    }
    if (to_folder) {
        enum ps_status status = ps_decision_print(run->book, result, lang);
        if (status == PS_OK) {
            status = ps_beside_print(run->book, result, lang);
        }
        if (status == PS_OK) {
            status = ps_crosscheck_print(run->book, run->checks, lang);
        }
        if (status == PS_OK && run->rare != NULL) {
            status = ps_rare_print(run->book, result, run->rare, lang);
        }
        if (status != PS_OK) {
            return status;
        }
        ps_charts_print(run->book, result, lang);
        /* Tables first, where both streams go to one file. What fails here is told at the end. */
        (void)fflush(stdout);
    }
    if (run->command->given[PS_OPT_JSON].n == 0) {
        ps_say(stderr, lang, PS_SAY_RUN_DONE,
               PS_ARGS(ps_text_count(result->rows_n).s, ps_text_count(result->worlds_drawn).s,
                       ps_text_seconds(run->engine_seconds + run->exact_seconds, lang).s,
                       ps_text_count((uint64_t)result->threads_n).s, result->isa));
        if (run->rare != NULL) {
            ps_say(stderr, lang, PS_SAY_RARE_DONE,
                   PS_ARGS(ps_text_seconds(run->rare_seconds, lang).s));
        }
        if (to_folder) {
            ps_say_left_out(lang);
            ps_say(stderr, lang, ps_page_available() ? PS_SAY_RUN_FILES : PS_SAY_RUN_FILES_PLAIN,
                   PS_ARGS(run->out_path));
        }
    }
    return PS_OK;
}

static enum ps_status judge(const struct run *run)
{
    uint64_t open_n = 0, unknown_n = 0;
    for (size_t i = 0; i < run->result.rows_n; i++) {
        open_n += run->result.rows[i].converged == 0;
        unknown_n += run->rare != NULL && !ps_rare_settled(run->rare[i].verdict);
    }
    if (open_n > 0 && run->command->given[PS_OPT_PRECISION].n == 0) {
        ps_preset_short(run->command, open_n); /* the preset asked, not the user */
        open_n = 0;
    }
    if (open_n == 0 && unknown_n == 0) {
        return PS_OK;
    }
    if (open_n > 0) {
        ps_show_end(run->command, PS_NOT_CONVERGED, PS_SAY_NOT_CONVERGED,
                    PS_ARGS(ps_text_count(open_n).s));
    } else {
        ps_show_end(run->command, PS_NOT_CONVERGED, PS_SAY_RARE_OPEN,
                    PS_ARGS(ps_text_count(unknown_n).s));
    }
    return ps_status_raise(PS_NOT_CONVERGED);
}

/* Can the run do what --rare asks for? */
static enum ps_status rare_possible(const struct ps_command *command)
{
    const struct ps_given *out = &command->given[PS_OPT_OUT];
    const struct ps_given *worlds = &command->given[PS_OPT_WORLDS];
    if (command->given[PS_OPT_RARE].n == 0) {
        return PS_OK;
    }
    if (out->n > 0 && strcmp(out->text, "-") == 0) {
        ps_show_end(command, PS_USAGE, PS_SAY_RARE_FOLDER, NULL);
        return ps_status_raise(PS_USAGE);
    }
    if ((uint64_t)worlds->whole > PS_RARE_WORLDS_MAX) {
        ps_show_end(command, PS_USAGE, PS_SAY_RARE_WORLDS,
                    PS_ARGS(ps_text_count(PS_RARE_WORLDS_MAX).s));
        return ps_status_raise(PS_USAGE);
    }
    return PS_OK;
}

static enum ps_status run_into(struct run *run, const char *isa, int threads_n)
{
    const struct ps_command *command = run->command;
    enum ps_status status = PS_OK;
    command->stop->listen();
    if (strcmp(run->out_path, "-") != 0) {
        /* Locked and tried for writing before any work is done. */
        status = ps_outdir_open(run->out_path, NULL, &run->dir, &run->err);
        if (status != PS_OK) {
            ps_show_failure(command, status, &run->err);
        }
    }
    if (status == PS_OK) {
        status = simulate(run, isa, threads_n);
    }
    if (status == PS_OK) {
        status = write_results(run);
        if (status != PS_OK) {
            ps_show_failure(command, status, &run->err);
        }
    }
    if (status == PS_OK) {
        status = tell(run);
    }
    if (status == PS_OK) {
        status = judge(run);
    }
    ps_outdir_free(run->dir);
    ps_engine_result_free(&run->result);
    ps_law_memo_free(&run->laws);
    free(run->checks);
    free(run->outlook);
    ps_run_tornado_free(&run->tornado);
    free(run->rare);
    return status;
}

/* Base name of the book, for "." and ".." that of the folder they are; "results/<name>", malloc'd.
 */
static char *default_out(const struct ps_book *book, const char *path)
{
    const char *name = book->name;
    char *resolved = NULL;
    if (name[strspn(name, ".")] == '\0') {
        resolved = realpath(path, NULL);
        const char *last = resolved == NULL ? NULL : strrchr(resolved, '/');
        name = last == NULL || last[1] == '\0' ? "book" : last + 1;
    }
    const size_t n = strlen(name) + sizeof "results/";
    char *out = malloc(n);
    if (out != NULL) {
        (void)snprintf(out, n, "results/%s", name);
    }
    free(resolved);
    return out;
}

enum ps_status ps_cmd_run(const struct ps_command *command)
{
    const struct ps_given *out = &command->given[PS_OPT_OUT];
    struct ps_diags diags = {0};
    struct ps_book book = {0};
    struct run run = {.command = command, .book = &book, .diags = &diags};
    const char *isa = NULL;
    char *path = NULL;
    enum ps_status status = ps_command_isa(command, &isa);
    if (status == PS_OK) {
        status = rare_possible(command);
    }
    if (status != PS_OK) {
        return status;
    }
    const int threads_n = ps_command_threads(command);
    const double began = ps_clock();
    status = ps_command_book(command, &diags, &book);
    run.load_seconds = ps_clock() - began;
    if (status != PS_OK) {
        goto out;
    }
    if (command->given[PS_OPT_DRY_RUN].n > 0) {
        status = ps_run_estimate(command, &book, &diags, isa, threads_n);
        goto out;
    }
    path = default_out(&book, command->operand);
    if (path == NULL) {
        status = ps_status_raise(PS_MEMORY);
        ps_show_failure(command, status, NULL);
        goto out;
    }
    run.out_path = out->n > 0 ? out->text : path;
    status = run_into(&run, isa, threads_n);
out:
    free(path);
    ps_book_free(&book);
    ps_diags_free(&diags);
    return status;
}
