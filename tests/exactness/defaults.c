// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of defaults in a year, of books of 100 loans: binomial, Vasicek's law, a calibrated
// monthly index, two clusters.
#include <math.h>
#include <stdio.h>

#include "../unit/fixture.h"
#include "../unit/oracle.h"
#include "exact.h"

enum { SEED_FAIR = 501, SEED_BINOMIAL = 502, SEED_FACTOR = 503, SEED_MONTHLY = 504 };
enum { SEED_CLUSTERS = 505 };

static const double PD = 0.03;

/* A law of K, the one that it is or a stated other. */
struct law {
    const char *name;
    double pd, rho;
    double p[EXACT_LOANS + 1];
};

/* The whole law of K by its figures; q are its quantiles at 95, 99 and 99.9 %. */
static void lines_of_law(struct ps_exact *x, const char *book, uint64_t seed, struct law *law,
                         struct law *wrong, const int q[3])
{
    static const double levels[] = {0.95, 0.99, 0.999};
    struct ps_scenario *s = ps_exact_book(EXACT_LOANS, law->pd, law->rho);
    struct ps_engine_result result;
    double value[EXACT_LOANS + 1];
    char figure[96];
    ps_exact_run(s, x->worlds, seed, &result);
    const struct ps_hist *h = &result.rows[0].row.hist[PS_M_DEFAULTS_N];
    ps_oracle_vasicek(law->p, EXACT_LOANS, law->pd, fmax(0, law->rho));
    ps_oracle_vasicek(wrong->p, EXACT_LOANS, wrong->pd, fmax(0, wrong->rho));
    for (int k = 0; k <= EXACT_LOANS; k++)
        value[k] = k;
    snprintf(figure, sizeof figure, "%s: defaults", book);
    ps_exact_line(x, figure, EXACT_LOANS * law->pd, ps_exact_mean_of(&result, PS_M_DEFAULTS_N),
                  "PD 5 % higher", EXACT_LOANS * law->pd * 1.05);
    snprintf(figure, sizeof figure, "%s: joint PD", book);
    ps_exact_line(x, figure, ps_exact_pairs(law->p), ps_exact_pairs_of(&result), wrong->name,
                  ps_exact_pairs(wrong->p));
    snprintf(figure, sizeof figure, "%s: P(no default)", book);
    ps_exact_line(x, figure, ps_exact_up_to(law->p, 0),
                  ps_exact_at_most(&result, PS_M_DEFAULTS_N, 0), wrong->name,
                  ps_exact_up_to(wrong->p, 0));
    for (int i = 0; i < 3; i++) {
        snprintf(figure, sizeof figure, "%s: P(at most %d)", book, q[i]);
        ps_exact_line(x, figure, ps_exact_up_to(law->p, q[i]),
                      ps_exact_at_most(&result, PS_M_DEFAULTS_N, q[i]), wrong->name,
                      ps_exact_up_to(wrong->p, q[i]));
    }
    for (int i = 0; i < 2; i++) { /* at 99.9 % the quantile is too near to the end of its step */
        const struct ps_estimate quantile = {(double)ps_hist_quantile(h, levels[i]).value, 0};
        snprintf(figure, sizeof figure, "%s: %g %% quantile", book, 100 * levels[i]);
        ps_exact_line(x, figure, q[i], quantile, "one more", q[i] + 1);
    }
    snprintf(figure, sizeof figure, "%s: expected shortfall 99 %%", book);
    ps_exact_line(x, figure, ps_exact_shortfall(law->p, value, EXACT_LOANS, 0.99),
                  ps_hist_shortfall(h, 0.99, PS_TAIL_UPPER), wrong->name,
                  ps_exact_shortfall(wrong->p, value, EXACT_LOANS, 0.99));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* Likely defaults show a PD that is off by a two-hundredth soonest. */
static void fair_coins(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_book(EXACT_LOANS, 0.5, -1);
    struct ps_engine_result result;
    ps_exact_run(s, x->worlds, SEED_FAIR, &result);
    ps_exact_line(x, "Independent, PD 50 %: defaults", 50,
                  ps_exact_mean_of(&result, PS_M_DEFAULTS_N), "PD x 1.005", 50.25);
    ps_exact_line(x, "Independent, PD 50 %: joint PD", 0.25, ps_exact_pairs_of(&result), "ρ 0.005",
                  ps_oracle_joint(0.5, 0.005));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* A monthly index, calibrated to the year. */
static void monthly_index(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_book(EXACT_LOANS, PD, 0.1);
    struct ps_engine_result result;
    s->p.factor_step_months = PS_STEP_1;
    ps_exact_run(s, x->worlds, SEED_MONTHLY, &result);
    ps_exact_line(x, "Monthly index: defaults", EXACT_LOANS * PD,
                  ps_exact_mean_of(&result, PS_M_DEFAULTS_N), "PD 5 % higher",
                  EXACT_LOANS * PD * 1.05);
    ps_exact_line(x, "Monthly index: joint PD", ps_oracle_joint(PD, 0.1),
                  ps_exact_pairs_of(&result), "ρ 0.11", ps_oracle_joint(PD, 0.11));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* Two clusters of 50 loans whose indices are correlated by one half: 100 · 49 ordered pairs inside
 * a cluster, 100 · 50 across. */
static double pairs_of_clusters(double rho, double across)
{
    return (49 * ps_oracle_joint(PD, rho) + 50 * ps_oracle_joint(PD, rho * across)) / 99;
}

static void two_clusters(struct ps_exact *x)
{
    struct ps_scenario *s = ps_fixture_bishan(); /* for its clusters */
    struct ps_scenario *tape = ps_exact_book(EXACT_LOANS, PD, 0.2);
    struct ps_engine_result result;
    struct ps_loans_row *const own = s->loans;
    s->p = tape->p;
    s->loans = tape->loans;
    s->loans_n = tape->loans_n;
    s->demand_n = 0;
    for (size_t i = 0; i < EXACT_LOANS; i++)
        snprintf(s->loans[i].segment_id, sizeof s->loans[i].segment_id, "%s",
                 i % 2 ? "nev_invention" : "it_software");
    ps_exact_run(s, x->worlds, SEED_CLUSTERS, &result);
    ps_exact_line(x, "Two clusters, ρ 0.2: joint PD", pairs_of_clusters(0.2, 0.5),
                  ps_exact_pairs_of(&result), "clusters independent", pairs_of_clusters(0.2, 0));
    ps_engine_result_free(&result);
    s->loans = own;
    ps_fixture_free(tape);
    ps_fixture_free(s);
}

void ps_exact_defaults(struct ps_exact *x)
{
    struct law binomial = {.pd = PD, .rho = -1}, joint = {"ρ 0.01", PD, 0.01, {0}};
    struct law vasicek = {.pd = PD, .rho = 0.08}, more = {"ρ 0.09", PD, 0.09, {0}};
    fair_coins(x);
    lines_of_law(x, "Independent", SEED_BINOMIAL, &binomial, &joint, (const int[]){6, 8, 9});
    lines_of_law(x, "One index a year", SEED_FACTOR, &vasicek, &more, (const int[]){8, 12, 17});
    monthly_index(x);
    two_clusters(x);
}
