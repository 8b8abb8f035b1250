// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_names.h"

#include <stdlib.h>
#include <string.h>

/* Figures in words. The words stand in the heads of the printed tables (messages.def) and in the
 * list of measures (measures.def); nowhere else. */

static const struct {
    enum ps_message head;
    const char *name;
} HEADS[] = {{PS_SAY_FIGURE_DEPLETION, "p_depletion"},
             {PS_SAY_FIGURE_TARGET, "p_target_cumulative"},
             {PS_SAY_FIGURE_TARGET_ANNUAL, "p_target_annual"},
             {PS_SAY_FIGURE_REGISTERED, "registered_total"},
             {PS_SAY_FIGURE_COMPENSATION, "compensation_gross"},
             {PS_SAY_FIGURE_FISCAL, "fiscal_net_cost"},
             {PS_SAY_FIGURE_REFUSED, "refused_n"}};

enum { HEADS_N = sizeof HEADS / sizeof *HEADS };

static const char PROBABILITY[] = "概率", MEAN[] = "均值", QUANTILE[] = "分位数";

static struct ps_figure_name plain(const char *prefix, const char *name, const char *suffix)
{
    struct ps_figure_name out;
    (void)snprintf(out.s, sizeof out.s, "%s%s%s", prefix, name, suffix);
    return out;
}

/* "95%分位数" or "99.9%分位数" as "_q95", "_q999"; 0 when it is something else. */
static int quantile_suffix(const char *text, char suffix[16])
{
    size_t n = 0;
    memcpy(suffix, "_q", 2);
    for (; n < 8 && ((*text >= '0' && *text <= '9') || *text == '.'); text++) {
        if (*text != '.') {
            suffix[2 + n++] = *text;
        }
    }
    suffix[2 + n] = '\0';
    text += *text == '%';
    return n > 0 && strcmp(text, QUANTILE) == 0;
}

/* A measure in Chinese, with what is asked of it behind; 0 when `text` is something else. */
static int of_measure(enum ps_measure measure, const char *text, struct ps_figure_name *out)
{
    const struct ps_measure_desc *desc = ps_measure_desc(measure);
    const size_t n = strlen(desc->doc[PS_LANG_ZH]);
    const int flag = desc->unit == PS_MU_FLAG;
    char suffix[16] = "";
    if (strncmp(text, desc->doc[PS_LANG_ZH], n) != 0) {
        return 0;
    }
    text += n;
    if (*text != '\0' && strcmp(text, flag ? PROBABILITY : MEAN) != 0 &&
        (flag || !quantile_suffix(text, suffix))) {
        return 0;
    }
    *out = plain(flag ? "p_" : "", desc->name, suffix);
    return 1;
}

struct ps_figure_name ps_figure_of_words(const char *text)
{
    struct ps_figure_name out;
    for (size_t i = 0; i < HEADS_N; i++) {
        for (int lang = 0; lang < PS_LANG_N; lang++) {
            if (strcmp(text, ps_message(HEADS[i].head, (enum ps_lang)lang)) == 0) {
                return plain("", HEADS[i].name, "");
            }
        }
    }
    for (int m = 0; m < PS_MEASURE_N; m++) {
        if (of_measure((enum ps_measure)m, text, &out)) {
            return out;
        }
    }
    return plain("", text, "");
}

struct ps_figure_name ps_figure_words(const struct ps_metric *metric, enum ps_lang lang)
{
    char suffix[32];
    if (lang != PS_LANG_ZH) {
        return plain("", metric->name, "");
    }
    for (size_t i = 0; i < HEADS_N; i++) {
        if (strcmp(metric->name, HEADS[i].name) == 0) {
            return plain("", ps_message(HEADS[i].head, lang), "");
        }
    }
    if (metric->kind == PS_METRIC_RATIO) {
        return plain("", ps_ratio_desc(metric->ratio)->doc[lang], "");
    }
    if (metric->kind == PS_METRIC_QUANTILE) {
        (void)snprintf(suffix, sizeof suffix, "%g%%%s", 100 * metric->level, QUANTILE);
    } else {
        (void)snprintf(suffix, sizeof suffix, "%s",
                       metric->kind == PS_METRIC_PROBABILITY ? PROBABILITY : MEAN);
    }
    return plain("", ps_measure_desc(metric->measure)->doc[lang], suffix);
}
