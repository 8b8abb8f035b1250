// SPDX-License-Identifier: GPL-3.0-or-later
// Static books of one year against exact laws: losses of unequal loans, what a pool with a share, a
// firm cap and a limit pays, clusters made of three factors, recoveries with a spread. Alpha 1e-9 a
// test; seeds are fixed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>

#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

#define WAN INT64_C(1000000)

enum { SEED_LOSS = 301, SEED_POOL = 302, SEED_RANK = 303, SEED_RECOVERY = 304 };
enum { YEAR = 12, TRIGGER = 2 };

static void accepted(double p_value)
{
    assert_true(p_value >= PS_ORACLE_ALPHA);
}

static void rejected(double p_value)
{
    assert_true(p_value < PS_ORACLE_ALPHA);
}

/* n loans of a year that default when they fall due, one index for the year. */
static struct ps_scenario *year_book(size_t n)
{
    struct ps_scenario *s = ps_fixture_tape(n);
    s->p.horizon_months = YEAR;
    s->p.runoff_months = 12;
    s->p.renewal_prob_frac = 0;
    s->p.factor_step_months = PS_STEP_12;
    s->p.maturity_share_frac = 1;
    s->pools[0].interest_ppm = 0;
    s->pools[0].initial_fen = 1000000 * WAN;
    s->products[0].trigger_months = TRIGGER;
    for (size_t i = 0; i < n; i++)
        s->loans[i].months_left = YEAR;
    return s;
}

static void run(const struct ps_scenario *s, uint64_t seed, uint64_t worlds,
                struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = s,
                                              .scenarios_n = 1,
                                              .worlds_n = worlds,
                                              .seed = seed,
                                              .threads_n = 1,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, result);
}

/* ---- losses of unequal loans ---- */

enum { LOANS = 40, UNITS = 240, STEPS = 360 };

/* Loan i: amount in units of 10 万元, PD, correlation; all recover 40 %. */
static int units_of(int i)
{
    return 1 + i * 7 % 10;
}

static double pd_of(int i)
{
    static const double pd[] = {0.01, 0.03, 0.08};
    return pd[i % 3];
}

static double rho_of(int i)
{
    return i % 2 ? 0.05 : 0.2;
}

/* P(loss = u units) by convolution given the index, integrated over it. */
static void loss_law(double law[UNITS + 1], double more_rho, double more_pd)
{
    for (int u = 0; u <= UNITS; u++)
        law[u] = 0;
    for (int k = 0; k <= STEPS; k++) {
        const double z = -9 + 18. * k / STEPS;
        double given[UNITS + 1] = {1};
        for (int i = 0; i < LOANS; i++) {
            const double rho = rho_of(i) + more_rho, x = gsl_cdf_ugaussian_Pinv(pd_of(i) * more_pd);
            const double p = gsl_cdf_ugaussian_P((x - sqrt(rho) * z) / sqrt(1 - rho));
            for (int u = UNITS; u >= 0; u--)
                given[u] = given[u] * (1 - p) + (u >= units_of(i) ? given[u - units_of(i)] * p : 0);
        }
        for (int u = 0; u <= UNITS; u++)
            law[u] += gsl_ran_ugaussian_pdf(z) * 18 / STEPS * given[u];
    }
}

static double losses_follow(const struct ps_row *row, double more_rho, double more_pd)
{
    double law[UNITS + 1], sum = 0;
    uint64_t count[UNITS + 1], below = 0;
    loss_law(law, more_rho, more_pd);
    for (int u = 0; u <= UNITS; u++) {
        const uint64_t up_to = ps_hist_count_below(&row->hist[PS_M_LOSS], (6 * u + 3) * WAN);
        count[u] = up_to - below;
        below = up_to;
        sum += law[u];
    }
    assert_true(fabs(sum - 1) < 1e-9);
    return ps_oracle_chi_square(count, law, UNITS + 1, row->worlds_n);
}

static void unequal_loans_lose_by_convolution(void **state)
{
    (void)state;
    struct ps_scenario *s = year_book(LOANS);
    struct ps_engine_result result;
    int units = 0;
    for (int i = 0; i < LOANS; i++) {
        s->loans[i].amount_wan = 10 * units_of(i);
        s->loans[i].pd_frac = pd_of(i);
        s->loans[i].correlation = rho_of(i);
        s->loans[i].recovery_frac = 0.4;
        units += units_of(i);
    }
    assert_true(units <= UNITS);
    run(s, SEED_LOSS, 200000, &result);
    accepted(losses_follow(&result.rows[0].row, 0, 1));
    rejected(losses_follow(&result.rows[0].row, 0.02, 1));
    rejected(losses_follow(&result.rows[0].row, -0.02, 1));
    rejected(losses_follow(&result.rows[0].row, 0, 1.04));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* ---- what the pool pays ---- */

enum { CLAIMS = 10, PATTERNS = 1 << CLAIMS };

static const struct {
    int64_t amount_wan;
    double pd;
    const char *firm;
} CLAIM[CLAIMS] = {{121, 0.1, "a"}, {75, 0.2, "a"},  {40, 0.1, "a"}, {33, 0.3, ""},
                   {66, 0.05, "b"}, {52, 0.15, "b"}, {87, 0.1, ""},  {18, 0.4, ""},
                   {200, 0.03, ""}, {95, 0.1, ""}};

struct rules {
    int64_t share_ppm, firm_cap_fen, pool_fen;
};

static const struct rules RULES = {700000, 90 * WAN, 180 * WAN};

/* Shares, then the firm cap in the order of loans, then the limit of the pool pro rata. */
static int64_t paid_by_hand(int pattern, const struct rules *rules)
{
    int64_t due[CLAIMS] = {0}, sum = 0, paid = 0;
    for (int i = 0; i < CLAIMS; i++) {
        int64_t earlier = 0;
        for (int j = 0; j < i && CLAIM[i].firm[0]; j++)
            earlier += strcmp(CLAIM[i].firm, CLAIM[j].firm) == 0 ? due[j] : 0;
        const int64_t most = rules->firm_cap_fen - earlier;
        const int64_t share = CLAIM[i].amount_wan * WAN / 1000000 * rules->share_ppm;
        due[i] = pattern >> i & 1 ? (share < most ? share : most) : 0;
        sum += due[i];
    }
    for (int i = 0; i < CLAIMS; i++)
        paid += sum > rules->pool_fen
                    ? (int64_t)((long double)due[i] * rules->pool_fen / sum) /* floor */
                    : due[i];
    return paid;
}

struct atom {
    int64_t fen;
    double p;
};

static int atom_order(const void *a, const void *b)
{
    const struct atom *x = a, *y = b;
    return (x->fen > y->fen) - (x->fen < y->fen);
}

/* All patterns, weighted, against the distribution of the run, in cells between payments that are
 * well apart. */
static double payments_follow(const struct ps_row *row, const struct rules *rules)
{
    static struct atom atoms[PATTERNS];
    static double law[PATTERNS];
    static uint64_t count[PATTERNS];
    int cells = 0;
    for (int p = 0; p < PATTERNS; p++) {
        atoms[p] = (struct atom){paid_by_hand(p, rules), 1};
        for (int i = 0; i < CLAIMS; i++)
            atoms[p].p *= p >> i & 1 ? CLAIM[i].pd : 1 - CLAIM[i].pd;
    }
    qsort(atoms, PATTERNS, sizeof *atoms, atom_order);
    uint64_t below = 0;
    double mass = 0;
    for (int p = 0; p < PATTERNS; p++) {
        mass += atoms[p].p;
        const int last = p == PATTERNS - 1;
        if (!last && atoms[p + 1].fen - atoms[p].fen < 6 * WAN / 10)
            continue;
        const int64_t between = last ? INT64_C(1) << 50 : (atoms[p].fen + atoms[p + 1].fen) / 2;
        const uint64_t up_to = ps_hist_count_below(&row->hist[PS_M_COMPENSATION], between);
        law[cells] = mass;
        count[cells++] = up_to - below;
        below = up_to;
        mass = 0;
    }
    assert_true(cells > 10);
    return ps_oracle_chi_square(count, law, cells, row->worlds_n);
}

static void pool_pays_share_cap_and_limit(void **state)
{
    (void)state;
    struct ps_scenario *s = year_book(CLAIMS);
    struct ps_engine_result result;
    s->p.dependence = 1;
    s->pools[0].initial_fen = RULES.pool_fen;
    s->products[0].pool_share_ppm = RULES.share_ppm;
    s->products[0].bank_share_ppm = 1000000 - RULES.share_ppm;
    s->products[0].firm_cap_fen = RULES.firm_cap_fen;
    for (int i = 0; i < CLAIMS; i++) {
        s->loans[i].amount_wan = CLAIM[i].amount_wan;
        s->loans[i].pd_frac = CLAIM[i].pd;
        strcpy(s->loans[i].firm_id, CLAIM[i].firm);
    }
    run(s, SEED_POOL, 100000, &result);
    const struct ps_row *row = &result.rows[0].row;
    struct rules wrong = RULES;
    accepted(payments_follow(row, &RULES));
    wrong.firm_cap_fen = 1000 * WAN;
    rejected(payments_follow(row, &wrong));
    wrong = RULES;
    wrong.pool_fen = 190 * WAN;
    rejected(payments_follow(row, &wrong));
    wrong = RULES;
    wrong.share_ppm = 690000;
    rejected(payments_follow(row, &wrong));
    ps_engine_result_free(&result);
    ps_fixture_free(s);
}

/* ---- a hundred clusters of three factors ---- */

enum { CLUSTERS = 100, FACTORS = 3 };

static const double CLUSTER_PD = 0.1, CLUSTER_RHO = 0.3;

/* Unit vectors: points of a sphere along a spiral. */
static void direction(int c, double v[FACTORS])
{
    const double z = 1 - (2 * c + 1.) / CLUSTERS, r = sqrt(1 - z * z), turn = 2.399963 * c;
    v[0] = r * cos(turn);
    v[1] = r * sin(turn);
    v[2] = z;
}

static double index_correlation(int i, int j)
{
    double a[FACTORS], b[FACTORS], sum = 0;
    direction(i, a);
    direction(j, b);
    for (int k = 0; k < FACTORS; k++)
        sum += a[k] * b[k];
    return i == j ? 1 : sum;
}

static void *more(void *old, size_t n, size_t bytes)
{
    void *p = calloc(n, bytes);
    assert_non_null(p);
    memcpy(p, old, bytes);
    free(old);
    return p;
}

/* A loan in each of a hundred clusters. */
static struct ps_scenario *rank_three_book(void)
{
    struct ps_scenario *s = year_book(CLUSTERS);
    s->segments = more(s->segments, CLUSTERS, sizeof *s->segments);
    s->cluster_ids = more(s->cluster_ids, CLUSTERS, sizeof *s->cluster_ids);
    s->index_correlation =
        more(s->index_correlation, (size_t)CLUSTERS * CLUSTERS, sizeof *s->index_correlation);
    s->segments_n = s->clusters_n = CLUSTERS;
    for (int c = 0; c < CLUSTERS; c++) {
        s->segments[c] = s->segments[0];
        snprintf(s->cluster_ids[c], sizeof s->cluster_ids[c], "cluster_%02d", c);
        snprintf(s->segments[c].cluster_id, sizeof s->segments[c].cluster_id, "cluster_%02d", c);
        snprintf(s->segments[c].segment_id, sizeof s->segments[c].segment_id, "segment_%02d", c);
        s->segments[c].share_frac = c == 0;
        strcpy(s->loans[c].segment_id, s->segments[c].segment_id);
        s->loans[c].pd_frac = CLUSTER_PD;
        s->loans[c].correlation = CLUSTER_RHO;
        for (int j = 0; j < CLUSTERS; j++)
            s->index_correlation[c * CLUSTERS + j] = index_correlation(c, j);
    }
    return s;
}

/* P(both default) of two loans whose assets correlate by r, which may be negative. */
static double joint(const gsl_integration_glfixed_table *nodes, double r)
{
    const double x = gsl_cdf_ugaussian_Pinv(CLUSTER_PD);
    double sum = 0;
    for (size_t i = 0; i < 64; i++) {
        double z, weight;
        gsl_integration_glfixed_point(-9, x, i, &z, &weight, nodes);
        sum +=
            weight * gsl_ran_ugaussian_pdf(z) * gsl_cdf_ugaussian_P((x - r * z) / sqrt(1 - r * r));
    }
    return sum;
}

/* Pairs of clusters by how their indices correlate. */
enum pairs { TOGETHER, AGAINST, BETWEEN, PAIRS_N };

static enum pairs pairs_of(double correlation)
{
    return correlation > 0.5 ? TOGETHER : correlation < -0.5 ? AGAINST : BETWEEN;
}

static void expect_pairs(double expected[PAIRS_N], double factor)
{
    gsl_integration_glfixed_table *nodes = gsl_integration_glfixed_table_alloc(64);
    assert_non_null(nodes);
    memset(expected, 0, PAIRS_N * sizeof *expected);
    for (int i = 0; i < CLUSTERS; i++)
        for (int j = 0; j < i; j++) {
            const double r = index_correlation(i, j);
            expected[pairs_of(r)] += joint(nodes, CLUSTER_RHO * r * factor);
        }
    gsl_integration_glfixed_table_free(nodes);
}

static void count_pairs(const struct ps_world *w, enum pairs (*kind)[CLUSTERS],
                        struct ps_oracle_mean counted[PAIRS_N])
{
    int n[PAIRS_N] = {0};
    for (int a = 0; a < w->fates_n; a++)
        for (int b = 0; b < a; b++)
            n[kind[w->fates[a].app][w->fates[b].app]]++;
    for (int k = 0; k < PAIRS_N; k++)
        ps_oracle_add(&counted[k], n[k]);
}

/* Joint defaults within and across clusters, whose matrix has rank 3. */
static void clusters_of_three_factors_default_together(void **state)
{
    (void)state;
    static enum pairs kind[CLUSTERS][CLUSTERS];
    struct ps_oracle_mean counted[PAIRS_N] = {0};
    double exact[PAIRS_N], weaker[PAIRS_N], none[PAIRS_N];
    struct ps_scenario *s = rank_three_book();
    struct ps_kit kit;
    for (int i = 0; i < CLUSTERS; i++)
        for (int j = 0; j < CLUSTERS; j++)
            kind[i][j] = pairs_of(index_correlation(i, j));
    ps_kit_open(&kit, s, SEED_RANK, NULL);
    assert_int_equal(kit.plan->factors_n, FACTORS);
    kit.plan->standing = 1;
    ps_world_work_init(&kit.worlds, kit.plan, kit.world_memory);
    for (uint64_t first = 0; first < 100000; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++)
            count_pairs(&kit.worlds.worlds[i], kind, counted);
    }
    expect_pairs(exact, 1);
    expect_pairs(weaker, 0.9);
    expect_pairs(none, 0);
    for (int k = 0; k < PAIRS_N; k++)
        accepted(ps_oracle_mean_is(&counted[k], exact[k]));
    rejected(ps_oracle_mean_is(&counted[TOGETHER], weaker[TOGETHER]));
    rejected(ps_oracle_mean_is(&counted[AGAINST], weaker[AGAINST]));
    rejected(ps_oracle_mean_is(&counted[TOGETHER], none[TOGETHER]));
    rejected(ps_oracle_mean_is(&counted[AGAINST], none[AGAINST]));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- recoveries with a spread ---- */

enum { CELLS = 25 };

static double beta_follows(const uint64_t count[CELLS], uint64_t n, double mean, double sd)
{
    const double concentration = mean * (1 - mean) / (sd * sd) - 1;
    double law[CELLS], below = 0;
    for (int i = 0; i < CELLS; i++) {
        const double up_to =
            gsl_cdf_beta_P((i + 1.) / CELLS, concentration * mean, concentration * (1 - mean));
        law[i] = up_to - below;
        below = up_to;
    }
    return ps_oracle_chi_square(count, law, CELLS, n);
}

static void recoveries_have_mean_and_spread(void **state)
{
    (void)state;
    struct ps_scenario *s = year_book(50);
    uint64_t count[2][CELLS] = {{0}}, n[2] = {0};
    struct ps_oracle_mean mean[2] = {0};
    struct ps_kit kit;
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].pd_frac = 0.3;
        s->loans[i].recovery_frac = i % 2 ? 0.4 : 0.7;
        s->loans[i].recovery_sd_frac = i % 2 ? 0.2 : 0.1;
    }
    ps_kit_open(&kit, s, SEED_RECOVERY, NULL);
    for (uint64_t first = 0; first < 12800; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            for (int f = 0; f < w->fates_n; f++) {
                const double r = w->fates[f].cash_frac;
                const int law = w->fates[f].app % 2;
                assert_true(w->fates[f].proceeds_frac == 0 && r >= 0 && r <= 1);
                count[law][(int)fmin(r * CELLS, CELLS - 1)]++;
                ps_oracle_add(&mean[law], r);
                n[law]++;
            }
        }
    }
    accepted(beta_follows(count[1], n[1], 0.4, 0.2));
    accepted(beta_follows(count[0], n[0], 0.7, 0.1));
    accepted(ps_oracle_mean_is(&mean[1], 0.4));
    accepted(ps_oracle_mean_is(&mean[0], 0.7));
    rejected(beta_follows(count[1], n[1], 0.4, 0.21));
    rejected(beta_follows(count[0], n[0], 0.7, 0.105));
    rejected(ps_oracle_mean_is(&mean[1], 0.41));
    rejected(ps_oracle_mean_is(&mean[0], 0.705));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unequal_loans_lose_by_convolution),
        cmocka_unit_test(pool_pays_share_cap_and_limit),
        cmocka_unit_test(clusters_of_three_factors_default_together),
        cmocka_unit_test(recoveries_have_mean_and_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
