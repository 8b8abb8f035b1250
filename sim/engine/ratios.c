// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/engine.h"

static const struct ps_ratio_desc RATIOS[PS_RATIO_N] = {
#define PS_RATIO(symbol, text, top, bottom, measured, en, zh)                                      \
    [PS_R_##symbol] = {.name = text,                                                               \
                       .numerator = PS_M_##top,                                                    \
                       .denominator = PS_M_##bottom,                                               \
                       .unit = measured,                                                           \
                       .doc = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "pledgesim/ratios.def"
#undef PS_RATIO
};

const struct ps_ratio_desc *ps_ratio_desc(enum ps_ratio ratio)
{
    return &RATIOS[ratio];
}
