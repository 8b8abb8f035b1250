// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "pledgesim/manifest.h"
#include "pledgesim/page.h"
#include "pledgesim/version.h"
#include "pledgesim/workbook.h"
#include "write.h"

/* Arrays that the manifest is built from; all strings are borrowed. */
struct parts {
    struct ps_result_table tables[PS_RESULT_N];
    struct ps_manifest_resource *resources;
    struct ps_manifest_source *inputs;
    struct ps_manifest_scenario *scenarios;
    struct ps_manifest_pair *parameters; /* of all scenarios */
    unsigned char *varying;              /* by column of scenarios.csv */
};

static void parts_free(struct parts *p)
{
    free(p->resources);
    free(p->inputs);
    free(p->scenarios);
    free(p->parameters);
    free(p->varying);
}

static enum ps_status parts_take(struct parts *p, size_t files_n, const struct ps_book *book)
{
    p->resources = calloc(files_n + 1, sizeof *p->resources);
    p->inputs = calloc(book->inputs_n + 1, sizeof *p->inputs);
    p->scenarios = calloc(book->scenarios_n + 1, sizeof *p->scenarios);
    p->parameters = calloc(book->resolved_n + 1, sizeof *p->parameters);
    p->varying = ps_resolved_varying(book);
    if (!p->varying || !p->resources || !p->inputs || !p->scenarios || !p->parameters)
        return ps_status_raise(PS_MEMORY);
    return PS_OK;
}

static void resources_fill(struct parts *p, const struct ps_outdir *dir, size_t files_n)
{
    for (int t = 0; t < PS_RESULT_N; t++)
        p->tables[t] = ps_result_table((enum ps_result_id)t);
    for (size_t i = 0; i < files_n; i++) {
        p->resources[i].sum = ps_outdir_sum(dir, i);
        if (strcmp(p->resources[i].sum->name, PS_PAGE_FILE) == 0) {
            p->resources[i].en = "The report: conclusion, charts, live panel, parameters";
            p->resources[i].zh = "报告：结论、图表、即时试算与参数";
        }
        for (int t = 0; t < PS_RESULT_N; t++)
            if (strcmp(p->tables[t].file, p->resources[i].sum->name) == 0)
                p->resources[i].table = &p->tables[t];
        if (strcmp(p->resources[i].sum->name, PS_WORKBOOK_FILE) == 0) {
            p->resources[i].en = "The results as a workbook with charts";
            p->resources[i].zh = "带图表的结果工作簿";
        }
    }
}

/* The scalars of each scenario; of the second and later ones those that vary in the book. */
static void scenarios_fill(struct parts *p, const struct ps_book *book)
{
    size_t n = 0, line = 0;
    for (size_t i = 0; i < book->scenarios_n; i++) {
        struct ps_manifest_scenario *scenario = &p->scenarios[i];
        scenario->id = book->scenarios[i].p.scenario_id;
        scenario->parameters = &p->parameters[n];
        for (; line < book->resolved_n && book->resolved[line].scenario == i; line++) {
            const struct ps_resolved *r = &book->resolved[line];
            if (r->column->table != PS_TABLE_scenarios || ps_resolved_repeats(p->varying, r))
                continue;
            p->parameters[n++] = (struct ps_manifest_pair){r->column->column, r->value};
            scenario->parameters_n++;
        }
    }
}

static void inputs_fill(struct parts *p, const struct ps_book *book)
{
    for (size_t i = 0; i < book->inputs_n; i++)
        p->inputs[i] = (struct ps_manifest_source){book->inputs[i].name, book->inputs[i].sha256,
                                                   book->inputs[i].bytes_n};
}

enum ps_status ps_write_manifest(const struct ps_results_request *request,
                                 const struct ps_outdir *dir, char **text, size_t *n)
{
    const struct ps_book *book = request->book;
    const size_t files_n = ps_outdir_files_n(dir);
    const struct ps_manifest_timing timings[] = {{"load", request->load_seconds},
                                                 {"simulate", request->engine_seconds},
                                                 {"exact", request->exact_seconds}};
    struct parts parts = {0};
    enum ps_status status = parts_take(&parts, files_n, book);
    if (status != PS_OK)
        goto out;
    resources_fill(&parts, dir, files_n);
    scenarios_fill(&parts, book);
    inputs_fill(&parts, book);
    const struct ps_manifest manifest = {.book = request->book_path,
                                         .version = PS_VERSION,
                                         .compiler = request->compiler,
                                         .isa = request->result->isa,
                                         .argv = request->command_line,
                                         .argv_n = (size_t)request->command_n,
                                         .seed = request->seed,
                                         .worlds_n = (int64_t)request->worlds_n,
                                         .worlds_drawn = request->result->worlds_drawn,
                                         .families_n = request->result->families_n,
                                         .threads_n = request->result->threads_n,
                                         .created_unix_s = request->created_unix_s,
                                         .resources = parts.resources,
                                         .resources_n = files_n,
                                         .inputs = parts.inputs,
                                         .inputs_n = book->inputs_n,
                                         .scenarios = parts.scenarios,
                                         .scenarios_n = book->scenarios_n,
                                         .libraries = request->libraries,
                                         .libraries_n = request->libraries_n,
                                         .timings = timings,
                                         .timings_n = sizeof timings / sizeof *timings};
    status = ps_manifest_build(&manifest, text, n);
out:
    parts_free(&parts);
    return status;
}
