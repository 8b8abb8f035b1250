// SPDX-License-Identifier: GPL-3.0-or-later
/* How a set of result files replaces another without a moment of loss.
 *
 * Several renames are not one atomic step, so the commit keeps a redo journal. In the folder:
 *     .lock           flock(2) on it is the right to write; it stays, empty, never listed
 *     .tmp-NAME       a file of the new set
 *     .commit         the journal (journal.h): digest, size and name of each new file, then the
 *                     names of old files that go
 *     NAME            the visible set; manifest.json lists the digests of the others
 *
 *  (a) Write, fsync and close each .tmp-NAME, the manifest among them; fsync the folder. Any
 * failure here removes them; the old set was never touched. (b) Write and fsync .commit.new, rename
 * it to .commit, fsync the folder. This is the commit point: with the journal on disk all bytes of
 * the new set are too. (c) Rename each .tmp-NAME to NAME, manifest.json last; remove what only the
 * old set had; fsync the folder. (d) Remove .commit; fsync the folder, so that no later power cut
 * brings the journal back among the temporary files of a later run.
 *
 * A crash before (b) is durable leaves the old set and some hidden leftovers. A crash after it
 * leaves a journal, and whoever next opens, recovers or verifies the folder redoes (c) and (d).
 * Redoing goes by the bytes: a file whose NAME already has the digest is done, else its .tmp-NAME
 * must have it; so it may itself be cut short at any step. Once .commit may have reached the disk,
 * no .tmp-NAME is removed, whatever fails. A journal that is damaged, or whose files are gone, is
 * not followed: verify refuses the folder, and the next commit replaces journal and set. */
#define _DEFAULT_SOURCE 1
#include "pledgesim/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "outfolder.h"

enum {
    BUFFER_BYTES = 65536,
};

enum outdir_state { WRITING, COMMITTING, DONE, GIVEN_UP };

struct ps_outfile {
    struct ps_outdir *dir;
    enum ps_status status; /* the first failure sticks */
    int fd;                /* -1: closed */
    struct ps_filesum sum;
    char temp[PS_OUT_TEMP_SIZE];
    struct ps_sha256 sha;
    size_t used;
    char *buffer;
};

struct ps_outdir {
    struct ps_outio io;
    char *path;
    int lock_fd;
    int made_lock; /* the lock file was not there before */
    /* Length of the shortest part of path that this run had to make; 0: the folder was there. */
    size_t made_from;
    int made_manifest; /* temporary manifest and journal */
    enum outdir_state state;
    struct ps_manifest_listing old;
    struct ps_outfile **files;
    size_t files_n, files_capacity;
};

static enum ps_status make_one_folder(struct ps_outdir *dir, size_t n)
{
    char saved = dir->path[n];
    dir->path[n] = '\0';
    int e = ps_outio_hook(&dir->io, PS_OUTOP_MKDIR, NULL, NULL);
    if (!e && mkdir(dir->path, 0777) < 0)
        e = errno;
    if (!e && dir->made_from == 0)
        dir->made_from = n;
    /* EROFS and EACCES may stand before "exists"; opening the folder then tells the truth. */
    int last = saved == '\0';
    enum ps_status status = PS_OK;
    if (e && e != EEXIST && (last || (e != EROFS && e != EACCES && e != EISDIR)))
        status = ps_outio_fail_errno(&dir->io, PS_OUTOP_MKDIR, NULL, e);
    dir->path[n] = saved;
    return status;
}

/* A new folder outlives a power cut only when its parent is on disk too. A parent that may not be
 * read cannot be synced; that is no reason to refuse. */
static enum ps_status sync_parent(struct ps_outdir *dir, size_t n)
{
    size_t cut = n;
    while (cut > 0 && dir->path[cut - 1] != '/')
        cut--;
    char saved = dir->path[cut];
    dir->path[cut] = '\0';
    int fd = open(cut ? dir->path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir->path[cut] = saved;
    if (fd < 0)
        return PS_OK;
    struct ps_outio parent = dir->io;
    parent.dir_fd = fd;
    enum ps_status status = ps_outio_sync_dir(&parent);
    (void)close(fd);
    return status;
}

static enum ps_status make_folders(struct ps_outdir *dir)
{
    struct stat st;
    if (stat(dir->path, &st) == 0)
        return PS_OK;
    size_t n = strlen(dir->path);
    for (size_t i = 1; i <= n; i++) {
        if (dir->path[i] != '/' && dir->path[i] != '\0')
            continue;
        enum ps_status status = make_one_folder(dir, i);
        if (status == PS_OK && dir->made_from != 0)
            status = sync_parent(dir, i);
        if (status != PS_OK)
            return status;
    }
    return PS_OK;
}

static void remove_made_folders(struct ps_outdir *dir)
{
    size_t n = dir->made_from != 0 ? strlen(dir->path) : 0;
    while (dir->made_from != 0 && n >= dir->made_from) {
        dir->path[n] = '\0';
        if (rmdir(dir->path) < 0)
            return; /* somebody put something in: it stays */
        while (n > 0 && dir->path[n - 1] != '/')
            n--;
        while (n > 0 && dir->path[n - 1] == '/')
            n--;
    }
}

/* Two runs, or a run and somebody's own files, must not be mixed in one folder. */
static enum ps_status judge_folder(struct ps_outdir *dir)
{
    int found = 0;
    int visible = 0;
    enum ps_manifest_kind kind = PS_MANIFEST_OURS;
    enum ps_status status = ps_outfolder_manifest(&dir->io, &dir->old, &kind, &found);
    if (status == PS_OK && !found)
        status = ps_outfolder_has_visible(&dir->io, &visible);
    if (status != PS_OK)
        return status;
    if (visible)
        return ps_outio_fail(&dir->io, PS_IO, PS_OUT_FOREIGN, NULL);
    if (kind == PS_MANIFEST_OTHER)
        return ps_outio_fail(&dir->io, PS_IO, PS_OUT_OTHER_PROGRAM, PS_OUT_MANIFEST);
    if (kind == PS_MANIFEST_UNREADABLE)
        return ps_outio_fail(&dir->io, PS_IO, PS_OUT_BAD_MANIFEST, PS_OUT_MANIFEST);
    return PS_OK;
}

static enum ps_status enter_folder(struct ps_outdir *dir)
{
    int damaged = 0;
    enum ps_status status = make_folders(dir);
    if (status == PS_OK)
        status = ps_outio_open_dir(&dir->io);
    /* An old lock file can be opened in a folder that cannot be written: ask before the work. */
    if (status == PS_OK && faccessat(dir->io.dir_fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
        status = ps_outio_fail_errno(&dir->io, PS_OUTOP_CREATE, NULL, errno);
    if (status == PS_OK)
        status = ps_outfolder_lock(&dir->io, &dir->lock_fd, &dir->made_lock);
    if (status == PS_OK)
        status = ps_outfolder_roll_forward(&dir->io, &damaged);
    if (status == PS_OK)
        status = judge_folder(dir);
    if (status == PS_OK && !damaged)
        status = ps_outfolder_clear(&dir->io);
    return status;
}

static char *copy_path(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    char *copy = malloc(n + 1);
    if (copy) {
        memcpy(copy, path, n);
        copy[n] = '\0';
    }
    return copy;
}

enum ps_status ps_outdir_open(const char *path, const struct ps_outhook *hook,
                              struct ps_outdir **out, struct ps_outerror *err)
{
    *out = NULL;
    *err = (struct ps_outerror){0};
    struct ps_outio io = {.path = path, .dir_fd = -1, .hook = hook, .err = err};
    struct ps_outdir *dir = calloc(1, sizeof *dir);
    if (!dir)
        return ps_outio_fail(&io, PS_MEMORY, PS_OUT_MEMORY, NULL);
    dir->io = io;
    dir->lock_fd = -1;
    dir->path = copy_path(path);
    enum ps_status status;
    if (dir->path) {
        dir->io.path = dir->path;
        status = enter_folder(dir);
    } else {
        status = ps_outio_fail(&io, PS_MEMORY, PS_OUT_MEMORY, NULL);
    }
    if (status == PS_OK)
        *out = dir;
    else
        ps_outdir_free(dir);
    return status;
}

/* A name is free when nothing has it, or a file that the old manifest lists. */
static enum ps_status check_name(struct ps_outdir *dir, const char *name)
{
    struct stat st;
    if (!ps_filename_ok(name) || strcmp(name, PS_OUT_MANIFEST) == 0)
        return ps_outio_fail(&dir->io, PS_BUG, PS_OUT_BAD_NAME, name);
    for (size_t i = 0; i < dir->files_n; i++)
        if (strcmp(dir->files[i]->sum.name, name) == 0)
            return ps_outio_fail(&dir->io, PS_BUG, PS_OUT_BAD_NAME, name);
    if (fstatat(dir->io.dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return PS_OK;
    if (!S_ISREG(st.st_mode) || !ps_manifest_find(&dir->old, name))
        return ps_outio_fail(&dir->io, PS_IO, PS_OUT_NAME_TAKEN, name);
    return PS_OK;
}

static enum ps_status append_file(struct ps_outdir *dir, struct ps_outfile *file)
{
    if (dir->files_n == dir->files_capacity) {
        size_t capacity = dir->files_capacity ? 2 * dir->files_capacity : 16;
        struct ps_outfile **files = realloc(dir->files, capacity * sizeof *files);
        if (!files)
            return ps_outio_fail(&dir->io, PS_MEMORY, PS_OUT_MEMORY, NULL);
        dir->files = files;
        dir->files_capacity = capacity;
    }
    dir->files[dir->files_n++] = file;
    return PS_OK;
}

enum ps_status ps_outdir_file(struct ps_outdir *dir, const char *name, struct ps_outfile **out)
{
    *out = NULL;
    if (dir->state != WRITING)
        return ps_outio_fail(&dir->io, PS_BUG, PS_OUT_MISUSE, name);
    enum ps_status status = check_name(dir, name);
    if (status != PS_OK)
        return status;
    struct ps_outfile *file = calloc(1, sizeof *file);
    char *buffer = malloc(BUFFER_BYTES);
    if (!file || !buffer)
        status = ps_outio_fail(&dir->io, PS_MEMORY, PS_OUT_MEMORY, name);
    else
        status = append_file(dir, file);
    if (status != PS_OK) {
        free(file);
        free(buffer);
        return status;
    }
    file->dir = dir;
    file->buffer = buffer;
    file->fd = -1;
    (void)snprintf(file->sum.name, sizeof file->sum.name, "%s", name);
    ps_outio_temp_name(name, file->temp);
    ps_sha256_begin(&file->sha);
    file->status = ps_outio_create(&dir->io, file->temp, &file->fd);
    if (file->status == PS_OK)
        *out = file;
    return file->status;
}

static enum ps_status write_out(struct ps_outfile *file, const char *data, size_t n)
{
    ps_sha256_add(&file->sha, data, n);
    file->sum.bytes_n += n;
    return ps_outio_write(&file->dir->io, file->fd, file->temp, data, n);
}

enum ps_status ps_outfile_write(struct ps_outfile *file, const void *data, size_t n)
{
    if (file->status != PS_OK)
        return file->status;
    if (file->fd < 0)
        return ps_outio_fail(&file->dir->io, PS_BUG, PS_OUT_MISUSE, file->sum.name);
    if (file->used + n > BUFFER_BYTES) {
        file->status = write_out(file, file->buffer, file->used);
        file->used = 0;
    }
    if (file->status == PS_OK && n > BUFFER_BYTES) {
        file->status = write_out(file, data, n);
    } else if (n > 0) {
        memcpy(file->buffer + file->used, data, n);
        file->used += n;
    }
    return file->status;
}

enum ps_status ps_outfile_close(struct ps_outfile *file)
{
    struct ps_outio *io = &file->dir->io;
    if (file->fd < 0)
        return file->status != PS_OK ? file->status
                                     : ps_outio_fail(io, PS_BUG, PS_OUT_MISUSE, file->sum.name);
    if (file->status == PS_OK)
        file->status = write_out(file, file->buffer, file->used);
    if (file->status == PS_OK)
        file->status = ps_outio_sync(io, file->fd, file->temp);
    enum ps_status closed = ps_outio_close(io, file->fd, file->temp);
    if (file->status == PS_OK)
        file->status = closed;
    file->fd = -1;
    free(file->buffer);
    file->buffer = NULL;
    ps_sha256_end(&file->sha, file->sum.sha256);
    return file->status;
}

size_t ps_outdir_files_n(const struct ps_outdir *dir)
{
    return dir->files_n;
}

const struct ps_filesum *ps_outdir_sum(const struct ps_outdir *dir, size_t i)
{
    return &dir->files[i]->sum;
}

static int in_new_set(const struct ps_outdir *dir, const char *name)
{
    for (size_t i = 0; i < dir->files_n; i++)
        if (strcmp(dir->files[i]->sum.name, name) == 0)
            return 1;
    return 0;
}

/* The manifest comes last: a reader who sees the new one sees new files only. */
static enum ps_status fill_journal(struct ps_outdir *dir, const void *manifest, size_t n,
                                   struct ps_journal *journal)
{
    struct ps_filesum sum = {.name = PS_OUT_MANIFEST, .bytes_n = n};
    enum ps_status status = PS_OK;
    ps_sha256_of(manifest, n, sum.sha256);
    for (size_t i = 0; i < dir->files_n && status == PS_OK; i++)
        status = ps_journal_add_put(journal, &dir->files[i]->sum);
    if (status == PS_OK)
        status = ps_journal_add_put(journal, &sum);
    for (size_t i = 0; i < dir->old.n && status == PS_OK; i++)
        if (!in_new_set(dir, dir->old.files[i].name))
            status = ps_journal_add_drop(journal, dir->old.files[i].name);
    if (status == PS_MEMORY)
        (void)ps_outio_fail(&dir->io, PS_MEMORY, PS_OUT_MEMORY, NULL);
    return status;
}

/* Steps (a, the manifest) and (b) of the head of this file. */
static enum ps_status reach_commit_point(struct ps_outdir *dir, const void *manifest, size_t n,
                                         const struct ps_journal *journal)
{
    struct ps_outio *io = &dir->io;
    size_t text_n = 0;
    char *text = ps_journal_format(journal, &text_n);
    if (!text)
        return ps_outio_fail(io, PS_MEMORY, PS_OUT_MEMORY, NULL);
    dir->made_manifest = 1;
    enum ps_status status = ps_outio_put(io, PS_OUT_TEMP_PREFIX PS_OUT_MANIFEST, manifest, n);
    if (status == PS_OK)
        status = ps_outio_sync_dir(io);
    if (status == PS_OK)
        status = ps_outio_put(io, PS_JOURNAL_TEMP, text, text_n);
    if (status == PS_OK)
        status = ps_outio_rename(io, PS_JOURNAL_TEMP, PS_JOURNAL_NAME);
    if (status == PS_OK) {
        dir->state = COMMITTING;
        status = ps_outio_sync_dir(io);
    }
    free(text);
    return status;
}

static enum ps_status check_ready(struct ps_outdir *dir)
{
    if (dir->state != WRITING)
        return ps_outio_fail(&dir->io, PS_BUG, PS_OUT_MISUSE, NULL);
    for (size_t i = 0; i < dir->files_n; i++) {
        if (dir->files[i]->status != PS_OK)
            return dir->files[i]->status;
        if (dir->files[i]->fd >= 0)
            return ps_outio_fail(&dir->io, PS_BUG, PS_OUT_MISUSE, dir->files[i]->sum.name);
    }
    return PS_OK;
}

enum ps_status ps_outdir_commit(struct ps_outdir *dir, const void *manifest, size_t n)
{
    struct ps_journal journal = {0};
    enum ps_status status = check_ready(dir);
    if (status == PS_OK)
        status = fill_journal(dir, manifest, n, &journal);
    if (status == PS_OK)
        status = reach_commit_point(dir, manifest, n, &journal);
    if (status == PS_OK)
        status = ps_journal_apply(&journal, &dir->io);
    if (status == PS_OK)
        dir->state = DONE;
    else if (dir->state == COMMITTING)
        dir->io.err->unfinished = 1;
    else
        ps_outdir_abort(dir);
    ps_journal_free(&journal);
    return status;
}

static void close_file(struct ps_outfile *file)
{
    if (file->fd >= 0)
        (void)close(file->fd); /* its bytes are being thrown away */
    file->fd = -1;
    free(file->buffer);
    file->buffer = NULL;
}

void ps_outdir_abort(struct ps_outdir *dir)
{
    if (dir->state != WRITING)
        return;
    dir->state = GIVEN_UP;
    for (size_t i = 0; i < dir->files_n; i++)
        close_file(dir->files[i]);
    /* Only what this run made: when open failed to complete an older commit, that commit's files
     * must stay. Without hook, and failures ignored: a leftover is cleared by the next open. */
    for (size_t i = 0; i < dir->files_n; i++)
        (void)unlinkat(dir->io.dir_fd, dir->files[i]->temp, 0);
    if (dir->made_manifest) {
        (void)unlinkat(dir->io.dir_fd, PS_OUT_TEMP_PREFIX PS_OUT_MANIFEST, 0);
        (void)unlinkat(dir->io.dir_fd, PS_JOURNAL_TEMP, 0);
    }
    if (dir->made_lock)
        (void)unlinkat(dir->io.dir_fd, PS_OUT_LOCK_NAME, 0);
    remove_made_folders(dir);
}

void ps_outdir_free(struct ps_outdir *dir)
{
    if (!dir)
        return;
    ps_outdir_abort(dir);
    for (size_t i = 0; i < dir->files_n; i++) {
        close_file(dir->files[i]);
        free(dir->files[i]);
    }
    free(dir->files);
    ps_manifest_listing_free(&dir->old);
    if (dir->lock_fd >= 0)
        (void)close(dir->lock_fd);
    if (dir->io.dir_fd >= 0)
        (void)close(dir->io.dir_fd);
    free(dir->path);
    free(dir);
}
