// SPDX-License-Identifier: GPL-3.0-or-later
// What the economy of a world costs under each dependence model: the Bishan baseline as it is, and
// with hardly a firm that asks, so that little but the economy is left. CPU time, median of rounds.
#include <stdio.h>
#include <stdlib.h>

#include "../tests/unit/fixture.h"
#include "pledgesim/ledger.h"
#include "pledgesim/prepare.h"
#include "usage.h"

enum { WORLDS = 16000, ROUNDS = 5 };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Microseconds a world. */
static double sample(const struct ps_kernel *kernel, const struct ps_world_plan *plan)
{
    struct ps_world_work work;
    double seconds[ROUNDS];
    void *memory = malloc(ps_world_work_bytes(plan));
    if (memory == NULL) {
        abort();
    }
    ps_world_work_init(&work, plan, memory);
    for (int r = 0; r < ROUNDS; r++) {
        const double before = bench_cpu_seconds();
        for (uint64_t first = 0; first < WORLDS; first += PS_TILE_WORLDS) {
            kernel->world_sample(plan, first, PS_TILE_WORLDS, &work);
        }
        seconds[r] = bench_cpu_seconds() - before;
    }
    free(memory);
    qsort(seconds, ROUNDS, sizeof *seconds, by_size);
    return seconds[ROUNDS / 2] / WORLDS * 1e6;
}

/* Prepares the book under a model and measures; *prepare_ms receives the time of the former. */
static double measure(const struct ps_kernel *kernel, int64_t model, double demand,
                      double *prepare_ms)
{
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_world_plan *plan;
    struct ps_diags diags = {0};
    s->p.dependence = model;
    s->p.demand_multiplier = demand;
    const double before = bench_cpu_seconds();
    if (ps_world_prepare(s, 1, &diags, &plan) != PS_OK) {
        abort();
    }
    *prepare_ms = (bench_cpu_seconds() - before) * 1e3;
    const double us = sample(kernel, plan);
    ps_world_plan_free(plan);
    ps_fixture_free(s);
    return us;
}

int main(int argc, char **argv)
{
    const struct ps_kernel *kernel = ps_kernel_select(argc > 1 ? argv[1] : NULL);
    int n;
    const struct ps_dependence *const *models = ps_models_dependence(&n);
    double whole_0 = 0, economy_0 = 0;
    if (kernel == NULL) {
        return 2;
    }
    printf("%-12s %10s %7s %12s %7s %12s\n", "dependence", "us/world", "ratio", "us/economy",
           "ratio", "prepare ms");
    for (int i = 0; i < n; i++) {
        double prepare_ms, unused;
        const double whole = measure(kernel, i, 1, &prepare_ms);
        const double economy = measure(kernel, i, 1e-4, &unused);
        whole_0 = i == 0 ? whole : whole_0;
        economy_0 = i == 0 ? economy : economy_0;
        printf("%-12s %10.3f %7.2f %12.3f %7.2f %12.1f\n", models[i]->model.name, whole,
               whole / whole_0, economy, economy / economy_0, prepare_ms);
    }
    return 0;
}
