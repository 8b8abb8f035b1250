// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_CLAIMS_H
#define PLEDGESIM_KERNEL_CLAIMS_H

#include "support.h"
#include "vectors.h"

/* Step 5: claims, their split among the parties, the queue, the limit of the balance (docs/model.md
 * section 7). Only what looks at a firm's or a year's history goes lane by lane. */

/* Eq. (7.2): yearly rate x months of interest in a claim, ppm months; 0 when principal only. */
static double claim_interest_ppm(const struct ledger *g, const struct ps_app *app,
                                 const struct ps_product_shape *product)
{
    if (product->claim_basis != PS_CLAIM_INTEREST)
        return 0;
    return (double)(g->frame->segments[app->segment].loan_rate_ppm * product->trigger_months);
}

/* What firm caps and the insurer's firm limit already used: earlier claims of the same firm, those
 * of this month by what is due. Only a firm with several tape loans can default twice. */
static int64_t firm_paid_fen(const struct ledger *g, int fate, int party, int l)
{
    const struct ps_world *w = g->world;
    const uint16_t firm = w->apps[w->fates[fate].app].tape_firm;
    int64_t sum = 0;
    for (int f = 0; firm != PS_NONE && f < w->fates_n; f++) {
        const int claimed = g->schedule->claim_month[f];
        if (w->apps[w->fates[f].app].tape_firm != firm || claimed > g->t ||
            (claimed == g->t && f >= fate))
            continue;
        const int open = party == PS_PARTY_POOL && claimed == g->t;
        sum += (int64_t)(open ? row(g->work->due, f) : paid_row(g, f, party))[l];
        if (party == PS_PARTY_POOL && !open) /* what waits for money is owed all the same */
            sum += (int64_t)row(g->work->queued, f)[l];
    }
    return sum;
}

/* Premiums of the firm: this loan and the loans it renewed; nobody insures those of trusts. */
static int64_t firm_premiums_fen(const struct ledger *g, int app,
                                 const struct ps_product_shape *product, int l)
{
    int64_t sum = 0;
    for (int i = app; i != PS_NONE; i = g->world->apps[i].parent) {
        const struct ps_app *a = &g->world->apps[i];
        const double insured_wan = is_of_trust(g, i, l) ? 0 : granted_row(g, i)[l];
        const double wan_rate_months =
            insured_wan * (double)(product->premium_ppm * (a->maturity - a->month));
        sum += a->month ? (int64_t)lane_div(wan_rate_months + 6, 1. / 12) : 0;
    }
    return sum;
}

/* Eq. (7.4): the insurer's share after its caps by grant year and by firm. */
static int64_t insurer_due_fen(const struct ledger *g, int fate, int64_t due, int l)
{
    const int app = g->world->fates[fate].app, product_i = g->schedule->product[app];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    const int year = year_of(g, g->world->apps[app].month);
    if (product->insurer_firm_rule != PS_FIRM_RULE_NONE) {
        const int64_t by_premium =
            int_muldiv(firm_premiums_fen(g, app, product, l), product->insurer_firm_ppm, 1000000);
        const int64_t fixed = product->insurer_firm_limit_fen;
        const int min = product->insurer_firm_rule == PS_FIRM_RULE_MIN;
        const int64_t limit = (by_premium < fixed) == min ? by_premium : fixed;
        const int64_t left = limit - firm_paid_fen(g, fate, PS_PARTY_INSURER, l);
        due = int_min(due, left > 0 ? left : 0);
    }
    if (product->insurer_yearly_ppm && year >= 0) {
        const double *premiums = cohort_row(g, year, product_i, COHORT_PREMIUMS);
        double *paid = cohort_row(g, year, product_i, COHORT_INSURER_PAID);
        const int64_t left =
            int_muldiv((int64_t)premiums[l], product->insurer_yearly_ppm, 1000000) -
            (int64_t)paid[l];
        due = int_min(due, left > 0 ? left : 0);
        paid[l] += (double)due;
    }
    return due;
}

/* Eq. (7.5): the re-guarantor pays while its claim rate on the year's grants is below the cap. */
static int64_t reguarantor_due_fen(const struct ledger *g, int fate, int64_t due, int l)
{
    const int app = g->world->fates[fate].app;
    const int year = year_of(g, g->world->apps[app].month);
    if (!g->shape->reguarantor_cap_ppm || year < 0)
        return due;
    int64_t granted = g->shape->reguarantor_other_book_fen, used = 0;
    for (int j = 0; j < g->shape->products_n; j++) {
        granted += (int64_t)cohort_row(g, year, j, COHORT_GRANTED)[l];
        used += (int64_t)cohort_row(g, year, j, COHORT_REGUARANTOR_PAID)[l];
    }
    const int64_t left = int_muldiv(granted, g->shape->reguarantor_cap_ppm, 1000000) - used;
    due = int_min(due, left > 0 ? left : 0);
    cohort_row(g, year, g->schedule->product[app], COHORT_REGUARANTOR_PAID)[l] += (double)due;
    return due;
}

/* Caps that look at a firm's or a year's history, lane by lane; only some products have any. */
static int has_history_caps(const struct ledger *g, int fate)
{
    const struct ps_product_shape *product = fate_product(g, fate);
    return product->insurer_firm_rule != PS_FIRM_RULE_NONE || product->insurer_yearly_ppm ||
           g->shape->reguarantor_cap_ppm ||
           g->world->apps[g->world->fates[fate].app].tape_firm != PS_NONE;
}

static void history_caps(struct ledger *g, int fate, double (*due)[PS_LANES])
{
    const int app = g->world->fates[fate].app, product_i = g->schedule->product[app];
    const double *cap = crow(g->levels->firm_cap,
                             product_i * PS_FIRM_CLASS_N + firm_class_of(&g->world->apps[app]));
    for (int l = 0; l < g->levels->lanes_n; l++) {
        if (row(g->work->exposure, fate)[l] <= 0)
            continue;
        const int64_t insured = (int64_t)due[PS_PARTY_INSURER][l];
        const int64_t insurer = insurer_due_fen(g, fate, insured, l);
        due[PS_PARTY_INSURER][l] = (double)insurer;
        due[PS_PARTY_REGUARANTOR][l] =
            (double)reguarantor_due_fen(g, fate, (int64_t)due[PS_PARTY_REGUARANTOR][l], l);
        if (g->shape->products[product_i].insurer_excess == PS_EXCESS_POOL)
            due[PS_PARTY_POOL][l] += (double)(insured - insurer);
        const double left = cap[l] - (double)firm_paid_fen(g, fate, PS_PARTY_POOL, l);
        const double most = left > 0 ? left : 0;
        due[PS_PARTY_POOL][l] = due[PS_PARTY_POOL][l] < most ? due[PS_PARTY_POOL][l] : most;
    }
}

/* Eq. (7.2): EAD with the interest that the product covers. */
PS_KERNEL_INLINE void claim_base_take(const struct ledger *g, const struct ps_app *app,
                                      const struct ps_product_shape *product,
                                      const double *exposure, ROW fen, const int n)
{
    const double interest = claim_interest_ppm(g, app, product);
    OVER(n) fen[l] = exposure[l];
    if (interest > 0)
        OVER(n) fen[l] += lane_month_rate(exposure[l], interest);
}

/* Everybody but the pool pays at once. */
PS_KERNEL_INLINE void others_pay(struct ledger *g, int fate, int product_i, double (*due)[PS_LANES],
                                 const int n)
{
    ROW bank = measure_over(g, PS_M_LOSS_BANK, n);
    for (int j = PS_PARTY_POOL + 1; j < PS_PARTY_BANK; j++) {
        if (!g->levels->pays[product_i][j])
            continue;
        ROW paid = paid_row(g, fate, j);
        ROW loss = measure_over(g, PS_M_LOSS_POOL + j, n);
        const double *d = due[j];
        OVER(n)
        {
            paid[l] = d[l];
            loss[l] += d[l];
            bank[l] -= d[l];
        }
    }
}

PS_KERNEL_INLINE void claim_open_over(struct ledger *g, int fate, const int n)
{
    const struct ps_fate *f = &g->world->fates[fate];
    const struct ps_app *app = &g->world->apps[f->app];
    const int product_i = g->schedule->product[f->app];
    const struct ps_product_shape *product = &g->shape->products[product_i];
    double due[PS_PARTY_BANK][PS_LANES];
    ROW claimed = row(g->work->claimed, fate);
    ROW pool_due = pool_row(g, product->pool, POOL_DUE);
    ROW waits = row(g->work->due, fate);
    const int history = n == PS_LANES && has_history_caps(g, fate);
    claim_base_take(g, app, product, row(g->work->exposure, fate), claimed, n);
    if (f->s <= g->t) {
        double recovered[PS_LANES];
        recovery_take(g, fate, recovered, n);
        OVER(n) claimed[l] -= recovered[l];
    }
    for (int j = 0; j < PS_PARTY_BANK; j++) {
        const double *share = crow(g->levels->share_ppm, product_i * PS_PARTY_BANK + j);
        ROW d = due[j];
        if (g->levels->pays[product_i][j])
            OVER(n) d[l] = lane_share(claimed[l], share[l]);
        else if (history)
            rows_zero(d, 1);
    }
    const double *cap = crow(g->levels->firm_cap, product_i * PS_FIRM_CLASS_N + firm_class_of(app));
    if (history)
        history_caps(g, fate, due);
    const double *own = due[PS_PARTY_POOL];
    LANES pool_due[l] -= waits[ITS_LANE(n)];
    OVER(n) waits[l] = own[l] < cap[l] ? own[l] : cap[l];
    others_pay(g, fate, product_i, due, n);
}

/* Eq. (7.3): the claim of one loan. The pool's due after its firm cap is left in `due` until the
 * month's claims are added up. */
static void claim_open(struct ledger *g, int fate)
{
    if (is_common(g, fate))
        claim_open_over(g, fate, 1);
    else
        claim_open_over(g, fate, PS_LANES);
}

/* Money leaves the pool for a claim. */
static void pool_pay(struct ledger *g, int fate, int pool, int64_t amount, int l)
{
    const double x = (double)amount;
    pool_row(g, pool, POOL_BALANCE)[l] -= x;
    pool_row(g, pool, POOL_PAID)[l] += x;
    pool_row(g, pool, POOL_STOP_LEFT)[l] -= x;
    paid_row(g, fate, PS_PARTY_POOL)[l] += x;
    measure_row(g, PS_M_LOSS_POOL)[l] += x;
    measure_row(g, PS_M_LOSS_BANK)[l] -= x;
    measure_row(g, PS_M_COMPENSATION)[l] += x;
    row(g->work->year_compensation, g->year)[l] += x;
    scratch_row(g, MONTH_FLOW)[l] += x;
    if (g->t > g->frame->horizon && g->t <= g->frame->horizon + 12)
        measure_row(g, PS_M_NEXT_YEAR)[l] += x;
}

/* Queued parts, oldest month first, pro rata within a month (carry_unpaid). The tape of events up
 * to now holds the claims in order of their months. */
static void queue_pay(struct ledger *g, int pool, int l)
{
    const struct ps_event *e = g->schedule->events;
    for (int i = 0; i < g->event;) {
        int j = i;
        int64_t queued = 0;
        for (; j < g->event && e[j].month == e[i].month; j++)
            if (e[j].step == PS_STEP_CLAIM && fate_product(g, e[j].fate)->pool == pool)
                queued += (int64_t)row(g->work->queued, e[j].fate)[l];
        const int64_t money = int_min(queued, (int64_t)pool_row(g, pool, POOL_BALANCE)[l]);
        for (int k = i; money && k < j; k++) {
            if (e[k].step != PS_STEP_CLAIM || fate_product(g, e[k].fate)->pool != pool)
                continue;
            double *waits = &row(g->work->queued, e[k].fate)[l];
            const int64_t part = int_muldiv((int64_t)*waits, money, queued);
            *waits -= (double)part;
            measure_row(g, PS_M_SHORTFALL)[l] -= (double)part;
            pool_pay(g, e[k].fate, pool, part, l);
            if (g->work->log && l == g->work->log->lane && part)
                log_line(g, PS_LOG_QUEUE_PAID, e[k].fate, 0, (double)part, NULL, 0);
        }
        if (money < queued)
            return; /* the odd fen of a short payment is not for younger claims */
        i = j;
    }
}

static void log_claim(const struct ledger *g, int fate, int l)
{
    double party[PS_PARTY_N], rest = row(g->work->claimed, fate)[l];
    for (int j = 0; j < PS_PARTY_BANK; j++) {
        party[j] = paid_row(g, fate, j)[l];
        rest -= party[j];
    }
    party[PS_PARTY_BANK] = rest;
    log_line(g, PS_LOG_CLAIM, fate, 0, row(g->work->claimed, fate)[l], party, 1);
}

/* Eq. (7.6): stop-loss, then the limit of the balance. [from, to) are this month's claims. */
static void pool_settle(struct ledger *g, int pool, int from, int to, int l)
{
    const struct ps_event *e = g->schedule->events;
    const int64_t sum = month_due(g, pool, from, to, l);
    const int64_t balance = (int64_t)pool_row(g, pool, POOL_BALANCE)[l];
    const int short_of_money = sum > balance;
    if (short_of_money && measure_row(g, PS_M_DEPLETED)[l] == 0) {
        measure_row(g, PS_M_DEPLETED)[l] = 1;
        measure_row(g, PS_M_DEPLETED_PLAN)[l] = g->t <= g->frame->horizon;
        measure_row(g, PS_M_DEPLETED_MONTH)[l] = g->t;
    }
    for (int i = from; i < to; i++) {
        const int fate = e[i].fate;
        if (fate_product(g, fate)->pool != pool)
            continue;
        const int64_t d = (int64_t)row(g->work->due, fate)[l];
        const int64_t pay = short_of_money ? int_muldiv(d, balance, sum) : d;
        pool_pay(g, fate, pool, pay, l);
        measure_row(g, PS_M_SHORTFALL)[l] += (double)(d - pay);
        if (g->shape->carry_unpaid && d > pay) {
            row(g->work->queued, fate)[l] = (double)(d - pay);
            g->queued_any = 1;
        }
    }
}

/* What a pool owes for the month's claims: one number when all of them are common. */
PS_KERNEL_INLINE void month_sum(const struct ledger *g, int pool, int from, int to, ROW sum,
                                const int n)
{
    const struct ps_event *e = g->schedule->events;
    OVER(n) sum[l] = 0;
    for (int i = from; i < to; i++) {
        const double *d = row(g->work->due, e[i].fate);
        if (fate_product(g, e[i].fate)->pool == pool)
            OVER(n) sum[l] += d[l];
    }
}

/* Pays the month's claims, `sum` altogether, where `plain` is 1. */
PS_KERNEL_INLINE void plain_pay(struct ledger *g, int pool, int from, int to, const double *sum,
                                const double *plain, const int n)
{
    const struct ps_event *e = g->schedule->events;
    ROW balance = pool_row(g, pool, POOL_BALANCE);
    ROW paid = pool_row(g, pool, POOL_PAID);
    ROW loss = measure_over(g, PS_M_LOSS_POOL, n);
    ROW bank = measure_over(g, PS_M_LOSS_BANK, n);
    ROW gross = measure_over(g, PS_M_COMPENSATION, n);
    LANES
    {
        const double x = plain[ITS_LANE(n)] * sum[ITS_LANE(n)];
        balance[l] -= x;
        paid[l] += x;
    }
    OVER(n)
    {
        const double x = plain[l] * sum[l];
        loss[l] += x;
        bank[l] -= x;
        gross[l] += x;
    }
    for (int i = from; i < to; i++) {
        if (fate_product(g, e[i].fate)->pool != pool)
            continue;
        const double *d = row(g->work->due, e[i].fate);
        ROW p = paid_row(g, e[i].fate, PS_PARTY_POOL);
        OVER(n) p[l] += plain[l] * d[l];
    }
}

/* When the month's payments count for the full tier. */
static void payments_date(struct ledger *g, const double *sum, const double *plain)
{
    ROW year = row(g->work->year_compensation, g->year);
    ROW flow = scratch_row(g, MONTH_FLOW);
    ROW after = measure_row(g, PS_M_NEXT_YEAR);
    const double next = g->t > g->frame->horizon && g->t <= g->frame->horizon + 12 ? 1 : 0;
    LANES
    {
        const double x = plain[l] * sum[l];
        year[l] += x;
        flow[l] += x;
        after[l] += next * x;
    }
}

/* The usual month: every lane can pay what is due. Lanes that cannot, and all of them when a
 * stop-loss counts along, are left to pool_settle; `plain` marks the others. */
static void pool_pay_plain(struct ledger *g, int pool, int from, int to, ROW plain)
{
    const double *balance = pool_row(g, pool, POOL_BALANCE);
    const double never = g->levels->stop_loss_any ? 0 : 1;
    double sum[PS_LANES];
    month_sum(g, pool, from, to, sum, PS_LANES);
    LANES plain[l] = sum[l] <= balance[l] ? never : 0;
    plain_pay(g, pool, from, to, sum, plain, PS_LANES);
    if (g->kept)
        payments_date(g, sum, plain);
}

/* A common default that lanes go on with by themselves. */
static void common_spread(struct ledger *g, int fate)
{
    if (!is_common(g, fate))
        return;
    double *const rows[] = {row(g->work->exposure, fate), row(g->work->due, fate),
                            row(g->work->claimed, fate)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        row_fill(rows[i], rows[i][0]);
    for (int j = 0; j < PS_PARTY_BANK; j++)
        row_fill(paid_row(g, fate, j), paid_row(g, fate, j)[0]);
    rows_zero(row(g->work->queued, fate), 1);
    g->work->common[fate] = 0;
}

/* Pays a month of common claims if every lane can; else 0, and they are common no longer. */
static int common_pay(struct ledger *g, int from, int to)
{
    const struct ps_event *e = g->schedule->events;
    const double *balance = pool_row(g, 0, POOL_BALANCE), one = 1;
    double sum;
    int common = 1;
    for (int i = from; i < to; i++)
        common &= is_common(g, e[i].fate);
    if (common) {
        ps_mask_of_lanes can[VECTORS];
        month_sum(g, 0, from, to, &sum, 1);
        VECS can[v] = VECTOR_COMPARE(vector_at(balance, v), vector_of(sum), GE);
        if (lanes_of_masks(can) == ALL_LANES) {
            plain_pay(g, 0, from, to, &sum, &one, 1);
            return 1;
        }
    }
    for (int i = from; i < to; i++)
        common_spread(g, e[i].fate);
    return 0;
}

static void claims_log(const struct ledger *g, int from, int to)
{
    const int lane = g->work->log->lane;
    for (int i = from; i < to; i++) {
        const int fate = g->schedule->events[i].fate;
        if (row(g->work->exposure, fate)[lane] > 0)
            log_claim(g, fate, lane);
    }
}

/* Step 5: the queue, then the claims of this month. g->event stands at the first of them. */
static void claims_pay(struct ledger *g)
{
    const struct ps_event *e = g->schedule->events;
    const int from = g->event, t = g->t;
    int to = from;
    while (e[to].month == t && e[to].step == PS_STEP_CLAIM)
        to++;
    if (g->queued_any)
        for (int p = 0; p < g->shape->pools_n; p++)
            for (int l = 0; l < g->levels->lanes_n; l++)
                queue_pay(g, p, l);
    g->event = to;
    if (from == to)
        return;
    ROW released = measure_row(g, PS_M_RELEASED);
    for (int i = from; i < to; i++) {
        const int fate = e[i].fate;
        const double *exposure = row(g->work->exposure, fate);
        claim_open(g, fate);
        if (g->kept && fate_product(g, fate)->in_pool)
            LANES released[l] += exposure[l];
    }
    if (RARELY(g->levels->support_any))
        supports_pay(g, from, to);
    if (g->commons && common_pay(g, from, to))
        return;
    for (int p = 0; p < g->shape->pools_n; p++) {
        double plain[PS_LANES];
        pool_pay_plain(g, p, from, to, plain);
        for (uint32_t left = lanes_used(g) & ~lanes_above_zero(plain); left; left &= left - 1)
            pool_settle(g, p, from, to, __builtin_ctz(left));
    }
    for (int p = 0; p < g->shape->pools_n; p++) { /* only claims can take a pool below zero */
        const double *balance = pool_row(g, p, POOL_BALANCE);
        ROW low = pool_row(g, p, POOL_MIN);
        LANES low[l] = balance[l] < low[l] ? balance[l] : low[l];
    }
    if (g->work->log)
        claims_log(g, from, to);
}

#endif
