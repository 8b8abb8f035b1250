// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

/* Eq. (7.1): min(yearly budget, max(0, target - balance)) */
static int64_t amount_fen(int64_t balance_fen, int64_t yearly_fen, int64_t target_fen)
{
    const int64_t missing_fen = target_fen > balance_fen ? target_fen - balance_fen : 0;
    return missing_fen < yearly_fen ? missing_fen : yearly_fen;
}

const struct ps_topup ps_topup_target = {
    .model = {.name = "target",
              .doc = {[PS_LANG_ZH] = "每年一月补足到目标余额，以年度预算为限",
                      [PS_LANG_EN] =
                          "refill to the target balance each January, within the yearly budget"},
              .equation = "7.1"},
    .amount_fen = amount_fen,
};
