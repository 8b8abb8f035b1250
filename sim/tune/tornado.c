// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>

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

enum ps_status ps_tornado_run(const struct ps_study *study, const struct ps_scenario *base,
                              uint64_t worlds_n, struct ps_diags *diags, struct ps_tornado *out)
{
    const int axes_n = study->axes_n;
    *out = (struct ps_tornado){.axes_n = axes_n};
    out->books = calloc((size_t)axes_n, sizeof *out->books);
    out->rows = calloc(1 + 2 * (size_t)axes_n, sizeof *out->rows);
    enum ps_status status =
        out->books == NULL || out->rows == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    for (int a = 0; a < axes_n && status == PS_OK; a++) {
        status = load_ends(study, a, diags, &out->books[a]);
        for (int end = 0; end < 2 && status == PS_OK; end++) {
            out->rows[1 + 2 * a + end] = out->books[a].scenarios[end];
        }
    }
    if (status != PS_OK) {
        return status;
    }
    out->rows[0] = *base;
    const struct ps_engine_request request = {.scenarios = out->rows,
                                              .scenarios_n = 1 + 2 * (size_t)axes_n,
                                              .worlds_n = worlds_n,
                                              .seed = study->seed,
                                              .threads_n = study->threads_n,
                                              .isa = study->isa,
                                              .progress = study->progress,
                                              .context = study->context};
    return ps_compare_run(&request, 0, diags, &out->comparison);
}

void ps_tornado_free(struct ps_tornado *tornado)
{
    for (int a = 0; a < tornado->axes_n && tornado->books != NULL; a++) {
        ps_book_free(&tornado->books[a]);
    }
    free(tornado->books);
    free(tornado->rows);
    ps_comparison_free(&tornado->comparison);
    *tornado = (struct ps_tornado){0};
}

struct ps_verdict ps_tornado_end(const struct ps_tornado *tornado, int metrics_n, int a, int end,
                                 enum ps_measure measure)
{
    const size_t row = 1 + 2 * (size_t)a + (size_t)end;
    return ps_comparison_judge(&tornado->comparison, row, ps_compared_place(measure),
                               2 * (size_t)tornado->axes_n * (size_t)metrics_n);
}

double ps_tornado_base(const struct ps_tornado *tornado, enum ps_measure measure)
{
    return ps_moments_mean(&tornado->comparison.differences[ps_compared_place(measure)].base);
}
