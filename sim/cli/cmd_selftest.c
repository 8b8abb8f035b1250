// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <math.h>

#include <jansson.h>

#include "pledgesim/outcsv.h"
#include "pledgesim/selftest.h"
#include "terminal.h"

static size_t failed_of(const struct ps_selftest_line *lines)
{
    size_t failed_n = 0;
    for (int i = 0; i < PS_SELFTEST_N; i++) {
        failed_n += !lines[i].passed;
    }
    return failed_n;
}

/* ---- text ---- */

static struct ps_text number_text(double value)
{
    char plain[PS_NUMBER_TEXT_SIZE];
    struct ps_text out;
    ps_format_double(value, plain);
    (void)snprintf(out.s, sizeof out.s, "%s", plain);
    return out;
}

static struct ps_text simulated_text(const struct ps_selftest_line *line)
{
    struct ps_text out = {"-"};
    if (!isnan(line->simulated)) {
        (void)snprintf(out.s, sizeof out.s, "%.4g +- %.1g", line->simulated, line->se);
    }
    return out;
}

static void add_line(struct ps_grid *grid, enum ps_selftest_id id,
                     const struct ps_selftest_line *line, enum ps_lang lang)
{
    const struct ps_selftest_desc *desc = ps_selftest_desc(id);
    char what[512];
    (void)snprintf(what, sizeof what, "%s %s", desc->doc[lang], desc->source[lang]);
    ps_grid_add(grid, ps_message(line->passed ? PS_SAY_SELFTEST_PASS : PS_SAY_SELFTEST_FAIL, lang),
                0);
    ps_grid_add(grid, desc->name, 0);
    ps_grid_add(grid, number_text(desc->expected).s, 0);
    ps_grid_add(grid, number_text(line->got).s, 0);
    ps_grid_add(grid, number_text(desc->tolerance).s, 0);
    ps_grid_add(grid, simulated_text(line).s, 0);
    ps_grid_add(grid, what, 0);
}

static enum ps_status put_text(const struct ps_selftest_line *lines, enum ps_lang lang)
{
    static const enum ps_message HEADS[] = {PS_SAY_SELFTEST_RESULT,    PS_SAY_SELFTEST_CASE,
                                            PS_SAY_SELFTEST_EXPECTED,  PS_SAY_SELFTEST_GOT,
                                            PS_SAY_SELFTEST_TOLERANCE, PS_SAY_SELFTEST_SIMULATED,
                                            PS_SAY_SELFTEST_SOURCE};
    struct ps_grid grid = {.columns_n = sizeof HEADS / sizeof *HEADS, .right = 0x3c};
    for (size_t i = 0; i < grid.columns_n; i++) {
        ps_grid_add(&grid, ps_message(HEADS[i], lang), 0);
    }
    for (int i = 0; i < PS_SELFTEST_N; i++) {
        add_line(&grid, (enum ps_selftest_id)i, &lines[i], lang);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    if (status == PS_OK) {
        const size_t failed_n = failed_of(lines);
        ps_say(stdout, lang, PS_SAY_SELFTEST_DONE,
               PS_ARGS(ps_text_count(PS_SELFTEST_N - failed_n).s, ps_text_count(failed_n).s,
                       ps_text_real(PS_SELFTEST_Z, 1).s));
    }
    return status;
}

/* ---- JSON ---- */

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *line_json(enum ps_selftest_id id, const struct ps_selftest_line *line,
                         enum ps_lang lang)
{
    const struct ps_selftest_desc *desc = ps_selftest_desc(id);
    return json_pack("{s: s, s: s, s: s, s: f, s: f, s: o, s: o, s: o, s: o, s: b}", "name",
                     desc->name, "what", desc->doc[lang], "source", desc->source[lang], "expected",
                     desc->expected, "tolerance", desc->tolerance, "got", number_or_null(line->got),
                     "simulated", number_or_null(line->simulated), "se", number_or_null(line->se),
                     "z", number_or_null(line->z), "passed", line->passed);
}

static enum ps_status put_json(const struct ps_selftest_line *lines, enum ps_lang lang)
{
    json_t *cases = json_array();
    int failed = cases == NULL;
    for (int i = 0; i < PS_SELFTEST_N && !failed; i++) {
        failed = json_array_append_new(cases, line_json((enum ps_selftest_id)i, &lines[i], lang));
    }
    const json_int_t failed_n = (json_int_t)failed_of(lines);
    json_t *document = failed ? NULL
                              : json_pack("{s: O, s: I, s: I}", "cases", cases, "passed",
                                          PS_SELFTEST_N - failed_n, "failed", failed_n);
    enum ps_status status = PS_OK;
    if (document == NULL) {
        status = ps_status_raise(PS_MEMORY);
    } else if (json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
               putchar('\n') == EOF) {
        status = ps_status_raise(PS_IO);
    }
    json_decref(document);
    json_decref(cases);
    return status;
}

enum ps_status ps_cmd_selftest(const struct ps_command *command)
{
    struct ps_selftest_line lines[PS_SELFTEST_N];
    struct ps_selftest_request request = {0};
    enum ps_status status = ps_command_isa(command, &request.isa);
    if (status != PS_OK) {
        return status;
    }
    request.threads_n = ps_command_threads(command);
    status = ps_selftest_run(&request, lines);
    if (status == PS_OK) {
        status = command->given[PS_OPT_JSON_OUT].n > 0 ? put_json(lines, command->lang)
                                                       : put_text(lines, command->lang);
    }
    if (status != PS_OK) {
        ps_show_failure(command, status, NULL);
        return status;
    }
    return failed_of(lines) == 0 ? PS_OK : ps_status_raise(PS_ANSWER_NO);
}
