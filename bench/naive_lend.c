// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>

#include "naive.h"

/* Step 8 of the month: renewals, then new firms, each tested and perhaps granted. */

static const int64_t FEN_PER_WAN = 1000000;

static int64_t muldiv(int64_t a, int64_t b, int64_t c)
{
    __extension__ typedef __int128 wide;
    return (int64_t)((wide)a * b / c);
}

static void loans_push(struct naive_world *w, const struct naive_loan *loan)
{
    if (w->loans_n == w->loans_max) {
        w->loans_max = 2 * w->loans_max + 64;
        w->loans = realloc(w->loans, (size_t)w->loans_max * sizeof *w->loans);
        if (w->loans == NULL) {
            abort();
        }
    }
    w->loans[w->loans_n++] = *loan;
}

static int product_draw(const struct naive_world *w)
{
    const struct naive_product *products = w->model->products;
    const int n = w->model->products_n;
    const double u = gsl_rng_uniform(w->rng) * products[n - 1].up_to;
    int i = 0;
    while (i < n - 1 && u >= products[i].up_to) {
        i++;
    }
    return i;
}

/* Whole 万元, lognormal between the limits. */
static int64_t amount_draw(const struct naive_world *w, const struct naive_segment *s)
{
    double wan;
    do {
        wan = s->amount_median_wan * exp(s->amount_sigma * naive_normal(w));
    } while (wan < s->amount_min_wan || wan > s->amount_max_wan);
    return (int64_t)floor(wan + 0.5) * FEN_PER_WAN;
}

static void terms_draw(const struct naive_world *w, struct naive_loan *loan, int t)
{
    static const int months[NAIVE_TENORS] = {6, 12, 24, 36};
    const double *up_to = w->model->segments[loan->segment].tenor_up_to;
    const double u = gsl_rng_uniform(w->rng);
    int i = 0;
    while (i < NAIVE_TENORS - 1 && u >= up_to[i]) {
        i++;
    }
    loan->month = t;
    loan->maturity = t + months[i];
}

static void firm_draw(struct naive_world *w, struct naive_loan *loan, int t)
{
    const int segment = (int)gsl_ran_discrete(w->rng, w->model->segment_law);
    const struct naive_segment *s = &w->model->segments[segment];
    *loan = (struct naive_loan){.segment = segment,
                                .class = s->class,
                                .asked_fen = amount_draw(w, s),
                                .product = product_draw(w),
                                .firm = w->firms_n++,
                                .tape = -1};
    loan->equal = s->equal_frac > 0 && gsl_rng_uniform(w->rng) < s->equal_frac;
    loan->micro = s->micro_frac > 0 && gsl_rng_uniform(w->rng) < s->micro_frac;
    terms_draw(w, loan, t);
}

/* A performing loan enters the books. */
static void loan_enter(struct naive_world *w, struct naive_loan *loan)
{
    loan->owed_fen = loan->amount_fen;
    loan->instalment_fen = loan->equal ? loan->amount_fen / (loan->maturity - loan->month) : 0;
    loan->hazard_at_grant = w->hazard_sum[loan->class];
    loan->hazard_lived = 0;
    w->all_book_fen += loan->amount_fen;
    if (naive_in_pool(&w->model->products[loan->product])) {
        w->book_fen += loan->amount_fen;
        w->live_n++;
    }
    loans_push(w, loan);
}

void naive_tape_open(struct naive_world *w)
{
    for (int i = 0; i < w->model->tape_n; i++) {
        const struct naive_tape_loan *tape = &w->model->tape[i];
        struct naive_loan loan = {.segment = tape->segment,
                                  .class = tape->class,
                                  .asked_fen = tape->amount_fen,
                                  .amount_fen = tape->amount_fen,
                                  .maturity = tape->months_left,
                                  .product = tape->product >= 0 ? tape->product : product_draw(w),
                                  .firm = w->firms_n++,
                                  .equal = (char)tape->equal,
                                  .tape = i};
        const double micro = w->model->segments[tape->segment].micro_frac;
        loan.micro = micro > 0 && gsl_rng_uniform(w->rng) < micro;
        loan_enter(w, &loan);
    }
}

/* The first test that fails, or -1. May trim the amount. */
static int refusal(const struct naive_world *w, struct naive_loan *loan, int t)
{
    const struct naive_model *m = w->model;
    const struct naive_product *p = &m->products[loan->product];
    const int64_t cap = p->loan_cap_fen[(int)loan->micro];
    if (t < p->open_from_month || t > p->open_to_month) {
        return PS_REFUSED_CLOSED;
    }
    if (m->population > 0 && loan->firm >= m->population) {
        return PS_REFUSED_POPULATION;
    }
    if (loan->amount_fen > cap) {
        if (p->over_cap == PS_OVER_CAP_REFUSE || cap < FEN_PER_WAN) {
            return PS_REFUSED_LOAN_CAP;
        }
        loan->amount_fen = cap - cap % FEN_PER_WAN;
    }
    if (!naive_in_pool(p)) {
        return -1;
    }
    if (w->status == NAIVE_TERMINATED) {
        return PS_REFUSED_TERMINATED;
    }
    if (w->status == NAIVE_SUSPENDED && (!loan->renewal || m->blocks_renewals)) {
        return PS_REFUSED_SUSPENDED;
    }
    const int64_t free_fen = w->balance_fen > w->due_fen ? w->balance_fen - w->due_fen : 0;
    if (m->max_firm_ppm > 0) {
        int64_t due = muldiv(loan->amount_fen, p->pool_ppm, 1000000);
        const int64_t most = p->firm_cap_fen[(int)loan->micro];
        due = due < most ? due : most;
        if (due > muldiv(free_fen, m->max_firm_ppm, 1000000)) {
            return PS_REFUSED_SINGLE_NAME;
        }
    }
    if (w->book_fen + loan->amount_fen > muldiv(free_fen, m->leverage_ppm, 1000000)) {
        return PS_REFUSED_LEVERAGE;
    }
    return -1;
}

/* Registered: rnd(amount x ratio x share), the share for renewals only. */
static int64_t registered_fen(const struct naive_model *m, const struct naive_loan *loan)
{
    __extension__ typedef __int128 wide;
    const int64_t share = loan->renewal ? m->renewal_share_ppm : 1000000;
    const wide x = (wide)loan->amount_fen * m->registered_ratio_ppm * share;
    return (int64_t)((x + 500000000000) / 1000000000000);
}

static void ask(struct naive_world *w, struct naive_loan *loan, int t)
{
    loan->amount_fen = loan->asked_fen;
    const int reason = refusal(w, loan, t);
    if (reason >= 0) {
        w->measure[PS_M_REFUSED_N]++;
        w->measure[PS_M_REFUSED] += loan->asked_fen;
        w->measure[PS_M_REFUSED_CLOSED + reason] += loan->asked_fen;
        return;
    }
    const int64_t registered = registered_fen(w->model, loan);
    w->measure[PS_M_REGISTERED] += registered;
    w->measure[PS_M_REGISTERED_FIRST] += loan->renewal ? 0 : registered;
    w->measure[PS_M_REGISTERED_FLOW] += t > w->model->horizon - 12 ? registered : 0;
    w->measure[PS_M_LENT] += loan->amount_fen;
    w->measure[PS_M_GRANTS_N]++;
    w->measure[PS_M_FIRMS_N] += !loan->renewal;
    loan_enter(w, loan);
}

static int by_firm(const void *a, const void *b)
{
    const struct naive_loan *x = a, *y = b;
    return (x->firm > y->firm) - (x->firm < y->firm);
}

void naive_lend(struct naive_world *w, int t)
{
    if (w->renewals_n > 1) {
        qsort(w->renewals, (size_t)w->renewals_n, sizeof *w->renewals, by_firm);
    }
    for (int i = 0; i < w->renewals_n; i++) {
        terms_draw(w, &w->renewals[i], t);
        ask(w, &w->renewals[i], t);
    }
    w->renewals_n = 0;
    const unsigned n = gsl_ran_poisson(w->rng, w->model->arrivals[t]);
    for (unsigned i = 0; i < n; i++) {
        struct naive_loan loan;
        firm_draw(w, &loan, t);
        ask(w, &loan, t);
    }
}
