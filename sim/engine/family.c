// SPDX-License-Identifier: GPL-3.0-or-later
#include "family.h"

#include <stdlib.h>

struct ps_ledger_frame ps_frame_of(const struct ps_scenario *scenario,
                                   const struct ps_world_plan *plan)
{
    return ps_ledger_frame_of(plan, (int)scenario->p.start_month);
}

/* Range of the money histograms: a power of two well above what the book can move, so that nearly
 * every value falls into a bin; beyond it values are still counted exactly. */
static int64_t money_max(const struct ps_scenario *s)
{
    double fen = (double)s->p.registered_before_fen + (double)s->p.target_fen;
    for (size_t i = 0; i < s->pools_n; i++)
        fen += (double)s->pools[i].initial_fen + 10 * (double)s->pools[i].topup_yearly_fen;
    for (size_t i = 0; i < s->loans_n; i++)
        fen += 4e6 * (double)s->loans[i].amount_wan;
    for (size_t i = 0; i < s->vehicles_n; i++)
        fen += 1e6 * (double)s->vehicles[i].size_wan;
    for (size_t i = 0; i < s->funds_n; i++)
        fen += 1e6 * (double)s->funds[i].size_wan;
    for (size_t i = 0; i < s->trusts_n; i++)
        fen += 1e6 * (double)s->trusts[i].size_wan;
    double largest = 0;
    for (size_t i = 0; i < s->segments_n; i++)
        largest = (double)s->segments[i].amount_max_wan > largest
                      ? (double)s->segments[i].amount_max_wan
                      : largest;
    for (size_t i = 0; i < s->demand_n; i++)
        fen += 3e6 * largest * s->demand[i].new_firms_n * s->p.demand_multiplier;
    int64_t max = INT64_C(1) << 36;
    while ((double)max < 4 * fen && max < INT64_C(1) << 52)
        max *= 2;
    return max;
}

/* Does the decision tier need measures that the ledger leaves out there? */
static int asks_more(const struct ps_engine_request *request)
{
    int more = request->batched && ps_measure_desc(*request->batched)->tier != PS_MT_DECISION;
    for (int k = 0; k < request->kept_n; k++)
        more |= ps_measure_desc(request->kept[k])->tier != PS_MT_DECISION;
    for (int k = 0; k < request->watches_n; k++)
        more |= ps_measure_desc(request->watches[k].measure)->tier != PS_MT_DECISION;
    return more;
}

static struct row_spec spec_of(const struct ps_scenario *s, const struct family *f,
                               const struct ps_engine_request *request)
{
    const int full = request->tier == PS_TIER_FULL;
    struct row_spec spec = {.full = full,
                            .paired = f->plan->uncertain_any,
                            .batched = !full && request->batched != NULL,
                            .ledger_full = full || asks_more(request),
                            .months_n = f->plan->months_n,
                            .horizon = f->plan->horizon,
                            .years_n = f->frame.years_n,
                            .start_year = (int)s->p.start_year,
                            .money_max_fen = money_max(s)};
    const size_t members[PS_DIM_N] = {s->clusters_n, s->ip_kinds_n, s->banks_n, s->products_n,
                                      s->groups_n};
    for (int d = 0; d < PS_DIM_N; d++)
        spec.member_first[d + 1] = spec.member_first[d] + (int)members[d];
    return spec;
}

/* Rows join a family when they draw its worlds and split results by the same members. */
static int joins(const struct family *f, const struct ps_engine_request *request,
                 const struct ps_scenario *scenario)
{
    const struct ps_scenario *first = &request->scenarios[f->scenarios[0]];
    return scenario->banks_n == first->banks_n && scenario->products_n == first->products_n &&
           ps_scenario_same_world(scenario, first);
}

static enum ps_status family_open(const struct ps_engine_request *request,
                                  const struct ps_scenario *scenario, struct ps_law_memo *memo,
                                  struct ps_diags *diags, struct family *f)
{
    enum ps_status status = ps_world_prepare_with(scenario, request->seed, memo, diags, &f->plan);
    if (status != PS_OK)
        return status;
    f->plan->tilt = request->tilt;
    f->frame = ps_frame_of(scenario, f->plan);
    f->spec = spec_of(scenario, f, request);
    for (int t = 0; t <= f->plan->months_n; t++)
        for (int p = 0; p < PS_PATH_N; p++)
            f->path_kept[t] |= (uint8_t)(ps_row_fan_kept(&f->spec, p, t) << p);
    f->frame.path_kept = f->path_kept;
    f->scenarios = malloc(request->scenarios_n * sizeof *f->scenarios);
    f->policies = calloc(request->scenarios_n, sizeof *f->policies);
    return f->scenarios && f->policies ? PS_OK : ps_status_raise(PS_MEMORY);
}

/* Adds scenario i to the family that draws its worlds, or to a new one. */
static enum ps_status family_add(const struct ps_engine_request *request, size_t i,
                                 struct ps_law_memo *memo, struct ps_diags *diags,
                                 struct family *families, int *families_n)
{
    const struct ps_scenario *scenario = &request->scenarios[i];
    int k = 0;
    while (k < *families_n && !joins(&families[k], request, scenario))
        k++;
    struct family *f = &families[k];
    if (k == *families_n) {
        const enum ps_status status = family_open(request, scenario, memo, diags, f);
        if (status != PS_OK) {
            ps_world_plan_free(f->plan);
            free(f->scenarios);
            free(f->policies);
            *f = (struct family){0};
            return status;
        }
        (*families_n)++;
    }
    const int64_t money = money_max(scenario);
    f->spec.money_max_fen = money > f->spec.money_max_fen ? money : f->spec.money_max_fen;
    f->scenarios[f->rows_n] = i;
    return ps_policy_prepare(scenario, diags, &f->policies[f->rows_n++]);
}

enum ps_status ps_families_build(const struct ps_engine_request *request, struct ps_diags *diags,
                                 struct family **families, int *families_n)
{
    enum ps_status status = PS_OK;
    struct ps_law_memo own = {0}, *const memo = request->laws != NULL ? request->laws : &own;
    *families_n = 0;
    *families = calloc(request->scenarios_n, sizeof **families);
    if (!*families)
        return ps_status_raise(PS_MEMORY);
    for (size_t i = 0; i < request->scenarios_n; i++) {
        const enum ps_status s = family_add(request, i, memo, diags, *families, families_n);
        if (s != PS_OK)
            status = s; /* go on: all problems of all rows are told at once */
        if (s == PS_MEMORY)
            break;
    }
    ps_law_memo_free(&own);
    for (int k = 0; status == PS_OK && k < *families_n; k++)
        (*families)[k].plan->standing = !request->tilt && ps_family_stands(&(*families)[k]);
    return status;
}

static void groups_free(struct family *f)
{
    for (int i = 0; i < f->groups_n; i++) {
        for (int b = 0; b < f->groups[i].blocks_n; b++)
            free(f->groups[i].blocks[b].levels_memory);
        free(f->groups[i].blocks);
        free(f->groups[i].standing);
        f->groups[i].policy->standing = NULL;
    }
    free(f->groups);
    f->groups = NULL;
    f->groups_n = 0;
}

static ps_ledger_run_fn *ledger_of(const struct ps_kernel *kernel, int width)
{
    return width == PS_LANES_WIDE     ? kernel->ledger_wide
           : width == PS_LANES_NARROW ? kernel->ledger_narrow
                                      : kernel->ledger_lone;
}

/* One block from the members of a group: wide while many are left, then narrow, or the last one
 * alone. */
static enum ps_status block_add(struct family *f, const struct ps_kernel *kernel, struct group *g,
                                const int *members, int n, int *taken)
{
    const int wide = n > 2 * PS_LANES_NARROW;
    const int width = wide ? PS_LANES_WIDE : n > PS_LANES_LONE ? PS_LANES_NARROW : PS_LANES_LONE;
    const int used = n < width ? n : width;
    struct block *b = &g->blocks[g->blocks_n];
    *b = (struct block){.width = width, .n = used, .run = ledger_of(kernel, width)};
    const struct ps_policy *policies[PS_LANES_WIDE];
    for (int l = 0; l < used; l++) {
        b->rows[l] = members[l];
        policies[l] = &f->policies[members[l]];
    }
    b->levels_memory = calloc(1, ps_lane_levels_bytes(f->plan, &g->policy->shape, width));
    if (!b->levels_memory)
        return ps_status_raise(PS_MEMORY);
    g->blocks_n++;
    ps_lane_levels_init(&b->levels, f->plan, policies, used, width, b->levels_memory);
    *taken = used;
    return PS_OK;
}

static enum ps_status group_add(struct family *f, const struct ps_kernel *kernel,
                                const int *members, int n, int full)
{
    struct group *g = &f->groups[f->groups_n++];
    *g = (struct group){.policy = &f->policies[members[0]]};
    g->blocks = calloc((size_t)n, sizeof *g->blocks);
    if (f->plan->standing)
        g->policy->standing = g->standing = ps_standing_new(f->plan, g->policy);
    if (!g->blocks || (f->plan->standing && !g->standing))
        return ps_status_raise(PS_MEMORY);
    for (int taken = 0, at = 0; at < n; at += taken) {
        enum ps_status status = block_add(f, kernel, g, members + at, n - at, &taken);
        if (status != PS_OK)
            return status;
        const size_t bytes = ps_ledger_work_bytes(f->plan, &g->policy->shape,
                                                  g->blocks[g->blocks_n - 1].width, full);
        if (bytes > f->ledger_bytes)
            f->ledger_bytes = bytes;
    }
    return PS_OK;
}

enum ps_status ps_family_group(struct family *family, const struct ps_kernel *kernel, int from,
                               int to, int full)
{
    enum ps_status status = PS_OK;
    groups_free(family);
    const size_t n = (size_t)(to - from);
    unsigned char *placed = calloc(n, 1);
    int *members = malloc(n * sizeof *members);
    family->groups = calloc(n, sizeof *family->groups);
    family->ledger_bytes = 0;
    if (!placed || !members || !family->groups) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    for (int i = from; i < to; i++) {
        int count = 0;
        for (int j = i; j < to; j++)
            if (!placed[j - from] &&
                ps_policy_same_shape(&family->policies[i], &family->policies[j])) {
                placed[j - from] = 1;
                members[count++] = j;
            }
        if (count)
            status = group_add(family, kernel, members, count, full);
        if (status != PS_OK)
            goto out;
    }
out:
    free(placed);
    free(members);
    return status;
}

void ps_families_free(struct family *families, int families_n)
{
    for (int k = 0; families && k < families_n; k++) {
        struct family *f = &families[k];
        groups_free(f);
        for (int i = 0; f->policies && i < f->rows_n; i++)
            ps_policy_free(&f->policies[i]);
        ps_world_plan_free(f->plan);
        free(f->policies);
        free(f->scenarios);
    }
    free(families);
}
