// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_JUDGEDTEXT_H
#define PLEDGESIM_JUDGEDTEXT_H

#include "pledgesim/numtext.h"
#include "pledgesim/study.h"

/* What a constraint was judged by, in words; terminal and report tell it alike. */

/* A value of a metric; shares with at least two digits that count. */
struct ps_text ps_metric_text(const struct ps_metric *metric, double value);

/* "0.93 % [<= 0.97 %]": the estimate and the one-sided bound that counts. An event that never or
 * always happened has a bound only. */
struct ps_text ps_judged_text(const struct ps_constraint *constraint,
                              const struct ps_judged *judged);

#endif
