// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"
#include "pledgesim/embedded.h"
#include "pledgesim/sha256.h"

/* What each value rests on: the mark of its preset where it is the preset, what the Bishan book's
 * sources say where its file is unchanged, an official scheme, or nothing that the program knows.
 */

static const struct {
    const char *key; /* "": no mark of tables.def */
    const char *name[PS_LANG_N], *meaning[PS_LANG_N];
} KINDS[PS_BASIS_N] = {
#define PS_BASIS(symbol, key, en, zh, en_meaning, zh_meaning)                                      \
    {key,                                                                                          \
     {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},                                                       \
     {[PS_LANG_ZH] = zh_meaning, [PS_LANG_EN] = en_meaning}},
#define PS_MARK_ZH(mark, zh)
#define PS_SHIPPED(file, row, column, mark)
#include "basis.def"
#undef PS_BASIS
#undef PS_MARK_ZH
#undef PS_SHIPPED
};

static const struct {
    const char *mark, *zh;
} MARKS_ZH[] = {
#define PS_BASIS(symbol, key, en, zh, en_meaning, zh_meaning)
#define PS_MARK_ZH(mark, zh) {mark, zh},
#define PS_SHIPPED(file, row, column, mark)
#include "basis.def"
#undef PS_BASIS
#undef PS_MARK_ZH
#undef PS_SHIPPED
};

static const struct {
    const char *file, *row, *column, *mark;
} SHIPPED[] = {
#define PS_BASIS(symbol, key, en, zh, en_meaning, zh_meaning)
#define PS_MARK_ZH(mark, zh)
#define PS_SHIPPED(file, row, column, mark) {file, row, column, mark},
#include "basis.def"
#undef PS_BASIS
#undef PS_MARK_ZH
#undef PS_SHIPPED
};

static const char BUILT_IN[] = "built-in ", BOOK[] = "bishan/";

static enum ps_basis kind_of(const char *mark)
{
    for (int b = 0; b < PS_BASIS_N; b++)
        if (*KINDS[b].key != '\0' && strncmp(mark, KINDS[b].key, strlen(KINDS[b].key)) == 0)
            return (enum ps_basis)b;
    return PS_BASIS_ENTERED;
}

/* Is the input byte for byte the file of the Bishan book? */
static int is_shipped(const struct ps_input_file *input)
{
    for (size_t k = 0; k < ps_embedded_files_n; k++) {
        const struct ps_embedded_file *own = &ps_embedded_files[k];
        char sha256[PS_SHA256_HEX_SIZE];
        if (strncmp(own->path, BOOK, strlen(BOOK)) != 0 ||
            strcmp(own->path + strlen(BOOK), input->name) != 0)
            continue;
        ps_sha256_of(own->bytes, own->size, sha256);
        return strcmp(sha256, input->sha256) == 0;
    }
    return 0;
}

void ps_page_find_shipped(struct ps_page *page)
{
    const struct ps_book *book = page->request->book;
    for (size_t i = 0; i < book->inputs_n && i < 64; i++)
        page->shipped |= (uint64_t)is_shipped(&book->inputs[i]) << i;
}

/* The same by the name of the file. */
static int is_shipped_file(const struct ps_page *page, const char *file, size_t file_n)
{
    const struct ps_book *book = page->request->book;
    for (size_t i = 0; i < book->inputs_n && i < 64; i++)
        if ((page->shipped >> i & 1) != 0 && strlen(book->inputs[i].name) == file_n &&
            strncmp(book->inputs[i].name, file, file_n) == 0)
            return 1;
    return 0;
}

static const char *shipped_mark(const struct ps_resolved *line, const char *file, size_t file_n)
{
    for (size_t i = 0; i < sizeof SHIPPED / sizeof *SHIPPED; i++)
        if (strlen(SHIPPED[i].file) == file_n && strncmp(SHIPPED[i].file, file, file_n) == 0 &&
            (*SHIPPED[i].row == '\0' || strcmp(SHIPPED[i].row, line->row_id) == 0) &&
            (*SHIPPED[i].column == '\0' || strcmp(SHIPPED[i].column, line->column->column) == 0))
            return SHIPPED[i].mark;
    return line->column->mark;
}

/* The mark of a value; NULL where there is none. */
static const char *mark_of(const struct ps_page *page, const struct ps_resolved *line)
{
    const char *origin = line->origin;
    if (strncmp(origin, "scheme ", 7) == 0)
        return "[found: official scheme]";
    const int built_in = strncmp(origin, BUILT_IN, strlen(BUILT_IN)) == 0;
    const char *file = built_in ? origin + strlen(BUILT_IN) : origin;
    const size_t file_n = strcspn(file, "!");
    if (built_in || is_shipped_file(page, file, file_n))
        return shipped_mark(line, file, file_n);
    return strcmp(origin, "default") == 0 || strcmp(line->value, line->column->preset) == 0
               ? line->column->mark
               : NULL;
}

struct ps_basis_text ps_page_basis_of(const struct ps_page *page, const struct ps_resolved *line)
{
    const enum ps_lang lang = page->lang;
    const char *mark = *line->origin == '=' ? NULL : mark_of(page, line);
    struct ps_basis_text out = {.basis = mark == NULL ? PS_BASIS_ENTERED : kind_of(mark)};
    const char *name = KINDS[out.basis].name[lang];
    if (*line->origin == '=' || line->column->scope == PS_SCOPE_NAME)
        return out; /* rests on what the other value does; a name on nothing */
    const char *more = mark == NULL ? NULL : strchr(mark, ':');
    if (more != NULL && lang == PS_LANG_EN)
        (void)snprintf(out.s, sizeof out.s, "%s%.*s", name, (int)(strlen(more) - 1), more);
    else
        (void)snprintf(out.s, sizeof out.s, "%s", name);
    for (size_t i = 0; more != NULL && lang == PS_LANG_ZH && i < sizeof MARKS_ZH / sizeof *MARKS_ZH;
         i++)
        if (strcmp(mark, MARKS_ZH[i].mark) == 0)
            (void)snprintf(out.s, sizeof out.s, "%s", MARKS_ZH[i].zh);
    return out;
}

/* Names of rows and tables are no parameters, nor is what is not given or follows another value. */
static int is_parameter(const struct ps_resolved *line)
{
    const enum ps_kind kind = line->column->kind;
    return line->scenario == 0 && line->column->scope != PS_SCOPE_NAME && kind != PS_KIND_ID &&
           kind != PS_KIND_REF && kind != PS_KIND_TEXT && *line->value != '\0' &&
           *line->origin != '=';
}

/* The weakest basis of a column's values in the first scenario; PS_BASIS_N: has none. */
static enum ps_basis weakest(const struct ps_page *page, const struct ps_column_desc *column)
{
    const struct ps_book *book = page->request->book;
    enum ps_basis out = PS_BASIS_N;
    for (size_t i = 0; i < book->resolved_n && book->resolved[i].scenario == 0; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (line->column != column || !is_parameter(line))
            continue;
        const enum ps_basis basis = ps_page_basis_of(page, line).basis;
        if (out == PS_BASIS_N || basis > out)
            out = basis;
    }
    return out;
}

struct count {
    uint64_t n[PS_BASIS_N], all_n;
};

/* How many columns rest on what. */
static struct count count_of(const struct ps_page *page)
{
    struct count out = {{0}, 0};
    for (int t = 0; t < PS_TABLE_N; t++) {
        const struct ps_table_desc *table = ps_table_desc((enum ps_table)t);
        for (size_t k = 0; k < table->columns_n; k++) {
            const enum ps_basis basis = weakest(page, &table->columns[k]);
            if (basis == PS_BASIS_N)
                continue;
            out.n[basis]++;
            out.all_n++;
        }
    }
    return out;
}

/* " (one-year probability of default, ..)": of the parameters that matter most those with this
 * basis. */
static struct ps_page_said examples(const struct ps_page *page, enum ps_basis basis)
{
    static const struct {
        enum ps_table table;
        const char *column;
    } TOLD[] = {{PS_TABLE_segments, "pd_pct"},
                {PS_TABLE_segments, "correlation"},
                {PS_TABLE_ip_kinds, "price_mean_pct"},
                {PS_TABLE_demand, "new_firms_n"}};
    struct ps_page_said list = {""};
    size_t at = 0;
    for (size_t i = 0; i < sizeof TOLD / sizeof *TOLD; i++) {
        const struct ps_column_desc *column = ps_page_column(TOLD[i].table, TOLD[i].column);
        if (column != NULL && weakest(page, column) == basis)
            at += (size_t)snprintf(list.s + at, sizeof list.s - at, "%s%s",
                                   at > 0 ? ps_word_text(PS_WORD_LIST_COMMA, page->lang) : "",
                                   column->doc[page->lang]);
    }
    return at == 0 ? list : ps_page_said(page->lang, PS_WORD_BASIS_EXAMPLES, PS_PAGE_ARGS(list.s));
}

void ps_page_basis(struct ps_page *page)
{
    const struct count count = count_of(page);
    (void)fputs("<p class=\"basis\">", page->out);
    ps_page_say(page, PS_WORD_BASIS_SENTENCE,
                PS_PAGE_ARGS(ps_text_count(count.n[PS_BASIS_ASSUMPTION]).s,
                             ps_text_count(count.all_n).s, examples(page, PS_BASIS_ASSUMPTION).s,
                             ps_text_count(count.n[PS_BASIS_ENTERED]).s,
                             examples(page, PS_BASIS_ENTERED).s,
                             ps_text_count(count.n[PS_BASIS_PLAN] + count.n[PS_BASIS_FOUND]).s,
                             ps_text_count(count.n[PS_BASIS_RULE]).s));
    (void)fputs(" <a href=\"#parameters\">", page->out);
    ps_page_say(page, PS_WORD_BASIS_LINK, NULL);
    (void)fputs("</a></p>", page->out);
}

/* The kinds with what they mean and how many parameters rest on each, the weakest first. */
void ps_page_legend(struct ps_page *page)
{
    const struct count count = count_of(page);
    (void)fputs("<dl class=\"legend\">", page->out);
    for (int b = PS_BASIS_N - 1; b >= 0; b--) {
        (void)fputs("<dt>", page->out);
        ps_page_say(page, PS_WORD_BASIS_N_OF,
                    PS_PAGE_ARGS(KINDS[b].name[page->lang], ps_text_count(count.n[b]).s));
        (void)fputs("</dt><dd>", page->out);
        ps_page_text(page, KINDS[b].meaning[page->lang]);
        (void)fputs("</dd>", page->out);
    }
    (void)fputs("</dl>", page->out);
}
