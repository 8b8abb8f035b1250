// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "pledgesim/engine.h"
#include "usage.h"

/* engine_bench [--case NAME] [--worlds N] [--threads N] [--seed N] [--policies N] [--isa NAME]
 *              [--full]
 *
 * The program's engine on the same cases as `naive`, printed the same way. The time is that of
 * ps_engine_run as a whole: preparing the plan, worlds, ledgers and sums. */

static void row_print(const struct ps_row *row, int policy)
{
    for (int j = 0; j < PS_MEASURE_N; j++) {
        const struct ps_moments *m = &row->moments[j];
        if (m->n > 0) {
            printf("measure\t%d\t%s\t%.17g\t%.6g\t%llu\n", policy,
                   ps_measure_desc((enum ps_measure)j)->name, ps_moments_mean(m), ps_moments_se(m),
                   (unsigned long long)m->n);
        }
    }
}

static int run(const struct bench_options *o, const struct ps_scenario *scenarios)
{
    const struct ps_engine_request request = {.scenarios = scenarios,
                                              .scenarios_n = (size_t)o->policies,
                                              .worlds_n = (uint64_t)o->worlds,
                                              .seed = o->seed,
                                              .threads_n = o->threads,
                                              .isa = o->isa,
                                              .tier = o->full ? PS_TIER_FULL : PS_TIER_DECISION};
    struct ps_diags diags = {0};
    struct ps_engine_result result;
    const double cpu = bench_cpu_seconds(), wall = bench_wall_seconds();
    const enum ps_status status = ps_engine_run(&request, &diags, &result);
    const double cpu_s = bench_cpu_seconds() - cpu, wall_s = bench_wall_seconds() - wall;
    if (status == PS_OK) {
        for (size_t k = 0; k < result.rows_n; k++) {
            row_print(&result.rows[k].row, (int)k);
        }
        printf("isa\t%s\npolicies\t%zu\n", result.isa, result.rows_n);
        bench_usage_print(cpu_s, wall_s);
    } else {
        fprintf(stderr, "the engine stopped with status %d\n", (int)status);
    }
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    return status != PS_OK;
}

int main(int argc, char **argv)
{
    struct bench_options o = {.case_name = "baseline",
                              .worlds = 200000,
                              .threads = 1,
                              .seed = 1,
                              .policies = 1,
                              .every = 1};
    if (!bench_options_read(&o, argc, argv)) {
        return 2;
    }
    const size_t n = (size_t)o.policies;
    struct ps_scenario *base = bench_case(o.case_name);
    struct ps_scenario *scenarios = malloc(n * sizeof *scenarios);
    struct ps_pools_row *pools = malloc(n * sizeof *pools);
    int result = 2;
    if (base != NULL && scenarios != NULL && pools != NULL) {
        for (int k = 0; k < o.policies; k++) {
            scenarios[k] = bench_policy(base, k, o.policies, &pools[k]);
        }
        result = run(&o, scenarios);
    }
    free(scenarios);
    free(pools);
    bench_case_free(base);
    return result;
}
