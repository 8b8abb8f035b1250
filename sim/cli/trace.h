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

/* Why an application was refused, in a few words. */
const char *ps_story_refusal(int refusal, enum ps_lang lang);
/* What an entry is, as one word of the CSV log. */
const char *ps_story_event(int kind);
/* State of a breaker group. */
const char *ps_story_state(int state, enum ps_lang lang);

/* The log in words, or as CSV, on standard output. */
enum ps_status ps_story_tell(const struct ps_story *story) PS_MUST_CHECK;
enum ps_status ps_story_csv(const struct ps_story *story) PS_MUST_CHECK;

#endif
