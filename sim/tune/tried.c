// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/math.h"
#include "search.h"

/* Variants that are wanted or were tried, and what they are worth. */

enum { ALONG = PS_AXES_MAX - 1 }; /* last in a key */

/* ---- spots ---- */

int ps_spot_place(const struct search *s, int axis)
{
    return axis == s->along ? ALONG : axis - (axis > s->along);
}

struct spot ps_spot_of(const struct search *s, const struct ps_tried *tried)
{
    struct spot spot = {.tried = tried};
    for (int a = 0; a < s->axes_n; a++) {
        spot.key[ps_spot_place(s, a)] = tried->at[a];
    }
    return spot;
}

int ps_spots_in_line(const struct spot *a, const struct spot *b)
{
    return memcmp(a->key, b->key, ALONG * sizeof *a->key) == 0;
}

enum ps_status ps_spots_add(struct spots *spots, const struct spot *spot)
{
    if (spots->n == spots->capacity) {
        const size_t capacity = 2 * spots->capacity + 256;
        struct spot *grown = realloc(spots->spot, capacity * sizeof *grown);
        if (grown == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        spots->spot = grown;
        spots->capacity = capacity;
    }
    spots->spot[spots->n++] = *spot;
    return PS_OK;
}

static int key_order(const struct spot *x, const struct spot *y)
{
    for (int k = 0; k < PS_AXES_MAX; k++) {
        if (x->key[k] != y->key[k]) {
            return x->key[k] < y->key[k] ? -1 : 1;
        }
    }
    return 0;
}

static int spot_order(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    const int order = key_order(x, y);
    if (order != 0 || x->tried == y->tried) {
        return order;
    }
    const uint64_t x_n = x->tried != NULL ? x->tried->asked_n : 0;
    const uint64_t y_n = y->tried != NULL ? y->tried->asked_n : 0;
    return x_n != y_n ? (x_n > y_n ? -1 : 1) : (x->tried < y->tried ? -1 : 1);
}

void ps_spots_sort(struct spots *spots)
{
    size_t n = 0;
    if (spots->n > 0) {
        qsort(spots->spot, spots->n, sizeof *spots->spot, spot_order);
    }
    for (size_t i = 0; i < spots->n; i++) {
        if (n == 0 || key_order(&spots->spot[n - 1], &spots->spot[i]) != 0) {
            spots->spot[n++] = spots->spot[i];
        }
    }
    spots->n = n;
}

void ps_spots_free(struct spots *spots)
{
    free(spots->spot);
    *spots = (struct spots){0};
}

enum ps_status ps_search_known(const struct search *s, struct spots *known)
{
    enum ps_status status = PS_OK;
    *known = (struct spots){0};
    for (size_t i = 0; i < s->out->tried_n && status == PS_OK; i++) {
        if (!s->out->tried[i].fresh) {
            const struct spot spot = ps_spot_of(s, &s->out->tried[i]);
            status = ps_spots_add(known, &spot);
        }
    }
    ps_spots_sort(known);
    return status;
}

/* ---- what they are worth ---- */

struct aim ps_search_aim(const struct search *s)
{
    struct aim aim = {.alone = -1};
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        aim.limit[c] = s->out->tried[0].judged[c].limit;
    }
    return aim;
}

double ps_search_overrun(const struct ps_judged *j)
{
    const double over = j->at_most ? j->value.upper - j->limit : j->limit - j->value.lower;
    return over / (fabs(j->limit) > 0 ? fabs(j->limit) : 1);
}

/* A constraint under the aim's limit; the bounds nearer by as much as all worlds would make them.
 * Bounds at fewer worlds are farther off, so the first look would be too careful. */
static struct ps_judged foreseen(const struct search *s, const struct aim *aim,
                                 const struct ps_tried *tried, int c)
{
    struct ps_judged j = tried->judged[c];
    const double part = (double)tried->asked_n / (double)s->request->worlds_n;
    if (part < 1 && tried->worlds_n == tried->asked_n) {
        j.value.lower = j.value.value - sqrt(part) * (j.value.value - j.value.lower);
        j.value.upper = j.value.value + sqrt(part) * (j.value.upper - j.value.value);
    }
    return ps_judged_at(&j, aim->limit[c]);
}

enum ps_judgement ps_search_judge(const struct search *s, const struct aim *aim,
                                  const struct ps_tried *tried)
{
    enum ps_judgement judgement = PS_MET;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        const struct ps_judged j = ps_judged_at(&tried->judged[c], aim->limit[c]);
        judgement = j.judgement > judgement ? j.judgement : judgement;
    }
    return judgement;
}

unsigned ps_search_fails(const struct search *s, const struct aim *aim,
                         const struct ps_tried *tried)
{
    unsigned fails = 0;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        fails |= (unsigned)(foreseen(s, aim, tried, c).judgement != PS_MET) << c;
    }
    return fails;
}

double ps_search_miss(const struct search *s, const struct aim *aim, const struct ps_tried *tried)
{
    double most = -HUGE_VAL;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        if (aim->alone < 0 || aim->alone == c) {
            const struct ps_judged j = foreseen(s, aim, tried, c);
            const double over = ps_search_overrun(&j);
            most = over > most ? over : most;
        }
    }
    return most;
}

double ps_search_cost(const struct search *s, const struct ps_tried *tried)
{
    return s->request->objective.maximise ? -tried->objective.value : tried->objective.value;
}

int ps_search_improves(const struct search *s, double a, double b)
{
    return s->request->objective.maximise ? a > b : a < b;
}

double ps_search_paired_se(const struct search *s, const struct ps_tried *a,
                           const struct ps_tried *b)
{
    double total = 0, mean = 0, sum = 0;
    int n = 0, same = 1;
    if (s->study.batched == NULL || a == b) {
        return 0;
    }
    const struct ps_batch_means *x = a->batches, *y = b->batches;
    for (int k = 0; k < PS_BATCHES; k++) {
        same &= x->worlds_n[k] == y->worlds_n[k];
        n += x->worlds_n[k] > 0;
        total += (double)x->worlds_n[k];
        mean += (double)x->worlds_n[k] * (y->mean[k] - x->mean[k]);
    }
    if (!same || n < 2) { /* never too small, whatever hangs together */
        const double reach =
            a->objective.upper - a->objective.value + b->objective.upper - b->objective.value;
        return reach / ps_norm_quantile(s->request->confidence);
    }
    mean /= total;
    for (int k = 0; k < PS_BATCHES; k++) {
        const double weight = (double)x->worlds_n[k] / total;
        const double off = y->mean[k] - x->mean[k] - mean;
        sum += weight * weight * off * off;
    }
    return sqrt(sum * n / (n - 1));
}

/* Meets everything, then the objective, then room to spare; else the smaller miss. */
static int better(const struct search *s, const struct aim *aim, const struct ps_tried *a,
                  const struct ps_tried *b)
{
    const int met_a = aim->alone < 0 && ps_search_fails(s, aim, a) == 0;
    const int met_b = aim->alone < 0 && ps_search_fails(s, aim, b) == 0;
    const double x = ps_search_cost(s, a), y = ps_search_cost(s, b);
    if (met_a != met_b) {
        return met_a;
    }
    return met_a && (x < y || x > y) ? x < y
                                     : ps_search_miss(s, aim, a) < ps_search_miss(s, aim, b);
}

size_t ps_search_best(const struct search *s, const struct aim *aim, uint64_t worlds_n)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < s->out->tried_n; i++) {
        const struct ps_tried *t = &s->out->tried[i];
        if (!t->fresh && t->asked_n >= worlds_n &&
            (best == SIZE_MAX || better(s, aim, t, &s->out->tried[best]))) {
            best = i;
        }
    }
    return best;
}
