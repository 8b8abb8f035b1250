// SPDX-License-Identifier: GPL-3.0-or-later
// What the program makes of the cases of test_kernel.mjs.
//   panel_native pack BOOK SCENARIO FILE     packs the scenario's panel; prints the ids of its
//   worlds panel_native run BOOK SCENARIO WORLDS SEED ISA THREADS [SET...]
//       prints {"name": ["value", "lo", "hi"], ...}, the figures of a panel as the engine has them:
//       95 % intervals, the bits of each double in hexadecimal, money in 万元
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/book.h"
#include "pledgesim/diagprint.h"
#include "pledgesim/errors.h"
#include "pledgesim/kmath.h"
#include "pledgesim/panel.h"
#include "tests/unit/testkit.h"

static void stop(const char *what)
{
    fprintf(stderr, "panel_native: %s\n", what);
    exit(1);
}

static size_t scenario_of(const struct ps_book *book, const char *id)
{
    for (size_t i = 0; i < book->scenarios_n; i++) {
        if (strcmp(book->scenarios[i].p.scenario_id, id) == 0)
            return i;
    }
    stop("there is no such scenario");
    return 0;
}

static void pack(const struct ps_book *book, const char *id, const char *file)
{
    struct ps_diags diags = {0};
    struct ps_panel_pack panel;
    if (ps_panel_pack(book->scenarios, book->scenarios_n, scenario_of(book, id), &diags, &panel) !=
        PS_OK)
        stop("the panel cannot be packed");
    FILE *out = fopen(file, "wb");
    if (!out || fwrite(panel.bytes, 1, panel.bytes_n, out) != panel.bytes_n || fclose(out) != 0)
        stop("the pack cannot be written");
    for (int k = 0; k < panel.worlds_n; k++)
        printf("%s%s", k ? " " : "", book->scenarios[panel.scenario[k]].p.scenario_id);
    printf("\n");
    ps_panel_pack_free(&panel);
    ps_diags_free(&diags);
}

static void print_bits(const char *before, double x)
{
    printf("%s\"%016" PRIx64 "\"", before, ps_bits(x));
}

static void print_figure(const char *name, double value, struct ps_interval interval, double units)
{
    printf("\"%s\":", name);
    print_bits("[", value / units);
    print_bits(",", interval.lo / units);
    print_bits(",", interval.hi / units);
    printf("]");
}

static void print_npl_peak(const struct ps_row *row)
{
    const struct ps_hist *h = &row->hist[PS_M_NPL_PEAK];
    double value = (double)NAN;
    struct ps_interval interval = {(double)NAN, (double)NAN};
    if (ps_quantile_supported(h->n, 0.95)) {
        value = (double)ps_hist_quantile(h, 0.95).value;
        interval = ps_hist_rank_interval(h, row->paired ? ps_pairs_quantile_ranks(h->n, 0.95, 0.95)
                                                        : ps_quantile_ranks(h->n, 0.95, 0.95));
    }
    print_figure("npl_peak_q95", value, interval, 1e6);
}

static void print_figures(const struct ps_row *row)
{
    printf("{");
    for (int m = 0; m < PS_MEASURE_N; m++) {
        const struct ps_measure_desc *desc = ps_measure_desc((enum ps_measure)m);
        if (desc->tier != PS_MT_DECISION)
            continue;
        print_figure(desc->name, ps_row_mean(row, (enum ps_measure)m).value,
                     ps_row_mean_interval(row, (enum ps_measure)m, 0.95),
                     desc->unit == PS_MU_FEN ? 1e6 : 1);
        printf(",");
    }
    print_npl_peak(row);
    printf("}\n");
}

static void run(const struct ps_book *book, const char *id, char **argv)
{
    struct ps_engine_result result;
    const struct ps_engine_request request = {.scenarios = &book->scenarios[scenario_of(book, id)],
                                              .scenarios_n = 1,
                                              .worlds_n = strtoull(argv[0], NULL, 10),
                                              .seed = strtoull(argv[1], NULL, 10),
                                              .isa = strcmp(argv[2], "best") == 0 ? NULL : argv[2],
                                              .threads_n = (int)strtol(argv[3], NULL, 10),
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, &result);
    print_figures(&result.rows[0].row);
    ps_engine_result_free(&result);
}

int main(int argc, char **argv)
{
    const int runs = argc >= 8 && strcmp(argv[1], "run") == 0;
    if (!runs && !(argc == 5 && strcmp(argv[1], "pack") == 0))
        stop("usage: pack BOOK SCENARIO FILE | run BOOK SCENARIO WORLDS SEED ISA THREADS [SET...]");
    const struct ps_book_request request = {.path = argv[2],
                                            .only = runs ? (const char *const *)&argv[3] : NULL,
                                            .only_n = runs ? 1 : 0,
                                            .sets = (const char *const *)&argv[runs ? 8 : 5],
                                            .sets_n = runs ? (size_t)(argc - 8) : 0};
    struct ps_book book = {0};
    struct ps_diags diags = {0};
    if (ps_book_load(&request, &diags, &book) != PS_OK) {
        ps_diags_print(stderr, &diags, &(struct ps_diag_style){.lang = PS_LANG_EN});
        stop("the book is not valid");
    }
    if (runs)
        run(&book, argv[3], &argv[4]);
    else
        pack(&book, argv[3], argv[4]);
    ps_diags_free(&diags);
    ps_book_free(&book);
    return ferror(stdout) ? 1 : 0;
}
