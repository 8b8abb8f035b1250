// SPDX-License-Identifier: GPL-3.0-or-later
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "naive.h"

/* Index paths of one world: Y_t = phi Y_(t-1) + sqrt(1 - phi^2) L e_t, a new value every step. */
void naive_economy_draw(struct naive_world *w)
{
    const struct naive_model *m = w->model;
    double level[NAIVE_CLUSTERS_MAX] = {0}, e[NAIVE_CLUSTERS_MAX];
    for (int t = 1; t <= m->months_n; t++) {
        if ((t - 1) % m->step_months == 0) {
            for (int c = 0; c < m->clusters_n; c++) {
                e[c] = naive_normal(w);
            }
            for (int c = 0; c < m->clusters_n; c++) {
                double sum = 0;
                for (int k = 0; k <= c; k++) {
                    sum += m->loading[c][k] * e[k];
                }
                if (t > 1) {
                    level[c] = m->phi * level[c] + m->innovation * sum;
                } else {
                    level[c] = m->start_fixed ? m->initial_index : sum;
                }
            }
        }
        for (int c = 0; c < m->clusters_n; c++) {
            w->index[t][c] = level[c] + m->shift[t][c];
        }
    }
}

/* Hazards of the month and the default probabilities that follow, once a class. */
void naive_hazards_update(struct naive_world *w, int t)
{
    const struct naive_model *m = w->model;
    for (int k = 0; k < m->classes_n && !m->by_loan; k++) {
        const struct naive_class *class = &m->classes[k];
        const double x = class->a + class->b * w->index[t][class->cluster];
        const double p = fmin(0.5 * erfc(-M_SQRT1_2 * x), 1 - 1e-12);
        w->hazard[k] = -log1p(-p) / 12;
        w->hazard_sum[k] += w->hazard[k];
        w->p_early[k] = -expm1(-(1 - m->maturity_share) * w->hazard[k]);
        if (m->equal_any) {
            w->p_equal[k] = -expm1(-w->hazard[k]);
        }
    }
}

/* Eq. (4.4) for a year, a twelfth of it for a month. */
static double month_hazard(const struct naive_world *w, int class, int t)
{
    const struct naive_class *c = &w->model->classes[class];
    const double p = gsl_cdf_ugaussian_P(c->a + c->b * w->index[t][c->cluster]);
    return -log1p(-fmin(p, 1 - 1e-12)) / 12;
}

/* Every loan works out its own hazard, month by month. A bullet loan sees only a part of it before
 * maturity; what was held back strikes in the month of maturity. */
static int defaults_by_loan(const struct naive_world *w, struct naive_loan *loan, int t)
{
    const double hazard = month_hazard(w, loan->class, t);
    const double early = 1 - w->model->maturity_share;
    double strikes = hazard;
    loan->hazard_lived += hazard;
    if (!loan->equal) {
        strikes = t < loan->maturity ? early * hazard
                                     : loan->hazard_lived - early * (loan->hazard_lived - hazard);
    }
    return gsl_rng_uniform(w->rng) < -expm1(-strikes);
}

/* Does a performing loan default in month t? A bullet loan has seen only a part of its hazard
 * before maturity; what was held back strikes in the month of maturity. */
int naive_loan_defaults(const struct naive_world *w, struct naive_loan *loan, int t)
{
    if (w->model->by_loan) {
        return defaults_by_loan(w, loan, t);
    }
    const double u = gsl_rng_uniform(w->rng);
    if (loan->equal) {
        return u < w->p_equal[loan->class];
    }
    if (t < loan->maturity) {
        return u < w->p_early[loan->class];
    }
    const double all = w->hazard_sum[loan->class] - loan->hazard_at_grant;
    const double seen = (1 - w->model->maturity_share) * (all - w->hazard[loan->class]);
    return u < -expm1(seen - all);
}

static int month_at_most(double month, int last)
{
    return month > last ? last : (int)month;
}

/* What the pledge and the borrower's cash bring, and when. */
void naive_default_draw(struct naive_world *w, const struct naive_loan *loan, int tau,
                        struct naive_default *out)
{
    const struct naive_model *m = w->model;
    const struct naive_segment *segment = &m->segments[loan->segment];
    const struct naive_ip_kind *kind = &m->ip_kinds[segment->ip_kind];
    const struct naive_tape_loan *tape =
        loan->tape >= 0 && !loan->renewal ? &m->tape[loan->tape] : NULL;
    const int last = m->months_n, cluster = segment->cluster;
    if (m->cure_prob > 0 && gsl_rng_uniform(w->rng) < m->cure_prob) {
        out->disposal = month_at_most(tau + 1 + (int)gsl_rng_uniform_int(w->rng, 3), last);
        out->recovery_fen = out->ead_fen;
        return;
    }
    const double lag = m->disposal_median_months * exp(m->disposal_sigma * naive_normal(w));
    const double ready = tau + m->npl_months + m->freeze_months + ceil(lag);
    const double y = w->index[month_at_most(ready, last)][cluster];
    const double q = m->sale_frac <= 0   ? 0
                     : m->sale_frac >= 1 ? 1
                                         : gsl_cdf_ugaussian_P(m->sale_x + m->sale_sensitivity * y);
    int round = 1, sold = gsl_rng_uniform(w->rng) < q;
    while (!sold && round < 3) {
        round++;
        sold = gsl_rng_uniform(w->rng) < q;
    }
    const int s = out->disposal = month_at_most(ready + 3 * (round - 1), last);
    const double ead = (double)out->ead_fen;
    if (tape != NULL && tape->recovery_frac >= 0) {
        out->recovery_fen = (int64_t)floor(ead * tape->recovery_frac + 0.5);
        return;
    }
    const double age = (s - loan->month + (tape != NULL ? tape->age_months : 0)) / 12.;
    double proceeds = 0;
    if (sold && gsl_rng_uniform(w->rng) < exp(-kind->lapse_pa * age)) {
        const double beta = m->value_sensitivity, vol = kind->volatility_pa;
        const double appraised =
            (double)loan->amount_fen *
            (tape != NULL && tape->pledged_per_yuan >= 0 ? tape->pledged_per_yuan : 1 / kind->ltv);
        proceeds = m->valuation * appraised *
                   exp(-(kind->decay_pa + vol * vol / 2) * age + vol * sqrt(age) * naive_normal(w) +
                       beta * w->index[s][cluster] - beta * beta / 2) *
                   gsl_ran_beta(w->rng, kind->price_alpha, kind->price_beta) * (1 - m->cost_frac);
    }
    const double cash = m->cash_frac > 0 ? gsl_ran_beta(w->rng, m->cash_alpha, m->cash_beta) : 0;
    out->recovery_fen = (int64_t)fmin(ead, floor(proceeds + cash * ead + 0.5));
}
