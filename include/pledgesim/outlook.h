// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_OUTLOOK_H
#define PLEDGESIM_OUTLOOK_H

#include "pledgesim/engine.h"
#include "pledgesim/figures.h"
#include "pledgesim/numtext.h"
#include "pledgesim/stress.h"

/* What the report shows beside the scenarios of the book: the first of them with pools of other
 * sizes and other leverage, and under stress. Variants are made in memory; each twist has its own
 * worlds, which all its sizes share. docs/report.md. */

enum ps_twist {
    PS_TWIST_NONE, /* as it is */
#define PS_TWIST(symbol, name) PS_TWIST_##symbol,
#include "pledgesim/twists.def"
#undef PS_TWIST
    PS_TWIST_N
};

/* What it is, in words. */
const char *ps_twist_text(enum ps_twist twist, enum ps_lang lang);

enum {
    PS_OUTLOOK_SIZES = 22, /* at most, of pools */
    PS_OUTLOOK_LEVERAGES = 5,
    PS_OUTLOOK_WORLDS_LEAST = 1000,  /* fewer cannot tell whether 1 % is exceeded: no outlook */
    PS_OUTLOOK_WORLDS = 20000,       /* at most, of the scenario as it is */
    PS_OUTLOOK_TWISTED_WORLDS = 2000 /* at most, of each twist */
};

/* One variant. */
struct ps_outlook_point {
    struct ps_probability depletion, target; /* by the reading that the scenario chose */
    struct ps_estimate registered_fen, fiscal_cost_fen, shortfall_fen;
};

struct ps_outlook {
    int sizes_n, leverages_n;           /* 0: several pools without money, or too few worlds */
    int64_t pool_fen[PS_OUTLOOK_SIZES]; /* ascending */
    int64_t leverage_ppm[PS_OUTLOOK_LEVERAGES]; /* likewise */
    int size, leverage;                         /* which of them the scenario has */
    uint64_t worlds_n[PS_TWIST_N];
    /* [twist][size][leverage] */
    struct ps_outlook_point points[PS_TWIST_N][PS_OUTLOOK_SIZES][PS_OUTLOOK_LEVERAGES];
};

/* The scenario under a twist. Free it also after failure. PS_MEMORY. */
enum ps_status ps_twist_apply(const struct ps_scenario *scenario, enum ps_twist twist,
                              struct ps_stressed *out) PS_MUST_CHECK;

/* The twist as --set says it ("" for none); where it takes a row of a table, a comment that starts
 * with #. */
struct ps_text ps_twist_setting(const struct ps_scenario *scenario, enum ps_twist twist);

/* Looks at the first scenario of the request, with its seed and threads. */
enum ps_status ps_outlook_run(const struct ps_engine_request *request, struct ps_outlook *out)
    PS_MUST_CHECK;

/* The smallest size that surely carries the target at the scenario's leverage (answer.h); -1: none
 * of them does. */
int ps_outlook_safe_size(const struct ps_outlook *outlook);

#endif
