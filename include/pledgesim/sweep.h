// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SWEEP_H
#define PLEDGESIM_SWEEP_H

#include "pledgesim/study.h"

/* A grid of variants, judged, and its frontier: docs/model.md section 11. */

struct ps_sweep_point {
    enum ps_judgement judgement; /* the worst of all constraints; PS_MET without any */
    unsigned missed;             /* bit c: constraint c is not surely met */
    int frontier; /* no other variant has a pool that is safer, a target that is likelier and a net
                     cost that is lower, by the estimates */
};

struct ps_sweep {
    struct ps_box box;
    struct ps_study_result result;
    struct ps_sweep_point *points;
};

/* Every value of every axis of the study. Free it also after failure. */
enum ps_status ps_sweep_run(const struct ps_study *study, uint64_t worlds_n, double confidence,
                            struct ps_diags *diags, struct ps_sweep *out) PS_MUST_CHECK;
void ps_sweep_free(struct ps_sweep *sweep);

#endif
