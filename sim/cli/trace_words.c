// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace.h"

#include "terminal.h"

enum { NAME_WIDTH = 24 };

/* Labels are Chinese as a rule: English tells ids. */
static const char *name_of(const struct ps_story *story, const char *label, const char *id)
{
    return story->lang == PS_LANG_ZH && *label != '\0' ? label : id;
}

/* ---- the economy ---- */

/* Mean index of each cluster in each calendar year: below 0 is worse than usual. */
static enum ps_status tell_economy(const struct ps_story *story)
{
    const struct ps_world_plan *plan = story->trace->plan;
    const size_t clusters_n = story->scenario->clusters_n;
    struct ps_grid grid = {.columns_n = clusters_n + 1, .right = ~1u};
    ps_grid_add(&grid, ps_message(PS_SAY_TRACE_YEAR, story->lang), 0);
    for (size_t c = 0; c < clusters_n; c++) {
        ps_grid_add(&grid, story->scenario->cluster_ids[c], NAME_WIDTH);
    }
    for (int from = 1; from <= plan->months_n;) {
        const int year = ps_story_year(story, from);
        int to = from;
        while (to < plan->months_n && ps_story_year(story, to + 1) == year) {
            to++;
        }
        struct ps_text text;
        (void)snprintf(text.s, sizeof text.s, "%d", year);
        ps_grid_add(&grid, text.s, 0);
        for (size_t c = 0; c < clusters_n; c++) {
            double sum = 0;
            for (int t = from; t <= to; t++) {
                sum += story->trace->index[(size_t)t * clusters_n + c];
            }
            (void)snprintf(text.s, sizeof text.s, "%+.2f", sum / (to - from + 1));
            ps_grid_add(&grid, text.s, 0);
        }
        from = to + 1;
    }
    ps_say(stdout, story->lang, PS_SAY_TRACE_ECONOMY, NULL);
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

/* What this world and its twin have in common, when anything is uncertain. */
static void tell_multipliers(const struct ps_story *story)
{
    const double *multiplier = story->trace->multiplier;
    if (story->trace->plan->uncertain_any) {
        ps_say(stdout, story->lang, PS_SAY_TRACE_MULTIPLIERS,
               PS_ARGS(ps_text_count(story->world & ~1u).s, ps_text_count(story->world | 1u).s,
                       ps_text_real(multiplier[PS_UNCERTAIN_HAZARD], 3).s,
                       ps_text_real(multiplier[PS_UNCERTAIN_RECOVERY], 3).s,
                       ps_text_real(multiplier[PS_UNCERTAIN_DEMAND], 3).s));
    }
}

/* ---- the months ---- */

/* Who has which part of a claim or a recovery: "pool 30, bank 70". */
static void tell_parties(const struct ps_story *story, const struct ps_log_entry *entry)
{
    static const enum ps_message NAMES[PS_PARTY_N] = {
        [PS_PARTY_POOL] = PS_SAY_PARTY_POOL,
        [PS_PARTY_GUARANTOR] = PS_SAY_PARTY_GUARANTOR,
        [PS_PARTY_REGUARANTOR] = PS_SAY_PARTY_REGUARANTOR,
        [PS_PARTY_INSURER] = PS_SAY_PARTY_INSURER,
        [PS_PARTY_APPRAISER] = PS_SAY_PARTY_APPRAISER,
        [PS_PARTY_BANK] = PS_SAY_PARTY_BANK,
    };
    const char *between = story->lang == PS_LANG_ZH ? "：" : ": ";
    for (int i = 0; i < PS_PARTY_N; i++) {
        if (entry->party_fen[i] != 0) {
            (void)printf("%s%s %s", between, ps_message(NAMES[i], story->lang),
                         ps_text_money(entry->party_fen[i]).s);
            between = story->lang == PS_LANG_ZH ? "、" : ", ";
        }
    }
    if (entry->kind == PS_LOG_CLAIM && ps_story_unpaid_fen(story, entry) > 0) {
        ps_say(stdout, story->lang, PS_SAY_TRACE_UNPAID,
               PS_ARGS(ps_text_money(entry->party_fen[PS_PARTY_POOL]).s,
                       ps_text_money(ps_story_due_fen(story, entry)).s,
                       ps_text_money(ps_story_unpaid_fen(story, entry)).s));
    }
    (void)putchar('\n');
}

static void tell_review(const struct ps_story *story, const struct ps_log_entry *entry)
{
    const struct ps_banks_row *bank = ps_story_bank(story, entry);
    const struct ps_pools_row *pool = ps_story_pool(story, entry);
    ps_say(stdout, story->lang, PS_SAY_TRACE_REVIEW,
           PS_ARGS(ps_text_real(1e-4 * (double)entry->amount_fen, 2).s,
                   ps_story_state(entry->b, story->lang),
                   bank != NULL ? name_of(story, bank->label, bank->bank_id)
                                : name_of(story, pool->label, pool->pool_id)));
}

static void tell_grant(const struct ps_story *story, const struct ps_log_entry *entry,
                       const struct ps_app *app)
{
    const struct ps_scenario *s = story->scenario;
    const struct ps_schedule *schedule = story->trace->schedule;
    const long number = app - story->trace->world->apps;
    const struct ps_products_row *product = &s->products[schedule->product[number]];
    const struct ps_banks_row *bank = &s->banks[schedule->bank[number]];
    const struct ps_segments_row *segment = &s->segments[app->segment];
    ps_say(stdout, story->lang, PS_SAY_TRACE_GRANT,
           PS_ARGS(ps_story_loan(story, app).s, ps_text_money(entry->amount_fen).s,
                   ps_text_count((uint64_t)(app->maturity - app->month)).s,
                   name_of(story, segment->label, segment->segment_id),
                   name_of(story, product->label, product->product_id),
                   name_of(story, bank->label, bank->bank_id)));
    if (app->parent != PS_NONE) {
        const struct ps_app *before = &story->trace->world->apps[app->parent];
        ps_say(stdout, story->lang, app->link > 0 ? PS_SAY_TRACE_RENEWS : PS_SAY_TRACE_WAITED,
               PS_ARGS(ps_story_loan(story, before).s));
    }
    (void)putchar('\n');
}

/* A vehicle's issue, what it takes or lends, what its loans cost whom, and what a trust repays. */
static void tell_vehicle(const struct ps_story *story, const struct ps_log_entry *entry)
{
    static const enum ps_message FORMS[] = {
        [PS_LOG_ISSUE] = PS_SAY_TRACE_ISSUE,
        [PS_LOG_TRANSFER] = PS_SAY_TRACE_TRANSFER,
        [PS_LOG_TAKEN_DEFAULT] = PS_SAY_TRACE_VEHICLE_DEFAULT,
        [PS_LOG_TAKEN_LOSS] = PS_SAY_TRACE_VEHICLE_LOSS,
        [PS_LOG_ISSUED_DEFAULT] = PS_SAY_TRACE_VEHICLE_DEFAULT,
        [PS_LOG_ISSUED_LOSS] = PS_SAY_TRACE_VEHICLE_LOSS,
        [PS_LOG_TRUST_RAISED] = PS_SAY_TRACE_TRUST_RAISED,
        [PS_LOG_TRUST_LOAN] = PS_SAY_TRACE_TRUST_LOAN,
        [PS_LOG_TRUST_REPAID] = PS_SAY_TRACE_TRUST_REPAID,
        [PS_LOG_TRUST_PAYS] = PS_SAY_TRACE_TRUST_PAYS,
    };
    const struct ps_vehicle_name vehicle = ps_story_vehicle(story, entry);
    enum ps_message form = FORMS[entry->kind];
    if (vehicle.is_trust && entry->kind == PS_LOG_TAKEN_DEFAULT) {
        form = PS_SAY_TRACE_TRUST_DEFAULT;
    } else if (vehicle.is_trust && entry->kind == PS_LOG_TAKEN_LOSS) {
        form = PS_SAY_TRACE_TRUST_LOSS;
    }
    const int64_t *tranche = entry->party_fen;
    ps_say(stdout, story->lang, form,
           PS_ARGS(name_of(story, vehicle.label, vehicle.id), ps_text_money(entry->amount_fen).s,
                   ps_story_vehicle_loan(story, entry).s, ps_text_money(tranche[0]).s,
                   ps_text_money(tranche[1]).s, ps_text_money(tranche[2]).s));
}

/* What a fund puts into an investment and gets back. */
static void tell_fund(const struct ps_story *story, const struct ps_log_entry *entry)
{
    const struct ps_funds_row *fund = ps_story_fund(story, entry);
    const int written_off = story->trace->world->investments[entry->a].multiple <= 0;
    const enum ps_message form = entry->kind == PS_LOG_INVEST ? PS_SAY_TRACE_INVEST
                                 : written_off                ? PS_SAY_TRACE_WRITE_OFF
                                                              : PS_SAY_TRACE_EXIT;
    ps_say(stdout, story->lang, form,
           PS_ARGS(name_of(story, fund->label, fund->fund_id), ps_text_money(entry->amount_fen).s,
                   ps_text_count((uint32_t)ps_story_investment(story, entry)).s));
}

static void tell_event(const struct ps_story *story, const struct ps_log_entry *entry)
{
    static const enum ps_message FORMS[] = {
        [PS_LOG_DISPOSAL] = PS_SAY_TRACE_DISPOSAL, [PS_LOG_DEFAULT] = PS_SAY_TRACE_DEFAULT,
        [PS_LOG_REPAID] = PS_SAY_TRACE_REPAID,     [PS_LOG_CLAIM] = PS_SAY_TRACE_CLAIM,
        [PS_LOG_QUEUE_PAID] = PS_SAY_TRACE_QUEUE,  [PS_LOG_REFUSAL] = PS_SAY_TRACE_REFUSAL,
    };
    const struct ps_app *app = ps_story_app(story, entry);
    const struct ps_text amount = ps_text_money(entry->amount_fen);
    (void)fputs("  ", stdout);
    if (entry->kind == PS_LOG_GRANT) {
        tell_grant(story, entry, app);
        return;
    }
    if (ps_story_fund(story, entry) != NULL) {
        tell_fund(story, entry);
        return;
    }
    if (entry->kind >= PS_LOG_ISSUE) {
        tell_vehicle(story, entry);
        return;
    }
    if (entry->kind == PS_LOG_TOPUP) {
        const struct ps_pools_row *pool = &story->scenario->pools[entry->a];
        ps_say(stdout, story->lang, PS_SAY_TRACE_TOPUP,
               PS_ARGS(name_of(story, pool->label, pool->pool_id), amount.s));
        return;
    }
    if (entry->kind == PS_LOG_SUPPORT) {
        const struct ps_pools_row *pool = &story->scenario->pools[entry->a];
        const struct ps_pools_row *helper = &story->scenario->pools[entry->b];
        ps_say(stdout, story->lang, PS_SAY_TRACE_SUPPORT,
               PS_ARGS(name_of(story, pool->label, pool->pool_id),
                       name_of(story, helper->label, helper->pool_id), amount.s));
        return;
    }
    if (entry->kind == PS_LOG_REVIEW) {
        tell_review(story, entry);
        return;
    }
    const char *reason =
        entry->kind == PS_LOG_REFUSAL ? ps_story_refusal(entry->b, story->lang) : "";
    ps_say(stdout, story->lang, FORMS[entry->kind],
           PS_ARGS(ps_story_loan(story, app).s, amount.s, reason));
    if (entry->kind == PS_LOG_CLAIM || entry->kind == PS_LOG_DISPOSAL) {
        tell_parties(story, entry);
    }
}

/* Interest is told with the balance; a review only when it has something to say. */
static int is_worth_telling(const struct ps_log_entry *entry)
{
    if (entry->kind == PS_LOG_REVIEW) {
        return entry->amount_fen != 0 || entry->b != 0;
    }
    return entry->kind != PS_LOG_INTEREST && entry->kind != PS_LOG_CLOSE;
}

static void tell_close(const struct ps_story *story, const struct ps_log_entry *entry,
                       int64_t interest_fen)
{
    const struct ps_pools_row *pool = &story->scenario->pools[entry->a];
    const int several = story->scenario->pools_n > 1;
    ps_say(stdout, story->lang, PS_SAY_TRACE_CLOSE,
           PS_ARGS(several ? name_of(story, pool->label, pool->pool_id) : "",
                   ps_text_money(entry->amount_fen).s, ps_text_money(interest_fen).s,
                   ps_text_money(entry->party_fen[0]).s, ps_text_count((uint64_t)entry->b).s,
                   ps_text_money(entry->party_fen[4]).s));
}

/* Anchor firms that fail in month t. */
static void tell_anchors(const struct ps_story *story, int t)
{
    for (size_t a = 0; a < story->scenario->anchors_n; a++) {
        const struct ps_anchors_row *anchor = &story->scenario->anchors[a];
        if ((int)story->trace->failure[a] == t) {
            (void)fputs("  ", stdout);
            ps_say(stdout, story->lang, PS_SAY_TRACE_ANCHOR,
                   PS_ARGS(name_of(story, anchor->label, anchor->anchor_id), anchor->cluster_id,
                           ps_text_real(anchor->shift_sd, 2).s,
                           ps_text_count((uint64_t)anchor->shift_months).s));
        }
    }
}

/* Entries first..end-1 are those of one month. */
static void tell_month(const struct ps_story *story, int first, int end)
{
    const struct ps_log_entry *log = story->trace->log;
    const int t = log[first].month;
    (void)printf("%d-%02d (%d)\n", ps_story_year(story, t), ps_story_month(story, t), t);
    tell_anchors(story, t);
    for (int i = first; i < end; i++) {
        if (is_worth_telling(&log[i])) {
            tell_event(story, &log[i]);
        }
    }
    for (int i = first; i < end; i++) {
        int64_t interest_fen = 0;
        for (int k = first; k < end && log[i].kind == PS_LOG_CLOSE; k++) {
            if (log[k].kind == PS_LOG_INTEREST && log[k].a == log[i].a) {
                interest_fen += log[k].amount_fen;
            }
        }
        if (log[i].kind == PS_LOG_CLOSE) {
            tell_close(story, &log[i], interest_fen);
        }
    }
}

/* ---- the end ---- */

static struct ps_text measure_text(const struct ps_measure_desc *m, int64_t value)
{
    struct ps_text out;
    if (value == PS_NOT_GIVEN) {
        return (struct ps_text){"-"};
    }
    switch (m->unit) {
    case PS_MU_FEN:
        return ps_text_money(value);
    case PS_MU_PPM:
        return ps_text_real(1e-6 * (double)value, 4);
    default:
        (void)snprintf(out.s, sizeof out.s, "%lld", (long long)value);
        return out;
    }
}

static enum ps_status tell_measures(const struct ps_story *story)
{
    struct ps_grid grid = {.columns_n = 3, .right = 2};
    ps_grid_add(&grid, ps_message(PS_SAY_TRACE_MEASURE, story->lang), 0);
    ps_grid_add(&grid, ps_message(PS_SAY_TRACE_VALUE, story->lang), 0);
    ps_grid_add(&grid, "", 0);
    for (int i = 0; i < PS_MEASURE_N; i++) {
        const struct ps_measure_desc *m = ps_measure_desc((enum ps_measure)i);
        ps_grid_add(&grid, m->name, 0);
        ps_grid_add(&grid, measure_text(m, story->trace->measures[i]).s, 0);
        ps_grid_add(&grid, m->doc[story->lang], 0);
    }
    (void)putchar('\n');
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    return status;
}

enum ps_status ps_story_tell(const struct ps_story *story)
{
    const struct ps_log_entry *log = story->trace->log;
    const int n = story->trace->log_n;
    const struct ps_scenarios_row *p = &story->scenario->p;
    ps_say(stdout, story->lang, PS_SAY_TRACE_HEAD,
           PS_ARGS(*p->label != '\0' ? p->label : p->scenario_id, p->scenario_id,
                   ps_text_count(story->world).s,
                   ps_text_count((uint64_t)story->trace->world->apps_n).s,
                   ps_text_count((uint64_t)story->trace->world->fates_n).s));
    enum ps_status status = tell_economy(story);
    tell_multipliers(story);
    (void)putchar('\n');
    for (int first = 0; first < n && status == PS_OK;) {
        int end = first;
        while (end < n && log[end].month == log[first].month) {
            end++;
        }
        tell_month(story, first, end);
        first = end;
    }
    return status == PS_OK ? tell_measures(story) : status;
}
