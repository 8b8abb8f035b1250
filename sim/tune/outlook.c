// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/outlook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/answer.h"
#include "pledgesim/errors.h"
#include "pledgesim/outcsv.h"

static const struct ps_twist_desc TWISTS[PS_TWIST_N] = {
#define PS_TWIST(symbol, key, en, zh) {key, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/twists.def"
#undef PS_TWIST
};

/* Sizes as percent of the scenario's own: close together where the answer mostly lies. */
static const int SIZES_PCT[PS_OUTLOOK_SIZES] = {40,  50,  60,  70,  80,  90,  100,
                                                105, 110, 115, 120, 125, 130, 140,
                                                150, 160, 180, 200, 250, 300, 400};
static const int LEVERAGES_PCT[PS_OUTLOOK_LEVERAGES] = {60, 80, 100, 120, 140};

static const int OWN = 100;

enum { OWN_PCT = 100, WAN_FEN = 1000000, TENTH_PPM = 100000 };

const struct ps_twist_desc *ps_twist_desc(enum ps_twist twist)
{
    return &TWISTS[twist];
}

/* The first year of the plan's second half. */
static int64_t slump_month(const struct ps_scenario *s)
{
    return s->p.horizon_months > 12 ? s->p.horizon_months / 24 * 12 + 1 : 1;
}

static enum ps_status add_slump(struct ps_arena *arena, struct ps_scenario *s)
{
    struct ps_shocks_row *rows = ps_arena_take(arena, (s->shocks_n + 1) * sizeof *rows);
    if (rows == NULL)
        return ps_status_raise(PS_MEMORY);
    const int64_t from = slump_month(s);
    struct ps_shocks_row slump = {.from_month = from, .to_month = from + 11, .shift_sd = -2};
    memcpy(slump.shock_id, "outlook", sizeof "outlook");
    memcpy(slump.cluster_id, "all", sizeof "all");
    if (s->shocks_n > 0)
        memcpy(rows, s->shocks, s->shocks_n * sizeof *rows);
    rows[s->shocks_n] = slump;
    s->shocks = rows;
    s->shocks_n++;
    return PS_OK;
}

/* Twists that change a scalar. */
static void multiply(enum ps_twist twist, struct ps_scenario *s)
{
    s->p.pd_multiplier *= twist == PS_TWIST_PD ? 1.5 : 1;
    s->p.valuation_multiplier *= twist == PS_TWIST_COLLATERAL ? 0.6 : 1;
    s->p.demand_multiplier *= twist == PS_TWIST_DEMAND ? 0.5 : 1;
    s->p.disposal_freeze_months += twist == PS_TWIST_SALES ? 12 : 0;
}

enum ps_status ps_twist_scenario(const struct ps_scenario *scenario, enum ps_twist twist,
                                 struct ps_arena *arena, struct ps_scenario *out)
{
    *out = *scenario;
    multiply(twist, out);
    return twist == PS_TWIST_ECONOMY ? add_slump(arena, out) : PS_OK;
}

struct ps_text ps_twist_setting(const struct ps_scenario *scenario, enum ps_twist twist)
{
    struct ps_scenario changed = *scenario;
    struct ps_text out = {""};
    char value[PS_NUMBER_TEXT_SIZE];
    multiply(twist, &changed);
    const struct {
        enum ps_twist twist;
        const char *column;
        double value;
    } COLUMNS[] = {
        {PS_TWIST_PD, "pd_multiplier", changed.p.pd_multiplier},
        {PS_TWIST_COLLATERAL, "valuation_multiplier", changed.p.valuation_multiplier},
        {PS_TWIST_SALES, "disposal_freeze_months", (double)changed.p.disposal_freeze_months},
        {PS_TWIST_DEMAND, "demand_multiplier", changed.p.demand_multiplier}};
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        if (COLUMNS[i].twist == twist) {
            ps_format_double(COLUMNS[i].value, value);
            (void)snprintf(out.s, sizeof out.s, "%s=%.20s", COLUMNS[i].column, value);
        }
    if (twist == PS_TWIST_ECONOMY)
        (void)snprintf(out.s, sizeof out.s, "# shocks.csv: all,%d,%d,-2",
                       (int)slump_month(scenario), (int)slump_month(scenario) + 11);
    return out;
}

static int64_t scaled(int64_t value, int pct, int64_t grain)
{
    const int64_t exact = value / 100 * pct + value % 100 * pct / 100;
    return pct == OWN_PCT ? value : (exact + grain / 2) / grain * grain;
}

/* Different values of the scenario's own times so many percent; returns their number. */
static int spread(int64_t own, const int *pct, int n, int64_t grain, int64_t *values, int *at)
{
    int kept_n = 0;
    for (int i = 0; i < n; i++) {
        const int64_t value = scaled(own, pct[i], grain);
        if (kept_n > 0 && value <= values[kept_n - 1])
            continue;
        if (pct[i] == OWN_PCT)
            *at = kept_n;
        values[kept_n++] = value;
    }
    return kept_n;
}

/* Pools of another total and leverage; all pools change in proportion. */
static enum ps_status vary(struct ps_scenario *s, struct ps_arena *arena, int64_t total_fen,
                           int64_t own_fen, int64_t leverage_ppm, int64_t own_ppm)
{
    struct ps_pools_row *pools = ps_arena_take(arena, s->pools_n * sizeof *pools);
    if (pools == NULL)
        return ps_status_raise(PS_MEMORY);
    memcpy(pools, s->pools, s->pools_n * sizeof *pools);
    for (size_t i = 0; i < s->pools_n; i++) {
        const double size = (double)total_fen / (double)own_fen;
        const double leverage = own_ppm == 0 ? 1 : (double)leverage_ppm / (double)own_ppm;
        pools[i].initial_fen =
            s->pools_n == 1 ? total_fen : (int64_t)((double)pools[i].initial_fen * size);
        pools[i].leverage_ppm =
            s->pools_n == 1 ? leverage_ppm : (int64_t)((double)pools[i].leverage_ppm * leverage);
    }
    s->pools = pools;
    return PS_OK;
}

static struct ps_probability share_of(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    return ps_probability_of((uint64_t)m->sum, m->n, row->paired);
}

static struct ps_outlook_point point_of(const struct ps_scenario *s, const struct ps_row *row)
{
    const int annual = s->p.target_basis == PS_TARGET_ANNUAL;
    return (struct ps_outlook_point){
        .depletion = share_of(row, PS_M_DEPLETED),
        .target = share_of(row, annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE),
        .registered_fen = ps_row_mean(row, PS_M_REGISTERED),
        .fiscal_cost_fen = ps_row_mean(row, PS_M_FISCAL_NET_COST),
        .shortfall_fen = ps_row_mean(row, PS_M_SHORTFALL)};
}

static enum ps_status look(const struct ps_engine_request *request, enum ps_twist twist,
                           struct ps_outlook *out)
{
    const struct ps_scenario *own = request->scenarios;
    const int64_t own_fen = out->pool_fen[out->size], own_ppm = out->leverage_ppm[out->leverage];
    const size_t n = (size_t)(out->sizes_n * out->leverages_n);
    const uint64_t most = twist == PS_TWIST_NONE ? PS_OUTLOOK_WORLDS : PS_OUTLOOK_TWISTED_WORLDS;
    struct ps_engine_request mine = {.seed = request->seed,
                                     .threads_n = request->threads_n,
                                     .isa = request->isa,
                                     .tier = PS_TIER_DECISION,
                                     .progress = request->progress,
                                     .context = request->context,
                                     .scenarios_n = n,
                                     .worlds_n =
                                         request->worlds_n < most ? request->worlds_n : most};
    struct ps_engine_result result = {0};
    struct ps_diags diags = {0};
    struct ps_arena arena = {0};
    struct ps_scenario *variants = calloc(n, sizeof *variants);
    enum ps_status status = variants == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (size_t i = 0; i < n && status == PS_OK; i++) {
        status = ps_twist_scenario(own, twist, &arena, &variants[i]);
        if (status == PS_OK)
            status = vary(&variants[i], &arena, out->pool_fen[i / (size_t)out->leverages_n],
                          own_fen, out->leverage_ppm[i % (size_t)out->leverages_n], own_ppm);
    }
    mine.scenarios = variants;
    if (status == PS_OK)
        status = ps_engine_run(&mine, &diags, &result);
    /* A twist that the model refuses, a default probability above 1 say, is left out. */
    const int refused = status == PS_INPUT && twist != PS_TWIST_NONE;
    out->worlds_n[twist] = status == PS_OK ? mine.worlds_n : 0;
    for (size_t i = 0; i < n && status == PS_OK; i++)
        out->points[twist][i / (size_t)out->leverages_n][i % (size_t)out->leverages_n] =
            point_of(&variants[i], &result.rows[i].row);
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    ps_arena_free(&arena);
    free(variants);
    return refused ? PS_OK : status;
}

enum ps_status ps_outlook_run(const struct ps_engine_request *request, struct ps_outlook *out)
{
    const struct ps_scenario *own = request->scenarios;
    const int64_t own_fen = ps_pools_initial_fen(own);
    enum ps_status status = PS_OK;
    memset(out, 0, sizeof *out);
    if (own_fen < 10 * WAN_FEN || request->worlds_n < PS_OUTLOOK_WORLDS_LEAST)
        return PS_OK;
    out->sizes_n = spread(own_fen, SIZES_PCT, PS_OUTLOOK_SIZES, WAN_FEN, out->pool_fen, &out->size);
    if (own->demand_n > 0)
        out->leverages_n = spread(own->pools[0].leverage_ppm, LEVERAGES_PCT, PS_OUTLOOK_LEVERAGES,
                                  TENTH_PPM, out->leverage_ppm, &out->leverage);
    else /* nothing is lent: leverage limits nothing */
        out->leverages_n =
            spread(own->pools[0].leverage_ppm, &OWN, 1, 1, out->leverage_ppm, &out->leverage);
    for (int twist = 0; twist < PS_TWIST_N && status == PS_OK; twist++)
        status = look(request, (enum ps_twist)twist, out);
    return status;
}

int ps_outlook_safe_size(const struct ps_outlook *outlook)
{
    for (int i = 0; i < outlook->sizes_n; i++) {
        const struct ps_outlook_point *p = &outlook->points[PS_TWIST_NONE][i][outlook->leverage];
        if (ps_carries_of(&p->depletion, &p->target) == PS_CARRIES_YES)
            return i;
    }
    return -1;
}
