// SPDX-License-Identifier: GPL-3.0-or-later
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/unit/fixture.h"
#include "pledgesim/models.h"

static const int64_t FEN_PER_WAN = 1000000;

static int64_t pay_mode(const char *name)
{
    int n;
    const struct ps_pay_mode *const *list = ps_models_pay_mode(&n);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->model.name, name) == 0) {
            return i;
        }
    }
    abort();
}

static int64_t topup(const char *name)
{
    int n;
    const struct ps_topup *const *list = ps_models_topup(&n);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->model.name, name) == 0) {
            return i;
        }
    }
    abort();
}

static int64_t metric(const char *name)
{
    int n;
    const struct ps_breaker_metric *const *list = ps_models_breaker_metric(&n);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->model.name, name) == 0) {
            return i;
        }
    }
    abort();
}

/* A small pool under bad times: claims it cannot pay, suspensions on single defaults, terminations.
 */
static void tight(struct ps_scenario *s)
{
    s->pools[0].initial_fen = 300 * FEN_PER_WAN;
    s->pools[0].leverage_ppm = 20000000;
    s->p.pd_multiplier = 3;
    s->p.min_live_loans_n = 4;
    s->p.min_npl_loans_n = 1;
    s->p.suspend_blocks_renewals = 1;
}

/* Compensation after disposal, on principal and interest, the bank served first, a pool refilled.
 */
static void net_loss(struct ps_scenario *s)
{
    s->p.pd_multiplier = 2;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].pay_mode = pay_mode("net_loss");
        s->products[i].claim_basis = PS_CLAIM_INTEREST;
    }
    s->pools[0].topup = topup("target");
    s->pools[0].topup_yearly_fen = 200 * FEN_PER_WAN;
    s->pools[0].topup_target_fen = 1000 * FEN_PER_WAN;
    s->p.breaker_metric = metric("compensation");
}

/* Compensation first with a long trigger, interest in the claim, all orders of recovery, pledges
 * that sell at once. */
static void orders(struct ps_scenario *s)
{
    static const int order[] = {PS_RECOVERY_BANK_FIRST, PS_RECOVERY_POOL_FIRST,
                                PS_RECOVERY_PRO_RATA};
    s->p.pd_multiplier = 2;
    s->p.disposal_median_months = 6;
    s->p.valuation_multiplier = 2;
    s->p.sale_prob_frac = 1;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].recovery_order = order[i];
        s->products[i].claim_basis = i == 1 ? PS_CLAIM_INTEREST : PS_CLAIM_PRINCIPAL;
        s->products[i].trigger_months = 9;
    }
    s->products[1].reguarantor_share_ppm = 100000;
    s->products[1].guarantor_share_ppm = 400000;
    s->pools[0].topup = topup("fixed");
    s->pools[0].topup_yearly_fen = 100 * FEN_PER_WAN;
}

/* Equal principal, micro firms, cures, a yearly index that starts low, subsidies. */
static void instalments(struct ps_scenario *s)
{
    s->p.factor_step_months = PS_STEP_12;
    s->p.index_start = PS_START_FIXED;
    s->p.initial_index_sd = -1;
    s->p.cure_prob_frac = 0.2;
    s->p.disposal_freeze_months = 4;
    s->p.subsidy_ppm = 10000;
    s->p.district_share_frac = 0.6;
    s->p.maturity_share_frac = 0.8;
    s->p.registered_ratio_ppm = 1200000;
    s->p.renewal_registration_share_ppm = 500000;
    for (size_t i = 0; i < s->segments_n; i++) {
        s->segments[i].equal_principal_frac = 0.5;
        s->segments[i].micro_frac = 0.3;
    }
    s->loans[1].repayment = PS_REPAY_EQUAL;
}

/* Single-name limit, trimmed loans, a product that opens late, few firms, a shock. */
static void limits(struct ps_scenario *s)
{
    s->p.max_firm_liability_ppm = 300000;
    s->p.firm_population_n = 60;
    s->p.writeoff_months = 24;
    s->p.cooling_months = 6;
    s->products[0].open_from_month = 13;
    s->products[1].over_cap = PS_OVER_CAP_TRIM;
    s->products[1].loan_cap_wan = 400;
    s->products[2].loan_cap_wan = 500;
    s->loans[0].pledged_value_fen = 1500 * FEN_PER_WAN;
    s->loans[2].recovery_frac = 0.5;
    s->shocks_n = 1;
    s->shocks = calloc(1, sizeof *s->shocks);
    if (s->shocks == NULL) {
        abort();
    }
    snprintf(s->shocks[0].cluster_id, sizeof s->shocks[0].cluster_id, "nev");
    s->shocks[0].from_month = 20;
    s->shocks[0].to_month = 40;
    s->shocks[0].shift_sd = -2;
}

/* Values at the ends of their ranges: pledges that are never sold, defaults in the last month. */
static void ends(struct ps_scenario *s)
{
    s->p.sale_prob_frac = 0;
    s->p.npl_months = 0;
    s->p.runoff_months = 36;
    s->p.maturity_share_frac = 1;
    s->p.phi_annual = 0;
    s->p.cash_recovery_frac = 0.3;
    s->p.review_months = 1;
    s->p.cooling_months = 0;
    s->p.min_live_loans_n = 0;
    s->p.min_npl_loans_n = 0;
    s->p.renewal_prob_frac = 1;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].trigger_months = 0;
    }
}

struct ps_scenario *bench_case(const char *name)
{
    static const struct {
        const char *name;
        void (*change)(struct ps_scenario *s);
    } cases[] = {{"baseline", NULL},          {"tight", tight},   {"net_loss", net_loss},
                 {"orders", orders},          {"limits", limits}, {"ends", ends},
                 {"instalments", instalments}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, name) == 0) {
            struct ps_scenario *s = ps_fixture_bishan();
            if (cases[i].change != NULL) {
                cases[i].change(s);
            }
            return s;
        }
    }
    fprintf(stderr, "no case %s\n", name);
    return NULL;
}

void bench_case_free(struct ps_scenario *scenario)
{
    ps_fixture_free(scenario);
}

struct ps_scenario bench_policy(const struct ps_scenario *base, int k, int n,
                                struct ps_pools_row *pool)
{
    enum { SMALLEST_WAN = 300, LARGEST_WAN = 1700 };
    struct ps_scenario s = *base;
    if (n > 1) {
        *pool = base->pools[0];
        pool->initial_fen =
            SMALLEST_WAN * FEN_PER_WAN + (LARGEST_WAN - SMALLEST_WAN) * FEN_PER_WAN * k / (n - 1);
        s.p.pool_initial_fen = pool->initial_fen;
        s.pools = pool;
    }
    return s;
}
