// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_KERNEL_LANES_H
#define PLEDGESIM_KERNEL_LANES_H

#include "pledgesim/kmath.h"
#include "pledgesim/ledger.h"

/* Lane arithmetic. PS_LANES is set by the including *_isa.c. A row is PS_LANES doubles. */

#define PS_SIMD _Pragma("omp simd")
#define LANES PS_SIMD for (int l = 0; l < PS_LANES; l++)
#define ROW double *restrict
/* A condition that seldom holds: what it guards is kept out of the way of the usual month. */
#define RARELY(condition) __builtin_expect(!!(condition), 0)

/* All lanes of a row as bits: bit l for lane l. */
static const uint32_t ALL_LANES = (uint32_t)((UINT64_C(1) << PS_LANES) - 1);

static const double FEN_PER_WAN = 1e6;
static const double NO_LIMIT_FEN = 0x1p52;

static inline double *row(double *rows, int i)
{
    return rows + (size_t)i * PS_LANES;
}

static inline const double *crow(const double *rows, int i)
{
    return rows + (size_t)i * PS_LANES;
}

/* Steps on a default come in two copies: over PS_LANES lanes, and with n = 1 for a default that all
 * lanes have alike, a common one. The rows of that default hold one number then. */
#define OVER(n) PS_SIMD for (int l = 0; l < (n); l++)
#define ITS_LANE(n) ((n) == PS_LANES ? l : 0)

/* Sum over the lanes; only whole numbers are summed so, their order does not matter. */
static inline double lanes_sum(const double *x)
{
    double sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (int l = 0; l < PS_LANES; l++) sum += x[l];
    return sum;
}

/* floor(x / d) for whole 0 <= x < 2^51 and whole d, `inverse` being 1/d rounded. x + 1/2 is exact
 * and (x + 1/2)/d at least 1/(2 d) away from every integer; the two roundings move it by less, a
 * part of at most 2^-52 (1 + 2^-54). */
static inline double lane_div(double x, double inverse)
{
    return ps_floor((x + 0.5) * inverse);
}

/* floor((x num + add) / d) for whole x: x = q d + r keeps every product below 2^53 as long as
 * q num and d num are. */
static inline double lane_muldiv(double x, double num, double d, double inverse, double add)
{
    const double q = lane_div(x, inverse);
    return q * num + lane_div((x - q * d) * num + add, inverse);
}

/* A share of an amount, eq. (2.2): floor(x ppm / 10^6). */
static inline double lane_share(double x, double ppm)
{
    return lane_muldiv(x, ppm, 1e6, 1e-6, 0);
}

/* A month's part of a yearly rate, eq. (2.3): floor((x ppm + 6,000,000) / 12,000,000). */
static inline double lane_month_rate(double x, double ppm)
{
    return lane_muldiv(x, ppm, 12e6, 1 / 12e6, 6e6);
}

/* floor(a b / c) in integers, for 0 <= a, b and 0 < c below 2^52 with a quotient below 2^51. The
 * estimate in doubles is at most one off, so its remainder is small and survives the wrapping of
 * 64-bit products. */
static inline int64_t int_muldiv(int64_t a, int64_t b, int64_t c)
{
    const int64_t q = (int64_t)((double)a * (double)b / (double)c);
    const int64_t r = (int64_t)((uint64_t)a * (uint64_t)b - (uint64_t)q * (uint64_t)c);
    return q + (r >= c) - (r < 0);
}

/* The rounding error of the product p = a b, exactly (Dekker 1971): a and b are split in halves
 * whose products are exact. */
static inline double product_error(double a, double b, double p)
{
    const double ta = 134217729. * a, tb = 134217729. * b; /* 2^27 + 1 */
    const double ah = ta - (ta - a), bh = tb - (tb - b);
    const double al = a - ah, bl = b - bh;
    return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

/* floor(a b / c) for whole 0 <= a, b and 0 < c below 2^52, with a quotient below 2^51, in doubles:
 * the remainder of the estimate is exact although the products are not. */
static inline double lane_ratio(double a, double b, double c)
{
    const double ab = a * b;
    double q = ps_floor(ab / c);
    const double qc = q * c;
    const double r = (ab - qc) + (product_error(a, b, ab) - product_error(q, c, qc));
    q += r >= c ? 1. : 0.;
    q -= r < 0 ? 1. : 0.;
    return q;
}

static inline double lanes_max(const double *x)
{
    double max = x[0];
    _Pragma("omp simd reduction(max : max)") for (int l = 0; l < PS_LANES; l++) max =
        x[l] > max ? x[l] : max;
    return max;
}

/* 1 where numerator/denominator >= threshold, exactly; 0/0 is 0. The products are rounded; only
 * where they nearly meet the errors matter. */
static inline void ratio_reaches(const double *numerator, const double *denominator,
                                 const double *threshold_ppm, ROW reached)
{
    double near[PS_LANES];
    LANES
    {
        const double a = numerator[l] * 1e6, b = denominator[l] * threshold_ppm[l];
        const double some = a >= b ? 1. : 0., none = threshold_ppm[l] <= 0 ? 1. : 0.;
        reached[l] = denominator[l] > 0 ? some : none;
        near[l] = ps_abs(a - b) <= (a + b) * 0x1p-50 ? 1. : 0.;
    }
    if (lanes_max(near) <= 0)
        return;
    LANES
    {
        const double a = numerator[l] * 1e6, b = denominator[l] * threshold_ppm[l];
        const double below = product_error(denominator[l], threshold_ppm[l], b);
        const double over = (a - b) + (product_error(numerator[l], 1e6, a) - below);
        const double some = over >= 0 ? 1. : 0., none = threshold_ppm[l] <= 0 ? 1. : 0.;
        reached[l] = denominator[l] > 0 ? some : none;
    }
}

static inline int64_t int_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline double lanes_min(const double *x)
{
    double min = x[0];
    _Pragma("omp simd reduction(min : min)") for (int l = 0; l < PS_LANES; l++) min =
        x[l] < min ? x[l] : min;
    return min;
}

static inline void rows_zero(double *rows, int n)
{
    for (int i = 0; i < n; i++)
        LANES row(rows, i)[l] = 0;
}

static inline void row_fill(double *restrict to, double x)
{
    LANES to[l] = x;
}

static inline void rows_copy(double *restrict to, const double *restrict from)
{
    LANES to[l] = from[l];
}

/* Rows of a pool's state. Its book X is the book of its breaker group unless groups are banks. */
enum pool_row {
    POOL_BALANCE,
    POOL_BOOK,       /* X: performing in-pool principal, when groups are banks */
    POOL_DUE,        /* P: due on defaulted, unclaimed in-pool loans */
    POOL_INSTALMENT, /* sum of this month's instalments of equal-principal loans */
    POOL_FUNDED,     /* initial + top-ups */
    POOL_INTEREST,
    POOL_PAID,
    POOL_RETURNED,
    POOL_STOP_LEFT, /* what the stop-loss leaves for this calendar year */
    POOL_ROOM,      /* leverage x max(0, B - P) */
    POOL_SINGLE,    /* single-name limit x max(0, B - P), NO_LIMIT_FEN without one */
    POOL_MIN,       /* smallest balance after claims: never below zero */
    POOL_RECEIVED,  /* support by another pool */
    POOL_GIVEN,     /* support of others */
    POOL_PLACED,    /* in trusts: paid for subordinated pieces, less what came back */
    POOL_ROWS
};

/* Rows of a breaker group's state: a group is a pool, or a bank when the scope is bank. */
enum group_row {
    GROUP_BOOK,
    GROUP_INSTALMENT,
    GROUP_DEFAULTED, /* EAD of defaulted loans not yet exited */
    GROUP_NPL,
    GROUP_NPL_N,
    GROUP_LIVE,
    GROUP_STATUS, /* 0 normal, 1 suspended, 2 terminated */
    GROUP_SINCE,  /* month of the suspension */
    GROUP_ROWS
};

enum { STATUS_NORMAL, STATUS_SUSPENDED, STATUS_TERMINATED };

/* Rows of a (grant year, product) cohort. */
enum cohort_row {
    COHORT_PREMIUMS,
    COHORT_INSURER_PAID,
    COHORT_GRANTED,
    COHORT_REGUARANTOR_PAID,
    COHORT_ROWS
};

/* Rows of a vehicle's state. */
enum vehicle_row {
    VEHICLE_SIZE, /* of a transfer: what it took; of a trust: 0 unless raised */
    VEHICLE_LOSS,
    VEHICLE_CASH, /* from here on of trusts */
    VEHICLE_BOOK, /* performing principal */
    VEHICLE_INSTALMENT,
    VEHICLE_SENIOR_PAID,
    VEHICLE_SUBORDINATED_PAID,
    VEHICLE_ROWS
};

/* Rows of a fund's state. */
enum fund_row { FUND_INVESTED, FUND_PROCEEDS, FUND_ROWS };

/* Rows of scratch: state that belongs to no pool. */
enum scratch_row {
    ALL_BOOK, /* performing principal of all loans */
    ALL_INSTALMENT,
    MONTH_FLOW, /* compensation - returned + subsidy of the month */
    LEVERAGE_SUM,
    IDLE_SUM,
    IDLE_MONTHS,
    OPEN_NEW,     /* what an in-pool book may grow to by new firms this month, < 0 where closed */
    OPEN_RENEWAL, /* by renewals */
    NO_LIMIT,     /* more than any book, due or amount */
    SCRATCH_ROWS
};

/* Everything one evaluation reads and writes, passed by pointer to the steps of the month. */
struct ledger {
    const struct ps_ledger_frame *frame;
    const struct ps_shape *shape;
    const struct ps_lane_levels *levels;
    const struct ps_schedule *schedule;
    const struct ps_world *world;
    struct ps_ledger_work *work;
    int groups_n;
    int t;              /* month */
    int calendar_month; /* 1..12 */
    int year;           /* calendar year, counted from that of month 1 */
    int event;          /* next entry of the schedule's tape */
    int vehicle_month; /* next month in which something happens to a vehicle or fund, see vehicles.h
                        */
    int trusts_lend;   /* some trust lends this month */
    int npl_loans_n;   /* fates between NPL entry and exit, granted or not */
    int review_month;  /* next month of a review; 0: the breaker is off */
    int suspended_any, queued_any;
    int peak_known;                               /* every lane has an NPL peak by now */
    int by_bank;                                  /* breaker groups are banks */
    int registers;                                /* one pool and its breaker: see registers.h */
    int fees;                                     /* some product has a fee or a premium */
    int grants_whole;                             /* months may be granted at once: see plain.h */
    int only_interest, only_interest_but_january; /* no other money comes in at the month's start */
    int full;                                     /* measures beyond the decision tier are kept */
    int all_book;    /* the book of all loans is kept: full tier, or subsidies need it */
    int cohorts;     /* some cap looks at grant years */
    int kept;        /* what became of single defaults is looked at: full tier, trace */
    int commons;     /* defaults of loans that all lanes granted are common */
    int instalments; /* some loan repays in equal principal */
};

/* Full tier: whether somebody wants this month of a path. */
static inline int path_kept(const struct ledger *g, enum ps_path path)
{
    return !g->frame->path_kept || g->frame->path_kept[g->t] >> path & 1;
}

/* The lanes that hold a policy, as bits. */
static inline uint32_t lanes_used(const struct ledger *g)
{
    return ALL_LANES >> (PS_LANES - g->levels->lanes_n);
}

static inline double *pool_row(const struct ledger *g, int pool, int r)
{
    return row(g->work->pool, pool * POOL_ROWS + r);
}

static inline double *group_row(const struct ledger *g, int group, int r)
{
    return row(g->work->group, group * GROUP_ROWS + r);
}

static inline double *book_row(const struct ledger *g, int pool)
{
    return g->by_bank ? pool_row(g, pool, POOL_BOOK) : group_row(g, pool, GROUP_BOOK);
}

static inline double *measure_row(const struct ledger *g, int m)
{
    return row(g->work->measure, m);
}

/* Where a default over n lanes adds to a measure; what a common one adds waits in a number. */
PS_KERNEL_INLINE double *measure_over(const struct ledger *g, int m, const int n)
{
    return n == PS_LANES ? measure_row(g, m) : &g->work->common_measure[m];
}

static inline int is_common(const struct ledger *g, int fate)
{
    return PS_LANES > 1 && g->commons && g->work->common[fate];
}

/* What the lanes granted an application, 万元. */
static inline const double *granted_row(const struct ledger *g, int app)
{
    double *granted = row(g->work->granted_wan, app);
    if (g->work->amounts[app] == PS_AMOUNTS_AWAITED) {
        const uint32_t lanes = g->work->grants[app];
        const double amount = lanes ? g->world->apps[app].amount_wan : 0;
        LANES granted[l] = amount;
        for (uint32_t left = lanes ? ALL_LANES & ~lanes : 0; left; left &= left - 1)
            granted[__builtin_ctz(left)] = 0;
        g->work->amounts[app] = PS_AMOUNTS_ASKED;
    }
    return granted;
}

static inline double *vehicle_row(const struct ledger *g, int vehicle, int r)
{
    return row(g->work->vehicle, vehicle * VEHICLE_ROWS + r);
}

static inline double *fund_row(const struct ledger *g, int fund, int r)
{
    return row(g->work->fund, fund * FUND_ROWS + r);
}

static inline double *scratch_row(const struct ledger *g, int r)
{
    return row(g->work->scratch, r);
}

static inline double *cohort_row(const struct ledger *g, int year, int product, int r)
{
    return row(g->work->cohort, (year * g->shape->products_n + product) * COHORT_ROWS + r);
}

static inline int group_of(const struct ledger *g, int app)
{
    return g->by_bank ? g->schedule->bank[app] : g->shape->products[g->schedule->product[app]].pool;
}

static inline int firm_class_of(const struct ps_app *app)
{
    return app->flags & PS_APP_MICRO ? PS_FIRM_MICRO : PS_FIRM_SMALL;
}

/* Calendar year of a month, counted from that of month 1; tape loans (month 0) have none: -1. */
static inline int year_of(const struct ledger *g, int month)
{
    return month ? (g->frame->start_month - 1 + month - 1) / 12 : -1;
}

static inline void log_line(const struct ledger *g, int kind, int a, int b, double amount_fen,
                            const double *parties, size_t stride)
{
    struct ps_ledger_log *log = g->work->log;
    if (log->n < log->capacity) {
        struct ps_log_entry *e = &log->entries[log->n];
        *e = (struct ps_log_entry){
            .month = g->t, .kind = kind, .a = a, .b = b, .amount_fen = (int64_t)amount_fen};
        for (int j = 0; parties && j < PS_PARTY_N; j++)
            e->party_fen[j] = (int64_t)parties[(size_t)j * stride];
    }
    log->n++;
}

#endif
