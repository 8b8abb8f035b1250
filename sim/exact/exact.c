// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/exact.h"

#include <math.h>
#include <stdlib.h>

#include "memo.h"
#include "pledgesim/accum.h"
#include "pledgesim/kmath.h"
#include "pledgesim/prepare.h"

enum { LOANS_MAX = 2000, BLOCK_MONTHS = 12 };

#define FEN_PER_WAN INT64_C(1000000)

static const struct ps_exact_reason_desc REASONS[PS_EXACT_REASON_N] = {
#define PS_EXACT_REASON(symbol, name, en, zh) {name, {[PS_LANG_EN] = en, [PS_LANG_ZH] = zh}},
#include "pledgesim/exact_reasons.def"
#undef PS_EXACT_REASON
};

const struct ps_exact_reason_desc *ps_exact_reason_desc(enum ps_exact_reason reason)
{
    return &REASONS[reason];
}

/* What prepare made of a scenario. */
struct book {
    const struct ps_world_plan *plan;
    const struct ps_policy *policy;
    struct ps_exact_memo *memo; /* or NULL */
    struct ps_loss_name *names; /* one a loan; losses are filled in for one figure after another */
    double *shifts;             /* [clusters][BLOCK_MONTHS] */
};

/* ---- number of defaults ---- */

static int new_firms_may_come(const struct ps_scenario *s)
{
    const int64_t last_year =
        s->p.start_year + (s->p.start_month - 1 + s->p.horizon_months - 1) / 12; /* eq. (2.4) */
    for (size_t i = 0; i < s->demand_n; i++) {
        if (s->demand[i].new_firms_n * s->p.demand_multiplier > 0 &&
            s->demand[i].year >= s->p.start_year && s->demand[i].year <= last_year) {
            return 1;
        }
    }
    return 0;
}

/* What the tables tell before anything is prepared: of most books that is enough. */
static enum ps_exact_reason tables_reason(const struct ps_scenario *s)
{
    int models_n;
    const struct ps_dependence *model = ps_models_dependence(&models_n)[s->p.dependence];
    const int independent = model == &ps_dependence_independent;
    if (s->loans_n == 0) {
        return PS_EXACT_NO_LOANS;
    }
    if (s->loans_n > LOANS_MAX) {
        return PS_EXACT_TOO_MANY_LOANS;
    }
    if (new_firms_may_come(s)) {
        return PS_EXACT_NEW_FIRMS;
    }
    if (!independent && model != &ps_dependence_gaussian) {
        return PS_EXACT_DEPENDENCE;
    }
    if (s->p.moral_hazard > 0) {
        return PS_EXACT_MORAL_HAZARD;
    }
    for (size_t i = 0; i < s->vehicles_n; i++) {
        if (s->vehicles[i].abs_mode != PS_ABS_OFF) {
            return PS_EXACT_VEHICLES;
        }
    }
    for (size_t i = 0; i < s->trusts_n; i++) {
        if (s->trusts[i].size_wan > 0) {
            return PS_EXACT_VEHICLES;
        }
    }
    if (s->anchors_n > 0) {
        return PS_EXACT_ANCHORS;
    }
    if (s->p.pd_uncertainty_sigma > 0 || s->p.recovery_uncertainty_sigma > 0 ||
        s->p.demand_uncertainty_sigma > 0) {
        return PS_EXACT_UNCERTAINTY;
    }
    for (size_t i = 0; i < s->loans_n; i++) {
        const struct ps_loans_row *loan = &s->loans[i];
        if (s->p.renewal_prob_frac > 0 && loan->months_left <= s->p.horizon_months) {
            return PS_EXACT_RENEWALS;
        }
        if (!independent && loan->correlation > 0 &&
            (s->p.factor_step_months != PS_STEP_12 || loan->months_left > BLOCK_MONTHS)) {
            return PS_EXACT_INDEX_MOVES;
        }
    }
    return PS_EXACT_NONE;
}

/* Indices that move as one have equal loadings. */
static int one_index(const struct book *book)
{
    const struct ps_world_plan *plan = book->plan;
    int first = -1;
    for (int i = 0; i < plan->tape_n; i++) {
        const struct ps_hazard_class *class = &plan->classes[plan->tape[i].klass];
        if (!(class->b < 0 || class->b > 0)) {
            continue;
        }
        first = first < 0 ? class->cluster : first;
        const double *a = plan->loading + (size_t)first * (size_t)plan->clusters_n;
        const double *b = plan->loading + (size_t) class->cluster * (size_t)plan->clusters_n;
        for (int c = 0; c < plan->clusters_n; c++) {
            if (a[c] < b[c] || a[c] > b[c]) {
                return 0;
            }
        }
    }
    return 1;
}

/* Eq. (9.15): the loans as names. A loan that outlives the block has no use for the index. */
static void fill_names(struct book *book)
{
    const struct ps_world_plan *plan = book->plan;
    for (int c = 0; c < plan->clusters_n; c++) {
        for (int t = 1; t <= BLOCK_MONTHS && t <= plan->months_n; t++) {
            book->shifts[c * BLOCK_MONTHS + t - 1] = plan->shift[t * plan->clusters_n + c];
        }
    }
    for (int i = 0; i < plan->tape_n; i++) {
        const struct ps_tape_plan *loan = &plan->tape[i];
        const struct ps_hazard_class *class = &plan->classes[loan->klass];
        const int follows = class->b < 0 || class->b > 0;
        book->names[i] = (struct ps_loss_name){
            .a = class->a,
            .b = class->b,
            .months = loan->months_left,
            .shift = follows ? book->shifts + class->cluster * BLOCK_MONTHS : NULL};
    }
}

static enum ps_status law_of(const struct book *book, enum ps_exact_figure figure,
                             struct ps_loss_law *law)
{
    const struct ps_loss_book names = {.names = book->names,
                                       .names_n = (size_t)book->plan->tape_n,
                                       .index_known = book->plan->start_fixed,
                                       .index = book->plan->initial_index};
    return ps_exact_memo_law(book->memo, (int)figure, &names, BLOCK_MONTHS, law);
}

/* ---- loss ---- */

static enum ps_exact_reason loss_reason(const struct book *book)
{
    for (int i = 0; i < book->plan->tape_n; i++) {
        if (book->plan->tape[i].equal_principal) {
            return PS_EXACT_REPAYMENT;
        }
        if (book->plan->tape[i].recovery_frac < 0) {
            return PS_EXACT_RECOVERY;
        }
    }
    return book->plan->cure_prob > 0 ? PS_EXACT_CURES : PS_EXACT_NONE;
}

static int64_t exposure_fen(const struct ps_tape_plan *loan)
{
    return loan->amount_wan * FEN_PER_WAN;
}

/* Eq. (6.5) with a fixed recovery. */
static int64_t recovered_fen(const struct ps_tape_plan *loan)
{
    const double exposure = (double)exposure_fen(loan);
    return (int64_t)fmin(exposure, ps_rnd(exposure * loan->recovery_frac));
}

/* ---- due from the pool ---- */

/* The product of a loan, or -1 when it is drawn. */
static int product_of(const struct book *book, int loan)
{
    const int given = book->policy->tape_product[loan];
    return given < 0 && book->policy->shape.products_n == 1 ? 0 : given;
}

/* The cap on what a firm gets; -1 when it is not known before the firm's class is drawn. */
static int64_t firm_cap_of(const struct book *book, int loan, int product)
{
    const struct ps_segment_plan *segment = &book->plan->segments[book->plan->tape[loan].segment];
    const int64_t *cap = book->policy->levels.firm_cap_fen[product];
    const int drawn = segment->micro_cut > 0 && !segment->micro_all;
    if (drawn && cap[PS_FIRM_SMALL] != cap[PS_FIRM_MICRO]) {
        return -1;
    }
    return cap[segment->micro_all ? PS_FIRM_MICRO : PS_FIRM_SMALL];
}

static int is_net(const struct ps_product_shape *product)
{
    int models_n;
    return ps_models_pay_mode(&models_n)[product->pay_mode] == &ps_pay_mode_net_loss;
}

/* Eq. (7.3): the claim is on the whole exposure when no disposal can come before it. */
static int is_gross(const struct book *book, int loan, const struct ps_product_shape *product)
{
    const struct ps_world_plan *plan = book->plan;
    int models_n;
    return ps_models_pay_mode(&models_n)[product->pay_mode] == &ps_pay_mode_prepay &&
           product->trigger_months <= plan->npl_months + plan->disposal_freeze_months &&
           plan->tape[loan].months_left + product->trigger_months < plan->months_n;
}

static enum ps_exact_reason loan_reason(const struct book *book, int loan)
{
    const int p = product_of(book, loan);
    if (p < 0) {
        return PS_EXACT_PRODUCT;
    }
    const struct ps_product_shape *product = &book->policy->shape.products[p];
    const int64_t cap = firm_cap_of(book, loan, p);
    if (cap < 0 || (cap < INT64_MAX && book->plan->tape[loan].firm >= 0)) {
        return PS_EXACT_FIRM_CAP;
    }
    if (product->insurer_excess == PS_EXCESS_POOL &&
        book->policy->levels.share_ppm[p][PS_PARTY_INSURER] > 0) {
        return PS_EXACT_INSURER;
    }
    return is_net(product) || is_gross(book, loan, product) ||
                   recovered_fen(&book->plan->tape[loan]) == 0
               ? PS_EXACT_NONE
               : PS_EXACT_CLAIM_TIME;
}

static enum ps_exact_reason due_reason(const struct book *book)
{
    if (book->policy->shape.pools_n > 1) {
        return PS_EXACT_POOLS;
    }
    if (book->policy->levels.stop_loss_yearly_fen > 0) {
        return PS_EXACT_STOP_LOSS;
    }
    enum ps_exact_reason reason = PS_EXACT_NONE;
    for (int i = 0; i < book->plan->tape_n && reason == PS_EXACT_NONE; i++) {
        reason = loan_reason(book, i);
    }
    return reason;
}

/* Eq. (9.16), which is (7.2) and (7.3) for a loan whose recovery is known. */
static int64_t due_fen(const struct book *book, int loan)
{
    const struct ps_tape_plan *tape = &book->plan->tape[loan];
    const int p = product_of(book, loan);
    const struct ps_product_shape *product = &book->policy->shape.products[p];
    const int64_t rate = product->claim_basis == PS_CLAIM_INTEREST
                             ? book->plan->segments[tape->segment].loan_rate_ppm
                             : 0;
    const ps_int128 interest =
        ((ps_int128)exposure_fen(tape) * rate * product->trigger_months + 6000000) / 12000000;
    const int64_t claim =
        exposure_fen(tape) + (int64_t)interest - (is_net(product) ? recovered_fen(tape) : 0);
    const ps_int128 share = (ps_int128)claim * book->policy->levels.share_ppm[p][PS_PARTY_POOL];
    const int64_t due = (int64_t)(share / 1000000);
    const int64_t cap = firm_cap_of(book, loan, p);
    return due < cap ? due : cap;
}

/* ---- paid ---- */

/* Whether the balance is enough for all loans at once; then nothing else matters. */
static int never_dry(const struct ps_exact *exact)
{
    const struct ps_loss_law *due = &exact->due;
    return (int64_t)(due->cells_n - 1) * due->unit + due->rounding <= exact->pool_fen;
}

static enum ps_exact_reason paid_reason(const struct book *book, const struct ps_exact *exact)
{
    const struct ps_levels *levels = &book->policy->levels;
    if (never_dry(exact)) {
        return PS_EXACT_NONE;
    }
    for (int i = 0; i < book->plan->tape_n; i++) {
        const int p = product_of(book, i);
        if (!is_net(&book->policy->shape.products[p]) && due_fen(book, i) > 0 &&
            recovered_fen(&book->plan->tape[i]) > 0) {
            return PS_EXACT_RETURNS;
        }
    }
    int models_n;
    const int topped_up =
        levels->topups_n > 0 || ps_models_topup(&models_n)[levels->topup_rule[0]] != &ps_topup_none;
    return levels->pool_interest_ppm[0] > 0 || topped_up ? PS_EXACT_MONEY_IN : PS_EXACT_NONE;
}

double ps_exact_depletion(const struct ps_exact *exact, double *error)
{
    const struct ps_loss_law *due = &exact->due;
    const double p = ps_loss_above(due, exact->pool_fen);
    const double most = ps_loss_above(due, exact->pool_fen - due->rounding);
    const double least = ps_loss_above(due, exact->pool_fen + due->rounding);
    *error = fmax(most - p, p - least) + due->error;
    return p;
}

void ps_exact_compensation(const struct ps_exact *exact, double *mean, double *variance,
                           double *error)
{
    *error = ps_loss_mean_error(&exact->due);
    if (never_dry(exact)) {
        *mean = exact->due.mean;
        *variance = exact->due.variance;
    } else {
        const struct ps_loss_law *due = &exact->due;
        const double off = (double)due->rounding;
        double whole, unused;
        ps_loss_limited(due, exact->pool_fen, mean, variance);
        ps_loss_limited(due, INT64_MAX, &whole, &unused);
        /* Rounded cells matter only where the balance does. */
        *mean = fmax(0, due->mean - (whole - *mean));
        *error += off * ps_loss_above(due, exact->pool_fen - due->rounding);
        *error += (double)exact->loans_n;
    }
}

/* ---- all ---- */

/* From one figure to the next, as far as it goes. */
static enum ps_status solve_figures(struct book *book, struct ps_exact *out)
{
    const int n = book->plan->tape_n;
    fill_names(book);
    for (int i = 0; i < n; i++) {
        book->names[i].loss = 1;
    }
    enum ps_status status = law_of(book, PS_EXACT_DEFAULTS, &out->defaults);
    out->reason[PS_EXACT_DEFAULTS] = PS_EXACT_NONE;
    const enum ps_exact_reason loss = loss_reason(book);
    if (status == PS_OK && loss == PS_EXACT_NONE) {
        for (int i = 0; i < n; i++) {
            const struct ps_tape_plan *loan = &book->plan->tape[i];
            book->names[i].loss = exposure_fen(loan) - recovered_fen(loan);
        }
        status = law_of(book, PS_EXACT_LOSS, &out->loss);
    }
    out->reason[PS_EXACT_LOSS] = loss;
    const enum ps_exact_reason due = loss != PS_EXACT_NONE ? loss : due_reason(book);
    if (status == PS_OK && due == PS_EXACT_NONE) {
        for (int i = 0; i < n; i++) {
            book->names[i].loss = due_fen(book, i);
        }
        status = law_of(book, PS_EXACT_DUE, &out->due);
    }
    out->reason[PS_EXACT_DUE] = due;
    if (status == PS_OK) {
        out->reason[PS_EXACT_PAID] = due != PS_EXACT_NONE ? due : paid_reason(book, out);
    }
    return status;
}

enum ps_status ps_exact_solve(const struct ps_scenario *scenario, struct ps_exact_memo *memo,
                              struct ps_exact *out)
{
    struct ps_diags refused = {0}; /* the engine tells them */
    struct ps_world_plan *plan = NULL;
    struct ps_policy policy = {0};
    struct book book = {.policy = &policy, .memo = memo};
    *out =
        (struct ps_exact){.pool_fen = scenario->pools[0].initial_fen, .loans_n = scenario->loans_n};
    enum ps_exact_reason reason = tables_reason(scenario);
    enum ps_status status = PS_OK;
    if (reason == PS_EXACT_NONE) {
        status = ps_world_prepare(scenario, 0, &refused, &plan);
        if (status == PS_OK) {
            status = ps_policy_prepare(scenario, &refused, &policy);
        }
        if (status != PS_OK) {
            goto out;
        }
        book.plan = plan;
        reason = one_index(&book) ? PS_EXACT_NONE : PS_EXACT_CLUSTERS;
    }
    for (int f = 0; f < PS_EXACT_FIGURE_N; f++) {
        out->reason[f] = reason;
    }
    if (reason == PS_EXACT_NONE) {
        book.names = calloc((size_t)plan->tape_n, sizeof *book.names);
        book.shifts = calloc((size_t)plan->clusters_n * BLOCK_MONTHS, sizeof *book.shifts);
        status = book.names == NULL || book.shifts == NULL ? ps_status_raise(PS_MEMORY)
                                                           : solve_figures(&book, out);
    }
out:
    free(book.names);
    free(book.shifts);
    ps_policy_free(&policy);
    ps_world_plan_free(plan);
    ps_diags_free(&refused);
    if (status != PS_OK) {
        ps_exact_free(out);
    }
    return status;
}

void ps_exact_free(struct ps_exact *exact)
{
    ps_loss_law_free(&exact->defaults);
    ps_loss_law_free(&exact->loss);
    ps_loss_law_free(&exact->due);
}
