// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "page.h"

/* Columns and figures in Chinese words; in English they go by their names, as on the terminal. */

/* The column of an axis, "pool_initial_wan" or "products.cq_direct.pool_share_pct", whose row
 * receives "cq_direct", or "". */
static const struct ps_column_desc *column_of(const char *text, char row[PS_ID_BYTES])
{
    const char *first = strchr(text, '.'), *last = strrchr(text, '.');
    row[0] = '\0';
    if (first == NULL)
        return ps_page_column(PS_TABLE_scenarios, text);
    (void)snprintf(row, PS_ID_BYTES, "%.*s", last > first ? (int)(last - first - 1) : 0, first + 1);
    for (int t = 0; t < PS_TABLE_N; t++) {
        const char *name = ps_table_desc((enum ps_table)t)->name;
        if (strlen(name) == (size_t)(first - text) && strncmp(name, text, strlen(name)) == 0)
            return ps_page_column((enum ps_table)t, last + 1);
    }
    return NULL;
}

const struct ps_column_desc *ps_page_column(enum ps_table table, const char *name)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    for (size_t k = 0; k < desc->columns_n; k++)
        if (strcmp(desc->columns[k].column, name) == 0)
            return &desc->columns[k];
    return NULL;
}

struct ps_page_said ps_page_axis(enum ps_lang lang, const struct ps_axis *axis)
{
    struct ps_page_said out;
    char row[PS_ID_BYTES];
    const struct ps_column_desc *column = column_of(axis->column, row);
    if (lang != PS_LANG_ZH || column == NULL) {
        (void)snprintf(out.s, sizeof out.s, "%s", axis->name);
        return out;
    }
    const char *unit = ps_column_unit(column, lang);
    (void)snprintf(out.s, sizeof out.s, "%s%s%s%s%s%s", row, *row == '\0' ? "" : " ",
                   column->doc[lang], *unit == '\0' ? "" : "（", unit, *unit == '\0' ? "" : "）");
    return out;
}

struct ps_page_said ps_page_axis_at(enum ps_lang lang, const struct ps_axis *axis, int64_t at)
{
    struct ps_page_said out;
    char row[PS_ID_BYTES];
    const struct ps_column_desc *column = column_of(axis->column, row);
    const struct ps_axis_text value = ps_axis_value(axis, at);
    if (lang != PS_LANG_ZH || column == NULL)
        (void)snprintf(out.s, sizeof out.s, "%s=%s", axis->name, value.s);
    else
        (void)snprintf(out.s, sizeof out.s, "%s%s%s %s %s", row, *row == '\0' ? "" : " ",
                       column->doc[lang], value.s, ps_column_unit(column, lang));
    /* A column without a unit leaves a blank behind. */
    size_t n = strlen(out.s);
    while (n > 0 && out.s[n - 1] == ' ')
        out.s[--n] = '\0';
    return out;
}

/* The figures that the page names everywhere have its own words. */
struct ps_page_said ps_page_figure(enum ps_lang lang, const struct ps_metric *metric)
{
    static const struct {
        enum ps_measure measure;
        enum ps_word word;
    } TOLD[] = {{PS_M_DEPLETED, PS_WORD_DEPLETION},
                {PS_M_TARGET_CUMULATIVE, PS_WORD_TARGET_CUMULATIVE},
                {PS_M_TARGET_ANNUAL, PS_WORD_TARGET_ANNUAL}};
    struct ps_page_said out;
    char level[16];
    if (lang != PS_LANG_ZH) {
        (void)snprintf(out.s, sizeof out.s, "%s", metric->name);
        return out;
    }
    for (size_t i = 0; i < sizeof TOLD / sizeof *TOLD; i++)
        if (metric->measure == TOLD[i].measure && metric->kind == PS_METRIC_PROBABILITY)
            return ps_page_said(lang, TOLD[i].word, NULL);
    (void)snprintf(level, sizeof level, "%g", 100 * metric->level);
    return ps_page_said(lang,
                        metric->kind == PS_METRIC_PROBABILITY ? PS_WORD_FIGURE_PROBABILITY
                        : metric->kind == PS_METRIC_MEAN      ? PS_WORD_FIGURE_MEAN
                                                              : PS_WORD_FIGURE_QUANTILE,
                        PS_PAGE_ARGS(ps_measure_desc(metric->measure)->doc[lang], level));
}

/* A value of a figure with its unit; a quantile is judged by a share, but its limit is a value. */
struct ps_text ps_page_limit(const struct ps_metric *metric, double value, enum ps_lang lang)
{
    struct ps_text out;
    const enum ps_measure_unit unit = ps_measure_desc(metric->measure)->unit;
    if (metric->kind == PS_METRIC_PROBABILITY)
        (void)snprintf(out.s, sizeof out.s, "%.10g%%", 100 * value);
    else if (unit == PS_MU_PPM)
        (void)snprintf(out.s, sizeof out.s, "%.10g%%", value / 10000);
    else
        (void)snprintf(out.s, sizeof out.s, "%.10g%s", value / ps_measure_divisor(metric->measure),
                       unit == PS_MU_FEN      ? " 万元"
                       : unit == PS_MU_MONTHS ? ps_word_text(PS_WORD_UNIT_MONTHS, lang)
                                              : "");
    return out;
}

struct ps_page_said ps_page_constraint(enum ps_lang lang, const struct ps_constraint *constraint)
{
    struct ps_page_said out;
    if (lang != PS_LANG_ZH)
        (void)snprintf(out.s, sizeof out.s, "%s", constraint->text);
    else
        (void)snprintf(out.s, sizeof out.s, "%.900s %s %s",
                       ps_page_figure(lang, &constraint->metric).s, constraint->at_most ? "≤" : "≥",
                       ps_page_limit(&constraint->metric, constraint->limit, lang).s);
    return out;
}
