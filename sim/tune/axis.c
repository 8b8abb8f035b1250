// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <string.h>

#include "pledgesim/number.h"
#include "pledgesim/outcsv.h"
#include "pledgesim/study.h"

enum { PARTS = 3, PART_BYTES = 48, SCALE_MAX = 9 };

/* Cuts "LO:HI:STEP" into its parts; their number, 0 when there are too many or one is too long. */
static int cut(const char *text, char part[PARTS][PART_BYTES])
{
    int n = 0;
    for (;;) {
        const size_t length = strcspn(text, ":");
        if (n == PARTS || length == 0 || length >= PART_BYTES) {
            return 0;
        }
        memcpy(part[n], text, length);
        part[n++][length] = '\0';
        text += length;
        if (*text == '\0') {
            return n;
        }
        text++;
    }
}

/* "a|b|c": no word empty, none too long. */
static enum ps_axis_error words_parse(const char *text, struct ps_axis *axis)
{
    axis->words = text;
    for (;;) {
        const size_t length = strcspn(text, "|");
        if (length == 0 || length >= sizeof(struct ps_axis_text)) {
            return PS_AXIS_FORM;
        }
        if (text[length] == '\0') {
            return PS_AXIS_OK;
        }
        text += length + 1;
        axis->steps_n++;
    }
}

enum ps_axis_error ps_axis_parse(const char *text, struct ps_axis *axis)
{
    char part[PARTS][PART_BYTES];
    struct ps_decimal decimal[PARTS];
    int64_t value[PARTS] = {0, 0, 1};
    *axis = (struct ps_axis){.step = 1};
    const char *sign = strchr(text, '=');
    if (sign == NULL || sign == text || sign - text >= PS_AXIS_NAME_BYTES) {
        return PS_AXIS_FORM;
    }
    memcpy(axis->name, text, (size_t)(sign - text));
    if (strchr(sign, '|') != NULL) {
        return words_parse(sign + 1, axis);
    }
    const int n = cut(sign + 1, part);
    if (n < 2) {
        return PS_AXIS_FORM;
    }
    for (int i = 0; i < n; i++) {
        if (ps_decimal_parse(part[i], &decimal[i]) != PS_NUMBER_OK ||
            decimal[i].unit != PS_UNIT_NONE) {
            return PS_AXIS_NUMBER;
        }
        axis->scale = decimal[i].scale > axis->scale ? decimal[i].scale : axis->scale;
    }
    if (axis->scale > SCALE_MAX) {
        return PS_AXIS_NUMBER;
    }
    for (int i = 0; i < n; i++) {
        if (ps_decimal_to_int(&decimal[i], axis->scale, &value[i]) != PS_NUMBER_OK ||
            value[i] > INT32_MAX || value[i] < INT32_MIN) {
            return PS_AXIS_NUMBER;
        }
    }
    if (value[2] <= 0 || value[1] - value[0] < value[2]) {
        return PS_AXIS_EMPTY;
    }
    axis->lo = value[0];
    axis->hi = value[1];
    axis->step = value[2];
    axis->steps_n = (value[1] - value[0]) / value[2];
    return PS_AXIS_OK;
}

struct ps_axis_text ps_axis_value(const struct ps_axis *axis, int64_t i)
{
    struct ps_axis_text out;
    if (axis->words != NULL) {
        const char *word = axis->words;
        for (; i > 0; i--) {
            word += strcspn(word, "|") + 1;
        }
        (void)snprintf(out.s, sizeof out.s, "%.*s", (int)strcspn(word, "|"), word);
        return out;
    }
    char plain[PS_NUMBER_TEXT_SIZE];
    ps_format_scaled(axis->lo + i * axis->step, axis->scale, plain);
    (void)snprintf(out.s, sizeof out.s, "%.30s", plain);
    return out;
}

int ps_axis_uneven(const struct ps_axis *axis)
{
    return axis->words == NULL && axis->lo + axis->steps_n * axis->step != axis->hi;
}

double ps_axis_real(const struct ps_axis *axis, double at)
{
    double unit = 1;
    for (int i = 0; i < axis->scale; i++) {
        unit *= 10;
    }
    return ((double)axis->lo + at * (double)axis->step) / unit;
}
