// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_ENGINE_H
#define PLEDGESIM_ENGINE_H

#include "pledgesim/accum.h"
#include "pledgesim/batches.h"
#include "pledgesim/diag.h"
#include "pledgesim/hist.h"
#include "pledgesim/ledger.h"
#include "pledgesim/pairs.h"
#include "pledgesim/scenario.h"

/* Draws worlds in blocks of fixed size and evaluates every scenario row on them. Everything that is
 * added up is a whole number, so no thread count, batch or order can change a bit of a result. */

/* The ratios of means that are reported: numerator over denominator, with the delta-method error.
 */
enum ps_ratio {
#define PS_RATIO(symbol, name, numerator, denominator, unit, en, zh) PS_R_##symbol,
#include "pledgesim/ratios.def"
#undef PS_RATIO
    PS_RATIO_N
};

struct ps_ratio_desc {
    const char *name;
    enum ps_measure numerator, denominator;
    const char *unit; /* "frac", "wan" or "times" */
    const char *doc[PS_LANG_N];
};

const struct ps_ratio_desc *ps_ratio_desc(enum ps_ratio ratio);

/* What contributions are split by. */
enum ps_split {
    PS_DIM_CLUSTER,
    PS_DIM_IP_KIND,
    PS_DIM_BANK,
    PS_DIM_PRODUCT,
    PS_DIM_GROUP, /* of tape loans; without members when no loan has a group */
    PS_DIM_N
};

/* What is split. */
enum ps_part { PS_PART_COMPENSATION, PS_PART_LOSS, PS_PART_N };

enum { PS_PART_BINS = 1472 }; /* 32 an octave: bins of the total in which parts are kept */

/* Sums of one member (a cluster, a bank, ...) over all worlds. */
struct ps_member {
    ps_int128 sum_fen[PS_PART_N];
    uint64_t defaults_n;
    ps_int128 exposure_fen;
};

/* Worlds in which a measure lies beyond a threshold are counted: a quantile judged as a
 * probability.
 */
struct ps_watch {
    enum ps_measure measure;
    int below; /* count value < threshold, not value > threshold */
    int64_t threshold;
};

enum { PS_WATCHES_MAX = 16 };

/* Everything kept of one scenario row. One a thread while running; merged into one at the end. */
struct ps_row {
    uint64_t worlds_n;
    struct ps_moments moments[PS_MEASURE_N]; /* n counts the worlds in which it is not missing */
    struct ps_comoments ratios[PS_RATIO_N];
    int paired; /* worlds 2k and 2k + 1 share what is not known of the parameters; else NULL: */
    struct ps_pairs *pairs;             /* [PS_MEASURE_N], without those that may miss */
    struct ps_comoments *pair_ratios;   /* [PS_RATIO_N], full tier: products of the sums of pairs */
    uint64_t watched_n[PS_WATCHES_MAX]; /* decision tier: worlds that each watch counted */
    /* full tier only, else NULL */
    struct ps_hist *hist; /* [PS_MEASURE_N]; measures of tier HIST and money of tier DECISION have
                             with sums; ps_hist_kept tells */
    struct ps_hist *fan;  /* [PS_PATH_N][months_n + 1]; ps_hist_kept tells which months */
    ps_int128 *path_sum;  /* [PS_PATH_N][months_n + 1]: sums, where a fan is kept */
    struct ps_moments *year_registered; /* [years_n] */
    struct ps_hist *year_compensation;  /* [years_n], with sums */
    struct ps_moments *year_paid;       /* [years_n] */
    uint64_t *depleted_in_month;        /* [months_n + 1]: worlds first depleted in that month */
    uint64_t *reached_in_month; /* [months_n + 1]: worlds that reached the target in that month */
    struct ps_member *members;  /* all dimensions, member_first[d] .. member_first[d+1]-1 */
    int64_t
        *part_sum; /* [PS_PART_N][PS_PART_BINS][members]: fen, in worlds whose total is in bin */
    ps_int128 *part_square; /* likewise: sums of squares */
    uint64_t *part_n;       /* [PS_PART_N][PS_PART_BINS]: worlds */
    ps_int128 *batch_sum;   /* [PS_BATCHES][PS_BATCHED_N]; decision tier: [PS_BATCHES], the */
    uint64_t *batch_n;      /* [PS_BATCHES]: worlds;           measure that was asked for */
    int64_t *part_now; /* [PS_PART_N][members]: one world's parts while they are added up, else 0 */
    int member_first[PS_DIM_N + 1];
    int months_n, horizon, years_n, start_year;
};

/* Whether vehicles, or funds, did anything in some world: a row may have some of size 0. */
int ps_row_has_vehicles(const struct ps_row *row);
int ps_row_has_funds(const struct ps_row *row);

/* One line of the convergence table: the decision figures after the first worlds_n worlds. */
struct ps_checkpoint {
    uint64_t worlds_n;
    uint64_t depleted_n, target_cumulative_n, target_annual_n;
    double compensation_mean_fen, compensation_se_fen;
};

enum { PS_CHECKPOINTS_MAX = 40 };

struct ps_row_result {
    struct ps_row row;
    struct ps_checkpoint checkpoints[PS_CHECKPOINTS_MAX];
    int checkpoints_n;
    int converged; /* the asked precision was reached, or none was asked */
    size_t family; /* rows of one family shared their worlds */
    /* Full tier: input PDs averaged by share; the same after shocks and multipliers. */
    double mean_pd_frac[2];
};

enum ps_tier { PS_TIER_DECISION, PS_TIER_FULL };

struct ps_engine_request {
    const struct ps_scenario *scenarios;
    size_t scenarios_n;
    uint64_t first_world; /* even: pairs begin so; the last world is below 2^32 - 1 */
    uint64_t worlds_n;    /* 2 .. 2^32 - 1 a row */
    uint64_t seed;
    int threads_n;   /* 0: what the machine offers; clamped to 1..256 */
    const char *isa; /* NULL: the best kernel copy here */
    enum ps_tier tier;
    /* Decision tier: measures kept beside those of tier DECISION, and what is counted. Measures of
     * other tiers cost about twice the time. */
    const enum ps_measure *kept;
    int kept_n;
    const struct ps_watch *watches;
    int watches_n;
    const enum ps_measure *batched; /* decision tier: added up by batches too; NULL: none */
    /* Decision tier: [scenario][kept measure][world], the values themselves; PS_NOT_GIVEN where
     * missing. The caller's memory; NULL: not wanted. */
    int64_t *values;
    /* Worlds from a mixture of laws; what each weighs and, unless NULL, what its loans did:
     * [world], the caller's memory. All scenarios must draw equal worlds, and first_world be
     * divisible by PS_ECONOMY_LANES. NULL: off. The sums in the rows are then not weighted: read
     * `values`. */
    const struct ps_tilt *tilt;
    double *weights;
    struct ps_tilt_counts *tilt_counts;
    double precision; /* 0: off; else a row stops at a checkpoint (1,024 x 2^k worlds) once the
                         95 % interval of p_depletion is at most 2 x precision x estimate wide, */
    /* or, in the decision tier, once this says so of what the row holds by then. */
    int (*precise)(const void *of, const struct ps_row *row, double precision);
    const void *precise_of;
    struct ps_law_memo *laws; /* of runs that follow each other (prepare.h); NULL: none */
    /* Called now and then from one thread with worlds done and to do (summed over rows' families);
     * nonzero stops the run with PS_INTERRUPTED. May be NULL. */
    int (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

struct ps_engine_result {
    struct ps_row_result *rows; /* one a scenario, in the order of the request */
    size_t rows_n;
    size_t families_n;
    uint64_t worlds_drawn; /* how many worlds were sampled in all: shows what was shared */
    int threads_n;
    const char *isa;
    void *memory_; /* owned */
};

/* Runs all rows. Problems of calibration or limits go to diags (PS_INPUT). PS_BUG when a world's
 * money did not add up. The result is freed also after a failure. */
enum ps_status ps_engine_run(const struct ps_engine_request *request, struct ps_diags *diags,
                             struct ps_engine_result *result) PS_MUST_CHECK;
void ps_engine_result_free(struct ps_engine_result *result);

/* One world under one scenario, month by month, for `trace` and the tests. */
struct ps_trace {
    struct ps_world_plan *plan;
    struct ps_policy policy;
    const struct ps_world *world;
    const struct ps_schedule *schedule;
    const double *index;   /* Y~: [month][cluster] */
    const double *failure; /* by anchor: its month of failure, > N: never */
    double multiplier[PS_UNCERTAIN_N];
    struct ps_log_entry *log;
    int log_n;
    int64_t measures[PS_MEASURE_N];    /* PS_NOT_GIVEN when missing */
    const struct ps_ledger_work *work; /* lane 0 is this policy */
    void *memory_;
};

enum ps_status ps_trace_run(const struct ps_scenario *scenario, uint64_t seed, uint32_t world,
                            const char *isa, struct ps_diags *diags, struct ps_trace *trace)
    PS_MUST_CHECK;

/* The same for many worlds: what they share is prepared once, then each world takes the place of
 * the one before. Free it also after failure. */
enum ps_status ps_trace_open(const struct ps_scenario *scenario, uint64_t seed, const char *isa,
                             struct ps_diags *diags, struct ps_trace *trace) PS_MUST_CHECK;
enum ps_status ps_trace_world(struct ps_trace *trace, uint32_t world) PS_MUST_CHECK;
void ps_trace_free(struct ps_trace *trace);

#endif
