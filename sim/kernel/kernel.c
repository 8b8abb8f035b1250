// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel.h"

/* Chooses the copy of the kernel: all give the same bits, so this is about speed alone. */

#define PS_KERNEL(isa)                                                                             \
    {                                                                                              \
#isa, ps_world_sample_##isa, ps_schedule_build_##isa, ps_ledger_lone_##isa,                \
            ps_ledger_narrow_##isa, ps_ledger_wide_##isa                                           \
    }

static const struct ps_kernel KERNELS[] = {
#ifdef PS_HAVE_X86_ISAS
    PS_KERNEL(v4),
    PS_KERNEL(v3),
#endif
    PS_KERNEL(base),
};

static int runs_here(const char *name)
{
#ifdef PS_HAVE_X86_ISAS
    if (name[1] == '4')
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512cd");
    if (name[1] == '3')
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
               __builtin_cpu_supports("fma");
#endif
    return name[0] == 'b';
}

static int same_name(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

const struct ps_kernel *ps_kernel_select(const char *name)
{
    for (unsigned i = 0; i < sizeof KERNELS / sizeof *KERNELS; i++)
        if ((!name || same_name(name, KERNELS[i].name)) && runs_here(KERNELS[i].name))
            return &KERNELS[i];
    return 0;
}
