// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_CLI_TRACE_H
#define PLEDGESIM_CLI_TRACE_H

#include "command.h"
#include "pledgesim/engine.h"

/* One traced world and the names of what happens in it. */
struct ps_story {
    const struct ps_scenario *scenario;
    const struct ps_trace *trace;
    enum ps_lang lang;
    uint32_t world;
};

/* The calendar of month t = 1, 2, ... */
int ps_story_year(const struct ps_story *story, int t);
int ps_story_month(const struct ps_story *story, int t);

/* The application that a log entry is about, or NULL. */
const struct ps_app *ps_story_app(const struct ps_story *story, const struct ps_log_entry *entry);

/* Why an application was refused: in a few words, and as the code of the measures. */
const char *ps_story_refusal(int refusal, enum ps_lang lang);
const char *ps_story_refusal_code(int refusal);
/* What an entry is, as one word of the CSV log. */
const char *ps_story_event(int kind);
/* State of a breaker group, in words and as a code. */
const char *ps_story_state(int state, enum ps_lang lang);
const char *ps_story_state_code(int state);

struct ps_loan_name {
    char s[PS_ID_BYTES + 1];
};
/* "#12", or the id of the loan on the books that it is. */
struct ps_loan_name ps_story_loan(const struct ps_story *story, const struct ps_app *app);

/* The pool of an entry about a loan, a pool or a pool's breaker, else NULL. */
const struct ps_pools_row *ps_story_pool(const struct ps_story *story,
                                         const struct ps_log_entry *entry);
/* The vehicle or trust that an entry is about, its id NULL for none; and which of its loans: by its
 * own name, or as the third firm of the issue abs: "abs-3"; "" for none. */
struct ps_vehicle_name {
    const char *label, *id;
    int is_trust;
};
struct ps_vehicle_name ps_story_vehicle(const struct ps_story *story,
                                        const struct ps_log_entry *entry);
struct ps_loan_name ps_story_vehicle_loan(const struct ps_story *story,
                                          const struct ps_log_entry *entry);
/* The fund that an entry is about, else NULL; and which of its investments, from 1. */
const struct ps_funds_row *ps_story_fund(const struct ps_story *story,
                                         const struct ps_log_entry *entry);
int ps_story_investment(const struct ps_story *story, const struct ps_log_entry *entry);
/* The bank whose breaker a review is about, or NULL. */
const struct ps_banks_row *ps_story_bank(const struct ps_story *story,
                                         const struct ps_log_entry *entry);

/* What the pool had to pay for a claim, after caps and stop-loss; what it could not pay then. */
int64_t ps_story_due_fen(const struct ps_story *story, const struct ps_log_entry *claim);
int64_t ps_story_unpaid_fen(const struct ps_story *story, const struct ps_log_entry *claim);

/* The log in words, or as CSV, on standard output. */
enum ps_status ps_story_tell(const struct ps_story *story) PS_MUST_CHECK;
enum ps_status ps_story_csv(const struct ps_story *story) PS_MUST_CHECK;

#endif
