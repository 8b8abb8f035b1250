// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_LEDGER_H
#define PLEDGESIM_LEDGER_H

#include "pledgesim/policy.h"

/* The monthly ledger: one world under a group of policies of one shape, side by side in lanes.
 * docs/model.md section 7. Only the ledger moves money. Inside the lanes money is exact: whole fen
 * in doubles below 2^53; at rare events (claims, disposals) it is int64_t. */

enum { PS_LANES_LONE = 1, PS_LANES_NARROW = 8, PS_LANES_WIDE = 32 };

enum ps_measure {
#define PS_MEASURE(symbol, name, unit, tier, en, zh) PS_M_##symbol,
#include "pledgesim/measures.def"
#undef PS_MEASURE
    PS_MEASURE_N
};

/* Why an application is refused: the first test that fails, in the order of the tests. */
enum ps_refusal {
    PS_REFUSED_CLOSED,
    PS_REFUSED_POPULATION,
    PS_REFUSED_LOAN_CAP,
    PS_REFUSED_TERMINATED,
    PS_REFUSED_SUSPENDED,
    PS_REFUSED_SINGLE_NAME,
    PS_REFUSED_LEVERAGE,
    PS_REFUSED_N,
    PS_NOT_ASKED = PS_REFUSED_N, /* no refusal: the firm does not take the product up */
    PS_LOST_N
};

/* Monthly paths kept in the full tier. */
enum ps_path {
    PS_PATH_BALANCE,      /* all pools, fen */
    PS_PATH_BOOK,         /* performing in-pool principal, fen */
    PS_PATH_REGISTERED,   /* before + months 1..t, fen */
    PS_PATH_NPL,          /* NPL ratio, ppm */
    PS_PATH_COMPENSATION, /* gross, cumulative, fen */
    PS_PATH_N
};

/* What a policy does with a world, before any money moves: product and bank of every application
 * and the tape of rare events. Depends on the shape alone, so it serves all lanes. */
enum ps_event_step {
    PS_STEP_DISPOSAL = 2,
    PS_STEP_DEFAULT = 3,
    PS_STEP_DISPOSAL_AT_ONCE = 4, /* of a default in month N itself: after it, before the claims */
    PS_STEP_CLAIM = 5,
    PS_STEP_NPL_ENTER = 6,
    PS_STEP_NPL_EXIT = 7
};
enum { PS_EVENT_STEPS = 6 };

struct ps_event {
    uint16_t month, fate;
    uint8_t step;
};

/* What the tests and books of nearly every application need, whatever the levels. */
enum {
    PS_PLAIN_IN_POOL = 1,
    PS_PLAIN_RENEWAL = 2,
    PS_PLAIN_MATURES = 4, /* repaid in one sum, never defaults */
    PS_PLAIN_ASKS = 8 /* repaid in one sum; its firm asks, its product is open, the population not
                         used up, its firm has no other loan */
};

/* What the loans of a month come to when every lane grants them in full. */
struct ps_month_sum {
    double pool_fen, pool_n; /* in-pool principal and loans */
    double wan;              /* all amounts */
    double first_wan;        /* those of new firms; read of asks alone */
};

enum { PS_FIRMS_AT_ONCE = 16 }; /* mapped to products and banks */

struct ps_plain {
    struct ps_month_sum adds; /* what it adds to its month */
    uint16_t parent;          /* row of granted amounts that must not be 0: apps_max for none */
    uint8_t flags, cap;       /* cap: product x PS_FIRM_CLASS_N + firm class */
};

/* Sums over loans of a standing book: what leaves the books in a month by maturity, or what enters
 * them in month 0. */
struct ps_standing_month {
    double pool_fen, pool_n; /* in-pool principal and loans */
    double all_fen;          /* principal of all loans */
    double interest_fen;     /* paid over their lives by the loans that leave */
    double pool_instalment_fen, all_instalment_fen; /* a month, of equal-principal loans */
};

struct ps_standing_debt {
    double fen;
    uint16_t app;
};

/* A standing book (plan->standing) under the shape of a policy, when nobody defaults. Tape loans
 * meet no test, so all of it is equal in all lanes. */
struct ps_standing {
    uint8_t *product, *bank;          /* by application */
    struct ps_standing_month *leave;  /* [month 0..N] */
    struct ps_standing_debt *largest; /* in-pool loans owed at the end of month T, largest first */
    int largest_n;
};

struct ps_schedule {
    const struct ps_world *world;
    const struct ps_standing *standing; /* NULL unless the book is a standing one; then `plain` and
                                           the world's ends are not read */
    int decision_only; /* no interest is added up: set by who needs the decision tier alone */
    struct ps_standing_month *leave;  /* [month 0..N]: its sums without the loans that default */
    struct ps_month_sum *asks, *ends; /* [month 0..N], with one book: applications, and the loans
                                         of PS_PLAIN_MATURES that end */
    uint8_t *asks_plain;              /* [month 0..N]: all are PS_PLAIN_ASKS, below these caps */
    double asks_cap_wan[PS_PRODUCTS_MAX * PS_FIRM_CLASS_N];
    double
        *ends_interest_fen; /* [month 0..N], full tier: what those that end paid over their lives */
    uint8_t *ends_plain;    /* [month 0..N]: all that are repaid are PS_PLAIN_MATURES */
    uint8_t *product, *bank;           /* by application */
    uint8_t *firm_product, *firm_bank; /* scratch: by firm */
    struct ps_plain *plain;            /* by application */
    uint16_t *claim_month;             /* by fate */
    struct ps_event *events;           /* by month, step, fate; a last one has month 0xffff */
    int events_n;
    uint16_t (*fate_month)[PS_EVENT_STEPS]; /* scratch: months of each fate's events */
    uint32_t *month_first;                  /* scratch: [0..N+1] */
};

/* The levels of a group of policies, transposed: row i holds one value a lane. */
struct ps_lane_levels {
    int lanes_n; /* policies in the group, <= width */
    double *initial, *interest_ppm, *leverage_ppm, *leverage_times, *topup_yearly, *topup_target,
        *topup_rule, *support_limit; /* [pool] */
    double *topups;                  /* [month 0..N][pool]: named top-ups */
    int topups_any, topup_yearly_any;
    int support_any;   /* some pool may be helped by another */
    int claims_alike;  /* every lane has the same shares and firm caps, no stop-loss, no support */
    double *share_ppm; /* [product][party but the bank] */
    int pays[PS_PRODUCTS_MAX][PS_PARTY_BANK]; /* some lane gives the party a part of claims */
    double *loan_cap_wan, *firm_cap;          /* [product][firm class] */
    double loan_cap_min_wan[PS_PRODUCTS_MAX * PS_FIRM_CLASS_N]; /* smallest over the lanes */
    double *max_firm_ppm, *stop_loss;
    int max_firm_any, stop_loss_any, renewal_share_any;
    int leverage_whole;   /* every leverage is a whole number: room = free x times, exactly */
    int interest_direct;  /* balance x ppm stays below 2^51: one division a month, not two */
    double min_npl_least; /* smallest over the lanes */
    int always_judged;    /* by a metric other than NPL, or some threshold is 0 % and no
                             non-performing loan is asked for */
    double *warn_ppm, *suspend_ppm, *terminate_ppm, *resume_ppm, *min_live, *min_npl;
    double *registered_before, *target, *registered_ratio_ppm, *renewal_share_ppm;
    double *district_share;
    double *vehicle_size_wan, *subordinated_ppm, *undertaking_ppm, *undertaker_guarantor,
        *issue_subsidy_ppm, *max_loan_wan;   /* [vehicle] */
    int funds_n;                             /* of the world */
    double *fund_size_wan, *fund_fiscal_ppm; /* [fund] */
    double *discount;                        /* [month 0..N]: factor of the month's money */
};

/* One line of a month, for `trace` and for the checker in the tests. */
enum ps_log_kind {
    PS_LOG_INTEREST,   /* amount to pool `a` */
    PS_LOG_TOPUP,      /* amount to pool `a` */
    PS_LOG_DISPOSAL,   /* fate a: recovery; party[] = returned */
    PS_LOG_DEFAULT,    /* app a: EAD */
    PS_LOG_REPAID,     /* app a: principal repaid at maturity */
    PS_LOG_CLAIM,      /* fate a: claim; party[] = paid; party[BANK] = borne by the bank */
    PS_LOG_QUEUE_PAID, /* fate a: queued part paid */
    PS_LOG_REVIEW,     /* group a: ratio in ppm, b = new status */
    PS_LOG_GRANT,      /* app a: amount */
    PS_LOG_REFUSAL,    /* app a: asked amount, b = enum ps_refusal */
    PS_LOG_CLOSE,      /* pool a: closing balance; b: live loans; party[0] = X, [1] = P, [2] = NPL,
                          [3] = defaulted not exited, [4] = registered so far */
    PS_LOG_SUPPORT,    /* amount to pool a from pool b */
    /* Vehicles: of a loss party[0], [1], [2] = subordinated, undertaking, senior. */
    PS_LOG_ISSUE,          /* vehicle a: size */
    PS_LOG_TRANSFER,       /* app a, taken by vehicle b: principal */
    PS_LOG_TAKEN_DEFAULT,  /* app a of vehicle b: EAD */
    PS_LOG_TAKEN_LOSS,     /* app a of vehicle b: EAD - R */
    PS_LOG_ISSUED_DEFAULT, /* issued loan a of vehicle b: EAD */
    PS_LOG_ISSUED_LOSS,    /* issued loan a of vehicle b: EAD - R */
    PS_LOG_INVEST,         /* investment a of the world, of fund b: amount */
    PS_LOG_EXIT,           /* investment a of fund b: proceeds */
    /* Trusts are vehicles. */
    PS_LOG_TRUST_RAISED, /* vehicle a: size; party[0], [2] = subordinated, senior */
    PS_LOG_TRUST_LOAN,   /* app a, of vehicle b: amount */
    PS_LOG_TRUST_REPAID, /* app a, of vehicle b: principal repaid at maturity */
    PS_LOG_TRUST_PAYS    /* vehicle a: cash paid out; party[0], [2] = subordinated, senior */
};

struct ps_log_entry {
    int month, kind, a, b;
    int64_t amount_fen;
    int64_t party_fen[PS_PARTY_N];
};

struct ps_ledger_log {
    struct ps_log_entry *entries;
    int n, capacity; /* entries beyond capacity are counted, not stored */
    int lane;        /* the lane that is logged */
};

/* The row of amounts that an application was granted: filled when somebody asks for it, then with
 * what was asked for where it was granted; or with amounts of which some may be trimmed. */
enum { PS_AMOUNTS_AWAITED, PS_AMOUNTS_ASKED, PS_AMOUNTS_TRIMMED };

/* A loan that a lane could hand over to a vehicle. */
struct ps_offer {
    double fen;
    int app;
};

/* How many of a work's grants, amounts and months are filled at once. */
enum { PS_FILL = 64 };

/* Memory of one evaluating thread and what it leaves. Rows of `width` lanes. */
struct ps_ledger_work {
    int width;
    size_t apps_max;
    uint32_t
        *grants; /* [app] bit l: lane l granted it; the last, apps_max, stands for "no parent" */
    double *granted_wan; /* [app] amount granted, 万元, 0 = refused */
    uint8_t *amounts;    /* [app] PS_AMOUNTS_...: of that row */
    uint8_t *uneven;  /* [month 0..N] some lane did not grant a loan in full that would end then */
    double *refusal;  /* [app] full tier: why the chain is lost, -1 while it lives */
    uint8_t *common;  /* [fate] all lanes have it alike: its rows below hold lane 0 alone */
    double *exposure; /* [fate] EAD, fen, 0 when not granted */
    double *due;      /* [fate] the pool's due by the prepay formula until the claim, from then
                         on what it was at the claim, after caps and stop-loss */
    double *paid;     /* [fate][party but the bank] really paid, fen */
    double *claimed;  /* [fate] claim, fen */
    double *loss;     /* [fate] EAD - R, fen */
    double *queued;   /* [fate] waiting for money */
    double *pool;     /* [pool][PS_POOL_ROWS] */
    double *group;    /* [breaker group][PS_GROUP_ROWS] */
    double *cohort;   /* [year][product][3]: premiums, insurer paid; [..] re-guarantor */
    double *measure;  /* [PS_MEASURE_N], doubles holding integers; missing: see ps_measure_read */
    uint8_t *opened;  /* the measures that begin a world at 0: those that somebody looks at */
    int opened_n;
    double *common_measure; /* [PS_MEASURE_N], no rows: what common defaults have yet to add */
    double *year_registered, *year_compensation; /* [calendar year of the run] */
    double *path;              /* [PS_PATH_N][month 0..N], NULL in the decision tier */
    double *scratch;           /* state that belongs to no pool */
    double *vehicle;           /* [vehicle][VEHICLE_ROWS] */
    double *taken;             /* [app] with takers: 1 + the vehicle that has the loan, 0 none */
    double *fund;              /* [fund][2]: invested, proceeds */
    struct ps_offer *offers;   /* [app] with takers: scratch */
    int violations;            /* lanes whose money did not add up: the engine stops with PS_BUG */
    struct ps_ledger_log *log; /* NULL but in trace and tests */
};

/* What the ledger needs to know of the world plan. */
struct ps_ledger_frame {
    int horizon, months_n, npl_months;
    int start_month; /* calendar month of month 1, 1..12 */
    int years_n;     /* calendar years touched by 1..N */
    const struct ps_segment_plan *segments;
    const uint8_t
        *path_kept; /* [month 0..N]: bit p for path p; NULL: all. Others are not written */
};

/* The frame of a plan whose month 1 is this calendar month, all paths kept. */
struct ps_ledger_frame ps_ledger_frame_of(const struct ps_world_plan *plan, int start_month);

typedef void ps_ledger_run_fn(const struct ps_ledger_frame *frame, const struct ps_shape *shape,
                              const struct ps_lane_levels *levels,
                              const struct ps_schedule *schedule, struct ps_ledger_work *work);

size_t ps_ledger_work_bytes(const struct ps_world_plan *plan, const struct ps_shape *shape,
                            int width, int full);
void ps_ledger_work_init(struct ps_ledger_work *work, const struct ps_world_plan *plan,
                         const struct ps_shape *shape, int width, int full, void *memory);

size_t ps_lane_levels_bytes(const struct ps_world_plan *plan, const struct ps_shape *shape,
                            int width);
/* Transposes the levels of n policies (n <= width); empty lanes repeat the first policy. */
void ps_lane_levels_init(struct ps_lane_levels *levels, const struct ps_world_plan *plan,
                         const struct ps_policy *const *policies, int n, int width, void *memory);

size_t ps_schedule_bytes(const struct ps_world_plan *plan);
void ps_schedule_init(struct ps_schedule *schedule, const struct ps_world_plan *plan, void *memory);
/* Maps products and banks, lays out the rare events of a world under a policy's shape and adds up
 * its months. */
typedef void ps_schedule_build_fn(const struct ps_world_plan *plan, const struct ps_policy *policy,
                                  const struct ps_world *world, struct ps_schedule *schedule);

/* One pool with its own breaker: all that lanes differ in is how much of one book they have. */
static inline int ps_has_one_book(const struct ps_shape *shape)
{
    return shape->pools_n == 1 && shape->breaker_scope != PS_BREAKER_BANK;
}

/* The largest loan of a product to a firm class, 万元. */
double ps_loan_cap_wan(const struct ps_levels *levels, int product, int firm_class);

/* What a tape loan of a standing book owes after so many months. */
double ps_standing_owed_fen(const struct ps_app *app, int months);
/* What it takes off the books when it matures. */
struct ps_standing_month ps_standing_leaves(const struct ps_world_plan *plan,
                                            const struct ps_app *app, int in_pool);
void ps_standing_add(struct ps_standing_month *to, const struct ps_standing_month *x, double sign);
/* Fills leave[0..N] for a world: policy->standing without the loans that default. */
void ps_standing_take_out(const struct ps_world_plan *plan, const struct ps_policy *policy,
                          const struct ps_world *world, struct ps_standing_month *leave);

/* The kernel for one instruction set. */
struct ps_kernel {
    const char *name; /* base, v3, v4 */
    ps_world_sample_fn *world_sample;
    ps_schedule_build_fn *schedule_build;
    ps_ledger_run_fn *ledger_lone, *ledger_narrow, *ledger_wide;
};

/* The best copy this machine can run, or the one named (NULL: best; unknown or unsupported: NULL).
 */
const struct ps_kernel *ps_kernel_select(const char *name);

struct ps_measure_desc {
    const char *name;
    enum ps_measure_unit { PS_MU_FEN, PS_MU_PPM, PS_MU_MONTHS, PS_MU_COUNT, PS_MU_FLAG } unit;
    enum ps_measure_tier { PS_MT_DECISION, PS_MT_FULL, PS_MT_HIST } tier;
    const char *doc[PS_LANG_N];
};

const struct ps_measure_desc *ps_measure_desc(enum ps_measure measure);

/* Whether the measure is missing in some worlds (a month that never came, a ratio of nothing). */
int ps_measure_may_miss(enum ps_measure measure);

/* The measure of one lane as an integer; PS_NOT_GIVEN when it is missing in this world. */
int64_t ps_measure_read(const struct ps_ledger_work *work, enum ps_measure measure, int lane);

#endif
