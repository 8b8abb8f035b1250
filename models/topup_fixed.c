// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

static int64_t amount_fen(int64_t balance_fen, int64_t yearly_fen, int64_t target_fen)
{
    (void)balance_fen;
    (void)target_fen;
    return yearly_fen;
}

const struct ps_topup ps_topup_fixed = {
    .model =
        {.name = "fixed",
         .doc =
             {[PS_LANG_ZH] = "每年一月补充固定金额", [PS_LANG_EN] = "the same amount each January"},
         .equation = "7.1"},
    .amount_fen = amount_fen,
};
