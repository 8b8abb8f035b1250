// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_H
#define PLEDGESIM_CLI_H

#include <signal.h>

/* How the program is asked to stop. */
struct ps_stop {
    const volatile sig_atomic_t *signal; /* 0, then the number of the signal that asks */
    void (*listen)(void); /* from now on signals are noted; before, they end the program at once */
};

/* The whole program but its start-up: understands argv (argv[argc] is NULL), does it, tells what
 * went wrong. Returns the exit code. */
int ps_cli_run(int argc, char **argv, const struct ps_stop *stop);

#endif
