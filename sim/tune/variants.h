// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TUNE_VARIANTS_H
#define PLEDGESIM_TUNE_VARIANTS_H

#include "pledgesim/study.h"

/* The book with what the request sets and these texts behind it: the last of several values of a
 * column counts. */
enum ps_status ps_variants_load(const struct ps_book_request *base, const char *const *texts,
                                size_t texts_n, struct ps_diags *diags, struct ps_book *book)
    PS_MUST_CHECK;

/* What was added from `from` on and stands at --set stands at the --vary of these axes. */
void ps_variants_place(struct ps_diags *diags, size_t from, const struct ps_axis *axes, int axes_n);

#endif
