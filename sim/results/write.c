// SPDX-License-Identifier: GPL-3.0-or-later
#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "pledgesim/figures.h"
#include "pledgesim/page.h"
#include "pledgesim/workbook.h"

struct file {
    enum ps_result_id id;
    ps_write_fn *rows;
};

static const struct file FILES[] = {{PS_RESULT_summary, ps_write_summary},
                                    {PS_RESULT_metrics, ps_write_metrics},
                                    {PS_RESULT_quantiles, ps_write_quantiles},
                                    {PS_RESULT_histogram, ps_write_histogram},
                                    {PS_RESULT_exceedance, ps_write_exceedance},
                                    {PS_RESULT_timeline, ps_write_timeline},
                                    {PS_RESULT_years, ps_write_years},
                                    {PS_RESULT_flows, ps_write_flows},
                                    {PS_RESULT_contributions, ps_write_contributions},
                                    {PS_RESULT_convergence, ps_write_convergence},
                                    {PS_RESULT_batches, ps_write_batches},
                                    {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                    {PS_RESULT_warnings, ps_write_warnings},
                                    {PS_RESULT_exact, ps_write_exact_figures},
                                    /* of --rare alone */
                                    {PS_RESULT_rare, ps_write_rare}};

enum { ALWAYS_N = sizeof FILES / sizeof *FILES - 1 };

int ps_results_of_run(enum ps_result_id id)
{
    for (size_t i = 0; i < ALWAYS_N; i++)
        if (FILES[i].id == id)
            return 1;
    return 0;
}

void ps_write_key(struct ps_outcsv *csv, const char *scenario_id, const char *metric,
                  const char *unit)
{
    ps_outcsv_id(csv, scenario_id);
    ps_outcsv_id(csv, metric);
    ps_outcsv_text(csv, unit);
}

void ps_write_exact(struct ps_outcsv *csv, enum ps_measure measure, int64_t value)
{
    if (ps_measure_divisor(measure) > 1)
        ps_outcsv_fen_as_wan(csv, value); /* six places, which is what ppm need too */
    else
        ps_outcsv_int(csv, value);
}

void ps_write_derived(struct ps_outcsv *csv, enum ps_measure measure, double value)
{
    ps_outcsv_double(csv, value / ps_measure_divisor(measure));
}

static enum ps_status write_table(enum ps_result_id id, ps_write_fn *rows, struct ps_sink sink,
                                  const struct ps_results_request *request)
{
    const struct ps_result_table table = ps_result_table(id);
    struct ps_outcsv csv;
    enum ps_status status = ps_outcsv_begin(&csv, sink, table.columns, table.columns_n);
    if (status == PS_OK)
        status = rows(&csv, request);
    return status == PS_OK ? ps_outcsv_end(&csv) : status;
}

static enum ps_status write_file(struct ps_outdir *dir, enum ps_result_id id, ps_write_fn *rows,
                                 const struct ps_results_request *request)
{
    struct ps_outfile *file;
    enum ps_status status = ps_outdir_file(dir, ps_result_table(id).file, &file);
    if (status == PS_OK)
        status = write_table(id, rows, ps_sink_of_file(file), request);
    return status == PS_OK ? ps_outfile_close(file) : status;
}

/* The rows must be there, of the full tier, and be those of the book. */
static enum ps_status request_check(const struct ps_results_request *request)
{
    if (request->result->rows_n != request->book->scenarios_n)
        return ps_status_raise(PS_BUG);
    for (size_t i = 0; i < request->result->rows_n; i++)
        if (!request->result->rows[i].row.hist)
            return ps_status_raise(PS_BUG);
    return PS_OK;
}

static enum ps_status write_page(const struct ps_results_request *request, struct ps_outdir *dir)
{
    struct ps_outfile *file;
    enum ps_status status = ps_outdir_file(dir, PS_PAGE_FILE, &file);
    if (status == PS_OK)
        status = ps_page_write(request, ps_sink_of_file(file));
    return status == PS_OK ? ps_outfile_close(file) : status;
}

/* The given files, the report, the workbook, then the manifest. */
static enum ps_status write_files(const struct file *files, size_t files_n,
                                  const struct ps_results_request *request, struct ps_outdir *dir)
{
    char *manifest = NULL;
    size_t n = 0;
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < files_n; i++)
        status = write_file(dir, files[i].id, files[i].rows, request);
    const int page = request->outlook != NULL || request->sweep != NULL || request->tuned != NULL;
    if (status == PS_OK && page && ps_page_available())
        status = write_page(request, dir);
    if (status == PS_OK)
        status = ps_workbook_write(request, dir);
    if (status == PS_OK)
        status = ps_write_manifest(request, dir, &manifest, &n);
    if (status == PS_OK)
        status = ps_outdir_commit(dir, manifest, n);
    free(manifest);
    return status;
}

enum ps_status ps_results_write(const struct ps_results_request *request, struct ps_outdir *dir)
{
    const enum ps_status status = request_check(request);
    return status == PS_OK ? write_files(FILES, ALWAYS_N + (request->rare != NULL), request, dir)
                           : status;
}

enum ps_status ps_results_write_sweep(const struct ps_results_request *request,
                                      struct ps_outdir *dir)
{
    static const struct file SWEEP[] = {{PS_RESULT_grid, ps_write_grid},
                                        {PS_RESULT_frontier, ps_write_frontier},
                                        {PS_RESULT_convergence, ps_write_convergence_swept},
                                        {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                        {PS_RESULT_warnings, ps_write_warnings}};
    return write_files(SWEEP, sizeof SWEEP / sizeof *SWEEP, request, dir);
}

enum ps_status ps_results_write_comparison(const struct ps_results_request *request,
                                           struct ps_outdir *dir)
{
    static const struct file COMPARISON[] = {{PS_RESULT_compare, ps_write_compare},
                                             {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                             {PS_RESULT_warnings, ps_write_warnings}};
    return write_files(COMPARISON, sizeof COMPARISON / sizeof *COMPARISON, request, dir);
}

enum ps_status ps_results_write_sensitivity(const struct ps_results_request *request,
                                            struct ps_outdir *dir)
{
    static const struct file SENSITIVITY[] = {{PS_RESULT_tornado, ps_write_tornado},
                                              {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                              {PS_RESULT_warnings, ps_write_warnings},
                                              {PS_RESULT_sobol, ps_write_sobol}};
    const size_t n = sizeof SENSITIVITY / sizeof *SENSITIVITY;
    return write_files(SENSITIVITY, request->sensitivity->sobol != NULL ? n : n - 1, request, dir);
}

enum ps_status ps_results_write_stressed(const struct ps_results_request *request,
                                         struct ps_outdir *dir)
{
    static const struct file STRESSED[] = {{PS_RESULT_stress, ps_write_stress},
                                           {PS_RESULT_reverse, ps_write_reverse},
                                           {PS_RESULT_death_path, ps_write_death_path},
                                           {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                           {PS_RESULT_warnings, ps_write_warnings}};
    return write_files(STRESSED, sizeof STRESSED / sizeof *STRESSED, request, dir);
}

enum ps_status ps_results_write_tuned(const struct ps_results_request *request,
                                      struct ps_outdir *dir)
{
    static const struct file TUNED[] = {{PS_RESULT_tune, ps_write_tune},
                                        {PS_RESULT_convergence, ps_write_convergence_tuned},
                                        {PS_RESULT_scenarios_resolved, ps_write_resolved},
                                        {PS_RESULT_warnings, ps_write_warnings}};
    return write_files(TUNED, sizeof TUNED / sizeof *TUNED, request, dir);
}

struct text {
    char *bytes;
    size_t n, capacity;
};

static enum ps_status text_append(void *context, const void *data, size_t n)
{
    struct text *text = context;
    if (n > text->capacity - text->n) {
        const size_t capacity = 2 * (text->capacity + n);
        char *bytes = realloc(text->bytes, capacity);
        if (!bytes)
            return ps_status_raise(PS_MEMORY);
        text->bytes = bytes;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->n, data, n);
    text->n += n;
    return PS_OK;
}

enum ps_status ps_results_summary_csv(const struct ps_results_request *request, char **text,
                                      size_t *bytes_n)
{
    struct text all = {0};
    const struct ps_sink sink = {.write = text_append, .context = &all};
    enum ps_status status = request_check(request);
    if (status == PS_OK)
        status = write_table(PS_RESULT_summary, ps_write_summary, sink, request);
    if (status != PS_OK) {
        free(all.bytes);
        all = (struct text){0};
    }
    *text = all.bytes;
    *bytes_n = all.n;
    return status;
}
