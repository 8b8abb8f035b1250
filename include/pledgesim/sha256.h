// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SHA256_H
#define PLEDGESIM_SHA256_H

#include <sha2.h>
#include <stddef.h>

#define PS_SHA256_HEX_SIZE 65 /* 64 lower-case digits and the final NUL */

/* SHA-256 by libmd, in pieces or at once. Cannot fail. */
struct ps_sha256 {
    SHA2_CTX context;
};

void ps_sha256_begin(struct ps_sha256 *sha);
void ps_sha256_add(struct ps_sha256 *sha, const void *data, size_t n);

/* Ends the sum; `sha` must begin anew before its next use. */
void ps_sha256_end(struct ps_sha256 *sha, char hex[PS_SHA256_HEX_SIZE]);

void ps_sha256_of(const void *data, size_t n, char hex[PS_SHA256_HEX_SIZE]);

#endif
