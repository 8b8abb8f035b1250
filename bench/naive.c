// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "naive.h"
#include "usage.h"

/* naive [--case NAME] [--worlds N] [--threads N] [--seed N] [--policies N] [--model]
 *
 * Policies are simulated one after another, each with a pass of its own over its worlds. */

const enum ps_measure naive_measures[] = {
    PS_M_DEPLETED,        PS_M_DEPLETED_PLAN,      PS_M_DEPLETED_MONTH,   PS_M_SHORTFALL,
    PS_M_TARGET_CUMULATIVE, PS_M_TARGET_ANNUAL,    PS_M_REGISTERED,       PS_M_REGISTERED_FIRST,
    PS_M_REGISTERED_FLOW, PS_M_LENT,               PS_M_GRANTS_N,         PS_M_FIRMS_N,
    PS_M_OUTSTANDING,     PS_M_POOL_MIN,           PS_M_POOL_PLAN_END,    PS_M_POOL_END,
    PS_M_COMPENSATION,    PS_M_COMPENSATION_NET,   PS_M_RETURNED,         PS_M_LOSS,
    PS_M_LOSS_POOL,       PS_M_LOSS_GUARANTOR,     PS_M_LOSS_INSURER,     PS_M_LOSS_BANK,
    PS_M_EXPOSURE,        PS_M_RECOVERED,          PS_M_NPL_PEAK,         PS_M_MONTHS_SUSPENDED,
    PS_M_MONTHS_TERMINATED, PS_M_SUBSIDY,          PS_M_POOL_INTEREST,    PS_M_TOPUPS,
    PS_M_FISCAL_NET_COST, PS_M_DEFAULTS_N,         PS_M_REFUSED_N,        PS_M_REFUSED,
    PS_M_REFUSED_CLOSED,  PS_M_REFUSED_POPULATION, PS_M_REFUSED_LOAN_CAP, PS_M_REFUSED_TERMINATED,
    PS_M_REFUSED_SUSPENDED, PS_M_REFUSED_SINGLE_NAME, PS_M_REFUSED_LEVERAGE};
const int naive_measures_n = (int)(sizeof naive_measures / sizeof *naive_measures);

struct sums {
    double n[PS_MEASURE_N], sum[PS_MEASURE_N], sum_sq[PS_MEASURE_N];
};

static void sums_add(struct sums *s, const int64_t *measure)
{
    for (int k = 0; k < naive_measures_n; k++) {
        const int j = naive_measures[k];
        if (measure[j] != PS_NOT_GIVEN) {
            const double x = (double)measure[j];
            s->n[j]++;
            s->sum[j] += x;
            s->sum_sq[j] += x * x;
        }
    }
}

static void sums_merge(struct sums *into, const struct sums *from)
{
    for (int j = 0; j < PS_MEASURE_N; j++) {
        into->n[j] += from->n[j];
        into->sum[j] += from->sum[j];
        into->sum_sq[j] += from->sum_sq[j];
    }
}

static void simulate(const struct naive_model *model, long worlds, int threads, unsigned long seed,
                     struct sums *all)
{
    memset(all, 0, sizeof *all);
#pragma omp parallel num_threads(threads)
    {
        struct naive_world *w = malloc(sizeof *w);
        struct sums *mine = calloc(1, sizeof *mine);
        if (w == NULL || mine == NULL) {
            abort();
        }
        naive_world_init(w, model, seed + 7919UL * (unsigned long)omp_get_thread_num());
#pragma omp for schedule(static)
        for (long i = 0; i < worlds; i++) {
            naive_world_run(w);
            sums_add(mine, w->measure);
        }
#pragma omp critical
        sums_merge(all, mine);
        naive_world_free(w);
        free(w);
        free(mine);
    }
}

static void sums_print(const struct sums *s, int policy)
{
    for (int k = 0; k < naive_measures_n; k++) {
        const int j = naive_measures[k];
        const double n = s->n[j], mean = s->sum[j] / n;
        const double se = sqrt(fmax(s->sum_sq[j] / n - mean * mean, 0) / (n - 1));
        printf("measure\t%d\t%s\t%.17g\t%.6g\t%.0f\n", policy,
               ps_measure_desc(naive_measures[k])->name, mean, se, n);
    }
}

int main(int argc, char **argv)
{
    struct bench_options o = {.case_name = "baseline", .worlds = 20000, .threads = 1, .seed = 1,
                              .policies = 1};
    struct sums *sums = malloc(sizeof *sums);
    if (!bench_options_read(&o, argc, argv) || sums == NULL) {
        return 2;
    }
    double cpu = 0, wall = 0;
    for (int k = 0; k < o.policies; k++) {
        struct ps_scenario *scenario = bench_case(o.case_name, k, o.policies);
        struct naive_model *model = scenario == NULL ? NULL : naive_model_new(scenario);
        if (model == NULL) {
            return 1;
        }
        if (o.model) {
            naive_model_write(model, stdout);
            return 0;
        }
        const double cpu_from = bench_cpu_seconds(), wall_from = bench_wall_seconds();
        simulate(model, o.worlds, o.threads, o.seed + 104729UL * (unsigned long)k, sums);
        cpu += bench_cpu_seconds() - cpu_from;
        wall += bench_wall_seconds() - wall_from;
        sums_print(sums, k);
        naive_model_free(model);
        bench_case_free(scenario);
    }
    bench_usage_print(cpu, wall);
    free(sums);
    return 0;
}
