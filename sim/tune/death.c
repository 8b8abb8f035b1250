// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/death.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/arena.h"

static const struct ps_death_figure_desc FIGURES[] = {
#define PS_DEATH_FIGURE(symbol, name, unit, sum, by_cluster, en, zh)                               \
    {name, unit, sum, by_cluster, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/death.def"
#undef PS_DEATH_FIGURE
};

const struct ps_death_figure_desc *ps_death_figure_desc(enum ps_death_figure figure)
{
    return &FIGURES[figure];
}

int ps_death_slot(const struct ps_death *death, enum ps_death_figure figure, int cluster)
{
    int slot = 0;
    for (int f = 0; f < (int)figure; f++) {
        slot += 1 + (FIGURES[f].by_cluster ? death->clusters_n : 0);
    }
    return slot + 1 + cluster;
}

/* ---- one world ---- */

struct replay {
    struct ps_trace *trace;
    struct ps_death *out;
    double *now;   /* [slot][month 0..N] of the world at hand */
    double *usual; /* [slot][month 0..N]: means of all worlds */
};

static double *now_at(const struct replay *r, enum ps_death_figure figure, int cluster, int month)
{
    const size_t slot = (size_t)ps_death_slot(r->out, figure, cluster);
    return &r->now[slot * ((size_t)r->out->months_n + 1) + (size_t)month];
}

/* Adds to a figure, and to a cluster's part of it. */
static void put(const struct replay *r, enum ps_death_figure figure, int cluster, int month,
                double value)
{
    *now_at(r, figure, -1, month) += value;
    if (cluster >= 0) {
        *now_at(r, figure, cluster, month) += value;
    }
}

static int cluster_of(const struct ps_trace *trace, const struct ps_log_entry *entry)
{
    return trace->plan->segments[trace->world->apps[entry->a].segment].cluster;
}

static void put_entry(const struct replay *r, const struct ps_log_entry *entry)
{
    const struct ps_trace *trace = r->trace;
    const struct ps_ledger_work *work = trace->work;
    const int t = entry->month;
    const double amount = (double)entry->amount_fen;
    switch ((enum ps_log_kind)entry->kind) {
    case PS_LOG_DEFAULT:
        put(r, PS_DEATH_DEFAULTS, cluster_of(trace, entry), t, 1);
        put(r, PS_DEATH_DEFAULTED, cluster_of(trace, entry), t, amount);
        break;
    case PS_LOG_GRANT:
        put(r, PS_DEATH_GRANTED, -1, t, amount);
        break;
    case PS_LOG_CLAIM:
        put(r, PS_DEATH_CLAIMS, -1, t, work->due[(size_t)entry->a * (size_t)work->width]);
        put(r, PS_DEATH_PAID, -1, t, (double)entry->party_fen[PS_PARTY_POOL]);
        break;
    case PS_LOG_QUEUE_PAID:
        put(r, PS_DEATH_PAID, -1, t, amount);
        break;
    case PS_LOG_DISPOSAL:
        put(r, PS_DEATH_RECOVERED, -1, t, (double)entry->party_fen[PS_PARTY_POOL]);
        break;
    case PS_LOG_CLOSE:
        put(r, PS_DEATH_BALANCE, -1, t, amount);
        break;
    default:
        break;
    }
}

/* The month in which the pool first could not pay; 0: it always could. */
static int month_of_death(const struct ps_trace *trace)
{
    return trace->measures[PS_M_DEPLETED] == 1 ? (int)trace->measures[PS_M_DEPLETED_MONTH] : 0;
}

static enum ps_status read_world(const struct replay *r, uint32_t world)
{
    const struct ps_death *out = r->out;
    const int clusters_n = out->clusters_n;
    const enum ps_status status = ps_trace_world(r->trace, world);
    if (status != PS_OK) {
        return status;
    }
    memset(r->now, 0, (size_t)out->slots_n * ((size_t)out->months_n + 1) * sizeof *r->now);
    for (int t = 1; t <= out->months_n; t++) {
        for (int c = 0; c < clusters_n; c++) {
            const double y = r->trace->index[(size_t)t * (size_t)clusters_n + (size_t)c];
            *now_at(r, PS_DEATH_INDEX, c, t) = y;
            *now_at(r, PS_DEATH_INDEX, -1, t) += y / clusters_n;
        }
    }
    for (int i = 0; i < r->trace->log_n; i++) {
        put_entry(r, &r->trace->log[i]);
    }
    const int death = month_of_death(r->trace);
    if (death > 0) {
        put(r, PS_DEATH_DEATH, -1, death, 1);
    }
    return PS_OK;
}

/* ---- means ---- */

static void cell_add(struct ps_death_cell *cell, double x)
{
    cell->sum += x;
    cell->squares += x * x;
    cell->n++;
}

static size_t places_n(const struct ps_death *d, enum ps_death_group group)
{
    return (size_t)(group == PS_DEATH_BEFORE ? PS_DEATH_MONTHS : d->months_n) + 1;
}

static size_t cell_place(const struct ps_death *d, enum ps_death_group group, int slot, int place)
{
    const size_t before = (size_t)group * (size_t)d->slots_n * ((size_t)d->months_n + 1);
    return before + (size_t)slot * places_n(d, group) + (size_t)place;
}

const struct ps_death_cell *ps_death_cell(const struct ps_death *death, enum ps_death_group group,
                                          int slot, int place)
{
    return &death->cells[cell_place(death, group, slot, place)];
}

struct ps_estimate ps_death_mean(const struct ps_death *death, const struct ps_death_cell *cell)
{
    const double n = (double)cell->n;
    if (cell->n == 0) {
        return (struct ps_estimate){(double)NAN, (double)NAN};
    }
    const double mean = cell->sum / n;
    const double variance = cell->n > 1 ? (cell->squares - n * mean * mean) / (n - 1) : (double)NAN;
    const double se = sqrt(variance > 0 || isnan(variance) ? variance / n : 0);
    return (struct ps_estimate){mean, death->paired ? ps_pairs_se_bound(se) : se};
}

static void add_path(const struct replay *r, enum ps_death_group group)
{
    const struct ps_death *out = r->out;
    for (int slot = 0; slot < out->slots_n; slot++) {
        const double *now = &r->now[(size_t)slot * ((size_t)out->months_n + 1)];
        for (int t = 1; t <= out->months_n; t++) {
            cell_add(&out->cells[cell_place(out, group, slot, t)], now[t]);
        }
    }
}

/* The clock that ends with the pool; months before the first are missing. */
static void add_before(const struct replay *r, int death)
{
    const struct ps_death *out = r->out;
    for (int slot = 0; slot < out->slots_n; slot++) {
        const double *now = &r->now[(size_t)slot * ((size_t)out->months_n + 1)];
        for (int back = 0; back <= PS_DEATH_MONTHS && back < death; back++) {
            const int place = PS_DEATH_MONTHS - back;
            cell_add(&out->cells[cell_place(out, PS_DEATH_BEFORE, slot, place)], now[death - back]);
        }
    }
}

/* Sum or mean of a slot's months (from, to]. */
static double over(const struct ps_death *out, const double *path, int slot, int sum, int from,
                   int to)
{
    double total = 0;
    for (int t = from + 1; t <= to; t++) {
        total += path[(size_t)slot * ((size_t)out->months_n + 1) + (size_t)t];
    }
    return sum ? total : total / (to - from);
}

/* The year up to the end beside what is usual in the same months. */
static void add_year(const struct replay *r, int death)
{
    const struct ps_death *out = r->out;
    const int from = death > PS_DEATH_YEAR ? death - PS_DEATH_YEAR : 0;
    double common = 0;
    for (int f = 0; f < PS_DEATH_FIGURE_N; f++) {
        const int last = FIGURES[f].by_cluster ? out->clusters_n : 0;
        for (int c = -1; c < last; c++) {
            const int slot = ps_death_slot(out, (enum ps_death_figure)f, c);
            const double usual = over(out, r->usual, slot, FIGURES[f].sum, from, death);
            const double less = over(out, r->now, slot, FIGURES[f].sum, from, death) - usual;
            cell_add(&out->year[slot], less);
            out->usual[slot] += usual;
            if (f == PS_DEATH_INDEX && c >= 0) {
                cell_add(&out->apart[c], less - common);
            } else if (f == PS_DEATH_INDEX) {
                common = less;
            }
        }
    }
}

/* ---- the worlds ---- */

typedef int stop_fn(void *context, uint64_t done, uint64_t total);

static int stopped(stop_fn *stop, void *context, uint64_t done, uint64_t total)
{
    return stop != NULL && done % 64 == 0 && stop(context, done, total) != 0;
}

/* The first worlds as they come. */
static enum ps_status replay_all(const struct replay *r, uint64_t n, uint64_t total, stop_fn *stop,
                                 void *context)
{
    const struct ps_death *out = r->out;
    for (uint64_t w = 0; w < n; w++) {
        const enum ps_status status = stopped(stop, context, w, total)
                                          ? ps_status_raise(PS_INTERRUPTED)
                                          : read_world(r, (uint32_t)w);
        if (status != PS_OK) {
            return status;
        }
        add_path(r, PS_DEATH_ALL);
        if (month_of_death(r->trace) == 0) {
            add_path(r, PS_DEATH_SURVIVED);
        }
    }
    for (int slot = 0; slot < out->slots_n; slot++) {
        for (int t = 1; t <= out->months_n; t++) {
            r->usual[(size_t)slot * ((size_t)out->months_n + 1) + (size_t)t] =
                ps_death_mean(out, ps_death_cell(out, PS_DEATH_ALL, slot, t)).value;
        }
    }
    return PS_OK;
}

static int by_month(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static enum ps_status replay_died(const struct replay *r, const uint32_t *depleted, uint64_t done,
                                  stop_fn *stop, void *context)
{
    struct ps_death *out = r->out;
    const uint64_t n = out->again_n;
    for (uint64_t i = 0; i < n; i++) {
        const enum ps_status status = stopped(stop, context, done + i, done + n)
                                          ? ps_status_raise(PS_INTERRUPTED)
                                          : read_world(r, depleted[i]);
        if (status != PS_OK) {
            return status;
        }
        out->month[i] = month_of_death(r->trace);
        if (out->month[i] < 1) {
            return ps_status_raise(PS_BUG); /* drawn again it is the same world */
        }
        add_path(r, PS_DEATH_DIED);
        add_before(r, out->month[i]);
        add_year(r, out->month[i]);
    }
    for (int slot = 0; slot < out->slots_n && n > 0; slot++) {
        out->usual[slot] /= (double)n;
    }
    qsort(out->month, n, sizeof *out->month, by_month);
    return PS_OK;
}

static void *take_zeros(struct ps_arena *arena, size_t n, size_t size)
{
    void *taken = ps_arena_take(arena, n * size);
    return taken == NULL ? NULL : memset(taken, 0, n * size);
}

static enum ps_status reserve(struct replay *r)
{
    struct ps_death *out = r->out;
    struct ps_arena *arena = out->memory_ = calloc(1, sizeof *arena);
    if (arena == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    const size_t slots = (size_t)out->slots_n, path = slots * ((size_t)out->months_n + 1);
    const size_t cells = PS_DEATH_BEFORE * path + slots * (PS_DEATH_MONTHS + 1);
    out->cells = take_zeros(arena, cells, sizeof *out->cells);
    out->year = take_zeros(arena, slots, sizeof *out->year);
    out->usual = take_zeros(arena, slots, sizeof *out->usual);
    out->apart = take_zeros(arena, (size_t)out->clusters_n, sizeof *out->apart);
    out->month = take_zeros(arena, (out->again_n + 1), sizeof *out->month);
    r->now = take_zeros(arena, path, sizeof *r->now);
    r->usual = take_zeros(arena, path, sizeof *r->usual);
    return out->cells == NULL || out->year == NULL || out->usual == NULL || out->apart == NULL ||
                   out->month == NULL || r->now == NULL || r->usual == NULL
               ? ps_status_raise(PS_MEMORY)
               : PS_OK;
}

static uint64_t at_most(uint64_t n)
{
    return n < PS_DEATH_WORLDS_MAX ? n : PS_DEATH_WORLDS_MAX;
}

enum ps_status ps_death_run(struct ps_trace *trace, const uint32_t *depleted, size_t depleted_n,
                            uint64_t worlds_n, stop_fn *stop, void *context, struct ps_death *out)
{
    *out = (struct ps_death){.died_n = depleted_n,
                             .again_n = at_most(depleted_n),
                             .months_n = trace->plan->months_n,
                             .clusters_n = trace->plan->clusters_n,
                             .paired = trace->plan->uncertain_any};
    out->slots_n = ps_death_slot(out, PS_DEATH_FIGURE_N, -1);
    struct replay replay = {.trace = trace, .out = out};
    const uint64_t all_n = at_most(worlds_n);
    enum ps_status status = reserve(&replay);
    if (status == PS_OK) {
        status = replay_all(&replay, all_n, all_n + out->again_n, stop, context);
    }
    return status == PS_OK ? replay_died(&replay, depleted, all_n, stop, context) : status;
}

void ps_death_free(struct ps_death *death)
{
    if (death->memory_ != NULL) {
        ps_arena_free(death->memory_);
    }
    free(death->memory_);
    *death = (struct ps_death){0};
}

/* ---- what it says ---- */

int ps_death_cluster(const struct ps_death *death)
{
    int lowest = -1;
    double least = 0;
    for (int c = 0; c < death->clusters_n && death->clusters_n > 1; c++) {
        const struct ps_estimate apart = ps_death_mean(death, &death->apart[c]);
        if (apart.value < least && apart.value < -4 * apart.se) {
            lowest = c;
            least = apart.value;
        }
    }
    return lowest;
}

int ps_death_quantile(const struct ps_death *death, double share)
{
    return death->month[ps_quantile_rank(death->again_n, share) - 1];
}

int ps_death_half_year(const struct ps_death *death, int start_month, double *share)
{
    const int shift = (start_month - 1) % 6 - 1;
    int best = 0;
    uint64_t most = 0, count = 0;
    for (uint64_t i = 0; i < death->again_n; i++) {
        const int half = (death->month[i] + shift) / 6;
        count = i > 0 && half == (death->month[i - 1] + shift) / 6 ? count + 1 : 1;
        if (count > most) {
            most = count;
            best = half;
        }
    }
    *share = death->again_n > 0 ? (double)most / (double)death->again_n : (double)NAN;
    return best;
}
