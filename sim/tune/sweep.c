// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/sweep.h"

#include <stdlib.h>

static struct ps_sweep_point judge(const struct ps_study *study, const struct ps_row *row,
                                   double confidence)
{
    struct ps_sweep_point point = {.judgement = PS_MET};
    for (int c = 0; c < study->constraints_n; c++) {
        const struct ps_judged j = ps_constraint_judge(&study->constraints[c], row, confidence);
        point.judgement = j.judgement > point.judgement ? j.judgement : point.judgement;
        point.missed |= (unsigned)(j.judgement != PS_MET) << c;
    }
    return point;
}

/* What the frontier looks at, each to be small. */
enum { GOALS = 3 };

struct goals {
    double x[GOALS];
    size_t point;
};

static struct goals goals_of(const struct ps_study_result *result, size_t p)
{
    const struct ps_row *row = result->row[p];
    const int annual = result->scenario[p]->p.target_basis == PS_TARGET_ANNUAL;
    const enum ps_measure target = annual ? PS_M_TARGET_ANNUAL : PS_M_TARGET_CUMULATIVE;
    return (struct goals){.x = {ps_moments_mean(&row->moments[PS_M_DEPLETED]),
                                -ps_moments_mean(&row->moments[target]),
                                ps_moments_mean(&row->moments[PS_M_FISCAL_NET_COST])},
                          .point = p};
}

static int by_goals(const void *a, const void *b)
{
    const struct goals *x = a, *y = b;
    for (int g = 0; g < GOALS; g++) {
        if (x->x[g] != y->x[g]) {
            return x->x[g] < y->x[g] ? -1 : 1;
        }
    }
    return (x->point > y->point) - (x->point < y->point);
}

/* Sorted by the first goal, a variant can only be beaten by one before it. */
static enum ps_status mark_frontier(struct ps_sweep *sweep)
{
    const size_t n = sweep->result.points_n;
    struct goals *sorted = malloc(n * sizeof *sorted);
    size_t kept_n = 0;
    if (sorted == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t p = 0; p < n; p++) {
        sorted[p] = goals_of(&sweep->result, p);
    }
    qsort(sorted, n, sizeof *sorted, by_goals);
    for (size_t i = 0; i < n; i++) {
        const struct goals candidate = sorted[i];
        int beaten = 0;
        for (size_t k = 0; k < kept_n && !beaten; k++) {
            beaten = 1;
            for (int g = 0; g < GOALS; g++) {
                beaten &= sorted[k].x[g] <= candidate.x[g];
            }
        }
        if (!beaten) {
            sorted[kept_n++] = candidate;
            sweep->points[candidate.point].frontier = 1;
        }
    }
    free(sorted);
    return PS_OK;
}

enum ps_status ps_sweep_run(const struct ps_study *study, uint64_t worlds_n, double confidence,
                            struct ps_diags *diags, struct ps_sweep *out)
{
    *out = (struct ps_sweep){0};
    for (int a = 0; a < study->axes_n; a++) {
        out->box.stride[a] = 1;
        out->box.n[a] = (int)study->axes[a].steps_n + 1;
    }
    enum ps_status status = ps_study_run(study, &out->box, 0, worlds_n, diags, &out->result);
    if (status != PS_OK) {
        return status;
    }
    out->points = calloc(out->result.points_n, sizeof *out->points);
    if (out->points == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t p = 0; p < out->result.points_n; p++) {
        out->points[p] = judge(study, out->result.row[p], confidence);
    }
    return mark_frontier(out);
}

void ps_sweep_free(struct ps_sweep *sweep)
{
    free(sweep->points);
    ps_study_result_free(&sweep->result);
    *sweep = (struct ps_sweep){0};
}
