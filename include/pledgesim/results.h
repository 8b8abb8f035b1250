// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_H
#define PLEDGESIM_RESULTS_H

#include "pledgesim/book.h"
#include "pledgesim/compare.h"
#include "pledgesim/crosscheck.h"
#include "pledgesim/death.h"
#include "pledgesim/engine.h"
#include "pledgesim/manifest.h"
#include "pledgesim/outdir.h"
#include "pledgesim/outlook.h"
#include "pledgesim/rare.h"
#include "pledgesim/reverse.h"
#include "pledgesim/sensitivity.h"
#include "pledgesim/sweep.h"
#include "pledgesim/tune.h"

/* Turns what the engine found into the result files of results.def. */

/* What `sensitivity` found. */
struct ps_sensitivity {
    const struct ps_study *study; /* its metrics are those of both tables */
    const struct ps_tornado *tornado;
    const struct ps_sobol_index *sobol; /* [metric][axis]; NULL: not asked for */
    int samples_n;
};

/* What `stress` found. */
struct ps_stressing {
    const struct ps_stress_request *request;
    const struct ps_stress_table *table;
    const struct ps_reverse *reverse;
    const struct ps_death *death;
};

/* All is borrowed for the call. Everything below `book_path` is for manifest.json alone, and the
 * path and the settings for that and the report: no data file may depend on them. */
struct ps_results_request {
    const struct ps_book *book;
    const struct ps_engine_result *result;  /* full tier; rows in the order of book->scenarios */
    const struct ps_crosscheck *checks;     /* of `run`: one a scenario */
    const struct ps_outlook *outlook;       /* of `run`, for the report; NULL: no report */
    const struct ps_rare_row *rare;         /* of `run --rare`: one a scenario; else NULL */
    const struct ps_diags *warnings;        /* notes and warnings of the input, sorted */
    const struct ps_tune_request *tune;     /* of `tune` alone, else NULL: what was asked, */
    const struct ps_tuned *tuned;           /* and what was found */
    const struct ps_comparison *comparison; /* of `compare` alone */
    const struct ps_sensitivity
        *sensitivity;                     /* of `sensitivity`; of `run` for the report, or NULL */
    const struct ps_stressing *stressing; /* of `stress` alone */
    const struct ps_study *study;         /* of `sweep` alone: what was asked, */
    const struct ps_sweep *sweep;         /* and what was found */
    enum ps_lang lang;                    /* of report.xlsx */
    uint64_t seed;
    uint64_t worlds_n;       /* as asked for; a row may have stopped earlier */
    const char *book_path;   /* the book as the user named it */
    const char *const *sets; /* what --set said */
    size_t sets_n;
    const char *const *command_line;
    int command_n;
    const char *compiler;                     /* e.g. "gcc 12.2.0" */
    const struct ps_manifest_pair *libraries; /* name and version */
    size_t libraries_n;
    double load_seconds, engine_seconds, exact_seconds;
    int64_t created_unix_s; /* negative: left out */
};

/* Is the file one that every `run` writes, not `run --rare` alone or one of the studies? */
int ps_results_of_run(enum ps_result_id id);

/* Writes every result file into `dir`, opened by the caller before the run, and commits it with its
 * manifest. After a failure the folder's ps_outerror says what failed, when it was the folder, and
 * the caller frees `dir`: the old set stands (see outdir.h). PS_IO, PS_MEMORY, PS_BUG. */
enum ps_status ps_results_write(const struct ps_results_request *request, struct ps_outdir *dir)
    PS_MUST_CHECK;

/* The same for `tune`, `sweep`, `compare`, `sensitivity` and `stress`; of `result` only what the
 * manifest tells is read. */
enum ps_status ps_results_write_comparison(const struct ps_results_request *request,
                                           struct ps_outdir *dir) PS_MUST_CHECK;
enum ps_status ps_results_write_sensitivity(const struct ps_results_request *request,
                                            struct ps_outdir *dir) PS_MUST_CHECK;
enum ps_status ps_results_write_stressed(const struct ps_results_request *request,
                                         struct ps_outdir *dir) PS_MUST_CHECK;
enum ps_status ps_results_write_sweep(const struct ps_results_request *request,
                                      struct ps_outdir *dir) PS_MUST_CHECK;
enum ps_status ps_results_write_tuned(const struct ps_results_request *request,
                                      struct ps_outdir *dir) PS_MUST_CHECK;

/* The bytes that summary.csv would have; *text is malloc'd, bytes_n long. PS_MEMORY, PS_BUG. */
enum ps_status ps_results_summary_csv(const struct ps_results_request *request, char **text,
                                      size_t *bytes_n) PS_MUST_CHECK;

#endif
