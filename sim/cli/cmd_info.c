// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <jansson.h>

#include "pledgesim/accum.h"
#include "pledgesim/ledger.h"
#include "pledgesim/page.h"
#include "pledgesim/version.h"
#include "terminal.h"

/* Sizes that a book must fit. */
static const struct {
    const char *name;
    int64_t value;
    enum ps_message doc;
} LIMITS[] = {
    {"worlds", INT64_C(4294967295), PS_SAY_LIMIT_WORLDS},
    {"months", PS_MONTHS_MAX, PS_SAY_LIMIT_MONTHS},
    {"loans", PS_APPS_MAX, PS_SAY_LIMIT_LOANS},
    {"products", PS_PRODUCTS_MAX, PS_SAY_LIMIT_PRODUCTS},
    {"pools", PS_POOLS_MAX, PS_SAY_LIMIT_POOLS},
    {"banks", PS_BANKS_MAX, PS_SAY_LIMIT_BANKS},
    {"topups", PS_TOPUPS_MAX, PS_SAY_LIMIT_TOPUPS},
    {"vehicles", PS_VEHICLES_MAX, PS_SAY_LIMIT_VEHICLES},
    {"funds", PS_FUNDS_MAX, PS_SAY_LIMIT_FUNDS},
    {"trusts", PS_TRUSTS_MAX, PS_SAY_LIMIT_TRUSTS},
    {"money_wan", PS_VALUE_MAX / 1000000, PS_SAY_LIMIT_MONEY},
};

enum { LIMITS_N = sizeof LIMITS / sizeof *LIMITS };

struct info {
    const char *isa;
    int threads_n;
    struct ps_manifest_pair libraries[PS_LIBRARIES_MAX];
    size_t libraries_n;
};

static enum ps_status put_text(const struct info *info, enum ps_lang lang)
{
    struct ps_grid grid = {.columns_n = 2};
    ps_grid_add(&grid, "pledgesim", 0);
    ps_grid_add(&grid, PS_VERSION, 0);
    ps_grid_add(&grid, ps_message(PS_SAY_INFO_COMPILER, lang), 0);
    ps_grid_add(&grid, ps_compiler(), 0);
    for (size_t i = 0; i < info->libraries_n; i++) {
        ps_grid_add(&grid, info->libraries[i].name, 0);
        ps_grid_add(&grid, info->libraries[i].value, 0);
    }
    ps_grid_add(&grid, ps_message(PS_SAY_INFO_REPORT, lang), 0);
    ps_grid_add(&grid,
                ps_message(!ps_page_available()   ? PS_SAY_INFO_REPORT_NONE
                           : ps_page_has_kernel() ? PS_SAY_INFO_REPORT_LIVE
                                                  : PS_SAY_INFO_REPORT_GRID,
                           lang),
                0);
    ps_grid_add(&grid, ps_message(PS_SAY_INFO_ISA, lang), 0);
    ps_grid_add(&grid, info->isa, 0);
    ps_grid_add(&grid, ps_message(PS_SAY_INFO_THREADS, lang), 0);
    ps_grid_add(&grid, ps_text_count((uint64_t)info->threads_n).s, 0);
    for (size_t i = 0; i < LIMITS_N; i++) {
        ps_grid_add(&grid, ps_message(LIMITS[i].doc, lang), 0);
        ps_grid_add(&grid, ps_text_count((uint64_t)LIMITS[i].value).s, 0);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

static enum ps_status put_json(const struct info *info)
{
    json_t *libraries = json_object();
    json_t *limits = json_object();
    int failed = libraries == NULL || limits == NULL;
    for (size_t i = 0; i < info->libraries_n && !failed; i++) {
        failed = json_object_set_new(libraries, info->libraries[i].name,
                                     json_string(info->libraries[i].value));
    }
    for (size_t i = 0; i < LIMITS_N && !failed; i++) {
        failed = json_object_set_new(limits, LIMITS[i].name, json_integer(LIMITS[i].value));
    }
    json_t *document =
        failed ? NULL
               : json_pack("{s: s, s: s, s: O, s: b, s: b, s: s, s: i, s: O}", "version",
                           PS_VERSION, "compiler", ps_compiler(), "libraries", libraries, "report",
                           ps_page_available(), "live_panel", ps_page_has_kernel(), "isa",
                           info->isa, "threads", info->threads_n, "limits", limits);
    enum ps_status status = PS_OK;
    if (document == NULL) {
        status = ps_status_raise(PS_MEMORY);
    } else if (json_dumpf(document, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF) {
        status = ps_status_raise(PS_IO);
    }
    json_decref(document);
    json_decref(libraries);
    json_decref(limits);
    return status;
}

enum ps_status ps_cmd_info(const struct ps_command *command)
{
    const char *isa = NULL;
    struct info info = {0};
    enum ps_status status = ps_command_isa(command, &isa);
    if (status != PS_OK) {
        return status;
    }
    info.isa = ps_kernel_select(isa)->name;
    info.threads_n = ps_command_threads(command);
    info.libraries_n = ps_libraries(info.libraries);
    status =
        command->given[PS_OPT_JSON_OUT].n > 0 ? put_json(&info) : put_text(&info, command->lang);
    if (status != PS_OK) {
        ps_show_failure(command, status, NULL);
    }
    return status;
}
