// SPDX-License-Identifier: GPL-3.0-or-later
// Money of books whose law is known: losses with fixed and with drawn recoveries, a pool that pays
// a share up to its balance, equal principal, and a book of four loans by enumeration.
#include <math.h>

#include "../unit/fixture.h"
#include "../unit/four_loans.h"
#include "../unit/oracle.h"
#include "exact.h"

enum { FEW = 20 }; /* loans of a book that is simulated 10^7 times */
enum { SEED_LOSS = 601, SEED_CASH = 602, SEED_POOL = 603, SEED_EQUAL = 604, SEED_FOUR = 605 };

static const double PD = 0.03, RHO = 0.08, WAN = 1e6, AMOUNT = 100e6, RECOVERY = 0.4;

/* The pool bears 70 %. Net loss: every claim is made in month 12, on what the recovery left. */
static struct ps_scenario *lossy_book(int loans, double pool_fen)
{
    struct ps_scenario *s = ps_exact_book(loans, PD, RHO);
    s->pools[0].initial_fen = (int64_t)pool_fen;
    s->products[0].pay_mode = 1;
    s->products[0].pool_share_ppm = 700000;
    s->products[0].bank_share_ppm = 300000;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].recovery_frac = RECOVERY;
    return s;
}

static struct ps_estimate mean_of(const struct ps_engine_result *result, enum ps_measure m)
{
    return ps_mean(&result->rows[0].row.moments[m]);
}

/* Expected losses, whatever the correlation: n PD EAD (1 - recovery). */
static void expected_losses(struct ps_exact *x)
{
    const double exposure = FEW * AMOUNT * PD, loss = exposure * (1 - RECOVERY);
    struct ps_scenario *s = lossy_book(FEW, 6000 * WAN);
    struct ps_engine_result result;
    ps_exact_run(x, s, SEED_LOSS, PS_TIER_DECISION, &result);
    const struct ps_estimate total = mean_of(&result, PS_M_LOSS);
    ps_exact_line(x, "Expected loss, recovery 40 %, fen", loss, total, "recovery 35 %",
                  exposure * 0.65);
    ps_exact_line(x, "the same", loss, total, "PD x 1.005", loss * 1.005);
    ps_exact_line(x, "Expected compensation, share 70 %", 0.7 * loss,
                  mean_of(&result, PS_M_COMPENSATION), "share 75 %", 0.75 * loss);
    ps_engine_result_free(&result);
    for (size_t i = 0; i < FEW; i++)
        s->loans[i].recovery_frac = (double)NAN; /* no sale: cash alone, a Beta law */
    s->p.sale_prob_frac = 0;
    ps_exact_run(x, s, SEED_CASH, PS_TIER_DECISION, &result);
    ps_exact_line(x, "Expected loss, cash recovery 7 % on average", exposure * 0.93,
                  mean_of(&result, PS_M_LOSS), "cash 13 %", exposure * 0.87);
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* What a pool pays when k loans default: its share of each loss, up to its balance. */
struct payout {
    double law[EXACT_LOANS + 1], paid[EXACT_LOANS + 1], unpaid[EXACT_LOANS + 1];
    double depletion;
};

static void payout_of(struct payout *p, double rho, double share, double balance)
{
    p->depletion = 0;
    ps_oracle_vasicek(p->law, EXACT_LOANS, PD, rho);
    for (int k = 0; k <= EXACT_LOANS; k++) {
        const double due = k * share * AMOUNT * (1 - RECOVERY);
        p->paid[k] = fmin(due, balance);
        p->unpaid[k] = due - p->paid[k];
        p->depletion += due > balance ? p->law[k] : 0;
    }
}

/* 42 万元 a default, 600 万元 in the pool: the fifteenth default is one too many. Rounding a short
 * payment down keeps less than 100 fen back, a millionth of a standard error. */
static void pool_payout(struct ps_exact *x)
{
    const double balance = 600 * WAN;
    struct ps_scenario *s = lossy_book(EXACT_LOANS, balance);
    struct ps_engine_result result;
    static struct payout p, wrong;
    payout_of(&p, RHO, 0.7, balance);
    payout_of(&wrong, RHO + 0.01, 0.7, balance);
    ps_exact_run(x, s, SEED_POOL, PS_TIER_FULL, &result);
    const struct ps_row *row = &result.rows[0].row;
    const struct ps_hist *h = &row->hist[PS_M_COMPENSATION];
    ps_exact_line(x, "Pool of 600 万元: P(cannot pay)", p.depletion,
                  ps_exact_share((uint64_t)row->moments[PS_M_DEPLETED].sum, x->worlds), "ρ 0.09",
                  wrong.depletion);
    ps_exact_line(x, "Pool of 600 万元: shortfall, fen",
                  ps_exact_mean(p.law, p.unpaid, EXACT_LOANS), mean_of(&result, PS_M_SHORTFALL),
                  "ρ 0.09", ps_exact_mean(wrong.law, wrong.unpaid, EXACT_LOANS));
    ps_exact_line(x, "Pool of 600 万元: expected shortfall 99 %, fen",
                  ps_exact_shortfall(p.law, p.paid, EXACT_LOANS, 0.99),
                  ps_hist_shortfall(h, 0.99, PS_TAIL_UPPER), "ρ 0.09",
                  ps_exact_shortfall(wrong.law, wrong.paid, EXACT_LOANS, 0.99));
    payout_of(&wrong, RHO, 0.71, balance);
    ps_exact_line(x, "Pool of 600 万元: compensation, fen",
                  ps_exact_mean(p.law, p.paid, EXACT_LOANS), mean_of(&result, PS_M_COMPENSATION),
                  "share 71 %", ps_exact_mean(wrong.law, wrong.paid, EXACT_LOANS));
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
    return FEW * 120 * WAN * sum;
}

static void equal_principal(struct ps_exact *x)
{
    struct ps_scenario *s = ps_exact_book(FEW, 0.3, -1);
    struct ps_engine_result result;
    for (size_t i = 0; i < FEW; i++) {
        s->loans[i].amount_wan = 120;
        s->loans[i].repayment = PS_REPAY_EQUAL;
        s->loans[i].recovery_frac = 0;
    }
    ps_exact_run(x, s, SEED_EQUAL, PS_TIER_DECISION, &result);
    ps_exact_line(x, "Expected loss of equal principal, fen", equal_exposure(0.3, 0),
                  mean_of(&result, PS_M_LOSS), "one month late", equal_exposure(0.3, 1));
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
    ps_exact_run(x, s, SEED_FOUR, PS_TIER_FULL, &result);
    const struct ps_row *row = &result.rows[0].row;
    const struct ps_four_expected e = ps_four_enumerate(net, -1, 1);
    const struct ps_four_expected wrong = ps_four_enumerate(net, 0, 1.05);
    ps_exact_line(x, figures[net][0], e.compensation, mean_of(&result, PS_M_COMPENSATION),
                  "a PD 5 % higher", wrong.compensation);
    ps_exact_line(x, figures[net][1], e.shortfall, mean_of(&result, PS_M_SHORTFALL),
                  "a PD 5 % higher", wrong.shortfall);
    ps_exact_line(x, figures[net][2], e.depletion,
                  ps_exact_share((uint64_t)row->moments[PS_M_DEPLETED].sum, x->worlds),
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
