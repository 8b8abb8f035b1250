// SPDX-License-Identifier: GPL-3.0-or-later
// Tranches of a securitisation and of a trust, gains and losses of a fund, on books whose law is
// known: firms of one cluster within one value of its index.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../unit/fixture.h"
#include "../unit/oracle.h"
#include "exact.h"

enum { SEED_ABS = 901, SEED_TRUST, SEED_FUND, SEED_LOGNORMAL };

static const double PD = 0.08, RHO = 0.3;

/* A bare book whose firms, of one cluster, default together, and repay nothing or all. */
static struct ps_scenario *firms(void)
{
    struct ps_scenario *s = ps_fixture_bare();
    s->p.dependence = GAUSSIAN;
    s->p.factor_step_months = PS_STEP_12;
    s->p.sale_prob_frac = s->p.cash_recovery_frac = 0;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = EXACT_YEAR;
    s->p.runoff_months = EXACT_YEAR;
    s->pools[0].interest_ppm = 0;
    s->segments[0].pd_frac = PD;
    s->segments[0].correlation = RHO;
    return s;
}

/* A value of the number of losses, and its mean or the chance that it is above a limit. */
typedef double value_of(int losses);

static double mean(const double *law, int n, value_of *value)
{
    double sum = 0;
    for (int k = 0; k <= n; k++)
        sum += law[k] * value(k);
    return sum;
}

static double above(const double *law, int n, value_of *value, double limit)
{
    double sum = 0;
    for (int k = 0; k <= n; k++)
        sum += value(k) > limit ? law[k] : 0;
    return sum;
}

/* ---- securitisation ---- */

/* 1 亿元 of 20 firms in month 12, due in month 24: 10 % subordinated, an undertaking of 15 %. A
 * loss is 500 万元. */
enum { ISSUED = 20 };

static double subordinated(int k)
{
    return fmin(k * 500, 1000) * EXACT_WAN;
}

static double undertaking(int k)
{
    return fmin(fmax(0, k * 500 - 1000), 1500) * EXACT_WAN;
}

static double senior(int k)
{
    return fmax(0, k * 500 - 2500) * EXACT_WAN;
}

static void tranches(struct ps_exact *x)
{
    static const struct {
        const char *name;
        enum ps_measure loss, hit;
        value_of *of;
    } pieces[] = {
        {"Subordinated piece", PS_M_LOSS_SUBORDINATED, PS_M_SUBORDINATED_HIT, subordinated},
        {"Undertaking", PS_M_LOSS_UNDERTAKING, PS_M_UNDERTAKING_HIT, undertaking},
        {"Senior piece", PS_M_LOSS_SENIOR, PS_M_SENIOR_HIT, senior}};
    struct ps_scenario *s = firms();
    struct ps_engine_result result;
    double law[ISSUED + 1], likelier[ISSUED + 1], looser[ISSUED + 1], loss[ISSUED + 1];
    char figure[96];
    ps_oracle_vasicek(law, ISSUED, PD, RHO);
    ps_oracle_vasicek(likelier, ISSUED, 1.02 * PD, RHO);
    ps_oracle_vasicek(looser, ISSUED, PD, RHO - 0.02);
    s->vehicles = ps_exact_row(sizeof *s->vehicles);
    s->vehicles_n = 1;
    *s->vehicles = (struct ps_vehicles_row){.vehicle_id = "deal",
                                            .abs_mode = PS_ABS_NEW_ISSUE,
                                            .issue_month = 12,
                                            .size_wan = 10000,
                                            .firms_n = ISSUED,
                                            .tenor_months = 12,
                                            .subordinated_ppm = 100000,
                                            .undertaking_ppm = 150000};
    ps_exact_run(s, x->loss_worlds, SEED_ABS, &result);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        snprintf(figure, sizeof figure, "%s: expected loss, fen", pieces[i].name);
        ps_exact_line(x, figure, mean(law, ISSUED, pieces[i].of),
                      ps_exact_mean_of(&result, pieces[i].loss), "PD 2 % higher",
                      mean(likelier, ISSUED, pieces[i].of));
        snprintf(figure, sizeof figure, "%s: P(hit)", pieces[i].name);
        ps_exact_line(x, figure, above(law, ISSUED, pieces[i].of, 0),
                      ps_exact_flag(&result, pieces[i].hit), "ρ 0.28",
                      above(looser, ISSUED, pieces[i].of, 0));
    }
    ps_exact_line(x, "Subordinated piece: P(gone)",
                  above(law, ISSUED, subordinated, 999 * EXACT_WAN),
                  ps_exact_flag(&result, PS_M_SUBORDINATED_GONE), "ρ 0.28",
                  above(looser, ISSUED, subordinated, 999 * EXACT_WAN));
    ps_exact_line(x, "Undertaking: P(gone)", above(law, ISSUED, undertaking, 1499 * EXACT_WAN),
                  ps_exact_flag(&result, PS_M_UNDERTAKING_GONE), "ρ 0.28",
                  above(looser, ISSUED, undertaking, 1499 * EXACT_WAN));
    for (int k = 0; k <= ISSUED; k++)
        loss[k] = senior(k);
    ps_exact_line(x, "Senior piece: P(loss above 2000 万元)",
                  above(law, ISSUED, senior, 2000 * EXACT_WAN),
                  ps_exact_above(&result, PS_M_LOSS_SENIOR, 2000 * EXACT_WAN), "ρ 0.28",
                  above(looser, ISSUED, senior, 2000 * EXACT_WAN));
    ps_exact_line(
        x, "Senior piece: expected shortfall 99 %, fen",
        ps_exact_shortfall(law, loss, ISSUED, 0.99),
        ps_hist_shortfall(&result.rows[0].row.hist[PS_M_LOSS_SENIOR], 0.99, PS_TAIL_UPPER),
        "ρ 0.28", ps_exact_shortfall(looser, loss, ISSUED, 0.99));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* ---- trust ---- */

/* 1,000 万元 raised and lent in month 12, to at most ten firms of the Poisson number that the pool
 * refuses; the pool holds 20 %. All defaults come when the trust is due, in month 24, and a quarter
 * of them is cured after it. */
enum { LENT = 10, ASKING = 60 };

static const double FIRMS_A_MONTH = 10, CURED = 0.25;

static struct ps_scenario *trust_alone(void)
{
    struct ps_scenario *s = firms();
    struct ps_segments_row *segment = &s->segments[0];
    s->p.runoff_months += 4; /* for cures */
    s->p.maturity_share_frac = 1;
    s->p.cure_prob_frac = CURED;
    s->p.firm_population_n = 0;
    segment->tenor_12m_frac = 1;
    segment->tenor_24m_frac = segment->tenor_36m_frac = 0;
    segment->amount_min_wan = segment->amount_max_wan = 100;
    segment->amount_median_wan = 100;
    segment->amount_sigma = 0;
    s->pools[0].leverage_ppm = 0; /* it refuses all */
    s->demand = ps_exact_row(sizeof *s->demand);
    s->demand_n = 1;
    s->demand[0] = (struct ps_demand_row){.year = s->p.start_year, .new_firms_n = 120};
    s->trusts = ps_exact_row(sizeof *s->trusts);
    s->trusts_n = 1;
    *s->trusts = (struct ps_trusts_row){.trust_id = "a",
                                        .size_wan = 1000,
                                        .from_month = 12,
                                        .to_month = 12,
                                        .final_month = 24,
                                        .subordinated_ppm = 200000,
                                        .subordinated_by = PS_HOLDER_POOL};
    return s;
}

/* Law of the number of its loans, of defaults and, where some are cured, of losses. */
static double loans_law(double law[LENT + 1], double asking)
{
    double sum = 0;
    memset(law, 0, (LENT + 1) * sizeof *law);
    for (int n = 0; n <= ASKING; n++)
        law[n < LENT ? n : LENT] += gsl_ran_poisson_pdf((unsigned)n, asking);
    for (int n = 0; n <= LENT; n++)
        sum += n * law[n];
    return sum;
}

static void trust_law(double law[LENT + 1], double pd, double rho, double cured)
{
    double loans[LENT + 1], defaults[LENT + 1];
    (void)loans_law(loans, FIRMS_A_MONTH);
    memset(law, 0, (LENT + 1) * sizeof *law);
    for (int n = 0; n <= LENT; n++) {
        ps_oracle_vasicek(defaults, n, pd, rho);
        for (int d = 0; d <= n; d++)
            for (int k = 0; k <= d; k++)
                law[k] += loans[n] * defaults[d] *
                          gsl_ran_binomial_pdf((unsigned)k, 1 - cured, (unsigned)d);
    }
}

static double pools_piece(int k)
{
    return fmin(k * 100, 200) * EXACT_WAN;
}

static double senior_of_trust(int k)
{
    return fmax(0, k * 100 - 200) * EXACT_WAN;
}

static void trust(struct ps_exact *x)
{
    struct ps_scenario *s = trust_alone();
    struct ps_engine_result result;
    double loans[LENT + 1], late[LENT + 1], lost[LENT + 1], likelier[LENT + 1], looser[LENT + 1];
    trust_law(late, PD, RHO, 0);
    trust_law(lost, PD, RHO, CURED);
    ps_exact_run(s, x->loss_worlds, SEED_TRUST, &result);
    ps_exact_line(x, "Trust: lent, fen", loans_law(loans, FIRMS_A_MONTH) * EXACT_AMOUNT,
                  ps_exact_mean_of(&result, PS_M_TRUST_LENT), "a hundredth more firms",
                  loans_law(loans, 1.01 * FIRMS_A_MONTH) * EXACT_AMOUNT);
    trust_law(likelier, 1.02 * PD, RHO, CURED);
    ps_exact_line(x, "Trust: loss of the pool's piece, fen", mean(lost, LENT, pools_piece),
                  ps_exact_mean_of(&result, PS_M_TRUST_POOL_LOSS), "PD 2 % higher",
                  mean(likelier, LENT, pools_piece));
    ps_exact_line(x, "Trust: loss of the senior piece, fen", mean(lost, LENT, senior_of_trust),
                  ps_exact_mean_of(&result, PS_M_LOSS_SENIOR), "PD 2 % higher",
                  mean(likelier, LENT, senior_of_trust));
    trust_law(looser, PD, RHO - 0.02, 0);
    ps_exact_line(x, "Trust: P(senior piece late)", above(late, LENT, senior_of_trust, 0),
                  ps_exact_flag(&result, PS_M_TRUST_LATE), "ρ 0.28",
                  above(looser, LENT, senior_of_trust, 0));
    ps_exact_line(x, "Trust: senior piece late, fen", mean(late, LENT, senior_of_trust),
                  ps_exact_mean_of(&result, PS_M_TRUST_SENIOR_LATE), "ρ 0.28",
                  mean(looser, LENT, senior_of_trust));
    trust_law(looser, PD, RHO - 0.02, CURED);
    ps_exact_line(x, "Trust: P(loss of the senior piece above 200 万元)",
                  above(lost, LENT, senior_of_trust, 200 * EXACT_WAN),
                  ps_exact_above(&result, PS_M_LOSS_SENIOR, 200 * EXACT_WAN), "ρ 0.28",
                  above(looser, LENT, senior_of_trust, 200 * EXACT_WAN));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* ---- funds ---- */

enum { INVESTMENTS = 20 };

static const double WRITE_OFF = 0.4, MEDIAN = 1.5, SIGMA = 0.8;

/* A fund that invests in month 1 and leaves in month 13, half of its money the treasury's. */
static struct ps_scenario *fund_alone(int investments_n, double multiple_median)
{
    struct ps_scenario *s = firms();
    s->funds = ps_exact_row(sizeof *s->funds);
    s->funds_n = 1;
    *s->funds = (struct ps_funds_row){.fund_id = "seed",
                                      .size_wan = 1000 * investments_n,
                                      .fiscal_share_ppm = 500000,
                                      .investments_n = investments_n,
                                      .from_month = 1,
                                      .to_month = 1,
                                      .hold_months = 12,
                                      .write_off_frac = WRITE_OFF,
                                      .multiple_median = multiple_median};
    return s;
}

/* What is not written off doubles its 1,000 万元. */
static double treasury_cost(int written_off)
{
    return 500 * (2 * written_off - INVESTMENTS) * EXACT_WAN;
}

static void fund_of_many(struct ps_exact *x)
{
    struct ps_scenario *s = fund_alone(INVESTMENTS, 2);
    struct ps_engine_result result;
    double law[INVESTMENTS + 1], likelier[INVESTMENTS + 1], looser[INVESTMENTS + 1];
    ps_oracle_vasicek(law, INVESTMENTS, WRITE_OFF, RHO);
    ps_oracle_vasicek(likelier, INVESTMENTS, 1.01 * WRITE_OFF, RHO);
    ps_oracle_vasicek(looser, INVESTMENTS, WRITE_OFF, RHO - 0.02);
    s->funds->correlation = RHO;
    memcpy(s->funds->cluster_id, s->cluster_ids[0], sizeof s->funds->cluster_id);
    ps_exact_run(s, x->loss_worlds, SEED_FUND, &result);
    ps_exact_line(x, "Fund: cost to the treasury, fen", mean(law, INVESTMENTS, treasury_cost),
                  ps_exact_mean_of(&result, PS_M_FUND_FISCAL_COST), "1 % more written off",
                  mean(likelier, INVESTMENTS, treasury_cost));
    ps_exact_line(x, "Fund: P(below cost)", above(law, INVESTMENTS, treasury_cost, 0),
                  ps_exact_flag(&result, PS_M_FUND_BELOW_COST), "ρ 0.28",
                  above(looser, INVESTMENTS, treasury_cost, 0));
    ps_exact_line(x, "Fund: P(cost to the treasury above 6000 万元)",
                  above(law, INVESTMENTS, treasury_cost, 6000 * EXACT_WAN),
                  ps_exact_above(&result, PS_M_FUND_FISCAL_COST, 6000 * EXACT_WAN), "ρ 0.28",
                  above(looser, INVESTMENTS, treasury_cost, 6000 * EXACT_WAN));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* One investment of 1,000 万元: written off or lognormal. */
static void fund_of_one(struct ps_exact *x)
{
    struct ps_scenario *s = fund_alone(1, MEDIAN);
    struct ps_engine_result result;
    s->funds->multiple_sigma = SIGMA;
    ps_exact_run(s, x->loss_worlds, SEED_LOGNORMAL, &result);
    ps_exact_line(x, "One investment: proceeds, fen",
                  (1 - WRITE_OFF) * MEDIAN * exp(SIGMA * SIGMA / 2) * 1000 * EXACT_WAN,
                  ps_exact_mean_of(&result, PS_M_FUND_PROCEEDS), "σ 0.82",
                  (1 - WRITE_OFF) * MEDIAN * exp(0.82 * 0.82 / 2) * 1000 * EXACT_WAN);
    ps_exact_line(x, "One investment: P(below cost)",
                  WRITE_OFF + (1 - WRITE_OFF) * gsl_cdf_ugaussian_P(-log(MEDIAN) / SIGMA),
                  ps_exact_flag(&result, PS_M_FUND_BELOW_COST), "σ 0.82",
                  WRITE_OFF + (1 - WRITE_OFF) * gsl_cdf_ugaussian_P(-log(MEDIAN) / 0.82));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

void ps_exact_vehicles(struct ps_exact *x)
{
    tranches(x);
    trust(x);
    fund_of_many(x);
    fund_of_one(x);
}
