// SPDX-License-Identifier: GPL-3.0-or-later
// The ledger for the one policy of the panel: two lanes are a vector of WebAssembly.
#define PS_LANES 2
#define PS_LEDGER_RUN ps_ledger_pair
#include "sim/kernel/ledger_body.h"
