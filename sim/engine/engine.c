// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/engine.h"

#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "pledgesim/errors.h"

/* The only parallel code. Worlds go in rounds that end at the checkpoints 1,024 x 2^k; a round is
 * cut into tiles of 32 worlds. Everything that can fail happens before. */

/* Address space of a thread for row accumulators; most of it is never touched and so never becomes
 * memory. Not divided among the threads: how often worlds are drawn must not depend on them. */
static const size_t ROWS_BUDGET_BYTES = (size_t)320 << 20;

enum { THREADS_MAX = 256 };

struct thread {
    void *world_memory, *schedule_memory, *ledger_memory, *tile_memory, *row_memory, *queue_memory;
    struct ps_world_work worlds;
    struct ps_schedule schedules[PS_TILE_WORLDS];
    struct ps_ledger_work ledger;
    struct row_tile tile; /* of the tier that runs, the other is not used */
    struct decision_tile decisions;
    struct ps_row *rows;      /* of this pass */
    struct row_queue *queues; /* by row */
};

struct pass {
    const struct ps_engine_request *request;
    const struct ps_kernel *kernel;
    struct family *family;
    int from, to; /* rows of the family */
    struct thread *threads;
    int threads_n;
    unsigned char *active; /* by row of the pass */
    void *sum_memory;      /* a row of all threads, for the request's own rule of precision */
    struct ps_row sum;
    uint64_t total; /* for progress: worlds x families and passes */
    atomic_ullong *done;
    atomic_int stop, broken;
};

static void thread_free(struct thread *t)
{
    free(t->world_memory);
    free(t->schedule_memory);
    free(t->ledger_memory);
    free(t->tile_memory);
    free(t->row_memory);
    free(t->queue_memory);
    free(t->rows);
    free(t->queues);
}

/* Memory of one thread. calloc hands out untouched pages for the large blocks. */
static enum ps_status thread_init(struct thread *t, const struct pass *pass)
{
    const struct family *f = pass->family;
    const size_t rows = (size_t)(pass->to - pass->from), row_size = ps_row_bytes(&f->spec);
    const size_t queue_size = ps_row_queue_bytes(&f->spec);
    const size_t schedule_size = (ps_schedule_bytes(f->plan) + 63) & ~(size_t)63;
    t->world_memory = calloc(1, ps_world_work_bytes(f->plan));
    t->schedule_memory = calloc(PS_TILE_WORLDS, schedule_size);
    t->ledger_memory = calloc(1, f->ledger_bytes);
    t->tile_memory = calloc(1, f->spec.full ? ps_row_tile_bytes(&f->spec)
                                            : ps_decision_tile_bytes(pass->request));
    t->row_memory = calloc(rows, row_size);
    t->queue_memory = calloc(rows, queue_size);
    t->rows = calloc(rows, sizeof *t->rows);
    t->queues = calloc(rows, sizeof *t->queues);
    if (!t->world_memory || !t->schedule_memory || !t->ledger_memory || !t->tile_memory ||
        !t->row_memory || !t->queue_memory || !t->rows || !t->queues)
        return ps_status_raise(PS_MEMORY);
    ps_world_work_init(&t->worlds, f->plan, t->world_memory);
    if (f->spec.full)
        ps_row_tile_init(&t->tile, &f->spec, t->tile_memory);
    else
        ps_decision_tile_init(&t->decisions, pass->request, t->tile_memory);
    for (size_t i = 0; i < PS_TILE_WORLDS; i++) {
        ps_schedule_init(&t->schedules[i], f->plan,
                         (unsigned char *)t->schedule_memory + i * schedule_size);
        t->schedules[i].decision_only = !f->spec.ledger_full;
    }
    for (size_t i = 0; i < rows; i++) {
        ps_row_init(&t->rows[i], &f->spec, (unsigned char *)t->row_memory + i * row_size);
        ps_row_queue_init(&t->queues[i], &f->spec,
                          (unsigned char *)t->queue_memory + i * queue_size);
    }
    if (f->spec.full)
        ps_row_tile_grid(&t->tile, &t->rows[0]);
    return PS_OK;
}

static int block_active(const struct pass *pass, const struct block *b)
{
    for (int l = 0; l < b->n; l++)
        if (pass->active[b->rows[l] - pass->from])
            return 1;
    return 0;
}

/* Keeps the measures of one world as they are. */
static void values_put(const struct pass *pass, const struct thread *t, size_t scenario,
                       uint64_t world, int lane)
{
    const struct ps_engine_request *request = pass->request;
    const size_t kept = (size_t)request->kept_n;
    for (size_t k = 0; k < kept; k++)
        request->values[(scenario * kept + k) * request->worlds_n + world] =
            ps_measure_read(&t->ledger, request->kept[k], lane);
}

/* What one evaluated world adds at once; the rest waits for the whole tile. */
static void world_add(struct pass *pass, struct thread *t, const struct block *b,
                      const struct ps_schedule *schedule, int i)
{
    const uint64_t world = t->worlds.worlds[i].number - pass->request->first_world;
    const struct family *f = pass->family;
    for (int l = 0; f->spec.full && l < b->n; l++)
        ps_row_members_fetch(&t->rows[b->rows[l] - pass->from], &t->ledger, l);
    if (f->spec.full)
        ps_row_tile_take(&t->tile, &t->ledger, i);
    else
        ps_decision_tile_take(&t->decisions, &t->ledger, i);
    for (int l = 0; l < b->n; l++) {
        const int row = b->rows[l] - pass->from;
        if (!pass->active[row])
            continue;
        if (f->spec.full)
            ps_row_members_add(&t->rows[row], &t->ledger, schedule, f->plan, l);
        if (pass->request->values)
            values_put(pass, t, f->scenarios[b->rows[l]], world, l);
    }
}

/* Adds a tile to the row of a lane; the memory of a later one comes meanwhile. */
static void decisions_add(const struct pass *pass, struct thread *t, const struct block *b,
                          int lane, int n)
{
    enum { AHEAD = 3 };
    if (lane + AHEAD < b->n)
        ps_row_decision_fetch(&t->rows[b->rows[lane + AHEAD] - pass->from], &t->decisions);
    ps_row_decision_add(&t->rows[b->rows[lane] - pass->from], &t->decisions, lane, n);
}

/* One block of policies over the worlds of a tile. Their schedules are there already if the group
 * has more blocks; else each is made when it is needed, in the same memory, which stays near. */
static void block_run(struct pass *pass, struct thread *t, const struct group *g,
                      const struct block *b, int n)
{
    const struct family *f = pass->family;
    ps_ledger_work_init(&t->ledger, f->plan, &g->policy->shape, b->width, f->spec.ledger_full,
                        t->ledger_memory);
    if (f->spec.full)
        ps_row_tile_start(&t->tile, b->n, t->worlds.worlds[0].number / PS_TILE_WORLDS);
    t->decisions.batch = t->worlds.worlds[0].number / PS_TILE_WORLDS % PS_BATCHES;
    for (int i = 0; i < n; i++) {
        struct ps_schedule *schedule = &t->schedules[g->blocks_n > 1 ? i : 0];
        if (g->blocks_n == 1)
            pass->kernel->schedule_build(f->plan, g->policy, &t->worlds.worlds[i], schedule);
        b->run(&f->frame, &g->policy->shape, &b->levels, schedule, &t->ledger);
        world_add(pass, t, b, schedule, i);
    }
    if (!f->spec.full && n == PS_TILE_WORLDS)
        ps_decision_tile_sum(&t->decisions, b->n);
    for (int l = 0; l < b->n; l++) {
        const int row = b->rows[l] - pass->from;
        if (!pass->active[row])
            continue;
        if (f->spec.full)
            ps_row_tile_add(&t->rows[row], &t->queues[row], &t->tile, l, n);
        else
            decisions_add(pass, t, b, l, n);
    }
    if (t->ledger.violations)
        atomic_store(&pass->broken, 1);
}

/* Keeps what tilted worlds weigh, and what their loans did. */
static void tilt_put(const struct ps_engine_request *request, const struct thread *t,
                     uint64_t first, int n)
{
    for (int i = 0; i < n; i++) {
        const struct ps_world *world = &t->worlds.worlds[i];
        request->weights[first + (uint64_t)i] = world->weight;
        if (request->tilt_counts)
            request->tilt_counts[first + (uint64_t)i] = *world->tilt_counts;
    }
}

/* The schedules of a tile, if some block of the group still runs. */
static void schedules_build(const struct pass *pass, struct thread *t, const struct group *g, int n)
{
    int wanted = 0;
    for (int b = 0; b < g->blocks_n; b++)
        wanted |= block_active(pass, &g->blocks[b]);
    for (int w = 0; wanted && w < n; w++)
        pass->kernel->schedule_build(pass->family->plan, g->policy, &t->worlds.worlds[w],
                                     &t->schedules[w]);
}

static void tile_run(struct pass *pass, struct thread *t, uint64_t first, int n)
{
    const struct family *f = pass->family;
    pass->kernel->world_sample(f->plan, pass->request->first_world + first, n, &t->worlds);
    if (pass->request->tilt)
        tilt_put(pass->request, t, first, n);
    for (int i = 0; i < f->groups_n; i++) {
        const struct group *g = &f->groups[i];
        if (g->blocks_n > 1)
            schedules_build(pass, t, g, n);
        for (int b = 0; b < g->blocks_n; b++)
            if (block_active(pass, &g->blocks[b]))
                block_run(pass, t, g, &g->blocks[b], n);
    }
}

/* Tiles are handed out one by one: a round of few worlds keeps all threads busy, and at its end
 * they wait for each other no longer than one tile takes. */
static void round_run(struct pass *pass, uint64_t from, uint64_t to)
{
    const struct ps_engine_request *request = pass->request;
    const int64_t tiles = (int64_t)((to - from + PS_TILE_WORLDS - 1) / PS_TILE_WORLDS);
#pragma omp parallel for schedule(dynamic, 1) num_threads(pass->threads_n)
    for (int64_t k = 0; k < tiles; k++) {
        const uint64_t first = from + (uint64_t)k * PS_TILE_WORLDS, left = to - first;
        const int n = left < PS_TILE_WORLDS ? (int)left : PS_TILE_WORLDS;
        const int thread = omp_get_thread_num();
        if (atomic_load(&pass->stop))
            continue;
        tile_run(pass, &pass->threads[thread], first, n);
        const uint64_t done = atomic_fetch_add(pass->done, (unsigned)n) + (unsigned)n;
        if (thread == 0 && request->progress &&
            request->progress(request->context, done, pass->total))
            atomic_store(&pass->stop, 1);
    }
}

/* Decision figures of a row over all threads so far. */
static struct ps_checkpoint checkpoint_take(const struct pass *pass, int row, uint64_t worlds)
{
    const int paired = pass->family->spec.paired;
    struct ps_moments sum[PS_MEASURE_N] = {0};
    struct ps_pairs pairs = {0};
    static const int kept[] = {PS_M_DEPLETED, PS_M_TARGET_CUMULATIVE, PS_M_TARGET_ANNUAL,
                               PS_M_COMPENSATION};
    for (int t = 0; t < pass->threads_n; t++) {
        const struct ps_row *of_thread = &pass->threads[t].rows[row];
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            ps_moments_merge(&sum[kept[k]], &of_thread->moments[kept[k]]);
        if (of_thread->pairs)
            ps_pairs_merge(&pairs, &of_thread->pairs[PS_M_COMPENSATION]);
    }
    return (struct ps_checkpoint){.worlds_n = worlds,
                                  .depleted_n = (uint64_t)sum[PS_M_DEPLETED].sum,
                                  .target_cumulative_n = (uint64_t)sum[PS_M_TARGET_CUMULATIVE].sum,
                                  .target_annual_n = (uint64_t)sum[PS_M_TARGET_ANNUAL].sum,
                                  .compensation_mean_fen = ps_moments_mean(&sum[PS_M_COMPENSATION]),
                                  .compensation_se_fen =
                                      ps_mean_se(paired, &sum[PS_M_COMPENSATION], &pairs)};
}

/* Precision stopping looks at one row alone, at fixed checkpoints: a row stops at the same count in
 * any batch. */
static int precise_enough(const struct ps_checkpoint *c, int paired, double precision)
{
    const struct ps_interval interval = ps_hits_interval(paired, c->depleted_n, c->worlds_n, 0.95);
    const double p = (double)c->depleted_n / (double)c->worlds_n;
    return ps_relative_half_width(interval, p) <= precision;
}

/* The same by the request's own rule, of what all threads have so far. */
static int precise_by_request(struct pass *pass, int row)
{
    struct ps_row *sum = &pass->sum;
    const size_t bytes = ps_row_bytes(&pass->family->spec);
    memset(pass->sum_memory, 0, bytes);
    ps_row_init(sum, &pass->family->spec, pass->sum_memory);
    for (int t = 0; t < pass->threads_n; t++)
        ps_row_merge(sum, &pass->threads[t].rows[row]);
    return pass->request->precise(pass->request->precise_of, sum, pass->request->precision);
}

static int row_converged(struct pass *pass, int row, const struct ps_checkpoint *c)
{
    const struct ps_engine_request *request = pass->request;
    if (request->precision <= 0)
        return 1;
    return request->precise ? precise_by_request(pass, row)
                            : precise_enough(c, pass->family->spec.paired, request->precision);
}

static void checkpoints_keep(struct pass *pass, uint64_t worlds, struct ps_row_result *results)
{
    for (int i = 0; i < pass->to - pass->from; i++) {
        struct ps_row_result *r = &results[pass->family->scenarios[pass->from + i]];
        if (!pass->active[i] || r->checkpoints_n == PS_CHECKPOINTS_MAX)
            continue;
        const struct ps_checkpoint c = checkpoint_take(pass, i, worlds);
        r->checkpoints[r->checkpoints_n++] = c;
        r->converged = row_converged(pass, i, &c);
        if (pass->request->precision > 0 && r->converged)
            pass->active[i] = 0;
    }
}

/* Leaves the sums of all threads in thread 0's rows and hands those over to the results. */
static void pass_merge(struct pass *pass, struct ps_row_result *results)
{
    const int full = pass->family->spec.full;
#pragma omp parallel for schedule(dynamic, 1) num_threads(pass->threads_n)
    for (int i = 0; i < pass->to - pass->from; i++) {
        struct ps_row *into = &pass->threads[0].rows[i];
        for (int t = 0; t < pass->threads_n; t++) {
            struct thread *from = &pass->threads[t];
            if (full)
                ps_row_flush(&from->rows[i], &from->queues[i], &from->tile);
            if (t > 0)
                ps_row_merge(into, &from->rows[i]);
        }
        results[pass->family->scenarios[pass->from + i]].row = *into;
    }
}

/* Memory that results point into: kept in a list until the result is freed. */
struct kept {
    struct kept *next;
    void *memory;
};

static enum ps_status pass_run(struct pass *pass, struct ps_engine_result *result)
{
    const uint64_t worlds_n = pass->request->worlds_n;
    const size_t rows = (size_t)(pass->to - pass->from);
    struct kept *kept = NULL;
    enum ps_status status = ps_family_group(pass->family, pass->kernel, pass->from, pass->to,
                                            pass->family->spec.ledger_full);
    pass->threads = calloc((size_t)pass->threads_n, sizeof *pass->threads);
    pass->active = malloc(rows);
    pass->sum_memory = pass->request->precise ? malloc(ps_row_bytes(&pass->family->spec)) : NULL;
    kept = calloc(1, sizeof *kept);
    if (status == PS_OK &&
        (!pass->threads || !pass->active || !kept || (pass->request->precise && !pass->sum_memory)))
        status = ps_status_raise(PS_MEMORY);
    for (int t = 0; status == PS_OK && t < pass->threads_n; t++)
        status = thread_init(&pass->threads[t], pass);
    if (status != PS_OK)
        goto out;
    memset(pass->active, 1, rows);
    uint64_t at = 0;
    for (unsigned k = 0; at < worlds_n && !atomic_load(&pass->stop); k++) {
        const uint64_t checkpoint = ps_precision_checkpoint(k);
        const uint64_t to = checkpoint < worlds_n ? checkpoint : worlds_n;
        round_run(pass, at, to);
        result->worlds_drawn += to - at;
        at = to;
        checkpoints_keep(pass, at, result->rows);
        if (!memchr(pass->active, 1, rows))
            break;
    }
    if (atomic_load(&pass->broken))
        status = ps_status_raise(PS_BUG);
    else if (atomic_load(&pass->stop))
        status = ps_status_raise(PS_INTERRUPTED);
    if (status != PS_OK)
        goto out;
    pass_merge(pass, result->rows);
    kept->memory = pass->threads[0].row_memory;
    pass->threads[0].row_memory = NULL;
    kept->next = result->memory_;
    result->memory_ = kept;
    kept = NULL;
out:
    for (int t = 0; pass->threads && t < pass->threads_n; t++)
        thread_free(&pass->threads[t]);
    free(pass->threads);
    free(pass->active);
    free(pass->sum_memory);
    free(kept);
    return status;
}

static int threads_wanted(int asked)
{
    const int n = asked > 0 ? asked : omp_get_num_procs();
    return n > THREADS_MAX ? THREADS_MAX : n;
}

static int rows_a_pass(const struct family *f)
{
    const size_t rows = ROWS_BUDGET_BYTES / (ps_row_bytes(&f->spec) + ps_row_queue_bytes(&f->spec));
    return rows < 1 ? 1 : rows > (size_t)f->rows_n ? f->rows_n : (int)rows;
}

static enum ps_status families_run(const struct ps_engine_request *request,
                                   const struct ps_kernel *kernel, struct family *families,
                                   int families_n, struct ps_engine_result *result)
{
    atomic_ullong done = 0;
    uint64_t passes = 0;
    for (int k = 0; k < families_n; k++) {
        const int rows = rows_a_pass(&families[k]);
        passes += (uint64_t)((families[k].rows_n + rows - 1) / rows);
    }
    for (int k = 0; k < families_n; k++) {
        struct family *f = &families[k];
        const int rows = rows_a_pass(f);
        for (int i = 0; i < f->rows_n; i++) {
            struct ps_row_result *r = &result->rows[f->scenarios[i]];
            r->family = (size_t)k;
            if (f->spec.full)
                ps_world_mean_pd(f->plan, &request->scenarios[f->scenarios[i]], r->mean_pd_frac);
        }
        for (int from = 0; from < f->rows_n; from += rows) {
            struct pass pass = {.request = request,
                                .kernel = kernel,
                                .family = f,
                                .from = from,
                                .to = from + rows < f->rows_n ? from + rows : f->rows_n,
                                .threads_n = result->threads_n,
                                .total = passes * request->worlds_n,
                                .done = &done};
            const enum ps_status status = pass_run(&pass, result);
            if (status != PS_OK)
                return status;
        }
    }
    return PS_OK;
}

enum ps_status ps_engine_run(const struct ps_engine_request *request, struct ps_diags *diags,
                             struct ps_engine_result *result)
{
    struct family *families = NULL;
    int families_n = 0;
    *result = (struct ps_engine_result){.rows_n = request->scenarios_n,
                                        .threads_n = threads_wanted(request->threads_n)};
    const struct ps_kernel *kernel = ps_kernel_select(request->isa);
    if (!kernel)
        return ps_status_raise(PS_USAGE);
    result->isa = kernel->name;
    result->rows = calloc(request->scenarios_n, sizeof *result->rows);
    if (!result->rows)
        return ps_status_raise(PS_MEMORY);
    enum ps_status status = ps_families_build(request, diags, &families, &families_n);
    if (status == PS_OK)
        status = families_run(request, kernel, families, families_n, result);
    result->families_n = (size_t)families_n;
    ps_families_free(families, families_n);
    return status;
}

void ps_engine_result_free(struct ps_engine_result *result)
{
    for (struct kept *k = result->memory_, *next; k; k = next) {
        next = k->next;
        free(k->memory);
        free(k);
    }
    free(result->rows);
    *result = (struct ps_engine_result){0};
}
