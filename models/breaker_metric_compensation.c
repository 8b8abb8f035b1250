// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

const struct ps_breaker_metric ps_breaker_metric_compensation = {
    .model = {.name = "compensation",
              .doc = {[PS_LANG_ZH] = "代偿率：净代偿额与资金池累计投入之比",
                      [PS_LANG_EN] = "compensation ratio: net compensation over all money put "
                                     "into the pool"},
              .equation = "7.10"},
    .numerator = PS_FIGURE_COMPENSATION,
    .denominator = PS_FIGURE_FUNDED,
};
