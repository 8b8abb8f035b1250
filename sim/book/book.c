// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdlib.h>
#include <string.h>

/* Base name of the folder or file without ".csv": names the results folder. */
static enum ps_status name_book(struct ps_load *load)
{
    const char *path = load->request->path;
    char *full = NULL;
    if (strcmp(path, "-") == 0) {
        path = "stdin";
    } else if (path[strspn(path, "./")] == '\0') {
        full = realpath(path, NULL); /* ".", "..", "/" */
        path = full == NULL ? path : full;
    }
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    if (end - start > 4 && strncmp(path + end - 4, ".csv", 4) == 0) {
        end -= 4;
    }
    load->book->name = end == start ? ps_arena_copy(load->kept, "book", 4)
                                    : ps_arena_copy(load->kept, path + start, end - start);
    free(full);
    return load->book->name == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

static enum ps_status load_all(struct ps_load *load)
{
    const size_t errors_before = load->diags->errors_n;
    enum ps_status status = name_book(load);
    if (status == PS_OK) {
        status = ps_folder_read(load);
    }
    if (status != PS_OK || load->scenarios == NULL) {
        return status;
    }
    status = ps_lines_read(load);
    if (status == PS_OK) {
        status = ps_cases_resolve(load);
    }
    if (status == PS_OK) {
        ps_folder_warn_unread(load);
        if (load->diags->errors_n == errors_before) {
            status = ps_book_fill(load);
        }
    }
    return status;
}

enum ps_status ps_book_load(const struct ps_book_request *request, struct ps_diags *diags,
                            struct ps_book *book)
{
    const size_t errors_before = diags->errors_n, before = diags->n;
    *book = (struct ps_book){0};
    struct ps_load *load = calloc(1, sizeof *load);
    if (load == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    *load =
        (struct ps_load){.request = request, .diags = diags, .book = book, .kept = &book->memory};
    book->load_ = load;
    enum ps_status status = load_all(load);
    ps_load_tell_noted(load);
    if (status == PS_OK && diags->errors_n > errors_before) {
        status = ps_status_raise(load->unreadable ? PS_IO : PS_INPUT);
    }
    if (diags->out_of_memory) {
        status = ps_status_raise(PS_MEMORY);
    }
    load->request = NULL; /* the caller's */
    load->diags = NULL;
    ps_diags_sort(diags, before);
    if (status != PS_OK) {
        ps_book_free(book);
    }
    return status;
}

void ps_book_free(struct ps_book *book)
{
    if (book->load_ != NULL) {
        ps_source_free(book->load_->sources);
        ps_arena_free(&book->load_->scratch);
        free(book->load_);
    }
    ps_arena_free(&book->memory);
    *book = (struct ps_book){0};
}
