// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PANEL_H
#define PLEDGESIM_PANEL_H

#include "pledgesim/diag.h"
#include "pledgesim/ledger.h"
#include "pledgesim/scenario.h"
#include "pledgesim/stats.h"

/*
 * The live panel of the report: one scenario, whose policy can be moved, in its own worlds and in
 * those of the stresses. The program prepares it and packs it into bytes; the page holds the bytes
 * and runs worlds with the same kernel, compiled to WebAssembly (report/kernel/). Equal policy,
 * worlds and seed give the figures of `run`, bit for bit.
 */

/* What can be moved. Values are as a cell holds them: 万元, times, %; the breaker is 1 or 0. */
enum ps_lever {
#define PS_LEVER(symbol, name, table, column, units) PS_LEVER_##symbol,
#include "pledgesim/levers.def"
#undef PS_LEVER
    PS_LEVER_N
};

enum { PS_PANEL_CELL_BYTES = 2 * PS_ID_BYTES, PS_PANEL_WORLDS_MAX = 16 };

/* The pool is that of the main product, which is the pooled one of the largest share. */
struct ps_panel_lever {
    char cell[PS_PANEL_CELL_BYTES]; /* how --set calls it: "pools.main.initial_wan" */
    char also[PS_PANEL_CELL_BYTES]; /* what has to be set with it when it is moved, "topup=fixed",
                                       or ""; of the breaker: its scope when on; of the pool's
                                       share: the cell of the bank's, which gets highest less it */
    double value, lowest, highest;  /* as in the book; bounds, which are equal where nothing may be
                                       moved */
};

/* ---- packing: in the program alone ---- */

struct ps_panel_pack {
    unsigned char *bytes; /* malloc'd */
    size_t bytes_n;
    /* The scenario by number of worlds: [0] the panel's own; then its stresses, which are the
     * scenarios that differ from it in nothing but their worlds. The rest of them is left out. */
    size_t scenario[PS_PANEL_WORLDS_MAX];
    int worlds_n;
    struct ps_panel_lever levers[PS_LEVER_N];
};

/* How --set calls the initial money of a pool: "pools.main.initial_wan", or the column of
 * scenarios.csv that the only pool of a book without pools.csv follows. */
void ps_panel_pool_cell(const struct ps_scenario *scenario, size_t pool,
                        char cell[PS_PANEL_CELL_BYTES]);

/* Do they differ in nothing that a policy is? PS_MEMORY; PS_INPUT as ps_panel_pack. */
enum ps_status ps_panel_same_policy(const struct ps_scenario *a, const struct ps_scenario *b,
                                    struct ps_diags *diags, int *same) PS_MUST_CHECK;

/* Packs scenarios[of], which is prepared anew (some 60 ms for each set of worlds). PS_MEMORY;
 * PS_INPUT with a diagnostic when its worlds cannot be prepared. A scenario without a pooled
 * product has a panel too, in which neither the pool nor a share can be moved. */
enum ps_status ps_panel_pack(const struct ps_scenario *scenarios, size_t scenarios_n, size_t of,
                             struct ps_diags *diags, struct ps_panel_pack *out) PS_MUST_CHECK;
void ps_panel_pack_free(struct ps_panel_pack *pack);

/* ---- running: also in the page ---- */

/* The kernel copy that runs it; any gives the same figures. */
struct ps_panel_kernel {
    ps_world_sample_fn *sample;
    ps_schedule_build_fn *schedule;
    ps_ledger_run_fn *ledger;
    int width; /* lanes of the ledger, of which the panel uses one */
};

struct ps_panel;

/* Unpacks. PS_INPUT when the bytes are not those of ps_panel_pack of this version; PS_MEMORY. Free
 * it also after a failure. */
enum ps_status ps_panel_open(const struct ps_panel_kernel *kernel, const unsigned char *bytes,
                             size_t bytes_n, struct ps_panel **out) PS_MUST_CHECK;
void ps_panel_free(struct ps_panel *panel);

int ps_panel_worlds_n(const struct ps_panel *panel);
const char *ps_panel_lever_name(enum ps_lever lever);
const struct ps_panel_lever *ps_panel_lever_of(const struct ps_panel *panel, enum ps_lever lever);

/* Begins anew with these worlds, seed and values (NULL: the book's). PS_USAGE for a value beyond
 * its bounds, for thresholds that are not resume, warn <= suspend <= terminate, and for worlds that
 * are not there; PS_MEMORY. */
enum ps_status ps_panel_start(struct ps_panel *panel, int worlds, uint64_t seed,
                              const double values[PS_LEVER_N]) PS_MUST_CHECK;

/* Runs the next n worlds. PS_BUG when a world's money did not add up. */
enum ps_status ps_panel_run(struct ps_panel *panel, uint64_t n) PS_MUST_CHECK;

/* The figures of the worlds run so far: means of the measures of tier DECISION under the names of
 * measures.def, and npl_peak_q95. Shares as fractions, money in 万元. Intervals as in `run`: exact
 * for shares and the quantile, normal for means. NaN: too few worlds for the quantile. */
struct ps_panel_figure {
    double value, lo, hi;
};

int ps_panel_figures_n(void);
const char *ps_panel_figure_name(int figure);
struct ps_panel_figure ps_panel_figure_of(const struct ps_panel *panel, int figure,
                                          double confidence);

#endif
