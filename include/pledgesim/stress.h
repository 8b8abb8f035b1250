// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_STRESS_H
#define PLEDGESIM_STRESS_H

#include "pledgesim/compare.h"
#include "pledgesim/study.h"

/* Worlds that are worse than the book's own, under the policy of one scenario: docs/model.md
 * section 13. */

enum ps_stress_kind {
#define PS_STRESS_KIND(symbol, ...) PS_STRESS_##symbol,
#include "pledgesim/stress_kinds.def"
#undef PS_STRESS_KIND
    PS_STRESS_KIND_N
};

enum ps_stress_unit { PS_STRESS_SD, PS_STRESS_TIMES, PS_STRESS_LESS };

struct ps_stress_kind_desc {
    const char *name;
    double none, most;
    enum ps_stress_unit unit;
    const char *doc[PS_LANG_N]; /* {0}: the cluster */
};

const struct ps_stress_kind_desc *ps_stress_kind_desc(enum ps_stress_kind kind);

struct ps_stress {
    enum ps_stress_kind kind;
    int cluster; /* of kind CLUSTER */
    double size;
};

/* Eq. (13.2): the months of a shift of the economy, a year of the plan. */
struct ps_stress_window {
    int from, to;
};
struct ps_stress_window ps_stress_window(const struct ps_scenario *scenario);

/* A scenario with the stress applied to what it has; it borrows from `base` what is not changed. */
struct ps_stressed {
    struct ps_scenario scenario;
    struct ps_shocks_row *shocks; /* owned, as is: */
    struct ps_loans_row *loans;
};

/* Eq. (13.1). Free it also after failure. */
enum ps_status ps_stress_apply(const struct ps_scenario *base, const struct ps_stress *stress,
                               struct ps_stressed *out) PS_MUST_CHECK;
void ps_stressed_free(struct ps_stressed *stressed);

/* The largest size that leaves every value in its range, `none` of the kind when the book has
 * nothing that it could move. The worlds may still not be preparable. */
double ps_stress_limit(const struct ps_scenario *base, enum ps_stress_kind kind);

/* Can worlds be drawn under this stress? A PD may be beyond what its law can reach. */
int ps_stress_possible(const struct ps_scenario *base, const struct ps_stress *stress);

/* Eq. (13.4): the probability that the model itself gives to a year, or to a parameter, at least as
 * bad as this; NaN when the model does not draw it. */
double ps_stress_plausibility(const struct ps_world_plan *plan, const struct ps_stress *stress);

/* ---- named stresses ---- */

struct ps_stress_row {
    const char *name;              /* of the list; of the base and of own rows their id */
    const char *label[PS_LANG_N];  /* {0}: the cluster; own rows: their label */
    struct ps_stress stress;       /* not of the base and of own rows */
    const struct ps_scenario *own; /* the base, a row of the book; else NULL */
    uint64_t worlds_n;
    int paired;
    struct ps_difference differences[PS_COMPARED_N]; /* to the base, world by world */
    struct ps_judged judged[PS_CONSTRAINTS_MAX];
};

struct ps_stress_request {
    struct ps_study study; /* no axes */
    const struct ps_scenario *base;
    const struct ps_scenario *own; /* further rows of the book: stresses of its own */
    size_t own_n;                  /* the base may be among them and is left out */
    double confidence;             /* one-sided, of each bound */
    uint64_t worlds_n;
};

struct ps_stress_table {
    struct ps_stress_row *rows; /* row 0 is the base, then own rows, then the list */
    size_t rows_n;
    uint32_t *depleted; /* numbers of the base's worlds in which the pool could not pay */
    size_t depleted_n;
};

/* Free it also after failure. */
enum ps_status ps_stress_run(const struct ps_stress_request *request, struct ps_diags *diags,
                             struct ps_stress_table *out) PS_MUST_CHECK;
void ps_stress_table_free(struct ps_stress_table *table);

#endif
