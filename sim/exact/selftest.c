// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/selftest.h"

#include <math.h>
#include <string.h>

#include "pledgesim/book.h"
#include "pledgesim/crosscheck.h"
#include "selftest_published.h"

/* Enough for a PD that is 3 % off to be seen in the mean number of defaults. */
enum { WORLDS = 50000, SEED = 1 };

#define FEN_PER_WAN INT64_C(1000000)

static const struct ps_selftest_desc DESCS[PS_SELFTEST_N] = {
#define PS_SELFTEST(symbol, name, expected, tolerance, source_en, source_zh, en, zh)               \
    {name,                                                                                         \
     expected,                                                                                     \
     tolerance,                                                                                    \
     {[PS_LANG_EN] = source_en, [PS_LANG_ZH] = source_zh},                                         \
     {[PS_LANG_EN] = en, [PS_LANG_ZH] = zh}},
#include "pledgesim/selftest.def"
#undef PS_SELFTEST
};

const struct ps_selftest_desc *ps_selftest_desc(enum ps_selftest_id id)
{
    return &DESCS[id];
}

int ps_selftest_passes(const struct ps_selftest_desc *desc, const struct ps_selftest_line *line)
{
    const int exact = fabs(line->got - desc->expected) <= desc->tolerance;
    const int simulated = isnan(line->simulated) || fabs(line->z) <= PS_SELFTEST_Z;
    return exact && simulated;
}

/* ---- what is simulated ---- */

/* One scenario of the built-in book, both ways. */
struct both {
    struct ps_selftest_line *lines;
    const struct ps_row *row;
    const struct ps_exact *exact;
};

static void put_probability(const struct both *b, enum ps_selftest_id id, double p, uint64_t hits)
{
    const double n = (double)b->row->worlds_n;
    b->lines[id] =
        (struct ps_selftest_line){.got = p,
                                  .simulated = (double)hits / n,
                                  .se = sqrt(p * (1 - p) / n),
                                  .z = ps_crosscheck_hits_z(hits, b->row->worlds_n, p, 0)};
}

/* In units of `divisor`. */
static void put_mean(const struct both *b, enum ps_selftest_id id, enum ps_measure measure,
                     double mean, double variance, double divisor)
{
    const double se = sqrt(variance / (double)b->row->worlds_n);
    const double simulated = ps_moments_mean(&b->row->moments[measure]);
    b->lines[id] = (struct ps_selftest_line){.got = mean / divisor,
                                             .simulated = simulated / divisor,
                                             .se = se / divisor,
                                             .z = (simulated - mean) / se};
}

static uint64_t worlds_from(const struct both *b, enum ps_measure measure, int64_t x)
{
    return b->row->worlds_n - ps_hist_count_below(&b->row->hist[measure], x);
}

static void put_one_factor(const struct both *b)
{
    const struct ps_loss_law *law = &b->exact->defaults;
    put_mean(b, PS_SELFTEST_YEAR_MEAN, PS_M_DEFAULTS_N, law->mean, law->variance, 1);
    ps_selftest_exact_only(&b->lines[PS_SELFTEST_YEAR_VARIANCE], law->variance);
    put_probability(b, PS_SELFTEST_YEAR_NONE, law->p[0],
                    ps_hist_zeros(&b->row->hist[PS_M_DEFAULTS_N]));
    put_probability(b, PS_SELFTEST_YEAR_TEN, ps_loss_above(law, 9),
                    worlds_from(b, PS_M_DEFAULTS_N, 10));
    ps_selftest_exact_only(&b->lines[PS_SELFTEST_YEAR_Q95], (double)ps_loss_cover(law, 0.05));
    ps_selftest_exact_only(&b->lines[PS_SELFTEST_YEAR_Q99], (double)ps_loss_cover(law, 0.01));
    ps_selftest_exact_only(&b->lines[PS_SELFTEST_YEAR_Q999], (double)ps_loss_cover(law, 0.001));
}

static void put_independent(const struct both *b)
{
    const struct ps_loss_law *law = &b->exact->defaults;
    put_probability(b, PS_SELFTEST_BINOMIAL_NONE, law->p[0],
                    ps_hist_zeros(&b->row->hist[PS_M_DEFAULTS_N]));
    put_probability(b, PS_SELFTEST_BINOMIAL_EIGHT, ps_loss_above(law, 7),
                    worlds_from(b, PS_M_DEFAULTS_N, 8));
}

static void put_small_pool(const struct both *b)
{
    const struct ps_loss_law *law = &b->exact->loss;
    const int64_t all = (int64_t)(law->cells_n - 1) * law->unit;
    double error, mean, variance;
    put_probability(b, PS_SELFTEST_FOUR_NONE, law->p[0], ps_hist_zeros(&b->row->hist[PS_M_LOSS]));
    put_probability(b, PS_SELFTEST_FOUR_ALL, ps_loss_above(law, all - 1),
                    worlds_from(b, PS_M_DEFAULTS_N, 4));
    put_probability(b, PS_SELFTEST_FOUR_DEPLETION, ps_exact_depletion(b->exact, &error),
                    (uint64_t)b->row->moments[PS_M_DEPLETED].sum);
    ps_exact_compensation(b->exact, &mean, &variance, &error);
    put_mean(b, PS_SELFTEST_FOUR_PAID, PS_M_COMPENSATION, mean, variance, (double)FEN_PER_WAN);
}

static enum ps_status put_scenario(const struct ps_scenario *scenario, const struct ps_row *row,
                                   struct ps_selftest_line *lines)
{
    static const struct {
        const char *id;
        enum ps_exact_figure needs;
        void (*put)(const struct both *b);
    } PARTS[] = {{"one_factor", PS_EXACT_DEFAULTS, put_one_factor},
                 {"independent", PS_EXACT_DEFAULTS, put_independent},
                 {"small_pool", PS_EXACT_PAID, put_small_pool}};
    struct ps_exact exact;
    enum ps_status status = ps_exact_solve(scenario, NULL, &exact);
    if (status != PS_OK) {
        return status;
    }
    const struct both b = {lines, row, &exact};
    status = ps_status_raise(PS_BUG);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        if (strcmp(PARTS[i].id, scenario->p.scenario_id) == 0 &&
            exact.reason[PARTS[i].needs] == PS_EXACT_NONE) {
            PARTS[i].put(&b);
            status = PS_OK;
        }
    }
    ps_exact_free(&exact);
    return status;
}

static enum ps_status put_simulated(const struct ps_selftest_request *request,
                                    struct ps_selftest_line *lines)
{
    const struct ps_book_request wanted = {.path = "selftest", .built_in = 1};
    struct ps_diags diags = {0};
    struct ps_book book = {0};
    struct ps_engine_result result = {0};
    enum ps_status status = ps_book_load(&wanted, &diags, &book);
    if (status == PS_OK) {
        const struct ps_engine_request engine = {.scenarios = book.scenarios,
                                                 .scenarios_n = book.scenarios_n,
                                                 .worlds_n = WORLDS,
                                                 .seed = SEED,
                                                 .threads_n = request->threads_n,
                                                 .isa = request->isa,
                                                 .tier = PS_TIER_FULL};
        status = ps_engine_run(&engine, &diags, &result);
    }
    for (size_t i = 0; status == PS_OK && i < book.scenarios_n; i++) {
        status = put_scenario(&book.scenarios[i], &result.rows[i].row, lines);
    }
    if (status == PS_INPUT) {
        status = ps_status_raise(PS_BUG); /* the program's own book */
    }
    ps_engine_result_free(&result);
    ps_book_free(&book);
    ps_diags_free(&diags);
    return status;
}

enum ps_status ps_selftest_run(const struct ps_selftest_request *request,
                               struct ps_selftest_line *lines)
{
    for (int i = 0; i < PS_SELFTEST_N; i++) {
        ps_selftest_exact_only(&lines[i], (double)NAN);
    }
    enum ps_status status = ps_selftest_published(lines);
    if (status == PS_OK) {
        status = put_simulated(request, lines);
    }
    for (int i = 0; i < PS_SELFTEST_N; i++) {
        lines[i].passed = ps_selftest_passes(&DESCS[i], &lines[i]);
    }
    return status;
}
