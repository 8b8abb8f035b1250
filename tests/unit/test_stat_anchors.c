// SPDX-License-Identifier: GPL-3.0-or-later
// Anchor firms (docs/model.md section 3): when they fail, what hangs on them, and what the shift of
// their cluster does, against exact laws. Alpha 1e-9 a test; the seeds are fixed and never changed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "oracle.h"
#include "testkit.h"

enum { SEED_FAILURES = 501, SEED_FLAGGED = 502, SEED_SHIFT = 503, SEED_TOGETHER = 504 };

static void accepted(double p_value)
{
    assert_true(p_value >= PS_ORACLE_ALPHA);
}

static void rejected(double p_value)
{
    assert_true(p_value < PS_ORACLE_ALPHA);
}

/* An anchor firm of the scenario's first cluster, behind those it has. */
static void add_anchor(struct ps_scenario *s, const char *id, double pd_frac, double shift_sd,
                       int64_t shift_months)
{
    struct ps_anchors_row *rows = realloc(s->anchors, (s->anchors_n + 1) * sizeof *rows);
    assert_non_null(rows);
    s->anchors = rows;
    rows[s->anchors_n] = (struct ps_anchors_row){
        .pd_frac = pd_frac, .shift_sd = shift_sd, .shift_months = shift_months};
    snprintf(rows[s->anchors_n].anchor_id, sizeof rows->anchor_id, "%s", id);
    snprintf(rows[s->anchors_n].cluster_id, sizeof rows->cluster_id, "%s", s->cluster_ids[0]);
    s->anchors_n++;
}

/* Month in which anchor a fails in world first + i of the last ps_kit_sample(.., first, 16). */
static int failure_of(const struct ps_kit *kit, int a, int i)
{
    return (int)kit->worlds.failure[a * PS_ECONOMY_LANES + i];
}

/* P(fails in month t), t = 1 .. n. */
static double fails_in(double pd, int t)
{
    return pow(1 - pd, (t - 1) / 12.) - pow(1 - pd, t / 12.);
}

/* ---- the month of failure ---- */

enum { MONTHS = 60, FAILURE_WORLDS = 100000 };

static double is_failure(const uint64_t *months, double pd)
{
    double law[MONTHS + 1];
    for (int t = 0; t < MONTHS; t++)
        law[t] = fails_in(pd, t + 1);
    law[MONTHS] = pow(1 - pd, MONTHS / 12.);
    return ps_oracle_chi_square(months, law, MONTHS + 1, FAILURE_WORLDS);
}

/* A constant hazard, and two anchors that know nothing of each other. */
static void anchors_fail_by_their_law(void **state)
{
    (void)state;
    static uint64_t months[2][MONTHS + 1];
    struct ps_scenario *s = ps_fixture_tape(1);
    struct ps_kit kit;
    uint64_t both = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = MONTHS - 12;
    add_anchor(s, "a", 0.2, -1, 6);
    add_anchor(s, "b", 0.05, -1, 6);
    ps_kit_open(&kit, s, SEED_FAILURES, NULL);
    for (uint64_t first = 0; first < FAILURE_WORLDS; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        for (int i = 0; i < PS_ECONOMY_LANES; i++) {
            const int a = failure_of(&kit, 0, i), b = failure_of(&kit, 1, i);
            assert_true(a >= 1 && a <= MONTHS + 1 && b >= 1 && b <= MONTHS + 1);
            months[0][a - 1]++;
            months[1][b - 1]++;
            both += a <= 12 && b <= 12;
        }
    }
    accepted(is_failure(months[0], 0.2));
    rejected(is_failure(months[0], 0.21));
    accepted(is_failure(months[1], 0.05));
    rejected(is_failure(months[1], 0.056));
    accepted(ps_oracle_binomial(both, FAILURE_WORLDS, 0.2 * 0.05));
    rejected(ps_oracle_binomial(both, FAILURE_WORLDS, 0.2 * 0.05 * 1.25));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* ---- loans that hang on an anchor ---- */

enum { TENOR = 12, FLAGGED_WORLDS = 3200 };

/* Loan 0 hangs on the anchor, loan 1 does not; both are renewed for ever. */
static struct ps_scenario *flagged(double pd_frac, double anchor_pd_frac)
{
    struct ps_scenario *s = ps_fixture_tape(2);
    s->p.renewal_prob_frac = 1;
    s->p.horizon_months = 48;
    s->p.runoff_months = 60;
    for (size_t i = 0; i < 2; i++)
        s->loans[i].pd_frac = pd_frac;
    add_anchor(s, "oem", anchor_pd_frac, 0, 1);
    strcpy(s->loans[0].anchor_id, "oem");
    return s;
}

/* The loan of the chain of tape loan `root` that is on the books in month t: g < t <= m. */
static const struct ps_app *on_the_books(const struct ps_world *w, int root, int t)
{
    for (int i = 0; i < w->apps_n; i++)
        if (w->apps[i].tape == root && w->apps[i].month < t && t <= w->apps[i].maturity)
            return &w->apps[i];
    return NULL;
}

static int defaults_n(const struct ps_world *w, int root)
{
    int n = 0;
    for (int i = 0; i < w->apps_n; i++)
        n += w->apps[i].tape == root && w->apps[i].fate != PS_NONE;
    return n;
}

/* Loans without a PD of their own default when the anchor fails, in that month, and only then; who
 * does not hang on it never does. Renewals stay flagged. */
static void flagged_loans_default_with_their_anchor(void **state)
{
    (void)state;
    struct ps_scenario *s = flagged(0, 0.3);
    struct ps_kit kit;
    int hit = 0, renewals_hit = 0;
    ps_kit_open(&kit, s, SEED_FLAGGED, NULL);
    for (uint64_t first = 0; first < FLAGGED_WORLDS; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        for (int i = 0; i < PS_ECONOMY_LANES; i++) {
            const struct ps_world *w = &kit.worlds.worlds[i];
            const int failure = failure_of(&kit, 0, i);
            const struct ps_app *loan = on_the_books(w, 0, failure);
            assert_int_equal(defaults_n(w, 1), 0);
            assert_int_equal(defaults_n(w, 0), loan != NULL);
            if (loan == NULL)
                continue;
            assert_int_equal(loan->end, failure);
            assert_int_equal(w->fates[loan->fate].tau, failure);
            hit++;
            renewals_hit += loan->link > 0;
        }
    }
    assert_true(hit > FLAGGED_WORLDS / 2 && renewals_hit > FLAGGED_WORLDS / 4);
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

/* With a PD of its own the earlier of both months counts. */
static void the_earlier_default_counts(void **state)
{
    (void)state;
    struct ps_scenario *s = flagged(0.3, 0.3), *alone = flagged(0.3, 0);
    struct ps_kit kit, plain;
    int earlier[3] = {0};
    ps_kit_open(&kit, s, SEED_FLAGGED, NULL);
    ps_kit_open(&plain, alone, SEED_FLAGGED, NULL);
    for (uint64_t first = 0; first < FLAGGED_WORLDS; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        ps_kit_sample(&plain, first, PS_ECONOMY_LANES);
        for (int i = 0; i < PS_ECONOMY_LANES; i++) {
            const int failure = failure_of(&kit, 0, i);
            const struct ps_app *now = on_the_books(&kit.worlds.worlds[i], 0, 1);
            const struct ps_app *was = on_the_books(&plain.worlds.worlds[i], 0, 1);
            const int own = was->fate == PS_NONE ? TENOR + 1 : was->end;
            const int first_of_both = own < failure ? own : failure;
            assert_int_equal(now->fate != PS_NONE, first_of_both <= TENOR);
            assert_int_equal(now->end, first_of_both <= TENOR ? first_of_both : TENOR);
            earlier[(own > failure) - (own < failure) + 1]++;
        }
    }
    assert_true(earlier[0] > 100 && earlier[1] > 10 && earlier[2] > 100);
    ps_kit_close(&kit);
    ps_kit_close(&plain);
    ps_fixture_free(s);
    ps_fixture_free(alone);
}

/* ---- no failure, no effect ---- */

static void an_anchor_that_cannot_fail_changes_nothing(void **state)
{
    (void)state;
    struct ps_scenario *with = ps_fixture_bishan(), *without = ps_fixture_bishan();
    struct ps_kit a, b;
    add_anchor(with, "oem", 0, -6, 600);
    strcpy(with->loans[0].anchor_id, "oem");
    ps_kit_open(&a, with, 7, NULL);
    ps_kit_open(&b, without, 7, NULL);
    for (uint64_t first = 0; first < 1024; first += PS_TILE_WORLDS) {
        ps_kit_sample(&a, first, PS_TILE_WORLDS);
        ps_kit_sample(&b, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++) {
            const struct ps_world *x = &a.worlds.worlds[i], *y = &b.worlds.worlds[i];
            assert_int_equal(x->apps_n, y->apps_n);
            assert_int_equal(x->fates_n, y->fates_n);
            assert_memory_equal(x->apps, y->apps, (size_t)x->apps_n * sizeof *x->apps);
            assert_memory_equal(x->fates, y->fates, (size_t)x->fates_n * sizeof *x->fates);
        }
    }
    ps_kit_close(&a);
    ps_kit_close(&b);
    ps_fixture_free(with);
    ps_fixture_free(without);
}

/* ---- the shift ---- */

enum { WINDOW_A = 6, WINDOW_B = 9 };
static const double PD_A = 0.6, PD_B = 0.4, SHIFT_A = -1.5, SHIFT_B = -0.5;

static double shift_in(int t, int a, int b)
{
    return (t >= a && t < a + WINDOW_A ? SHIFT_A : 0) + (t >= b && t < b + WINDOW_B ? SHIFT_B : 0);
}

/* Every index of the cluster moves by the sum of the shifts of the anchors that failed, in their
 * windows; other clusters and other months stand. All that reads an index reads this one. */
static void the_index_moves_in_the_window(void **state)
{
    (void)state;
    struct ps_scenario *s = ps_fixture_bishan(), *calm = ps_fixture_bishan();
    struct ps_kit kit, plain;
    const int clusters_n = (int)s->clusters_n;
    int moved = 0;
    add_anchor(s, "a", PD_A, SHIFT_A, WINDOW_A);
    add_anchor(s, "b", PD_B, SHIFT_B, WINDOW_B);
    ps_kit_open(&kit, s, SEED_TOGETHER, NULL);
    ps_kit_open(&plain, calm, SEED_TOGETHER, NULL);
    for (uint64_t first = 0; first < 160; first += PS_ECONOMY_LANES) {
        ps_kit_sample(&kit, first, PS_ECONOMY_LANES);
        ps_kit_sample(&plain, first, PS_ECONOMY_LANES);
        for (int t = 1; t <= kit.plan->months_n; t++)
            for (int c = 0; c < clusters_n; c++)
                for (int i = 0; i < PS_ECONOMY_LANES; i++) {
                    const double moved_by =
                        ps_kit_index(&kit, t, c)[i] - ps_kit_index(&plain, t, c)[i];
                    const double by =
                        c > 0 ? 0 : shift_in(t, failure_of(&kit, 0, i), failure_of(&kit, 1, i));
                    assert_true(fabs(moved_by - by) < 1e-14);
                    moved += by == SHIFT_A + SHIFT_B;
                }
    }
    assert_true(moved > 100);
    ps_kit_close(&kit);
    ps_kit_close(&plain);
    ps_fixture_free(s);
    ps_fixture_free(calm);
}

/* Hazard of a month given the yearly index y. */
static double hazard(double pd, double rho, double y)
{
    return -log1p(
               -gsl_cdf_ugaussian_P((gsl_cdf_ugaussian_Pinv(pd) - sqrt(rho) * y) / sqrt(1 - rho))) /
           12;
}

/* P(default within the year) when anchor b's shift is taken times `of_b`: the sum over both months
 * of failure of the integral over the index. */
static double shifted_pd(double pd, double rho, double of_b)
{
    enum { STEPS = 400 };
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double y = -9 + 18. * i / STEPS, weight = gsl_ran_ugaussian_pdf(y) * 18 / STEPS;
        const double at[2][2] = {
            {hazard(pd, rho, y), hazard(pd, rho, y + of_b * SHIFT_B)},
            {hazard(pd, rho, y + SHIFT_A), hazard(pd, rho, y + SHIFT_A + of_b * SHIFT_B)}};
        for (int a = 1; a <= TENOR + 1; a++)
            for (int b = 1; b <= TENOR + 1; b++) {
                const double of_a = a <= TENOR ? fails_in(PD_A, a) : 1 - PD_A;
                const double chance_b = b <= TENOR ? fails_in(PD_B, b) : 1 - PD_B;
                double total = 0;
                for (int t = 1; t <= TENOR; t++)
                    total += at[t >= a && t < a + WINDOW_A][t >= b && t < b + WINDOW_B];
                sum += weight * of_a * chance_b * -expm1(-total);
            }
    }
    return sum;
}

/* One index a year, so the calibration is exact; loans of 12 months. */
static void shifted_hazards_give_the_pd_of_the_quadrature(void **state)
{
    (void)state;
    enum { LOANS = 100, WORLDS_N = 100000 };
    const double pd = 0.05, rho = 0.1;
    struct ps_scenario *s = ps_fixture_tape(LOANS);
    struct ps_kit kit;
    struct ps_oracle_mean defaults = {0};
    s->p.factor_step_months = PS_STEP_12;
    s->p.renewal_prob_frac = 0;
    s->p.horizon_months = 12;
    s->p.runoff_months = 12;
    for (size_t i = 0; i < LOANS; i++) {
        s->loans[i].pd_frac = pd;
        s->loans[i].correlation = rho;
    }
    add_anchor(s, "a", PD_A, SHIFT_A, WINDOW_A);
    add_anchor(s, "b", PD_B, SHIFT_B, WINDOW_B);
    ps_kit_open(&kit, s, SEED_SHIFT, NULL);
    for (uint64_t first = 0; first < WORLDS_N; first += PS_TILE_WORLDS) {
        ps_kit_sample(&kit, first, PS_TILE_WORLDS);
        for (int i = 0; i < PS_TILE_WORLDS; i++)
            ps_oracle_add(&defaults, kit.worlds.worlds[i].fates_n);
    }
    accepted(ps_oracle_mean_is(&defaults, LOANS * shifted_pd(pd, rho, 1)));
    rejected(ps_oracle_mean_is(&defaults, LOANS * shifted_pd(pd, rho, 0.7)));
    rejected(ps_oracle_mean_is(&defaults, LOANS * pd));
    ps_kit_close(&kit);
    ps_fixture_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_fail_by_their_law),
        cmocka_unit_test(flagged_loans_default_with_their_anchor),
        cmocka_unit_test(the_earlier_default_counts),
        cmocka_unit_test(an_anchor_that_cannot_fail_changes_nothing),
        cmocka_unit_test(the_index_moves_in_the_window),
        cmocka_unit_test(shifted_hazards_give_the_pd_of_the_quadrature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
