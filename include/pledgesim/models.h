// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_MODELS_H
#define PLEDGESIM_MODELS_H

#include <stdint.h>

#include "pledgesim/status.h"

/* What a model is: one file of models/ that exports one const object, and one line in models.def.
 * Dependence models run in prepare and leave coefficients; the other kinds are pure functions that
 * the ledger calls at rare events only (a claim, a January, a review). */

struct ps_model {
    const char *name; /* as written in a book */
    const char *doc[PS_LANG_N];
    const char *equation; /* number(s) in docs/model.md */
};

/* ---- dependence: annual PD and correlation to the monthly hazard of a class ---- */

/* How the sampler gets from the economy to the hazard -ln(1 - p) / 12 of a month: which of a
 * class's numbers it reads. p is the one-year default probability if the economy stood still. */
enum ps_hazard_kind {
    PS_HAZARD_PROBIT,  /* p = Phi(a + b Y~) */
    PS_HAZARD_MIXED,   /* p = Phi(a S + b Y~), S of the calendar year or of the world */
    PS_HAZARD_SECTORS, /* exposure X = own + sum of rate G: -ln(1 - p) = X, or p = min(1, X) */
    PS_HAZARD_REGIME   /* -ln(1 - p) = calm or stress, by the state of the chain */
};

enum { PS_SECTORS_MAX = 3 };

/* A cluster whose index moves the firms of a class as a gamma sector does. */
struct ps_sector {
    int cluster;
    double weight, variance;
};

struct ps_sector_load {
    int cluster;
    double rate;         /* weight x lambda' (or PD') */
    const double *curve; /* log G by the score -Y~ (curve.h), of the calibrated variance */
};

struct ps_hazard_class {
    int cluster;
    int mix;                     /* number of its segment's sectors among those that differ */
    double pd_frac, correlation; /* as given */
    double pd_monthly_frac;      /* PD' after calibration */
    double correlation_monthly;  /* rho' after calibration; 0 where the model has none */
    double a, b;                 /* probit, mixed */
    double calm, stress;         /* regime */
    double own;                  /* sectors: w_0 x lambda' (or PD') */
    double spread;               /* sectors: the calibrated variance over the given one */
    int sectors_n;
    struct ps_sector_load sectors[PS_SECTORS_MAX];
};

struct ps_calibration {
    double pd_frac;     /* 0 .. < 1, annual */
    double correlation; /* 0 .. < 1, annual asset correlation within the cluster */
    double phi_annual;  /* 0 .. < 1 */
    int step_months;    /* 1, 3 or 12 */
    int calibrate;      /* 0: correlation_basis monthly, take PD and correlation as they are */
    double t_nu;        /* > 2, student_t */
    double calm_months, stress_months, stress_multiplier; /* all >= 1, regime */
    int capped;                                           /* gamma_link linear_capped */
    int sectors_n;                                        /* gamma */
    struct ps_sector sectors[PS_SECTORS_MAX];
    double loading[PS_SECTORS_MAX * PS_SECTORS_MAX]; /* L of the sectors' indices, row major */
};

struct ps_dependence {
    struct ps_model model;
    enum ps_hazard_kind kind;
    /* Fills pd_frac, correlation, pd_monthly_frac, correlation_monthly and the numbers of its kind,
     * but for the curves. PD 0 is no hazard at all. PS_INPUT when the joint probability is out of
     * reach; PS_MEMORY. */
    enum ps_status (*resolve)(const struct ps_calibration *c, struct ps_hazard_class *out);
    /* One-year joint default probability of two loans of the class: what `resolve` must hit. */
    double (*joint_pd)(const struct ps_calibration *c);
};

/* ---- topup: money into the pool in January ---- */
struct ps_topup {
    struct ps_model model;
    /* Fen paid in, given the balance after interest. All money in fen, >= 0. */
    int64_t (*amount_fen)(int64_t balance_fen, int64_t yearly_fen, int64_t target_fen);
};

/* ---- pay_mode: when a claim falls due and on what ---- */
struct ps_pay_mode {
    struct ps_model model;
    /* Month of the claim: tau default, s disposal, n last month of the simulation. */
    int (*claim_month)(int tau, int s, int trigger_months, int n);
};

/* ---- breaker_metric: the ratio that is compared with the thresholds ---- */
enum ps_breaker_figure {
    PS_FIGURE_NPL,          /* NPL balance in scope */
    PS_FIGURE_BOOK,         /* performing + all defaulted not yet exited, in scope */
    PS_FIGURE_COMPENSATION, /* compensation less returned recoveries, of the pool */
    PS_FIGURE_FUNDED        /* initial + top-ups, of the pool */
};

struct ps_breaker_metric {
    struct ps_model model;
    enum ps_breaker_figure numerator, denominator; /* fen; 0/0 reads as 0 */
};

/* The registry as lists, in the order of models.def; *n receives the number. */
const struct ps_dependence *const *ps_models_dependence(int *n);
const struct ps_topup *const *ps_models_topup(int *n);
const struct ps_pay_mode *const *ps_models_pay_mode(int *n);
const struct ps_breaker_metric *const *ps_models_breaker_metric(int *n);

#define PS_MODEL(kind, name) extern const struct ps_##kind ps_##kind##_##name;
#include "models/models.def"
#undef PS_MODEL

#endif
