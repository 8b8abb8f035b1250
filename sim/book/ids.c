// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum { ID_WRITTEN_BYTES = 64 };

static int is_letter_or_digit(utf8proc_int32_t code)
{
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
        return 1;
    default:
        return 0;
    }
}

/* The first character that an id may not hold where it stands, as text; "" when all may. */
static void find_bad_character(const char *text, char bad[8])
{
    const utf8proc_uint8_t *start = (const utf8proc_uint8_t *)text;
    const utf8proc_uint8_t *p = start;
    bad[0] = '\0';
    while (*p != '\0') {
        utf8proc_int32_t code = 0;
        utf8proc_ssize_t n = utf8proc_iterate(p, -1, &code);
        n = n > 0 ? n : 1;
        const int inside = p != start && p[n] != '\0';
        const int allowed =
            is_letter_or_digit(code) || code == '_' || (inside && (code == '-' || code == '.'));
        if (!allowed) {
            memcpy(bad, p, (size_t)n);
            bad[n] = '\0';
            return;
        }
        p += n;
    }
}

/* Names that Windows keeps for devices, with or without an ending: an id becomes a file name. */
static int is_device_name(const char *text)
{
    static const char *const NAMES[] = {"con", "prn", "aux", "nul"};
    char name[8] = "";
    size_t n = 0;
    for (; n < sizeof name - 1 && text[n] != '\0' && text[n] != '.'; n++) {
        const char c = text[n];
        name[n] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    if (text[n] != '\0' && text[n] != '.') {
        return 0;
    }
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcmp(name, NAMES[i]) == 0) {
            return 1;
        }
    }
    const int port = strncmp(name, "com", 3) == 0 || strncmp(name, "lpt", 3) == 0;
    return port && n == 4 && name[3] >= '1' && name[3] <= '9';
}

int ps_id_parse(const char *text, const struct ps_place *place, struct ps_diags *diags,
                char out[PS_ID_BYTES])
{
    char bad[8];
    find_bad_character(text, bad);
    if (bad[0] != '\0') {
        const char *const args[] = {bad, NULL};
        ps_diags_add(diags, PS_DIAG_ID_CHARACTER, place, text, args);
        return 0;
    }
    if (strlen(text) > ID_WRITTEN_BYTES) {
        ps_diags_add(diags, PS_DIAG_ID_LONG, place, text, NULL);
        return 0;
    }
    if (is_device_name(text)) {
        ps_diags_add(diags, PS_DIAG_ID_RESERVED, place, text, NULL);
        return 0;
    }
    utf8proc_uint8_t *nfc = utf8proc_NFC((const utf8proc_uint8_t *)text);
    const size_t n = nfc == NULL ? PS_ID_BYTES : strlen((const char *)nfc);
    if (n < PS_ID_BYTES) {
        memcpy(out, nfc, n + 1);
    } else if (nfc == NULL) {
        diags->out_of_memory = 1;
    } else {
        ps_diags_add(diags, PS_DIAG_ID_LONG, place, text, NULL);
    }
    free(nfc);
    return n < PS_ID_BYTES;
}

const char *ps_id_fold(struct ps_arena *arena, const char *id)
{
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)id, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    const char *copy = n < 0 ? NULL : ps_arena_copy(arena, (const char *)folded, (size_t)n);
    free(folded);
    return copy;
}
