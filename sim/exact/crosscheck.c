// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/crosscheck.h"

#include <math.h>
#include <stdio.h>

#include "pledgesim/math.h"
#include "pledgesim/outcsv.h"
#include "pledgesim/stats.h"

/* A mean is judged by the normal law only where so many worlds are expected to have lost anything:
 * of fewer the law of their sum is too skew. */
static const double WORLDS_FOR_A_MEAN = 1000;

const char *ps_crosscheck_statistic_name(enum ps_crosscheck_statistic statistic)
{
    static const char *const NAMES[PS_CROSS_STATISTIC_N] = {[PS_CROSS_MEAN] = "mean",
                                                            [PS_CROSS_ZERO] = "p_zero",
                                                            [PS_CROSS_ABOVE] = "p_above",
                                                            [PS_CROSS_Q95] = "q95",
                                                            [PS_CROSS_Q99] = "q99"};
    return NAMES[statistic];
}

/* ---- z ---- */

/* P(X >= k) of Binomial(n, p). */
static double upper_tail(uint64_t k, uint64_t n, double p)
{
    return k == 0 ? 1 : p <= 0 ? 0 : p >= 1 ? 1 : ps_betainc((double)k, (double)(n - k + 1), p);
}

/* P(X <= k). */
static double lower_tail(uint64_t k, uint64_t n, double p)
{
    return k == n   ? 1
           : p <= 0 ? 1
           : p >= 1 ? 0
                    : ps_betainc((double)(n - k), (double)(k + 1), 1 - p);
}

double ps_crosscheck_hits_z(uint64_t hits, uint64_t n, double p, double error)
{
    const double above = upper_tail(hits, n, fmin(1, p + error));
    const double below = lower_tail(hits, n, fmax(0, p - error));
    if (above < 0.5) {
        return -ps_norm_quantile(above);
    }
    return below < 0.5 ? ps_norm_quantile(below) : 0;
}

static double mean_z(const struct ps_crosscheck_line *line, double losing_worlds)
{
    const double off = fabs(line->simulated - line->exact) - line->error;
    if (losing_worlds < WORLDS_FOR_A_MEAN) {
        return (double)NAN;
    }
    return off <= 0 ? 0 : copysign(off / line->se, line->simulated - line->exact);
}

/* ---- lines ---- */

struct check {
    const struct ps_row *row;
    struct ps_crosscheck *out;
};

static struct ps_crosscheck_line *add(struct check *c, enum ps_measure measure,
                                      enum ps_crosscheck_statistic statistic)
{
    struct ps_crosscheck_line *line = &c->out->lines[c->out->lines_n++];
    *line = (struct ps_crosscheck_line){.measure = measure,
                                        .statistic = statistic,
                                        .threshold = (double)NAN,
                                        .simulated = (double)NAN,
                                        .exact = (double)NAN,
                                        .error = (double)NAN,
                                        .se = (double)NAN,
                                        .z = (double)NAN};
    return line;
}

static void add_reason(struct check *c, enum ps_measure measure, enum ps_exact_reason reason)
{
    add(c, measure, PS_CROSS_MEAN)->reason = reason;
}

static void add_hits(struct check *c, struct ps_crosscheck_line *line, uint64_t hits, double p,
                     double error)
{
    const double n = (double)c->row->worlds_n;
    line->simulated = (double)hits / n;
    line->exact = p;
    line->error = error;
    line->se = sqrt(fmax(0, p * (1 - p)) / n);
    line->z = ps_crosscheck_hits_z(hits, c->row->worlds_n, p, error);
}

static void add_mean(struct check *c, enum ps_measure measure, double mean, double variance,
                     double error, double p_zero)
{
    struct ps_crosscheck_line *line = add(c, measure, PS_CROSS_MEAN);
    line->simulated = ps_moments_mean(&c->row->moments[measure]);
    line->exact = mean;
    line->error = error;
    line->se = sqrt(variance / (double)c->row->worlds_n);
    line->z = mean_z(line, (1 - p_zero) * (double)c->row->worlds_n);
}

/* A law with rounded cells knows nothing of losses below half a cell. */
static void add_zero(struct check *c, enum ps_measure measure, const struct ps_loss_law *law)
{
    if (law->rounding == 0) {
        add_hits(c, add(c, measure, PS_CROSS_ZERO), ps_hist_zeros(&c->row->hist[measure]),
                 law->p[0], law->error);
    }
}

static void add_quantile(struct check *c, enum ps_measure measure, const struct ps_loss_law *law,
                         int64_t limit, enum ps_crosscheck_statistic statistic)
{
    const double level = statistic == PS_CROSS_Q95 ? 0.95 : 0.99;
    const int64_t value = ps_loss_cover(law, 1 - level);
    struct ps_crosscheck_line *line = add(c, measure, statistic);
    line->exact = (double)(value < limit ? value : limit);
    line->error = (double)law->rounding;
    if (ps_quantile_supported(c->row->worlds_n, level)) {
        line->simulated = (double)ps_hist_quantile(&c->row->hist[measure], level).value;
    }
}

/* ---- figures ---- */

/* Small counts have a bin each, so that a tail can be counted exactly. */
static void add_tail(struct check *c, const struct ps_loss_law *law)
{
    enum { BINS_OF_ONE = 512 };
    const struct ps_hist *h = &c->row->hist[PS_M_DEFAULTS_N];
    const int64_t threshold = ps_loss_cover(law, 0.01);
    if (threshold + 1 < BINS_OF_ONE) {
        struct ps_crosscheck_line *line = add(c, PS_M_DEFAULTS_N, PS_CROSS_ABOVE);
        line->threshold = (double)threshold;
        add_hits(c, line, c->row->worlds_n - ps_hist_count_below(h, threshold + 1),
                 ps_loss_above(law, threshold), law->error);
    }
}

static void compare_law(struct check *c, enum ps_measure measure, const struct ps_loss_law *law)
{
    add_mean(c, measure, law->mean, law->variance, ps_loss_mean_error(law), law->p[0]);
    add_zero(c, measure, law);
    if (measure == PS_M_DEFAULTS_N) {
        add_tail(c, law);
    }
    add_quantile(c, measure, law, INT64_MAX, PS_CROSS_Q95);
    add_quantile(c, measure, law, INT64_MAX, PS_CROSS_Q99);
}

static void compare_pool(struct check *c, const struct ps_exact *exact)
{
    double mean, variance, error;
    const struct ps_loss_law *due = &exact->due;
    ps_exact_compensation(exact, &mean, &variance, &error);
    add_mean(c, PS_M_COMPENSATION, mean, variance, error, due->p[0]);
    add_quantile(c, PS_M_COMPENSATION, due, exact->pool_fen, PS_CROSS_Q95);
    add_quantile(c, PS_M_COMPENSATION, due, exact->pool_fen, PS_CROSS_Q99);
    const double depletion = ps_exact_depletion(exact, &error);
    add_hits(c, add(c, PS_M_DEPLETED, PS_CROSS_MEAN), (uint64_t)c->row->moments[PS_M_DEPLETED].sum,
             depletion, error);
}

enum ps_status ps_crosscheck(const struct ps_scenario *scenario, const struct ps_row *row,
                             struct ps_exact_memo *memo, struct ps_crosscheck *out)
{
    struct ps_exact exact;
    struct check c = {.row = row, .out = out};
    *out = (struct ps_crosscheck){0};
    const enum ps_status status = ps_exact_solve(scenario, memo, &exact);
    if (status != PS_OK) {
        return status;
    }
    if (exact.reason[PS_EXACT_DEFAULTS] != PS_EXACT_NONE) {
        add_reason(&c, PS_M_DEFAULTS_N, exact.reason[PS_EXACT_DEFAULTS]);
        ps_exact_free(&exact);
        return PS_OK;
    }
    compare_law(&c, PS_M_DEFAULTS_N, &exact.defaults);
    if (exact.reason[PS_EXACT_LOSS] == PS_EXACT_NONE) {
        compare_law(&c, PS_M_LOSS, &exact.loss);
    } else {
        add_reason(&c, PS_M_LOSS, exact.reason[PS_EXACT_LOSS]);
    }
    if (exact.reason[PS_EXACT_PAID] == PS_EXACT_NONE) {
        compare_pool(&c, &exact);
    } else {
        add_reason(&c, PS_M_COMPENSATION, exact.reason[PS_EXACT_PAID]);
        add_reason(&c, PS_M_DEPLETED, exact.reason[PS_EXACT_PAID]);
    }
    ps_exact_free(&exact);
    return PS_OK;
}

void ps_crosscheck_warn(const struct ps_scenario *scenario, const struct ps_crosscheck *check,
                        struct ps_diags *diags)
{
    for (int i = 0; i < check->lines_n; i++) {
        const struct ps_crosscheck_line *line = &check->lines[i];
        if (!(fabs(line->z) > PS_CROSSCHECK_Z)) {
            continue;
        }
        char figure[96], z[PS_NUMBER_TEXT_SIZE];
        (void)snprintf(figure, sizeof figure, "%s %s", ps_measure_desc(line->measure)->name,
                       ps_crosscheck_statistic_name(line->statistic));
        (void)snprintf(z, sizeof z, "%.1f", line->z);
        const char *const args[] = {scenario->p.scenario_id, figure, z, NULL};
        ps_diags_add(diags, PS_DIAG_CROSSCHECK, NULL, NULL, args);
    }
}
