// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE 1
#include "command.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <utf8proc.h>

#include "pledgesim/csv.h"
#include "pledgesim/ledger.h"
#include "pledgesim/workbook.h"

enum { THREADS_MAX = 256 };

double ps_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int processors(void)
{
    cpu_set_t set;
    const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
}

/* The OpenMP library would obey any number and die of a million threads. */
int ps_command_threads(const struct ps_command *command)
{
    if (command->given[PS_OPT_THREADS].n > 0) {
        return (int)command->given[PS_OPT_THREADS].whole;
    }
    const char *wish = getenv("OMP_NUM_THREADS");
    if (wish == NULL || *wish == '\0') {
        return processors();
    }
    const size_t n = strlen(wish);
    int threads_n = 0;
    for (size_t i = 0; i < n && i < 4; i++) {
        threads_n =
            wish[i] >= '0' && wish[i] <= '9' ? 10 * threads_n + wish[i] - '0' : 10 * THREADS_MAX;
    }
    if (n > 3 || threads_n < 1 || threads_n > THREADS_MAX) {
        if (command->given[PS_OPT_JSON].n == 0) {
            ps_complain(command->lang, PS_SAY_ENVIRONMENT_IGNORED,
                        PS_ARGS("OMP_NUM_THREADS", wish, "1..256"));
        }
        return processors();
    }
    return threads_n;
}

enum ps_status ps_command_isa(const struct ps_command *command, const char **isa)
{
    const char *wish = getenv("PS_ISA");
    if (command->given[PS_OPT_ISA].n > 0) {
        wish = command->given[PS_OPT_ISA].text;
    }
    *isa = wish == NULL || *wish == '\0' ? NULL : wish;
    if (ps_kernel_select(*isa) == NULL) {
        ps_complain(command->lang, PS_SAY_ISA_MISSING, PS_ARGS(wish));
        return ps_status_raise(PS_USAGE);
    }
    return PS_OK;
}

#define NUMBER_TEXT_(number) #number
#define NUMBER_TEXT(number) NUMBER_TEXT_(number)

const char *ps_compiler(void)
{
#if defined __clang__
    return "clang " NUMBER_TEXT(__clang_major__) "." NUMBER_TEXT(__clang_minor__) "." NUMBER_TEXT(
        __clang_patchlevel__);
#elif defined __GNUC__
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

size_t ps_libraries(struct ps_manifest_pair libraries[PS_LIBRARIES_MAX])
{
    size_t n = 0;
    libraries[n++] = (struct ps_manifest_pair){"glibc", gnu_get_libc_version()};
    libraries[n++] = (struct ps_manifest_pair){"gsl", gsl_version};
    libraries[n++] = (struct ps_manifest_pair){"jansson", jansson_version_str()};
    libraries[n++] = (struct ps_manifest_pair){"libcsv", ps_csv_library_version()};
    libraries[n++] = (struct ps_manifest_pair){"utf8proc", utf8proc_version()};
    if (ps_workbook_library() != NULL) {
        libraries[n++] = (struct ps_manifest_pair){"libxlsxwriter", ps_workbook_library()};
    }
    return n;
}
