// SPDX-License-Identifier: GPL-3.0-or-later
// Who bears what, worked out by hand: caps of insurer, re-guarantor and firm, stop-loss, queue,
// orders of recovery, support between pools. Amounts in 万元; the sums on paper stand above each.
#include "byhand.h"

/* What each party bears in the end. */
static void assert_losses(const struct outcome *o, double pool, double guarantor,
                          double reguarantor, double insurer, double bank)
{
    assert_int_equal(o->m[PS_M_LOSS_POOL], (int64_t)(pool * 1e6));
    assert_int_equal(o->m[PS_M_LOSS_GUARANTOR], (int64_t)(guarantor * 1e6));
    assert_int_equal(o->m[PS_M_LOSS_REGUARANTOR], (int64_t)(reguarantor * 1e6));
    assert_int_equal(o->m[PS_M_LOSS_INSURER], (int64_t)(insurer * 1e6));
    assert_int_equal(o->m[PS_M_LOSS_BANK], (int64_t)(bank * 1e6));
}

/* ---- insurer ---- */

/* Insurer 70, bank 30, premium 2 %, firm limit 3 premiums and a fixed amount. */
static struct ps_scenario *insured(size_t n)
{
    struct ps_scenario *s = doomed_firms(n);
    struct ps_products_row *p = &s->products[0];
    p->pool_share_ppm = 0;
    p->insurer_share_ppm = 700000;
    p->premium_ppm = 20000;
    return s;
}

/* One loan of 100: premium 100 x 2 % x 12/12 = 2, three of it 6; the insurer's share 70.
 *   smaller of 6 and 300:  6, of 70 64 are left, to the pool or to the bank
 *   larger of 6 and 300:   300, the whole 70
 *   larger of 6 and 50:    50, 20 are left */
static void insurer_limit_of_a_firm_in_both_readings(void **state)
{
    (void)state;
    struct ps_scenario *s = insured(1);
    struct ps_products_row *p = &s->products[0];
    p->insurer_excess = PS_EXCESS_POOL;
    p->insurer_firm_rule = PS_FIRM_RULE_MIN;
    struct outcome out = run_where(s, 1, 1);
    assert_int_equal(out.m[PS_M_PREMIUMS], 2 * WAN);
    assert_losses(&out, 64, 0, 0, 6, 30);
    p->insurer_firm_rule = PS_FIRM_RULE_MAX;
    out = run_where(s, 1, 1);
    assert_losses(&out, 0, 0, 0, 70, 30);
    p->insurer_firm_limit_fen = 50 * WAN;
    out = run_where(s, 1, 1);
    assert_losses(&out, 20, 0, 0, 50, 30);
    p->insurer_firm_rule = PS_FIRM_RULE_MIN;
    p->insurer_excess = PS_EXCESS_BANK;
    out = run_where(s, 1, 1);
    assert_losses(&out, 0, 0, 0, 6, 94);
    ps_fixture_free(s);
}

/* Three loans of 100 granted in one year: premiums 6, five of them 30, so of 210 the insurer pays
 * 30, all on the first claim; 180 are left. */
static void insurer_limit_of_a_year(void **state)
{
    (void)state;
    struct ps_scenario *s = insured(3);
    struct ps_products_row *p = &s->products[0];
    p->insurer_yearly_ppm = 5000000;
    struct outcome out = run_where(s, 3, 3);
    assert_losses(&out, 0, 0, 0, 30, 270);
    p->insurer_excess = PS_EXCESS_POOL;
    out = run_where(s, 3, 3);
    assert_losses(&out, 180, 0, 0, 30, 90);
    ps_fixture_free(s);
}

/* Both limits: by firm each of two loans of 100 may have 6, by year 2 premiums of 4 are 8 together:
 * 6 for the first, 2 for the second. */
static void insurer_limits_act_by_firm_then_by_year(void **state)
{
    (void)state;
    struct ps_scenario *s = insured(2);
    struct ps_products_row *p = &s->products[0];
    p->insurer_firm_rule = PS_FIRM_RULE_MIN;
    p->insurer_yearly_ppm = 2000000;
    const struct outcome out = run_where(s, 2, 2);
    assert_losses(&out, 0, 0, 0, 8, 192);
    ps_fixture_free(s);
}

/* The insurer's excess falls to the pool before the firm's cap: 64 become 40. */
static void firm_cap_holds_for_the_insurers_excess(void **state)
{
    (void)state;
    struct ps_scenario *s = insured(1);
    struct ps_products_row *p = &s->products[0];
    p->insurer_excess = PS_EXCESS_POOL;
    p->insurer_firm_rule = PS_FIRM_RULE_MIN;
    p->firm_cap_fen = 40 * WAN;
    const struct outcome out = run_where(s, 1, 1);
    assert_losses(&out, 40, 0, 0, 6, 54);
    ps_fixture_free(s);
}

/* ---- re-guarantor ---- */

/* Re-guarantor 50, guarantor 30, bank 20; two loans of 100 of one grant year, so 100 due. Cap 5 %
 * of grants: of 200 it is 10; with 800 of other business 50. What is cut falls to the bank. */
static void reguarantor_stops_at_its_claim_rate(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed_firms(2);
    struct ps_products_row *p = &s->products[0];
    p->pool_share_ppm = 0;
    p->guarantor_share_ppm = 300000;
    p->reguarantor_share_ppm = 500000;
    struct outcome out = run_where(s, 2, 2);
    assert_losses(&out, 0, 60, 100, 0, 40);
    s->p.reguarantor_cap_ppm = 50000;
    out = run_where(s, 2, 2);
    assert_losses(&out, 0, 60, 10, 0, 130);
    s->p.reguarantor_other_book_fen = 800 * WAN;
    out = run_where(s, 2, 2);
    assert_losses(&out, 0, 60, 50, 0, 90);
    ps_fixture_free(s);
}

/* ---- firm classes ---- */

/* One loan of 1,200, pool 30 %: 360, of which a small firm gets 300 and a micro firm 15. */
static void firm_cap_by_class(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(1);
    struct ps_products_row *p = &s->products[0];
    s->loans[0].amount_wan = 1200;
    s->pools[0].initial_fen = 1000 * WAN;
    p->pool_share_ppm = 300000;
    p->firm_cap_fen = 300 * WAN;
    p->firm_cap_micro_fen = 15 * WAN;
    struct outcome out = run_until(s, 1);
    assert_losses(&out, 300, 0, 0, 0, 900);
    s->segments[0].micro_frac = 1;
    out = run_until(s, 1);
    assert_losses(&out, 15, 0, 0, 0, 1185);
    ps_fixture_free(s);
}

/* A firm asks for 100: a small one may borrow 1,000, a micro one 50, refused or cut to it. */
static void loan_cap_by_class(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed_firms(1);
    s->segments[0].pd_frac = 0;
    s->products[0].loan_cap_wan = 1000;
    s->products[0].loan_cap_micro_wan = 50;
    assert_int_equal(run_where(s, 1, 0).m[PS_M_LENT], 100 * WAN);
    s->segments[0].micro_frac = 1;
    assert_int_equal(run_where(s, 1, 0).m[PS_M_REFUSED_LOAN_CAP], 100 * WAN);
    s->products[0].over_cap = PS_OVER_CAP_TRIM;
    assert_int_equal(run_where(s, 1, 0).m[PS_M_LENT], 50 * WAN);
    ps_fixture_free(s);
}

/* ---- stop-loss ---- */

/* Three claims of 100 in a month.
 *   stop-loss 150:               50 each
 *   stop-loss 100:               33.333333 each, a fen lost to rounding
 *   stop-loss 150, balance 90:   dues of 50 each, 30 each paid, 60 missing: depletion
 * What the stop-loss cuts is neither depletion nor shortfall. */
static void stop_loss_cuts_before_the_balance(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(3);
    s->p.stop_loss_yearly_fen = 150 * WAN;
    struct outcome out = run_until(s, 3);
    assert_losses(&out, 150, 0, 0, 0, 150);
    assert_int_equal(out.m[PS_M_STOP_LOSS_N], 1);
    assert_int_equal(out.m[PS_M_DEPLETED], 0);
    assert_int_equal(out.m[PS_M_SHORTFALL], 0);
    s->p.stop_loss_yearly_fen = 100 * WAN;
    assert_int_equal(run_until(s, 3).m[PS_M_LOSS_POOL], 100 * WAN - 1);
    s->p.stop_loss_yearly_fen = 150 * WAN;
    s->pools[0].initial_fen = 90 * WAN;
    out = run_until(s, 3);
    assert_losses(&out, 90, 0, 0, 0, 210);
    assert_int_equal(out.m[PS_M_DEPLETED], 1);
    assert_int_equal(out.m[PS_M_SHORTFALL], 60 * WAN);
    ps_fixture_free(s);
}

/* ---- queue ---- */

/* Two claims of 100 in month 15 and one in month 23; 50 in the pool.
 *   month 15   200 due, 50 paid: 25 each, 75 each wait
 *   month 23   100 due, nothing there: 100 wait
 *   month 30   100 come in: the older 150 first, 50 each; the younger gets nothing
 *   month 40   100 come in: 25 each, then 50 of the younger 100; 50 stay unpaid */
static void queue_pays_the_oldest_first(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(3);
    struct ps_topups_row topups[] = {{.month = 30, .amount_fen = 100 * WAN},
                                     {.month = 40, .amount_fen = 100 * WAN}};
    s->p.carry_unpaid = 1;
    s->loans[2].months_left = 20;
    s->pools[0].initial_fen = 50 * WAN;
    s->p.disposal_median_months = 60; /* no disposal shrinks what waits */
    s->p.disposal_sigma = 0;
    s->topups = topups;
    s->topups_n = 1;
    struct outcome out = run_until(s, 3);
    assert_losses(&out, 150, 0, 0, 0, 150);
    assert_int_equal(out.m[PS_M_DEPLETED_MONTH], 15);
    s->topups_n = 2;
    out = run_until(s, 3);
    assert_losses(&out, 250, 0, 0, 0, 50);
    assert_int_equal(out.m[PS_M_SHORTFALL], 50 * WAN);
    s->topups = NULL;
    ps_fixture_free(s);
}

/* ---- recovery ---- */

/* Claim 100 paid by pool 60, guarantor 20, bank 20; then R comes in.
 *   R 50  pro rata      30, 10, 10 back
 *         bank first    20 to the bank; of 30 60/80 = 22.5 to the pool, 7.5 to the guarantor
 *         pool first    50 to the pool
 *   R 80  pool first    60 to the pool; of 20 20/40 = 10 to the guarantor, 10 to the bank */
static void recoveries_by_order(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(1);
    struct ps_products_row *p = &s->products[0];
    p->pool_share_ppm = 600000;
    p->guarantor_share_ppm = 200000;
    s->loans[0].recovery_frac = 0.5;
    p->recovery_order = PS_RECOVERY_PRO_RATA;
    struct outcome out = run_until(s, 1);
    assert_int_equal(out.m[PS_M_COMPENSATION], 60 * WAN);
    assert_int_equal(out.m[PS_M_RETURNED], 30 * WAN);
    assert_losses(&out, 30, 10, 0, 0, 10);
    p->recovery_order = PS_RECOVERY_BANK_FIRST;
    out = run_until(s, 1);
    assert_losses(&out, 37.5, 12.5, 0, 0, 0);
    p->recovery_order = PS_RECOVERY_POOL_FIRST;
    out = run_until(s, 1);
    assert_losses(&out, 10, 20, 0, 0, 20);
    s->loans[0].recovery_frac = 0.8;
    out = run_until(s, 1);
    assert_losses(&out, 0, 10, 0, 0, 10);
    ps_fixture_free(s);
}

/* ---- support between pools ---- */

/* n pools pool_a, pool_b, ... without money, each with a product of its own; loan i is in pool i,
 * loans beyond the last pool are in pool_a. */
static struct ps_scenario *several_pools(size_t pools, size_t loans)
{
    struct ps_scenario *s = doomed(loans);
    s->pools = realloc(s->pools, pools * sizeof *s->pools);
    s->products = realloc(s->products, pools * sizeof *s->products);
    assert_true(s->pools != NULL && s->products != NULL);
    s->pools_n = s->products_n = pools;
    s->pools[0].initial_fen = 0;
    for (size_t i = 0; i < pools; i++) {
        s->pools[i] = s->pools[0];
        s->products[i] = s->products[0];
        snprintf(s->pools[i].pool_id, sizeof s->pools[i].pool_id, "pool_%c", (char)('a' + (int)i));
        ID(s->products[i].product_id, s->pools[i].pool_id);
        ID(s->products[i].pool_id, s->pools[i].pool_id);
    }
    for (size_t i = 0; i < loans; i++)
        ID(s->loans[i].product_id, s->products[i < pools ? i : 0].product_id);
    return s;
}

static void supported_by(struct ps_pools_row *pool, const char *helper, int64_t limit_wan)
{
    ID(pool->support_pool_id, helper);
    pool->support_limit_fen = limit_wan * WAN;
}

static void money(struct ps_scenario *s, int64_t a, int64_t b)
{
    s->pools[0].initial_fen = a * WAN;
    s->pools[1].initial_fen = b * WAN;
}

/* Claims of 200 on pool_a (its loans only), 30 in it.
 *   pool_b 100, limit 50     50 come, 80 are paid, 120 missing: depletion
 *   pool_b 100, limit 500    100 come, 130 are paid, 70 missing
 *   pool_b 500, limit 500    170 come, all is paid: no depletion; 330 are left in pool_b
 *   limit 170                the same to the last fen
 * Compensation is counted once, by the pool that owes it. */
static void support_up_to_limit_money_and_need(void **state)
{
    (void)state;
    static const struct {
        int64_t helper, limit, support, paid, end;
    } rows[] = {{100, 50, 50, 80, 50},
                {100, 500, 100, 130, 0},
                {500, 500, 170, 200, 330},
                {500, 170, 170, 200, 330}};
    struct ps_scenario *s = several_pools(2, 2);
    ID(s->loans[1].product_id, "pool_a");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        money(s, 30, rows[i].helper);
        supported_by(&s->pools[0], "pool_b", rows[i].limit);
        const struct outcome out = run_until(s, 2);
        assert_int_equal(out.m[PS_M_SUPPORT], rows[i].support * WAN);
        assert_int_equal(out.m[PS_M_COMPENSATION], rows[i].paid * WAN);
        assert_int_equal(out.m[PS_M_LOSS_POOL], rows[i].paid * WAN);
        assert_int_equal(out.m[PS_M_SHORTFALL], (200 - rows[i].paid) * WAN);
        assert_int_equal(out.m[PS_M_DEPLETED], rows[i].paid < 200);
        assert_int_equal(out.m[PS_M_POOL_END], rows[i].end * WAN);
        assert_int_equal(out.m[PS_M_FISCAL_OUTLAY], (30 + rows[i].helper) * WAN);
    }
    ps_fixture_free(s);
}

/* The helper's own claim of the month comes first: of 120 in pool_b 100 are its own, 20 go to
 * pool_a, whose claim is 100. */
static void a_helper_pays_its_own_claims_first(void **state)
{
    (void)state;
    struct ps_scenario *s = several_pools(2, 2);
    money(s, 0, 120);
    supported_by(&s->pools[0], "pool_b", 500);
    const struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SUPPORT], 20 * WAN);
    assert_int_equal(out.m[PS_M_SHORTFALL], 80 * WAN);
    ps_fixture_free(s);
}

/* The limit is for the whole run: claims of 100 in months 15 and 23, limit 130: 100, then 30. */
static void the_limit_of_support_is_for_the_whole_run(void **state)
{
    (void)state;
    struct ps_scenario *s = several_pools(2, 2);
    ID(s->loans[1].product_id, "pool_a");
    s->loans[1].months_left = 20;
    money(s, 0, 500);
    supported_by(&s->pools[0], "pool_b", 130);
    const struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SUPPORT], 130 * WAN);
    assert_int_equal(out.m[PS_M_DEPLETED_MONTH], 23);
    ps_fixture_free(s);
}

/* Two pools helped by a third with 150: pool_a, first by id, gets its 100, pool_b the other 50. In
 * a row, pool_a by pool_b and pool_b by pool_c, money is not passed on: pool_b gets 100 for its own
 * claim and has nothing to give. */
static void support_goes_by_id_and_is_not_passed_on(void **state)
{
    (void)state;
    struct ps_scenario *s = several_pools(3, 2);
    s->pools[2].initial_fen = 150 * WAN;
    supported_by(&s->pools[0], "pool_c", 500);
    supported_by(&s->pools[1], "pool_c", 500);
    s->products[1].pool_share_ppm = 400000; /* tells the two apart: pool_b owes 40 */
    struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SUPPORT], 140 * WAN);
    s->pools[2].initial_fen = 110 * WAN;
    out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SHORTFALL], 30 * WAN);
    s->products[1].pool_share_ppm = 1000000;
    s->pools[2].initial_fen = 500 * WAN;
    supported_by(&s->pools[0], "pool_b", 500);
    out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SUPPORT], 100 * WAN);
    assert_int_equal(out.m[PS_M_SHORTFALL], 100 * WAN);
    ps_fixture_free(s);
}

/* Stop-loss 60: the claim of 100 is cut to 60; 30 are there, 30 come. */
static void support_comes_after_the_stop_loss(void **state)
{
    (void)state;
    struct ps_scenario *s = several_pools(2, 1);
    money(s, 30, 500);
    supported_by(&s->pools[0], "pool_b", 500);
    s->p.stop_loss_yearly_fen = 60 * WAN;
    const struct outcome out = run_until(s, 1);
    assert_int_equal(out.m[PS_M_SUPPORT], 30 * WAN);
    assert_int_equal(out.m[PS_M_COMPENSATION], 60 * WAN);
    assert_int_equal(out.m[PS_M_STOP_LOSS_N], 1);
    assert_int_equal(out.m[PS_M_DEPLETED], 0);
    ps_fixture_free(s);
}

/* Support pays the claims of the month, not the queue: 100 wait from month 15, when pool_b is
 * empty; it has 300 from month 20 on and pays the claim of month 23, but not what waits. */
static void support_is_not_for_the_queue(void **state)
{
    (void)state;
    struct ps_scenario *s = several_pools(2, 2);
    struct ps_topups_row topup = {.month = 20, .amount_fen = 300 * WAN};
    ID(topup.pool_id, "pool_b");
    ID(s->loans[1].product_id, "pool_a");
    s->loans[1].months_left = 20;
    s->p.carry_unpaid = 1;
    supported_by(&s->pools[0], "pool_b", 500);
    s->topups = &topup;
    s->topups_n = 1;
    const struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_SUPPORT], 100 * WAN);
    assert_int_equal(out.m[PS_M_SHORTFALL], 100 * WAN);
    assert_int_equal(out.m[PS_M_POOL_END], 200 * WAN);
    s->topups = NULL;
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insurer_limit_of_a_firm_in_both_readings),
        cmocka_unit_test(insurer_limit_of_a_year),
        cmocka_unit_test(insurer_limits_act_by_firm_then_by_year),
        cmocka_unit_test(firm_cap_holds_for_the_insurers_excess),
        cmocka_unit_test(reguarantor_stops_at_its_claim_rate),
        cmocka_unit_test(firm_cap_by_class),
        cmocka_unit_test(loan_cap_by_class),
        cmocka_unit_test(stop_loss_cuts_before_the_balance),
        cmocka_unit_test(queue_pays_the_oldest_first),
        cmocka_unit_test(recoveries_by_order),
        cmocka_unit_test(support_up_to_limit_money_and_need),
        cmocka_unit_test(a_helper_pays_its_own_claims_first),
        cmocka_unit_test(the_limit_of_support_is_for_the_whole_run),
        cmocka_unit_test(support_goes_by_id_and_is_not_passed_on),
        cmocka_unit_test(support_comes_after_the_stop_loss),
        cmocka_unit_test(support_is_not_for_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
