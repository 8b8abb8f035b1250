// SPDX-License-Identifier: GPL-3.0-or-later
#include "selftest_published.h"

#include <math.h>
#include <stdlib.h>

#include "pledgesim/calibration.h"
#include "pledgesim/closedform.h"
#include "pledgesim/losslaw.h"
#include "pledgesim/panjer.h"

void ps_selftest_exact_only(struct ps_selftest_line *line, double got)
{
    *line = (struct ps_selftest_line){
        .got = got, .simulated = (double)NAN, .se = (double)NAN, .z = (double)NAN};
}

/* ---- CreditRisk+ ---- */

/* [found: CreditRisk+, a credit risk management framework, Credit Suisse First Boston 1997,
 * appendix B, as quoted by several public programs: exposures in dollars and mean default rates.
 * The standard deviation of each rate is half the rate.] */
static const struct {
    double exposure, rate;
} OBLIGORS[] = {
    {358475, 0.3},    {1089819, 0.3},  {1799710, 0.1},   {1933116, 0.15},  {2317327, 0.15},
    {2410929, 0.15},  {2652184, 0.3},  {2957685, 0.15},  {3137989, 0.05},  {3204044, 0.05},
    {4727724, 0.015}, {4830517, 0.05}, {4912097, 0.05},  {4928989, 0.3},   {5042312, 0.1},
    {5320364, 0.075}, {5435457, 0.05}, {5517586, 0.03},  {5764596, 0.075}, {5847845, 0.03},
    {6466533, 0.3},   {6480322, 0.3},  {7727651, 0.016}, {15410906, 0.1},  {20238895, 0.075}};

enum { OBLIGORS_N = sizeof OBLIGORS / sizeof *OBLIGORS, BANDS = 2000 };

/* Eq. (9.10): exposures count in whole bands of a hundredth of the largest, rounded up both times,
 * and a rate is lowered by what its exposure was raised. */
static enum ps_status put_creditrisk(struct ps_selftest_line *lines)
{
    const double band = ceil(OBLIGORS[OBLIGORS_N - 1].exposure / 100);
    size_t units[OBLIGORS_N];
    double rate[OBLIGORS_N], mean = 0;
    double *p = calloc(BANDS, sizeof *p);
    if (p == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < OBLIGORS_N; i++) {
        units[i] = (size_t)ceil(OBLIGORS[i].exposure / band);
        rate[i] = OBLIGORS[i].rate * OBLIGORS[i].exposure / ((double)units[i] * band);
    }
    const struct ps_panjer_sector sector = {.variance = 0.25, .rate = rate};
    const enum ps_status status = ps_panjer(units, OBLIGORS_N, &sector, 1, p, BANDS);
    for (size_t n = 0; n < BANDS; n++) {
        mean += p[n] * (double)n * band;
    }
    ps_selftest_exact_only(&lines[PS_SELFTEST_CREDITRISK_MEAN], mean);
    ps_selftest_exact_only(&lines[PS_SELFTEST_CREDITRISK_Q99],
                           ps_panjer_percentile(p, BANDS, 0.99) * band);
    free(p);
    return status;
}

/* One obligor, equal exposures: the number of defaults is negative binomial. */
static enum ps_status put_negative_binomial(struct ps_selftest_line *lines)
{
    static const size_t UNITS = 1;
    static const double RATE = 3;
    const struct ps_panjer_sector sector = {.variance = 0.25, .rate = &RATE};
    double p;
    const enum ps_status status = ps_panjer(&UNITS, 1, &sector, 1, &p, 1);
    ps_selftest_exact_only(&lines[PS_SELFTEST_NEGATIVE_BINOMIAL], p);
    return status;
}

/* ---- closed forms ---- */

static void put_irb(struct ps_selftest_line *lines)
{
    static const struct {
        enum ps_selftest_id id;
        struct ps_irb irb;
    } CASES[] = {
        {PS_SELFTEST_IRB_CORPORATE_LOW, {PS_IRB_CORPORATE, 0.0003, 0.45, 2.5, 50}},
        {PS_SELFTEST_IRB_CORPORATE, {PS_IRB_CORPORATE, 0.01, 0.45, 2.5, 50}},
        {PS_SELFTEST_IRB_CORPORATE_HIGH, {PS_IRB_CORPORATE, 0.03, 0.45, 2.5, 50}},
        {PS_SELFTEST_IRB_SMALL_FIRM, {PS_IRB_CORPORATE, 0.01, 0.45, 2.5, 5}},
        {PS_SELFTEST_IRB_MORTGAGE, {PS_IRB_MORTGAGE, 0.01, 0.45, 0, 0}},
        {PS_SELFTEST_IRB_REVOLVING, {PS_IRB_REVOLVING, 0.01, 0.45, 0, 0}},
        {PS_SELFTEST_IRB_RETAIL, {PS_IRB_RETAIL, 0.01, 0.45, 0, 0}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ps_selftest_exact_only(&lines[CASES[i].id], 100 * ps_irb_risk_weight(&CASES[i].irb));
    }
    ps_selftest_exact_only(&lines[PS_SELFTEST_LARGE_POOL], ps_large_pool_quantile(0.75, 0.5, 0.5));
}

static enum ps_status put_baskets(struct ps_selftest_line *lines)
{
    static const struct {
        enum ps_selftest_id id;
        double correlation;
        int n;
    } CASES[] = {{PS_SELFTEST_BASKET_1_INDEPENDENT, 0, 1},
                 {PS_SELFTEST_BASKET_1, 0.3, 1},
                 {PS_SELFTEST_BASKET_2, 0.3, 2},
                 {PS_SELFTEST_BASKET_5, 0.6, 5}};
    enum ps_status status = PS_OK;
    for (size_t i = 0; status == PS_OK && i < sizeof CASES / sizeof *CASES; i++) {
        const struct ps_basket basket = {.names_n = 10,
                                         .hazard_pa = 0.01,
                                         .correlation = CASES[i].correlation,
                                         .recovery = 0.4,
                                         .rate_pa = 0.05,
                                         .years = 5};
        double spread = (double)NAN;
        status = ps_basket_spread(&basket, CASES[i].n, &spread);
        ps_selftest_exact_only(&lines[CASES[i].id], 1e4 * spread);
    }
    return status;
}

/* ---- equal loans ---- */

enum { EQUAL_MAX = 500 };

/* P(more than k of n equal loans default). */
static enum ps_status put_equal(struct ps_selftest_line *line, size_t n, double pd, double rho,
                                int64_t k)
{
    struct ps_loss_name names[EQUAL_MAX];
    struct ps_loss_law law;
    for (size_t i = 0; i < n; i++) {
        names[i] = (struct ps_loss_name){.months = 12, .loss = 1};
        ps_probit_coefficients(pd, rho, &names[i].a, &names[i].b);
    }
    const struct ps_loss_book book = {.names = names, .names_n = n};
    const enum ps_status status = ps_loss_law(&book, &law);
    if (status == PS_OK) {
        ps_selftest_exact_only(line, ps_loss_above(&law, k));
        ps_loss_law_free(&law);
    }
    return status;
}

enum ps_status ps_selftest_published(struct ps_selftest_line *lines)
{
    put_irb(lines);
    enum ps_status status = put_creditrisk(lines);
    if (status == PS_OK) {
        status = put_negative_binomial(lines);
    }
    if (status == PS_OK) {
        status = put_baskets(lines);
    }
    if (status == PS_OK) {
        status = put_equal(&lines[PS_SELFTEST_UNIFORM], 40, 0.5, 0.5, 39);
    }
    if (status == PS_OK) {
        status = put_equal(&lines[PS_SELFTEST_TAIL_100], 100, 0.05, 0.12, 10);
    }
    if (status == PS_OK) {
        status = put_equal(&lines[PS_SELFTEST_TAIL_500], 500, 0.02, 0.24, 10);
    }
    return status;
}
