// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "outfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

enum {
    LOCK_TRIES = 100,
    JOURNAL_LIMIT = 64 << 20,
    MANIFEST_LIMIT = 256 << 20,
};

/* The descriptor of the lock file, or -1 with errno. Opened first, then made: only so does one know
 * whether it was there. */
static int open_lock_file(struct ps_outio *io, int *made)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
    *made = 0;
    errno = ps_outio_hook(io, PS_OUTOP_LOCK, PS_OUT_LOCK_NAME, NULL);
    if (errno)
        return -1;
    int fd = openat(io->dir_fd, PS_OUT_LOCK_NAME, flags);
    if (fd < 0 && errno == ENOENT) {
        fd = openat(io->dir_fd, PS_OUT_LOCK_NAME, flags | O_CREAT | O_EXCL, 0666);
        *made = fd >= 0;
    }
    return fd;
}

/* A run that gives up removes the lock file that it made, and a lock on a removed file protects
 * nothing: the name must still lead to the locked file. */
static int is_lock_file(struct ps_outio *io, int fd)
{
    struct stat ours;
    struct stat named;
    return fstat(fd, &ours) == 0 &&
           fstatat(io->dir_fd, PS_OUT_LOCK_NAME, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

enum ps_status ps_outfolder_lock(struct ps_outio *io, int *lock_fd, int *made)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        int fd = open_lock_file(io, made);
        if (fd < 0 && (errno == EEXIST || errno == EINTR))
            continue;
        if (fd < 0)
            return ps_outio_fail_errno(io, PS_OUTOP_LOCK, PS_OUT_LOCK_NAME, errno);
        int e = flock(fd, LOCK_EX | LOCK_NB) < 0 ? errno : 0;
        if (!e && is_lock_file(io, fd)) {
            *lock_fd = fd;
            return PS_OK;
        }
        (void)close(fd);
        if (e == EWOULDBLOCK)
            return ps_outio_fail(io, PS_LOCKED, PS_OUT_LOCKED, NULL);
        if (e && e != EINTR)
            return ps_outio_fail_errno(io, PS_OUTOP_LOCK, PS_OUT_LOCK_NAME, e);
    }
    return ps_outio_fail(io, PS_LOCKED, PS_OUT_LOCKED, NULL);
}

enum listing_wish { FIND_VISIBLE, REMOVE_TEMPS };

static int is_temp_name(const char *name)
{
    const size_t prefix_n = sizeof PS_OUT_TEMP_PREFIX - 1;
    return strcmp(name, PS_JOURNAL_TEMP) == 0 ||
           (strncmp(name, PS_OUT_TEMP_PREFIX, prefix_n) == 0 && ps_filename_ok(name + prefix_n));
}

/* Goes through the folder: notes whether it has visible files, or removes the temporary ones. */
static enum ps_status walk(struct ps_outio *io, enum listing_wish wish, int *visible)
{
    enum ps_status status = PS_OK;
    errno = ps_outio_hook(io, PS_OUTOP_LIST, NULL, NULL);
    int fd = errno ? -1 : openat(io->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        status = ps_outio_fail_errno(io, PS_OUTOP_LIST, NULL, errno);
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    const struct dirent *entry;
    while (status == PS_OK && (errno = 0, entry = readdir(stream)) != NULL) {
        const char *name = entry->d_name;
        if (wish == FIND_VISIBLE && name[0] != '.')
            *visible = 1;
        if (wish == REMOVE_TEMPS && is_temp_name(name))
            status = ps_outio_remove(io, name);
    }
    if (status == PS_OK && errno)
        status = ps_outio_fail_errno(io, PS_OUTOP_LIST, NULL, errno);
    (void)closedir(stream);
    return status;
}

enum ps_status ps_outfolder_has_visible(struct ps_outio *io, int *visible)
{
    *visible = 0;
    return walk(io, FIND_VISIBLE, visible);
}

enum ps_status ps_outfolder_clear(struct ps_outio *io)
{
    return walk(io, REMOVE_TEMPS, NULL);
}

enum ps_status ps_outfolder_roll_forward(struct ps_outio *io, int *damaged)
{
    char *text = NULL;
    size_t n = 0;
    int valid = 0;
    struct ps_journal journal = {0};
    *damaged = 0;
    enum ps_status status = ps_outio_slurp(io, PS_JOURNAL_NAME, JOURNAL_LIMIT, &text, &n);
    if (status != PS_OK || !text)
        return status;
    status = ps_journal_parse(text, n, &journal, &valid);
    if (status == PS_MEMORY)
        (void)ps_outio_fail(io, PS_MEMORY, PS_OUT_MEMORY, PS_JOURNAL_NAME);
    if (status == PS_OK && valid)
        status = ps_journal_check(&journal, io, &valid);
    if (status == PS_OK && valid) {
        status = ps_journal_apply(&journal, io);
        io->err->unfinished = status != PS_OK;
    }
    *damaged = !valid;
    ps_journal_free(&journal);
    free(text);
    return status;
}

enum ps_status ps_outfolder_manifest(struct ps_outio *io, struct ps_manifest_listing *listing,
                                     enum ps_manifest_kind *kind, int *found)
{
    char *text = NULL;
    size_t n = 0;
    *found = 0;
    enum ps_status status = ps_outio_slurp(io, PS_OUT_MANIFEST, MANIFEST_LIMIT, &text, &n);
    if (status != PS_OK || !text)
        return status;
    *found = 1;
    status = ps_manifest_read(text, n, listing, kind);
    if (status != PS_OK)
        (void)ps_outio_fail(io, status, PS_OUT_MEMORY, PS_OUT_MANIFEST);
    free(text);
    return status;
}

/* Recovery on an open folder. *damaged as of ps_outfolder_roll_forward. */
static enum ps_status recover_folder(struct ps_outio *io, int *damaged)
{
    struct stat st;
    int lock_fd = -1;
    int made;
    *damaged = 0;
    if (fstatat(io->dir_fd, PS_JOURNAL_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return PS_OK;
    enum ps_status status = ps_outfolder_lock(io, &lock_fd, &made);
    if (status == PS_OK)
        status = ps_outfolder_roll_forward(io, damaged);
    if (status == PS_OK && !*damaged)
        status = ps_outfolder_clear(io);
    if (lock_fd >= 0)
        (void)close(lock_fd);
    return status;
}

enum ps_status ps_outdir_recover(const char *path, const struct ps_outhook *hook,
                                 struct ps_outerror *err)
{
    int damaged = 0;
    *err = (struct ps_outerror){0};
    struct ps_outio io = {.path = path, .dir_fd = -1, .hook = hook, .err = err};
    enum ps_status status = ps_outio_open_dir(&io);
    if (status == PS_OK)
        status = recover_folder(&io, &damaged);
    if (status == PS_OK && damaged)
        status = ps_outio_fail(&io, PS_INPUT, PS_OUT_DAMAGED, PS_JOURNAL_NAME);
    if (io.dir_fd >= 0)
        (void)close(io.dir_fd);
    return status;
}

static enum ps_status verify_files(struct ps_outio *io)
{
    struct ps_manifest_listing listing = {0};
    enum ps_manifest_kind kind = PS_MANIFEST_OURS;
    int found = 0;
    enum ps_status status = ps_outfolder_manifest(io, &listing, &kind, &found);
    if (status == PS_OK && (!found || kind == PS_MANIFEST_OTHER))
        status = ps_outio_fail(io, PS_INPUT, PS_OUT_NO_RESULTS, NULL);
    if (status == PS_OK && kind == PS_MANIFEST_UNREADABLE)
        status = ps_outio_fail(io, PS_INPUT, PS_OUT_BAD_MANIFEST, PS_OUT_MANIFEST);
    for (size_t i = 0; i < listing.n && status == PS_OK; i++) {
        int same = 0;
        status = ps_outio_same(io, listing.files[i].name, &listing.files[i], &same);
        if (status == PS_OK && !same)
            status = ps_outio_fail(io, PS_INPUT, PS_OUT_DAMAGED, listing.files[i].name);
    }
    ps_manifest_listing_free(&listing);
    return status;
}

enum ps_status ps_outdir_verify(const char *path, struct ps_outerror *err)
{
    enum ps_status status = ps_outdir_recover(path, NULL, err);
    if (status != PS_OK)
        return status;
    struct ps_outio io = {.path = path, .dir_fd = -1, .hook = NULL, .err = err};
    status = ps_outio_open_dir(&io);
    if (status == PS_OK)
        status = verify_files(&io);
    if (io.dir_fd >= 0)
        (void)close(io.dir_fd);
    return status;
}
