// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PANEL_CARRIER_H
#define PLEDGESIM_PANEL_CARRIER_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/arena.h"
#include "pledgesim/status.h"

/*
 * Carries data from one machine's memory to another's by way of bytes. A carry function visits the
 * members of its object in order and serves both directions: writing it reads the members, reading
 * it sets them. Numbers are little-endian and of the same size everywhere.
 *
 * An array that a pointer leads to is a piece of its own: equal pieces are kept once, so plans that
 * differ in little cost little. Bytes: the number of pieces; of each its count of elements, its
 * size and its bytes, a piece after all those it leads to. The last is the object itself.
 */

struct piece;

struct carrier {
    int reading;
    int failed;              /* no memory, or the bytes are none of ours; from then on, idle */
    const void *whole;       /* writing: what is carried, for counts that stand elsewhere in it */
    struct ps_arena *memory; /* reading: holds the arrays */
    unsigned char *bytes;    /* of the current piece */
    size_t at, bytes_n;
    struct piece *pieces;
    size_t pieces_n, pieces_max;
};

typedef void carry_fn(struct carrier *c, void *x);

/* Numbers. */
carry_fn ps_carry_char, ps_carry_int, ps_carry_int16_t, ps_carry_int64_t, ps_carry_uint32_t,
    ps_carry_uint64_t, ps_carry_size_t, ps_carry_double;

/* The first n elements of an array of `most`; reading, n is what was written and the others stay as
 * they are. */
void ps_carry_first(struct carrier *c, void *array, size_t n, size_t most, size_t element_bytes,
                    carry_fn *carry);

/* An array behind a pointer: gives the pointer to store, `array` itself when writing. Reading, n is
 * what was written; NULL for no elements. */
void *ps_carry_many(struct carrier *c, const void *array, size_t n, size_t element_bytes,
                    carry_fn *carry);

/* The object as bytes, malloc'd. PS_MEMORY. */
enum ps_status ps_carry_out(const void *object, carry_fn *carry, unsigned char **bytes,
                            size_t *bytes_n) PS_MUST_CHECK;

/* Fills the object, which is zeroed; its arrays are the arena's. PS_INPUT when the bytes are no
 * such object, or memory is out. */
enum ps_status ps_carry_in(void *object, carry_fn *carry, const unsigned char *bytes,
                           size_t bytes_n, struct ps_arena *memory) PS_MUST_CHECK;

#endif
