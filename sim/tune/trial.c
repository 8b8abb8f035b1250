// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* Runs what the search wants, one batch a round. */

enum { ALONG = PS_AXES_MAX - 1 }; /* last in a key */

/* The longest run of wanted spots on one line, in equal steps, from i on: a box of n. */
static size_t box_from(const struct search *s, const struct spots *wanted, size_t i,
                       struct ps_box *box)
{
    const struct spot *first = &wanted->spot[i];
    int64_t stride = 1;
    size_t n = 1;
    for (; i + n < wanted->n && ps_spots_in_line(first, first + n); n++) {
        const int64_t step = first[n].key[ALONG] - first[n - 1].key[ALONG];
        stride = n == 1 ? step : stride;
        if (step != stride) {
            break;
        }
    }
    *box = (struct ps_box){0};
    for (int a = 0; a < s->axes_n; a++) {
        box->first[a] = first->key[ps_spot_place(s, a)];
        box->stride[a] = a == s->along ? stride : 1;
        box->n[a] = a == s->along ? (int)n : 1;
    }
    return n;
}

static struct ps_metric_value objective_of(const struct search *s, const struct ps_tried *tried,
                                           const struct ps_row *row)
{
    const struct ps_objective *o = &s->request->objective;
    if (o->axis < 0) {
        return ps_metric_read(&o->metric, row, s->request->confidence);
    }
    const double at = (double)tried->at[o->axis];
    return (struct ps_metric_value){at, at, at};
}

static enum ps_status keep_batches(const struct ps_row *row, struct ps_tried *tried)
{
    tried->batches = calloc(1, sizeof *tried->batches);
    if (tried->batches == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (int b = 0; b < PS_BATCHES; b++) {
        tried->batches->worlds_n[b] = row->batch_n[b];
        tried->batches->mean[b] =
            row->batch_n[b] > 0 ? (double)row->batch_sum[b] / (double)row->batch_n[b] : 0;
    }
    return PS_OK;
}

static enum ps_status keep_settling(const struct ps_row_result *found, struct ps_tried *tried)
{
    tried->settling = malloc(sizeof *tried->settling);
    if (tried->settling == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *tried->settling = (struct ps_settling){.checkpoints_n = found->checkpoints_n,
                                            .paired = found->row.paired,
                                            .converged = found->converged};
    memcpy(tried->settling->checkpoints, found->checkpoints, sizeof found->checkpoints);
    return PS_OK;
}

static enum ps_status note(struct search *s, const struct ps_row_result *found,
                           const struct spot *spot, struct ps_tried *tried)
{
    const struct ps_tune_request *request = s->request;
    const struct ps_row *row = &found->row;
    tried->judgement = PS_MET;
    tried->worlds_n = row->worlds_n;
    for (int a = 0; a < s->axes_n; a++) {
        tried->at[a] = spot->key[ps_spot_place(s, a)];
    }
    for (int c = 0; c < request->study.constraints_n; c++) {
        tried->judged[c] =
            ps_constraint_judge(&request->study.constraints[c], row, request->confidence);
        tried->judgement = tried->judged[c].judgement > tried->judgement
                               ? tried->judged[c].judgement
                               : tried->judgement;
    }
    tried->objective = objective_of(s, tried, row);
    enum ps_status status = PS_OK;
    if (s->study.batched != NULL) {
        status = keep_batches(row, tried);
    }
    return status == PS_OK && tried->fresh ? keep_settling(found, tried) : status;
}

static enum ps_status make_room(struct ps_tuned *out, size_t more)
{
    if (out->tried_n + more > out->capacity) {
        const size_t capacity = out->capacity + out->tried_n + more;
        struct ps_tried *grown = realloc(out->tried, capacity * sizeof *grown);
        if (grown == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        out->tried = grown;
        out->capacity = capacity;
    }
    return PS_OK;
}

enum ps_status ps_search_try(struct search *s, struct spots *wanted, uint64_t worlds_n, int fresh)
{
    struct ps_study_batch batch = {0};
    enum ps_status status = make_room(s->out, wanted->n);
    ps_spots_sort(wanted);
    for (size_t i = 0, n; i < wanted->n && status == PS_OK; i += n) {
        struct ps_box box;
        n = box_from(s, wanted, i, &box);
        status = ps_study_batch_add(&s->study, &box, s->diags, &batch);
    }
    /* An even number, so that no pair of worlds is torn apart. */
    const uint64_t unused = s->request->worlds_n + s->request->worlds_n % 2;
    if (status == PS_OK) {
        status =
            ps_study_batch_run(&s->study, fresh ? unused : 0, worlds_n, NULL, s->diags, &batch);
    }
    for (size_t i = 0; i < wanted->n && status == PS_OK; i++) {
        struct ps_tried *tried = &s->out->tried[s->out->tried_n++];
        *tried = (struct ps_tried){.asked_n = worlds_n, .fresh = fresh};
        status = note(s, &batch.engine.rows[i], &wanted->spot[i], tried);
    }
    ps_study_batch_free(&batch);
    return status;
}
