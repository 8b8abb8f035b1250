// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

static int claim_month(int tau, int s, int trigger_months, int n)
{
    const int trigger = tau + trigger_months < n ? tau + trigger_months : n;
    return trigger > s ? trigger : s;
}

const struct ps_pay_mode ps_pay_mode_net_loss = {
    .model = {.name = "net_loss",
              .doc = {[PS_LANG_ZH] = "后补偿：处置完成后按净损失补偿",
                      [PS_LANG_EN] = "compensate last: the net loss, once the pledge is sold"},
              .equation = "7.3"},
    .claim_month = claim_month,
};
