// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE 1
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pledgesim/embedded.h"

/* The new folder. Its files are made anew only, so that a second `init` cannot overwrite work. */
struct target {
    const char *path;
    int fd;
    int made; /* the folder was not there before */
    const char *names[64];
    size_t names_n; /* files made so far */
};

static enum ps_status fail(const struct ps_command *command, const char *what)
{
    /* The system has no Chinese of its own: the kind of failure, and the code to look up. */
    const int why = errno;
    char text[128];
    const char *code = strerrorname_np(why);
    (void)snprintf(text, sizeof text, "%s（%s）", ps_status_text(PS_IO, command->lang),
                   code == NULL ? strerror(why) : code);
    ps_complain(command->lang, PS_SAY_CANNOT_MAKE,
                PS_ARGS(what, command->lang == PS_LANG_ZH ? text : strerror(why)));
    return ps_status_raise(PS_IO);
}

/* Whether the folder holds anything; -1 when it cannot be read. */
static int holds_something(int fd)
{
    const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    if (folder == NULL) {
        if (copy >= 0) {
            (void)close(copy);
        }
        return -1;
    }
    int found = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        found |= strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(folder);
    return found;
}

static enum ps_status open_target(const struct ps_command *command, struct target *target)
{
    target->made = mkdir(target->path, 0777) == 0;
    if (!target->made && errno != EEXIST) {
        return fail(command, target->path);
    }
    target->fd = open(target->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (target->fd < 0) {
        return fail(command, target->path);
    }
    const int taken = target->made ? 0 : holds_something(target->fd);
    if (taken < 0) {
        return fail(command, target->path);
    }
    if (taken) {
        ps_complain(command->lang, PS_SAY_FOLDER_TAKEN, PS_ARGS(target->path));
        return ps_status_raise(PS_IO);
    }
    return PS_OK;
}

static int write_all(int fd, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return -1;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

static enum ps_status write_file(const struct ps_command *command, struct target *target,
                                 const char *name, const struct ps_embedded_file *file)
{
    if (target->names_n == sizeof target->names / sizeof *target->names) {
        return ps_status_raise(PS_BUG);
    }
    const int fd = openat(target->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return fail(command, name);
    }
    target->names[target->names_n++] = name;
    int failed = write_all(fd, file->bytes, file->size) != 0 || fsync(fd) != 0;
    const int why = errno;
    failed |= close(fd) != 0 && !failed;
    if (failed) {
        errno = why;
        return fail(command, name);
    }
    return PS_OK;
}

static void undo(const struct target *target)
{
    for (size_t i = 0; i < target->names_n; i++) {
        (void)unlinkat(target->fd, target->names[i], 0);
    }
    if (target->made) {
        (void)rmdir(target->path);
    }
}

enum ps_status ps_cmd_init(const struct ps_command *command)
{
    const struct ps_given *wanted = &command->given[PS_OPT_BOOK_TEMPLATE];
    const char *book = wanted->n > 0 ? wanted->text : ps_option_desc(PS_OPT_BOOK_TEMPLATE)->preset;
    const size_t prefix = strlen(book);
    struct target target = {.path = command->operand == NULL ? book : command->operand, .fd = -1};
    enum ps_status status = open_target(command, &target);
    for (size_t i = 0; i < ps_embedded_files_n && status == PS_OK; i++) {
        const char *path = ps_embedded_files[i].path;
        if (strncmp(path, book, prefix) == 0 && path[prefix] == '/') {
            status = write_file(command, &target, path + prefix + 1, &ps_embedded_files[i]);
        }
    }
    if (status == PS_BUG) {
        ps_show_failure(command, status, NULL);
    }
    if (status != PS_OK) {
        undo(&target);
    } else if (command->given[PS_OPT_QUIET].n == 0) {
        ps_say(stderr, command->lang, PS_SAY_BOOK_MADE,
               PS_ARGS(target.path, ps_text_count(target.names_n).s));
    }
    if (target.fd >= 0) {
        (void)close(target.fd);
    }
    return status;
}
