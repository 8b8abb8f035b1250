// SPDX-License-Identifier: GPL-3.0-or-later
#define PS_LANES PS_LANES_LONE
#define PS_ONE_LANE
#define PS_LEDGER_RUN ps_ledger_lone
#include "ledger_body.h"
