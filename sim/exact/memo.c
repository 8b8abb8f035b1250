// SPDX-License-Identifier: GPL-3.0-or-later
#include "memo.h"

#include <stdlib.h>
#include <string.h>

/* All that a law depends on, as one array. */
static double *key_of(const struct ps_loss_book *book, int months_max, size_t *n)
{
    const size_t stride = 5 + (size_t)months_max;
    *n = 2 + book->names_n * stride;
    double *key = calloc(*n, sizeof *key);
    if (key == NULL) {
        return NULL;
    }
    key[0] = book->index_known;
    key[1] = book->index;
    for (size_t i = 0; i < book->names_n; i++) {
        const struct ps_loss_name *name = &book->names[i];
        double *at = key + 2 + i * stride;
        at[0] = name->a;
        at[1] = name->b;
        at[2] = name->months;
        at[3] = (double)name->loss;
        at[4] = name->shift != NULL;
        for (int t = 0; name->shift != NULL && t < name->months && t < months_max; t++) {
            at[5 + t] = name->shift[t];
        }
    }
    return key;
}

static enum ps_status copy_law(const struct ps_loss_law *from, struct ps_loss_law *law)
{
    *law = *from;
    law->p = malloc(from->cells_n * sizeof *law->p);
    if (law->p == NULL) {
        *law = (struct ps_loss_law){0};
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(law->p, from->p, from->cells_n * sizeof *law->p);
    return PS_OK;
}

static void forget(struct ps_exact_memo *memo, int slot)
{
    free(memo->key[slot]);
    memo->key[slot] = NULL;
    memo->key_n[slot] = 0;
    ps_loss_law_free(&memo->law[slot]);
}

enum ps_status ps_exact_memo_law(struct ps_exact_memo *memo, int slot,
                                 const struct ps_loss_book *book, int months_max,
                                 struct ps_loss_law *law)
{
    if (memo == NULL) {
        return ps_loss_law(book, law);
    }
    size_t n = 0;
    double *key = key_of(book, months_max, &n);
    if (key == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (memo->key_n[slot] == n && memcmp(key, memo->key[slot], n * sizeof *key) == 0) {
        free(key);
        return copy_law(&memo->law[slot], law);
    }
    forget(memo, slot);
    const enum ps_status status = ps_loss_law(book, &memo->law[slot]);
    if (status != PS_OK) {
        free(key);
        return status;
    }
    memo->key[slot] = key;
    memo->key_n[slot] = n;
    return copy_law(&memo->law[slot], law);
}

void ps_exact_memo_free(struct ps_exact_memo *memo)
{
    for (int slot = 0; slot < PS_EXACT_LAWS_N; slot++) {
        forget(memo, slot);
    }
}
