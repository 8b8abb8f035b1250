// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SCHEMES_H
#define PLEDGESIM_SCHEMES_H

#include "pledgesim/tables.h"

/* Official schemes of risk sharing (schemes.def): what the empty cells of a product take that names
 * one in its column `scheme`. Stored values of that column count them from 0. */

struct ps_scheme_term {
    const char *column; /* of products.csv */
    const char *value;  /* as a cell would hold it */
    const char *mark;   /* where the value comes from */
};

struct ps_scheme {
    const char *id;
    const char *bank_pct; /* what the terms leave to the bank */
    const char *source;
    const char *doc[PS_LANG_N], *note[PS_LANG_N]; /* a note may be "" */
    const struct ps_scheme_term *terms;
    size_t terms_n;
};

/* All schemes in stored order; *n receives their number. */
const struct ps_scheme *ps_schemes(size_t *n);

/* What a scheme says of a column, or NULL: nothing. PS_NOT_GIVEN is no scheme. */
const struct ps_scheme_term *ps_scheme_term(int64_t scheme, const char *column);

#endif
