// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/math.h"
#include "pledgesim/pairs.h"
#include "pledgesim/stats.h"

/* Values that wait: chunks are large, because each prepares its worlds anew. */
static const uint64_t CHUNK_BYTES = (uint64_t)256 << 20;
enum { CHUNK_WORLDS_LEAST = 8192 };

const enum ps_measure ps_compared[PS_COMPARED_N] = {PS_M_DEPLETED,
                                                    PS_M_TARGET_CUMULATIVE,
                                                    PS_M_TARGET_ANNUAL,
                                                    PS_M_REGISTERED,
                                                    PS_M_LENT,
                                                    PS_M_COMPENSATION,
                                                    PS_M_COMPENSATION_NET,
                                                    PS_M_SHORTFALL,
                                                    PS_M_LOSS,
                                                    PS_M_LOSS_BANK,
                                                    PS_M_NPL_PEAK,
                                                    PS_M_MONTHS_SUSPENDED,
                                                    PS_M_FISCAL_NET_COST,
                                                    PS_M_DEFAULTS_N};

size_t ps_compared_place(enum ps_measure measure)
{
    size_t k = 0;
    while (k < PS_COMPARED_N - 1 && ps_compared[k] != measure) {
        k++;
    }
    return k;
}

void ps_difference_add(struct ps_difference *d, int64_t base, int64_t other)
{
    if (base == PS_NOT_GIVEN || other == PS_NOT_GIVEN) {
        return;
    }
    ps_moments_add(&d->base, base);
    ps_moments_add(&d->other, other);
    ps_moments_add(&d->difference, other - base);
    d->up_n += other > base;
    d->down_n += other < base;
}

static void add_chunk(struct ps_comparison *out, const int64_t *values, uint64_t worlds_n)
{
    const size_t measures_n = out->measures_n;
    for (size_t s = 0; s < out->scenarios_n; s++) {
        for (size_t k = 0; k < measures_n; k++) {
            const int64_t *base = values + (out->base * measures_n + k) * worlds_n;
            const int64_t *other = values + (s * measures_n + k) * worlds_n;
            struct ps_difference *d = &out->differences[s * measures_n + k];
            for (uint64_t w = 0; w < worlds_n; w++) {
                ps_difference_add(d, base[w], other[w]);
            }
        }
    }
}

/* The bar goes over all chunks. */
struct bar {
    const struct ps_engine_request *request;
    uint64_t before, worlds_n, total;
};

static int show(void *context, uint64_t done, uint64_t total)
{
    const struct bar *bar = context;
    const double share = total > 0 ? (double)done / (double)total : 1;
    const uint64_t now = bar->before + (uint64_t)(share * (double)bar->worlds_n);
    return bar->request->progress(bar->request->context, now < bar->total ? now : bar->total,
                                  bar->total);
}

static uint64_t chunk_worlds(size_t values_n, uint64_t worlds_n)
{
    /* An even number, so that no pair of worlds is torn apart. */
    const uint64_t fit = CHUNK_BYTES / (values_n * sizeof(int64_t));
    const uint64_t most = fit < CHUNK_WORLDS_LEAST ? CHUNK_WORLDS_LEAST : fit & ~(uint64_t)31;
    return most < worlds_n ? most : worlds_n;
}

enum ps_status ps_compare_run(const struct ps_engine_request *request, size_t base,
                              ps_compare_see *see, void *context, struct ps_diags *diags,
                              struct ps_comparison *out)
{
    const size_t n = request->scenarios_n, measures_n = (size_t)request->kept_n;
    struct bar bar = {.request = request, .total = request->worlds_n};
    struct ps_engine_request chunk = *request;
    *out = (struct ps_comparison){.base = base, .scenarios_n = n, .worlds_n = request->worlds_n};
    out->measures_n = measures_n;
    memcpy(out->measures, request->kept, measures_n * sizeof *out->measures);
    out->differences = calloc(n * measures_n, sizeof *out->differences);
    const uint64_t most = chunk_worlds(n * measures_n, request->worlds_n);
    int64_t *values = malloc(n * measures_n * most * sizeof *values);
    enum ps_status status =
        out->differences == NULL || values == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    chunk.tier = PS_TIER_DECISION;
    chunk.values = values;
    if (request->progress != NULL) {
        chunk.progress = show;
        chunk.context = &bar;
    }
    for (uint64_t at = 0; status == PS_OK && at < request->worlds_n; at += chunk.worlds_n) {
        const uint64_t left = request->worlds_n - at;
        struct ps_engine_result result;
        chunk.first_world = request->first_world + at;
        /* A run has two worlds at least. */
        chunk.worlds_n = left <= most ? left : left == most + 1 ? most - 32 : most;
        bar.before = at;
        bar.worlds_n = chunk.worlds_n;
        status = ps_engine_run(&chunk, diags, &result);
        if (status == PS_OK) {
            add_chunk(out, values, chunk.worlds_n);
            if (see != NULL) {
                see(context, at, values, chunk.worlds_n);
            }
            for (size_t i = 0; i < n; i++) {
                out->paired |= result.rows[i].row.paired;
            }
        }
        ps_engine_result_free(&result);
    }
    free(values);
    return status;
}

void ps_comparison_free(struct ps_comparison *comparison)
{
    free(comparison->differences);
    *comparison = (struct ps_comparison){0};
}

/* Two-sided sign test: of up + down worlds that differ, half should go either way by chance. */
static double sign_test(uint64_t up, uint64_t down)
{
    const uint64_t n = up + down, fewer = up < down ? up : down;
    if (n == 0) {
        return 1;
    }
    /* P(X <= k), X ~ Binomial(n, 1/2), as an incomplete beta function. */
    const double tail = fewer == n ? 1 : ps_betainc((double)(n - fewer), (double)(fewer + 1), 0.5);
    return tail < 0.5 ? 2 * tail : 1;
}

/* Correlation from the three variances. */
static double correlation(const struct ps_difference *d)
{
    const double x = ps_moments_variance(&d->base), y = ps_moments_variance(&d->other);
    const double z = ps_moments_variance(&d->difference);
    return x > 0 && y > 0 ? (x + y - z) / (2 * sqrt(x) * sqrt(y)) : (double)NAN;
}

struct ps_verdict ps_comparison_judge(const struct ps_comparison *comparison, size_t scenario,
                                      size_t k, size_t comparisons_n)
{
    return ps_difference_judge(&comparison->differences[scenario * comparison->measures_n + k],
                               ps_measure_desc(comparison->measures[k])->unit == PS_MU_FLAG,
                               comparison->paired, comparisons_n);
}

struct ps_verdict ps_difference_judge(const struct ps_difference *d, int is_flag, int paired,
                                      size_t comparisons_n)
{
    struct ps_estimate mean = ps_mean(&d->difference);
    mean.se = paired ? ps_pairs_se_bound(mean.se) : mean.se;
    const struct ps_interval interval = ps_estimate_interval(mean, 0.95);
    struct ps_verdict out = {.value = mean.value,
                             .se = mean.se,
                             .lo95 = interval.lo,
                             .hi95 = interval.hi,
                             .p_value = 1,
                             .correlation = correlation(d)};
    if (is_flag) {
        /* Of worlds in pairs half are counted. */
        out.p_value =
            paired ? sign_test(d->up_n / 2, d->down_n / 2) : sign_test(d->up_n, d->down_n);
    } else if (mean.se > 0) {
        out.p_value = 2 * ps_norm_cdf(-fabs(mean.value / mean.se));
    } else if (d->difference.n > 1 && mean.value != 0) {
        out.p_value = 0; /* the same difference in every world */
    }
    out.real = out.p_value < 0.05 / (double)(comparisons_n > 0 ? comparisons_n : 1);
    return out;
}

int ps_verdict_same(const struct ps_verdict *verdict)
{
    return verdict->value == 0 && verdict->se == 0;
}
