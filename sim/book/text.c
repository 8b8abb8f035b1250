// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/textfile.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

static size_t next_code(const char *text, size_t n, utf8proc_int32_t *code)
{
    const utf8proc_ssize_t got =
        utf8proc_iterate((const utf8proc_uint8_t *)text, n > 4 ? 4 : (utf8proc_ssize_t)n, code);
    return got > 0 ? (size_t)got : 0;
}

/* Zero-width space, joiners, direction marks, word joiner, byte order mark. */
static int is_invisible(utf8proc_int32_t code)
{
    return (code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF;
}

size_t ps_text_blank(const char *text, size_t n)
{
    if (n == 0) {
        return 0;
    }
    if ((unsigned char)*text < 0x80) {
        return *text == ' ' || *text == '\t' || *text == '\r' || *text == '\n';
    }
    utf8proc_int32_t code = 0;
    const size_t length = next_code(text, n, &code);
    if (length == 0) {
        return 0;
    }
    return utf8proc_category(code) == UTF8PROC_CATEGORY_ZS || is_invisible(code) ? length : 0;
}

size_t ps_text_length(const char *text, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        length += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return length;
}

/* Characters whose compatibility form has another meaning. */
static int keeps_its_form(utf8proc_int32_t code)
{
    switch (utf8proc_get_property(code)->decomp_type) {
    case UTF8PROC_DECOMP_TYPE_SUPER:
    case UTF8PROC_DECOMP_TYPE_SUB:
    case UTF8PROC_DECOMP_TYPE_CIRCLE:
    case UTF8PROC_DECOMP_TYPE_FRACTION:
        return 1;
    default:
        return 0;
    }
}

/* Appends the NFKC of n bytes to *out, which is grown. 0 when memory is out. */
static int append_norm(const char *text, size_t n, int keep, char **out, size_t *out_n)
{
    if (n == 0) {
        return 1;
    }
    utf8proc_uint8_t *norm = NULL;
    size_t norm_n = n;
    if (!keep) {
        const utf8proc_ssize_t got =
            utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &norm,
                         UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
        if (got < 0) {
            return 0;
        }
        norm_n = (size_t)got;
    }
    char *grown = realloc(*out, *out_n + norm_n + 1);
    if (grown != NULL) {
        memcpy(grown + *out_n, keep ? text : (const char *)norm, norm_n);
        *out_n += norm_n;
        grown[*out_n] = '\0';
        *out = grown;
    }
    free(norm);
    return grown != NULL;
}

char *ps_text_norm(const char *text, size_t n)
{
    char *out = calloc(1, 1);
    size_t out_n = 0;
    size_t start = 0, i = 0;
    int ok = out != NULL;
    while (ok && i < n) {
        utf8proc_int32_t code = 0;
        size_t length = next_code(text + i, n - i, &code);
        length = length == 0 ? 1 : length;
        if (keeps_its_form(code)) {
            ok = append_norm(text + start, i - start, 0, &out, &out_n) &&
                 append_norm(text + i, length, 1, &out, &out_n);
            start = i + length;
        }
        i += length;
    }
    if (!ok || !append_norm(text + start, n - start, 0, &out, &out_n)) {
        free(out);
        return NULL;
    }
    return out;
}
