// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_ISA_H
#define PLEDGESIM_KERNEL_ISA_H

/* Files named *_isa.c are compiled once per instruction set; PS_ISA(name) tells the copies apart.
 * All copies give the same bits: no fused multiply-add, no reordering, own elementary functions. */

#ifndef PS_ISA_SUFFIX
#define PS_ISA_SUFFIX base
#endif
#define PS_ISA_PASTE_(name, suffix) name##_##suffix
#define PS_ISA_PASTE(name, suffix) PS_ISA_PASTE_(name, suffix)
#define PS_ISA(name) PS_ISA_PASTE(name, PS_ISA_SUFFIX)

#endif
