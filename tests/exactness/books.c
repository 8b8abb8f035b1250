// SPDX-License-Identifier: GPL-3.0-or-later
// What the tables share: books of tape loans, figures of results, and of laws.
#include <math.h>
#include <stdlib.h>

#include "../unit/fixture.h"
#include "../unit/oracle.h"
#include "exact.h"

/* ---- books ---- */

void *ps_exact_row(size_t bytes)
{
    void *row = calloc(1, bytes);
    if (row == NULL)
        abort();
    return row;
}

struct ps_scenario *ps_exact_book(int loans, double pd, double rho)
{
    struct ps_scenario *s = ps_fixture_tape((size_t)loans);
    s->p.dependence = rho < 0;
    s->p.factor_step_months = PS_STEP_12;
    s->p.horizon_months = EXACT_YEAR;
    s->p.runoff_months = 0;
    s->p.renewal_prob_frac = 0;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].pd_frac = pd;
        s->loans[i].correlation = rho < 0 ? 0.1 : rho;
    }
    return s;
}

struct ps_scenario *ps_exact_lossy(int loans, double pd, double rho, double pool_fen)
{
    struct ps_scenario *s = ps_exact_book(loans, pd, rho);
    s->pools[0].initial_fen = (int64_t)pool_fen;
    s->products[0].pay_mode = 1;
    s->products[0].pool_share_ppm = 700000;
    s->products[0].bank_share_ppm = 300000;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].recovery_frac = EXACT_RECOVERY;
    return s;
}

/* ---- figures of results ---- */

static struct ps_estimate share(uint64_t hits, uint64_t worlds)
{
    const double p = (double)hits / (double)worlds;
    return (struct ps_estimate){p, sqrt(p * (1 - p) / (double)worlds)};
}

struct ps_estimate ps_exact_mean_of(const struct ps_engine_result *result, enum ps_measure m)
{
    return ps_mean(&result->rows[0].row.moments[m]);
}

struct ps_estimate ps_exact_flag(const struct ps_engine_result *result, enum ps_measure m)
{
    const struct ps_moments *flag = &result->rows[0].row.moments[m];
    return share((uint64_t)flag->sum, flag->n);
}

struct ps_estimate ps_exact_at_most(const struct ps_engine_result *result, enum ps_measure m,
                                    double value)
{
    const struct ps_hist *h = &result->rows[0].row.hist[m];
    return share(ps_hist_count_below(h, (int64_t)value + 1), h->n);
}

struct ps_estimate ps_exact_above(const struct ps_engine_result *result, enum ps_measure m,
                                  double value)
{
    const struct ps_estimate below = ps_exact_at_most(result, m, value);
    return (struct ps_estimate){1 - below.value, below.se};
}

struct ps_estimate ps_exact_pairs_of(const struct ps_engine_result *result)
{
    const struct ps_hist *h = &result->rows[0].row.hist[PS_M_DEFAULTS_N];
    struct ps_oracle_mean m = {0};
    uint64_t below = 0;
    for (int k = 0; k <= EXACT_LOANS; k++) {
        const uint64_t up_to = ps_hist_count_below(h, k + 1);
        const double pairs = k * (k - 1) / (EXACT_LOANS * (EXACT_LOANS - 1.0));
        const double n = (double)(up_to - below);
        m.n += n;
        m.sum += n * pairs;
        m.sum_sq += n * pairs * pairs;
        below = up_to;
    }
    const double mean = m.sum / m.n;
    return (struct ps_estimate){mean, sqrt((m.sum_sq / m.n - mean * mean) / m.n)};
}

/* ---- figures of laws ---- */

double ps_exact_up_to(const double *law, int k)
{
    double sum = 0;
    for (int i = 0; i <= k; i++)
        sum += law[i];
    return sum;
}

double ps_exact_pairs(const double *law)
{
    double sum = 0;
    for (int k = 0; k <= EXACT_LOANS; k++)
        sum += law[k] * k * (k - 1);
    return sum / (EXACT_LOANS * (EXACT_LOANS - 1.0));
}

void ps_exact_pay(struct ps_exact_payout *p, const double *law, double due_fen, double balance_fen)
{
    p->depletion = 0;
    for (int k = 0; k <= EXACT_LOANS; k++) {
        p->paid[k] = fmin(k * due_fen, balance_fen);
        p->unpaid[k] = k * due_fen - p->paid[k];
        p->depletion += p->unpaid[k] > 0 ? law[k] : 0;
    }
}

double ps_exact_mean(const double *law, const double *value, int n)
{
    double sum = 0;
    for (int k = 0; k <= n; k++)
        sum += law[k] * value[k];
    return sum;
}

double ps_exact_shortfall(const double *law, const double *value, int n, double p)
{
    double up_to = law[0], beyond = 0;
    int q = 0;
    while (up_to < p)
        up_to += law[++q];
    for (int k = q + 1; k <= n; k++)
        beyond += law[k] * (value[k] - value[q]);
    return value[q] + beyond / (1 - p);
}
