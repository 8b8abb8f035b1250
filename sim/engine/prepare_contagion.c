// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "pledgesim/kmath.h"
#include "pledgesim/math.h"
#include "prepare_parts.h"

/* What hits many loans at once: anchor firms (docs/model.md section 3) and what is not known of the
 * parameters (section 4). */

enum ps_status ps_prepare_anchors(const struct ps_scenario *scenario, struct ps_arena *arena,
                                  struct ps_world_plan *plan)
{
    const size_t n = scenario->anchors_n;
    struct ps_anchor_plan *anchors = ps_arena_take(arena, n * sizeof *anchors);
    if (anchors == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ps_anchors_row *row = &scenario->anchors[i];
        anchors[i] = (struct ps_anchor_plan){.address = ps_loan_address(row->anchor_id),
                                             .cluster = ps_find_cluster(scenario, row->cluster_id),
                                             .hazard = -ps_log(1 - row->pd_frac) / 12,
                                             .shift_sd = row->shift_sd,
                                             .shift_months = (int)row->shift_months};
        if (anchors[i].cluster < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
    }
    plan->anchors = anchors;
    plan->anchors_n = (int)n;
    return PS_OK;
}

struct ps_multiplier_law ps_multiplier_law(double sigma)
{
    /* Eq. (4.20): E exp(sigma Z), Z cut at c on both sides, is 1 after division by this. */
    const double c = PS_UNCERTAIN_Z_MAX;
    const double inside =
        ps_exp(sigma * sigma / 2) * (ps_norm_cdf(c - sigma) - ps_norm_cdf(-c - sigma));
    const double outside = (ps_exp(sigma * c) + ps_exp(-sigma * c)) * ps_norm_tail(c);
    return (struct ps_multiplier_law){.sigma = sigma,
                                      .log_mean = sigma > 0 ? ps_log(inside + outside) : 0};
}

double ps_multiplier_max(const struct ps_multiplier_law *law)
{
    return ps_exp(law->sigma * PS_UNCERTAIN_Z_MAX - law->log_mean);
}

void ps_prepare_uncertainty(const struct ps_scenario *scenario, struct ps_world_plan *plan)
{
    const struct ps_scenarios_row *p = &scenario->p;
    const double sigma[PS_UNCERTAIN_N] = {
        [PS_UNCERTAIN_HAZARD] = p->pd_uncertainty_sigma,
        [PS_UNCERTAIN_RECOVERY] = p->recovery_uncertainty_sigma,
        [PS_UNCERTAIN_DEMAND] = p->demand_uncertainty_sigma,
    };
    for (int i = 0; i < PS_UNCERTAIN_N; i++) {
        plan->uncertain[i] = ps_multiplier_law(sigma[i]);
        plan->uncertain_any |= sigma[i] > 0;
    }
}
