// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LAYOUT_H
#define PLEDGESIM_KERNEL_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/* Lays arrays out in one block handed in by the caller; with base NULL it only measures. Arrays
 * start on 64-byte lines: vector loads like whole ones. */
struct layout {
    unsigned char *base;
    size_t at;
};

static inline void *layout_take(struct layout *at, size_t count, size_t bytes)
{
    at->at = (at->at + 63) & ~(size_t)63;
    void *p = at->base ? at->base + at->at : 0;
    at->at += count * bytes;
    return p;
}

/* Bytes to ask for: room to start on a line. */
static inline size_t layout_bytes(const struct layout *at)
{
    return at->at + 64;
}

static inline void *layout_align(void *memory)
{
    const size_t off = (size_t)((uintptr_t)memory & 63);
    return (unsigned char *)memory + (off ? 64 - off : 0);
}

#endif
