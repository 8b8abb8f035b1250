// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "pledgesim/filesum.h"

#include <string.h>

/* Not <ctype.h>: its answers depend on the locale. */
static int is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

int ps_filename_ok(const char *name)
{
    size_t n = strnlen(name, PS_FILENAME_MAX + 1);
    if (n == 0 || n > PS_FILENAME_MAX || !is_letter_or_digit(name[0]) || name[n - 1] == '.')
        return 0;
    for (size_t i = 0; i < n; i++)
        if (!is_letter_or_digit(name[i]) && !strchr("_-.", name[i]))
            return 0;
    return 1;
}

int ps_sha256_hex_ok(const char *hex)
{
    return strspn(hex, "0123456789abcdef") == PS_SHA256_HEX_SIZE - 1 &&
           hex[PS_SHA256_HEX_SIZE - 1] == '\0';
}
