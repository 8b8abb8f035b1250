// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/errors.h"

static const struct {
    const char *key;
    const char *text[PS_LANG_N];
} WORDS[PS_WORD_N] = {
#define PS_WORD(symbol, en, zh) {#symbol, {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en}},
#include "page_words.def"
#undef PS_WORD
};

static const char *const CLASSES[PS_LANG_N] = {[PS_LANG_ZH] = "zh", [PS_LANG_EN] = "en"};
static const char *const TAGS[PS_LANG_N] = {[PS_LANG_ZH] = "zh-CN", [PS_LANG_EN] = "en"};

const char *ps_word_key(enum ps_word word)
{
    return WORDS[word].key;
}

const char *ps_word_text(enum ps_word word, enum ps_lang lang)
{
    return WORDS[word].text[lang];
}

static void put_inert(FILE *out, char c)
{
    switch (c) {
    case '&':
        (void)fputs("&amp;", out);
        break;
    case '<':
        (void)fputs("&lt;", out);
        break;
    case '>':
        (void)fputs("&gt;", out);
        break;
    case '"':
        (void)fputs("&quot;", out);
        break;
    case '\'':
        (void)fputs("&#39;", out);
        break;
    default:
        (void)fputc((unsigned char)c < ' ' || c == 0x7f ? ' ' : c, out);
    }
}

/* Does the text hold a character that turns the direction of what follows (U+202A to U+202E, U+2066
 * to U+2069, U+200E, U+200F)? */
static int turns(const char *text)
{
    for (const char *p = text; (p = strchr(p, '\xe2')) != NULL; p++)
        if ((p[1] == '\x80' &&
             ((p[2] >= '\xaa' && p[2] <= '\xae') || p[2] == '\x8e' || p[2] == '\x8f')) ||
            (p[1] == '\x81' && p[2] >= '\xa6' && p[2] <= '\xa9'))
            return 1;
    return 0;
}

void ps_page_plain(const struct ps_page *page, const char *text)
{
    for (; *text != '\0'; text++)
        put_inert(page->out, *text);
}

void ps_page_text(const struct ps_page *page, const char *text)
{
    const int isolated = turns(text);
    (void)fputs(isolated ? "<bdi>" : "", page->out);
    ps_page_plain(page, text);
    (void)fputs(isolated ? "</bdi>" : "", page->out);
}

/* The argument that {digit} at p stands for, or NULL when p is no such place. */
static const char *argument_at(const char *p, const char *const args[])
{
    if (p[0] != '{' || p[1] < '0' || p[1] > '9' || p[2] != '}' || args == NULL)
        return NULL;
    int n = p[1] - '0';
    while (n > 0 && *args != NULL) {
        args++;
        n--;
    }
    return *args == NULL ? "" : *args;
}

void ps_page_say(const struct ps_page *page, enum ps_word word, const char *const args[])
{
    for (const char *p = WORDS[word].text[page->lang]; *p != '\0';) {
        const char *argument = argument_at(p, args);
        if (argument == NULL) {
            put_inert(page->out, *p++);
        } else {
            ps_page_text(page, argument);
            p += 3;
        }
    }
}

struct ps_page_said ps_page_said(enum ps_lang lang, enum ps_word word, const char *const args[])
{
    struct ps_page_said out;
    size_t at = 0;
    for (const char *p = WORDS[word].text[lang]; *p != '\0';) {
        const char *argument = argument_at(p, args);
        const char one[2] = {*p, '\0'};
        const char *piece = argument == NULL ? one : argument;
        const size_t n = strlen(piece);
        p += argument == NULL ? 1 : 3;
        if (n < sizeof out.s - at) {
            memcpy(out.s + at, piece, n);
            at += n;
        }
    }
    out.s[at] = '\0';
    return out;
}

void ps_page_both(struct ps_page *page, const char *tag, ps_page_block *block)
{
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        page->lang = (enum ps_lang)lang;
        (void)fprintf(page->out, "<%s class=\"%s\" lang=\"%s\">", tag, CLASSES[lang], TAGS[lang]);
        block(page);
        (void)fprintf(page->out, "</%s>\n", tag);
    }
}

void ps_page_word(struct ps_page *page, const char *tag, enum ps_word word)
{
    for (int lang = 0; lang < PS_LANG_N; lang++) {
        page->lang = (enum ps_lang)lang;
        (void)fprintf(page->out, "<%s class=\"%s\" lang=\"%s\">", tag, CLASSES[lang], TAGS[lang]);
        ps_page_say(page, word, NULL);
        (void)fprintf(page->out, "</%s>", tag);
    }
}

enum ps_word ps_page_no_outlook(const struct ps_page *page)
{
    return page->request->worlds_n < PS_OUTLOOK_WORLDS_LEAST ? PS_WORD_NO_OUTLOOK_WORLDS
                                                             : PS_WORD_NO_OUTLOOK_POOLS;
}

int ps_page_any_target(const struct ps_page *page)
{
    const struct ps_book *book = page->request->book;
    for (size_t i = 0; i < book->scenarios_n; i++)
        if (ps_has_target(&book->scenarios[i]))
            return 1;
    return 0;
}

/* ---- figures in words ---- */

/* From 100 million yuan on, or in English from a million, in the larger unit. */
struct ps_page_said ps_page_money(enum ps_lang lang, int64_t fen)
{
    const int64_t unit = lang == PS_LANG_ZH ? INT64_C(10000000000) : INT64_C(100000000);
    if (fen < unit)
        return ps_page_said(lang, PS_WORD_MONEY_WAN, PS_PAGE_ARGS(ps_text_money(fen).s));
    /* ps_text_money divides by 10^6, the unit is 10^10 or 10^8. */
    const struct ps_text large = ps_text_money(fen / (unit / 1000000));
    return ps_page_said(lang, PS_WORD_MONEY_LARGE, PS_PAGE_ARGS(large.s));
}

struct ps_page_said ps_page_amount(enum ps_lang lang, double wan, struct ps_interval wan_interval)
{
    return ps_page_said(lang, PS_WORD_AMOUNT,
                        PS_PAGE_ARGS(ps_text_wan(wan).s, ps_text_wan(wan_interval.lo).s,
                                     ps_text_wan(wan_interval.hi).s));
}

int ps_page_never(const struct ps_row *row, enum ps_measure measure)
{
    const struct ps_moments *m = &row->moments[measure];
    return m->n > 0 && m->min == 0 && m->max == 0;
}

struct ps_page_said ps_page_mean(enum ps_lang lang, const struct ps_row *row,
                                 enum ps_measure measure)
{
    const double divisor = ps_measure_divisor(measure);
    const struct ps_interval i = ps_row_mean_interval(row, measure, 0.95);
    if (ps_page_never(row, measure))
        return ps_page_said(lang, PS_WORD_IN_NONE,
                            PS_PAGE_ARGS(ps_text_count(row->moments[measure].n).s));
    return ps_page_amount(lang, ps_row_mean(row, measure).value / divisor,
                          (struct ps_interval){i.lo / divisor, i.hi / divisor});
}
