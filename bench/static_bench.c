// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "pledgesim/ledger.h"
#include "pledgesim/prepare.h"
#include "usage.h"

/* static_bench [--policies LOANS] [--worlds N] [--isa NAME] [--every N]
 *
 * Draws worlds of a standing book and nothing more: who defaults, when, and what the pledge brings.
 * Loans of one year and four hazard classes; as many as --policies says (1,000). PDs are divided by
 * --every: with 100 next to nobody defaults, which leaves the comparison alone. */

static struct ps_scenario *standing_book(int loans_n)
{
    struct ps_scenario *s = bench_case("baseline");
    struct ps_loans_row *loans = calloc((size_t)loans_n, sizeof *loans);
    if (s == NULL || loans == NULL) {
        abort();
    }
    for (int i = 0; i < loans_n; i++) {
        const struct ps_segments_row *segment = &s->segments[(size_t)i % s->segments_n];
        loans[i] = s->loans[0];
        snprintf(loans[i].loan_id, sizeof loans[i].loan_id, "L%06d", i);
        snprintf(loans[i].segment_id, sizeof loans[i].segment_id, "%s", segment->segment_id);
        loans[i].firm_id[0] = '\0';
        loans[i].pd_frac = segment->pd_frac;
        loans[i].correlation = segment->correlation;
        loans[i].months_left = 12;
    }
    free(s->loans);
    s->loans = loans;
    s->loans_n = (size_t)loans_n;
    s->demand_n = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = 6;
    s->p.renewal_prob_frac = 0;
    s->p.factor_step_months = PS_STEP_12;
    return s;
}

static int measure(struct ps_world_plan *plan, const struct bench_options *o)
{
    const struct ps_kernel *kernel = ps_kernel_select(o->isa);
    void *memory = calloc(1, ps_world_work_bytes(plan));
    struct ps_world_work *work = calloc(1, sizeof *work);
    if (kernel == NULL || memory == NULL || work == NULL) {
        return 2;
    }
    plan->standing = 1;
    ps_world_work_init(work, plan, memory);
    unsigned long defaults_n = 0;
    const double cpu = bench_cpu_seconds(), wall = bench_wall_seconds();
    for (long at = 0; at < o->worlds; at += PS_TILE_WORLDS) {
        kernel->world_sample(plan, (uint64_t)at, PS_TILE_WORLDS, work);
        for (int w = 0; w < PS_TILE_WORLDS; w++) {
            defaults_n += (unsigned long)work->worlds[w].fates_n;
        }
    }
    const double cpu_s = bench_cpu_seconds() - cpu;
    const double drawn = (double)plan->tape_n * (double)o->worlds;
    printf("isa\t%s\nmillions a second\t%.0f\ndefault rate\t%.6f\n", kernel->name,
           drawn / cpu_s / 1e6, (double)defaults_n / drawn);
    bench_usage_print(cpu_s, bench_wall_seconds() - wall);
    free(work);
    free(memory);
    return 0;
}

static int book_run(const struct ps_scenario *book, const struct bench_options *o)
{
    struct ps_world_plan *plan = NULL;
    struct ps_diags diags = {0};
    int result = 2;
    if (ps_world_prepare(book, o->seed, &diags, &plan) == PS_OK) {
        result = measure(plan, o);
    }
    ps_world_plan_free(plan);
    ps_diags_free(&diags);
    return result;
}

int main(int argc, char **argv)
{
    struct bench_options o = {
        .worlds = 100000, .threads = 1, .seed = 1, .policies = 1000, .every = 1};
    if (!bench_options_read(&o, argc, argv)) {
        return 2;
    }
    struct ps_scenario *book = standing_book(o.policies);
    book->p.pd_multiplier = 1. / o.every;
    const int result = book_run(book, &o);
    bench_case_free(book);
    return result;
}
