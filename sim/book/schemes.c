// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/schemes.h"

#include <string.h>

#include "book_internal.h"

#define PS_SCHEME(id, bank_pct, source, en, zh, note_en, note_zh)                                  \
    static const struct ps_scheme_term TERMS_##id[] = {
#define PS_TERM(column, value, mark) {#column, value, mark},
#define PS_SCHEME_END(id)                                                                          \
    }                                                                                              \
    ;
#include "pledgesim/schemes.def"
#undef PS_SCHEME
#undef PS_TERM
#undef PS_SCHEME_END

static const struct ps_scheme SCHEMES[] = {
#define PS_SCHEME(id_, bank_pct_, source_, en, zh, note_en, note_zh)                               \
    {.id = #id_,                                                                                   \
     .bank_pct = (bank_pct_),                                                                      \
     .source = (source_),                                                                          \
     .doc = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)},                                            \
     .note = {[PS_LANG_ZH] = (note_zh), [PS_LANG_EN] = (note_en)},                                 \
     .terms = TERMS_##id_,                                                                         \
     .terms_n = sizeof TERMS_##id_ / sizeof TERMS_##id_[0]},
#define PS_TERM(column, value, mark)
#define PS_SCHEME_END(id)
#include "pledgesim/schemes.def"
#undef PS_SCHEME
#undef PS_TERM
#undef PS_SCHEME_END
};

const struct ps_scheme *ps_schemes(size_t *n)
{
    *n = sizeof SCHEMES / sizeof SCHEMES[0];
    return SCHEMES;
}

const struct ps_scheme_term *ps_scheme_term(int64_t scheme, const char *column)
{
    if (scheme == PS_NOT_GIVEN) {
        return NULL;
    }
    for (size_t i = 0; i < SCHEMES[scheme].terms_n; i++) {
        if (strcmp(SCHEMES[scheme].terms[i].column, column) == 0) {
            return &SCHEMES[scheme].terms[i];
        }
    }
    return NULL;
}

/* ---- in a book ---- */

const struct ps_scheme_term *ps_rows_term(const struct ps_rows *rows, size_t row,
                                          const struct ps_column_desc *column)
{
    const size_t from = rows->from[row];
    if (rows->table != PS_TABLE_products || ps_rows_override(rows, row, column) != NULL ||
        (from != SIZE_MAX && ps_source_state(rows->source, from, column) != PS_CELL_EMPTY)) {
        return NULL;
    }
    const struct ps_products_row *product = ps_rows_at(rows, row);
    return ps_scheme_term(product->scheme, column->column);
}

void ps_rows_follow_schemes(struct ps_rows *products)
{
    const struct ps_table_desc *desc = ps_table_desc(PS_TABLE_products);
    for (size_t i = 0; i < products->n; i++) {
        for (size_t k = 0; k < desc->columns_n; k++) {
            struct ps_column_desc column = desc->columns[k];
            const struct ps_scheme_term *term = ps_rows_term(products, i, &desc->columns[k]);
            if (term != NULL) { /* in the place of the column's own default */
                struct ps_value value;
                column.preset = term->value;
                ps_value_preset(&column, &value);
                ps_value_store(&column, &value, products->bytes + i * desc->row_bytes);
            }
        }
    }
}

void ps_schemes_tell_unknown(const char *text, const char *norm, const struct ps_place *place,
                             struct ps_diags *diags)
{
    struct ps_nearest best = {0};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
        ps_nearest_offer(&best, norm, SCHEMES[i].id);
        ps_nearest_offer(&best, norm, SCHEMES[i].doc[PS_LANG_ZH]);
    }
    const char *const args[] = {best.name, NULL};
    ps_diags_add(diags, PS_DIAG_SCHEME_UNKNOWN, place, text, args);
}
