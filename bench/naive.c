// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "naive.h"
#include "usage.h"

/* naive [--case NAME] [--worlds N] [--threads N] [--seed N] [--policies N] [--every M] [--tuned]
 *       [--by-loan] [--model]
 *
 * --tuned takes GSL's fastest generator and normals instead of the default ones. --by-loan lets
 * every loan work out its hazard by itself instead of once a class and month.
 *
 * Policies 0, M, 2M, ... of a sweep of N are simulated one after another, each with a pass of its
 * own over its worlds. --model writes the model as JSON instead. */

const enum ps_measure naive_measures[] = {PS_M_DEPLETED,          PS_M_DEPLETED_PLAN,
                                          PS_M_DEPLETED_MONTH,    PS_M_SHORTFALL,
                                          PS_M_TARGET_CUMULATIVE, PS_M_TARGET_ANNUAL,
                                          PS_M_REGISTERED,        PS_M_REGISTERED_FIRST,
                                          PS_M_REGISTERED_FLOW,   PS_M_LENT,
                                          PS_M_GRANTS_N,          PS_M_FIRMS_N,
                                          PS_M_OUTSTANDING,       PS_M_POOL_MIN,
                                          PS_M_POOL_PLAN_END,     PS_M_POOL_END,
                                          PS_M_COMPENSATION,      PS_M_COMPENSATION_NET,
                                          PS_M_RETURNED,          PS_M_LOSS,
                                          PS_M_LOSS_POOL,         PS_M_LOSS_GUARANTOR,
                                          PS_M_LOSS_INSURER,      PS_M_LOSS_BANK,
                                          PS_M_EXPOSURE,          PS_M_RECOVERED,
                                          PS_M_NPL_PEAK,          PS_M_MONTHS_SUSPENDED,
                                          PS_M_MONTHS_TERMINATED, PS_M_SUBSIDY,
                                          PS_M_POOL_INTEREST,     PS_M_TOPUPS,
                                          PS_M_FISCAL_NET_COST,   PS_M_DEFAULTS_N,
                                          PS_M_REFUSED_N,         PS_M_REFUSED,
                                          PS_M_REFUSED_CLOSED,    PS_M_REFUSED_POPULATION,
                                          PS_M_REFUSED_LOAN_CAP,  PS_M_REFUSED_TERMINATED,
                                          PS_M_REFUSED_SUSPENDED, PS_M_REFUSED_SINGLE_NAME,
                                          PS_M_REFUSED_LEVERAGE};
const int naive_measures_n = (int)(sizeof naive_measures / sizeof *naive_measures);

struct sums {
    double n[PS_MEASURE_N], sum[PS_MEASURE_N], sum_sq[PS_MEASURE_N];
};

static void sums_add(struct sums *s, const int64_t *measure)
{
    for (int k = 0; k < naive_measures_n; k++) {
        const enum ps_measure j = naive_measures[k];
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
        const enum ps_measure j = naive_measures[k];
        const double n = s->n[j], mean = s->sum[j] / n;
        const double se = sqrt(fmax(s->sum_sq[j] / n - mean * mean, 0) / (n - 1));
        printf("measure\t%d\t%s\t%.17g\t%.6g\t%.0f\n", policy,
               ps_measure_desc(naive_measures[k])->name, mean, se, n);
    }
}

static int write_model(const struct ps_scenario *scenario)
{
    struct naive_model *model = naive_model_new(scenario);
    if (model == NULL) {
        return 1;
    }
    naive_model_write(model, stdout);
    naive_model_free(model);
    return 0;
}

/* All policies asked for; the clocks run while worlds are simulated. */
static int policies_run(const struct bench_options *o, const struct ps_scenario *base)
{
    double cpu = 0, wall = 0;
    int done = 0;
    struct sums *sums = malloc(sizeof *sums);
    for (int k = 0; sums != NULL && k < o->policies; k += o->every, done++) {
        struct ps_pools_row pool;
        const struct ps_scenario scenario = bench_policy(base, k, o->policies, &pool);
        struct naive_model *model = naive_model_new(&scenario);
        if (model == NULL) {
            break;
        }
        model->tuned = o->tuned;
        model->by_loan = o->by_loan;
        const double cpu_from = bench_cpu_seconds(), wall_from = bench_wall_seconds();
        simulate(model, o->worlds, o->threads, o->seed + 104729UL * (unsigned long)k, sums);
        cpu += bench_cpu_seconds() - cpu_from;
        wall += bench_wall_seconds() - wall_from;
        sums_print(sums, k);
        naive_model_free(model);
    }
    free(sums);
    printf("policies\t%d\n", done);
    bench_usage_print(cpu, wall);
    return done > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct bench_options o = {.case_name = "baseline",
                              .worlds = 20000,
                              .threads = 1,
                              .seed = 1,
                              .policies = 1,
                              .every = 1};
    if (!bench_options_read(&o, argc, argv)) {
        return 2;
    }
    struct ps_scenario *base = bench_case(o.case_name);
    if (base == NULL) {
        return 2;
    }
    const int result = o.model ? write_model(base) : policies_run(&o, base);
    bench_case_free(base);
    return result;
}
