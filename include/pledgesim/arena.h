// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ARENA_H
#define PLEDGESIM_ARENA_H

#include <stddef.h>

/* Many small pieces of memory that live and die together. Zero-initialise before use. */
struct ps_arena {
    struct ps_arena_chunk *chunks;
};

/* n bytes aligned for any object; NULL when memory is out. Owned by the arena. */
void *ps_arena_take(struct ps_arena *arena, size_t n);

/* A NUL-terminated copy of n bytes; NULL when memory is out. Owned by the arena. */
char *ps_arena_copy(struct ps_arena *arena, const char *text, size_t n);

void ps_arena_free(struct ps_arena *arena);

#endif
