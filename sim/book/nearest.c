// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/nearest.h"

#include <string.h>

#include <utf8proc.h>

enum { CODES_MAX = 160 };

/* Code points of `text`; CODES_MAX + 1 when it is longer than that or not UTF-8. */
static size_t codes_of(const char *text, utf8proc_int32_t codes[CODES_MAX])
{
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    size_t n = 0;
    while (*p != '\0') {
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t got = utf8proc_iterate(p, -1, &code);
        if (got <= 0 || n == CODES_MAX) {
            return CODES_MAX + 1;
        }
        codes[n++] = utf8proc_tolower(code);
        p += got;
    }
    return n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
static size_t edit_distance(const utf8proc_int32_t *a, size_t a_n, const utf8proc_int32_t *b,
                            size_t b_n)
{
    size_t rows[3][CODES_MAX + 1];
    for (size_t j = 0; j <= b_n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_n; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_n; j++) {
            const size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], 1 + rows[(i - 2) % 3][j - 2]);
            }
        }
    }
    return rows[a_n % 3][b_n];
}

void ps_nearest_offer(struct ps_nearest *best, const char *typed, const char *candidate)
{
    utf8proc_int32_t a[CODES_MAX];
    utf8proc_int32_t b[CODES_MAX];
    const size_t a_n = codes_of(typed, a);
    const size_t b_n = codes_of(candidate, b);
    if (a_n > CODES_MAX || b_n > CODES_MAX) {
        return;
    }
    const size_t distance = edit_distance(a, a_n, b, b_n);
    if (best->name == NULL || distance < best->distance) {
        best->name = candidate;
        best->distance = distance;
    }
}

const char *ps_nearest_name(const struct ps_nearest *best, const char *typed)
{
    utf8proc_int32_t codes[CODES_MAX];
    const size_t n = codes_of(typed, codes);
    if (best->name == NULL || n > CODES_MAX || best->distance >= n) {
        return NULL;
    }
    const size_t allowed = n / 3 > 1 ? n / 3 : 1;
    return best->distance <= allowed ? best->name : NULL;
}
