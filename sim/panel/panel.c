// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/panel.h"

#include <stdlib.h>

#include "../engine/row.h"
#include "contents.h"
#include "pledgesim/errors.h"
#include "pledgesim/kmath.h"

/* Runs one policy world by world, as the engine does in the decision tier, and keeps the
 * distribution of the NPL peak besides: the ledger reports it among all measures only, which costs
 * a sixth of the time. */

struct ps_panel {
    struct ps_panel_kernel kernel;
    struct ps_panel_contents contents; /* of the arena */
    struct ps_arena arena;
    /* The run. */
    struct ps_policy policy;
    struct ps_world_plan plan;
    struct ps_ledger_frame frame;
    struct ps_world_work worlds;
    struct ps_schedule schedule;
    struct ps_lane_levels levels;
    struct ps_ledger_work ledger;
    struct ps_row row; /* of it worlds_n, moments and pairs */
    struct ps_hist npl_peak;
    int64_t first_of_pair[PS_MEASURE_N];
    uint8_t no_path[PS_MONTHS_MAX + 1];
    void *memory[6]; /* of worlds .. npl_peak, malloc'd */
};

static const struct {
    const char *name;
    double units;
} LEVERS[PS_LEVER_N] = {
#define PS_LEVER(symbol, text, table, column, in_one) {#text, in_one},
#include "pledgesim/levers.def"
#undef PS_LEVER
};

double ps_panel_units(enum ps_lever lever)
{
    return LEVERS[lever].units;
}

const char *ps_panel_lever_name(enum ps_lever lever)
{
    return LEVERS[lever].name;
}

const struct ps_panel_lever *ps_panel_lever_of(const struct ps_panel *panel, enum ps_lever lever)
{
    return &panel->contents.levers[lever];
}

int ps_panel_worlds_n(const struct ps_panel *panel)
{
    return panel->contents.worlds_n;
}

enum ps_status ps_panel_open(const struct ps_panel_kernel *kernel, const unsigned char *bytes,
                             size_t bytes_n, struct ps_panel **out)
{
    struct ps_panel *panel = *out = calloc(1, sizeof *panel);
    if (panel == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    panel->kernel = *kernel;
    const enum ps_status status =
        ps_carry_in(&panel->contents, ps_panel_carry, bytes, bytes_n, &panel->arena);
    if (status == PS_OK && panel->contents.format != ps_panel_format()) {
        return ps_status_raise(PS_INPUT);
    }
    return status;
}

static void run_free(struct ps_panel *panel)
{
    for (size_t i = 0; i < sizeof panel->memory / sizeof *panel->memory; i++) {
        free(panel->memory[i]);
        panel->memory[i] = NULL;
    }
}

void ps_panel_free(struct ps_panel *panel)
{
    if (panel != NULL) {
        run_free(panel);
        ps_arena_free(&panel->arena);
        free(panel);
    }
}

/* ---- beginning ---- */

static int permitted(const struct ps_panel *panel, const double values[PS_LEVER_N])
{
    for (int i = 0; i < PS_LEVER_N; i++) {
        const struct ps_panel_lever *lever = &panel->contents.levers[i];
        if (!(values[i] >= lever->lowest && values[i] <= lever->highest)) {
            return 0;
        }
    }
    return values[PS_LEVER_BREAKER] == 0 ||
           (values[PS_LEVER_RESUME] <= values[PS_LEVER_SUSPEND] &&
            values[PS_LEVER_WARN] <= values[PS_LEVER_SUSPEND] &&
            values[PS_LEVER_SUSPEND] <= values[PS_LEVER_TERMINATE]);
}

static int64_t stored(const double values[PS_LEVER_N], enum ps_lever lever)
{
    return (int64_t)ps_rnd(values[lever] * LEVERS[lever].units);
}

static int rule_number(const struct ps_topup *rule)
{
    int n, i = 0;
    const struct ps_topup *const *rules = ps_models_topup(&n);
    while (rules[i] != rule) {
        i++;
    }
    return i;
}

static void policy_set(struct ps_panel *panel, const double values[PS_LEVER_N])
{
    const struct ps_panel_contents *contents = &panel->contents;
    struct ps_levels *levels = &panel->policy.levels;
    const struct ps_breaker_lines lines = {.warn_ppm = stored(values, PS_LEVER_WARN),
                                           .suspend_ppm = stored(values, PS_LEVER_SUSPEND),
                                           .terminate_ppm = stored(values, PS_LEVER_TERMINATE),
                                           .resume_ppm = stored(values, PS_LEVER_RESUME)};
    const int pool = contents->pool;
    panel->policy = contents->policy;
    ps_policy_set_breaker(&panel->policy,
                          values[PS_LEVER_BREAKER] != 0 ? contents->breaker_scope : PS_BREAKER_OFF,
                          &lines);
    if (pool < 0) {
        return;
    }
    levels->pool_initial_fen[pool] = stored(values, PS_LEVER_POOL_INITIAL);
    levels->pool_leverage_ppm[pool] = stored(values, PS_LEVER_LEVERAGE);
    levels->topup_yearly_fen[pool] = stored(values, PS_LEVER_TOPUP_YEARLY);
    if (levels->topup_yearly_fen[pool] > 0 &&
        levels->topup_rule[pool] == rule_number(&ps_topup_none)) {
        levels->topup_rule[pool] = rule_number(&ps_topup_fixed);
    }
    ps_policy_set_pool_share(&panel->policy, contents->product,
                             stored(values, PS_LEVER_POOL_SHARE));
}

static enum ps_status run_lay_out(struct ps_panel *panel)
{
    const struct ps_world_plan *plan = &panel->plan;
    const struct ps_shape *shape = &panel->policy.shape;
    const struct ps_policy *policies[] = {&panel->policy};
    const int width = panel->kernel.width;
    struct ps_hist_spec npl_peak;
    (void)ps_row_measure_spec(&(struct row_spec){0}, PS_M_NPL_PEAK, &npl_peak);
    const size_t bytes[] = {ps_world_work_bytes(plan),
                            ps_schedule_bytes(plan),
                            ps_lane_levels_bytes(plan, shape, width),
                            ps_ledger_work_bytes(plan, shape, width, 1),
                            plan->uncertain_any ? PS_MEASURE_N * sizeof(struct ps_pairs) : 1,
                            ps_hist_size(&npl_peak)};
    run_free(panel);
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        panel->memory[i] = calloc(1, bytes[i]);
        if (panel->memory[i] == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    ps_world_work_init(&panel->worlds, plan, panel->memory[0]);
    ps_schedule_init(&panel->schedule, plan, panel->memory[1]);
    ps_lane_levels_init(&panel->levels, plan, policies, 1, width, panel->memory[2]);
    ps_ledger_work_init(&panel->ledger, plan, shape, width, 1, panel->memory[3]);
    panel->row = (struct ps_row){.paired = plan->uncertain_any,
                                 .pairs = plan->uncertain_any ? panel->memory[4] : NULL};
    ps_hist_init(&panel->npl_peak, &npl_peak, panel->memory[5]);
    return PS_OK;
}

enum ps_status ps_panel_start(struct ps_panel *panel, int worlds, uint64_t seed,
                              const double values[PS_LEVER_N])
{
    double book[PS_LEVER_N];
    if (worlds < 0 || worlds >= panel->contents.worlds_n ||
        (values != NULL && !permitted(panel, values))) {
        return ps_status_raise(PS_USAGE);
    }
    for (int i = 0; i < PS_LEVER_N; i++) {
        book[i] = panel->contents.levers[i].value;
    }
    panel->plan = panel->contents.worlds[worlds].plan;
    ps_world_plan_seed(&panel->plan, seed);
    panel->frame = ps_ledger_frame_of(&panel->plan, panel->contents.worlds[worlds].start_month);
    panel->frame.path_kept = panel->no_path;
    policy_set(panel, values != NULL ? values : book);
    return run_lay_out(panel);
}

/* ---- running ---- */

/* Two worlds in a row are a pair. */
static void world_add(struct ps_panel *panel)
{
    struct ps_row *row = &panel->row;
    for (int m = 0; m < PS_MEASURE_N; m++) {
        if (ps_measure_desc((enum ps_measure)m)->tier != PS_MT_DECISION) {
            continue;
        }
        const int64_t x = ps_measure_read(&panel->ledger, (enum ps_measure)m, 0);
        ps_moments_add(&row->moments[m], x);
        if (row->paired && row->worlds_n % 2 == 1) {
            ps_pairs_add_one(&row->pairs[m], row->worlds_n / 2, panel->first_of_pair[m], x);
        }
        panel->first_of_pair[m] = x;
    }
    const int64_t npl_peak = ps_measure_read(&panel->ledger, PS_M_NPL_PEAK, 0);
    if (npl_peak != PS_NOT_GIVEN) {
        ps_hist_add(&panel->npl_peak, npl_peak);
    }
    row->worlds_n++;
}

enum ps_status ps_panel_run(struct ps_panel *panel, uint64_t n)
{
    while (n > 0) {
        const int tile = n < PS_TILE_WORLDS ? (int)n : PS_TILE_WORLDS;
        panel->kernel.sample(&panel->plan, panel->row.worlds_n, tile, &panel->worlds);
        for (int i = 0; i < tile; i++) {
            panel->kernel.schedule(&panel->plan, &panel->policy, &panel->worlds.worlds[i],
                                   &panel->schedule);
            panel->kernel.ledger(&panel->frame, &panel->policy.shape, &panel->levels,
                                 &panel->schedule, &panel->ledger);
            world_add(panel);
        }
        n -= (uint64_t)tile;
    }
    return panel->ledger.violations ? ps_status_raise(PS_BUG) : PS_OK;
}

/* ---- figures ---- */

#define NPL_PEAK_LEVEL 0.95

/* The n-th measure of tier DECISION; PS_MEASURE_N behind the last, for the quantile. */
static enum ps_measure measure_of(int figure)
{
    int m = 0;
    for (int left = figure; m < PS_MEASURE_N; m++) {
        if (ps_measure_desc((enum ps_measure)m)->tier == PS_MT_DECISION && left-- == 0) {
            break;
        }
    }
    return (enum ps_measure)m;
}

int ps_panel_figures_n(void)
{
    int n = 0;
    while (measure_of(n) < PS_MEASURE_N) {
        n++;
    }
    return n + 1;
}

const char *ps_panel_figure_name(int figure)
{
    const enum ps_measure measure = measure_of(figure);
    return measure < PS_MEASURE_N ? ps_measure_desc(measure)->name : "npl_peak_q95";
}

static struct ps_panel_figure npl_peak_quantile(const struct ps_panel *panel, double confidence)
{
    const struct ps_hist *h = &panel->npl_peak;
    if (!ps_quantile_supported(h->n, NPL_PEAK_LEVEL)) {
        return (struct ps_panel_figure){(double)NAN, (double)NAN, (double)NAN};
    }
    const struct ps_ranks ranks = panel->row.paired
                                      ? ps_pairs_quantile_ranks(h->n, NPL_PEAK_LEVEL, confidence)
                                      : ps_quantile_ranks(h->n, NPL_PEAK_LEVEL, confidence);
    const struct ps_interval interval = ps_hist_rank_interval(h, ranks);
    return (struct ps_panel_figure){(double)ps_hist_quantile(h, NPL_PEAK_LEVEL).value / 1e6,
                                    interval.lo / 1e6, interval.hi / 1e6};
}

struct ps_panel_figure ps_panel_figure_of(const struct ps_panel *panel, int figure,
                                          double confidence)
{
    const enum ps_measure measure = measure_of(figure);
    if (measure == PS_MEASURE_N) {
        return npl_peak_quantile(panel, confidence);
    }
    const double units = ps_measure_desc(measure)->unit == PS_MU_FEN ? 1e6 : 1;
    const struct ps_interval interval = ps_row_mean_interval(&panel->row, measure, confidence);
    return (struct ps_panel_figure){ps_row_mean(&panel->row, measure).value / units,
                                    interval.lo / units, interval.hi / units};
}
