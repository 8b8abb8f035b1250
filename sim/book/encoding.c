// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/textfile.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#define BOM "\xEF\xBB\xBF"

static int starts_with(const struct ps_bytes *raw, const char *magic, size_t magic_n)
{
    return raw->n >= magic_n && memcmp(raw->data, magic, magic_n) == 0;
}

/* Length of the well-formed UTF-8 character at the start of n bytes, 0 when there is none. */
static size_t character(const char *text, size_t n)
{
    if (n == 0) {
        return 0;
    }
    if ((unsigned char)*text < 0x80) {
        return 1;
    }
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t got =
        utf8proc_iterate((const utf8proc_uint8_t *)text, n > 4 ? 4 : (utf8proc_ssize_t)n, &code);
    return got > 0 ? (size_t)got : 0;
}

/* ---- other formats ---- */

static const struct {
    const char *magic;
    size_t n;
    enum ps_diag_code code;
    const char *argument;
} FORMATS[] = {
    {"PK\x03\x04", 4, PS_DIAG_FORMAT_EXCEL, NULL},
    {"\xD0\xCF\x11\xE0", 4, PS_DIAG_FORMAT_EXCEL, NULL},
    {"\x1F\x8B", 2, PS_DIAG_FORMAT_ARCHIVE, "gzip"},
    {"7z\xBC\xAF", 4, PS_DIAG_FORMAT_ARCHIVE, "7-Zip"},
    {"Rar!", 4, PS_DIAG_FORMAT_ARCHIVE, "RAR"},
    {"\xFD"
     "7zXZ",
     5, PS_DIAG_FORMAT_ARCHIVE, "xz"},
    {"\x28\xB5\x2F\xFD", 4, PS_DIAG_FORMAT_ARCHIVE, "zstd"},
    {"BZh", 3, PS_DIAG_FORMAT_ARCHIVE, "bzip2"},
    {"%PDF-", 5, PS_DIAG_FORMAT_PDF, NULL},
    {"\xFF\xFE\0\0", 4, PS_DIAG_ENCODING_UTF16, "UTF-32"},
    {"\0\0\xFE\xFF", 4, PS_DIAG_ENCODING_UTF16, "UTF-32"},
    {"\xFF\xFE", 2, PS_DIAG_ENCODING_UTF16, "UTF-16"},
    {"\xFE\xFF", 2, PS_DIAG_ENCODING_UTF16, "UTF-16"},
};

static enum ps_status refuse(struct ps_diags *diags, enum ps_diag_code code, const char *name,
                             const char *argument)
{
    const struct ps_place place = {.file = name};
    const char *const args[] = {argument, NULL};
    ps_diags_add(diags, code, &place, NULL, args);
    return ps_status_raise(PS_INPUT);
}

/* No column name starts with one of these, but web pages and JSON do. */
static enum ps_status check_markup(const char *name, const struct ps_bytes *raw,
                                   struct ps_diags *diags)
{
    size_t i = starts_with(raw, BOM, 3) ? 3 : 0;
    while (i < raw->n && strchr(" \t\r\n", raw->data[i]) != NULL && raw->data[i] != '\0') {
        i++;
    }
    if (i == raw->n) {
        return PS_OK;
    }
    const char first = raw->data[i];
    if (first == '<' && i + 1 < raw->n && raw->data[i + 1] != '<') {
        return refuse(diags, PS_DIAG_FORMAT_HTML, name, NULL);
    }
    if (first == '{' || first == '[') {
        return refuse(diags, PS_DIAG_FORMAT_JSON, name, NULL);
    }
    return PS_OK;
}

/* ---- places ---- */

/* The place of the byte at offset `at`; text before it may be in any accepted encoding, so the
 * column counts the characters of well-formed UTF-8 and the bytes of anything else. */
static struct ps_place place_of(const char *name, const struct ps_bytes *raw, size_t at)
{
    struct ps_place place = {.file = name, .line = 1, .column = 1};
    for (size_t i = starts_with(raw, BOM, 3) ? 3 : 0; i < at;) {
        const char c = raw->data[i];
        if (c == '\n' || (c == '\r' && !(i + 1 < raw->n && raw->data[i + 1] == '\n'))) {
            place.line++;
            place.column = 0;
        }
        const size_t n = character(raw->data + i, raw->n - i);
        i += n == 0 ? 1 : n;
        place.column++;
    }
    return place;
}

static enum ps_status refuse_byte(struct ps_diags *diags, enum ps_diag_code code, const char *name,
                                  const struct ps_bytes *raw, size_t at)
{
    const struct ps_place place = place_of(name, raw, at);
    char value[8];
    (void)snprintf(value, sizeof value, "0x%02X", (unsigned)(unsigned char)raw->data[at]);
    ps_diags_add(diags, code, &place, value, NULL);
    return ps_status_raise(PS_INPUT);
}

/* ASCII text in UTF-16 has a NUL in every second byte; other NULs mean binary data or damage. */
static enum ps_status check_nul(const char *name, const struct ps_bytes *raw,
                                struct ps_diags *diags)
{
    const char *first = memchr(raw->data, '\0', raw->n);
    if (first == NULL) {
        return PS_OK;
    }
    const size_t head_n = raw->n < 512 ? raw->n : 512;
    size_t nul_n[2] = {0, 0};
    for (size_t i = 0; i < head_n; i++) {
        nul_n[i % 2] += raw->data[i] == '\0';
    }
    const size_t many = nul_n[0] > nul_n[1] ? nul_n[0] : nul_n[1];
    const size_t few = nul_n[0] > nul_n[1] ? nul_n[1] : nul_n[0];
    if (few == 0 && many > head_n / 4) {
        return refuse(diags, PS_DIAG_ENCODING_UTF16, name, "UTF-16");
    }
    return refuse_byte(diags, PS_DIAG_NUL_BYTE, name, raw, (size_t)(first - raw->data));
}

/* ---- encodings ---- */

/* Runs of bytes outside ASCII: how many are well-formed UTF-8 with an East Asian character, and how
 * many are not UTF-8 at all. */
struct utf8_survey {
    size_t first_bad; /* offset, or the size of the text */
    size_t good_runs, bad_runs;
};

static struct utf8_survey survey_utf8(const char *text, size_t size)
{
    struct utf8_survey survey = {.first_bad = size};
    size_t i = 0;
    while (i < size) {
        if ((unsigned char)text[i] < 0x80) {
            i++;
            continue;
        }
        int good = 1, wide = 0;
        while (i < size && (unsigned char)text[i] >= 0x80) {
            const size_t n = character(text + i, size - i);
            if (n == 0) {
                survey.first_bad = i < survey.first_bad ? i : survey.first_bad;
                good = 0;
            }
            wide |= n >= 3;
            i += n == 0 ? 1 : n;
        }
        survey.good_runs += good && wide;
        survey.bad_runs += !good;
    }
    return survey;
}

static enum ps_status copy_bytes(const char *data, size_t n, struct ps_bytes *out)
{
    out->data = malloc(n + 1);
    if (out->data == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(out->data, data, n);
    out->data[n] = '\0';
    out->n = n;
    return PS_OK;
}

/* PS_INPUT (untold) when the bytes are not in this encoding; *bad is then the first wrong byte. */
static enum ps_status convert(const char *encoding, const struct ps_bytes *raw,
                              struct ps_bytes *out, size_t *bad)
{
    *bad = 0;
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1) {
        return errno == ENOMEM ? PS_MEMORY : PS_INPUT;
    }
    enum ps_status status = PS_OK;
    char *in = raw->data;
    size_t in_n = raw->n;
    /* A character of one byte (the euro sign of CP936) becomes at most three, of two or four at
     * most four. */
    size_t out_n = 3 * raw->n;
    out->data = malloc(out_n + 1);
    if (out->data == NULL) {
        status = ps_status_raise(PS_MEMORY);
        goto out;
    }
    char *end = out->data;
    if (iconv(converter, &in, &in_n, &end, &out_n) == (size_t)-1) {
        *bad = (size_t)(in - raw->data);
        ps_bytes_free(out);
        status = PS_INPUT;
        goto out;
    }
    *end = '\0';
    out->n = (size_t)(end - out->data);
out:
    (void)iconv_close(converter);
    return status;
}

static enum ps_status decode_chinese(const char *name, const struct ps_bytes *raw,
                                     struct ps_diags *diags, struct ps_bytes *out,
                                     const char **encoding)
{
    static const struct {
        const char *name;
        enum ps_diag_code note;
    } ENCODINGS[] = {{"GB18030", PS_DIAG_READ_AS_GB18030}, {"CP936", PS_DIAG_READ_AS_CP936}};
    size_t furthest = 0;
    for (size_t i = 0; i < sizeof ENCODINGS / sizeof *ENCODINGS; i++) {
        size_t bad = 0;
        const enum ps_status status = convert(ENCODINGS[i].name, raw, out, &bad);
        if (status == PS_OK) {
            const struct ps_place place = {.file = name};
            ps_diags_add(diags, ENCODINGS[i].note, &place, NULL, NULL);
            *encoding = ENCODINGS[i].name;
        }
        if (status != PS_INPUT) {
            return status;
        }
        furthest = bad > furthest ? bad : furthest;
    }
    return refuse_byte(diags, PS_DIAG_ENCODING_UNKNOWN, name, raw, furthest);
}

enum ps_status ps_text_decode(const char *name, const struct ps_bytes *raw, struct ps_diags *diags,
                              struct ps_bytes *out, const char **encoding)
{
    *out = (struct ps_bytes){0};
    *encoding = "UTF-8";
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        if (starts_with(raw, FORMATS[i].magic, FORMATS[i].n)) {
            return refuse(diags, FORMATS[i].code, name, FORMATS[i].argument);
        }
    }
    enum ps_status status = check_markup(name, raw, diags);
    if (status == PS_OK) {
        status = check_nul(name, raw, diags);
    }
    if (status != PS_OK) {
        return status;
    }
    const size_t skip = starts_with(raw, BOM, 3) ? 3 : 0;
    const struct utf8_survey survey = survey_utf8(raw->data + skip, raw->n - skip);
    if (survey.bad_runs == 0) {
        *encoding = skip != 0 ? "UTF-8-BOM" : "UTF-8";
        return copy_bytes(raw->data + skip, raw->n - skip, out);
    }
    if (skip != 0 || survey.good_runs > survey.bad_runs) {
        return refuse_byte(diags, PS_DIAG_ENCODING_DAMAGED, name, raw, skip + survey.first_bad);
    }
    return decode_chinese(name, raw, diags, out, encoding);
}
