// SPDX-License-Identifier: GPL-3.0-or-later
// Money of books whose law is known: losses with fixed and with drawn recoveries, a pool that pays
// a share up to its balance, equal principal, and a book of four loans by enumeration.
#include <math.h>

#include "../unit/fixture.h"
#include "../unit/four_loans.h"
#include "../unit/oracle.h"
#include "exact.h"

enum { SEED_LOSS = 601, SEED_CASH = 602, SEED_POOL = 603, SEED_EQUAL = 604, SEED_FOUR = 605 };

static const double PD = 0.03, RHO = 0.08;

/* Expected losses, whatever the correlation: n PD EAD (1 - recovery). */
static void expected_losses(struct ps_exact *x)
{
    const double exposure = EXACT_FEW * EXACT_AMOUNT * PD, loss = exposure * (1 - EXACT_RECOVERY);
    struct ps_scenario *s = ps_exact_lossy(EXACT_FEW, PD, RHO, 6000 * EXACT_WAN);
    struct ps_engine_result result;
    ps_exact_run(s, x->loss_worlds, SEED_LOSS, &result);
    const struct ps_estimate total = ps_exact_mean_of(&result, PS_M_LOSS);
    ps_exact_line(x, "Expected loss, recovery 40 %, fen", loss, total, "recovery 35 %",
                  exposure * 0.65);
    ps_exact_line(x, "the same", loss, total, "PD x 1.005", loss * 1.005);
    ps_exact_line(x, "Expected compensation, share 70 %", 0.7 * loss,
                  ps_exact_mean_of(&result, PS_M_COMPENSATION), "share 75 %", 0.75 * loss);
    ps_engine_result_free(&result);
    for (size_t i = 0; i < EXACT_FEW; i++)
        s->loans[i].recovery_frac = (double)NAN; /* no sale: cash alone, a Beta law */
    s->p.sale_prob_frac = 0;
    ps_exact_run(s, x->loss_worlds, SEED_CASH, &result);
    ps_exact_line(x, "Expected loss, cash recovery 7 % on average", exposure * 0.93,
                  ps_exact_mean_of(&result, PS_M_LOSS), "cash 13 %", exposure * 0.87);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* A share of 60 万元 a default, 600 万元 in the pool: at 70 % the fifteenth default is one too
 * many. */
static void payout_of(double *law, struct ps_exact_payout *p, double rho, double share)
{
    ps_oracle_vasicek(law, EXACT_LOANS, PD, rho);
    ps_exact_pay(p, law, share * EXACT_AMOUNT * (1 - EXACT_RECOVERY), 600 * EXACT_WAN);
}

static void pool_payout(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_lossy(EXACT_LOANS, PD, RHO, 600 * EXACT_WAN);
    struct ps_engine_result result;
    double law[EXACT_LOANS + 1], other[EXACT_LOANS + 1];
    struct ps_exact_payout p, wrong;
    payout_of(law, &p, RHO, 0.7);
    payout_of(other, &wrong, RHO + 0.01, 0.7);
    ps_exact_run(s, x->worlds, SEED_POOL, &result);
    const struct ps_hist *h = &result.rows[0].row.hist[PS_M_COMPENSATION];
    ps_exact_line(x, "Pool of 600 万元: P(cannot pay)", p.depletion,
                  ps_exact_flag(&result, PS_M_DEPLETED), "ρ 0.09", wrong.depletion);
    ps_exact_line(x, "Pool of 600 万元: shortfall, fen", ps_exact_mean(law, p.unpaid, EXACT_LOANS),
                  ps_exact_mean_of(&result, PS_M_SHORTFALL), "ρ 0.09",
                  ps_exact_mean(other, wrong.unpaid, EXACT_LOANS));
    ps_exact_line(x, "Pool of 600 万元: expected shortfall 99 %, fen",
                  ps_exact_shortfall(law, p.paid, EXACT_LOANS, 0.99),
                  ps_hist_shortfall(h, 0.99, PS_TAIL_UPPER), "ρ 0.09",
                  ps_exact_shortfall(other, wrong.paid, EXACT_LOANS, 0.99));
    payout_of(other, &wrong, RHO, 0.71);
    ps_exact_line(x, "Pool of 600 万元: compensation, fen", ps_exact_mean(law, p.paid, EXACT_LOANS),
                  ps_exact_mean_of(&result, PS_M_COMPENSATION), "share 71 %",
                  ps_exact_mean(other, wrong.paid, EXACT_LOANS));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* Twelve instalments of equal principal, a constant hazard h, default in month u with exp(-h (u -
 * 1)) - exp(-h u), principal of u - 1 - late instalments paid. */
static double equal_exposure(double pd, int late)
{
    const double h = -log(1 - pd) / EXACT_YEAR;
    double sum = 0;
    for (int u = 1; u <= EXACT_YEAR; u++)
        sum += (exp(-h * (u - 1)) - exp(-h * u)) * (EXACT_YEAR + 1 - u - late) / EXACT_YEAR;
    return EXACT_FEW * 120 * EXACT_WAN * sum;
}

static void equal_principal(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_book(EXACT_FEW, 0.3, -1);
    struct ps_engine_result result;
    for (size_t i = 0; i < EXACT_FEW; i++) {
        s->loans[i].amount_wan = 120;
        s->loans[i].repayment = PS_REPAY_EQUAL;
        s->loans[i].recovery_frac = 0;
    }
    ps_exact_run(s, x->loss_worlds, SEED_EQUAL, &result);
    ps_exact_line(x, "Expected loss of equal principal, fen", equal_exposure(0.3, 0),
                  ps_exact_mean_of(&result, PS_M_LOSS), "one month late", equal_exposure(0.3, 1));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

static void four_loans(struct ps_exact *x, int net)
{
    static const char *const figures[2][3] = {
        {"Four loans, prepay: compensation, fen", "Four loans, prepay: shortfall, fen",
         "Four loans, prepay: P(cannot pay)"},
        {"Four loans, net loss: compensation, fen", "Four loans, net loss: shortfall, fen",
         "Four loans, net loss: P(cannot pay)"}};
    struct ps_scenario *s = ps_four_loans(net);
    struct ps_engine_result result;
    ps_exact_run(s, x->worlds, SEED_FOUR, &result);
    const struct ps_four_expected e = ps_four_enumerate(net, -1, 1);
    const struct ps_four_expected wrong = ps_four_enumerate(net, 0, 1.05);
    ps_exact_line(x, figures[net][0], e.compensation, ps_exact_mean_of(&result, PS_M_COMPENSATION),
                  "a PD 5 % higher", wrong.compensation);
    ps_exact_line(x, figures[net][1], e.shortfall, ps_exact_mean_of(&result, PS_M_SHORTFALL),
                  "a PD 5 % higher", wrong.shortfall);
    ps_exact_line(x, figures[net][2], e.depletion, ps_exact_flag(&result, PS_M_DEPLETED),
                  "a PD 5 % higher", wrong.depletion);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

void ps_exact_money(struct ps_exact *x)
{
    expected_losses(x);
    equal_principal(x);
    pool_payout(x);
    four_loans(x, 0);
    four_loans(x, 1);
}
