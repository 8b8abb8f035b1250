// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "pledgesim/kmath.h"
#include "prepare_parts.h"

/* From the policy part of a scenario to data the ledger reads (docs/model.md, section 7). */

#define FEN_PER_WAN INT64_C(1000000)

void ps_share_cuts(uint32_t *cuts, const double *shares, size_t n)
{
    double total = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        total += shares[i];
    }
    for (size_t i = 0; i < n; i++) {
        int all;
        sum += shares[i];
        cuts[i] = ps_probability_cut(sum / total, &all);
    }
}

/* 0 in the book: none for a small firm, as for a small firm for a micro one. */
static void fill_cap(int64_t cap_fen[PS_FIRM_CLASS_N], int64_t small_fen, int64_t micro_fen)
{
    cap_fen[PS_FIRM_SMALL] = small_fen > 0 ? small_fen : INT64_MAX;
    cap_fen[PS_FIRM_MICRO] = micro_fen > 0 ? micro_fen : cap_fen[PS_FIRM_SMALL];
}

/* Row of the pool; an empty id is the first pool. */
static int pool_index(const struct ps_scenario *scenario, const char *id)
{
    return id[0] == '\0' ? 0
                         : ps_find_id(scenario->pools[0].pool_id, sizeof *scenario->pools,
                                      scenario->pools_n, id);
}

static void fill_product(const struct ps_scenario *scenario, const struct ps_products_row *row,
                         struct ps_product_shape *product)
{
    product->pool = pool_index(scenario, row->pool_id);
    product->open_from_month = (int16_t)row->open_from_month;
    product->open_to_month =
        (int16_t)(row->open_to_month > 0 ? row->open_to_month : scenario->p.horizon_months);
    product->trigger_months = (int)row->trigger_months;
    product->pay_mode = (int)row->pay_mode;
    product->claim_basis = (int)row->claim_basis;
    product->recovery_order = (int)row->recovery_order;
    product->over_cap = (int)row->over_cap;
    product->insurer_excess = (int)row->insurer_excess;
    product->insurer_firm_rule = (int)row->insurer_firm_rule;
    product->guarantee_fee_ppm = row->guarantee_fee_ppm;
    product->premium_ppm = row->premium_ppm;
    product->insurer_yearly_ppm = row->insurer_yearly_ppm;
    product->insurer_firm_ppm = row->insurer_firm_ppm;
    product->insurer_firm_limit_fen = row->insurer_firm_limit_fen;
}

/* Of a product's part of u_product the lower take_up is firms that ask. */
static void fill_take_up(const struct ps_scenario *scenario, struct ps_shape *shape)
{
    uint32_t from = 0;
    for (size_t i = 0; i < scenario->products_n; i++) {
        const uint32_t to = i + 1 < scenario->products_n ? shape->product_cut[i] : UINT32_MAX;
        const double width = (double)to - (double)from, part = scenario->products[i].take_up_frac;
        shape->take_up_cut[i] = part >= 1 ? UINT32_MAX : from + (uint32_t)ps_rnd(part * width);
        from = to;
    }
}

static enum ps_status fill_products(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    double shares[PS_PRODUCTS_MAX];
    for (size_t i = 0; i < scenario->products_n; i++) {
        const struct ps_products_row *row = &scenario->products[i];
        fill_product(scenario, row, &policy->shape.products[i]);
        if (policy->shape.products[i].pool < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        int64_t *share_ppm = policy->levels.share_ppm[i];
        share_ppm[PS_PARTY_GUARANTOR] = row->guarantor_share_ppm;
        share_ppm[PS_PARTY_REGUARANTOR] = row->reguarantor_share_ppm;
        share_ppm[PS_PARTY_INSURER] = row->insurer_share_ppm;
        share_ppm[PS_PARTY_APPRAISER] = row->appraiser_share_ppm;
        ps_policy_set_pool_share(policy, (int)i, row->pool_share_ppm);
        fill_cap(policy->levels.loan_cap_fen[i], row->loan_cap_wan * FEN_PER_WAN,
                 row->loan_cap_micro_wan * FEN_PER_WAN);
        fill_cap(policy->levels.firm_cap_fen[i], row->firm_cap_fen, row->firm_cap_micro_fen);
        shares[i] = row->share_frac;
    }
    ps_share_cuts(policy->shape.product_cut, shares, scenario->products_n);
    fill_take_up(scenario, &policy->shape);
    return PS_OK;
}

static void fill_banks(const struct ps_scenario *scenario, struct ps_shape *shape)
{
    double shares[PS_BANKS_MAX];
    for (size_t i = 0; i < scenario->banks_n; i++) {
        shares[i] = scenario->banks[i].share_frac;
    }
    ps_share_cuts(shape->bank_cut, shares, scenario->banks_n);
}

static int topup_order(const void *a, const void *b)
{
    const struct ps_topup_entry *x = a, *y = b;
    if (x->month != y->month) {
        return x->month < y->month ? -1 : 1;
    }
    if (x->pool != y->pool) {
        return x->pool < y->pool ? -1 : 1;
    }
    return (x->amount_fen > y->amount_fen) - (x->amount_fen < y->amount_fen);
}

static enum ps_status fill_pools(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    struct ps_levels *levels = &policy->levels;
    for (size_t i = 0; i < scenario->pools_n; i++) {
        const struct ps_pools_row *row = &scenario->pools[i];
        const int alone = row->support_pool_id[0] == '\0';
        policy->shape.support_pool[i] = alone ? -1 : pool_index(scenario, row->support_pool_id);
        if (!alone && policy->shape.support_pool[i] < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        levels->pool_initial_fen[i] = row->initial_fen;
        levels->pool_interest_ppm[i] = row->interest_ppm;
        levels->pool_leverage_ppm[i] = row->leverage_ppm;
        levels->topup_yearly_fen[i] = row->topup_yearly_fen;
        levels->topup_target_fen[i] = row->topup_target_fen;
        levels->topup_rule[i] = (int)row->topup;
        levels->support_limit_fen[i] = row->support_limit_fen;
    }
    levels->topups_n = (int)scenario->topups_n;
    for (size_t i = 0; i < scenario->topups_n; i++) {
        const struct ps_topups_row *row = &scenario->topups[i];
        struct ps_topup_entry *entry = &levels->topups[i];
        entry->pool = pool_index(scenario, row->pool_id);
        entry->month = (int)row->month;
        entry->amount_fen = row->amount_fen;
        if (entry->pool < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
    }
    qsort(levels->topups, scenario->topups_n, sizeof levels->topups[0], topup_order);
    return PS_OK;
}

static void fill_rules(const struct ps_scenarios_row *p, struct ps_policy *policy)
{
    struct ps_shape *shape = &policy->shape;
    struct ps_levels *levels = &policy->levels;
    const struct ps_breaker_lines lines = {.warn_ppm = p->breaker_warn_ppm,
                                           .suspend_ppm = p->breaker_suspend_ppm,
                                           .terminate_ppm = p->breaker_terminate_ppm,
                                           .resume_ppm = p->breaker_resume_ppm};
    ps_policy_set_breaker(policy, (int)p->breaker_scope, &lines);
    shape->breaker_metric = (int)p->breaker_metric;
    shape->review_months = (int)p->review_months;
    shape->cooling_months = (int)p->cooling_months;
    shape->writeoff_months = (int)p->writeoff_months;
    shape->suspend_blocks_renewals = (int)p->suspend_blocks_renewals;
    shape->carry_unpaid = (int)p->carry_unpaid;
    shape->firm_population_n = p->firm_population_n;
    shape->subsidy_ppm = p->subsidy_ppm;
    shape->reguarantor_cap_ppm = p->reguarantor_cap_ppm;
    shape->reguarantor_other_book_fen = p->reguarantor_other_book_fen;
    levels->max_firm_liability_ppm = p->max_firm_liability_ppm;
    levels->stop_loss_yearly_fen = p->stop_loss_yearly_fen;
    levels->min_live_loans_n = p->min_live_loans_n;
    levels->min_npl_loans_n = p->min_npl_loans_n;
    levels->registered_before_fen = p->registered_before_fen;
    levels->target_fen = p->target_fen;
    levels->registered_ratio_ppm = p->registered_ratio_ppm;
    levels->renewal_registration_share_ppm = p->renewal_registration_share_ppm;
    levels->district_share_frac = p->district_share_frac;
    levels->discount_rate_frac = p->discount_rate_frac;
}

/* An empty id gives -1: drawn by share. */
static enum ps_status tape_index(const char *ids, size_t row_bytes, size_t n, const char *id,
                                 int16_t *out)
{
    *out = -1;
    if (id[0] == '\0') {
        return PS_OK;
    }
    *out = (int16_t)ps_find_id(ids, row_bytes, n, id);
    return *out >= 0 ? PS_OK : ps_status_raise(PS_BUG); /* checked when the book was read */
}

static enum ps_status fill_tape(const struct ps_scenario *scenario, struct ps_policy *policy)
{
    const size_t n = scenario->loans_n;
    if (n == 0) {
        return PS_OK;
    }
    policy->tape_product = malloc(n * sizeof *policy->tape_product);
    policy->tape_bank = malloc(n * sizeof *policy->tape_bank);
    if (policy->tape_product == NULL || policy->tape_bank == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    policy->tape_n = (int)n;
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < n && status == PS_OK; i++) {
        const struct ps_loans_row *row = &scenario->loans[i];
        status = tape_index(scenario->products[0].product_id, sizeof *scenario->products,
                            scenario->products_n, row->product_id, &policy->tape_product[i]);
        if (status == PS_OK) {
            status = tape_index(scenario->banks[0].bank_id, sizeof *scenario->banks,
                                scenario->banks_n, row->bank_id, &policy->tape_bank[i]);
        }
    }
    return status;
}

enum ps_status ps_policy_prepare(const struct ps_scenario *scenario, struct ps_diags *diags,
                                 struct ps_policy *out)
{
    (void)diags; /* all that can be wrong was told when the book was read */
    *out = (struct ps_policy){0};
    if (scenario->products_n > PS_PRODUCTS_MAX || scenario->pools_n > PS_POOLS_MAX ||
        scenario->banks_n > PS_BANKS_MAX || scenario->topups_n > PS_TOPUPS_MAX ||
        scenario->vehicles_n > PS_VEHICLES_MAX || scenario->funds_n > PS_FUNDS_MAX ||
        scenario->trusts_n > PS_TRUSTS_MAX) {
        return ps_status_raise(PS_BUG); /* checked when the book was read */
    }
    out->shape.products_n = (int)scenario->products_n;
    out->shape.pools_n = (int)scenario->pools_n;
    out->shape.banks_n = (int)scenario->banks_n;
    fill_rules(&scenario->p, out);
    fill_banks(scenario, &out->shape);
    ps_prepare_fund_levels(scenario, out);
    enum ps_status status = ps_prepare_vehicles(scenario, out);
    if (status == PS_OK) {
        status = fill_products(scenario, out);
    }
    if (status == PS_OK) {
        status = fill_pools(scenario, out);
    }
    if (status == PS_OK) {
        status = fill_tape(scenario, out);
    }
    if (status != PS_OK) {
        ps_policy_free(out);
    }
    return status;
}

void ps_policy_free(struct ps_policy *policy)
{
    free(policy->tape_product);
    free(policy->tape_bank);
    policy->tape_product = policy->tape_bank = NULL;
    policy->tape_n = 0;
}

int ps_policy_same_shape(const struct ps_policy *a, const struct ps_policy *b)
{
    const size_t tape_bytes = (size_t)a->tape_n * sizeof *a->tape_product;
    return memcmp(&a->shape, &b->shape, sizeof a->shape) == 0 && a->tape_n == b->tape_n &&
           (a->tape_n == 0 || (memcmp(a->tape_product, b->tape_product, tape_bytes) == 0 &&
                               memcmp(a->tape_bank, b->tape_bank, tape_bytes) == 0));
}
