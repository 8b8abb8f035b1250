// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_BEHAVIOUR_H
#define PLEDGESIM_KERNEL_BEHAVIOUR_H

#include "pledgesim/world.h"

/* Moral hazard, eq. (4.25): loans whose losses the bank hardly bears fail more often. The product
 * of a loan is the policy's choice, so a plan with moral hazard holds the shares of its policies.
 */

/* What multiplies the hazard of a chain. */
static inline double hazard_times(const struct ps_world_plan *plan, const struct ps_app *firm,
                                  uint32_t u_product)
{
    const struct ps_behaviour_plan *b = &plan->behaviour;
    if (firm->tape != PS_NONE && b->tape_product[firm->tape] >= 0)
        return b->times[b->tape_product[firm->tape]];
    return b->times[ps_part_of(u_product, b->product_cut, b->products_n)];
}

#endif
