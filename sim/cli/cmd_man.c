// SPDX-License-Identifier: GPL-3.0-or-later
#include "help.h"

#include "pledgesim/version.h"

/* Text for roff: what would be read as a request or an escape is not. Where a line could begin with
 * a point or an apostrophe, "\&" stands before the text. */
static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            (void)fputs("\\e", stdout);
        } else if (*text == '-') {
            (void)fputs("\\-", stdout);
        } else {
            (void)fputc(*text, stdout);
        }
    }
}

static void section(enum ps_message title, enum ps_lang lang)
{
    (void)fputs(".SH ", stdout);
    put(ps_message(title, lang));
    (void)fputc('\n', stdout);
}

/* A tagged paragraph. */
static void item(const char *tag, const char *argument, const char *text)
{
    (void)fputs(".TP\n\\fB\\&", stdout);
    put(tag);
    (void)fputs("\\fR", stdout);
    if (*argument != '\0') {
        (void)fputs(" \\fI", stdout);
        put(argument);
        (void)fputs("\\fR", stdout);
    }
    (void)fputs("\n\\&", stdout);
    put(text);
    (void)fputc('\n', stdout);
}

static void put_option(const struct ps_option_desc *o, enum ps_lang lang)
{
    char tag[64];
    char text[320];
    const char *preset = ps_option_preset(o);
    if (o->letter != 0) {
        (void)snprintf(tag, sizeof tag, "-%c, --%s", o->letter, o->name);
    } else {
        (void)snprintf(tag, sizeof tag, "--%s", o->name);
    }
    (void)snprintf(text, sizeof text, *preset != '\0' ? "%s [%s]" : "%s%s", o->doc[lang], preset);
    item(tag, o->argument[lang], text);
}

static void put_verb(enum ps_verb verb, enum ps_lang lang)
{
    const struct ps_verb_desc *v = ps_verb_desc(verb);
    (void)fputs(".SS ", stdout);
    put(v->name);
    (void)fputc(' ', stdout);
    put(v->operand[lang]);
    (void)fputs("\n\\&", stdout);
    put(v->doc[lang]);
    (void)fputc('\n', stdout);
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        const struct ps_option_desc *o = ps_option_desc(i);
        if (o->verbs != ~0u && (o->verbs >> verb & 1) != 0) {
            put_option(o, lang);
        }
    }
    (void)fputs(".PP\n.EX\npledgesim ", stdout);
    put(v->example);
    (void)fputs("\n.EE\n", stdout);
}

enum ps_status ps_cmd_man(const struct ps_command *command)
{
    const enum ps_lang lang = command->lang;
    (void)puts(".TH PLEDGESIM 1 \"\" \"pledgesim " PS_VERSION "\"");
    section(PS_SAY_MAN_NAME, lang);
    (void)fputs("pledgesim \\- ", stdout);
    put(ps_message(PS_SAY_MAN_SUMMARY, lang));
    (void)fputc('\n', stdout);
    section(PS_SAY_MAN_SYNOPSIS, lang);
    (void)fputs("\\fBpledgesim\\fR \\fI", stdout);
    put(ps_message(PS_SAY_MAN_USAGE, lang));
    (void)fputs("\\fR\n", stdout);
    section(PS_SAY_MAN_COMMANDS, lang);
    for (enum ps_verb i = 0; i < PS_VERB_N; i++) {
        put_verb(i, lang);
    }
    section(PS_SAY_MAN_OPTIONS, lang);
    for (enum ps_option i = 0; i < PS_OPT_N; i++) {
        if (ps_option_desc(i)->verbs == ~0u) {
            put_option(ps_option_desc(i), lang);
        }
    }
    section(PS_SAY_MAN_CODES, lang);
    struct ps_exit_code code;
    for (size_t i = 0; ps_exit_code_row(i, &code); i++) {
        char tag[16];
        (void)snprintf(tag, sizeof tag, "%d", code.code);
        item(tag, "", code.doc[lang]);
    }
    section(PS_SAY_MAN_ENVIRONMENT, lang);
    struct ps_environment variable;
    for (size_t i = 0; ps_environment_row(i, &variable); i++) {
        item(variable.name, "", variable.doc[lang]);
    }
    return PS_OK;
}
