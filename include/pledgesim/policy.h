// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_POLICY_H
#define PLEDGESIM_POLICY_H

#include <stdint.h>

#include "pledgesim/tables.h"
#include "pledgesim/world.h"

/* What the bureau decides, resolved to data. A policy is a shape (structure: what happens when) and
 * levels (amounts, rates, thresholds). Policies of one shape run side by side in vector lanes. */

enum {
    PS_PRODUCTS_MAX = 64,
    PS_POOLS_MAX = 16,
    PS_BANKS_MAX = 64,
    PS_YEARS_MAX = 41,
    PS_TOPUPS_MAX = 512,
    PS_VEHICLES_MAX = 16,
    PS_TRUSTS_MAX = 16,
    PS_ALL_VEHICLES_MAX = PS_VEHICLES_MAX + PS_TRUSTS_MAX,
    PS_FUNDS_MAX = 16
};

/* The parties that share a loss. The bank takes what the others leave. */
enum ps_party {
    PS_PARTY_POOL,
    PS_PARTY_GUARANTOR,
    PS_PARTY_REGUARANTOR,
    PS_PARTY_INSURER,
    PS_PARTY_APPRAISER,
    PS_PARTY_BANK,
    PS_PARTY_N
};

enum ps_firm_class { PS_FIRM_SMALL, PS_FIRM_MICRO, PS_FIRM_CLASS_N };

struct ps_product_shape {
    int pool;
    int in_pool; /* pool share > 0, or the insurer's excess falls to the pool */
    int16_t open_from_month, open_to_month; /* inclusive */
    int trigger_months;
    int pay_mode;                           /* index in the registry */
    int claim_basis;                        /* enum ps_claim_basis */
    int recovery_order;                     /* enum ps_recovery_order */
    int over_cap;                           /* enum ps_over_cap */
    int insurer_excess;                     /* enum ps_insurer_excess */
    int insurer_firm_rule;                  /* enum ps_insurer_firm_rule */
    int64_t guarantee_fee_ppm, premium_ppm; /* a year */
    int64_t insurer_yearly_ppm;             /* multiple of premiums, 0 = off */
    int64_t insurer_firm_ppm, insurer_firm_limit_fen;
};

enum ps_vehicle_kind { PS_VEHICLE_ISSUE, PS_VEHICLE_TRANSFER, PS_VEHICLE_TRUST };

struct ps_vehicle_shape {
    int kind;                  /* enum ps_vehicle_kind */
    int month;                 /* of the issue; in which a trust is raised */
    int min_months_left;       /* of a transfer */
    int to_month, final_month; /* of a trust: the last one it lends in; the senior piece is due */
    int holder, pool;          /* enum ps_holder of its subordinated piece; the pool, if that */
};

/* Compared as bytes: no padding here nor in a product or vehicle. */
struct ps_shape {
    int products_n, pools_n, banks_n;
    int breaker_metric, breaker_scope;
    int review_months, cooling_months, writeoff_months, suspend_blocks_renewals;
    int carry_unpaid;
    int support_pool[PS_POOLS_MAX]; /* pool that helps this one; -1: none */
    int64_t firm_population_n;      /* 0 = no limit */
    int64_t subsidy_ppm;
    int64_t reguarantor_cap_ppm, reguarantor_other_book_fen;
    uint32_t product_cut[PS_PRODUCTS_MAX]; /* of u_product, as in ps_part_of */
    uint32_t bank_cut[PS_BANKS_MAX];
    uint32_t take_up_cut[PS_PRODUCTS_MAX]; /* u_product < cut[i]: its firm asks; UINT32_MAX: all */
    struct ps_product_shape products[PS_PRODUCTS_MAX];
    /* New issues stand first: vehicle i is issue i of the world. Behind them those that take loans
     * of firms that applied: transfers, then trusts. */
    int vehicles_n, takers_n, trusts_n;
    int zero; /* in the place of padding */
    struct ps_vehicle_shape vehicles[PS_ALL_VEHICLES_MAX];
};

/* Does the firm of this application take the product up at all: eq. (5.7). Tape loans exist. */
static inline int ps_takes_up(const struct ps_shape *shape, const struct ps_world *world,
                              const struct ps_app *app, int product)
{
    const uint32_t cut = shape->take_up_cut[product];
    return cut == UINT32_MAX || app->tape != PS_NONE || world->u_product[app->firm_rank] < cut;
}

struct ps_topup_entry {
    int pool, month;
    int64_t amount_fen;
};

struct ps_levels {
    int64_t pool_initial_fen[PS_POOLS_MAX];
    int64_t pool_interest_ppm[PS_POOLS_MAX];
    int64_t pool_leverage_ppm[PS_POOLS_MAX];
    int topup_rule[PS_POOLS_MAX]; /* index in the registry */
    int64_t topup_yearly_fen[PS_POOLS_MAX];
    int64_t topup_target_fen[PS_POOLS_MAX];
    int64_t support_limit_fen[PS_POOLS_MAX];           /* received over the whole run at most */
    int64_t max_firm_liability_ppm;                    /* 0 = off */
    int64_t stop_loss_yearly_fen;                      /* 0 = off */
    int64_t share_ppm[PS_PRODUCTS_MAX][PS_PARTY_BANK]; /* of each party but the bank */
    int64_t loan_cap_fen[PS_PRODUCTS_MAX][PS_FIRM_CLASS_N]; /* INT64_MAX = none */
    int64_t firm_cap_fen[PS_PRODUCTS_MAX][PS_FIRM_CLASS_N]; /* INT64_MAX = none */
    int64_t warn_ppm, suspend_ppm, terminate_ppm, resume_ppm;
    int64_t min_live_loans_n, min_npl_loans_n;
    int64_t registered_before_fen, target_fen;
    int64_t registered_ratio_ppm, renewal_registration_share_ppm;
    double district_share_frac, discount_rate_frac;
    int64_t vehicle_size_wan[PS_ALL_VEHICLES_MAX]; /* of a transfer: at most */
    int64_t subordinated_ppm[PS_ALL_VEHICLES_MAX]; /* of the size */
    int64_t undertaking_ppm[PS_ALL_VEHICLES_MAX];
    int64_t undertaker_guarantor[PS_ALL_VEHICLES_MAX]; /* 1; 0: the originator */
    int64_t issue_subsidy_ppm[PS_ALL_VEHICLES_MAX];
    int64_t max_loan_wan[PS_ALL_VEHICLES_MAX];                          /* of a trust; 0 = any */
    int64_t fund_size_wan[PS_FUNDS_MAX], fund_fiscal_ppm[PS_FUNDS_MAX]; /* fund i of the world */
    int topups_n;
    struct ps_topup_entry topups[PS_TOPUPS_MAX];
};

struct ps_policy {
    struct ps_shape shape;
    struct ps_levels levels;
    /* Product and bank of the tape loans; -1: mapped from u_product, u_bank. tape_n entries each.
     * Part of the shape when policies are grouped. */
    int16_t *tape_product, *tape_bank;
    int tape_n;
    const struct ps_standing *standing; /* of a standing book, made and held by the engine */
};

/* What the pool would pay for a loan that defaults with all its principal owed, in 万元: its share
 * of the amount, within both caps. Not to the fen: it is no claim. */
static inline double ps_pool_stake_wan(const struct ps_levels *levels, int product, int firm_class,
                                       double amount_wan)
{
    const double wan_per_fen = 1e-6;
    const double loan_cap = (double)levels->loan_cap_fen[product][firm_class] * wan_per_fen;
    const double firm_cap = (double)levels->firm_cap_fen[product][firm_class] * wan_per_fen;
    const double lent = amount_wan < loan_cap ? amount_wan : loan_cap;
    const double share = lent * (double)levels->share_ppm[product][PS_PARTY_POOL] * 1e-6;
    return share < firm_cap ? share : firm_cap;
}

/* Thresholds of the breaker, ppm. */
struct ps_breaker_lines {
    int64_t warn_ppm, suspend_ppm, terminate_ppm, resume_ppm;
};

/* Sets scope (enum ps_breaker_scope) and thresholds. Off is a breaker whose thresholds nothing
 * reaches: so it shares lanes with the others. */
void ps_policy_set_breaker(struct ps_policy *policy, int scope,
                           const struct ps_breaker_lines *lines);

/* Sets the pool's share of a product's claims, of which the bank takes what all others leave. The
 * other shares and the insurer's excess are set before. */
void ps_policy_set_pool_share(struct ps_policy *policy, int product, int64_t share_ppm);

#endif
