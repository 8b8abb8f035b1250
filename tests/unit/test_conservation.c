// SPDX-License-Identifier: GPL-3.0-or-later
// The check that a world's money adds up is itself checked: schedules are spoilt, and each must be
// caught by the ledger, by a run and by a trace. This program's kernel builds a schedule and then
// spoils it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "testkit.h"

const struct ps_kernel *genuine_kernel_select(const char *name);
#define ps_kernel_select genuine_kernel_select
#include "../../sim/kernel/kernel.c"
#undef ps_kernel_select

enum fault {
    NONE,
    CLAIM_LOST,
    CLAIM_TWICE,
    DISPOSAL_LOST,
    DISPOSAL_BEFORE_DEFAULT,
    DISPOSAL_AFTER_THE_END,
    LOAN_NEVER_LEAVES,
    FAULTS_N
};

static enum fault fault;

static int find_event(const struct ps_schedule *s, int fate, enum ps_event_step step)
{
    int i = 0;
    while (s->events[i].month != 0xffff && (s->events[i].fate != fate || s->events[i].step != step))
        i++;
    return i;
}

static void drop_event(struct ps_schedule *s, int i)
{
    for (s->events_n--; i <= s->events_n; i++)
        s->events[i] = s->events[i + 1];
}

static int precedes(const struct ps_event *a, const struct ps_event *b)
{
    if (a->month != b->month)
        return a->month < b->month;
    return a->step != b->step ? a->step < b->step : a->fate < b->fate;
}

static void sort_events(struct ps_event *e, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && precedes(&e[k], &e[k - 1]); k--) {
            const struct ps_event swap = e[k];
            e[k] = e[k - 1];
            e[k - 1] = swap;
        }
}

static void move_event(struct ps_schedule *s, int i, int month)
{
    s->events[i].month = (uint16_t)month;
    sort_events(s->events, s->events_n);
}

/* Spoils the schedule of the first loan of the tape, when it defaults. */
static void schedule_spoil(const struct ps_world_plan *plan, const struct ps_policy *policy,
                           const struct ps_world *world, struct ps_schedule *schedule)
{
    genuine_kernel_select(NULL)->schedule_build(plan, policy, world, schedule);
    const int fate = world->apps[0].fate;
    if (fate == PS_NONE)
        return;
    const int claim = find_event(schedule, fate, PS_STEP_CLAIM);
    const int disposal = find_event(schedule, fate, PS_STEP_DISPOSAL);
    switch (fault) {
    case CLAIM_LOST:
        drop_event(schedule, claim);
        break;
    case CLAIM_TWICE:
        schedule->events[disposal] = schedule->events[claim];
        schedule->events[disposal].month++;
        sort_events(schedule->events, schedule->events_n);
        break;
    case DISPOSAL_LOST:
        drop_event(schedule, disposal);
        break;
    case DISPOSAL_BEFORE_DEFAULT:
        move_event(schedule, disposal, world->fates[fate].tau - 1);
        break;
    case DISPOSAL_AFTER_THE_END:
        move_event(schedule, disposal, plan->months_n + 1);
        break;
    case LOAN_NEVER_LEAVES:
        if (schedule->standing != NULL)
            schedule->leave[world->apps[1].maturity].pool_fen -= 1;
        else
            schedule->ends[world->apps[1].end].pool_fen -= 1;
        break;
    default:
        break;
    }
}

const struct ps_kernel *ps_kernel_select(const char *name)
{
    static struct ps_kernel spoiling;
    spoiling = *genuine_kernel_select(name);
    spoiling.schedule_build = schedule_spoil;
    return &spoiling;
}

/* Ten tape loans, the first as good as sure to default and of another size than the others. */
static struct ps_scenario *book(void)
{
    struct ps_scenario *s = ps_fixture_tape(10);
    s->p.dependence = 1;
    s->p.horizon_months = 12;
    s->p.runoff_months = 120;
    s->p.renewal_prob_frac = 0;
    s->loans[0].pd_frac = 0.99;
    s->loans[0].amount_wan = 77;
    return s;
}

/* A world in which the first loan defaults late enough to be spoilt. */
static const struct ps_world *spoilt_world(struct ps_kit *kit)
{
    ps_kit_sample(kit, 0, PS_TILE_WORLDS);
    const struct ps_world *w = kit->worlds.worlds;
    while (w->apps[0].fate == PS_NONE || w->fates[w->apps[0].fate].tau < 3)
        w++;
    return w;
}

static void every_fault_is_seen_by_the_ledger(void **state)
{
    (void)state;
    static const int widths[] = {PS_LANES_LONE, PS_LANES_NARROW, PS_LANES_WIDE};
    struct ps_scenario *s = book();
    struct ps_kit kit;
    struct ps_policy policy;
    const struct ps_policy *const policies[] = {&policy, &policy, &policy};
    ps_kit_open(&kit, s, 1, NULL);
    ps_kit_policy(s, &policy);
    for (fault = NONE; fault < FAULTS_N; fault++)
        for (int k = 0; k < 3; k++) {
            const struct ps_world *w = spoilt_world(&kit);
            const int n = widths[k] == PS_LANES_LONE ? 1 : 3;
            ps_kit_run(&kit, w, policies, n, widths[k], NULL);
            assert_int_equal(kit.ledger.violations, fault == NONE ? 0 : n);
        }
    fault = NONE;
    ps_policy_free(&policy);
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* One spoilt world in a run is enough. */
static void every_fault_stops_a_run(void **state)
{
    (void)state;
    struct ps_scenario *s = book();
    struct ps_diags diags = {0};
    struct ps_engine_request request = {
        .scenarios = s, .scenarios_n = 1, .worlds_n = 100, .seed = 1, .threads_n = 1};
    for (fault = NONE; fault < FAULTS_N; fault++)
        for (int tier = PS_TIER_DECISION; tier <= PS_TIER_FULL; tier++) {
            struct ps_engine_result result;
            request.tier = (enum ps_tier)tier;
            assert_int_equal(ps_engine_run(&request, &diags, &result),
                             fault == NONE ? PS_OK : PS_BUG);
            ps_engine_result_free(&result);
        }
    fault = NONE;
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

static void a_fault_stops_a_trace(void **state)
{
    (void)state;
    struct ps_scenario *s = book();
    struct ps_diags diags = {0};
    struct ps_trace trace;
    struct ps_kit kit;
    ps_kit_open(&kit, s, 1, NULL);
    const uint32_t world = spoilt_world(&kit)->number;
    for (fault = NONE; fault <= CLAIM_LOST; fault++) {
        assert_int_equal(ps_trace_run(s, 1, world, NULL, &diags, &trace),
                         fault == NONE ? PS_OK : PS_BUG);
        ps_trace_free(&trace);
    }
    fault = NONE;
    ps_kit_close(&kit);
    ps_diags_free(&diags);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_seen_by_the_ledger),
        cmocka_unit_test(every_fault_stops_a_run),
        cmocka_unit_test(a_fault_stops_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
