// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEXTFILE_H
#define PLEDGESIM_TEXTFILE_H

#include <stddef.h>

#include "pledgesim/diag.h"

#define PS_FILE_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* Bytes with a NUL behind them that is not counted in n. Owned by whoever holds the struct. */
struct ps_bytes {
    char *data;
    size_t n;
};
void ps_bytes_free(struct ps_bytes *bytes);

/* Reads a regular file, or standard input for "-", of at most PS_FILE_BYTES_MAX. Folders, pipes and
 * devices are refused without blocking. The problem is told in diags under `name`.
 * PS_IO: could not be opened or read; PS_INPUT: wrong kind, too large; PS_MEMORY. */
enum ps_status ps_file_read(const char *path, const char *name, struct ps_diags *diags,
                            struct ps_bytes *out) PS_MUST_CHECK;

/* Turns raw bytes into UTF-8 without byte order mark: BOM -> valid UTF-8 -> GB18030 -> CP936, with
 * a note when it is one of the last two. *encoding is set to "UTF-8", "UTF-8-BOM", "GB18030" or
 * "CP936" (static storage). Other formats (workbooks, archives, HTML, JSON, PDF), UTF-16/32 and NUL
 * bytes are refused with a hint. Text that is mostly UTF-8 but damaged is refused, not read as
 * GB18030. PS_INPUT (told in diags) or PS_MEMORY. */
enum ps_status ps_text_decode(const char *name, const struct ps_bytes *raw, struct ps_diags *diags,
                              struct ps_bytes *out, const char **encoding) PS_MUST_CHECK;

/* Number of bytes of the blank or invisible character (Unicode spaces, tab, line ends, zero-width
 * characters, byte order mark) at the start of UTF-8 text; 0 when there is none. */
size_t ps_text_blank(const char *text, size_t n);

/* NFKC of n bytes of valid UTF-8, malloc'd; NULL when memory is out. Superscripts, subscripts,
 * circled characters and fractions stay as they are: 10² must not become 102. */
char *ps_text_norm(const char *text, size_t n);

/* Number of code points in n bytes of valid UTF-8. */
size_t ps_text_length(const char *text, size_t n);

#endif
