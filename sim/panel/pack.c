// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "pledgesim/number.h"
#include "pledgesim/prepare.h"

/* From scenarios to the bytes of a panel. */

/* ---- levers ---- */

/* The pooled product of the largest share; -1: none. */
static int main_product(const struct ps_scenario *scenario, const struct ps_policy *policy)
{
    int best = -1;
    for (int i = 0; i < policy->shape.products_n; i++) {
        if (policy->shape.products[i].in_pool &&
            (best < 0 || scenario->products[i].share_frac > scenario->products[best].share_frac)) {
            best = i;
        }
    }
    return best;
}

static double number_of(const char *text)
{
    struct ps_decimal decimal;
    double number = 0;
    const int read = ps_decimal_parse(text, &decimal) == PS_NUMBER_OK &&
                     ps_decimal_to_double(&decimal, 0, &number) == PS_NUMBER_OK;
    return read ? number : 0;
}

/* The bounds of a column of numbers; 0 and 1 for the breaker. */
static void set_bounds(struct ps_panel_lever *lever, enum ps_table table, const char *column)
{
    const struct ps_table_desc *desc = ps_table_desc(table);
    lever->lowest = 0;
    lever->highest = 1;
    for (size_t i = 0; i < desc->columns_n; i++) {
        const struct ps_column_desc *found = &desc->columns[i];
        if (strcmp(found->column, column) == 0 && found->kind != PS_KIND_CHOICE) {
            lever->lowest = number_of(found->lowest);
            lever->highest = number_of(found->highest);
        }
    }
}

static void hold(struct ps_panel_lever *lever)
{
    lever->lowest = lever->highest = lever->value;
}

static void set_value(struct ps_panel_contents *contents, enum ps_lever lever, int64_t stored)
{
    contents->levers[lever].value = (double)stored / ps_panel_units(lever);
}

/* A book without pools.csv has one pool, which follows scenarios.csv. */
static int pool_follows(const struct ps_scenario *s)
{
    const struct ps_pools_row *pool = &s->pools[0];
    return s->pools_n == 1 && strcmp(pool->pool_id, "pool") == 0 &&
           pool->initial_fen == s->p.pool_initial_fen && pool->leverage_ppm == s->p.leverage_ppm &&
           pool->topup == s->p.topup && pool->topup_yearly_fen == s->p.topup_yearly_fen;
}

/* "pools.main.initial_wan", or the name of the column of scenarios.csv that it follows. */
static void set_cell(char cell[PS_PANEL_CELL_BYTES], const char *table, const char *id,
                     const char *column)
{
    (void)snprintf(cell, PS_PANEL_CELL_BYTES, "%s%s%s%s%s", table, *table ? "." : "", id,
                   *id ? "." : "", column);
}

/* What a pool has of its own, and the columns of scenarios.csv that its cells may follow. */
static const struct pool_lever {
    enum ps_lever lever;
    const char *column, *followed;
} POOL_LEVERS[] = {{PS_LEVER_POOL_INITIAL, "initial_wan", "pool_initial_wan"},
                   {PS_LEVER_TOPUP_YEARLY, "topup_yearly_wan", "topup_yearly_wan"},
                   {PS_LEVER_LEVERAGE, "leverage", "leverage"}};
enum { POOL_LEVERS_N = sizeof POOL_LEVERS / sizeof *POOL_LEVERS };

static void set_pool_cell(const struct ps_scenario *s, size_t pool, const struct pool_lever *lever,
                          char cell[PS_PANEL_CELL_BYTES])
{
    if (pool_follows(s)) {
        set_cell(cell, "", "", lever->followed);
    } else {
        set_cell(cell, "pools", s->pools[pool].pool_id, lever->column);
    }
}

void ps_panel_pool_cell(const struct ps_scenario *scenario, size_t pool,
                        char cell[PS_PANEL_CELL_BYTES])
{
    set_pool_cell(scenario, pool, &POOL_LEVERS[0], cell);
}

static void set_pool_levers(const struct ps_scenario *s, struct ps_panel_contents *contents)
{
    if (contents->pool < 0) {
        for (int i = 0; i < POOL_LEVERS_N; i++) {
            hold(&contents->levers[POOL_LEVERS[i].lever]);
        }
        return;
    }
    const struct ps_pools_row *pool = &s->pools[contents->pool];
    const int follows = pool_follows(s);
    const char *table = follows ? "" : "pools", *id = follows ? "" : pool->pool_id;
    for (int i = 0; i < POOL_LEVERS_N; i++) {
        set_pool_cell(s, (size_t)contents->pool, &POOL_LEVERS[i],
                      contents->levers[POOL_LEVERS[i].lever].cell);
    }
    int rules_n;
    const int ruled = ps_models_topup(&rules_n)[pool->topup] != &ps_topup_none;
    if (!ruled) {
        set_cell(contents->levers[PS_LEVER_TOPUP_YEARLY].also, table, id, "topup=fixed");
    }
    set_value(contents, PS_LEVER_POOL_INITIAL, pool->initial_fen);
    set_value(contents, PS_LEVER_TOPUP_YEARLY, ruled ? pool->topup_yearly_fen : 0);
    set_value(contents, PS_LEVER_LEVERAGE, pool->leverage_ppm);
}

/* What others than the bank and the pool bear is not moved. */
static void set_share_lever(const struct ps_scenario *s, struct ps_panel_contents *contents)
{
    struct ps_panel_lever *lever = &contents->levers[PS_LEVER_POOL_SHARE];
    if (contents->product < 0) {
        hold(lever);
        return;
    }
    const struct ps_products_row *row = &s->products[contents->product];
    const int64_t others_ppm = row->guarantor_share_ppm + row->reguarantor_share_ppm +
                               row->insurer_share_ppm + row->appraiser_share_ppm;
    set_cell(lever->cell, "products", row->product_id, "pool_share_pct");
    set_cell(lever->also, "products", row->product_id, "bank_share_pct");
    set_value(contents, PS_LEVER_POOL_SHARE, row->pool_share_ppm);
    lever->highest = (double)(1000000 - others_ppm) / ps_panel_units(PS_LEVER_POOL_SHARE);
    if (s->p.moral_hazard > 0) {
        hold(lever); /* another share is other worlds */
    }
}

static void set_breaker_levers(const struct ps_scenario *s, struct ps_panel_contents *contents)
{
    size_t scopes_n;
    const int on = s->p.breaker_scope != PS_BREAKER_OFF;
    contents->breaker_scope = on ? (int)s->p.breaker_scope : PS_BREAKER_POOL;
    (void)snprintf(
        contents->levers[PS_LEVER_BREAKER].also, PS_PANEL_CELL_BYTES, "%s",
        ps_choice_list(PS_CHOICE_breaker_scope, &scopes_n)[contents->breaker_scope].text);
    set_value(contents, PS_LEVER_BREAKER, on);
    set_value(contents, PS_LEVER_WARN, s->p.breaker_warn_ppm);
    set_value(contents, PS_LEVER_SUSPEND, s->p.breaker_suspend_ppm);
    set_value(contents, PS_LEVER_TERMINATE, s->p.breaker_terminate_ppm);
    set_value(contents, PS_LEVER_RESUME, s->p.breaker_resume_ppm);
}

/* Everything but the worlds. */
static enum ps_status contents_of(const struct ps_scenario *s, struct ps_diags *diags,
                                  struct ps_panel_contents *contents)
{
    *contents = (struct ps_panel_contents){.format = ps_panel_format()};
    const enum ps_status status = ps_policy_prepare(s, diags, &contents->policy);
    if (status != PS_OK) {
        return status;
    }
    contents->product = main_product(s, &contents->policy);
    contents->pool =
        contents->product < 0 ? -1 : contents->policy.shape.products[contents->product].pool;
#define PS_LEVER(symbol, name, table, column, units)                                               \
    set_bounds(&contents->levers[PS_LEVER_##symbol], PS_TABLE_##table, column);                    \
    set_cell(contents->levers[PS_LEVER_##symbol].cell, "", "", column);
#include "pledgesim/levers.def"
#undef PS_LEVER
    set_pool_levers(s, contents);
    set_share_lever(s, contents);
    set_breaker_levers(s, contents);
    return PS_OK;
}

/* ---- worlds ---- */

/* Two scenarios whose contents without worlds are equal differ in nothing that a policy is. */
static enum ps_status same_policy(const struct ps_panel_contents *a, const struct ps_scenario *s,
                                  struct ps_diags *diags, int *same)
{
    struct ps_panel_contents b;
    unsigned char *bytes_a = NULL, *bytes_b = NULL;
    size_t a_n = 0, b_n = 0;
    struct ps_panel_contents alone = *a;
    alone.worlds = NULL;
    alone.worlds_n = 0;
    enum ps_status status = contents_of(s, diags, &b);
    if (status == PS_OK) {
        status = ps_carry_out(&alone, ps_panel_carry, &bytes_a, &a_n);
    }
    if (status == PS_OK) {
        status = ps_carry_out(&b, ps_panel_carry, &bytes_b, &b_n);
    }
    *same = status == PS_OK && a_n == b_n && memcmp(bytes_a, bytes_b, a_n) == 0;
    free(bytes_a);
    free(bytes_b);
    ps_policy_free(&b.policy);
    return status;
}

enum ps_status ps_panel_same_policy(const struct ps_scenario *a, const struct ps_scenario *b,
                                    struct ps_diags *diags, int *same)
{
    struct ps_panel_contents contents;
    enum ps_status status = contents_of(a, diags, &contents);
    *same = 0;
    if (status == PS_OK) {
        status = same_policy(&contents, b, diags, same);
    }
    ps_policy_free(&contents.policy);
    return status;
}

/* Prepares the worlds of a scenario behind those that are there. The plan is copied, what it points
 * to is not. */
static enum ps_status worlds_add(const struct ps_scenario *scenarios, size_t i,
                                 struct ps_law_memo *memo, struct ps_diags *diags,
                                 struct ps_world_plan **plans, struct ps_panel_contents *contents,
                                 struct ps_panel_pack *out)
{
    const enum ps_status status =
        ps_world_prepare_with(&scenarios[i], 0, memo, diags, &plans[out->worlds_n]);
    if (status == PS_OK) {
        contents->worlds[out->worlds_n] = (struct ps_panel_worlds){
            .plan = *plans[out->worlds_n], .start_month = (int)scenarios[i].p.start_month};
        out->scenario[out->worlds_n] = i;
        contents->worlds_n = ++out->worlds_n;
    }
    return status;
}

/* Is it a stress: the policy of the panel in worlds that it does not have yet? */
static enum ps_status stress_add(const struct ps_scenario *scenarios, size_t i,
                                 struct ps_law_memo *memo, struct ps_diags *diags,
                                 struct ps_world_plan **plans, struct ps_panel_contents *contents,
                                 struct ps_panel_pack *out)
{
    int same = 0;
    for (int k = 0; k < out->worlds_n; k++) {
        if (ps_scenario_same_world(&scenarios[out->scenario[k]], &scenarios[i])) {
            return PS_OK;
        }
    }
    const enum ps_status status = same_policy(contents, &scenarios[i], diags, &same);
    return status == PS_OK && same ? worlds_add(scenarios, i, memo, diags, plans, contents, out)
                                   : status;
}

enum ps_status ps_panel_pack(const struct ps_scenario *scenarios, size_t scenarios_n, size_t of,
                             struct ps_diags *diags, struct ps_panel_pack *out)
{
    struct ps_panel_worlds worlds[PS_PANEL_WORLDS_MAX];
    struct ps_world_plan *plans[PS_PANEL_WORLDS_MAX] = {NULL};
    struct ps_panel_contents contents;
    struct ps_law_memo memo = {0};
    *out = (struct ps_panel_pack){0};
    enum ps_status status = contents_of(&scenarios[of], diags, &contents);
    contents.worlds = worlds;
    if (status == PS_OK) {
        status = worlds_add(scenarios, of, &memo, diags, plans, &contents, out);
    }
    for (size_t i = 0; status == PS_OK && i < scenarios_n && out->worlds_n < PS_PANEL_WORLDS_MAX;
         i++) {
        status = stress_add(scenarios, i, &memo, diags, plans, &contents, out);
    }
    if (status == PS_OK) {
        status = ps_carry_out(&contents, ps_panel_carry, &out->bytes, &out->bytes_n);
    }
    memcpy(out->levers, contents.levers, sizeof out->levers);
    for (int k = 0; k < PS_PANEL_WORLDS_MAX; k++) {
        ps_world_plan_free(plans[k]);
    }
    ps_policy_free(&contents.policy);
    ps_law_memo_free(&memo);
    return status;
}

void ps_panel_pack_free(struct ps_panel_pack *pack)
{
    free(pack->bytes);
    *pack = (struct ps_panel_pack){0};
}
