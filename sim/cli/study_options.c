// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_options.h"

#include <stdlib.h>
#include <string.h>

#include "figure_names.h"
#include "pledgesim/textfile.h"

static enum ps_status refuse(const struct ps_command *command, enum ps_message message,
                             const char *text)
{
    ps_complain(command->lang, message, PS_ARGS(text));
    return ps_status_raise(PS_USAGE);
}

/* Full-width signs and digits are taken, as in books; blanks about the signs do not count.
 * Malloc'd; NULL when the text is no valid UTF-8. */
static char *tidy(const char *text)
{
    char *norm = ps_text_norm(text, strlen(text));
    size_t n = 0;
    for (const char *c = norm; c != NULL && *c != '\0'; c++) {
        const char *next = c + strspn(c, " ");
        if (*c == ' ' && (n == 0 || strchr("=:|", norm[n - 1]) != NULL || *next == '\0' ||
                          strchr("=:|", *next) != NULL)) {
            continue;
        }
        norm[n++] = *c;
    }
    if (norm != NULL) {
        norm[n] = '\0';
    }
    return norm;
}

enum ps_status ps_study_axes(const struct ps_command *command, char **texts, struct ps_axis *axes,
                             int axes_min, int axes_max, int *axes_n)
{
    static const enum ps_message WRONG[] = {[PS_AXIS_FORM] = PS_SAY_TUNE_VARY_FORM,
                                            [PS_AXIS_NUMBER] = PS_SAY_TUNE_VARY_NUMBER,
                                            [PS_AXIS_EMPTY] = PS_SAY_TUNE_VARY_EMPTY};
    const struct ps_given *vary = &command->given[PS_OPT_VARY];
    if (vary->list_n < (size_t)axes_min || vary->list_n > (size_t)axes_max) {
        return refuse(command, PS_SAY_TUNE_VARY_COUNT, ps_text_count((uint64_t)axes_max).s);
    }
    for (size_t i = 0; i < vary->list_n; i++) {
        texts[i] = tidy(vary->list[i]);
        if (texts[i] == NULL) {
            return refuse(command, PS_SAY_TUNE_VARY_FORM, vary->list[i]); /* no valid UTF-8 */
        }
        if (*texts[i] != '\0' && strlen(texts[i]) < sizeof axes[i].name &&
            strchr(texts[i], '=') == NULL) {
            axes[i] = (struct ps_axis){0};
            (void)snprintf(axes[i].name, sizeof axes[i].name, "%s", texts[i]);
            continue;
        }
        const enum ps_axis_error error = ps_axis_parse(texts[i], &axes[i]);
        if (error != PS_AXIS_OK) {
            return refuse(command, WRONG[error], vary->list[i]);
        }
        if (ps_axis_uneven(&axes[i]) && command->given[PS_OPT_QUIET].n == 0) {
            ps_complain(command->lang, PS_SAY_TUNE_VARY_UNEVEN,
                        PS_ARGS(vary->list[i], ps_axis_value(&axes[i], axes[i].steps_n).s));
        }
    }
    *axes_n = (int)vary->list_n;
    return PS_OK;
}

static enum ps_status figure_unknown(const struct ps_command *command, const char *text,
                                     const char *near)
{
    ps_complain(command->lang, PS_SAY_TUNE_FIGURE, PS_ARGS(text));
    if (near != NULL) {
        ps_say(stderr, command->lang, PS_SAY_MEANT_NAME, PS_ARGS(near));
    }
    return ps_status_raise(PS_USAGE);
}

/* Writes the signs ≤ and ≥ as two. */
static void plain_signs(char *text)
{
    static const char LESS[] = "\xe2\x89\xa4", MORE[] = "\xe2\x89\xa5"; /* three bytes each */
    char *sign = strstr(text, LESS);
    const int less = sign != NULL;
    sign = less ? sign : strstr(text, MORE);
    if (sign != NULL) {
        sign[0] = less ? '<' : '>';
        sign[1] = '=';
        memmove(sign + 2, sign + 3, strlen(sign + 3) + 1);
    }
}

/* Full-width signs and digits are taken, as in books, and figures in words. */
static enum ps_metric_error parse_constraint(const char *text, struct ps_constraint *constraint,
                                             const char **near)
{
    char *norm = ps_text_norm(text, strlen(text));
    char named[sizeof(struct ps_figure_name) + 64];
    *near = NULL;
    if (norm == NULL) {
        return PS_METRIC_NO_COMPARISON;
    }
    plain_signs(norm);
    const size_t n = strcspn(norm, "<>");
    char *name = strndup(norm, n);
    while (name != NULL && *name != '\0' && name[strlen(name) - 1] == ' ') {
        name[strlen(name) - 1] = '\0';
    }
    (void)snprintf(named, sizeof named, "%s%s", ps_figure_of_words(name == NULL ? "" : name).s,
                   norm + n);
    const enum ps_metric_error error = ps_constraint_parse(named, constraint, near);
    if (error == PS_METRIC_OK) { /* it is shown as it was given */
        (void)snprintf(constraint->text, sizeof constraint->text, "%s", norm);
    }
    free(name);
    free(norm);
    return error;
}

enum ps_metric_error ps_study_metric(const char *text, int ratios, struct ps_metric *metric,
                                     const char **near)
{
    char *norm = ps_text_norm(text, strlen(text));
    *near = NULL;
    const struct ps_figure_name name = ps_figure_of_words(norm == NULL ? "" : norm);
    const enum ps_metric_error error =
        ratios ? ps_metric_parse_any(name.s, metric, near) : ps_metric_parse(name.s, metric, near);
    free(norm);
    return error;
}

enum ps_status ps_study_constraints(const struct ps_command *command,
                                    struct ps_constraint constraints[PS_CONSTRAINTS_MAX],
                                    int *constraints_n)
{
    static const enum ps_message WRONG[] = {[PS_METRIC_NO_COMPARISON] = PS_SAY_TUNE_ST_FORM,
                                            [PS_METRIC_BAD_NUMBER] = PS_SAY_TUNE_ST_NUMBER,
                                            [PS_METRIC_EMPTY] = PS_SAY_TUNE_ST_EMPTY,
                                            [PS_METRIC_OUT_OF_RANGE] = PS_SAY_TUNE_ST_RANGE};
    const struct ps_given *st = &command->given[PS_OPT_ST];
    if (st->list_n < 1 || st->list_n > PS_CONSTRAINTS_MAX) {
        return refuse(command, PS_SAY_TUNE_ST_COUNT, "");
    }
    for (size_t i = 0; i < st->list_n; i++) {
        const char *near;
        const enum ps_metric_error error = parse_constraint(st->list[i], &constraints[i], &near);
        if (error == PS_METRIC_UNKNOWN) {
            return figure_unknown(command, st->list[i], near);
        }
        if (error != PS_METRIC_OK) {
            return refuse(command, WRONG[error], st->list[i]);
        }
        constraints[i].watch = (int)i;
    }
    *constraints_n = (int)st->list_n;
    return PS_OK;
}

enum ps_status ps_study_objective(const struct ps_command *command, const struct ps_axis *axes,
                                  int axes_n, struct ps_objective *objective)
{
    const struct ps_given *small = &command->given[PS_OPT_MINIMIZE];
    const struct ps_given *large = &command->given[PS_OPT_MAXIMIZE];
    *objective = (struct ps_objective){.maximise = large->n > 0};
    if (small->n > 0 && large->n > 0) {
        return refuse(command, PS_SAY_TUNE_BOTH, "");
    }
    if (small->n == 0 && large->n == 0) {
        return PS_OK;
    }
    const char *name = small->n > 0 ? small->text : large->text, *near;
    for (int a = 0; a < axes_n; a++) {
        if (strcmp(axes[a].name, name) == 0 || strcmp(axes[a].column, name) == 0) {
            objective->axis = a;
            return PS_OK;
        }
    }
    objective->axis = -1;
    if (ps_study_metric(name, 0, &objective->metric, &near) != PS_METRIC_OK) {
        const enum ps_status status = figure_unknown(command, name, near);
        if (near == NULL) {
            ps_say(stderr, command->lang, PS_SAY_TUNE_NOT_VARIED, NULL);
        }
        return status;
    }
    return objective->metric.kind == PS_METRIC_QUANTILE || objective->metric.kind == PS_METRIC_RATIO
               ? refuse(command, PS_SAY_TUNE_QUANTILE, name)
               : PS_OK;
}
