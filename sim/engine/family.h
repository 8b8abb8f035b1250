// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ENGINE_FAMILY_H
#define PLEDGESIM_ENGINE_FAMILY_H

#include "row.h"

#include "pledgesim/prepare.h"

/* Rows that draw equal worlds form a family; in a family, policies of one shape form a group that
 * is evaluated in blocks of lanes. */

struct block {
    int width, n;
    int rows[PS_LANES_WIDE]; /* index into the family's rows */
    ps_ledger_run_fn *run;
    struct ps_lane_levels levels;
    void *levels_memory;
};

struct group {
    struct ps_policy *policy;     /* the first: its shape is everybody's */
    struct ps_standing *standing; /* what it points to, of a standing book */
    struct block *blocks;
    int blocks_n;
};

struct family {
    struct ps_world_plan *plan;
    struct ps_ledger_frame frame;
    uint8_t path_kept[PS_MONTHS_MAX + 1]; /* the frame points here */
    struct row_spec spec;
    size_t *scenarios; /* which scenario a row of the family is */
    struct ps_policy *policies;
    int rows_n;
    struct group *groups;
    int groups_n;
    size_t ledger_bytes; /* memory of one evaluation, the largest over groups */
};

/* Groups scenarios[..n] by their worlds, in order of first appearance. *families is malloc'd. */
enum ps_status ps_families_build(const struct ps_engine_request *request, struct ps_diags *diags,
                                 struct family **families, int *families_n) PS_MUST_CHECK;

/* Makes the groups and blocks for rows [from, to) of a family; replaces older ones. */
enum ps_status ps_family_group(struct family *family, const struct ps_kernel *kernel, int from,
                               int to, int full) PS_MUST_CHECK;

void ps_families_free(struct family *families, int families_n);

/* Is the family's book a standing one, under all its policies (standing.c)? */
int ps_family_stands(const struct family *family);

/* The sums of a standing book under a policy, malloc'd in one piece; NULL without memory. */
struct ps_standing *ps_standing_new(const struct ps_world_plan *plan,
                                    const struct ps_policy *policy);

/* The frame and row sizes of one scenario under its plan. */
struct ps_ledger_frame ps_frame_of(const struct ps_scenario *scenario,
                                   const struct ps_world_plan *plan);

#endif
