// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/nearest.h"

#define IN(verb) (1u << PS_VERB_##verb)
#define EVERYWHERE (~0u)

static const struct ps_option_desc OPTIONS[PS_OPT_N] = {
#define PS_OPTION(symbol, name_, letter_, kind_, lowest_, highest_, preset_, argument_en,          \
                  argument_zh, verbs_, en, zh)                                                     \
    [PS_OPT_##symbol] = {.name = (name_),                                                          \
                         .letter = (letter_),                                                      \
                         .kind = PS_OPTION_##kind_,                                                \
                         .lowest = (lowest_),                                                      \
                         .highest = (highest_),                                                    \
                         .preset = (preset_),                                                      \
                         .argument = {[PS_LANG_ZH] = (argument_zh), [PS_LANG_EN] = (argument_en)}, \
                         .verbs = (verbs_),                                                        \
                         .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "options.def"
#undef PS_OPTION
};

static const struct ps_verb_desc VERBS[PS_VERB_N] = {
#define PS_VERB(symbol, name_, run_, operand_en, operand_zh, least_, most_, en, zh, example_)      \
    [PS_VERB_##symbol] = {.name = (name_),                                                         \
                          .run = (run_),                                                           \
                          .operand = {[PS_LANG_ZH] = (operand_zh), [PS_LANG_EN] = (operand_en)},   \
                          .least = (least_),                                                       \
                          .most = (most_),                                                         \
                          .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)},                       \
                          .example = (example_)},
#include "verbs.def"
#undef PS_VERB
};

const struct ps_verb_desc *ps_verb_desc(enum ps_verb verb)
{
    return &VERBS[verb];
}

const struct ps_option_desc *ps_option_desc(enum ps_option option)
{
    return &OPTIONS[option];
}

enum ps_verb ps_verb_find(const char *name)
{
    enum ps_verb verb = 0;
    while (verb < PS_VERB_N && strcmp(VERBS[verb].name, name) != 0) {
        verb++;
    }
    return verb;
}

static int serves(enum ps_option option, enum ps_verb verb)
{
    return (OPTIONS[option].verbs >> verb & 1) != 0;
}

/* ---- what getopt_long found, before it is known for which command ---- */

enum { LONG_FIRST = 256, WORDS_MAX = 8 };

/* One option as it stands in the command line. */
struct found {
    enum ps_option option; /* the first row of its name */
    const char *text;
};

struct scan {
    struct found *found; /* at most argc */
    int found_n;
    const char *words[WORDS_MAX]; /* the command and its operands */
    int words_n;
};

/* The first row of the same long name: rows of one name look alike to getopt. */
static enum ps_option first_of_name(const char *name)
{
    enum ps_option option = 0;
    while (strcmp(OPTIONS[option].name, name) != 0) {
        option++;
    }
    return option;
}

static void describe(struct option longs[PS_OPT_N + 1], char letters[2 * PS_OPT_N + 3])
{
    char *letter = letters;
    struct option *one = longs;
    /* "-": operands come in order, whatever POSIXLY_CORRECT says; ":": no messages of its own. */
    *letter++ = '-';
    *letter++ = ':';
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        const struct ps_option_desc *o = &OPTIONS[i];
        if (first_of_name(o->name) != i) {
            continue;
        }
        const int takes = o->kind != PS_OPTION_FLAG;
        *one++ = (struct option){o->name, takes ? required_argument : no_argument, NULL,
                                 LONG_FIRST + (int)i};
        if (o->letter != 0) {
            *letter++ = o->letter;
            if (takes) {
                *letter++ = ':';
            }
        }
    }
    *one = (struct option){NULL, 0, NULL, 0};
    *letter = '\0';
}

static enum ps_option option_of(int code)
{
    if (code >= LONG_FIRST) {
        return (enum ps_option)(code - LONG_FIRST);
    }
    enum ps_option option = 0;
    while (option < PS_OPT_N && OPTIONS[option].letter != code) {
        option++;
    }
    return option;
}

/* The nearest option name, of a command's own unless it is PS_VERB_N; or NULL. */
static const char *near_option(const char *typed, enum ps_verb verb)
{
    struct ps_nearest best = {0};
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        if (verb == PS_VERB_N || serves(i, verb)) {
            ps_nearest_offer(&best, typed, OPTIONS[i].name);
        }
    }
    return ps_nearest_name(&best, typed);
}

static enum ps_status unknown_option(const char *word, int letter, enum ps_lang lang)
{
    char typed[64] = "";
    if (letter != 0) {
        (void)snprintf(typed, sizeof typed, "-%c", letter);
        ps_complain(lang, PS_SAY_OPTION_UNKNOWN, PS_ARGS(typed));
    } else {
        const size_t n = strcspn(word, "=");
        (void)snprintf(typed, sizeof typed, "%.*s", (int)(n < 60 ? n : 60), word);
        ps_complain(lang, PS_SAY_OPTION_UNKNOWN, PS_ARGS(typed));
        const char *near = near_option(typed + strspn(typed, "-"), PS_VERB_N);
        if (near != NULL) {
            ps_say(stderr, lang, PS_SAY_MEANT_OPTION, PS_ARGS(near));
        }
    }
    ps_say(stderr, lang, PS_SAY_SEE_HELP, NULL);
    return ps_status_raise(PS_USAGE);
}

static enum ps_status add_word(struct scan *scan, const char *word, enum ps_lang lang)
{
    if (scan->words_n == WORDS_MAX) {
        ps_complain(lang, PS_SAY_OPERANDS_MANY, PS_ARGS(word));
        return ps_status_raise(PS_USAGE);
    }
    scan->words[scan->words_n++] = word;
    return PS_OK;
}

static enum ps_status scan_line(int argc, char **argv, enum ps_lang lang, struct scan *scan)
{
    struct option longs[PS_OPT_N + 1];
    char letters[2 * PS_OPT_N + 3];
    describe(longs, letters);
    optind = 1;
    for (;;) {
        const int at = optind;
        const int code = getopt_long(argc, argv, letters, longs, NULL);
        if (code == -1) {
            break;
        }
        if (code == '?' && optopt >= LONG_FIRST) {
            ps_complain(lang, PS_SAY_OPTION_NO_ARGUMENT, PS_ARGS(argv[at]));
            return ps_status_raise(PS_USAGE);
        }
        if (code == '?') {
            return unknown_option(argv[at], optopt, lang);
        }
        if (code == ':') {
            const struct ps_option_desc *o = &OPTIONS[option_of(optopt)];
            ps_complain(lang, PS_SAY_OPTION_ARGUMENT, PS_ARGS(o->name, o->argument[lang]));
            return ps_status_raise(PS_USAGE);
        }
        if (code == 1) {
            const enum ps_status status = add_word(scan, optarg, lang);
            if (status != PS_OK) {
                return status;
            }
            continue;
        }
        scan->found[scan->found_n++] = (struct found){option_of(code), optarg};
    }
    for (; optind < argc; optind++) { /* behind "--" */
        const enum ps_status status = add_word(scan, argv[optind], lang);
        if (status != PS_OK) {
            return status;
        }
    }
    return PS_OK;
}

/* ---- the command ---- */

/* Which language to complain in, before anything is understood. */
static enum ps_lang early_lang(int argc, char **argv)
{
    const char *word = getenv("PLEDGESIM_LANG");
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0) {
            word = argv[i] + 7;
        } else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
            word = argv[i + 1];
        }
    }
    return word != NULL && strcmp(word, "en") == 0 ? PS_LANG_EN : PS_LANG_ZH;
}

static int was_found(const struct scan *scan, enum ps_option option)
{
    for (int i = 0; i < scan->found_n; i++) {
        if (scan->found[i].option == option) {
            return 1;
        }
    }
    return 0;
}

enum ps_status ps_verb_unknown(const char *name, enum ps_lang lang)
{
    ps_complain(lang, PS_SAY_VERB_UNKNOWN, PS_ARGS(name));
    struct ps_nearest best = {0};
    for (enum ps_verb i = 0; i < PS_VERB_N; i++) {
        ps_nearest_offer(&best, name, VERBS[i].name);
    }
    const char *near = ps_nearest_name(&best, name);
    if (near != NULL) {
        ps_say(stderr, lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
    }
    ps_say(stderr, lang, PS_SAY_SEE_HELP, NULL);
    return ps_status_raise(PS_USAGE);
}

static enum ps_status find_verb(const struct scan *scan, struct ps_command *command)
{
    const enum ps_lang lang = command->lang;
    if (scan->words_n == 0) {
        command->verb = PS_VERB_HELP;
        if (was_found(scan, PS_OPT_HELP) || was_found(scan, PS_OPT_VERSION)) {
            return PS_OK;
        }
        ps_complain(lang, PS_SAY_VERB_MISSING, NULL);
        ps_say(stderr, lang, PS_SAY_SEE_HELP, NULL);
        return ps_status_raise(PS_USAGE);
    }
    const char *word = scan->words[0];
    command->verb = ps_verb_find(word);
    if (command->verb != PS_VERB_N) {
        return PS_OK;
    }
    return ps_verb_unknown(word, lang);
}

static enum ps_status take_operands(const struct scan *scan, struct ps_command *command)
{
    const struct ps_verb_desc *verb = &VERBS[command->verb];
    const int n = scan->words_n > 0 ? scan->words_n - 1 : 0;
    command->operand = n > 0 ? scan->words[1] : NULL;
    command->second = n > 1 ? scan->words[2] : NULL;
    if (command->given[PS_OPT_HELP].n > 0 || command->given[PS_OPT_VERSION].n > 0) {
        return PS_OK;
    }
    if (n < verb->least) {
        ps_complain(command->lang, PS_SAY_OPERAND_MISSING,
                    PS_ARGS(verb->name, verb->operand[command->lang]));
    } else if (n > verb->most) {
        ps_complain(command->lang, PS_SAY_OPERANDS_MANY, PS_ARGS(scan->words[verb->most + 1]));
    } else {
        return PS_OK;
    }
    ps_say(stderr, command->lang, PS_SAY_SEE_HELP_OF, PS_ARGS(verb->name));
    return ps_status_raise(PS_USAGE);
}

static enum ps_status take_option(const struct found *found, struct ps_command *command)
{
    const char *name = OPTIONS[found->option].name;
    const enum ps_verb verb = command->verb;
    enum ps_option option = found->option;
    while (option < PS_OPT_N &&
           (strcmp(OPTIONS[option].name, name) != 0 || !serves(option, verb))) {
        option++;
    }
    if (option < PS_OPT_N) {
        return ps_option_value(option, found->text, command->lang, &command->given[option]);
    }
    ps_complain(command->lang, PS_SAY_OPTION_ELSEWHERE, PS_ARGS(name, VERBS[verb].name));
    const char *near = near_option(name, verb);
    if (near != NULL) {
        ps_say(stderr, command->lang, PS_SAY_MEANT_OPTION, PS_ARGS(near));
    }
    ps_say(stderr, command->lang, PS_SAY_SEE_HELP_OF, PS_ARGS(VERBS[verb].name));
    return ps_status_raise(PS_USAGE);
}

static const struct ps_preset PRESETS[] = {
#define PS_PRESET(name_, worlds_, stress_worlds_, precision_, en, zh)                              \
    {.name = (name_),                                                                              \
     .worlds = (worlds_),                                                                          \
     .stress_worlds = (stress_worlds_),                                                            \
     .precision = (precision_),                                                                    \
     .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "presets.def"
#undef PS_PRESET
};

const struct ps_preset *ps_preset_row(size_t i)
{
    return i < sizeof PRESETS / sizeof *PRESETS ? &PRESETS[i] : NULL;
}

void ps_preset_short(const struct ps_command *command, uint64_t n)
{
    for (size_t i = 0; ps_preset_row(i) != NULL; i++) {
        if (command->given[PS_OPT_QUIET].n == 0 &&
            strcmp(PRESETS[i].name, command->given[PS_OPT_PRESET].text) == 0) {
            ps_say(stderr, command->lang, PS_SAY_PRESET_SHORT,
                   PS_ARGS(ps_text_count(n).s, PRESETS[i].precision));
        }
    }
}

/* Gives an option a value as if it had been given, but for its count. */
static enum ps_status put(struct ps_command *command, enum ps_option option, const char *text)
{
    const enum ps_status status =
        ps_option_value(option, text, command->lang, &command->given[option]);
    command->given[option].n = 0;
    return status;
}

/* What --preset says of the options that were not given themselves. */
static enum ps_status take_preset(struct ps_command *command)
{
    static const enum ps_option PRECISIONS[] = {PS_OPT_PRECISION, PS_OPT_PRECISION_STUDY};
    const struct ps_given *given = &command->given[PS_OPT_PRESET];
    const struct ps_preset *preset = NULL;
    for (size_t i = 0; given->n > 0 && ps_preset_row(i) != NULL; i++) {
        preset = strcmp(PRESETS[i].name, given->text) == 0 ? &PRESETS[i] : preset;
    }
    if (preset == NULL) {
        return PS_OK;
    }
    enum ps_status status = PS_OK;
    if (command->given[PS_OPT_WORLDS].n == 0) {
        status = put(command, PS_OPT_WORLDS, preset->worlds);
    }
    if (status == PS_OK && command->given[PS_OPT_WORLDS_STRESS].n == 0) {
        status = put(command, PS_OPT_WORLDS_STRESS, preset->stress_worlds);
    }
    for (size_t i = 0; i < 2 && status == PS_OK && *preset->precision != '\0'; i++) {
        if (command->given[PRECISIONS[i]].n == 0) {
            status = put(command, PRECISIONS[i], preset->precision);
        }
    }
    return status;
}

/* Numbers that were not given get their default. */
static enum ps_status take_defaults(struct ps_command *command)
{
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        const int number = OPTIONS[i].kind == PS_OPTION_WHOLE || OPTIONS[i].kind == PS_OPTION_LEVEL;
        if (number && *OPTIONS[i].preset != '\0' && command->given[i].n == 0) {
            const enum ps_status status = put(command, i, OPTIONS[i].preset);
            if (status != PS_OK) {
                return status;
            }
        }
    }
    return take_preset(command);
}

enum ps_status ps_command_parse(int argc, char **argv, struct ps_command *command)
{
    struct scan scan = {.found = calloc((size_t)argc + 1, sizeof(struct found))};
    enum ps_status status = scan.found == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    command->lang = early_lang(argc, argv);
    command->argv = (const char *const *)argv;
    command->argc = argc;
    if (status == PS_OK) {
        status = scan_line(argc, argv, command->lang, &scan);
    }
    if (status == PS_OK) {
        status = find_verb(&scan, command);
    }
    for (int i = 0; i < scan.found_n && status == PS_OK; i++) {
        status = take_option(&scan.found[i], command);
    }
    if (status == PS_OK) {
        status = take_operands(&scan, command);
    }
    if (status == PS_OK) {
        status = take_defaults(command);
    }
    free(scan.found);
    return status;
}

void ps_command_free(struct ps_command *command)
{
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        struct ps_given *given = &command->given[i];
        for (size_t k = 0; k < given->list_n; k++) {
            free(given->list[k]);
        }
        free(given->list);
        *given = (struct ps_given){0};
    }
}
