// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__extension__ typedef __int128 wide;

/* What a cell of scenarios.csv is being read for. */
struct reading {
    struct ps_load *load;
    const struct ps_binding *binding;
    const char *text;
    const struct ps_place *place;
    struct ps_item *item;
};

static void refuse(const struct reading *r, enum ps_diag_code code, const char *arg)
{
    const char *const args[] = {arg, NULL};
    ps_diags_add(r->load->diags, code, r->place, r->text, args);
    r->item->bad = 1;
}

static enum ps_status take_values(const struct reading *r, size_t n)
{
    r->item->values = ps_load_take(&r->load->scratch, n, sizeof *r->item->values);
    r->item->values_n = n;
    return r->item->values == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
}

/* ---- a|b|c ---- */

static int is_repeated(const struct reading *r, size_t i)
{
    const struct ps_value *values = r->item->values;
    const int is_real = ps_kind_is_real(r->binding->column->kind);
    for (size_t k = 0; k < i; k++) {
        const int lower =
            is_real ? values[k].real < values[i].real : values[k].whole < values[i].whole;
        const int higher =
            is_real ? values[k].real > values[i].real : values[k].whole > values[i].whole;
        if (!lower && !higher) {
            return 1;
        }
    }
    return 0;
}

static enum ps_status read_list(const struct reading *r, const char *norm)
{
    size_t n = 1;
    for (const char *p = norm; *p != '\0'; p++) {
        n += *p == '|';
    }
    if (n > PS_SCENARIOS_MAX) {
        refuse(r, PS_DIAG_SWEEP_TOO_MANY, "10000");
        return PS_OK;
    }
    enum ps_status status = take_values(r, n);
    if (status != PS_OK) {
        return status;
    }
    char *parts = ps_arena_copy(&r->load->scratch, norm, strlen(norm));
    if (parts == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        char *end = strchr(parts, '|');
        char *next = end == NULL ? parts : end + 1;
        end = end == NULL ? parts + strlen(parts) : end;
        while (end > parts && end[-1] == ' ') {
            end--;
        }
        *end = '\0';
        parts += strspn(parts, " ");
        if (!ps_value_parse(r->binding->column, r->binding->unit, parts, parts, r->place,
                            r->load->diags, &r->item->values[i])) {
            r->item->bad = 1;
        } else if (!r->item->bad && is_repeated(r, i)) {
            refuse(r, PS_DIAG_SWEEP_REPEATED, parts);
        }
        parts = next;
    }
    return PS_OK;
}

/* ---- lowest:highest:step ---- */

static const char *unit_text(enum ps_unit unit)
{
    static const char *const TEXTS[] = {
        [PS_UNIT_NONE] = "",      [PS_UNIT_PERCENT] = "%", [PS_UNIT_PERMILLE] = "‰",
        [PS_UNIT_YUAN] = "元",    [PS_UNIT_WAN] = "万元",  [PS_UNIT_YI] = "亿元",
        [PS_UNIT_MONTH] = "个月", [PS_UNIT_YEAR] = "年",   [PS_UNIT_TIMES] = "倍",
    };
    return TEXTS[unit];
}

/* Three numbers at one scale and in one unit. 0 when the text is something else. */
static int read_range(const struct reading *r, const char *norm, struct ps_decimal d[3])
{
    char part[PS_NAME_BYTES];
    for (int i = 0; i < 3; i++) {
        const char *end = i < 2 ? strchr(norm, ':') : norm + strlen(norm);
        const size_t n = end == NULL ? sizeof part : (size_t)(end - norm);
        if (n >= sizeof part) {
            refuse(r, PS_DIAG_SWEEP_FORM, NULL);
            return 0;
        }
        memcpy(part, norm, n);
        part[n] = '\0';
        const enum ps_number_error error = ps_decimal_parse(part, &d[i]);
        if (error != PS_NUMBER_OK) {
            ps_diags_add(r->load->diags, ps_number_diag(part, error), r->place, r->text, NULL);
            r->item->bad = 1;
            return 0;
        }
        norm = end + 1;
    }
    int scale = d[0].scale > d[1].scale ? d[0].scale : d[1].scale;
    scale = scale > d[2].scale ? scale : d[2].scale;
    for (int i = 0; i < 3; i++) {
        int overflow = d[i].unit != d[0].unit;
        for (; d[i].scale < scale && !overflow; d[i].scale++) {
            overflow = __builtin_mul_overflow(d[i].mantissa, (wide)10, &d[i].mantissa);
        }
        /* Room for the additions below. */
        const wide limit = (wide)1 << 120;
        if (overflow || d[i].mantissa > limit || d[i].mantissa < -limit) {
            refuse(r, PS_DIAG_SWEEP_FORM, NULL);
            return 0;
        }
    }
    return 1;
}

/* Told once: a second value with the same flaw would say the same of the same cell. */
static int parse_quietly(const struct reading *r, size_t i, const char *text)
{
    struct ps_diags quiet = {0};
    struct ps_diags *diags = i == 0 ? r->load->diags : &quiet;
    int ok = ps_value_parse(r->binding->column, r->binding->unit, text, text, r->place, diags,
                            &r->item->values[i]);
    if (!ok && i > 0) {
        ok = ps_value_parse(r->binding->column, r->binding->unit, text, text, r->place,
                            r->load->diags, &r->item->values[i]);
    }
    ps_diags_free(&quiet);
    return ok;
}

/* As it would be written in the cell. */
static void value_text(const struct ps_decimal *d, char *text)
{
    ps_decimal_format(d, text);
    strcat(text, unit_text(d->unit));
}

static enum ps_status read_steps(const struct reading *r, const char *norm)
{
    struct ps_decimal d[3];
    if (!read_range(r, norm, d)) {
        return PS_OK;
    }
    if (d[2].mantissa <= 0 || d[1].mantissa < d[0].mantissa) {
        refuse(r, PS_DIAG_SWEEP_STEP, NULL);
        return PS_OK;
    }
    const wide steps = (d[1].mantissa - d[0].mantissa) / d[2].mantissa;
    if (steps >= PS_SCENARIOS_MAX) {
        refuse(r, PS_DIAG_SWEEP_TOO_MANY, "10000");
        return PS_OK;
    }
    const enum ps_status status = take_values(r, (size_t)steps + 1);
    if (status != PS_OK) {
        return status;
    }
    char text[PS_LABEL_BYTES + 16];
    for (size_t i = 0; i < r->item->values_n; i++) {
        value_text(&d[0], text);
        if (!parse_quietly(r, i, text)) {
            r->item->bad = 1;
            return PS_OK;
        }
        d[0].mantissa += d[2].mantissa;
    }
    if (d[0].mantissa - d[2].mantissa < d[1].mantissa) {
        const char *const last[] = {text, NULL};
        ps_diags_add(r->load->diags, PS_DIAG_SWEEP_UNEVEN, r->place, r->text, last);
    }
    return PS_OK;
}

/* ---- one cell ---- */

static int is_inside(const char *path)
{
    if (path[0] == '/' || strchr(path, '\\') != NULL || strchr(path, ':') != NULL) {
        return 0;
    }
    for (const char *p = path; p != NULL; p = strchr(p, '/')) {
        p += p != path;
        if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0')) {
            return 0;
        }
    }
    return 1;
}

/* Whether the file that the cell names is there. When memory is out reading it tells so. */
static int is_readable(const struct reading *r)
{
    if (r->load->request->built_in) {
        return ps_builtin_find(r->load->folder, r->text) != NULL;
    }
    const size_t n = strlen(r->load->folder) + strlen(r->text) + 2;
    char *path = malloc(n);
    if (path == NULL) {
        return 1;
    }
    (void)snprintf(path, n, "%s/%s", r->load->folder, r->text);
    const int readable = access(path, R_OK) == 0;
    free(path);
    return readable;
}

static enum ps_status read_file_name(const struct reading *r)
{
    if (!is_inside(r->text)) {
        refuse(r, PS_DIAG_FILE_PATH, NULL);
        return PS_OK;
    }
    if (r->load->folder == NULL) {
        refuse(r, PS_DIAG_FILE_STDIN, NULL);
        return PS_OK;
    }
    if (!is_readable(r)) {
        refuse(r, PS_DIAG_FILE_NAMED, NULL);
        return PS_OK;
    }
    return ps_source_read(r->load, r->binding->table, r->text, &r->item->source);
}

enum ps_status ps_item_read(struct ps_load *load, const struct ps_binding *binding,
                            const char *text, const char *norm, const struct ps_place *place,
                            struct ps_item *item)
{
    const struct reading r = {load, binding, text, place, item};
    item->text = text;
    if (binding->bind == PS_BIND_FILE) {
        return read_file_name(&r);
    }
    const int is_text = ps_kind_is_text(binding->column->kind);
    if (!is_text && strchr(norm, '|') != NULL) {
        return read_list(&r, norm);
    }
    if (!is_text && strchr(norm, ':') != NULL) {
        return read_steps(&r, norm);
    }
    const enum ps_status status = take_values(&r, 1);
    if (status == PS_OK && !ps_value_parse(binding->column, binding->unit, text, norm, place,
                                           load->diags, item->values)) {
        item->bad = 1;
    }
    return status;
}
