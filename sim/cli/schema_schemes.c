// SPDX-License-Identifier: GPL-3.0-or-later
#include "schema.h"

#include <jansson.h>

#include "terminal.h"

/* The official schemes of schemes.def: for people, as Markdown in both languages, as JSON. */

static const char BANK[] = "bank_share_pct";

void ps_schema_scheme(const struct ps_scheme *s, enum ps_lang lang)
{
    (void)printf("%s: %s\n", s->id, s->doc[lang]);
    for (size_t k = 0; k < s->terms_n; k++) {
        (void)printf("  %-22s %-10s %s\n", s->terms[k].column, s->terms[k].value, s->terms[k].mark);
    }
    (void)printf("  %-22s %-10s %s\n", BANK, s->bank_pct, ps_message(PS_SAY_SCHEMA_REST, lang));
    if (s->note[lang][0] != '\0') {
        (void)printf("  %s: %s\n", ps_message(PS_SAY_SCHEMA_NOTE, lang), s->note[lang]);
    }
    (void)printf("  %s: %s\n", ps_message(PS_SAY_SCHEMA_SOURCE, lang), s->source);
}

/* "name; note" */
static void add_named(struct ps_grid *grid, const struct ps_scheme *s, enum ps_lang lang)
{
    char text[1024];
    const char *between = s->note[lang][0] == '\0' ? "" : lang == PS_LANG_ZH ? "；" : "; ";
    (void)snprintf(text, sizeof text, "%s%s%s", s->doc[lang], between, s->note[lang]);
    ps_grid_add(grid, text, 0);
}

static void add_row(struct ps_grid *grid, const struct ps_scheme *s)
{
    char terms[1024];
    size_t n = 0;
    for (size_t k = 0; k < s->terms_n && n < sizeof terms; k++) {
        n += (size_t)snprintf(terms + n, sizeof terms - n, "%s %s %s; ", s->terms[k].column,
                              s->terms[k].value, s->terms[k].mark);
    }
    if (n < sizeof terms) {
        (void)snprintf(terms + n, sizeof terms - n, "%s %s %s", BANK, s->bank_pct,
                       ps_message(PS_SAY_SCHEMA_REST, PS_LANG_EN));
    }
    ps_grid_add(grid, s->id, 0);
    ps_grid_add(grid, terms, 0);
    ps_grid_add(grid, s->source, 0);
    add_named(grid, s, PS_LANG_ZH);
    add_named(grid, s, PS_LANG_EN);
}

static enum ps_status put_markdown(const struct ps_scheme *schemes, size_t n)
{
    static const enum ps_message HEADS[] = {PS_SAY_SCHEMA_SCHEME, PS_SAY_SCHEMA_TERMS,
                                            PS_SAY_SCHEMA_SOURCE};
    struct ps_grid grid = {.columns_n = 5};
    (void)printf("\n## %s\n\n%s / %s\n\n", PS_SCHEMA_SCHEMES,
                 ps_message(PS_SAY_SCHEMA_SCHEMES_DOC, PS_LANG_ZH),
                 ps_message(PS_SAY_SCHEMA_SCHEMES_DOC, PS_LANG_EN));
    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++) {
        char both[96];
        (void)snprintf(both, sizeof both, "%s / %s", ps_message(HEADS[i], PS_LANG_ZH),
                       ps_message(HEADS[i], PS_LANG_EN));
        ps_grid_add(&grid, both, 0);
    }
    ps_grid_add(&grid, "中文", 0);
    ps_grid_add(&grid, "English", 0);
    for (size_t i = 0; i < n; i++) {
        add_row(&grid, &schemes[i]);
    }
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_MARKDOWN);
    ps_grid_free(&grid);
    return status;
}

enum ps_status ps_schema_schemes(enum ps_lang lang, int markdown)
{
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    if (markdown) {
        return put_markdown(schemes, n);
    }
    (void)printf("%s\n", ps_message(PS_SAY_SCHEMA_SCHEMES_DOC, lang));
    for (size_t i = 0; i < n; i++) {
        (void)putchar('\n');
        ps_schema_scheme(&schemes[i], lang);
    }
    return PS_OK;
}

/* ---- JSON ---- */

static json_t *scheme_json(const struct ps_scheme *s)
{
    json_t *terms = json_array();
    for (size_t k = 0; terms != NULL && k < s->terms_n; k++) {
        const struct ps_scheme_term *t = &s->terms[k];
        if (json_array_append_new(terms, json_pack("{s: s, s: s, s: s}", "column", t->column,
                                                   "value", t->value, "basis", t->mark)) != 0) {
            json_decref(terms);
            terms = NULL;
        }
    }
    if (terms == NULL) {
        return NULL;
    }
    return json_pack("{s: s, s: o, s: s, s: s, s: s, s: s, s: s, s: s}", "name", s->id, "terms",
                     terms, BANK, s->bank_pct, "source", s->source, "zh", s->doc[PS_LANG_ZH], "en",
                     s->doc[PS_LANG_EN], "note_zh", s->note[PS_LANG_ZH], "note_en",
                     s->note[PS_LANG_EN]);
}

enum ps_status ps_schema_schemes_json(void)
{
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    json_t *list = json_array();
    int fine = list != NULL;
    for (size_t i = 0; fine && i < n; i++) {
        json_t *one = scheme_json(&schemes[i]);
        fine = one != NULL && json_array_append_new(list, one) == 0;
    }
    json_t *document = fine ? json_pack("{s: O}", "schemes", list) : NULL;
    json_decref(list);
    if (document == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    const int failed = json_dumpf(document, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF;
    json_decref(document);
    return failed ? ps_status_raise(PS_IO) : PS_OK;
}
