// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BENCH_NAIVE_H
#define PLEDGESIM_BENCH_NAIVE_H

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdint.h>
#include <stdio.h>

#include "pledgesim/ledger.h"
#include "pledgesim/scenario.h"

/* The same model as the program, written the plain way: one loan after another, month by month,
 * with GSL's generators and distributions. It is the yardstick of the speed figures and a second
 * opinion on the numbers; nothing of the engine is used but the input structures and the calibrated
 * hazards. */

enum {
    NAIVE_MONTHS_MAX = 480,
    NAIVE_CLUSTERS_MAX = 32,
    NAIVE_CLASSES_MAX = 64,
    NAIVE_TENORS = 4,
    NAIVE_PRODUCTS_MAX = PS_PRODUCTS_MAX,
    NAIVE_TOPUPS_MAX = 512
};

struct naive_class {
    double a, b; /* one-year PD given the index: Phi(a + b Y) */
    int cluster;
};

struct naive_segment {
    int cluster, class, ip_kind;
    double amount_median_wan, amount_sigma, amount_min_wan, amount_max_wan;
    double tenor_up_to[NAIVE_TENORS]; /* cumulative shares of 6, 12, 24, 36 months */
    double equal_frac, micro_frac;
    int64_t rate_ppm;
};

struct naive_ip_kind {
    double ltv, price_alpha, price_beta, decay_pa, volatility_pa, lapse_pa;
};

struct naive_product {
    double up_to; /* cumulative share of applications */
    int64_t pool_ppm, guarantor_ppm, insurer_ppm, appraiser_ppm, reguarantor_ppm;
    int64_t loan_cap_fen[2], firm_cap_fen[2]; /* small, micro; INT64_MAX = none */
    int64_t trigger_months;
    int pay_mode, claim_basis, recovery_order, over_cap, open_from_month, open_to_month;
};

struct naive_tape_loan {
    int segment, class, product; /* product -1: drawn */
    int64_t amount_fen;
    int months_left, age_months, equal;
    double pledged_per_yuan; /* appraised value over amount; < 0: by the LTV */
    double recovery_frac;    /* < 0: by the model */
};

struct naive_model {
    int tuned;   /* GSL's fastest generator and normals instead of the default ones */
    int by_loan; /* every loan works out its own hazard */
    int horizon, months_n, start_month, npl_months, writeoff_months;
    int step_months, start_fixed;
    double phi, innovation, initial_index;
    int clusters_n, classes_n, segments_n, ip_kinds_n, products_n, tape_n;
    double loading[NAIVE_CLUSTERS_MAX][NAIVE_CLUSTERS_MAX]; /* L, L L' = R */
    double shift[NAIVE_MONTHS_MAX + 1][NAIVE_CLUSTERS_MAX];
    double arrivals[NAIVE_MONTHS_MAX + 1]; /* mean number of new firms */
    struct naive_class classes[NAIVE_CLASSES_MAX];
    struct naive_product products[NAIVE_PRODUCTS_MAX];
    struct naive_segment *segments;
    struct naive_ip_kind *ip_kinds;
    struct naive_tape_loan *tape;
    gsl_ran_discrete_t *segment_law;
    double maturity_share, renewal_prob;
    int equal_any; /* some loans repay in equal principal */
    double disposal_median_months, disposal_sigma, sale_x, sale_sensitivity, value_sensitivity;
    double sale_frac, cost_frac, valuation, cash_alpha, cash_beta, cash_frac, cure_prob;
    int freeze_months;
    /* policy */
    int64_t initial_fen, interest_ppm, leverage_ppm, topup_yearly_fen, topup_target_fen;
    int topup; /* 0 none, 1 fixed, 2 target */
    int64_t named_topup_fen[NAIVE_MONTHS_MAX + 1];
    int64_t population, max_firm_ppm, subsidy_ppm;
    double district_share;
    int breaker_on, breaker_by_compensation, review_months, cooling_months, blocks_renewals;
    int64_t suspend_ppm, terminate_ppm, resume_ppm, min_live, min_npl;
    int64_t registered_before_fen, target_fen, registered_ratio_ppm, renewal_share_ppm;
};

/* Digests a scenario. Returns NULL after a word on stderr when the scenario uses a rule that is not
 * part of the comparison (several pools, queues, stop-loss, insurer's caps, re-guarantor). */
struct naive_model *naive_model_new(const struct ps_scenario *scenario);
void naive_model_free(struct naive_model *model);

/* The model as JSON, the input of naive_numpy.py. */
void naive_model_write(const struct naive_model *model, FILE *out);

struct naive_loan {
    int64_t asked_fen, amount_fen, owed_fen, instalment_fen;
    double hazard_at_grant; /* of its class, cumulated over months 1..g */
    double hazard_lived;    /* by loan: its own, since then */
    int month, maturity;    /* g, m */
    int segment, class, product;
    int firm; /* order of first registration */
    int tape; /* tape loan, or -1 */
    char equal, micro, renewal;
};

/* A loan in default until everything about it is settled. */
struct naive_default {
    int64_t ead_fen, recovery_fen, claim_fen, due_fen, paid_pool_fen, paid_other_fen[4];
    int tau, disposal, claim_month, npl_from, npl_to, product, segment, claimed, micro;
};

struct naive_world {
    const struct naive_model *model;
    gsl_rng *rng;
    double index[NAIVE_MONTHS_MAX + 1][NAIVE_CLUSTERS_MAX];
    double hazard[NAIVE_CLASSES_MAX], hazard_sum[NAIVE_CLASSES_MAX];
    double p_early[NAIVE_CLASSES_MAX]; /* default this month, bullet loan before maturity */
    double p_equal[NAIVE_CLASSES_MAX]; /* the same, equal principal */
    struct naive_loan *loans, *renewals;
    struct naive_default *defaults;
    int loans_n, renewals_n, defaults_n, loans_max, renewals_max, defaults_max;
    int firms_n, live_n, status, suspended_since;
    int64_t balance_fen, book_fen, due_fen, funded_fen, all_book_fen, defaulted_fen, npl_fen, npl_n;
    int64_t flow_registered_fen;
    int64_t measure[PS_MEASURE_N];
};

enum { NAIVE_NORMAL, NAIVE_SUSPENDED, NAIVE_TERMINATED };

void naive_world_init(struct naive_world *world, const struct naive_model *model,
                      unsigned long seed);
void naive_world_free(struct naive_world *world);

/* Simulates one world; its measures are in world->measure. */
void naive_world_run(struct naive_world *world);

/* naive_world.c: what nature does. */
void naive_economy_draw(struct naive_world *world);
void naive_hazards_update(struct naive_world *world, int month);
int naive_loan_defaults(const struct naive_world *world, struct naive_loan *loan, int month);
void naive_default_draw(struct naive_world *world, const struct naive_loan *loan, int month,
                        struct naive_default *out);

/* naive_lend.c: step 8. */
void naive_lend(struct naive_world *world, int month);
void naive_tape_open(struct naive_world *world);

/* The measures the naive program knows. */
extern const enum ps_measure naive_measures[];
extern const int naive_measures_n;

static inline double naive_normal(const struct naive_world *w)
{
    return w->model->tuned ? gsl_ran_gaussian_ziggurat(w->rng, 1) : gsl_ran_gaussian(w->rng, 1);
}

static inline int naive_in_pool(const struct naive_product *product)
{
    return product->pool_ppm > 0;
}

#endif
