// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/errors.h"
#include "pledgesim/figures.h"
#include "pledgesim/math.h"
#include "pledgesim/nearest.h"
#include "pledgesim/number.h"
#include "pledgesim/pairs.h"

static const char PROBABILITY[] = "p_";

/* ---- names ---- */

static int ends_with(const char *name, size_t n, const char *ending)
{
    const size_t m = strlen(ending);
    return n > m && strncmp(name + n - m, ending, m) == 0;
}

/* Cuts "_q95", "_q999" off the name; the level, or 0 without. */
static double quantile_level(const char *name, size_t *n)
{
    size_t at = *n;
    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9') {
        at--;
    }
    const size_t digits_n = *n - at;
    if (digits_n < 2 || digits_n > 4 || at < 2 || name[at - 1] != 'q' || name[at - 2] != '_') {
        return 0;
    }
    double level = 0, unit = 1;
    for (size_t i = at; i < *n; i++) {
        unit /= 10;
        level += unit * (name[i] - '0');
    }
    *n = at - 2;
    return level;
}

static enum ps_measure measure_of(const char *name, size_t n)
{
    for (int m = 0; m < PS_MEASURE_N; m++) {
        const char *known = ps_measure_desc((enum ps_measure)m)->name;
        if (strlen(known) == n && strncmp(known, name, n) == 0) {
            return (enum ps_measure)m;
        }
    }
    return PS_MEASURE_N;
}

/* Measures as figures are called when they are events; those that are none have no use of theirs.
 */
static const char *const AS_EVENTS[] = {
#define PS_MEASURE(symbol, name, unit, tier, en, zh) [PS_M_##symbol] = "p_" name,
#include "pledgesim/measures.def"
#undef PS_MEASURE
};

/* Events first: the name of one without p_ means the event, not a measure that looks like it. */
static const char *nearest_metric(const char *text)
{
    struct ps_nearest best = {0};
    for (int event = 1; event >= 0; event--) {
        for (int m = 0; m < PS_MEASURE_N; m++) {
            const struct ps_measure_desc *desc = ps_measure_desc((enum ps_measure)m);
            if ((desc->unit == PS_MU_FLAG) == event) {
                ps_nearest_offer(&best, text, event ? AS_EVENTS[m] : desc->name);
            }
        }
    }
    return ps_nearest_name(&best, text);
}

struct ps_metric ps_metric_of(enum ps_measure measure)
{
    const struct ps_measure_desc *desc = ps_measure_desc(measure);
    const int flag = desc->unit == PS_MU_FLAG;
    struct ps_metric metric = {.kind = flag ? PS_METRIC_PROBABILITY : PS_METRIC_MEAN,
                               .measure = measure};
    (void)snprintf(metric.name, sizeof metric.name, "%s%s", flag ? PROBABILITY : "", desc->name);
    return metric;
}

/* The same figure has the same name, however it was written. */
static void name_metric(struct ps_metric *metric, const char *text)
{
    if (metric->kind == PS_METRIC_QUANTILE) {
        (void)snprintf(metric->name, sizeof metric->name, "%s%s",
                       ps_measure_desc(metric->measure)->name, strrchr(text, '_'));
    } else {
        *metric = ps_metric_of(metric->measure);
    }
}

enum ps_metric_error ps_metric_parse(const char *text, struct ps_metric *metric, const char **near)
{
    size_t n = strlen(text);
    *metric = (struct ps_metric){.kind = PS_METRIC_MEAN};
    *near = NULL;
    if (n < sizeof metric->name) {
        const char *name = text;
        if (strncmp(name, PROBABILITY, 2) == 0) {
            metric->kind = PS_METRIC_PROBABILITY;
            name += 2;
            n -= 2;
        } else {
            metric->level = quantile_level(name, &n);
            metric->kind = metric->level > 0 ? PS_METRIC_QUANTILE : PS_METRIC_MEAN;
            n -= ends_with(name, n, "_mean") ? strlen("_mean") : 0;
            n -= ends_with(name, n, "_wan") ? strlen("_wan") : 0;
        }
        metric->measure = measure_of(name, n);
        if (metric->measure != PS_MEASURE_N) {
            const int flag = ps_measure_desc(metric->measure)->unit == PS_MU_FLAG;
            if (flag == (metric->kind == PS_METRIC_PROBABILITY)) {
                name_metric(metric, text);
                return PS_METRIC_OK;
            }
        }
    }
    *near = nearest_metric(text);
    return PS_METRIC_UNKNOWN;
}

enum ps_metric_error ps_metric_parse_any(const char *text, struct ps_metric *metric,
                                         const char **near)
{
    for (int r = 0; r < PS_RATIO_N; r++) {
        const struct ps_ratio_desc *desc = ps_ratio_desc((enum ps_ratio)r);
        if (strcmp(text, desc->name) == 0 || strcmp(text, desc->doc[PS_LANG_ZH]) == 0) {
            *near = NULL;
            *metric = (struct ps_metric){
                .kind = PS_METRIC_RATIO, .measure = desc->numerator, .ratio = (enum ps_ratio)r};
            (void)snprintf(metric->name, sizeof metric->name, "%s", desc->name);
            return PS_METRIC_OK;
        }
    }
    return ps_metric_parse(text, metric, near);
}

double ps_metric_divisor(const struct ps_metric *metric)
{
    return metric->kind == PS_METRIC_RATIO ? ps_ratio_divisor(metric->ratio)
                                           : ps_measure_divisor(metric->measure);
}

const char *ps_metric_unit(const struct ps_metric *metric)
{
    return metric->kind == PS_METRIC_RATIO ? ps_ratio_desc(metric->ratio)->unit
                                           : ps_measure_unit_name(metric->measure);
}

/* ---- limits ---- */

/* Powers of ten from the unit of the text to that of the measure; 0 when they do not go together.
 */
static int unit_fits(enum ps_measure_unit measure, int probability, enum ps_unit unit, int *shift)
{
    if (probability) {
        *shift = unit == PS_UNIT_PERCENT ? -2 : unit == PS_UNIT_PERMILLE ? -3 : 0;
        return unit <= PS_UNIT_PERMILLE;
    }
    switch (measure) {
    case PS_MU_FEN: /* 万元 unless it says otherwise */
        *shift = unit == PS_UNIT_YUAN ? 2 : unit == PS_UNIT_YI ? 10 : 6;
        return unit == PS_UNIT_NONE || (unit >= PS_UNIT_YUAN && unit <= PS_UNIT_YI);
    case PS_MU_PPM: /* a fraction or a multiple */
        *shift = unit == PS_UNIT_PERCENT ? 4 : unit == PS_UNIT_PERMILLE ? 3 : 6;
        return unit <= PS_UNIT_PERMILLE || unit == PS_UNIT_TIMES;
    case PS_MU_MONTHS:
        *shift = 0;
        return unit == PS_UNIT_NONE || unit == PS_UNIT_MONTH;
    default:
        *shift = 0;
        return unit == PS_UNIT_NONE;
    }
}

/* Ratios of a part to its whole; all but the leverage are. */
static int is_share(enum ps_measure measure)
{
    return ps_measure_desc(measure)->unit == PS_MU_PPM && measure != PS_M_LEVERAGE;
}

static enum ps_metric_error limit_parse(const char *text, struct ps_constraint *c)
{
    struct ps_decimal decimal;
    const int probability = c->metric.kind == PS_METRIC_PROBABILITY;
    int shift;
    text += strspn(text, " ");
    if (ps_decimal_parse(text, &decimal) != PS_NUMBER_OK ||
        !unit_fits(ps_measure_desc(c->metric.measure)->unit, probability, decimal.unit, &shift) ||
        ps_decimal_to_double(&decimal, shift, &c->limit) != PS_NUMBER_OK) {
        return PS_METRIC_BAD_NUMBER;
    }
    const double whole = probability ? 1 : is_share(c->metric.measure) ? 1e6 : HUGE_VAL;
    if (isfinite(whole) && (c->limit < 0 || c->limit > whole)) {
        return PS_METRIC_OUT_OF_RANGE;
    }
    /* Always so, or not to be shown by any number of worlds. */
    return probability && (c->limit <= 0 || c->limit >= 1) ? PS_METRIC_EMPTY : PS_METRIC_OK;
}

enum ps_metric_error ps_constraint_parse(const char *text, struct ps_constraint *constraint,
                                         const char **near)
{
    *constraint = (struct ps_constraint){.watch = -1};
    *near = NULL;
    const char *sign = strpbrk(text, "<>");
    if (sign == NULL || sign[1] != '=') {
        return PS_METRIC_NO_COMPARISON;
    }
    char name[PS_METRIC_NAME_BYTES];
    size_t n = (size_t)(sign - text);
    while (n > 0 && text[n - 1] == ' ') {
        n--;
    }
    if (n >= sizeof name || strlen(text) >= sizeof constraint->text) {
        return PS_METRIC_UNKNOWN;
    }
    memcpy(name, text, n);
    name[n] = '\0';
    (void)snprintf(constraint->text, sizeof constraint->text, "%s", text);
    constraint->at_most = *sign == '<';
    const enum ps_metric_error error = ps_metric_parse(name, &constraint->metric, near);
    return error == PS_METRIC_OK ? limit_parse(sign + 2, constraint) : error;
}

/* A quantile is at most x when few enough worlds lie above x; at least x when few lie below. Whole
 * numbers are compared with the whole limit that says the same. */
struct ps_watch ps_constraint_watch(const struct ps_constraint *c)
{
    if (c->metric.kind != PS_METRIC_QUANTILE) {
        return (struct ps_watch){.measure = PS_M_DEPLETED, .threshold = INT64_MAX};
    }
    return (struct ps_watch){.measure = c->metric.measure,
                             .below = !c->at_most,
                             .threshold = (int64_t)(c->at_most ? floor(c->limit) : ceil(c->limit))};
}

/* ---- judging ---- */

/* Worlds in pairs tell less: their bounds count a pair as one world. */
static struct ps_metric_value share_value(int paired, uint64_t k, uint64_t n, double confidence)
{
    return (struct ps_metric_value){.value = n > 0 ? (double)k / (double)n : (double)NAN,
                                    .lower = paired ? ps_pairs_binomial_lower(k, n, confidence)
                                                    : ps_binomial_lower(k, n, confidence),
                                    .upper = paired ? ps_pairs_binomial_upper(k, n, confidence)
                                                    : ps_binomial_upper(k, n, confidence)};
}

struct ps_metric_value ps_metric_read(const struct ps_metric *metric, const struct ps_row *row,
                                      double confidence)
{
    const struct ps_moments *m = &row->moments[metric->measure];
    if (metric->kind == PS_METRIC_PROBABILITY) {
        return share_value(row->paired, (uint64_t)m->sum, m->n, confidence);
    }
    const struct ps_estimate mean = ps_row_mean(row, metric->measure);
    const double reach = ps_norm_quantile(confidence) * mean.se;
    return (struct ps_metric_value){
        .value = mean.value, .lower = mean.value - reach, .upper = mean.value + reach};
}

struct ps_judged ps_judged_at(const struct ps_judged *judged, double limit)
{
    struct ps_judged out = *judged;
    const double far = out.at_most ? out.value.upper : -out.value.lower;
    const double near = out.at_most ? out.value.lower : -out.value.upper;
    const double most = out.at_most ? limit : -limit;
    out.limit = limit;
    out.judgement = far <= most ? PS_MET : near > most ? PS_MISSED : PS_OPEN;
    return out;
}

struct ps_judged ps_constraint_judge(const struct ps_constraint *c, const struct ps_row *row,
                                     double confidence)
{
    struct ps_judged out = {.limit = c->limit, .at_most = c->at_most};
    if (c->metric.kind == PS_METRIC_QUANTILE) {
        const uint64_t n = row->moments[c->metric.measure].n;
        out.value = share_value(row->paired, row->watched_n[c->watch], n, confidence);
        out.limit = c->at_most ? 1 - c->metric.level : c->metric.level;
        out.at_most = 1;
    } else {
        out.value = ps_metric_read(&c->metric, row, confidence);
    }
    return ps_judged_at(&out, out.limit);
}

/* Distance to the end that counts: a demand of 80 % leaves 20 %. */
static double scale_of(const struct ps_constraint *c, const struct ps_judged *judged)
{
    const int left = c->metric.kind == PS_METRIC_PROBABILITY && !c->at_most;
    const double value = left ? 1 - judged->value.value : fabs(judged->value.value);
    const double limit = left ? 1 - judged->limit : fabs(judged->limit);
    return value > limit ? value : limit;
}

int ps_constraint_precise(const struct ps_constraint *c, const struct ps_row *row, double precision)
{
    const struct ps_judged judged = ps_constraint_judge(c, row, 0.975);
    const double half_width = 0.5 * (judged.value.upper - judged.value.lower);
    return half_width <= precision * scale_of(c, &judged);
}
