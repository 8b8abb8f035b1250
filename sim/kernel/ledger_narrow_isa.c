// SPDX-License-Identifier: GPL-3.0-or-later
#define PS_LANES PS_LANES_NARROW
#define PS_LEDGER_RUN ps_ledger_narrow
#include "ledger_body.h"
