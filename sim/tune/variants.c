// SPDX-License-Identifier: GPL-3.0-or-later
#include "variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Axes and the book: a variant is a --set, so the book finds the column, and what is wrong with a
 * value. */

static const char SET[] = "--set";

enum ps_status ps_variants_load(const struct ps_book_request *base, const char *const *texts,
                                size_t texts_n, struct ps_diags *diags, struct ps_book *book)
{
    struct ps_book_request request = *base;
    const char **sets = calloc(base->sets_n + texts_n + 1, sizeof *sets);
    if (sets == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < base->sets_n; i++) {
        sets[i] = base->sets[i];
    }
    for (size_t i = 0; i < texts_n; i++) {
        sets[base->sets_n + i] = texts[i];
    }
    request.sets = sets;
    request.sets_n = base->sets_n + texts_n;
    const enum ps_status status = ps_book_load(&request, diags, book);
    free(sets);
    return status;
}

void ps_variants_place(struct ps_diags *diags, size_t from, const struct ps_axis *axes, int axes_n)
{
    char text[512] = "--vary";
    size_t n = strlen(text);
    for (int a = 0; a < axes_n && n < sizeof text; a++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s %s", a > 0 ? "," : "", axes[a].name);
    }
    ps_diags_move(diags, from, SET, text);
}

struct set_text {
    char s[PS_AXIS_NAME_BYTES + 2 * sizeof(struct ps_axis_text) + 4];
};

static struct set_text set_one(const struct ps_axis *axis, int64_t i)
{
    struct set_text out;
    (void)snprintf(out.s, sizeof out.s, "%s=%s", axis->name, ps_axis_value(axis, i).s);
    return out;
}

enum ps_status ps_axis_bind(const struct ps_book_request *book, struct ps_axis *axis,
                            struct ps_diags *diags)
{
    struct set_text text;
    const char *const texts[] = {text.s};
    const size_t from = diags->n;
    struct ps_book loaded = {0};
    (void)snprintf(text.s, sizeof text.s, "%s=%s|%s", axis->name, ps_axis_value(axis, 0).s,
                   ps_axis_value(axis, axis->steps_n).s);
    const enum ps_status status = ps_variants_load(book, texts, 1, diags, &loaded);
    ps_variants_place(diags, from, axis, 1);
    if (status == PS_OK) {
        /* The only column that is swept: "id@column=value". */
        const char *id = strchr(loaded.scenarios[0].p.scenario_id, '@');
        const size_t n = id == NULL ? 0 : strcspn(id + 1, "=");
        if (n == 0 || n >= sizeof axis->column) {
            ps_book_free(&loaded);
            return ps_status_raise(PS_BUG);
        }
        memcpy(axis->column, id + 1, n);
        axis->column[n] = '\0';
    }
    ps_book_free(&loaded);
    return status;
}

/* The reason for which nothing reads the axis, when all axes are at one end; NULL: something does,
 * or the book does not take these values together. Copied into `why`. */
static const char *idle_at(const struct ps_diags *found, const struct ps_axis *axis, char why[256])
{
    for (size_t i = 0; found->errors_n == 0 && i < found->n; i++) {
        const struct ps_diag *d = &found->items[i];
        if (d->code == PS_DIAG_NO_EFFECT && d->place.file != NULL &&
            strcmp(d->place.file, SET) == 0 && d->args[0] != NULL && d->args[1] != NULL &&
            strcmp(d->args[0], axis->column) == 0) {
            (void)snprintf(why, 256, "%s", d->args[1]);
            return why;
        }
    }
    return NULL;
}

enum ps_status ps_axes_idle(const struct ps_study *study, struct ps_diags *diags)
{
    struct ps_diags found[2] = {{0}, {0}};
    enum ps_status status = PS_OK;
    for (int end = 0; end < 2 && study->axes_n > 0 && status != PS_MEMORY; end++) {
        struct set_text text[PS_BOX_AXES_MAX];
        const char *texts[PS_BOX_AXES_MAX];
        struct ps_book book = {0};
        for (int a = 0; a < study->axes_n; a++) {
            text[a] = set_one(&study->axes[a], end ? study->axes[a].steps_n : 0);
            texts[a] = text[a].s;
        }
        status = ps_variants_load(&study->book, texts, (size_t)study->axes_n, &found[end], &book);
        ps_book_free(&book);
    }
    for (int a = 0; a < study->axes_n; a++) {
        char why[256];
        const struct ps_axis *axis = &study->axes[a];
        if (idle_at(&found[0], axis, why) != NULL && idle_at(&found[1], axis, why) != NULL) {
            const char *const args[] = {axis->column, why, NULL};
            const struct ps_place place = {.file = SET};
            const size_t from = diags->n;
            ps_diags_add(diags, PS_DIAG_NO_EFFECT, &place, axis->name, args);
            ps_variants_place(diags, from, axis, 1);
        }
    }
    ps_diags_free(&found[0]);
    ps_diags_free(&found[1]);
    return status == PS_MEMORY ? status : PS_OK;
}
