// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/study.h"

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

/* Whether the scenario is the one of this value: a swept value stands in the id, "@name=value". */
static int has_value(const struct ps_scenario *scenario, const struct ps_axis *axis, int64_t i)
{
    char part[PS_AXIS_NAME_BYTES + 40];
    const int n = snprintf(part, sizeof part, "@%s=%s", axis->name, ps_axis_value(axis, i).s);
    const char *at = strstr(scenario->p.scenario_id, part);
    return at != NULL && (at[n] == '\0' || at[n] == '@');
}

/* The row of each point. The book orders its grid by columns, the box by axes. */
static enum ps_status place_rows(const struct ps_study *study, const struct ps_box *box,
                                 struct ps_study_result *out)
{
    for (size_t s = 0; s < out->book.scenarios_n; s++) {
        size_t p = 0;
        for (int a = 0; a < study->axes_n; a++) {
            int k = 0;
            while (box->n[a] > 1 && k < box->n[a] &&
                   !has_value(&out->book.scenarios[s], &study->axes[a],
                              box->first[a] + k * box->stride[a])) {
                k++;
            }
            if (k == box->n[a]) {
                return ps_status_raise(PS_BUG);
            }
            p = p * (size_t)box->n[a] + (size_t)k;
        }
        out->row[p] = &out->engine.rows[s].row;
    }
    return PS_OK;
}

static enum ps_status load(const struct ps_study *study, const struct ps_box *box,
                           struct ps_diags *diags, struct ps_book *book)
{
    const size_t sets_n = study->book.sets_n, axes_n = (size_t)study->axes_n;
    const char **sets = calloc(sets_n + axes_n + 1, sizeof *sets);
    char *texts[PS_AXES_MAX] = {0};
    enum ps_status status = sets == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (size_t i = 0; status == PS_OK && i < sets_n; i++) {
        sets[i] = study->book.sets[i];
    }
    for (size_t a = 0; status == PS_OK && a < axes_n; a++) {
        texts[a] = set_text(&study->axes[a], box, (int)a);
        sets[sets_n + a] = texts[a];
        status = texts[a] == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    }
    if (status == PS_OK) {
        struct ps_book_request request = study->book;
        request.sets = sets;
        request.sets_n = sets_n + axes_n;
        status = ps_book_load(&request, diags, book);
    }
    for (size_t a = 0; a < axes_n; a++) {
        free(texts[a]);
    }
    free(sets);
    return status;
}

enum ps_status ps_study_run(const struct ps_study *study, const struct ps_box *box,
                            uint64_t first_world, uint64_t worlds_n, struct ps_diags *diags,
                            struct ps_study_result *out)
{
    struct ps_watch watches[PS_CONSTRAINTS_MAX];
    enum ps_measure kept[PS_CONSTRAINTS_MAX + PS_METRICS_MAX];
    int kept_n = 0;
    *out = (struct ps_study_result){.points_n = ps_box_size(box, study->axes_n)};
    enum ps_status status = load(study, box, diags, &out->book);
    if (status != PS_OK) {
        return status;
    }
    if (out->book.scenarios_n != out->points_n) {
        return ps_status_raise(PS_BUG);
    }
    for (int c = 0; c < study->constraints_n; c++) {
        watches[c] = ps_constraint_watch(&study->constraints[c]);
        kept[kept_n++] = study->constraints[c].metric.measure;
    }
    for (int k = 0; k < study->metrics_n; k++) {
        kept[kept_n++] = study->metrics[k].measure;
    }
    const struct ps_engine_request request = {.scenarios = out->book.scenarios,
                                              .scenarios_n = out->book.scenarios_n,
                                              .first_world = first_world,
                                              .worlds_n = worlds_n,
                                              .seed = study->seed,
                                              .threads_n = study->threads_n,
                                              .isa = study->isa,
                                              .tier = PS_TIER_DECISION,
                                              .kept = kept,
                                              .kept_n = kept_n,
                                              .watches = watches,
                                              .watches_n = study->constraints_n,
                                              .progress = study->progress,
                                              .context = study->context};
    out->row = calloc(out->points_n, sizeof *out->row);
    if (out->row == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    status = ps_engine_run(&request, diags, &out->engine);
    return status == PS_OK ? place_rows(study, box, out) : status;
}

void ps_study_result_free(struct ps_study_result *result)
{
    free(result->row);
    ps_engine_result_free(&result->engine);
    ps_book_free(&result->book);
    *result = (struct ps_study_result){0};
}
