// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_COMMAND_H
#define PLEDGESIM_CLI_COMMAND_H

#include <stdint.h>
#include <stdio.h>

#include "pledgesim/book.h"
#include "pledgesim/cli.h"
#include "pledgesim/diag.h"
#include "pledgesim/manifest.h"
#include "pledgesim/number.h"
#include "pledgesim/numtext.h"
#include "pledgesim/outdir.h"
#include "pledgesim/status.h"

/* What the files of sim/cli share: the command line as it was understood, and how to speak. */

enum ps_verb {
#define PS_VERB(symbol, ...) PS_VERB_##symbol,
#include "verbs.def"
#undef PS_VERB
    PS_VERB_N
};

enum ps_option {
#define PS_OPTION(symbol, ...) PS_OPT_##symbol,
#include "options.def"
#undef PS_OPTION
    PS_OPT_N
};

enum ps_option_kind {
    PS_OPTION_FLAG,
    PS_OPTION_TEXT,
    PS_OPTION_LIST,
    PS_OPTION_REPEAT,
    PS_OPTION_WHOLE,
    PS_OPTION_PERCENT,
    PS_OPTION_LEVEL,
    PS_OPTION_CHOICE
};

struct ps_option_desc {
    const char *name;
    char letter; /* 0: none */
    enum ps_option_kind kind;
    const char *lowest, *highest, *preset;
    const char *argument[PS_LANG_N];
    unsigned verbs; /* bit 1 << enum ps_verb */
    const char *doc[PS_LANG_N];
};

/* What was given for one option. */
struct ps_given {
    int n; /* how often */
    const char *text;
    int64_t whole; /* WHOLE: the value, the default when it was not given */
    double real;   /* PERCENT: as a fraction; LEVEL likewise, the default when it was not given */
    char **list;   /* LIST, REPEAT; owned, list_n of them */
    size_t list_n;
};

/* A command line that was understood. Owns the lists of `given`. */
struct ps_command {
    enum ps_verb verb;
    enum ps_lang lang;
    const char *const *argv; /* the whole command line, for the manifest */
    int argc;
    const char *operand; /* NULL: none */
    const char *second;  /* the operand behind it; NULL: none */
    struct ps_given given[PS_OPT_N];
    const struct ps_stop *stop;
};

typedef enum ps_status ps_command_fn(const struct ps_command *command);

struct ps_verb_desc {
    const char *name;
    ps_command_fn *run;
    const char *operand[PS_LANG_N];
    int least, most;
    const char *doc[PS_LANG_N];
    const char *example;
};

const struct ps_verb_desc *ps_verb_desc(enum ps_verb verb);
const struct ps_option_desc *ps_option_desc(enum ps_option option);

/* The command of a name; PS_VERB_N when there is none. */
enum ps_verb ps_verb_find(const char *name);

/* Tells that there is no such command, and which one may have been meant; PS_USAGE. */
enum ps_status ps_verb_unknown(const char *name, enum ps_lang lang) PS_MUST_CHECK;

/* Understands argv; what is wrong is told on standard error (PS_USAGE). The lists must be freed
 * after failure too. */
enum ps_status ps_command_parse(int argc, char **argv, struct ps_command *command) PS_MUST_CHECK;
void ps_command_free(struct ps_command *command);

/* The value of an option's text, checked against its kind and range; told when it is wrong. */
enum ps_status ps_option_value(enum ps_option option, const char *text, enum ps_lang lang,
                               struct ps_given *given) PS_MUST_CHECK;

/* What a word of --preset stands for (presets.def); NULL when there are no more. */
struct ps_preset {
    const char *name, *worlds, *stress_worlds, *precision; /* precision "": off */
    const char *doc[PS_LANG_N];
};
const struct ps_preset *ps_preset_row(size_t i);

/* Says on standard error that n scenarios did not reach the preset's precision: no failure. */
void ps_preset_short(const struct ps_command *command, uint64_t n);

/* Whether `word` is one of the words of "a|b|c". */
int ps_choice_has(const char *choices, const char *word);

/* Word i of "a|b|c" in `word`; 0 when there are fewer. */
int ps_choice_word(const char *choices, size_t i, char word[32]);

#define PS_VERB(symbol, name, function, ...) ps_command_fn function;
#include "verbs.def"
#undef PS_VERB

/* ---- saying something ---- */

enum ps_message {
#define PS_MESSAGE(symbol, en, zh) PS_SAY_##symbol,
#include "messages.def"
#undef PS_MESSAGE
    PS_MESSAGE_N
};

/* The arguments of a message: texts for {0}, {1}, ... */
#define PS_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A message as it stands in the table. */
const char *ps_message(enum ps_message message, enum ps_lang lang);

/* Writes a message with its arguments filled in; nothing in an argument can command the terminal.
 * args is NULL when the message has none. */
void ps_say(FILE *out, enum ps_lang lang, enum ps_message message, const char *const args[]);

/* The same, malloc'd; NULL when memory is out. */
char *ps_say_text(enum ps_lang lang, enum ps_message message, const char *const args[]);

/* One line on standard error about what the program was built without. */
void ps_say_left_out(enum ps_lang lang);

/* One line "pledgesim: ..." on standard error. */
void ps_complain(enum ps_lang lang, enum ps_message message, const char *const args[]);

/* Shows the diagnostics as the command wants them: text or JSON on standard error. */
void ps_show_diags(const struct ps_command *command, const struct ps_diags *diags);

/* Tells a failure that no diagnostic tells: of the results folder (`err`, may be NULL) or of any
 * other kind. */
void ps_show_failure(const struct ps_command *command, enum ps_status status,
                     const struct ps_outerror *err);

/* The same for a failure that a message tells. */
void ps_show_end(const struct ps_command *command, enum ps_status status, enum ps_message message,
                 const char *const args[]);

/* Loads the book that the command names, with its --only and --set, for `check` also tries its
 * worlds, and shows what there is to say
 * about it; as JSON only after a failure, so that a command that goes on can tell all in one
 * object. Both are to be freed whatever comes. */
enum ps_status ps_command_book(const struct ps_command *command, struct ps_diags *diags,
                               struct ps_book *book) PS_MUST_CHECK;

/* The scenario of --id, by default the first; PS_USAGE, told, when the book has none of that id. */
enum ps_status ps_command_scenario(const struct ps_command *command, const struct ps_book *book,
                                   const struct ps_scenario **out) PS_MUST_CHECK;

/* ---- the machine ---- */

/* Threads for the engine: --threads, else OMP_NUM_THREADS when it makes sense, else the processors
 * this process may use; at least 1, at most 256. */
int ps_command_threads(const struct ps_command *command);

/* The kernel copy that is asked for (--isa, PS_ISA), or NULL for the best. PS_USAGE, told, when the
 * machine cannot run it. */
enum ps_status ps_command_isa(const struct ps_command *command, const char **isa) PS_MUST_CHECK;

/* Compiler of this program, e.g. "gcc 12.2.0". */
const char *ps_compiler(void);

#define PS_LIBRARIES_MAX 12
/* The libraries in use and their versions; returns their number. Static storage. */
size_t ps_libraries(struct ps_manifest_pair libraries[PS_LIBRARIES_MAX]);

/* Seconds of a clock that only goes forward. */
double ps_clock(void);

/* Standard output carries what the command is for: a failure to write it is PS_IO, told,
 * but PS_PIPE, quietly, when its reader went away. */
enum ps_status ps_flush_output(enum ps_lang lang) PS_MUST_CHECK;

#endif
