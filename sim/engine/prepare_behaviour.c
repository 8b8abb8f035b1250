// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare_parts.h"

/* Moral hazard: eq. (4.25). */

/* The share of a loss that others than the bank bear. */
static double coverage(const struct ps_products_row *row)
{
    return 1e-6 *
           (double)(row->pool_share_ppm + row->guarantor_share_ppm + row->reguarantor_share_ppm +
                    row->insurer_share_ppm + row->appraiser_share_ppm);
}

enum ps_status ps_prepare_behaviour(const struct ps_scenario *scenario, struct ps_arena *arena,
                                    struct ps_world_plan *plan)
{
    const size_t n = scenario->products_n, loans_n = scenario->loans_n;
    if (scenario->p.moral_hazard <= 0) {
        return PS_OK;
    }
    double *times = ps_arena_take(arena, n * sizeof *times);
    double *shares = ps_arena_take(arena, n * sizeof *shares);
    uint32_t *cuts = ps_arena_take(arena, n * sizeof *cuts);
    int *tape = ps_arena_take(arena, loans_n * sizeof *tape);
    if (times == NULL || shares == NULL || cuts == NULL || tape == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        const double above = coverage(&scenario->products[i]) - scenario->p.coverage_ref_frac;
        times[i] = 1 + scenario->p.moral_hazard * (above > 0 ? above : 0);
        shares[i] = scenario->products[i].share_frac;
    }
    for (size_t i = 0; i < loans_n; i++) {
        const char *id = scenario->loans[i].product_id;
        tape[i] = id[0] == '\0' ? -1
                                : ps_find_id(scenario->products[0].product_id,
                                             sizeof *scenario->products, n, id);
    }
    ps_share_cuts(cuts, shares, n);
    plan->behaviour = (struct ps_behaviour_plan){
        .products_n = (int)n, .times = times, .product_cut = cuts, .tape_product = tape};
    return PS_OK;
}
