// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <string.h>

#include "pledgesim/prepare.h"

/* What preparing worlds refuses, told at the cell that matters: once for each cause, however many
 * rows, segments and loans it stops. */

enum { CAUSES_MAX = 64 };

/* One cause: a kind of refusal and the column that brings it about. */
struct cause {
    enum ps_diag_code code;
    const struct ps_column_desc *column;
    struct ps_place place;  /* of its first cell */
    const char *value;      /* what stands there; NULL: as the refusal has it */
    unsigned char *stopped; /* by world: 1 when this cause stops it */
};

struct attempt {
    const struct ps_load *load;
    struct ps_arena scratch;
    size_t *world_of; /* by case; SIZE_MAX: not tried */
    size_t *first_of; /* by world: its first case */
    size_t worlds_n;
    struct ps_diags kept; /* first refusals of all causes */
    struct cause causes[CAUSES_MAX];
    size_t causes_n;
};

static const struct ps_column_desc *scalar(const char *name)
{
    return ps_column_find(PS_TABLE_scenarios, name);
}

/* What the row or --set gives for a column of scenarios.csv, or NULL. */
static const struct ps_item *given(const struct ps_case *c, const struct ps_column_desc *column)
{
    const int is_scalar = column != NULL && column->table == PS_TABLE_scenarios;
    return is_scalar ? c->given[column - ps_table_desc(PS_TABLE_scenarios)->columns] : NULL;
}

/* As written; a sweep holds several values, of which it would not show the one that is meant. */
static const char *given_text(const struct ps_case *c, const struct ps_column_desc *column)
{
    const struct ps_item *item = given(c, column);
    return item == NULL || item->values_n > 1 ? NULL
           : item->cell != NULL               ? item->cell->text
                                              : item->text;
}

/* ---- where ---- */

/* The cell `name` of the row of this id, in segments or else in the tape. */
static struct ps_place member_place(const struct ps_load *load, const struct ps_case *c,
                                    const char *id, const char *name,
                                    const struct ps_column_desc **column)
{
    static const enum ps_table TABLES[] = {PS_TABLE_segments, PS_TABLE_loans};
    for (size_t t = 0; t < 2; t++) {
        const struct ps_rows *rows = c->tables[TABLES[t]];
        const size_t row = rows->n == 0 ? SIZE_MAX : ps_rows_find(rows, id);
        *column = ps_column_find(TABLES[t], name);
        if (row != SIZE_MAX && *column != NULL) {
            return ps_rows_place(load, rows, row, *column);
        }
    }
    *column = NULL;
    return ps_case_place(load, c, NULL);
}

/* The year with the most new firms, or the multiplier when there is one. */
static struct ps_place demand_place(const struct ps_load *load, const struct ps_case *c,
                                    const struct ps_column_desc **column)
{
    const struct ps_rows *demand = c->tables[PS_TABLE_demand];
    *column = scalar("demand_multiplier");
    if (given(c, *column) != NULL || demand->n == 0) {
        return ps_case_place(load, c, *column);
    }
    size_t most = 0;
    double firms = -1;
    for (size_t i = 0; i < demand->n; i++) {
        const struct ps_demand_row *row = ps_rows_at(demand, i);
        if (row->new_firms_n > firms) {
            firms = row->new_firms_n;
            most = i;
        }
    }
    *column = ps_column_find(PS_TABLE_demand, "new_firms_n");
    return ps_rows_place(load, demand, most, *column);
}

/* Where too many loans come from: from the tape when most of them do. */
static struct ps_place apps_place(const struct ps_load *load, const struct ps_case *c,
                                  const struct ps_diag *found, const struct ps_column_desc **column)
{
    const struct ps_rows *loans = c->tables[PS_TABLE_loans];
    const char *firms = found->args[2], *tape = found->args[3]; /* digits only */
    const size_t firms_n = strlen(firms), tape_n = strlen(tape);
    const int by_tape = tape_n > firms_n || (tape_n == firms_n && strcmp(tape, firms) > 0);
    if (by_tape && loans->source != NULL) {
        *column = ps_column_find(PS_TABLE_loans, "loan_id");
        return ps_source_header(loans->source, *column);
    }
    return demand_place(load, c, column);
}

/* A column of a table. */
static struct ps_place header_place(const struct ps_load *load, const struct ps_case *c,
                                    enum ps_table table, const char *name,
                                    const struct ps_column_desc **column)
{
    const struct ps_rows *rows = c->tables[table];
    *column = ps_column_find(table, name);
    return rows->source != NULL ? ps_source_header(rows->source, *column)
                                : ps_case_place(load, c, *column);
}

static struct ps_place cause_place(const struct ps_load *load, const struct ps_case *c,
                                   const struct ps_diag *found,
                                   const struct ps_column_desc **column)
{
    switch (found->code) {
    case PS_DIAG_TOO_MANY_APPS:
        return apps_place(load, c, found, column);
    case PS_DIAG_NO_CALIBRATION:
        return member_place(load, c, found->args[2], "correlation", column);
    case PS_DIAG_NO_SECTOR_CALIBRATION:
        *column = scalar("sector_variance");
        return ps_case_place(load, c, *column);
    case PS_DIAG_CAPPED_TOO_FINE:
        *column = scalar("gamma_link");
        return ps_case_place(load, c, *column);
    case PS_DIAG_LOAN_ADDRESS_TAKEN:
        return member_place(load, c, found->args[1], "loan_id", column);
    case PS_DIAG_TOO_MANY_GROUPS:
        return header_place(load, c, PS_TABLE_loans, "group_id", column);
    case PS_DIAG_TOO_MANY_LAWS:
        return header_place(load, c, PS_TABLE_loans, "recovery_sd_pct", column);
    case PS_DIAG_VEHICLE_ADDRESS_TAKEN:
        return header_place(load, c, PS_TABLE_vehicles, "vehicle_id", column);
    case PS_DIAG_FUND_ADDRESS_TAKEN:
        return header_place(load, c, PS_TABLE_funds, "fund_id", column);
    default:
        *column = scalar("pd_multiplier");
        return ps_case_place(load, c, *column);
    }
}

/* ---- causes ---- */

static int same_file(const struct ps_place *a, const struct ps_place *b)
{
    return a->file != NULL && b->file != NULL && strcmp(a->file, b->file) == 0;
}

/* Notes one refusal of a world under its cause. */
static enum ps_status note(struct attempt *a, size_t world, const struct ps_diag *found)
{
    const struct ps_column_desc *column = NULL;
    const struct ps_case *c = &a->load->cases[a->first_of[world]];
    const struct ps_place place = cause_place(a->load, c, found, &column);
    size_t i = 0;
    while (i < a->causes_n && !(a->causes[i].code == found->code && a->causes[i].column == column &&
                                same_file(&a->causes[i].place, &place))) {
        i++;
    }
    if (i == CAUSES_MAX) {
        return PS_OK; /* far more than there are columns */
    }
    if (i == a->causes_n) {
        const char *const args[] = {found->args[0], found->args[1], found->args[2], found->args[3],
                                    NULL};
        a->causes_n++;
        ps_diags_add(&a->kept, found->code, NULL, found->value, args);
        a->causes[i] = (struct cause){.code = found->code, .column = column, .place = place};
        a->causes[i].value = given_text(c, column);
        a->causes[i].stopped = ps_load_take(&a->scratch, a->load->cases_n, 1);
        if (a->kept.out_of_memory || a->causes[i].stopped == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
    }
    a->causes[i].stopped[world] = 1;
    return PS_OK;
}

static enum ps_status try_world(struct attempt *a, size_t world)
{
    struct ps_diags found = {0};
    enum ps_status status = ps_world_check(&a->load->book->scenarios[a->first_of[world]], &found);
    if (found.out_of_memory) {
        status = ps_status_raise(PS_MEMORY);
    }
    if (status == PS_INPUT) {
        status = PS_OK;
        for (size_t i = 0; i < found.n && status == PS_OK; i++) {
            status = note(a, world, &found.items[i]);
        }
    }
    ps_diags_free(&found);
    return status;
}

/* ---- telling ---- */

/* The scenarios that a cause stops. */
static void name_scenarios(const struct attempt *a, const struct cause *cause,
                           struct ps_names *names)
{
    for (size_t i = 0; i < a->load->cases_n; i++) {
        if (a->world_of[i] != SIZE_MAX && cause->stopped[a->world_of[i]]) {
            ps_names_add(names, a->load->cases[i].p.scenario_id);
        }
    }
    ps_names_end(names);
}

static void tell(const struct attempt *a, struct ps_diags *diags)
{
    for (size_t i = 0; i < a->causes_n; i++) {
        const struct cause *cause = &a->causes[i];
        const struct ps_diag *first = &a->kept.items[i];
        struct ps_names scenarios = {0};
        const char *args[6] = {"", "", "", "", scenarios.text, NULL};
        for (size_t k = 0; k < 4; k++) {
            args[k] = first->args[k] == NULL ? "" : first->args[k];
        }
        name_scenarios(a, cause, &scenarios);
        ps_diags_add(diags, cause->code, &cause->place,
                     cause->value != NULL ? cause->value : first->value, args);
    }
}

/* ---- all of it ---- */

/* Sets the world of each case that is tried: that of the first case that draws the same one. */
static void find_worlds(struct attempt *a, size_t scenario)
{
    const struct ps_scenario *scenarios = a->load->book->scenarios;
    for (size_t i = 0; i < a->load->cases_n; i++) {
        size_t world = 0;
        if (scenario != SIZE_MAX && i != scenario) {
            a->world_of[i] = SIZE_MAX;
            continue;
        }
        while (world < a->worlds_n &&
               !ps_scenario_same_world(&scenarios[a->first_of[world]], &scenarios[i])) {
            world++;
        }
        if (world == a->worlds_n) {
            a->first_of[a->worlds_n++] = i;
        }
        a->world_of[i] = world;
    }
}

enum ps_status ps_book_try(const struct ps_book *book, size_t scenario, struct ps_diags *diags)
{
    struct attempt a = {.load = book->load_};
    const size_t n = a.load->cases_n;
    a.world_of = ps_load_take(&a.scratch, n, sizeof *a.world_of);
    a.first_of = ps_load_take(&a.scratch, n, sizeof *a.first_of);
    enum ps_status status =
        a.world_of == NULL || a.first_of == NULL ? ps_status_raise(PS_MEMORY) : PS_OK;
    if (status == PS_OK) {
        find_worlds(&a, scenario);
    }
    for (size_t world = 0; world < a.worlds_n && status == PS_OK; world++) {
        status = try_world(&a, world);
    }
    if (status == PS_OK && a.causes_n > 0) {
        tell(&a, diags);
        status = ps_status_raise(PS_INPUT);
    }
    ps_diags_free(&a.kept);
    ps_arena_free(&a.scratch);
    return status;
}
