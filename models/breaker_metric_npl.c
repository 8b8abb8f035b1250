// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

const struct ps_breaker_metric ps_breaker_metric_npl = {
    .model = {.name = "npl",
              .doc = {[PS_LANG_ZH] = "不良率：不良余额与在贷及未核销违约余额之比",
                      [PS_LANG_EN] = "NPL ratio: non-performing balance over performing and "
                                     "defaulted balance"},
              .equation = "7.10"},
    .numerator = PS_FIGURE_NPL,
    .denominator = PS_FIGURE_BOOK,
};
