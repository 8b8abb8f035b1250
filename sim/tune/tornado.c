// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/figures.h"
#include "pledgesim/pairs.h"
#include "pledgesim/sensitivity.h"
#include "variants.h"

/* The two ends of an axis, in a book of their own. */
static enum ps_status load_ends(const struct ps_study *study, int a, struct ps_diags *diags,
                                struct ps_book *book)
{
    const struct ps_axis *axis = &study->axes[a];
    char text[PS_AXIS_NAME_BYTES + 2 * sizeof(struct ps_axis_text) + 4];
    const char *const texts[] = {text};
    const size_t from = diags->n;
    (void)snprintf(text, sizeof text, "%s=%s|%s", axis->name, ps_axis_value(axis, 0).s,
                   ps_axis_value(axis, axis->steps_n).s);
    const enum ps_status status = ps_variants_load(&study->book, texts, 1, diags, book);
    ps_variants_place(diags, from, axis, 1);
    return status == PS_OK && book->scenarios_n != 2 ? ps_status_raise(PS_BUG) : status;
}

static enum ps_status load_rows(struct ps_tornado *tornado, const struct ps_scenario *base,
                                struct ps_diags *diags)
{
    const size_t axes_n = (size_t)tornado->study->axes_n;
    tornado->books = calloc(axes_n, sizeof *tornado->books);
    tornado->rows = calloc(1 + 2 * axes_n, sizeof *tornado->rows);
    enum ps_status status =
        tornado->books == NULL || tornado->rows == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (size_t a = 0; a < axes_n && status == PS_OK; a++) {
        status = load_ends(tornado->study, (int)a, diags, &tornado->books[a]);
        for (size_t end = 0; end < 2 && status == PS_OK; end++) {
            tornado->rows[1 + 2 * a + end] = tornado->books[a].scenarios[end];
        }
    }
    if (status == PS_OK) {
        tornado->rows[0] = *base;
    }
    return status;
}

/* ---- what no mean tells: the values of all worlds are kept ---- */

static int is_sectioned(const struct ps_metric *metric)
{
    return metric->kind == PS_METRIC_QUANTILE || metric->kind == PS_METRIC_RATIO;
}

/* The measures of the metrics; a ratio has two. */
struct kept {
    enum ps_measure measure[2 * PS_METRICS_MAX];
    int n;
    size_t rows_n;
    uint64_t worlds_n;
    int64_t *values; /* [row][measure][world]; NULL: means alone */
};

static int place_of(struct kept *kept, enum ps_measure measure)
{
    int k = 0;
    while (k < kept->n && kept->measure[k] != measure) {
        k++;
    }
    kept->measure[k] = measure;
    kept->n += k == kept->n;
    return k;
}

static enum ps_status choose(const struct ps_study *study, struct kept *kept)
{
    int any = 0;
    for (int m = 0; m < study->metrics_n; m++) {
        const struct ps_metric *metric = &study->metrics[m];
        (void)place_of(kept, metric->measure);
        if (metric->kind == PS_METRIC_RATIO) {
            (void)place_of(kept, ps_ratio_desc(metric->ratio)->denominator);
        }
        any |= is_sectioned(metric);
    }
    if (any) {
        kept->values =
            malloc(kept->rows_n * (size_t)kept->n * kept->worlds_n * sizeof *kept->values);
        return kept->values == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    }
    return PS_OK;
}

static void keep(void *context, uint64_t first, const int64_t *values, uint64_t n)
{
    const struct kept *kept = context;
    for (size_t i = 0; i < kept->rows_n * (size_t)kept->n; i++) {
        memcpy(kept->values + i * kept->worlds_n + first, values + i * n, n * sizeof *values);
    }
}

static enum ps_status find_sections(struct ps_tornado *tornado, struct kept *kept)
{
    const struct ps_study *study = tornado->study;
    const size_t metrics_n = (size_t)study->metrics_n;
    int64_t *room = malloc(kept->worlds_n * sizeof *room);
    tornado->sections = calloc(kept->rows_n * metrics_n, sizeof *tornado->sections);
    const enum ps_status status =
        room == NULL || tornado->sections == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (size_t i = 0; i < kept->rows_n * metrics_n && status == PS_OK; i++) {
        const struct ps_metric *metric = &study->metrics[i % metrics_n];
        const int64_t *row = kept->values + i / metrics_n * (size_t)kept->n * kept->worlds_n;
        const int64_t *x = row + (uint64_t)place_of(kept, metric->measure) * kept->worlds_n;
        if (metric->kind == PS_METRIC_QUANTILE) {
            ps_sections_quantile(x, kept->worlds_n, metric->level, room, &tornado->sections[i]);
        } else if (metric->kind == PS_METRIC_RATIO) {
            const enum ps_measure below = ps_ratio_desc(metric->ratio)->denominator;
            ps_sections_ratio(x, row + (uint64_t)place_of(kept, below) * kept->worlds_n,
                              kept->worlds_n, &tornado->sections[i]);
        }
    }
    free(room);
    return status;
}

/* ---- the run ---- */

enum ps_status ps_tornado_run(const struct ps_study *study, const struct ps_scenario *base,
                              uint64_t worlds_n, struct ps_diags *diags, struct ps_tornado *out)
{
    struct kept kept = {.rows_n = 1 + 2 * (size_t)study->axes_n, .worlds_n = worlds_n};
    *out = (struct ps_tornado){.study = study};
    enum ps_status status = load_rows(out, base, diags);
    if (status == PS_OK) {
        status = choose(study, &kept);
    }
    if (status == PS_OK) {
        const struct ps_engine_request request = {.scenarios = out->rows,
                                                  .scenarios_n = kept.rows_n,
                                                  .worlds_n = worlds_n,
                                                  .seed = study->seed,
                                                  .threads_n = study->threads_n,
                                                  .isa = study->isa,
                                                  .laws = study->laws,
                                                  .kept = kept.measure,
                                                  .kept_n = kept.n,
                                                  .progress = study->progress,
                                                  .context = study->context};
        status = ps_compare_run(&request, 0, kept.values != NULL ? keep : NULL, &kept, diags,
                                &out->comparison);
    }
    if (status == PS_OK && kept.values != NULL) {
        status = find_sections(out, &kept);
    }
    free(kept.values);
    return status;
}

void ps_tornado_free(struct ps_tornado *tornado)
{
    for (int a = 0; tornado->books != NULL && a < tornado->study->axes_n; a++) {
        ps_book_free(&tornado->books[a]);
    }
    free(tornado->books);
    free(tornado->rows);
    free(tornado->sections);
    ps_comparison_free(&tornado->comparison);
    *tornado = (struct ps_tornado){0};
}

/* ---- what came out ---- */

static size_t place_in(const struct ps_comparison *comparison, enum ps_measure measure)
{
    size_t k = 0;
    while (comparison->measures[k] != measure) {
        k++;
    }
    return k;
}

struct ps_verdict ps_tornado_end(const struct ps_tornado *tornado, int m, int a, int end)
{
    const struct ps_study *study = tornado->study;
    const size_t metrics_n = (size_t)study->metrics_n;
    const size_t row = 1 + 2 * (size_t)a + (size_t)end;
    const size_t all_n = 2 * (size_t)study->axes_n * metrics_n;
    if (is_sectioned(&study->metrics[m])) {
        return ps_sections_judge(&tornado->sections[m],
                                 &tornado->sections[row * metrics_n + (size_t)m], all_n);
    }
    const size_t k = place_in(&tornado->comparison, study->metrics[m].measure);
    return ps_comparison_judge(&tornado->comparison, row, k, all_n);
}

struct ps_verdict ps_tornado_base(const struct ps_tornado *tornado, int m)
{
    const struct ps_metric *metric = &tornado->study->metrics[m];
    const struct ps_comparison *c = &tornado->comparison;
    if (is_sectioned(metric)) {
        return ps_sections_judge(NULL, &tornado->sections[m], 1);
    }
    const struct ps_moments *moments = &c->differences[place_in(c, metric->measure)].base;
    struct ps_estimate mean = ps_mean(moments);
    mean.se = c->paired ? ps_pairs_se_bound(mean.se) : mean.se;
    struct ps_interval interval = ps_estimate_interval(mean, 0.95);
    if (metric->kind == PS_METRIC_PROBABILITY) {
        const struct ps_probability p =
            ps_probability_of((uint64_t)moments->sum, moments->n, c->paired);
        interval = (struct ps_interval){p.lo95, p.hi95};
    }
    return (struct ps_verdict){
        .value = mean.value, .se = mean.se, .lo95 = interval.lo, .hi95 = interval.hi};
}
