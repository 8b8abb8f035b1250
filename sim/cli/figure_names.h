// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_FIGURE_NAMES_H
#define PLEDGESIM_CLI_FIGURE_NAMES_H

#include "command.h"
#include "pledgesim/metric.h"

struct ps_figure_name {
    char s[256];
};

/* The name of a figure that is given in words (a head of a printed table, or a measure in Chinese
 * with 概率, 均值 or 95%分位数 behind it); any other text as it is. */
struct ps_figure_name ps_figure_of_words(const char *text);

/* A figure in words: in English its name. */
struct ps_figure_name ps_figure_words(const struct ps_metric *metric, enum ps_lang lang);

#endif
