// SPDX-License-Identifier: GPL-3.0-or-later
// Worlds: their order, that tile and instruction set change no bit, and what a change of the book
// must leave alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "testkit.h"

enum { BOOKS = 12 };

static struct ps_scenario *book(int i)
{
    struct ps_dice dice = {.state = (uint64_t)i * 15485863 + 3};
    return i == 0 ? ps_fixture_bishan() : ps_random_book(&dice);
}

/* ---- bits ---- */

static void assert_same(const struct ps_world_plan *plan, const struct ps_world *a,
                        const struct ps_world *b)
{
    const size_t apps = (size_t)a->apps_n, fates = (size_t)a->fates_n;
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->apps_n, b->apps_n);
    assert_int_equal(a->fates_n, b->fates_n);
    assert_memory_equal(a->apps, b->apps, apps * sizeof *a->apps);
    assert_memory_equal(a->end_next, b->end_next, apps * sizeof *a->end_next);
    assert_memory_equal(a->fates, b->fates, fates * sizeof *a->fates);
    assert_memory_equal(a->app_first, b->app_first,
                        ((size_t)plan->horizon + 2) * sizeof *a->app_first);
    assert_memory_equal(a->end_first, b->end_first,
                        ((size_t)plan->months_n + 1) * sizeof *a->end_first);
}

/* A world drawn alone is the world drawn in a tile, wherever it stands there. */
static void worlds_do_not_know_their_tile(void **state)
{
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct ps_scenario *s = book(i);
        struct ps_kit tile, alone;
        ps_kit_open(&tile, s, 7, NULL);
        ps_kit_open(&alone, s, 7, NULL);
        ps_kit_sample(&tile, 4294967264u, PS_TILE_WORLDS); /* the last there are */
        for (int w = 0; w < PS_TILE_WORLDS; w += 5) {
            ps_kit_sample(&alone, 4294967264u + (unsigned)w, 1);
            assert_same(tile.plan, &tile.worlds.worlds[w], &alone.worlds.worlds[0]);
        }
        ps_kit_close(&alone);
        ps_kit_close(&tile);
        ps_fixture_free(s);
    }
}

static void every_instruction_set_draws_the_same(void **state)
{
    (void)state;
    static const char *const isas[] = {"v3", "v4"};
    for (int i = 0; i < BOOKS; i++) {
        struct ps_scenario *s = book(i);
        struct ps_kit base, other;
        ps_kit_open(&base, s, 11, "base");
        ps_kit_sample(&base, 64, PS_TILE_WORLDS);
        for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
            if (ps_kernel_select(isas[k]) == NULL)
                continue;
            ps_kit_open(&other, s, 11, isas[k]);
            ps_kit_sample(&other, 64, PS_TILE_WORLDS);
            for (int w = 0; w < PS_TILE_WORLDS; w++)
                assert_same(base.plan, &base.worlds.worlds[w], &other.worlds.worlds[w]);
            ps_kit_close(&other);
        }
        ps_kit_close(&base);
        ps_fixture_free(s);
    }
}

static void seed_and_number_make_the_world(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan();
    struct ps_kit one, two;
    ps_kit_open(&one, s, 1, NULL);
    ps_kit_open(&two, s, UINT64_C(1) + (UINT64_C(1) << 32), NULL);
    ps_kit_sample(&one, 0, 2);
    ps_kit_sample(&two, 0, 1);
    const uint32_t u = one.worlds.worlds[0].u_product[0];
    assert_int_not_equal(u, one.worlds.worlds[1].u_product[0]);
    assert_int_not_equal(u, two.worlds.worlds[0].u_product[0]);
    ps_kit_close(&two);
    ps_kit_close(&one);
    ps_fixture_free(s);
}

/* ---- order ---- */

static void check_app(const struct ps_world_plan *plan, const struct ps_world *w, int i)
{
    const struct ps_app *a = &w->apps[i], *before = i > 0 ? a - 1 : NULL;
    const int renewal = (a->flags & PS_APP_RENEWAL) != 0;
    assert_true((uint32_t)i >= w->app_first[a->month] && (uint32_t)i < w->app_first[a->month + 1]);
    assert_in_range(a->maturity, a->month + 1, plan->months_n);
    assert_in_range(a->end, a->month + 1, a->maturity);
    const int again = !renewal && a->flags & PS_APP_WAITED;
    assert_int_equal(renewal || again, a->parent != PS_NONE);
    assert_int_equal(renewal, a->link > 0);
    if (before != NULL && before->month == a->month) {
        const int before_renewal = (before->flags & PS_APP_RENEWAL) != 0;
        assert_true(before_renewal >= renewal);
        assert_true(before_renewal > renewal || before->firm_rank < a->firm_rank ||
                    (renewal && before->firm_rank == a->firm_rank && plan->retry_months > 0));
    }
    if (again) {
        const struct ps_app *refused = &w->apps[a->parent];
        assert_int_equal(refused->month + 1, a->month);
        assert_int_equal(refused->link, 0);
        assert_int_equal(refused->amount_wan, a->amount_wan);
        assert_int_equal(refused->firm_rank, a->firm_rank);
    } else if (renewal) {
        const struct ps_app *parent = &w->apps[a->parent];
        assert_true(a->parent < i && parent->fate == PS_NONE);
        assert_int_equal(parent->maturity, a->month);
        assert_int_equal(parent->link + 1, a->link);
        assert_int_equal(parent->amount_wan, a->amount_wan);
        assert_int_equal(parent->segment, a->segment);
        assert_int_equal(parent->firm_rank, a->firm_rank);
    } else {
        assert_int_equal(a->month == 0, a->tape != PS_NONE);
    }
    assert_true(a->month <= plan->horizon);
    if (a->fate == PS_NONE)
        assert_int_equal(a->end, a->maturity);
}

static void check_fate(const struct ps_world_plan *plan, const struct ps_world *w, int f)
{
    const struct ps_fate *fate = &w->fates[f];
    assert_int_equal(w->apps[fate->app].fate, f);
    assert_int_equal(w->apps[fate->app].end, fate->tau);
    assert_true(f == 0 || fate->app > w->fates[f - 1].app);
    assert_true((fate->s > fate->tau && fate->s <= plan->months_n) ||
                (fate->s == fate->tau && fate->tau == plan->months_n));
    assert_true(fate->proceeds_frac >= 0 && fate->cash_frac >= 0 && fate->cash_frac <= 1);
}

static void check_ends(const struct ps_world_plan *plan, const struct ps_world *w)
{
    int seen = 0;
    for (int t = 0; t <= plan->months_n; t++)
        for (int i = w->end_first[t]; i != PS_NONE; i = w->end_next[i]) {
            assert_int_equal(w->apps[i].end, t);
            assert_true(w->end_next[i] > i); /* PS_NONE is the largest number */
            seen++;
        }
    assert_int_equal(seen, w->apps_n);
}

/* What is asked for from month 1 on. */
static void check_asked(const struct ps_world *w)
{
    double first = 0, renewed = 0;
    for (int i = 0; i < w->apps_n; i++)
        if (w->apps[i].month > 0 && !(w->apps[i].flags & PS_APP_WAITED))
            *(w->apps[i].flags & PS_APP_RENEWAL ? &renewed : &first) += w->apps[i].amount_wan;
    assert_true(w->asked_first_wan == first && w->asked_renewed_wan == renewed);
}

static void worlds_are_in_canonical_order(void **state)
{
    (void)state;
    for (int i = 0; i < 4 * BOOKS; i++) {
        struct ps_scenario *s = book(i);
        struct ps_kit kit;
        ps_kit_open(&kit, s, 5, NULL);
        ps_kit_sample(&kit, 0, PS_TILE_WORLDS);
        for (int k = 0; k < PS_TILE_WORLDS; k++) {
            const struct ps_world *w = &kit.worlds.worlds[k];
            assert_int_equal(w->app_first[kit.plan->horizon + 1], w->apps_n);
            for (int a = 0; a < w->apps_n; a++)
                check_app(kit.plan, w, a);
            for (int f = 0; f < w->fates_n; f++)
                check_fate(kit.plan, w, f);
            check_ends(kit.plan, w);
            check_asked(w);
        }
        ps_kit_close(&kit);
        ps_fixture_free(s);
    }
}

/* ---- what a change must leave alone ---- */

/* Address of the chain's root: the hash of a tape loan's id, or month and arrival number. */
static uint64_t address_of(const struct ps_world_plan *plan, const struct ps_world *w, int i)
{
    while (w->apps[i].parent != PS_NONE)
        i = w->apps[i].parent;
    const struct ps_app *root = &w->apps[i];
    if (root->tape != PS_NONE)
        return plan->tape[root->tape].address;
    int first = (int)w->app_first[root->month];
    while (w->apps[first].parent != PS_NONE)
        first++;
    return (uint64_t)root->month << 32 | (uint32_t)(i - first);
}

static void assert_same_loan(const struct ps_world *one, int i, const struct ps_world *two, int j)
{
    struct ps_app a = one->apps[i], b = two->apps[j];
    assert_int_equal(one->u_product[a.firm_rank], two->u_product[b.firm_rank]);
    assert_int_equal(one->u_bank[a.firm_rank], two->u_bank[b.firm_rank]);
    if (a.fate != PS_NONE && b.fate != PS_NONE) {
        struct ps_fate x = one->fates[a.fate], y = two->fates[b.fate];
        x.app = y.app = 0;
        assert_memory_equal(&x, &y, sizeof x);
        a.fate = b.fate = 0;
    }
    /* numbers that depend on who else asks */
    a.firm_rank = b.firm_rank = 0;
    a.parent = b.parent = a.tape = b.tape = a.tape_firm = b.tape_firm = 0;
    assert_memory_equal(&a, &b, sizeof a);
}

/* Every loan of the smaller world is in the larger one, unchanged in every draw. */
static void assert_contains(const struct ps_kit *large, const struct ps_kit *small, int world)
{
    const struct ps_world *w = &small->worlds.worlds[world], *in = &large->worlds.worlds[world];
    for (int i = 0; i < w->apps_n; i++) {
        const uint64_t address = address_of(small->plan, w, i);
        int j = 0;
        while (j < in->apps_n &&
               (in->apps[j].link != w->apps[i].link || in->apps[j].month != w->apps[i].month ||
                address_of(large->plan, in, j) != address))
            j++;
        assert_in_range(j, 0, in->apps_n - 1);
        assert_same_loan(w, i, in, j);
    }
}

static void compare_books(const struct ps_scenario *large, const struct ps_scenario *small,
                          int *apps_more)
{
    struct ps_kit l, s;
    *apps_more = 0;
    ps_kit_open(&l, large, 9, NULL);
    ps_kit_open(&s, small, 9, NULL);
    ps_kit_sample(&l, 0, PS_TILE_WORLDS);
    ps_kit_sample(&s, 0, PS_TILE_WORLDS);
    for (int w = 0; w < PS_TILE_WORLDS; w++) {
        assert_contains(&l, &s, w);
        *apps_more += l.worlds.worlds[w].apps_n - s.worlds.worlds[w].apps_n;
    }
    ps_kit_close(&s);
    ps_kit_close(&l);
}

static void a_loan_more_moves_no_other_draw(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *more = ps_fixture_bishan();
    int apps_more;
    s->loans_n--; /* the loan more is in the middle of the rows */
    memmove(&s->loans[2], &s->loans[3], (s->loans_n - 2) * sizeof *s->loans);
    more->loans[2].pd_frac = 0.2;
    snprintf(more->loans[0].firm_id, sizeof more->loans[0].firm_id, "firm");
    snprintf(more->loans[5].firm_id, sizeof more->loans[5].firm_id, "firm");
    compare_books(more, s, &apps_more);
    assert_true(apps_more >= PS_TILE_WORLDS);
    ps_fixture_free(more);
    ps_fixture_free(s);
}

static void more_demand_keeps_the_old_firms(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *more = ps_fixture_bishan();
    int apps_more;
    more->p.demand_multiplier = 1.4;
    compare_books(more, s, &apps_more);
    assert_true(apps_more > 10 * PS_TILE_WORLDS);
    ps_fixture_free(more);
    ps_fixture_free(s);
}

/* A firm that asks again does so with the draws it has. */
static void asking_again_moves_no_draw(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *more = ps_fixture_bishan();
    int apps_more;
    more->p.refused_retry_months = 3;
    compare_books(more, s, &apps_more);
    assert_true(apps_more > 200 * PS_TILE_WORLDS);
    ps_fixture_free(more);
    ps_fixture_free(s);
}

/* ---- what a change must do in every world ---- */

/* A lower value of the pledges lowers what each brings, and moves nothing else. */
static void lower_values_bring_less_in_every_world(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *low = ps_fixture_bishan();
    struct ps_kit a, b;
    int sold = 0;
    low->p.valuation_multiplier = 0.7;
    ps_kit_open(&a, s, 3, NULL);
    ps_kit_open(&b, low, 3, NULL);
    for (uint64_t first = 0; first < 1600; first += PS_TILE_WORLDS) {
        ps_kit_sample(&a, first, PS_TILE_WORLDS);
        ps_kit_sample(&b, first, PS_TILE_WORLDS);
        for (int w = 0; w < PS_TILE_WORLDS; w++) {
            const struct ps_world *x = &a.worlds.worlds[w], *y = &b.worlds.worlds[w];
            assert_int_equal(x->fates_n, y->fates_n);
            assert_memory_equal(x->apps, y->apps, (size_t)x->apps_n * sizeof *x->apps);
            for (int f = 0; f < x->fates_n; f++) {
                const struct ps_fate *p = &x->fates[f], *q = &y->fates[f];
                assert_int_equal(p->s, q->s);
                assert_true(p->cash_frac == q->cash_frac);
                assert_true(p->proceeds_frac > 0 ? q->proceeds_frac < p->proceeds_frac
                                                 : q->proceeds_frac == 0);
                sold += p->proceeds_frac > 0;
            }
        }
    }
    assert_true(sold > 1000);
    ps_kit_close(&b);
    ps_kit_close(&a);
    ps_fixture_free(low);
    ps_fixture_free(s);
}

/* A higher PD: whoever defaulted defaults again, and not later. */
static void a_higher_pd_defaults_sooner_in_every_world(void **state)
{
    (void)state;
    int models_n;
    (void)ps_models_dependence(&models_n);
    for (int64_t dependence = 0; dependence < models_n; dependence++) {
        struct ps_scenario *s = ps_fixture_tape(50), *high = ps_fixture_tape(50);
        struct ps_kit a, b;
        int before = 0, after = 0;
        s->p.dependence = high->p.dependence = dependence;
        s->p.factor_step_months = high->p.factor_step_months = PS_STEP_12;
        s->p.renewal_prob_frac = high->p.renewal_prob_frac = 0;
        for (size_t i = 0; i < 50; i++)
            high->loans[i].pd_frac = 2 * s->loans[i].pd_frac;
        ps_kit_open(&a, s, 13, NULL);
        ps_kit_open(&b, high, 13, NULL);
        for (uint64_t first = 0; first < 1600; first += PS_TILE_WORLDS) {
            ps_kit_sample(&a, first, PS_TILE_WORLDS);
            ps_kit_sample(&b, first, PS_TILE_WORLDS);
            for (int w = 0; w < PS_TILE_WORLDS; w++)
                for (int i = 0; i < 50; i++) {
                    const struct ps_app *x = &a.worlds.worlds[w].apps[i];
                    const struct ps_app *y = &b.worlds.worlds[w].apps[i];
                    assert_true(y->end <= x->end);
                    assert_true(x->fate == PS_NONE || y->fate != PS_NONE);
                    before += x->fate != PS_NONE;
                    after += y->fate != PS_NONE;
                }
        }
        assert_true(after > before + before / 2);
        ps_kit_close(&b);
        ps_kit_close(&a);
        ps_fixture_free(high);
        ps_fixture_free(s);
    }
}

/* ---- which month's index counts ---- */

enum { SHOCK_FROM = 16, LAG = 4 };

/* Tape loans whose hazard the index does not move, under a shock from SHOCK_FROM on and without. */
static void open_shocked(struct ps_scenario *s, struct ps_shocks_row *shock, struct ps_kit kit[2])
{
    s->p.dependence = 1;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = 120;
    s->p.disposal_median_months = LAG;
    s->p.disposal_sigma = 0;
    for (size_t i = 0; i < s->loans_n; i++)
        s->loans[i].pd_frac = 0.8;
    *shock = (struct ps_shocks_row){.cluster_id = "all",
                                    .from_month = SHOCK_FROM,
                                    .to_month = 132,
                                    .shift_sd = shock->shift_sd};
    for (int k = 0; k < 2; k++) {
        s->shocks = k == 0 ? NULL : shock;
        s->shocks_n = (size_t)k;
        ps_kit_open(&kit[k], s, 17, NULL);
        ps_kit_sample(&kit[k], 0, PS_TILE_WORLDS);
    }
    s->shocks = NULL;
    s->shocks_n = 0;
}

static void close_shocked(struct ps_scenario *s, struct ps_kit kit[2])
{
    ps_kit_close(&kit[0]);
    ps_kit_close(&kit[1]);
    ps_fixture_free(s);
}

/* The value is that of the month of sale: exp(beta shift) times what it was, before it the same. */
static void values_follow_the_month_of_sale(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_tape(30);
    struct ps_shocks_row shock = {.shift_sd = -1.5};
    struct ps_kit kit[2];
    int inside = 0, outside = 0;
    s->p.sale_sensitivity = 0;
    s->p.value_sensitivity = 0.2;
    open_shocked(s, &shock, kit);
    for (int w = 0; w < PS_TILE_WORLDS; w++) {
        const struct ps_world *x = &kit[0].worlds.worlds[w], *y = &kit[1].worlds.worlds[w];
        assert_int_equal(x->fates_n, y->fates_n);
        for (int f = 0; f < x->fates_n; f++) {
            const int hit = x->fates[f].s >= SHOCK_FROM;
            const double expected = x->fates[f].proceeds_frac * (hit ? exp(-0.3) : 1);
            assert_int_equal(x->fates[f].s, y->fates[f].s);
            assert_true(fabs(y->fates[f].proceeds_frac - expected) <= 1e-12 * expected);
            inside += hit && expected > 0;
            outside += !hit && expected > 0;
        }
    }
    assert_true(inside > 20 && outside > 20);
    close_shocked(s, kit);
}

/* The chance of a sale is that of the first round: none in a shock without bottom, and from then on
 * every pledge waits for its third round. */
static void sales_follow_the_month_of_the_first_round(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_tape(30);
    struct ps_shocks_row shock = {.shift_sd = -200};
    struct ps_kit kit[2];
    int inside = 0, outside = 0;
    s->p.sale_sensitivity = 1;
    s->p.value_sensitivity = 0;
    open_shocked(s, &shock, kit);
    for (int w = 0; w < PS_TILE_WORLDS; w++) {
        const struct ps_world *x = &kit[0].worlds.worlds[w], *y = &kit[1].worlds.worlds[w];
        assert_int_equal(x->fates_n, y->fates_n);
        for (int f = 0; f < x->fates_n; f++) {
            const struct ps_fate *a = &x->fates[f], *b = &y->fates[f];
            const int first = a->tau + kit[0].plan->npl_months + LAG;
            if (first >= SHOCK_FROM) {
                assert_true(b->proceeds_frac == 0);
                assert_int_equal(b->s, first + 6);
            } else {
                assert_memory_equal(a, b, sizeof *a);
            }
            inside += first >= SHOCK_FROM && a->proceeds_frac > 0;
            outside += first < SHOCK_FROM;
        }
    }
    assert_true(inside > 20 && outside > 20);
    close_shocked(s, kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worlds_do_not_know_their_tile),
        cmocka_unit_test(every_instruction_set_draws_the_same),
        cmocka_unit_test(seed_and_number_make_the_world),
        cmocka_unit_test(worlds_are_in_canonical_order),
        cmocka_unit_test(a_loan_more_moves_no_other_draw),
        cmocka_unit_test(more_demand_keeps_the_old_firms),
        cmocka_unit_test(asking_again_moves_no_draw),
        cmocka_unit_test(lower_values_bring_less_in_every_world),
        cmocka_unit_test(a_higher_pd_defaults_sooner_in_every_world),
        cmocka_unit_test(values_follow_the_month_of_sale),
        cmocka_unit_test(sales_follow_the_month_of_the_first_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
