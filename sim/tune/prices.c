// SPDX-License-Identifier: GPL-3.0-or-later
#include "prices.h"

#include <math.h>

/* What another limit would do to the answer: the same search has it among its aims. */

/* The limits a tenth nearer to and farther from 0 or 1: a demand of 80 % leaves 20 %. */
static double other_limit(const struct search *s, int c, int tighter)
{
    const struct ps_judged *j = &s->out->tried[0].judged[c];
    const int share = s->request->study.constraints[c].metric.kind != PS_METRIC_MEAN;
    const double part = share && !j->at_most ? 0.1 * (1 - j->limit) : 0.1 * fabs(j->limit);
    return j->limit + ((tighter != 0) == j->at_most ? -part : part);
}

int ps_search_aims(const struct search *s, struct aim aims[PS_AIMS_MAX])
{
    int n = 0;
    aims[n++] = ps_search_aim(s);
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        for (int tighter = 1; tighter >= 0; tighter--) {
            aims[n] = aims[0];
            aims[n++].limit[c] = other_limit(s, c, tighter);
        }
    }
    return n;
}

/* What verification added to the objective is added: other limits would be verified likewise. */
void ps_search_prices(struct search *s, const struct aim aims[PS_AIMS_MAX])
{
    struct ps_tuned *out = s->out;
    const double moved =
        out->tried[out->answer].objective.value - out->tried[out->best].objective.value;
    for (int c = 0; c < s->request->study.constraints_n; c++) {
        for (int looser = 0; looser < 2; looser++) {
            const struct aim *aim = &aims[1 + 2 * c + looser];
            const struct ps_tried *found =
                &out->tried[ps_search_best(s, aim, s->request->worlds_n)];
            *(looser ? &out->looser[c] : &out->tighter[c]) =
                (struct ps_price){.known = ps_search_judge(s, aim, found) == PS_MET,
                                  .limit = aim->limit[c],
                                  .objective = found->objective.value + moved};
        }
    }
}
