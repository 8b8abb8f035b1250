// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_FILESUM_H
#define PLEDGESIM_FILESUM_H

#include <stdint.h>

#include "pledgesim/sha256.h"

#define PS_FILENAME_MAX 64 /* bytes; leaves room for a temporary prefix */

/* One file of a results folder: what the manifest says about its bytes. */
struct ps_filesum {
    char name[PS_FILENAME_MAX + 1];
    uint64_t bytes_n;
    char sha256[PS_SHA256_HEX_SIZE];
};

/* True for a plain name that may become a file in a results folder: 1 to PS_FILENAME_MAX bytes of
 * ASCII letters, digits, '_', '-' and '.', the first one a letter or digit, the last one not '.'.
 * So no folder separator, no hidden name, no "..". */
int ps_filename_ok(const char *name);

/* True for 64 lower-case hexadecimal digits. */
int ps_sha256_hex_ok(const char *hex);

#endif
