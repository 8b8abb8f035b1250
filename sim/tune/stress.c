// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/stress.h"

#include <stdlib.h>

/* Every stress draws its own worlds, by the addresses of the base's. One row after the other, so
 * that only two have their values in memory. */

static const struct {
    const char *name;
    struct ps_stress stress;
    const char *label[PS_LANG_N];
} LIST[] = {
#define PS_STRESS(name, kind, size, en, zh)                                                        \
    {name, {PS_STRESS_##kind, -1, size}, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/stresses.def"
#undef PS_STRESS
};
enum { LIST_N = sizeof LIST / sizeof *LIST };

struct stressing {
    const struct ps_stress_request *request;
    struct ps_study study; /* that of the request, its metrics the compared measures */
    struct ps_metric metrics[PS_COMPARED_N];
    int64_t *base, *other; /* [measure][world] of the constraints, then of the compared */
    struct ps_diags *diags;
    struct ps_stress_table *out;
};

/* ---- which rows there are ---- */

static void add_own(struct stressing *s, const struct ps_scenario *own)
{
    const struct ps_scenarios_row *p = &own->p;
    const char *label = *p->label != '\0' ? p->label : p->scenario_id;
    s->out->rows[s->out->rows_n++] =
        (struct ps_stress_row){.name = p->scenario_id, .label = {label, label}, .own = own};
}

static void add_listed(struct stressing *s, size_t i, int cluster)
{
    struct ps_stress_row row = {.name = LIST[i].name,
                                .label = {LIST[i].label[PS_LANG_ZH], LIST[i].label[PS_LANG_EN]},
                                .stress = LIST[i].stress};
    row.stress.cluster = cluster;
    if (ps_stress_possible(s->request->base, &row.stress)) {
        s->out->rows[s->out->rows_n++] = row;
    }
}

static enum ps_status lay_out(struct stressing *s)
{
    const struct ps_stress_request *request = s->request;
    const int clusters_n = (int)request->base->clusters_n;
    const size_t most = 1 + request->own_n + LIST_N * (size_t)clusters_n;
    s->out->rows = calloc(most, sizeof *s->out->rows);
    if (s->out->rows == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    add_own(s, request->base);
    for (size_t i = 0; i < request->own_n; i++) {
        if (&request->own[i] != request->base) {
            add_own(s, &request->own[i]);
        }
    }
    for (size_t i = 0; i < LIST_N; i++) {
        const int each = LIST[i].stress.kind == PS_STRESS_CLUSTER;
        for (int c = each ? 0 : -1; c < (each ? clusters_n : 0); c++) {
            add_listed(s, i, c);
        }
    }
    return PS_OK;
}

/* ---- one row ---- */

static enum ps_status run(struct stressing *s, const struct ps_scenario *scenario,
                          struct ps_stress_row *row)
{
    const struct ps_stress_request *request = s->request;
    const uint64_t n = request->worlds_n;
    struct ps_engine_result result;
    enum ps_status status =
        ps_study_simulate(&s->study, scenario, 1, 0, n, s->other, s->diags, &result);
    if (status == PS_OK) {
        row->worlds_n = n;
        row->paired = result.rows[0].row.paired;
        for (int c = 0; c < s->study.constraints_n; c++) {
            row->judged[c] = ps_constraint_judge(&s->study.constraints[c], &result.rows[0].row,
                                                 request->confidence);
        }
    }
    ps_engine_result_free(&result);
    return status;
}

static void compare(const struct stressing *s, const int64_t *values, struct ps_stress_row *row)
{
    const uint64_t n = s->request->worlds_n;
    const int skip = s->study.constraints_n;
    for (int k = 0; k < PS_COMPARED_N; k++) {
        const int64_t *base = s->base + (uint64_t)(skip + k) * n;
        const int64_t *other = values + (uint64_t)(skip + k) * n;
        for (uint64_t w = 0; w < n; w++) {
            ps_difference_add(&row->differences[k], base[w], other[w]);
        }
    }
}

static enum ps_status run_row(struct stressing *s, struct ps_stress_row *row)
{
    struct ps_stressed stressed = {0};
    enum ps_status status = PS_OK;
    if (row->own == NULL) {
        status = ps_stress_apply(s->request->base, &row->stress, &stressed);
    }
    if (status == PS_OK) {
        status = run(s, row->own != NULL ? row->own : &stressed.scenario, row);
    }
    ps_stressed_free(&stressed);
    return status;
}

/* Which worlds of the base died. */
static enum ps_status keep_depleted(struct stressing *s)
{
    const uint64_t n = s->request->worlds_n;
    const size_t place = (size_t)s->study.constraints_n + ps_compared_place(PS_M_DEPLETED);
    const int64_t *depleted = s->base + place * n;
    size_t count = 0;
    for (uint64_t w = 0; w < n; w++) {
        count += depleted[w] == 1;
    }
    s->out->depleted = malloc((count + 1) * sizeof *s->out->depleted);
    if (s->out->depleted == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (uint64_t w = 0; w < n; w++) {
        if (depleted[w] == 1) {
            s->out->depleted[s->out->depleted_n++] = (uint32_t)w;
        }
    }
    return PS_OK;
}

enum ps_status ps_stress_run(const struct ps_stress_request *request, struct ps_diags *diags,
                             struct ps_stress_table *out)
{
    struct stressing s = {.request = request, .study = request->study, .diags = diags, .out = out};
    *out = (struct ps_stress_table){0};
    for (int k = 0; k < PS_COMPARED_N; k++) {
        s.metrics[k].measure = ps_compared[k];
    }
    s.study.metrics = s.metrics;
    s.study.metrics_n = PS_COMPARED_N;
    const size_t measures_n = (size_t)s.study.constraints_n + PS_COMPARED_N;
    const size_t bytes = measures_n * request->worlds_n * sizeof(int64_t);
    s.base = malloc(bytes);
    s.other = malloc(bytes);
    enum ps_status status =
        s.base == NULL || s.other == NULL ? ps_status_raise(PS_MEMORY) : lay_out(&s);
    for (size_t i = 0; i < out->rows_n && status == PS_OK; i++) {
        status = run_row(&s, &out->rows[i]);
        if (status == PS_OK && i == 0) {
            int64_t *const swap = s.base;
            s.base = s.other;
            s.other = swap;
            status = keep_depleted(&s);
        }
        if (status == PS_OK) {
            compare(&s, i == 0 ? s.base : s.other, &out->rows[i]);
        }
    }
    free(s.base);
    free(s.other);
    return status;
}

void ps_stress_table_free(struct ps_stress_table *table)
{
    free(table->rows);
    free(table->depleted);
    *table = (struct ps_stress_table){0};
}
