// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"

#include <string.h>

/* The scripts are made from the tables of commands and options, so that they cannot fall behind. */

static int serves(const struct ps_option_desc *o, enum ps_verb verb)
{
    return (o->verbs >> verb & 1) != 0;
}

static int takes_book(enum ps_verb verb)
{
    return strcmp(ps_verb_desc(verb)->operand[PS_LANG_EN], "BOOK") == 0;
}

/* "a|b|c" with another sign between the words. */
static void put_words(const char *choices, char between)
{
    for (; *choices != '\0'; choices++) {
        (void)putchar(*choices == '|' ? between : *choices);
    }
}

/* Text inside single quotes, with a backslash before each of `special`. */
static void put_quoted(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs("'\\''", stdout);
            continue;
        }
        if (strchr(special, *text) != NULL) {
            (void)putchar('\\');
        }
        (void)putchar(*text);
    }
}

static void put_verbs(void)
{
    for (enum ps_verb i = 0; i < PS_VERB_N; i++) {
        (void)printf(i > 0 ? " %s" : "%s", ps_verb_desc(i)->name);
    }
}

/* ---- bash ---- */

static void bash_values(void)
{
    (void)puts("    case $verb:$prev in");
    for (enum ps_verb verb = 0; verb < PS_VERB_N; verb++) {
        for (enum ps_option i = 0; i < PS_OPT_N; i++) {
            const struct ps_option_desc *o = ps_option_desc(i);
            if (!serves(o, verb) || o->kind == PS_OPTION_FLAG) {
                continue;
            }
            (void)printf("    %s:--%s", ps_verb_desc(verb)->name, o->name);
            if (o->letter != 0) {
                (void)printf("|%s:-%c", ps_verb_desc(verb)->name, o->letter);
            }
            if (o->kind == PS_OPTION_CHOICE) {
                (void)fputs(") COMPREPLY=($(compgen -W '", stdout);
                put_words(o->argument[PS_LANG_EN], ' ');
                (void)puts("' -- \"$cur\")); return ;;");
            } else if (i == PS_OPT_OUT) {
                (void)puts(") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;");
            } else {
                (void)puts(") return ;;");
            }
        }
    }
    (void)puts("    esac");
}

static void bash_words(void)
{
    (void)puts("    case $verb in");
    for (enum ps_verb verb = 0; verb < PS_VERB_N; verb++) {
        const struct ps_verb_desc *v = ps_verb_desc(verb);
        (void)printf("    %s) options='", v->name);
        for (enum ps_option i = 0; i < PS_OPT_N; i++) {
            if (serves(ps_option_desc(i), verb)) {
                (void)printf("--%s ", ps_option_desc(i)->name);
            }
        }
        (void)fputs("' words='", stdout);
        if (verb == PS_VERB_COMPLETION) {
            put_words(v->operand[PS_LANG_EN], ' ');
        }
        (void)puts(verb == PS_VERB_HELP ? "'\"$verbs\" ;;" : "' ;;");
    }
    (void)puts("    esac");
}

static void put_bash(void)
{
    (void)fputs("# bash completion of pledgesim\n"
                "_pledgesim() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local verb= word options='--help --version --lang' words= verbs='",
                stdout);
    put_verbs();
    (void)puts("'\n"
               "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
               "        case \" $verbs \" in *\" $word \"*) verb=$word; break ;; esac\n"
               "    done");
    bash_values();
    bash_words();
    (void)fputs("    if [[ $cur == -* ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
                "    elif [[ -z $verb ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$cur\"))\n"
                "    elif [[ -n $words ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "    else\n"
                "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                "    fi\n"
                "}\n"
                "complete -o filenames -F _pledgesim pledgesim\n",
                stdout);
}

/* ---- zsh ---- */

static void zsh_option(const struct ps_option_desc *o, enum ps_lang lang)
{
    char names[2][40] = {"", ""};
    (void)snprintf(names[0], sizeof names[0], "--%s", o->name);
    if (o->letter != 0) {
        (void)snprintf(names[1], sizeof names[1], "-%c", o->letter);
    }
    for (size_t i = 0; i < 2 && *names[i] != '\0'; i++) {
        const int repeats = o->kind == PS_OPTION_REPEAT || o->kind == PS_OPTION_LIST;
        (void)printf("            '%s%s[", repeats ? "*" : "", names[i]);
        put_quoted(o->doc[lang], "[]:\\");
        (void)putchar(']');
        if (o->kind != PS_OPTION_FLAG) {
            (void)putchar(':');
            put_quoted(o->argument[lang], "[]:\\");
            (void)putchar(':');
        }
        if (o->kind == PS_OPTION_CHOICE) {
            (void)putchar('(');
            put_words(o->argument[PS_LANG_EN], ' ');
            (void)putchar(')');
        } else if (o == ps_option_desc(PS_OPT_OUT)) {
            (void)fputs("_files -/", stdout);
        }
        (void)puts("' \\");
    }
}

static void put_zsh(enum ps_lang lang)
{
    (void)puts("#compdef pledgesim\n"
               "_pledgesim() {\n"
               "    local -a verbs=(");
    for (enum ps_verb i = 0; i < PS_VERB_N; i++) {
        (void)printf("        '%s:", ps_verb_desc(i)->name);
        put_quoted(ps_verb_desc(i)->doc[lang], ":\\");
        (void)puts("'");
    }
    (void)puts("    )\n"
               "    if (( CURRENT == 2 )); then\n"
               "        _describe command verbs\n"
               "        return\n"
               "    fi\n"
               "    case $words[2] in");
    for (enum ps_verb verb = 0; verb < PS_VERB_N; verb++) {
        (void)printf("    %s)\n        _arguments \\\n", ps_verb_desc(verb)->name);
        for (enum ps_option i = 0; i < PS_OPT_N; i++) {
            if (serves(ps_option_desc(i), verb)) {
                zsh_option(ps_option_desc(i), lang);
            }
        }
        if (verb == PS_VERB_HELP || verb == PS_VERB_COMPLETION) {
            (void)fputs("            '2:: :(", stdout);
            if (verb == PS_VERB_HELP) {
                put_verbs();
            } else {
                put_words(ps_verb_desc(verb)->operand[PS_LANG_EN], ' ');
            }
            (void)puts(")' ;;");
        } else {
            (void)puts(takes_book(verb) ? "            '2: :_files' ;;" : "            '*: :' ;;");
        }
    }
    (void)puts("    esac\n"
               "}\n"
               "_pledgesim \"$@\"");
}

/* ---- fish ---- */

static void fish_option(enum ps_verb verb, const struct ps_option_desc *o, enum ps_lang lang)
{
    (void)printf("complete -c pledgesim -n '__fish_seen_subcommand_from %s' -l %s",
                 ps_verb_desc(verb)->name, o->name);
    if (o->letter != 0) {
        (void)printf(" -s %c", o->letter);
    }
    if (o->kind == PS_OPTION_CHOICE) {
        (void)fputs(" -x -a '", stdout);
        put_words(o->argument[PS_LANG_EN], ' ');
        (void)putchar('\'');
    } else if (o->kind != PS_OPTION_FLAG) {
        (void)fputs(o == ps_option_desc(PS_OPT_OUT) ? " -r" : " -x", stdout);
    }
    (void)fputs(" -d '", stdout);
    put_quoted(o->doc[lang], "\\");
    (void)puts("'");
}

static void put_fish(enum ps_lang lang)
{
    (void)puts("# fish completion of pledgesim");
    for (enum ps_verb verb = 0; verb < PS_VERB_N; verb++) {
        const struct ps_verb_desc *v = ps_verb_desc(verb);
        (void)printf("complete -c pledgesim -n __fish_use_subcommand -f -a %s -d '", v->name);
        put_quoted(v->doc[lang], "\\");
        (void)puts("'");
        for (enum ps_option i = 0; i < PS_OPT_N; i++) {
            if (serves(ps_option_desc(i), verb)) {
                fish_option(verb, ps_option_desc(i), lang);
            }
        }
    }
    (void)fputs("complete -c pledgesim -n '__fish_seen_subcommand_from completion' -f -a '",
                stdout);
    put_words(ps_verb_desc(PS_VERB_COMPLETION)->operand[PS_LANG_EN], ' ');
    (void)puts("'");
    (void)fputs("complete -c pledgesim -n '__fish_seen_subcommand_from help' -f -a '", stdout);
    put_verbs();
    (void)puts("'");
}

enum ps_status ps_cmd_completion(const struct ps_command *command)
{
    const char *shell = command->operand;
    if (strcmp(shell, "bash") == 0) {
        put_bash();
    } else if (strcmp(shell, "zsh") == 0) {
        put_zsh(command->lang);
    } else if (strcmp(shell, "fish") == 0) {
        put_fish(command->lang);
    } else {
        ps_complain(command->lang, PS_SAY_SHELL_UNKNOWN, PS_ARGS(shell));
        return ps_status_raise(PS_USAGE);
    }
    return PS_OK;
}
