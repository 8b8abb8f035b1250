// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <string.h>

#include "prepare_parts.h"

enum ps_status ps_prepare_refuse(struct ps_diags *diags, enum ps_diag_code code, const char *value,
                                 const char *const args[])
{
    ps_diags_add(diags, code, NULL, value, args);
    return ps_status_raise(PS_INPUT);
}

enum ps_status ps_prepare_refuse_apps(struct ps_diags *diags, double firms, double tape)
{
    char all[32], limit[32], of_firms[32], of_tape[32];
    (void)snprintf(all, sizeof all, "%.0f", firms + tape);
    (void)snprintf(limit, sizeof limit, "%d", PS_APPS_MAX);
    (void)snprintf(of_firms, sizeof of_firms, "%.0f", firms);
    (void)snprintf(of_tape, sizeof of_tape, "%.0f", tape);
    const char *const args[] = {all, limit, of_firms, of_tape, NULL};
    return ps_prepare_refuse(diags, PS_DIAG_TOO_MANY_APPS, NULL, args);
}

int ps_find_id(const char *ids, size_t row_bytes, size_t n, const char *id)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;
        const int order = strcmp(ids + middle * row_bytes, id);
        if (order == 0) {
            return (int)middle;
        }
        if (order < 0) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return -1;
}

int ps_find_cluster(const struct ps_scenario *scenario, const char *id)
{
    return ps_find_id(scenario->cluster_ids[0], sizeof scenario->cluster_ids[0],
                      scenario->clusters_n, id);
}
