// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_NUMTEXT_H
#define PLEDGESIM_NUMTEXT_H

#include <stdint.h>

#include "pledgesim/figures.h"
#include "pledgesim/status.h"

/* Numbers as people read them, the same on the terminal and in the report; by value, so that they
 * can stand in lists of arguments. */

struct ps_text {
    char s[48];
};

struct ps_text ps_text_count(uint64_t n);                /* 1,234,567 */
struct ps_text ps_text_wan(double wan);                  /* 万元 with at most one digit */
struct ps_text ps_text_money(int64_t fen);               /* 万元, exact */
struct ps_text ps_text_share(double fraction);           /* 2.7 %, two digits that count */
struct ps_text ps_text_real(double value, int digits_n); /* fixed digits behind the point */
struct ps_text ps_text_seconds(double s, enum ps_lang lang);
struct ps_text ps_text_bytes(double bytes);

/* "2.65 % [2.58, 2.72]"; an event that never or always happened is a bound, never 0 % or 100 %. */
struct ps_text ps_chance_text(const struct ps_probability *p);

#endif
