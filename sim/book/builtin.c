// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <string.h>

#include "pledgesim/embedded.h"

const struct ps_embedded_file *ps_builtin_find(const char *book, const char *file)
{
    char path[192];
    (void)snprintf(path, sizeof path, "%s/%s", book, file);
    for (size_t i = 0; i < ps_embedded_files_n; i++) {
        if (strcmp(ps_embedded_files[i].path, path) == 0) {
            return &ps_embedded_files[i];
        }
    }
    return NULL;
}
