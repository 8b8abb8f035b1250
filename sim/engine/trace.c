// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "family.h"

/* One world under one policy with everything written down: the same kernel code as a run, one lane
 * logged. */

struct trace_memory {
    const struct ps_kernel *kernel;
    struct ps_ledger_frame frame;
    struct ps_world_work worlds;
    struct ps_schedule schedule;
    struct ps_ledger_work ledger;
    struct ps_lane_levels levels;
    struct ps_ledger_log log;
    double *index, *failure;
    void *blocks[4];
};

/* Lines a world can write at most, by what happens in it. */
static int log_capacity(const struct ps_world_plan *plan, const struct ps_shape *shape,
                        const struct ps_world *w)
{
    const int pools = shape->pools_n, banks = shape->banks_n;
    return plan->months_n * (4 * pools + banks + pools) + 3 * w->apps_n +
           w->fates_n * (3 + plan->months_n) + shape->vehicles_n + w->apps_n + 2 * w->fates_n +
           2 * w->issued_n + 2 * w->investments_n + shape->trusts_n * (plan->months_n + 1) + 1;
}

/* Room for the log of a world; the room of an earlier one is kept when it is enough. */
static enum ps_status log_reserve(struct trace_memory *m, int capacity)
{
    m->log.n = 0;
    if (capacity <= m->log.capacity)
        return PS_OK;
    free(m->log.entries);
    m->log.capacity = 0;
    m->log.entries = calloc((size_t)capacity, sizeof *m->log.entries);
    if (!m->log.entries)
        return ps_status_raise(PS_MEMORY);
    m->log.capacity = capacity;
    return PS_OK;
}

static enum ps_status trace_evaluate(struct ps_trace *trace, struct trace_memory *m)
{
    const struct ps_shape *shape = &trace->policy.shape;
    const enum ps_status status = log_reserve(m, log_capacity(trace->plan, shape, trace->world));
    if (status != PS_OK)
        return status;
    m->kernel->schedule_build(trace->plan, &trace->policy, trace->world, &m->schedule);
    m->kernel->ledger_narrow(&m->frame, shape, &m->levels, &m->schedule, &m->ledger);
    trace->log = m->log.entries;
    trace->log_n = m->log.n;
    for (int i = 0; i < PS_MEASURE_N; i++)
        trace->measures[i] = ps_measure_read(&m->ledger, (enum ps_measure)i, 0);
    if (m->ledger.violations || m->log.n > m->log.capacity)
        return ps_status_raise(PS_BUG);
    return PS_OK;
}

/* The world's own lane of the index paths, of the anchors' failures and of the multipliers. */
static void trace_economy(struct ps_trace *trace, struct trace_memory *m)
{
    const struct ps_world_plan *plan = trace->plan;
    const int n = plan->clusters_n;
    for (int t = 0; t <= plan->months_n; t++)
        for (int c = 0; c < n; c++)
            m->index[t * n + c] = *ps_index_of(plan, m->worlds.index, t, c);
    for (size_t a = 0; a < (size_t)plan->anchors_n; a++)
        m->failure[a] = m->worlds.failure[a * PS_ECONOMY_LANES];
    for (size_t i = 0; i < PS_UNCERTAIN_N; i++)
        trace->multiplier[i] = plan->uncertain_any ? m->worlds.multiplier[i * PS_ECONOMY_LANES] : 1;
}

static enum ps_status trace_reserve(struct ps_trace *trace, struct trace_memory *m)
{
    const struct ps_world_plan *plan = trace->plan;
    const struct ps_shape *shape = &trace->policy.shape;
    const struct ps_policy *policies[] = {&trace->policy};
    const size_t n = ((size_t)plan->months_n + 1) * (size_t)plan->clusters_n;
    m->blocks[0] = calloc(1, ps_world_work_bytes(plan));
    m->blocks[1] = calloc(1, ps_schedule_bytes(plan));
    m->blocks[2] = calloc(1, ps_ledger_work_bytes(plan, shape, PS_LANES_NARROW, 1));
    m->blocks[3] = calloc(1, ps_lane_levels_bytes(plan, shape, PS_LANES_NARROW));
    m->index = malloc(n * sizeof *m->index);
    m->failure = malloc(((size_t)plan->anchors_n + 1) * sizeof *m->failure);
    if (!m->blocks[0] || !m->blocks[1] || !m->blocks[2] || !m->blocks[3] || !m->index ||
        !m->failure)
        return ps_status_raise(PS_MEMORY);
    ps_world_work_init(&m->worlds, plan, m->blocks[0]);
    ps_schedule_init(&m->schedule, plan, m->blocks[1]);
    ps_ledger_work_init(&m->ledger, plan, shape, PS_LANES_NARROW, 1, m->blocks[2]);
    ps_lane_levels_init(&m->levels, plan, policies, 1, PS_LANES_NARROW, m->blocks[3]);
    m->ledger.log = &m->log;
    trace->schedule = &m->schedule;
    trace->work = &m->ledger;
    trace->index = m->index;
    trace->failure = m->failure;
    return PS_OK;
}

enum ps_status ps_trace_open(const struct ps_scenario *scenario, uint64_t seed, const char *isa,
                             struct ps_diags *diags, struct ps_trace *trace)
{
    *trace = (struct ps_trace){0};
    const struct ps_kernel *kernel = ps_kernel_select(isa);
    if (!kernel)
        return ps_status_raise(PS_USAGE);
    struct trace_memory *m = trace->memory_ = calloc(1, sizeof *m);
    if (!m)
        return ps_status_raise(PS_MEMORY);
    enum ps_status status = ps_world_prepare(scenario, seed, diags, &trace->plan);
    if (status == PS_OK)
        status = ps_policy_prepare(scenario, diags, &trace->policy);
    if (status != PS_OK)
        return status;
    m->kernel = kernel;
    m->frame = ps_frame_of(scenario, trace->plan);
    return trace_reserve(trace, m);
}

enum ps_status ps_trace_world(struct ps_trace *trace, uint32_t world)
{
    struct trace_memory *m = trace->memory_;
    m->kernel->world_sample(trace->plan, world, 1, &m->worlds);
    trace->world = &m->worlds.worlds[0];
    trace_economy(trace, m);
    return trace_evaluate(trace, m);
}

enum ps_status ps_trace_run(const struct ps_scenario *scenario, uint64_t seed, uint32_t world,
                            const char *isa, struct ps_diags *diags, struct ps_trace *trace)
{
    const enum ps_status status = ps_trace_open(scenario, seed, isa, diags, trace);
    return status == PS_OK ? ps_trace_world(trace, world) : status;
}

void ps_trace_free(struct ps_trace *trace)
{
    struct trace_memory *m = trace->memory_;
    if (m) {
        for (size_t i = 0; i < sizeof m->blocks / sizeof *m->blocks; i++)
            free(m->blocks[i]);
        free(m->log.entries);
        free(m->index);
        free(m->failure);
    }
    free(m);
    ps_policy_free(&trace->policy);
    ps_world_plan_free(trace->plan);
    *trace = (struct ps_trace){0};
}
