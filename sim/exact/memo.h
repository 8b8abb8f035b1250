// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_EXACT_MEMO_H
#define PLEDGESIM_EXACT_MEMO_H

#include "pledgesim/exact.h"

/* The law of a book: that of the memo where its names are the same as then, else computed and kept
 * there. memo NULL: computed. slot: which of the memo's laws. */
enum ps_status ps_exact_memo_law(struct ps_exact_memo *memo, int slot,
                                 const struct ps_loss_book *book, int months_max,
                                 struct ps_loss_law *law) PS_MUST_CHECK;

#endif
