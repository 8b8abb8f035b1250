// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_NEAREST_H
#define PLEDGESIM_NEAREST_H

#include <stddef.h>

/* "Did you mean": the name nearest to a mistyped one by edit distance. */
struct ps_nearest {
    const char *name;
    size_t distance;
};

/* Offers a candidate: *best becomes the nearer one. Zero-initialise before the first offer. */
void ps_nearest_offer(struct ps_nearest *best, const char *typed, const char *candidate);

/* The nearest name when it is near enough to be meant, else NULL. */
const char *ps_nearest_name(const struct ps_nearest *best, const char *typed);

#endif
