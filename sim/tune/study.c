// SPDX-License-Identifier: GPL-3.0-or-later
#include "variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t ps_box_size(const struct ps_box *box, int axes_n)
{
    size_t n = 1;
    for (int a = 0; a < axes_n; a++) {
        n *= (size_t)box->n[a];
    }
    return n;
}

int64_t ps_box_at(const struct ps_box *box, int axes_n, size_t p, int a)
{
    for (int last = axes_n - 1; last > a; last--) {
        p /= (size_t)box->n[last];
    }
    return box->first[a] + (int64_t)(p % (size_t)box->n[a]) * box->stride[a];
}

/* "name=v1|v2|..", malloc'd; NULL when memory is out. */
static char *set_text(const struct ps_axis *axis, const struct ps_box *box, int a)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return NULL;
    }
    (void)fprintf(out, "%s=", axis->name);
    for (int k = 0; k < box->n[a]; k++) {
        (void)fprintf(out, "%s%s", k > 0 ? "|" : "",
                      ps_axis_value(axis, box->first[a] + k * box->stride[a]).s);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* The value that the id of a variant gives a column, "@column=value"; its length in *n. */
static const char *value_in_id(const char *id, const char *column, size_t *n)
{
    const size_t length = strlen(column);
    for (const char *at = strchr(id, '@'); at != NULL; at = strchr(at + 1, '@')) {
        if (strncmp(at + 1, column, length) == 0 && at[length + 1] == '=') {
            *n = strcspn(at + length + 2, "@");
            return at + length + 2;
        }
    }
    return NULL;
}

/* Numbers the values of an axis in the order in which the book's grid first meets them, which is
 * the order in which they were given, whatever text the book makes of them. */
static enum ps_status place_axis(const struct ps_axis *axis, int n, const struct ps_book *book,
                                 int *place)
{
    const char **seen = calloc((size_t)n, sizeof *seen);
    enum ps_status status = seen == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (size_t s = 0; status == PS_OK && s < book->scenarios_n; s++) {
        size_t bytes = 0;
        const char *value = value_in_id(book->scenarios[s].p.scenario_id, axis->column, &bytes);
        int k = 0;
        while (value != NULL && k < n && seen[k] != NULL &&
               (strncmp(seen[k], value, bytes) != 0 ||
                (seen[k][bytes] != '\0' && seen[k][bytes] != '@'))) {
            k++;
        }
        if (value == NULL || k == n) {
            status = ps_status_raise(PS_BUG);
            break;
        }
        seen[k] = seen[k] == NULL ? value : seen[k];
        place[s] = k;
    }
    free(seen);
    return status;
}

/* The row of each point. The book orders its grid by columns, the box by axes. */
static enum ps_status place_rows(const struct ps_study *study, const struct ps_box *box,
                                 struct ps_study_result *out)
{
    const size_t n = out->book.scenarios_n;
    size_t *point = calloc(n, sizeof *point);
    int *place = calloc(n, sizeof *place);
    enum ps_status status = point == NULL || place == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (int a = 0; a < study->axes_n && status == PS_OK; a++) {
        if (box->n[a] > 1) {
            status = place_axis(&study->axes[a], box->n[a], &out->book, place);
        }
        for (size_t s = 0; s < n; s++) {
            point[s] = point[s] * (size_t)box->n[a] + (box->n[a] > 1 ? (size_t)place[s] : 0);
        }
    }
    for (size_t s = 0; s < n && status == PS_OK; s++) {
        out->found[point[s]] = &out->engine.rows[s];
        out->row[point[s]] = &out->engine.rows[s].row;
        out->scenario[point[s]] = &out->book.scenarios[s];
    }
    free(point);
    free(place);
    return status;
}

/* The book with a box of variants. */
static enum ps_status load(const struct ps_study *study, const struct ps_box *box,
                           struct ps_diags *diags, struct ps_book *book)
{
    const size_t axes_n = (size_t)study->axes_n, from = diags->n;
    char *texts[PS_BOX_AXES_MAX] = {0};
    enum ps_status status = PS_OK;
    for (size_t a = 0; status == PS_OK && a < axes_n; a++) {
        texts[a] = set_text(&study->axes[a], box, (int)a);
        status = texts[a] == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    }
    if (status == PS_OK) {
        status = ps_variants_load(&study->book, (const char *const *)texts, axes_n, diags, book);
    }
    for (size_t a = 0; a < axes_n; a++) {
        free(texts[a]);
    }
    ps_variants_place(diags, from, study->axes, study->axes_n);
    return status;
}

static int constraints_precise(const void *of, const struct ps_row *row, double precision)
{
    const struct ps_study *study = of;
    int precise = 1;
    for (int c = 0; c < study->constraints_n; c++) {
        precise &= ps_constraint_precise(&study->constraints[c], row, precision);
    }
    return precise;
}

enum ps_status ps_study_simulate(const struct ps_study *study, const struct ps_scenario *scenarios,
                                 size_t scenarios_n, uint64_t first_world, uint64_t worlds_n,
                                 int64_t *values, struct ps_diags *diags,
                                 struct ps_engine_result *result)
{
    struct ps_watch watches[PS_CONSTRAINTS_MAX];
    enum ps_measure kept[PS_CONSTRAINTS_MAX + PS_METRICS_MAX];
    int kept_n = 0;
    for (int c = 0; c < study->constraints_n; c++) {
        watches[c] = ps_constraint_watch(&study->constraints[c]);
        kept[kept_n++] = study->constraints[c].metric.measure;
    }
    for (int k = 0; k < study->metrics_n; k++) {
        kept[kept_n++] = study->metrics[k].measure;
    }
    const struct ps_engine_request request = {
        .scenarios = scenarios,
        .scenarios_n = scenarios_n,
        .first_world = first_world,
        .worlds_n = worlds_n,
        .seed = study->seed,
        .threads_n = study->threads_n,
        .isa = study->isa,
        .laws = study->laws,
        .tier = PS_TIER_DECISION,
        .kept = kept,
        .kept_n = kept_n,
        .watches = watches,
        .watches_n = study->constraints_n,
        .batched = study->batched,
        .values = values,
        .precision = study->precision,
        .precise = study->constraints_n > 0 && study->precision > 0 ? constraints_precise : NULL,
        .precise_of = study,
        .progress = study->progress,
        .context = study->context};
    return ps_engine_run(&request, diags, result);
}

enum ps_status ps_study_run(const struct ps_study *study, const struct ps_box *box,
                            uint64_t first_world, uint64_t worlds_n, struct ps_diags *diags,
                            struct ps_study_result *out)
{
    *out = (struct ps_study_result){.points_n = ps_box_size(box, study->axes_n)};
    enum ps_status status = load(study, box, diags, &out->book);
    if (status != PS_OK) {
        return status;
    }
    if (out->book.scenarios_n != out->points_n) {
        return ps_status_raise(PS_BUG);
    }
    out->row = calloc(out->points_n, sizeof *out->row);
    out->found = calloc(out->points_n, sizeof *out->found);
    out->scenario = calloc(out->points_n, sizeof *out->scenario);
    if (out->row == NULL || out->found == NULL || out->scenario == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    status = ps_study_simulate(study, out->book.scenarios, out->book.scenarios_n, first_world,
                               worlds_n, NULL, diags, &out->engine);
    return status == PS_OK ? place_rows(study, box, out) : status;
}

void ps_study_result_free(struct ps_study_result *result)
{
    free(result->row);
    free(result->found);
    free(result->scenario);
    ps_engine_result_free(&result->engine);
    ps_book_free(&result->book);
    *result = (struct ps_study_result){0};
}

/* ---- variants from anywhere ---- */

static enum ps_status batch_grow(struct ps_study_batch *batch, size_t points_n)
{
    struct ps_book *books = realloc(batch->books, (batch->books_n + 1) * sizeof *books);
    if (books != NULL) {
        batch->books = books;
    }
    struct ps_scenario *scenarios =
        realloc(batch->scenarios, (batch->n + points_n) * sizeof *scenarios);
    if (scenarios != NULL) {
        batch->scenarios = scenarios;
    }
    return books == NULL || scenarios == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

enum ps_status ps_study_batch_add(const struct ps_study *study, const struct ps_box *box,
                                  struct ps_diags *diags, struct ps_study_batch *batch)
{
    const size_t points_n = ps_box_size(box, study->axes_n);
    enum ps_status status = batch_grow(batch, points_n);
    if (status != PS_OK) {
        return status;
    }
    struct ps_book *book = &batch->books[batch->books_n];
    *book = (struct ps_book){0};
    status = load(study, box, diags, book);
    if (status == PS_OK && book->scenarios_n != points_n) {
        status = ps_status_raise(PS_BUG);
    }
    if (status != PS_OK) {
        ps_book_free(book);
        return status;
    }
    batch->books_n++;
    memcpy(batch->scenarios + batch->n, book->scenarios, points_n * sizeof *book->scenarios);
    batch->n += points_n;
    return PS_OK;
}

enum ps_status ps_study_batch_run(const struct ps_study *study, uint64_t first_world,
                                  uint64_t worlds_n, int64_t *values, struct ps_diags *diags,
                                  struct ps_study_batch *batch)
{
    return ps_study_simulate(study, batch->scenarios, batch->n, first_world, worlds_n, values,
                             diags, &batch->engine);
}

void ps_study_batch_free(struct ps_study_batch *batch)
{
    ps_engine_result_free(&batch->engine);
    for (size_t i = 0; i < batch->books_n; i++) {
        ps_book_free(&batch->books[i]);
    }
    free(batch->books);
    free(batch->scenarios);
    *batch = (struct ps_study_batch){0};
}
