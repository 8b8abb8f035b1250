// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_OUTIO_H
#define PLEDGESIM_RESULTS_OUTIO_H

#include <stddef.h>

#include "pledgesim/outdir.h"

/* The system calls of a results folder, each behind the test hook, interrupted calls repeated, each
 * failure told in one place. Private to sim/results. */

#define PS_OUT_TEMP_PREFIX ".tmp-"
#define PS_OUT_TEMP_SIZE (sizeof PS_OUT_TEMP_PREFIX + PS_FILENAME_MAX)
#define PS_OUT_MANIFEST "manifest.json"

struct ps_outio {
    const char *path; /* of the folder; borrowed */
    int dir_fd;       /* -1: not open */
    const struct ps_outhook *hook;
    struct ps_outerror *err;
};

/* Notes the first failure and returns `status`. name: a file of the folder, or NULL. */
enum ps_status ps_outio_fail(struct ps_outio *io, enum ps_status status, enum ps_outreason reason,
                             const char *name);
/* The same for a failed system call. */
enum ps_status ps_outio_fail_errno(struct ps_outio *io, enum ps_outop op, const char *name,
                                   int errno_value);

/* 0, or the errno value with which a test wants the step to fail. */
int ps_outio_hook(const struct ps_outio *io, enum ps_outop op, const char *name, size_t *n);

void ps_outio_temp_name(const char *name, char temp[PS_OUT_TEMP_SIZE]);

enum ps_status ps_outio_open_dir(struct ps_outio *io) PS_MUST_CHECK;
enum ps_status ps_outio_create(struct ps_outio *io, const char *name, int *fd) PS_MUST_CHECK;
enum ps_status ps_outio_write(struct ps_outio *io, int fd, const char *name, const void *data,
                              size_t n) PS_MUST_CHECK;
enum ps_status ps_outio_sync(struct ps_outio *io, int fd, const char *name) PS_MUST_CHECK;
/* fd is closed whatever it returns. */
enum ps_status ps_outio_close(struct ps_outio *io, int fd, const char *name) PS_MUST_CHECK;
enum ps_status ps_outio_rename(struct ps_outio *io, const char *from, const char *to) PS_MUST_CHECK;
/* A file that is not there counts as removed. */
enum ps_status ps_outio_remove(struct ps_outio *io, const char *name) PS_MUST_CHECK;
enum ps_status ps_outio_sync_dir(struct ps_outio *io) PS_MUST_CHECK;

/* Creates, writes, syncs and closes one file. */
enum ps_status ps_outio_put(struct ps_outio *io, const char *name, const void *data, size_t n)
    PS_MUST_CHECK;

/* The whole of a regular file, malloc'd, a NUL after it; *data NULL when there is no such file.
 * Larger than limit: PS_IO (EFBIG). */
enum ps_status ps_outio_slurp(struct ps_outio *io, const char *name, size_t limit, char **data,
                              size_t *n) PS_MUST_CHECK;

/* *same: a regular file `name` is there with the size and digest of `sum`. */
enum ps_status ps_outio_same(struct ps_outio *io, const char *name, const struct ps_filesum *sum,
                             int *same) PS_MUST_CHECK;

#endif
