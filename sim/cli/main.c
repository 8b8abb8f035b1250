// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include "pledgesim/cli.h"

/* A signal handler can reach nothing but a global: the program's only one. */
static volatile sig_atomic_t stop_signal;

/* The first signal asks to stop, so that nothing is left half done; a second one ends the program
 * at once. Even then the results folder holds the old set or the new one. */
static void on_signal(int number)
{
    if (stop_signal != 0) {
        _exit(128 + number);
    }
    stop_signal = number;
}

static void listen_to_signals(void)
{
    static const int STOP[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof STOP / sizeof *STOP; i++) {
        struct sigaction old;
        /* nohup: what was ignored stays ignored. */
        if (sigaction(STOP[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            (void)sigaction(STOP[i], &action, NULL);
        }
    }
}

/* A reader that went away and a full file are errors of a write, which are told. */
static void ignore_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action, NULL);
}

/* Without standard streams the next file that is opened would become one, and messages would be
 * written into it. Standard output is opened for reading, so that writing to it fails and is told.
 */
static void open_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
            open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) != fd) {
            _exit(4);
        }
    }
}

int main(int argc, char **argv)
{
    open_standard_streams();
    ignore_signals();
    (void)gsl_set_error_handler_off();
    const struct ps_stop stop = {.signal = &stop_signal, .listen = listen_to_signals};
    return ps_cli_run(argc, argv, &stop);
}
