// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/diagprint.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <utf8proc.h>

#define SOURCE_WIDTH 100 /* terminal columns of a shown source line */
#define CARET_AT_MOST 60 /* the caret stands no further right in a cut line */
#define VALUE_WIDTH 60
#define TAB_WIDTH 8

/* ---- characters as the terminal shows them ---- */

struct glyph {
    char text[16];
    size_t width;
    size_t bytes_n; /* consumed from the source */
};

/* Characters that a terminal would obey or hide: controls, format characters such as direction
 * marks, separators of lines, unassigned and private ones. */
static int is_hidden(utf8proc_int32_t code)
{
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return 1;
    default:
        return 0;
    }
}

/* The glyph at the start of text, which is not empty. */
static struct glyph glyph_at(const char *text)
{
    struct glyph glyph = {.bytes_n = 1};
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
    if (n <= 0) {
        (void)snprintf(glyph.text, sizeof glyph.text, "<0x%02X>", (unsigned)(unsigned char)*text);
        glyph.width = strlen(glyph.text);
        return glyph;
    }
    glyph.bytes_n = (size_t)n;
    if (is_hidden(code)) {
        (void)snprintf(glyph.text, sizeof glyph.text, "<U+%04X>", (unsigned)code);
        glyph.width = strlen(glyph.text);
        return glyph;
    }
    memcpy(glyph.text, text, glyph.bytes_n);
    const int width = utf8proc_charwidth(code);
    glyph.width = width > 0 ? (size_t)width : 0;
    return glyph;
}

/* The same in a source line, where a tab advances to the next stop. */
static struct glyph source_glyph_at(const char *text, size_t at)
{
    if (*text != '\t') {
        return glyph_at(text);
    }
    struct glyph glyph = {.bytes_n = 1, .width = TAB_WIDTH - at % TAB_WIDTH};
    memset(glyph.text, ' ', glyph.width);
    return glyph;
}

void ps_print_shown(FILE *out, const char *text, size_t max_width)
{
    size_t width = 0;
    while (*text != '\0') {
        const struct glyph glyph = glyph_at(text);
        if (max_width != 0 && width + glyph.width > max_width) {
            (void)fputs("...", out);
            return;
        }
        (void)fputs(glyph.text, out);
        width += glyph.width;
        text += glyph.bytes_n;
    }
}

/* ---- the source line with its caret ---- */

struct span {
    size_t start, end; /* terminal columns of the marked text, from 0 */
    size_t total;      /* width of the whole line */
};

/* Where the character `column` of the line stands, and how far the value goes when it stands there
 * word by word. */
static struct span measure(const char *source, long column, const char *value)
{
    struct span span = {0};
    size_t at = 0, value_left = 0;
    long character = 1;
    const char *p = source;
    for (; *p != '\0'; character++) {
        if (character == column) {
            const size_t n = value == NULL ? 0 : strlen(value);
            span.start = at;
            value_left = n > 0 && strncmp(p, value, n) == 0 ? n : 1;
        }
        const struct glyph glyph = source_glyph_at(p, at);
        at += glyph.width;
        p += glyph.bytes_n;
        if (value_left > 0) {
            span.end = at;
            value_left -= glyph.bytes_n < value_left ? glyph.bytes_n : value_left;
        }
    }
    if (column >= character) { /* behind the end, e.g. a row that is too short */
        span.start = at;
    }
    if (span.end <= span.start) {
        span.end = span.start + 1;
    }
    span.total = at;
    return span;
}

static void put_many(FILE *out, char c, size_t n)
{
    for (; n > 0; n--) {
        (void)fputc(c, out);
    }
}

static void print_source(FILE *out, const struct ps_diag *diag, const struct ps_diag_style *style)
{
    const struct ps_place *place = &diag->place;
    const struct span span = measure(place->source, place->column, diag->value);
    size_t from = 0;
    if (span.total > SOURCE_WIDTH && span.start > CARET_AT_MOST) {
        from = span.start - CARET_AT_MOST;
    }
    size_t at = 0, shown_from = from;
    int cut = 0, begun = 0;
    (void)fprintf(out, "%6ld | %s", place->line, from > 0 ? "..." : "");
    for (const char *p = place->source; *p != '\0' && !cut;) {
        const struct glyph glyph = source_glyph_at(p, at);
        if (at >= from && at + glyph.width <= from + SOURCE_WIDTH) {
            shown_from = begun ? shown_from : at;
            begun = 1;
            (void)fputs(glyph.text, out);
        }
        at += glyph.width;
        p += glyph.bytes_n;
        cut = at > from + SOURCE_WIDTH;
    }
    (void)fputs(cut ? "...\n" : "\n", out);
    if (place->column < 1 || span.start < shown_from) {
        return;
    }
    const size_t window_end = shown_from + SOURCE_WIDTH;
    const size_t end = span.end < window_end || span.start >= window_end ? span.end : window_end;
    (void)fputs("       | ", out);
    put_many(out, ' ', span.start - shown_from + (from > 0 ? 3 : 0));
    (void)fputs(style->colour ? "\033[1;32m^" : "^", out);
    put_many(out, '~', end - span.start - 1);
    (void)fputs(style->colour ? "\033[0m\n" : "\n", out);
}

/* ---- one diagnostic ---- */

static const char *const SEVERITY[PS_LANG_N][3] = {
    [PS_LANG_ZH] = {[PS_NOTE] = "说明", [PS_WARNING] = "警告", [PS_ERROR] = "错误"},
    [PS_LANG_EN] = {[PS_NOTE] = "note", [PS_WARNING] = "warning", [PS_ERROR] = "error"},
};
static const char *const COLOUR[3] = {
    [PS_NOTE] = "\033[1;36m", [PS_WARNING] = "\033[1;33m", [PS_ERROR] = "\033[1;31m"};

static void print_place(FILE *out, const struct ps_place *place, enum ps_lang lang)
{
    if (place->file != NULL) {
        (void)fputc(' ', out);
        ps_print_shown(out, place->file, 0);
    }
    if (place->line > 0) {
        (void)fprintf(out, ":%ld", place->line);
        if (place->column > 0) {
            (void)fprintf(out, ":%ld", place->column);
        }
    }
    if (place->field > 0 && place->row > 0) {
        char cell[32];
        (void)fprintf(out, lang == PS_LANG_ZH ? " (单元格 %s)" : " (cell %s)",
                      ps_place_cell(place, cell));
    }
}

/* The filled-in text, or the form itself when there is no memory to fill it in. */
static void print_filled(FILE *out, char *filled, const char *form)
{
    ps_print_shown(out, filled == NULL ? form : filled, 0);
    (void)fputc('\n', out);
    free(filled);
}

static void print_one(FILE *out, const struct ps_diag *diag, const struct ps_diag_style *style)
{
    const struct ps_diag_kind *kind = ps_diag_kind(diag->code);
    const enum ps_lang lang = style->lang;
    (void)fprintf(out, "%s%s%s", style->colour ? "\033[1m" : "", kind->code,
                  style->colour ? "\033[0m" : "");
    print_place(out, &diag->place, lang);
    (void)fprintf(out, ": %s%s%s: ", style->colour ? COLOUR[kind->severity] : "",
                  SEVERITY[lang][kind->severity], style->colour ? "\033[0m" : "");
    if (diag->value != NULL) {
        (void)fputs(lang == PS_LANG_ZH ? "“" : "\"", out);
        ps_print_shown(out, diag->value, VALUE_WIDTH);
        (void)fputs(lang == PS_LANG_ZH ? "”: " : "\": ", out);
    }
    print_filled(out, ps_diag_rule(diag, lang), kind->rule[lang]);
    if (*kind->hint[lang] != '\0') {
        (void)fputs(lang == PS_LANG_ZH ? "  提示: " : "  hint: ", out);
        print_filled(out, ps_diag_hint(diag, lang), kind->hint[lang]);
    }
    if (diag->place.source != NULL) {
        print_source(out, diag, style);
    }
}

/* ---- all ---- */

static void print_counts(FILE *out, const struct ps_diags *diags, size_t shown_n, enum ps_lang lang)
{
    const size_t all_n = diags->errors_n + diags->warnings_n + diags->notes_n;
    if (all_n == 0) {
        return;
    }
    if (lang == PS_LANG_ZH) {
        (void)fprintf(out, "共 %zu 个错误，%zu 个警告，%zu 条说明", diags->errors_n,
                      diags->warnings_n, diags->notes_n);
        if (shown_n < all_n) {
            (void)fprintf(out, "；另有 %zu 项未列出", all_n - shown_n);
        }
        (void)fputs("。\n", out);
        return;
    }
    (void)fprintf(out, "%zu error%s, %zu warning%s, %zu note%s", diags->errors_n,
                  diags->errors_n == 1 ? "" : "s", diags->warnings_n,
                  diags->warnings_n == 1 ? "" : "s", diags->notes_n,
                  diags->notes_n == 1 ? "" : "s");
    if (shown_n < all_n) {
        (void)fprintf(out, "; %zu more not shown", all_n - shown_n);
    }
    (void)fputs(".\n", out);
}

void ps_diags_print(FILE *out, const struct ps_diags *diags, const struct ps_diag_style *style)
{
    const size_t limit = style->limit == 0 ? diags->n : style->limit;
    size_t shown_n = 0;
    if (diags->n <= limit) {
        for (; shown_n < diags->n; shown_n++) {
            print_one(out, &diags->items[shown_n], style);
        }
    } else {
        static const enum ps_severity ORDER[] = {PS_ERROR, PS_WARNING, PS_NOTE};
        for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++) {
            for (size_t i = 0; i < diags->n && shown_n < limit; i++) {
                if (ps_diag_kind(diags->items[i].code)->severity == ORDER[k]) {
                    print_one(out, &diags->items[i], style);
                    shown_n++;
                }
            }
        }
    }
    print_counts(out, diags, shown_n, style->lang);
}

/* ---- JSON ---- */

/* A JSON string; bytes that are no UTF-8 (file names may hold any) are replaced by "?". */
static json_t *json_text(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *string = json_string(text);
    if (string != NULL) {
        return string;
    }
    char *copy = malloc(strlen(text) + 1);
    if (copy == NULL) {
        return NULL;
    }
    char *end = copy;
    while (*text != '\0') {
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
        if (n <= 0) {
            *end++ = '?';
            text++;
        } else {
            memcpy(end, text, (size_t)n);
            end += n;
            text += n;
        }
    }
    *end = '\0';
    string = json_string(copy);
    free(copy);
    return string;
}

static json_t *json_position(long position)
{
    return position > 0 ? json_integer(position) : json_null();
}

static json_t *json_one(const struct ps_diag *diag, enum ps_lang lang)
{
    const struct ps_diag_kind *kind = ps_diag_kind(diag->code);
    const struct ps_place *place = &diag->place;
    char cell[32];
    const int has_cell = place->field > 0 && place->row > 0;
    char *rule = ps_diag_rule(diag, lang);
    char *hint = ps_diag_hint(diag, lang);
    json_t *object = json_object();
    int failed = rule == NULL || hint == NULL || object == NULL;
    failed |= json_object_set_new(object, "code", json_text(kind->code));
    failed |=
        json_object_set_new(object, "severity", json_text(SEVERITY[PS_LANG_EN][kind->severity]));
    failed |= json_object_set_new(object, "file", json_text(place->file));
    failed |= json_object_set_new(object, "line", json_position(place->line));
    failed |= json_object_set_new(object, "column", json_position(place->column));
    failed |= json_object_set_new(object, "cell",
                                  has_cell ? json_text(ps_place_cell(place, cell)) : json_null());
    failed |= json_object_set_new(object, "value", json_text(diag->value));
    failed |= json_object_set_new(object, "rule", json_text(rule));
    failed |= json_object_set_new(object, "hint", json_text(hint));
    free(rule);
    free(hint);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

enum ps_status ps_diags_print_json(FILE *out, const struct ps_diags *diags, enum ps_lang lang)
{
    enum ps_status status = PS_OK;
    json_t *list = json_array();
    json_t *document = json_object();
    int failed = list == NULL || document == NULL;
    for (size_t i = 0; i < diags->n && !failed; i++) {
        failed |= json_array_append_new(list, json_one(&diags->items[i], lang));
    }
    failed |= json_object_set(document, "diagnostics", list);
    failed |= json_object_set_new(document, "errors", json_integer((json_int_t)diags->errors_n));
    failed |=
        json_object_set_new(document, "warnings", json_integer((json_int_t)diags->warnings_n));
    failed |= json_object_set_new(document, "notes", json_integer((json_int_t)diags->notes_n));
    if (failed) {
        status = ps_status_raise(PS_MEMORY);
    } else if (json_dumpf(document, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF) {
        status = ps_status_raise(PS_IO);
    }
    json_decref(list);
    json_decref(document);
    return status;
}
