// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Number of values of an item that the grid runs over. */
static size_t width(const struct ps_item *item)
{
    return item == NULL || item->bad || item->values_n == 0 ? 1 : item->values_n;
}

/* Rows that a line becomes; tells when they are too many. 0 then. */
static size_t count_cases(struct ps_load *load, const struct ps_line *line, size_t before)
{
    size_t n = 1;
    const struct ps_item *last = NULL;
    for (size_t s = 0; s < load->slots_n; s++) {
        const size_t values_n = width(line->items[s]);
        if (values_n > 1) {
            last = line->items[s];
            n *= values_n; /* both at most PS_SCENARIOS_MAX */
        }
        if (before + n > PS_SCENARIOS_MAX) {
            const struct ps_place place =
                last == NULL ? ps_csv_place(&load->scenarios->csv, &line->row->cells[0])
                             : ps_item_place(load, last);
            const char *const args[] = {"10000", NULL};
            ps_load_tell(load, PS_DIAG_SWEEP_TOO_MANY, &place, last == NULL ? NULL : last->text,
                         args);
            return 0;
        }
    }
    return n;
}

/* The id of a case: "base@pool_initial_wan=500@leverage=8". 0 when it is too long (told). */
static int name_case(struct ps_load *load, struct ps_case *c)
{
    char id[4 * PS_NAME_BYTES];
    size_t n = (size_t)snprintf(id, sizeof id, "%s", c->line->id);
    for (size_t s = 0; s < load->slots_n; s++) {
        const struct ps_item *item = c->line->items[s];
        if (width(item) < 2) {
            continue;
        }
        char value[PS_LABEL_BYTES];
        ps_value_text(load->slots[s].column, &item->values[c->picks[s]], value);
        n += (size_t)snprintf(id + n, sizeof id - n, "@%s=%s", load->slots[s].name, value);
        if (n >= PS_ID_BYTES) {
            const struct ps_place place = ps_item_place(load, item);
            const char *const args[] = {c->line->id, NULL};
            ps_load_tell(load, PS_DIAG_SWEEP_ID_LONG, &place, NULL, args);
            return 0;
        }
    }
    memcpy(c->p.scenario_id, id, n + 1);
    return 1;
}

/* The label of a case: "基准情景 [pool_initial_wan=500, leverage=8]". An empty one stays empty. A
 * long one is cut between characters, so that what was swept is always there. */
static void label_case(struct ps_case *c)
{
    const char *swept = c->p.scenario_id + strlen(c->line->id);
    const size_t swept_n = strlen(swept);
    size_t n = strlen(c->line->label);
    memcpy(c->p.label, c->line->label, sizeof c->p.label);
    if (n == 0 || swept_n == 0) {
        return;
    }
    char ending[PS_LABEL_BYTES]; /* an id is shorter, and "@a=1" grows by one byte at most */
    size_t at = 0;
    for (size_t i = 0; i < swept_n && at + 3 < sizeof ending; i++) {
        if (swept[i] == '@') {
            ending[at++] = i == 0 ? ' ' : ',';
            ending[at++] = i == 0 ? '[' : ' ';
        } else {
            ending[at++] = swept[i];
        }
    }
    ending[at++] = ']';
    if (n > sizeof c->p.label - 1 - at) {
        n = sizeof c->p.label - 1 - at;
        while (n > 0 && ((unsigned char)c->p.label[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    memcpy(c->p.label + n, ending, at);
    c->p.label[n + at] = '\0';
}

/* The scalars: what is given, else the presets. */
static enum ps_status fill_scalars(struct ps_load *load, struct ps_case *c)
{
    const struct ps_table_desc *desc = ps_table_desc(PS_TABLE_scenarios);
    c->given = ps_load_take(&load->scratch, desc->columns_n, sizeof *c->given);
    if (c->given == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *column = &desc->columns[i];
        const size_t slot = load->slot_of[i];
        const struct ps_item *item = slot == SIZE_MAX ? NULL : c->line->items[slot];
        if (column->scope == PS_SCOPE_NAME) {
            continue;
        }
        c->given[i] = item;
        if (item != NULL && !item->bad) {
            ps_value_store(column, &item->values[c->picks[slot]], &c->p);
        } else {
            struct ps_value preset;
            ps_value_preset(column, &preset);
            ps_value_store(column, &preset, &c->p);
        }
    }
    label_case(c);
    memcpy(c->p.base, c->line->base_id, sizeof c->p.base);
    return PS_OK;
}

/* ---- --only ---- */

/* 1 when --only may keep a scenario of this row: the row's id, or one with a sweep's ending. */
static int may_be_wanted(const struct ps_load *load, const struct ps_line *line)
{
    const struct ps_book_request *request = load->request;
    const size_t n = strlen(line->id);
    int wanted = request->only == NULL;
    for (size_t i = 0; request->only != NULL && i < request->only_n; i++) {
        const char *id = request->only[i];
        wanted = wanted || (strncmp(id, line->id, n) == 0 && (id[n] == '\0' || id[n] == '@'));
    }
    return wanted;
}

static int is_wanted(const struct ps_load *load, const struct ps_case *c, unsigned char *seen)
{
    const struct ps_book_request *request = load->request;
    int wanted = request->only == NULL;
    for (size_t i = 0; request->only != NULL && i < request->only_n; i++) {
        if (strcmp(request->only[i], c->p.scenario_id) == 0 ||
            strcmp(request->only[i], c->line->id) == 0) {
            seen[i] = 1;
            wanted = 1;
        }
    }
    return wanted;
}

static void tell_unseen(struct ps_load *load, const unsigned char *seen)
{
    const struct ps_place place = {.file = "--only"};
    for (size_t i = 0; load->request->only != NULL && i < load->request->only_n; i++) {
        if (seen[i] || load->scenarios->broken) {
            continue;
        }
        struct ps_nearest best = {0};
        for (size_t k = 0; k < load->lines_n; k++) {
            ps_nearest_offer(&best, load->request->only[i], load->lines[k].id);
        }
        const char *const args[] = {best.name == NULL ? "" : best.name, NULL};
        ps_load_tell(load, PS_DIAG_ONLY_UNKNOWN, &place, load->request->only[i], args);
    }
}

/* ---- one case ---- */

static enum ps_status resolve_case(struct ps_load *load, struct ps_case *c)
{
    enum ps_status status = PS_OK;
    for (int t = PS_TABLE_scenarios + 1; status == PS_OK && t < PS_TABLE_N; t++) {
        if (t != PS_TABLE_correlations) {
            status = ps_case_table(load, c, (enum ps_table)t);
        }
    }
    if (status == PS_OK) {
        status = ps_check_references(load, c);
    }
    if (status == PS_OK) {
        status = ps_case_clusters(load, c);
    }
    if (status == PS_OK) {
        ps_check_case(load, c);
        ps_check_time(load, c);
        ps_check_dead_ends(load, c);
    }
    return status;
}

/* Next place in the grid, last column fastest; 0 after the last. */
static int advance(const struct ps_load *load, const struct ps_line *line, size_t *picks)
{
    for (size_t s = load->slots_n; s-- > 0;) {
        if (++picks[s] < width(line->items[s])) {
            return 1;
        }
        picks[s] = 0;
    }
    return 0;
}

static enum ps_status expand_line(struct ps_load *load, const struct ps_line *line,
                                  unsigned char *seen)
{
    size_t *picks = ps_load_take(&load->scratch, load->slots_n, sizeof *picks);
    if (picks == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    do {
        struct ps_case *c = &load->cases[load->cases_n];
        *c = (struct ps_case){.line = line};
        c->picks = ps_load_take(&load->scratch, load->slots_n, sizeof *c->picks);
        if (c->picks == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        memcpy(c->picks, picks, load->slots_n * sizeof *picks);
        if (!name_case(load, c)) {
            return PS_OK;
        }
        if (!is_wanted(load, c, seen) || line->orphan) {
            continue;
        }
        enum ps_status status = fill_scalars(load, c);
        if (status == PS_OK) {
            status = resolve_case(load, c);
        }
        if (status != PS_OK) {
            return status;
        }
        load->cases_n++;
    } while (advance(load, line, picks));
    return PS_OK;
}

enum ps_status ps_cases_resolve(struct ps_load *load)
{
    size_t n = 0;
    for (size_t i = 0; i < load->lines_n; i++) {
        const int kept = may_be_wanted(load, &load->lines[i]);
        const size_t more = kept ? count_cases(load, &load->lines[i], n) : 0;
        if (kept && more == 0) {
            return PS_OK;
        }
        n += more;
    }
    unsigned char *seen = ps_load_take(&load->scratch, load->request->only_n, 1);
    load->cases = ps_load_take(&load->scratch, n + 1, sizeof *load->cases);
    if (seen == NULL || load->cases == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    for (size_t i = 0; i < load->lines_n; i++) {
        if (!may_be_wanted(load, &load->lines[i])) {
            continue;
        }
        const enum ps_status status = expand_line(load, &load->lines[i], seen);
        if (status != PS_OK) {
            return status;
        }
    }
    tell_unseen(load, seen);
    return PS_OK;
}
