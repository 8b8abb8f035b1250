// SPDX-License-Identifier: GPL-3.0-or-later
// Contributions to value at risk and expected shortfall against enumeration: twelve independent
// loans in three groups, whose possible losses are so far apart that each has a bin of its own.
// Alpha 1e-9 a comparison; the seed is fixed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "../../sim/results/contributions.h"
#include "fixture.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { GROUPS = 3, LOANS = 12, YEAR = 12, SEED = 401, WORLDS_N = 200000 };

static const double Z = 6.1; /* alpha 1e-9 */

static const struct {
    int n;
    double wan, pd;
} GROUP[GROUPS] = {{6, 100, 0.05}, {4, 150, 0.07}, {2, 400, 0.02}};

static char ids[GROUPS][PS_ID_BYTES] = {"a", "b", "c"};

static const double POOL_WAN = 260, SHARE = 0.5;

static struct ps_scenario *grouped_book(void)
{
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    s->p.horizon_months = YEAR;
    s->p.runoff_months = 12;
    s->p.renewal_prob_frac = 0;
    s->p.dependence = 1;
    s->p.maturity_share_frac = 1;
    s->pools[0].interest_ppm = 0;
    s->pools[0].initial_fen = (int64_t)POOL_WAN * WAN;
    s->products[0].pool_share_ppm = s->products[0].bank_share_ppm = 500000;
    s->group_ids = ids;
    s->groups_n = GROUPS;
    for (size_t i = 0, g = 0, first = 0; i < LOANS; i++) {
        if (i - first == (size_t)GROUP[g].n) {
            first = i;
            g++;
        }
        s->loans[i].months_left = YEAR;
        s->loans[i].recovery_frac = 0;
        s->loans[i].amount_wan = (int64_t)GROUP[g].wan;
        s->loans[i].pd_frac = GROUP[g].pd;
        strcpy(s->loans[i].group_id, ids[g]);
    }
    return s;
}

/* What each group loses, or is paid, in each pattern of defaults; 万元. */
struct pattern {
    double p, total, part[GROUPS];
};

enum { PATTERNS = 7 * 5 * 3 };

static void enumerate(struct pattern patterns[PATTERNS], enum ps_part part)
{
    for (int i = 0; i < PATTERNS; i++) {
        const int n[GROUPS] = {i % 7, i / 7 % 5, i / 35};
        struct pattern *x = &patterns[i];
        *x = (struct pattern){.p = 1};
        for (int g = 0; g < GROUPS; g++) {
            x->p *= gsl_ran_binomial_pdf((unsigned)n[g], GROUP[g].pd, (unsigned)GROUP[g].n);
            x->part[g] = n[g] * GROUP[g].wan * (part == PS_PART_LOSS ? 1 : SHARE);
            x->total += x->part[g];
        }
        const double paid = part == PS_PART_LOSS || x->total <= POOL_WAN ? 1 : POOL_WAN / x->total;
        for (int g = 0; g < GROUPS; g++)
            x->part[g] *= paid;
        x->total *= paid;
    }
}

struct exact {
    double var, margin; /* of the 99 % point to the ends of its atom, in probability */
    double mean[GROUPS], at_var[GROUPS], shortfall[GROUPS];
    double at_var_se[GROUPS]; /* spread of the part in worlds of that total, over their root */
};

static double above(const struct pattern *patterns, double total)
{
    double p = 0;
    for (int i = 0; i < PATTERNS; i++)
        p += patterns[i].total > total + 1e-6 ? patterns[i].p : 0;
    return p;
}

/* The Euler contributions as they are defined: E[X_i | X = VaR], and the mean over the worst 1 %,
 * the atom at VaR split. */
static struct exact exact_of(enum ps_part part)
{
    struct pattern patterns[PATTERNS];
    struct exact e = {.var = 1e9};
    double atom = 0;
    enumerate(patterns, part);
    for (int i = 0; i < PATTERNS; i++)
        if (above(patterns, patterns[i].total) <= 0.01 && patterns[i].total < e.var)
            e.var = patterns[i].total;
    const double beyond = above(patterns, e.var);
    for (int i = 0; i < PATTERNS; i++)
        atom += fabs(patterns[i].total - e.var) < 1e-6 ? patterns[i].p : 0;
    e.margin = fmin(0.01 - beyond, beyond + atom - 0.01);
    for (int i = 0; i < PATTERNS; i++) {
        const struct pattern *x = &patterns[i];
        const int at = fabs(x->total - e.var)<1e-6, over = x->total> e.var + 1e-6;
        for (int g = 0; g < GROUPS; g++) {
            e.mean[g] += x->p * x->part[g];
            e.at_var[g] += at ? x->p * x->part[g] / atom : 0;
            e.at_var_se[g] += at ? x->p * x->part[g] * x->part[g] / atom : 0;
            e.shortfall[g] += over ? x->p * x->part[g] / 0.01 : 0;
        }
    }
    for (int g = 0; g < GROUPS; g++) {
        e.shortfall[g] += (0.01 - beyond) / 0.01 * e.at_var[g];
        e.at_var_se[g] = sqrt((e.at_var_se[g] - e.at_var[g] * e.at_var[g]) / (atom * WORLDS_N));
    }
    return e;
}

static void near_by(double fen, double se_fen, double wan, double wrong_wan)
{
    assert_true(se_fen > 0 && se_fen < 0.2 * fen);
    assert_true(fabs(fen - wan * 1e6) < Z * se_fen + 1e-6 * fen);
    assert_true(fabs(fen - wrong_wan * 1e6) > Z * se_fen);
}

/* Both parts; the wrong value is a split of the same total by means, which is another one. */
static void contributions_are_those_of_all_patterns(void **state)
{
    (void)state;
    struct ps_scenario *s = grouped_book();
    struct ps_engine_result result;
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = WORLDS_N,
                                              .seed = SEED,
                                              .threads_n = 1,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, &result);
    for (int part = 0; part < PS_PART_N; part++) {
        const struct exact e = exact_of((enum ps_part)part);
        const struct standpoint at = ps_standpoint_of(&result.rows[0].row, (enum ps_part)part);
        const int first = at.row->member_first[PS_DIM_GROUP];
        double mean = 0, es = 0;
        assert_true(e.margin > Z * sqrt(0.01 * 0.99 / WORLDS_N)); /* the atom is hit for sure */
        assert_int_equal(at.window.from, at.window.to);
        for (int g = 0; g < GROUPS; g++) {
            mean += e.mean[g];
            es += e.shortfall[g];
        }
        for (int g = 0; g < GROUPS; g++) {
            const struct contribution c = ps_contribution_of(&at, first + g);
            near_by(c.es, c.es_se, e.shortfall[g], es * e.mean[g] / mean);
            near_by(c.var, c.var_se, e.at_var[g], e.var * e.mean[g] / mean);
            assert_true(fabs(c.var_se / 1e6 / e.at_var_se[g] - 1) < 0.15);
        }
    }
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* Whatever they are split by, they add up to the quantile, and to one shortfall. */
static void contributions_add_up(void **state)
{
    (void)state;
    struct ps_scenario *s = grouped_book();
    struct ps_engine_result result;
    const struct ps_engine_request request = {
        .scenarios = s, .scenarios_n = 1, .worlds_n = 5000, .seed = SEED, .tier = PS_TIER_FULL};
    ps_kit_engine(&request, &result);
    const struct ps_row *row = &result.rows[0].row;
    for (int part = 0; part < PS_PART_N; part++) {
        const struct standpoint at = ps_standpoint_of(row, (enum ps_part)part);
        const struct ps_hist *h = &row->hist[ps_part_total((enum ps_part)part)];
        const double var = (double)ps_hist_quantile(h, 0.99).value;
        const double es = ps_hist_shortfall(h, 0.99, PS_TAIL_UPPER).value;
        for (int d = 0; d < PS_DIM_N; d++) {
            double var_sum = 0, es_sum = 0;
            for (int i = row->member_first[d]; i < row->member_first[d + 1]; i++) {
                const struct contribution c = ps_contribution_of(&at, i);
                var_sum += c.var;
                es_sum += c.es;
            }
            assert_true(fabs(var_sum - var) < 1e-9 * var);
            assert_true(fabs(es_sum - es) < 1e-3 * es);
            assert_true(fabs(es_sum - var) > 1e-3 * es || part == PS_PART_COMPENSATION);
        }
    }
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* The stated errors of the shortfall are those that other seeds make: the squares of error over
 * standard error add up to a chi-square. Half the errors, or twice, would not. */
static void shortfall_errors_are_as_large_as_stated(void **state)
{
    (void)state;
    enum { RUNS = 80 };
    const struct exact e = exact_of(PS_PART_LOSS);
    struct ps_scenario *s = grouped_book();
    double es = 0;
    for (int i = 0; i < RUNS; i++) {
        struct ps_engine_result result;
        const struct ps_engine_request request = {.scenarios = s,
                                                  .scenarios_n = 1,
                                                  .worlds_n = 10000,
                                                  .seed = SEED + 1 + (uint64_t)i,
                                                  .threads_n = 1,
                                                  .tier = PS_TIER_FULL};
        ps_kit_engine(&request, &result);
        const struct standpoint at = ps_standpoint_of(&result.rows[0].row, PS_PART_LOSS);
        const struct contribution c =
            ps_contribution_of(&at, at.row->member_first[PS_DIM_GROUP] + 1);
        es += pow((c.es - e.shortfall[1] * 1e6) / c.es_se, 2);
        ps_engine_result_free(&result);
    }
    const double least = gsl_cdf_chisq_Pinv(5e-10, RUNS), most = gsl_cdf_chisq_Qinv(5e-10, RUNS);
    assert_true(es > least && es < most);
    assert_true(4 * es > most && es / 4 < least);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_are_those_of_all_patterns),
        cmocka_unit_test(contributions_add_up),
        cmocka_unit_test(shortfall_errors_are_as_large_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
