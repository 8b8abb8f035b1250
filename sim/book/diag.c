// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_N (sizeof(((struct ps_diag *)0)->args) / sizeof(char *))
#define TEXT_BYTES_MAX ((size_t)16 * 1024)

static const struct ps_diag_kind KINDS[PS_DIAG_N] = {
#define PS_DIAG(symbol, code_, severity_, rule_en, rule_zh, hint_en, hint_zh, explain_en,          \
                explain_zh)                                                                        \
    [symbol] = {.code = (code_),                                                                   \
                .severity = (severity_),                                                           \
                .rule = {[PS_LANG_ZH] = (rule_zh), [PS_LANG_EN] = (rule_en)},                      \
                .hint = {[PS_LANG_ZH] = (hint_zh), [PS_LANG_EN] = (hint_en)},                      \
                .explain = {[PS_LANG_ZH] = (explain_zh), [PS_LANG_EN] = (explain_en)}},
#include "pledgesim/diagnostics.def"
#undef PS_DIAG
};

const struct ps_diag_kind *ps_diag_kind(enum ps_diag_code code)
{
    return &KINDS[code];
}

static int same_code(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        const char upper = (*b >= 'a' && *b <= 'z') ? (char)(*b - 'a' + 'A') : *b;
        if (*a != upper) {
            return 0;
        }
    }
    return *a == *b;
}

enum ps_diag_code ps_diag_find(const char *code)
{
    for (int i = 0; i < PS_DIAG_N; i++) {
        if (same_code(KINDS[i].code, code)) {
            return (enum ps_diag_code)i;
        }
    }
    return PS_DIAG_N;
}

/* A copy of at most TEXT_BYTES_MAX bytes that ends at a character. */
static char *copy_text(const char *text, int *out_of_memory)
{
    if (text == NULL) {
        return NULL;
    }
    size_t n = strlen(text);
    if (n > TEXT_BYTES_MAX) {
        n = TEXT_BYTES_MAX;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    char *copy = malloc(n + 1);
    if (copy == NULL) {
        *out_of_memory = 1;
        return NULL;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

static int make_room(struct ps_diags *diags)
{
    if (diags->n < diags->capacity) {
        return 1;
    }
    const size_t capacity = diags->capacity == 0 ? 16 : 2 * diags->capacity;
    struct ps_diag *items = realloc(diags->items, capacity * sizeof *items);
    if (items == NULL) {
        diags->out_of_memory = 1;
        return 0;
    }
    diags->items = items;
    diags->capacity = capacity;
    return 1;
}

static size_t *counter(struct ps_diags *diags, enum ps_severity severity)
{
    switch (severity) {
    case PS_ERROR:
        return &diags->errors_n;
    case PS_WARNING:
        return &diags->warnings_n;
    case PS_NOTE:
        break;
    }
    return &diags->notes_n;
}

void ps_diags_add(struct ps_diags *diags, enum ps_diag_code code, const struct ps_place *place,
                  const char *value, const char *const args[])
{
    const size_t before = (*counter(diags, KINDS[code].severity))++;
    if (before >= PS_DIAGS_STORED || !make_room(diags)) {
        return;
    }
    struct ps_diag *diag = &diags->items[diags->n++];
    *diag = (struct ps_diag){.code = code};
    if (place != NULL) {
        diag->place = *place;
        diag->place.file = copy_text(place->file, &diags->out_of_memory);
        diag->place.source = copy_text(place->source, &diags->out_of_memory);
    }
    diag->value = copy_text(value, &diags->out_of_memory);
    for (size_t i = 0; args != NULL && i < ARGS_N && args[i] != NULL; i++) {
        diag->args[i] = copy_text(args[i], &diags->out_of_memory);
    }
}

static int compare_long(long a, long b)
{
    return (a > b) - (a < b);
}

static int compare(const struct ps_diag *a, const struct ps_diag *b)
{
    int order = strcmp(a->place.file == NULL ? "" : a->place.file,
                       b->place.file == NULL ? "" : b->place.file);
    if (order == 0) {
        order = compare_long(a->place.line, b->place.line);
    }
    if (order == 0) {
        order = compare_long(a->place.column, b->place.column);
    }
    if (order == 0) {
        order = strcmp(KINDS[a->code].code, KINDS[b->code].code);
    }
    return order;
}

/* Insertion sort: stable, no allocation, a few thousand items at most, nearly sorted. */
void ps_diags_sort(struct ps_diags *diags, size_t from)
{
    for (size_t i = from + 1; i < diags->n; i++) {
        const struct ps_diag moved = diags->items[i];
        size_t j = i;
        for (; j > from && compare(&diags->items[j - 1], &moved) > 0; j--) {
            diags->items[j] = diags->items[j - 1];
        }
        diags->items[j] = moved;
    }
}

/* The strings of a diagnostic's place are its own copies behind the borrowed type of ps_place. */
static void free_owned(const char *text)
{
    union {
        const char *borrowed;
        char *owned;
    } pointer = {.borrowed = text};
    free(pointer.owned);
}

void ps_diags_move(struct ps_diags *diags, size_t from, const char *file, const char *to)
{
    for (size_t i = from; i < diags->n; i++) {
        struct ps_place *place = &diags->items[i].place;
        if (place->file != NULL && strcmp(place->file, file) == 0) {
            free_owned(place->file);
            place->file = copy_text(to, &diags->out_of_memory);
        }
    }
}

static void free_diag(struct ps_diag *diag)
{
    free_owned(diag->place.file);
    free_owned(diag->place.source);
    free(diag->value);
    for (size_t k = 0; k < ARGS_N; k++) {
        free(diag->args[k]);
    }
}

void ps_diags_drop(struct ps_diags *diags, int (*drop)(const void *of, const struct ps_diag *diag),
                   const void *of)
{
    size_t kept = 0;
    for (size_t i = 0; i < diags->n; i++) {
        struct ps_diag *diag = &diags->items[i];
        if (drop(of, diag)) {
            (*counter(diags, KINDS[diag->code].severity))--;
            free_diag(diag);
        } else {
            diags->items[kept++] = *diag;
        }
    }
    diags->n = kept;
}

void ps_diags_free(struct ps_diags *diags)
{
    for (size_t i = 0; i < diags->n; i++) {
        free_diag(&diags->items[i]);
    }
    free(diags->items);
    *diags = (struct ps_diags){0};
}

/* The argument that "{k}" at p stands for, or NULL when p is no such mark. A missing argument is
 * an empty text. */
static const char *argument_at(const char *p, char *const args[])
{
    if (p[0] != '{' || p[1] < '0' || p[1] >= '0' + (int)ARGS_N || p[2] != '}') {
        return NULL;
    }
    const char *arg = args[p[1] - '0'];
    return arg == NULL ? "" : arg;
}

static char *fill_in(const char *form, char *const args[])
{
    size_t n = 0;
    for (const char *p = form; *p != '\0';) {
        const char *arg = argument_at(p, args);
        n += arg == NULL ? 1 : strlen(arg);
        p += arg == NULL ? 1 : 3;
    }
    char *text = malloc(n + 1);
    if (text == NULL) {
        return NULL;
    }
    char *end = text;
    for (const char *p = form; *p != '\0';) {
        const char *arg = argument_at(p, args);
        if (arg == NULL) {
            *end++ = *p++;
        } else {
            const size_t arg_n = strlen(arg);
            memcpy(end, arg, arg_n);
            end += arg_n;
            p += 3;
        }
    }
    *end = '\0';
    return text;
}

char *ps_diag_rule(const struct ps_diag *diag, enum ps_lang lang)
{
    return fill_in(KINDS[diag->code].rule[lang], diag->args);
}

char *ps_diag_hint(const struct ps_diag *diag, enum ps_lang lang)
{
    return fill_in(KINDS[diag->code].hint[lang], diag->args);
}

const char *ps_place_cell(const struct ps_place *place, char buffer[32])
{
    char letters[16];
    size_t n = 0;
    for (long field = place->field; field > 0; field = (field - 1) / 26) {
        letters[n++] = (char)('A' + (field - 1) % 26);
    }
    size_t length = 0;
    while (n > 0) {
        buffer[length++] = letters[--n];
    }
    buffer[length] = '\0';
    if (place->row > 0) {
        (void)snprintf(buffer + length, 32 - length, "%ld", place->row);
    }
    return buffer;
}
