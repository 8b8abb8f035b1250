// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_INVEST_H
#define PLEDGESIM_KERNEL_INVEST_H

#include "laws.h"

/* The investments of funds (docs/model.md section 10): when they are made is known, what they bring
 * is drawn. They read the economy and nothing else of the world reads them. */

/* Eq. (10.10): in, and out again, at the latest when the simulation ends. */
static void investment_date(const struct ps_world_plan *plan, const struct ps_fund_plan *fund,
                            int number, struct ps_investment *x)
{
    const int month =
        ps_investment_month(fund->from_month, fund->to_month, fund->investments_n, number);
    const int exit = month + fund->hold_months;
    x->number = (uint16_t)number;
    x->of = (uint16_t)fund->investments_n;
    x->month = (uint16_t)month;
    x->exit_month = (uint16_t)(exit < plan->months_n ? exit : plan->months_n);
}

/* Eq. (10.12): written off, or a lognormal multiple. `index` is that of the cluster at the exit. */
static double investment_multiple(const struct ps_fund_plan *fund, double index, uint64_t radius,
                                  uint64_t angle)
{
    double own, z;
    ps_normal_pair(radius, angle, &own, &z);
    return fund->common * index + fund->own * own < fund->write_off_x
               ? 0
               : fund->median * ps_exp(fund->sigma * z);
}

static void fund_sample(const struct ps_world_plan *plan, int fund_i, int lane,
                        const struct ps_world_work *work, uint32_t world,
                        struct ps_investment *investments)
{
    const struct ps_fund_plan *fund = &plan->funds[fund_i];
    for (int first = 0; first < fund->investments_n; first += PS_RNG_LANES) {
        const int left = fund->investments_n - first;
        const int n = left < PS_RNG_LANES ? left : PS_RNG_LANES;
        uint64_t entity[PS_RNG_LANES];
        struct batch drawn;
        for (int l = 0; l < PS_RNG_LANES; l++)
            entity[l] = fund->address + (uint64_t)(first + l);
        batch_draw(plan, world, entity, ps_rng_word3(PS_PURPOSE_INVESTMENT, 0), n, &drawn);
        for (int l = 0; l < n; l++) {
            struct ps_investment *x = &investments[first + l];
            x->fund = (uint16_t)fund_i;
            investment_date(plan, fund, first + l, x);
            const int c = fund->cluster;
            const double index = c < 0 ? 0 : ps_index_of(plan, work->index, x->exit_month, c)[lane];
            x->multiple = investment_multiple(fund, index, drawn.x0[l], drawn.x1[l]);
        }
    }
}

/* All funds of worlds first .. first + n - 1, n <= 16, whose economy is there. */
static void funds_sample(const struct ps_world_plan *plan, uint64_t first, int n,
                         const struct ps_world_work *work, struct ps_world *worlds)
{
    for (int lane = 0; lane < n; lane++) {
        struct ps_investment *at = worlds[lane].investments;
        for (int i = 0; i < plan->funds_n; at += plan->funds[i++].investments_n)
            fund_sample(plan, i, lane, work, (uint32_t)(first + (uint64_t)lane), at);
    }
}

#endif
