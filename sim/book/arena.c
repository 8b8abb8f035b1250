// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)256 * 1024)

struct ps_arena_chunk {
    struct ps_arena_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

static void *take_aligned(struct ps_arena *arena, size_t n, size_t alignment)
{
    struct ps_arena_chunk *chunk = arena->chunks;
    if (chunk != NULL) {
        const size_t start = (chunk->used + alignment - 1) / alignment * alignment;
        if (start <= chunk->size && n <= chunk->size - start) {
            chunk->used = start + n;
            return chunk->bytes + start;
        }
    }
    const size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;
    if (size > SIZE_MAX - sizeof *chunk) {
        return NULL;
    }
    chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL) {
        return NULL;
    }
    *chunk = (struct ps_arena_chunk){.next = arena->chunks, .used = n, .size = size};
    arena->chunks = chunk;
    return chunk->bytes;
}

void *ps_arena_take(struct ps_arena *arena, size_t n)
{
    return take_aligned(arena, n, _Alignof(max_align_t));
}

char *ps_arena_copy(struct ps_arena *arena, const char *text, size_t n)
{
    char *copy = take_aligned(arena, n + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, n);
        copy[n] = '\0';
    }
    return copy;
}

void ps_arena_free(struct ps_arena *arena)
{
    while (arena->chunks != NULL) {
        struct ps_arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
}
