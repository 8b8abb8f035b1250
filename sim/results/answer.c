// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/answer.h"

#include <stdlib.h>

static const char *const CARRIES[PS_CARRIES_N][PS_LANG_N] = {
#define PS_CARRIES(symbol, en, zh) [PS_CARRIES_##symbol] = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},
#define PS_REASON(symbol, en, zh)
#include "pledgesim/answer.def"
#undef PS_REASON
#undef PS_CARRIES
};

static const char *const REASONS[PS_REASON_N][PS_LANG_N] = {
#define PS_CARRIES(symbol, en, zh)
#define PS_REASON(symbol, en, zh) [PS_REASON_##symbol] = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},
#include "pledgesim/answer.def"
#undef PS_REASON
#undef PS_CARRIES
};

const char *ps_carries_text(enum ps_carries carries, enum ps_lang lang)
{
    return CARRIES[carries][lang];
}

const char *ps_reason_text(enum ps_reason reason, enum ps_lang lang)
{
    return REASONS[reason][lang];
}

enum ps_carries ps_carries_of(const struct ps_probability *depletion,
                              const struct ps_probability *target)
{
    const int late = target->hi95 < PS_TARGET_AT_LEAST;
    const int weak = depletion->lo95 > PS_DEPLETION_AT_MOST;
    if (late && weak)
        return PS_CARRIES_NEITHER;
    if (late || weak)
        return late ? PS_CARRIES_NOT_TARGET : PS_CARRIES_NOT_CLAIMS;
    const int sure = target->lo95 >= PS_TARGET_AT_LEAST && depletion->hi95 <= PS_DEPLETION_AT_MOST;
    return sure ? PS_CARRIES_YES : PS_CARRIES_OPEN;
}

int ps_has_target(const struct ps_scenario *scenario)
{
    return scenario->p.target_fen > 0;
}

const struct ps_probability *ps_target_of(const struct ps_scenario *scenario,
                                          const struct ps_figures *figures)
{
    return scenario->p.target_basis == PS_TARGET_ANNUAL ? &figures->target_annual
                                                        : &figures->target_cumulative;
}

static int by_amount(const void *a, const void *b)
{
    const struct ps_obstacle *x = a, *y = b;
    if (x->wan < y->wan || x->wan > y->wan)
        return x->wan < y->wan ? 1 : -1;
    return (x->reason > y->reason) - (x->reason < y->reason);
}

int ps_obstacles_of(const struct ps_figures *f, struct ps_obstacle obstacles[PS_REASON_N])
{
    const struct ps_obstacle all[] = {
        {PS_REASON_DEMAND, f->gap_demand_wan_mean},
        {PS_REASON_BREAKER, f->lost_suspended_wan_mean + f->lost_terminated_wan_mean},
        {PS_REASON_LEVERAGE, f->lost_leverage_wan_mean},
        {PS_REASON_SINGLE_NAME, f->lost_single_name_wan_mean},
        {PS_REASON_LOAN_CAP, f->lost_loan_cap_wan_mean},
        {PS_REASON_POPULATION, f->lost_population_wan_mean},
        {PS_REASON_CLOSED, f->lost_closed_wan_mean},
        {PS_REASON_TAKE_UP, f->lost_take_up_wan_mean},
    };
    int n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].wan >= 0.05)
            obstacles[n++] = all[i];
    qsort(obstacles, (size_t)n, sizeof *obstacles, by_amount);
    return n;
}

int64_t ps_pools_initial_fen(const struct ps_scenario *scenario)
{
    int64_t fen = 0;
    for (size_t i = 0; i < scenario->pools_n; i++)
        fen += scenario->pools[i].initial_fen;
    return fen;
}

const char *ps_scenario_name(const struct ps_scenario *scenario)
{
    return scenario->p.label[0] != '\0' ? scenario->p.label : scenario->p.scenario_id;
}
