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

/* The conditional one-year default probability is Phi(a + b Y); monthly hazard -ln(1-p)/12. */
struct ps_hazard_class {
    double a, b;
    int cluster;
    double pd_frac, correlation;                 /* as given */
    double pd_monthly_frac, correlation_monthly; /* PD', rho' after calibration */
};

struct ps_calibration {
    double pd_frac;     /* 0 .. < 1, annual */
    double correlation; /* 0 .. < 1, annual asset correlation within the cluster */
    double phi_annual;  /* 0 .. < 1 */
    int step_months;    /* 1, 3 or 12 */
    int calibrate;      /* 0: correlation_basis monthly, take PD and correlation as they are */
};

struct ps_dependence {
    struct ps_model model;
    /* Fills a, b, pd_monthly_frac, correlation_monthly. PS_INPUT when no correlation below 1
     * reaches the asked joint probability. */
    enum ps_status (*resolve)(const struct ps_calibration *c, struct ps_hazard_class *out);
    /* One-year joint default probability of two loans of the cluster: what `resolve` must hit. */
    double (*joint_pd)(double pd_frac, double correlation);
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
