// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace.h"

#include <string.h>

#include "pledgesim/answer.h"
#include "pledgesim/prepare.h"
#include "run.h"

int ps_story_year(const struct ps_story *story, int t)
{
    const struct ps_scenarios_row *p = &story->scenario->p;
    return (int)p->start_year + ((int)p->start_month - 1 + t - 1) / 12;
}

int ps_story_month(const struct ps_story *story, int t)
{
    return ((int)story->scenario->p.start_month - 1 + t - 1) % 12 + 1;
}

const struct ps_app *ps_story_app(const struct ps_story *story, const struct ps_log_entry *entry)
{
    const struct ps_world *world = story->trace->world;
    switch (entry->kind) {
    case PS_LOG_DISPOSAL:
    case PS_LOG_CLAIM:
    case PS_LOG_QUEUE_PAID:
        return &world->apps[world->fates[entry->a].app];
    case PS_LOG_TRANSFER:
    case PS_LOG_TAKEN_DEFAULT:
    case PS_LOG_TAKEN_LOSS:
    case PS_LOG_DEFAULT:
    case PS_LOG_REPAID:
    case PS_LOG_GRANT:
    case PS_LOG_REFUSAL:
    case PS_LOG_TRUST_LOAN:
    case PS_LOG_TRUST_REPAID:
        return &world->apps[entry->a];
    default:
        return NULL;
    }
}

const char *ps_story_refusal(int refusal, enum ps_lang lang)
{
    static const enum ps_reason NAMES[PS_REFUSED_N] = {
        [PS_REFUSED_CLOSED] = PS_REASON_CLOSED,
        [PS_REFUSED_POPULATION] = PS_REASON_POPULATION,
        [PS_REFUSED_LOAN_CAP] = PS_REASON_LOAN_CAP,
        [PS_REFUSED_TERMINATED] = PS_REASON_TERMINATED,
        [PS_REFUSED_SUSPENDED] = PS_REASON_SUSPENDED,
        [PS_REFUSED_SINGLE_NAME] = PS_REASON_SINGLE_NAME,
        [PS_REFUSED_LEVERAGE] = PS_REASON_LEVERAGE,
    };
    return ps_reason_text(NAMES[refusal], lang);
}

const char *ps_story_refusal_code(int refusal)
{
    static const char *const CODES[PS_REFUSED_N] = {
        [PS_REFUSED_CLOSED] = "closed",       [PS_REFUSED_POPULATION] = "population",
        [PS_REFUSED_LOAN_CAP] = "loan_cap",   [PS_REFUSED_TERMINATED] = "terminated",
        [PS_REFUSED_SUSPENDED] = "suspended", [PS_REFUSED_SINGLE_NAME] = "single_name",
        [PS_REFUSED_LEVERAGE] = "leverage",
    };
    return CODES[refusal];
}

const char *ps_story_event(int kind)
{
    static const char *const NAMES[] = {
        [PS_LOG_INTEREST] = "interest",
        [PS_LOG_TOPUP] = "topup",
        [PS_LOG_DISPOSAL] = "disposal",
        [PS_LOG_DEFAULT] = "default",
        [PS_LOG_REPAID] = "repaid",
        [PS_LOG_CLAIM] = "claim",
        [PS_LOG_QUEUE_PAID] = "queue",
        [PS_LOG_REVIEW] = "review",
        [PS_LOG_GRANT] = "grant",
        [PS_LOG_REFUSAL] = "refusal",
        [PS_LOG_CLOSE] = "close",
        [PS_LOG_ISSUE] = "issue",
        [PS_LOG_TRANSFER] = "transfer",
        [PS_LOG_TAKEN_DEFAULT] = "vehicle_default",
        [PS_LOG_TAKEN_LOSS] = "vehicle_loss",
        [PS_LOG_ISSUED_DEFAULT] = "vehicle_default",
        [PS_LOG_ISSUED_LOSS] = "vehicle_loss",
        [PS_LOG_SUPPORT] = "support",
        [PS_LOG_INVEST] = "invest",
        [PS_LOG_EXIT] = "exit",
        [PS_LOG_TRUST_RAISED] = "trust_raised",
        [PS_LOG_TRUST_LOAN] = "trust_loan",
        [PS_LOG_TRUST_REPAID] = "trust_repaid",
        [PS_LOG_TRUST_PAYS] = "trust_pays",
    };
    return NAMES[kind];
}

const char *ps_story_state(int state, enum ps_lang lang)
{
    static const enum ps_message NAMES[] = {PS_SAY_STATE_NORMAL, PS_SAY_STATE_SUSPENDED,
                                            PS_SAY_STATE_TERMINATED};
    return ps_message(NAMES[state], lang);
}

const char *ps_story_state_code(int state)
{
    static const char *const CODES[] = {"normal", "suspended", "terminated"};
    return CODES[state];
}

struct ps_loan_name ps_story_loan(const struct ps_story *story, const struct ps_app *app)
{
    struct ps_loan_name out;
    if (app->tape != PS_NONE && app->link == 0) {
        (void)snprintf(out.s, sizeof out.s, "%s", story->scenario->loans[app->tape].loan_id);
    } else {
        (void)snprintf(out.s, sizeof out.s, "#%td", app - story->trace->world->apps);
    }
    return out;
}

struct ps_vehicle_name ps_story_vehicle(const struct ps_story *story,
                                        const struct ps_log_entry *entry)
{
    const int kind = entry->kind;
    if (kind < PS_LOG_ISSUE || kind == PS_LOG_INVEST || kind == PS_LOG_EXIT) {
        return (struct ps_vehicle_name){NULL, NULL, 0};
    }
    const int is_own =
        kind == PS_LOG_ISSUE || kind == PS_LOG_TRUST_RAISED || kind == PS_LOG_TRUST_PAYS;
    const int number = is_own ? entry->a : entry->b;
    const struct ps_trusts_row *trust = ps_trust_row(story->scenario, number);
    if (trust != NULL) {
        return (struct ps_vehicle_name){trust->label, trust->trust_id, 1};
    }
    const struct ps_vehicles_row *vehicle = ps_vehicle_row(story->scenario, number);
    return (struct ps_vehicle_name){vehicle->label, vehicle->vehicle_id, 0};
}

struct ps_loan_name ps_story_vehicle_loan(const struct ps_story *story,
                                          const struct ps_log_entry *entry)
{
    struct ps_loan_name out = {""};
    const struct ps_vehicle_name vehicle = ps_story_vehicle(story, entry);
    const struct ps_app *app = ps_story_app(story, entry);
    if (app != NULL) {
        return ps_story_loan(story, app);
    }
    if (entry->kind == PS_LOG_ISSUED_DEFAULT || entry->kind == PS_LOG_ISSUED_LOSS) {
        int number = entry->a + 1;
        for (int i = 0; i < entry->b; i++) {
            number -= story->trace->plan->issues[i].firms_n;
        }
        (void)snprintf(out.s, sizeof out.s, "%.100s-%d", vehicle.id, number);
    }
    return out;
}

const struct ps_funds_row *ps_story_fund(const struct ps_story *story,
                                         const struct ps_log_entry *entry)
{
    return entry->kind == PS_LOG_INVEST || entry->kind == PS_LOG_EXIT
               ? &story->scenario->funds[entry->b]
               : NULL;
}

int ps_story_investment(const struct ps_story *story, const struct ps_log_entry *entry)
{
    return story->trace->world->investments[entry->a].number + 1;
}

const struct ps_pools_row *ps_story_pool(const struct ps_story *story,
                                         const struct ps_log_entry *entry)
{
    const struct ps_scenario *s = story->scenario;
    const struct ps_app *app = ps_story_app(story, entry);
    if (app != NULL) {
        const struct ps_trace *trace = story->trace;
        const int product = trace->schedule->product[app - trace->world->apps];
        return &s->pools[trace->policy.shape.products[product].pool];
    }
    return ps_story_vehicle(story, entry).id != NULL || ps_story_fund(story, entry) != NULL ||
                   (entry->kind == PS_LOG_REVIEW && s->p.breaker_scope == PS_BREAKER_BANK)
               ? NULL
               : &s->pools[entry->a];
}

const struct ps_banks_row *ps_story_bank(const struct ps_story *story,
                                         const struct ps_log_entry *entry)
{
    const struct ps_scenario *s = story->scenario;
    return entry->kind == PS_LOG_REVIEW && s->p.breaker_scope == PS_BREAKER_BANK
               ? &s->banks[entry->a]
               : NULL;
}

int64_t ps_story_due_fen(const struct ps_story *story, const struct ps_log_entry *claim)
{
    const struct ps_ledger_work *work = story->trace->work;
    return (int64_t)work->due[(size_t)claim->a * (size_t)work->width];
}

int64_t ps_story_unpaid_fen(const struct ps_story *story, const struct ps_log_entry *claim)
{
    return ps_story_due_fen(story, claim) - claim->party_fen[PS_PARTY_POOL];
}

static enum ps_status trace_scenario(const struct ps_command *command, const struct ps_book *book,
                                     const struct ps_scenario *scenario, struct ps_diags *diags,
                                     const char *isa)
{
    struct ps_trace trace = {0};
    const struct ps_diags before = *diags;
    const uint32_t world = (uint32_t)command->given[PS_OPT_WORLD].whole;
    const uint64_t seed = (uint64_t)command->given[PS_OPT_SEED].whole;
    const struct ps_story story = {scenario, &trace, command->lang, world};
    struct ps_diags found = {0};
    enum ps_status status = ps_trace_run(scenario, seed, world, isa, &found, &trace);
    ps_run_place_found(book, (size_t)(scenario - book->scenarios), &found, diags);
    ps_run_show_found(command, diags, &before);
    if (status == PS_OK) {
        status = command->given[PS_OPT_CSV].n > 0 ? ps_story_csv(&story) : ps_story_tell(&story);
    }
    if (status != PS_OK && diags->errors_n == 0) {
        ps_show_failure(command, status, NULL);
    }
    ps_trace_free(&trace);
    return status;
}

enum ps_status ps_cmd_trace(const struct ps_command *command)
{
    struct ps_diags diags = {0};
    struct ps_book book = {0};
    const struct ps_scenario *scenario = NULL;
    const char *isa = NULL;
    enum ps_status status = ps_command_isa(command, &isa);
    if (status == PS_OK) {
        status = ps_command_book(command, &diags, &book);
    }
    if (status == PS_OK) {
        status = ps_command_scenario(command, &book, &scenario);
    }
    if (status == PS_OK) {
        status = trace_scenario(command, &book, scenario, &diags, isa);
    }
    ps_book_free(&book);
    ps_diags_free(&diags);
    return status;
}
