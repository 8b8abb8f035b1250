// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pledgesim/number.h"
#include "pledgesim/ranges.h"
#include "pledgesim/study.h"

/* Axes from the plausible ranges of the table of parameters. */

enum { WAN_FEN = 1000000 };

/* "50%" of the scenario's own amount, in whole 万元. */
static int64_t share_wan(const struct ps_scenario *scenario, const struct ps_plausible *range,
                         const char *share)
{
    struct ps_decimal decimal;
    int64_t pct = 0, own_fen;
    const char *field = (const char *)&scenario->p + ps_plausible_column(range)->offset;
    memcpy(&own_fen, field, sizeof own_fen);
    if (ps_decimal_parse(share, &decimal) != PS_NUMBER_OK ||
        ps_decimal_to_int(&decimal, 0, &pct) != PS_NUMBER_OK) {
        return 0;
    }
    return (own_fen / WAN_FEN * pct + 50) / 100;
}

enum ps_axis_error ps_axis_plausible(const struct ps_scenario *scenario, struct ps_axis *axis)
{
    const struct ps_plausible *range = ps_plausible_find(axis->name);
    char text[PS_AXIS_NAME_BYTES + 64];
    if (range == NULL) {
        return PS_AXIS_FORM;
    }
    if (ps_plausible_relative(range)) {
        (void)snprintf(text, sizeof text, "%s=%" PRId64 ":%" PRId64, axis->name,
                       share_wan(scenario, range, range->low),
                       share_wan(scenario, range, range->high));
    } else {
        (void)snprintf(text, sizeof text, "%s=%s:%s", axis->name, range->low, range->high);
    }
    return ps_axis_parse(text, axis);
}

/* Something reads the column, whichever end it has. */
static int acts(const struct ps_diags *found, const struct ps_axis *axis)
{
    for (size_t i = 0; i < found->n; i++) {
        const struct ps_diag *d = &found->items[i];
        if (d->code == PS_DIAG_NO_EFFECT && d->args[0] != NULL &&
            strcmp(d->args[0], axis->column) == 0) {
            return 0;
        }
    }
    return 1;
}

enum ps_status ps_axes_plausible(const struct ps_book_request *book,
                                 const struct ps_scenario *scenario, struct ps_axis *axes,
                                 int axes_max, int *axes_n)
{
    size_t ranges_n;
    const struct ps_plausible *ranges = ps_plausible_all(&ranges_n);
    enum ps_status status = PS_OK;
    *axes_n = 0;
    for (size_t i = 0; i < ranges_n && *axes_n < axes_max && status != PS_MEMORY; i++) {
        struct ps_axis *axis = &axes[*axes_n];
        struct ps_diags found = {0};
        *axis = (struct ps_axis){0};
        (void)snprintf(axis->name, sizeof axis->name, "%s", ranges[i].column);
        if (ps_axis_plausible(scenario, axis) == PS_AXIS_OK) {
            status = ps_axis_bind(book, axis, &found);
            *axes_n += status == PS_OK && acts(&found, axis);
        }
        ps_diags_free(&found);
    }
    return status == PS_MEMORY ? status : PS_OK;
}
