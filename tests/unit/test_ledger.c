// SPDX-License-Identifier: GPL-3.0-or-later
// The ledger on small books whose outcome is known by hand. Random books: test_prop_ledger.c.
#include "byhand.h"

/* ---- measures ---- */

/* A target that was reached before month 1 is reached in month 1, whether or not anybody asks. */
static void target_reached_before(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bare();
    s->p.registered_before_fen = s->p.target_fen = 5 * WAN;
    assert_int_equal(run_until(s, 0).m[PS_M_TARGET_MONTH], 1);
    ps_fixture_free(s);
}

/* With nothing refused the ceiling is what was registered, each renewal rounded by itself. */
static void ceiling_is_what_nothing_refused_registers(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    s->p.dependence = 1;
    for (size_t i = 0; i < s->segments_n; i++)
        s->segments[i].pd_frac = 0;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].pd_frac = 0;
    for (size_t i = 0; i < s->products_n; i++)
        s->products[i].loan_cap_wan = s->products[i].loan_cap_micro_wan = 0;
    s->p.renewal_prob_frac = 1;
    s->p.registered_ratio_ppm = 1234567;
    s->p.renewal_registration_share_ppm = 333333;
    s->pools[0].initial_fen = 10000000 * WAN;
    const struct outcome out = run_until(s, 0);
    assert_int_equal(out.m[PS_M_REFUSED_N], 0);
    assert_int_equal(out.m[PS_M_CEILING], out.m[PS_M_REGISTERED]);
    ps_fixture_free(s);
}

/* ---- caps and limits ---- */

/* A firm's cap counts what it has coming from the queue: two loans of one firm, no money when they
 * default, plenty later. */
static void firm_cap_counts_the_queue(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(2);
    struct ps_topups_row topup = {.month = 30, .amount_fen = 1000 * WAN};
    ID(s->loans[0].firm_id, "firm");
    ID(s->loans[1].firm_id, "firm");
    s->loans[1].months_left = 20;
    s->pools[0].initial_fen = 0;
    s->p.carry_unpaid = 1;
    s->products[0].firm_cap_fen = 60 * WAN;
    s->topups = &topup;
    s->topups_n = 1;
    const struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_COMPENSATION], 60 * WAN);
    assert_int_equal(out.m[PS_M_LOSS_BANK], 140 * WAN);
    s->topups = NULL;
    ps_fixture_free(s);
}

/* Two claims of one firm in one month share its cap. */
static void firm_cap_within_a_month(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(2);
    ID(s->loans[0].firm_id, "firm");
    ID(s->loans[1].firm_id, "firm");
    s->products[0].firm_cap_fen = 130 * WAN;
    const struct outcome out = run_until(s, 2);
    assert_int_equal(out.m[PS_M_COMPENSATION], 130 * WAN);
    ps_fixture_free(s);
}

/* What a firm owes shrinks as it repays: loans of 120 over 12 and over 24 months; when the first is
 * renewed the second owes 60. */
static void single_name_counts_what_is_owed(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(2);
    s->p.horizon_months = 12;
    s->p.renewal_prob_frac = 1;
    s->segments[0].tenor_12m_frac = 1;
    s->segments[0].tenor_24m_frac = s->segments[0].tenor_36m_frac = 0;
    for (size_t i = 0; i < 2; i++) {
        ID(s->loans[i].firm_id, "firm");
        s->loans[i].pd_frac = 0;
        s->loans[i].amount_wan = 120;
        s->loans[i].repayment = PS_REPAY_EQUAL;
    }
    s->loans[1].months_left = 24;
    s->p.max_firm_liability_ppm = 180000; /* 180 of 1,000 */
    struct outcome out = run_until(s, 0);
    assert_int_equal(out.m[PS_M_GRANTS_N], 1);
    s->p.max_firm_liability_ppm = 179999;
    out = run_until(s, 0);
    assert_int_equal(out.m[PS_M_REFUSED_SINGLE_NAME], 120 * WAN);
    ps_fixture_free(s);
}

/* n loans of 100 that never default and ask once for renewal, each by a firm of its own. */
static struct ps_scenario *renewed_once(size_t n)
{
    struct ps_scenario *s = doomed(n);
    s->p.horizon_months = 12;
    s->p.renewal_prob_frac = 1;
    for (size_t i = 0; i < n; i++)
        s->loans[i].pd_frac = 0;
    return s;
}

/* The last fen of room may be lent, one more may not: 10 x 10 = 100. */
static void leverage_is_used_to_the_last_fen(void **state)
{
    (void)state;
    struct ps_scenario *s = renewed_once(1);
    s->pools[0].leverage_ppm = 10000000;
    s->pools[0].initial_fen = 10 * WAN;
    assert_int_equal(run_until(s, 0).m[PS_M_GRANTS_N], 1);
    s->pools[0].leverage_ppm = 9999999;
    assert_int_equal(run_until(s, 0).m[PS_M_REFUSED_LEVERAGE], 100 * WAN);
    ps_fixture_free(s);
}

/* The same where not all of the month's applications fit: the first of two takes all the room. */
static void the_first_takes_the_last_fen(void **state)
{
    (void)state;
    struct ps_scenario *s = renewed_once(2);
    s->pools[0].leverage_ppm = 10000000;
    s->pools[0].initial_fen = 10 * WAN;
    const struct outcome out = run_until(s, 0);
    assert_int_equal(out.m[PS_M_GRANTS_N], 1);
    assert_int_equal(out.m[PS_M_REFUSED_LEVERAGE], 100 * WAN);
    ps_fixture_free(s);
}

/* The same for the single-name limit of a firm without other loans: 10 % of 1,000 = 100. */
static void single_name_is_used_to_the_last_fen(void **state)
{
    (void)state;
    struct ps_scenario *s = renewed_once(1);
    s->p.max_firm_liability_ppm = 100000;
    assert_int_equal(run_until(s, 0).m[PS_M_GRANTS_N], 1);
    s->p.max_firm_liability_ppm = 99999;
    assert_int_equal(run_until(s, 0).m[PS_M_REFUSED_SINGLE_NAME], 100 * WAN);
    ps_fixture_free(s);
}

/* ---- the last month ---- */

/* A loan that defaults in month N is disposed of and claimed in month N: on EAD - R. */
static void default_in_the_last_month(void **state)
{
    (void)state;
    struct ps_scenario *s = doomed(1);
    s->p.horizon_months = 12;
    s->p.runoff_months = 24;
    s->p.npl_months = 0;
    s->products[0].trigger_months = 0;
    s->loans[0].months_left = 36;
    s->loans[0].recovery_frac = 0.3;
    const struct outcome out = run_until(s, 1);
    assert_int_equal(out.m[PS_M_EXPOSURE], 100 * WAN);
    assert_int_equal(out.m[PS_M_RECOVERED], 30 * WAN);
    assert_int_equal(out.m[PS_M_COMPENSATION], 70 * WAN);
    assert_int_equal(out.m[PS_M_RETURNED], 0);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_reached_before),
        cmocka_unit_test(ceiling_is_what_nothing_refused_registers),
        cmocka_unit_test(firm_cap_counts_the_queue),
        cmocka_unit_test(firm_cap_within_a_month),
        cmocka_unit_test(single_name_counts_what_is_owed),
        cmocka_unit_test(leverage_is_used_to_the_last_fen),
        cmocka_unit_test(the_first_takes_the_last_fen),
        cmocka_unit_test(single_name_is_used_to_the_last_fen),
        cmocka_unit_test(default_in_the_last_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
