// SPDX-License-Identifier: GPL-3.0-or-later
// Lending without limits: new firms, amounts, chains of renewals.
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "../unit/fixture.h"
#include "exact.h"

enum { SEED_DEMAND = 701, SEED_RENEWALS = 702 };
enum { FIRMS = 6 + 11 + 14 + 17 + 20, AMOUNT_MIN = 20, AMOUNT_MAX = 1000 };

/* Mean of a lognormal between its limits, rounded to whole 万元, in fen. */
static double mean_amount(double median, double sigma)
{
    const double lowest = gsl_cdf_ugaussian_P(log(AMOUNT_MIN / median) / sigma);
    const double highest = gsl_cdf_ugaussian_P(log(AMOUNT_MAX / median) / sigma);
    double mean = 0, before = lowest;
    for (int a = AMOUNT_MIN; a <= AMOUNT_MAX; a++) {
        const double up_to =
            a == AMOUNT_MAX ? highest : gsl_cdf_ugaussian_P(log((a + 0.5) / median) / sigma);
        mean += a * (up_to - before) / (highest - lowest);
        before = up_to;
    }
    return mean * 1e6;
}

/* The pool has no share, so nothing is refused. */
static void open_doors(struct ps_scenario *s)
{
    s->p.firm_population_n = 0;
    for (size_t i = 0; i < s->products_n; i++) {
        s->products[i].bank_share_ppm += s->products[i].pool_share_ppm;
        s->products[i].pool_share_ppm = 0;
        s->products[i].loan_cap_wan = s->products[i].loan_cap_micro_wan = 0;
    }
}

static void new_firms(struct ps_exact *x)
{
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_engine_result result;
    s->p.renewal_prob_frac = 0;
    s->loans_n = 0;
    open_doors(s);
    ps_exact_run(s, x->worlds, SEED_DEMAND, &result);
    ps_exact_line(x, "New firms in five years", FIRMS, ps_exact_mean_of(&result, PS_M_FIRMS_N),
                  "a month without firms", FIRMS - 20. / 12);
    ps_exact_line(x, "Lent to new firms, fen", FIRMS * mean_amount(350, 1),
                  ps_exact_mean_of(&result, PS_M_LENT), "median 356", FIRMS * mean_amount(356, 1));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* 20 loans of 100 万元 that never fail and mature in months 12, 24, ... 60, each renewed with the
 * probability q. */
static double renewals(double q)
{
    return 20 * (q + pow(q, 2) + pow(q, 3) + pow(q, 4) + pow(q, 5));
}

static void renewed_chains(struct ps_exact *x)
{
    const double fen = 100e6, before = 2000e6;
    struct ps_scenario *s = ps_fixture_tape(20);
    struct ps_engine_result result;
    open_doors(s);
    s->segments[0].tenor_12m_frac = 1;
    s->segments[0].tenor_24m_frac = s->segments[0].tenor_36m_frac = 0;
    s->segments[0].pd_frac = 0;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].pd_frac = 0;
    ps_exact_run(s, x->worlds, SEED_RENEWALS, &result);
    ps_exact_line(x, "Renewals", renewals(0.6), ps_exact_mean_of(&result, PS_M_GRANTS_N), "61 %",
                  renewals(0.61));
    ps_exact_line(x, "Registered with renewals, fen", before + renewals(0.6) * fen,
                  ps_exact_mean_of(&result, PS_M_REGISTERED), "counted twice",
                  before + 2 * renewals(0.6) * fen);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

void ps_exact_lending(struct ps_exact *x)
{
    new_firms(x);
    renewed_chains(x);
}
