// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RARE_H
#define PLEDGESIM_RARE_H

#include "pledgesim/engine.h"
#include "pledgesim/weighted.h"

/* Probability of a rare depletion by importance sampling (docs/model.md section 12): worlds whose
 * economy is steered into crises and which weigh the less for it. A pilot of worlds of its own
 * learns which crises deplete the pool, for each scenario alone. */

enum ps_rare_verdict {
#define PS_RARE_VERDICT(symbol, name, en, zh) PS_RARE_##symbol,
#include "pledgesim/rare_verdicts.def"
#undef PS_RARE_VERDICT
    PS_RARE_VERDICT_N
};

struct ps_rare_verdict_desc {
    const char *name;
    const char *text[PS_LANG_N];
};

const struct ps_rare_verdict_desc *ps_rare_verdict_desc(enum ps_rare_verdict verdict);

/* Is it an answer, or is there nothing to ask, or is the answer known? Else the estimate is wanted
 * and not there. */
static inline int ps_rare_settled(enum ps_rare_verdict verdict)
{
    return verdict == PS_RARE_GIVEN || verdict == PS_RARE_NO_CLAIM ||
           verdict == PS_RARE_PLAIN_SUFFICES;
}

/* Worlds of rare events have numbers of their own, from here on. */
#define PS_RARE_FIRST_PILOT (UINT64_C(1) << 31)
#define PS_RARE_FIRST (PS_RARE_FIRST_PILOT + (UINT64_C(1) << 20))
#define PS_RARE_PILOT_MAX 80000 /* of a scenario, at most */
#define PS_RARE_WORLDS_MAX (PS_RARE_FIRST_PILOT - (UINT64_C(1) << 20) - PS_TILT_CYCLE)

/* Of one row. Where the verdict is not GIVEN only the sums that were reached are there. */
struct ps_rare_row {
    enum ps_rare_verdict verdict;
    int paired;
    uint64_t worlds_n, pilot_n;
    struct ps_weighted depletion, shortfall_fen;
    /* The check at a milder event: compensation of mild_fen or more, about 1 % of the worlds. */
    int64_t mild_fen;
    uint64_t mild_plain_n; /* worlds of the plain run */
    struct ps_weighted mild;
    struct ps_weighted weight; /* of all worlds: their mean is 1 */
};

/* Eq. (12.13): how many times as many worlds, the pilot's counted, plain sampling would need for
 * this standard error. */
double ps_rare_gain(const struct ps_rare_row *row);

/* Runs all rows of a finished plain run (full tier) again: request as it was for that, and its
 * result. At least PS_TILT_CYCLE worlds are drawn, a multiple of it. rows[scenarios_n] is the
 * caller's. PS_MEMORY, PS_INTERRUPTED, PS_BUG. */
enum ps_status ps_rare_run(const struct ps_engine_request *request,
                           const struct ps_engine_result *plain, struct ps_rare_row *rows)
    PS_MUST_CHECK;

#endif
