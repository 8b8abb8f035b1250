// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

static int claim_month(int tau, int s, int trigger_months, int n)
{
    (void)s;
    return tau + trigger_months < n ? tau + trigger_months : n;
}

const struct ps_pay_mode ps_pay_mode_prepay = {
    .model = {.name = "prepay",
              .doc = {[PS_LANG_ZH] = "先补偿：到触发月即代偿，处置回款后再返还",
                      [PS_LANG_EN] = "compensate first: paid at the trigger month, recoveries "
                                     "return when the pledge is sold"},
              .equation = "7.3"},
    .claim_month = claim_month,
};
