// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/cli.h"

#include "command.h"
#include "help.h"

#include "pledgesim/version.h"

static enum ps_status obey(const struct ps_command *command)
{
    if (command->given[PS_OPT_VERSION].n > 0) {
        (void)puts("pledgesim " PS_VERSION);
        return PS_OK;
    }
    if (command->given[PS_OPT_HELP].n > 0) {
        return ps_help_print(command->verb, command->lang);
    }
    return ps_verb_desc(command->verb)->run(command);
}

int ps_cli_run(int argc, char **argv, const struct ps_stop *stop)
{
    struct ps_command command = {.stop = stop};
    enum ps_status status = ps_command_parse(argc, argv, &command);
    if (status == PS_OK) {
        status = obey(&command);
    } else if (status == PS_MEMORY) {
        ps_show_failure(&command, status, NULL);
    }
    const enum ps_status flushed = ps_flush_output(command.lang);
    if (status == PS_OK || (status == PS_IO && flushed == PS_PIPE)) {
        status = flushed;
    }
    ps_command_free(&command);
    const int stopped = status == PS_INTERRUPTED && *stop->signal != 0;
    return stopped ? 128 + (int)*stop->signal : ps_status_exit_code(status);
}
