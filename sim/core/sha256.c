// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/sha256.h"

void ps_sha256_begin(struct ps_sha256 *sha)
{
    SHA256Init(&sha->context);
}

void ps_sha256_add(struct ps_sha256 *sha, const void *data, size_t n)
{
    SHA256Update(&sha->context, data, n);
}

void ps_sha256_end(struct ps_sha256 *sha, char hex[PS_SHA256_HEX_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, &sha->context);
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = DIGITS[digest[i] >> 4];
        hex[2 * i + 1] = DIGITS[digest[i] & 15];
    }
    hex[PS_SHA256_HEX_SIZE - 1] = '\0';
}

void ps_sha256_of(const void *data, size_t n, char hex[PS_SHA256_HEX_SIZE])
{
    struct ps_sha256 sha;
    ps_sha256_begin(&sha);
    ps_sha256_add(&sha, data, n);
    ps_sha256_end(&sha, hex);
}
