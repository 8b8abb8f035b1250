// SPDX-License-Identifier: GPL-3.0-or-later
#include "help.h"

#include <string.h>

#include "terminal.h"

static const struct ps_environment ENVIRONMENT[] = {
#define PS_ENVIRONMENT(name_, en, zh) {name_, {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "environment.def"
#undef PS_ENVIRONMENT
};

int ps_environment_row(size_t i, struct ps_environment *row)
{
    if (i >= sizeof ENVIRONMENT / sizeof *ENVIRONMENT) {
        return 0;
    }
    *row = ENVIRONMENT[i];
    return 1;
}

int ps_exit_code_row(size_t i, struct ps_exit_code *row)
{
    /* No memory has the code of what cannot be read or written: one row for both. */
    const size_t status = i < PS_MEMORY ? i : i + 1;
    if (status >= PS_STATUS_N) {
        return 0;
    }
    row->code = ps_status_exit_code((enum ps_status)status);
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        row->doc[lang] = status == PS_IO
                             ? ps_message(PS_SAY_EXIT_IO_OR_MEMORY, (enum ps_lang)lang)
                             : ps_status_text((enum ps_status)status, (enum ps_lang)lang);
    }
    return 1;
}

const char *ps_option_preset(const struct ps_option_desc *option)
{
    return option->kind == PS_OPTION_FLAG ? "" : option->preset;
}

static void add_option(struct ps_grid *grid, const struct ps_option_desc *o, enum ps_lang lang)
{
    char left[96];
    char right[256];
    const char *argument = o->argument[lang];
    (void)snprintf(left, sizeof left, "  %s%c%s--%s%s%s", o->letter != 0 ? "-" : " ",
                   o->letter != 0 ? o->letter : ' ', o->letter != 0 ? ", " : "  ", o->name,
                   *argument != '\0' ? " " : "", argument);
    const char *preset = ps_option_preset(o);
    (void)snprintf(right, sizeof right, *preset != '\0' ? "%s [%s]" : "%s%s", o->doc[lang], preset);
    ps_grid_add(grid, left, 0);
    ps_grid_add(grid, right, 0);
}

static enum ps_status print_options(enum ps_verb verb, enum ps_lang lang)
{
    struct ps_grid grid = {.columns_n = 2};
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        if ((ps_option_desc(i)->verbs >> verb & 1) != 0) {
            add_option(&grid, ps_option_desc(i), lang);
        }
    }
    (void)fputs(ps_message(PS_SAY_HELP_OPTIONS, lang), stdout);
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

static enum ps_status print_presets(enum ps_verb verb, enum ps_lang lang)
{
    const struct ps_preset *preset;
    struct ps_grid grid = {.columns_n = 2};
    char left[48];
    for (size_t i = 0; (preset = ps_preset_row(i)) != NULL; i++) {
        const int stress = verb == PS_VERB_STRESS;
        const int precise = !stress && *preset->precision != '\0';
        char right[96];
        (void)snprintf(left, sizeof left, "  %s", preset->name);
        (void)snprintf(right, sizeof right, "--worlds %s%s%s  %s",
                       stress ? preset->stress_worlds : preset->worlds,
                       precise ? " --precision " : "", precise ? preset->precision : "",
                       preset->doc[lang]);
        ps_grid_add(&grid, left, 0);
        ps_grid_add(&grid, right, 0);
    }
    (void)fputs(ps_message(PS_SAY_HELP_PRESETS, lang), stdout);
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

static enum ps_status print_overview(enum ps_lang lang)
{
    struct ps_grid verbs = {.columns_n = 2};
    struct ps_grid codes = {.columns_n = 2};
    struct ps_grid environment = {.columns_n = 2};
    struct ps_exit_code code;
    struct ps_environment variable;
    char left[96];
    for (enum ps_verb i = 0; i < PS_VERB_N; i++) {
        const struct ps_verb_desc *v = ps_verb_desc(i);
        (void)snprintf(left, sizeof left, "  %s %s", v->name, v->operand[lang]);
        ps_grid_add(&verbs, left, 0);
        ps_grid_add(&verbs, v->doc[lang], 0);
    }
    for (size_t i = 0; ps_exit_code_row(i, &code); i++) {
        (void)snprintf(left, sizeof left, "  %d", code.code);
        ps_grid_add(&codes, left, 0);
        ps_grid_add(&codes, code.doc[lang], 0);
    }
    for (size_t i = 0; ps_environment_row(i, &variable); i++) {
        (void)snprintf(left, sizeof left, "  %s", variable.name);
        ps_grid_add(&environment, left, 0);
        ps_grid_add(&environment, variable.doc[lang], 0);
    }
    (void)fputs(ps_message(PS_SAY_HELP_TOP, lang), stdout);
    enum ps_status status = ps_grid_print(stdout, &verbs, PS_GRID_ALIGNED);
    (void)fputs(ps_message(PS_SAY_HELP_CODES, lang), stdout);
    if (status == PS_OK) {
        status = ps_grid_print(stdout, &codes, PS_GRID_ALIGNED);
    }
    (void)fputs(ps_message(PS_SAY_HELP_ENVIRONMENT, lang), stdout);
    if (status == PS_OK) {
        status = ps_grid_print(stdout, &environment, PS_GRID_ALIGNED);
    }
    ps_grid_free(&verbs);
    ps_grid_free(&codes);
    ps_grid_free(&environment);
    return status;
}

enum ps_status ps_help_print(enum ps_verb verb, enum ps_lang lang)
{
    if (verb == PS_VERB_HELP) {
        const enum ps_status status = print_overview(lang);
        return status == PS_OK ? print_options(verb, lang) : status;
    }
    const struct ps_verb_desc *v = ps_verb_desc(verb);
    ps_say(stdout, lang, PS_SAY_HELP_VERB,
           PS_ARGS(v->name, v->operand[lang], v->doc[lang], v->example));
    const enum ps_status status = print_options(verb, lang);
    const int has_presets = (ps_option_desc(PS_OPT_PRESET)->verbs >> verb & 1) != 0;
    return status == PS_OK && has_presets ? print_presets(verb, lang) : status;
}

enum ps_status ps_cmd_help(const struct ps_command *command)
{
    const char *name = command->operand;
    if (name == NULL) {
        return ps_help_print(PS_VERB_HELP, command->lang);
    }
    const enum ps_verb verb = ps_verb_find(name);
    if (verb != PS_VERB_N) {
        return ps_help_print(verb, command->lang);
    }
    return ps_verb_unknown(name, command->lang);
}
