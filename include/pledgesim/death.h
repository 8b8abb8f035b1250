// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_DEATH_H
#define PLEDGESIM_DEATH_H

#include "pledgesim/engine.h"

/* How the pool dies: the worlds in which it could not pay are drawn again one by one, as `trace`
 * does, and their months averaged; beside them the worlds as they come. Equations (13.5) and (13.6)
 * of docs/model.md. */

enum ps_death_figure {
#define PS_DEATH_FIGURE(symbol, ...) PS_DEATH_##symbol,
#include "pledgesim/death.def"
#undef PS_DEATH_FIGURE
    PS_DEATH_FIGURE_N
};

struct ps_death_figure_desc {
    const char *name, *unit;
    int sum, by_cluster;
    const char *doc[PS_LANG_N];
};

const struct ps_death_figure_desc *ps_death_figure_desc(enum ps_death_figure figure);

/* Over which worlds a path is a mean, and on which clock. */
enum ps_death_group {
    PS_DEATH_DIED,     /* the pool could not pay, by month of the plan */
    PS_DEATH_SURVIVED, /* it always could */
    PS_DEATH_ALL,      /* the worlds as they come */
    PS_DEATH_BEFORE, /* it could not pay, by months before that: place PS_DEATH_MONTHS is its month
                      */
    PS_DEATH_GROUP_N
};

enum {
    PS_DEATH_MONTHS = 24,      /* looked back */
    PS_DEATH_YEAR = 12,        /* of them in the summary */
    PS_DEATH_WORLDS_MAX = 4096 /* drawn again, of each kind: the first by their number */
};

struct ps_death_cell {
    double sum, squares;
    uint64_t n;
};

struct ps_death {
    uint64_t died_n;  /* in all worlds of the run */
    uint64_t again_n; /* of them drawn again */
    int months_n, clusters_n, paired;
    int slots_n;                 /* figures, each followed by its clusters */
    struct ps_death_cell *cells; /* [group][slot][0 .. months_n or PS_DEATH_MONTHS] */
    struct ps_death_cell *year; /* [slot]: in the year up to the end, less the mean of all worlds in
                                   the same months */
    double *usual;              /* [slot]: mean over deaths of what is usual in those months */
    struct ps_death_cell *apart; /* [cluster]: its index in that year, less what is usual, less the
                                    same of the mean index */
    int *month;                  /* [again_n]: of the first depletion, ascending */
    void *memory_;
};

/* The slot of a figure (cluster -1) or of a cluster of it. */
int ps_death_slot(const struct ps_death *death, enum ps_death_figure figure, int cluster);

const struct ps_death_cell *ps_death_cell(const struct ps_death *death, enum ps_death_group group,
                                          int slot, int place);

/* Mean and standard error; worlds in pairs are counted as half as many. */
struct ps_estimate ps_death_mean(const struct ps_death *death, const struct ps_death_cell *cell);

/* depleted: numbers of the worlds that died, ascending, among the first worlds_n. trace: opened for
 * the scenario (ps_trace_open). stop: polled now and then, nonzero ends it (PS_INTERRUPTED); may be
 * NULL. Free it also after failure. */
enum ps_status ps_death_run(struct ps_trace *trace, const uint32_t *depleted, size_t depleted_n,
                            uint64_t worlds_n, int (*stop)(void *context, uint64_t, uint64_t),
                            void *context, struct ps_death *out) PS_MUST_CHECK;
void ps_death_free(struct ps_death *death);

/* The cluster whose index fell most below the others' before the end, when by more than 4 standard
 * errors; -1: none. */
int ps_death_cluster(const struct ps_death *death);

/* Month by which a share of the deaths had come, 0 < share <= 1; needs a death. */
int ps_death_quantile(const struct ps_death *death, double share);

/* The half-year (0: the one of month 1, by the calendar) with the most deaths, and its share. */
int ps_death_half_year(const struct ps_death *death, int start_month, double *share);

#endif
