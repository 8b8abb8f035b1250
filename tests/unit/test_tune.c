// SPDX-License-Identifier: GPL-3.0-or-later
// Axes, variants, and the search for the smallest pool, on books whose answer is known exactly.
#include "bookfolder.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "pledgesim/sweep.h"
#include "pledgesim/tune.h"

enum { LOANS = 40, LOAN_WAN = 100, SHARE_PCT = 50, WORLDS = 16000 };

static const double PD = 0.05;

/* 40 independent loans of a year, PD 5 %, nothing recovered; the pool bears half of 100 万元 each
 * and earns nothing: it runs dry when more than C / 50 loans fail. */
static void static_folder(char folder[32])
{
    char loans[4096] = "loan_id,segment_id,product_id,amount_wan,months_left,pd_pct,recovery_pct\n";
    size_t n = strlen(loans);
    for (int i = 0; i < LOANS; i++)
        n += (size_t)snprintf(loans + n, sizeof loans - n, "l%02d,s1,direct,%d,12,%g,0\n", i,
                              LOAN_WAN, 100 * PD);
    const struct text_file files[] = {
        {"scenarios", "scenario_id,horizon_months,runoff_months,renewal_prob_pct,dependence,"
                      "pool_initial_wan,pool_interest_pct,target_wan,registered_before_wan\n"
                      "base,12,12,0,independent,500,0,0,0\n"},
        {"products", "product_id,share_pct,pool_id,pool_share_pct\ndirect,100,main,50\n"},
        {"loans", loans},
        {"demand", "year,new_firms_n\n"},
        {"shocks", ""},
        {"topups", ""}};
    make_folder(folder, files, sizeof files / sizeof *files);
}

/* The smallest pool in 万元 whose exact probability of running dry is at most eps. */
static int smallest_pool(double eps)
{
    int k = 0;
    while (gsl_cdf_binomial_Q((unsigned)k, PD, LOANS) > eps)
        k++;
    return k * LOAN_WAN * SHARE_PCT / 100;
}

static struct ps_constraint constraint(const char *text, int watch)
{
    struct ps_constraint c;
    const char *near;
    assert_int_equal(ps_constraint_parse(text, &c, &near), PS_METRIC_OK);
    c.watch = watch;
    return c;
}

struct question {
    char folder[32];
    struct ps_axis axis;
    struct ps_constraint constraints[2];
    struct ps_tune_request request;
    struct ps_diags diags;
    struct ps_tuned tuned;
};

static void ask(struct question *q, const char *vary, const char *first, const char *second)
{
    static const char *const only[] = {"base"};
    *q = (struct question){0};
    static_folder(q->folder);
    assert_int_equal(ps_axis_parse(vary, &q->axis), PS_AXIS_OK);
    q->constraints[0] = constraint(first, 0);
    if (second != NULL)
        q->constraints[1] = constraint(second, 1);
    q->request =
        (struct ps_tune_request){.study = {.book = {.path = q->folder, .only = only, .only_n = 1},
                                           .axes = &q->axis,
                                           .axes_n = 1,
                                           .constraints = q->constraints,
                                           .constraints_n = second != NULL ? 2 : 1,
                                           .seed = 11,
                                           .threads_n = 1},
                                 .confidence = 0.95,
                                 .worlds_n = WORLDS};
    assert_int_equal(ps_axis_bind(&q->request.study.book, &q->axis, &q->diags), PS_OK);
    assert_int_equal(ps_tune_run(&q->request, &q->diags, &q->tuned), PS_OK);
}

static void answered(struct question *q)
{
    ps_tuned_free(&q->tuned);
    ps_diags_free(&q->diags);
    drop_folder(q->folder);
}

static double pool_of(const struct question *q, size_t i)
{
    return ps_axis_real(&q->axis, (double)q->tuned.tried[i].at[0]);
}

/* ---- axes ---- */

static void axes_are_read(void **state)
{
    (void)state;
    struct ps_axis axis;
    assert_int_equal(ps_axis_parse("pool_initial_wan=500:3000", &axis), PS_AXIS_OK);
    assert_true(axis.steps_n == 2500 && axis.scale == 0);
    assert_string_equal(ps_axis_value(&axis, 772).s, "1272");
    assert_int_equal(ps_axis_parse("leverage=6:12:0.25", &axis), PS_AXIS_OK);
    assert_true(axis.steps_n == 24);
    assert_string_equal(ps_axis_value(&axis, 1).s, "6.25");
    assert_string_equal(ps_axis_value(&axis, 4).s, "7");
    assert_true(fabs(ps_axis_real(&axis, 0.5) - 6.125) < 1e-12);
    assert_int_equal(ps_axis_parse("shocks.k1.shift_sd=-2:-0.5:0.5", &axis), PS_AXIS_OK);
    assert_string_equal(ps_axis_value(&axis, 1).s, "-1.5");
    assert_int_equal(ps_axis_parse("topup=none|fixed|target", &axis), PS_AXIS_OK);
    assert_true(axis.steps_n == 2);
    assert_string_equal(ps_axis_value(&axis, 1).s, "fixed");
}

static void bad_axes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ps_axis_error error;
    } BAD[] = {{"", PS_AXIS_FORM},          {"pool_initial_wan", PS_AXIS_FORM},
               {"=1:2", PS_AXIS_FORM},      {"a=1", PS_AXIS_FORM},
               {"a=1:2:3:4", PS_AXIS_FORM}, {"a=:2", PS_AXIS_FORM},
               {"a=x|", PS_AXIS_FORM},      {"a=1:x", PS_AXIS_NUMBER},
               {"a=1%:2%", PS_AXIS_NUMBER}, {"a=nan:2", PS_AXIS_NUMBER},
               {"a=2:1", PS_AXIS_EMPTY},    {"a=1:1", PS_AXIS_EMPTY},
               {"a=1:2:0", PS_AXIS_EMPTY},  {"a=1:2:5", PS_AXIS_EMPTY}};
    struct ps_axis axis;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(ps_axis_parse(BAD[i].text, &axis), BAD[i].error);
}

/* ---- the smallest pool ---- */

/* P(K > 6) = 0.34 %, P(K > 5) = 1.39 %: at most 1 % needs 6 x 50 万元, whatever the step. */
static void the_smallest_pool_is_the_exact_one(void **state)
{
    (void)state;
    struct question q;
    assert_int_equal(smallest_pool(0.01), 300);
    ask(&q, "pool_initial_wan=50:1000", "p_depletion<=1%", NULL);
    assert_true(q.tuned.found && q.tuned.holds && q.tuned.monotone);
    assert_true(pool_of(&q, q.tuned.best) == 300 && pool_of(&q, q.tuned.verified) == 300);
    assert_int_equal(q.tuned.binding, 1);
    assert_true(q.tuned.lowest[0] == q.tuned.tried[q.tuned.best].at[0]);
    answered(&q);
    /* Power: another limit, another answer. */
    ask(&q, "pool_initial_wan=50:1000", "p_depletion<=2%", NULL);
    assert_true(pool_of(&q, q.tuned.best) == smallest_pool(0.02) && smallest_pool(0.02) == 250);
    answered(&q);
}

/* Any pool from 250 to 299 runs dry with the same 1.39 %: when the bound settles on 300, the
 * interval still holds 250, looked at or not. */
static void the_interval_holds_the_exact_one(void **state)
{
    (void)state;
    struct question q;
    assert_int_equal(smallest_pool(0.0145), 250);
    ask(&q, "pool_initial_wan=50:1000", "p_depletion<=1.45%", NULL);
    int above_n = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        q.request.study.seed = seed;
        q.request.worlds_n = 8000;
        ps_tuned_free(&q.tuned);
        assert_int_equal(ps_tune_run(&q.request, &q.diags, &q.tuned), PS_OK);
        assert_true(ps_axis_real(&q.axis, (double)q.tuned.lowest[0]) <= 250 &&
                    ps_axis_real(&q.axis, (double)q.tuned.highest[0]) >= 250);
        above_n += pool_of(&q, q.tuned.best) == 300;
    }
    assert_in_range(above_n, 1, 6);
    answered(&q);
}

/* The largest number is found from the other side: 6 defaults must be paid from a pool of 400 万元,
 * so it may bear 400 / 600 of each, cut to whole per cent. */
static void the_largest_share_is_the_exact_one(void **state)
{
    (void)state;
    struct question q;
    static const char *const only[] = {"base"};
    static const char *const sets[] = {"pool_initial_wan=400"};
    q = (struct question){0};
    static_folder(q.folder);
    assert_int_equal(ps_axis_parse("products.direct.pool_share_pct=10:100", &q.axis), PS_AXIS_OK);
    q.constraints[0] = constraint("p_depletion<=1%", 0);
    q.request = (struct ps_tune_request){
        .study = {.book = {.path = q.folder, .only = only, .only_n = 1, .sets = sets, .sets_n = 1},
                  .axes = &q.axis,
                  .axes_n = 1,
                  .constraints = q.constraints,
                  .constraints_n = 1,
                  .seed = 11,
                  .threads_n = 1},
        .objective = {.maximise = 1},
        .confidence = 0.95,
        .worlds_n = WORLDS};
    assert_int_equal(ps_axis_bind(&q.request.study.book, &q.axis, &q.diags), PS_OK);
    assert_int_equal(ps_tune_run(&q.request, &q.diags, &q.tuned), PS_OK);
    assert_true(q.tuned.found && q.tuned.holds);
    assert_true(pool_of(&q, q.tuned.best) == 66);
    answered(&q);
}

static void nothing_is_an_answer(void **state)
{
    (void)state;
    struct question q;
    ask(&q, "pool_initial_wan=50:200", "p_depletion<=1%", NULL);
    assert_false(q.tuned.found);
    assert_true(pool_of(&q, q.tuned.nearest) == 200);
    answered(&q);
}

/* The pool would have to be 300 for one and may be 200 for the other (its cost does not depend on
 * it): each alone is met at its own end. */
static void each_constraint_alone_is_met_where_it_can_be(void **state)
{
    (void)state;
    struct question q;
    ask(&q, "pool_initial_wan=50:1000:50", "p_depletion<=1%", "pool_end<=150");
    assert_false(q.tuned.found);
    const struct ps_tried *safe = &q.tuned.tried[q.tuned.reach[0]];
    const struct ps_tried *small = &q.tuned.tried[q.tuned.reach[1]];
    assert_int_equal(safe->judged[0].judgement, PS_MET);
    assert_int_equal(safe->judged[1].judgement, PS_MISSED);
    assert_int_equal(small->judged[1].judgement, PS_MET);
    assert_int_equal(small->judged[0].judgement, PS_MISSED);
    assert_true(pool_of(&q, q.tuned.reach[1]) == 50);
    answered(&q);
}

/* What is left at the end grows with the pool; the price of a tenth is
 * what the smallest pool under that limit would cost. P(K > 5) = 1.39 %: 1.6 % needs 250, 1.44 %
 * the next step, by its bound. */
static void prices_of_a_figure_are_searched_for(void **state)
{
    (void)state;
    struct question q, other;
    static const char *const only[] = {"base"};
    ask(&q, "pool_initial_wan=50:1000:50", "p_depletion<=1.6%", NULL);
    q.request.objective = (struct ps_objective){.axis = -1, .metric = ps_metric_of(PS_M_POOL_END)};
    q.request.study.metrics = &q.request.objective.metric;
    q.request.study.metrics_n = 1;
    q.request.study.book.only = only;
    ps_tuned_free(&q.tuned);
    assert_int_equal(ps_tune_run(&q.request, &q.diags, &q.tuned), PS_OK);
    assert_true(pool_of(&q, q.tuned.best) == smallest_pool(0.016) && smallest_pool(0.016) == 250);
    /* A tenth tighter, 1.44 %, needs the next step. */
    ask(&other, "pool_initial_wan=50:1000:50", "p_depletion<=1.44%", NULL);
    assert_true(pool_of(&other, other.tuned.best) == 300);
    const double there = q.tuned.tighter[0].objective - q.tuned.tried[q.tuned.best].objective.value;
    assert_true(q.tuned.tighter[0].known && fabs(there - 50e6) < 1e6);
    answered(&other);
    answered(&q);
}

/* A figure that falls as the pool grows: its best value stands at the far end of what is met, and
 * when fresh worlds do not bear it out the next ones to look at are smaller pools. */
static void the_far_end_is_verified_inwards(void **state)
{
    (void)state;
    struct question q;
    ask(&q, "pool_initial_wan=50:1000", "pool_end<=300", NULL);
    q.request.objective = (struct ps_objective){.axis = -1, .metric = ps_metric_of(PS_M_SHORTFALL)};
    q.request.study.metrics = &q.request.objective.metric;
    q.request.study.metrics_n = 1;
    int moved_n = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        q.request.study.seed = seed;
        q.request.worlds_n = 2000;
        ps_tuned_free(&q.tuned);
        assert_int_equal(ps_tune_run(&q.request, &q.diags, &q.tuned), PS_OK);
        assert_true(q.tuned.found && q.tuned.holds && q.tuned.monotone);
        assert_true(pool_of(&q, q.tuned.verified) <= pool_of(&q, q.tuned.best));
        moved_n += q.tuned.tried[q.tuned.verified].at[0] < q.tuned.tried[q.tuned.best].at[0];
    }
    assert_in_range(moved_n, 1, 6);
    answered(&q);
}

/* Two axes: leverage cannot matter to a book without new loans, so the answer is that of one axis,
 * judged with its neighbours on fresh worlds. */
static void neighbours_are_verified_too(void **state)
{
    (void)state;
    struct question q;
    struct ps_axis axes[2];
    ask(&q, "pool_initial_wan=50:1000:10", "p_depletion<=1%", NULL);
    axes[0] = q.axis;
    assert_int_equal(ps_axis_parse("leverage=2:9", &axes[1]), PS_AXIS_OK);
    assert_int_equal(ps_axis_bind(&q.request.study.book, &axes[1], &q.diags), PS_OK);
    q.request.study.axes = axes;
    q.request.study.axes_n = 2;
    ps_tuned_free(&q.tuned);
    assert_int_equal(ps_tune_run(&q.request, &q.diags, &q.tuned), PS_OK);
    assert_true(q.tuned.found && q.tuned.holds && q.tuned.binding == 1);
    assert_true(pool_of(&q, q.tuned.verified) == 300);
    int fresh_n = 0;
    for (size_t i = 0; i < q.tuned.tried_n; i++)
        fresh_n += q.tuned.tried[i].fresh;
    assert_in_range(fresh_n, 3, 13); /* at an end of the range or not, farther in */
    /* 1.1 % is as far from the next step as 1 % is. */
    assert_true(q.tuned.tighter[0].known && q.tuned.looser[0].known);
    assert_true(q.tuned.looser[0].objective == q.tuned.tried[q.tuned.best].objective.value);
    answered(&q);
}

/* P(K <= 3) = 86.2 %, P(K <= 4) = 95.2 %, P(K <= 5) = 98.6 %, each default 50 万元: 90 % lie far
 * from a step, 95 % so near that the bounds must hold both sides of it. Power: 80 % is another. */
static void a_quantile_is_told_with_its_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double lower, upper;
    } CASES[] = {{"compensation_gross_q90<=250", 200e6, 200e6},
                 {"compensation_gross_q95<=250", 200e6, 250e6},
                 {"compensation_gross_q80<=250", 150e6, 150e6}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct question q;
        ask(&q, "pool_initial_wan=500:550:10", CASES[i].text, NULL);
        const struct ps_metric_value *v = &q.tuned.quantile[0];
        assert_true(q.tuned.found && v->lower == CASES[i].lower && v->upper == CASES[i].upper);
        assert_true(v->value == v->lower || v->value == v->upper);
        answered(&q);
    }
}

/* The price of a tenth: the step function of this book has none until the next step. */
static void prices_follow_the_other_constraints(void **state)
{
    (void)state;
    struct question q;
    ask(&q, "pool_initial_wan=50:1000", "p_depletion<=1%", "compensation_gross<=120");
    /* The mean compensation is about 100 万元, so the second constraint never binds. */
    assert_int_equal(q.tuned.binding, 1);
    assert_true(q.tuned.tighter[0].known && q.tuned.looser[1].known);
    assert_true(fabs(q.tuned.tighter[1].objective - q.tuned.looser[1].objective) < 1e-9);
    answered(&q);
}

/* The search is deterministic, whatever the threads. */
static void threads_change_no_answer(void **state)
{
    (void)state;
    struct question one, two;
    ask(&one, "pool_initial_wan=50:1000:10", "p_depletion<=1%", NULL);
    ask(&two, "pool_initial_wan=50:1000:10", "p_depletion<=1%", NULL);
    ps_tuned_free(&two.tuned);
    two.request.study.threads_n = 3;
    assert_int_equal(ps_tune_run(&two.request, &two.diags, &two.tuned), PS_OK);
    assert_int_equal(one.tuned.tried_n, two.tuned.tried_n);
    for (size_t i = 0; i < one.tuned.tried_n; i++) {
        assert_int_equal(one.tuned.tried[i].at[0], two.tuned.tried[i].at[0]);
        assert_true(one.tuned.tried[i].judged[0].value.value ==
                    two.tuned.tried[i].judged[0].value.value);
    }
    answered(&one);
    answered(&two);
}

/* ---- grids ---- */

/* Each variant of a grid is the row that `run` would give, in the order of the axes, although the
 * book orders its columns otherwise. */
static void variants_stand_where_the_axes_say(void **state)
{
    (void)state;
    static const char *const only[] = {"base"};
    char folder[32];
    struct ps_axis axes[2];
    struct ps_diags diags = {0};
    struct ps_sweep sweep;
    static_folder(folder);
    assert_int_equal(ps_axis_parse("leverage=2:6:2", &axes[0]), PS_AXIS_OK);
    assert_int_equal(ps_axis_parse("资金池初始规模(亿元)=0.01:0.04:0.01", &axes[1]), PS_AXIS_OK);
    const struct ps_study study = {.book = {.path = folder, .only = only, .only_n = 1},
                                   .axes = axes,
                                   .axes_n = 2,
                                   .seed = 11,
                                   .threads_n = 1};
    for (int a = 0; a < 2; a++)
        assert_int_equal(ps_axis_bind(&study.book, &axes[a], &diags), PS_OK);
    assert_string_equal(axes[1].column, "pool_initial_wan");
    assert_int_equal(ps_sweep_run(&study, 2000, 0.95, &diags, &sweep), PS_OK);
    assert_int_equal(sweep.result.points_n, 12);
    for (size_t p = 0; p < 12; p++) {
        const struct ps_scenario *s = sweep.result.scenario[p];
        assert_int_equal(s->p.leverage_ppm, (int64_t)(2 + 2 * (p / 4)) * 1000000);
        assert_int_equal(s->p.pool_initial_fen, (int64_t)(1 + p % 4) * 100000000);
    }
    ps_sweep_free(&sweep);
    ps_diags_free(&diags);
    drop_folder(folder);
}

/* The frontier by its definition. */
static void the_frontier_is_what_nothing_beats(void **state)
{
    (void)state;
    static const char *const only[] = {"base"};
    struct ps_axis axes[2];
    struct ps_diags diags = {0};
    struct ps_sweep sweep;
    assert_int_equal(ps_axis_parse("pool_initial_wan=200:2000:300", &axes[0]), PS_AXIS_OK);
    assert_int_equal(ps_axis_parse("leverage=2:10:2", &axes[1]), PS_AXIS_OK);
    const struct ps_study study = {.book = {.path = BASE, .only = only, .only_n = 1},
                                   .axes = axes,
                                   .axes_n = 2,
                                   .seed = 11,
                                   .threads_n = 1};
    for (int a = 0; a < 2; a++)
        assert_int_equal(ps_axis_bind(&study.book, &axes[a], &diags), PS_OK);
    assert_int_equal(ps_sweep_run(&study, 3000, 0.95, &diags, &sweep), PS_OK);
    int frontier_n = 0;
    for (size_t p = 0; p < sweep.result.points_n; p++) {
        const struct ps_moments *x = sweep.result.row[p]->moments;
        int beaten = 0, twin_before = 0;
        for (size_t k = 0; k < sweep.result.points_n; k++) {
            const struct ps_moments *y = sweep.result.row[k]->moments;
            const int as_good = y[PS_M_DEPLETED].sum <= x[PS_M_DEPLETED].sum &&
                                y[PS_M_TARGET_CUMULATIVE].sum >= x[PS_M_TARGET_CUMULATIVE].sum &&
                                y[PS_M_FISCAL_NET_COST].sum <= x[PS_M_FISCAL_NET_COST].sum;
            const int equal = y[PS_M_DEPLETED].sum == x[PS_M_DEPLETED].sum &&
                              y[PS_M_TARGET_CUMULATIVE].sum == x[PS_M_TARGET_CUMULATIVE].sum &&
                              y[PS_M_FISCAL_NET_COST].sum == x[PS_M_FISCAL_NET_COST].sum;
            beaten |= as_good && !equal;
            twin_before |= equal && k < p;
        }
        assert_int_equal(sweep.points[p].frontier, !beaten && !twin_before);
        frontier_n += sweep.points[p].frontier;
    }
    assert_in_range(frontier_n, 2, (int)sweep.result.points_n - 1);
    ps_sweep_free(&sweep);
    ps_diags_free(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_are_read),
        cmocka_unit_test(bad_axes_are_refused),
        cmocka_unit_test(the_smallest_pool_is_the_exact_one),
        cmocka_unit_test(the_interval_holds_the_exact_one),
        cmocka_unit_test(the_largest_share_is_the_exact_one),
        cmocka_unit_test(nothing_is_an_answer),
        cmocka_unit_test(each_constraint_alone_is_met_where_it_can_be),
        cmocka_unit_test(prices_of_a_figure_are_searched_for),
        cmocka_unit_test(the_far_end_is_verified_inwards),
        cmocka_unit_test(neighbours_are_verified_too),
        cmocka_unit_test(a_quantile_is_told_with_its_bounds),
        cmocka_unit_test(prices_follow_the_other_constraints),
        cmocka_unit_test(threads_change_no_answer),
        cmocka_unit_test(variants_stand_where_the_axes_say),
        cmocka_unit_test(the_frontier_is_what_nothing_beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
