// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_REVERSE_H
#define PLEDGESIM_REVERSE_H

#include "pledgesim/stress.h"

/* Reverse stress: how much worse must a direction become before a constraint fails? Equations
 * (13.3) and (13.4) of docs/model.md. */

enum ps_reverse_outcome {
    PS_REVERSE_ALREADY, /* by its estimate it fails without any stress */
    PS_REVERSE_AT,      /* at `size` */
    PS_REVERSE_NOT      /* not within the range, by its estimate */
};

struct ps_reverse_line {
    struct ps_stress direction; /* its size is the end of the range */
    int constraint;
    enum ps_reverse_outcome outcome;
    double size;   /* where the estimate crosses the limit */
    double lo, hi; /* where the unfavourable and the favourable bound do; NaN: not in the range */
    double plausibility, plausibility_lo, plausibility_hi; /* of `size`, `hi` and `lo`; or NaN */
    int monotone; /* no size is surely met beyond one that is surely missed */
};

struct ps_reverse {
    struct ps_reverse_line *lines; /* direction by direction, constraints in their order */
    size_t lines_n;
    uint64_t variants_n; /* looked at */
};

/* plan: of the base's worlds. Free it also after failure. */
enum ps_status ps_reverse_run(const struct ps_stress_request *request,
                              const struct ps_world_plan *plan, const struct ps_judged *base,
                              struct ps_diags *diags, struct ps_reverse *out) PS_MUST_CHECK;
void ps_reverse_free(struct ps_reverse *reverse);

#endif
