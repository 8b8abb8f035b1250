// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_METRIC_H
#define PLEDGESIM_METRIC_H

#include "pledgesim/engine.h"

/* Figures by name, and the demands made on them: "p_depletion<=1%". Shared by tune, sweep,
 * sensitivity, stress and compare. */

enum ps_metric_kind {
    PS_METRIC_PROBABILITY, /* of a flag: p_depletion */
    PS_METRIC_MEAN,        /* fiscal_net_cost, or fiscal_net_cost_wan_mean as in summary.csv */
    PS_METRIC_QUANTILE,    /* npl_peak_q95: judged by the share of worlds beyond a limit */
    PS_METRIC_RATIO        /* of two means: claim_rate */
};

enum { PS_METRIC_NAME_BYTES = 64 };

struct ps_metric {
    enum ps_metric_kind kind;
    enum ps_measure measure; /* of a ratio: the numerator */
    double level;            /* of a quantile */
    enum ps_ratio ratio;     /* of a ratio */
    char name[PS_METRIC_NAME_BYTES];
};

/* The probability of a flag, the mean of any other measure; its name is the one in result files. */
struct ps_metric ps_metric_of(enum ps_measure measure);

/* What is wrong with a text. */
enum ps_metric_error {
    PS_METRIC_OK,
    PS_METRIC_UNKNOWN,       /* no such figure; `near` may name one */
    PS_METRIC_NO_COMPARISON, /* neither <= nor >= */
    PS_METRIC_BAD_NUMBER,    /* the limit is no number, or has the wrong unit */
    PS_METRIC_OUT_OF_RANGE,  /* a probability or share outside 0 .. 100 % */
    PS_METRIC_EMPTY          /* a probability of 0 or 100 %: no bound can tell */
};

/* Understands the name of a figure. near receives the nearest name, or NULL. */
enum ps_metric_error ps_metric_parse(const char *text, struct ps_metric *metric, const char **near)
    PS_MUST_CHECK;

/* The same, and the ratios of means. */
enum ps_metric_error ps_metric_parse_any(const char *text, struct ps_metric *metric,
                                         const char **near) PS_MUST_CHECK;

/* What the figure is divided by for showing, and its unit then, as ps_measure_unit_name. */
double ps_metric_divisor(const struct ps_metric *metric);
const char *ps_metric_unit(const struct ps_metric *metric);

/* A figure may be at most, or must be at least, a limit. */
struct ps_constraint {
    struct ps_metric metric;
    int at_most;
    double limit; /* unit of the measure: fen, ppm, months; probabilities as fractions */
    int watch;    /* place in the request's watches; the caller's to set */
    char text[PS_METRIC_NAME_BYTES + 32]; /* as given */
};

/* NAME<=VALUE or NAME>=VALUE; the value as in a cell, with an optional unit (1%, 300万元). */
enum ps_metric_error ps_constraint_parse(const char *text, struct ps_constraint *constraint,
                                         const char **near) PS_MUST_CHECK;

/* What must be counted for a quantile to be judged; nothing for the other kinds. */
struct ps_watch ps_constraint_watch(const struct ps_constraint *constraint);

/* An estimate with its two one-sided bounds, each at the confidence asked for. For a quantile under
 * a constraint: of the share of worlds beyond the limit. */
struct ps_metric_value {
    double value, lower, upper;
};

/* Probabilities: exact binomial bounds; means: normal. Not defined for a quantile. */
struct ps_metric_value ps_metric_read(const struct ps_metric *metric, const struct ps_row *row,
                                      double confidence);

enum ps_judgement {
    PS_MET,   /* the unfavourable bound meets the limit */
    PS_OPEN,  /* the interval holds the limit */
    PS_MISSED /* the favourable bound misses it */
};

/* A constraint under the worlds of a row. `share` of a quantile is what may lie beyond. */
struct ps_judged {
    enum ps_judgement judgement;
    struct ps_metric_value value;
    double limit; /* what value is compared with: the limit, or a quantile's share */
    int at_most;  /* sense of that comparison */
};

struct ps_judged ps_constraint_judge(const struct ps_constraint *constraint,
                                     const struct ps_row *row, double confidence);

/* The same under another limit, of the same sense. */
struct ps_judged ps_judged_at(const struct ps_judged *judged, double limit);

/* Eq. (11.11): is half of the 95 % interval at most `precision` of the figure or of its limit? */
int ps_constraint_precise(const struct ps_constraint *constraint, const struct ps_row *row,
                          double precision);

#endif
