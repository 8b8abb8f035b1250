// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_LEDGER_REFERENCE_H
#define PLEDGESIM_TEST_LEDGER_REFERENCE_H

#include "testkit.h"

/* The ledger a second time: plain 64-bit integers, one policy, written from docs/model.md section 7
 * alone. It keeps no running totals: what a month needs is summed anew over the list of loans, so
 * an agreement with the kernel checks every total that the kernel carries along. */

struct ps_reference_input {
    const struct ps_world_plan *plan; /* months, NPL months, rates of the segments */
    const struct ps_policy *policy;
    const struct ps_world *world;
    int start_month; /* calendar month of month 1, 1..12 */
};

struct ps_reference_result {
    struct ps_log_entry *log; /* the lines of `trace`; their order inside a month means nothing */
    int log_n, log_capacity;
    int64_t measures[PS_MEASURE_N]; /* PS_NOT_GIVEN when missing */
    int64_t year_registered[PS_YEARS_MAX], year_compensation[PS_YEARS_MAX];
    int64_t *path; /* [PS_PATH_N][N + 1] */
};

/* A test program without memory stops. Free the result. */
void ps_reference_run(const struct ps_reference_input *input, struct ps_reference_result *result);
void ps_reference_free(struct ps_reference_result *result);

/* Runs the policies side by side and the reference for the one in `lane`. Compares every line of
 * the log, every measure, year and path, to the fen; ratios in ppm and the present value, which the
 * kernel rounds from doubles, to one unit. Returns how many values differ, the first few told on
 * stderr under the given name. */
int ps_reference_differs(struct ps_kit *kit, const struct ps_world *world,
                         const struct ps_policy *const *policies, int n, int lane, int width,
                         const char *name);

#endif
