// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_STUDY_H
#define PLEDGESIM_STUDY_H

#include "pledgesim/book.h"
#include "pledgesim/metric.h"

/* Many variants of one scenario on the same worlds: what sweep, tune and sensitivity are made of. A
 * variant gives each axis one of its values; it is read and checked by the book like any cell, so a
 * variant that the book would refuse is refused here, at its place. */

enum {
    PS_AXES_MAX = 4,
    PS_AXIS_NAME_BYTES = 96,
    PS_CONSTRAINTS_MAX = PS_WATCHES_MAX,
    PS_METRICS_MAX = 16,
    PS_BOX_AXES_MAX = 24 /* sensitivity; tune and sweep take PS_AXES_MAX */
};

/* The values of a column of scenarios.csv or a cell (products.cq_direct.x): lo, lo + step, .., in
 * units of 10^-scale of the column's own, or a list of words. */
struct ps_axis {
    char name[PS_AXIS_NAME_BYTES];   /* as given */
    char column[PS_AXIS_NAME_BYTES]; /* as the book calls it; set by ps_axis_bind */
    int64_t lo, step;                /* step > 0 */
    int64_t steps_n;                 /* values are lo + i step, 0 <= i <= steps_n */
    int64_t hi;                      /* as given: beyond the last value by less than a step */
    int scale;
    const char *words; /* "a|b|c" with steps_n bars; borrowed; NULL: a range */
};

enum ps_axis_error {
    PS_AXIS_OK,
    PS_AXIS_FORM,   /* not NAME=LO:HI, NAME=LO:HI:STEP or NAME=A|B|.. */
    PS_AXIS_NUMBER, /* a number is none, or has a unit */
    PS_AXIS_EMPTY   /* HI is not above LO, or the step is not positive or above the range */
};

/* A range without a step: one unit of the last digit that is written. The text of a list is
 * borrowed. */
enum ps_axis_error ps_axis_parse(const char *text, struct ps_axis *axis) PS_MUST_CHECK;

/* Value i as a cell would hold it. */
struct ps_axis_text {
    char s[64];
};
struct ps_axis_text ps_axis_value(const struct ps_axis *axis, int64_t i);

/* The step does not divide the range: the upper end itself is no value. */
int ps_axis_uneven(const struct ps_axis *axis);

/* The same as a number, also between two places of a range. */
double ps_axis_real(const struct ps_axis *axis, double at);

/* Finds the axis in the book: reads it with the first and the last value set. A name or a value
 * that the book does not take is told in `diags`, at the --vary of the axis; PS_INPUT. */
enum ps_status ps_axis_bind(const struct ps_book_request *book, struct ps_axis *axis,
                            struct ps_diags *diags) PS_MUST_CHECK;

/* The axis of a name alone gets the plausible range of its column (ranges.h): PS_AXIS_FORM when
 * there is none, PS_AXIS_EMPTY when it is a share of nothing. */
enum ps_axis_error ps_axis_plausible(const struct ps_scenario *scenario, struct ps_axis *axis)
    PS_MUST_CHECK;

/* All plausible ranges that the book takes and something in it reads, bound: at most axes_max. A
 * book that cannot be read gives none. PS_MEMORY. */
enum ps_status ps_axes_plausible(const struct ps_book_request *book,
                                 const struct ps_scenario *scenario, struct ps_axis *axes,
                                 int axes_max, int *axes_n) PS_MUST_CHECK;

/* What all variants share. */
struct ps_study {
    struct ps_book_request book; /* the scenario (only), and what else is set */
    const struct ps_axis *axes;  /* bound */
    int axes_n;
    const struct ps_constraint *constraints; /* constraint i has watch i; its measure is kept */
    int constraints_n;
    const struct ps_metric *metrics; /* what else is read from the rows */
    int metrics_n;
    const enum ps_measure *batched; /* kept by batches of worlds, for paired differences; or NULL */
    double precision; /* 0: off; else a variant stops once its figures under constraints, or
                         p_depletion without any, are known within this share, eq. (11.11) */
    uint64_t seed;
    int threads_n;
    const char *isa;
    struct ps_law_memo *laws; /* see the engine's request; NULL: none */
    int (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* Warns (W005) of every axis that nothing reads, neither with all axes at their first values nor
 * with all at their last. */
struct ps_study;
enum ps_status ps_axes_idle(const struct ps_study *study, struct ps_diags *diags) PS_MUST_CHECK;

/* The engine's run of scenarios, however they were made: decision tier, with what the constraints
 * and metrics of the study need. values: NULL, or room for [scenario][measure][world], measures of
 * the constraints, then of the metrics. */
enum ps_status ps_study_simulate(const struct ps_study *study, const struct ps_scenario *scenarios,
                                 size_t scenarios_n, uint64_t first_world, uint64_t worlds_n,
                                 int64_t *values, struct ps_diags *diags,
                                 struct ps_engine_result *result) PS_MUST_CHECK;

/* A rectangle of variants: values first[a] + k stride[a], k < n[a], of each axis a. */
struct ps_box {
    int64_t first[PS_BOX_AXES_MAX], stride[PS_BOX_AXES_MAX];
    int n[PS_BOX_AXES_MAX];
};

size_t ps_box_size(const struct ps_box *box, int axes_n);

/* Place of point p of the box on axis a. */
int64_t ps_box_at(const struct ps_box *box, int axes_n, size_t p, int a);

/* The variants of a box under worlds first_world .. + worlds_n - 1, decision tier; row[p] is point
 * p, the last axis running fastest. Free it also after failure. */
struct ps_study_result {
    struct ps_book book;
    struct ps_engine_result engine;
    const struct ps_row **row;
    const struct ps_row_result **found; /* whose row that is */
    const struct ps_scenario **scenario;
    size_t points_n;
};

enum ps_status ps_study_run(const struct ps_study *study, const struct ps_box *box,
                            uint64_t first_world, uint64_t worlds_n, struct ps_diags *diags,
                            struct ps_study_result *out) PS_MUST_CHECK;
void ps_study_result_free(struct ps_study_result *result);

/* Variants from anywhere, on the same worlds; row i is the i-th that was added. Zero-initialise;
 * free it also after failure. */
struct ps_study_batch {
    struct ps_book *books;
    struct ps_scenario *scenarios; /* borrow from the books */
    size_t books_n, n;
    struct ps_engine_result engine;
};

/* Adds the variants of a box that has several values on one axis at most, in their order. */
enum ps_status ps_study_batch_add(const struct ps_study *study, const struct ps_box *box,
                                  struct ps_diags *diags, struct ps_study_batch *batch)
    PS_MUST_CHECK;
/* values: as for ps_study_simulate. */
enum ps_status ps_study_batch_run(const struct ps_study *study, uint64_t first_world,
                                  uint64_t worlds_n, int64_t *values, struct ps_diags *diags,
                                  struct ps_study_batch *batch) PS_MUST_CHECK;
void ps_study_batch_free(struct ps_study_batch *batch);

#endif
