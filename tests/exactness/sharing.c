// SPDX-License-Identifier: GPL-3.0-or-later
// Limits of what pool, insurer and re-guarantor pay, on books whose law is known.
#include <gsl/gsl_randist.h>
#include <math.h>

#include "../unit/fixture.h"
#include "../unit/oracle.h"
#include "exact.h"

enum { SEED_STOP = 801, SEED_FIRM, SEED_LIMIT, SEED_YEAR, SEED_RATE };

static const double PD = 0.03, RHO = 0.08, LOSS_WAN = 100 * (1 - EXACT_RECOVERY);

/* Mean of a value of k defaults of the 20 loans, or its chance to be beyond a limit; 万元. */
struct tape_law {
    double p[EXACT_FEW + 1];
};

static struct tape_law tape_law(double pd)
{
    struct tape_law law;
    ps_oracle_vasicek(law.p, EXACT_FEW, pd, RHO);
    return law;
}

static double mean_up_to(const struct tape_law *law, double each, double limit)
{
    double sum = 0;
    for (int k = 0; k <= EXACT_FEW; k++)
        sum += law->p[k] * fmin(k * each, limit);
    return sum * EXACT_WAN;
}

static double beyond(const struct tape_law *law, double each, double limit)
{
    double sum = 0;
    for (int k = 0; k <= EXACT_FEW; k++)
        sum += k * each > limit ? law->p[k] : 0;
    return sum;
}

/* 42 万元 a default, stopped at 100 万元 a year, from a pool that has more. */
static void stop_loss(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_lossy(EXACT_FEW, PD, RHO, 6000 * EXACT_WAN);
    struct ps_engine_result result;
    const struct tape_law law = tape_law(PD), wrong = tape_law(1.01 * PD);
    s->p.stop_loss_yearly_fen = (int64_t)(100 * EXACT_WAN);
    ps_exact_run(s, x->loss_worlds, SEED_STOP, &result);
    ps_exact_line(x, "Stop-loss at 100 万元: loss of the pool, fen",
                  mean_up_to(&law, 0.7 * LOSS_WAN, 100), ps_exact_mean_of(&result, PS_M_LOSS_POOL),
                  "at 105 万元", mean_up_to(&law, 0.7 * LOSS_WAN, 105));
    ps_exact_line(x, "Stop-loss at 100 万元: P(cut)", beyond(&law, 0.7 * LOSS_WAN, 100),
                  ps_exact_mean_of(&result, PS_M_STOP_LOSS_N), "PD 1 % higher",
                  beyond(&wrong, 0.7 * LOSS_WAN, 100));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* The pool pays a firm 30 of its 42 万元, the bank bears the other 30. */
static void firm_cap(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_lossy(EXACT_FEW, PD, RHO, 6000 * EXACT_WAN);
    struct ps_engine_result result;
    const struct tape_law law = tape_law(PD), wrong = tape_law(1.02 * PD);
    s->products[0].firm_cap_fen = (int64_t)(30 * EXACT_WAN);
    ps_exact_run(s, x->loss_worlds, SEED_FIRM, &result);
    ps_exact_line(x, "Firm cap of 30 万元: loss of the pool, fen", mean_up_to(&law, 30, 1e9),
                  ps_exact_mean_of(&result, PS_M_LOSS_POOL), "31 万元", mean_up_to(&law, 31, 1e9));
    ps_exact_line(x, "Firm cap of 30 万元: P(loss of the banks above 90 万元)",
                  beyond(&law, 30, 90), ps_exact_above(&result, PS_M_LOSS_BANK, 90 * EXACT_WAN),
                  "PD 2 % higher", beyond(&wrong, 30, 90));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* The insurer owes 42 万元 a firm and pays 25; the other 17 fall to a pool of 50 万元. */
static void insurer_by_firm(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_lossy(EXACT_FEW, PD, RHO, 50 * EXACT_WAN);
    struct ps_products_row *product = &s->products[0];
    struct ps_engine_result result;
    const struct tape_law law = tape_law(PD), wrong = tape_law(1.01 * PD);
    product->pool_share_ppm = 0;
    product->insurer_share_ppm = 700000;
    product->insurer_excess = PS_EXCESS_POOL;
    product->insurer_firm_rule = PS_FIRM_RULE_MAX;
    product->insurer_firm_limit_fen = (int64_t)(25 * EXACT_WAN);
    ps_exact_run(s, x->loss_worlds, SEED_LIMIT, &result);
    ps_exact_line(x, "Insurer's limit of 25 万元 a firm: its loss, fen", mean_up_to(&law, 25, 1e9),
                  ps_exact_mean_of(&result, PS_M_LOSS_INSURER), "25.5 万元",
                  mean_up_to(&law, 25.5, 1e9));
    ps_exact_line(x, "Its excess to a pool of 50 万元: loss of the pool, fen",
                  mean_up_to(&law, 17, 50), ps_exact_mean_of(&result, PS_M_LOSS_POOL), "25.5 万元",
                  mean_up_to(&law, 16.5, 50));
    ps_exact_line(x, "Its excess to a pool of 50 万元: P(cannot pay)", beyond(&law, 17, 50),
                  ps_exact_flag(&result, PS_M_DEPLETED), "PD 1 % higher", beyond(&wrong, 17, 50));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* ---- limits by the year of the grant ---- */

/* Some 40 firms of one year borrow 100 万元 each for a year and default at maturity or not, when
 * nothing is recovered: N firms are Poisson, K of them binomial. */
enum { FIRMS_MAX = 120 };

static const double FIRMS = 40, FIRM_PD = 0.1;

static struct ps_scenario *firms_of_a_year(void)
{
    struct ps_scenario *s = ps_fixture_bare();
    struct ps_segments_row *segment = &s->segments[0];
    s->p.dependence = INDEPENDENT;
    s->p.maturity_share_frac = 1;
    s->p.renewal_prob_frac = 0;
    s->p.sale_prob_frac = s->p.cash_recovery_frac = 0;
    s->p.horizon_months = EXACT_YEAR;
    s->p.runoff_months = EXACT_YEAR + s->products[0].trigger_months;
    segment->pd_frac = FIRM_PD;
    segment->tenor_12m_frac = 1;
    segment->tenor_24m_frac = segment->tenor_36m_frac = 0;
    segment->amount_min_wan = segment->amount_max_wan = 100;
    segment->amount_median_wan = 100;
    segment->amount_sigma = 0;
    s->pools[0].interest_ppm = 0;
    s->pools[0].leverage_ppm = INT64_C(1000000000);
    s->demand = ps_exact_row(sizeof *s->demand);
    s->demand_n = 1;
    s->demand[0] = (struct ps_demand_row){.year = s->p.start_year, .new_firms_n = FIRMS};
    return s;
}

/* What k defaults of n firms cost, 万元. */
typedef double cost_of(int n, int k, double limit);

static double insurer_pays(int n, int k, double times)
{
    return fmin(70. * k, times * 2 * n); /* a premium is 2 */
}

static double excess(int n, int k, double times)
{
    return 70. * k - insurer_pays(n, k, times);
}

static double reguarantor_pays(int n, int k, double rate)
{
    return fmin(50. * k, rate * 100 * n);
}

static double banks_bear(int n, int k, double rate)
{
    return 70. * k - reguarantor_pays(n, k, rate);
}

/* Its mean, up to a cap, fen; or the chance that it is above one. */
static double year_mean(cost_of *cost, double limit, double cap)
{
    double sum = 0;
    for (int n = 0; n <= FIRMS_MAX; n++)
        for (int k = 0; k <= n; k++)
            sum += gsl_ran_poisson_pdf((unsigned)n, FIRMS) *
                   gsl_ran_binomial_pdf((unsigned)k, FIRM_PD, (unsigned)n) *
                   fmin(cost(n, k, limit), cap);
    return sum * EXACT_WAN;
}

static double year_above(cost_of *cost, double limit, double cap)
{
    double sum = 0;
    for (int n = 0; n <= FIRMS_MAX; n++)
        for (int k = 0; k <= n; k++)
            sum += gsl_ran_poisson_pdf((unsigned)n, FIRMS) *
                   gsl_ran_binomial_pdf((unsigned)k, FIRM_PD, (unsigned)n) *
                   (cost(n, k, limit) > cap + 1e-9);
    return sum;
}

/* Five times the premiums of the year, 10 万元 a firm; the rest falls to a pool of 155 万元. */
static void insurer_by_year(struct ps_exact *x)
{
    struct ps_scenario *s = firms_of_a_year();
    struct ps_products_row *product = &s->products[0];
    struct ps_engine_result result;
    s->pools[0].initial_fen = (int64_t)(155 * EXACT_WAN);
    product->pool_share_ppm = 0;
    product->insurer_share_ppm = 700000;
    product->bank_share_ppm = 300000;
    product->premium_ppm = 20000;
    product->insurer_yearly_ppm = 5000000;
    product->insurer_excess = PS_EXCESS_POOL;
    ps_exact_run(s, x->loss_worlds, SEED_YEAR, &result);
    ps_exact_line(x, "Insurer's limit of 5 premiums a year: its loss, fen",
                  year_mean(insurer_pays, 5, 1e9), ps_exact_mean_of(&result, PS_M_LOSS_INSURER),
                  "4.9 premiums", year_mean(insurer_pays, 4.9, 1e9));
    ps_exact_line(x, "Its excess to a pool of 155 万元: loss of the pool, fen",
                  year_mean(excess, 5, 155), ps_exact_mean_of(&result, PS_M_LOSS_POOL),
                  "4.9 premiums", year_mean(excess, 4.9, 155));
    ps_exact_line(x, "Its excess to a pool of 155 万元: P(cannot pay)", year_above(excess, 5, 155),
                  ps_exact_flag(&result, PS_M_DEPLETED), "4.9 premiums",
                  year_above(excess, 4.9, 155));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* 5 % of the year's grants, 5 万元 a firm; what is cut falls to the banks. */
static void reguarantor_by_year(struct ps_exact *x)
{
    struct ps_scenario *s = firms_of_a_year();
    struct ps_products_row *product = &s->products[0];
    struct ps_engine_result result;
    product->pool_share_ppm = 0;
    product->guarantor_share_ppm = 300000;
    product->reguarantor_share_ppm = 500000;
    product->bank_share_ppm = 200000;
    s->p.reguarantor_cap_ppm = 50000;
    ps_exact_run(s, x->loss_worlds, SEED_RATE, &result);
    ps_exact_line(x, "Re-guarantor's claim rate of 5 %: its loss, fen",
                  year_mean(reguarantor_pays, 0.05, 1e9),
                  ps_exact_mean_of(&result, PS_M_LOSS_REGUARANTOR), "4.95 %",
                  year_mean(reguarantor_pays, 0.0495, 1e9));
    ps_exact_line(x, "Re-guarantor's claim rate of 5 %: loss of the banks, fen",
                  year_mean(banks_bear, 0.05, 1e9), ps_exact_mean_of(&result, PS_M_LOSS_BANK),
                  "4.9 %", year_mean(banks_bear, 0.049, 1e9));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

void ps_exact_sharing(struct ps_exact *x)
{
    stop_loss(x);
    firm_cap(x);
    insurer_by_firm(x);
    insurer_by_year(x);
    reguarantor_by_year(x);
}
