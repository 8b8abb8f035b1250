// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "outio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum ps_status ps_outio_fail(struct ps_outio *io, enum ps_status status, enum ps_outreason reason,
                             const char *name)
{
    struct ps_outerror *err = io->err;
    if (err->status != PS_OK)
        return status;
    err->status = status;
    err->reason = reason;
    /* A path too long for the message is cut; the message still tells where. */
    if (name)
        (void)snprintf(err->path, sizeof err->path, "%.900s/%.100s", io->path, name);
    else
        (void)snprintf(err->path, sizeof err->path, "%.1000s", io->path);
    return ps_status_raise(status);
}

enum ps_status ps_outio_fail_errno(struct ps_outio *io, enum ps_outop op, const char *name,
                                   int errno_value)
{
    enum ps_status status = errno_value == ENOMEM ? PS_MEMORY : PS_IO;
    if (io->err->status == PS_OK) {
        io->err->op = op;
        io->err->errno_value = errno_value;
    }
    return ps_outio_fail(io, status, PS_OUT_SYSTEM, name);
}

int ps_outio_hook(const struct ps_outio *io, enum ps_outop op, const char *name, size_t *n)
{
    return io->hook ? io->hook->before(io->hook->context, op, name, n) : 0;
}

void ps_outio_temp_name(const char *name, char temp[PS_OUT_TEMP_SIZE])
{
    (void)snprintf(temp, PS_OUT_TEMP_SIZE, "%s%s", PS_OUT_TEMP_PREFIX, name);
}

/* Opens a file below the folder: the descriptor, or -1 with errno. */
static int open_below(struct ps_outio *io, enum ps_outop op, const char *name, int flags)
{
    int fd;
    do {
        errno = ps_outio_hook(io, op, name, NULL);
        fd = errno ? -1 : openat(io->dir_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

enum ps_status ps_outio_open_dir(struct ps_outio *io)
{
    errno = ps_outio_hook(io, PS_OUTOP_OPEN_DIR, NULL, NULL);
    if (!errno)
        io->dir_fd = open(io->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return io->dir_fd < 0 ? ps_outio_fail_errno(io, PS_OUTOP_OPEN_DIR, NULL, errno) : PS_OK;
}

enum ps_status ps_outio_create(struct ps_outio *io, const char *name, int *fd)
{
    *fd = open_below(io, PS_OUTOP_CREATE, name, O_WRONLY | O_CREAT | O_TRUNC);
    return *fd < 0 ? ps_outio_fail_errno(io, PS_OUTOP_CREATE, name, errno) : PS_OK;
}

enum ps_status ps_outio_write(struct ps_outio *io, int fd, const char *name, const void *data,
                              size_t n)
{
    const char *rest = data;
    while (n > 0) {
        size_t ask = n;
        errno = ps_outio_hook(io, PS_OUTOP_WRITE, name, &ask);
        ssize_t done = errno ? -1 : write(fd, rest, ask);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return ps_outio_fail_errno(io, PS_OUTOP_WRITE, name, done < 0 ? errno : EIO);
        rest += done;
        n -= (size_t)done;
    }
    return PS_OK;
}

/* 0 or an errno value. A sync that failed is not tried again: the kernel may have dropped the bytes
 * and would then report success. Only an interrupted one is repeated. */
static int sync_fd(struct ps_outio *io, enum ps_outop op, const char *name, int fd)
{
    int rc;
    do {
        errno = ps_outio_hook(io, op, name, NULL);
        rc = errno ? -1 : fsync(fd);
    } while (rc < 0 && errno == EINTR);
    return rc < 0 ? errno : 0;
}

enum ps_status ps_outio_sync(struct ps_outio *io, int fd, const char *name)
{
    int e = sync_fd(io, PS_OUTOP_SYNC, name, fd);
    return e ? ps_outio_fail_errno(io, PS_OUTOP_SYNC, name, e) : PS_OK;
}

enum ps_status ps_outio_sync_dir(struct ps_outio *io)
{
    int e = sync_fd(io, PS_OUTOP_SYNC_DIR, NULL, io->dir_fd);
    /* EINVAL: some network file systems cannot sync a folder; there is nothing better to do. */
    return e && e != EINVAL ? ps_outio_fail_errno(io, PS_OUTOP_SYNC_DIR, NULL, e) : PS_OK;
}

enum ps_status ps_outio_close(struct ps_outio *io, int fd, const char *name)
{
    int hooked = ps_outio_hook(io, PS_OUTOP_CLOSE, name, NULL);
    int e = close(fd) < 0 ? errno : 0;
    if (hooked)
        e = hooked;
    /* On EINTR Linux has closed the descriptor, and a sync came before. */
    return e && e != EINTR ? ps_outio_fail_errno(io, PS_OUTOP_CLOSE, name, e) : PS_OK;
}

enum ps_status ps_outio_rename(struct ps_outio *io, const char *from, const char *to)
{
    int e = ps_outio_hook(io, PS_OUTOP_RENAME, to, NULL);
    if (!e && renameat(io->dir_fd, from, io->dir_fd, to) < 0)
        e = errno;
    return e ? ps_outio_fail_errno(io, PS_OUTOP_RENAME, to, e) : PS_OK;
}

enum ps_status ps_outio_remove(struct ps_outio *io, const char *name)
{
    int e = ps_outio_hook(io, PS_OUTOP_REMOVE, name, NULL);
    if (!e && unlinkat(io->dir_fd, name, 0) < 0)
        e = errno;
    return e && e != ENOENT ? ps_outio_fail_errno(io, PS_OUTOP_REMOVE, name, e) : PS_OK;
}

enum ps_status ps_outio_put(struct ps_outio *io, const char *name, const void *data, size_t n)
{
    int fd;
    enum ps_status status = ps_outio_create(io, name, &fd);
    if (status != PS_OK)
        return status;
    status = ps_outio_write(io, fd, name, data, n);
    if (status == PS_OK)
        status = ps_outio_sync(io, fd, name);
    enum ps_status closed = ps_outio_close(io, fd, name);
    return status != PS_OK ? status : closed;
}

/* *fd -1 and PS_OK: no regular file of that name. O_NONBLOCK: a pipe must not hold us. */
static enum ps_status open_to_read(struct ps_outio *io, const char *name, int *fd,
                                   uint64_t *bytes_n)
{
    *fd = open_below(io, PS_OUTOP_READ, name, O_RDONLY | O_NONBLOCK);
    if (*fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == ENXIO
                   ? PS_OK
                   : ps_outio_fail_errno(io, PS_OUTOP_READ, name, errno);
    struct stat st;
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *bytes_n = (uint64_t)st.st_size;
        return PS_OK;
    }
    (void)close(*fd);
    *fd = -1;
    return PS_OK;
}

/* Reads up to n bytes; *got is less only at the end of the file. */
static enum ps_status read_full(struct ps_outio *io, int fd, const char *name, char *data, size_t n,
                                size_t *got)
{
    *got = 0;
    while (*got < n) {
        errno = ps_outio_hook(io, PS_OUTOP_READ, name, NULL);
        ssize_t done = errno ? -1 : read(fd, data + *got, n - *got);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return ps_outio_fail_errno(io, PS_OUTOP_READ, name, errno);
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return PS_OK;
}

enum ps_status ps_outio_slurp(struct ps_outio *io, const char *name, size_t limit, char **data,
                              size_t *n)
{
    int fd;
    uint64_t size = 0;
    *data = NULL;
    *n = 0;
    enum ps_status status = open_to_read(io, name, &fd, &size);
    if (status != PS_OK || fd < 0)
        return status;
    if (size > limit) {
        status = ps_outio_fail_errno(io, PS_OUTOP_READ, name, EFBIG);
        goto out;
    }
    *data = malloc((size_t)size + 1);
    if (!*data) {
        status = ps_outio_fail(io, PS_MEMORY, PS_OUT_MEMORY, name);
        goto out;
    }
    status = read_full(io, fd, name, *data, (size_t)size, n);
    if (status == PS_OK) {
        (*data)[*n] = '\0';
    } else {
        free(*data);
        *data = NULL;
    }
out:
    (void)close(fd); /* read only: nothing can be lost */
    return status;
}

enum ps_status ps_outio_same(struct ps_outio *io, const char *name, const struct ps_filesum *sum,
                             int *same)
{
    int fd;
    uint64_t left = 0;
    *same = 0;
    enum ps_status status = open_to_read(io, name, &fd, &left);
    if (status != PS_OK || fd < 0)
        return status;
    if (left == sum->bytes_n) {
        struct ps_sha256 sha;
        char hex[PS_SHA256_HEX_SIZE];
        char block[16384];
        size_t got;
        ps_sha256_begin(&sha);
        do {
            status = read_full(io, fd, name, block, sizeof block, &got);
            ps_sha256_add(&sha, block, got);
        } while (status == PS_OK && got == sizeof block);
        ps_sha256_end(&sha, hex);
        *same = status == PS_OK && strcmp(hex, sum->sha256) == 0;
    }
    (void)close(fd);
    return status;
}
