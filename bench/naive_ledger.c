// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "naive.h"

/* One world, month by month, in the order of the model: money in whole fen. */

static int64_t muldiv(int64_t a, int64_t b, int64_t c)
{
    __extension__ typedef __int128 wide;
    return (int64_t)((wide)a * b / c);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int later(int a, int b)
{
    return a > b ? a : b;
}

/* Step 1. */
static void fund(struct naive_world *w, int t)
{
    const struct naive_model *m = w->model;
    const int64_t interest = (w->balance_fen * m->interest_ppm + 6000000) / 12000000;
    w->balance_fen += interest;
    w->measure[PS_M_POOL_INTEREST] += interest;
    int64_t topup = m->named_topup_fen[t];
    if ((m->start_month - 1 + t - 1) % 12 == 0 && t >= 13 && t <= m->horizon && m->topup) {
        const int64_t missing =
            m->topup_target_fen > w->balance_fen ? m->topup_target_fen - w->balance_fen : 0;
        topup += m->topup == 1 ? m->topup_yearly_fen : least(m->topup_yearly_fen, missing);
    }
    w->balance_fen += topup;
    w->funded_fen += topup;
    w->measure[PS_M_TOPUPS] += topup;
}

/* Who gets what of a recovery that comes after the claim: the bank takes what is left. */
static void share_recovery(struct naive_world *w, struct naive_default *d)
{
    const int order = w->model->products[d->product].recovery_order;
    int64_t rest = d->recovery_fen, base = d->claim_fen, to_pool = 0, others = 0;
    for (int j = 0; j < 4; j++) {
        others += d->paid_other_fen[j];
    }
    if (order == PS_RECOVERY_BANK_FIRST) {
        const int64_t paid = d->paid_pool_fen + others;
        rest -= least(rest, d->ead_fen > paid ? d->ead_fen - paid : 0);
        base = paid;
    } else if (order == PS_RECOVERY_POOL_FIRST) {
        to_pool = least(rest, d->paid_pool_fen);
        rest -= to_pool;
        base -= d->paid_pool_fen;
    }
    if (base > 0) {
        if (order != PS_RECOVERY_POOL_FIRST) {
            to_pool = least(d->paid_pool_fen, muldiv(rest, d->paid_pool_fen, base));
        }
        for (int j = 0; j < 4; j++) {
            const int64_t back =
                least(d->paid_other_fen[j], muldiv(rest, d->paid_other_fen[j], base));
            w->measure[PS_M_LOSS_GUARANTOR + j] -= back;
        }
    }
    w->balance_fen += to_pool;
    w->measure[PS_M_RETURNED] += to_pool;
    w->measure[PS_M_LOSS_POOL] -= to_pool;
}

static void dispose_one(struct naive_world *w, struct naive_default *d)
{
    w->measure[PS_M_RECOVERED] += d->recovery_fen;
    w->measure[PS_M_LOSS] += d->ead_fen - d->recovery_fen;
    if (d->claimed) {
        share_recovery(w, d);
    }
}

/* Step 2. */
static void dispose(struct naive_world *w, int t)
{
    for (int i = 0; i < w->defaults_n; i++) {
        if (w->defaults[i].disposal == t) {
            dispose_one(w, &w->defaults[i]);
        }
    }
}

static int64_t claim_interest(const struct naive_model *m, const struct naive_default *d)
{
    const struct naive_product *p = &m->products[d->product];
    if (p->claim_basis != PS_CLAIM_INTEREST) {
        return 0;
    }
    __extension__ typedef __int128 wide;
    const int64_t rate_months = m->segments[d->segment].rate_ppm * p->trigger_months;
    return (int64_t)(((wide)d->ead_fen * rate_months + 6000000) / 12000000);
}

static void default_add(struct naive_world *w, const struct naive_loan *loan, int t)
{
    const struct naive_model *m = w->model;
    const struct naive_product *p = &m->products[loan->product];
    if (w->defaults_n == w->defaults_max) {
        w->defaults_max = 2 * w->defaults_max + 16;
        w->defaults = realloc(w->defaults, (size_t)w->defaults_max * sizeof *w->defaults);
        if (w->defaults == NULL) {
            abort();
        }
    }
    struct naive_default *d = &w->defaults[w->defaults_n++];
    *d = (struct naive_default){
        .ead_fen = loan->owed_fen, .tau = t, .product = loan->product, .segment = loan->segment};
    naive_default_draw(w, loan, t, d);
    const int trigger = t + (int)p->trigger_months;
    d->claim_month = trigger < m->months_n ? trigger : m->months_n;
    if (p->pay_mode != 0) { /* compensate last */
        d->claim_month = later(d->claim_month, d->disposal);
    }
    d->npl_from = t + m->npl_months;
    d->npl_to = d->npl_from + m->writeoff_months;
    d->npl_to = d->disposal < d->npl_to ? d->disposal : d->npl_to;
    w->measure[PS_M_DEFAULTS_N]++;
    w->measure[PS_M_EXPOSURE] += d->ead_fen;
    if (naive_in_pool(p)) {
        const int64_t base = d->ead_fen + claim_interest(m, d);
        d->due_fen = least(muldiv(base, p->pool_ppm, 1000000), p->firm_cap_fen[(int)loan->micro]);
        w->due_fen += d->due_fen;
        w->book_fen -= loan->owed_fen;
        w->live_n--;
    }
    w->all_book_fen -= loan->owed_fen;
    d->micro = loan->micro;
    if (d->disposal == t) { /* only in the last month, when nothing may stay open */
        dispose_one(w, d);
    }
}

static void repay(struct naive_world *w, struct naive_loan *loan, int64_t amount)
{
    loan->owed_fen -= amount;
    w->all_book_fen -= amount;
    if (naive_in_pool(&w->model->products[loan->product])) {
        w->book_fen -= amount;
        w->live_n -= loan->owed_fen == 0;
    }
}

static void renewal_add(struct naive_world *w, const struct naive_loan *loan)
{
    if (w->renewals_n == w->renewals_max) {
        w->renewals_max = 2 * w->renewals_max + 16;
        w->renewals = realloc(w->renewals, (size_t)w->renewals_max * sizeof *w->renewals);
        if (w->renewals == NULL) {
            abort();
        }
    }
    struct naive_loan *next = &w->renewals[w->renewals_n++];
    *next = *loan;
    next->renewal = 1;
}

/* Steps 3 and 4. */
static void loans_step(struct naive_world *w, int t)
{
    const struct naive_model *m = w->model;
    int kept = 0;
    for (int i = 0; i < w->loans_n; i++) {
        struct naive_loan *loan = &w->loans[i];
        if (naive_loan_defaults(w, loan, t)) {
            default_add(w, loan, t);
            continue;
        }
        if (t == loan->maturity) {
            repay(w, loan, loan->owed_fen);
            if (t <= m->horizon && gsl_rng_uniform(w->rng) < m->renewal_prob) {
                renewal_add(w, loan);
            }
            continue;
        }
        if (loan->equal) {
            repay(w, loan, loan->instalment_fen);
        }
        if (kept != i) {
            w->loans[kept] = *loan;
        }
        kept++;
    }
    w->loans_n = kept;
}

/* What one claim asks of each party; all but the pool pay at once. */
static int64_t claim_open(struct naive_world *w, struct naive_default *d, int t)
{
    const struct naive_model *m = w->model;
    const struct naive_product *p = &m->products[d->product];
    d->claim_fen = d->ead_fen - (d->disposal <= t ? d->recovery_fen : 0) + claim_interest(m, d);
    d->claimed = 1;
    const int64_t ppm[4] = {p->guarantor_ppm, p->reguarantor_ppm, p->insurer_ppm, p->appraiser_ppm};
    for (int j = 0; j < 4; j++) {
        d->paid_other_fen[j] = muldiv(d->claim_fen, ppm[j], 1000000);
        w->measure[PS_M_LOSS_GUARANTOR + j] += d->paid_other_fen[j];
    }
    w->due_fen -= d->due_fen;
    d->due_fen = least(muldiv(d->claim_fen, p->pool_ppm, 1000000), p->firm_cap_fen[(int)d->micro]);
    return d->due_fen;
}

/* Step 5. */
static void claims_pay(struct naive_world *w, int t)
{
    int64_t sum = 0;
    for (int i = 0; i < w->defaults_n; i++) {
        if (w->defaults[i].claim_month == t) {
            sum += claim_open(w, &w->defaults[i], t);
        }
    }
    if (sum == 0) {
        return;
    }
    const int64_t balance = w->balance_fen;
    if (sum > balance) {
        if (!w->measure[PS_M_DEPLETED]) {
            w->measure[PS_M_DEPLETED_PLAN] = t <= w->model->horizon;
            w->measure[PS_M_DEPLETED_MONTH] = t;
        }
        w->measure[PS_M_DEPLETED] = 1;
    }
    for (int i = 0; i < w->defaults_n; i++) {
        struct naive_default *d = &w->defaults[i];
        if (d->claim_month != t) {
            continue;
        }
        d->paid_pool_fen = sum > balance ? muldiv(d->due_fen, balance, sum) : d->due_fen;
        w->balance_fen -= d->paid_pool_fen;
        w->measure[PS_M_COMPENSATION] += d->paid_pool_fen;
        w->measure[PS_M_LOSS_POOL] += d->paid_pool_fen;
        w->measure[PS_M_SHORTFALL] += d->due_fen - d->paid_pool_fen;
    }
}

/* Step 6; forgets defaults about which nothing more can happen. */
static void npl_update(struct naive_world *w, int t)
{
    int kept = 0;
    w->npl_fen = w->npl_n = w->defaulted_fen = 0;
    for (int i = 0; i < w->defaults_n; i++) {
        const struct naive_default *d = &w->defaults[i];
        if (naive_in_pool(&w->model->products[d->product]) && t < d->npl_to) {
            w->defaulted_fen += d->ead_fen;
            w->npl_fen += t >= d->npl_from ? d->ead_fen : 0;
            w->npl_n += t >= d->npl_from;
        }
        if (t < later(later(d->disposal, d->claim_month), d->npl_to)) {
            w->defaults[kept++] = *d;
        }
    }
    w->defaults_n = kept;
    if (t <= w->model->horizon && w->live_n >= w->model->min_live) {
        const double book = (double)(w->book_fen + w->defaulted_fen);
        const int64_t ratio =
            w->npl_fen > 0 ? (int64_t)floor(1e6 * ((double)w->npl_fen / book) + 0.5) : 0;
        if (ratio > w->measure[PS_M_NPL_PEAK]) {
            w->measure[PS_M_NPL_PEAK] = ratio;
        }
    }
}

static int reaches(int64_t numerator, int64_t denominator, int64_t threshold_ppm)
{
    __extension__ typedef __int128 wide;
    return denominator <= 0 ? threshold_ppm <= 0
                            : (wide)numerator * 1000000 >= (wide)denominator * threshold_ppm;
}

/* Step 7. */
static void review(struct naive_world *w, int t)
{
    const struct naive_model *m = w->model;
    if (!m->breaker_on || t % m->review_months != 0) {
        return;
    }
    const int64_t top = m->breaker_by_compensation
                            ? w->measure[PS_M_COMPENSATION] - w->measure[PS_M_RETURNED]
                            : w->npl_fen;
    const int64_t bottom =
        m->breaker_by_compensation ? w->funded_fen : w->book_fen + w->defaulted_fen;
    const int judged = w->live_n >= m->min_live && w->npl_n >= m->min_npl;
    if (w->status != NAIVE_TERMINATED && judged && reaches(top, bottom, m->terminate_ppm)) {
        w->status = NAIVE_TERMINATED;
    } else if (w->status == NAIVE_NORMAL && judged && reaches(top, bottom, m->suspend_ppm)) {
        w->status = NAIVE_SUSPENDED;
        w->suspended_since = t;
    } else if (w->status == NAIVE_SUSPENDED && t - w->suspended_since >= m->cooling_months &&
               !(judged && reaches(top, bottom, m->resume_ppm))) {
        w->status = NAIVE_NORMAL;
    }
}

/* Step 9. */
static void close_month(struct naive_world *w, int t)
{
    const struct naive_model *m = w->model;
    if (w->balance_fen < w->measure[PS_M_POOL_MIN]) {
        w->measure[PS_M_POOL_MIN] = w->balance_fen;
    }
    if (m->subsidy_ppm) {
        w->measure[PS_M_SUBSIDY] +=
            (int64_t)floor((double)w->all_book_fen * (double)m->subsidy_ppm / 12e6 + 0.5);
    }
    if (t == m->horizon) {
        w->measure[PS_M_OUTSTANDING] = w->all_book_fen;
        w->measure[PS_M_POOL_PLAN_END] = w->balance_fen;
    }
}

static void open_world(struct naive_world *w)
{
    const struct naive_model *m = w->model;
    memset(w->measure, 0, sizeof w->measure);
    memset(w->hazard_sum, 0, sizeof w->hazard_sum);
    w->loans_n = w->renewals_n = w->defaults_n = 0;
    w->firms_n = w->live_n = w->status = w->suspended_since = 0;
    w->balance_fen = w->funded_fen = w->measure[PS_M_POOL_MIN] = m->initial_fen;
    w->book_fen = w->due_fen = w->all_book_fen = w->defaulted_fen = w->npl_fen = w->npl_n = 0;
    w->measure[PS_M_NPL_PEAK] = -1;
    naive_economy_draw(w);
    naive_tape_open(w);
}

static void close_world(struct naive_world *w)
{
    const struct naive_model *m = w->model;
    int64_t *x = w->measure;
    x[PS_M_REGISTERED] += m->registered_before_fen;
    x[PS_M_REGISTERED_FIRST] += m->registered_before_fen;
    x[PS_M_TARGET_CUMULATIVE] = x[PS_M_REGISTERED] >= m->target_fen;
    x[PS_M_TARGET_ANNUAL] = x[PS_M_REGISTERED_FLOW] >= m->target_fen;
    x[PS_M_POOL_END] = w->balance_fen;
    x[PS_M_COMPENSATION_NET] = x[PS_M_COMPENSATION] - x[PS_M_RETURNED];
    x[PS_M_FISCAL_NET_COST] = (int64_t)floor(
        (double)(x[PS_M_COMPENSATION_NET] + x[PS_M_SUBSIDY]) * m->district_share + 0.5);
    x[PS_M_LOSS_BANK] = x[PS_M_LOSS];
    for (int j = PS_M_LOSS_POOL; j < PS_M_LOSS_BANK; j++) {
        x[PS_M_LOSS_BANK] -= x[j];
    }
    if (x[PS_M_NPL_PEAK] < 0) {
        x[PS_M_NPL_PEAK] = PS_NOT_GIVEN;
    }
    if (!x[PS_M_DEPLETED]) {
        x[PS_M_DEPLETED_MONTH] = PS_NOT_GIVEN;
    }
}

void naive_world_run(struct naive_world *w)
{
    const struct naive_model *m = w->model;
    open_world(w);
    for (int t = 1; t <= m->months_n; t++) {
        fund(w, t);
        dispose(w, t);
        if (t <= m->horizon || w->loans_n > 0) {
            naive_hazards_update(w, t);
        }
        loans_step(w, t);
        claims_pay(w, t);
        npl_update(w, t);
        if (t <= m->horizon) {
            review(w, t);
            w->measure[PS_M_MONTHS_SUSPENDED] += w->status == NAIVE_SUSPENDED;
            w->measure[PS_M_MONTHS_TERMINATED] += w->status == NAIVE_TERMINATED;
            naive_lend(w, t);
        }
        close_month(w, t);
    }
    close_world(w);
}

void naive_world_init(struct naive_world *w, const struct naive_model *model, unsigned long seed)
{
    memset(w, 0, sizeof *w);
    w->model = model;
    w->rng = gsl_rng_alloc(model->tuned ? gsl_rng_taus2 : gsl_rng_mt19937);
    gsl_rng_set(w->rng, seed);
}

void naive_world_free(struct naive_world *w)
{
    gsl_rng_free(w->rng);
    free(w->loans);
    free(w->renewals);
    free(w->defaults);
}
