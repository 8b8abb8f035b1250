// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/policy.h"

/* What of a policy can also be set after it was prepared: the report's panel does. */

void ps_policy_set_breaker(struct ps_policy *policy, int scope,
                           const struct ps_breaker_lines *lines)
{
    const int64_t never_ppm = INT64_C(1) << 50;
    const int off = scope == PS_BREAKER_OFF;
    policy->shape.breaker_scope = off ? PS_BREAKER_POOL : scope;
    policy->levels.warn_ppm = off ? never_ppm : lines->warn_ppm;
    policy->levels.suspend_ppm = off ? never_ppm : lines->suspend_ppm;
    policy->levels.terminate_ppm = off ? never_ppm : lines->terminate_ppm;
    policy->levels.resume_ppm = lines->resume_ppm;
}

void ps_policy_set_pool_share(struct ps_policy *policy, int product, int64_t share_ppm)
{
    struct ps_product_shape *shape = &policy->shape.products[product];
    int64_t *shares_ppm = policy->levels.share_ppm[product];
    shares_ppm[PS_PARTY_POOL] = share_ppm;
    shape->in_pool = share_ppm > 0 ||
                     (shape->insurer_excess == PS_EXCESS_POOL && shares_ppm[PS_PARTY_INSURER] > 0);
}
