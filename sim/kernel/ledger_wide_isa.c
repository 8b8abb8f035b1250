// SPDX-License-Identifier: GPL-3.0-or-later
#define PS_LANES PS_LANES_WIDE
#define PS_LEDGER_RUN ps_ledger_wide
#include "ledger_body.h"
