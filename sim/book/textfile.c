// SPDX-License-Identifier: GPL-3.0-or-later
#define _POSIX_C_SOURCE 200809L

#include "pledgesim/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void ps_bytes_free(struct ps_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct ps_bytes){0};
}

static enum ps_status refuse(struct ps_diags *diags, enum ps_diag_code code, const char *name,
                             const char *argument, enum ps_status status)
{
    const struct ps_place place = {.file = name};
    const char *const args[] = {argument, NULL};
    ps_diags_add(diags, code, &place, NULL, args);
    return ps_status_raise(status);
}

static enum ps_status refuse_errno(struct ps_diags *diags, const char *name, int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return refuse(diags, PS_DIAG_FILE_MISSING, name, NULL, PS_IO);
    case EACCES:
    case EPERM:
        return refuse(diags, PS_DIAG_FILE_PERMISSION, name, NULL, PS_IO);
    case ENXIO: /* a socket */
        return refuse(diags, PS_DIAG_FILE_NOT_REGULAR, name, NULL, PS_INPUT);
    default:
        return refuse(diags, PS_DIAG_FILE_READ, name, strerror(error), PS_IO);
    }
}

/* Reads to the end, whatever size the file claims: it may grow, and files of /proc claim nothing.
 */
static enum ps_status read_all(int fd, const char *name, struct ps_diags *diags,
                               struct ps_bytes *out)
{
    size_t capacity = 0;
    for (;;) {
        if (out->n + 1 >= capacity) {
            capacity = capacity == 0 ? (size_t)64 * 1024 : 2 * capacity;
            char *data = realloc(out->data, capacity);
            if (data == NULL) {
                return ps_status_raise(PS_MEMORY);
            }
            out->data = data;
        }
        const ssize_t got = read(fd, out->data + out->n, capacity - 1 - out->n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return refuse_errno(diags, name, errno);
        }
        out->n += (size_t)got;
        if (out->n > PS_FILE_BYTES_MAX) {
            return refuse(diags, PS_DIAG_FILE_TOO_LARGE, name, "64", PS_INPUT);
        }
        if (got == 0) {
            out->data[out->n] = '\0';
            return PS_OK;
        }
    }
}

enum ps_status ps_file_read(const char *path, const char *name, struct ps_diags *diags,
                            struct ps_bytes *out)
{
    *out = (struct ps_bytes){0};
    const int standard_input = strcmp(path, "-") == 0;
    /* O_NONBLOCK: opening a pipe nobody writes to must not wait. */
    const int fd =
        standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return refuse_errno(diags, name, errno);
    }
    enum ps_status status = PS_OK;
    struct stat info;
    if (fstat(fd, &info) != 0) {
        status = refuse_errno(diags, name, errno);
    } else if (S_ISDIR(info.st_mode)) {
        status = refuse(diags, PS_DIAG_FILE_IS_FOLDER, name, NULL, PS_INPUT);
    } else if (!S_ISREG(info.st_mode) && !standard_input) {
        status = refuse(diags, PS_DIAG_FILE_NOT_REGULAR, name, NULL, PS_INPUT);
    } else {
        status = read_all(fd, name, diags, out);
    }
    if (!standard_input) {
        (void)close(fd);
    }
    return status;
}
