// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_WORLD_H
#define PLEDGESIM_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/models.h"
#include "pledgesim/philox.h"

/* One sampled future of what the bureau does not decide. docs/model.md sections 1-6. */

enum {
    PS_TILE_WORLDS = 32,   /* worlds sampled before any policy looks at them; unit of scheduling */
    PS_ECONOMY_LANES = 16, /* worlds whose economy is drawn together */
    PS_NONE = 0xffff,      /* "no loan", "no fate" in a 16-bit index */
    PS_MONTHS_MAX = 480,
    PS_APPS_MAX = 65000,
    PS_GROUPS_MAX = 1000,
    PS_RECOVERY_LAWS_MAX = 256,
    PS_TENORS_N = 4,
    PS_QUANTILE_CELLS = 1024
};

/* The part of [0, 2^32) with the same leading bits: its lowest value, one more above `below`, and
 * whether there are still more. */
struct ps_guide {
    uint32_t below; /* UINT32_MAX: the value is the last */
    uint32_t value : 31, more : 1;
};

/* A discrete law read by one 32-bit uniform: value i when cut[i-1] <= u < cut[i]. guide[u >> shift]
 * mostly knows it. */
struct ps_discrete {
    const uint32_t *cut;          /* values_n - 1 cuts */
    const struct ps_guide *guide; /* 2^(32-shift) */
    int values_n;
    int shift;
};

/* Quantiles at i/1024; linear between. */
struct ps_quantiles {
    const double *q; /* PS_QUANTILE_CELLS + 1 */
};

struct ps_segment_plan {
    int cluster, klass; /* hazard class */
    int ip_kind;
    int amount_law;                      /* index in amount_laws */
    int64_t amount_min_wan;              /* value 0 of the law */
    uint64_t tenor_cut[PS_TENORS_N - 1]; /* a number from cut i on has a longer tenor than
                                            tenor_months[i] */
    uint32_t equal_cut, micro_cut;       /* u < cut; equal_all/micro_all when the share is 1 */
    int equal_all, micro_all;
    int64_t loan_rate_ppm;
};

struct ps_ip_kind_plan {
    double value_per_yuan;  /* valuation_multiplier (1 - cost) / ltv, before the price */
    double valued_per_yuan; /* the same for a pledge whose value is given: without 1/ltv */
    double drift;           /* decay + vol^2/2, a year */
    double volatility, lapse_pa;
    struct ps_quantiles price;
};

struct ps_tape_plan {
    uint64_t address; /* hash of the loan's id, top bit set */
    int segment, klass;
    uint32_t amount_wan;
    int months_left, age_months, equal_principal;
    double pledged_per_yuan; /* appraised value / amount, < 0: by the LTV */
    double recovery_frac;    /* recovery or its mean, < 0: by the model */
    int recovery_law;        /* index in recovery_laws, -1: the recovery is certain */
    int group;               /* of contributions */
    int firm;                /* number of the firm among those with several tape loans, or -1 */
    int anchor;              /* the anchor firm whose failure is its default, or -1 */
};

struct ps_anchor_plan {
    uint64_t address; /* hash of its id */
    int cluster;
    double hazard; /* of failure, a month */
    double shift_sd;
    int shift_months;
};

/* What is not known of the parameters: multipliers that two worlds share. */
enum ps_uncertain {
    PS_UNCERTAIN_HAZARD,
    PS_UNCERTAIN_RECOVERY,
    PS_UNCERTAIN_DEMAND,
    PS_UNCERTAIN_N
};

#define PS_UNCERTAIN_Z_MAX 4.0 /* a normal beyond it counts as this */

/* exp(sigma z - log_mean), of mean 1; sigma 0: always 1. */
struct ps_multiplier_law {
    double sigma, log_mean;
};

/* A securitisation that lends to firms of its own. */
struct ps_issue_plan {
    uint64_t address; /* of its first firm; the others follow it */
    int month, tenor_months;
    uint32_t size_wan;
    int firms_n;
    int segment; /* -1: drawn by share */
    double amount_sigma;
};

/* A fund that buys shares of firms. */
struct ps_fund_plan {
    uint64_t address; /* of its first investment; the others follow it */
    int investments_n;
    int from_month, to_month, hold_months;
    int cluster;          /* whose index write-offs follow, -1: none */
    double common, own;   /* weights of the index and of the investment itself */
    double write_off_x;   /* an investment below it is written off */
    double median, sigma; /* of the multiple of the others */
};

/* Eq. (10.10): the month of investment k = 0 .. n - 1, evenly over the months. */
static inline int ps_investment_month(int from_month, int to_month, int n, int k)
{
    return from_month + k * (to_month - from_month + 1) / n;
}

/* Which of n parts a number falls in: the first i with u < cut[i]; the last cut is unused. */
static inline int ps_part_of(uint32_t u, const uint32_t *cut, int n)
{
    int i = 0;
    while (i < n - 1 && u >= cut[i])
        i++;
    return i;
}

/* Moral hazard: what multiplies the hazard by product. */
struct ps_behaviour_plan {
    int products_n;              /* 0: none */
    const double *times;         /* [product] >= 1 */
    const uint32_t *product_cut; /* [product] as in ps_shape */
    const int *tape_product;     /* [tape loan] its own product, or -1: by u_product */
};

/* Importance sampling (docs/model.md section 12): worlds are drawn from a mixture of PS_TILT_PARTS
 * laws of equal shares, the first of which is the plan's own. In the others the normals of the
 * economy are shifted, hazards multiplied by the cell of the loan (what the pool would pay for it
 * and when it asks), and new firms more often of some kinds. Sixteen worlds that are drawn together
 * are of one part, and any PS_TILT_CYCLE worlds in a row, the first of a number that 16 divides,
 * hold all parts alike. */
enum {
    PS_TILT_CRISES = 4, /* parts 1 .. 4 are learnt */
    PS_TILT_HALFWAY,    /* the last lies between them and part 0 */
    PS_TILT_PARTS,
    PS_TILT_CYCLE = PS_ECONOMY_LANES * PS_TILT_PARTS,
    PS_TILT_SIZES = 5,
    PS_TILT_PRODUCTS = 4,
    PS_TILT_KINDS = PS_TILT_SIZES * PS_TILT_PRODUCTS, /* of new firms */
    PS_TILT_CLASSES = 20,                             /* of loans */
    PS_TILT_PERIODS = 8,
    PS_TILT_CELLS = PS_TILT_PERIODS * PS_TILT_CLASSES
};

struct ps_policy;

struct ps_tilt {
    const struct ps_policy *policy;    /* says what the pool would pay for a loan */
    double class_wan;                  /* width of the classes of these stakes */
    int blocks_n, factors_n;           /* steps of the economy, normals of a step */
    const double *mean;                /* [PS_TILT_PARTS][blocks_n][factors_n]; part 0 holds 0 */
    double half_square[PS_TILT_PARTS]; /* half the squared length of each part's means */
    /* factors of the hazard, and densities of a new firm's kind over the plan's own */
    double times[PS_TILT_CELLS][PS_TILT_PARTS], log_times[PS_TILT_CELLS][PS_TILT_PARTS];
    double kind[PS_TILT_KINDS][PS_TILT_PARTS], log_kind[PS_TILT_KINDS][PS_TILT_PARTS];
    /* chance of each size, and of a product given the size */
    double size[PS_TILT_PARTS][PS_TILT_SIZES], product[PS_TILT_PARTS][PS_TILT_KINDS];
};

/* Of a world, for the pilot alone, so that floats will do. By cell: defaults of applications, and
 * the hazard (4.6) they lived through before, all as if granted; new firms by kind. */
struct ps_tilt_counts {
    float defaults[PS_TILT_CELLS], hazard[PS_TILT_CELLS], firms[PS_TILT_KINDS];
};

/* Eq. (12.1): the part that a world is drawn from. */
static inline int ps_tilt_part(uint64_t world)
{
    return (int)(world / PS_ECONOMY_LANES % PS_TILT_PARTS);
}

/* Eq. (12.15): class 0 are stakes of next to nothing, and the last has no upper end. */
static inline int ps_tilt_class(double stake_wan, double class_wan)
{
    const double classes = stake_wan / class_wan;
    if (classes < 0.01)
        return 0;
    return classes < PS_TILT_CLASSES - 2 ? 1 + (int)classes : PS_TILT_CLASSES - 1;
}

/* The cell of a loan: its class, and the period of the horizon, of PS_TILT_PERIODS, in which it
 * asks. */
static inline int ps_tilt_cell(int class, int month, int horizon)
{
    return month * PS_TILT_PERIODS / (horizon + 1) * PS_TILT_CLASSES + class;
}

/* Where the sizes of a new firm begin, as a number that gives its amount: the larger half is halved
 * again and again. */
static inline double ps_tilt_size_from(int size)
{
    static const double FROM[PS_TILT_SIZES + 1] = {0, 0.5, 0.75, 0.875, 0.9375, 1};
    return FROM[size];
}

/* The kind of a new firm by its numbers for amount and product. */
static inline int ps_tilt_kind(uint32_t u_amount, uint32_t u_product)
{
    const int ones = ~u_amount ? __builtin_clz(~u_amount) : 32;
    const int size = ones < PS_TILT_SIZES - 1 ? ones : PS_TILT_SIZES - 1;
    return size * PS_TILT_PRODUCTS + (int)(u_product >> 30);
}

/* A factor that moves a cluster's index. */
struct ps_factor_load {
    double loading;
    int factor;
};

struct ps_world_plan {
    uint64_t seed;     /* set by ps_world_plan_seed, like keys */
    int months_n;      /* N = horizon + run-off */
    int horizon;       /* T */
    int last_maturity; /* no loan can mature later */
    int step_months, start_fixed;
    double initial_index, phi_step, innovation; /* sqrt(1 - phi_step^2) */
    int clusters_n, classes_n, segments_n, ip_kinds_n, tape_n;
    int tape_firms_n;                   /* firms with several tape loans */
    const double *loading;              /* L, clusters x clusters, row major; L L' = R */
    int factors_n;                      /* columns of L up to the last that is not 0 */
    const struct ps_factor_load *loads; /* what of L is not 0, cluster after cluster */
    const int *loads_first; /* [clusters + 1]: loads of cluster c are loads_first[c] .. [c+1] - 1 */
    const double *shift;    /* (N+1) x clusters: what Y~ adds to Y in month t */
    const int *index_row;   /* [0..N]: where the indices of month t stand (ps_world_work.index);
                               months that have them alike share a row */
    enum ps_hazard_kind hazard_kind;
    const struct ps_hazard_class *classes;
    /* What the hazards of one kind only read besides; else 0, so that equal worlds look equal. */
    int start_month;      /* mixed: calendar month of month 1 */
    int mixing_yearly;    /* mixed: S is drawn each calendar year, else once a world */
    const double *mixing; /* mixed: log of chi2 / nu by its score (curve.h) */
    int capped;           /* sectors: p = min(1, X) */
    double stress_share, stress_enter, stress_stay; /* regime: chance of stress in month 1, and of
                                                     * stress in a month after calm, after stress */
    double stress_shift;                            /* regime: what stress takes from Y~ */
    struct ps_discrete segment;
    const struct ps_segment_plan *segments;
    const struct ps_discrete *amount_laws;
    const int *tenor_months;            /* [PS_TENORS_N] 6, 12, 24, 36 */
    const struct ps_discrete *arrivals; /* [1..T]: new firms of the month */
    const struct ps_ip_kind_plan *ip_kinds;
    const struct ps_tape_plan *tape; /* sorted by id */
    const struct ps_issue_plan *issues;
    int issues_n, issued_n; /* issues; firms of all of them */
    const struct ps_fund_plan *funds;
    int funds_n, investments_n; /* funds; investments of all of them */
    uint32_t renewal_cut;
    int renewal_all;
    int retry_months; /* months for which a refused new firm goes on asking, 0 = none */
    double maturity_share;
    struct ps_behaviour_plan behaviour;
    int npl_months;
    double disposal_median_months, disposal_sigma;
    int disposal_freeze_months;
    double sale_x; /* Phi^-1(q) */
    double sale_sensitivity, value_sensitivity;
    int sale_never, sale_always;
    struct ps_quantiles cash;
    const struct ps_quantiles *recovery_laws; /* of tape loans whose recovery has a spread */
    double cure_prob;
    int terms_needed; /* some segment has equal principal or micro firms */
    size_t apps_max;  /* hard bound on applications a world (tape included) */
    const struct ps_anchor_plan *anchors;
    int anchors_n, anchored; /* anchored: some tape loan depends on one */
    struct ps_multiplier_law uncertain[PS_UNCERTAIN_N];
    int uncertain_any;           /* some sigma > 0: worlds 2k and 2k + 1 share multipliers */
    const double *arrivals_mean; /* [1..T], when demand is uncertain: the mean at multiplier 1;
                                    arrivals then hold the law at the largest multiplier */
    int standing; /* a standing book under policies that draw nothing of its loans: every world
                     holds the tape and nothing else, and only fates differ (standing.h) */
    const struct ps_tilt *tilt; /* NULL: worlds are drawn as they are. Set by the engine */
    struct ps_philox_keys keys; /* of the seed */
};

static inline void ps_world_plan_seed(struct ps_world_plan *plan, uint64_t seed)
{
    plan->seed = seed;
    ps_philox_keys_init(&plan->keys, seed);
}

/* PS_APP_WAITED: of a chain that begins only after its firm was refused. Its first loan asks when
 * all earlier applications of the firm were refused; `parent` is the one before it. */
enum { PS_APP_RENEWAL = 1, PS_APP_EQUAL = 2, PS_APP_MICRO = 4, PS_APP_WAITED = 8 };

/* One application of the envelope, in canonical order: by month, renewals first, then by (month in
 * which the firm first asked, arrival number). Tape loans come first with month 0. What the
 * loans of a chain share stands first, up to tape_firm, then what each has for itself. */
struct ps_app {
    uint32_t amount_wan;
    uint16_t firm_rank; /* how many firms asked before it in this world (tape firms count) */
    uint16_t segment;
    uint16_t tape;      /* tape loan at the root of the chain, or PS_NONE */
    uint16_t tape_firm; /* its firm when that has several tape loans, else PS_NONE */
    uint16_t parent;    /* the loan it renews or, waited for, the refusal before; or PS_NONE */
    uint8_t flags, link;
    union {
        struct {
            uint16_t month;    /* g */
            uint16_t maturity; /* m = g + tenor <= N */
            uint16_t end;      /* min(tau, m) */
            uint16_t fate;     /* index in fates when it would default by N, or PS_NONE */
        };
        uint64_t course; /* all four */
    };
};

/* What happens to a loan that defaults. R = min(EAD, rnd(A x proceeds + EAD x cash)), in month s.
 */
struct ps_fate {
    double proceeds_frac; /* net sale proceeds per yuan granted */
    double cash_frac;     /* of EAD */
    uint16_t app;
    uint16_t tau;   /* month of default, <= N */
    uint16_t s;     /* month of disposal, tau < s <= N or s = tau = N */
    uint16_t cured; /* R = EAD */
};

/* A loan of a new issue: no application, but sampled like one. Only amount, segment, month,
 * maturity, end and whether there is a fate mean something. */
struct ps_issued {
    struct ps_app app;
    struct ps_fate fate;
    uint32_t issue; /* whose it is */
};

/* What becomes of an investment of a fund. */
struct ps_investment {
    double multiple;     /* what it brings per yuan, 0: written off */
    uint16_t fund;       /* whose it is */
    uint16_t number, of; /* 0 .. of - 1 */
    uint16_t month, exit_month;
};

struct ps_world {
    uint32_t number;
    double weight;                      /* 1 unless the plan is tilted */
    struct ps_tilt_counts *tilt_counts; /* of a tilted plan alone */
    int apps_n, fates_n;
    double asked_first_wan, asked_renewed_wan; /* all amounts of months 1 .. T, whole numbers */
    struct ps_app *apps;
    int firms_n;                  /* all ranks are below */
    uint32_t *u_product, *u_bank; /* [firm_rank] what a policy's shares turn into product and bank;
                                     not drawn for a standing book */
    uint32_t *app_first;   /* [0..T+1]: apps of month t are app_first[t] .. app_first[t+1]-1 */
    uint16_t *end_first;   /* [0..N]: the first that ends in month t, and */
    uint16_t *end_next;    /* [app]: the next that ends in the same month; PS_NONE behind the last.
                              Both are not kept of a standing book */
    struct ps_fate *fates; /* in order of app */
    struct ps_issued *issued; /* [plan->issued_n], issue after issue */
    int issued_n;
    struct ps_investment *investments; /* [plan->investments_n], fund after fund */
    int investments_n;
};

/* A loan while its world is being built. */
struct ps_draft {
    union {
        struct {
            uint16_t month, maturity, end, fate; /* as in ps_app; fate 0 when it defaults */
        };
        uint64_t course;
    };
    uint16_t root; /* the firm: its first loan is the draft of this number */
    uint16_t segment, klass;
    uint8_t link, waits; /* waits: months since its firm first asked */
};

/* Memory of one sampling thread, laid out by ps_world_work_init. */
struct ps_world_work {
    double *index;      /* Y~: [plan->index_row][clusters][PS_ECONOMY_LANES], see ps_index_of */
    double *hazard;     /* H, prefix sums: [(N+1)][classes][PS_ECONOMY_LANES] */
    double *normal;     /* [clusters rounded up to 4][PS_ECONOMY_LANES] */
    double *level;      /* Y of the current block: [clusters][PS_ECONOMY_LANES] */
    double *failure;    /* [anchors][PS_ECONOMY_LANES]: month of failure, > N: none */
    double *multiplier; /* [PS_UNCERTAIN_N][PS_ECONOMY_LANES] */
    double *rate;       /* a month's hazard while the index stands still: [classes][..] */
    struct ps_draft *drafts; /* [draft], by link: roots, first renewals, second renewals.. */
    uint64_t *entity;        /* [draft] address: (month << 32 | arrival), or a tape loan's hash */
    struct ps_app *firms;    /* [root] what the loans of a chain share */
    uint32_t *firm_root;     /* [firm_rank] first root; kept when refused firms ask again */
    uint32_t *chain;         /* [root] length of the chain */
    uint32_t *by_chain;      /* drafts, chain after chain */
    uint32_t *starts;        /* [month][new firm]: applications, then their first place */
    double *weights;         /* [issued] parts of the size of an issue */
    double exponent[PS_TILT_PARTS][PS_ECONOMY_LANES]; /* of a tilted plan, chapter 12; and */
    struct ps_tilt_counts tilt_counts;                /* of the world that is being built */
    struct ps_world worlds[PS_TILE_WORLDS];
};

/* Y~ of a cluster in month 0..N, [PS_ECONOMY_LANES] worlds; `index` is that of ps_world_work. */
static inline const double *ps_index_of(const struct ps_world_plan *plan, const double *index,
                                        int month, int cluster)
{
    const size_t row = (size_t)plan->index_row[month] * (size_t)plan->clusters_n;
    return index + (row + (size_t)cluster) * PS_ECONOMY_LANES;
}

size_t ps_world_work_bytes(const struct ps_world_plan *plan);
void ps_world_work_init(struct ps_world_work *work, const struct ps_world_plan *plan, void *memory);

/* Loan i of a standing book in a world in which it does not default: nothing else of it is drawn.
 */
struct ps_app ps_standing_app(const struct ps_world_plan *plan, int i);

/* Samples worlds first .. first+n-1 (n <= PS_TILE_WORLDS) into work->worlds. Cannot fail. */
typedef void ps_world_sample_fn(const struct ps_world_plan *plan, uint64_t first, int n,
                                struct ps_world_work *work);

#endif
