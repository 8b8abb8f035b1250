// SPDX-License-Identifier: GPL-3.0-or-later
#include "carrier.h"

#include <stdlib.h>
#include <string.h>

#include "pledgesim/kmath.h"

struct piece {
    carry_fn
        *carry; /* of its elements, when known: equal bytes of another type are another piece */
    size_t elements_n;
    unsigned char *bytes; /* writing: owned */
    size_t bytes_n;
    void *made; /* reading: the array, once somebody asked for it */
};

/* Every element takes a byte at least, so a count beyond the bytes is nonsense. */
enum { NUMBER_BYTES = 8, COUNT_BYTES = 4, PIECES_STEP = 64 };

/* ---- bytes ---- */

static int room(struct carrier *c, size_t n)
{
    if (c->failed || (c->reading && n > c->bytes_n - c->at)) {
        c->failed = 1;
        return 0;
    }
    if (!c->reading && c->at + n > c->bytes_n) {
        const size_t larger = 2 * c->bytes_n + n + NUMBER_BYTES;
        unsigned char *bytes = realloc(c->bytes, larger);
        if (bytes == NULL) {
            c->failed = 1;
            return 0;
        }
        c->bytes = bytes;
        c->bytes_n = larger;
    }
    return 1;
}

/* The lowest n bytes of a number; 0 after a failure. */
static uint64_t carry_bits(struct carrier *c, uint64_t bits, int n)
{
    if (!room(c, (size_t)n)) {
        return 0;
    }
    uint64_t out = 0;
    for (int i = 0; i < n; i++, c->at++) {
        if (!c->reading) {
            c->bytes[c->at] = (unsigned char)(bits >> 8 * i);
        }
        out |= (uint64_t)c->bytes[c->at] << 8 * i;
    }
    return out;
}

/* What is written may be constant: only reading stores. */
#define CARRY_NUMBER(type, n)                                                                      \
    void ps_carry_##type(struct carrier *c, void *x)                                               \
    {                                                                                              \
        type *number = x;                                                                          \
        const uint64_t bits = carry_bits(c, c->reading ? 0 : (uint64_t)*number, n);                \
        if (c->reading) {                                                                          \
            *number = (type)bits;                                                                  \
        }                                                                                          \
    }

CARRY_NUMBER(char, 1)
CARRY_NUMBER(int, 4)
CARRY_NUMBER(int16_t, 2)
CARRY_NUMBER(int64_t, 8)
CARRY_NUMBER(uint32_t, 4)
CARRY_NUMBER(uint64_t, 8)
CARRY_NUMBER(size_t, 8)

void ps_carry_double(struct carrier *c, void *x)
{
    double *number = x;
    const uint64_t bits = carry_bits(c, c->reading ? 0 : ps_bits(*number), NUMBER_BYTES);
    if (c->reading) {
        *number = ps_from_bits(bits);
    }
}

/* ---- arrays ---- */

static void carry_elements(struct carrier *c, void *array, size_t n, size_t element_bytes,
                           carry_fn *carry)
{
    for (size_t i = 0; i < n && !c->failed; i++) {
        carry(c, (unsigned char *)array + i * element_bytes);
    }
}

void ps_carry_first(struct carrier *c, void *array, size_t n, size_t most, size_t element_bytes,
                    carry_fn *carry)
{
    n = carry_bits(c, n, COUNT_BYTES);
    if (n > most) {
        c->failed = 1;
        return;
    }
    carry_elements(c, array, n, element_bytes, carry);
}

/* Adds a piece and gives its number. The bytes are the piece's from here on. */
static size_t piece_add(struct carrier *c, struct piece piece)
{
    for (size_t k = 0; !c->reading && k < c->pieces_n; k++) {
        const struct piece *p = &c->pieces[k];
        if (p->carry == piece.carry && p->elements_n == piece.elements_n &&
            p->bytes_n == piece.bytes_n && memcmp(p->bytes, piece.bytes, piece.bytes_n) == 0) {
            free(piece.bytes);
            return k;
        }
    }
    if (c->pieces_n == c->pieces_max) {
        const size_t larger = 2 * c->pieces_max + PIECES_STEP;
        struct piece *pieces = realloc(c->pieces, larger * sizeof *pieces);
        if (pieces == NULL) {
            free(c->reading ? NULL : piece.bytes);
            c->failed = 1;
            return 0;
        }
        c->pieces = pieces;
        c->pieces_max = larger;
    }
    c->pieces[c->pieces_n] = piece;
    return c->pieces_n++;
}

/* Writes the elements into a piece of their own. */
static size_t piece_write(struct carrier *c, void *array, size_t n, size_t element_bytes,
                          carry_fn *carry)
{
    unsigned char *const outer = c->bytes;
    const size_t outer_at = c->at, outer_n = c->bytes_n;
    c->bytes = NULL;
    c->at = c->bytes_n = 0;
    carry_elements(c, array, n, element_bytes, carry);
    const struct piece piece = {
        .carry = carry, .elements_n = n, .bytes = c->bytes, .bytes_n = c->at};
    c->bytes = outer;
    c->at = outer_at;
    c->bytes_n = outer_n;
    if (c->failed) {
        free(piece.bytes);
        return 0;
    }
    return piece_add(c, piece);
}

/* Makes the array of piece k, unless it is there. A piece leads to earlier ones only. */
static void *piece_read(struct carrier *c, size_t k, size_t element_bytes, carry_fn *carry)
{
    struct piece *piece = &c->pieces[k];
    if (piece->made != NULL) {
        c->failed |= piece->carry != carry;
        return piece->made;
    }
    if (piece->elements_n > SIZE_MAX / element_bytes) {
        c->failed = 1;
        return NULL;
    }
    void *made = ps_arena_take(c->memory, piece->elements_n * element_bytes);
    if (made == NULL) {
        c->failed = 1;
        return NULL;
    }
    memset(made, 0, piece->elements_n * element_bytes);
    const struct carrier outer = *c;
    c->bytes = piece->bytes;
    c->bytes_n = piece->bytes_n;
    c->at = 0;
    c->pieces_n = k;
    carry_elements(c, made, piece->elements_n, element_bytes, carry);
    c->failed |= c->at != c->bytes_n;
    c->bytes = outer.bytes;
    c->bytes_n = outer.bytes_n;
    c->at = outer.at;
    c->pieces_n = outer.pieces_n;
    piece->carry = carry;
    piece->made = made;
    return made;
}

/* A pointer to what is only read, for a carry function, which could also set it. */
static void *for_carrying(const void *array)
{
    const union {
        const void *from;
        void *to;
    } pointer = {.from = array};
    return pointer.to;
}

void *ps_carry_many(struct carrier *c, const void *array, size_t n, size_t element_bytes,
                    carry_fn *carry)
{
    void *elements = for_carrying(array);
    if (!c->reading) {
        const size_t number = n > 0 ? piece_write(c, elements, n, element_bytes, carry) + 1 : 0;
        (void)carry_bits(c, number, COUNT_BYTES);
        return elements;
    }
    const size_t number = carry_bits(c, 0, COUNT_BYTES);
    if (number > c->pieces_n) {
        c->failed = 1;
    }
    return c->failed || number == 0 ? NULL : piece_read(c, number - 1, element_bytes, carry);
}

/* ---- the whole ---- */

/* Puts all pieces behind each other. */
static void pieces_join(struct carrier *c)
{
    (void)carry_bits(c, c->pieces_n, COUNT_BYTES);
    for (size_t k = 0; k < c->pieces_n; k++) {
        const struct piece *piece = &c->pieces[k];
        (void)carry_bits(c, piece->elements_n, COUNT_BYTES);
        (void)carry_bits(c, piece->bytes_n, COUNT_BYTES);
        if (room(c, piece->bytes_n)) {
            memcpy(c->bytes + c->at, piece->bytes, piece->bytes_n);
            c->at += piece->bytes_n;
        }
    }
}

enum ps_status ps_carry_out(const void *object, carry_fn *carry, unsigned char **bytes,
                            size_t *bytes_n)
{
    struct carrier c = {.whole = object};
    (void)piece_write(&c, for_carrying(object), 1, 1, carry);
    pieces_join(&c);
    for (size_t k = 0; k < c.pieces_n; k++) {
        free(c.pieces[k].bytes);
    }
    free(c.pieces);
    if (c.failed) {
        free(c.bytes);
        return ps_status_raise(PS_MEMORY);
    }
    *bytes = c.bytes;
    *bytes_n = c.at;
    return PS_OK;
}

/* Finds where each piece begins. */
static void pieces_part(struct carrier *c)
{
    const size_t n = carry_bits(c, 0, COUNT_BYTES);
    for (size_t k = 0; k < n && !c->failed; k++) {
        const size_t elements_n = carry_bits(c, 0, COUNT_BYTES);
        const size_t bytes_n = carry_bits(c, 0, COUNT_BYTES);
        if (elements_n > bytes_n || !room(c, bytes_n)) {
            c->failed = 1;
            return;
        }
        (void)piece_add(c, (struct piece){.elements_n = elements_n,
                                          .bytes = c->bytes + c->at,
                                          .bytes_n = bytes_n});
        c->at += bytes_n;
    }
}

enum ps_status ps_carry_in(void *object, carry_fn *carry, const unsigned char *bytes,
                           size_t bytes_n, struct ps_arena *memory)
{
    struct carrier c = {
        .reading = 1, .memory = memory, .bytes = for_carrying(bytes), .bytes_n = bytes_n};
    pieces_part(&c);
    c.failed |= c.at != bytes_n || c.pieces_n == 0;
    if (!c.failed) {
        const struct piece *last = &c.pieces[--c.pieces_n];
        c.bytes = last->bytes;
        c.bytes_n = last->bytes_n;
        c.at = 0;
        carry(&c, object);
        c.failed |= c.at != c.bytes_n;
    }
    free(c.pieces);
    return c.failed ? ps_status_raise(PS_INPUT) : PS_OK;
}
