// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "pledgesim/diagprint.h"
#include "pledgesim/nearest.h"
#include "pledgesim/workbook.h"
#include "terminal.h"

static const char *const MESSAGES[PS_MESSAGE_N][PS_LANG_N] = {
#define PS_MESSAGE(symbol, en, zh) [PS_SAY_##symbol] = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},
#include "messages.def"
#undef PS_MESSAGE
};

const char *ps_message(enum ps_message message, enum ps_lang lang)
{
    return MESSAGES[message][lang];
}

static const char *argument(const char *const args[], char digit)
{
    size_t n = 0;
    const size_t wanted = (size_t)(digit - '0');
    while (args != NULL && args[n] != NULL && n < wanted) {
        n++;
    }
    return args == NULL || args[n] == NULL ? "" : args[n];
}

void ps_say(FILE *out, enum ps_lang lang, enum ps_message message, const char *const args[])
{
    for (const char *p = MESSAGES[message][lang]; *p != '\0';) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') {
            ps_print_shown(out, argument(args, p[1]), 0);
            p += 3;
        } else {
            (void)fputc(*p++, out);
        }
    }
}

char *ps_say_text(enum ps_lang lang, enum ps_message message, const char *const args[])
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return NULL;
    }
    ps_say(out, lang, message, args);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

void ps_say_left_out(enum ps_lang lang)
{
    if (ps_workbook_library() == NULL) {
        ps_say(stderr, lang, PS_SAY_WORKBOOK_LEFT_OUT, NULL);
    }
}

void ps_complain(enum ps_lang lang, enum ps_message message, const char *const args[])
{
    (void)fputs("pledgesim: ", stderr);
    ps_say(stderr, lang, message, args);
}

/* ---- diagnostics and failures ---- */

void ps_show_diags(const struct ps_command *command, const struct ps_diags *diags)
{
    if (command->given[PS_OPT_JSON].n > 0) {
        /* Standard error that cannot be written to leaves nobody to tell. */
        const enum ps_status told = ps_diags_print_json(stderr, diags, command->lang);
        (void)told;
        return;
    }
    if (command->given[PS_OPT_QUIET].n > 0 && diags->errors_n == 0) {
        return;
    }
    const struct ps_diag_style style = {.lang = command->lang,
                                        .colour = ps_terminal_of(stderr).colour,
                                        .limit = PS_DIAGPRINT_LIMIT};
    ps_diags_print(stderr, diags, &style);
}

static void failure_json(enum ps_status status, const char *text, const char *hint)
{
    json_t *error = json_pack("{s: {s: i, s: s, s: s}}", "error", "exit_code",
                              ps_status_exit_code(status), "text", text, "hint", hint);
    if (error == NULL) {
        (void)fputs("{\"error\": null}\n", stderr);
        return;
    }
    (void)json_dumpf(error, stderr, JSON_INDENT(2));
    (void)fputc('\n', stderr);
    json_decref(error);
}

void ps_show_failure(const struct ps_command *command, enum ps_status status,
                     const struct ps_outerror *err)
{
    const enum ps_lang lang = command->lang;
    if (err == NULL && status == PS_IO && ferror(stdout)) {
        return; /* the end of the command tells it: ps_flush_output */
    }
    const int folder = err != NULL && err->status != PS_OK;
    char *text = folder ? ps_outerror_text(err, lang) : NULL;
    char *hint = folder ? ps_outerror_hint(err, lang) : NULL;
    const char *what = text != NULL ? text : ps_status_text(status, lang);
    const char *advice = hint != NULL       ? hint
                         : status == PS_BUG ? ps_message(PS_SAY_REPORT_IT, lang)
                                            : "";
    if (command->given[PS_OPT_JSON].n > 0) {
        failure_json(status, what, advice);
    } else {
        ps_complain(lang, PS_SAY_FAILED, PS_ARGS(what));
        if (*advice != '\0') {
            ps_say(stderr, lang, PS_SAY_HINT, PS_ARGS(advice));
        }
    }
    free(text);
    free(hint);
}

void ps_show_end(const struct ps_command *command, enum ps_status status, enum ps_message message,
                 const char *const args[])
{
    if (command->given[PS_OPT_JSON].n == 0) {
        ps_complain(command->lang, message, args);
        return;
    }
    char *text = ps_say_text(command->lang, message, args);
    if (text != NULL) {
        text[strcspn(text, "\n")] = '\0';
    }
    failure_json(status, text == NULL ? ps_status_text(status, command->lang) : text, "");
    free(text);
}

/* `pledgesim ... | head`: nobody is left who could miss anything. */
static int reader_went_away(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0 &&
           (out.revents & POLLNVAL) == 0;
}

enum ps_status ps_flush_output(enum ps_lang lang)
{
    const int bad = ferror(stdout);
    if (fflush(stdout) == 0 && !bad) {
        return PS_OK;
    }
    if (reader_went_away()) {
        return ps_status_raise(PS_PIPE);
    }
    ps_complain(lang, PS_SAY_OUTPUT_LOST, NULL);
    return ps_status_raise(PS_IO);
}

/* Is it said to have no effect because of what --vary changes? Of its axes those that nothing reads
 * are told by themselves. */
static int is_varied(const void *of, const struct ps_diag *diag)
{
    const struct ps_command *command = of;
    const struct ps_given *vary = &command->given[PS_OPT_VARY];
    const char *because = diag->args[1];
    for (size_t i = 0; diag->code == PS_DIAG_NO_EFFECT && because != NULL && i < vary->list_n;
         i++) {
        const size_t n = strcspn(vary->list[i], "= ");
        if (strncmp(because, vary->list[i], n) == 0 && because[n] == ' ') {
            return 1;
        }
    }
    return 0;
}

enum ps_status ps_command_book(const struct ps_command *command, struct ps_diags *diags,
                               struct ps_book *book)
{
    const struct ps_given *only = &command->given[PS_OPT_ONLY];
    const struct ps_given *sets = &command->given[PS_OPT_SET];
    const struct ps_book_request request = {
        .path = command->operand,
        .only = (const char *const *)only->list,
        .only_n = only->list_n,
        .sets = (const char *const *)sets->list,
        .sets_n = sets->list_n,
    };
    enum ps_status status = ps_book_load(&request, diags, book);
    if (status == PS_OK && command->verb == PS_VERB_CHECK) {
        status = ps_book_try(book, SIZE_MAX, diags);
    }
    ps_diags_drop(diags, is_varied, command);
    ps_diags_sort(diags, 0);
    if (status == PS_OK && diags->out_of_memory) {
        status = ps_status_raise(PS_MEMORY);
    }
    if (status != PS_OK || command->given[PS_OPT_JSON].n == 0) {
        ps_show_diags(command, diags);
    }
    if (status != PS_OK && diags->errors_n == 0) {
        ps_show_failure(command, status, NULL);
    }
    return status;
}

enum ps_status ps_command_scenario(const struct ps_command *command, const struct ps_book *book,
                                   const struct ps_scenario **out)
{
    const struct ps_given *id = &command->given[PS_OPT_ID];
    struct ps_nearest best = {0};
    if (id->n == 0) {
        *out = &book->scenarios[0];
        return PS_OK;
    }
    for (size_t i = 0; i < book->scenarios_n; i++) {
        const char *candidate = book->scenarios[i].p.scenario_id;
        if (strcmp(candidate, id->text) == 0) {
            *out = &book->scenarios[i];
            return PS_OK;
        }
        ps_nearest_offer(&best, id->text, candidate);
    }
    ps_complain(command->lang, PS_SAY_SCENARIO_UNKNOWN, PS_ARGS(id->text));
    const char *near = ps_nearest_name(&best, id->text);
    if (near != NULL) {
        ps_say(stderr, command->lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
    }
    return ps_status_raise(PS_USAGE);
}
