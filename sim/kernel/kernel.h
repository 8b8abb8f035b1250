// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_H
#define PLEDGESIM_KERNEL_H

#include "isa.h"
#include "pledgesim/ledger.h"
#include "pledgesim/world.h"

/* The copies of the kernel: PS_ISA(...) of one file, three objects. */
#define PS_KERNEL_DECLARE(isa)                                                                     \
    ps_world_sample_fn ps_world_sample_##isa;                                                      \
    ps_schedule_build_fn ps_schedule_build_##isa;                                                  \
    ps_ledger_run_fn ps_ledger_lone_##isa, ps_ledger_narrow_##isa, ps_ledger_wide_##isa;
PS_KERNEL_DECLARE(base)
PS_KERNEL_DECLARE(v3)
PS_KERNEL_DECLARE(v4)

#endif
