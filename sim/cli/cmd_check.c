// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

enum ps_status ps_cmd_check(const struct ps_command *command)
{
    struct ps_diags diags = {0};
    struct ps_book book = {0};
    const enum ps_status status = ps_command_book(command, &diags, &book);
    if (status == PS_OK && command->given[PS_OPT_JSON].n > 0) {
        ps_show_diags(command, &diags);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        for (size_t i = 0; i < book.scenarios_n; i++) {
            (void)printf("%s\n", book.scenarios[i].p.scenario_id);
        }
        if (command->given[PS_OPT_JSON].n == 0) {
            ps_say(stderr, command->lang, PS_SAY_BOOK_FINE,
                   PS_ARGS(ps_text_count(book.scenarios_n).s));
        }
    }
    ps_book_free(&book);
    ps_diags_free(&diags);
    return status;
}
