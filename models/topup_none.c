// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

static int64_t amount_fen(int64_t balance_fen, int64_t yearly_fen, int64_t target_fen)
{
    (void)balance_fen;
    (void)yearly_fen;
    (void)target_fen;
    return 0;
}

const struct ps_topup ps_topup_none = {
    .model = {.name = "none",
              .doc = {[PS_LANG_ZH] = "不补充", [PS_LANG_EN] = "no yearly top-up"},
              .equation = "7.1"},
    .amount_fen = amount_fen,
};
