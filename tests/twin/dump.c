// SPDX-License-Identifier: GPL-3.0-or-later
// twin_dump BOOK FIRST N [SEED]: worlds FIRST .. FIRST + N - 1 of every scenario of a book and what
// every policy makes of them, for the twin in tests/twin. One JSON object a line:
//   {"scenarios": [ids], "world": number, "applications": [[...]], "issued": [[...]],
//    "investments": [[...]], "rows": [{...}]}
// Scenarios of one line share the world; policies of one shape run side by side in lanes, as in the
// engine.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "pledgesim/book.h"
#include "pledgesim/diagprint.h"
#include "pledgesim/prepare.h"
#include "tests/unit/testkit.h"

enum { FAMILY_MAX = 64 };

struct family {
    const struct ps_scenario *scenarios[FAMILY_MAX];
    struct ps_policy policies[FAMILY_MAX];
    int n;
};

static void stop(const char *what)
{
    fprintf(stderr, "twin_dump: %s\n", what);
    exit(1);
}

static void print_index(unsigned value)
{
    if (value == PS_NONE)
        printf(",null");
    else
        printf(",%u", value);
}

static void print_fate(const struct ps_fate *fate)
{
    if (fate)
        printf(",%u,%u,%.17g,%.17g]", fate->tau, fate->s, fate->cured ? 0 : fate->proceeds_frac,
               fate->cured ? 1 : fate->cash_frac);
    else
        printf(",null,null,0,0]");
}

// In the order of COLUMNS in world.py.
static void print_application(const struct ps_world *world, const struct ps_app *app)
{
    const int renews = (app->flags & PS_APP_RENEWAL) != 0;
    printf("[%u,%u", app->month, app->firm_rank);
    print_index(renews ? app->parent : PS_NONE);
    print_index(renews ? PS_NONE : app->parent);
    printf(",%d", (app->flags & PS_APP_WAITED) != 0);
    print_index(app->tape);
    printf(",%u,%d,%" PRIu32 ",%d,%d,%" PRIu32 ",%" PRIu32, app->segment,
           app->maturity - app->month, app->amount_wan, (app->flags & PS_APP_EQUAL) != 0,
           (app->flags & PS_APP_MICRO) != 0, world->u_product[app->firm_rank],
           world->u_bank[app->firm_rank]);
    print_fate(app->fate == PS_NONE ? NULL : &world->fates[app->fate]);
}

// In the order of ISSUED_COLUMNS in world.py.
static void print_issued(const struct ps_issued *issued)
{
    const struct ps_app *app = &issued->app;
    printf("[%" PRIu32 ",%" PRIu32 ",%u,%u,%d", issued->issue, app->amount_wan, app->segment,
           app->month, app->maturity - app->month);
    print_fate(app->fate == PS_NONE ? NULL : &issued->fate);
}

// In the order of INVESTMENT_COLUMNS in world.py.
static void print_investment(const struct ps_investment *investment)
{
    printf("[%u,%u,%u,%u,%.17g]", investment->fund, investment->number, investment->month,
           investment->exit_month, investment->multiple);
}

static void print_whole(const char *separator, int64_t value)
{
    if (value == PS_NOT_GIVEN)
        printf("%snull", separator);
    else
        printf("%s%" PRId64, separator, value);
}

// A row of doubles that hold whole numbers, one lane of each.
static void print_lane(const char *name, const double *rows, int n, int width, int lane)
{
    printf(",\"%s\":[", name);
    for (int i = 0; i < n; i++)
        print_whole(i ? "," : "", (int64_t)rows[(size_t)i * (size_t)width + (size_t)lane]);
    printf("]");
}

static int years_of(const struct ps_scenario *scenario, int months_n)
{
    return ((int)scenario->p.start_month - 1 + months_n - 1) / 12 + 1;
}

static void print_row(const struct ps_kit *kit, const struct ps_scenario *scenario, int lane)
{
    static const char *const path_name[PS_PATH_N] = {"balance", "in_pool_principal", "registered",
                                                     "npl_ppm", "compensation"};
    const struct ps_ledger_work *work = &kit->ledger;
    int months_n = kit->plan->months_n, width = work->width, years_n = years_of(scenario, months_n);
    printf("{\"scenario\":\"%s\",\"measures\":{", scenario->p.scenario_id);
    for (int m = 0; m < PS_MEASURE_N; m++) {
        printf("%s\"%s\":", m ? "," : "", ps_measure_desc((enum ps_measure)m)->name);
        print_whole("", ps_measure_read(work, (enum ps_measure)m, lane));
    }
    printf("}");
    for (int p = 0; p < PS_PATH_N; p++) {
        const double *path = work->path + (size_t)p * (size_t)(months_n + 1) * (size_t)width;
        print_lane(path_name[p], path + width, months_n, width, lane);
    }
    print_lane("registered_of_year", work->year_registered, years_n, width, lane);
    print_lane("compensation_of_year", work->year_compensation, years_n, width, lane);
    printf("}");
}

// Policies that may run side by side do so: the next group from `first` on.
static int group_end(const struct family *family, int first)
{
    int end = first + 1;
    while (end < family->n && end - first < PS_LANES_WIDE &&
           ps_policy_same_shape(&family->policies[first], &family->policies[end]))
        end++;
    return end;
}

static void dump_world(struct ps_kit *kit, const struct family *family,
                       const struct ps_world *world)
{
    printf("{\"scenarios\":[");
    for (int i = 0; i < family->n; i++)
        printf("%s\"%s\"", i ? "," : "", family->scenarios[i]->p.scenario_id);
    printf("],\"world\":%" PRIu32 ",\"applications\":[", world->number);
    for (int a = 0; a < world->apps_n; a++) {
        printf(a ? "," : "");
        print_application(world, &world->apps[a]);
    }
    printf("],\"issued\":[");
    for (int i = 0; i < world->issued_n; i++) {
        printf(i ? "," : "");
        print_issued(&world->issued[i]);
    }
    printf("],\"investments\":[");
    for (int i = 0; i < world->investments_n; i++) {
        printf(i ? "," : "");
        print_investment(&world->investments[i]);
    }
    printf("],\"rows\":[");
    for (int first = 0, end; first < family->n; first = end) {
        end = group_end(family, first);
        const struct ps_policy *side_by_side[PS_LANES_WIDE];
        for (int i = first; i < end; i++)
            side_by_side[i - first] = &family->policies[i];
        int width = end - first <= PS_LANES_LONE     ? PS_LANES_LONE
                    : end - first <= PS_LANES_NARROW ? PS_LANES_NARROW
                                                     : PS_LANES_WIDE;
        ps_kit_run(kit, world, side_by_side, end - first, width, NULL);
        if (kit->ledger.violations)
            stop("the money of a world does not add up");
        for (int i = first; i < end; i++) {
            printf(i ? "," : "");
            print_row(kit, family->scenarios[i], i - first);
        }
    }
    printf("]}\n");
}

static void dump_family(struct family *family, uint64_t first, int n, uint64_t seed)
{
    struct ps_kit kit = {0};
    ps_kit_open(&kit, family->scenarios[0], seed, NULL);
    for (int i = 0; i < family->n; i++)
        ps_kit_policy(family->scenarios[i], &family->policies[i]);
    for (int done = 0; done < n; done += PS_TILE_WORLDS) {
        int part = n - done < PS_TILE_WORLDS ? n - done : PS_TILE_WORLDS;
        ps_kit_sample(&kit, first + (uint64_t)done, part);
        for (int i = 0; i < part; i++)
            dump_world(&kit, family, &kit.worlds.worlds[i]);
    }
    for (int i = 0; i < family->n; i++)
        ps_policy_free(&family->policies[i]);
    ps_kit_close(&kit);
}

// The scenarios from `first` on that share its worlds.
static void family_take(struct family *family, const struct ps_book *book, size_t first)
{
    size_t end = first;
    family->n = 0;
    do {
        family->scenarios[family->n++] = &book->scenarios[end++];
    } while (end < book->scenarios_n && family->n < FAMILY_MAX &&
             ps_scenario_same_world(&book->scenarios[first], &book->scenarios[end]));
}

int main(int argc, char **argv)
{
    if (argc < 4)
        stop("usage: twin_dump BOOK FIRST N [SEED]");
    struct ps_book_request request = {.path = argv[1]};
    struct ps_book book = {0};
    struct ps_diags diags = {0};
    if (ps_book_load(&request, &diags, &book) != PS_OK ||
        ps_book_try(&book, SIZE_MAX, &diags) != PS_OK) {
        ps_diags_print(stderr, &diags, &(struct ps_diag_style){.lang = PS_LANG_EN});
        stop("the book is not valid");
    }
    uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 20220708;
    const uint64_t first = strtoull(argv[2], NULL, 10);
    const int n = (int)strtol(argv[3], NULL, 10);
    struct family family;
    for (size_t i = 0; i < book.scenarios_n; i += (size_t)family.n) {
        family_take(&family, &book, i);
        dump_family(&family, first, n, seed);
    }
    ps_diags_free(&diags);
    ps_book_free(&book);
    return ferror(stdout) ? 1 : 0;
}
