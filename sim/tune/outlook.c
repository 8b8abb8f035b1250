// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/outlook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/answer.h"
#include "pledgesim/arena.h"
#include "pledgesim/errors.h"
#include "pledgesim/outcsv.h"

static const struct standard {
    const char *name;
    struct ps_stress stress;
    const char *text[PS_LANG_N];
} STANDARD[] = {
#define PS_STRESS(name, kind, size, en, zh)                                                        \
    {name, {PS_STRESS_##kind, -1, size}, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/stresses.def"
#undef PS_STRESS
};

static const char *const NAMES[PS_TWIST_N] = {
#define PS_TWIST(symbol, name) [PS_TWIST_##symbol] = name,
#include "pledgesim/twists.def"
#undef PS_TWIST
};

static const char *const AS_IT_IS[PS_LANG_N] = {[PS_LANG_ZH] = "不变", [PS_LANG_EN] = "as it is"};

/* Sizes as percent of a middle, which is the scenario's own size where that tells something: close
 * together where the answer mostly lies. */
static const int SIZES_PCT[] = {40,  50,  60,  70,  80,  90,  100, 105, 110, 115, 120,
                                125, 130, 140, 150, 160, 180, 200, 250, 300, 400};
enum { SIZES_PCT_N = sizeof SIZES_PCT / sizeof *SIZES_PCT };
_Static_assert((int)SIZES_PCT_N < (int)PS_OUTLOOK_SIZES,
               "there is room for the scenario's own size too");

/* Where a middle is looked for, from 20,000 yuan to 5 billion: no step is wider than what
 * SIZES_PCT reaches down. */
static const int64_t SCOUTED_WAN[] = {2,    5,    10,    20,    50,    100,    200,    500,   1000,
                                      2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000};
enum { SCOUTED_N = sizeof SCOUTED_WAN / sizeof *SCOUTED_WAN };
_Static_assert((int)SCOUTED_N <= (int)PS_OUTLOOK_SIZES, "they are looked at as sizes");

static const int LEVERAGES_PCT[PS_OUTLOOK_LEVERAGES] = {60, 80, 100, 120, 140};

static const int OWN = 100;

enum { OWN_PCT = 100, WAN_FEN = 1000000, TENTH_PPM = 100000 };

/* A pool below this is no middle: percents of it run together. Where no size carries either, that
 * of the plan stands in for it [plan]. */
static const int64_t LEAST_MIDDLE_FEN = 10 * WAN_FEN, USUAL_MIDDLE_FEN = 1000 * WAN_FEN;

/* NULL: as it is. */
static const struct standard *standard_of(enum ps_twist twist)
{
    for (size_t i = 0; twist != PS_TWIST_NONE && i < sizeof STANDARD / sizeof *STANDARD; i++)
        if (strcmp(STANDARD[i].name, NAMES[twist]) == 0)
            return &STANDARD[i];
    return NULL;
}

const char *ps_twist_text(enum ps_twist twist, enum ps_lang lang)
{
    const struct standard *standard = standard_of(twist);
    return standard == NULL ? AS_IT_IS[lang] : standard->text[lang];
}

enum ps_status ps_twist_apply(const struct ps_scenario *scenario, enum ps_twist twist,
                              struct ps_stressed *out)
{
    const struct standard *standard = standard_of(twist);
    *out = (struct ps_stressed){.scenario = *scenario};
    return standard == NULL ? PS_OK : ps_stress_apply(scenario, &standard->stress, out);
}

struct ps_text ps_twist_setting(const struct ps_scenario *scenario, enum ps_twist twist)
{
    struct ps_stressed stressed = {0};
    struct ps_text out = {""};
    char value[PS_NUMBER_TEXT_SIZE];
    if (twist == PS_TWIST_ECONOMY) {
        const struct ps_stress_window window = ps_stress_window(scenario);
        (void)snprintf(out.s, sizeof out.s, "# shocks.csv: all,%d,%d,-2", window.from, window.to);
        return out;
    }
    if (ps_twist_apply(scenario, twist, &stressed) == PS_OK) {
        const struct ps_scenarios_row *p = &stressed.scenario.p;
        const struct {
            const char *column;
            double value;
        } COLUMNS[PS_TWIST_N] = {
            [PS_TWIST_PD] = {"pd_multiplier", p->pd_multiplier},
            [PS_TWIST_COLLATERAL] = {"valuation_multiplier", p->valuation_multiplier},
            [PS_TWIST_DISPOSAL] = {"disposal_median_months", p->disposal_median_months},
            [PS_TWIST_DEMAND] = {"demand_multiplier", p->demand_multiplier}};
        ps_format_double(COLUMNS[twist].value, value);
        if (COLUMNS[twist].column != NULL)
            (void)snprintf(out.s, sizeof out.s, "%s=%.20s", COLUMNS[twist].column, value);
    }
    ps_stressed_free(&stressed);
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
        const double size = own_fen == 0 ? 1 : (double)total_fen / (double)own_fen;
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
    const struct standard *standard = standard_of(twist);
    if (standard != NULL && !ps_stress_possible(own, &standard->stress))
        return PS_OK; /* the book has nothing that it could move, or too much */
    const int64_t own_fen = ps_pools_initial_fen(own), own_ppm = own->pools[0].leverage_ppm;
    const size_t n = (size_t)(out->sizes_n * out->leverages_n);
    const uint64_t most = twist == PS_TWIST_NONE ? PS_OUTLOOK_WORLDS : PS_OUTLOOK_TWISTED_WORLDS;
    struct ps_engine_request mine = {.seed = request->seed,
                                     .threads_n = request->threads_n,
                                     .isa = request->isa,
                                     .laws = request->laws,
                                     .tier = PS_TIER_DECISION,
                                     .progress = request->progress,
                                     .context = request->context,
                                     .scenarios_n = n,
                                     .worlds_n =
                                         request->worlds_n < most ? request->worlds_n : most};
    struct ps_engine_result result = {0};
    struct ps_diags diags = {0};
    struct ps_arena arena = {0};
    struct ps_stressed twisted = {0};
    struct ps_scenario *variants = calloc(n, sizeof *variants);
    enum ps_status status =
        variants == NULL ? ps_status_raise(PS_MEMORY) : ps_twist_apply(own, twist, &twisted);
    for (size_t i = 0; i < n && status == PS_OK; i++) {
        variants[i] = twisted.scenario;
        status = vary(&variants[i], &arena, out->pool_fen[i / (size_t)out->leverages_n], own_fen,
                      out->leverage_ppm[i % (size_t)out->leverages_n], own_ppm);
    }
    mine.scenarios = variants;
    if (status == PS_OK)
        status = ps_engine_run(&mine, &diags, &result);
    out->worlds_n[twist] = status == PS_OK ? mine.worlds_n : 0;
    for (size_t i = 0; i < n && status == PS_OK; i++)
        out->points[twist][i / (size_t)out->leverages_n][i % (size_t)out->leverages_n] =
            point_of(&variants[i], &result.rows[i].row);
    ps_engine_result_free(&result);
    ps_diags_free(&diags);
    ps_stressed_free(&twisted);
    ps_arena_free(&arena);
    free(variants);
    return status;
}

/* Sizes about a middle, and the scenario's own. */
static void set_sizes(int64_t middle_fen, int64_t own_fen, struct ps_outlook *out)
{
    int64_t *fen = out->pool_fen;
    int n = spread(middle_fen, SIZES_PCT, SIZES_PCT_N, WAN_FEN, fen, &out->size);
    int at = 0;
    while (at < n && fen[at] < own_fen)
        at++;
    out->size = at;
    if (at == n || fen[at] != own_fen) {
        memmove(fen + at + 1, fen + at, (size_t)(n - at) * sizeof *fen);
        fen[at] = own_fen;
        n++;
    }
    out->sizes_n = n;
}

/* Where the answer is not among the sizes: the smallest of SCOUTED_WAN that carries, at the
 * scenario's leverage; 0 when none does. */
static enum ps_status scout(const struct ps_engine_request *request, const struct ps_outlook *about,
                            int64_t *middle_fen)
{
    struct ps_outlook *wide = calloc(1, sizeof *wide);
    *middle_fen = 0;
    if (wide == NULL)
        return ps_status_raise(PS_MEMORY);
    wide->sizes_n = SCOUTED_N;
    for (int i = 0; i < SCOUTED_N; i++)
        wide->pool_fen[i] = SCOUTED_WAN[i] * WAN_FEN;
    wide->leverages_n = 1;
    wide->leverage_ppm[0] = about->leverage_ppm[about->leverage];
    const enum ps_status status = look(request, PS_TWIST_NONE, wide);
    const int safe = status == PS_OK ? ps_outlook_safe_size(wide) : -1;
    if (safe >= 0)
        *middle_fen = wide->pool_fen[safe];
    free(wide);
    return status;
}

/* The scenario as it is, at sizes among which the answer is, if it is anywhere. */
static enum ps_status look_at_sizes(const struct ps_engine_request *request, struct ps_outlook *out)
{
    const int64_t own_fen = ps_pools_initial_fen(request->scenarios);
    const int tells = own_fen >= LEAST_MIDDLE_FEN;
    int64_t middle_fen = 0;
    enum ps_status status = PS_OK;
    if (tells) {
        set_sizes(own_fen, own_fen, out);
        status = look(request, PS_TWIST_NONE, out);
        if (status != PS_OK || ps_outlook_safe_size(out) > 0)
            return status;
    }
    status = scout(request, out, &middle_fen);
    if (status != PS_OK || (tells && middle_fen == 0))
        return status;
    set_sizes(middle_fen > 0 ? middle_fen : USUAL_MIDDLE_FEN, own_fen, out);
    return look(request, PS_TWIST_NONE, out);
}

enum ps_status ps_outlook_run(const struct ps_engine_request *request, struct ps_outlook *out)
{
    const struct ps_scenario *own = request->scenarios;
    memset(out, 0, sizeof *out);
    /* Sizes divide among several pools as their money does. */
    if ((own->pools_n != 1 && ps_pools_initial_fen(own) == 0) ||
        request->worlds_n < PS_OUTLOOK_WORLDS_LEAST)
        return PS_OK;
    if (own->demand_n > 0)
        out->leverages_n = spread(own->pools[0].leverage_ppm, LEVERAGES_PCT, PS_OUTLOOK_LEVERAGES,
                                  TENTH_PPM, out->leverage_ppm, &out->leverage);
    else /* nothing is lent: leverage limits nothing */
        out->leverages_n =
            spread(own->pools[0].leverage_ppm, &OWN, 1, 1, out->leverage_ppm, &out->leverage);
    enum ps_status status = look_at_sizes(request, out);
    for (int twist = PS_TWIST_NONE + 1; twist < PS_TWIST_N && status == PS_OK; twist++)
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
